package spec

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// Stack is one of the project's own: a template file as it is.
type Stack struct {
	// Name is the last part of the stack's name.
	Name string `yaml:"name"`
	// Template is the path of the file, YAML or JSON, from the directory of pipeline.yaml.
	Template string `yaml:"template"`
	// Parameters of the template: texts, or outputs of other stacks of the environment as STACK.OUTPUT, such as network.VpcId.
	Parameters map[string]string `yaml:"parameters"`
	// Permissions that deploying the template needs beyond what cfnpipe knows of its resource types.
	Permissions []Permission `yaml:"permissions"`
	Only        `yaml:",inline"`

	// Content of the file; Load reads it.
	Content []byte `yaml:"-"`
}

func (*Stack) shape() string { return "{ name: extras, template: infra/extras.yaml }" }

func (*Stack) stack() string { return "" }

// reservedStackNames are those of stacks that cfnpipe will make.
func reservedStackNames() []string {
	return strings.Fields("topics tables databases files events workflows sites secrets domains groups")
}

func (s *Stack) check(v *validator, path string, e *Environment) {
	at := join(path, "name")
	v.partName(at, s.Name, "a stack's", "extras", e, wholeName{"stack", s.Name, limits.StackName, "CloudFormation"})
	switch {
	case slices.Contains(StackNames(), s.Name), strings.HasPrefix(s.Name, AccessPoliciesPrefix):
		v.add(at, strconv.Quote(s.Name)+" is the name of a stack that cfnpipe makes", "choose another")
	case slices.Contains(reservedStackNames(), s.Name):
		v.add(at, fmt.Sprintf("the name %q is reserved for a stack that a later version of cfnpipe makes", s.Name), "choose another")
	}
	const example = "infra/extras.yaml"
	if file := join(path, "template"); v.given(file, s.Template, "write the path of the file from the directory of pipeline.yaml, such as "+example) {
		checkPathBelow(v, file, s.Template, "the directory of pipeline.yaml", example)
	}
	checkStackParameters(v, join(path, "parameters"), s.Parameters)
	checkPermissions(v, join(path, "permissions"), "a template", s.Permissions, filledIn)
}

func checkStackParameters(v *validator, path string, parameters map[string]string) {
	const most, mostName, mostValue = limits.Parameters, limits.ParameterName, limits.ParameterValue
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

// readTemplates of the application's own stacks, below the directory of pipeline.yaml, each once.
func (s *Spec) readTemplates(directory string) []*Error {
	read := map[string]template{}
	var root *os.Root
	var errs []*Error
	for i := range s.Environments {
		stacks := s.Environments[i].Application.Stacks
		for k := range stacks {
			name := stacks[k].Template
			if !isPlain(name) || !isBelow(name) || isBlank(name) || len(name) > maxPath {
				continue // said elsewhere
			}
			if root == nil {
				var err error
				if root, err = os.OpenRoot(directory); err != nil {
					return append(errs, &Error{File: s.file, Problem: Problem{Message: "its directory cannot be read: " + reason(err)}, cause: err})
				}
				defer root.Close() //nolint:errcheck // only read from
			}
			t, ok := read[name]
			if !ok {
				t = readTemplate(root, name)
				read[name] = t
			}
			stacks[k].Content = t.content
			if t.problem.Message != "" {
				p := t.problem
				p.Path = join(index(join(join(index("environments", i), "application"), "stacks"), k), "template")
				e := s.locate(p)
				e.cause = t.cause
				errs = append(errs, e)
			}
		}
	}
	return errs
}

// template is a file, or what is wrong with it.
type template struct {
	content []byte
	problem Problem
	cause   error
}

func readTemplate(root *os.Root, name string) template {
	bad := func(cause error, message, hint string) template {
		return template{problem: Problem{Message: message, Hint: hint}, cause: cause}
	}
	cannot := func(err error) template {
		return bad(err, "cannot be read: "+reason(err), "the file, and what it is a link to, must stand below the directory of pipeline.yaml")
	}
	info, err := root.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return bad(err, "there is no such file", "write its path from the directory of pipeline.yaml")
	case err != nil:
		return cannot(err)
	case info.IsDir():
		return bad(nil, "is a directory", "name a file")
	case !info.Mode().IsRegular():
		return bad(nil, "is a pipe or device", "name a regular file")
	}
	f, err := root.Open(name)
	if err != nil {
		return cannot(err)
	}
	defer f.Close() //nolint:errcheck // only read from
	content, err := io.ReadAll(io.LimitReader(f, limits.Template+1))
	switch {
	case err != nil:
		return cannot(err)
	case len(content) > limits.Template:
		return bad(nil, fmt.Sprintf("has %d bytes, CloudFormation allows %d", max(info.Size(), limits.Template+1), limits.Template),
			"put a part of it into another stack")
	}
	return template{content: content}
}
