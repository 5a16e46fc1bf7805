package pipeline

import (
	"errors"
	"slices"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/stages"
)

// Assemble builds, links and renders every stack of the system. An access stack is built after the stacks that its roles deploy, since
// it is derived from them; in the assembly, access stacks come first and pipelines last, as they are
// deployed.
func (y *System) Assemble(format assembly.Format) (*assembly.Assembly, error) {
	a := &assembly.Assembly{Project: y.Project, Format: format}
	var errs []error
	plan, err := planSteps(y.Steps)
	if err := errors.Join(y.complete(), err); err != nil {
		return nil, err
	}
	var stacks []*stack
	y.tellNeighbours()
	errs = append(errs, y.checkTexts())
	for _, p := range y.Pipelines {
		own, err := p.build(format, plan)
		errs = append(errs, err)
		stacks = append(stacks, own...)
		a.Pipelines = append(a.Pipelines, p.describe())
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	slices.SortStableFunc(stacks, func(s, o *stack) int { return s.rank() - o.rank() })
	for _, s := range stacks {
		rendered, err := s.render()
		errs = append(errs, err)
		a.Stacks = append(a.Stacks, rendered)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return a, nil
}

// checkTexts refuses texts that are the name of an output where only those letters would arrive.
func (y *System) checkTexts() error {
	var parameters map[string]string
	for _, p := range y.Pipelines {
		if p.Shared != nil {
			parameters = p.Shared.Parameters
		}
	}
	if problems := stages.CheckTexts(y.Environments(), y.Steps, parameters); len(problems) > 0 {
		return &stages.InvalidError{Problems: problems}
	}
	return nil
}

// build makes the templates of a pipeline's environments, then those of the pipeline itself, which has to know the former.
func (p *Pipeline) build(format assembly.Format, plan stepPlan) ([]*stack, error) {
	if err := p.derive(plan); err != nil {
		return nil, err
	}
	var list []*stack
	var errs []error
	d := &delivery{pipeline: p, format: format, plan: plan}
	for _, e := range p.Environments {
		g := group{access: e.Access, home: e.Place}
		if e.Bootstrap != nil {
			errs = append(errs, g.addFirst(e.Place, e.Bootstrap))
		}
		for _, s := range e.Stacks {
			if e.Bootstrap == nil {
				errs = append(errs, g.addFirst(e.Place, s))
			} else {
				errs = append(errs, g.add(e.Place, s))
			}
		}
		errs = append(errs, g.close())
		d.deployments = append(d.deployments, g.deployed())
		for _, t := range g.templates {
			list = append(list, &stack{template: t, environment: e.Place.Scope, tags: e.Tags, production: e.Type == spec.Prod})
		}
	}
	g := group{access: p.Access, home: p.Place}
	for _, region := range p.regions() {
		place := p.Place
		place.Region = region
		a := &artifacts{pipeline: p, region: region}
		d.stores = append(d.stores, a)
		errs = append(errs, g.addFirst(place, a))
	}
	d.builds = &buildsStack{pipeline: p, plan: plan, format: format, home: d.stores[0], deployments: d.deployments}
	errs = append(errs, g.add(p.Place, d.builds))
	if p.Shared != nil {
		errs = append(errs, g.add(p.Shared.Place, p.Shared))
		d.shared = g.templates[len(g.templates)-1]
	}
	errs = append(errs, g.add(p.Place, d), g.close())
	for _, t := range g.templates {
		s := &stack{template: t, tags: p.Tags, production: slices.ContainsFunc(p.Environments, func(e *stages.Environment) bool { return e.Type == spec.Prod })}
		if t.Stack() == cfn.Stack(d) || t.Stack() == cfn.Stack(d.builds) || p.Shared != nil && t.Stack() == cfn.Stack(p.Shared) {
			s.bucket = d.stores[0].bucketName(spec.ArtifactsPart)
		}
		list = append(list, s)
	}
	return list, errors.Join(errs...)
}

// group is an access stack with what its roles deploy.
type group struct {
	access    *stages.Access
	home      cfn.Place
	templates []*cfn.Template
}

// add builds a stack.
func (g *group) add(place cfn.Place, s cfn.Stack) error { return g.build(place, s, false) }

// addFirst builds a stack that is among the first of a deployment: it stops a push that needs more than the access stack covers, before
// anything changes.
func (g *group) addFirst(place cfn.Place, s cfn.Stack) error { return g.build(place, s, true) }

func (g *group) build(place cfn.Place, s cfn.Stack, isFirst bool) error {
	t := cfn.New(place, s)
	g.templates = append(g.templates, t)
	err := s.Build(t)
	g.access.Guard(t, isFirst)
	return err
}

// close wires the stacks that name what they take, builds the access stack and puts all templates into deployable order.
func (g *group) close() error {
	var errs []error
	for _, t := range g.templates {
		if w, ok := t.Stack().(stages.Wirer); ok {
			errs = append(errs, w.Wire(t, g.templates))
		}
	}
	t := cfn.New(g.home, g.access)
	errs = append(errs, g.access.Build(t))
	all := slices.Clip(g.templates)
	for _, s := range g.access.Policies() {
		policies := cfn.New(g.home, s)
		errs = append(errs, s.Build(policies))
		t.DeployAfter(policies)
		all = append(all, policies)
	}
	all = append(all, t)
	linked, err := cfn.Link(all)
	g.templates = linked
	return errors.Join(append(errs, stages.Located(err, all...))...)
}

// deployed are the stacks that the access stack's roles deploy.
func (g *group) deployed() []*cfn.Template {
	return slices.DeleteFunc(slices.Clone(g.templates), isAccess)
}

// stack is a built template with what its deployment needs.
type stack struct {
	template *cfn.Template
	// bucket through which a large template can go; empty where none is there before the stack.
	bucket      string
	environment string // "" in the toolchain
	tags        map[string]string
	production  bool // belongs to an environment of type prod, or to a pipeline that deploys to one
}

// isAccess: only operators deploy those.
func isAccess(t *cfn.Template) bool {
	switch t.Stack().(type) {
	case *stages.Access, *stages.AccessPolicies:
		return true
	default:
		return false
	}
}

// isPipeline: it starts as soon as it is created, and deploys all other stacks.
func (s *stack) isPipeline() bool {
	_, ok := s.template.Stack().(*delivery)
	return ok
}

// rank puts access stacks first, then the toolchain's, then the environments'. Pipelines come last: whoever deploys all stacks by hand would
// otherwise deploy the rest of them at the same time as a pipeline.
func (s *stack) rank() int {
	switch {
	case isAccess(s.template):
		return 0
	case s.isPipeline():
		return 3
	case s.environment == "":
		return 1
	default:
		return 2
	}
}

// filePath of a stack's template in the output directory, without an extension.
func filePath(t *cfn.Template, environment string) string {
	switch {
	case t.Place.Scope == "":
		return assembly.Toolchain + "/" + t.Stack().Name()
	case environment == "":
		return assembly.Toolchain + "/" + t.Place.Scope + "-" + t.Stack().Name()
	}
	return environment + "/" + t.Stack().Name()
}

func (s *stack) render() (assembly.Stack, error) {
	t := s.template
	root, err := t.Render()
	err = stages.Located(err, t)
	out := assembly.Stack{
		Name: t.Name(), Environment: s.environment, Account: t.Place.Account, Region: t.Place.Region,
		Path: filePath(t, s.environment), Template: root, Capabilities: t.Capabilities(), Tags: s.tags, UploadBucket: s.bucket,
		Production: s.production,
	}
	if own, ok := t.Stack().(*stages.Own); ok && err == nil {
		out.Source = &assembly.Source{Format: assembly.Format(own.Extension()[1:])}
		if out.Source.Text, err = own.Text(root); err == nil {
			out.Template, err = tree.Parse(own.Stack.Template, out.Source.Text) // in the order, and on the lines, in which it is written
		}
	}
	for _, p := range t.Parameters() {
		switch p.Source {
		case cfn.FromConfiguration:
			out.Parameters = append(out.Parameters, assembly.Parameter{Name: p.Name, Value: p.Value})
		case cfn.FromRelease:
			out.ReleaseParameters = append(out.ReleaseParameters, p.Name)
		case cfn.FromForeign:
			out.FromOutputs = append(out.FromOutputs, assembly.FromOutput{Parameter: p.Name, Stack: p.Foreign.Stack, Output: p.Foreign.Output})
		}
	}
	for _, needed := range t.Needs() {
		out.DependsOn = append(out.DependsOn, needed.Name())
	}
	switch {
	case isAccess(t):
		out.DeployedBy = []assembly.Deployer{assembly.Operator}
	case s.environment == "": // what environments share, too: dev needs it before the first run for production
		out.DeployedBy = []assembly.Deployer{assembly.Operator, assembly.Pipe}
	default:
		out.DeployedBy = []assembly.Deployer{assembly.Pipe}
	}
	// an operator's stack carries everything else: nobody deletes it by mistake
	out.TerminationProtection = slices.Contains(out.DeployedBy, assembly.Operator)
	return out, err
}

func (p *Pipeline) describe() assembly.Pipeline {
	d := assembly.Pipeline{
		Name: spec.PipelineName(p.Place.Project, p.Name), Stack: spec.Name(p.Place.Project, p.Name, (&delivery{}).Name()),
		Account: p.Place.Account, Region: p.Place.Region, Branch: p.Branch,
		Controls: p.controls,
	}
	for _, e := range p.Environments {
		d.Environments = append(d.Environments, e.Place.Scope)
	}
	return d
}
