package pipeline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/catalog"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// estate is a custom stack of many resource types that no other stack of the project has, with permissions for them.
func estate(tb testing.TB, types int) spec.Stack {
	tb.Helper()
	var template strings.Builder
	template.WriteString("Resources:\n")
	stack := spec.Stack{Name: "estate", Template: "estate.yaml"}
	perService, added := map[string]int{}, 0
	for _, typ := range catalog.Types() {
		parts := strings.Split(typ, "::")
		service := strings.ToLower(parts[1])
		if added == types || parts[0] != "AWS" || policy.Known(typ) || perService[service] == 4 || len(catalog.Actions(service+":Create*")) == 0 {
			continue
		}
		if perService[service] == 0 {
			stack.Permissions = append(stack.Permissions, spec.Permission{Actions: []string{service + ":Create*"}, Resources: []string{"*"}, Reason: "a test"})
		}
		perService[service]++
		added++
		fmt.Fprintf(&template, "  R%d: { Type: %s, Properties: {", added, typ)
		known, _ := catalog.Type(typ)
		for _, name := range known.Required() {
			fmt.Fprintf(&template, " %s: !ImportValue x,", name) // which only CloudFormation knows
		}
		template.WriteString(" } }\n")
	}
	if added < types {
		tb.Fatalf("there are only %d types", added)
	}
	stack.Content = []byte(template.String())
	return stack
}

// Whatever a project has, the printed commands deploy it: no template needs a bucket that somebody has to make first, and what the access stacks
// write to SSM fits into its parameters.
func TestAProjectWithEveryPartAndAHundredTypesDeploysWithoutABucket(t *testing.T) {
	t.Parallel()
	const inline, parameter = 51_200, 4_096 // bytes of a template that is sent with the request, and of a parameter of SSM (AWS quotas)
	s, err := spec.Parse("pipeline.yaml", []byte(shop))
	if err != nil {
		t.Fatal(err)
	}
	for i := range s.Environments {
		e := &s.Environments[i]
		for k, x := range e.Application.Stacks {
			e.Application.Stacks[k].Content = []byte(templates[x.Template])
		}
		e.Application.Stacks = append(e.Application.Stacks, estate(t, 100))
	}
	a := assemble(t, pipeline.New(s), assembly.YAML)
	for _, format := range []assembly.Format{assembly.YAML, assembly.JSON} {
		largest := 0
		for _, s := range a.Stacks {
			text := s.Template.YAML()
			if format == assembly.JSON {
				text = s.Template.JSON()
			}
			if slices.Contains(s.DeployedBy, assembly.Operator) {
				largest = max(largest, len(text))
			}
			if len(text) > inline && s.UploadBucket == "" {
				t.Errorf("%s has %d bytes as %s", s.Name, len(text), format)
			}
		}
		t.Logf("the largest template that an operator deploys has %d bytes as %s", largest, format)
	}
	types := 0
	for _, s := range a.Stacks {
		for _, r := range s.Template.Get("Resources").Items {
			if r.Get("Type").Text != "AWS::SSM::Parameter" || !strings.Contains(r.At("Properties", "Name").Text, "/access/") {
				continue
			}
			value := r.At("Properties", "Value").Text
			if types = max(types, strings.Count(value, ",")+1); len(value) > parameter {
				t.Errorf("%s writes %d bytes to %s", s.Name, len(value), r.At("Properties", "Name").Text)
			}
		}
	}
	if types < 100 {
		t.Errorf("an access stack covers %d types at most", types)
	}
	t.Logf("an access stack covers up to %d types", types)
}

// A list of types that is too long for SSM is said before anything is written.
func TestTypesThatDoNotFitIntoSSMAreRefused(t *testing.T) {
	t.Parallel()
	s, err := spec.Parse("pipeline.yaml", []byte(shop))
	if err != nil {
		t.Fatal(err)
	}
	e := &s.Environments[0]
	e.Application.Stacks = []spec.Stack{estate(t, 220)}
	for i := range s.Environments[1:] {
		s.Environments[i+1].Application.Stacks = nil
	}
	if _, err := pipeline.New(s).Assemble(assembly.YAML); err == nil || !strings.Contains(err.Error(), "the parameter that lists them has room for 4096") {
		t.Errorf("got %v", err)
	}
}
