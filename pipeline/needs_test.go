package pipeline_test

import (
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
)

// What changes the roles of an access stack beyond resource types changes what the other stacks ask of it, so that a push stops there.
func TestWhatWidensAccessIsAskedFor(t *testing.T) {
	t.Parallel()
	rule := func(y *pipeline.System, stack string) string {
		return string(stackNamed(t, assemble(t, y, assembly.YAML), stack).Template.Get("Parameters").YAML())
	}
	for _, c := range []struct {
		reason, stack string
		change        func(*pipeline.System)
	}{
		{"a step in an environment becomes its test role", "shop-dev-bootstrap", func(y *pipeline.System) {
			y.Steps.Own = []spec.Step{{Name: "smoke", After: "deploy", Commands: []string{"true"}}}
		}},
		{"a permission widens the test role", "shop-dev-bootstrap", func(y *pipeline.System) {
			y.Steps.Own = []spec.Step{{
				Name: "smoke", After: "deploy", Commands: []string{"true"},
				Permissions: []spec.Permission{{Actions: []string{"dynamodb:GetItem"}, Resources: []string{"arn:aws:dynamodb:*:*:table/a"}}},
			}}
		}},
		{"a secret widens the builds' boundary", "shop-delivery-artifacts", func(y *pipeline.System) {
			y.Steps.FunctionTests = &spec.Step{
				Commands: []string{"true"}, Secrets: map[string]string{"TOKEN": "arn:aws:secretsmanager:eu-west-1:111111111111:secret:a-AbCdEf"},
			}
		}},
		{"a secret's key widens the builds' boundary", "shop-delivery-artifacts", func(y *pipeline.System) {
			y.Steps.FunctionTests = &spec.Step{
				Commands: []string{"true"}, SecretKeys: []string{"arn:aws:kms:eu-west-1:555555555555:key/a"},
			}
		}},
		{"a secret's key of a step in an environment does, too", "shop-delivery-artifacts", func(y *pipeline.System) {
			y.Steps.Own = []spec.Step{{
				Name: "smoke", After: "deploy", Commands: []string{"true"}, SecretKeys: []string{"arn:aws:kms:eu-west-1:555555555555:key/a"},
			}}
		}},
		{"a topic's key widens the pipeline's boundary", "shop-delivery-artifacts", func(y *pipeline.System) {
			y.Pipelines[0].Environments[0].Approval = &spec.Approval{Key: "arn:aws:kms:eu-west-1:555555555555:key/a"}
		}},
		{"a topic widens the pipeline's boundary", "shop-delivery-artifacts", func(y *pipeline.System) {
			y.Pipelines[0].Environments[0].Approval = &spec.Approval{Topic: "arn:aws:sns:eu-west-1:111111111111:approvals"}
		}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			if before, after := rule(system(t, shop, nil), c.stack), rule(system(t, shop, c.change), c.stack); before == after {
				t.Errorf("%s asks for the same:\n%s", c.stack, before)
			}
		})
	}
}

// SSM refuses values with braces in pairs, as pipeline.yaml has them where a brace is meant (API reference of PutParameter).
func TestWhatIsAskedForCanBeWrittenToSSM(t *testing.T) {
	t.Parallel()
	y := system(t, shop, func(y *pipeline.System) {
		y.Steps.Own = []spec.Step{{
			Name: "smoke", After: "deploy", Commands: []string{"true"}, Permissions: []spec.Permission{{
				Actions: []string{"s3:GetObject"}, Resources: []string{"arn:aws:s3:::a/${{aws:PrincipalTag/team}}/{{{environment}}}/*"},
			}},
		}}
	})
	found := false
	for _, r := range stackNamed(t, assemble(t, y, assembly.YAML), "shop-dev-access").Template.Get("Resources").Items {
		if r.Get("Type").Text != "AWS::SSM::Parameter" {
			continue
		}
		value := r.At("Properties", "Value").Text
		found = found || strings.Contains(value, "s3:GetObject on arn:aws:s3:::a/${aws:PrincipalTag/team}/{environment}/*")
		if strings.Contains(value, "{{") || strings.Contains(value, "}}") {
			t.Errorf("SSM refuses %q", value)
		}
	}
	if !found {
		t.Error("no parameter says what the step may do")
	}
}
