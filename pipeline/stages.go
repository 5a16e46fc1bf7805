package pipeline

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/stages"
)

// beforeEnvironments checks the commit before anything of it reaches an environment: first the steps that test it, then the stack that all
// environments share, if this pipeline deploys it.
func (d *delivery) beforeEnvironments(builds builds) []resources.Stage {
	stage := resources.Stage{Name: "Test"}
	order := 0
	for _, group := range d.plan.commit {
		order = builds.add(&stage, d.pipeline, group, order, []string{sourceArtifact})
	}
	if d.shared != nil {
		stage.Name = "Toolchain"
		stage.Actions = append(stage.Actions, d.changeSets([]*cfn.Template{d.shared}, d.pipeline.Access, nil, order)...)
	}
	return withActions(stage)
}

// environmentStages are what happens to an environment: the approval, what must be there before code is published, the publishing, the
// other stacks, the tests.
func (d *delivery) environmentStages(e *stages.Environment, stacks []*cfn.Template, builds builds) []resources.Stage {
	stage := func(name string) resources.Stage { return resources.Stage{Name: e.Place.Scope + "-" + name} }
	approval, bootstrap, publish, deploy, verify := stage("approval"), stage("bootstrap"), stage("publish"), stage("deploy"), stage("verify")
	var looked *stages.Environment // whose change sets are looked at
	if e.Approval != nil && e.Approval.AfterChangeSet {
		looked = e
	} else if e.Approval != nil {
		question := fmt.Sprintf("Deploy to environment %s (account %s, region %s)?", e.Place.Scope, e.Place.Account, e.Place.Region)
		approval.Actions = append(approval.Actions, d.approve(e, "approve", question, 1))
	}

	order := builds.add(&publish, d.pipeline, runningIn(e, d.plan.beforePublish), 0, []string{sourceArtifact}, testVariables(e)...)
	if d.plan.publish != nil {
		list := publishersOf(e)
		orders := d.pipeline.spread(len(list), order)
		for i, x := range list {
			order = orders[i]
			inputs := []string{sourceArtifact, templatesArtifact}
			publish.Actions = append(publish.Actions, builds.action(x.name(), order, inputs, nil, publishVariables(e, x)...))
		}
	}
	builds.add(&publish, d.pipeline, runningIn(e, d.plan.afterPublish), order, []string{sourceArtifact}, testVariables(e)...)

	isBootstrap := func(x *cfn.Template) bool { return x.Stack() == cfn.Stack(e.Bootstrap) }
	if i := slices.IndexFunc(stacks, isBootstrap); i >= 0 {
		bootstrap.Actions = d.changeSets(stacks[i:i+1], e.Access, looked, 0)
	}
	deploy.Actions = d.changeSets(slices.DeleteFunc(slices.Clone(stacks), isBootstrap), e.Access, looked, 0)

	order = 0
	for _, group := range d.plan.verify {
		order = builds.add(&verify, d.pipeline, runningIn(e, group), order, []string{sourceArtifact}, testVariables(e)...)
	}
	return withActions(approval, bootstrap, publish, deploy, verify)
}

// withActions leaves out the stages in which nothing happens.
func withActions(list ...resources.Stage) []resources.Stage {
	return slices.DeleteFunc(list, func(s resources.Stage) bool { return len(s.Actions) == 0 })
}

// maxActionName is how many characters the name of an action has at most (CodePipeline quotas).
const maxActionName = 100

// changeSets deploys stacks in the order of their needs. Each gets a change set, then its execution; stacks that do not need each other go
// side by side. A stack that reads another's output gets its change set after the other's execution: the change set holds the value of
// that moment. If somebody looks at the change sets of an environment, an approval stands between the two.
func (d *delivery) changeSets(stacks []*cfn.Template, access *stages.Access, looked *stages.Environment, order int) []resources.Action {
	level := map[*cfn.Template]int{}
	levels := 0
	for _, x := range stacks {
		for _, needed := range x.Needs() {
			level[x] = max(level[x], level[needed])
		}
		level[x]++
		levels = max(levels, level[x])
	}
	steps := 2
	if looked != nil {
		steps = 3
	}
	var actions []resources.Action
	for n := 1; n <= levels; n++ {
		var names []string
		var executions []resources.Action
		for _, x := range stacks {
			if level[x] == n {
				names = append(names, x.Stack().Name())
				prepare, execute := d.changeSet(x, access, order+steps*(n-1)+1, order+steps*n)
				actions, executions = append(actions, prepare), append(executions, execute)
			}
		}
		if looked != nil {
			name, which := "approve-"+strings.Join(names, "-"), strings.Join(names, ", ")
			if len(name) > maxActionName {
				name, which = "approve-"+strconv.Itoa(n), strconv.Itoa(len(names))+" stacks"
			}
			question := fmt.Sprintf("Execute change set %s of %s in environment %s (account %s, region %s)?", d.pipeline.fullName(),
				which, looked.Place.Scope, looked.Place.Account, looked.Place.Region)
			actions = append(actions, d.approve(looked, name, question, order+steps*(n-1)+2))
		}
		actions = append(actions, executions...)
	}
	return actions
}

// changeSet makes a change set of a stack, and executes it.
func (d *delivery) changeSet(x *cfn.Template, access *stages.Access, prepareOrder, executeOrder int) (prepare, execute resources.Action) {
	prepare = d.action(x, access, "CHANGE_SET_REPLACE", prepareOrder)
	prepare.Name += "-prepare"
	execute = d.action(x, access, "CHANGE_SET_EXECUTE", executeOrder)
	execute.Name += "-execute"
	changeSet := cfn.Member{Name: "ChangeSetName", Value: d.pipeline.fullName()}
	prepare.Configuration = append(append(prepare.Configuration, changeSet), d.template(x, access)...)
	execute.Configuration, execute.Inputs = append(execute.Configuration, changeSet), nil
	if x.Place.Region != d.pipeline.Place.Region {
		prepare.Region, execute.Region = x.Place.Region, x.Place.Region
	}
	return prepare, execute
}
