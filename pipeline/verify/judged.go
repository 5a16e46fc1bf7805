package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Coverage counts what pipelines deploy, by whether the proof can judge it.
type Coverage struct {
	// Judged are the resources of which the proof knows what deploying them requires.
	Judged int
	// NotJudged are the others, Types their resource types, sorted.
	NotJudged int
	Types     []string
	// Outputs are the values that templates read from stacks outside the directory.
	Outputs int
}

// isJudged says whether the proof knows what deploying a thing requires: the table has its type, or it is a custom resource, which requires
// the right to call the function behind it.
func (w *world) isJudged(x *thing) bool {
	return strings.HasPrefix(x.kind, "Custom::") || w.knows(x.kind)
}

// notJudged warns of each type of a stack of which the table does not say what deploying it requires, at the first resource that has it.
func (w *world) notJudged(h *Hop, r *role, s *stack) {
	var said []string
	for _, id := range s.ids {
		x := s.things[id]
		if w.isJudged(x) || slices.Contains(said, x.kind) {
			continue
		}
		said = append(said, x.kind)
		message, hint := r.ofService(x.kind)
		h.add(w.report.warn(s, "Resources."+id+".Type", "not-judged",
			"not judged: "+x.kind+": cfnpipe does not know which permissions deploying it requires"+message, hint))
	}
}

// ofService says what a role may do of the service of a resource type, and what to do about it.
func (r *role) ofService(kind string) (message, hint string) {
	const write = "list the actions that create, read, update, tag and delete it under permissions of the stack, in pipeline.yaml"
	const check = "check that the permissions of the stack, in pipeline.yaml, list what creates, reads, updates, tags and deletes it, by its name"
	if !policy.HasService(kind) {
		return "", check
	}
	var actions []string
	makes := false
	for _, st := range r.statements {
		for _, v := range st.actions {
			if action := v.String(); st.allows && policy.MayTake(kind, action) {
				actions = once(actions, action)
				makes = makes || policy.MayMake(kind, action)
			}
		}
	}
	switch {
	case len(actions) == 0:
		return ", and role " + r.name + " may do nothing of its service", write
	case !makes:
		return ", and role " + r.name + " may only read of its service: " + some(actions), write
	default:
		return "; of its service, role " + r.name + " may " + some(actions), check
	}
}

// cover counts what was judged.
func (w *world) cover() {
	c := &w.report.Coverage
	for _, s := range w.stacks {
		for _, id := range s.ids {
			switch x := s.things[id]; {
			case s.deployer == nil: // an operator does, with rights of his own; or it is found that no pipeline can
			case w.isJudged(x):
				c.Judged++
			default:
				c.NotJudged++
				c.Types = once(c.Types, x.kind)
			}
		}
	}
	slices.Sort(c.Types)
}

// String is what was judged and what was not, in one line.
func (c Coverage) String() string {
	text := count(c.Judged, "resource") + " judged"
	if not := c.notJudged(); not != "" {
		text += "; not judged: " + not
	}
	return text
}

// notJudged is what was not judged; empty where all was.
func (c Coverage) notJudged() string {
	var list []string
	if c.NotJudged > 0 {
		list = append(list, fmt.Sprintf("%s (%s)", count(c.NotJudged, "resource"), strings.Join(c.Types, ", ")))
	}
	if c.Outputs > 0 {
		list = append(list, count(c.Outputs, "output")+" of other stacks")
	}
	return strings.Join(list, ", ")
}
