package cfn_test

import (
	"encoding/json"
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
	// A folder within the module, whose imports resolve as our own do, that only the build sees. Its name keeps it out of ./...
	const dir = "_nocompile"
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	var overlay struct{ Replace map[string]string } // as go help build has it
	overlay.Replace = map[string]string{}
	packages := make([]string, len(files))
	reasons := make([]string, len(files))
	for i, file := range files {
		at := filepath.Join(here, file)
		src, err := os.ReadFile(at)
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
		overlay.Replace[filepath.Join(here, dir, name, "main.go")] = at
	}
	text, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	list := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(list, text, 0o600); err != nil {
		t.Fatal(err)
	}
	// One build for all: it goes on after a package that fails, and names each.
	output := build(t, append([]string{"-overlay", list}, packages...)...)
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

func build(t *testing.T, arguments ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", append([]string{"build", "-gcflags=-e", "-o", os.DevNull}, arguments...)...)
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
		if strings.Contains(line, "/"+name+".go.txt:") {
			said.WriteString(line)
		}
	}
	return said.String()
}
