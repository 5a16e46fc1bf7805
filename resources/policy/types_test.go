package policy_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// knownTypes are the rows of the table.
var knownTypes = []string{
	"AWS::CodeBuild::Project", "AWS::CodeBuild::ReportGroup", "AWS::CodePipeline::Pipeline", "AWS::ECR::Repository",
	"AWS::IAM::ManagedPolicy", "AWS::IAM::Role", "AWS::KMS::Alias", "AWS::KMS::Key", "AWS::Lambda::Alias", "AWS::Lambda::Function",
	"AWS::Lambda::Version", "AWS::Logs::LogGroup", "AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::SQS::Queue", "AWS::SQS::QueuePolicy",
	"AWS::SSM::Parameter",
}

func scope() policy.Scope {
	return policy.Scope{
		Project: "shop", Names: []string{"dev"}, Regions: []string{"eu-west-1", "eu-central-1"},
		ApplicationPath: "/shop/app/",
		Boundary:        cfn.Lit("arn:aws:iam::222222222222:policy/shop/access/shop-dev-boundary"),
		Connection:      cfn.Lit("arn:aws:codeconnections:eu-west-1:222222222222:connection/1"),
	}
}

// statements of the role that deploys the types.
func statements(tb testing.TB, s policy.Scope, types ...string) []*tree.Node {
	tb.Helper()
	list, err := policy.Deployment(types, s)
	if err != nil {
		tb.Fatal(err)
	}
	n, problems := render(tb, policy.Identity(list))
	if problems != "" {
		tb.Fatalf("problems:\n%s", problems)
	}
	return n.Get("Statement").Items
}

func values(n *tree.Node) []string {
	var list []string
	n.Walk(func(_ string, n *tree.Node) bool {
		if n.Kind == tree.String {
			list = append(list, n.Text)
		}
		return true
	})
	return list
}

func TestDeploymentNamesEveryUnknownType(t *testing.T) {
	t.Parallel()
	_, err := policy.Deployment([]string{"AWS::S3::Bucket", "AWS::Glue::Job", "Custom::Thing"}, scope())
	if err == nil {
		t.Fatal("got no error")
	}
	for _, want := range []string{`"AWS::Glue::Job"`, `"Custom::Thing"`, "resources/policy/types.go"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %q, which does not say %s", err, want)
		}
	}
	if strings.Contains(err.Error(), "S3") {
		t.Errorf("got %q, which names a type that is known", err)
	}
}

func TestDeploymentOfNothingIsNothing(t *testing.T) {
	t.Parallel()
	if list, err := policy.Deployment(nil, scope()); err != nil || len(list) > 0 {
		t.Errorf("got %d statements, error %v", len(list), err)
	}
}

func TestRowsNameActionsOneByOne(t *testing.T) {
	t.Parallel()
	action := regexp.MustCompile(`^[a-z0-9-]+:[A-Z][A-Za-z]+$`)
	for _, typ := range knownTypes {
		t.Run(typ, func(t *testing.T) {
			t.Parallel()
			for _, s := range statements(t, scope(), typ) {
				if s.Get("Effect").Text != "Allow" || s.Get("NotAction") != nil || s.Get("NotResource") != nil {
					t.Errorf("a row only allows, by name:\n%s", s.YAML())
				}
				for _, a := range values(s.Get("Action")) {
					if !action.MatchString(a) {
						t.Errorf("%q is not of the form service:Action", a)
					}
				}
			}
		})
	}
}

// everywhere are the statements on all resources, and why there is no other way.
var everywhere = map[string]string{
	"CreateKeys":      "kms:CreateKey knows no resource, since there is no key yet; only in the scope's regions",
	"ListAliases":     "kms:ListAliases knows no resource; it only lists",
	"Networks":        "ec2:Describe… know no resource; they only list, in the scope's regions",
	"ListLogPolicies": "logs:DescribeResourcePolicies knows no resource; it only lists",
}

func TestRowsStayInTheirScope(t *testing.T) {
	t.Parallel()
	own := []string{
		":s3:::shop-dev-",
		":ssm:%:${AWS::AccountId}:parameter/shop/dev/",
		":kms:%:${AWS::AccountId}:alias/shop-dev-",
		":kms:%:${AWS::AccountId}:key/*", // keys have no names: their own policies decide
		":logs:%:${AWS::AccountId}:log-group:/aws/*/shop-dev-",
		":logs:%:${AWS::AccountId}:log-group:*", // DescribeLogGroups lists all groups or none
		":iam::${AWS::AccountId}:role/shop/app/shop-dev-",
		":iam::${AWS::AccountId}:policy/shop/app/shop-dev-",
		":codebuild:%:${AWS::AccountId}:project/shop-dev-",
		":codebuild:%:${AWS::AccountId}:report-group/shop-dev-",
		":ecr:%:${AWS::AccountId}:repository/shop-dev-",
		":lambda:%:${AWS::AccountId}:function:shop-dev-",
		":lambda:%:*:layer:*", // of any account: the layer's own policy decides
		":sqs:%:${AWS::AccountId}:shop-dev-",
		":codepipeline:%:${AWS::AccountId}:shop-dev",
	}
	for _, typ := range knownTypes {
		t.Run(typ, func(t *testing.T) {
			t.Parallel()
			for _, s := range statements(t, scope(), typ) {
				sid := s.Get("Sid").Text
				for _, r := range values(s.Get("Resource")) {
					if r == "*" && everywhere[sid] != "" || r == "arn:aws:codeconnections:eu-west-1:222222222222:connection/1" {
						continue
					}
					if !slices.ContainsFunc(own, func(prefix string) bool {
						return slices.ContainsFunc(scope().Regions, func(region string) bool {
							return strings.HasPrefix(r, "arn:${AWS::Partition}"+strings.Replace(prefix, "%", region, 1))
						})
					}) {
						t.Errorf("%s reaches %s, beyond shop-dev", sid, r)
					}
				}
			}
		})
	}
}

func TestOnlyListingIsOnAllLogGroups(t *testing.T) {
	t.Parallel()
	for _, s := range statements(t, scope(), "AWS::Logs::LogGroup") {
		for _, r := range values(s.Get("Resource")) {
			if strings.HasSuffix(r, ":log-group:*") && !slices.Equal(values(s.Get("Action")), []string{"logs:DescribeLogGroups"}) {
				t.Errorf("on every log group:\n%s", s.YAML())
			}
		}
	}
}

func TestKeysAreMadeInTheScopesRegionsOnly(t *testing.T) {
	t.Parallel()
	want := `Sid: CreateKeys
Effect: Allow
Action: kms:CreateKey
Resource: '*'
Condition:
  StringEquals:
    aws:RequestedRegion:
      - eu-west-1
      - eu-central-1
`
	if diff := cmp.Diff(want, string(statements(t, scope(), "AWS::KMS::Key")[0].YAML())); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestRolesAreMadeWithinTheBoundaryOnly(t *testing.T) {
	t.Parallel()
	bounded := []string{
		"iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy",
	}
	never := []string{"iam:DeleteRolePermissionsBoundary", "iam:CreateUser", "iam:CreateAccessKey", "iam:PassRole"}
	for _, s := range statements(t, scope(), "AWS::IAM::Role") {
		boundary := s.At("Condition", "ArnEquals", "iam:PermissionsBoundary")
		for _, a := range values(s.Get("Action")) {
			if slices.Contains(bounded, a) && (boundary == nil || boundary.Text != "arn:aws:iam::222222222222:policy/shop/access/shop-dev-boundary") {
				t.Errorf("%s without the boundary:\n%s", a, s.YAML())
			}
			if slices.Contains(never, a) {
				t.Errorf("%s must not be there", a)
			}
		}
	}
}

func TestRolesArePassedToTheServiceThatNeedsThemOnly(t *testing.T) {
	t.Parallel()
	services := map[string]string{
		"AWS::CodeBuild::Project":     "codebuild.amazonaws.com",
		"AWS::CodePipeline::Pipeline": "codepipeline.amazonaws.com",
		"AWS::Lambda::Function":       "lambda.amazonaws.com",
	}
	for _, typ := range knownTypes {
		t.Run(typ, func(t *testing.T) {
			t.Parallel()
			got := ""
			for _, s := range statements(t, scope(), typ) {
				if !slices.Contains(values(s.Get("Action")), "iam:PassRole") {
					continue
				}
				if to := s.At("Condition", "StringEquals", "iam:PassedToService"); to != nil {
					got = to.Text
				} else {
					t.Errorf("roles are passed to any service:\n%s", s.YAML())
				}
			}
			if got != services[typ] {
				t.Errorf("roles are passed to %q, want %q", got, services[typ])
			}
		})
	}
}

func TestRowsThatShareAStatementMerge(t *testing.T) {
	t.Parallel()
	// "Roles" stands in two rows, "Buckets" too; IAM takes each Sid once
	var sids []string
	for _, s := range statements(t, scope(), knownTypes...) {
		sids = append(sids, s.Get("Sid").Text)
	}
	slices.Sort(sids)
	if once := slices.Compact(slices.Clone(sids)); len(once) != len(sids) {
		t.Errorf("a Sid stands twice: %q", sids)
	}
}

// find gives the statement with a Sid.
func find(tb testing.TB, list []*tree.Node, sid string) *tree.Node {
	tb.Helper()
	for _, s := range list {
		if s.Get("Sid").Text == sid {
			return s
		}
	}
	tb.Fatalf("there is no statement %s", sid)
	return nil
}

func TestKeysAreUsedThroughTheirServiceOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ typ, sid, service string }{
		{"AWS::ECR::Repository", "RepositoryKeys", "ecr"},
		{"AWS::Lambda::Function", "CodeKeys", "s3"},
	} {
		s := find(t, statements(t, scope(), c.typ), c.sid)
		want := []string{c.service + ".eu-west-1.amazonaws.com"} // in other regions there are only artifact stores
		if got := values(s.At("Condition", "StringEquals", "kms:ViaService")); !slices.Equal(got, want) {
			t.Errorf("%s: used through %q, want %q", c.sid, got, want)
		}
	}
}

func TestCodeIsReadFromTheBucketsOfCodeOnly(t *testing.T) {
	t.Parallel()
	want := `Sid: Code
Effect: Allow
Action:
  - s3:GetObject
  - s3:GetObjectVersion
Resource: !Sub arn:${AWS::Partition}:s3:::shop-dev-code-*/*
Condition:
  StringEquals:
    aws:ResourceAccount: !Ref AWS::AccountId
`
	if diff := cmp.Diff(want, string(find(t, statements(t, scope(), "AWS::Lambda::Function"), "Code").YAML())); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestNoRowReadsOrWritesData(t *testing.T) {
	t.Parallel()
	data := []string{
		"ecr:BatchGetImage", "ecr:PutImage", "ecr:BatchDeleteImage", "lambda:InvokeFunction", "lambda:AddPermission", "s3:PutObject", "s3:DeleteObject",
		"sqs:ReceiveMessage", "sqs:SendMessage", "sqs:PurgeQueue", "sqs:AddPermission", "codebuild:StartBuild", "logs:PutLogEvents", "logs:GetLogEvents",
		"kms:Encrypt", "kms:GenerateDataKey", "ssm:GetParametersByPath",
	}
	for _, s := range statements(t, scope(), knownTypes...) {
		for _, a := range values(s.Get("Action")) {
			if slices.Contains(data, a) {
				t.Errorf("%s is no deploying:\n%s", a, s.YAML())
			}
		}
	}
}

func TestAScopeOfSeveralNamesReachesEachOfThem(t *testing.T) {
	t.Parallel()
	s := scope()
	s.Names, s.Parameters = []string{"delivery", "toolchain"}, []string{"/shop/version"}
	for typ, want := range map[string][]string{
		"AWS::ECR::Repository": {"repository/shop-delivery-*", "repository/shop-toolchain-*"},
		"AWS::SSM::Parameter":  {"parameter/shop/delivery/*", "parameter/shop/toolchain/*", "parameter/shop/version"},
	} {
		var got []string
		for _, r := range values(statements(t, s, typ)[0].Get("Resource")) {
			if rest, ok := strings.CutPrefix(r, "arn:${AWS::Partition}:"); ok && strings.Contains(rest, ":eu-west-1:") {
				got = append(got, rest[strings.LastIndex(rest, ":")+1:])
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: want -, got +:\n%s", typ, diff)
		}
	}
}

func TestAScopeWithoutAConnectionPassesNone(t *testing.T) {
	t.Parallel()
	s := scope()
	s.Connection = nil
	for _, n := range statements(t, s, "AWS::CodePipeline::Pipeline") {
		if n.Get("Sid").Text == "PassConnection" {
			t.Errorf("got\n%s", n.YAML())
		}
	}
}

func TestAllRowsFitIntoARole(t *testing.T) {
	t.Parallel()
	list, err := policy.Deployment(knownTypes, scope())
	if err != nil {
		t.Fatal(err)
	}
	n, _ := render(t, policy.Identity(list))
	if got := policy.Size(cfn.Place{Region: "eu-central-1"}, n); got > policy.MaxInline {
		t.Errorf("all rows for two regions have %d bytes, a role takes %d", got, policy.MaxInline)
	} else {
		t.Logf("%d of %d bytes", got, policy.MaxInline)
	}
}
