package catalog

// deliveryRows are the rows of builds and pipelines.
func deliveryRows() []Row {
	return []Row{
		{
			Type:   "AWS::CodeBuild::Project",
			Name:   Name{Property: "Name", Pattern: "{name}*", Create: "codebuild:CreateProject", Unique: InRegion},
			ARN:    regional("codebuild", "project/{Name}"),
			Values: map[string]string{Ref: "{Name}", "Arn": "{arn}"},
			Touch:  Touch{Action: "codebuild:StartBuild", On: "{arn}"},
			// the schema names no permissions: those of the API's create, update, delete and read operations
			Permissions: []Permission{
				allow("Projects", "codebuild:BatchGetProjects", "codebuild:CreateProject", "codebuild:DeleteProject", "codebuild:UpdateProject").
					on(regional("codebuild", "project/{name}*")),
				Pass("PassRolesToBuilds", "codebuild.amazonaws.com"),
			},
			Uncovered: []Uncovered{
				uncovered("Triggers", "codebuild:CreateWebhook", "codebuild:DeleteWebhook", "codebuild:UpdateWebhook"),
				uncovered("Visibility", "codebuild:UpdateProjectVisibility").except("PRIVATE"),
			},
		},
		{
			Type:   "AWS::CodeBuild::ReportGroup",
			Name:   Name{Property: "Name", Pattern: "{name}*", Create: "codebuild:CreateReportGroup", Generated: true, Unique: InRegion},
			ARN:    regional("codebuild", "report-group/{Name}"),
			Values: map[string]string{"Arn": "{arn}"},
			// the schema names no permissions: those of the API's create, update, delete and read operations
			Permissions: []Permission{
				allow("ReportGroups",
					"codebuild:BatchGetReportGroups", "codebuild:CreateReportGroup", "codebuild:DeleteReport", "codebuild:DeleteReportGroup",
					"codebuild:ListReportsForReportGroup", "codebuild:UpdateReportGroup",
				).on(regional("codebuild", "report-group/{name}*")),
			},
		},
		{
			Type: "AWS::CodePipeline::Pipeline",
			Name: Name{Property: "Name", Pattern: "{scope}", Create: "codepipeline:CreatePipeline", Unique: InRegion},
			Permissions: []Permission{
				allow("Pipelines",
					"codepipeline:CreatePipeline", "codepipeline:DeletePipeline", "codepipeline:GetPipeline", "codepipeline:GetPipelineState",
					"codepipeline:ListTagsForResource", "codepipeline:StartPipelineExecution", "codepipeline:TagResource",
					"codepipeline:UntagResource", "codepipeline:UpdatePipeline",
				).on(regional("codepipeline", "{scope}")),
				allow("PipelineStages", "codepipeline:DisableStageTransition", "codepipeline:EnableStageTransition").
					on(regional("codepipeline", "{scope}/*")),
				// the service checks either prefix, depending on how old the connection is
				allow("PassConnection", "codeconnections:PassConnection", "codestar-connections:PassConnection").on("{connection}"),
				Pass("PassRolesToPipelines", "codepipeline.amazonaws.com"),
				allow("Roles", "iam:GetRole").on(global("iam", "role{path}{name}*")),
			},
		},
	}
}
