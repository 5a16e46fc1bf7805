package policy

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Excess is a property of a resource that the permissions in the row of its type do not cover.
type Excess struct {
	// Path in the properties of the resource, such as Targets[0].Id; empty for a name that is not set.
	Path string
	// Actions that the property requires, and that the row does not grant, or not for this value.
	Actions []string
	// Property and Name are the property that names the resource, and the pattern that its value must match, in which a star matches any text. Empty
	// if the name is not the reason.
	Property, Name string
}

// Beyond returns the properties of a resource that the permissions in the row of its type do not cover, because no built-in stack sets them. A value
// that only CloudFormation knows is assumed to be covered. The scope must have one name.
func (s Scope) Beyond(typ string, properties *tree.Node) []Excess {
	row, ok := catalog.LookUp(typ)
	if !ok {
		return nil
	}
	var list []Excess
	for _, u := range row.Uncovered {
		walk("", properties, strings.Split(u.Property, "."), func(path string, n *tree.Node) {
			isExcess := func(value *tree.Node) bool {
				isExcepted := func(pattern string) bool { return matchesPattern(s.pattern(pattern), value.Text) }
				_, _, call := value.Intrinsic()
				return !call && !slices.ContainsFunc(u.Except, isExcepted)
			}
			if len(u.Except) == 0 || slices.ContainsFunc(n.Elements(), isExcess) {
				list = append(list, Excess{Path: path, Actions: u.Actions})
			}
		})
	}
	return list
}

// Misnamed returns an excess if the name of a resource does not match the pattern in the row of its type. The scope must have one name.
func (s Scope) Misnamed(typ string, properties *tree.Node) []Excess {
	row, ok := catalog.LookUp(typ)
	if !ok || row.Name.Pattern == "" {
		return nil
	}
	x := Excess{Property: row.Name.Property, Name: s.pattern(row.Name.Pattern), Actions: []string{row.Name.Create}}
	n, isKnown := nameIn(properties, strings.Split(row.Name.Property, "."))
	switch {
	case !isKnown, n == nil && row.Name.Generated, n != nil && matchesPattern(x.Name, n.Text):
		return nil
	case n != nil:
		x.Path = row.Name.Property
	}
	return []Excess{x}
}

// nameIn finds the name of a resource by its path. Where an intrinsic is on the way, only CloudFormation knows it.
func nameIn(n *tree.Node, path []string) (name *tree.Node, isKnown bool) {
	for _, key := range path {
		if _, _, call := n.Intrinsic(); call {
			return nil, false
		}
		n = n.Get(key)
	}
	_, _, call := n.Intrinsic()
	return n, !call
}

// pattern replaces the placeholders in a pattern of a row by the names of the scope.
func (s Scope) pattern(text string) string {
	scope := s.Project + "-" + s.Names[0]
	return strings.NewReplacer("{name}", scope+"-", "{scope}", scope, "{project}", s.Project, "{environment}", s.Names[0]).Replace(text)
}

// matchesPattern reports whether a text matches a pattern, in which a star matches any text.
func matchesPattern(pattern, text string) bool {
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$").MatchString(text)
}

// walk calls found for each node at a path of keys, in all items of lists and in both values of an If.
func walk(path string, n *tree.Node, keys []string, found func(path string, n *tree.Node)) {
	name, arg, call := n.Intrinsic()
	switch {
	case n == nil, name == "Ref" && arg.Text == "AWS::NoValue":
	case name == "Fn::If" && len(arg.Items) == 3:
		walk(path+".Fn::If[1]", arg.Items[1], keys, found)
		walk(path+".Fn::If[2]", arg.Items[2], keys, found)
	case len(keys) == 0:
		found(path, n)
	case n.Kind == tree.List:
		for i, item := range n.Items {
			walk(path+"["+strconv.Itoa(i)+"]", item, keys, found)
		}
	case !call:
		walk(strings.TrimPrefix(path+"."+keys[0], "."), n.Get(keys[0]), keys[1:], found)
	}
}
