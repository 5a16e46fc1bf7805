package stages

import (
	"fmt"
	"slices"
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
	// OwnBoundary is the ARN of the boundary of the stack's own roles, for organizations that allow no role without one. Empty: they have none.
	OwnBoundary string
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
	// Clearers are the roles of the builds that delete stacks whose first creation failed; without any, there is no clear role. Production has
	// none.
	Clearers []cfn.Part
	// Operators are the ARNs of roles that get the policy of who may start, stop and approve runs of the pipeline; in environments none.
	Operators []string
	// Needs are what the roles must be able to do beyond deploying resource types.
	Needs []Need
	// Shared is the stack of what all environments share, if these roles deploy it; else nil.
	Shared *Shared

	covered  []string
	policies []*AccessPolicies
	// granted are permissions that stacks bring along for what the table of resource types does not know.
	granted policy.Identity
	others  []string // the types that they are for
	public  bool     // a stack reads public parameters of SSM
}

// Granter is a stack whose deployment needs more than the table of resource types knows.
type Granter interface{ Grants() policy.Identity }

// publicParameters is where AWS writes to SSM what everybody may know, such as the latest images of machines.
const publicParameters = "/aws/service/"

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
			Advice: "it denies access to the other environments and pipelines of account " + p.Account +
				": move one to an account of its own, or bring a permissionsBoundary of your own",
		}.Add(t)
	}
	pipelineRole := resources.RoleARNOf(cfn.Lit(a.Toolchain), spec.ApplicationPath(p.Project), spec.Name(p.Project, a.Pipeline, spec.PipelinePart))
	resources.Role{
		ID: "DeployRole", Name: a.name(spec.DeployPart), Path: spec.AccessPath(p.Project),
		Description: fmt.Sprintf("Pipeline %s deploys %s with it", a.Pipeline, deployed),
		Trust: policy.Trust{
			policy.Allow("Pipeline", "sts:AssumeRole").By(policy.Account(cfn.Lit(a.Toolchain))).If(policy.ByRole(pipelineRole)),
		},
		Boundary: a.ownBoundary(),
		Policies: []resources.InlinePolicy{{Name: "deploy", Document: a.deploy()}},
	}.Add(t)
	role := resources.Role{
		ID: "ExecutionRole", Name: a.name(spec.ExecutionPart), Path: spec.AccessPath(p.Project),
		Description: fmt.Sprintf("CloudFormation makes what pipeline %s deploys with it: %s", a.Pipeline, deployed),
		Trust:       policy.Trust{policy.Allow("CloudFormation", "sts:AssumeRole").By(policy.Service("cloudformation.amazonaws.com"))},
		Boundary:    a.ownBoundary(),
	}
	role.Managed = a.split(t, execution, deployed)
	role.Add(t)
	if len(a.Publishers) > 0 {
		resources.Role{
			ID: "PublishRole", Name: a.name(spec.PublishPart), Path: spec.AccessPath(p.Project),
			Description: fmt.Sprintf("Builds of pipeline %s publish code and images to %s with it", a.Pipeline, p.Scope),
			Trust: policy.Trust{
				policy.Allow("Builds", "sts:AssumeRole").By(policy.Account(cfn.Lit(a.Toolchain))).If(policy.ByRole(a.Publishers...)),
			},
			Boundary: a.ownBoundary(),
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
			Boundary: a.ownBoundary(),
			Policies: []resources.InlinePolicy{{Name: "test", Document: append(a.test(), a.TestGrants...)}},
		}.Add(t)
	}
	if len(a.Clearers) > 0 {
		resources.Role{
			ID: "ClearRole", Name: a.name(spec.ClearPart), Path: spec.AccessPath(p.Project),
			Description: fmt.Sprintf("A build of pipeline %s deletes stacks of %s with it whose first creation failed", a.Pipeline, p.Scope),
			Trust: policy.Trust{
				policy.Allow("Builds", "sts:AssumeRole").By(policy.Account(cfn.Lit(a.Toolchain))).If(policy.ByRole(a.Clearers...)),
			},
			Boundary: a.ownBoundary(),
			Policies: []resources.InlinePolicy{{Name: "clear", Document: a.clear()}},
		}.Add(t)
	}
	if p.Scope == a.Pipeline {
		a.operators(t)
	}
	a.publishGuard(t)
	return nil
}

// ownBoundary of the stack's own roles; unset where the spec names none.
func (a *Access) ownBoundary() cfn.Value[cfn.PolicyARN] {
	if a.OwnBoundary == "" {
		return cfn.Value[cfn.PolicyARN]{}
	}
	return cfn.Literal[cfn.PolicyARN](a.OwnBoundary)
}

// Neighbour is another environment or pipeline in the same account, or the toolchain.
type Neighbour struct {
	Scope string
	// Services of AWS that have things which are called after it.
	Services []string
	// Shares says that it is the toolchain: all may pull from its repositories, and none may change them.
	Shares bool
	// VPC and Subnets of the network of an environment by id, where it is an existing one; those that the two share are left out.
	VPC     string
	Subnets []string
}

// EnvironmentServices have the things that are called after an environment, beside S3 and SSM: those of which a boundary allows roles to use what
// is not their own environment's. What has another's tags is denied beside that; tables have tags in IAM only where the account says so.
func EnvironmentServices() []string {
	return []string{"dynamodb", "ecr", "ecs", "lambda", "logs", "sns", "sqs"}
}

// PipelineServices have those that are called after a pipeline.
func PipelineServices() []string { return []string{"logs"} }

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
		theirs = theirs.On(bucket, arn("ssm", "parameter/"+a.Place.Project+"/"+n.Scope+"/*")) // a bucket's objects, too
		for _, service := range n.Services {
			theirs = theirs.On(arn(service, "*"+name)) // of whatever kind
		}
		if slices.Contains(n.Services, "ecs") {
			theirs = theirs.On(arn("ecs", "*/"+spec.ClusterName(a.Place.Project, n.Scope)+"/*")) // what is in it has its name in the middle
		}
	}
	list := policy.Identity{theirs}
	for _, n := range a.Neighbours {
		if n.Shares {
			images := resources.RepositoryARNOf(cfn.Lit("*"), cfn.Lit("*"), spec.Name(a.Place.Project, n.Scope, "*"))
			list = append(list, policy.DenyAllBut("SharedImagesPulledOnly", resources.PullActions()...).On(images))
		}
	}
	if tags := a.neighbourTags(); tags != nil { // what has no name of our choice
		list = append(list, policy.Deny("NeighboursTagged", "*").On(cfn.Lit("*")).If(tags...))
	}
	return list
}

// neighbourTags hold for what carries the tags of other environments of the account; nil where there are none.
func (a *Access) neighbourTags() []policy.Condition {
	var environments []cfn.Part
	for _, n := range a.Neighbours {
		if slices.Contains(n.Services, "ecs") {
			environments = append(environments, cfn.Lit(n.Scope))
		}
	}
	if len(environments) == 0 {
		return nil
	}
	return []policy.Condition{
		policy.When("StringEquals", "aws:ResourceTag/project", cfn.Lit(a.Place.Project)),
		policy.When("StringEquals", "aws:ResourceTag/environment", environments...),
	}
}

// networksApart keeps the execution role from putting anything into the networks of neighbours. Services make network interfaces with roles of
// their own, which no boundary binds: of these, IAM knows the subnets by their ids alone, and of Batch it knows none.
func (a *Access) networksApart() policy.Identity {
	var list policy.Identity
	if tags := a.neighbourTags(); tags != nil {
		list = append(list, policy.Deny("NeighboursNetworks", "ec2:*").On(cfn.Lit("*")).If(tags...))
	}
	var networks, subnets []cfn.Part
	for _, n := range a.Neighbours {
		if n.VPC != "" {
			networks = append(networks, a.arns("ec2", "vpc/"+n.VPC)...)
		}
		for _, id := range n.Subnets {
			subnets = append(subnets, cfn.Lit(id))
		}
	}
	if len(networks) > 0 {
		list = append(list, policy.Deny("NeighboursVPCs", "ec2:CreateSecurityGroup").On(networks...))
	}
	if len(subnets) > 0 {
		for _, x := range []struct{ sid, key, actions string }{
			{"NeighboursSubnetsOfTasks", "ecs:subnet", "ecs:CreateService ecs:UpdateService"},
			{"NeighboursSubnetsOfFunctions", "lambda:SubnetIds", "lambda:CreateFunction lambda:UpdateFunctionConfiguration"},
			{"NeighboursSubnetsOfLoadBalancers", "elasticloadbalancing:Subnet", "elasticloadbalancing:CreateLoadBalancer elasticloadbalancing:SetSubnets"},
		} {
			list = append(list, policy.Deny(x.sid, strings.Fields(x.actions)...).On(cfn.Lit("*")).If(policy.When("ForAnyValue:StringEquals", x.key, subnets...)))
		}
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
	if has("Custom::ClosedGroup") { // its function empties any security group that it is told to, and is CloudFormation's to call
		name := a.name(spec.ClosedGroupPart)
		list = append(list, policy.Deny("NotClosedGroup", "lambda:InvokeFunction").
			On(a.arns("lambda", "function:"+name)...).On(a.arns("lambda", "function:"+name+":*")...))
	}
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

// clear is what it takes to see that a stack of the environment holds nothing, and to delete it: CloudFormation does that with the execution
// role, which the stack remembers (its API, DeleteStack), so nothing is passed. The stacks are those that the deploy role changes, so that a new
// one takes no operator; the build names each of them.
func (a *Access) clear() policy.Identity {
	return policy.Identity{
		policy.Allow("ClearStacks", "cloudformation:DeleteStack", "cloudformation:DescribeStacks", "cloudformation:ListStackResources").
			On(a.arns("cloudformation", "stack/"+a.name("*")+"/*")...),
		a.neverAccess(),
	}
}

// neverAccess keeps who deploys an environment's stacks from the access stacks, which are called alike.
func (a *Access) neverAccess() policy.Statement {
	return policy.Deny("NeverAccess", "cloudformation:*").On(a.arns("cloudformation", "stack/"+a.name(a.Name())+"/*")...).
		On(a.arns("cloudformation", "stack/"+a.name(spec.AccessPoliciesPrefix+"*"))...)
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
			"cloudformation:DescribeStackResources", "cloudformation:DescribeStacks", "cloudformation:ExecuteChangeSet", "cloudformation:GetTemplate",
			"cloudformation:TagResource", "cloudformation:UntagResource").On(stacks...),
		// why early validation refuses a change set, or a Hook does: no other action gives the reasons
		policy.Allow("SeeReasons", "cloudformation:DescribeEvents").On(stacks...).On(a.arns("cloudformation", "changeSet/"+a.changeSet()+"/*")...),
		policy.Allow("SeeHooks", "cloudformation:GetHookResult", "cloudformation:ValidateTemplate").On(cfn.Lit("*")), // know no resource
		// an import would bring things of others into a stack, and so within reach of the execution role
		policy.Deny("NeverImport", "cloudformation:CreateChangeSet").On(cfn.Lit("*")).
			If(policy.When("Null", "cloudformation:ImportResourceTypes", cfn.Lit("false"))),
		a.neverAccess(),
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

// changeSet is the name of all change sets that the pipeline makes.
func (a *Access) changeSet() string { return spec.PipelineName(a.Place.Project, a.Pipeline) }

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
	}, a.networksApart(), granted, a.readPublic(), a.granted), nil
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
