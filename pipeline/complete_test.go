package pipeline_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/stages"
)

func TestWhatAChangeInGoLeavesOutIsSaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		why    string
		change func(*pipeline.System)
		want   string
	}{
		{"nothing", func(*pipeline.System) {}, ""},
		{"an environment", func(y *pipeline.System) { y.Pipelines[1].Environments = y.Pipelines[1].Environments[:1] }, ""},
		{"all pipelines", func(y *pipeline.System) { y.Pipelines = nil }, "Pipelines is empty, so that nothing would be deployed; leave one in it"},
		{"a pipeline", func(y *pipeline.System) { y.Pipelines = append(y.Pipelines, nil) }, "Pipelines[2] is nil; take it out of the list"},
		{"an environment of a pipeline", func(y *pipeline.System) { y.Pipelines[1].Environments = append(y.Pipelines[1].Environments, nil) }, "Pipelines[1] (release): Environments[2] is nil; take it out of the list"},
		{"a stack", func(y *pipeline.System) { y.Environments()[2].Stacks = append(y.Environments()[2].Stacks[:1], nil) }, "Pipelines[1] (release): Environments[0] (prod): Stacks[1] is nil; take it out of the list"},
		{"a stack of some type", func(y *pipeline.System) {
			var storage *stages.Storage
			y.Environments()[0].Stacks = append(y.Environments()[0].Stacks[:0], storage)
		}, "Pipelines[0] (delivery): Environments[0] (dev): Stacks[0] is nil; take it out of the list"},
		{"an access stack", func(y *pipeline.System) { y.Environments()[1].Access = nil }, "Pipelines[0] (delivery): Environments[1] (qa): Access is nil, which makes the roles that deploy its stacks; leave it as New made it"},
		{"that of a pipeline", func(y *pipeline.System) { y.Pipelines[0].Access = nil }, "Pipelines[0] (delivery): Access is nil, which makes the roles that deploy its stacks; leave it as New made it"},
		{"one of two pipelines", func(y *pipeline.System) {
			y.Pipelines[1].Environments = append(y.Pipelines[1].Environments, y.Environments()[0])
		}, "Pipelines[1] (release): the environment dev is one of a pipeline already; take it out of one of them"},
		{"several things", func(y *pipeline.System) {
			y.Environments()[0].Access, y.Pipelines[1] = nil, nil
			y.Steps.Own = append(y.Steps.Own, spec.Step{Name: "lint", After: "deploy"})
		}, `Pipelines[0] (delivery): Environments[0] (dev): Access is nil, which makes the roles that deploy its stacks; leave it as New made it
Pipelines[1] is nil; take it out of the list
Steps.Own[0] (lint): it has no commands; say what it runs`},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			got := ""
			if _, err := system(t, shop, c.change).Assemble(assembly.YAML); err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}
