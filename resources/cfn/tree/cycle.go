package tree

import (
	"slices"
	"strings"
)

// Need is a reference from one resource of a template to another, so that CloudFormation creates the other one first.
type Need struct {
	From, To string
	// Path of the reference, such as Resources.Bucket.DependsOn.
	Path string
}

// Cycle is a cycle of resources, each of which needs the next one, so that CloudFormation can create none of them first.
type Cycle struct {
	// Needs of the cycle in order. The first is that of the resource that is first in the template.
	Needs []Need
	// Break is the index of the need to remove first: without it, the fewest resources remain in cycles.
	Break int
}

// String returns the resources of the cycle: A → B → A.
func (c Cycle) String() string {
	var b strings.Builder
	for _, n := range c.Needs {
		b.WriteString(n.From + " → ")
	}
	return b.String() + c.Needs[0].From
}

// Paths returns the paths of the needs in order, separated by commas.
func (c Cycle) Paths() string {
	paths := make([]string, len(c.Needs))
	for i, n := range c.Needs {
		paths[i] = n.Path
	}
	return strings.Join(paths, ", ")
}

// Hint says how to break the cycle.
func (c Cycle) Hint() string {
	n := c.Needs[c.Break]
	if strings.HasPrefix(n.Path, "Resources."+n.From+".DependsOn") {
		return "remove " + n.To + " at " + n.Path
	}
	return "remove the reference at " + n.Path + ", or refer to " + n.To + " by a fixed name"
}

// Cycles returns the cycles among the resources of a template, through Ref, Fn::GetAtt, Fn::Sub and DependsOn at any depth. Without the need
// to break in each of them, the template has no cycle. References that no combination of conditions makes active together form no cycle.
func Cycles(template *Node) []Cycle {
	g := newNeeds(template)
	if g.countInCycles(g.all, -1, -1) == 0 {
		return nil
	}
	var cycles []Cycle
	broken := map[[2]int]bool{} // the needs to break in the cycles found so far
	for _, holds := range g.assignments() {
		for {
			left := slices.DeleteFunc(slices.Clone(g.all), func(n need) bool { return broken[n.between()] || !n.isActive(holds) })
			cycle := g.shortestCycle(left)
			if cycle == nil {
				break
			}
			c := g.describe(cycle, left)
			broken[[2]int{g.index[c.Needs[c.Break].From], g.index[c.Needs[c.Break].To]}] = true
			cycles = append(cycles, c)
		}
	}
	return cycles
}

// needs is the graph of the resources of a template, which it refers to by index.
type needs struct {
	template *Node
	ids      []string
	nodes    []*Node
	index    map[string]int
	all      []need
	from     int     // the resource that is being read
	choices  *choice // the conditions around the node that is being read
}

// need is a reference from one resource to another, in the node where.
type need struct {
	from, to int
	where    *Node
	choices  *choice
}

func (n *need) between() [2]int { return [2]int{n.from, n.to} }

// choice is a branch of a condition, inside other branches.
type choice struct {
	condition string
	isThen    bool
	outer     *choice
}

func newNeeds(template *Node) *needs {
	resources := template.Get("Resources")
	if resources == nil || resources.Kind != Map {
		return &needs{}
	}
	g := &needs{template: template, ids: resources.Keys, nodes: resources.Items, index: make(map[string]int, len(resources.Keys))}
	for i, id := range g.ids {
		g.index[id] = i
	}
	for i, r := range g.nodes {
		g.from, g.choices = i, nil
		if c := r.Get("Condition"); c != nil && c.Kind == String {
			g.choices = &choice{condition: c.Text, isThen: true}
		}
		for _, d := range r.Get("DependsOn").Elements() {
			if d != nil && d.Kind == String {
				g.add(d.Text, d)
			}
		}
		g.collect(r)
	}
	return g
}

func (g *needs) add(id string, where *Node) {
	if to, ok := g.index[id]; ok {
		choices := g.choices
		if c := g.nodes[to].Get("Condition"); c != nil && c.Kind == String {
			choices = &choice{condition: c.Text, isThen: true, outer: choices}
		}
		g.all = append(g.all, need{from: g.from, to: to, where: where, choices: choices})
	}
}

// collect adds the references in a node to the needs of the resource that is being read.
func (g *needs) collect(n *Node) {
	if n == nil || len(n.Items) == 0 {
		return
	}
	switch name, arg, _ := n.Intrinsic(); name {
	case "Ref":
		g.add(arg.Text, n)
	case "Fn::GetAtt":
		if arg.Kind == List && len(arg.Items) == 2 && arg.Items[0] != nil { // the parser has turned valid text into a list
			g.add(arg.Items[0].Text, n)
		}
	case "Fn::Sub":
		g.sub(n, arg)
	case "Fn::If":
		if arg.Kind == List && len(arg.Items) == 3 && arg.Items[0] != nil {
			outer := g.choices
			for i, isThen := range []bool{true, false} {
				g.choices = &choice{condition: arg.Items[0].Text, isThen: isThen, outer: outer}
				g.collect(arg.Items[i+1])
			}
			g.choices = outer
			return
		}
	}
	for _, item := range n.Items {
		g.collect(item)
	}
}

func (g *needs) sub(n, arg *Node) {
	var values *Node
	if arg.Kind == List && len(arg.Items) == 2 && arg.Items[0] != nil {
		arg, values = arg.Items[0], arg.Items[1]
	}
	for text := arg.Text; ; {
		_, after, found := strings.Cut(text, "${")
		name, rest, closed := strings.Cut(after, "}")
		if !found || !closed {
			return
		}
		text, name = rest, strings.TrimSpace(name)
		if id, _, _ := strings.Cut(name, "."); values.Get(name) == nil {
			g.add(id, n)
		}
	}
}

// countInCycles returns how many resources are in a cycle, or need a resource that is, without the needs between from and to. It counts those that
// remain after the resources without needs have been removed repeatedly.
func (g *needs) countInCycles(list []need, from, to int) int {
	counts := make([]int, 3*len(g.ids)+len(list))
	open, last, done := counts[:len(g.ids)], counts[len(g.ids):2*len(g.ids)], counts[2*len(g.ids):2*len(g.ids)]
	before := counts[3*len(g.ids):] // index of the previous need for the same resource, plus one
	for i := range list {
		if n := &list[i]; n.from != from || n.to != to {
			open[n.from]++
			before[i], last[n.to] = last[n.to], i+1
		}
	}
	for i, count := range open {
		if count == 0 {
			done = append(done, i)
		}
	}
	for i := 0; i < len(done); i++ {
		for at := last[done[i]]; at > 0; at = before[at-1] {
			k := list[at-1].from
			if open[k]--; open[k] == 0 {
				done = append(done, k)
			}
		}
	}
	return len(g.ids) - len(done)
}

// shortestCycle returns the resources of the shortest cycle, from the one that is first in the template, or nil if there is no cycle.
func (g *needs) shortestCycle(list []need) []int {
	to := make([][]int, len(g.ids))
	for _, n := range list {
		to[n.from] = append(to[n.from], n.to)
	}
	var best []int
	for start := range g.ids {
		before := map[int]int{} // the resource from which each one is reached
		for queue := []int{start}; len(queue) > 0; queue = queue[1:] {
			for _, k := range to[queue[0]] {
				if _, seen := before[k]; !seen {
					before[k] = queue[0]
					queue = append(queue, k)
				}
			}
			if _, closed := before[start]; closed {
				break
			}
		}
		last, closed := before[start]
		if !closed {
			continue
		}
		cycle := []int{last}
		for cycle[0] != start {
			cycle = append([]int{before[cycle[0]]}, cycle...)
		}
		if best == nil || len(cycle) < len(best) {
			best = cycle
		}
	}
	return best
}

// describe returns a cycle with the paths of its references.
func (g *needs) describe(cycle []int, list []need) Cycle {
	var c Cycle
	least, isDeclared := 0, false
	for i, from := range cycle {
		to := cycle[(i+1)%len(cycle)]
		var named *need
		for k := range list {
			if n := &list[k]; n.between() == [2]int{from, to} && (named == nil || g.isDependsOn(n) && !g.isDependsOn(named)) {
				named = n
			}
		}
		c.Needs = append(c.Needs, Need{From: g.ids[from], To: g.ids[to], Path: g.path(named)})
		// a DependsOn is easier to remove than a reference to a value
		left, declared := g.countInCycles(list, from, to), g.isDependsOn(named)
		if i == 0 || left < least || left == least && declared && !isDeclared {
			c.Break, least, isDeclared = i, left, declared
		}
	}
	return c
}

func (g *needs) isDependsOn(n *need) bool { return n.where.Kind == String }

func (g *needs) path(n *need) string {
	path := ""
	g.nodes[n.from].walk("Resources."+g.ids[n.from], func(at string, o *Node) bool {
		if o == n.where {
			path = at
		}
		return path == ""
	})
	return path
}
