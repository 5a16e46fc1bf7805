package verify

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// executes: an execution role must be able to make, read, change, tag and delete what is in a stack: what the table of resource types says
// of its types, and the things themselves by the names and the policies that they have. Beyond that it must not.
func (w *world) executes(h *Hop, r *role, s *stack) {
	if s.deployer == nil {
		s.deployer = r
	}
	if r.duties == nil {
		r.duties = &duties{kinds: map[string]bool{}, things: map[string]bool{}, table: map[string]*tabled{}}
	}
	r.duties.names = once(r.duties.names, strings.TrimSuffix(w.prefixOf(s), "-"))
	for _, kind := range s.kinds() {
		if !w.knows(kind) {
			continue // which is not judged
		}
		for _, x := range w.row(r, s, kind).refused {
			w.refuse(h, "execution", r.thing, r, x.request, x.Decision, "role "+r.name, kind+" in stack "+s.Name)
		}
	}
	w.notJudged(h, r, s)
	for _, id := range s.ids {
		x := s.things[id]
		for _, q := range makes(x) {
			r.duties.things[q.on.String()] = true
			w.needs(h, "execution", r, q)
		}
		w.needs(h, "execution", r, w.changes(x)...)
	}
	w.passes(h, r, s)
}

// passes: a role that stands in a property of something else in its stack goes to a service with it, to one of those that may become the role.
func (w *world) passes(h *Hop, r *role, s *stack) {
	var roles []*role
	for _, x := range w.kinds["AWS::IAM::Role"] {
		if x.stack == s && w.roles[x.arn().String()] != nil {
			roles = append(roles, w.roles[x.arn().String()])
		}
	}
	for _, id := range s.ids {
		if x := s.things[id]; !strings.HasPrefix(x.kind, "AWS::IAM::") {
			roles = w.passesIn(h, r, x.properties, roles)
		}
	}
}

// passesIn proves that a role may pass those of the roles that a node or what is below it gives. It returns the others: each is said once.
func (w *world) passesIn(h *Hop, r *role, n *tree.Node, roles []*role) []*role {
	if n == nil || len(roles) == 0 {
		return roles
	}
	roles = slices.DeleteFunc(roles, func(passed *role) bool {
		is := gives(n, passed.id)
		if is {
			w.passesRole(h, r, passed)
		}
		return is
	})
	for _, item := range n.Items {
		roles = w.passesIn(h, r, item, roles)
	}
	return roles
}

// gives says whether a node is a function that gives the name or the ARN of a thing, perhaps among other text.
func gives(n *tree.Node, id string) bool {
	switch name, arg, _ := n.Intrinsic(); name {
	case "Ref":
		return arg.Text == id
	case "Fn::GetAtt":
		return len(arg.Items) == 2 && arg.Items[0].Text == id && arg.Items[1].Text == "Arn"
	case "Fn::Sub":
		if len(arg.Items) > 0 {
			arg = arg.Items[0]
		}
		return strings.Contains(arg.Text, "${"+id+"}") || strings.Contains(arg.Text, "${"+id+".Arn}")
	default:
		return false
	}
}

func (w *world) passesRole(h *Hop, r, passed *role) {
	var q request
	var d eval.Decision
	for _, service := range principalsOf(passed.trusting, "Service") {
		q = request{action: "iam:PassRole", on: passed.arn, context: keys("iam:PassedToService", service)}
		if !strings.HasSuffix(service, ".amazonaws.com") { // nobody knows which it is
			return
		}
		if d = w.may(r, q); d.Verdict == eval.Allowed || d.Verdict == eval.Unknown && r.unread {
			return
		}
	}
	if q.action != "" {
		w.refuse(h, "execution", r.thing, r, q, d, "role "+r.name, "")
	}
}

// kinds are the resource types that the stack holds, each once.
func (s *stack) kinds() []string {
	var kinds []string
	for _, x := range s.things {
		kinds = append(kinds, x.kind)
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

// rowKey is for which role and names a row of the table of resource types is.
type rowKey struct {
	role                                *role
	region, scope, boundary, connection string
	kind                                string
}

// row is what is not as the table of resource types has it.
type row struct {
	refused []refused
}

// refused is something that a role may not do.
type refused struct {
	request
	eval.Decision
}

// row of the table for a resource type in a stack. Stacks of one environment have most of them in common.
func (w *world) row(r *role, s *stack, kind string) *row {
	key := rowKey{role: r, region: s.Region, scope: w.scopeOf(s), kind: kind}
	// rows with more than names in them
	if asksForBoundary(kind) {
		if key.boundary = w.boundaryOfRoles(s); key.boundary == "" {
			return &row{} // which is found: no role may be without one
		}
	}
	if kind == "AWS::CodePipeline::Pipeline" {
		for _, x := range w.ofKind(kind) {
			if x.stack == s {
				key.connection = w.connectionOf(x)
			}
		}
	}
	if w.rows[key] == nil {
		w.rows[key] = w.newRow(s, key)
	}
	r.duties.kinds[kind] = true
	return w.rows[key]
}

// asksForBoundary says whether the row of a type narrows to roles with the boundary.
func asksForBoundary(kind string) bool {
	row, ok := catalog.LookUp(kind)
	return ok && slices.ContainsFunc(row.Permissions, func(p catalog.Permission) bool {
		return slices.ContainsFunc(p.If, func(c catalog.Condition) bool { return slices.Contains(c.Values, "{boundary}") })
	})
}

// boundaryOfRoles is the boundary that the roles of a stack have; of a stack without roles, those of its environment. "" if none has one.
func (w *world) boundaryOfRoles(s *stack) string {
	boundary := ""
	for _, x := range w.ofKind("AWS::IAM::Role") {
		b := x.properties.Get("PermissionsBoundary")
		switch {
		case b == nil || w.isAccess(x):
		case x.stack == s:
			return s.resolver.Resolve(b).String()
		case w.scopeOf(x.stack) == w.scopeOf(s):
			boundary = x.stack.resolver.Resolve(b).String()
		}
	}
	return boundary
}

func (w *world) newRow(s *stack, key rowKey) *row {
	scope := policy.Scope{
		Project: w.assembly.Project, Names: []string{key.scope}, Regions: []string{key.region}, ApplicationPath: w.applicationPath(),
	}
	list := &row{}
	document, err := policy.DeploymentNode([]string{key.kind}, scope, key.boundary, key.connection)
	if err != nil || document == nil {
		return list // some types take nothing
	}
	for _, st := range statementsOf(s, "", document) {
		key.role.duties.take(st)
		if !key.role.says(st) {
			w.grants(key.role, st, list)
			w.narrows(key.role, st)
		}
	}
	return list
}

// says reports whether a role has a statement word for word, perhaps for more actions and resources, and nothing that could take it back. So
// it is with nearly all of them.
func (r *role) says(st *statement) bool {
	i := slices.IndexFunc(r.statements, func(own *statement) bool { return own.sid() == st.sid() })
	if i < 0 || r.boundary != nil {
		return false
	}
	own, services := r.statements[i], []string{}
	for _, action := range st.lowered {
		if !slices.Contains(own.lowered, action) {
			return false
		}
		if service, _, _ := strings.Cut(action, ":"); !slices.Contains(services, service) {
			services = append(services, service)
		}
	}
	for _, on := range st.resources {
		if !slices.ContainsFunc(own.resources, on.Equal) {
			return false
		}
	}
	denies := func(d *statement) bool {
		return !d.allows && slices.ContainsFunc(services, func(service string) bool { return !d.isOnlyOnOthers(service) })
	}
	a, b := own.node.Get("Condition"), st.node.Get("Condition")
	return own.allows && (a == nil && b == nil || a != nil && b != nil && a.Equal(b)) && !slices.ContainsFunc(r.statements, denies)
}

// duties of an execution role are what it deploys.
type duties struct {
	kinds  map[string]bool    // the resource types
	things map[string]bool    // by ARN
	names  []string           // with which the names of what belongs to an environment or a pipeline begin
	table  map[string]*tabled // what the table of resource types has for it, by Sid
}

// tabled is what the table of resource types has under one Sid.
type tabled struct {
	statements         []*statement
	actions, resources map[string]bool
}

// take a statement of the table.
func (d *duties) take(st *statement) {
	t := d.table[st.sid()]
	if t == nil {
		t = &tabled{actions: map[string]bool{}, resources: map[string]bool{}}
		d.table[st.sid()] = t
	}
	t.statements = append(t.statements, st)
	for _, action := range st.lowered {
		t.actions[action] = true
	}
	for _, on := range st.resources {
		t.resources[on.String()] = true
	}
}

// exceeds: of what the table has, an execution role has no more than the table. What the spec adds stands in statements of its own.
func (w *world) exceeds(r *role) {
	if r.duties == nil {
		return
	}
	w.covered(r)
	for _, own := range r.statements {
		t := r.duties.table[own.sid()]
		if t == nil || !own.allows {
			continue
		}
		var more []string
		for i, action := range own.lowered {
			if !t.actions[action] {
				more = append(more, own.actions[i].String())
			}
		}
		for _, on := range own.resources {
			if !r.duties.things[on.String()] && !w.tableHas(r, t, on) {
				more = append(more, on.String())
			}
		}
		if own.node.Get("NotAction") != nil || own.node.Get("NotResource") != nil {
			more = append(more, "all but what the statement names")
		}
		if isSaid := slices.ContainsFunc(w.report.list, func(f *finding) bool { // it is for something else than what is there
			return f.Rule == "execution" && f.Stack == own.s.Name && f.Path == own.place.Path
		}); len(more) > 0 && !isSaid {
			w.report.fail(own.s, own.place.Path, "execution-wide", "nothing that role "+r.name+" deploys takes "+some(more),
				"take it out; what a stack of the project needs beyond its resource types goes into the permissions of the stack, in pipeline.yaml")
		}
	}
}

// covered adds what the table has for the types that the access stack says it covers, though no template has them any more.
func (w *world) covered(r *role) {
	for _, x := range w.ofKind("AWS::SSM::Parameter") {
		if x.stack != r.stack || !strings.HasSuffix(x.known("Name"), "/ResourceTypes") {
			continue
		}
		for kind := range strings.SplitSeq(x.known("Value"), ",") {
			if !r.duties.kinds[kind] && w.knows(kind) {
				w.newRow(r.stack, rowKey{role: r, region: r.stack.Region, scope: w.scopeOf(r.stack), kind: kind})
			}
		}
	}
}

// tableHas says whether the table has a resource, or a wider one, for the names of anything that the role deploys.
func (w *world) tableHas(r *role, t *tabled, on eval.Value) bool {
	if t.resources[on.String()] {
		return true
	}
	for _, one := range r.duties.names {
		for _, other := range r.duties.names {
			if t.resources[strings.ReplaceAll(on.String(), one, other)] {
				return true
			}
		}
	}
	return slices.ContainsFunc(t.statements, func(st *statement) bool {
		return w.allowsAlone(r, st, request{action: st.actions[0].String(), on: on, context: st.contexts()[0], policy: w.leaveToIAM(on.String(), r.stack.Account)})
	})
}

// knows says whether the table has a resource type.
func (w *world) knows(kind string) bool {
	known, ok := w.known[kind]
	if !ok {
		known = policy.Known(kind)
		w.known[kind] = known
	}
	return known
}

// grants: what a statement of the table allows, the role must be able to do. A star in its resources stands for any name.
func (w *world) grants(r *role, st *statement, list *row) {
	for _, context := range st.contexts() {
		for _, on := range st.resources {
			text := on.String()
			account := st.s.Account
			if parts := strings.SplitN(text, ":", 6); len(parts) == 6 && len(parts[4]) == len(account) {
				account = parts[4]
			}
			q := request{on: on, account: account, context: context, policy: w.leaveToIAM(text, st.s.Account)}
			for _, action := range st.actions {
				q.action = action.String()
				if d := w.may(r, q); d.Verdict != eval.Allowed {
					list.refused = append(list.refused, refused{q, d})
				}
			}
		}
	}
}

// narrows: a condition that a statement of the table has, the role's own must have, too. What the spec adds stands in statements of their own.
func (w *world) narrows(r *role, st *statement) {
	st.eachCondition(func(key string, values []eval.Value) {
		for _, p := range r.identity {
			i := slices.IndexFunc(p.Statements, func(own *eval.Statement) bool { return own.Sid == st.sid() })
			if i < 0 {
				continue
			}
			context := st.contexts()[0]
			context[key] = eval.Texts(other)
			q := request{action: st.actions[0].String(), on: st.resources[0], context: context, policy: w.leaveToIAM(st.resources[0].String(), st.s.Account)}
			own := &eval.Policy{Source: p.Source, Place: p.Place, Statements: p.Statements[i : i+1]}
			if w.evaluate(r.principal(), q, eval.Policies{Identity: []*eval.Policy{own}, Resource: q.policy}).Verdict == eval.Allowed {
				place := p.Statements[i].Place
				w.report.fail(cmp.Or(w.stackNamed(place.Stack, place.File), r.stack), place.Path, "execution-wide", "role "+r.name+" may "+q.action+" on "+q.on.String()+" whatever "+key+" is",
					"add the condition that "+key+" is "+values[0].String())
			}
		}
	})
}

// leaveToIAM is the policy of a key of which nothing is known: that of AWS's own default, which leaves all to the identities of its account,
// and here of one more. It is nil for what is no key.
func (w *world) leaveToIAM(arn, more string) *eval.Policy {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[2] != "kms" {
		return nil
	}
	id := [2]string{parts[4], more}
	if w.anyKey[id] == nil {
		root := func(account string) *tree.Node { return tree.Text("arn:" + parts[1] + ":iam::" + account + ":root") }
		w.anyKey[id] = parseOwn(eval.Key, allowing("kms:*").Set("Principal", tree.NewMap().Set("AWS", tree.NewList(root(parts[4]), root(more)))))
	}
	return w.anyKey[id]
}

// trusting is a trust policy that leaves all to the identities of an account.
func (w *world) trusting(account string) *eval.Policy {
	if w.anyTrust[account] == nil {
		w.anyTrust[account] = parseOwn(eval.Trust, tree.NewMap().Set("Effect", tree.Text("Allow")).Set("Action", tree.Text("sts:AssumeRole")).
			Set("Principal", tree.NewMap().Set("AWS", tree.Text(account))))
	}
	return w.anyTrust[account]
}

// makes is what it takes to make a thing under its own name; nothing where that is not known.
func makes(x *thing) []request {
	if strings.HasPrefix(x.kind, "Custom::") {
		return []request{{action: "lambda:InvokeFunction", on: x.text("ServiceToken")}}
	}
	row := x.row()
	if row.ARN == "" || row.Name.Create == "" {
		return nil
	}
	context := keys()
	if x.kind == "AWS::IAM::Role" {
		if x.properties.Get("PermissionsBoundary") == nil {
			return nil // which is found
		}
		context["iam:PermissionsBoundary"] = []eval.Value{x.text("PermissionsBoundary")}
	}
	arn := x.fill(row.ARN)
	if begin, _, hidden := strings.Cut(arn.String(), "<"); hidden && strings.ContainsAny(begin[len(begin)-1:], ":/") {
		return nil // nothing of its name is known
	}
	return []request{{action: row.Name.Create, on: arn, context: context}}
}

// changes is what it takes to change a thing whose own policy has a say in that.
func (w *world) changes(x *thing) []request {
	if x.kind == "AWS::KMS::Alias" {
		for _, key := range w.ofKind("AWS::KMS::Key") {
			if key.stack == x.stack && key.ref().Equal(x.text("TargetKeyId")) {
				var list []request
				for _, action := range []string{"kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"} {
					list = append(list, request{action: action, on: key.arn(), policy: w.policyOf(key)})
				}
				return list
			}
		}
	}
	p := w.policyOf(x)
	if p == nil {
		return nil
	}
	actions := x.row().PolicyDecides
	list := make([]request, len(actions))
	for i, action := range actions {
		list[i] = request{action: action, on: x.arn(), policy: p}
	}
	return list
}
