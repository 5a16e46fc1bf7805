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

// manifest is manifest.json, the contract with whoever reads the directory.
type manifest struct {
	SchemaVersion int                `json:"schemaVersion"`
	Generator     string             `json:"generator"`
	Project       string             `json:"project"`
	Stacks        []manifestStack    `json:"stacks"`
	Pipelines     []manifestPipeline `json:"pipelines"`
	// Release is the file with the addresses of released code; empty where there is none.
	Release string `json:"release,omitempty"`
	// Unfinished are the files of a Write that has not come to its end; see there.
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
			Capabilities:          list(s.Capabilities),
			Tags:                  tags,
			DependsOn:             list(s.DependsOn),
			ReleaseParameters:     list(s.ReleaseParameters),
			UploadBucket:          s.UploadBucket,
			TerminationProtection: s.TerminationProtection,
			DeployedBy:            list(s.DeployedBy),
			Production:            s.Production,
		}
		for _, f := range s.FromOutputs {
			m.Stacks[i].OutputParameters = append(m.Stacks[i].OutputParameters, manifestParameter(f))
		}
	}
	for i, p := range a.Pipelines {
		m.Pipelines[i] = manifestPipeline{
			Name: p.Name, Stack: p.Stack, Account: p.Account, Region: p.Region, Branch: p.Branch, Environments: list(p.Environments),
			Controls: make([]manifestControl, len(p.Controls)),
		}
		for k, c := range p.Controls {
			m.Pipelines[i].Controls[k] = manifestControl(c)
			m.Pipelines[i].Controls[k].Before, m.Pipelines[i].Controls[k].After = list(c.Before), list(c.After)
		}
	}
	return m
}

// pipelines are those of the manifest, as building has them.
func (m *manifest) pipelines() []Pipeline {
	var all []Pipeline
	for _, p := range m.Pipelines {
		d := Pipeline{Name: p.Name, Stack: p.Stack, Account: p.Account, Region: p.Region, Branch: p.Branch, Environments: nothing(p.Environments)}
		for _, c := range p.Controls {
			c.Before, c.After = nothing(c.Before), nothing(c.After)
			d.Controls = append(d.Controls, Control(c))
		}
		all = append(all, d)
	}
	return all
}

// list makes nothing an empty list, which JSON shows as [] and not as null.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

// nothing makes an empty list nil, as building has it.
func nothing[T any](items []T) []T {
	if len(items) == 0 {
		return nil
	}
	return items
}

// files are the names of all that the manifest calls its own, itself included.
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

// decodeManifest reads a manifest that anybody may have written: every name in what it returns is a safe one.
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
		return nil, fmt.Errorf("its schemaVersion is %d; this version of %s knows only %d", head.SchemaVersion, generator, schemaVersion)
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

// checkName says whether a manifest may name such a file: only what lies inside the directory, and what cannot be someone's
// program or settings.
func checkName(name string) error {
	extension := path.Ext(name)
	if !isLocal(name) || extension != ".yaml" && extension != ".json" || strings.EqualFold(name, manifestName) {
		return fmt.Errorf("it names the file %q: expected a relative path without .. of a .yaml or .json file", name)
	}
	return nil
}

// isLocal says whether name is a clean relative path with slashes that stays inside its directory, on any system.
func isLocal(name string) bool {
	return fs.ValidPath(name) && name != "." && !strings.ContainsAny(name, "\\:\x00") && filepath.IsLocal(name)
}

// jsonError says what is wrong with data and where, without the Go types that encoding/json's messages name.
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

func lineAt(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:min(int(offset), len(data))], []byte("\n"))
}
