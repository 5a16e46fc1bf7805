package spec

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

func checkSteps(v *validator) {
	s := &v.spec.Steps
	if s.Synth == nil {
		v.add("steps.synth", "cannot be dropped", "it renders what the others deploy: leave it out for its defaults")
	} else {
		s.Synth.checkSynth(v, "steps.synth")
	}
	s.InfrastructureTests.checkTest(v, "steps.infrastructureTests", false)
	s.FunctionTests.checkTest(v, "steps.functionTests", false)
	if s.Publish != nil {
		s.Publish.checkPublish(v, "steps.publish")
	}
	s.IntegrationTests.checkTest(v, "steps.integrationTests", true)
	s.AcceptanceTests.checkTest(v, "steps.acceptanceTests", true)
	if s.Approval != nil {
		s.Approval.Approval.check(v, "steps.approval")
		v.stepOnly("steps.approval", s.Approval.Only)
	}
	checkOwnSteps(v, "steps.own", s.Own)
}

func (s *Step) checkSynth(v *validator, at string) {
	s.checkRefused(v, at)
	checkCommands(v, join(at, "commands"), s.Commands)
	s.checkBuild(v, at, false)
}

func (s *Step) checkTest(v *validator, at string, inEnvironments bool) {
	if s == nil {
		return
	}
	s.checkRefused(v, at)
	checkSomeCommands(v, join(at, "commands"), s.Commands, "write at least one, or null in place of the step to drop it")
	checkReports(v, join(at, "reports"), s.Reports)
	s.checkBuild(v, at, inEnvironments)
}

func (s *Step) checkPublish(v *validator, at string) {
	s.checkRefused(v, at)
	s.checkPublishSecrets(v, join(at, "secrets"))
	build := Step{ // of which there is one for all environments
		Image: s.Image, Environment: s.Environment, Secrets: s.Secrets, SecretKeys: s.SecretKeys, TimeoutMinutes: s.TimeoutMinutes, Permissions: s.Permissions,
	}
	build.checkBuild(v, at, false)
}

// checkPublishSecrets checks environment variables of the builds that publish: the build commands of functions see them, docker does not pass them on.
func (s *Step) checkPublishSecrets(v *validator, at string) {
	hasBuild := slices.ContainsFunc(v.spec.Environments, func(e Environment) bool {
		return slices.ContainsFunc(e.Application.Functions, func(f Function) bool { return f.Build != "" })
	})
	if len(s.Secrets) > 0 && s.Image == "" && !hasBuild && !v.unread("application") {
		v.add(at, "reach no image build, and no function has a build command that could read them",
			"leave them out; build an image that needs a secret elsewhere, and push it to a repository without context")
	}
}

// anchor is what own steps run before or after, whether or not a step is there.
type anchor struct {
	name string
	// inEnvironments says whether it is there in every environment, and so are the own steps beside it.
	inEnvironments bool
}

func anchors() []anchor {
	return []anchor{
		{"synth", false},
		{"infrastructureTests", false},
		{"functionTests", false},
		{"publish", true},
		{"deploy", true},
		{"integrationTests", true},
		{"acceptanceTests", true},
	}
}

func checkOwnSteps(v *validator, path string, steps []Step) {
	names := make([]string, len(steps))
	for i := range steps {
		s, at := &steps[i], index(path, i)
		names[i] = s.Name
		checkOwnName(v, join(at, "name"), s.Name)
		checkSomeCommands(v, join(at, "commands"), s.Commands, "write at least one, such as make lint")
		checkReports(v, join(at, "reports"), s.Reports)
		s.checkRefused(v, at)
		s.checkBuild(v, at, s.checkAnchor(v, at))
	}
	v.uniqueNames(path, names)
}

func checkOwnName(v *validator, at, name string) {
	const hint = "use lower-case letters, digits and dashes between them, beginning with a letter, such as lint"
	if !v.given(at, name, hint) {
		return
	}
	bare := strings.ToLower(strings.ReplaceAll(name, "-", ""))
	switch {
	case slices.ContainsFunc(anchors(), func(a anchor) bool { return strings.ToLower(a.name) == bare }):
		v.add(at, strconv.Quote(shorten(name))+" is the name of a step that cfnpipe has", "choose another")
		return
	case !isNamePart(name) || !isLower(rune(name[0])):
		v.add(at, strconv.Quote(shorten(name))+" cannot be part of a step's name", hint)
		return
	case !isProject(v.spec.Project):
		return // said elsewhere
	}
	longest := ""
	for _, p := range v.spec.Pipelines {
		if role := Name(v.spec.Project, p.Name, OwnStepPrefix+name); len(role) > len(longest) {
			longest = role
		}
	}
	// The project itself (150 characters), its report group (128) and its log group (512) have more room.
	if over := len(longest) - maxRole; over > 0 {
		v.add(at, fmt.Sprintf("its role %s has %d characters, IAM allows %d", shorten(longest), len(longest), maxRole),
			fmt.Sprintf("shorten this name, the pipeline's or the project by %d", over))
	}
}

// checkAnchor checks the anchor of an own step. It says whether the step runs in environments; one whose place is not known might.
func (s *Step) checkAnchor(v *validator, at string) bool {
	field, name := "after", s.After
	switch {
	case s.Before != "" && s.After != "":
		v.add(at, "has both before and after", "keep one")
		return true
	case s.Before != "":
		field, name = "before", s.Before
	case s.After == "":
		if !v.unread(join(at, "before")) && !v.unread(join(at, "after")) {
			v.add(at, "says neither before nor after which step it runs", "write one, such as after: functionTests")
		}
		return true
	}
	if s.Before == "synth" {
		v.add(join(at, field), "nothing runs before synth", "write after: synth, or add the commands to those of synth")
		return false
	}
	i := slices.IndexFunc(anchors(), func(a anchor) bool { return a.name == name })
	if i < 0 {
		var names []string
		for _, a := range anchors() {
			names = append(names, a.name)
		}
		v.add(join(at, field), "there is no step "+strconv.Quote(shorten(name))+" to run "+field, didYouMeanOrKnown(name, names))
		return true
	}
	return anchors()[i].inEnvironments
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

// checkBuild checks what all steps have.
func (s *Step) checkBuild(v *validator, at string, inEnvironments bool) {
	v.between(join(at, "timeoutMinutes"), s.TimeoutMinutes, 5, 2160, "minutes") // CodeBuild
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
