package eval

import (
	"strconv"
	"strings"
)

// Principal makes a request: a role or an AWS service.
type Principal struct {
	// ARN of the role, with its path, and its account, 12 digits.
	ARN     Value
	Account string
	// Service is set instead for a request of an AWS service, such as cloudformation.amazonaws.com.
	Service string
}

// Request is a call of an AWS API.
type Request struct {
	Principal Principal
	// Action as in policies, such as s3:GetObject.
	Action string
	// Resource is the ARN, or * for an action that supports no resources.
	Resource Value
	// Account of the resource, 12 digits. Default: the account of the principal.
	Account string
	// Context has the values of the request by condition key, which is not case-sensitive. A key without values is absent from the request. Evaluate
	// derives some keys from the other fields: aws:PrincipalArn, aws:PrincipalAccount, aws:PrincipalIsAWSService, aws:PrincipalServiceName and
	// aws:ResourceAccount. The request of a role has no aws:SourceArn and no aws:SourceAccount.
	Context map[string][]Value
	// OthersAbsent is true if the request has no other keys. If false, other keys may be present, with unknown values.
	OthersAbsent bool
}

// Policies are the policies that apply to a request.
type Policies struct {
	// Identity policies of the role.
	Identity []*Policy
	// Boundary of the role; nil if it has none.
	Boundary *Policy
	// Resource is the policy of the resource; nil if it has none. A key or role always has one, so for those nil means an unknown policy.
	Resource *Policy
}

// Verdict is the result of a decision.
type Verdict uint8

// The verdicts.
const (
	Unknown      Verdict = iota // it depends on unknown values
	Allowed                     // all policies that must allow it do
	ImplicitDeny                // a policy that must allow it does not
	ExplicitDeny                // a statement denies it
)

func (v Verdict) String() string {
	return [...]string{"unknown", "allowed", "implicit deny", "explicit deny"}[v&3]
}

// Decision says whether a request is allowed, and why.
type Decision struct {
	Verdict Verdict
	// Denied is the statement that denies the request, or one that may if the verdict is Unknown.
	Denied *Statement
	// Identity, Boundary and Resource are the statements of those policies that allow the request, or may if the verdict is Unknown. Nil if there is
	// none.
	Identity, Boundary, Resource *Statement
	// Refused says why AWS rejects the request regardless of policies, or is empty. The verdict is then ImplicitDeny, or ExplicitDeny if a statement
	// denies it too.
	Refused string

	request                      Request
	guarded                      bool
	identity, boundary, resource side
}

// query is a request prepared for evaluation.
type query struct {
	Request
	action  string // in lower case
	isRole  bool
	names   *names
	spelled *spelled // what letters has given last
}

type spelled struct {
	of *part
	symbols
}

// names are the names of a role in Principal elements, besides its ARN.
type names struct {
	root    Value  // the role's account
	session string // the prefix of the ARNs of the role's sessions; "" if it is not known
}

func newQuery(r Request) *query {
	return &query{Request: r, action: strings.ToLower(r.Action), isRole: r.Principal.Service == ""}
}

// principalNames returns the names of the role. It computes them on demand, because most statements do not need them.
func (q *query) principalNames() *names {
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

// context returns the values of a key in lower case, none if the request does not have it, and whether they are known.
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
		return Texts(q.Principal.Account), true
	case key == "aws:principalservicename" && !q.isRole:
		return Texts(q.Principal.Service), true
	case (key == "aws:principalservicename" || key == "aws:sourcearn" || key == "aws:sourceaccount") && q.isRole:
		return nil, true // only in requests of services
	case key == "aws:resourceaccount" && q.Account != "":
		return Texts(q.Account), true
	default:
		return nil, q.OthersAbsent
	}
}

// variable returns the value of a policy variable. ok is false if the request has no such value, so that nothing matches.
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

// grant says whether a statement applies to the principal, and by which kind of principal in it, which decides what other policies must allow the
// request too ("How AWS enforcement code logic evaluates requests to allow or deny access", resource-based policies).
type grant struct {
	direct  tri // to everyone, to the service or to the session: no other policy must allow it
	role    tri // to the role: its boundary must allow it too
	account tri // to the account: an identity policy must allow it too
}

// any reports whether the statement applies to the principal at all.
func (g grant) any() tri { return max(g.direct, g.role, g.account) }

// limit returns the grant of a statement that applies only if t.
func (g grant) limit(t tri) grant { return grant{min(g.direct, t), min(g.role, t), min(g.account, t)} }

func (g grant) or(o grant) grant {
	return grant{max(g.direct, o.direct), max(g.role, o.role), max(g.account, o.account)}
}

// grantTo returns whether a principal of a policy includes that of the request ("AWS JSON policy elements: Principal").
func (p *entry) grantTo(q *query) grant {
	text := p.text
	switch {
	case p.kind == "*":
		return grant{direct: yes}
	case p.kind == "Service" && !q.isRole:
		return grant{direct: p.match(q, Text(q.Principal.Service))}
	case p.kind == "AWS" && q.isRole:
		names := q.principalNames()
		g := grant{
			direct:  p.match(q, Text("*")),
			role:    p.match(q, q.Principal.ARN),
			account: max(p.match(q, names.root), p.match(q, Text(q.Principal.Account))),
		}
		if names.session != "" && strings.HasPrefix(text, names.session) {
			g.direct = unknown // templates do not contain sessions
		}
		if strings.HasPrefix(text, "AROA") {
			g.role = unknown // the unique id of a role
		}
		return g
	case p.kind == "AWS" && (text == "*" || !p.exact):
		return grant{direct: unknown} // AWS does not document whether this * includes services
	case p.kind == "CanonicalUser" && q.isRole:
		return grant{account: unknown} // another name of an account
	case p.kind == "":
		return grant{unknown, unknown, unknown}
	default:
		return grant{}
	}
}

// grantTo returns whether the principals of the statement include that of the request, regardless of actions, resources and conditions.
func (s *Statement) grantTo(q *query, bounded bool) grant {
	if s.principals.absent {
		return grant{direct: yes}
	}
	var listed grant
	for i := range s.principals.list {
		g := s.principals.list[i].grantTo(q)
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
		return grant{direct: negate(listed.any())}
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

// applies returns whether the statement applies to the request.
func (s *Statement) applies(q *query, bounded bool) grant {
	t := s.actions.covers(q, Text(q.action))
	if t == no {
		return grant{}
	}
	if t = min(t, s.resources.covers(q, q.Resource)); t == no {
		return grant{}
	}
	g := s.grantTo(q, bounded)
	if g.any() == no {
		return grant{}
	}
	for _, c := range s.conditions {
		if t = min(t, c.isMet(q)); t == no {
			return grant{}
		}
	}
	if s.maybe || s.effect == unknownEffect {
		t = min(t, unknown)
	}
	return g.limit(t)
}

// side is the result of the policies of one kind: identity policies, boundary or resource policy.
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
				continue // no further Allow can change the result
			}
			g := s.applies(q, bounded)
			if s.effect != deny && g.any() > sd.allowed.any() {
				sd.allowedBy = s
			}
			if s.effect != deny {
				sd.allowed = sd.allowed.or(g)
			}
			if s.effect != allow && g.any() > sd.denied {
				sd.denied, sd.deniedBy = g.any(), s
			}
		}
	}
	return sd
}

// Evaluate decides a request by the rules of "How AWS enforcement code logic evaluates requests to allow or deny access", "Policy evaluation for
// requests within a single account", "Cross-account policy evaluation logic" and, for keys, "Key policies in AWS KMS". It denies requests that AWS
// rejects regardless of policies.
func Evaluate(r Request, p Policies) Decision { return new(Evaluator).Evaluate(r, p) }

// Evaluator judges one request after the other, with less memory than Evaluate needs. Two goroutines must not use it at once.
type Evaluator struct{ query query }

// Evaluate is like the function Evaluate.
func (e *Evaluator) Evaluate(r Request, p Policies) Decision {
	d := Decision{request: r, guarded: isGuarded(&r, p.Resource)}
	action := e.query.action
	if r.Action != e.query.Action { // requests come in groups
		action = strings.ToLower(r.Action)
	}
	e.query = query{Request: r, action: action, isRole: r.Principal.Service == ""}
	q, bounded := &e.query, p.Boundary != nil
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
		allowed = min(own, granted.any())
	case d.guarded: // the policy must allow the account or the role
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

// isGuarded reports whether the policy of the resource must allow every request, even of principals in the same account: this is the case for keys
// and for assuming a role ("How AWS enforcement code logic evaluates requests to allow or deny access").
func isGuarded(r *Request, p *Policy) bool {
	if p != nil {
		return p.Source.Kind == Key || p.Source.Kind == Trust
	}
	switch service, _, _ := strings.Cut(r.Action, ":"); {
	case strings.EqualFold(service, "kms"):
		return strings.Contains(r.Resource.String(), ":key/")
	case strings.EqualFold(service, "sts"):
		return strings.Contains(r.Resource.String(), ":role/")
	}
	return false
}
