package pipeline_test

import (
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
