package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFunctionsAreOpenedToServicesOnly(t *testing.T) {
	t.Parallel()
	for _, s := range statements(t, scope(), knownTypes...) {
		if s.Get("Sid").Text != "Callers" {
			for _, a := range []string{"lambda:AddPermission", "lambda:PutResourcePolicy"} {
				if slices.Contains(values(s.Get("Action")), a) {
					t.Errorf("%s to whom?\n%s", a, s.YAML())
				}
			}
			continue
		}
		want := `Sid: Callers
Effect: Allow
Action:
  - lambda:AddPermission
  - lambda:PutResourcePolicy
Resource: !Sub arn:${AWS::Partition}:lambda:eu-west-1:${AWS::AccountId}:function:shop-dev-*
Condition:
  StringLike:
    lambda:Principal: '*.amazonaws.com'
`
		if diff := cmp.Diff(want, string(s.YAML())); diff != "" {
			t.Errorf("want -, got +:\n%s", diff)
		}
	}
}

// In a new account, the first API makes the role of API Gateway itself.
func TestTheFirstAPIMakesTheRoleOfItsService(t *testing.T) {
	t.Parallel()
	want := `Sid: ApiGatewayRole
Effect: Allow
Action: iam:CreateServiceLinkedRole
Resource: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/ops.apigateway.amazonaws.com/*
Condition:
  StringEquals:
    iam:AWSServiceName: ops.apigateway.amazonaws.com
`
	list := statements(t, scope(), "AWS::ApiGatewayV2::Api")
	if diff := cmp.Diff(want, string(list[len(list)-1].YAML())); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

// An API has a random id: what is made goes by its name, what is there by the tags of its stack.
func TestAPIsAreMadeByTheirNamesAndChangedByTheirTags(t *testing.T) {
	t.Parallel()
	for _, s := range statements(t, scope(), knownTypes...) {
		if !strings.HasPrefix(values(s.Get("Action"))[0], "apigateway:") {
			continue
		}
		resources := values(s.Get("Resource"))
		switch s.Get("Sid").Text {
		case "CreateApis":
			if got := s.At("Condition", "StringLike", "apigateway:Request/ApiName").Text; got != "shop-dev-*" {
				t.Errorf("APIs are made with the name %q", got)
			}
			if want := []string{"arn:${AWS::Partition}:apigateway:eu-west-1::/apis"}; !slices.Equal(resources, want) {
				t.Errorf("made in %q, want %q", resources, want)
			}
		case "CreateRestApis":
			if got := s.At("Condition", "StringLike", "apigateway:Request/ApiName").Text; got != "shop-dev-*" {
				t.Errorf("REST APIs are made with the name %q", got)
			}
			if want := []string{"arn:${AWS::Partition}:apigateway:eu-west-1::/restapis"}; !slices.Equal(resources, want) {
				t.Errorf("made in %q, want %q", resources, want)
			}
		case "CreateApiKeys", "CreateDomainNames", "CreateUsagePlans", "CreateVpcLinks": // without a name that IAM knows
			if got := values(s.Get("Action")); !slices.Equal(got, []string{"apigateway:POST"}) || slices.ContainsFunc(resources, func(r string) bool { return strings.Contains(r, "*") }) {
				t.Errorf("%q on %q", got, resources)
			}
		case "GatewayAccount": // one in a region
		case "RestApis", "ChangeApiKeys", "ChangeDomainNames", "ChangeUsagePlans", "ChangeVpcLinks":
			wantTags(t, s.At("Condition", "StringEquals").JSON())
		case "RestApiParts", "UsagePlanKeys", "BasePathMappings", "ApiMappings", "ApiModels", "ProtectStages",
			"TagApiKeys", "TagDomainNames", "TagRestApis", "TagUsagePlans", "TagVpcLinks": // not all of them have tags
			wantTags(t, s.At("Condition", "StringEqualsIfExists").JSON())
		case "ReadRestApis", "ReadApiKeys", "ReadDomainNames", "ReadUsagePlans", "ReadVpcLinks": // before they have their tags
			wantTags(t, s.At("Condition", "StringEqualsIfExists").JSON())
			want := []string{"apigateway:GET", "apigateway:TagResource", "apigateway:UntagResource"}
			if got := values(s.Get("Action")); !slices.Equal(got, want) {
				t.Errorf("without tags, they can be %q, want %q", got, want)
			}
		case "Apis":
			wantTags(t, s.At("Condition", "StringEquals").JSON())
		case "ApiParts": // not all of them have tags
			wantTags(t, s.At("Condition", "StringEqualsIfExists").JSON())
			if slices.ContainsFunc(resources, func(r string) bool { return strings.HasSuffix(r, "/apis/*") }) {
				t.Errorf("APIs themselves are among what may have no tags: %q", resources)
			}
		case "ReadApis": // before they have their tags
			wantTags(t, s.At("Condition", "StringEqualsIfExists").JSON())
			want := []string{"apigateway:GET", "apigateway:TagResource", "apigateway:UntagResource"}
			if got := values(s.Get("Action")); !slices.Equal(got, want) {
				t.Errorf("without tags, APIs can be %q, want %q", got, want)
			}
		default:
			t.Errorf("got\n%s", s.YAML())
		}
	}
}

func wantTags(tb testing.TB, condition []byte) {
	tb.Helper()
	want := `{
  "aws:ResourceTag/project": "shop",
  "aws:ResourceTag/environment": "dev"
}
`
	if diff := cmp.Diff(want, string(condition)); diff != "" {
		tb.Errorf("want -, got +:\n%s", diff)
	}
}
