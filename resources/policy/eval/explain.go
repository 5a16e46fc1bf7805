package eval

import (
	"fmt"
	"strings"
)

// Explain says in plain sentences which statements allowed or denied, or which side lacks what, with the statement that comes nearest.
func (d Decision) Explain() string {
	who, what := d.who(), d.request.Action+" on "+d.request.Resource.String()
	if d.Verdict == ExplicitDeny {
		return fmt.Sprintf("%s: %s denies %s", who, d.Denied, what)
	}
	if d.Refused != "" {
		return fmt.Sprintf("%s: AWS refuses %s, whatever policies say: %s", who, what, d.Refused)
	}
	var sentences, by []string
	for _, g := range d.gaps() {
		s := ""
		switch {
		case d.Verdict == Allowed:
			by = append(by, g.statement.String())
			continue
		case d.Verdict == Unknown && g.statement == nil:
			s = fmt.Sprintf("%s: whether it may %s is for the policy of the resource, which is not known", who, what)
		case d.Verdict == Unknown:
			does := [...]string{"allows or denies", "allows", "denies"}[g.statement.effect]
			s = fmt.Sprintf("%s: it is not known whether %s %s %s: %s", who, g.statement, does, what, g.lack)
		case len(g.policies) == 0 && g.side == &d.resource:
			s = fmt.Sprintf("%s has no policy that allows %s %s", d.request.Resource, who, d.request.Action)
		case g.side == &d.resource:
			s = fmt.Sprintf("%s: no statement allows %s %s", d.owner(), who, what)
		case g.side == &d.boundary:
			s = fmt.Sprintf("the boundary of %s: no statement allows %s", who, what)
		default:
			s = fmt.Sprintf("%s: no statement allows %s", who, what)
		}
		if d.Verdict == ImplicitDeny && g.statement != nil {
			s += fmt.Sprintf("; nearest is %s: %s", g.statement, g.lack)
		}
		sentences = append(sentences, s)
	}
	if d.Verdict == Allowed {
		return fmt.Sprintf("%s may %s by %s", who, what, some(by, "and"))
	}
	return strings.Join(sentences, ". ")
}

// Place is where to look: at the statement that decided, or that comes nearest, or else at the policy that lacks one. It is zero where
// there is no policy at all.
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

func (d *Decision) who() string {
	if d.isService() {
		return d.request.Principal.Service
	}
	arn, known := d.request.Principal.ARN.Known()
	if !known {
		return "role " + d.request.Principal.ARN.String()
	}
	return "role " + arn[strings.LastIndex(arn, "/")+1:]
}

func (d *Decision) owner() string {
	if owner := d.resource.policies[0].Source.Owner; owner != "" {
		return owner
	}
	return "the policy of " + d.request.Resource.String()
}

// gap is what a side lacks, with the statement that comes nearest; or, where all is allowed, a statement that allows.
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
		allows      tri
		asked, used bool // whether it must allow, and where all is allowed, whether it had to
	}{
		{&d.identity, d.identity.allowed.direct, !d.isService(), own},
		{&d.boundary, d.boundary.allowed.direct, !d.isService(), !d.isService() && (own || d.resource.allowed.direct != yes)},
		{&d.resource, d.resource.allowed.most(), d.isService() || d.isCrossAccount() || d.guarded, !own || d.isCrossAccount() || d.guarded},
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
		case d.Verdict == ImplicitDeny && x.allows == no && x.asked:
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

// best is the first statement that scores most; nil where none does.
func (sd *side) best(score func(*Statement) int) (best *Statement) {
	most := 0
	for _, p := range sd.policies {
		for _, s := range p.Statements {
			if n := score(s); n > most {
				best, most = s, n
			}
		}
	}
	return best
}

// nearness says how little keeps a statement from allowing what is asked for.
func (s *Statement) nearness(q *query, bounded bool) int {
	text, _ := q.action.Known()
	n := min(s.resources.common(q.Resource.String()), 999)
	if s.resources.covers(q, q.Resource) != no {
		n = 1000
	}
	switch {
	case s.effect != allow:
		return 0
	case s.actions.covers(q, q.action) != no:
		n += 2000
	case s.actions.common(text) <= strings.Index(text, ":"):
		return 0 // it is about another service
	}
	if s.whom(q, bounded).most() != no {
		n += 1000
	}
	return n
}

// common is the length of the longest start that one of the values shares with the text, in any case.
func (c *clause) common(text string) (most int) {
	for _, e := range c.list {
		n, value := 0, e.value.String()
		for n < min(len(value), len(text)) && strings.EqualFold(value[n:n+1], text[n:n+1]) {
			n++
		}
		most = max(most, n)
	}
	return most
}

// lack says what keeps a statement from applying, or what about it is not known.
func (s *Statement) lack(q *query, bounded bool) string {
	for _, miss := range []tri{no, unknown} {
		doubt := strings.Repeat(", of which not all is known", int(miss))
		switch {
		case s.whom(q, bounded).most() == miss:
			return "it is for " + s.principals.String() + doubt
		case s.resources.covers(q, q.Resource) == miss:
			return "it covers " + s.resources.String() + doubt
		case s.actions.covers(q, q.action) == miss:
			return "it covers " + s.actions.String() + doubt
		}
		for _, c := range s.conditions {
			if c.holds(q) == miss {
				return c.lack(q)
			}
		}
	}
	if s.maybe {
		return "it is there only under a condition of the template"
	}
	return "its effect is not known"
}

func (c *condition) lack(q *query) string {
	if c.base == "" {
		return "its condition " + c.name + " is not understood"
	}
	var wants []Value
	for _, w := range c.wants {
		wants = append(wants, w.value)
	}
	s := fmt.Sprintf("its condition %s %s wants %s", c.name, c.key, some(wants, "or"))
	switch values, known := q.context(c.lowerKey); {
	case !known:
		return s + ", and it is not known what the request has"
	case len(values) == 0:
		return s + ", the request has none"
	default:
		return s + ", the request has " + some(values, "and")
	}
}

func (c *clause) String() string {
	var values []Value
	for _, e := range c.list {
		values = append(values, e.value)
	}
	if c.not {
		return "all but " + some(values, "and")
	}
	return some(values, "and")
}

// some lists what there is for people, who do not want to read all of it.
func some[T any](list []T, last string) string {
	const most = 4
	var words []string
	for _, x := range list {
		words = append(words, fmt.Sprint(x))
	}
	if len(words) > most {
		words, last = append(words[:most-1], fmt.Sprintf("%d more", len(words)-most+1)), "and"
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " " + last + " " + words[len(words)-1]
}
