package tree_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// added is what the tests add to a template: a parameter of another type, a parameter, a rule and a resource.
func added(n *tree.Node) {
	n.At("Parameters", "VpcId").Set("Type", tree.Text("AWS::SSM::Parameter::Value<AWS::EC2::VPC::Id>"))
	n.Get("Parameters").Set("Types", tree.NewMap().Set("Type", tree.Text("String")).Set("Default", tree.Text("yes")))
	n.Set("Rules", tree.NewMap().Set("Covered", tree.NewMap().Set("Assert", tree.NewList(tree.Text("a: b")))))
	n.Get("Resources").Set("Out", tree.NewMap().Set("Type", tree.Text("AWS::SSM::Parameter")).
		Set("Value", tree.NewMap().Set("Ref", tree.Text("Queue"))))
}

func TestPatchKeepsAllElse(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, src, want string }{
		{
			"a block", `# The queue of extras.
AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  # where it stands
  VpcId:
    Type: AWS::EC2::VPC::Id   # checked
Resources:

  Queue: {Type: AWS::SQS::Queue} # plain`,
			`# The queue of extras.
AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Types:
    Type: String
    Default: 'yes'
  # where it stands
  VpcId:
    Type: AWS::SSM::Parameter::Value<AWS::EC2::VPC::Id>   # checked
Resources:
  Out:
    Type: AWS::SSM::Parameter
    Value: !Ref Queue

  Queue: {Type: AWS::SQS::Queue} # plain
Rules:
  Covered:
    Assert:
      - 'a: b'
`,
		},
		{
			"a deeper block, quotes, braces", "Parameters:\n      VpcId: { \"Type\": \"AWS::EC2::VPC::Id\", Description: \"ä\" }\nResources:\n    Queue: { Type: 'x' }\n",
			"Parameters:\n      Types:\n        Type: String\n        Default: 'yes'\n" +
				"      VpcId: { \"Type\": \"AWS::SSM::Parameter::Value<AWS::EC2::VPC::Id>\", Description: \"ä\" }\n" +
				"Resources:\n    Out:\n      Type: AWS::SSM::Parameter\n      Value: !Ref Queue\n    Queue: { Type: 'x' }\n" +
				"Rules:\n  Covered:\n    Assert:\n      - 'a: b'\n",
		},
		{
			"JSON", "{\n  \"Parameters\": {\n    \"VpcId\": {\"Type\": \"AWS::EC2::VPC::Id\"}\n  },\n  \"Resources\": {\"Queue\": {}}\n}\n",
			"{\n  \"Rules\": {\n    \"Covered\": {\n      \"Assert\": [\n        \"a: b\"\n      ]\n    }\n  },\n" +
				"  \"Parameters\": {\n    \"Types\": {\n      \"Type\": \"String\",\n      \"Default\": \"yes\"\n    },\n" +
				"    \"VpcId\": {\"Type\": \"AWS::SSM::Parameter::Value<AWS::EC2::VPC::Id>\"}\n  },\n" +
				"  \"Resources\": {\"Out\": {\"Type\": \"AWS::SSM::Parameter\", \"Value\": {\"Ref\": \"Queue\"}}, \"Queue\": {}}\n}\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := parse(t, tt.src)
			added(want)
			got, err := tree.Patch([]byte(tt.src), want)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestPatchOfNothingChangesNothing(t *testing.T) {
	t.Parallel()
	src := "a: 1 # one\n\nb:   [x]\n"
	got, err := tree.Patch([]byte(src), parse(t, src))
	if err != nil || string(got) != src {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestPatchRefusesWhatItCannotChange(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, src string
		change    func(*tree.Node)
		want      string
	}{
		{"a key goes", "a: 1\nb: 2\n", func(n *tree.Node) { *n = *parse(t, "b: 2") }, "cannot change a in its present format"},
		{"an item of a list", "a: {b: [1]}\n", func(n *tree.Node) { n.Get("a").Set("b", tree.NewList()) }, "cannot change a.b in its present format"},
		{"the value of a function", "a: !Ref b\n", func(n *tree.Node) { n.Set("a", tree.Text("c")) }, "cannot change a in its present format"},
		{"text over lines", "a: |\n  b\n", func(n *tree.Node) { n.Set("a", tree.Text("c")) }, "cannot change a in its present format"},
		{"an anchor", "a: &x b\nc: *x\n", func(n *tree.Node) { n.Set("a", tree.Text("c")) }, "cannot change a in its present format"},
		{"an alias", "a: &x {b: 1}\nc: *x\n", func(n *tree.Node) { n.Get("c").Set("d", tree.Int(1)) }, "cannot change c in its present format"},
		{"what an alias repeats", "a: &x\n  b: 1\nc: *x\n", func(n *tree.Node) { n.Set("a", tree.NewMap().Set("b", tree.Int(1)).Set("d", tree.Int(1))) }, "cannot add keys to the template in its present format"},
		{"braces with an anchor", "a: &x {b: 1}\n", func(n *tree.Node) { n.Get("a").Set("d", tree.Int(1)) }, "cannot change a.d in its present format"},
		{"braces with a tag", "a: !!map {b: 1}\n", func(n *tree.Node) { n.Get("a").Set("d", tree.Int(1)) }, "cannot change a.d in its present format"},
		{"what a merge key gives", "x: {b: 1}\na: {<<: {b: 1}}\n", func(n *tree.Node) { n.Get("a").Set("b", tree.Int(2)) }, "cannot change a.b in its present format"},
		{"a key behind a question mark", "? a\n: b: 1\n", func(n *tree.Node) { n.Get("a").Set("c", tree.Int(2)) }, "cannot add keys to the template in its present format"},
		{"a list", "- a\n", func(n *tree.Node) { n.Items[0] = tree.Text("b") }, "the template is not a mapping"},
		{"a function", "!Ref a\n", func(n *tree.Node) { n.Set("b", tree.Int(1)) }, "the template is not a mapping"},
		{"what is not there", "", func(*tree.Node) {}, "the file is empty"},
		{"what is no YAML", "a: [b\n", func(*tree.Node) {}, "not closed"},
		{"what is not UTF-8", "a: \xff\n", func(*tree.Node) {}, "not valid UTF-8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want, err := tree.ParseYAML([]byte(tt.src))
			if err != nil {
				want = tree.NewMap()
			}
			tt.change(want)
			got, err := tree.Patch([]byte(tt.src), want)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %q and the error %v, want one with %q", got, err, tt.want)
			}
		})
	}
}

// In whatever way a template is written, a key comes into its section, another below it, and a section behind the others.
func TestPatchOfOddTemplates(t *testing.T) {
	t.Parallel()
	add := func(n *tree.Node) {
		n.Set("New", tree.NewMap().Set("A", tree.Text("b")))
		n.Get("Section").Set("More", tree.Text("x: y"))
		n.At("Section", "Old").Set("Text", tree.Text("other"))
	}
	for _, tt := range []struct{ name, src, want string }{
		{
			"line ends of Windows", "# one\r\nSection:\r\n  Old:\r\n    Text: text # two\r\n",
			"# one\r\nSection:\r\n  More: 'x: y'\r\n  Old:\r\n    Text: other # two\r\nNew:\r\n  A: b\r\n",
		},
		{
			"document markers", "%YAML 1.1\n--- # start\nSection:\n  Old: {Text: text}\n# last\n...\n# after\n",
			"%YAML 1.1\n--- # start\nSection:\n  More: 'x: y'\n  Old: {Text: \"other\"}\n# last\nNew:\n  A: b\n...\n# after\n",
		},
		{
			"keys in quotes", "\"Section\":\n  'Old':\n    \"Text\": 'text'\n", "\"Section\":\n  More: 'x: y'\n  'Old':\n    \"Text\": other\nNew:\n  A: b\n",
		},
		{
			"comments behind keys", "Section: # here\n\n  # and here\n  Old: # and\n    Text: text\n",
			"Section: # here\n  More: 'x: y'\n\n  # and here\n  Old: # and\n    Text: other\nNew:\n  A: b\n",
		},
		{
			"a text of several lines at the end", "Section:\n  Old:\n    Text: text\nEnd: |\n  several\n  lines\n",
			"Section:\n  More: 'x: y'\n  Old:\n    Text: other\nEnd: |\n  several\n  lines\nNew:\n  A: b\n",
		},
		{ // another line end would be one of the text: what is new comes first
			"a text of several lines that ends with the file", "# top\nSection:\n  Old:\n    Text: text\nEnd: |\n  several\n  lines",
			"# top\nNew:\n  A: b\nSection:\n  More: 'x: y'\n  Old:\n    Text: other\nEnd: |\n  several\n  lines",
		},
		{
			"a text that keeps its line ends", "Section:\n  Old:\n    Text: text\nEnd: |+\n  several\n\n\n",
			"Section:\n  More: 'x: y'\n  Old:\n    Text: other\nEnd: |+\n  several\n\n\nNew:\n  A: b\n",
		},
		{
			"a value like a key before it", "Like: Section\nSection:\n  Old: {Like: Text, Text: text}\n",
			"Like: Section\nSection:\n  More: 'x: y'\n  Old: {Like: Text, Text: \"other\"}\nNew:\n  A: b\n",
		},
		{
			"an indented document", "  Section:\n    Old: {Text: text}\n", "  Section:\n    More: 'x: y'\n    Old: {Text: \"other\"}\n  New:\n    A: b\n",
		},
		{
			"an anchor that nobody uses", "Section: &s\n  Old: &o\n    Text: text\n", "Section: &s\n  More: 'x: y'\n  Old: &o\n    Text: other\nNew:\n  A: b\n",
		},
		{
			"aliases elsewhere", "A: &a [1]\nSection:\n  Old: {Text: text}\nB: *a\n",
			"A: &a [1]\nSection:\n  More: 'x: y'\n  Old: {Text: \"other\"}\nB: *a\nNew:\n  A: b\n",
		},
		{
			"line ends that only YAML knows", "# one\u2028# two\r# three\nSection:\u0085  Old: {Text: text}\n",
			"# one\u2028# two\r# three\nSection:\u0085  More: 'x: y'\n  Old: {Text: \"other\"}\nNew:\n  A: b\n",
		},
		{
			"a mark of the byte order", "\ufeffSection:\n  Old: {Text: text}\n", "Section:\n  More: 'x: y'\n  Old: {Text: \"other\"}\nNew:\n  A: b\n",
		},
		{
			"characters of several bytes", "Section: {\"ä€😀\": \"😀\", Old: {Text: text}}", "Section: {\"More\": \"x: y\", \"ä€😀\": \"😀\", Old: {Text: \"other\"}}\nNew:\n  A: b\n",
		},
		{
			"braces over several lines", "Section: { # here\n  # there\n  Old: { Text: text }, # and there\n}\n",
			"Section: {\n  \"More\": \"x: y\", # here\n  # there\n  Old: { Text: \"other\" }, # and there\n}\nNew:\n  A: b\n",
		},
		{
			"JSON with tabs", "{\n\t\"Section\": {\n\t\t\"Old\": {\"Text\": \"text\"}\n\t}\n}\n",
			"{\n\t\"New\": {\n\t  \"A\": \"b\"\n\t},\n\t\"Section\": {\n\t\t\"More\": \"x: y\",\n\t\t\"Old\": {\"Text\": \"other\"}\n\t}\n}\n",
		},
		{
			"JSON on one line", `{"Section":{"Old":{"Text":"text"}}}`,
			`{"New": {"A": "b"}, "Section":{"More": "x: y", "Old":{"Text":"other"}}}`,
		},
		{
			"braces with spaces", "Section: { Old: { Text: text } }\n", "Section: { \"More\": \"x: y\", Old: { Text: \"other\" } }\nNew:\n  A: b\n",
		},
		{
			"JSON on one line with spaces", `{ "Section": { "Old": { "Text": "text" } } }`,
			`{ "New": { "A": "b" }, "Section": { "More": "x: y", "Old": { "Text": "other" } } }`,
		},
		{ // which YAML does not read: it is written anew
			"JSON with escapes", `{"Section":{"Old":{"Text":"text"},"\/":"\ud83d\ude00"}}`,
			"{\n  \"Section\": {\n    \"Old\": {\n      \"Text\": \"other\"\n    },\n    \"/\": \"😀\",\n    \"More\": \"x: y\"\n  },\n  \"New\": {\n    \"A\": \"b\"\n  }\n}\n",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			read := tree.ParseYAML
			if json.Valid([]byte(tt.src)) {
				read = tree.ParseJSON
			}
			want, err := read([]byte(tt.src))
			if err != nil {
				t.Fatal(err)
			}
			add(want)
			got, err := tree.Patch([]byte(tt.src), want)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// FuzzPatch promises that a text that is patched says what it should say, and that nothing of what it said to people is lost.
func FuzzPatch(f *testing.F) {
	for _, src := range []string{
		template, "a: &x [1, 2]\nb: *x\nc: {<<: {k: v}}\n", "# a\na: # b\n  # c\n  b: c # d\n\n# e", "{\"a\": {\"b\": 1}, \"c\": [{}]}", "a: {b: {c: d}}\n",
		"a:\n  b: |\n    c\nd: >-\n  e\n  f", "---\r\na:\r\n  b: c\r\n...\r\n", "  a:\n    b: {} # c\n  d: !Ref e\n", "? a\n: b: c\n", "\"a\" : { # b\n  c: 'd',\n}\n",
		"a: !!map\n  b: c\n", "a: &b {c: d}\n", "# a\u2028#b\ra:\u0085  b: c\n", "{\n\t\"a\": {\t}\n}", "{}", "a: a\nb: {a: a}\n", "a:\n- b: c\n", "%YAML 1.1\n---\na: {}\n",
		"a: \"b\n  c\"\n", "a: {b: c\n  d}\n", "a: 1\n#", "a: |+\n  b\n\n", "a: >\n\n # b\n c: d\n", "'a': ''\n", "a:\n    b:\n      c:\n  # d\n", "!Ref 0", "!If {a: b}\n",
	} {
		f.Add([]byte(src), "New", "x: y\n# no comment")
	}
	f.Fuzz(func(t *testing.T, src []byte, key, text string) {
		want, err := tree.ParseYAML(src)
		if err != nil || want.Kind != tree.Map || !utf8.ValidString(key) || !utf8.ValidString(text) {
			t.Skip()
		}
		addEverywhere(want, key, tree.NewMap().Set(key, tree.Text(text)), 0)
		got, err := tree.Patch(src, want)
		if err != nil {
			return
		}
		read := tree.ParseYAML
		if json.Valid(src) {
			read = tree.ParseJSON
		}
		again, err := read(got)
		if err != nil || !alphabetical(again).Equal(alphabetical(want)) {
			t.Fatalf("%v\n%s\nbecame\n%s\nwant\n%s", err, src, got, want.YAML())
		}
		if json.Valid(src) {
			return // there are no comments in it
		}
		lineEnd := regexp.MustCompile("\r\n|[\n\r\u0085\u2028\u2029]")
		rest := lineEnd.Split(string(got), -1)
		for _, line := range lineEnd.Split(strings.TrimPrefix(string(src), "\ufeff"), -1) {
			if !strings.HasPrefix(strings.TrimSpace(line), "#") {
				continue
			}
			i := slices.Index(rest, line)
			if i < 0 {
				t.Fatalf("the comment %q of\n%s\nis lost in\n%s", line, src, got)
			}
			rest = rest[i+1:]
		}
	})
}

// addEverywhere adds a key to the map and to those in it, as far as Patch goes, and changes its texts.
func addEverywhere(n *tree.Node, key string, value *tree.Node, depth int) {
	for i, item := range n.Items {
		_, _, call := item.Intrinsic()
		switch {
		case item.Kind == tree.Map && !call && depth < 3:
			addEverywhere(item, key, value, depth+1)
		case item.Kind == tree.String && depth == 2:
			n.Items[i] = tree.Text(item.Text + "!")
		}
	}
	n.Set(key, value)
}

// alphabetical is a copy with the keys in their order.
func alphabetical(n *tree.Node) *tree.Node {
	c := &tree.Node{Kind: n.Kind, Text: n.Text}
	if n.Kind == tree.Map {
		for _, key := range slices.Sorted(slices.Values(n.Keys)) {
			c.Set(key, alphabetical(n.Get(key)))
		}
		return c
	}
	for _, item := range n.Items {
		c.Items = append(c.Items, alphabetical(item))
	}
	return c
}

// What is added to braces on one line has the spaces that they have.
func TestPatchIsSpacedAsWhatStandsThere(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"S: { a: b }\n": `S: { "New": { "m": { "l": ["x", 1, { "Ref": "y" }], "e": {}, "f": [] } }, a: b }` + "\n",
		"S: {a: b}\n":   `S: {"New": {"m": {"l": ["x", 1, {"Ref": "y"}], "e": {}, "f": []}}, a: b}` + "\n",
		"S: {}\n":       `S: {"New": {"m": {"l": ["x", 1, {"Ref": "y"}], "e": {}, "f": []}}}` + "\n",
	} {
		root := parse(t, src)
		root.Get("S").Set("New", parse(t, "m: {l: [x, 1, !Ref y], e: {}, f: []}"))
		got, err := tree.Patch([]byte(src), root)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	}
}
