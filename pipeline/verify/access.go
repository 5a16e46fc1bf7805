package verify

import (
	"fmt"
	"slices"
	"strings"
)

// access: what a template asserts that its access stack covers, the access stack says it does. Else CloudFormation stops at the assertion.
func (w *world) access(s *stack) {
	rules := s.Template.Get("Rules")
	for i, name := range keysOf(rules) {
		for k, assertion := range rules.Items[i].Get("Assertions").Elements() {
			function, arg, _ := assertion.Get("Assert").Intrinsic()
			if function != "Fn::EachMemberIn" || len(arg.Elements()) != 2 {
				continue
			}
			want, complete := s.resolver.List(arg.Items[0])
			have, known := s.resolver.List(arg.Items[1])
			var missing []string
			for _, v := range want {
				if !slices.ContainsFunc(have, v.Equal) {
					missing = append(missing, v.String())
				}
			}
			if !complete || !known || len(missing) == 0 || len(have) == 1 && w.isSaid(have[0]) {
				continue
			}
			w.report.fail(s, fmt.Sprintf("Rules.%s.Assertions[%d].Assert", name, k), "access",
				"the deployment of stack "+s.Name+" stops here: its access stack does not cover "+strings.Join(missing, ", "),
				"render the access stack again, and deploy it first")
		}
	}
}
