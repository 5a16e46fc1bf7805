package spec

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// Type of an environment sets the defaults of everything in it.
type Type string

// The types of environments.
const (
	Dev  Type = "dev"
	Test Type = "test"
	Prod Type = "prod"
)

func types() []Type { return []Type{Dev, Test, Prod} }

// Environment is one stage of the application: an account and a region.
type Environment struct {
	// Name matches [a-z][a-z0-9]*; environments and pipelines share one name space.
	Name    string `yaml:"name"`
	Type    Type   `yaml:"type"`
	Account `yaml:",inline"`
	// Label is a word for people, 64 characters at most: it stands in the descriptions and tags of the environment's stacks.
	Label string `yaml:"label"`
	// Tags of the environment's stacks beside those of the project; where both have a key, these hold.
	Tags map[string]string `yaml:"tags"`
	// Approval before the environment is deployed: true, or what it says. Nil: nobody is asked.
	Approval *Approval `yaml:"approval"`
	// Application is Spec.Application with this environment's overrides merged and its placeholders filled in.
	Application Application `yaml:"-"`
}

func (*Environment) shape() string { return `{ name: dev, type: dev, account: "222222222222" }` }

func checkEnvironments(v *validator) {
	if len(v.spec.Environments) == 0 {
		v.add("environments", "there is none", "write at least one, with name, type and account")
	}
	for i := range v.spec.Environments {
		e := &v.spec.Environments[i]
		path := index("environments", i)
		v.scopeName(path, e.Name)
		e.checkAccount(v, path)
		checkPartition(v, join(path, "region"), e.Account)
		oneOfThese(v, join(path, "type"), e.Type, types()...)
		checkLabel(v, join(path, "label"), e.Label)
		if a := v.spec.Steps.Approval; a == nil || e.Approval == nil || *e.Approval != a.Approval {
			e.Approval.check(v, join(path, "approval")) // that of the steps is checked there
		}
		e.Application.check(v, join(path, "application"), e)
		checkEnvironmentTags(v, join(path, "tags"), e.Tags)
		checkOwnBuckets(v, join(path, "name"), e)
		checkOwnFunction(v, join(path, "name"), e)
	}
}

// isScope matches [a-z][a-z0-9]*.
func isScope(name string) bool {
	return name != "" && all(name, func(r rune) bool { return isLower(r) || isDigit(r) }) && isLower(rune(name[0]))
}

// scopeName checks the name of an environment or a pipeline.
func (v *validator) scopeName(path, name string) {
	const hint = "use lower-case letters and digits, beginning with a letter, such as dev"
	path = join(path, "name")
	if !v.given(path, name, hint) {
		return
	}
	switch first, taken := v.names[name]; {
	case !isScope(name):
		v.add(path, strconv.Quote(shorten(name))+" cannot stand in the middle of names", hint)
		return
	case name == "toolchain":
		v.add(path, `the name "toolchain" is reserved for what all environments share`, "choose another")
		return
	case taken:
		v.add(path, fmt.Sprintf("the name %q is taken by %s", shorten(name), first), "environments and pipelines share one name space: choose another")
		return
	}
	v.names[name] = path
	// Stacks (128 characters), pipelines (100) and CodeBuild projects (150) have more room than roles, and the other fixed roles
	// of an environment have shorter names. So has every other role of a pipeline, even that of the infrastructure tests: its
	// artifact bucket leaves project and pipeline together fewer than 40 characters.
	role := Name(v.spec.Project, name, ExecutionPart)
	if isProject(v.spec.Project) && len(role) > limits.RoleName {
		at, names := v.named(path)
		v.add(at, fmt.Sprintf("role names such as %s have %d characters, IAM allows %d", shorten(role), len(role), limits.RoleName),
			fmt.Sprintf("shorten %s by %d", names, len(role)-limits.RoleName))
	}
}

// checkLabel checks the text that is in tags and descriptions.
func checkLabel(v *validator, at, label string) {
	const most = 64 // characters; descriptions have room for more
	switch n := utf8.RuneCountInString(label); {
	case label == "":
	case isBlank(label) || !isTag(label):
		v.add(at, strconv.Quote(shorten(label))+" is not text of letters, digits, spaces and _ . : / = + - @", "it becomes a tag: write a word or two, such as Team sandbox")
	case n > most:
		v.add(at, fmt.Sprintf("has %d characters, at most %d are allowed", n, most), fmt.Sprintf("shorten it by %d", n-most))
	}
}
