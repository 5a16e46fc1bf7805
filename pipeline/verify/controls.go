package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
)

// controls: the approvals and steps that the manifest lists are in the pipeline, before and after the changes that they must come before and after, and
// in their order.
func (a *run) controls() {
	own := a.pipeline.stack
	i := slices.IndexFunc(a.w.assembly.Pipelines, func(p assembly.Pipeline) bool { return p.Stack == own.Name && p.Region == own.Region })
	if i < 0 {
		return
	}
	list := a.w.assembly.Pipelines[i].Controls
	found := a.controlled(list)
	a.looks(found)
	for i := range list {
		c, x := &list[i], found[i]
		if x == nil {
			a.fail(nil, "Stages", "control", fmt.Sprintf("the pipeline has no %s %s in stage %s, which the manifest wants%s", c.Kind, c.Action, c.Stage, wanted(c)),
				"put the action back; if pipeline.yaml does not want it any more, render the directory again")
			continue
		}
		if y, problem := a.misplaced(c, x); problem != "" {
			a.fail(a.last(x), x.path+".RunOrder", "control", fmt.Sprintf("the %s %s is no control of stack %s, which %s", c.Kind, c.Action, y.stack, problem),
				"put it where the manifest wants it"+wanted(c))
		}
		for k, y := range found[:i] {
			isLater := list[k].Stage != c.Stage || list[k].RunOrder < c.RunOrder
			if y != nil && isLater && !y.before(x) {
				a.fail(a.last(x), x.path+".RunOrder", "control", fmt.Sprintf("the %s %s runs before %s, or at the same time, and the manifest wants it later", c.Kind, c.Action, y.name),
					"run it after "+y.name)
				break
			}
		}
	}
}

// looks: who approves the execution of a change set can look at it: it is made before. Approvals that the manifest does not list are for anything.
func (a *run) looks(controls []*action) {
	for _, x := range controls {
		if x == nil || x.category != "Approval" {
			continue
		}
		for _, y := range a.actions {
			isExecution := y.stage == x.stage && a.known(y, "ActionMode") == "CHANGE_SET_EXECUTE" && x.before(y)
			if !isExecution || slices.ContainsFunc(a.actions, func(o *action) bool { return o.category == "Approval" && x.before(o) && o.before(y) }) {
				continue // of several approvals, the last one is for the execution
			}
			k := slices.IndexFunc(a.actions, func(o *action) bool {
				return o.stage == x.stage && o.stack == y.stack && a.known(o, "ActionMode") == "CHANGE_SET_REPLACE" && !o.before(x)
			})
			if k >= 0 {
				a.fail(a.last(x), x.path+".RunOrder", "control", fmt.Sprintf("action %s makes the change set of stack %s only after the approval %s, or at the same time, so that nobody has seen what is approved",
					a.actions[k].name, y.stack, x.name), "approve after "+a.actions[k].name)
				break
			}
		}
	}
}

// controlled are the actions that controls of the manifest stand for, nil where there is none: those of their names, or else, under other names, any where
// they must be.
func (a *run) controlled(list []assembly.Control) []*action {
	found := make([]*action, len(list))
	for _, isNamed := range []bool{true, false} {
		for i := range list {
			if found[i] != nil {
				continue
			}
			c := &list[i]
			k := slices.IndexFunc(a.actions, func(x *action) bool {
				if !a.isControl(c, x) || slices.Contains(found, x) {
					return false
				}
				_, problem := a.misplaced(c, x)
				return isNamed && x.stage == c.Stage && x.name == c.Action || !isNamed && problem == ""
			})
			if k >= 0 {
				found[i] = a.actions[k]
			}
		}
	}
	return found
}

// isControl says whether an action is an approval, or builds the project of a step.
func (a *run) isControl(c *assembly.Control, x *action) bool {
	if c.Kind == assembly.Approval {
		return x.category == "Approval"
	}
	return x.provider == "CodeBuild" && a.known(x, "ProjectName") == c.Project
}

// misplaced is an action that changes a stack earlier, or later, than a control allows, and how.
func (a *run) misplaced(c *assembly.Control, x *action) (*action, string) {
	for _, y := range a.actions {
		if y.provider != "CloudFormation" || a.known(y, "ActionMode") == "CHANGE_SET_REPLACE" {
			continue
		}
		is := func(names []string) bool {
			return slices.Contains(names, y.stack) || slices.ContainsFunc(a.w.stacks, func(s *stack) bool {
				return s.Name == y.stack && s.Environment != "" && slices.Contains(names, s.Environment)
			})
		}
		switch {
		case is(c.Before) && !x.before(y):
			return y, "changes before it, or at the same time"
		case is(c.After) && !y.before(x):
			return y, "changes only after it, or at the same time"
		}
	}
	return nil, ""
}

// wanted is where the manifest wants a control.
func wanted(c *assembly.Control) string {
	var text string
	if len(c.Before) > 0 {
		text = " before " + strings.Join(c.Before, ", ")
	}
	if len(c.After) > 0 {
		text += " after " + strings.Join(c.After, ", ")
	}
	return text
}
