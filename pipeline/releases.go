package pipeline

import (
	"os"
	"slices"

	"github.com/cfnpipe/cfnpipe/pipeline/release"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/stages"
)

// Release fills the release parameters of an assembly with the addresses of the code in the checked-out repository. The problems say
// what is wrong with that code.
func (y *System) Release(a *assembly.Assembly, repository *os.Root) []spec.Problem {
	sources := release.New(repository)
	var problems []spec.Problem
	a.Release = tree.NewMap()
	for _, e := range y.Environments() {
		addresses := map[stages.CodeKind]map[string]string{stages.Zip: {}, stages.Image: {}}
		entries := map[stages.CodeKind]*tree.Node{stages.Zip: tree.NewMap(), stages.Image: tree.NewMap()}
		for _, c := range e.Code() {
			address, err := sources.Address(c)
			if err != nil {
				problems = append(problems, spec.Problem{Path: c.At, Message: err.Error()})
			}
			addresses[c.Kind][c.Name] = address
			entry := tree.NewMap().Set("address", tree.Text(address)).Set("source", tree.Text(c.Path)).Set("architecture", tree.Text(string(c.Architecture)))
			for i, key := range c.Details.Keys {
				entry.Set(key, c.Details.Items[i])
			}
			entries[c.Kind].Set(c.Name, entry)
		}
		a.Release.Set(e.Place.Scope, tree.NewMap().Set("code", entries[stages.Zip]).Set("images", entries[stages.Image]))
		for _, s := range e.Stacks {
			releaser, ok := s.(stages.Releaser)
			if !ok {
				continue
			}
			name := spec.Name(e.Place.Project, e.Place.Scope, s.Name())
			i := slices.IndexFunc(a.Stacks, func(x assembly.Stack) bool { return x.Name == name })
			for _, r := range releaser.Releases() {
				a.Stacks[i].Parameters = append(a.Stacks[i].Parameters, assembly.Parameter{Name: r.Parameter, Value: addresses[r.Kind][r.Name]})
			}
		}
	}
	return problems
}
