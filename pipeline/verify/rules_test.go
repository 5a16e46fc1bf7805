package verify_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline/verify"
)

// usedRules are the names that stand where a function of the package takes a rule.
func usedRules(t *testing.T) []string {
	t.Helper()
	packages, err := parser.ParseDir(token.NewFileSet(), ".", func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0)
	if err != nil {
		t.Fatal(err)
	}
	position := map[string]int{} // of the rule among a function's parameters
	var used []string
	take := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			name, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			used = append(used, name)
		}
	}
	each := func(visit func(ast.Node)) {
		for _, file := range packages["verify"].Files {
			ast.Inspect(file, func(n ast.Node) bool {
				visit(n)
				return true
			})
		}
	}
	each(func(n ast.Node) {
		if f, ok := n.(*ast.FuncDecl); ok {
			at := 0
			for _, field := range f.Type.Params.List {
				for _, name := range field.Names {
					if old, known := position[f.Name.Name]; name.Name == "rule" && known && old != at {
						t.Errorf("functions %s take their rule at different places", f.Name.Name)
					} else if name.Name == "rule" {
						position[f.Name.Name] = at
					}
					at++
				}
			}
		}
	})
	each(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.CallExpr:
			name := ""
			switch f := n.Fun.(type) {
			case *ast.Ident:
				name = f.Name
			case *ast.SelectorExpr:
				name = f.Sel.Name
			}
			if at, ok := position[name]; ok && at < len(n.Args) {
				take(n.Args[at])
			}
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Rule" {
				take(n.Value)
			}
		}
	})
	slices.Sort(used)
	return slices.Compact(used)
}

func TestRulesAreThoseInUse(t *testing.T) {
	t.Parallel()
	var names []string
	for _, r := range verify.Rules() {
		names = append(names, r.Name)
		if !strings.HasSuffix(r.What, ".") || r.What[:1] != strings.ToUpper(r.What[:1]) {
			t.Errorf("rule %s: %q is no sentence", r.Name, r.What)
		}
	}
	slices.Sort(names)
	if diff := cmp.Diff(usedRules(t), names); diff != "" {
		t.Errorf("rules in use (-) and in Rules (+) differ:\n%s", diff)
	}
}
