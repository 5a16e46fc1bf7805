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
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// estate is a custom stack of many resource types: those that cfnpipe has rows for, then others, with permissions for them.
func estate(tb testing.TB, types int) spec.Stack {
	tb.Helper()
	var template strings.Builder
	template.WriteString("Resources:\n")
	stack := spec.Stack{Name: "estate", Template: "estate.yaml"}
	perService, added := map[string]int{}, 0
	add := func(typ string, properties *tree.Node) {
		added++
		fmt.Fprintf(&template, "  R%d: { Type: %s, Properties: %s }\n", added, typ, strings.Join(strings.Fields(string(properties.JSON())), " "))
	}
	for _, row := range catalog.Rows() {
		x, ok := catalog.Type(row.Type)
		if added == types || !ok || strings.HasPrefix(row.Type, "AWS::IAM::") || strings.HasPrefix(row.Type, "Custom::") || strings.HasPrefix(row.Type, "AWS::CloudFormation::") {
			continue
		}
		properties := smallest(&x.Definition, 0)
		if row.Name.Pattern != "" && !row.Name.Generated {
			continue // a name that fits is another in each environment
		}
		if slices.ContainsFunc(row.Uncovered, func(u catalog.Uncovered) bool {
			return properties.Get(strings.Split(u.Property, ".")[0]) != nil
		}) {
			continue
		}
		add(row.Type, properties)
	}
	for _, typ := range catalog.Types() {
		parts := strings.Split(typ, "::")
		service := strings.ToLower(parts[1])
		x, _ := catalog.Type(typ)
		if added == types || parts[0] != "AWS" || policy.Known(typ) || perService[service] == 12 || len(catalog.Actions(service+":Create*")) == 0 || x.Transform != "" {
			continue
		}
		if perService[service] == 0 {
			stack.Permissions = append(stack.Permissions, spec.Permission{Actions: []string{service + ":Create*"}, Resources: []string{"*"}, Reason: "a test"})
		}
		perService[service]++
		add(typ, smallest(&x.Definition, 0))
	}
	if added < types {
		tb.Fatalf("there are only %d types", added)
	}
	stack.Content = []byte(template.String())
	return stack
}

// smallest are the properties that must be set, with any value of their kinds.
func smallest(d *catalog.Definition, depth int) *tree.Node {
	n := tree.NewMap()
	for _, p := range d.Properties {
		if p.Required && depth < 8 {
			n.Set(p.Name, anyOf(p.Shape, depth+1))
		}
	}
	return n
}

func anyOf(s catalog.Shape, depth int) *tree.Node {
	switch s.Kind {
	case catalog.Number, catalog.Integer:
		return tree.Int(1)
	case catalog.Boolean:
		return tree.Boolean(true)
	case catalog.List:
		return tree.NewList(anyOf(*s.Element, depth))
	case catalog.Map:
		return tree.NewMap().Set("x", anyOf(*s.Element, depth))
	case catalog.Object:
		return smallest(s.Definition, depth)
	case catalog.Union:
		return anyOf(s.Alternatives[0], depth)
	case catalog.Any:
		return tree.NewMap()
	default:
		return tree.Text("x")
	}
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
