package spec_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

func subnets(tb testing.TB, n spec.Network) spec.Subnets {
	tb.Helper()
	s, err := n.Subnets()
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func TestHowVPCsAreCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cidr  string
		zones int
		want  spec.Subnets
	}{
		{"10.0.0.0/16", 2, spec.Subnets{
			Private:  []string{"10.0.0.0/19", "10.0.64.0/19"},
			Public:   []string{"10.0.32.0/20", "10.0.96.0/20"},
			Isolated: []string{"10.0.48.0/20", "10.0.112.0/20"},
		}},
		{"10.0.0.0/16", 4, spec.Subnets{
			Private:  []string{"10.0.0.0/19", "10.0.64.0/19", "10.0.128.0/19", "10.0.192.0/19"},
			Public:   []string{"10.0.32.0/20", "10.0.96.0/20", "10.0.160.0/20", "10.0.224.0/20"},
			Isolated: []string{"10.0.48.0/20", "10.0.112.0/20", "10.0.176.0/20", "10.0.240.0/20"},
		}},
		{"172.16.240.0/20", 3, spec.Subnets{
			Private:  []string{"172.16.240.0/23", "172.16.244.0/23", "172.16.248.0/23"},
			Public:   []string{"172.16.242.0/24", "172.16.246.0/24", "172.16.250.0/24"},
			Isolated: []string{"172.16.243.0/24", "172.16.247.0/24", "172.16.251.0/24"},
		}},
		{"192.168.254.0/23", 2, spec.Subnets{
			Private:  []string{"192.168.254.0/26", "192.168.254.128/26"},
			Public:   []string{"192.168.254.64/27", "192.168.254.192/27"},
			Isolated: []string{"192.168.254.96/27", "192.168.254.224/27"},
		}},
	} {
		t.Run(fmt.Sprintf("%s in %d zones", c.cidr, c.zones), func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, subnets(t, spec.Network{CIDR: c.cidr, Zones: c.zones})); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestSubnetsAreApartAndStayWhereTheyAre(t *testing.T) {
	t.Parallel()
	for bits := 16; bits <= 23; bits++ {
		vpc := netip.PrefixFrom(netip.MustParseAddr("10.255.254.0"), bits).Masked()
		t.Run(vpc.String(), func(t *testing.T) {
			t.Parallel()
			most := subnets(t, spec.Network{CIDR: vpc.String(), Zones: 4})
			for zones := 1; zones <= 4; zones++ {
				got := subnets(t, spec.Network{CIDR: vpc.String(), Zones: zones})
				fewer := spec.Subnets{Public: most.Public[:zones], Private: most.Private[:zones], Isolated: most.Isolated[:zones]}
				if diff := cmp.Diff(fewer, got); diff != "" {
					t.Errorf("%d zones are not the first of 4; want -, got +:\n%s", zones, diff)
				}
			}
			var seen []netip.Prefix
			for _, s := range slices.Concat(most.Public, most.Private, most.Isolated) {
				p := netip.MustParsePrefix(s)
				if p != p.Masked() || p.Bits() < vpc.Bits() || !vpc.Contains(p.Addr()) {
					t.Errorf("%s is no part of %s", p, vpc)
				}
				if p.Bits() > 27 {
					t.Errorf("%s is too small for a load balancer", p)
				}
				for _, other := range seen {
					if p.Overlaps(other) {
						t.Errorf("%s and %s overlap", other, p)
					}
				}
				seen = append(seen, p)
			}
		})
	}
}

func TestGivenSubnetsAreTakenAsTheyAre(t *testing.T) {
	t.Parallel()
	got := subnets(t, spec.Network{CIDR: "10.0.0.0/16", Zones: 2, Public: []string{"10.0.1.0/24", "10.0.2.0/24"}})
	want := spec.Subnets{
		Public:   []string{"10.0.1.0/24", "10.0.2.0/24"},
		Private:  []string{"10.0.0.0/19", "10.0.64.0/19"},
		Isolated: []string{"10.0.48.0/20", "10.0.112.0/20"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestNetworksThatCannotBeCut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cidr  string
		zones int
		want  string
	}{
		{"", 2, `"" is no range of IPv4 addresses; write one such as 10.0.0.0/16`},
		{"10.0.0.0", 2, `"10.0.0.0" is no range of IPv4 addresses; write one such as 10.0.0.0/16`},
		{"10.0.0.0/33", 2, `"10.0.0.0/33" is no range of IPv4 addresses; write one such as 10.0.0.0/16`},
		{"fd00::/16", 2, `"fd00::/16" is no range of IPv4 addresses; write one such as 10.0.0.0/16`},
		{"::ffff:10.0.0.0/112", 2, `"::ffff:10.0.0.0/112" is no range of IPv4 addresses; write one such as 10.0.0.0/16`},
		{"10.0.1.0/16", 2, "10.0.1.0/16 is not where its range begins; write 10.0.0.0/16"},
		{"10.0.0.0/15", 2, "10.0.0.0/15 is no size of a VPC; use /16 to /23"},
		{"10.0.0.0/24", 2, "10.0.0.0/24 is no size of a VPC; use /16 to /23"},
		{"10.0.0.0/16", 0, "there are no 0 zones to have subnets in; use 1 to 4"},
		{"10.0.0.0/16", 5, "there are no 5 zones to have subnets in; use 1 to 4"},
	} {
		got, err := (&spec.Network{CIDR: c.cidr, Zones: c.zones}).Subnets()
		if err == nil || err.Error() != c.want {
			t.Errorf("%s in %d zones: got %v and error %v, want error %s", c.cidr, c.zones, got, err, c.want)
		}
	}
}
