package cfn

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// A value crosses goformation's string fields as a mark: the stack and an index, between two control characters that no spec text holds.
const (
	markStart = "\x02"
	markEnd   = "\x03"
	markList  = "[" // after markStart: the mark is a whole list, alone in its []string
	markOwner = "#" // between the name of the mark's stack and the index
)

// Node is what a builder can put into goformation's untyped properties, such as a policy document.
type Node interface {
	Node(t *Template, path string) *tree.Node
}

// Text lowers a value to a required string property of goformation.
func (t *Template) Text(p Part) string {
	e := partOf(p)
	if e == nil {
		return ""
	}
	// an empty literal takes a mark: goformation's own "" is a property that nobody set
	if e.op == opText && e.text != "" && !strings.ContainsAny(e.text, markStart+markEnd) {
		return e.text
	}
	return t.mark(e, "")
}

// TextPtr lowers a value to an optional string property of goformation; unset is nil.
func (t *Template) TextPtr(p Part) *string {
	if partOf(p) == nil {
		return nil
	}
	return new(t.Text(p))
}

// Texts lowers a list to a []string property of goformation; unset is nil.
func (t *Template) Texts(l Texts) []string {
	if l == nil {
		return nil
	}
	e := l.texts()
	switch {
	case e == nil:
		return nil
	case e.op != opList, len(e.args) == 0: // goformation's own [] is a property that nobody set
		return []string{t.mark(e, markList)}
	}
	list := make([]string, len(e.args))
	for i, a := range e.args {
		list[i] = t.mark(a, "")
	}
	return list
}

func (t *Template) mark(e *expr, kind string) string {
	t.values = append(t.values, e)
	return markStart + kind + t.mine + strconv.Itoa(len(t.values)-1) + markEnd
}

// unmark finds what a marked string stands for.
func (t *Template) unmark(s, kind string) (*expr, bool) {
	inner, ok := strings.CutPrefix(s, markStart+kind+t.mine)
	if !ok {
		return nil, false
	}
	inner, ok = strings.CutSuffix(inner, markEnd)
	i, err := strconv.Atoi(inner)
	if !ok || err != nil || i < 0 || i >= len(t.values) {
		return nil, false
	}
	return t.values[i], true
}

// field is what lowering has to know of a goformation struct's field.
type field struct {
	index    int
	name     string
	optional bool
}

// fieldsOf lists a struct's properties: names that say what an object is come first, the rest as goformation has them.
func (t *Template) fieldsOf(typ reflect.Type) []field {
	if list, ok := t.fields[typ]; ok {
		return list
	}
	var list []field
	for i := range typ.NumField() {
		tag, ok := typ.Field(i).Tag.Lookup("json")
		name, options, _ := strings.Cut(tag, ",")
		if !ok || name == "-" || !typ.Field(i).IsExported() {
			continue
		}
		list = append(list, field{index: i, name: name, optional: options == "omitempty"})
	}
	slices.SortStableFunc(list, func(a, b field) int { return cmp.Compare(rank(a.name), rank(b.name)) })
	t.fields[typ] = list
	return list
}

// rank puts what names an object first in it.
func rank(name string) int {
	first := []string{
		"Name", "Id", "Sid", "Effect", "Key",
		"AliasName", "BucketName", "LogGroupName", "ManagedPolicyName", "PolicyName", "RoleName", "Path",
	}
	if i := slices.Index(first, name); i >= 0 {
		return i
	}
	return len(first)
}

// lower turns a goformation resource into plain properties.
func (t *Template) lower(path string, properties Properties) *tree.Node {
	v := reflect.ValueOf(properties)
	if !v.IsValid() {
		t.fail(path, "the resource is nil", "")
		return tree.NewMap()
	}
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			t.fail(path, "the resource is nil", "")
			return tree.NewMap()
		}
		v = v.Elem()
	}
	if v.Kind() == reflect.Struct {
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; strings.HasPrefix(name, "AWSCloudFormation") && !v.Field(i).IsZero() {
				t.fail(path, "goformation's field "+name+" does not count", "call When, After, OnRemoval or Metadata of the Resource")
			}
		}
	}
	return t.value(path, v)
}

func (t *Template) value(path string, v reflect.Value) *tree.Node {
	if v.CanInterface() {
		if n, ok := t.known(path, v.Interface()); ok {
			return n
		}
	}
	switch v.Kind() {
	case reflect.String:
		return t.string(path, v.String())
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return t.value(path, v.Elem())
		}
		t.fail(path, "the value is null", "leave it out, or set it")
		return tree.Text("")
	case reflect.Struct:
		return t.structure(path, v)
	case reflect.Slice, reflect.Array:
		return t.slice(path, v)
	case reflect.Map:
		return t.mapping(path, v)
	default:
		if n, ok := scalar(v.Interface()); ok {
			return n
		}
	}
	t.fail(path, fmt.Sprintf("a value of type %s cannot stand in a template", v.Type()), "")
	return tree.Text("")
}

// known renders the types that say themselves what they are.
func (t *Template) known(path string, v any) (*tree.Node, bool) {
	switch v := v.(type) {
	case Part:
		return t.argument(path, partOf(v)), true
	case Texts:
		return t.argument(path, v.texts()), true
	case Node:
		return v.Node(t, path), true
	case *tree.Node:
		return clone(v), v != nil
	case Object:
		n := tree.NewMap()
		for _, m := range v {
			switch {
			case !t.key(path, m.Name):
			case n.Get(m.Name) != nil:
				t.fail(path+"."+m.Name, "the name is used twice", "use it once")
			default:
				n.Set(m.Name, t.anyNode(path+"."+m.Name, m.Value))
			}
		}
		return n, true
	}
	return nil, false
}

// clone copies a tree, so that no change of the original counts. A node that is missing becomes a null, which Check refuses.
func clone(n *tree.Node) *tree.Node {
	if n == nil {
		return &tree.Node{}
	}
	c := *n
	c.Keys = slices.Clone(n.Keys)
	c.Items = make([]*tree.Node, len(n.Items))
	for i, item := range n.Items {
		c.Items[i] = clone(item)
	}
	return &c
}

// key refuses names in a map that are no literal text.
func (t *Template) key(path, name string) bool {
	switch {
	case strings.ContainsAny(name, markStart+markEnd):
		t.fail(path, "a value stands as the key of a map", "keys are literal text in CloudFormation")
	case badText(name) != "":
		t.fail(path, "in a key: "+badText(name), "correct it")
	case name == "Ref", strings.HasPrefix(name, "Fn::"):
		t.fail(path, "CloudFormation takes the key "+name+" for a function", "choose another name; functions come from package cfn or a *tree.Node")
	default:
		return true
	}
	return false
}

func (t *Template) anyNode(path string, v any) *tree.Node {
	if v == nil {
		t.fail(path, "the value is null", "leave it out, or set it")
		return tree.Text("")
	}
	return t.value(path, reflect.ValueOf(v))
}

func (t *Template) string(path, s string) *tree.Node {
	if !strings.ContainsAny(s, markStart+markEnd) {
		return tree.Text(s)
	}
	if e, ok := t.unmark(s, ""); ok {
		return t.argument(path, e)
	}
	if _, ok := t.unmark(s, markList); ok {
		t.fail(path, "a list stands where one text is wanted", "let it be the whole list, or Select an item")
		return tree.Text("")
	}
	if owner, ok := markedBy(s); ok {
		t.fail(path, fmt.Sprintf("the value belongs to the stack %q", owner), "Publish it there and Take it here")
		return tree.Text("")
	}
	t.fail(path, "a value is glued to other text", "put them together with cfn.Format")
	return tree.Text("")
}

// markedBy is the stack whose template made the mark that s is.
func markedBy(s string) (string, bool) {
	s, starts := strings.CutPrefix(s, markStart)
	s, ends := strings.CutSuffix(s, markEnd)
	owner, _, found := strings.Cut(strings.TrimPrefix(s, markList), markOwner)
	return owner, starts && ends && found && !strings.ContainsAny(s, markStart+markEnd)
}

func (t *Template) structure(path string, v reflect.Value) *tree.Node {
	n := tree.NewMap()
	for _, f := range t.fieldsOf(v.Type()) {
		x := v.Field(f.index)
		if empty(x) {
			if !f.optional {
				t.fail(path+"."+f.name, "a required property is not set", "set it; for an empty text use cfn.Lit")
			}
			continue
		}
		n.Set(f.name, t.value(path+"."+f.name, x))
	}
	return n
}

// empty is what encoding/json leaves out, but a number or a boolean that is required may well be zero.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.String, reflect.Slice, reflect.Map:
		return v.Len() == 0
	case reflect.Pointer, reflect.Interface:
		return v.IsNil()
	default:
		return false
	}
}

func (t *Template) slice(path string, v reflect.Value) *tree.Node {
	if v.Len() == 1 && v.Index(0).Kind() == reflect.String {
		if e, ok := t.unmark(v.Index(0).String(), markList); ok {
			return t.argument(path, e)
		}
	}
	n := tree.NewList()
	for i := range v.Len() {
		n.Items = append(n.Items, t.value(path+"["+strconv.Itoa(i)+"]", v.Index(i)))
	}
	return n
}

func (t *Template) mapping(path string, v reflect.Value) *tree.Node {
	n := tree.NewMap()
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
	for _, k := range keys {
		if !t.key(path, k.String()) {
			continue
		}
		n.Set(k.String(), t.value(path+"."+k.String(), v.MapIndex(k)))
	}
	return n
}

func scalar(v any) (*tree.Node, bool) {
	switch v := v.(type) {
	case string:
		return tree.Text(v), true
	case bool:
		return tree.Boolean(v), true
	case int:
		return tree.Int(v), true
	case int64:
		return tree.Int(int(v)), true
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, false
		}
		return &tree.Node{Kind: tree.Number, Text: strconv.FormatFloat(v, 'f', -1, 64)}, true
	}
	return nil, false
}
