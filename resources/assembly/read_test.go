package assembly_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// What was read is what was built: to the bytes, and in every field but the lines of the templates.
func TestReadGivesBackWhatWasWritten(t *testing.T) {
	t.Parallel()
	released := shop()
	released.Stacks[3].Parameters = append(released.Stacks[3].Parameters, assembly.Parameter{Name: "HelloVersion", Value: "abc"})
	handWritten := shop()
	const source = "# The access stack.\nParameters: {Project: {Type: String}, Boundary: {Type: String}}\nResources: {A: {Type: AWS::SQS::Queue}} # one\n"
	written, err := tree.ParseYAML([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	handWritten.Stacks[1].Template, handWritten.Stacks[1].Source = written, &assembly.Source{Format: assembly.YAML, Text: []byte(source)}
	nasty := only(1)
	nasty.Stacks[0].Parameters[0].Value = "\x01\x7f\u2028\ufeff\U0001F600 ä \"\\/<>&\r\n\t"
	nasty.Stacks[0].Tags["yes"] = "012"
	for name, a := range map[string]*assembly.Assembly{
		"shop": shop(), "released": released, "written by hand": handWritten, "nasty": nasty, "empty": {Project: "shop"},
	} {
		for _, format := range []assembly.Format{assembly.YAML, assembly.JSON} {
			t.Run(name+"/"+string(format), func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				want := files(t, a, format)
				write(t, dir, want)
				got, err := assembly.Read(dir)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, files(t, got, format)); diff != "" {
					t.Error(diff)
				}
				ignored := cmp.Options{cmpopts.IgnoreFields(assembly.Assembly{}, "Format"), cmpopts.IgnoreFields(tree.Node{}, "Line")}
				if diff := cmp.Diff(a, got, ignored); diff != "" {
					t.Error(diff)
				}
				if len(a.Stacks) > 0 && got.Format != format {
					t.Errorf("format is %q", got.Format)
				}
			})
		}
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	edit := func(name, old, with string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			t.Helper()
			data, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(data), old) {
				t.Fatalf("%s has no %q", name, old)
			}
			put(t, dir, name, strings.Replace(string(data), old, with, 1))
		}
	}
	remove := func(name string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			t.Helper()
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	outside := filepath.Join(t.TempDir(), "outside.yaml")
	put(t, filepath.Dir(outside), filepath.Base(outside), "Resources: {}\n")
	for name, c := range map[string]struct {
		change func(t *testing.T, dir string)
		want   []string
	}{
		"no directory":     {remove("."), []string{"the output directory", "does not exist"}},
		"no manifest":      {remove("manifest.json"), []string{"manifest.json", "is not an output directory"}},
		"no template":      {remove("dev/access.yaml"), []string{"dev/access.yaml"}},
		"no configuration": {remove("dev/access.config.json"), []string{"dev/access.config.json"}},
		"newer schema":     {edit("manifest.json", `"schemaVersion": 1`, `"schemaVersion": 2`), []string{"manifest.json", "schemaVersion is 2", "only 1"}},
		"other generator":  {edit("manifest.json", `"cfnpipe"`, `"other"`), []string{"manifest.json", "did not write it"}},
		"broken manifest":  {edit("manifest.json", "[", "{"), []string{"manifest.json", "line 6: not valid JSON"}},
		"wrong type":       {edit("manifest.json", `"name": "shop-dev-access"`, `"name": 7`), []string{"manifest.json", "stacks.name", "number"}},
		"path outside":     {edit("manifest.json", `"dev/access.yaml"`, `"../outside.yaml"`), []string{"manifest.json", `"../outside.yaml"`}},
		"link outside": {func(t *testing.T, dir string) {
			t.Helper()
			remove("dev/access.yaml")(t, dir)
			link(t, outside, filepath.Join(dir, "dev", "access.yaml"))
		}, []string{"dev/access.yaml", "not a regular file"}},
		"broken template":     {edit("dev/access.yaml", "Resources:", "Resources: ]"), []string{"dev/access.yaml:"}},
		"broken config":       {edit("dev/access.config.json", `"shop"`, `"shop`), []string{"dev/access.config.json:4:1: "}},
		"config of no object": {func(t *testing.T, dir string) { t.Helper(); put(t, dir, "dev/access.config.json", "[]") }, []string{"dev/access.config.json:1:", "object"}},
		"unknown key":         {edit("dev/access.config.json", `"Tags"`, `"tags"`), []string{"dev/access.config.json:6: unknown key tags"}},
		"parameter no string": {edit("dev/access.config.json", `"shop"`, `7`), []string{"dev/access.config.json:3: Parameters.Project must be a string"}},
		"parameters no map": {func(t *testing.T, dir string) {
			t.Helper()
			put(t, dir, "dev/access.config.json", `{"Parameters": []}`)
		}, []string{"Parameters must be an object"}},
		"huge file": {func(t *testing.T, dir string) {
			t.Helper()
			if err := os.Truncate(filepath.Join(dir, "dev", "access.yaml"), 10_000_001); err != nil {
				t.Fatal(err)
			}
		}, []string{"dev/access.yaml", "10000001", "10000000"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "out")
			write(t, dir, files(t, shop(), assembly.YAML))
			c.change(t, dir)
			_, err := assembly.Read(dir)
			if err == nil {
				t.Fatal("want an error")
			}
			for _, part := range append(c.want, dir) {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("want %q in: %v", part, err)
				}
			}
			if strings.Contains(err.Error(), "Go ") || strings.Contains(err.Error(), "manifestStack") {
				t.Errorf("names a Go type: %v", err)
			}
		})
	}
}

// Fields of later versions that do not change the meaning of the others are no reason to stop.
func TestReadIgnoresUnknownFields(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, dir, "manifest.json", `{"schemaVersion":1,"generator":"cfnpipe","project":"shop","colour":"green"}`)
	a, err := assembly.Read(dir)
	if err != nil || a.Project != "shop" || a.Stacks != nil {
		t.Errorf("got %+v, %v", a, err)
	}
}
