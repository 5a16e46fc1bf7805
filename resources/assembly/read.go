package assembly

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// maxFile is the size in bytes of the largest file that is read: ten times the largest template.
const maxFile = 10 * limits.Template

// Read reads the assembly in the output directory dir. The files may have been edited, so it reads only regular files inside dir, of at most
// 10 MB. Parameters, tags and the stack policy are those of the configuration files, as for CodePipeline; all else is from the manifest.
func Read(dir string) (*Assembly, error) {
	root, m, err := open(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close() //nolint:errcheck // nothing was written

	inFile := func(name string, err error) error {
		var syntax *tree.SyntaxError
		name = filepath.Join(dir, filepath.FromSlash(name))
		if errors.As(err, &syntax) {
			return fmt.Errorf("%s:%w", name, err) // file:line:column: message
		}
		return fmt.Errorf("%s: %w", name, err)
	}
	var data []byte
	a := &Assembly{Project: m.Project}
	for i := range m.Stacks {
		s := m.Stacks[i].stack()
		format := YAML
		if path.Ext(m.Stacks[i].Template) == ".json" {
			format = JSON
		}
		a.Format = cmp.Or(a.Format, format) // the first template is never written by hand
		if data, err = readFile(root, m.Stacks[i].Template); err == nil {
			s.Template, err = tree.Parse(m.Stacks[i].Template, data)
		}
		if err != nil {
			return nil, inFile(m.Stacks[i].Template, err)
		}
		if format != a.Format || !bytes.Equal(data, format.encode(s.Template)) {
			s.Source = &Source{Format: format, Text: data}
		}
		if data, err = readFile(root, m.Stacks[i].Configuration); err == nil {
			err = s.configure(m.Stacks[i].Configuration, data)
		}
		if err != nil {
			return nil, inFile(m.Stacks[i].Configuration, err)
		}
		a.Stacks = append(a.Stacks, s)
	}
	if m.Release != "" {
		if data, err = readFile(root, m.Release); err == nil {
			a.Release, err = tree.Parse(m.Release, data)
		}
		if err != nil {
			return nil, inFile(m.Release, err)
		}
	}
	a.Pipelines = m.pipelines()
	return a, nil
}

// stack returns the stack with the values that the manifest has for it.
func (m *manifestStack) stack() Stack {
	s := Stack{
		Name:                  m.Name,
		Environment:           m.Environment,
		Account:               m.Account,
		Region:                m.Region,
		Path:                  strings.TrimSuffix(m.Template, path.Ext(m.Template)),
		Capabilities:          emptyToNil(m.Capabilities),
		DependsOn:             emptyToNil(m.DependsOn),
		ReleaseParameters:     emptyToNil(m.ReleaseParameters),
		UploadBucket:          m.UploadBucket,
		TerminationProtection: m.TerminationProtection,
		DeployedBy:            emptyToNil(m.DeployedBy),
		Production:            m.Production,
	}
	for _, p := range m.OutputParameters {
		s.FromOutputs = append(s.FromOutputs, FromOutput(p))
	}
	return s
}

// readFile reads a regular file of at most maxFile bytes. What it returns names no file.
func readFile(root *os.Root, name string) ([]byte, error) {
	info, err := statRegular(root, name)
	if err != nil {
		return nil, err
	}
	if info == nil {
		return nil, fmt.Errorf("there is no file %s: %w", name, fs.ErrNotExist)
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("it has %d bytes; the limit is %d", info.Size(), maxFile)
	}
	file, err := root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // nothing was written
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("it has more than %d bytes", maxFile)
	}
	return data, err
}

// statRegular returns the file info of a regular file that is not below a symbolic link. It returns nil if the file does not exist, and an error
// that wraps [ErrForeign] if the path is something else, which this package never creates.
func statRegular(root *os.Root, name string) (fs.FileInfo, error) {
	for i, r := range name {
		if r != '/' {
			continue
		}
		switch info, err := root.Lstat(filepath.FromSlash(name[:i])); {
		case os.IsNotExist(err):
			return nil, nil
		case err != nil:
			return nil, err
		case !info.IsDir():
			return nil, fmt.Errorf("%s is not a directory: %w", name[:i], ErrForeign)
		}
	}
	switch info, err := root.Lstat(filepath.FromSlash(name)); {
	case os.IsNotExist(err):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is not a regular file: %w", name, ErrForeign)
	default:
		return info, nil
	}
}
