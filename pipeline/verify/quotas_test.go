package verify_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
)

// Three environments in one account, with what is said of quotas.
func TestQuotasOfNewAccounts(t *testing.T) {
	t.Parallel()
	const function = "name: f, source: src, runtime: python3.13, handler: a.b"
	const service = "name: web, image: \"public.ecr.aws/nginx/nginx:1\", "
	for _, c := range []struct {
		name, application string
		want              []string
	}{
		{"nine addresses where five are", "network: { zones: 3, nat: each }", []string{
			`account 222222222222 in eu-west-1 needs 9 of the quota "EC2-VPC Elastic IPs", of which a new account has 5 (dev 3, qa 3, prod 3)`,
		}},
		{"the regional NAT gateway takes none", "network: { zones: 3, nat: regional }", nil},
		{"one gateway each", "network: { zones: 3, nat: one }", nil},
		{"zones by name are those that EC2 lists", "network: { zones: [eu-west-1a, eu-west-1b], nat: one }", nil},
		{"tasks of services", "network: { nat: one }\n  services: [{ " + service + "port: 0, cpu: 1024, memory: 2048, count: { min: 1, max: 3 } }]", []string{
			`account 222222222222 in eu-west-1 needs 9 of the quota "Fargate On-Demand vCPU resource count", of which a new account has 6 (dev 3, qa 3, prod 3)`,
		}},
		{"tasks that just fit", "network: { nat: one }\n  services: [{ " + service + "port: 0, cpu: 1024, memory: 2048, count: { min: 2, max: 2 } }]", nil},
		{"jobs, which wait for room", "network: { nat: one }\n  jobs: [{ name: j, image: \"public.ecr.aws/nginx/nginx:1\", maxVCPUs: 3, compute: fargate-spot }]", nil},
		{"reserved concurrency", "functions: [{ " + function + ", reservedConcurrency: 301 }]", []string{
			`account 222222222222 in eu-west-1 needs 1003 of the quota "Concurrent executions", of which a new account has 1000 (dev 301, qa 301, prod 301, AWS 100)`,
		}},
		{"rules of a security group", "network: { cidr: 10.0.0.0/16, nat: one }\n  services: [{ " + service + "port: 80 }]", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, quotasOf(assembled(t, c.application))); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestAQuotaSaysHowToAskForMore(t *testing.T) {
	t.Parallel()
	for _, f := range verify.Verify(assembled(t, "network: { zones: 3, nat: each }")).Findings {
		const want = "aws service-quotas request-service-quota-increase --region eu-west-1 --service-code ec2 --quota-code L-0263D0A3 --desired-value 9; or write nat: regional"
		if f.Rule == "quota" && (f.Severity != verify.Warning || !strings.Contains(f.Hint, want)) {
			t.Errorf("%s: %s", f.Severity, f.Hint)
		}
	}
}

// assembled is a project with three environments in one account.
func assembled(t *testing.T, application string) *assembly.Assembly {
	t.Helper()
	s, err := spec.Parse("pipeline.yaml", []byte(`
project: shop
toolchain: { account: "111111111111", region: eu-west-1 }
source:
  connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42
  repository: acme/shop
environments:
  - { name: dev,  type: dev,  account: "222222222222" }
  - { name: qa,   type: test, account: "222222222222" }
  - { name: prod, type: prod, account: "222222222222" }
application:
  `+application+"\n"))
	if err != nil {
		t.Fatal(err)
	}
	a, err := pipeline.New(s).Assemble(assembly.YAML)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// quotasOf are the messages of the rule, each once.
func quotasOf(a *assembly.Assembly) []string {
	var list []string
	for _, f := range verify.Verify(a).Findings {
		if f.Rule == "quota" {
			list = append(list, f.Message)
		}
	}
	return list
}

// What a quota is per is counted apart: rules in each security group, endpoints in each VPC, gateways in each zone.
func TestQuotasOfThings(t *testing.T) {
	t.Parallel()
	many := func(n int, resource string) string {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, resource+"\n", i, i)
		}
		return text.String()
	}
	const group = "Group: { Type: AWS::EC2::SecurityGroup, Properties: { GroupDescription: x, VpcId: !Ref VpcId } }\n"
	const other = "Other: { Type: AWS::EC2::SecurityGroup, Properties: { GroupDescription: x, VpcId: !Ref VpcId } }\n"
	const ingress = "In%d: { Type: AWS::EC2::SecurityGroupIngress, Properties: { GroupId: !GetAtt Group.GroupId, IpProtocol: tcp, FromPort: %d, ToPort: 9, CidrIp: 10.0.0.0/8 } }"
	const ingressOfOther = "OtherIn%d: { Type: AWS::EC2::SecurityGroupIngress, Properties: { GroupId: !GetAtt Other.GroupId, IpProtocol: tcp, FromPort: %d, ToPort: 9, CidrIp: 10.0.0.0/8 } }"
	const endpoint = "Endpoint%d: { Type: AWS::EC2::VPCEndpoint, Properties: { VpcId: !Ref VpcId, VpcEndpointType: Interface, ServiceName: s%d } }"
	const listener = "Listener%d: { Type: AWS::ElasticLoadBalancingV2::Listener, Properties: { LoadBalancerArn: x, Port: %d, Protocol: HTTP, DefaultActions: [] } }"
	const nat = "Nat%[1]d: { Type: AWS::EC2::NatGateway, Properties: { SubnetId: !Ref Subnet } }"
	const subnet = "Subnet: { Type: AWS::EC2::Subnet, Properties: { VpcId: !Ref VpcId, AvailabilityZone: eu-west-1a, CidrBlock: 10.0.250.0/24 } }\n"
	for _, c := range []struct{ name, resources, want string }{
		{"rules in one group", group + many(61, ingress), "one security group, inbound of account 444444444444 in eu-west-1 needs 61 of the quota"},
		{"rules that just fit, in two groups", group + other + many(60, ingress) + many(60, ingressOfOther), ""},
		{"interface endpoints", many(51, endpoint), "one VPC of account 444444444444 in eu-west-1 needs 51 of the quota"},
		{"listeners", many(51, listener), "one load balancer of account 444444444444 in eu-west-1 needs 51 of the quota"},
		{"gateways in the zone that has one", subnet + many(5, nat), "one availability zone of account 444444444444 in eu-west-1 needs 6 of the quota"},
		{"gateways that just fit", subnet + many(4, nat), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := quotasOf(broken(t, "shop", resources(c.resources)))
			if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], c.want)) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
