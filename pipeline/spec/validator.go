package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/names"
)

type validator struct {
	spec     *Spec
	names    map[string]string                      // of environments and pipelines, to the path of the first that has it
	known    map[listOf]map[string]bool             // see namesOf
	images   map[*Environment]map[string]Repository // see repositoriesOf
	problems []Problem
	compared int // pairs of an action and a resource so far
}

func (v *validator) add(path, message, hint string) {
	v.problems = append(v.problems, Problem{path, message, hint})
}

// isPatient says whether there are few enough problems for hints that take time; those of later ones cost more than they help.
func (v *validator) isPatient() bool { return len(v.problems) < 1000 }

// required is what is said of what is not there.
const required = "is required"

// given says whether a required text is there.
func (v *validator) given(path, value, hint string) bool {
	if value == "" {
		v.add(path, required, hint)
	}
	return value != ""
}

// between checks a number of things, such as days.
func (v *validator) between(path string, n, least, most int, things string) {
	if n < least || n > most {
		v.add(path, fmt.Sprintf("cannot be %d", n), fmt.Sprintf("use a number of %s from %d to %d", things, least, most))
	}
}

// oneOfThese checks an enumeration.
func oneOfThese[T ~string](v *validator, path string, value T, allowed ...T) {
	if slices.Contains(allowed, value) {
		return
	}
	words := make([]string, len(allowed))
	for i, a := range allowed {
		words[i] = string(a)
	}
	hint := "use " + oneOf(words)
	if !v.given(path, string(value), hint) {
		return
	}
	if meant := didYouMean(string(value), words); meant != "" {
		hint = meant
	}
	v.add(path, "cannot be "+strconv.Quote(shorten(string(value))), hint)
}

// unread says whether the value at path is there but could not be read, so that nothing follows from its absence.
func (v *validator) unread(path string) bool {
	written := v.spec.locate(Problem{Path: path}).Path
	for ; written != ""; written = parentPath(written) {
		if v.spec.failed[written] {
			return true
		}
	}
	return false
}

// uniqueNames of a list that makes resources of one kind in one stack.
func (v *validator) uniqueNames(path string, given []string) {
	list := path[strings.LastIndexByte(path, '.')+1:]
	first, firstID := map[string]int{}, map[string]int{}
	for i, name := range given {
		if name == "" {
			continue
		}
		at, id := join(index(path, i), "name"), names.LogicalID(name)
		if j, taken := first[name]; taken {
			v.add(at, fmt.Sprintf("the name %q is taken by %s", shorten(name), index(list, j)), "choose another")
			continue
		}
		first[name] = i
		if !isNamePart(name) {
			continue // said elsewhere
		}
		if j, taken := firstID[id]; taken {
			v.add(at, fmt.Sprintf("the name %q gives the logical id %s, which %s has from %q", shorten(name), shorten(id), index(list, j), shorten(given[j])),
				"logical ids are letters and digits alone: choose another")
			continue
		}
		firstID[id] = i
	}
}

// named says where the name at path is blamed, with the project, for a longer one that is too long, and what can be shortened. The default
// pipeline is not in the file.
func (v *validator) named(path string) (at, names string) {
	if v.spec.positions != nil && strings.HasPrefix(path, "pipelines[") {
		if _, written := v.spec.positions[parentPath(path)]; !written {
			return "project", "it"
		}
	}
	return path, "this name or the project"
}

// wholeName of a thing, of which a name is a part.
type wholeName struct {
	thing, part string
	most        int
	allows      string // who allows no more characters
}

// partName checks the name of a part of the application, and the whole names that are made of it.
func (v *validator) partName(at, name, whose, example string, e *Environment, names ...wholeName) {
	hint := "use lower-case letters, digits and dashes between them, beginning with a letter, such as " + example
	if !v.given(at, name, hint) {
		return
	}
	if !isNamePart(name) || isDigit(rune(name[0])) {
		v.add(at, strconv.Quote(shorten(name))+" cannot be part of "+whose+" name", hint)
		return
	}
	for _, n := range names {
		whole := Name(v.spec.Project, e.Name, n.part)
		if over := len(whole) - n.most; over > 0 && isProject(v.spec.Project) && e.Name != "" {
			v.add(at, fmt.Sprintf("its %s %s has %d characters, %s allows %d", n.thing, shorten(whole), len(whole), n.allows, n.most),
				fmt.Sprintf("shorten this name or the project by %d", over))
			return
		}
	}
}

// isNamePart matches [a-z0-9]([a-z0-9-]*[a-z0-9])?.
func isNamePart(part string) bool {
	return all(part, func(r rune) bool { return isLower(r) || isDigit(r) || r == '-' }) && strings.Trim(part, "-") == part
}
