package cfn

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Output is a text that a stack publishes for others. It is known by name before its stack is built.
type Output[K any] struct {
	_    [0]func(K) // no conversion from one kind to another
	From Stack
	Name string
}

// ListOutput is a list that a stack publishes for others.
type ListOutput[K any] struct {
	_    [0]func(K) // no conversion from one kind to another
	From Stack
	Name string
}

// maxParameterValue is the most bytes of a standard parameter (AWS Systems Manager quotas).
const maxParameterValue = 4096

type published struct {
	kind string
	// text and list are the SSM parameters of what an imported template puts out, whose kind is that of who takes it: there are two, since none
	// can change its type. Taken says that somebody takes it as a text.
	text, list *Resource
	taken      bool
}

type taken struct {
	from      Stack
	name      string
	kind      string
	parameter *parameter
	declared  string // type that an imported parameter had
}

// Publish writes a value to the SSM parameter under which others find it. Unlike an export, neither stack then locks the other.
func Publish[K any](t *Template, o Output[K], v Value[K]) {
	t.publish(o.From, o.Name, kindName[K](), "String", v.e)
}

// PublishList is Publish for lists; no item may hold a comma (SSM's StringList).
func PublishList[K any](t *Template, o ListOutput[K], l List[K]) {
	e := l.e
	if e != nil && e.op == opList {
		parts := make([]*expr, 0, 2*len(e.args))
		for i, a := range e.args {
			if i > 0 {
				parts = append(parts, literal(","))
			}
			if a != nil && a.op == opText && strings.Contains(a.text, ",") {
				a = invalid("the item %q of a list that is published holds a comma", a.text)
			}
			parts = append(parts, a)
		}
		e = glue(parts)
	} else {
		e = fn("Fn::Join", literal(","), e)
	}
	t.publish(o.From, o.Name, listKind(kindName[K]()), "StringList", e)
}

func (t *Template) publish(from Stack, name, kind, ssmType string, e *expr) *Resource {
	id := PublishedID(name)
	path := "Resources." + id
	if from != t.stack {
		t.fail(path, fmt.Sprintf("the output %s is one of the stack %q", name, from.Name()), "publish it there")
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
		t.fail(path+".Properties.Value", fmt.Sprintf("it has %d bytes, SSM allows 1 to %d", n, maxParameterValue), "publish something shorter, but something")
	}
	return t.addParameter(id, t.outputPath(name), "Output "+name+" of stack "+t.Name(), ssmType, value)
}

// addParameter declares a parameter of SSM.
func (t *Template) addParameter(id, name, description, ssmType string, value *tree.Node) *Resource {
	r := &Resource{template: t, id: id, kind: "AWS::SSM::Parameter"}
	r.properties = mapOf("Name", text(name), "Description", text(description), "Type", text(ssmType), "Value", value)
	t.byID[id] = r
	t.resources = append(t.resources, r)
	return r
}

// PublishedID is the logical id of the SSM parameter by which a template publishes an output.
func PublishedID(output string) string { return output + "Parameter" }

// PublishedListID is that of the one by which an imported template publishes an output as a list. No PublishedID ends like it.
func PublishedListID(output string) string { return PublishedID(output) + "List" }

// outputPath is where the stack of t publishes an output.
func (t *Template) outputPath(name string) string {
	return t.Place.ParameterPath() + t.stack.Name() + "/" + name
}

// listPath is where it publishes, as a list, an output that is a text too. No output has a name with a slash.
func (t *Template) listPath(name string) string { return t.outputPath(name) + "/List" }

func listKind(kind string) string { return "list of " + kind }

// gives is the name in SSM of what the template publishes, if it can be taken as a kind. What an imported template puts out is a text, a list or
// both, as it is taken: nothing in the template says whether its commas part a list.
func (t *Template) gives(name, kind string) (ssm string, ok bool) {
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

// Published are the names of the outputs that the template publishes so far, sorted.
func (t *Template) Published() []string { return slices.Sorted(maps.Keys(t.published)) }

// Take reads another stack's output, in the same account and region: a template parameter that CloudFormation resolves from SSM
// at every deployment. The two stacks then deploy in the right order.
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

// DeployAfter says that t is deployed after another template of the same account, where no value that it takes says so.
func (t *Template) DeployAfter(other *Template) {
	if !slices.Contains(t.earlier, other) {
		t.earlier = append(t.earlier, other)
	}
}

// PublishForeign makes a value an output of its stack, for TakeForeign.
func PublishForeign[K any](t *Template, o Output[K], v Value[K]) {
	if o.From != t.stack {
		t.fail("Outputs."+o.Name, fmt.Sprintf("the output is one of the stack %q", o.From.Name()), "publish it there")
	}
	t.Output(o.Name, v, "")
}

// TakeForeign reads another stack's output in another region of the same account: a parameter that a deployment fills from the outputs
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
		t.fail("Parameters."+p.name, fmt.Sprintf("the stack %s puts out no %s in this account", from.Name(), o.Name), "PublishForeign it there")
	}
	return Value[K]{e: t.ref(p.name)}
}

// Needs lists the templates that must be deployed before t. Link fills it.
func (t *Template) Needs() []*Template { return t.needs }

// Link wires what templates take to what others publish, and puts them in an order in which they can be deployed: the given order
// wherever wiring leaves a choice. Linking again, with more templates, is allowed.
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

// CycleError says that stacks need each other, so that none can be deployed first.
type CycleError struct {
	// Templates in the order of their needs; the first stands at the end again.
	Templates []*Template
}

// Message says what is wrong.
func (e *CycleError) Message() string {
	names := make([]string, len(e.Templates))
	for i, t := range e.Templates {
		names[i] = t.Name()
	}
	return "stacks need each other: " + strings.Join(names, " → ")
}

// Hint says what to do.
func (*CycleError) Hint() string { return "move what both need into a stack of its own" }

// Error is the whole sentence.
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
			l.fail(t, x, fmt.Sprintf("it takes %s of the stack %q, which is not there", x.name, x.from.Name()), "add the stack to the environment, or do not take its output")
			continue
		}
		if from == t {
			l.fail(t, x, "the stack takes its own output "+x.name+", which is not there before its first deployment", "use the value itself")
			continue
		}
		if _, ok := from.published[x.name]; !ok {
			l.fail(t, x, fmt.Sprintf("the stack %s publishes no %s", from.Name(), x.name), "Publish it there")
			continue
		}
		ssm, ok := from.gives(x.name, x.kind)
		switch {
		case !ok:
			message, hint := from.mismatch(x)
			l.fail(t, x, message, hint)
			continue
		case from.Place.Account != t.Place.Account || from.Place.Region != t.Place.Region:
			l.fail(t, x, fmt.Sprintf("the stack %s is in account %s and region %s", from.Name(), from.Place.Account, from.Place.Region),
				"an SSM parameter is read in its own account and region only: name the thing by a fixed name")
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

// mismatch says why what the template publishes cannot be taken so, and what to do: in the words of CloudFormation where a template has them.
func (t *Template) mismatch(x taken) (message, hint string) {
	out := t.published[x.name]
	if x.declared == "" {
		return fmt.Sprintf("%s of the stack %s is a %s, not a %s", x.name, t.Name(), out.kind, x.kind), "take it as what it is"
	}
	is, instead := "a text", "String"
	if isListKind(out.kind) {
		is, instead = "a list", "CommaDelimitedList"
	}
	return fmt.Sprintf("%s of the stack %s is %s, and the type of the parameter is %s", x.name, t.Name(), is, x.declared), "let the type be " + instead
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

// unlinked lists what is taken but was never linked.
func (t *Template) unlinked() []Problem {
	var list []Problem
	for _, x := range t.taken {
		if x.parameter.value == "" {
			list = append(list, Problem{Path: "Parameters." + x.parameter.name, Message: "the output it takes is not linked", Hint: "call Link with all templates"})
		}
	}
	return list
}
