package eval_test

import (
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// TestExplain holds what people read.
func TestExplain(t *testing.T) {
	t.Parallel()
	const (
		deployPath = "Resources.DeployRole.Properties.Policies[0].PolicyDocument"
		readB      = `{Sid: ReadB, Effect: Allow, Action: ['s3:GetObject', 's3:GetObjectVersion'], Resource: 'arn:aws:s3:::data/*'}`
		readOther  = `{Sid: ReadOther, Effect: Allow, Action: s3:GetObject, Resource: 'arn:aws:s3:::data-other/*'}`
		listB      = `{Effect: Allow, Action: s3:ListBucket, Resource: 'arn:aws:s3:::data'}`
		manyB      = `{Sid: Many, Effect: Allow, Action: ['s3:GetBucketAcl', 's3:GetBucketCors', 's3:GetBucketTagging', 's3:GetBucketLogging', 's3:PutObject'], Resource: '*'}`
		readIf     = `{Sid: ReadIf, Effect: Allow, Action: s3:GetObject, Resource: '*', Condition: {StringEquals: {aws:ResourceAccount: ['222222222222', '333333333333']}, Bool: {aws:SecureTransport: 'true'}}}`
		useKeys    = `{Sid: UseKeys, Effect: Allow, Action: kms:*, Resource: '*'}`
		neverGet   = `{Sid: NeverGet, Effect: Deny, Action: s3:Get*, Resource: '*'}`
		mayNever   = `{Sid: MayNever, Effect: Deny, Action: s3:Get*, Resource: !GetAtt Other.Arn}`
		all        = `{Sid: All, Effect: Allow, Action: '*', Resource: '*'}`
		letWorker  = `{Sid: LetWorker, Effect: Allow, Principal: {AWS: 'arn:aws:iam::111111111111:role/app/worker'}, Action: s3:GetObject, Resource: '*'}`
		letUs      = `{Sid: LetUs, Effect: Allow, Principal: {AWS: ['arn:aws:iam::111111111111:root', '333333333333']}, Action: s3:GetObject, Resource: '*'}`
		letThem    = `{Sid: LetThem, Effect: Allow, Principal: {AWS: ['arn:aws:iam::333333333333:root'], Service: sns.amazonaws.com}, Action: s3:GetObject, Resource: '*'}`
	)
	const at = " at access " + deployPath + ".Statement[0]"
	const what = "s3:GetObject on arn:aws:s3:::data/a/b.txt"
	tests := []struct {
		reason                       string
		identity, boundary, resource string
		account                      string
		change                       func(r *eval.Request)
		want                         string
		place                        string
	}{
		{
			reason: "nothing at all",
			want:   "role worker: no statement allows " + what,
		},
		{
			reason: "nothing at all for a role without a name", change: func(r *eval.Request) { r.Principal.ARN = eval.Hole("stack/Role.Arn") },
			want: "role <stack/Role.Arn>: no statement allows " + what,
		},
		{
			reason: "nothing near", identity: useKeys,
			want: "role worker: no statement allows " + what, place: deployPath,
		},
		{
			reason: "another resource", identity: "[" + readOther + ", " + listB + "]",
			want:  "role worker: no statement allows " + what + "; the closest is ReadOther" + at + ": it covers arn:aws:s3:::data-other/*",
			place: deployPath + ".Statement[0]",
		},
		{
			reason: "the nearest of other resources", identity: "[" + useKeys + ", " + listB + ", {Effect: Allow, Action: s3:*, Resource: 'arn:aws:s3:::x/*'}, " + readOther + "]",
			want: "role worker: no statement allows " + what + "; the closest is ReadOther at access " + deployPath + ".Statement[3]: it covers arn:aws:s3:::data-other/*",
		},
		{
			reason: "other actions", identity: "[" + useKeys + ", " + manyB + "]",
			want: "role worker: no statement allows " + what + "; the closest is Many at access " + deployPath + ".Statement[1]: it covers s3:GetBucketAcl, s3:GetBucketCors, s3:GetBucketTagging and 2 more",
		},
		{
			reason: "the action counts for more than the resource", identity: "[" + manyB + ", {Sid: Far, Effect: Allow, Action: s3:*, Resource: 'arn:aws:s3:::other/*'}]",
			want: "role worker: no statement allows " + what + "; the closest is Far at access " + deployPath + ".Statement[1]: it covers arn:aws:s3:::other/*",
		},
		{
			reason: "a statement without a name", identity: `{Effect: Allow, NotAction: ['s3:*', 'iam:*'], Resource: '*'}`,
			want: "role worker: no statement allows " + what + "; the closest is the statement" + at + ": it covers all except s3:* and iam:*",
		},
		{
			reason: "a condition", identity: "[" + readOther + ", " + readIf + "]",
			want: "role worker: no statement allows " + what + "; the closest is ReadIf at access " + deployPath +
				".Statement[1]: its condition StringEquals aws:ResourceAccount requires 222222222222 or 333333333333, but the request has 111111111111",
		},
		{
			reason: "a condition on a key that the request lacks", identity: readIf,
			change: func(r *eval.Request) { r.Context["aws:ResourceAccount"] = eval.Texts("222222222222") },
			want: "role worker: no statement allows " + what + "; the closest is ReadIf" + at +
				": its condition Bool aws:SecureTransport requires true, but the request has no such key",
		},
		{
			reason: "a condition on a key that is not known", identity: readIf,
			change: func(r *eval.Request) {
				r.OthersAbsent, r.Context["aws:ResourceAccount"] = false, eval.Texts("222222222222")
			},
			want: "role worker: it is not known whether ReadIf" + at + " allows " + what +
				": its condition Bool aws:SecureTransport requires true, but the value of the request is not known",
			place: deployPath + ".Statement[0]",
		},
		{
			reason: "a boundary", identity: all, boundary: useKeys,
			want: "the boundary of role worker: no statement allows " + what, place: "Boundary",
		},
		{
			reason: "a boundary and nothing else", boundary: "[" + readOther + "]",
			want: "role worker: no statement allows " + what + ". the boundary of role worker: no statement allows " + what +
				"; the closest is ReadOther at access Boundary.Statement[0]: it covers arn:aws:s3:::data-other/*",
		},
		{
			reason: "a Deny", identity: "[" + all + ", " + neverGet + "]",
			want:  "role worker: NeverGet at access " + deployPath + ".Statement[1] denies " + what,
			place: deployPath + ".Statement[1]",
		},
		{
			reason: "a Deny that may be", identity: "[" + all + ", " + mayNever + "]",
			want: "role worker: it is not known whether MayNever at access " + deployPath + ".Statement[1] denies " + what +
				": it covers <access/Other.Arn>, which is partly unknown",
			place: deployPath + ".Statement[1]",
		},
		{
			reason: "allowed", identity: readB,
			want: "role worker may " + what + " by ReadB" + at, place: deployPath + ".Statement[0]",
		},
		{
			reason: "allowed within a boundary", identity: readB, boundary: all,
			want: "role worker may " + what + " by ReadB" + at + " and All at access Boundary.Statement[0]",
		},
		{
			reason: "allowed across accounts", identity: readB, boundary: all, resource: letUs, account: there,
			want: "role worker may " + what + " by ReadB" + at + ", All at access Boundary.Statement[0] and LetUs at storage Bucket.Statement[0]",
		},
		{
			reason: "allowed by the bucket", resource: letWorker,
			want: "role worker may " + what + " by LetWorker at storage Bucket.Statement[0]", place: "Bucket.Statement[0]",
		},
		{
			reason: "allowed by the bucket, within a boundary", resource: letWorker, boundary: all,
			want: "role worker may " + what + " by All at access Boundary.Statement[0] and LetWorker at storage Bucket.Statement[0]",
		},
		{
			reason: "allowed by the bucket to everyone, whatever the boundary", resource: `{Sid: LetAll, Effect: Allow, Principal: '*', Action: s3:*, Resource: '*'}`, boundary: all,
			want: "role worker may " + what + " by LetAll at storage Bucket.Statement[0]",
		},
		{
			reason: "allowed by either", identity: readB, resource: letWorker,
			want: "role worker may " + what + " by ReadB" + at,
		},
		{
			reason: "allowed across accounts by the first", identity: readB, resource: "[" + letUs + ", " + letThem + "]", account: there,
			want: "role worker may " + what + " by ReadB" + at + " and LetUs at storage Bucket.Statement[0]",
		},
		{
			reason: "across accounts, the bucket lets others", identity: readB, resource: letThem, account: there,
			want: "bucket data: no statement allows role worker " + what +
				"; the closest is LetThem at storage Bucket.Statement[0]: it is for arn:aws:iam::333333333333:root and sns.amazonaws.com",
			place: "Bucket.Statement[0]",
		},
		{
			reason: "across accounts, the bucket has no policy", identity: readB, account: there,
			want: "arn:aws:s3:::data/a/b.txt has no policy that allows role worker s3:GetObject",
		},
		{
			reason: "across accounts, neither", identity: readOther, resource: letThem, account: there,
			want: "role worker: no statement allows " + what + "; the closest is ReadOther" + at + ": it covers arn:aws:s3:::data-other/*. " +
				"bucket data: no statement allows role worker " + what +
				"; the closest is LetThem at storage Bucket.Statement[0]: it is for arn:aws:iam::333333333333:root and sns.amazonaws.com",
			place: deployPath + ".Statement[0]",
		},
		{
			reason: "a service", resource: letWorker, change: func(r *eval.Request) { r.Principal = eval.Principal{Service: "sns.amazonaws.com"} },
			want: "bucket data: no statement allows sns.amazonaws.com " + what +
				"; the closest is LetWorker at storage Bucket.Statement[0]: it is for arn:aws:iam::111111111111:role/app/worker",
		},
		{
			reason: "a key whose policy is not given", identity: useKeys,
			change: func(r *eval.Request) { r.Action, r.Resource = "kms:Decrypt", eval.Text(key) },
			want:   "role worker: whether it may kms:Decrypt on " + key + " depends on the policy of the resource, which is not known",
		},
		{
			reason: "a principal that is not known", resource: `{Sid: LetSome, Effect: Allow, Principal: {AWS: !Ref Who}, Action: s3:*, Resource: '*'}`,
			want: "role worker: it is not known whether LetSome at storage Bucket.Statement[0] allows " + what +
				": it is for <storage/Who>, which is partly unknown",
		},
		{
			reason: "a condition of the template", identity: "[!If [C, " + readB + ", !Ref 'AWS::NoValue']]",
			want: "role worker: it is not known whether ReadB at access " + deployPath + ".Statement[0].Fn::If[1] allows " + what +
				": it exists only under a condition of the template",
		},
		{
			reason: "an operator that nobody knows", identity: `{Sid: Odd, Effect: Allow, Action: '*', Resource: '*', Condition: {StringIs: {a: b}}}`,
			want: "role worker: it is not known whether Odd" + at + " allows " + what + ": its condition operator StringIs is not known",
		},
		{
			reason: "an effect that nobody knows", identity: `{Sid: Odd, Effect: !Ref Effect, Action: '*', Resource: '*'}`,
			want: "role worker: it is not known whether Odd" + at + " allows or denies " + what + ": its effect is not known",
		},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			parse := func(source eval.Source, src string) *eval.Policy {
				if src == "" {
					return nil
				}
				r := stack()
				r.ID = source.Stack
				p, _ := eval.Parse(source, parseYAML(t, statements(src)), r)
				return p
			}
			var p eval.Policies
			if tt.identity != "" {
				p.Identity = []*eval.Policy{parse(eval.Source{Stack: "access", Path: deployPath}, tt.identity)}
			}
			p.Boundary = parse(eval.Source{Kind: eval.Boundary, Stack: "access", Path: "Boundary"}, tt.boundary)
			p.Resource = parse(eval.Source{Kind: eval.Resource, Owner: "bucket data", Stack: "storage", Path: "Bucket"}, tt.resource)
			r := get()
			if tt.account != "" {
				r.Account = tt.account
			}
			if tt.change != nil {
				tt.change(&r)
			}
			d := eval.Evaluate(r, p)
			if got := d.Explain(); got != tt.want {
				t.Errorf("%s\ngot  %s\nwant %s", d.Verdict, got, tt.want)
			}
			if got := d.Place(); tt.place != "" && got.Path != tt.place {
				t.Errorf("the place is %v, want %s", got, tt.place)
			}
		})
	}
}

func TestDecisionNamesStatements(t *testing.T) {
	t.Parallel()
	source := eval.Source{Kind: eval.Resource, Stack: "storage", File: "dev/storage.yaml", Path: "Resources.Policy.Properties.PolicyDocument"}
	bucket := read(t, source, "Version: '2012-10-17'\nStatement:\n  - Sid: Let\n    Effect: Allow\n    Principal: '*'\n    Action: s3:*\n    Resource: '*'\n", stack())
	identity := read1(t, eval.Identity, `[{Sid: May, Effect: Allow, Action: 's3:*', Resource: '*'}, {Sid: Not, Effect: Deny, Action: s3:PutObject, Resource: '*'}]`)
	r := get()
	d := eval.Evaluate(r, eval.Policies{Identity: []*eval.Policy{identity}, Resource: bucket})
	if d.Verdict != eval.Allowed || d.Identity == nil || d.Identity.Sid != "May" || d.Resource == nil || d.Resource.Sid != "Let" || d.Boundary != nil || d.Denied != nil {
		t.Errorf("%s: %v, %v, %v, %v", d.Verdict, d.Identity, d.Resource, d.Boundary, d.Denied)
	}
	want := eval.Place{Stack: "storage", File: "dev/storage.yaml", Path: "Resources.Policy.Properties.PolicyDocument.Statement[0]", Line: 3}
	if got := d.Resource.Place; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	r.Action = "s3:PutObject"
	if d := eval.Evaluate(r, eval.Policies{Identity: []*eval.Policy{identity}}); d.Verdict != eval.ExplicitDeny || d.Denied == nil || d.Denied.Sid != "Not" {
		t.Errorf("%s: %v", d.Verdict, d.Denied)
	}
	for v, want := range map[eval.Verdict]string{eval.Unknown: "unknown", eval.Allowed: "allowed", eval.ImplicitDeny: "implicit deny", eval.ExplicitDeny: "explicit deny"} {
		if got := v.String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
