package cmd

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
)

type checkCommand struct {
	input
	Dir string `arg:"" help:"An output directory of generate."`
}

// Run compares byte for byte, in the format that the directory has.
func (c *checkCommand) Run(s *session) error {
	old, err := assembly.Read(c.Dir)
	if err != nil {
		return err
	}
	_, files, err := c.render(s, old.Format)
	if err != nil {
		return err
	}
	oldFiles, err := old.Files(old.Format)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(c.Dir)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // only read from
	differs := false
	for _, f := range files {
		have, err := root.ReadFile(f.Name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if d := diff.Diff(c.Dir+"/"+f.Name, have, "rendered/"+f.Name, f.Data); !bytes.Equal(have, f.Data) {
			differs = true
			if _, err := s.stdout.Write(d); err != nil {
				return err
			}
		}
	}
	for _, f := range oldFiles {
		if !slices.ContainsFunc(files, func(n assembly.File) bool { return n.Name == f.Name }) {
			differs = true
			fmt.Fprintf(s.stdout, "%s/%s is no longer rendered\n", c.Dir, f.Name)
		}
	}
	if differs {
		fmt.Fprintf(s.stderr, "%s is not what %s renders to; accept the differences with: cfnpipe generate -c %s -o %s\n", c.Dir, c.Config, c.Config, c.Dir)
		return errNo
	}
	return nil
}
