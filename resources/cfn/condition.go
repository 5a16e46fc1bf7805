package cfn

import (
	"fmt"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Condition is true or false when the stack is deployed. Template.Condition gives it the name by which resources use it.
type Condition struct {
	_ [0]func()
	e *expr
}

// Equals is true when both texts are the same.
func Equals(a, b Part) Condition { return Condition{e: fn("Fn::Equals", partOf(a), partOf(b))} }

// Not turns a condition around.
func Not(c Condition) Condition {
	return Condition{e: fn("Fn::Not", &expr{op: opList, args: []*expr{c.e}})}
}

// And is true when all of 2 to 10 conditions are (CloudFormation's limit).
func And(conditions ...Condition) Condition { return combine("Fn::And", conditions) }

// Or is true when one of 2 to 10 conditions is (CloudFormation's limit).
func Or(conditions ...Condition) Condition { return combine("Fn::Or", conditions) }

func combine(name string, conditions []Condition) Condition {
	if len(conditions) < 2 || len(conditions) > 10 {
		return Condition{e: invalid("%s takes 2 to 10 conditions, not %d", name, len(conditions))}
	}
	args := make([]*expr, len(conditions))
	for i, c := range conditions {
		args[i] = c.e
	}
	return Condition{e: fn(name, args...)}
}

// Condition declares a named condition. What it returns can be used in If, in other conditions and for Resource.When.
func (t *Template) Condition(name string, c Condition) Condition {
	path := "Conditions." + name
	if t.conditions.Get(name) != nil {
		t.fail(path, "the condition is declared twice", "choose another name")
	}
	t.conditions.Set(name, t.argument(path, c.e))
	return Condition{e: fn("Condition", literal(name))}
}

// name of a declared condition, for where CloudFormation takes only names.
func (c Condition) name() (*expr, bool) {
	if c.e == nil || c.e.op != opFn || c.e.text != "Condition" {
		return nil, false
	}
	return c.e.args[0], true
}

// If is one value or the other.
func If[K any](c Condition, then, otherwise Value[K]) Value[K] {
	name, ok := c.name()
	if !ok {
		return Value[K]{e: invalid("If needs a condition that the template has declared")}
	}
	return Value[K]{e: fn("Fn::If", name, then.e, otherwise.e)}
}

const noValue = "AWS::NoValue"

// NoValue leaves the property out, as one side of an If.
func NoValue[K any]() Value[K] { return Value[K]{e: &expr{op: opPseudo, text: noValue}} }

// EveryIn is the rule assertion that every one of the given texts is in a list parameter. It exists only in rules.
func EveryIn[K any](texts []string, list List[K]) Assertion {
	return Assertion{e: fn("Fn::EachMemberIn", Literals[K](texts...).e, list.e)}
}

// OneIn is the rule assertion that a text is in a list parameter. It exists only in rules.
func OneIn[K any](one string, list List[K]) Assertion {
	return Assertion{e: fn("Fn::Contains", list.e, literal(one))}
}

// IsGiven is the rule assertion that a text parameter is not empty.
func IsGiven[K any](v Value[K]) Assertion {
	return Assertion{e: fn("Fn::Equals", v.e, literal(""))}.Not()
}

// Assertion is what a Rule asserts of parameters before anything is created.
type Assertion struct {
	_ [0]func()
	e *expr
}

// Not is the opposite of an assertion.
func (a Assertion) Not() Assertion {
	return Assertion{e: fn("Fn::Not", &expr{op: opList, args: []*expr{a.e}})}
}

// Rule makes CloudFormation refuse a deployment whose parameters do not fulfill its assertions, with the description of one as the reason.
type Rule struct {
	template *Template
	name     string
}

// Rule declares a rule without assertions; a rule needs at least one.
func (t *Template) Rule(name string) Rule {
	if t.rules.Get(name) != nil {
		t.fail("Rules."+name, "the rule is declared twice", "choose another name")
	}
	t.rules.Set(name, tree.NewMap())
	return Rule{template: t, name: name}
}

// When limits the rule to deployments that fulfill an assertion. It comes before Assert.
func (r Rule) When(a Assertion) Rule {
	r.template.rules.Get(r.name).Set("RuleCondition", r.template.argument("Rules."+r.name, a.e))
	return r
}

// Assert adds an assertion, and what CloudFormation says of a deployment that does not fulfill it, 1,024 bytes at most.
func (r Rule) Assert(a Assertion, description string) Rule {
	path := "Rules." + r.name
	if len(description) > maxDescription {
		r.template.fail(path, fmt.Sprintf("the description has %d bytes, CloudFormation allows %d", len(description), maxDescription), "shorten it")
	}
	rule := r.template.rules.Get(r.name)
	list := rule.Get("Assertions")
	if list == nil {
		list = tree.NewList()
		rule.Set("Assertions", list)
	}
	list.Items = append(list.Items, mapOf("Assert", r.template.argument(path, a.e), "AssertDescription", text(description)))
	return r
}
