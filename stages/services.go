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
	Network     *Network
	Services    []spec.Service
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
	images := containers{environment: s.Environment, bootstrap: s.Bootstrap, template: t, tags: map[string]cfn.Value[cfn.Text]{}}
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

// watch the services. The alarms come after them: no running task of a service that does not exist yet would be one that is gone.
func (s *Services) watch(m *monitor) {
	m.after = append(m.after, s)
	cpu, memory := resources.Graph{Title: "CPU in %"}, resources.Graph{Title: "Memory in %, fullest task"}
	tasks, requests := resources.Graph{Title: "Running tasks"}, resources.Graph{Title: "Requests"}
	failed, latency := resources.Graph{Title: "Errors"}, resources.Graph{Title: "Response time in s, p99"}
	for i := range s.Services {
		x := &s.Services[i]
		name := spec.Name(m.t.Place.Project, m.t.Place.Scope, x.Name)
		dimensions := []resources.Dimension{
			{Name: "ClusterName", Value: cfn.Lit(spec.ClusterName(m.t.Place.Project, m.t.Place.Scope))}, {Name: "ServiceName", Value: cfn.Lit(name)},
		}
		service, insights := source{x.Name, "AWS/ECS", dimensions}, source{x.Name, "ECS/ContainerInsights", dimensions}
		// of memory the fullest task counts: it is killed, however little the others use
		load, full := service.metric("CPUUtilization", "Average"), service.metric("MemoryUtilization", "Maximum")
		running := insights.metric("RunningTaskCount", "Average")
		m.watch(x.Name+"-service",
			watch{
				what: "cpu", metrics: one(load), threshold: mostLoad, span: lasting(),
				says: fmt.Sprintf("The tasks of the service %s use more than %d %% of their CPU. "+
					"Look first at whether there are as many as there can be (%d), then at what was deployed last.", name, mostLoad, x.Count.Max),
			},
			watch{
				what: "memory", metrics: one(full), threshold: mostLoad, span: lasting(),
				says: fmt.Sprintf("A task of the service %s uses more than %d %% of its %d MB; at all of them it is killed. "+
					"Look first at whether the use only ever grows.", name, mostLoad, x.Memory),
			},
			watch{
				what: "tasks", metrics: one(running), comparison: resources.Below, threshold: float64(x.Count.Min), span: replaced(),
				missing: resources.Breaching, // nothing says how many there are if there are none
				says: fmt.Sprintf("Fewer tasks of the service %s run than the %d that there should always be. "+
					"Look first at the events of the service in ECS, then at why its last tasks stopped.", name, x.Count.Min),
			})
		cpu.Lines, memory.Lines, tasks.Lines = append(cpu.Lines, load), append(memory.Lines, full), append(tasks.Lines, running)
		if x.Balanced() {
			all, bad, slow := s.watchBalancer(m, x.Name, name)
			requests.Lines, failed.Lines, latency.Lines = append(requests.Lines, all), append(failed.Lines, bad...), append(latency.Lines, slow)
		}
	}
	m.show("Services", cpu, memory, tasks)
	if len(requests.Lines) > 0 {
		m.show("Load balancers", requests, failed, latency)
	}
}

// watchBalancer watches a service's load balancer.
func (s *Services) watchBalancer(m *monitor, service, name string) (requests resources.Metric, failed []resources.Metric, latency resources.Metric) {
	balancer := source{service, "AWS/ApplicationELB", []resources.Dimension{{Name: "LoadBalancer", Value: cfn.Take(m.t, s.LoadBalancerName(service))}}}
	group := source{service, balancer.namespace, append([]resources.Dimension{
		{Name: "TargetGroup", Value: cfn.Take(m.t, s.TargetGroupName(service))},
	}, balancer.dimensions...)}
	requests, latency = group.metric("RequestCount", "Sum"), group.metric("TargetResponseTime", "p99")
	answered, own := group.metric("HTTPCode_Target_5XX_Count", "Sum"), balancer.metric("HTTPCode_ELB_5XX_Count", "Sum")
	m.watch(service+"-service",
		watch{
			what: "errors", metrics: shared(answered, requests), formula: share, threshold: mostErrors, span: repeated(),
			says: fmt.Sprintf("More than %d %% of the requests that the service %s answers get a status of 500 or more. "+
				"Look first at its log, and at what was deployed last.", mostErrors, name),
		},
		watch{
			// a number: a load balancer that has no task to ask counts no request
			what: "unreachable", metrics: one(own), threshold: none, span: repeated(),
			says: fmt.Sprintf("The load balancer of the service %s answers for it with a status of 500 or more, because no task does, or not in time. "+
				"Look first at the health of the tasks in its target group.", name),
		},
		watch{
			what: "latency", metrics: one(latency), threshold: m.latency, span: lasting(),
			says: fmt.Sprintf("1 of 100 requests to the service %s takes longer than %s. "+
				"Look first at the alarm of its CPU, then at what it calls.", name, m.seconds()),
		})
	return requests, []resources.Metric{labelled(answered, service), labelled(own, service+", load balancer")}, latency
}
