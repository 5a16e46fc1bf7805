package tree_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Values of maps are where their keys are, which is where a misspelt one is corrected.
func TestPositions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		src  string
		want map[string]tree.Position
	}{
		"a.yaml": {
			"Resources:\n  Bücher: {Type: T, Tags: [a, {Key: k}]}\n  B:\n    - x\n    - !Sub ${A}\n  C: !If\n    - c\n",
			map[string]tree.Position{
				"Resources": {1, 1}, "Resources.Bücher": {2, 3}, "Resources.Bücher.Type": {2, 12}, "Resources.Bücher.Tags": {2, 21},
				"Resources.Bücher.Tags[0]": {2, 28}, "Resources.Bücher.Tags[1]": {2, 31}, "Resources.Bücher.Tags[1].Key": {2, 32},
				"Resources.B": {3, 3}, "Resources.B[0]": {4, 7}, "Resources.B[1]": {5, 7}, "Resources.C": {6, 3}, "Resources.C[0]": {7, 7},
			},
		},
		"aliases.yml": {"A: &a {x: 1}\nB: *a\n", map[string]tree.Position{"A": {1, 1}, "A.x": {1, 8}, "B": {2, 1}}},
		"a.JSON": {
			"\ufeff{\n  \"ä\": \"ö\", \"Resources\" :\n  {\"A\": [1,{\"b\" : true } , \"c\\n\"]},\n\t\"C\": {}\n}",
			map[string]tree.Position{
				"ä": {2, 3}, "Resources": {2, 13}, "Resources.A": {3, 4}, "Resources.A[0]": {3, 10}, "Resources.A[1]": {3, 12}, "Resources.A[1].b": {3, 13},
				"Resources.A[2]": {3, 28}, "C": {4, 2},
			},
		},
		"broken.json": {`{"A": [1`, nil},
		"broken.yaml": {"A: [1", nil},
		"empty.yaml":  {"", nil},
	} {
		if diff := cmp.Diff(c.want, tree.Positions(name, []byte(c.src))); diff != "" {
			t.Errorf("%s: want -, got +:\n%s", name, diff)
		}
	}
}
