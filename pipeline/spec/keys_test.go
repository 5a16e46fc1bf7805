package spec_test

import (
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

func TestKeys(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]spec.Keys{
		"": spec.EnvironmentKeys, "keys: environment\n": spec.EnvironmentKeys, "keys: stack\n": spec.StackKeys, "keys: aws\n": spec.AWSKeys,
	} {
		if got := parse(t, small+text).Keys; got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
	refuse(t, small+"keys: stacks\n", `9:7: keys: cannot be "stacks"; did you mean "stack"?`)
}

func TestBucketNames(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{
		"eu-west-1":     "shop-dev-data-222222222222-eu-west-1-an",
		"us-gov-west-1": "shop-dev-data-222222222222-us-gov-west-1-an",
		"me-central-1":  "shop-dev-data-222222222222-me-central-1",
		"me-south-1":    "shop-dev-data-222222222222-me-south-1",
	} {
		if got := spec.BucketName("shop", "dev", "data", spec.Account{Account: "222222222222", Region: region}); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
