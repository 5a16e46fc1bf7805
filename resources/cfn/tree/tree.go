// Package tree represents a template as a plain tree, both a template that was built and one that was parsed from YAML or JSON.
//
// Intrinsics are in long form: the YAML `!Sub text` is the mapping {"Fn::Sub": "text"}, `!Ref X` is {"Ref": "X"},
// `!Condition X` is {"Condition": "X"}, and `!GetAtt A.B.C` is {"Fn::GetAtt": ["A", "B.C"]}.
package tree

// Kind is the kind of a Node.
type Kind uint8

// The kinds of a Node. Null is the zero Kind.
const (
	Null Kind = iota
	Bool
	Number
	String
	List
	Map
)

// Node is one value of a template. It is small, because there are many thousands at once.
type Node struct {
	Kind Kind
	// Line and Column in the file, from 1: of the key of a value in a Map, else of the value. 0 for a node that was built, or if the number is too
	// large for the field.
	Column uint16
	Line   int32
	// Text of a scalar: the string, the number as written, "true" or "false".
	Text string
	// Keys of a Map, in order, without duplicates.
	Keys []string
	// Items of a List, or the values of a Map, parallel to Keys.
	Items []*Node
}
