package spec

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ownImages of CodeBuild begin with this.
const ownImages = "aws/codebuild/"

func checkImage(v *validator, at, image string) {
	const most = 255 // characters
	switch {
	case image == "":
	case len(image) > most:
		v.add(at, fmt.Sprintf("has %d characters, at most %d are allowed", len(image), most), fmt.Sprintf("shorten it by %d", len(image)-most))
	case !isImage(image):
		v.add(at, strconv.Quote(shorten(image))+" is not the name of an image", "write one such as public.ecr.aws/docker/library/python:3.13")
	}
}

// isImage matches what docker pulls: [host[:port]/]path[:tag][@sha256:digest].
func isImage(image string) bool {
	name, digest, hasDigest := strings.Cut(image, "@")
	if number, ok := strings.CutPrefix(digest, "sha256:"); hasDigest && (!ok || len(number) != 64 || !all(number, isHex)) {
		return false
	}
	// A colon behind the last slash begins the tag, one before it the port of the host.
	if colon := strings.LastIndexByte(name, ':'); colon > strings.LastIndexByte(name, '/') {
		tag := name[colon+1:]
		if tag == "" || len(tag) > 128 || !only(tag, "_.-") || strings.ContainsRune("_.-", rune(tag[0])) && tag[0] != '_' {
			return false
		}
		name = name[:colon]
	}
	parts := strings.Split(name, "/")
	if host, port, ok := strings.Cut(parts[0], ":"); ok && len(parts) > 1 && all(port, isDigit) {
		parts[0] = host
	}
	return !slices.ContainsFunc(parts, func(p string) bool {
		return !all(p, func(r rune) bool { return isLower(r) || isDigit(r) || strings.ContainsRune("._-", r) }) || strings.Trim(p, "._-") != p
	})
}

// ownVariables are set by cfnpipe or by what it does, such as assuming a role.
func ownVariables() []string {
	return strings.Fields(`
		PROJECT_HASH ENVIRONMENT TEST_ROLE PUBLISH_ROLE REGION CODE_BUCKET REGISTRY PREFIX ARCHITECTURE TOOLCHAIN_REGISTRY TOOLCHAIN_REGION
		AWS_REGION AWS_DEFAULT_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN`)
}

// checkVariables checks the environment of a build, plain and secret.
func (s *Step) checkVariables(v *validator, at string) {
	const most = 5000 // characters; CodeBuild takes 5,500, and cfnpipe adds its own
	size := 0
	path := join(at, "environment")
	for _, name := range slices.Sorted(maps.Keys(s.Environment)) {
		size += utf8.RuneCountInString(name + s.Environment[name])
		checkBuildVariable(v, join(path, name), name)
		if what, hint := refused(s.Environment[name]); what != "" {
			v.add(join(path, name), "holds "+what, hint)
		}
	}
	secrets := join(at, "secrets")
	for _, name := range slices.Sorted(maps.Keys(s.Secrets)) {
		size += utf8.RuneCountInString(name + s.Secrets[name])
		at := join(secrets, name)
		checkBuildVariable(v, at, name)
		if _, twice := s.Environment[name]; twice {
			v.add(at, "is in environment too", "keep one")
		}
		if slices.ContainsFunc(v.spec.Environments, func(e Environment) bool { return isOutput(s.Secrets[name], &e) }) {
			v.add(at, "is the name of an output, and outputs reach parameters of custom stacks only, not secrets",
				"write the ARN of a secret of the toolchain account, such as arn:aws:secretsmanager:<region>:<account>:secret:<name>-<six characters>")
			continue
		}
		checkSecret(v, at, s.Secrets[name], v.home(), false)
	}
	if len(s.Environment) == 0 {
		path = secrets
	}
	if size > most {
		v.add(path, fmt.Sprintf("environment and secrets have %d characters together, at most %d are allowed", size, most),
			fmt.Sprintf("shorten them by %d; what is long belongs into a file or into SSM", size-most))
	}
}

func checkBuildVariable(v *validator, at, name string) {
	switch {
	case !isVariable(name):
		v.add(at, strconv.Quote(shorten(name))+" is no name of an environment variable", "use letters, digits and _, beginning with no digit, such as STAGE")
	case strings.HasPrefix(name, "CODEBUILD_"):
		v.add(at, "CodeBuild reserves names that begin with CODEBUILD_", "choose another name")
	case slices.Contains(ownVariables(), name):
		v.add(at, "cfnpipe sets "+name+" itself", "choose another name")
	}
}

// checkSecret checks the secret of a place: the ARN of a secret of Secrets Manager, perhaps with # and a JSON key, or if it may be one, of a parameter of SSM.
func checkSecret(v *validator, at, secret string, where place, orParameter bool) {
	const hint = "copy it from Secrets Manager: arn:aws:secretsmanager:<region>:<account>:secret:<name>-<six characters>"
	const most = 512 // characters of a name, Secrets Manager
	services := []string{"secretsmanager"}
	if orParameter {
		services = append(services, "ssm")
	}
	if !v.given(at, secret, hint) {
		return
	}
	arn, key, hasKey := strings.Cut(secret, "#")
	p := strings.SplitN(arn, ":", 6)
	switch {
	case len(p) < 6 || p[0] != "arn":
		v.add(at, "is not an ARN", hint) // nor is it repeated: it may be the secret itself
		return
	case !slices.Contains(services, p[2]):
		v.add(at, fmt.Sprintf("belongs to the service %q", shorten(p[2])), "use a secret of "+oneOf(services))
		return
	}
	v.within(at, p, where, "use a secret there")
	if p[2] == "ssm" {
		checkSecretParameter(v, at, p[5], hasKey)
		return
	}
	name, ok := strings.CutPrefix(p[5], "secret:")
	end := len(name) - len("-AbCdEf")
	switch {
	case ok && strings.Contains(name, ":"):
		v.add(at, "has a colon behind the secret's name", "write # before a JSON key; versions cannot be chosen")
	case !ok || name == "" || !only(name, "/_+=.@-") || len(name) > most+len("-AbCdEf"):
		v.add(at, strconv.Quote(shorten(p[5]))+" is not secret: and its name", hint)
	case end < 1 || name[end] != '-' || !only(name[end+1:], ""):
		v.add(at, strconv.Quote(shorten(name))+" lacks the dash and six characters that Secrets Manager puts behind a name", "copy the whole ARN")
	}
	if hasKey && (key == "" || len(key) > most || !only(key, "_.-/")) {
		v.add(at, strconv.Quote(shorten(key))+" is not a JSON key", "write letters, digits and _ . - / behind the #, or leave it out for the whole secret")
	}
}

// checkSecretParameter checks what the ARN of a parameter of SSM ends with.
func checkSecretParameter(v *validator, at, resource string, hasKey bool) {
	name, ok := strings.CutPrefix(resource, "parameter/")
	switch {
	case !ok || name == "" || !only(name, "_.-/") || strings.Contains(name, "//") || strings.HasSuffix(name, "/"):
		v.add(at, strconv.Quote(shorten(resource))+" is not parameter/ and its name", "write arn:aws:ssm:<region>:<account>:parameter/<name>")
	case hasKey:
		v.add(at, "has a JSON key behind a parameter", "only secrets of secretsmanager have keys: leave it out, and the #")
	}
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
