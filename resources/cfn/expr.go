package cfn

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

type op uint8

const (
	opText    op = iota // text: the literal text
	opNumber            // text: the number as written
	opRef               // Ref of the resource or parameter named text
	opAtt               // Fn::GetAtt of attribute attr of the resource named text
	opPseudo            // Ref of the pseudo parameter named text
	opSub               // Fn::Sub of args, one after the other
	opList              // a list of args
	opFn                // the function named text with args
	opTree              // tree, from an imported template
	opInvalid           // no value: text is the error message
)

// expr is a value before it is rendered. It is immutable, so values can share parts.
type expr struct {
	op    op
	owner *Template // template of the resource or parameter
	text  string
	attr  string
	args  []*expr
	tree  *tree.Node
}

func literal(s string) *expr { return &expr{op: opText, text: s} }
func number(n int) *expr     { return &expr{op: opNumber, text: strconv.Itoa(n)} }

func invalid(format string, args ...any) *expr {
	return &expr{op: opInvalid, text: fmt.Sprintf(format, args...)}
}

func fn(name string, args ...*expr) *expr { return &expr{op: opFn, text: name, args: args} }

// concat joins parts into one text. It flattens nested parts and merges adjacent literal text, so that escapeSub sees a ${ that two parts form.
func concat(parts []*expr) *expr {
	var flat []*expr
	for _, p := range parts {
		switch {
		case p == nil:
			return invalid("an unset value cannot be part of a text")
		case p.op == opPseudo && p.text == noValue:
			return invalid("NoValue cannot be part of a text, because it leaves out a whole property")
		case p.op == opInvalid:
			return p
		case p.op == opSub:
			for _, q := range p.args {
				flat = appendText(flat, q)
			}
		default:
			flat = appendText(flat, p)
		}
	}
	switch len(flat) {
	case 0:
		return literal("")
	case 1:
		return flat[0]
	}
	return &expr{op: opSub, args: flat}
}

func appendText(flat []*expr, e *expr) []*expr {
	if e.op != opText {
		return append(flat, e)
	}
	if e.text == "" {
		return flat
	}
	if n := len(flat); n > 0 && flat[n-1].op == opText {
		flat[n-1] = literal(flat[n-1].text + e.text)
		return flat
	}
	return append(flat, e)
}

// node renders e for template t. It reports problems at path.
func (t *Template) node(path string, e *expr) *tree.Node {
	switch e.op {
	case opText:
		return tree.Text(e.text)
	case opNumber:
		return &tree.Node{Kind: tree.Number, Text: e.text}
	case opRef:
		if !t.isOwner(path, e) {
			return tree.Text("")
		}
		return tree.NewMap().Set("Ref", tree.Text(e.text))
	case opPseudo:
		return tree.NewMap().Set("Ref", tree.Text(e.text))
	case opAtt:
		if !t.isOwner(path, e) {
			return tree.Text("")
		}
		return tree.NewMap().Set("Fn::GetAtt", tree.NewList(tree.Text(e.text), tree.Text(e.attr)))
	case opSub:
		return t.subNode(path, e)
	case opList:
		items := make([]*tree.Node, len(e.args))
		for i, a := range e.args {
			items[i] = t.argument(path, a)
		}
		return tree.NewList(items...)
	case opFn:
		if len(e.args) == 1 {
			return tree.NewMap().Set(e.text, t.argument(path, e.args[0]))
		}
		items := make([]*tree.Node, len(e.args))
		for i, a := range e.args {
			items[i] = t.argument(path, a)
		}
		return tree.NewMap().Set(e.text, tree.NewList(items...))
	case opTree:
		return clone(e.tree)
	case opInvalid:
		t.fail(path, e.text, "")
	}
	return tree.Text("")
}

// argument renders e, and reports a problem if it is unset.
func (t *Template) argument(path string, e *expr) *tree.Node {
	if e == nil {
		t.fail(path, "a value in a list or in a function is unset", "set it, or leave it out")
		return tree.Text("")
	}
	return t.node(path, e)
}

// isOwner reports whether the resource or parameter of e belongs to t. If not, it reports a problem.
func (t *Template) isOwner(path string, e *expr) bool {
	if e.owner != nil && e.owner != t {
		t.fail(path, fmt.Sprintf("the value belongs to the stack %q", e.owner.Name()), "Publish it there and Take it here")
		return false
	}
	return true
}

// subNode renders a Fn::Sub: references as ${Name}, and every other part as a variable of the Sub.
func (t *Template) subNode(path string, e *expr) *tree.Node {
	var text strings.Builder
	vars := tree.NewMap()
	number := 0
	variable := func(n *tree.Node) {
		number++
		name := "Part" + strconv.Itoa(number)
		for slices.ContainsFunc(e.args, func(a *expr) bool { return a.op == opRef && a.text == name }) {
			number++ // a variable would hide the resource or parameter with this name
			name = "Part" + strconv.Itoa(number)
		}
		vars.Set(name, n)
		text.WriteString("${" + name + "}")
	}
	for _, a := range e.args {
		switch a.op {
		case opText:
			if escaped, ok := escapeSub(a.text); ok {
				text.WriteString(escaped)
			} else {
				variable(t.node(path, a))
			}
		case opRef, opPseudo:
			if t.isOwner(path, a) {
				text.WriteString("${" + a.text + "}")
			}
		case opAtt:
			if t.isOwner(path, a) {
				text.WriteString("${" + a.text + "." + a.attr + "}")
			}
		default:
			variable(t.node(path, a))
		}
	}
	if len(vars.Keys) == 0 {
		return tree.NewMap().Set("Fn::Sub", tree.Text(text.String()))
	}
	return tree.NewMap().Set("Fn::Sub", tree.NewList(tree.Text(text.String()), vars))
}

// escapeSub escapes literal text for a Fn::Sub: ${x} becomes ${!x}. It returns false for text that cannot be escaped, which has to become a
// variable: an unclosed, nested or empty ${, or a dollar sign at the end.
func escapeSub(s string) (string, bool) {
	if strings.HasSuffix(s, "$") {
		return "", false
	}
	var b strings.Builder
	for {
		i := strings.Index(s, "${")
		if i < 0 {
			b.WriteString(s)
			return b.String(), true
		}
		j := strings.IndexAny(s[i+2:], "}{")
		if j < 1 || s[i+2+j] != '}' {
			return "", false
		}
		b.WriteString(s[:i] + "${!" + s[i+2:i+2+j+1])
		s = s[i+2+j+1:]
	}
}

// Node renders a value, for builders of documents such as policies, which are plain trees. An unset value is a problem at path.
func (t *Template) Node(path string, p Part) *tree.Node { return t.argument(path, partOf(p)) }
