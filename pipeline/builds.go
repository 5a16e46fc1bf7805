package pipeline

import (
	"fmt"
	"slices"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
)

// buildsStack is the stack of a pipeline's CodeBuild projects with their roles, log groups and report groups. It stands apart from the
// pipeline, so that both templates stay small enough to be sent with the request.
type buildsStack struct {
	pipeline *Pipeline
	plan     stepPlan
	format   assembly.Format
	home     *artifacts
	// deployments are the stacks of each of the pipeline's environments.
	deployments [][]*cfn.Template
	template    *cfn.Template // once it is built
	made        builds        // once it is built: those that the pipeline runs
}

// Name of the stack.
func (b *buildsStack) Name() string { return "builds" }

// Build declares every build of the pipeline: one that renders, one for each step, those that publish; and the one that clears.
func (b *buildsStack) Build(t *cfn.Template) error {
	b.template = t
	p := b.pipeline
	t.Description = fmt.Sprintf("%s: the builds of pipeline %s. Deployed by an operator, then by the pipeline.", p.Place.Project, p.Name)
	list, err := b.builds()
	if err != nil {
		return err
	}
	s := store{region: p.Place.Region, bucket: cfn.Literal[cfn.BucketName](b.home.bucketName(spec.ArtifactsPart)), key: cfn.Take(t, b.home.keyARN())}
	artifacts := p.artifactPolicy(t, s)
	for _, x := range list {
		x.store, x.artifacts = s, artifacts
		b.made = append(b.made, x.add(t))
	}
	if len(p.clears()) > 0 {
		x := p.clearBuild(b.deployments)
		x.store = s
		x.add(t)
	}
	return nil
}

func (b *buildsStack) builds() ([]build, error) {
	p := b.pipeline
	render := build{
		pipeline: p, name: spec.BuildPart, description: "Renders the templates of pipeline " + p.Name,
		buildSpec: renderTemplates(b.plan.synth, p.Source.File, b.format), writes: true,
	}
	render.configure(b.plan.synth)
	grants, err := p.ownPermissions(b.plan.synth, true)
	if err != nil {
		return nil, err
	}
	render.grants = grants
	list := []build{render}
	for _, x := range b.plan.beforeEnvironments() {
		made, err := p.stepBuild(x, false)
		if err != nil {
			return nil, err
		}
		list = append(list, made)
	}
	if b.plan.publish != nil {
		for _, x := range p.publishers() {
			made, err := p.publishBuild(b.plan.publish, x)
			if err != nil {
				return nil, err
			}
			list = append(list, made)
		}
	}
	for _, x := range b.plan.inEnvironments() {
		if !p.runs(x) {
			continue
		}
		made, err := p.stepBuild(x, true)
		if err != nil {
			return nil, err
		}
		list = append(list, made)
	}
	return list, nil
}

// builds are the declared builds of a pipeline, in the order of the template.
type builds []madeBuild

// runs says whether a step runs in any of the pipeline's environments.
func (p *Pipeline) runs(x placed) bool {
	for _, e := range p.Environments {
		if len(runningIn(e, []placed{x})) > 0 {
			return true
		}
	}
	return false
}

// action runs a build by its name.
func (l builds) action(name string, order int, inputs, outputs []string, variables ...resources.Variable) resources.Action {
	i := slices.IndexFunc(l, func(b madeBuild) bool { return b.name == name })
	return l[i].action(order, inputs, outputs, variables...)
}

// add puts steps that may run side by side into a stage, after a run order, and returns the last one that they take.
func (l builds) add(stage *resources.Stage, p *Pipeline, group []placed, after int, inputs []string, variables ...resources.Variable) int {
	for i, order := range p.spread(len(group), after) {
		inputs := inputs
		if group[i].readsTemplates {
			inputs = append(slices.Clone(inputs), templatesArtifact)
		}
		stage.Actions = append(stage.Actions, l.action(group[i].name, order, inputs, nil, variables...))
		after = order
	}
	return after
}
