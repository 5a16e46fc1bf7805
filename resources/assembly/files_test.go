package assembly_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// The texts that people and other programs read, to the letter. Templates are tested in tree.
func TestFilesGolden(t *testing.T) {
	t.Parallel()
	for _, f := range files(t, shop(), assembly.YAML) {
		if !strings.HasSuffix(f.Name, ".yaml") {
			golden(t, filepath.Join("shop", f.Name), f.Data)
		}
	}
}

// golden compares with a file below testdata. UPDATE_GOLDEN=1 accepts what has changed.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	name = filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: UPDATE_GOLDEN=1 go test ./resources/assembly accepts this (-want +got):\n%s", name, diff)
	}
}

func TestFilesOrder(t *testing.T) {
	t.Parallel()
	for format, extension := range map[assembly.Format]string{"": "yaml", assembly.YAML: "yaml", assembly.JSON: "json"} {
		var got []string
		for _, f := range files(t, shop(), format) {
			got = append(got, f.Name)
			if f.Executable != (f.Name == "deploy.sh") {
				t.Errorf("%s: executable is %t", f.Name, f.Executable)
			}
		}
		want := []string{
			"toolchain/delivery-artifacts-us-east-1." + extension, "toolchain/delivery-artifacts-us-east-1.config.json",
			"dev/access." + extension, "dev/access.config.json",
			"toolchain/delivery-pipeline." + extension, "toolchain/delivery-pipeline.config.json",
			"dev/functions." + extension, "dev/functions.config.json",
			"deploy.sh", "manifest.json",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", format, diff)
		}
	}
	if _, err := shop().Files("toml"); err == nil || !strings.Contains(err.Error(), `"toml"`) {
		t.Errorf("unknown format: %v", err)
	}
}

func TestFilesAreTheSameEveryTime(t *testing.T) {
	t.Parallel()
	want := files(t, shop(), assembly.YAML)
	for range 20 {
		if diff := cmp.Diff(want, files(t, shop(), assembly.YAML)); diff != "" {
			t.Fatal(diff)
		}
	}
}

func TestEmptyAssembly(t *testing.T) {
	t.Parallel()
	got := files(t, &assembly.Assembly{Project: "shop"}, assembly.YAML)
	want := `{
  "schemaVersion": 1,
  "generator": "cfnpipe",
  "project": "shop",
  "stacks": [],
  "pipelines": []
}
`
	if diff := cmp.Diff(want, string(got[len(got)-1].Data)); diff != "" {
		t.Error(diff)
	}
}

func TestFilesRefuses(t *testing.T) {
	t.Parallel()
	tags := func(n int) map[string]string {
		m := map[string]string{}
		for i := range n {
			m[fmt.Sprint("key", i)] = "v"
		}
		return m
	}
	for name, c := range map[string]struct {
		change func(*assembly.Assembly, *assembly.Stack) // of dev/access
		want   []string
	}{
		"nothing":              {func(*assembly.Assembly, *assembly.Stack) {}, nil},
		"template of 1 MB":     {func(_ *assembly.Assembly, s *assembly.Stack) { s.Template.Set("Metadata", sized(999_000)) }, nil},
		"template over 1 MB":   {func(_ *assembly.Assembly, s *assembly.Stack) { s.Template.Set("Metadata", sized(1_000_000)) }, []string{"1000", "bytes", "1000000"}},
		"no template":          {func(_ *assembly.Assembly, s *assembly.Stack) { s.Template = nil }, []string{"no template"}},
		"name of 128":          {func(a *assembly.Assembly, s *assembly.Stack) { rename(a, s, strings.Repeat("n", 128)) }, nil},
		"name of 129":          {func(a *assembly.Assembly, s *assembly.Stack) { rename(a, s, strings.Repeat("n", 129)) }, []string{"129", "128"}},
		"name with underscore": {func(a *assembly.Assembly, s *assembly.Stack) { rename(a, s, "shop_dev") }, []string{`"shop_dev"`}},
		"name with a digit":    {func(a *assembly.Assembly, s *assembly.Stack) { rename(a, s, "1shop") }, []string{`"1shop"`}},
		"value of 4096":        {func(_ *assembly.Assembly, s *assembly.Stack) { s.Parameters[1].Value = strings.Repeat("v", 4096) }, nil},
		"value of 4097":        {func(_ *assembly.Assembly, s *assembly.Stack) { s.Parameters[1].Value = strings.Repeat("v", 4097) }, []string{"Boundary", "4097", "4096"}},
		"value with zero byte": {func(_ *assembly.Assembly, s *assembly.Stack) { s.Parameters[1].Value = "a\x00b" }, []string{"Boundary", "zero byte"}},
		"50 tags":              {func(_ *assembly.Assembly, s *assembly.Stack) { s.Tags = tags(50) }, nil},
		"51 tags":              {func(_ *assembly.Assembly, s *assembly.Stack) { s.Tags = tags(51) }, []string{"51 tags", "50"}},
		"tag with =":           {func(_ *assembly.Assembly, s *assembly.Stack) { s.Tags = map[string]string{"a=b": ""} }, []string{`"a=b"`}},
		"long tag": {func(_ *assembly.Assembly, s *assembly.Stack) {
			s.Tags = map[string]string{"a": strings.Repeat("v", 257)}
		}, []string{"257", "256"}},
		"same name elsewhere":   {func(a *assembly.Assembly, s *assembly.Stack) { another(a, s).Region = "eu-north-1" }, nil},
		"same name, same place": {func(a *assembly.Assembly, s *assembly.Stack) { another(a, s) }, []string{"dev/access and dev/other are the same stack", dev, "eu-west-1"}},
		"same path":             {func(a *assembly.Assembly, s *assembly.Stack) { *another(a, s) = *s; a.Stacks[4].Name = "shop-x" }, []string{"dev/access"}},
		"path, other case":      {func(_ *assembly.Assembly, s *assembly.Stack) { s.Path = "dev/Functions" }, []string{"dev/functions"}},
		"path of the manifest":  {func(_ *assembly.Assembly, s *assembly.Stack) { s.Path = "manifest" }, []string{"manifest.json"}},
		"path outside":          {func(_ *assembly.Assembly, s *assembly.Stack) { s.Path = "../access" }, []string{`"../access"`}},
		"absolute path":         {func(_ *assembly.Assembly, s *assembly.Stack) { s.Path = "/access" }, []string{`"/access"`}},
		"unknown dependency":    {func(_ *assembly.Assembly, s *assembly.Stack) { s.DependsOn = []string{"shop-x"} }, []string{"shop-x", "does not exist"}},
		"later dependency":      {func(_ *assembly.Assembly, s *assembly.Stack) { s.DependsOn = []string{"shop-dev-functions"} }, []string{"shop-dev-functions", "after"}},
		"itself":                {func(_ *assembly.Assembly, s *assembly.Stack) { s.DependsOn = []string{"shop-dev-access"} }, []string{"shop-dev-access"}},
		"parameter unknown":     {func(_ *assembly.Assembly, s *assembly.Stack) { s.Parameters[1].Name = "Other" }, []string{"Boundary has no value", "Other"}},
		"parameter twice":       {func(_ *assembly.Assembly, s *assembly.Stack) { s.ReleaseParameters = []string{"Project", "New", "New"} }, []string{"New has two values"}},
		"account":               {func(_ *assembly.Assembly, s *assembly.Stack) { s.Account = "12345" }, []string{`"12345"`, "12 digits"}},
		"environment":           {func(_ *assembly.Assembly, s *assembly.Stack) { s.Environment = "toolchain" }, []string{`"toolchain"`}},
		"output in another account": {func(_ *assembly.Assembly, s *assembly.Stack) {
			s.Parameters = s.Parameters[:1]
			s.FromOutputs = []assembly.FromOutput{{Parameter: "Boundary", Stack: "shop-delivery-artifacts", Output: "KeyArn"}}
		}, []string{"Boundary", "KeyArn", "shop-delivery-artifacts"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := shop()
			c.change(a, &a.Stacks[1])
			_, err := a.Files(assembly.YAML)
			if c.want == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var stack *assembly.StackError
			if !errors.As(err, &stack) {
				t.Fatalf("want a StackError, got %v", err)
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("want %q in: %v", part, err)
				}
			}
		})
	}
}

func TestFilesTellsAllErrors(t *testing.T) {
	t.Parallel()
	a := shop()
	a.Stacks[0].Account, a.Stacks[3].Region = "", ""
	_, err := a.Files(assembly.YAML)
	for _, name := range []string{"stack shop-delivery-artifacts: ", "stack shop-dev-functions: "} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("want %q in: %v", name, err)
		}
	}
}

func sized(n int) *tree.Node { return tree.NewMap().Set("Text", tree.Text(strings.Repeat("x", n))) }

func rename(a *assembly.Assembly, s *assembly.Stack, name string) {
	s.Name = name
	a.Stacks[2].DependsOn, a.Stacks[3].DependsOn = nil, nil
}

// another appends a copy of s with another path.
func another(a *assembly.Assembly, s *assembly.Stack) *assembly.Stack {
	copied := *s
	copied.Path = "dev/other"
	a.Stacks = append(a.Stacks, copied)
	return &a.Stacks[len(a.Stacks)-1]
}
