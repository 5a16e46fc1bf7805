package resources

import (
	"github.com/awslabs/goformation/v7/cloudformation/kms"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Key is a customer managed KMS key: AWS managed keys cannot be used from other accounts, and their policies cannot be narrowed.
// It rotates every year.
type Key struct {
	// ID is the logical id.
	ID string
	// Alias without the leading alias/.
	Alias       string
	Description string
	// Administrators may manage the key but not use it: roles of the account, by ARN. Everybody of the account whom IAM allows may
	// too, but for the roles under Fenced.
	Administrators []cfn.Part
	// Fenced are role ARNs with wildcards for which IAM permissions alone never open the key.
	Fenced []cfn.Part
	// Users are statements of who may use the key.
	Users policy.Resource
	// PendingDays until a deleted key is gone, 7 to 30. Zero means 30.
	PendingDays int
	// Retain keeps the key when its stack goes; without it, what it encrypts is lost.
	Retain bool
}

const maxAlias = 256 - len("alias/")

// KeyHandle is a declared key.
type KeyHandle struct{ key *cfn.Resource }

// ARN of the key.
func (h KeyHandle) ARN() cfn.Value[cfn.KeyARN] { return cfn.Att[cfn.KeyARN](h.key, "Arn") }

// Mark puts a text into the metadata of the key: whenever the text changes, its stack has an update, which leaves the key alone.
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
	// whoever may make grants makes them for services only: a grant would hand the key on past this policy
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

// keyDeployment is what CloudFormation's handlers do to a key on behalf of the role that deploys it.
func keyDeployment() []string {
	return []string{
		"kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey", "kms:DisableKey", "kms:DisableKeyRotation", "kms:EnableKey",
		"kms:EnableKeyRotation", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListResourceTags", "kms:PutKeyPolicy",
		"kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateAlias", "kms:UpdateKeyDescription",
	}
}

// onRemoval retains what holds data, without letting a failed first create leave behind what blocks the next.
func onRemoval(r *cfn.Resource, retain bool) {
	if retain {
		r.OnRemoval(cfn.RetainExceptOnCreate, cfn.Retain)
	} else {
		r.OnRemoval(cfn.Delete, cfn.Delete)
	}
}
