package verify_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// What a role of a template of one's own has in common with all others.
const (
	ownRole = `Path: /shop/app/, PermissionsBoundary: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/shop/access/shop-prod-boundary"`
	trusts  = `AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Action: sts:AssumeRole, Principal: `
	lambda  = trusts + `{ Service: lambda.amazonaws.com } }] }`
)

// resources are added to a template that somebody wrote by hand, and what they take is acknowledged.
func resources(text string) change {
	return func(b *breakage) {
		b.Helper()
		added, err := tree.ParseYAML([]byte(text))
		if err != nil {
			b.Fatal(err)
		}
		for i, id := range added.Keys {
			b.stack("shop-prod-extras").Template.Get("Resources").Set(id, added.Items[i])
		}
		b.stack("shop-prod-extras").Capabilities = []string{"CAPABILITY_NAMED_IAM"}
		put("shop-release-pipeline", stages+"[prod-deploy].Actions[extras-prepare].Configuration.Capabilities", "CAPABILITY_NAMED_IAM")(b)
	}
}

// passing is a role for EventBridge, or for another service, and a rule that names it by a function.
func passing(by string, more ...string) string {
	services := strings.Join(append([]string{"events.amazonaws.com"}, more...), ", ")
	return `
Role: { Type: AWS::IAM::Role, Properties: { ` + ownRole + `, ` + trusts + `{ Service: [` + services + `] } }] } } }
Rule: { Type: AWS::Events::Rule, Properties: { Name: shop-prod-x, Targets: [{ Id: x, Arn: "arn:aws:events:eu-west-1:999999999999:event-bus/x", RoleArn: !` + by + ` }] } }
`
}

// What authors write in templates of their own is theirs to say, as long as it works and opens nothing to outsiders.
func TestTemplatesOfOnesOwn(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, resources, want string }{
		{"a role with a policy of AWS", `
Role: { Type: AWS::IAM::Role, Properties: { ` + ownRole + `, ` + lambda + `, ManagedPolicyArns: ["arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"] } }
Logs: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: /aws/lambda/shop-prod-importer } }
Function: { Type: AWS::Lambda::Function, Properties: { FunctionName: shop-prod-importer, Role: !GetAtt Role.Arn, LoggingConfig: { LogGroup: !Ref Logs }, VpcConfig: {} } }
`, ``},
		{"a role whose policies stand beside it", `
Role: { Type: AWS::IAM::Role, Properties: { ` + ownRole + `, ` + lambda + ` } }
Policy: { Type: AWS::IAM::RolePolicy, Properties: { RoleName: !Ref Role, PolicyName: p, PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Action: 'logs:*', Resource: '*' }] } } }
Logs: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: /aws/lambda/shop-prod-importer } }
Function: { Type: AWS::Lambda::Function, Properties: { FunctionName: shop-prod-importer, Role: !GetAtt Role.Arn, LoggingConfig: { LogGroup: !Ref Logs } } }
`, ``},
		{"a role that the account may assume", `
Role: { Type: AWS::IAM::Role, Properties: { ` + ownRole + `, ` + trusts + `{ AWS: !Ref AWS::AccountId } }] } } }
`, ``},
		{"a role that everybody may assume", `
Role: { Type: AWS::IAM::Role, Properties: { ` + ownRole + `, ` + trusts + `'*' }] } } }
`, `trust-open shop-prod-extras Resources.Role.Properties.AssumeRolePolicyDocument`},
		{"a role that reads a bucket beside it", `
Role:
  Type: AWS::IAM::Role
  Properties:
    ` + strings.ReplaceAll(ownRole, ", P", "\n    P") + `
    ` + lambda + `
    Policies: [{ PolicyName: p, PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Action: [s3:GetObject, 's3:List*'], Resource: !Sub '${Bucket.Arn}/*' }] } }]
Bucket: { Type: AWS::S3::Bucket, Properties: { BucketName: shop-prod-orders } }
BucketPolicy:
  Type: AWS::S3::BucketPolicy
  Properties:
    Bucket: !Ref Bucket
    PolicyDocument:
      Version: '2012-10-17'
      Statement:
        - { Effect: Deny, Principal: '*', Action: 's3:*', Resource: '*', Condition: { Bool: { aws:SecureTransport: false } } }
        - { Effect: Allow, Principal: { Service: cloudfront.amazonaws.com }, Action: s3:GetObject, Resource: !Sub '${Bucket.Arn}/*', Condition: { StringEquals: { AWS:SourceArn: !ImportValue elsewhere } } }
`, ``},
		{"a role without the path of applications", `
Role: { Type: AWS::IAM::Role, Properties: { PermissionsBoundary: !Sub "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/shop/access/shop-prod-boundary", ` + lambda + ` } }
`, `
bucket-shared shop-prod-bootstrap Resources.CodeBucketPolicy.Properties.PolicyDocument
execution shop-prod-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[BoundedRoles]
`},
		{"a role of somebody else", `
Function: { Type: AWS::Lambda::Function, Properties: { FunctionName: shop-prod-importer, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/company/importer' } }
`, ``},
		{"a role of the project that is not there", `
Function: { Type: AWS::Lambda::Function, Properties: { FunctionName: shop-prod-importer, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/shop/app/shop-prod-importer' } }
`, `application shop-prod-extras Resources.Function.Properties.Role`},
		{"a policy of the project that is not there", `
Role: { Type: AWS::IAM::Role, Properties: { ` + ownRole + `, ` + lambda + `, ManagedPolicyArns: [!Sub "arn:aws:iam::${AWS::AccountId}:policy/shop/app/shop-prod-importer"] } }
`, `policy-unknown shop-prod-extras Resources.Role.Properties.ManagedPolicyArns[0]`},
		{"a key with AWS's own policy", `
Key: { Type: AWS::KMS::Key, Properties: { KeyPolicy: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root' }, Action: 'kms:*', Resource: '*' }] } } }
`, ``},
		{"a key that its administrators cannot manage", `
Key: { Type: AWS::KMS::Key, Properties: { KeyPolicy: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root' }, Action: 'kms:*', Resource: '*',
  Condition: { ArnEquals: { aws:PrincipalArn: !Sub 'arn:aws:iam::${AWS::AccountId}:role/shop/access/shop-prod-execution' } } }] } } }
`, `lockout shop-prod-extras Resources.Key.Properties.KeyPolicy`},
		{"a queue that a topic of the account fills", `
Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: shop-prod-news } }
QueuePolicy:
  Type: AWS::SQS::QueuePolicy
  Properties:
    Queues: [!Ref Queue]
    PolicyDocument:
      Version: '2012-10-17'
      Statement:
        - { Effect: Deny, Principal: '*', Action: 'sqs:*', Resource: '*', Condition: { Bool: { aws:SecureTransport: false } } }
        - { Effect: Allow, Principal: { Service: sns.amazonaws.com }, Action: sqs:SendMessage, Resource: '*', Condition: { ArnLike: { AWS:SourceArn: !Sub 'arn:aws:sns:*:${AWS::AccountId}:*' } } }
`, ``},
		{"a queue that any topic fills", `
Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: shop-prod-news } }
QueuePolicy:
  Type: AWS::SQS::QueuePolicy
  Properties:
    Queues: [!Ref Queue]
    PolicyDocument:
      Version: '2012-10-17'
      Statement:
        - { Effect: Deny, Principal: '*', Action: 'sqs:*', Resource: '*', Condition: { Bool: { aws:SecureTransport: false } } }
        - { Effect: Allow, Principal: { Service: sns.amazonaws.com }, Action: sqs:SendMessage, Resource: '*' }
`, `service-open shop-prod-extras Resources.QueuePolicy.Properties.PolicyDocument.Statement[1]`},
		{"a queue without a name", `Queue: { Type: AWS::SQS::Queue }`, `tls shop-prod-extras Resources.Queue.Properties`},
		{"an image and a bucket from outside", `
Start: { Type: AWS::IAM::Role, Properties: { ` + ownRole + `, ` + trusts + `{ Service: ecs-tasks.amazonaws.com } }] } } }
Task: { Type: AWS::ECS::TaskDefinition, Properties: { ExecutionRoleArn: !GetAtt Start.Arn, ContainerDefinitions: [{ Image: "555555555555.dkr.ecr.eu-west-1.amazonaws.com/tools:1" }, { Image: "public.ecr.aws/tools:1" }] } }
Route: { Type: AWS::ApiGatewayV2::Route, Properties: { ApiId: x, RouteKey: GET /, Target: !Sub 'integrations/${Proxy}' } }
Proxy: { Type: AWS::ApiGatewayV2::Integration, Properties: { ApiId: x, IntegrationType: HTTP_PROXY, IntegrationUri: "https://example.com" } }
FlowLog: { Type: AWS::EC2::FlowLog, Properties: { LogDestinationType: s3, LogDestination: "arn:aws:s3:::company-logs" } }
`, ``},
		{"instances that run no jobs", `
Role: { Type: AWS::IAM::Role, Properties: { ` + ownRole + `, ` + trusts + `{ Service: ec2.amazonaws.com } }] } } }
Profile: { Type: AWS::IAM::InstanceProfile, Properties: { Path: /shop/app/, Roles: [!Ref Role] } }
`, `
execution shop-prod-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[ApiGatewayRole]
execution shop-prod-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[PassRolesToJobs]
`},
		{"an image of the project that is not there", `
Start: { Type: AWS::IAM::Role, Properties: { ` + ownRole + `, ` + trusts + `{ Service: ecs-tasks.amazonaws.com } }] } } }
Task: { Type: AWS::ECS::TaskDefinition, Properties: { ExecutionRoleArn: !GetAtt Start.Arn, ContainerDefinitions: [{ Image: !Sub "${AWS::AccountId}.dkr.ecr.eu-west-1.amazonaws.com/shop-prod-tools:1" }] } }
`, `
application shop-prod-extras Resources.Start.Properties
application shop-prod-extras Resources.Task.Properties.ContainerDefinitions[0].Image
`},
		{"a statement that is no list, and one that AWS would refuse", `
Role: { Type: AWS::IAM::Role, Properties: { ` + ownRole + `, ` + lambda + `, Policies: [{ PolicyName: p, PolicyDocument: { Version: '2012-10-17', Statement: { Effect: Allow, Action: 's3:GetObject', Resource: '*' } } }, { PolicyName: q, PolicyDocument: { Statement: [{ Action: 'x', NotResource: '*' }, 5] } }] } }
`, `
policy shop-prod-extras Resources.Role.Properties.Policies[q].PolicyDocument.Statement[0].Action
policy shop-prod-extras Resources.Role.Properties.Policies[q].PolicyDocument.Statement[0].Effect
policy shop-prod-extras Resources.Role.Properties.Policies[q].PolicyDocument.Statement[1]
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := broken(t, "shop", resources(tt.resources))
			r := verify.Verify(a)
			if diff := cmp.Diff(lines(tt.want), found(a, r), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("other findings than wanted (-want +got):\n%s", diff)
				for _, f := range r.Findings {
					t.Logf("%s %s %s: %s\n%s", f.Severity, f.Path, f.Rule, f.Message, f.Hint)
				}
			}
		})
	}
}

// Public parameters are written by AWS; who may read them is for the account's own policies to say.
func TestTemplatesReadPublicParameters(t *testing.T) {
	t.Parallel()
	const access, image = "shop-prod-access", `{ Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", Default: /aws/service/ami }`
	takes := put("shop-prod-extras", "Parameters.Image", image)
	statement := `{ Sid: Public, Effect: Allow, Action: ssm:GetParameters, Resource: !Sub "arn:${AWS::Partition}:ssm:eu-west-1::parameter/aws/service/*" }`
	deploy, execution := add(access, deploying, statement), add(access, "Resources.ExecutionPolicy1.Properties.PolicyDocument.Statement", statement)
	const (
		deployCannot    = "ssm-read " + access + " Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[ReadOutputs]"
		executionCannot = "ssm-read " + access + " Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[Parameters]"
	)
	for name, tt := range map[string]struct {
		changes []change
		want    string
	}{
		"neither role may":            {[]change{takes}, deployCannot + "\n" + executionCannot},
		"the deploy role may not":     {[]change{takes, execution}, deployCannot},
		"the execution role may not":  {[]change{takes, deploy}, executionCannot},
		"both may":                    {[]change{takes, deploy, execution}, ""},
		"a name that AWS writes none": {[]change{put("shop-prod-extras", "Parameters.Image", strings.Replace(image, "service", "services", 1)), deploy, execution}, "ssm-missing shop-prod-extras Parameters.Image"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := broken(t, "shop", tt.changes...)
			if diff := cmp.Diff(lines(tt.want), found(a, verify.Verify(a)), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("other findings than wanted (-want +got):\n%s", diff)
			}
		})
	}
}

// What AWS lets nobody do is refused with that reason, however much a role may.
func TestWhatAWSLetsNobodyDo(t *testing.T) {
	t.Parallel()
	more := add("shop-prod-access", "Resources.ExecutionPolicy1.Properties.PolicyDocument.Statement", "{ Sid: More, Effect: Allow, Action: 'kms:*', Resource: '*' }")
	alias := `
Key: { Type: AWS::KMS::Key, Properties: { KeyPolicy: { Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root' }, Action: 'kms:*', Resource: '*' }] } } }
Alias: { Type: AWS::KMS::Alias, Properties: { AliasName: alias/NAME, TargetKeyId: !Ref Key } }
`
	for name, want := range map[string]bool{"aws/mine": true, "awsome": false} {
		r := verify.Verify(broken(t, "shop", resources(strings.Replace(alias, "NAME", name, 1)), more))
		var got []string
		for _, f := range r.Findings {
			if f.Rule == "execution" {
				got = append(got, f.Message+"\n"+f.Hint)
			}
		}
		text := strings.Join(got, "\n")
		if isRefused := strings.Contains(text, "may not kms:CreateAlias on arn:aws:kms:eu-west-1:444444444444:alias/"+name); isRefused != want {
			t.Errorf("%s: refused is %v, want %v:\n%s", name, isRefused, want, text)
		}
		if want && (!strings.Contains(text, "no policy can allow it") || !strings.Contains(text, "which are for AWS managed keys") || strings.Contains(text, "add to")) {
			t.Errorf("%s: it is not said why:\n%s", name, text)
		}
	}
}
