package assembly_test

import (
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

const (
	toolchain = "111111111111"
	dev       = "222222222222"
)

// shop is a small system in two accounts that uses everything there is.
func shop() *assembly.Assembly {
	operator := []assembly.Deployer{assembly.Operator}
	both := []assembly.Deployer{assembly.Operator, assembly.Pipe}
	tags := map[string]string{"team": "shop", "cost:center": "4711 & more"}
	return &assembly.Assembly{
		Project: "shop",
		Stacks: []assembly.Stack{
			{
				Name: "shop-delivery-artifacts", Account: toolchain, Region: "us-east-1", Path: "toolchain/delivery-artifacts-us-east-1",
				Template: template(), DeployedBy: both,
			},
			{
				Name: "shop-dev-access", Environment: "dev", Account: dev, Region: "eu-west-1", Path: "dev/access",
				Template: template("Project", "Boundary"), Capabilities: []string{"CAPABILITY_NAMED_IAM"}, Tags: tags,
				Parameters: []assembly.Parameter{{Name: "Project", Value: "shop"}, {Name: "Boundary", Value: ""}},
				StackPolicy: tree.NewMap().Set("Statement", tree.NewList(tree.NewMap().
					Set("Effect", tree.Text("Deny")).Set("Action", tree.Text("Update:Replace")).
					Set("Principal", tree.Text("*")).Set("Resource", tree.Text("*")))),
				TerminationProtection: true, DeployedBy: operator,
			},
			{
				Name: "shop-delivery-pipeline", Account: toolchain, Region: "eu-west-1", Path: "toolchain/delivery-pipeline",
				Template: template("Branch", "UsEast1Key", "Note"), Capabilities: []string{"CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"},
				Parameters:            []assembly.Parameter{{Name: "Branch", Value: "main"}, {Name: "Note", Value: "it's <b>, \"a=b\"\nand $HOME"}},
				FromOutputs:           []assembly.FromOutput{{Parameter: "UsEast1Key", Stack: "shop-delivery-artifacts", Output: "KeyArn"}},
				DependsOn:             []string{"shop-delivery-artifacts", "shop-dev-access"},
				TerminationProtection: true, DeployedBy: both,
			},
			{
				Name: "shop-dev-functions", Environment: "dev", Account: dev, Region: "eu-west-1", Path: "dev/functions",
				Template:   template("VpcId", "HelloVersion"),
				Parameters: []assembly.Parameter{{Name: "VpcId", Value: "/shop/dev/network/VpcId"}}, ReleaseParameters: []string{"HelloVersion"},
				DependsOn: []string{"shop-dev-access"}, TerminationProtection: true, DeployedBy: []assembly.Deployer{assembly.Pipe},
			},
		},
		Pipelines: []assembly.Pipeline{{
			Name: "shop-delivery", Stack: "shop-delivery-pipeline", Account: toolchain, Region: "eu-west-1", Branch: "main", Environments: []string{"dev"},
			Controls: []assembly.Control{
				{Kind: assembly.Step, Stage: "Test", Action: "function-tests", RunOrder: 1, Project: "shop-delivery-function-tests", Before: []string{"dev"}},
				{Kind: assembly.Approval, Stage: "dev-approval", Action: "approve", RunOrder: 1, Before: []string{"dev"}},
			},
		}},
	}
}

// template has the parameters and an output.
func template(parameters ...string) *tree.Node {
	declared := tree.NewMap()
	for _, name := range parameters {
		declared.Set(name, tree.NewMap().Set("Type", tree.Text("String")))
	}
	n := tree.NewMap()
	if len(parameters) > 0 {
		n.Set("Parameters", declared)
	}
	return n.Set("Resources", tree.NewMap().Set("Topic", tree.NewMap().Set("Type", tree.Text("AWS::SNS::Topic")))).
		Set("Outputs", tree.NewMap().Set("KeyArn", tree.NewMap().Set("Value", tree.NewMap().Set("Ref", tree.Text("Topic")))))
}

// large is a template over 51,200 bytes.
func large(parameters ...string) *tree.Node {
	return template(parameters...).Set("Metadata", tree.NewMap().Set("Padding", tree.Text(strings.Repeat("x ", 30_000))))
}

// only keeps the i-th stack.
func only(i int) *assembly.Assembly {
	a := shop()
	a.Stacks = a.Stacks[i : i+1]
	a.Stacks[0].DependsOn = nil
	return a
}

func files(t *testing.T, a *assembly.Assembly, format assembly.Format) []assembly.File {
	t.Helper()
	files, err := a.Files(format)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func write(t *testing.T, dir string, files []assembly.File) {
	t.Helper()
	if err := assembly.Write(dir, files); err != nil {
		t.Fatal(err)
	}
}
