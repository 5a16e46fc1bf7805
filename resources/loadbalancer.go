package resources

import (
	"strings"

	"github.com/awslabs/goformation/v7/cloudformation/elasticloadbalancingv2"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// LoadBalancer is an application load balancer in front of one service, with its target group, listeners and security group.
//
// Another scheme or another VPC makes another load balancer and, since that belongs to one load balancer, another target group. The new
// ones are made while the old ones are there, so they need another name then.
type LoadBalancer struct {
	// ID is the logical id; what belongs to the load balancer has it in front of its own.
	ID string
	// Name of the load balancer and of its target group: at most 32 letters, digits and dashes (Elastic Load Balancing API).
	Name string
	VPC  cfn.Value[cfn.VPCID]
	// Subnets in at least two zones; public ones for a load balancer that faces the internet.
	Subnets cfn.List[cfn.SubnetID]
	// Public says that it faces the internet. Without it, only what is in its VPC or connected with it finds a way to it.
	Public bool
	// Certificate by its ARN in ACM, in the region of the stack: the load balancer speaks TLS, and sends there who comes without. Empty: it
	// speaks HTTP, and what passes can be read and changed on its way.
	Certificate string
	// From are the CIDRs that may reach it, at least one.
	From []string
	// Port of the service's tasks, to which it speaks HTTP.
	Port int
	// HealthCheck is the path that it asks the tasks for; they are well when the answer is 200 to 399.
	HealthCheck string
	// Logs is the bucket in which it writes who came, under a prefix of its name. The bucket's policy must be there first: see LogBucket.
	Logs cfn.Value[cfn.BucketName]
	// Protected keeps it from being deleted, by CloudFormation too: to replace it, or to delete its stack, somebody must first switch
	// that off.
	Protected bool
}

// LoadBalancerHandle is a declared load balancer.
type LoadBalancerHandle struct {
	balancer, targets *cfn.Resource
	listeners         []*cfn.Resource
	group             SecurityGroupHandle
	port              int
	scheme            string // of its URL
}

// FullName of the load balancer, as metrics have it.
func (h LoadBalancerHandle) FullName() cfn.Value[cfn.LoadBalancerName] {
	return cfn.Att[cfn.LoadBalancerName](h.balancer, "LoadBalancerFullName")
}

// TargetGroupName is the full name of the target group, as metrics have it.
func (h LoadBalancerHandle) TargetGroupName() cfn.Value[cfn.TargetGroupName] {
	return cfn.Att[cfn.TargetGroupName](h.targets, "TargetGroupFullName")
}

// DNSName of the load balancer.
func (h LoadBalancerHandle) DNSName() cfn.Value[cfn.Text] {
	return cfn.Att[cfn.Text](h.balancer, "DNSName")
}

// HostedZoneID is Route 53's zone of the DNS name, for alias records. It is a zone of AWS, none of the account.
func (h LoadBalancerHandle) HostedZoneID() cfn.Value[cfn.Text] {
	return cfn.Att[cfn.Text](h.balancer, "CanonicalHostedZoneID")
}

// URL at the load balancer's DNS name. A certificate is for another name: with TLS, people need one of their own that leads there.
func (h LoadBalancerHandle) URL() cfn.Value[cfn.URL] {
	return cfn.Format[cfn.URL]("%s://%s", cfn.Lit(h.scheme), h.DNSName())
}

// The ports that load balancers listen on.
const (
	httpPort  = 80
	httpsPort = 443
)

// tlsPolicy is what AWS recommends: TLS 1.3 and 1.2 with forward secrecy, and a key exchange that is safe from quantum computers for those
// who know it (Elastic Load Balancing, security policies). Without a policy, CloudFormation takes one that allows TLS 1.0.
const tlsPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"

// Add declares the load balancer and what belongs to it.
func (l LoadBalancer) Add(t *cfn.Template) LoadBalancerHandle {
	l.check(t)
	h := LoadBalancerHandle{port: l.Port, scheme: "http"}
	if l.Certificate != "" {
		h.scheme = "https"
	}
	h.group = l.addGroup(t)
	scheme := "internal"
	if l.Public {
		scheme = "internet-facing"
	}
	protected := "false"
	if l.Protected {
		protected = "true"
	}
	h.balancer = t.Add(l.ID, &elasticloadbalancingv2.LoadBalancer{
		Name: new(l.Name), Type: new("application"), Scheme: new(scheme),
		Subnets: t.Texts(l.Subnets), SecurityGroups: []string{t.Text(h.group.GroupID())},
		LoadBalancerAttributes: []elasticloadbalancingv2.LoadBalancer_LoadBalancerAttribute{
			{Key: new("access_logs.s3.enabled"), Value: new("true")},
			{Key: new("access_logs.s3.bucket"), Value: t.TextPtr(l.Logs)},
			{Key: new("access_logs.s3.prefix"), Value: new(l.Name)},
			{Key: new("deletion_protection.enabled"), Value: new(protected)},
			// both against requests that the load balancer and the task would read differently
			{Key: new("routing.http.desync_mitigation_mode"), Value: new("defensive")},
			{Key: new("routing.http.drop_invalid_header_fields.enabled"), Value: new("true")},
		},
	})
	h.targets = l.addTargets(t)
	h.listeners = l.addListeners(t, h)
	return h
}

// addListeners declares what listens, called after its port: what is on a port stays there when a certificate comes or goes, since nothing
// else could listen there before it is gone.
func (l LoadBalancer) addListeners(t *cfn.Template, h LoadBalancerHandle) []*cfn.Resource {
	balancer := t.Text(cfn.Ref[cfn.Text](h.balancer))
	forward := []elasticloadbalancingv2.Listener_Action{{Type: "forward", TargetGroupArn: t.TextPtr(cfn.Ref[cfn.Text](h.targets))}}
	plain := &elasticloadbalancingv2.Listener{LoadBalancerArn: balancer, Protocol: new("HTTP"), Port: new(httpPort), DefaultActions: forward}
	if l.Certificate == "" {
		return []*cfn.Resource{t.Add(l.ID+"HTTP", plain)}
	}
	plain.DefaultActions = []elasticloadbalancingv2.Listener_Action{{
		Type:           "redirect",
		RedirectConfig: &elasticloadbalancingv2.Listener_RedirectConfig{Protocol: new("HTTPS"), Port: new("443"), StatusCode: "HTTP_301"},
	}}
	secure := t.Add(l.ID+"HTTPS", &elasticloadbalancingv2.Listener{
		LoadBalancerArn: balancer, Protocol: new("HTTPS"), Port: new(httpsPort), SslPolicy: new(tlsPolicy), DefaultActions: forward,
		Certificates: []elasticloadbalancingv2.Listener_Certificate{{CertificateArn: new(l.Certificate)}},
	})
	return []*cfn.Resource{secure, t.Add(l.ID+"HTTP", plain).After(secure)} // nobody is sent where nothing listens yet
}

func (l LoadBalancer) check(t *cfn.Template) {
	path := "Resources." + l.ID + ".Properties.Name"
	checkName(t, path, "Elastic Load Balancing", l.Name, "-", 1, limits.LoadBalancerName)
	if strings.HasPrefix(l.Name, "-") || strings.HasSuffix(l.Name, "-") || strings.HasPrefix(l.Name, "internal-") {
		t.Failf(path, "choose another one", "%q is no name: it begins or ends with a dash, or begins with internal-", l.Name)
	}
	if t.TextPtr(l.Logs) == nil {
		t.Fail("Resources."+l.ID+".Properties.LoadBalancerAttributes", "there is no bucket for access logs", "set Logs")
	}
	if len(l.From) == 0 {
		t.Fail("Resources."+l.ID+"Group.Properties.SecurityGroupIngress", "nobody may reach the load balancer", "set From")
	}
	targets := "Resources." + l.ID + "Targets.Properties"
	checkRange(t, targets+".Port", "Elastic Load Balancing", l.Port, 1, 65535)
	if !strings.HasPrefix(l.HealthCheck, "/") || len(l.HealthCheck) > 1024 {
		t.Failf(targets+".HealthCheckPath", "", "%q is no path: it begins with a slash and has at most 1024 characters", l.HealthCheck)
	}
}

func (l LoadBalancer) addGroup(t *cfn.Template) SecurityGroupHandle {
	ports := []int{httpPort}
	if l.Certificate != "" {
		ports = []int{httpsPort, httpPort} // the second sends to the first
	}
	var in []Traffic
	for _, cidr := range l.From {
		for _, port := range ports {
			in = append(in, Traffic{Description: "Who may reach " + l.Name, Port: port, CIDR: cidr})
		}
	}
	return SecurityGroup{ID: l.ID + "Group", Name: l.Name, Description: "Load balancer " + l.Name, VPC: l.VPC, In: in}.Add(t)
}

// addTargets declares the target group. A task is well after half a minute of good answers, and unwell after a minute of bad ones.
func (l LoadBalancer) addTargets(t *cfn.Template) *cfn.Resource {
	return t.Add(l.ID+"Targets", &elasticloadbalancingv2.TargetGroup{
		Name: new(l.Name), VpcId: t.TextPtr(l.VPC), TargetType: new("ip"), Protocol: new("HTTP"),
		// not that of the tasks: ECS says it for each task, so that those of two ports stand side by side while a deployment changes it.
		// Another one here would make another target group, in which nobody is for minutes
		Port:            new(httpPort),
		HealthCheckPath: new(l.HealthCheck), HealthCheckProtocol: new("HTTP"),
		Matcher:                    &elasticloadbalancingv2.TargetGroup_Matcher{HttpCode: new("200-399")},
		HealthCheckIntervalSeconds: new(15), HealthCheckTimeoutSeconds: new(5), HealthyThresholdCount: new(2), UnhealthyThresholdCount: new(4),
		TargetGroupAttributes: []elasticloadbalancingv2.TargetGroup_TargetGroupAttribute{
			// how long a task that goes may finish what it has begun to answer
			{Key: new("deregistration_delay.timeout_seconds"), Value: new("30")},
		},
	})
}
