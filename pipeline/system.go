// Package pipeline holds the whole delivery system: the pipelines with their artifact stores and builds, the environments that they
// deploy, and how it all becomes one assembly of stacks.
package pipeline

import (
	"slices"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/stages"
)

// System is everything that a pipeline.yaml describes. New fills it with defaults; change its fields, set what is not wanted to nil,
// append what is missing, then Assemble.
type System struct {
	Project string
	// Steps of every pipeline: change one, set it to nil to drop it (but for Synth, which then has its defaults), append your own. A step
	// that the pipeline.yaml does not name is nil.
	Steps spec.Steps
	// Pipelines, each with the environments that it deploys.
	Pipelines []*Pipeline
}

// Pipeline deploys one branch to environments. It has an artifact store, roles and a key of its own, so that a push to its branch changes
// nothing that another pipeline runs with.
type Pipeline struct {
	Name   string
	Branch string
	Mode   spec.Mode
	Source spec.Source
	// Place of its stacks in the toolchain account.
	Place cfn.Place
	// Environments in the order in which they are deployed.
	Environments []*stages.Environment
	// MaxParallelBuilds is how many builds run side by side; zero means 1.
	MaxParallelBuilds int
	// SharesImages says whether there are images that all environments share, on which builds may build.
	SharesImages bool
	// Shared is the stack of what all environments share, if this pipeline deploys it; else nil.
	Shared *stages.Shared
	// Access is the stack of the roles that deploy its other stacks.
	Access *stages.Access
	// Tags of its stacks.
	Tags map[string]string

	controls []assembly.Control // of its runs, which building its stack derives
}

// New is the system that a spec describes.
func New(s *spec.Spec) *System {
	y := &System{Project: s.Project, Steps: s.Steps}
	for _, p := range s.Pipelines {
		place := cfn.Place{Project: s.Project, Scope: p.Name, Account: s.Toolchain.Account, Region: s.Toolchain.Region}
		line := &Pipeline{
			Name: p.Name, Branch: p.Branch, Mode: p.Mode, Source: s.Source, Place: place,
			MaxParallelBuilds: s.MaxParallelBuilds, SharesImages: len(s.ToolchainStack.Repositories) > 0,
			Tags: stages.Tags(s, nil, "pipeline", p.Name),
		}
		for _, name := range p.Environments {
			i := slices.IndexFunc(s.Environments, func(e spec.Environment) bool { return e.Name == name })
			e := stages.New(s, s.Environments[i], p.Name)
			line.Environments = append(line.Environments, e)
		}
		line.Access = &stages.Access{
			Place:       place,
			Toolchain:   place.Account,
			Pipeline:    p.Name,
			Boundary:    s.Toolchain.PermissionsBoundary,
			OwnBoundary: s.Toolchain.AccessBoundary,
			Connection:  cfn.Lit(s.Source.Connection),
			Operators:   p.Operators,
		}
		y.Pipelines = append(y.Pipelines, line)
	}
	y.share(s)
	return y
}

// Environments of all pipelines, in the order in which they are deployed.
func (y *System) Environments() []*stages.Environment {
	var list []*stages.Environment
	for _, p := range y.Pipelines {
		if p != nil { // which Assemble refuses
			list = append(list, p.Environments...)
		}
	}
	return list
}

// share gives the stack of what all environments share to the pipeline with the most protected of them.
func (y *System) share(s *spec.Spec) {
	if len(s.ToolchainStack.Parameters)+len(s.ToolchainStack.Repositories) == 0 {
		return
	}
	owner := slices.MaxFunc(y.Pipelines, func(p, q *Pipeline) int { return p.protection() - q.protection() })
	place := owner.Place
	place.Scope = ""
	owner.Shared = &stages.Shared{
		Place: place, Parameters: s.ToolchainStack.Parameters, Repositories: s.ToolchainStack.Repositories, Keys: s.Keys, Access: owner.Access,
	}
	owner.Access.Shared = owner.Shared
	for _, e := range y.Environments() {
		if !slices.Contains(owner.Shared.Accounts, e.Place.Account) {
			owner.Shared.Accounts = append(owner.Shared.Accounts, e.Place.Account)
		}
	}
}

// protection is that of the pipeline's most protected environment.
func (p *Pipeline) protection() int {
	most := 0
	for _, e := range p.Environments {
		most = max(most, slices.Index([]spec.Type{spec.Dev, spec.Test, spec.Prod}, e.Type))
	}
	return most
}

// retainsLogs says whether the logs of builds outlive what wrote them: where a run deploys more than dev.
func (p *Pipeline) retainsLogs() bool {
	return slices.ContainsFunc(p.Environments, func(e *stages.Environment) bool { return e.Type != spec.Dev })
}

// logGroups are the patterns of the names of its builds' log groups: those that CloudFormation names begin with the name of the stack.
func (p *Pipeline) logGroups() []string {
	return []string{
		"/aws/codebuild/" + spec.Name(p.Place.Project, p.Name, "*"), spec.Name(p.Place.Project, p.Name, (&buildsStack{}).Name()) + "-*",
	}
}

// regions that need an artifact store: the pipeline's own first, then those of its environments, each once.
func (p *Pipeline) regions() []string {
	list := []string{p.Place.Region}
	for _, e := range p.Environments {
		if !slices.Contains(list, e.Place.Region) {
			list = append(list, e.Place.Region)
		}
	}
	return list
}

// derive fills what follows from the environments and the steps, which may have changed since New.
func (p *Pipeline) derive(plan stepPlan) error {
	p.Access.Regions = p.regions()
	grants, err := p.allGrants(plan)
	if err != nil {
		return err
	}
	p.Access.Ceiling = p.ceiling(grants)
	p.Access.Needs = p.needsOfPipeline(plan)
	for _, e := range p.Environments {
		e.Access.Needs = p.needsOfEnvironment(e, plan)
		e.Access.Publishers = nil
		if plan.publish != nil {
			e.Access.Publishers = p.publisherRoles(e)
		}
		e.Access.Clearers = p.clearers(e)
		if e.Access.Testers, e.Access.TestGrants, err = p.testers(e, plan); err != nil {
			return err
		}
	}
	return nil
}

// tellNeighbours tells each environment which other scopes stand in its account. Pipelines need no telling: their ceilings name only what is
// their own.
func (y *System) tellNeighbours() {
	for _, e := range y.Environments() {
		e.Access.Neighbours = nil
		near := func(account string, n stages.Neighbour) {
			if account == e.Place.Account && n.Scope != e.Place.Scope {
				e.Access.Neighbours = append(e.Access.Neighbours, n)
			}
		}
		for _, other := range y.Environments() {
			n := stages.Neighbour{Scope: other.Place.Scope, Services: stages.EnvironmentServices()}
			n.VPC, n.Subnets = e.Network.Besides(other.Network)
			near(other.Place.Account, n)
		}
		for _, p := range y.Pipelines {
			near(p.Place.Account, stages.Neighbour{Scope: p.Place.Scope, Services: stages.PipelineServices()})
			if p.Shared != nil {
				near(p.Shared.Place.Account, stages.Neighbour{Scope: spec.ToolchainScope, Shares: true})
			}
		}
	}
}
