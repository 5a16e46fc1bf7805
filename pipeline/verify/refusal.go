package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// refusal is what somebody is kept from, in one place: all of it becomes one finding.
type refusal struct {
	verdict eval.Verdict
	// lacking are the policies that would have to allow it.
	lacking []lacking
	asked   []request
	// who it is, what must be named for them in the policy of what is asked for, and what it is for, each once.
	who, whom, purposes []string
	why                 string // of the first
}

// lacking is a policy, or somebody's policies, that do not allow what they must.
type lacking struct {
	what, place string
	isResources bool // it is the policy of what is asked for
}

// isAnybodys says whether what is wrong is in one policy that is not of those who ask, so that all of them can share a finding.
func isAnybodys(v eval.Verdict, list []lacking) bool {
	return v == eval.ExplicitDeny || len(list) == 1 && list[0].isResources
}

// refuse adds what a decision says to the findings, at the place that has to change. That is near x where no policy is. The role is nil where
// a service asks. A purpose, which may be empty, says what the request is for.
func (w *world) refuse(h *Hop, rule string, x *thing, r *role, q request, d eval.Decision, who, purpose string) {
	if w.isSaid(q.on) || w.isSaid(eval.Text(d.Explain())) {
		return
	}
	s, place := x.stack, d.Place()
	path, line := x.path(""), 0
	if o := w.stackNamed(place.Stack, place.File); o != nil {
		s, path, line = o, place.Path, place.Line
	}
	lacking, whom := w.lacks(r, q, d)
	i := slices.IndexFunc(w.report.list, func(f *finding) bool {
		o := f.refusal
		return o != nil && f.Rule == rule && f.Stack == s.Name && f.File == s.file && f.Path == path && o.verdict == d.Verdict &&
			slices.Equal(o.lacking, lacking) &&
			(slices.Contains(o.who, who) || isAnybodys(d.Verdict, lacking))
	})
	if i < 0 {
		i = len(w.report.list)
		w.report.list = append(w.report.list, &finding{
			Finding: Finding{Rule: rule, Severity: Error, Stack: s.Name, Path: path, File: s.file, Line: cmp.Or(line, s.line(path))}, order: s.index,
			refusal: &refusal{verdict: d.Verdict, lacking: lacking, why: d.Explain()},
		})
	}
	f := w.report.list[i]
	o := f.refusal
	o.who, o.whom, o.purposes = once(o.who, who), once(o.whom, whom), once(o.purposes, purpose)
	o.ask(q)
	h.add(f)
}

// once adds a text to a list that does not have it.
func once(list []string, text string) []string {
	if text == "" || slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}

func (x *refusal) ask(q request) {
	if !slices.ContainsFunc(x.asked, func(o request) bool { return o.action == q.action && o.on.Equal(q.on) && o.where() == q.where() }) {
		x.asked = append(x.asked, q)
	}
}

// lacks says which sides would have to allow a request, and whom they would have to name.
func (w *world) lacks(r *role, q request, d eval.Decision) (list []lacking, whom string) {
	if d.Verdict != eval.ImplicitDeny || d.Refused != "" {
		return nil, ""
	}
	guarded := q.policy != nil && (q.policy.Source.Kind == eval.Key || q.policy.Source.Kind == eval.Trust)
	if r != nil {
		if d.Identity == nil {
			list = append(list, lacking{what: "the policies of role " + r.name, place: r.stack.file + " Resources." + r.id})
		}
		if r.boundary != nil && d.Boundary == nil {
			list = append(list, lacking{what: "the boundary of role " + r.name, place: w.placed(r.boundary)})
		}
		whom = "arn:" + partitionOf(r.stack.Region) + ":iam::" + r.stack.Account + ":root, where aws:PrincipalArn is " + r.arn.String()
		if isOwn := q.account == "" || q.account == r.stack.Account; isOwn && !guarded {
			return list, "" // its own policies are enough
		}
	}
	if d.Resource == nil && q.policy != nil {
		list = append(list,
			lacking{what: "the policy of " + cmp.Or(q.policy.Source.Owner, q.on.String()), place: w.placed(q.policy), isResources: true})
	} else if d.Resource == nil {
		list = append(list, lacking{what: "a policy for " + q.on.String(), isResources: true})
	}
	return list, whom
}

func (w *world) placed(p *eval.Policy) string {
	return strings.TrimSpace(p.Place.File + " " + p.Place.Path)
}

// where are the conditions under which something is asked for, as far as a statement should ask for them, too.
func (q request) where() string {
	var words []string
	for _, key := range []string{
		"aws:SourceAccount", "aws:SourceArn", "cloudformation:RoleArn", "iam:AWSServiceName", "iam:PassedToService", "iam:PermissionsBoundary",
		"kms:GrantIsForAWSResource", "kms:ViaService",
	} {
		for _, v := range q.context[key] {
			words = append(words, key+" is "+v.String())
		}
	}
	return strings.Join(words, " and ")
}

// message is what cannot be done, and for what.
func (x *refusal) message() string {
	var becomes, actions, resources []string
	for _, q := range x.asked {
		if q.action == "sts:AssumeRole" {
			becomes = once(becomes, q.on.String())
		} else {
			actions, resources = once(actions, q.action), once(resources, q.on.String())
		}
	}
	text := some(x.who) + " cannot become " + some(becomes)
	switch {
	case len(actions) > 0 && len(becomes) > 0:
		text += ", nor " + some(actions) + " on " + some(resources)
	case len(actions) > 0:
		text = some(x.who) + " may not " + some(actions) + " on " + some(resources)
	}
	if x.verdict == eval.Unknown {
		text = "nobody can tell from the templates that " + strings.NewReplacer(" may not ", " may ", " cannot ", " can ").Replace(text)
	}
	if len(x.purposes) > 0 {
		text += " (for " + some(x.purposes) + ")"
	}
	return text
}

// hint is what to change, in words that can be written down as statements, and why.
func (x *refusal) hint() string {
	var lines []string
	for _, l := range x.lacking {
		to := "to " + l.what
		if l.place != "" {
			to += " (" + l.place + ")"
		}
		const most = 3
		for i, s := range x.statements(l.isResources) {
			if i < most {
				lines = append(lines, "add "+to+": Allow "+s)
			} else if i == most {
				lines = append(lines, "and the like")
			}
		}
	}
	if x.verdict == eval.ExplicitDeny {
		lines = append(lines, "let the statement that denies it except this, or do not ask for it")
	}
	if x.verdict == eval.ImplicitDeny && len(x.lacking) == 0 {
		lines = append(lines, "remove what asks for it: no policy can allow it")
	}
	if x.verdict == eval.Unknown {
		lines = append(lines, "write it with names that stand in the templates")
	}
	return strings.Join(append(lines, "because "+x.why), "\n")
}

// statements that would allow all of it: actions with the same resources and conditions in one.
func (x *refusal) statements(isResources bool) []string {
	type group struct {
		where              string
		actions, resources []string
	}
	var groups []group
	for _, q := range x.asked {
		on, where := q.on.String(), q.where()
		i := slices.IndexFunc(groups, func(g group) bool { return g.where == where && slices.Equal(g.resources, []string{on}) })
		if i < 0 {
			i, groups = len(groups), append(groups, group{where: where, resources: []string{on}})
		}
		groups[i].actions = once(groups[i].actions, q.action)
	}
	var merged []group
	for _, g := range groups {
		i := slices.IndexFunc(merged, func(o group) bool { return o.where == g.where && slices.Equal(o.actions, g.actions) })
		if i < 0 {
			merged = append(merged, g)
		} else {
			merged[i].resources = append(merged[i].resources, g.resources...)
		}
	}
	var list []string
	for _, g := range merged {
		text := strings.Join(g.actions, ", ") + " on " + strings.Join(g.resources, ", ")
		if isResources {
			text = strings.Join(g.actions, ", ") + " for " + strings.Join(orElse(x.whom, x.who), "; for ")
		}
		if g.where != "" && strings.Contains(text, ", where ") {
			text += " and " + g.where
		} else if g.where != "" {
			text += ", where " + g.where
		}
		list = append(list, text)
	}
	return list
}

func orElse(list, other []string) []string {
	if len(list) == 0 {
		return other
	}
	return list
}

// some of a list, for people, who do not want to read all of it.
func some(list []string) string {
	const most = 4
	last := ""
	if len(list) > most {
		list, last = list[:most-1], fmt.Sprintf("%d more", len(list)-most+1)
	} else if len(list) > 1 {
		list, last = list[:len(list)-1], list[len(list)-1]
	}
	text := strings.Join(list, ", ")
	if last != "" {
		text += " and " + last
	}
	return text
}
