package policy_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

func own(project, name string) policy.Scope {
	return policy.Scope{Project: project, Names: []string{name}}
}

func TestPropertiesBeyondTheTable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ typ, properties, want string }{
		{"AWS::S3::Bucket", "BucketEncryption: {}", ""},
		{"AWS::S3::Bucket", "CorsConfiguration: { CorsRules: [] }", "CorsConfiguration s3:PutBucketCORS"},
		{"AWS::S3::Bucket", "CorsConfiguration: !Ref AWS::NoValue", ""},
		{
			"AWS::S3::Bucket", "CorsConfiguration: !If [Open, { CorsRules: [] }, !Ref AWS::NoValue]",
			"CorsConfiguration.Fn::If[1] s3:PutBucketCORS",
		},
		{"AWS::S3::Bucket", "{ ObjectLockEnabled: false, WebsiteConfiguration: {} }", "WebsiteConfiguration s3:DeleteBucketWebsite s3:PutBucketWebsite"},
		{"AWS::S3::Bucket", "ObjectLockEnabled: true", "ObjectLockEnabled s3:PutBucketObjectLockConfiguration"},
		{"AWS::Lambda::Permission", "Principal: apigateway.amazonaws.com", ""},
		{"AWS::Lambda::Permission", "Principal: s3.amazonaws.com", ""},
		{"AWS::Lambda::Permission", "Principal: '*'", "Principal lambda:AddPermission"},
		{"AWS::Lambda::Permission", "Principal: !Ref Who", ""},
		{"AWS::Lambda::Permission", "Principal: !If [Open, '444444444444', apigateway.amazonaws.com]", "Principal.Fn::If[1] lambda:AddPermission"},
		{"AWS::Lambda::ResourcePolicy", "PolicyDocument: { Statement: [{ Principal: { AWS: '*' } }] }", "PolicyDocument.Statement[0].Principal.AWS lambda:PutResourcePolicy"},
		{"AWS::Lambda::ResourcePolicy", "PolicyDocument: { Statement: [{ Principal: { Service: s3.amazonaws.com } }] }", ""},
		{"AWS::SNS::Subscription", "{ Protocol: sqs, Endpoint: 'arn:aws:sqs:eu-west-1:222222222222:shop-dev-orders' }", ""},
		{"AWS::SNS::Subscription", "{ Protocol: sqs, Endpoint: 'arn:aws:sqs:eu-west-1:222222222222:shop-prod-orders' }", "Endpoint sns:Subscribe"},
		{"AWS::SNS::Subscription", "{ Protocol: email, Endpoint: ops@example.com, FilterPolicy: {} }", ""},
		{"AWS::SNS::Subscription", "{ Protocol: sms, Endpoint: '+4912345' }", "Endpoint sns:Subscribe\nProtocol sns:Subscribe"},
		{"AWS::WAFv2::LoggingConfiguration", "LogDestinationConfigs: ['arn:aws:logs:eu-west-1:222222222222:log-group:aws-waf-logs-shop']", ""},
		{"AWS::WAFv2::LoggingConfiguration", "LogDestinationConfigs: ['arn:aws:s3:::aws-waf-logs-shop']", "LogDestinationConfigs s3:GetBucketPolicy s3:PutBucketPolicy"},
		{"AWS::WAFv2::LoggingConfiguration", "LogDestinationConfigs: !Ref Destinations", ""},
		{"AWS::Events::Rule", "EventBusName: shop-dev-orders", ""},
		{"AWS::Events::Rule", "EventBusName: shop-prod-orders", "EventBusName events:DeleteRule events:DescribeRule events:ListTargetsByRule events:PutRule events:PutTargets events:RemoveTargets"},
		{"AWS::ElasticLoadBalancingV2::LoadBalancer", "Type: network", ""},
		{"AWS::ElasticLoadBalancingV2::Listener", "Protocol: TCP", ""},
		{"AWS::AppSync::Resolver", "CodeS3Location: s3://shop-dev-code-222222222222-eu-west-1/x.js", ""},
		{"AWS::AppSync::Resolver", "CodeS3Location: s3://others/x.js", "CodeS3Location s3:GetObject"},
		{"AWS::Lambda::Function", "Code: { S3Bucket: shop-dev-code-222222222222-eu-west-1 }", ""},
		{"AWS::Lambda::Function", "Code: { S3Bucket: shop-prod-code-222222222222-eu-west-1 }", "Code.S3Bucket s3:GetObject"},
		{"AWS::ElasticLoadBalancingV2::Listener", "DefaultActions: [{ Type: forward }, { AuthenticateCognitoConfig: {} }]", "DefaultActions[1].AuthenticateCognitoConfig cognito-idp:DescribeUserPoolClient"},
		{"AWS::ElasticLoadBalancingV2::Listener", "Protocol: HTTPS", ""},
		{"AWS::ElasticLoadBalancingV2::Listener", "DefaultActions: !Ref Actions", ""},
		{"AWS::EC2::FlowLog", "LogDestinationType: s3", "LogDestinationType logs:CreateLogDelivery logs:DeleteLogDelivery"},
		{"AWS::EC2::EIP", "InstanceId: i-0a1b2c3d", "InstanceId ec2:AssociateAddress ec2:DisassociateAddress"},
		{"AWS::SQS::Queue", "none", ""},
		{"AWS::IAM::Policy", "Users: [ann]", "Users iam:DeleteUserPolicy iam:GetUserPolicy iam:PutUserPolicy"},
		{"AWS::CloudFormation::Stack", "TemplateURL: https://shop-dev-code-1.s3.eu-west-1.amazonaws.com/a.yaml", ""},
		{"AWS::CloudFormation::Stack", "TemplateURL: https://s3.eu-west-1.amazonaws.com/shop-dev-code-1/a.yaml", ""},
		{"AWS::CloudFormation::Stack", "TemplateURL: https://s3.amazonaws.com/others/a.yaml", "TemplateURL s3:GetObject"},
		{"Custom::Thing", "ServiceToken: !GetAtt Provider.Arn", ""},
		{"Custom::Thing", "ServiceToken: arn:aws:lambda:eu-west-1:222222222222:function:shop-dev-thing", ""},
		{"Custom::Thing", "ServiceToken: arn:aws:lambda:eu-west-1:222222222222:function:others", "ServiceToken lambda:InvokeFunction"},
	} {
		properties, err := tree.ParseYAML([]byte(c.properties))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range own("shop", "dev").Beyond(c.typ, properties) {
			got = append(got, strings.Join(append([]string{x.Path}, x.Actions...), " "))
		}
		if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
			t.Errorf("%s with %s: want -, got +:\n%s", c.typ, c.properties, diff)
		}
	}
	if got := own("shop", "dev").Beyond("AWS::S3::Bucket", nil); got != nil {
		t.Errorf("a bucket without properties takes %v", got)
	}
}

func TestNamesBeyondTheTable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ typ, properties, want string }{
		{"AWS::SQS::Queue", "{}", ""},
		{"AWS::SQS::Queue", "QueueName: shop-dev-orders", ""},
		{"AWS::SQS::Queue", "QueueName: shop-prod-orders", "QueueName: QueueName shop-dev-* sqs:CreateQueue"},
		{"AWS::SQS::Queue", "QueueName: !Sub x", ""},
		{"AWS::Logs::LogGroup", "{}", ""},
		{"AWS::Logs::LogGroup", "LogGroupName: /aws/lambda/shop-dev-hello", ""},
		{"AWS::Logs::LogGroup", "LogGroupName: /lambda/shop-dev-hello", "LogGroupName: LogGroupName /aws/*/shop-dev-* logs:CreateLogGroup"},
		{"AWS::SSM::Parameter", "{}", ": Name /shop/dev/* ssm:PutParameter"},
		{"AWS::SSM::Parameter", "Name: /shop/dev/size", ""},
		{"AWS::ECS::Cluster", "ClusterName: shop-dev", ""},
		{"AWS::ECS::Cluster", "ClusterName: shop-dev-more", "ClusterName: ClusterName shop-dev ecs:CreateCluster"},
		{"AWS::KMS::Key", "{}", ""},
		{"AWS::Budgets::Budget", "Budget: { BudgetName: shop-dev-month }", ""},
		{"AWS::Budgets::Budget", "Budget: { BudgetName: month }", "Budget.BudgetName: Budget.BudgetName shop-dev-* budgets:ModifyBudget"},
		{"AWS::Budgets::Budget", "Budget: !If [Strict, { BudgetName: month }, { BudgetName: year }]", ""},
		{"AWS::Budgets::Budget", "Budget: {}", ": Budget.BudgetName shop-dev-* budgets:ModifyBudget"},
		{"AWS::Athena::NamedQuery", "{}", ": WorkGroup shop-dev-* athena:CreateNamedQuery"},
		{"AWS::SecretsManager::Secret", "{}", ": Name shop-dev-* secretsmanager:CreateSecret"},
	} {
		properties, err := tree.ParseYAML([]byte(c.properties))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range own("shop", "dev").Misnamed(c.typ, properties) {
			got = append(got, fmt.Sprintf("%s: %s %s %s", x.Path, x.Property, x.Name, strings.Join(x.Actions, " ")))
		}
		if diff := cmp.Diff(c.want, strings.Join(got, "\n")); diff != "" {
			t.Errorf("%s with %s: want -, got +:\n%s", c.typ, c.properties, diff)
		}
	}
}

// The table is for what cfnpipe makes: of that, it leaves out nothing.
func TestNothingOfTheGoldensIsBeyondTheTable(t *testing.T) {
	t.Parallel()
	dirs, err := filepath.Glob("../../golden/*/want")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, dir := range dirs {
		a, err := assembly.Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range a.Stacks {
			if s.Environment == "" || strings.HasSuffix(s.Name, "-access") { // which a person deploys
				continue
			}
			scope, resources := own(a.Project, s.Environment), s.Template.Get("Resources")
			for i, id := range resources.Keys {
				typ, properties := resources.Items[i].Get("Type").Text, resources.Items[i].Get("Properties")
				for _, x := range append(scope.Beyond(typ, properties), scope.Misnamed(typ, properties)...) {
					t.Errorf("%s %s %s: %v", s.Name, id, typ, x)
				}
				count++
			}
		}
	}
	if count < 500 {
		t.Errorf("only %d resources", count)
	}
}
