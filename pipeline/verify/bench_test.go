package verify_test

import (
	"path/filepath"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
)

// golden reads a rendered project.
func golden(tb testing.TB, name string) *assembly.Assembly {
	tb.Helper()
	a, err := assembly.Read(filepath.Join("..", "..", "golden", name, "want"))
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

// BenchmarkVerifyShop proves the largest project of golden; 50 ms is the most that it should take.
func BenchmarkVerifyShop(b *testing.B) {
	a := golden(b, "shop")
	for b.Loop() {
		verify.Verify(a)
	}
}
