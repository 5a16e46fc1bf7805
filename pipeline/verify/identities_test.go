package verify_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline/verify"
)

// identityWrites are all actions of IAM that change something, as the Service Authorization Reference lists them.
const identityWrites = `AcceptDelegationRequest AddClientIDToOpenIDConnectProvider AddRoleToInstanceProfile AddUserToGroup AssociateDelegationRequest
	AttachGroupPolicy AttachRolePolicy AttachUserPolicy ChangePassword CreateAccessKey CreateAccountAlias CreateCloudFrontPublicKey
	CreateDelegationRequest CreateGroup CreateInstanceProfile CreateLoginProfile CreateOpenIDConnectProvider CreatePolicy CreatePolicyVersion
	CreateRole CreateSAMLProvider CreateServiceLinkedRole CreateServiceSpecificCredential CreateUser CreateVirtualMFADevice DeactivateMFADevice
	DeleteAccessKey DeleteAccountAlias DeleteAccountPasswordPolicy DeleteCloudFrontPublicKey DeleteGroup DeleteGroupPolicy DeleteInstanceProfile
	DeleteLoginProfile DeleteOpenIDConnectProvider DeletePolicy DeletePolicyVersion DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy
	DeleteSAMLProvider DeleteSSHPublicKey DeleteServerCertificate DeleteServiceLinkedRole DeleteServiceSpecificCredential
	DeleteSigningCertificate DeleteUser DeleteUserPermissionsBoundary DeleteUserPolicy DeleteVirtualMFADevice DetachGroupPolicy DetachRolePolicy
	DetachUserPolicy DisableOrganizationsRootCredentialsManagement DisableOrganizationsRootSessions DisableOutboundWebIdentityFederation
	EnableMFADevice EnableOrganizationsRootCredentialsManagement EnableOrganizationsRootSessions EnableOutboundWebIdentityFederation
	PutGroupPolicy PutRolePermissionsBoundary PutRolePolicy PutUserPermissionsBoundary PutUserPolicy RejectDelegationRequest
	RemoveClientIDFromOpenIDConnectProvider RemoveRoleFromInstanceProfile RemoveUserFromGroup ResetServiceSpecificCredential ResyncMFADevice
	SendDelegationToken SetDefaultPolicyVersion SetSTSRegionalEndpointStatus SetSecurityTokenServicePreferences TagInstanceProfile TagMFADevice
	TagOpenIDConnectProvider TagPolicy TagRole TagSAMLProvider TagServerCertificate TagUser UntagInstanceProfile UntagMFADevice
	UntagOpenIDConnectProvider UntagPolicy UntagRole UntagSAMLProvider UntagServerCertificate UntagUser UpdateAccessKey
	UpdateAccountEmailAddress UpdateAccountName UpdateAccountPasswordPolicy UpdateAssumeRolePolicy UpdateCloudFrontPublicKey
	UpdateDelegationRequest UpdateGroup UpdateLoginProfile UpdateOpenIDConnectProviderThumbprint UpdateRole UpdateRoleDescription
	UpdateSAMLProvider UpdateSSHPublicKey UpdateServerCertificate UpdateServiceSpecificCredential UpdateSigningCertificate UpdateUser
	UploadSSHPublicKey UploadServerCertificate UploadSigningCertificate`

// No role of the chain changes an identity that is not for it, whatever it is called and whether a template makes it.
func TestEveryIdentityWriteIsFound(t *testing.T) {
	t.Parallel()
	for action := range strings.FieldsSeq(identityWrites) {
		a := broken(t, "minimal", add("tiny-dev-access", "Resources.ExecutionPolicy1.Properties.PolicyDocument.Statement",
			"{ Sid: More, Effect: Allow, Action: 'iam:"+action+"', Resource: '*' }"))
		if action == "DeleteRolePermissionsBoundary" { // which a statement denies on all roles
			a = broken(t, "minimal", drop("tiny-dev-access", "Resources.ExecutionPolicy1.Properties.PolicyDocument.Statement[KeepBoundary]"),
				add("tiny-dev-access", "Resources.ExecutionPolicy1.Properties.PolicyDocument.Statement",
					"{ Sid: More, Effect: Allow, Action: 'iam:"+action+"', Resource: '*' }"))
		}
		isFound := false
		for _, f := range verify.Verify(a).Findings {
			isFound = isFound || f.Rule == "chain" && strings.Contains(f.Message, "role tiny-dev-execution may iam:"+action+" on ")
		}
		if !isFound {
			t.Errorf("nothing says that the execution role may iam:%s on everything", action)
		}
	}
}

// Every role of a system is asked, and every identity of its account: those of its own application within their boundary alone are its to make.
func TestIdentitiesThatRolesChange(t *testing.T) {
	t.Parallel()
	const (
		own      = "arn:aws:iam::222222222222:role/shop/app/shop-dev-*"
		boundary = "Condition: { StringEquals: { iam:PermissionsBoundary: arn:aws:iam::222222222222:policy/shop/access/shop-dev-boundary } }"
	)
	execution := "Resources.ExecutionPolicy1.Properties.PolicyDocument.Statement"
	for name, c := range map[string]struct {
		stack, path, statement, want string
	}{
		"a role that no template makes": {
			devAccess, execution, "Action: iam:UpdateAssumeRolePolicy, Resource: 'arn:aws:iam::222222222222:role/Admin'",
			"role shop-dev-execution may iam:UpdateAssumeRolePolicy on arn:aws:iam::222222222222:role/Admin: it would change identities that are not for it",
		},
		"every role": {
			devAccess, execution, "Action: iam:UpdateAssumeRolePolicy, Resource: 'arn:aws:iam::222222222222:role/*'",
			"role shop-dev-execution may iam:UpdateAssumeRolePolicy on arn:aws:iam::222222222222:role/<any other>",
		},
		"every policy": {
			devAccess, execution, "Action: iam:CreatePolicyVersion, Resource: '*'",
			"role shop-dev-execution may iam:CreatePolicyVersion on arn:aws:iam::222222222222:policy/<any other>",
		},
		"everything but some actions": {devAccess, deploying, "NotAction: 's3:*', Resource: '*'", "role shop-dev-deploy may iam:"},
		"a deploy role":               {devAccess, deploying, "Action: iam:CreateUser, Resource: '*'", "role shop-dev-deploy may iam:CreateUser on"},
		"a publish role":              {devAccess, pushing, "Action: iam:CreateAccessKey, Resource: '*'", "role shop-dev-publish may iam:CreateAccessKey on"},
		"a test role": {
			devAccess, tester + ".Policies[test].PolicyDocument.Statement", "Action: iam:PutGroupPolicy, Resource: '*'", "role shop-dev-test may iam:PutGroupPolicy on",
		},
		"a role of its own out of its boundary": {
			devAccess, execution, "Action: iam:PutRolePolicy, Resource: '" + own + "'", "role shop-dev-execution may iam:PutRolePolicy on … roles would be worth more than their boundary",
		},
		"a role of its own within its boundary": {devAccess, execution, "Action: iam:PutRolePolicy, Resource: '" + own + "', " + boundary, ""},
		"what makes roles of its own":           {devAccess, execution, "Action: [iam:TagRole, iam:UpdateRole], Resource: '" + own + "'", ""},
		"roles of others with its boundary": {
			devAccess, execution, "Action: iam:CreateRole, Resource: '*', " + boundary,
			"role shop-dev-execution may iam:CreateRole on arn:aws:iam::222222222222:role/<any other>",
		},
		"a service-linked role of its services": {
			devAccess, execution, "Action: iam:CreateServiceLinkedRole, Resource: '*', Condition: { StringEquals: { iam:AWSServiceName: ecs.amazonaws.com } }", "",
		},
		"the roles that are tagged like it": {
			devAccess, execution, "Action: iam:UpdateRole, Resource: '*', Condition: { StringEquals: { aws:ResourceTag/environment: qa } }", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := broken(t, "shop", add(c.stack, c.path, "{ Sid: More, Effect: Allow, "+c.statement+" }"))
			isFound := false
			for _, f := range verify.Verify(a).Findings {
				if f.Rule != "chain" {
					continue
				}
				isFound = isFound || c.want != "" && !slices.ContainsFunc(strings.Split(c.want, "…"), func(part string) bool { return !strings.Contains(f.Message, part) })
				if c.want == "" {
					t.Errorf("found: %s", f.Message)
				}
			}
			if c.want != "" && !isFound {
				t.Errorf("not found: %s", c.want)
			}
		})
	}
}
