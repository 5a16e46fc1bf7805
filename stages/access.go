package stages

import (
	"fmt"
	"slices"

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
	// MayDelete lets the pipeline delete stacks.
	MayDelete bool
	// Boundary of the roles that the deployed stacks hold, by ARN. Empty: the stack makes one from Ceiling.
	Boundary string
	// Ceiling is the most that those roles may be given.
	Ceiling policy.Identity
	// Connection that the deployed pipeline reads from; nil in environments.
	Connection cfn.Part

	covered []string
}

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

// ResourceTypes are the types that the execution role can deploy.
func (a *Access) ResourceTypes() cfn.ListOutput[cfn.ResourceType] {
	return cfn.ListOutput[cfn.ResourceType]{From: a, Name: "ResourceTypes"}
}

// Guard makes a stack refuse to deploy resources that the access stack, as it was last deployed, does not cover; and it makes the access
// stack cover them when it is built. It comes after the stack's own Build.
func (a *Access) Guard(t *cfn.Template) {
	a.cover(t.Types()...)
	if t.Place != a.Place {
		return // an SSM parameter is read in its own region only
	}
	t.Rule("AccessCoversTypes", cfn.EveryIn(t.Types(), cfn.TakeList(t, a.ResourceTypes())), fmt.Sprintf(
		"This stack holds resource types that the execution role of %s-%s may not deploy yet. Deploy the stack %s first.",
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
			Document:    a.Ceiling,
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
	resources.Role{
		ID: "ExecutionRole", Name: a.name(spec.ExecutionPart), Path: spec.AccessPath(p.Project),
		Description: fmt.Sprintf("CloudFormation makes what pipeline %s deploys with it: %s", a.Pipeline, deployed),
		Trust:       policy.Trust{policy.Allow("CloudFormation", "sts:AssumeRole").By(policy.Service("cloudformation.amazonaws.com"))},
		Policies:    []resources.InlinePolicy{{Name: "execution", Document: execution}},
	}.Add(t)
	cfn.PublishList(t, a.ResourceTypes(), cfn.Literals[cfn.ResourceType](a.covered...))
	return nil
}

// deploy is what the pipeline may do: change stacks of this place, only with the execution role, and read its own artifacts.
func (a *Access) deploy() policy.Identity {
	stacks := a.arns("cloudformation", "stack/"+a.name("*")+"/*")
	execution := a.Role(spec.ExecutionPart)
	document := policy.Identity{
		// without the execution role, a change set would act with this role's own permissions
		policy.Allow("ChangeStacks", "cloudformation:CreateChangeSet", "cloudformation:CreateStack", "cloudformation:UpdateStack").On(stacks...).
			If(policy.When("ArnEquals", "cloudformation:RoleArn", execution)),
		policy.Allow("RunChangeSets", "cloudformation:DeleteChangeSet", "cloudformation:DescribeChangeSet", "cloudformation:DescribeStackEvents",
			"cloudformation:DescribeStacks", "cloudformation:ExecuteChangeSet", "cloudformation:GetTemplate", "cloudformation:TagResource",
			"cloudformation:UntagResource").On(stacks...),
		policy.Deny("NeverAccess", "cloudformation:*").On(a.arns("cloudformation", "stack/"+a.name(a.Name())+"/*")...),
		// a change set resolves the SSM parameters of its template as this role
		policy.Allow("ReadOutputs", "ssm:GetParameters").On(a.arns("ssm", "parameter"+a.Place.ParameterPath()+"*")...),
		policy.Allow("PassExecutionRole", "iam:PassRole").On(execution).If(policy.PassedTo("cloudformation.amazonaws.com")),
		policy.Allow("ReadArtifacts", "s3:GetObject", "s3:GetObjectVersion").On(a.artifacts()...).If(policy.InAccount(cfn.Lit(a.Toolchain))),
	}
	keys, regions := make([]cfn.Part, len(a.Regions)), make([]cfn.Part, len(a.Regions))
	for i, r := range a.Regions {
		keys[i] = cfn.Format[cfn.Text]("arn:%s:kms:%s:%s:key/*", cfn.Partition(), cfn.Lit(r), cfn.Lit(a.Toolchain))
		regions[i] = cfn.Lit(r)
	}
	// the key is not known here: its own policy decides
	document = append(document, policy.Allow("DecryptArtifacts", "kms:Decrypt", "kms:DescribeKey").On(keys...).If(policy.ThroughS3(regions...)))
	if a.MayDelete {
		document = append(document, policy.Allow("RunChangeSets", "cloudformation:DeleteStack").On(stacks...))
	}
	return document
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
	granted, err := policy.Deployment(a.covered, policy.Scope{
		Project: a.Place.Project, Name: a.Place.Scope, Regions: a.Regions,
		ApplicationPath: spec.ApplicationPath(a.Place.Project), Boundary: a.RoleBoundary(), Connection: a.Connection,
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", a.name(a.Name()), err)
	}
	path := spec.AccessPath(a.Place.Project)
	return append(granted,
		policy.Deny("NeverAccess", "iam:*").On(resources.RoleARNOf(cfn.AccountID(), path, "*"), resources.PolicyARNOf(cfn.AccountID(), path, "*")),
		policy.Deny("KeepBoundary", "iam:DeleteRolePermissionsBoundary").On(resources.RoleARNOf(cfn.AccountID(), "/", "*")),
		policy.Deny("NeverAccessParameters", "ssm:DeleteParameter", "ssm:PutParameter").
			On(a.arns("ssm", "parameter"+a.Place.ParameterPath()+a.Name()+"/*")...),
	), nil
}

func (a *Access) arns(service, resource string) []cfn.Part {
	list := make([]cfn.Part, len(a.Regions))
	for i, r := range a.Regions {
		list[i] = cfn.Format[cfn.Text]("arn:%s:%s:%s:%s:%s", cfn.Partition(), cfn.Lit(service), cfn.Lit(r), cfn.AccountID(), cfn.Lit(resource))
	}
	return list
}
