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
