package spec

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Uses are the parts of the application that code uses, by their names: what it does with them decides what its role is allowed to.
type Uses struct {
	// Reads are the buckets that the code reads.
	Reads []string `yaml:"reads"`
	// Writes are the buckets that the code writes.
	Writes []string `yaml:"writes"`
	// Sends are the queues to which the code sends messages.
	Sends []string `yaml:"sends"`
	// Receives are the queues from which the code receives messages.
	Receives []string `yaml:"receives"`
}

// Use is what code does with parts of one kind.
type Use struct {
	// Verb is the field in pipeline.yaml, such as reads.
	Verb string
	// Parts by their names.
	Parts []string

	list, one string // the field of Application that has the parts, and what one of them is called
}

// All uses, in the order of their grants.
func (u Uses) All() []Use {
	return []Use{
		{"reads", u.Reads, "buckets", "bucket"},
		{"writes", u.Writes, "buckets", "bucket"},
		{"sends", u.Sends, "queues", "queue"},
		{"receives", u.Receives, "queues", "queue"},
	}
}

// checkUses checks the names of the parts that code of the environment's application uses; path is the place of the code.
func (u Uses) checkUses(v *validator, path string, e *Environment) {
	for _, x := range u.All() {
		x.check(v, join(path, x.Verb), e)
	}
}

func (u Use) check(v *validator, path string, e *Environment) {
	known := v.namesOf(u.list, e)
	seen := map[string]bool{}
	for i, name := range u.Parts {
		at := index(path, i)
		switch {
		case name == "":
			v.add(at, "is empty", "write the name of a "+u.one)
		case seen[name]:
			v.add(at, strconv.Quote(shorten(name))+" is given twice", "keep one")
		case known != nil && !known[name]:
			if v.namesOf(u.list, nil)[name] {
				v.add(at, fmt.Sprintf("environment %q has no %s %q", shorten(e.Name), u.one, shorten(name)),
					"leave it out in the overrides, or add the "+u.one+" there")
				break
			}
			hint := "add it to the " + u.list + " of the application"
			if len(known) > 0 && v.isPatient() {
				hint = didYouMeanOrKnown(name, slices.Sorted(maps.Keys(known)))
			}
			v.add(at, "there is no "+u.one+" "+strconv.Quote(shorten(name)), hint)
		}
		seen[name] = true
	}
}
