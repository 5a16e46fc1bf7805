package catalog

// routingRows are the rows of what connects networks, and limits what passes; see networkRows.
func routingRows() []Row {
	return []Row{
		{
			Type: "AWS::EC2::DHCPOptions",
			Permissions: []Permission{
				makes("dhcp-options", "ec2:CreateDhcpOptions", "ec2:CreateTags"),
				changes("ec2:DeleteDhcpOptions", "ec2:DeleteTags"),
				sees("ec2:DescribeDhcpOptions", "ec2:DescribeTags"),
			},
		},
		{
			Type: "AWS::EC2::EgressOnlyInternetGateway",
			Permissions: []Permission{
				makes("egress-only-internet-gateway", "ec2:CreateEgressOnlyInternetGateway", "ec2:CreateTags"),
				changes("ec2:CreateEgressOnlyInternetGateway", "ec2:DeleteEgressOnlyInternetGateway", "ec2:DeleteTags"),
				sees("ec2:DescribeEgressOnlyInternetGateways", "ec2:DescribeTags", "ec2:DescribeVpcs"),
			},
		},
		{
			Type: "AWS::EC2::NetworkAcl",
			Permissions: []Permission{
				makes("network-acl", "ec2:CreateNetworkAcl", "ec2:CreateTags"),
				changes("ec2:CreateNetworkAcl", "ec2:DeleteNetworkAcl", "ec2:DeleteTags"),
				sees("ec2:DescribeNetworkAcls", "ec2:DescribeTags"),
			},
		},
		{
			Type: "AWS::EC2::NetworkAclEntry",
			Permissions: []Permission{
				changes("ec2:CreateNetworkAclEntry", "ec2:DeleteNetworkAclEntry", "ec2:ReplaceNetworkAclEntry"),
				sees("ec2:DescribeNetworkAcls"),
			},
		},
		{
			Type: "AWS::EC2::PrefixList",
			Permissions: []Permission{
				// its entries are read before it has its tags
				makes("prefix-list", "ec2:CreateManagedPrefixList", "ec2:CreateTags", "ec2:GetManagedPrefixListEntries"),
				changes("ec2:DeleteManagedPrefixList", "ec2:DeleteTags", "ec2:ModifyManagedPrefixList"),
				sees("ec2:DescribeManagedPrefixLists"),
			},
		},
		{
			Type: "AWS::EC2::SubnetNetworkAclAssociation",
			Permissions: []Permission{
				makes("network-acl", "ec2:ReplaceNetworkAclAssociation"), // the ACL that comes with a VPC has no tags
				changes("ec2:ReplaceNetworkAclAssociation"),
				sees("ec2:DescribeNetworkAcls"),
			},
		},
		{
			Type: "AWS::EC2::TransitGatewayAttachment",
			Permissions: []Permission{
				makes("transit-gateway-attachment", "ec2:CreateTags", "ec2:CreateTransitGatewayVpcAttachment"),
				// a transit gateway is mostly another account's, which has shared it
				allow("UseTransitGateways", "ec2:CreateTransitGatewayVpcAttachment").on("arn:{partition}:ec2:{region}:*:transit-gateway/*"),
				changes(
					"ec2:CreateTransitGatewayVpcAttachment", "ec2:DeleteTags", "ec2:DeleteTransitGatewayVpcAttachment",
					"ec2:ModifyTransitGatewayVpcAttachment",
				),
				sees("ec2:DescribeTags", "ec2:DescribeTransitGatewayVpcAttachments"),
			},
		},
		{
			Type: "AWS::EC2::VPCCidrBlock",
			// left out: pools of IPAM
			Permissions: []Permission{
				changes("ec2:AssociateVpcCidrBlock", "ec2:DisassociateVpcCidrBlock"),
				sees("ec2:DescribeVpcs"),
			},
			Uncovered: []Uncovered{
				uncovered("Ipv4IpamPoolId", "ec2:AllocateIpamPoolCidr", "ec2:AssociateVpcCidrBlock"),
				uncovered("Ipv6IpamPoolId", "ec2:AllocateIpamPoolCidr", "ec2:AssociateVpcCidrBlock"),
			},
		},
		{
			Type: "AWS::EC2::VPCDHCPOptionsAssociation",
			Permissions: []Permission{
				makes("dhcp-options", "ec2:AssociateDhcpOptions"), // the default ones, which a VPC gets back, have no tags
				changes("ec2:AssociateDhcpOptions"),
				sees("ec2:DescribeVpcs"),
			},
		},
		{
			Type: "AWS::EC2::VPCPeeringConnection",
			// left out: VPCs of other accounts. Both VPCs must have our tags
			Permissions: []Permission{
				makes("vpc-peering-connection", "ec2:AcceptVpcPeeringConnection", "ec2:CreateTags", "ec2:CreateVpcPeeringConnection"),
				changes("ec2:AcceptVpcPeeringConnection", "ec2:CreateVpcPeeringConnection", "ec2:DeleteTags", "ec2:DeleteVpcPeeringConnection"),
				sees("ec2:DescribeVpcPeeringConnections"),
			},
			Uncovered: []Uncovered{
				uncovered("PeerRoleArn", "sts:AssumeRole"),
			},
		},
	}
}
