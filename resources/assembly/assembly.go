// Package assembly is the output directory: the stacks of a system, and everything that is needed to deploy them.
//
// A project is built into an [Assembly]. [Assembly.Files] renders its files, [Write] writes them into a directory, and [Read] reads the
// directory back into an equal Assembly. [Assembly.Commands] returns the deployments in order.
package assembly

import (
	"slices"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Assembly is all stacks and pipelines of a system, either built from pipeline.yaml or read from a directory.
type Assembly struct {
	Project string
	// Stacks in deployable order.
	Stacks    []Stack
	Pipelines []Pipeline
	// Release is the content of release.json: where each piece of code is published and what it is built from, by environment, by "code" or
	// "images", and by name. Nil if the assembly was rendered without a release.
	Release *tree.Node
	// Format of the templates.
	Format Format
}

// Deployer deploys a stack: the operator, who runs deploy.sh, or the pipeline.
type Deployer string

// The deployers.
const (
	Operator Deployer = "operator"
	Pipe     Deployer = "pipeline"
)

// Toolchain is used in place of the name of an environment for the stacks of the toolchain. No environment can have this name.
const Toolchain = "toolchain"

// Stack is one CloudFormation stack.
type Stack struct {
	Name string
	// Environment is "" for a stack of the toolchain.
	Environment string
	Account     string
	Region      string
	// Path of the template in the output directory, without extension, such as dev/access.
	Path     string
	Template *tree.Node
	// Source is the text of a template that was written by hand; nil for a template that is rendered from Template.
	Source *Source
	// Parameters are all template parameters that have a value, in the order of the template: all except those in FromOutputs, and release
	// parameters without a value yet.
	Parameters []Parameter
	// FromOutputs are the parameters whose value is an output of a stack in another region. It is read when this stack is deployed.
	FromOutputs []FromOutput
	// Capabilities such as CAPABILITY_NAMED_IAM.
	Capabilities []string
	Tags         map[string]string
	// StackPolicy is the stack policy in the template configuration, which CodePipeline sets; nil leaves the policy unchanged.
	StackPolicy *tree.Node
	// UploadBucket is a bucket in the account and region of the stack that exists before the stack. A template that is too large for the
	// request is uploaded to it. If empty, the operator has to name a bucket.
	UploadBucket string
	// DependsOn are the names of the stacks that must be deployed before this one.
	DependsOn []string
	// ReleaseParameters are the names of the parameters with addresses of code, which a release fills in.
	ReleaseParameters     []string
	TerminationProtection bool
	DeployedBy            []Deployer
	// Production is true for a stack of an environment of type prod, and of a pipeline that deploys to one. deploy.sh deletes such a stack only
	// with --recreate.
	Production bool
}

// Source is the text of a template that is copied unchanged.
type Source struct {
	Format Format
	Text   []byte
}

// TemplateFile returns the path of the stack's template in an output directory of the given format.
func (s *Stack) TemplateFile(format Format) string {
	if s.Source != nil {
		format = s.Source.Format
	}
	return s.Path + format.extension()
}

// ConfigurationFile returns the path of the file with the stack's parameters and tags in the output directory.
func (s *Stack) ConfigurationFile() string { return s.Path + configExtension }

// templateFile renders the stack's template for an output directory of the given format.
func (s *Stack) templateFile(format Format) File {
	text := format.encode
	if s.Source != nil {
		text = func(*tree.Node) []byte { return s.Source.Text }
	}
	return File{Name: s.TemplateFile(format), Data: text(s.Template)}
}

// Parameter is a template parameter's value.
type Parameter struct{ Name, Value string }

// FromOutput is a template parameter whose value is the output of another stack of the assembly, in the same account.
type FromOutput struct{ Parameter, Stack, Output string }

// Pipeline is one CodePipeline of the system.
type Pipeline struct {
	Name         string
	Stack        string
	Account      string
	Region       string
	Branch       string
	Environments []string
	// Controls are the approvals and steps of a run, in its order.
	Controls []Control
}

// ControlKind is what a control is.
type ControlKind string

// The kinds of controls.
const (
	Approval ControlKind = "approval"
	Step     ControlKind = "step"
)

// Control is what a run has to pass before it goes on: an approval, or a step such as a test. The manifest lists those that the system was built with,
// so that whoever reads the directory sees that one is missing from the pipeline's template, or comes too late.
type Control struct {
	Kind ControlKind
	// Stage and Action are where it is in the pipeline, RunOrder is its place among the actions of the stage.
	Stage, Action string
	RunOrder      int
	// Project is the CodeBuild project of a step; empty for an approval.
	Project string
	// Before are the environments and the stacks that the run changes only after it; After are those that it changes before.
	Before, After []string
}

// environment returns the name by which deploy.sh selects the stack: its environment, or [Toolchain].
func (s *Stack) environment() string {
	if s.Environment == "" {
		return Toolchain
	}
	return s.Environment
}

// hasValue reports whether the parameter has a value.
func (s *Stack) hasValue(parameter string) bool {
	return slices.ContainsFunc(s.Parameters, func(p Parameter) bool { return p.Name == parameter })
}

// outputStack returns the stack whose output is the value of f, a parameter of the i-th stack. If several stacks have the name, it prefers the
// one in another region. It returns nil if the stack is not unique.
func (a *Assembly) outputStack(i int, f FromOutput) *Stack {
	s := &a.Stacks[i]
	var elsewhere, here []*Stack
	for j := range a.Stacks[:i] {
		switch o := &a.Stacks[j]; {
		case o.Name != f.Stack || o.Account != s.Account:
		case o.Region == s.Region:
			here = append(here, o)
		default:
			elsewhere = append(elsewhere, o)
		}
	}
	for _, found := range [][]*Stack{elsewhere, here} {
		if len(found) == 1 {
			return found[0]
		}
		if len(found) > 1 {
			return nil
		}
	}
	return nil
}
