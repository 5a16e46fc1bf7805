package catalog

import "strings"

// NearestType is the resource type whose name is nearest to one that Type does not find, or "".
func NearestType(name string) string {
	const ours = "AWS::" // is no likeness
	if !strings.HasPrefix(name, ours) {
		return Nearest(name, Types())
	}
	names := Types()
	for i, n := range names {
		names[i] = strings.TrimPrefix(n, ours)
	}
	if best := Nearest(strings.TrimPrefix(name, ours), names); best != "" {
		return ours + best
	}
	return ""
}

// NearestAction is the action whose name is nearest to one that Action does not find, or "". A service that does not exist is corrected first.
func NearestAction(name string) string {
	prefix, action, _ := strings.Cut(name, ":")
	s, ok := Service(prefix)
	if !ok {
		if s, ok = Service(Nearest(prefix, Services())); !ok {
			return ""
		}
	}
	return Nearest(s.Prefix+":"+action, s.Actions())
}

// Nearest candidate to a word by edit distance, whatever the case; "" when none is near. Of equals, the first.
func Nearest(word string, candidates []string) string {
	word = strings.ToLower(word)
	lower := make([]string, len(candidates))
	common := len(word) // what all begin with is no likeness
	for i, c := range candidates {
		lower[i] = strings.ToLower(c)
		common = commonPrefix(word[:common], lower[i])
	}
	best, least := "", 0
	for i, c := range lower {
		// one edit in three letters: nearer to a slip of the pen than to another word
		limit := max(1, (min(len(word), len(c))-common)/3)
		d := distance(word[common:], c[common:], limit)
		if d <= limit && d < len(c) && (best == "" || d < least) {
			best, least = candidates[i], d
		}
	}
	return best
}

// commonPrefix is how many bytes two words begin with alike.
func commonPrefix(a, b string) int {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	return i
}

// distance in inserted, removed, changed and swapped letters; any number over limit when it is over it.
func distance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	// three rows of the usual table: this one, the one before, and the one before that for swaps
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(last[j]+1, row[j-1]+1, change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
