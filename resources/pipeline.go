package resources

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/awslabs/goformation/v7/cloudformation/codepipeline"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// Pipeline is a V2 CodePipeline.
type Pipeline struct {
	// ID is the logical id.
	ID   string
	Name string
	Role cfn.Value[cfn.RoleARN]
	// Mode is SUPERSEDED or QUEUED. With PARALLEL, two runs could deploy the same stack at the same time.
	Mode   string
	Stores []ArtifactStore
	Stages []Stage
}

// ArtifactStore is the artifact store of a pipeline for the actions in one region.
type ArtifactStore struct {
	Region string
	Bucket cfn.Value[cfn.BucketName]
	// Key by its ARN: CodePipeline would look up an alias or an id in the account of the role of the action (CodePipeline API).
	Key cfn.Value[cfn.KeyARN]
}

// Stage is a stage of a pipeline.
type Stage struct {
	Name    string
	Actions []Action
}

// Action is an action of a stage.
type Action struct {
	Name string
	// Category and Provider of the action type. The owner is AWS, the version 1.
	Category, Provider string
	// Configuration of the action. Each value is a text of 1 to 1,000 characters.
	Configuration cfn.Object
	Inputs        []string
	Outputs       []string
	// Namespace of the variables that the action outputs. Optional.
	Namespace string
	// Role with which the action runs, in the account of the role. Default: that of the pipeline.
	Role cfn.Value[cfn.RoleARN]
	// Region of the action. Default: that of the pipeline.
	Region string
	// TimeoutMinutes of the action, 5 to 86400. Default: that of CodePipeline for its type.
	TimeoutMinutes int
	// RunOrder from 1 to 999. Actions with the same number run in parallel.
	RunOrder int
}

// PipelineHandle is a declared pipeline.
type PipelineHandle struct{ pipeline *cfn.Resource }

// Name of the pipeline.
func (h PipelineHandle) Name() cfn.Value[cfn.PipelineName] {
	return cfn.Ref[cfn.PipelineName](h.pipeline)
}

// Resource is the declared resource.
func (h PipelineHandle) Resource() *cfn.Resource { return h.pipeline }

// Limits of CodePipeline (AWS CodePipeline User Guide, "Quotas").
const (
	maxStages          = 50
	maxActionsOfStage  = 50
	maxActions         = 500
	maxName            = 100
	nameCharacters     = ".@_-"
	maxRunOrder        = 999
	maxConfigurationOf = 1000 // characters of one value
)

// Add declares the pipeline.
func (p Pipeline) Add(t *cfn.Template) PipelineHandle {
	path := "Resources." + p.ID + ".Properties"
	p.check(t, path)
	pipeline := &codepipeline.Pipeline{
		Name:          new(p.Name),
		PipelineType:  new("V2"),
		ExecutionMode: new(p.Mode),
		RoleArn:       t.Text(p.Role),
		// a run that updates its own pipeline starts again with the new version
		RestartExecutionOnUpdate: new(true),
	}
	stores := make([]codepipeline.Pipeline_ArtifactStoreMap, len(p.Stores))
	for i, s := range p.Stores {
		stores[i] = codepipeline.Pipeline_ArtifactStoreMap{Region: s.Region, ArtifactStore: &codepipeline.Pipeline_ArtifactStore{
			Type: "S3", Location: t.Text(s.Bucket),
			EncryptionKey: &codepipeline.Pipeline_EncryptionKey{Type: "KMS", Id: t.Text(s.Key)},
		}}
	}
	if len(stores) == 1 {
		pipeline.ArtifactStore = stores[0].ArtifactStore
	} else {
		pipeline.ArtifactStores = stores
	}
	for _, s := range p.Stages {
		stage := codepipeline.Pipeline_StageDeclaration{Name: s.Name}
		for _, a := range s.Actions {
			stage.Actions = append(stage.Actions, a.declaration(t))
		}
		pipeline.Stages = append(pipeline.Stages, stage)
	}
	return PipelineHandle{t.Add(p.ID, pipeline)}
}

func (a Action) declaration(t *cfn.Template) codepipeline.Pipeline_ActionDeclaration {
	d := codepipeline.Pipeline_ActionDeclaration{
		Name:         a.Name,
		ActionTypeId: &codepipeline.Pipeline_ActionTypeId{Category: a.Category, Owner: "AWS", Provider: a.Provider, Version: "1"},
		RoleArn:      t.TextPtr(a.Role),
		RunOrder:     new(a.RunOrder),
	}
	if len(a.Configuration) > 0 {
		d.Configuration = a.Configuration
	}
	for _, name := range a.Inputs {
		d.InputArtifacts = append(d.InputArtifacts, codepipeline.Pipeline_InputArtifact{Name: name})
	}
	for _, name := range a.Outputs {
		d.OutputArtifacts = append(d.OutputArtifacts, codepipeline.Pipeline_OutputArtifact{Name: name})
	}
	if a.Namespace != "" {
		d.Namespace = new(a.Namespace)
	}
	if a.Region != "" {
		d.Region = new(a.Region)
	}
	if a.TimeoutMinutes > 0 {
		d.TimeoutInMinutes = new(a.TimeoutMinutes)
	}
	return d
}

func (p Pipeline) check(t *cfn.Template, path string) {
	checkName(t, path+".Name", "CodePipeline", p.Name, nameCharacters, 1, maxName)
	if p.Mode != "SUPERSEDED" && p.Mode != "QUEUED" {
		t.Failf(path+".ExecutionMode", "", "it is %q; use SUPERSEDED or QUEUED", p.Mode)
	}
	if len(p.Stores) == 0 {
		t.Fail(path+".ArtifactStore", "the pipeline has no artifact store", "add one for each region in which actions run")
	}
	for _, s := range p.Stores {
		checkKey(t, path+".ArtifactStores."+s.Region+".EncryptionKey", s.Key)
	}
	if n := len(p.Stages); n < 2 || n > maxStages {
		t.Failf(path+".Stages", "split the environments among several pipelines", "there are %d stages; CodePipeline allows 2 to %d", n, maxStages)
	}
	total := 0
	names := map[string]bool{}
	for _, s := range p.Stages {
		p.checkStage(t, path+".Stages."+s.Name, s)
		if names[s.Name] {
			t.Fail(path+".Stages."+s.Name, "another stage has the same name", "choose another one")
		}
		names[s.Name] = true
		total += len(s.Actions)
	}
	if total > maxActions {
		t.Failf(path+".Stages", "split the environments among several pipelines", "there are %d actions; the CodePipeline limit is %d", total, maxActions)
	}
}

func (p Pipeline) checkStage(t *cfn.Template, path string, s Stage) {
	checkName(t, path+".Name", "CodePipeline", s.Name, nameCharacters, 1, maxName)
	if n := len(s.Actions); n < 1 || n > maxActionsOfStage {
		t.Failf(path, "put fewer stacks into the environment", "there are %d actions; CodePipeline allows 1 to %d in a stage", n, maxActionsOfStage)
	}
	names := map[string]bool{}
	for _, a := range s.Actions {
		where := path + "." + a.Name
		a.check(t, where)
		if names[a.Name] {
			t.Fail(where, "another action of the stage has the same name", "choose another one")
		}
		names[a.Name] = true
		if a.Region != "" && !slices.ContainsFunc(p.Stores, func(s ArtifactStore) bool { return s.Region == a.Region }) {
			t.Failf(where+".Region", "add one to Stores", "the pipeline has no artifact store in %s", a.Region)
		}
	}
}

func (a Action) check(t *cfn.Template, path string) {
	checkName(t, path+".Name", "CodePipeline", a.Name, nameCharacters, 1, maxName)
	checkRange(t, path+".RunOrder", "CodePipeline", a.RunOrder, 1, maxRunOrder)
	if a.TimeoutMinutes != 0 {
		checkRange(t, path+".TimeoutInMinutes", "CodePipeline", a.TimeoutMinutes, limits.ApprovalLeastTimeout, limits.ApprovalTimeout)
	}
	for _, name := range slices.Concat(a.Inputs, a.Outputs) {
		checkName(t, path+".Artifacts."+name, "CodePipeline", name, "_-", 1, maxName)
	}
	if a.Namespace != "" {
		checkName(t, path+".Namespace", "CodePipeline", a.Namespace, "@_-", 1, maxName)
	}
	for _, m := range a.Configuration {
		where := path + ".Configuration." + m.Name
		if n := literalCharacters(t, where, m.Value); n == 0 || n > maxConfigurationOf {
			t.Failf(where, "", "it has %d characters; CodePipeline requires 1 to %d", n, maxConfigurationOf)
		}
	}
}

// literalCharacters returns the number of literal characters in a text, plus 1 for each value that only CloudFormation knows.
func literalCharacters(t *cfn.Template, path string, value any) int {
	text, ok := value.(string)
	if part, isPart := value.(cfn.Part); isPart {
		n := t.Node(path, part)
		name, arg, intrinsic := n.Intrinsic()
		switch {
		case !intrinsic:
			text, ok = n.Text, true
		case name == "Fn::Sub" && len(arg.Items) > 0:
			arg = arg.Items[0]
			fallthrough
		case name == "Fn::Sub":
			text, ok = strings.ReplaceAll(arg.Text, "${!", "${"), true
			for _, s := range cfn.SubNames(arg.Text) {
				text = strings.ReplaceAll(text, "${"+s+"}", "?")
			}
		}
	}
	if !ok {
		return 1
	}
	return utf8.RuneCountInString(text)
}
