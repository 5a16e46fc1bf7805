package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Sizes that IAM, KMS and S3 allow, in bytes; IAM counts no white space (IAM and AWS STS quotas; KMS quotas; S3 bucket policies).
const (
	MaxTrust        = 2048
	MaxInline       = 10240 // all inline policies of a role together
	MaxManaged      = 6144
	MaxKeyPolicy    = 32 * 1024
	MaxBucketPolicy = 20 * 1024
	// MaxRepositoryPolicy is what ECR takes (its API, SetRepositoryPolicy).
	MaxRepositoryPolicy = 10240
)

// Node renders the document; it is what goformation's untyped policy properties take.
func (d Identity) Node(t *cfn.Template, path string) *tree.Node {
	for i, s := range d {
		p := fmt.Sprintf("%s.Statement[%d]", path, i)
		if len(s.principals) > 0 {
			t.Fail(p, "an identity policy has no principals", "leave out By")
		}
		if len(s.resources)+len(s.notResources) == 0 {
			t.Fail(p, "the statement names no resource", "add On")
		}
	}
	return render(t, path, d)
}

// Node renders the document; it is what goformation's untyped policy properties take.
func (d Trust) Node(t *cfn.Template, path string) *tree.Node {
	for i, s := range d {
		p := fmt.Sprintf("%s.Statement[%d]", path, i)
		if len(s.principals) == 0 {
			t.Fail(p, "the statement names no principal", "add By")
		}
		if len(s.resources)+len(s.notResources) > 0 {
			t.Fail(p, "a trust policy names no resources", "leave out On")
		}
		s.refuseEveryone(t, p)
	}
	n := render(t, path, d)
	Budget(t, path, "a trust policy", MaxTrust, n)
	return n
}

// Node renders the document; it is what goformation's untyped policy properties take.
func (d Repository) Node(t *cfn.Template, path string) *tree.Node {
	for i, s := range d {
		p := fmt.Sprintf("%s.Statement[%d]", path, i)
		if len(s.resources)+len(s.notResources) > 0 {
			t.Fail(p, "a repository's policy names no resources", "leave out On")
		}
	}
	return Resource(d).Node(t, path)
}

// Node renders the document; it is what goformation's untyped policy properties take.
func (d Resource) Node(t *cfn.Template, path string) *tree.Node {
	for i, s := range d {
		p := fmt.Sprintf("%s.Statement[%d]", path, i)
		if len(s.principals) == 0 {
			t.Fail(p, "the statement names no principal", "add By")
		}
		s.refuseEveryone(t, p)
	}
	return render(t, path, d)
}

// Document is a rendered policy.
type Document struct{ node *tree.Node }

// Node is the document.
func (d Document) Node(*cfn.Template, string) *tree.Node { return d.node }

// Split renders the policy as documents of at most so many bytes, without white space: statement by statement in their order, a new
// document where the next one does not fit any more. A statement that alone is larger stands alone.
func (d Identity) Split(t *cfn.Template, path string, most int) []Document {
	whole := d.Node(t, path)
	var list []Document
	size := 0
	for _, s := range whole.Get("Statement").Items {
		n := Size(t.Place, s) + len(",")
		if len(list) == 0 || size+n > most {
			list = append(list, Document{tree.NewMap().Set("Version", whole.Get("Version")).Set("Statement", tree.NewList())})
			size = Size(t.Place, list[len(list)-1].node) - len(",") // before the first stands none
		}
		statements := list[len(list)-1].node.Get("Statement")
		statements.Items = append(statements.Items, s)
		size += n
	}
	return list
}

func (s Statement) refuseEveryone(t *cfn.Template, path string) {
	if s.effect == EffectAllow && slices.ContainsFunc(s.principals, func(q Principal) bool { return q.kind == "*" }) {
		t.Fail(path, "the statement allows everyone", "name an account, and narrow it to a role")
	}
}

// Budget refuses documents that together are larger than most, in bytes without white space.
func Budget(t *cfn.Template, path, what string, most int, documents ...*tree.Node) {
	size := 0
	for _, n := range documents {
		size += Size(t.Place, n)
	}
	if size > most {
		t.Fail(path, fmt.Sprintf("%s has %d bytes, AWS allows %d", what, size, most), "grant less, or split it")
	}
}

// rendered is a statement as it will stand, parts that can merge kept apart.
type rendered struct {
	path       string
	head       *tree.Node // Effect and Principal
	sid        string
	action     string // Action or NotAction
	actions    []string
	resource   string // Resource or NotResource
	resources  []*tree.Node
	conditions *tree.Node
}

func render(t *cfn.Template, path string, statements []Statement) *tree.Node {
	if len(statements) == 0 {
		t.Fail(path, "the policy has no statement", "add one, or leave out the policy")
	}
	var list []*rendered
	for i, s := range statements {
		r := s.render(t, fmt.Sprintf("%s.Statement[%d]", path, i))
		if !slices.ContainsFunc(list, func(earlier *rendered) bool { return earlier.absorb(r) }) {
			list = append(list, r)
		}
	}
	out := tree.NewList()
	sids := map[string]bool{}
	for _, r := range list {
		if r.sid != "" && sids[r.sid] {
			t.Fail(r.path+".Sid", fmt.Sprintf("%q stands on another statement too, with which this one cannot merge: IAM takes each Sid once", r.sid), "choose another one")
		}
		sids[r.sid] = true
		out.Items = append(out.Items, r.node())
	}
	return tree.NewMap().Set("Version", tree.Text("2012-10-17")).Set("Statement", out)
}

func (s Statement) render(t *cfn.Template, path string) *rendered {
	r := &rendered{path: path, sid: s.sid, head: tree.NewMap().Set("Effect", tree.Text(string(s.effect)))}
	if strings.ContainsFunc(s.sid, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9')
	}) {
		t.Fail(path+".Sid", fmt.Sprintf("%q is no Sid", s.sid), "use letters and digits only")
	}
	if len(s.principals) > 0 {
		r.head.Set("Principal", principals(t, path, s.principals))
	}
	r.action, r.actions = "Action", s.actions
	if len(s.notActions) > 0 {
		r.action, r.actions = "NotAction", s.notActions
	}
	if len(r.actions) == 0 {
		t.Fail(path, "the statement names no action", "")
	}
	r.actions = sorted(r.actions)
	if len(s.resources) > 0 && len(s.notResources) > 0 {
		t.Fail(path, "the statement names resources to hold for, and others to hold not for", "use On or OnAllBut")
	}
	resources := s.resources
	r.resource = "Resource"
	if len(s.notResources) > 0 {
		r.resource, resources = "NotResource", s.notResources
	}
	for _, p := range resources {
		r.resources = union(r.resources, t.Node(path+"."+r.resource, p))
	}
	r.conditions = conditions(t, path, s.conditions)
	return r
}

func principals(t *cfn.Template, path string, list []Principal) *tree.Node {
	n := tree.NewMap()
	for _, p := range list {
		if p.kind == "*" {
			return tree.Text("*")
		}
		v := t.Node(path+".Principal", p.value)
		if have := n.Get(p.kind); have != nil {
			n.Set(p.kind, oneOrList(union(items(have), v)))
		} else {
			n.Set(p.kind, v)
		}
	}
	return n
}

func conditions(t *cfn.Template, path string, list []Condition) *tree.Node {
	if len(list) == 0 {
		return nil
	}
	n := tree.NewMap()
	for _, c := range list {
		if n.Get(c.operator) == nil {
			n.Set(c.operator, tree.NewMap())
		}
		op := n.Get(c.operator)
		p := path + ".Condition." + c.operator + "." + c.key
		if op.Get(c.key) != nil {
			t.Fail(p, "the condition stands twice: IAM has one for an operator and a key", "put the values into one")
		}
		if len(c.values) == 0 {
			t.Fail(p, "the condition has no value", "")
		}
		var values []*tree.Node
		for _, v := range c.values {
			values = union(values, t.Node(p, v))
		}
		op.Set(c.key, oneOrList(values))
	}
	return n
}

// absorb takes another statement in if the two say the same of all but their actions, or of all but their resources.
func (r *rendered) absorb(o *rendered) bool {
	if r.sid != o.sid && r.sid != "" && o.sid != "" || !r.head.Equal(o.head) || !same(r.conditions, o.conditions) ||
		r.action != o.action || r.resource != o.resource {
		return false
	}
	sameActions := slices.Equal(r.actions, o.actions)
	sameResources := slices.EqualFunc(r.resources, o.resources, (*tree.Node).Equal)
	switch {
	case sameResources && (sameActions || r.action == "Action"):
		r.actions = sorted(append(slices.Clip(r.actions), o.actions...))
	case sameActions && r.resource == "Resource" && len(r.resources) > 0 && len(o.resources) > 0: // none means the policy's own resource
		for _, n := range o.resources {
			r.resources = union(r.resources, n)
		}
	default:
		return false
	}
	if r.sid == "" {
		r.sid = o.sid
	}
	return true
}

func same(a, b *tree.Node) bool { return a == b || a != nil && b != nil && a.Equal(b) }

func (r *rendered) node() *tree.Node {
	n := tree.NewMap()
	if r.sid != "" {
		n.Set("Sid", tree.Text(r.sid))
	}
	for i, k := range r.head.Keys {
		n.Set(k, r.head.Items[i])
	}
	actions := make([]*tree.Node, len(r.actions))
	for i, a := range r.actions {
		actions[i] = tree.Text(a)
	}
	n.Set(r.action, oneOrList(actions))
	if len(r.resources) > 0 {
		n.Set(r.resource, oneOrList(r.resources))
	}
	if r.conditions != nil {
		n.Set("Condition", r.conditions)
	}
	return n
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

func union(list []*tree.Node, n *tree.Node) []*tree.Node {
	if slices.ContainsFunc(list, n.Equal) {
		return list
	}
	return append(list, n)
}

func items(n *tree.Node) []*tree.Node {
	if n.Kind == tree.List {
		return n.Items
	}
	return []*tree.Node{n}
}

func oneOrList(list []*tree.Node) *tree.Node {
	if len(list) == 1 {
		return list[0]
	}
	return tree.NewList(list...)
}
