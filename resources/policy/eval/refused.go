package eval

import (
	"slices"
	"strings"
)

// refusal is what AWS lets nobody do, whatever policies say.
type refusal struct {
	service, resource string // as in ARNs; what the resource begins with
	account           string // of the resource; any where it is empty
	why               string
	actions           string // with spaces between them, without the service
}

// refusals are those that AWS documents. Service-linked roles (role/aws-service-role/) are none: who may, makes and deletes them, and changes
// what is said about them.
func refusals() [3]refusal {
	return [...]refusal{
		{
			"iam", "role/aws-reserved/", "", "AWS alone changes and uses the roles under /aws-reserved/, such as those of IAM Identity Center",
			"AttachRolePolicy CreateRole CreateServiceLinkedRole DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy DeleteServiceLinkedRole " +
				"DetachRolePolicy PassRole PutRolePermissionsBoundary PutRolePolicy TagRole UntagRole UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription",
		},
		{
			"iam", "policy/", "aws", "AWS alone changes the managed policies that it keeps",
			"CreatePolicy CreatePolicyVersion DeletePolicy DeletePolicyVersion SetDefaultPolicyVersion TagPolicy UntagPolicy",
		},
		{"kms", "alias/aws/", "", "aliases that begin with alias/aws/ are those of the keys that AWS manages", "CreateAlias DeleteAlias UpdateAlias"},
	}
}

// refused says why AWS refuses a request whatever policies say; empty where it does not. A resource of which the part that counts is not known
// is taken for one of the account's own: those of AWS have names that nobody leaves open.
func refused(action, resource Value) string {
	service, name, _ := strings.Cut(action.text, ":")
	if service != "iam" && service != "kms" {
		return "" // most requests
	}
	rest, _ := resource.start()
	var of, account string
	for i := range 5 { // the fields of an ARN before the resource itself
		field, after, ok := strings.Cut(rest, ":")
		switch {
		case !ok:
			return ""
		case i == 2:
			of = field
		case i == 4:
			account = field
		}
		rest = after
	}
	for _, r := range refusals() {
		isOn := service == r.service && of == r.service && (r.account == "" || account == r.account) &&
			len(rest) >= len(r.resource) && strings.EqualFold(rest[:len(r.resource)], r.resource)
		if isOn && slices.ContainsFunc(strings.Fields(r.actions), func(a string) bool { return strings.EqualFold(a, name) }) {
			return r.why
		}
	}
	return ""
}
