package catalog

// functionsRows are the rows of functions and APIs.
func functionsRows() []Row {
	return []Row{
		{
			Type: "AWS::ApiGatewayV2::Api",
			Name: Name{Property: "Name", Pattern: "{name}*", Create: "apigateway:POST", Generated: true},
			// left out: definitions in S3. The first API, domain name or VPC link of an account makes the service's role, as whoever makes it (API Gateway
			// Developer Guide, "Using service-linked roles"); with it, API Gateway delivers access logs
			Permissions: append(apis(),
				linkedRole("ApiGatewayRole", "ops.apigateway.amazonaws.com"),
			),
			Uncovered: []Uncovered{
				uncovered("BodyS3Location", "s3:GetObject"),
			},
		},
		{
			Type: "AWS::ApiGatewayV2::Authorizer",
			// left out: roles of integrations and authorizers
			Permissions: apis(),
		},
		{
			Type: "AWS::ApiGatewayV2::Integration",
			// left out: roles of integrations and authorizers
			Permissions: apis(),
		},
		{
			Type: "AWS::ApiGatewayV2::Route",
			// left out: roles of integrations and authorizers
			Permissions: apis(),
		},
		{
			Type: "AWS::ApiGatewayV2::Stage",
			// API Gateway turns on the access log as the role that deploys the stage
			Permissions: append(apis(), deliversLogs()...),
		},
		{
			Type: "AWS::Lambda::Alias",
			Permissions: []Permission{
				allow("Functions",
					"lambda:CreateAlias", "lambda:DeleteAlias", "lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig",
					"lambda:UpdateAlias",
				).on(regional("lambda", "function:{name}*")),
			},
			Uncovered: []Uncovered{
				uncovered("ProvisionedConcurrencyConfig", "lambda:DeleteProvisionedConcurrencyConfig", "lambda:PutProvisionedConcurrencyConfig"),
			},
		},
		{
			Type:   "AWS::Lambda::Function",
			Name:   Name{Property: "FunctionName", Pattern: "{name}*", Create: "lambda:CreateFunction", Generated: true, Unique: InRegion},
			ARN:    regional("lambda", "function:{FunctionName}"),
			Policy: Policy{Type: "AWS::Lambda::ResourcePolicy", Names: "ResourceArn", Property: "PolicyDocument"},
			Values: map[string]string{Ref: "{FunctionName}", "Arn": "{arn}"},
			Touch:  Touch{Action: "lambda:InvokeFunction", On: "{arn}"},
			// left out: code signing, capacity providers, file systems, recursion and runtime settings, which are still read
			Permissions: []Permission{
				allow("Functions",
					"lambda:CreateFunction", "lambda:DeleteFunction", "lambda:DeleteFunctionConcurrency", "lambda:GetFunction",
					"lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionConfiguration", "lambda:GetFunctionRecursionConfig",
					"lambda:GetFunctionScalingConfig", "lambda:GetRuntimeManagementConfig", "lambda:ListTags", "lambda:PublishVersion",
					"lambda:PutFunctionConcurrency", "lambda:TagResource", "lambda:UntagResource", "lambda:UpdateFunctionCode",
					"lambda:UpdateFunctionConfiguration",
				).on(regional("lambda", "function:{name}*")),
				// a layer may be another account's, whose policy decides
				allow("Layers", "lambda:GetLayerVersion").on("arn:{partition}:lambda:{region}:*:layer:*"),
				sees("ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
				// Lambda reads the code as who deploys it
				code(),
				codeKeys(),
				Pass("PassRolesToFunctions", "lambda.amazonaws.com"),
			},
			Uncovered: []Uncovered{
				uncovered("CapacityProviderConfig", "lambda:PassCapacityProvider"),
				// Lambda reads the code as who deploys it
				uncovered("Code.S3Bucket", "s3:GetObject").except("{name}code-*"),
				uncovered("CodeSigningConfigArn",
					"lambda:DeleteFunctionCodeSigningConfig", "lambda:GetCodeSigningConfig", "lambda:PutFunctionCodeSigningConfig",
				),
				uncovered("FileSystemConfigs", "elasticfilesystem:DescribeMountTargets"),
				uncovered("FunctionScalingConfig", "lambda:PutFunctionScalingConfig"),
				uncovered("KmsKeyArn", "kms:CreateGrant", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"),
				uncovered("RecursiveLoop", "lambda:PutFunctionRecursionConfig"),
				uncovered("RuntimeManagementConfig", "lambda:PutRuntimeManagementConfig"),
			},
		},
		{
			Type: "AWS::Lambda::Permission",
			// left out: other principals than services
			Permissions: []Permission{
				callers("lambda:AddPermission"),
				allow("Functions", "lambda:GetPolicy", "lambda:RemovePermission").on(regional("lambda", "function:{name}*")),
			},
			Uncovered: []Uncovered{
				uncovered("Principal", "lambda:AddPermission").except("*.amazonaws.com"),
			},
		},
		{
			Type: "AWS::Lambda::Version",
			Permissions: []Permission{
				allow("Functions",
					"lambda:DeleteFunction", "lambda:GetFunctionConfiguration", "lambda:GetFunctionScalingConfig",
					"lambda:GetProvisionedConcurrencyConfig", "lambda:GetRuntimeManagementConfig", "lambda:ListVersionsByFunction",
					"lambda:PublishVersion",
				).on(regional("lambda", "function:{name}*")),
			},
			Uncovered: []Uncovered{
				uncovered("FunctionScalingConfig", "lambda:PutFunctionScalingConfig"),
				uncovered("ProvisionedConcurrencyConfig", "lambda:PutProvisionedConcurrencyConfig"),
				uncovered("RuntimePolicy", "lambda:PutRuntimeManagementConfig"),
			},
		},
	}
}

// apis allows to create APIs with the scope's names, and to change them and what is in them. An API has a random id; its tags say whose it is.
func apis() []Permission {
	return []Permission{
		allow("CreateApis", "apigateway:POST").
			on(gateway("/apis")).
			when("StringLike", "apigateway:Request/ApiName", "{name}*"),
		allow("Apis", "apigateway:DELETE", "apigateway:PATCH").on(gateway("/apis/*")).tagged(),
		// it is read, and perhaps tagged, before it has its tags
		allow("ReadApis", "apigateway:TagResource", "apigateway:UntagResource", "apigateway:GET").
			on(gateway("/apis"), gateway("/apis/*")).taggedIfAtAll(),
		// of HTTP APIs, only the API and the stage are known to have tags: the others may, so that those of another API keep them from being changed.
		// The tags of an API are a resource of their own; a stage gets its by actions of their own
		allow("ApiParts",
			"apigateway:TagResource", "apigateway:UntagResource", "apigateway:DELETE", "apigateway:GET", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT").
			on(gateway("/apis/*/authorizers*"), gateway("/apis/*/integrations*"), gateway("/apis/*/routes*"), gateway("/apis/*/stages*")).
			on(gateway("/tags/*apis*")).taggedIfAtAll(),
	}
}

// gateway is a resource of API Gateway, whose ARNs name no account.
func gateway(path string) string { return "arn:{partition}:apigateway:{region}::" + path }
