package conform_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/conform"
)

// templates are those of testdata, by the comment that each begins with.
func templates(tb testing.TB) map[string]*tree.Node {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "templates.yaml"))
	if err != nil {
		tb.Fatal(err)
	}
	all := map[string]*tree.Node{}
	for text := range strings.SplitSeq(string(data), "---\n") {
		root, err := tree.ParseYAML([]byte(text))
		if err != nil {
			tb.Errorf("%v in\n%s", err, text)
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(text, "# "), "\n")
		all[name] = root
	}
	return all
}

// Templates as people write them pass: at least a hundred, over the types that are used most.
func TestTemplatesOfEveryDayPass(t *testing.T) {
	t.Parallel()
	all := templates(t)
	var types []string
	for name, root := range all {
		for _, p := range conform.Template(root) {
			t.Errorf("%s: %s: %s; %s", name, p.Path, p.Message, p.Hint)
		}
		for _, r := range root.Get("Resources").Items {
			if typ := r.Get("Type"); typ != nil && conform.Judges(typ.Text) {
				types = append(types, typ.Text)
			}
		}
	}
	slices.Sort(types)
	if types = slices.Compact(types); len(all) < 100 || len(types) < 250 {
		t.Errorf("there are %d templates with %d types", len(all), len(types))
	}
}

// A slip in any of their properties is found, at any depth, where it is. Maps with keys of one's own have none.
func TestASlipInAnyOfThemIsFound(t *testing.T) {
	t.Parallel()
	slips, free := 0, 0
	for name, root := range templates(t) {
		root.Walk(func(path string, n *tree.Node) bool {
			if _, _, isCall := n.Intrinsic(); isCall || len(n.Keys) == 0 || strings.Count(path, ".") < 2 || !strings.Contains(path, ".Properties") {
				return true
			}
			key := n.Keys[0]
			n.Keys[0] = key + "x"
			found := conform.Template(root)
			n.Keys[0] = key
			switch i := slices.IndexFunc(found, func(p conform.Problem) bool { return p.Path == path+"."+key+"x" }); {
			case i < 0 && len(found) > 0:
				t.Errorf("%s: a slip at %s.%s is found as %v", name, path, key, found)
			case i < 0:
				free++ // JSON, a map of texts, or a type of somebody else
			default:
				slips++
				if !strings.Contains(found[i].Hint, key) {
					t.Errorf("%s: %s.%s: it does not say what is meant: %s", name, path, key, found[i].Hint)
				}
			}
			return true
		})
	}
	if slips < 700 || free > slips/4 {
		t.Errorf("%d slips were found, %d were not", slips, free)
	}
	t.Logf("%d slips were found, %d were not", slips, free)
}

// What cfnpipe itself has rendered passes: the templates of all goldens.
func TestTheGoldensPass(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "golden")
	checked := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yaml" && filepath.Ext(path) != ".json" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		n, err := tree.Parse(path, data)
		if err != nil || n.Get("Resources") == nil {
			return nil //nolint:nilerr // some are wrong on purpose
		}
		checked++
		for _, p := range conform.Template(n) {
			t.Errorf("%s: %s: %s; %s", path, p.Path, p.Message, p.Hint)
		}
		return nil
	})
	if err != nil || checked < 100 {
		t.Errorf("%d templates were checked: %v", checked, err)
	}
}

func BenchmarkTemplate(b *testing.B) {
	all := templates(b)
	b.ReportAllocs()
	for b.Loop() {
		for _, root := range all {
			if len(conform.Template(root)) > 0 {
				b.Fatal("refused")
			}
		}
	}
}
