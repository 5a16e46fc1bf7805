package spec

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
)

// checkActionExists checks that an action, or an action for which a pattern stands, is in the table of IAM actions. A service that the table does not have, and whose
// name is like no other, may be newer than the table: its actions are accepted.
func checkActionExists(v *validator, at, action string) {
	if len(catalog.Actions(action)) > 0 || !v.isPatient() {
		return
	}
	prefix, name, _ := strings.Cut(action, ":")
	service, ok := catalog.Service(prefix)
	if !ok {
		if s := catalog.Nearest(prefix, catalog.Services()); s != "" {
			v.add(at, "IAM has no service "+strconv.Quote(shorten(prefix)), "did you mean "+strconv.Quote(s+":"+name)+"?")
		}
		return
	}
	hint := "see the actions of " + service.Name + " in AWS's Service Authorization Reference; cfnpipe knows those of " + catalog.Date()
	if beginning, isPattern := strings.CutSuffix(name, "*"); isPattern {
		if verb := catalog.Nearest(beginning, verbs(service)); verb != "" {
			hint = "did you mean " + strconv.Quote(service.Prefix+":"+verb+"*") + "?"
		}
		v.add(at, service.Prefix+" has no action that begins with "+strconv.Quote(shorten(beginning)), hint)
		return
	}
	if nearest := catalog.NearestAction(action); nearest != "" {
		hint = "did you mean " + strconv.Quote(nearest) + "?"
	}
	v.add(at, service.Prefix+" has no action "+strconv.Quote(shorten(name)), hint)
}

// verbs that the actions of a service begin with, such as Get.
func verbs(s *catalog.IAMService) []string {
	var list []string
	for _, action := range s.Actions() {
		name := strings.TrimPrefix(action, s.Prefix+":")
		if end := strings.IndexFunc(name[1:], func(c rune) bool { return c >= 'A' && c <= 'Z' }); end >= 0 {
			name = name[:end+1]
		}
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}

// checkAllows checks that each action of a permission knows some of its resources, and each resource is known by some of the actions: what is not, is not
// allowed, whatever the permission says. An action that knows no resource is allowed on "*" only.
func checkAllows(v *validator, path string, actions, arns []string) {
	const patience = 100_000 // pairs: far more than fit into the policies of all roles
	known := make([]bool, len(arns))
	all := true
	for i, action := range actions {
		var forms []string // of the resources that the action knows
		matches, exists := slices.Contains(arns, "*"), false
		for _, name := range catalog.Actions(action) {
			a, ok := catalog.Action(name)
			if !ok {
				continue
			}
			exists = true
			if v.compared += len(arns); v.compared > patience {
				return
			}
			for k, arn := range arns {
				if a.Knows(arn) {
					known[k], matches = true, true
				}
			}
			for _, r := range a.Resources {
				forms = append(forms, r.ARNs...)
			}
		}
		if !exists { // newer than the table: it may know any resource
			return
		}
		if matches {
			continue
		}
		all = false
		at := index(join(path, "actions"), i)
		if len(forms) == 0 {
			v.add(at, shorten(action)+` is allowed on "*" only: it knows no resource`, `move it to a permission of its own, with resources: ["*"] and a reason`)
		} else {
			v.add(at, shorten(action)+" is allowed on none of these resources", "its resources are "+someForms(forms))
		}
	}
	for k := range arns {
		if all && !known[k] {
			v.add(index(join(path, "resources"), k), "is a resource of none of these actions", "leave it out, or add the actions that it is for")
		}
	}
}

// someForms lists forms of ARNs, each once.
func someForms(forms []string) string {
	const limit = 3
	slices.Sort(forms)
	forms = slices.Compact(forms)
	if len(forms) > limit {
		return strings.Join(forms[:limit], ", ") + ", …"
	}
	return strings.Join(forms, " or ")
}
