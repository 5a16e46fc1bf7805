package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
)

// Permission allows actions on resources.
type Permission struct {
	// Actions such as dynamodb:GetItem; a star only behind a service and the beginning of an action.
	Actions []string `yaml:"actions"`
	// Resources by ARN, which may have stars. {environment} and the other placeholders stand for the environment's; before any environment,
	// {account}, {region} and {project} for the toolchain's.
	Resources []string `yaml:"resources"`
	// Reason why a resource is "*", every one of every account, such as that the actions know no resource; required there.
	Reason string `yaml:"reason,literal"`
}

func (*Permission) shape() string {
	return `{ actions: ["dynamodb:GetItem"], resources: ["arn:aws:dynamodb:{region}:{account}:table/orders"] }`
}

// filling says which placeholders permissions may have.
type filling uint8

const (
	ofToolchain   filling = iota // those of any account
	ofEnvironment                // those of an environment
	filledIn                     // none any more
)

// checkPermissions checks permissions; who has them is a word for messages, such as a step.
func checkPermissions(v *validator, path, who string, permissions []Permission, f filling) {
	for i, p := range permissions {
		at := index(path, i)
		before := len(v.problems)
		checkActions(v, join(at, "actions"), p, who)
		if arns := checkResources(v, join(at, "resources"), p, f); len(v.problems) == before {
			checkAllows(v, at, p.Actions, arns)
		}
		if p.Reason != "" && !slices.Contains(p.Resources, "*") {
			v.add(join(at, "reason"), `is there, but no resource is "*"`, "leave it out")
		}
	}
}

func checkActions(v *validator, path string, p Permission, who string) {
	const hint = "write a service and an action, such as dynamodb:GetItem; a star may stand at the end, as in dynamodb:Get*"
	actions := p.Actions
	if len(actions) == 0 {
		v.add(path, "there is none", "write at least one, such as dynamodb:GetItem")
	}
	for i, action := range actions {
		at := index(path, i)
		service, name, _ := strings.Cut(action, ":")
		switch {
		case action == "*", action == "*:*":
			v.add(at, "allows everything", "say which actions, such as dynamodb:GetItem")
		case isForbidden(service):
			v.add(at, who+" with actions of "+shorten(service)+" could widen its own permissions", "give the operator's stacks what needs them")
		case isService(service) && name == "*":
			v.add(at, "allows everything of "+shorten(service), "say which actions, such as "+shorten(service)+":Get*")
		case !isService(service) || !isAction(name):
			v.add(at, strconv.Quote(shorten(action))+" is not an action", hint)
		case slices.Contains(actions[:i], action):
			v.add(at, strconv.Quote(shorten(action))+" is given twice", "keep one")
		case service == "sts":
			checkActionExists(v, at, action)
			checkTokens(v, at, join(parentPath(path), "resources"), name, p, who)
		default:
			checkActionExists(v, at, action)
		}
	}
}

// checkTokens checks an action of STS: who has it gets credentials, and not all of them are bound by the boundary of the role that asks.
func checkTokens(v *validator, at, resources, name string, p Permission, who string) {
	lower := strings.ToLower(name)
	matches := func(actions ...string) bool {
		return slices.ContainsFunc(actions, func(a string) bool { return meet(lower, a) })
	}
	switch hasOwnBoundary := v.spec.PermissionsBoundary != "" || v.unread("permissionsBoundary"); {
	case matches("assumerole*", "assumeroot") && !hasOwnBoundary:
		v.add(at, who+" that may assume a role can do what that role can, whatever the boundary of its own role denies",
			"allow the actions that it needs themselves, or set a permissionsBoundary of your own and name the role under resources")
	case matches("assumerole*", "assumeroot"):
		for i, r := range p.Resources {
			if !isNamedRole(r) {
				v.add(index(resources, i), strconv.Quote(shorten(r))+" is not the ARN of one role, and "+who+" could assume others",
					"write one such as arn:aws:iam::111111111111:role/Reader, without stars")
			}
		}
	case matches("getservicebearertoken", "decodeauthorizationmessage"):
		if len(p.Resources) > 0 && !slices.Contains(p.Resources, "*") {
			v.add(resources, "allow nothing: sts:"+shorten(name)+` supports no resource but "*"`,
				`write resources: ["*"], and a reason beside it, such as that CodeArtifact needs the token to log in`)
		}
	case matches("getfederationtoken", "getsessiontoken"):
		v.add(at, "AWS gives such tokens to IAM users only, never to a role, so that "+who+" cannot get one", "leave it out")
	}
}

// isNamedRole says whether a resource of a permission is one role; placeholders may be in it.
func isNamedRole(resource string) bool {
	p := strings.SplitN(resource, ":", 6)
	return len(p) == 6 && p[2] == "iam" && strings.HasPrefix(p[5], "role/") && !strings.ContainsAny(resource, "*?")
}

// isForbidden says whether nobody is given actions of a service.
func isForbidden(service string) bool {
	return slices.Contains([]string{"iam", "organizations", "account"}, strings.ToLower(service))
}

// isService matches what actions and ARNs call a service: s3, execute-api.
func isService(service string) bool {
	return isNamePart(service) && len(service) <= 64
}

// isAction matches GetItem, Get* and the like; a star alone is not one.
func isAction(name string) bool {
	name = strings.TrimSuffix(name, "*")
	return name != "" && only(name, "") && isLetter(rune(name[0])) && len(name) <= 128
}

// checkResources checks the ARNs of a permission, which may have placeholders, and returns them filled in.
func checkResources(v *validator, path string, x Permission, f filling) (arns []string) {
	const most = 2048 // characters
	const hint = "write one such as arn:aws:dynamodb:{region}:{account}:table/orders"
	home := v.spec.Toolchain
	known := v.spec.accountPlaceholders(home)
	if f == ofEnvironment {
		known = Environment{Account: home, Name: "environment", Type: "type"}.placeholders(v.spec.Project)
	}
	if len(x.Resources) == 0 {
		v.add(path, "there is none", hint)
	}
	for i, resource := range x.Resources {
		at := index(path, i)
		arn, problems := resource, []Problem(nil)
		if f != filledIn {
			arn, problems = fill(resource, known)
		}
		for _, p := range problems {
			if f == ofToolchain && (strings.Contains(p.Message, `"{environment}"`) || strings.Contains(p.Message, `"{type}"`)) {
				p.Message = strings.Replace(p.Message, "unknown placeholder ", "the toolchain has no ", 1)
				p.Hint = "the step's role is one for all environments: use {account}, {region} or {project}"
			}
			v.add(at, p.Message, p.Hint)
		}
		arns = append(arns, arn)
		p := strings.SplitN(arn, ":", 6)
		switch {
		case len(problems) > 0:
		case slices.Contains(x.Resources[:i], resource):
			v.add(at, strconv.Quote(shorten(resource))+" is given twice", "keep one")
		case resource == "*":
			if strings.TrimSpace(x.Reason) == "" {
				v.add(at, "is every resource of every account", "say which, by ARNs, or write a reason beside it, such as that the actions know no resource")
			}
		case len(p) < 6 || p[0] != "arn" || !isService(p[2]) || p[5] == "" || !isLine(arn) || strings.Contains(arn, " ") || len(arn) > most:
			v.add(at, strconv.Quote(shorten(resource))+" is not the ARN of a resource", hint)
		case isRegion(home.Region) && p[1] != home.Partition():
			v.add(at, fmt.Sprintf("is in the partition %q, but the accounts are in %s", shorten(p[1]), home.Partition()), "write arn:"+home.Partition())
		}
	}
	return arns
}

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
