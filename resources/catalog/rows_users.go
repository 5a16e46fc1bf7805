package catalog

// usersRows are the rows of Cognito, which chooses the ids of pools: their tags say whose they are.
func usersRows() []Row {
	return []Row{
		{
			Type: "AWS::Cognito::IdentityPool",
			// left out: streams, events and push of Cognito Sync
			Permissions: []Permission{
				allow("CreateIdentityPools", "cognito-identity:CreateIdentityPool").on("*").inRegions(), // knows no resource: there is no pool yet
				allow("IdentityPools", "cognito-identity:DeleteIdentityPool", "cognito-identity:UpdateIdentityPool").
					on(regional("cognito-identity", "identitypool/*")).tagged(),
				// it is read before it has its tags
				allow("NewIdentityPools",
					"cognito-identity:DescribeIdentityPool", "cognito-identity:ListTagsForResource", "cognito-identity:TagResource",
					"cognito-identity:UntagResource",
				).on(regional("cognito-identity", "identitypool/*")).taggedIfAtAll(),
			},
			Uncovered: []Uncovered{
				uncovered("CognitoEvents", "cognito-sync:SetCognitoEvents"),
				uncovered("CognitoStreams", "cognito-sync:SetIdentityPoolConfiguration"),
				uncovered("PushSync", "cognito-sync:SetIdentityPoolConfiguration"),
			},
		},
		{
			Type: "AWS::Cognito::IdentityPoolRoleAttachment",
			Permissions: []Permission{
				allow("IdentityPools", "cognito-identity:GetIdentityPoolRoles").on(regional("cognito-identity", "identitypool/*")).tagged(),
				allow("IdentityPoolRoles", "cognito-identity:SetIdentityPoolRoles").on("*").inRegions(), // knows no resource
				Pass("PassRolesToIdentities", "cognito-identity.amazonaws.com"),
			},
		},
		{
			Type:  "AWS::Cognito::UserPool",
			ARN:   regional("cognito-idp", "userpool/{id}"),
			Touch: Touch{Action: "cognito-idp:AdminGetUser", On: "{arn}"},
			// left out: keys of one's own
			Permissions: []Permission{
				allow("CreateUserPools", "cognito-idp:CreateUserPool").on("*").inRegions(), // knows no resource: there is no pool yet
				userPools("cognito-idp:AddCustomAttributes", "cognito-idp:DeleteUserPool", "cognito-idp:UpdateUserPool"),
				// it is read, and its second factor set, before it has its tags
				allow("NewUserPools",
					"cognito-idp:DescribeUserPool", "cognito-idp:GetUserPoolMfaConfig", "cognito-idp:ListTagsForResource",
					"cognito-idp:SetUserPoolMfaConfig", "cognito-idp:TagResource", "cognito-idp:UntagResource",
				).on(regional("cognito-idp", "userpool/*")).taggedIfAtAll(),
				linkedRole("UserPoolMailRole", "email.cognito-idp.amazonaws.com"), // with it Cognito sends e-mail through SES
				Pass("PassRolesToUserPools", "cognito-idp.amazonaws.com"),
			},
			Uncovered: []Uncovered{
				uncovered("KeyConfiguration",
					"kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext",
					"kms:ReEncryptFrom", "kms:ReEncryptTo",
				),
				uncovered("LambdaConfig.KMSKeyID", "kms:CreateGrant"),
			},
		},
		{
			Type: "AWS::Cognito::UserPoolClient",
			// left out: Pinpoint
			Permissions: []Permission{
				userPools(
					"cognito-idp:CreateUserPoolClient", "cognito-idp:DeleteUserPoolClient", "cognito-idp:DescribeUserPoolClient",
					"cognito-idp:UpdateUserPoolClient",
				),
			},
			Uncovered: []Uncovered{
				uncovered("AnalyticsConfiguration", "iam:CreateServiceLinkedRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy"),
			},
		},
		{
			Type: "AWS::Cognito::UserPoolDomain",
			// left out: domains of one's own
			Permissions: []Permission{
				userPools("cognito-idp:CreateUserPoolDomain", "cognito-idp:DeleteUserPoolDomain", "cognito-idp:UpdateUserPoolDomain"),
				lists("SeeUserPoolDomains", "cognito-idp:DescribeUserPoolDomain"),
			},
			Uncovered: []Uncovered{
				uncovered("CustomDomainConfig", "cloudfront:UpdateDistribution"),
			},
		},
		{
			Type: "AWS::Cognito::UserPoolGroup",
			Permissions: []Permission{
				userPools("cognito-idp:CreateGroup", "cognito-idp:DeleteGroup", "cognito-idp:GetGroup", "cognito-idp:UpdateGroup"),
				Pass("PassRolesToUserPools", "cognito-idp.amazonaws.com"),
			},
		},
		{
			Type: "AWS::Cognito::UserPoolResourceServer",
			Permissions: []Permission{
				userPools(
					"cognito-idp:CreateResourceServer", "cognito-idp:DeleteResourceServer", "cognito-idp:DescribeResourceServer",
					"cognito-idp:UpdateResourceServer",
				),
			},
		},
	}
}

// userPools allows what is done to user pools that have our tags, and to what is in them.
func userPools(actions ...string) Permission {
	return allow("UserPools", actions...).on(regional("cognito-idp", "userpool/*")).tagged()
}
