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
	// SharedRepositories hold images that all environments share, in the place of the Toolchain.
	SharedRepositories []spec.SharedRepository
	Toolchain          spec.Account
	// Keys says which keys encrypt what the stacks hold. Empty: those of the environment.
	Keys spec.Keys
	// LogDays is how long the logs of the environment are kept: a number that CloudWatch Logs knows.
	LogDays int
	// Network that jobs, services and functions run in; nil when there is none. One that is made is among Stacks, too.
	Network *Network
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
		SharedRepositories: s.ToolchainStack.Repositories, Toolchain: s.Toolchain, Keys: s.Keys, LogDays: e.Application.LogDays,
		Tags: Tags(s, e.Tags, "environment", e.Name),
		Access: &Access{
			Place:       place,
			Toolchain:   s.Toolchain.Account,
			Pipeline:    pipeline,
			Regions:     []string{e.Region},
			Boundary:    e.PermissionsBoundary,
			OwnBoundary: e.AccessBoundary,
			Ceiling:     applicationCeiling(place),
		},
	}
	if e.Label != "" {
		env.Tags["label"] = e.Label
	}
	env.addStacks(e.Application, ownStacks(s))
	return env
}

// ownStacks are the names of the project's own stacks in all environments, each once.
func ownStacks(s *spec.Spec) []string {
	var list []string
	for _, e := range s.Environments {
		for _, x := range e.Application.Stacks {
			list = append(list, x.Name)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// addStacks makes the stacks of an application, as far as there is something to put into them; own are all stacks of the project's own.
func (e *Environment) addStacks(a spec.Application, own []string) {
	e.Functions, e.Repositories = a.Functions, a.Repositories
	balanced := slices.ContainsFunc(a.Services, func(s spec.Service) bool { return s.Balanced() })
	logs := len(a.Buckets)+len(a.Functions) > 0 || balanced
	e.Bootstrap = &Bootstrap{
		Environment: e, Repositories: a.Repositories, Code: len(a.Functions) > 0, Logs: logs, LoadBalancers: balanced,
		Retain: e.retains() || slices.ContainsFunc(a.Buckets, func(b spec.Bucket) bool { return b.Removal == spec.Retain }),
	}
	if e.sharesKeys() {
		taken := outputsTaken(a.Stacks, e.Bootstrap.Name())
		e.Bootstrap.Messages = slices.Contains(taken, e.Bootstrap.KeyARN().Name)
		made := a.Network != nil && a.Network.VPC == ""
		e.Bootstrap.Key = made || len(a.Repositories)+len(a.Functions)+len(a.Jobs)+len(a.Services) > 0 || a.Monitoring != nil && len(a.Queues) > 0 || e.Bootstrap.Messages
		e.Bootstrap.DataKey = len(a.Buckets) > 0 || slices.Contains(taken, e.Bootstrap.DataKeyARN().Name)
	}
	if b := e.Bootstrap; !b.Logs && !b.Key && !b.DataKey && len(b.Repositories) == 0 {
		e.Bootstrap = nil
	}
	if a.Network != nil {
		e.Network = &Network{Environment: e, Network: *a.Network}
		if !e.Network.Exists() {
			e.Stacks = append(e.Stacks, e.Network)
		}
	}
	if len(a.Buckets) > 0 {
		e.Stacks = append(e.Stacks, &Storage{Environment: e, Bootstrap: e.Bootstrap, Buckets: a.Buckets})
	}
	if len(a.Queues) > 0 {
		e.Stacks = append(e.Stacks, &Queues{Environment: e, Queues: a.Queues})
	}
	if len(a.Functions) > 0 {
		e.Stacks = append(e.Stacks, &Functions{
			Environment: e, Bootstrap: e.Bootstrap, Network: e.Network, Functions: a.Functions, API: a.API,
		})
	}
	if len(a.Jobs) > 0 {
		e.Stacks = append(e.Stacks, &Batch{Environment: e, Bootstrap: e.Bootstrap, Network: e.Network, Jobs: a.Jobs})
	}
	if len(a.Services) > 0 {
		e.Stacks = append(e.Stacks, &Services{
			Environment: e, Bootstrap: e.Bootstrap, Network: e.Network, Services: a.Services, Monitored: a.Monitoring != nil,
		})
	}
	if a.Monitoring != nil && slices.ContainsFunc(e.Stacks, isWatched) {
		e.Stacks = append(e.Stacks, &Monitoring{Environment: e, Monitoring: *a.Monitoring})
	}
	for i, x := range a.Stacks {
		e.Stacks = append(e.Stacks, &Own{Environment: e, Stack: x, Outputs: outputsTaken(a.Stacks, x.Name), Elsewhere: own, At: e.at("stacks", i)})
	}
}

// outputsTaken are the outputs of an own stack that others take.
func outputsTaken(stacks []spec.Stack, of string) []string {
	var list []string
	for _, s := range stacks {
		for _, value := range s.Parameters {
			if stack, output, ok := References(value); ok && stack == of && s.Name != of {
				list = append(list, output)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
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

// applicationCeiling is the most that a role of an application may be given: what spec.CeilingAllows and spec.OwnedOnly say, and to become
// another role of the project's applications.
func applicationCeiling(p cfn.Place) policy.Identity {
	arn := func(service, resource string) cfn.Part {
		region := "*"
		if service == "iam" {
			region = ""
		}
		return cfn.Format[cfn.Text]("arn:%s:%s:%s:*:%s", cfn.Partition(), cfn.Lit(service), cfn.Lit(region), cfn.Lit(resource))
	}
	own := policy.Allow("Own") // each action knows the resources of its own service only
	for _, o := range spec.OwnedOnly(p.Project, p.Scope) {
		own = own.Also(o.Actions...)
		for _, r := range o.Resources {
			own = own.On(arn(o.Service, r))
		}
	}
	return policy.Identity{
		// a boundary grants nothing: this is the outer limit of what the roles' own policies grant
		policy.Allow("Application", spec.CeilingAllows()...).On(cfn.Lit("*")),
		own,
		policy.Allow("OwnRoles", "sts:AssumeRole").On(arn("iam", "role"+spec.ApplicationPath(p.Project)+"*")),
		policy.Deny("NeverAccessParameters", "ssm:*").On(arn("ssm", "parameter"+p.ParameterPath()+(&Access{}).Name()+"/*")),
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

// at is where pipeline.yaml has an item of the application.
func (e *Environment) at(list string, index int) string {
	return fmt.Sprintf("environments[%d].application.%s[%d]", e.Index, list, index)
}
