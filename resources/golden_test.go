package resources_test

import (
	"path/filepath"
	"testing"

	"github.com/cfnpipe/cfnpipe/golden/goldentest"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

type stack struct{}

func (stack) Name() string              { return "test" }
func (stack) Build(*cfn.Template) error { return nil }

func template() *cfn.Template {
	return cfn.New(cfn.Place{Project: "shop", Scope: "dev", Account: "222222222222", Region: "eu-west-1"}, stack{})
}

// What builders take from elsewhere.
var (
	keyARN     = cfn.Literal[cfn.KeyARN]("arn:aws:kms:eu-west-1:222222222222:key/11111111-2222-3333-4444-555555555555")
	roleARN    = cfn.Literal[cfn.RoleARN]("arn:aws:iam::222222222222:role/shop/app/shop-dev-build")
	bucketName = cfn.Literal[cfn.BucketName]("shop-dev-data-222222222222-eu-west-1")
	logsName   = cfn.Literal[cfn.BucketName]("shop-dev-logs-222222222222-eu-west-1")
	toolchain  = policy.Account(cfn.Lit("111111111111"))
	deployRole = cfn.Lit("arn:aws:iam::111111111111:role/shop/app/shop-delivery-pipeline")
)

// builders have a golden each: testdata/<name>.yaml.
var builders = []struct {
	name string
	add  func(*cfn.Template)
}{
	{"key", func(t *cfn.Template) {
		key := resources.Key{
			ID: "Key", Alias: "shop-dev-storage", Description: "Encrypts the buckets of shop in environment dev",
			Administrators: []cfn.Part{resources.RoleARNOf(cfn.AccountID(), "/shop/access/", "shop-dev-execution")},
			Fenced:         []cfn.Part{resources.RoleARNOf(cfn.AccountID(), "/shop/", "*")},
			Users: policy.Resource{
				policy.Allow("Decrypt", "kms:Decrypt", "kms:DescribeKey").By(toolchain).On(cfn.Lit("*")).
					If(policy.ByRole(deployRole), policy.Through("s3", cfn.Region())),
				resources.LogsMayUse("/aws/codebuild/shop-dev-*"),
			},
			PendingDays: 7, Retain: true,
		}.Add(t)
		t.Output("KeyArn", key.ARN(), "")
	}},
	{"key-defaults", func(t *cfn.Template) {
		resources.Key{ID: "Key", Alias: "shop-dev-storage", Description: "Encrypts the buckets of shop in environment dev"}.Add(t)
	}},
	{"bucket", func(t *cfn.Template) {
		logs := resources.LogBucket{ID: "AccessLogs", Name: logsName, Sources: []cfn.Part{bucketName}, ExpireDays: 400, Retain: true}.Add(t)
		bucket := resources.Bucket{
			ID: "Data", Name: bucketName, Key: keyARN, Logs: logs.Name(), ExpireDays: 90, NoncurrentDays: 7, Retain: true,
			Policy: policy.Resource{
				policy.Allow("Read", "s3:GetObject").By(toolchain).On(resources.BucketObjects(bucketName)).If(policy.ByRole(deployRole)),
				policy.Deny("OwnRolesOnly", "s3:*").By(policy.Anyone()).On(resources.BucketARN(bucketName)).
					If(policy.ByRoleLike(resources.RoleARNOf(cfn.AccountID(), "/shop/", "*")), policy.NotByRole(deployRole)),
			},
		}.Add(t)
		t.Output("Name", bucket.Name(), "")
		t.Output("Arn", bucket.ARN(), "")
	}},
	{"logbucket", func(t *cfn.Template) {
		logs := resources.LogBucket{ID: "AccessLogs", Name: logsName, Sources: []cfn.Part{bucketName, cfn.Lit("shop-dev-*")}, ExpireDays: 30}.Add(t)
		t.Output("Name", logs.Name(), "")
	}},
	{"role", func(t *cfn.Template) {
		role := resources.Role{
			ID: "Role", Name: "shop-dev-build", Path: "/shop/app/", Description: "CodeBuild project shop-dev-build runs with it",
			Trust: policy.Trust{
				policy.Allow("CodeBuild", "sts:AssumeRole").By(policy.Service("codebuild.amazonaws.com")).If(policy.FromAccount(cfn.AccountID())),
			},
			Boundary: resources.PolicyARNOf(cfn.AccountID(), "/shop/access/", "shop-dev-boundary"),
			Policies: []resources.InlinePolicy{
				{Name: "read", Document: policy.Identity{policy.Allow("Read", "s3:GetObject").On(resources.BucketObjects(bucketName)).If(policy.InAccount(cfn.AccountID()))}},
				{Name: "key", Document: policy.Identity{policy.Allow("Key", policy.KeyUse()...).On(keyARN)}},
			},
			SessionHours: 2,
		}.Add(t)
		t.Output("Name", role.Name(), "")
		t.Output("Arn", role.ARN(), "")
	}},
	{"managedpolicy", func(t *cfn.Template) {
		boundary := resources.ManagedPolicy{
			ID: "Boundary", Name: "shop-dev-boundary", Path: "/shop/access/", Description: "The most that roles in the stacks of shop-dev can do",
			Document: policy.Identity{
				policy.AllowAllBut("Application", "iam:*", "organizations:*").On(cfn.Lit("*")),
				policy.Deny("NeverDeploy", "sts:AssumeRole").On(cfn.Format[cfn.Text]("arn:%s:iam::*:role/shop/access/*", cfn.Partition())),
			},
		}.Add(t)
		t.Output("Arn", boundary.ARN(), "")
	}},
	{"loggroup", func(t *cfn.Template) {
		logs := resources.LogGroup{ID: "Logs", Name: "/aws/codebuild/shop-dev-build", RetentionDays: 90, Key: keyARN}.Add(t)
		t.Output("Name", logs.Name(), "")
		t.Output("Streams", logs.Streams(), "")
	}},
	{"loggroup-retained", func(t *cfn.Template) {
		logs := resources.LogGroup{ID: "Logs", Name: "/aws/codebuild/shop-dev-build", RetentionDays: 90, Key: resources.AWSKey(), Retain: true}.Add(t)
		t.Output("Name", logs.Name(), "")
	}},
	{"bucket-namespace", func(t *cfn.Template) {
		name := cfn.Literal[cfn.BucketName]("shop-dev-data-222222222222-eu-west-1-an")
		logs := cfn.Literal[cfn.BucketName]("shop-dev-logs-222222222222-eu-west-1-an")
		resources.LogBucket{ID: "AccessLogs", Name: logs, AccountRegional: true, Sources: []cfn.Part{name}, ExpireDays: 30}.Add(t)
		resources.Bucket{ID: "Data", Name: name, AccountRegional: true, Key: resources.AWSKey(), Logs: logs}.Add(t)
	}},
	{"repository-aws", func(t *cfn.Template) {
		resources.Repository{ID: "Web", Name: "shop-dev-web", Key: resources.AWSKey()}.Add(t)
	}},
	{"project", func(t *cfn.Template) {
		logs := resources.LogGroup{ID: "Logs", Name: "/aws/codebuild/shop-dev-build", RetentionDays: 90, Key: keyARN}.Add(t)
		project := resources.Project{
			ID: "Build", Name: "shop-dev-build", Description: "Build of shop", Role: roleARN, Key: keyARN, LogGroup: logs,
			BuildSpec:      "version: 0.2\nphases:\n  build:\n    commands:\n      - make build\n",
			Environment:    []resources.Variable{{Name: "STAGE", Value: cfn.Lit("${dev}")}, {Name: "BUCKET", Value: bucketName}, {Name: "ACCOUNT", Value: cfn.AccountID()}},
			TimeoutMinutes: 30,
		}.Add(t)
		t.Output("Name", project.Name(), "")
		t.Output("Arn", project.ARN(), "")
	}},
	{"project-docker", func(t *cfn.Template) {
		p := oneProject(t)
		p.Docker = true
		p.Add(t)
	}},
	{"project-alone", func(t *cfn.Template) {
		p := oneProject(t)
		p.Alone = true
		p.Add(t)
	}},
	{"project-arm", func(t *cfn.Template) {
		p := oneProject(t)
		p.ARM = true
		p.Add(t)
	}},
	{"project-cache", func(t *cfn.Template) {
		p := oneProject(t)
		p.Cache = cfn.Format[cfn.Text]("%s/cache/build", bucketName)
		p.Add(t)
	}},
	{"repository", func(t *cfn.Template) {
		t.Output("Name", resources.Repository{ID: "Web", Name: "shop-dev-web", Key: keyARN}.Add(t).Name(), "")
	}},
	{"repository-readers", func(t *cfn.Template) {
		var readers []resources.RepositoryReader
		for _, account := range []cfn.Lit{"333333333333", "444444444444"} {
			readers = append(readers, resources.RepositoryReader{Account: account, Roles: resources.RoleARNOf(account, "/shop/app/", "*")})
		}
		resources.Repository{ID: "Base", Name: "shop-toolchain-base", Key: keyARN, Readers: readers, Retain: true}.Add(t)
	}},
	{"repository-retained", func(t *cfn.Template) {
		resources.Repository{ID: "Web", Name: "shop-dev-web", Key: keyARN, Retain: true}.Add(t)
	}},
	{"queue", func(t *cfn.Template) {
		queue := resources.Queue{ID: "Jobs", Name: "shop-dev-jobs", RetentionDays: 4}.Add(t)
		resources.Queue{ID: "Dead", Name: "shop-dev-dead"}.Add(t)
		t.Output("Name", queue.Name(), "")
		t.Output("Arn", queue.ARN(), "")
	}},
	{"parameter", func(t *cfn.Template) {
		resources.Parameter{ID: "Version", Name: "/shop/version", Description: "Version of shop", Value: cfn.Lit("${1}")}.Add(t)
		resources.Parameter{ID: "Account", Name: "/shop/account", Description: "Where shop is", Value: cfn.AccountID()}.Add(t)
	}},
	{"reportgroup", func(t *cfn.Template) {
		t.Output("Arn", resources.ReportGroup{ID: "Reports", Name: "shop-delivery-function-tests-junit"}.Add(t).ARN(), "")
	}},
	{"function", func(t *cfn.Template) {
		function := oneFunction(t).Add(t)
		t.Output("Name", function.Name(), "")
		t.Output("Alias", function.AliasARN(), "")
	}},
	{"function-everything", func(t *cfn.Template) { everyFunction(t).Add(t) }},
	{"job", func(t *cfn.Template) {
		job := everyJob(t).Add(t)
		t.Output("QueueArn", job.QueueARN(), "")
		t.Output("QueueName", job.QueueName(), "")
		t.Output("DefinitionName", job.DefinitionName(), "")
		t.Output("MissedName", oneSchedule(job).Add(t).Missed().Name(), "")
	}},
	{"job-spot-arm", func(t *cfn.Template) {
		job := oneJob()
		job.Compute, job.Container.Architecture, job.Container.Writable = resources.FargateSpot, "arm64", true
		job.Add(t)
	}},
	{"job-ec2", func(t *cfn.Template) {
		job := oneJob()
		job.Compute, job.VCPUs, job.Memory, job.MaxVCPUs = resources.EC2, 2, 3500, 8
		job.Add(t)
	}},
	{"job-gpu", func(t *cfn.Template) { gpuJob().Add(t) }},
	{"function-network", func(t *cfn.Template) {
		f := oneFunction(t)
		f.Subnets = cfn.Split[cfn.SubnetID](",", cfn.AddParameter[cfn.Text](t, "Subnets", "subnet-0a1b2c3d,subnet-4e5f6a7b", "Where functions run"))
		f.SecurityGroups = cfn.ListOf(resources.SecurityGroup{
			ID: "HelloSecurityGroup", Name: f.Name, Description: "Function hello", VPC: cfn.AddParameter[cfn.VPCID](t, "Vpc", "vpc-0a1b2c3d", "Where the subnets are"),
			Out: []resources.Traffic{{Description: "Everything", CIDR: resources.Anywhere}},
		}.Add(t).GroupID())
		f.Add(t)
	}},
	{"api", func(t *cfn.Template) {
		hello, items := oneFunction(t).Add(t).AliasARN(), functionNamed(t, "Items", "items").Add(t).AliasARN()
		api := oneAPI(
			resources.APIFunction{ID: "Hello", Alias: hello, Routes: []resources.APIRoute{{Method: "GET", Path: "/", Authorization: "NONE"}}},
			resources.APIFunction{ID: "Items", Alias: items, Routes: []resources.APIRoute{
				{Method: "POST", Path: "/items", Authorization: "NONE"},
				{Method: "GET", Path: "/items/{id}", Authorization: "NONE"},
			}},
		)
		api.CORS = &resources.CORS{
			Origins: []string{"https://shop.example.com"}, Methods: []string{"GET", "POST"}, Headers: []string{"authorization", "content-type"},
			MaxAgeSeconds: 300, Credentials: true,
		}
		h := api.Add(t)
		t.Output("Id", h.APIID(), "")
		t.Output("Url", h.URL(), "")
	}},
	{"api-jwt", func(t *cfn.Template) {
		api := oneAPI(resources.APIFunction{ID: "Hello", Alias: oneFunction(t).Add(t).AliasARN(), Routes: []resources.APIRoute{
			{Method: "GET", Path: "/health", Authorization: "NONE"},
			{Method: "PUT", Path: "/orders/{id}/lines/{line}", Authorization: "JWT"},
			{Method: "ANY", Path: "/admin/{proxy+}", Authorization: "AWS_IAM"},
		}})
		api.JWT = &resources.JWT{Issuer: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc", Audience: []string{"web", "app"}}
		api.Add(t)
	}},
	{"topic", func(t *cfn.Template) {
		topic := oneTopic()
		topic.Key = resources.Key{
			ID: "Key", Alias: "shop-dev-monitoring", Description: "Encrypts what the alarms of shop in environment dev say",
			Users: policy.Resource{topic.MayUseKey()},
		}.Add(t).ARN()
		t.Output("Arn", topic.Add(t).ARN(), "")
	}},
	{"topic-quiet", func(t *cfn.Template) { resources.Topic{ID: "Topic", Name: "shop-dev-news", Key: keyARN}.Add(t) }},
	{"alarm", func(t *cfn.Template) {
		alarm := oneAlarm()
		alarm.Topic = topicARN
		handle := alarm.Add(t)
		t.Output("Name", handle.Name(), "")
		t.Output("Arn", handle.ARN(), "")
	}},
	{"alarm-p99", func(t *cfn.Template) {
		alarm := oneAlarm()
		alarm.Metrics[0].Name, alarm.Metrics[0].Statistic, alarm.Threshold = "Duration", "p99", 1500
		alarm.Periods, alarm.Breaching = 3, 2
		alarm.Add(t)
	}},
	{"alarm-formula", func(t *cfn.Template) { oneAlarmOnShare().Add(t) }},
	{"dashboard", func(t *cfn.Template) {
		t.Output("Name", oneDashboard(oneAlarm().Add(t)).Add(t).Name(), "")
	}},
	{"rule-build", func(t *cfn.Template) {
		r := oneRule()
		r.Topic, r.Message, r.Fields = cfn.Value[cfn.TopicARN]{}, nil, nil
		r.Build, r.Role = oneProject(t).Add(t).ARN(), roleARN
		r.Add(t)
	}},
	{"rule", func(t *cfn.Template) { t.Output("Name", oneRule().Add(t).Name(), "") }},
	{"network", func(t *cfn.Template) {
		n := oneNetwork()
		n.NATs = 1
		n.FlowLogs = &resources.FlowLogs{
			LogGroup: "/aws/vpc/shop-dev-network", RoleName: "shop-dev-flow-logs", RolePath: "/shop/app/",
			Boundary: resources.PolicyARNOf(cfn.AccountID(), "/shop/access/", "shop-dev-boundary"), LogKey: keyARN, LogDays: 400,
		}
		network := n.Add(t)
		oneClosedGroup(network.DefaultGroup()).Add(t)
		t.Output("Vpc", network.VPCID(), "")
		t.Output("PublicSubnets", cfn.Join[cfn.Text](",", network.PublicSubnetIDs()), "")
		t.Output("PrivateSubnets", cfn.Join[cfn.Text](",", network.PrivateSubnetIDs()), "")
		t.Output("IsolatedSubnets", cfn.Join[cfn.Text](",", network.IsolatedSubnetIDs()), "")
	}},
	{"network-each", func(t *cfn.Template) {
		n := oneNetwork()
		n.Public = append(n.Public, "10.0.160.0/20")
		n.Private = append(n.Private, "10.0.128.0/19")
		n.Isolated = append(n.Isolated, "10.0.176.0/20")
		n.NATs = 3
		n.Add(t)
	}},
	{"network-regional", func(t *cfn.Template) {
		n := oneNetwork()
		n.Zones, n.RegionalNAT = []string{"eu-west-1a", "eu-west-1b"}, true
		n.Add(t)
	}},
	{"network-private", func(t *cfn.Template) {
		n := oneNetwork()
		n.Public, n.Isolated, n.Endpoints = nil, nil, []string{"ecr.api", "ecr.dkr", "logs"}
		n.Add(t)
	}},
	{"securitygroup", func(t *cfn.Template) {
		vpc := cfn.Literal[cfn.VPCID]("vpc-0a1b2c3d")
		front := resources.SecurityGroup{
			ID: "Front", Name: "shop-dev-front", Description: "Load balancer of web", VPC: vpc,
			In: []resources.Traffic{{Description: "HTTPS from everywhere", Port: 443, CIDR: resources.Anywhere}},
		}.Add(t)
		tasks := resources.SecurityGroup{
			ID: "Tasks", Name: "shop-dev-tasks", Description: "Tasks of web", VPC: vpc,
			Out: []resources.Traffic{
				{Description: "HTTPS to the VPC", Port: 443, CIDR: "10.0.0.0/16"},
				{Description: "Everything to the data center", CIDR: "192.168.0.0/24"},
			},
		}.Add(t)
		resources.SecurityGroup{ID: "Alone", Name: "shop-dev-alone", Description: "Nobody", VPC: vpc}.Add(t)
		front.Connect(t, "FrontToTasks", tasks, 8080, "Load balancer to tasks")
		t.Output("Front", front.GroupID(), "")
	}},
	{"cluster", func(t *cfn.Template) {
		t.Output("Name", resources.Cluster{ID: "Cluster", Name: "shop-dev"}.Add(t).Name(), "")
	}},
	{"loadbalancer-http", func(t *cfn.Template) {
		l := oneLoadBalancer()
		l.Public, l.From = true, []string{resources.Anywhere}
		l.Add(t)
	}},
	{"loadbalancer-tls", func(t *cfn.Template) {
		l := oneLoadBalancer()
		l.Public, l.From = true, []string{"203.0.113.0/24", "198.51.100.7/32"}
		l.Certificate, l.Protected, l.HealthCheck = "arn:aws:acm:eu-west-1:222222222222:certificate/11111111-2222-3333-4444-555555555555", true, "/health?deep=1"
		balancer := l.Add(t)
		t.Output("Name", balancer.FullName(), "")
		t.Output("TargetGroup", balancer.TargetGroupName(), "")
		t.Output("DnsName", balancer.DNSName(), "")
		t.Output("HostedZoneId", balancer.HostedZoneID(), "")
		t.Output("Url", balancer.URL(), "")
	}},
	{"loadbalancer-logs", func(t *cfn.Template) {
		resources.LogBucket{
			ID: "AccessLogs", Name: logsName, Sources: []cfn.Part{bucketName}, LoadBalancers: []string{"shop-dev-*", "shop-old-lb"}, ExpireDays: 30,
		}.Add(t)
	}},
	{"service", func(t *cfn.Template) {
		service := oneService(t)
		service.Container = everyContainer(t)
		service.HealthCommand = []string{"/bin/healthy", "--quick"}
		handle := service.Add(t)
		t.Output("Name", handle.Name(), "")
		t.Output("GroupId", handle.GroupID(), "")
	}},
	{"service-balanced", func(t *cfn.Template) {
		service := oneService(t)
		service.LoadBalancer = new(oneLoadBalancer().Add(t))
		service.RollbackAlarms = &resources.RollbackAlarms{Topic: cfn.Literal[cfn.TopicARN]("arn:aws:sns:eu-west-1:222222222222:shop-dev-alarms")}
		service.Container.Architecture, service.Container.Writable = "arm64", true
		service.CPU, service.Memory, service.Min, service.Max = 1024, 3072, 2, 6
		service.Add(t)
	}},
	{"pipeline", func(t *cfn.Template) {
		pipeline := onePipeline()
		pipeline.Stores = pipeline.Stores[:1]
		t.Output("Name", pipeline.Add(t).Name(), "")
	}},
	{"pipeline-regions", func(t *cfn.Template) {
		pipeline := onePipeline()
		pipeline.Mode = "QUEUED"
		pipeline.Stages[1].Actions[0].Region = "us-east-1"
		pipeline.Add(t)
	}},
}

// oneProject has as little as a project needs.
func oneProject(t *cfn.Template) resources.Project {
	return resources.Project{
		ID: "Build", Name: "shop-dev-build", Description: "Build of shop", Role: roleARN, Key: keyARN,
		LogGroup:  resources.LogGroup{ID: "Logs", Name: "/aws/codebuild/shop-dev-build", RetentionDays: 90, Key: keyARN}.Add(t),
		BuildSpec: "version: 0.2\nphases:\n  build:\n    commands:\n      - make build\n", TimeoutMinutes: 30,
	}
}

// oneFunction has as little as a function needs.
func oneFunction(t *cfn.Template) resources.Function { return functionNamed(t, "Hello", "hello") }

func functionNamed(t *cfn.Template, id, name string) resources.Function {
	return resources.Function{
		ID: id, Name: "shop-dev-" + name, Description: "Says " + name,
		CodeBucket: bucketName, CodeKey: cfn.AddReleaseParameter[cfn.Text](t, id+"CodeKey", "Where the code of "+name+" is"),
		Runtime: "python3.13", Handler: "index.handler", Architecture: "x86_64", Memory: 128, Timeout: 30,
		RoleName: "shop-dev-" + name + "-function", RolePath: "/shop/app/",
		Boundary: resources.PolicyARNOf(cfn.AccountID(), "/shop/access/", "shop-dev-boundary"),
		LogKey:   keyARN, LogDays: 30,
	}
}

// oneAPI has as little as an API needs.
func oneAPI(functions ...resources.APIFunction) resources.API {
	return resources.API{
		ID: "Api", Name: "shop-dev-api", Description: "Calls the functions of shop in environment dev", Functions: functions, Rate: 100, Burst: 200,
		LogGroup: "/aws/vendedlogs/shop-dev-api", LogKey: keyARN, LogDays: 30,
	}
}

// everyFunction has all that a function can have.
func everyFunction(t *cfn.Template) resources.Function {
	f := oneFunction(t)
	f.Architecture, f.Memory, f.Timeout = "arm64", 10240, 900
	f.Environment = []resources.Variable{
		{Name: "STAGE", Value: cfn.Lit("dev")},
		{Name: "EMPTY", Value: cfn.Lit("")},
		{Name: "BUCKET", Value: bucketName},
		{Name: "LITERAL", Value: cfn.Lit("${dev}")},
		{Name: "ACCOUNT", Value: cfn.AccountID()},
	}
	f.Layers = []string{"arn:aws:lambda:eu-west-1:333333333333:layer:tools:7"}
	f.DeadLetters = "shop-dev-hello-dead-letters"
	f.Tracing = true
	f.Subnets, f.SecurityGroups = cfn.Literals[cfn.SubnetID]("subnet-0a1b2c3d", "subnet-4e5f6a7b"), cfn.Literals[cfn.SecurityGroupID]("sg-0a1b2c3d")
	f.ReservedConcurrency = new(5)
	f.Grants = policy.Identity{
		policy.Allow("Read", "s3:GetObject").On(resources.BucketObjects(bucketName)).If(policy.InAccount(cfn.AccountID())),
	}
	return f
}

// oneNetwork has subnets in two zones.
func oneNetwork() resources.Network {
	return resources.Network{
		ID: "Vpc", Name: "shop-dev", CIDR: "10.0.0.0/16",
		Public:   []string{"10.0.32.0/20", "10.0.96.0/20"},
		Private:  []string{"10.0.0.0/19", "10.0.64.0/19"},
		Isolated: []string{"10.0.48.0/20", "10.0.112.0/20"},
	}
}

// oneClosedGroup closes a group.
func oneClosedGroup(group cfn.Value[cfn.SecurityGroupID]) resources.ClosedGroup {
	return resources.ClosedGroup{
		ID: "ClosedGroup", Group: group, FunctionName: "shop-dev-network-closed-group", RoleName: "shop-dev-network", RolePath: "/shop/app/",
		Boundary: resources.PolicyARNOf(cfn.AccountID(), "/shop/access/", "shop-dev-boundary"), LogKey: keyARN, LogDays: 400,
	}
}

// The network of what runs in one.
var (
	vpcID   = cfn.Literal[cfn.VPCID]("vpc-0a1b2c3d4e5f60718")
	subnets = cfn.Literals[cfn.SubnetID]("subnet-0a1b2c3d4e5f60718", "subnet-1a2b3c4d5e6f70819")
)

// oneLoadBalancer has as little as a load balancer needs: it is internal.
func oneLoadBalancer() resources.LoadBalancer {
	return resources.LoadBalancer{
		ID: "WebLoadBalancer", Name: "shop-dev-web-1a2b", VPC: vpcID, Subnets: subnets,
		From: []string{"10.0.0.0/16"}, Port: 8080, HealthCheck: "/", Logs: logsName,
	}
}

// oneService has as little as a service needs: it listens on no port.
func oneService(t *cfn.Template) resources.Service {
	return resources.Service{
		ID: "WebService", Name: "shop-dev-web", Cluster: resources.Cluster{ID: "Cluster", Name: "shop-dev"}.Add(t),
		Container: resources.Container{
			Image: cfn.Literal[cfn.ImageURI]("public.ecr.aws/docker/library/nginx:1.29"), Architecture: "x86_64",
		},
		CPU: 256, Memory: 512, Min: 1, Max: 1,
		VPC: vpcID, Subnets: subnets,
		StartRoleName: "shop-dev-web-service-start", RoleName: "shop-dev-web-service", RolePath: "/shop/app/",
		Boundary: resources.PolicyARNOf(cfn.AccountID(), "/shop/access/", "shop-dev-boundary"),
		LogKey:   keyARN, LogDays: 30,
	}
}

// everyContainer has all that a container can have.
func everyContainer(t *cfn.Template) resources.Container {
	const secret = "arn:aws:secretsmanager:eu-west-1:222222222222:secret:shop/dev/db-AbCdEf"
	repository := resources.RepositoryARNOf(cfn.AccountID(), cfn.Region(), "shop-dev-web")
	tag := cfn.AddReleaseParameter[cfn.Text](t, "WebImageTag", "Which image of web runs")
	return resources.Container{
		Image: cfn.Format[cfn.ImageURI]("%s.dkr.ecr.%s.%s/shop-dev-web:%s", cfn.AccountID(), cfn.Region(), cfn.URLSuffix(), tag), Repository: repository,
		Command: []string{"/bin/work", "--queue=${q}"},
		Environment: []resources.Variable{
			{Name: "BUCKET", Value: bucketName}, {Name: "EMPTY", Value: cfn.Lit("")}, {Name: "LITERAL", Value: cfn.Lit("${dev}")},
		},
		Secrets: []resources.Secret{
			{Name: "ALL", ARN: secret},
			{Name: "KEY", ARN: "arn:aws:ssm:eu-west-1:222222222222:parameter/shop/dev/key"},
			{Name: "PASSWORD", ARN: secret, JSONKey: "password"},
		},
		SecretKeys: []string{"arn:aws:kms:eu-west-1:222222222222:key/66666666-7777-8888-9999-000000000000"}, Architecture: "x86_64",
		Grants: policy.Identity{policy.Allow("Read", "s3:GetObject").On(resources.BucketObjects(bucketName)).If(policy.InAccount(cfn.AccountID()))},
	}
}

// onePipeline has as little as CodePipeline allows, and every property of an action.
func onePipeline() resources.Pipeline {
	return resources.Pipeline{
		ID: "Pipeline", Name: "shop-delivery", Role: roleARN, Mode: "SUPERSEDED",
		Stores: []resources.ArtifactStore{
			{Region: "eu-west-1", Bucket: bucketName, Key: keyARN},
			{
				Region: "us-east-1", Bucket: cfn.Literal[cfn.BucketName]("shop-dev-artifacts-222222222222-us-east-1"),
				Key: cfn.Literal[cfn.KeyARN]("arn:aws:kms:us-east-1:222222222222:key/11111111-2222-3333-4444-555555555555"),
			},
		},
		Stages: []resources.Stage{
			{Name: "Source", Actions: []resources.Action{{
				Name: "Source", Category: "Source", Provider: "CodeStarSourceConnection", RunOrder: 1, Outputs: []string{"Source"}, Namespace: "Source",
				Configuration: cfn.Object{
					{Name: "ConnectionArn", Value: "arn:aws:codeconnections:eu-west-1:222222222222:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42"},
					{Name: "FullRepositoryId", Value: "acme/shop"},
					{Name: "BranchName", Value: "main"},
				},
			}}},
			{Name: "Deploy", Actions: []resources.Action{{
				Name: "network", Category: "Deploy", Provider: "CloudFormation", RunOrder: 2, Inputs: []string{"Source"},
				Role: cfn.Literal[cfn.RoleARN]("arn:aws:iam::333333333333:role/shop/access/shop-dev-deploy"),
				Configuration: cfn.Object{
					{Name: "ActionMode", Value: "CREATE_UPDATE"},
					{Name: "StackName", Value: "shop-dev-network"},
					{Name: "TemplatePath", Value: "Source::dev/network.yaml"},
					{Name: "RoleArn", Value: roleARN},
					{Name: "ParameterOverrides", Value: cfn.JSON(cfn.Object{{Name: "Commit", Value: "#{Source.CommitId}"}})},
				},
			}}},
		},
	}
}

func TestBuildersRenderToTheirGoldens(t *testing.T) {
	t.Parallel()
	var used []string
	for _, b := range builders {
		file := filepath.Join("testdata", b.name+".yaml")
		used = append(used, file)
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			tmpl := template()
			b.add(tmpl)
			n, err := tmpl.Render()
			if err != nil {
				t.Fatal(err)
			}
			goldentest.Check(t, file, n.YAML())
		})
	}
	goldentest.NoStale(t, "testdata", used)
}

func TestWhatBuildersMakeCanBeDeployed(t *testing.T) {
	t.Parallel()
	for _, b := range builders {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			tmpl := template()
			b.add(tmpl)
			if _, err := policy.Deployment(tmpl.Types(), policy.Scope{Project: "shop", Names: []string{"dev"}, Regions: []string{"eu-west-1"}}); err != nil {
				t.Error(err)
			}
		})
	}
}
