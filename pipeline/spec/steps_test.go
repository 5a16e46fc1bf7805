package spec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

// steps is a file that says everything about steps, approvals and operators. Tests change one line of it.
const steps = `project: shop
toolchain: { account: "111111111111", region: eu-west-1 }
source:
  connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-1111-4222-8333-444455556666
  repository: acme/shop
environments:
  - { name: dev, type: dev, account: "222222222222", label: Team sandbox }
  - { name: qa, type: test, account: "333333333333", approval: true }
  - name: prod
    type: prod
    account: "444444444444"
    approval:
      text: "Announced?\nTested?"
      topic: arn:aws:sns:eu-west-1:111111111111:approvals
      afterChangeSet: true
      timeoutMinutes: 1440
pipelines:
  - { name: delivery, environments: [dev, qa, prod], operators: [arn:aws:iam::111111111111:role/team/Release] }
steps:
  synth: { commands: [npm ci], runtimes: { nodejs: "24" } }
  infrastructureTests: {}
  functionTests:
    image: aws/codebuild/standard:7.0
    runtimes: { python: "3.13" }
    environment: { LEVEL: debug }
    secrets: { TOKEN: "arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop/api-AbCdEf#token" }
    permissions:
      - { actions: ["ssm:GetParameter*"], resources: ["arn:aws:ssm:{region}:{account}:parameter/{project}/*"] }
  publish: { timeoutMinutes: 90 }
  integrationTests: { environments: [dev, qa] }
  acceptanceTests: {}
  own:
    - { name: lint, after: synth, commands: [npm run lint] }
    - name: smoke
      before: acceptanceTests
      commands: [./smoke.sh]
      types: [prod]
      permissions:
        - { actions: ["dynamodb:GetItem"], resources: ["arn:aws:dynamodb:{region}:{account}:table/{project}-{environment}-{type}-*"] }
`

func TestSteps(t *testing.T) {
	t.Parallel()
	s := parse(t, steps)
	reports := []string{"**/junit*.xml"}
	want := spec.Steps{
		Synth:               &spec.Step{Commands: []string{"npm ci"}, Runtimes: map[string]string{"nodejs": "24"}, TimeoutMinutes: 30},
		InfrastructureTests: &spec.Step{Commands: []string{"make infrastructure-tests"}, TimeoutMinutes: 30, Reports: reports},
		FunctionTests: &spec.Step{
			Commands: []string{"make function-tests"}, Image: "aws/codebuild/standard:7.0", Runtimes: map[string]string{"python": "3.13"},
			Environment:    map[string]string{"LEVEL": "debug"},
			Secrets:        map[string]string{"TOKEN": "arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop/api-AbCdEf#token"},
			TimeoutMinutes: 30, Reports: reports,
			Permissions: []spec.Permission{{
				Actions: []string{"ssm:GetParameter*"}, Resources: []string{"arn:aws:ssm:{region}:{account}:parameter/{project}/*"},
			}},
		},
		Publish: &spec.Step{TimeoutMinutes: 90},
		IntegrationTests: &spec.Step{
			Commands: []string{"make integration-tests"}, TimeoutMinutes: 30, Reports: reports, Only: spec.Only{Environments: []string{"dev", "qa"}},
		},
		AcceptanceTests: &spec.Step{
			Commands: []string{"make acceptance-tests"}, TimeoutMinutes: 30, Reports: reports, Only: spec.Only{Types: []spec.Type{spec.Dev, spec.Test}},
		},
		Own: []spec.Step{
			{Name: "lint", After: "synth", Commands: []string{"npm run lint"}, TimeoutMinutes: 30, Reports: reports},
			{
				Name: "smoke", Before: "acceptanceTests", Commands: []string{"./smoke.sh"}, TimeoutMinutes: 30, Reports: reports,
				Permissions: []spec.Permission{{
					Actions:   []string{"dynamodb:GetItem"},
					Resources: []string{"arn:aws:dynamodb:{region}:{account}:table/{project}-{environment}-{type}-*"},
				}},
				Only: spec.Only{Types: []spec.Type{spec.Prod}},
			},
		},
	}
	if d := cmp.Diff(want, s.Steps); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	approvals := []*spec.Approval{
		nil,
		{TimeoutMinutes: 10080},
		{Text: "Announced?\nTested?", TimeoutMinutes: 1440, Topic: "arn:aws:sns:eu-west-1:111111111111:approvals", AfterChangeSet: true},
	}
	for i, e := range s.Environments {
		if d := cmp.Diff(approvals[i], e.Approval); d != "" {
			t.Errorf("%s: -want +got\n%s", e.Name, d)
		}
	}
	if got := s.Environments[0].Label; got != "Team sandbox" {
		t.Errorf("label %q", got)
	}
	if d := cmp.Diff([]string{"arn:aws:iam::111111111111:role/team/Release"}, s.Pipelines[0].Operators); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestStepDefaults(t *testing.T) {
	t.Parallel()
	plain := spec.Steps{Synth: &spec.Step{TimeoutMinutes: 30}, Publish: &spec.Step{TimeoutMinutes: 60}}
	with := func(change func(*spec.Steps)) spec.Steps { s := plain; change(&s); return s }
	test := func(name string, types ...spec.Type) *spec.Step {
		return &spec.Step{Commands: []string{"make " + name}, TimeoutMinutes: 30, Reports: []string{"**/junit*.xml"}, Only: spec.Only{Types: types}}
	}
	for _, c := range []struct {
		steps string
		want  spec.Steps
	}{
		{"null", plain},
		{"{}", plain},
		{"{ publish: null }", with(func(s *spec.Steps) { s.Publish = nil })},
		{"{ publish: {}, synth: {}, own: [], functionTests: null, infrastructureTests: ~ }", with(func(s *spec.Steps) { s.Own = []spec.Step{} })},
		{"{ publish: { timeoutMinutes: 5 }, synth: { timeoutMinutes: null } }", with(func(s *spec.Steps) { s.Publish = &spec.Step{TimeoutMinutes: 5} })},
		{"{ infrastructureTests: {} }", with(func(s *spec.Steps) { s.InfrastructureTests = test("infrastructure-tests") })},
		{"{ functionTests: { commands: null } }", with(func(s *spec.Steps) { s.FunctionTests = test("function-tests") })},
		{"{ integrationTests: {} }", with(func(s *spec.Steps) { s.IntegrationTests = test("integration-tests", spec.Dev) })},
		{"{ integrationTests: { types: [prod] } }", with(func(s *spec.Steps) { s.IntegrationTests = test("integration-tests", spec.Prod) })},
		{"{ acceptanceTests: {} }", with(func(s *spec.Steps) { s.AcceptanceTests = test("acceptance-tests", spec.Dev, spec.Test) })},
		{"{ acceptanceTests: { environments: [prod] } }", with(func(s *spec.Steps) {
			s.AcceptanceTests = test("acceptance-tests")
			s.AcceptanceTests.Environments = []string{"prod"}
		})},
	} {
		s := parse(t, small+"steps: "+c.steps+"\n")
		if d := cmp.Diff(c.want, s.Steps); d != "" {
			t.Errorf("%s: -want +got\n%s", c.steps, d)
		}
	}
	if d := cmp.Diff(plain, spec.DefaultSteps()); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestApprovalShapes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		approval string
		want     *spec.Approval
	}{
		{"true", &spec.Approval{TimeoutMinutes: 10080}},
		{"{}", &spec.Approval{TimeoutMinutes: 10080}},
		{"{ text: Go }", &spec.Approval{Text: "Go", TimeoutMinutes: 10080}},
		{"{ afterChangeSet: true, timeoutMinutes: 5 }", &spec.Approval{AfterChangeSet: true, TimeoutMinutes: 5}},
	} {
		s := parse(t, change(t, steps, "approval: true", "approval: "+c.approval))
		if d := cmp.Diff(c.want, s.Environments[1].Approval); d != "" {
			t.Errorf("%s: -want +got\n%s", c.approval, d)
		}
	}
	for _, c := range []struct{ approval, want string }{
		{"yes", `found the text "yes"; write true`},
		{"off", `found the text "off"; write false`},
		{"5", "found the number 5; write true, or a mapping such as { text: Look at the tests first. }"},
		{"[]", "found a list; write true, or a mapping such as { text: Look at the tests first. }"},
	} {
		refuse(t, change(t, steps, "approval: true", "approval: "+c.approval), "8:64: environments[1].approval: needs true, false or a mapping, "+c.want)
	}
	// The first environment may need one too.
	parse(t, change(t, steps, "label: Team sandbox", "approval: true"))
}

// Each case changes one thing of steps and gets these messages.
func TestStepsRefuse(t *testing.T) {
	t.Parallel()
	const nameHint = "use lower-case letters, digits and dashes between them, beginning with a letter, such as lint"
	const imageHint = "write one such as public.ecr.aws/docker/library/python:3.13"
	const variableHint = "use letters, digits and _, beginning with no digit, such as STAGE"
	const secretHint = "copy it from Secrets Manager: arn:aws:secretsmanager:<region>:<account>:secret:<name>-<six characters>"
	const actionHint = "write a service and an action, such as dynamodb:GetItem; a star may stand at the end, as in dynamodb:Get*"
	const resourceHint = "write one such as arn:aws:dynamodb:{region}:{account}:table/orders"
	const operatorHint = "write the ARN of a role, such as arn:aws:iam::111111111111:role/Release"
	const labelHint = "it becomes a tag: write a word or two, such as Team sandbox"
	const early = "cannot be set: the step runs before any environment; leave it out"
	const secret = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop/api-AbCdEf#token"
	const resource = "arn:aws:ssm:{region}:{account}:parameter/{project}/*"
	const publish = "publish: { timeoutMinutes: 90 }"
	for _, c := range []struct {
		name, from, to string
		want           []string
	}{
		{"synth dropped", `synth: { commands: [npm ci], runtimes: { nodejs: "24" } }`, "synth: null", []string{"20:10: steps.synth: cannot be dropped; it renders what the others deploy: leave it out for its defaults"}},
		{"synth with reports", "commands: [npm ci]", "reports: []", []string{"20:21: steps.synth.reports: cannot be set for synth; it tests nothing: write an own step after it"}},
		{"synth in environments", "commands: [npm ci]", "types: [dev]", []string{"20:19: steps.synth.types: " + early}},
		{"synth with a blank command", "[npm ci]", `[""]`, []string{"20:23: steps.synth.commands[0]: is empty; write a command, such as make test"}},
		{"function tests in an environment", "functionTests:\n", "functionTests:\n    environments: [dev]\n", []string{"23:19: steps.functionTests.environments: " + early}},
		{"known step with a name", "infrastructureTests: {}", "infrastructureTests: { name: x }", []string{"21:32: steps.infrastructureTests.name: cannot be set here; only own steps have it: leave it out"}},
		{"known step with a place", publish, "publish: { after: deploy }", []string{"29:21: steps.publish.after: cannot be set here; only own steps have it: leave it out"}},
		{"publish with commands", publish, "publish: { commands: [make] }", []string{"29:24: steps.publish.commands: cannot be set: publish runs commands of cfnpipe, in builds of their own, and an own step before it runs on another host; what prepares a function goes into its build, what prepares an image into its Dockerfile"}},
		{"publish with runtimes", publish, "publish: { runtimes: {} }", []string{"29:24: steps.publish.runtimes: cannot be set: publish runs commands of cfnpipe, in builds of their own, and an own step before it runs on another host; name an image that has what the build commands of functions need, beside aws, jq, zip and docker"}},
		{"publish with reports", publish, "publish: { reports: [] }", []string{"29:23: steps.publish.reports: cannot be set: publish tests nothing; test in functionTests or in an own step"}},
		{"publish in an environment", publish, "publish: { environments: [dev] }", []string{"29:28: steps.publish.environments: cannot be set: publish goes where code does; limit the functions and repositories themselves"}},
		{"publish with secrets that nothing reads", publish, `publish: { secrets: { TOKEN: "` + secret + `" } }`, []string{"29:23: steps.publish.secrets: reach no image build, and no function has a build command that could read them; leave them out; build an image that needs a secret elsewhere, and push it to a repository without context"}},
		{"publish with a field misspelt", publish, "publish: { comands: [make] }", []string{"29:14: steps.publish.comands: unknown field; known here: image, environment, secrets, secretKeys, timeoutMinutes, permissions"}},
		{"synth with an unknown field", "commands: [npm ci]", "x-y: 1, commands: [npm ci]", []string{"20:12: steps.synth.x-y: unknown field; known here: commands, image, runtimes, environment, secrets, secretKeys, timeoutMinutes, permissions"}},
		{"tests of a commit with an unknown field", "infrastructureTests: {}", "infrastructureTests: { x-y: 1 }", []string{"21:26: steps.infrastructureTests.x-y: unknown field; known here: commands, image, runtimes, environment, secrets, secretKeys, timeoutMinutes, reports, permissions"}},
		{"tests of an environment with an unknown field", "acceptanceTests: {}", "acceptanceTests: { x-y: 1 }", []string{"31:22: steps.acceptanceTests.x-y: unknown field; known here: commands, image, runtimes, environment, secrets, secretKeys, timeoutMinutes, reports, permissions, environments, types"}},
		{"early own step with an unknown field", "name: lint, ", "name: lint, x-y: 1, ", []string{"33:21: steps.own[0].x-y: unknown field; known here: name, before, after, commands, image, runtimes, environment, secrets, secretKeys, timeoutMinutes, reports, permissions"}},
		{"own step of environments with an unknown field", "name: smoke\n", "name: smoke\n      x-y: 1\n", []string{"35:7: steps.own[1].x-y: unknown field; known here: name, before, after, commands, image, runtimes, environment, secrets, secretKeys, timeoutMinutes, reports, permissions, environments, types"}},
		{"publish with permissions of an environment", publish, `publish: { permissions: [{ actions: ["codeartifact:Get*"], resources: ["arn:aws:codeartifact:{region}:{account}:domain/{environment}"] }] }`, []string{`29:74: steps.publish.permissions[0].resources[0]: the toolchain has no "{environment}"; the step's role is one for all environments: use {account}, {region} or {project}`}},
		{"publish with a blank image", publish, `publish: { image: " " }`, []string{`29:21: steps.publish.image: " " is not the name of an image; ` + imageHint}},

		{"tests in an environment that is not there", "[dev, qa] }\n  acc", "[dev, pord] }\n  acc", []string{`30:43: steps.integrationTests.environments[1]: there is no environment "pord"; did you mean "prod"?`}},
		{"tests in an environment that is far off", "[dev, qa] }\n  acc", "[staging] }\n  acc", []string{`30:38: steps.integrationTests.environments[0]: there is no environment "staging"; known here: dev, qa, prod`}},
		{"tests in an environment without name", "[dev, qa] }\n  acc", `[""] }` + "\n  acc", []string{"30:38: steps.integrationTests.environments[0]: is empty; write the name of an environment"}},
		{"tests in an environment twice", "[dev, qa] }\n  acc", "[dev, dev] }\n  acc", []string{`30:43: steps.integrationTests.environments[1]: "dev" is given twice; keep one`}},
		{"tests in no environment", "[dev, qa] }\n  acc", "[] }\n  acc", []string{"30:37: steps.integrationTests.environments: there is none; leave it out, or name at least one"}},
		{"a type misspelt", "types: [prod]", "types: [pord]", []string{`37:15: steps.own[1].types[0]: cannot be "pord"; did you mean "prod"?`}},
		{"a type twice", "types: [prod]", "types: [prod, prod]", []string{`37:21: steps.own[1].types[1]: "prod" is given twice; keep one`}},
		{"no types", "types: [prod]", "types: []", []string{"37:14: steps.own[1].types: there is none; leave it out, or name at least one"}},
		{"a type that no environment has", "type: prod\n", "type: test\n", []string{"34:7: steps.own[1]: runs in no environment; known here: dev of type dev, qa of type test, prod of type test"}},

		{"own step without name", "name: lint, ", "", []string{"33:7: steps.own[0].name: is required; " + nameHint}},
		{"own step in capitals", "name: lint", "name: Lint", []string{`33:15: steps.own[0].name: "Lint" cannot be part of a step's name; ` + nameHint}},
		{"own step that begins with a digit", "name: lint", "name: 1lint", []string{`33:15: steps.own[0].name: "1lint" cannot be part of a step's name; ` + nameHint}},
		{"own step with a dash at its end", "name: lint", "name: lint-", []string{`33:15: steps.own[0].name: "lint-" cannot be part of a step's name; ` + nameHint}},
		{"own step named like a known one", "name: lint", "name: integrationTests", []string{`33:15: steps.own[0].name: "integrationTests" is the name of a step that cfnpipe has; choose another`}},
		{"own step named like a known one with dashes", "name: lint", "name: integration-tests", []string{`33:15: steps.own[0].name: "integration-tests" is the name of a step that cfnpipe has; choose another`}},
		{"own step named deploy", "name: lint", "name: deploy", []string{`33:15: steps.own[0].name: "deploy" is the name of a step that cfnpipe has; choose another`}},
		{"own step twice", "name: smoke", "name: lint", []string{`34:13: steps.own[1].name: the name "lint" is taken by own[0]; choose another`}},
		{"own step without commands", ", commands: [npm run lint]", "", []string{"33:7: steps.own[0].commands: there is none; write at least one, such as make lint"}},
		{"own step with no commands", "[npm run lint]", "[]", []string{"33:45: steps.own[0].commands: there is none; write at least one, such as make lint"}},
		{"own step without place", "after: synth, ", "", []string{"33:7: steps.own[0]: says neither before nor after which step it runs; write one, such as after: functionTests"}},
		{"own step with a place misspelt", "after: synth", "atfer: synth", []string{`33:21: steps.own[0].atfer: unknown field; did you mean "after"?`}},
		{"own step in two places", "after: synth", "after: synth, before: deploy", []string{"33:7: steps.own[0]: has both before and after; keep one"}},
		{"own step before synth", "after: synth", "before: synth", []string{"33:29: steps.own[0].before: nothing runs before synth; write after: synth, or add the commands to those of synth"}},
		{"own step after one that is not there", "after: synth", "after: synht", []string{`33:28: steps.own[0].after: there is no step "synht" to run after; did you mean "synth"?`}},
		{"own step after one with a dash", "after: synth", "after: integration-tests", []string{`33:28: steps.own[0].after: there is no step "integration-tests" to run after; did you mean "integrationTests"?`}},
		{"own step before another", "before: acceptanceTests", "before: lint", []string{`35:15: steps.own[1].before: there is no step "lint" to run before; known here: synth, infrastructureTests, functionTests, publish, deploy, integrationTests, acceptanceTests`}},
		{"own step in environments, too early", "before: acceptanceTests", "before: functionTests", []string{
			"37:14: steps.own[1].types: " + early,
			`39:56: steps.own[1].permissions[0].resources[0]: the toolchain has no "{environment}"; the step's role is one for all environments: use {account}, {region} or {project}`,
		}},

		{"image with a space", "standard:7.0", `standard 7`, []string{`23:12: steps.functionTests.image: "aws/codebuild/standard 7" is not the name of an image; ` + imageHint}},
		{"image in capitals", "standard:7.0", `Standard`, []string{`23:12: steps.functionTests.image: "aws/codebuild/Standard" is not the name of an image; ` + imageHint}},
		{"image with an empty part", "aws/codebuild/standard:7.0", "aws//standard", []string{`23:12: steps.functionTests.image: "aws//standard" is not the name of an image; ` + imageHint}},
		{"image with a scheme", "aws/codebuild/standard:7.0", "https://public.ecr.aws/x", []string{`23:12: steps.functionTests.image: "https://public.ecr.aws/x" is not the name of an image; ` + imageHint}},
		{"image with a tag that begins with a dot", "standard:7.0", "standard:.7", []string{`23:12: steps.functionTests.image: "aws/codebuild/standard:.7" is not the name of an image; ` + imageHint}},
		{"image with a short digest", "standard:7.0", "standard@sha256:abc", []string{`23:12: steps.functionTests.image: "aws/codebuild/standard@sha256:abc" is not the name of an image; ` + imageHint}},
		{"image with another digest", "standard:7.0", "standard@md5:" + strings.Repeat("a", 64), []string{`23:12: steps.functionTests.image: "aws/codebuild/standard@md5:` + strings.Repeat("a", 32) + `…" is not the name of an image; ` + imageHint}},
		{"runtimes in another image", "aws/codebuild/standard:7.0", "public.ecr.aws/docker/library/python:3.13", []string{"24:15: steps.functionTests.runtimes: are only in CodeBuild's own images; leave them out: the image has what the commands need, or they install it"}},

		{"variable with a dash", "LEVEL: debug", "LOG-LEVEL: debug", []string{`25:31: steps.functionTests.environment.LOG-LEVEL: "LOG-LEVEL" is no name of an environment variable; ` + variableHint}},
		{"variable that begins with a digit", "LEVEL: debug", "1X: debug", []string{`25:24: steps.functionTests.environment.1X: "1X" is no name of an environment variable; ` + variableHint}},
		{"variable of CodeBuild", "LEVEL: debug", "CODEBUILD_X: debug", []string{"25:33: steps.functionTests.environment.CODEBUILD_X: CodeBuild reserves names that begin with CODEBUILD_; choose another name"}},
		{"variable of cfnpipe", "LEVEL: debug", "PROJECT_HASH: x", []string{"25:34: steps.functionTests.environment.PROJECT_HASH: cfnpipe sets PROJECT_HASH itself; choose another name"}},
		{"variable of AWS as a secret", "TOKEN:", "AWS_SECRET_ACCESS_KEY:", []string{"26:39: steps.functionTests.secrets.AWS_SECRET_ACCESS_KEY: cfnpipe sets AWS_SECRET_ACCESS_KEY itself; choose another name"}},
		{"variable with a control character", "LEVEL: debug", `LEVEL: "a\x07"`, []string{"25:27: steps.functionTests.environment.LEVEL: holds the control character U+0007; only new lines and tabs are allowed"}},
		{"variable that is secret too", "LEVEL: debug", "TOKEN: x", []string{"26:23: steps.functionTests.secrets.TOKEN: is in environment too; keep one"}},

		{"secret that is none", secret, "hunter2", []string{"26:23: steps.functionTests.secrets.TOKEN: is not an ARN; " + secretHint}},
		{"empty secret", secret, "", []string{"26:23: steps.functionTests.secrets.TOKEN: is required; " + secretHint}},
		{"secret of another service", "arn:aws:secretsmanager", "arn:aws:ssm", []string{`26:23: steps.functionTests.secrets.TOKEN: belongs to the service "ssm"; use a secret of secretsmanager`}},
		{"secret in another partition", "arn:aws:secretsmanager", "arn:aws-us-gov:secretsmanager", []string{`26:23: steps.functionTests.secrets.TOKEN: is in the partition "aws-us-gov", but the toolchain is in aws; write arn:aws`}},
		{"secret in another region", "secretsmanager:eu-west-1", "secretsmanager:eu-west-2", []string{`26:23: steps.functionTests.secrets.TOKEN: is in the region "eu-west-2", but the toolchain is in eu-west-1; use a secret there`}},
		{"secret in another account", "111111111111:secret:", "222222222222:secret:", []string{`26:23: steps.functionTests.secrets.TOKEN: is in the account "222222222222", but the toolchain is 111111111111; use a secret there`}},
		{"no secret", ":secret:shop", ":shop", []string{`26:23: steps.functionTests.secrets.TOKEN: "shop/api-AbCdEf" is not secret: and its name; ` + secretHint}},
		{"secret without its six characters", "api-AbCdEf", "api", []string{`26:23: steps.functionTests.secrets.TOKEN: "shop/api" lacks the dash and six characters that Secrets Manager puts behind a name; copy the whole ARN`}},
		{"secret as CodeBuild writes it", "#token", ":token", []string{"26:23: steps.functionTests.secrets.TOKEN: has a colon behind the secret's name; write # before a JSON key; versions cannot be chosen"}},
		{"secret with an empty key", "#token", "#", []string{`26:23: steps.functionTests.secrets.TOKEN: "" is not a JSON key; write letters, digits and _ . - / behind the #, or leave it out for the whole secret`}},
		{"secret with a strange key", "#token", "#a:b", []string{`26:23: steps.functionTests.secrets.TOKEN: "a:b" is not a JSON key; write letters, digits and _ . - / behind the #, or leave it out for the whole secret`}},

		{"key by its alias", "    permissions:\n", "    secretKeys: [\"arn:aws:kms:eu-west-1:111111111111:alias/a\"]\n    permissions:\n", []string{"27:18: steps.functionTests.secretKeys[0]: is an alias, and permissions hold for keys; copy it from KMS: arn:aws:kms:<region>:<account>:key/<id>"}},
		{"key that is none", "    permissions:\n", "    secretKeys: [key]\n    permissions:\n", []string{`27:18: steps.functionTests.secretKeys[0]: "key" is not the ARN of a key; copy it from KMS: arn:aws:kms:<region>:<account>:key/<id>`}},
		{"key of another region", "    permissions:\n", "    secretKeys: [\"arn:aws:kms:us-east-1:111111111111:key/a\"]\n    permissions:\n", []string{`27:18: steps.functionTests.secretKeys[0]: is in the region "us-east-1", but the toolchain is in eu-west-1; a secret is encrypted by a key of its own region`}},
		{"key of another partition", "    permissions:\n", "    secretKeys: [\"arn:aws-cn:kms:eu-west-1:111111111111:key/a\"]\n    permissions:\n", []string{`27:18: steps.functionTests.secretKeys[0]: is in the partition "aws-cn", but the toolchain is in aws; write arn:aws`}},
		{"key twice", "    permissions:\n", "    secretKeys: [\"arn:aws:kms:eu-west-1:111111111111:key/a\", \"arn:aws:kms:eu-west-1:111111111111:key/a\"]\n    permissions:\n", []string{`27:62: steps.functionTests.secretKeys[1]: "arn:aws:kms:eu-west-1:111111111111:key/a" is given twice; keep one`}},
		{"key as text", "    permissions:\n", "    secretKeys: a\n    permissions:\n", []string{`27:17: steps.functionTests.secretKeys: needs a list, found the text "a"; write it in brackets: ["a"]`}},
		{"key of no secret", publish, `publish: { secretKeys: ["arn:aws:kms:eu-west-1:111111111111:key/a"] }`, []string{"29:26: steps.publish.secretKeys: mean nothing without secrets; leave them out, or write secrets too"}},
		{"key of a topic in another region", "      afterChangeSet: true", "      key: arn:aws:kms:us-east-1:111111111111:key/a\n      afterChangeSet: true", []string{`15:12: environments[2].approval.key: is in the region "us-east-1", but the toolchain is in eu-west-1; a topic is encrypted by a key of its own region`}},
		{"key of a topic by its alias", "      afterChangeSet: true", "      key: arn:aws:kms:eu-west-1:111111111111:alias/a\n      afterChangeSet: true", []string{"15:12: environments[2].approval.key: is an alias, and permissions hold for keys; copy it from KMS: arn:aws:kms:<region>:<account>:key/<id>"}},
		{"key of no topic", "approval: true", "approval: { key: \"arn:aws:kms:eu-west-1:111111111111:key/a\" }", []string{"8:71: environments[1].approval.key: means nothing without a topic, which it encrypts; leave it out, or write topic too"}},

		{"no actions", `actions: ["ssm:GetParameter*"], `, "", []string{"28:9: steps.functionTests.permissions[0].actions: there is none; write at least one, such as dynamodb:GetItem"}},
		{"all actions", "ssm:GetParameter*", "*", []string{"28:21: steps.functionTests.permissions[0].actions[0]: allows everything; say which actions, such as dynamodb:GetItem"}},
		{"all actions of a service", "ssm:GetParameter*", "s3:*", []string{"28:21: steps.functionTests.permissions[0].actions[0]: allows everything of s3; say which actions, such as s3:Get*"}},
		{"action without service", "ssm:GetParameter*", "GetParameter", []string{`28:21: steps.functionTests.permissions[0].actions[0]: "GetParameter" is not an action; ` + actionHint}},
		{"action with a star in it", "ssm:GetParameter*", "ssm:*Parameter", []string{`28:21: steps.functionTests.permissions[0].actions[0]: "ssm:*Parameter" is not an action; ` + actionHint}},
		{"action with two stars", "ssm:GetParameter*", "ssm:Get**", []string{`28:21: steps.functionTests.permissions[0].actions[0]: "ssm:Get**" is not an action; ` + actionHint}},
		{"action of several services", "ssm:GetParameter*", "s*:Get", []string{`28:21: steps.functionTests.permissions[0].actions[0]: "s*:Get" is not an action; ` + actionHint}},
		{"action twice", `["ssm:GetParameter*"]`, `["ssm:Get*", "ssm:Get*"]`, []string{`28:33: steps.functionTests.permissions[0].actions[1]: "ssm:Get*" is given twice; keep one`}},
		{"action of IAM", "ssm:GetParameter*", "iam:PassRole", []string{"28:21: steps.functionTests.permissions[0].actions[0]: a step with actions of iam could widen its own permissions; give the operator's stacks what needs them"}},
		{"actions of IAM in capitals", "ssm:GetParameter*", "IAM:*", []string{"28:21: steps.functionTests.permissions[0].actions[0]: a step with actions of IAM could widen its own permissions; give the operator's stacks what needs them"}},
		{"action of STS", "ssm:GetParameter*", "sts:AssumeRole", []string{"28:21: steps.functionTests.permissions[0].actions[0]: a step that may assume a role can do what that role can, whatever the boundary of its own role denies; allow the actions that it needs themselves, or set a permissionsBoundary of your own and name the role under resources"}},

		{"no resources", `, resources: ["` + resource + `"]`, "", []string{"28:9: steps.functionTests.permissions[0].resources: there is none; " + resourceHint}},
		{"all resources", resource, "*", []string{"28:55: steps.functionTests.permissions[0].resources[0]: is every resource of every account; say which, by ARNs, or write a reason beside it, such as that the actions know no resource"}},
		{"resource that is no ARN", resource, "parameter/x", []string{`28:55: steps.functionTests.permissions[0].resources[0]: "parameter/x" is not the ARN of a resource; ` + resourceHint}},
		{"resource of all services", resource, "arn:aws:*:*:*:*", []string{`28:55: steps.functionTests.permissions[0].resources[0]: "arn:aws:*:*:*:*" is not the ARN of a resource; ` + resourceHint}},
		{"resource in another partition", "arn:aws:ssm", "arn:aws-cn:ssm", []string{`28:55: steps.functionTests.permissions[0].resources[0]: is in the partition "aws-cn", but the accounts are in aws; write arn:aws`}},
		{"resource twice", `["` + resource + `"]`, `["` + resource + `", "` + resource + `"]`, []string{`28:111: steps.functionTests.permissions[0].resources[1]: "` + resource + `" is given twice; keep one`}},
		{"resource with an unknown placeholder", "{project}/*", "{projct}/*", []string{`28:55: steps.functionTests.permissions[0].resources[0]: unknown placeholder "{projct}"; did you mean "{project}"?`}},
		{"resource of an environment, too early", "{project}/*", "{type}/*", []string{`28:55: steps.functionTests.permissions[0].resources[0]: the toolchain has no "{type}"; the step's role is one for all environments: use {account}, {region} or {project}`}},
		{"resource of an environment with an unknown placeholder", "{type}-*", "{stage}-*", []string{`39:56: steps.own[1].permissions[0].resources[0]: unknown placeholder "{stage}"; use {account}, {environment}, {project}, {region}, {type}, or write {{stage}} for literal text`}},

		{"blank label", "Team sandbox", `" "`, []string{`7:61: environments[0].label: " " is not text of letters, digits, spaces and _ . : / = + - @; ` + labelHint}},
		{"label with a comma", "Team sandbox", `"a, b"`, []string{`7:61: environments[0].label: "a, b" is not text of letters, digits, spaces and _ . : / = + - @; ` + labelHint}},
		{"blank approval text", `"Announced?\nTested?"`, `"\n"`, []string{"13:13: environments[2].approval.text: is empty; leave it out for the default, or write what the approver shall look at"}},
		{"approval text with a variable", "Announced?", "#{a.b}", []string{`13:13: environments[2].approval.text: holds "#{", which CodePipeline reads as a variable; leave it out; the commit is added anyway`}},
		{"topic that is none", "arn:aws:sns:eu-west-1:111111111111:approvals", "approvals", []string{`14:14: environments[2].approval.topic: "approvals" is not an ARN; copy it from SNS: arn:aws:sns:<region>:<account>:<name>`}},
		{"topic of another service", "arn:aws:sns", "arn:aws:sqs", []string{`14:14: environments[2].approval.topic: belongs to the service "sqs"; use a topic of sns`}},
		{"topic in another partition", "arn:aws:sns", "arn:aws-cn:sns", []string{`14:14: environments[2].approval.topic: is in the partition "aws-cn", but the toolchain is in aws; write arn:aws`}},
		{"topic in another region", "sns:eu-west-1", "sns:us-east-1", []string{`14:14: environments[2].approval.topic: is in the region "us-east-1", but the toolchain is in eu-west-1; use a topic there`}},
		{"topic in another account", "111111111111:approvals", "444444444444:approvals", []string{`14:14: environments[2].approval.topic: is in the account "444444444444", but the toolchain is 111111111111; use a topic there`}},
		{"FIFO topic", ":approvals", ":approvals.fifo", []string{"14:14: environments[2].approval.topic: is a FIFO topic, which CodePipeline does not tell; use a standard topic"}},
		{"subscription in place of a topic", ":approvals", ":approvals:2a55d9b0", []string{`14:14: environments[2].approval.topic: "approvals:2a55d9b0" is not the name of a topic; copy it from SNS: arn:aws:sns:<region>:<account>:<name>`}},

		{"operator by name", "arn:aws:iam::111111111111:role/team/Release", "Release", []string{`18:66: pipelines[0].operators[0]: "Release" is not the ARN of a role; ` + operatorHint}},
		{"empty operator", "arn:aws:iam::111111111111:role/team/Release", `""`, []string{"18:66: pipelines[0].operators[0]: is empty; " + operatorHint}},
		{"user as operator", ":role/team/Release", ":user/ann", []string{`18:66: pipelines[0].operators[0]: "arn:aws:iam::111111111111:user/ann" is not the ARN of a role; ` + operatorHint}},
		{"session as operator", "arn:aws:iam::111111111111:role/team/Release", "arn:aws:sts::111111111111:assumed-role/Release/ann", []string{`18:66: pipelines[0].operators[0]: "arn:aws:sts::111111111111:assumed-role/Release/ann" is not the ARN of a role; ` + operatorHint}},
		{"operators by a star", "team/Release", "team/*", []string{`18:66: pipelines[0].operators[0]: "arn:aws:iam::111111111111:role/team/*" has a star or a question mark; a policy is attached to it: name one role`}},
		{"operator of another account", "iam::111111111111:role", "iam::222222222222:role", []string{`18:66: pipelines[0].operators[0]: is in the account "222222222222", but the toolchain is 111111111111; use a role there`}},
		{"operator of another partition", "arn:aws:iam", "arn:aws-cn:iam", []string{`18:66: pipelines[0].operators[0]: is in the partition "aws-cn", but the toolchain is in aws; write arn:aws`}},
		{"operator of Identity Center", "role/team/Release", "role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123", []string{"18:66: pipelines[0].operators[0]: is a role of IAM Identity Center, which no policy can be attached to; leave it out, and add the pipeline's policy of operators to its permission set"}},
		{"operator of a service", "role/team/Release", "role/aws-service-role/x.amazonaws.com/X", []string{"18:66: pipelines[0].operators[0]: is the role of a service, which no policy can be attached to; " + operatorHint}},
		{"operator twice", "[arn:aws:iam::111111111111:role/team/Release]", "[arn:aws:iam::111111111111:role/R, arn:aws:iam::111111111111:role/R]", []string{`18:100: pipelines[0].operators[1]: "arn:aws:iam::111111111111:role/R" is given twice; keep one`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			refuse(t, change(t, steps, c.from, c.to), c.want...)
		})
	}
}

// Each case is as near to a refused one as it gets.
func TestStepsAccept(t *testing.T) {
	t.Parallel()
	const image, runtimes = "image: aws/codebuild/standard:7.0", "    runtimes: { python: \"3.13\" }\n"
	const arn = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop/api-AbCdEf#token"
	for _, c := range []struct{ name, from, to string }{
		{"own step between others", "before: acceptanceTests", "after: integrationTests"},
		{"own step beside a step that is not there", "acceptanceTests: {}", "acceptanceTests: null"},
		{"own step before the deployment", "before: acceptanceTests", "before: deploy"},
		{"own step after publishing", "before: acceptanceTests", "after: publish"},
		{"own step everywhere", "      types: [prod]\n", ""},
		{"own step in an environment of one type and another by name", "types: [prod]", "types: [prod]\n      environments: [dev]"},
		{"own step with digits and dashes", "name: lint", "name: l-1-int"},
		{"image without tag", runtimes, ""},
		{"image of CodeBuild by digest", "standard:7.0", "amazonlinux-x86_64-standard@sha256:" + strings.Repeat("0a", 32)},
		{"image of Docker Hub", image + "\n" + runtimes, "image: python\n"},
		{"public image", image + "\n" + runtimes, "image: public.ecr.aws/docker/library/python:3.13-slim\n"},
		{"private image", image + "\n" + runtimes, "image: 111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop-toolchain-base:latest@sha256:" + strings.Repeat("0a", 32) + "\n"},
		{"image of a host with a port", image + "\n" + runtimes, "image: registry.example.com:5000/a/b__c:_1\n"},
		{"image of CodeBuild without runtimes", runtimes, ""},
		{"variables", "LEVEL: debug", `_x1: "a\nb\tc", EMPTY: "", CODEBUILDER: '${X}'`},
		{"whole secret", "#token", ""},
		{"keys of secrets", "    permissions:\n", "    secretKeys: [\"arn:aws:kms:eu-west-1:111111111111:key/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42\", \"arn:aws:kms:eu-west-1:555555555555:key/mrk-1\"]\n    permissions:\n"},
		{"key of a topic", "      afterChangeSet: true", "      key: arn:aws:kms:eu-west-1:555555555555:key/a\n      afterChangeSet: true"},
		{"secret with a strange name", arn, "arn:aws:secretsmanager:eu-west-1:111111111111:secret:a/b_c+d=e.f@g-h-0aZ9bY#a.b_c-d/e"},
		{"all permissions of publish", "publish: { timeoutMinutes: 90 }", `publish: { image: "aws/codebuild/standard:7.0", environment: { A: b }, secrets: { B: "` + arn + `" }, permissions: [{ actions: ["codeartifact:Get*"], resources: ["arn:aws:codeartifact:{region}:{account}:domain/{project}"] }] }`},
		{"permissions of synth", "commands: [npm ci]", `permissions: [{ actions: ["codeartifact:Get*"], resources: ["arn:aws:codeartifact:{region}:{account}:domain/x"] }]`},
		{"resource without region and account", `["ssm:GetParameter*"], resources: ["arn:aws:ssm:{region}:{account}:parameter/{project}/*"]`, `["s3:GetObject*"], resources: ["arn:aws:s3:::{project}-*/*"]`},
		{"resource with literal braces", "{project}/*", "{{project}}/*"},
		{"label of the world", "Team sandbox", "Größe 大 _.:/=+-@1"},
		{"no label", "Team sandbox", `""`},
		{"approval that says nothing", `text: "Announced?\nTested?"`, "text:"},
		{"approval with a number sign", "Announced?", "Ticket #12 {x}?"},
		{"no topic", "topic: arn:aws:sns:eu-west-1:111111111111:approvals", `topic: ""`},
		{"operator without path", "arn:aws:iam::111111111111:role/team/Release", "'arn:aws:iam::111111111111:role/R+=,.@_-1'"},
		{"operator whose path only looks reserved", "role/team/Release", "role/aws-reserved-not/Release"},
		{"no operators", "[arn:aws:iam::111111111111:role/team/Release]", "[]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			parse(t, change(t, steps, c.from, c.to))
		})
	}
}

func TestStepsNotSet(t *testing.T) {
	t.Parallel()
	refuse(t, change(t, small, "type: dev", "type: prod")+"steps: { integrationTests: {}, acceptanceTests: {} }\n",
		"9:28: steps.integrationTests: runs in no environment; without environments and types it runs in those of type dev: name others",
		"9:49: steps.acceptanceTests: runs in no environment; without environments and types it runs in those of type dev or test: name others")
	// One whose type could not be read may be it.
	refuse(t, change(t, small, "type: dev", "type: dve")+"steps: { integrationTests: {} }\n",
		`7:24: environments[0].type: cannot be "dve"; did you mean "dev"?`)
	refuse(t, change(t, small, "name: dev", "name: 5")+"steps: { integrationTests: { environments: [dev] } }\n",
		`7:13: environments[0].name: needs text, found the number 5; quote it: "5"`)
	refuse(t, small+"steps: { own: [{ name: a-1, after: synth, commands: [a] }, { name: a1, after: synth, commands: [a] }] }\n",
		`9:68: steps.own[1].name: the name "a1" gives the logical id A1, which own[0] has from "a-1"; logical ids are letters and digits alone: choose another`)
	refuse(t, small+"steps: { own: { name: a } }\n", `9:15: steps.own: needs a list, found a mapping; begin each item with "- "`)
	refuse(t, small+"steps: { own: [{ name: a, after: 1, commands: b }] }\n",
		`9:34: steps.own[0].after: needs text, found the number 1; quote it: "1"`,
		`9:47: steps.own[0].commands: needs a list, found the text "b"; write it in brackets: ["b"]`)
	refuse(t, small+"steps: { functionTests: { image: 'python:' } }\n",
		`9:34: steps.functionTests.image: "python:" is not the name of an image; write one such as public.ecr.aws/docker/library/python:3.13`)
}

// Limits hold at the bound and break one over it.
func TestStepLimits(t *testing.T) {
	t.Parallel()
	xs := func(format string) func(int) string {
		return func(n int) string { return strings.Replace(format, "%s", strings.Repeat("x", n), 1) }
	}
	number := func(format string) func(int) string { return func(n int) string { return fmt.Sprintf(format, n) } }
	const secret = len("TOKEN" + "arn:aws:secretsmanager:eu-west-1:111111111111:secret:shop/api-AbCdEf#token")
	x := strings.Repeat("x", 59)
	for _, c := range []struct {
		name, from string
		to         func(n int) string
		most       int
		want       string // for one more
	}{
		{"label", "label: Team sandbox", xs("label: %s"), 64, "7:61: environments[0].label: has 65 characters, at most 64 are allowed; shorten it by 1"},
		{"approval text", `"Announced?\nTested?"`, xs("ü%s"), 599, "13:13: environments[2].approval.text: has 601 characters, at most 600 are allowed; shorten it by 1"},
		{"approval", "timeoutMinutes: 1440", number("timeoutMinutes: %d"), 86400, "16:23: environments[2].approval.timeoutMinutes: cannot be 86401; use a number of minutes from 5 to 86400"},
		{"topic", ":approvals", xs(":%s"), 256, `14:14: environments[2].approval.topic: "` + x + `…" is not the name of a topic; copy it from SNS: arn:aws:sns:<region>:<account>:<name>`},
		{"operator", "role/team/Release", xs("role/%s"), 64, `18:66: pipelines[0].operators[0]: "arn:aws:iam::111111111111:role/` + x[:28] + `…" is not the ARN of a role; write the ARN of a role, such as arn:aws:iam::111111111111:role/Release`},
		{"publish", "timeoutMinutes: 90", number("timeoutMinutes: %d"), 2160, "29:30: steps.publish.timeoutMinutes: cannot be 2161; use a number of minutes from 5 to 2160"},
		{"image", "image: aws/codebuild/standard:7.0", xs("image: aws/codebuild/%s"), 241, "23:12: steps.functionTests.image: has 256 characters, at most 255 are allowed; shorten it by 1"},
		{"tag of an image", "standard:7.0", xs("standard:%s"), 128, `23:12: steps.functionTests.image: "aws/codebuild/standard:` + x[:36] + `…" is not the name of an image; write one such as public.ecr.aws/docker/library/python:3.13`},
		{"variables", "LEVEL: debug", xs("LEVEL: ü%s"), 5000 - secret - len("LEVEL") - 1, "25:18: steps.functionTests.environment: environment and secrets have 5001 characters together, at most 5000 are allowed; shorten them by 1; what is long belongs into a file or into SSM"},
		{"resource", "parameter/{project}/*", xs("parameter/%s"), 2048 - len("arn:aws:ssm:eu-west-1:111111111111:parameter/"), `28:55: steps.functionTests.permissions[0].resources[0]: "arn:aws:ssm:{region}:{account}:parameter/` + x[:18] + `…" is not the ARN of a resource; write one such as arn:aws:dynamodb:{region}:{account}:table/orders`},
		// shop-delivery-own- has 18 characters.
		{"own step", "name: lint", xs("name: %s"), 46, "33:15: steps.own[0].name: its role shop-delivery-own-" + x[:41] + "… has 65 characters, IAM allows 64; shorten this name, the pipeline's or the project by 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			parse(t, change(t, steps, c.from, c.to(c.most)))
			refuse(t, change(t, steps, c.from, c.to(c.most+1)), c.want)
		})
	}
	refuse(t, change(t, steps, "timeoutMinutes: 1440", "timeoutMinutes: 4"),
		"16:23: environments[2].approval.timeoutMinutes: cannot be 4; use a number of minutes from 5 to 86400")
	// Of several pipelines the one with the longest name counts.
	src := change(t, steps, "[dev, qa, prod], ", "[prod] }\n  - { name: integration, environments: [dev, qa], ")
	src = change(t, src, "name: lint", "name: "+strings.Repeat("x", 44))
	refuse(t, src, "34:15: steps.own[0].name: its role shop-integration-own-"+x[:38]+"… has 65 characters, IAM allows 64; "+
		"shorten this name, the pipeline's or the project by 1")
}

func TestFill(t *testing.T) {
	t.Parallel()
	s := parse(t, steps)
	const text = "arn:aws:x:{region}:{account}:{project}-{{a}}"
	got, err := s.Environments[1].Fill(s.Project, text+"-{environment}-{type}")
	if want := "arn:aws:x:eu-west-1:333333333333:shop-{a}-qa-test"; err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	got, err = s.Toolchain.Fill(s.Project, text)
	if want := "arn:aws:x:eu-west-1:111111111111:shop-{a}"; err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	if _, err = s.Toolchain.Fill(s.Project, "{environment}"); err == nil || err.Error() != `unknown placeholder "{environment}"; `+
		"use {account}, {project}, {region}, or write {{environment}} for literal text" {
		t.Error(err)
	}
}

// What a Spec built in Go leaves empty gets its default.
func TestResolveGoSteps(t *testing.T) {
	t.Parallel()
	data := spec.DefaultBucket(spec.Dev)
	data.Name, data.Types = "data", []spec.Type{spec.Dev}
	logz := spec.DefaultBucket(spec.Dev)
	logz.Name, logz.Environments = "logz", []string{"dve"}
	application := spec.Application{Buckets: []spec.Bucket{data, logz}}
	s := &spec.Spec{
		Project:   "shop",
		Toolchain: spec.Account{Account: "111111111111", Region: "eu-west-1"},
		Source: spec.Source{
			Connection: "arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-1111-4222-8333-444455556666", Repository: "acme/shop",
		},
		Environments: []spec.Environment{
			{Name: "dev", Type: spec.Dev, Account: spec.Account{Account: "222222222222"}, Approval: &spec.Approval{}, Application: application},
			{Name: "qa", Type: spec.Test, Account: spec.Account{Account: "333333333333"}, Application: application},
		},
		Pipelines: []spec.Pipeline{{Name: "main"}},
		Steps: spec.Steps{
			Publish: &spec.Step{}, IntegrationTests: &spec.Step{},
			Own: []spec.Step{{Name: "lint", After: "synth", Commands: []string{"make lint"}}},
		},
	}
	s.Resolve()
	const want = `environments[0].application.buckets[1].environments[0]: there is no environment "dve"; did you mean "dev"?` + "\n" +
		`environments[1].application.buckets[0].environments[0]: there is no environment "dve"; did you mean "dev"?`
	if err := s.Errors(s.Validate()); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if got := s.MaxParallelBuilds; got != 1 {
		t.Errorf("%d builds", got)
	}
	steps := spec.Steps{
		Synth: &spec.Step{TimeoutMinutes: 30}, Publish: &spec.Step{TimeoutMinutes: 60},
		IntegrationTests: &spec.Step{Commands: []string{"make integration-tests"}, TimeoutMinutes: 30, Only: spec.Only{Types: []spec.Type{spec.Dev}}},
		Own:              []spec.Step{{Name: "lint", After: "synth", Commands: []string{"make lint"}, TimeoutMinutes: 30}},
	}
	if d := cmp.Diff(steps, s.Steps); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if d := cmp.Diff([]spec.Pipeline{{Name: "main", Branch: "main", Mode: spec.Superseded, Environments: []string{"dev", "qa"}}}, s.Pipelines); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if got := *s.Environments[0].Approval; got != spec.DefaultApproval() {
		t.Errorf("%+v", got)
	}
	if len(application.Buckets) != 2 || application.Buckets[0].Name != "data" {
		t.Errorf("the application that was given changed: %+v", application)
	}
}
