package stages

import (
	"fmt"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// retains says whether logs, and the keys without which nobody can read them, outlive what wrote them: everywhere but in dev.
func (e *Environment) retains() bool { return e.Type != spec.Dev }

// ownKey is the key of a stack, or one of its keys: what it is for, and what must be able to use it.
type ownKey struct {
	// id is the logical id; alias is the last part of the alias.
	id, alias string
	encrypts  string
	retain    bool
	users     policy.Resource
}

// addKey declares a customer managed key that the execution role manages.
func (e *Environment) addKey(t *cfn.Template, k ownKey) resources.KeyHandle {
	p := t.Place
	return resources.Key{
		ID: k.id, Alias: spec.Name(p.Project, p.Scope, k.alias),
		Description:    fmt.Sprintf("Encrypts %s of %s in environment %s", k.encrypts, p.Project, p.Scope),
		Administrators: []cfn.Part{e.Access.Role(spec.ExecutionPart)},
		Fenced:         []cfn.Part{ProjectRoles(p)},
		Users:          k.users,
		PendingDays:    e.pendingDays(),
		Retain:         k.retain,
	}.Add(t)
}

// logKey encrypts the logs of a stack: the environment's key, one of the stack's own, or that of CloudWatch Logs.
func (e *Environment) logKey(t *cfn.Template, encrypts string, groups ...string) cfn.Value[cfn.KeyARN] {
	switch {
	case e.Keys == spec.AWSKeys:
		return resources.AWSKey()
	case e.sharesKeys():
		return cfn.Take(t, e.Bootstrap.KeyARN())
	}
	if e.retains() { // CloudFormation names them after the stack
		groups = append(groups, t.Name()+"-*")
	}
	return e.addKey(t, ownKey{
		id: "Key", alias: t.Stack().Name(), encrypts: encrypts, retain: e.retains(), users: policy.Resource{resources.LogsMayUse(groups...)},
	}).ARN()
}

// sharesKeys says whether the stacks of the environment encrypt with the keys of its bootstrap stack.
func (e *Environment) sharesKeys() bool {
	return (e.Keys == spec.EnvironmentKeys || e.Keys == "") && e.Bootstrap != nil
}

// logGroups are the patterns of the names of all log groups of the environment.
func logGroups(p cfn.Place) []string {
	name := spec.Name(p.Project, p.Scope, "*")
	return []string{"/aws/*/" + name, name}
}

// useThrough lets roles whom IAM allows use a key of their account, through services that encrypt with it for them.
func useThrough(sid, region string, services ...string) policy.Statement {
	values := make([]cfn.Part, len(services))
	for i, s := range services {
		values[i] = cfn.Lit(s + "." + region + ".amazonaws.com")
	}
	return policy.Allow(sid, policy.KeyUse()...).By(policy.Account(cfn.AccountID())).On(cfn.Lit("*")).
		If(policy.When("StringEquals", "kms:ViaService", values...))
}
