package assembly

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// The files that every output directory has.
const (
	manifestName = "manifest.json"
	deployName   = "deploy.sh"
	releaseName  = "release.json"
)

// Format is the format of templates. The zero Format is YAML.
type Format string

// The formats.
const (
	YAML Format = "yaml"
	JSON Format = "json"
)

// check returns an error if the format is unknown.
func (f Format) check() error {
	if f == YAML || f == JSON || f == "" {
		return nil
	}
	return fmt.Errorf("unknown template format %q: choose %s or %s", string(f), YAML, JSON)
}

// extension returns the extension of a template file, with the dot.
func (f Format) extension() string {
	if f == JSON {
		return ".json"
	}
	return ".yaml"
}

func (f Format) encode(n *tree.Node) []byte {
	if f == JSON {
		return n.JSON()
	}
	return n.YAML()
}

// File is one file of the output directory.
type File struct {
	// Name is the path in the output directory, with slashes.
	Name       string
	Data       []byte
	Executable bool
}

// Files renders the files of the output directory: the template and configuration of each stack in the order of the stacks, then release.json
// if there is a release, deploy.sh, and manifest.json. The error joins a [*StackError] for each problem of a stack.
func (a *Assembly) Files(format Format) ([]File, error) {
	if err := cmp.Or(format.check(), a.check()); err != nil {
		return nil, err
	}
	files := make([]File, 0, 2*len(a.Stacks)+2)
	templates := make([]File, len(a.Stacks))
	var errs []error
	for i := range a.Stacks {
		s := &a.Stacks[i]
		templates[i] = s.templateFile(format)
		if size := len(templates[i].Data); size > limits.Template {
			errs = append(errs, &StackError{
				Stack:   s.Name,
				Message: fmt.Sprintf("its template has %d bytes; the CloudFormation limit is %d", size, limits.Template),
				Hint:    "split it into several stacks",
			})
		}
		files = append(files, templates[i], File{Name: s.Path + configExtension, Data: s.configuration().JSON()})
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	manifest, err := encodeJSON(a.manifest(templates))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", manifestName, err)
	}
	if a.Release != nil {
		files = append(files, File{Name: releaseName, Data: a.Release.JSON()})
	}
	return append(files,
		File{Name: deployName, Data: a.deployScript(a.commands(templates)), Executable: true},
		File{Name: manifestName, Data: manifest}), nil
}

// encodeJSON returns v as JSON, indented by two spaces, with <, > and & unescaped.
func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
