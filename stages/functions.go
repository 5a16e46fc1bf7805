package stages

import (
	"fmt"
	"maps"
	"slices"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
)

// Functions is the stack of an environment's Lambda functions.
type Functions struct {
	Environment *Environment
	Bootstrap   *Bootstrap
	// Network of the functions that run in a VPC; nil when there is none.
	Network   *Network
	Functions []spec.Function
	// API in front of the functions that have routes; nil when none has.
	API *spec.API
}

// Name of the stack.
func (s *Functions) Name() string { return "functions" }

// APIID is the id of the API, for other stacks.
func (s *Functions) APIID() cfn.Output[cfn.APIID] {
	return cfn.Output[cfn.APIID]{From: s, Name: "ApiId"}
}

// APIURL is where the API is called, for other stacks.
func (s *Functions) APIURL() cfn.Output[cfn.URL] {
	return cfn.Output[cfn.URL]{From: s, Name: "ApiUrl"}
}

// CodeParameter is the release parameter that says where the code of a function is in the bucket of code.
func CodeParameter(function string) string { return cfn.ID(function, "code-key") }

// Build declares the functions.
func (s *Functions) Build(t *cfn.Template) error {
	p := t.Place
	t.Description = fmt.Sprintf("%s: the functions of environment %s. Deployed by the pipeline.", p.Project, s.Environment.called())
	access := s.Environment.Access
	key := s.Environment.logKey(t, "the logs of functions", s.logGroups(p)...)
	code := cfn.Take(t, s.Bootstrap.CodeBucket())
	var behind []resources.APIFunction
	for _, f := range s.Functions {
		function := resources.Function{
			ID: cfn.ID(f.Name, "function"), Name: spec.Name(p.Project, p.Scope, f.Name),
			Description: fmt.Sprintf("Function %s of %s in environment %s", f.Name, p.Project, p.Scope),
			CodeBucket:  code,
			CodeKey:     cfn.AddReleaseParameter[cfn.Text](t, CodeParameter(f.Name), "Where the code of "+f.Name+" is in the bucket of code"),
			Runtime:     f.Runtime, Handler: f.Handler, Architecture: string(f.Architecture), Memory: f.Memory, Timeout: f.Timeout,
			Layers:   f.Layers,
			RoleName: spec.Name(p.Project, p.Scope, spec.FunctionRole(f.Name)), RolePath: spec.ApplicationPath(p.Project),
			Boundary: access.RoleBoundary(),
			Grants:   append(s.Environment.grants(t, f.Uses), granted("Permission", f.Permissions)...),
			LogKey:   key, LogDays: s.Environment.LogDays, RetainLogs: s.Environment.retains(),
			Tracing: f.Tracing, ReservedConcurrency: f.ReservedConcurrency, Networked: s.networked(),
		}
		for _, name := range slices.Sorted(maps.Keys(f.Environment)) {
			function.Environment = append(function.Environment, resources.Variable{Name: name, Value: cfn.Lit(f.Environment[name])})
		}
		if f.DeadLetters {
			function.DeadLetters = spec.Name(p.Project, p.Scope, spec.DeadLettersPart(f.Name))
		}
		if err := s.connect(t, &function, f); err != nil {
			return err
		}
		alias := function.Add(t).AliasARN()
		if s.API != nil && len(f.API) > 0 {
			behind = append(behind, resources.APIFunction{ID: function.ID, Alias: alias, Routes: routes(f.API)})
		}
	}
	if len(behind) > 0 {
		s.addAPI(t, key, behind)
	}
	return nil
}

// logGroups are the patterns of the names of the log groups in the stack.
func (s *Functions) logGroups(p cfn.Place) []string {
	list := []string{"/aws/lambda/" + spec.Name(p.Project, p.Scope, "*")}
	if s.hasAPI() {
		list = append(list, apiLogs(p))
	}
	return list
}

// hasAPI says whether there is an API: whether a function has a route.
func (s *Functions) hasAPI() bool {
	return s.API != nil && slices.ContainsFunc(s.Functions, func(f spec.Function) bool { return len(f.API) > 0 })
}

// connect puts a function into the VPC that it says, or into the network of the application with a security group of its own.
func (s *Functions) connect(t *cfn.Template, function *resources.Function, f spec.Function) error {
	switch {
	case f.VPC == nil:
		return nil
	case len(f.VPC.Subnets) > 0:
		function.Subnets = cfn.Literals[cfn.SubnetID](f.VPC.Subnets...)
		function.SecurityGroups = cfn.Literals[cfn.SecurityGroupID](f.VPC.SecurityGroups...)
		return nil
	case s.Network == nil:
		return fmt.Errorf("function %s of environment %s runs in the application's network, and there is none: add one, or name subnets", f.Name, t.Place.Scope)
	}
	group := resources.SecurityGroup{
		ID: function.ID + "SecurityGroup", Name: function.Name,
		Description: fmt.Sprintf("Function %s of %s in environment %s", f.Name, t.Place.Project, t.Place.Scope),
		VPC:         s.Network.VPC(t),
		Out:         []resources.Traffic{{Description: "Whatever the code calls: Lambda lets nobody in", CIDR: resources.Anywhere}},
	}.Add(t)
	function.Subnets = s.Network.Subnets(t, Private)
	function.SecurityGroups = cfn.ListOf(group.GroupID())
	function.Group = &group
	return nil
}

// networked says whether functions of the environment are, or may have been, in a VPC.
func (s *Functions) networked() bool {
	return s.Network != nil || slices.ContainsFunc(s.Functions, func(f spec.Function) bool { return f.VPC != nil })
}

// apiLogs is the name of the log group of the API.
func apiLogs(p cfn.Place) string { return "/aws/vendedlogs/" + spec.Name(p.Project, p.Scope, "api") }

// addAPI declares the API in front of the functions.
func (s *Functions) addAPI(t *cfn.Template, key cfn.Value[cfn.KeyARN], functions []resources.APIFunction) {
	p := t.Place
	api := resources.API{
		ID: "Api", Name: spec.Name(p.Project, p.Scope, "api"),
		Description: fmt.Sprintf("Calls the functions of %s in environment %s", p.Project, p.Scope),
		Functions:   functions, Rate: s.API.Rate, Burst: s.API.Burst,
		LogGroup: apiLogs(p), LogKey: key, LogDays: s.Environment.LogDays, RetainLogs: s.Environment.retains(),
	}
	if j := s.API.JWT; j != nil {
		api.JWT = &resources.JWT{Issuer: j.Issuer, Audience: j.Audience}
	}
	if c := s.API.CORS; c != nil {
		api.CORS = &resources.CORS{
			Origins: c.Origins, Methods: c.Methods, Headers: c.Headers, MaxAgeSeconds: c.MaxAgeSeconds, Credentials: c.Credentials,
		}
	}
	handle := api.Add(t)
	cfn.Publish(t, s.APIID(), handle.APIID())
	cfn.Publish(t, s.APIURL(), handle.URL())
	t.Output("ApiUrl", handle.URL(), "Where the API is called")
}

// routes are those of the spec as API Gateway calls them.
func routes(list spec.Routes) []resources.APIRoute {
	kinds := map[spec.Authorization]string{spec.NoAuthorization: "NONE", spec.IAMAuthorization: "AWS_IAM", spec.JWTAuthorization: "JWT"}
	routes := make([]resources.APIRoute, len(list))
	for i, r := range list {
		routes[i] = resources.APIRoute{Method: r.Method, Path: r.Path, Authorization: kinds[r.Authorization]}
	}
	return routes
}

// Releases are the release parameters of the stack.
func (s *Functions) Releases() []Release {
	list := make([]Release, len(s.Functions))
	for i, f := range s.Functions {
		list[i] = Release{Parameter: CodeParameter(f.Name), Kind: Zip, Name: f.Name}
	}
	return list
}

// watch the functions and the API.
func (s *Functions) watch(m *monitor) {
	s.watchAPI(m)
	calls, failed := resources.Graph{Title: "Calls"}, resources.Graph{Title: "Errors"}
	throttled, duration := resources.Graph{Title: "Throttled calls"}, resources.Graph{Title: "Duration in ms, p99"}
	for _, f := range s.Functions {
		name := spec.Name(m.t.Place.Project, m.t.Place.Scope, f.Name)
		// of the function as a whole, so whether its alias is called or not
		function := source{f.Name, "AWS/Lambda", []resources.Dimension{{Name: "FunctionName", Value: cfn.Lit(name)}}}
		all, errors, turnedAway := function.metric("Invocations", "Sum"), function.metric("Errors", "Sum"), function.metric("Throttles", "Sum")
		thing := f.Name + "-function"
		m.watch(thing,
			watch{
				what: "errors", metrics: shared(errors, all), formula: share, threshold: mostErrors, span: sinceCall(f.Timeout),
				says: fmt.Sprintf("More than %d %% of the calls of the function %s fail. "+
					"Look first at its log, %s, and at what was deployed last.", mostErrors, name,
					m.log(s.Name(), cfn.ID(f.Name, "function"), "/aws/lambda/"+name)),
			},
			watch{
				what: "throttles", metrics: one(turnedAway), threshold: none, span: repeated(),
				says: fmt.Sprintf("Calls of the function %s are turned away, because too many run at once. "+
					"Look first at its reserved concurrency, and at the quota of the account.", name),
			})
		if f.DeadLetters {
			m.queue(thing, "dead-letters", spec.DeadLettersPart(f.Name), fmt.Sprintf("What the function %s failed on", name),
				"the log of the function at the time of the messages; then call it with them again, or delete them")
		}
		calls.Lines, failed.Lines = append(calls.Lines, all), append(failed.Lines, errors)
		throttled.Lines, duration.Lines = append(throttled.Lines, turnedAway), append(duration.Lines, function.metric("Duration", "p99"))
	}
	m.show("Functions", calls, failed, throttled, duration)
}

func (s *Functions) watchAPI(m *monitor) {
	if !s.hasAPI() {
		return
	}
	api := source{"", "AWS/ApiGateway", []resources.Dimension{{Name: "ApiId", Value: cfn.Take(m.t, s.APIID())}}}
	requests, failed, latency := api.metric("Count", "Sum"), api.metric("5xx", "Sum"), api.metric("Latency", "p99")
	m.watch("api",
		watch{
			what: "errors", metrics: shared(failed, requests), formula: share, threshold: mostErrors, span: repeated(),
			says: fmt.Sprintf("More than %d %% of the requests to the API end in a status of 500 or more. "+
				"Look first at the alarms of the functions behind it, then at its log, %s.", mostErrors, apiLogs(m.t.Place)),
		},
		watch{
			what: "latency", metrics: one(latency), threshold: m.latency * 1000, span: lasting(), // milliseconds
			says: fmt.Sprintf("1 of 100 requests to the API takes longer than %s. "+
				"Look first at how long the functions behind it run (the dashboard shows them), then at what they call.", m.seconds()),
		})
	m.show("API",
		resources.Graph{Title: "Requests", Lines: one(requests)},
		resources.Graph{Title: "Errors", Lines: []resources.Metric{failed, api.metric("4xx", "Sum")}},
		resources.Graph{Title: "Latency in ms", Lines: []resources.Metric{labelled(latency, "p99"), labelled(api.metric("Latency", "p50"), "p50")}})
}
