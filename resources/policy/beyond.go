package policy

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Excess is what a resource has that the row of its type does not cover.
type Excess struct {
	// Path in the resource's properties, such as Targets[0].Id; empty for a name that is not there.
	Path string
	// Actions that it takes, and that the row does not have, or not for this.
	Actions []string
	// Name is how the resource must be called instead, for the row to hold: a property, and text where a star stands for any. Empty where what it
	// is called is not what is wrong.
	Property, Name string
}

// Beyond finds what the properties of a resource have that its row leaves out: the row is for what cfnpipe itself makes. What only CloudFormation
// knows the value of is taken to be right. The scope has one name.
func (s Scope) Beyond(typ string, properties *tree.Node) []Excess {
	var list []Excess
	for _, o := range s.leftOut(typ) {
		walk("", properties, strings.Split(o.property, "."), func(path string, n *tree.Node) {
			if _, _, call := n.Intrinsic(); len(o.but) == 0 || !call && !slices.ContainsFunc(o.but, func(p string) bool { return like(p, n.Text) }) {
				list = append(list, Excess{Path: path, Actions: o.actions})
			}
		})
	}
	return list
}

// Misnamed finds that a resource is not called as its row wants it. The scope has one name.
func (s Scope) Misnamed(typ string, properties *tree.Node) []Excess {
	property, pattern, action, generated := s.nameOf(typ)
	x := Excess{Property: property, Name: pattern, Actions: []string{action}}
	n := properties.Get(property)
	switch _, _, call := n.Intrinsic(); {
	case property == "", call, n == nil && generated, n != nil && like(pattern, n.Text):
		return nil
	case n != nil:
		x.Path = property
	}
	return []Excess{x}
}

// like says whether a text is as a pattern with stars, which stand for anything.
func like(pattern, text string) bool {
	return regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$").MatchString(text)
}

// walk finds all that stands at keys: in each item of a list, and in both values of an If.
func walk(path string, n *tree.Node, keys []string, found func(path string, n *tree.Node)) {
	name, arg, call := n.Intrinsic()
	switch {
	case n == nil, name == "Ref" && arg.Text == "AWS::NoValue":
	case name == "Fn::If" && len(arg.Items) == 3:
		walk(path+".Fn::If[1]", arg.Items[1], keys, found)
		walk(path+".Fn::If[2]", arg.Items[2], keys, found)
	case len(keys) == 0:
		found(path, n)
	case n.Kind == tree.List:
		for i, item := range n.Items {
			walk(path+"["+strconv.Itoa(i)+"]", item, keys, found)
		}
	case !call:
		walk(strings.TrimPrefix(path+"."+keys[0], "."), n.Get(keys[0]), keys[1:], found)
	}
}

// leftOut is a property that a row leaves out, unless its value is as one of the patterns; and what it takes.
type leftOut struct {
	property string
	but      []string
	actions  []string
}

// leftOut is what the rows leave out, from the same sources as the table. To pass a role is no part of it: iam is nobody's to give.
func (s Scope) leftOut(typ string) []leftOut {
	takes := func(property string, actions ...string) leftOut { return leftOut{property: property, actions: actions} }
	but := func(value string, o leftOut) leftOut {
		o.but = strings.Split(value, "|")
		return o
	}
	switch typ {
	case "AWS::S3::Bucket":
		return []leftOut{
			takes("AbacStatus", "s3:PutBucketAbac"),
			takes("AccelerateConfiguration", "s3:PutAccelerateConfiguration"),
			takes("AccessControl", "s3:PutBucketAcl"),
			takes("AnalyticsConfigurations", "s3:PutAnalyticsConfiguration"),
			takes("CorsConfiguration", "s3:PutBucketCORS"),
			takes("IntelligentTieringConfigurations", "s3:PutIntelligentTieringConfiguration"),
			takes("InventoryConfigurations", "s3:PutInventoryConfiguration"),
			takes("MetadataConfiguration", "s3:CreateBucketMetadataTableConfiguration"),
			takes("MetadataTableConfiguration", "s3:CreateBucketMetadataTableConfiguration"),
			takes("MetricsConfigurations", "s3:PutMetricsConfiguration"),
			takes("ObjectLockConfiguration", "s3:PutBucketObjectLockConfiguration"),
			but("false", takes("ObjectLockEnabled", "s3:PutBucketObjectLockConfiguration")),
			takes("ReplicationConfiguration", "s3:PutReplicationConfiguration"),
			takes("WebsiteConfiguration", "s3:DeleteBucketWebsite", "s3:PutBucketWebsite"),
		}
	case "AWS::Logs::LogGroup":
		return []leftOut{
			but("false", takes("BearerTokenAuthenticationEnabled", "logs:PutBearerTokenAuthentication")),
			takes("DataProtectionPolicy", "logs:DeleteDataProtectionPolicy", "logs:PutDataProtectionPolicy"),
			but("false", takes("DeletionProtectionEnabled", "logs:PutLogGroupDeletionProtection")),
			takes("FieldIndexPolicies", "logs:DeleteIndexPolicy", "logs:PutIndexPolicy"),
			takes("ResourcePolicyDocument", "logs:DeleteResourcePolicy", "logs:PutResourcePolicy"),
		}
	case "AWS::IAM::ManagedPolicy":
		return []leftOut{
			takes("Groups", "iam:AttachGroupPolicy", "iam:DetachGroupPolicy"),
			takes("Users", "iam:AttachUserPolicy", "iam:DetachUserPolicy"),
		}
	case "AWS::CodeBuild::Project":
		return []leftOut{
			takes("Triggers", "codebuild:CreateWebhook", "codebuild:DeleteWebhook", "codebuild:UpdateWebhook"),
			but("PRIVATE", takes("Visibility", "codebuild:UpdateProjectVisibility")),
		}
	case "AWS::Lambda::Function":
		return []leftOut{
			takes("CapacityProviderConfig", "lambda:PassCapacityProvider"),
			// Lambda reads the code as who deploys it
			but(s.Project+"-"+s.Names[0]+"-code-*", takes("Code.S3Bucket", "s3:GetObject")),
			takes("CodeSigningConfigArn", "lambda:DeleteFunctionCodeSigningConfig", "lambda:GetCodeSigningConfig", "lambda:PutFunctionCodeSigningConfig"),
			takes("FileSystemConfigs", "elasticfilesystem:DescribeMountTargets"),
			takes("FunctionScalingConfig", "lambda:PutFunctionScalingConfig"),
			takes("KmsKeyArn", "kms:CreateGrant", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"),
			takes("RecursiveLoop", "lambda:PutFunctionRecursionConfig"),
			takes("RuntimeManagementConfig", "lambda:PutRuntimeManagementConfig"),
		}
	case "AWS::Lambda::Alias":
		return []leftOut{
			takes("ProvisionedConcurrencyConfig", "lambda:DeleteProvisionedConcurrencyConfig", "lambda:PutProvisionedConcurrencyConfig"),
		}
	case "AWS::Lambda::Permission":
		return []leftOut{but("apigateway.amazonaws.com", takes("Principal", "lambda:AddPermission"))}
	case "AWS::Lambda::Version":
		return []leftOut{
			takes("FunctionScalingConfig", "lambda:PutFunctionScalingConfig"),
			takes("ProvisionedConcurrencyConfig", "lambda:PutProvisionedConcurrencyConfig"),
			takes("RuntimePolicy", "lambda:PutRuntimeManagementConfig"),
		}
	case "AWS::ApiGatewayV2::Api":
		return []leftOut{takes("BodyS3Location", "s3:GetObject")}
	case "AWS::Batch::ComputeEnvironment":
		return []leftOut{takes("EksConfiguration", "eks:DescribeCluster")}
	case "AWS::Scheduler::Schedule":
		return []leftOut{
			but("default", takes("GroupName", "scheduler:CreateSchedule", "scheduler:DeleteSchedule", "scheduler:GetSchedule", "scheduler:UpdateSchedule")),
		}
	case "AWS::SNS::Subscription":
		return []leftOut{
			but("email", takes("Protocol", "sns:Subscribe")),
			takes("DeliveryPolicy", "sns:SetSubscriptionAttributes"),
			takes("FilterPolicy", "sns:SetSubscriptionAttributes"),
			takes("RawMessageDelivery", "sns:SetSubscriptionAttributes"),
			takes("RedrivePolicy", "sns:SetSubscriptionAttributes"),
		}
	case "AWS::SNS::Topic":
		return []leftOut{
			takes("DataProtectionPolicy", "sns:PutDataProtectionPolicy"),
			takes("Subscription", "sns:Subscribe", "sns:Unsubscribe"),
		}
	case "AWS::Events::Rule": // of another bus, rules have other ARNs
		return []leftOut{
			but("default", takes("EventBusName", "events:DeleteRule", "events:DescribeRule", "events:ListTargetsByRule", "events:PutRule",
				"events:PutTargets", "events:RemoveTargets")),
		}
	case "AWS::ElasticLoadBalancingV2::LoadBalancer":
		return []leftOut{
			takes("Ipv4IpamPoolId", "ec2:DescribeIpamPools", "elasticloadbalancing:ModifyIpPools"),
			but("ipv4", takes("IpAddressType", "elasticloadbalancing:SetIpAddressType")),
			takes("MinimumLoadBalancerCapacity", "elasticloadbalancing:ModifyCapacityReservation"),
			// others have other ARNs
			but("application", takes("Type", "elasticloadbalancing:AddTags", "elasticloadbalancing:CreateLoadBalancer",
				"elasticloadbalancing:DeleteLoadBalancer", "elasticloadbalancing:ModifyLoadBalancerAttributes")),
		}
	case "AWS::ElasticLoadBalancingV2::Listener":
		return []leftOut{
			takes("DefaultActions.AuthenticateCognitoConfig", "cognito-idp:DescribeUserPoolClient"),
			takes("ListenerAttributes", "elasticloadbalancing:ModifyListenerAttributes"),
			// load balancers of others have other ARNs
			but("HTTP|HTTPS", takes("Protocol", "elasticloadbalancing:AddTags", "elasticloadbalancing:CreateListener",
				"elasticloadbalancing:DeleteListener", "elasticloadbalancing:ModifyListener")),
		}
	case "AWS::ElasticLoadBalancingV2::TargetGroup":
		return []leftOut{takes("Targets", "elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets")}
	case "AWS::ApplicationAutoScaling::ScalableTarget":
		return []leftOut{
			takes("ScheduledActions", "application-autoscaling:DeleteScheduledAction", "application-autoscaling:PutScheduledAction"),
			but("ecs", takes("ServiceNamespace", "application-autoscaling:DeregisterScalableTarget", "application-autoscaling:RegisterScalableTarget")),
		}
	case "AWS::ApplicationAutoScaling::ScalingPolicy":
		return []leftOut{
			takes("PredictiveScalingPolicyConfiguration", "cloudwatch:GetMetricData"),
			but("ecs", takes("ServiceNamespace", "application-autoscaling:DeleteScalingPolicy", "application-autoscaling:PutScalingPolicy")),
		}
	}
	return leftOutOfNetworks(typ, takes, but)
}

func leftOutOfNetworks(typ string, takes func(string, ...string) leftOut, but func(string, leftOut) leftOut) []leftOut {
	const associate, disassociate = "ec2:AssociateSubnetCidrBlock", "ec2:DisassociateSubnetCidrBlock"
	switch typ {
	case "AWS::EC2::EIP":
		return []leftOut{
			takes("InstanceId", "ec2:AssociateAddress", "ec2:DisassociateAddress"),
			takes("TransferAddress", "ec2:AcceptAddressTransfer"),
		}
	case "AWS::EC2::FlowLog":
		return []leftOut{but("cloud-watch-logs", takes("LogDestinationType", "logs:CreateLogDelivery", "logs:DeleteLogDelivery"))}
	case "AWS::EC2::NatGateway":
		return []leftOut{
			takes("SecondaryAllocationIds", "ec2:AssociateNatGatewayAddress", "ec2:DisassociateNatGatewayAddress"),
			takes("SecondaryPrivateIpAddressCount", "ec2:AssignPrivateNatGatewayAddress", "ec2:UnassignPrivateNatGatewayAddress"),
			takes("SecondaryPrivateIpAddresses", "ec2:AssignPrivateNatGatewayAddress", "ec2:UnassignPrivateNatGatewayAddress"),
		}
	case "AWS::EC2::Subnet":
		return []leftOut{takes("Ipv6CidrBlock", associate, disassociate), takes("Ipv6IpamPoolId", associate, disassociate)}
	case "AWS::EC2::VPC":
		return []leftOut{takes("VpcEncryptionControl", "ec2:CreateVpcEncryptionControl")}
	case "AWS::EC2::VPCEndpoint":
		return []leftOut{
			takes("ServiceNetworkArn", "vpc-lattice:CreateServiceNetworkVpcEndpointAssociation"),
			takes("ServiceRegion", "vpce:AllowMultiRegion"),
		}
	case "AWS::EC2::VPCGatewayAttachment":
		return []leftOut{takes("VpnGatewayId", "ec2:AttachVpnGateway", "ec2:DetachVpnGateway")}
	}
	return nil
}

// nameOf is the property with the name of a resource that a row narrows by, how that must be, and the action that makes the thing. Generated says
// that CloudFormation's own name fits, or may: <stack>-<logical id>-…, but of a load balancer it is cut short, of others it has no stack.
func (s Scope) nameOf(typ string) (property, pattern, action string, generated bool) {
	whole := s.Project + "-" + s.Names[0]
	begins := whole + "-*"
	switch typ {
	case "AWS::ApiGatewayV2::Api":
		return "Name", begins, "apigateway:POST", true
	case "AWS::Batch::ComputeEnvironment":
		return "ComputeEnvironmentName", begins, "batch:CreateComputeEnvironment", false
	case "AWS::Batch::JobDefinition":
		return "JobDefinitionName", begins, "batch:RegisterJobDefinition", false
	case "AWS::Batch::JobQueue":
		return "JobQueueName", begins, "batch:CreateJobQueue", false
	case "AWS::CloudWatch::Alarm":
		return "AlarmName", begins, "cloudwatch:PutMetricAlarm", true
	case "AWS::CloudWatch::Dashboard":
		return "DashboardName", begins, "cloudwatch:PutDashboard", true
	case "AWS::CodeBuild::Project":
		return "Name", begins, "codebuild:CreateProject", false
	case "AWS::CodeBuild::ReportGroup":
		return "Name", begins, "codebuild:CreateReportGroup", true
	case "AWS::CodePipeline::Pipeline":
		return "Name", whole, "codepipeline:CreatePipeline", false
	case "AWS::ECR::Repository":
		return "RepositoryName", begins, "ecr:CreateRepository", true
	case "AWS::ECS::Cluster":
		return "ClusterName", whole, "ecs:CreateCluster", false
	case "AWS::ECS::Service":
		return "ServiceName", begins, "ecs:CreateService", true
	case "AWS::ECS::TaskDefinition":
		return "Family", begins, "ecs:RegisterTaskDefinition", true
	case "AWS::ElasticLoadBalancingV2::LoadBalancer":
		return "Name", begins, "elasticloadbalancing:CreateLoadBalancer", false
	case "AWS::ElasticLoadBalancingV2::TargetGroup":
		return "Name", begins, "elasticloadbalancing:CreateTargetGroup", false
	case "AWS::Events::Rule":
		return "Name", begins, "events:PutRule", true
	case "AWS::IAM::InstanceProfile":
		return "InstanceProfileName", begins, "iam:CreateInstanceProfile", true
	case "AWS::IAM::ManagedPolicy":
		return "ManagedPolicyName", begins, "iam:CreatePolicy", true
	case "AWS::IAM::Role":
		return "RoleName", begins, "iam:CreateRole", true
	case "AWS::KMS::Alias":
		return "AliasName", "alias/" + begins, "kms:CreateAlias", false
	case "AWS::Lambda::Function":
		return "FunctionName", begins, "lambda:CreateFunction", true
	case "AWS::Logs::LogGroup":
		return "LogGroupName", "/aws/*/" + begins, "logs:CreateLogGroup", true
	case "AWS::S3::Bucket":
		return "BucketName", begins, "s3:CreateBucket", true
	case "AWS::SNS::Topic":
		return "TopicName", begins, "sns:CreateTopic", true
	case "AWS::SQS::Queue":
		return "QueueName", begins, "sqs:CreateQueue", true
	case "AWS::SSM::Parameter":
		return "Name", "/" + s.Project + "/" + s.Names[0] + "/*", "ssm:PutParameter", false
	case "AWS::Scheduler::Schedule":
		return "Name", begins, "scheduler:CreateSchedule", true
	default:
		return "", "", "", true
	}
}
