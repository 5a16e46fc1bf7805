package cfn

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Place is where a stack lives.
type Place struct {
	Project string
	// Scope is the environment or the pipeline that the stack belongs to; empty for what all of them share.
	Scope   string
	Account string
	Region  string
}

// ParameterPath is the SSM path under which the stacks of a place publish, ending in a slash.
func (p Place) ParameterPath() string {
	if p.Scope == "" {
		return "/" + p.Project + "/"
	}
	return "/" + p.Project + "/" + p.Scope + "/"
}

// Stack is what fills a template: one of cfnpipe's, or a project's own. It is a pointer: others name it by its identity.
type Stack interface {
	// Name is the last part of the stack's name, known before Build.
	Name() string
	// Build declares everything that is in the stack. What is wrong with a value is kept for Render; an error is for the rest.
	Build(t *Template) error
}

// Template is the template of one stack while it is being built.
type Template struct {
	// Place of the stack.
	Place Place
	// Description says what the stack is for and who deploys it; 1,024 bytes at most.
	Description string

	stack      Stack
	parameters []*parameter
	rules      *tree.Node
	conditions *tree.Node
	resources  []*Resource
	byID       map[string]*Resource
	outputs    *tree.Node
	// whole is the template that was imported; nil for one that is built. What is declared is laid over it.
	whole *tree.Node

	published map[string]published
	taken     []taken
	earlier   []*Template // deployed before, whatever is taken of them
	needs     []*Template

	mine     string  // what marks of this template carry
	values   []*expr // what they stand for
	fields   map[reflect.Type][]field
	problems []Problem
}

type parameter struct {
	name    string
	node    *tree.Node
	value   string // what a deployment passes
	source  ParameterSource
	foreign *Foreign
	// imported parameters keep their descriptions, and get no default where they had none.
	imported bool
}

// New is an empty template for a stack in a place.
func New(place Place, stack Stack) *Template {
	t := &Template{
		Place: place, stack: stack,
		rules: tree.NewMap(), conditions: tree.NewMap(), outputs: tree.NewMap(),
		byID: map[string]*Resource{}, published: map[string]published{}, fields: map[reflect.Type][]field{},
	}
	t.mine = t.Name() + markOwner
	return t
}

// Stack is what the template was made for.
func (t *Template) Stack() Stack { return t.stack }

// Name of the stack in its account: <project>-<scope>-<name>.
func (t *Template) Name() string {
	if t.Place.Scope == "" {
		return t.Place.Project + "-" + t.stack.Name()
	}
	return t.Place.Project + "-" + t.Place.Scope + "-" + t.stack.Name()
}

// Types of the resources in the template, sorted, each once.
func (t *Template) Types() []string {
	var types []string
	for _, r := range t.resources {
		types = append(types, r.kind)
	}
	slices.Sort(types)
	return slices.Compact(types)
}

// Capabilities that a deployment of the stack must acknowledge.
func (t *Template) Capabilities() []string {
	var list []string
	if t.expands() {
		list = append(list, "CAPABILITY_AUTO_EXPAND")
	}
	for _, r := range t.resources {
		if strings.HasPrefix(r.kind, "AWS::IAM::") {
			return append(list, "CAPABILITY_NAMED_IAM") // our roles have fixed names
		}
	}
	return list
}

// Fail adds a problem that a builder found, at a path below a resource or of the template.
func (t *Template) Fail(path, message, hint string) { t.fail(path, message, hint) }

// Failf is Fail with a message that is formatted; the hint comes before it and may be empty.
func (t *Template) Failf(path, hint, format string, args ...any) {
	t.fail(path, fmt.Sprintf(format, args...), hint)
}

func (t *Template) fail(path, message, hint string) {
	p := Problem{Path: path, Message: message, Hint: hint}
	if !slices.Contains(t.problems, p) {
		t.problems = append(t.problems, p)
	}
}

// ParameterSource says where a parameter's value comes from.
type ParameterSource uint8

// The sources of parameters.
const (
	// FromConfiguration: the value is known while building.
	FromConfiguration ParameterSource = iota
	// FromRelease: the value says which version of some code runs; it is no part of the committed templates.
	FromRelease
	// FromForeign: the value is the output of a stack in another region, known once that is deployed.
	FromForeign
)

// Parameter is what a deployment has to know of a template parameter.
type Parameter struct {
	Name    string
	Value   string // for FromConfiguration
	Source  ParameterSource
	Foreign *Foreign // for FromForeign
}

// Foreign is an output of a stack in another region of the same account.
type Foreign struct {
	// Stack is the full name of the stack.
	Stack  string
	Region string
	Output string
}

// Parameters in the order in which they were declared.
func (t *Template) Parameters() []Parameter {
	list := make([]Parameter, len(t.parameters))
	for i, p := range t.parameters {
		list[i] = Parameter{Name: p.name, Value: p.value, Source: p.source, Foreign: p.foreign}
	}
	return list
}

func (t *Template) parameter(name, kind, description string) *parameter {
	path := "Parameters." + name
	p := &parameter{name: name, node: mapOf("Type", text(kind))}
	if slices.ContainsFunc(t.parameters, func(q *parameter) bool { return q.name == name }) {
		t.fail(path, "the parameter is declared twice", "choose another name")
	}
	if description != "" {
		p.node.Set("Description", text(description))
	}
	t.parameters = append(t.parameters, p)
	return p
}

func (t *Template) setDefault(p *parameter, value string) {
	p.value = value
	if !p.imported || p.node.Get("Default") != nil {
		p.node.Set("Default", text(value))
	}
}

func (t *Template) ref(name string) *expr { return &expr{op: opRef, owner: t, text: name} }

// AddParameter declares a parameter with a default, which a deployment passes explicitly too.
func AddParameter[K any](t *Template, name, value, description string) Value[K] {
	t.setDefault(t.parameter(name, parameterType[K](), description), value)
	return Value[K]{e: t.ref(name)}
}

// AddReleaseParameter declares a parameter that says which version of some code runs. It has no default: committed templates do not
// change from release to release.
func AddReleaseParameter[K any](t *Template, name, description string) Value[K] {
	p := t.parameter(name, parameterType[K](), description)
	p.source = FromRelease
	return Value[K]{e: t.ref(name)}
}

// Output declares an output of the stack. Its name is for people and scripts; other stacks use Publish and Take.
func (t *Template) Output(name string, value Part, description string) {
	path := "Outputs." + name
	if t.outputs.Get(name) != nil {
		t.fail(path, "the output is declared twice", "choose another name")
	}
	n := tree.NewMap()
	if description != "" {
		n.Set("Description", text(description))
	}
	t.outputs.Set(name, n.Set("Value", t.argument(path, partOf(value))))
}

func text(s string) *tree.Node { return tree.Text(s) }

// mapOf is a map from alternating keys and nodes.
func mapOf(pairs ...any) *tree.Node {
	m := tree.NewMap()
	for i := 0; i+1 < len(pairs); i += 2 {
		key, _ := pairs[i].(string)
		node, _ := pairs[i+1].(*tree.Node)
		m.Set(key, node)
	}
	return m
}

// idOf makes a logical id out of a name: "access-logs" becomes "AccessLogs".
func idOf(name string) string {
	var b strings.Builder
	upper := true
	for _, r := range name {
		switch {
		case r >= 'a' && r <= 'z' && upper:
			b.WriteRune(r - 'a' + 'A')
			upper = false
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			b.WriteRune(r)
			upper = r >= '0' && r <= '9'
		default:
			upper = true
		}
	}
	return b.String()
}

// ID makes a logical id out of names: ID("access-logs", "key") is "AccessLogsKey".
func ID(names ...string) string {
	var b strings.Builder
	for _, n := range names {
		b.WriteString(idOf(n))
	}
	return b.String()
}
