package names_test

import (
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/names"
)

func TestPartition(t *testing.T) {
	t.Parallel()
	for region, want := range map[string]string{
		"eu-west-1": "aws", "us-east-1": "aws", "us-gov-west-1": "aws-us-gov", "cn-north-1": "aws-cn", "us-iso-east-1": "aws-iso",
		"us-isob-east-1": "aws-iso-b", "eu-isoe-west-1": "aws-iso-e", "us-isof-south-1": "aws-iso-f", "eusc-de-east-1": "aws-eusc", "": "aws",
	} {
		if got := names.Partition(region); got != want {
			t.Errorf("%q is in %s, got %s", region, want, got)
		}
	}
}

// What the lengths of names are counted by is what templates have.
func TestLogicalID(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "a", "web-1", "web1", "9lives", "Access-logs_key", "a.b/c", "0x1f", "É-x", "get/hello/{id}", "ab", "a-1", "a1b", "a1-b", "a--b", "/shop/a.b/c_d/E", "größe"} {
		if got, want := names.LogicalID(name), cfn.ID(name); got != want {
			t.Errorf("%q: got %s, want %s", name, got, want)
		}
	}
}
