// Package goldentest compares what a test made with a file that was reviewed and committed, its golden. With UPDATE_GOLDEN set in the
// environment, it rewrites the file instead.
package goldentest

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/diff"
)

const howToAccept = "If this is what you want, accept it with `UPDATE_GOLDEN=1 go test ./...` in this package's directory, or `make golden`, and review the change."

// Check fails the test with a unified diff if got is not what the golden file holds. The file may be in a directory that does not exist.
func Check(tb testing.TB, file string, got []byte) {
	tb.Helper()
	want, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		tb.Errorf("golden: %v", err)
		return
	}
	missing := err != nil
	if !missing && bytes.Equal(want, got) {
		return
	}
	if updating() {
		write(tb, file, got)
		return
	}
	if missing {
		tb.Errorf("the golden %s does not exist. %s", file, howToAccept)
		return
	}
	tb.Errorf("%s is not what was made:\n%s\n%s", file, diff.Diff(file, want, "made now", got), howToAccept)
}

// NoStale fails the test for each file in or below dir that is not among used, the files that Check was given: nothing makes it any
// more. Call it when all of them are known; a test that runs only some of its cases must not.
func NoStale(tb testing.TB, dir string, used []string) {
	tb.Helper()
	keep := make([]string, len(used))
	for i, file := range used {
		keep[i] = filepath.Clean(file)
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || slices.Contains(keep, filepath.Clean(path)) {
			return err
		}
		if updating() {
			return os.Remove(path)
		}
		tb.Errorf("the golden %s is stale: no test makes it. %s", path, howToAccept)
		return nil
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		tb.Errorf("golden: %v", err)
	}
}

func updating() bool {
	return os.Getenv("UPDATE_GOLDEN") != "" //nolint:forbidigo // tests are told to rewrite goldens by the environment
}

func write(tb testing.TB, file string, data []byte) {
	tb.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		tb.Errorf("golden: %v", err)
		return
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		tb.Errorf("golden: %v", err)
	}
}
