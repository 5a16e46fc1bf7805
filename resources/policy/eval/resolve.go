package eval

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Resolver knows what the functions of one stack's template give. An empty field is not known.
type Resolver struct {
	// ID is what tells the stack from others, which may have its name in another account or region: holes are named after it.
	ID        string
	StackName string
	Account   string
	Region    string
	Partition string
	URLSuffix string
	// Parameters by name, as the template gets them: of one that is read from SSM, what the parameter there holds. One that is absent is
	// not known.
	Parameters map[string]Value
	// Lists are the parameters that are lists.
	Lists map[string][]Value
	// Attribute gives what GetAtt, or with an empty attribute Ref, gives for a resource; ok is false where that is not known at all.
	// It may be nil.
	Attribute func(logicalID, attribute string) (v Value, ok bool)
	// StackOutput gives an output of another stack; ok is false where that is not known. It may be nil.
	StackOutput func(o tree.StackOutput) (v Value, ok bool)
}

// Resolve gives the text that n stands for. Numbers and booleans are text as written; what is no text is a hole.
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
		return r.glue(n, r.sub(arg.Text, nil))
	case name == "Fn::Sub" && len(args) == 2 && args[0] != nil:
		return r.glue(n, r.sub(args[0].Text, args[1]))
	case name == "Fn::Join" && len(args) == 2:
		if list, complete := r.List(args[1]); complete {
			delimiter := r.Resolve(args[0])
			var parts []Value
			for _, v := range list {
				parts = append(parts, delimiter, v)
			}
			return r.glue(n, parts[min(1, len(parts)):])
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

// glue puts together what n is made of. Texts that double with each function around them must not fill the memory.
func (r *Resolver) glue(n *tree.Node, parts []Value) Value {
	const most = 1 << 16 // bytes, far above any policy
	size := 0
	for _, v := range parts {
		size += len(v.text)
		for _, p := range v.parts {
			size += len(p.text)
		}
	}
	if size > most {
		return r.hole(n)
	}
	return Concat(parts...)
}

func (r *Resolver) sub(text string, own *tree.Node) (parts []Value) {
	var values map[string]Value // each is resolved once, however often it stands in the text
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

// hole is named after what stands there, so that the same words of the same stack are the same hole.
func (r *Resolver) hole(n *tree.Node) Value {
	var b strings.Builder
	b.WriteString(r.ID + "/")
	for line := range strings.SplitSeq(string(n.JSON()), "\n") { // line breaks within text are escaped
		b.WriteString(strings.TrimLeft(line, " "))
	}
	return Hole(b.String())
}

// item is one element of a list. Maybe says that it is there only under a condition.
type item struct {
	Value
	maybe bool
}

// List gives the elements of a list, or the one that n is. Complete is false where there may be others, or where one may be missing.
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

// items are the elements of a list, or the one that n is. Where complete is false, a hole among them stands for any number.
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
	isText := !function || name == "Fn::Sub" || name == "Fn::Join" || name == "Fn::Base64" // of the others, nobody knows
	return []item{{Value: v}}, known || isText
}

// isSeveral says whether an element of a list is perhaps none, or several.
func isSeveral(e *tree.Node) bool {
	name, arg, ok := e.Intrinsic()
	return ok && (name == "Fn::If" || name == "Ref" && arg.Text == "AWS::NoValue")
}

// either merges the two sides of a condition: what stands on both is there whatever the condition says.
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
