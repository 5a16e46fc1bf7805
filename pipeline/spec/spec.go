// Package spec is pipeline.yaml as plain Go structs, with the position of every value and what is wrong with it.
package spec

import "slices"

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

// Account is one account in one region.
type Account struct {
	// Account number: 12 digits.
	Account string `yaml:"account"`
	Region  string `yaml:"region"`
	// PermissionsBoundary and AccessBoundary are those of Spec with this account's placeholders filled in; "" when there is none.
	PermissionsBoundary string `yaml:"-"`
	AccessBoundary      string `yaml:"-"`
}

// Source is the repository that the pipelines read, through AWS CodeConnections.
type Source struct {
	// Connection is the ARN of the connection, made by hand in the toolchain account and region.
	Connection string `yaml:"connection"`
	// Repository as owner/name.
	Repository string `yaml:"repository"`
	// File is the path of pipeline.yaml in the repository. Default pipeline.yaml.
	File string `yaml:"file"`
}

// Generator says which cfnpipe the Build action runs. It is read from the checked-out pipeline.yaml at every run, so that a
// push can upgrade it. At most one of the two is set; neither means the latest version.
type Generator struct {
	// Version of cfnpipe as a Go module version, such as v0.1.0.
	Version string `yaml:"version"`
	// Command to run in place of cfnpipe, such as go run ./cmd/infra; it gets the same arguments.
	Command string `yaml:"command"`
}

// Type of an environment sets the defaults of everything in it.
type Type string

// The types of environments.
const (
	Dev  Type = "dev"
	Test Type = "test"
	Prod Type = "prod"
)

// Environment is one stage of the application: an account and a region.
type Environment struct {
	// Name matches [a-z][a-z0-9]*; environments and pipelines share one name space.
	Name    string `yaml:"name"`
	Type    Type   `yaml:"type"`
	Account `yaml:",inline"`
	// Label is a word for people, 64 characters at most: it stands in the descriptions and tags of the environment's stacks.
	Label string `yaml:"label"`
	// Tags of the environment's stacks beside those of the project; where both have a key, these hold.
	Tags map[string]string `yaml:"tags"`
	// Approval before the environment is deployed: true, or what it says. Nil: nobody is asked.
	Approval *Approval `yaml:"approval"`
	// Application is Spec.Application with this environment's overrides merged and its placeholders filled in.
	Application Application `yaml:"-"`
}

// Pipeline deploys a branch to environments.
type Pipeline struct {
	// Name matches [a-z][a-z0-9]*; environments and pipelines share one name space.
	Name string `yaml:"name"`
	// Branch is what a push to starts a run. Default main.
	Branch string `yaml:"branch"`
	// Environments by name, in the order of deployment. Default: all. An environment belongs to one pipeline.
	Environments []string `yaml:"environments"`
	// Operators are the ARNs of roles of the toolchain account that may start, stop and approve runs; they get a managed policy. Roles of
	// IAM Identity Center cannot have policies attached: name none, and add the policy to their permission set.
	Operators []string `yaml:"operators"`
	// Mode is superseded (a newer run overtakes a waiting one; the default) or queued.
	Mode Mode `yaml:"mode"`
}

// Mode is how runs of one pipeline meet.
type Mode string

// The modes of a pipeline. PARALLEL is not among them: two runs would deploy one stack at a time.
const (
	Superseded Mode = "superseded"
	Queued     Mode = "queued"
)

// Steps of every pipeline. A step that is not named is not there; one that is named has defaults for what it does not say.
type Steps struct {
	// Synth renders the templates. Its commands run before that; it cannot be dropped.
	Synth *Step `yaml:"synth"`
	// InfrastructureTests and FunctionTests check a commit before anything of it is deployed. InfrastructureTests get the rendered templates, too,
	// in the directory $CODEBUILD_SRC_DIR_Templates.
	InfrastructureTests *Step `yaml:"infrastructureTests"`
	FunctionTests       *Step `yaml:"functionTests"`
	// Publish builds code and images. It has no commands of its own; null leaves publishing to somebody else.
	Publish *Step `yaml:"publish"`
	// IntegrationTests check an environment after its deployment, with its test role. By default those of type dev.
	IntegrationTests *Step `yaml:"integrationTests"`
	// AcceptanceTests check an environment after its integration tests, with its test role. By default those of type dev and test.
	AcceptanceTests *Step `yaml:"acceptanceTests"`
	// Approval before environments that do not say for themselves whether they want one: by default those of type test and prod.
	Approval *ApprovalStep `yaml:"approval"`
	// Own steps of the project.
	Own []Step `yaml:"own"`
}

// ApprovalStep is an approval before several environments.
type ApprovalStep struct {
	Approval `yaml:",inline"`
	Only     `yaml:",inline"`
}

// Step is a build that runs commands on the checked-out source.
type Step struct {
	// Name of an own step: lower-case letters, digits and dashes between them, beginning with a letter; the steps that cfnpipe knows have
	// theirs.
	Name string `yaml:"name"`
	// Before or After which step an own step runs: one of synth (after only), infrastructureTests, functionTests, publish, deploy,
	// integrationTests, acceptanceTests, whether or not that one is there. Exactly one of the two is set.
	Before string `yaml:"before"`
	After  string `yaml:"after"`
	// Commands run one after the other in the root of the repository, by bash; the first that fails fails the step. Default for tests: make
	// with the step's name, such as make integration-tests. Only synth can do without.
	Commands []string `yaml:"commands"`
	// Image of the build container; default is CodeBuild's own. It has bash; for synth also Go, and perl with YAML::XS, which reads the
	// generator from the checked-out pipeline.yaml; for publish aws, jq, zip and docker.
	Image string `yaml:"image"`
	// Runtimes of CodeBuild's own image by their names and versions, such as python: "3.13".
	Runtimes map[string]string `yaml:"runtimes"`
	// Environment variables; no secrets. With Secrets, 5,000 characters together.
	Environment map[string]string `yaml:"environment"`
	// Secrets are environment variables from Secrets Manager in the toolchain account and region: the ARN of a secret, perhaps with a JSON
	// key behind a #. Those of publish reach the build commands of functions, and no build of an image.
	Secrets map[string]string `yaml:"secrets"`
	// SecretKeys are the ARNs of the customer managed keys, if any, that encrypt the secrets, in the toolchain region. The build's role decrypts
	// with them, through Secrets Manager only; the policies of keys in other accounts must admit it.
	SecretKeys []string `yaml:"secretKeys"`
	// TimeoutMinutes of the build, 5 to 2160 (CodeBuild quotas). Default 30; of publish 60.
	TimeoutMinutes int `yaml:"timeoutMinutes,minutes"`
	// Reports are the JUnit files that the commands of tests and own steps write, as patterns below the root of the repository. Default
	// **/junit*.xml.
	Reports []string `yaml:"reports"`
	// Permissions beyond the step's own: of the environment's test role where the step runs after a deployment, else of the build's role.
	Permissions []Permission `yaml:"permissions"`
	// Only says in which environments a step that runs there does so.
	Only `yaml:",inline"`
}

// Permission allows actions on resources.
type Permission struct {
	// Actions such as dynamodb:GetItem; a star only behind a service and the beginning of an action.
	Actions []string `yaml:"actions"`
	// Resources by ARN, which may have stars. {environment} and the other placeholders stand for the environment's; before any environment,
	// {account}, {region} and {project} for the toolchain's.
	Resources []string `yaml:"resources"`
	// Reason why a resource is "*", every one of every account, such as that the actions know no resource; required there.
	Reason string `yaml:"reason,literal"`
}

// Only limits a part to some environments: those named, and those of the given types. Both empty: all, or what is said to be the default.
type Only struct {
	Environments []string `yaml:"environments"`
	Types        []Type   `yaml:"types"`
}

// Holds says whether the part is in an environment.
func (o Only) Holds(e Environment) bool {
	return !o.isLimit() || slices.Contains(o.Environments, e.Name) || slices.Contains(o.Types, e.Type)
}

// Approval is somebody's approval before an environment is deployed, after the tests of the one before.
type Approval struct {
	// Text that the approver reads, 600 characters at most; the commit is added. Default: what is about to be deployed, and where.
	Text string `yaml:"text"`
	// TimeoutMinutes after which the run fails, 5 to 86400 (CodePipeline quotas). Default 10080, a week.
	TimeoutMinutes int `yaml:"timeoutMinutes,minutes"`
	// Topic is the ARN of an SNS topic in the toolchain account and region that is told. Empty: nobody is.
	Topic string `yaml:"topic"`
	// Key is the ARN of the customer managed key, if any, that encrypts the topic. The pipeline's role uses it through SNS only.
	Key string `yaml:"key"`
	// AfterChangeSet asks when the change sets are made, so that they can be looked at. Stacks that read what others of the same deployment
	// write get theirs later, and are asked for again.
	AfterChangeSet bool `yaml:"afterChangeSet"`
}

// ToolchainStack is what all environments share, in the toolchain account.
type ToolchainStack struct {
	// Parameters of SSM: names, which begin with /<project>/ but not with the ParameterPath of an environment, a pipeline or the
	// toolchain, and their texts. Placeholders are not filled in here.
	Parameters map[string]string `yaml:"parameters"`
	// Repositories of images that every environment may pull.
	Repositories []SharedRepository `yaml:"repositories"`
}

// SharedRepository is a repository of images in the toolchain account.
type SharedRepository struct {
	// Name is the last part of the repository's name: see Name, with the scope toolchain.
	Name string `yaml:"name"`
}
