package spec_test

import (
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

// An approval among the steps is one before each environment that it is for, unless the environment says for itself.
func TestTheApprovalStep(t *testing.T) {
	t.Parallel()
	const head = `
project: shop
toolchain: { account: "111111111111", region: eu-west-1 }
source:
  connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42
  repository: acme/shop
environments:
  - { name: dev,  type: dev,  account: "222222222222" }
  - { name: qa,   type: test, account: "333333333333", approval: false }
  - { name: prod, type: prod, account: "444444444444" }
  - { name: last, type: prod, account: "444444444444", approval: { text: Sure } }
`
	for _, c := range []struct {
		reason, steps string
		want          []string // the texts of the approvals of dev, qa, prod and last; "-" for none
	}{
		{"absent: what the environments say", "", []string{"-", "-", "-", "Sure"}},
		{"null drops it", "steps: { approval: null }", []string{"-", "-", "-", "Sure"}},
		{"true: its defaults", "steps: { approval: true }", []string{"-", "-", "", "Sure"}},
		{"changed for all", "steps: { approval: { text: Go, types: [dev, test, prod] } }", []string{"Go", "-", "Go", "Sure"}},
		{"for one environment", "steps: { approval: { environments: [dev] } }", []string{"", "-", "-", "Sure"}},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			s, err := spec.Parse("pipeline.yaml", []byte(head+c.steps+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			for i, e := range s.Environments {
				got := "-"
				if e.Approval != nil {
					got = e.Approval.Text
					if e.Approval.TimeoutMinutes != 10080 {
						t.Errorf("%s: the timeout is %d minutes, want a week", e.Name, e.Approval.TimeoutMinutes)
					}
				}
				if got != c.want[i] {
					t.Errorf("%s: the approval is %q, want %q", e.Name, got, c.want[i])
				}
			}
		})
	}
}

func TestTheApprovalStepIsChecked(t *testing.T) {
	t.Parallel()
	src := `
project: shop
toolchain: { account: "111111111111", region: eu-west-1 }
source:
  connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42
  repository: acme/shop
environments:
  - { name: dev, type: dev, account: "222222222222" }
steps: { approval: { timeoutMinutes: 1, environments: [dve] } }
`
	want := `pipeline.yaml:9:38: steps.approval.timeoutMinutes: cannot be 1; use a number of minutes from 5 to 86400
pipeline.yaml:9:56: steps.approval.environments[0]: there is no environment "dve"; did you mean "dev"?`
	if _, err := spec.Parse("pipeline.yaml", []byte(src)); err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}
