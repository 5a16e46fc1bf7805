package verify

import (
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Budget is a limit of AWS that grows with the system.
type Budget struct {
	// What is counted, and where.
	What, Where string
	Used, Limit int
	// Fits is how many more environments like the largest there is fit; -1 where that says nothing.
	Fits int
}

// budgets of the pipelines: their stages and actions; of the stacks' templates; and of policies that name environments.
func (w *world) budgets() {
	environments := w.environments()
	for _, x := range w.pipelines {
		stages := x.properties.Get("Stages").Elements()
		actions := 0
		stagesOf, actionsOf := map[string]int{}, map[string]int{}
		for _, n := range stages {
			count := len(n.Get("Actions").Elements())
			actions += count
			if name := n.Get("Name"); name != nil {
				for _, e := range environments {
					if strings.HasPrefix(name.Text, e+"-") {
						stagesOf[e]++
						actionsOf[e] += count
					}
				}
			}
		}
		w.count(x.stack, x.path(""), "stages", x.known("Name"), len(stages), 50, largest(stagesOf))
		w.count(x.stack, x.path(""), "actions", x.known("Name"), actions, 500, largest(actionsOf))
	}
	for _, s := range w.stacks {
		w.count(s, "", "resources", s.Name, len(s.ids), 500, 0)
		if s.Environment == "" {
			w.policyBudgets(s, environments)
		}
	}
}

// environments of the system, in the order of their stacks.
func (w *world) environments() []string {
	var list []string
	for _, s := range w.stacks {
		if s.Environment != "" && !slices.Contains(list, s.Environment) {
			list = append(list, s.Environment)
		}
	}
	return list
}

// policyBudgets of what all environments share: policies that name each of them.
func (w *world) policyBudgets(s *stack, environments []string) {
	prefixes := make([]string, len(environments))
	for i, e := range environments {
		prefixes[i] = w.assembly.Project + "-" + e + "-"
	}
	for _, id := range s.ids {
		x := s.things[id]
		switch x.kind {
		case "AWS::ECR::Repository":
			w.countPolicy(x, prefixes, "RepositoryPolicyText", policy.MaxRepositoryPolicy, x.properties.Get("RepositoryPolicyText"))
		case "AWS::IAM::ManagedPolicy":
			w.countPolicy(x, prefixes, "PolicyDocument", policy.MaxManaged, x.properties.Get("PolicyDocument"))
		case "AWS::IAM::Role":
			var inline []*tree.Node
			for _, p := range x.properties.Get("Policies").Elements() {
				inline = append(inline, p.Get("PolicyDocument"))
			}
			w.countPolicy(x, prefixes, "Policies", policy.MaxInline, inline...)
			w.countPolicy(x, prefixes, "AssumeRolePolicyDocument", policy.MaxTrust, x.properties.Get("AssumeRolePolicyDocument"))
		case "AWS::KMS::Key":
			w.countPolicy(x, prefixes, "KeyPolicy", policy.MaxKeyPolicy, x.properties.Get("KeyPolicy"))
		case "AWS::S3::BucketPolicy":
			w.countPolicy(x, prefixes, "PolicyDocument", policy.MaxBucketPolicy, x.properties.Get("PolicyDocument"))
		}
	}
}

// countPolicy counts the bytes of policies without white space, if they name environments by the prefixes of what is theirs.
func (w *world) countPolicy(x *thing, prefixes []string, property string, limit int, documents ...*tree.Node) {
	used, of := 0, map[string]int{}
	for _, n := range documents {
		used += x.stack.size(n, func(text string) {
			for _, prefix := range prefixes {
				if strings.Contains(text, prefix) {
					of[prefix] += len(text) + len(`"",`)
				}
			}
		})
	}
	if len(of) > 0 {
		w.count(x.stack, x.path(property), "bytes", x.stack.Name+" "+x.id+"."+property, used, limit, largest(of))
	}
}

// size of a document as JSON without white space, with the texts that CloudFormation makes of it. They are visited.
func (s *stack) size(n *tree.Node, visit func(text string)) int {
	_, _, isFunction := n.Intrinsic()
	if n == nil || isFunction || n.Kind != tree.List && n.Kind != tree.Map {
		text := s.resolver.Resolve(n).String()
		visit(text)
		return len(text) + len(`""`)
	}
	size := len("[]") + max(0, len(n.Items)-1)
	for i, item := range n.Items {
		if n.Kind == tree.Map {
			size += len(n.Keys[i]) + len(`"":`)
		}
		size += s.size(item, visit)
	}
	return size
}

func largest(counts map[string]int) int {
	most := 0
	for _, n := range counts {
		most = max(most, n)
	}
	return most
}

// count adds a budget, and a warning where nine tenths of it are used.
func (w *world) count(s *stack, path, what, where string, used, limit, each int) {
	b := Budget{What: what, Where: where, Used: used, Limit: limit, Fits: -1}
	if each > 0 {
		b.Fits = max(0, limit-used) / each
	}
	w.report.Budgets = append(w.report.Budgets, b)
	switch {
	case used > limit:
		w.report.fail(s, path, "budget", b.String(), "split it")
	case used*10 >= limit*9:
		w.report.warn(s, path, "budget", b.String(), "split it before it is full")
	}
}
