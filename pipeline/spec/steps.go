package spec

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// Steps of every pipeline. A step that is not named is not there; one that is named has defaults for what it does not say.
type Steps struct {
	// Synth renders the templates. Its commands run before that; it cannot be dropped.
	Synth *Step `yaml:"synth"`
	// InfrastructureTests and FunctionTests check a commit before anything of it is deployed. InfrastructureTests get the rendered templates, too,
	// in the directory $CODEBUILD_SRC_DIR_Templates.
	InfrastructureTests *Step `yaml:"infrastructureTests"`
	FunctionTests       *Step `yaml:"functionTests"`
	// Publish builds code and images. It has no commands of its own; null leaves publishing to somebody else.
	Publish *Step `yaml:"publish"`
	// IntegrationTests check an environment after its deployment, with its test role. By default those of type dev.
	IntegrationTests *Step `yaml:"integrationTests"`
	// AcceptanceTests check an environment after its integration tests, with its test role. By default those of type dev and test.
	AcceptanceTests *Step `yaml:"acceptanceTests"`
	// Approval before environments that do not say for themselves whether they want one: by default those of type test and prod.
	Approval *ApprovalStep `yaml:"approval"`
	// Own steps of the project.
	Own []Step `yaml:"own"`
}

// DefaultSteps is what there is where pipeline.yaml says nothing else: no tests, and publishing may take an hour.
func DefaultSteps() Steps {
	return Steps{Synth: &Step{TimeoutMinutes: defaultMinutes}, Publish: &Step{TimeoutMinutes: defaultPublishMinutes}}
}

func (s *Steps) setDefaults(Type) { *s = DefaultSteps() }

func (*Steps) shape() string { return "{ functionTests: { commands: [make test] } }" }

func (s *Steps) resolve() {
	for _, test := range []struct {
		step  *Step
		part  string
		types []Type
	}{
		{s.InfrastructureTests, InfrastructureTestsPart, nil},
		{s.FunctionTests, FunctionTestsPart, nil},
		{s.IntegrationTests, IntegrationTestsPart, []Type{Dev}},
		{s.AcceptanceTests, AcceptanceTestsPart, []Type{Dev, Test}},
	} {
		if test.step == nil {
			continue
		}
		if test.step.Commands == nil {
			test.step.Commands = []string{"make " + test.part}
		}
		if test.step.Environments == nil && test.step.Types == nil {
			test.step.Types = test.types
		}
	}
}

// Step is a build that runs commands on the checked-out source.
type Step struct {
	// Name of an own step: lower-case letters, digits and dashes between them, beginning with a letter; the steps that cfnpipe knows have
	// theirs.
	Name string `yaml:"name"`
	// Before or After which step an own step runs: one of synth (after only), infrastructureTests, functionTests, publish, deploy,
	// integrationTests, acceptanceTests, whether or not that one is there. Exactly one of the two is set.
	Before string `yaml:"before"`
	After  string `yaml:"after"`
	// Commands run one after the other in the root of the repository, by bash; the first that fails fails the step. Default for tests: make
	// with the step's name, such as make integration-tests. Only synth can do without.
	Commands []string `yaml:"commands"`
	// Image of the build container; default is CodeBuild's own. It has bash; for synth also Go, and perl with YAML::XS, which reads the
	// generator from the checked-out pipeline.yaml; for publish aws, jq, zip and docker.
	Image string `yaml:"image"`
	// Runtimes of CodeBuild's own image by their names and versions, such as python: "3.13".
	Runtimes map[string]string `yaml:"runtimes"`
	// Environment variables; no secrets. With Secrets, 5,000 characters together.
	Environment map[string]string `yaml:"environment"`
	// Secrets are environment variables from Secrets Manager in the toolchain account and region: the ARN of a secret, perhaps with a JSON
	// key behind a #. Those of publish reach the build commands of functions, and no build of an image.
	Secrets map[string]string `yaml:"secrets"`
	// SecretKeys are the ARNs of the customer managed keys, if any, that encrypt the secrets, in the toolchain region. The build's role decrypts
	// with them, through Secrets Manager only; the policies of keys in other accounts must admit it.
	SecretKeys []string `yaml:"secretKeys"`
	// TimeoutMinutes of the build, 5 to 2160 (CodeBuild quotas). Default 30; of publish 60.
	TimeoutMinutes int `yaml:"timeoutMinutes,minutes"`
	// Reports are the JUnit files that the commands of tests and own steps write, as patterns below the root of the repository. Default
	// **/junit*.xml.
	Reports []string `yaml:"reports"`
	// Permissions beyond the step's own: of the environment's test role where the step runs after a deployment, else of the build's role.
	Permissions []Permission `yaml:"permissions"`
	// Only says in which environments a step that runs there does so.
	Only `yaml:",inline"`
}

// DefaultStep is what a test or an own step is where pipeline.yaml says nothing else: half an hour for commands that write JUnit files
// anywhere. Resolve adds the commands and the environments of tests.
func DefaultStep() Step {
	return Step{TimeoutMinutes: defaultMinutes, Reports: []string{"**/junit*.xml"}}
}

const (
	defaultMinutes        = 30
	defaultPublishMinutes = 60
	defaultApproval       = 7 * 24 * 60
)

func (s *Step) setDefaults(Type) { *s = DefaultStep() }

func (*Step) shape() string { return "{ commands: [make test] }" }

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
		s.Approval.check(v, "steps.approval")
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
	if over := len(longest) - limits.RoleName; over > 0 {
		v.add(at, fmt.Sprintf("its role %s has %d characters, IAM allows %d", shorten(longest), len(longest), limits.RoleName),
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

// refusedField is a field that a mapping of its kind has elsewhere, and why it cannot be set in this place.
type refusedField struct{ name, message, hint string }

// refuse fields by their names, all for one reason.
func refuse(message, hint string, names ...string) []refusedField {
	refused := make([]refusedField, len(names))
	for i, name := range names {
		refused[i] = refusedField{name, message, hint}
	}
	return refused
}

// refusedFields of the mapping at a path as written; text gives the text of a field in it, "" where there is none. Hints never offer them.
func refusedFields(path string, text func(field string) string) []refusedField {
	builtIn := refuse("cannot be set here", "only own steps have it: leave it out", "name", "before", "after")
	early := refuse("cannot be set: the step runs before any environment", "leave it out", "environments", "types")
	switch {
	case path == "steps.synth":
		return slices.Concat(builtIn, early, refuse("cannot be set for synth", "it tests nothing: write an own step after it", "reports"))
	case path == "steps.infrastructureTests", path == "steps.functionTests":
		return slices.Concat(builtIn, early)
	case path == "steps.integrationTests", path == "steps.acceptanceTests":
		return builtIn
	case path == "steps.publish":
		const own = "cannot be set: publish runs commands of cfnpipe, in builds of their own, and an own step before it runs on another host"
		return slices.Concat(builtIn,
			refuse(own, "what prepares a function goes into its build, what prepares an image into its Dockerfile", "commands"),
			refuse(own, "name an image that has what the build commands of functions need, beside aws, jq, zip and docker", "runtimes"),
			refuse("cannot be set: publish tests nothing", "test in functionTests or in an own step", "reports"),
			refuse("cannot be set: publish goes where code does", "limit the functions and repositories themselves", "environments", "types"))
	case strings.HasPrefix(path, "steps.own["):
		before, after := text("before"), text("after")
		isEarly := func(a anchor) bool { return !a.inEnvironments && (a.name == before || a.name == after) }
		if (before == "" || after == "") && slices.ContainsFunc(anchors(), isEarly) {
			return early
		}
	case isNetwork(path):
		return refusedOfNetwork(text("vpc"))
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
