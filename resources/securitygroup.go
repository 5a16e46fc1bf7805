package resources

import (
	"net/netip"
	"strings"

	"github.com/awslabs/goformation/v7/cloudformation/ec2"
	"github.com/awslabs/goformation/v7/cloudformation/tags"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
)

// SecurityGroup allows only the traffic of its rules. It has no custom name: a new description replaces the group, and CloudFormation creates the new one
// before it deletes the old one.
type SecurityGroup struct {
	// ID is the logical id.
	ID string
	// Name is the tag Name of the group.
	Name        string
	Description string
	VPC         cfn.Value[cfn.VPCID]
	// In and Out are rules for CIDRs. For rules between groups, use SecurityGroupHandle.Connect.
	In, Out []Traffic
}

// Traffic is a rule of a security group.
type Traffic struct {
	Description string
	// Port of TCP. Zero: all ports and protocols.
	Port int
	// CIDR of the other side, only IPv4.
	CIDR string
}

// Anywhere is the CIDR of all IPv4 addresses.
const Anywhere = "0.0.0.0/0"

// SecurityGroupHandle is a declared security group.
type SecurityGroupHandle struct{ group *cfn.Resource }

// GroupID is the id of the group.
func (h SecurityGroupHandle) GroupID() cfn.Value[cfn.SecurityGroupID] {
	return cfn.Att[cfn.SecurityGroupID](h.group, "GroupId")
}

// Add declares the group.
func (g SecurityGroup) Add(t *cfn.Template) SecurityGroupHandle {
	path := "Resources." + g.ID + ".Properties"
	checkVPC(t, path+".VpcId", g.VPC)
	checkGroupText(t, path+".GroupDescription", g.Description)
	for _, x := range g.In {
		x.check(t, path+".SecurityGroupIngress")
	}
	for _, x := range g.Out {
		x.check(t, path+".SecurityGroupEgress")
	}
	properties := &ec2.SecurityGroup{GroupDescription: g.Description, VpcId: t.TextPtr(g.VPC), Tags: nameTag(g.Name)}
	for _, x := range g.In {
		rule := ec2.SecurityGroup_Ingress{CidrIp: new(x.CIDR), Description: new(x.Description), IpProtocol: x.protocol()}
		rule.FromPort, rule.ToPort = x.ports()
		properties.SecurityGroupIngress = append(properties.SecurityGroupIngress, rule)
	}
	out := g.Out
	if len(out) == 0 {
		out = []Traffic{{Description: "Nowhere: EC2 lets everything out of a group without a rule", Port: 1, CIDR: "127.0.0.1/32"}}
	}
	for _, x := range out {
		rule := ec2.SecurityGroup_Egress{CidrIp: new(x.CIDR), Description: new(x.Description), IpProtocol: x.protocol()}
		rule.FromPort, rule.ToPort = x.ports()
		properties.SecurityGroupEgress = append(properties.SecurityGroupEgress, rule)
	}
	return SecurityGroupHandle{t.Add(g.ID, properties)}
}

// maxPort is the highest port of TCP.
const maxPort = 65535

func (x Traffic) check(t *cfn.Template, path string) {
	checkGroupText(t, path+".Description", x.Description)
	checkRange(t, path+".FromPort", "TCP", x.Port, 0, maxPort)
	checkCIDR(t, path+".CidrIp", x.CIDR)
}

func (x Traffic) protocol() string {
	if x.Port == 0 {
		return "-1"
	}
	return "tcp"
}

func (x Traffic) ports() (from, to *int) {
	if x.Port == 0 {
		return nil, nil
	}
	return new(x.Port), new(x.Port)
}

// Connect allows one group to reach another on a port of TCP. It declares a rule for each of them as a separate resource, so that the groups can refer to
// each other. The logical ids of the rules begin with id.
func (h SecurityGroupHandle) Connect(t *cfn.Template, id string, to SecurityGroupHandle, port int, description string) {
	path := "Resources." + id + "Out.Properties"
	checkGroupText(t, path+".Description", description)
	checkRange(t, path+".FromPort", "TCP", port, 1, maxPort)
	t.Add(id+"Out", &ec2.SecurityGroupEgress{
		GroupId: t.Text(h.GroupID()), DestinationSecurityGroupId: t.TextPtr(to.GroupID()), Description: new(description),
		IpProtocol: "tcp", FromPort: new(port), ToPort: new(port),
	})
	t.Add(id+"In", &ec2.SecurityGroupIngress{
		GroupId: t.TextPtr(to.GroupID()), SourceSecurityGroupId: t.TextPtr(h.GroupID()), Description: new(description),
		IpProtocol: "tcp", FromPort: new(port), ToPort: new(port),
	})
}

// maxGroupText is the limit of a description in characters (EC2 API, CreateSecurityGroup and IpRange).
const maxGroupText = 255

// checkGroupText reports a description of a security group or a rule that EC2 would reject.
func checkGroupText(t *cfn.Template, path, text string) {
	foreign := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(" ._-:/()#,@[]+=;{}!$*", r)
	}
	if text == "" || len(text) > maxGroupText || strings.ContainsFunc(text, foreign) {
		t.Failf(path, "change the description", "%q is not a valid description: EC2 requires 1 to %d letters, digits, spaces and ._-:/()#,@[]+=;{}!$*",
			text, maxGroupText)
	}
}

// checkCIDR returns a CIDR, or reports one that is not valid for IPv4 and returns the zero Prefix. It rejects a CIDR that does not begin with its first
// address, which EC2 would change silently.
func checkCIDR(t *cfn.Template, path, cidr string) netip.Prefix {
	p, err := netip.ParsePrefix(cidr)
	if err != nil || !p.Addr().Is4() || p != p.Masked() {
		t.Failf(path, "write one such as 10.0.0.0/16", "%q is not a valid IPv4 CIDR", cidr)
		return netip.Prefix{}
	}
	return p
}

// checkVPC reports an unset VPC, for which EC2 would use the default VPC of the account.
func checkVPC(t *cfn.Template, path string, vpc cfn.Value[cfn.VPCID]) {
	if t.TextPtr(vpc) == nil {
		t.Fail(path, "the VPC is not set", "set VPC")
	}
}

// nameTag returns the tag Name, for resources that have no name.
func nameTag(name string) []tags.Tag { return []tags.Tag{{Key: "Name", Value: name}} }
