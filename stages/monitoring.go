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

	// after are the stacks that must be deployed before alarms watch what they have.
	after []cfn.Stack
}

// watched is a stack with parts that the alarms and the dashboard of its environment watch.
type watched interface {
	cfn.Stack
	// watch declares the alarms of the stack's parts, and their rows of the dashboard.
	watch(m *monitor)
}

func isWatched(s cfn.Stack) bool { _, ok := s.(watched); return ok }

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
	for _, x := range s.Environment.Stacks {
		if w, ok := x.(watched); ok {
			w.watch(m)
		}
	}
	s.after = m.after
	for _, declare := range m.last {
		declare()
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

// Wire deploys the alarms after stacks whose parts would be missed before they exist.
func (s *Monitoring) Wire(t *cfn.Template, others []*cfn.Template) error {
	for _, o := range others {
		if slices.Contains(s.after, o.Stack()) {
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
	after   []cfn.Stack        // must be deployed before the alarms
	last    []func()           // declare what comes last on the dashboard
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

// seconds is the latency in words.
func (m *monitor) seconds() string { return strconv.FormatFloat(m.latency, 'g', -1, 64) + " s" }

func labelled(metric resources.Metric, label string) resources.Metric {
	metric.Label = label
	return metric
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
