package stages

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Access is the stack of the roles that deploy the other stacks of a place: an environment, or a pipeline's own part of the toolchain
// account. An operator deploys it, never a pipeline: no role can change its own chain.
type Access struct {
	// Place of the stacks that the roles deploy.
	Place cfn.Place
	// Toolchain is the account of the pipeline.
	Toolchain string
	// Pipeline is the only one that may use the roles.
	Pipeline string
	// Regions of the stacks that the roles deploy; each has an artifact bucket of the pipeline.
	Regions []string
	// Boundary of the roles that the deployed stacks hold, by ARN. Empty: the stack makes one from Ceiling.
	Boundary string
	// Ceiling is the most that those roles may be given.
	Ceiling policy.Identity
	// Neighbours of an environment are other environments and pipelines in its account, and the toolchain where it is there: what is called
	// after them is out of reach.
	Neighbours []Neighbour
	// Connection that the deployed pipeline reads from; nil in environments.
	Connection cfn.Part
	// Publishers are the roles of the builds that publish code here; without any, there is no publish role.
	Publishers []cfn.Part
	// Testers are the roles of the builds that test here; without any, there is no test role. TestGrants are what it may do beyond reading
	// and calling what the application made.
	Testers    []cfn.Part
	TestGrants policy.Identity
	// Operators are the ARNs of roles that get the policy of who may start, stop and approve runs of the pipeline; in environments none.
	Operators []string
	// Needs are what the roles must be able to do beyond deploying resource types, in words that change when that does.
	Needs []string
	// Shared is the stack of what all environments share, if these roles deploy it; else nil.
	Shared *Shared

	covered []string
	// granted are permissions that stacks bring along for what the table of resource types does not know.
	granted policy.Identity
	others  []string // the types that they are for
	public  bool     // a stack reads public parameters of SSM
}

// Granter is a stack whose deployment needs more than the table of resource types knows.
type Granter interface{ Grants() policy.Identity }

// publicParameters is where AWS writes to SSM what everybody may know, such as the latest images of machines.
const publicParameters = "/aws/service/"

// accessRule is the rule by which a template says what the access stack must cover.
const accessRule = "AccessCoversThis"

// maxManagedPolicies of a role (IAM and AWS STS quotas).
const maxManagedPolicies = 10

// Name of the stack.
func (a *Access) Name() string { return "access" }

// Role is the ARN of one of the stack's roles, by the last part of its name.
func (a *Access) Role(part string) cfn.Value[cfn.RoleARN] {
	return resources.RoleARNOf(cfn.Lit(a.Place.Account), spec.AccessPath(a.Place.Project), a.name(part))
}

// RoleBoundary is the boundary that roles in the deployed stacks must have.
func (a *Access) RoleBoundary() cfn.Value[cfn.PolicyARN] {
	if a.Boundary != "" {
		return cfn.Literal[cfn.PolicyARN](a.Boundary)
	}
	return resources.PolicyARNOf(cfn.AccountID(), spec.AccessPath(a.Place.Project), a.name(spec.BoundaryPart))
}

// ResourceTypes are the types that the execution role can deploy, and what else the stack's roles are made for.
func (a *Access) ResourceTypes() cfn.ListOutput[cfn.ResourceType] {
	return cfn.ListOutput[cfn.ResourceType]{From: a, Name: "ResourceTypes"}
}

// Guard makes a stack refuse to be deployed while the access stack, as it was last deployed, does not cover its resource types or what the
// pipeline needs; and it makes the access stack cover them when it is built. It comes after the stack's own Build.
func (a *Access) Guard(t *cfn.Template) {
	var grants policy.Identity
	if g, ok := t.Stack().(Granter); ok {
		grants = g.Grants()
	}
	for _, typ := range t.Types() {
		if len(grants) > 0 && !policy.Known(typ) {
			a.others = append(a.others, typ)
		} else {
			a.cover(typ)
		}
	}
	a.granted = append(a.granted, grants...)
	if r, ok := t.Stack().(interface{ ReadsPublicParameters() bool }); ok && r.ReadsPublicParameters() {
		a.public = true
	}
	if t.Place.Region != a.Place.Region {
		return // an SSM parameter is read in its own region only
	}
	t.Rule(accessRule, cfn.EveryIn(slices.Concat(t.Types(), a.Needs), cfn.TakeList(t, a.ResourceTypes())), fmt.Sprintf(
		"The roles of %s-%s do not cover this yet: resource types of this stack, or what its pipeline does there. Deploy the stack %s first.",
		a.Place.Project, a.Place.Scope, a.name(a.Name())))
}

func (a *Access) cover(types ...string) {
	a.covered = append(a.covered, types...)
	slices.Sort(a.covered)
	a.covered = slices.Compact(a.covered)
}

func (a *Access) name(part string) string { return spec.Name(a.Place.Project, a.Place.Scope, part) }

// Build declares the roles for what Guard has seen.
func (a *Access) Build(t *cfn.Template) error {
	p := a.Place
	deployed := "the stacks of " + p.Scope
	if p.Scope == a.Pipeline {
		deployed = "its own stacks"
	}
	t.Description = fmt.Sprintf("%s: the roles with which pipeline %s deploys %s. Deployed by an operator.", p.Project, a.Pipeline, deployed)
	a.cover("AWS::SSM::Parameter") // every stack may publish outputs
	execution, err := a.execution()
	if err != nil {
		return err
	}
	if a.Boundary == "" {
		resources.ManagedPolicy{
			ID: "Boundary", Name: a.name(spec.BoundaryPart), Path: spec.AccessPath(p.Project),
			Description: "The most that roles in the stacks of " + p.Project + "-" + p.Scope + " can do",
			Document:    append(a.Ceiling, a.apart()...),
		}.Add(t)
	}
	pipelineRole := resources.RoleARNOf(cfn.Lit(a.Toolchain), spec.ApplicationPath(p.Project), spec.Name(p.Project, a.Pipeline, spec.PipelinePart))
	resources.Role{
		ID: "DeployRole", Name: a.name(spec.DeployPart), Path: spec.AccessPath(p.Project),
		Description: fmt.Sprintf("Pipeline %s deploys %s with it", a.Pipeline, deployed),
		Trust: policy.Trust{
			policy.Allow("Pipeline", "sts:AssumeRole").By(policy.Account(cfn.Lit(a.Toolchain))).If(policy.ByRole(pipelineRole)),
		},
		Policies: []resources.InlinePolicy{{Name: "deploy", Document: a.deploy()}},
	}.Add(t)
	role := resources.Role{
		ID: "ExecutionRole", Name: a.name(spec.ExecutionPart), Path: spec.AccessPath(p.Project),
		Description: fmt.Sprintf("CloudFormation makes what pipeline %s deploys with it: %s", a.Pipeline, deployed),
		Trust:       policy.Trust{policy.Allow("CloudFormation", "sts:AssumeRole").By(policy.Service("cloudformation.amazonaws.com"))},
	}
	// all types together need more than a role's inline policies hold
	documents := execution.Split(t, "Resources.ExecutionPolicy", policy.MaxManaged)
	if len(documents) > maxManagedPolicies {
		t.Failf("Resources.ExecutionRole", "let the application have fewer resource types, or split it into two projects",
			"its permissions fill %d policies, IAM attaches %d to a role", len(documents), maxManagedPolicies)
	}
	for i, d := range documents {
		number := strconv.Itoa(i + 1)
		role.Managed = append(role.Managed, resources.ManagedPolicy{
			ID: "ExecutionPolicy" + number, Name: a.name(spec.ExecutionPart) + "-" + number, Path: spec.AccessPath(p.Project),
			Description: fmt.Sprintf("What CloudFormation may make of %s, part %d", deployed, i+1), Document: d,
		}.Add(t).ARN())
	}
	role.Add(t)
	if len(a.Publishers) > 0 {
		resources.Role{
			ID: "PublishRole", Name: a.name(spec.PublishPart), Path: spec.AccessPath(p.Project),
			Description: fmt.Sprintf("Builds of pipeline %s publish code and images to %s with it", a.Pipeline, p.Scope),
			Trust: policy.Trust{
				policy.Allow("Builds", "sts:AssumeRole").By(policy.Account(cfn.Lit(a.Toolchain))).If(policy.ByRole(a.Publishers...)),
			},
			Policies: []resources.InlinePolicy{{Name: "publish", Document: a.publish()}},
		}.Add(t)
	}
	if len(a.Testers) > 0 {
		resources.Role{
			ID: "TestRole", Name: a.name(spec.TestPart), Path: spec.AccessPath(p.Project),
			Description: fmt.Sprintf("Builds of pipeline %s test %s with it", a.Pipeline, p.Scope),
			Trust: policy.Trust{
				policy.Allow("Builds", "sts:AssumeRole").By(policy.Account(cfn.Lit(a.Toolchain))).If(policy.ByRole(a.Testers...)),
			},
			Policies: []resources.InlinePolicy{{Name: "test", Document: append(a.test(), a.TestGrants...)}},
		}.Add(t)
	}
	if p.Scope == a.Pipeline {
		a.operators(t)
	}
	slices.Sort(a.others)
	a.others = slices.Compact(a.others)
	cfn.PublishList(t, a.ResourceTypes(), cfn.Literals[cfn.ResourceType](slices.Concat(a.covered, a.others, a.Needs)...))
	return nil
}

// Neighbour is another environment or pipeline in the same account, or the toolchain.
type Neighbour struct {
	Scope string
	// Services of AWS that have things which are called after it.
	Services []string
	// Shares says that it is the toolchain: all may pull from its repositories, and none may change them.
	Shares bool
}

// EnvironmentServices have the things that are called after an environment, beside S3.
func EnvironmentServices() []string {
	return []string{
		"batch", "cloudwatch", "ecr", "ecs", "elasticloadbalancing", "events", "lambda", "logs", "scheduler", "sns", "sqs",
	}
}

// PipelineServices have those that are called after a pipeline.
func PipelineServices() []string { return []string{"codebuild", "logs"} }

// apart keeps the roles of deployed stacks from what neighbours in the account own: one branch must not change what another runs with.
func (a *Access) apart() policy.Identity {
	if len(a.Neighbours) == 0 {
		return nil
	}
	arn := func(service, resource string) cfn.Part {
		return cfn.Format[cfn.Text]("arn:%s:%s:*:*:%s", cfn.Partition(), cfn.Lit(service), cfn.Lit(resource))
	}
	theirs := policy.Deny("NeighboursApart", "*")
	for _, n := range a.Neighbours {
		name := spec.Name(a.Place.Project, n.Scope, "*")
		bucket := resources.BucketARN(cfn.Lit(name))
		theirs = theirs.On(bucket, cfn.Format[cfn.Text]("%s/*", bucket), arn("ssm", "parameter/"+a.Place.Project+"/"+n.Scope+"/*"))
		for _, service := range n.Services {
			theirs = theirs.On(arn(service, "*"+name)) // of whatever kind
		}
		if slices.Contains(n.Services, "ecs") {
			cluster := spec.ClusterName(a.Place.Project, n.Scope) // what is in it has its name in the middle
			theirs = theirs.On(arn("ecs", "*/"+cluster), arn("ecs", "*/"+cluster+"/*"))
		}
	}
	list := policy.Identity{theirs}
	var environments []cfn.Part
	for _, n := range a.Neighbours {
		if slices.Contains(n.Services, "ecs") {
			environments = append(environments, cfn.Lit(n.Scope))
		}
		if n.Shares {
			images := resources.RepositoryARNOf(cfn.Lit("*"), cfn.Lit("*"), spec.Name(a.Place.Project, n.Scope, "*"))
			list = append(list, policy.DenyAllBut("SharedImagesPulledOnly", resources.PullActions()...).On(images))
		}
	}
	if len(environments) > 0 { // what has no name of our choice
		list = append(list, policy.Deny("NeighboursTagged", "*").On(cfn.Lit("*")).If(
			policy.When("StringEquals", "aws:ResourceTag/project", cfn.Lit(a.Place.Project)),
			policy.When("StringEquals", "aws:ResourceTag/environment", environments...)))
	}
	return list
}

// publish is what the builds may do: put code into the bucket of code and images into the repositories, and see what is there.
func (a *Access) publish() policy.Identity {
	bucket := cfn.Lit(CodeBucketName(a.Place))
	region := cfn.Lit(a.Place.Region)
	return policy.Identity{
		policy.Allow("ListCode", "s3:ListBucket").On(resources.BucketARN(bucket)).If(policy.InAccount(cfn.AccountID())),
		policy.Allow("PutCode", "s3:AbortMultipartUpload", "s3:PutObject").On(resources.BucketObjects(bucket)).If(policy.InAccount(cfn.AccountID())),
		// S3 decrypts the parts of a large object to put them together; the key's own policy admits S3 only
		policy.Allow("CodeKey", "kms:Decrypt", "kms:GenerateDataKey").On(a.arns("kms", "key/*")...).If(policy.Through("s3", region)),
		policy.Allow("LogIn", "ecr:GetAuthorizationToken").On(cfn.Lit("*")), // knows no resource
		policy.Allow("PushImages", append(resources.PullActions(), "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage",
			"ecr:UploadLayerPart")...).On(a.arns("ecr", "repository/"+a.name("*"))...),
	}
}

// test is what every test may do: look at the stacks and their outputs, read what is stored, call the functions, submit the jobs, read
// their logs.
func (a *Access) test() policy.Identity {
	objects := cfn.Format[cfn.Text]("arn:%s:s3:::%s/*", cfn.Partition(), cfn.Lit(a.name("*")))
	list := policy.Identity{
		policy.Allow("Stacks", "cloudformation:DescribeStackResources", "cloudformation:DescribeStacks").
			On(a.arns("cloudformation", "stack/"+a.name("*")+"/*")...),
		policy.Allow("Outputs", "ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath").
			On(a.arns("ssm", "parameter"+a.Place.ParameterPath()+"*")...),
		policy.Allow("List", "s3:ListBucket").On(resources.BucketARN(cfn.Lit(a.name("*")))).If(policy.InAccount(cfn.AccountID())),
		policy.Allow("Read", "s3:GetObject").On(objects).If(policy.InAccount(cfn.AccountID())),
		// the key's own policy admits S3 only
		policy.Allow("Decrypt", "kms:Decrypt").On(a.arns("kms", "key/*")...).If(policy.Through("s3", cfn.Lit(a.Place.Region))),
		policy.Allow("Call", "lambda:GetFunctionConfiguration", "lambda:InvokeFunction").On(a.arns("lambda", "function:"+a.name("*"))...),
		policy.Allow("Logs", "logs:FilterLogEvents", "logs:GetLogEvents").
			On(a.arns("logs", "log-group:/aws/*/"+a.name("*"))...).On(a.arns("logs", "log-group:"+a.name("*"))...),
	}
	has := func(typ string) bool { return slices.Contains(a.covered, typ) }
	if has("AWS::Batch::JobQueue") {
		list = append(list,
			policy.Allow("Jobs", "batch:SubmitJob").On(a.arns("batch", "job-definition/"+a.name("*"))...).
				On(a.arns("batch", "job-queue/"+a.name("*"))...).On(a.arns("batch", "job/*")...), // a job is named by Batch
			policy.Allow("SeeJobs", "batch:DescribeJobs", "batch:ListJobs").On(cfn.Lit("*"))) // know no resource
	}
	if has("AWS::ECS::Service") {
		cluster := spec.ClusterName(a.Place.Project, a.Place.Scope)
		list = append(list, policy.Allow("Services", "ecs:DescribeServices", "ecs:DescribeTasks").
			On(a.arns("ecs", "service/"+cluster+"/*")...).On(a.arns("ecs", "task/"+cluster+"/*")...))
	}
	if has("AWS::CloudWatch::Alarm") {
		list = append(list, policy.Allow("Alarms", "cloudwatch:DescribeAlarms").On(a.arns("cloudwatch", "alarm:*")...)) // lists all alarms or none
	}
	return list
}

// operators is the policy of who may start, stop and approve runs of the pipeline.
func (a *Access) operators(t *cfn.Template) {
	pipeline := spec.PipelineName(a.Place.Project, a.Pipeline)
	arn := func(suffix string) cfn.Part {
		return cfn.Format[cfn.Text]("arn:%s:codepipeline:%s:%s:%s", cfn.Partition(), cfn.Region(), cfn.AccountID(), cfn.Lit(pipeline+suffix))
	}
	roles := make([]string, len(a.Operators))
	for i, r := range a.Operators {
		roles[i] = r[strings.LastIndexByte(r, '/')+1:]
	}
	resources.ManagedPolicy{
		ID: "OperatorsPolicy", Name: a.name(spec.OperatorsPart), Path: spec.AccessPath(a.Place.Project),
		Description: "Start, stop and approve runs of pipeline " + pipeline, Roles: roles,
		Document: policy.Identity{
			policy.Allow("Run", "codepipeline:GetPipeline", "codepipeline:GetPipelineExecution", "codepipeline:GetPipelineState",
				"codepipeline:ListActionExecutions", "codepipeline:ListPipelineExecutions", "codepipeline:StartPipelineExecution",
				"codepipeline:StopPipelineExecution").On(arn("")),
			policy.Allow("Stages", "codepipeline:DisableStageTransition", "codepipeline:EnableStageTransition", "codepipeline:RetryStageExecution",
				"codepipeline:RollbackStage").On(arn("/*")),
			policy.Allow("Approve", "codepipeline:PutApprovalResult").On(arn("/*/*")),
			policy.Allow("ListPipelines", "codepipeline:ListPipelines").On(cfn.Lit("*")), // lists all or none
		},
	}.Add(t)
}

// deploy is what the pipeline may do: change stacks of this place, only with the execution role, and read its own artifacts.
func (a *Access) deploy() policy.Identity {
	stacks := a.arns("cloudformation", "stack/"+a.name("*")+"/*")
	parameters := append(a.arns("ssm", "parameter"+a.Place.ParameterPath()+"*"), a.publicParameters()...)
	if a.Shared != nil {
		stacks = append(stacks, a.arns("cloudformation", "stack/"+a.Shared.StackName()+"/*")...)
	}
	execution := a.Role(spec.ExecutionPart)
	document := policy.Identity{
		// without the execution role, a change set would act with this role's own permissions
		policy.Allow("ChangeStacks", "cloudformation:CreateChangeSet", "cloudformation:CreateStack", "cloudformation:UpdateStack").On(stacks...).
			If(policy.When("ArnEquals", "cloudformation:RoleArn", execution)),
		policy.Allow("RunChangeSets", "cloudformation:DeleteChangeSet", "cloudformation:DescribeChangeSet", "cloudformation:DescribeStackEvents",
			"cloudformation:DescribeStacks", "cloudformation:ExecuteChangeSet", "cloudformation:GetTemplate", "cloudformation:TagResource",
			"cloudformation:UntagResource").On(stacks...),
		// an import would bring things of others into a stack, and so within reach of the execution role
		policy.Deny("NeverImport", "cloudformation:CreateChangeSet").On(cfn.Lit("*")).
			If(policy.When("Null", "cloudformation:ImportResourceTypes", cfn.Lit("false"))),
		policy.Deny("NeverAccess", "cloudformation:*").On(a.arns("cloudformation", "stack/"+a.name(a.Name())+"/*")...),
		// a change set resolves the SSM parameters of its template as this role
		policy.Allow("ReadOutputs", "ssm:GetParameters").On(parameters...),
		policy.Allow("PassExecutionRole", "iam:PassRole").On(execution).If(policy.PassedTo("cloudformation.amazonaws.com")),
		policy.Allow("ReadArtifacts", "s3:GetObject", "s3:GetObjectVersion").On(a.artifacts()...).If(policy.InAccount(cfn.Lit(a.Toolchain))),
	}
	keys, regions := make([]cfn.Part, len(a.Regions)), make([]cfn.Part, len(a.Regions))
	for i, r := range a.Regions {
		keys[i] = cfn.Format[cfn.Text]("arn:%s:kms:%s:%s:key/*", cfn.Partition(), cfn.Lit(r), cfn.Lit(a.Toolchain))
		regions[i] = cfn.Lit(r)
	}
	// the key is not known here: its own policy decides
	return append(document, policy.Allow("DecryptArtifacts", "kms:Decrypt", "kms:DescribeKey").On(keys...).If(policy.Through("s3", regions...)))
}

func (a *Access) artifacts() []cfn.Part {
	list := make([]cfn.Part, len(a.Regions))
	for i, r := range a.Regions {
		account := spec.Account{Account: a.Toolchain, Region: r}
		list[i] = resources.BucketObjects(cfn.Lit(spec.BucketName(a.Place.Project, a.Pipeline, spec.ArtifactsPart, account)))
	}
	return list
}

// execution is what CloudFormation may do, with an explicit end at the chain that leads here.
func (a *Access) execution() (policy.Identity, error) {
	scope := policy.Scope{
		Project: a.Place.Project, Names: []string{a.Place.Scope}, Regions: a.Regions,
		ApplicationPath: spec.ApplicationPath(a.Place.Project), Boundary: a.RoleBoundary(), Connection: a.Connection,
	}
	if a.Shared != nil {
		scope.Names = append(scope.Names, spec.ToolchainScope)
		scope.Parameters = a.Shared.parameterNames()
	}
	granted, err := policy.Deployment(a.covered, scope)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.name(a.Name()), err)
	}
	path := spec.AccessPath(a.Place.Project)
	return slices.Concat(policy.Identity{
		policy.Deny("NeverAccess", "iam:*").On(resources.RoleARNOf(cfn.AccountID(), path, "*"), resources.PolicyARNOf(cfn.AccountID(), path, "*")),
		policy.Deny("KeepBoundary", "iam:DeleteRolePermissionsBoundary").On(resources.RoleARNOf(cfn.AccountID(), "/", "*")),
		policy.Deny("NeverAccessParameters", "ssm:DeleteParameter", "ssm:PutParameter").
			On(a.arns("ssm", "parameter"+a.Place.ParameterPath()+a.Name()+"/*")...),
	}, granted, a.readPublic(), a.granted), nil
}

// publicParameters that a stack reads belong to no account; none where no stack does.
func (a *Access) publicParameters() []cfn.Part {
	if !a.public {
		return nil
	}
	list := make([]cfn.Part, len(a.Regions))
	for i, r := range a.Regions {
		list[i] = cfn.Format[cfn.Text]("arn:%s:ssm:%s::parameter%s*", cfn.Partition(), cfn.Lit(r), cfn.Lit(publicParameters))
	}
	return list
}

func (a *Access) readPublic() policy.Identity {
	if !a.public {
		return nil
	}
	return policy.Identity{policy.Allow("ReadPublicParameters", "ssm:GetParameters").On(a.publicParameters()...)}
}

func (a *Access) arns(service, resource string) []cfn.Part {
	list := make([]cfn.Part, len(a.Regions))
	for i, r := range a.Regions {
		list[i] = cfn.Format[cfn.Text]("arn:%s:%s:%s:%s:%s", cfn.Partition(), cfn.Lit(service), cfn.Lit(r), cfn.AccountID(), cfn.Lit(resource))
	}
	return list
}
