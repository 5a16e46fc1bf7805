package stages_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// fixed are the properties that AWS cannot change in place (create-only in the CloudFormation schemas), beside names.
var fixed = map[string][]string{
	"AWS::ApiGatewayV2::Api":                    {"ProtocolType"},
	"AWS::ApiGatewayV2::Route":                  {"ApiId"},
	"AWS::ApiGatewayV2::Stage":                  {"ApiId"},
	"AWS::Batch::ComputeEnvironment":            {"Type", "Tags", "ComputeResources/Type"}, // the rest with ReplaceComputeEnvironment only
	"AWS::Batch::JobQueue":                      {"JobQueueType"},
	"AWS::CodeBuild::ReportGroup":               {"Type"},
	"AWS::EC2::FlowLog":                         {"DeliverLogsPermissionArn", "LogFormat", "LogDestination", "LogDestinationType", "MaxAggregationInterval", "ResourceId", "TrafficType"},
	"AWS::EC2::NatGateway":                      {"SubnetId", "AllocationId", "ConnectivityType"},
	"AWS::EC2::Route":                           {"RouteTableId", "DestinationCidrBlock"},
	"AWS::EC2::RouteTable":                      {"VpcId"},
	"AWS::EC2::SecurityGroup":                   {"GroupDescription", "VpcId"},
	"AWS::EC2::Subnet":                          {"VpcId", "AvailabilityZone", "CidrBlock"},
	"AWS::EC2::VPC":                             {"CidrBlock"},
	"AWS::EC2::VPCGatewayAttachment":            {"VpcId"},
	"AWS::EC2::VPCEndpoint":                     {"ServiceName", "VpcEndpointType", "VpcId"},
	"AWS::ECR::Repository":                      {"EncryptionConfiguration"},
	"AWS::ECS::Service":                         {"Cluster", "SchedulingStrategy", "LaunchType"},
	"AWS::ElasticLoadBalancingV2::Listener":     {"LoadBalancerArn"},
	"AWS::ElasticLoadBalancingV2::LoadBalancer": {"Type", "Scheme", "SecurityGroups"}, // groups of another VPC come with its subnets, which an update cannot leave
	"AWS::ElasticLoadBalancingV2::TargetGroup":  {"TargetType", "ProtocolVersion", "Port", "VpcId", "Protocol", "IpAddressType"},
	"AWS::IAM::InstanceProfile":                 {"Path"},
	"AWS::IAM::ManagedPolicy":                   {"Path", "Description"},
	"AWS::IAM::Role":                            {"Path"},
	"AWS::Lambda::Function":                     {"PackageType"},
	"AWS::S3::Bucket":                           {"BucketNamespace"},
	"AWS::SNS::Subscription":                    {"Endpoint", "Protocol", "TopicArn"},
	"AWS::SNS::Topic":                           {"FifoTopic"},
	"AWS::SQS::Queue":                           {"FifoQueue"},
}

// identities are the properties that no two things may share, where it is no name of an account.
var identities = map[string][]string{
	"AWS::ApiGatewayV2::Route":                    {"ApiId", "RouteKey"},
	"AWS::ApiGatewayV2::Stage":                    {"ApiId", "StageName"},
	"AWS::ApplicationAutoScaling::ScalableTarget": {"ResourceId", "ScalableDimension"},
	"AWS::EC2::FlowLog":                           {"ResourceId", "TrafficType", "LogDestination"},
	"AWS::EC2::Route":                             {"RouteTableId", "DestinationCidrBlock"},
	"AWS::EC2::SecurityGroupEgress":               {"GroupId", "IpProtocol", "FromPort", "CidrIp", "DestinationSecurityGroupId"},
	"AWS::EC2::SecurityGroupIngress":              {"GroupId", "IpProtocol", "FromPort", "CidrIp", "SourceSecurityGroupId"},
	"AWS::EC2::Subnet":                            {"VpcId", "CidrBlock"},
	"AWS::EC2::SubnetRouteTableAssociation":       {"SubnetId"},
	"AWS::EC2::NatGateway":                        {"AllocationId"},
	"AWS::EC2::VPCGatewayAttachment":              {"InternetGatewayId"},
	"AWS::EC2::VPCEndpoint":                       {"VpcId", "ServiceName"},
	"AWS::ElasticLoadBalancingV2::Listener":       {"LoadBalancerArn", "Port"},
	"AWS::Lambda::Alias":                          {"FunctionName", "Name"},
	"AWS::SNS::Subscription":                      {"TopicArn", "Endpoint"},
}

// identity is what AWS knows a thing by; none where that is AWS's own choice.
func identity(typ string) []string {
	switch {
	case typ == "AWS::ECS::TaskDefinition", typ == "AWS::Batch::JobDefinition":
		return nil // another revision has the same name
	case limits[typ].property != "":
		return []string{limits[typ].property}
	default:
		return identities[typ]
	}
}

// update is what CloudFormation makes of a template where another was: what it cannot change it makes anew, before it deletes the old one.
type update struct {
	before, after map[string]assembly.Stack // by name
	replaced      map[string]string         // why, by stack and logical id
	published     map[string]bool           // the parameters whose values change with that
}

func newUpdate(before, after []assembly.Stack) *update {
	byName := func(list []assembly.Stack) map[string]assembly.Stack {
		m := map[string]assembly.Stack{}
		for _, s := range list {
			m[s.Name] = s
		}
		return m
	}
	u := &update{before: byName(before), after: byName(after), replaced: map[string]string{}, published: map[string]bool{}}
	for found := -1; found != len(u.replaced)+len(u.published); {
		found = len(u.replaced) + len(u.published)
		u.both(u.look)
	}
	return u
}

// both calls fn with each resource of the same logical id and type in both.
func (u *update) both(fn func(was, is assembly.Stack, id string, old, r *tree.Node)) {
	for name, is := range u.after {
		was, ok := u.before[name]
		if !ok {
			continue
		}
		all := is.Template.Get("Resources")
		for i, id := range all.Keys {
			if old := was.Template.At("Resources", id); old != nil && old.Get("Type").Equal(all.Items[i].Get("Type")) {
				fn(was, is, id, old, all.Items[i])
			}
		}
	}
}

func (u *update) look(was, is assembly.Stack, id string, old, r *tree.Node) {
	typ, properties := r.Get("Type").Text, r.Get("Properties")
	if typ == "AWS::SSM::Parameter" {
		if !u.same(was, is, old.At("Properties", "Value"), properties.Get("Value")) {
			u.published[text(is, properties.Get("Name"))] = true
		}
	}
	for _, property := range slices.Concat(fixed[typ], identity(typ)) {
		if !slices.Contains(fixed[typ], property) && limits[typ].property != property {
			continue // can change
		}
		if path := strings.Split(property, "/"); !u.same(was, is, old.Get("Properties").At(path...), properties.At(path...)) {
			u.replaced[is.Name+"."+id] = property
		}
	}
	if slices.Contains(fixed[typ], "Tags") && fmt.Sprint(was.Tags) != fmt.Sprint(is.Tags) {
		u.replaced[is.Name+"."+id] = "Tags of the stack"
	}
}

// same says whether a property has the same value afterwards.
func (u *update) same(was, is assembly.Stack, old, v *tree.Node) bool {
	if old == nil || v == nil {
		return old == v
	}
	if !old.Equal(v) {
		return false
	}
	same := true
	v.Walk(func(_ string, n *tree.Node) bool {
		if name, arg, ok := n.Intrinsic(); ok && (name == "Ref" || name == "Fn::GetAtt") {
			id := arg.Text
			if name == "Fn::GetAtt" {
				id = arg.Items[0].Text
			}
			value := text(is, valueOf(is, n))
			same = same && u.replaced[is.Name+"."+id] == "" && !u.published[value] && value == text(was, valueOf(was, n))
		}
		return same
	})
	return same
}

// clashes are the things that CloudFormation would have to make while another has their identity.
func (u *update) clashes() []string {
	var list []string
	u.both(func(was, is assembly.Stack, id string, old, r *tree.Node) {
		typ := r.Get("Type").Text
		why, known := u.replaced[is.Name+"."+id], identity(typ)
		if why == "" || len(known) == 0 {
			return
		}
		for _, property := range known {
			if !u.same(was, is, old.At("Properties", property), r.At("Properties", property)) {
				return
			}
		}
		list = append(list, fmt.Sprintf("%s.%s: %s is replaced for its %s, and keeps its %s", is.Name, id, typ, why, strings.Join(known, ", ")))
	})
	owners := func(stacks map[string]assembly.Stack) map[string]string {
		m := map[string]string{}
		for _, s := range stacks {
			all := s.Template.Get("Resources")
			for i, id := range all.Keys {
				typ := all.Items[i].Get("Type").Text
				known := identity(typ)
				if len(known) == 0 || typ == "AWS::Logs::LogGroup" && all.Items[i].At("Properties", "LogGroupName") == nil {
					continue // CloudFormation gives each another name
				}
				key := []string{typ, s.Account, s.Region}
				if limits[typ].property == "" {
					key = append(key, s.Name) // what it belongs to has another logical id elsewhere
				}
				for _, property := range known {
					key = append(key, property+"="+text(s, all.Items[i].At("Properties", property)), string(all.Items[i].At("Properties", property).JSON()))
				}
				m[strings.Join(key, " ")] = s.Name + "." + id
			}
		}
		return m
	}
	old := owners(u.before)
	for key, owner := range owners(u.after) {
		if was, ok := old[key]; ok && was != owner {
			list = append(list, fmt.Sprintf("%s is made while %s is there: %s", owner, was, key))
		}
	}
	slices.Sort(list)
	return list
}

// fewerTypes makes qa need fewer execution policies.
var fewerTypes = [][2]string{
	{`    services: { web: { image: "tools:1" }, inner: null }`, "    services: null\n    monitoring: null\n    api: null\n    network: null\n    stacks: null\n    functions: null"},
	{`    jobs: [{ name: nightly, image: "tools:1", compute: fargate }]`, "    jobs: null"},
}

// changed is full with these texts in the place of others.
func changed(tb testing.TB, changes [][2]string) []assembly.Stack {
	tb.Helper()
	yaml := full
	for _, c := range changes {
		if !strings.Contains(yaml, c[0]) {
			tb.Fatalf("there is no %s", c[0])
		}
		yaml = strings.Replace(yaml, c[0], c[1], 1)
	}
	return assembled(tb, yaml)
}

// A role's policies are as many as its types need; one that stays changes its document only, because IAM changes nothing else of it.
func TestExecutionPoliciesComeAndGo(t *testing.T) {
	t.Parallel()
	policiesOf := func(stacks []assembly.Stack) map[string]*tree.Node {
		m := map[string]*tree.Node{}
		for _, s := range stacks {
			if strings.HasPrefix(s.Name, "shop-qa-access-policies-") {
				maps.Copy(m, ofType(s.Template, "AWS::IAM::ManagedPolicy"))
			}
		}
		return m
	}
	many, few := policiesOf(assembled(t, full)), policiesOf(changed(t, fewerTypes))
	if len(few) == 0 || len(few) >= len(many) {
		t.Fatalf("%d policies, and %d for fewer types", len(many), len(few))
	}
	for id, p := range few {
		for i, property := range p.Keys {
			if property != "PolicyDocument" && !p.Items[i].Equal(many[id].Get(property)) {
				t.Errorf("%s: %s is %s, and %s with more policies", id, property, p.Items[i].JSON(), many[id].Get(property).JSON())
			}
		}
	}
}

// Two things cannot have one name, and what is replaced stays until the new one is there.
func TestWhatIsReplacedGetsAnotherName(t *testing.T) {
	t.Parallel()
	for name, changes := range map[string][][2]string{
		"fewer types":               fewerTypes,
		"another team":              {{"team: shop }", "team: store }"}},
		"no certificate":            {{"loadBalancer: { certificate: \"arn:aws:acm:{region}:{account}:certificate/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42\" }", "loadBalancer: { http: true, internal: false }"}},
		"a network that is there":   {{"network: { cidr: 10.1.0.0/16, endpoints: [sqs] }", "network: { vpc: vpc-0a1b2c3d, cidr: 10.1.0.0/16, privateSubnets: [subnet-0a1b2c3d, subnet-0a1b2c3e], publicSubnets: [subnet-1a1b2c3d, subnet-1a1b2c3e] }"}, {"network: { nat: each, zones: 3 }", ""}, {"Subnets: network.IsolatedSubnetIds, ", "Subnets: network.PrivateSubnetIds, "}},
		"an internal load balancer": {{"loadBalancer: {", "loadBalancer: { internal: true,"}},
		"no load balancer":          {{"name: inner, image: \"mirror:1\", port: 80", "name: inner, image: \"mirror:1\""}},
		"another port":              {{"port: 8080", "port: 8081"}},
		"fewer zones":               {{"zones: 3", "zones: 2"}},
		"one NAT gateway":           {{"nat: each", "nat: one"}},
		"no NAT gateway":            {{"nat: each", "nat: none"}, {"image: public.ecr.aws/docker/library/busybox:1.37", "image: \"base:7\""}},
		"no endpoints":              {{", endpoints: [sqs]", ""}},
		"no network for functions":  {{"vpc: true", "vpc: false"}, {"      vpc: { subnets: [subnet-0a1b2c3d], securityGroups: [sg-0a1b2c3d] }\n", ""}},
		"other architectures":       {{"architecture: arm64 }", "architecture: x86_64 }"}, {"      architecture: arm64\n", ""}},
		"another runtime":           {{"runtime: python3.13", "runtime: python3.12"}},
		"another repository":        {{"image: web\n      port", "image: mirror:1\n      port"}},
		"no dead letters":           {{"      deadLetters: true\n", ""}},
		"another schedule":          {{"cron(0 3 * * ? *)", "rate(1 day)"}, {"compute: fargate-spot", "compute: ec2"}},
		"other compute":             {{"compute: fargate-spot", "compute: fargate"}, {"instanceTypes: [g6.xlarge]", "instanceTypes: [g5.xlarge]"}},
		"a JWT":                     {{"authorization: iam", "jwt: { issuer: \"https://issuer.example.com\", audience: [shop] }"}},
		"other routes":              {{"path: /hello, method: POST", "path: \"/{proxy+}\", method: POST"}},
		"another address":           {{"ops@example.com", "op.s@example.com"}},
		"no monitoring":             {{"environments: [dev, qa, prod] }", "environments: [prod] }"}},
		"another kind of service":   {{"count: { min: 2, max: 2 }", "count: { min: 1, max: 4 }"}},
		"kept repositories":         {{"removal: delete", "removal: retain"}},
		"other logs":                {{"application:\n", "application:\n  logDays: 30\n"}},
		"keys of stacks":            {{"toolchainStack:\n", "keys: stack\ntoolchainStack:\n"}},
		"another label":             {{"account: \"222222222222\" }", "account: \"222222222222\", label: Store }"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			here, there := assembled(t, full), changed(t, changes)
			for _, clash := range append(newUpdate(here, there).clashes(), newUpdate(there, here).clashes()...) {
				t.Error(clash)
			}
		})
	}
}
