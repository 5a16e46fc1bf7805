// Package policy builds IAM policies: identity policies, trust policies and resource policies, within their size limits. It also has the permissions
// that a role requires to deploy each resource type.
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

// Allow starts a statement that allows actions. The sid says what they are for, in letters and digits.
func Allow(sid string, actions ...string) Statement {
	return Statement{sid: sid, effect: EffectAllow, actions: actions}
}

// AllowAllBut starts a statement that allows all actions except the given ones, for permissions boundaries, which grant nothing.
func AllowAllBut(sid string, actions ...string) Statement {
	return Statement{sid: sid, effect: EffectAllow, notActions: actions}
}

// Deny starts a statement that denies actions.
func Deny(sid string, actions ...string) Statement {
	return Statement{sid: sid, effect: EffectDeny, actions: actions}
}

// DenyAllBut starts a statement that denies all actions except the given ones.
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

// OnAllBut makes the statement apply to all resources except the given ones.
func (s Statement) OnAllBut(resources ...cfn.Part) Statement {
	s.notResources = append(slices.Clip(s.notResources), resources...)
	return s
}

// By adds principals, for trust and resource policies.
func (s Statement) By(principals ...Principal) Statement {
	s.principals = append(slices.Clip(s.principals), principals...)
	return s
}

// If adds conditions, all of which must be true.
func (s Statement) If(conditions ...Condition) Statement {
	s.conditions = append(slices.Clip(s.conditions), conditions...)
	return s
}

// Principal is a principal in a statement of a trust or resource policy.
type Principal struct {
	kind  string
	value cfn.Part
}

// Service is an AWS service by its principal, such as lambda.amazonaws.com, which is the same in all partitions that cfnpipe supports.
func Service(name string) Principal { return Principal{kind: "Service", value: cfn.Lit(name)} }

// ServiceIn is an AWS service, such as logs, whose principal contains the region of the stack.
func ServiceIn(name string) Principal {
	return Principal{kind: "Service", value: cfn.Format[cfn.Text]("%s.%s.amazonaws.com", cfn.Lit(name), cfn.Region())}
}

// Account is an account, a principal that always exists: unlike with a role, the policy can be created before the role of the other account.
// Restrict it with ByRole. The role then also requires the permission in its own account.
func Account(id cfn.Part) Principal {
	return Principal{kind: "AWS", value: cfn.Format[cfn.Text]("arn:%s:iam::%s:root", cfn.Partition(), id)}
}

// Anyone is every principal, for statements that deny.
func Anyone() Principal { return Principal{kind: "*"} }

// Condition is one operator on one condition key. It is true if one of the values matches.
type Condition struct {
	operator, key string
	values        []cfn.Part
}

// When is a condition with an operator of IAM, such as StringEquals.
func When(operator, key string, values ...cfn.Part) Condition {
	return Condition{operator: operator, key: key, values: values}
}

// ByRole restricts an account to roles, by exact ARN. A role that is deleted and created again still matches.
func ByRole(arns ...cfn.Part) Condition { return When("ArnEquals", "aws:PrincipalArn", arns...) }

// NotByRole is true for all principals except these roles, whose ARNs may contain wildcards.
func NotByRole(arns ...cfn.Part) Condition { return When("ArnNotLike", "aws:PrincipalArn", arns...) }

// ByRoleLike restricts an account to roles whose ARNs match a pattern with wildcards.
func ByRoleLike(arns ...cfn.Part) Condition { return When("ArnLike", "aws:PrincipalArn", arns...) }

// FromAccount is true for requests that a service makes on behalf of an account. It prevents the confused deputy problem.
func FromAccount(id cfn.Part) Condition { return When("StringEquals", "aws:SourceAccount", id) }

// FromResource is true for requests that a service makes on behalf of a resource.
func FromResource(arns ...cfn.Part) Condition { return When("ArnLike", "aws:SourceArn", arns...) }

// InAccount is true for resources of an account. It keeps requests from a bucket that another account created under the same name.
func InAccount(id cfn.Part) Condition { return When("StringEquals", "aws:ResourceAccount", id) }

// Through is true if a service uses a key on behalf of the caller, in one of the regions. The domain of the service is the same in all partitions.
func Through(service string, regions ...cfn.Part) Condition {
	services := make([]cfn.Part, len(regions))
	for i, r := range regions {
		services[i] = cfn.Format[cfn.Text]("%s.%s.amazonaws.com", cfn.Lit(service), r)
	}
	return When("StringEquals", "kms:ViaService", services...)
}

// PassedTo is true if a role is passed to one of the services.
func PassedTo(services ...string) Condition {
	values := make([]cfn.Part, len(services))
	for i, s := range services {
		values[i] = cfn.Lit(s)
	}
	return When("StringEquals", "iam:PassedToService", values...)
}

// Identity is an identity policy: what a role may do.
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

// Trust is a trust policy: which principals may assume a role.
type Trust []Statement

// Resource is a resource policy of a bucket, key, queue or topic: which principals may do what.
type Resource []Statement

// Repository is a resource policy of an ECR repository, which has no Resource elements.
type Repository []Statement

// KeyUse returns the actions that a principal requires to read and write data that a key encrypts.
func KeyUse() []string {
	return []string{"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"}
}
