// Package spec is pipeline.yaml as plain Go structs, with the position of every value and what is wrong with it.
package spec

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

	file      string              // as given to Load; "" when built in Go
	positions map[string]position // by path, such as environments[1].account
}

// Account is one account in one region.
type Account struct {
	// Account number: 12 digits.
	Account string `yaml:"account"`
	Region  string `yaml:"region"`
	// PermissionsBoundary is Spec.PermissionsBoundary with this account's placeholders filled in; "" when there is none.
	PermissionsBoundary string `yaml:"-"`
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

// Application is what every environment gets, unless its overrides say otherwise.
type Application struct {
	Buckets []Bucket `yaml:"buckets"`
}

// Bucket is an S3 bucket of the application: encrypted, versioned, private.
type Bucket struct {
	// Name is part of the bucket's name: see BucketName.
	Name string `yaml:"name"`
	// ExpireDays after which current objects expire. Zero means never.
	ExpireDays int `yaml:"expireDays"`
	// NoncurrentDays after which replaced or deleted versions are removed. Default 30.
	NoncurrentDays int `yaml:"noncurrentDays"`
	// Removal is what becomes of the bucket when its stack goes. Default: delete in dev, else retain.
	Removal Removal `yaml:"removal"`
}

// Removal is what becomes of data when the stack that holds it goes.
type Removal string

// The removal policies.
const (
	Delete Removal = "delete"
	Retain Removal = "retain"
)
