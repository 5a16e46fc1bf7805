package stages

import (
	"fmt"
	"slices"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
)

// Network is where an environment's jobs, services and functions run: the stack of its VPC, or a VPC that is there, which is no stack.
type Network struct {
	Environment *Environment
	Network     spec.Network
}

// Name of the stack.
func (s *Network) Name() string { return spec.NetworkPart }

// Besides is what another network has by id, where it exists already, that this one has not.
func (s *Network) Besides(other *Network) (vpc string, subnets []string) {
	if other == nil || !other.Exists() {
		return "", nil
	}
	var own spec.Network
	if s != nil {
		own = s.Network
	}
	if vpc = other.Network.VPC; vpc == own.VPC {
		vpc = ""
	}
	return vpc, slices.DeleteFunc(slices.Concat(other.Network.PrivateSubnets, other.Network.PublicSubnets), func(id string) bool {
		return slices.Contains(own.PrivateSubnets, id) || slices.Contains(own.PublicSubnets, id)
	})
}

// Exists says that the VPC is there already, so that there is nothing to build.
func (s *Network) Exists() bool { return s.Network.VPC != "" }

// VPCID is the id of the VPC that the stack makes, for other stacks.
func (s *Network) VPCID() cfn.Output[cfn.VPCID] {
	return cfn.Output[cfn.VPCID]{From: s, Name: "VpcId"}
}

// The layers of subnets, one subnet in each zone.
const (
	Public   = "public"
	Private  = "private"
	Isolated = "isolated"
)

// SubnetIDs are the subnets of a layer that the stack makes, for other stacks: PublicSubnetIds, PrivateSubnetIds, IsolatedSubnetIds.
func (s *Network) SubnetIDs(layer string) cfn.ListOutput[cfn.SubnetID] {
	return cfn.ListOutput[cfn.SubnetID]{From: s, Name: cfn.ID(layer, "subnet-ids")}
}

// VPC is the id of the VPC, for use in t.
func (s *Network) VPC(t *cfn.Template) cfn.Value[cfn.VPCID] {
	if s.Exists() {
		return cfn.Literal[cfn.VPCID](s.Network.VPC)
	}
	return cfn.Take(t, s.VPCID())
}

// Subnets of a layer, for use in t.
func (s *Network) Subnets(t *cfn.Template, layer string) cfn.List[cfn.SubnetID] {
	if s.Exists() {
		return cfn.Literals[cfn.SubnetID](s.existing(layer)...)
	}
	return cfn.TakeList(t, s.SubnetIDs(layer))
}

// existing are the subnets of a layer of a VPC that is there.
func (s *Network) existing(layer string) []string {
	switch layer {
	case Public:
		return s.Network.PublicSubnets
	case Private:
		return s.Network.PrivateSubnets
	default:
		return s.Network.IsolatedSubnets
	}
}

// Build declares the VPC.
func (s *Network) Build(t *cfn.Template) error {
	p, e := t.Place, s.Environment
	t.Description = fmt.Sprintf("%s: the network of environment %s. Deployed by the pipeline.", p.Project, e.called())
	subnets, err := s.Network.Subnets()
	if err != nil {
		return fmt.Errorf("%s: %w", t.Name(), err)
	}
	name := func(part string) string { return spec.Name(p.Project, p.Scope, part) }
	key := e.logKey(t, "the logs of the network", "/aws/*/"+name(s.Name())+"*") // those of the VPC and of the function
	network := resources.Network{
		ID: "Vpc", Name: spec.NetworkName(p.Project, p.Scope), CIDR: s.Network.CIDR,
		Public: subnets.Public, Private: subnets.Private, Isolated: subnets.Isolated,
		Endpoints: s.Network.Endpoints, Zones: s.Network.ZoneNames,
	}
	switch s.Network.NAT {
	case spec.EachNAT:
		network.NATs = len(subnets.Public)
	case spec.OneNAT:
		network.NATs = 1
	case spec.RegionalNAT:
		network.RegionalNAT = true
	case spec.NoNAT:
		network.NATs = 0
	}
	if s.Network.FlowLogs {
		network.FlowLogs = &resources.FlowLogs{
			LogGroup: "/aws/vpc/" + name(s.Name()),
			RoleName: name(spec.FlowLogsPart), RolePath: spec.ApplicationPath(p.Project), Boundary: e.Access.RoleBoundary(),
			LogKey: key, LogDays: e.LogDays, RetainLogs: e.retains(),
		}
	}
	vpc := network.Add(t)
	resources.ClosedGroup{
		ID: "ClosedGroup", Group: vpc.DefaultGroup(), FunctionName: name(spec.ClosedGroupPart),
		RoleName: name(s.Name()), RolePath: spec.ApplicationPath(p.Project), Boundary: e.Access.RoleBoundary(),
		LogKey: key, LogDays: e.LogDays, RetainLogs: e.retains(),
	}.Add(t)
	cfn.Publish(t, s.VPCID(), vpc.VPCID())
	cfn.PublishList(t, s.SubnetIDs(Public), vpc.PublicSubnetIDs())
	cfn.PublishList(t, s.SubnetIDs(Private), vpc.PrivateSubnetIDs())
	cfn.PublishList(t, s.SubnetIDs(Isolated), vpc.IsolatedSubnetIDs())
	return nil
}
