package spec

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// checkBuild checks what all steps have.
func (s *Step) checkBuild(v *validator, at string, inEnvironments bool) {
	v.between(join(at, "timeoutMinutes"), s.TimeoutMinutes, limits.BuildLeastTimeout, limits.BuildTimeout, "minutes")
	checkImage(v, join(at, "image"), s.Image)
	checkBuildRuntimes(v, join(at, "runtimes"), s.Runtimes)
	if s.Image != "" && len(s.Runtimes) > 0 && isImage(s.Image) && !strings.HasPrefix(s.Image, ownImages) {
		v.add(join(at, "runtimes"), "are only in CodeBuild's own images", "leave them out: the image has what the commands need, or they install it")
	}
	s.checkVariables(v, at)
	checkSecretKeys(v, join(at, "secretKeys"), s.SecretKeys, v.home())
	if len(s.SecretKeys) > 0 && len(s.Secrets) == 0 && !v.unread(join(at, "secrets")) {
		v.add(join(at, "secretKeys"), "mean nothing without secrets", "leave them out, or write secrets too")
	}
	f := ofToolchain
	if inEnvironments {
		f = ofEnvironment
	}
	checkPermissions(v, join(at, "permissions"), "a step", s.Permissions, f)
	if inEnvironments {
		v.stepOnly(at, s.Only)
	}
}

// checkSomeCommands checks commands that a step cannot do without.
func checkSomeCommands(v *validator, at string, commands []string, hint string) {
	if len(commands) == 0 {
		v.add(at, "there is none", hint)
	}
	checkCommands(v, at, commands)
}

func checkCommands(v *validator, at string, commands []string) {
	const most = 20_000 // bytes; CodeBuild takes a buildspec of 25,600, and cfnpipe adds its own
	size := 0
	for i, c := range commands {
		size += len(c)
		checkScript(v, index(at, i), c)
	}
	if size > most {
		v.add(at, fmt.Sprintf("has %d bytes together, at most %d are allowed", size, most), "put what is longer into a script")
	}
}

// checkScript checks one or more lines for a shell.
func checkScript(v *validator, at, text string) {
	switch what, hint := refused(text); {
	case isBlank(text):
		v.add(at, "is empty", "write a command, such as make test")
	case what != "":
		v.add(at, "holds "+what, hint)
	}
}

// checkReports checks patterns of CodeBuild, relative to the root of the repository.
func checkReports(v *validator, at string, patterns []string) {
	const most = 255 // characters
	for i, p := range patterns {
		at := index(at, i)
		switch {
		case isBlank(p):
			v.add(at, "is empty", "write a pattern such as **/junit*.xml")
		case !isLine(p):
			v.add(at, "is not one line of printable text", "write a pattern such as **/junit*.xml")
		case path.Clean(p) != p || p[0] == '/' || p == ".." || strings.HasPrefix(p, "../") || len(p) > most:
			v.add(at, strconv.Quote(shorten(p))+" is not a plain pattern below the root of the repository", "write one such as **/junit*.xml")
		case slices.Contains(patterns[:i], p):
			v.add(at, strconv.Quote(shorten(p))+" is given twice", "keep one")
		}
	}
}

// checkBuildRuntimes checks the runtimes of CodeBuild's images by name. Which versions an image has changes too often to be known here.
func checkBuildRuntimes(v *validator, at string, runtimes map[string]string) {
	known := []string{"dotnet", "golang", "java", "nodejs", "php", "python", "ruby"}
	for _, name := range slices.Sorted(maps.Keys(runtimes)) {
		at := join(at, name)
		if !slices.Contains(known, name) {
			v.add(at, "CodeBuild has no runtime "+strconv.Quote(shorten(name)), didYouMeanOrKnown(name, known))
		}
		if version := runtimes[name]; version == "" || !only(version, ".") {
			v.add(at, strconv.Quote(shorten(version))+" is not a version", `write one such as "3.13" or latest`)
		}
	}
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
