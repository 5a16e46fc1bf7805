package spec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

// Each case changes one thing of application and gets these messages.
func TestNetworkRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []refusal{
		{"text in place of a range", []string{"cidr: 10.1.0.0/16", "cidr: private"}, []string{`16:11: application.network.cidr: "private" is no range of addresses; write one such as 10.0.0.0/16`}},
		{"address in place of a range", []string{"cidr: 10.1.0.0/16", "cidr: 10.1.0.0"}, []string{`16:11: application.network.cidr: "10.1.0.0" is no range of addresses; add how many of its bits are the same in all addresses, such as 10.1.0.0/16`}},
		{"address in the VPC in place of a range", []string{"cidr: 10.1.0.0/16", "cidr: 10.1.2.3"}, []string{`16:11: application.network.cidr: "10.1.2.3" is no range of addresses; add how many of its bits are the same in all addresses, such as 10.1.0.0/16`}},
		{"address in place of a subnet", []string{"zones: 2", "zones: 2\n    isolated: [10.1.193.1, 10.1.194.0/24]"}, []string{`18:16: application.network.isolated[0]: "10.1.193.1" is no range of addresses; add how many of its bits are the same in all addresses, such as 10.1.192.0/20`}},
		{"range of IPv6", []string{"cidr: 10.1.0.0/16", `cidr: "fd00::/16"`}, []string{`16:11: application.network.cidr: "fd00::/16" is a range of IPv6 addresses; write one of IPv4, such as 10.0.0.0/16`}},
		{"range that does not begin", []string{"cidr: 10.1.0.0/16", "cidr: 10.1.2.0/16"}, []string{"16:11: application.network.cidr: 10.1.2.0/16 does not begin its range; write 10.1.0.0/16"}},
		{"range with a leading zero", []string{"cidr: 10.1.0.0/16", "cidr: 10.01.0.0/16"}, []string{`16:11: application.network.cidr: "10.01.0.0/16" is no range of addresses; write one such as 10.0.0.0/16`}},
		{"VPC that is too large", []string{"cidr: 10.1.0.0/16", "cidr: 10.0.0.0/15"}, []string{"16:11: application.network.cidr: 10.0.0.0/15 is larger than a VPC can be; use /16 to /23"}},
		{"VPC that is too small", []string{"cidr: 10.1.0.0/16", "cidr: 10.1.0.0/24"}, []string{"16:11: application.network.cidr: 10.1.0.0/24 is too small for 4 zones with subnets that load balancers fit into; use /16 to /23"}},
		{"public range", []string{"cidr: 10.1.0.0/16", "cidr: 172.32.0.0/16"}, []string{"16:11: application.network.cidr: 172.32.0.0/16 is not private: who has these addresses in the internet could not be reached; use a range in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10"}},
		{"range as a number", []string{"cidr: 10.1.0.0/16", "cidr: 10"}, []string{`16:11: application.network.cidr: needs text, found the number 10; quote it: "10"`}},
		{"one zone", []string{"zones: 2", "zones: 1"}, []string{"17:12: application.network.zones: cannot be 1; use a number of zones from 2 to 4"}},
		{"no zones", []string{"zones: 2", "zones: 0"}, []string{"17:12: application.network.zones: cannot be 0; use a number of zones from 2 to 4"}},
		{"five zones", []string{"zones: 2", "zones: 5"}, []string{"17:12: application.network.zones: cannot be 5; use a number of zones from 2 to 4"}},
		{"zones of a region with two", []string{"region: us-east-1", "region: us-west-1", "zones: 2", "zones: 3"}, []string{"17:12: application.network.zones: cannot be 3: a new account can use 2 zones of us-west-1; use 2"}},
		{"zones of a region with three", []string{"zones: 2", "zones: 4"}, []string{"17:12: application.network.zones: cannot be 4: a new account can use 3 zones of eu-west-1; use 2 or 3"}},
		{"zones of a region with more for older accounts", []string{"region: us-east-1", "region: ap-northeast-1", "zones: 2", "zones: 4"}, []string{
			"17:12: application.network.zones: cannot be 4: a new account can use 3 zones of ap-northeast-1; use 2 or 3",
			"17:12: application.network.zones: cannot be 4: a new account can use 3 zones of eu-west-1; use 2 or 3",
		}},
		{"zones of a region that opens next year", []string{"region: us-east-1", "region: us-north-9", "zones: 2", "zones: 4"}, []string{
			"17:12: application.network.zones: cannot be 4: a new account can use 3 zones of eu-west-1; use 2 or 3",
			"17:12: application.network.zones: cannot be 4: a new account can use 3 zones of us-north-9; use 2 or 3",
		}},
		{"zones of a region that is misspelt", []string{"region: us-east-1", "region: us-east", "zones: 2", "zones: 4"}, []string{
			`8:64: environments[1].region: "us-east" is not a region; did you mean "us-east-1"?`,
			"17:12: application.network.zones: cannot be 4: a new account can use 3 zones of eu-west-1; use 2 or 3",
		}},
		{"zones of another region", []string{"zones: 2", "zones: [eu-west-1a, eu-west-2b]"}, []string{
			`17:13: application.network.zones[0]: "eu-west-1a" is not an availability zone of us-east-1; write one such as us-east-1a, or {region}a where environments are in several regions`,
			`17:25: application.network.zones[1]: "eu-west-2b" is not an availability zone of eu-west-1; write one such as eu-west-1a, or {region}a where environments are in several regions`,
			`17:25: application.network.zones[1]: "eu-west-2b" is not an availability zone of us-east-1; write one such as us-east-1a, or {region}a where environments are in several regions`,
		}},
		{"zone that is a local one", []string{"zones: 2", `zones: ["{region}a", "{region}-lax-1a"]`}, []string{
			`17:26: application.network.zones[1]: "eu-west-1-lax-1a" is not an availability zone of eu-west-1; write one such as eu-west-1a, or {region}a where environments are in several regions`,
			`17:26: application.network.zones[1]: "us-east-1-lax-1a" is not an availability zone of us-east-1; write one such as us-east-1a, or {region}a where environments are in several regions`,
		}},
		{"zone named twice", []string{"zones: 2", `zones: ["{region}a", "{region}a"]`}, []string{
			`17:26: application.network.zones[1]: "eu-west-1a" is given twice; keep one`, `17:26: application.network.zones[1]: "us-east-1a" is given twice; keep one`,
		}},
		{"names of no zones", []string{"zones: 2", "zones: []"}, []string{"17:12: application.network.zones: lists 0 zones; name 1 to 4"}},
		{"names of five zones", []string{"zones: 2", `zones: ["{region}a", "{region}b", "{region}c", "{region}d", "{region}e"]`}, []string{"17:12: application.network.zones: lists 5 zones; name 1 to 4"}},
		{"zones by a mapping", []string{"zones: 2", "zones: { count: 2 }"}, []string{"17:12: application.network.zones: needs a number, found a mapping"}},
		{"nat misspelt", []string{"nat: one", "nat: eech"}, []string{`18:10: application.network.nat: cannot be "eech"; did you mean "each"?`}},
		{"nat unknown", []string{"nat: one", "nat: gateway"}, []string{`18:10: application.network.nat: cannot be "gateway"; use none, one, each or regional`}},
		{"nat as a boolean", []string{"nat: one", "nat: false"}, []string{`18:10: application.network.nat: needs text, found false; quote it: "false"`}},
		{"network misspelt", []string{"  network:\n", "  netwrk:\n"}, []string{`15:3: application.netwrk: unknown field; did you mean "network"?`}},
		{"field misspelt", []string{"    zones: 2", "    zone: 2"}, []string{`17:5: application.network.zone: unknown field; did you mean "zones"?`}},
		{"network as text", []string{newNetwork, "  network: yes\n"}, []string{`15:12: application.network: needs true, false or a mapping, found the text "yes"; write true`}},
		{"no network", []string{newNetwork, ""}, []string{
			"17:64: application.functions[0].vpc: needs a network; write network: true in the application, or name subnets and security groups",
			"31:7: application.jobs[0]: needs a network; write network: true in the application",
			"46:7: application.jobs[1]: needs a network; write network: true in the application",
			"48:7: application.services[0]: needs a network; write network: true in the application",
			"59:7: application.services[1]: needs a network; write network: true in the application",
		}},
		{"network that is off", []string{newNetwork, "  network: false\n"}, []string{
			"18:64: application.functions[0].vpc: needs a network; write network: true in the application, or name subnets and security groups",
			"32:7: application.jobs[0]: needs a network; write network: true in the application",
			"47:7: application.jobs[1]: needs a network; write network: true in the application",
			"49:7: application.services[0]: needs a network; write network: true in the application",
			"60:7: application.services[1]: needs a network; write network: true in the application",
		}},
		{"one public subnet for two zones", []string{"zones: 2", "zones: 2\n    public: [10.1.240.0/24]"}, []string{"18:13: application.network.public: lists 1, but there are 2 zones; write one for each zone"}},
		{"three public subnets for two zones", []string{"zones: 2", "zones: 2\n    public: [10.1.240.0/24, 10.1.241.0/24, 10.1.242.0/24]"}, []string{"18:13: application.network.public: lists 3, but there are 2 zones; write one for each zone, or zones: 3"}},
		{"subnet that is no range", []string{"zones: 2", "zones: 2\n    public: [10.1.0.0/24, x]"}, []string{
			"18:14: application.network.public[0]: 10.1.0.0/24 overlaps with the private subnet that zone 1 gets, 10.1.0.0/19; subnets share no addresses: write another range, or the ranges of all layers",
			`18:27: application.network.public[1]: "x" is no range of addresses; write one such as 10.1.0.0/20`,
		}},
		{"subnet that does not begin", []string{"zones: 2", "zones: 2\n    public: [10.1.0.1/24, 10.1.1.0/24]"}, []string{
			"18:14: application.network.public[0]: 10.1.0.1/24 does not begin its range; write 10.1.0.0/24",
			"18:27: application.network.public[1]: 10.1.1.0/24 overlaps with the private subnet that zone 1 gets, 10.1.0.0/19; subnets share no addresses: write another range, or the ranges of all layers",
		}},
		{"subnet outside the VPC", []string{"zones: 2", "zones: 2\n    private: [10.2.0.0/24, 10.1.1.0/24]"}, []string{"18:15: application.network.private[0]: 10.2.0.0/24 is not within the VPC's 10.1.0.0/16; write a range within it, such as 10.1.0.0/20"}},
		{"subnet that is too small", []string{"zones: 2", "zones: 2\n    public: [10.1.0.0/28, 10.1.1.0/24]"}, []string{
			"18:14: application.network.public[0]: 10.1.0.0/28 is smaller than the subnets that load balancers fit into; use /16 to /27",
			"18:27: application.network.public[1]: 10.1.1.0/24 overlaps with the private subnet that zone 1 gets, 10.1.0.0/19; subnets share no addresses: write another range, or the ranges of all layers",
		}},
		{"isolated subnet that is too small", []string{"zones: 2", "zones: 2\n    isolated: [10.1.240.0/29, 10.1.241.0/24]"}, []string{"18:16: application.network.isolated[0]: 10.1.240.0/29 is smaller than the subnets that EC2 makes; use /16 to /28"}},
		{"subnets of a layer that overlap", []string{"zones: 2", "zones: 2\n    isolated: [10.1.240.0/24, 10.1.240.128/25]"}, []string{"18:31: application.network.isolated[1]: 10.1.240.128/25 overlaps with isolated[0], 10.1.240.0/24; subnets share no addresses: write another range"}},
		{"subnets of two layers that overlap", []string{"zones: 2", "zones: 2\n    public: [10.1.240.0/24, 10.1.241.0/24]\n    private: [10.1.242.0/24, 10.1.240.0/23]\n    isolated: [10.1.244.0/24, 10.1.245.0/24]"}, []string{"19:30: application.network.private[1]: 10.1.240.0/23 overlaps with public[0], 10.1.240.0/24; subnets share no addresses: write another range"}},
		{"subnet that overlaps with one that is cut", []string{"zones: 2", "zones: 2\n    isolated: [10.1.0.0/24, 10.1.240.0/24]"}, []string{"18:16: application.network.isolated[0]: 10.1.0.0/24 overlaps with the private subnet that zone 1 gets, 10.1.0.0/19; subnets share no addresses: write another range, or the ranges of all layers"}},
		{"wrong layer behind others that are wrong too", []string{"zones: 2", "zones: 2\n    public: [10.1.240.0/24, 10.1.240.0/25]\n    private: [10.1.0.0/28, 10.1.0.0/24]\n    isolated: [10.1.0.0/26, x, 10.2.0.0/24]"}, []string{
			"18:29: application.network.public[1]: 10.1.240.0/25 overlaps with public[0], 10.1.240.0/24; subnets share no addresses: write another range",
			"19:15: application.network.private[0]: 10.1.0.0/28 is smaller than the subnets that load balancers fit into; use /16 to /27",
			"20:15: application.network.isolated: lists 3, but there are 2 zones; write one for each zone, or zones: 3",
			"20:16: application.network.isolated[0]: 10.1.0.0/26 overlaps with private[1], 10.1.0.0/24; subnets share no addresses: write another range",
			`20:29: application.network.isolated[1]: "x" is no range of addresses; write one such as 10.1.0.0/20`,
			"20:32: application.network.isolated[2]: 10.2.0.0/24 is not within the VPC's 10.1.0.0/16; write a range within it, such as 10.1.0.0/20",
		}},
		{"wrong layer before others that are wrong too", []string{"zones: 2", "zones: 2\n    public: [10.1.240.0/24]\n    private: [10.1.0.0/24, 10.1.0.0/24]"}, []string{
			"18:13: application.network.public: lists 1, but there are 2 zones; write one for each zone",
			"19:28: application.network.private[1]: 10.1.0.0/24 overlaps with private[0], 10.1.0.0/24; subnets share no addresses: write another range",
		}},
		{"layer that cannot be read before others that are wrong", []string{"zones: 2", "zones: 2\n    public: 10.1.240.0/24\n    private: [10.1.0.0/24, 10.1.0.0/24]\n    isolated: [10.1.0.0/26, 10.1.241.0/26]"}, []string{
			`18:13: application.network.public: needs a list, found the text "10.1.240.0/24"; write it in brackets: ["10.1.240.0/24"]`,
			"19:28: application.network.private[1]: 10.1.0.0/24 overlaps with private[0], 10.1.0.0/24; subnets share no addresses: write another range",
			"20:16: application.network.isolated[0]: 10.1.0.0/26 overlaps with private[0], 10.1.0.0/24; subnets share no addresses: write another range",
		}},
		{"wrong subnets of wrong zones", []string{"zones: 2", "zones: 5\n    private: [10.1.0.0/24, 10.1.0.0/24]\n    isolated: [10.1.192.0/26]"}, []string{
			"17:12: application.network.zones: cannot be 5; use a number of zones from 2 to 4",
			"18:28: application.network.private[1]: 10.1.0.0/24 overlaps with private[0], 10.1.0.0/24; subnets share no addresses: write another range",
		}},
		{"wrong subnets of a wrong VPC", []string{"cidr: 10.1.0.0/16", "cidr: 10.1.0.0/8", "zones: 2", "zones: 2\n    private: [10.2.0.0/24, 10.2.0.0/24]\n    isolated: [x, 10.1.0.0/29, 10.9.0.0/24]"}, []string{
			"16:11: application.network.cidr: 10.1.0.0/8 does not begin its range; write 10.0.0.0/8",
			"18:28: application.network.private[1]: 10.2.0.0/24 overlaps with private[0], 10.2.0.0/24; subnets share no addresses: write another range",
			"19:15: application.network.isolated: lists 3, but there are 2 zones; write one for each zone, or zones: 3",
			`19:16: application.network.isolated[0]: "x" is no range of addresses; write one such as 10.0.0.0/20`,
			"19:19: application.network.isolated[1]: 10.1.0.0/29 is smaller than the subnets that EC2 makes; use /16 to /28",
		}},
		{"more subnets than zones that a new account can use", []string{"zones: 2", "zones: 2\n    isolated: [10.1.240.0/26, 10.1.240.64/26, 10.1.240.128/26, 10.1.240.192/26]"}, []string{
			"18:15: application.network.isolated: lists 4, but there are 2 zones; write one for each zone",
			"18:15: application.network.isolated: lists 4, but there are 2 zones; write one for each zone, or zones: 4",
		}},
		{"subnets that are texts", []string{"zones: 2", "zones: 2\n    isolated: 10.1.0.0/24"}, []string{`18:15: application.network.isolated: needs a list, found the text "10.1.0.0/24"; write it in brackets: ["10.1.0.0/24"]`}},
		{"endpoint misspelt", []string{"sqs, ecr.api", "sqss"}, []string{`19:17: application.network.endpoints[0]: AWS has no endpoint "sqss"; did you mean "sqs"?`}},
		{"endpoint by its whole name", []string{"sqs, ecr.api", "com.amazonaws.eu-west-1.sqs"}, []string{`19:17: application.network.endpoints[0]: "com.amazonaws.eu-west-1.sqs" is the whole name of an endpoint; write what comes behind the region, such as sqs`}},
		{"endpoint of S3", []string{"sqs, ecr.api", "s3"}, []string{"19:17: application.network.endpoints[0]: s3 is always reached without the internet; leave it out"}},
		{"endpoint of DynamoDB", []string{"sqs, ecr.api", "dynamodb"}, []string{"19:17: application.network.endpoints[0]: dynamodb is always reached without the internet; leave it out"}},
		{"endpoint twice", []string{"sqs, ecr.api", "sqs, sqs"}, []string{`19:22: application.network.endpoints[1]: "sqs" is given twice; keep one`}},
		{"endpoint in capitals", []string{"sqs, ecr.api", "SQS"}, []string{`19:17: application.network.endpoints[0]: "SQS" is not the last part of an endpoint's name; write one such as sqs or ecr.api`}},
		{"empty endpoint", []string{"sqs, ecr.api", `""`}, []string{"19:17: application.network.endpoints[0]: is empty; write the last part of an endpoint's name, such as sqs"}},
		{"subnets without a VPC", []string{"zones: 2", "zones: 2\n    privateSubnets: [subnet-00000001]\n    publicSubnets: [x]\n    isolatedSubnets: [y]"}, []string{
			"18:21: application.network.privateSubnets: names subnets that are there, but there is no vpc that they are in; write vpc too, or ranges of addresses in private",
			"19:20: application.network.publicSubnets: names subnets that are there, but there is no vpc that they are in; write vpc too, or ranges of addresses in public",
			"20:22: application.network.isolatedSubnets: names subnets that are there, but there is no vpc that they are in; write vpc too, or ranges of addresses in isolated",
		}},
	} {
		c.run(t, application)
	}
}

// Each case changes one thing of existing and gets these messages.
func TestExistingNetworkRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []refusal{
		{"VPC misspelt", []string{"    vpc: vpc", "    VPC: vpc"}, []string{`16:5: application.network.VPC: unknown field; did you mean "vpc"?`}},
		{"VPC with an unknown field", []string{"    vpc: vpc", "    x-y: 1\n    vpc: vpc"}, []string{`16:5: application.network.x-y: unknown field; known here: cidr, vpc, privateSubnets, publicSubnets, isolatedSubnets`}},
		{"VPC by its name", []string{"vpc-0123456789abcdef0", "main"}, []string{`16:10: application.network.vpc: "main" is not the id of a VPC; write one such as vpc-0123456789abcdef0`}},
		{"VPC that is too short", []string{"vpc-0123456789abcdef0", "vpc-0123456"}, []string{`16:10: application.network.vpc: "vpc-0123456" is not the id of a VPC; write one such as vpc-0123456789abcdef0`}},
		{"VPC that cannot be read", []string{"vpc-0123456789abcdef0", "5"}, []string{`16:10: application.network.vpc: needs text, found the number 5; quote it: "5"`}},
		{"VPC with all of a new one", []string{"    cidr: 10.0.0.0/8\n", "    zones: 2\n    nat: none\n    flowLogs: false\n    endpoints: []\n    public: []\n    private: [10.0.0.0/24]\n    isolated: []\n"}, []string{
			"17:12: application.network.zones: cannot be set for a VPC that is there; leave it out: null takes it back in an override",
			"18:10: application.network.nat: cannot be set for a VPC that is there; leave it out: null takes it back in an override",
			"19:15: application.network.flowLogs: cannot be set for a VPC that is there; leave it out: null takes it back in an override",
			"20:16: application.network.endpoints: cannot be set for a VPC that is there; leave it out: null takes it back in an override",
			"21:13: application.network.public: cannot be set for a VPC that is there; leave it out: null takes it back in an override",
			"22:14: application.network.private: cannot be set for a VPC that is there; leave it out: null takes it back in an override",
			"23:15: application.network.isolated: cannot be set for a VPC that is there; leave it out: null takes it back in an override",
		}},
		{"VPC with a range that is none", []string{"10.0.0.0/8", "10.0.0.1/8"}, []string{"17:11: application.network.cidr: 10.0.0.1/8 does not begin its range; write 10.0.0.0/8"}},
		{"VPC with an address", []string{"10.0.0.0/8", "172.16.1.0"}, []string{`17:11: application.network.cidr: "172.16.1.0" is no range of addresses; add how many of its bits are the same in all addresses, such as 172.16.0.0/16`}},
		{"VPC without private subnets", []string{"    privateSubnets: [subnet-00000001, subnet-00000002]\n", ""}, []string{"16:5: application.network.privateSubnets: there is none; jobs, services and functions run there: name at least one, such as subnet-0123456789abcdef0"}},
		{"VPC with one private subnet", []string{", subnet-00000002]", "]"}, []string{"61:21: application.services[0].loadBalancer: an internal load balancer needs privateSubnets of the network in two zones, and there is one; name two in different zones"}},
		{"VPC with a subnet by its name", []string{"subnet-00000001", "a"}, []string{`18:22: application.network.privateSubnets[0]: "a" is not an id of subnets; write one such as subnet-0123456789abcdef0`}},
		{"VPC with a subnet twice", []string{"subnet-00000002", "subnet-00000001"}, []string{`18:39: application.network.privateSubnets[1]: "subnet-00000001" is given twice; keep one`}},
		{"VPC with a subnet in two layers", []string{"subnet-00000003", "subnet-00000002"}, []string{`19:21: application.network.publicSubnets[0]: "subnet-00000002" is in privateSubnets too; a subnet belongs to one layer: keep one`}},
		{"load balancer that faces the internet from one subnet", []string{", subnet-00000004", "", "loadBalancer: { from: [10.0.0.0/8] }", "loadBalancer: { http: true }"}, []string{"61:21: application.services[0].loadBalancer: a load balancer that faces the internet needs publicSubnets of the network in two zones, and there is one; name two in different zones"}},
		{"load balancer that faces the internet from nowhere", []string{"    publicSubnets: [subnet-00000003, subnet-00000004]\n", "", "loadBalancer: { from: [10.0.0.0/8] }", `loadBalancer: { certificate: "arn:aws:acm:{region}:{account}:certificate/2a55d9b0-1111-4222-8333-444455556666" }`}, []string{"60:21: application.services[0].loadBalancer: a load balancer that faces the internet needs publicSubnets of the network in two zones, and there is none; name two in different zones"}},
		{"internal load balancer that nobody reaches", []string{"    cidr: 10.0.0.0/8\n", "", "loadBalancer: { from: [10.0.0.0/8] }", `loadBalancer: { internal: true, certificate: "arn:aws:acm:{region}:{account}:certificate/2a55d9b0-1111-4222-8333-444455556666" }`}, []string{"60:21: application.services[0].loadBalancer.from: nobody could reach the load balancer: it is internal, and the network does not say which addresses its VPC has; write the ranges here, or cidr in the network"}},
	} {
		c.run(t, existing)
	}
}

// Each case is as near to a refused one as it gets.
func TestNetworkAccepts(t *testing.T) {
	t.Parallel()
	const zones = "zones: 2"
	for _, c := range []struct{ name, from, to string }{
		{"largest VPC", "cidr: 10.1.0.0/16", "cidr: 10.255.0.0/16"},
		{"smallest VPC", "cidr: 10.1.0.0/16", "cidr: 10.1.254.0/23"},
		{"end of the private addresses", "cidr: 10.1.0.0/16", "cidr: 172.31.0.0/16"},
		{"addresses that carriers share", "cidr: 10.1.0.0/16", "cidr: 100.127.0.0/16"},
		{"three zones", zones, "zones: 3"},
		{"as many zones as there are by default", zones, "zones: null"},
		{"NAT in each zone", "nat: one", "nat: each"},
		{"flow logs", zones, "zones: 2\n    flowLogs: true"},
		{"network with its defaults", newNetwork, "  network: true\n"},
		{"network that says nothing", newNetwork, "  network: {}\n"},
		{"subnets of one layer", zones, zones + "\n    isolated: [10.1.128.0/24, 10.1.129.0/24]"},
		{"subnets that end where others begin", zones, zones + "\n    public: [10.1.0.0/27, 10.1.0.32/27]\n    private: [10.1.1.0/24, 10.1.2.0/24]\n    isolated: [10.1.0.64/28, 10.1.0.80/28]"},
		{"subnet for all of the rest", zones, zones + "\n    public: [10.1.0.0/27, 10.1.0.32/27]\n    private: [10.1.128.0/17, 10.1.64.0/18]\n    isolated: [10.1.0.64/26, 10.1.0.128/26]"},
		{"no endpoints", "[sqs, ecr.api]", "[]"},
		{"endpoint that opens next year", "[sqs, ecr.api]", "[teleportation.runtime]"},
		{"unknown endpoint that is near none", "[sqs, ecr.api]", "[quantum-ledger-of-things]"},
		{"existing VPC", newNetwork, existingVPC},
		{"existing VPC of the older kind", newNetwork, strings.Replace(existingVPC, "vpc-0123456789abcdef0", "vpc-01234567", 1)},
		{"existing VPC with isolated subnets", newNetwork, existingVPC + "    isolatedSubnets: [subnet-0123456789abcdef0]\n"},
		{"existing VPC without a range", newNetwork, strings.Replace(existingVPC, "    cidr: 10.0.0.0/8\n", "", 1)},
		{"existing VPC with a range that is not private", newNetwork, strings.Replace(existingVPC, "10.0.0.0/8", "198.51.100.0/24", 1)},
		{"existing VPC and what null takes back", newNetwork, existingVPC + "    zones: null\n    nat: ~\n    endpoints:\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			parse(t, change(t, application, c.from, c.to))
		})
	}
}

// The lists of a network hold so many, and no more.
func TestNetworkLimits(t *testing.T) {
	t.Parallel()
	list := func(format string, n int) string {
		items := make([]string, n)
		for i := range items {
			items[i] = fmt.Sprintf(format, i)
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	for _, c := range []struct {
		name, src, from, format string
		most                    int
		want                    string // for one more
	}{
		{"endpoints", application, "[sqs, ecr.api]", "teleportation-%08d", 50, "19:16: application.network.endpoints: has 51 endpoints, EC2 allows 50"},
		{"subnets", existing, "[subnet-00000001, subnet-00000002]", "subnet-1%07d", 16, "18:21: application.network.privateSubnets: has 17 subnets, Lambda and ECS allow 16"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			parse(t, change(t, c.src, c.from, list(c.format, c.most)))
			refuse(t, change(t, c.src, c.from, list(c.format, c.most+1)), c.want)
		})
	}
}

// Who lacks the addresses of its VPC is said where only one environment does.
func TestInternalLoadBalancerThatNobodyReachesInOneEnvironment(t *testing.T) {
	t.Parallel()
	src := change(t, existing, "loadBalancer: { from: [10.0.0.0/8] }", `loadBalancer: { internal: true, certificate: "arn:aws:acm:{region}:{account}:certificate/2a55d9b0-1111-4222-8333-444455556666" }`)
	src = change(t, src, "    cidr: 10.0.0.0/8\n", "") + "overrides: { dev: { network: { cidr: 10.0.0.0/8 } } }\n"
	refuse(t, src, `60:21: application.services[0].loadBalancer.from: nobody could reach the load balancer of environment "prod": it is internal, and the network does not say which addresses its VPC has; write the ranges here, or cidr in the network, in its overrides`)
}

// A few regions have as many zones as a network can have.
func TestFourZones(t *testing.T) {
	t.Parallel()
	for _, region := range []string{"us-east-1", "us-west-2", "ap-northeast-2"} {
		src := change(t, small, "region: us-east-1", "region: "+region) + "overrides: { prod: { network: { zones: 4 } } }\n"
		if got := parse(t, src).Environments[1].Application.Network.Zones; got != 4 {
			t.Errorf("%s has %d zones", region, got)
		}
	}
}

// Zones may have names: their number is that of the names, and an override takes another number or other names.
func TestZonesByName(t *testing.T) {
	t.Parallel()
	src := change(t, small, "region: us-east-1 }", "region: us-east-1 }\n  - { name: qa, type: test, account: \"333333333333\" }\n  - { name: west, type: prod, account: \"555555555555\", region: us-west-1 }")
	s := parse(t, src+`application: { network: { zones: ["{region}b", "{region}a"] } }
overrides: { qa: { network: { zones: 3 } }, west: { network: { zones: [us-west-1c], nat: regional } } }
`)
	want := []spec.Network{
		{CIDR: "10.0.0.0/16", Zones: 2, ZoneNames: []string{"eu-west-1b", "eu-west-1a"}, NAT: spec.OneNAT},
		{CIDR: "10.0.0.0/16", Zones: 2, ZoneNames: []string{"us-east-1b", "us-east-1a"}, NAT: spec.EachNAT, FlowLogs: true},
		{CIDR: "10.0.0.0/16", Zones: 3, NAT: spec.OneNAT, FlowLogs: true},
		{CIDR: "10.0.0.0/16", Zones: 1, ZoneNames: []string{"us-west-1c"}, NAT: spec.RegionalNAT, FlowLogs: true},
	}
	for i, e := range s.Environments {
		if d := cmp.Diff(&want[i], e.Application.Network); d != "" {
			t.Errorf("%s: -want +got\n%s", e.Name, d)
		}
	}
}

// A Spec made in Go has names, their number, or both where they agree.
func TestZonesOfGo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		network spec.Network
		want    string
	}{
		{spec.Network{ZoneNames: []string{"eu-west-1a", "eu-west-1b"}}, ""},
		{spec.Network{Zones: 2, ZoneNames: []string{"eu-west-1a", "eu-west-1b"}}, ""},
		{spec.Network{Zones: 3, ZoneNames: []string{"eu-west-1a", "eu-west-1b"}}, "there are 3 zones, but 2 names of zones"},
	} {
		s := parse(t, small)
		fresh := &spec.Spec{Project: s.Project, Toolchain: s.Toolchain, Source: s.Source, Environments: s.Environments[:1]}
		fresh.Environments[0].Application = spec.Application{Network: &c.network}
		fresh.Resolve()
		got := ""
		for _, p := range fresh.Validate() {
			got += p.Message
		}
		if got != c.want {
			t.Errorf("%+v: got %q, want %q", c.network, got, c.want)
		}
	}
}

// A load balancer stands in two zones.
func TestALoadBalancerNeedsTwoNamedZones(t *testing.T) {
	t.Parallel()
	src := small + "application:\n  network: { zones: [\"{region}a\"] }\n  services: [{ name: web, image: \"public.ecr.aws/nginx/nginx:1\", port: 80 }]\n"
	refuse(t, src, "11:14: application.services[0].loadBalancer: a load balancer needs subnets in two zones, and the network has one; name another zone in its zones")
}

func TestNetworkDefaults(t *testing.T) {
	t.Parallel()
	src := change(t, small, "region: us-east-1 }", "region: us-east-1 }\n  - { name: qa, type: test, account: \"333333333333\" }\n  - { name: west, type: prod, account: \"555555555555\", region: us-west-1 }")
	s := parse(t, src+"application: { network: true }\n")
	want := []spec.Network{
		{CIDR: "10.0.0.0/16", Zones: 2, NAT: spec.OneNAT},
		{CIDR: "10.0.0.0/16", Zones: 3, NAT: spec.EachNAT, FlowLogs: true},
		{CIDR: "10.0.0.0/16", Zones: 2, NAT: spec.OneNAT, FlowLogs: true},
		{CIDR: "10.0.0.0/16", Zones: 2, NAT: spec.EachNAT, FlowLogs: true},
	}
	for i, e := range s.Environments {
		if d := cmp.Diff(&want[i], e.Application.Network); d != "" {
			t.Errorf("%s: -want +got\n%s", e.Name, d)
		}
	}
	if got := parse(t, existing).Environments[1].Application.Network; got.Zones != 0 || got.NAT != "" || got.CIDR != "10.0.0.0/8" {
		t.Errorf("an existing VPC got %+v", got)
	}
	upToServices, _, _ := strings.Cut(application, "  services:\n")
	// without NAT, containers must find their services, and so must instances
	s = parse(t, upToServices+"overrides: { dev: { network: { nat: none, endpoints: null }, jobs: { train: null } }, prod: { network: { nat: none, endpoints: null } } }\n")
	if d := cmp.Diff(spec.DefaultEndpoints(), s.Environments[0].Application.Network.Endpoints); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	if d := cmp.Diff(append(spec.DefaultEndpoints(), "ecs", "ecs-agent", "ecs-telemetry"), s.Environments[1].Application.Network.Endpoints); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
	for _, name := range spec.DefaultEndpoints() {
		parse(t, change(t, application, "[sqs, ecr.api]", "["+name+"]"))
	}
}

// Own endpoints are all that there are, but without NAT containers find what they need to start.
func TestNetworkEndpoints(t *testing.T) {
	t.Parallel()
	const (
		function   = "functions: [{ name: hello, source: a, runtime: provided.al2023, vpc: true }]"
		repository = "repositories: [{ name: web, context: . }]"
		job        = repository + ", jobs: [{ name: nightly, image: web"
		service    = repository + ", services: [{ name: web, image: web"
		secret     = "arn:aws:secretsmanager:{region}:{account}:secret:shop/api-AbCdEf"
		parameter  = "arn:aws:ssm:{region}:{account}:parameter/shop/password"
	)
	for _, c := range []struct{ name, network, rest, want string }{
		{"none", "nat: none, endpoints: []", "", ""},
		{"none of functions", "nat: none, endpoints: []", ", " + function, ""},
		{"own of functions", "nat: none, endpoints: [sqs]", ", " + function, "sqs"},
		{"none of a service", "nat: none, endpoints: []", ", " + service + " }]", "ecr.api ecr.dkr logs"},
		{"own of a service", "nat: none, endpoints: [sqs, logs, kms]", ", " + service + " }]", "sqs logs kms ecr.api ecr.dkr"},
		{"own of a service with NAT", "nat: one, endpoints: [sqs]", ", " + service + " }]", "sqs"},
		{"own of a job", "nat: none, endpoints: [sqs]", ", " + job + " }]", "sqs ecr.api ecr.dkr logs"},
		{"own of a job on instances", "nat: none, endpoints: [sqs]", ", " + job + ", compute: ec2 }]", "sqs ecr.api ecr.dkr logs ecs ecs-agent ecs-telemetry"},
		{"own of a job with a secret", "nat: none, endpoints: [sqs]", ", " + job + `, secrets: { A: "` + secret + `" } }]`, "sqs ecr.api ecr.dkr logs secretsmanager"},
		{"own of a service with secrets", "nat: none, endpoints: [sqs]", ", " + service + `, secrets: { A: "` + parameter + `", B: "` + secret + `" } }]`, "sqs ecr.api ecr.dkr logs secretsmanager ssm"},
		{"default of a service", "nat: none", ", " + service + " }]", strings.Join(spec.DefaultEndpoints(), " ")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := parse(t, small+"application: { network: { "+c.network+" }"+c.rest+" }\n")
			if d := cmp.Diff(c.want, strings.Join(s.Environments[0].Application.Network.Endpoints, " ")); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
}

// Without NAT, images come from ECR of the environment's own region alone.
func TestImagesWithoutNAT(t *testing.T) {
	t.Parallel()
	src := change(t, application, "nat: one", "nat: none")
	const hint = "copy it into a repository of the application and name that, or write nat: one"
	const elsewhere = "is not in ECR, and nothing else is reached from a network with nat: none; " + hint
	const redis = `64:29: application.services[1].image: "public.ecr.aws/docker/library/redis:8" `
	own := change(t, src, "public.ecr.aws/docker/library/redis:8", "mirror:8")
	parse(t, own)
	parse(t, changed(t, own, []string{"region: us-east-1", "region: eu-west-1", "mirror:8", "base:8"}))
	for _, c := range []refusal{
		{"from elsewhere", nil, []string{redis + elsewhere}},
		{"of the toolchain in another region", []string{"public.ecr.aws/docker/library/redis:8", "base:8"}, []string{`64:29: application.services[1].image: "base:8" is in ECR of eu-west-1, and only that of us-east-1 is reached from a network with nat: none; ` + hint}},
		{"of the application with the toolchain's name", []string{"public.ecr.aws/docker/library/redis:8", "base:8", "name: mirror }", "name: base }", "mirror:1.2", "docker.io/library/python:3"}, []string{
			`51:29: application.jobs[1].image: "docker.io/library/python:3" ` + elsewhere,
		}},
		{"without a tag", []string{"public.ecr.aws/docker/library/redis:8", "docker.io/redis"}, []string{
			`64:29: application.services[1].image: "docker.io/redis" has neither a tag nor a digest, so what runs would change by itself; add one, such as docker.io/redis:1.29`,
			`64:29: application.services[1].image: "docker.io/redis" ` + elsewhere,
		}},
		{"in a private repository", []string{"public.ecr.aws/docker/library/redis:8", "111111111111.dkr.ecr.us-east-1.amazonaws.com/a:1"}, []string{
			`64:29: application.services[1].image: "111111111111.dkr.ecr.us-east-1.amazonaws.com/a:1" is in a private repository, which the container is not allowed to read; use a repository of the application or of toolchainStack`,
		}},
	} {
		c.run(t, src)
	}
	refuse(t, change(t, application, "  logDays: 30\n", "  logDays: 30\noverrides: { dev: { network: { nat: none } } }\n"), redis+elsewhere)
}

// In Go, environments may share a list of endpoints: what is added for one is not added to the list.
func TestGoEndpointsAreNotShared(t *testing.T) {
	t.Parallel()
	own := make([]string, 1, 9)
	own[0] = "sqs"
	s := parse(t, small)
	e := &s.Environments[0].Application
	e.Network, e.Services = &spec.Network{NAT: spec.NoNAT, Endpoints: own}, []spec.Service{{Name: "web"}}
	s.Resolve()
	if got := own[:2][1]; got != "" || len(e.Network.Endpoints) != 4 {
		t.Errorf("%q was written into a list that others may share, and there are %v", got, e.Network.Endpoints)
	}
}

func TestNetworkOverrides(t *testing.T) {
	t.Parallel()
	base := small + "application: { network: { cidr: 10.1.0.0/16, zones: 2, nat: one } }\noverrides: { prod: { network: "
	whole := &spec.Network{CIDR: "10.1.0.0/16", Zones: 2, NAT: spec.OneNAT, FlowLogs: true}
	with := func(change func(*spec.Network)) *spec.Network { n := *whole; change(&n); return &n }
	vpc := &spec.Network{VPC: "vpc-01234567", PrivateSubnets: []string{"subnet-01234567"}, FlowLogs: true}
	for _, c := range []struct {
		name, prod string
		want       *spec.Network
	}{
		{"nothing", "{}", whole},
		{"a field", "{ cidr: 10.2.0.0/16 }", with(func(n *spec.Network) { n.CIDR = "10.2.0.0/16" })},
		{"null is the default of the environment's type", "{ cidr: null, zones: ~, nat: ~ }", with(func(n *spec.Network) { n.CIDR, n.Zones, n.NAT = "10.0.0.0/16", 3, spec.EachNAT })},
		{"false is not absent", "{ flowLogs: false }", with(func(n *spec.Network) { n.FlowLogs = false })},
		{"dropped", "null", nil},
		{"switched off", "false", nil},
		{"all defaults", "true", with(func(n *spec.Network) { n.CIDR, n.Zones, n.NAT = "10.0.0.0/16", 3, spec.EachNAT })},
		{"replaced by one that is there", "{ cidr: null, zones: null, nat: null, vpc: vpc-01234567, privateSubnets: [subnet-01234567] }", vpc},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := parse(t, base+c.prod+" } }\n")
			if d := cmp.Diff(c.want, s.Environments[1].Application.Network); d != "" {
				t.Errorf("prod: -want +got\n%s", d)
			}
			dev := with(func(n *spec.Network) { n.FlowLogs = false })
			if d := cmp.Diff(dev, s.Environments[0].Application.Network); d != "" {
				t.Errorf("dev changed too: -want +got\n%s", d)
			}
		})
	}
	refuse(t, base+"{ vpc: vpc-01234567, privateSubnets: [subnet-01234567] } } }\n",
		"9:53: application.network.zones: cannot be set for a VPC that is there; leave it out: null takes it back in an override",
		"9:61: application.network.nat: cannot be set for a VPC that is there; leave it out: null takes it back in an override")
	refuse(t, base+"{ cidr: 10.2.0.0 } } }\n",
		`10:39: overrides.prod.network.cidr: "10.2.0.0" is no range of addresses; add how many of its bits are the same in all addresses, such as 10.2.0.0/16`)
}

// What runs in a network that one environment lacks is said of that environment.
func TestNetworkOfOneEnvironment(t *testing.T) {
	t.Parallel()
	const src = small + `application:
  network: true
  functions: [{ name: hello, source: a, runtime: provided.al2023, vpc: true }]
  jobs: [{ name: nightly, image: "docker.io/library/python:3" }]
overrides: { dev: { network: null } }
`
	const needs = `needs a network, but environment "dev" has none; write network: true in its overrides, or leave this out there`
	refuse(t, src, "11:72: application.functions[0].vpc: "+needs+", or name subnets and security groups", "12:10: application.jobs[0]: "+needs)
	parse(t, change(t, src, "{ network: null }", "{ network: null, functions: { hello: { vpc: false } }, jobs: { nightly: null } }"))
}

// The function of a network has a longer name than the roles of its environment.
func TestNetworkFunctionLength(t *testing.T) {
	t.Parallel()
	const network = "application: { network: true }\n"
	env := strings.Repeat("e", 64-len("shop--network-closed-group"))
	parse(t, change(t, small, "name: prod", "name: "+env)+network)
	refuse(t, change(t, small, "name: prod", "name: e"+env)+network, "8:13: environments[1].name: the function "+
		("shop-e" + env + "-network-closed-group")[:59]+"… of its network has 65 characters, Lambda allows 64; shorten this name or the project by 1")
	parse(t, change(t, small, "name: prod", "name: e"+env)+"overrides: { dev: { network: true } }\n")
}
