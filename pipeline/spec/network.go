package spec

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// Network is the VPC of an environment: one that is made, or, with VPC, one that is there.
type Network struct {
	// CIDR of the VPC, /16 to /23 in a private range. Default 10.0.0.0/16. Of an existing VPC it says only who may reach internal load
	// balancers, and has no default.
	CIDR string `yaml:"cidr"`
	// Zones is how many availability zones have subnets: 2 to 4, and no more than a new account can use in the region, which in most are 3.
	// Default 2; in prod 3, where the region has as many. CloudFormation asks EC2 which they are, the first by name: its answer can change
	// with the account, and subnets do not move.
	Zones int `yaml:"zones"`
	// ZoneNames are the zones by name, 1 to 4, where the file has a list under zones. The first of them has the first subnet of each layer.
	ZoneNames []string `yaml:"zones,listed"`
	// Public, Private and Isolated are the CIDRs of the subnets, one for each zone. Default: the VPC is cut into four parts, one for each
	// zone that there can be, and each part into a half (private) and two quarters (public, isolated), so that no subnet ever moves. Load
	// balancers need /27 or larger, isolated subnets may be as small as /28.
	Public   []string `yaml:"public"`
	Private  []string `yaml:"private"`
	Isolated []string `yaml:"isolated"`
	// NAT is how private subnets reach the internet: none (not at all), one gateway, one for each zone, or a regional one that AWS extends
	// to the zones in use, with addresses that AWS manages. Default one; in prod each.
	NAT NAT `yaml:"nat"`
	// FlowLogs says whether rejected and accepted traffic is logged. Default: in test and prod.
	FlowLogs bool `yaml:"flowLogs"`
	// Endpoints are AWS services by the last part of their endpoint's name, such as sqs or ecr.api, that are reached without the internet
	// (those of S3 and DynamoDB always are). Default: none, or without NAT what containers and functions need. Without NAT, those that
	// the application's containers need to start are added.
	Endpoints []string `yaml:"endpoints"`

	// VPC is the id of an existing one. PrivateSubnets are where jobs, services and functions run; PublicSubnets where load balancers do
	// that face the internet; IsolatedSubnets are for the project's own stacks.
	VPC             string   `yaml:"vpc"`
	PrivateSubnets  []string `yaml:"privateSubnets"`
	PublicSubnets   []string `yaml:"publicSubnets"`
	IsolatedSubnets []string `yaml:"isolatedSubnets"`
}

// NAT is how private subnets reach the internet.
type NAT string

// The kinds of NAT.
const (
	NoNAT       NAT = "none"
	OneNAT      NAT = "one"
	EachNAT     NAT = "each"
	RegionalNAT NAT = "regional"
)

// DefaultNetwork is what a network is where pipeline.yaml says nothing else; Resolve adds what depends on the region.
func DefaultNetwork(t Type) Network { return Network{FlowLogs: t == Test || t == Prod} }

func (n *Network) setDefaults(t Type) { *n = DefaultNetwork(t) }

func (*Network) isSwitched() {}

func (*Network) shape() string { return "{ cidr: 10.0.0.0/16, nat: one }" }

func (*Network) stack() string { return NetworkPart }

func (n *Network) resolve(s *Spec, path string, e *Environment) {
	if n.VPC != "" {
		return
	}
	fallback(&n.CIDR, "10.0.0.0/16")
	fallback(&n.Zones, len(n.ZoneNames))
	if !s.says(join(path, "zones")) {
		fallback(&n.Zones, defaultZones(e))
	}
	if n.NAT == "" {
		n.NAT = OneNAT
		if e.Type == Prod {
			n.NAT = EachNAT
		}
	}
	if n.NAT != NoNAT {
		return
	}
	if n.Endpoints == nil {
		n.Endpoints = DefaultEndpoints()
	}
	missing := slices.DeleteFunc(e.Application.startEndpoints(), func(name string) bool { return slices.Contains(n.Endpoints, name) })
	n.Endpoints = append(slices.Clip(n.Endpoints), missing...)
}

// zonesOf a region that a new account can use, mostZones at most (Amazon EC2 User Guide, Regions and Zones). Older accounts have four in
// ap-northeast-1, and some have three in us-west-1.
func zonesOf(region string) int {
	switch region {
	case "us-west-1":
		return 2
	case "us-east-1", "us-west-2", "ap-northeast-2":
		return mostZones // us-east-1 has six
	default:
		return 3
	}
}

func defaultZones(e *Environment) int {
	if e.Type == Prod {
		return min(3, zonesOf(e.Region))
	}
	return 2
}

func (n *Network) check(v *validator, path string, e *Environment) {
	switch {
	case v.unread(join(path, "vpc")):
	case n.VPC != "":
		n.checkExisting(v, path)
	default:
		n.checkNew(v, path, e)
	}
}

// checkOwnFunction checks the name of the function that a new network has.
func checkOwnFunction(v *validator, path string, e *Environment) {
	const most = limits.LambdaName
	n := e.Application.Network
	if n == nil || n.VPC != "" || !isProject(v.spec.Project) {
		return
	}
	name := Name(v.spec.Project, e.Name, ClosedGroupPart)
	if over := len(name) - most; over > 0 {
		v.add(path, fmt.Sprintf("the function %s of its network has %d characters, Lambda allows %d", shorten(name), len(name), most),
			fmt.Sprintf("shorten this name or the project by %d", over))
	}
}

func (n *Network) checkNew(v *validator, path string, e *Environment) {
	for _, f := range []struct {
		name, instead string
		ids           []string
	}{
		{"privateSubnets", "private", n.PrivateSubnets},
		{"publicSubnets", "public", n.PublicSubnets},
		{"isolatedSubnets", "isolated", n.IsolatedSubnets},
	} {
		if len(f.ids) > 0 {
			v.add(join(path, f.name), "names subnets that are there, but there is no vpc that they are in",
				"write vpc too, or ranges of addresses in "+f.instead)
		}
	}
	vpc, hasRange := checkVPCRange(v, join(path, "cidr"), n.CIDR)
	hasZones := checkZones(v, join(path, "zones"), n, e.Region)
	oneOfThese(v, join(path, "nat"), n.NAT, NoNAT, OneNAT, EachNAT, RegionalNAT)
	n.checkSubnets(v, path, e.Region, vpc, hasRange, hasZones)
	checkEndpoints(v, join(path, "endpoints"), n.Endpoints)
}

// checkCIDR reads a range of IPv4 addresses, which may be of one alone; ok says whether it is good.
func checkCIDR(v *validator, at, text, example string) (p netip.Prefix, ok bool) {
	return checkAddresses(v, at, text, example, func(a netip.Addr) string { return a.String() + "/32 for this one alone" })
}

// checkNetworkCIDR reads the range of a VPC or of a subnet, which is about as large as the example.
func checkNetworkCIDR(v *validator, at, text, example string) (p netip.Prefix, ok bool) {
	return checkAddresses(v, at, text, example, func(a netip.Addr) string {
		return netip.PrefixFrom(a, netip.MustParsePrefix(example).Bits()).Masked().String()
	})
}

// checkAddresses reads a range of IPv4 addresses; rangeOf says which may be meant where there is one alone.
func checkAddresses(v *validator, at, text, example string, rangeOf func(netip.Addr) string) (p netip.Prefix, ok bool) {
	p, err := netip.ParsePrefix(text)
	switch {
	case err == nil && !p.Addr().Is4():
		v.add(at, strconv.Quote(shorten(text))+" is a range of IPv6 addresses", "write one of IPv4, such as "+example)
	case err != nil:
		hint := "write one such as " + example
		if address, err := netip.ParseAddr(text); err == nil && address.Is4() {
			hint = "add how many of its bits are the same in all addresses, such as " + rangeOf(address)
		}
		v.add(at, strconv.Quote(shorten(text))+" is no range of addresses", hint)
	case p.Masked() != p:
		v.add(at, text+" does not begin its range", "write "+p.Masked().String())
	default:
		return p, true
	}
	return p, false
}

// checkVPCRange reads the range of a new VPC.
func checkVPCRange(v *validator, at, text string) (p netip.Prefix, ok bool) {
	p, ok = checkNetworkCIDR(v, at, text, "10.0.0.0/16")
	private := []netip.Prefix{
		netip.PrefixFrom(netip.AddrFrom4([4]byte{10}), 8),
		netip.PrefixFrom(netip.AddrFrom4([4]byte{172, 16}), 12),
		netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 168}), 16),
		netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 64}), 10), // RFC 6598; EC2 takes it too
	}
	size := fmt.Sprintf("use /%d to /%d", largestVPC, smallestVPC)
	switch {
	case !ok:
	case p.Bits() < largestVPC:
		v.add(at, text+" is larger than a VPC can be", size)
	case p.Bits() > smallestVPC:
		v.add(at, fmt.Sprintf("%s is too small for %d zones with subnets that load balancers fit into", text, mostZones), size)
	case !slices.ContainsFunc(private, func(r netip.Prefix) bool { return r.Contains(p.Addr()) && r.Bits() <= p.Bits() }):
		v.add(at, text+" is not private: who has these addresses in the internet could not be reached",
			"use a range in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or 100.64.0.0/10")
	default:
		return p, true
	}
	return p, false
}

func checkZones(v *validator, at string, network *Network, region string) bool {
	n, most := network.Zones, zonesOf(region)
	if network.ZoneNames != nil {
		return checkZoneNames(v, at, network, region)
	}
	if n <= most || n > mostZones || !isRegion(region) {
		v.between(at, n, 2, mostZones, "zones")
		return n >= 2 && n <= mostZones
	}
	fewer := words([]int{2, 3}[:most-1])
	v.add(at, fmt.Sprintf("cannot be %d: a new account can use %d zones of %s", n, most, region), "use "+oneOf(fewer))
	return false
}

// checkZoneNames checks the names of availability zones of a region, such as eu-west-1a, and says whether their number is good.
func checkZoneNames(v *validator, at string, n *Network, region string) bool {
	for i, name := range n.ZoneNames {
		letter, ok := strings.CutPrefix(name, region)
		switch at := index(at, i); {
		case slices.Contains(n.ZoneNames[:i], name):
			v.add(at, strconv.Quote(shorten(name))+" is given twice", "keep one")
		case !isRegion(region):
		case !ok || len(letter) != 1 || letter[0] < 'a' || letter[0] > 'z':
			v.add(at, strconv.Quote(shorten(name))+" is not an availability zone of "+region,
				"write one such as "+region+"a, or {region}a where environments are in several regions")
		}
	}
	switch names := len(n.ZoneNames); {
	case names == 0 || names > mostZones:
		v.add(at, fmt.Sprintf("lists %d zones", names), fmt.Sprintf("name 1 to %d", mostZones))
		return false
	case names != n.Zones:
		v.add(at, fmt.Sprintf("there are %d zones, but %d names of zones", n.Zones, names), "set the names alone")
		return false
	}
	return true
}

// The sizes of a subnet, as the lengths of prefixes: EC2 takes /16 to /28, load balancers /27 and larger.
const (
	largestSubnet  = 16
	balancerSubnet = 27
	smallestSubnet = 28
)

// subnet of a VPC that is made.
type subnet struct {
	at, name string // in pipeline.yaml; at is empty where it is cut
	prefix   netip.Prefix
}

// checkSubnets checks that given subnets are in the VPC, and do not overlap with each other nor with those that it is cut into. Where the range of the
// VPC or the number of zones is wrong, what does not depend on it is said all the same.
func (n *Network) checkSubnets(v *validator, path string, region string, vpc netip.Prefix, hasRange, hasZones bool) {
	var cut Subnets
	if hasRange && hasZones {
		cut, _ = (&Network{CIDR: n.CIDR, Zones: n.Zones}).Subnets() // what it could refuse was said
	}
	var all []subnet
	for _, layer := range []struct {
		name       string
		given, cut []string
		smallest   int
	}{
		{"public", n.Public, cut.Public, balancerSubnet},
		{"private", n.Private, cut.Private, balancerSubnet},
		{"isolated", n.Isolated, cut.Isolated, smallestSubnet},
	} {
		at := join(path, layer.name)
		switch given := len(layer.given); {
		case given > 0 && hasZones && given != n.Zones:
			hint := "write one for each zone"
			if given >= 2 && given <= zonesOf(region) {
				hint += fmt.Sprintf(", or zones: %d", given)
			}
			v.add(at, fmt.Sprintf("lists %d, but there are %d zones", given, n.Zones), hint)
		case given == 0 && !v.unread(at): // else what is cut may not be there
			for i, text := range layer.cut {
				name := fmt.Sprintf("the %s subnet that zone %d gets", layer.name, i+1)
				all = append(all, subnet{name: name, prefix: netip.MustParsePrefix(text)}) // of Subnets
			}
		}
		for i, text := range layer.given[:min(len(layer.given), mostZones)] { // the others must go anyway
			s := subnet{at: index(at, i), name: index(layer.name, i)}
			var ok bool
			if s.prefix, ok = checkSubnetRange(v, s.at, text, vpc, hasRange, layer.smallest); ok {
				all = append(all, s)
			}
		}
	}
	checkApart(v, all)
}

// checkSubnetRange reads the range of a subnet of a VPC, whose own may not be known.
func checkSubnetRange(v *validator, at, text string, vpc netip.Prefix, hasVPC bool, smallest int) (p netip.Prefix, ok bool) {
	example := "10.0.0.0/20"
	if hasVPC {
		example = partOf(vpc, 4, 0).String()
	}
	p, ok = checkNetworkCIDR(v, at, text, example)
	switch {
	case !ok:
	case p.Bits() > smallest:
		who := "EC2 makes"
		if smallest == balancerSubnet {
			who = "load balancers fit into"
		}
		v.add(at, fmt.Sprintf("%s is smaller than the subnets that %s", text, who), fmt.Sprintf("use /%d to /%d", largestSubnet, smallest))
	case hasVPC && (!vpc.Contains(p.Addr()) || p.Bits() < vpc.Bits()):
		v.add(at, fmt.Sprintf("%s is not within the VPC's %s", text, vpc), "write a range within it, such as "+example)
	default:
		return p, true
	}
	return p, false
}

// checkApart checks that subnets share no address.
func checkApart(v *validator, all []subnet) {
	for i, s := range all {
		for _, o := range all[:i] {
			if !s.prefix.Overlaps(o.prefix) {
				continue
			}
			hint := "subnets share no addresses: write another range"
			if s.at == "" {
				s, o = o, s
			}
			if o.at == "" {
				hint += ", or the ranges of all layers"
			}
			v.add(s.at, fmt.Sprintf("%s overlaps with %s, %s", s.prefix, o.name, o.prefix), hint)
			break
		}
	}
}

// isNetwork says whether a mapping at a path as written is a network.
func isNetwork(path string) bool {
	return path == "application.network" || strings.HasPrefix(path, "overrides.") && strings.HasSuffix(path, ".network")
}

// refusedOfNetwork are the fields that an existing VPC, if it is one, has no use for.
func refusedOfNetwork(vpc string) []refusedField {
	if vpc == "" {
		return nil
	}
	return refuse("cannot be set for a VPC that is there", "leave it out: null takes it back in an override",
		"zones", "public", "private", "isolated", "nat", "flowLogs", "endpoints")
}

// checkExisting checks an existing VPC.
func (n *Network) checkExisting(v *validator, path string) {
	if !isID(n.VPC, "vpc") {
		v.add(join(path, "vpc"), strconv.Quote(shorten(n.VPC))+" is not the id of a VPC", "write one such as vpc-0123456789abcdef0")
	}
	set := map[string]bool{ // without a file; flow logs are a default
		"zones": n.Zones != 0 || n.ZoneNames != nil, "public": n.Public != nil, "private": n.Private != nil, "isolated": n.Isolated != nil, "nat": n.NAT != "",
		"endpoints": n.Endpoints != nil,
	}
	for _, f := range refusedOfNetwork(n.VPC) {
		if at := join(path, f.name); v.spec.says(at) || set[f.name] && v.spec.positions == nil {
			v.add(at, f.message, f.hint)
		}
	}
	if n.CIDR != "" {
		checkNetworkCIDR(v, join(path, "cidr"), n.CIDR, "10.0.0.0/16")
	}
	if at := join(path, "privateSubnets"); len(n.PrivateSubnets) == 0 {
		v.add(at, "there is none", "jobs, services and functions run there: name at least one, such as subnet-0123456789abcdef0")
	}
	layerOf := map[string]string{}
	for _, layer := range []struct {
		name string
		ids  []string
	}{{"privateSubnets", n.PrivateSubnets}, {"publicSubnets", n.PublicSubnets}, {"isolatedSubnets", n.IsolatedSubnets}} {
		at := join(path, layer.name)
		if !checkIDs(v, at, layer.ids, "subnet", "subnets", limits.LambdaSubnets, "Lambda and ECS allow") {
			continue
		}
		for i, id := range layer.ids {
			if other := layerOf[id]; other != "" && other != layer.name {
				v.add(index(at, i), fmt.Sprintf("%s is in %s too", strconv.Quote(shorten(id)), other), "a subnet belongs to one layer: keep one")
			}
			layerOf[id] = layer.name
		}
	}
}

// checkIDs checks the ids of things in a VPC, such as subnet-0123456789abcdef0, and says whether there are no more than the limit, which allowed names.
func checkIDs(v *validator, path string, ids []string, prefix, things string, most int, allowed string) bool {
	if len(ids) > most {
		v.add(path, fmt.Sprintf("has %d %s, %s %d", len(ids), things, allowed, most), "")
		return false
	}
	for i, id := range ids {
		at := index(path, i)
		switch {
		case !isID(id, prefix):
			v.add(at, strconv.Quote(shorten(id))+" is not an id of "+things, "write one such as "+prefix+"-0123456789abcdef0")
		case slices.Contains(ids[:i], id):
			v.add(at, strconv.Quote(id)+" is given twice", "keep one")
		}
	}
	return true
}

// isID matches a prefix, a dash and 8 or 17 hexadecimal digits.
func isID(id, prefix string) bool {
	number, ok := strings.CutPrefix(id, prefix+"-")
	return ok && (len(number) == 8 || len(number) == 17) && all(number, isHex)
}

// needsNetwork of what is at path; or is what else could be done.
func (v *validator) needsNetwork(path string, e *Environment, or string) {
	switch {
	case e.Application.Network != nil || v.unread(join(applicationPath(path), "network")):
	case slices.ContainsFunc(v.spec.Environments, func(e Environment) bool { return e.Application.Network != nil }):
		v.add(path, fmt.Sprintf("needs a network, but environment %q has none", shorten(e.Name)), "write network: true in its overrides, or leave this out there"+or)
	default:
		v.add(path, "needs a network", "write network: true in the application"+or)
	}
}
