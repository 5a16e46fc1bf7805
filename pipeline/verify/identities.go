package verify

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// identityWrites are the actions that change one kind of identity, credential or policy (Service Authorization Reference, IAM: access levels
// Write, Permissions management and Tagging).
type identityWrites struct {
	kind    string // as ARNs name it; * for what belongs to the account itself
	actions []string
}

// allIdentityWrites is every action of IAM that changes something. To pass a role changes nothing: guardPassing has it.
func allIdentityWrites() []identityWrites {
	return []identityWrites{
		{"role", []string{
			"AttachRolePolicy", "CreateRole", "CreateServiceLinkedRole", "DeleteRole", "DeleteRolePermissionsBoundary", "DeleteRolePolicy",
			"DeleteServiceLinkedRole", "DetachRolePolicy", "PutRolePermissionsBoundary", "PutRolePolicy", "TagRole", "UntagRole",
			"UpdateAssumeRolePolicy", "UpdateRole", "UpdateRoleDescription",
		}},
		{"policy", []string{
			"CreatePolicy", "CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion", "SetDefaultPolicyVersion", "TagPolicy", "UntagPolicy",
		}},
		{"instance-profile", []string{
			"AddRoleToInstanceProfile", "CreateInstanceProfile", "DeleteInstanceProfile", "RemoveRoleFromInstanceProfile", "TagInstanceProfile",
			"UntagInstanceProfile",
		}},
		{"user", []string{
			"AttachUserPolicy", "ChangePassword", "CreateAccessKey", "CreateLoginProfile", "CreateServiceSpecificCredential", "CreateUser",
			"DeactivateMFADevice", "DeleteAccessKey", "DeleteLoginProfile", "DeleteSSHPublicKey", "DeleteServiceSpecificCredential",
			"DeleteSigningCertificate", "DeleteUser", "DeleteUserPermissionsBoundary", "DeleteUserPolicy", "DetachUserPolicy", "EnableMFADevice",
			"PutUserPermissionsBoundary", "PutUserPolicy", "ResetServiceSpecificCredential", "ResyncMFADevice", "TagUser", "UntagUser",
			"UpdateAccessKey", "UpdateLoginProfile", "UpdateSSHPublicKey", "UpdateServiceSpecificCredential", "UpdateSigningCertificate",
			"UpdateUser", "UploadSSHPublicKey", "UploadSigningCertificate",
		}},
		{"group", []string{
			"AddUserToGroup", "AttachGroupPolicy", "CreateGroup", "DeleteGroup", "DeleteGroupPolicy", "DetachGroupPolicy", "PutGroupPolicy",
			"RemoveUserFromGroup", "UpdateGroup",
		}},
		{"saml-provider", []string{"CreateSAMLProvider", "DeleteSAMLProvider", "TagSAMLProvider", "UntagSAMLProvider", "UpdateSAMLProvider"}},
		{"oidc-provider", []string{
			"AddClientIDToOpenIDConnectProvider", "CreateOpenIDConnectProvider", "DeleteOpenIDConnectProvider",
			"RemoveClientIDFromOpenIDConnectProvider", "TagOpenIDConnectProvider", "UntagOpenIDConnectProvider",
			"UpdateOpenIDConnectProviderThumbprint",
		}},
		{"server-certificate", []string{
			"DeleteServerCertificate", "TagServerCertificate", "UntagServerCertificate", "UpdateServerCertificate", "UploadServerCertificate",
		}},
		{"mfa", []string{"CreateVirtualMFADevice", "DeleteVirtualMFADevice", "TagMFADevice", "UntagMFADevice"}},
		{"delegation-request", []string{
			"AcceptDelegationRequest", "AssociateDelegationRequest", "CreateDelegationRequest", "RejectDelegationRequest", "SendDelegationToken",
			"UpdateDelegationRequest",
		}},
		{"*", []string{
			"CreateAccountAlias", "CreateCloudFrontPublicKey", "DeleteAccountAlias", "DeleteAccountPasswordPolicy", "DeleteCloudFrontPublicKey",
			"DisableOrganizationsRootCredentialsManagement", "DisableOrganizationsRootSessions", "DisableOutboundWebIdentityFederation",
			"EnableOrganizationsRootCredentialsManagement", "EnableOrganizationsRootSessions", "EnableOutboundWebIdentityFederation",
			"SetSTSRegionalEndpointStatus", "SetSecurityTokenServicePreferences", "UpdateAccountEmailAddress", "UpdateAccountName",
			"UpdateAccountPasswordPolicy", "UpdateCloudFrontPublicKey",
		}},
	}
}

// identity is something of IAM in an account, whether a template makes it or not.
type identity struct {
	arn  eval.Value
	text string // of the ARN
	// boundary is the ARN of its permissions boundary, tags are what it is tagged with.
	boundary eval.Value
	tags     map[string]string
	// isOwn says that it is one that whoever asks makes: only what would take it out of its boundary is forbidden.
	isOwn, isAccess bool
	isLinked        bool // to a service, which alone changes it
}

// ownedBy a role are the prefixes of the names of the application's roles and policies that it makes.
func (w *world) ownedBy(r *role) []string {
	if r.duties == nil {
		return []string{w.prefixOf(r.stack)}
	}
	var list []string
	for _, name := range r.duties.names {
		list = append(list, name+"-")
	}
	return list
}

// covering is a statement that may allow some of what changes identities.
type covering struct {
	*statement
	// literal are its actions without wildcards, patterns those with; not says that it is for all but them.
	literal  map[string]bool
	patterns []string
	not      bool
	contexts []map[string][]eval.Value
}

// coveringIAM are those of some statements that may allow something of IAM.
func coveringIAM(statements []*statement) []*covering {
	var list []*covering
	for _, st := range statements {
		if !st.allows || st.isOnlyOnOthers("iam") {
			continue
		}
		c := &covering{statement: st, literal: map[string]bool{}, not: st.node.Get("NotAction") != nil}
		lowered := st.lowered
		if c.not {
			lowered = nil
			for _, v := range listIn(st.s, st.node.Get("NotAction")) {
				lowered = append(lowered, strings.ToLower(v.String()))
			}
		}
		for _, pattern := range lowered {
			switch {
			case strings.ContainsAny(pattern, "*?<"):
				c.patterns = append(c.patterns, strings.ReplaceAll(pattern, "<", "*<"))
			case strings.HasPrefix(pattern, "iam:"):
				c.literal[pattern] = true
			}
		}
		if isAll := c.not && slices.Contains(c.patterns, "iam:*"); !isAll && (c.not || len(c.literal)+len(c.patterns) > 0) {
			list = append(list, c)
		}
	}
	return list
}

// covers says whether the statement may allow an action, in lower case.
func (c *covering) covers(action string) bool {
	is := c.literal[action] || slices.ContainsFunc(c.patterns, func(pattern string) bool {
		return strings.Contains(pattern, "<") || globs(pattern, action)
	})
	return is != c.not
}

// mayReach says whether a statement is, as far as is known, on something.
func (st *statement) mayReach(arn string) bool {
	if st.node.Get("NotResource") != nil || len(st.resources) == 0 {
		return true
	}
	return slices.ContainsFunc(st.resources, func(v eval.Value) bool {
		text, known := v.Known()
		return !known || strings.Contains(arn, "<") || globs(text, arn)
	})
}

// globs says whether a pattern of IAM matches a text; ? counts as any text.
func globs(pattern, text string) bool {
	parts := strings.FieldsFunc(pattern, func(c rune) bool { return c == '*' || c == '?' })
	switch {
	case !strings.ContainsAny(pattern, "*?$"):
		return pattern == text
	case strings.Contains(pattern, "$") || len(parts) == 0: // a policy variable is any text
		return true
	case pattern[0] != '*' && pattern[0] != '?' && !strings.HasPrefix(text, parts[0]):
		return false
	}
	for _, part := range parts {
		_, after, found := strings.Cut(text, part)
		if !found {
			return false
		}
		text = after
	}
	return text == "" || strings.ContainsAny(pattern[len(pattern)-1:], "*?") || strings.HasSuffix(pattern, parts[len(parts)-1]) && strings.HasSuffix(text, parts[len(parts)-1])
}

// identitiesOf an account by what ARNs name them: those that templates make, and such as none makes.
func (f *fence) identitiesOf(kind string, own []string) []identity {
	w, s := f.w, f.s
	var list []identity
	add := func(arn eval.Value, boundary eval.Value, tags map[string]string, isAccess bool) {
		x := identity{arn: arn, text: arn.String(), boundary: boundary, tags: tags, isAccess: isAccess}
		x.isOwn = f.isOwn(x.text, kind, own)
		list = append(list, x)
	}
	switch kind {
	case "role":
		for _, r := range w.roleList {
			if r.stack.Account == s.Account {
				add(r.arn, r.text("PermissionsBoundary"), r.stack.Tags, w.isAccess(r.thing))
			}
		}
		add(eval.Text(s.iamARN("role"+w.applicationPath()+own[0]+anyID)), eval.Value{}, s.Tags, false)
		add(eval.Text(s.iamARN("role/aws-service-role/"+other+".amazonaws.com/AWSServiceRoleFor"+other)), eval.Value{}, nil, false)
		list[len(list)-1].isLinked = true
	case "policy":
		for _, p := range w.policyList {
			if p.stack.Account == s.Account {
				add(p.arn(), eval.Value{}, p.stack.Tags, w.isAccess(p.thing))
			}
		}
	case "*":
		return []identity{{arn: eval.Text("*"), text: "*"}}
	}
	for _, name := range []string{"/" + other, w.applicationPath() + w.assembly.Project + "-" + other, w.accessPath() + w.assembly.Project + "-" + other} {
		add(eval.Text(s.iamARN(kind+name)), eval.Value{}, nil, strings.HasPrefix(name, w.accessPath()))
	}
	if kind != "role" && kind != "policy" && kind != "instance-profile" { // which have no boundary, and are nobody's to make
		list = append(list, identity{arn: eval.Text(s.iamARN(kind + w.applicationPath() + own[0] + anyID))})
		list[len(list)-1].text = list[len(list)-1].arn.String()
	}
	return list
}

// isOwn says whether an ARN is one of those that begin with some prefixes, under the path of the application. Of instance profiles, the path
// says less: what is in them is a role.
func (f *fence) isOwn(arn, kind string, own []string) bool {
	path := f.s.iamARN(kind + f.w.applicationPath())
	if kind == "instance-profile" {
		path = arn[:strings.LastIndexByte(arn, '/')+1]
	}
	return (kind == "role" || kind == "policy" || kind == "instance-profile") &&
		slices.ContainsFunc(own, func(prefix string) bool { return strings.HasPrefix(arn, path+prefix) })
}

// namedBy a statement are the identities of the account that its resources name, for which no other may stand.
func (f *fence) namedBy(st *covering, kind string, own []string) []identity {
	var list []identity
	for _, v := range st.resources {
		on, known := v.Known()
		parts := strings.SplitN(on, ":", 6)
		if !known || len(parts) < 6 || !strings.HasPrefix(parts[5], kind+"/") || strings.HasPrefix(parts[5], "role/aws-service-role/") ||
			!globs(parts[4], f.s.Account) {
			continue
		}
		text := f.s.iamARN(strings.ReplaceAll(strings.ReplaceAll(parts[5], "*", other), "?", one))
		list = append(list, identity{
			arn: eval.Text(text), text: text, isOwn: f.isOwn(text, kind, own), isAccess: strings.HasPrefix(text, f.s.iamARN(kind+f.w.accessPath())),
		})
	}
	return list
}

// changeIdentities is forbidden but for the roles and policies that are made for the application, and those only within their boundary. The
// statements are those that could allow it, own the prefixes of the names of what is made.
func (f *fence) changeIdentities(statements []*statement, own []string) {
	var found [3]struct{ actions, on []string }
	all := coveringIAM(statements)
	if len(all) == 0 {
		return
	}
	for _, writes := range allIdentityWrites() {
		var targets []identity
		for _, action := range writes.actions {
			action = "iam:" + action
			lowered := strings.ToLower(action)
			for _, st := range all {
				if !st.covers(lowered) {
					continue
				}
				if targets == nil {
					targets = f.identitiesOf(writes.kind, own)
				}
				if st.contexts == nil {
					st.contexts = st.statement.contexts()
				}
				for _, x := range slices.Concat(targets, f.namedBy(st, writes.kind, own)) {
					if !x.mattersTo(action) || !st.mayReach(x.text) || !f.changes(action, &x, st.contexts) {
						continue
					}
					n := 0
					switch {
					case x.isOwn:
						n = 1
					case x.isAccess:
						n = 2
					}
					found[n].actions, found[n].on = once(found[n].actions, action), once(found[n].on, x.text)
				}
			}
		}
	}
	for i, why := range []string{"it would change identities that are not for it", "roles would be worth more than their boundary", "it would change who deploys what"} {
		if len(found[i].on) > 0 {
			f.w.report.fail(f.s, f.path, "chain", f.who+" may "+some(found[i].actions)+" on "+some(found[i].on)+": "+why,
				"narrow what allows it to the roles and policies under "+f.w.applicationPath()+", and to those with the boundary; or deny it")
		}
	}
}

// setsBoundary says whether an action gives what it changes a boundary, isBound whether it asks for the one that it has.
func setsBoundary(action string) bool {
	return slices.Contains([]string{"iam:CreateRole", "iam:CreateUser", "iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary"}, action)
}

func isBound(action string) bool {
	return setsBoundary(action) || action == "iam:AttachRolePolicy" || action == "iam:PutRolePolicy"
}

// mattersTo says whether an action may be one that must not be.
func (x *identity) mattersTo(action string) bool {
	return (!x.isOwn || isBound(action) || action == "iam:DeleteRolePermissionsBoundary") && x.isLinked == strings.HasSuffix(action, "ServiceLinkedRole")
}

// changes says whether somebody may do something to an identity that must not be.
func (f *fence) changes(action string, x *identity, contexts []map[string][]eval.Value) bool {
	for _, context := range contexts {
		context = maps.Clone(context)
		maps.DeleteFunc(context, func(key string, _ []eval.Value) bool { return !asksFor(key, setsBoundary(action) && !x.isOwn) })
		for key, tag := range x.tags {
			context["aws:ResourceTag/"+key], context["iam:ResourceTag/"+key] = eval.Texts(tag), eval.Texts(tag)
		}
		if !setsBoundary(action) && !x.isOwn && !x.boundary.Equal(eval.Value{}) {
			context["iam:PermissionsBoundary"] = []eval.Value{x.boundary}
		}
		if x.isLinked {
			set(context, "iam:AWSServiceName", other+".amazonaws.com")
		}
		q := request{action: action, on: x.arn, context: context}
		if f.w.evaluate(f.principal, q, f.policies).Verdict == eval.Allowed {
			return true
		}
		if !x.isOwn || !isBound(action) {
			continue
		}
		context["iam:PermissionsBoundary"] = eval.Texts(f.s.iamARN("policy/" + other))
		if f.w.evaluate(f.principal, q, f.policies).Verdict == eval.Allowed {
			return true
		}
	}
	return false
}

// asksFor says whether whoever changes an identity gives a condition key its value.
func asksFor(key string, setsBoundary bool) bool {
	key = strings.ToLower(key)
	if key == "iam:permissionsboundary" {
		return setsBoundary
	}
	for _, pattern := range []string{"aws:calledvia*", "aws:requestedregion", "aws:requesttag/*", "aws:tagkeys", "aws:viaawsservice", "iam:*"} {
		if matches, _ := path.Match(pattern, key); matches {
			return !strings.HasPrefix(key, "iam:resourcetag/")
		}
	}
	return false
}
