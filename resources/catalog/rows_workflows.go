package catalog

// workflowsRows are the rows of Step Functions.
func workflowsRows() []Row {
	return []Row{
		{
			Type: "AWS::StepFunctions::Activity",
			Name: Name{Property: "Name", Pattern: "{name}*", Create: "states:CreateActivity", Unique: InRegion},
			ARN:  regional("states", "activity:{Name}"),
			Permissions: []Permission{
				allow("Activities",
					"states:CreateActivity", "states:DeleteActivity", "states:DescribeActivity", "states:ListTagsForResource", "states:TagResource",
					"states:UntagResource",
				).on(regional("states", "activity:{name}*")),
				usesKeys("StateMachineKeys", "states", "kms:DescribeKey"),
			},
		},
		{
			Type:   "AWS::StepFunctions::StateMachine",
			Name:   Name{Property: "StateMachineName", Pattern: "{name}*", Create: "states:CreateStateMachine", Unique: InRegion},
			ARN:    regional("states", "stateMachine:{StateMachineName}"),
			Values: map[string]string{Ref: "{arn}", "Arn": "{arn}", "Name": "{StateMachineName}"},
			Touch:  Touch{Action: "states:StartExecution", On: "{arn}"},
			// its logs are delivered as its own role
			Permissions: []Permission{
				allow("StateMachines",
					"states:CreateStateMachine", "states:DeleteStateMachine", "states:DescribeStateMachine", "states:ListTagsForResource",
					"states:TagResource", "states:UntagResource", "states:UpdateStateMachine",
				).on(regional("states", "stateMachine:{name}*")),
				code(), codeKeys(),
				usesKeys("StateMachineKeys", "states", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"),
				Pass("PassRolesToStateMachines", "states.amazonaws.com"),
			},
			Uncovered: []Uncovered{
				uncovered("DefinitionS3Location.Bucket", "s3:GetObject").except("{name}code-*"),
			},
		},
		{
			Type: "AWS::StepFunctions::StateMachineAlias",
			Permissions: []Permission{
				allow("StateMachines",
					"states:CreateStateMachineAlias", "states:DeleteStateMachineAlias", "states:DescribeStateMachineAlias",
					"states:UpdateStateMachineAlias",
				).on(regional("states", "stateMachine:{name}*")),
				allow("ListAlarms", "cloudwatch:DescribeAlarms").on(regional("cloudwatch", "alarm:*")), // lists all alarms or none
			},
		},
		{
			Type: "AWS::StepFunctions::StateMachineVersion",
			Permissions: []Permission{
				allow("StateMachines",
					"states:DeleteStateMachineVersion", "states:DescribeStateMachine", "states:ListStateMachineVersions",
					"states:PublishStateMachineVersion",
				).on(regional("states", "stateMachine:{name}*")),
			},
		},
	}
}
