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
	opText    op = iota // text
	opNumber            // text, as written
	opRef               // Ref of a resource or parameter
	opAtt               // Fn::GetAtt
	opPseudo            // Ref of a pseudo parameter
	opSub               // args, glued
	opList              // args
	opFn                // text is the function's name
	opTree              // tree, of an imported template
	opInvalid           // text says why
)

// expr is a value before it is rendered. It never changes once made, so values can share parts.
type expr struct {
	op    op
	owner *Template // of what Ref and GetAtt name
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

// glue puts parts together: nested glue is flattened and neighbouring text becomes one, so that `$` and `{` of two parts meet.
func glue(parts []*expr) *expr {
	var flat []*expr
	for _, p := range parts {
		switch {
		case p == nil:
			return invalid("an unset value cannot be part of a text")
		case p.op == opPseudo && p.text == noValue:
			return invalid("NoValue leaves a property out, it cannot be part of a text")
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

// node renders e for template t. Problems are reported at path.
func (t *Template) node(path string, e *expr) *tree.Node {
	switch e.op {
	case opText:
		return tree.Text(e.text)
	case opNumber:
		return &tree.Node{Kind: tree.Number, Text: e.text}
	case opRef:
		if !t.owns(path, e) {
			return tree.Text("")
		}
		return tree.NewMap().Set("Ref", tree.Text(e.text))
	case opPseudo:
		return tree.NewMap().Set("Ref", tree.Text(e.text))
	case opAtt:
		if !t.owns(path, e) {
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

func (t *Template) argument(path string, e *expr) *tree.Node {
	if e == nil {
		t.fail(path, "an unset value stands inside a list or a function", "leave it out, or set it")
		return tree.Text("")
	}
	return t.node(path, e)
}

// owns refuses what Ref and GetAtt name in another template.
func (t *Template) owns(path string, e *expr) bool {
	if e.owner != nil && e.owner != t {
		t.fail(path, fmt.Sprintf("the value belongs to the stack %q", e.owner.Name()), "Publish it there and Take it here")
		return false
	}
	return true
}

// subNode writes ${Name} for what Fn::Sub can name, and everything else as a variable of the Sub.
func (t *Template) subNode(path string, e *expr) *tree.Node {
	var text strings.Builder
	vars := tree.NewMap()
	number := 0
	variable := func(n *tree.Node) {
		number++
		name := "Part" + strconv.Itoa(number)
		for slices.ContainsFunc(e.args, func(a *expr) bool { return a.op == opRef && a.text == name }) {
			number++ // a variable would hide the resource or parameter of that name
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
			if t.owns(path, a) {
				text.WriteString("${" + a.text + "}")
			}
		case opAtt:
			if t.owns(path, a) {
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

// escapeSub writes ${x} of literal text as ${!x}. What has no safe spelling inside a Sub (an unclosed, nested or empty ${, a
// dollar sign right before a reference) is refused, and becomes a variable.
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

// Node renders a value; for documents such as policies, which build plain trees themselves. An unset value is a problem at path.
func (t *Template) Node(path string, p Part) *tree.Node { return t.argument(path, partOf(p)) }
