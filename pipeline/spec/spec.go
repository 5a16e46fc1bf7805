// Package spec is pipeline.yaml as plain Go structs, with the position of every value and what is wrong with it.
package spec

import (
	"slices"
	"strconv"
	"strings"
)

// Spec is a whole pipeline.yaml, with defaults filled in.
type Spec struct {
	// Project is the prefix of every name: lower-case letters, digits and single dashes, starting with a letter.
	Project string `yaml:"project"`
	// Toolchain is where the pipelines live.
	Toolchain Account `yaml:"toolchain"`
	Source    Source  `yaml:"source"`
	// Generator says which cfnpipe the Build action runs.
	Generator Generator `yaml:"generator"`
	// Environments in the order in which they are deployed.
	Environments []Environment `yaml:"environments"`
	// Pipelines; when none is given: one called "delivery", branch main, with all environments in order.
	Pipelines []Pipeline `yaml:"pipelines"`
	// MaxParallelBuilds is how many builds of a pipeline run side by side, 1 to 50. Default 1, the quota of a new account: CodeBuild
	// fails further builds instead of letting them wait. Other pipelines, and runs that overlap, count on top of it.
	MaxParallelBuilds int `yaml:"maxParallelBuilds"`
	// Steps of the pipelines: name one to add it, null drops it.
	Steps Steps `yaml:"steps"`
	// ToolchainStack is what the environments share; the pipeline with the most protected environment deploys it.
	ToolchainStack ToolchainStack `yaml:"toolchainStack"`
	// Application as written, before overrides and placeholders and without the defaults that depend on the environment; what
	// an environment gets is in Environment.Application.
	Application Application `yaml:"application"`
	// Overrides by environment name: what differs from Application there. Lists merge by name, null drops. A list may be written
	// as a mapping from names to what differs (null drops the item). As written and without defaults: zero means absent.
	Overrides map[string]Application `yaml:"overrides"`
	// Tags on every stack, and so on every resource that takes tags.
	Tags map[string]string `yaml:"tags"`
	// PermissionsBoundary is the ARN of the boundary of application roles, in place of the one that the access stack makes.
	// Placeholders are filled in per account: see Environment.PermissionsBoundary and Account.PermissionsBoundary.
	PermissionsBoundary string `yaml:"permissionsBoundary"`
	// AccessBoundary is the ARN of the boundary of the roles of access stacks, for organizations that allow no role without one. Placeholders
	// are filled in per account: see Environment.AccessBoundary and Account.AccessBoundary. Default: they have none.
	AccessBoundary string `yaml:"accessBoundary"`
	// Keys says which KMS keys encrypt what the stacks hold: environment (the default), stack or aws.
	Keys Keys `yaml:"keys"`

	file      string              // as given to Load; "" when built in Go
	positions map[string]position // by path, such as environments[1].account
	failed    map[string]bool     // paths as written whose value could not be read
}

// Keys says which KMS keys encrypt what the stacks of an environment hold.
type Keys string

// The kinds of keys. Artifacts of pipelines and topics of alarms have a customer managed key with each: other accounts and alarms cannot
// use AWS's.
const (
	// EnvironmentKeys are two of each environment: one for logs, messages, images and code, one for data.
	EnvironmentKeys Keys = "environment"
	// StackKeys are one of each stack.
	StackKeys Keys = "stack"
	// AWSKeys are those that each service of AWS encrypts with when no other is named.
	AWSKeys Keys = "aws"
)

// DefaultMaxParallelBuilds is the quota of a new account.
const DefaultMaxParallelBuilds = 1

// DefaultKeys are few, and yet the project's own.
const DefaultKeys = EnvironmentKeys

func (s *Spec) setDefaults(Type) { s.MaxParallelBuilds, s.Keys = DefaultMaxParallelBuilds, DefaultKeys }

// Resolve fills in what a field takes from others where it is empty: the region of an environment from the toolchain, the
// default pipeline, the environments of a single pipeline, the commands and environments of tests, the handler of functions with a
// runtime of their own, and the rest that parts of an application take from each other; and permissions boundaries with their placeholders.
// Parse calls it.
// A Spec built in Go needs it before Validate; there it also fills in what has a default and is zero, but for publishing, which nil
// leaves out, and for the application: that is set in Environment.Application, without Overrides, and loses what is only for others.
func (s *Spec) Resolve() {
	if s.positions == nil {
		s.resolveGo()
	}
	s.Steps.resolve()
	for i := range s.Environments {
		if e := &s.Environments[i]; e.Region == "" {
			e.Region = s.Toolchain.Region
		}
	}
	s.resolveApproval()
	if len(s.Pipelines) == 0 {
		s.Pipelines = []Pipeline{DefaultPipeline()}
	}
	if len(s.Pipelines) == 1 && s.Pipelines[0].Environments == nil {
		for _, name := range s.environmentNames() {
			if !slices.Contains(s.Pipelines[0].Environments, name) { // a name that is there twice is a mistake, but none of the pipeline
				s.Pipelines[0].Environments = append(s.Pipelines[0].Environments, name)
			}
		}
	}
	for i := range s.Environments {
		s.resolveApplication(i)
	}
	s.dropIdleAPIs()
	s.resolveBoundaries(&s.Toolchain)
	for i := range s.Environments {
		s.resolveBoundaries(&s.Environments[i].Account)
	}
}

// resolveGo fills in the defaults that a file gets before it is read.
func (s *Spec) resolveGo() {
	fallback(&s.MaxParallelBuilds, DefaultMaxParallelBuilds)
	fallback(&s.Keys, DefaultKeys)
	fallback(&s.Source.File, defaultFile)
	fallback(&s.Steps.Synth, DefaultSteps().Synth)
	for _, step := range []*Step{
		s.Steps.Synth, s.Steps.InfrastructureTests, s.Steps.FunctionTests, s.Steps.IntegrationTests, s.Steps.AcceptanceTests,
	} {
		if step != nil {
			fallback(&step.TimeoutMinutes, defaultMinutes)
		}
	}
	if s.Steps.Publish != nil {
		fallback(&s.Steps.Publish.TimeoutMinutes, defaultPublishMinutes)
	}
	for i := range s.Steps.Own {
		fallback(&s.Steps.Own[i].TimeoutMinutes, defaultMinutes)
	}
	for i := range s.Pipelines {
		p := &s.Pipelines[i]
		fallback(&p.Branch, DefaultPipeline().Branch)
		fallback(&p.Mode, DefaultPipeline().Mode)
	}
	for i := range s.Environments {
		e := &s.Environments[i]
		if e.Approval != nil {
			fallback(&e.Approval.TimeoutMinutes, defaultApproval)
		}
		e.Application.leaveOut(s, e)
	}
}

func fallback[T comparable](value *T, otherwise T) {
	if *value == *new(T) {
		*value = otherwise
	}
}

func (s *Spec) environmentNames() []string {
	names := make([]string, len(s.Environments))
	for i, e := range s.Environments {
		names[i] = e.Name
	}
	return names
}

// Validate says everything that is wrong with s, in no particular order; nothing when it can be built. It expects a Spec
// that was resolved. Parse calls it.
func (s *Spec) Validate() []Problem {
	v := &validator{spec: s, names: map[string]string{}, known: map[listOf]map[string]bool{}, images: map[*Environment]map[string]Repository{}}
	checkProject(v)
	checkToolchain(v)
	checkSource(v)
	checkGenerator(v)
	checkEnvironments(v)
	checkPipelines(v)
	v.between("maxParallelBuilds", s.MaxParallelBuilds, 1, 50, "builds")
	checkSteps(v)
	checkToolchainStack(v)
	checkLimits(v)
	checkTags(v, "tags", v.spec.Tags)
	checkBoundary(v, "permissionsBoundary", v.spec.PermissionsBoundary)
	checkBoundary(v, "accessBoundary", v.spec.AccessBoundary)
	oneOfThese(v, "keys", s.Keys, EnvironmentKeys, StackKeys, AWSKeys)
	if s.positions == nil && len(s.Overrides) > 0 {
		v.add("overrides", "have no effect in a Spec that is built in Go", "set Environment.Application")
	}
	return v.problems
}

func checkProject(v *validator) {
	const hint = "use lower-case letters, digits and single dashes, beginning with a letter, such as shop"
	p := v.spec.Project
	if !v.given("project", p, hint) {
		return
	}
	if !isProject(p) {
		v.add("project", strconv.Quote(shorten(p))+" cannot begin the names of stacks, roles and buckets", hint)
		return
	}
	if prefix := reservedBucketPrefix(p + "-"); prefix != "" {
		v.add("project", "S3 reserves bucket names that begin with "+prefix, "choose another project name")
	}
	for _, prefix := range []string{"aws", "ssm"} {
		if strings.HasPrefix(p, prefix) {
			v.add("project", "SSM reserves parameter names that begin with /"+prefix, "choose another project name")
		}
	}
}

// isProject matches [a-z][a-z0-9]*(-[a-z0-9]+)*.
func isProject(p string) bool {
	last := '-' // as if a dash went before, so that none can come first
	for i, r := range p {
		if i == 0 && !isLower(r) || !isLower(r) && !isDigit(r) && (r != '-' || last == '-') {
			return false
		}
		last = r
	}
	return last != '-'
}
