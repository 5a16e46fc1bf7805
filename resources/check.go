package resources

import (
	"fmt"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
)

// checkName refuses a name that the service would refuse: it takes from least to most letters, digits and the others.
func checkName(t *cfn.Template, path, service, name, others string, least, most int) {
	foreign := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(others, r)
	}
	if len(name) < least || len(name) > most || strings.ContainsFunc(name, foreign) {
		t.Failf(path, "choose another one", "%q is no name: %s takes %d to %d letters, digits and %s", name, service, least, most, others)
	}
}

// checkRange refuses a number that is not from least to most.
func checkRange(t *cfn.Template, path, service string, n, least, most int) {
	if n < least || n > most {
		t.Fail(path, fmt.Sprintf("it is %d, %s allows %d to %d", n, service, least, most), "")
	}
}

// checkKey refuses to leave encryption to a key of AWS because nobody named one.
func checkKey(t *cfn.Template, path string, key cfn.Value[cfn.KeyARN]) {
	if t.TextPtr(key) == nil {
		t.Fail(path, "there is no key", "set Key to a customer managed key")
	}
}
