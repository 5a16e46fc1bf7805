package assembly

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
)

const (
	schemaVersion = 1
	generator     = "cfnpipe"
)

// manifest is the content of manifest.json, which programs read: its fields must not change.
type manifest struct {
	SchemaVersion int                `json:"schemaVersion"`
	Generator     string             `json:"generator"`
	Project       string             `json:"project"`
	Stacks        []manifestStack    `json:"stacks"`
	Pipelines     []manifestPipeline `json:"pipelines"`
	// Release is the name of the file with the addresses of released code; empty without a release.
	Release string `json:"release,omitempty"`
	// Unfinished are the files of an interrupted [Write].
	Unfinished []string `json:"unfinished,omitempty"`
}

type manifestStack struct {
	Name                  string              `json:"name"`
	Environment           string              `json:"environment"`
	Account               string              `json:"account"`
	Region                string              `json:"region"`
	Template              string              `json:"template"`
	Configuration         string              `json:"configuration"`
	Capabilities          []string            `json:"capabilities"`
	Tags                  map[string]string   `json:"tags"`
	DependsOn             []string            `json:"dependsOn"`
	ReleaseParameters     []string            `json:"releaseParameters"`
	OutputParameters      []manifestParameter `json:"outputParameters,omitempty"`
	UploadBucket          string              `json:"uploadBucket,omitempty"`
	TerminationProtection bool                `json:"terminationProtection"`
	DeployedBy            []Deployer          `json:"deployedBy"`
	Production            bool                `json:"production,omitempty"`
}

type manifestParameter struct {
	Parameter string `json:"parameter"`
	Stack     string `json:"stack"`
	Output    string `json:"output"`
}

type manifestPipeline struct {
	Name         string            `json:"name"`
	Stack        string            `json:"stack"`
	Account      string            `json:"account"`
	Region       string            `json:"region"`
	Branch       string            `json:"branch"`
	Environments []string          `json:"environments"`
	Controls     []manifestControl `json:"controls"`
}

type manifestControl struct {
	Kind     ControlKind `json:"kind"`
	Stage    string      `json:"stage"`
	Action   string      `json:"action"`
	RunOrder int         `json:"runOrder"`
	Project  string      `json:"project,omitempty"`
	Before   []string    `json:"before"`
	After    []string    `json:"after"`
}

func (a *Assembly) manifest(templates []File) manifest {
	m := manifest{
		SchemaVersion: schemaVersion,
		Generator:     generator,
		Project:       a.Project,
		Stacks:        make([]manifestStack, len(a.Stacks)),
		Pipelines:     make([]manifestPipeline, len(a.Pipelines)),
	}
	if a.Release != nil {
		m.Release = releaseName
	}
	for i := range a.Stacks {
		s := &a.Stacks[i]
		tags := s.Tags
		if tags == nil {
			tags = map[string]string{}
		}
		m.Stacks[i] = manifestStack{
			Name:                  s.Name,
			Environment:           s.Environment,
			Account:               s.Account,
			Region:                s.Region,
			Template:              templates[i].Name,
			Configuration:         s.Path + configExtension,
			Capabilities:          nilToEmpty(s.Capabilities),
			Tags:                  tags,
			DependsOn:             nilToEmpty(s.DependsOn),
			ReleaseParameters:     nilToEmpty(s.ReleaseParameters),
			UploadBucket:          s.UploadBucket,
			TerminationProtection: s.TerminationProtection,
			DeployedBy:            nilToEmpty(s.DeployedBy),
			Production:            s.Production,
		}
		for _, f := range s.FromOutputs {
			m.Stacks[i].OutputParameters = append(m.Stacks[i].OutputParameters, manifestParameter(f))
		}
	}
	for i, p := range a.Pipelines {
		m.Pipelines[i] = manifestPipeline{
			Name: p.Name, Stack: p.Stack, Account: p.Account, Region: p.Region, Branch: p.Branch, Environments: nilToEmpty(p.Environments),
			Controls: make([]manifestControl, len(p.Controls)),
		}
		for k, c := range p.Controls {
			m.Pipelines[i].Controls[k] = manifestControl(c)
			m.Pipelines[i].Controls[k].Before, m.Pipelines[i].Controls[k].After = nilToEmpty(c.Before), nilToEmpty(c.After)
		}
	}
	return m
}

// pipelines returns the pipelines of the manifest.
func (m *manifest) pipelines() []Pipeline {
	var all []Pipeline
	for _, p := range m.Pipelines {
		d := Pipeline{Name: p.Name, Stack: p.Stack, Account: p.Account, Region: p.Region, Branch: p.Branch, Environments: emptyToNil(p.Environments)}
		for _, c := range p.Controls {
			c.Before, c.After = emptyToNil(c.Before), emptyToNil(c.After)
			d.Controls = append(d.Controls, Control(c))
		}
		all = append(all, d)
	}
	return all
}

// nilToEmpty returns an empty list for nil, so that JSON has [] and not null.
func nilToEmpty[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

// emptyToNil returns nil for an empty list, as in an assembly that was just built.
func emptyToNil[T any](items []T) []T {
	if len(items) == 0 {
		return nil
	}
	return items
}

// files returns the names of all files that cfnpipe wrote according to the manifest, including manifest.json.
func (m *manifest) files() []string {
	names := make([]string, 0, 2*len(m.Stacks)+2+len(m.Unfinished))
	for i := range m.Stacks {
		names = append(names, m.Stacks[i].Template, m.Stacks[i].Configuration)
	}
	if m.Release != "" {
		names = append(names, m.Release)
	}
	return append(append(names, m.Unfinished...), deployName, manifestName)
}

// decodeManifest parses a manifest, which may have been edited: it returns an error if a file name is not safe to read, write or delete.
func decodeManifest(data []byte) (*manifest, error) {
	var head struct {
		SchemaVersion int    `json:"schemaVersion"`
		Generator     string `json:"generator"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, jsonError(data, err)
	}
	switch {
	case head.Generator != generator:
		return nil, ErrForeign
	case head.SchemaVersion != schemaVersion:
		return nil, fmt.Errorf("its schemaVersion is %d; this version of %s reads only %d", head.SchemaVersion, generator, schemaVersion)
	}
	m := &manifest{}
	if err := json.Unmarshal(data, m); err != nil {
		return nil, jsonError(data, err)
	}
	for i := range m.Stacks {
		s := &m.Stacks[i]
		extension := path.Ext(s.Template)
		if err := checkName(s.Template); err != nil {
			return nil, err
		}
		if want := strings.TrimSuffix(s.Template, extension) + configExtension; s.Configuration != want {
			return nil, fmt.Errorf("the configuration of template %s must be %s, not %q", s.Template, want, s.Configuration)
		}
	}
	for _, name := range m.Unfinished {
		if err := checkName(name); name != deployName && name != manifestName && err != nil {
			return nil, err
		}
	}
	return m, nil
}

// checkName returns an error unless name is a file inside the directory and ends in .yaml or .json: Write must not replace other files, such
// as programs, because a manifest names them.
func checkName(name string) error {
	extension := path.Ext(name)
	if !isLocal(name) || extension != ".yaml" && extension != ".json" || strings.EqualFold(name, manifestName) {
		return fmt.Errorf("it names the file %q: expected a relative path to a .yaml or .json file, without any parent directory", name)
	}
	return nil
}

// isLocal reports whether name is a clean relative path with slashes that stays inside its directory, on any operating system.
func isLocal(name string) bool {
	return fs.ValidPath(name) && name != "." && !strings.ContainsAny(name, "\\:\x00") && filepath.IsLocal(name)
}

// jsonError returns err with its line in data, without the Go types that the messages of encoding/json contain.
func jsonError(data []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("line %d: not valid JSON: %w", lineAt(data, syntax.Offset), err)
	case errors.As(err, &kind):
		return fmt.Errorf("line %d: %s cannot be a JSON %s", lineAt(data, kind.Offset), kind.Field, kind.Value)
	}
	return errors.New(strings.TrimPrefix(err.Error(), "json: "))
}

// lineAt returns the line of a byte in data, from 1.
func lineAt(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:min(int(offset), len(data))], []byte("\n"))
}
