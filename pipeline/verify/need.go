package verify

import "github.com/cfnpipe/cfnpipe/resources/policy/eval"

// request is something that a run needs somebody to be able to do, or that nobody must be able to do.
type request struct {
	action string
	// on is what to, by ARN, and account whose it is; the role's own where empty.
	on      eval.Value
	account string
	policy  *eval.Policy
	context map[string][]eval.Value
}

// keys are the condition keys of a request. Every request goes over TLS.
func keys(pairs ...string) map[string][]eval.Value {
	m := map[string][]eval.Value{"aws:SecureTransport": eval.Texts("true")}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = append(m[pairs[i]], eval.Text(pairs[i+1]))
	}
	return m
}

// evaluate what somebody asks for. The request has no condition keys but those that are given, or follow from who asks for what.
func (w *world) evaluate(p eval.Principal, q request, policies eval.Policies) eval.Decision {
	if q.context == nil {
		q.context = w.plain
	}
	if q.account == "" {
		q.account = p.Account
	}
	return w.evaluator.Evaluate(eval.Request{
		Principal: p, Action: q.action, Resource: q.on, Account: q.account, Context: q.context, OthersAbsent: true,
	}, policies)
}

func (r *role) principal() eval.Principal {
	return eval.Principal{ARN: r.arn, Account: r.stack.Account}
}

// may says whether a role may do something. It is not known where only a policy that nobody has read could allow it.
func (w *world) may(r *role, q request) eval.Decision {
	d := w.evaluate(r.principal(), q, eval.Policies{Identity: r.about(q.action), Boundary: r.boundary, Resource: q.policy})
	if d.Verdict == eval.ImplicitDeny && r.unread && w.within(r, q).Verdict == eval.Allowed {
		d.Verdict = eval.Unknown
	}
	return d
}

// within its boundary, may a role do something if its own policies allow everything?
func (w *world) within(r *role, q request) eval.Decision {
	return w.evaluate(r.principal(), q, eval.Policies{Identity: []*eval.Policy{w.everything}, Boundary: r.boundary, Resource: q.policy})
}

// needs is a hop's: the role must be able to do all of it, each with a finding of the rule where it is not.
func (w *world) needs(h *Hop, rule string, r *role, requests ...request) {
	for _, q := range requests {
		d := w.may(r, q)
		if d.Verdict == eval.Allowed || d.Verdict == eval.Unknown && r.unread {
			continue
		}
		w.refuse(h, rule, r.thing, r, q, d, "role "+r.name, "")
	}
}

// serviceNeeds is the same for an AWS service, which only the policy of what it asks for admits.
func (w *world) serviceNeeds(h *Hop, rule string, x *thing, service string, q request) {
	d := w.evaluate(eval.Principal{Service: service}, q, eval.Policies{Resource: q.policy})
	if d.Verdict != eval.Allowed {
		w.refuse(h, rule, x, nil, q, d, service, "")
	}
}

func (w *world) stackNamed(name, file string) *stack {
	for _, s := range w.stacks {
		if s.Name == name && s.file == file {
			return s
		}
	}
	return nil
}
