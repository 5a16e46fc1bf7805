package eval

import (
	"slices"
	"strings"
)

// refusal is what AWS lets nobody do, whatever policies say.
type refusal struct {
	service, resource string // as in ARNs; what the resource begins with, in lower case
	account           string // of the resource; any where it is empty
	why               string
	actions           []string // in lower case, without the service
}

// refusals are those that AWS documents. Service-linked roles (role/aws-service-role/) are none: who may, makes and deletes them, and changes
// what is said about them.
func refusals() []refusal {
	return []refusal{
		{"iam", "role/aws-reserved/", "", "AWS alone changes and uses the roles under /aws-reserved/, such as those of IAM Identity Center", []string{
			"attachrolepolicy", "createrole", "createservicelinkedrole", "deleterole", "deleterolepermissionsboundary", "deleterolepolicy",
			"deleteservicelinkedrole", "detachrolepolicy", "passrole", "putrolepermissionsboundary", "putrolepolicy", "tagrole", "untagrole",
			"updateassumerolepolicy", "updaterole", "updateroledescription",
		}},
		{"iam", "policy/", "aws", "AWS alone changes the managed policies that it keeps", []string{
			"createpolicy", "createpolicyversion", "deletepolicy", "deletepolicyversion", "setdefaultpolicyversion", "tagpolicy", "untagpolicy",
		}},
		{"kms", "alias/aws/", "", "aliases that begin with alias/aws/ are those of the keys that AWS manages", []string{
			"createalias", "deletealias", "updatealias",
		}},
	}
}

// refused says why AWS refuses a request whatever policies say; empty where it does not. A resource of which the part that counts is not known
// is taken for one of the account's own: those of AWS have names that nobody leaves open.
func refused(action, resource Value) string {
	service, name, _ := strings.Cut(action.text, ":")
	if service != "iam" && service != "kms" {
		return "" // most requests
	}
	text, _ := resource.start()
	const fields = 6 // of an ARN
	arn := strings.SplitN(text, ":", fields)
	if len(arn) < fields {
		return ""
	}
	for _, r := range refusals() {
		if service == r.service && arn[2] == r.service && (r.account == "" || arn[4] == r.account) &&
			strings.HasPrefix(strings.ToLower(arn[5]), r.resource) && slices.Contains(r.actions, name) {
			return r.why
		}
	}
	return ""
}
