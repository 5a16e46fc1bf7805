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
	steps       spec.Steps
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

// ceiling is the most that the roles of the pipeline and its builds may be given: what this pipeline runs with, and nothing of another's.
func (p *Pipeline) ceiling(grants policy.Identity) policy.Identity {
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
	ceiling := policy.Identity{
		policy.Allow("ArtifactBucket", bucketReads()...).On(buckets...),
		policy.Allow("Artifacts", objectUse()...).On(objects...),
		policy.Allow("Keys", policy.KeyUse()...).On(keys...), // each key's own policy decides who uses it
		policy.Allow("Source", useConnection()...).On(cfn.Lit(p.Source.Connection)),
		policy.Allow("Builds", "codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild").
			On(p.arn("codebuild", "project/"+spec.Name(project, p.Name, "*"))),
		policy.Allow("Reports", writeReports()...).On(p.arn("codebuild", "report-group/"+spec.Name(project, p.Name, "*"))),
		policy.Allow("BuildLogs", writeLogs()...).On(p.arn("logs", "log-group:/aws/codebuild/"+spec.Name(project, p.Name, "*"))),
		policy.Allow("Deployments", "sts:AssumeRole").On(access...),
	}
	for _, e := range p.Environments {
		if e.Approval != nil && e.Approval.Topic != "" {
			ceiling = append(ceiling, policy.Allow("Approvals", "sns:Publish").On(cfn.Lit(e.Approval.Topic)))
		}
	}
	if p.SharesImages {
		ceiling = append(ceiling, p.pullShared()...)
	}
	return append(ceiling, grants...)
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
	var topics []cfn.Part
	for _, e := range p.Environments {
		if e.Approval != nil && e.Approval.Topic != "" {
			topics = append(topics, cfn.Lit(e.Approval.Topic))
		}
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
	if len(topics) > 0 {
		document = append(document, policy.Allow("Approvals", "sns:Publish").On(topics...))
	}
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

// beforeEnvironments checks the commit before anything of it reaches an environment: first the steps that test it, then the stack that all
// environments share, if this pipeline deploys it.
func (d *delivery) beforeEnvironments(builds builds) []resources.Stage {
	stage := resources.Stage{Name: "Test"}
	order := 0
	for _, group := range commitSteps(d.steps) {
		order = builds.add(&stage, d.pipeline, group, order, []string{sourceArtifact})
	}
	if d.shared != nil {
		stage.Name = "Toolchain"
		stage.Actions = append(stage.Actions, d.changeSets([]*cfn.Template{d.shared}, d.pipeline.Access, nil, order)...)
	}
	return withActions(stage)
}

// environmentStages are what happens to an environment: the approval, what must be there before code is published, the publishing, the
// other stacks, the tests.
func (d *delivery) environmentStages(e *stages.Environment, stacks []*cfn.Template, builds builds) []resources.Stage {
	stage := func(name string) resources.Stage { return resources.Stage{Name: e.Place.Scope + "-" + name} }
	approval, bootstrap, publish, deploy, verify := stage("approval"), stage("bootstrap"), stage("publish"), stage("deploy"), stage("verify")
	var looked *stages.Environment // whose change sets are looked at
	if e.Approval != nil && e.Approval.AfterChangeSet {
		looked = e
	} else if e.Approval != nil {
		question := fmt.Sprintf("Deploy to environment %s (account %s, region %s)?", e.Place.Scope, e.Place.Account, e.Place.Region)
		approval.Actions = append(approval.Actions, d.approve(e, "approve", question, 1))
	}

	before, after := publishSteps(d.steps)
	order := builds.add(&publish, d.pipeline, in(e, before), 0, []string{sourceArtifact}, testVariables(e)...)
	if d.steps.Publish != nil {
		list := publishersOf(e)
		orders := d.pipeline.spread(len(list), order)
		for i, x := range list {
			order = orders[i]
			inputs := []string{sourceArtifact, templatesArtifact}
			publish.Actions = append(publish.Actions, builds.action(x.name(), order, inputs, nil, publishVariables(e, x)...))
		}
	}
	builds.add(&publish, d.pipeline, in(e, after), order, []string{sourceArtifact}, testVariables(e)...)

	isBootstrap := func(x *cfn.Template) bool { return x.Stack() == cfn.Stack(e.Bootstrap) }
	if i := slices.IndexFunc(stacks, isBootstrap); i >= 0 {
		bootstrap.Actions = d.changeSets(stacks[i:i+1], e.Access, looked, 0)
	}
	deploy.Actions = d.changeSets(slices.DeleteFunc(slices.Clone(stacks), isBootstrap), e.Access, looked, 0)

	order = 0
	for _, group := range verifySteps(d.steps) {
		order = builds.add(&verify, d.pipeline, in(e, group), order, []string{sourceArtifact}, testVariables(e)...)
	}
	return withActions(approval, bootstrap, publish, deploy, verify)
}

// withActions leaves out the stages in which nothing happens.
func withActions(list ...resources.Stage) []resources.Stage {
	return slices.DeleteFunc(list, func(s resources.Stage) bool { return len(s.Actions) == 0 })
}

// changeSets deploys stacks in the order of their needs. Each gets a change set, then its execution; stacks that do not need each other go
// side by side. A stack that reads another's output gets its change set after the other's execution: the change set holds the value of
// that moment. If somebody looks at the change sets of an environment, an approval stands between the two.
func (d *delivery) changeSets(stacks []*cfn.Template, access *stages.Access, looked *stages.Environment, order int) []resources.Action {
	level := map[*cfn.Template]int{}
	levels := 0
	for _, x := range stacks {
		for _, needed := range x.Needs() {
			level[x] = max(level[x], level[needed])
		}
		level[x]++
		levels = max(levels, level[x])
	}
	steps := 2
	if looked != nil {
		steps = 3
	}
	var actions []resources.Action
	for n := 1; n <= levels; n++ {
		var names []string
		var executions []resources.Action
		for _, x := range stacks {
			if level[x] == n {
				names = append(names, x.Stack().Name())
				prepare, execute := d.changeSet(x, access, order+steps*(n-1)+1, order+steps*n)
				actions, executions = append(actions, prepare), append(executions, execute)
			}
		}
		if looked != nil {
			question := fmt.Sprintf("Execute change set %s of %s in environment %s (account %s, region %s)?", d.pipeline.fullName(),
				strings.Join(names, ", "), looked.Place.Scope, looked.Place.Account, looked.Place.Region)
			actions = append(actions, d.approve(looked, strings.Join(append([]string{"approve"}, names...), "-"), question, order+steps*(n-1)+2))
		}
		actions = append(actions, executions...)
	}
	return actions
}

// changeSet makes a change set of a stack, and executes it.
func (d *delivery) changeSet(x *cfn.Template, access *stages.Access, prepareOrder, executeOrder int) (prepare, execute resources.Action) {
	prepare = d.action(x, access, "CHANGE_SET_REPLACE", prepareOrder)
	prepare.Name += "-prepare"
	execute = d.action(x, access, "CHANGE_SET_EXECUTE", executeOrder)
	execute.Name += "-execute"
	changeSet := cfn.Member{Name: "ChangeSetName", Value: d.pipeline.fullName()}
	prepare.Configuration = append(append(prepare.Configuration, changeSet), d.template(x, access)...)
	execute.Configuration, execute.Inputs = append(execute.Configuration, changeSet), nil
	if x.Place.Region != d.pipeline.Place.Region {
		prepare.Region, execute.Region = x.Place.Region, x.Place.Region
	}
	return prepare, execute
}
