package goldentest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/golden/goldentest"
)

// recorder is a test that keeps its failures.
type recorder struct {
	testing.TB
	failures []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "case.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCheckPassesWhatIsEqual(t *testing.T) {
	t.Setenv("UPDATE_GOLDEN", "")
	r := &recorder{TB: t}
	goldentest.Check(r, file(t, "a: 1\n"), []byte("a: 1\n"))
	if len(r.failures) != 0 {
		t.Errorf("got %q", r.failures)
	}
}

func TestCheckShowsADiffAndHowToAcceptIt(t *testing.T) {
	t.Setenv("UPDATE_GOLDEN", "")
	r := &recorder{TB: t}
	goldentest.Check(r, file(t, "a: 1\nb: 2\n"), []byte("a: 1\nb: 3\n"))
	if len(r.failures) != 1 {
		t.Fatalf("got %d failures, want 1: %q", len(r.failures), r.failures)
	}
	for _, want := range []string{"\n-b: 2\n+b: 3\n", "UPDATE_GOLDEN=1 go test", "make golden"} {
		if !strings.Contains(r.failures[0], want) {
			t.Errorf("the failure does not say %q:\n%s", want, r.failures[0])
		}
	}
}

func TestCheckFailsWithoutAGolden(t *testing.T) {
	t.Setenv("UPDATE_GOLDEN", "")
	r := &recorder{TB: t}
	goldentest.Check(r, filepath.Join(t.TempDir(), "none.yaml"), nil)
	if len(r.failures) != 1 || !strings.Contains(r.failures[0], "does not exist") {
		t.Errorf("got %q", r.failures)
	}
}

func TestUpdateWritesTheGolden(t *testing.T) {
	t.Setenv("UPDATE_GOLDEN", "1")
	r := &recorder{TB: t}
	path := filepath.Join(t.TempDir(), "new", "case.yaml")
	goldentest.Check(r, path, []byte("a: 1\n"))
	goldentest.Check(r, path, []byte("a: 2\n"))
	got, err := os.ReadFile(path)
	if err != nil || string(got) != "a: 2\n" || len(r.failures) != 0 {
		t.Errorf("got %q, error %v, failures %q", got, err, r.failures)
	}
}

func TestNoStaleFailsForWhatNothingMakes(t *testing.T) {
	t.Setenv("UPDATE_GOLDEN", "")
	path := file(t, "")
	r := &recorder{TB: t}
	goldentest.NoStale(r, filepath.Dir(path), []string{path})
	if len(r.failures) != 0 {
		t.Errorf("got %q for a golden that is used", r.failures)
	}
	goldentest.NoStale(r, filepath.Dir(path), nil)
	if len(r.failures) != 1 || !strings.Contains(r.failures[0], "stale") {
		t.Errorf("got %q for a stale golden", r.failures)
	}
	goldentest.NoStale(r, filepath.Join(filepath.Dir(path), "none"), nil) // no goldens, none stale
	if len(r.failures) != 1 {
		t.Errorf("got %q for a directory that does not exist", r.failures)
	}
}

func TestUpdateRemovesStaleGoldens(t *testing.T) {
	t.Setenv("UPDATE_GOLDEN", "1")
	path := file(t, "")
	r := &recorder{TB: t}
	goldentest.NoStale(r, filepath.Dir(path), nil)
	if _, err := os.Stat(path); !os.IsNotExist(err) || len(r.failures) != 0 {
		t.Errorf("stat says %v, failures %q", err, r.failures)
	}
}
