package eval

import (
	"fmt"
	"strings"
)

// Explain returns sentences that say which statements allow or deny the request, or which policies do not allow it, with the closest statement.
func (d Decision) Explain() string {
	principal, what := d.principalName(), d.request.Action+" on "+d.request.Resource.String()
	if d.Verdict == ExplicitDeny {
		return fmt.Sprintf("%s: %s denies %s", principal, d.Denied, what)
	}
	if d.Refused != "" {
		return fmt.Sprintf("%s: AWS rejects %s regardless of policies: %s", principal, what, d.Refused)
	}
	var sentences, by []string
	for _, g := range d.gaps() {
		s := ""
		switch {
		case d.Verdict == Allowed:
			by = append(by, g.statement.String())
			continue
		case d.Verdict == Unknown && g.statement == nil:
			s = fmt.Sprintf("%s: whether it may %s depends on the policy of the resource, which is not known", principal, what)
		case d.Verdict == Unknown:
			does := [...]string{"allows or denies", "allows", "denies"}[g.statement.effect]
			s = fmt.Sprintf("%s: it is not known whether %s %s %s: %s", principal, g.statement, does, what, g.lack)
		case len(g.policies) == 0 && g.side == &d.resource:
			s = fmt.Sprintf("%s has no policy that allows %s %s", d.request.Resource, principal, d.request.Action)
		case g.side == &d.resource:
			s = fmt.Sprintf("%s: no statement allows %s %s", d.owner(), principal, what)
		case g.side == &d.boundary:
			s = fmt.Sprintf("the boundary of %s: no statement allows %s", principal, what)
		default:
			s = fmt.Sprintf("%s: no statement allows %s", principal, what)
		}
		if d.Verdict == ImplicitDeny && g.statement != nil {
			s += fmt.Sprintf("; the closest is %s: %s", g.statement, g.lack)
		}
		sentences = append(sentences, s)
	}
	if d.Verdict == Allowed {
		return fmt.Sprintf("%s may %s by %s", principal, what, enumerate(by, "and"))
	}
	return strings.Join(sentences, ". ")
}

// Place returns the place of the statement that decided or comes closest, or else of a policy in which a statement is missing. It is zero if there is
// no such policy.
func (d Decision) Place() Place {
	if d.Verdict == ExplicitDeny {
		return d.Denied.Place
	}
	if d.Refused != "" {
		return Place{} // no policy can change it
	}
	for _, g := range d.gaps() {
		if g.statement != nil {
			return g.statement.Place
		}
		if len(g.policies) > 0 {
			return g.policies[0].Place
		}
	}
	return Place{}
}

// principalName returns the principal, for messages.
func (d *Decision) principalName() string {
	if d.isService() {
		return d.request.Principal.Service
	}
	arn, known := d.request.Principal.ARN.Known()
	if !known {
		return "role " + d.request.Principal.ARN.String()
	}
	return "role " + arn[strings.LastIndex(arn, "/")+1:]
}

// owner returns what the resource policy belongs to, for messages.
func (d *Decision) owner() string {
	if owner := d.resource.policies[0].Source.Owner; owner != "" {
		return owner
	}
	return "the policy of " + d.request.Resource.String()
}

// gap says what is missing in the policies of one kind, with the closest statement. For an allowed request, the statement is one that allows it.
type gap struct {
	*side
	statement *Statement
	lack      string
}

func (d *Decision) gaps() (gaps []gap) {
	q, bounded := newQuery(d.request), len(d.boundary.policies) > 0
	own := !d.isService() && min(d.identity.allowed.direct, d.boundary.allowed.direct) == yes
	if d.Denied != nil {
		gaps = append(gaps, gap{&side{}, d.Denied, d.Denied.lack(q, bounded)})
	}
	for _, x := range []struct {
		*side
		allows         tri
		required, used bool // whether it must allow the request, and for an allowed one, whether its Allow was needed
	}{
		{&d.identity, d.identity.allowed.direct, !d.isService(), own},
		{&d.boundary, d.boundary.allowed.direct, !d.isService(), !d.isService() && (own || d.resource.allowed.direct != yes)},
		{&d.resource, d.resource.allowed.any(), d.isService() || d.isCrossAccount() || d.guarded, !own || d.isCrossAccount() || d.guarded},
	} {
		var s *Statement
		switch a := x.allowed; {
		case d.Verdict == Allowed && x.used && x.allowedBy != nil:
			s = x.allowedBy
		case d.Verdict == Unknown && (x.allows == unknown || a.direct == unknown || a.role == unknown):
			s = x.best(func(s *Statement) int {
				g := s.applies(q, bounded)
				return int(truth(s.effect != deny && (g.direct == unknown || g.role == unknown || g.account == unknown)))
			})
		case d.Verdict == ImplicitDeny && x.allows == no && x.required:
			s = x.best(func(s *Statement) int { return s.nearness(q, bounded) })
		default:
			continue
		}
		switch {
		case s == nil:
			gaps = append(gaps, gap{side: x.side})
		case s != d.Denied:
			gaps = append(gaps, gap{x.side, s, s.lack(q, bounded)})
		}
	}
	return gaps
}

// best returns the first statement with the highest score above 0, or nil.
func (sd *side) best(score func(*Statement) int) (best *Statement) {
	highest := 0
	for _, p := range sd.policies {
		for _, s := range p.Statements {
			if n := score(s); n > highest {
				best, highest = s, n
			}
		}
	}
	return best
}

// nearness returns a score for how close a statement comes to allowing the request.
func (s *Statement) nearness(q *query, bounded bool) int {
	text := q.action
	n := min(s.resources.common(q.Resource.String()), 999)
	if s.resources.covers(q, q.Resource) != no {
		n = 1000
	}
	switch {
	case s.effect != allow:
		return 0
	case s.actions.covers(q, Text(q.action)) != no:
		n += 2000
	case s.actions.common(text) <= strings.Index(text, ":"):
		return 0 // it is for another service
	}
	if s.grantTo(q, bounded).any() != no {
		n += 1000
	}
	return n
}

// common returns the length of the longest common prefix of one of the values and the text, ignoring case.
func (c *clause) common(text string) (longest int) {
	for _, e := range c.list {
		n, value := 0, e.value.String()
		for n < min(len(value), len(text)) && strings.EqualFold(value[n:n+1], text[n:n+1]) {
			n++
		}
		longest = max(longest, n)
	}
	return longest
}

// lack says why a statement does not apply to the request, or what about it is not known.
func (s *Statement) lack(q *query, bounded bool) string {
	for _, miss := range []tri{no, unknown} {
		doubt := strings.Repeat(", which is partly unknown", int(miss))
		switch {
		case s.grantTo(q, bounded).any() == miss:
			return "it is for " + s.principals.String() + doubt
		case s.resources.covers(q, q.Resource) == miss:
			return "it covers " + s.resources.String() + doubt
		case s.actions.covers(q, Text(q.action)) == miss:
			return "it covers " + s.actions.String() + doubt
		}
		for _, c := range s.conditions {
			if c.isMet(q) == miss {
				return c.lack(q)
			}
		}
	}
	if s.maybe {
		return "it exists only under a condition of the template"
	}
	return "its effect is not known"
}

func (c *condition) lack(q *query) string {
	if c.base == "" {
		return "its condition operator " + c.name + " is not known"
	}
	var wants []Value
	for _, w := range c.wants {
		wants = append(wants, w.value)
	}
	s := fmt.Sprintf("its condition %s %s requires %s", c.name, c.key, enumerate(wants, "or"))
	switch values, known := q.context(c.lowerKey); {
	case !known:
		return s + ", but the value of the request is not known"
	case len(values) == 0:
		return s + ", but the request has no such key"
	default:
		return s + ", but the request has " + enumerate(values, "and")
	}
}

func (c *clause) String() string {
	var values []Value
	for _, e := range c.list {
		values = append(values, e.value)
	}
	if c.not {
		return "all except " + enumerate(values, "and")
	}
	return enumerate(values, "and")
}

// enumerate returns a list in words, which leaves out items of a long list.
func enumerate[T any](list []T, last string) string {
	const maxItems = 4
	var words []string
	for _, x := range list {
		words = append(words, fmt.Sprint(x))
	}
	if len(words) > maxItems {
		words, last = append(words[:maxItems-1], fmt.Sprintf("%d more", len(words)-maxItems+1)), "and"
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " " + last + " " + words[len(words)-1]
}
