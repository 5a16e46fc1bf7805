package conform

import (
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// function is tree.Node.Intrinsic, less Condition: among properties that is one like any other.
func function(n *tree.Node) (name string, arg *tree.Node, ok bool) {
	name, arg, ok = n.Intrinsic()
	return name, arg, ok && name != "Condition"
}

// result is what a function returns, as far as that is certain.
type result uint8

const (
	anything result = iota
	text
	list
)

// String names the result as messages do.
func (r result) String() string {
	if r == list {
		return "a list"
	}
	return "a single value"
}

// call checks what a function returns against a shape.
func (c *checker) call(name string, arg *tree.Node, s *catalog.Shape) {
	if name == "Fn::If" {
		if len(arg.Items) == 3 {
			c.enter(name)
			for i := 1; i <= 2; i++ {
				c.enterItem(i)
				c.value(arg.Items[i], s)
				c.leave()
			}
			c.leave()
		}
		return
	}
	r, isFunction := c.returns(name, arg)
	switch {
	case !isFunction:
		c.fail("CloudFormation has no function "+name, suggest(name, functions()))
	case !r.fits(s):
		c.fail(name+" returns "+r.String()+", but it must be "+c.accepts(s), "")
	}
}

// fits says whether some value of a result is of a shape.
func (r result) fits(s *catalog.Shape) bool {
	switch {
	case r == anything, s.Kind == catalog.Any:
		return true
	case s.Kind == catalog.Union:
		return slices.ContainsFunc(s.Alternatives, func(a catalog.Shape) bool { return r.fits(&a) })
	case r == list:
		return s.Kind == catalog.List
	default:
		return isSingle(s.Kind)
	}
}

// isSingle says whether a kind is that of single values.
func isSingle(kind catalog.Kind) bool {
	return kind != catalog.List && kind != catalog.Map && kind != catalog.Object
}

// functions of CloudFormation.
func functions() []string {
	return []string{
		"Ref", "Fn::And", "Fn::Base64", "Fn::Cidr", "Fn::Contains", "Fn::EachMemberEquals", "Fn::EachMemberIn", "Fn::Equals", "Fn::FindInMap", "Fn::GetAZs",
		"Fn::GetAtt", "Fn::GetStackOutput", "Fn::If", "Fn::ImportValue", "Fn::Join", "Fn::Length", "Fn::Not", "Fn::Or", "Fn::RefAll", "Fn::Select", "Fn::Split",
		"Fn::Sub", "Fn::ToJsonString", "Fn::Transform", "Fn::ValueOf", "Fn::ValueOfAll",
	}
}

// returns says what a function returns; ok is false if CloudFormation has no such function.
func (c *checker) returns(name string, arg *tree.Node) (r result, ok bool) {
	switch name {
	case "Fn::Base64", "Fn::Join", "Fn::Length", "Fn::Sub", "Fn::ToJsonString":
		return text, true
	case "Fn::Cidr", "Fn::GetAZs", "Fn::Split":
		return list, true
	case "Ref":
		return c.refers(arg.Text), true
	default:
		return anything, strings.HasPrefix(name, forEach) || slices.Contains(functions(), name)
	}
}

// refers says what Ref returns.
func (c *checker) refers(id string) result {
	if p := c.root.At("Parameters", id); p != nil {
		typ := p.Get("Type")
		switch {
		case typ == nil || typ.Kind != tree.String:
			return anything
		case typ.Text == "CommaDelimitedList", strings.Contains(typ.Text, "List<"), strings.Contains(typ.Text, "<CommaDelimitedList>"):
			return list
		default:
			return text
		}
	}
	switch {
	case id == "AWS::NotificationARNs":
		return list
	case id != "AWS::NoValue" && strings.HasPrefix(id, "AWS::"), c.root.At("Resources", id) != nil:
		return text
	default:
		return anything
	}
}
