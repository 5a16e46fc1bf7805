package cmd

import (
	"encoding/json"
	"fmt"
	"path/filepath"

	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
)

type verifyCommand struct {
	Dir    string `arg:"" help:"A directory that cfnpipe generate has written, perhaps edited since."`
	Output string `enum:"text,json,sarif" default:"text" placeholder:"text|json|sarif" help:"How to say what was found (default: ${default})."`
	Strict bool   `help:"Exit 1 for warnings, too."`
	Hops   bool   `help:"Draw every action hop by hop, also where all holds."`
}

// Validate is what kong calls before Run.
func (c *verifyCommand) Validate() error { return given("the argument <dir>", c.Dir) }

// Help is what verify --help says beyond the flags.
func (*verifyCommand) Help() string {
	return `Follows every run of every pipeline, hop by hop, as AWS would: who becomes which role, reads, decrypts and writes what, by the policies on both sides, and that nobody can who must not. ` +
		`Nothing but the directory is read, and nothing is called.

In CI, so that the findings stand beside the lines:

    cfnpipe verify out --output sarif > verify.sarif`
}

// Run proves the directory and says what does not hold.
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
