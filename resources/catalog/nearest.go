package catalog

import "strings"

// NearestType returns the resource type with the name closest to an unknown one, or "".
func NearestType(name string) string {
	const prefix = "AWS::" // all types begin with it, so it does not count
	if !strings.HasPrefix(name, prefix) {
		return Nearest(name, Types())
	}
	names := Types()
	for i, n := range names {
		names[i] = strings.TrimPrefix(n, prefix)
	}
	if best := Nearest(strings.TrimPrefix(name, prefix), names); best != "" {
		return prefix + best
	}
	return ""
}

// NearestAction returns the action with the name closest to an unknown one, or "". It first corrects the name of an unknown service.
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

// Nearest returns the candidate closest to a word by edit distance, ignoring case, or "" if none is close. Of equally close ones, it returns the first.
func Nearest(word string, candidates []string) string {
	word = strings.ToLower(word)
	lower := make([]string, len(candidates))
	common := len(word) // a prefix of all candidates does not count
	for i, c := range candidates {
		lower[i] = strings.ToLower(c)
		common = commonPrefix(word[:common], lower[i])
	}
	best, least := "", 0
	for i, c := range lower {
		// more than one edit in three letters is another word rather than a typing error
		limit := max(1, (min(len(word), len(c))-common)/3)
		d := distance(word[common:], c[common:], limit)
		if d <= limit && d < len(c) && (best == "" || d < least) {
			best, least = candidates[i], d
		}
	}
	return best
}

// commonPrefix returns the length of the common prefix of two words in bytes.
func commonPrefix(a, b string) int {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	return i
}

// distance returns the number of inserted, removed, changed and swapped letters, or any number above limit if there are more.
func distance(a, b string, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	// the current row of the usual table, the previous one, and the one before that for swaps
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
