package spec_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

func TestLoad(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if _, err := spec.Load(file("good.yaml", full)); err != nil {
		t.Error(err)
	}
	link := filepath.Join(dir, "link.yaml")
	if err := os.Symlink("good.yaml", link); err != nil {
		t.Fatal(err)
	}
	if _, err := spec.Load(link); err != nil {
		t.Error(err)
	}
	huge := file("huge.yaml", "")
	if err := os.Truncate(huge, 20<<20); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, path, want string }{
		{"missing", filepath.Join(dir, "none.yaml"), `: there is no such file; name another, or see "cfnpipe generate --help" for the smallest one`},
		{"below a file", filepath.Join(dir, "good.yaml", "x"), `: cannot be read: not a directory`},
		{"directory", dir, `: is a directory; name the file in it, such as ` + dir + `/pipeline.yaml`},
		{"device", "/dev/zero", `: is a pipe or device; name a regular file`},
		{"empty", file("empty.yaml", ""), `:1:1: is empty; see "cfnpipe generate --help" for the smallest one`},
		{"20 MB", huge, `: has 20971520 bytes, at most 1048576 are allowed; is it the right file?`},
		{"comments only", file("comments.yaml", "# nothing\n"), `:1:1: is empty; see "cfnpipe generate --help" for the smallest one`},
		{"null", file("null.yaml", "---\n~\n"), `:1:1: is empty; see "cfnpipe generate --help" for the smallest one`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := spec.Load(c.path)
			if want := c.path + c.want; err == nil || err.Error() != want {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}

func TestLoadErrorTypes(t *testing.T) {
	t.Parallel()
	_, err := spec.Load(filepath.Join(t.TempDir(), "none.yaml"))
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", err)
	}
	_, err = spec.Parse("p.yaml", []byte(change(t, full, "type: test", "type: x")))
	var one *spec.Error
	if !errors.As(err, &one) {
		t.Fatalf("%T holds no *Error", err)
	}
	if one.File != "p.yaml" || one.Line != 10 || one.Column != 23 || one.Path != "environments[1].type" || one.Message != `cannot be "x"` {
		t.Errorf("%+v", one)
	}
}

func TestParseTooLarge(t *testing.T) {
	t.Parallel()
	if _, err := spec.Parse("p.yaml", bytes.Repeat([]byte(" "), 1<<20)); err == nil || !strings.Contains(err.Error(), "is empty") {
		t.Errorf("1 MiB: %v", err)
	}
	_, err := spec.Parse("p.yaml", bytes.Repeat([]byte(" "), 1<<20+1))
	if err == nil || err.Error() != "p.yaml: has 1048577 bytes, at most 1048576 are allowed; is it the right file?" {
		t.Errorf("got %v", err)
	}
}

func TestSyntax(t *testing.T) {
	t.Parallel()
	const indented = "; is it indented like the lines around it?"
	for _, c := range []struct{ name, src, want string }{
		{"indented too deep", "a:\n  b: c\n   d: e\n", `3:4: is not valid YAML: mapping values are not allowed in this context; check the indentation, and quote text that holds ": "`},
		{"indented too little", "a:\n  - b: c\n    d: e\n  f: g\nh: i\n", `4:3: is not valid YAML: did not find expected '-' indicator` + indented},
		{"list item in a mapping", "a: b\nc: d\n- e\nf: g\n", `3:1: is not valid YAML: did not find expected key` + indented},
		{"tab", "a: b\n\tc: d\n", `2:2: is not valid YAML: found a tab character that violates indentation; indent with spaces, not tabs`},
		{"quote not closed", "a: b\nc: \"d\n", `2:1: is not valid YAML: found unexpected end of stream; is a closing quote missing?`},
		{"quote not closed in front of a document", "a: 'b\n---\nc: d\n", `2:1: is not valid YAML: found unexpected document indicator; is a closing quote missing?`},
		{"quote not closed in a mapping", "a: { b: \"c }\nd: \"e\"\n", `2:1: is not valid YAML: did not find expected ',' or '}'; is a comma, a closing bracket or a quote missing, here or above?`},
		{"bracket not closed", "a: b\nc: [d\ne: f\n", `2:1: is not valid YAML: did not find expected ',' or ']'; is a comma, a closing bracket or a quote missing, here or above?`},
		{"at sign", "a: b\nc: @d\n", "2:1: is not valid YAML: found character that cannot start any token; indent with spaces, not tabs, and quote text that begins with @, ` or %"},
		{"schedule without quotes", "a: b\nc: { d: cron(0 3 * * ? *) }\n", `2:1: is not valid YAML: did not find expected alphabetic or numeric character; quote text that begins with * or &, or holds a ? or * in brackets, such as a schedule`},
		{"unknown anchor", "a: b\nc: d\ne: *f\n", `3:1: is not valid YAML: unknown anchor 'f' referenced`},
		{"two documents", "a: b\n---\nc: d\n", `2:1: begins a second document; keep one, without "---" after it`},
		{"not UTF-8", "a: b\nc: \"\xff\"\n", `2:5: holds bytes that are not UTF-8; pipeline.yaml is plain UTF-8 text`},
		{"UTF-16", "\xff\xfea\x00:\x00", `1:1: holds bytes that are not UTF-8; pipeline.yaml is plain UTF-8 text`},
		{"NUL", "a: b\nc: \x00\n", `2:4: holds the control character U+0000; pipeline.yaml is plain UTF-8 text`},
		{"lone carriage return", "a: b\rc: d\n", `1:5: holds the control character U+000D; pipeline.yaml is plain UTF-8 text`},
		{"next line", "a: b\u0085c: d\n", `1:5: holds the control character U+0085; pipeline.yaml is plain UTF-8 text`},
		{"line separator", "# a\u2028b\n", `1:4: holds the line separator U+2028; pipeline.yaml is plain UTF-8 text`},
		{"text that runs backwards", "a: b # \u202e\n", `1:8: holds the character U+202E, which changes the direction of text; pipeline.yaml is plain UTF-8 text`},
		{"list", "- a\n- b\n", `1:1: needs a mapping, found a list; begin with "project: …"`},
		{"text", "hello\n", `1:1: needs a mapping, found the text "hello"; begin with "project: …"`},
		{"CloudFormation", "project: !Sub a\n" + strings.Replace(small, "project: shop\n", "", 1), `1:10: project: has the tag "!Sub"; write the value without a tag`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			refuse(t, c.src, c.want)
		})
	}
}

func TestLineEndsAndByteOrderMark(t *testing.T) {
	t.Parallel()
	parse(t, "\ufeff"+full)
	parse(t, strings.ReplaceAll(full, "\n", "\r\n"))
	parse(t, "---\n"+full+"...\n")
	refuse(t, strings.ReplaceAll(change(t, full, "type: test", "type: x"), "\n", "\r\n"),
		`10:23: environments[1].type: cannot be "x"; use dev, test or prod`)
}

// Whatever a file holds, reading it takes no more than moments: something stops each of these files long before it has cost much, and what
// was read until then has bounds.
func TestBombs(t *testing.T) {
	t.Parallel()
	fill := func(head, repeat string) string { return head + strings.Repeat(repeat, (1<<20-len(head))/len(repeat)) }
	laughs := "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c <= 'k'; c++ {
		laughs += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+", ", 10) + "]\n"
	}
	manyEnvironments := small
	for i := range 400 {
		manyEnvironments += "  - { name: e" + strings.Repeat("x", i%7) + " }\n"
	}
	var unknown strings.Builder
	for i := range 100 {
		fmt.Fprintf(&unknown, "a%d: 1, ", i)
	}
	const values = "all environments together have more than 300000 values"
	for name, c := range map[string]struct{ src, stop string }{
		"aliases":                    {laughs, "aliases stand for more than 10000 values"},
		"aliases in the application": {laughs + "application: { buckets: *k }\n", "aliases stand for more than 10000 values"},
		"anchor in itself":           {"a: &a [*a]\n", `the anchor "a" contains itself`},
		"merge of itself":            {"a: &a { <<: *a }\n", `the anchor "a" contains itself`},
		"merges in merges":           {"a: " + strings.Repeat("{ <<: ", 1000) + "{}" + strings.Repeat(" }", 1000) + "\n", "is nested more than 32 levels deep"},
		"deep flow":                  {strings.Repeat("[", 1<<20), "exceeded max depth"},
		"deep blocks":                {fill("", "- "), "exceeded max depth"},
		"a thousand levels":          {"a: " + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + "\n", "is nested more than 32 levels deep"},
		"duplicate keys":             {fill("", "a: b\n"), "has 209715 fields, at most 500 are allowed"},
		"wide list":                  {"environments: [" + strings.Repeat("{},", 300_000) + "]\n", "items, at most 500 are allowed"},
		"long key":                   {fill("? ", "k"), "a key has"},
		"braces":                     {full + "x: " + fill("\"", "{ ")[:500_000] + "\"\n", "unknown field"},
		"braces in a value":          {change(t, full, "expireDays: 90", "removal: \""+strings.Repeat("{ ", 400_000)+"\""), `holds a "{" that is not closed`},
		"long text in every item":    {change(t, manyEnvironments, "project: shop", "project: shop\napplication: { buckets: [{ removal: "+strings.Repeat("y", 900_000)+" }] }"), values},
		"many reads in functions": {manyEnvironments + "application: { buckets: [" + strings.Repeat("{ name: &b bb }, ", 490) + "], functions: &f [" +
			strings.Repeat("{ reads: ["+strings.Repeat("a, ", 490)+"] }, ", 490) + "] }\n", values},
		"many variables in functions": {manyEnvironments + "application: { functions: [" +
			strings.Repeat("{ environment: { a: '"+strings.Repeat("\\", 1500)+"' } }, ", 490) + "] }\n", values},
		"many limits of parts": {manyEnvironments + "application: { buckets: [" +
			strings.Repeat("{ name: a, environments: ["+strings.Repeat("bb,", 499)+"] }, ", 490) + "] }\n", values},
		"many limits that are long": {manyEnvironments + "application: { buckets: [{ environments: [" + strings.Repeat("bb,", 200_000) + "] }] }\n", "has 200000 items, at most 500 are allowed"},
		"many routes in functions": {manyEnvironments + "application: { api: {}, functions: &f [" +
			strings.Repeat("{ api: ["+strings.Repeat("{path: '/{a}/{b}', method: gte}, ", 100)+"] }, ", 100) + "] }\n", values},
		"many images": {manyEnvironments + "application: { repositories: [" + strings.Repeat("{ name: &b bb }, ", 490) + "], jobs: [" +
			strings.Repeat("{ image: bbb, timezone: Europe/Berln, schedule: rate(1), instanceTypes: [a, b, c], compute: ec2 }, ", 490) + "] }\n", values},
		"many services": {manyEnvironments + "application: { services: [" +
			strings.Repeat("{ port: 1, secrets: { a: b, c: d }, loadBalancer: { from: [a, b, c], certificate: x } }, ", 490) + "] }\n", values},
		"many subnets": {manyEnvironments + "application: { network: { public: [" + strings.Repeat("10.0.0.0/24, ", 490) + "], private: [" +
			strings.Repeat("10.0.0.0/24, ", 490) + "], endpoints: [" + strings.Repeat("sqqs, ", 49) + "] } }\n", values},
		"many parameters": {manyEnvironments + "application: { stacks: [" + strings.Repeat("{ name: a, template: b, parameters: { "+
			strings.Repeat("a-b: c, ", 1)+" }, permissions: [{ actions: ["+strings.Repeat("a, ", 100)+"] }] }, ", 490) + "] }\n", values},
		"many addresses": {manyEnvironments + "application: { monitoring: { email: \"" + strings.Repeat("a@b.c,", 150_000) + "\" } }\n", "has more than 50 addresses"},
		"long path":      {small + "application: { functions: [{ api: { path: '/" + strings.Repeat("{a}/", 200_000) + "' } }] }\n", "characters, at most 255 are allowed"},
		"many permissions": {small + "steps: { synth: { permissions: [" +
			strings.Repeat("{ actions: ["+strings.Repeat("a,", 490)+"], resources: ["+strings.Repeat("b,", 490)+"] }, ", 490) + "] } }\n", values},
		"many buckets in environments": {manyEnvironments + "application: { buckets: [" + strings.Repeat("{}, ", 490) + "] }\n", "name: is required"},
		"many items in application and overrides": {small + "application: { buckets: [" + strings.Repeat("{ name: a },", 30_000) + "] }\n" +
			"overrides: { dev: { buckets: [" + strings.Repeat("{ name: b },", 30_000) + "] } }\n", "overrides.dev.buckets: has 30000 items, at most 500 are allowed"},
		"many fields in application": {manyEnvironments + "application: {" + strings.Repeat("a: 1,", 150_000) + "}\n", "application: has 150000 fields, at most 500 are allowed"},
		"many unknown fields":        {manyEnvironments + "application: { buckets: [" + strings.Repeat("{ "+unknown.String()+" }, ", 490) + "] }\n", values},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if len(c.src) > 1<<20 {
				t.Fatalf("has %d bytes, which are too many by themselves", len(c.src))
			}
			_, work, err := spec.WorkOf([]byte(c.src))
			if err == nil || !strings.Contains(err.Error(), c.stop) {
				t.Errorf("nothing says %q in\n%.1000v", c.stop, err)
			}
			if most := spec.MostWork(len(c.src)); !work.Within(most) {
				t.Errorf("took %+v, want at most %+v", work, most)
			}
		})
	}
}

// Lists that are too long are not merged first: that would take the square of their length.
func TestLongListsAreNotMerged(t *testing.T) {
	t.Parallel()
	list := func(name string) string {
		var items strings.Builder
		for i := range 501 {
			fmt.Fprintf(&items, "{ name: %s%d }, ", name, i)
		}
		return "[" + items.String() + "]"
	}
	refuse(t, small+"application: { buckets: "+list("a")+" }\noverrides: { dev: { buckets: "+list("b")+" } }\n",
		"9:25: application.buckets: has 501 items, at most 500 are allowed", "10:30: overrides.dev.buckets: has 501 items, at most 500 are allowed")
}
