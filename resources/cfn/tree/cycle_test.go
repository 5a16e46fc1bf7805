package tree_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

func TestCyclesAreDrawn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ why, resources, want string }{
		{"none", "{ A: { DependsOn: B, P: !Ref C }, B: { P: !GetAtt C.Arn }, C: { P: !Ref AWS::Region } }", ""},
		{"by DependsOn and Ref", "{ A: { DependsOn: B }, B: { Properties: { P: !Ref A } } }", "A → B → A: Resources.A.DependsOn, Resources.B.Properties.P; at 0"},
		{
			"by GetAtt, deep", "{ A: { Properties: { P: [{ Q: !Join ['', [!GetAtt B.Arn]] }] } }, B: { DependsOn: [C, A] }, C: {} }",
			"A → B → A: Resources.A.Properties.P[0].Q.Fn::Join[1][0], Resources.B.DependsOn[1]; at 1",
		},
		{"by the long forms of GetAtt", "{ A: { P: { 'Fn::GetAtt': [B, !Ref X] } }, B: { P: { 'Fn::GetAtt': A.B.C } } }", "A → B → A: Resources.A.P, Resources.B.P; at 0"},
		{
			"by Sub", "{ A: { P: !Sub 'x${B}y${!C}' }, B: { P: !Sub ['${C} ${Own.Arn}', { C: x, Own.Arn: !Sub '${A.Arn}' }] }, C: { DependsOn: A } }",
			"A → B → A: Resources.A.P, Resources.B.P.Fn::Sub[1].Own.Arn; at 0",
		},
		{"by itself", "{ A: { P: !Ref A } }", "A → A: Resources.A.P; at 0"},
		{"in metadata and policies", "{ A: { Metadata: { P: !Ref B } }, B: { UpdatePolicy: { P: !Ref A } } }", "A → B → A: Resources.A.Metadata.P, Resources.B.UpdatePolicy.P; at 0"},
		{
			"two apart", "{ A: { DependsOn: B }, B: { DependsOn: A }, C: { DependsOn: D }, D: { DependsOn: E }, E: { DependsOn: C } }",
			"A → B → A: Resources.A.DependsOn, Resources.B.DependsOn; at 0\nC → D → E → C: Resources.C.DependsOn, Resources.D.DependsOn, Resources.E.DependsOn; at 0",
		},
		{
			"many that one thing closes", "{ V: { DependsOn: D }, A: { P: !Ref V }, B: { P: [!Ref V, !Ref A] }, C: { P: [!Ref A, !Ref B] }, D: { P: [!Ref C, !Ref V] } }",
			"V → D → V: Resources.V.DependsOn, Resources.D.P[1]; at 0",
		},
		{"both sides of a condition", "{ A: { P: !If [C, !Ref B, x] }, B: { P: !If [C, x, !Ref A] } }", ""},
		{"sides of two conditions", "{ A: { P: !If [C, !Ref B, x] }, B: { P: !If [D, x, !Ref A] } }", "A → B → A: Resources.A.P.Fn::If[1], Resources.B.P.Fn::If[2]; at 0"},
		{"one side", "{ A: { P: !If [C, !Ref B, x] }, B: { P: !If [C, !Ref A, x] } }", "A → B → A: Resources.A.P.Fn::If[1], Resources.B.P.Fn::If[1]; at 0"},
		{"a condition and its opposite", "{ A: { Condition: C, P: !Ref B }, B: { P: !If [NotC, !Ref A, x] } }", ""},
		{"a resource under a condition", "{ A: { Condition: NotC, P: !Ref B }, B: { P: !If [NotC, !Ref A, x] } }", "A → B → A: Resources.A.P, Resources.B.P.Fn::If[1]; at 0"},
		{"no map", "[A]", ""},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			conditions := "Conditions: { C: !Equals [!Ref X, x], D: !Equals [!Ref Y, y], NotC: !Not [!Condition C] }\n"
			root, err := tree.ParseYAML([]byte(conditions + "Resources: " + c.resources + "\n"))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, x := range tree.Cycles(root) {
				got = append(got, fmt.Sprintf("%s: %s; at %d", x, x.Paths(), x.Break))
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// Without the needs to break, a template has no circle, however many there were.
func TestCyclesBreak(t *testing.T) {
	t.Parallel()
	const n = 8
	for seed := range 300 {
		needs := [n][n]bool{}
		x := uint32(seed)*2654435761 + 1
		for range 14 {
			x = x*1664525 + 1013904223
			needs[x>>8%n][x>>16%n] = true
		}
		build := func() *tree.Node {
			resources := tree.NewMap()
			for i := range n {
				list := tree.NewList()
				for k := range n {
					if needs[i][k] {
						list.Items = append(list.Items, tree.NewMap().Set("Ref", tree.Text(fmt.Sprint("R", k))))
					}
				}
				resources.Set(fmt.Sprint("R", i), tree.NewMap().Set("Properties", list))
			}
			return tree.NewMap().Set("Resources", resources)
		}
		for _, c := range tree.Cycles(build()) {
			b := c.Needs[c.Break]
			needs[b.From[1]-'0'][b.To[1]-'0'] = false
		}
		if left := tree.Cycles(build()); left != nil {
			t.Errorf("seed %d: %s is left", seed, left)
		}
	}
}
