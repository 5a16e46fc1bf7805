package golden_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// atRest are the things that cost something while nothing runs, as README has them.
func atRest() []struct {
	name string
	is   func(typ string, properties *tree.Node) bool
} {
	of := func(want string) func(string, *tree.Node) bool {
		return func(typ string, _ *tree.Node) bool { return typ == want }
	}
	return []struct {
		name string
		is   func(typ string, properties *tree.Node) bool
	}{
		{"KMS keys", of("AWS::KMS::Key")},
		{"NAT gateways", of("AWS::EC2::NatGateway")},
		{"elastic IPs", of("AWS::EC2::EIP")},
		{"load balancers", of("AWS::ElasticLoadBalancingV2::LoadBalancer")},
		{"interface endpoints", func(typ string, p *tree.Node) bool {
			return typ == "AWS::EC2::VPCEndpoint" && p.Get("VpcEndpointType") != nil && p.Get("VpcEndpointType").Text == "Interface"
		}},
		{"running tasks, at least", of("AWS::ApplicationAutoScaling::ScalableTarget")},
		{"alarms", of("AWS::CloudWatch::Alarm")},
		{"dashboards", of("AWS::CloudWatch::Dashboard")},
		{"log groups", of("AWS::Logs::LogGroup")},
		{"buckets", of("AWS::S3::Bucket")},
		{"image repositories", of("AWS::ECR::Repository")},
	}
}

// What README says that a project costs at rest is what its templates hold.
func TestREADMECountsWhatCostsAtRest(t *testing.T) {
	t.Parallel()
	dir := filepath.Join("shop", "want")
	a, err := assembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	scopes := []string{"dev", "qa", "prod", ""}
	want := map[string][]int{}
	for _, s := range a.Stacks {
		column := slices.Index(scopes, s.Environment)
		all := s.Template.Get("Resources")
		for i := range all.Keys {
			typ, properties := all.Items[i].Get("Type").Text, all.Items[i].Get("Properties")
			for _, x := range atRest() {
				if want[x.name] == nil {
					want[x.name] = make([]int, len(scopes))
				}
				switch {
				case !x.is(typ, properties):
				case typ == "AWS::ApplicationAutoScaling::ScalableTarget":
					var n int
					if _, err := fmt.Sscan(properties.Get("MinCapacity").Text, &n); err != nil {
						t.Fatal(err)
					}
					want[x.name][column] += n
				default:
					want[x.name][column]++
				}
			}
		}
	}
	text, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var wanted, got []string
	for _, x := range atRest() {
		n := want[x.name]
		wanted = append(wanted, fmt.Sprintf("| %s | %d | %d | %d | %d |", x.name, n[0], n[1], n[2], n[3]))
		got = append(got, regexp.MustCompile(`(?m)^\| `+regexp.QuoteMeta(x.name)+` \|( \d+ \|){4}`).FindString(string(text)))
	}
	if diff := cmp.Diff(strings.Join(wanted, "\n"), strings.Join(got, "\n")); diff != "" {
		t.Errorf("README: want -, got +:\n%s", diff)
	}
	if n := want["KMS keys"]; n[0]+n[1]+n[2]+n[3] > 9 {
		t.Errorf("shop has %d keys, want 9 at most", n)
	}
}
