package verify

import "strings"

// Probes stand in requests for what no template says. They are made of noncharacters of Unicode, which no name of AWS can contain and which
// templates are not rendered with, so that no policy is about them by accident and no text of a user is taken for one of them. Each * and ? of
// a policy matches them.
const (
	// anyID is what AWS chooses, or anybody could: an id, the rest of a name. Secrets Manager adds as many characters to the names of secrets.
	anyID = "\ufdd0\ufdd0\ufdd0\ufdd0\ufdd0\ufdd0"
	// other is the name of something that is not the project's.
	other = "\ufdd1\ufdd1\ufdd1\ufdd1\ufdd1\ufdd1"
	// one is a character of such a name.
	one = "\ufdd1"
	// outside is an account that has nothing to do with the system, with as many characters as accounts have.
	outside = "\ufdd2\ufdd2\ufdd2\ufdd2\ufdd2\ufdd2\ufdd2\ufdd2\ufdd2\ufdd2\ufdd2\ufdd2"
)

const accountDigits = 12

// shown is a text with probes as people read them.
func shown(text string) string {
	if !strings.Contains(text, "\ufdd0") && !strings.Contains(text, "\ufdd1") && !strings.Contains(text, "\ufdd2") {
		return text
	}
	return strings.NewReplacer(anyID+".zip", "*", anyID, "*", other, "<any other>", outside, "<any other>", one, "?").Replace(text)
}
