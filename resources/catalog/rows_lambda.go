package catalog

// lambdaRows are the rows of what functions are called by, and share.
func lambdaRows() []Row {
	return []Row{
		{
			Type: "AWS::Lambda::EventInvokeConfig",
			Permissions: []Permission{
				allow("Functions",
					"lambda:DeleteFunctionEventInvokeConfig", "lambda:GetFunctionEventInvokeConfig", "lambda:PutFunctionEventInvokeConfig",
					"lambda:UpdateFunctionEventInvokeConfig",
				).on(regional("lambda", "function:{name}*")),
			},
		},
		{
			Type: "AWS::Lambda::EventSourceMapping",
			// left out: keys for the filter. A mapping has a random id: the function decides whose it is
			Permissions: []Permission{
				// knows no resource, but the function
				allow("CreateEventSources", "lambda:CreateEventSourceMapping").on("*").inRegions().
					when("ArnLike", "lambda:FunctionArn", regional("lambda", "function:{name}*")),
				allow("EventSources", "lambda:DeleteEventSourceMapping", "lambda:GetEventSourceMapping", "lambda:UpdateEventSourceMapping").
					on(regional("lambda", "event-source-mapping:*")).
					when("ArnLike", "lambda:FunctionArn", regional("lambda", "function:{name}*")),
				// these actions do not know the function; a new mapping may have no tags yet
				allow("TagEventSources", "lambda:ListTags", "lambda:TagResource", "lambda:UntagResource").
					on(regional("lambda", "event-source-mapping:*")).taggedIfAtAll(),
			},
			Uncovered: []Uncovered{
				uncovered("KmsKeyArn", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"),
			},
		},
		{
			Type: "AWS::Lambda::LayerVersion",
			Name: Name{Property: "LayerName", Pattern: "{name}*", Create: "lambda:PublishLayerVersion"},
			Permissions: []Permission{
				allow("OwnLayers", "lambda:DeleteLayerVersion", "lambda:GetLayerVersion", "lambda:PublishLayerVersion").
					on(regional("lambda", "layer:{name}*")),
				code(), codeKeys(),
			},
			Uncovered: []Uncovered{
				uncovered("Content.S3Bucket", "s3:GetObject").except("{name}code-*"),
			},
		},
		{
			Type: "AWS::Lambda::LayerVersionPermission",
			Permissions: []Permission{
				allow("OwnLayers", "lambda:AddLayerVersionPermission", "lambda:GetLayerVersionPolicy", "lambda:RemoveLayerVersionPermission").
					on(regional("lambda", "layer:{name}*")),
			},
		},
		{
			Type: "AWS::Lambda::ResourcePolicy",
			// left out: other principals than services. The schema names no permissions: those of the API's operations
			Permissions: []Permission{
				callers("lambda:PutResourcePolicy"),
				allow("Functions", "lambda:DeleteResourcePolicy", "lambda:GetResourcePolicy").on(regional("lambda", "function:{name}*")),
			},
			Uncovered: []Uncovered{
				uncovered("PolicyDocument.Statement.Principal.AWS", "lambda:PutResourcePolicy"),
			},
		},
		{
			Type: "AWS::Lambda::Url",
			// left out: AddPermission, without which a URL admits the account's own principals only
			Permissions: []Permission{
				allow("Functions",
					"lambda:CreateFunctionUrlConfig", "lambda:DeleteFunctionUrlConfig", "lambda:GetFunctionUrlConfig", "lambda:UpdateFunctionUrlConfig",
				).on(regional("lambda", "function:{name}*")),
			},
		},
	}
}

// callers allows actions that open functions to services, and to nothing else.
func callers(actions ...string) Permission {
	return allow("Callers", actions...).
		on(regional("lambda", "function:{name}*")).
		when("StringLike", "lambda:Principal", "*.amazonaws.com")
}
