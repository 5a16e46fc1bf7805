package assembly

import (
	_ "embed" // the fixed part of deploy.sh
	"fmt"
	"strings"
)

//go:embed deploy.sh
var deployFunctions string

// deployScript returns deploy.sh: its functions, the checks before the first deployment, and one paragraph for each stack.
func (a *Assembly) deployScript(commands []Command) []byte {
	var b strings.Builder
	b.WriteString(deployFunctions)
	fmt.Fprintf(&b, "\nproject=%s\nknown=%s\nquota=%s\n\narguments \"$@\"\n",
		quote(a.Project), quote(strings.Join(a.environments(), " ")), quote(buildQuota))

	for _, c := range commands {
		if c.NeedsBucket && c.Stack.UploadBucket == "" {
			fmt.Fprintf(&b, "needs_bucket %s %s\n", c.selector(), c.Template)
		}
		if len(c.Unknown) > 0 {
			fmt.Fprintf(&b, "needs_release %s %s%s %s\n", c.selector(), c.Stack.Path, configExtension, strings.Join(c.Unknown, " "))
		}
	}
	for i, c := range commands {
		if heading := groupHeading(commands, i); heading != "" {
			b.WriteString("\n" + heading + "\n")
		}
		fmt.Fprintf(&b, "\nif begin %s %s %s %s%s; then\n", c.selector(), c.Stack.Account, c.Stack.Region, c.Stack.Name, c.productionArgument())
		for j, o := range c.Outputs {
			fmt.Fprintf(&b, "  %s=$(output %s %s %s)\n", outputVariable(j), o.Stack, o.Region, o.Output)
		}
		lines := []string{"  deploy " + c.Template}
		if c.NeedsBucket {
			lines = append(lines, fmt.Sprintf(`    --s3-bucket "${bucket:-%s}"`, c.Stack.UploadBucket))
		}
		c.Unknown = nil // needs_release stops the script if one is unknown
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

// productionArgument returns the argument of begin that makes deploy.sh delete the stack only with --recreate, else "".
func (c *Command) productionArgument() string {
	if c.Stack.Production {
		return " prod"
	}
	return ""
}

// selector returns the deployer and the environment of the stack, by which deploy.sh selects it.
func (c *Command) selector() string {
	deployer := Pipe
	if c.Operator {
		deployer = Operator
	}
	return string(deployer) + " " + c.Stack.environment()
}
