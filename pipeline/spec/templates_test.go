package spec_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

// stacksFile is a pipeline.yaml with stacks of its own, in a new directory with these files; a path that ends with a slash is a directory.
func stacksFile(t *testing.T, stacks string, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	if files == nil {
		files = map[string]string{}
	}
	files["pipeline.yaml"] = small + "application: { stacks: [" + stacks + "] }\n"
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "pipeline.yaml")
}

func TestLoadTemplates(t *testing.T) {
	t.Parallel()
	file := stacksFile(t, "{ name: a, template: infra/a.yaml }, { name: b, template: b.json, types: [prod] }, { name: c, template: infra/a.yaml }",
		map[string]string{"infra/a.yaml": "Resources: {} # ä\n", "b.json": ""})
	s, err := spec.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	dev, prod := s.Environments[0].Application.Stacks, s.Environments[1].Application.Stacks
	if len(dev) != 2 || len(prod) != 3 {
		t.Fatalf("%d and %d stacks", len(dev), len(prod))
	}
	for _, x := range []spec.Stack{dev[0], dev[1], prod[0], prod[2]} {
		if got := string(x.Content); got != "Resources: {} # ä\n" {
			t.Errorf("%s has %q", x.Name, got)
		}
	}
	if got := prod[1].Content; got == nil || len(got) != 0 {
		t.Errorf("an empty file gave %v", got)
	}
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s, err = spec.Parse(file, src)
	if err != nil || s.Environments[0].Application.Stacks[0].Content != nil {
		t.Errorf("Parse read a template: %v", err)
	}
}

func TestLoadTemplatesRefuses(t *testing.T) {
	t.Parallel()
	const below = "; the file, and what it is a link to, must stand below the directory of pipeline.yaml"
	for _, c := range []struct {
		name, stacks string
		prepare      func(t *testing.T, dir string)
		want         []string
	}{
		{"missing", "{ name: a, template: b.yaml }", nil, []string{"9:46: application.stacks[0].template: there is no such file; write its path from the directory of pipeline.yaml"}},
		{"below a file", "{ name: a, template: pipeline.yaml/b }", nil, []string{"9:46: application.stacks[0].template: cannot be read: not a directory" + below}},
		{"directory", "{ name: a, template: infra }", func(t *testing.T, dir string) {
			t.Helper()
			must(t, os.Mkdir(filepath.Join(dir, "infra"), 0o750))
		}, []string{"9:46: application.stacks[0].template: is a directory; name a file"}},
		{"device", "{ name: a, template: zero }", func(t *testing.T, dir string) {
			t.Helper()
			must(t, os.Symlink("/dev/zero", filepath.Join(dir, "zero")))
		}, []string{"9:46: application.stacks[0].template: cannot be read: path escapes from parent" + below}},
		{"socket", "{ name: a, template: s }", func(t *testing.T, dir string) {
			t.Helper()
			l, err := new(net.ListenConfig).Listen(t.Context(), "unix", filepath.Join(dir, "s"))
			must(t, err)
			t.Cleanup(func() { l.Close() }) //nolint:errcheck // it goes with its directory
		}, []string{"9:46: application.stacks[0].template: is a pipe or device; name a regular file"}},
		{"link that leads out", "{ name: a, template: link.yaml }", func(t *testing.T, dir string) {
			t.Helper()
			must(t, os.WriteFile(filepath.Join(filepath.Dir(dir), "outside.yaml"), nil, 0o600))
			must(t, os.Symlink("../outside.yaml", filepath.Join(dir, "link.yaml")))
		}, []string{"9:46: application.stacks[0].template: cannot be read: path escapes from parent" + below}},
		{"a byte too large", "{ name: a, template: large.yaml }", func(t *testing.T, dir string) {
			t.Helper()
			must(t, os.WriteFile(filepath.Join(dir, "large.yaml"), make([]byte, 1_000_001), 0o600))
		}, []string{"9:46: application.stacks[0].template: has 1000001 bytes, CloudFormation allows 1000000; put a part of it into another stack"}},
		{"with all else that is wrong", "{ name: A, template: b.yaml }, { name: b, template: ../b.yaml }, { name: c, template: 5 }, { name: d, template: c.yaml }", nil, []string{
			`9:33: application.stacks[0].name: "A" cannot be part of a stack's name; use lower-case letters, digits and dashes between them, beginning with a letter, such as extras`,
			"9:46: application.stacks[0].template: there is no such file; write its path from the directory of pipeline.yaml",
			`9:77: application.stacks[1].template: "../b.yaml" is not a plain path below the directory of pipeline.yaml; write a path from the directory of pipeline.yaml, such as infra/extras.yaml`,
			`9:111: application.stacks[2].template: needs text, found the number 5; quote it: "5"`,
			"9:137: application.stacks[3].template: there is no such file; write its path from the directory of pipeline.yaml",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			file := stacksFile(t, c.stacks, nil)
			if c.prepare != nil {
				c.prepare(t, filepath.Dir(file))
			}
			_, err := spec.Load(file)
			if want := file + ":" + strings.Join(c.want, "\n"+file+":"); err == nil || err.Error() != want {
				t.Errorf("got\n%v\nwant\n%s", err, want)
			}
		})
	}
	_, err := spec.Load(stacksFile(t, "{ name: a, template: b.yaml }", nil))
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", err)
	}
}

// A template as large as CloudFormation takes, and one behind a link that stays within the directory.
func TestLoadTemplatesAccepts(t *testing.T) {
	t.Parallel()
	file := stacksFile(t, "{ name: a, template: large.yaml }, { name: b, template: link/b.yaml }",
		map[string]string{"large.yaml": strings.Repeat("#", 1_000_000), "there/b.yaml": "b"})
	must(t, os.Symlink("there", filepath.Join(filepath.Dir(file), "link")))
	s, err := spec.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	stacks := s.Environments[0].Application.Stacks
	if len(stacks[0].Content) != 1_000_000 || string(stacks[1].Content) != "b" {
		t.Errorf("%d bytes and %q", len(stacks[0].Content), stacks[1].Content)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What other layers find stands among what is wrong, in the order of the file; but nothing of what is wrong already.
func TestLoadAsksOtherLayersWhatElseIsWrong(t *testing.T) {
	t.Parallel()
	asked := 0
	check := func(s *spec.Spec) []spec.Problem {
		asked++
		at := "environments[1].application.stacks[0]."
		if got := string(s.Environments[1].Application.Stacks[0].Content); got != "b" {
			t.Errorf("the template is %q", got)
		}
		return []spec.Problem{
			{Path: at + "parameters.B", Message: "is bad"},
			{Path: at + "parameters.A", Message: "is bad"},
			{Path: at + "parameters.A.b", Message: "is bad"},
			{Path: at + "template", Message: "is bad"},
		}
	}
	files := map[string]string{"b.yaml": "b"}
	if _, err := spec.Load(stacksFile(t, "{ name: b, template: b.yaml }", files), check); err != nil || asked > 0 {
		t.Errorf("got %v, and it was asked %d times", err, asked)
	}
	file := stacksFile(t, `{ name: b, template: b.yaml, parameters: { A: 5, B: "6" } }`, files)
	_, err := spec.Load(file, check)
	want := strings.Join([]string{
		`9:46: application.stacks[0].template: is bad`,
		`9:71: application.stacks[0].parameters.A: needs text, found the number 5; quote it: "5"`,
		`9:77: application.stacks[0].parameters.B: is bad`,
	}, "\n"+file+":")
	if err == nil || err.Error() != file+":"+want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}
