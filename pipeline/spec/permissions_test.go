package spec_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

// tokenPlaces are where permissions are: a file with one, which has the actions and resources that a test gives it, and who has them.
func tokenPlaces() []struct{ who, path, src string } {
	const permission = `permissions: [{ actions: [ACTION], resources: [RESOURCE], reason: none }]`
	return []struct{ who, path, src string }{
		{"a step", "steps.functionTests", small + "steps:\n  functionTests: {\n    " + permission + " }\n"},
		{"a step", "steps.integrationTests", small + "steps:\n  integrationTests: {\n    " + permission + " }\n"},
		{"a step", "steps.publish", small + "steps:\n  publish: {\n    " + permission + " }\n"},
		{"a step", "steps.synth", small + "steps:\n  synth: {\n    " + permission + " }\n"},
		{"a step", "steps.own[0]", small + "steps:\n  own: [{ name: lint, after: synth, commands: [x],\n    " + permission + " }]\n"},
		{"a function", "application.functions[0]", small + "application:\n  functions: [{ name: hello, source: a, runtime: provided.al2023,\n    " + permission + " }]\n"},
		{"a container", "application.jobs[0]", small + "application: { network: true,\n  jobs: [{ name: hello, image: \"public.ecr.aws/a/b:1\",\n    " + permission + " }] }\n"},
		{"a container", "application.services[0]", small + "application: { network: true,\n  services: [{ name: hello, image: \"public.ecr.aws/a/b:1\",\n    " + permission + " }] }\n"},
		{"a template", "application.stacks[0]", small + "application:\n  stacks: [{ name: hello, template: a.yaml,\n    " + permission + " }]\n"},
	}
}

// Of STS, what gives the permissions of other roles is refused, and what AWS never gives to roles; a token to log in to CodeArtifact with is
// neither.
func TestTokens(t *testing.T) {
	t.Parallel()
	const role = "arn:aws:iam::222222222222:role/Reader"
	const boundary = "permissionsBoundary: arn:aws:iam::{account}:policy/Boundary\n"
	const assumes = " that may assume a role can do what that role can, whatever the boundary of its own role denies; " +
		"allow the actions that it needs themselves, or set a permissionsBoundary of your own and name the role under resources"
	const none = "; write one such as arn:aws:iam::111111111111:role/Reader, without stars"
	for _, c := range []struct {
		name, head, action, resource string
		at, want                     string // nothing where it is accepted; the message is without who, which begins it or stands at WHO
	}{
		{"a token of CodeArtifact", "", "sts:GetServiceBearerToken", `"*"`, "", ""},
		{
			"a token of CodeArtifact on one resource", "", "sts:GetServiceBearerToken", `"arn:aws:codeartifact:{region}:{account}:domain/x"`, "resources",
			`allow nothing: sts:GetServiceBearerToken supports no resource but "*"; write resources: ["*"], and a reason beside it, such as that CodeArtifact needs the token to log in`,
		},
		{"what a message means", "", "sts:DecodeAuthorizationMessage", `"*"`, "", ""},
		{"another role", "", "sts:AssumeRole", `"` + role + `"`, "actions[0]", "WHO" + assumes},
		{"another role, by a pattern", "", "sts:A*", `"*"`, "actions[0]", "WHO" + assumes},
		{"another role, by a token", "", "sts:AssumeRoleWithWebIdentity", `"` + role + `"`, "actions[0]", "WHO" + assumes},
		{"another account's root", "", "sts:AssumeRoot", `"*"`, "actions[0]", "WHO" + assumes},
		{"a user's token", "", "sts:GetFederationToken", `"*"`, "actions[0]", "AWS gives such tokens to IAM users only, never to a role, so that WHO cannot get one; leave it out"},
		{"a user's session", "", "sts:GetSession*", `"*"`, "actions[0]", "AWS gives such tokens to IAM users only, never to a role, so that WHO cannot get one; leave it out"},
		{"everything", "", "sts:*", `"*"`, "actions[0]", "allows everything of sts; say which actions, such as sts:Get*"},
		{"a role, within a boundary of one's own", boundary, "sts:AssumeRole", `"` + role + `"`, "", ""},
		{"every role, within a boundary of one's own", boundary, "sts:AssumeRole", `"*"`, "resources[0]", `"*" is not the ARN of one role, and WHO could assume others` + none},
		{"roles, within a boundary of one's own", boundary, "sts:AssumeRole", `"` + role + `*"`, "resources[0]", `"` + role + `*" is not the ARN of one role, and WHO could assume others` + none},
		{"a root, within a boundary of one's own", boundary, "sts:AssumeRoot", `"arn:aws:iam::222222222222:root"`, "resources[0]", `"arn:aws:iam::222222222222:root" is not the ARN of one role, and WHO could assume others` + none},
		{"a user's token, within a boundary of one's own", boundary, "sts:GetFederationToken", `"*"`, "actions[0]", "AWS gives such tokens to IAM users only, never to a role, so that WHO cannot get one; leave it out"},
	} {
		for _, p := range tokenPlaces() {
			t.Run(c.name+", "+p.path, func(t *testing.T) {
				t.Parallel()
				checkToken(t, tokenCase{c.head, c.action, c.resource, c.at, c.want}, p.who, p.path, p.src)
			})
		}
	}
}

type tokenCase struct{ head, action, resource, at, want string }

func checkToken(t *testing.T, c tokenCase, who, path, src string) {
	t.Helper()
	src = change(t, change(t, src, "ACTION", `"`+c.action+`"`), "RESOURCE", c.resource)
	if c.resource != `"*"` {
		src = change(t, src, ", reason: none", "")
	}
	_, err := spec.Parse("pipeline.yaml", []byte(c.head+src))
	if c.want == "" {
		if err != nil {
			t.Errorf("%s is refused: %v", c.action, err)
		}
		return
	}
	var errs spec.Errors
	if !errors.As(err, &errs) {
		t.Fatalf("%s is not refused", c.action)
	}
	want := path + ".permissions[0]." + c.at + ": " + strings.Replace(c.want, "WHO", who, 1)
	if e := errs[0]; len(errs) > 1 || e.Path+": "+e.Message+"; "+e.Hint != want || e.Line == 0 {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}
