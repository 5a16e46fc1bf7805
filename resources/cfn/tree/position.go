package tree

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Position is a place in a file. Line and Column count from 1, Column in characters.
type Position struct{ Line, Column int }

// Positions finds where the values of a template are written: those of maps at their keys, those of lists at themselves. Paths are those of Node.Walk,
// less the steps into functions in their short form. Nil for a file that Parse refuses. Few callers need it, and only for messages: a Node has its line.
func Positions(name string, src []byte) map[string]Position {
	src = bytes.TrimPrefix(src, []byte("\ufeff"))
	all := map[string]Position{}
	if isNamedJSON(name) {
		l := jsonLocator{src: src, decoder: json.NewDecoder(bytes.NewReader(src)), all: all, line: 1}
		if l.value("") != nil {
			return nil
		}
		return all
	}
	var document yaml.Node
	if yaml.Unmarshal(src, &document) != nil || len(document.Content) == 0 {
		return nil
	}
	locate(all, "", document.Content[0])
	return all
}

// locate records what is below a node of YAML. It does not enter aliases: what they stand for is written elsewhere.
func locate(all map[string]Position, path string, n *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			at := join(path, key.Value)
			all[at] = Position{key.Line, key.Column}
			locate(all, at, n.Content[i+1])
		}
	case yaml.SequenceNode:
		for i, item := range n.Content {
			at := path + "[" + strconv.Itoa(i) + "]"
			all[at] = Position{item.Line, item.Column}
			locate(all, at, item)
		}
	default: // scalars and aliases contain nothing
	}
}

// jsonLocator is locate for JSON, whose reader tells only where tokens end.
type jsonLocator struct {
	src     []byte
	decoder *json.Decoder
	all     map[string]Position
	// the place up to which lines are counted, its line, and where that line starts
	offset, line, start int
}

// next is the position of the next token.
func (l *jsonLocator) next() Position {
	at := int(l.decoder.InputOffset())
	for at < len(l.src) && bytes.IndexByte([]byte(" \t\r\n,:"), l.src[at]) >= 0 {
		at++
	}
	for ; l.offset < at; l.offset++ {
		if l.src[l.offset] == '\n' {
			l.line, l.start = l.line+1, l.offset+1
		}
	}
	return Position{l.line, utf8.RuneCount(l.src[l.start:at]) + 1}
}

// value records what is below the next value.
func (l *jsonLocator) value(path string) error {
	open, err := l.decoder.Token()
	if err != nil || open != json.Delim('{') && open != json.Delim('[') {
		return err
	}
	for i := 0; l.decoder.More(); i++ {
		at, position := path+"["+strconv.Itoa(i)+"]", l.next()
		if open == json.Delim('{') {
			key, err := l.decoder.Token()
			if err != nil {
				return err
			}
			text, _ := key.(string) // the decoder accepts no other key
			at = join(path, text)
		}
		l.all[at] = position
		if err := l.value(at); err != nil {
			return err
		}
	}
	_, err = l.decoder.Token() // the closing bracket
	return err
}
