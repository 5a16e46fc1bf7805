package resources

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/awslabs/goformation/v7/cloudformation/lambda"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/limits"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Function is a Lambda function from a zip file in S3, with a role, a log group, a version for each release and the alias "live", which
// callers use: a deployment moves it at once, or shifts traffic from the version before.
type Function struct {
	// ID is the logical id; what belongs to the function has it in front of its own.
	ID          string
	Name        string
	Description string
	// CodeBucket and CodeKey are where the zip file is.
	CodeBucket cfn.Value[cfn.BucketName]
	CodeKey    cfn.Value[cfn.Text]
	Runtime    string
	Handler    string
	// Architecture is x86_64 or arm64.
	Architecture string
	// Memory in MB, Timeout in seconds.
	Memory, Timeout int
	Environment     []Variable
	Layers          []string
	// RoleName and RolePath of the function's role, and the boundary of what it may do.
	RoleName, RolePath string
	Boundary           cfn.Value[cfn.PolicyARN]
	// Grants are what the function may do beside writing logs.
	Grants policy.Identity
	// LogKey encrypts the logs, which stay for LogDays.
	LogKey  cfn.Value[cfn.KeyARN]
	LogDays int
	// RetainLogs keeps them when the function goes.
	RetainLogs bool
	// DeadLetters is the name of a queue that keeps what an asynchronous call failed on. Empty: there is none.
	DeadLetters string
	// Tracing by X-Ray.
	Tracing bool
	// Subnets and SecurityGroups by id; without them the function runs in no VPC.
	Subnets        cfn.List[cfn.SubnetID]
	SecurityGroups cfn.List[cfn.SecurityGroupID]
	// Group is the one of SecurityGroups that goes with the function; nil if none does. Lambda deletes the network interfaces in it with the
	// function's role, some 20 minutes after the function has left them, so it is deleted before the role.
	Group *SecurityGroupHandle
	// Networked functions may have been in a VPC before: without Subnets, Lambda still deletes the network interfaces that they left.
	Networked bool
	// ReservedConcurrency is taken from the account's for this function alone. Nil reserves none.
	ReservedConcurrency *int
}

// FunctionHandle is a declared function.
type FunctionHandle struct{ function, alias *cfn.Resource }

// Name of the function.
func (h FunctionHandle) Name() cfn.Value[cfn.FunctionName] {
	return cfn.Ref[cfn.FunctionName](h.function)
}

// AliasARN is the ARN of the alias "live", which is what to call.
func (h FunctionHandle) AliasARN() cfn.Value[cfn.FunctionARN] {
	return cfn.Ref[cfn.FunctionARN](h.alias)
}

// maxFunctionDescription is what Lambda's 256 characters leave when the address of the code stands there too.
const maxFunctionDescription = 150

// Add declares the function and what belongs to it.
func (f Function) Add(t *cfn.Template) FunctionHandle {
	path := "Resources." + f.ID + ".Properties"
	checkName(t, path+".FunctionName", "Lambda", f.Name, "_-", 1, limits.LambdaName)
	checkRange(t, path+".MemorySize", "Lambda", f.Memory, limits.LambdaLeastMemory, limits.LambdaMostMemory)
	checkRange(t, path+".Timeout", "Lambda", f.Timeout, 1, limits.LambdaTimeout)
	if n := utf8.RuneCountInString(f.Description); n > maxFunctionDescription {
		t.Failf(path+".Description", "shorten it", "it has %d characters, beside the address of the code Lambda leaves %d", n, maxFunctionDescription)
	}
	logs := LogGroup{ID: f.ID + "Logs", Name: "/aws/lambda/" + f.Name, RetentionDays: f.LogDays, Key: f.LogKey, Retain: f.RetainLogs}.Add(t)
	grants := append(policy.Identity{
		policy.Allow("Logs", "logs:CreateLogStream", "logs:PutLogEvents").On(logs.Streams()),
	}, f.Grants...)

	properties := &lambda.Function{
		FunctionName: new(f.Name),
		// another release is another configuration even if its zip file is the same: Lambda makes no version of what did not change
		Description:   t.TextPtr(cfn.Format[cfn.Text]("%s (%s)", cfn.Lit(f.Description), f.CodeKey)),
		Code:          &lambda.Function_Code{S3Bucket: t.TextPtr(f.CodeBucket), S3Key: t.TextPtr(f.CodeKey)},
		Runtime:       new(f.Runtime),
		Handler:       new(f.Handler),
		Architectures: []string{f.Architecture},
		MemorySize:    new(f.Memory),
		Timeout:       new(f.Timeout),
		Layers:        f.Layers,
		LoggingConfig: &lambda.Function_LoggingConfig{LogGroup: t.TextPtr(logs.Name())},
	}
	if len(f.Environment) > 0 {
		properties.Environment = &lambda.Function_Environment{Variables: map[string]string{}}
		for _, v := range f.Environment {
			properties.Environment.Variables[v.Name] = t.Text(v.Value)
		}
	}
	if f.DeadLetters != "" {
		queue := Queue{ID: f.ID + "DeadLetters", Name: f.DeadLetters}.Add(t)
		properties.DeadLetterConfig = &lambda.Function_DeadLetterConfig{TargetArn: t.TextPtr(queue.ARN())}
		grants = append(grants, policy.Allow("DeadLetters", "sqs:SendMessage").On(queue.ARN()))
	}
	if f.Tracing {
		properties.TracingConfig = &lambda.Function_TracingConfig{Mode: new("Active")}
		// X-Ray knows no resource for these
		grants = append(grants, policy.Allow("Tracing", "xray:PutTelemetryRecords", "xray:PutTraceSegments").On(cfn.Lit("*")))
	}
	place := cfn.Literal[cfn.Text]("")
	if properties.VpcConfig = f.vpc(t, path); properties.VpcConfig != nil {
		place = cfn.Format[cfn.Text]("%s%s", unknown(t, path, f.SecurityGroups), unknown(t, path, f.Subnets))
		grants = append(grants, f.networkInterfaces(connecting()...)...)
	} else if f.Networked {
		grants = append(grants, f.networkInterfaces(disconnecting()...)...)
	}
	role := Role{
		ID: f.ID + "Role", Name: f.RoleName, Path: f.RolePath, Description: "Function " + f.Name + " runs with it",
		Trust:    policy.Trust{policy.Allow("Lambda", "sts:AssumeRole").By(policy.Service("lambda.amazonaws.com"))},
		Boundary: f.Boundary,
		Policies: []InlinePolicy{{Name: "function", Document: grants}},
	}.Add(t)
	properties.Role = t.Text(role.ARN())
	if f.Group != nil {
		f.Group.group.After(role.Resource()) // CloudFormation deletes in reverse order, and waits until nothing is in the group
	}
	function := t.Add(f.ID, properties)

	// a version never changes: another description, so another release or other settings, make another version
	version := t.Add(f.ID+"Version", &lambda.Version{
		FunctionName: t.Text(cfn.Ref[cfn.FunctionName](function)),
		Description:  t.TextPtr(cfn.Format[cfn.Text]("%s %s%s", cfn.Lit(cfn.Hash(function)), f.CodeKey, place)),
	})
	if f.ReservedConcurrency != nil {
		// no part of a version: Lambda would refuse to make one that differs in nothing else
		function.Set("ReservedConcurrentExecutions", *f.ReservedConcurrency)
	}
	version.OnRemoval(cfn.Delete, cfn.Delete)
	alias := t.Add(f.ID+"Alias", &lambda.Alias{
		Name:            "live",
		FunctionName:    t.Text(cfn.Ref[cfn.FunctionName](function)),
		FunctionVersion: t.Text(cfn.Att[cfn.Text](version, "Version")),
	})
	return FunctionHandle{function, alias}
}

// vpc is where the function runs; nil is in none.
func (f Function) vpc(t *cfn.Template, path string) *lambda.Function_VpcConfig {
	subnets, groups := t.Texts(f.Subnets), t.Texts(f.SecurityGroups)
	if (len(subnets) == 0) != (len(groups) == 0) {
		t.Fail(path+".VpcConfig", "there are subnets or security groups, but not both", "set both, or neither")
	}
	if len(subnets) == 0 || len(groups) == 0 {
		return nil
	}
	return &lambda.Function_VpcConfig{SubnetIds: subnets, SecurityGroupIds: groups}
}

// unknown is what of a list only CloudFormation knows, behind a space: the hash of a function's settings is the same when a subnet of another
// stack or a security group changes, and its version must not be. What is known while building is in the hash.
func unknown[K any](t *cfn.Template, path string, list cfn.List[K]) cfn.Value[cfn.Text] {
	text := cfn.Join[cfn.Text](",", list)
	items := t.Node(path, text).Get("Fn::Join").Items[1]
	if items.Kind == tree.List && !slices.ContainsFunc(items.Items, func(n *tree.Node) bool { return n.Kind != tree.String }) {
		return cfn.Literal[cfn.Text]("")
	}
	return cfn.Format[cfn.Text](" %s", text)
}

// disconnecting is what Lambda needs to delete network interfaces (AWS Lambda Developer Guide, Giving Lambda functions access to a VPC).
func disconnecting() []string {
	return []string{"ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces"}
}

// connecting is what Lambda needs to connect a function to a VPC, and to disconnect it.
func connecting() []string {
	return []string{
		"ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces",
		"ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "ec2:DescribeVpcs", "ec2:UnassignPrivateIpAddresses",
	}
}

// networkInterfaces lets Lambda connect the function to its VPC with the function's role, and denies the function's code the same, but for what
// its own permissions allow.
func (f Function) networkInterfaces(actions ...string) policy.Identity {
	self := cfn.Format[cfn.Text]("arn:%s:lambda:%s:%s:function:%s", cfn.Partition(), cfn.Region(), cfn.AccountID(), cfn.Lit(f.Name))
	isCode := policy.When("ArnEquals", "lambda:SourceFunctionArn", self)
	list := policy.Identity{policy.Allow("NetworkInterfaces", actions...).On(cfn.Lit("*"))} // most of them know no resource, none knows the function's
	var denied []string
	for _, action := range actions {
		allowed := f.Grants.AllowedOn(action)
		switch {
		case len(allowed) == 0:
			denied = append(denied, action)
		case !slices.Contains(allowed, cfn.Part(cfn.Lit("*"))):
			list = append(list, policy.Deny("NotItsCode"+strings.TrimPrefix(action, "ec2:"), action).OnAllBut(allowed...).If(isCode))
		}
	}
	if len(denied) > 0 {
		list = append(list, policy.Deny("NotItsCode", denied...).On(cfn.Lit("*")).If(isCode))
	}
	return list
}
