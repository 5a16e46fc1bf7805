package cfn_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/awslabs/goformation/v7/cloudformation/sqs"
	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// stack is a Stack of the tests: a name and nothing to build.
type stack struct{ name string }

func (s *stack) Name() string              { return s.name }
func (s *stack) Build(*cfn.Template) error { return nil }

func place() cfn.Place {
	return cfn.Place{Project: "shop", Scope: "dev", Account: "222222222222", Region: "eu-west-1"}
}

// newTemplate is the template of a stack shop-dev-<name>.
func newTemplate(name string) *cfn.Template { return cfn.New(place(), &stack{name}) }

// withQueue is a template with a resource Queue, to refer to.
func withQueue() (*cfn.Template, *cfn.Resource) {
	t := newTemplate("queues")
	return t, t.Add("Queue", &sqs.Queue{})
}

// render is the template's tree; the test ends when it is refused.
func render(t *testing.T, template *cfn.Template) *tree.Node {
	t.Helper()
	root, err := template.Render()
	if err != nil {
		t.Fatalf("refused: %v", err)
	}
	return root
}

// problems are those that Render reports, as texts and in order.
func problems(t *testing.T, template *cfn.Template) []string {
	t.Helper()
	root, err := template.Render()
	if err == nil {
		return nil
	}
	if root != nil {
		t.Error("a refused template was rendered all the same")
	}
	var list *cfn.TemplateError
	if !errors.As(err, &list) {
		t.Fatalf("got a %T, want *cfn.TemplateError", err)
	}
	texts := make([]string, len(list.List))
	for i, p := range list.List {
		texts[i] = p.String()
	}
	return texts
}

// wantProblems checks that Render reports exactly these, each the beginning of a problem's text, so that hints may be left out.
func wantProblems(t *testing.T, template *cfn.Template, want ...string) {
	t.Helper()
	got := problems(t, template)
	if !slices.EqualFunc(got, want, strings.HasPrefix) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// compact is a tree as JSON without white space between its parts.
func compact(n *tree.Node) string {
	var b strings.Builder
	for line := range strings.Lines(string(n.JSON())) {
		b.WriteString(strings.Replace(strings.TrimSpace(line), `": `, `":`, 1))
	}
	return b.String()
}

// wantJSON compares a tree with compact JSON.
func wantJSON(t *testing.T, got *tree.Node, want string) {
	t.Helper()
	if diff := cmp.Diff(want, compact(got)); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
}

// properties renders the template and gives the properties of one of its resources.
func properties(t *testing.T, template *cfn.Template, id string) *tree.Node {
	t.Helper()
	return render(t, template).At("Resources", id, "Properties")
}

// bad texts cannot stand in a template: they hold the characters of marks, or are not UTF-8.
func bad(s string) bool { return strings.ContainsAny(s, "\x02\x03") || !utf8.ValidString(s) }
