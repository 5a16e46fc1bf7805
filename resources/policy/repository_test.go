package policy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

func TestARepositorysPolicyNamesNoResource(t *testing.T) {
	t.Parallel()
	pull := policy.Allow("Pull", "ecr:BatchGetImage").By(policy.Account(cfn.Lit("333333333333")))
	roles := policy.ByRoleLike(cfn.Lit("arn:aws:iam::333333333333:role/shop/app/*"))
	for _, c := range []struct {
		why      string
		document policy.Repository
		want     string
		problems string
	}{
		{
			"who may pull", policy.Repository{pull.If(roles)}, `Version: '2012-10-17'
Statement:
  - Sid: Pull
    Effect: Allow
    Principal:
      AWS: !Sub arn:${AWS::Partition}:iam::333333333333:root
    Action: ecr:BatchGetImage
    Condition:
      ArnLike:
        aws:PrincipalArn: arn:aws:iam::333333333333:role/shop/app/*
`, "",
		},
		{
			"statements of the same who merge their actions", policy.Repository{
				pull.If(roles), policy.Allow("Pull", "ecr:GetDownloadUrlForLayer").By(policy.Account(cfn.Lit("333333333333"))).If(roles),
			}, `Version: '2012-10-17'
Statement:
  - Sid: Pull
    Effect: Allow
    Principal:
      AWS: !Sub arn:${AWS::Partition}:iam::333333333333:root
    Action:
      - ecr:BatchGetImage
      - ecr:GetDownloadUrlForLayer
    Condition:
      ArnLike:
        aws:PrincipalArn: arn:aws:iam::333333333333:role/shop/app/*
`, "",
		},
		{
			"statements of different roles with the same actions do not merge", policy.Repository{
				pull.If(roles), policy.Allow("Other", "ecr:BatchGetImage").By(policy.Account(cfn.Lit("333333333333"))),
			}, `Version: '2012-10-17'
Statement:
  - Sid: Pull
    Effect: Allow
    Principal:
      AWS: !Sub arn:${AWS::Partition}:iam::333333333333:root
    Action: ecr:BatchGetImage
    Condition:
      ArnLike:
        aws:PrincipalArn: arn:aws:iam::333333333333:role/shop/app/*
  - Sid: Other
    Effect: Allow
    Principal:
      AWS: !Sub arn:${AWS::Partition}:iam::333333333333:root
    Action: ecr:BatchGetImage
`, "",
		},
		{"a resource", policy.Repository{pull.On(cfn.Lit("*"))}, "", path + ".Statement[0]: a repository policy cannot have resources; leave out On"},
		{"all resources but one", policy.Repository{pull.OnAllBut(cfn.Lit("a"))}, "", path + ".Statement[0]: a repository policy cannot have resources; leave out On"},
		{"nobody", policy.Repository{policy.Allow("Pull", "ecr:BatchGetImage")}, "", path + ".Statement[0]: the statement has no principal; add By"},
		{
			"everybody",
			policy.Repository{policy.Allow("Pull", "ecr:BatchGetImage").By(policy.Anyone())},
			"",
			path + ".Statement[0]: the statement allows every principal; name an account, and restrict it to a role with ByRole",
		},
		{
			"everybody is denied", policy.Repository{policy.Deny("Keep", "ecr:BatchDeleteImage").By(policy.Anyone())}, `Version: '2012-10-17'
Statement:
  - Sid: Keep
    Effect: Deny
    Principal: '*'
    Action: ecr:BatchDeleteImage
`, "",
		},
		{"no statement", nil, "", path + ": the policy has no statement; add one, or leave out the policy"},
		{"no action", policy.Repository{policy.Allow("Pull").By(policy.Service("lambda.amazonaws.com"))}, "", path + ".Statement[0]: the statement has no action"},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			n, problems := render(t, c.document)
			if diff := cmp.Diff(c.problems, problems); diff != "" {
				t.Errorf("problems: want -, got +:\n%s", diff)
			}
			if c.want == "" {
				return
			}
			if diff := cmp.Diff(c.want, string(n.YAML())); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
			if strings.Contains(string(n.YAML()), "Resource") {
				t.Errorf("a resource:\n%s", n.YAML())
			}
		})
	}
}
