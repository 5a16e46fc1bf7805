package eval

import (
	"strconv"
	"strings"
)

// Principal is who makes a request: a role, or an AWS service.
type Principal struct {
	// ARN of the role, with its path, and the account it is in, 12 digits.
	ARN     Value
	Account string
	// Service is set instead where an AWS service calls by itself: cloudformation.amazonaws.com.
	Service string
}

// Request is what is asked for.
type Request struct {
	Principal Principal
	// Action as in policies: s3:GetObject.
	Action string
	// Resource is the ARN, or * for an action that knows no resource.
	Resource Value
	// Account that the resource is in, 12 digits. Empty means the principal's.
	Account string
	// Context is what is known of the request beyond that: values by condition key, in any case, each key once. A key without values is
	// absent from the request. What follows from the other fields is known without: aws:PrincipalArn, aws:PrincipalAccount,
	// aws:PrincipalIsAWSService, aws:PrincipalServiceName, aws:ResourceAccount, and that a role brings no aws:SourceArn or aws:SourceAccount.
	Context map[string][]Value
	// OthersAbsent says that the request has no keys but these. Else it is not known whether it has others, and what they hold.
	OthersAbsent bool
}

// Policies are those that have a say.
type Policies struct {
	// Identity policies of the role, all of them.
	Identity []*Policy
	// Boundary of the role; nil when it has none.
	Boundary *Policy
	// Resource is the policy of what is asked for; nil when it has none. Keys and roles always have one: of those, nil is not known.
	Resource *Policy
}

// Verdict of a decision.
type Verdict uint8

// The verdicts.
const (
	Unknown      Verdict = iota // it depends on what is not known
	Allowed                     // by every side that must
	ImplicitDeny                // a side that must allow it does not
	ExplicitDeny                // a statement denies it
)

func (v Verdict) String() string {
	return [...]string{"unknown", "allowed", "implicit deny", "explicit deny"}[v&3]
}

// Decision is the answer to a request.
type Decision struct {
	Verdict Verdict
	// Denied is the statement that denies, or where the verdict is Unknown, one that may.
	Denied *Statement
	// Identity, Boundary and Resource are statements that allow on their side, or may where the verdict is Unknown; nil where there is none.
	Identity, Boundary, Resource *Statement
	// Refused says why AWS refuses the request whatever policies say; empty where it does not. The verdict is ImplicitDeny then, unless a
	// statement denies it besides.
	Refused string

	request                      Request
	guarded                      bool
	identity, boundary, resource side
}

// query is a request made ready.
type query struct {
	Request
	action  Value // in lower case
	isRole  bool
	account Value // of the role
	names   *names
	spelled struct { // what letters has given last
		of *part
		symbols
	}
}

// names are what a Principal may call a role by.
type names struct {
	root    Value  // the role's account
	session string // how the ARNs of the role's sessions begin; "" where that is not known
}

func newQuery(r Request) *query {
	return &query{Request: r, action: Text(strings.ToLower(r.Action)), isRole: r.Principal.Service == "", account: Text(r.Principal.Account)}
}

// called are the names of the role: most requests meet no statement that asks for them.
func (q *query) called() *names {
	if q.names != nil {
		return q.names
	}
	q.names = &names{}
	account := q.Principal.Account
	partition := Hole("the partition of account " + account)
	text, known := q.Principal.ARN.start()
	if parts := strings.SplitN(text, ":", 3); len(parts) == 3 {
		partition = Text(parts[1])
		if known {
			q.names.session = "arn:" + parts[1] + ":sts::" + account + ":assumed-role" + text[max(0, strings.LastIndex(text, "/")):] + "/"
		}
	}
	q.names.root = Concat(Text("arn:"), partition, Text(":iam::"+account+":root"))
	return q.names
}

// context gives the values of a key, named in lower case; none where the request does not have it.
func (q *query) context(key string) (values []Value, known bool) {
	for name, values := range q.Context {
		if strings.EqualFold(name, key) {
			return values, true
		}
	}
	switch { // "AWS global condition context keys"
	case key == "aws:principalisawsservice":
		return Texts(strconv.FormatBool(!q.isRole)), true
	case key == "aws:principalarn" && q.isRole:
		return []Value{q.Principal.ARN}, true
	case key == "aws:principalaccount" && q.isRole:
		return []Value{q.account}, true
	case key == "aws:principalservicename" && !q.isRole:
		return Texts(q.Principal.Service), true
	case (key == "aws:principalservicename" || key == "aws:sourcearn" || key == "aws:sourceaccount") && q.isRole:
		return nil, true // only a service brings them
	case key == "aws:resourceaccount" && q.Account != "":
		return Texts(q.Account), true
	default:
		return nil, q.OthersAbsent
	}
}

// variable gives what a policy variable holds; not ok where the request has no such value, so that nothing matches.
func (q *query) variable(name string) (v Value, ok bool) {
	key, fallback, hasFallback := strings.Cut(name, ",")
	values, known := q.context(strings.ToLower(key))
	switch {
	case !known || len(values) > 1:
		return Hole("${" + name + "}"), true
	case len(values) == 1:
		return values[0], true
	case hasFallback:
		return Text(strings.Trim(strings.TrimSpace(fallback), "'")), true
	default:
		return Value{}, false
	}
}

// grant is how far a statement is for the principal. To whom it is given decides what else must allow: "How AWS enforcement code logic
// evaluates requests to allow or deny access", resource-based policies.
type grant struct {
	direct  tri // to everyone, to the service or to the session: nothing else is asked
	role    tri // to the role: its boundary limits it
	account tri // to the account, which leaves it to its identity policies
}

func (g grant) most() tri { return max(g.direct, g.role, g.account) }

func (g grant) limit(t tri) grant { return grant{min(g.direct, t), min(g.role, t), min(g.account, t)} }

func (g grant) or(o grant) grant {
	return grant{max(g.direct, o.direct), max(g.role, o.role), max(g.account, o.account)}
}

// whom compares a principal of a policy: "AWS JSON policy elements: Principal".
func (p *entry) whom(q *query) grant {
	text := p.text
	switch {
	case p.kind == "*":
		return grant{direct: yes}
	case p.kind == "Service" && !q.isRole:
		return grant{direct: p.match(q, Text(q.Principal.Service))}
	case p.kind == "AWS" && q.isRole:
		names := q.called()
		g := grant{
			direct:  p.match(q, Text("*")),
			role:    p.match(q, q.Principal.ARN),
			account: max(p.match(q, names.root), p.match(q, q.account)),
		}
		if names.session != "" && strings.HasPrefix(text, names.session) {
			g.direct = unknown // which session it is stands in no template
		}
		if strings.HasPrefix(text, "AROA") {
			g.role = unknown // a role by its unique id
		}
		return g
	case p.kind == "AWS" && (text == "*" || !p.exact):
		return grant{direct: unknown} // AWS does not say whether this * holds for services, too
	case p.kind == "CanonicalUser" && q.isRole:
		return grant{account: unknown} // an account by another name
	case p.kind == "":
		return grant{unknown, unknown, unknown}
	default:
		return grant{}
	}
}

// whom is how far the statement is for the principal, whatever it allows.
func (s *Statement) whom(q *query, bounded bool) grant {
	if s.principals.absent {
		return grant{direct: yes}
	}
	var listed grant
	for i := range s.principals.list {
		g := s.principals.list[i].whom(q)
		if s.principals.list[i].maybe {
			g = g.limit(unknown)
		}
		listed = listed.or(g)
	}
	role, account := max(listed.direct, listed.role), listed.account
	switch { // "AWS JSON policy elements: NotPrincipal"
	case !s.principals.not:
		return listed
	case s.effect == allow || !q.isRole:
		return grant{direct: not(listed.most())}
	case bounded: // "will always deny any IAM principal that has a permissions boundary"
		return grant{direct: yes}
	case min(role, account) == yes:
		return grant{}
	case max(role, account) == no:
		return grant{direct: yes}
	default:
		return grant{direct: unknown} // one of role and account is listed: it "might deny"
	}
}

// applies is how far the statement speaks of the request.
func (s *Statement) applies(q *query, bounded bool) grant {
	t := s.actions.covers(q, q.action)
	if t == no {
		return grant{}
	}
	if t = min(t, s.resources.covers(q, q.Resource)); t == no {
		return grant{}
	}
	g := s.whom(q, bounded)
	if g.most() == no {
		return grant{}
	}
	for _, c := range s.conditions {
		if t = min(t, c.holds(q)); t == no {
			return grant{}
		}
	}
	if s.maybe || s.effect == unknownEffect {
		t = min(t, unknown)
	}
	return g.limit(t)
}

// side is what the policies of one side say.
type side struct {
	policies  []*Policy
	allowed   grant
	allowedBy *Statement
	denied    tri
	deniedBy  *Statement
}

func judge(q *query, bounded bool, policies ...*Policy) side {
	sd := side{policies: policies}
	for _, p := range policies {
		for _, s := range p.Statements {
			if s.effect == allow && sd.allowed.direct == yes {
				continue // more than that cannot be allowed
			}
			g := s.applies(q, bounded)
			if s.effect != deny && g.most() > sd.allowed.most() {
				sd.allowedBy = s
			}
			if s.effect != deny {
				sd.allowed = sd.allowed.or(g)
			}
			if s.effect != allow && g.most() > sd.denied {
				sd.denied, sd.deniedBy = g.most(), s
			}
		}
	}
	return sd
}

// Evaluate judges a request by the rules of "How AWS enforcement code logic evaluates requests to allow or deny access", "Policy
// evaluation for requests within a single account", "Cross-account policy evaluation logic" and, for keys, "Key policies in AWS KMS"; and
// refuses what AWS does not let anybody do.
func Evaluate(r Request, p Policies) Decision {
	d := Decision{request: r, guarded: isGuarded(&r, p.Resource)}
	q, bounded := newQuery(r), p.Boundary != nil
	d.Refused = refused(q.action, r.Resource)
	d.identity = judge(q, bounded, p.Identity...)
	if d.boundary.allowed.direct = yes; bounded {
		d.boundary = judge(q, bounded, p.Boundary)
	}
	switch {
	case p.Resource != nil:
		d.resource = judge(q, bounded, p.Resource)
	case d.guarded:
		d.resource.allowed = grant{unknown, unknown, unknown}
	}

	own := min(d.identity.allowed.direct, d.boundary.allowed.direct)
	granted := d.resource.allowed
	var allowed tri
	switch {
	case d.isService():
		allowed = granted.direct
	case d.isCrossAccount():
		allowed = min(own, granted.most())
	case d.guarded: // the policy must let the account decide, or name the role
		allowed = max(min(own, granted.account), granted.direct, min(granted.role, d.boundary.allowed.direct))
	default:
		allowed = max(own, granted.direct, min(granted.role, d.boundary.allowed.direct))
	}
	worst := &d.identity
	for _, sd := range []*side{&d.boundary, &d.resource} {
		if sd.denied > worst.denied {
			worst = sd
		}
	}
	switch {
	case worst.denied == yes:
		d.Verdict, d.Denied = ExplicitDeny, worst.deniedBy
	case allowed == no, d.Refused != "":
		d.Verdict = ImplicitDeny
	case allowed == yes && worst.denied == no:
		d.Verdict = Allowed
	default:
		d.Verdict, d.Denied = Unknown, worst.deniedBy
	}
	d.Identity, d.Boundary, d.Resource = d.identity.allowedBy, d.boundary.allowedBy, d.resource.allowedBy
	return d
}

func (d *Decision) isService() bool { return d.request.Principal.Service != "" }

func (d *Decision) isCrossAccount() bool {
	return d.request.Account != "" && d.request.Account != d.request.Principal.Account
}

// isGuarded reports whether nobody has access unless the resource's own policy says so, not even within the account: that holds for keys
// and for becoming a role ("How AWS enforcement code logic evaluates requests to allow or deny access").
func isGuarded(r *Request, p *Policy) bool {
	if p != nil {
		return p.Source.Kind == Key || p.Source.Kind == Trust
	}
	service, _, _ := strings.Cut(strings.ToLower(r.Action), ":")
	arn := r.Resource.String()
	return service == "kms" && strings.Contains(arn, ":key/") || service == "sts" && strings.Contains(arn, ":role/")
}
