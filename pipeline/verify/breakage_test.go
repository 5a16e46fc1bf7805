package verify_test

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// breakage is a golden that a test changes.
type breakage struct {
	*testing.T
	a *assembly.Assembly
}

// change of a system.
type change func(b *breakage)

// asRead are the goldens as they were read, by name: reading one takes longer than proving it.
var asRead sync.Map

// broken is a golden that is changed.
func broken(t *testing.T, name string, changes ...change) *assembly.Assembly {
	t.Helper()
	read, _ := asRead.LoadOrStore(name, sync.OnceValue(func() *assembly.Assembly { return golden(t, name) }))
	a := *read.(func() *assembly.Assembly)()
	a.Stacks = slices.Clone(a.Stacks)
	for i := range a.Stacks {
		s := &a.Stacks[i]
		s.Template, s.Parameters, s.FromOutputs = cloned(s.Template), slices.Clone(s.Parameters), slices.Clone(s.FromOutputs)
		s.Capabilities, s.DependsOn = slices.Clone(s.Capabilities), slices.Clone(s.DependsOn)
	}
	b := &breakage{t, &a}
	for _, c := range changes {
		c(b)
	}
	return b.a
}

func (b *breakage) stack(name string) *assembly.Stack {
	b.Helper()
	for i := range b.a.Stacks {
		if b.a.Stacks[i].Name == name {
			return &b.a.Stacks[i]
		}
	}
	b.Fatalf("there is no stack %s", name)
	return nil
}

// steps of a path: Stages[dev-deploy].Actions[0] are Stages, [dev-deploy], Actions, [0]. Keys may hold dots and colons: they end where
// the map that they are looked up in has such a key.
func step(n *tree.Node, path string) (key, rest string) {
	if path[0] == '[' {
		end := strings.IndexByte(path, ']')
		return path[:end+1], strings.TrimPrefix(path[end+1:], ".")
	}
	if n != nil {
		for _, k := range n.Keys {
			if after, ok := strings.CutPrefix(path, k); ok && (after == "" || after[0] == '.' || after[0] == '[') && len(k) > len(key) {
				key, rest = k, strings.TrimPrefix(after, ".")
			}
		}
	}
	if key == "" {
		if i := strings.IndexAny(path, ".["); i >= 0 {
			return path[:i], strings.TrimPrefix(path[i:], ".")
		}
		return path, ""
	}
	return key, rest
}

// index of an item by its number, by its Name, PolicyName, Sid, Region or Id, or by a text in it.
func index(n *tree.Node, key string) int {
	word := strings.Trim(key, "[]")
	if i, err := strconv.Atoi(word); err == nil && len(word) < 4 { // longer ones are accounts
		return i
	}
	if i := slices.IndexFunc(n.Items, func(item *tree.Node) bool { return nameOf(item) == word }); i >= 0 {
		return i
	}
	return slices.IndexFunc(n.Items, func(item *tree.Node) bool {
		found := false
		item.Walk(func(_ string, n *tree.Node) bool {
			found = found || strings.Contains(n.Text, word)
			return !found
		})
		return found
	})
}

func nameOf(item *tree.Node) string {
	for _, key := range []string{"Sid", "Name", "PolicyName", "Id", "Region"} {
		if v := item.Get(key); v != nil && v.Kind == tree.String {
			return v.Text
		}
	}
	return ""
}

// find what stands at a path, and where it stands: the node above and the index in it.
func find(n *tree.Node, path string) (found, above *tree.Node, at int) {
	for path != "" && n != nil {
		key, rest := step(n, path)
		above, path = n, rest
		if key[0] == '[' {
			if at = index(n, key); at < 0 || at >= len(n.Items) {
				return nil, above, -1
			}
		} else if at = slices.Index(n.Keys, key); at < 0 {
			return nil, above, -1
		}
		n = n.Items[at]
	}
	return n, above, at
}

// symbolic gives the items of a path their names instead of numbers.
func symbolic(n *tree.Node, path string) string {
	var b strings.Builder
	for path != "" {
		key, rest := step(n, path)
		path = rest
		if n == nil {
			return b.String() + "?" + key
		}
		if key[0] == '[' {
			i := index(n, key)
			if i >= len(n.Items) {
				return b.String() + key + "?"
			}
			n = n.Items[i]
			fmt.Fprintf(&b, "[%s]", cmp.Or(nameOf(n), strconv.Itoa(i)))
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(key)
		n = n.Get(key)
	}
	return b.String()
}

// policies is the stack that has the policy at a path: of the execution role of an access stack, they are in stacks of their own.
func (b *breakage) policies(stack, path string) *assembly.Stack {
	b.Helper()
	if match := part.FindString(path); match != "" {
		for i := range b.a.Stacks {
			if s := &b.a.Stacks[i]; together(s.Name) == stack && s.Template.At("Resources", match) != nil {
				return s
			}
		}
	}
	return b.stack(stack)
}

// together is the access stack that a stack of policies belongs to, or the stack itself.
func together(stack string) string { return policies.ReplaceAllString(stack, "-access") }

var policies = regexp.MustCompile(`-access-policies-\d+$`)

// at finds what must be there.
func (b *breakage) at(stack, path string) (n, above *tree.Node, i int) {
	b.Helper()
	n, above, i = find(b.policies(stack, path).Template, path)
	if n == nil {
		b.Fatalf("stack %s has no %s", stack, path)
	}
	return n, above, i
}

func value(t *testing.T, text string) *tree.Node {
	t.Helper()
	n, err := tree.ParseYAML([]byte("v: " + text + "\n"))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return n.Get("v")
}

// drop what stands at a path.
func drop(stack, path string) change {
	return func(b *breakage) {
		b.Helper()
		_, above, i := b.at(stack, path)
		above.Items = slices.Delete(above.Items, i, i+1)
		if above.Kind == tree.Map {
			above.Keys = slices.Delete(above.Keys, i, i+1)
		}
	}
}

// put a value, in YAML, at a path; what stands there goes.
func put(stack, path, text string) change {
	return func(b *breakage) {
		b.Helper()
		n := value(b.T, text)
		if _, above, i := find(b.policies(stack, path).Template, path); i >= 0 {
			above.Items[i] = n
			return
		}
		dot := strings.LastIndexAny(path, ".]")
		above, _, _ := b.at(stack, strings.TrimSuffix(path[:dot+1], "."))
		above.Set(path[dot+1:], n)
	}
}

// add a value, in YAML, to the list at a path.
func add(stack, path, text string) change {
	return func(b *breakage) {
		b.Helper()
		n, above, i := b.at(stack, path)
		if n.Kind != tree.List {
			n = tree.NewList(n)
			above.Items[i] = n
		}
		n.Items = append(n.Items, value(b.T, text))
	}
}

// edit the texts at and below a path, where the old one must occur.
func edit(stack, path, old, with string) change {
	return func(b *breakage) {
		b.Helper()
		n, _, _ := b.at(stack, path)
		count := 0
		n.Walk(func(_ string, n *tree.Node) bool {
			count += strings.Count(n.Text, old)
			n.Text = strings.ReplaceAll(n.Text, old, with)
			return true
		})
		if count == 0 {
			b.Fatalf("stack %s has no %q in %s", stack, old, path)
		}
	}
}

// swap two stages of the pipeline delivery.
func swap(one, other string) change {
	return func(b *breakage) {
		b.Helper()
		_, list, i := b.at(delivery, stages+"["+one+"]")
		_, _, k := b.at(delivery, stages+"["+other+"]")
		list.Items[i], list.Items[k] = list.Items[k], list.Items[i]
	}
}

// move an item to the end of another list.
func move(stack, path, to string) change {
	return func(b *breakage) {
		b.Helper()
		n, list, i := b.at(stack, path)
		list.Items = slices.Delete(list.Items, i, i+1)
		end, _, _ := b.at(stack, to)
		end.Items = append(end.Items, n)
	}
}

// lose a statement of a role's managed policies by its Sid, or what stands at a path in it.
func lose(stack, sid string, path ...string) change {
	return among(stack, sid, func(statement string) change { return drop(stack, statement+strings.Join(path, "")) })
}

// among a stack's managed policies, change the statement with a Sid.
func among(stack, sid string, with func(statement string) change) change {
	return func(b *breakage) {
		b.Helper()
		for _, s := range b.a.Stacks {
			if together(s.Name) != stack {
				continue
			}
			for _, id := range s.Template.Get("Resources").Keys {
				statement := "Resources." + id + ".Properties.PolicyDocument.Statement[" + sid + "]"
				if n, _, _ := find(s.Template, statement); n != nil && nameOf(n) == sid {
					with(statement)(b)
					return
				}
			}
		}
		b.Fatalf("stack %s has no statement %s", stack, sid)
	}
}

// widen the actions or the resources of a statement of a role's managed policies.
func widen(stack, sid, property, text string) change {
	return among(stack, sid, func(statement string) change { return add(stack, statement+"."+property, text) })
}

// manifest changes what the manifest or the configuration says of a stack.
func manifest(stack string, set func(s *assembly.Stack)) change {
	return func(b *breakage) { b.Helper(); set(b.stack(stack)) }
}

// found are the findings in short: rule, stack and path, each once.
func found(a *assembly.Assembly, r *verify.Report) []string {
	var list []string
	for _, f := range r.Findings {
		path := f.Path
		for _, s := range a.Stacks {
			if s.Name == f.Stack && s.TemplateFile(a.Format) == f.File {
				path = symbolic(s.Template, f.Path)
			}
		}
		path = part.ReplaceAllString(cmp.Or(path, f.File), "ExecutionPolicy")
		if text := f.Rule + " " + together(f.Stack) + " " + path; !slices.Contains(list, text) {
			list = append(list, text)
		}
	}
	slices.Sort(list)
	return list
}

// part of a policy: which one a statement is in changes with the others.
var part = regexp.MustCompile(`ExecutionPolicy\d+`)
