package spec

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/limits"
	"github.com/cfnpipe/cfnpipe/resources/names"
)

// ToolchainStack is what all environments share, in the toolchain account.
type ToolchainStack struct {
	// Parameters of SSM: names, which begin with /<project>/ but not with the ParameterPath of an environment, a pipeline or the
	// toolchain, and their texts. Placeholders are not filled in here.
	Parameters map[string]string `yaml:"parameters"`
	// Repositories of images that every environment may pull.
	Repositories []SharedRepository `yaml:"repositories"`
}

func (*ToolchainStack) shape() string { return "{ repositories: [{ name: base }] }" }

// SharedRepository is a repository of images in the toolchain account.
type SharedRepository struct {
	// Name is the last part of the repository's name: see Name, with the scope toolchain.
	Name string `yaml:"name"`
}

func (*SharedRepository) shape() string { return "{ name: base }" }

func checkToolchain(v *validator) {
	v.spec.Toolchain.checkAccount(v, "toolchain")
}

func checkToolchainStack(v *validator) {
	const path = "toolchainStack"
	checkParameters(v, join(path, "parameters"))
	repositories := v.spec.ToolchainStack.Repositories
	names := make([]string, len(repositories))
	for i, r := range repositories {
		at := index(join(path, "repositories"), i)
		names[i] = r.Name
		checkRepositoryName(v, join(at, "name"), ToolchainScope, r.Name)
	}
	v.uniqueNames(join(path, "repositories"), names)
}

func checkParameters(v *validator, path string) {
	parameters := v.spec.ToolchainStack.Parameters
	ids := map[string]string{} // logical id to the first name that gives it
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		at := join(path, name)
		checkParameterName(v, at, name)
		checkParameterValue(v, at, parameters[name])
		id := names.LogicalID(name)
		if first, taken := ids[id]; taken && id != "" {
			v.add(at, fmt.Sprintf("gives the logical id %s, and so does %q", shorten(id), shorten(first)), "logical ids are letters and digits alone: choose another name")
			continue
		}
		ids[id] = name
	}
}

func checkParameterName(v *validator, at, name string) {
	const mostLevels = 15 // SSM
	const most = limits.SSMParameterARN
	home := v.spec.Toolchain
	top := "/" + v.spec.Project + "/"
	arn := fmt.Sprintf("arn:%s:ssm:%s:%s:parameter%s", home.Partition(), home.Region, home.Account, name)
	levels := strings.Split(strings.TrimPrefix(name, "/"), "/")
	switch {
	case !only(name, "_.-/"):
		v.add(at, "the name has characters other than letters, digits and _ . - /", "write one such as /shop/version")
	case isProject(v.spec.Project) && !strings.HasPrefix(name, top):
		v.add(at, "does not begin with "+shorten(top), "write "+shorten(top+strings.TrimPrefix(name, "/")))
	case slices.Contains(levels, ""):
		v.add(at, "the name has an empty part", "write one slash between two parts and none at the end")
	case len(levels) > mostLevels:
		v.add(at, fmt.Sprintf("the name has %d levels, SSM allows %d", len(levels), mostLevels), "")
	case len(arn) > most:
		v.add(at, fmt.Sprintf("the name has %d characters with its ARN, SSM allows %d", len(arn), most), fmt.Sprintf("shorten it by %d", len(arn)-most))
	case len(levels) > 2 && v.isScope(levels[1]):
		v.add(at, fmt.Sprintf("is below %s, where cfnpipe's own stacks put their outputs", ParameterPath(v.spec.Project, levels[1])), "choose another path below "+top)
	}
}

func (v *validator) isScope(name string) bool {
	_, taken := v.names[name]
	return taken || name == ToolchainScope
}

func checkParameterValue(v *validator, at, value string) {
	const most = limits.SSMParameterText
	what, hint := refused(value)
	switch {
	case value == "":
		v.add(at, "has no value", "SSM wants at least one character")
	case len(value) > most:
		v.add(at, fmt.Sprintf("the value has %d bytes, SSM allows %d", len(value), most), fmt.Sprintf("shorten it by %d", len(value)-most))
	case what != "":
		v.add(at, "holds "+what, hint)
	case strings.Contains(value, "{{"):
		v.add(at, "the value holds "+strconv.Quote("{{")+", which SSM reads as a reference and refuses", "leave it out")
	}
}
