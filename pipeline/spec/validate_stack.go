package spec

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// StackNames are those of the stacks that cfnpipe makes in an environment.
func StackNames() []string {
	return []string{"access", "batch", "bootstrap", "functions", "monitoring", NetworkPart, "services", "storage"}
}

func checkStacks(v *validator, path string, e *Environment) {
	names := make([]string, len(e.Application.Stacks))
	for i, s := range e.Application.Stacks {
		names[i] = s.Name
		at := index(path, i)
		v.partName(join(at, "name"), s.Name, "a stack's", "extras", e, wholeName{"stack", s.Name, 128, "CloudFormation"})
		if slices.Contains(StackNames(), s.Name) || strings.HasPrefix(s.Name, AccessPoliciesPrefix) {
			v.add(join(at, "name"), strconv.Quote(s.Name)+" is the name of a stack that cfnpipe makes", "choose another")
		}
		const example = "infra/extras.yaml"
		if file := join(at, "template"); v.given(file, s.Template, "write the path of the file from the directory of pipeline.yaml, such as "+example) {
			checkPathBelow(v, file, s.Template, "the directory of pipeline.yaml", example)
		}
		checkStackParameters(v, join(at, "parameters"), s.Parameters)
		checkPermissions(v, join(at, "permissions"), "a template", s.Permissions, filledIn)
	}
	v.uniqueNames(path, names)
}

func checkStackParameters(v *validator, path string, parameters map[string]string) {
	const most, mostName, mostValue = 200, 255, 4096 // of a template, characters of a name and bytes of a value, CloudFormation quotas
	if len(parameters) > most {
		v.add(path, fmt.Sprintf("has %d parameters, CloudFormation allows %d", len(parameters), most), "")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		at, value := join(path, name), parameters[name]
		if name == "" || !only(name, "") || len(name) > mostName {
			v.add(at, strconv.Quote(shorten(name))+" is no name of a parameter", fmt.Sprintf("use letters and digits, at most %d", mostName))
		}
		switch what, hint := refused(value); {
		case what != "":
			v.add(at, "holds "+what, hint)
		case len(value) > mostValue:
			v.add(at, fmt.Sprintf("has %d bytes, CloudFormation allows %d", len(value), mostValue), fmt.Sprintf("shorten it by %d", len(value)-mostValue))
		}
	}
}
