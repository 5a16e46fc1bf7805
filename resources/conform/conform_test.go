package conform_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/conform"
)

// problems of a template, one per line.
func problems(tb testing.TB, src string) string {
	tb.Helper()
	root, err := tree.ParseYAML([]byte(src))
	if err != nil {
		tb.Fatal(err)
	}
	var b strings.Builder
	for _, p := range conform.Template(root) {
		fmt.Fprintf(&b, "%s: %s; %s\n", strings.TrimPrefix(p.Path, "Resources."), p.Message, p.Hint)
	}
	return b.String()
}

// All that is wrong is reported in one run, each once.
func TestEveryMistakeIsReported(t *testing.T) {
	t.Parallel()
	got := problems(t, `
Parameters:
  Ids: { Type: List<AWS::EC2::Subnet::Id> }
  Id: { Type: String }
Resources:
  Data:
    Type: AWS::S3::Bucket
    DeletePolicy: Retain
    Properties:
      BucketNam: data
      VersioningConfiguration: { Statuss: Enabled }
      LifecycleConfiguration:
        Rules:
          - { Status: Enabled, ExpirationInDays: soon }
          - Id: x
      Tags: { Key: a, Value: b }
  Hello:
    Type: AWS::Lambda::Function
    UpdateReplacePolicy: Keep
    Properties:
      Cod: { ZipFile: x }
      Timeout: [3]
      Role: !Ref Ids
      VpcConfig: { SubnetIds: !Ref Id, SecurityGroupIds: !If [c, !Sub x, [a]], Ipv6AllowedForDualStack: perhaps }
      Environment: { Variables: { A: { B: c } } }
      Layers: !Sub "${Id}"
  Group: { Type: AWS::AutoScaling::AutoScalingGroup, UpdatePolicy: { AutoScalingRollingUpdate: { MinInstanceInService: 1 } }, Properties: none }
  Queue: { Type: AWS::SQS::Queu }
  Topic: { Type: AWS::SMS::Topic }
  Other: { Type: aws::sqs::queue }
  Key: { Type: KMS::Key }
  Role: { Type: AWS::IAM::Role, DependsOn: { Queue: x }, Metadata: m, Condition: [c] }
  Parameter: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: { "Fn::Subb": x } } }
  Server: { Type: AWS::Serverless::Function, Properties: { Whatever: 1 } }
`)
	want := `Data.DeletePolicy: a resource has no attribute DeletePolicy; did you mean "DeletionPolicy"?
Data.Properties.BucketNam: AWS::S3::Bucket has no property BucketNam; did you mean "BucketName"?
Data.Properties.VersioningConfiguration.Statuss: VersioningConfiguration of AWS::S3::Bucket has no property Statuss; did you mean "Status"?
Data.Properties.LifecycleConfiguration.Rules[0].ExpirationInDays: it is "soon", but must be a whole number; 
Data.Properties.LifecycleConfiguration.Rules[1].Status: Rule of AWS::S3::Bucket requires this property, and it is not set; set it
Data.Properties.Tags: it is a map, but must be a list; write a list, also of a single value
Hello.UpdateReplacePolicy: "Keep" is no UpdateReplacePolicy; known here: Delete, Retain, Snapshot
Hello.Properties.Cod: AWS::Lambda::Function has no property Cod; did you mean "Code"?
Hello.Properties.Timeout: it is a list, but must be a whole number; 
Hello.Properties.Role: Ref returns a list, but it must be a string; 
Hello.Properties.VpcConfig.SubnetIds: Ref returns a single value, but it must be a list; 
Hello.Properties.VpcConfig.SecurityGroupIds.Fn::If[1]: Fn::Sub returns a single value, but it must be a list; 
Hello.Properties.VpcConfig.Ipv6AllowedForDualStack: it is "perhaps", but must be true or false; 
Hello.Properties.Environment.Variables.A: it is a map, but must be a string; 
Hello.Properties.Layers: Fn::Sub returns a single value, but it must be a list; 
Group.UpdatePolicy.AutoScalingRollingUpdate.MinInstanceInService: AutoScalingRollingUpdate has no property MinInstanceInService; did you mean "MinInstancesInService"?
Group.Properties: it is "none", but must be a map of properties; 
Queue.Type: CloudFormation has no resource type AWS::SQS::Queu; did you mean "AWS::SQS::Queue"?
Topic.Type: CloudFormation has no resource type AWS::SMS::Topic; did you mean "AWS::SNS::Topic"?
Other.Type: CloudFormation has no resource type aws::sqs::queue; did you mean "AWS::SQS::Queue"?
Key.Type: KMS::Key is not the name of a resource type; write one such as AWS::SQS::Queue
Role.DependsOn: it is a map, but must be a string or a list; 
Role.Metadata: it is "m", but must be a map; 
Role.Condition: it is a list, but must be a string; 
Role.Properties.AssumeRolePolicyDocument: AWS::IAM::Role requires this property, and it is not set; set it
Parameter.Properties.Value: CloudFormation has no function Fn::Subb; did you mean "Fn::Sub"?
Server.Type: AWS::Serverless::Function is a type of the transform AWS::Serverless-2016-10-31, which the template does not name; write Transform: AWS::Serverless-2016-10-31
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

// What CloudFormation accepts, or only it knows, is not refused.
func TestWhatCanBeRightPasses(t *testing.T) {
	t.Parallel()
	for why, src := range map[string]string{
		"scalars in each other's form": `
  Function:
    Type: AWS::Lambda::Function
    Properties:
      { Role: 12, Timeout: "30", MemorySize: 256.0, Code: { ZipFile: true }, Environment: { Variables: { A: 1, B: true } }, TracingConfig: { Mode: 0x1 },
        VpcConfig: { Ipv6AllowedForDualStack: "True" } }
  Volume: { Type: AWS::EC2::Volume, Properties: { AvailabilityZone: a, Encrypted: yes, Size: " 8 " } }`,
		"JSON as text and as a map": `
  A: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: '{"Statement": []}' } }
  B: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: { Statement: { Whatever: [1] } } } }`,
		"functions": `
  Bucket:
    Type: AWS::S3::Bucket
    Condition: c
    DeletionPolicy: !If [c, Retain, Delete]
    Properties:
      BucketName: !If [c, !Ref Name, !Ref AWS::NoValue]
      Tags: [!Ref AWS::NoValue, !If [c, { Key: a, Value: !GetAtt B.Arn }, !Ref AWS::NoValue]]
      BucketEncryption: !FindInMap [a, b, c]
      LifecycleConfiguration: { Rules: !If [c, [{ Status: Enabled, ExpirationInDays: !Select [0, !Split [",", a]] }], !ImportValue rules] }
      VersioningConfiguration: !Transform { Name: AWS::Include }
      AccelerateConfiguration: { "Fn::Transform": { Name: AWS::Include }, AccelerationStatus: Enabled }
      LoggingConfiguration: { "Fn::ForEach::X": [A, [b], { "Log${A}": c }] }
  Group: { Type: AWS::AutoScaling::AutoScalingGroup, Properties: { MinSize: !Ref Number, MaxSize: "{{resolve:ssm:/size}}", AvailabilityZones: !GetAZs "", VPCZoneIdentifier: !Ref Ids } }
  Hosted: { Type: AWS::Route53::RecordSet, Properties: { Name: a, Type: A, ResourceRecords: !Split [",", a], TTL: { "Fn::Length": [a] } } }`,
		"what adds properties": `  Bucket: { Type: AWS::S3::Bucket, Properties: { "Fn::Transform": { Name: AWS::Include } } }`,
		"a loop":               `  Fn::ForEach::Queues: [Q, [a], { "Queue${Q}": { Type: AWS::SQS::Queue, Properties: { QueueName: !Sub "${Q}" } }, X: { Type: !Sub "AWS::${Q}" } }]`,
		"types that are not AWS's": `  A: { Type: Custom::Thing, Version: 1.0, Properties: { A: 1 } }
  B: { Type: AWS::CloudFormation::CustomResource, Properties: { ServiceToken: x, A: 1 } }
  C: { Type: Acme::Mars::Rover, Properties: { A: 1 } }
  D: { Type: Acme::S3::Bucket::MODULE, Properties: { A: 1 } }
  E: { Type: AWSQS::EKS::Cluster, Properties: { A: 1 } }`,
		"a type newer than the catalog": `  A: { Type: AWS::Mars::Rover, Properties: { A: 1 } }`,
		"a read-only property":          `  A: { Type: AWS::SQS::Queue, Description: It is ignored, Properties: { Arn: x } }`,
	} {
		t.Run(why, func(t *testing.T) {
			t.Parallel()
			got := problems(t, "Parameters: { Name: { Type: String }, Number: { Type: Number }, Ids: { Type: CommaDelimitedList } }\nResources:\n"+src+"\n")
			if got != "" {
				t.Errorf("got\n%s", got)
			}
		})
	}
}

// What a transform makes of a template is not known; those of AWS leave the types alone that are not theirs.
func TestTransforms(t *testing.T) {
	t.Parallel()
	const resources = "\nResources:\n  F: { Type: AWS::Serverless::Function, Properties: { A: 1 } }\n  C: { Type: AWS::Serverless::Connector }\n  Q: { Type: AWS::SQS::Queue, Properties: { A: 1 } }\n"
	for transform, isJudged := range map[string]bool{
		"AWS::Serverless-2016-10-31": true, "[AWS::LanguageExtensions, AWS::Serverless-2016-10-31]": true, "[AWS::Serverless-2016-10-31, Ours]": false, "{ Name: Ours }": false,
	} {
		got := problems(t, "Transform: "+transform+resources)
		if isJudged && strings.Count(got, "\n") != 1 || !isJudged && got != "" {
			t.Errorf("%s: got\n%s", transform, got)
		}
	}
}

// A tree that no file has been read into is not as one that has.
func TestAnyTreeIsJudged(t *testing.T) {
	t.Parallel()
	for _, src := range []string{"a", "[]", "{}", "Resources: []", "Resources: {A: b, C: {Type: {}}, D: }", "Transform: {}\nResources: {Fn::ForEach::A: b, Fn::Transform: {}}"} {
		if got := problems(t, src); got != "" {
			t.Errorf("%s: got %s", src, got)
		}
	}
	conform.Template(nil)
	bucket := tree.NewMap().Set("Type", tree.Text("AWS::S3::Bucket")).Set("DependsOn", nil).Set("Properties", tree.NewMap().Set("Tags", tree.NewList(nil)))
	conform.Template(tree.NewMap().Set("Resources", tree.NewMap().Set("A", nil).Set("B", bucket)))
}

func TestJudges(t *testing.T) {
	t.Parallel()
	for typ, want := range map[string]bool{
		"AWS::S3::Bucket": true, "AWS::Mars::Rover": false, "Custom::Thing": false, "AWS::CloudFormation::CustomResource": false, "Acme::A::B": false,
		"AWS::Serverless::Function": false,
	} {
		if conform.Judges(typ) != want {
			t.Errorf("%s: want %t", typ, want)
		}
	}
}
