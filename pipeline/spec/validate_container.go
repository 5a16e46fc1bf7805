package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// knownParts are the parts of an environment that others of it name.
type knownParts struct {
	buckets      map[string]bool       // nil when it is not certain which there are
	repositories map[string]Repository // nil when it is not certain which there are, here and in the toolchain
}

func knownPartsOf(v *validator, path string, e *Environment) knownParts {
	k := knownParts{buckets: bucketsOf(v, join(path, "buckets"), e), repositories: map[string]Repository{}}
	for _, r := range v.spec.ToolchainStack.Repositories {
		k.repositories[r.Name] = Repository{Name: r.Name}
	}
	for _, r := range e.Application.Repositories {
		k.repositories[r.Name] = r
	}
	if _, unnamed := k.repositories[""]; unnamed || v.unread(join(path, "repositories")) || v.unread("toolchainStack.repositories") {
		k.repositories = nil // the one that is meant may be there
	}
	return k
}

// checkContainer checks the container of a job or a service.
func (c *Container) checkContainer(v *validator, path string, e *Environment, k knownParts, isJob bool) {
	c.checkImage(v, path, e, k.repositories)
	checkArguments(v, join(path, "command"), c.Command)
	oneOfThese(v, join(path, "architecture"), c.Architecture, X86, ARM)
	checkUser(v, join(path, "user"), c.User)
	c.checkVariables(v, path, e, isJob)
	checkSecretKeys(v, join(path, "secretKeys"), c.SecretKeys, inEnvironment(e))
	v.grants(join(path, "reads"), c.Reads, e, k.buckets)
	v.grants(join(path, "writes"), c.Writes, e, k.buckets)
	checkPermissions(v, join(path, "permissions"), "a container", c.Permissions, filledIn)
	checkCeiling(v, join(path, "permissions"), c.Permissions, e)
}

func (c *Container) checkImage(v *validator, path string, e *Environment, repositories map[string]Repository) {
	const example = "public.ecr.aws/docker/library/nginx:1.29"
	at := join(path, "image")
	if !v.given(at, c.Image, "write the name of a repository of the application, or a whole reference such as "+example) {
		return
	}
	checkReached(v, at, c.Image, e)
	if strings.Contains(c.Image, "/") {
		checkReference(v, at, c.Image)
		return
	}
	name, tag := c.Image, ""
	if i := strings.IndexAny(name, ":@"); i >= 0 {
		name, tag = name[:i], name[i:]
	}
	r, isThere := repositories[name]
	switch {
	case repositories == nil:
	case !isThere && v.repositoryNames[name]:
		v.add(at, fmt.Sprintf("environment %q has no repository %q", shorten(e.Name), shorten(name)),
			"write another in the overrides, or add the repository there")
	case !isThere:
		hint := "name one of the application or of toolchainStack, or write a whole reference such as " + example
		if v.isPatient() {
			if meant := nearest(name, slices.Sorted(maps.Keys(repositories))); meant != "" {
				hint = didYouMean(name+tag, []string{meant + tag})
			}
		}
		v.add(at, "there is no repository "+strconv.Quote(shorten(name)), hint)
	case r.Context != "" && tag != "":
		v.add(at, fmt.Sprintf("the images of %q are built, and the one of the commit runs", shorten(name)), "write "+shorten(name))
	case r.Context != "":
		if c.Architecture != r.Architecture && c.Architecture.isKnown() && r.Architecture.isKnown() {
			v.add(join(path, "architecture"), fmt.Sprintf("is %s, but the images of %q are built for %s", c.Architecture, shorten(name), r.Architecture),
				"leave it out")
		}
	case tag == "":
		v.add(at, fmt.Sprintf("does not say which image of %q runs", shorten(name)), "add its tag, such as "+shorten(name)+":1.29")
	case tag[0] == '@' || !isImage(c.Image):
		v.add(at, strconv.Quote(shorten(tag))+" is no tag", "write one behind a colon, such as "+shorten(name)+":1.29")
	}
}

// checkReference checks an image with a registry in front.
func checkReference(v *validator, at, image string) {
	const most = 255 // characters, ECS
	registry, path, _ := strings.Cut(image, "/")
	_, _, hasTag := strings.Cut(path, ":")
	quoted := strconv.Quote(shorten(image))
	switch {
	case len(image) > most:
		v.add(at, fmt.Sprintf("has %d characters, ECS allows %d", len(image), most), fmt.Sprintf("shorten it by %d", len(image)-most))
	case !isImage(image):
		v.add(at, quoted+" is not the name of an image", "write one such as public.ecr.aws/docker/library/nginx:1.29")
	case !strings.ContainsAny(registry, ".:") && registry != "localhost":
		v.add(at, quoted+" has no registry in front", "write the whole reference, such as docker.io/"+shorten(image))
	case !hasTag:
		v.add(at, quoted+" has neither a tag nor a digest, so what runs would change by itself", "add one, such as "+shorten(image)+":1.29")
	case isPrivateECR(registry):
		v.add(at, quoted+" is in a private repository, which the container is not allowed to read",
			"use a repository of the application or of toolchainStack")
	}
}

// checkReached checks that the place that an image is pulled from is reached: without NAT, endpoints lead to ECR of the environment's own region alone.
func checkReached(v *validator, at, image string, e *Environment) {
	n := e.Application.Network
	if n == nil || n.VPC != "" || n.NAT != NoNAT {
		return
	}
	registry, _, isReference := strings.Cut(image, "/")
	name, _, _ := strings.Cut(image, ":")
	isOwn := slices.ContainsFunc(e.Application.Repositories, func(r Repository) bool { return r.Name == name })
	isShared := slices.ContainsFunc(v.spec.ToolchainStack.Repositories, func(r SharedRepository) bool { return r.Name == name })
	const hint = "copy it into a repository of the application and name that, or write nat: one"
	switch home := v.spec.Toolchain.Region; {
	case isReference && !isPrivateECR(registry):
		v.add(at, strconv.Quote(shorten(image))+" is not in ECR, and nothing else is reached from a network with nat: none", hint)
	case isShared && !isOwn && e.Region != home:
		v.add(at, fmt.Sprintf("%q is in ECR of %s, and only that of %s is reached from a network with nat: none",
			shorten(image), shorten(home), shorten(e.Region)), hint)
	}
}

func (a Architecture) isKnown() bool { return a == X86 || a == ARM }

// isPrivateECR matches <account>.dkr.ecr.<region>.<suffix>.
func isPrivateECR(registry string) bool {
	account, rest, _ := strings.Cut(registry, ".")
	service, _, _ := strings.Cut(strings.TrimPrefix(rest, "dkr."), ".")
	return isAccount(account) && slices.Contains([]string{"ecr", "ecr-fips", "dkr-ecr", "dkr-ecr-fips"}, service)
}

// checkArguments checks the arguments of a command.
func checkArguments(v *validator, path string, arguments []string) {
	for i, a := range arguments {
		at := index(path, i)
		switch what, hint := refused(a); {
		case i == 0 && isBlank(a):
			v.add(at, "is empty", "write a program")
		case what != "":
			v.add(at, "holds "+what, hint)
		case len(arguments) == 1 && len(strings.Fields(a)) > 1:
			v.add(at, fmt.Sprintf("is one word, so that the container looks for a program that is called %q", shorten(a)), "write "+inWords(a))
		}
	}
}

// inWords is the list for a command that was written as one text: an item for each word, or all of it for a shell if it has what shells read.
func inWords(text string) string {
	text = strings.TrimSpace(text)
	words := strings.Fields(shorten(text))
	switch {
	case strings.Contains(text, "\n"):
		words = []string{"sh", "-c", "…"}
	case strings.ContainsAny(text, "\"'`\\$|&;<>()*?#~"):
		words = []string{"sh", "-c", shorten(text)}
	}
	for i, w := range words {
		words[i] = strconv.Quote(w)
	}
	return "[" + strings.Join(words, ", ") + "]"
}

// checkUser checks the user of a container: a user, or a user and a group, by numbers or by names (ECS and docker take both).
func checkUser(v *validator, at, user string) {
	name, group, hasGroup := strings.Cut(user, ":")
	if user != "" && (!isUser(name) || hasGroup && !isUser(group)) {
		v.add(at, strconv.Quote(shorten(user))+" is no user", "write numbers such as 1000 or 1000:1000, or names that the image has")
	}
}

// isUser matches a number that docker takes, or a name.
func isUser(text string) bool {
	if all(text, isDigit) {
		_, err := strconv.ParseInt(text, 10, 32)
		return err == nil
	}
	return text != "" && only(text, "_.-") && len(text) <= 64 && text[0] != '-' && text[0] != '.'
}

// checkVariables checks the environment of a container, plain and secret, which with its command is no larger than AWS allows.
func (c *Container) checkVariables(v *validator, path string, e *Environment, isJob bool) {
	environment, secrets := join(path, "environment"), join(path, "secrets")
	for _, name := range slices.Sorted(maps.Keys(c.Environment)) {
		at := join(environment, name)
		checkContainerVariable(v, at, name, isJob)
		if what, hint := refused(c.Environment[name]); what != "" {
			v.add(at, "holds "+what, hint)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.Secrets)) {
		at := join(secrets, name)
		checkContainerVariable(v, at, name, isJob)
		if _, twice := c.Environment[name]; twice {
			v.add(at, "is in environment too", "keep one")
		}
		if isOutput(c.Secrets[name], e) {
			v.add(at, "is the name of an output, and outputs reach parameters of custom stacks only, not secrets",
				"write the secret's ARN, such as arn:aws:secretsmanager:{region}:{account}:secret:<name>-<six characters>, in the overrides if need be")
			continue
		}
		checkSecret(v, at, c.Secrets[name], inEnvironment(e), true)
	}
	most := 48_000 // bytes; ECS takes a definition of 64 KiB
	if isJob {
		most = 16_000 // bytes; Batch takes a definition of 24 KiB
	}
	size := 0
	for _, x := range []any{c.Environment, c.Secrets, c.Command} {
		size += jsonSize(x)
	}
	if size > most {
		at := environment
		if len(c.Environment) == 0 {
			at = path
		}
		v.add(at, fmt.Sprintf("environment, secrets and command have %d bytes together as JSON, at most %d are allowed", size, most),
			fmt.Sprintf("shorten them by %d; what is long belongs in the image, a bucket or SSM", size-most))
	}
}

// isOutput says whether text names an output of a stack of the environment, as parameters of stacks do.
func isOutput(text string, e *Environment) bool {
	stack, _, ok := strings.Cut(text, ".")
	isOwn := slices.ContainsFunc(e.Application.Stacks, func(s Stack) bool { return s.Name == stack })
	return ok && (isOwn || slices.Contains(StackNames(), stack))
}

// jsonSize is the size of a value in JSON: {"NAME":"value",…}.
func jsonSize(value any) int {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil { // never for text
		return 0
	}
	return b.Len() - 1 // without the new line
}

// containerOwnVariables are set by ECS, which tells the container by them where its role's credentials are.
func containerOwnVariables() []string {
	return strings.Fields(`
		AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_CREDENTIALS_RELATIVE_URI AWS_EXECUTION_ENV
		ECS_AGENT_URI ECS_CONTAINER_METADATA_URI ECS_CONTAINER_METADATA_URI_V4`)
}

func checkContainerVariable(v *validator, at, name string, isJob bool) {
	switch {
	case !isVariable(name):
		v.add(at, strconv.Quote(shorten(name))+" is no name of an environment variable",
			"use letters, digits and _, beginning with no digit, such as STAGE")
	case slices.Contains(containerOwnVariables(), name):
		v.add(at, "ECS sets "+name+" itself", "choose another name")
	case slices.Contains([]string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"}, name):
		v.add(at, "would take the place of the role that the container has", "leave it out")
	case isJob && strings.HasPrefix(name, "AWS_BATCH"):
		v.add(at, "Batch reserves names that begin with AWS_BATCH", "choose another name")
	}
}

// checkSecretKeys checks the ARNs of keys of KMS, which may be of another account.
func checkSecretKeys(v *validator, path string, keys []string, where place) {
	const most = 10 // a secret has one
	if len(keys) > most {
		v.add(path, fmt.Sprintf("has %d keys, at most %d are allowed", len(keys), most), "")
		return
	}
	for i, arn := range keys {
		at := index(path, i)
		if isKey := checkKey(v, at, arn, where, "a secret is encrypted by a key of its own region"); isKey && slices.Contains(keys[:i], arn) {
			v.add(at, strconv.Quote(shorten(arn))+" is given twice", "keep one")
		}
	}
}

// checkKey says whether an ARN is that of a key of KMS, and checks that it is in the region of a place; it may be of another account.
func checkKey(v *validator, at, arn string, where place, elsewhere string) bool {
	const hint = "copy it from KMS: arn:aws:kms:<region>:<account>:key/<id>"
	p := strings.SplitN(arn, ":", 6)
	id, isKey := strings.CutPrefix(p[len(p)-1], "key/")
	switch {
	case len(p) == 6 && p[2] == "kms" && strings.HasPrefix(p[5], "alias/"):
		v.add(at, "is an alias, and permissions hold for keys", hint)
		return false
	case len(p) < 6 || p[0] != "arn" || p[2] != "kms" || !isAccount(p[4]) || !isKey || id == "" || !only(id, "-"):
		v.add(at, strconv.Quote(shorten(arn))+" is not the ARN of a key", hint)
		return false
	}
	where.account.Account = p[4]
	v.within(at, p, where, elsewhere)
	return true
}
