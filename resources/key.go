package resources

import (
	"github.com/awslabs/goformation/v7/cloudformation/kms"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Key is a customer managed KMS key, which rotates every year. AWS managed keys cannot be used from other accounts, and have fixed policies.
type Key struct {
	// ID is the logical id.
	ID string
	// Alias without the leading alias/.
	Alias       string
	Description string
	// Administrators are the ARNs of roles of the account that may manage the key but not use it. Besides, identity policies can allow principals of the
	// account any use of the key, except the roles in Fenced.
	Administrators []cfn.Part
	// Fenced are the ARNs of roles, which may contain wildcards, to which identity policies cannot grant the key.
	Fenced []cfn.Part
	// Users are statements that allow principals to use the key.
	Users policy.Resource
	// PendingDays is how many days KMS waits before it deletes the key, 7 to 30. Default 30.
	PendingDays int
	// Retain keeps the key if its stack is deleted. Without the key, the data that it encrypts is lost.
	Retain bool
}

const maxAlias = 256 - len("alias/")

// KeyHandle is a declared key.
type KeyHandle struct{ key *cfn.Resource }

// ARN of the key.
func (h KeyHandle) ARN() cfn.Value[cfn.KeyARN] { return cfn.Att[cfn.KeyARN](h.key, "Arn") }

// Mark adds a text to the metadata of the key, so that its stack is updated when the text changes. The update does not change the key.
func (h KeyHandle) Mark(name string, value cfn.Value[cfn.Text]) { h.key.Metadata(name, value) }

// Add declares the key and its alias.
func (k Key) Add(t *cfn.Template) KeyHandle {
	self := cfn.Lit("*") // in a key policy: this key
	root := policy.Account(cfn.AccountID())
	administer := policy.Allow("Administer", "kms:*").By(root).On(self)
	if len(k.Fenced) > 0 {
		administer = administer.If(policy.NotByRole(k.Fenced...))
	}
	document := policy.Resource{administer}
	if len(k.Administrators) > 0 {
		document = append(document, policy.Allow("Deploy", keyDeployment()...).By(root).On(self).If(policy.ByRole(k.Administrators...)))
	}
	document = append(document, k.Users...)
	// principals may create grants for services only: a grant to another principal would bypass this policy
	document = append(document, policy.Deny("GrantsForServicesOnly", "kms:CreateGrant").By(policy.Anyone()).On(self).If(
		policy.When("BoolIfExists", "aws:PrincipalIsAWSService", cfn.Lit("false")),
		policy.When("BoolIfExists", "kms:GrantIsForAWSResource", cfn.Lit("false"))))
	path := "Resources." + k.ID + ".Properties.KeyPolicy"
	n := document.Node(t, path)
	policy.Budget(t, path, "a key policy", policy.MaxKeyPolicy, n)

	checkName(t, "Resources."+k.ID+"Alias.Properties.AliasName", "KMS", k.Alias, "/_-", 1, maxAlias)
	pending := k.PendingDays
	if pending == 0 {
		pending = 30
	}
	checkRange(t, "Resources."+k.ID+".Properties.PendingWindowInDays", "KMS", pending, 7, 30)
	key := t.Add(k.ID, &kms.Key{
		Description:         new(k.Description),
		EnableKeyRotation:   new(true),
		KeyPolicy:           n,
		PendingWindowInDays: new(pending),
	})
	onRemoval(key, k.Retain)
	t.Add(k.ID+"Alias", &kms.Alias{
		AliasName:   "alias/" + k.Alias,
		TargetKeyId: t.Text(cfn.Ref[cfn.Text](key)),
	})
	return KeyHandle{key}
}

// keyDeployment returns the actions that CloudFormation calls on a key with the role that deploys it.
func keyDeployment() []string {
	return []string{
		"kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey", "kms:DisableKey", "kms:DisableKeyRotation", "kms:EnableKey",
		"kms:EnableKeyRotation", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags", "kms:PutKeyPolicy",
		"kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription",
	}
}

// onRemoval sets the deletion policies of a resource. A retained resource is still deleted if its first creation fails, because it would block the next
// one.
func onRemoval(r *cfn.Resource, retain bool) {
	if retain {
		r.OnRemoval(cfn.RetainExceptOnCreate, cfn.Retain)
	} else {
		r.OnRemoval(cfn.Delete, cfn.Delete)
	}
}
