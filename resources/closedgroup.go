package resources

import (
	"strings"

	"github.com/awslabs/goformation/v7/cloudformation/lambda"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/limits"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// ClosedGroup removes all rules from a security group that CloudFormation did not create: the default one of a VPC, which no resource type can change
// and which cannot be deleted. A small Lambda function removes them when ClosedGroup is created, and when Group changes.
type ClosedGroup struct {
	// ID is the logical id. The logical ids of the function, its role and its logs begin with it.
	ID    string
	Group cfn.Value[cfn.SecurityGroupID]
	// FunctionName must end in -closed-group: the roles that deploy it may call functions with such names.
	FunctionName string
	// RoleName, RolePath and permissions boundary of the role of the function.
	RoleName, RolePath string
	Boundary           cfn.Value[cfn.PolicyARN]
	// LogKey encrypts the logs of the function, which are retained for LogDays.
	LogKey  cfn.Value[cfn.KeyARN]
	LogDays int
	// RetainLogs keeps the logs if the function is deleted.
	RetainLogs bool
}

// closedGroup is the custom resource, since the type in goformation has no properties.
type closedGroup struct {
	ServiceToken string `json:"ServiceToken"`
	// ServiceTimeout is how many seconds CloudFormation waits for the function. Its default is an hour.
	ServiceTimeout int    `json:"ServiceTimeout"`
	GroupID        string `json:"GroupId"`
}

// AWSCloudFormationType returns a type name for custom resources.
func (closedGroup) AWSCloudFormationType() string { return "Custom::ClosedGroup" }

// Timeouts of the function and of CloudFormation in seconds. The function makes three attempts of three requests, each of at most 10 seconds, with two
// pauses of 5 seconds, which is less than its timeout.
const (
	closeGroupTimeout = 120
	closeGroupWait    = 150
)

// closeGroup is the code of the function, at most 4,096 characters. Lambda provides cfnresponse only if the code has exactly this import. The function
// always responds in time. It retries because the permissions of a new role need a moment to take effect. On deletion it does nothing, because the
// group is deleted with its VPC.
const closeGroup = `import time

import boto3
import cfnresponse
from botocore.config import Config


def close(group):
    config = Config(connect_timeout=5, read_timeout=5, retries={"total_max_attempts": 1})
    ec2 = boto3.client("ec2", config=config)
    found = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    if found["IpPermissions"]:
        ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=found["IpPermissions"])
    if found["IpPermissionsEgress"]:
        ec2.revoke_security_group_egress(GroupId=group, IpPermissions=found["IpPermissionsEgress"])


def handler(event, context):
    group = event["ResourceProperties"].get("GroupId", "none")
    for last in False, False, True:
        try:
            if event["RequestType"] != "Delete":
                close(group)
            cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, group)
            return
        except Exception as e:
            print(e)
            if last:
                cfnresponse.send(event, context, cfnresponse.FAILED, {}, group, reason=str(e)[:1000])
            else:
                time.sleep(5)
`

// Add declares the function, its role, its logs and the custom resource.
func (g ClosedGroup) Add(t *cfn.Template) {
	path := "Resources." + g.ID + "Function.Properties"
	checkName(t, path+".FunctionName", "Lambda", g.FunctionName, "_-", 1, limits.LambdaName)
	if !strings.HasSuffix(g.FunctionName, "-closed-group") {
		t.Failf(path+".FunctionName", "use a name that ends in -closed-group", "the roles that deploy the function %q may not call it", g.FunctionName)
	}
	if t.TextPtr(g.Group) == nil {
		t.Fail("Resources."+g.ID+".Properties.GroupId", "the security group is not set", "set Group")
	}
	logs := LogGroup{ID: g.ID + "Logs", Name: "/aws/lambda/" + g.FunctionName, RetentionDays: g.LogDays, Key: g.LogKey, Retain: g.RetainLogs}.Add(t)
	group := cfn.Format[cfn.Text]("arn:%s:ec2:%s:%s:security-group/%s", cfn.Partition(), cfn.Region(), cfn.AccountID(), g.Group)
	role := Role{
		ID: g.ID + "Role", Name: g.RoleName, Path: g.RolePath, Description: "Function " + g.FunctionName + " runs with it",
		Trust:    policy.Trust{policy.Allow("Lambda", "sts:AssumeRole").By(policy.Service("lambda.amazonaws.com"))},
		Boundary: g.Boundary,
		Policies: []InlinePolicy{{Name: "function", Document: policy.Identity{
			policy.Allow("Logs", "logs:CreateLogStream", "logs:PutLogEvents").On(logs.Streams()),
			policy.Allow("Close", "ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress").On(group),
			policy.Allow("Read", "ec2:DescribeSecurityGroups").On(cfn.Lit("*")), // supports no resources
		}}},
	}.Add(t)
	function := t.Add(g.ID+"Function", &lambda.Function{
		FunctionName: new(g.FunctionName), Description: new("Takes all rules from a security group, for CloudFormation"),
		Code:    &lambda.Function_Code{ZipFile: new(closeGroup)},
		Runtime: new("python3.13"), Handler: new("index.handler"), Architectures: []string{"x86_64"},
		MemorySize: new(limits.LambdaLeastMemory), Timeout: new(closeGroupTimeout), Role: t.Text(role.ARN()),
		LoggingConfig: &lambda.Function_LoggingConfig{LogGroup: t.TextPtr(logs.Name())},
	})
	t.Add(g.ID, &closedGroup{
		ServiceToken: t.Text(cfn.Att[cfn.FunctionARN](function, "Arn")), ServiceTimeout: closeGroupWait, GroupID: t.Text(g.Group),
	})
}
