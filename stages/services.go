package stages

import (
	"fmt"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
)

// Services is the stack of an environment's services.
type Services struct {
	Environment *Environment
	Bootstrap   *Bootstrap
	// Storage holds the buckets that the services read and write; nil when there are none.
	Storage  *Storage
	Network  *Network
	Services []spec.Service
	// Monitored says that there is a topic that alarms tell.
	Monitored bool
}

// Name of the stack.
func (s *Services) Name() string { return "services" }

// LoadBalancerName is the full name of a service's load balancer, for other stacks.
func (s *Services) LoadBalancerName(service string) cfn.Output[cfn.LoadBalancerName] {
	return cfn.Output[cfn.LoadBalancerName]{From: s, Name: cfn.ID(service, "load-balancer-name")}
}

// TargetGroupName is the full name of the target group of a service with a load balancer, for other stacks.
func (s *Services) TargetGroupName(service string) cfn.Output[cfn.TargetGroupName] {
	return cfn.Output[cfn.TargetGroupName]{From: s, Name: cfn.ID(service, "target-group-name")}
}

// URL of a service with a load balancer, for other stacks.
func (s *Services) URL(service string) cfn.Output[cfn.URL] {
	return cfn.Output[cfn.URL]{From: s, Name: cfn.ID(service, "url")}
}

// DNSName of a service's load balancer, for other stacks: what a name of the project's own leads to.
func (s *Services) DNSName(service string) cfn.Output[cfn.Text] {
	return cfn.Output[cfn.Text]{From: s, Name: cfn.ID(service, "dns-name")}
}

// HostedZoneID is Route 53's zone of a load balancer's DNS name, for the alias records of other stacks.
func (s *Services) HostedZoneID(service string) cfn.Output[cfn.Text] {
	return cfn.Output[cfn.Text]{From: s, Name: cfn.ID(service, "hosted-zone-id")}
}

// SecurityGroupID is the security group of a service's tasks, for other stacks that let it in.
func (s *Services) SecurityGroupID(service string) cfn.Output[cfn.SecurityGroupID] {
	return cfn.Output[cfn.SecurityGroupID]{From: s, Name: cfn.ID(service, "security-group-id")}
}

// Build declares the services.
func (s *Services) Build(t *cfn.Template) error {
	p := t.Place
	t.Description = fmt.Sprintf("%s: the services of environment %s. Deployed by the pipeline.", p.Project, s.Environment.called())
	if s.Network == nil {
		return &InvalidError{[]spec.Problem{{
			Path: s.Environment.at("services", 0), Message: "there is no network for it to run in", Hint: "say network under application",
		}}}
	}
	access := s.Environment.Access
	key := s.Environment.logKey(t, "the logs of services", "/aws/ecs/"+spec.Name(p.Project, p.Scope, "*"))
	cluster := resources.Cluster{ID: "Cluster", Name: spec.ClusterName(p.Project, p.Scope)}.Add(t)
	images := containers{environment: s.Environment, bootstrap: s.Bootstrap, storage: s.Storage, template: t, tags: map[string]cfn.Value[cfn.Text]{}}
	var problems []spec.Problem
	for i, x := range s.Services {
		service := resources.Service{
			ID: cfn.ID(x.Name, "service"), Name: spec.Name(p.Project, p.Scope, x.Name), Cluster: cluster,
			Container: images.of(x.Container), CPU: x.CPU, Memory: x.Memory, Min: x.Count.Min, Max: x.Count.Max,
			HealthCommand: x.HealthCommand,
			VPC:           s.Network.VPC(t), Subnets: s.Network.Subnets(t, Private),
			StartRoleName: spec.Name(p.Project, p.Scope, spec.ServiceStartRole(x.Name)),
			RoleName:      spec.Name(p.Project, p.Scope, spec.ServiceRole(x.Name)),
			RolePath:      spec.ApplicationPath(p.Project), Boundary: access.RoleBoundary(),
			LogKey: key, LogDays: s.Environment.LogDays, RetainLogs: s.Environment.retains(),
		}
		if x.Balanced() {
			from := s.from(x.LoadBalancer)
			if len(from) == 0 {
				problems = append(problems, spec.Problem{
					Path:    s.Environment.at("services", i) + ".loadBalancer.from",
					Message: "nobody may reach this load balancer: it is internal, and pipeline.yaml does not say which addresses the VPC has",
					Hint:    "list CIDRs, or say cidr under network",
				})
				continue
			}
			service.LoadBalancer = new(s.addLoadBalancer(t, x, from))
			service.RollbackAlarms = s.rollbackAlarms(p)
		}
		cfn.Publish(t, s.SecurityGroupID(x.Name), service.Add(t).GroupID())
	}
	if len(problems) > 0 {
		return &InvalidError{problems}
	}
	return nil
}

// rollbackAlarms tell the topic of the environment's alarms by its name, since that comes after the services. Where things are tried, a bad
// version stays to be looked at.
func (s *Services) rollbackAlarms(p cfn.Place) *resources.RollbackAlarms {
	switch {
	case s.Environment.Type == spec.Dev:
		return nil
	case !s.Monitored:
		return &resources.RollbackAlarms{}
	}
	return &resources.RollbackAlarms{Topic: cfn.Format[cfn.TopicARN]("arn:%s:sns:%s:%s:%s", cfn.Partition(), cfn.Region(), cfn.AccountID(),
		cfn.Lit(spec.Name(p.Project, p.Scope, spec.AlarmsPart)))}
}

// from is who may reach a load balancer: whom the spec says, else everybody where it faces the internet, and the VPC where it does not.
func (s *Services) from(l *spec.LoadBalancer) []string {
	switch {
	case len(l.From) > 0:
		return l.From
	case l.Faces():
		return []string{resources.Anywhere}
	case s.Network.Network.CIDR != "":
		return []string{s.Network.Network.CIDR}
	default:
		return nil
	}
}

func (s *Services) addLoadBalancer(t *cfn.Template, x spec.Service, from []string) resources.LoadBalancerHandle {
	p, layer := t.Place, Private
	if x.LoadBalancer.Faces() {
		layer = Public
	}
	balancer := resources.LoadBalancer{
		ID: cfn.ID(x.Name, "load-balancer"), Name: spec.Name(p.Project, p.Scope, spec.LoadBalancerPart(x, &s.Network.Network)),
		VPC: s.Network.VPC(t), Subnets: s.Network.Subnets(t, layer), Public: x.LoadBalancer.Faces(),
		Certificate: x.LoadBalancer.Certificate, From: from, Port: x.Port, HealthCheck: x.HealthCheck,
		Logs: cfn.Take(t, s.Bootstrap.AccessLogs()), Protected: s.Environment.Type != spec.Dev,
	}.Add(t)
	cfn.Publish(t, s.LoadBalancerName(x.Name), balancer.FullName())
	cfn.Publish(t, s.TargetGroupName(x.Name), balancer.TargetGroupName())
	cfn.Publish(t, s.URL(x.Name), balancer.URL())
	cfn.Publish(t, s.DNSName(x.Name), balancer.DNSName())
	cfn.Publish(t, s.HostedZoneID(x.Name), balancer.HostedZoneID())
	description := "Where " + x.Name + " is reached"
	if !x.LoadBalancer.Faces() {
		description += " from its network"
	}
	if x.LoadBalancer.Certificate != "" {
		description += ", once a name that its certificate is for leads there"
	}
	t.Output(cfn.ID(x.Name, "url"), balancer.URL(), description)
	return balancer
}

// Releases are the release parameters of the stack.
func (s *Services) Releases() []Release {
	containers := make([]spec.Container, len(s.Services))
	for i, x := range s.Services {
		containers[i] = x.Container
	}
	return s.Environment.releases(containers)
}
