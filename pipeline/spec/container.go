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

// Container is what runs in jobs and services.
type Container struct {
	// Image is the name of a repository of the application whose images are built (the image of the commit), one of a repository whose
	// images come from elsewhere, or of the toolchain, with a tag behind a colon, or a whole reference with a registry in front and a tag or
	// digest behind, such as public.ecr.aws/docker/library/nginx:1.29; no private repository of ECR.
	Image string `yaml:"image"`
	// Command in place of the image's own.
	Command []string `yaml:"command,words"`
	// Environment variables; no secrets.
	Environment map[string]string `yaml:"environment"`
	// Secrets are environment variables from the environment's account and region: the ARN of a secret of Secrets Manager, perhaps with a
	// JSON key behind a #, or of a parameter of SSM.
	Secrets map[string]string `yaml:"secrets"`
	// SecretKeys are the ARNs of the customer managed keys, if any, that encrypt the secrets.
	SecretKeys []string `yaml:"secretKeys"`
	// Architecture of the processors. Default x86_64; that of the image where a repository of the application says so.
	Architecture Architecture `yaml:"architecture"`
	// User that the container runs as, such as 1000 or 1000:1000, or by names that the image has. Default: that of the image. On Fargate, one
	// that is not root can write to /tmp only if the image declares it as a volume.
	User string `yaml:"user"`
	// Writable lets the container write to its own file system. Without it only /tmp can be written.
	Writable bool `yaml:"writable"`
	Uses     `yaml:",inline"`
	// Permissions of the code beyond these, such as on a queue of one of the project's own stacks.
	Permissions []Permission `yaml:"permissions"`
}

// resolveArchitecture takes the architecture from the repository of the image.
func (c *Container) resolveArchitecture(a *Application) {
	if c.Architecture != "" {
		return
	}
	c.Architecture = X86
	name, _, _ := strings.Cut(c.Image, ":")
	for _, r := range a.Repositories {
		if r.Name == name && r.Architecture != "" {
			c.Architecture = r.Architecture
		}
	}
}

// startEndpoints are the services without which a container does not start where there is no NAT: it gets its image, writes logs and reads its
// secrets.
func (c *Container) startEndpoints() []string {
	needed := []string{"ecr.api", "ecr.dkr", "logs"}
	for _, service := range []string{"secretsmanager", "ssm"} {
		if c.hasSecretsOf(service) {
			needed = append(needed, service)
		}
	}
	return needed
}

func (c *Container) hasSecretsOf(service string) bool {
	for _, arn := range c.Secrets {
		if p := strings.SplitN(arn, ":", 4); len(p) == 4 && p[2] == service {
			return true
		}
	}
	return false
}

// checkContainer checks the container of a job or a service.
func (c *Container) checkContainer(v *validator, path string, e *Environment, isJob bool) {
	c.checkImage(v, path, e)
	checkArguments(v, join(path, "command"), c.Command)
	oneOfThese(v, join(path, "architecture"), c.Architecture, X86, ARM)
	checkUser(v, join(path, "user"), c.User)
	c.checkVariables(v, path, e, isJob)
	checkSecretKeys(v, join(path, "secretKeys"), c.SecretKeys, inEnvironment(e))
	c.checkUses(v, path, e)
	checkPermissions(v, join(path, "permissions"), "a container", c.Permissions, filledIn)
	checkCeiling(v, join(path, "permissions"), c.Permissions, e)
}

func (c *Container) checkImage(v *validator, path string, e *Environment) {
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
	repositories := repositoriesOf(v, path, e)
	r, isThere := repositories[name]
	switch {
	case repositories == nil:
	case !isThere && v.namesOf("repositories", nil)[name]:
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
