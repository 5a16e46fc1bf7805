package policy_test

import (
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/policy"
)

func TestActionsOfAService(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typ, action string
		want        bool
	}{
		{"AWS::DynamoDB::Table", "dynamodb:CreateTable", true},
		{"AWS::DynamoDB::Table", "DynamoDB:Create*", true},
		{"AWS::RDS::DBInstance", "dynamodb:CreateTable", false},
		{"AWS::StepFunctions::StateMachine", "states:CreateStateMachine", true},
		{"AWS::StepFunctions::StateMachine", "s3:PutBucketCORS", false},
		{"AWS::Cognito::UserPool", "cognito-idp:CreateUserPool", true},
		{"AWS::Cognito::IdentityPool", "cognito-identity:CreateIdentityPool", true},
		{"AWS::EMRContainers::VirtualCluster", "emr-containers:CreateVirtualCluster", true},
		{"AWS::GreengrassV2::Deployment", "greengrass:CreateDeployment", true},
		{"AWS::WAFv2::WebACL", "wafv2:CreateWebACL", true},
		{"AWS::Neptune::DBCluster", "rds:CreateDBCluster", true},
		{"AWS::CloudFormation::WaitCondition", "s3:PutObject", true},
		{"Custom::Thing", "lambda:InvokeFunction", true},
		{"Acme::Mars::Rover", "mars:CreateRover", true},
		{"AWS::EC2::Instance", "ec", false},
	} {
		if got := policy.MayTake(c.typ, c.action); got != c.want {
			t.Errorf("%s takes %s: got %t, want %t", c.typ, c.action, got, c.want)
		}
	}
}

func TestMayMake(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typ, action string
		want        bool
	}{
		{"AWS::DynamoDB::Table", "dynamodb:CreateTable", true},
		{"AWS::DynamoDB::Table", "dynamodb:*", true},
		{"AWS::DynamoDB::Table", "dynamodb:ListTables", false},
		{"AWS::DynamoDB::Table", "dynamodb:describe*", false},
		{"AWS::DynamoDB::Table", "DynamoDB:BatchGetItem", false},
		{"AWS::DynamoDB::Table", "s3:CreateBucket", false},
		{"AWS::ApiGateway::DomainName", "apigateway:GET", false},
		{"AWS::ApiGateway::DomainName", "apigateway:POST", true},
		{"AWS::CertificateManager::Certificate", "acm:RequestCertificate", true},
		{"AWS::CloudFormation::WaitCondition", "s3:GetObject", true},
		{"Custom::Thing", "s3:GetObject", true},
	} {
		if got := policy.MayMake(c.typ, c.action); got != c.want {
			t.Errorf("%s makes %s: got %t, want %t", c.action, c.typ, got, c.want)
		}
	}
}
