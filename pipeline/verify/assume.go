package verify

import "github.com/cfnpipe/cfnpipe/resources/policy/eval"

// assumedByService: a service must be able to become a role.
func (w *world) assumedByService(h *Hop, r *role, service string, context map[string][]eval.Value) {
	w.serviceNeeds(h, "trust", r.thing, service, request{action: "sts:AssumeRole", on: r.arn, policy: r.trust, context: context})
}

// assumed: a role must be able to become another. Both sides must allow it.
func (w *world) assumed(h *Hop, by, r *role) {
	w.becomes[[2]*role{by, r}] = true
	w.needs(h, "trust", by, request{action: "sts:AssumeRole", on: r.arn, account: r.stack.Account, policy: r.trust})
}

// roleNamed says which role is meant, for people: its name and account.
func (w *world) roleNamed(arn string) string {
	if r := w.roles[arn]; r != nil {
		return "role " + r.name + " in " + r.stack.Account
	}
	return "role " + arn
}
