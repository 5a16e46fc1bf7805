package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Build logs are for looking into what went wrong last; CloudWatch Logs knows this number of days.
const buildLogDays = 90

// build is a CodeBuild project with a role and a log group of its own.
type build struct {
	pipeline *Pipeline
	// name is the last part of the names of the project, its role and its log group.
	name      string
	store     store
	buildSpec *tree.Node
}

// madeBuild is a declared build.
type madeBuild struct {
	project resources.ProjectHandle
	// hash of the project and its role: a change of either changes the pipeline, so that the run starts again with it.
	hash string
}

func (b build) add(t *cfn.Template) madeBuild {
	p := b.pipeline
	name := spec.Name(p.Place.Project, p.Name, b.name)
	id := cfn.ID(b.name)
	logs := resources.LogGroup{ID: id + "Logs", Name: "/aws/codebuild/" + name, RetentionDays: buildLogDays, Key: b.store.key}.Add(t)
	role := resources.Role{
		ID: id + "Role", Name: name, Path: spec.ApplicationPath(p.Place.Project),
		Description: "CodeBuild project " + name + " runs with it",
		Trust: policy.Trust{policy.Allow("CodeBuild", "sts:AssumeRole").By(policy.Service("codebuild.amazonaws.com")).
			If(policy.FromAccount(cfn.AccountID()), policy.FromResource(p.arn("codebuild", "project/"+name)))},
		Boundary: p.Access.RoleBoundary(),
		Policies: []resources.InlinePolicy{{Name: "build", Document: policy.Identity{
			policy.Allow("Logs", writeLogs()...).On(logs.Streams()),
			policy.Allow("ArtifactBucket", "s3:GetBucketAcl", "s3:GetBucketLocation").On(resources.BucketARN(b.store.bucket)).
				If(policy.InAccount(cfn.AccountID())),
			policy.Allow("Artifacts", objectUse()...).On(resources.BucketObjects(b.store.bucket)).If(policy.InAccount(cfn.AccountID())),
			policy.Allow("ArtifactKey", policy.KeyUse()...).On(b.store.key),
		}}},
	}.Add(t)
	project := resources.Project{
		ID: id + "Project", Name: name, Description: "Build of pipeline " + p.Name, Role: role.ARN(), Key: b.store.key, LogGroup: logs,
		BuildSpec: string(b.buildSpec.YAML()), TimeoutMinutes: 30,
	}.Add(t)
	return madeBuild{project: project, hash: hash(project.Resource(), role.Resource())}
}

// action runs the build on an artifact.
func (b madeBuild) action(name, input string, outputs ...string) resources.Action {
	return resources.Action{
		Name: name, Category: "Build", Provider: "CodeBuild", RunOrder: 1, Inputs: []string{input}, Outputs: outputs,
		Configuration: cfn.Object{
			{Name: "ProjectName", Value: b.project.Name()},
			{Name: "EnvironmentVariables", Value: cfn.JSON([]any{cfn.Object{
				{Name: "name", Value: "PROJECT_HASH"}, {Name: "type", Value: "PLAINTEXT"}, {Name: "value", Value: b.hash},
			}})},
		},
	}
}

// hash of resources as they stand in the template.
func hash(list ...*cfn.Resource) string {
	h := sha256.New()
	for _, r := range list {
		h.Write(r.Tree().JSON())
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// The directory in which Build renders; a project's own files hardly have this name.
const renderedDirectory = "cfnpipe-rendered"

// generatorOf prints the command that the checked-out spec asks for, so that a push can upgrade it. Perl and its YAML reader are part of
// CodeBuild's image.
const generatorOf = `generator=$(perl -MYAML::XS=LoadFile -e '$g = LoadFile(shift)->{generator} // {}; ` +
	`print $g->{command} // "go run github.com/cfnpipe/cfnpipe/cmd/cfnpipe@" . ($g->{version} // "latest")' -- `

// renderTemplates is the buildspec of the Build action. Each command is an item of its own: CodeBuild stops at the first that fails.
func renderTemplates(file string, format assembly.Format) *tree.Node {
	command := []string{"generate", "--config", file, "--output", renderedDirectory}
	if format != assembly.YAML {
		command = append(command, "--format", string(format))
	}
	m := tree.NewMap
	return m().
		Set("version", &tree.Node{Kind: tree.Number, Text: "0.2"}).
		Set("env", m().Set("shell", tree.Text("bash"))).
		Set("phases", m().
			Set("install", m().Set("on-failure", tree.Text("ABORT")).Set("runtime-versions", m().Set("golang", tree.Text("1.26")))).
			Set("build", m().Set("on-failure", tree.Text("ABORT")).Set("commands", tree.NewList(
				tree.Text(generatorOf+file+")"),
				tree.Text(`eval "$generator `+strings.Join(command, " ")+`"`),
			)))).
		Set("artifacts", m().
			Set("base-directory", tree.Text(renderedDirectory)).
			Set("files", tree.NewList(tree.Text("**/*"))))
}
