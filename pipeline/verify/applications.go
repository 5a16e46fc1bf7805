package verify

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// applications proves that what the stacks make may do what it is made for: services become its roles, write its logs, read its secrets and
// its code, and tell its topics. What stacks take from outside the system is not looked at.
func (w *world) applications() {
	for _, s := range w.stacks {
		for _, id := range s.ids {
			w.application(s.things[id])
		}
	}
	for _, r := range w.roleList {
		w.grantsHold(r)
	}
}

func (w *world) application(x *thing) {
	if proof := w.proofs[x.kind]; proof != nil {
		proof(x)
	}
}

// applicationProofs are what must be true of a resource for it to do what it is made for, by its type.
func (w *world) applicationProofs() map[string]func(*thing) {
	return map[string]func(*thing){
		"AWS::ApiGatewayV2::Route":                  w.route,
		"AWS::Batch::ComputeEnvironment":            w.instances,
		"AWS::Batch::JobDefinition":                 w.jobDefinition,
		"AWS::CloudWatch::Alarm":                    w.alarm,
		"AWS::CodeBuild::Project":                   w.project,
		"AWS::EC2::FlowLog":                         w.flowLog,
		"AWS::ECR::Repository":                      w.repository,
		"AWS::ECS::TaskDefinition":                  w.taskDefinition,
		"AWS::ElasticLoadBalancingV2::LoadBalancer": w.loadBalancer,
		"AWS::Events::Rule":                         w.eventRule,
		"AWS::Lambda::Function":                     w.function,
		"AWS::S3::Bucket":                           w.bucket,
		"AWS::Scheduler::Schedule":                  w.schedule,
		"Custom::ClosedGroup":                       w.closedGroup,
	}
}

func (w *world) taskDefinition(x *thing) {
	for i, c := range x.properties.Get("ContainerDefinitions").Elements() {
		w.container(x, fmt.Sprintf("ContainerDefinitions[%d]", i), c)
	}
	w.tasks(x, "ExecutionRoleArn", "TaskRoleArn")
}

func (w *world) jobDefinition(x *thing) {
	w.container(x, "ContainerProperties", x.properties.Get("ContainerProperties"))
	w.tasks(x, "ContainerProperties.ExecutionRoleArn", "ContainerProperties.JobRoleArn")
}

func (w *world) alarm(x *thing) {
	for _, property := range []string{"AlarmActions", "InsufficientDataActions", "OKActions"} {
		for _, action := range listIn(x.stack, x.properties.Get(property)) {
			w.tells(x, "cloudwatch", x.stack.arn("cloudwatch", "alarm:"+x.known("AlarmName")), action)
		}
	}
}

func (w *world) eventRule(x *thing) {
	for _, target := range x.properties.Get("Targets").Elements() {
		w.tells(x, "events", x.stack.arn("events", "rule/"+x.known("Name")), x.stack.resolver.Resolve(target.Get("Arn")))
	}
}

func (w *world) bucket(x *thing) {
	w.accessLogs(x, "logging.s3.amazonaws.com", x.arn(), x.known("LoggingConfiguration", "DestinationBucketName"),
		x.known("LoggingConfiguration", "LogFilePrefix")+anyID, "LoggingConfiguration")
}

func (w *world) loadBalancer(x *thing) {
	const property = "LoadBalancerAttributes"
	source := eval.Text(x.stack.arn("elasticloadbalancing", "loadbalancer/app/"+x.known("Name")+"/"+anyID))
	object := attributeOf(x, property, "access_logs.s3.prefix") + "/AWSLogs/" + x.stack.Account + "/" + anyID
	w.accessLogs(x, "logdelivery.elasticloadbalancing.amazonaws.com", source, attributeOf(x, property, "access_logs.s3.bucket"),
		strings.TrimPrefix(object, "/"), property)
}

// isOurs says whether a name, or an ARN by its name, is one that the project gives, so that a stack must make what has it.
func (w *world) isOurs(v eval.Value) bool {
	text, known := v.Known()
	name := text[strings.LastIndexAny(text, ":/")+1:]
	return known && strings.HasPrefix(name, w.assembly.Project+"-")
}

// roleOf a thing; nil where it has none, or one from outside the system.
func (w *world) roleOf(x *thing, property string) *role {
	n := x.properties.At(strings.Split(property, ".")...)
	if n == nil {
		return nil
	}
	arn := x.stack.resolver.Resolve(n)
	r := w.roles[arn.String()]
	if r == nil && w.isOurs(arn) {
		w.report.fail(x.stack, x.path(property), "application", "no stack makes the role "+arn.String(), "let the stack make it")
	}
	return r
}

func (w *world) function(x *thing) {
	r := w.roleOf(x, "Role")
	if r == nil {
		return
	}
	w.assumedByService(nil, r, "lambda.amazonaws.com", nil)
	if x.properties.At("LoggingConfig", "LogGroup") != nil {
		w.writesLogs(r, x, x.text("LoggingConfig", "LogGroup"))
	}
	if x.properties.At("DeadLetterConfig", "TargetArn") != nil {
		w.sends(r, x.text("DeadLetterConfig", "TargetArn"))
	}
	if x.known("TracingConfig", "Mode") == "Active" {
		w.needs(nil, "application", r, request{action: "xray:PutTraceSegments", on: eval.Text("*")})
	}
	if x.properties.Get("VpcConfig") != nil {
		address := eval.Text(x.stack.arn("ec2", "network-interface/eni-"+anyID))
		w.needs(nil, "application", r,
			request{action: "ec2:CreateNetworkInterface", on: address},
			request{action: "ec2:DeleteNetworkInterface", on: address},
			request{action: "ec2:DescribeNetworkInterfaces", on: eval.Text("*")})
		w.notItsCode(x, r)
	}
	bucket, deployer := w.buckets[x.known("Code", "S3Bucket")], x.stack.deployer
	if bucket == nil || deployer == nil {
		return
	}
	object := eval.Concat(bucket.arn(), eval.Text("/code/"+anyID+".zip"))
	w.needs(nil, "application", deployer, request{action: "s3:GetObject", on: object, policy: w.policyOf(bucket)})
	w.usesKeyOf(nil, "application", deployer, bucket, "kms:Decrypt")
}

// notItsCode: Lambda makes the network interfaces, with the function's role. The function's code need not.
func (w *world) notItsCode(x *thing, r *role) {
	address := eval.Text(x.stack.arn("ec2", "network-interface/eni-"+anyID))
	for _, action := range []string{"ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface"} {
		q := request{action: action, on: address, context: keys("lambda:SourceFunctionArn", x.arn().String())}
		if w.may(r, q).Verdict == eval.Allowed {
			w.breach(r.thing, r.path(""), "function-network", "the code of function "+x.title()+" may "+action+", which only Lambda needs",
				"deny it where lambda:SourceFunctionArn is the function's", false)
			return
		}
	}
}

// writesLogs: a role must be able to write to a log group that a stack makes.
func (w *world) writesLogs(r *role, x *thing, group eval.Value) {
	arn := eval.Concat(eval.Text(x.stack.arn("logs", "log-group:")), group, eval.Text(":log-stream:"+anyID))
	for _, action := range []string{"logs:CreateLogStream", "logs:PutLogEvents"} {
		w.needs(nil, "application", r, request{action: action, on: arn})
	}
}

func (w *world) sends(r *role, queue eval.Value) {
	var p *eval.Policy
	for _, y := range w.ofKind("AWS::SQS::Queue") {
		if y.arn().Equal(queue) {
			p = w.policyOf(y)
		}
	}
	w.needs(nil, "application", r, request{action: "sqs:SendMessage", on: queue, policy: p})
}

// tasks: ECS becomes the role that starts a task, and the role of its code, which it says for whom it does.
func (w *world) tasks(x *thing, start, code string) {
	const service = "ecs-tasks.amazonaws.com"
	context := keys("aws:SourceAccount", x.stack.Account, "aws:SourceArn", x.stack.arn("ecs", "task/"+anyID))
	if r := w.roleOf(x, start); r != nil {
		w.assumedByService(nil, r, service, context)
	}
	if r := w.roleOf(x, code); r != nil {
		w.assumedByService(nil, r, service, context)
		w.guardDeputy(r, service, other)
	}
}

// container: the role that starts it pulls the image, writes its logs and reads its secrets.
func (w *world) container(x *thing, path string, c *tree.Node) {
	s := x.stack
	start := c.Get("ExecutionRoleArn")
	if start == nil {
		start = x.properties.Get("ExecutionRoleArn")
	}
	if start == nil {
		return
	}
	r := w.roles[s.resolver.Resolve(start).String()]
	if r == nil {
		return // which is said already
	}
	w.pulls(x, path+".Image", r, s.resolver.Resolve(c.Get("Image")))
	if group := c.At("LogConfiguration", "Options", "awslogs-group"); group != nil {
		w.writesLogs(r, x, s.resolver.Resolve(group))
	}
	for _, secret := range c.Get("Secrets").Elements() {
		parts := strings.Split(s.resolver.Resolve(secret.Get("ValueFrom")).String(), ":")
		switch {
		case len(parts) > 5 && parts[2] == "ssm":
			w.needs(nil, "application", r, request{action: "ssm:GetParameters", on: eval.Text(strings.Join(parts[:6], ":"))})
		case len(parts) > 6:
			w.needs(nil, "application", r, request{action: "secretsmanager:GetSecretValue", on: eval.Text(strings.Join(parts[:7], ":"))})
		}
	}
}

// pulls: a role pulls an image from ECR, if it is from there. Other accounts' repositories have policies that stand in no template.
func (w *world) pulls(x *thing, path string, r *role, image eval.Value) {
	host, repository, _ := strings.Cut(image.String(), "/")
	parts := strings.Split(host, ".")
	if len(parts) < 4 || parts[1] != "dkr" || parts[2] != "ecr" {
		return
	}
	repository, _, _ = strings.Cut(repository, "@")
	repository, _, _ = strings.Cut(repository, ":")
	arn := eval.Text("arn:" + partitionOf(x.stack.Region) + ":ecr:" + parts[3] + ":" + parts[0] + ":repository/" + repository)
	var p *eval.Policy
	i := slices.IndexFunc(w.ofKind("AWS::ECR::Repository"), func(y *thing) bool { return y.arn().Equal(arn) })
	switch {
	case i >= 0:
		p = w.policyOf(w.ofKind("AWS::ECR::Repository")[i])
	case w.isOurs(arn):
		w.report.fail(x.stack, x.path(path), "application", "no stack makes the repository "+arn.String(), "correct the name of the image")
	case parts[0] != x.stack.Account:
		return
	}
	w.needs(nil, "application", r, request{action: "ecr:GetAuthorizationToken", on: eval.Text("*")})
	for _, action := range []string{"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"} {
		w.needs(nil, "application", r, request{action: action, on: arn, account: parts[0], policy: p})
	}
}

// instances of a job on EC2: the ECS agent on them runs with the role of their profile.
func (w *world) instances(x *thing) {
	profile := x.text("ComputeResources", "InstanceRole")
	for _, y := range w.ofKind("AWS::IAM::InstanceProfile") {
		if y.stack != x.stack || !profile.Equal(y.arn()) && !profile.Equal(y.ref()) {
			continue
		}
		for _, name := range listIn(y.stack, y.properties.Get("Roles")) {
			for _, r := range w.roleList {
				if r.stack != y.stack || !r.ref().Equal(name) {
					continue
				}
				w.assumedByService(nil, r, "ec2.amazonaws.com", nil)
				w.needs(nil, "application", r, request{action: "ecs:DiscoverPollEndpoint", on: eval.Text("*")})
				name := x.known("ComputeEnvironmentName")
				if name == "" {
					continue
				}
				cluster := "AWSBatch-" + name + "-" + anyID
				for _, action := range []string{"ecs:RegisterContainerInstance", "ecs:SubmitContainerStateChange", "ecs:SubmitTaskStateChange"} {
					w.needs(nil, "application", r, request{action: action, on: eval.Text(x.stack.arn("ecs", "cluster/"+cluster))})
				}
				w.needs(nil, "application", r, request{action: "ecs:Poll", on: eval.Text(x.stack.arn("ecs", "container-instance/"+cluster+"/"+anyID))})
			}
		}
	}
}

// schedule: the scheduler becomes its role, which submits the job, and sends what it could not submit to a queue.
func (w *world) schedule(x *thing) {
	r := w.roleOf(x, "Target.RoleArn")
	if r == nil {
		return
	}
	s := x.stack
	w.assumedByService(nil, r, "scheduler.amazonaws.com",
		keys("aws:SourceAccount", s.Account, "aws:SourceArn", s.arn("scheduler", "schedule-group/default")))
	if x.properties.At("Target", "DeadLetterConfig", "Arn") != nil {
		w.sends(r, x.text("Target", "DeadLetterConfig", "Arn"))
	}
	var job struct{ JobQueue, JobDefinition string }
	if err := json.Unmarshal([]byte(x.text("Target", "Input").String()), &job); err != nil || job.JobQueue == "" {
		return
	}
	queue, definition := job.JobQueue, job.JobDefinition
	if !strings.HasPrefix(queue, "arn:") {
		queue = s.arn("batch", "job-queue/"+queue)
	}
	if !strings.HasPrefix(definition, "arn:") {
		definition = s.arn("batch", "job-definition/"+definition)
	}
	for _, on := range []string{queue, definition, definition + ":" + anyID} {
		w.needs(nil, "application", r, request{action: "batch:SubmitJob", on: eval.Text(on)})
	}
}

// flowLog: EC2 becomes its role, finds the log group and writes into it.
func (w *world) flowLog(x *thing) {
	r := w.roleOf(x, "DeliverLogsPermissionArn")
	if r == nil {
		return
	}
	s, group := x.stack, x.text("LogGroupName")
	w.assumedByService(nil, r, "vpc-flow-logs.amazonaws.com",
		keys("aws:SourceAccount", s.Account, "aws:SourceArn", s.arn("ec2", "vpc-flow-log/fl-"+anyID)))
	w.writesLogs(r, x, group)
	w.needs(nil, "application", r, request{action: "logs:DescribeLogGroups", on: eval.Text(s.arn("logs", "log-group:*"))},
		request{action: "logs:DescribeLogStreams", on: eval.Concat(eval.Text(s.arn("logs", "log-group:")), group, eval.Text(":log-stream:*"))})
}

// closedGroup: the function that takes all rules from a security group may.
func (w *world) closedGroup(x *thing) {
	for _, f := range w.ofKind("AWS::Lambda::Function") {
		r := w.roles[f.text("Role").String()]
		if r == nil || !f.arn().Equal(x.text("ServiceToken")) {
			continue
		}
		group := eval.Concat(eval.Text(x.stack.arn("ec2", "security-group/")), x.text("GroupId"))
		w.needs(nil, "application", r, request{action: "ec2:DescribeSecurityGroups", on: eval.Text("*")},
			request{action: "ec2:RevokeSecurityGroupEgress", on: group}, request{action: "ec2:RevokeSecurityGroupIngress", on: group})
	}
}

// tells: a service publishes to a topic of the system for one of its resources, and may use the topic's key.
func (w *world) tells(x *thing, service, source string, target eval.Value) {
	topic := w.topics[target.String()]
	if topic == nil && strings.Contains(target.String(), ":sns:") && w.isOurs(target) {
		w.report.fail(x.stack, x.path(""), "application", "no stack makes the topic "+target.String(), "correct the name, or let a stack make it")
	}
	if topic == nil {
		return
	}
	s, principal := topic.stack, service+".amazonaws.com"
	context := keys("aws:SourceAccount", x.stack.Account, "aws:SourceArn", source)
	p := w.policyOf(topic)
	if p != nil || service == "events" { // without a policy, a topic admits what its account's alarms say, but not EventBridge
		w.serviceNeeds(nil, "application", topic, principal, request{action: "sns:Publish", on: target, policy: p, context: context})
	}
	if strings.HasSuffix(topic.text("KmsMasterKeyId").String(), "alias/aws/sns") {
		w.report.fail(s, topic.path("KmsMasterKeyId"), "application", principal+" cannot use the key of AWS for topics, so "+x.id+" tells nobody",
			"give the topic a key of its own")
	}
	key := w.topicKey(topic)
	if key == nil {
		return
	}
	if context = keys("kms:EncryptionContext:aws:sns:topicArn", target.String()); service != "events" {
		// EventBridge does not tell KMS for whom it publishes (Amazon SNS Developer Guide, "Key management")
		context["aws:SourceAccount"], context["aws:SourceArn"] = eval.Texts(x.stack.Account), eval.Texts(source)
	}
	for _, action := range []string{"kms:Decrypt", "kms:GenerateDataKey"} {
		w.serviceNeeds(nil, "application", key, principal, request{action: action, on: key.arn(), policy: w.policyOf(key), context: context})
	}
}

// topicKey is the key of a topic, which it may name by ARN, id or alias; nil where it has none, or one that no stack makes.
func (w *world) topicKey(topic *thing) *thing {
	name := topic.text("KmsMasterKeyId")
	if key := w.keys[name.String()]; key != nil || name.String() == "" {
		return key
	}
	isOne := func(key *thing, name eval.Value) bool { return key.ref().Equal(name) || key.arn().Equal(name) }
	for _, key := range w.ofKind("AWS::KMS::Key") {
		if key.stack.Account != topic.stack.Account || key.stack.Region != topic.stack.Region {
			continue
		}
		if isOne(key, name) {
			return key
		}
		for _, x := range w.ofKind("AWS::KMS::Alias") {
			if x.stack == key.stack && isOne(key, x.text("TargetKeyId")) && strings.HasSuffix(name.String(), x.known("AliasName")) && x.known("AliasName") != "" {
				return key
			}
		}
	}
	return nil
}

// publishes: a role that may publish to a topic of the system may use its key, or SNS refuses each message.
func (w *world) publishes(r *role, st *statement, on eval.Value) {
	const publish = "sns:publish"
	if !slices.ContainsFunc(st.lowered, func(action string) bool {
		begin, _, isPattern := strings.Cut(action, "*")
		return action == publish || isPattern && strings.HasPrefix(publish, begin)
	}) {
		return
	}
	for _, topic := range w.ofKind("AWS::SNS::Topic") {
		arn := topic.arn()
		begin, _, isPattern := strings.Cut(on.String(), "*")
		isOne := on.Equal(arn) || isPattern && strings.Contains(begin, ":sns:") && strings.HasPrefix(arn.String(), begin)
		if !isOne {
			continue
		}
		q := request{action: "sns:Publish", on: arn, account: topic.stack.Account, policy: w.policyOf(topic)}
		key := w.topicKey(topic)
		if key == nil || w.may(r, q).Verdict != eval.Allowed {
			continue
		}
		for _, action := range []string{"kms:Decrypt", "kms:GenerateDataKey"} {
			w.needs(nil, "application", r, request{
				action: action, on: key.arn(), account: key.stack.Account, policy: w.policyOf(key),
				context: keys("kms:ViaService", "sns."+topic.stack.Region+".amazonaws.com", "kms:CallerAccount", r.stack.Account,
					"kms:EncryptionContext:aws:sns:topicArn", arn.String()),
			})
		}
	}
}

func attributeOf(x *thing, list, key string) string {
	for _, n := range x.properties.Get(list).Elements() {
		if n.Get("Key") != nil && n.Get("Key").Text == key {
			return x.stack.resolver.Resolve(n.Get("Value")).String()
		}
	}
	return ""
}

// accessLogs: a service writes who used a thing into a bucket.
func (w *world) accessLogs(x *thing, service string, source eval.Value, bucket, object, property string) {
	b := w.buckets[bucket]
	if b == nil && w.isOurs(eval.Text(bucket)) {
		w.report.fail(x.stack, x.path(property), "application", "no stack makes the bucket "+bucket, "name a bucket of the system")
	}
	if b == nil {
		return
	}
	context := keys("aws:SourceAccount", x.stack.Account, "s3:x-amz-acl", "bucket-owner-full-control")
	context["aws:SourceArn"] = []eval.Value{source}
	w.serviceNeeds(nil, "application", b, service, request{
		action: "s3:PutObject", on: eval.Concat(b.arn(), eval.Text("/"+object)), policy: w.policyOf(b), context: context,
	})
}

// repository: who deploys it lets ECR make grants on its key.
func (w *world) repository(x *thing) {
	arn := x.text("EncryptionConfiguration", "KmsKey")
	key, r := w.keys[arn.String()], x.stack.deployer
	if key == nil || r == nil {
		return
	}
	context := keys("kms:ViaService", "ecr."+x.stack.Region+".amazonaws.com", "kms:GrantIsForAWSResource", "true")
	for _, action := range []string{"kms:CreateGrant", "kms:DescribeKey"} {
		w.needs(nil, "application", r, request{action: action, on: arn, policy: w.policyOf(key), context: context})
	}
}

// route: API Gateway may call the function that the route leads to.
func (w *world) route(x *thing) {
	for _, y := range w.ofKind("AWS::ApiGatewayV2::Integration") {
		if y.stack != x.stack || !x.text("Target").Equal(eval.Concat(eval.Text("integrations/"), y.ref())) || y.known("IntegrationType") != "AWS_PROXY" {
			continue
		}
		uri := y.text("IntegrationUri").String()
		may := slices.ContainsFunc(w.ofKind("AWS::Lambda::Permission"), func(p *thing) bool {
			function := p.text("FunctionName").String()
			return w.isFrom(p, x) && p.stack == x.stack && p.known("Principal") == "apigateway.amazonaws.com" &&
				(strings.Contains(uri, function) || strings.Contains(function, uri))
		})
		if !may {
			w.report.fail(x.stack, x.path("Target"), "application", "API Gateway may not call what the route "+x.known("RouteKey")+" leads to",
				"add an AWS::Lambda::Permission for it")
		}
	}
}

// isFrom says whether a permission is for the calls of a route.
func (w *world) isFrom(permission, route *thing) bool {
	if permission.properties.Get("SourceArn") == nil {
		return true
	}
	call := strings.Replace(strings.TrimPrefix(route.known("RouteKey"), "ANY"), " ", "", 1) // GET/path, or $default
	if strings.HasPrefix(call, "/") {
		call = "*" + call
	}
	source := eval.Concat(eval.Text(route.stack.arn("execute-api", "")), route.text("ApiId"), eval.Text("/*/"+call))
	allowing := allowing("lambda:InvokeFunction").Set("Principal", tree.Text("*")).
		Set("Condition", tree.NewMap().Set("ArnLike", tree.NewMap().Set("aws:SourceArn", permission.properties.Get("SourceArn"))))
	p, _ := eval.Parse(eval.Source{Kind: eval.Resource}, tree.NewMap().Set("Statement", allowing), permission.stack.resolver)
	q := request{action: "lambda:InvokeFunction", on: eval.Text("*"), account: route.stack.Account, policy: p, context: keys()}
	q.context["aws:SourceArn"] = []eval.Value{source}
	return w.allows(eval.Principal{Service: "apigateway.amazonaws.com"}, q)
}

// project: its role uses its cache, and writes the reports that its buildspec names; one that builds images pulls those that all share.
func (w *world) project(x *thing) {
	r := w.roles[x.text("ServiceRole").String()]
	if r == nil {
		return // which is said where it is started
	}
	if bucket, prefix, _ := strings.Cut(x.known("Cache", "Location"), "/"); w.buckets[bucket] != nil {
		b := w.buckets[bucket]
		for _, action := range []string{"s3:GetObject", "s3:PutObject"} {
			w.needs(nil, "application", r, request{action: action, on: eval.Concat(b.arn(), eval.Text("/"+prefix+"/"+anyID)), policy: w.policyOf(b)})
		}
	}
	for _, group := range keysOf(x.buildSpec().node.Get("reports")) {
		if !strings.HasPrefix(group, "arn:") {
			group = x.stack.arn("codebuild", "report-group/"+x.known("Name")+"-"+group)
		}
		for _, action := range []string{"codebuild:BatchPutTestCases", "codebuild:CreateReport", "codebuild:UpdateReport"} {
			w.needs(nil, "application", r, request{action: action, on: eval.Text(group)})
		}
	}
	if x.known("Environment", "ImagePullCredentialsType") == "SERVICE_ROLE" {
		w.pulls(x, "Environment.Image", r, x.text("Environment", "Image"))
	}
	if x.known("Environment", "PrivilegedMode") != "true" {
		return
	}
	for _, y := range w.ofKind("AWS::ECR::Repository") {
		if y.stack.Environment != "" || y.stack.Account != x.stack.Account {
			continue
		}
		w.needs(nil, "application", r, request{action: "ecr:GetAuthorizationToken", on: eval.Text("*")},
			request{action: "ecr:BatchGetImage", on: y.arn(), policy: w.policyOf(y)})
	}
}

// grantsHold: what a role's own policies give it, its boundary does not take away; and a bucket that it may read has a key that it may use.
func (w *world) grantsHold(r *role) {
	for _, st := range r.statements {
		if !st.allows {
			continue
		}
		for _, on := range st.resources {
			w.publishes(r, st, on)
			for _, action := range st.actions {
				name, _ := action.Known()
				if r.boundary != nil && !strings.Contains(name, "*") { // of a pattern, the boundary may hold a part
					w.inBoundary(r, st, name, on)
				}
				if name == "s3:GetObject" || name == "s3:PutObject" {
					w.bucketHolds(r, name, on)
				}
			}
		}
	}
}

func (w *world) inBoundary(r *role, st *statement, action string, on eval.Value) {
	q := request{action: action, on: on, context: st.contexts()[0], policy: w.leaveToIAM(on.String(), r.stack.Account)}
	if action == "sts:AssumeRole" {
		q.policy = w.trusting(r.stack.Account)
	}
	if d := w.within(r, q); d.Verdict == eval.ImplicitDeny || d.Verdict == eval.ExplicitDeny {
		w.refuse(nil, "grant-void", r.thing, r, q, d, "role "+r.name, "all that its own policies give it")
	}
}

// bucketHolds: objects of a bucket of the system that a role may use can really be used.
func (w *world) bucketHolds(r *role, action string, on eval.Value) {
	_, path, _ := strings.Cut(on.String(), ":::")
	name, _, ok := strings.Cut(path, "/")
	bucket := w.buckets[name]
	if !ok || bucket == nil || w.isStore[bucket] || w.users[bucket][r] {
		return // what a run needs of it, the run proves
	}
	w.needs(nil, "application", r, request{action: action, on: on, account: bucket.stack.Account, policy: w.policyOf(bucket)})
	use := []string{"kms:Decrypt"}
	if action == "s3:PutObject" {
		use = append(use, "kms:GenerateDataKey")
	}
	w.usesKeyOf(nil, "application", r, bucket, use...)
}
