package spec

import (
	"slices"
	"strconv"
	"strings"
)

// didYouMean is a hint with the candidate nearest to word, or "" when none is near.
func didYouMean(word string, candidates []string) string {
	if s := nearest(word, candidates); s != "" {
		return "did you mean " + strconv.Quote(s) + "?"
	}
	return ""
}

// Suggest is a hint for a word that is not known: the candidate nearest to it, or where none is near, all of them.
func Suggest(word string, candidates []string) string { return didYouMeanOrKnown(word, candidates) }

// didYouMeanOrKnown is didYouMean with a list of the candidates where none is near.
func didYouMeanOrKnown(word string, candidates []string) string {
	if hint := didYouMean(word, candidates); hint != "" || len(candidates) == 0 {
		return hint
	}
	return knownHere(candidates)
}

// knownHere lists words, each once.
func knownHere(words []string) string {
	const most = 20
	var list []string
	for _, w := range words {
		switch {
		case slices.Contains(list, w):
		case len(list) == most:
			return "known here: " + strings.Join(list, ", ") + ", …"
		default:
			list = append(list, w)
		}
	}
	return "known here: " + strings.Join(list, ", ")
}

// nearest candidate to word by edit distance, whatever the case; "" when none is near. Of equals, the first.
func nearest(word string, candidates []string) string {
	word = strings.ToLower(word)
	best, least := "", 0
	for _, c := range candidates {
		// One edit in three letters: nearer to a slip of the pen than to another word.
		most := max(1, min(len(word), len(c))/3)
		d := distance(word, strings.ToLower(c), most)
		if d <= most && d < len(c) && (best == "" || d < least) {
			best, least = c, d
		}
	}
	return best
}

// distance in inserted, removed, changed and swapped letters; any number over most when it is over most.
func distance(a, b string, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	// Three rows of the usual table: this one, the one before, and the one before that for swaps.
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

// oneOf reads "dev, test or prod".
func oneOf(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
