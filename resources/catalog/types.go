package catalog

import (
	"slices"
	"strings"
)

// ResourceType is a resource type of CloudFormation.
type ResourceType struct {
	// Definition of its properties. The name is that of the type.
	Definition
	// Attributes that Fn::GetAtt accepts, sorted. Attributes inside objects and maps are not listed: use Attribute to look one up.
	Attributes []Attribute
	// Identifier is the primary identifier: the properties and attributes that identify a resource of the type.
	Identifier []string
	// Ref are the properties and attributes whose value Ref returns. The values of several are joined to one text.
	Ref []string
	// NameProperty is the property for a custom name; "" if there is none.
	NameProperty string
	// IAM are its resource types in the table of IAM actions, such as s3:bucket.
	IAM []string
	// PolicyProperties contain IAM policies of the resource itself, including trust policies.
	PolicyProperties []string
	// TagProperty contains the tags; "" if the type has none.
	TagProperty string
	// TagStyle is the format of TagProperty.
	TagStyle TagStyle
	// CreateOnly are the properties whose change replaces the resource. Steps into lists and maps are "*". Properties below them are not listed.
	CreateOnly []string
	// SometimesCreateOnly are the properties whose change replaces the resource in some cases.
	SometimesCreateOnly []string
	// Stateful is true if the resource contains data that is lost with it.
	Stateful bool
	// Open is true if the type accepts any property and any attribute.
	Open bool
	// Transform is the transform that replaces the type by others, such as AWS::Serverless-2016-10-31; "" for types of resources.
	Transform string

	arn string
	// propertiesAsAttributes is true if Fn::GetAtt also accepts properties, which is not documented
	propertiesAsAttributes bool
}

// Attribute is an attribute of a resource type that Fn::GetAtt accepts.
type Attribute struct {
	Name string
	Shape
}

// TagStyle is the format of the tags of a type.
type TagStyle string

// The styles of tags.
const (
	TagList       TagStyle = "list"       // [{Key, Value}]
	TagMap        TagStyle = "map"        // {key: value}
	TagPropagated TagStyle = "propagated" // [{Key, Value, PropagateAtLaunch}]
)

// Replacement says whether a change replaces a resource.
type Replacement uint8

// The values of Replacement.
const (
	Never Replacement = iota
	Sometimes
	Always
)

// Property returns a property by its path, such as VersioningConfiguration.Status. A step into a list is "*" or a number, one into a map a key or "*".
func (t *ResourceType) Property(path string) (*Property, bool) {
	p, ok := t.at(strings.Split(path, "."))
	if !ok && t.Open {
		return &Property{Name: path}, true
	}
	return p, ok
}

// Attribute returns an attribute that Fn::GetAtt accepts, such as Arn or Endpoint.Address.
func (t *ResourceType) Attribute(name string) (*Attribute, bool) {
	i, ok := slices.BinarySearchFunc(t.Attributes, name, func(a Attribute, name string) int { return strings.Compare(a.Name, name) })
	if ok {
		return &t.Attributes[i], true
	}
	// inside an attribute that is an object or a map, such as Outputs.VpcId of a nested stack
	for i := range t.Attributes {
		a := &t.Attributes[i]
		if rest, below := strings.CutPrefix(name, a.Name+"."); below && a.Kind != List {
			if p, found := a.at(strings.Split(rest, ".")); found {
				return &Attribute{Name: name, Shape: p.Shape}, true
			}
		}
	}
	if t.propertiesAsAttributes {
		if p, found := t.Property(name); found {
			return &Attribute{Name: name, Shape: p.Shape}, true
		}
	}
	if t.Open {
		return &Attribute{Name: name}, true
	}
	return nil, false
}

// ARNs returns the forms of its ARNs, such as arn:${Partition}:s3:::${BucketName}; nil if none is known. If the specification has none, they are those of
// its IAM resources.
func (t *ResourceType) ARNs() []string {
	if t.arn != "" {
		return []string{t.arn}
	}
	var list []string
	for _, name := range t.IAM {
		prefix, resource, _ := strings.Cut(name, ":")
		if s, ok := Service(prefix); ok {
			if r, ok := s.Resource(resource); ok {
				list = append(list, r.ARNs...)
			}
		}
	}
	return list
}

// AttributeNames returns the names of the attributes, sorted.
func (t *ResourceType) AttributeNames() []string {
	names := make([]string, len(t.Attributes))
	for i, a := range t.Attributes {
		names[i] = a.Name
	}
	return names
}

// Replaces reports whether a change of the property at a path, or inside it, replaces the resource. Paths are as for Property.
func (t *ResourceType) Replaces(path string) Replacement {
	steps := strings.Split(path, ".")
	related := func(listed string) bool {
		other := strings.Split(listed, ".")
		for i := range min(len(steps), len(other)) {
			if steps[i] != other[i] && steps[i] != "*" && other[i] != "*" {
				return false
			}
		}
		return len(other) <= len(steps)
	}
	switch {
	case slices.ContainsFunc(t.CreateOnly, related):
		return Always
	case slices.ContainsFunc(t.SometimesCreateOnly, related):
		return Sometimes
	default:
		return Never
	}
}

// readType returns a type of the table with its corrections, or nil if there is none.
func (c *catalog) readType(name string) *ResourceType {
	lines, ok := c.types.record(name)
	rows := c.corrections[name]
	switch {
	case ok && lines[0] == name:
	case len(rows) > 0 && rows[0].was == noType:
		lines = []string{name}
	default:
		return nil
	}
	for _, row := range rows {
		lines = row.apply(lines)
	}
	return parseType(lines)
}

// parseType parses the record of a type. doc.go describes the format.
func parseType(lines []string) *ResourceType {
	t := &ResourceType{Definition: Definition{Name: lines[0]}}
	p := &typeParser{definitions: map[string]*Definition{}}
	for _, line := range lines[1:] {
		if name, ok := strings.CutPrefix(line, "@"); ok {
			p.definition(name)
		}
	}
	into := &t.Definition
	for _, line := range lines[1:] {
		switch line[0] {
		case '=':
			t.fact(line[1:])
		case '.':
			name, kind, _ := strings.Cut(line[1:], " ")
			t.Attributes = append(t.Attributes, Attribute{Name: name, Shape: p.shape(kind)})
		case '@':
			into = p.definition(line[1:])
		default:
			into.Properties = append(into.Properties, p.property(line))
		}
	}
	if t.Ref == nil {
		t.Ref = t.Identifier
	}
	// corrections append
	slices.SortFunc(t.Attributes, func(a, b Attribute) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(t.Properties, func(a, b Property) int { return strings.Compare(a.Name, b.Name) })
	return t
}

// fact parses a line such as "=name BucketName", without the =.
func (t *ResourceType) fact(line string) {
	name, rest, _ := strings.Cut(line, " ")
	words := strings.Fields(rest)
	switch name {
	case "name":
		t.NameProperty = rest
	case "identifier":
		t.Identifier = words
	case "ref":
		t.Ref = words
	case "stateful":
		t.Stateful = true
	case "arn":
		t.arn = rest
	case "policy":
		t.PolicyProperties = words
	case "tags":
		property, style, _ := strings.Cut(rest, " ")
		t.TagProperty, t.TagStyle = property, TagStyle(style)
	case "iam":
		t.IAM = strings.Split(rest, "\t") // their names contain spaces
	case "transform":
		t.Transform = rest
	case "open":
		t.Open = true
	case "getatt":
		t.propertiesAsAttributes = true
	case "createonly":
		t.CreateOnly = words
	case "sometimes":
		t.SometimesCreateOnly = words
	}
}

// typeParser parses the shapes of one type, whose definitions may refer to each other.
type typeParser struct {
	definitions map[string]*Definition
}

// definition returns a definition by its name, and creates it on the first call.
func (p *typeParser) definition(name string) *Definition {
	d := p.definitions[name]
	if d == nil {
		d = &Definition{Name: name}
		p.definitions[name] = d
	}
	return d
}

// property parses a line such as "Status! s", with the known values after tabs.
func (p *typeParser) property(line string) Property {
	line, values, hasValues := strings.Cut(line, "\t")
	name, kind, _ := strings.Cut(line, " ")
	name, required := strings.CutSuffix(name, "!")
	property := Property{Name: name, Required: required, Shape: p.shape(kind)}
	if hasValues {
		property.Values = strings.Split(values, "\t")
	}
	return property
}

// shape parses a kind: s, n, i, b and j, [ for a list, { for a map, @ for a definition, (…|…) for a union.
func (p *typeParser) shape(kind string) Shape {
	s, _ := p.next(kind)
	return s
}

// next parses the shape at the beginning of a text, and returns the rest of the text.
func (p *typeParser) next(kind string) (Shape, string) {
	if kind == "" {
		return Shape{}, ""
	}
	rest := kind[1:]
	switch kind[0] {
	case 's':
		return Shape{Kind: String}, rest
	case 'n':
		return Shape{Kind: Number}, rest
	case 'i':
		return Shape{Kind: Integer}, rest
	case 'b':
		return Shape{Kind: Boolean}, rest
	case '[':
		element, rest := p.next(rest)
		return Shape{Kind: List, Element: &element}, rest
	case '{':
		element, rest := p.next(rest)
		return Shape{Kind: Map, Element: &element}, rest
	case '@':
		end := strings.IndexAny(rest, "|)")
		if end < 0 {
			end = len(rest)
		}
		return Shape{Kind: Object, Definition: p.definition(rest[:end])}, rest[end:]
	case '(':
		union := Shape{Kind: Union}
		for {
			var alternative Shape
			alternative, rest = p.next(rest)
			union.Alternatives = append(union.Alternatives, alternative)
			more, ok := strings.CutPrefix(rest, "|")
			if !ok {
				return union, strings.TrimPrefix(rest, ")")
			}
			rest = more
		}
	default: // j
		return Shape{Kind: Any}, rest
	}
}
