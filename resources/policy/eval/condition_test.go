package eval_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// TestConditions holds each operator with what it takes, what it just does not take, and a request without the key.
func TestConditions(t *testing.T) {
	t.Parallel()
	const y, n, u = eval.Allowed, eval.ImplicitDeny, eval.Unknown
	const absent = "(absent)"
	tests := []struct {
		operator, wants string // as YAML
		got             map[string]eval.Verdict
	}{
		{"StringEquals", "a*", map[string]eval.Verdict{"a*": y, "ab": n, "A*": n, "": n, absent: n}},
		{"StringEquals", "[a, b]", map[string]eval.Verdict{"a": y, "b": y, "c": n, absent: n}},
		{"StringEquals", "[]", map[string]eval.Verdict{"a": n, absent: n}},
		{"StringEqualsIfExists", "a", map[string]eval.Verdict{"a": y, "b": n, absent: y}},
		{"StringNotEquals", "a", map[string]eval.Verdict{"a": n, "A": y, absent: y}},
		{"StringNotEquals", "[a, b]", map[string]eval.Verdict{"a": n, "b": n, "c": y}},
		{"StringNotEqualsIfExists", "a", map[string]eval.Verdict{"a": n, "b": y, absent: y}},
		{"StringEqualsIgnoreCase", "aB", map[string]eval.Verdict{"Ab": y, "ab": y, "abc": n, absent: n}},
		{"StringNotEqualsIgnoreCase", "aB", map[string]eval.Verdict{"Ab": n, "abc": y, absent: y}},
		{"StringLike", "'a*c?'", map[string]eval.Verdict{"acd": y, "abbcc": y, "abc": n, "Acd": n, absent: n}},
		{"StringLike", "'*'", map[string]eval.Verdict{"": y, "anything": y, absent: n}},
		{"StringLike", "'a${*}b'", map[string]eval.Verdict{"a*b": y, "acb": n}},
		{"StringLike", "'a${?}b${$}'", map[string]eval.Verdict{"a?b$": y, "acb$": n, "a?b": n}},
		{"StringNotLike", "a*", map[string]eval.Verdict{"abc": n, "bc": y, absent: y}},
		{"ArnEquals", "'arn:aws:sns:*:1:a?'", map[string]eval.Verdict{
			"arn:aws:sns:eu-west-1:1:ab": y, "arn:aws:sns:eu-west-1:2:ab": n, "arn:aws:sns:a:1:b:1:ab": n, "arn:aws:sns:eu:1:ABC": n, absent: n,
		}},
		{"ArnLike", "'arn:aws:s:*:111122223333:finance/*'", map[string]eval.Verdict{ // the example of the page on ARN condition operators
			"arn:aws:s:us-east-2:111122223333:finance/document.txt":                        y,
			"arn:aws:s:us-east-2:999999999999:store/abc:111122223333:finance/document.txt": n,
		}},
		{"StringLike", "'arn:aws:s:*:111122223333:finance/*'", map[string]eval.Verdict{"arn:aws:s:us-east-2:999999999999:store/abc:111122223333:finance/document.txt": y}},
		{"ArnLike", "'arn:aws:logs:*:*:log-group:/aws/*:log-stream:*'", map[string]eval.Verdict{
			"arn:aws:logs:r:1:log-group:/aws/x:log-stream:y": y, "arn:aws:logs:r:1:log-group:/aws/x": n, "arn:aws:logs:r": n, "x": n,
		}},
		{"ArnEquals", "'arn:aws:iam::1:role/a'", map[string]eval.Verdict{"arn:aws:iam::1:role/a": y, "arn:aws:iam::1:role/A": n, "arn:aws:iam::1:role/a/b": n}},
		{"ArnNotEquals", "'arn:aws:iam::1:role/*'", map[string]eval.Verdict{"arn:aws:iam::1:role/a": n, "arn:aws:iam::2:role/a": y, absent: y}},
		{"ArnNotLike", "['arn:aws:iam::1:role/a', 'arn:aws:iam::1:role/b']", map[string]eval.Verdict{"arn:aws:iam::1:role/b": n, "arn:aws:iam::1:role/c": y}},
		{"ArnLike", "'arn:aws:iam::${aws:PrincipalAccount}:role/*'", map[string]eval.Verdict{"arn:aws:iam::111111111111:role/x": y, "arn:aws:iam::222222222222:role/x": n}},
		{"Bool", "'true'", map[string]eval.Verdict{"true": y, "True": y, "false": n, absent: n, "1": u}},
		{"Bool", "false", map[string]eval.Verdict{"false": y, "true": n}},
		{"BoolIfExists", "'false'", map[string]eval.Verdict{"false": y, "true": n, absent: y}},
		{"Null", "'true'", map[string]eval.Verdict{absent: y, "": n, "a": n}},
		{"Null", "'false'", map[string]eval.Verdict{absent: n, "": y, "a": y}},
		{"NumericEquals", "10", map[string]eval.Verdict{"10": y, "10.0": y, "11": n, absent: n, "ten": u}},
		{"NumericNotEquals", "[10, '11']", map[string]eval.Verdict{"10": n, "12": y, absent: y}},
		{"NumericLessThan", "10", map[string]eval.Verdict{"9.9": y, "10": n}},
		{"NumericLessThanEquals", "10", map[string]eval.Verdict{"10": y, "10.1": n}},
		{"NumericGreaterThan", "-1", map[string]eval.Verdict{"0": y, "-1": n}},
		{"NumericGreaterThanEquals", "10", map[string]eval.Verdict{"10": y, "9": n, "NaN": u}},
		{"DateEquals", "2020-01-01T00:00:00Z", map[string]eval.Verdict{"1577836800": y, "2020-01-01": y, "2020-01": y, "2020-01-01T01:00+01:00": y, "2020-01-02": n, absent: n}},
		{"DateNotEquals", "2020-01-01", map[string]eval.Verdict{"2020-01-01": n, "2021-01-01": y, absent: y}},
		{"DateLessThan", "2020-01-01T00:00:00Z", map[string]eval.Verdict{"2019-12-31T23:59:59.5Z": y, "2020-01-01T00:00:00Z": n}},
		{"DateLessThanEquals", "2020-01-01T00:00:00Z", map[string]eval.Verdict{"2020-01-01T00:00:00Z": y, "2020-01-01T00:00:01Z": n}},
		{"DateGreaterThan", "2020-01-01T00:00:00Z", map[string]eval.Verdict{"2020-01-01T00:00:01Z": y, "2020-01-01T00:00:00Z": n, "yesterday": u}},
		{"DateGreaterThanEquals", "'1577836800'", map[string]eval.Verdict{"2020-01-01T00:00:00Z": y, "1577836799": n}},
		{"IpAddress", "203.0.113.0/24", map[string]eval.Verdict{"203.0.113.7": y, "203.0.114.7": n, "2001:db8::1": n, absent: n, "home": u}},
		{"IpAddress", "['203.0.113.9', '2001:DB8:1234:5678::/64']", map[string]eval.Verdict{"203.0.113.9": y, "203.0.113.8": n, "2001:db8:1234:5678::9": y, "2001:db8:1234:5679::9": n}},
		{"NotIpAddress", "203.0.113.0/24", map[string]eval.Verdict{"203.0.113.7": n, "203.0.114.7": y, absent: y}},
		{"BinaryEquals", "QmluYXJ5", map[string]eval.Verdict{"QmluYXJ5": y, "qmluYXJ5": n, absent: n}},

		{"ForAllValues:StringEquals", "[a, b]", map[string]eval.Verdict{"a": y, "a,b": y, "a,c": n, absent: y}},
		{"ForAllValues:StringNotEquals", "[a, b]", map[string]eval.Verdict{"c,d": y, "a,c": n, absent: y}},
		{"ForAllValues:StringLike", "'key1*'", map[string]eval.Verdict{"key1:a,key1:b": y, "key1:a,key2": n}},
		{"ForAllValues:StringEqualsIfExists", "a", map[string]eval.Verdict{"a": y, "b": n, absent: y}},
		{"ForAnyValue:StringEquals", "[a, b]", map[string]eval.Verdict{"a": y, "c,b": y, "c": n, absent: n}},
		{"ForAnyValue:StringNotEquals", "[a, b]", map[string]eval.Verdict{"a,b": n, "a,c": y, absent: n}},
		{"ForAnyValue:StringLike", "'key1*'", map[string]eval.Verdict{"x,key1": y, "x,y": n}},
		{"ForAnyValue:StringEqualsIfExists", "a", map[string]eval.Verdict{"a": y, "b": n, absent: u}}, // the pages contradict each other
		{"StringEquals", "[a, b]", map[string]eval.Verdict{"a,b": y, "c,d": n, "a,c": u}},             // several values without a set operator
	}
	for _, tt := range tests {
		t.Run(tt.operator+" "+tt.wants, func(t *testing.T) {
			t.Parallel()
			p := read1(t, eval.Identity, fmt.Sprintf(`{Effect: Allow, Action: '*', Resource: '*', Condition: {%s: {s3:Key: %s}}}`, tt.operator, tt.wants))
			deny := read1(t, eval.Identity, fmt.Sprintf(`[{Effect: Allow, Action: '*', Resource: '*'}, {Effect: Deny, Action: '*', Resource: '*', Condition: {%s: {s3:Key: %s}}}]`, tt.operator, tt.wants))
			for got, want := range tt.got {
				r := get()
				if got != absent {
					r.Context["S3:kEY"] = eval.Texts(strings.Split(got, ",")...)
				}
				d := eval.Evaluate(r, eval.Policies{Identity: []*eval.Policy{p}})
				if d.Verdict != want {
					t.Errorf("a request with %q: %s, want %s", got, d.Verdict, want)
				}
				if want, got := map[eval.Verdict]eval.Verdict{y: eval.ExplicitDeny, n: y, u: u}[want], eval.Evaluate(r, eval.Policies{Identity: []*eval.Policy{deny}}); got.Verdict != want {
					t.Errorf("a Deny: %s, want %s", got.Verdict, want)
				}
				// A key that is listed as absent is absent; one that is not listed is only so where all others are.
				r.OthersAbsent = false
				if got == absent {
					if d := eval.Evaluate(r, eval.Policies{Identity: []*eval.Policy{p}}); d.Verdict != u {
						t.Errorf("a request of which the key is not known: %s, want %s", d.Verdict, u)
					}
					r.Context["s3:key"] = nil
				}
				if d := eval.Evaluate(r, eval.Policies{Identity: []*eval.Policy{p}}); d.Verdict != want {
					t.Errorf("a request with %q, of which other keys are not known: %s, want %s", got, d.Verdict, want)
				}
			}
		})
	}
}

func TestConditionsAreJoined(t *testing.T) {
	t.Parallel()
	tests := []struct {
		condition string
		want      eval.Verdict
	}{
		{`{StringEquals: {s3:a: '1', s3:b: '2'}}`, eval.Allowed},
		{`{StringEquals: {s3:a: '1', s3:b: '3'}}`, eval.ImplicitDeny},
		{`{StringEquals: {s3:a: '1'}, StringLike: {s3:b: '*'}}`, eval.Allowed},
		{`{StringEquals: {s3:a: '1'}, StringNotLike: {s3:b: '*'}}`, eval.ImplicitDeny},
		{`{}`, eval.Allowed},
	}
	for _, tt := range tests {
		p := read1(t, eval.Identity, `{Effect: Allow, Action: '*', Resource: '*', Condition: `+tt.condition+`}`)
		r := get()
		r.Context = map[string][]eval.Value{"s3:a": eval.Texts("1"), "s3:b": eval.Texts("2")}
		if d := eval.Evaluate(r, eval.Policies{Identity: []*eval.Policy{p}}); d.Verdict != tt.want {
			t.Errorf("%s: %s, want %s", tt.condition, d.Verdict, tt.want)
		}
	}
}

// What follows from who asks for what needs no context.
func TestContextThatIsKnownWithoutSaying(t *testing.T) {
	t.Parallel()
	role, service := get(), get()
	service.Principal = eval.Principal{Service: "logging.s3.amazonaws.com"}
	role.OthersAbsent, service.OthersAbsent = false, false
	const y, n, u = eval.Allowed, eval.ImplicitDeny, eval.Unknown
	tests := []struct {
		condition           string
		forRole, forService eval.Verdict
	}{
		{`{ArnEquals: {aws:PrincipalArn: '` + worker + `'}}`, y, u},
		{`{StringEquals: {AWS:principalaccount: '111111111111'}}`, y, u},
		{`{StringEquals: {aws:ResourceAccount: '111111111111'}}`, y, y},
		{`{StringNotEquals: {aws:ResourceAccount: '111111111111'}}`, n, n},
		{`{Bool: {aws:PrincipalIsAWSService: 'true'}}`, n, y},
		{`{Bool: {aws:PrincipalIsAWSService: 'false'}}`, y, n},
		{`{StringEquals: {aws:PrincipalServiceName: logging.s3.amazonaws.com}}`, n, y},
		{`{StringEquals: {aws:SourceAccount: '111111111111'}}`, n, u},
		{`{ArnLikeIfExists: {aws:SourceArn: 'arn:aws:s3:::x'}}`, y, u},
		{`{StringEquals: {aws:RequestedRegion: eu-west-1}}`, u, u},
	}
	for _, tt := range tests {
		p := eval.Policies{Resource: read1(t, eval.Resource, `{Effect: Allow, Principal: '*', Action: '*', Resource: '*', Condition: `+tt.condition+`}`)}
		if d := eval.Evaluate(role, p); d.Verdict != tt.forRole {
			t.Errorf("%s: %s for a role, want %s", tt.condition, d.Verdict, tt.forRole)
		}
		if d := eval.Evaluate(service, p); d.Verdict != tt.forService {
			t.Errorf("%s: %s for a service, want %s", tt.condition, d.Verdict, tt.forService)
		}
	}
	// The context may know better.
	role.Context["aws:PrincipalArn"] = eval.Texts("arn:aws:iam::111111111111:role/other")
	p := eval.Policies{Resource: read1(t, eval.Resource, `{Effect: Allow, Principal: '*', Action: '*', Resource: '*', Condition: `+tests[0].condition+`}`)}
	if d := eval.Evaluate(role, p); d.Verdict != n {
		t.Errorf("got %s, want %s", d.Verdict, n)
	}
}

func TestPolicyVariables(t *testing.T) {
	t.Parallel()
	const y, n, u = eval.Allowed, eval.ImplicitDeny, eval.Unknown
	r := get()
	r.Context = map[string][]eval.Value{
		"aws:PrincipalTag/team": eval.Texts("a"), "aws:PrincipalTag/star": eval.Texts("*"), "aws:TagKeys": eval.Texts("a", "b"),
		"s3:prefix": eval.Texts("home/a/x"), "aws:PrincipalTag/cased": eval.Texts("A"),
	}
	tests := []struct {
		statement string
		want      eval.Verdict
	}{
		{`Resource: 'arn:aws:s3:::data/${aws:PrincipalTag/team}/*'`, y},
		{`Resource: 'arn:aws:s3:::data/${AWS:principaltag/TEAM}/b.txt'`, y},
		{`Resource: 'arn:aws:s3:::data/${aws:PrincipalTag/cased}/*'`, n},
		{`Resource: 'arn:aws:s3:::data/${aws:PrincipalTag/star}/b.txt'`, n}, // a wildcard in a value is a letter
		{`Resource: 'arn:aws:s3:::data/${aws:PrincipalTag/none}*'`, n},      // "will not match any resource"
		{`NotResource: 'arn:aws:s3:::data/${aws:PrincipalTag/none}*'`, y},
		{`Resource: 'arn:aws:s3:::data/${aws:PrincipalTag/none, ''a''}/b.txt'`, y},
		{`Resource: 'arn:aws:s3:::data/${aws:PrincipalTag/team, ''b''}/b.txt'`, y},
		{`Resource: 'arn:aws:s3:::data/${aws:PrincipalTag/none, ''b''}/b.txt'`, n},
		{`Resource: 'arn:aws:s3:::data/${aws:TagKeys}/b.txt'`, u}, // a key with several values is no variable
		{`Resource: 'arn:aws:s3:::data/${aws:TagKeys}/c.txt'`, n},
		{`Resource: 'arn:aws:s3:::data/${a/b.txt'`, n},
		{`Resource: '*', Condition: {StringLike: {s3:prefix: 'home/${aws:PrincipalTag/team}/*'}}`, y},
		{`Resource: '*', Condition: {StringLike: {s3:prefix: 'home/${aws:PrincipalTag/cased}/*'}}`, n},
		{`Resource: '*', Condition: {StringEqualsIgnoreCase: {s3:prefix: 'Home/${aws:PrincipalTag/cased}/X'}}`, y},
		{`Resource: '*', Condition: {StringEquals: {s3:prefix: '${aws:PrincipalTag/none}'}}`, n},
		{`Resource: '*', Condition: {StringNotEquals: {s3:prefix: '${aws:PrincipalTag/none}'}}`, y}, // "do match against a null value"
		{`Resource: '*', Condition: {ArnEquals: {aws:PrincipalArn: '${aws:PrincipalArn}'}}`, y},
	}
	for _, tt := range tests {
		p := read1(t, eval.Identity, `{Effect: Allow, Action: '*', `+tt.statement+`}`)
		if d := eval.Evaluate(r, eval.Policies{Identity: []*eval.Policy{p}}); d.Verdict != tt.want {
			t.Errorf("%s: %s, want %s", tt.statement, d.Verdict, tt.want)
		}
		if tt.want != u {
			continue
		}
		r := r
		r.Context = map[string][]eval.Value{"aws:TagKeys": {}}
		if d := eval.Evaluate(r, eval.Policies{Identity: []*eval.Policy{p}}); d.Verdict != n {
			t.Errorf("%s without the key: %s, want %s", tt.statement, d.Verdict, n)
		}
	}
	// Before 2012-10-17, a variable is text.
	old := read(t, eval.Source{}, "{Version: '2008-10-17', Statement: {Effect: Allow, Action: '*', Resource: 'arn:aws:s3:::data/${aws:PrincipalTag/team}/*'}}", stack())
	if d := eval.Evaluate(r, eval.Policies{Identity: []*eval.Policy{old}}); d.Verdict != n {
		t.Errorf("2008-10-17: %s, want %s", d.Verdict, n)
	}
	r.Resource = eval.Text("arn:aws:s3:::data/${aws:PrincipalTag/team}/b.txt")
	if d := eval.Evaluate(r, eval.Policies{Identity: []*eval.Policy{old}}); d.Verdict != y {
		t.Errorf("2008-10-17, literally: %s, want %s", d.Verdict, y)
	}
	// Of a variable whose key may be there, nobody knows.
	r = get()
	r.OthersAbsent = false
	p := read1(t, eval.Identity, `{Effect: Allow, Action: '*', Resource: 'arn:aws:s3:::data/${aws:PrincipalTag/team}/*'}`)
	if d := eval.Evaluate(r, eval.Policies{Identity: []*eval.Policy{p}}); d.Verdict != u {
		t.Errorf("a key that is not known: %s, want %s", d.Verdict, u)
	}
}
