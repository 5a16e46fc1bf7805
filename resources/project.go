package resources

import (
	"github.com/awslabs/goformation/v7/cloudformation/codebuild"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
)

// Project is a CodeBuild project that an action of a pipeline runs.
type Project struct {
	// ID is the logical id.
	ID          string
	Name        string
	Description string
	Role        cfn.Value[cfn.RoleARN]
	// Key encrypts what the build puts out: with any other key, no other account could read it.
	Key      cfn.Value[cfn.KeyARN]
	LogGroup LogGroupHandle
	// BuildSpec is the text of the buildspec.
	BuildSpec string
	// Environment variables; plain text, so never a secret.
	Environment []Variable
	// TimeoutMinutes of a build, 5 to 2160 (CodeBuild quotas).
	TimeoutMinutes int
}

// Variable is an environment variable.
type Variable struct {
	Name  string
	Value cfn.Part
}

// ProjectHandle is a declared project.
type ProjectHandle struct{ project *cfn.Resource }

// Name of the project.
func (h ProjectHandle) Name() cfn.Value[cfn.ProjectName] { return cfn.Ref[cfn.ProjectName](h.project) }

// ARN of the project.
func (h ProjectHandle) ARN() cfn.Value[cfn.ProjectARN] {
	return cfn.Att[cfn.ProjectARN](h.project, "Arn")
}

// Resource is the declared resource.
func (h ProjectHandle) Resource() *cfn.Resource { return h.project }

// maxBuildSpec is the most characters of an inline buildspec (CodeBuild quotas).
const maxBuildSpec = 25600

// Add declares the project.
func (p Project) Add(t *cfn.Template) ProjectHandle {
	path := "Resources." + p.ID + ".Properties.Source.BuildSpec"
	if n := len(p.BuildSpec); n > maxBuildSpec {
		t.Failf(path, "shorten its commands, or put them into a script of the repository", "the buildspec has %d characters, CodeBuild allows %d", n, maxBuildSpec)
	}
	variables := make([]codebuild.Project_EnvironmentVariable, len(p.Environment))
	for i, v := range p.Environment {
		variables[i] = codebuild.Project_EnvironmentVariable{Name: v.Name, Type: new("PLAINTEXT"), Value: t.Text(v.Value)}
	}
	return ProjectHandle{t.Add(p.ID, &codebuild.Project{
		Name:          new(p.Name),
		Description:   new(p.Description),
		ServiceRole:   t.Text(p.Role),
		EncryptionKey: t.TextPtr(p.Key),
		Artifacts:     &codebuild.Project_Artifacts{Type: "CODEPIPELINE"},
		Source:        &codebuild.Project_Source{Type: "CODEPIPELINE", BuildSpec: new(p.BuildSpec)},
		Environment: &codebuild.Project_Environment{
			Type:                 "LINUX_CONTAINER",
			ComputeType:          "BUILD_GENERAL1_SMALL",
			Image:                "aws/codebuild/amazonlinux-x86_64-standard:5.0",
			PrivilegedMode:       new(false),
			EnvironmentVariables: variables,
		},
		LogsConfig: &codebuild.Project_LogsConfig{
			CloudWatchLogs: &codebuild.Project_CloudWatchLogsConfig{GroupName: t.TextPtr(p.LogGroup.Name()), Status: "ENABLED"},
		},
		TimeoutInMinutes: new(p.TimeoutMinutes),
		// waiting builds fail after this long, eight hours unless said otherwise
		QueuedTimeoutInMinutes: new(60),
		Visibility:             new("PRIVATE"),
	})}
}
