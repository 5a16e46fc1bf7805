package pipeline

import (
	"fmt"
	"strings"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
	"github.com/cfnpipe/cfnpipe/stages"
)

// The artifacts of a pipeline.
const (
	sourceArtifact    = "Source"
	templatesArtifact = "Templates"
)

// delivery is the stack of the pipeline itself. Nothing in it changes from commit to commit.
type delivery struct {
	pipeline *Pipeline
	stores   []*artifacts // the pipeline's own region first
	// deployments are the linked stacks of each of the pipeline's environments, in deployable order.
	deployments [][]*cfn.Template
	format      assembly.Format
}

// Name of the stack.
func (d *delivery) Name() string { return "pipeline" }

// ownRoles is the ARN of the pipeline's roles by the last part of their name, which may have wildcards.
func (p *Pipeline) ownRoles(part string) cfn.Value[cfn.RoleARN] {
	return resources.RoleARNOf(cfn.AccountID(), spec.ApplicationPath(p.Place.Project), spec.Name(p.Place.Project, p.Name, part))
}

// ceiling is the most that the roles of the pipeline and its builds may be given: what this pipeline runs with, and nothing of another's.
func (p *Pipeline) ceiling() policy.Identity {
	project := p.Place.Project
	access := []cfn.Part{resources.RoleARNOf(cfn.AccountID(), spec.AccessPath(project), spec.Name(project, p.Name, "*"))}
	for _, e := range p.Environments {
		access = append(access, resources.RoleARNOf(cfn.Lit(e.Place.Account), spec.AccessPath(project), spec.Name(project, e.Place.Scope, "*")))
	}
	var buckets, objects, keys []cfn.Part
	for _, r := range p.regions() {
		name := cfn.Lit((&artifacts{pipeline: p, region: r}).bucketName(spec.ArtifactsPart))
		buckets = append(buckets, resources.BucketARN(name))
		objects = append(objects, resources.BucketObjects(name))
		keys = append(keys, cfn.Format[cfn.Text]("arn:%s:kms:%s:%s:key/*", cfn.Partition(), cfn.Lit(r), cfn.AccountID()))
	}
	return policy.Identity{
		policy.Allow("ArtifactBucket", bucketReads()...).On(buckets...),
		policy.Allow("Artifacts", objectUse()...).On(objects...),
		policy.Allow("Keys", policy.KeyUse()...).On(keys...), // each key's own policy decides who uses it
		policy.Allow("Source", useConnection()...).On(cfn.Lit(p.Source.Connection)),
		policy.Allow("Builds", "codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild").
			On(p.arn("codebuild", "project/"+spec.Name(project, p.Name, "*"))),
		policy.Allow("BuildLogs", writeLogs()...).On(p.arn("logs", "log-group:/aws/codebuild/"+spec.Name(project, p.Name, "*"))),
		policy.Allow("Deployments", "sts:AssumeRole").On(access...),
	}
}

func (p *Pipeline) arn(service, resource string) cfn.Part {
	return cfn.Format[cfn.Text]("arn:%s:%s:%s:%s:%s", cfn.Partition(), cfn.Lit(service), cfn.Region(), cfn.AccountID(), cfn.Lit(resource))
}

func bucketReads() []string {
	return []string{"s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"}
}

func objectUse() []string {
	return []string{"s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"}
}

func useConnection() []string {
	// the service checks either prefix, depending on how old the connection is
	return []string{"codeconnections:UseConnection", "codestar-connections:UseConnection"}
}

func writeLogs() []string { return []string{"logs:CreateLogStream", "logs:PutLogEvents"} }

// store is where the pipeline keeps artifacts, as the pipeline's stack knows it.
type store struct {
	region string
	bucket cfn.Value[cfn.BucketName]
	key    cfn.Value[cfn.KeyARN]
}

// Build declares the pipeline, its projects and their roles.
func (d *delivery) Build(t *cfn.Template) error {
	p := d.pipeline
	project := p.Place.Project
	t.Description = fmt.Sprintf("%s: pipeline %s of branch %s, with its builds. Deployed by an operator once, then by itself.", project, p.Name, p.Branch)

	stores := d.declareStores(t)
	build := build{pipeline: p, name: "build", store: stores[0], buildSpec: renderTemplates(p.Source.File, d.format)}.add(t)
	role := d.declareRole(t, stores, build)

	pipeline := resources.Pipeline{
		ID: "Pipeline", Name: spec.PipelineName(project, p.Name), Role: role.ARN(), Mode: mode(p.Mode),
		Stages: append([]resources.Stage{
			{Name: "Source", Actions: []resources.Action{d.source()}},
			{Name: "Build", Actions: []resources.Action{build.action("Build", sourceArtifact, templatesArtifact)}},
			{Name: "UpdatePipeline", Actions: d.selfUpdate(t)},
		}, d.deploymentStages()...),
	}
	for _, s := range stores {
		pipeline.Stores = append(pipeline.Stores, resources.ArtifactStore{Region: s.region, Bucket: s.bucket, Key: s.key})
	}
	handle := pipeline.Add(t)
	t.Output("PipelineName", handle.Name(), "The pipeline")
	return nil
}

func (d *delivery) declareStores(t *cfn.Template) []store {
	list := make([]store, len(d.stores))
	for i, a := range d.stores {
		list[i] = store{region: a.region, bucket: cfn.Literal[cfn.BucketName](a.bucketName(spec.ArtifactsPart))}
		if i == 0 {
			list[i].key = cfn.Take(t, a.keyARN())
		} else {
			list[i].key = cfn.TakeForeign(t, a.template, a.keyARN())
		}
	}
	return list
}

func (d *delivery) declareRole(t *cfn.Template, stores []store, build madeBuild) resources.RoleHandle {
	p := d.pipeline
	var buckets, objects, keys []cfn.Part
	for _, s := range stores {
		buckets = append(buckets, resources.BucketARN(s.bucket))
		objects = append(objects, resources.BucketObjects(s.bucket))
		keys = append(keys, s.key)
	}
	assume := []cfn.Part{p.Access.Role(spec.DeployPart)}
	for _, e := range p.Environments {
		assume = append(assume, e.Access.Role(spec.DeployPart))
	}
	return resources.Role{
		ID: "PipelineRole", Name: spec.Name(p.Place.Project, p.Name, spec.PipelinePart), Path: spec.ApplicationPath(p.Place.Project),
		Description: fmt.Sprintf("Pipeline %s runs with it", p.Name),
		Trust: policy.Trust{policy.Allow("CodePipeline", "sts:AssumeRole").By(policy.Service("codepipeline.amazonaws.com")).
			If(policy.FromAccount(cfn.AccountID()))},
		Boundary: p.Access.RoleBoundary(),
		Policies: []resources.InlinePolicy{{Name: "pipeline", Document: policy.Identity{
			policy.Allow("ArtifactBucket", bucketReads()...).On(buckets...).If(policy.InAccount(cfn.AccountID())),
			policy.Allow("Artifacts", objectUse()...).On(objects...).If(policy.InAccount(cfn.AccountID())),
			policy.Allow("ArtifactKey", policy.KeyUse()...).On(keys...),
			policy.Allow("Source", useConnection()...).On(cfn.Lit(p.Source.Connection)),
			policy.Allow("Builds", "codebuild:BatchGetBuilds", "codebuild:StartBuild").On(build.project.ARN()),
			policy.Allow("Deployments", "sts:AssumeRole").On(assume...),
		}}},
	}.Add(t)
}

func mode(m spec.Mode) string {
	if m == spec.Queued {
		return "QUEUED"
	}
	return "SUPERSEDED"
}

func (d *delivery) source() resources.Action {
	p := d.pipeline
	return resources.Action{
		Name: "Source", Category: "Source", Provider: "CodeStarSourceConnection", RunOrder: 1,
		Configuration: cfn.Object{
			{Name: "ConnectionArn", Value: p.Source.Connection},
			{Name: "FullRepositoryId", Value: p.Source.Repository},
			{Name: "BranchName", Value: p.Branch},
			{Name: "OutputArtifactFormat", Value: "CODE_ZIP"},
			{Name: "DetectChanges", Value: "true"},
		},
		Outputs: []string{sourceArtifact}, Namespace: "Source",
	}
}

// selfUpdate deploys the artifact stores, then the pipeline's own stack with what they put out.
func (d *delivery) selfUpdate(t *cfn.Template) []resources.Action {
	var actions []resources.Action
	for _, a := range d.stores {
		x := a.template
		action := d.action(x, d.pipeline.Access, "CREATE_UPDATE", 1)
		action.Configuration = append(action.Configuration, d.template(x, d.pipeline.Access)...)
		if x.Place.Region != d.pipeline.Place.Region {
			action.Region, action.Namespace = x.Place.Region, namespace(x.Name())
		}
		actions = append(actions, action)
	}
	self := d.action(t, d.pipeline.Access, "CREATE_UPDATE", 2)
	self.Configuration = append(self.Configuration, d.template(t, d.pipeline.Access)...)
	var overrides cfn.Object
	for _, p := range t.Parameters() {
		if p.Source == cfn.FromForeign {
			overrides = append(overrides, cfn.Member{Name: p.Name, Value: "#{" + namespace(p.Foreign.Stack) + "." + p.Foreign.Output + "}"})
		}
	}
	if len(overrides) > 0 {
		self.Configuration = append(self.Configuration, cfn.Member{Name: "ParameterOverrides", Value: cfn.JSON(overrides)})
	}
	return append(actions, self)
}

// namespace under which later actions find the outputs of a stack.
func namespace(stack string) string { return cfn.ID(stack) }

// action on a stack: what all of them share. It runs in the stack's account, as the role that may deploy there.
func (d *delivery) action(x *cfn.Template, access *stages.Access, mode string, order int) resources.Action {
	return resources.Action{
		Name: x.Stack().Name(), Category: "Deploy", Provider: "CloudFormation", Role: access.Role(spec.DeployPart), RunOrder: order,
		Inputs:        []string{templatesArtifact},
		Configuration: cfn.Object{{Name: "ActionMode", Value: mode}, {Name: "StackName", Value: x.Name()}},
	}
}

// template is what an action needs to know that brings a new template.
func (d *delivery) template(x *cfn.Template, access *stages.Access) cfn.Object {
	environment := x.Place.Scope
	if access == d.pipeline.Access {
		environment = ""
	}
	path := filePath(x, environment)
	o := cfn.Object{
		{Name: "TemplatePath", Value: templatesArtifact + "::" + path + "." + string(d.format)},
		{Name: "TemplateConfiguration", Value: templatesArtifact + "::" + path + ".config.json"},
		{Name: "RoleArn", Value: access.Role(spec.ExecutionPart)},
	}
	if c := x.Capabilities(); len(c) > 0 {
		o = append(o, cfn.Member{Name: "Capabilities", Value: strings.Join(c, ",")})
	}
	return o
}

// deploymentStages has one stage for each environment that has stacks. In it, each stack gets a change set, then its execution; stacks
// that do not need each other go side by side. A stack that reads another's output gets its change set after the other's execution:
// the change set holds the value of that moment.
func (d *delivery) deploymentStages() []resources.Stage {
	var list []resources.Stage
	for i, e := range d.pipeline.Environments {
		stage := resources.Stage{Name: e.Place.Scope + "-deploy"}
		level := map[*cfn.Template]int{}
		for _, x := range d.deployments[i] {
			for _, needed := range x.Needs() {
				level[x] = max(level[x], level[needed])
			}
			level[x]++
			prepare := d.action(x, e.Access, "CHANGE_SET_REPLACE", 2*level[x]-1)
			prepare.Name += "-prepare"
			execute := d.action(x, e.Access, "CHANGE_SET_EXECUTE", 2*level[x])
			execute.Name += "-execute"
			changeSet := cfn.Member{Name: "ChangeSetName", Value: spec.PipelineName(d.pipeline.Place.Project, d.pipeline.Name)}
			prepare.Configuration = append(append(prepare.Configuration, changeSet), d.template(x, e.Access)...)
			execute.Configuration, execute.Inputs = append(execute.Configuration, changeSet), nil
			if e.Place.Region != d.pipeline.Place.Region {
				prepare.Region, execute.Region = e.Place.Region, e.Place.Region
			}
			stage.Actions = append(stage.Actions, prepare, execute)
		}
		if len(stage.Actions) > 0 {
			list = append(list, stage)
		}
	}
	return list
}
