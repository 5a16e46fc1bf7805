package catalog

import (
	"slices"
	"strings"
)

// Kind is the kind of a value.
type Kind uint8

// The kinds of values.
const (
	Any     Kind = iota // JSON of any form, such as a policy document
	String              // CloudFormation also accepts numbers and booleans, and converts them to text
	Number              // a number, or its text
	Integer             // a whole number, or its text
	Boolean             // true or false, or its text
	List                // of elements
	Map                 // of elements by any key
	Object              // of the properties of a definition
	Union               // one of several
)

// String returns the kind, for messages.
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

// Shape is the type of a property or an attribute.
type Shape struct {
	Kind Kind
	// Element is the shape of the elements of a list or a map; else nil.
	Element *Shape
	// Definition of an object; else nil.
	Definition *Definition
	// Alternatives of a union, at least two; else nil.
	Alternatives []Shape
	// Values are the known values of a string, or of the elements of a list or a map; nil if any value is possible. Services may accept values that the
	// tables do not have yet, so use them only for hints.
	Values []string
}

// String returns the shape, for messages, such as "list of Rule".
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

// Definition contains the properties of a resource type, or of an object in its properties. A definition may contain itself.
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

// Property returns a property by its name.
func (d *Definition) Property(name string) (*Property, bool) {
	i, ok := slices.BinarySearchFunc(d.Properties, name, func(p Property, name string) int { return strings.Compare(p.Name, name) })
	if !ok {
		return nil, false
	}
	return &d.Properties[i], true
}

// Names returns the names of the properties, sorted.
func (d *Definition) Names() []string {
	names := make([]string, len(d.Properties))
	for i, p := range d.Properties {
		names[i] = p.Name
	}
	return names
}

// Required returns the names of the required properties, sorted.
func (d *Definition) Required() []string {
	var names []string
	for _, p := range d.Properties {
		if p.Required {
			names = append(names, p.Name)
		}
	}
	return names
}

// at returns the property at a path below a shape. A step into a list or a map is "*", a number or a key. Below any JSON, there is any JSON.
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
		// prefer an alternative with a known form to any JSON
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

// isIndex reports whether a step is into a list.
func isIndex(step string) bool {
	return step == "*" || step != "" && strings.Trim(step, "0123456789") == ""
}
