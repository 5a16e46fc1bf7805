//go:build unix

package release_test // Windows has no executable bit, and few links

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cfnpipe/cfnpipe/pipeline/release"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/stages"
)

// checkout is a source repository in a directory of its own.
type checkout struct {
	testing.TB
	dir string
}

// hello is a directory with one of each: a file, one that can run, one further down, and a link.
func hello(tb testing.TB) checkout {
	tb.Helper()
	c := checkout{TB: tb, dir: tb.TempDir()}
	c.write("lambda/hello/index.py", "print('hello')\n")
	c.write("lambda/hello/run.sh", "#!/bin/sh\n")
	c.chmod("lambda/hello/run.sh", 0o755)
	c.write("lambda/hello/lib/util.py", "x = 1\n")
	c.link("lib/util.py", "lambda/hello/util.py")
	return c
}

func (c checkout) path(name string) string { return filepath.Join(c.dir, filepath.FromSlash(name)) }

func (c checkout) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c checkout) write(name, text string) {
	c.Helper()
	c.mkdir(filepath.Dir(name))
	c.must(os.WriteFile(c.path(name), []byte(text), 0o644))
}

func (c checkout) mkdir(name string) {
	c.Helper()
	c.must(os.MkdirAll(c.path(name), 0o755))
}

func (c checkout) chmod(name string, mode os.FileMode) {
	c.Helper()
	c.must(os.Chmod(c.path(name), mode))
}

func (c checkout) link(target, name string) {
	c.Helper()
	c.mkdir(filepath.Dir(name))
	c.must(os.Symlink(target, c.path(name)))
}

func (c checkout) remove(name string) {
	c.Helper()
	c.must(os.RemoveAll(c.path(name)))
}

// tree of the repository, with nothing remembered of an earlier one.
func (c checkout) tree() *release.Tree {
	c.Helper()
	root, err := os.OpenRoot(c.dir)
	c.must(err)
	c.Cleanup(func() { root.Close() }) //nolint:errcheck // only read from
	return release.New(root)
}

func (c checkout) address(code stages.Code) string {
	c.Helper()
	address, err := c.tree().Address(code)
	c.must(err)
	return address
}

// function and repository are what pipeline.yaml says, with its defaults.
func function() spec.Function {
	return spec.Function{Name: "hello", Source: "lambda/hello", Build: "make", Architecture: spec.X86, Refresh: "1"}
}

func repository() spec.Repository {
	return spec.Repository{
		Name: "web", Context: "lambda/hello", Dockerfile: "Dockerfile", Architecture: spec.X86, Refresh: "1",
		BuildArguments: map[string]string{"VERSION": "1"},
	}
}

func codeOf(tb testing.TB, a spec.Application) stages.Code {
	tb.Helper()
	e := &stages.Environment{Place: cfn.Place{Scope: "dev"}, Functions: a.Functions, Repositories: a.Repositories}
	list := e.Code()
	if len(list) != 1 {
		tb.Fatalf("%d pieces of code, want one", len(list))
	}
	return list[0]
}

func zip(tb testing.TB, f spec.Function) stages.Code {
	tb.Helper()
	return codeOf(tb, spec.Application{Functions: []spec.Function{f}})
}

func image(tb testing.TB, r spec.Repository) stages.Code {
	tb.Helper()
	return codeOf(tb, spec.Application{Repositories: []spec.Repository{r}})
}

func TestAnAddressIsAKeyOrATag(t *testing.T) {
	t.Parallel()
	c := hello(t)
	// Written down, so that another version of cfnpipe, or another machine, does not publish and deploy everything again by accident.
	if got, want := c.address(zip(t, function())), "hello/414e11f05a5dba4966a085d34c8db828.zip"; got != want {
		t.Errorf("the function's code is at %s, want %s", got, want)
	}
	if got, want := c.address(image(t, repository())), "69972ffc1a6998b2d9039c1f39a0123f"; got != want {
		t.Errorf("the image has the tag %s, want %s", got, want)
	}
}

// What is no content does not count: else code would be published and deployed again for nothing.
func TestTheSameCodeHasTheSameAddress(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(checkout)
		reason string
	}{
		"elsewhere": {func(checkout) {}, "each build checks out into another directory"},
		"times": {func(c checkout) {
			for _, name := range []string{"lambda/hello/index.py", "lambda/hello/lib", "lambda/hello"} {
				c.must(os.Chtimes(c.path(name), time.Unix(1, 0), time.Unix(1, 0)))
			}
		}, "a checkout gives files the time of the checkout"},
		"a private umask": {func(c checkout) {
			c.chmod("lambda/hello/index.py", 0o600)
			c.chmod("lambda/hello/run.sh", 0o700)
			c.chmod("lambda/hello/lib", 0o700)
			c.chmod("lambda/hello", 0o700)
		}, "the umask is the machine's"},
		"a shared umask": {func(c checkout) {
			c.chmod("lambda/hello/index.py", 0o666)
			c.chmod("lambda/hello/run.sh", 0o777)
		}, "the umask is the machine's"},
		"read only": {func(c checkout) { c.chmod("lambda/hello/index.py", 0o444) }, "what is published can be read and written by its owner"},
		"owner": {func(c checkout) {
			if os.Geteuid() == 0 {
				c.must(os.Chown(c.path("lambda/hello/index.py"), 1234, 1234))
			}
		}, "builds run as another user"},
		"order of creation": {func(c checkout) {
			c.remove("lambda/hello/index.py")
			c.write("lambda/hello/index.py", "print('hello')\n")
		}, "file systems list in any order"},
		"git's directory": {func(c checkout) {
			c.write("lambda/hello/.git/HEAD", "ref: refs/heads/main\n")
			c.write("lambda/hello/lib/.git/HEAD", "ref: refs/heads/main\n")
		}, "it is how the files got there, and has times and hosts in it"},
		"git's file": {func(c checkout) {
			c.write("lambda/hello/.git", "gitdir: /home/ada/shop/.git/worktrees/x\n")
		}, "work trees and submodules have a file that says where the rest is"},
		"an empty directory": {func(c checkout) { c.mkdir("lambda/hello/empty/deep") }, "git knows none, so some checkouts have it and others do not"},
		"files beside it":    {func(c checkout) { c.write("lambda/other/index.py", "x") }, "the function does not run them"},
		"through a link": {func(c checkout) {
			c.must(os.Rename(c.path("lambda/hello"), c.path("lambda/v1")))
			c.link("v1", "lambda/hello")
		}, "it leads to the same files"},
		"a hard link": {func(c checkout) {
			c.remove("lambda/hello/index.py")
			c.write("index.py", "print('hello')\n")
			c.must(os.Link(c.path("index.py"), c.path("lambda/hello/index.py")))
		}, "it is a file like any other"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before, after := hello(t), hello(t)
			c.change(after)
			for _, code := range []stages.Code{zip(t, function()), image(t, repository())} {
				if want, got := before.address(code), after.address(code); got != want {
					t.Errorf("%s: address %s, want %s as before: %s", code.Kind, got, want, c.reason)
				}
			}
		})
	}
}

// What is in the files, and which files there are, counts: else a change would not arrive.
func TestAChangedFileChangesTheAddress(t *testing.T) {
	t.Parallel()
	unique := newUnique(t)
	unique.add("nothing", hello(t))
	for name, change := range map[string]func(checkout){
		"one byte":       func(c checkout) { c.write("lambda/hello/index.py", "print('hallo')\n") },
		"a byte more":    func(c checkout) { c.write("lambda/hello/index.py", "print('hello')\n\n") },
		"a byte further": func(c checkout) { c.write("lambda/hello/lib/util.py", "x = 2\n") },
		"line ends":      func(c checkout) { c.write("lambda/hello/index.py", "print('hello')\r\n") },
		"a name":         func(c checkout) { c.must(os.Rename(c.path("lambda/hello/index.py"), c.path("lambda/hello/main.py"))) },
		"a name's case":  func(c checkout) { c.must(os.Rename(c.path("lambda/hello/index.py"), c.path("lambda/hello/Index.py"))) },
		"a directory's name": func(c checkout) {
			c.remove("lambda/hello/util.py")
			c.must(os.Rename(c.path("lambda/hello/lib"), c.path("lambda/hello/src")))
		},
		"another directory": func(c checkout) {
			c.must(os.Rename(c.path("lambda/hello/index.py"), c.path("lambda/hello/lib/index.py")))
		},
		"now executable":     func(c checkout) { c.chmod("lambda/hello/index.py", 0o755) },
		"no more executable": func(c checkout) { c.chmod("lambda/hello/run.sh", 0o644) },
		"a file more":        func(c checkout) { c.write("lambda/hello/more.py", "x") },
		"an empty file more": func(c checkout) { c.write("lambda/hello/__init__.py", "") },
		"a hidden file":      func(c checkout) { c.write("lambda/hello/.env", "") },
		"git's other files":  func(c checkout) { c.write("lambda/hello/.gitignore", "x\n") },
		"a file less":        func(c checkout) { c.remove("lambda/hello/run.sh") },
		"two swapped": func(c checkout) {
			c.write("lambda/hello/index.py", "x = 1\n")
			c.write("lambda/hello/lib/util.py", "print('hello')\n")
		},
		"a link elsewhere":    func(c checkout) { c.remove("lambda/hello/util.py"); c.link("index.py", "lambda/hello/util.py") },
		"a link written anew": func(c checkout) { c.remove("lambda/hello/util.py"); c.link("./lib/util.py", "lambda/hello/util.py") },
		"a file for a link":   func(c checkout) { c.remove("lambda/hello/util.py"); c.write("lambda/hello/util.py", "x = 1\n") },
		"a file with the text of the link": func(c checkout) {
			c.remove("lambda/hello/util.py")
			c.write("lambda/hello/util.py", "lib/util.py")
		},
		"a link to a directory": func(c checkout) { c.link("lib", "lambda/hello/vendor") },
	} {
		c := hello(t)
		change(c)
		unique.add(name, c)
	}
}

// unique is addresses that must all differ.
type unique struct {
	*testing.T
	seen map[string]string
}

func newUnique(t *testing.T) unique {
	t.Helper()
	return unique{t, map[string]string{}}
}

// add all code of a checkout.
func (u unique) add(name string, c checkout) {
	u.Helper()
	u.addCode(name+", zip", c, zip(c, function()))
	u.addCode(name+", image", c, image(c, repository()))
}

func (u unique) addCode(name string, c checkout, code stages.Code) {
	u.Helper()
	address := c.address(code)
	hash := strings.TrimSuffix(address[strings.LastIndex(address, "/")+1:], ".zip")
	if len(hash) != 32 || strings.Trim(hash, "0123456789abcdef") != "" {
		u.Errorf("%s: %q is no hash of 32 hexadecimal digits", name, hash)
	}
	if other, taken := u.seen[hash]; taken {
		u.Errorf("%s has the address of %s: %s", name, other, address)
	}
	u.seen[hash] = name
}

// How the files are built counts too.
func TestAChangedBuildChangesTheAddress(t *testing.T) {
	t.Parallel()
	c, unique := hello(t), newUnique(t)
	unique.add("nothing", c)
	for name, change := range map[string]func(*spec.Function){
		"command":      func(f *spec.Function) { f.Build = "make all" },
		"no command":   func(f *spec.Function) { f.Build = "" },
		"architecture": func(f *spec.Function) { f.Architecture = spec.ARM },
		"refresh":      func(f *spec.Function) { f.Refresh = "2" },
		"no refresh":   func(f *spec.Function) { f.Refresh = "" },
		// "make" and "x86_64" stand beside each other in what is hashed
		"a letter moved": func(f *spec.Function) { f.Build, f.Architecture = "makex", "86_64" },
		"two swapped":    func(f *spec.Function) { f.Build, f.Refresh = f.Refresh, f.Build },
	} {
		f := function()
		change(&f)
		unique.addCode("function: "+name, c, zip(t, f))
	}
	for name, change := range map[string]func(*spec.Repository){
		"dockerfile":       func(r *spec.Repository) { r.Dockerfile = "web.Dockerfile" },
		"architecture":     func(r *spec.Repository) { r.Architecture = spec.ARM },
		"refresh":          func(r *spec.Repository) { r.Refresh = "2" },
		"argument's value": func(r *spec.Repository) { r.BuildArguments = map[string]string{"VERSION": "2"} },
		"argument's name":  func(r *spec.Repository) { r.BuildArguments = map[string]string{"RELEASE": "1"} },
		"argument more":    func(r *spec.Repository) { r.BuildArguments = map[string]string{"VERSION": "1", "A": ""} },
		"no argument":      func(r *spec.Repository) { r.BuildArguments = nil },
		"a letter moved":   func(r *spec.Repository) { r.BuildArguments = map[string]string{"VERSION1": ""} },
		"two swapped":      func(r *spec.Repository) { r.BuildArguments = map[string]string{"1": "VERSION"} },
	} {
		r := repository()
		change(&r)
		unique.addCode("repository: "+name, c, image(t, r))
	}
}

// What only says how the code runs, or where it is, does not count.
func TestWhereCodeRunsDoesNotChangeTheAddress(t *testing.T) {
	t.Parallel()
	c := hello(t)
	want := c.address(zip(t, function()))
	for name, change := range map[string]func(*spec.Function){
		"memory":      func(f *spec.Function) { f.Memory = 1024 },
		"environment": func(f *spec.Function) { f.Environment = map[string]string{"STAGE": "prod"} },
		"handler":     func(f *spec.Function) { f.Handler = "main.handler" },
		"path":        func(f *spec.Function) { f.Source = "lambda/moved" },
	} {
		moved := hello(t)
		moved.must(os.CopyFS(moved.path("lambda/moved"), os.DirFS(moved.path("lambda/hello"))))
		f := function()
		change(&f)
		if got := moved.address(zip(t, f)); got != want {
			t.Errorf("%s: address %s, want %s", name, got, want)
		}
	}
	arguments := repository()
	arguments.BuildArguments = map[string]string{}
	for i := range 20 {
		arguments.BuildArguments[fmt.Sprint("A", i)] = fmt.Sprint(i)
	}
	tag := c.address(image(t, arguments))
	for range 20 { // maps have another order each time
		copied := arguments
		copied.BuildArguments = maps.Clone(arguments.BuildArguments)
		if got := c.address(image(t, copied)); got != tag {
			t.Fatalf("the order of build arguments counts: %s, then %s", tag, got)
		}
	}
}

// Two directories that look the same with all their names and contents in one row have different addresses.
func TestNamesAndContentsDoNotRunIntoEachOther(t *testing.T) {
	t.Parallel()
	u := newUnique(t)
	for name, files := range map[string]map[string]string{
		"ab, c":             {"ab": "c"},
		"a, bc":             {"a": "bc"},
		"abc":               {"abc": ""},
		"a, b and c, d":     {"a": "b", "c": "d"},
		"a, bc and d":       {"a": "bc", "d": ""},
		"a/b, c":            {"a/b": "c"},
		"two as one":        {"a": "1\x00b\x002"},
		"two":               {"a": "1", "b": "2"},
		"their order":       {"a": "2", "b": "1"},
		"a kind as content": {"afile": "b"},
	} {
		c := checkout{TB: t, dir: t.TempDir()}
		for file, text := range files {
			c.write("lambda/hello/"+file, text)
		}
		u.addCode(name, c, zip(t, function()))
	}
}

// Each says what is wrong, where, and what to do.
func TestCodeThatCannotBePublished(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(checkout)
		want   string
	}{
		"missing": {
			func(c checkout) { c.remove("lambda/hello") },
			"the directory lambda/hello does not exist; correct the path, or set --release to the directory that it is relative to",
		},
		"above it, too": {
			func(c checkout) { c.remove("lambda") },
			"the directory lambda/hello does not exist; correct the path, or set --release to the directory that it is relative to",
		},
		"a file": {
			func(c checkout) { c.remove("lambda/hello"); c.write("lambda/hello", "x") },
			"lambda/hello is not a directory; name the directory that contains it",
		},
		"below a file": {
			func(c checkout) { c.remove("lambda"); c.write("lambda", "x") },
			"lambda/hello cannot be read: not a directory; name a directory of the repository",
		},
		"a FIFO": {
			func(c checkout) { c.remove("lambda/hello"); c.must(syscall.Mkfifo(c.path("lambda/hello"), 0o644)) },
			"lambda/hello is not a directory; name the directory that contains it",
		},
		"empty": {
			func(c checkout) { c.remove("lambda/hello"); c.mkdir("lambda/hello") },
			"lambda/hello is empty, so there is nothing to publish",
		},
		"only empty directories": {
			func(c checkout) { c.remove("lambda/hello"); c.mkdir("lambda/hello/a/b") },
			"lambda/hello is empty, so there is nothing to publish",
		},
		"only git's directory": {
			func(c checkout) { c.remove("lambda/hello"); c.write("lambda/hello/.git/HEAD", "x") },
			"lambda/hello is empty, so there is nothing to publish",
		},
		"itself a link out of the repository": {
			func(c checkout) { c.remove("lambda/hello"); c.link(c.TempDir(), "lambda/hello") },
			"lambda/hello cannot be read: path escapes from parent; name a directory of the repository",
		},
		"an absolute link": {
			func(c checkout) { c.link("/etc/hostname", "lambda/hello/name") },
			"lambda/hello/name is a symbolic link to /etc/hostname, which is not in lambda/hello; replace the link by the file",
		},
		"a relative link out of the repository": {
			func(c checkout) { c.link("../../../../../../../../../etc/hostname", "lambda/hello/lib/name") },
			"lambda/hello/lib/name is a symbolic link to ../../../../../../../../../etc/hostname, which is not in lambda/hello; replace the link by the file",
		},
		"a link to a directory outside": {
			func(c checkout) { c.link("/usr", "lambda/hello/usr") },
			"lambda/hello/usr is a symbolic link to /usr, which is not in lambda/hello; replace the link by the file",
		},
		// A zip file of the directory, and docker, would not have what is beside it; nor would a change of it change the address.
		"a link to what is beside it": {
			func(c checkout) {
				c.write("lambda/shared/util.py", "x")
				c.link("../shared/util.py", "lambda/hello/shared.py")
			},
			"lambda/hello/shared.py is a symbolic link to ../shared/util.py, which is not in lambda/hello; replace the link by the file",
		},
		"a link that leaves and comes back": {
			func(c checkout) { c.link("../hello/index.py", "lambda/hello/main.py") },
			"lambda/hello/main.py is a symbolic link to ../hello/index.py, which is not in lambda/hello; replace the link by the file",
		},
		"a link to nothing": {
			func(c checkout) { c.link("gone.py", "lambda/hello/main.py") },
			"lambda/hello/main.py is a symbolic link to gone.py, which is not in lambda/hello; replace the link by the file",
		},
		"a link to itself": {
			func(c checkout) { c.link("main.py", "lambda/hello/main.py") },
			"lambda/hello/main.py is a symbolic link to main.py, which is not in lambda/hello; replace the link by the file",
		},
		"a FIFO in it": {
			func(c checkout) { c.must(syscall.Mkfifo(c.path("lambda/hello/pipe"), 0o644)) },
			"lambda/hello/pipe is neither a file nor a directory; remove it",
		},
		"a line break in a name": { // zip reads a list of names, one a line
			func(c checkout) { c.write("lambda/hello/a\nb", "x") },
			`"lambda/hello/a\nb" has a line break in its name; rename it`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkout := hello(t)
			c.change(checkout)
			tree := checkout.tree()
			// The second time, it is remembered.
			for _, code := range []stages.Code{zip(t, function()), image(t, repository()), zip(t, function())} {
				address, err := tree.Address(code)
				if err == nil || err.Error() != c.want || address != "" {
					t.Errorf("%s: address %q, error %v\nwant %s", code.Kind, address, err, c.want)
				}
			}
		})
	}
}

// The source may be the repository itself.
func TestTheWholeRepository(t *testing.T) {
	t.Parallel()
	whole := function()
	whole.Source = "."
	c, below := checkout{TB: t, dir: t.TempDir()}, checkout{TB: t, dir: t.TempDir()}
	c.write("index.py", "x")
	c.write(".git/HEAD", "x")
	below.write("lambda/hello/index.py", "x")
	if got, want := c.address(zip(t, whole)), below.address(zip(t, function())); got != want {
		t.Errorf("address %s, want %s as for the same files in a directory", got, want)
	}

	c.link("/etc/hostname", "name")
	_, err := c.tree().Address(zip(t, whole))
	if want := "name is a symbolic link to /etc/hostname, which is not in the repository; replace the link by the file"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	c.remove("name")
	c.remove("index.py")
	_, err = c.tree().Address(zip(t, whole))
	if want := "the repository is empty, so there is nothing to publish"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestFunctionsHaveALimitAndImagesHaveNone(t *testing.T) {
	t.Parallel()
	const limit = 250 << 20
	c := hello(t)
	grow := func(name string, size int64) {
		c.write(name, "")
		c.must(os.Truncate(c.path(name), size)) // a sparse file: it takes no room on the disk
	}
	grow("lambda/large/a", limit/2)
	grow("lambda/large/b", limit/2+1)
	grow("lambda/huge/a", 1<<40) // who reads it waits for half an hour
	for source, size := range map[string]int{"lambda/large": limit + 1, "lambda/huge": 1 << 40} {
		f := function()
		f.Source = source
		want := fmt.Sprintf("%s has %d bytes; the Lambda limit is %d; move data to a bucket, or use an image", source, size, limit)
		if address, err := c.tree().Address(zip(t, f)); err == nil || err.Error() != want || address != "" {
			t.Errorf("%s: address %q, error %v\nwant %s", source, address, err, want)
		}
	}
	if testing.Short() {
		return
	}
	r := repository()
	r.Context = "lambda/large"
	f := function()
	f.Source = "lambda/large"
	tree := c.tree()
	if _, err := tree.Address(image(t, r)); err != nil {
		t.Errorf("an image may be larger: %v", err)
	}
	if _, err := tree.Address(zip(t, f)); err == nil {
		t.Error("an image of the same directory must not lift the function's limit")
	}
	c.must(os.Truncate(c.path("lambda/large/b"), limit/2))
	if _, err := c.tree().Address(zip(t, f)); err != nil {
		t.Errorf("at the Lambda limit: %v", err)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("skipped: root reads every file; run the tests as another user")
	}
	c := hello(t)
	c.chmod("lambda/hello/lib/util.py", 0)
	_, err := c.tree().Address(zip(t, function()))
	if want := "lambda/hello/lib/util.py cannot be read: permission denied"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	c.chmod("lambda/hello/lib", 0)
	c.Cleanup(func() { c.chmod("lambda/hello/lib", 0o755) })
	_, err = c.tree().Address(zip(t, function()))
	if want := "lambda/hello/lib cannot be read: permission denied"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// A tree remembers: the code of all environments is that of one moment, and is read once.
func TestATreeReadsADirectoryOnce(t *testing.T) {
	t.Parallel()
	c := hello(t)
	tree := c.tree()
	before, err := tree.Address(zip(t, function()))
	c.must(err)
	c.remove("lambda/hello")
	after, err := tree.Address(zip(t, function()))
	c.must(err)
	if before != after {
		t.Errorf("address %s, then %s", before, after)
	}
	inputs := zip(t, function()).Inputs
	if slices.Contains(inputs, "lambda/hello") {
		t.Errorf("the path is among what counts: %q", inputs)
	}
}

// BenchmarkAddress is a function with 1,000 files of 1 KB, as its dependencies are.
func BenchmarkAddress(b *testing.B) {
	c := checkout{TB: b, dir: b.TempDir()}
	for i := range 1000 {
		c.write(fmt.Sprintf("lambda/hello/%d/%d.py", i%10, i), strings.Repeat("x", 1024))
	}
	code := zip(b, function())
	b.SetBytes(1000 * 1024)
	b.ReportAllocs()
	for b.Loop() {
		c.address(code)
	}
}
