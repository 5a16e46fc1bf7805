package resources

import (
	"net/netip"
	"strconv"

	"github.com/awslabs/goformation/v7/cloudformation/ec2"
	"github.com/awslabs/goformation/v7/cloudformation/tags"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Network is an IPv4 VPC with up to three layers of subnets, each with one subnet in each availability zone: public ones, which are reachable from the
// internet; private ones, which reach the internet through NAT; and isolated ones, which reach only AWS. The default security group of the VPC allows
// all traffic inside it: remove its rules with ClosedGroup.
type Network struct {
	// ID is the logical id of the VPC. The logical ids of its parts begin with it.
	ID string
	// Name is the tag Name of the VPC. Those of its parts begin with it.
	Name string
	// CIDR of the VPC, /16 to /28 (Amazon VPC quotas).
	CIDR string
	// Zones are the names of the availability zones, such as eu-west-1a, for the first subnet of each layer, the second, and so on. Default: the zones that
	// the account can use in the region, in the order of EC2.
	Zones []string
	// Public, Private and Isolated are the CIDRs of the subnets by zone, /28 or larger. Load balancers require /27 or larger.
	Public, Private, Isolated []string
	// NATs is the number of NAT gateways, one in each zone from the first. Each requires a public subnet. The private subnets of the other zones use the
	// first NAT gateway.
	NATs int
	// RegionalNAT is one NAT gateway in place of NATs, which AWS extends to all zones with workloads, and whose addresses AWS manages.
	RegionalNAT bool
	// Endpoints are AWS services for which the private subnets have interface endpoints, by the part of the endpoint's name after the region, such as sqs
	// or ecr.api. The service must support endpoints in all zones of the VPC. S3 and DynamoDB always have gateway endpoints.
	Endpoints []string
	// FlowLogs of the traffic. Optional.
	FlowLogs *FlowLogs
}

// FlowLogs are the flow logs of a VPC in CloudWatch Logs, of accepted and rejected traffic.
type FlowLogs struct {
	// LogGroup is the name of the log group.
	LogGroup string
	// RoleName, RolePath and permissions boundary of the role with which EC2 writes the logs.
	RoleName, RolePath string
	Boundary           cfn.Value[cfn.PolicyARN]
	// LogKey encrypts the logs, which are retained for LogDays.
	LogKey  cfn.Value[cfn.KeyARN]
	LogDays int
	// RetainLogs keeps the logs if the VPC or its flow log is deleted.
	RetainLogs bool
}

// NetworkHandle is a declared network.
type NetworkHandle struct {
	vpc                       *cfn.Resource
	public, private, isolated []*cfn.Resource
}

// VPCID is the id of the VPC.
func (h NetworkHandle) VPCID() cfn.Value[cfn.VPCID] { return cfn.Ref[cfn.VPCID](h.vpc) }

// DefaultGroup is the default security group of the VPC.
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

// check reports CIDRs that EC2 would reject, and NAT gateways and endpoints without subnets.
func (n Network) check(t *cfn.Template) {
	path := "Resources." + n.ID
	vpc := checkCIDR(t, path+".Properties.CidrBlock", n.CIDR)
	if !vpc.IsValid() {
		return
	}
	if vpc.Bits() < 16 || vpc.Bits() > 28 {
		t.Failf(path+".Properties.CidrBlock", "", "%s has the wrong size for a VPC: EC2 requires /16 to /28", vpc)
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
				t.Failf(at, "choose a part of the VPC", "%s is not in the VPC, which has %s", subnet, vpc)
			}
			if subnet.Bits() > 28 {
				t.Failf(at, "choose a larger one", "%s is too small: EC2 requires /28 or larger", subnet)
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
		t.Failf(path, "add public subnets, or reduce NATs", "there are %d NAT gateways for %d public subnets", n.NATs, len(n.Public))
	}
	if n.RegionalNAT && (n.NATs > 0 || len(n.Public) == 0) {
		t.Fail(path, "a regional NAT gateway cannot be combined with NATs, and requires public subnets", "set NATs to 0 and add public subnets")
	}
	if len(n.Zones) > 0 && max(len(n.Public), len(n.Private), len(n.Isolated)) > len(n.Zones) {
		t.Failf(path, "list a zone for each subnet of a layer", "a layer has more subnets than the %d zones", len(n.Zones))
	}
	if len(n.Endpoints) > 0 && len(n.Private) == 0 {
		t.Fail(path, "there are endpoints, but no private subnets for them", "add private subnets, or remove the endpoints")
	}
}

// networkBuilder adds a network to a template.
type networkBuilder struct {
	Network
	NetworkHandle
	t *cfn.Template
	// internet is the route of the public subnets to the internet gateway.
	internet      *cfn.Resource
	nats          []*cfn.Resource
	privateTables []*cfn.Resource
	isolatedTable *cfn.Resource
}

// addPublic declares the public subnets, the internet gateway and the NAT gateways.
func (b *networkBuilder) addPublic() {
	gateway := b.t.Add(b.ID+"InternetGateway", &ec2.InternetGateway{Tags: nameTag(b.Name)})
	attachment := b.t.Add(b.ID+"InternetGatewayAttachment", &ec2.VPCGatewayAttachment{
		VpcId: b.t.Text(b.VPCID()), InternetGatewayId: b.t.TextPtr(cfn.Ref[cfn.Text](gateway)),
	})
	table := b.addTable("Public", "public")
	b.internet = b.t.Add(b.ID+"PublicRoute", &ec2.Route{
		RouteTableId: b.t.Text(cfn.Ref[cfn.Text](table)), DestinationCidrBlock: new(Anywhere), GatewayId: b.t.TextPtr(cfn.Ref[cfn.Text](gateway)),
	}).After(attachment) // a route to a gateway requires that it is attached
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

// addRegionalNAT declares a NAT gateway for the whole VPC, which needs no subnet. AWS creates a route table with the route to the internet gateway.
func (b *networkBuilder) addRegionalNAT() {
	b.nats = append(b.nats, b.t.Add(b.ID+"RegionalNat", &regionalNAT{
		AvailabilityMode: "regional", ConnectivityType: "public", Tags: nameTag(b.Name + "-nat"), VpcId: b.t.Text(b.VPCID()),
	}).After(b.internet))
}

// regionalNAT has the properties of a NAT gateway that the type in goformation lacks, and not the subnet, which that type requires.
type regionalNAT struct {
	AvailabilityMode string     `json:"AvailabilityMode"`
	ConnectivityType string     `json:"ConnectivityType"`
	Tags             []tags.Tag `json:"Tags"`
	VpcId            string     `json:"VpcId"` //nolint:revive // as CloudFormation spells it
}

// AWSCloudFormationType returns the type of NAT gateways.
func (*regionalNAT) AWSCloudFormationType() string { return "AWS::EC2::NatGateway" }

// addNAT declares a NAT gateway in a zone. It is created after the route to the internet and deleted before it, because an internet gateway cannot be
// detached while it maps addresses.
func (b *networkBuilder) addNAT(zone int) {
	id, name := b.ID+"Nat"+strconv.Itoa(zone+1), b.Name+"-nat-"+strconv.Itoa(zone+1)
	address := b.t.Add(id+"Address", &ec2.EIP{Domain: new("vpc"), Tags: nameTag(name)}).After(b.internet)
	b.nats = append(b.nats, b.t.Add(id, &ec2.NatGateway{
		SubnetId:     b.t.Text(cfn.Ref[cfn.SubnetID](b.public[zone])),
		AllocationId: b.t.TextPtr(cfn.Att[cfn.Text](address, "AllocationId")),
		Tags:         nameTag(name),
	}).After(b.internet))
}

// addPrivate declares a private subnet with its own route table. So a change of the number of NAT gateways updates routes in place, and no subnet is
// without its table in between.
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

// addSubnet declares a subnet and associates it with a route table.
func (b *networkBuilder) addSubnet(id, name string, zone int, cidr string, table *cfn.Resource) *cfn.Resource {
	number := strconv.Itoa(zone + 1)
	subnet := b.t.Add(b.ID+id+number, &ec2.Subnet{
		VpcId: b.t.Text(b.VPCID()), AvailabilityZone: b.t.TextPtr(b.zone(zone)), CidrBlock: new(cidr),
		MapPublicIpOnLaunch: new(false), Tags: nameTag(b.Name + "-" + name + "-" + number),
	})
	if zone < len(b.Zones) {
		ignore := cfn.Object{{Name: "ignore_checks", Value: []any{"W3010"}}} // a literal zone name, because the list of EC2 can change
		subnet.Metadata("cfn-lint", cfn.Object{{Name: "config", Value: ignore}})
	}
	b.t.Add(b.ID+id+number+"TableAssociation", &ec2.SubnetRouteTableAssociation{
		SubnetId: b.t.Text(cfn.Ref[cfn.SubnetID](subnet)), RouteTableId: b.t.Text(cfn.Ref[cfn.Text](table)),
	})
	return subnet
}

// zone returns the name of the availability zone at an index.
func (b *networkBuilder) zone(i int) cfn.Value[cfn.Text] {
	if i < len(b.Zones) {
		return cfn.Literal[cfn.Text](b.Zones[i])
	}
	return cfn.Select(i, cfn.Zones())
}

// addEndpoints declares the endpoints through which the VPC reaches AWS services without the internet. Their policies allow everything, as NAT does:
// identity policies and resource policies restrict access. A policy here would have to list all buckets and tables, including those of ECR and
// CloudFormation.
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
	// the prefix is the same in all partitions that cfnpipe supports
	endpoint.ServiceName = b.t.Text(cfn.Format[cfn.Text]("com.amazonaws.%s.%s", cfn.Region(), cfn.Lit(service)))
	b.t.Add(b.ID+cfn.ID(service)+"Endpoint", endpoint).
		Set("Tags", []any{cfn.Object{{Name: "Key", Value: "Name"}, {Name: "Value", Value: b.Name + "-" + service}}})
}

// addFlowLogs declares the flow log of the VPC, its log group and its role.
func (b *networkBuilder) addFlowLogs(f FlowLogs) {
	id := b.ID + "FlowLog"
	logs := LogGroup{ID: id + "Logs", Name: f.LogGroup, RetentionDays: f.LogDays, Key: f.LogKey, Retain: f.RetainLogs}.Add(b.t)
	ownFlowLogs := cfn.Format[cfn.Text]("arn:%s:ec2:%s:%s:vpc-flow-log/*", cfn.Partition(), cfn.Region(), cfn.AccountID())
	role := Role{
		ID: id + "Role", Name: f.RoleName, Path: f.RolePath, Description: "EC2 logs the traffic of the VPC " + b.Name + " with it",
		Trust: policy.Trust{
			policy.Allow("FlowLogs", "sts:AssumeRole").By(policy.Service("vpc-flow-logs.amazonaws.com")).
				If(policy.FromAccount(cfn.AccountID()), policy.FromResource(ownFlowLogs)), // the id of the flow log is not known before it is created
		},
		Boundary: f.Boundary,
		Policies: []InlinePolicy{{Name: "logs", Document: policy.Identity{
			// without logs:CreateLogGroup, which EC2 documents too: the log group exists
			policy.Allow("Logs", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents").On(logs.Streams()),
			// this action supports no single log group
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
