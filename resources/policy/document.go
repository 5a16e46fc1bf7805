package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Limits of policy documents in bytes. IAM does not count white space (IAM and AWS STS quotas; KMS quotas; S3 bucket policies).
const (
	MaxTrust        = 2048
	MaxInline       = 10240 // all inline policies of a role together
	MaxManaged      = 6144
	MaxKeyPolicy    = 32 * 1024
	MaxBucketPolicy = 20 * 1024
	// MaxRepositoryPolicy is the limit of ECR (ECR API, SetRepositoryPolicy).
	MaxRepositoryPolicy = 10240
)

// Node renders the document, for the untyped policy properties of goformation. It reports mistakes at path.
func (d Identity) Node(t *cfn.Template, path string) *tree.Node {
	for i, s := range d {
		p := fmt.Sprintf("%s.Statement[%d]", path, i)
		if len(s.principals) > 0 {
			t.Fail(p, "an identity policy cannot have principals", "leave out By")
		}
		if len(s.resources)+len(s.notResources) == 0 {
			t.Fail(p, "the statement has no resource", "add On")
		}
	}
	return render(t, path, d)
}

// Node renders the document, for the untyped policy properties of goformation. It reports mistakes at path.
func (d Trust) Node(t *cfn.Template, path string) *tree.Node {
	for i, s := range d {
		p := fmt.Sprintf("%s.Statement[%d]", path, i)
		if len(s.principals) == 0 {
			t.Fail(p, "the statement has no principal", "add By")
		}
		if len(s.resources)+len(s.notResources) > 0 {
			t.Fail(p, "a trust policy cannot have resources", "leave out On")
		}
		s.rejectEveryone(t, p)
	}
	n := render(t, path, d)
	Budget(t, path, "a trust policy", MaxTrust, n)
	return n
}

// Node renders the document, for the untyped policy properties of goformation. It reports mistakes at path.
func (d Repository) Node(t *cfn.Template, path string) *tree.Node {
	for i, s := range d {
		p := fmt.Sprintf("%s.Statement[%d]", path, i)
		if len(s.resources)+len(s.notResources) > 0 {
			t.Fail(p, "a repository policy cannot have resources", "leave out On")
		}
	}
	return Resource(d).Node(t, path)
}

// Node renders the document, for the untyped policy properties of goformation. It reports mistakes at path.
func (d Resource) Node(t *cfn.Template, path string) *tree.Node {
	for i, s := range d {
		p := fmt.Sprintf("%s.Statement[%d]", path, i)
		if len(s.principals) == 0 {
			t.Fail(p, "the statement has no principal", "add By")
		}
		s.rejectEveryone(t, p)
	}
	return render(t, path, d)
}

// Document is a rendered policy.
type Document struct{ node *tree.Node }

// Node returns the document.
func (d Document) Node(*cfn.Template, string) *tree.Node { return d.node }

// Split renders the policy as several documents of at most limit bytes, not counting white space. It keeps the order of the statements, and starts a
// new document if the next statement does not fit. A statement larger than the limit gets a document to itself.
func (d Identity) Split(t *cfn.Template, path string, limit int) []Document {
	whole := d.Node(t, path)
	var list []Document
	size := 0
	for _, s := range whole.Get("Statement").Items {
		n := Size(t.Place, s) + len(",")
		if len(list) == 0 || size+n > limit {
			list = append(list, Document{tree.NewMap().Set("Version", whole.Get("Version")).Set("Statement", tree.NewList())})
			size = Size(t.Place, list[len(list)-1].node) - len(",") // no comma before the first statement
		}
		statements := list[len(list)-1].node.Get("Statement")
		statements.Items = append(statements.Items, s)
		size += n
	}
	return list
}

// rejectEveryone reports a statement that allows every principal.
func (s Statement) rejectEveryone(t *cfn.Template, path string) {
	if s.effect == EffectAllow && slices.ContainsFunc(s.principals, func(q Principal) bool { return q.kind == "*" }) {
		t.Fail(path, "the statement allows every principal", "name an account, and restrict it to a role with ByRole")
	}
}

// Budget reports documents that together are larger than limit, in bytes without white space. The message calls them what.
func Budget(t *cfn.Template, path, what string, limit int, documents ...*tree.Node) {
	size := 0
	for _, n := range documents {
		size += Size(t.Place, n)
	}
	if size > limit {
		t.Fail(path, fmt.Sprintf("%s has %d bytes; the AWS limit is %d", what, size, limit), "grant less, or split it")
	}
}

// rendered is a rendered statement, with the parts that can be merged with those of another statement.
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
			t.Fail(r.path+".Sid", fmt.Sprintf("another statement has the Sid %q too, and the two cannot be merged", r.sid), "choose another Sid")
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
		t.Fail(path+".Sid", fmt.Sprintf("%q is not a valid Sid", s.sid), "use only letters and digits")
	}
	if len(s.principals) > 0 {
		r.head.Set("Principal", principals(t, path, s.principals))
	}
	r.action, r.actions = "Action", s.actions
	if len(s.notActions) > 0 {
		r.action, r.actions = "NotAction", s.notActions
	}
	if len(r.actions) == 0 {
		t.Fail(path, "the statement has no action", "")
	}
	r.actions = sorted(r.actions)
	if len(s.resources) > 0 && len(s.notResources) > 0 {
		t.Fail(path, "the statement has both Resource and NotResource", "use either On or OnAllBut")
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
			t.Fail(p, "the statement has two conditions with this operator and key", "put the values into one condition")
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

// absorb merges another statement into r if the two differ only in their actions, or only in their resources. It returns whether it did.
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
	case sameActions && r.resource == "Resource" && len(r.resources) > 0 && len(o.resources) > 0: // without resources, the statement is for the resource of the policy
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
