package resources

import (
	"fmt"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
)

// checkName reports a name that the service would reject: one that does not have minimum to limit characters, all of them letters, digits or others.
func checkName(t *cfn.Template, path, service, name, others string, minimum, limit int) {
	foreign := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(others, r)
	}
	if len(name) < minimum || len(name) > limit || strings.ContainsFunc(name, foreign) {
		t.Failf(path, "choose another one", "%q is not a valid name: %s requires %d to %d letters, digits and %s", name, service, minimum, limit, others)
	}
}

// checkRange reports a number that is not in the range from minimum to limit.
func checkRange(t *cfn.Template, path, service string, n, minimum, limit int) {
	if n < minimum || n > limit {
		t.Fail(path, fmt.Sprintf("it is %d; %s allows %d to %d", n, service, minimum, limit), "")
	}
}

// checkKey reports a key that is unset or AWSKey: without a key, a service would use one of its own.
func checkKey(t *cfn.Template, path string, key cfn.Value[cfn.KeyARN]) {
	if text := t.TextPtr(key); text == nil || *text == awsKey {
		t.Fail(path, "the key is not set", "set Key to a customer managed key")
	}
}

// awsKey is the value of AWSKey, which is not the ARN of a key.
const awsKey = "aws"

// AWSKey selects the key of AWS with which a service encrypts by default. An unset key is an error, so that this is an explicit choice. Only log groups,
// buckets and repositories accept it.
func AWSKey() cfn.Value[cfn.KeyARN] { return cfn.Literal[cfn.KeyARN](awsKey) }

// keyOf returns the text of a key, or nil for AWSKey. It reports an unset key.
func keyOf(t *cfn.Template, path string, key cfn.Value[cfn.KeyARN]) *string {
	text := t.TextPtr(key)
	if text != nil && *text == awsKey {
		return nil
	}
	checkKey(t, path, key)
	return text
}
