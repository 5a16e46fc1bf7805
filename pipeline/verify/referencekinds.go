package verify

import (
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// taken is what a property that names another resource takes.
type taken struct {
	properties []string
	types      []string // resource types, or how they begin
}

// allTaken are the properties whose name says of what type a resource is that they refer to.
func allTaken() []taken {
	return []taken{
		{[]string{"AllocationId"}, []string{"AWS::EC2::EIP"}},
		{[]string{"AlarmActions", "InsufficientDataActions", "OKActions"}, []string{
			"AWS::ApplicationAutoScaling", "AWS::AutoScaling", "AWS::Lambda::", "AWS::SNS::Topic", "AWS::SSM",
		}},
		{[]string{"AlarmNames"}, []string{"AWS::CloudWatch::"}},
		{[]string{"ApiId"}, []string{"AWS::ApiGateway"}},
		{[]string{"Bucket", "DestinationBucketName"}, []string{"AWS::S3"}},
		{[]string{"Cluster"}, []string{"AWS::ECS::Cluster"}},
		{[]string{"ComputeEnvironment"}, []string{"AWS::Batch::ComputeEnvironment"}},
		{[]string{"DeliverLogsPermissionArn", "ExecutionRoleArn", "JobRoleArn", "ServiceRole", "TaskRoleArn"}, []string{"AWS::IAM::Role"}},
		{[]string{"EncryptionKey", "KMSMasterKeyID", "KmsKey", "KmsKeyArn", "KmsKeyId", "KmsMasterKeyId", "TargetKeyId"}, []string{"AWS::KMS::"}},
		{[]string{"FunctionName"}, []string{"AWS::Lambda::"}},
		{[]string{"GatewayId"}, []string{"AWS::EC2::InternetGateway", "AWS::EC2::VPCEndpoint", "AWS::EC2::VPNGateway"}},
		{[]string{"InstanceRole"}, []string{"AWS::IAM::InstanceProfile"}},
		{[]string{"InternetGatewayId"}, []string{"AWS::EC2::InternetGateway"}},
		{[]string{"ListenerArn"}, []string{"AWS::ElasticLoadBalancing", "AWS::VpcLattice::Listener"}},
		{[]string{"LoadBalancerArn"}, []string{"AWS::ElasticLoadBalancing"}},
		{[]string{"LogGroup", "LogGroupName"}, []string{"AWS::Logs::LogGroup"}},
		{[]string{"NatGatewayId"}, []string{"AWS::EC2::NatGateway"}},
		{[]string{"Queues"}, []string{"AWS::SQS::Queue"}},
		{[]string{"RouteTableId", "RouteTableIds"}, []string{"AWS::EC2::RouteTable"}},
		{[]string{"SecurityGroupIds", "SecurityGroups", "SourceSecurityGroupId", "DestinationSecurityGroupId"}, []string{"AWS::EC2::SecurityGroup", "AWS::EC2::VPC"}},
		{[]string{"SubnetId", "SubnetIds"}, []string{"AWS::EC2::Subnet"}},
		{[]string{"TargetGroupArn"}, []string{"AWS::ElasticLoadBalancingV2::TargetGroup", "AWS::VpcLattice::TargetGroup"}},
		{[]string{"TaskDefinition"}, []string{"AWS::ECS::TaskDefinition"}},
		{[]string{"TopicArn", "Topics"}, []string{"AWS::SNS::Topic"}},
		{[]string{"VpcId"}, []string{"AWS::EC2::VPC"}},
	}
}

// allPublished are the ends of names of the SSM parameters of rendered stacks, and the types of what they tell of.
func allPublished() []taken {
	return []taken{
		{[]string{"AccessLogsName"}, []string{"AWS::S3::Bucket"}},
		{[]string{"ApiId"}, []string{"AWS::ApiGateway"}},
		{[]string{"BucketName"}, []string{"AWS::S3::Bucket"}},
		{[]string{"KeyArn"}, []string{"AWS::KMS::Key"}},
		{[]string{"JobQueueArn"}, []string{"AWS::Batch::JobQueue"}},
		{[]string{"JobQueueName"}, []string{"AWS::Batch::JobQueue"}},
		{[]string{"LoadBalancerName"}, []string{"AWS::ElasticLoadBalancingV2::LoadBalancer"}},
		{[]string{"RepositoryUri"}, []string{"AWS::ECR::Repository"}},
		{[]string{"SecurityGroupId"}, []string{"AWS::EC2::SecurityGroup"}},
		{[]string{"SubnetIds"}, []string{"AWS::EC2::Subnet"}},
		{[]string{"TargetGroupName"}, []string{"AWS::ElasticLoadBalancingV2::TargetGroup"}},
		{[]string{"TopicArn"}, []string{"AWS::SNS::Topic"}},
		{[]string{"VpcId"}, []string{"AWS::EC2::VPC"}},
	}
}

// kindsOf finds the resources that a template references and that have another type than the property accepts.
func (w *world) kindsOf(s *stack) {
	if w.takes == nil {
		w.takes = map[string][]string{}
		for _, t := range allTaken() {
			for _, property := range t.properties {
				w.takes[property] = t.types
			}
		}
	}
	if s.Template.Get("Transform") != nil {
		return // which may give properties other meanings
	}
	k := &referenceKinds{w: w, stack: s, types: w.takes}
	published := allPublished()
	for _, id := range s.ids {
		x := s.things[id]
		k.x, k.value = x, nil
		if x.kind == "AWS::SSM::Parameter" && s.Source == nil {
			name := x.known("Name")
			for _, t := range published {
				if strings.HasSuffix(name, t.properties[0]) {
					k.value = t.types
				}
			}
		}
		k.found = false
		k.below(x.properties, "", "")
		if text, known := x.text("Value").Known(); k.value != nil && known && !k.found && !isID(text, k.value) && !k.isNamed(text) {
			w.report.fail(s, x.path("Value"), "reference-kind", "the SSM parameter "+x.known("Name")+" tells of "+text+", and of no resource of the stack",
				"refer to a resource of type "+strings.Join(k.value, " or "))
		}
	}
	outputs := s.Template.Get("Outputs")
	for i, name := range keysOf(outputs) {
		k.x = &thing{stack: s, id: name}
		k.below(outputs.Items[i].Get("Value"), "", "Outputs."+name+".Value")
	}
}

// referenceKinds of a template.
type referenceKinds struct {
	w     *world
	stack *stack
	types map[string][]string // by property
	x     *thing
	found bool     // something refers to what the value tells of
	value []string // the types that the value of an SSM parameter tells of
}

// below a property: what it takes stands directly in it, in a list, or under a condition.
func (k *referenceKinds) below(n *tree.Node, property, path string) {
	if n == nil || len(n.Items) == 0 {
		return
	}
	name, arg, isFunction := n.Intrinsic()
	switch {
	case isFunction && name == "Ref":
		k.refers(arg.Text, property, path)
		return
	case isFunction && name == "Fn::GetAtt":
		if len(arg.Items) == 2 && arg.Items[0].Kind == tree.String && arg.Items[1].Kind == tree.String {
			k.refers(arg.Items[0].Text, property, path)
		}
		return
	case isFunction && name == "Fn::Sub" && k.value != nil:
		k.found = k.found || k.substitutes(n)
		property = ""
	case isFunction && name != "Fn::If" && name != "Fn::Join":
		property = ""
	case isFunction && name == "Fn::Join" && k.value == nil:
		property = ""
	}
	for i, item := range n.Items {
		next := property
		if !isFunction && n.Kind == tree.Map {
			next = n.Keys[i]
		}
		k.below(item, next, path)
	}
}

// substitutes says whether a Sub puts in something of a resource of a type that the value tells of.
func (k *referenceKinds) substitutes(n *tree.Node) bool {
	return slices.ContainsFunc(k.stack.ids, func(id string) bool {
		return (gives(n, id) || strings.Contains(subText(n), "${"+id+".")) && isOfType(k.stack.things[id].kind, k.value)
	})
}

// subText is the text of a Sub.
func subText(n *tree.Node) string {
	_, arg, _ := n.Intrinsic()
	if len(arg.Items) > 0 {
		arg = arg.Items[0]
	}
	return arg.Text
}

// isOfType says whether a resource type is one of some, or begins as one of them does.
func isOfType(kind string, types []string) bool {
	return slices.ContainsFunc(types, func(of string) bool {
		const whole = 2 // separators that a whole type has
		return kind == of || strings.HasPrefix(kind, of) && (strings.HasSuffix(of, "::") || strings.Count(of, "::") < whole)
	})
}

// isNamed says whether a resource of the stack, of a type that the value tells of, has a name.
func (k *referenceKinds) isNamed(name string) bool {
	for _, id := range k.stack.ids {
		y := k.stack.things[id]
		if property := y.row().Name.Property; slices.Contains(k.value, y.kind) && property != "" && y.known(property) == name {
			return true
		}
	}
	return false
}

// isID says whether a text is the id of existing things of some types, or a list of them.
func isID(text string, types []string) bool {
	begin := map[string]string{"AWS::EC2::SecurityGroup": "sg-", "AWS::EC2::Subnet": "subnet-", "AWS::EC2::VPC": "vpc-"}[types[0]]
	return begin != "" && strings.HasPrefix(text, begin)
}

func (k *referenceKinds) refers(id, property, path string) {
	y := k.stack.things[id]
	if y == nil || strings.HasPrefix(y.kind, "Custom::") || strings.HasPrefix(y.kind, "AWS::CloudFormation::") || strings.Contains(y.kind, "::MODULE") {
		return
	}
	if path == "" {
		path = k.x.path("")
	}
	types := k.types[property]
	if property == "Value" && k.value != nil {
		types = k.value
	}
	isOf := isOfType(y.kind, types)
	if k.found = k.found || isOf; len(types) > 0 && !isOf {
		k.w.report.fail(k.stack, path, "reference-kind", property+" refers to "+id+", which is of type "+y.kind, "refer to a resource of type "+strings.Join(types, " or "))
	}
}
