package cfn

import "reflect"

// The kinds of values. A kind with a method ParameterType has a parameter type of its own.
type (
	// Text is any text. The method Text of a Value converts to it.
	Text struct{}
	// RoleARN is the ARN of an IAM role.
	RoleARN struct{}
	// RoleName is the name of an IAM role.
	RoleName struct{}
	// PolicyARN is the ARN of an IAM managed policy.
	PolicyARN struct{}
	// KeyARN is the ARN of a KMS key, never of an alias.
	KeyARN struct{}
	// BucketName is the name of an S3 bucket.
	BucketName struct{}
	// BucketARN is the ARN of an S3 bucket, without any object key.
	BucketARN struct{}
	// LogGroupName is the name of a log group.
	LogGroupName struct{}
	// LogStreamsARN is the ARN of a log group followed by :*, which matches all its streams.
	LogStreamsARN struct{}
	// ProjectName is the name of a CodeBuild project.
	ProjectName struct{}
	// ProjectARN is the ARN of a CodeBuild project.
	ProjectARN struct{}
	// PipelineName is the name of a CodePipeline pipeline.
	PipelineName struct{}
	// ReportGroupARN is the ARN of a CodeBuild report group.
	ReportGroupARN struct{}
	// RepositoryName is the name of an ECR repository.
	RepositoryName struct{}
	// QueueARN is the ARN of an SQS queue.
	QueueARN struct{}
	// QueueName is the name of an SQS queue.
	QueueName struct{}
	// FunctionName is the name of a Lambda function.
	FunctionName struct{}
	// FunctionARN is the ARN of a Lambda function, its version or its alias.
	FunctionARN struct{}
	// VPCID is the id of a VPC.
	VPCID struct{}
	// SubnetID is the id of a subnet.
	SubnetID struct{}
	// SecurityGroupID is the id of a security group.
	SecurityGroupID struct{}
	// ImageURI is the reference of a container image, with its registry and its tag or digest.
	ImageURI struct{}
	// RepositoryURI is the URI of an ECR repository: that of an image without the tag.
	RepositoryURI struct{}
	// APIID is the id of an API of API Gateway.
	APIID struct{}
	// URL begins with https:// or http://.
	URL struct{}
	// ClusterName is the name of an ECS cluster.
	ClusterName struct{}
	// ServiceName is the name of an ECS service.
	ServiceName struct{}
	// LoadBalancerName is the full name of a load balancer, as metrics have it: app/web/50dc6c495c0c9188.
	LoadBalancerName struct{}
	// TargetGroupName is the full name of a target group, as metrics have it: targetgroup/web/943f017f100becff.
	TargetGroupName struct{}
	// JobQueueARN is the ARN of a Batch job queue.
	JobQueueARN struct{}
	// JobQueueName is the name of a Batch job queue.
	JobQueueName struct{}
	// JobDefinitionName is the name of a Batch job definition, without a revision.
	JobDefinitionName struct{}
	// TopicARN is the ARN of an SNS topic.
	TopicARN struct{}
	// AlarmName is the name of a CloudWatch alarm.
	AlarmName struct{}
	// AlarmARN is the ARN of a CloudWatch alarm.
	AlarmARN struct{}
	// RuleName is the name of an EventBridge rule.
	RuleName struct{}
	// ResourceType is the type of a CloudFormation resource, such as AWS::S3::Bucket.
	ResourceType struct{}
)

// parameterType returns the CloudFormation type of a parameter of kind K. Default String. The kinds of this package have no other type: for a type
// such as AWS::EC2::VPC::Id, CloudFormation looks up the id with the role that creates the change set, which has no permission to do so.
func parameterType[K any]() string {
	var k K
	if p, ok := any(k).(interface{ ParameterType() string }); ok {
		return p.ParameterType()
	}
	return "String"
}

// kindName returns the name of kind K, for messages.
func kindName[K any]() string { return reflect.TypeFor[K]().Name() }
