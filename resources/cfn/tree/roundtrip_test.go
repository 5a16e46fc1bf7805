package tree_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// FuzzRoundTrip promises that whatever tree is written, both readers give back the same tree.
func FuzzRoundTrip(f *testing.F) {
	texts := []string{
		"", "yes", "012345678901", "2010-09-09", "12:30:45", "<<", "=", "- a", "a: b", "a #b", "a:", " a", "a ", "\t", "---",
		"#!/bin/bash\nset -e\n\tmake\n", "  indented\nless\n", "\n\nlate", "end\n\n\n", "a\n  ", " \n ", "\n", "a\r\nb", "a\n\u0085b",
		"\u2028", "\ufeff", "\x00\x7f", "it's", `"`, "${AWS::AccountId}", "A.B", ".B", "A.", "é", "😀", "\u202e", "? a", "%TAG",
		"a\n\n#b\n", "--- a\n...\n", strings.Repeat("k", 300), strings.Repeat("\x01", 300), strings.Repeat("long text ", 200),
	}
	for i, text := range texts {
		next := texts[(i+1)%len(texts)]
		f.Add([]byte{7, 3, 2, 3, 4, 6, 2, 3, 4, 5, 0, 1, 2, 3}, text, next)
		f.Add([]byte{8, 0, 3, 8, 1, 3, 8, 9, 3}, text, next)                // intrinsics below intrinsics
		f.Add([]byte{6, 3, 6, 2, 6, 1, 3, 3, 7, 1, 2, 3, 6, 0}, next, text) // lists below lists
		f.Add([]byte{8, 14, 6, 2, 3, 4, 7, 2, 3, 8, 4, 3}, text, next)
	}
	f.Fuzz(func(t *testing.T, program []byte, a, b string) {
		if !utf8.ValidString(a) || !utf8.ValidString(b) {
			t.Skip()
		}
		g := generator{program: program, texts: [2]string{a, b}}
		checkRoundTrip(t, g.node(0))
	})
}

// FuzzParse promises that no input makes a reader panic, and that what was read can be written and read again.
func FuzzParse(f *testing.F) {
	for _, src := range []string{
		template, "a: &x [1, 2]\nb: *x\nc: {<<: {k: v}}\n", "!If [a, !Ref b, !GetAtt c.d]", "? |\n a\n: - b\n#c\n", "a: !!float 1\nb: 0x1f\n", "- a\n-",
		"1e999", "[!Ref a, *b]", "a: &b !Sub c\nd: *b", "a: |2-\n   b\n", "? a\n", "'a': \"\\x01\"", "<<: {a: 1}", "!GetAtt a.b", "{a: [{b: ~}]}",
		"{\"a\": [1.5e3, null, true], \"Fn::GetAtt\": \"a.b\"}", "--- |+\n a\n\n...\n", "# c\na:\n  # d\n  - b # e\n# f\n",
	} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		for _, parse := range []func([]byte) (*tree.Node, error){tree.ParseYAML, tree.ParseJSON} {
			n, err := parse(src)
			if err != nil {
				continue
			}
			again, err := tree.ParseYAML(n.YAML())
			if err != nil {
				t.Fatalf("what was written does not parse: %v\n%s", err, n.YAML())
			}
			if !again.Equal(n) {
				t.Fatalf("another tree came back:\n%s\n%s", n.YAML(), again.YAML())
			}
			if _, err := tree.ParseJSON(n.JSON()); err != nil {
				t.Fatalf("what was written does not parse: %v\n%s", err, n.JSON())
			}
		}
	})
}

func checkRoundTrip(t *testing.T, n *tree.Node) {
	t.Helper()
	for _, format := range []struct {
		name  string
		write func(*tree.Node) []byte
		parse func([]byte) (*tree.Node, error)
	}{
		{"YAML", (*tree.Node).YAML, tree.ParseYAML},
		{"JSON", (*tree.Node).JSON, tree.ParseJSON},
	} {
		written := format.write(n)
		got, err := format.parse(written)
		if err != nil {
			t.Fatalf("%s does not parse: %v\n%s", format.name, err, written)
		}
		if !got.Equal(n) {
			t.Fatalf("%s gives another tree:\nwritten %q\nagain   %q", format.name, written, format.write(got))
		}
	}
}

// generator builds a tree out of bytes, which say what stands where, and two texts.
type generator struct {
	program []byte
	texts   [2]string
	count   int
}

func (g *generator) next() byte {
	if len(g.program) == 0 {
		return 0
	}
	b := g.program[0]
	g.program = g.program[1:]
	return b
}

func (g *generator) text() string {
	g.count++
	return g.texts[g.count%2]
}

func (g *generator) node(depth int) *tree.Node {
	const deepest = 60
	op := g.next()
	if depth > deepest {
		op %= 6
	}
	switch op % 9 {
	case 0:
		return &tree.Node{Kind: tree.Null}
	case 1:
		return tree.Boolean(len(g.program)%2 == 0)
	case 2:
		return tree.Int(int(g.next()) - 128)
	case 3:
		return tree.Text(g.text())
	case 4:
		return tree.Text(g.text() + "\n" + g.text())
	case 5:
		numbers := []string{"0", "-0", "1.50", "1e3", "-1E+10", "1e999", "123456789012345678901234567890"}
		return &tree.Node{Kind: tree.Number, Text: numbers[int(g.next())%len(numbers)]}
	case 6:
		list := tree.NewList()
		for range g.next() % 5 {
			list.Items = append(list.Items, g.node(depth+1))
		}
		return list
	case 7:
		m := tree.NewMap()
		for range g.next() % 5 {
			m.Set(g.text()+strings.Repeat("+", g.count/4), g.node(depth+1))
		}
		return canonical(m)
	default:
		names := []string{
			"Ref", "Condition", "Fn::Sub", "Fn::GetAtt", "Fn::Join", "Fn::If", "Fn::Base64", "Fn::GetAZs", "Fn::ToJsonString",
			"Fn::ForEach::" + g.text(), "Fn::Transform", "Fn::ImportValue", "Fn::Equals", "Fn::GetAtt", "Fn::Select",
		}
		name := names[int(g.next())%len(names)]
		if name == "Fn::GetAtt" && g.next()%2 == 0 {
			return tree.NewMap().Set(name, tree.NewList(tree.Text(g.text()), tree.Text(g.text())))
		}
		return canonical(tree.NewMap().Set(name, g.node(depth+1)))
	}
}

// canonical keeps out the one form that readers are meant to change: a GetAtt of text.
func canonical(m *tree.Node) *tree.Node {
	if name, arg, _ := m.Intrinsic(); name == "Fn::GetAtt" && arg.Kind == tree.String {
		return tree.NewMap().Set(name, tree.NewList(arg, arg))
	}
	return m
}
