// Package tree is the one plain form of a template: what building produces, and what reading a YAML or JSON file gives back.
//
// Intrinsics stand in their long form: the YAML `!Sub text` is the mapping {"Fn::Sub": "text"}, `!Ref X` is {"Ref": "X"},
// `!Condition X` is {"Condition": "X"}, and `!GetAtt A.B.C` is {"Fn::GetAtt": ["A", "B.C"]}.
package tree

// Kind says what a Node is.
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

// Node is one value of a template. Many thousands are held at once, so it stays small.
type Node struct {
	Kind Kind
	// Line and Column are 1-based, in the file it was read from: of the key of a value in a Map, else of the value. 0 when it was built, or past the
	// largest number.
	Column uint16
	Line   int32
	// Text of a scalar: a string as it is, a number as written, "true" or "false".
	Text string
	// Keys of a Map, in order, without duplicates.
	Keys []string
	// Items of a List, or the values of a Map, parallel to Keys.
	Items []*Node
}
