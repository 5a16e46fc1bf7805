package pipeline

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy"
	"github.com/cfnpipe/cfnpipe/stages"
)

// placed is a step where it runs: among others that may run beside it.
type placed struct {
	name, description string
	step              *spec.Step
	// readsTemplates says whether the build gets the rendered templates beside the source.
	readsTemplates bool
}

// position of a custom step: right before or right after a built-in one.
type position struct {
	before bool
	step   string
}

func before(step string) position { return position{before: true, step: step} }
func after(step string) position  { return position{step: step} }

// positionOf a custom step.
func positionOf(s *spec.Step) position {
	if s.Before != "" {
		return before(s.Before)
	}
	return after(s.After)
}

// stepPlan is every step of the pipelines in its place. Assemble derives it once; stages, builds, needs and grants read it.
type stepPlan struct {
	// synth renders, publish publishes; nil where they have their defaults, or there is none.
	synth, publish *spec.Step
	// commit runs before anything is deployed: groups that follow each other, of steps that may run side by side.
	commit [][]placed
	// beforePublish and afterPublish run around the publishing to an environment.
	beforePublish, afterPublish []placed
	// verify runs after the deployment to an environment, in groups like commit.
	verify [][]placed
}

// planSteps places the steps.
func planSteps(s spec.Steps) (stepPlan, error) {
	custom, err := customSteps(s)
	if err != nil {
		return stepPlan{}, err
	}
	at := func(positions ...position) []placed {
		var list []placed
		for i := range custom {
			if x := &custom[i]; slices.Contains(positions, positionOf(x)) {
				list = append(list, placed{name: spec.OwnStepPrefix + x.Name, description: "Step " + x.Name, step: x})
			}
		}
		return list
	}
	return stepPlan{
		synth: s.Synth, publish: s.Publish,
		commit: [][]placed{
			at(after("synth"), before("infrastructureTests"), before("functionTests")),
			slices.Concat(
				builtIn(spec.InfrastructureTestsPart, "Infrastructure tests", s.InfrastructureTests),
				builtIn(spec.FunctionTestsPart, "Function tests", s.FunctionTests)),
			at(after("infrastructureTests"), after("functionTests")),
		},
		beforePublish: at(before("publish")),
		afterPublish:  at(after("publish"), before("deploy")),
		verify: [][]placed{
			at(after("deploy"), before("integrationTests")),
			builtIn(spec.IntegrationTestsPart, "Integration tests", s.IntegrationTests),
			at(after("integrationTests"), before("acceptanceTests")),
			builtIn(spec.AcceptanceTestsPart, "Acceptance tests", s.AcceptanceTests),
			at(after("acceptanceTests")),
		},
	}, nil
}

// builtIn is one of the steps that cfnpipe knows, if it exists.
func builtIn(name, description string, s *spec.Step) []placed {
	if s == nil || len(s.Commands) == 0 {
		return nil
	}
	return []placed{{name: name, description: description, step: s, readsTemplates: name == spec.InfrastructureTestsPart}}
}

// customSteps are the project's, with an error for each that Go has left incomplete; those of a pipeline.yaml are checked with their places
// before.
func customSteps(s spec.Steps) ([]spec.Step, error) {
	var errs []error
	positions := []position{after("synth")}
	for _, name := range []string{"infrastructureTests", "functionTests", "publish", "deploy", "integrationTests", "acceptanceTests"} {
		positions = append(positions, before(name), after(name))
	}
	names := map[string]bool{}
	for i := range s.Own {
		x := &s.Own[i]
		path := fmt.Sprintf("Steps.Own[%d] (%s)", i, x.Name)
		if x.Before != "" && x.After != "" || !slices.Contains(positions, positionOf(x)) {
			errs = append(errs, fmt.Errorf("%s: Before is %q and After is %q: set exactly one of them, to a step, such as After: \"deploy\"", path, x.Before, x.After))
		}
		if len(x.Commands) == 0 {
			errs = append(errs, fmt.Errorf("%s: it has no commands; say what it runs", path))
		}
		if x.Name == "" || names[x.Name] {
			errs = append(errs, fmt.Errorf("%s: it needs a name that no other own step has", path))
		}
		names[x.Name] = true
	}
	return s.Own, errors.Join(errs...)
}

// beforeEnvironments are the steps that run before any environment, without those that render and publish.
func (p stepPlan) beforeEnvironments() []placed { return slices.Concat(p.commit...) }

// inEnvironments are the steps that run in environments.
func (p stepPlan) inEnvironments() []placed {
	return slices.Concat(p.beforePublish, p.afterPublish, slices.Concat(p.verify...))
}

// builds are the steps that are builds of the pipeline: those whose own roles have their permissions, and those that act with the test role of an
// environment.
func (p stepPlan) builds() (ownRole, testRole []*spec.Step) {
	for _, x := range []*spec.Step{p.synth, p.publish} {
		if x != nil {
			ownRole = append(ownRole, x)
		}
	}
	for _, x := range p.beforeEnvironments() {
		ownRole = append(ownRole, x.step)
	}
	for _, x := range p.inEnvironments() {
		testRole = append(testRole, x.step)
	}
	return ownRole, testRole
}

// runningIn keeps the steps that run in an environment.
func runningIn(e *stages.Environment, list []placed) []placed {
	return slices.DeleteFunc(slices.Clone(list), func(x placed) bool { return !x.step.Holds(e.Described()) })
}

// testers are the roles of the builds that test an environment, and what they may do there beyond what every test may.
func (p *Pipeline) testers(e *stages.Environment, plan stepPlan) ([]cfn.Part, policy.Identity, error) {
	var roles []cfn.Part
	var grants policy.Identity
	for _, x := range runningIn(e, plan.inEnvironments()) {
		name := spec.Name(p.Place.Project, p.Name, x.name)
		roles = append(roles, resources.RoleARNOf(cfn.Lit(p.Place.Account), spec.ApplicationPath(p.Place.Project), name))
		more, err := permissions(x.step, func(text string) (string, error) { return e.Described().Fill(p.Place.Project, text) })
		if err != nil {
			return nil, nil, fmt.Errorf("step %s: %w", x.name, err)
		}
		grants = append(grants, more...)
	}
	return roles, grants, nil
}

// permissions that a step asks for, with placeholders filled in.
func permissions(s *spec.Step, fill func(string) (string, error)) (policy.Identity, error) {
	var list policy.Identity
	for _, x := range s.Permissions {
		statement := policy.Allow("", x.Actions...)
		for _, r := range x.Resources {
			arn, err := fill(r)
			if err != nil {
				return nil, err
			}
			statement = statement.On(cfn.Lit(arn))
		}
		list = append(list, statement)
	}
	return list, nil
}

// ownPermissions are those of steps that run before any environment, with their secrets: the builds' own roles have them.
func (p *Pipeline) ownPermissions(s *spec.Step, withPermissions bool) (policy.Identity, error) {
	if s == nil {
		return nil, nil
	}
	var list policy.Identity
	for _, name := range sortedKeys(s.Secrets) {
		list = append(list, policy.Allow("Secrets", "secretsmanager:GetSecretValue").On(cfn.Lit(secretARN(s.Secrets[name]))))
	}
	list = append(list, decryptSecrets(s)...)
	list = append(list, pullImage(s.Image)...)
	if !withPermissions {
		return list, nil
	}
	toolchain := spec.Account{Account: p.Place.Account, Region: p.Place.Region}
	more, err := permissions(s, func(text string) (string, error) { return toolchain.Fill(p.Place.Project, text) })
	return append(list, more...), err
}

// allGrants are the permissions of all builds of the pipeline, for its ceiling.
func (p *Pipeline) allGrants(plan stepPlan) (policy.Identity, error) {
	var list policy.Identity
	ownRole, testRole := plan.builds()
	for i, s := range slices.Concat(ownRole, testRole) {
		more, err := p.ownPermissions(s, i < len(ownRole))
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	return list, nil
}

// asTester makes every AWS client of the commands that follow act with the environment's test role, which they assume anew before its hour
// is over.
const asTester = `mkdir -p ~/.aws
printf '[default]\nrole_arn = %s\ncredential_source = EcsContainer\nregion = %s\n' "$TEST_ROLE" "$REGION" >~/.aws/config
export AWS_REGION=$REGION AWS_DEFAULT_REGION=$REGION`

// stepBuild is the build of a step. Commands of steps that run in environments have the environment's test role.
func (p *Pipeline) stepBuild(x placed, inEnvironments bool) (build, error) {
	commands := x.step.Commands
	if inEnvironments {
		commands = slices.Concat([]string{asTester}, commands)
	}
	b := build{
		pipeline: p, name: x.name, description: fmt.Sprintf("%s of pipeline %s", x.description, p.Name),
		buildSpec: testSpec(x.step, commands), cached: true, reported: true,
	}
	grants, err := p.ownPermissions(x.step, !inEnvironments)
	b.grants = grants
	b.configure(x.step)
	if inEnvironments {
		assume := policy.Allow("Test", "sts:AssumeRole")
		for _, e := range p.Environments {
			if len(runningIn(e, []placed{x})) > 0 {
				assume = assume.On(e.Access.Role(spec.TestPart))
			}
		}
		b.grants = append(b.grants, assume)
	}
	return b, err
}

// defaultMinutes is the timeout of a build whose step does not say.
const defaultMinutes = 30

// configure takes over what a step says of its build.
func (b *build) configure(s *spec.Step) {
	if s == nil {
		b.minutes = defaultMinutes
		return
	}
	b.minutes, b.image = cmp.Or(s.TimeoutMinutes, defaultMinutes), s.Image
	for _, name := range sortedKeys(s.Environment) {
		b.variables = append(b.variables, resources.Variable{Name: name, Value: cfn.Lit(s.Environment[name])})
	}
	for _, name := range sortedKeys(s.Secrets) {
		b.variables = append(b.variables, resources.Variable{Name: name, Secret: true, Value: cfn.Lit(secretReference(s.Secrets[name]))})
	}
}

// testVariables tell a step which environment it runs in.
func testVariables(e *stages.Environment) []resources.Variable {
	return []resources.Variable{
		{Name: "ENVIRONMENT", Value: cfn.Lit(e.Place.Scope)},
		{Name: "TEST_ROLE", Value: e.Access.Role(spec.TestPart)},
		{Name: "REGION", Value: cfn.Lit(e.Place.Region)},
	}
}

// testSpec is the buildspec of a step that tests.
func testSpec(s *spec.Step, commands []string) *tree.Node {
	m := tree.NewMap
	reports := s.Reports
	if len(reports) == 0 {
		reports = spec.DefaultStep().Reports
	}
	return buildSpec(s.Runtimes, commands...).
		Set("reports", m().Set(reportGroup, m().Set("files", texts(reports)).Set("file-format", tree.Text("JUNITXML")))).
		Set("cache", m().Set("paths", texts(cachePaths())))
}

func texts(list []string) *tree.Node {
	n := tree.NewList()
	for _, s := range list {
		n.Items = append(n.Items, tree.Text(s))
	}
	return n
}
