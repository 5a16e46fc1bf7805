package tree_test

import (
	"slices"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

func TestAliases(t *testing.T) {
	t.Parallel()
	for src, want := range map[string][]int{
		"a: 1\n":                                 nil,
		"a: &x 1\n":                              nil,
		"a: &x 1\nb: *x\nc: [*x]\n":              {2, 3},
		"a:\n  <<: {b: 1}\n":                     {2},
		"a: &x {b: 1}\nc:\n  <<: *x\n":           {3, 3},
		"a: '<<'\nb: '*x'\n":                     nil,
		"{\"a\": \"*b\"}":                        nil,
		"":                                       nil,
		"a: [":                                   nil,
		"a: &x 1\n? *x\n: 2\n# *x\nb: |\n  *x\n": {2},
	} {
		if got := tree.Aliases([]byte(src)); !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", src, got, want)
		}
	}
}
