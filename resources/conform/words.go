package conform

import (
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// kindOf names what a value is.
func kindOf(n *tree.Node) string {
	switch n.Kind {
	case tree.Map:
		return "a map"
	case tree.List:
		return "a list"
	case tree.Bool, tree.Number:
		return n.Text
	default:
		return "a string"
	}
}

// accepts names what a shape accepts.
func (c *checker) accepts(s *catalog.Shape) string {
	switch s.Kind {
	case catalog.String:
		return "a string"
	case catalog.Number:
		return "a number"
	case catalog.Integer:
		return "a whole number"
	case catalog.Boolean:
		return "true or false"
	case catalog.List:
		return "a list"
	case catalog.Map:
		return "a map"
	case catalog.Object:
		return "a map with properties of " + c.name(s.Definition)
	case catalog.Union:
		var words []string
		for i := range s.Alternatives {
			if w := c.accepts(&s.Alternatives[i]); !slices.Contains(words, w) {
				words = append(words, w)
			}
		}
		return strings.Join(words, " or ")
	default:
		return "any JSON"
	}
}

func didYouMean(word string) string { return "did you mean " + strconv.Quote(word) + "?" }

// suggest is a hint for a word that is not known: the candidate nearest to it, or where none is near, the candidates.
func suggest(word string, candidates []string) string {
	const limit = 20
	if nearest := catalog.Nearest(word, candidates); nearest != "" {
		return didYouMean(nearest)
	}
	if len(candidates) == 0 {
		return "remove it"
	}
	if len(candidates) > limit {
		candidates = append(slices.Clone(candidates[:limit]), "…")
	}
	return "known here: " + strings.Join(candidates, ", ")
}

// quoted is a value as messages show it.
func quoted(n *tree.Node) string {
	const limit = 50
	if n.Kind == tree.String && len(n.Text) < limit {
		return strconv.Quote(n.Text)
	}
	return kindOf(n)
}
