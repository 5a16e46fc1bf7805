package cmd_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/cfnpipe/cfnpipe/cmd"
	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"cfnpipe": func() { os.Exit(cmd.Main(nil)) },
		"infra":   func() { os.Exit(cmd.Main(refuseProd)) },
		"aws":     func() { os.Exit(fakeAWS(os.Args[1:], os.Stdout)) },
	})
}

// TestScripts runs testdata/script/*.txtar: one for each command, one for each kind of bad input. With UPDATE_GOLDEN set, what the
// scripts expect by cmp is rewritten to what came out. See scriptCommands for what they have beside testscript's own commands.
func TestScripts(t *testing.T) {
	t.Parallel()
	good, err := filepath.Abs(filepath.Join("testdata", "pipeline.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       os.Getenv("UPDATE_GOLDEN") != "",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                scriptCommands(),
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %s", name)
		},
		Setup: func(e *testscript.Env) error {
			e.Setenv("GOOD", good)
			e.Values[remembered] = map[string]map[string]string{}
			return nil
		},
	})
}

func scriptCommands() map[string]func(ts *testscript.TestScript, neg bool, args []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		// exits CODE PROGRAM ARG...: runs it and wants that very exit code.
		"exits": arguments(2, exits),
		// refuses FILE: generate and check want exit code 2 for this pipeline.yaml; nothing is written, and what is there stays.
		"refuses": arguments(1, refuses),
		// remember DIR; then unchanged DIR: the same files with the same bytes, modes and times.
		"remember":  arguments(1, remember),
		"unchanged": arguments(1, unchanged),
		// files DIR: writes the paths of all files in DIR, sorted, to stdout.
		"files": arguments(1, files),
		// unescape FILE: replaces \u{7} by that character and \x{ff} by that byte.
		"unescape": arguments(1, unescape),
		// big SIZE FILE: makes a file of so many bytes, all comment.
		"big": arguments(2, big),
		// indented FILE OUT: writes the first lines of FILE that are indented by four spaces, without those, to OUT.
		"indented": arguments(2, indented),
		// replace OLD NEW FILE: replaces a text that must be there.
		"replace": arguments(3, replace),
	}
}

func arguments(least int, run func(*testscript.TestScript, []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) < least {
			ts.Fatalf("needs %d arguments and no !", least)
		}
		run(ts, args)
	}
}

func exits(ts *testscript.TestScript, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit := new(exec.ExitError)
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
	for _, name := range []string{"stdout", "stderr"} {
		if strings.ContainsRune(ts.ReadFile(name), '\x1b') {
			ts.Fatalf("%s is no terminal, but has escape sequences", name)
		}
	}
}

func refuses(ts *testscript.TestScript, args []string) {
	old := ts.MkAbs("old")
	if _, err := os.Stat(old); errors.Is(err, fs.ErrNotExist) {
		exits(ts, []string{"0", "cfnpipe", "generate", "-c", ts.Getenv("GOOD"), "-o", "old"})
	}
	before := snapshot(ts, old)
	said := ""
	for _, arguments := range [][]string{
		{"check", "-c", args[0], "old"},
		{"generate", "-c", args[0], "-o", "old"},
		{"generate", "-c", args[0]}, // into out, which is not there
	} {
		exits(ts, append([]string{"2", "cfnpipe"}, arguments...))
		if out := ts.ReadFile("stdout"); out != "" {
			ts.Fatalf("%v: stdout must be empty", arguments)
		}
		if now := ts.ReadFile("stderr"); said == "" {
			said = now
		} else if now != said {
			ts.Fatalf("%v says\n%s\nbut the others say\n%s", arguments, now, said)
		}
	}
	same(ts, "old", before, snapshot(ts, old))
	if _, err := os.Lstat(ts.MkAbs("out")); err == nil {
		ts.Fatalf("out was written")
	}
}

// remembered is the key of a script's snapshots by directory.
const remembered = "remembered"

func remember(ts *testscript.TestScript, args []string) {
	for _, dir := range args {
		ts.Value(remembered).(map[string]map[string]string)[dir] = snapshot(ts, ts.MkAbs(dir))
	}
}

func unchanged(ts *testscript.TestScript, args []string) {
	for _, dir := range args {
		before, ok := ts.Value(remembered).(map[string]map[string]string)[dir]
		if !ok {
			ts.Fatalf("%s is not remembered", dir)
		}
		same(ts, dir, before, snapshot(ts, ts.MkAbs(dir)))
	}
}

// snapshot is all there is to know of each file and directory below dir.
func snapshot(ts *testscript.TestScript, dir string) map[string]string {
	found := map[string]string{}
	ts.Check(filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		text := fmt.Sprint(info.Mode(), " ", info.ModTime().UnixNano(), " ")
		switch {
		case info.Mode().IsRegular():
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text += string(data)
		case info.Mode()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			text += target
		}
		found[path] = text
		return nil
	}))
	return found
}

func same(ts *testscript.TestScript, dir string, before, after map[string]string) {
	all := maps.Clone(before)
	maps.Copy(all, after)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		was, existed := before[name]
		is, exists := after[name]
		switch {
		case !existed:
			ts.Fatalf("%s has changed: %s is new", dir, name)
		case !exists:
			ts.Fatalf("%s has changed: %s is gone", dir, name)
		case was != is:
			ts.Fatalf("%s has changed: %s is another, or was written again", dir, name)
		}
	}
}

func files(ts *testscript.TestScript, args []string) {
	root := ts.MkAbs(args[0])
	ts.Check(filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, path)
		fmt.Fprintln(ts.Stdout(), filepath.ToSlash(name))
		return err
	}))
}

func unescape(ts *testscript.TestScript, args []string) {
	text := regexp.MustCompile(`\\[ux]\{[0-9a-f]+\}`).ReplaceAllStringFunc(ts.ReadFile(args[0]), func(escape string) string {
		n, err := strconv.ParseUint(escape[3:len(escape)-1], 16, 21)
		ts.Check(err)
		if escape[1] == 'x' {
			return string([]byte{byte(n)})
		}
		return string(rune(n))
	})
	write(ts, args[0], text)
}

func big(ts *testscript.TestScript, args []string) {
	size, err := strconv.Atoi(args[0])
	ts.Check(err)
	write(ts, args[1], strings.Repeat("#", size-1)+"\n")
}

func indented(ts *testscript.TestScript, args []string) {
	var out strings.Builder
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		text, ok := strings.CutPrefix(line, "    ")
		if !ok && out.Len() > 0 {
			break
		}
		if ok {
			out.WriteString(text)
		}
	}
	write(ts, args[1], out.String())
}

func replace(ts *testscript.TestScript, args []string) {
	before := ts.ReadFile(args[2])
	after := strings.ReplaceAll(before, args[0], args[1])
	if before == after {
		ts.Fatalf("%s does not hold %q", args[2], args[0])
	}
	write(ts, args[2], after)
}

func write(ts *testscript.TestScript, name, text string) {
	ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o644))
}

// refuseProd is what a project's own main may want to check.
func refuseProd(y *pipeline.System) error {
	for _, e := range y.Environments() {
		if e.Type == spec.Prod {
			return fmt.Errorf("environment %s: we have no prod yet", e.Place.Scope)
		}
	}
	return nil
}

// fakeAWS stands in for the aws command: it writes what it is told to the file $AWS_LOG, one line for each deployment, and answers
// questions. A profile is called like its account.
func fakeAWS(args []string, stdout io.Writer) int {
	account := ""
	if i := slices.Index(args, "--profile"); i >= 0 {
		account = args[i+1]
		args = slices.Delete(args, i, i+2)
	}
	if slices.Contains(args, "Stacks[0].StackStatus") { // deploy.sh looks what state a stack is in
		fmt.Fprintln(stdout, "UPDATE_COMPLETE")
		return 0
	}
	switch strings.Join(args[:2], " ") {
	case "sts get-caller-identity":
		fmt.Fprintln(stdout, account)
		return 0
	case "cloudformation describe-stacks":
		fmt.Fprintf(stdout, "the output of %q\n", args)
	}
	if i := slices.Index(args, "--template-file"); i >= 0 {
		path, err := filepath.Abs(args[i+1])
		if _, missing := os.Stat(path); err != nil || missing != nil {
			fmt.Fprintln(os.Stderr, "no template", path)
			return 1
		}
		args[i+1] = path
	}
	log, err := os.OpenFile(os.Getenv("AWS_LOG"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if _, err := fmt.Fprintf(log, "%q\n", args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if err := log.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}
