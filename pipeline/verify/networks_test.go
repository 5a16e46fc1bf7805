package verify_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// hotelInOneAccount is golden/existing-vpc with both environments in one account, each in an existing network of its own.
func hotelInOneAccount(t *testing.T) *assembly.Assembly {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "golden", "existing-vpc", "pipeline.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := spec.Parse("pipeline.yaml", []byte(strings.ReplaceAll(string(text), "444444444444", "222222222222")))
	if err != nil {
		t.Fatal(err)
	}
	a, err := pipeline.New(s).Assemble(assembly.YAML)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// statements with a Sid, in the policies of a template, are left out.
func leaveOut(template *tree.Node, sid string) int {
	count := 0
	template.Walk(func(_ string, n *tree.Node) bool {
		if list := n.Get("Statement"); list != nil {
			before := len(list.Items)
			list.Items = slices.DeleteFunc(list.Items, func(s *tree.Node) bool { return s.Get("Sid") != nil && s.Get("Sid").Text == sid })
			count += before - len(list.Items)
		}
		return true
	})
	return count
}

// What an environment deploys cannot be put into the network of another one in its account, as far as IAM can tell.
func TestNothingIsPutIntoTheNetworksOfNeighbours(t *testing.T) {
	t.Parallel()
	for _, f := range verify.Verify(hotelInOneAccount(t)).Findings {
		t.Errorf("%s: %s %s: %s: %s", f.Severity, f.Stack, f.Path, f.Rule, f.Message)
	}
	for sid, action := range map[string]string{
		"NeighboursNetworks": "ec2:CreateSecurityGroup", "NeighboursSubnetsOfTasks": "ecs:CreateService",
		"NeighboursSubnetsOfFunctions": "lambda:CreateFunction", "NeighboursSubnetsOfLoadBalancers": "elasticloadbalancing:CreateLoadBalancer",
	} {
		a := hotelInOneAccount(t)
		count := 0
		for _, s := range a.Stacks {
			if together(s.Name) == "hotel-prod-access" {
				count += leaveOut(s.Template, sid)
			}
		}
		if count != 1 {
			t.Errorf("there is no statement %s", sid)
			continue
		}
		isFound := func(f verify.Finding) bool {
			return f.Rule == "chain" && together(f.Stack) == "hotel-prod-access" && strings.Contains(f.Message, action) && strings.Contains(f.Message, "its network belongs to dev")
		}
		if r := verify.Verify(a); !slices.ContainsFunc(r.Findings, isFound) {
			t.Errorf("nothing is found without %s: %v", sid, r.Findings)
		}
	}
}
