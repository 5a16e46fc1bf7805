package stages

import (
	"maps"
	"slices"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Release is a release parameter of a stack: its value is the address of a piece of code.
type Release struct {
	Parameter string
	Kind      CodeKind
	// Name of the function or repository.
	Name string
}

// Releaser is a stack with release parameters.
type Releaser interface{ Releases() []Release }

// Code lists all code that is published to the environment.
func (e *Environment) Code() []Code {
	var list []Code
	for i, f := range e.Functions {
		c := codeOf(f)
		c.At = e.at("functions", i) + ".source"
		list = append(list, c)
	}
	for i, r := range e.Repositories {
		if r.Context == "" {
			continue
		}
		c := imageOf(r)
		c.At = e.at("repositories", i) + ".context"
		list = append(list, c)
	}
	return list
}

// Code is a directory of the source repository with what else its content depends on. Where nothing of it changes, its address does not
// either, so that it is neither published nor deployed again.
type Code struct {
	// Kind is zip or image.
	Kind CodeKind
	// Name of the function or repository.
	Name string
	// Path of the directory, relative to the root of the source repository.
	Path         string
	Architecture spec.Architecture
	// Details are what the build that publishes has to know beside the path, as a map.
	Details *tree.Node
	// At is where pipeline.yaml says so, such as environments[0].application.functions[1].source; empty where Go does.
	At string
	// Inputs are what the result depends on beside the files: commands, arguments, the architecture, in a fixed order.
	Inputs []string
}

// CodeKind is what code becomes.
type CodeKind string

// The kinds of code.
const (
	Zip   CodeKind = "zip"
	Image CodeKind = "image"
)

// codeOf is the code of a function.
func codeOf(f spec.Function) Code {
	return Code{
		Kind: Zip, Name: f.Name, Path: f.Source, Architecture: f.Architecture, Inputs: []string{f.Build, string(f.Architecture), f.Refresh},
		Details: tree.NewMap().Set("build", tree.Text(f.Build)),
	}
}

// imageOf is the code of a repository's image.
func imageOf(r spec.Repository) Code {
	inputs, arguments := []string{r.Dockerfile, string(r.Architecture), r.Refresh}, tree.NewMap()
	for _, name := range slices.Sorted(maps.Keys(r.BuildArguments)) {
		inputs = append(inputs, name, r.BuildArguments[name])
		arguments.Set(name, tree.Text(r.BuildArguments[name]))
	}
	platform := "linux/amd64"
	if r.Architecture == spec.ARM {
		platform = "linux/arm64"
	}
	return Code{
		Kind: Image, Name: r.Name, Path: r.Context, Architecture: r.Architecture, Inputs: inputs,
		Details: tree.NewMap().Set("dockerfile", tree.Text(r.Dockerfile)).Set("platform", tree.Text(platform)).Set("buildArguments", arguments),
	}
}

// Address of the code under a hash of its content: a key in the bucket of code, or a tag.
func (c Code) Address(hash string) string {
	if c.Kind == Image {
		return hash
	}
	return c.Name + "/" + hash + ".zip"
}
