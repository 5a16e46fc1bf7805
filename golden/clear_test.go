package golden_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// What the build of a pipeline runs when a deployment has failed, run against stacks that failed when they were created.
func TestTheBuildClearsWhatFailed(t *testing.T) { //nolint:paralleltest // one server
	needAWS(t)
	a := shopGolden(t)
	c := newCloud(t, a)
	const ends = "  Ends:\n    Type: AWS::Lambda::Permission\n    DependsOn: Queue\n" +
		"    Properties: { Action: lambda:InvokeFunction, FunctionName: shop-none, Principal: events.amazonaws.com }\n"
	for _, x := range []struct{ stack, template, status string }{
		{"shop-dev-storage", "Resources:\n  Queue: { Type: AWS::SQS::Queue }\n" + ends, "ROLLBACK_COMPLETE"},
		{"shop-qa-network", "Resources:\n  Queue: { Type: AWS::SQS::Queue }\n" + ends, "ROLLBACK_COMPLETE"},
		{"shop-qa-batch", "Resources:\n  Queue: { Type: AWS::SQS::Queue }\n", "CREATE_COMPLETE"},
	} {
		s := stackNamed(t, a, x.stack)
		c.aws(t, s, "cloudformation", "create-stack", "--stack-name", x.stack, "--template-body", x.template)
		if got := c.statusOf(t, s); got != x.status {
			t.Fatalf("%s is in %s, want %s", x.stack, got, x.status)
		}
	}

	project := stackNamed(t, a, "shop-delivery-builds").Template.At("Resources", "ClearProject", "Properties")
	spec, err := tree.ParseYAML([]byte(project.At("Source", "BuildSpec").Text))
	if err != nil {
		t.Fatal(err)
	}
	script := filepath.Join(t.TempDir(), "clear")
	if err := os.WriteFile(script, []byte(spec.At("phases", "build", "commands").Items[0].Text), 0o600); err != nil {
		t.Fatal(err)
	}
	build := c
	build.env = append(build.env[:len(build.env):len(build.env)], "AWS_ACCESS_KEY_ID=AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY=x")
	for _, v := range project.At("Environment", "EnvironmentVariables").Items {
		_, role, _ := v.Get("Value").Intrinsic()
		build.env = append(build.env, v.Get("Name").Text+"="+strings.ReplaceAll(role.Text, "${AWS::Partition}", "aws"))
	}
	printed, err := build.run(t, "", "bash", script)
	if err != nil {
		t.Errorf("%v\n%s", err, printed)
	}
	for _, says := range []string{
		"shop-dev-storage is deleted: its first creation failed", "shop-qa-network is deleted: its first creation failed",
		"shop-qa-batch is left alone: it is in CREATE_COMPLETE",
	} {
		if !strings.Contains(printed, says) {
			t.Errorf("it does not say %q:\n%s", says, printed)
		}
	}
	for stack, want := range map[string]string{"shop-dev-storage": "", "shop-qa-network": "", "shop-qa-batch": "CREATE_COMPLETE"} {
		if got := c.statusOf(t, stackNamed(t, a, stack)); got != want {
			t.Errorf("%s is in %q, want %q", stack, got, want)
		}
	}
	c.aws(t, stackNamed(t, a, "shop-qa-batch"), "cloudformation", "delete-stack", "--stack-name", "shop-qa-batch")
}

// statusOf a stack; nothing where there is none.
func (c cloud) statusOf(t *testing.T, s *assembly.Stack) string {
	t.Helper()
	printed, err := c.run(t, s.Account, "aws", "cloudformation", "describe-stacks", "--stack-name", s.Name, "--region", s.Region,
		"--query", "Stacks[0].StackStatus", "--output", "text")
	if err != nil && !strings.Contains(printed, "does not exist") {
		t.Fatal(err, printed)
	}
	if err != nil {
		return ""
	}
	return printed
}
