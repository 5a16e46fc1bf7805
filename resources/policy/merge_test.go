package policy_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// A small world in which every statement can be spelled out. The last of each is named by no statement, so that NotAction and
// NotResource always reach something.
var (
	worldActions   = []string{"s:A", "s:B", "s:C", "s:Z"}
	worldResources = []string{"r1", "r2", "r3", "r9"}
)

// grant is one thing that a statement says.
type grant struct{ Effect, Principal, Action, Resource, Condition string }

// said is a statement before it is rendered.
type said struct {
	effect, condition              string
	principals, actions, resources []string
	otherActions, otherResources   bool
}

func (s said) statement() policy.Statement {
	var st policy.Statement
	switch {
	case s.effect == "Deny":
		st = policy.Deny("", s.actions...)
	case s.otherActions:
		st = policy.AllowAllBut("", s.actions...)
	default:
		st = policy.Allow("", s.actions...)
	}
	for _, p := range s.principals {
		st = st.By(policy.Service(p))
	}
	for _, r := range s.resources {
		if s.otherResources {
			st = st.OnAllBut(cfn.Lit(r))
		} else {
			st = st.On(cfn.Lit(r))
		}
	}
	if s.condition != "" {
		st = st.If(policy.When("StringEquals", "k", cfn.Lit(s.condition)))
	}
	return st
}

// of lists what of the world are named, or all but those. "" stands for a policy's own resource.
func of(world, named []string, others bool) []string {
	if len(named) == 0 {
		return []string{""}
	}
	return slices.DeleteFunc(slices.Clone(world), func(x string) bool { return slices.Contains(named, x) == others })
}

func (s said) addTo(grants map[grant]bool) {
	for _, p := range s.principals {
		for _, a := range of(worldActions, s.actions, s.otherActions) {
			for _, r := range of(worldResources, s.resources, s.otherResources) {
				grants[grant{s.effect, p, a, r, s.condition}] = true
			}
		}
	}
}

// read is a rendered statement, as said.
func read(n *tree.Node) said {
	texts := func(keys ...string) []string {
		var list []string
		for _, k := range keys {
			switch v := n.Get(k); {
			case v == nil:
			case v.Kind == tree.List:
				for _, item := range v.Items {
					list = append(list, item.Text)
				}
			default:
				list = append(list, v.Text)
			}
		}
		return list
	}
	s := said{
		effect:  n.Get("Effect").Text,
		actions: texts("Action", "NotAction"), otherActions: n.Get("NotAction") != nil,
		resources: texts("Resource", "NotResource"), otherResources: n.Get("NotResource") != nil,
	}
	if c := n.At("Condition", "StringEquals", "k"); c != nil {
		s.condition = c.Text
	}
	n = n.Get("Principal")
	s.principals = texts("Service")
	return s
}

func some(r *rand.Rand, from []string, least int) []string {
	list := slices.Clone(from)
	r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list[:least+r.IntN(len(list)-least)]
}

func anyStatement(r *rand.Rand) said {
	s := said{
		effect:     []string{"Allow", "Allow", "Deny"}[r.IntN(3)],
		condition:  []string{"", "", "v"}[r.IntN(3)],
		principals: some(r, []string{"a", "b", "c"}, 1),
		actions:    some(r, worldActions[:3], 1),
		resources:  some(r, worldResources[:3], 0),
	}
	s.otherActions = s.effect == "Allow" && r.IntN(4) == 0
	s.otherResources = r.IntN(4) == 0
	return s
}

func TestMergingNeverChangesWhatIsSaid(t *testing.T) {
	t.Parallel()
	merged := 0
	for seed := range uint64(10000) {
		r := rand.New(rand.NewPCG(seed, 0))
		before, after := map[grant]bool{}, map[grant]bool{}
		var d policy.Resource
		var s said
		for range 1 + r.IntN(6) {
			switch next := anyStatement(r); {
			case len(d) > 0 && r.IntN(3) == 0: // almost the same, so that much can merge
				s.actions, s.otherActions = next.actions, next.otherActions && s.effect == "Allow"
			case len(d) > 0 && r.IntN(2) == 0:
				s.resources, s.otherResources = next.resources, next.otherResources
			default:
				s = next
			}
			s.addTo(before)
			d = append(d, s.statement())
		}
		n := d.Node(template(), path)
		for _, s := range n.Get("Statement").Items {
			read(s).addTo(after)
		}
		merged += len(d) - len(n.Get("Statement").Items)
		if !maps.Equal(before, after) {
			t.Fatalf("seed %d, want -, got +:\n%s\n%s", seed, cmp.Diff(before, after), n.YAML())
		}
	}
	if merged < 2000 {
		t.Errorf("only %d statements merged: the test tests too little", merged)
	}
}
