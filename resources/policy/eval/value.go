package eval

import (
	"slices"
	"strings"
)

// tri is a truth value that may be unknown. The order makes min an AND and max an OR.
type tri uint8

const (
	no tri = iota
	unknown
	yes
)

// negate returns the opposite of a truth value.
func negate(t tri) tri { return yes - t }

// truth returns the truth value of a bool.
func truth(b bool) tri {
	if b {
		return yes
	}
	return no
}

// Value is text of which parts may be unknown. The zero Value is the empty text.
type Value struct {
	text  string
	parts []part // nil if all is known
}

// part of a Value: known text, or the name of a hole. A word is a hole that contains only letters and digits.
type part struct {
	text       string
	hole, word bool
}

// Text is known text.
func Text(s string) Value { return Value{text: s} }

// Hole is an unknown text. Two holes with the same name are equal; holes with different names may be.
func Hole(name string) Value { return Value{parts: []part{{text: name, hole: true}}} }

// Word is a hole that contains only letters and digits, such as the end of a name that CloudFormation generates.
func Word(name string) Value { return Value{parts: []part{{text: name, hole: true, word: true}}} }

// Texts are known texts, for the values of a context key.
func Texts(texts ...string) []Value {
	values := make([]Value, len(texts))
	for i, s := range texts {
		values[i] = Text(s)
	}
	return values
}

// Concat concatenates values.
func Concat(values ...Value) Value {
	if !slices.ContainsFunc(values, func(v Value) bool { return v.parts != nil }) {
		var b strings.Builder
		for _, v := range values {
			b.WriteString(v.text)
		}
		return Text(b.String())
	}
	var parts []part
	for _, v := range values {
		for _, p := range v.pieces() {
			if last := len(parts) - 1; !p.hole && last >= 0 && !parts[last].hole {
				parts[last].text += p.text
			} else if p.hole || p.text != "" {
				parts = append(parts, p)
			}
		}
	}
	return Value{parts: parts}
}

func (v Value) pieces() []part {
	if v.parts == nil {
		return []part{{text: v.text}}
	}
	return v.parts
}

// Known returns the text if all of it is known.
func (v Value) Known() (text string, ok bool) { return v.text, v.parts == nil }

// start returns the text before the first hole, and whether that is all.
func (v Value) start() (text string, all bool) {
	if v.parts == nil || v.parts[0].hole {
		return v.text, v.parts == nil
	}
	return v.parts[0].text, false
}

// Equal reports whether both are certainly the same text.
func (v Value) Equal(o Value) bool { return v.text == o.text && slices.Equal(v.parts, o.parts) }

// String returns the text with the names of holes in angle brackets: arn:aws:kms:eu-west-1:111111111111:key/<shop-delivery-artifacts/Key>.
func (v Value) String() string {
	if v.parts == nil {
		return v.text
	}
	var b strings.Builder
	for _, p := range v.parts {
		if p.hole {
			b.WriteString("<" + p.text + ">")
		} else {
			b.WriteString(p.text)
		}
	}
	return b.String()
}

func lower(v Value) Value {
	parts := slices.Clone(v.parts)
	for i, p := range parts {
		if !p.hole {
			parts[i].text = strings.ToLower(p.text)
		}
	}
	return Value{strings.ToLower(v.text), parts}
}
