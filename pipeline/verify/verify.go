// Package verify proves, offline and from an output directory alone, that every chain of a delivery system closes: that each hop of every
// run of its pipelines has the permissions that it needs on both sides, finds what it reads, and leaves what the next one reads; and that
// nobody who must not can change the chain.
package verify

import (
	"fmt"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
)

// Verify proves an assembly. It changes nothing of it.
func Verify(a *assembly.Assembly) *Report {
	r := &Report{}
	w := newWorld(a, r)
	runs := make([]*run, len(w.pipelines))
	for i, p := range w.pipelines {
		runs[i] = w.follow(p)
	}
	w.undeployed(runs)
	for _, s := range w.stacks {
		w.access(s)
		w.references(s, runs)
		w.kindsOf(s)
		w.acknowledged(nil, s)
	}
	w.guarded(runs)
	w.pointless()
	w.principals()
	w.applications()
	w.guards()
	w.protection()
	w.names()
	w.budgets()
	w.quotas()
	w.cover()
	r.finish()
	return r
}

// String is the budget in words.
func (b Budget) String() string {
	text := fmt.Sprintf("%s: %d of %d %s", b.Where, b.Used, b.Limit, b.What)
	if b.Fits >= 0 {
		text += fmt.Sprintf(", room for %d more environments like the largest", b.Fits)
	}
	return text
}
