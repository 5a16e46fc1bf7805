package verify

import (
	"slices"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
)

// names: two things of one kind with one name cannot both be in an account and a region.
func (w *world) names() {
	type name struct{ kind, account, region, name string }
	seen := map[name]*thing{}
	stacks := map[name]bool{}
	for _, s := range w.stacks {
		own := name{"stack", s.Account, s.Region, s.Name}
		if stacks[own] {
			w.report.failManifest(s, "name-conflict", "two stacks of account "+s.Account+" and region "+s.Region+" are called "+s.Name, "rename one")
		}
		stacks[own] = true
		for _, on := range s.DependsOn {
			if !slices.ContainsFunc(w.stacks[:s.index], func(o *stack) bool { return o.Name == on }) {
				w.report.failManifest(s, "deploy-order", "stack "+s.Name+" depends on "+on+", and no such stack is before it", "correct its dependsOn, or the order")
			}
		}
		for _, id := range s.ids {
			x := s.things[id]
			if of := x.row().PolicyOf; of != "" {
				for _, v := range listIn(s, x.properties.Get(of)) {
					n := name{x.kind, s.Account, s.Region, v.String()}
					if other := seen[n]; other != nil {
						w.report.fail(s, x.path(of), "name-conflict", other.id+" in stack "+other.stack.Name+" is its policy, too: the later one takes its place",
							"put the statements into one")
					}
					seen[n] = x
				}
			}
			property := x.row().Name.Property
			if property == "" || x.known(property) == "" {
				continue
			}
			n := name{x.kind, s.Account, s.Region, x.known(property)}
			switch x.row().Name.Unique {
			case catalog.Nowhere:
				continue
			case catalog.InRegion:
			case catalog.InAccount:
				n.region = ""
			case catalog.Everywhere:
				n.account, n.region = "", ""
			}
			if other := seen[n]; other != nil {
				w.report.fail(s, x.path(property), "name-conflict", n.name+" is the name of "+other.id+" in stack "+other.stack.Name+", too", "choose another")
				continue
			}
			seen[n] = x
		}
	}
}
