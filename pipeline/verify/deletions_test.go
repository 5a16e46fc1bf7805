package verify_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

const deletionsFile = "testdata/deletions.txt"

// Every statement, principal and condition of a system's policies is there for a reason: without it, the proof finds something in the stack
// that it was taken from, since that is where somebody has to look. What it does not find stands in a list with the reason why nothing in the
// proof needs it. What several environments or pipelines have word for word is taken out of one of them, and of each that the list names;
// CFNPIPE_DELETIONS=all takes it out of all.
func TestEveryDeletionIsFound(t *testing.T) {
	t.Parallel()
	debug.SetGCPercent(400) // a thousand proofs leave much behind
	a := golden(t, "shop")
	excuses := readExcuses(t)
	list := deletions(a)
	if os.Getenv("CFNPIPE_DELETIONS") != "all" {
		list = alike(a, list, excuses)
	}
	isFound := make([]bool, len(list))
	next := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range next {
				stack := a.Stacks[list[i].stack].Name
				isFound[i] = slices.ContainsFunc(verify.Verify(without(a, list[i])).Findings, func(f verify.Finding) bool { return together(f.Stack) == together(stack) })
			}
		})
	}
	for i := range list {
		next <- i
	}
	close(next)
	workers.Wait()

	missed := 0
	for i, d := range list {
		isExcused := false
		for k := range excuses {
			if excuses[k].pattern.MatchString(d.String()) {
				isExcused = true
				excuses[k].isUsed = excuses[k].isUsed || !isFound[i]
			}
		}
		if isFound[i] {
			continue
		}
		missed++
		if !isExcused {
			t.Errorf("nothing in the proof misses this; prove that it is needed, or list it in %s with the reason why it is not:\n%s", deletionsFile, d)
		}
	}
	for _, e := range excuses {
		if !e.isUsed {
			t.Errorf("%s:%d is stale, all that it names is found: remove the line", deletionsFile, e.line)
		}
	}
	t.Logf("%d deletions, %d not found, for the reasons of %d lines in %s", len(list), missed, len(excuses), deletionsFile)
}

// alike leaves out deletions of what another environment or pipeline has word for word, but for its name and its account, unless the list has it.
func alike(a *assembly.Assembly, list []deletion, excuses []excuse) []deletion {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(d deletion) bool {
		s := &a.Stacks[d.stack]
		scope := s.Environment
		if scope == "" {
			scope = s.Tags["pipeline"]
		}
		shape := strings.NewReplacer(scope, "<scope>", s.Account, "<account>").Replace(d.String() + " " + d.text)
		isKnown := seen[shape] && !slices.ContainsFunc(excuses, func(e excuse) bool { return e.pattern.MatchString(d.String()) })
		seen[shape] = true
		return isKnown
	})
}

// deletion is one thing that is taken out of a policy.
type deletion struct {
	stack int
	// place is the stack by its file, and the resource with the property that has the policy; sid is the statement's.
	place, sid string
	// part of the statement; - for all of it. The text is the statement's.
	part, text string
	take       func(template *tree.Node)
}

// String is the deletion as the list has it.
func (d deletion) String() string { return d.place + " " + d.sid + " " + d.part }

// deletions are every statement of every policy of a system, and every principal and condition of one.
func deletions(a *assembly.Assembly) []deletion {
	var list []deletion
	for i := range a.Stacks {
		resources := a.Stacks[i].Template.Get("Resources")
		for k, id := range resources.Keys {
			resources.Items[k].Get("Properties").Walk(func(path string, n *tree.Node) bool {
				if n.Kind != tree.Map || n.Get("Statement") == nil {
					return true
				}
				property, _, _ := strings.Cut(path, "[")
				for s, st := range n.Get("Statement").Items {
					at := func(template *tree.Node) (statements *tree.Node) {
						template.At("Resources", id, "Properties").Walk(func(p string, n *tree.Node) bool {
							if p == path {
								statements = n.Get("Statement")
							}
							return statements == nil
						})
						return statements
					}
					d := deletion{stack: i, place: a.Stacks[i].Path + " " + id + "." + property, sid: "-", text: string(st.JSON())}
					if sid := st.Get("Sid"); sid != nil {
						d.sid = sid.Text
					}
					list = append(list, d.of("-", func(t *tree.Node) { remove(at(t), s) }))
					for _, p := range parts(st) {
						list = append(list, d.of(p.name, func(t *tree.Node) { p.take(at(t).Items[s]) }))
					}
				}
				return false
			})
		}
	}
	return list
}

func (d deletion) of(part string, take func(*tree.Node)) deletion {
	d.part, d.take = part, take
	return d
}

// removal takes a part from a statement.
type removal struct {
	name string
	take func(statement *tree.Node)
}

// parts of a statement: its principals, its conditions, and the values of either where there are several.
func parts(st *tree.Node) []removal {
	var list []removal
	if principal := st.Get("Principal"); principal != nil {
		list = append(list, removal{"Principal", func(st *tree.Node) { remove(st, slices.Index(st.Keys, "Principal")) }})
		for i, kind := range principal.Keys {
			if len(principal.Keys) > 1 {
				list = append(list, removal{"Principal." + kind, func(st *tree.Node) { remove(st.Get("Principal"), i) }})
			}
			for v := range several(principal.Items[i]) {
				list = append(list, removal{fmt.Sprintf("Principal.%s[%d]", kind, v), func(st *tree.Node) { remove(st.Get("Principal").Items[i], v) }})
			}
		}
	}
	conditions := st.Get("Condition")
	if conditions == nil {
		return list
	}
	for i, operator := range conditions.Keys {
		for k, key := range conditions.Items[i].Keys {
			name := operator + "." + key
			list = append(list, removal{name, func(st *tree.Node) {
				conditions := st.Get("Condition")
				if remove(conditions.Items[i], k); len(conditions.Items[i].Keys) > 0 {
					return
				}
				if remove(conditions, i); len(conditions.Keys) == 0 {
					remove(st, slices.Index(st.Keys, "Condition"))
				}
			}})
			for v := range several(conditions.Items[i].Items[k]) {
				list = append(list, removal{fmt.Sprintf("%s[%d]", name, v), func(st *tree.Node) { remove(st.Get("Condition").Items[i].Items[k], v) }})
			}
		}
	}
	return list
}

// several is how many values a list has; one alone is what holds it.
func several(n *tree.Node) int {
	if n.Kind != tree.List || len(n.Items) < 2 {
		return 0
	}
	return len(n.Items)
}

func remove(n *tree.Node, i int) {
	n.Items = slices.Delete(n.Items, i, i+1)
	if n.Kind == tree.Map {
		n.Keys = slices.Delete(n.Keys, i, i+1)
	}
}

// without is a system that lacks something.
func without(a *assembly.Assembly, d deletion) *assembly.Assembly {
	b := *a
	b.Stacks = slices.Clone(a.Stacks)
	s := &b.Stacks[d.stack]
	s.Template = cloned(s.Template)
	d.take(s.Template)
	return &b
}

// cloned is a copy of a tree that can be changed.
func cloned(n *tree.Node) *tree.Node {
	if n == nil {
		return nil
	}
	c := *n
	c.Keys, c.Items = slices.Clone(n.Keys), make([]*tree.Node, len(n.Items))
	for i, item := range n.Items {
		c.Items[i] = cloned(item)
	}
	return &c
}

// excuse is a line of the list.
type excuse struct {
	line    int
	pattern *regexp.Regexp
	isUsed  bool
}

func readExcuses(t *testing.T) []excuse {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(deletionsFile))
	if err != nil {
		t.Fatal(err)
	}
	var list []excuse
	for i, line := range strings.Split(string(text), "\n") {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if len(words) < 5 {
			t.Fatalf("%s:%d: want STACK  RESOURCE  SID  PART  REASON, got: %s", deletionsFile, i+1, line)
		}
		quoted := regexp.QuoteMeta(strings.Join(words[:4], " "))
		list = append(list, excuse{line: i + 1, pattern: regexp.MustCompile("^" + strings.ReplaceAll(quoted, `\*`, `[^ ]*`) + "$")})
	}
	return list
}
