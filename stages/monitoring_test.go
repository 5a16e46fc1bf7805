package stages_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/stages"
)

// parts of an environment with monitoring.
type parts struct {
	*stages.Monitoring
	Functions *stages.Functions
	Services  *stages.Services
	Batch     *stages.Batch
	Queues    *stages.Queues
}

// watching is the monitoring of an environment with one of each, all of it changed.
func watching(tb testing.TB, change func(*parts)) assembly.Stack {
	tb.Helper()
	place := cfn.Place{Project: "shop", Scope: "prod", Account: "444444444444", Region: "eu-west-1"}
	s := &parts{
		Monitoring: &stages.Monitoring{
			Environment: &stages.Environment{Type: spec.Prod, Place: place, Label: "Shop", Access: &stages.Access{Place: place}},
			Monitoring:  spec.Monitoring{Email: "ops@example.com", LatencySeconds: 2.5},
		},
		Functions: &stages.Functions{API: new(spec.DefaultAPI()), Functions: []spec.Function{
			{Name: "hello", Timeout: 30, API: spec.Routes{{Path: "/"}}},
			{Name: "sink", Timeout: 900, DeadLetters: true},
		}},
		Queues: &stages.Queues{Queues: []spec.Queue{{Name: "orders", DeadLetters: &spec.Redrive{After: 3}}, {Name: "tickets", FIFO: true}}},
		Batch:  &stages.Batch{Jobs: []spec.Job{{Name: "nightly", Schedule: "rate(1 day)"}, {Name: "once"}}},
		Services: &stages.Services{Services: []spec.Service{
			{Name: "web", Port: 80, Memory: 512, Count: spec.Count{Min: 2, Max: 4}, LoadBalancer: &spec.LoadBalancer{}},
			{Name: "worker", Memory: 1024, Count: spec.Count{Min: 1, Max: 1}},
		}},
	}
	change(s)
	e := s.Environment
	if s.Queues != nil {
		s.Queues.Environment = e
		e.Stacks = append(e.Stacks, s.Queues)
	}
	if s.Functions != nil {
		e.Stacks = append(e.Stacks, s.Functions)
	}
	if s.Batch != nil {
		e.Stacks = append(e.Stacks, s.Batch)
	}
	if s.Services != nil {
		e.Stacks = append(e.Stacks, s.Services)
	}
	templates := []*cfn.Template{cfn.New(place, s.Monitoring)}
	if err := s.Build(templates[0]); err != nil {
		tb.Fatal(err)
	}
	if s.Functions != nil {
		functions := cfn.New(place, s.Functions)
		cfn.Publish(functions, s.Functions.APIID(), cfn.Literal[cfn.APIID]("a1b2c3"))
		templates = append(templates, functions)
	}
	if s.Services != nil {
		services := cfn.New(place, s.Services)
		for _, x := range s.Services.Services {
			cfn.Publish(services, s.Services.LoadBalancerName(x.Name), cfn.Literal[cfn.LoadBalancerName]("app/web/50dc6c495c0c9188"))
			cfn.Publish(services, s.Services.TargetGroupName(x.Name), cfn.Literal[cfn.TargetGroupName]("targetgroup/web/943f017f100becff"))
		}
		templates = append(templates, services)
	}
	if _, err := cfn.Link(templates); err != nil {
		tb.Fatal(err)
	}
	n, err := templates[0].Render()
	if err != nil {
		tb.Fatal(err)
	}
	return assembly.Stack{Name: templates[0].Name(), Account: place.Account, Region: place.Region, Template: n}
}

func asItIs(*parts) {}

// alarmsOf are the alarms of a stack by name, each in one line: what is compared with what, in how many of how many periods, and what it
// means if there is nothing to compare.
func alarmsOf(s assembly.Stack) map[string]string {
	found := map[string]string{}
	for _, a := range ofType(s.Template, "AWS::CloudWatch::Alarm") {
		value, period, one := func(name string) string { return text(s, a.Get(name)) }, "", ""
		if queries := a.Get("Metrics"); queries != nil {
			one = queries.Items[0].Get("Expression").Text
			for _, q := range queries.Items[1:] {
				metric := q.At("MetricStat", "Metric")
				period = text(s, q.At("MetricStat", "Period"))
				one = strings.ReplaceAll(one, q.Get("Id").Text, metricOf(s, metric, text(s, q.At("MetricStat", "Stat"))))
			}
		} else {
			period, one = value("Period"), metricOf(s, a, value("Statistic")+value("ExtendedStatistic"))
		}
		sign := map[string]string{"GreaterThanThreshold": ">", "LessThanThreshold": "<"}[value("ComparisonOperator")]
		breaching := value("DatapointsToAlarm")
		if breaching == "" {
			breaching = value("EvaluationPeriods")
		}
		found[value("AlarmName")] = fmt.Sprintf("%s %s %s in %s of %s times %s s, %s",
			one, sign, value("Threshold"), breaching, value("EvaluationPeriods"), period, value("TreatMissingData"))
	}
	return found
}

// metricOf is a metric in words, with what it is about.
func metricOf(s assembly.Stack, metric *tree.Node, statistic string) string {
	var about []string
	for _, d := range metric.Get("Dimensions").Items {
		about = append(about, text(s, d.Get("Name"))+"="+text(s, d.Get("Value")))
	}
	return fmt.Sprintf("%s %s/%s{%s}", statistic, text(s, metric.Get("Namespace")), text(s, metric.Get("MetricName")), strings.Join(about, " "))
}

func TestEveryThingHasItsAlarms(t *testing.T) {
	t.Parallel()
	const (
		lambda  = "AWS/Lambda/%s{FunctionName=shop-prod-%s}"
		service = "{ClusterName=shop-prod ServiceName=shop-prod-%s}"
		api     = "{ApiId=${FunctionsApiId}}"
		group   = "{TargetGroup=${ServicesWebTargetGroupName} LoadBalancer=${ServicesWebLoadBalancerName}}"
	)
	want := map[string]string{
		"shop-prod-api-errors":  "100 * Sum AWS/ApiGateway/5xx" + api + " / Sum AWS/ApiGateway/Count" + api + " > 1 in 2 of 3 times 300 s, notBreaching",
		"shop-prod-api-latency": "p99 AWS/ApiGateway/Latency" + api + " > 2500 in 3 of 3 times 300 s, notBreaching",

		"shop-prod-sink-function-dead-letters": "Maximum AWS/SQS/ApproximateNumberOfMessagesVisible{QueueName=shop-prod-sink-dead-letters}" +
			" > 0 in 1 of 1 times 300 s, notBreaching",
		"shop-prod-orders-queue-dead-letters": "Maximum AWS/SQS/ApproximateNumberOfMessagesVisible{QueueName=shop-prod-orders-queue-dead-letters} > 0 in 1 of 1 times 300 s, notBreaching",
		"shop-prod-nightly-job-missed": "Maximum AWS/SQS/ApproximateNumberOfMessagesVisible{QueueName=shop-prod-nightly-missed}" +
			" > 0 in 1 of 1 times 300 s, notBreaching",
		"shop-prod-jobs-untold": "Sum AWS/Events/FailedInvocations{RuleName=${JobsFailed}} > 0 in 1 of 1 times 300 s, notBreaching",

		"shop-prod-web-service-errors": "100 * Sum AWS/ApplicationELB/HTTPCode_Target_5XX_Count" + group +
			" / Sum AWS/ApplicationELB/RequestCount" + group + " > 1 in 2 of 3 times 300 s, notBreaching",
		"shop-prod-web-service-unreachable": "Sum AWS/ApplicationELB/HTTPCode_ELB_5XX_Count{LoadBalancer=${ServicesWebLoadBalancerName}}" +
			" > 0 in 2 of 3 times 300 s, notBreaching",
		"shop-prod-web-service-latency": "p99 AWS/ApplicationELB/TargetResponseTime" + group + " > 2.5 in 3 of 3 times 300 s, notBreaching",
	}
	for name, periods := range map[string]int{"hello": 2, "sink": 4} { // an error counts when its call began
		of := func(metric string) string { return "Sum " + fmt.Sprintf(lambda, metric, name) }
		want["shop-prod-"+name+"-function-errors"] = fmt.Sprintf("100 * %s / %s > 1 in 1 of %d times 300 s, notBreaching",
			of("Errors"), of("Invocations"), periods)
		want["shop-prod-"+name+"-function-throttles"] = of("Throttles") + " > 0 in 2 of 3 times 300 s, notBreaching"
	}
	for name, least := range map[string]int{"web": 2, "worker": 1} {
		of := fmt.Sprintf(service, name)
		want["shop-prod-"+name+"-service-cpu"] = "Average AWS/ECS/CPUUtilization" + of + " > 85 in 3 of 3 times 300 s, notBreaching"
		want["shop-prod-"+name+"-service-memory"] = "Maximum AWS/ECS/MemoryUtilization" + of + " > 85 in 3 of 3 times 300 s, notBreaching"
		want["shop-prod-"+name+"-service-tasks"] = fmt.Sprintf("Average ECS/ContainerInsights/RunningTaskCount%s < %d in 5 of 5 times 60 s, breaching",
			of, least)
	}
	if diff := cmp.Diff(want, alarmsOf(watching(t, asItIs))); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

// What is called alike is told apart.
func TestThingsOfOneNameHaveAlarmsOfTheirOwn(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"api", "jobs", "function", "api-function", "web-service"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := watching(t, func(m *parts) { // that it renders says that no logical id is there twice
				m.Functions.Functions[1].Name, m.Batch.Jobs[0].Name = name, name
				m.Services.Services[0].Name = name
			})
			if got, all := len(alarmsOf(s)), len(ofType(s.Template, "AWS::CloudWatch::Alarm")); got != all {
				t.Errorf("%d alarms have %d names", all, got)
			}
		})
	}
}

// Rules and roles of stacks of the project's own may use the topic, whatever else is watched.
func TestTheTopicServesOwnStacks(t *testing.T) {
	t.Parallel()
	template := watching(t, func(m *parts) { m.Batch = nil }).Template
	topic, key := template.At("Resources", "TopicPolicy", "Properties", "PolicyDocument"), template.At("Resources", "Key", "Properties", "KeyPolicy")
	for name, text := range map[string]string{"topic": string(topic.YAML()), "key": string(key.YAML())} {
		for _, service := range []string{"cloudwatch.amazonaws.com", "events.amazonaws.com"} {
			if !strings.Contains(text, service) {
				t.Errorf("the policy of the %s does not admit %s", name, service)
			}
		}
	}
	if text := string(key.YAML()); !strings.Contains(text, "EncryptMessagesOfRoles") || !strings.Contains(text, "kms:ViaService: !Sub sns.${AWS::Region}.amazonaws.com") {
		t.Errorf("the policy of the key does not admit roles through SNS:\n%s", text)
	}
	if template.At("Resources", "KeyArnParameter") == nil {
		t.Error("own stacks cannot take the ARN of the key")
	}
}

func TestOnlyWhatIsThereIsWatched(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		why    string
		change func(*parts)
		gone   []string // what the names of alarms and the titles of rows hold no more
	}{
		{"no routes", func(m *parts) { m.Functions.Functions[0].API = nil }, []string{"-api-", "## API"}},
		{"no API", func(m *parts) { m.Functions.API = nil }, []string{"-api-", "## API"}},
		{"no functions", func(m *parts) { m.Functions = nil }, []string{"-api-", "## API", "-function-", "## Functions", "AWS/Lambda"}},
		{"no services", func(m *parts) { m.Services = nil }, []string{"-service-", "## Services", "## Load balancers"}},
		{
			"no load balancers", func(m *parts) { m.Services.Services[0].LoadBalancer = nil },
			[]string{"-service-unreachable", "## Load balancers", "AWS/ApplicationELB"},
		},
		{"no jobs", func(m *parts) { m.Batch = nil }, []string{"-job", "## Jobs", "AWS::Events::Rule"}},
		{"no schedules", func(m *parts) { m.Batch.Jobs[0].Schedule = "" }, []string{"-missed"}},
		{
			"no queues", func(m *parts) {
				m.Batch.Jobs[0].Schedule, m.Functions.Functions[1].DeadLetters, m.Queues = "", false, nil
			},
			[]string{"AWS/SQS", "## Queues"},
		},
		{"no address", func(m *parts) { m.Monitoring.Monitoring.Email = "" }, []string{"AWS::SNS::Subscription"}},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			with, without := string(watching(t, asItIs).Template.YAML()), string(watching(t, c.change).Template.YAML())
			for _, word := range c.gone {
				if !strings.Contains(with, word) {
					t.Errorf("%q is never there", word)
				}
				if strings.Contains(without, word) {
					t.Errorf("%q is still there", word)
				}
			}
		})
	}
}

func TestEachAddressIsToldOnce(t *testing.T) {
	t.Parallel()
	s := watching(t, func(m *parts) {
		m.Monitoring.Monitoring.Email = " ops@example.com,dev@example.com , ops@example.com,,"
	})
	var got []string
	for _, x := range ofType(s.Template, "AWS::SNS::Subscription") {
		got = append(got, x.Get("Endpoint").Text)
	}
	slices.Sort(got)
	if want := []string{"dev@example.com", "ops@example.com"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestLatencyHasADefault(t *testing.T) {
	t.Parallel()
	s := watching(t, func(m *parts) { m.Monitoring.Monitoring.LatencySeconds = 0 })
	if got := alarmsOf(s)["shop-prod-api-latency"]; !strings.Contains(got, " > 1000 in") {
		t.Errorf("got %q, want a second", got)
	}
}

// Every alarm says something, and tells the topic when it goes off and when it is over.
func TestEveryAlarmIsTold(t *testing.T) {
	t.Parallel()
	s := watching(t, asItIs)
	for id, a := range ofType(s.Template, "AWS::CloudWatch::Alarm") {
		for _, actions := range []string{"AlarmActions", "OKActions"} {
			if got := texts(s, a.Get(actions)); !slices.Equal(got, []string{"${Topic}"}) {
				t.Errorf("%s: %s are %v", id, actions, got)
			}
		}
		if says := text(s, a.Get("AlarmDescription")); !strings.Contains(says, "Look first at ") || strings.Contains(says, "%!") {
			t.Errorf("%s does not say what to look at first: %q", id, says)
		}
	}
}

// The topic admits the environment's alarms, and no others.
func TestTheTopicAdmitsItsAlarms(t *testing.T) {
	t.Parallel()
	s := watching(t, asItIs)
	policy := ofType(s.Template, "AWS::SNS::TopicPolicy")["TopicPolicy"].At("PolicyDocument", "Statement").Items
	pattern := text(s, find(policy, "Alarms").At("Condition", "ArnLike", "aws:SourceArn"))
	if want := "arn:aws:cloudwatch:eu-west-1:444444444444:alarm:shop-prod-*"; pattern != want {
		t.Errorf("got %s, want %s", pattern, want)
	}
	for name := range alarmsOf(s) {
		if !strings.HasPrefix(name, "shop-prod-") {
			t.Errorf("%s is not admitted", name)
		}
	}
}

// dashboardOf is the body of a stack's dashboard.
func dashboardOf(tb testing.TB, s assembly.Stack) *tree.Node {
	tb.Helper()
	body, err := tree.Parse("body.json", []byte(text(s, ofType(s.Template, "AWS::CloudWatch::Dashboard")["Dashboard"].Get("DashboardBody"))))
	if err != nil {
		tb.Fatal(err)
	}
	return body
}

func TestTheDashboardShowsEverything(t *testing.T) {
	t.Parallel()
	s := watching(t, asItIs)
	var alarms, titles []string
	lines := map[string][]string{}
	for _, w := range dashboardOf(t, s).Get("widgets").Items {
		p := w.Get("properties")
		switch w.Get("type").Text {
		case "alarm":
			alarms = append(alarms, texts(s, p.Get("alarms"))...)
		case "text":
			titles = append(titles, p.Get("markdown").Text)
		case "metric":
			if region := p.Get("region").Text; region != "eu-west-1" {
				t.Errorf("%s is of the region %q", p.Get("title").Text, region)
			}
			for _, m := range p.Get("metrics").Items {
				title := p.Get("title").Text
				lines[title] = append(lines[title], m.Items[len(m.Items)-1].Get("label").Text)
			}
		}
	}
	slices.Sort(alarms)
	var all []string
	for _, id := range slices.Sorted(maps.Keys(ofType(s.Template, "AWS::CloudWatch::Alarm"))) {
		all = append(all, "${"+id+".Arn}")
	}
	if diff := cmp.Diff(all, alarms); diff != "" {
		t.Errorf("alarms: want -, got +:\n%s", diff)
	}
	rows := []string{"## shop in prod (Shop)", "## API", "## Functions", "## Services", "## Load balancers", "## Jobs", "## Queues that should be empty"}
	if diff := cmp.Diff(rows, titles); diff != "" {
		t.Errorf("rows: want -, got +:\n%s", diff)
	}
	functions, services := []string{"hello", "sink"}, []string{"web", "worker"}
	want := map[string][]string{
		"Requests": {"Count", "web"}, "Errors": {"5xx", "4xx", "hello", "sink", "web", "web, load balancer"}, "Latency in ms": {"p99", "p50"},
		"Calls": functions, "Throttled calls": functions, "Duration in ms, p99": functions,
		"CPU in %": services, "Memory in %, fullest task": services, "Running tasks": services, "Response time in s, p99": {"web"},
		"Failed jobs": {"failed", "nobody was told"}, "Messages": {"orders-queue-dead-letters", "sink-dead-letters", "nightly-missed"},
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("graphs: want -, got +:\n%s", diff)
	}
}

// CloudFormation takes 500 resources and a megabyte.
func TestAHundredFunctionsFitIntoAStack(t *testing.T) {
	t.Parallel()
	s := watching(t, func(m *parts) {
		m.Functions.Functions = nil
		for i := range 100 {
			m.Functions.Functions = append(m.Functions.Functions, spec.Function{Name: fmt.Sprintf("function-number-%d", i), Timeout: 30, DeadLetters: true})
		}
	})
	if n := len(s.Template.YAML()); n > 1_000_000 {
		t.Errorf("it has %d bytes", n)
	}
	if n := len(alarmsOf(s)); n < 300 {
		t.Errorf("there are %d alarms", n)
	}
}

// A new part of an application is watched, or stands here with the reason why it is not.
func TestEveryPartOfAnApplicationIsWatched(t *testing.T) {
	t.Parallel()
	notWatched := map[string]string{
		"Repositories": "images are pulled by services and jobs, which are",
		"Network":      "what runs in it is",
		"Buckets":      "who reads and writes them is",
		"Monitoring":   "it watches",
		"Stacks":       "the project's own are the project's to watch: it can take the topic",
		"LogDays":      "no thing",
	}
	watched := map[string]string{"Queues": "-queue-", "Functions": "-function-", "API": "-api-", "Jobs": "-jobs-", "Services": "-service-"}
	names := slices.Collect(maps.Keys(alarmsOf(watching(t, asItIs))))
	for f := range reflect.TypeFor[spec.Application]().Fields() {
		word := watched[f.Name]
		switch {
		case word == "" && notWatched[f.Name] == "":
			t.Errorf("nobody watches %s of an application: watch it in stages/monitoring.go, or say here why not", f.Name)
		case word != "" && !slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, word) }):
			t.Errorf("nobody watches %s: there is no alarm %s among %v", f.Name, word, names)
		}
	}
}

// everything has one of each thing that an application can have.
const everything = `
project: shop
toolchain: { account: "111111111111", region: eu-west-1 }
source:
  connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42
  repository: acme/shop
environments:
  - { name: prod, type: prod, account: "444444444444" }
application:
  repositories: [{ name: web, context: services/web }]
  network: { cidr: 10.0.0.0/16, nat: one, endpoints: [sqs] }
  buckets: [{ name: data }]
  functions:
    - { name: hello, source: lambda/hello, runtime: python3.13, handler: index.handler, api: { path: /hello }, vpc: true }
    - { name: sink, source: lambda/sink, runtime: python3.13, handler: index.handler, deadLetters: true }
  api: { jwt: { issuer: "https://example.com", audience: [shop] } }
  jobs:
    - { name: nightly, image: web, schedule: rate(1 day) }
    - { name: train, image: web, compute: ec2, instanceTypes: [m7i] }
  services:
    - { name: web, image: web, port: 8080, count: { min: 2, max: 4 } }
    - name: shop
      image: web
      port: 8080
      loadBalancer: { certificate: "arn:aws:acm:eu-west-1:444444444444:certificate/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42" }
    - { name: worker, image: web }
  monitoring: { email: ops@example.com }
`

// Every resource that an environment can have is watched, or stands here with the reason why it is not.
func TestEveryKindOfResourceIsWatched(t *testing.T) {
	t.Parallel()
	names := map[string]string{ // of what a dimension of some alarm names
		"AWS::ECS::Service": "ServiceName", "AWS::Lambda::Function": "FunctionName", "AWS::SQS::Queue": "QueueName",
	}
	outputs := map[string]string{ // of what other stacks know by an output, the dimension that holds it
		"AWS::ApiGatewayV2::Api": "ApiId", "AWS::ElasticLoadBalancingV2::LoadBalancer": "LoadBalancer",
		"AWS::ElasticLoadBalancingV2::TargetGroup": "TargetGroup",
	}
	const (
		part    = "a part of what is watched"
		storage = "it holds data, and fails nobody but who uses it"
		access  = "it says who may what"
		network = "AWS keeps it going; what it is for is watched"
		watches = "it watches"
	)
	notWatched := map[string]string{
		"AWS::ApiGatewayV2::Authorizer": part, "AWS::ApiGatewayV2::Integration": part, "AWS::ApiGatewayV2::Route": part, "AWS::ApiGatewayV2::Stage": part,
		"AWS::ApplicationAutoScaling::ScalableTarget": part, "AWS::ApplicationAutoScaling::ScalingPolicy": part,
		"AWS::Batch::ComputeEnvironment": part, "AWS::Batch::JobDefinition": part, "AWS::EC2::LaunchTemplate": part,
		"AWS::ECS::Cluster": part, "AWS::ECS::TaskDefinition": part, "AWS::ElasticLoadBalancingV2::Listener": part,
		"AWS::Lambda::Alias": part, "AWS::Lambda::Version": part,
		"AWS::Scheduler::Schedule": "its queue of missed runs is",
		"Custom::ClosedGroup":      "a deployment fails with it",
		"AWS::ECR::Repository":     storage, "AWS::Logs::LogGroup": storage, "AWS::S3::Bucket": storage, "AWS::SSM::Parameter": storage,
		"AWS::IAM::InstanceProfile": access, "AWS::IAM::ManagedPolicy": access, "AWS::IAM::Role": access,
		"AWS::KMS::Alias": access, "AWS::KMS::Key": access,
		"AWS::Lambda::Permission": access, "AWS::S3::BucketPolicy": access, "AWS::SQS::QueuePolicy": access,
		"AWS::EC2::EIP": network, "AWS::EC2::InternetGateway": network, "AWS::EC2::NatGateway": network, "AWS::EC2::Route": network,
		"AWS::EC2::RouteTable": network, "AWS::EC2::SecurityGroup": network, "AWS::EC2::SecurityGroupEgress": network,
		"AWS::EC2::SecurityGroupIngress": network, "AWS::EC2::Subnet": network, "AWS::EC2::SubnetRouteTableAssociation": network,
		"AWS::EC2::VPC": network, "AWS::EC2::VPCEndpoint": network, "AWS::EC2::VPCGatewayAttachment": network,
		"AWS::CloudWatch::Alarm": watches, "AWS::CloudWatch::Dashboard": watches, "AWS::EC2::FlowLog": watches, "AWS::Events::Rule": watches,
		"AWS::SNS::Subscription": watches, "AWS::SNS::Topic": watches, "AWS::SNS::TopicPolicy": watches,
	}
	stacks := slices.DeleteFunc(slices.Clone(assembled(t, everything)), func(s assembly.Stack) bool { return s.Environment != "prod" })
	monitoring := stackNamed(t, stacks, "shop-prod-monitoring")
	dimensions := map[string][]string{}
	for _, a := range ofType(monitoring.Template, "AWS::CloudWatch::Alarm") {
		a.Walk(func(_ string, n *tree.Node) bool {
			if list := n.Get("Dimensions"); list != nil {
				for _, d := range list.Items {
					name, value := text(monitoring, d.Get("Name")), text(monitoring, d.Get("Value"))
					if !slices.Contains(dimensions[name], value) {
						dimensions[name] = append(dimensions[name], value)
					}
				}
			}
			return true
		})
	}
	pattern := ofType(monitoring.Template, "AWS::Events::Rule")["JobsFailed"].Get("EventPattern")
	queues := text(monitoring, pattern.At("detail", "jobQueue").Items[0].Get("prefix"))
	found := map[string]int{}
	for _, s := range stacks {
		resources := s.Template.Get("Resources")
		for i, id := range resources.Keys {
			typ, properties := resources.Items[i].Get("Type").Text, resources.Items[i].Get("Properties")
			found[typ]++
			switch property := names[typ]; {
			case property != "":
				name := text(s, properties.Get(property))
				if strings.HasSuffix(name, "-closed-group") {
					continue // CloudFormation calls it, and a deployment fails with it
				}
				if !slices.Contains(dimensions[property], name) {
					t.Errorf("no alarm watches %s of %s: %s %s", id, s.Name, typ, name)
				}
			case typ == "AWS::Batch::JobQueue":
				arn := "arn:aws:batch:eu-west-1:444444444444:job-queue/" + text(s, properties.Get("JobQueueName"))
				if !strings.HasPrefix(arn, queues) {
					t.Errorf("the rule is about queues %s*, not about %s", queues, arn)
				}
			case outputs[typ] == "" && notWatched[typ] == "" && found[typ] == 1:
				t.Errorf("nobody watches %s of %s, which is a %s: watch it in stages/monitoring.go, or say here why not", id, s.Name, typ)
			}
		}
	}
	for typ, dimension := range outputs {
		if got := len(dimensions[dimension]); got != found[typ] || got == 0 {
			t.Errorf("%d of %d %s are watched", got, found[typ], typ)
		}
	}
	for _, list := range []map[string]string{names, notWatched} {
		for typ := range list {
			if found[typ] == 0 {
				t.Errorf("there is no %s any more: it need not stand here", typ)
			}
		}
	}
}

// Services are there before their absence is an alarm, even where nothing else of them must be known.
func TestAlarmsAreDeployedAfterServices(t *testing.T) {
	t.Parallel()
	application, _, _ := strings.Cut(everything, "application:")
	stacks := assembled(t, application+`application:
  network: { cidr: 10.0.0.0/16 }
  services: [{ name: worker, image: "public.ecr.aws/docker/library/busybox:1" }]
  monitoring: {}
`)
	needs := stackNamed(t, stacks, "shop-prod-monitoring").DependsOn
	if !slices.Contains(needs, "shop-prod-services") {
		t.Errorf("monitoring is deployed after %v", needs)
	}
}
