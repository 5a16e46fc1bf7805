package eval_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

func TestProblems(t *testing.T) {
	t.Parallel()
	const start = "Version: '2012-10-17'\nStatement:\n  - "
	tests := []struct {
		kind eval.Kind
		yaml string
		want []string
	}{
		{eval.Identity, "a", []string{"1 s P: the policy has no Statement; write Version and Statement"}},
		{eval.Identity, "Version: '2012-10-17'", []string{"1 s P: the policy has no Statement; write Version and Statement"}},
		{eval.Identity, "Version: '2012'\nStatement: []", []string{`1 s P.Version: "2012" is not a version of the policy language; write 2012-10-17`}},
		{eval.Identity, "Statement: []\nStatements: []", []string{"2 s P.Statements: a policy has no Statements; remove it, or correct its name"}},
		{eval.Identity, start + "text", []string{"3 s P.Statement[0]: the statement is not a mapping; write Effect, Action and Resource"}},
		{eval.Identity, "Statement: text", []string{"1 s P.Statement: the statement is not a mapping; write Effect, Action and Resource"}},
		{eval.Identity, start + "{Effect: Grant, Action: 's3:*', Resource: '*'}", []string{"3 s P.Statement[0].Effect: the Effect of the statement is neither Allow nor Deny; write one of them"}},
		{
			eval.Identity, start + "{Effect: Allow, Actions: 's3:*'}",
			[]string{
				"3 s P.Statement[0].Actions: a statement has no Actions; remove it, or correct its name",
				"3 s P.Statement[0]: the statement has no Action; add it",
				"3 s P.Statement[0]: the statement has no Resource; add it",
			},
		},
		{
			eval.Identity, start + "{Effect: Allow, Action: 's3:*', NotAction: 's3:*', Resource: '*'}",
			[]string{"3 s P.Statement[0]: the statement has both Action and NotAction; keep one of them"},
		},
		{eval.Identity, start + "{Effect: Allow, Action: [], Resource: '*'}", []string{"3 s P.Statement[0].Action: Action is empty; add a value"}},
		{eval.Trust, start + "{Effect: Allow, Principal: {}, Action: sts:AssumeRole}", []string{"3 s P.Statement[0].Principal: Principal is empty; add a value"}},
		{eval.Identity, start + "{Effect: Allow, NotAction: s3, Resource: '*'}", []string{`3 s P.Statement[0].NotAction: "s3" is not an action: write a service, a colon and a name; correct it`}},
		{eval.Identity, start + "{Effect: Allow, Action: '*:Get', Resource: '*'}", []string{`3 s P.Statement[0].Action: "*:Get" is not an action: write a service, a colon and a name; correct it`}},
		{eval.Identity, start + "{Effect: Allow, Action: '*', Resource: data}", []string{`3 s P.Statement[0].Resource: "data" is not an ARN: it must have six parts, separated by colons; correct it`}},
		{eval.Identity, start + "{Effect: Allow, Action: '*', Resource: 'arn:aws:s3'}", []string{`3 s P.Statement[0].Resource: "arn:aws:s3" is not an ARN: it must have six parts, separated by colons; correct it`}},
		{eval.Identity, start + "{Effect: Allow, Principal: '*', Action: '*', Resource: '*'}", []string{"3 s P.Statement[0]: this kind of policy cannot have Principal; remove it"}},
		{eval.Boundary, start + "{Effect: Allow, NotPrincipal: '*', Action: '*', Resource: '*'}", []string{"3 s P.Statement[0]: this kind of policy cannot have Principal; remove it"}},
		{eval.Resource, start + "{Effect: Allow, Action: '*', Resource: '*'}", []string{"3 s P.Statement[0]: the statement has no Principal; add it"}},
		{eval.Key, start + "{Effect: Allow, Principal: {AWS: '1'}, Action: '*'}", []string{"3 s P.Statement[0]: the statement has no Resource; add it"}},
		{eval.Repository, start + "{Effect: Allow, Principal: {AWS: '1'}, Action: '*'}", nil},
		{
			eval.Repository, start + "{Effect: Allow, Principal: {AWS: '1'}, Action: '*', Resource: '*'}",
			[]string{"3 s P.Statement[0]: this kind of policy cannot have Resource; remove it"},
		},
		{eval.Trust, start + "{Effect: Allow, Principal: {AWS: '1'}, Action: sts:AssumeRole}", nil},
		{eval.Trust, start + "{Effect: Allow, Principal: me, Action: sts:AssumeRole}", []string{"3 s P.Statement[0].Principal: the principal is neither * nor a mapping; write AWS or Service, and its principals"}},
		{eval.Trust, start + "{Effect: Allow, Principal: {Aws: '1'}, Action: sts:AssumeRole}", []string{"3 s P.Statement[0].Principal.Aws: a principal has no Aws; remove it, or correct its name"}},
		{
			eval.Trust, start + "{Effect: Allow, Principal: {AWS: 'arn:aws:iam::1:role/*'}, Action: sts:AssumeRole}",
			[]string{`3 s P.Statement[0].Principal.AWS: "arn:aws:iam::1:role/*": wildcards do not work in principals; name the account, and restrict it with aws:PrincipalArn`},
		},
		{eval.Identity, start + "{Effect: Allow, Action: '*', Resource: '*', Condition: []}", []string{"3 s P.Statement[0].Condition: the condition is not a mapping; write an operator, a key and its values"}},
		{eval.Identity, start + "{Effect: Allow, Action: '*', Resource: '*', Condition: {StringEquals: a}}", []string{"3 s P.Statement[0].Condition.StringEquals: the operator has no keys; write a key and its values"}},
		{
			eval.Identity, start + "{Effect: Allow, Action: '*', Resource: '*', Condition: {StringIs: {a: b}}}",
			[]string{"3 s P.Statement[0].Condition.StringIs: StringIs is not a known condition operator; correct it: the condition counts as unknown"},
		},
		{
			eval.Identity, start + "{Effect: Allow, Action: '*', Resource: '*', Condition: {NullIfExists: {a: 'true'}, 'ForAllValues:Null': {a: 'true'}, stringEquals: {a: b}}}",
			[]string{
				"3 s P.Statement[0].Condition.NullIfExists: NullIfExists is not a known condition operator; correct it: the condition counts as unknown",
				"3 s P.Statement[0].Condition.ForAllValues:Null: ForAllValues:Null is not a known condition operator; correct it: the condition counts as unknown",
				"3 s P.Statement[0].Condition.stringEquals: stringEquals is not a known condition operator; correct it: the condition counts as unknown",
			},
		},
		{
			eval.Identity, start + "{Effect: Allow, Action: '*', Resource: '*', Condition: {Bool: {a: yes}, NumericEquals: {b: x}, DateEquals: {c: soon}, IpAddress: {d: '1.2'}, ArnLike: {e: '*'}}}",
			[]string{
				`3 s P.Statement[0].Condition.Bool.a: "yes" is not a valid value for Bool; correct it`,
				`3 s P.Statement[0].Condition.NumericEquals.b: "x" is not a valid value for NumericEquals; correct it`,
				`3 s P.Statement[0].Condition.DateEquals.c: "soon" is not a valid value for DateEquals; correct it`,
				`3 s P.Statement[0].Condition.IpAddress.d: "1.2" is not a valid value for IpAddress; correct it`,
				`3 s P.Statement[0].Condition.ArnLike.e: "*" is not a valid value for ArnLike; correct it`,
			},
		},
	}
	for _, tt := range tests {
		_, problems := eval.Parse(eval.Source{Kind: tt.kind, Stack: "s", File: "f.yaml", Path: "P"}, parseYAML(t, tt.yaml), stack())
		var got []string
		for _, problem := range problems {
			got = append(got, string(rune('0'+problem.Place.Line))+" "+problem.String())
			if problem.Place.File != "f.yaml" {
				t.Errorf("%s: the problem is in file %q", tt.yaml, problem.Place.File)
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", tt.yaml, diff)
		}
	}
}

// What is wrong counts as unknown, for and against.
func TestWhatIsWrongIsUnknown(t *testing.T) {
	t.Parallel()
	const all = `{Effect: Allow, Action: '*', Resource: '*'}`
	for _, rest := range []string{
		"Action: [], NotAction: 's3:*', Resource: '*'",
		"Actions: 's3:*', Resource: '*'",
		"Action: [], Resource: '*'",
		"Principal: '*', Action: '*', Resource: '*'",
		"Action: s3, Resource: '*'",
		"Action: '*:GetObject', Resource: '*'",
		"Action: '*', Resource: 'arn:aws:s3'",
		"Action: '*', Resource: data/a/b.txt",
		"NotAction: s3, Resource: '*'",
		"Action: '*'",
		"Action: '*', Resource: '*', Condition: x",
		"Action: '*', Resource: '*', Condition: {StringIs: {s3:k: v}}",
		"Action: '*', Resource: '*', Condition: {StringEquals: v}",
		"Action: '*', Resource: '*', Condition: {Bool: {s3:k: maybe}}",
		"Action: '*', Resource: '*', Condition: {NumericLessThan: {s3:k: many}}",
		"Action: '*', Resource: '*', Condition: {NotIpAddress: {s3:k: home}}",
		"Action: '*', Resource: '*', Condition: {ArnNotLike: {s3:k: '*'}}",
	} {
		r := get()
		r.Context["s3:k"] = eval.Texts("v")
		allow := unchecked(t, eval.Identity, "{Effect: Allow, "+rest+"}")
		if d := eval.Evaluate(r, eval.Policies{Identity: []*eval.Policy{allow}}); d.Verdict != eval.Unknown || d.Explain() == "" {
			t.Errorf("Allow %s: %s, want %s: %s", rest, d.Verdict, eval.Unknown, d.Explain())
		}
		deny := unchecked(t, eval.Identity, "["+all+", {Effect: Deny, "+rest+"}]")
		if d := eval.Evaluate(r, eval.Policies{Identity: []*eval.Policy{deny}}); d.Verdict != eval.Unknown || d.Explain() == "" {
			t.Errorf("Deny %s: %s, want %s: %s", rest, d.Verdict, eval.Unknown, d.Explain())
		}
	}
	for _, who := range []string{"Principal: me", "Principal: {Aws: '1'}", "Principal: {}", "Principal: {AWS: 'arn:aws:iam::111111111111:role/*'}", "Sid: A", "NotPrincipal: {Who: me}"} {
		bucket := unchecked(t, eval.Resource, "{Effect: Allow, Action: '*', Resource: '*', "+who+"}")
		if d := eval.Evaluate(get(), eval.Policies{Resource: bucket}); d.Verdict != eval.Unknown || d.Explain() == "" {
			t.Errorf("%s: %s, want %s: %s", who, d.Verdict, eval.Unknown, d.Explain())
		}
	}
}
