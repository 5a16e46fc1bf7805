package catalog

import (
	"slices"
	"strings"
)

// Kind is what a value is.
type Kind uint8

// The kinds of values.
const (
	Any     Kind = iota // JSON of any form, such as a policy document
	String              // numbers and booleans are accepted too, CloudFormation turns them into text
	Number              // a number, or its text
	Integer             // a whole number, or its text
	Boolean             // true or false, or its text
	List                // of elements
	Map                 // of elements by any key
	Object              // of the properties of a definition
	Union               // one of several
)

// String names the kind as messages do.
func (k Kind) String() string {
	switch k {
	case String:
		return "string"
	case Number:
		return "number"
	case Integer:
		return "integer"
	case Boolean:
		return "boolean"
	case List:
		return "list"
	case Map:
		return "map"
	case Object:
		return "object"
	case Union:
		return "one of several"
	default:
		return "any JSON"
	}
}

// Shape is what a property or an attribute is.
type Shape struct {
	Kind Kind
	// Element of a list or a map; else nil.
	Element *Shape
	// Definition of an object; else nil.
	Definition *Definition
	// Alternatives of a union, at least two; else nil.
	Alternatives []Shape
	// Values that are known for a string, the elements of a list or a map included; nil where any is possible. Services learn new values before
	// the tables do: for hints, never for refusals.
	Values []string
}

// String writes the shape as messages do, such as "list of Rule".
func (s Shape) String() string {
	switch s.Kind {
	case List, Map:
		return s.Kind.String() + " of " + s.Element.String()
	case Object:
		return s.Definition.Name
	case Union:
		words := make([]string, len(s.Alternatives))
		for i, a := range s.Alternatives {
			words[i] = a.String()
		}
		return strings.Join(words, " or ")
	default:
		return s.Kind.String()
	}
}

// Definition is the properties of an object: of a resource type, or of a part of it. A definition may contain itself.
type Definition struct {
	Name string
	// Properties by name.
	Properties []Property
}

// Property of a resource type or of a definition.
type Property struct {
	Name     string
	Required bool
	Shape
}

// Property finds a property by name.
func (d *Definition) Property(name string) (*Property, bool) {
	i, ok := slices.BinarySearchFunc(d.Properties, name, func(p Property, name string) int { return strings.Compare(p.Name, name) })
	if !ok {
		return nil, false
	}
	return &d.Properties[i], true
}

// Names of the properties, sorted.
func (d *Definition) Names() []string {
	names := make([]string, len(d.Properties))
	for i, p := range d.Properties {
		names[i] = p.Name
	}
	return names
}

// Required lists the properties that must be set, sorted.
func (d *Definition) Required() []string {
	var names []string
	for _, p := range d.Properties {
		if p.Required {
			names = append(names, p.Name)
		}
	}
	return names
}

// at finds what stands below a shape at a path, whose steps into lists and maps are "*", a number or a key. Below any JSON stands any JSON.
func (s *Shape) at(steps []string) (*Property, bool) {
	switch s.Kind {
	case Any:
		return &Property{Name: steps[len(steps)-1], Shape: Shape{Kind: Any}}, true
	case List:
		if !isIndex(steps[0]) {
			return nil, false
		}
		fallthrough
	case Map:
		if len(steps) == 1 {
			return &Property{Name: steps[0], Shape: *s.Element}, true
		}
		return s.Element.at(steps[1:])
	case Object:
		return s.Definition.at(steps)
	case Union:
		// what has a form tells more than any JSON
		var loose *Property
		for i := range s.Alternatives {
			p, ok := s.Alternatives[i].at(steps)
			if ok && s.Alternatives[i].Kind != Any {
				return p, true
			} else if ok {
				loose = p
			}
		}
		return loose, loose != nil
	default:
		return nil, false
	}
}

func (d *Definition) at(steps []string) (*Property, bool) {
	p, ok := d.Property(steps[0])
	if !ok || len(steps) == 1 {
		return p, ok
	}
	return p.at(steps[1:])
}

// isIndex says whether a step goes into a list.
func isIndex(step string) bool {
	return step == "*" || step != "" && strings.Trim(step, "0123456789") == ""
}
