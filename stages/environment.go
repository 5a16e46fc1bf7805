// Package stages holds the environments and the stacks that stand in their accounts.
package stages

import (
	"fmt"
	"maps"
	"slices"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Environment is one stage of the application: an account, a region and the stacks in it. Change its fields before the system is
// assembled; append a stack of your own to Stacks.
type Environment struct {
	// Index of the environment in pipeline.yaml, for what is said of it; -1 where Go made it.
	Index int
	Type  spec.Type
	Place cfn.Place
	// Label is a word for people; may be empty.
	Label string
	// Approval before the environment is deployed; nil: nobody is asked.
	Approval *spec.Approval
	// Access is the stack of the roles that deploy the others.
	Access *Access
	// Bootstrap is what must be there before code is published; nil when there is none. It is not among Stacks.
	Bootstrap *Bootstrap
	// Functions and Repositories are what is published to the environment before the other stacks are deployed; repositories without a
	// context get their images from elsewhere.
	Functions    []spec.Function
	Repositories []spec.Repository
	// Stacks in any order: what they take from each other decides how they deploy.
	Stacks []cfn.Stack
	// Tags of every stack, and so of every resource that takes tags.
	Tags map[string]string
}

// New is the environment that the spec describes, deployed by the named pipeline.
func New(s *spec.Spec, e spec.Environment, pipeline string) *Environment {
	place := cfn.Place{Project: s.Project, Scope: e.Name, Account: e.Account.Account, Region: e.Region}
	env := &Environment{
		Index: slices.IndexFunc(s.Environments, func(x spec.Environment) bool { return x.Name == e.Name }),
		Type:  e.Type,
		Place: place,
		Label: e.Label, Approval: e.Approval,
		Tags: Tags(s, e.Tags, "environment", e.Name),
		Access: &Access{
			Place:     place,
			Toolchain: s.Toolchain.Account,
			Pipeline:  pipeline,
			Regions:   []string{e.Region},
			Boundary:  e.PermissionsBoundary,
			Ceiling:   applicationCeiling(place),
		},
	}
	if e.Label != "" {
		env.Tags["label"] = e.Label
	}
	env.addStacks(e.Application)
	return env
}

// addStacks makes the stacks of an application, as far as there is something to put into them.
func (e *Environment) addStacks(a spec.Application) {
	e.Functions, e.Repositories = a.Functions, a.Repositories
	if len(a.Buckets)+len(a.Repositories)+len(a.Functions) == 0 {
		return
	}
	e.Bootstrap = &Bootstrap{
		Environment: e, Repositories: a.Repositories, Code: len(a.Functions) > 0, Logs: len(a.Buckets)+len(a.Functions) > 0,
		Retain: slices.ContainsFunc(a.Buckets, func(b spec.Bucket) bool { return b.Removal == spec.Retain }),
	}
	var storage *Storage
	if len(a.Buckets) > 0 {
		storage = &Storage{Environment: e, Bootstrap: e.Bootstrap, Buckets: a.Buckets}
		e.Stacks = append(e.Stacks, storage)
	}
	if len(a.Functions) > 0 {
		e.Stacks = append(e.Stacks, &Functions{Environment: e, Bootstrap: e.Bootstrap, Storage: storage, Functions: a.Functions})
	}
}

// Tags of the stacks of an environment or pipeline: of which project and which environment or pipeline they are, what the spec says
// for all, and what it says beyond that for one.
func Tags(s *spec.Spec, more map[string]string, kind, name string) map[string]string {
	tags := maps.Clone(s.Tags)
	if tags == nil {
		tags = map[string]string{}
	}
	maps.Copy(tags, more)
	tags["project"], tags[kind] = s.Project, name
	return tags
}

// applicationCeiling is the most that a role of an application may be given: anything but what changes identities, accounts, and the
// delivery system itself. It may become another role of the project's applications, and no other.
func applicationCeiling(p cfn.Place) policy.Identity {
	applications := cfn.Format[cfn.Text]("arn:%s:iam::*:role%s*", cfn.Partition(), cfn.Lit(spec.ApplicationPath(p.Project)))
	own := func(service, resource string) cfn.Part {
		return cfn.Format[cfn.Text]("arn:%s:%s:*:*:%s", cfn.Partition(), cfn.Lit(service), cfn.Lit(resource))
	}
	name := spec.Name(p.Project, p.Scope, "*")
	return policy.Identity{
		// a boundary grants nothing: this is the outer limit of what the roles' own policies grant
		policy.AllowAllBut("Application", "access-analyzer:*", "account:*", "cloudformation:*", "cloudtrail:*", "codebuild:*", "codeconnections:*",
			"codedeploy:*", "codepipeline:*", "codestar-connections:*", "config:*", "guardduty:*", "iam:*", "identitystore:*",
			"kms:DisableKey", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "organizations:*", "ram:*", "rolesanywhere:*", "securityhub:*",
			"servicecatalog:*", "ssm:SendCommand", "ssm:StartAutomationExecution", "ssm:StartSession", "sso-directory:*", "sso:*").
			On(cfn.Lit("*")),
		policy.Deny("OwnRolesOnly", "sts:AssumeRole").OnAllBut(applications),
		// other code may run with more than this
		policy.Deny("OwnFunctionsOnly", "lambda:Add*", "lambda:Create*", "lambda:Delete*", "lambda:Publish*", "lambda:Put*", "lambda:Update*").
			OnAllBut(own("lambda", "function:"+name), own("lambda", "layer:"+name)),
		policy.Deny("OwnParametersOnly", "ssm:DeleteParameter", "ssm:DeleteParameters", "ssm:PutParameter").
			OnAllBut(own("ssm", "parameter"+p.ParameterPath()+"*")),
		policy.Deny("NeverAccessParameters", "ssm:DeleteParameter", "ssm:DeleteParameters", "ssm:PutParameter").
			On(own("ssm", "parameter"+p.ParameterPath()+(&Access{}).Name()+"/*")),
	}
}

// logDays is how long an environment keeps its logs: numbers that CloudWatch Logs knows.
func (e *Environment) logDays() int {
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

// Described is the environment as the spec would describe it.
func (e *Environment) Described() spec.Environment {
	return spec.Environment{Name: e.Place.Scope, Type: e.Type, Label: e.Label, Account: spec.Account{Account: e.Place.Account, Region: e.Place.Region}}
}

// called is what descriptions call the environment.
func (e *Environment) called() string {
	if e.Label == "" {
		return e.Place.Scope
	}
	return e.Place.Scope + " (" + e.Label + ")"
}

// at is where pipeline.yaml has a field of an item of the application.
func (e *Environment) at(list string, index int, field string) string {
	return fmt.Sprintf("environments[%d].application.%s[%d].%s", e.Index, list, index, field)
}
