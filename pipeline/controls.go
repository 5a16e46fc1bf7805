package pipeline

import (
	"slices"

	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
)

// changing is an action that changes a stack.
type changing struct {
	stack, environment string // the environment is empty in the toolchain
	at                 [2]int // its stage, and its run order there
}

// controlsOf a run that has these stages after it has updated its pipeline: approvals and steps, with what each comes before and after.
func (d *delivery) controlsOf(run []resources.Stage) []assembly.Control {
	var list []assembly.Control
	changes := d.changes(run)
	steps := slices.Concat(d.plan.beforeEnvironments(), d.plan.inEnvironments())
	builds := d.builds.made
	for i, s := range run {
		for _, x := range s.Actions {
			c := assembly.Control{Kind: assembly.Step, Stage: s.Name, Action: x.Name, RunOrder: x.RunOrder}
			switch {
			case x.Category == "Approval":
				c.Kind = assembly.Approval
			case slices.ContainsFunc(steps, func(p placed) bool { return p.name == x.Name }):
				c.Project = builds[slices.IndexFunc(builds, func(b madeBuild) bool { return b.name == x.Name })].project
			default:
				continue
			}
			c.Before, c.After = around([2]int{i, x.RunOrder}, changes)
			list = append(list, c)
		}
	}
	// those of one stage in the order in which they run
	slices.SortStableFunc(list, func(a, b assembly.Control) int {
		if a.Stage != b.Stage {
			return 0
		}
		return a.RunOrder - b.RunOrder
	})
	return list
}

// changes are the actions that change stacks, in the order of the stages.
func (d *delivery) changes(run []resources.Stage) []changing {
	environments := map[string]string{}
	for i, e := range d.pipeline.Environments {
		for _, t := range d.deployments[i] {
			environments[t.Name()] = e.Place.Scope
		}
	}
	var list []changing
	for i, s := range run {
		for _, x := range s.Actions {
			values := map[string]any{}
			for _, m := range x.Configuration {
				values[m.Name] = m.Value
			}
			name, _ := values["StackName"].(string)
			if mode := values["ActionMode"]; mode == "CHANGE_SET_EXECUTE" || mode == "CREATE_UPDATE" {
				list = append(list, changing{stack: name, environment: environments[name], at: [2]int{i, x.RunOrder}})
			}
		}
	}
	return list
}

// around a place in a run are the environments and stacks that change only after it, and those that change before it: an environment, where that is so of
// all its stacks.
func around(at [2]int, changes []changing) (before, after []string) {
	add := func(list []string, name string) []string {
		if slices.Contains(list, name) {
			return list
		}
		return append(list, name)
	}
	for _, c := range changes {
		name := c.environment
		if name == "" {
			name = c.stack
		}
		isEarliest, isLatest := true, true // the place, among the changes of the same environment
		for _, o := range changes {
			if o.environment == c.environment && (c.environment != "" || o.stack == c.stack) {
				isEarliest = isEarliest && slices.Compare(at[:], o.at[:]) < 0
				isLatest = isLatest && slices.Compare(at[:], o.at[:]) > 0
			}
		}
		switch {
		case isEarliest:
			before = add(before, name)
		case isLatest:
			after = add(after, name)
		case slices.Compare(at[:], c.at[:]) < 0:
			before = add(before, c.stack)
		}
	}
	return before, after
}
