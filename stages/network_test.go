package stages_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// networked has a network of each kind.
const networked = `
project: shop
toolchain: { account: "111111111111", region: eu-west-1 }
source:
  connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42
  repository: acme/shop
environments:
  - { name: dev,  type: dev,  account: "222222222222" }
  - { name: qa,   type: test, account: "333333333333" }
  - { name: gov,  type: prod, account: "444444444444", region: eu-central-1 }
  - { name: old,  type: prod, account: "555555555555" }
application:
  network: {}
overrides:
  qa: { network: { cidr: 10.1.0.0/20, nat: none } }
  old:
    network:
      vpc: vpc-0a1b2c3d
      privateSubnets: [subnet-0a1b2c3d, subnet-4e5f6a7b]
`

func TestNetworksByTypeOfEnvironment(t *testing.T) {
	t.Parallel()
	stacks := assembled(t, networked)
	for _, c := range []struct {
		env  string
		want string
	}{
		{"dev", "10.0.0.0/16: 2 zones, 1 NAT, 0 logs, services dynamodb s3"},
		{"qa", "10.1.0.0/20: 2 zones, 0 NAT, 1 logs, services dynamodb ecr.api ecr.dkr kms logs monitoring s3 secretsmanager ssm sts"},
		{"gov", "10.0.0.0/16: 3 zones, 3 NAT, 1 logs, services dynamodb s3"},
	} {
		s := stackNamed(t, stacks, "shop-"+c.env+"-network")
		count := func(typ string) int { return len(ofType(s.Template, typ)) }
		var services []string
		for _, e := range ofType(s.Template, "AWS::EC2::VPCEndpoint") {
			services = append(services, strings.TrimPrefix(text(s, e.Get("ServiceName")), "com.amazonaws."+s.Region+"."))
		}
		slices.Sort(services)
		got := fmt.Sprintf("%s: %d zones, %d NAT, %d logs, services %s", s.Template.At("Resources", "Vpc", "Properties", "CidrBlock").Text,
			count("AWS::EC2::Subnet")/3, count("AWS::EC2::NatGateway"), count("AWS::EC2::FlowLog"), strings.Join(services, " "))
		if got != c.want {
			t.Errorf("%s: got  %s\nwant %s", c.env, got, c.want)
		}
	}
}

func TestANetworkHasTheZonesAndTheNATThatItNames(t *testing.T) {
	t.Parallel()
	stacks, problems := ownSystem(t, "  network: { zones: [eu-west-1c, eu-west-1a], nat: regional }\n", nil)
	if problems != "" {
		t.Fatal(problems)
	}
	s := stackNamed(t, stacks, "shop-dev-network")
	for id, want := range map[string]string{"VpcPublic1": "eu-west-1c", "VpcPrivate1": "eu-west-1c", "VpcIsolated2": "eu-west-1a"} {
		if got := text(s, ofType(s.Template, "AWS::EC2::Subnet")[id].Get("AvailabilityZone")); got != want {
			t.Errorf("%s is in %s, want %s", id, got, want)
		}
	}
	nats := ofType(s.Template, "AWS::EC2::NatGateway")
	if got := text(s, nats["VpcRegionalNat"].Get("AvailabilityMode")); got != "regional" || len(nats) != 1 || len(ofType(s.Template, "AWS::EC2::EIP")) > 0 {
		t.Errorf("got %d NAT gateways, the regional one %q", len(nats), got)
	}
}

func TestANetworkPublishesItsSubnetsByLayer(t *testing.T) {
	t.Parallel()
	s := stackNamed(t, assembled(t, networked), "shop-gov-network")
	got := map[string]string{}
	for _, p := range ofType(s.Template, "AWS::SSM::Parameter") {
		got[p.Get("Name").Text] = p.Get("Type").Text + " " + text(s, p.Get("Value"))
	}
	want := map[string]string{
		"/shop/gov/network/VpcId":             "String ${Vpc}",
		"/shop/gov/network/PublicSubnetIds":   "StringList ${VpcPublic1},${VpcPublic2},${VpcPublic3}",
		"/shop/gov/network/PrivateSubnetIds":  "StringList ${VpcPrivate1},${VpcPrivate2},${VpcPrivate3}",
		"/shop/gov/network/IsolatedSubnetIds": "StringList ${VpcIsolated1},${VpcIsolated2},${VpcIsolated3}",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestAnExistingVPCIsNoStack(t *testing.T) {
	t.Parallel()
	if slices.ContainsFunc(assembled(t, networked), func(s assembly.Stack) bool { return s.Name == "shop-old-network" }) {
		t.Error("there is a stack shop-old-network")
	}
}

func TestTheDefaultGroupOfEachVPCIsClosed(t *testing.T) {
	t.Parallel()
	stacks := assembled(t, networked)
	for _, env := range []string{"dev", "qa", "gov"} {
		s := stackNamed(t, stacks, "shop-"+env+"-network")
		var closed []string
		for _, c := range ofType(s.Template, "Custom::ClosedGroup") {
			closed = append(closed, text(s, c.Get("GroupId")))
		}
		if want := []string{"${Vpc.DefaultSecurityGroup}"}; !slices.Equal(closed, want) {
			t.Errorf("%s: closed are %q, want %q", env, closed, want)
		}
		// CloudFormation calls the function with the execution role, and EC2 does what it asks for within its own role
		access := stackNamed(t, stacks, "shop-"+env+"-access")
		var callable []string
		for _, role := range ofType(access.Template, "AWS::IAM::Role") {
			if role.Get("RoleName").Text == "shop-"+env+"-execution" {
				callable = texts(access, find(statementsOf(stacks, access, role), "CloseGroups").Get("Resource"))
			}
		}
		for _, f := range ofType(s.Template, "AWS::Lambda::Function") {
			arn := fmt.Sprintf("arn:aws:lambda:%s:%s:function:%s", s.Region, s.Account, f.Get("FunctionName").Text)
			if !slices.ContainsFunc(callable, func(pattern string) bool {
				begin, end, _ := strings.Cut(pattern, "*")
				return strings.HasPrefix(arn, begin) && strings.HasSuffix(arn, end)
			}) {
				t.Errorf("who deploys may call %q, not %s", callable, arn)
			}
		}
	}
}

func TestTheKeyOfANetworkEncryptsItsLogs(t *testing.T) {
	t.Parallel()
	s := stackNamed(t, assembled(t, networked+"keys: stack\n"), "shop-gov-network")
	patterns := texts(s, find(ofType(s.Template, "AWS::KMS::Key")["Key"].At("KeyPolicy", "Statement").Items, "EncryptLogs").
		At("Condition", "ArnLike", "kms:EncryptionContext:aws:logs:arn"))
	groups := ofType(s.Template, "AWS::Logs::LogGroup")
	if len(groups) != 2 {
		t.Errorf("there are %d log groups, want those of the VPC and of the function", len(groups))
	}
	for id, group := range groups {
		arn := fmt.Sprintf("arn:aws:logs:%s:%s:log-group:%s", s.Region, s.Account, groupName(s, id, group))
		if !slices.ContainsFunc(patterns, func(pattern string) bool { return covers(pattern, arn) }) {
			t.Errorf("%s: the key is for %s, not for %s", id, patterns, arn)
		}
	}
}

// What a network makes for itself is named once in the documents that the roles get: the tags that the stack gives to all of it.
func TestANetworkIsTaggedAsItsExecutionRoleExpects(t *testing.T) {
	t.Parallel()
	stacks := assembled(t, networked)
	access, s := stackNamed(t, stacks, "shop-dev-access"), stackNamed(t, stacks, "shop-dev-network")
	var conditions *tree.Node
	for _, role := range ofType(access.Template, "AWS::IAM::Role") {
		if role.Get("RoleName").Text == "shop-dev-execution" {
			conditions = find(statementsOf(stacks, access, role), "ChangeNetworks").At("Condition", "StringEquals")
		}
	}
	for i, key := range conditions.Keys {
		tag := strings.TrimPrefix(key, "aws:ResourceTag/")
		if got, want := s.Tags[tag], conditions.Items[i].Text; got != want {
			t.Errorf("the stack has the tag %s: %q, its execution role wants %q", tag, got, want)
		}
	}
}
