package cfn

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Output is a text that a stack publishes for other stacks. They can refer to it before its stack is built.
type Output[K any] struct {
	_    [0]func(K) // no conversion from one kind to another
	From Stack
	Name string
}

// ListOutput is a list that a stack publishes for other stacks.
type ListOutput[K any] struct {
	_    [0]func(K) // no conversion from one kind to another
	From Stack
	Name string
}

// maxParameterValue is the limit of a standard SSM parameter in bytes (AWS Systems Manager quotas).
const maxParameterValue = 4096

type published struct {
	kind string
	// text and list are the SSM parameters of an output of an imported template. Other stacks can take it as a text or as a list, which need
	// different types of SSM parameters. taken is true if a stack takes it as a text.
	text, list *Resource
	taken      bool
}

type taken struct {
	from      Stack
	name      string
	kind      string
	parameter *parameter
	declared  string // type that the imported template declares
}

// Publish declares an SSM parameter with the value, which other stacks can take. Unlike an export, it can be changed and deleted while others
// use it.
func Publish[K any](t *Template, o Output[K], v Value[K]) {
	t.publish(o.From, o.Name, kindName[K](), "String", v.e)
}

// PublishList is Publish for lists. No item may contain a comma (StringList of SSM).
func PublishList[K any](t *Template, o ListOutput[K], l List[K]) {
	e := l.e
	if e != nil && e.op == opList {
		parts := make([]*expr, 0, 2*len(e.args))
		for i, a := range e.args {
			if i > 0 {
				parts = append(parts, literal(","))
			}
			if a != nil && a.op == opText && strings.Contains(a.text, ",") {
				a = invalid("a list with the item %q cannot be published, because the item contains a comma", a.text)
			}
			parts = append(parts, a)
		}
		e = concat(parts)
	} else {
		e = fn("Fn::Join", literal(","), e)
	}
	t.publish(o.From, o.Name, listKind(kindName[K]()), "StringList", e)
}

func (t *Template) publish(from Stack, name, kind, ssmType string, e *expr) *Resource {
	id := PublishedID(name)
	path := "Resources." + id
	if from != t.stack {
		t.fail(path, fmt.Sprintf("the output %s belongs to stack %q", name, from.Name()), "publish it there")
		return nil
	}
	if _, twice := t.published[name]; twice {
		t.fail(path, "the output "+name+" is published twice", "choose another name")
		return nil
	}
	if t.byID[id] != nil {
		t.fail(path, "the logical id is used twice", "choose another one")
	}
	t.published[name] = published{kind: kind}
	value := t.argument(path+".Properties.Value", e)
	if n := len(value.Text); e != nil && e.op == opText && (n == 0 || n > maxParameterValue) {
		t.fail(path+".Properties.Value", fmt.Sprintf("it has %d bytes; SSM requires 1 to %d", n, maxParameterValue), "publish a shorter value that is not empty")
	}
	return t.addParameter(id, t.outputPath(name), "Output "+name+" of stack "+t.Name(), ssmType, value)
}

// addParameter declares an SSM parameter.
func (t *Template) addParameter(id, name, description, ssmType string, value *tree.Node) *Resource {
	r := &Resource{template: t, id: id, kind: "AWS::SSM::Parameter"}
	r.properties = mapOf("Name", text(name), "Description", text(description), "Type", text(ssmType), "Value", value)
	t.byID[id] = r
	t.resources = append(t.resources, r)
	return r
}

// PublishedID returns the logical id of the SSM parameter under which a template publishes an output.
func PublishedID(output string) string { return output + "Parameter" }

// PublishedListID returns the logical id of the SSM parameter under which an imported template publishes an output as a list. It differs from every
// PublishedID.
func PublishedListID(output string) string { return PublishedID(output) + "List" }

// outputPath returns the name of the SSM parameter under which t publishes an output.
func (t *Template) outputPath(name string) string {
	return t.Place.ParameterPath() + t.stack.Name() + "/" + name
}

// listPath returns the name of the SSM parameter under which t publishes an output as a list. It is unique, because no output name contains a slash.
func (t *Template) listPath(name string) string { return t.outputPath(name) + "/List" }

func listKind(kind string) string { return "list of " + kind }

// publishedName returns the name of the SSM parameter under which the template publishes an output, and whether the output can be taken as the
// given kind. An output of an imported template can be taken as a text or as a list, because the template does not show whether its commas
// separate items; publishedName adds the SSM parameters that are needed.
func (t *Template) publishedName(name, kind string) (ssm string, ok bool) {
	out := t.published[name]
	if out.list == nil {
		return t.outputPath(name), kind == out.kind || kind == anyText && !isListKind(out.kind) || kind == anyList && isListKind(out.kind)
	}
	switch kind {
	case anyText, out.kind:
		out.taken, ssm = true, t.outputPath(name)
	case anyList, listKind(out.kind):
		out.list.unwanted, ssm = false, t.listPath(name)
	default:
		return "", false
	}
	out.text.unwanted = !out.taken
	t.published[name] = out
	return ssm, true
}

func isListKind(kind string) bool { return strings.HasPrefix(kind, listKind("")) }

// Published returns the names of the outputs that the template publishes so far, sorted.
func (t *Template) Published() []string { return slices.Sorted(maps.Keys(t.published)) }

// Take reads an output of another stack in the same account and region. It declares a template parameter whose value CloudFormation reads from
// SSM at every deployment, and makes Link deploy the other stack first.
func Take[K any](t *Template, o Output[K]) Value[K] {
	p := t.take(o.From, o.Name, kindName[K](), "AWS::SSM::Parameter::Value<"+parameterType[K]()+">")
	return Value[K]{e: t.ref(p.name)}
}

// TakeList is Take for lists.
func TakeList[K any](t *Template, o ListOutput[K]) List[K] {
	list := "List<" + parameterType[K]() + ">"
	p := t.take(o.From, o.Name, listKind(kindName[K]()), "AWS::SSM::Parameter::Value<"+list+">")
	return List[K]{e: t.ref(p.name)}
}

func (t *Template) take(from Stack, name, kind, parameterKind string) *parameter {
	for _, x := range t.taken {
		if x.from == from && x.name == name && x.kind == kind {
			return x.parameter
		}
	}
	p := t.parameter(ID(from.Name(), name), parameterKind, "")
	t.taken = append(t.taken, taken{from: from, name: name, kind: kind, parameter: p})
	return p
}

// DeployAfter makes Link deploy t after another template of the same account, even if t takes none of its outputs.
func (t *Template) DeployAfter(other *Template) {
	if !slices.Contains(t.earlier, other) {
		t.earlier = append(t.earlier, other)
	}
}

// PublishForeign declares an output of the stack that a stack in another region can read with TakeForeign.
func PublishForeign[K any](t *Template, o Output[K], v Value[K]) {
	if o.From != t.stack {
		t.fail("Outputs."+o.Name, fmt.Sprintf("the output belongs to stack %q", o.From.Name()), "publish it there")
	}
	t.Output(o.Name, v, "")
}

// TakeForeign reads an output of a stack in another region of the same account. It declares a parameter that each deployment sets from the outputs
// of that stack.
func TakeForeign[K any](t *Template, from *Template, o Output[K]) Value[K] {
	source := Foreign{Stack: from.Name(), Region: from.Place.Region, Output: o.Name}
	for _, p := range t.parameters {
		if p.foreign != nil && *p.foreign == source {
			return Value[K]{e: t.ref(p.name)}
		}
	}
	p := t.parameter(ID(o.From.Name(), o.Name), parameterType[K](), "Output "+o.Name+" of stack "+from.Name())
	p.source, p.foreign = FromForeign, &source
	t.DeployAfter(from)
	if from.outputs.Get(o.Name) == nil || from.Place.Account != t.Place.Account {
		t.fail("Parameters."+p.name, fmt.Sprintf("stack %s does not output %s in this account", from.Name(), o.Name), "declare the output there with PublishForeign")
	}
	return Value[K]{e: t.ref(p.name)}
}

// Needs returns the templates that must be deployed before t, as found by Link.
func (t *Template) Needs() []*Template { return t.needs }

// Link connects the outputs that templates take to the templates that publish them, and returns the templates in the order of deployment. It keeps
// the given order where the outputs allow it. Link can be called again with more templates.
func Link(templates []*Template) ([]*Template, error) {
	l := &linker{producers: map[Stack]*Template{}, state: map[*Template]int{}}
	for _, t := range templates {
		l.producers[t.stack] = t
	}
	for _, t := range templates {
		l.wire(t)
	}
	for _, t := range templates {
		l.visit(t, nil)
	}
	return l.order, errors.Join(l.errs...)
}

// CycleError is returned by Link if stacks need each other, so that none can be deployed first.
type CycleError struct {
	// Templates of the cycle, each followed by one that it needs. The last is the first again.
	Templates []*Template
}

// Message says which stacks need each other.
func (e *CycleError) Message() string {
	names := make([]string, len(e.Templates))
	for i, t := range e.Templates {
		names[i] = t.Name()
	}
	return "stacks need each other: " + strings.Join(names, " → ")
}

// Hint says what to do.
func (*CycleError) Hint() string { return "move the resources that both need into a third stack" }

// Error returns the message and the hint.
func (e *CycleError) Error() string { return e.Message() + "; " + e.Hint() }

type linker struct {
	producers map[Stack]*Template
	state     map[*Template]int
	order     []*Template
	errs      []error
}

func (l *linker) fail(t *Template, x taken, message, hint string) {
	l.errs = append(l.errs, &TemplateError{Stack: t.Name(), List: []Problem{{Path: "Parameters." + x.parameter.name, Message: message, Hint: hint}}})
}

func (l *linker) wire(t *Template) {
	t.needs = slices.Clone(t.earlier)
	for _, x := range t.taken {
		from := l.producers[x.from]
		if from == nil {
			l.fail(t, x, fmt.Sprintf("it takes output %s of stack %q, but there is no such stack", x.name, x.from.Name()), "add the stack to the environment, or do not take its output")
			continue
		}
		if from == t {
			l.fail(t, x, "the stack takes its own output "+x.name+", which does not exist before its first deployment", "use the value itself")
			continue
		}
		if _, ok := from.published[x.name]; !ok {
			l.fail(t, x, fmt.Sprintf("stack %s does not publish the output %s", from.Name(), x.name), "Publish it there")
			continue
		}
		ssm, ok := from.publishedName(x.name, x.kind)
		switch {
		case !ok:
			message, hint := from.mismatch(x)
			l.fail(t, x, message, hint)
			continue
		case from.Place.Account != t.Place.Account || from.Place.Region != t.Place.Region:
			l.fail(t, x, fmt.Sprintf("stack %s is in account %s and region %s, and an SSM parameter can be read only in its own account and region",
				from.Name(), from.Place.Account, from.Place.Region), "refer to the resource by a fixed name")
			continue
		}
		t.setDefault(x.parameter, ssm)
		if !x.parameter.imported {
			x.parameter.node.Set("Description", text("Output "+x.name+" of stack "+from.Name()))
		}
		if !slices.Contains(t.needs, from) {
			t.needs = append(t.needs, from)
		}
	}
}

// mismatch returns the message and the hint for an output that a stack takes as the wrong kind: in terms of CloudFormation types for a parameter
// of an imported template.
func (t *Template) mismatch(x taken) (message, hint string) {
	out := t.published[x.name]
	if x.declared == "" {
		return fmt.Sprintf("output %s of stack %s is a %s, not a %s", x.name, t.Name(), out.kind, x.kind), "take it as the kind that it has"
	}
	actual, wanted := "a text", "String"
	if isListKind(out.kind) {
		actual, wanted = "a list", "CommaDelimitedList"
	}
	return fmt.Sprintf("output %s of stack %s is %s, but the type of the parameter is %s", x.name, t.Name(), actual, x.declared), "set the type to " + wanted
}

func (l *linker) visit(t *Template, trail []*Template) {
	const active, done = 1, 2
	trail = append(slices.Clip(trail), t)
	switch l.state[t] {
	case done:
		return
	case active:
		l.errs = append(l.errs, &CycleError{Templates: trail[slices.Index(trail, t):]})
		return
	}
	l.state[t] = active
	for _, from := range t.needs {
		l.visit(from, trail)
	}
	l.state[t] = done
	l.order = append(l.order, t)
}

// unlinked returns a problem for each output that is taken but was not linked.
func (t *Template) unlinked() []Problem {
	var list []Problem
	for _, x := range t.taken {
		if x.parameter.value == "" {
			list = append(list, Problem{Path: "Parameters." + x.parameter.name, Message: "the output that it takes is not linked", Hint: "call Link with all templates"})
		}
	}
	return list
}
