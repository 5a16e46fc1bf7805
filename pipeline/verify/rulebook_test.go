package verify_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/diff"

	"github.com/cfnpipe/cfnpipe/golden/goldentest"
	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
)

// RULES.md has a page for each rule: what it checks, why, an example that fails, and how to mend it.
func TestRulesHaveAPage(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# The rules of `cfnpipe verify`\n\n" +
		"Written by `make golden`: the examples are faults that the tests put into the goldens, with what verify finds of them.\n")
	for _, r := range verify.Rules() {
		if r.What == "" || r.Why == "" || r.Mend == "" {
			t.Errorf("rule %s does not say what it checks, why, and how to mend it", r.Name)
		}
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n%s\n\n**To mend it:** %s\n", r.Name, r.What, r.Why, r.Mend)
		b.WriteString(example(t, r.Name))
	}
	goldentest.Check(t, "RULES.md", []byte(b.String()))
}

// example of a rule: of the faults that it finds, the one with the fewest changes and findings.
func example(t *testing.T, rule string) string {
	t.Helper()
	finds := func(line string) bool { return strings.HasPrefix(strings.TrimPrefix(line, "warning "), rule+" ") }
	list := slices.DeleteFunc(faults(), func(f fault) bool { return !slices.ContainsFunc(lines(f.want), finds) })
	if len(list) == 0 {
		t.Errorf("rule %s has no example: add a fault", rule)
		return ""
	}
	size := func(f fault) int { return len(f.change) + len(lines(f.want)) }
	return shown(t, slices.MinFunc(list, func(f, o fault) int { return size(f) - size(o) }), rule)
}

// shown is a fault as its author would see it: what changed, and what is found.
func shown(t *testing.T, f fault, rule string) string {
	t.Helper()
	before, after := broken(t, f.golden), broken(t, f.golden, f.change...)
	var changed string
	for i := range after.Stacks {
		s := &after.Stacks[i]
		old := slices.IndexFunc(before.Stacks, func(o assembly.Stack) bool { return o.Path == s.Path })
		if old < 0 || before.Stacks[old].Template.Equal(s.Template) {
			continue
		}
		name := s.TemplateFile(after.Format)
		changed += hunks(name, before.Stacks[old].Template.YAML(), s.Template.YAML())
	}
	var text strings.Builder
	fmt.Fprintf(&text, "\nAn example, %s in `golden/%s`:\n\n", f.name, f.golden)
	const most = 40 // what repeats itself needs no more to be understood
	if list := strings.SplitAfter(changed, "\n"); len(list) > most {
		changed = strings.Join(list[:most], "") + fmt.Sprintf("… and %d lines more\n", len(list)-most)
	}
	if changed != "" {
		fmt.Fprintf(&text, "```diff\n%s```\n\n", changed)
	}
	text.WriteString("```text\n")
	for _, x := range verify.Verify(after).Findings {
		if x.Rule == rule {
			fmt.Fprintf(&text, "%s %s\n%s: %s\n  %s\n", x.File, x.Path, x.Rule, x.Message, strings.ReplaceAll(x.Hint, "\n", "\n  "))
			break
		}
	}
	text.WriteString("```\n")
	return text.String()
}

// hunks of a unified diff of two files, without line numbers, which change with every golden.
func hunks(name string, before, after []byte) string {
	var list []string
	for i, line := range strings.SplitAfter(string(diff.Diff(name, before, name, after)), "\n") {
		switch {
		case i == 0, strings.HasPrefix(line, "+++ "): // "diff …", and the name once more
		case strings.HasPrefix(line, "@@ "):
			list = append(list, "@@\n")
		default:
			list = append(list, line)
		}
	}
	return strings.Join(list, "")
}
