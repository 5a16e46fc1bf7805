package spec_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

// later has fields as later versions of the Spec will have them.
type later struct {
	Step   *step             `yaml:"step"`
	Count  *int              `yaml:"count"`
	On     bool              `yaml:"on"`
	Share  float64           `yaml:"share"`
	Port   uint16            `yaml:"port"`
	Words  []string          `yaml:"words"`
	Ports  []int             `yaml:"ports"`
	Vars   map[string]string `yaml:"vars"`
	Steps  map[string]step   `yaml:"steps"`
	List   []*step           `yaml:"list"`
	Inner  inner             `yaml:"inner"`
	common `yaml:",inline"`
	Raw    string   `yaml:"raw,literal"`
	Hidden string   `yaml:"-"`
	Odd    chan int `yaml:"odd"`
}

type step struct {
	Name     string   `yaml:"name"`
	Commands []string `yaml:"commands"`
	Inner    inner    `yaml:"inner"`
}

type inner struct {
	A int `yaml:"a"`
	B int `yaml:"b"`
}

type common struct {
	Label spec.Type `yaml:"label"`
}

func TestDecodeTypesToCome(t *testing.T) {
	t.Parallel()
	got := later{Step: &step{Commands: []string{"make"}}, Count: new(1), Vars: map[string]string{"a": "1", "b": "2"}, Inner: inner{A: 1, B: 2}}
	err := spec.Decode(`
step: { name: x }
count: null
on: true
share: 0.5
port: 8080
words: [a, "1"]
ports: [-1, 2]
vars: { a: null, c: "3" }
steps: { s: { name: y } }
list: [{ name: z }]
inner: { b: 3 }
label: prod
`, &got)
	if err != nil {
		t.Fatal(err)
	}
	want := later{
		Step: &step{Name: "x", Commands: []string{"make"}}, On: true, Share: 0.5, Port: 8080,
		Words: []string{"a", "1"}, Ports: []int{-1, 2}, Vars: map[string]string{"b": "2", "c": "3"},
		Steps: map[string]step{"s": {Name: "y"}}, List: []*step{{Name: "z"}}, Inner: inner{A: 1, B: 3}, common: common{Label: spec.Prod},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(later{})); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestDecodeRefusesTypesToCome(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ src, want string }{
		{`on: "true"`, `on: needs true or false, found the text "true"; write true`},
		{`on: no`, `on: needs true or false, found the text "no"; write false`},
		{`on: 1`, `on: needs true or false, found the number 1`},
		{`share: x`, `share: needs a number, found the text "x"`},
		{`share: .inf`, `share: needs a number, found the number .inf`},
		{`port: 65536`, `port: the number 65536 is out of range`},
		{`port: -1`, `port: the number -1 is out of range`},
		{`words: [a, 1]`, `words[1]: needs text, found the number 1; quote it: "1"`},
		{`step: x`, `step: needs a mapping, found the text "x"`},
		{`Hidden: x`, `Hidden: unknown field; known here: step, count, on, share, port, words, ports, vars, steps, list, inner, label, raw, odd`},
		{`odd: x`, `odd: cannot be set in a file`},
	} {
		if err := spec.Decode(c.src, new(later)); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.src, err, c.want)
		}
	}
}

func TestMergeTypesToCome(t *testing.T) {
	t.Parallel()
	var got later
	err := spec.Merge(`
step: { name: x, commands: [a, b], inner: { a: 1, b: 2 } }
vars: { a: "1", b: "2" }
steps: { s: { name: y, inner: { a: 1 } }, gone: { name: z } }
list: [{ name: p, inner: { a: 1 } }, { name: q }]
words: [a, b]
`, `
step: { commands: [c], inner: { b: 3 } }
vars: { b: null, c: "3" }
steps: { s: { inner: { b: 2 } }, gone: null }
list: { p: { inner: { b: 2 } }, q: null, r: {} }
words: [c]
`, &got)
	if err != nil {
		t.Fatal(err)
	}
	want := later{
		Step: &step{Name: "x", Commands: []string{"c"}, Inner: inner{1, 3}}, Words: []string{"c"},
		Vars: map[string]string{"a": "1", "c": "3"}, Steps: map[string]step{"s": {Name: "y", Inner: inner{1, 2}}},
		List: []*step{{Name: "p", Inner: inner{1, 2}}, {Name: "r"}},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(later{})); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

// In text of the environment, braces are placeholders, but where the tag says that text is literal.
func TestDecodeLiteral(t *testing.T) {
	t.Parallel()
	s := parse(t, small+"application: { functions: [{ name: a, source: a, runtime: provided.al2023, environment: { A1: \"{type}\" }, api: { path: \"/{type}/{id}\" } }] }\n")
	f := s.Environments[0].Application.Functions[0]
	if f.Environment["A1"] != "dev" || f.API[0].Path != "/{type}/{id}" {
		t.Errorf("%v %v", f.Environment, f.API)
	}
}
