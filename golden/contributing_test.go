package golden_test

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/cfnpipe/cfnpipe/"

// imported are the packages that each package of the module imports outside its tests, as CONTRIBUTING calls them.
func imported(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	err := filepath.WalkDir("..", func(path string, d os.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && path != ".." && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "node_modules"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel("..", filepath.Dir(path))
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(dir)
		all[pkg] = append(all[pkg], "")
		for _, i := range file.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			own, isOwn := strings.CutPrefix(name, module)
			switch {
			case err != nil:
				return err
			case isOwn:
				all[pkg] = append(all[pkg], own)
			case strings.HasPrefix(name, "gopkg.in/yaml"):
				all[pkg] = append(all[pkg], "yaml")
			case strings.Contains(name, "/goformation/"):
				all[pkg] = append(all[pkg], "goformation's services")
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg, list := range all {
		slices.Sort(list)
		all[pkg] = slices.Compact(list)[1:]
	}
	return all
}

// CONTRIBUTING's table has every package, and what it imports.
func TestCONTRIBUTINGHasTheRooms(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "## The rooms")
	table = strings.Split(table, "```")[1]
	rows := map[string][]string{}
	for line := range strings.Lines(strings.Trim(table, "\n")) {
		cells := regexp.MustCompile(`^(\S+) +(.*?)  +(.*)\n?$`).FindStringSubmatch(line)
		if cells == nil {
			t.Errorf("not a row: %q", line)
			continue
		}
		if rows[cells[1]] = strings.Split(cells[3], ", "); strings.HasPrefix(cells[3], "nothing") {
			rows[cells[1]] = nil
		}
	}
	packages := imported(t)
	for pkg, imports := range packages {
		row, isThere := rows[pkg]
		switch {
		case !isThere:
			t.Errorf("CONTRIBUTING does not have %s", pkg)
			continue
		case len(row) > 0 && strings.HasPrefix(row[0], "everything"):
			continue
		}
		for _, name := range imports {
			if !slices.ContainsFunc(row, func(r string) bool {
				beginning, isPattern := strings.CutSuffix(r, "/...")
				return r == name || isPattern && (name == beginning || strings.HasPrefix(name, beginning+"/"))
			}) {
				t.Errorf("%s imports %s, which is not in its row: %q", pkg, name, row)
			}
		}
		for _, r := range row {
			if !strings.HasSuffix(r, "/...") && !slices.Contains(imports, r) {
				t.Errorf("%s does not import %s, which is in its row", pkg, r)
			}
		}
	}
	for pkg := range rows {
		if packages[pkg] == nil {
			t.Errorf("there is no package %s", pkg)
		}
	}
}

// Every target and every file that CONTRIBUTING names is there.
func TestCONTRIBUTINGNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "CONTRIBUTING.md"))
	if err != nil {
		t.Fatal(err)
	}
	makefile, err := os.ReadFile(filepath.Join("..", "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("`make ([a-z -]+)`").FindAllStringSubmatch(string(text), -1) {
		for target := range strings.FieldsSeq(m[1]) {
			if !regexp.MustCompile(`(?m)^` + target + `:`).Match(makefile) {
				t.Errorf("the Makefile has no target %s", target)
			}
		}
	}
	_, steps, _ := strings.Cut(string(text), "## A new resource type")
	dir := ""
	for _, m := range regexp.MustCompile("(?m)(^\\d\\. )?`([a-z]+(?:/[a-z]+)*|[a-z_*]+\\.go)`").FindAllStringSubmatch(steps, -1) {
		name := m[2]
		if !strings.HasSuffix(name, ".go") {
			dir = name
		} else {
			name = dir + "/" + name
		}
		if found, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(name))); err != nil || len(found) == 0 {
			t.Errorf("there is no %s: %v", name, err)
		}
	}
}
