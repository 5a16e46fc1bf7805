package tree_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// template holds what templates are made of, in exactly the bytes that YAML writes.
const template = `AWSTemplateFormatVersion: '2010-09-09'
Description: 'Deploys: everything'
Parameters:
  Account:
    Type: String
    Default: '012345678901'
    AllowedValues:
      - 'yes'
      - 'no'
Conditions:
  IsProd: !Equals
    - !Ref Environment
    - prod
  Both: !And
    - !Condition IsProd
    - !Not
      - !Condition IsSmall
Rules:
  Covered:
    Assertions:
      - Assert:
          Fn::EachMemberIn:
            - !Ref Needed
            - Fn::RefAll: AWS::EC2::VPC::Id
        AssertDescription: Deploy the access stack first.
Resources:
  Role:
    Type: AWS::IAM::Role
    Condition: IsProd
    DependsOn: []
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Sid: Trust
            Effect: Allow
            Action:
              - sts:AssumeRole
            Principal:
              AWS: !Sub arn:${AWS::Partition}:iam::${Account}:root
            Condition:
              ArnEquals:
                aws:PrincipalArn: !GetAtt Pipeline.Role.Arn
              'Null':
                aws:SourceAccount: false
      Path: /shop/
      MaxSessionDuration: 3600
      Tags: {}
  Instance:
    Type: AWS::EC2::Instance
    Properties:
      SubnetId: !Select
        - 0
        - !Split
          - ','
          - !ImportValue Subnets
      UserData:
        Fn::Base64: !Sub |
          #!/bin/bash
          echo "${AWS::Region}"

          exec run
      ImageId: !If
        - IsProd
        - !FindInMap
          - Images
          - !Ref AWS::Region
          - Id
        - !Ref AWS::NoValue
      Matrix:
        - - 1
          - 2
        - - a: 1
            b: |-
              two
              lines
        - !Transform
          Name: AWS::Include
          Parameters:
            Location: s3://bucket/key
      Zones:
        Fn::GetAZs: !Ref AWS::Region
      Cidrs: !Cidr
        - 10.0.0.0/16
        - 4
        - 8
`

const templateJSON = `{
  "Description": "<a> & b",
  "Empty": {},
  "None": [],
  "Nothing": null,
  "Role": {
    "Fn::GetAtt": [
      "Pipeline",
      "Role.Arn"
    ]
  },
  "Numbers": [
    0,
    -1.50,
    1e3,
    true
  ],
  "Text": "tab\t quote\" line\n \u2028\u0001 é 😀"
}
`

func TestYAMLIsExactlyThis(t *testing.T) {
	t.Parallel()
	n := parse(t, template)
	if diff := cmp.Diff(template, string(n.YAML())); diff != "" {
		t.Error(diff)
	}
	fromJSON, err := tree.ParseJSON(n.JSON())
	if err != nil {
		t.Fatal(err)
	}
	if !fromJSON.Equal(n) {
		t.Errorf("JSON says something else:\n%s", cmp.Diff(template, string(fromJSON.YAML())))
	}
}

func TestJSONIsExactlyThis(t *testing.T) {
	t.Parallel()
	n, err := tree.ParseJSON([]byte(templateJSON))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(templateJSON, string(n.JSON())); diff != "" {
		t.Error(diff)
	}
	if !json.Valid(n.JSON()) {
		t.Error("this is not JSON")
	}
	if again := parse(t, string(n.YAML())); !again.Equal(n) {
		t.Errorf("YAML says something else:\n%s", n.YAML())
	}
}

func TestAppendKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	if got := string(tree.Text("a").AppendYAML([]byte("# head\n"))); got != "# head\na\n" {
		t.Errorf("YAML: %q", got)
	}
	if got := string(tree.Text("a").AppendJSON([]byte("x"))); got != "x\"a\"\n" {
		t.Errorf("JSON: %q", got)
	}
}

func TestShortFormOnlyWhereItIsSafe(t *testing.T) {
	t.Parallel()
	call := func(name string, arg *tree.Node) *tree.Node { return tree.NewMap().Set(name, arg) }
	list := func(items ...string) *tree.Node {
		l := tree.NewList()
		for _, item := range items {
			l.Items = append(l.Items, tree.Text(item))
		}
		return l
	}
	tests := []struct {
		reason string
		node   *tree.Node
		want   string
	}{
		{"the usual case", call("Ref", tree.Text("A")), "!Ref A\n"},
		{"text is quoted as everywhere", call("Fn::Sub", tree.Text("a: b")), "!Sub 'a: b'\n"},
		{"empty text", call("Fn::GetAZs", tree.Text("")), "!GetAZs ''\n"},
		{"empty list", call("Fn::Join", tree.NewList()), "!Join []\n"},
		{"two tags cannot share a node", call("Fn::Base64", call("Fn::Sub", tree.Text("x"))), "Fn::Base64: !Sub x\n"},
		{"nor can three", call("Fn::Not", call("Fn::Base64", call("Ref", tree.Text("x")))), "Fn::Not:\n  Fn::Base64: !Ref x\n"},
		{"behind a tag a number would become text", call("Fn::Sub", tree.Int(5)), "Fn::Sub: 5\n"},
		{"behind a tag null would become text", call("Fn::GetAZs", new(tree.Node)), "Fn::GetAZs: null\n"},
		{"a reference to no name", call("Ref", list("A")), "Ref:\n  - A\n"},
		{"no parser knows it", call("Fn::ToJsonString", list("A")), "Fn::ToJsonString:\n  - A\n"},
		{"loops have a name in their key", call("Fn::ForEach::Topics", list("A")), "Fn::ForEach::Topics:\n  - A\n"},
		{"an attribute of an attribute", call("Fn::GetAtt", list("A", "B.C")), "!GetAtt A.B.C\n"},
		{"a dot in the logical id would move", call("Fn::GetAtt", list("A.B", "C")), "Fn::GetAtt:\n  - A.B\n  - C\n"},
		{"three parts", call("Fn::GetAtt", list("A", "B", "C")), "Fn::GetAtt:\n  - A\n  - B\n  - C\n"},
		{"an empty part", call("Fn::GetAtt", list("A", "")), "Fn::GetAtt:\n  - A\n  - ''\n"},
		{
			"an attribute that is computed", call("Fn::GetAtt", tree.NewList(tree.Text("A"), call("Ref", tree.Text("B")))),
			"Fn::GetAtt:\n  - A\n  - !Ref B\n",
		},
		{"the condition of a policy statement", call("Condition", call("Bool", tree.NewMap())), "Condition:\n  Bool: {}\n"},
		{"a resource's condition", call("Condition", tree.Text("A")).Set("Type", tree.Text("T")), "Condition: A\nType: T\n"},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			if got := string(tt.node.YAML()); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
			checkRoundTrip(t, tt.node)
		})
	}
}

func TestTextStaysText(t *testing.T) {
	t.Parallel()
	tests := []struct {
		reason string
		texts  []string
		style  string // how every one of them is written: plain, or the first characters
	}{
		{"ordinary", []string{
			"a", "AWS::IAM::Role", "arn:aws:iam::111111111111:role/x", "10.0.0.0/16", "/shop/dev", "${AWS::StackName}-a", "python3.13",
			"s3:Get*", "it's", "a, b", "a [b]", "a#b", "512 MB", "./run.sh", "(a)", "x=1", "rate(1 day)", "yesterday", "a{b}", `a\b "c"`,
			"e", "eu-west-1", "end", "edit",
		}, "plain"},
		{"a boolean for YAML 1.1", []string{"yes", "No", "ON", "off", "y", "N", "true", "False", "oN"}, "'"},
		{"a null", []string{"null", "NULL", "~", ""}, "'"},
		{"a number somewhere", []string{
			"0", "-1", "+1", "012345678901", "111111111111", "0777", "0x1f", "0o7", "0b11", "1_000", "1e3", "1E-3", ".5", "5.", "1.0", "10.0.0.0",
			".inf", "-.INF", ".NaN", "0xdeadbeef", "1,000", "1e", "0_", "e1", "E+1",
		}, "'"},
		{"a number in base 60", []string{"12:30:45", "1:30", "22:22", "190:20:30.15"}, "'"},
		{"a date", []string{"2010-09-09", "2012-10-17", "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43 Z"}, "'"},
		{"a merge key and a default", []string{"<<", "="}, "'"},
		{"an indicator in front", []string{
			"-", "- a", "-a", "?", "? a", ":", ":a", ",", "[", "]", "{", "}", "#a", "&a", "*a", "!a", "|", ">", "'", "\"", "%a", "@a", "`a`",
		}, "'"},
		{"a mapping", []string{"a: b", "a:", "a: ", "Error: Fn::Sub: x"}, "'"},
		{"a comment", []string{"a #b", "a # b"}, "'"},
		{"spaces at an end", []string{" a", "a ", " "}, "'"},
		{"a document marker", []string{"---", "...", "--- a", "... a"}, "'"},
		{"beyond ASCII", []string{"é", "日本", "a😀"}, "'"},
		{"control characters", []string{"\x00", "\x07", "\x1b[31m", "a\tb", "\t", "\r", "a\r\nb", "\x7f", "\u0080"}, `"`},
		{"line breaks that only some readers know", []string{"a\u0085b", "a\u2028b\n", "\u2029"}, `"`},
		{"what a reviewer cannot see", []string{"\ufeff", "\u200b", "\u202e", "\u00a0", "\ue000", "\uffff", "\ufffd"}, `"`},
		{"nothing but blank lines", []string{"\n", "\n\n", " \n", " \n "}, `"`},
		{"a last line of spaces", []string{"a\n ", "a\n  \n\n"}, `"`},
		{"several lines", []string{"a\nb\n", "a\n  b\n\n\nc: #d\n", "- a\n---\n...\n", "a\n\tb\n", "a\n  \nb\n", "é\n"}, "|\n"},
		{"without a line break at the end", []string{"a\nb"}, "|-\n"},
		{"with several line breaks at the end", []string{"a\n\n", "a\n\n\n"}, "|+\n"},
		{"a first line that does not show the indentation", []string{" a\nb\n", "\n a\n", "\ta\n", "  \na\n"}, "|2\n"},
		{"both", []string{" a\nb"}, "|2-\n"},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			for _, text := range tt.texts {
				got := strings.TrimPrefix(string(tree.NewMap().Set("k", tree.Text(text)).YAML()), "k: ")
				want := tt.style
				if want == "plain" {
					want = text + "\n"
				}
				if !strings.HasPrefix(got, want) {
					t.Errorf("%q is written %q, want %q", text, got, want)
				}
				// Wherever it stands: alone, as a key, as a value, in a list, behind a tag.
				checkRoundTrip(t, tree.Text(text))
				checkRoundTrip(t, tree.NewMap().
					Set(text, tree.NewList(tree.Text(text), tree.NewList(tree.Text(text)), tree.NewMap().Set(text, tree.Text(text)))).
					Set(text+text+"x", tree.NewMap().Set("Fn::Sub", tree.Text(text))).
					Set("last", tree.Text(text)))
			}
		})
	}
}

func TestADocumentOfTextAloneHasNoBlock(t *testing.T) {
	t.Parallel()
	// Readers disagree on what the indentation of such a block counts from.
	if got := string(tree.Text(" a\nb\n").YAML()); got != `" a\nb\n"`+"\n" {
		t.Errorf("got %s", got)
	}
}

func TestLongTextIsNeverFolded(t *testing.T) {
	t.Parallel()
	long := strings.TrimSpace(strings.Repeat("word ", 1000))
	if got := string(tree.NewMap().Set("a", tree.Text(long)).YAML()); got != "a: "+long+"\n" {
		t.Errorf("got %q", got)
	}
	checkRoundTrip(t, tree.NewMap().Set(long, tree.NewList(tree.NewMap().Set(long, tree.Text(long)).Set("b", tree.Int(1)))))
	checkRoundTrip(t, tree.NewMap().Set(strings.Repeat("\x01", 161), tree.NewMap().Set("Ref", tree.Text("a"))))
	checkRoundTrip(t, tree.NewMap().Set(strings.Repeat("\x01", 160), tree.NewMap().Set("Ref", tree.Text("a"))))
}

func TestBrokenTextBecomesValid(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"a\xffb", "a\xff\n"} {
		n := tree.NewMap().Set("a\xff", tree.Text(text))
		want := strings.ToValidUTF8(text, "\ufffd")
		if got := parse(t, string(n.YAML())).Get("a\ufffd"); !got.Equal(tree.Text(want)) {
			t.Errorf("YAML %q", n.YAML())
		}
		if got, err := tree.ParseJSON(n.JSON()); err != nil || !got.Get("a\ufffd").Equal(tree.Text(want)) {
			t.Errorf("JSON %q: %v", n.JSON(), err)
		}
	}
}

func TestNumbersOfYAMLInJSON(t *testing.T) {
	t.Parallel()
	tests := []struct{ reason, yaml, want string }{
		{"as written", "1.50", "1.50"},
		{"as written", "-1E+10", "-1E+10"},
		{"a sign", "+5", "5"},
		{"hexadecimal", "0xffffffffffffffff", "18446744073709551615"},
		{"octal of YAML 1.2", "0o17", "15"},
		{"groups of digits", "1_000", "1000"},
		{"no digit before the point", ".5", "0.5"},
		{"no digit behind the point", "5.", "5"},
		{"an account: decimal, octal or text, depending on the reader", "012345678901", `"012345678901"`},
		{"a file mode", "0644", `"0644"`},
		{"not in JSON", "-.inf", `"-.inf"`},
		{"not in JSON", ".nan", `".nan"`},
	}
	for _, tt := range tests {
		t.Run(tt.yaml, func(t *testing.T) {
			t.Parallel()
			n := parse(t, tt.yaml)
			if n.Kind != tree.Number || n.Text != tt.yaml {
				t.Errorf("%s: read as %v %q", tt.reason, n.Kind, n.Text)
			}
			if got := strings.TrimSpace(string(n.JSON())); got != tt.want {
				t.Errorf("%s: got %s, want %s", tt.reason, got, tt.want)
			}
		})
	}
}

func TestNilIsNull(t *testing.T) {
	t.Parallel()
	n := tree.NewMap().Set("a", nil).Set("b", tree.NewList(nil)).Set("c", tree.NewMap().Set("Ref", nil))
	if got, want := string(n.YAML()), "a: null\nb:\n  - null\nc:\n  Ref: null\n"; got != want {
		t.Errorf("YAML: got %q, want %q", got, want)
	}
	if got, err := tree.ParseJSON(n.JSON()); err != nil || !bytes.Equal(got.YAML(), n.YAML()) {
		t.Errorf("JSON: %s, %v", n.JSON(), err)
	}
	var none *tree.Node
	if got := string(none.YAML()) + string(none.JSON()); got != "null\nnull\n" {
		t.Errorf("a nil node: %q", got)
	}
}

// bigTemplate is about 30 KB.
func bigTemplate() []byte {
	var src []byte
	for i := range 13 {
		src = fmt.Appendf(src, "Stack%d:\n  ", i)
		src = append(src, strings.ReplaceAll(strings.TrimSpace(template), "\n", "\n  ")...)
		src = append(src, '\n')
	}
	return src
}

func BenchmarkAppendYAML(b *testing.B) {
	n, err := tree.ParseYAML(bigTemplate())
	if err != nil {
		b.Fatal(err)
	}
	dst := n.YAML()
	b.SetBytes(int64(len(dst)))
	b.ReportAllocs()
	for b.Loop() {
		dst = n.AppendYAML(dst[:0])
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	n, err := tree.ParseYAML(bigTemplate())
	if err != nil {
		b.Fatal(err)
	}
	dst := n.JSON()
	b.SetBytes(int64(len(dst)))
	b.ReportAllocs()
	for b.Loop() {
		dst = n.AppendJSON(dst[:0])
	}
}

func BenchmarkParseYAML(b *testing.B) {
	src := bigTemplate()
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tree.ParseYAML(src); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseJSON(b *testing.B) {
	n, err := tree.ParseYAML(bigTemplate())
	if err != nil {
		b.Fatal(err)
	}
	src := n.JSON()
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tree.ParseJSON(src); err != nil {
			b.Fatal(err)
		}
	}
}
