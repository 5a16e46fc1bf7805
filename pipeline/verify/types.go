package verify

import (
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// unknownTypes: of a resource type that the table does not have, the spec says what it takes. Proven is only that there is something.
func (w *world) unknownTypes(s *stack) {
	for _, id := range s.ids {
		x := s.things[id]
		parts := strings.Split(x.kind, "::")
		if s.deployer == nil || w.knows(x.kind) || len(parts) != 3 || parts[1] == "CloudFormation" {
			continue
		}
		service := strings.ToLower(parts[1])
		isFor := func(st *statement) bool {
			return st.allows && slices.ContainsFunc(st.actions, func(v eval.Value) bool { return strings.HasPrefix(v.String(), service+":") })
		}
		if !slices.ContainsFunc(s.deployer.statements, isFor) {
			w.report.warn(s, "Resources."+id+".Type", "type-unknown",
				"nobody knows what "+x.kind+" takes, and role "+s.deployer.name+" may do nothing of "+service,
				"list the actions in the permissions of the stack, in pipeline.yaml")
		}
	}
}
