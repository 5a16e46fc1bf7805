package conform

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// value checks a value of a property against its shape.
func (c *checker) value(n *tree.Node, s *catalog.Shape) {
	if n == nil || n.Kind == tree.Null || s.Kind == catalog.Any { // a null is reported elsewhere
		return
	}
	if name, arg, ok := function(n); ok {
		c.call(name, arg, s)
		return
	}
	if n.Kind == tree.String && strings.Contains(n.Text, "{{resolve:") { // known only when it is deployed
		return
	}
	if s.Kind == catalog.Union {
		c.union(n, s)
		return
	}
	if !fits(n, s.Kind) {
		c.wrong(n, s)
		return
	}
	switch s.Kind {
	case catalog.List:
		for i, item := range n.Items {
			c.enterItem(i)
			c.value(item, s.Element)
			c.leave()
		}
	case catalog.Map:
		for i, key := range n.Keys {
			if !strings.HasPrefix(key, "Fn::") { // a macro or a loop adds to it
				c.enter(key)
				c.value(n.Items[i], s.Element)
				c.leave()
			}
		}
	case catalog.Object:
		c.object(n, s.Definition)
	default:
	}
}

// object checks a map against the properties of a definition.
func (c *checker) object(n *tree.Node, d *catalog.Definition) {
	isWhole := true
	var meant []string // by misspelt properties
	for i, key := range n.Keys {
		if strings.HasPrefix(key, "Fn::") || strings.Contains(key, "${") { // a macro or a loop adds to it
			isWhole = false
			continue
		}
		p, ok := d.Property(key)
		switch {
		case ok:
			c.enter(key)
			c.value(n.Items[i], &p.Shape)
			c.leave()
		case !c.isReadOnly(d, key):
			names := d.Names()
			c.failAt(key, c.name(d)+" has no property "+key, suggest(key, names))
			meant = append(meant, catalog.Nearest(key, names))
		}
	}
	if isWhole {
		c.missing(d, n, meant)
	}
}

// isReadOnly says whether a property is an attribute of the type. CloudFormation ignores what a template sets it to
// (github.com/aws-cloudformation/cloudformation-resource-schema/issues/102).
func (c *checker) isReadOnly(d *catalog.Definition, key string) bool {
	if c.typ == nil || d != &c.typ.Definition {
		return false
	}
	return slices.ContainsFunc(c.typ.Attributes, func(a catalog.Attribute) bool { return a.Name == key || strings.HasPrefix(a.Name, key+".") })
}

// union checks a value against the alternatives of a shape: one of them must accept it. Otherwise the problems are those with the one that is nearest.
func (c *checker) union(n *tree.Node, s *catalog.Shape) {
	before := c.problems
	var least []Problem
	for i := range s.Alternatives {
		a := &s.Alternatives[i]
		if !fits(n, a.Kind) {
			continue
		}
		c.problems = nil
		c.value(n, a)
		found := c.problems
		if len(found) == 0 {
			c.problems = before
			return
		}
		if least == nil || len(found) < len(least) {
			least = found
		}
	}
	c.problems = before
	if least == nil {
		c.wrong(n, s)
		return
	}
	c.problems = append(c.problems, least...)
}

// fits says whether CloudFormation can read a value that is not a function as one of a kind. It turns numbers, booleans and texts into each other.
func fits(n *tree.Node, kind catalog.Kind) bool {
	switch kind {
	case catalog.Any, catalog.Union:
		return true
	case catalog.List:
		return n.Kind == tree.List
	case catalog.Map, catalog.Object:
		return n.Kind == tree.Map
	default:
	}
	if n.Kind == tree.List || n.Kind == tree.Map {
		return false
	}
	switch kind {
	case catalog.Number, catalog.Integer:
		number, err := strconv.ParseFloat(strings.TrimSpace(n.Text), 64)
		return err == nil && (kind == catalog.Number || number == math.Trunc(number))
	case catalog.Boolean:
		return isBoolean(n.Text)
	default:
		return true
	}
}

// isBoolean knows the words of YAML 1.1 too, which is what CloudFormation reads.
func isBoolean(text string) bool {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "true", "false", "yes", "no", "on", "off", "0", "1":
		return true
	default:
		return false
	}
}

// wrong reports a value that its property does not accept.
func (c *checker) wrong(n *tree.Node, s *catalog.Shape) {
	c.fail("it is "+quoted(n)+", but must be "+c.accepts(s), remedy(s))
}

func remedy(s *catalog.Shape) string {
	if s.Kind == catalog.List {
		return "write a list, also of a single value"
	}
	return ""
}
