package assembly_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
)

func TestPlanGolden(t *testing.T) {
	t.Parallel()
	a := shop()
	a.Stacks[1].Template = large("Project", "Boundary")
	for name, all := range map[string]bool{"plan.txt": false, "plan-all.txt": true} {
		commands, err := a.Commands(assembly.Selection{All: all}, assembly.YAML)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name, []byte(assembly.Plan(commands, "out")))
	}
}

func TestCommandsSelects(t *testing.T) {
	t.Parallel()
	const artifacts, access, pipeline, functions = "shop-delivery-artifacts", "shop-dev-access", "shop-delivery-pipeline", "shop-dev-functions"
	for name, c := range map[string]struct {
		selection assembly.Selection
		want      []string
	}{
		"operator":         {assembly.Selection{}, []string{artifacts, access, pipeline}},
		"all":              {assembly.Selection{All: true}, []string{artifacts, access, pipeline, functions}},
		"dev":              {assembly.Selection{Environments: []string{"dev"}}, []string{access}},
		"all of dev":       {assembly.Selection{All: true, Environments: []string{"dev"}}, []string{access, functions}},
		"toolchain":        {assembly.Selection{All: true, Environments: []string{"toolchain"}}, []string{artifacts, pipeline}},
		"dev and the rest": {assembly.Selection{Environments: []string{"dev", "toolchain"}}, []string{artifacts, access, pipeline}},
	} {
		commands, err := shop().Commands(c.selection, assembly.JSON)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, command := range commands {
			got = append(got, command.Stack.Name)
			if !strings.HasSuffix(command.Template, ".json") {
				t.Errorf("template %s", command.Template)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	_, err := shop().Commands(assembly.Selection{Environments: []string{"qa"}}, assembly.YAML)
	if err == nil || !strings.Contains(err.Error(), `unknown environment "qa"; choose one of toolchain, dev`) {
		t.Errorf("unknown environment: %v", err)
	}
}

func TestCommandsSaysWhatIsNeeded(t *testing.T) {
	t.Parallel()
	a := shop()
	a.Stacks[1].Template = large("Project", "Boundary")
	commands, err := a.Commands(assembly.Selection{All: true}, assembly.YAML)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []assembly.Command{
		{Template: "toolchain/delivery-artifacts-us-east-1.yaml", Operator: true},
		{Template: "dev/access.yaml", Operator: true, Protect: true, NeedsBucket: true},
		{Template: "toolchain/delivery-pipeline.yaml", Operator: true, Protect: true, Pipeline: true, Outputs: []assembly.Output{
			{Parameter: "UsEast1Key", Stack: "shop-delivery-artifacts", Region: "us-east-1", Output: "KeyArn"},
		}},
		{Template: "dev/functions.yaml", Unknown: []string{"HelloVersion"}}, // the pipeline's: not the operator's to protect
	} {
		want.Stack = &a.Stacks[i]
		if diff := cmp.Diff(want, commands[i]); diff != "" {
			t.Error(diff)
		}
	}
}

// Several artifact stacks have one name, in different regions: the output of the other region is meant.
func TestOutputOfTheOtherRegion(t *testing.T) {
	t.Parallel()
	a := shop()
	home := a.Stacks[0]
	home.Region, home.Path = "eu-west-1", "toolchain/delivery-artifacts"
	a.Stacks = append([]assembly.Stack{home}, a.Stacks...)
	commands, err := a.Commands(assembly.Selection{}, assembly.YAML)
	if err != nil {
		t.Fatal(err)
	}
	if got := commands[3].Outputs[0].Region; got != "us-east-1" {
		t.Errorf("region %s", got)
	}

	third := a.Stacks[0]
	third.Region, third.Path = "eu-north-1", "toolchain/delivery-artifacts-eu-north-1"
	a.Stacks = append([]assembly.Stack{third}, a.Stacks...)
	if _, err := a.Commands(assembly.Selection{}, assembly.YAML); err == nil || !strings.Contains(err.Error(), "exactly one stack of that name") {
		t.Errorf("which region's is meant? %v", err)
	}
}
