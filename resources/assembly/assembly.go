// Package assembly is the output directory: the stacks of a system with all that a deployment of them needs.
//
// Building gives an [Assembly]; [Assembly.Files] renders it, [Write] puts the files in place and [Read] brings back the same
// value. [Assembly.Commands] is the plan: what an operator has to deploy, in order.
package assembly

import (
	"slices"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Assembly is a whole system. It is the same value whether it was just built or read from a directory.
type Assembly struct {
	Project string
	// Stacks in deployable order.
	Stacks    []Stack
	Pipelines []Pipeline
	// Release says where each piece of code is published and what it is built from, by environment, code or images, and name. Nil where
	// the assembly was rendered without a release.
	Release *tree.Node
	// Format of the templates: that for which it was built, or of the directory that it was read from.
	Format Format
}

// Deployer is who deploys a stack.
type Deployer string

// The deployers.
const (
	Operator Deployer = "operator"
	Pipe     Deployer = "pipeline"
)

// Toolchain is what the toolchain's stacks go by where others go by their environment. No environment may have this name.
const Toolchain = "toolchain"

// Stack is one CloudFormation stack.
type Stack struct {
	Name string
	// Environment is "" in the toolchain.
	Environment string
	Account     string
	Region      string
	// Path is the template's file in the output directory without its extension, such as dev/access.
	Path     string
	Template *tree.Node
	// Source is the template's text where it was written by hand; nil where it is rendered from Template.
	Source *Source
	// Parameters is every template parameter but the release parameters and those in FromOutputs, in the template's order.
	// A release parameter is among them once its value is known.
	Parameters []Parameter
	// FromOutputs are parameters whose value is another stack's output in another region, known only when that is deployed.
	FromOutputs []FromOutput
	// Capabilities such as CAPABILITY_NAMED_IAM.
	Capabilities []string
	Tags         map[string]string
	// StackPolicy is the policy that CodePipeline sets with the template's configuration; nil leaves it alone.
	StackPolicy *tree.Node
	// UploadBucket is a bucket in the stack's account and region that is there before the stack: a template that is too large to be sent
	// with the request goes through it. Empty: whoever deploys names one.
	UploadBucket string
	// DependsOn names the stacks that must be there before.
	DependsOn []string
	// ReleaseParameters name the parameters whose values are known only when code was built.
	ReleaseParameters     []string
	TerminationProtection bool
	DeployedBy            []Deployer
	// Production says that the stack belongs to an environment of type prod, or to a pipeline that deploys to one: deploy.sh deletes nothing of it
	// unless it is asked to.
	Production bool
}

// Source is a text that is copied as it is.
type Source struct {
	Format Format
	Text   []byte
}

// TemplateFile is the name of the stack's template in a directory with templates of a format.
func (s *Stack) TemplateFile(format Format) string {
	if s.Source != nil {
		format = s.Source.Format
	}
	return s.Path + format.extension()
}

// ConfigurationFile is the name of the file with the stack's parameters.
func (s *Stack) ConfigurationFile() string { return s.Path + configExtension }

// file is the stack's template in a directory with templates of a format.
func (s *Stack) file(format Format) File {
	text := format.encode
	if s.Source != nil {
		text = func(*tree.Node) []byte { return s.Source.Text }
	}
	return File{Name: s.TemplateFile(format), Data: text(s.Template)}
}

// Parameter is a template parameter's value.
type Parameter struct{ Name, Value string }

// FromOutput is a template parameter that takes the output of another stack of the assembly, in the same account.
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

// environment is what the stack goes by in a selection of environments.
func (s *Stack) environment() string {
	if s.Environment == "" {
		return Toolchain
	}
	return s.Environment
}

// knows says whether the parameter has a value.
func (s *Stack) knows(parameter string) bool {
	return slices.ContainsFunc(s.Parameters, func(p Parameter) bool { return p.Name == parameter })
}

// source is the stack whose output f takes: of several with that name, the one in another region than the i-th stack.
func (a *Assembly) source(i int, f FromOutput) *Stack {
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
