package eval

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Kind of a policy, which decides the rules for it.
type Kind uint8

// The kinds.
const (
	Identity   Kind = iota // of a role, inline or managed
	Boundary               // the permissions boundary of a role
	Resource               // of a bucket, queue, topic or function
	Repository             // of an ECR repository, without Resource elements
	Key                    // of a KMS key
	Trust                  // the trust policy of a role
)

// Source is where a policy is defined.
type Source struct {
	Kind Kind
	// Owner is what the policy belongs to, for messages, such as bucket shop-delivery-artifacts-111111111111-eu-west-1.
	Owner string
	// Stack, File and Path of the document, such as Resources.DeployRole.Properties.Policies[0].PolicyDocument.
	Stack, File, Path string
}

// Place is a place in a template.
type Place struct {
	Stack, File, Path string
	// Line of File, from 1; 0 if it is not known.
	Line int
}

// String returns the stack and the path.
func (p Place) String() string { return strings.TrimSpace(p.Stack + " " + p.Path) }

// Problem is a part of a policy that AWS rejects, or that this package does not support. That part counts as unknown.
type Problem struct {
	Place   Place
	Message string
	// Hint says what to do.
	Hint string
}

func (p Problem) String() string { return p.Place.String() + ": " + p.Message + "; " + p.Hint }

// Policy is a parsed policy.
type Policy struct {
	Source     Source
	Place      Place
	Statements []*Statement
}

// Statement of a policy.
type Statement struct {
	Sid   string
	Place Place

	effect                         effect
	maybe                          bool // it exists only under a condition of the template
	principals, actions, resources clause
	conditions                     []*condition
}

// String returns the Sid and the place of the statement.
func (s *Statement) String() string {
	if s.Sid == "" {
		return "the statement at " + s.Place.String()
	}
	return s.Sid + " at " + s.Place.String()
}

type effect uint8

const (
	unknownEffect effect = iota
	allow
	deny
)

// clause is a Principal, Action or Resource element, or its Not form. An absent clause matches everything.
type clause struct {
	list        []entry
	not, absent bool
	// Of a long list, exact are the texts that are certainly in it as they are written, begun the others by what they begin with before the first colon,
	// and others the rest. Boundaries name more than a hundred actions, and one look is enough for most of them.
	exact  map[string]bool
	begun  map[string][]entry
	others []entry
}

// sort a long list.
func (c *clause) sort() {
	const long = 8
	if c.others = c.list; len(c.list) < long {
		return
	}
	c.exact, c.begun, c.others = map[string]bool{}, map[string][]entry{}, nil
	for _, e := range c.list {
		begin := e.begin
		if e.prefix {
			begin = e.text
		}
		service, _, hasColon := strings.Cut(begin, ":")
		switch {
		case e.exact && !e.maybe:
			c.exact[e.text] = true
		case hasColon:
			c.begun[service] = append(c.begun[service], e)
		default:
			c.others = append(c.others, e)
		}
	}
}

type entry struct {
	*pattern
	kind  string // of a principal: AWS, Service, Federated, CanonicalUser; * for everyone, "" if it is not known
	maybe bool   // it exists only under a condition of the template
}

// covers reports whether a clause matches an action or a resource.
func (c *clause) covers(q *query, v Value) tri {
	if c.absent {
		return yes
	}
	text, known := v.start()
	if known && c.exact[text] {
		return truth(!c.not)
	}
	found := no
	lists := [2][]entry{c.others}
	if service, _, _ := strings.Cut(text, ":"); known {
		lists[1] = c.begun[service]
	} else {
		lists[0] = c.list
	}
	for _, list := range lists {
		for i := range list {
			if found == yes {
				break
			}
			m := list[i].match(q, v)
			if list[i].maybe {
				m = min(m, unknown)
			}
			found = max(found, m)
		}
	}
	if c.not {
		return negate(found)
	}
	return found
}

// Unread returns a policy with unknown content, such as one outside the templates, which may allow or deny everything.
func Unread(source Source) *Policy {
	p := newParser(source, nil, &Resolver{ID: source.File})
	p.statement(nil, source.Path, false)
	return p.policy
}

// Parse parses a policy document. It returns a Problem for each part that it does not support, which counts as unknown.
func Parse(source Source, document *tree.Node, r *Resolver) (*Policy, []Problem) {
	p := newParser(source, document, r)
	statements := document.Get("Statement")
	if _, _, function := document.Intrinsic(); function || statements == nil {
		if !function {
			p.fail(source.Path, document, "the policy has no Statement", "write Version and Statement")
		}
		p.statement(nil, source.Path, false)
		return p.policy, p.problems
	}
	p.allowKeys(document, source.Path, "a policy", "Version", "Id", "Statement")
	switch version, _ := r.Resolve(document.Get("Version")).Known(); version {
	case "2012-10-17":
	case "2008-10-17", "":
		p.style = 0 // "IAM JSON policy elements: Version": policy variables require 2012-10-17
	default:
		p.fail(source.Path+".Version", document.Get("Version"), strconv.Quote(version)+" is not a version of the policy language", "write 2012-10-17")
	}
	if statements.Kind != tree.List {
		p.element(statements, source.Path+".Statement", false)
		return p.policy, p.problems
	}
	for i, n := range statements.Items {
		p.element(n, fmt.Sprintf("%s.Statement[%d]", source.Path, i), false)
	}
	return p.policy, p.problems
}

type parser struct {
	policy   *Policy
	r        *Resolver
	style    style
	problems []Problem
}

func newParser(source Source, document *tree.Node, r *Resolver) *parser {
	p := &parser{policy: &Policy{Source: source}, r: r, style: variables}
	p.policy.Place = p.place(source.Path, document)
	return p
}

func (p *parser) place(path string, n *tree.Node) Place {
	source := p.policy.Source
	place := Place{Stack: source.Stack, File: source.File, Path: path, Line: p.policy.Place.Line}
	if n != nil && n.Line > 0 {
		place.Line = int(n.Line)
	}
	return place
}

func (p *parser) fail(path string, n *tree.Node, message, hint string) {
	p.problems = append(p.problems, Problem{Place: p.place(path, n), Message: message, Hint: hint})
}

func (p *parser) allowKeys(n *tree.Node, path, what string, keys ...string) {
	for i, key := range n.Keys {
		if !slices.Contains(keys, key) {
			p.fail(path+"."+key, n.Items[i], what+" has no "+key, "remove it, or correct its name")
		}
	}
}

// element parses an item of Statement, which may be an intrinsic.
func (p *parser) element(n *tree.Node, path string, maybe bool) {
	name, arg, function := n.Intrinsic()
	switch args := arguments(arg); {
	case name == "Ref" && arg.Text == "AWS::NoValue":
	case name == "Fn::If" && len(args) == 3:
		p.element(args[1], path+".Fn::If[1]", true)
		p.element(args[2], path+".Fn::If[2]", true)
	case function:
		p.statement(nil, path, maybe) // its value is not known
	case n == nil || n.Kind != tree.Map:
		p.fail(path, n, "the statement is not a mapping", "write Effect, Action and Resource")
		p.statement(nil, path, maybe)
	default:
		p.statement(n, path, maybe)
	}
}

// statement parses one statement. The content of a nil statement is unknown.
func (p *parser) statement(n *tree.Node, path string, maybe bool) {
	s := &Statement{Place: p.place(path, n), maybe: maybe}
	p.policy.Statements = append(p.policy.Statements, s)
	kind := p.policy.Source.Kind
	hasNoPrincipal, hasNoResource := kind == Identity || kind == Boundary, kind == Trust || kind == Repository
	if n == nil {
		doubt := clause{list: p.unknownEntries(nil)}
		doubt.sort()
		s.actions, s.resources, s.principals = doubt, doubt, doubt
		s.principals.absent = hasNoPrincipal
		return
	}
	p.allowKeys(n, path, "a statement",
		"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition")
	if sid := n.Get("Sid"); sid != nil {
		s.Sid = p.r.Resolve(sid).String()
	}
	switch v, _ := p.r.Resolve(n.Get("Effect")).Known(); v {
	case "Allow":
		s.effect = allow
	case "Deny":
		s.effect = deny
	default:
		p.fail(path+".Effect", n, "the Effect of the statement is neither Allow nor Deny", "write one of them")
	}
	s.actions = p.clause(n, path, "Action", true, p.actions)
	s.resources = p.clause(n, path, "Resource", !hasNoResource, p.resources)
	s.principals = p.clause(n, path, "Principal", !hasNoPrincipal, p.principals)
	if n.Get("Condition") != nil {
		s.conditions = p.conditions(n.Get("Condition"), path+".Condition")
	}
}

// clause parses an element or its Not form. It calls read with nil if the element is missing or not valid.
func (p *parser) clause(n *tree.Node, path, element string, has bool, read func(n *tree.Node, path string) []entry) (c clause) {
	value, opposite := n.Get(element), n.Get("Not"+element)
	switch {
	case value == nil && opposite == nil && !has:
		return clause{absent: true}
	case value == nil && opposite == nil:
		p.fail(path, n, "the statement has no "+element, "add it")
	case !has:
		p.fail(path, n, "this kind of policy cannot have "+element, "remove it")
		value = nil
	case value != nil && opposite != nil:
		p.fail(path, n, fmt.Sprintf("the statement has both %s and Not%s", element, element), "keep one of them")
		value = nil
	case opposite != nil:
		value, element, c.not = opposite, "Not"+element, true
	}
	if c.list = read(value, path+"."+element); len(c.list) == 0 {
		p.fail(path+"."+element, value, element+" is empty", "add a value")
		c.list = p.unknownEntries(value)
	}
	c.sort()
	return c
}

func (p *parser) actions(n *tree.Node, path string) []entry {
	return p.patterns(n, path, wild|lowerCase, "is not an action: write a service, a colon and a name", func(text string) bool {
		service, action, ok := strings.Cut(text, ":")
		return ok && action != "" && !strings.ContainsAny(service, "*? ")
	})
}

func (p *parser) resources(n *tree.Node, path string) []entry {
	return p.patterns(n, path, wild|p.style, "is not an ARN: it must have six parts, separated by colons", func(text string) bool {
		return isARN(text) || strings.HasPrefix(text, "arn:") && strings.HasSuffix(text, "*")
	})
}

func isARN(text string) bool { return strings.HasPrefix(text, "arn:") && strings.Count(text, ":") >= 5 }

func (p *parser) patterns(n *tree.Node, path string, st style, problem string, wellFormed func(string) bool) (list []entry) {
	items, _ := p.r.items(n)
	list = make([]entry, 0, len(items))
	for _, e := range items {
		what := compile(e.Value, st)
		if text, known := e.Known(); known && text != "*" && !wellFormed(text) {
			p.fail(path, n, strconv.Quote(text)+" "+problem, "correct it")
			what = compile(Hole(text), st)
		}
		list = append(list, entry{pattern: what, maybe: e.maybe})
	}
	return list
}

// unknownEntries returns the entries of an unknown value.
func (p *parser) unknownEntries(n *tree.Node) []entry {
	return []entry{{pattern: compile(p.r.hole(n), 0)}}
}

// principals parses a Principal element. A principal cannot contain wildcards, except * alone for everyone.
func (p *parser) principals(n *tree.Node, path string) (list []entry) {
	switch _, _, function := n.Intrinsic(); {
	case n == nil || function:
		return p.unknownEntries(n)
	case n.Kind == tree.String && n.Text == "*":
		return []entry{{pattern: compile(Text("*"), 0), kind: "*"}}
	case n.Kind != tree.Map:
		p.fail(path, n, "the principal is neither * nor a mapping", "write AWS or Service, and its principals")
		return p.unknownEntries(n)
	}
	kinds := []string{"AWS", "Service", "Federated", "CanonicalUser"}
	p.allowKeys(n, path, "a principal", kinds...)
	for i, kind := range n.Keys {
		items, _ := p.r.items(n.Items[i])
		for _, e := range items {
			e := entry{pattern: compile(e.Value, 0), kind: kind, maybe: e.maybe}
			if !slices.Contains(kinds, kind) {
				e.kind = ""
			}
			if e.exact && strings.ContainsAny(e.text, "*?") && (kind != "AWS" || e.text != "*") {
				p.fail(path+"."+kind, n.Items[i], strconv.Quote(e.text)+": wildcards do not work in principals", "name the account, and restrict it with aws:PrincipalArn")
				e.kind = ""
			}
			list = append(list, e)
		}
	}
	return list
}
