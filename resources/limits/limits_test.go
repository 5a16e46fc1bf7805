package limits_test

import (
	"slices"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/limits"
)

func TestARMByTheName(t *testing.T) {
	t.Parallel()
	for _, typ := range []string{"a1", "a1.large", "m7g", "c7gn.xlarge", "t4g.nano", "x2gd.metal", "im4gn.large", "g5g.xlarge", "hpc7g.4xlarge"} {
		if !limits.IsARM(typ) {
			t.Errorf("%s is not ARM", typ)
		}
	}
	for _, typ := range []string{"", "a10", "g", "g4dn", "g5.xlarge", "m7i.large", "p4d", "mac2.metal", "gg.large", "u7i-12tb.224xlarge", "trn1"} {
		if limits.IsARM(typ) {
			t.Errorf("%s is ARM", typ)
		}
	}
}

func TestLogRetentionsRise(t *testing.T) {
	t.Parallel()
	if r := limits.LogRetentions(); !slices.IsSorted(r) || len(slices.Compact(r)) != 22 || r[0] != 1 || r[len(r)-1] != 3653 {
		t.Errorf("%v", r)
	}
}
