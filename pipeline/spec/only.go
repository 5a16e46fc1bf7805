package spec

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Only limits a part to some environments: those named, and those of the given types. Both empty: all, or what is said to be the default.
type Only struct {
	Environments []string `yaml:"environments"`
	Types        []Type   `yaml:"types"`
}

// Holds says whether the part is in an environment.
func (o Only) Holds(e Environment) bool {
	return !o.isLimit() || slices.Contains(o.Environments, e.Name) || slices.Contains(o.Types, e.Type)
}

func (o Only) limits() Only { return o }

func (o Only) isLimit() bool { return len(o.Environments)+len(o.Types) > 0 }

// checkLimits checks the limits of parts of the application to some environments, where they were written.
func checkLimits(v *validator) {
	if v.spec.positions == nil { // without overrides; Spec.Application is not used
		for i, e := range v.spec.Environments {
			checkPartLimits(v, join(index("environments", i), "application"), e.Application)
		}
		return
	}
	checkPartLimits(v, "application", v.spec.Application)
	for _, name := range slices.Sorted(maps.Keys(v.spec.Overrides)) {
		checkPartLimits(v, join("overrides", name), v.spec.Overrides[name])
	}
}

func checkPartLimits(v *validator, path string, a Application) {
	for at, p := range a.parts(path) {
		if l, ok := p.(limited); ok {
			v.only(at, l.limits())
		}
	}
}

// only checks what limits the part at path.
func (v *validator) only(path string, o Only) {
	known := v.spec.environmentNames()
	at := join(path, "environments")
	if o.Environments != nil && len(o.Environments) == 0 {
		v.add(at, "there is none", "leave it out, or name at least one")
	}
	seen := map[string]bool{}
	for i, name := range o.Environments {
		at := index(at, i)
		switch {
		case name == "":
			v.add(at, "is empty", "write the name of an environment")
		case seen[name]:
			v.add(at, strconv.Quote(shorten(name))+" is given twice", "keep one")
		case !slices.Contains(known, name) && !slices.Contains(known, ""): // one whose name could not be read may be it
			hint := ""
			if v.isPatient() {
				hint = didYouMeanOrKnown(name, known)
			}
			v.add(at, "there is no environment "+strconv.Quote(shorten(name)), hint)
		}
		seen[name] = true
	}
	at = join(path, "types")
	if o.Types != nil && len(o.Types) == 0 {
		v.add(at, "there is none", "leave it out, or name at least one")
	}
	for i, t := range o.Types {
		at := index(at, i)
		oneOfThese(v, at, t, types()...)
		if t != "" && slices.Contains(o.Types[:i], t) {
			v.add(at, strconv.Quote(shorten(string(t)))+" is given twice", "keep one")
		}
	}
}

// stepOnly checks the limits of a step that runs in environments.
func (v *validator) stepOnly(path string, o Only) {
	v.only(path, o)
	if !v.spec.knows(o) || slices.ContainsFunc(v.spec.Environments, o.Holds) {
		return
	}
	hint := v.spec.environmentsHint()
	if _, written := v.spec.positions[join(path, "types")]; !written && v.spec.positions != nil {
		hint = fmt.Sprintf("without environments and types it runs in those of type %s: name others", oneOf(typeWords(o.Types)))
	}
	v.add(path, "runs in no environment", hint)
}

// knows says whether it is certain in which environments a part is, for it names and types that are good, and so are those of all
// environments.
func (s *Spec) knows(o Only) bool {
	names := s.environmentNames()
	return len(names) > 0 && !slices.Contains(names, "") &&
		!slices.ContainsFunc(s.Environments, func(e Environment) bool { return !slices.Contains(types(), e.Type) }) &&
		!slices.ContainsFunc(o.Environments, func(name string) bool { return !slices.Contains(names, name) }) &&
		!slices.ContainsFunc(o.Types, func(t Type) bool { return !slices.Contains(types(), t) })
}

func typeWords(types []Type) []string {
	words := make([]string, len(types))
	for i, t := range types {
		words[i] = string(t)
	}
	return words
}

// environmentsHint lists the environments with their types.
func (s *Spec) environmentsHint() string {
	words := make([]string, len(s.Environments))
	for i, e := range s.Environments {
		words[i] = fmt.Sprintf("%s of type %s", shorten(e.Name), e.Type)
	}
	return knownHere(words)
}
