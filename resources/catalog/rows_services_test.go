package catalog_test

// What the rows of events, functions, workflows, users, the edge, domains, APIs, firewalls, machines, scaling and release reach and leave out; see
// wide and leftOut.

func wideOfServices() map[string]string {
	return map[string]string{
		"ArchiveBuses":              "of the default bus, rules receive the same events",
		"CreateApiKeys":             "a key that is created has no name or tag that IAM knows",
		"CreateArtifacts":           "codeartifact:CreateDomain and CreateRepository know no resource",
		"CreateAtTheEdge":           "cloudfront:Create… know no resource, and CloudFront is in no region",
		"CreateDomainNames":         "a domain name that is created has no tag that IAM knows, and a name of any form",
		"CreateDomains":             "route53:Create… know no resource, and Route 53 is in no region",
		"CreateIdentityPools":       "cognito-identity:CreateIdentityPool knows no resource",
		"CreateNamespaces":          "servicediscovery:Create…Namespace know no resource",
		"CreateUsagePlans":          "a plan that is created has no name or tag that IAM knows",
		"CreateUserPools":           "cognito-idp:CreateUserPool knows no resource",
		"CreateVpcLinks":            "a link that is created has no name or tag that IAM knows",
		"DeploymentConfigs":         "AWS's own are read too",
		"EdgeCachePolicy":           "it has an id of CloudFront's choice, and no tags",
		"EdgeKeys":                  "the actions on keys know no resource",
		"EdgeOriginAccessControl":   "it has an id of CloudFront's choice, and no tags",
		"EdgeOriginRequestPolicy":   "it has an id of CloudFront's choice, and no tags",
		"EdgeResponseHeadersPolicy": "it has an id of CloudFront's choice, and no tags",
		"EventBusPolicies":          "events:PutPermission and RemovePermission know no resource",
		"GatewayAccount":            "there is one in a region",
		"GraphQLParts":              "the actions on the parts of APIs know no resource",
		"HealthChecks":              "they have ids of Route 53's choice, and no tags that IAM knows",
		"IdentityPoolRoles":         "cognito-identity:SetIdentityPoolRoles knows no resource; the roles are the application's",
		"ListZones":                 "route53:ListHostedZonesByName knows no resource, and Route 53 is in no region",
		"PrivateKeys":               "CloudFormation names them for the id of the pair",
		"RequestCertificates":       "acm:RequestCertificate knows no resource",
		"SeeAssociations":           "whether an instance has associations is read",
		"SeeCapacityProviders":      "AWS's own are read too",
		"SetWebACLs":                "…:SetWebACL know no resource",
		"StopDeployments":           "codedeploy:StopDeployment knows no resource",
		"TagDiscovery":              "servicediscovery:TagResource and UntagResource know no resource",
		"UseInWebACLs":              "managed rules are AWS's or a vendor's",
		"UseTransitGateways":        "a transit gateway is mostly another account's, which shares it",
		"ValidateCertificates":      "zones have ids of Route 53's choice; only names and types of records that validate",
		"ZoneChanges":               "whether a change has arrived is read",
		"Zones":                     "they have ids of Route 53's choice, and no tags that IAM knows",
	}
}

func leftOutOfServices() []*left {
	return pointers([]left{
		{types: "AWS::ApiGateway::RestApi", actions: "iam:PassRole", why: "methods and authorizers have the roles"},
		{types: "AWS::ApiGatewayV2::ApiMapping", actions: "apigateway:PUT", why: "API Gateway has no PUT of a mapping"},
		{types: "AWS::ApiGatewayV2::VpcLink", actions: "iam:*ServiceLinkedRole*", why: "the role stays: others of the account may have it too"},
		{types: "AWS::AutoScaling::AutoScalingGroup", actions: "managed-fleets:*", why: "no such service in IAM"},
		{types: "AWS::AutoScaling::AutoScalingGroup", actions: "cloudwatch:PutMetricAlarm ec2:Get* ssm:Get*", why: "alarms are resources of their own; CloudFormation reads parameters for images"},
		{types: "AWS::CloudFront::Distribution", actions: "cloudfront:CreateDistributionWithTags", why: "no such action in IAM: CreateDistribution and TagResource allow it"},
		{types: "AWS::Cognito::IdentityPool AWS::Cognito::UserPoolClient", actions: "iam:PassRole", why: "it is for Cognito Sync and Pinpoint, which are uncovered"},
		{types: "AWS::Cognito::UserPoolDomain", actions: "kms:*", why: "the keys of pools are uncovered, with the pools"},
		{types: "AWS::Cognito::UserPoolGroup", actions: "iam:PutRolePolicy", why: "a group names a role, and does not change its policies"},
		{types: "AWS::ElasticLoadBalancing::LoadBalancer", actions: "ec2:CreateSecurityGroup", why: "a template that names no security groups gets the default one"},
		{types: "AWS::Events::EventBus", actions: "kms:ReEncrypt", why: "no such action in IAM: ReEncryptFrom and ReEncryptTo are allowed"},
		{types: "AWS::WAFv2::LoggingConfiguration", actions: "iam:DescribeOrganization", why: "no such action in IAM; logs of an organization are Firewall Manager's"},
		{types: "AWS::WAFv2::WebACLAssociation", actions: "wafv2:*PermissionPolicy", why: "rule groups are not shared with other accounts"},
	})
}
