package catalog

// networkRows are the rows of networks: EC2 chooses the names of what it creates. A new resource is narrowed to this account and to tags of the project or none, everything
// else to the tags of the project: a subnet that is being created may have none yet, its VPC has.
func networkRows() []Row {
	return []Row{
		{
			Type: "AWS::EC2::EIP",
			// left out: instances, which addresses are associated with, and transfers
			Permissions: []Permission{
				makes("elastic-ip", "ec2:AllocateAddress", "ec2:CreateTags"),
				changes("ec2:DeleteTags", "ec2:ReleaseAddress"),
				sees("ec2:DescribeAddresses", "ec2:DescribeTags"),
			},
			Uncovered: []Uncovered{
				uncovered("InstanceId", "ec2:AssociateAddress", "ec2:DisassociateAddress"),
				uncovered("TransferAddress", "ec2:AcceptAddressTransfer"),
			},
		},
		{
			Type: "AWS::EC2::FlowLog",
			// left out: delivery to S3 and Firehose, and tags in records
			Permissions: []Permission{
				makes("vpc-flow-log", "ec2:CreateFlowLogs", "ec2:CreateTags"),
				changes("ec2:CreateFlowLogs", "ec2:DeleteFlowLogs", "ec2:DeleteTags"),
				sees("ec2:DescribeFlowLogs", "ec2:DescribeTags"),
				Pass("PassRolesToFlowLogs", "vpc-flow-logs.amazonaws.com"),
			},
			Uncovered: []Uncovered{
				uncovered("LogDestinationType", "logs:CreateLogDelivery", "logs:DeleteLogDelivery").except("cloud-watch-logs"),
			},
		},
		{
			Type: "AWS::EC2::InternetGateway",
			Permissions: []Permission{
				makes("internet-gateway", "ec2:CreateInternetGateway", "ec2:CreateTags"),
				changes("ec2:DeleteInternetGateway", "ec2:DeleteTags"),
				sees("ec2:DescribeInternetGateways"),
			},
		},
		{
			Type: "AWS::EC2::LaunchTemplate",
			Permissions: []Permission{
				// starting instances with one requires more
				allow("CreateLaunchTemplates", "ec2:CreateLaunchTemplate").on(regional("ec2", "launch-template/*")),
				allow("TagNewLaunchTemplates", "ec2:CreateTags").
					on(regional("ec2", "launch-template/*")).
					when("StringEquals", "ec2:CreateAction", "CreateLaunchTemplate"),
				allow("LaunchTemplates", "ec2:CreateLaunchTemplateVersion", "ec2:CreateTags", "ec2:DeleteLaunchTemplate", "ec2:DeleteTags").
					on(regional("ec2", "launch-template/*")).tagged(),
				sees("ec2:DescribeLaunchTemplates"),
			},
		},
		{
			Type: "AWS::EC2::NatGateway",
			// left out: further addresses
			Permissions: []Permission{
				makes("natgateway", "ec2:CreateNatGateway", "ec2:CreateTags"),
				changes("ec2:CreateNatGateway", "ec2:DeleteNatGateway", "ec2:DeleteTags"),
				sees("ec2:DescribeNatGateways"),
				linkedRole("NATRole", "ec2-nat-gateway.amazonaws.com"), // a regional one allocates its addresses with it (Amazon VPC User Guide)
			},
			Uncovered: []Uncovered{
				uncovered("SecondaryAllocationIds", "ec2:AssociateNatGatewayAddress", "ec2:DisassociateNatGatewayAddress"),
				uncovered("SecondaryPrivateIpAddressCount", "ec2:AssignPrivateNatGatewayAddress", "ec2:UnassignPrivateNatGatewayAddress"),
				uncovered("SecondaryPrivateIpAddresses", "ec2:AssignPrivateNatGatewayAddress", "ec2:UnassignPrivateNatGatewayAddress"),
			},
		},
		{
			Type: "AWS::EC2::Route",
			Permissions: []Permission{
				changes("ec2:CreateRoute", "ec2:DeleteRoute", "ec2:ReplaceRoute"),
				sees("ec2:DescribeNetworkInterfaces", "ec2:DescribeRouteTables"),
			},
		},
		{
			Type: "AWS::EC2::RouteTable",
			Permissions: []Permission{
				makes("route-table", "ec2:CreateRouteTable", "ec2:CreateTags"),
				changes("ec2:CreateRouteTable", "ec2:DeleteRouteTable", "ec2:DeleteTags"),
				sees("ec2:DescribeRouteTables"),
			},
		},
		{
			Type: "AWS::EC2::SecurityGroup",
			Permissions: []Permission{
				// in whatever VPC the spec names, which may have tags of its own and be shared by another account
				allow("MakeGroups", "ec2:CreateSecurityGroup").
					on(regional("ec2", "security-group/*"), "arn:{partition}:ec2:{region}:*:vpc/*"),
				// a group has no tags when CloudFormation creates its rules, nor when it takes it back because one is wrong
				makesRules(
					"ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress", "ec2:CreateTags", "ec2:DeleteSecurityGroup",
					"ec2:RevokeSecurityGroupEgress",
				),
				changes(
					"ec2:DeleteTags", "ec2:RevokeSecurityGroupIngress", "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
					"ec2:UpdateSecurityGroupRuleDescriptionsIngress",
				),
				sees("ec2:DescribeInstances", "ec2:DescribeSecurityGroups"),
			},
		},
		{
			Type: "AWS::EC2::SecurityGroupEgress",
			Permissions: []Permission{
				// as the group's own rules
				makesRules("ec2:AuthorizeSecurityGroupEgress", "ec2:RevokeSecurityGroupEgress"),
				changes("ec2:UpdateSecurityGroupRuleDescriptionsEgress"),
				sees("ec2:DescribeSecurityGroupRules"),
			},
		},
		{
			Type: "AWS::EC2::SecurityGroupIngress",
			Permissions: []Permission{
				// as the group's own rules
				makesRules("ec2:AuthorizeSecurityGroupIngress"),
				changes("ec2:RevokeSecurityGroupIngress", "ec2:UpdateSecurityGroupRuleDescriptionsIngress"),
				sees("ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups"),
			},
		},
		{
			Type: "AWS::EC2::Subnet",
			// left out: IPv6
			Permissions: []Permission{
				// its attributes are set before it has its tags
				makes("subnet", "ec2:CreateSubnet", "ec2:CreateTags", "ec2:ModifySubnetAttribute"),
				changes("ec2:CreateSubnet", "ec2:DeleteSubnet", "ec2:DeleteTags"),
				sees("ec2:DescribeNetworkAcls", "ec2:DescribeSubnets", "ec2:DescribeAccountAttributes", "ec2:DescribeAvailabilityZones"),
			},
			Uncovered: []Uncovered{
				uncovered("Ipv6CidrBlock", "ec2:AssociateSubnetCidrBlock", "ec2:DisassociateSubnetCidrBlock"),
				uncovered("Ipv6IpamPoolId", "ec2:AssociateSubnetCidrBlock", "ec2:DisassociateSubnetCidrBlock"),
			},
		},
		{
			Type: "AWS::EC2::SubnetRouteTableAssociation",
			Permissions: []Permission{
				// the table that is replaced may be the main one of the VPC, which has no tags
				makes("route-table", "ec2:ReplaceRouteTableAssociation"),
				changes("ec2:AssociateRouteTable", "ec2:DisassociateRouteTable", "ec2:ReplaceRouteTableAssociation"),
				sees("ec2:DescribeRouteTables", "ec2:DescribeSubnets"),
			},
		},
		{
			Type: "AWS::EC2::VPC",
			// left out: encryption controls, which are still read, and tenancy
			Permissions: []Permission{
				// its attributes are set, and read, before it has its tags
				makes("vpc", "ec2:CreateTags", "ec2:CreateVpc", "ec2:DescribeVpcAttribute", "ec2:ModifyVpcAttribute"),
				changes("ec2:DeleteTags", "ec2:DeleteVpc"),
				sees("ec2:DescribeNetworkAcls", "ec2:DescribeSecurityGroups", "ec2:DescribeVpcEncryptionControls", "ec2:DescribeVpcs"),
			},
			Uncovered: []Uncovered{
				uncovered("VpcEncryptionControl", "ec2:CreateVpcEncryptionControl"),
			},
		},
		{
			Type: "AWS::EC2::VPCEndpoint",
			// left out: services in other regions, and networks of services
			Permissions: []Permission{
				makes("vpc-endpoint", "ec2:CreateTags", "ec2:CreateVpcEndpoint"),
				changes("ec2:CreateVpcEndpoint", "ec2:DeleteTags", "ec2:DeleteVpcEndpoints", "ec2:ModifyVpcEndpoint"),
				sees("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcEndpoints", "ec2:DescribeVpcs"),
				// for the names of services within the VPC; their zones are AWS's own
				allow("NameEndpoints", "route53:AssociateVPCWithHostedZone").
					on("arn:{partition}:route53:::hostedzone/*", regional("ec2", "vpc/*")),
			},
			Uncovered: []Uncovered{
				uncovered("ServiceNetworkArn", "vpc-lattice:CreateServiceNetworkVpcEndpointAssociation"),
				uncovered("ServiceRegion", "vpce:AllowMultiRegion"),
			},
		},
		{
			Type: "AWS::EC2::VPCGatewayAttachment",
			// left out: VPN gateways, which are still read
			Permissions: []Permission{
				changes("ec2:AttachInternetGateway", "ec2:DetachInternetGateway"),
				sees("ec2:DescribeInternetGateways", "ec2:DescribeVpnGateways"),
			},
			Uncovered: []Uncovered{
				uncovered("VpnGatewayId", "ec2:AttachVpnGateway", "ec2:DetachVpnGateway"),
			},
		},
		{
			Type: "Custom::ClosedGroup",
			// CloudFormation calls the function as who deploys
			Permissions: []Permission{
				// CloudFormation calls the function as who deploys
				allow("CloseGroups", "lambda:InvokeFunction").on(regional("lambda", "function:{name}*-closed-group")),
			},
		},
	}
}
