package catalog_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
)

// fact is what the schema of a type in CloudFormation's registry says. Paths have slashes.
type fact struct {
	Type                  string
	CreateOnly            []string
	ConditionalCreateOnly []string
	Attributes            []string
	Required              []string
	Properties            []string
}

// TestAgreesWithTheRegistry compares the table with another reading of the registry's schemas: all-types.jsonl in CFNPIPE_FACTS, or in ../shared/facts
// from the top of the repository. -v lists what differs.
func TestAgreesWithTheRegistry(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("CFNPIPE_FACTS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "facts")
	}
	file, err := os.Open(filepath.Join(dir, "all-types.jsonl"))
	if err != nil {
		t.Skip("no all-types.jsonl to compare with: set CFNPIPE_FACTS to its directory")
	}
	defer file.Close() //nolint:errcheck // only read from

	const tolerated = 0.01
	types := 0
	kinds := []*comparison{
		{what: "attributes"},
		{what: "properties"},
		{what: "required"},
		{what: "create-only"},
		// the schemas of some services write paths that are not there; the sources are of different months
		{what: "conditionally create-only", tolerated: 0.10},
	}
	for _, k := range kinds {
		if k.tolerated == 0 {
			k.tolerated = tolerated
		}
	}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for ; lines.Scan(); types++ {
		var f fact
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			t.Fatal(err)
		}
		typ, ok := catalog.Type(f.Type)
		if !ok {
			t.Errorf("no type %s", f.Type)
			continue
		}
		attributes, properties, required, always, sometimes := kinds[0], kinds[1], kinds[2], kinds[3], kinds[4]

		// attributes in lists cannot be got. What the table has more is documented: the schemas know nothing of older attributes.
		for _, a := range f.Attributes {
			if name := dotted(a); !strings.Contains(name, "*") {
				_, ok := typ.Attribute(name)
				attributes.add(f.Type, name, ok)
			}
		}
		for _, p := range f.Properties {
			_, isProperty := typ.Property(p)
			_, isAttribute := typ.Attribute(p)
			properties.add(f.Type, p, isProperty || isAttribute)
		}
		for _, p := range typ.Properties {
			if slices.Contains(f.Properties, p.Name) { // the table is newer
				required.add(f.Type, p.Name, p.Required == slices.Contains(f.Required, p.Name))
			}
		}
		compareReplacements(always, f, f.CreateOnly, typ, typ.CreateOnly)
		compareReplacements(sometimes, f, f.ConditionalCreateOnly, typ, typ.SometimesCreateOnly)
	}
	if types != 1665 {
		t.Errorf("%d types were compared", types)
	}
	for _, k := range kinds {
		t.Logf("%s: %d of %d differ: %s", k.what, len(k.differ), k.total, strings.Join(k.differ, ", "))
		if k.total == 0 || float64(len(k.differ)) > k.tolerated*float64(k.total) {
			t.Errorf("%s: %d of %d differ", k.what, len(k.differ), k.total)
		}
	}
}

type comparison struct {
	what      string
	total     int
	differ    []string
	tolerated float64
}

func (c *comparison) add(typ, path string, agrees bool) {
	c.total++
	if !agrees {
		c.differ = append(c.differ, typ+" "+path)
	}
}

// compareReplacements wants the same paths, or ones around them, of properties that both know.
func compareReplacements(c *comparison, f fact, theirs []string, typ *catalog.ResourceType, ours []string) {
	strip := func(path string) string {
		steps := slices.DeleteFunc(strings.Split(dotted(path), "."), func(s string) bool { return slices.Contains([]string{"*", "items", "properties"}, s) })
		return strings.Join(steps, ".")
	}
	covered := func(path string, by []string) bool {
		return slices.ContainsFunc(by, func(other string) bool { o := strip(other); return path == o || strings.HasPrefix(path, o+".") })
	}
	for _, path := range theirs {
		top, _, _ := strings.Cut(strip(path), ".")
		if _, ok := typ.Property(top); ok {
			c.add(f.Type, "not "+strip(path), covered(strip(path), ours))
		}
	}
	for _, path := range ours {
		top, _, _ := strings.Cut(path, ".")
		if slices.Contains(f.Properties, top) && !covered(strip(path), theirs) {
			c.add(f.Type, strip(path), false)
		}
	}
}

func dotted(path string) string { return strings.ReplaceAll(path, "/", ".") }
