package cfn

import (
	"fmt"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Condition is evaluated when the stack is deployed. Template.Condition declares it under a name, which resources refer to.
type Condition struct {
	_ [0]func()
	e *expr
}

// Equals is true if both texts are the same.
func Equals(a, b Part) Condition { return Condition{e: fn("Fn::Equals", partOf(a), partOf(b))} }

// Not is true if c is false.
func Not(c Condition) Condition {
	return Condition{e: fn("Fn::Not", &expr{op: opList, args: []*expr{c.e}})}
}

// And is true if all conditions are true. It requires 2 to 10 conditions (CloudFormation limit).
func And(conditions ...Condition) Condition { return combine("Fn::And", conditions) }

// Or is true if at least one condition is true. It requires 2 to 10 conditions (CloudFormation limit).
func Or(conditions ...Condition) Condition { return combine("Fn::Or", conditions) }

func combine(name string, conditions []Condition) Condition {
	if len(conditions) < 2 || len(conditions) > 10 {
		return Condition{e: invalid("%s requires 2 to 10 conditions, but has %d", name, len(conditions))}
	}
	args := make([]*expr, len(conditions))
	for i, c := range conditions {
		args[i] = c.e
	}
	return Condition{e: fn(name, args...)}
}

// Condition declares a named condition. Use the result in If, in other conditions and in Resource.When.
func (t *Template) Condition(name string, c Condition) Condition {
	path := "Conditions." + name
	if t.conditions.Get(name) != nil {
		t.fail(path, "the condition is declared twice", "choose another name")
	}
	t.conditions.Set(name, t.argument(path, c.e))
	return Condition{e: fn("Condition", literal(name))}
}

// name returns the name of a declared condition, for functions that require a name.
func (c Condition) name() (*expr, bool) {
	if c.e == nil || c.e.op != opFn || c.e.text != "Condition" {
		return nil, false
	}
	return c.e.args[0], true
}

// If is the value then if the declared condition c is true, else the value otherwise.
func If[K any](c Condition, then, otherwise Value[K]) Value[K] {
	name, ok := c.name()
	if !ok {
		return Value[K]{e: invalid("If requires a condition that is declared with Template.Condition")}
	}
	return Value[K]{e: fn("Fn::If", name, then.e, otherwise.e)}
}

const noValue = "AWS::NoValue"

// NoValue leaves out the property, as one of the values of If.
func NoValue[K any]() Value[K] { return Value[K]{e: &expr{op: opPseudo, text: noValue}} }

// EveryIn asserts that a list parameter contains all of the texts. Only rules can use it.
func EveryIn[K any](texts []string, list List[K]) Assertion {
	return Assertion{e: fn("Fn::EachMemberIn", Literals[K](texts...).e, list.e)}
}

// OneIn asserts that a list parameter contains a text. Only rules can use it.
func OneIn[K any](one string, list List[K]) Assertion {
	return Assertion{e: fn("Fn::Contains", list.e, literal(one))}
}

// IsGiven asserts that a text parameter is not empty.
func IsGiven[K any](v Value[K]) Assertion {
	return Assertion{e: fn("Fn::Equals", v.e, literal(""))}.Not()
}

// Assertion is a condition on parameters that a Rule checks before CloudFormation changes the stack.
type Assertion struct {
	_ [0]func()
	e *expr
}

// Not is true if a is false.
func (a Assertion) Not() Assertion {
	return Assertion{e: fn("Fn::Not", &expr{op: opList, args: []*expr{a.e}})}
}

// Rule makes CloudFormation reject a deployment if the parameters do not fulfill an assertion. The reason is the description of the assertion.
type Rule struct {
	template *Template
	name     string
}

// Rule declares a rule. Add at least one assertion with Assert.
func (t *Template) Rule(name string) Rule {
	if t.rules.Get(name) != nil {
		t.fail("Rules."+name, "the rule is declared twice", "choose another name")
	}
	t.rules.Set(name, tree.NewMap())
	return Rule{template: t, name: name}
}

// When limits the rule to deployments that fulfill an assertion. Call it before Assert.
func (r Rule) When(a Assertion) Rule {
	r.template.rules.Get(r.name).Set("RuleCondition", r.template.argument("Rules."+r.name, a.e))
	return r
}

// Assert adds an assertion. The description, at most 1,024 bytes, is the error message of a deployment that does not fulfill it.
func (r Rule) Assert(a Assertion, description string) Rule {
	path := "Rules." + r.name
	if len(description) > maxDescription {
		r.template.fail(path, fmt.Sprintf("the description has %d bytes; the CloudFormation limit is %d", len(description), maxDescription), "shorten it")
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
