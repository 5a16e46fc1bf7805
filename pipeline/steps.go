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

// known is one of the steps that cfnpipe knows, if it is there.
func known(name, description string, s *spec.Step) []placed {
	if s == nil || len(s.Commands) == 0 {
		return nil
	}
	return []placed{{name: name, description: description, step: s, readsTemplates: name == spec.InfrastructureTestsPart}}
}

// own are the project's steps that run before or after one of the given steps, written like "after deploy".
func own(steps spec.Steps, positions ...string) []placed {
	var list []placed
	for i := range steps.Own {
		s := &steps.Own[i]
		position := "after " + s.After
		if s.Before != "" {
			position = "before " + s.Before
		}
		if slices.Contains(positions, position) {
			list = append(list, placed{name: spec.OwnStepPrefix + s.Name, description: "Step " + s.Name, step: s})
		}
	}
	return list
}

// check finds what is wrong with steps that Go has changed; those of a pipeline.yaml are checked with their positions before.
func check(steps spec.Steps) error {
	var errs []error
	positions := []string{"after synth"}
	for _, name := range []string{"infrastructureTests", "functionTests", "publish", "deploy", "integrationTests", "acceptanceTests"} {
		positions = append(positions, "before "+name, "after "+name)
	}
	names := map[string]bool{}
	for i := range steps.Own {
		s := &steps.Own[i]
		path := fmt.Sprintf("Steps.Own[%d] (%s)", i, s.Name)
		if len(own(spec.Steps{Own: []spec.Step{*s}}, positions...)) == 0 {
			errs = append(errs, fmt.Errorf("%s: it stands before %q and after %q; set one of the two to a step, such as After: \"deploy\"", path, s.Before, s.After))
		}
		if len(s.Commands) == 0 {
			errs = append(errs, fmt.Errorf("%s: it has no commands; say what it runs", path))
		}
		if s.Name == "" || names[s.Name] {
			errs = append(errs, fmt.Errorf("%s: it needs a name that no other own step has", path))
		}
		names[s.Name] = true
	}
	return errors.Join(errs...)
}

// commitSteps run before anything is deployed: groups that follow each other, of steps that may run side by side.
func commitSteps(s spec.Steps) [][]placed {
	return [][]placed{
		own(s, "after synth", "before infrastructureTests", "before functionTests"),
		slices.Concat(
			known(spec.InfrastructureTestsPart, "Infrastructure tests", s.InfrastructureTests),
			known(spec.FunctionTestsPart, "Function tests", s.FunctionTests)),
		own(s, "after infrastructureTests", "after functionTests"),
	}
}

// publishSteps run around the publishing to an environment.
func publishSteps(s spec.Steps) (before, after []placed) {
	return own(s, "before publish"), own(s, "after publish", "before deploy")
}

// verifySteps run after the deployment to an environment.
func verifySteps(s spec.Steps) [][]placed {
	return [][]placed{
		own(s, "after deploy", "before integrationTests"),
		known(spec.IntegrationTestsPart, "Integration tests", s.IntegrationTests),
		own(s, "after integrationTests", "before acceptanceTests"),
		known(spec.AcceptanceTestsPart, "Acceptance tests", s.AcceptanceTests),
		own(s, "after acceptanceTests"),
	}
}

// environmentSteps are all steps that run in environments.
func environmentSteps(s spec.Steps) []placed {
	before, after := publishSteps(s)
	return slices.Concat(append([][]placed{before, after}, verifySteps(s)...)...)
}

// in keeps the steps that run in an environment.
func in(e *stages.Environment, list []placed) []placed {
	return slices.DeleteFunc(slices.Clone(list), func(x placed) bool { return !x.step.Holds(e.Described()) })
}

// testers are the roles of the builds that test an environment, and what they may do there beyond what every test may.
func (p *Pipeline) testers(e *stages.Environment, steps spec.Steps) ([]cfn.Part, policy.Identity, error) {
	var roles []cfn.Part
	var grants policy.Identity
	for _, x := range in(e, environmentSteps(steps)) {
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

// allSteps are all steps that are builds of the pipeline: those that run before any environment, and those that run in environments.
func allSteps(s spec.Steps) (before, inEnvironments []*spec.Step) {
	for _, x := range []*spec.Step{s.Synth, s.Publish} {
		if x != nil {
			before = append(before, x)
		}
	}
	for _, x := range slices.Concat(commitSteps(s)...) {
		before = append(before, x.step)
	}
	for _, x := range environmentSteps(s) {
		inEnvironments = append(inEnvironments, x.step)
	}
	return before, inEnvironments
}

// allGrants are the permissions of all builds of the pipeline, for its ceiling.
func (p *Pipeline) allGrants(steps spec.Steps) (policy.Identity, error) {
	var list policy.Identity
	before, inEnvironments := allSteps(steps)
	for i, s := range slices.Concat(before, inEnvironments) {
		more, err := p.ownPermissions(s, i < len(before))
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
			if len(in(e, []placed{x})) > 0 {
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
