package eval_test

import (
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// TestRules holds the rules that AWS publishes for the evaluation of policies, named after the page that says so. Each stands with what
// it allows and with the nearest request that it does not.
func TestRules(t *testing.T) {
	t.Parallel()
	const (
		mayGet    = `{Effect: Allow, Action: s3:GetObject, Resource: 'arn:aws:s3:::data/*'}`
		mayPut    = `{Effect: Allow, Action: s3:PutObject, Resource: 'arn:aws:s3:::data/*'}`
		neverGet  = `{Effect: Deny, Action: s3:GetObject, Resource: '*'}`
		mayUse    = `{Effect: Allow, Action: kms:Decrypt, Resource: '*'}`
		mayBecome = `{Effect: Allow, Action: sts:AssumeRole, Resource: '*'}`
		all       = `{Effect: Allow, Action: '*', Resource: '*'}`

		letRole     = `{Effect: Allow, Principal: {AWS: 'arn:aws:iam::111111111111:role/app/worker'}, Action: s3:GetObject, Resource: 'arn:aws:s3:::data/*'}`
		letRolePut  = `{Effect: Allow, Principal: {AWS: 'arn:aws:iam::111111111111:role/app/worker'}, Action: s3:PutObject, Resource: 'arn:aws:s3:::data/*'}`
		letPathless = `{Effect: Allow, Principal: {AWS: 'arn:aws:iam::111111111111:role/worker'}, Action: s3:GetObject, Resource: 'arn:aws:s3:::data/*'}`
		letEveryone = `{Effect: Allow, Principal: '*', Action: s3:GetObject, Resource: 'arn:aws:s3:::data/*'}`
		letAnyAWS   = `{Effect: Allow, Principal: {AWS: '*'}, Action: s3:GetObject, Resource: 'arn:aws:s3:::data/*'}`
		letSession  = `{Effect: Allow, Principal: {AWS: 'arn:aws:sts::111111111111:assumed-role/worker/x'}, Action: s3:GetObject, Resource: 'arn:aws:s3:::data/*'}`
		letAccount  = `{Effect: Allow, Principal: {AWS: 'arn:aws:iam::111111111111:root'}, Action: s3:GetObject, Resource: 'arn:aws:s3:::data/*'}`
		letNumber   = `{Effect: Allow, Principal: {AWS: '111111111111'}, Action: s3:GetObject, Resource: 'arn:aws:s3:::data/*'}`
		letOther    = `{Effect: Allow, Principal: {AWS: 'arn:aws:iam::333333333333:root'}, Action: s3:GetObject, Resource: 'arn:aws:s3:::data/*'}`
		letGov      = `{Effect: Allow, Principal: {AWS: 'arn:aws-us-gov:iam::111111111111:root'}, Action: s3:GetObject, Resource: 'arn:aws:s3:::data/*'}`
		letUser     = `{Effect: Allow, Principal: {AWS: 'arn:aws:iam::111111111111:user/app/worker'}, Action: s3:GetObject, Resource: 'arn:aws:s3:::data/*'}`
		letService  = `{Effect: Allow, Principal: {Service: logging.s3.amazonaws.com}, Action: s3:GetObject, Resource: 'arn:aws:s3:::data/*'}`
		forbidRole  = `{Effect: Deny, Principal: {AWS: 'arn:aws:iam::111111111111:role/app/worker'}, Action: s3:*, Resource: '*'}`
		forbidAll   = `{Effect: Deny, Principal: {AWS: '111111111111'}, Action: s3:*, Resource: '*'}`
		forbidOther = `{Effect: Deny, Principal: {AWS: '333333333333'}, Action: s3:*, Resource: '*'}`

		keyRole      = `{Effect: Allow, Principal: {AWS: 'arn:aws:iam::111111111111:role/app/worker'}, Action: kms:Decrypt, Resource: '*'}`
		keyAccount   = `{Effect: Allow, Principal: {AWS: 'arn:aws:iam::111111111111:root'}, Action: kms:*, Resource: '*'}`
		keyThrough   = `{Effect: Allow, Principal: {AWS: 'arn:aws:iam::111111111111:root'}, Action: kms:*, Resource: '*', Condition: {StringEquals: {kms:ViaService: s3.eu-west-1.amazonaws.com}}}`
		keyOther     = `{Effect: Allow, Principal: {AWS: 'arn:aws:iam::333333333333:root'}, Action: kms:*, Resource: '*'}`
		trustRole    = `{Effect: Allow, Principal: {AWS: 'arn:aws:iam::111111111111:role/app/worker'}, Action: sts:AssumeRole}`
		trustAccount = `{Effect: Allow, Principal: {AWS: 'arn:aws:iam::111111111111:root'}, Action: sts:AssumeRole}`
		trustExact   = `{Effect: Allow, Principal: {AWS: '111111111111'}, Action: sts:AssumeRole, Condition: {ArnEquals: {aws:PrincipalArn: 'arn:aws:iam::111111111111:role/app/worker'}}}`
		trustSibling = `{Effect: Allow, Principal: {AWS: '111111111111'}, Action: sts:AssumeRole, Condition: {ArnEquals: {aws:PrincipalArn: 'arn:aws:iam::111111111111:role/app/other'}}}`
		trustService = `{Effect: Allow, Principal: {Service: [lambda.amazonaws.com, cloudformation.amazonaws.com]}, Action: sts:AssumeRole}`
		trustGuarded = `{Effect: Allow, Principal: {Service: cloudformation.amazonaws.com}, Action: sts:AssumeRole, Condition: {StringEquals: {aws:SourceAccount: '111111111111'}}}`

		spareBoth    = `{Effect: Deny, NotPrincipal: {AWS: ['arn:aws:iam::111111111111:role/app/worker', 'arn:aws:iam::111111111111:root']}, Action: s3:*, Resource: '*'}`
		spareRole    = `{Effect: Deny, NotPrincipal: {AWS: 'arn:aws:iam::111111111111:role/app/worker'}, Action: s3:*, Resource: '*'}`
		spareOthers  = `{Effect: Deny, NotPrincipal: {AWS: ['arn:aws:iam::333333333333:root']}, Action: s3:*, Resource: '*'}`
		spareService = `{Effect: Deny, NotPrincipal: {Service: logging.s3.amazonaws.com}, Action: s3:*, Resource: '*'}`
		letAllBut    = `{Effect: Allow, NotPrincipal: {AWS: 'arn:aws:iam::333333333333:root'}, Action: s3:*, Resource: '*'}`
		letAllButUs  = `{Effect: Allow, NotPrincipal: {AWS: 'arn:aws:iam::111111111111:root'}, Action: s3:*, Resource: '*'}`
		allButIAM    = `{Effect: Allow, NotAction: 'iam:*', Resource: '*'}`
		allButS3     = `{Effect: Allow, NotAction: ['iam:*', 'S3:get*'], Resource: '*'}`
		allButLogs   = `{Effect: Allow, Action: s3:*, NotResource: 'arn:aws:s3:::logs/*'}`
		allButData   = `{Effect: Allow, Action: s3:*, NotResource: ['arn:aws:s3:::logs/*', 'arn:aws:s3:::data/*']}`
		neverButLogs = `{Effect: Deny, Action: s3:*, NotResource: 'arn:aws:s3:::logs/*'}`
	)
	const (
		single   = "Policy evaluation for requests within a single account: "
		enforce  = "How AWS enforcement code logic evaluates requests to allow or deny access: "
		cross    = "Cross-account policy evaluation logic: "
		bounds   = "Permissions boundaries for IAM entities: "
		keys     = "Key policies in AWS KMS: "
		who      = "AWS JSON policy elements: Principal: "
		notWho   = "AWS JSON policy elements: NotPrincipal: "
		not      = "IAM JSON policy elements: NotAction and NotResource: "
		services = "AWS JSON policy elements: Principal, AWS service principals: "
	)
	type request struct{ service, action, resource, account string }
	elsewhere := request{account: there}
	decrypt := request{action: "kms:Decrypt", resource: key}
	decryptThere := request{action: "kms:Decrypt", resource: "arn:aws:kms:eu-west-1:222222222222:key/1a2b", account: there}
	become := request{action: "sts:AssumeRole", resource: target}
	becomeThere := request{action: "sts:AssumeRole", resource: "arn:aws:iam::222222222222:role/target", account: there}
	becomeSelf := request{action: "sts:AssumeRole", resource: worker}
	deliver := request{service: "logging.s3.amazonaws.com"}
	deploy := request{service: "cloudformation.amazonaws.com", action: "sts:AssumeRole", resource: target}
	tests := []struct {
		rule                         string
		request                      request
		identity, boundary, resource string
		kind                         eval.Kind
		want                         eval.Verdict
	}{
		{rule: enforce + "by default, all requests are implicitly denied", want: eval.ImplicitDeny},
		{rule: enforce + "an identity-based policy must allow", identity: mayGet, want: eval.Allowed},
		{rule: enforce + "one that allows something else does not", identity: mayPut, want: eval.ImplicitDeny},
		{rule: enforce + "an explicit deny overrides, of the same side", identity: "[" + all + ", " + neverGet + "]", want: eval.ExplicitDeny},
		{rule: enforce + "an explicit deny overrides, in a boundary", identity: all, boundary: "[" + all + ", " + neverGet + "]", resource: letEveryone, want: eval.ExplicitDeny},
		{rule: enforce + "an explicit deny overrides, in a resource-based policy", identity: all, resource: forbidRole, want: eval.ExplicitDeny},
		{rule: enforce + "an explicit deny of the whole account", identity: all, resource: forbidAll, want: eval.ExplicitDeny},
		{rule: enforce + "an explicit deny of another account", identity: all, resource: forbidOther, want: eval.Allowed},
		{rule: enforce + "a deny is explicit even where nothing allows", identity: neverGet, want: eval.ExplicitDeny},

		{rule: single + "a resource-based policy suffices", resource: letRole, want: eval.Allowed},
		{rule: single + "one for another action does not", resource: letRolePut, want: eval.ImplicitDeny},
		{rule: single + "one for a role of another path does not", resource: letPathless, want: eval.ImplicitDeny},
		{rule: single + "one for a user of that name does not", resource: letUser, want: eval.ImplicitDeny},
		{rule: single + "one for a service does not", resource: letService, want: eval.ImplicitDeny},
		{rule: single + "an identity-based policy suffices where the other is silent", identity: mayGet, resource: letRolePut, want: eval.Allowed},
		{rule: who + "an account as principal delegates, it does not grant", resource: letAccount, want: eval.ImplicitDeny},
		{rule: who + "an account as principal with an identity that is allowed", identity: mayGet, resource: letAccount, want: eval.Allowed},
		{rule: who + "everyone, within the account", resource: letEveryone, want: eval.Allowed},
		{rule: who + "everyone as AWS: *, within the account", resource: letAnyAWS, want: eval.Allowed},
		{rule: who + "a session, whose name nobody knows", resource: letSession, want: eval.Unknown},

		{rule: who + "a session of another role", resource: strings.Replace(letSession, "worker/x", "worker2/x", 1), want: eval.ImplicitDeny},

		{rule: bounds + "it must allow, too", identity: mayGet, boundary: all, want: eval.Allowed},
		{rule: bounds + "its implicit deny limits identity-based policies", identity: mayGet, boundary: mayPut, want: eval.ImplicitDeny},
		{rule: bounds + "it grants nothing", boundary: all, want: eval.ImplicitDeny},
		{rule: bounds + "NotAction makes one that forbids some", identity: mayGet, boundary: allButIAM, want: eval.Allowed},
		{rule: bounds + "NotAction makes one that forbids this", identity: mayGet, boundary: allButS3, want: eval.ImplicitDeny},
		{rule: enforce + "a resource-based policy for a role ARN is limited by the boundary", boundary: mayPut, resource: letRole, want: eval.ImplicitDeny},
		{rule: enforce + "and passes where the boundary allows it", boundary: all, resource: letRole, want: eval.Allowed},
		{rule: who + "a boundary does not limit what everyone has", boundary: mayPut, resource: letEveryone, want: eval.Allowed},

		{rule: cross + "both sides allow", request: elsewhere, identity: mayGet, resource: letRole, want: eval.Allowed},
		{rule: cross + "the identity-based policy alone, resource without policy", request: elsewhere, identity: mayGet, want: eval.ImplicitDeny},
		{rule: cross + "the identity-based policy alone", request: elsewhere, identity: mayGet, resource: letRolePut, want: eval.ImplicitDeny},
		{rule: cross + "the resource-based policy alone", request: elsewhere, resource: letRole, want: eval.ImplicitDeny},
		{rule: cross + "everyone alone is not enough", request: elsewhere, resource: letEveryone, want: eval.ImplicitDeny},
		{rule: cross + "everyone, and the identity is allowed", request: elsewhere, identity: mayGet, resource: letEveryone, want: eval.Allowed},
		{rule: cross + "the account by its ARN", request: elsewhere, identity: mayGet, resource: letAccount, want: eval.Allowed},
		{rule: cross + "the account by its number", request: elsewhere, identity: mayGet, resource: letNumber, want: eval.Allowed},
		{rule: cross + "another account", request: elsewhere, identity: mayGet, resource: letOther, want: eval.ImplicitDeny},
		{rule: cross + "the account in another partition", request: elsewhere, identity: mayGet, resource: letGov, want: eval.ImplicitDeny},
		{rule: cross + "the boundary limits", request: elsewhere, identity: mayGet, boundary: mayPut, resource: letRole, want: eval.ImplicitDeny},
		{rule: cross + "the boundary limits even what everyone has", request: elsewhere, identity: mayGet, boundary: mayPut, resource: letEveryone, want: eval.ImplicitDeny},
		{rule: cross + "a deny of the trusted account", request: elsewhere, identity: "[" + mayGet + ", " + neverGet + "]", resource: letRole, want: eval.ExplicitDeny},
		{rule: cross + "a deny of the trusting account", request: elsewhere, identity: mayGet, resource: "[" + letAccount + ", " + forbidRole + "]", want: eval.ExplicitDeny},

		{rule: keys + "without permission from the key policy, IAM policies have no effect", request: decrypt, identity: mayUse, resource: keyOther, kind: eval.Key, want: eval.ImplicitDeny},
		{rule: keys + "the account enables IAM policies", request: decrypt, identity: mayUse, resource: keyAccount, kind: eval.Key, want: eval.Allowed},
		{rule: keys + "the account alone allows nobody", request: decrypt, resource: keyAccount, kind: eval.Key, want: eval.ImplicitDeny},
		{rule: keys + "the account under a condition that fails", request: decrypt, identity: mayUse, resource: keyThrough, kind: eval.Key, want: eval.ImplicitDeny},
		{rule: keys + "a role that the key policy names", request: decrypt, resource: keyRole, kind: eval.Key, want: eval.Allowed},
		{rule: keys + "a role that it names is limited by its boundary", request: decrypt, boundary: mayGet, resource: keyRole, kind: eval.Key, want: eval.ImplicitDeny},
		{rule: keys + "every key has a policy: one that is not given is not known", request: decrypt, identity: mayUse, want: eval.Unknown},
		{rule: keys + "and without an identity-based policy, it may still name the role", request: decrypt, want: eval.Unknown},
		{rule: keys + "a key of another account: both", request: decryptThere, identity: mayUse, resource: keyAccount, kind: eval.Key, want: eval.Allowed},
		{rule: keys + "a key of another account: the key policy alone", request: decryptThere, resource: keyRole, kind: eval.Key, want: eval.ImplicitDeny},
		{rule: keys + "a key of another account: IAM alone", request: decryptThere, identity: mayUse, resource: keyOther, kind: eval.Key, want: eval.ImplicitDeny},
		{rule: keys + "actions on no key are not guarded", request: request{action: "kms:Decrypt", resource: "*"}, identity: mayUse, want: eval.Allowed},

		{rule: enforce + "a trust policy must allow", request: become, identity: mayBecome, resource: trustService, kind: eval.Trust, want: eval.ImplicitDeny},
		{rule: enforce + "a trust policy that names the role suffices within the account", request: become, resource: trustRole, kind: eval.Trust, want: eval.Allowed},
		{rule: enforce + "a trust policy that names the account leaves it to the identity", request: become, resource: trustAccount, kind: eval.Trust, want: eval.ImplicitDeny},
		{rule: enforce + "which must allow", request: become, identity: mayBecome, resource: trustAccount, kind: eval.Trust, want: eval.Allowed},
		{rule: enforce + "a role may not become itself unless its trust policy says so", request: becomeSelf, identity: mayBecome, resource: trustService, kind: eval.Trust, want: eval.ImplicitDeny},
		{rule: enforce + "a trust policy that is not given is not known", request: become, identity: mayBecome, want: eval.Unknown},
		{rule: cross + "a role of another account: both", request: becomeThere, identity: mayBecome, resource: trustRole, kind: eval.Trust, want: eval.Allowed},
		{rule: cross + "a role of another account: the trust policy alone", request: becomeThere, resource: trustRole, kind: eval.Trust, want: eval.ImplicitDeny},
		{rule: cross + "the account, narrowed to the role", request: becomeThere, identity: mayBecome, resource: trustExact, kind: eval.Trust, want: eval.Allowed},
		{rule: cross + "the account, narrowed to another role", request: becomeThere, identity: mayBecome, resource: trustSibling, kind: eval.Trust, want: eval.ImplicitDeny},

		{rule: services + "a trust policy suffices", request: deploy, resource: trustService, kind: eval.Trust, want: eval.Allowed},
		{rule: services + "another service", request: deliver, resource: trustService, kind: eval.Trust, want: eval.ImplicitDeny},
		{rule: services + "an account is no service", request: deploy, identity: all, resource: trustAccount, kind: eval.Trust, want: eval.ImplicitDeny},
		{rule: services + "against the confused deputy, without the key", request: deploy, resource: trustGuarded, kind: eval.Trust, want: eval.ImplicitDeny},
		{rule: services + "a bucket policy", request: deliver, resource: letService, want: eval.Allowed},
		{rule: services + "a bucket policy for everyone", request: deliver, resource: letEveryone, want: eval.Allowed},
		{rule: services + "AWS: * says nothing certain of services", request: deliver, resource: letAnyAWS, want: eval.Unknown},
		{rule: services + "a bucket without policy", request: deliver, identity: all, want: eval.ImplicitDeny},
		{rule: services + "an identity-based policy is not theirs", request: deliver, identity: all, resource: letRole, want: eval.ImplicitDeny},

		{rule: notWho + "deny all but the role and its account", identity: mayGet, resource: spareBoth, want: eval.Allowed},
		{rule: notWho + "deny all but others", identity: mayGet, resource: spareOthers, want: eval.ExplicitDeny},
		{rule: notWho + "without its account, the role might be denied", identity: mayGet, resource: spareRole, want: eval.Unknown},
		{rule: bounds + "NotPrincipal with Deny always denies who has a boundary", identity: mayGet, boundary: all, resource: spareBoth, want: eval.ExplicitDeny},
		{rule: notWho + "a service is denied unless listed", request: deliver, resource: "[" + letService + ", " + spareBoth + "]", want: eval.ExplicitDeny},
		{rule: notWho + "and not denied where it is", request: deliver, resource: "[" + letService + ", " + spareService + "]", want: eval.Allowed},
		{rule: notWho + "with Allow, everyone else is allowed", resource: letAllBut, want: eval.Allowed},
		{rule: notWho + "with Allow, who is listed is not", resource: letAllButUs, want: eval.ImplicitDeny},

		{rule: not + "everything but other actions", identity: allButIAM, want: eval.Allowed},
		{rule: not + "everything but this action", identity: allButS3, want: eval.ImplicitDeny},
		{rule: not + "everything but other resources", identity: allButLogs, want: eval.Allowed},
		{rule: not + "everything but this resource", identity: allButData, want: eval.ImplicitDeny},
		{rule: not + "deny everything but other resources", identity: "[" + all + ", " + neverButLogs + "]", want: eval.ExplicitDeny},
		{rule: not + "deny everything but this resource", request: request{resource: "arn:aws:s3:::logs/a"}, identity: "[" + all + ", " + neverButLogs + "]", want: eval.Allowed},
	}
	for _, tt := range tests {
		t.Run(tt.rule, func(t *testing.T) {
			t.Parallel()
			r := get()
			if tt.request.service != "" {
				r.Principal = eval.Principal{Service: tt.request.service}
			}
			if tt.request.action != "" {
				r.Action = tt.request.action
			}
			if tt.request.resource != "" {
				r.Resource = eval.Text(tt.request.resource)
			}
			if tt.request.account != "" {
				r.Account = tt.request.account
			}
			if tt.kind == eval.Identity {
				tt.kind = eval.Resource
			}
			p := eval.Policies{Boundary: read1(t, eval.Boundary, tt.boundary), Resource: read1(t, tt.kind, tt.resource)}
			if tt.identity != "" {
				p.Identity = []*eval.Policy{read1(t, eval.Identity, tt.identity)}
			}
			d := eval.Evaluate(r, p)
			if d.Verdict != tt.want {
				t.Errorf("got %s, want %s: %s", d.Verdict, tt.want, d.Explain())
			}
			if d.Explain() == "" {
				t.Error("no explanation")
			}
		})
	}
}
