package resources

import (
	"strings"

	"github.com/awslabs/goformation/v7/cloudformation/elasticloadbalancingv2"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// LoadBalancer is an application load balancer in front of one service, with its target group, listeners and security group.
//
// A different scheme or VPC replaces the load balancer and its target group, which belongs to one load balancer. CloudFormation creates the new ones
// before it deletes the old ones, so they need another name.
type LoadBalancer struct {
	// ID is the logical id. The logical ids of the parts of the load balancer begin with it.
	ID string
	// Name of the load balancer and of its target group: at most 32 letters, digits and dashes (Elastic Load Balancing API).
	Name string
	VPC  cfn.Value[cfn.VPCID]
	// Subnets in at least two zones. Public ones for an internet-facing load balancer.
	Subnets cfn.List[cfn.SubnetID]
	// Public makes it internet-facing. Default: internal, reachable only from its VPC and from networks connected with it.
	Public bool
	// Certificate is the ARN of a certificate in ACM, in the region of the stack. With it, the load balancer listens on HTTPS, and redirects HTTP to it.
	// Without it, it listens on HTTP, which is not encrypted.
	Certificate string
	// From are the CIDRs that may reach the load balancer, at least one.
	From []string
	// Port of the tasks of the service, for HTTP.
	Port int
	// HealthCheck is the path of the health check. A task is healthy if it answers with status 200 to 399.
	HealthCheck string
	// Logs is the bucket for the access logs. Their prefix is the name of the load balancer. The bucket policy must exist first: see LogBucket.
	Logs cfn.Value[cfn.BucketName]
	// Protected enables deletion protection, which an operator must disable before CloudFormation can replace the load balancer or delete its stack.
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

// FullName of the load balancer, as in the dimensions of metrics.
func (h LoadBalancerHandle) FullName() cfn.Value[cfn.LoadBalancerName] {
	return cfn.Att[cfn.LoadBalancerName](h.balancer, "LoadBalancerFullName")
}

// TargetGroupName is the full name of the target group, as in the dimensions of metrics.
func (h LoadBalancerHandle) TargetGroupName() cfn.Value[cfn.TargetGroupName] {
	return cfn.Att[cfn.TargetGroupName](h.targets, "TargetGroupFullName")
}

// DNSName of the load balancer.
func (h LoadBalancerHandle) DNSName() cfn.Value[cfn.Text] {
	return cfn.Att[cfn.Text](h.balancer, "DNSName")
}

// HostedZoneID is the id of the hosted zone of the DNS name, for alias records in Route 53. The zone belongs to AWS.
func (h LoadBalancerHandle) HostedZoneID() cfn.Value[cfn.Text] {
	return cfn.Att[cfn.Text](h.balancer, "CanonicalHostedZoneID")
}

// URL with the DNS name of the load balancer. A certificate is for a custom name, so with TLS, users need a DNS record for that.
func (h LoadBalancerHandle) URL() cfn.Value[cfn.URL] {
	return cfn.Format[cfn.URL]("%s://%s", cfn.Lit(h.scheme), h.DNSName())
}

// Ports of listeners.
const (
	httpPort  = 80
	httpsPort = 443
)

// tlsPolicy is the security policy that AWS recommends: TLS 1.3 and 1.2 with forward secrecy, and post-quantum key exchange for clients that support it
// (Elastic Load Balancing, security policies). The default of CloudFormation allows TLS 1.0.
const tlsPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"

// Add declares the load balancer and its parts.
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
			// both prevent requests that the load balancer and the task would interpret differently
			{Key: new("routing.http.desync_mitigation_mode"), Value: new("defensive")},
			{Key: new("routing.http.drop_invalid_header_fields.enabled"), Value: new("true")},
		},
	})
	h.targets = l.addTargets(t)
	h.listeners = l.addListeners(t, h)
	return h
}

// addListeners declares the listeners, with logical ids for their ports. So a listener is updated in place if a certificate is added or removed: a new one
// could not use the port before the old one is deleted.
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
	return []*cfn.Resource{secure, t.Add(l.ID+"HTTP", plain).After(secure)} // redirect only once the target listens
}

func (l LoadBalancer) check(t *cfn.Template) {
	path := "Resources." + l.ID + ".Properties.Name"
	checkName(t, path, "Elastic Load Balancing", l.Name, "-", 1, limits.LoadBalancerName)
	if strings.HasPrefix(l.Name, "-") || strings.HasSuffix(l.Name, "-") || strings.HasPrefix(l.Name, "internal-") {
		t.Failf(path, "choose another one", "%q is not a valid name, because it begins or ends with a dash, or begins with internal-", l.Name)
	}
	if t.TextPtr(l.Logs) == nil {
		t.Fail("Resources."+l.ID+".Properties.LoadBalancerAttributes", "the bucket for access logs is not set", "set Logs")
	}
	if len(l.From) == 0 {
		t.Fail("Resources."+l.ID+"Group.Properties.SecurityGroupIngress", "no CIDR may reach the load balancer", "set From")
	}
	targets := "Resources." + l.ID + "Targets.Properties"
	checkRange(t, targets+".Port", "Elastic Load Balancing", l.Port, 1, 65535)
	if !strings.HasPrefix(l.HealthCheck, "/") || len(l.HealthCheck) > 1024 {
		t.Failf(targets+".HealthCheckPath", "", "%q is not a valid path: it must begin with a slash and have at most 1024 characters", l.HealthCheck)
	}
}

func (l LoadBalancer) addGroup(t *cfn.Template) SecurityGroupHandle {
	ports := []int{httpPort}
	if l.Certificate != "" {
		ports = []int{httpsPort, httpPort} // the second redirects to the first
	}
	var in []Traffic
	for _, cidr := range l.From {
		for _, port := range ports {
			in = append(in, Traffic{Description: "Who may reach " + l.Name, Port: port, CIDR: cidr})
		}
	}
	return SecurityGroup{ID: l.ID + "Group", Name: l.Name, Description: "Load balancer " + l.Name, VPC: l.VPC, In: in}.Add(t)
}

// addTargets declares the target group. A task is healthy after half a minute of successful health checks, and unhealthy after a minute of failed ones.
func (l LoadBalancer) addTargets(t *cfn.Template) *cfn.Resource {
	return t.Add(l.ID+"Targets", &elasticloadbalancingv2.TargetGroup{
		Name: new(l.Name), VpcId: t.TextPtr(l.VPC), TargetType: new("ip"), Protocol: new("HTTP"),
		// not the port of the tasks: ECS sets that for each task, so that tasks with different ports coexist while a deployment changes it. A change
		// here would replace the target group by one that is empty for minutes
		Port:            new(httpPort),
		HealthCheckPath: new(l.HealthCheck), HealthCheckProtocol: new("HTTP"),
		Matcher:                    &elasticloadbalancingv2.TargetGroup_Matcher{HttpCode: new("200-399")},
		HealthCheckIntervalSeconds: new(15), HealthCheckTimeoutSeconds: new(5), HealthyThresholdCount: new(2), UnhealthyThresholdCount: new(4),
		TargetGroupAttributes: []elasticloadbalancingv2.TargetGroup_TargetGroupAttribute{
			// time for a stopping task to finish its requests
			{Key: new("deregistration_delay.timeout_seconds"), Value: new("30")},
		},
	})
}
