package resources

import (
	"net/netip"
	"strconv"

	"github.com/awslabs/goformation/v7/cloudformation/ec2"
	"github.com/awslabs/goformation/v7/cloudformation/tags"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Network is a VPC of IPv4 with up to three layers of subnets, one subnet of each layer in each availability zone: public ones, which the
// internet reaches; private ones, which reach the internet through NAT; and isolated ones, which reach AWS only. The security group that EC2
// makes with the VPC lets everything in it talk to each other: close it with ClosedGroup.
type Network struct {
	// ID is the logical id of the VPC; what belongs to it has it in front of its own.
	ID string
	// Name is the tag by which people find the VPC; what belongs to it has it in front of its own.
	Name string
	// CIDR of the VPC, /16 to /28 (Amazon VPC quotas).
	CIDR string
	// Zones are the names of the availability zones, such as eu-west-1a: the first subnet of each layer is in the first, and so on. Empty:
	// those of the region that the account can use, as EC2 lists them.
	Zones []string
	// Public, Private and Isolated are the CIDRs of the subnets, by zone. /28 at the smallest; load balancers need /27.
	Public, Private, Isolated []string
	// NATs is how many zones have a NAT gateway, from the first; each needs a public subnet. The private subnets of the other zones reach
	// the internet through the first, and through none if there is none.
	NATs int
	// RegionalNAT is one NAT gateway that AWS extends to all zones where something runs, with addresses that AWS manages; in place of NATs.
	RegionalNAT bool
	// Endpoints are AWS services by what follows the region in their endpoint's name, such as sqs or ecr.api, that the VPC reaches through
	// addresses in its private subnets; they must be there in all of its zones. S3 and DynamoDB are always reached without the internet, by
	// routes.
	Endpoints []string
	// FlowLogs says where traffic is logged; nil: it is not.
	FlowLogs *FlowLogs
}

// FlowLogs are the logs of a VPC's accepted and rejected traffic, in CloudWatch Logs.
type FlowLogs struct {
	// LogGroup is the name of the log group.
	LogGroup string
	// RoleName and RolePath of the role with which EC2 writes the logs, and the boundary of what it may do.
	RoleName, RolePath string
	Boundary           cfn.Value[cfn.PolicyARN]
	// LogKey encrypts the logs, which stay for LogDays.
	LogKey  cfn.Value[cfn.KeyARN]
	LogDays int
	// RetainLogs keeps them when the VPC, or its flow log, goes.
	RetainLogs bool
}

// NetworkHandle is a declared network.
type NetworkHandle struct {
	vpc                       *cfn.Resource
	public, private, isolated []*cfn.Resource
}

// VPCID is the id of the VPC.
func (h NetworkHandle) VPCID() cfn.Value[cfn.VPCID] { return cfn.Ref[cfn.VPCID](h.vpc) }

// DefaultGroup is the security group that EC2 made with the VPC.
func (h NetworkHandle) DefaultGroup() cfn.Value[cfn.SecurityGroupID] {
	return cfn.Att[cfn.SecurityGroupID](h.vpc, "DefaultSecurityGroup")
}

// PublicSubnetIDs are the ids of the public subnets, by zone.
func (h NetworkHandle) PublicSubnetIDs() cfn.List[cfn.SubnetID] { return subnetIDs(h.public) }

// PrivateSubnetIDs are the ids of the private subnets, by zone.
func (h NetworkHandle) PrivateSubnetIDs() cfn.List[cfn.SubnetID] { return subnetIDs(h.private) }

// IsolatedSubnetIDs are the ids of the isolated subnets, by zone.
func (h NetworkHandle) IsolatedSubnetIDs() cfn.List[cfn.SubnetID] { return subnetIDs(h.isolated) }

func subnetIDs(subnets []*cfn.Resource) cfn.List[cfn.SubnetID] {
	ids := make([]cfn.Value[cfn.SubnetID], len(subnets))
	for i, s := range subnets {
		ids[i] = cfn.Ref[cfn.SubnetID](s)
	}
	return cfn.ListOf(ids...)
}

// Add declares the network.
func (n Network) Add(t *cfn.Template) NetworkHandle {
	n.check(t)
	b := networkBuilder{Network: n, t: t}
	b.vpc = t.Add(n.ID, &ec2.VPC{
		CidrBlock: new(n.CIDR), EnableDnsHostnames: new(true), EnableDnsSupport: new(true), // endpoints need both
		Tags: nameTag(n.Name),
	})
	if len(n.Public) > 0 {
		b.addPublic()
	}
	for zone, cidr := range n.Private {
		b.addPrivate(zone, cidr)
	}
	if len(n.Isolated) > 0 {
		b.isolatedTable = b.addTable("Isolated", "isolated")
		for zone, cidr := range n.Isolated {
			b.isolated = append(b.isolated, b.addSubnet("Isolated", "isolated", zone, cidr, b.isolatedTable))
		}
	}
	b.addEndpoints()
	if n.FlowLogs != nil {
		b.addFlowLogs(*n.FlowLogs)
	}
	return b.NetworkHandle
}

// check refuses ranges of addresses that EC2 would refuse, and NAT without a place for it.
func (n Network) check(t *cfn.Template) {
	path := "Resources." + n.ID
	vpc := checkCIDR(t, path+".Properties.CidrBlock", n.CIDR)
	if !vpc.IsValid() {
		return
	}
	if vpc.Bits() < 16 || vpc.Bits() > 28 {
		t.Failf(path+".Properties.CidrBlock", "", "%s is no size of a VPC: EC2 takes /16 to /28", vpc)
	}
	var others []netip.Prefix
	for _, layer := range []struct {
		name  string
		cidrs []string
	}{{"Public", n.Public}, {"Private", n.Private}, {"Isolated", n.Isolated}} {
		for zone, cidr := range layer.cidrs {
			at := path + layer.name + strconv.Itoa(zone+1) + ".Properties.CidrBlock"
			subnet := checkCIDR(t, at, cidr)
			if !subnet.IsValid() {
				continue
			}
			if subnet.Bits() < vpc.Bits() || !vpc.Contains(subnet.Addr()) {
				t.Failf(at, "choose a part of the VPC", "%s is not in the VPC, %s", subnet, vpc)
			}
			if subnet.Bits() > 28 {
				t.Failf(at, "choose a larger one", "%s is too small, EC2 takes /28 or larger", subnet)
			}
			for _, other := range others {
				if subnet.Overlaps(other) {
					t.Failf(at, "choose another one", "%s and %s overlap", other, subnet)
				}
			}
			others = append(others, subnet)
		}
	}
	if n.NATs < 0 || n.NATs > len(n.Public) {
		t.Failf(path, "add public subnets, or leave it out", "there are %d NAT gateways for %d public subnets", n.NATs, len(n.Public))
	}
	if n.RegionalNAT && (n.NATs > 0 || len(n.Public) == 0) {
		t.Fail(path, "there is a regional NAT gateway beside those of zones, or without an internet gateway", "set NATs to 0 and add public subnets")
	}
	if len(n.Zones) > 0 && max(len(n.Public), len(n.Private), len(n.Isolated)) > len(n.Zones) {
		t.Failf(path, "name a zone for each subnet of a layer", "there are names of %d zones, and more subnets", len(n.Zones))
	}
	if len(n.Endpoints) > 0 && len(n.Private) == 0 {
		t.Fail(path, "there are endpoints but no private subnets for them", "add private subnets, or leave them out")
	}
}

// networkBuilder is a network on its way into a template.
type networkBuilder struct {
	Network
	NetworkHandle
	t *cfn.Template
	// internet is the route of the public subnets.
	internet      *cfn.Resource
	nats          []*cfn.Resource
	privateTables []*cfn.Resource
	isolatedTable *cfn.Resource
}

// addPublic declares the public subnets, the gateway to the internet, and NAT.
func (b *networkBuilder) addPublic() {
	gateway := b.t.Add(b.ID+"InternetGateway", &ec2.InternetGateway{Tags: nameTag(b.Name)})
	attachment := b.t.Add(b.ID+"InternetGatewayAttachment", &ec2.VPCGatewayAttachment{
		VpcId: b.t.Text(b.VPCID()), InternetGatewayId: b.t.TextPtr(cfn.Ref[cfn.Text](gateway)),
	})
	table := b.addTable("Public", "public")
	b.internet = b.t.Add(b.ID+"PublicRoute", &ec2.Route{
		RouteTableId: b.t.Text(cfn.Ref[cfn.Text](table)), DestinationCidrBlock: new(Anywhere), GatewayId: b.t.TextPtr(cfn.Ref[cfn.Text](gateway)),
	}).After(attachment) // there is no route to a gateway that is not attached
	for zone, cidr := range b.Public {
		b.public = append(b.public, b.addSubnet("Public", "public", zone, cidr, table))
	}
	if b.RegionalNAT {
		b.addRegionalNAT()
		return
	}
	for zone := range min(b.NATs, len(b.public)) {
		b.addNAT(zone)
	}
}

// addRegionalNAT declares a NAT gateway of the whole VPC, which needs no subnet. A route table that AWS makes leads it to the internet gateway.
func (b *networkBuilder) addRegionalNAT() {
	b.nats = append(b.nats, b.t.Add(b.ID+"RegionalNat", &regionalNAT{
		AvailabilityMode: "regional", ConnectivityType: "public", Tags: nameTag(b.Name + "-nat"), VpcId: b.t.Text(b.VPCID()),
	}).After(b.internet))
}

// regionalNAT has the properties of a NAT gateway that goformation lacks, and not the subnet that it requires.
type regionalNAT struct {
	AvailabilityMode string     `json:"AvailabilityMode"`
	ConnectivityType string     `json:"ConnectivityType"`
	Tags             []tags.Tag `json:"Tags"`
	VpcId            string     `json:"VpcId"` //nolint:revive // as CloudFormation spells it
}

// AWSCloudFormationType is that of every NAT gateway.
func (*regionalNAT) AWSCloudFormationType() string { return "AWS::EC2::NatGateway" }

// addNAT declares a NAT gateway in a zone. It comes after its way to the internet and goes before it: an internet gateway cannot be detached
// while addresses are mapped through it.
func (b *networkBuilder) addNAT(zone int) {
	id, name := b.ID+"Nat"+strconv.Itoa(zone+1), b.Name+"-nat-"+strconv.Itoa(zone+1)
	address := b.t.Add(id+"Address", &ec2.EIP{Domain: new("vpc"), Tags: nameTag(name)}).After(b.internet)
	b.nats = append(b.nats, b.t.Add(id, &ec2.NatGateway{
		SubnetId:     b.t.Text(cfn.Ref[cfn.SubnetID](b.public[zone])),
		AllocationId: b.t.TextPtr(cfn.Att[cfn.Text](address, "AllocationId")),
		Tags:         nameTag(name),
	}).After(b.internet))
}

// addPrivate declares a private subnet. Each has a table of its own, however many NAT gateways there are: with another number of them, routes
// change in their place, and no subnet is ever without its table.
func (b *networkBuilder) addPrivate(zone int, cidr string) {
	number := strconv.Itoa(zone + 1)
	table := b.addTable("Private"+number, "private-"+number)
	b.privateTables = append(b.privateTables, table)
	b.private = append(b.private, b.addSubnet("Private", "private", zone, cidr, table))
	if len(b.nats) == 0 {
		return
	}
	nat := b.nats[0]
	if zone < len(b.nats) {
		nat = b.nats[zone]
	}
	b.t.Add(b.ID+"Private"+number+"Route", &ec2.Route{
		RouteTableId: b.t.Text(cfn.Ref[cfn.Text](table)), DestinationCidrBlock: new(Anywhere), NatGatewayId: b.t.TextPtr(cfn.Ref[cfn.Text](nat)),
	})
}

func (b *networkBuilder) addTable(id, name string) *cfn.Resource {
	return b.t.Add(b.ID+id+"Table", &ec2.RouteTable{VpcId: b.t.Text(b.VPCID()), Tags: nameTag(b.Name + "-" + name)})
}

// addSubnet declares a subnet and which table it goes by.
func (b *networkBuilder) addSubnet(id, name string, zone int, cidr string, table *cfn.Resource) *cfn.Resource {
	number := strconv.Itoa(zone + 1)
	subnet := b.t.Add(b.ID+id+number, &ec2.Subnet{
		VpcId: b.t.Text(b.VPCID()), AvailabilityZone: b.t.TextPtr(b.zone(zone)), CidrBlock: new(cidr),
		MapPublicIpOnLaunch: new(false), Tags: nameTag(b.Name + "-" + name + "-" + number),
	})
	if zone < len(b.Zones) {
		ignore := cfn.Object{{Name: "ignore_checks", Value: []any{"W3010"}}} // that the zone has a name: EC2's own list can change
		subnet.Metadata("cfn-lint", cfn.Object{{Name: "config", Value: ignore}})
	}
	b.t.Add(b.ID+id+number+"TableAssociation", &ec2.SubnetRouteTableAssociation{
		SubnetId: b.t.Text(cfn.Ref[cfn.SubnetID](subnet)), RouteTableId: b.t.Text(cfn.Ref[cfn.Text](table)),
	})
	return subnet
}

// zone is the name of an availability zone.
func (b *networkBuilder) zone(i int) cfn.Value[cfn.Text] {
	if i < len(b.Zones) {
		return cfn.Literal[cfn.Text](b.Zones[i])
	}
	return cfn.Select(i, cfn.Zones())
}

// addEndpoints declares how the VPC reaches AWS services without the internet. The endpoints let everything through, as NAT would: who may
// do what is decided by the roles inside and the policies of buckets and tables, and a list here would have to name them all, ECR's and
// CloudFormation's buckets among them.
func (b *networkBuilder) addEndpoints() {
	var tables []string
	for _, table := range b.privateTables {
		tables = append(tables, b.t.Text(cfn.Ref[cfn.Text](table)))
	}
	if b.isolatedTable != nil {
		tables = append(tables, b.t.Text(cfn.Ref[cfn.Text](b.isolatedTable)))
	}
	if len(tables) > 0 {
		for _, service := range []string{"s3", "dynamodb"} {
			b.addEndpoint(service, &ec2.VPCEndpoint{VpcEndpointType: new("Gateway"), RouteTableIds: tables})
		}
	}
	if len(b.Endpoints) == 0 {
		return
	}
	group := SecurityGroup{
		ID: b.ID + "EndpointsGroup", Name: b.Name + "-endpoints", Description: "AWS services that the VPC " + b.Name + " reaches without the internet",
		VPC: b.VPCID(), In: []Traffic{{Description: "HTTPS from the VPC", Port: 443, CIDR: b.CIDR}},
	}.Add(b.t)
	for _, service := range b.Endpoints {
		b.addEndpoint(service, &ec2.VPCEndpoint{
			VpcEndpointType: new("Interface"), PrivateDnsEnabled: new(true), SubnetIds: b.t.Texts(b.PrivateSubnetIDs()),
			SecurityGroupIds: []string{b.t.Text(group.GroupID())},
		})
	}
}

func (b *networkBuilder) addEndpoint(service string, endpoint *ec2.VPCEndpoint) {
	checkName(b.t, "Resources."+b.ID+cfn.ID(service)+"Endpoint.Properties.ServiceName", "EC2", service, ".-", 1, 128)
	endpoint.VpcId = b.t.Text(b.VPCID())
	// the prefix is the same in every partition that cfnpipe knows
	endpoint.ServiceName = b.t.Text(cfn.Format[cfn.Text]("com.amazonaws.%s.%s", cfn.Region(), cfn.Lit(service)))
	b.t.Add(b.ID+cfn.ID(service)+"Endpoint", endpoint).
		Set("Tags", []any{cfn.Object{{Name: "Key", Value: "Name"}, {Name: "Value", Value: b.Name + "-" + service}}})
}

// addFlowLogs declares the log of the VPC's traffic.
func (b *networkBuilder) addFlowLogs(f FlowLogs) {
	id := b.ID + "FlowLog"
	logs := LogGroup{ID: id + "Logs", Name: f.LogGroup, RetentionDays: f.LogDays, Key: f.LogKey, Retain: f.RetainLogs}.Add(b.t)
	ownFlowLogs := cfn.Format[cfn.Text]("arn:%s:ec2:%s:%s:vpc-flow-log/*", cfn.Partition(), cfn.Region(), cfn.AccountID())
	role := Role{
		ID: id + "Role", Name: f.RoleName, Path: f.RolePath, Description: "EC2 logs the traffic of the VPC " + b.Name + " with it",
		Trust: policy.Trust{
			policy.Allow("FlowLogs", "sts:AssumeRole").By(policy.Service("vpc-flow-logs.amazonaws.com")).
				If(policy.FromAccount(cfn.AccountID()), policy.FromResource(ownFlowLogs)), // it has no id before it is made
		},
		Boundary: f.Boundary,
		Policies: []InlinePolicy{{Name: "logs", Document: policy.Identity{
			// left out of what EC2 asks for: to make the log group, which is there
			policy.Allow("Logs", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents").On(logs.Streams()),
			// lists all groups or none
			policy.Allow("ListLogGroups", "logs:DescribeLogGroups").
				On(cfn.Format[cfn.Text]("arn:%s:logs:%s:%s:log-group:*", cfn.Partition(), cfn.Region(), cfn.AccountID())),
		}}},
	}.Add(b.t)
	b.t.Add(id, &ec2.FlowLog{
		ResourceType: "VPC", ResourceId: b.t.Text(b.VPCID()), TrafficType: new("ALL"),
		LogDestinationType: new("cloud-watch-logs"), LogGroupName: b.t.TextPtr(logs.Name()), DeliverLogsPermissionArn: b.t.TextPtr(role.ARN()),
		Tags: nameTag(b.Name),
	})
}
