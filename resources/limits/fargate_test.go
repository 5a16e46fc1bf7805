package limits_test

import (
	"slices"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/limits"
)

func TestFargateHasTheseSizes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ cpu, number, least, second, last int }{
		{256, 3, 512, 1024, 2048},
		{512, 4, 1024, 2048, 4096},
		{1024, 7, 2048, 3072, 8192},
		{2048, 13, 4096, 5120, 16384},
		{4096, 23, 8192, 9216, 30720},
		{8192, 12, 16384, 20480, 61440},
		{16384, 12, 32768, 40960, 122880},
	} {
		m := limits.FargateMemory(c.cpu)
		if len(m) != c.number || m[0] != c.least || m[1] != c.second || m[len(m)-1] != c.last || !slices.IsSorted(m) {
			t.Errorf("%d CPU units: got %v", c.cpu, m)
		}
		if !slices.Contains(limits.FargateCPUs(), c.cpu) {
			t.Errorf("%d CPU units are not among %v", c.cpu, limits.FargateCPUs())
		}
	}
	if n := len(limits.FargateCPUs()); n != 7 {
		t.Errorf("got %d sizes, want 7", n)
	}
	for _, cpu := range []int{-256, 0, 128, 255, 768, 3072, 32768} {
		if m := limits.FargateMemory(cpu); m != nil {
			t.Errorf("%d CPU units: got %v, want none", cpu, m)
		}
	}
}

func TestWhatFitsFargateAndWhatDoesNext(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cpu, memory         int
		fits                bool
		nextCPU, nextMemory int
	}{
		{256, 512, true, 256, 512},
		{256, 2048, true, 256, 2048},
		{256, 1536, false, 256, 2048}, // the smallest goes in powers of two
		{256, 4096, false, 512, 4096},
		{1024, 512, false, 1024, 2048},
		{1024, 2500, false, 1024, 3072},
		{1024, 9000, false, 2048, 9216},
		{1000, 2048, false, 1024, 2048},
		{8192, 17408, false, 8192, 20480},
		{4096, 30720, true, 4096, 30720},
		{4096, 31744, false, 8192, 32768},
		{16384, 122880, true, 16384, 122880},
		{16384, 122881, false, 0, 0},
		{16385, 32768, false, 0, 0},
		{0, 0, false, 256, 512},
	} {
		if got := limits.FitsFargate(c.cpu, c.memory); got != c.fits {
			t.Errorf("%d and %d fit: %t, want %t", c.cpu, c.memory, got, c.fits)
		}
		if cpu, memory := limits.NextFargate(c.cpu, c.memory); cpu != c.nextCPU || memory != c.nextMemory {
			t.Errorf("after %d and %d: got %d and %d, want %d and %d", c.cpu, c.memory, cpu, memory, c.nextCPU, c.nextMemory)
		}
	}
}
