// Package limits is what AWS's services allow: each number once, for what reads pipeline.yaml and what builds templates.
package limits

// Lambda's limits (AWS Lambda Developer Guide, "Lambda quotas"; its API, CreateFunction).
const (
	LambdaName          = 64 // characters
	LambdaHandler       = 128
	LambdaLeastMemory   = 128 // MB
	LambdaMostMemory    = 10_240
	LambdaTimeout       = 900      // seconds
	LambdaEnvironment   = 4_096    // bytes as JSON
	LambdaLayers        = 5        // of a function
	LambdaPolicy        = 20 << 10 // bytes of the policy of a function or an alias
	LambdaSubnets       = 16       // of a function's VPC; of a service of ECS, too
	LambdaSecurityGroup = 5
)

// IAM's limits (AWS IAM User Guide, "IAM and AWS STS quotas").
const (
	RoleName = 64 // characters
)

// SQS's limits (Amazon SQS Developer Guide, "Amazon SQS message quotas" and "Amazon SQS standard queue quotas"; its API, SetQueueAttributes).
const (
	QueueName              = 80 // characters, with .fifo
	QueueVisibilitySeconds = 43_200
	QueueRetentionDays     = 14
	QueueReceives          = 1_000 // before a message is a dead letter
)

// CloudFormation's limits (AWS CloudFormation User Guide, "CloudFormation quotas"; its API, Tag).
const (
	Template       = 1_000_000 // bytes, read from S3
	InlineTemplate = 51_200    // bytes, sent with the request
	StackName      = 128       // characters
	Parameters     = 200       // of a template
	ParameterName  = 255       // characters
	ParameterValue = 4_096     // bytes
	Tags           = 50        // of a resource
	TagKey         = 128       // characters
	TagValue       = 256       // characters
)

// Limits of S3, ECR, SNS and SSM (their APIs: CreateBucket, CreateRepository, CreateTopic, PutParameter).
const (
	BucketName       = 63    // characters
	RepositoryName   = 256   // characters
	TopicName        = 256   // characters
	SSMParameterARN  = 1_011 // characters of a parameter's name with what is in front of it in its ARN
	SSMParameterText = 4_096 // bytes of a standard parameter
)

// Limits of HTTP APIs (Amazon API Gateway Developer Guide, "Quotas for configuring and running an HTTP API").
const (
	APIRoutes      = 300    // of an API
	APIAudience    = 50     // of an authorizer
	APICORSSeconds = 86_400 // that browsers keep an answer
)

// LoadBalancerName is how many characters names of load balancers and target groups have at most (Elastic Load Balancing API).
const LoadBalancerName = 32

// Limits of builds and approvals in minutes (AWS CodeBuild User Guide, AWS CodePipeline User Guide, "Quotas").
const (
	BuildLeastTimeout    = 5
	BuildTimeout         = 2_160
	ApprovalLeastTimeout = 5
	ApprovalTimeout      = 86_400
)

// Limits of AWS Batch (its API, RegisterJobDefinition).
const (
	BatchAttempts    = 10
	BatchLeastMemory = 4 // MB, on EC2
)

// ScheduleName is how many characters names of EventBridge Scheduler have at most (its API, CreateSchedule).
const ScheduleName = 64

// LogRetentions are the numbers of days that CloudWatch Logs can keep logs for, in their order (its API, PutRetentionPolicy).
func LogRetentions() []int {
	return []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
}

// HTTPMethods are those that routes of an HTTP API can have, beside ANY (Amazon API Gateway Developer Guide, "Create routes for HTTP APIs").
func HTTPMethods() []string {
	return []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
}
