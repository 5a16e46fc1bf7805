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
		{"an environment, in both lists", func(y *pipeline.System) {
			y.Environments, y.Pipelines[1].Environments = y.Environments[:3], y.Pipelines[1].Environments[:1]
		}, ""},
		{"all pipelines", func(y *pipeline.System) { y.Pipelines, y.Environments = nil, nil }, "Pipelines is empty, so that nothing would be deployed; leave one in it"},
		{"a pipeline", func(y *pipeline.System) { y.Pipelines = append(y.Pipelines, nil) }, "Pipelines[2] is nil; take it out of the list"},
		{"an environment of a pipeline", func(y *pipeline.System) { y.Pipelines[1].Environments = append(y.Pipelines[1].Environments, nil) }, "Pipelines[1] (release): Environments[2] is nil; take it out of the list"},
		{"an environment of the system", func(y *pipeline.System) { y.Environments = append(y.Environments, nil) }, "Environments[4] is nil; take it out of the list"},
		{"a stack", func(y *pipeline.System) { y.Environments[2].Stacks = append(y.Environments[2].Stacks[:1], nil) }, "Environments[2] (prod): Stacks[1] is nil; take it out of the list"},
		{"a stack of some type", func(y *pipeline.System) {
			var storage *stages.Storage
			y.Environments[0].Stacks = append(y.Environments[0].Stacks[:0], storage)
		}, "Environments[0] (dev): Stacks[0] is nil; take it out of the list"},
		{"an access stack", func(y *pipeline.System) { y.Environments[1].Access = nil }, "Environments[1] (qa): Access is nil, which makes the roles that deploy its stacks; leave it as New made it"},
		{"that of a pipeline", func(y *pipeline.System) { y.Pipelines[0].Access = nil }, "Pipelines[0] (delivery): Access is nil, which makes the roles that deploy its stacks; leave it as New made it"},
		{"an environment, from its pipeline only", func(y *pipeline.System) { y.Pipelines[0].Environments = y.Pipelines[0].Environments[:1] }, "Environments[1] (qa): no pipeline deploys it; take it out of the system's Environments, too, or append it to those of a pipeline"},
		{"an environment, from the system only", func(y *pipeline.System) { y.Environments = y.Environments[:3] }, "Pipelines[1] (release): the environment us is none of the system; take it out of the pipeline, too, or append it to the system's Environments"},
		{"one of two pipelines", func(y *pipeline.System) {
			y.Pipelines[1].Environments = append(y.Pipelines[1].Environments, y.Environments[0])
		}, "Pipelines[1] (release): the environment dev is one of a pipeline already; take it out of one of them"},
		{"several things", func(y *pipeline.System) {
			y.Environments[0].Access = nil
			y.Pipelines[1] = nil
			y.Steps.Own = append(y.Steps.Own, spec.Step{Name: "lint", After: "deploy"})
		}, `Pipelines[1] is nil; take it out of the list
Environments[0] (dev): Access is nil, which makes the roles that deploy its stacks; leave it as New made it
Environments[2] (prod): no pipeline deploys it; take it out of the system's Environments, too, or append it to those of a pipeline
Environments[3] (us): no pipeline deploys it; take it out of the system's Environments, too, or append it to those of a pipeline
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
