package cfn

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Value is a text of kind K: either literal, or known only to CloudFormation. The zero Value is unset: it leaves out the property.
type Value[K any] struct {
	_ [0]func(K) // no == between values, no conversion from one kind to another
	e *expr
}

// List is a list of texts of kind K. The zero List is unset: it leaves out the property.
type List[K any] struct {
	_ [0]func(K)
	e *expr
}

// Part is one text in a template: a Value of any kind, or a Lit.
type Part interface{ part() *expr }

// Texts is a list of texts in a template: a List of any kind.
type Texts interface{ texts() *expr }

// Lit is literal text. A ${…} in it is escaped, not substituted.
type Lit string

func (l Lit) part() *expr      { return literal(string(l)) }
func (v Value[K]) part() *expr { return v.e }
func (l List[K]) texts() *expr { return l.e }

// Format makes package fmt print a text that Render rejects. To join values, use the function Format.
func (v Value[K]) Format(s fmt.State, _ rune) { printMark(s) }

// Format makes package fmt print a text that Render rejects.
func (l List[K]) Format(s fmt.State, _ rune) { printMark(s) }

// printMark writes a mark that belongs to no template, which Render rejects.
func printMark(w io.Writer) { _, _ = io.WriteString(w, markStart+"a value"+markEnd) }

// partOf returns the expression of a part, or nil for an unset one.
func partOf(p Part) *expr {
	if p == nil {
		return nil
	}
	return p.part()
}

// Text converts the value to kind Text.
func (v Value[K]) Text() Value[Text] { return Value[Text]{e: v.e} }

// Literal is a literal text of kind K.
func Literal[K any](s string) Value[K] { return Value[K]{e: literal(s)} }

// Format replaces each %s in format by a part; %% is a percent sign. The result is a Fn::Sub, or literal text if all parts are literal.
func Format[K any](format string, parts ...Part) Value[K] {
	var args []*expr
	for rest, n := format, 0; ; {
		i := strings.IndexByte(rest, '%')
		if i < 0 || i+1 == len(rest) {
			if i >= 0 || n != len(parts) {
				return Value[K]{e: invalid("the format %q does not have %d parts", format, len(parts))}
			}
			return Value[K]{e: concat(append(args, literal(rest)))}
		}
		args = append(args, literal(rest[:i]))
		switch verb := rest[i+1]; {
		case verb == '%':
			args = append(args, literal("%"))
		case verb == 's' && n < len(parts):
			args = append(args, partOf(parts[n]))
			n++
		default:
			return Value[K]{e: invalid("the format %q does not have %d parts", format, len(parts))}
		}
		rest = rest[i+2:]
	}
}

// ListOf is a list of values.
func ListOf[K any](values ...Value[K]) List[K] {
	args := make([]*expr, len(values))
	for i, v := range values {
		args[i] = v.e
	}
	return List[K]{e: &expr{op: opList, args: args}}
}

// Literals is a list of literal texts of kind K.
func Literals[K any](texts ...string) List[K] {
	args := make([]*expr, len(texts))
	for i, s := range texts {
		args[i] = literal(s)
	}
	return List[K]{e: &expr{op: opList, args: args}}
}

// Ref is the value of CloudFormation's Ref for a resource. The builder of the resource must know the kind of that value.
func Ref[K any](r *Resource) Value[K] {
	if r == nil {
		return Value[K]{e: undeclared()}
	}
	return Value[K]{e: &expr{op: opRef, owner: r.template, text: r.id}}
}

// Att is an attribute of a resource. The builder of the resource must know which attributes exist.
func Att[K any](r *Resource, attribute string) Value[K] {
	if r == nil {
		return Value[K]{e: undeclared()}
	}
	return Value[K]{e: &expr{op: opAtt, owner: r.template, text: r.id, attr: attribute}}
}

func undeclared() *expr { return invalid("it refers to a resource that is not declared") }

// Partition is the partition of the stack, such as aws or aws-us-gov.
func Partition() Value[Text] { return pseudo("AWS::Partition") }

// AccountID is the account of the stack.
func AccountID() Value[Text] { return pseudo("AWS::AccountId") }

// Region is the region of the stack.
func Region() Value[Text] { return pseudo("AWS::Region") }

// StackName is the name of the stack.
func StackName() Value[Text] { return pseudo("AWS::StackName") }

// URLSuffix is the partition's domain, such as amazonaws.com.
func URLSuffix() Value[Text] { return pseudo("AWS::URLSuffix") }

func pseudo(name string) Value[Text] { return Value[Text]{e: &expr{op: opPseudo, text: name}} }

// Zones are the availability zones of the stack's region that the account may use.
func Zones() List[Text] { return List[Text]{e: fn("Fn::GetAZs", literal(""))} }

// Select is the item of a list at an index from 0.
func Select[K any](index int, list List[K]) Value[K] {
	if index < 0 || list.e != nil && list.e.op == opList && index >= len(list.e.args) {
		return Value[K]{e: invalid("the list has no item %d", index)}
	}
	return Value[K]{e: fn("Fn::Select", number(index), list.e)}
}

// Split is the list of the parts of text between the separators.
func Split[K any](separator string, text Part) List[K] {
	return List[K]{e: fn("Fn::Split", literal(separator), partOf(text))}
}

// Join is the items of a list, joined by a separator.
func Join[K, L any](separator string, list List[L]) Value[K] {
	return Value[K]{e: fn("Fn::Join", literal(separator), list.e)}
}

// Base64 is the text encoded in base64.
func Base64(text Part) Value[Text] { return Value[Text]{e: fn("Fn::Base64", partOf(text))} }

// JSON is a document as one line of JSON, for properties whose value is JSON in a string. The document can contain texts, bools, numbers, Parts,
// Objects and []any. A Value in it must not contain characters that JSON escapes; ARNs and names do not.
func JSON(document any) Value[Text] {
	var args []*expr
	appendJSON(&args, document)
	return Value[Text]{e: concat(args)}
}

func appendJSON(args *[]*expr, v any) {
	lit := func(s string) { *args = append(*args, literal(s)) }
	switch v := v.(type) {
	case Object:
		lit("{")
		for i, m := range v {
			if i > 0 {
				lit(",")
			}
			*args = append(*args, jsonText(m.Name))
			lit(":")
			appendJSON(args, m.Value)
		}
		lit("}")
	case []any:
		lit("[")
		for i, item := range v {
			if i > 0 {
				lit(",")
			}
			appendJSON(args, item)
		}
		lit("]")
	case Part:
		if e := v.part(); e != nil && e.op == opText {
			*args = append(*args, jsonText(e.text))
			return
		}
		lit(`"`)
		*args = append(*args, v.part())
		lit(`"`)
	default:
		n, ok := scalar(v)
		if !ok {
			*args = append(*args, invalid("a document for JSON cannot contain a %T", v))
			return
		}
		if n.Kind == tree.String {
			*args = append(*args, jsonText(n.Text))
			return
		}
		lit(n.Text)
	}
}

// jsonText returns s as a JSON string, encoded like the JSON of templates. It returns an invalid expression for text that a template cannot contain.
func jsonText(s string) *expr {
	if message := badText(s); message != "" {
		return invalid("%s", message)
	}
	return literal(strings.TrimSuffix(string(tree.Text(s).JSON()), "\n"))
}

// badText says why a template cannot contain a text, or returns "" if it can.
func badText(s string) string {
	switch {
	case strings.ContainsAny(s, markStart+markEnd):
		return "the text contains a control character that cfnpipe uses to mark values"
	case !utf8.ValidString(s):
		return "the text is not valid UTF-8"
	case strings.ContainsFunc(s, isNoncharacter):
		return "the text contains a Unicode noncharacter, which is reserved for internal use by programs"
	default:
		return ""
	}
}

// isNoncharacter reports whether r is a noncharacter, which verify uses for values that templates do not contain.
func isNoncharacter(r rune) bool { return r >= '\ufdd0' && r <= '\ufdef' }
