package resources_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

var topicARN = cfn.Literal[cfn.TopicARN]("arn:aws:sns:eu-west-1:222222222222:shop-dev-alarms")

// oneTopic has all but a key.
func oneTopic() resources.Topic {
	return resources.Topic{
		ID: "Topic", Name: "shop-dev-alarms", Sender: "shop in dev", Alarms: "shop-dev-*", Events: true,
		Emails: []string{"ops@example.com", "on-call+shop@example.com"},
	}
}

// oneAlarm has as little as an alarm needs.
func oneAlarm() resources.Alarm {
	return resources.Alarm{
		ID: "Errors", Name: "shop-dev-hello-function-errors", Description: "Function hello fails. Look at its log first.",
		Metrics: []resources.Metric{{
			Namespace: "AWS/Lambda", Name: "Errors", Statistic: "Sum",
			Dimensions: []resources.Dimension{{Name: "FunctionName", Value: cfn.Lit("shop-dev-hello")}},
		}},
		Comparison: resources.Above, PeriodSeconds: 300, Periods: 1,
	}
}

// oneAlarmOnShare watches a formula.
func oneAlarmOnShare() resources.Alarm {
	a := oneAlarm()
	calls := a.Metrics[0]
	a.Metrics[0].ID = "errors"
	calls.ID, calls.Name = "calls", "Invocations"
	a.Metrics = append(a.Metrics, calls)
	a.Formula, a.Threshold, a.Missing = "100 * errors / calls", 0.5, resources.Breaching
	return a
}

// oneDashboard has every kind of row.
func oneDashboard(alarms ...resources.AlarmHandle) resources.Dashboard {
	line := func(label, name, statistic string) resources.Metric {
		m := oneAlarm().Metrics[0]
		m.Label, m.Name, m.Statistic = label, name, statistic
		return m
	}
	return resources.Dashboard{ID: "Dashboard", Name: "shop-dev-overview", Rows: []resources.DashboardRow{
		{Title: "State", Alarms: alarms},
		{Title: "Functions", Graphs: []resources.Graph{
			{Title: "Calls", Lines: []resources.Metric{line("hello", "Invocations", "Sum"), line(`"sink" ${x}`, "Invocations", "Sum")}},
			{Title: "Milliseconds", Lines: []resources.Metric{line("", "Duration", "p99")}, PeriodSeconds: 60},
		}},
	}}
}

// oneRule tells of jobs that fail.
func oneRule() resources.Rule {
	return resources.Rule{
		ID: "JobsFailed", Name: "shop-dev-jobs-failed", Description: "Tells of each job that fails", Topic: topicARN,
		Pattern: cfn.Object{
			{Name: "source", Value: []any{"aws.batch"}},
			{Name: "detail", Value: cfn.Object{
				{Name: "status", Value: []any{"FAILED"}},
				{Name: "jobQueue", Value: []any{cfn.Object{{Name: "prefix", Value: cfn.Format[cfn.Text]("arn:%s:batch:", cfn.Partition())}}}},
			}},
		},
		Message: []string{`Job <job> failed: "<reason>"`, "Id: <id>"},
		Fields: []resources.Field{
			{Name: "job", Path: "$.detail.jobName"}, {Name: "reason", Path: "$.detail.statusReason"}, {Name: "id", Path: "$.detail.jobId"},
		},
	}
}

func TestTopicsThatSNSRefuses(t *testing.T) {
	t.Parallel()
	const properties = "Resources.Topic.Properties"
	for _, c := range []struct {
		why    string
		change func(*resources.Topic)
		want   string
	}{
		{"it is fine as it is", func(*resources.Topic) {}, ""},
		{
			"a dot in its name", func(x *resources.Topic) { x.Name = "a.b" },
			properties + `.TopicName: "a.b" is not a valid name: SNS requires 1 to 256 letters, digits and _-; choose another one`,
		},
		{"100 characters of sender", func(x *resources.Topic) { x.Sender = strings.Repeat("ü", 100) }, ""},
		{
			"101", func(x *resources.Topic) { x.Sender = strings.Repeat("ü", 101) },
			properties + ".DisplayName: it has 101 characters; the limit of SNS is 100; shorten it",
		},
		{
			"CloudWatch cannot use the key that SNS has for all", func(x *resources.Topic) { x.Key = cfn.Value[cfn.KeyARN]{} },
			properties + ".KmsMasterKeyId: the key is not set; set Key to a customer managed key",
		},
		{
			"nor the one of AWS", func(x *resources.Topic) { x.Key = resources.AWSKey() },
			properties + ".KmsMasterKeyId: the key is not set; set Key to a customer managed key",
		},
		{
			"no domain", func(x *resources.Topic) { x.Emails = []string{"ops@"} },
			`Resources.TopicOps01a349243.Properties.Endpoint: "ops@" is not a valid e-mail address; write one such as ops@example.com`,
		},
		{
			"nobody at it", func(x *resources.Topic) { x.Emails = []string{"@example.com"} },
			`Resources.TopicExampleCom05ded7034.Properties.Endpoint: "@example.com" is not a valid e-mail address; write one such as ops@example.com`,
		},
		{
			"two in one", func(x *resources.Topic) { x.Emails = []string{"a@example.com b@example.com"} },
			`Resources.TopicAExampleComBExampleCom0f7042e12.Properties.Endpoint: "a@example.com b@example.com" is not a valid e-mail address; write one such as ops@example.com`,
		},
		{
			"an address twice", func(x *resources.Topic) { x.Emails = []string{"a@example.com", "a@example.com"} },
			"Resources.TopicAExampleCom: the logical id is used twice; choose another one",
		},
		{
			"a pattern of alarms that is too long", func(x *resources.Topic) { x.Alarms = strings.Repeat("a", 31000) },
			"Resources.TopicPolicy.Properties.PolicyDocument: a topic's policy has 32086 bytes; the AWS limit is 30720; grant less, or split it",
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			tmpl, x := template(), oneTopic()
			x.Key = keyARN
			c.change(&x)
			x.Add(tmpl)
			if diff := cmp.Diff(c.want, problems(t, tmpl)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// An address keeps its subscription, which somebody has confirmed, whatever becomes of the others.
func TestAnAddressKeepsItsLogicalID(t *testing.T) {
	t.Parallel()
	of := func(emails ...string) []string {
		tmpl := template()
		resources.Topic{ID: "Topic", Name: "news", Key: keyARN, Emails: emails}.Add(tmpl)
		n, err := tmpl.Render()
		if err != nil {
			t.Fatal(err)
		}
		return n.Get("Resources").Keys
	}
	alone := of("ops@example.com")
	id := alone[len(alone)-1]
	if among := of("a@example.com", "ops@example.com", "b@example.com"); !slices.Contains(among, id) {
		t.Errorf("alone it has the id %s, among others one of %v", id, among)
	}
}

// Addresses that differ in punctuation alone are those of different people.
func TestAddressesHaveLogicalIDsOfTheirOwn(t *testing.T) {
	t.Parallel()
	emails := []string{
		"ab@x.com", "a.b@x.com", "a-b@x.com", "a+b@x.com", "a@b.x.com", "a@b-x.com", "aB@x.com", "AB@x.com", "ab@xCom", "ops@example.com", "ops2@example2.com",
		"ops@" + strings.Repeat("a", 240) + ".com", "ops@" + strings.Repeat("a", 241) + ".com",
	}
	tmpl := template()
	resources.Topic{ID: "Topic", Name: "news", Key: keyARN, Emails: emails}.Add(tmpl)
	n, err := tmpl.Render()
	if err != nil {
		t.Fatal(err)
	}
	for _, plain := range []string{"TopicAbXCom", "TopicABXCom", "TopicOpsExampleCom", "TopicOps2Example2Com"} {
		if n.At("Resources", plain) == nil {
			t.Errorf("there is no %s", plain)
		}
	}
}

// Who may publish may use the key, else what they publish is lost; and nobody else may.
func TestTheKeyOfATopicAdmitsWhoMayPublish(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		alarms string
		events bool
		want   []string
	}{
		{"shop-*", false, []string{"cloudwatch.amazonaws.com"}},
		{"", true, []string{"events.amazonaws.com"}},
		{"shop-*", true, []string{"cloudwatch.amazonaws.com", "events.amazonaws.com"}},
	} {
		tmpl := template()
		x := resources.Topic{ID: "Topic", Name: "news", Alarms: c.alarms, Events: c.events}
		x.Key = resources.Key{ID: "Key", Alias: "news", Description: "d", Users: []policy.Statement{x.MayUseKey()}}.Add(tmpl).ARN()
		x.Add(tmpl)
		n, err := tmpl.Render()
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []struct{ id, property, action string }{
			{"Key", "KeyPolicy", "kms:GenerateDataKey*"}, {"TopicPolicy", "PolicyDocument", "sns:Publish"},
		} {
			if got := admitted(n.At("Resources", at.id, "Properties", at.property, "Statement"), at.action); !slices.Equal(got, c.want) {
				t.Errorf("alarms %q, events %v: %s admits %v to %s, want %v", c.alarms, c.events, at.id, got, at.action, c.want)
			}
		}
	}
}

// admitted are the services that statements allow an action.
func admitted(statements *tree.Node, action string) []string {
	var list []string
	for _, s := range statements.Items {
		services := s.At("Principal", "Service")
		if s.Get("Effect").Text != "Allow" || services == nil || !slices.Contains(each(s.Get("Action")), action) {
			continue
		}
		list = append(list, each(services)...)
	}
	return list
}

// each text of a list, or the only one.
func each(n *tree.Node) []string {
	if n.Kind == tree.String {
		return []string{n.Text}
	}
	list := make([]string, len(n.Items))
	for i, item := range n.Items {
		list[i] = item.Text
	}
	return list
}

func TestAlarmsThatNeverGoOff(t *testing.T) {
	t.Parallel()
	const properties = "Resources.Errors.Properties"
	const metric = properties + ".Metrics.Errors"
	statistic := func(s string) func(*resources.Alarm) {
		return func(a *resources.Alarm) { a.Metrics[0].Statistic = s }
	}
	span := func(seconds, periods, breaching int) func(*resources.Alarm) {
		return func(a *resources.Alarm) { a.PeriodSeconds, a.Periods, a.Breaching = seconds, periods, breaching }
	}
	noStatistic := func(s string) string {
		return metric + `.Statistic: it is "` + s + `"; CloudWatch allows ["Average" "Maximum" "Minimum" "SampleCount" "Sum"]`
	}
	for _, c := range []struct {
		why    string
		change func(*resources.Alarm)
		want   string
	}{
		{"it is fine as it is", func(*resources.Alarm) {}, ""},
		{
			"a space in its name", func(a *resources.Alarm) { a.Name = "a b" },
			properties + `.AlarmName: "a b" is not a valid name: CloudWatch requires 1 to 255 letters, digits and ._/-; choose another one`,
		},
		{
			"it says nothing", func(a *resources.Alarm) { a.Description = "" },
			properties + ".AlarmDescription: the alarm has no description; say what is wrong if the alarm goes off, and what to look at first",
		},
		{
			"it says too much", func(a *resources.Alarm) { a.Description = strings.Repeat("ü", 1025) },
			properties + ".AlarmDescription: it has 1025 characters; the limit of CloudWatch is 1024; shorten it",
		},
		{"a percentile", statistic("p99.9"), ""},
		{"the highest", statistic("p100"), ""},
		{"a percentile over 100", statistic("p100.1"), noStatistic("p100.1")},
		{"a percentile of nothing", statistic("p"), noStatistic("p")},
		{"a percentile in words", statistic("pInf"), noStatistic("pInf")},
		{"no statistic", statistic(""), noStatistic("")},
		{"a statistic in small letters", statistic("sum"), noStatistic("sum")},
		{
			"no metric", func(a *resources.Alarm) { a.Metrics = nil },
			properties + ".Metrics: there are 0 metrics and no formula; set one metric without an id, or a formula with the ids of the metrics",
		},
		{
			"two metrics", func(a *resources.Alarm) { a.Metrics = append(a.Metrics, a.Metrics[0]) },
			properties + ".Metrics: there are 2 metrics and no formula; set one metric without an id, or a formula with the ids of the metrics",
		},
		{
			"a metric without a name", func(a *resources.Alarm) { a.Metrics[0].Name = "" },
			properties + `.Metrics.: a metric requires a namespace and a name, but has "AWS/Lambda" and ""; set both`,
		},
		{
			"31 dimensions", func(a *resources.Alarm) {
				a.Metrics[0].Dimensions = slices.Repeat([]resources.Dimension{{Name: "A", Value: cfn.Lit("b")}}, 31)
			},
			metric + ".Dimensions: there are 31; the CloudWatch limit is 30",
		},
		{
			"a comparison in signs", func(a *resources.Alarm) { a.Comparison = ">" },
			properties + `.ComparisonOperator: it is ">"; CloudWatch allows ` +
				`["GreaterThanThreshold" "GreaterThanOrEqualToThreshold" "LessThanThreshold" "LessThanOrEqualToThreshold"]`,
		},
		{
			"missing data that is well", func(a *resources.Alarm) { a.Missing = "fine" },
			properties + `.TreatMissingData: it is "fine"; CloudWatch allows ["" "notBreaching" "breaching" "ignore" "missing"]`,
		},
		{"ten seconds", span(10, 1, 0), ""},
		{"a day of minutes", span(60, 1440, 1440), ""},
		{"a week of hours", span(3600, 168, 0), ""},
		{
			"90 seconds", span(90, 1, 0),
			properties + ".Period: it is 90 seconds; CloudWatch allows 10, 20, 30 and multiples of 60",
		},
		{
			"no seconds", span(0, 1, 0),
			properties + ".Period: it is 0 seconds; CloudWatch allows 10, 20, 30 and multiples of 60",
		},
		{
			"more than a day of minutes", span(60, 1441, 0),
			properties + ".EvaluationPeriods: 1441 periods have 86460 seconds; the CloudWatch limit is 86400; use fewer periods, at least 1",
		},
		{
			"more than a week of hours", span(3600, 169, 0),
			properties + ".EvaluationPeriods: 169 periods have 608400 seconds; the CloudWatch limit is 604800; use fewer periods, at least 1",
		},
		{
			"no periods", span(300, 0, 0),
			properties + ".EvaluationPeriods: 0 periods have 0 seconds; the CloudWatch limit is 86400; use fewer periods, at least 1",
		},
		{"3 of 2", span(300, 2, 3), properties + ".DatapointsToAlarm: it is 3; CloudWatch allows 0 to 2"},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			tmpl, a := template(), oneAlarm()
			c.change(&a)
			a.Add(tmpl)
			if diff := cmp.Diff(c.want, problems(t, tmpl)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestFormulasThatCloudWatchRefuses(t *testing.T) {
	t.Parallel()
	const metrics = "Resources.Errors.Properties.Metrics"
	const id = "; use letters, digits and _, beginning with a lower-case letter"
	for _, c := range []struct {
		why    string
		change func(*resources.Alarm)
		want   string
	}{
		{"it is fine as it is", func(*resources.Alarm) {}, ""},
		{"a metric in a function", func(a *resources.Alarm) { a.Formula = "FILL(errors,0)/calls" }, ""},
		{
			"a metric that nobody names", func(a *resources.Alarm) { a.Formula = "100 * errors / calls2" },
			metrics + `.Invocations: the formula "100 * errors / calls2" does not contain calls; remove the metric, or use it in the formula`,
		},
		{
			"a metric without an id", func(a *resources.Alarm) { a.Metrics[1].ID, a.Formula = "", "errors" },
			metrics + `.Invocations: "" is not a valid id of a metric` + id + "\n" +
				metrics + "[2].Id: a required property is not set; set it; for an empty text use cfn.Lit",
		},
		{
			"a capital letter first", func(a *resources.Alarm) { a.Metrics[1].ID, a.Formula = "Calls", "errors / Calls" },
			metrics + `.Invocations: "Calls" is not a valid id of a metric` + id,
		},
		{
			"a dash", func(a *resources.Alarm) { a.Metrics[1].ID, a.Formula = "all-calls", "errors / all-calls" },
			metrics + `.Invocations: "all-calls" is not a valid id of a metric` + id,
		},
		{
			"an id twice", func(a *resources.Alarm) { a.Metrics[1].ID, a.Formula = "errors", "errors" },
			metrics + `.Invocations: another metric has the id "errors"; choose another one`,
		},
		{
			"the id of the result", func(a *resources.Alarm) { a.Metrics[1].ID, a.Formula = "watched", "errors / watched" },
			metrics + `.Invocations: another metric has the id "watched"; choose another one`,
		},
		{
			"no metrics", func(a *resources.Alarm) { a.Metrics = nil },
			metrics + ": it is 0; an alarm on a formula in CloudWatch allows 1 to 10",
		},
		{
			"11 metrics", func(a *resources.Alarm) {
				m := a.Metrics[0]
				a.Metrics, a.Formula = nil, "1"
				for i := range 11 {
					m.ID = fmt.Sprintf("m%d", i)
					a.Metrics, a.Formula = append(a.Metrics, m), a.Formula+"+"+m.ID
				}
			},
			metrics + ": it is 11; an alarm on a formula in CloudWatch allows 1 to 10",
		},
		{
			"2,049 characters", func(a *resources.Alarm) { a.Formula = "errors / calls" + strings.Repeat(" ", 2035) },
			metrics + ".Expression: it has 2049 characters; the limit of CloudWatch is 2048; shorten it",
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			tmpl, a := template(), oneAlarmOnShare()
			c.change(&a)
			a.Add(tmpl)
			if diff := cmp.Diff(c.want, problems(t, tmpl)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestDashboardsThatCloudWatchRefuses(t *testing.T) {
	t.Parallel()
	const body = "Resources.Dashboard.Properties.DashboardBody"
	graph := func(lines int) resources.Graph {
		return resources.Graph{Title: "Calls", Lines: slices.Repeat(oneDashboard().Rows[1].Graphs[1].Lines, lines)}
	}
	graphs := func(n, lines int) func(*resources.Dashboard) {
		return func(d *resources.Dashboard) {
			d.Rows = nil
			for range n {
				d.Rows = append(d.Rows, resources.DashboardRow{Title: "Functions", Graphs: []resources.Graph{graph(lines)}})
			}
		}
	}
	for _, c := range []struct {
		why    string
		change func(*resources.Dashboard)
		want   string
	}{
		{"it is fine as it is", func(*resources.Dashboard) {}, ""},
		{
			"a dot in its name", func(d *resources.Dashboard) { d.Name = "a.b" },
			`Resources.Dashboard.Properties.DashboardName: "a.b" is not a valid name: CloudWatch requires 1 to 255 letters, digits and _-; choose another one`,
		},
		{
			"nothing on it", func(d *resources.Dashboard) { d.Rows = nil },
			body + ".widgets: it is 0; CloudWatch allows 1 to 500\n" + body + ": the format \"{\\\"widgets\\\":[\\n%s\\n]}\" does not have 0 parts",
		},
		{"500 widgets", graphs(250, 1), ""},
		{"502 widgets", graphs(251, 1), body + ".widgets: it is 502; CloudWatch allows 1 to 500"},
		{"500 lines, 2,500 together", graphs(5, 500), ""},
		{"2,505 lines", graphs(15, 167), body + ".metrics: it is 2505; CloudWatch allows 0 to 2500"},
		{"501 lines", graphs(1, 501), body + ".Calls: it is 501; a graph of CloudWatch allows 1 to 500"},
		{"a graph of nothing", graphs(1, 0), body + ".Calls: it is 0; a graph of CloudWatch allows 1 to 500"},
		{
			"13 graphs side by side", func(d *resources.Dashboard) { d.Rows[1].Graphs = slices.Repeat([]resources.Graph{graph(1)}, 13) },
			body + ".Functions: it is 13; a row allows 1 to 12",
		},
		{
			"a statistic that is none", func(d *resources.Dashboard) { d.Rows[1].Graphs[0].Lines[0].Statistic = "Mean" },
			body + `.Calls.Invocations.Statistic: it is "Mean"; CloudWatch allows ["Average" "Maximum" "Minimum" "SampleCount" "Sum"]`,
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			tmpl, d := template(), oneDashboard()
			c.change(&d)
			d.Add(tmpl)
			if diff := cmp.Diff(c.want, problems(t, tmpl)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// CloudWatch shows the states of 100 alarms in a widget.
func TestADashboardShowsAllAlarms(t *testing.T) {
	t.Parallel()
	tmpl := template()
	var alarms []resources.AlarmHandle
	for i := range 201 {
		a := oneAlarm()
		a.ID = fmt.Sprintf("Alarm%d", i)
		alarms = append(alarms, a.Add(tmpl))
	}
	oneDashboard(alarms...).Add(tmpl)
	n, err := tmpl.Render()
	if err != nil {
		t.Fatal(err)
	}
	body := n.At("Resources", "Dashboard", "Properties", "DashboardBody", "Fn::Sub").Text
	var counts []int
	below := 0
	root, err := tree.Parse("body.json", []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range root.Get("widgets").Items {
		if alarms := w.At("properties", "alarms"); alarms != nil {
			counts = append(counts, len(alarms.Items))
		}
		y, height := number(t, w.Get("y")), number(t, w.Get("height"))
		if x := number(t, w.Get("x")); x == 0 && y != below {
			t.Errorf("a row begins at %d, the one above ends at %d:\n%s", y, below, w.YAML())
		} else if x == 0 {
			below = y + height
		}
	}
	if want := []int{100, 100, 1}; !slices.Equal(counts, want) {
		t.Errorf("got widgets of %v alarms, want %v", counts, want)
	}
}

func number(tb testing.TB, n *tree.Node) int {
	tb.Helper()
	i, err := strconv.Atoi(n.Text)
	if err != nil {
		tb.Fatal(err)
	}
	return i
}

func TestRulesThatEventBridgeRefuses(t *testing.T) {
	t.Parallel()
	const properties = "Resources.JobsFailed.Properties"
	const transformer = properties + ".Targets[0].InputTransformer"
	for _, c := range []struct {
		why    string
		change func(*resources.Rule)
		want   string
	}{
		{"it is fine as it is", func(*resources.Rule) {}, ""},
		{"64 characters are a name", func(r *resources.Rule) { r.Name = strings.Repeat("a", 64) }, ""},
		{
			"65 are not", func(r *resources.Rule) { r.Name = strings.Repeat("a", 65) },
			fmt.Sprintf("%s.Name: %q is not a valid name: EventBridge requires 1 to 64 letters, digits and ._-; choose another one", properties, strings.Repeat("a", 65)),
		},
		{
			"no events", func(r *resources.Rule) { r.Pattern = nil },
			properties + ".EventPattern: the rule has no event pattern; set Pattern to the events that it is for",
		},
		{
			"nobody to tell", func(r *resources.Rule) { r.Topic = cfn.Value[cfn.TopicARN]{} },
			properties + ".Targets[0].Arn: a required property is not set; set it; for an empty text use cfn.Lit",
		},
		{
			"nothing to say", func(r *resources.Rule) { r.Message = nil },
			transformer + ".InputTemplate: a required property is not set; set it; for an empty text use cfn.Lit",
		},
		{
			"a field that is not there", func(r *resources.Rule) { r.Message = []string{"<job> <queue>"} },
			transformer + `.InputTemplate: the line "<job> <queue>" contains the field queue, which is not declared; add it to Fields`,
		},
		{
			"a name of EventBridge's own", func(r *resources.Rule) {
				r.Fields = append(r.Fields, resources.Field{Name: "aws.events.rule-name", Path: "$.a"})
			},
			transformer + `.InputPathsMap: "aws.events.rule-name" is not a valid field name; choose another one`,
		},
		{
			"a field twice", func(r *resources.Rule) { r.Fields = append(r.Fields, r.Fields[0]) },
			transformer + `.InputPathsMap: another field has the name "job"; choose another one`,
		},
		{
			"a path without its root", func(r *resources.Rule) { r.Fields[0].Path = "detail.jobName" },
			transformer + `.InputPathsMap.job: "detail.jobName" is not a valid path of a field; begin with $.`,
		},
		{
			"a build without a role", func(r *resources.Rule) {
				r.Build = cfn.Literal[cfn.ProjectARN]("arn:aws:codebuild:eu-west-1:111111111111:project/clear")
			},
			properties + ".Targets[0].RoleArn: there is no role: EventBridge could not start the build; set Role to one that may",
		},
		{
			"8,193 characters", func(r *resources.Rule) { r.Message = []string{strings.Repeat("ü", 8191)} },
			transformer + ".InputTemplate: it has 8193 characters; the limit of EventBridge is 8192; shorten it",
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			tmpl, r := template(), oneRule()
			c.change(&r)
			r.Add(tmpl)
			if diff := cmp.Diff(c.want, problems(t, tmpl)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}
