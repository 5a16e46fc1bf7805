package catalog

// edgeRows are the rows of CloudFront. It is in no region: no condition on regions holds for it.
func edgeRows() []Row {
	return []Row{
		edgePolicy("AWS::CloudFront::CachePolicy", "CachePolicy", "cache-policy"),
		{
			Type: "AWS::CloudFront::Distribution",
			ARN:  global("cloudfront", "distribution/{id}"),
			// left out: origins in VPCs, tenants, staging, and legacy logs
			Permissions: []Permission{
				edgeCreation("cloudfront:CreateDistribution"),
				allow("Distributions", "cloudfront:DeleteDistribution", "cloudfront:UpdateDistribution").on(global("cloudfront", "distribution/*")).tagged(),
				// it is read before it has its tags
				allow("NewDistributions",
					"cloudfront:GetDistribution", "cloudfront:GetDistributionConfig", "cloudfront:ListTagsForResource", "cloudfront:TagResource",
					"cloudfront:UntagResource",
				).on(global("cloudfront", "distribution/*")).taggedIfAtAll(),
			},
			Uncovered: []Uncovered{
				uncovered("DistributionConfig.ContinuousDeploymentPolicyId", "cloudfront:UpdateDistributionWithStagingConfig"),
				uncovered("DistributionConfig.Logging", "s3:GetBucketAcl", "s3:PutBucketAcl"),
				uncovered("DistributionConfig.Origins.VpcOriginConfig", "cloudfront:GetVpcOrigin"),
				uncovered("DistributionConfig.TenantConfig", "cloudfront:CreateConnectionGroup", "cloudfront:GetConnectionGroup"),
			},
		},
		{
			Type: "AWS::CloudFront::Function",
			// CreateFunction does not ask for the name
			Name: Name{Property: "Name", Pattern: "{name}*", Create: "cloudfront:UpdateFunction", Unique: InAccount},
			Permissions: []Permission{
				edgeCreation("cloudfront:CreateFunction"),
				allow("EdgeFunctions",
					"cloudfront:DeleteFunction", "cloudfront:DescribeFunction", "cloudfront:GetFunction", "cloudfront:ListTagsForResource",
					"cloudfront:PublishFunction", "cloudfront:TagResource", "cloudfront:UntagResource", "cloudfront:UpdateFunction",
				).on(global("cloudfront", "function/{name}*")),
			},
		},
		{
			Type: "AWS::CloudFront::KeyGroup",
			Permissions: []Permission{
				edgeKeys("cloudfront:CreateKeyGroup", "cloudfront:DeleteKeyGroup", "cloudfront:GetKeyGroup", "cloudfront:UpdateKeyGroup"),
			},
		},
		edgePolicy("AWS::CloudFront::OriginAccessControl", "OriginAccessControl", "origin-access-control"),
		edgePolicy("AWS::CloudFront::OriginRequestPolicy", "OriginRequestPolicy", "origin-request-policy"),
		{
			Type: "AWS::CloudFront::PublicKey",
			Permissions: []Permission{
				edgeKeys("cloudfront:CreatePublicKey", "cloudfront:DeletePublicKey", "cloudfront:GetPublicKey", "cloudfront:UpdatePublicKey"),
			},
		},
		edgePolicy("AWS::CloudFront::ResponseHeadersPolicy", "ResponseHeadersPolicy", "response-headers-policy"),
	}
}

// edgePolicy is the row of a type with an id of CloudFront's choice and without tags: IAM cannot tell one from another, CloudFormation touches only
// those that a stack contains.
func edgePolicy(typ, kind, resource string) Row {
	return Row{Type: typ, Permissions: []Permission{
		edgeCreation("cloudfront:Create" + kind),
		allow("Edge"+kind, "cloudfront:Delete"+kind, "cloudfront:Get"+kind, "cloudfront:Update"+kind).on(global("cloudfront", resource+"/*")),
	}}
}

// edgeCreation allows to create what CloudFront has no resource for yet.
func edgeCreation(action string) Permission { return allow("CreateAtTheEdge", action).on("*") }

// edgeKeys allows what is done to keys of signed URLs; none of the actions knows a resource.
func edgeKeys(actions ...string) Permission { return allow("EdgeKeys", actions...).on("*") }
