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
	c.resources(&step{key: "Resources"}, resources)
	return c.problems
}

// Judges says whether the properties of a resource type are judged: whether the catalog has them.
func Judges(typ string) bool {
	t, ok := catalog.Type(typ)
	return ok && !t.Open && t.Transform == ""
}

// checker collects the problems of a template.
type checker struct {
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

func (c *checker) fail(at *step, message, hint string) {
	c.problems = append(c.problems, Problem{Path: at.String(), Message: message, Hint: hint})
}

// forEach begins the keys that declare something for each value of a list.
const forEach = "Fn::ForEach::"

// resources checks the resources of a map, those that a loop declares included.
func (c *checker) resources(at *step, resources *tree.Node) {
	for i, id := range resources.Keys {
		n, here := resources.Items[i], &step{up: at, key: id}
		switch {
		case strings.HasPrefix(id, forEach):
			// the name of the variable, its values, and what is declared for each of them
			if len(n.Items) == 3 && n.Items[2].Kind == tree.Map {
				c.resources(&step{up: here, index: 2}, n.Items[2])
			}
		case strings.HasPrefix(id, "Fn::"): // a macro declares others
		default:
			c.resource(here, n)
		}
	}
}

// resource checks one resource. That it has a type is checked elsewhere.
func (c *checker) resource(at *step, n *tree.Node) {
	typ := n.Get("Type")
	if typ == nil || typ.Kind != tree.String {
		return
	}
	t, isKnown := catalog.Type(typ.Text)
	c.typ = t
	switch {
	case !isKnown:
		c.unknownType(&step{up: at, key: "Type"}, typ.Text)
	case t.Transform != "" && !slices.Contains(c.transforms, t.Transform):
		c.fail(&step{up: at, key: "Type"}, typ.Text+" is a type of the transform "+t.Transform+", which the template does not name",
			"write Transform: "+t.Transform)
		return
	}
	c.attributes(at, n)
	// of the types of transforms the catalog knows too little
	if isKnown && !t.Open && t.Transform == "" {
		c.properties(at, n.Get("Properties"))
	}
}

// unknownType reports a type that cannot exist, or that resembles one that does.
func (c *checker) unknownType(at *step, typ string) {
	if strings.Contains(typ, "${") { // of a loop
		return
	}
	switch nearest := nearestType(typ); {
	case nearest != "":
		c.fail(at, "CloudFormation has no resource type "+typ, didYouMean(nearest))
	case strings.Count(typ, "::") < 2:
		c.fail(at, typ+" is not the name of a resource type", "write one such as AWS::SQS::Queue")
	}
}

// nearestType is the type that a name which the catalog lacks is a slip of, or "". Names of new types resemble those of old ones, so that only one part of
// the name may differ.
func nearestType(typ string) string {
	nearest := catalog.NearestType(typ)
	a, b := strings.Split(typ, "::"), strings.Split(nearest, "::")
	switch {
	case len(a) != len(b), strings.HasPrefix(typ, "AWS::Serverless::"):
		return ""
	case strings.EqualFold(typ, nearest):
		return nearest
	case catalog.Foreign(typ), len(a) < 3:
		return ""
	case strings.EqualFold(a[1], b[1]), strings.EqualFold(a[2], b[2]) && catalog.Nearest(a[1], b[1:2]) != "":
		return nearest
	default:
		return ""
	}
}

// properties checks those of a resource whose type the catalog has.
func (c *checker) properties(at *step, n *tree.Node) {
	if n == nil {
		c.missing(at, &c.typ.Definition, nil)
		return
	}
	at = &step{up: at, key: "Properties"}
	_, _, isCall := function(n)
	switch {
	case n.Kind == tree.Null, isCall: // the one is reported elsewhere, the other known only to CloudFormation
	case n.Kind != tree.Map:
		c.fail(at, "it is "+kindOf(n)+", but must be a map of properties", "")
	default:
		c.object(at, n, &c.typ.Definition)
	}
}

// missing reports the required properties of a definition that are not set.
func (c *checker) missing(at *step, d *catalog.Definition, set *tree.Node) {
	for i := range d.Properties {
		if p := &d.Properties[i]; p.Required && set.Get(p.Name) == nil {
			c.fail(at, c.name(d)+" requires the property "+p.Name, "set it")
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
