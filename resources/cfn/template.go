package cfn

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Place is the project, the environment, the account and the region of a stack.
type Place struct {
	Project string
	// Scope is the environment or the pipeline that the stack belongs to. Empty for a stack that they share.
	Scope   string
	Account string
	Region  string
}

// ParameterPath returns the SSM path under which the stacks of a place publish outputs. It ends in a slash.
func (p Place) ParameterPath() string {
	if p.Scope == "" {
		return "/" + p.Project + "/"
	}
	return "/" + p.Project + "/" + p.Scope + "/"
}

// Stack declares the content of a template. cfnpipe has built-in stacks, and projects can add custom ones. Implement it by a pointer type: outputs
// refer to their stack by identity.
type Stack interface {
	// Name returns the last part of the name of the stack. It can be called before Build.
	Name() string
	// Build declares the content of the stack. Render reports wrong values; return an error for everything else.
	Build(t *Template) error
}

// Template is the template of one stack while it is being built.
type Template struct {
	// Place of the stack.
	Place Place
	// Description says what the stack is for and who deploys it. At most 1,024 bytes.
	Description string

	stack      Stack
	parameters []*parameter
	rules      *tree.Node
	conditions *tree.Node
	resources  []*Resource
	byID       map[string]*Resource
	outputs    *tree.Node
	// whole is the imported template; nil for a template that is built. Render replaces its sections by those of this struct.
	whole *tree.Node

	published map[string]published
	taken     []taken
	earlier   []*Template // from DeployAfter
	needs     []*Template

	mine     string  // owner in the marks of this template
	values   []*expr // values of the marks
	fields   map[reflect.Type][]field
	problems []Problem
}

type parameter struct {
	name    string
	node    *tree.Node
	value   string // value in a deployment
	source  ParameterSource
	foreign *Foreign
	// imported is true for a parameter of an imported template. It keeps its description, and gets no default if it had none.
	imported bool
}

// New returns an empty template for a stack in a place.
func New(place Place, stack Stack) *Template {
	t := &Template{
		Place: place, stack: stack,
		rules: tree.NewMap(), conditions: tree.NewMap(), outputs: tree.NewMap(),
		byID: map[string]*Resource{}, published: map[string]published{}, fields: map[reflect.Type][]field{},
	}
	t.mine = t.Name() + markOwner
	return t
}

// Stack returns the stack that the template was created for.
func (t *Template) Stack() Stack { return t.stack }

// Name returns the full name of the stack, which is unique in its account: <project>-<scope>-<name>.
func (t *Template) Name() string {
	if t.Place.Scope == "" {
		return t.Place.Project + "-" + t.stack.Name()
	}
	return t.Place.Project + "-" + t.Place.Scope + "-" + t.stack.Name()
}

// Types returns the types of the resources in the template, sorted, each once.
func (t *Template) Types() []string {
	var types []string
	for _, r := range t.resources {
		types = append(types, r.kind)
	}
	slices.Sort(types)
	return slices.Compact(types)
}

// Capabilities returns the capabilities that a deployment of the stack must acknowledge.
func (t *Template) Capabilities() []string {
	var list []string
	if t.usesMacros() {
		list = append(list, "CAPABILITY_AUTO_EXPAND")
	}
	for _, r := range t.resources {
		if strings.HasPrefix(r.kind, "AWS::IAM::") {
			return append(list, "CAPABILITY_NAMED_IAM") // the built-in roles have custom names
		}
	}
	return list
}

// Fail reports a problem at a path in the template.
func (t *Template) Fail(path, message, hint string) { t.fail(path, message, hint) }

// Failf is Fail with a formatted message. The hint is optional.
func (t *Template) Failf(path, hint, format string, args ...any) {
	t.fail(path, fmt.Sprintf(format, args...), hint)
}

func (t *Template) fail(path, message, hint string) {
	p := Problem{Path: path, Message: message, Hint: hint}
	if !slices.Contains(t.problems, p) {
		t.problems = append(t.problems, p)
	}
}

// ParameterSource is where the value of a parameter comes from.
type ParameterSource uint8

// The sources of parameters.
const (
	// FromConfiguration is for a value that is known when the template is built.
	FromConfiguration ParameterSource = iota
	// FromRelease is for the address of code, which a release fills in. It is not part of the committed templates.
	FromRelease
	// FromForeign is for an output of a stack in another region, which is known once that stack is deployed.
	FromForeign
)

// Parameter is a template parameter, and where a deployment gets its value from.
type Parameter struct {
	Name    string
	Value   string // with FromConfiguration
	Source  ParameterSource
	Foreign *Foreign // with FromForeign
}

// Foreign is an output of a stack in another region of the same account.
type Foreign struct {
	// Stack is the full name of the stack.
	Stack  string
	Region string
	Output string
}

// Parameters returns the parameters in the order in which they were declared.
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

// AddParameter declares a parameter. Its default is the value, which a deployment also passes explicitly.
func AddParameter[K any](t *Template, name, value, description string) Value[K] {
	t.setDefault(t.parameter(name, parameterType[K](), description), value)
	return Value[K]{e: t.ref(name)}
}

// AddReleaseParameter declares a parameter for the address of code, which a release fills in. It has no default, so that a release does not change
// the committed templates.
func AddReleaseParameter[K any](t *Template, name, description string) Value[K] {
	p := t.parameter(name, parameterType[K](), description)
	p.source = FromRelease
	return Value[K]{e: t.ref(name)}
}

// Output declares an output of the stack, for people and scripts. Other stacks use Publish and Take.
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

// mapOf returns a map from alternating keys and nodes.
func mapOf(pairs ...any) *tree.Node {
	m := tree.NewMap()
	for i := 0; i+1 < len(pairs); i += 2 {
		key, _ := pairs[i].(string)
		node, _ := pairs[i+1].(*tree.Node)
		m.Set(key, node)
	}
	return m
}

// idOf returns a logical id for a name: "AccessLogs" for "access-logs".
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

// ID returns a logical id for names: ID("access-logs", "key") is "AccessLogsKey".
func ID(names ...string) string {
	var b strings.Builder
	for _, n := range names {
		b.WriteString(idOf(n))
	}
	return b.String()
}
