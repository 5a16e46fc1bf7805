package pipeline_test

import (
	"slices"
	"strings"
	"testing"

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
		{"a step that would run nowhere", []spec.Step{{Name: "lint", After: "nowhere", Commands: []string{"true"}}}, `Steps.Own[0] (lint): it stands before "" and after "nowhere"`},
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
