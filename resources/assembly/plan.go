package assembly

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// Selection selects the stacks to deploy.
type Selection struct {
	// All includes the stacks that the pipeline deploys. Default: only those that the operator deploys.
	All bool
	// Environments to deploy to, [Toolchain] among them. Default: all.
	Environments []string
}

// Command is the deployment of one stack with `aws cloudformation deploy`.
type Command struct {
	Stack *Stack
	// Template is the path of the template in the output directory.
	Template string
	// NeedsBucket is true for a template that is too large for the request, and must be uploaded to a bucket.
	NeedsBucket bool
	// Outputs of other stacks to read before the deployment.
	Outputs []Output
	// Unknown are the release parameters without a value.
	Unknown []string
	// Operator is true for a stack that the operator deploys, even if the pipeline deploys it too.
	Operator bool
	// Protect is true if termination protection must be enabled after the deployment.
	Protect bool
	// Pipeline is true for the stack of a pipeline, which starts when it is created.
	Pipeline bool
}

// Output is an output of another stack that is the value of a parameter.
type Output struct{ Parameter, Stack, Region, Output string }

// Commands returns the deployments of the selected stacks, in order.
func (a *Assembly) Commands(selection Selection, format Format) ([]Command, error) {
	if err := cmp.Or(format.check(), a.check()); err != nil {
		return nil, err
	}
	environments := a.environments()
	for _, name := range selection.Environments {
		if !slices.Contains(environments, name) {
			return nil, fmt.Errorf("unknown environment %q; choose one of %s", name, strings.Join(environments, ", "))
		}
	}
	templates := make([]File, len(a.Stacks))
	for i := range a.Stacks {
		templates[i] = a.Stacks[i].templateFile(format)
	}
	return slices.DeleteFunc(a.commands(templates), func(c Command) bool {
		return !selection.All && !c.Operator ||
			len(selection.Environments) > 0 && !slices.Contains(selection.Environments, c.Stack.environment())
	}), nil
}

// environments returns the names of the toolchain and the environments, in the order of the stacks.
func (a *Assembly) environments() []string {
	var names []string
	for i := range a.Stacks {
		if name := a.Stacks[i].environment(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// commands returns the deployments of all stacks. The assembly must have passed check.
func (a *Assembly) commands(templates []File) []Command {
	commands := make([]Command, len(a.Stacks))
	for i := range a.Stacks {
		s := &a.Stacks[i]
		c := Command{Stack: s, Template: templates[i].Name, NeedsBucket: len(templates[i].Data) > limits.InlineTemplate}
		c.Operator = slices.Contains(s.DeployedBy, Operator)
		c.Protect = c.Operator && s.TerminationProtection
		c.Pipeline = slices.ContainsFunc(a.Pipelines, func(p Pipeline) bool { return s.isSame(Stack{Name: p.Stack, Account: p.Account, Region: p.Region}) })
		for _, f := range s.FromOutputs {
			source := a.outputStack(i, f)
			c.Outputs = append(c.Outputs, Output{Parameter: f.Parameter, Stack: source.Name, Region: source.Region, Output: f.Output})
		}
		for _, name := range s.ReleaseParameters {
			if !s.hasValue(name) {
				c.Unknown = append(c.Unknown, name)
			}
		}
		commands[i] = c
	}
	return commands
}

// Plan returns the commands as shell text, to read or to paste command by command. The paths of the template files begin with dir.
func Plan(commands []Command, dir string) string {
	var b strings.Builder
	b.WriteString(accessOrder(commands))
	for i, c := range commands {
		if heading := groupHeading(commands, i); heading != "" {
			b.WriteString(heading + "\n\n")
		}
		b.WriteString(pipelinesStart(commands, i))
		for j, o := range c.Outputs {
			fmt.Fprintf(&b, "%s=$(aws cloudformation describe-stacks --stack-name %s --region %s \\\n"+
				`  --query "Stacks[].Outputs[] | [?OutputKey=='%s'].OutputValue" --output text)`+"\n",
				outputVariable(j), o.Stack, o.Region, o.Output)
		}
		lines := []string{
			"aws cloudformation deploy",
			"  --stack-name " + c.Stack.Name,
			"  --template-file " + shellWord(path.Join(dir, c.Template)),
			"  --region " + c.Stack.Region,
		}
		switch {
		case c.NeedsBucket && c.Stack.UploadBucket != "":
			lines = append(lines, "  --s3-bucket "+c.Stack.UploadBucket)
		case c.NeedsBucket:
			lines = append(lines, fmt.Sprintf(`  --s3-bucket "${S3_BUCKET:?a bucket in %s for %s, which is larger than 51,200 bytes}"`, c.Stack.Region, c.Template))
		}
		lines = append(lines, c.options("  ", func(i int, o Output) string {
			return fmt.Sprintf("${%s:?stack %s in %s has no output %s}", outputVariable(i), o.Stack, o.Region, o.Output)
		})...)
		b.WriteString(strings.Join(append(lines, "  --no-fail-on-empty-changeset"), " \\\n") + "\n")
		if c.Protect {
			fmt.Fprintf(&b, "aws cloudformation update-termination-protection --enable-termination-protection \\\n  --stack-name %s --region %s\n",
				c.Stack.Name, c.Stack.Region)
		}
		if i+1 < len(commands) {
			b.WriteString("\n")
		}
	}
	return b.String()
}

// buildQuota explains what happens if several pipelines of one account run at once: the CodeBuild quota of concurrent builds of a new account
// can be 1.
const buildQuota = `Each pipeline starts when it is created, and a new account may run only one build at a time. If a build of another pipeline
is running, the stage fails with "Cannot have more than 1 builds in queue for the account": retry the stage. To run more builds
at once, request an increase of the quota "Concurrently running builds for Linux/Small environment" (and ARM/Small for arm64
images) in Service Quotas, under CodeBuild, in the account and region of the pipelines.`

// pipelinesStart returns a comment about the build quota if the i-th command deploys the first of several pipelines, else "".
func pipelinesStart(commands []Command, i int) string {
	others := 0
	for j, c := range commands {
		if c.Pipeline && j < i {
			return ""
		}
		if c.Pipeline && j > i {
			others++
		}
	}
	if !commands[i].Pipeline || others == 0 {
		return ""
	}
	return "# " + strings.ReplaceAll(buildQuota, "\n", "\n# ") + "\n\n"
}

// accessOrder returns a comment that lists the stacks only an operator deploys, and when to deploy them: it depends on the change.
func accessOrder(commands []Command) string {
	var names []string
	for _, c := range commands {
		if c.Operator && !slices.Contains(c.Stack.DeployedBy, Pipe) {
			names = append(names, c.Stack.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return fmt.Sprintf(`# Only an operator deploys %s.
# If a change adds resource types, deploy them before the push: without the new permissions, the pipeline fails.
# If a change removes resource types, deploy them after the pipeline has finished: it needs the old permissions to delete the resources.
# If a change does both, make two pushes. No pipeline deletes a stack that you remove: delete it by hand before you deploy them.

`, strings.Join(names, ", "))
}

// groupHeading returns the comment above the i-th command if it is the first in its account, else "".
func groupHeading(commands []Command, i int) string {
	account := commands[i].Stack.Account
	if i > 0 && commands[i-1].Stack.Account == account {
		return ""
	}
	var names []string
	for ; i < len(commands) && commands[i].Stack.Account == account; i++ {
		if name := commands[i].Stack.environment(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return fmt.Sprintf("# account %s (%s)", account, strings.Join(names, ", "))
}

// options returns the lines of the command with the options from --capabilities on. They pass every parameter, because the aws command keeps
// the old value of an existing stack otherwise, and cannot read parameters from a file in version 1. expansion returns the shell text for the
// value of an output.
func (c *Command) options(indent string, expansion func(int, Output) string) []string {
	var lines []string
	if len(c.Stack.Capabilities) > 0 {
		lines = append(lines, indent+"--capabilities "+strings.Join(c.Stack.Capabilities, " "))
	}
	if len(c.Stack.Parameters)+len(c.Outputs)+len(c.Unknown) > 0 {
		lines = append(lines, indent+"--parameter-overrides")
	}
	for _, p := range c.Stack.Parameters {
		lines = append(lines, indent+"  "+quote(p.Name+"="+p.Value))
	}
	for i, o := range c.Outputs {
		lines = append(lines, fmt.Sprintf(`%s  "%s=%s"`, indent, o.Parameter, expansion(i, o)))
	}
	for _, name := range c.Unknown {
		lines = append(lines, fmt.Sprintf(`%s  "%s=${release_%s:?a release parameter: %s generate --release writes its value to %s%s}"`,
			indent, name, name, generator, c.Stack.Path, configExtension))
	}
	if len(c.Stack.Tags) > 0 {
		lines = append(lines, indent+"--tags")
	}
	for _, key := range sortedKeys(c.Stack.Tags) {
		lines = append(lines, indent+"  "+quote(key+"="+c.Stack.Tags[key]))
	}
	return lines
}

func outputVariable(i int) string { return fmt.Sprintf("output%d", i+1) }

// quote returns s in single quotes, as one word of a shell command.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// shellWord returns s as one word of a shell command, quoted if necessary.
func shellWord(s string) string {
	if s != "" && s[0] != '-' && hasOnly(s, "-_./") {
		return s
	}
	return quote(s)
}
