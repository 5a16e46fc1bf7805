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

// checkKey refuses to leave encryption to a key of AWS because nobody named one, or where that cannot be.
func checkKey(t *cfn.Template, path string, key cfn.Value[cfn.KeyARN]) {
	if text := t.TextPtr(key); text == nil || *text == awsKey {
		t.Fail(path, "there is no key", "set Key to a customer managed key")
	}
}

// awsKey is no ARN of a key.
const awsKey = "aws"

// AWSKey stands for the key of AWS with which a service encrypts what names no key: an explicit choice, where an unset key is an error.
// Log groups, buckets and repositories accept it, nothing else does.
func AWSKey() cfn.Value[cfn.KeyARN] { return cfn.Literal[cfn.KeyARN](awsKey) }

// keyOf is the text of a key, nil for AWSKey. It refuses an unset key.
func keyOf(t *cfn.Template, path string, key cfn.Value[cfn.KeyARN]) *string {
	text := t.TextPtr(key)
	if text != nil && *text == awsKey {
		return nil
	}
	checkKey(t, path, key)
	return text
}
