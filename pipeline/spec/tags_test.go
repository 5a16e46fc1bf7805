package spec_test

import (
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

// An environment's tags are checked as the project's are, and against them.
func TestTagsOfAnEnvironment(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ reason, tags, want string }{
		{"beside the project's", "{ stop: nightly }", ""},
		{"in place of the project's", "{ team: other }", ""},
		{"one that cfnpipe sets", "{ Environment: x }", "8:75: environments[0].tags.Environment: cfnpipe sets this tag itself"},
		{"one of the project in another case", "{ Team: other }", `8:68: environments[0].tags.Team: differs from "team" of the project in case alone`},
		{"without a value", `{ stop: "" }`, "8:68: environments[0].tags.stop: has no value"},
	} {
		t.Run(c.reason, func(t *testing.T) {
			t.Parallel()
			src := `
project: shop
toolchain: { account: "111111111111", region: eu-west-1 }
source:
  connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42
  repository: acme/shop
environments:
  - { name: dev, type: dev, account: "222222222222", tags: ` + c.tags + ` }
tags: { team: shop }
`
			_, err := spec.Parse("pipeline.yaml", []byte(src))
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), "pipeline.yaml:"+c.want)):
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}
