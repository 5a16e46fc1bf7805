package stages_test

import (
	"slices"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/stages"
)

// What stacks say of their outputs before they are built is what they then publish.
func TestStacksKnowTheirOutputs(t *testing.T) {
	t.Parallel()
	project, err := spec.Parse("pipeline.yaml", []byte(full))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range pipeline.New(project).Environments() {
		names := stages.OutputNames(e)
		all := e.Stacks
		if e.Bootstrap != nil {
			all = append([]cfn.Stack{e.Bootstrap}, all...)
		}
		for _, s := range all {
			if _, isOwn := s.(*stages.Own); isOwn {
				continue // publishes what others take of its outputs
			}
			built := cfn.New(e.Place, s)
			if err := s.Build(built); err != nil {
				t.Fatal(err)
			}
			if got, want := slices.Sorted(slices.Values(names[s.Name()])), built.Published(); !slices.Equal(got, want) {
				t.Errorf("%s of %s says that its outputs are %q, and publishes %q", s.Name(), e.Place.Scope, got, want)
			}
		}
	}
}
