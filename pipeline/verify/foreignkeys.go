package verify

import (
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// keysAssumed is what a hop rests on that uses a key which no template makes.
const keysAssumed = " (the policies of the keys, which no template has, are taken to admit it)"

// foreignKey is a key that a statement names, for use through a service, and that no template makes.
type foreignKey struct {
	arn       eval.Value
	region    string
	statement *statement
}

// foreignKeys that the policies of a role name for use through a service.
func (r *role) foreignKeys(service string) []foreignKey { return foreignKeys(r.statements, service) }

func foreignKeys(statements []*statement, service string) []foreignKey {
	var list []foreignKey
	for _, st := range statements {
		if !st.allows || !slices.Contains(st.lowered, "kms:decrypt") {
			continue
		}
		through := false
		st.eachCondition(func(key string, values []eval.Value) {
			through = through || strings.EqualFold(key, "kms:ViaService") && slices.ContainsFunc(values, func(v eval.Value) bool {
				return v.String() == service+"."+st.s.Region+".amazonaws.com"
			})
		})
		for _, arn := range st.resources {
			// those of templates have ids that only a deployment gives them
			if text, ok := arn.Known(); ok && through && strings.Contains(text, ":key/") && !strings.ContainsAny(text, "*?") {
				list = append(list, foreignKey{arn, st.s.Region, st})
			}
		}
	}
	return list
}

// through is the use of a key by a service for a role, where the key's policy leaves that to IAM.
func (w *world) through(k foreignKey, service, action string, r *role) request {
	return request{
		action: action, on: k.arn, policy: w.leaveToIAM(k.arn.String(), r.stack.Account),
		context: keys("kms:ViaService", service+"."+k.region+".amazonaws.com", "kms:CallerAccount", r.stack.Account),
	}
}

// usesKeys: a role uses the keys that its policies name through a service, as far as that is its own side's to say.
func (a *run) usesKeys(h *Hop, rule string, r *role, service string, actions ...string) {
	for _, k := range r.foreignKeys(service) {
		for _, action := range actions {
			a.w.needs(h, rule, r, a.w.through(k, service, action, r))
		}
	}
}

// keysUsed: for each key that the boundary of the pipeline's roles names for what builds and approvals read, there is a role that may use it.
// Else a statement is gone that was meant: nothing in the templates says which key encrypts a secret or a topic.
func (a *run) keysUsed() {
	for _, p := range a.w.policyList {
		if a.role.boundary == nil || p.limit != a.role.boundary {
			continue
		}
		for _, c := range []struct {
			service, rule, whose string
			roles                []*role
			actions              []string
		}{
			{"secretsmanager", "variables", "build", a.builders, []string{"kms:Decrypt"}},
			{"sns", "approval", "approval", []*role{a.role}, []string{"kms:Decrypt", "kms:GenerateDataKey"}},
		} {
			for _, k := range foreignKeys(p.statements, c.service) {
				used := slices.ContainsFunc(c.roles, func(r *role) bool {
					return r.unread || !slices.ContainsFunc(c.actions, func(action string) bool {
						return a.w.may(r, a.w.through(k, c.service, action, r)).Verdict != eval.Allowed
					})
				})
				if !used {
					a.w.report.fail(p.stack, k.statement.place.Path, c.rule,
						"the boundary admits key "+k.arn.String()+" through "+c.service+", and no role that a "+c.whose+" runs with may use it",
						"allow the role "+strings.Join(c.actions, " and ")+" on the key, or deploy without it")
				}
			}
		}
	}
}
