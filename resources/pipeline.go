package resources

import (
	"regexp"

	"github.com/awslabs/goformation/v7/cloudformation/codepipeline"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
)

// Pipeline is a V2 CodePipeline.
type Pipeline struct {
	// ID is the logical id.
	ID   string
	Name string
	Role cfn.Value[cfn.RoleARN]
	// Mode is SUPERSEDED or QUEUED; with PARALLEL, two runs would deploy one stack at a time.
	Mode   string
	Stores []ArtifactStore
	Stages []Stage
}

// ArtifactStore is where a pipeline keeps artifacts for the actions of one region.
type ArtifactStore struct {
	Region string
	Bucket cfn.Value[cfn.BucketName]
	// Key by its ARN: an alias or a bare id would be looked up in the account of the action's role (CodePipeline API).
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
	// Category, Owner, Provider and Version are CodePipeline's names of the type of action.
	Category, Provider string
	// Configuration values are texts: at most 1,000 characters each.
	Configuration cfn.Object
	Inputs        []string
	Outputs       []string
	// Namespace under which later actions find this one's variables; may be empty.
	Namespace string
	// Role that runs the action, in whose account it then acts. Unset: the pipeline's.
	Role cfn.Value[cfn.RoleARN]
	// Region of the action. Empty: the pipeline's.
	Region string
	// RunOrder 1 to 999: actions with the same number run in parallel.
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

// CodePipeline's limits (AWS CodePipeline User Guide, "Quotas").
const (
	maxStages          = 50
	maxActionsOfStage  = 50
	maxActions         = 500
	maxPipelineName    = 100
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
		// a run that changes its own pipeline starts again with the new one
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
	return d
}

func (p Pipeline) check(t *cfn.Template, path string) {
	name := regexp.MustCompile(`^[A-Za-z0-9.@_-]{1,100}$`)
	bad := func(where, s string) {
		if !name.MatchString(s) {
			t.Failf(path+where+".Name", "shorten it", "%q is no name: CodePipeline takes 1 to %d letters, digits and .@_-", s, maxPipelineName)
		}
	}
	bad("", p.Name)
	if n := len(p.Stages); n < 2 || n > maxStages {
		t.Failf(path+".Stages", "split the environments among several pipelines", "there are %d stages, CodePipeline allows 2 to %d", n, maxStages)
	}
	total := 0
	for _, s := range p.Stages {
		bad(".Stages."+s.Name, s.Name)
		total += len(s.Actions)
		if n := len(s.Actions); n < 1 || n > maxActionsOfStage {
			t.Failf(path+".Stages."+s.Name, "put fewer stacks into the environment", "there are %d actions, CodePipeline allows 1 to %d in a stage", n, maxActionsOfStage)
		}
		for _, a := range s.Actions {
			bad(".Stages."+s.Name+"."+a.Name, a.Name)
			if a.RunOrder < 1 || a.RunOrder > maxRunOrder {
				t.Failf(path+".Stages."+s.Name+"."+a.Name+".RunOrder", "", "it is %d, CodePipeline allows 1 to %d", a.RunOrder, maxRunOrder)
			}
			for _, m := range a.Configuration {
				if text, ok := m.Value.(string); ok && len(text) > maxConfigurationOf {
					t.Failf(path+".Stages."+s.Name+"."+a.Name+".Configuration."+m.Name, "shorten it", "it has %d characters, CodePipeline allows %d", len(text), maxConfigurationOf)
				}
			}
		}
	}
	if total > maxActions {
		t.Failf(path+".Stages", "split the environments among several pipelines", "there are %d actions, CodePipeline allows %d", total, maxActions)
	}
}
