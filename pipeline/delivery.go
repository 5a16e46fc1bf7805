package pipeline

import (
	"fmt"
	"slices"
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
	plan        stepPlan
	builds      *buildsStack
	// shared is the stack that all environments share, if this pipeline deploys it; else nil.
	shared *cfn.Template
	format assembly.Format
}

// Name of the stack.
func (d *delivery) Name() string { return "pipeline" }

// fullName of the CodePipeline itself.
func (p *Pipeline) fullName() string { return spec.PipelineName(p.Place.Project, p.Name) }

// ownRoles is the ARN of the pipeline's roles by the last part of their name, which may have wildcards.
func (p *Pipeline) ownRoles(part string) cfn.Value[cfn.RoleARN] {
	return resources.RoleARNOf(cfn.AccountID(), spec.ApplicationPath(p.Place.Project), spec.Name(p.Place.Project, p.Name, part))
}

// store is where the pipeline keeps artifacts, as the pipeline's stack knows it.
type store struct {
	region string
	bucket cfn.Value[cfn.BucketName]
	key    cfn.Value[cfn.KeyARN]
}

// Build declares the pipeline and its role.
func (d *delivery) Build(t *cfn.Template) error {
	p := d.pipeline
	project := p.Place.Project
	t.Description = fmt.Sprintf("%s: pipeline %s of branch %s. Deployed by an operator once, then by itself.", project, p.Name, p.Branch)

	stores := d.declareStores(t)
	builds := d.builds.made
	t.DeployAfter(d.builds.template)
	role := d.declareRole(t, stores, builds)
	deployments := d.beforeEnvironments(builds)
	for i, e := range p.Environments {
		deployments = append(deployments, d.environmentStages(e, d.deployments[i], builds)...)
	}

	pipeline := resources.Pipeline{
		ID: "Pipeline", Name: p.fullName(), Role: role.ARN(), Mode: mode(p.Mode),
		Stages: slices.Concat([]resources.Stage{
			{Name: "Source", Actions: []resources.Action{d.source()}},
			{Name: "Build", Actions: []resources.Action{builds.action(spec.BuildPart, 1, []string{sourceArtifact}, []string{templatesArtifact})}},
			{Name: "UpdatePipeline", Actions: d.selfUpdate(t)},
		}, deployments),
	}
	for _, s := range stores {
		pipeline.Stores = append(pipeline.Stores, resources.ArtifactStore{Region: s.region, Bucket: s.bucket, Key: s.key})
	}
	p.controls = d.controlsOf(deployments)
	handle := pipeline.Add(t)
	p.clearAfter(t, pipeline.Stages)
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

func (d *delivery) declareRole(t *cfn.Template, stores []store, builds builds) resources.RoleHandle {
	p := d.pipeline
	var buckets, objects, keys []cfn.Part
	for _, s := range stores {
		buckets = append(buckets, resources.BucketARN(s.bucket))
		objects = append(objects, resources.BucketObjects(s.bucket))
		keys = append(keys, s.key)
	}
	projects := make([]cfn.Part, len(builds))
	for i, b := range builds {
		projects[i] = p.arn("codebuild", "project/"+b.project)
	}
	assume := []cfn.Part{p.Access.Role(spec.DeployPart)}
	for _, e := range p.Environments {
		assume = append(assume, e.Access.Role(spec.DeployPart))
	}
	document := policy.Identity{
		policy.Allow("ArtifactBucket", bucketReads()...).On(buckets...).If(policy.InAccount(cfn.AccountID())),
		policy.Allow("Artifacts", objectUse()...).On(objects...).If(policy.InAccount(cfn.AccountID())),
		policy.Allow("ArtifactKey", policy.KeyUse()...).On(keys...),
		policy.Allow("Source", useConnection()...).On(cfn.Lit(p.Source.Connection)),
		policy.Allow("Builds", "codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild").On(projects...),
		policy.Allow("Deployments", "sts:AssumeRole").On(assume...),
	}
	for _, topic := range p.topics() {
		document = append(document, policy.Allow("Approvals", "sns:Publish").On(cfn.Lit(topic)))
	}
	document = append(document, encryptApprovals(p.topicKeys())...)
	return resources.Role{
		ID: "PipelineRole", Name: spec.Name(p.Place.Project, p.Name, spec.PipelinePart), Path: spec.ApplicationPath(p.Place.Project),
		Description: fmt.Sprintf("Pipeline %s runs with it", p.Name),
		Trust: policy.Trust{policy.Allow("CodePipeline", "sts:AssumeRole").By(policy.Service("codepipeline.amazonaws.com")).
			If(policy.FromAccount(cfn.AccountID()))},
		Boundary: p.Access.RoleBoundary(),
		Policies: []resources.InlinePolicy{{Name: "pipeline", Document: document}},
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

// selfUpdate deploys the artifact stores, then the pipeline's own stack with what they put out. AWS promises the outputs of a stack as variables
// only for actions "that result in creating or updating a stack" (CodePipeline User Guide, CloudFormation action reference, "Output variables"),
// and says nothing of a stack that needs no update. So each run updates those stacks whose outputs it needs, by a parameter that has its id.
func (d *delivery) selfUpdate(t *cfn.Template) []resources.Action {
	var actions []resources.Action
	for _, a := range d.stores {
		x := a.template
		action := d.action(x, d.pipeline.Access, "CREATE_UPDATE", 1)
		action.Configuration = append(action.Configuration, d.template(x, d.pipeline.Access)...)
		if x.Place.Region != d.pipeline.Place.Region {
			action.Region, action.Namespace = x.Place.Region, namespace(x.Name())
			run := cfn.Object{{Name: runParameter, Value: "#{codepipeline.PipelineExecutionId}"}}
			action.Configuration = append(action.Configuration, cfn.Member{Name: "ParameterOverrides", Value: cfn.JSON(run)})
		}
		actions = append(actions, action)
	}
	builds := d.action(d.builds.template, d.pipeline.Access, "CREATE_UPDATE", 2)
	builds.Configuration = append(builds.Configuration, d.template(d.builds.template, d.pipeline.Access)...)
	actions = append(actions, builds)
	self := d.action(t, d.pipeline.Access, "CREATE_UPDATE", 3)
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
	extension := "." + string(d.format)
	if own, ok := x.Stack().(*stages.Own); ok {
		extension = own.Extension()
	}
	o := cfn.Object{
		{Name: "TemplatePath", Value: templatesArtifact + "::" + path + extension},
		{Name: "TemplateConfiguration", Value: templatesArtifact + "::" + path + ".config.json"},
		{Name: "RoleArn", Value: access.Role(spec.ExecutionPart)},
	}
	if c := x.Capabilities(); len(c) > 0 {
		o = append(o, cfn.Member{Name: "Capabilities", Value: strings.Join(c, ",")})
	}
	return o
}
