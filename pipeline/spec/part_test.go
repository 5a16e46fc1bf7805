package spec_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

// A field of Application that is not walked is neither checked nor resolved nor limited to environments.
func TestEveryFieldOfApplicationIsAPart(t *testing.T) {
	t.Parallel()
	settings := []string{"LogDays"} // which Application itself resolves and checks
	typ := reflect.TypeFor[spec.Application]()
	for i := range typ.NumField() {
		f := typ.Field(i)
		if !slices.Contains(settings, f.Name) && !spec.IsPart(f.Type) {
			t.Errorf("Application.%s has no owner: it needs a type with the methods of part, in a file of its own (CONTRIBUTING, A new part)", f.Name)
		}
	}
}

// lists of an application by their names in a file.
func lists() []string {
	var names []string
	typ := reflect.TypeFor[spec.Application]()
	for i := range typ.NumField() {
		if f := typ.Field(i); f.Type.Kind() == reflect.Slice {
			names = append(names, f.Tag.Get("yaml"))
		}
	}
	return names
}

// An item of each list of an application has a name, which is checked and is unique, and can be limited to environments.
func TestEveryListOfPartsIsChecked(t *testing.T) {
	t.Parallel()
	for _, list := range lists() {
		t.Run(list, func(t *testing.T) {
			t.Parallel()
			said := func(items, want string) {
				t.Helper()
				_, err := spec.Parse("pipeline.yaml", []byte(small+"application: { "+list+": ["+items+"] }\n"))
				if err == nil || !strings.Contains(err.Error(), "application."+list+want) {
					t.Errorf("%s: want %s, got\n%v", items, want, err)
				}
			}
			said(`{ name: "Not A Name!" }`, `[0].name: "Not A Name!" cannot be part of`)
			said("{}", "[0].name: is required")
			said("{ name: a, environments: [nowhere] }", `[0].environments[0]: there is no environment "nowhere"`)
			said("{ name: a, types: [test] }", "[0]: is in no environment")
			said("{ name: a }, { name: a }", fmt.Sprintf(`[1].name: the name "a" is taken by %s[0]`, list))
			said("{ name: a-1 }, { name: a1 }", fmt.Sprintf(`[1].name: the name "a1" gives the logical id A1, which %s[0] has`, list))
		})
	}
}

// In Go, too, each part is left out of the environments that it is not for.
func TestGoListsLoseWhatIsForOthers(t *testing.T) {
	t.Parallel()
	for _, list := range lists() {
		t.Run(list, func(t *testing.T) {
			t.Parallel()
			s := parse(t, small)
			fresh := &spec.Spec{Project: s.Project, Toolchain: s.Toolchain, Source: s.Source, Environments: slices.Clone(s.Environments)}
			typ := reflect.TypeFor[spec.Application]()
			for i := range fresh.Environments {
				a := reflect.ValueOf(&fresh.Environments[i].Application).Elem()
				for k := range typ.NumField() {
					if typ.Field(k).Tag.Get("yaml") != list {
						continue
					}
					items := reflect.MakeSlice(typ.Field(k).Type, 2, 2)
					items.Index(1).FieldByName("Environments").Set(reflect.ValueOf([]string{"prod"}))
					a.Field(k).Set(items)
				}
			}
			fresh.Resolve()
			for i, want := range []int{1, 2} {
				a := reflect.ValueOf(fresh.Environments[i].Application)
				for k := range typ.NumField() {
					if typ.Field(k).Tag.Get("yaml") == list && a.Field(k).Len() != want {
						t.Errorf("environment %s has %d of %s, want %d", fresh.Environments[i].Name, a.Field(k).Len(), list, want)
					}
				}
			}
		})
	}
}

// No type of the package knows everything: what checks a part belongs to the part.
func TestNoTypeHasTooManyMethods(t *testing.T) {
	t.Parallel()
	const limit = 60
	for receiver, methods := range methodsOf(t, ".") {
		if methods > limit {
			t.Errorf("%s has %d methods, at most %d are good", receiver, methods, limit)
		}
	}
}

// methodsOf the types in the files of a directory but tests, by receiver.
func methodsOf(t *testing.T, directory string) map[string]int {
	t.Helper()
	methods := map[string]int{}
	files, err := filepath.Glob(filepath.Join(directory, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv == nil {
				continue
			}
			receiver := fn.Recv.List[0].Type
			if star, ok := receiver.(*ast.StarExpr); ok {
				receiver = star.X
			}
			if id, ok := receiver.(*ast.Ident); ok {
				methods[id.Name]++
			}
		}
	}
	return methods
}
