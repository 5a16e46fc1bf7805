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

// Patch edits the text of a template, YAML or JSON, so that its content equals want, and keeps comments, order and quotes. It adds keys to maps
// and replaces texts and numbers. For any other change, it returns an error that names the path, or renders the whole template anew if it is JSON,
// which has no comments.
func Patch(src []byte, want *Node) ([]byte, error) {
	src, err := checkEncoding(src)
	if err != nil {
		return nil, err
	}
	out, err := patch(src, want, false)
	if err != nil { // a multi-line text at the end could swallow the added keys
		if front, again := patch(src, want, true); again == nil {
			out, err = front, nil
		}
	}
	if json.Valid(src) && !isJSON(out, want) {
		return want.JSON(), nil
	}
	return out, err
}

// isJSON reports whether a text is JSON with the content of want.
func isJSON(text []byte, want *Node) bool {
	got, err := ParseJSON(text)
	return err == nil && sorted(got).Equal(sorted(want))
}

// patch applies the changes to src. It adds new keys of the document at its front or at its end.
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
		return nil, errors.New("the template is not a mapping")
	}
	p := &patcher{src: src, lines: lineStarts(src), front: front}
	if err := p.mapping("", root, 0, have, want); err != nil {
		return nil, err
	}
	out := p.apply()
	if got, err := ParseYAML(out); err != nil || !sorted(got).Equal(sorted(want)) {
		return nil, errors.New("cfnpipe cannot add keys to the template in its present format: write its sections as plain blocks, or the template as JSON")
	}
	return out, nil
}

// lineStarts returns the offsets of all lines but the first, as YAML counts lines.
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
	lines []int // offsets of all lines but the first
	front bool  // whether to add new keys of the document at its front
	edits []edit
}

// edit replaces bytes of the source.
type edit struct {
	at, length int
	text       []byte
}

// offset returns the offset of a position, which counts from 1, with the column in characters.
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

// mapping changes the mapping at a path, whose key is on the given line, 0 for the whole document.
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
			return unpatchable(path, key) // it is from a merge key
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
	return fmt.Errorf("cfnpipe cannot change %s in its present format: write it as a plain value", join(path, key))
}

// replace replaces a value in the mapping n, if it is plain, or quoted on one line. Else it returns false.
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

// add adds keys to the mapping n: to a block after the line of its key, to braces after the opening one, and to the document at its end or front.
func (p *patcher) add(n *yaml.Node, path string, keyLine int, want *Node, keys []string) error {
	switch {
	case len(keys) == 0:
		return nil
	case n.Style&yaml.FlowStyle != 0:
		if at := p.offset(n.Line, n.Column); at == len(p.src) || p.src[at] != '{' {
			return unpatchable(path, keys[0]) // an anchor or a tag is before the brace
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

// end returns the offset of the end of the document: three dots, or the end of the file.
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
		indent := "\n" + string(p.src[p.offset(first.Line, 1):p.offset(first.Line, first.Column)]) // including tabs
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
	case space != "": // a space follows already
		text = append(text, ',')
	case len(n.Content) > 0:
		text = append(text, ", "...)
	}
	p.edits = append(p.edits, edit{at, 0, text})
}

// appendFlow appends a node as JSON on one line, with the given space inside braces.
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

// member returns a key and its value as JSON, on several lines.
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

// sorted returns a copy of n with the keys of maps in alphabetical order.
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
