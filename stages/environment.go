// Package stages holds the environments and the stacks that stand in their accounts.
package stages

import (
	"maps"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Environment is one stage of the application: an account, a region and the stacks in it. Change its fields before the system is
// assembled; append a stack of your own to Stacks.
type Environment struct {
	Type  spec.Type
	Place cfn.Place
	// Access is the stack of the roles that deploy the others.
	Access *Access
	// Stacks in any order: what they take from each other decides how they deploy.
	Stacks []cfn.Stack
	// Tags of every stack, and so of every resource that takes tags.
	Tags map[string]string
}

// New is the environment that the spec describes, deployed by the named pipeline.
func New(s *spec.Spec, e spec.Environment, pipeline string) *Environment {
	place := cfn.Place{Project: s.Project, Scope: e.Name, Account: e.Account.Account, Region: e.Region}
	env := &Environment{
		Type:  e.Type,
		Place: place,
		Tags:  Tags(s, "environment", e.Name),
		Access: &Access{
			Place:     place,
			Toolchain: s.Toolchain.Account,
			Pipeline:  pipeline,
			Regions:   []string{e.Region},
			MayDelete: e.Type != spec.Prod,
			Boundary:  e.PermissionsBoundary,
			Ceiling:   applicationCeiling(place),
		},
	}
	if buckets := e.Application.Buckets; len(buckets) > 0 {
		env.Stacks = append(env.Stacks, &Storage{Environment: env, Buckets: buckets})
	}
	return env
}

// Tags of the stacks of an environment or pipeline: of which project and which environment or pipeline they are, and what the spec says.
func Tags(s *spec.Spec, kind, name string) map[string]string {
	tags := map[string]string{"project": s.Project, kind: name}
	maps.Copy(tags, s.Tags)
	return tags
}

// applicationCeiling is the most that a role of an application may be given: anything but what changes identities, accounts, and the
// delivery system itself.
func applicationCeiling(p cfn.Place) policy.Identity {
	return policy.Identity{
		// a boundary grants nothing: this is the outer limit of what the roles' own policies grant
		policy.AllowAllBut("Application", "account:*", "cloudformation:*", "codebuild:*", "codeconnections:*", "codepipeline:*",
			"codestar-connections:*", "iam:*", "organizations:*").On(cfn.Lit("*")),
		policy.Deny("NeverDeploy", "sts:AssumeRole").
			On(cfn.Format[cfn.Text]("arn:%s:iam::*:role%s*", cfn.Partition(), cfn.Lit(spec.AccessPath(p.Project)))),
	}
}

// retentionDays is how long an environment keeps its access logs.
func (e *Environment) retentionDays() int {
	switch e.Type {
	case spec.Dev:
		return 30
	case spec.Test:
		return 90
	default:
		return 400 // a year, and a month to look at it
	}
}

// pendingDays is how long a deleted key can still be restored; 7 and 30 are the least and the most of KMS.
func (e *Environment) pendingDays() int {
	if e.Type == spec.Dev {
		return 7
	}
	return 30
}
