package tree

import (
	"slices"
	"strconv"
	"strings"
)

// Text makes a String.
func Text(s string) *Node { return &Node{Kind: String, Text: s} }

// Int makes a Number.
func Int(n int) *Node { return &Node{Kind: Number, Text: strconv.Itoa(n)} }

// Boolean makes a Bool.
func Boolean(b bool) *Node { return &Node{Kind: Bool, Text: strconv.FormatBool(b)} }

// NewList makes a List of the items.
func NewList(items ...*Node) *Node { return &Node{Kind: List, Items: items} }

// NewMap makes an empty Map, to be filled with Set.
func NewMap() *Node { return &Node{Kind: Map} }

// Set appends the key, or replaces its value where it already stands, and returns n. A node that is not a Map becomes one.
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

// Get returns the value of a key; nil when n is nil, is not a Map or lacks the key.
func (n *Node) Get(key string) *Node {
	if n == nil || n.Kind != Map {
		return nil
	}
	if i := slices.Index(n.Keys, key); i >= 0 {
		return n.Items[i]
	}
	return nil
}

// At follows keys from Map to Map; nil when one of them is absent.
func (n *Node) At(path ...string) *Node {
	for _, key := range path {
		n = n.Get(key)
	}
	return n
}

// Elements of a List, or the one that n is where a List may stand; none when n is nil.
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

// Equal reports whether both say the same, with keys in the same order. Lines do not count.
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

// Walk calls fn for n and everything below it, parents first and in order, and does not descend where fn returns false.
// Paths look like Resources.Pipeline.Properties.Stages[2].Name, with every key as it is; the path of n itself is empty.
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
