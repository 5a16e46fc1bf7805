package resources

import (
	"net/netip"
	"strings"

	"github.com/awslabs/goformation/v7/cloudformation/ec2"
	"github.com/awslabs/goformation/v7/cloudformation/tags"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
)

// SecurityGroup lets in and out what its rules say, and nothing else. It has no fixed name: another description makes another group, which
// must be there before the old one goes.
type SecurityGroup struct {
	// ID is the logical id.
	ID string
	// Name is the tag by which people find it.
	Name        string
	Description string
	VPC         cfn.Value[cfn.VPCID]
	// In and Out are from and to ranges of addresses; between groups, use SecurityGroupHandle.Connect.
	In, Out []Traffic
}

// Traffic is what a rule of a security group lets pass.
type Traffic struct {
	Description string
	// Port of TCP; zero is everything of every protocol.
	Port int
	// CIDR of the other side, IPv4.
	CIDR string
}

// Anywhere is every address of IPv4.
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

// maxPort of TCP.
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

// Connect lets one group reach another on a port of TCP: a rule in each, apart from both, so that they can name each other. The id begins
// the logical ids of the rules.
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

// maxGroupText is the most characters of a description (EC2's API, CreateSecurityGroup and IpRange).
const maxGroupText = 255

// checkGroupText refuses a description of a security group or a rule that EC2 would refuse.
func checkGroupText(t *cfn.Template, path, text string) {
	foreign := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(" ._-:/()#,@[]+=;{}!$*", r)
	}
	if text == "" || len(text) > maxGroupText || strings.ContainsFunc(text, foreign) {
		t.Failf(path, "say it in other words", "%q is no description: EC2 takes 1 to %d letters, digits, spaces and ._-:/()#,@[]+=;{}!$*",
			text, maxGroupText)
	}
}

// checkCIDR refuses what is no range of IPv4 addresses, and gives it, or what is not valid. One that does not begin with its first address
// would be changed by EC2, unseen.
func checkCIDR(t *cfn.Template, path, cidr string) netip.Prefix {
	p, err := netip.ParsePrefix(cidr)
	if err != nil || !p.Addr().Is4() || p != p.Masked() {
		t.Failf(path, "write one such as 10.0.0.0/16", "%q is no range of IPv4 addresses", cidr)
		return netip.Prefix{}
	}
	return p
}

// checkVPC refuses to leave something to the VPC that the account has by default because nobody named one.
func checkVPC(t *cfn.Template, path string, vpc cfn.Value[cfn.VPCID]) {
	if t.TextPtr(vpc) == nil {
		t.Fail(path, "there is no VPC", "set VPC")
	}
}

// nameTag is the tag by which people find what has no name.
func nameTag(name string) []tags.Tag { return []tags.Tag{{Key: "Name", Value: name}} }
