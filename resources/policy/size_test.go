package policy_test

import (
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

func TestSizeIsWhatAWSCounts(t *testing.T) {
	t.Parallel()
	ref := func(name string) *tree.Node { return tree.NewMap().Set("Ref", tree.Text(name)) }
	sub := func(body string) *tree.Node { return tree.NewMap().Set("Fn::Sub", tree.Text(body)) }
	const unknown = 120
	for _, c := range []struct {
		why    string
		region string
		node   *tree.Node
		want   int
	}{
		{"no white space between the parts", "", tree.NewMap().Set("Version", tree.Text("2012-10-17")).Set("Statement", tree.NewList()), len(`{"Version":"2012-10-17","Statement":[]}`)},
		{"commas between items", "", tree.NewList(tree.Text("a"), tree.Text("b"), tree.Text("c")), len(`["a","b","c"]`)},
		{"numbers and booleans without quotes", "", tree.NewList(tree.Int(12), tree.Boolean(true)), len(`[12,true]`)},
		{"text as JSON escapes it", "", tree.NewMap().Set(`a"b`, tree.Text(`c\d`)), len(`{"a\"b":"c\\d"}`)},
		{"an account has 12 digits", "", ref("AWS::AccountId"), len(`"111111111111"`)},
		{"the region is known", "ap-southeast-2", ref("AWS::Region"), len(`"ap-southeast-2"`)},
		{"the partition follows from it", "eu-west-1", ref("AWS::Partition"), len(`"aws"`)},
		{"in GovCloud too", "us-gov-west-1", ref("AWS::Partition"), len(`"aws-us-gov"`)},
		{
			"a Sub of them", "us-gov-west-1", sub("arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"),
			len(`"arn:aws-us-gov:kms:us-gov-west-1:111111111111:key/*"`),
		},
		{"what is literal in a Sub", "eu-west-1", sub("${!aws:username}/${AWS::Region}"), len(`"${aws:username}/eu-west-1"`)},
		{"a parameter counts as a long ARN", "", ref("KeyArn"), unknown + len(`""`)},
		{"an attribute too", "", tree.NewMap().Set("Fn::GetAtt", tree.NewList(tree.Text("Key"), tree.Text("Arn"))), unknown + len(`""`)},
		{"and in a Sub", "", sub("${Bucket.Arn}/*"), unknown + len(`"/*"`)},
		{
			"a Sub with variables counts what they stand for", "eu-west-1",
			tree.NewMap().Set("Fn::Sub", tree.NewList(tree.Text("${Part1}:${AWS::Region}:${Part2}"), tree.NewMap().
				Set("Part1", tree.Text(strings.Repeat("a", 300))).Set("Part2", ref("AWS::AccountId")))),
			300 + len(`":eu-west-1:111111111111"`),
		},
		{
			"what holds more text than a long ARN counts more", "",
			tree.NewMap().Set("Fn::If", tree.NewList(tree.Text("C"), tree.Text(strings.Repeat("a", 300)), tree.Text("b"))), len(`"["C","","b"]"`) + 300,
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			if got := policy.Size(cfn.Place{Account: "111111111111", Region: c.region}, c.node); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestBudgetRefusesOneByteTooMany(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		why       string
		most      int
		documents []*tree.Node
		want      string
	}{
		{"just enough", 100, []*tree.Node{tree.Text(strings.Repeat("a", 98))}, ""},
		{
			"one byte over", 100,
			[]*tree.Node{tree.Text(strings.Repeat("a", 99))},
			"P: a thing has 101 bytes; the AWS limit is 100; grant less, or split it",
		},
		{"together just enough", 100, []*tree.Node{tree.Text(strings.Repeat("a", 48)), tree.Text(strings.Repeat("b", 48))}, ""},
		{
			"together one byte over", 100,
			[]*tree.Node{tree.Text(strings.Repeat("a", 48)), tree.Text(strings.Repeat("b", 49))},
			"P: a thing has 101 bytes; the AWS limit is 100; grant less, or split it",
		},
		{"nothing", 0, nil, ""},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			tmpl := template()
			policy.Budget(tmpl, "P", "a thing", c.most, c.documents...)
			if got := problemsOf(t, tmpl); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestTrustPoliciesKeepTheirBudget(t *testing.T) {
	t.Parallel()
	trust := func(padding int) policy.Trust {
		return policy.Trust{policy.Allow("T", "sts:AssumeRole").By(policy.Service(strings.Repeat("a", padding)))}
	}
	rest := len(`{"Version":"2012-10-17","Statement":[{"Sid":"T","Effect":"Allow","Principal":{"Service":""},"Action":"sts:AssumeRole"}]}`)
	if _, problems := render(t, trust(policy.MaxTrust-rest)); problems != "" {
		t.Errorf("2,048 bytes are allowed: %s", problems)
	}
	_, problems := render(t, trust(policy.MaxTrust-rest+1))
	if want := path + ": a trust policy has 2049 bytes; the AWS limit is 2048; grant less, or split it"; problems != want {
		t.Errorf("got %q, want %q", problems, want)
	}
}
