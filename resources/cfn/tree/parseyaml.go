package tree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// ParseYAML parses one YAML document. It expands aliases and merge keys. Keys, dates, and scalars after a tag such as !Sub become text as written.
// Every error is a *SyntaxError.
func ParseYAML(src []byte) (*Node, error) {
	src, err := checkEncoding(src)
	if err != nil {
		return nil, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(src))
	var document, second yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return nil, &SyntaxError{Line: 1, Message: "the file is empty"}
	} else if err != nil {
		return nil, fromYAML(err)
	}
	root := document.Content[0]
	if err := decoder.Decode(&second); err == nil {
		return nil, errorAt(&second, "a second document starts here: keep one document per file")
	} else if !errors.Is(err, io.EOF) {
		return nil, fromYAML(err)
	}
	r := yamlReader{open: map[*yaml.Node]bool{}}
	return r.node(root, 0)
}

// errorAt returns an error with the position of n.
func errorAt(n *yaml.Node, format string, args ...any) error {
	return &SyntaxError{Line: n.Line, Column: n.Column, Message: fmt.Sprintf(format, args...)}
}

type yamlReader struct {
	nodes int
	open  map[*yaml.Node]bool // the anchors that are being expanded
}

func (r *yamlReader) node(n *yaml.Node, depth int) (*Node, error) {
	if r.nodes++; r.nodes > maxNodes {
		return nil, errorAt(n, "the file has more than %d values after the expansion of aliases", maxNodes)
	}
	if depth > maxDepth {
		return nil, errorAt(n, "values are nested more than %d deep", maxDepth)
	}
	if n.Kind == yaml.AliasNode {
		return r.alias(n, depth)
	}
	if tag := n.ShortTag(); strings.HasPrefix(tag, "!") && !strings.HasPrefix(tag, "!!") {
		return r.function(n, tag, depth)
	}
	switch n.Kind {
	case yaml.MappingNode:
		if tag := n.ShortTag(); tag != "!!map" {
			return nil, errorAt(n, "the tag %s is not supported on a mapping: remove it", tag)
		}
		return r.mapping(n, depth)
	case yaml.SequenceNode:
		if tag := n.ShortTag(); tag != "!!seq" {
			return nil, errorAt(n, "the tag %s is not supported on a list: remove it", tag)
		}
		return r.sequence(n, depth)
	default:
		return scalar(n)
	}
}

func (r *yamlReader) alias(n *yaml.Node, depth int) (*Node, error) {
	if r.open[n.Alias] {
		return nil, errorAt(n, "the alias *%s is inside its own anchor", n.Value)
	}
	r.open[n.Alias] = true
	defer delete(r.open, n.Alias)
	return r.node(n.Alias, depth+1)
}

// function turns !Sub text into {"Fn::Sub": "text"}.
func (r *yamlReader) function(n *yaml.Node, tag string, depth int) (*Node, error) {
	name, ok := longName(tag)
	if !ok {
		return nil, errorAt(n, "unknown tag %s: CloudFormation has no such function", tag)
	}
	if inner := shortFormIn(n); tag == "!GetStackOutput" && inner != nil {
		return nil, errorAt(inner, "CloudFormation does not accept a short form such as %s inside !GetStackOutput: write Fn::GetStackOutput in its long form", inner.Tag)
	}
	arg := &Node{Kind: String, Line: lineNumber(n.Line), Column: columnNumber(n.Column), Text: n.Value}
	var err error
	switch n.Kind {
	case yaml.MappingNode:
		arg, err = r.mapping(n, depth+1)
	case yaml.SequenceNode:
		arg, err = r.sequence(n, depth+1)
	default: // a scalar is text as written
	}
	if err != nil {
		return nil, err
	}
	call := &Node{Kind: Map, Line: lineNumber(n.Line), Column: columnNumber(n.Column), Keys: []string{name}, Items: []*Node{arg}}
	splitGetAtt(call)
	return call, nil
}

// shortFormIn returns the first function in short form below a node, or nil if there is none.
func shortFormIn(n *yaml.Node) *yaml.Node {
	for _, c := range n.Content {
		if tag := c.ShortTag(); strings.HasPrefix(tag, "!") && !strings.HasPrefix(tag, "!!") {
			return c
		}
		if inner := shortFormIn(c); inner != nil {
			return inner
		}
	}
	return nil
}

func (r *yamlReader) sequence(n *yaml.Node, depth int) (*Node, error) {
	list := &Node{Kind: List, Line: lineNumber(n.Line), Column: columnNumber(n.Column), Items: make([]*Node, 0, len(n.Content))}
	for _, c := range n.Content {
		item, err := r.node(c, depth+1)
		if err != nil {
			return nil, err
		}
		list.Items = append(list.Items, item)
	}
	return list, nil
}

func (r *yamlReader) mapping(n *yaml.Node, depth int) (*Node, error) {
	m := &Node{Kind: Map, Line: lineNumber(n.Line), Column: columnNumber(n.Column), Keys: make([]string, 0, len(n.Content)/2), Items: make([]*Node, 0, len(n.Content)/2)}
	seen := make(map[string]bool, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if isMerge(n.Content[i]) {
			continue
		}
		key, err := keyText(n.Content[i])
		if err != nil {
			return nil, err
		}
		if seen[key] {
			return nil, duplicateKey(key, n.Content[i].Line, n.Content[i].Column)
		}
		value, err := r.node(n.Content[i+1], depth+1)
		if err != nil {
			return nil, err
		}
		seen[key] = true
		value.Line, value.Column = lineNumber(n.Content[i].Line), columnNumber(n.Content[i].Column)
		m.Keys, m.Items = append(m.Keys, key), append(m.Items, value)
	}
	// Merge last, because the keys of the mapping itself take precedence.
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !isMerge(n.Content[i]) {
			continue
		}
		if err := r.merge(m, seen, n.Content[i+1], depth); err != nil {
			return nil, err
		}
	}
	splitGetAtt(m)
	return m, nil
}

func isMerge(key *yaml.Node) bool { return key.Kind == yaml.ScalarNode && key.ShortTag() == "!!merge" }

// merge adds to m the keys that it does not have from a mapping, or from a list of mappings, the first of which takes precedence.
func (r *yamlReader) merge(m *Node, seen map[string]bool, n *yaml.Node, depth int) error {
	value, err := r.node(n, depth+1)
	if err != nil {
		return err
	}
	sources := []*Node{value}
	if value.Kind == List {
		sources = value.Items
	}
	for _, source := range sources {
		if source.Kind != Map {
			return errorAt(n, "the merge key << needs a mapping or a list of mappings")
		}
		for i, key := range source.Keys {
			if !seen[key] {
				seen[key] = true
				m.Keys, m.Items = append(m.Keys, key), append(m.Items, source.Items[i])
			}
		}
	}
	return nil
}

func keyText(n *yaml.Node) (string, error) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.ScalarNode {
		return "", errorAt(n, "a key must be text, not a list or a mapping")
	}
	if n.Style&yaml.TaggedStyle != 0 && n.ShortTag() != "!!str" {
		return "", errorAt(n, "the tag %s is not supported on a key: remove it", n.ShortTag())
	}
	return n.Value, nil
}

func scalar(n *yaml.Node) (*Node, error) {
	node := &Node{Kind: String, Line: lineNumber(n.Line), Column: columnNumber(n.Column), Text: n.Value}
	tag := n.ShortTag()
	if n.Style&yaml.TaggedStyle != 0 && tag != "!!str" && tag != "!!timestamp" {
		// An explicit tag such as !!int has to match the text; it does not convert it.
		plain := yaml.Node{Kind: yaml.ScalarNode, Value: n.Value}
		if found := plain.ShortTag(); found != tag && (tag != "!!float" || found != "!!int") {
			return nil, errorAt(n, "the tag %s does not match %q: remove it", tag, n.Value)
		}
	}
	switch tag {
	case "!!null":
		node.Kind, node.Text = Null, ""
	case "!!bool":
		node.Kind, node.Text = Bool, strings.ToLower(n.Value)
	case "!!int", "!!float":
		node.Kind = Number
	case "!!str":
		if n.Style == 0 && isJSONNumber(n.Value) { // a plain scalar that is too large for a float, such as 1e999
			node.Kind = Number
		}
	}
	return node, nil
}

// fromYAML returns a readable error for one of yaml.v3, which has no column, and for some errors the line before the right one.
func fromYAML(err error) error {
	e := &SyntaxError{Line: 1, Message: strings.TrimPrefix(err.Error(), "yaml: ")}
	if rest, ok := strings.CutPrefix(e.Message, "line "); ok {
		number, message, _ := strings.Cut(rest, ": ")
		if line, err := strconv.Atoi(number); err == nil {
			e.Line, e.Message = line, message
		}
	}
	switch e.Message {
	case "did not find expected key", "did not find expected '-' indicator":
		e.Line++
		e.Message = "the indentation is wrong somewhere in the block that starts here"
	case "did not find expected ',' or ']'", "did not find expected ',' or '}'":
		e.Line++
		e.Message = "a bracket that opens here is not closed, or a comma is missing"
	case "did not find expected node content":
		e.Line++
		e.Message = "a value is missing here"
	case "mapping values are not allowed in this context":
		e.Message = "\": \" is not allowed here: quote the text, or check the indentation"
	case "found character that cannot start any token":
		e.Message = "a value cannot start like this: quote text that starts with @, ` or %, and indent with spaces, not tabs"
	case "could not find expected ':'":
		e.Message = "this key has no \":\""
	}
	return e
}
