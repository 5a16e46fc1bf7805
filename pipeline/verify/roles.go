package verify

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// role is an IAM role that a stack makes, with the policies that decide what it may do and who may become it.
type role struct {
	*thing
	name  string
	arn   eval.Value
	trust *eval.Policy
	// trusting are the statements of its trust policy, trusts the accounts and roles that they name.
	trusting []*statement
	trusts   []string
	identity []*eval.Policy
	// boundary is nil where the role has none, or one that no stack makes.
	boundary *eval.Policy
	// unread says that there is a policy which stands in no template.
	unread bool
	// statements of its policies, as far as they stand in templates.
	statements []*statement
	services   map[string][]*eval.Policy // what about has given
	duties     *duties                   // of an execution role
}

// managed is a managed policy that a stack makes.
type managed struct {
	*thing
	document   *eval.Policy
	limit      *eval.Policy // the same as a boundary
	statements []*statement
}

// statement of a policy, as its template has it.
type statement struct {
	place              eval.Place
	s                  *stack
	node               *tree.Node
	allows             bool
	actions, resources []eval.Value // none where it says to what it does not apply
	lowered            []string     // the actions in lower case

	chooses *[]map[string][]eval.Value // what chosen has given
}

// sid of the statement, which may be empty.
func (st *statement) sid() string {
	if n := st.node.Get("Sid"); n != nil {
		return n.Text
	}
	return ""
}

// isOnlyOnOthers says whether all actions of a statement are certainly those of other services.
func (st *statement) isOnlyOnOthers(service string) bool {
	return len(st.lowered) > 0 && !slices.ContainsFunc(st.lowered, func(pattern string) bool {
		of, _, ok := strings.Cut(pattern, ":")
		return !ok || of == service || strings.Contains(of, "<")
	})
}

// parse a policy of a thing. What AWS would refuse of it is found.
func (w *world) parse(x *thing, kind eval.Kind, owner, path string, n *tree.Node) *eval.Policy {
	p, problems := eval.Parse(eval.Source{Kind: kind, Owner: owner, Stack: x.stack.Name, File: x.stack.file, Path: path}, n, x.stack.resolver)
	if list := n.Get("Statement"); list != nil && list.Kind == tree.List && len(list.Items) == 0 {
		w.report.fail(x.stack, path+".Statement", "policy", "the policy has no statement, and AWS refuses that", "write a statement, or take the policy out")
	}
	w.words(x, kind, path, n)
	for _, problem := range problems {
		w.report.fail(x.stack, problem.Place.Path, "policy", problem.Message, problem.Hint)
	}
	return p
}

// statementsOf a policy document of a stack.
func statementsOf(s *stack, path string, document *tree.Node) []*statement {
	var list []*statement
	n := document.Get("Statement")
	for i, item := range n.Elements() {
		at := path + ".Statement"
		if n.Kind == tree.List {
			at = fmt.Sprintf("%s[%d]", at, i)
		}
		st := &statement{place: eval.Place{Stack: s.Name, File: s.file, Path: at}, s: s, node: item}
		if effect := item.Get("Effect"); effect != nil {
			st.allows = effect.Text == "Allow"
		}
		st.actions, st.resources = listIn(s, item.Get("Action")), listIn(s, item.Get("Resource"))
		for _, action := range st.actions {
			st.lowered = append(st.lowered, strings.ToLower(action.String()))
		}
		list = append(list, st)
	}
	return list
}

// listIn a stack's template: the values, or the one, at a node; none where there is no node.
func listIn(s *stack, n *tree.Node) []eval.Value {
	if n == nil {
		return nil
	}
	list, _ := s.resolver.List(n)
	return list
}

// contexts are the condition keys under which a statement holds: each value stands in one of them. Conditions that exclude something say
// nothing of it.
func (st *statement) contexts() []map[string][]eval.Value {
	list := []map[string][]eval.Value{keys("aws:RequestedRegion", st.s.Region)}
	st.eachCondition(func(key string, values []eval.Value) {
		for len(list) < len(values) {
			list = append(list, maps.Clone(list[len(list)-1]))
		}
		for i := range list {
			maps.DeleteFunc(list[i], func(k string, _ []eval.Value) bool { return strings.EqualFold(k, key) })
			list[i][key] = []eval.Value{values[min(i, len(values)-1)]}
		}
	})
	return list
}

// eachCondition of a statement that asks for one of some values.
func (st *statement) eachCondition(visit func(key string, values []eval.Value)) {
	conditions := st.node.Get("Condition")
	for i, operator := range keysOf(conditions) {
		if strings.Contains(operator, "Not") || operator == "Null" {
			continue
		}
		for k, key := range conditions.Items[i].Keys {
			if values := listIn(st.s, conditions.Items[i].Items[k]); len(values) > 0 {
				visit(key, values)
			}
		}
	}
}

func (w *world) addRole(x *thing) {
	r := &role{thing: x, arn: x.arn(), name: x.known("RoleName"), services: map[string][]*eval.Policy{}}
	if r.name == "" {
		r.name = x.stack.Name + " " + x.id
	}
	trust, path := x.properties.Get("AssumeRolePolicyDocument"), x.path("AssumeRolePolicyDocument")
	r.trust = w.parse(x, eval.Trust, "role "+r.name, path, trust)
	r.trusting = statementsOf(x.stack, path, trust)
	r.trusts = principalsOf(r.trusting, "AWS")
	for i, p := range x.properties.Get("Policies").Elements() {
		path, document := fmt.Sprintf("%s[%d].PolicyDocument", x.path("Policies"), i), p.Get("PolicyDocument")
		r.identity = append(r.identity, w.parse(x, eval.Identity, "role "+r.name, path, document))
		r.statements = append(r.statements, statementsOf(x.stack, path, document)...)
	}
	if w.roles[r.arn.String()] == nil { // else the name is found to be taken
		w.roles[r.arn.String()] = r
	}
	w.roleList = append(w.roleList, r)
}

func (w *world) addManaged(x *thing) {
	path, document := x.path("PolicyDocument"), x.properties.Get("PolicyDocument")
	p := &managed{thing: x, document: w.parse(x, eval.Identity, "policy "+x.known("ManagedPolicyName"), path, document)}
	limit := *p.document
	limit.Source.Kind = eval.Boundary
	p.limit, p.statements = &limit, statementsOf(x.stack, path, document)
	w.policies[x.arn().String()] = p
	w.policyList = append(w.policyList, p)
}

// attach gives the roles their managed policies, the policies that name them, and their boundaries, once all are known.
func (w *world) attach() {
	for _, r := range w.roleList {
		for i, arn := range listIn(r.stack, r.properties.Get("ManagedPolicyArns")) {
			if p := w.policies[arn.String()]; p != nil {
				w.dependsOn(r.stack, p.stack.Name, "attaches the policy "+p.known("ManagedPolicyName")+" of")
				r.take(p)
			} else {
				w.unknownPolicy(r, fmt.Sprintf("%s[%d]", r.path("ManagedPolicyArns"), i), arn.String())
			}
		}
		if b := r.properties.Get("PermissionsBoundary"); b != nil {
			arn := r.stack.resolver.Resolve(b).String()
			_, name, _ := strings.Cut(arn, ":policy")
			if p := w.policies[arn]; p != nil {
				r.boundary = p.limit
			} else if strings.HasPrefix(name, w.accessPath()) {
				w.report.fail(r.stack, r.path("PermissionsBoundary"), "policy-unknown", "no stack makes the policy "+arn, "let a stack make it, or correct the name")
			}
		}
	}
	for _, p := range w.policyList {
		w.attachTo(p, "Roles")
	}
	for _, kind := range []string{"AWS::IAM::Policy", "AWS::IAM::RolePolicy"} {
		for _, x := range w.ofKind(kind) {
			path, document := x.path("PolicyDocument"), x.properties.Get("PolicyDocument")
			p := &managed{thing: x, document: w.parse(x, eval.Identity, "policy "+x.id, path, document), statements: statementsOf(x.stack, path, document)}
			w.attachTo(p, "Roles")
			w.attachTo(p, "RoleName")
		}
	}
}

// unknownPolicy of a role: those that AWS keeps are known to everybody, so an application's roles may have them.
func (w *world) unknownPolicy(r *role, path, arn string) {
	_, name, _ := strings.Cut(arn, ":policy")
	switch {
	case strings.HasPrefix(name, w.accessPath()), strings.HasPrefix(name, w.applicationPath()):
		w.report.fail(r.stack, path, "policy-unknown", "no stack makes the policy "+arn, "let a stack make it, or correct the name")
		return
	case w.isChain(r.stack):
		w.report.fail(r.stack, path, "policy-unknown", "the policy "+arn+" is in no template, so nobody can prove that role "+r.name+" does not change its own chain",
			"write the statements that the role needs into a policy of its own")
	case r.stack.Source == nil && allowsNearlyAll(name):
		w.report.warn(r.stack, path, "policy-unknown", "the policy "+arn+" allows nearly everything, so that role "+r.name+" may do whatever its boundary does not forbid",
			"write the statements that the role needs into a policy of its own")
	case !strings.Contains(arn, ":iam::aws:"):
		w.report.warn(r.stack, path, "policy-unknown", "the policy "+arn+" is in no template, so nobody sees what it allows",
			"write the statements that the role needs into a policy of its own")
	}
	r.unread = true
}

// allowsNearlyAll says whether a managed policy of AWS, by its path and name, is one for people who manage an account.
func allowsNearlyAll(name string) bool {
	return slices.Contains([]string{"/AdministratorAccess", "/IAMFullAccess", "/PowerUserAccess", "/job-function/SystemAdministrator"}, name)
}

// attachTo the roles that a policy names.
func (w *world) attachTo(p *managed, property string) {
	for _, name := range listIn(p.stack, p.properties.Get(property)) {
		for _, r := range w.roleList {
			if r.stack.Account == p.stack.Account && r.ref().Equal(name) {
				r.take(p)
			}
		}
	}
}

func (r *role) take(p *managed) {
	if !slices.Contains(r.identity, p.document) {
		r.identity = append(r.identity, p.document)
		r.statements = append(r.statements, p.statements...)
	}
}

// about an action, the role's policies: without the statements that are on other services, of which execution roles have many.
func (r *role) about(action string) []*eval.Policy {
	const few = 12
	if len(r.statements) < few {
		return r.identity
	}
	service, _, _ := strings.Cut(strings.ToLower(action), ":")
	if list, ok := r.services[service]; ok {
		return list
	}
	other := map[[2]string]bool{} // by stack and path
	for _, st := range r.statements {
		other[[2]string{st.place.Stack, st.place.Path}] = st.isOnlyOnOthers(service)
	}
	var list []*eval.Policy
	for _, p := range r.identity {
		some := *p
		some.Statements = slices.DeleteFunc(slices.Clone(p.Statements), func(st *eval.Statement) bool {
			return other[[2]string{st.Place.Stack, st.Place.Path}]
		})
		list = append(list, &some)
	}
	r.services[service] = list
	return list
}

// policyOf a thing is what its resource policy says; nil where it has none.
func (w *world) policyOf(x *thing) *eval.Policy {
	p, ok := w.resource[x]
	if ok {
		return p
	}
	if y, property := x.policySource(); y != nil {
		kind := eval.Resource
		switch x.row().Policy.Kind {
		case catalog.KeyPolicy:
			kind = eval.Key
		case catalog.RepositoryPolicy:
			kind = eval.Repository
		case catalog.ResourcePolicy:
		}
		p = w.parse(y, kind, x.what(), y.path(property), y.properties.Get(property))
	}
	w.resource[x] = p
	return p
}

// policyStatements of a thing's resource policy.
func (x *thing) policyStatements() []*statement {
	if y, property := x.policySource(); y != nil && x.statements == nil {
		x.statements = statementsOf(y.stack, y.path(property), y.properties.Get(property))
	}
	return x.statements
}

// policySource is what holds the resource policy of a thing, and in which property; nil where it has none.
func (x *thing) policySource() (*thing, string) {
	where := x.row().Policy
	if where.Type != "" {
		return x.policyBeside(where.Type, where.Names), where.Property
	}
	if x.properties.Get(where.Property) == nil {
		return nil, ""
	}
	return x, where.Property
}

// policyBeside finds the policy resource of the same stack that names x.
func (x *thing) policyBeside(kind, property string) *thing {
	for _, id := range x.stack.ids {
		y := x.stack.things[id]
		if y.kind == kind && slices.ContainsFunc(listIn(y.stack, y.properties.Get(property)), x.ref().Equal) {
			return y
		}
	}
	return nil
}

// what a thing is, for people: its kind and its name.
func (x *thing) what() string {
	kind := strings.ToLower(x.kind[strings.LastIndex(x.kind, ":")+1:])
	return kind + " " + x.title()
}
