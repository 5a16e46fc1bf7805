package cfn_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDoesNotCompile promises that the compiler refuses what testdata/nocompile holds, for the reason that stands in the first line of
// each program; and that it takes the control program.
func TestDoesNotCompile(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("skipped: the programs that must not compile need the go command in PATH: https://go.dev/dl")
	}
	if testing.Short() {
		t.Skip("skipped: -short leaves out the programs that must not compile")
	}
	files, err := filepath.Glob("testdata/nocompile/*.go.txt")
	if err != nil || len(files) < 10 {
		t.Fatalf("there are only %d programs: %v", len(files), err)
	}
	// A folder within the module, whose imports resolve as our own do. Its name keeps it out of ./...
	dir, err := os.MkdirTemp(".", "_nocompile-") //nolint:usetesting // t.TempDir is outside of the module
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	packages := make([]string, len(files))
	reasons := make([]string, len(files))
	for i, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(file), ".go.txt")
		first, _, _ := strings.Cut(string(src), "\n")
		reason, ok := strings.CutPrefix(first, "// wants: ")
		if !ok {
			t.Fatalf("%s: the first line does not say what the compiler says", file)
		}
		reasons[i], packages[i] = reason, "./"+filepath.ToSlash(filepath.Join(dir, name))
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name, "main.go"), src, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// One build for all: it goes on after a package that fails, and names each.
	output := build(t, packages...)
	for i, file := range files {
		said := about(output, filepath.Base(packages[i]))
		switch name := filepath.Base(file); {
		case name == "control.go.txt" && said != "":
			t.Errorf("%s does not compile:\n%s", name, said)
		case name == "control.go.txt":
		case said == "":
			t.Errorf("%s compiles", name)
		case !strings.Contains(said, reasons[i]):
			t.Errorf("%s is refused for another reason:\ngot  %s\nwant %s", name, said, reasons[i])
		}
	}
	if strings.Count(output, "# ") != len(files)-1 {
		t.Errorf("got not one report for each program:\n%s", output)
	}
}

func build(t *testing.T, packages ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", append([]string{"build", "-gcflags=-e", "-o", os.DevNull}, packages...)...)
	output, err := command.CombinedOutput()
	if err == nil {
		t.Fatal("everything compiles")
	}
	return string(output)
}

// about is what the compiler says about one package.
func about(output, name string) string {
	var said strings.Builder
	for line := range strings.Lines(output) {
		if strings.Contains(line, "/"+name+"/main.go:") {
			said.WriteString(line)
		}
	}
	return said.String()
}
