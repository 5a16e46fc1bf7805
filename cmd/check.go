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
	Dir string `arg:"" help:"A directory written by cfnpipe generate, as YAML or JSON."`
}

// Validate requires a directory; kong calls it before Run.
func (c *checkCommand) Validate() error {
	return cmp.Or(c.input.Validate(), requireValue("the argument <dir>", c.Dir))
}

// Help returns the text that check --help prints above the flags.
func (*checkCommand) Help() string {
	return `Prints a unified diff to stdout, from the files in the directory to what generate would write. check writes no file. ` +
		`It ignores the values of release parameters, and files that cfnpipe did not write.

In CI, for templates that you commit:

    cfnpipe check templates`
}

// Run compares the directory byte for byte with the rendered files, in the format of the directory.
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
	for _, name := range dir.Names { // files that generate would remove
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
	fmt.Fprintf(s.stderr, "%s differs from what %s renders to: %s. To accept the changes, run:\n  %s\n",
		c.Dir, c.Config, differ, c.acceptCommand(program(generator), dir.Format))
	return errNo
}

// compare returns the unified diff of one file, or nil if the file is up to date. A file that exists on one side only is compared with /dev/null,
// as in patches.
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

// acceptCommand returns the shell command that brings the directory up to date.
func (c *checkCommand) acceptCommand(program string, format assembly.Format) string {
	command := program + " generate -c " + shellWord(c.Config) + " -o " + shellWord(c.Dir)
	if format != assembly.YAML {
		command += " --format " + string(format)
	}
	return command
}

// shellWord returns s as one word of a shell command, quoted if necessary.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_./@:+,", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
