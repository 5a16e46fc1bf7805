package verify_test

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
)

const injectFile = "testdata/injected.txt"

// A fault of the structure that can break a run or open a door is found. Faults of every kind are injected into goldens at places that are
// drawn at random, the same ones each time. What is not found is in a list: as harmless, with the reason why it breaks nothing and opens
// nothing; or as missed. CFNPIPE_INJECT is how many faults of a kind are injected into each golden, CFNPIPE_INJECT_SEED is of which draw.
func TestInjectedFaults(t *testing.T) {
	t.Parallel()
	debug.SetGCPercent(400) // hundreds of proofs leave much behind
	each, seed := setting(t, "CFNPIPE_INJECT", 1), setting(t, "CFNPIPE_INJECT_SEED", 1)
	lines := readInjected(t)
	var list, spare []*injection // spare ones are for lines that none of the others needs
	for _, name := range []string{"minimal", "shop", "own-stacks", "one-account", "regions"} {
		of := map[string][]*injection{}
		a := golden(t, name)
		known := verify.Verify(a).Findings // of what cannot be judged
		for _, x := range injections(name, a) {
			x.known = known
			of[x.kind] = append(of[x.kind], x)
		}
		for _, kind := range kinds() {
			all := drawn(of[kind], seed)
			n := min(each, len(all))
			list, spare = append(list, all[:n]...), append(spare, all[n:]...)
		}
	}
	prove(list)
	type count struct{ found, harmless, missed int }
	counts := map[string]*count{}
	total := &count{}
	for _, x := range list {
		if counts[x.kind] == nil {
			counts[x.kind] = &count{}
		}
		for _, c := range []*count{counts[x.kind], total} {
			line := match(lines, x)
			switch {
			case x.isFound:
				c.found++
			case x.isHarmless:
				c.harmless++
			case line == nil:
				c.missed++
			case line.isHarmless:
				c.harmless++
			default:
				c.missed++
			}
			if line != nil && !x.isFound && !x.isHarmless {
				line.isUsed = true
			} else if line == nil && !x.isFound && !x.isHarmless && c == total {
				t.Errorf("not found: mend the proof, or list it in %s with the reason: %s", injectFile, x)
			}
		}
	}
	for i := range lines {
		const tries = 4
		for n := 0; n < tries*2 && !lines[i].isUsed; n += tries {
			var some []*injection
			for _, x := range spare {
				if len(some) < tries && !x.isProven && !x.isHarmless && lines[i].names(x) && match(lines, x) == &lines[i] {
					some = append(some, x)
				}
			}
			prove(some)
			lines[i].isUsed = slices.ContainsFunc(some, func(x *injection) bool { return !x.isFound })
		}
		if !lines[i].isUsed {
			t.Errorf("%s:%d is stale: what it names is found, or is not there; remove the line", injectFile, lines[i].line)
		}
	}
	for _, kind := range kinds() {
		c := counts[kind]
		if c == nil {
			t.Errorf("no golden has a place for the kind %s", kind)
			continue
		}
		t.Logf("%-28s found %3d   harmless %3d   missed %3d", kind, c.found, c.harmless, c.missed)
	}
	share := float64(total.found) / float64(total.found+total.missed)
	t.Logf("%d faults of %d kinds: %d found, %d harmless, %d missed: %.1f %% of what can break a run or open a door is found",
		len(list), len(counts), total.found, total.harmless, total.missed, share*100)
	if share < 0.97 {
		t.Errorf("%.1f %% of the faults that matter are found, 97 %% must be", share*100)
	}
}

// setting in the environment of the process: a number.
func setting(t *testing.T, variable string, otherwise int) int {
	t.Helper()
	n, err := strconv.Atoi(cmp.Or(os.Getenv(variable), strconv.Itoa(otherwise)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// drawn are faults in the order of a draw. Where each comes depends on itself alone: another kind or place moves none of the others.
func drawn(list []*injection, seed int) []*injection {
	rank := map[*injection][sha256.Size]byte{}
	for _, x := range list {
		rank[x] = sha256.Sum256(fmt.Append(nil, seed, x))
	}
	slices.SortStableFunc(list, func(x, y *injection) int {
		one, other := rank[x], rank[y]
		return bytes.Compare(one[:], other[:])
	})
	return list
}

// injection is a fault of one kind at one place of a golden.
type injection struct {
	kind, place       string // the place is the golden, the stack, and the path in its template
	isHarmless        bool   // as the golden shows
	a                 *assembly.Assembly
	known             []verify.Finding // of the golden without the fault
	stack             int
	change            func(a *assembly.Assembly, s *assembly.Stack) // of a copy of both; the template is a copy, too
	isFound, isProven bool
}

func (x *injection) String() string { return x.kind + " | " + x.place }

// prove the goldens with the faults.
func prove(list []*injection) {
	next := make(chan *injection)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for x := range next {
				b := *x.a
				b.Stacks, b.Pipelines = slices.Clone(x.a.Stacks), slices.Clone(x.a.Pipelines)
				s := &b.Stacks[x.stack]
				s.Template, s.Parameters, s.FromOutputs = cloned(s.Template), slices.Clone(s.Parameters), slices.Clone(s.FromOutputs)
				s.Capabilities, s.DependsOn, s.DeployedBy = slices.Clone(s.Capabilities), slices.Clone(s.DependsOn), slices.Clone(s.DeployedBy)
				x.change(&b, s)
				x.isFound = slices.ContainsFunc(verify.Verify(&b).Findings, func(f verify.Finding) bool {
					return !slices.ContainsFunc(x.known, func(k verify.Finding) bool { return k.Rule == f.Rule && k.Stack == f.Stack && k.Path == f.Path })
				})
				x.isProven = true
			}
		})
	}
	for _, x := range list {
		next <- x
	}
	close(next)
	workers.Wait()
}

// injected is a line of the list.
type injected struct {
	line        int
	kind, place string // * stands for any text
	isHarmless  bool
	isUsed      bool
}

// names says whether a line is for a fault, if no line before it is.
func (l *injected) names(x *injection) bool {
	return isLike(x.kind, l.kind) && isLike(x.place, l.place)
}

func match(lines []injected, x *injection) *injected {
	i := slices.IndexFunc(lines, func(l injected) bool { return l.names(x) })
	if i < 0 {
		return nil
	}
	return &lines[i]
}

// isLike says whether a text is as a pattern says, in which * stands for any text.
func isLike(text, pattern string) bool {
	begin, rest, isOpen := strings.Cut(pattern, "*")
	after, ok := strings.CutPrefix(text, begin)
	if !ok || !isOpen {
		return ok && after == ""
	}
	for {
		part, more, isOpen := strings.Cut(rest, "*")
		if !isOpen {
			return strings.HasSuffix(after, part)
		}
		i := strings.Index(after, part)
		if i < 0 {
			return false
		}
		after, rest = after[i+len(part):], more
	}
}

func readInjected(t *testing.T) []injected {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(injectFile))
	if err != nil {
		t.Fatal(err)
	}
	var list []injected
	for i, line := range strings.Split(string(text), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		parts := strings.SplitN(line, "|", 4)
		if len(parts) < 4 || strings.TrimSpace(parts[3]) == "" {
			t.Fatalf("%s:%d: want KIND | GOLDEN STACK PLACE | harmless or missed | REASON, got: %s", injectFile, i+1, line)
		}
		verdict := strings.TrimSpace(parts[2])
		if verdict != "harmless" && verdict != "missed" {
			t.Fatalf("%s:%d: want harmless or missed, got %s", injectFile, i+1, verdict)
		}
		list = append(list, injected{line: i + 1, kind: strings.TrimSpace(parts[0]), place: strings.TrimSpace(parts[1]), isHarmless: verdict == "harmless"})
	}
	return list
}
