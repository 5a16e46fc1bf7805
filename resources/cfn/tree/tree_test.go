package tree_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

func TestSetAppendsOrReplaces(t *testing.T) {
	t.Parallel()
	m := tree.NewMap().Set("b", tree.Int(1)).Set("a", tree.Int(2)).Set("b", tree.Int(3))
	if got, want := string(m.YAML()), "b: 3\na: 2\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := string(new(tree.Node).Set("a", tree.Boolean(true)).YAML()), "a: true\n"; got != want {
		t.Errorf("the zero Node: got %q, want %q", got, want)
	}
}

func TestGetAndAtAreSafe(t *testing.T) {
	t.Parallel()
	deep := tree.NewMap().Set("a", tree.NewMap().Set("b", tree.Text("found"))).Set("list", tree.NewList())
	if got := deep.At("a", "b"); !got.Equal(tree.Text("found")) {
		t.Errorf("At(a, b) = %v", got)
	}
	if deep.At() != deep {
		t.Error("At without a path is another node")
	}
	var none *tree.Node
	for name, got := range map[string]*tree.Node{
		"absent key":         deep.Get("x"),
		"absent parent":      deep.At("x", "b", "c"),
		"below text":         deep.At("a", "b", "c"),
		"key of a list":      deep.At("list", "0"),
		"of a nil receiver":  none.Get("a"),
		"path of a nil node": none.At("a", "b"),
	} {
		if got != nil {
			t.Errorf("%s: got %v, want nil", name, got)
		}
	}
}

func TestEqualIgnoresOnlyLines(t *testing.T) {
	t.Parallel()
	a := tree.NewMap().Set("x", tree.NewList(tree.Int(1))).Set("y", tree.Text("1"))
	tests := []struct {
		reason string
		b      *tree.Node
		want   bool
	}{
		{"the same", tree.NewMap().Set("x", tree.NewList(tree.Int(1))).Set("y", &tree.Node{Kind: tree.String, Text: "1", Line: 7}), true},
		{"order of keys says what a file looks like", tree.NewMap().Set("y", tree.Text("1")).Set("x", tree.NewList(tree.Int(1))), false},
		{"text is no number", tree.NewMap().Set("x", tree.NewList(tree.Int(1))).Set("y", tree.Int(1)), false},
		{"a longer list", tree.NewMap().Set("x", tree.NewList(tree.Int(1), tree.Int(2))).Set("y", tree.Text("1")), false},
		{"nil", nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			if got := a.Equal(tt.b); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestIntrinsicKnowsFunctionsFromData(t *testing.T) {
	t.Parallel()
	text := tree.Text("x")
	tests := []struct {
		reason string
		node   *tree.Node
		want   string // "" when it is none
	}{
		{"a reference", tree.NewMap().Set("Ref", text), "Ref"},
		{"any function, also one that is not known yet", tree.NewMap().Set("Fn::New", tree.NewMap()), "Fn::New"},
		{"a condition by name", tree.NewMap().Set("Condition", text), "Condition"},
		{"the condition of a policy statement", tree.NewMap().Set("Condition", tree.NewMap()), ""},
		{"two keys", tree.NewMap().Set("Ref", text).Set("Fn::Sub", text), ""},
		{"another key", tree.NewMap().Set("Key", text), ""},
		{"an empty map", tree.NewMap(), ""},
		{"text", text, ""},
		{"nothing", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			name, arg, ok := tt.node.Intrinsic()
			if name != tt.want || ok != (tt.want != "") || (arg != nil) != ok {
				t.Errorf("got %q, %v, %v; want %q", name, arg, ok, tt.want)
			}
		})
	}
}

func TestWalkNamesEveryPath(t *testing.T) {
	t.Parallel()
	n := parse(t, "Resources:\n  P:\n    Stages: [{Name: a}, {Name: !Sub b}]\n    Hidden: {Key: v}\n    aws:Name: 1\n")
	var paths []string
	n.Walk(func(path string, _ *tree.Node) bool {
		paths = append(paths, path)
		return path != "Resources.P.Hidden"
	})
	want := []string{
		"", "Resources", "Resources.P", "Resources.P.Stages", "Resources.P.Stages[0]", "Resources.P.Stages[0].Name",
		"Resources.P.Stages[1]", "Resources.P.Stages[1].Name", "Resources.P.Stages[1].Name.Fn::Sub", "Resources.P.Hidden", "Resources.P.aws:Name",
	}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Error(diff)
	}
}

func parse(t *testing.T, src string) *tree.Node {
	t.Helper()
	n, err := tree.ParseYAML([]byte(src))
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	return n
}

func TestElements(t *testing.T) {
	t.Parallel()
	one, two := tree.Text("a"), tree.Text("b")
	for name, c := range map[string]struct {
		node *tree.Node
		want []*tree.Node
	}{
		"nothing": {nil, nil},
		"one":     {one, []*tree.Node{one}},
		"a list":  {tree.NewList(one, two), []*tree.Node{one, two}},
		"no item": {tree.NewList(), nil},
	} {
		if got := c.node.Elements(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %d elements, want %d", name, len(got), len(c.want))
		}
	}
}
