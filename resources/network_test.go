package resources_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// networkResources are the resources of a network, each as YAML, by their logical ids.
func networkResources(tb testing.TB, change func(*resources.Network)) map[string]string {
	tb.Helper()
	tmpl := template()
	network := oneNetwork()
	change(&network)
	network.Add(tmpl)
	n, err := tmpl.Render()
	if err != nil {
		tb.Fatal(err)
	}
	list := map[string]string{}
	for i, id := range n.Get("Resources").Keys {
		list[id] = string(n.Get("Resources").Items[i].YAML())
	}
	return list
}

func TestAnotherNumberOfNATsChangesNothingButTheRoutesToThem(t *testing.T) {
	t.Parallel()
	by := map[int]map[string]string{}
	for nats := range 3 {
		by[nats] = networkResources(t, func(n *resources.Network) { n.NATs = nats })
	}
	for nats := 1; nats < 3; nats++ {
		for id, was := range by[0] {
			if diff := cmp.Diff(was, by[nats][id]); diff != "" {
				t.Errorf("%s with %d NATs; none -, some +:\n%s", id, nats, diff)
			}
		}
	}
	for nats, want := range map[int][]string{1: {"VpcNat1", "VpcNat1"}, 2: {"VpcNat1", "VpcNat2"}} {
		for zone, nat := range want {
			id := fmt.Sprintf("VpcPrivate%dRoute", zone+1)
			if got := by[nats][id]; !strings.Contains(got, "NatGatewayId: !Ref "+nat+"\n") {
				t.Errorf("%d NATs: %s does not lead to %s:\n%s", nats, id, nat, got)
			}
		}
	}
}

func TestAnotherZoneChangesNoSubnet(t *testing.T) {
	t.Parallel()
	more := networkResources(t, func(n *resources.Network) {
		n.Public, n.Private, n.Isolated = append(n.Public, "10.0.160.0/20"), append(n.Private, "10.0.128.0/19"), append(n.Isolated, "10.0.176.0/20")
	})
	for id, was := range networkResources(t, func(*resources.Network) {}) {
		if strings.HasSuffix(id, "Endpoint") {
			continue // they get another table
		}
		if diff := cmp.Diff(was, more[id]); diff != "" {
			t.Errorf("%s: two zones -, three +:\n%s", id, diff)
		}
	}
}

// Where the names are those that EC2 would list, CloudFormation sees the same zones, and replaces nothing.
func TestNamesOfZonesChangeNothingButHowTheyAreFound(t *testing.T) {
	t.Parallel()
	named := networkResources(t, func(n *resources.Network) { n.Zones = []string{"eu-west-1a", "eu-west-1b"} })
	for id, was := range networkResources(t, func(*resources.Network) {}) {
		want := was
		if strings.Contains(was, "AWS::EC2::Subnet\n") {
			want = strings.Replace(want, "Properties:\n", "Metadata:\n  cfn-lint:\n    config:\n      ignore_checks:\n        - W3010\nProperties:\n", 1)
		}
		for i, name := range []string{"eu-west-1a", "eu-west-1b"} {
			want = strings.ReplaceAll(want, fmt.Sprintf("!Select\n    - %d\n    - !GetAZs ''", i), name)
		}
		if strings.Contains(want, "GetAZs") {
			t.Fatalf("%s is not understood:\n%s", id, want)
		}
		if diff := cmp.Diff(want, named[id]); diff != "" {
			t.Errorf("%s: want -, got +:\n%s", id, diff)
		}
	}
}

// A regional NAT gateway is another resource than those of zones, so that CloudFormation makes it before they go, and moves the routes between.
func TestARegionalNATChangesNothingButTheRoutesToIt(t *testing.T) {
	t.Parallel()
	regional := networkResources(t, func(n *resources.Network) { n.RegionalNAT = true })
	for id, was := range networkResources(t, func(*resources.Network) {}) {
		if diff := cmp.Diff(was, regional[id]); diff != "" {
			t.Errorf("%s: no NAT -, a regional one +:\n%s", id, diff)
		}
	}
	for zone := 1; zone <= 2; zone++ {
		id := fmt.Sprintf("VpcPrivate%dRoute", zone)
		if got := regional[id]; !strings.Contains(got, "NatGatewayId: !Ref VpcRegionalNat\n") {
			t.Errorf("%s does not lead to it:\n%s", id, got)
		}
	}
	for id, r := range regional {
		if strings.Contains(r, "AWS::EC2::EIP") {
			t.Errorf("%s takes an address of the account's:\n%s", id, r)
		}
	}
}

func TestNetworksThatEC2Refuses(t *testing.T) {
	t.Parallel()
	const subnet = "Resources.VpcPrivate2.Properties.CidrBlock: "
	for _, c := range []struct {
		why    string
		change func(*resources.Network)
		want   string
	}{
		{"it is fine as it is", func(*resources.Network) {}, ""},
		{"a subnet may be all of the VPC", func(n *resources.Network) {
			n.Public, n.Isolated, n.Private = nil, nil, []string{"10.0.0.0/16"}
		}, ""},
		{
			"no range", func(n *resources.Network) { n.CIDR = "10.0.0.0" },
			`Resources.Vpc.Properties.CidrBlock: "10.0.0.0" is not a valid IPv4 CIDR; write one such as 10.0.0.0/16`,
		},
		{
			"a VPC of IPv6", func(n *resources.Network) { n.CIDR = "fd00::/16" },
			`Resources.Vpc.Properties.CidrBlock: "fd00::/16" is not a valid IPv4 CIDR; write one such as 10.0.0.0/16`,
		},
		{
			"a large VPC", func(n *resources.Network) { n.CIDR = "10.0.0.0/15" },
			"Resources.Vpc.Properties.CidrBlock: 10.0.0.0/15 has the wrong size for a VPC: EC2 requires /16 to /28",
		},
		{
			"not its first address", func(n *resources.Network) { n.Private[1] = "10.0.65.0/19" },
			subnet + `"10.0.65.0/19" is not a valid IPv4 CIDR; write one such as 10.0.0.0/16`,
		},
		{
			"a subnet elsewhere", func(n *resources.Network) { n.Private[1] = "10.1.0.0/19" },
			subnet + "10.1.0.0/19 is not in the VPC, which has 10.0.0.0/16; choose a part of the VPC",
		},
		{
			"a subnet around the VPC", func(n *resources.Network) { n.Public, n.Isolated, n.Private = nil, nil, []string{"10.0.0.0/8"} },
			"Resources.VpcPrivate1.Properties.CidrBlock: 10.0.0.0/8 is not in the VPC, which has 10.0.0.0/16; choose a part of the VPC",
		},
		{
			"a tiny subnet", func(n *resources.Network) { n.Private[1] = "10.0.64.0/29" },
			subnet + "10.0.64.0/29 is too small: EC2 requires /28 or larger; choose a larger one",
		},
		{
			"the same addresses in two layers", func(n *resources.Network) { n.Private[1] = "10.0.96.0/19" },
			subnet + "10.0.96.0/20 and 10.0.96.0/19 overlap; choose another one\n" +
				"Resources.VpcIsolated2.Properties.CidrBlock: 10.0.96.0/19 and 10.0.112.0/20 overlap; choose another one",
		},
		{
			"more NATs than zones", func(n *resources.Network) { n.NATs = 3 },
			"Resources.Vpc: there are 3 NAT gateways for 2 public subnets; add public subnets, or reduce NATs",
		},
		{
			"NAT without a public subnet", func(n *resources.Network) { n.Public, n.NATs = nil, 1 },
			"Resources.Vpc: there are 1 NAT gateways for 0 public subnets; add public subnets, or reduce NATs",
		},
		{
			"a regional NAT beside another", func(n *resources.Network) { n.NATs, n.RegionalNAT = 1, true },
			"Resources.Vpc: a regional NAT gateway cannot be combined with NATs, and requires public subnets; set NATs to 0 and add public subnets",
		},
		{
			"names of too few zones", func(n *resources.Network) { n.Zones = []string{"eu-west-1a"} },
			"Resources.Vpc: a layer has more subnets than the 1 zones; list a zone for each subnet of a layer",
		},
		{
			"endpoints without a subnet", func(n *resources.Network) { n.Private, n.Endpoints = nil, []string{"sqs"} },
			"Resources.Vpc: there are endpoints, but no private subnets for them; add private subnets, or remove the endpoints",
		},
		{
			"no service", func(n *resources.Network) { n.Endpoints = []string{"com amazonaws"} },
			`Resources.VpcComAmazonawsEndpoint.Properties.ServiceName: "com amazonaws" is not a valid name: ` +
				"EC2 requires 1 to 128 letters, digits and .-; choose another one",
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			tmpl := template()
			network := oneNetwork()
			c.change(&network)
			network.Add(tmpl)
			if diff := cmp.Diff(c.want, problems(t, tmpl)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestSecurityGroupsThatEC2Refuses(t *testing.T) {
	t.Parallel()
	const properties = "Resources.Group.Properties"
	long := strings.Repeat("a", 256)
	for _, c := range []struct {
		why    string
		change func(*resources.SecurityGroup)
		want   string
	}{
		{"it is fine as it is", func(*resources.SecurityGroup) {}, ""},
		{
			"no VPC", func(g *resources.SecurityGroup) { g.VPC = cfn.Value[cfn.VPCID]{} },
			properties + ".VpcId: the VPC is not set; set VPC",
		},
		{
			"no description", func(g *resources.SecurityGroup) { g.In[0].Description = "" },
			properties + `.SecurityGroupIngress.Description: "" is not a valid description: ` +
				`EC2 requires 1 to 255 letters, digits, spaces and ._-:/()#,@[]+=;{}!$*; change the description`,
		},
		{
			"a long description", func(g *resources.SecurityGroup) { g.Description = long },
			properties + `.GroupDescription: "` + long + `" is not a valid description: ` +
				`EC2 requires 1 to 255 letters, digits, spaces and ._-:/()#,@[]+=;{}!$*; change the description`,
		},
		{
			"an apostrophe", func(g *resources.SecurityGroup) { g.In[0].Description = "web's" },
			properties + `.SecurityGroupIngress.Description: "web's" is not a valid description: ` +
				`EC2 requires 1 to 255 letters, digits, spaces and ._-:/()#,@[]+=;{}!$*; change the description`,
		},
		{
			"a port beyond TCP", func(g *resources.SecurityGroup) { g.In[0].Port = 65536 },
			properties + ".SecurityGroupIngress.FromPort: it is 65536; TCP allows 0 to 65535",
		},
		{
			"a name of a host", func(g *resources.SecurityGroup) {
				g.Out = []resources.Traffic{{Description: "Out", CIDR: "example.com"}}
			},
			properties + `.SecurityGroupEgress.CidrIp: "example.com" is not a valid IPv4 CIDR; write one such as 10.0.0.0/16`,
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			tmpl := template()
			group := resources.SecurityGroup{
				ID: "Group", Name: "shop-dev-web", Description: "Tasks of web", VPC: cfn.Literal[cfn.VPCID]("vpc-0a1b2c3d"),
				In: []resources.Traffic{{Description: "HTTPS from everywhere", Port: 443, CIDR: resources.Anywhere}},
			}
			c.change(&group)
			group.Add(tmpl)
			if diff := cmp.Diff(c.want, problems(t, tmpl)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestGroupsAreConnectedOnAPort(t *testing.T) {
	t.Parallel()
	tmpl := template()
	group := resources.SecurityGroup{ID: "Group", Name: "web", Description: "Tasks of web", VPC: cfn.Literal[cfn.VPCID]("vpc-0a1b2c3d")}.Add(tmpl)
	group.Connect(tmpl, "Self", group, 0, "Tasks to tasks")
	if got, want := problems(t, tmpl), "Resources.SelfOut.Properties.FromPort: it is 0; TCP allows 1 to 65535"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestClosedGroupsThatCannotBeDeployed(t *testing.T) {
	t.Parallel()
	group := cfn.Literal[cfn.SecurityGroupID]("sg-0a1b2c3d")
	for _, c := range []struct {
		why    string
		change func(*resources.ClosedGroup)
		want   string
	}{
		{"it is fine as it is", func(*resources.ClosedGroup) {}, ""},
		{
			"no group", func(g *resources.ClosedGroup) { g.Group = cfn.Value[cfn.SecurityGroupID]{} },
			"Resources.ClosedGroup.Properties.GroupId: the security group is not set; set Group",
		},
		{
			"a name that no permission is for", func(g *resources.ClosedGroup) { g.FunctionName = "shop-dev-closed" },
			`Resources.ClosedGroupFunction.Properties.FunctionName: the roles that deploy the function "shop-dev-closed" may not call it; use a name that ends in -closed-group`,
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			tmpl := template()
			closed := oneClosedGroup(group)
			c.change(&closed)
			closed.Add(tmpl)
			if got, _, _ := strings.Cut(problems(t, tmpl), "\n"); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestWhatClosesAGroupFitsIntoATemplate(t *testing.T) {
	t.Parallel()
	tmpl := template()
	oneClosedGroup(cfn.Literal[cfn.SecurityGroupID]("sg-0a1b2c3d")).Add(tmpl)
	n, err := tmpl.Render()
	if err != nil {
		t.Fatal(err)
	}
	properties := n.At("Resources", "ClosedGroupFunction", "Properties")
	code := properties.At("Code", "ZipFile")
	if code == nil || code.Kind != tree.String || len(code.Text) > 4096 {
		t.Fatalf("got code\n%s\nLambda takes 4096 characters", code.YAML())
	}
	// CloudFormation adds the module only where this line stands as it is
	if !strings.Contains(code.Text, "\nimport cfnresponse\n") {
		t.Errorf("the code does not import cfnresponse:\n%s", code.Text)
	}
	seconds := func(n *tree.Node) int {
		number, err := strconv.Atoi(n.Text)
		if err != nil {
			t.Error(err)
		}
		return number
	}
	if wait, most := seconds(n.At("Resources", "ClosedGroup", "Properties", "ServiceTimeout")), seconds(properties.Get("Timeout")); wait <= most {
		t.Errorf("CloudFormation waits for %d seconds, the function may take %d", wait, most)
	}
}
