package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

func TestTypesWithoutARowProposeTheirPermissions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ what, typ, want string }{
		{"it has a name of our choice", "AWS::Athena::DataCatalog", `
permissions:
  - actions: [athena:CreateDataCatalog, athena:DeleteDataCatalog, athena:GetDataCatalog, athena:ListTagsForResource, athena:TagResource, athena:UntagResource, athena:UpdateDataCatalog]
    resources: ["arn:aws:athena:{region}:{account}:datacatalog/{project}-{environment}-*"]
  - actions: [athena:ListDataCatalogs]
    resources: ["*"]
    reason: these actions know no resource
`},
		{"AWS chooses its id", "AWS::EC2::VPNGateway", `
permissions:
  - actions: [ec2:AttachVpnGateway, ec2:DetachVpnGateway]
    resources: ["arn:aws:ec2:{region}:{account}:vpc/*", "arn:aws:ec2:{region}:{account}:vpn-gateway/*"]
  - actions: [ec2:CreateTags, ec2:CreateVpnGateway, ec2:DeleteTags, ec2:DeleteVpnGateway]
    resources: ["arn:aws:ec2:{region}:{account}:vpn-gateway/*"]
  - actions: [ec2:DescribeTags, ec2:DescribeVpnGateways]
    resources: ["*"]
    reason: these actions know no resource
`},
		{"it is created in another resource", "AWS::EKS::Nodegroup", `
permissions:
  - actions: [eks:CreateNodegroup]
    resources: ["arn:aws:eks:{region}:{account}:cluster/*"]
  - actions: [eks:DeleteNodegroup, eks:DescribeNodegroup, eks:ListTagsForResource, eks:TagResource, eks:UntagResource, eks:UpdateNodegroupConfig, eks:UpdateNodegroupVersion]
    resources: ["arn:aws:eks:{region}:{account}:nodegroup/{project}-{environment}-*"]
`},
		{"IAM knows no such resource", "AWS::ECR::RegistryPolicy", `
permissions:
  - actions: [ecr:DeleteRegistryPolicy, ecr:GetRegistryPolicy, ecr:PutRegistryPolicy]
    resources: ["*"]
    reason: these actions know no resource
`},
		{"nothing in the table is called so", "AWS::Route53::RecordSet", ""},
		{"no pipeline may have it", "AWS::IAM::User", ""},
		{"no such type", "AWS::Mars::Rover", ""},
		{"another's type", "Acme::Shop::Thing", ""},
	} {
		if diff := cmp.Diff(strings.TrimPrefix(c.want, "\n"), policy.NeededYAML([]string{c.typ}, "aws", "")); diff != "" {
			t.Errorf("%s: %s: want -, got +:\n%s", c.typ, c.what, diff)
		}
	}
}

func TestPermissionsOfSeveralTypesAreProposedTogether(t *testing.T) {
	t.Parallel()
	const want = `    permissions:
      - actions: [ecr:DeleteRegistryPolicy, ecr:GetRegistryPolicy, ecr:PutRegistryPolicy, athena:ListDataCatalogs]
        resources: ["*"]
        reason: these actions know no resource
      - actions: [athena:CreateDataCatalog, athena:DeleteDataCatalog, athena:GetDataCatalog, athena:ListTagsForResource, athena:TagResource, athena:UntagResource, athena:UpdateDataCatalog]
        resources: ["arn:aws-us-gov:athena:{region}:{account}:datacatalog/{project}-{environment}-*"]
`
	types := []string{"AWS::ECR::RegistryPolicy", "AWS::Athena::DataCatalog", "AWS::ECR::RegistryPolicy"}
	if diff := cmp.Diff(want, policy.NeededYAML(types, "aws-us-gov", "    ")); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

// What is proposed exists, is on resources that it knows, and lets the type be deployed by what is known of its name alone.
func TestWhatIsProposedExists(t *testing.T) {
	t.Parallel()
	types, proposed := 0, 0
	for _, typ := range catalog.Types() {
		if policy.Known(typ) || !policy.HasService(typ) {
			continue
		}
		types++
		list := policy.Needed(typ, "aws")
		if len(list) > 0 {
			proposed++
		}
		for _, n := range list {
			if (n.Reason != "") != slices.Equal(n.Resources, []string{"*"}) {
				t.Errorf("%s: %q with the reason %q", typ, n.Resources, n.Reason)
			}
			for _, name := range n.Actions {
				a, ok := catalog.Action(name)
				if !ok {
					t.Errorf("%s: no action %s", typ, name)
					continue
				}
				for _, arn := range n.Resources {
					arn = strings.NewReplacer("{region}", "eu-west-1", "{account}", "222222222222", "{project}", "shop", "{environment}", "dev").Replace(arn)
					if !a.Knows(arn) {
						t.Errorf("%s: %s does not know %s", typ, name, arn)
					}
				}
				if strings.HasPrefix(name, "iam:") || strings.HasPrefix(name, "sts:") || strings.HasPrefix(name, "organizations:") {
					t.Errorf("%s: no pipeline may have %s", typ, name)
				}
			}
		}
		if len(list) > 0 && policy.Forbidden(typ) {
			t.Errorf("%s is forbidden, and has a proposal", typ)
		}
	}
	t.Logf("of %d types without a row, %d have a proposal", types, proposed)
	if proposed < types*3/4 {
		t.Errorf("only %d of %d types have a proposal", proposed, types)
	}
}

func TestDeploymentProposesThePermissionsOfUnknownTypes(t *testing.T) {
	t.Parallel()
	_, err := policy.Deployment([]string{"AWS::SQS::Queue", "AWS::ECR::RegistryPolicy"}, scope())
	const want = `the permissions to deploy ["AWS::ECR::RegistryPolicy"] are not known; say them where the stack is: as its Grants in Go, as its permissions in pipeline.yaml, such as
  permissions:
    - actions: [ecr:DeleteRegistryPolicy, ecr:GetRegistryPolicy, ecr:PutRegistryPolicy]
      resources: ["*"]
      reason: these actions know no resource`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
