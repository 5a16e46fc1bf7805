package eval

import (
	"slices"
	"strings"
)

// refusal is a set of requests that AWS rejects regardless of policies.
type refusal struct {
	service, resource string // as in ARNs; the prefix of the resource
	account           string // of the resource; empty: any
	why               string
	actions           string // separated by spaces, without the service
}

// refusals returns the refusals that AWS documents. Service-linked roles (role/aws-service-role/) are not among them: principals with the permission
// create and delete them, and change their descriptions.
func refusals() [3]refusal {
	return [...]refusal{
		{
			"iam", "role/aws-reserved/", "", "only AWS can change and use the roles under /aws-reserved/, such as those of IAM Identity Center",
			"AttachRolePolicy CreateRole CreateServiceLinkedRole DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy DeleteServiceLinkedRole " +
				"DetachRolePolicy PassRole PutRolePermissionsBoundary PutRolePolicy TagRole UntagRole UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription",
		},
		{
			"iam", "policy/", "aws", "only AWS can change AWS managed policies",
			"CreatePolicy CreatePolicyVersion DeletePolicy DeletePolicyVersion SetDefaultPolicyVersion TagPolicy UntagPolicy",
		},
		{"kms", "alias/aws/", "", "only AWS can change aliases that begin with alias/aws/, which are for AWS managed keys", "CreateAlias DeleteAlias UpdateAlias"},
	}
}

// refused says why AWS rejects a request regardless of policies, or returns "". A resource whose name is not known is assumed to belong to the
// account, because templates write the names of resources of AWS in full.
func refused(action string, resource Value) string {
	service, name, _ := strings.Cut(action, ":")
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
