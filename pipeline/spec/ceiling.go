package spec

import (
	"fmt"
	"slices"
	"strings"
)

// CeilingAllows are the actions that roles of an application can be allowed on everything but what is another environment's, where the boundary
// is that of cfnpipe: what applications do while they run. Where a service is in the list as a whole, none of its actions changes identities or
// runs code with a role that the caller need not pass; of the others, the list has the actions of which that is true. What is not in the list
// is out of reach, so that a service or an action that AWS adds later is, too.
func CeilingAllows() []string {
	return strings.Fields(`
		aoss:APIAccessAll appconfig:Get* appconfig:StartConfigurationSession appsync:Event* appsync:GraphQL aps:Query* aps:RemoteWrite athena:Get*
		athena:List* athena:St*QueryExecution autoscaling:CompleteLifecycleAction autoscaling:RecordLifecycle* batch:Describe* batch:List*
		bedrock:ApplyGuardrail bedrock:Get* bedrock:Invoke* bedrock:List* bedrock:Rerank bedrock:Retrieve* cassandra:* cloudfront:*Invalidation*
		cloudwatch:Describe* cloudwatch:Get* cloudwatch:PutMetricData cognito-idp:Admin* cognito-idp:Describe* cognito-idp:Get* cognito-idp:List*
		comprehend:* dax:* dsql:DbConnect* dynamodb:* ec2:*NetworkInterface ec2:*PrivateIpAddresses ec2:Describe* ec2:RevokeSecurityGroup*
		ec2messages:* ecr:BatchCheck* ecr:BatchGet* ecr:Describe* ecr:Get* ecr:List* ecs:*ContainerInstance* ecs:Describe*
		ecs:DiscoverPollEndpoint ecs:List* ecs:Poll ecs:StartTelemetrySession ecs:StopTask ecs:Submit* ecs:TagResource ecs:UpdateTaskProtection
		elasticache:Connect elasticfilesystem:Client* elasticloadbalancing:*Targets elasticloadbalancing:Describe* es:ESHttp* events:Describe*
		events:InvokeApiDestination events:PutEvents events:Retrieve* execute-api:* firehose:Put* geo:* glue:*Partition* glue:*Table*
		glue:BatchGet* glue:Get* iot:*Publish iot:*ThingShadow iot:Connect iot:Describe* iot:Receive iot:Subscribe kafka-cluster:* kafka:Describe*
		kafka:Get* kinesis:* kms:*crypt* kms:CreateGrant kms:DeriveSharedSecret kms:DescribeKey kms:Generate* kms:Get* kms:List* kms:RetireGrant
		kms:Sign kms:Verify* lakeformation:GetDataAccess lambda:*Durable* lambda:Get* lambda:Invoke* lambda:List* logs:*LogDelivery
		logs:CreateLog* logs:Describe* logs:F* logs:Get* logs:List* logs:Put* logs:St* memorydb:Connect neptune-db:* polly:* rds-data:*
		rds-db:connect rds:Describe* redshift-data:* redshift-serverless:GetC* redshift:GetCl* rekognition:* route53:ChangeResourceRecordSets
		route53:Get* route53:List* s3:*Multipart* s3:*Object* s3:Get* s3:List* s3:PutBucketNotification s3:Replicate* s3express:CreateSession
		s3tables:* s3vectors:* sagemaker:*Record sagemaker:InvokeEndpoint* secretsmanager:* servicediscovery:*Instance* ses:Get* ses:Send*
		sms-voice:Send* sns:* sqs:* ssm:Describe* ssm:GetD* ssm:GetM* ssm:GetP* ssm:List* ssm:PutCo* ssm:PutI* ssm:UpdateAssociationStatus
		ssm:UpdateInstance* ssmmessages:* states:Describe* states:Get* states:InvokeHTTPEndpoint states:List* states:S*Execution states:Send*
		sts:DecodeAuthorizationMessage sts:GetServiceBearerToken sts:GetWebIdentityToken sts:SetSourceIdentity sts:TagSession tag:Get* textract:* timestream:* transcribe:*
		translate:* verifiedpermissions:*Authorized* wafv2:*IPSet* xray:*`)
}

// Owned are actions that roles of an application can be allowed on what is their own environment's alone, where the boundary is that of cfnpipe:
// they decide what code runs, and other code may run with more than the boundary allows.
type Owned struct {
	Actions []string
	// Service in the ARNs of what they act on, and the ARNs' last parts; a star stands at the end of each.
	Service   string
	Resources []string
}

// OwnedOnly by an environment.
func OwnedOnly(project, environment string) []Owned {
	name := Name(project, environment, "*")
	return []Owned{
		{strings.Fields("lambda:Add* lambda:Create* lambda:Delete* lambda:Publish* lambda:Put* lambda:Update*"), "lambda", []string{"function:" + name}},
		{
			strings.Fields("batch:CancelJob batch:RegisterJobDefinition batch:SubmitJob batch:TerminateJob"), "batch",
			[]string{"job-definition/" + name, "job-queue/" + name, "job/*"},
		},
		{
			strings.Fields("ecs:RunTask ecs:UpdateService"), "ecs",
			[]string{"service/" + ClusterName(project, environment) + "/*", "task-definition/" + name},
		},
		{strings.Fields("glue:*JobRun"), "glue", []string{"job/" + name}},
		{strings.Fields("scheduler:*Schedule"), "scheduler", []string{"schedule/*/" + name}},
		{strings.Fields("ssm:DeleteParameter* ssm:PutParameter"), "ssm", []string{"parameter" + ParameterPath(project, environment) + "*"}},
		// with these rules a state machine waits for the jobs and tasks that it starts (AWS Step Functions Developer Guide, ".sync")
		{strings.Fields("events:PutRule events:PutTargets"), "events", []string{"rule/StepFunctions*"}},
		// whoever starts a task or makes a schedule passes it its role, which has the same boundary
		{strings.Fields("iam:PassRole"), "iam", []string{"role" + ApplicationPath(project) + name}},
	}
}

// checkCeiling checks that permissions of code stay below the ceiling, unless the project has a boundary of its own, which is not known here.
func checkCeiling(v *validator, path string, permissions []Permission, e *Environment) {
	if v.spec.PermissionsBoundary != "" || v.unread("permissionsBoundary") {
		return
	}
	for i, p := range permissions {
		at := join(index(path, i), "actions")
		owned := OwnedOnly(v.spec.Project, e.Name)
		var others []Owned // of which no resource is the environment's own
		for _, o := range owned {
			if len(p.Resources) > 0 && !slices.ContainsFunc(p.Resources, o.mayHold) {
				others = append(others, o)
			}
		}
		for j, action := range p.Actions {
			if service, name, _ := strings.Cut(action, ":"); isForbidden(service) || !isService(service) || !isAction(name) {
				continue // said elsewhere
			}
			if isRefused := func(p Problem) bool { return p.Path == index(at, j) }; slices.ContainsFunc(v.problems, isRefused) {
				continue // for another reason, which goes before
			}
			checkBelowCeiling(v, index(at, j), action, owned, others, e)
		}
	}
}

// checkBelowCeiling refuses an action of a permission that the ceiling does not allow as a whole.
func checkBelowCeiling(v *validator, at, action string, owned, others []Owned, e *Environment) {
	const instead = ", or bring a permissionsBoundary of your own"
	lower := strings.ToLower(action)
	if slices.ContainsFunc(CeilingAllows(), func(p string) bool { return covers(strings.ToLower(p), lower) }) {
		return
	}
	allowed := func(list []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(p string) bool { return !meet(lower, strings.ToLower(p)) })
	}
	some := allowed(CeilingAllows())
	for _, o := range owned {
		own := allowed(o.Actions)
		some = append(some, own...)
		isAll := slices.ContainsFunc(own, func(p string) bool { return covers(strings.ToLower(p), lower) })
		isOthers := slices.ContainsFunc(others, func(x Owned) bool { return slices.Equal(x.Actions, o.Actions) })
		switch {
		case isAll && isOthers:
			v.add(at, fmt.Sprintf("the boundary of roles does not allow %s on what is not of environment %q", shorten(action), shorten(e.Name)),
				"name resources of "+o.Service+" that begin with "+shorten(strings.ReplaceAll(oneOf(o.Resources), "*", ""))+", leave it out"+instead)
			return
		case isAll:
			return
		}
	}
	what := "the boundary of roles does not allow " + shorten(action)
	if len(some) == 0 {
		v.add(at, what, "leave it out"+instead)
		return
	}
	slices.Sort(some)
	v.add(at, "of "+shorten(action)+", the boundary of roles allows only "+shorten(strings.Join(slices.Compact(some), ", ")), "name what is needed of these"+instead)
}

// mayHold says whether a resource of a permission may be one of those; what is no ARN is said elsewhere.
func (o Owned) mayHold(resource string) bool {
	p := strings.SplitN(resource, ":", 6)
	return len(p) < 6 || p[2] == o.Service && slices.ContainsFunc(o.Resources, func(r string) bool { return meet(p[5], r) })
}

// covers says whether a pattern matches all that another one does; stars stand for any text.
func covers(pattern, other string) bool {
	for i := range len(pattern) {
		if pattern[i] == '*' {
			for k := range len(other) + 1 {
				if covers(pattern[i+1:], other[k:]) {
					return true
				}
			}
			return false
		}
		if i >= len(other) || other[i] != pattern[i] && (pattern[i] != '?' || other[i] == '*') {
			return false
		}
	}
	return len(pattern) == len(other)
}

// meet says whether some text matches both patterns; stars stand for any text.
func meet(a, b string) bool {
	switch {
	case a == "" && b == "":
		return true
	case strings.HasPrefix(a, "*"):
		return meet(a[1:], b) || b != "" && meet(a, b[1:])
	case strings.HasPrefix(b, "*"):
		return meet(b, a)
	case a == "" || b == "" || a[0] != b[0] && a[0] != '?' && b[0] != '?':
		return false
	default:
		return meet(a[1:], b[1:])
	}
}
