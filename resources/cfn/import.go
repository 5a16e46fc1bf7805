package cfn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// The kinds of the outputs that an imported template reads. Its parameters have types, but no kinds.
const (
	anyText = "text"
	anyList = "list"
)

// Import makes t a copy of a hand-written template, which must have passed Check. Later calls add resources, outputs and parameters to it.
// Sections that package cfn does not know stay unchanged.
func (t *Template) Import(root *tree.Node) {
	t.whole = root
	if d := root.Get("Description"); d != nil {
		t.Description = d.Text
	}
	each := func(section string, add func(id string, n *tree.Node)) {
		n := root.Get(section)
		for i, id := range keys(n) {
			add(id, clone(n.Items[i]))
		}
	}
	each("Parameters", func(name string, n *tree.Node) {
		p := &parameter{name: name, node: n, imported: true}
		if d := n.Get("Default"); d != nil {
			p.value = d.Text
		}
		t.parameters = append(t.parameters, p)
	})
	each("Rules", func(name string, n *tree.Node) { t.rules.Set(name, n) })
	each("Conditions", func(name string, n *tree.Node) { t.conditions.Set(name, n) })
	each("Outputs", func(name string, n *tree.Node) { t.outputs.Set(name, n) })
	each("Resources", func(id string, n *tree.Node) {
		r := &Resource{template: t, id: id, imported: n}
		if kind := n.Get("Type"); kind != nil {
			r.kind = kind.Text
		}
		t.byID[id] = r
		t.resources = append(t.resources, r)
	})
}

// usesMacros reports whether the template uses macros.
func (t *Template) usesMacros() bool {
	if t.whole == nil {
		return false
	}
	found := t.whole.Get("Transform") != nil
	t.whole.Walk(func(_ string, n *tree.Node) bool {
		if name, _, ok := n.Intrinsic(); ok && name == "Fn::Transform" {
			found = true
		}
		return !found
	})
	return found
}

// Problems returns the problems found so far. Render finds others.
func (t *Template) Problems() []Problem { return slices.Clone(t.problems) }

// PublishOutput publishes an output of an imported template, so that other stacks can take it as a text, or as a list of texts that the output
// separates by commas.
func (t *Template) PublishOutput(name string) {
	path := "Outputs." + name
	n := t.outputs.Get(name)
	switch {
	case n == nil:
		t.fail(path, "the template has no such output", "declare it")
		return
	case n.Get("Condition") != nil:
		t.fail(path, "the output has a Condition, so other stacks cannot rely on it", "remove the Condition, or remove the references to the output")
		return
	}
	r := t.publish(t.stack, name, "", "String", &expr{op: opTree, tree: n.Get("Value")})
	if r == nil {
		return
	}
	id := PublishedListID(name)
	if t.byID[id] != nil {
		t.fail("Resources."+id, "the logical id is used twice", "choose another one")
	}
	list := t.addParameter(id, t.listPath(name), "Output "+name+" of stack "+t.Name()+" as a list", "StringList", clone(r.properties.Get("Value")))
	list.unwanted = true
	t.published[name] = published{kind: kindName[Text](), text: r, list: list}
}

// Pass sets the value of a parameter of an imported template. A type that makes CloudFormation look up the value becomes String: see
// parameterType.
func (t *Template) Pass(name, value string) {
	p := t.parameterNamed(name)
	if p == nil {
		return
	}
	p.value = value
	kind := p.node.Get("Type")
	switch {
	case kind == nil:
		t.untyped(name)
	case strings.HasPrefix(kind.Text, "List<AWS::"):
		p.node.Set("Type", text("CommaDelimitedList"))
	case strings.HasPrefix(kind.Text, "AWS::") && !strings.HasPrefix(kind.Text, fromSSM):
		p.node.Set("Type", text("String"))
	}
}

func (t *Template) untyped(name string) {
	t.fail("Parameters."+name, "the parameter has no Type", "add one, such as String")
}

// fromSSM begins the types of parameters whose values CloudFormation reads from SSM.
const fromSSM = "AWS::SSM::Parameter::Value<"

// PassOutput sets a parameter of an imported template to an output of another stack, in the same account and region. The type of the parameter
// becomes one whose value CloudFormation reads from SSM as text, and its default, if it has one, becomes the name of the SSM parameter.
func (t *Template) PassOutput(name string, from Stack, output string) {
	p := t.parameterNamed(name)
	if p == nil {
		return
	}
	path := "Parameters." + name
	for _, limit := range []string{"AllowedPattern", "AllowedValues", "MinLength", "MaxLength", "MinValue", "MaxValue"} {
		if p.node.Get(limit) != nil {
			t.fail(path+"."+limit, "CloudFormation would check the name of the SSM parameter that the value is read from, not the value", "remove it")
		}
	}
	kind := p.node.Get("Type")
	if kind == nil {
		t.untyped(name)
		return
	}
	taken := taken{from: from, name: output, kind: anyText, parameter: p, declared: kind.Text}
	inner, isSSM := strings.CutPrefix(kind.Text, fromSSM)
	if isSSM {
		inner = strings.TrimSuffix(inner, ">")
	}
	wanted, instead := "String", "String"
	item, isList := strings.CutPrefix(inner, "List<")
	if isList || inner == "CommaDelimitedList" {
		taken.kind, wanted, instead = anyList, "List<String>", "CommaDelimitedList"
	}
	switch item = strings.TrimSuffix(item, ">"); {
	case item == "String", item == "CommaDelimitedList", strings.HasPrefix(item, "AWS::EC2::"), item == "AWS::Route53::HostedZone::Id":
	default:
		t.fail(path+".Type", fmt.Sprintf("CloudFormation cannot read a parameter of type %s from SSM", inner), "use "+instead)
		return
	}
	if item != "CommaDelimitedList" || !isSSM { // this is a list of texts already
		p.node.Set("Type", text(fromSSM+wanted+">"))
	}
	p.value = ""
	t.taken = append(t.taken, taken)
}

// parameterNamed returns a parameter of the template, or reports a problem if there is none.
func (t *Template) parameterNamed(name string) *parameter {
	i := slices.IndexFunc(t.parameters, func(p *parameter) bool { return p.name == name })
	if i < 0 {
		t.fail("Parameters."+name, "the template has no such parameter", "declare it")
		return nil
	}
	return t.parameters[i]
}
