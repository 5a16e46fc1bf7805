package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// checkSecret checks the secret of a place: the ARN of a secret of Secrets Manager, perhaps with # and a JSON key, or if it may be one, of a parameter of SSM.
func checkSecret(v *validator, at, secret string, where place, orParameter bool) {
	const hint = "copy it from Secrets Manager: arn:aws:secretsmanager:<region>:<account>:secret:<name>-<six characters>"
	const most = 512 // characters of a name, Secrets Manager
	services := []string{"secretsmanager"}
	if orParameter {
		services = append(services, "ssm")
	}
	if !v.given(at, secret, hint) {
		return
	}
	arn, key, hasKey := strings.Cut(secret, "#")
	p := strings.SplitN(arn, ":", 6)
	switch {
	case len(p) < 6 || p[0] != "arn":
		v.add(at, "is not an ARN", hint) // nor is it repeated: it may be the secret itself
		return
	case !slices.Contains(services, p[2]):
		v.add(at, fmt.Sprintf("belongs to the service %q", shorten(p[2])), "use a secret of "+oneOf(services))
		return
	}
	v.within(at, p, where, "use a secret there")
	if p[2] == "ssm" {
		checkSecretParameter(v, at, p[5], hasKey)
		return
	}
	name, ok := strings.CutPrefix(p[5], "secret:")
	end := len(name) - len("-AbCdEf")
	switch {
	case ok && strings.Contains(name, ":"):
		v.add(at, "has a colon behind the secret's name", "write # before a JSON key; versions cannot be chosen")
	case !ok || name == "" || !only(name, "/_+=.@-") || len(name) > most+len("-AbCdEf"):
		v.add(at, strconv.Quote(shorten(p[5]))+" is not secret: and its name", hint)
	case end < 1 || name[end] != '-' || !only(name[end+1:], ""):
		v.add(at, strconv.Quote(shorten(name))+" lacks the dash and six characters that Secrets Manager puts behind a name", "copy the whole ARN")
	}
	if hasKey && (key == "" || len(key) > most || !only(key, "_.-/")) {
		v.add(at, strconv.Quote(shorten(key))+" is not a JSON key", "write letters, digits and _ . - / behind the #, or leave it out for the whole secret")
	}
}

// checkSecretParameter checks what the ARN of a parameter of SSM ends with.
func checkSecretParameter(v *validator, at, resource string, hasKey bool) {
	name, ok := strings.CutPrefix(resource, "parameter/")
	switch {
	case !ok || name == "" || !only(name, "_.-/") || strings.Contains(name, "//") || strings.HasSuffix(name, "/"):
		v.add(at, strconv.Quote(shorten(resource))+" is not parameter/ and its name", "write arn:aws:ssm:<region>:<account>:parameter/<name>")
	case hasKey:
		v.add(at, "has a JSON key behind a parameter", "only secrets of secretsmanager have keys: leave it out, and the #")
	}
}

// checkSecretKeys checks the ARNs of keys of KMS, which may be of another account.
func checkSecretKeys(v *validator, path string, keys []string, where place) {
	const most = 10 // a secret has one
	if len(keys) > most {
		v.add(path, fmt.Sprintf("has %d keys, at most %d are allowed", len(keys), most), "")
		return
	}
	for i, arn := range keys {
		at := index(path, i)
		if isKey := checkKey(v, at, arn, where, "a secret is encrypted by a key of its own region"); isKey && slices.Contains(keys[:i], arn) {
			v.add(at, strconv.Quote(shorten(arn))+" is given twice", "keep one")
		}
	}
}

// checkKey says whether an ARN is that of a key of KMS, and checks that it is in the region of a place; it may be of another account.
func checkKey(v *validator, at, arn string, where place, elsewhere string) bool {
	const hint = "copy it from KMS: arn:aws:kms:<region>:<account>:key/<id>"
	p := strings.SplitN(arn, ":", 6)
	id, isKey := strings.CutPrefix(p[len(p)-1], "key/")
	switch {
	case len(p) == 6 && p[2] == "kms" && strings.HasPrefix(p[5], "alias/"):
		v.add(at, "is an alias, and permissions hold for keys", hint)
		return false
	case len(p) < 6 || p[0] != "arn" || p[2] != "kms" || !isAccount(p[4]) || !isKey || id == "" || !only(id, "-"):
		v.add(at, strconv.Quote(shorten(arn))+" is not the ARN of a key", hint)
		return false
	}
	where.account.Account = p[4]
	v.within(at, p, where, elsewhere)
	return true
}
