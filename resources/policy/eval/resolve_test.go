package eval_test

import (
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

func TestResolve(t *testing.T) {
	t.Parallel()
	r := stack()
	r.Parameters = map[string]eval.Value{
		"Stage":  eval.Text("dev"),
		"KeyArn": eval.Concat(eval.Text("arn:aws:kms:eu-west-1:111111111111:key/"), eval.Hole("artifacts/Key")),
	}
	r.Lists = map[string][]eval.Value{"Zones": eval.Texts("a", "b")}
	r.Attribute = func(id, attribute string) (eval.Value, bool) {
		switch id + "." + attribute {
		case "Bucket.":
			return eval.Text("data"), true
		case "Bucket.Arn":
			return eval.Text("arn:aws:s3:::data"), true
		default:
			return eval.Value{}, false
		}
	}
	tests := []struct{ yaml, want string }{ // what is not known stands in <>
		{"text", "text"},
		{"'${Stage}'", "${Stage}"},
		{"42", "42"},
		{"true", "true"},
		{"!Ref Stage", "dev"},
		{"!Ref AWS::AccountId", here},
		{"!Ref AWS::Region", "eu-west-1"},
		{"!Ref AWS::Partition", "aws"},
		{"!Ref AWS::URLSuffix", "amazonaws.com"},
		{"!Ref AWS::StackName", "stack"},
		{"!Ref AWS::StackId", "<stack/AWS::StackId>"},
		{"!Ref KeyArn", "arn:aws:kms:eu-west-1:111111111111:key/<artifacts/Key>"},
		{"!Ref Bucket", "data"},
		{"!Ref Queue", "<stack/Queue>"},
		{"!GetAtt Bucket.Arn", "arn:aws:s3:::data"},
		{"!GetAtt Queue.Outputs.Arn", "<stack/Queue.Outputs.Arn>"},
		{"!Sub '${Stage}-${AWS::Region}'", "dev-eu-west-1"},
		{"!Sub '${Bucket.Arn}/${Bucket}/*'", "arn:aws:s3:::data/data/*"},
		{"!Sub '${!aws:username}${!Stage}'", "${aws:username}${Stage}"},
		{"!Sub 'a$b${Stage}$'", "a$bdev$"},
		{"!Sub '${Stage'", "${Stage"},
		{"!Sub 'a${Queue}b${Queue.Arn}'", "a<stack/Queue>b<stack/Queue.Arn>"},
		{"!Sub ['${A}-${Stage}-${B}', {A: x, B: !Ref Queue}]", "x-dev-<stack/Queue>"},
		{"!Sub ['${Stage}', {Stage: y}]", "y"},
		{"!Join ['-', [a, !Ref Stage, 1]]", "a-dev-1"},
		{"!Join ['-', [a, !Ref Queue]]", "a-<stack/Queue>"},
		{"!Join ['-', []]", ""},
		{"!Join [',', !Ref Zones]", "a,b"},
		{"!Join ['-', [a, !Ref 'AWS::NoValue', b]]", "a-b"},
		{"!Join [',', !Ref Queue]", `<stack/{"Fn::Join": [",",{"Ref": "Queue"}]}>`}, // a list of nobody knows how many
		{"!Join ['-', [a, !If [C, b, c]]]", `<stack/{"Fn::Join": ["-",["a",{"Fn::If": ["C","b","c"]}]]}>`},
		{"!Select [1, [a, b]]", "b"},
		{"!Select ['0', !Ref Zones]", "a"},
		{"!Select [5, !Split [':', !GetAtt Bucket.Arn]]", "data"},
		{"!Select [2, [a, b]]", `<stack/{"Fn::Select": [2,["a","b"]]}>`},
		{"!Select [-1, [a]]", `<stack/{"Fn::Select": [-1,["a"]]}>`},
		{"!Select [0, !GetAZs '']", `<stack/{"Fn::Select": [0,{"Fn::GetAZs": ""}]}>`},
		{"!If [C, a, a]", "a"},
		{"!If [C, a, b]", `<stack/{"Fn::If": ["C","a","b"]}>`},
		{"!ImportValue shop", `<stack/{"Fn::ImportValue": "shop"}>`},
		{"[a]", `<stack/["a"]>`},
		{"{a: b}", `<stack/{"a": "b"}>`},
		{"~", "<stack/null>"},
	}
	for _, tt := range tests {
		if got := r.Resolve(parseYAML(t, tt.yaml)).String(); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.yaml, got, tt.want)
		}
	}
	if got := (&eval.Resolver{ID: "stack"}).Resolve(parseYAML(t, "!Sub '${AWS::Region}'")).String(); got != "<stack/AWS::Region>" {
		t.Errorf("a region that is not known is %s", got)
	}
}

func TestResolveList(t *testing.T) {
	t.Parallel()
	r := stack()
	r.Parameters = map[string]eval.Value{"Stage": eval.Text("dev")}
	r.Lists = map[string][]eval.Value{"Zones": eval.Texts("a", "b")}
	tests := []struct {
		yaml, want string
		complete   bool
	}{
		{"[a, !Ref Stage]", "a dev", true},
		{"a", "a", true},
		{"!Ref Zones", "a b", true},
		{"!Ref Stage", "dev", true},
		{"!Split [',', 'x,y']", "x y", true},
		{"[a, !Ref 'AWS::NoValue']", "a", true},
		{"[a, !Ref Queue]", "a <stack/Queue>", true},
		{"!Ref Queue", "<stack/Queue>", false},
		{"!Split [',', !Ref Queue]", `<stack/{"Fn::Split": [",",{"Ref": "Queue"}]}>`, false},
		{"!GetAZs ''", `<stack/{"Fn::GetAZs": ""}>`, false},
		{"!If [C, [a, b], [a, b]]", "a b", true},
		{"!If [C, [a, b], a]", "a b", false},
		{"[a, !If [C, b, !Ref 'AWS::NoValue']]", "a b", false},
		{"!If [C, !Ref Queue, [!Ref Queue]]", "<stack/Queue>", false},
		{"!If [C, [!Ref Queue], !Ref Queue]", "<stack/Queue>", false},
		{"!Sub 'a-${Queue}'", "a-<stack/Queue>", true},
		{"!If [C, [a, !Ref Queue], [a]]", "a <stack/Queue>", false},
	}
	for _, tt := range tests {
		values, complete := r.List(parseYAML(t, tt.yaml))
		var texts []string
		for _, v := range values {
			texts = append(texts, v.String())
		}
		if got := strings.Join(texts, " "); got != tt.want || complete != tt.complete {
			t.Errorf("%s: got %s, %t, want %s, %t", tt.yaml, got, complete, tt.want, tt.complete)
		}
	}
}

func TestValuesAreEqualOnlyForSure(t *testing.T) {
	t.Parallel()
	a := eval.Concat(eval.Text("x"), eval.Text("y"), eval.Hole("h"))
	tests := []struct {
		b    eval.Value
		want bool
	}{
		{eval.Concat(eval.Text("xy"), eval.Text(""), eval.Hole("h")), true},
		{eval.Concat(eval.Text("xy"), eval.Hole("i")), false},
		{eval.Text("xy<h>"), false},
		{eval.Text("xy"), false},
	}
	for _, tt := range tests {
		if got := a.Equal(tt.b); got != tt.want {
			t.Errorf("%s and %s: got %t, want %t", a, tt.b, got, tt.want)
		}
	}
	if text, known := eval.Concat(eval.Text("a"), eval.Concat(), eval.Text("b")).Known(); text != "ab" || !known {
		t.Errorf("got %q, %t", text, known)
	}
	if _, known := a.Known(); known {
		t.Error("a text with a hole is known")
	}
}

// Stacks of one name in two regions have keys of one logical id, which are two keys.
func TestStacksOfOneNameHaveThingsOfTheirOwn(t *testing.T) {
	t.Parallel()
	key := tree.NewMap().Set("Ref", tree.Text("Key"))
	near, far := eval.Resolver{ID: "toolchain/artifacts", StackName: "shop"}, eval.Resolver{ID: "toolchain/artifacts-us", StackName: "shop"}
	if v := near.Resolve(key); v.Equal(far.Resolve(key)) || !v.Equal(near.Resolve(key)) {
		t.Errorf("%s and %s: want a key for each stack", v, far.Resolve(key))
	}
	name := tree.NewMap().Set("Ref", tree.Text("AWS::StackName"))
	if v := near.Resolve(name); !v.Equal(far.Resolve(name)) {
		t.Errorf("%s and %s: want one name", v, far.Resolve(name))
	}
}

// Text that doubles with each function around it ends in a hole, not in all of the memory.
func TestResolveIsBounded(t *testing.T) {
	t.Parallel()
	joined, substituted := "x", "x"
	for range 100 {
		joined = "{Fn::Join: [" + joined + ", [a, b, c]]}"
		substituted = "{Fn::Sub: ['${A}${A}', {A: " + substituted + "}]}"
	}
	for _, src := range []string{joined, substituted} {
		v := stack().Resolve(parseYAML(t, src))
		if _, known := v.Known(); known || len(v.String()) > 1<<20 {
			t.Errorf("%.40s…: %d bytes, known: %t", src, len(v.String()), known)
		}
	}
}
