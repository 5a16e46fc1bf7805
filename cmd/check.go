package cmd

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
)

type checkCommand struct {
	input
	Dir string `arg:"" help:"A directory that cfnpipe generate has written, in the format that it has."`
}

// Validate is what kong calls before Run.
func (c *checkCommand) Validate() error {
	return cmp.Or(c.input.Validate(), given("the argument <dir>", c.Dir))
}

// Help is what check --help says beyond the flags.
func (*checkCommand) Help() string {
	return `Nothing is written. The values of release parameters do not count. The differences come as a unified diff on stdout, from what is in the directory to what it should be. ` +
		`Files of others in the directory do not count.

In CI, beside the templates that you commit:

    cfnpipe check templates`
}

// Run compares byte for byte, in the format that the directory has.
func (c *checkCommand) Run(s *session) error {
	dir, err := assembly.Open(c.Dir)
	if err != nil {
		return err
	}
	defer dir.Close() //nolint:errcheck // only read from
	a, generator, err := c.assemble(s, dir.Format, nil)
	if err != nil {
		return err
	}
	dir.AdoptRelease(a)
	files, err := a.Files(dir.Format)
	if err != nil {
		return err
	}
	for _, name := range dir.Names { // those that should be gone
		if !slices.ContainsFunc(files, func(f assembly.File) bool { return f.Name == name }) {
			files = append(files, assembly.File{Name: name})
		}
	}
	var diffs [][]byte
	for _, f := range files {
		d, err := c.compare(dir, f)
		if err != nil {
			return err
		}
		if len(d) > 0 {
			diffs = append(diffs, d)
		}
	}
	if len(diffs) == 0 {
		return nil
	}
	if _, err := s.stdout.Write(bytes.Join(diffs, nil)); err != nil {
		return err
	}
	differ := "1 file differs"
	if len(diffs) > 1 {
		differ = fmt.Sprintf("%d files differ", len(diffs))
	}
	fmt.Fprintf(s.stderr, "%s is not what %s renders to: %s. If this is what you want, accept it with:\n  %s\n",
		c.Dir, c.Config, differ, c.accept(program(generator), dir.Format))
	return errNo
}

// compare gives the unified diff of a file; nothing if it is as it should be. No file has no data and the name /dev/null, as in patches.
func (c *checkCommand) compare(dir *assembly.Dir, f assembly.File) ([]byte, error) {
	const none = "/dev/null"
	haveName, wantName := filepath.ToSlash(filepath.Join(c.Dir, f.Name)), "rendered/"+f.Name
	have, err := dir.ReadFile(f.Name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		haveName = none
	case err != nil:
		return nil, fmt.Errorf("cannot read %s: %w", haveName, err)
	}
	if f.Data == nil {
		wantName = none
	}
	return diff.Diff(haveName, have, wantName, f.Data), nil
}

// accept is the command that makes the directory what it should be.
func (c *checkCommand) accept(program string, format assembly.Format) string {
	command := program + " generate -c " + word(c.Config) + " -o " + word(c.Dir)
	if format != assembly.YAML {
		command += " --format " + string(format)
	}
	return command
}

// word makes s one word of a shell, in quotes if it needs them.
func word(s string) string {
	plain := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_./@:+,", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
