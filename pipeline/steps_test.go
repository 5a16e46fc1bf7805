package pipeline_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// What Go says of steps is checked as what a pipeline.yaml says is.
func TestStepsThatGoGetsWrongAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		reason string
		own    []spec.Step
		want   string
	}{
		{"a step that would run nowhere", []spec.Step{{Name: "lint", After: "nowhere", Commands: []string{"true"}}}, `Steps.Own[0] (lint): Before is "" and After is "nowhere"`},
		{"a step that does nothing", []spec.Step{{Name: "lint", After: "synth"}}, "Steps.Own[0] (lint): it has no commands"},
		{
			"two steps that would be one project",
			[]spec.Step{{Name: "lint", After: "synth", Commands: []string{"true"}}, {Name: "lint", After: "deploy", Commands: []string{"true"}}},
			"Steps.Own[1] (lint): it needs a name that no other own step has",
		},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			y := system(t, shop, func(y *pipeline.System) { y.Steps.Own = c.own })
			if _, err := y.Assemble(assembly.YAML); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// A step made in Go need not say what a pipeline.yaml need not say.
func TestStepsInGoHaveDefaults(t *testing.T) {
	t.Parallel()
	y := system(t, shop, func(y *pipeline.System) {
		y.Steps.Synth = nil
		y.Steps.FunctionTests = &spec.Step{Commands: []string{"make one\nmake two"}}
	})
	builds := stackNamed(t, assemble(t, y, assembly.YAML), "shop-delivery-builds").Template
	project := builds.At("Resources", "FunctionTestsProject", "Properties")
	if got := project.Get("TimeoutInMinutes").Text; got != "30" {
		t.Errorf("the timeout is %s, want 30", got)
	}
	buildspec, err := tree.ParseYAML([]byte(project.At("Source", "BuildSpec").Text))
	if err != nil {
		t.Fatal(err)
	}
	// CodeBuild sees only how the last line of an item ends
	if got, want := buildspec.At("phases", "build", "commands").Items[0].Text, "set -eo pipefail\nmake one\nmake two"; got != want {
		t.Errorf("the command is %q, want %q", got, want)
	}
	if got := buildspec.At("reports", "junit", "files").Items[0].Text; got != "**/junit*.xml" {
		t.Errorf("the reports are %s", got)
	}
}

// Another command is another build, and so another pipeline; nothing that an operator or an environment has to deploy.
func TestAChangedCommandChangesBuildsAndPipelinesOnly(t *testing.T) {
	t.Parallel()
	files := func(command string) map[string]string {
		y := system(t, shop, func(y *pipeline.System) { y.Steps.FunctionTests = &spec.Step{Commands: []string{command}} })
		list, err := assemble(t, y, assembly.YAML).Files(assembly.YAML)
		if err != nil {
			t.Fatal(err)
		}
		byName := map[string]string{}
		for _, f := range list {
			byName[f.Name] = string(f.Data)
		}
		return byName
	}
	before, after := files("make test"), files("make test-all")
	var changed []string
	for name := range before {
		if before[name] != after[name] {
			changed = append(changed, name)
		}
	}
	slices.Sort(changed)
	want := []string{
		"toolchain/delivery-builds.yaml", "toolchain/delivery-pipeline.yaml", "toolchain/release-builds.yaml", "toolchain/release-pipeline.yaml",
	}
	if !slices.Equal(changed, want) {
		t.Errorf("changed are %q, want %q", changed, want)
	}
}

// A step may ask for the token with which it logs in to CodeArtifact: it lands on the role that the commands have, and within its boundary.
func TestTheTokenOfCodeArtifactReachesTheRoleOfTheStep(t *testing.T) {
	t.Parallel()
	const token = "sts:GetServiceBearerToken"
	a := assemble(t, system(t, shop, func(y *pipeline.System) {
		permissions := []spec.Permission{{Actions: []string{token}, Resources: []string{"*"}, Reason: "CodeArtifact needs it"}}
		y.Steps.FunctionTests.Permissions, y.Steps.Publish.Permissions = permissions, permissions
		y.Steps.Own = []spec.Step{{Name: "smoke", After: "deploy", Commands: []string{"true"}, Permissions: permissions}}
	}), assembly.YAML)
	for _, name := range []string{"shop-delivery-function-tests", "shop-delivery-publish-code", "shop-delivery-publish-images", "shop-dev-test"} {
		if s, role := roleOf(t, a, name); !slices.Equal(allows(s, role, token), []string{"*"}) {
			t.Errorf("%s may not %s", name, token)
		}
	}
	access := stackNamed(t, a, "shop-delivery-access")
	bound := slices.ContainsFunc(properties(access, "Boundary").At("PolicyDocument", "Statement").Items, func(n *tree.Node) bool {
		return slices.Contains(texts(access, n.Get("Action")), token) && slices.Contains(texts(access, n.Get("Resource")), "*")
	})
	if !bound {
		t.Errorf("the boundary of builds denies %s", token)
	}
}

// A key that encrypts a step's secrets is used by the role of the step's build, which reads them, through Secrets Manager alone; one that
// encrypts a topic by the role of the pipeline, through SNS alone. The boundary has both, and no other role has either.
func TestKeysOfSecretsAndTopics(t *testing.T) {
	t.Parallel()
	const secret, topic = "arn:aws:secretsmanager:eu-west-1:111111111111:secret:a-AbCdEf", "arn:aws:sns:eu-west-1:111111111111:approvals"
	key := func(id string) string { return "arn:aws:kms:eu-west-1:555555555555:key/" + id }
	a := assemble(t, system(t, shop, func(y *pipeline.System) {
		step := func(id string) spec.Step {
			return spec.Step{Name: id, After: "deploy", Commands: []string{"true"}, Secrets: map[string]string{"TOKEN": secret}, SecretKeys: []string{key(id)}}
		}
		y.Steps.FunctionTests, y.Steps.Publish, y.Steps.Synth = new(step("tests")), new(step("publish")), new(step("synth"))
		y.Steps.Own = []spec.Step{step("smoke")}
		for _, e := range y.Pipelines[0].Environments {
			e.Approval = &spec.Approval{Topic: topic, Key: key("topic")}
		}
	}), assembly.YAML)
	want := map[string]map[string]string{ // by role: keys, and through what
		"shop-delivery-build": {"synth": "secretsmanager"}, "shop-delivery-function-tests": {"tests": "secretsmanager"},
		"shop-delivery-publish-code": {"publish": "secretsmanager"}, "shop-delivery-publish-images": {"publish": "secretsmanager"},
		"shop-delivery-own-smoke": {"smoke": "secretsmanager"}, "shop-delivery-pipeline": {"topic": "sns"},
		"shop-dev-test": {}, "shop-delivery-infrastructure-tests": {},
	}
	for name, keys := range want {
		s, role := roleOf(t, a, name)
		if diff := cmp.Diff(keys, keysUsed(s, statements(s, role))); diff != "" {
			t.Errorf("%s: keys, want -, got +:\n%s", name, diff)
		}
	}
	access := stackNamed(t, a, "shop-delivery-access")
	bound := keysUsed(access, properties(access, "Boundary").At("PolicyDocument", "Statement").Items)
	if diff := cmp.Diff(map[string]string{
		"synth": "secretsmanager", "tests": "secretsmanager", "publish": "secretsmanager", "smoke": "secretsmanager", "topic": "sns",
	}, bound); diff != "" {
		t.Errorf("keys in the boundary, want -, got +:\n%s", diff)
	}
}

// keysUsed are the ids of the keys of another account that statements allow to decrypt with, and the service through which.
func keysUsed(s assembly.Stack, statements []*tree.Node) map[string]string {
	keys := map[string]string{}
	for _, statement := range statements {
		if !slices.Contains(texts(s, statement.Get("Action")), "kms:Decrypt") {
			continue
		}
		for _, arn := range texts(s, statement.Get("Resource")) {
			if id, ok := strings.CutPrefix(arn, "arn:aws:kms:eu-west-1:555555555555:key/"); ok {
				keys[id] = strings.Join(texts(s, statement.At("Condition", "StringEquals", "kms:ViaService")), " ")
				keys[id] = strings.TrimSuffix(keys[id], ".eu-west-1.amazonaws.com")
			}
		}
	}
	return keys
}
