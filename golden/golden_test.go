package golden_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/cfnpipe/cfnpipe/golden/goldentest"
	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
)

// render is what `cfnpipe generate` does before it writes.
func render(tb testing.TB, config string, format assembly.Format) []assembly.File {
	tb.Helper()
	project, err := spec.Load(config)
	if err != nil {
		tb.Fatal(err)
	}
	a, err := pipeline.New(project).Assemble(format)
	if err != nil {
		tb.Fatal(err)
	}
	files, err := a.Files(format)
	if err != nil {
		tb.Fatal(err)
	}
	return files
}

// cases are the directories with a pipeline.yaml.
func cases(tb testing.TB) []string {
	tb.Helper()
	configs, err := filepath.Glob("*/pipeline.yaml")
	if err != nil || len(configs) == 0 {
		tb.Fatalf("no golden/<case>/pipeline.yaml found: %v", err)
	}
	for i, c := range configs {
		configs[i] = filepath.Dir(c)
	}
	return configs
}

func TestProjectsRenderToTheirGoldens(t *testing.T) {
	t.Parallel()
	for _, name := range cases(t) {
		for dir, format := range map[string]assembly.Format{"want": assembly.YAML, "want-json": assembly.JSON} {
			want := filepath.Join(name, dir)
			if _, err := os.Stat(want); err != nil {
				continue // not every case is locked in JSON too
			}
			t.Run(want, func(t *testing.T) {
				t.Parallel()
				var used []string
				for _, f := range render(t, filepath.Join(name, "pipeline.yaml"), format) {
					file := filepath.Join(want, filepath.FromSlash(f.Name))
					used = append(used, file)
					goldentest.Check(t, file, f.Data)
				}
				goldentest.NoStale(t, want, used)
			})
		}
	}
}

func TestEveryProjectIsLocked(t *testing.T) {
	t.Parallel()
	for _, name := range cases(t) {
		if _, err := os.Stat(filepath.Join(name, "want")); err != nil {
			t.Errorf("%s has no golden: make the directory %s/want, run `make golden`, and read what it wrote", name, name)
		}
	}
}

// BenchmarkGenerate is everything that `cfnpipe generate` does but writing: read, build, link, render and encode once.
func BenchmarkGenerate(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		render(b, filepath.Join("shop", "pipeline.yaml"), assembly.YAML)
	}
}
