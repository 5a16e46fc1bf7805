package assembly_test

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
)

// snapshot is every file below dir with its content, directories with a slash, links with their target.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		switch {
		case d.IsDir():
			found[name+"/"] = ""
		case d.Type()&fs.ModeSymlink != 0:
			target, _ := os.Readlink(path)
			found[name] = "-> " + target
		default:
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			found[name] = string(data)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// expect fails unless dir holds exactly the files and the others.
func expect(t *testing.T, dir string, files []assembly.File, others map[string]string) {
	t.Helper()
	want := maps.Clone(others)
	if want == nil {
		want = map[string]string{}
	}
	for _, f := range files {
		want[f.Name] = string(f.Data)
	}
	for name := range want {
		for dir := filepath.Dir(strings.TrimSuffix(name, "/")); dir != "."; dir = filepath.Dir(dir) {
			want[dir+"/"] = ""
		}
	}
	if diff := cmp.Diff(want, snapshot(t, dir)); diff != "" {
		t.Errorf("the directory (-want +got):\n%s", diff)
	}
}

// refused fails unless Write returns an error with these parts and changes nothing in dir.
func refused(t *testing.T, dir string, files []assembly.File, parts ...string) {
	t.Helper()
	_ = refusal(t, dir, files, parts...)
}

// refusal is refused for those who want the error.
func refusal(t *testing.T, dir string, files []assembly.File, parts ...string) error {
	t.Helper()
	before := snapshot(t, dir)
	err := assembly.Write(dir, files)
	if err == nil {
		t.Error("want an error")
		return nil
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("want %q in: %v", part, err)
		}
	}
	if diff := cmp.Diff(before, snapshot(t, dir)); diff != "" {
		t.Errorf("the directory was changed (-before +after):\n%s", diff)
	}
	return err
}

func TestWrite(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a", "out")
	fs := files(t, shop(), assembly.YAML)
	write(t, dir, fs)
	expect(t, dir, fs, nil)
	for name, want := range map[string]os.FileMode{"deploy.sh": 0o755, "manifest.json": 0o644, "dev/access.yaml": 0o644} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o700 != want&0o700 {
			t.Errorf("%s: mode %v", name, info.Mode())
		}
	}
}

func TestWriteLeavesForeignFilesAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	others := map[string]string{"README.md": "mine", "dev/notes.yaml": "mine", "lambda/hello.py": "mine"}
	for name, text := range others {
		put(t, dir, name, text)
	}
	first := files(t, shop(), assembly.YAML)
	write(t, dir, first)
	expect(t, dir, first, others)

	// All of toolchain/ goes, and access from dev/, which holds a note.
	second := files(t, &assembly.Assembly{Project: "shop"}, assembly.YAML)
	write(t, dir, second)
	expect(t, dir, second, others)
}

func TestWriteRemovesWhatIsNoLongerNamed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, files(t, shop(), assembly.YAML))
	second := files(t, only(1), assembly.JSON)
	write(t, dir, second)
	expect(t, dir, second, nil)
}

func TestWriteTouchesNothingThatIsUnchanged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := shop()
	write(t, dir, files(t, a, assembly.YAML))
	past := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	times := func() (touched []string) {
		for _, f := range files(t, a, assembly.YAML) {
			path := filepath.Join(dir, f.Name)
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if !info.ModTime().Equal(past) {
				touched = append(touched, f.Name)
			}
			if err := os.Chtimes(path, past, past); err != nil {
				t.Fatal(err)
			}
		}
		return touched
	}
	times()
	write(t, dir, files(t, a, assembly.YAML))
	if touched := times(); touched != nil {
		t.Errorf("touched %v", touched)
	}
	a.Stacks[1].Template = large("Project", "Boundary")
	a.Stacks[1].Parameters[0].Value = "other"
	write(t, dir, files(t, a, assembly.YAML))
	if diff := cmp.Diff([]string{"dev/access.yaml", "dev/access.config.json", "deploy.sh"}, times()); diff != "" {
		t.Error(diff)
	}
	if err := os.Chmod(filepath.Join(dir, "deploy.sh"), 0o644); err != nil {
		t.Fatal(err)
	}
	write(t, dir, files(t, a, assembly.YAML))
	if info, err := os.Stat(filepath.Join(dir, "deploy.sh")); err != nil || info.Mode()&0o100 == 0 {
		t.Errorf("deploy.sh is not executable again: %v %v", info.Mode(), err)
	}
}

func TestWriteRefusesToReplaceForeignFiles(t *testing.T) {
	t.Parallel()
	fs := files(t, shop(), assembly.YAML)
	for name, c := range map[string]struct {
		prepare func(t *testing.T, dir string)
		want    []string
	}{
		"template":  {func(t *testing.T, dir string) { t.Helper(); put(t, dir, "dev/access.yaml", "mine") }, []string{"dev/access.yaml", "choose another"}},
		"deploy.sh": {func(t *testing.T, dir string) { t.Helper(); put(t, dir, "deploy.sh", "mine") }, []string{"deploy.sh"}},
		"manifest of another program": {
			func(t *testing.T, dir string) { t.Helper(); put(t, dir, "manifest.json", `{"name": "My web app"}`) },
			[]string{"manifest.json", "remove it or choose another"},
		},
		"directory":            {func(t *testing.T, dir string) { t.Helper(); put(t, dir, "dev/access.yaml/x", "mine") }, []string{"dev/access.yaml", "not a regular file"}},
		"file for a directory": {func(t *testing.T, dir string) { t.Helper(); put(t, dir, "dev", "mine") }, []string{"dev", "not a directory"}},
		"link out of it": {func(t *testing.T, dir string) {
			t.Helper()
			link(t, t.TempDir(), filepath.Join(dir, "dev"))
		}, []string{"dev", "not a directory"}},
		"link of a file": {func(t *testing.T, dir string) {
			t.Helper()
			put(t, dir, "mine", "mine")
			link(t, "mine", filepath.Join(dir, "deploy.sh"))
		}, []string{"deploy.sh", "not a regular file"}},
		"link of the manifest": {func(t *testing.T, dir string) {
			t.Helper()
			link(t, "/etc/hostname", filepath.Join(dir, "manifest.json"))
		}, []string{"manifest.json", "not a regular file"}},
		"file that the old manifest does not name": {func(t *testing.T, dir string) {
			t.Helper()
			write(t, dir, files(t, only(0), assembly.YAML))
			put(t, dir, "dev/functions.yaml", "mine")
		}, []string{"dev/functions.yaml"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			c.prepare(t, dir)
			if err := refusal(t, dir, fs, c.want...); !errors.Is(err, assembly.ErrForeign) {
				t.Errorf("want ErrForeign, got %v", err)
			}
		})
	}
}

func link(t *testing.T, target, name string) {
	t.Helper()
	if err := os.Symlink(target, name); err != nil {
		t.Fatal(err)
	}
}

// An old manifest is anybody's text: it must not lead Write to anything outside, or to anything that is not a template.
func TestWriteRefusesHostileManifest(t *testing.T) {
	t.Parallel()
	fs := files(t, only(0), assembly.YAML)
	for _, name := range []string{
		"../victim.yaml", "dev/../../victim.yaml", "/tmp/victim.yaml", "./victim.yaml", "dev//victim.yaml", "dev\\victim.yaml", "C:victim.yaml",
		"", ".", "..", "victim", "victim.txt", ".git/config", "deploy.sh", "manifest.json", "MANIFEST.json", "victim.yaml/", "a\x00.yaml",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parent := t.TempDir()
			dir := filepath.Join(parent, "out")
			put(t, parent, "victim.yaml", "keep")
			put(t, dir, "victim.txt", "keep")
			quoted := strings.NewReplacer(`\`, `\\`, "\x00", `\u0000`).Replace(name)
			config := strings.TrimSuffix(quoted, filepath.Ext(quoted)) + ".config.json"
			put(t, dir, "manifest.json", `{"schemaVersion":1,"generator":"cfnpipe","stacks":[{"template":"`+quoted+`","configuration":"`+config+`"}]}`)
			refused(t, dir, fs, "manifest.json", "remove it or choose another directory")

			put(t, dir, "manifest.json", `{"schemaVersion":1,"generator":"cfnpipe","stacks":[{"template":"a.yaml","configuration":"`+quoted+`"}]}`)
			refused(t, dir, fs, "manifest.json", "a.config.json")

			if name != "deploy.sh" && name != "manifest.json" {
				put(t, dir, "manifest.json", `{"schemaVersion":1,"generator":"cfnpipe","unfinished":["`+quoted+`"]}`)
				refused(t, dir, fs, "manifest.json")
			}
			if got := snapshot(t, parent)["victim.yaml"]; got != "keep" {
				t.Errorf("the file outside is %q", got)
			}
		})
	}
}

func TestWriteRefusesOldManifestWithLinks(t *testing.T) {
	t.Parallel()
	outside := t.TempDir()
	put(t, outside, "old.yaml", "keep")
	const manifest = `{"schemaVersion":1,"generator":"cfnpipe","stacks":[{"template":"old/old.yaml","configuration":"old/old.config.json"}]}`
	fs := files(t, only(0), assembly.YAML)

	dir := t.TempDir()
	put(t, dir, "manifest.json", manifest)
	link(t, outside, filepath.Join(dir, "old"))
	refused(t, dir, fs, "old", "not a directory")

	dir = t.TempDir()
	put(t, dir, "manifest.json", manifest)
	put(t, dir, "mine/old.yaml", "keep")
	link(t, "mine", filepath.Join(dir, "old"))
	refused(t, dir, fs, "old", "not a directory")

	dir = t.TempDir()
	put(t, dir, "manifest.json", manifest)
	put(t, dir, "old/x", "")
	link(t, filepath.Join(outside, "old.yaml"), filepath.Join(dir, "old", "old.yaml"))
	refused(t, dir, fs, "old.yaml", "not a regular file")

	if got := snapshot(t, outside)["old.yaml"]; got != "keep" {
		t.Errorf("the file outside is %q", got)
	}
}

func TestWriteRefusesBrokenManifest(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":    "line 1",
		"{":   "line 1",
		"[]":  "manifest.json",
		"{}x": "line 1",
		`{"schemaVersion":2,"generator":"cfnpipe"}`:                      "schemaVersion is 2",
		`{"schemaVersion":"1","generator":"cfnpipe"}`:                    "schemaVersion",
		"{\"schemaVersion\":1,\"generator\":\"cfnpipe\",\n\"stacks\":7}": "line 2: stacks",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			put(t, dir, "manifest.json", text)
			err := refusal(t, dir, files(t, shop(), assembly.YAML), want, "remove it or choose another directory")
			if strings.Contains(err.Error(), "manifestStack") || strings.Contains(err.Error(), "Go ") {
				t.Errorf("names a Go type: %v", err)
			}
		})
	}
}

func TestWriteRefusesDirectory(t *testing.T) {
	t.Parallel()
	fs := files(t, shop(), assembly.YAML)
	parent := t.TempDir()
	put(t, parent, "file", "mine")
	for _, dir := range []string{"file", "file/below"} {
		err := assembly.Write(filepath.Join(parent, dir), fs)
		if err == nil || !strings.Contains(err.Error(), filepath.Join(parent, dir)) || !strings.Contains(err.Error(), "another directory") {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

func TestWriteRefusesFiles(t *testing.T) {
	t.Parallel()
	manifest := assembly.File{Name: "manifest.json"}
	for name, fs := range map[string][]assembly.File{
		"none":     nil,
		"outside":  {{Name: "../x.yaml"}, manifest},
		"absolute": {{Name: "/x.yaml"}, manifest},
		"twice":    {{Name: "x.yaml"}, {Name: "x.yaml"}, manifest},
		"order":    {manifest, {Name: "x.yaml"}},
	} {
		dir := filepath.Join(t.TempDir(), "out")
		if err := assembly.Write(dir, fs); err == nil {
			t.Errorf("%s: want an error", name)
		}
		if _, err := os.Stat(dir); !os.IsNotExist(err) {
			t.Errorf("%s: the directory was made", name)
		}
	}
}

// A failure while staging takes back all that was done. The name is too long for a file with the suffix of a temporary one.
func TestWriteCleansUpAfterFailure(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fs := files(t, shop(), assembly.YAML)
	write(t, dir, files(t, only(0), assembly.YAML))
	fs = slices.Insert(fs, len(fs)-1, assembly.File{Name: "new/deep/" + strings.Repeat("n", 250)})
	refused(t, dir, fs, "cannot write")
}

// Whatever moment a crash picks, the next run finds its way, also with other content.
func TestWriteRecoversFromCrash(t *testing.T) {
	t.Parallel()
	older, newer := files(t, only(1), assembly.YAML), files(t, shop(), assembly.YAML)
	other := shop()
	other.Stacks[3].Template = large("VpcId", "HelloVersion")
	next := files(t, other, assembly.YAML)

	// What Write replaces the manifest with before it makes files that the old one does not name.
	announced := `{"schemaVersion":1,"generator":"cfnpipe","project":"","stacks":[],"pipelines":[],"unfinished":[`
	for _, f := range slices.Concat(older, newer) {
		announced += `"` + f.Name + `",`
	}
	announced = strings.TrimSuffix(announced, ",") + "]}"

	for done := range newer {
		for name, want := range map[string][]assembly.File{"same": newer, "other": next, "back": older} {
			dir := t.TempDir()
			write(t, dir, older)
			put(t, dir, "manifest.json", announced)
			for _, f := range newer[:done] {
				put(t, dir, f.Name, string(f.Data))
			}
			for _, f := range newer[done:] {
				put(t, dir, filepath.Join(filepath.Dir(f.Name), "."+filepath.Base(f.Name)+".cfnpipe-tmp"), "half of")
			}
			if _, err := assembly.Read(dir); err == nil || !strings.Contains(err.Error(), "generate again") {
				t.Errorf("%s after %d files: Read: %v", name, done, err)
			}
			write(t, dir, want)
			expect(t, dir, want, nil)
		}
	}
}

// Without its manifest the directory is foreign, but what is equal anyway may be adopted.
func TestWriteAdoptsEqualFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	fs := files(t, shop(), assembly.YAML)
	write(t, dir, fs)
	if err := os.Remove(filepath.Join(dir, "manifest.json")); err != nil {
		t.Fatal(err)
	}
	write(t, dir, fs)
	expect(t, dir, fs, nil)
}
