package spec

import "slices"

// DefaultPipeline is what a pipeline is where pipeline.yaml says nothing else: delivery, of branch main, superseded.
func DefaultPipeline() Pipeline { return Pipeline{Name: "delivery", Branch: "main", Mode: Superseded} }

// DefaultMaxParallelBuilds is the quota of a new account.
const DefaultMaxParallelBuilds = 1

// DefaultKeys are few, and yet the project's own.
const DefaultKeys = EnvironmentKeys

// DefaultSteps is what there is where pipeline.yaml says nothing else: no tests, and publishing may take an hour.
func DefaultSteps() Steps {
	return Steps{Synth: &Step{TimeoutMinutes: defaultMinutes}, Publish: &Step{TimeoutMinutes: defaultPublishMinutes}}
}

// DefaultStep is what a test or an own step is where pipeline.yaml says nothing else: half an hour for commands that write JUnit files
// anywhere. Resolve adds the commands and the environments of tests.
func DefaultStep() Step {
	return Step{TimeoutMinutes: defaultMinutes, Reports: []string{"**/junit*.xml"}}
}

const (
	defaultMinutes        = 30
	defaultPublishMinutes = 60
	defaultApproval       = 7 * 24 * 60
)

// DefaultApproval is what an approval is where pipeline.yaml says nothing else: a week's time, and nobody is told.
func DefaultApproval() Approval { return Approval{TimeoutMinutes: defaultApproval} }

// DefaultRepository is what a repository is where pipeline.yaml says nothing else: without a name and a context, and the
// repository goes with its stack in dev alone.
func DefaultRepository(t Type) Repository {
	return Repository{Dockerfile: "Dockerfile", Architecture: X86, Removal: defaultRemoval(t)}
}

// DefaultBucket is what a bucket is where pipeline.yaml says nothing else: without a name, nothing expires, replaced versions
// go after 30 days, and the bucket goes with its stack in dev alone.
func DefaultBucket(t Type) Bucket { return Bucket{NoncurrentDays: 30, Removal: defaultRemoval(t)} }

// DefaultMemory of a function in MB, DefaultTimeout in seconds.
const (
	DefaultMemory  = 128
	DefaultTimeout = 30
)

// DefaultFunction is what a function is where pipeline.yaml says nothing else: without a name, a source and a runtime.
func DefaultFunction() Function {
	return Function{Memory: DefaultMemory, Timeout: DefaultTimeout, Architecture: X86}
}

// DefaultNetwork is what a network is where pipeline.yaml says nothing else; Resolve adds what depends on the region.
func DefaultNetwork(t Type) Network { return Network{FlowLogs: t == Test || t == Prod} }

// DefaultAPI is what the API is where pipeline.yaml says nothing else: a hundred requests a second, and twice as many at once.
func DefaultAPI() API { return API{Rate: 100, Burst: 200} }

// DefaultCORS is what there is of CORS where pipeline.yaml says nothing else; Resolve adds the methods of the routes.
func DefaultCORS() CORS {
	return CORS{Headers: []string{"authorization", "content-type"}, MaxAgeSeconds: 300}
}

// DefaultJob is what a job is where pipeline.yaml says nothing else: one vCPU and 2 GB for an hour at most, once.
func DefaultJob() Job {
	return Job{VCPUs: 1, Memory: 2048, Attempts: 1, TimeoutMinutes: 60, Timezone: "UTC"}
}

// DefaultService is what a service is where pipeline.yaml says nothing else: the smallest that Fargate has, behind an internal load
// balancer if it has a port.
func DefaultService() Service {
	return Service{CPU: 256, Memory: 512, HealthCheck: "/", LoadBalancer: &LoadBalancer{}}
}

// DefaultMonitoring is what monitoring is where pipeline.yaml says nothing else; nobody is told.
func DefaultMonitoring() Monitoring { return Monitoring{LatencySeconds: 1} }

// defaultRemoval by the type of the environment; none where there is no type.
func defaultRemoval(t Type) Removal {
	switch t {
	case Dev:
		return Delete
	case Test, Prod:
		return Retain
	default:
		return ""
	}
}

func (s *Spec) setDefaults(Type) { s.MaxParallelBuilds, s.Keys = DefaultMaxParallelBuilds, DefaultKeys }

func (p *Pipeline) setDefaults(Type) { *p = DefaultPipeline() }

func (s *Steps) setDefaults(Type) { *s = DefaultSteps() }

func (s *Step) setDefaults(Type) { *s = DefaultStep() }

func (a *Approval) setDefaults(Type) { *a = DefaultApproval() }

func (a *Approval) isSwitched() {}

func (r *Repository) setDefaults(t Type) { *r = DefaultRepository(t) }

func (b *Bucket) setDefaults(t Type) { *b = DefaultBucket(t) }

func (f *Function) setDefaults(Type) { *f = DefaultFunction() }

func (*FunctionVPC) isSwitched() {}

func (n *Network) setDefaults(t Type) { *n = DefaultNetwork(t) }

func (*Network) isSwitched() {}

func (r *Route) setDefaults(Type) { r.Method = "GET" }

func (a *API) setDefaults(Type) { *a = DefaultAPI() }

func (c *CORS) setDefaults(Type) { *c = DefaultCORS() }

func (j *Job) setDefaults(Type) { *j = DefaultJob() }

func (s *Service) setDefaults(Type) { *s = DefaultService() }

func (*LoadBalancer) isSwitched() {}

func (m *Monitoring) setDefaults(Type) { *m = DefaultMonitoring() }

func (*Monitoring) isSwitched() {}

const defaultFile = "pipeline.yaml"

func (s *Source) setDefaults(Type) { s.File = defaultFile }

// Resolve fills in what a field takes from others where it is empty: the region of an environment from the toolchain, the
// default pipeline, the environments of a single pipeline, the commands and environments of tests, the handler of functions with a
// runtime of their own, and the rest that parts of an application take from each other; and permissions boundaries with their placeholders.
// Parse calls it.
// A Spec built in Go needs it before Validate; there it also fills in what has a default and is zero, but for publishing, which nil
// leaves out, and for the application: that is set in Environment.Application, without Overrides, and loses what is only for others.
func (s *Spec) Resolve() {
	if s.positions == nil {
		s.resolveGo()
	}
	s.Steps.resolve()
	for i := range s.Environments {
		if e := &s.Environments[i]; e.Region == "" {
			e.Region = s.Toolchain.Region
		}
	}
	s.resolveApproval()
	if len(s.Pipelines) == 0 {
		s.Pipelines = []Pipeline{DefaultPipeline()}
	}
	if len(s.Pipelines) == 1 && s.Pipelines[0].Environments == nil {
		for _, name := range s.environmentNames() {
			if !slices.Contains(s.Pipelines[0].Environments, name) { // a name that is there twice is a mistake, but none of the pipeline
				s.Pipelines[0].Environments = append(s.Pipelines[0].Environments, name)
			}
		}
	}
	for i := range s.Environments {
		s.resolveApplication(i)
	}
	s.dropIdleAPIs()
	s.resolveBoundaries(&s.Toolchain)
	for i := range s.Environments {
		s.resolveBoundaries(&s.Environments[i].Account)
	}
}

// resolveBoundaries fills in the placeholders of the boundaries of roles for an account.
func (s *Spec) resolveBoundaries(a *Account) {
	a.PermissionsBoundary, _ = fill(s.PermissionsBoundary, s.accountPlaceholders(*a))
	a.AccessBoundary, _ = fill(s.AccessBoundary, s.accountPlaceholders(*a))
}

// resolveApproval gives the approval of the steps to each environment for which it is and that does not say for itself.
func (s *Spec) resolveApproval() {
	a := s.Steps.Approval
	if a == nil {
		return
	}
	fallback(&a.TimeoutMinutes, defaultApproval)
	if a.Environments == nil && a.Types == nil {
		a.Types = []Type{Test, Prod}
	}
	for i := range s.Environments {
		e := &s.Environments[i]
		if _, written := s.positions[join(index("environments", i), "approval")]; e.Approval == nil && !written && a.Holds(*e) {
			e.Approval = new(a.Approval)
		}
	}
}

// resolveGo fills in the defaults that a file gets before it is read.
func (s *Spec) resolveGo() {
	fallback(&s.MaxParallelBuilds, DefaultMaxParallelBuilds)
	fallback(&s.Keys, DefaultKeys)
	fallback(&s.Source.File, defaultFile)
	fallback(&s.Steps.Synth, DefaultSteps().Synth)
	for _, step := range []*Step{
		s.Steps.Synth, s.Steps.InfrastructureTests, s.Steps.FunctionTests, s.Steps.IntegrationTests, s.Steps.AcceptanceTests,
	} {
		if step != nil {
			fallback(&step.TimeoutMinutes, defaultMinutes)
		}
	}
	if s.Steps.Publish != nil {
		fallback(&s.Steps.Publish.TimeoutMinutes, defaultPublishMinutes)
	}
	for i := range s.Steps.Own {
		fallback(&s.Steps.Own[i].TimeoutMinutes, defaultMinutes)
	}
	for i := range s.Pipelines {
		p := &s.Pipelines[i]
		fallback(&p.Branch, DefaultPipeline().Branch)
		fallback(&p.Mode, DefaultPipeline().Mode)
	}
	for i := range s.Environments {
		e := &s.Environments[i]
		if e.Approval != nil {
			fallback(&e.Approval.TimeoutMinutes, defaultApproval)
		}
		e.Application = Application{
			Repositories: held(s, e, e.Application.Repositories),
			Buckets:      held(s, e, e.Application.Buckets),
			Functions:    held(s, e, e.Application.Functions),
			Jobs:         held(s, e, e.Application.Jobs),
			Services:     held(s, e, e.Application.Services),
			Stacks:       held(s, e, e.Application.Stacks),
			Network:      e.Application.Network,
			API:          e.Application.API,
			Monitoring:   e.Application.Monitoring,
			LogDays:      e.Application.LogDays,
		}
	}
}

func fallback[T comparable](value *T, otherwise T) {
	if *value == *new(T) {
		*value = otherwise
	}
}

// part of an application, which may be for some environments only.
type part interface{ limits() Only }

func (o Only) limits() Only { return o }

func (o Only) isLimit() bool { return len(o.Environments)+len(o.Types) > 0 }

// held are the parts that an environment has, and those whose limits are wrong, which Validate tells. The list that was given may be that
// of others too, so it stays as it is.
func held[P part](s *Spec, e *Environment, parts []P) []P {
	return slices.DeleteFunc(slices.Clone(parts), func(p P) bool { return !p.limits().Holds(*e) && s.knows(p.limits()) })
}

func (s *Steps) resolve() {
	for _, test := range []struct {
		step  *Step
		part  string
		types []Type
	}{
		{s.InfrastructureTests, InfrastructureTestsPart, nil},
		{s.FunctionTests, FunctionTestsPart, nil},
		{s.IntegrationTests, IntegrationTestsPart, []Type{Dev}},
		{s.AcceptanceTests, AcceptanceTestsPart, []Type{Dev, Test}},
	} {
		if test.step == nil {
			continue
		}
		if test.step.Commands == nil {
			test.step.Commands = []string{"make " + test.part}
		}
		if test.step.Environments == nil && test.step.Types == nil {
			test.step.Types = test.types
		}
	}
}

func (s *Spec) environmentNames() []string {
	names := make([]string, len(s.Environments))
	for i, e := range s.Environments {
		names[i] = e.Name
	}
	return names
}
