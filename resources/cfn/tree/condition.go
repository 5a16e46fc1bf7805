package tree

import "slices"

// isActive reports whether the conditions around the reference let it take effect.
func (n *need) isActive(holds func(condition string) bool) bool {
	for c := n.choices; c != nil; c = c.outer {
		if holds(c.condition) != c.isThen {
			return false
		}
	}
	return true
}

// assignments returns all combinations of values of the conditions around references. If there are too many, it returns one, and makes every
// reference active.
func (g *needs) assignments() []func(condition string) bool {
	const maxLeaves = 8 // each comparison doubles the number of combinations
	conditions := g.template.Get("Conditions")
	var leaves []string
	for _, n := range g.all {
		for c := n.choices; c != nil; c = c.outer {
			leaves = leavesOf(conditions, conditions.Get(c.condition), leaves, 0)
		}
	}
	if len(leaves) > maxLeaves {
		for i := range g.all {
			g.all[i].choices = nil
		}
		leaves = nil
	}
	var list []func(string) bool
	for combination := range 1 << len(leaves) {
		truth := func(leaf string) bool { return combination&(1<<max(slices.Index(leaves, leaf), 0)) == 0 }
		list = append(list, func(name string) bool { return evaluate(conditions, conditions.Get(name), truth, 0) })
	}
	return list
}

// maxConditionDepth limits how deeply conditions refer to each other, so that a cycle of them ends.
const maxConditionDepth = 50

// leavesOf appends the comparisons that a condition consists of to leaves.
func leavesOf(conditions, n *Node, leaves []string, depth int) []string {
	name, arg, _ := n.Intrinsic()
	switch {
	case depth > maxConditionDepth:
		return leaves
	case name == "Condition":
		return leavesOf(conditions, conditions.Get(arg.Text), leaves, depth+1)
	case name == "Fn::And" || name == "Fn::Or" || name == "Fn::Not":
		for _, item := range arg.Elements() {
			leaves = leavesOf(conditions, item, leaves, depth+1)
		}
		return leaves
	}
	if leaf := string(n.JSON()); !slices.Contains(leaves, leaf) {
		leaves = append(leaves, leaf)
	}
	return leaves
}

// evaluate returns the value of a condition, if truth returns the values of its comparisons.
func evaluate(conditions, n *Node, truth func(leaf string) bool, depth int) bool {
	name, arg, _ := n.Intrinsic()
	isTrue := func(item *Node) bool { return evaluate(conditions, item, truth, depth+1) }
	isFalse := func(item *Node) bool { return !isTrue(item) }
	switch {
	case depth > maxConditionDepth:
		return true
	case name == "Condition":
		return isTrue(conditions.Get(arg.Text))
	case name == "Fn::And":
		return !slices.ContainsFunc(arg.Elements(), isFalse)
	case name == "Fn::Or":
		return slices.ContainsFunc(arg.Elements(), isTrue)
	case name == "Fn::Not":
		return !slices.ContainsFunc(arg.Elements(), isTrue)
	}
	return truth(string(n.JSON()))
}
