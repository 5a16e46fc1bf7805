package tree

import (
	"math/big"
	"strconv"
	"strings"
)

// JSON returns the tree as a JSON document, with the keys in their order and intrinsics in long form. The same tree gives the same bytes.
// ParseJSON returns an Equal tree under the same conditions as for YAML. A number that JSON cannot represent (0x1f, +1, 1_000) becomes decimal, or
// a string if parsers disagree on its value (012345678901, .inf).
func (n *Node) JSON() []byte { return n.AppendJSON(nil) }

// AppendJSON appends the tree as a JSON document to dst.
func (n *Node) AppendJSON(dst []byte) []byte {
	return append(appendJSON(dst, n, 0), '\n')
}

func appendJSON(dst []byte, n *Node, indent int) []byte {
	if n == nil {
		return append(dst, "null"...)
	}
	switch n.Kind {
	case Bool:
		return append(dst, n.Text...)
	case Number:
		return appendJSONNumber(dst, n.Text)
	case String:
		return appendDoubleQuoted(dst, n.Text)
	case List, Map:
		return appendJSONBlock(dst, n, indent)
	default:
		return append(dst, "null"...)
	}
}

func appendJSONBlock(dst []byte, n *Node, indent int) []byte {
	opening, closing := byte('['), byte(']')
	if n.Kind == Map {
		opening, closing = '{', '}'
	}
	dst = append(dst, opening)
	for i, item := range n.Items {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendIndent(append(dst, '\n'), indent+2)
		if n.Kind == Map {
			dst = append(appendDoubleQuoted(dst, n.Keys[i]), ": "...)
		}
		dst = appendJSON(dst, item, indent+2)
	}
	if len(n.Items) > 0 {
		dst = appendIndent(append(dst, '\n'), indent)
	}
	return append(dst, closing)
}

func appendJSONNumber(dst []byte, s string) []byte {
	if isJSONNumber(s) {
		return append(dst, s...)
	}
	digits := strings.ReplaceAll(s, "_", "")
	if unsigned := strings.TrimLeft(digits, "+-"); len(unsigned) > 1 && unsigned[0] == '0' && isDigit(unsigned[1]) {
		return appendDoubleQuoted(dst, s) // octal for one parser, decimal or text for another
	}
	if n, ok := new(big.Int).SetString(digits, 0); ok {
		return n.Append(dst, 10)
	}
	if f, err := strconv.ParseFloat(digits, 64); err == nil && f-f == 0 { // neither infinite nor not a number
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	return appendDoubleQuoted(dst, s)
}

// isJSONNumber reports whether s is -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
func isJSONNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	rest := skipDigits(s)
	if rest == s || s[0] == '0' && len(s)-len(rest) > 1 {
		return false
	}
	if fraction, ok := strings.CutPrefix(rest, "."); ok {
		if rest = skipDigits(fraction); rest == fraction {
			return false
		}
	}
	if rest == "" {
		return true
	}
	if rest[0] != 'e' && rest[0] != 'E' {
		return false
	}
	exponent := rest[1:]
	if exponent != "" && (exponent[0] == '+' || exponent[0] == '-') {
		exponent = exponent[1:]
	}
	return exponent != "" && skipDigits(exponent) == ""
}

func skipDigits(s string) string { return strings.TrimLeft(s, "0123456789") }
