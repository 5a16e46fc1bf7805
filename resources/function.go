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

// Function is a Lambda function from a zip file in S3, with a role, a log group, a version for each release, and the alias "live", which callers use. A
// deployment points the alias to the new version.
type Function struct {
	// ID is the logical id. The logical ids of the parts of the function begin with it.
	ID          string
	Name        string
	Description string
	// CodeBucket and CodeKey are the bucket and the key of the zip file.
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
	// RoleName, RolePath and permissions boundary of the role of the function.
	RoleName, RolePath string
	Boundary           cfn.Value[cfn.PolicyARN]
	// Grants are the permissions of the function, besides writing logs.
	Grants policy.Identity
	// LogKey encrypts the logs, which are retained for LogDays.
	LogKey  cfn.Value[cfn.KeyARN]
	LogDays int
	// RetainLogs keeps the logs if the function is deleted.
	RetainLogs bool
	// DeadLetters is the name of a queue for the events of failed asynchronous calls. Optional.
	DeadLetters string
	// Tracing enables X-Ray.
	Tracing bool
	// Subnets and SecurityGroups by id. Without them, the function is not in a VPC.
	Subnets        cfn.List[cfn.SubnetID]
	SecurityGroups cfn.List[cfn.SecurityGroupID]
	// Group is the one of SecurityGroups that is deleted with the function. Optional. Lambda deletes the network interfaces in it with the role of the
	// function, about 20 minutes after the function no longer uses them, so the group is deleted before the role.
	Group *SecurityGroupHandle
	// Networked is true for a function that may have been in a VPC before. Without Subnets, Lambda must still delete its network interfaces.
	Networked bool
	// ReservedConcurrency is reserved for this function out of the concurrency of the account. Default: none.
	ReservedConcurrency *int
}

// FunctionHandle is a declared function.
type FunctionHandle struct{ function, alias *cfn.Resource }

// Name of the function.
func (h FunctionHandle) Name() cfn.Value[cfn.FunctionName] {
	return cfn.Ref[cfn.FunctionName](h.function)
}

// AliasARN is the ARN of the alias "live", which callers use.
func (h FunctionHandle) AliasARN() cfn.Value[cfn.FunctionARN] {
	return cfn.Ref[cfn.FunctionARN](h.alias)
}

// maxFunctionDescription is the limit of the description in characters: the 256 that Lambda allows, less the address of the code.
const maxFunctionDescription = 150

// Add declares the function and its parts.
func (f Function) Add(t *cfn.Template) FunctionHandle {
	path := "Resources." + f.ID + ".Properties"
	checkName(t, path+".FunctionName", "Lambda", f.Name, "_-", 1, limits.LambdaName)
	checkRange(t, path+".MemorySize", "Lambda", f.Memory, limits.LambdaLeastMemory, limits.LambdaMostMemory)
	checkRange(t, path+".Timeout", "Lambda", f.Timeout, 1, limits.LambdaTimeout)
	if n := utf8.RuneCountInString(f.Description); n > maxFunctionDescription {
		t.Failf(path+".Description", "shorten it", "it has %d characters; with the address of the code, the Lambda limit is %d", n, maxFunctionDescription)
	}
	logs := LogGroup{ID: f.ID + "Logs", Name: "/aws/lambda/" + f.Name, RetentionDays: f.LogDays, Key: f.LogKey, Retain: f.RetainLogs}.Add(t)
	grants := append(policy.Identity{
		policy.Allow("Logs", "logs:CreateLogStream", "logs:PutLogEvents").On(logs.Streams()),
	}, f.Grants...)

	properties := &lambda.Function{
		FunctionName: new(f.Name),
		// the address makes each release a different configuration, even with the same zip file: Lambda creates no version of an unchanged function
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
		// these actions support no resources
		grants = append(grants, policy.Allow("Tracing", "xray:PutTelemetryRecords", "xray:PutTraceSegments").On(cfn.Lit("*")))
	}
	place := cfn.Literal[cfn.Text]("")
	if properties.VpcConfig = f.vpc(t, path); properties.VpcConfig != nil {
		place = cfn.Format[cfn.Text]("%s%s", unresolvedItems(t, path, f.SecurityGroups), unresolvedItems(t, path, f.Subnets))
		grants = append(grants, f.networkInterfaces(connectActions()...)...)
	} else if f.Networked {
		grants = append(grants, f.networkInterfaces(disconnectActions()...)...)
	}
	role := Role{
		ID: f.ID + "Role", Name: f.RoleName, Path: f.RolePath, Description: "Function " + f.Name + " runs with it",
		Trust:    policy.Trust{policy.Allow("Lambda", "sts:AssumeRole").By(policy.Service("lambda.amazonaws.com"))},
		Boundary: f.Boundary,
		Policies: []InlinePolicy{{Name: "function", Document: grants}},
	}.Add(t)
	properties.Role = t.Text(role.ARN())
	if f.Group != nil {
		f.Group.group.After(role.Resource()) // CloudFormation deletes in reverse order, and waits until the group is empty
	}
	function := t.Add(f.ID, properties)

	// a version is immutable: the description differs for each release and each configuration, which replaces the version
	version := t.Add(f.ID+"Version", &lambda.Version{
		FunctionName: t.Text(cfn.Ref[cfn.FunctionName](function)),
		Description:  t.TextPtr(cfn.Format[cfn.Text]("%s %s%s", cfn.Lit(cfn.Hash(function)), f.CodeKey, place)),
	})
	if f.ReservedConcurrency != nil {
		// not part of a version: Lambda would reject a version that differs in nothing else
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

// vpc returns the VPC configuration of the function, nil for none.
func (f Function) vpc(t *cfn.Template, path string) *lambda.Function_VpcConfig {
	subnets, groups := t.Texts(f.Subnets), t.Texts(f.SecurityGroups)
	if (len(subnets) == 0) != (len(groups) == 0) {
		t.Fail(path+".VpcConfig", "only one of subnets and security groups is set", "set both, or neither")
	}
	if len(subnets) == 0 || len(groups) == 0 {
		return nil
	}
	return &lambda.Function_VpcConfig{SubnetIds: subnets, SecurityGroupIds: groups}
}

// unresolvedItems returns the items of a list that only CloudFormation knows, after a space. They are part of the description of the version, because
// the hash of the configuration does not change with them. Literal items are part of the hash, so for those it returns an empty text.
func unresolvedItems[K any](t *cfn.Template, path string, list cfn.List[K]) cfn.Value[cfn.Text] {
	text := cfn.Join[cfn.Text](",", list)
	items := t.Node(path, text).Get("Fn::Join").Items[1]
	if items.Kind == tree.List && !slices.ContainsFunc(items.Items, func(n *tree.Node) bool { return n.Kind != tree.String }) {
		return cfn.Literal[cfn.Text]("")
	}
	return cfn.Format[cfn.Text](" %s", text)
}

// disconnectActions returns the actions that Lambda requires to delete network interfaces (AWS Lambda Developer Guide, Giving Lambda functions access
// to a VPC).
func disconnectActions() []string {
	return []string{"ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces"}
}

// connectActions returns the actions that Lambda requires to connect a function to a VPC, and to disconnect it.
func connectActions() []string {
	return []string{
		"ec2:AssignPrivateIpAddresses", "ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:DescribeNetworkInterfaces",
		"ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "ec2:DescribeVpcs", "ec2:UnassignPrivateIpAddresses",
	}
}

// networkInterfaces allows Lambda to connect the function to its VPC with the role of the function, and denies the same to the code of the function,
// except for what its own permissions allow.
func (f Function) networkInterfaces(actions ...string) policy.Identity {
	self := cfn.Format[cfn.Text]("arn:%s:lambda:%s:%s:function:%s", cfn.Partition(), cfn.Region(), cfn.AccountID(), cfn.Lit(f.Name))
	isCode := policy.When("ArnEquals", "lambda:SourceFunctionArn", self)
	list := policy.Identity{policy.Allow("NetworkInterfaces", actions...).On(cfn.Lit("*"))} // few of them support resources, and none can be restricted to the function
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
