package verify_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
)

// renamed is a small project that names things with all of these words.
func renamed(t *testing.T, words ...string) *assembly.Assembly {
	t.Helper()
	text := `project: NAME
toolchain: { account: "111111111111", region: eu-west-1 }
source:
  connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-ID-4d21-9a35-3c8f0b7c1e42
  repository: NAME/NAME
environments:
  - { name: SHORT, type: dev, account: "ACCOUNT" }
  - { name: qa, type: test, account: "ACCOUNT2" }
steps:
  integrationTests:
    secrets: { A: "arn:aws:secretsmanager:eu-west-1:111111111111:secret:NAME-IDID-IDx1" }
    permissions: [{ actions: ["ecs:StopTask"], resources: ["arn:aws:ecs:eu-west-1:ACCOUNT:task/NAME-ID/ID"] }]
application:
  network: true
  repositories: [{ name: NAME }]
  buckets: [{ name: LONGER }]
  functions: [{ name: NAME, runtime: python3.13, handler: a.b, source: src, writes: [LONGER], vpc: true }]
  jobs: [{ name: ID2, image: "NAME:ID", schedule: rate(1 day) }]
`
	s, err := spec.Parse("pipeline.yaml", []byte(strings.NewReplacer(words...).Replace(text)))
	if err != nil {
		t.Fatal(err)
	}
	a, err := pipeline.New(s).Assemble(assembly.YAML)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// A report says the same of two systems that differ in nothing but names, whatever the names are: no name is taken for what verify makes up.
func TestReportsDoNotDependOnNames(t *testing.T) {
	t.Parallel()
	odd := []string{"NAME", "stranger", "ACCOUNT2", "999999999998", "ACCOUNT", "999999999999", "SHORT", "x", "LONGER", "object", "ID2", "j1f2e", "ID", "1f2e"}
	even := []string{"NAME", "wanderer", "ACCOUNT2", "888888888887", "ACCOUNT", "888888888888", "SHORT", "evenenv", "LONGER", "images", "ID2", "j7c3a", "ID", "7c3a"}
	pairs := []string{ // of names; the rest of the text stays
		"wanderer", "stranger", "888888888887", "999999999998", "888888888888", "999999999999", "images", "object", "7c3a", "1f2e",
		"evenenv", "x", "Wanderer", "Stranger", "7C3A", "1F2E", "Images", "Object",
	}
	a, b := renamed(t, odd...), renamed(t, even...)
	// names of other lengths fill the policies of execution roles differently
	numbers := regexp.MustCompile(`(Statement\[|ExecutionPolicy|access-policies-)\d+`)
	needs := regexp.MustCompile(`Covers\w+`) // their names have the names of environments, and hashes
	compare := func(what string, a, b *assembly.Assembly) (findings int) {
		var got, want []string
		for _, f := range verify.Verify(a).Findings {
			got = append(got, needs.ReplaceAllString(numbers.ReplaceAllString(f.Stack+" "+f.Rule+" "+f.Path+"\n"+f.Message+"\n"+f.Hint, "${1}N"), "CoversN"))
		}
		for _, f := range verify.Verify(b).Findings {
			text := strings.NewReplacer(pairs...).Replace(f.Stack + " " + f.Rule + " " + f.Path + "\n" + f.Message + "\n" + f.Hint)
			want = append(want, needs.ReplaceAllString(numbers.ReplaceAllString(text, "${1}N"), "CoversN"))
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: with the odd names (+) the report differs:\n%s", what, diff)
		}
		return len(got)
	}
	if n := compare("nothing deleted", a, b); n > 0 {
		t.Errorf("%d findings, want none: %v", n, verify.Verify(a).Findings)
	}
	found := 0
	others := deletions(b)
	for i, d := range deletions(a) {
		if i%6 == 0 && i < len(others) {
			found += compare(d.String(), without(a, d), without(b, others[i]))
		}
	}
	if found < 50 {
		t.Errorf("only %d findings were compared", found)
	}
}

// What a message tells people to paste is what they wrote.
func TestMessagesKeepWhatUsersWrote(t *testing.T) {
	t.Parallel()
	const connection = "arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-1f2e-4d21-9a35-3c8f0b7c1e42"
	text, err := os.ReadFile(filepath.Join("..", "..", "golden", "minimal", "pipeline.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := spec.Parse("pipeline.yaml", regexp.MustCompile(`arn:aws:code(?:connections|star-connections):.*`).ReplaceAll(text, []byte(connection)))
	if err != nil {
		t.Fatal(err)
	}
	a, err := pipeline.New(s).Assemble(assembly.YAML)
	if err != nil {
		t.Fatal(err)
	}
	drop(a.Pipelines[0].Stack, running+"[Source]")(&breakage{t, a})
	var all []string
	for _, f := range verify.Verify(a).Findings {
		all = append(all, f.Message+"\n"+f.Hint)
	}
	if got := strings.Join(all, "\n"); !strings.Contains(got, "Allow codeconnections:UseConnection, codestar-connections:UseConnection on "+connection) || strings.Contains(got, "2a55d9b0-*") {
		t.Errorf("the statement does not name the connection:\n%s", got)
	}
}

// Nothing that verify makes up is shown as it is.
func TestProbesAreNotShown(t *testing.T) {
	t.Parallel()
	a := golden(t, "shop")
	for i, d := range deletions(a) {
		if d.part != "-" || i%5 != 0 {
			continue
		}
		r := verify.Verify(without(a, d))
		for _, f := range r.Findings {
			if strings.ContainsFunc(f.Message+f.Hint+f.Path, func(r rune) bool { return r >= '\ufdd0' && r <= '\ufdef' }) {
				t.Errorf("%s: %s\n%s", f.Path, f.Message, f.Hint)
			}
		}
		for _, c := range r.Chains {
			for _, h := range c.Hops {
				if strings.ContainsFunc(h.Who+h.What, func(r rune) bool { return r >= '\ufdd0' && r <= '\ufdef' }) {
					t.Errorf("%s %s", h.Who, h.What)
				}
			}
		}
	}
}
