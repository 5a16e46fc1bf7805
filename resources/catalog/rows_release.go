package catalog

// releaseRows are the rows of CodeDeploy and CodeArtifact.
func releaseRows() []Row {
	return []Row{
		{
			Type:          "AWS::CodeArtifact::Domain",
			Name:          Name{Property: "DomainName", Pattern: "{name}*", Create: "codeartifact:CreateDomain", Unique: InRegion},
			ARN:           regional("codeartifact", "domain/{DomainName}"),
			Values:        map[string]string{Ref: "{arn}", "Arn": "{arn}"},
			Policy:        Policy{Property: "PermissionsPolicyDocument"},
			PolicyDecides: []string{"codeartifact:DeleteDomain", "codeartifact:PutDomainPermissionsPolicy"},
			// left out: keys of one's own
			Permissions: []Permission{
				createsArtifacts("codeartifact:CreateDomain"),
				allow("ArtifactDomains",
					"codeartifact:DeleteDomain", "codeartifact:DeleteDomainPermissionsPolicy", "codeartifact:DescribeDomain",
					"codeartifact:GetDomainPermissionsPolicy", "codeartifact:ListTagsForResource", "codeartifact:PutDomainPermissionsPolicy",
					"codeartifact:TagResource", "codeartifact:UntagResource",
				).on(regional("codeartifact", "domain/{name}*")),
			},
			Uncovered: []Uncovered{
				uncovered("EncryptionKey", "kms:CreateGrant", "kms:DescribeKey"),
			},
		},
		{
			Type:          "AWS::CodeArtifact::Repository",
			ARN:           regional("codeartifact", "repository/{DomainName}/{RepositoryName}"),
			Values:        map[string]string{Ref: "{arn}", "Arn": "{arn}"},
			Policy:        Policy{Property: "PermissionsPolicyDocument"},
			PolicyDecides: []string{"codeartifact:DeleteRepository", "codeartifact:PutRepositoryPermissionsPolicy"},
			Touch:         Touch{Action: "codeartifact:ReadFromRepository", On: "{arn}"},
			// left out: domains of others
			Permissions: []Permission{
				createsArtifacts("codeartifact:CreateRepository"),
				allow("ArtifactRepositories",
					"codeartifact:AssociateExternalConnection", "codeartifact:AssociateWithDownstreamRepository", "codeartifact:DeleteRepository",
					"codeartifact:DeleteRepositoryPermissionsPolicy", "codeartifact:DescribeRepository", "codeartifact:DisassociateExternalConnection",
					"codeartifact:GetRepositoryPermissionsPolicy", "codeartifact:ListTagsForResource", "codeartifact:PutRepositoryPermissionsPolicy",
					"codeartifact:TagResource", "codeartifact:UntagResource", "codeartifact:UpdateRepository",
				).on(regional("codeartifact", "repository/{name}*")),
			},
			Uncovered: []Uncovered{
				uncovered("DomainName", "codeartifact:CreateRepository", "codeartifact:DescribeRepository").except("{name}*"),
			},
		},
		{
			Type:   "AWS::CodeDeploy::Application",
			Name:   Name{Property: "ApplicationName", Pattern: "{name}*", Create: "codedeploy:CreateApplication", Generated: true, Unique: InRegion},
			ARN:    regional("codedeploy", "application:{ApplicationName}"),
			Values: map[string]string{Ref: "{ApplicationName}"},
			Permissions: []Permission{
				deployApplications(
					"codedeploy:CreateApplication", "codedeploy:DeleteApplication", "codedeploy:GetApplication", "codedeploy:ListTagsForResource",
					"codedeploy:TagResource", "codedeploy:UntagResource",
				),
			},
		},
		{
			Type:  "AWS::CodeDeploy::DeploymentGroup",
			ARN:   regional("codedeploy", "deploymentgroup:{ApplicationName}/{DeploymentGroupName}"),
			Touch: Touch{Action: "codedeploy:CreateDeployment", On: "{arn}"},
			// left out: machines that are not AWS's
			Permissions: []Permission{
				deployApplications("codedeploy:GetApplicationRevision", "codedeploy:RegisterApplicationRevision"),
				// CloudFormation deploys with a group, and shifts the traffic of functions with it, where a template says so
				allow("DeploymentGroups",
					"codedeploy:CreateDeployment", "codedeploy:CreateDeploymentGroup", "codedeploy:DeleteDeploymentGroup", "codedeploy:GetDeployment",
					"codedeploy:GetDeploymentGroup", "codedeploy:ListDeployments", "codedeploy:ListTagsForResource", "codedeploy:TagResource",
					"codedeploy:UntagResource", "codedeploy:UpdateDeploymentGroup",
				).on(regional("codedeploy", "deploymentgroup:{name}*")),
				allow("DeploymentConfigs", "codedeploy:GetDeploymentConfig").on(regional("codedeploy", "deploymentconfig:*")), // AWS's own too
				allow("StopDeployments", "codedeploy:StopDeployment").on("*").inRegions(),                                     // knows no resource
				Pass("PassRolesToDeployments", "codedeploy.amazonaws.com"),
			},
			Uncovered: []Uncovered{
				uncovered("OnPremisesInstanceTagFilters", "codedeploy:RegisterOnPremisesInstance"),
				uncovered("OnPremisesTagSet", "codedeploy:RegisterOnPremisesInstance"),
			},
		},
	}
}

func deployApplications(actions ...string) Permission {
	return allow("DeployApplications", actions...).on(regional("codedeploy", "application:{name}*"))
}

// createsArtifacts allows what knows no resource: CodeArtifact does not ask for the name of what is created.
func createsArtifacts(action string) Permission {
	return allow("CreateArtifacts", action).on("*").inRegions()
}
