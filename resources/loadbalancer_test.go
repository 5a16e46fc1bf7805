package resources_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// resourcesOf are the properties of the resources of a type, in their order.
func resourcesOf(n *tree.Node, typ string) []*tree.Node {
	var list []*tree.Node
	for _, r := range n.Get("Resources").Items {
		if r.Get("Type").Text == typ {
			list = append(list, r.Get("Properties"))
		}
	}
	return list
}

func TestLoadBalancersThatAreRefused(t *testing.T) {
	t.Parallel()
	const properties = "Resources.WebLoadBalancer.Properties"
	const targets = "Resources.WebLoadBalancerTargets.Properties"
	long := strings.Repeat("a", 33)
	for _, c := range []struct {
		why    string
		change func(*resources.LoadBalancer)
		want   string
	}{
		{"it is fine as it is", func(*resources.LoadBalancer) {}, ""},
		{"32 characters are names", func(l *resources.LoadBalancer) { l.Name = long[1:] }, ""},
		{
			"33 are not", func(l *resources.LoadBalancer) { l.Name = long },
			properties + `.Name: "` + long + `" is not a valid name: Elastic Load Balancing requires 1 to 32 letters, digits and -; choose another one`,
		},
		{
			"an underscore", func(l *resources.LoadBalancer) { l.Name = "shop_dev" },
			properties + `.Name: "shop_dev" is not a valid name: Elastic Load Balancing requires 1 to 32 letters, digits and -; choose another one`,
		},
		{
			"what AWS has for itself", func(l *resources.LoadBalancer) { l.Name = "internal-dev-web-lb" },
			properties + `.Name: "internal-dev-web-lb" is not a valid name, because it begins or ends with a dash, or begins with internal-; choose another one`,
		},
		{
			"a dash at the end", func(l *resources.LoadBalancer) { l.Name = "shop-dev-" },
			properties + `.Name: "shop-dev-" is not a valid name, because it begins or ends with a dash, or begins with internal-; choose another one`,
		},
		{
			"nobody may come", func(l *resources.LoadBalancer) { l.From = nil },
			"Resources.WebLoadBalancerGroup.Properties.SecurityGroupIngress: no CIDR may reach the load balancer; set From",
		},
		{
			"no access logs", func(l *resources.LoadBalancer) { l.Logs = cfn.Value[cfn.BucketName]{} },
			properties + ".LoadBalancerAttributes: the bucket for access logs is not set; set Logs",
		},
		{"port 65535", func(l *resources.LoadBalancer) { l.Port = 65535 }, ""},
		{
			"port 65536", func(l *resources.LoadBalancer) { l.Port = 65536 },
			targets + ".Port: it is 65536; Elastic Load Balancing allows 1 to 65535",
		},
		{
			"a health check that is no path", func(l *resources.LoadBalancer) { l.HealthCheck = "health" },
			targets + `.HealthCheckPath: "health" is not a valid path: it must begin with a slash and have at most 1024 characters`,
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			tmpl := template()
			l := oneLoadBalancer()
			c.change(&l)
			l.Add(tmpl)
			if diff := cmp.Diff(c.want, problems(t, tmpl)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestWithACertificateNothingIsForwardedInPlainText(t *testing.T) {
	t.Parallel()
	for _, public := range []bool{false, true} {
		tmpl := template()
		l := oneLoadBalancer()
		l.Public, l.Certificate = public, "arn:aws:acm:eu-west-1:222222222222:certificate/11111111-2222-3333-4444-555555555555"
		l.Add(tmpl)
		n, err := tmpl.Render()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range resourcesOf(n, "AWS::ElasticLoadBalancingV2::Listener") {
			got = append(got, x.Get("Protocol").Text+" "+x.Get("DefaultActions").Items[0].Get("Type").Text)
		}
		if want := []string{"HTTPS forward", "HTTP redirect"}; !slices.Equal(got, want) {
			t.Errorf("public %v: got listeners %q, want %q", public, got, want)
		}
	}
}

func TestAURLBeginsAsItsListenerSpeaks(t *testing.T) {
	t.Parallel()
	for certificate, want := range map[string]string{"": "http://${WebLoadBalancer.DNSName}", "arn:aws:acm:…": "https://${WebLoadBalancer.DNSName}"} {
		tmpl := template()
		l := oneLoadBalancer()
		l.Certificate = certificate
		tmpl.Output("Url", l.Add(tmpl).URL(), "")
		n, err := tmpl.Render()
		if err != nil {
			t.Fatal(err)
		}
		if got := n.At("Outputs", "Url", "Value", "Fn::Sub"); got == nil || got.Text != want {
			t.Errorf("certificate %q: want %s, got\n%s", certificate, want, n.Get("Outputs").YAML())
		}
	}
}

// Another target group would have the traffic before it has tasks: a port is none of its properties that would replace it.
func TestAnotherPortKeepsTheTargetGroup(t *testing.T) {
	t.Parallel()
	var groups []string
	for _, port := range []int{8080, 9090} {
		tmpl := template()
		l := oneLoadBalancer()
		l.Port = port
		s := oneService(tmpl)
		s.LoadBalancer = new(l.Add(tmpl))
		s.Add(tmpl)
		n, err := tmpl.Render()
		if err != nil {
			t.Fatal(err)
		}
		groups = append(groups, string(resourcesOf(n, "AWS::ElasticLoadBalancingV2::TargetGroup")[0].YAML()))
		service := resourcesOf(n, "AWS::ECS::Service")[0].Get("LoadBalancers").Items[0]
		if got := service.Get("ContainerPort").Text; got != strconv.Itoa(port) {
			t.Errorf("ECS registers tasks with port %s, and they listen on %d", got, port)
		}
	}
	if diff := cmp.Diff(groups[0], groups[1]); diff != "" {
		t.Errorf("8080 -, 9090 +:\n%s", diff)
	}
}

// CloudFormation makes what is new before it changes or deletes the rest, and a load balancer has one listener for a port: so what listens on
// a port keeps its logical id whether there is a certificate or not.
func TestACertificateComesAndGoesInPlace(t *testing.T) {
	t.Parallel()
	ids := map[string]string{} // by port
	for _, certificate := range []string{"", "arn:aws:acm:eu-west-1:222222222222:certificate/11111111-2222-3333-4444-555555555555"} {
		tmpl := template()
		l := oneLoadBalancer()
		l.Certificate = certificate
		l.Add(tmpl)
		n, err := tmpl.Render()
		if err != nil {
			t.Fatal(err)
		}
		r := n.Get("Resources")
		for i, id := range r.Keys {
			if r.Items[i].Get("Type").Text != "AWS::ElasticLoadBalancingV2::Listener" {
				continue
			}
			port := r.Items[i].At("Properties", "Port").Text
			if was := ids[port]; was != "" && was != id {
				t.Errorf("port %s: %s would be made while %s has the port", port, id, was)
			}
			ids[port] = id
		}
	}
	if len(ids) != 2 {
		t.Errorf("got listeners %v, want those of ports 80 and 443", ids)
	}
}

func TestNobodyIsRedirectedToAPortThatNothingListensOn(t *testing.T) {
	t.Parallel()
	tmpl := template()
	l := oneLoadBalancer()
	l.Certificate = "arn:aws:acm:eu-west-1:222222222222:certificate/11111111-2222-3333-4444-555555555555"
	l.Add(tmpl)
	n, err := tmpl.Render()
	if err != nil {
		t.Fatal(err)
	}
	if after := n.At("Resources", "WebLoadBalancerHTTP", "DependsOn"); after == nil || after.Text != "WebLoadBalancerHTTPS" {
		t.Errorf("the listener that redirects does not wait for the other:\n%s", n.At("Resources", "WebLoadBalancerHTTP").YAML())
	}
}
