package spec

import (
	"reflect"
	"slices"
	"strings"
)

// refusedField is a field that a mapping of its kind has elsewhere, and why it cannot be set in this place.
type refusedField struct{ name, message, hint string }

// refusedFields of the mapping at a path as written; text gives the text of a field in it, "" where there is none. Hints never offer them.
func refusedFields(path string, text func(field string) string) []refusedField {
	list := func(message, hint string, names ...string) []refusedField {
		refused := make([]refusedField, len(names))
		for i, name := range names {
			refused[i] = refusedField{name, message, hint}
		}
		return refused
	}
	builtIn := list("cannot be set here", "only own steps have it: leave it out", "name", "before", "after")
	early := list("cannot be set: the step runs before any environment", "leave it out", "environments", "types")
	switch {
	case path == "steps.synth":
		return slices.Concat(builtIn, early, list("cannot be set for synth", "it tests nothing: write an own step after it", "reports"))
	case path == "steps.infrastructureTests", path == "steps.functionTests":
		return slices.Concat(builtIn, early)
	case path == "steps.integrationTests", path == "steps.acceptanceTests":
		return builtIn
	case path == "steps.publish":
		const own = "cannot be set: publish runs commands of cfnpipe, in builds of their own, and an own step before it runs on another host"
		return slices.Concat(builtIn,
			list(own, "what prepares a function goes into its build, what prepares an image into its Dockerfile", "commands"),
			list(own, "name an image that has what the build commands of functions need, beside aws, jq, zip and docker", "runtimes"),
			list("cannot be set: publish tests nothing", "test in functionTests or in an own step", "reports"),
			list("cannot be set: publish goes where code does", "limit the functions and repositories themselves", "environments", "types"))
	case strings.HasPrefix(path, "steps.own["):
		before, after := text("before"), text("after")
		isEarly := func(a anchor) bool { return !a.inEnvironments && (a.name == before || a.name == after) }
		if (before == "" || after == "") && slices.ContainsFunc(anchors(), isEarly) {
			return early
		}
	case (path == "application.network" || strings.HasPrefix(path, "overrides.") && strings.HasSuffix(path, ".network")) && text("vpc") != "":
		return list("cannot be set for a VPC that is there", "leave it out: null takes it back in an override",
			"zones", "public", "private", "isolated", "nat", "flowLogs", "endpoints")
	}
	return nil
}

// accepted fields of a mapping, of those that its type has.
func (d decoder) accepted(n *node, known []structField) []string {
	refused := refusedFields(n.path(), func(field string) string {
		if f := n.get(field); f != nil {
			return f.text
		}
		return ""
	})
	isKeyed := n.parent != nil && n.parent.kind == mappingKind && strings.HasPrefix(n.parent.path(), "overrides.")
	var names []string
	for _, k := range known {
		switch {
		case slices.ContainsFunc(refused, func(f refusedField) bool { return f.name == k.name }):
		case k.name == "name" && isKeyed, k.listed: // its key is its name; the field before it has the same one
		default:
			names = append(names, k.name)
		}
	}
	return names
}

// checkRefused checks that no field is set that a step in this place does not have.
func (s *Step) checkRefused(v *validator, at string) {
	set := map[string]reflect.Value{}
	for _, f := range fieldsOf(reflect.TypeFor[Step]()) {
		if field := reflect.ValueOf(s).Elem().FieldByIndex(f.index); !field.IsZero() {
			set[f.name] = field
		}
	}
	text := func(field string) string {
		if x, ok := set[field]; ok {
			return x.String()
		}
		return ""
	}
	for _, f := range refusedFields(at, text) {
		if _, isSet := set[f.name]; isSet {
			v.add(join(at, f.name), f.message, f.hint)
		}
	}
}
