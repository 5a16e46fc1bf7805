package tree

import "slices"

// isThere says whether the branches of conditions that a need is in can be taken.
func (n *need) isThere(holds func(condition string) bool) bool {
	for c := n.choices; c != nil; c = c.outer {
		if holds(c.condition) != c.isThen {
			return false
		}
	}
	return true
}

// assignments are the ways in which the conditions that needs are under can hold together. Where there are too many, it is one in which every
// branch is taken.
func (g *needs) assignments() []func(condition string) bool {
	const most = 8 // comparisons: each doubles the ways
	conditions := g.template.Get("Conditions")
	var leaves []string
	for _, n := range g.all {
		for c := n.choices; c != nil; c = c.outer {
			leaves = leavesOf(conditions, conditions.Get(c.condition), leaves, 0)
		}
	}
	if len(leaves) > most {
		for i := range g.all {
			g.all[i].choices = nil
		}
		leaves = nil
	}
	var list []func(string) bool
	for way := range 1 << len(leaves) {
		truth := func(leaf string) bool { return way&(1<<max(slices.Index(leaves, leaf), 0)) == 0 }
		list = append(list, func(name string) bool { return holds(conditions, conditions.Get(name), truth, 0) })
	}
	return list
}

const deepest = 50 // conditions that name each other: a circle of them is not ours to find

// leavesOf a condition are what it compares.
func leavesOf(conditions, n *Node, leaves []string, depth int) []string {
	name, arg, _ := n.Intrinsic()
	switch {
	case depth > deepest:
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

// holds says whether a condition is met, if what it compares is as truth says.
func holds(conditions, n *Node, truth func(leaf string) bool, depth int) bool {
	name, arg, _ := n.Intrinsic()
	is := func(item *Node) bool { return holds(conditions, item, truth, depth+1) }
	isNot := func(item *Node) bool { return !is(item) }
	switch {
	case depth > deepest:
		return true
	case name == "Condition":
		return is(conditions.Get(arg.Text))
	case name == "Fn::And":
		return !slices.ContainsFunc(arg.Elements(), isNot)
	case name == "Fn::Or":
		return slices.ContainsFunc(arg.Elements(), is)
	case name == "Fn::Not":
		return !slices.ContainsFunc(arg.Elements(), is)
	}
	return truth(string(n.JSON()))
}
