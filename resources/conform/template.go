package conform

import (
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Template reports all problems of the resources of a template, in their order. A type that the catalog lacks is a problem if no type can have that name, or
// if it resembles one that exists. Any other can be newer than the catalog, and is not judged.
func Template(root *tree.Node) []Problem {
	c := newChecker(root)
	resources := root.Get("Resources")
	if c.isExpanded() || resources == nil || resources.Kind != tree.Map {
		return nil
	}
	c.enter("Resources")
	c.resources(resources)
	return c.problems
}

// Judges says whether the properties of a resource type are judged: whether the catalog has them.
func Judges(typ string) bool {
	t, ok := catalog.Type(typ)
	return ok && !t.Open && t.Transform == ""
}

// checker collects the problems of a template.
type checker struct {
	path
	root     *tree.Node
	problems []Problem
	// transforms that the template names.
	transforms []string
	// typ is the type of the resource that is being checked.
	typ *catalog.ResourceType
}

func newChecker(root *tree.Node) *checker {
	c := &checker{root: root}
	for _, n := range root.Get("Transform").Elements() {
		if n.Kind == tree.Map {
			n = n.Get("Name")
		}
		if n != nil {
			c.transforms = append(c.transforms, n.Text)
		}
	}
	return c
}

// isExpanded says whether a macro that is not AWS's can turn the template into any other.
func (c *checker) isExpanded() bool {
	return slices.ContainsFunc(c.transforms, func(name string) bool { return !strings.HasPrefix(name, "AWS::") })
}

// failAt reports a problem of a key.
func (c *checker) failAt(key, message, hint string) {
	c.enter(key)
	c.fail(message, hint)
	c.leave()
}

func (c *checker) fail(message, hint string) {
	c.problems = append(c.problems, Problem{Path: c.String(), Message: message, Hint: hint})
}

// forEach begins the keys that declare something for each value of a list.
const forEach = "Fn::ForEach::"

// resources checks the resources of a map, those that a loop declares included.
func (c *checker) resources(resources *tree.Node) {
	for i, id := range resources.Keys {
		n := resources.Items[i]
		c.enter(id)
		switch {
		case n == nil:
		case strings.HasPrefix(id, forEach):
			// the name of the variable, its values, and what is declared for each of them
			if len(n.Items) == 3 && n.Items[2].Kind == tree.Map {
				c.enterItem(2)
				c.resources(n.Items[2])
				c.leave()
			}
		case strings.HasPrefix(id, "Fn::"): // a macro declares others
		default:
			c.resource(n)
		}
		c.leave()
	}
}

// resource checks one resource. That it has a type is checked elsewhere.
func (c *checker) resource(n *tree.Node) {
	typ := n.Get("Type")
	if typ == nil || typ.Kind != tree.String || typ.Text == "" {
		return
	}
	t, isKnown := catalog.Type(typ.Text)
	c.typ = t
	switch {
	case !isKnown:
		if message, hint := NoType(typ.Text); message != "" {
			c.failAt("Type", message, hint)
		}
	case t.Transform == "":
	case slices.Contains(c.transforms, t.Transform):
		return // the catalog knows too little of what a transform accepts
	default:
		c.failAt("Type", typ.Text+" is a type of the transform "+t.Transform+", which the template does not name", "write Transform: "+t.Transform)
		return
	}
	c.attributes(n)
	if isKnown && !t.Open {
		c.properties(n.Get("Properties"))
	}
}

// NoType says why there can be no resource type of a name, and what to do. Both are empty for one that exists, or that can be newer than the catalog.
func NoType(typ string) (message, hint string) {
	if _, ok := catalog.Type(typ); ok || strings.Contains(typ, "${") { // the latter of a loop
		return "", ""
	}
	switch nearest := nearestType(typ); {
	case nearest != "":
		return "CloudFormation has no resource type " + typ, didYouMean(nearest)
	case strings.Count(typ, "::") < 2:
		return typ + " is not the name of a resource type", "write one such as AWS::SQS::Queue"
	default:
		return "", ""
	}
}

// nearestType is the type that a name which the catalog lacks is a slip of, or "". Names of new types resemble those of old ones, so that a slip is in the
// service or in what follows it, not in both.
func nearestType(typ string) string {
	parts := strings.Split(typ, "::")
	if len(parts) != 3 || parts[1] == "Serverless" {
		return ""
	}
	var services, names []string // services that have this name, names of this service
	isService := false
	for _, t := range catalog.Types() {
		if strings.EqualFold(t, typ) {
			return t
		}
		other := strings.Split(t, "::")
		if other[0] != parts[0] {
			continue
		}
		if other[1] == parts[1] {
			isService = true
			names = append(names, other[2])
		} else if other[2] == parts[2] {
			services = append(services, other[1])
		}
	}
	if isService {
		return join(parts[0], parts[1], catalog.Nearest(parts[2], names))
	}
	return join(parts[0], catalog.Nearest(parts[1], services), parts[2])
}

// join the parts of a type's name; "" if one is empty.
func join(parts ...string) string {
	if slices.Contains(parts, "") {
		return ""
	}
	return strings.Join(parts, "::")
}

// properties checks those of a resource whose type the catalog has.
func (c *checker) properties(n *tree.Node) {
	c.enter("Properties")
	defer c.leave()
	_, _, isCall := function(n)
	switch {
	case n == nil:
		c.missing(&c.typ.Definition, nil, nil)
	case n.Kind == tree.Null, isCall: // the one is reported elsewhere, the other known only to CloudFormation
	case n.Kind != tree.Map:
		c.fail("it is "+quoted(n)+", but must be a map of properties", "")
	default:
		c.object(n, &c.typ.Definition)
	}
}

// missing reports the required properties of a definition that are not set, less those that a misspelt one is meant to be.
func (c *checker) missing(d *catalog.Definition, set *tree.Node, meant []string) {
	for i := range d.Properties {
		if p := &d.Properties[i]; p.Required && set.Get(p.Name) == nil && !slices.Contains(meant, p.Name) {
			c.failAt(p.Name, c.name(d)+" requires this property, and it is not set", "set it")
		}
	}
}

// name of a definition as messages write it.
func (c *checker) name(d *catalog.Definition) string {
	if c.typ == nil || d.Name == c.typ.Name {
		return d.Name
	}
	return d.Name + " of " + c.typ.Name
}
