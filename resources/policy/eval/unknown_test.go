package eval_test

import (
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// TestUnknown holds what is made of what is not known: it matters only where it decides.
func TestUnknown(t *testing.T) {
	t.Parallel()
	const y, n, no, u = eval.Allowed, eval.ImplicitDeny, eval.ExplicitDeny, eval.Unknown
	const all = `{Effect: Allow, Action: '*', Resource: '*'}`
	tests := []struct {
		reason             string
		identity, resource string
		want               eval.Verdict
	}{
		{"a resource that may be the one", `{Effect: Allow, Action: '*', Resource: !GetAtt Bucket.Arn}`, "", u},
		{"a resource that may be the one, in part", `{Effect: Allow, Action: '*', Resource: !Sub 'arn:aws:s3:::${Bucket}/*'}`, "", u},
		{"a resource that cannot be the one", `{Effect: Allow, Action: '*', Resource: !Sub 'arn:aws:s3:::logs-${Bucket}/*'}`, "", n},
		{"another statement suffices", `[{Effect: Allow, Action: '*', Resource: !GetAtt Bucket.Arn}, ` + all + `]`, "", y},
		{"all but a resource that may be the one", `{Effect: Allow, Action: '*', NotResource: !GetAtt Bucket.Arn}`, "", u},
		{"a Deny that may hold", `[` + all + `, {Effect: Deny, Action: '*', Resource: !GetAtt Bucket.Arn}]`, "", u},
		{"a Deny that may hold where nothing allows", `{Effect: Deny, Action: '*', Resource: !GetAtt Bucket.Arn}`, "", n},
		{"a Deny that may hold beside one that does", `[{Effect: Deny, Action: '*', Resource: !GetAtt Bucket.Arn}, {Effect: Deny, Action: '*', Resource: '*'}]`, "", no},
		{"a Deny that cannot hold", `[` + all + `, {Effect: Deny, Action: '*', Resource: !Sub 'arn:aws:s3:::logs-${Bucket}/*'}]`, "", y},
		{"an action", `{Effect: Allow, Action: !Ref Actions, Resource: '*'}`, "", u},
		{"all but an action", `{Effect: Allow, NotAction: !Ref Actions, Resource: '*'}`, "", u},
		{"an action of a service that it is not", `{Effect: Allow, Action: !Sub 'kms:${Action}', Resource: '*'}`, "", n},
		{"an effect", `{Effect: !Ref Effect, Action: s3:*, Resource: '*'}`, "", u},
		{"an effect of other actions", `[` + all + `, {Effect: !Ref Effect, Action: kms:*, Resource: '*'}]`, "", y},
		{"an effect beside an Allow", `[` + all + `, {Effect: !Ref Effect, Action: s3:*, Resource: '*'}]`, "", u},
		{"a condition's value", `{Effect: Allow, Action: '*', Resource: '*', Condition: {StringEquals: {s3:k: !Ref Value}}}`, "", u},
		{"a condition's value beside the right one", `{Effect: Allow, Action: '*', Resource: '*', Condition: {StringEquals: {s3:k: [!Ref Value, v]}}}`, "", y},
		{"a condition's value that cannot be", `{Effect: Allow, Action: '*', Resource: '*', Condition: {StringEquals: {s3:k: !Sub '${Value}x'}}}`, "", n},
		{"a condition's number", `{Effect: Allow, Action: '*', Resource: '*', Condition: {NumericEquals: {s3:n: !Ref Value}}}`, "", u},
		{"a condition beside one that fails", `{Effect: Allow, Action: '*', Resource: '*', Condition: {StringEquals: {s3:k: [!Ref Value], s3:n: '2'}}}`, "", n},
		{"a statement under a condition of the template", `[!If [C, ` + all + `, !Ref 'AWS::NoValue']]`, "", u},
		{"a statement on both sides of it", `[!If [C, ` + all + `, ` + all + `]]`, "", u}, // of each alone, nobody knows
		{"a Deny under a condition of the template", `[` + all + `, !If [C, {Effect: Deny, Action: s3:*, Resource: '*'}, !Ref 'AWS::NoValue']]`, "", u},
		{"an action under a condition of the template", `{Effect: Allow, Action: [!If [C, s3:GetObject, s3:PutObject]], Resource: '*'}`, "", u},
		{"an action under the opposite of it", `{Effect: Allow, Action: [!If [C, s3:PutObject, s3:GetObject]], Resource: '*'}`, "", u},
		{"a condition's value under it", `{Effect: Allow, Action: '*', Resource: '*', Condition: {StringEquals: {s3:k: [!If [C, v, w]]}}}`, "", u},
		{"a condition's value under it, beside the right one", `{Effect: Allow, Action: '*', Resource: '*', Condition: {StringEquals: {s3:k: [!If [C, x, w], v]}}}`, "", y},
		{"an action on both sides of it", `{Effect: Allow, Action: [!If [C, s3:GetObject, s3:GetObject]], Resource: '*'}`, "", y},
		{"an action on neither side", `{Effect: Allow, Action: [!If [C, s3:PutObject, s3:ListBucket]], Resource: '*'}`, "", n},
		{"all but an action under a condition", `{Effect: Allow, NotAction: [!If [C, s3:GetObject, s3:PutObject]], Resource: '*'}`, "", u},
		{"a whole statement", `[!Transform {Name: X}]`, "", u},

		{"a principal", "", `{Effect: Allow, Principal: {AWS: !Ref Who}, Action: '*', Resource: '*'}`, u},
		{"a principal of another account", "", `{Effect: Allow, Principal: {AWS: !Sub 'arn:aws:iam::333333333333:role/${Who}'}, Action: '*', Resource: '*'}`, n},
		{"a role of the account", "", `{Effect: Allow, Principal: {AWS: !GetAtt Role.Arn}, Action: '*', Resource: '*'}`, u},
		{"an account", all, `{Effect: Deny, Principal: {AWS: !Sub 'arn:aws:iam::${Account}:root'}, Action: '*', Resource: '*'}`, u},
		{"an account that may be any, but is not needed", all, `{Effect: Allow, Principal: {AWS: !Sub 'arn:aws:iam::${Account}:root'}, Action: '*', Resource: '*'}`, y},
		{"a whole principal", "", `{Effect: Allow, Principal: !If [C, '*', {AWS: '1'}], Action: '*', Resource: '*'}`, u},
		{"a role by its unique id", "", `{Effect: Allow, Principal: {AWS: AROAKSCDLFT9R5DQP782U}, Action: '*', Resource: '*'}`, u},
		{"a canonical user", all, `{Effect: Deny, Principal: {CanonicalUser: 79a59df9}, Action: '*', Resource: '*'}`, u},
		{"a federated user", all, `{Effect: Deny, Principal: {Federated: accounts.google.com}, Action: '*', Resource: '*'}`, y},
		{"all but a principal", all, `{Effect: Deny, NotPrincipal: {AWS: !Ref Who}, Action: '*', Resource: '*'}`, u},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			p := eval.Policies{}
			if tt.identity != "" {
				p.Identity = []*eval.Policy{unchecked(t, eval.Identity, tt.identity)}
			}
			if tt.resource != "" {
				p.Resource = unchecked(t, eval.Resource, tt.resource)
			}
			r := get()
			r.Context = map[string][]eval.Value{"s3:k": eval.Texts("v"), "s3:n": eval.Texts("1")}
			d := eval.Evaluate(r, p)
			if d.Verdict != tt.want {
				t.Errorf("got %s, want %s: %s", d.Verdict, tt.want, d.Explain())
			}
			if d.Explain() == "" || d.Verdict == u && d.Place() == (eval.Place{}) {
				t.Errorf("explained as %q at %v", d.Explain(), d.Place())
			}
		})
	}
}

// unchecked reads a policy with problems.
func unchecked(t *testing.T, kind eval.Kind, statement string) *eval.Policy {
	t.Helper()
	p, _ := eval.Parse(eval.Source{Kind: kind, Stack: "stack", Path: "Policy"}, parseYAML(t, statements(statement)), stack())
	return p
}

// What the request asks for may be unknown in part, too: a hole is itself, and otherwise anything.
func TestUnknownRequests(t *testing.T) {
	t.Parallel()
	r := get()
	keyARN := eval.Concat(eval.Text("arn:aws:kms:eu-west-1:111111111111:key/"), eval.Hole("stack/Key"))
	r.Action, r.Resource = "kms:Decrypt", keyARN
	r.Context["kms:k"] = []eval.Value{eval.Hole("stack/Value")}
	resolver := stack()
	resolver.Attribute = func(id, attribute string) (eval.Value, bool) {
		if id == "Key" && attribute == "Arn" {
			return keyARN, true
		}
		return eval.Value{}, false
	}
	const y, n, u = eval.Allowed, eval.ImplicitDeny, eval.Unknown
	keyPolicy := read1(t, eval.Key, `{Effect: Allow, Principal: {AWS: '111111111111'}, Action: 'kms:*', Resource: '*'}`)
	tests := []struct {
		statement string
		want      eval.Verdict
	}{
		{`{Effect: Allow, Action: '*', Resource: 'arn:aws:kms:*:111111111111:key/*'}`, y},
		{`{Effect: Allow, Action: '*', Resource: !GetAtt Key.Arn}`, y},
		{`{Effect: Allow, Action: '*', Resource: !Sub 'arn:aws:kms:eu-west-1:111111111111:key/${Key}'}`, y},
		{`{Effect: Allow, Action: '*', Resource: !Sub 'arn:aws:kms:eu-west-1:111111111111:key/${Other}'}`, u},
		{`{Effect: Allow, Action: '*', Resource: 'arn:aws:kms:eu-west-1:111111111111:key/1a2b'}`, u},
		{`{Effect: Allow, Action: '*', Resource: 'arn:aws:kms:eu-west-1:111111111111:key/?'}`, u},
		{`{Effect: Allow, Action: '*', Resource: 'arn:aws:kms:eu-west-1:111111111111:alias/*'}`, n},
		{`{Effect: Allow, Action: '*', Resource: 'arn:aws:kms:us-east-1:111111111111:key/*'}`, n},
		{`{Effect: Allow, Action: '*', Resource: '*', Condition: {StringEquals: {kms:k: !Ref Value}}}`, y},
		{`{Effect: Allow, Action: '*', Resource: '*', Condition: {StringNotEquals: {kms:k: !Ref Value}}}`, n},
		{`{Effect: Allow, Action: '*', Resource: '*', Condition: {StringLike: {kms:k: 'a*'}}}`, u},
		{`{Effect: Allow, Action: '*', Resource: '*', Condition: {Null: {kms:k: 'false'}}}`, y},
		{`{Effect: Allow, Action: '*', Resource: '*', Condition: {Bool: {kms:k: 'true'}}}`, u},
		{`{Effect: Allow, Action: '*', Resource: '*', Condition: {ArnLike: {kms:k: 'arn:aws:*:*:*:*'}}}`, u},
		{`{Effect: Allow, Action: '*', Resource: '*', Condition: {StringEqualsIgnoreCase: {kms:k: !Ref Value}}}`, y},
	}
	for _, tt := range tests {
		p := read(t, eval.Source{}, statements(tt.statement), resolver)
		if d := eval.Evaluate(r, eval.Policies{Identity: []*eval.Policy{p}, Resource: keyPolicy}); d.Verdict != tt.want {
			t.Errorf("%s: %s, want %s", tt.statement, d.Verdict, tt.want)
		}
	}
	// A role without a name: its account is known, but not whether an ARN is its own.
	r = get()
	r.Principal.ARN = eval.Hole("stack/Role.Arn")
	p := eval.Policies{
		Identity: []*eval.Policy{read1(t, eval.Identity, `{Effect: Allow, Action: '*', Resource: '*'}`)},
		Resource: read1(t, eval.Resource, `{Effect: Deny, Principal: '*', Action: '*', Resource: '*', Condition: {ArnNotEquals: {aws:PrincipalArn: !GetAtt Role.Arn}}}`),
	}
	if d := eval.Evaluate(r, p); d.Verdict != y {
		t.Errorf("a Deny for all but the role itself: %s, want %s: %s", d.Verdict, y, d.Explain())
	}
	// One whose name is known in part: its account is certain, in its partition.
	r.Principal.ARN, r.Account = eval.Concat(eval.Text("arn:aws:iam::111111111111:role/app/"), eval.Hole("stack/Role")), there
	p.Resource = read1(t, eval.Resource, `{Effect: Allow, Principal: {AWS: 'arn:aws:iam::111111111111:root'}, Action: '*', Resource: '*'}`)
	if d := eval.Evaluate(r, p); d.Verdict != y {
		t.Errorf("an account that is let in: %s, want %s: %s", d.Verdict, y, d.Explain())
	}
	r.Account = "" // is the same as the principal's
	p.Resource = read1(t, eval.Resource, `{Effect: Allow, Principal: {AWS: '333333333333'}, Action: '*', Resource: '*'}`)
	if d := eval.Evaluate(r, p); d.Verdict != y {
		t.Errorf("a resource of no other account: %s, want %s: %s", d.Verdict, y, d.Explain())
	}
	r.Principal.ARN = eval.Hole("stack/Role.Arn")
	p.Resource = read1(t, eval.Resource, `{Effect: Deny, Principal: {AWS: '`+worker+`'}, Action: '*', Resource: '*'}`)
	if d := eval.Evaluate(r, p); d.Verdict != u {
		t.Errorf("a Deny for a role that it may be: %s, want %s", d.Verdict, u)
	}
}

func TestUnreadPolicies(t *testing.T) {
	t.Parallel()
	all := read1(t, eval.Identity, `{Effect: Allow, Action: '*', Resource: '*'}`)
	never := read1(t, eval.Identity, `{Effect: Deny, Action: '*', Resource: '*'}`)
	source := eval.Source{Kind: eval.Identity, Stack: "stack", Path: "Resources.Role.Properties.ManagedPolicyArns[0]"}
	unread := eval.Unread(source)
	source.Kind = eval.Resource
	bucket := eval.Unread(source)
	tests := []struct {
		reason   string
		policies eval.Policies
		want     eval.Verdict
	}{
		{"it may allow", eval.Policies{Identity: []*eval.Policy{unread}}, eval.Unknown},
		{"it may deny", eval.Policies{Identity: []*eval.Policy{unread, all}}, eval.Unknown},
		{"it cannot undo a Deny", eval.Policies{Identity: []*eval.Policy{unread, never}}, eval.ExplicitDeny},
		{"as a boundary", eval.Policies{Identity: []*eval.Policy{all}, Boundary: unread}, eval.Unknown},
		{"as a bucket's", eval.Policies{Identity: []*eval.Policy{all}, Resource: bucket}, eval.Unknown},
		{"as a bucket's alone", eval.Policies{Resource: bucket}, eval.Unknown},
	}
	for _, tt := range tests {
		d := eval.Evaluate(get(), tt.policies)
		if d.Verdict != tt.want {
			t.Errorf("%s: %s, want %s", tt.reason, d.Verdict, tt.want)
		}
		if d.Verdict == eval.Unknown && d.Place().Path != source.Path {
			t.Errorf("%s: the place is %v", tt.reason, d.Place())
		}
	}
}
