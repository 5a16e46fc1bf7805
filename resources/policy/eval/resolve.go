package eval

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Resolver resolves the intrinsic functions in the template of one stack. An empty field is an unknown value.
type Resolver struct {
	// ID identifies the stack, since stacks in other accounts and regions may have the same name. The names of holes begin with it.
	ID        string
	StackName string
	Account   string
	Region    string
	Partition string
	URLSuffix string
	// Parameters are the values of the template parameters by name. For one that CloudFormation reads from SSM, it is the value of the SSM parameter. An
	// absent parameter is unknown.
	Parameters map[string]Value
	// Lists are the parameters that are lists.
	Lists map[string][]Value
	// Attribute returns the value of GetAtt for a resource, or of Ref if the attribute is empty. ok is false if it is not known. Optional.
	Attribute func(logicalID, attribute string) (v Value, ok bool)
	// StackOutput returns an output of another stack. ok is false if it is not known. Optional.
	StackOutput func(o tree.StackOutput) (v Value, ok bool)
}

// Resolve returns the value of n as text. Numbers and booleans are text as written; a value that is not text becomes a hole.
func (r *Resolver) Resolve(n *tree.Node) Value {
	name, arg, function := n.Intrinsic()
	if !function {
		if n == nil || n.Kind == tree.Null || n.Kind == tree.List || n.Kind == tree.Map {
			return r.hole(n)
		}
		return Text(n.Text)
	}
	args := arguments(arg)
	switch {
	case name == "Ref":
		return r.ref(arg.Text)
	case name == "Fn::GetAtt" && len(args) == 2:
		id, known := r.Resolve(args[0]).Known()
		attribute, knownToo := r.Resolve(args[1]).Known()
		if known && knownToo {
			return r.attribute(id, attribute)
		}
	case name == "Fn::Sub" && arg.Kind == tree.String:
		return r.concat(n, r.sub(arg.Text, nil))
	case name == "Fn::Sub" && len(args) == 2 && args[0] != nil:
		return r.concat(n, r.sub(args[0].Text, args[1]))
	case name == "Fn::Join" && len(args) == 2:
		if list, complete := r.List(args[1]); complete {
			delimiter := r.Resolve(args[0])
			var parts []Value
			for _, v := range list {
				parts = append(parts, delimiter, v)
			}
			return r.concat(n, parts[min(1, len(parts)):])
		}
	case name == "Fn::Select" && len(args) == 2:
		text, _ := r.Resolve(args[0]).Known()
		i, err := strconv.ParseUint(text, 10, 31)
		if list, complete := r.List(args[1]); complete && err == nil && i < uint64(len(list)) {
			return list[i]
		}
	case name == "Fn::GetStackOutput" && r.StackOutput != nil:
		if o, problem, _ := n.StackOutput(); problem == "" {
			if v, ok := r.StackOutput(o); ok {
				return v
			}
		}
	case name == "Fn::If" && len(args) == 3:
		if then := r.Resolve(args[1]); then.Equal(r.Resolve(args[2])) {
			return then
		}
	}
	return r.hole(n)
}

func arguments(arg *tree.Node) []*tree.Node {
	if arg == nil || arg.Kind != tree.List {
		return nil
	}
	return arg.Items
}

func (r *Resolver) ref(name string) Value {
	for _, pseudo := range [...][2]string{
		{"AWS::Partition", r.Partition},
		{"AWS::AccountId", r.Account},
		{"AWS::Region", r.Region},
		{"AWS::StackName", r.StackName},
		{"AWS::URLSuffix", r.URLSuffix},
	} {
		if name == pseudo[0] && pseudo[1] != "" {
			return Text(pseudo[1])
		}
	}
	if v, ok := r.Parameters[name]; ok {
		return v
	}
	return r.attribute(name, "")
}

func (r *Resolver) attribute(id, attribute string) Value {
	if r.Attribute != nil {
		if v, ok := r.Attribute(id, attribute); ok {
			return v
		}
	}
	if attribute != "" {
		id += "." + attribute
	}
	return Hole(r.ID + "/" + id)
}

// concat concatenates the parts of n. A text that is too long becomes a hole, because nested functions that double a text could use up the memory.
func (r *Resolver) concat(n *tree.Node, parts []Value) Value {
	const maxSize = 1 << 16 // bytes, far above any policy
	size := 0
	for _, v := range parts {
		size += len(v.text)
		for _, p := range v.parts {
			size += len(p.text)
		}
	}
	if size > maxSize {
		return r.hole(n)
	}
	return Concat(parts...)
}

func (r *Resolver) sub(text string, own *tree.Node) (parts []Value) {
	var values map[string]Value // each is resolved once, however often it is in the text
	if own != nil && own.Kind == tree.Map {
		values = map[string]Value{}
		for i, name := range own.Keys {
			values[name] = r.Resolve(own.Items[i])
		}
	}
	parts = make([]Value, 0, 2*strings.Count(text, "${")+1)
	for text != "" {
		start := strings.Index(text, "${")
		name, after, ok := cutVariable(text[max(start, 0):])
		if start < 0 || !ok {
			parts = append(parts, Text(text))
			break
		}
		parts, text = append(parts, Text(text[:start])), after
		literal, isLiteral := strings.CutPrefix(name, "!")
		id, attribute, isAttribute := strings.Cut(name, ".")
		switch v, isOwn := values[name]; {
		case isLiteral:
			parts = append(parts, Text("${"+literal+"}"))
		case isOwn:
			parts = append(parts, v)
		case isAttribute:
			parts = append(parts, r.attribute(id, attribute))
		default:
			parts = append(parts, r.ref(name))
		}
	}
	return parts
}

// hole returns a hole for n, named after its text, so that equal texts in a stack are equal holes.
func (r *Resolver) hole(n *tree.Node) Value {
	var b strings.Builder
	b.WriteString(r.ID + "/")
	for line := range strings.SplitSeq(string(n.JSON()), "\n") { // line breaks within text are escaped
		b.WriteString(strings.TrimLeft(line, " "))
	}
	return Hole(b.String())
}

// item is one element of a list. maybe is true if it exists only under a condition.
type item struct {
	Value
	maybe bool
}

// List returns the elements of a list, or n itself as the only one. complete is false if there may be others, or if one may be missing.
func (r *Resolver) List(n *tree.Node) (values []Value, complete bool) {
	if n != nil && n.Kind == tree.List && !slices.ContainsFunc(n.Items, isSeveral) { // most lists
		values = make([]Value, len(n.Items))
		for i, e := range n.Items {
			values[i] = r.Resolve(e)
		}
		return values, true
	}
	items, complete := r.items(n)
	values = make([]Value, len(items))
	for i, e := range items {
		values[i] = e.Value
		complete = complete && !e.maybe
	}
	return values, complete
}

// items returns the elements of a list, or n itself as the only one. If complete is false, a hole among them stands for any number of elements.
func (r *Resolver) items(n *tree.Node) (items []item, complete bool) {
	name, arg, function := n.Intrinsic()
	switch args := arguments(arg); {
	case !function && n != nil && n.Kind == tree.List:
		items = make([]item, 0, len(n.Items))
		for _, e := range n.Items {
			if isSeveral(e) {
				some, _ := r.items(e)
				items = append(items, some...)
			} else {
				items = append(items, item{Value: r.Resolve(e)})
			}
		}
		return items, true
	case name == "Ref" && arg.Text == "AWS::NoValue":
		return nil, true
	case name == "Ref" && r.Lists[arg.Text] != nil:
		for _, v := range r.Lists[arg.Text] {
			items = append(items, item{Value: v})
		}
		return items, true
	case name == "Fn::If" && len(args) == 3:
		then, complete := r.items(args[1])
		other, completeToo := r.items(args[2])
		return either(then, other), complete && completeToo
	case name == "Fn::Split" && len(args) == 2:
		delimiter, known := r.Resolve(args[0]).Known()
		text, knownToo := r.Resolve(args[1]).Known()
		if known && knownToo && delimiter != "" {
			for s := range strings.SplitSeq(text, delimiter) {
				items = append(items, item{Value: Text(s)})
			}
			return items, true
		}
	}
	v := r.Resolve(n)
	_, known := v.Known()
	isText := !function || name == "Fn::Sub" || name == "Fn::Join" || name == "Fn::Base64" // other functions may return a list
	return []item{{Value: v}}, known || isText
}

// isSeveral says whether an element of a list is perhaps none, or several.
func isSeveral(e *tree.Node) bool {
	name, arg, ok := e.Intrinsic()
	return ok && (name == "Fn::If" || name == "Ref" && arg.Text == "AWS::NoValue")
}

// either merges the lists of the two branches of a condition. An item in both exists in any case.
func either(then, other []item) (items []item) {
	certain := func(list []item, e item) bool {
		return slices.ContainsFunc(list, func(o item) bool { return !o.maybe && o.Equal(e.Value) })
	}
	for _, e := range then {
		items = append(items, item{e.Value, e.maybe || !certain(other, e)})
	}
	for _, e := range other {
		if !certain(items, e) {
			items = append(items, item{e.Value, true})
		}
	}
	return items
}
