package tree

import (
	"slices"
	"strconv"
	"strings"
)

// Text returns a String.
func Text(s string) *Node { return &Node{Kind: String, Text: s} }

// Int returns a Number.
func Int(n int) *Node { return &Node{Kind: Number, Text: strconv.Itoa(n)} }

// Boolean returns a Bool.
func Boolean(b bool) *Node { return &Node{Kind: Bool, Text: strconv.FormatBool(b)} }

// NewList returns a List of the items.
func NewList(items ...*Node) *Node { return &Node{Kind: List, Items: items} }

// NewMap returns an empty Map. Fill it with Set.
func NewMap() *Node { return &Node{Kind: Map} }

// Set appends the key with a value, or replaces the value of an existing key in place, and returns n. A node that is not a Map becomes one.
func (n *Node) Set(key string, v *Node) *Node {
	if n.Kind != Map {
		*n = Node{Kind: Map, Line: n.Line}
	}
	if i := slices.Index(n.Keys, key); i >= 0 {
		n.Items[i] = v
		return n
	}
	n.Keys = append(n.Keys, key)
	n.Items = append(n.Items, v)
	return n
}

// Get returns the value of a key, or nil if n is nil, is not a Map or does not have the key.
func (n *Node) Get(key string) *Node {
	if n == nil || n.Kind != Map {
		return nil
	}
	if i := slices.Index(n.Keys, key); i >= 0 {
		return n.Items[i]
	}
	return nil
}

// At returns the value at a path of keys, or nil if one of them does not exist.
func (n *Node) At(path ...string) *Node {
	for _, key := range path {
		n = n.Get(key)
	}
	return n
}

// Elements returns the items of a List, or n itself if it is no List, for properties that can be either. It returns nil if n is nil.
func (n *Node) Elements() []*Node {
	switch {
	case n == nil:
		return nil
	case n.Kind == List:
		return n.Items
	default:
		return []*Node{n}
	}
}

// Equal reports whether both have the same content, with keys in the same order. It ignores lines.
func (n *Node) Equal(o *Node) bool {
	if n == nil || o == nil {
		return n == o
	}
	return n.Kind == o.Kind && n.Text == o.Text && slices.Equal(n.Keys, o.Keys) && slices.EqualFunc(n.Items, o.Items, (*Node).Equal)
}

// Intrinsic returns the name and argument of an intrinsic function: a Map whose only key is Ref, Fn::… or, with a String, Condition.
func (n *Node) Intrinsic() (name string, arg *Node, ok bool) {
	if n == nil || n.Kind != Map || len(n.Keys) != 1 || n.Items[0] == nil {
		return "", nil, false
	}
	name, arg = n.Keys[0], n.Items[0]
	switch {
	case name == "Ref", strings.HasPrefix(name, "Fn::"):
		return name, arg, true
	case name == "Condition" && arg.Kind == String: // a policy statement's Condition is a Map
		return name, arg, true
	default:
		return "", nil, false
	}
}

// Walk calls fn for n and all nodes below it, in order and parents first. It does not descend into a node for which fn returns false. A path is
// such as Resources.Pipeline.Properties.Stages[2].Name, with unescaped keys. The path of n itself is empty.
func (n *Node) Walk(fn func(path string, n *Node) bool) {
	n.walk("", fn)
}

func (n *Node) walk(path string, fn func(string, *Node) bool) {
	if n == nil || !fn(path, n) {
		return
	}
	for i, item := range n.Items {
		switch {
		case n.Kind == List:
			item.walk(path+"["+strconv.Itoa(i)+"]", fn)
		case path == "":
			item.walk(n.Keys[i], fn)
		default:
			item.walk(path+"."+n.Keys[i], fn)
		}
	}
}
