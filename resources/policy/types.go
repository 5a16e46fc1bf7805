package policy

import (
	"fmt"
	"slices"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Scope is what an execution role may touch: the things of one environment or pipeline, in the account of its access stack.
type Scope struct {
	Project string
	// Names of the environment or pipeline, and of what else the role deploys: all names begin with <project>-<one of these>-.
	Names []string
	// Parameters of SSM that do not stand under /<project>/<one of Names>/, by their full names.
	Parameters []string
	// Regions in which its stacks are; the access stack's own first.
	Regions []string
	// ApplicationPath of the roles that its stacks may hold.
	ApplicationPath string
	// Boundary that those roles must have.
	Boundary cfn.Part
	// Connection that its pipelines read from; nil in environments, which have none.
	Connection cfn.Part
}

// Deployment is what a role needs that deploys resources of the given types: to make, read, change, tag and delete them. A type that the
// table does not know is an error.
func Deployment(types []string, s Scope) ([]Statement, error) {
	var list []Statement
	var unknown []string
	for _, typ := range types {
		row := s.row(typ)
		if row == nil {
			unknown = append(unknown, typ)
		}
		list = append(list, row...)
	}
	if len(unknown) > 0 {
		return nil, fmt.Errorf("the permissions to deploy %q are not known; say them where the stack is: as its permissions in pipeline.yaml, as its Grants in Go", unknown)
	}
	return list, nil
}

// DeploymentNode is Deployment as a policy document, for those who have the boundary and the connection as text; without a connection, it
// is empty.
func DeploymentNode(types []string, s Scope, boundary, connection string) (*tree.Node, error) {
	if s.Boundary = cfn.Lit(boundary); connection != "" {
		s.Connection = cfn.Lit(connection)
	}
	statements, err := Deployment(types, s)
	if err != nil || len(statements) == 0 {
		return nil, err
	}
	t := cfn.New(cfn.Place{Project: s.Project}, &table{})
	return Identity(statements).Node(t, ""), nil
}

// table stands where a document has a stack.
type table struct{}

func (*table) Name() string              { return "table" }
func (*table) Build(*cfn.Template) error { return nil }

// Known says whether the table has a resource type.
func Known(typ string) bool {
	return Scope{Names: []string{""}, Regions: []string{""}}.row(typ) != nil
}

// Passes says whether the table lets who deploys a resource type pass roles to a service.
func Passes(typ, service string) bool {
	passes := func(c Condition) bool {
		return c.key == "iam:PassedToService" && slices.Contains(c.values, cfn.Part(cfn.Lit(service)))
	}
	return slices.ContainsFunc(Scope{Names: []string{""}, Regions: []string{""}}.row(typ), func(s Statement) bool {
		return slices.ContainsFunc(s.conditions, passes)
	})
}

// row is the table: one case per resource type. Its sources are the permissions that the handlers of the type's CloudFormation schema
// name, less what our templates cannot trigger, and the resource types that the Service Authorization Reference gives for each action.
func (s Scope) row(typ string) []Statement {
	// only artifact stores stand in other regions than the access stack
	everywhere := []string{"AWS::KMS::Alias", "AWS::KMS::Key", "AWS::S3::Bucket", "AWS::S3::BucketPolicy"}
	if len(s.Regions) > 1 && !slices.Contains(everywhere, typ) {
		s.Regions = s.Regions[:1]
	}
	switch typ {
	case "AWS::S3::Bucket":
		// left out: replication (and its PassRole), inventory, analytics, website, object lock, metadata tables; they are still read
		return []Statement{Allow("Buckets",
			"s3:CreateBucket", "s3:DeleteBucket", "s3:ListBucket", "s3:GetBucketAcl",
			"s3:GetBucketLogging", "s3:PutBucketLogging", "s3:GetBucketOwnershipControls", "s3:PutBucketOwnershipControls",
			"s3:GetBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock", "s3:GetBucketTagging", "s3:PutBucketTagging",
			"s3:GetBucketVersioning", "s3:PutBucketVersioning", "s3:GetEncryptionConfiguration", "s3:PutEncryptionConfiguration",
			"s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration", "s3:ListTagsForResource", "s3:TagResource", "s3:UntagResource",
			"s3:GetAccelerateConfiguration", "s3:GetAnalyticsConfiguration", "s3:GetBucketAbac", "s3:GetBucketCORS",
			"s3:GetBucketMetadataTableConfiguration", "s3:GetBucketNotification", "s3:PutBucketNotification", "s3:GetBucketObjectLockConfiguration",
			"s3:GetBucketWebsite", "s3:GetIntelligentTieringConfiguration", "s3:GetInventoryConfiguration", "s3:GetMetricsConfiguration",
			"s3:GetReplicationConfiguration",
		).On(s.buckets("")...)}
	case "AWS::S3::BucketPolicy":
		return []Statement{Allow("Buckets", "s3:DeleteBucketPolicy", "s3:GetBucketPolicy", "s3:PutBucketPolicy").On(s.buckets("")...)}
	case "AWS::KMS::Key":
		return []Statement{
			// CreateKey knows no resource: there is no key yet
			Allow("CreateKeys", "kms:CreateKey").On(cfn.Lit("*")).
				If(When("StringEquals", "aws:RequestedRegion", s.regions()...)),
			// keys have no names: the policy of each of our keys admits the role that may manage it, and CloudFormation touches only keys
			// that a stack holds
			Allow("Keys",
				"kms:DescribeKey", "kms:DisableKey", "kms:DisableKeyRotation", "kms:EnableKey", "kms:EnableKeyRotation", "kms:GetKeyPolicy",
				"kms:GetKeyRotationStatus", "kms:ListResourceTags", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:TagResource",
				"kms:UntagResource", "kms:UpdateKeyDescription").On(s.arns("kms", "key/*")...),
		}
	case "AWS::KMS::Alias":
		return []Statement{
			Allow("Aliases", "kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias").
				On(s.named("kms", "alias/")...).On(s.arns("kms", "key/*")...),
			Allow("ListAliases", "kms:ListAliases").On(cfn.Lit("*")), // knows no resource
		}
	case "AWS::SSM::Parameter":
		parameters := Allow("Parameters",
			"ssm:AddTagsToResource", "ssm:DeleteParameter", "ssm:GetParameters", "ssm:ListTagsForResource", "ssm:PutParameter",
			"ssm:RemoveTagsFromResource")
		for _, name := range s.Names {
			parameters = parameters.On(s.arns("ssm", "parameter/"+s.Project+"/"+name+"/*")...)
		}
		for _, name := range s.Parameters {
			parameters = parameters.On(s.arns("ssm", "parameter"+name)...)
		}
		return []Statement{parameters}
	case "AWS::Logs::LogGroup":
		// left out: data protection, index and resource policies, bearer tokens, deliveries; the policies are still read
		return []Statement{
			Allow("LogGroups",
				"logs:AssociateKmsKey", "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DeleteRetentionPolicy", "logs:DisassociateKmsKey",
				"logs:DescribeIndexPolicies", "logs:GetDataProtectionPolicy", "logs:ListTagsForResource", "logs:PutRetentionPolicy",
				"logs:TagResource", "logs:UntagResource").
				On(s.named("logs", "log-group:/aws/*/")...).On(s.named("logs", "log-group:")...), // the latter are those that CloudFormation names
			Allow("ListLogGroups", "logs:DescribeLogGroups").On(s.arns("logs", "log-group:*")...), // lists all groups or none
			Allow("ListLogPolicies", "logs:DescribeResourcePolicies").On(cfn.Lit("*")),            // knows no resource
		}
	case "AWS::IAM::Role":
		return s.roles()
	case "AWS::IAM::ManagedPolicy":
		// left out: attaching to users, groups and roles, which each role does for itself, within its boundary
		return []Statement{Allow("Policies",
			"iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:GetPolicy",
			"iam:GetPolicyVersion", "iam:ListEntitiesForPolicy", "iam:ListPolicyVersions").On(s.own("policy")...)}
	case "AWS::CodeBuild::Project":
		// the schema names no permissions: those of the API's create, update, delete and read operations
		return []Statement{
			Allow("Projects", "codebuild:BatchGetProjects", "codebuild:CreateProject", "codebuild:DeleteProject", "codebuild:UpdateProject").
				On(s.named("codebuild", "project/")...),
			s.Pass("PassRolesToBuilds", "codebuild.amazonaws.com"),
		}
	case "AWS::CodePipeline::Pipeline":
		var pipelines, stages []cfn.Part
		for _, name := range s.Names {
			pipelines = append(pipelines, s.arns("codepipeline", s.Project+"-"+name)...)
			stages = append(stages, s.arns("codepipeline", s.Project+"-"+name+"/*")...)
		}
		list := []Statement{
			Allow("Pipelines",
				"codepipeline:CreatePipeline", "codepipeline:DeletePipeline", "codepipeline:GetPipeline", "codepipeline:GetPipelineState",
				"codepipeline:ListTagsForResource", "codepipeline:StartPipelineExecution", "codepipeline:TagResource",
				"codepipeline:UntagResource", "codepipeline:UpdatePipeline").On(pipelines...),
			Allow("PipelineStages", "codepipeline:DisableStageTransition", "codepipeline:EnableStageTransition").On(stages...),
		}
		if s.Connection != nil {
			// the service checks either prefix, depending on how old the connection is
			list = append(list, Allow("PassConnection", "codeconnections:PassConnection", "codestar-connections:PassConnection").On(s.Connection))
		}
		return append(list, s.Pass("PassRolesToPipelines", "codepipeline.amazonaws.com"), Allow("Roles", "iam:GetRole").On(s.own("role")...))
	case "AWS::CodeBuild::ReportGroup":
		// the schema names no permissions: those of the API's create, update, delete and read operations
		return []Statement{Allow("ReportGroups",
			"codebuild:BatchGetReportGroups", "codebuild:CreateReportGroup", "codebuild:DeleteReport", "codebuild:DeleteReportGroup",
			"codebuild:ListReportsForReportGroup", "codebuild:UpdateReportGroup").On(s.named("codebuild", "report-group/")...)}
	case "AWS::ECR::Repository":
		return []Statement{
			Allow("Repositories",
				"ecr:CreateRepository", "ecr:DeleteLifecyclePolicy", "ecr:DeleteRepository", "ecr:DeleteRepositoryPolicy",
				"ecr:DescribeRepositories", "ecr:GetLifecyclePolicy", "ecr:GetRepositoryPolicy", "ecr:ListTagsForResource",
				"ecr:PutImageScanningConfiguration", "ecr:PutImageTagMutability", "ecr:PutLifecyclePolicy", "ecr:SetRepositoryPolicy",
				"ecr:TagResource", "ecr:UntagResource").On(s.named("ecr", "repository/")...),
			// ECR uses the key by a grant that it makes on behalf of who makes the repository
			Allow("RepositoryKeys", "kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant").On(s.arns("kms", "key/*")...).
				If(Through("ecr", s.regions()...)),
		}
	case "AWS::Lambda::Function":
		// left out: code signing, capacity providers, file systems, recursion and runtime settings, which are still read
		return []Statement{
			Allow("Functions",
				"lambda:CreateFunction", "lambda:DeleteFunction", "lambda:DeleteFunctionConcurrency", "lambda:GetFunction",
				"lambda:GetFunctionCodeSigningConfig", "lambda:GetFunctionConfiguration", "lambda:GetFunctionRecursionConfig",
				"lambda:GetFunctionScalingConfig", "lambda:GetRuntimeManagementConfig", "lambda:ListTags", "lambda:PublishVersion",
				"lambda:PutFunctionConcurrency", "lambda:TagResource", "lambda:UntagResource", "lambda:UpdateFunctionCode",
				"lambda:UpdateFunctionConfiguration").On(s.functions()...),
			// a layer may be another account's, whose policy decides
			Allow("Layers", "lambda:GetLayerVersion").On(s.layers()...),
			// EC2 knows no resource for these; they check what the spec says of a VPC
			Allow("Networks", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs").
				On(cfn.Lit("*")).If(When("StringEquals", "aws:RequestedRegion", s.regions()...)),
			// Lambda reads the code as who deploys it
			Allow("Code", "s3:GetObject", "s3:GetObjectVersion").On(s.buckets("code-*/*")...).If(InAccount(cfn.AccountID())),
			Allow("CodeKeys", "kms:Decrypt").On(s.arns("kms", "key/*")...).If(Through("s3", s.regions()...)),
			s.Pass("PassRolesToFunctions", "lambda.amazonaws.com"),
		}
	case "AWS::Lambda::Version":
		return []Statement{Allow("Functions",
			"lambda:DeleteFunction", "lambda:GetFunctionConfiguration", "lambda:GetFunctionScalingConfig",
			"lambda:GetProvisionedConcurrencyConfig", "lambda:GetRuntimeManagementConfig", "lambda:ListVersionsByFunction",
			"lambda:PublishVersion").On(s.functions()...)}
	case "AWS::Lambda::Alias":
		return []Statement{Allow("Functions",
			"lambda:CreateAlias", "lambda:DeleteAlias", "lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig",
			"lambda:UpdateAlias").On(s.functions()...)}
	case "AWS::SQS::Queue":
		return []Statement{Allow("Queues",
			"sqs:CreateQueue", "sqs:DeleteQueue", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags", "sqs:SetQueueAttributes",
			"sqs:TagQueue", "sqs:UntagQueue").On(s.named("sqs", "")...)}
	case "AWS::SQS::QueuePolicy":
		return []Statement{Allow("Queues", "sqs:GetQueueAttributes", "sqs:SetQueueAttributes").On(s.named("sqs", "")...)}
	}
	for _, more := range []func(string) []Statement{s.networkRow, s.apiRow, s.batchRow, s.serviceRow, s.monitoringRow} {
		if row := more(typ); row != nil {
			return row
		}
	}
	return nil
}

// roles lets the role make application roles: only under their path, only with this name, only within the boundary.
func (s Scope) roles() []Statement {
	own := s.own("role")
	return []Statement{
		Allow("BoundedRoles", "iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy").On(own...).
			If(When("ArnEquals", "iam:PermissionsBoundary", s.Boundary)),
		Allow("Roles",
			"iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:GetRole", "iam:GetRolePolicy",
			"iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "iam:ListRoleTags", "iam:TagRole", "iam:UntagRole",
			"iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription").On(own...),
	}
}

// Pass lets the role pass application roles to services, and to no other.
func (s Scope) Pass(sid string, services ...string) Statement {
	return Allow(sid, "iam:PassRole").On(s.own("role")...).If(PassedTo(services...))
}

// own roles or policies: those under the applications' path with the scope's names.
func (s Scope) own(kind string) []cfn.Part {
	return s.each(func(prefix string) []cfn.Part {
		return []cfn.Part{cfn.Format[cfn.Text]("arn:%s:iam::%s:%s%s", cfn.Partition(), cfn.AccountID(), cfn.Lit(kind), cfn.Lit(s.ApplicationPath+prefix+"*"))}
	})
}

// each collects what of gives for the prefix of each name in the scope.
func (s Scope) each(of func(prefix string) []cfn.Part) []cfn.Part {
	var list []cfn.Part
	for _, name := range s.Names {
		list = append(list, of(s.Project+"-"+name+"-")...)
	}
	return list
}

// named is every resource of a kind whose name begins as the scope's do.
func (s Scope) named(service, kind string) []cfn.Part {
	return s.each(func(prefix string) []cfn.Part { return s.arns(service, kind+prefix+"*") })
}

// functions, and their versions and aliases.
func (s Scope) functions() []cfn.Part { return s.named("lambda", "function:") }

// layers of any account.
func (s Scope) layers() []cfn.Part {
	list := s.regions()
	for i, region := range slices.Clone(list) {
		list[i] = cfn.Format[cfn.Text]("arn:%s:lambda:%s:*:layer:*", cfn.Partition(), region)
	}
	return list
}

// buckets whose names begin as the scope's do and go on with a pattern; all of them without one.
func (s Scope) buckets(pattern string) []cfn.Part {
	if pattern == "" {
		pattern = "*"
	}
	return s.each(func(prefix string) []cfn.Part {
		return []cfn.Part{cfn.Format[cfn.Text]("arn:%s:s3:::%s", cfn.Partition(), cfn.Lit(prefix+pattern))}
	})
}

func (s Scope) regions() []cfn.Part {
	list := make([]cfn.Part, len(s.Regions))
	for i, r := range s.Regions {
		list[i] = cfn.Lit(r)
	}
	return list
}

// tagged holds for what carries the tags that every stack of the scope gives to its resources. It narrows what has no name of our choice,
// where the service knows tags: to change and delete; what is being made has none yet.
func (s Scope) tagged() []Condition {
	names := make([]cfn.Part, len(s.Names))
	for i, n := range s.Names {
		names[i] = cfn.Lit(n)
	}
	return []Condition{
		When("StringEquals", "aws:ResourceTag/project", cfn.Lit(s.Project)),
		When("StringEquals", "aws:ResourceTag/environment", names...),
	}
}

// inRegions holds in the scope's regions; for actions that know no resource.
func (s Scope) inRegions() Condition {
	return When("StringEquals", "aws:RequestedRegion", s.regions()...)
}

// linkedRole lets a service have the role of its own without which it does nothing in an account; the first user of it makes it.
func (s Scope) linkedRole(sid, service string) Statement {
	role := cfn.Format[cfn.Text]("arn:%s:iam::%s:role/aws-service-role/%s/*", cfn.Partition(), cfn.AccountID(), cfn.Lit(service))
	return Allow(sid, "iam:CreateServiceLinkedRole").On(role).If(When("StringEquals", "iam:AWSServiceName", cfn.Lit(service)))
}

// arns is the same resource in each region of the scope.
func (s Scope) arns(service, resource string) []cfn.Part {
	list := s.regions()
	for i, region := range slices.Clone(list) {
		list[i] = cfn.Format[cfn.Text]("arn:%s:%s:%s:%s:%s", cfn.Partition(), cfn.Lit(service), region, cfn.AccountID(), cfn.Lit(resource))
	}
	return list
}
