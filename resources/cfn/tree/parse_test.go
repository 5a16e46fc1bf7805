package tree_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

func TestParseYAMLMeans(t *testing.T) {
	t.Parallel()
	tests := []struct{ reason, yaml, want string }{ // want is what it is written as again, as compact JSON
		{
			"short forms are long", "[!Ref A, !Sub b, !Condition C, !If [a, !Ref B, 1]]",
			`[{"Ref":"A"},{"Fn::Sub":"b"},{"Condition":"C"},{"Fn::If":["a",{"Ref":"B"},1]}]`,
		},
		{"functions that are only written long", "!ToJsonString {a: !Length [1]}", `{"Fn::ToJsonString":{"a":{"Fn::Length":[1]}}}`},
		{
			"an attribute has one form", "[!GetAtt A.B.C, !GetAtt [A, B.C], {Fn::GetAtt: A.B.C}, {'Fn::GetAtt': [A, B.C]}]",
			strings.Repeat(`,{"Fn::GetAtt":["A","B.C"]}`, 4),
		},
		{
			"an output of another stack", "[!GetStackOutput {StackName: a, OutputName: B}, {'Fn::GetStackOutput': {StackName: !Ref A, OutputName: B}}]",
			`[{"Fn::GetStackOutput":{"StackName":"a","OutputName":"B"}},{"Fn::GetStackOutput":{"StackName":{"Ref":"A"},"OutputName":"B"}}]`,
		},
		{"a wrong attribute stays", "!GetAtt A", `{"Fn::GetAtt":"A"}`},
		{"behind a tag everything is text", "[!Ref 5, !Sub yes, !GetAZs , !Sub null]", `[{"Ref":"5"},{"Fn::Sub":"yes"},{"Fn::GetAZs":""},{"Fn::Sub":"null"}]`},
		{"a date is text", "Version: 2012-10-17", `{"Version":"2012-10-17"}`},
		{"keys are as written", "{2012-10-17: 1, yes: 2, 0x1F: 3, ~: 4, 'q': 5}", `{"2012-10-17":1,"yes":2,"0x1F":3,"~":4,"q":5}`},
		{"words", "[true, False, yes, 'true', ~, null, '']", `[true,false,"yes","true",null,null,""]`},
		{"an empty value", "a:\nb: ", `{"a":null,"b":null}`},
		{"explicit types", "[!!str 5, !!int 5, !!float 5, !!bool true, !!str true, !!map {a: 1}, !!seq []]", `["5",5,5,true,"true",{"a":1},[]]`},
		{"an alias", "a: &x {b: 1}\nc: *x\n", `{"a":{"b":1},"c":{"b":1}}`},
		{"an alias as a key", "&k a: 1\nb: {*k : 2}", `{"a":1,"b":{"a":2}}`},
		{"an alias of a function", "a: &x !Ref B\nc: *x", `{"a":{"Ref":"B"},"c":{"Ref":"B"}}`},
		{"what the mapping itself says wins", "a: &x {k: 1, l: 2}\nb: {<<: *x, k: 3}", `{"a":{"k":1,"l":2},"b":{"k":3,"l":2}}`},
		{"the first of several merged mappings wins", "a: {<<: [{k: 1}, {k: 2, l: 3}]}", `{"a":{"k":1,"l":3}}`},
		{"a quoted merge key is a key", "'<<': 1", `{"<<":1}`},
		{"a merge key elsewhere is text", "[<<]", `["<<"]`},
		{"folded text", "a: >\n  b\n  c\n", `{"a":"b c\n"}`},
		{"comments and markers", "# a\n---\na: 1 # b\n...\n", `{"a":1}`},
		{"a byte order mark", "\ufeffa: 1", `{"a":1}`},
		{"Windows", "a: |\r\n  b\r\nc: 1\r\n", `{"a":"b\n","c":1}`},
		{"JSON is YAML", `{"a": ["b", 1.50, {"Ref": "C"}], "d": null}`, `{"a":["b",1.50,{"Ref":"C"}],"d":null}`},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			got := compact(parse(t, tt.yaml))
			want := tt.want
			if strings.HasPrefix(want, ",") {
				want = "[" + want[1:] + "]"
			}
			if got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestParseKnowsPlaces(t *testing.T) {
	t.Parallel()
	const yamlSource = "# comment\na:\n  - b\n  - !GetAtt C.D\n  - !If\n    - e\n    - |\n      f\ng: {h: 1}\n"
	want := []string{
		"2:1", "2:1 a", "3:5 a[0]", "4:5 a[1]", "4:5 a[1].Fn::GetAtt", "4:5 a[1].Fn::GetAtt[0]", "4:5 a[1].Fn::GetAtt[1]",
		"5:5 a[2]", "5:5 a[2].Fn::If", "6:7 a[2].Fn::If[0]", "7:7 a[2].Fn::If[1]", "9:1 g", "9:5 g.h",
	}
	if diff := cmp.Diff(want, lines(parse(t, yamlSource))); diff != "" {
		t.Errorf("YAML: %s", diff)
	}
	n, err := tree.ParseJSON([]byte("\n{\n  \"a\": [\n    1,\n    {\"Fn::GetAtt\": \"B.C\"}\n  ],\n\n  \"b\":\n  null\n}\n"))
	if err != nil {
		t.Fatal(err)
	}
	want = []string{"2:1", "3:3 a", "4:5 a[0]", "5:5 a[1]", "5:6 a[1].Fn::GetAtt", "5:6 a[1].Fn::GetAtt[0]", "5:6 a[1].Fn::GetAtt[1]", "8:3 b"}
	if diff := cmp.Diff(want, lines(n)); diff != "" {
		t.Errorf("JSON: %s", diff)
	}
}

func TestErrorsSayWhereAndWhatToDo(t *testing.T) {
	t.Parallel()
	nested := strings.Repeat("[", 1100) + strings.Repeat("]", 1100)
	var laughs strings.Builder
	laughs.WriteString("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := range 9 {
		fmt.Fprintf(&laughs, "a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 10), ", "))
	}
	tests := []struct{ reason, name, src, want string }{
		{"a key twice", "x.yaml", "a:\n  b: 1\n  c: 2\n  b: 3\n", `4:3: the key "b" appears twice in one mapping: remove one of them`},
		{"a key twice, written differently", "x.yaml", "a: 1\n'a': 2\n", `2:1: the key "a" appears twice in one mapping: remove one of them`},
		{"a misspelt function", "x.yaml", "a:\n  b: !Reff C\n", "2:6: unknown tag !Reff: CloudFormation has no such function"},
		{
			"a short form inside !GetStackOutput", "x.yaml", "a: !GetStackOutput\n  StackName: x\n  OutputName: !Sub y\n",
			"3:15: CloudFormation does not accept a short form such as !Sub inside !GetStackOutput: write Fn::GetStackOutput in its long form",
		},
		{"a type of YAML that JSON lacks", "x.yaml", "a: !!binary aGk=\n", `1:4: the tag !!binary does not match "aGk=": remove it`},
		{"a set", "x.yaml", "a: !!set {b}\n", "1:4: the tag !!set is not supported on a mapping: remove it"},
		{"an ordered map", "x.yaml", "a: !!omap [b: 1]\n", "1:4: the tag !!omap is not supported on a list: remove it"},
		{"no number", "x.yaml", "a: !!int x\n", `1:4: the tag !!int does not match "x": remove it`},
		{"a key that is a mapping", "x.yaml", "? {a: 1}\n: b\n", "1:3: a key must be text, not a list or a mapping"},
		{"a key that is a function", "x.yaml", "!Ref a: 1\n", "1:1: the tag !Ref is not supported on a key: remove it"},
		{"two documents", "x.yaml", "a: 1\n---\nb: 1\n", "2:1: a second document starts here: keep one document per file"},
		{"an unknown anchor", "x.yaml", "a: *b\n", "1: unknown anchor 'b' referenced"},
		{"an alias in its own anchor", "x.yaml", "a: &b\n  c: *b\n", "2:6: the alias *b is inside its own anchor"},
		{"merging text", "x.yaml", "a:\n  <<: b\n", "2:7: the merge key << needs a mapping or a list of mappings"},
		{"a billion laughs.String()", "x.yaml", laughs.String(), "1:13: the file has more than 1000000 values after the expansion of aliases"},
		{"too deep", "x.yaml", nested, "1:1002: values are nested more than 1000 deep"},
		{"an empty file", "x.yaml", "", "1: the file is empty"},
		{"nothing but a comment", "x.yaml", "# a\n", "1: the file is empty"},
		{"not UTF-8", "x.yaml", "a: b\nc: \xff\n", "2:4: not valid UTF-8: save the file as UTF-8"},
		{"a tab", "x.yaml", "a:\n\tb: 1\n", "2: a value cannot start like this: quote text that starts with @, ` or %, and indent with spaces, not tabs"},
		{"an at sign", "x.yaml", "a: 1\nb: @c\n", "2: a value cannot start like this: quote text that starts with @, ` or %, and indent with spaces, not tabs"},
		{"two colons", "x.yaml", "a: 1\nb: c: d\n", "2: \": \" is not allowed here: quote the text, or check the indentation"},
		{"a list in a mapping", "x.yaml", "x:\n  a: 1\n  - b\n", "2: the indentation is wrong somewhere in the block that starts here"},
		{"an open bracket", "x.yaml", "a: 1\nb: [c\nd: 1\n", "2: a bracket that opens here is not closed, or a comma is missing"},
		{"a lost colon", "x.yaml", "a: 1\nb\nc: 1\n", "2: this key has no \":\""},

		{"a key twice", "x.json", "{\"a\": 1,\n \"a\": 2}", `2:4: the key "a" appears twice in one mapping: remove one of them`},
		{"a comma too many", "x.json", "{\n  \"a\": [1,]\n}", "2:11: not valid JSON: invalid character ']' looking for beginning of value"},
		{"a missing comma", "x.json", "{\n  \"a\": {\"b\": 1}\n  \"c\": 2}", "3:3: not valid JSON: invalid character '\"' after object key:value pair"},
		{"more than one value", "x.JSON", "{}\n{}", "2:1: not valid JSON: invalid character '{' after top-level value"},
		{"an open bracket", "x.json", "{\"a\":\n[1", "2:2: not valid JSON: unexpected end of JSON input"},
		{"YAML", "x.json", "a: 1\n", "1:1: not valid JSON: invalid character 'a' looking for beginning of value"},
		{"an empty file", "x.json", " \n", "1:1: the file is empty"},
		{"not UTF-8", "x.json", "\"\xff\"", "1:2: not valid UTF-8: save the file as UTF-8"},
		{"too deep", "x.json", nested, "1:1001: values are nested more than 1000 deep"},
	}
	for _, tt := range tests {
		t.Run(tt.name+" "+tt.reason, func(t *testing.T) {
			t.Parallel()
			_, err := tree.Parse(tt.name, []byte(tt.src))
			var syntax *tree.SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("got %v, want a *SyntaxError", err)
			}
			if syntax.Line < 1 {
				t.Errorf("no line in %v", err)
			}
			if err.Error() != tt.want {
				t.Errorf("got  %s\nwant %s", err, tt.want)
			}
		})
	}
}

func TestParseChoosesByExtension(t *testing.T) {
	t.Parallel()
	for name, fine := range map[string]bool{"a.json": false, "A.JSON": false, "a.yaml": true, "a.yml": true, "a.template": true, "": true} {
		if _, err := tree.Parse(name, []byte("a: 1")); (err == nil) != fine {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestAliasesAreCopies(t *testing.T) {
	t.Parallel()
	n := parse(t, "a: &x {k: 1}\nb: *x\nc: {<<: *x}\n")
	n.Get("b").Set("k", tree.Int(2))
	n.At("c", "k").Text = "3"
	if got, want := compact(n), `{"a":{"k":1},"b":{"k":2},"c":{"k":3}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// compact is JSON without spaces.
func compact(n *tree.Node) string {
	var b strings.Builder
	for line := range strings.Lines(string(n.JSON())) {
		b.WriteString(strings.Replace(strings.TrimSpace(line), `": `, `":`, 1))
	}
	return b.String()
}

// lines is the line and path of every node.
func lines(n *tree.Node) []string {
	var all []string
	n.Walk(func(path string, n *tree.Node) bool {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%d:%d %s", n.Line, n.Column, path)))
		return true
	})
	return all
}
