package verify_test

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cfnpipe/cfnpipe/pipeline/verify"
)

// goldens are the names of all rendered projects.
func goldens(tb testing.TB) []string {
	tb.Helper()
	dirs, err := filepath.Glob(filepath.Join("..", "..", "golden", "*", "want"))
	if err != nil || len(dirs) == 0 {
		tb.Fatalf("no goldens: %v", err)
	}
	for i, dir := range dirs {
		dirs[i] = filepath.Base(filepath.Dir(dir))
	}
	return dirs
}

func TestGoldensVerifyClean(t *testing.T) {
	t.Parallel()
	for _, name := range goldens(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, f := range verify.Verify(golden(t, name)).Findings {
				t.Errorf("%s: %s %s: %s: %s\n%s", f.Severity, f.Stack, f.Path, f.Rule, f.Message, f.Hint)
			}
		})
	}
}

// The same system gives the same report, in the same order, whatever is wrong with it.
func TestVerifyIsDeterministic(t *testing.T) {
	t.Parallel()
	a := golden(t, "shop")
	for _, statement := range []string{
		"NeverAccess", "DecryptArtifacts", "OwnRolesOnly", "GrantsForServicesOnly", "CodeBuild", "Tasks", "RequireTLS", "Buckets",
	} {
		for i := range a.Stacks {
			for _, d := range deletions(a) {
				if d.stack == i && d.sid == statement && d.part == "-" {
					a = without(a, d)
					break
				}
			}
		}
	}
	want := verify.Verify(a)
	if len(want.Findings) < 50 {
		t.Fatalf("%d findings are too few to see an order", len(want.Findings))
	}
	for range 5 {
		if diff := cmp.Diff(want, verify.Verify(a), cmpopts.IgnoreUnexported(verify.Report{}, verify.Hop{})); diff != "" {
			t.Fatalf("the report differs from one time to the next (-first +later):\n%s", diff)
		}
	}
}
