package assembly_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
)

// What a role is attached to goes after the role has left it.
func TestPoliciesGoAfterTheirRole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	before := shop()
	before.Stacks[3].TerminationProtection = false
	before.Stacks = slices.Insert(before.Stacks, 1, assembly.Stack{
		Name: "shop-dev-access-policies-2", Environment: "dev", Account: dev, Region: "eu-west-1", Path: "dev/access-policies-2",
		Template: template(), DeployedBy: []assembly.Deployer{assembly.Operator}, TerminationProtection: true,
	})
	before.Stacks[2].DependsOn = []string{"shop-dev-access-policies-2"}
	write(t, dir, files(t, before, assembly.YAML))
	const (
		functions = "shop-dev-functions is no longer part of the system, but no pipeline deletes a stack. After the pipeline has finished and before you deploy " +
			"shop-dev-access, check whether it contains data, then delete it:\n    # account 222222222222\n" +
			"    aws cloudformation delete-stack --stack-name shop-dev-functions --region eu-west-1\n"
		policies = "shop-dev-access-policies-2 is no longer part of the system, but no pipeline deletes a stack. After you deploy shop-dev-access, delete it:\n" +
			"    # account 222222222222\n" +
			"    aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name shop-dev-access-policies-2 --region eu-west-1\n" +
			"    aws cloudformation delete-stack --stack-name shop-dev-access-policies-2 --region eu-west-1\n"
	)
	after := shop()
	if diff := cmp.Diff(policies, after.Gone(dir)); diff != "" {
		t.Errorf("the policies alone: want -, got +:\n%s", diff)
	}
	after.Stacks = after.Stacks[:3]
	if diff := cmp.Diff(functions+policies, after.Gone(dir)); diff != "" {
		t.Errorf("with a stack that they were for: want -, got +:\n%s", diff)
	}
	after.Stacks = after.Stacks[:1]
	const all = "shop-dev-functions, shop-delivery-pipeline, shop-dev-access, shop-dev-access-policies-2 are no longer part of the system"
	if got := after.Gone(dir); !strings.HasPrefix(got, all) || strings.Contains(got, "you deploy") {
		t.Errorf("with the role: got %q", got)
	}
}

func TestStacksThatAreNoMoreAreDeletedByHand(t *testing.T) {
	t.Parallel()
	const (
		functions = "    # account 222222222222\n    aws cloudformation delete-stack --stack-name shop-dev-functions --region eu-west-1\n"
		access    = "    # account 222222222222\n" +
			"    aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name shop-dev-access --region eu-west-1\n" +
			"    aws cloudformation delete-stack --stack-name shop-dev-access --region eu-west-1\n"
	)
	for name, c := range map[string]struct {
		change func(*assembly.Assembly)
		want   string
	}{
		"nothing": {func(*assembly.Assembly) {}, ""},
		"one": {
			func(a *assembly.Assembly) { a.Stacks = a.Stacks[:3] },
			"shop-dev-functions is no longer part of the system, but no pipeline deletes a stack. After the pipeline has finished and before you deploy " +
				"shop-dev-access, check whether it contains data, then delete it:\n" + functions,
		},
		"an environment": {
			func(a *assembly.Assembly) { a.Stacks = a.Stacks[:1] },
			"shop-dev-functions, shop-delivery-pipeline, shop-dev-access are no longer part of the system, but no pipeline deletes a stack. After the pipeline " +
				"has finished, check whether they contain data, then delete them in this order:\n" + functions + "    # account 111111111111\n" +
				"    aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name shop-delivery-pipeline --region eu-west-1\n" +
				"    aws cloudformation delete-stack --stack-name shop-delivery-pipeline --region eu-west-1\n" + access,
		},
		"one that moves to another account": {
			func(a *assembly.Assembly) { a.Stacks[3].Account, a.Stacks[3].DependsOn = "333333333333", nil },
			"shop-dev-functions is no longer part of the system, but no pipeline deletes a stack. After the pipeline has finished and before you deploy " +
				"shop-dev-access, check whether it contains data, then delete it:\n" + functions,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			before := shop()
			before.Stacks[3].TerminationProtection = false
			write(t, dir, files(t, before, assembly.YAML))
			after := shop()
			c.change(after)
			if diff := cmp.Diff(c.want, after.Gone(dir)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// A manifest is anybody's text, and what is said of it is pasted into shells.
func TestNothingIsSaidOfWhatIsNoStack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, account, region string }{
		{"shop; rm -rf /", dev, "eu-west-1"},
		{"shop\\u001b[2J", dev, "eu-west-1"},
		{"shop-old", "2$(id)", "eu-west-1"},
		{"shop-old", dev, "eu-west-1\\nid"},
	} {
		dir := t.TempDir()
		manifest := `{"schemaVersion":1,"generator":"cfnpipe","stacks":[
			{"name":"shop-known","account":"222222222222","region":"eu-west-1","template":"b.yaml","configuration":"b.config.json"},
			{"name":"` + c.name + `","account":"` + c.account + `","region":"` + c.region + `","template":"a.yaml","configuration":"a.config.json"}]}`
		if err := os.WriteFile(filepath.Join(dir, "manifest.json"), []byte(manifest), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := shop().Gone(dir); !strings.HasPrefix(got, "shop-known is no longer part of the system") {
			t.Errorf("%+v: got %q", c, got)
		}
	}
	if got := shop().Gone(filepath.Join(t.TempDir(), "none")); got != "" {
		t.Errorf("no directory: got %q", got)
	}
}
