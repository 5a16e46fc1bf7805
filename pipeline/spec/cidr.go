package spec

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

// mostZones is how many availability zones a network can have subnets in: the parts that its VPC is cut into.
const mostZones = 4

// The sizes of a VPC, as the lengths of prefixes: EC2 takes none larger than /16 (Amazon VPC quotas), and a /23 is cut into subnets of /27,
// the smallest that load balancers take.
const (
	largestVPC  = 16
	smallestVPC = 23
)

// Subnets are the CIDRs of a network's subnets: each layer has one for each zone.
type Subnets struct {
	Public, Private, Isolated []string
}

// Subnets are those that the network is given and, for layers without any, what its VPC is cut into: four parts, one for each zone that there
// can be, and each part into a half (private) and two quarters (public, isolated). An error says what is wrong with the CIDR of the VPC or the
// number of zones; the CIDRs of given subnets are not looked at.
func (n *Network) Subnets() (Subnets, error) {
	vpc, err := parseVPC(n.CIDR)
	if err != nil {
		return Subnets{}, err
	}
	if n.Zones < 1 || n.Zones > mostZones {
		return Subnets{}, fmt.Errorf("there are no %d zones to have subnets in; use 1 to %d", n.Zones, mostZones)
	}
	var cut Subnets
	for zone := range uint32(mostZones) { // whatever Zones is, so that another zone moves no subnet
		part := partOf(vpc, 2, zone)
		cut.Private = append(cut.Private, partOf(part, 1, 0).String())
		cut.Public = append(cut.Public, partOf(part, 2, 2).String())
		cut.Isolated = append(cut.Isolated, partOf(part, 2, 3).String())
	}
	given := func(layer, cut []string) []string {
		if len(layer) > 0 {
			return layer
		}
		return cut[:n.Zones]
	}
	return Subnets{
		Public: given(n.Public, cut.Public), Private: given(n.Private, cut.Private), Isolated: given(n.Isolated, cut.Isolated),
	}, nil
}

// parseVPC reads the CIDR of a VPC.
func parseVPC(s string) (netip.Prefix, error) {
	vpc, err := parseCIDR(s)
	if err == nil && (vpc.Bits() < largestVPC || vpc.Bits() > smallestVPC) {
		err = fmt.Errorf("%s is no size of a VPC; use /%d to /%d", vpc, largestVPC, smallestVPC)
	}
	return vpc, err
}

// parseCIDR reads a range of IPv4 addresses. It must begin with its first address: of 10.0.1.0/16, EC2 would make 10.0.0.0/16 without a word.
func parseCIDR(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	switch {
	case err != nil || !p.Addr().Is4():
		return p, fmt.Errorf("%q is no range of IPv4 addresses; write one such as 10.0.0.0/16", s)
	case p != p.Masked():
		return p, fmt.Errorf("%s is not where its range begins; write %s", p, p.Masked())
	}
	return p, nil
}

// partOf cuts a range of IPv4 addresses into 2 to the power of bits parts of the same size, and gives the one at index, counted from 0.
func partOf(p netip.Prefix, bits int, index uint32) netip.Prefix {
	first := p.Addr().As4()
	length := p.Bits() + bits
	binary.BigEndian.PutUint32(first[:], binary.BigEndian.Uint32(first[:])+index<<(32-length))
	return netip.PrefixFrom(netip.AddrFrom4(first), length)
}
