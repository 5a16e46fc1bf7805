package cmd

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
)

type verifyCommand struct {
	Dir    string `arg:"" help:"A directory written by cfnpipe generate; edited templates are checked as they are."`
	Output string `enum:"text,json,sarif" default:"text" placeholder:"text|json|sarif" help:"Format of the findings (default: ${default})."`
	Strict bool   `help:"Exit 1 for warnings too, not only for errors."`
	Hops   bool   `help:"Show every permission check, including those that pass."`
}

// Validate requires a directory; kong calls it before Run.
func (c *verifyCommand) Validate() error { return requireValue("the argument <dir>", c.Dir) }

// Help returns the text that verify --help prints above the flags.
func (*verifyCommand) Help() string {
	return `Follows every run of every pipeline: which role is assumed, and what it reads, decrypts and writes. For each call, it evaluates the policies of the role and of the resource as AWS would. ` +
		`It also checks that no other principal has access. verify reads only the directory and calls no AWS service.

In CI, to show the findings next to the lines of a pull request:

    cfnpipe verify out --output sarif > verify.sarif`
}

// Run verifies the directory and prints the findings. It returns errNo if one of them is an error, with --strict also for warnings.
func (c *verifyCommand) Run(s *session) error {
	a, err := assembly.Read(c.Dir)
	if err != nil {
		return err
	}
	r := verify.Verify(a)
	switch c.Output {
	case "json":
		findings := r.Findings
		if findings == nil {
			findings = []verify.Finding{}
		}
		err = s.writeJSON(findings)
	case "sarif":
		err = s.writeJSON(r.SARIF(version(), c.Dir))
	default:
		err = r.Text(s.stdout, filepath.ToSlash(c.Dir), c.Hops)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.stderr, "%s: %s\n", c.Dir, r.Summary())
	if r.Errors() > 0 || c.Strict && len(r.Findings) > 0 {
		return errNo
	}
	return nil
}

func (s *session) writeJSON(v any) error {
	e := json.NewEncoder(s.stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
