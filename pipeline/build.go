package pipeline

import (
	"strings"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Build logs say who deployed what for a year, and a month to look at it; CloudWatch Logs knows this number of days.
const buildLogDays = 400

// build is a CodeBuild project with a role and a log group of its own.
type build struct {
	pipeline *Pipeline
	// name is the last part of the names of the project, its role and its log group.
	name        string
	description string
	store       store
	// artifacts is the policy that lets it read artifacts.
	artifacts resources.ManagedPolicyHandle
	// writes says that it puts out an artifact.
	writes    bool
	buildSpec *tree.Node
	minutes   int
	// variables of the environment: no secrets.
	variables []resources.Variable
	// docker is for builds of images: they need privileges.
	docker bool
	// image of the build container; empty for CodeBuild's own.
	image        string
	architecture spec.Architecture
	// cached keeps the caches of package managers from one build to the next, in the artifact bucket.
	cached bool
	// alone is for a build that no action of the pipeline runs: it has no artifacts.
	alone bool
	// reported makes a group for test reports, which the buildspec calls reportGroup.
	reported bool
	// grants are what the build may do beside reading and writing artifacts.
	grants policy.Identity
}

// reportGroup is the name of a build's report group in its buildspec: CodeBuild puts the project's name in front.
const reportGroup = "junit"

// madeBuild is a declared build.
type madeBuild struct {
	name string
	// project is the full name of the project.
	project string
	// hash of the project and its role: a change of either changes the pipeline, so that the run starts again with it. Empty where no action
	// runs the build.
	hash string
}

func (b build) add(t *cfn.Template) madeBuild {
	p := b.pipeline
	name := spec.Name(p.Place.Project, p.Name, b.name)
	id := cfn.ID(b.name)
	logs := resources.LogGroup{ID: id + "Logs", Name: "/aws/codebuild/" + name, RetentionDays: buildLogDays, Key: b.store.key, Retain: p.retainsLogs()}.Add(t)
	grants := append(policy.Identity{policy.Allow("Logs", writeLogs()...).On(logs.Streams())}, b.grants...)
	if b.writes {
		grants = append(grants, policy.Allow("PutArtifacts", "s3:PutObject").On(resources.BucketObjects(b.store.bucket)).
			If(policy.InAccount(cfn.AccountID())))
	}
	if b.cached {
		cache := cfn.Format[cfn.Text]("arn:%s:s3:::%s/cache/%s/*", cfn.Partition(), b.store.bucket, cfn.Lit(name))
		grants = append(grants, policy.Allow("PutCache", "s3:PutObject").On(cache).If(policy.InAccount(cfn.AccountID())))
	}
	if b.reported {
		group := resources.ReportGroup{ID: id + "Reports", Name: name + "-" + reportGroup}.Add(t)
		grants = append(grants, policy.Allow("Reports", writeReports()...).On(group.ARN()))
	}
	var managed []cfn.Value[cfn.PolicyARN]
	if !b.alone {
		managed = append(managed, b.artifacts.ARN())
	}
	role := resources.Role{
		ID: id + "Role", Name: name, Path: spec.ApplicationPath(p.Place.Project),
		Description: "CodeBuild project " + name + " runs with it",
		Trust: policy.Trust{policy.Allow("CodeBuild", "sts:AssumeRole").By(policy.Service("codebuild.amazonaws.com")).
			If(policy.FromAccount(cfn.AccountID()), policy.FromResource(p.arn("codebuild", "project/"+name)))},
		Boundary: p.Access.RoleBoundary(),
		Policies: []resources.InlinePolicy{{Name: "build", Document: grants}},
		Managed:  managed,
	}.Add(t)
	project := resources.Project{
		ID: id + "Project", Name: name, Description: b.description, Role: role.ARN(), Key: b.store.key, LogGroup: logs,
		BuildSpec: string(b.buildSpec.YAML()), TimeoutMinutes: b.minutes, Environment: b.variables,
		Alone: b.alone, Docker: b.docker, ARM: b.architecture == spec.ARM, Image: b.image,
	}
	if b.cached {
		project.Cache = cfn.Format[cfn.Text]("%s/cache/%s", b.store.bucket, cfn.Lit(name))
	}
	made := project.Add(t)
	if b.alone {
		return madeBuild{name: b.name, project: name}
	}
	return madeBuild{name: b.name, project: name, hash: cfn.Hash(made.Resource(), role.Resource(), b.artifacts.Resource())}
}

// artifactPolicy lets builds read artifacts, and use the key for what they may write: what all of them need.
func (p *Pipeline) artifactPolicy(t *cfn.Template, s store) resources.ManagedPolicyHandle {
	return resources.ManagedPolicy{
		ID: "ArtifactPolicy", Name: spec.Name(p.Place.Project, p.Name, spec.ArtifactsPart), Path: spec.ApplicationPath(p.Place.Project),
		Description: "Builds of pipeline " + p.Name + " read its artifacts with it",
		Document: policy.Identity{
			policy.Allow("ArtifactBucket", "s3:GetBucketAcl", "s3:GetBucketLocation").On(resources.BucketARN(s.bucket)).
				If(policy.InAccount(cfn.AccountID())),
			policy.Allow("Artifacts", "s3:GetObject", "s3:GetObjectVersion").On(resources.BucketObjects(s.bucket)).If(policy.InAccount(cfn.AccountID())),
			policy.Allow("ArtifactKey", policy.KeyUse()...).On(s.key),
		},
	}.Add(t)
}

// action runs the build on artifacts, of which the first is the one that it starts in.
func (b madeBuild) action(order int, inputs, outputs []string, variables ...resources.Variable) resources.Action {
	environment := []any{variable(resources.Variable{Name: "PROJECT_HASH", Value: cfn.Lit(b.hash)})}
	for _, v := range variables {
		environment = append(environment, variable(v))
	}
	a := resources.Action{
		Name: b.name, Category: "Build", Provider: "CodeBuild", RunOrder: order, Inputs: inputs, Outputs: outputs,
		Configuration: cfn.Object{
			{Name: "ProjectName", Value: b.project},
			{Name: "EnvironmentVariables", Value: cfn.JSON(environment)},
		},
	}
	if len(inputs) > 1 {
		a.Configuration = append(a.Configuration, cfn.Member{Name: "PrimarySource", Value: inputs[0]})
	}
	return a
}

// variable as an action's configuration has it.
func variable(v resources.Variable) cfn.Object {
	return cfn.Object{{Name: "name", Value: v.Name}, {Name: "type", Value: "PLAINTEXT"}, {Name: "value", Value: v.Value}}
}

// spread gives n builds their run orders after the given one, so that no more than the account's quota run side by side: further ones would
// fail.
func (p *Pipeline) spread(n, after int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = after + 1 + i/max(1, p.MaxParallelBuilds)
	}
	return list
}

// writeReports includes making the group: a build asks for that first, though the group is there.
func writeReports() []string {
	return []string{"codebuild:BatchPutTestCases", "codebuild:CreateReport", "codebuild:CreateReportGroup", "codebuild:UpdateReport"}
}

// buildSpec of commands that run one after the other in bash. CodeBuild stops at the first item that fails, and an item of several commands
// ends at the first of them that does.
func buildSpec(runtimes map[string]string, commands ...string) *tree.Node {
	m := tree.NewMap
	phases := m()
	if len(runtimes) > 0 {
		versions := m()
		for _, name := range sortedKeys(runtimes) {
			versions.Set(name, tree.Text(runtimes[name]))
		}
		phases.Set("install", m().Set("on-failure", tree.Text("ABORT")).Set("runtime-versions", versions))
	}
	list := tree.NewList()
	for _, c := range commands {
		if strings.ContainsAny(c, "\n|") && !strings.HasPrefix(c, "set -") {
			c = "set -eo pipefail\n" + c // CodeBuild sees only how the whole of an item ends
		}
		list.Items = append(list.Items, tree.Text(c))
	}
	phases.Set("build", m().Set("on-failure", tree.Text("ABORT")).Set("commands", list))
	return m().
		Set("version", &tree.Node{Kind: tree.Number, Text: "0.2"}).
		Set("env", m().Set("shell", tree.Text("bash"))).
		Set("phases", phases)
}

// cachePaths are where package managers keep what they have downloaded, in CodeBuild's images.
func cachePaths() []string {
	return []string{"/go/pkg/mod/**/*", "/root/.cache/**/*", "/root/.m2/**/*", "/root/.npm/**/*"}
}
