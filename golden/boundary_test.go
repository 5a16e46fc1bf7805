package golden_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// bounded asks what a role with every permission may do within the boundary of an environment's access stack.
func bounded(t *testing.T, s assembly.Stack) func(action, resource string, tags ...string) eval.Verdict {
	t.Helper()
	r := &eval.Resolver{ID: s.Name, StackName: s.Name, Account: s.Account, Region: s.Region, Partition: "aws"}
	parse := func(kind eval.Kind, document *tree.Node) *eval.Policy {
		p, problems := eval.Parse(eval.Source{Kind: kind, Owner: s.Name, Stack: s.Name}, document, r)
		for _, problem := range problems {
			t.Fatal(problem)
		}
		return p
	}
	yaml := func(text string) *tree.Node {
		n, err := tree.ParseYAML([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	everything := parse(eval.Identity, yaml("{ Version: '2012-10-17', Statement: { Effect: Allow, Action: '*', Resource: '*' } }"))
	boundary := parse(eval.Boundary, s.Template.At("Resources", "Boundary", "Properties", "PolicyDocument"))
	open := yaml("{ Version: '2012-10-17', Statement: { Effect: Allow, Principal: { AWS: 'arn:aws:iam::" + s.Account + ":root' }, Action: '*', Resource: '*' } }")
	trust := yaml("{ Version: '2012-10-17', Statement: { Effect: Allow, Principal: { AWS: '" + s.Account + "' }, Action: sts:AssumeRole } }")
	return func(action, resource string, tags ...string) eval.Verdict {
		q := eval.Request{
			Principal: eval.Principal{ARN: eval.Text("arn:aws:iam::" + s.Account + ":role/x"), Account: s.Account},
			Action:    action, Resource: eval.Text(resource), Account: s.Account, OthersAbsent: true, Context: map[string][]eval.Value{},
		}
		for i := 0; i < len(tags); i += 2 {
			q.Context["aws:ResourceTag/"+tags[i]] = eval.Texts(tags[i+1])
		}
		policies := eval.Policies{Identity: []*eval.Policy{everything}, Boundary: boundary}
		switch {
		case action == "sts:AssumeRole":
			policies.Resource = parse(eval.Trust, trust)
		case strings.HasPrefix(action, "kms:"):
			policies.Resource = parse(eval.Key, open)
		}
		return eval.Evaluate(q, policies).Verdict
	}
}

// boundaries are the access stacks of the environments of all goldens, in YAML.
func boundaries(t *testing.T) map[string]assembly.Stack {
	t.Helper()
	found := map[string]assembly.Stack{}
	for _, name := range cases(t) {
		a, err := assembly.Read(filepath.Join(name, "want"))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range a.Stacks {
			if s.Environment != "" && s.Template.At("Resources", "Boundary") != nil {
				found[name+"/"+s.Name] = s
			}
		}
	}
	if len(found) == 0 {
		t.Fatal("no golden has a boundary")
	}
	return found
}

func TestNoBoundaryLetsCodeActWithTheRolesOfOthers(t *testing.T) {
	t.Parallel()
	for name, s := range boundaries(t) {
		may := bounded(t, s)
		for _, action := range verify.Powers() {
			service, _, _ := strings.Cut(action, ":")
			of := "arn:aws:" + service + ":" + s.Region + ":" + s.Account + ":"
			for _, resource := range []string{
				"*", of + "stranger", of + "function:stranger", of + "job-definition/stranger:7", of + "key/1f2e", of + "parameter/stranger", of + "rule/stranger",
				"arn:aws:iam::" + s.Account + ":role/stranger", "arn:aws:iam::" + s.Account + ":role/" + strings.SplitN(s.Name, "-", 2)[0] + "/access/stranger",
			} {
				if v := may(action, resource); v != eval.ImplicitDeny && v != eval.ExplicitDeny {
					t.Errorf("%s: %s on %s: %v", name, action, resource, v)
				}
			}
		}
	}
}

// What applications do while they run is within the boundary, on what is nobody's of the system, too.
func TestBoundariesHoldWhatApplicationsDo(t *testing.T) {
	t.Parallel()
	for name, s := range boundaries(t) {
		may, begin := bounded(t, s), strings.TrimSuffix(s.Name, "access")
		project := strings.SplitN(s.Name, "-", 2)[0]
		own := func(service, resource string) string {
			return "arn:aws:" + service + ":" + s.Region + ":" + s.Account + ":" + strings.ReplaceAll(resource, "%", begin)
		}
		cluster := strings.TrimSuffix(begin, "-")
		for action, resource := range map[string]string{
			"batch:RegisterJobDefinition": own("batch", "job-definition/%x"), "batch:SubmitJob": own("batch", "job-queue/%x"), "batch:TerminateJob": own("batch", "job/1f2e"),
			"ecs:RunTask": own("ecs", "task-definition/%x:7"), "ecs:UpdateService": own("ecs", "service/"+cluster+"/%x"),
			"events:PutTargets": own("events", "rule/StepFunctionsGetEventsForECSTaskRule"), "glue:StartJobRun": own("glue", "job/%x"),
			"iam:PassRole": "arn:aws:iam::" + s.Account + ":role/" + project + "/app/" + begin + "x", "lambda:UpdateFunctionCode": own("lambda", "function:%x"),
			"scheduler:CreateSchedule": own("scheduler", "schedule/default/%x"), "ssm:PutParameter": own("ssm", "parameter/"+project+"/"+strings.TrimPrefix(cluster, project+"-")+"/x"),
			"sts:AssumeRole": "arn:aws:iam::" + s.Account + ":role/" + project + "/app/x",
		} {
			if v := may(action, resource); v != eval.Allowed {
				t.Errorf("%s: %s on %s: %v", name, action, resource, v)
			}
		}
		for action := range strings.FieldsSeq(`
			aoss:APIAccessAll appconfig:GetLatestConfiguration appconfig:StartConfigurationSession appsync:GraphQL aps:RemoteWrite
			athena:GetQueryResults athena:StartQueryExecution autoscaling:CompleteLifecycleAction bedrock:InvokeModel
			bedrock:InvokeModelWithResponseStream bedrock:RetrieveAndGenerate cassandra:Select cloudfront:CreateInvalidation
			cloudwatch:GetMetricData cloudwatch:PutMetricData cognito-idp:AdminCreateUser cognito-idp:AdminInitiateAuth comprehend:DetectSentiment
			dax:GetItem dsql:DbConnect dynamodb:BatchGetItem dynamodb:CreateTable dynamodb:GetItem dynamodb:GetRecords dynamodb:PartiQLSelect dynamodb:PutItem
			dynamodb:Query dynamodb:UpdateItem ec2:AssignPrivateIpAddresses ec2:CreateNetworkInterface ec2:DeleteNetworkInterface ec2:DescribeInstances
			ec2:DescribeNetworkInterfaces ec2:RevokeSecurityGroupIngress ec2:UnassignPrivateIpAddresses ec2messages:GetMessages ecr:BatchCheckLayerAvailability
			ecr:BatchGetImage ecr:GetAuthorizationToken ecr:GetDownloadUrlForLayer ecs:DeregisterContainerInstance ecs:DescribeTasks ecs:DiscoverPollEndpoint
			ecs:Poll ecs:RegisterContainerInstance ecs:StartTelemetrySession ecs:StopTask ecs:SubmitAttachmentStateChanges ecs:SubmitTaskStateChange
			ecs:TagResource ecs:UpdateContainerInstancesState elasticache:Connect elasticfilesystem:ClientMount elasticfilesystem:ClientWrite
			elasticloadbalancing:RegisterTargets es:ESHttpPost events:InvokeApiDestination events:PutEvents execute-api:Invoke execute-api:ManageConnections
			firehose:PutRecordBatch geo:SearchPlaceIndexForText glue:BatchCreatePartition glue:GetTable iot:Publish iot:UpdateThingShadow kafka:GetBootstrapBrokers
			kafka-cluster:Connect kinesis:GetRecords kinesis:PutRecord kms:CreateGrant kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey
			kms:GenerateDataKeyWithoutPlaintext kms:ReEncryptTo kms:Sign kms:Verify lakeformation:GetDataAccess lambda:CheckpointDurableExecution
			lambda:GetFunction lambda:InvokeFunction logs:CreateLogDelivery logs:CreateLogGroup logs:CreateLogStream logs:FilterLogEvents
			logs:PutLogEvents logs:PutResourcePolicy logs:StartQuery memorydb:Connect neptune-db:ReadDataViaQuery polly:SynthesizeSpeech rds:DescribeDBInstances
			rds-data:ExecuteStatement rds-db:connect redshift:GetClusterCredentials redshift-data:ExecuteStatement rekognition:DetectLabels
			route53:ChangeResourceRecordSets route53:GetChange s3:AbortMultipartUpload s3:DeleteObject s3:GetBucketLocation s3:GetObject s3:GetObjectVersion
			s3:ListBucket s3:ListBucketMultipartUploads s3:PutBucketNotification s3:PutObject s3:PutObjectTagging s3:ReplicateObject s3express:CreateSession
			s3tables:GetTableData s3vectors:QueryVectors sagemaker:InvokeEndpoint secretsmanager:GetSecretValue secretsmanager:PutSecretValue
			servicediscovery:DiscoverInstances ses:SendEmail ses:SendRawEmail sms-voice:SendTextMessage sns:Publish sqs:DeleteMessage sqs:GetQueueAttributes
			sqs:ReceiveMessage sqs:SendMessage ssm:GetParameter ssm:GetParameters ssm:GetParametersByPath ssm:UpdateInstanceInformation
			ssmmessages:CreateControlChannel ssmmessages:OpenDataChannel states:SendTaskSuccess states:StartExecution states:StartSyncExecution
			sts:GetServiceBearerToken tag:GetResources textract:AnalyzeDocument timestream:WriteRecords transcribe:StartTranscriptionJob
			translate:TranslateText verifiedpermissions:IsAuthorized wafv2:UpdateIPSet xray:GetSamplingRules xray:PutTelemetryRecords xray:PutTraceSegments
		`) {
			service, _, _ := strings.Cut(action, ":")
			resource := "arn:aws:" + service + ":" + s.Region + ":" + s.Account + ":anybodys"
			if v := may(action, resource); v != eval.Allowed {
				t.Errorf("%s: %s on %s: %v", name, action, resource, v)
			}
		}
	}
}

// The boundary names the other environments and pipelines of its account, and still fits where there are as many as this.
func TestBoundariesFitWhereEnvironmentsShareAnAccount(t *testing.T) {
	t.Parallel()
	const environments = 4
	var text, lines strings.Builder
	text.WriteString("project: orders\ntoolchain: { account: \"111111111111\", region: ap-southeast-2 }\nsource:\n" +
		"  connection: arn:aws:codeconnections:ap-southeast-2:111111111111:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42\n  repository: acme/try\n" +
		"application: { buckets: [{ name: data }] }\nenvironments:\n")
	lines.WriteString("pipelines:\n")
	for i := range environments {
		fmt.Fprintf(&text, "  - { name: test%d, type: dev, account: \"111111111111\" }\n", i)
		fmt.Fprintf(&lines, "  - { name: line%d, branch: b%d, environments: [test%d] }\n", i, i, i)
	}
	s, err := spec.Parse("pipeline.yaml", []byte(text.String()+lines.String()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.New(s).Assemble(assembly.YAML); err != nil {
		t.Error(err)
	}
}
