package tree

import (
	"slices"
	"strings"
)

// Need is one resource of a template that names another: CloudFormation makes the other one first.
type Need struct {
	From, To string
	// Path of what names it, such as Resources.Bucket.DependsOn.
	Path string
}

// Cycle is a circle of resources of which each needs the next, and the last one the first: CloudFormation can make none of them first.
type Cycle struct {
	// Needs around the circle, the first from the resource that comes first in the template.
	Needs []Need
	// Break is the index of the need to take away first: without it, the fewest resources are left in circles.
	Break int
}

// String draws the circle: A → B → A.
func (c Cycle) String() string {
	var b strings.Builder
	for _, n := range c.Needs {
		b.WriteString(n.From + " → ")
	}
	return b.String() + c.Needs[0].From
}

// Paths are those of the needs, in the order of the circle.
func (c Cycle) Paths() string {
	paths := make([]string, len(c.Needs))
	for i, n := range c.Needs {
		paths[i] = n.Path
	}
	return strings.Join(paths, ", ")
}

// Hint says what to do.
func (c Cycle) Hint() string {
	n := c.Needs[c.Break]
	if strings.HasPrefix(n.Path, "Resources."+n.From+".DependsOn") {
		return "remove " + n.To + " at " + n.Path
	}
	return "remove the reference at " + n.Path + ", or name " + n.To + " by a fixed name there"
}

// Cycles finds the circles among the resources of a template, by Ref, Fn::GetAtt, Fn::Sub and DependsOn at any depth. Once the need to break of
// each is taken away, the template has no circle left. A circle that two branches of one condition keep from closing is none.
func Cycles(template *Node) []Cycle {
	g := newNeeds(template)
	if g.inCircles(g.all, -1, -1) == 0 {
		return nil
	}
	var cycles []Cycle
	taken := map[[2]int]bool{} // the needs that circles found so far are broken at
	for _, holds := range g.assignments() {
		for {
			left := slices.DeleteFunc(slices.Clone(g.all), func(n need) bool { return taken[n.between()] || !n.isThere(holds) })
			circle := g.shortest(left)
			if circle == nil {
				break
			}
			c := g.draw(circle, left)
			taken[[2]int{g.index[c.Needs[c.Break].From], g.index[c.Needs[c.Break].To]}] = true
			cycles = append(cycles, c)
		}
	}
	return cycles
}

// needs of the resources of a template, by their index.
type needs struct {
	template *Node
	ids      []string
	nodes    []*Node
	index    map[string]int
	all      []need
	from     int     // the resource that is read
	choices  *choice // under which it is read
}

// need of one resource for another. Where is what names it.
type need struct {
	from, to int
	where    *Node
	choices  *choice
}

func (n *need) between() [2]int { return [2]int{n.from, n.to} }

// choice is a branch of a condition that something is in, among others.
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
		g.below(r)
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

// below a node, what names resources.
func (g *needs) below(n *Node) {
	if n == nil || len(n.Items) == 0 {
		return
	}
	switch name, arg, _ := n.Intrinsic(); name {
	case "Ref":
		g.add(arg.Text, n)
	case "Fn::GetAtt":
		if arg.Kind == List && len(arg.Items) == 2 && arg.Items[0] != nil { // text is a list since it was read, unless it is wrong
			g.add(arg.Items[0].Text, n)
		}
	case "Fn::Sub":
		g.sub(n, arg)
	case "Fn::If":
		if arg.Kind == List && len(arg.Items) == 3 && arg.Items[0] != nil {
			outer := g.choices
			for i, isThen := range []bool{true, false} {
				g.choices = &choice{condition: arg.Items[0].Text, isThen: isThen, outer: outer}
				g.below(arg.Items[i+1])
			}
			g.choices = outer
			return
		}
	}
	for _, item := range n.Items {
		g.below(item)
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

// inCircles counts the resources that are in circles, or need what is, where one does not need another: those that are left when what needs
// nothing is taken away, again and again.
func (g *needs) inCircles(list []need, from, to int) int {
	counts := make([]int, 3*len(g.ids)+len(list))
	open, last, done := counts[:len(g.ids)], counts[len(g.ids):2*len(g.ids)], counts[2*len(g.ids):2*len(g.ids)]
	before := counts[3*len(g.ids):] // of the needs for one resource, the one before each, plus one
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

// shortest circle: the resources around it, from the one that comes first in the template; nil where there is none.
func (g *needs) shortest(list []need) []int {
	to := make([][]int, len(g.ids))
	for _, n := range list {
		to[n.from] = append(to[n.from], n.to)
	}
	var best []int
	for start := range g.ids {
		before := map[int]int{} // from which a resource is reached
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
		circle := []int{last}
		for circle[0] != start {
			circle = append([]int{before[circle[0]]}, circle...)
		}
		if best == nil || len(circle) < len(best) {
			best = circle
		}
	}
	return best
}

// draw a circle, with the paths of what names the resources in it.
func (g *needs) draw(circle []int, list []need) Cycle {
	var c Cycle
	least, isDeclared := 0, false
	for i, from := range circle {
		to := circle[(i+1)%len(circle)]
		var named *need
		for k := range list {
			if n := &list[k]; n.between() == [2]int{from, to} && (named == nil || g.isDependsOn(n) && !g.isDependsOn(named)) {
				named = n
			}
		}
		c.Needs = append(c.Needs, Need{From: g.ids[from], To: g.ids[to], Path: g.path(named)})
		// what somebody wrote as DependsOn is more easily taken away than what needs a value
		left, declared := g.inCircles(list, from, to), g.isDependsOn(named)
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
