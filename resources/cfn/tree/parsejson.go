package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ParseJSON parses one JSON document. It keeps the order of keys and the spelling of numbers. Every error is a *SyntaxError.
func ParseJSON(src []byte) (*Node, error) {
	src, err := checkEncoding(src)
	if err != nil {
		return nil, err
	}
	r := jsonReader{src: src, decoder: json.NewDecoder(bytes.NewReader(src)), line: 1}
	if len(bytes.TrimSpace(src)) == 0 {
		return nil, r.errorf("the file is empty")
	}
	// Check the whole document first, because the decoder reports wrong offsets for single tokens.
	var whole json.RawMessage
	if err := json.Unmarshal(src, &whole); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			r.moveTo(syntax.Offset)
		}
		return nil, r.errorf("not valid JSON: %s", err)
	}
	r.decoder.UseNumber()
	return r.next(0)
}

type jsonReader struct {
	src     []byte
	decoder *json.Decoder
	// The end of the last token: its offset, its line, and the offset of the start of that line.
	offset, line, start int
	// Where the last token begins, 1-based.
	beginLine, beginColumn int
}

// token reads a token and moves the position to its end. It remembers where the token begins.
func (r *jsonReader) token() (json.Token, error) {
	end := r.offset
	for end < len(r.src) && strings.IndexByte(" \t\r\n,:", r.src[end]) >= 0 {
		end++
	}
	r.moveTo(int64(end))
	r.beginLine, r.beginColumn = r.line, r.offset-r.start+1
	token, err := r.decoder.Token()
	if err != nil {
		return nil, r.errorf("not valid JSON: %s", err)
	}
	r.moveTo(r.decoder.InputOffset())
	return token, nil
}

func (r *jsonReader) moveTo(offset int64) {
	for ; int64(r.offset) < offset && r.offset < len(r.src); r.offset++ {
		if r.src[r.offset] == '\n' {
			r.line++
			r.start = r.offset + 1
		}
	}
}

// errorf returns an error at the last character that was read.
func (r *jsonReader) errorf(format string, args ...any) error {
	return &SyntaxError{Line: r.line, Column: max(r.offset-r.start, 1), Message: fmt.Sprintf(format, args...)}
}

func (r *jsonReader) next(depth int) (*Node, error) {
	if depth > maxDepth {
		return nil, r.errorf("values are nested more than %d deep", maxDepth)
	}
	token, err := r.token()
	if err != nil {
		return nil, err
	}
	node := &Node{Line: lineNumber(r.beginLine), Column: columnNumber(r.beginColumn)}
	switch t := token.(type) {
	case json.Delim:
		if t == '[' {
			return r.list(node, depth)
		}
		return r.object(node, depth)
	case string:
		node.Kind, node.Text = String, t
	case json.Number:
		node.Kind, node.Text = Number, t.String()
	case bool:
		node.Kind, node.Text = Bool, strconv.FormatBool(t)
	}
	return node, nil
}

func (r *jsonReader) list(node *Node, depth int) (*Node, error) {
	node.Kind = List
	for r.decoder.More() {
		item, err := r.next(depth + 1)
		if err != nil {
			return nil, err
		}
		node.Items = append(node.Items, item)
	}
	_, err := r.token() // the closing bracket
	return node, err
}

func (r *jsonReader) object(node *Node, depth int) (*Node, error) {
	node.Kind = Map
	seen := map[string]bool{}
	for r.decoder.More() {
		token, err := r.token()
		if err != nil {
			return nil, err
		}
		key, _ := token.(string) // the decoder returns no other type here
		if seen[key] {
			return nil, duplicateKey(key, r.line, max(r.offset-r.start, 1))
		}
		seen[key] = true
		line, column := lineNumber(r.beginLine), columnNumber(r.beginColumn)
		value, err := r.next(depth + 1)
		if err != nil {
			return nil, err
		}
		value.Line, value.Column = line, column
		node.Keys, node.Items = append(node.Keys, key), append(node.Items, value)
	}
	if _, err := r.token(); err != nil { // the closing brace
		return nil, err
	}
	splitGetAtt(node)
	return node, nil
}
