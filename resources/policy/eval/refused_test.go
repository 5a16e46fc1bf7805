package eval_test

import (
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// decide a request of a role that may do everything.
func decide(action, on string, more ...*tree.Node) eval.Decision {
	statement := func(effect string) *tree.Node {
		return tree.NewMap().Set("Effect", tree.Text(effect)).Set("Action", tree.Text("*")).Set("Resource", tree.Text("*"))
	}
	list := tree.NewList(append(more, statement("Allow"))...)
	p, _ := eval.Parse(eval.Source{Kind: eval.Identity}, tree.NewMap().Set("Statement", list), &eval.Resolver{})
	return eval.Evaluate(eval.Request{
		Principal: eval.Principal{ARN: eval.Text("arn:aws:iam::222222222222:role/admin"), Account: "222222222222"},
		Action:    action, Resource: eval.Text(on), OthersAbsent: true,
	}, eval.Policies{Identity: []*eval.Policy{p}})
}

const (
	roleWrites = "AttachRolePolicy CreateRole CreateServiceLinkedRole DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy DeleteServiceLinkedRole " +
		"DetachRolePolicy PassRole PutRolePermissionsBoundary PutRolePolicy TagRole UntagRole UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription"
	policyWrites = "CreatePolicy CreatePolicyVersion DeletePolicy DeletePolicyVersion SetDefaultPolicyVersion TagPolicy UntagPolicy"
	aliasWrites  = "CreateAlias DeleteAlias UpdateAlias"
)

func TestAWSRefusesWhateverPoliciesSay(t *testing.T) {
	t.Parallel()
	count := 0
	for _, c := range []struct {
		service, actions string
		on               []string
		isRefused        bool
	}{
		{"iam", roleWrites, []string{
			"arn:aws:iam::222222222222:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Admin_0123456789abcdef",
			"arn:aws-us-gov:iam::333333333333:role/AWS-Reserved/x", "arn:aws:iam::*:role/aws-reserved/*",
		}, true},
		{"iam", policyWrites, []string{"arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws-cn:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}, true},
		{"kms", aliasWrites, []string{"arn:aws:kms:eu-west-1:222222222222:alias/aws/s3", "arn:aws:kms:*:*:alias/AWS/ebs"}, true},

		{"iam", roleWrites, []string{
			"arn:aws:iam::222222222222:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS", "arn:aws:iam::222222222222:role/aws-reserved",
			"arn:aws:iam::222222222222:role/x/aws-reserved/y", "arn:aws:iam::222222222222:role/aws-reserved-x/y", "arn:aws:iam::222222222222:role/*",
		}, false},
		{"iam", "GetRole ListRolePolicies GetRolePolicy ListRoleTags", []string{"arn:aws:iam::222222222222:role/aws-reserved/sso.amazonaws.com/x"}, false},
		{"sts", "AssumeRole", []string{"*"}, false},
		{"iam", policyWrites, []string{"arn:aws:iam::222222222222:policy/AdministratorAccess", "arn:aws:iam::222222222222:policy/aws/x"}, false},
		{"iam", "GetPolicy ListPolicyVersions", []string{"arn:aws:iam::aws:policy/AdministratorAccess"}, false},
		{"kms", aliasWrites, []string{"arn:aws:kms:eu-west-1:222222222222:alias/awsome", "arn:aws:kms:eu-west-1:222222222222:alias/aws", "arn:aws:kms:eu-west-1:222222222222:alias/x/aws/"}, false},
		{"kms", "ListAliases", []string{"arn:aws:kms:eu-west-1:222222222222:alias/aws/s3"}, false},
		{"s3", "GetObject", []string{"arn:aws:s3:::role/aws-reserved/x"}, false},
	} {
		for action := range strings.FieldsSeq(c.actions) {
			if c.isRefused {
				count++
			}
			for _, on := range c.on {
				for _, name := range []string{c.service + ":" + action, strings.ToUpper(c.service) + ":" + strings.ToLower(action)} {
					d := decide(name, on)
					switch {
					case c.isRefused && (d.Verdict != eval.ImplicitDeny || !strings.Contains(d.Explain(), "AWS rejects "+name+" on "+on+" regardless of policies: ") || d.Refused == ""):
						t.Errorf("%s on %s is %s: %s", name, on, d.Verdict, d.Explain())
					case !c.isRefused && (d.Verdict != eval.Allowed || d.Refused != ""):
						t.Errorf("%s on %s is %s: %s", name, on, d.Verdict, d.Explain())
					}
				}
			}
		}
	}
	if count != 26 {
		t.Errorf("%d actions, want the 26 that AWS rejects", count)
	}
}

// A statement that denies is said, too: it is what the reader can see.
func TestADenialGoesBeforeWhatAWSRefuses(t *testing.T) {
	t.Parallel()
	deny := tree.NewMap().Set("Sid", tree.Text("No")).Set("Effect", tree.Text("Deny")).Set("Action", tree.Text("iam:*")).Set("Resource", tree.Text("*"))
	d := decide("iam:DeleteRole", "arn:aws:iam::222222222222:role/aws-reserved/x", deny)
	if d.Verdict != eval.ExplicitDeny || d.Denied == nil {
		t.Errorf("it is %s: %s", d.Verdict, d.Explain())
	}
}
