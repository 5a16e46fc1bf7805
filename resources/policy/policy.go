// Package policy holds typed IAM documents: identity policies, trust policies and resource policies, with their size budgets, and
// the table of what each resource type needs of the role that deploys it.
package policy

import (
	"path"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
)

// Effect of a statement.
type Effect string

// The effects.
const (
	EffectAllow Effect = "Allow"
	EffectDeny  Effect = "Deny"
)

// Statement is one statement of a policy. Start one with Allow or Deny; each method returns a changed copy.
type Statement struct {
	sid          string
	effect       Effect
	principals   []Principal
	actions      []string
	notActions   []string
	resources    []cfn.Part
	notResources []cfn.Part
	conditions   []Condition
}

// Allow starts a statement that allows actions. The sid says in words what for; letters and digits.
func Allow(sid string, actions ...string) Statement {
	return Statement{sid: sid, effect: EffectAllow, actions: actions}
}

// AllowAllBut starts a statement that allows every action but the given ones; for permissions boundaries, which grant nothing.
func AllowAllBut(sid string, actions ...string) Statement {
	return Statement{sid: sid, effect: EffectAllow, notActions: actions}
}

// Deny starts a statement that denies actions, whatever else allows them.
func Deny(sid string, actions ...string) Statement {
	return Statement{sid: sid, effect: EffectDeny, actions: actions}
}

// DenyAllBut starts a statement that denies every action but the given ones, whatever else allows them.
func DenyAllBut(sid string, actions ...string) Statement {
	return Statement{sid: sid, effect: EffectDeny, notActions: actions}
}

// Also adds actions.
func (s Statement) Also(actions ...string) Statement {
	s.actions = append(slices.Clip(s.actions), actions...)
	return s
}

// On adds resources.
func (s Statement) On(resources ...cfn.Part) Statement {
	s.resources = append(slices.Clip(s.resources), resources...)
	return s
}

// OnAllBut makes the statement hold for every resource but the given ones.
func (s Statement) OnAllBut(resources ...cfn.Part) Statement {
	s.notResources = append(slices.Clip(s.notResources), resources...)
	return s
}

// By adds principals, for trust and resource policies.
func (s Statement) By(principals ...Principal) Statement {
	s.principals = append(slices.Clip(s.principals), principals...)
	return s
}

// If adds conditions; all of them must hold.
func (s Statement) If(conditions ...Condition) Statement {
	s.conditions = append(slices.Clip(s.conditions), conditions...)
	return s
}

// Principal is who a statement of a trust or resource policy speaks of.
type Principal struct {
	kind  string
	value cfn.Part
}

// Service is an AWS service by its principal, such as lambda.amazonaws.com: the same in every partition that cfnpipe knows.
func Service(name string) Principal { return Principal{kind: "Service", value: cfn.Lit(name)} }

// ServiceIn is an AWS service whose principal carries the stack's region, such as logs.
func ServiceIn(name string) Principal {
	return Principal{kind: "Service", value: cfn.Format[cfn.Text]("%s.%s.amazonaws.com", cfn.Lit(name), cfn.Region())}
}

// Account is an account as a whole: a principal that always exists, so no policy waits for a role of another account. Narrow it with
// ByRole; the role then also needs the permission in its own account.
func Account(id cfn.Part) Principal {
	return Principal{kind: "AWS", value: cfn.Format[cfn.Text]("arn:%s:iam::%s:root", cfn.Partition(), id)}
}

// Anyone is every principal; for statements that deny.
func Anyone() Principal { return Principal{kind: "*"} }

// Condition is one operator on one key; it holds when one of the values fits.
type Condition struct {
	operator, key string
	values        []cfn.Part
}

// When is a condition with any operator of IAM, such as StringEquals.
func When(operator, key string, values ...cfn.Part) Condition {
	return Condition{operator: operator, key: key, values: values}
}

// ByRole narrows an account's principal to roles, by exact ARN. A role that is deleted and made again still fits.
func ByRole(arns ...cfn.Part) Condition { return When("ArnEquals", "aws:PrincipalArn", arns...) }

// NotByRole holds for every principal but these; the ARNs may have wildcards.
func NotByRole(arns ...cfn.Part) Condition { return When("ArnNotLike", "aws:PrincipalArn", arns...) }

// ByRoleLike narrows to roles by a pattern with wildcards.
func ByRoleLike(arns ...cfn.Part) Condition { return When("ArnLike", "aws:PrincipalArn", arns...) }

// FromAccount holds for requests that a service makes on behalf of an account (against the confused deputy).
func FromAccount(id cfn.Part) Condition { return When("StringEquals", "aws:SourceAccount", id) }

// FromResource holds for requests that a service makes for a resource.
func FromResource(arns ...cfn.Part) Condition { return When("ArnLike", "aws:SourceArn", arns...) }

// InAccount holds for resources of an account, so that a bucket name that somebody else took over leads nowhere.
func InAccount(id cfn.Part) Condition { return When("StringEquals", "aws:ResourceAccount", id) }

// Through holds for the use of a key by a service of the regions on the caller's behalf. The domain is the same in every partition.
func Through(service string, regions ...cfn.Part) Condition {
	services := make([]cfn.Part, len(regions))
	for i, r := range regions {
		services[i] = cfn.Format[cfn.Text]("%s.%s.amazonaws.com", cfn.Lit(service), r)
	}
	return When("StringEquals", "kms:ViaService", services...)
}

// PassedTo holds when a role is passed to one of the services.
func PassedTo(services ...string) Condition {
	values := make([]cfn.Part, len(services))
	for i, s := range services {
		values[i] = cfn.Lit(s)
	}
	return When("StringEquals", "iam:PassedToService", values...)
}

// Identity is a policy of a role: what it may do.
type Identity []Statement

// AllowedOn are the resources on which the statements allow an action, whatever their conditions.
func (list Identity) AllowedOn(action string) []cfn.Part {
	var on []cfn.Part
	for _, s := range list {
		isOf := func(pattern string) bool {
			matches, err := path.Match(strings.ToLower(pattern), strings.ToLower(action)) // actions have no slashes
			return err == nil && matches
		}
		if s.effect == EffectAllow && slices.ContainsFunc(s.actions, isOf) {
			on = append(on, s.resources...)
		}
	}
	return on
}

// Trust is a role's trust policy: who may become the role.
type Trust []Statement

// Resource is a policy of a bucket, key, queue or topic: who may do what to it.
type Resource []Statement

// Repository is a policy of an ECR repository: who may do what to it. It names no resources.
type Repository []Statement

// KeyUse are the actions of who reads and writes what a key encrypts.
func KeyUse() []string {
	return []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"}
}
