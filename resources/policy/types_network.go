package policy

import (
	"slices"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
)

// networkRow is the part of the table for networks. EC2 chooses the names of what it makes: what is new is narrowed to this account and to
// what carries no other tags than ours, all else to what carries our tags: a subnet in the making may have none yet, its VPC has.
func (s Scope) networkRow(typ string) []Statement {
	switch typ {
	case "AWS::EC2::VPC":
		// left out: encryption controls, which are still read, and tenancy
		return []Statement{
			// its attributes are set, and read, before it has its tags
			s.makes("vpc", "ec2:CreateTags", "ec2:CreateVpc", "ec2:DescribeVpcAttribute", "ec2:ModifyVpcAttribute"),
			s.changes("ec2:DeleteTags", "ec2:DeleteVpc"),
			s.sees("ec2:DescribeNetworkAcls", "ec2:DescribeSecurityGroups", "ec2:DescribeVpcEncryptionControls", "ec2:DescribeVpcs"),
		}
	case "AWS::EC2::Subnet":
		// left out: IPv6
		return []Statement{
			// its attributes are set before it has its tags
			s.makes("subnet", "ec2:CreateSubnet", "ec2:CreateTags", "ec2:ModifySubnetAttribute"),
			s.changes("ec2:CreateSubnet", "ec2:DeleteSubnet", "ec2:DeleteTags"),
			s.sees("ec2:DescribeNetworkAcls", "ec2:DescribeSubnets",
				"ec2:DescribeAccountAttributes", "ec2:DescribeAvailabilityZones"), // for Fn::GetAZs
		}
	case "AWS::EC2::RouteTable":
		return []Statement{
			s.makes("route-table", "ec2:CreateRouteTable", "ec2:CreateTags"),
			s.changes("ec2:CreateRouteTable", "ec2:DeleteRouteTable", "ec2:DeleteTags"),
			s.sees("ec2:DescribeRouteTables"),
		}
	case "AWS::EC2::SubnetRouteTableAssociation":
		return []Statement{
			// the table that is replaced may be the main one of the VPC, which has no tags
			s.makes("route-table", "ec2:ReplaceRouteTableAssociation"),
			s.changes("ec2:AssociateRouteTable", "ec2:DisassociateRouteTable", "ec2:ReplaceRouteTableAssociation"),
			s.sees("ec2:DescribeRouteTables", "ec2:DescribeSubnets"),
		}
	case "AWS::EC2::Route":
		return []Statement{
			s.changes("ec2:CreateRoute", "ec2:DeleteRoute", "ec2:ReplaceRoute"),
			s.sees("ec2:DescribeNetworkInterfaces", "ec2:DescribeRouteTables"),
		}
	case "AWS::EC2::InternetGateway":
		return []Statement{
			s.makes("internet-gateway", "ec2:CreateInternetGateway", "ec2:CreateTags"),
			s.changes("ec2:DeleteInternetGateway", "ec2:DeleteTags"),
			s.sees("ec2:DescribeInternetGateways"),
		}
	case "AWS::EC2::VPCGatewayAttachment":
		// left out: VPN gateways, which are still read
		return []Statement{
			s.changes("ec2:AttachInternetGateway", "ec2:DetachInternetGateway"),
			s.sees("ec2:DescribeInternetGateways", "ec2:DescribeVpnGateways"),
		}
	case "AWS::EC2::EIP":
		// left out: instances, which addresses are associated with, and transfers
		return []Statement{
			s.makes("elastic-ip", "ec2:AllocateAddress", "ec2:CreateTags"),
			s.changes("ec2:DeleteTags", "ec2:ReleaseAddress"),
			s.sees("ec2:DescribeAddresses", "ec2:DescribeTags"),
		}
	case "AWS::EC2::NatGateway":
		// left out: further addresses
		return []Statement{
			s.makes("natgateway", "ec2:CreateNatGateway", "ec2:CreateTags"),
			s.changes("ec2:CreateNatGateway", "ec2:DeleteNatGateway", "ec2:DeleteTags"),
			s.sees("ec2:DescribeNatGateways"),
			s.linkedRole("NATRole", "ec2-nat-gateway.amazonaws.com"), // a regional one allocates its addresses with it (Amazon VPC User Guide)
		}
	case "AWS::EC2::VPCEndpoint":
		// left out: services in other regions, and networks of services
		return []Statement{
			s.makes("vpc-endpoint", "ec2:CreateTags", "ec2:CreateVpcEndpoint"),
			s.changes("ec2:CreateVpcEndpoint", "ec2:DeleteTags", "ec2:DeleteVpcEndpoints", "ec2:ModifyVpcEndpoint"),
			s.sees("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcEndpoints", "ec2:DescribeVpcs"),
			// for the names of services within the VPC; their zones are AWS's own
			Allow("NameEndpoints", "route53:AssociateVPCWithHostedZone").
				On(cfn.Format[cfn.Text]("arn:%s:route53:::hostedzone/*", cfn.Partition())).On(s.arns("ec2", "vpc/*")...),
		}
	case "AWS::EC2::FlowLog":
		// left out: delivery to S3 and Firehose, and tags in records
		return []Statement{
			s.makes("vpc-flow-log", "ec2:CreateFlowLogs", "ec2:CreateTags"),
			s.changes("ec2:CreateFlowLogs", "ec2:DeleteFlowLogs", "ec2:DeleteTags"),
			s.sees("ec2:DescribeFlowLogs", "ec2:DescribeTags"),
			s.Pass("PassRolesToFlowLogs", "vpc-flow-logs.amazonaws.com"),
		}
	case "AWS::EC2::SecurityGroup":
		return []Statement{
			// in whatever VPC the spec names, which may have tags of its own and be shared by another account
			Allow("MakeGroups", "ec2:CreateSecurityGroup").On(s.arns("ec2", "security-group/*")...).On(s.vpcs()...),
			// a group has no tags when CloudFormation makes its rules, nor when it takes it back because one is wrong
			s.makesRules("ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress", "ec2:CreateTags", "ec2:DeleteSecurityGroup",
				"ec2:RevokeSecurityGroupEgress"),
			s.changes("ec2:DeleteTags", "ec2:RevokeSecurityGroupIngress", "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
				"ec2:UpdateSecurityGroupRuleDescriptionsIngress"),
			s.sees("ec2:DescribeInstances", "ec2:DescribeSecurityGroups"),
		}
	case "AWS::EC2::SecurityGroupEgress":
		return []Statement{
			s.makesRules("ec2:AuthorizeSecurityGroupEgress", "ec2:RevokeSecurityGroupEgress"), // as the group's own rules
			s.changes("ec2:UpdateSecurityGroupRuleDescriptionsEgress"),
			s.sees("ec2:DescribeSecurityGroupRules"),
		}
	case "AWS::EC2::SecurityGroupIngress":
		return []Statement{
			s.makesRules("ec2:AuthorizeSecurityGroupIngress"), // as the group's own rules
			s.changes("ec2:RevokeSecurityGroupIngress", "ec2:UpdateSecurityGroupRuleDescriptionsIngress"),
			s.sees("ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups"),
		}
	case "Custom::ClosedGroup":
		// CloudFormation calls the function as who deploys
		return []Statement{Allow("CloseGroups", "lambda:InvokeFunction").On(s.each(func(prefix string) []cfn.Part {
			return s.arns("lambda", "function:"+prefix+"*-closed-group")
		})...)}
	default:
		return nil
	}
}

// makes allows what CloudFormation does to things of a kind that may not have their tags yet: it makes them with its own tags only, or with
// none, and adds ours afterwards. What carries the tags of another project or environment is out of reach all the same. IAM asks for each
// resource of a request apart: what the new thing stands in must carry our tags, as changes has it.
func (s Scope) makes(kind string, actions ...string) Statement {
	return Allow("Make"+cfn.ID(kind), actions...).On(s.arns("ec2", kind+"/*")...).If(s.taggedIfAtAll()...)
}

// makesRules is makes for security groups and their rules.
func (s Scope) makesRules(actions ...string) Statement {
	return s.makes("security-group", actions...).On(s.arns("ec2", "security-group-rule/*")...)
}

// changes allows what is done to things of EC2 that carry our tags.
func (s Scope) changes(actions ...string) Statement {
	return Allow("ChangeNetworks", actions...).On(s.arns("ec2", "*/*")...).If(s.tagged()...)
}

// sees allows listing, which knows no resource in EC2.
func (s Scope) sees(actions ...string) Statement {
	return Allow("Networks", actions...).On(cfn.Lit("*")).If(s.inRegions())
}

// vpcs of any account.
func (s Scope) vpcs() []cfn.Part {
	list := s.regions()
	for i, region := range slices.Clone(list) {
		list[i] = cfn.Format[cfn.Text]("arn:%s:ec2:%s:*:vpc/*", cfn.Partition(), region)
	}
	return list
}
