package catalog

// stacksRows are the rows of what CloudFormation itself has.
func stacksRows() []Row {
	return []Row{
		{
			Type: CustomResource,
			Permissions: []Permission{
				// CloudFormation calls the provider as the role that deploys
				callsFunctions(),
				allow("CallTopics", "sns:Publish").on(regional("sns", "{name}*")),
			},
			Uncovered: []Uncovered{
				uncovered("ServiceToken", "lambda:InvokeFunction").except("arn:*:function:{name}*", "arn:*:sns:*"),
				uncovered("ServiceToken", "sns:Publish").except("arn:*:sns:*:{name}*", "arn:*:function:*"),
			},
		},
		{
			// a nested stack is named after its parent: <stack>-<logical id>-<12 characters or more>. The stacks of the environment itself, such as the one
			// with this role, are not named so
			Type: "AWS::CloudFormation::Stack",
			ARN:  regional("cloudformation", "stack/{any}/{id}"),
			// left out: roles of nested stacks, which are deployed as their parent is
			Permissions: []Permission{
				allow("NestedStacks",
					"cloudformation:CreateStack", "cloudformation:DeleteStack", "cloudformation:DescribeStacks", "cloudformation:GetStackPolicy",
					"cloudformation:GetTemplate", "cloudformation:SetStackPolicy", "cloudformation:TagResource", "cloudformation:UntagResource",
					"cloudformation:UpdateStack", "cloudformation:UpdateTerminationProtection",
				).on(regional("cloudformation", "stack/{name}*-*-????????????*/*")),
				code(),
				codeKeys(),
			},
			Uncovered: []Uncovered{
				// CloudFormation reads the template as the role that deploys
				uncovered("TemplateURL", "s3:GetObject").except("https://{name}code-*", "https://s3.*/{name}code-*"),
			},
		},
		{
			Type: "AWS::CloudFormation::WaitCondition", // CloudFormation's own: no service is called
		},
		{
			Type: "AWS::CloudFormation::WaitConditionHandle", // CloudFormation's own: no service is called
		},
	}
}

// code allows to read code from the bucket of the scope's code.
func code() Permission {
	return allow("Code", "s3:GetObject", "s3:GetObjectVersion").
		on("arn:{partition}:s3:::{name}code-*/*").
		when("StringEquals", "aws:ResourceAccount", "{account}")
}

// codeKeys allows to decrypt it.
func codeKeys() Permission {
	return allow("CodeKeys", "kms:Decrypt").
		on(regional("kms", "key/*")).
		when("StringEquals", "kms:ViaService", "s3.{region}.amazonaws.com")
}
