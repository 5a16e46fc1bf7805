package verify

import (
	"slices"

	"github.com/cfnpipe/cfnpipe/resources/policy"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// unknownTypes: of a resource type that the table does not have, the spec says what it takes. Proven is only that there is something of its
// service.
func (w *world) unknownTypes(s *stack) {
	for _, id := range s.ids {
		x := s.things[id]
		if s.deployer == nil || w.knows(x.kind) {
			continue
		}
		isFor := func(st *statement) bool {
			return st.allows && slices.ContainsFunc(st.actions, func(v eval.Value) bool { return policy.MayTake(x.kind, v.String()) })
		}
		if !slices.ContainsFunc(s.deployer.statements, isFor) {
			w.report.warn(s, "Resources."+id+".Type", "type-unknown",
				"nobody knows what "+x.kind+" takes, and role "+s.deployer.name+" may do nothing of its service",
				"list the actions in the permissions of the stack, in pipeline.yaml")
		}
	}
}
