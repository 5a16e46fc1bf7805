package catalog

// firewallsRows are the rows of WAF. The ARNs of what protects CloudFront have global where the others have regional, both in a region.
func firewallsRows() []Row {
	return []Row{
		{
			Type: "AWS::WAFv2::IPSet",
			Name: Name{Property: "Name", Pattern: "{name}*", Create: "wafv2:CreateIPSet", Unique: InRegion},
			Permissions: []Permission{
				allow("IPSets", firewallActions("IPSet")...).on(firewall("ipset/{name}*")...),
			},
		},
		{
			Type: "AWS::WAFv2::LoggingConfiguration",
			// left out: logs to S3
			Permissions: append(deliversLogs(),
				allow("WebACLs", "wafv2:DeleteLoggingConfiguration", "wafv2:GetLoggingConfiguration", "wafv2:PutLoggingConfiguration").
					on(firewall("webacl/{name}*")...),
				lists("ListDeliveryStreams", "firehose:ListDeliveryStreams"),
				linkedRole("FirewallRole", "wafv2.amazonaws.com"), // which writes to Firehose
			),
			Uncovered: []Uncovered{
				uncovered("LogDestinationConfigs", "s3:GetBucketPolicy", "s3:PutBucketPolicy").except("*:log-group:*", "*:deliverystream/*"),
			},
		},
		{
			Type: "AWS::WAFv2::RuleGroup",
			Name: Name{Property: "Name", Pattern: "{name}*", Create: "wafv2:CreateRuleGroup", Unique: InRegion},
			Permissions: []Permission{
				allow("RuleGroups", firewallActions("RuleGroup")...).on(firewall("rulegroup/{name}*")...),
				allow("UseInRuleGroups", "wafv2:CreateRuleGroup", "wafv2:UpdateRuleGroup").
					on(firewall("ipset/{name}*", "regexpatternset/{name}*")...),
			},
		},
		{
			Type: "AWS::WAFv2::WebACL",
			Name: Name{Property: "Name", Pattern: "{name}*", Create: "wafv2:CreateWebACL", Unique: InRegion},
			Permissions: []Permission{
				allow("WebACLs", firewallActions("WebACL")...).on(firewall("webacl/{name}*")...),
				// managed rules are AWS's or a vendor's, whatever their names
				allow("UseInWebACLs", "wafv2:CreateWebACL", "wafv2:UpdateWebACL").
					on(firewall("ipset/{name}*", "managedruleset/*", "regexpatternset/{name}*", "rulegroup/{name}*")...),
			},
		},
		{
			Type: "AWS::WAFv2::WebACLAssociation",
			// left out: Amplify, App Runner, Verified Access and gateways of agents
			Permissions: []Permission{
				allow("WebACLs", "wafv2:AssociateWebACL", "wafv2:GetWebACL", "wafv2:GetWebACLForResource").
					on(firewall("webacl/{name}*")...),
				allow("ProtectLoadBalancers",
					"elasticloadbalancing:CreateWebACLAssociation", "elasticloadbalancing:DeleteWebACLAssociation",
					"elasticloadbalancing:GetLoadBalancerWebACL", "wafv2:AssociateWebACL", "wafv2:DisassociateWebACL", "wafv2:GetWebACLForResource",
				).on(regional("elasticloadbalancing", "loadbalancer/app/{name}*")),
				lists("SetWebACLs", "appsync:SetWebACL", "elasticloadbalancing:SetWebAcl"), // know no resource
				// stages, APIs and pools have ids of AWS's choice
				allow("ProtectStages", "apigateway:SetWebACL", "wafv2:AssociateWebACL", "wafv2:DisassociateWebACL", "wafv2:GetWebACLForResource").
					on(gateway("/restapis/*/stages/*")).taggedIfAtAll(),
				allow("ProtectGraphQLApis",
					"appsync:AssociateWebACL", "appsync:DisassociateWebACL", "appsync:GetWebACLForResource", "wafv2:AssociateWebACL",
					"wafv2:DisassociateWebACL", "wafv2:GetWebACLForResource",
				).on(regional("appsync", "apis/*")).taggedIfAtAll(),
				allow("ProtectUserPools",
					"cognito-idp:AssociateWebACL", "cognito-idp:DisassociateWebACL", "cognito-idp:GetWebACLForResource", "wafv2:AssociateWebACL",
					"wafv2:DisassociateWebACL", "wafv2:GetWebACLForResource",
				).on(regional("cognito-idp", "userpool/*")).taggedIfAtAll(),
				allow("UseInUserPools", "cognito-idp:AssociateWebACL").on(firewall("webacl/{name}*")...),
			},
			Uncovered: []Uncovered{
				uncovered("ResourceArn",
					"amplify:AssociateWebACL", "amplify:DisassociateWebACL", "amplify:GetWebACLForResource", "apprunner:AssociateWebAcl",
					"apprunner:DescribeWebAclForService", "apprunner:DisassociateWebAcl", "bedrock-agentcore:GatewayAssociateWebACL",
					"bedrock-agentcore:GatewayDisassociateWebACL", "bedrock-agentcore:GatewayGetWebACLForResource",
					"ec2:AssociateVerifiedAccessInstanceWebAcl", "ec2:DescribeVerifiedAccessInstanceWebAclAssociations",
					"ec2:DisassociateVerifiedAccessInstanceWebAcl", "ec2:GetVerifiedAccessInstanceWebAcl",
				).except("*:loadbalancer/app/{name}*", "*:apigateway:*", "*:appsync:*", "*:cognito-idp:*"),
			},
		},
	}
}

// firewallActions create, read, change, tag and delete a kind of thing of WAF.
func firewallActions(kind string) []string {
	return []string{
		"wafv2:Create" + kind, "wafv2:Delete" + kind, "wafv2:Get" + kind, "wafv2:ListTagsForResource", "wafv2:TagResource", "wafv2:UntagResource",
		"wafv2:Update" + kind,
	}
}

func firewall(resources ...string) []string {
	var arns []string
	for _, r := range resources {
		arns = append(arns, regional("wafv2", "global/"+r), regional("wafv2", "regional/"+r))
	}
	return arns
}
