package tree

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Patch changes the text of a template, YAML or JSON, so that it says what want says, and leaves all else of it as it is: comments, order,
// quotes. It adds keys to maps and replaces texts and numbers; what needs another change is an error that names its path. JSON, which has no
// comments, is then written anew.
func Patch(src []byte, want *Node) ([]byte, error) {
	src, err := checkEncoding(src)
	if err != nil {
		return nil, err
	}
	out, err := patch(src, want, false)
	if err != nil { // a text over several lines at the end may go on in what follows
		if front, again := patch(src, want, true); again == nil {
			out, err = front, nil
		}
	}
	if json.Valid(src) && !isJSON(out, want) {
		return want.JSON(), nil
	}
	return out, err
}

// isJSON says whether a text is JSON that says what want says.
func isJSON(text []byte, want *Node) bool {
	got, err := ParseJSON(text)
	return err == nil && sorted(got).Equal(sorted(want))
}

// patch adds what is new in the document at its front or at its end.
func patch(src []byte, want *Node, front bool) ([]byte, error) {
	have, err := ParseYAML(src)
	if err != nil {
		return nil, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(src, &document); err != nil {
		return nil, fromYAML(err)
	}
	root := document.Content[0]
	if have.Kind != Map || want.Kind != Map || root.Kind != yaml.MappingNode {
		return nil, errors.New("the template is no map")
	}
	p := &patcher{src: src, lines: lineStarts(src), front: front}
	if err := p.mapping("", root, 0, have, want); err != nil {
		return nil, err
	}
	out := p.apply()
	if got, err := ParseYAML(out); err != nil || !sorted(got).Equal(sorted(want)) {
		return nil, errors.New("the template cannot be added to as it is written: write its sections as plain blocks, or as JSON")
	}
	return out, nil
}

// lineStarts are where the second line begins, and those after it, as YAML counts lines.
func lineStarts(src []byte) []int {
	var list []int
	for i, r := range string(src) {
		switch r {
		case '\r':
			if !bytes.HasPrefix(src[i+1:], []byte("\n")) {
				list = append(list, i+1)
			}
		case '\n', '\u0085', '\u2028', '\u2029':
			list = append(list, i+utf8.RuneLen(r))
		}
	}
	return list
}

type patcher struct {
	src   []byte
	lines []int // where the second line begins, and those after it
	front bool  // what is new in the document stands before all else
	edits []edit
}

// edit replaces bytes of the source.
type edit struct {
	at, length int
	text       []byte
}

// offset of a position that counts from 1, the column in characters.
func (p *patcher) offset(line, column int) int {
	at := 0
	switch {
	case line-2 >= len(p.lines):
		return len(p.src)
	case line > 1:
		at = p.lines[line-2]
	}
	for range column - 1 {
		at++
		for at < len(p.src) && p.src[at]&0xC0 == 0x80 { // inside a character
			at++
		}
	}
	return min(at, len(p.src))
}

// mapping changes the map that stands behind a key on the given line; that of the whole document behind none.
func (p *patcher) mapping(path string, n *yaml.Node, keyLine int, have, want *Node) error {
	for _, key := range have.Keys {
		if want.Get(key) == nil {
			return unpatchable(path, key)
		}
	}
	var more []string
	for i, key := range want.Keys {
		before, after := have.Get(key), want.Items[i]
		if before == nil {
			more = append(more, key)
			continue
		}
		if before.Equal(after) {
			continue
		}
		at := 0
		for at < len(n.Content) && n.Content[at].Value != key {
			at += 2
		}
		if at >= len(n.Content) {
			return unpatchable(path, key) // it comes from a merge key
		}
		value := n.Content[at+1]
		_, _, call := before.Intrinsic()
		switch {
		case before.Kind == Map && after.Kind == Map && value.Kind == yaml.MappingNode && !call:
			if err := p.mapping(join(path, key), value, n.Content[at].Line, before, after); err != nil {
				return err
			}
		case value.Kind != yaml.ScalarNode || len(after.Items) > 0 || !p.replace(n, value, after):
			return unpatchable(path, key)
		}
	}
	return p.add(n, path, keyLine, want, more)
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func unpatchable(path, key string) error {
	return fmt.Errorf("%s cannot be changed where it stands: write it as a plain value", join(path, key))
}

// replace a value in the mapping n, if it is plain or in quotes on one line.
func (p *patcher) replace(n, value *yaml.Node, after *Node) bool {
	at := p.offset(value.Line, value.Column)
	rest := string(p.src[at:])
	length := 0
	switch {
	case value.Anchor != "" || value.Style&yaml.TaggedStyle != 0:
		return false
	case value.Style == 0 && value.Value != "" && strings.HasPrefix(rest, value.Value):
		length = len(value.Value)
	case value.Style == yaml.DoubleQuotedStyle && strings.HasPrefix(rest, `"`+value.Value+`"`),
		value.Style == yaml.SingleQuotedStyle && strings.HasPrefix(rest, "'"+value.Value+"'"):
		length = len(value.Value) + 2
	default:
		return false
	}
	text := after.YAML()
	if n.Style&yaml.FlowStyle != 0 {
		text = after.JSON()
	}
	p.edits = append(p.edits, edit{at, length, bytes.TrimSpace(text)})
	return true
}

// add keys to the mapping n: of a block behind the line of its key, in braces behind the first; of the document at its end or its front.
func (p *patcher) add(n *yaml.Node, path string, keyLine int, want *Node, keys []string) error {
	switch {
	case len(keys) == 0:
		return nil
	case n.Style&yaml.FlowStyle != 0:
		if at := p.offset(n.Line, n.Column); at == len(p.src) || p.src[at] != '{' {
			return unpatchable(path, keys[0]) // an anchor or a tag stands before the brace
		}
		p.addFlow(n, want, keys)
		return nil
	}
	entries := NewMap()
	for _, key := range keys {
		entries.Set(key, want.Get(key))
	}
	indent := n.Content[0].Column - 1
	var at int
	switch {
	case keyLine > 0:
		at = p.offset(keyLine+1, 1)
	case p.front:
		at = p.offset(n.Content[0].Line, 1)
	default:
		at = p.end()
	}
	var text []byte
	if at == len(p.src) && at > 0 && p.src[at-1] != '\n' {
		text = append(text, '\n')
	}
	text = append(text, strings.Repeat(" ", indent)...)
	p.edits = append(p.edits, edit{at, 0, appendBlock(text, entries, indent)})
	return nil
}

// end of the document: that of the file, or where three dots end it.
func (p *patcher) end() int {
	for i := len(p.lines) - 1; i >= 0; i-- {
		if bytes.HasPrefix(p.src[p.lines[i]:], []byte("...")) {
			return p.lines[i]
		}
	}
	return len(p.src)
}

func (p *patcher) addFlow(n *yaml.Node, want *Node, keys []string) {
	at := p.offset(n.Line, n.Column) + 1
	var text []byte
	if len(n.Content) > 0 && n.Content[0].Line > n.Line {
		first := n.Content[0]
		indent := "\n" + string(p.src[p.offset(first.Line, 1):p.offset(first.Line, first.Column)]) // with its tabs
		for _, key := range keys {
			text = append(append(text, indent...), bytes.ReplaceAll(member(want, key), []byte("\n"), []byte(indent))...)
			text = append(text, ',')
		}
		p.edits = append(p.edits, edit{at, 0, text})
		return
	}
	space := ""
	if len(n.Content) > 0 && p.src[at] == ' ' {
		space = " "
	}
	text = append(text, space...)
	for i, key := range keys {
		if i > 0 {
			text = append(text, ", "...)
		}
		text = appendFlow(append(appendDoubleQuoted(text, key), ": "...), want.Get(key), space)
	}
	switch {
	case space != "": // one stands there
		text = append(text, ',')
	case len(n.Content) > 0:
		text = append(text, ", "...)
	}
	p.edits = append(p.edits, edit{at, 0, text})
}

// appendFlow writes a node as JSON on one line, with a space inside its braces or none.
func appendFlow(dst []byte, n *Node, space string) []byte {
	if len(n.Items) == 0 {
		return append(dst, bytes.TrimSpace(n.JSON())...)
	}
	start, end := "[", "]"
	if n.Kind == Map {
		start, end = "{"+space, space+"}"
	}
	dst = append(dst, start...)
	for i, item := range n.Items {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		if n.Kind == Map {
			dst = append(appendDoubleQuoted(dst, n.Keys[i]), ": "...)
		}
		dst = appendFlow(dst, item, space)
	}
	return append(dst, end...)
}

// member of a map as JSON has it, over several lines.
func member(n *Node, key string) []byte {
	text := append(bytes.TrimSpace(Text(key).JSON()), ": "...)
	return append(text, bytes.TrimSpace(n.Get(key).JSON())...)
}

func (p *patcher) apply() []byte {
	slices.SortStableFunc(p.edits, func(a, b edit) int { return cmp.Compare(a.at, b.at) })
	lineEnd := []byte("\n")
	if bytes.Contains(p.src, []byte("\r\n")) {
		lineEnd = []byte("\r\n")
	}
	var out []byte
	done := 0
	for _, e := range p.edits {
		out = append(append(out, p.src[done:e.at]...), bytes.ReplaceAll(e.text, []byte("\n"), lineEnd)...)
		done = e.at + e.length
	}
	return append(out, p.src[done:]...)
}

// sorted is a copy whose maps have their keys in alphabetical order.
func sorted(n *Node) *Node {
	if n == nil {
		return nil
	}
	c := &Node{Kind: n.Kind, Text: n.Text}
	if n.Kind == Map {
		keys := slices.Sorted(slices.Values(n.Keys))
		for _, key := range keys {
			c.Set(key, sorted(n.Get(key)))
		}
		return c
	}
	for _, item := range n.Items {
		c.Items = append(c.Items, sorted(item))
	}
	return c
}
