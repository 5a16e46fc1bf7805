package assembly

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// Selection is which stacks to deploy.
type Selection struct {
	// All takes the stacks that the pipeline deploys, too. Else only those that the operator deploys.
	All bool
	// Environments limits it to these; [Toolchain] stands for the toolchain. None means all.
	Environments []string
}

// Command is the deployment of one stack: `aws cloudformation deploy` and what belongs to it.
type Command struct {
	Stack *Stack
	// Template is its file in the output directory.
	Template string
	// NeedsBucket says that the template is too large to be sent with the request.
	NeedsBucket bool
	// Outputs must be read first.
	Outputs []Output
	// Unknown are the release parameters that have no value.
	Unknown []string
	// Operator says that the stack is the operator's to deploy, and not only the pipeline's.
	Operator bool
	// Protect says that termination protection must be switched on afterwards.
	Protect bool
	// Pipeline says that it is the stack of a pipeline, which starts when it is created.
	Pipeline bool
}

// Output is another stack's output that becomes a parameter.
type Output struct{ Parameter, Stack, Region, Output string }

// Commands are the deployments of the selected stacks, in deployable order.
func (a *Assembly) Commands(selection Selection, format Format) ([]Command, error) {
	if err := cmp.Or(format.check(), a.check()); err != nil {
		return nil, err
	}
	known := a.environments()
	for _, name := range selection.Environments {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("unknown environment %q; there are %s", name, strings.Join(known, ", "))
		}
	}
	templates := make([]File, len(a.Stacks))
	for i := range a.Stacks {
		templates[i] = a.Stacks[i].file(format)
	}
	return slices.DeleteFunc(a.commands(templates), func(c Command) bool {
		return !selection.All && !c.Operator ||
			len(selection.Environments) > 0 && !slices.Contains(selection.Environments, c.Stack.environment())
	}), nil
}

// environments are the toolchain and the environments, as they come up.
func (a *Assembly) environments() []string {
	var names []string
	for i := range a.Stacks {
		if name := a.Stacks[i].environment(); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// commands are the deployments of all stacks. The assembly has passed its checks.
func (a *Assembly) commands(templates []File) []Command {
	commands := make([]Command, len(a.Stacks))
	for i := range a.Stacks {
		s := &a.Stacks[i]
		c := Command{Stack: s, Template: templates[i].Name, NeedsBucket: len(templates[i].Data) > limits.InlineTemplate}
		c.Operator = slices.Contains(s.DeployedBy, Operator)
		c.Protect = c.Operator && s.TerminationProtection
		c.Pipeline = slices.ContainsFunc(a.Pipelines, func(p Pipeline) bool { return s.isAt(Stack{Name: p.Stack, Account: p.Account, Region: p.Region}) })
		for _, f := range s.FromOutputs {
			source := a.source(i, f)
			c.Outputs = append(c.Outputs, Output{Parameter: f.Parameter, Stack: source.Name, Region: source.Region, Output: f.Output})
		}
		for _, name := range s.ReleaseParameters {
			if !s.knows(name) {
				c.Unknown = append(c.Unknown, name)
			}
		}
		commands[i] = c
	}
	return commands
}

// Plan is the commands as shell text to be read, or pasted line by line. Template files are named below dir.
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
			"  --template-file " + word(path.Join(dir, c.Template)),
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

// buildQuota is what to know before several pipelines of one account run (quotas of CodeBuild: as low as one in new accounts).
const buildQuota = `Each pipeline starts when it is created, and a new account may run one build at a time: where another pipeline's build
runs, CodePipeline fails with "Cannot have more than 1 builds in queue for the account". Retry its stage then. For more, ask AWS,
under Service Quotas, CodeBuild, for more "Concurrently running builds for Linux/Small environment" (and ARM/Small for
arm64 images) in the account and region of the pipelines.`

// pipelinesStart is a comment on the first of several pipelines, if the i-th command is that.
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

// accessOrder is a comment on the stacks that only an operator deploys: when to deploy them depends on what a change does.
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
# When a change adds resource types, deploy them before the push: the pipeline stops where they do not cover it.
# When a change removes some, deploy them after the pipeline is done: until then it has to delete what leaves.
# A change that does both is two pushes. No pipeline deletes a whole stack that leaves: delete it by hand before you deploy them.

`, strings.Join(names, ", "))
}

// groupHeading is the comment above the i-th command if it is the first of several in one account.
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

// options are the lines of the command that hold data, from --capabilities on. Every parameter is passed: the aws command
// keeps an existing stack's old value otherwise, and its version 1 reads no file. The value of an output is what expansion says.
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

// quote makes s one word of a shell, whatever is in it.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// word quotes s only if it must be.
func word(s string) string {
	if s != "" && s[0] != '-' && madeOf(s, "-_./") {
		return s
	}
	return quote(s)
}
