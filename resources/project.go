package resources

import (
	"strings"
	"unicode/utf8"

	"github.com/awslabs/goformation/v7/cloudformation/codebuild"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// Project is a CodeBuild project that an action of a pipeline runs, or a rule.
type Project struct {
	// ID is the logical id.
	ID          string
	Name        string
	Description string
	Role        cfn.Value[cfn.RoleARN]
	// Key encrypts the output of the build. Other accounts cannot read output that is encrypted with the default key.
	Key      cfn.Value[cfn.KeyARN]
	LogGroup LogGroupHandle
	// BuildSpec is the text of the buildspec.
	BuildSpec string
	// Environment variables. They are visible in the template, so no value may be a secret.
	Environment []Variable
	// Alone is for builds that no pipeline runs: they have neither a source nor artifacts.
	Alone bool
	// Docker enables privileged mode, which docker requires.
	Docker bool
	// ARM runs the build on ARM processors.
	ARM bool
	// Image of the build container. Default: an image of CodeBuild.
	Image string
	// Cache is the place in S3 for the cache paths in the buildspec, as bucket/prefix. Optional.
	Cache cfn.Value[cfn.Text]
	// TimeoutMinutes of a build, 5 to 2160 (CodeBuild quotas).
	TimeoutMinutes int
}

// Variable is an environment variable.
type Variable struct {
	Name  string
	Value cfn.Part
	// Secret is true if the value is the ARN of a secret in Secrets Manager, optionally followed by a colon and a JSON key.
	Secret bool
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

// Limits of CodeBuild (AWS CodeBuild User Guide, "Quotas").
const (
	maxBuildSpec   = 25600 // characters
	maxProjectName = 150
)

// Add declares the project.
func (p Project) Add(t *cfn.Template) ProjectHandle {
	path := "Resources." + p.ID + ".Properties"
	checkName(t, path+".Name", "CodeBuild", p.Name, "_-", 2, maxProjectName)
	checkKey(t, path+".EncryptionKey", p.Key)
	checkRange(t, path+".TimeoutInMinutes", "CodeBuild", p.TimeoutMinutes, limits.BuildLeastTimeout, limits.BuildTimeout)
	if n := utf8.RuneCountInString(p.BuildSpec); n > maxBuildSpec {
		t.Failf(path+".Source.BuildSpec", "shorten its commands, or move them to a script in the repository", "the buildspec has %d characters; the CodeBuild limit is %d", n, maxBuildSpec)
	}
	variables := make([]codebuild.Project_EnvironmentVariable, len(p.Environment))
	for i, v := range p.Environment {
		kind := "PLAINTEXT"
		if v.Secret {
			kind = "SECRETS_MANAGER"
		}
		variables[i] = codebuild.Project_EnvironmentVariable{Name: v.Name, Type: new(kind), Value: t.Text(v.Value)}
	}
	cloudWatchLogs := &codebuild.Project_CloudWatchLogsConfig{Status: "ENABLED"}
	if p.LogGroup.group == nil {
		t.Fail(path+".LogsConfig", "the log group is not set: CodeBuild would create one that retains its logs forever", "set LogGroup")
	} else {
		cloudWatchLogs.GroupName = t.TextPtr(p.LogGroup.Name())
	}
	project := &codebuild.Project{
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
			PrivilegedMode:       new(p.Docker),
			EnvironmentVariables: variables,
		},
		LogsConfig:       &codebuild.Project_LogsConfig{CloudWatchLogs: cloudWatchLogs},
		TimeoutInMinutes: new(p.TimeoutMinutes),
		// after this time, a queued build fails; the default is eight hours
		QueuedTimeoutInMinutes: new(60),
		// no Visibility: PRIVATE is the default, and setting it requires an action that the execution role does not have
	}
	if p.Alone {
		project.Artifacts.Type, project.Source.Type = "NO_ARTIFACTS", "NO_SOURCE"
	}
	if p.ARM {
		project.Environment.Type, project.Environment.Image = "ARM_CONTAINER", "aws/codebuild/amazonlinux-aarch64-standard:3.0"
	}
	if p.Image != "" {
		project.Environment.Image = p.Image
		if !strings.HasPrefix(p.Image, "aws/codebuild/") {
			// CodeBuild pulls its own images with its own credentials, but others with those of the project
			project.Environment.ImagePullCredentialsType = new("SERVICE_ROLE")
		}
	}
	if cache := t.TextPtr(p.Cache); cache != nil {
		project.Cache = &codebuild.Project_ProjectCache{Type: "S3", Location: cache}
	}
	return ProjectHandle{t.Add(p.ID, project)}
}
