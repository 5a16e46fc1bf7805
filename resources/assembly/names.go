package assembly

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Dir is an output directory as it lies there, to be compared byte for byte: nothing but its manifest is parsed. So it also opens one
// whose templates somebody has edited into something that [Read] refuses.
type Dir struct {
	// Format of the templates. YAML if there are none.
	Format Format
	// Names of the files that the manifest calls its own, as in [File]; they need not be there.
	Names []string

	root *os.Root
}

// Open opens dir, which must have a manifest that a finished [Write] has left. The caller closes it.
func Open(dir string) (*Dir, error) {
	root, m, err := open(dir)
	if err != nil {
		return nil, err
	}
	d := &Dir{Format: YAML, Names: m.files(), root: root}
	if len(m.Stacks) > 0 && path.Ext(m.Stacks[0].Template) == ".json" {
		d.Format = JSON
	}
	return d, nil
}

func open(dir string) (*os.Root, *manifest, error) {
	root, err := os.OpenRoot(dir)
	switch p := new(fs.PathError); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, fmt.Errorf("there is no output directory %s; write it with: %s generate -o %s", dir, generator, word(dir))
	case errors.As(err, &p):
		return nil, nil, fmt.Errorf("cannot open the output directory %s: %w", dir, p.Err) // without the path, which p names too
	case err != nil:
		return nil, nil, fmt.Errorf("cannot open the output directory %s: %w", dir, err)
	}
	m, err := readManifest(root, dir)
	if err != nil {
		root.Close() //nolint:errcheck,gosec // nothing was written, and there is an error already
		return nil, nil, err
	}
	return root, m, nil
}

func readManifest(root *os.Root, dir string) (*manifest, error) {
	name := filepath.Join(dir, manifestName)
	data, err := readFile(root, manifestName)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s is no output directory: it has no %s; name one that %s generate has written", dir, manifestName, generator)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	m, err := decodeManifest(data)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case len(m.Unfinished) > 0:
		return nil, fmt.Errorf("%s: writing the directory was interrupted; run %s generate again", name, generator)
	}
	return m, nil
}

// AdoptRelease gives an assembly the release that the directory holds, if any, so that the two can be compared without it. What cannot be
// read is left out: it then shows as a difference.
func (d *Dir) AdoptRelease(a *Assembly) {
	if !slices.Contains(d.Names, releaseName) {
		return
	}
	data, err := d.ReadFile(releaseName)
	if err != nil {
		return
	}
	if a.Release, err = tree.ParseJSON(data); err != nil {
		return
	}
	for i := range a.Stacks {
		s := &a.Stacks[i]
		data, err := d.ReadFile(s.Path + configExtension)
		if err != nil {
			continue
		}
		configuration, err := tree.ParseJSON(data)
		if err != nil {
			continue
		}
		for _, name := range s.ReleaseParameters {
			if v := configuration.At("Parameters", name); v != nil {
				s.Parameters = append(s.Parameters, Parameter{Name: name, Value: v.Text})
			}
		}
	}
}

// ReadFile gives the bytes of a regular file of at most 10 MB. The error wraps [os.ErrNotExist] where there is none.
func (d *Dir) ReadFile(name string) ([]byte, error) { return readFile(d.root, name) }

// Close ends the use of d.
func (d *Dir) Close() error { return d.root.Close() }
