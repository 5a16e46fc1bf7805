package spec

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
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
func nearest(word string, candidates []string) string { return catalog.Nearest(word, candidates) }

// oneOf reads "dev, test or prod".
func oneOf(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
