package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// coversNeed begins the names of the SSM parameters by which an access stack says that it covers what its scope needs beside resource types.
const coversNeed = "Covers"

// guarded: stacks ask, by rules of their templates, whether their access stack covers their resource types. Those that are deployed first ask
// whether it covers all else that it says it does. Without the rules, a push that needs more than the access stack covers fails half-way.
func (w *world) guarded(runs []*run) {
	byAccess := map[*stack][]*stack{} // what is deployed with the roles of an access stack, as far as it can read what that says
	for _, s := range w.stacks {
		if s.deployer == nil || s.Region != s.deployer.stack.Region || s.Template.Get("Transform") != nil {
			continue
		}
		access := s.deployer.stack
		byAccess[access] = append(byAccess[access], s)
		var missing []string
		asked := w.typesAsked(s, access)
		for _, kind := range s.kinds() {
			if isHandwritten := s.Source != nil && len(asked) > 0; !isHandwritten && !slices.Contains(asked, kind) {
				missing = append(missing, kind)
			}
		}
		if len(missing) > 0 {
			w.report.fail(s, "Rules", "guard", "stack "+s.Name+" does not ask whether "+access.Name+" covers "+some(missing)+", so its deployment would fail half-way where it does not",
				"render the template again: a rule asserts that the parameter with the resource types of "+access.Name+" lists them")
		}
	}
	for _, access := range w.stacks {
		if list := byAccess[access]; len(list) > 0 {
			w.needsAsked(access, list, runs)
		}
	}
}

// needsAsked: one of the stacks that are deployed first asks for each need that an access stack says it covers.
func (w *world) needsAsked(access *stack, deployed []*stack, runs []*run) {
	var missing []string
	at := ""
	for _, id := range access.ids {
		x := access.things[id]
		name := x.known("Name")
		if x.kind != "AWS::SSM::Parameter" || !strings.HasPrefix(name[strings.LastIndex(name, "/")+1:], coversNeed) {
			continue
		}
		isAsked := slices.ContainsFunc(w.stacks, func(s *stack) bool {
			return s.Account == access.Account && s.Region == access.Region && w.scopeOf(s) == w.scopeOf(access) && s.asks(name) && isFirst(s, deployed, runs)
		})
		if !isAsked {
			if at == "" {
				at = x.path("Name")
			}
			missing = append(missing, name)
		}
	}
	if at != "" {
		w.report.fail(access, at, "guard", fmt.Sprintf("no stack that is deployed first asks whether stack %s covers %s, so a push that needs more fails half-way", access.Name, some(missing)),
			"render the templates again: a rule of the first stack asserts that the parameter is given")
	}
}

// isFirst says whether no run changes another one of some stacks before a stack.
func isFirst(s *stack, among []*stack, runs []*run) bool {
	return !slices.ContainsFunc(runs, func(a *run) bool {
		x := a.deployed[s]
		return x != nil && slices.ContainsFunc(among, func(o *stack) bool { return a.deployed[o] != nil && a.deployed[o].before(x) })
	})
}

// rules of the template.
func (s *stack) rules() []*tree.Node {
	if n := s.Template.Get("Rules"); n != nil {
		return n.Items
	}
	return nil
}

// typesAsked are the resource types that the rules of a stack ask for in the list that an access stack writes to SSM.
func (w *world) typesAsked(s, access *stack) []string {
	var list []string
	for _, rule := range s.rules() {
		for _, assertion := range rule.Get("Assertions").Elements() {
			function, arg, _ := assertion.Get("Assert").Intrinsic()
			args := arg.Elements()
			if function != "Fn::EachMemberIn" || len(args) != 2 {
				continue
			}
			ssm := s.parameterRead(args[1])
			source := w.written[ssmName{s.Account, s.Region, ssm}]
			if source == nil || source.by.stack != access || !strings.HasSuffix(ssm, "/ResourceTypes") || !onlyWhereKnown(rule.Get("RuleCondition"), args[1], ssm) {
				continue
			}
			for _, v := range listIn(s, args[0]) {
				list = append(list, v.String())
			}
		}
	}
	return list
}

// onlyWhereKnown says whether the condition of a rule is that a list parameter has a value, and not the name of the SSM parameter that gives it one; or
// whether the rule has none.
func onlyWhereKnown(condition, list *tree.Node, ssm string) bool {
	if condition == nil {
		return true
	}
	function, arg, _ := condition.Intrinsic()
	if function != "Fn::Not" || len(arg.Elements()) != 1 {
		return false
	}
	function, arg, _ = arg.Items[0].Intrinsic()
	args := arg.Elements()
	return function == "Fn::Contains" && len(args) == 2 && args[0].Equal(list) && args[1].Text == ssm
}

// asks says whether a rule of the stack asserts that the SSM parameter of a need has been read.
func (s *stack) asks(ssm string) bool {
	for _, rule := range s.rules() {
		if rule.Get("RuleCondition") != nil {
			continue
		}
		for _, assertion := range rule.Get("Assertions").Elements() {
			function, arg, _ := assertion.Get("Assert").Intrinsic()
			if function != "Fn::Not" || len(arg.Elements()) != 1 {
				continue
			}
			function, arg, _ = arg.Items[0].Intrinsic()
			if args := arg.Elements(); function == "Fn::Equals" && len(args) == 2 && args[1].Kind == tree.String && args[1].Text == "" && s.parameterRead(args[0]) == ssm {
				return true
			}
		}
	}
	return false
}

// parameterRead is the name in SSM of what a Ref reads; empty where it reads nothing from there.
func (s *stack) parameterRead(n *tree.Node) string {
	function, arg, _ := n.Intrinsic()
	if function != "Ref" {
		return ""
	}
	declared := s.Template.At("Parameters", arg.Text)
	if kind := declared.Get("Type"); kind == nil || !strings.HasPrefix(kind.Text, "AWS::SSM::Parameter::Value<") {
		return ""
	}
	return s.given(arg.Text, declared)
}
