package verify

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// words: the actions and the condition keys of a policy are some that AWS has. IAM accepts others, which allow and deny nothing. AWS may have added one
// since the catalog was made, so that this is a warning.
func (w *world) words(x *thing, kind eval.Kind, path string, document *tree.Node) {
	statements := document.Get("Statement")
	for i, st := range statements.Elements() {
		at := path + ".Statement" + indexIn(statements, i)
		for _, element := range []string{"Action", "NotAction"} {
			for k, n := range st.Get(element).Elements() {
				if n == nil || n.Kind != tree.String {
					continue
				}
				element := element + indexIn(st.Get(element), k)
				if hint := w.actionHint(n.Text); hint != "" {
					w.report.warn(x.stack, at+"."+element, "policy", "AWS has no action "+strconv.Quote(n.Text), hint)
				}
				if kind == eval.Trust && !strings.HasPrefix(strings.ToLower(n.Text), "sts:") {
					w.report.fail(x.stack, at+"."+element, "policy", "the trust policy of a role names the action "+n.Text+", and AWS refuses a trust policy with other actions than those of STS",
						"name sts:AssumeRole")
				}
			}
		}
		conditions := st.Get("Condition")
		for k, operator := range keysOf(conditions) {
			for _, key := range keysOf(conditions.Items[k]) {
				if hint := w.keyHint(key); hint != "" && !strings.HasPrefix(operator, "Fn::") {
					w.report.warn(x.stack, at+".Condition."+operator+"."+key, "policy", "AWS has no condition key "+strconv.Quote(key), hint)
				}
			}
		}
	}
}

// indexIn a path is what follows the name of a list, or of the one that stands for a list.
func indexIn(n *tree.Node, i int) string {
	if n == nil || n.Kind != tree.List {
		return ""
	}
	return "[" + strconv.Itoa(i) + "]"
}

// actionHint says what to do about an action, or a pattern of actions, that AWS does not have; "" for one that it has, and for services that are not known.
func (w *world) actionHint(action string) string {
	hint, ok := w.actionHints[action]
	if !ok {
		hint = newActionHint(action)
		w.actionHints[action] = hint
	}
	return hint
}

func newActionHint(action string) string {
	service, _, ok := strings.Cut(action, ":")
	if _, known := catalog.Service(service); !ok || !known || catalog.HasAction(action) {
		return ""
	}
	if slices.ContainsFunc(policy.Undocumented(), func(a string) bool { return strings.EqualFold(a, action) }) {
		return ""
	}
	if nearest := catalog.NearestAction(action); nearest != "" {
		return "did you mean " + strconv.Quote(nearest) + "?"
	}
	return "correct it, or take it out; the catalog of actions is of " + catalog.Date()
}

// keyHint is the same for a condition key.
func (w *world) keyHint(key string) string {
	if hint, ok := w.keyHints[key]; ok {
		return hint
	}
	hint := ""
	prefix, _, ok := strings.Cut(key, ":")
	isGlobal := strings.EqualFold(prefix, "aws")
	service, known := catalog.Service(prefix)
	if ok && (isGlobal || known) && !catalog.HasKey(key) {
		keys := catalog.GlobalKeys()
		if !isGlobal {
			keys = service.Keys
		}
		var names []string
		for _, k := range keys {
			names = append(names, k.Name)
		}
		hint = "correct it, or take it out; the catalog of condition keys is of " + catalog.Date()
		if nearest := catalog.Nearest(key, names); nearest != "" {
			hint = "did you mean " + strconv.Quote(nearest) + "?"
		}
	}
	w.keyHints[key] = hint
	return hint
}

// namesItself: the statements of a resource's policy are about that resource. One that names another has no effect, and of a bucket AWS refuses it.
func (w *world) namesItself(x *thing) {
	arn := x.arn().String()
	for _, st := range x.policyStatements() {
		for i, on := range st.resources {
			text := on.String()
			isOwn := text == "*" || text == arn || x.kind == "AWS::S3::Bucket" && strings.HasPrefix(text, arn+"/")
			if !isOwn && !slices.ContainsFunc([]string{arn, arn + "/" + anyID}, func(own string) bool { return globs(text, own) }) && !w.isSaid(on) {
				w.report.fail(x.stack, st.place.Path+".Resource"+indexIn(st.node.Get("Resource"), i), "policy", "the policy of "+x.what()+" names "+text+", which is another resource",
					"name the "+strings.ToLower(x.kind[strings.LastIndex(x.kind, ":")+1:])+" itself: "+arn)
			}
		}
	}
}

// pointless finds actions in policies of roles whose statements name resources of other services only: they say nothing of those actions.
func (w *world) pointless() {
	var list []*statement
	seen := map[*statement]bool{}
	for _, r := range w.roleList {
		list = append(list, r.statements...)
	}
	for _, p := range w.policyList {
		list = append(list, p.statements...)
	}
	for _, st := range list {
		if seen[st] || len(st.resources) == 0 {
			continue
		}
		seen[st] = true
		var void []string
		for i, action := range st.lowered {
			service, _, _ := strings.Cut(action, ":")
			if !slices.ContainsFunc(st.resources, func(on eval.Value) bool { return w.hasResource(service, on.String()) }) {
				void = append(void, st.actions[i].String())
			}
		}
		if len(void) > 0 {
			w.report.warn(st.s, st.place.Path, "policy", "the statement has "+some(void)+", and names resources of other services only, so that it says nothing of that",
				"correct it, or give it a statement of its own")
		}
	}
}

// hasResource says whether an ARN, as a policy has it, can be one of a service.
func (w *world) hasResource(service, arn string) bool {
	parts := strings.SplitN(arn, ":", 4)
	const owner = 2
	if len(parts) <= owner || strings.ContainsAny(parts[owner], "*?<") {
		return true
	}
	owners, ok := w.owners[service]
	if !ok {
		if s, known := catalog.Service(service); known {
			for _, r := range s.Resources {
				for _, form := range r.ARNs {
					if parts := strings.SplitN(form, ":", 4); len(parts) > owner {
						owners = once(owners, parts[owner])
					}
				}
			}
			owners = once(owners, service)
			if strings.HasPrefix(service, "codestar-connections") {
				owners = once(owners, "codeconnections") // its name since 2024
			}
		}
		w.owners[service] = owners
	}
	return owners == nil || slices.Contains(owners, parts[owner])
}
