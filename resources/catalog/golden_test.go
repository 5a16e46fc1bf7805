package catalog_test

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// TestGoldenTemplatesAreInTheTable: templates that deploy have no property that the table lacks, of no other kind, and all that are required.
func TestGoldenTemplatesAreInTheTable(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "..", "golden", "*", "want", "*", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	more, err := filepath.Glob(filepath.Join("..", "..", "golden", "*", "want", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, file := range append(files, more...) {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		template, err := tree.ParseYAML(source)
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		resources := template.Get("Resources")
		if resources == nil {
			continue
		}
		for i, id := range resources.Keys {
			r := resources.Items[i]
			typ, ok := catalog.Type(r.Get("Type").Text)
			if !ok {
				t.Errorf("%s: %s: no type %s", file, id, r.Get("Type").Text)
				continue
			}
			checked++
			c := &checker{t: t, where: file + ": " + id + " " + typ.Name}
			if properties := r.Get("Properties"); properties != nil && !typ.Open {
				c.object(properties, &typ.Definition, "")
			}
		}
	}
	if checked < 500 {
		t.Errorf("only %d resources were checked", checked)
	}
}

type checker struct {
	t     *testing.T
	where string
}

func (c *checker) object(n *tree.Node, d *catalog.Definition, path string) {
	for i, name := range n.Keys {
		p, ok := d.Property(name)
		if !ok {
			c.t.Errorf("%s: no property %s%s", c.where, path, name)
			continue
		}
		c.value(n.Items[i], p.Shape, path+name)
	}
	for _, name := range d.Required() {
		if n.Get(name) == nil {
			c.t.Errorf("%s: %s%s is required", c.where, path, name)
		}
	}
}

func (c *checker) value(n *tree.Node, s catalog.Shape, path string) {
	if _, _, isIntrinsic := n.Intrinsic(); isIntrinsic {
		return
	}
	want := map[catalog.Kind]bool{}
	switch n.Kind {
	case tree.Map:
		want[catalog.Map], want[catalog.Object] = true, true
	case tree.List:
		want[catalog.List] = true
	default:
		want[catalog.String], want[catalog.Number], want[catalog.Integer], want[catalog.Boolean] = true, true, true, true
	}
	switch {
	case s.Kind == catalog.Any:
	case s.Kind == catalog.Union:
		for _, a := range s.Alternatives {
			if a.Kind == catalog.Any || want[a.Kind] {
				c.value(n, a, path)
				return
			}
		}
		c.t.Errorf("%s: %s is %v, not %v", c.where, path, n.Kind, s)
	case !want[s.Kind]:
		c.t.Errorf("%s: %s is %v, not %v", c.where, path, n.Kind, s)
	case s.Kind == catalog.Object:
		c.object(n, s.Definition, path+".")
	case s.Element != nil:
		for i, item := range n.Items {
			step := strconv.Itoa(i)
			if s.Kind == catalog.Map {
				step = n.Keys[i]
			}
			c.value(item, *s.Element, path+"."+step)
		}
	}
}
