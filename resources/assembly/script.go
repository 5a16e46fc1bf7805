package assembly

import (
	_ "embed" // the fixed part of deploy.sh
	"fmt"
	"strings"
)

//go:embed deploy.sh
var deployFunctions string

// deployScript is deploy.sh: its functions, what a run needs before it starts, and one paragraph for each stack.
func (a *Assembly) deployScript(commands []Command) []byte {
	var b strings.Builder
	b.WriteString(deployFunctions)
	fmt.Fprintf(&b, "\nproject=%s\nknown=%s\nquota=%s\n\narguments \"$@\"\n",
		quote(a.Project), quote(strings.Join(a.environments(), " ")), quote(buildQuota))

	for _, c := range commands {
		if c.NeedsBucket && c.Stack.UploadBucket == "" {
			fmt.Fprintf(&b, "needs_bucket %s %s\n", c.who(), c.Template)
		}
		if len(c.Unknown) > 0 {
			fmt.Fprintf(&b, "needs_release %s %s%s %s\n", c.who(), c.Stack.Path, configExtension, strings.Join(c.Unknown, " "))
		}
	}
	for i, c := range commands {
		if heading := groupHeading(commands, i); heading != "" {
			b.WriteString("\n" + heading + "\n")
		}
		fmt.Fprintf(&b, "\nif begin %s %s %s %s%s; then\n", c.who(), c.Stack.Account, c.Stack.Region, c.Stack.Name, c.production())
		for j, o := range c.Outputs {
			fmt.Fprintf(&b, "  %s=$(output %s %s %s)\n", outputVariable(j), o.Stack, o.Region, o.Output)
		}
		lines := []string{"  deploy " + c.Template}
		if c.NeedsBucket {
			lines = append(lines, fmt.Sprintf(`    --s3-bucket "${bucket:-%s}"`, c.Stack.UploadBucket))
		}
		c.Unknown = nil // needs_release has stopped the script
		lines = append(lines, c.options("    ", func(i int, _ Output) string { return "$" + outputVariable(i) })...)
		b.WriteString(strings.Join(lines, " \\\n") + "\n")
		if c.Protect {
			b.WriteString("  protect\n")
		}
		if c.Pipeline {
			b.WriteString("  pipeline\n")
		}
		b.WriteString("fi\n")
	}
	b.WriteString("\nfinish\n")
	return []byte(b.String())
}

// production is the word that tells deploy.sh to delete nothing of the stack unless it is asked to.
func (c *Command) production() string {
	if c.Stack.Production {
		return " prod"
	}
	return ""
}

// who deploys the stack, and its environment: what deploy.sh selects by.
func (c *Command) who() string {
	deployer := Pipe
	if c.Operator {
		deployer = Operator
	}
	return string(deployer) + " " + c.Stack.environment()
}
