package spec

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// node is one value of the file with aliases and merge keys replaced by what they stand for.
type node struct {
	kind         kind
	text         string // of a scalar, as written but without quotes
	line, column int
	parent       *node
	step         string  // from the parent: .name, [3] or ["a b"]
	fields       []field // of a mapping, in order
	items        []*node // of a list
}

type field struct {
	key          string
	line, column int // of the key
	value        *node
}

type kind uint8

const (
	nullKind kind = iota
	textKind
	numberKind
	fractionKind
	booleanKind
	dateKind
	listKind
	mappingKind
)

// path of n as written. It is made when needed: in a large file the paths of all nodes would be far larger than the file.
func (n *node) path() string {
	if n.parent == nil {
		return ""
	}
	step := n.step
	parent := n.parent.path()
	if parent == "" && step[0] == '.' {
		step = step[1:]
	}
	return parent + step
}

// get a field of a mapping; nil when there is none.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for _, f := range n.fields {
		if f.key == key {
			return f.value
		}
	}
	return nil
}

// describe n for "needs a number, found …".
func (n *node) describe() string {
	switch n.kind {
	case nullKind:
		return "nothing"
	case textKind:
		return "the text " + strconv.Quote(shorten(n.text))
	case numberKind, fractionKind:
		return "the number " + shorten(n.text)
	case booleanKind:
		return n.text
	case dateKind:
		return "the date " + n.text
	case listKind:
		return "a list"
	case mappingKind:
		return "a mapping"
	}
	return "something else"
}

const (
	maxItems   = 500    // of a list or a mapping: CloudFormation allows 500 resources in a template
	maxDepth   = 32     // levels of nesting; the deepest field stands at ten
	maxAliased = 10_000 // values that aliases may stand for, so that a small file cannot become a huge one
	maxKey     = 256    // characters; twice the longest tag key
)

func tooMany(n int, things string) string {
	return fmt.Sprintf("has %d %s, at most %d are allowed", n, things, maxItems)
}

// expander turns a YAML document into nodes.
type expander struct {
	*report
	inside map[*yaml.Node]bool // the anchors that are being copied
}

func (r *report) expand(doc *yaml.Node) *node {
	e := expander{report: r, inside: map[*yaml.Node]bool{}}
	return e.node(doc, nil, "", 0)
}

func (e *expander) node(y *yaml.Node, parent *node, step string, depth int) *node {
	n := &node{line: y.Line, column: y.Column, parent: parent, step: step}
	if y.Kind == yaml.AliasNode {
		return e.alias(y, n, depth)
	}
	if len(e.inside) > 0 {
		if e.aliased++; e.aliased > maxAliased {
			if e.aliased == maxAliased+1 {
				e.at(n, fmt.Sprintf("aliases stand for more than %d values", maxAliased), "write them out")
			}
			return n
		}
	}
	if depth > maxDepth {
		e.at(n, fmt.Sprintf("is nested more than %d levels deep", maxDepth), "")
		return n
	}
	if y.Style&yaml.TaggedStyle != 0 && y.Tag != "!!str" && y.Tag != "!!map" && y.Tag != "!!seq" {
		e.at(n, "has the tag "+strconv.Quote(shorten(y.Tag)), "write the value without a tag")
		return n
	}
	switch y.Kind {
	case yaml.ScalarNode:
		e.scalar(y, n)
	case yaml.SequenceNode:
		n.kind = listKind
		if len(y.Content) > maxItems {
			e.at(n, tooMany(len(y.Content), "items"), "")
			return n
		}
		for i, item := range y.Content {
			n.items = append(n.items, e.node(item, n, index("", i), depth+1))
		}
	case yaml.MappingNode:
		n.kind = mappingKind
		e.mapping(y, n, depth)
	case yaml.DocumentNode, yaml.AliasNode: // never in a document; handled above
	}
	return n
}

// alias copies what an alias stands for: with the path of the alias and the place of the anchor, where the value is written.
func (e *expander) alias(y *yaml.Node, n *node, depth int) *node {
	if e.inside[y.Alias] {
		e.at(n, "the anchor "+strconv.Quote(shorten(y.Value))+" contains itself", "")
		return n
	}
	e.inside[y.Alias] = true
	defer delete(e.inside, y.Alias)
	return e.node(y.Alias, n.parent, n.step, depth)
}

func (e *expander) scalar(y *yaml.Node, n *node) {
	n.text = y.Value
	switch y.Tag {
	case "!!null":
		n.kind = nullKind
	case "!!int":
		n.kind = numberKind
	case "!!float":
		n.kind = fractionKind
	case "!!bool":
		n.kind = booleanKind
	case "!!timestamp":
		n.kind = dateKind
	default:
		n.kind = textKind
	}
	if what, hint := refused(n.text); what != "" {
		e.at(n, "holds "+what, hint)
	}
}

func (e *expander) mapping(y *yaml.Node, n *node, depth int) {
	if fields := len(y.Content) / 2; fields > maxItems {
		e.at(n, tooMany(fields, "fields"), "")
		return
	}
	given := map[string]int{} // line where each key was given
	var merges []*yaml.Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		k, v := y.Content[i], y.Content[i+1]
		if k.Tag == "!!merge" {
			merges = append(merges, v)
			continue
		}
		key, ok := e.key(k, n)
		if !ok {
			continue
		}
		if first, twice := given[key]; twice {
			e.add(k.Line, k.Column, Problem{join(n.path(), key), fmt.Sprintf("is given twice, first in line %d", first), "keep one"})
			continue
		}
		given[key] = k.Line
		n.fields = append(n.fields, field{key, k.Line, k.Column, e.node(v, n, stepTo(key), depth+1)})
	}
	for _, m := range merges {
		e.merge(m, n, given, depth)
	}
}

// merge what a merge key names into n; what n has itself, or from an earlier merge, stays.
func (e *expander) merge(y *yaml.Node, n *node, given map[string]int, depth int) {
	// At the place of n itself, so that the paths are those of n's fields; one level down, so that merges cannot nest for ever.
	from := e.node(y, n.parent, n.step, depth+1)
	sources := []*node{from}
	if from.kind == listKind {
		sources = from.items
	}
	for _, source := range sources {
		if source.kind != mappingKind {
			if e.failed[source.path()] {
				continue
			}
			e.add(source.line, source.column, Problem{n.path(), "the merge key << needs a mapping, found " + source.describe(), ""})
			continue
		}
		for _, f := range source.fields {
			if _, twice := given[f.key]; twice {
				continue
			}
			given[f.key] = f.line
			f.value.parent = n
			n.fields = append(n.fields, f)
		}
	}
}

// key gives the text of a key; false when it is reported instead.
func (e *expander) key(k *yaml.Node, n *node) (string, bool) {
	line, column := k.Line, k.Column
	if k.Kind == yaml.AliasNode {
		k = k.Alias
	}
	bad := func(message, hint string) (string, bool) {
		e.add(line, column, Problem{n.path(), message, hint})
		return "", false
	}
	switch {
	case k.Kind != yaml.ScalarNode:
		return bad("a key must be text, not a list or a mapping", "quote text that begins with { or [")
	case k.Tag != "!!str":
		return bad("a key must be text, found "+shorten(k.Value), "quote it")
	case utf8.RuneCountInString(k.Value) > maxKey:
		return bad(fmt.Sprintf("a key has %d characters, at most %d are allowed", utf8.RuneCountInString(k.Value), maxKey), "")
	}
	if what, _ := refused(k.Value); what != "" {
		return bad("a key holds "+what, "remove it")
	}
	return k.Value, true
}
