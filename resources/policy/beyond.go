package policy

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Excess is what a resource has that the row of its type does not cover.
type Excess struct {
	// Path in the resource's properties, such as Targets[0].Id; empty for a name that is not there.
	Path string
	// Actions that it takes, and that the row does not have, or not for this.
	Actions []string
	// Name is how the resource must be called instead, for the row to hold: a property, and text where a star stands for any. Empty where what it
	// is called is not what is wrong.
	Property, Name string
}

// Beyond finds what the properties of a resource have that its row leaves out: the row is for what cfnpipe itself makes. What only CloudFormation
// knows the value of is taken to be right. The scope has one name.
func (s Scope) Beyond(typ string, properties *tree.Node) []Excess {
	row, ok := catalog.LookUp(typ)
	if !ok {
		return nil
	}
	var list []Excess
	for _, u := range row.Uncovered {
		walk("", properties, strings.Split(u.Property, "."), func(path string, n *tree.Node) {
			isExcess := func(value *tree.Node) bool {
				isExcepted := func(pattern string) bool { return like(s.pattern(pattern), value.Text) }
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

// Misnamed finds that a resource is not called as its row wants it. The scope has one name.
func (s Scope) Misnamed(typ string, properties *tree.Node) []Excess {
	row, ok := catalog.LookUp(typ)
	if !ok || row.Name.Pattern == "" {
		return nil
	}
	x := Excess{Property: row.Name.Property, Name: s.pattern(row.Name.Pattern), Actions: []string{row.Name.Create}}
	n, isKnown := nameIn(properties, strings.Split(row.Name.Property, "."))
	switch {
	case !isKnown, n == nil && row.Name.Generated, n != nil && like(x.Name, n.Text):
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

// pattern of a name in a row, for the scope's name.
func (s Scope) pattern(text string) string {
	scope := s.Project + "-" + s.Names[0]
	return strings.NewReplacer("{name}", scope+"-", "{scope}", scope, "{project}", s.Project, "{environment}", s.Names[0]).Replace(text)
}

// like says whether a text is as a pattern with stars, which stand for anything.
func like(pattern, text string) bool {
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$").MatchString(text)
}

// walk finds all that stands at keys: in each item of a list, and in both values of an If.
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
