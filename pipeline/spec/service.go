package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// Service is a container that runs all the time, in ECS on Fargate, perhaps behind a load balancer.
type Service struct {
	// Name is the last part of the service's name.
	Name      string `yaml:"name"`
	Container `yaml:",inline"`
	// Port that the container listens on. Zero: it listens on none, and has no load balancer.
	Port int `yaml:"port"`
	// CPU in units of 1/1024 vCPU, Memory in MB: one of the pairs that Fargate knows. Default 256 and 512.
	CPU    int `yaml:"cpu"`
	Memory int `yaml:"memory,MB"`
	// Count of tasks. Default 1 in dev, 1 to 2 in test, 2 to 4 in prod.
	Count Count `yaml:"count"`
	// HealthCheck is the path that the load balancer asks; it is well when the answer is 200 to 399. Default /.
	HealthCheck string `yaml:"healthCheck"`
	// HealthCommand runs in the container, where it must be well too; empty: there is none.
	HealthCommand []string `yaml:"healthCommand,words"`
	// LoadBalancer in front of a service with a port; null goes with none.
	LoadBalancer *LoadBalancer `yaml:"loadBalancer"`
	Only         `yaml:",inline"`
}

// Balanced says whether the service stands behind a load balancer.
func (s *Service) Balanced() bool { return s.Port > 0 && s.LoadBalancer != nil }

// Count of a service's tasks: autoscaling keeps it from Min to Max.
type Count struct {
	Min int `yaml:"min"`
	Max int `yaml:"max"`
}

// LoadBalancer in front of a service. Without a certificate it is internal.
type LoadBalancer struct {
	// Certificate by its ARN in ACM, in the environment's account and region: the load balancer speaks TLS and faces the internet.
	Certificate string `yaml:"certificate"`
	// Internal keeps one with a certificate from the internet.
	Internal bool `yaml:"internal"`
	// HTTP lets it face the internet without a certificate: everything that passes can be read and changed on its way.
	HTTP bool `yaml:"http"`
	// From are the CIDRs that may reach it. Default: everything for one that faces the internet, the VPC for an internal one.
	From []string `yaml:"from"`
}

// Faces says whether the load balancer faces the internet.
func (l *LoadBalancer) Faces() bool { return l.HTTP || l.Certificate != "" && !l.Internal }

// DefaultService is what a service is where pipeline.yaml says nothing else: the smallest that Fargate has, behind an internal load
// balancer if it has a port.
func DefaultService() Service {
	return Service{CPU: 256, Memory: 512, HealthCheck: "/", LoadBalancer: &LoadBalancer{}}
}

func (s *Service) setDefaults(Type) { *s = DefaultService() }

func (*LoadBalancer) isSwitched() {}

func (*Service) shape() string { return "{ name: web, image: web, port: 8080 }" }

func (*Count) shape() string { return "{ min: 1, max: 2 }" }

func (*LoadBalancer) shape() string { return "{ http: true }" }

// resolve fills in the count of a type: one task to try things with, two where a lost zone must not be seen.
func (c *Count) resolve(t Type, hasMin, hasMax bool) {
	least, most := 1, 1
	switch t {
	case Dev:
	case Test:
		most = 2
	case Prod:
		least, most = 2, 4
	}
	switch {
	case hasMin && hasMax:
	case hasMin:
		c.Max = max(c.Min, most)
	case hasMax:
		c.Min = max(0, min(c.Max, least))
	default:
		c.Min, c.Max = least, most
	}
}

func (*Service) stack() string { return "services" }

func (*Service) isWatched() {}

func (s *Service) resolve(y *Spec, path string, e *Environment) {
	s.resolveArchitecture(&e.Application)
	count := join(path, "count")
	s.Count.resolve(e.Type, s.Count.Min != 0 || y.says(join(count, "min")), s.Count.Max != 0 || y.says(join(count, "max")))
}

func (s *Service) check(v *validator, path string, e *Environment) {
	names := []wholeName{{"role", ServiceStartRole(s.Name), limits.RoleName, "IAM"}}
	if s.Balanced() {
		names = append(names, wholeName{"load balancer", LoadBalancerPart(*s, e.Application.Network), limits.LoadBalancerName, "AWS"})
		if strings.HasPrefix(v.spec.Project+"-", "internal-") {
			v.add(path, "AWS reserves names of load balancers that begin with internal-", "choose another project name, or write port: 0")
		}
	}
	v.partName(join(path, "name"), s.Name, "a service's", "web", e, names...)
	v.needsNetwork(path, e, "")
	s.checkContainer(v, path, e, false)
	if s.Port < 0 || s.Port > 65_535 {
		v.add(join(path, "port"), fmt.Sprintf("cannot be %d", s.Port), "use a number from 1 to 65535, or 0 for none")
	}
	if cpu := join(path, "cpu"); !slices.Contains(limits.FargateCPUs(), s.CPU) {
		v.add(cpu, fmt.Sprintf("Fargate has no tasks with %d CPU units", s.CPU), "use "+oneOf(words(limits.FargateCPUs()))+": 1024 are a vCPU")
	} else {
		checkFargateMemory(v, join(path, "memory"), s.CPU, s.Memory, "CPU units", strconv.Itoa)
	}
	s.Count.check(v, join(path, "count"))
	s.checkHealth(v, path)
	s.checkLoadBalancer(v, join(path, "loadBalancer"), e)
}

// words for numbers.
func words(numbers []int) []string {
	list := make([]string, len(numbers))
	for i, n := range numbers {
		list[i] = strconv.Itoa(n)
	}
	return list
}

func (c Count) check(v *validator, path string) {
	const most = 1000 // tasks of a service; ECS takes 5,000, but that is a slip
	v.between(join(path, "min"), c.Min, 1, most, "tasks")
	v.between(join(path, "max"), c.Max, 1, most, "tasks")
	if c.Min > c.Max && c.Max >= 1 && c.Min <= most {
		v.add(join(path, "max"), fmt.Sprintf("cannot be %d: there are at least %d", c.Max, c.Min), "write a number that is no less, or a smaller min")
	}
}

func (s *Service) checkHealth(v *validator, path string) {
	const most = 1024 // characters, Elastic Load Balancing
	at := join(path, "healthCheck")
	switch check := s.HealthCheck; {
	case s.Port == 0 && v.spec.says(at) && !v.unread(join(path, "port")):
		v.add(at, "means nothing without a port", "write port too, or healthCommand in its place")
	case s.Port == 0:
	case s.LoadBalancer == nil && v.spec.says(at) && !v.unread(join(path, "loadBalancer")):
		v.add(at, "means nothing without a load balancer",
			"leave it out (null takes it back in an override), or write healthCommand in its place")
	case !v.given(at, check, "write the path that the load balancer asks for, such as /health"):
	case check[0] != '/' || !all(check, func(r rune) bool { return r > ' ' && r < 0x7f }):
		v.add(at, strconv.Quote(shorten(check))+" is no path", "write one such as /health")
	case len(check) > most:
		v.add(at, fmt.Sprintf("has %d characters, AWS allows %d", len(check), most), fmt.Sprintf("shorten it by %d", len(check)-most))
	}
	at = join(path, "healthCommand")
	if len(s.HealthCommand) > 0 && slices.Contains([]string{"CMD", "CMD-SHELL", "NONE"}, s.HealthCommand[0]) {
		v.add(index(at, 0), s.HealthCommand[0]+" is no program: CMD goes before the command by itself", "begin with the program, such as [sh, -c, …]")
		return
	}
	checkArguments(v, at, s.HealthCommand)
}

func (s *Service) checkLoadBalancer(v *validator, path string, e *Environment) {
	l := s.LoadBalancer
	if l == nil {
		if s.Port > 0 && !v.unread(path) {
			v.add(path, fmt.Sprintf("without one nobody reaches port %d", s.Port), "write port: 0 in its place")
		}
		return
	}
	if s.Port == 0 {
		isSet := v.spec.says(path) || l.Certificate != "" || l.HTTP || l.Internal || len(l.From) > 0
		if isSet && !v.unread(join(parentPath(path), "port")) {
			v.add(path, "needs a port", "write the port that the container listens on")
		}
		return
	}
	switch internal := join(path, "internal"); {
	case l.Certificate != "" && l.HTTP:
		v.add(join(path, "http"), "is for load balancers without a certificate", "leave out one of the two")
	case l.HTTP && l.Internal:
		v.add(internal, "contradicts http, which lets the load balancer face the internet", "leave out one of the two")
	case l.Certificate == "" && !l.HTTP && !l.Internal && v.spec.says(internal) && !v.unread(join(path, "certificate")):
		v.add(internal, "without a certificate the load balancer is internal",
			"write the ARN of a certificate, or http: true if everybody may read what passes")
	}
	if l.Certificate != "" {
		checkCertificate(v, join(path, "certificate"), l.Certificate, e)
	}
	s.checkFrom(v, join(path, "from"), e)
	l.checkSubnets(v, path, e)
}

// checkCertificate checks a certificate of ACM.
func checkCertificate(v *validator, at, arn string, e *Environment) {
	const hint = "copy it from Certificate Manager: arn:aws:acm:<region>:<account>:certificate/<id>"
	p := strings.SplitN(arn, ":", 6)
	switch {
	case len(p) < 6 || p[0] != "arn":
		v.add(at, strconv.Quote(shorten(arn))+" is not an ARN", hint)
		return
	case p[2] != "acm":
		v.add(at, fmt.Sprintf("belongs to the service %q", shorten(p[2])), "use a certificate of acm")
		return
	}
	v.within(at, p, inEnvironment(e), "a load balancer takes certificates of its own region and account: write another, in the overrides if need be")
	if id, ok := strings.CutPrefix(p[5], "certificate/"); !ok || !isUUID(id) {
		v.add(at, strconv.Quote(shorten(p[5]))+" is not certificate/ and its id", hint)
	}
}

// checkFrom checks the ranges of addresses that may reach a load balancer.
func (s *Service) checkFrom(v *validator, path string, e *Environment) {
	const most = 50 // rules of a security group; EC2 allows 60
	ranges := s.LoadBalancer.From
	if len(ranges) > most {
		v.add(path, fmt.Sprintf("has %d ranges, at most %d are allowed", len(ranges), most), "join some")
		return
	}
	n := e.Application.Network
	if len(ranges) == 0 && !s.LoadBalancer.Faces() && n != nil && n.VPC != "" && n.CIDR == "" && !v.unread(path) {
		where, hint := "", "write the ranges here, or cidr in the network"
		isSaid := func(e Environment) bool { return e.Application.Network != nil && e.Application.Network.CIDR != "" }
		if slices.ContainsFunc(v.spec.Environments, isSaid) {
			where, hint = " of environment "+strconv.Quote(shorten(e.Name)), hint+", in its overrides"
		}
		v.add(path, "nobody could reach the load balancer"+where+": it is internal, and the network does not say which addresses its VPC has", hint)
	}
	for i, text := range ranges {
		at := index(path, i)
		if slices.Contains(ranges[:i], text) {
			v.add(at, strconv.Quote(shorten(text))+" is given twice", "keep one")
			continue
		}
		checkCIDR(v, at, text, "10.0.0.0/8")
	}
}

// checkSubnets checks that an existing VPC names two subnets at least: a load balancer is in two zones.
func (l *LoadBalancer) checkSubnets(v *validator, path string, e *Environment) {
	n := e.Application.Network
	switch {
	case n == nil, n.VPC == "" && (n.Zones != 1 || len(n.ZoneNames) != 1): // any other number was refused
		return
	case n.VPC == "":
		v.add(path, "a load balancer needs subnets in two zones, and the network has one", "name another zone in its zones")
		return
	}
	layer, ids, what := "privateSubnets", n.PrivateSubnets, "an internal load balancer"
	if l.Faces() {
		layer, ids, what = "publicSubnets", n.PublicSubnets, "a load balancer that faces the internet"
	}
	isSaid := !l.Faces() && len(ids) == 0
	if len(ids) < 2 && !isSaid && !v.unread(join(join(applicationPath(path), "network"), layer)) {
		v.add(path, fmt.Sprintf("%s needs %s of the network in two zones, and there is %s", what, layer, count(len(ids))), "name two in different zones")
	}
}

// count of things below two in words.
func count(n int) string {
	if n == 0 {
		return "none"
	}
	return "one"
}
