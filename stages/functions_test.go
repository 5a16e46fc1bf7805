package stages_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// called has functions behind an API and in a network: one that is made in dev, one that is there in prod.
const called = `
project: shop
toolchain: { account: "111111111111", region: eu-west-1 }
source:
  connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42
  repository: acme/shop
environments:
  - { name: dev,  type: dev,  account: "222222222222" }
  - { name: prod, type: prod, account: "444444444444", region: eu-central-1 }
application:
  network: { cidr: 10.0.0.0/16 }
  api:
    jwt: { issuer: "https://issuer.example.com", audience: [web] }
    cors: { origins: ["https://shop.example.com"] }
  functions:
    - { name: hello, source: lambda/hello, runtime: python3.13, handler: index.handler, api: { path: /hello, authorization: none } }
    - name: orders
      source: lambda/orders
      runtime: python3.13
      handler: index.handler
      vpc: true
      api:
        - { path: "/orders/{id}" }
        - { path: /orders, method: POST, authorization: iam }
    - name: worker
      source: lambda/worker
      runtime: python3.13
      handler: index.handler
      vpc: { subnets: [subnet-0a1b2c3d], securityGroups: [sg-0a1b2c3d] }
overrides:
  prod: { network: { cidr: "", vpc: vpc-0a1b2c3d4e5f60718, privateSubnets: [subnet-0a1b2c3d4e5f60718, subnet-1a1b2c3d4e5f60718] }, api: { rate: 5 } }
`

func functionsOf(tb testing.TB, environment string) (assembly.Stack, func(path ...string) *tree.Node) {
	tb.Helper()
	s := stackNamed(tb, assembled(tb, called), "shop-"+environment+"-functions")
	return s, func(path ...string) *tree.Node {
		n := s.Template.At(append([]string{"Resources"}, path...)...)
		if n == nil {
			tb.Fatalf("%s has no %s", s.Name, strings.Join(path, "."))
		}
		return n
	}
}

func TestFunctionsWithRoutesStandBehindOneAPI(t *testing.T) {
	t.Parallel()
	s, at := functionsOf(t, "dev")
	got := map[string]string{}
	for _, route := range ofType(s.Template, "AWS::ApiGatewayV2::Route") {
		got[text(s, route.Get("RouteKey"))] = text(s, route.Get("AuthorizationType")) + " " + text(s, route.Get("Target"))
	}
	want := map[string]string{
		"GET /hello":       "NONE integrations/${ApiHelloFunctionIntegration}",
		"GET /orders/{id}": "JWT integrations/${ApiOrdersFunctionIntegration}",
		"POST /orders":     "AWS_IAM integrations/${ApiOrdersFunctionIntegration}",
	}
	for key, w := range want {
		if got[key] != w {
			t.Errorf("%s: got %q, want %q", key, got[key], w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got the routes %v", got)
	}
	if permissions := len(ofType(s.Template, "AWS::Lambda::Permission")); permissions != len(want) {
		t.Errorf("got %d permissions, want one for each of %d routes", permissions, len(want))
	}
	if n := s.Template.At("Resources", "ApiWorkerFunctionIntegration"); n != nil {
		t.Errorf("a function without routes is behind the API:\n%s", n.YAML())
	}
	if got := texts(s, at("Api", "Properties", "CorsConfiguration", "AllowMethods")); !slices.Equal(got, []string{"GET", "POST"}) {
		t.Errorf("browsers may %q", got)
	}
}

func TestTheAPIIsThereForOtherStacksAndForPeople(t *testing.T) {
	t.Parallel()
	s, at := functionsOf(t, "prod")
	const url = "https://${Api}.execute-api.eu-central-1.${AWS::URLSuffix}"
	for id, want := range map[string]string{"ApiIdParameter": "${Api}", "ApiUrlParameter": url} {
		if got := text(s, at(id, "Properties", "Value")); got != want {
			t.Errorf("%s is %q, want %q", id, got, want)
		}
	}
	if got := text(s, s.Template.At("Outputs", "ApiUrl", "Value")); got != url {
		t.Errorf("people are told %q, want %q", got, url)
	}
	if got := text(s, at("ApiStage", "Properties", "DefaultRouteSettings", "ThrottlingRateLimit")); got != "5" {
		t.Errorf("%s requests a second, want 5", got)
	}
}

// The key of the stack encrypts the access log too, and no log group that is not of this environment.
func TestTheKeyOfFunctionsEncryptsTheAccessLog(t *testing.T) {
	t.Parallel()
	s := stackNamed(t, assembled(t, called+"keys: stack\n"), "shop-dev-functions")
	at := func(path ...string) *tree.Node { return s.Template.At(append([]string{"Resources"}, path...)...) }
	const logs = "arn:aws:logs:eu-west-1:222222222222:log-group:"
	want := []string{logs + "/aws/lambda/shop-dev-*", logs + "/aws/vendedlogs/shop-dev-api"}
	statement := find(at("Key", "Properties", "KeyPolicy", "Statement").Items, "EncryptLogs")
	if got := texts(s, statement.At("Condition", "ArnLike", "kms:EncryptionContext:aws:logs:arn")); !slices.Equal(got, want) {
		t.Errorf("it encrypts %q, want %q", got, want)
	}
	if got := text(s, at("ApiLogs", "Properties", "LogGroupName")); got != "/aws/vendedlogs/shop-dev-api" {
		t.Errorf("the access log is %s", got)
	}
	stacks, problems := ownSystem(t, "  functions: [{ name: hello, source: lambda/hello, runtime: python3.13, handler: index.handler }]\nkeys: stack\n", nil)
	if problems != "" {
		t.Fatal(problems)
	}
	without := stackNamed(t, stacks, "shop-dev-functions")
	statement = find(ofType(without.Template, "AWS::KMS::Key")["Key"].At("KeyPolicy", "Statement").Items, "EncryptLogs")
	if got := texts(without, statement.At("Condition", "ArnLike", "kms:EncryptionContext:aws:logs:arn")); len(got) != 1 {
		t.Errorf("without an API it encrypts %q", got)
	}
}

func TestAFunctionRunsWhereItsVPCSays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		environment, function string
		subnets, groups       []string
	}{
		{"dev", "WorkerFunction", []string{"subnet-0a1b2c3d"}, []string{"sg-0a1b2c3d"}},
		{"dev", "OrdersFunction", []string{"${NetworkPrivateSubnetIds}"}, []string{"${OrdersFunctionSecurityGroup.GroupId}"}},
		{
			"prod", "OrdersFunction",
			[]string{"subnet-0a1b2c3d4e5f60718", "subnet-1a1b2c3d4e5f60718"},
			[]string{"${OrdersFunctionSecurityGroup.GroupId}"},
		},
	} {
		s, at := functionsOf(t, c.environment)
		vpc := at(c.function, "Properties", "VpcConfig")
		if got := texts(s, vpc.Get("SubnetIds")); !slices.Equal(got, c.subnets) {
			t.Errorf("%s in %s: subnets %q, want %q", c.function, c.environment, got, c.subnets)
		}
		if got := texts(s, vpc.Get("SecurityGroupIds")); !slices.Equal(got, c.groups) {
			t.Errorf("%s in %s: security groups %q, want %q", c.function, c.environment, got, c.groups)
		}
	}
	s, at := functionsOf(t, "dev")
	if n := s.Template.At("Resources", "HelloFunction", "Properties", "VpcConfig"); n != nil {
		t.Errorf("a function without a VPC got\n%s", n.YAML())
	}
	group := at("OrdersFunctionSecurityGroup", "Properties")
	if in := group.Get("SecurityGroupIngress"); in != nil {
		t.Errorf("somebody gets in:\n%s", in.YAML())
	}
	if groups := ofType(s.Template, "AWS::EC2::SecurityGroup"); len(groups) != 1 {
		t.Errorf("got %d security groups, want one, for the function in the network", len(groups))
	}
}

// Lambda deletes network interfaces with the function's role, long after the function has left them: a role that loses the permission with
// the VPC leaves them, and the security group, behind.
func TestAFunctionThatLeavesItsVPCCanStillDeleteItsInterfaces(t *testing.T) {
	t.Parallel()
	const (
		network  = "  network: { cidr: 10.0.0.0/16 }\n"
		function = "source: lambda/hello, runtime: python3.13, handler: index.handler"
	)
	for _, c := range []struct {
		name, application string
		want              []string
	}{
		{"in a network, outside it", network + "  functions: [{ name: hello, " + function + " }]\n", []string{"ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces"}},
		{
			"beside a function in a VPC", "  functions:\n    - { name: hello, " + function + " }\n" +
				"    - { name: other, " + function + ", vpc: { subnets: [subnet-0a1b2c3d], securityGroups: [sg-0a1b2c3d] } }\n",
			[]string{"ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces"},
		},
		{"without any VPC", "  functions: [{ name: hello, " + function + " }]\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			stacks, problems := ownSystem(t, c.application, nil)
			if problems != "" {
				t.Fatal(problems)
			}
			s := stackNamed(t, stacks, "shop-dev-functions")
			statements := ofType(s.Template, "AWS::IAM::Role")["HelloFunctionRole"].Get("Policies").Items[0].At("PolicyDocument", "Statement").Items
			for _, sid := range []string{"NetworkInterfaces", "NotItsCode"} { // its code cannot
				if got := texts(s, find(statements, sid).Get("Action")); !slices.Equal(got, c.want) {
					t.Errorf("%s is of %q, want %q", sid, got, c.want)
				}
			}
		})
	}
}

// CloudFormation deletes what depends on a role before the role: the function, and then its security group, which it retries to delete until
// Lambda has deleted the interfaces in it.
func TestARoleIsDeletedAfterTheGroupWhoseInterfacesItDeletes(t *testing.T) {
	t.Parallel()
	_, at := functionsOf(t, "dev")
	if got := at("OrdersFunctionSecurityGroup", "DependsOn"); got.Text != "OrdersFunctionRole" {
		t.Errorf("the group is deleted before\n%s", got.YAML())
	}
	if got := at("OrdersFunction", "Properties", "Role", "Fn::GetAtt"); !strings.Contains(string(got.YAML()), "OrdersFunctionRole") {
		t.Errorf("the function is deleted before\n%s", got.YAML())
	}
}
