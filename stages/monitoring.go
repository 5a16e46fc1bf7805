package stages

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Monitoring is the stack of an environment's alarms and its dashboard.
type Monitoring struct {
	Environment *Environment
	Monitoring  spec.Monitoring
	// What is watched; nil where there is none.
	Functions *Functions
	Batch     *Batch
	Services  *Services
}

// Name of the stack.
func (s *Monitoring) Name() string { return "monitoring" }

// TopicARN is where alarms are told, for other stacks; it admits alarms whose names begin as the environment's do, rules of EventBridge, and the
// application's roles whose own policies let them publish.
func (s *Monitoring) TopicARN() cfn.Output[cfn.TopicARN] {
	return cfn.Output[cfn.TopicARN]{From: s, Name: "TopicArn"}
}

// KeyARN is the key of the topic, for roles of other stacks that publish to it: with sns:Publish they need kms:Decrypt and kms:GenerateDataKey.
func (s *Monitoring) KeyARN() cfn.Output[cfn.KeyARN] {
	return cfn.Output[cfn.KeyARN]{From: s, Name: "KeyArn"}
}

// The thresholds of alarms. They are the same in every environment: shares grow with the traffic by themselves, and an environment in which
// less would do has no monitoring.
const (
	// mostErrors in percent of all calls: a busy thing may lose one of a hundred, and of what is called rarely each error counts.
	mostErrors = 1
	// mostLoad in percent of what a task has: autoscaling aims lower, so beyond it cannot keep up; the rest is for peaks.
	mostLoad = 85
	// none of what should not be there at all.
	none = 0
)

// span is how long something must be wrong before an alarm goes off.
type span struct{ seconds, periods, breaching int }

// atOnce is for what stays until somebody does something, or happens so rarely that there may be no second time.
func atOnce() span { return span{seconds: 300, periods: 1, breaching: 1} }

// sinceCall is for functions: a call that fails counts when it began, so an error of one that runs into its timeout must be looked for as far
// back. Few may call, so once is enough.
func sinceCall(timeout int) span {
	const seconds = 300
	return span{seconds: seconds, periods: 1 + (timeout+seconds-1)/seconds, breaching: 1}
}

// repeated is for what callers try again: once is a slip, twice in a quarter of an hour is not.
func repeated() span { return span{seconds: 300, periods: 3, breaching: 2} }

// lasting is for what passes by itself: cold starts, peaks, deployments.
func lasting() span { return span{seconds: 300, periods: 3, breaching: 3} }

// replaced is as long as ECS may take to start a task for one that stopped.
func replaced() span { return span{seconds: 60, periods: 5, breaching: 5} }

// Build declares the alarms.
func (s *Monitoring) Build(t *cfn.Template) error {
	p := t.Place
	t.Description = fmt.Sprintf("%s: the alarms and the dashboard of environment %s. Deployed by the pipeline.", p.Project, s.Environment.called())
	topic := s.topic(p)
	if e := s.Environment; e.sharesKeys() {
		topic.Key = cfn.Take(t, e.Bootstrap.KeyARN())
	} else {
		// also where keys are those of AWS: alarms and events cannot use AWS's key for topics (CloudWatch User Guide, "Notify users on alarm changes")
		topic.Key = e.addKey(t, ownKey{
			id: "Key", alias: s.Name(), encrypts: "what the alarms say", users: policy.Resource{topic.MayUseKey(), topic.RolesMayUseKey()},
		}).ARN()
	}
	m := &monitor{
		t: t, topic: topic.Add(t).ARN(), retains: s.Environment.retains(), latency: cmp.Or(s.Monitoring.LatencySeconds, spec.DefaultMonitoring().LatencySeconds),
	}
	cfn.Publish(t, s.TopicARN(), m.topic)
	cfn.Publish(t, s.KeyARN(), topic.Key)
	if s.Functions != nil {
		m.api(s.Functions)
		m.functions(s.Functions.Functions)
	}
	if s.Services != nil {
		m.services(s.Services)
	}
	if s.Batch != nil {
		m.jobs(s.Batch.Jobs)
	}
	m.queues()
	resources.Dashboard{
		ID: "Dashboard", Name: spec.Name(p.Project, p.Scope, "overview"),
		Rows: append([]resources.DashboardRow{{Title: p.Project + " in " + s.Environment.called(), Alarms: m.alarms}}, m.rows...),
	}.Add(t)
	return nil
}

// topic is what alarms tell, without its key.
func (s *Monitoring) topic(p cfn.Place) resources.Topic {
	return resources.Topic{
		ID: "Topic", Name: spec.Name(p.Project, p.Scope, spec.AlarmsPart), Sender: p.Project + " in " + p.Scope,
		Alarms: spec.Name(p.Project, p.Scope, "*"), Events: true, Emails: addresses(s.Monitoring.Email),
		Roles: resources.RoleARNOf(cfn.AccountID(), spec.ApplicationPath(p.Project), spec.Name(p.Project, p.Scope, "*")),
	}
}

// Wire deploys the alarms after the services: no running task of a service that is not there yet would be one that is gone.
func (s *Monitoring) Wire(t *cfn.Template, others []*cfn.Template) error {
	for _, o := range others {
		if s.Services != nil && o.Stack() == s.Services {
			t.DeployAfter(o)
		}
	}
	return nil
}

// addresses of e-mail between commas, each once.
func addresses(list string) []string {
	var found []string
	for a := range strings.SplitSeq(list, ",") {
		if a = strings.TrimSpace(a); a != "" && !slices.Contains(found, a) {
			found = append(found, a)
		}
	}
	return found
}

// monitor declares alarms, and collects what the dashboard shows.
type monitor struct {
	t       *cfn.Template
	topic   cfn.Value[cfn.TopicARN]
	retains bool // logs outlive what writes them
	latency float64
	alarms  []resources.AlarmHandle
	rows    []resources.DashboardRow
	waiting []resources.Metric // messages in queues that should be empty
}

// watch is what makes an alarm of a thing.
type watch struct {
	// what is wrong: the last part of the alarm's name.
	what string
	// says what is wrong, and what to look at first.
	says string
	// metrics and formula, threshold, comparison (above, if it says nothing) and missing data as resources.Alarm has them.
	metrics    []resources.Metric
	formula    string
	threshold  float64
	comparison resources.Comparison
	missing    resources.Missing
	span       span
}

// watch makes the alarms of a thing. Its name is the first part of theirs: that of a function ends in -function, so that no two are the same.
func (m *monitor) watch(thing string, list ...watch) {
	p := m.t.Place
	for _, w := range list {
		m.alarms = append(m.alarms, resources.Alarm{
			ID: cfn.ID(thing, w.what), Name: spec.Name(p.Project, p.Scope, thing+"-"+w.what), Description: w.says,
			Metrics: w.metrics, Formula: w.formula, Comparison: cmp.Or(w.comparison, resources.Above), Threshold: w.threshold,
			PeriodSeconds: w.span.seconds, Periods: w.span.periods, Breaching: w.span.breaching,
			Missing: w.missing, Topic: m.topic,
		}.Add(m.t))
	}
}

// show adds a row to the dashboard.
func (m *monitor) show(title string, graphs ...resources.Graph) {
	graphs = slices.DeleteFunc(graphs, func(g resources.Graph) bool { return len(g.Lines) == 0 })
	m.rows = append(m.rows, resources.DashboardRow{Title: title, Graphs: graphs})
}

// source is where the metrics of a thing come from.
type source struct {
	label, namespace string
	dimensions       []resources.Dimension
}

func (s source) metric(name, statistic string) resources.Metric {
	return resources.Metric{Label: s.label, Namespace: s.namespace, Name: name, Dimensions: s.dimensions, Statistic: statistic}
}

// one metric is all that an alarm needs.
func one(metric resources.Metric) []resources.Metric { return []resources.Metric{metric} }

// share is what part is of all, in percent. In a period without either there is no share, so no alarm.
const share = "100 * part / all"

func shared(part, all resources.Metric) []resources.Metric {
	part.ID, all.ID = "part", "all"
	return []resources.Metric{part, all}
}

func (m *monitor) api(s *Functions) {
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

// seconds is the latency in words.
func (m *monitor) seconds() string { return strconv.FormatFloat(m.latency, 'g', -1, 64) + " s" }

func labelled(metric resources.Metric, label string) resources.Metric {
	metric.Label = label
	return metric
}

func (m *monitor) functions(list []spec.Function) {
	calls, failed := resources.Graph{Title: "Calls"}, resources.Graph{Title: "Errors"}
	throttled, duration := resources.Graph{Title: "Throttled calls"}, resources.Graph{Title: "Duration in ms, p99"}
	for _, f := range list {
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
					m.log((&Functions{}).Name(), cfn.ID(f.Name, "function"), "/aws/lambda/"+name)),
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

// queue watches a queue that should be empty.
func (m *monitor) queue(thing, what, part, holds, first string) {
	name := spec.Name(m.t.Place.Project, m.t.Place.Scope, part)
	queue := source{part, "AWS/SQS", []resources.Dimension{{Name: "QueueName", Value: cfn.Lit(name)}}}
	depth := queue.metric("ApproximateNumberOfMessagesVisible", "Maximum")
	m.watch(thing, watch{
		what: what, metrics: one(depth), threshold: none, span: atOnce(),
		says: fmt.Sprintf("%s stands in the queue %s. Look first at %s.", holds, name, first),
	})
	m.waiting = append(m.waiting, depth)
}

func (m *monitor) queues() {
	if len(m.waiting) > 0 {
		m.show("Queues that should be empty", resources.Graph{Title: "Messages", Lines: m.waiting})
	}
}

func (m *monitor) services(s *Services) {
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
			all, bad, slow := m.balancer(s, x.Name, name)
			requests.Lines, failed.Lines, latency.Lines = append(requests.Lines, all), append(failed.Lines, bad...), append(latency.Lines, slow)
		}
	}
	m.show("Services", cpu, memory, tasks)
	if len(requests.Lines) > 0 {
		m.show("Load balancers", requests, failed, latency)
	}
}

// balancer watches a service's load balancer.
func (m *monitor) balancer(s *Services, service, name string) (requests resources.Metric, failed []resources.Metric, latency resources.Metric) {
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

// log is what messages call a log group: by its name, or by what that begins with where CloudFormation chooses the rest.
func (m *monitor) log(stack, id, name string) string {
	if m.retains {
		name = spec.Name(m.t.Place.Project, m.t.Place.Scope, stack) + "-" + id
	}
	if m.retains || strings.HasSuffix(name, "/") {
		name += "*"
	}
	return name
}

// jobs have no metrics: an event tells that one has failed.
func (m *monitor) jobs(list []spec.Job) {
	p := m.t.Place
	rule := resources.Rule{
		ID: "JobsFailed", Name: spec.Name(p.Project, p.Scope, "jobs-failed"),
		Description: fmt.Sprintf("Tells of each job of %s in environment %s that failed for good", p.Project, p.Scope),
		Pattern: cfn.Object{
			{Name: "source", Value: []any{"aws.batch"}},
			{Name: "detail-type", Value: []any{"Batch Job State Change"}},
			{Name: "detail", Value: cfn.Object{
				{Name: "status", Value: []any{"FAILED"}},
				{Name: "jobQueue", Value: []any{cfn.Object{{Name: "prefix", Value: jobQueues(p)}}}},
			}},
		},
		Topic: m.topic,
		Message: []string{
			"The job <job> failed: <reason>",
			"Container: exit code <code>, <container>",
			"Look first at its log, " + m.log((&Batch{}).Name(), "", "/aws/batch/") + ", stream <stream>",
			"Queue: <queue>",
			"Job: <id>, <time>",
		},
		Fields: []resources.Field{
			{Name: "job", Path: "$.detail.jobName"},
			{Name: "reason", Path: "$.detail.statusReason"},
			{Name: "code", Path: "$.detail.container.exitCode"},
			{Name: "container", Path: "$.detail.container.reason"},
			{Name: "stream", Path: "$.detail.container.logStreamName"},
			{Name: "queue", Path: "$.detail.jobQueue"},
			{Name: "id", Path: "$.detail.jobId"},
			{Name: "time", Path: "$.time"},
		},
	}.Add(m.t)
	dimensions := []resources.Dimension{{Name: "RuleName", Value: rule.Name()}}
	failed, lost := source{"failed", "AWS/Events", dimensions}, source{"nobody was told", "AWS/Events", dimensions}
	m.watch("jobs", watch{
		what: "untold", metrics: one(lost.metric("FailedInvocations", "Sum")), threshold: none, span: atOnce(),
		says: "A job failed, and the message that says so was lost. Look first at the failed jobs of the environment's queues in Batch, " +
			"then at whether somebody changed the topic or its key.",
	})
	for _, j := range list {
		if j.Schedule != "" {
			m.queue(j.Name+"-job", "missed", spec.MissedPart(j.Name),
				fmt.Sprintf("What the schedule of the job %s could not submit", spec.Name(p.Project, p.Scope, j.Name)),
				"the attributes of the messages, which say why; then submit the job, if it is still time, and delete them")
		}
	}
	m.show("Jobs", resources.Graph{Title: "Failed jobs", Lines: []resources.Metric{
		failed.metric("TriggeredRules", "Sum"), lost.metric("FailedInvocations", "Sum"),
	}})
}

// jobQueues is what the ARNs of the environment's job queues begin with.
func jobQueues(p cfn.Place) cfn.Part {
	return cfn.Format[cfn.Text]("arn:%s:batch:%s:%s:job-queue/%s",
		cfn.Partition(), cfn.Region(), cfn.AccountID(), cfn.Lit(spec.Name(p.Project, p.Scope, "")))
}
