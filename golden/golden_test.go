package golden_test

import (
	"os"
	"path/filepath"
	"strings"
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

// copyProject copies a project without its goldens, and returns where its pipeline.yaml is.
func copyProject(tb testing.TB, name, to string) string {
	tb.Helper()
	entries, err := os.ReadDir(name)
	if err != nil {
		tb.Fatal(err)
	}
	for _, e := range entries {
		from, to := filepath.Join(name, e.Name()), filepath.Join(to, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "want"):
		case e.IsDir():
			err = os.CopyFS(to, os.DirFS(from))
		default:
			copyFile(tb, from, to)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	return filepath.Join(to, "pipeline.yaml")
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

// A template that was written by hand stays as it was: only parameters become other ones, and what connects it is added.
func TestOwnTemplatesStayAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	lines := 0
	for _, name := range cases(t) {
		project, err := spec.Load(filepath.Join(name, "pipeline.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range project.Environments {
			for _, own := range e.Application.Stacks {
				file := filepath.Join(name, "want", e.Name, own.Name+filepath.Ext(own.Template))
				data, err := os.ReadFile(file)
				if err != nil {
					t.Error(err)
				}
				rest, parameters := string(data), true
				for line := range strings.Lines(string(own.Content)) {
					parameters = parameters && !strings.Contains(line, "Resources")
					if comment := strings.Index(line, "#"); parameters && comment >= 0 {
						line = line[comment:]
					} else if parameters {
						continue
					}
					lines++
					_, after, found := strings.Cut(rest, line)
					if !found {
						t.Fatalf("%s: lost, or in another order: %s", file, line)
					}
					rest = after
				}
			}
		}
	}
	if lines == 0 {
		t.Error("no golden has a template of its own")
	}
}

// BenchmarkGenerate is everything that `cfnpipe generate` does but writing: read, build, link, render and encode once.
func BenchmarkGenerate(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		render(b, filepath.Join("shop", "pipeline.yaml"), assembly.YAML)
	}
}
