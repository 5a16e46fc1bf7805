package spec

import (
	"math"
	"slices"
	"strings"
)

// resolveApplication fills in what a part of an environment's application takes from its other parts, or from the environment, where it
// says nothing itself. In Go, environments may share lists and what pointers point to: those stay as they are.
func (s *Spec) resolveApplication(number int) {
	e := &s.Environments[number]
	a := &e.Application
	path := join(index("environments", number), "application")
	a.Functions, a.Jobs, a.Services = slices.Clone(a.Functions), slices.Clone(a.Jobs), slices.Clone(a.Services)
	for i := range a.Functions {
		if f := &a.Functions[i]; f.Handler == "" && familyOf(f.Runtime) == "provided" {
			f.Handler = "bootstrap" // the name of the file that Lambda starts; it does not read the handler itself
		}
	}
	if !s.says(join(path, "logDays")) {
		fallback(&a.LogDays, defaultLogDays(e.Type))
	}
	a.resolveAPI()
	for i := range a.Jobs {
		j := &a.Jobs[i]
		j.Container.resolve(a)
		at := index(join(path, "jobs"), i)
		j.resolve(e.Type, s.says(join(at, "maxVCPUs")))
		if j.Compute == FargateSpot && s.positions != nil && !s.says(join(at, "attempts")) {
			j.Attempts = spotAttempts
		}
	}
	if a.Network != nil {
		a.Network = new(*a.Network)
		a.Network.resolve(e, s.says(join(join(path, "network"), "zones")))
	}
	for i := range a.Services {
		x, count := &a.Services[i], join(index(join(path, "services"), i), "count")
		x.Container.resolve(a) //nolint:staticcheck // beside Count.resolve, whose it is should be seen
		x.Count.resolve(e.Type, x.Count.Min != 0 || s.says(join(count, "min")), x.Count.Max != 0 || s.says(join(count, "max")))
	}
	if a.Monitoring != nil {
		a.Monitoring = new(*a.Monitoring)
		a.Monitoring.Only = a.Monitoring.orDefault()
		if s.positions == nil && s.knows(a.Monitoring.Only) && !a.Monitoring.Holds(*e) {
			a.Monitoring = nil // what is in a file was left out with the other parts
		}
	}
}

// orDefault are the limits of monitoring, which has some where it says none.
func (o Only) orDefault() Only {
	if o.Environments == nil && o.Types == nil {
		o.Types = []Type{Test, Prod}
	}
	return o
}

// defaultLogDays by the type of the environment: a year is the least that auditors ask for, and stored logs cost little beside taking them in.
func defaultLogDays(t Type) int {
	switch t {
	case Dev:
		return 365
	case Test:
		return 400
	case Prod:
		return 731
	default:
		return 0
	}
}

func (n *Network) resolve(e *Environment, saysZones bool) {
	if n.VPC != "" {
		return
	}
	fallback(&n.CIDR, "10.0.0.0/16")
	fallback(&n.Zones, len(n.ZoneNames))
	if !saysZones {
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
	missing := slices.DeleteFunc(e.Application.neededEndpoints(), func(name string) bool { return slices.Contains(n.Endpoints, name) })
	n.Endpoints = append(slices.Clip(n.Endpoints), missing...)
}

// DefaultEndpoints are the services that containers and functions need beside S3: to get their image, write logs, read secrets and
// parameters, decrypt, put metrics and become roles.
func DefaultEndpoints() []string {
	return []string{"ecr.api", "ecr.dkr", "kms", "logs", "monitoring", "secretsmanager", "ssm", "sts"}
}

// neededEndpoints are the services without which the containers of an application do not start where there is no NAT: they get their image,
// write logs and read their secrets, and their instances are told what to run.
func (a *Application) neededEndpoints() []string {
	var containers []Container
	for _, j := range a.Jobs {
		containers = append(containers, j.Container)
	}
	for _, s := range a.Services {
		containers = append(containers, s.Container)
	}
	if len(containers) == 0 {
		return nil
	}
	needed := []string{"ecr.api", "ecr.dkr", "logs"}
	for _, service := range []string{"secretsmanager", "ssm"} {
		if slices.ContainsFunc(containers, func(c Container) bool { return c.hasSecretsOf(service) }) {
			needed = append(needed, service)
		}
	}
	if slices.ContainsFunc(a.Jobs, func(j Job) bool { return j.Compute == EC2 }) {
		needed = append(needed, "ecs", "ecs-agent", "ecs-telemetry")
	}
	return needed
}

func (c *Container) hasSecretsOf(service string) bool {
	for _, arn := range c.Secrets {
		if p := strings.SplitN(arn, ":", 4); len(p) == 4 && p[2] == service {
			return true
		}
	}
	return false
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

// isLone lets a function with one route do without a list.
func (Routes) isLone() {}

func (a *Application) resolveAPI() {
	switch {
	case a.API != nil:
		a.API = new(*a.API)
	case a.hasRoutes():
		a.API = new(DefaultAPI())
	default:
		return
	}
	if a.API.Authorization == "" {
		a.API.Authorization = NoAuthorization
		if a.API.JWT != nil {
			a.API.Authorization = JWTAuthorization
		}
	}
	var methods []string
	for i := range a.Functions {
		a.Functions[i].API = slices.Clone(a.Functions[i].API)
		for k := range a.Functions[i].API {
			r := &a.Functions[i].API[k]
			fallback(&r.Method, "GET")
			fallback(&r.Authorization, a.API.Authorization)
			if r.Method == anyMethod || slices.Contains(httpMethods(), r.Method) { // else it is said there
				methods = append(methods, r.Method)
			}
		}
	}
	if a.API.CORS == nil || a.API.CORS.Methods != nil {
		return
	}
	c := new(*a.API.CORS)
	a.API.CORS = c
	slices.Sort(methods)
	c.Methods = slices.Compact(methods)
	switch {
	case !slices.Contains(c.Methods, anyMethod):
	case c.Credentials: // then browsers read a star as a method of that name
		c.Methods = httpMethods()
	default:
		c.Methods = []string{"*"}
	}
}

// anyMethod of a route stands for all that the other routes of its path do not have.
const anyMethod = "ANY"

// httpMethods are those that routes can have.
func httpMethods() []string {
	return []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
}

// dropIdleAPIs takes the API from the environments where no function has a route, where the same API has routes in others.
func (s *Spec) dropIdleAPIs() {
	busy := map[string]bool{} // by where the API is written
	at := func(i int) string {
		return s.locate(Problem{Path: join(join(index("environments", i), "application"), "api")}).Path
	}
	if s.positions == nil {
		at = func(int) string { return "" }
	}
	for i, e := range s.Environments {
		if e.Application.hasRoutes() {
			busy[at(i)] = true
		}
	}
	for i := range s.Environments {
		if a := &s.Environments[i].Application; a.API != nil && !a.hasRoutes() && busy[at(i)] {
			a.API = nil
		}
	}
}

func (a *Application) hasRoutes() bool {
	return slices.ContainsFunc(a.Functions, func(f Function) bool { return len(f.API) > 0 })
}

// resolve takes the architecture from the repository of the image.
func (c *Container) resolve(a *Application) {
	if c.Architecture != "" {
		return
	}
	c.Architecture = X86
	name, _, _ := strings.Cut(c.Image, ":")
	for _, r := range a.Repositories {
		if r.Name == name && r.Architecture != "" {
			c.Architecture = r.Architecture
		}
	}
}

// spotAttempts of a job that AWS may interrupt when it needs the capacity.
const spotAttempts = 3

func (j *Job) resolve(t Type, saysMost bool) {
	if j.Compute == "" {
		j.Compute = Fargate
		if len(j.InstanceTypes) > 0 || j.GPUs > 0 {
			j.Compute = EC2
		}
	}
	fallback(&j.Timezone, "UTC")
	if j.MaxVCPUs != 0 || saysMost || j.VCPUs < 0 || j.VCPUs > maxVCPUs {
		return
	}
	runs := 4.0
	if t == Dev {
		runs = 1
	}
	j.MaxVCPUs = int(math.Ceil(runs * j.VCPUs))
}

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
