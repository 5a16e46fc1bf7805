// Package pipeline holds the whole delivery system: the pipelines with their artifact stores and builds, the environments that they
// deploy, and how it all becomes one assembly of stacks.
package pipeline

import (
	"slices"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/stages"
)

// System is everything that a pipeline.yaml describes. New fills it with defaults; change its fields, set what is not wanted to nil,
// append what is missing, then Assemble.
type System struct {
	Project string
	// Environments in the order in which they are deployed.
	Environments []*stages.Environment
	// Pipelines, each with some of the environments.
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
	// Access is the stack of the roles that deploy its other stacks.
	Access *stages.Access
	// Tags of its stacks.
	Tags map[string]string
}

// New is the system that a spec describes.
func New(s *spec.Spec) *System {
	y := &System{Project: s.Project}
	for _, p := range s.Pipelines {
		place := cfn.Place{Project: s.Project, Scope: p.Name, Account: s.Toolchain.Account, Region: s.Toolchain.Region}
		line := &Pipeline{
			Name: p.Name, Branch: p.Branch, Mode: p.Mode, Source: s.Source, Place: place,
			Tags: stages.Tags(s, "pipeline", p.Name),
		}
		for _, name := range p.Environments {
			i := slices.IndexFunc(s.Environments, func(e spec.Environment) bool { return e.Name == name })
			line.Environments = append(line.Environments, stages.New(s, s.Environments[i], p.Name))
		}
		line.Access = &stages.Access{
			Place:      place,
			Toolchain:  place.Account,
			Pipeline:   p.Name,
			Regions:    line.regions(),
			MayDelete:  false,
			Boundary:   s.Toolchain.PermissionsBoundary,
			Ceiling:    line.ceiling(),
			Connection: cfn.Lit(s.Source.Connection),
		}
		y.Pipelines = append(y.Pipelines, line)
		y.Environments = append(y.Environments, line.Environments...)
	}
	return y
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
