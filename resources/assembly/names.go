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

// Dir gives access to the files of an output directory, to compare them byte for byte. Only the manifest is parsed, so Open accepts a directory
// with invalid templates, which [Read] rejects.
type Dir struct {
	// Format of the templates. YAML if there is no template.
	Format Format
	// Names of the files in the manifest, as in [File]. A file may be missing from the directory.
	Names []string

	root *os.Root
}

// Open opens dir, which must have the manifest of a completed [Write]. The caller closes it.
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

// open opens dir and reads its manifest. The caller closes the root.
func open(dir string) (*os.Root, *manifest, error) {
	root, err := os.OpenRoot(dir)
	switch p := new(fs.PathError); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, fmt.Errorf("the output directory %s does not exist; to write it, run: %s generate -o %s", dir, generator, shellWord(dir))
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
		return nil, fmt.Errorf("%s is not an output directory, because it has no %s; name a directory written by %s generate", dir, manifestName, generator)
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

// AdoptRelease sets the release of a, and the values of its release parameters, to those in the directory, so that a comparison ignores them.
// It leaves out files that cannot be read: they show as a difference.
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

// ReadFile returns the content of a regular file of at most 10 MB. The error wraps [os.ErrNotExist] if the file does not exist.
func (d *Dir) ReadFile(name string) ([]byte, error) { return readFile(d.root, name) }

// Close closes the directory.
func (d *Dir) Close() error { return d.root.Close() }
