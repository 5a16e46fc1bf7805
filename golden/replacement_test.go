package golden_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// released is the record of the last release: what CloudFormation cannot change in resources that are deployed.
const released = "testdata/released.txt"

const howToRecord = "If this is a release that cannot avoid it, say in its notes what projects must do, and write the record anew with " +
	"`UPDATE_RELEASED=1 go test ./golden -run NoReleaseReplaces`; read every line of its diff."

// unchanging is what a type cannot change without being replaced: the property with its name, if it can have one, and the others that templates
// may set. From the createOnlyProperties and conditionalCreateOnlyProperties of CloudFormation's resource schemas, August 2026.
type unchanging struct {
	name   string
	others []string
	// within is true where the name is one among those of what the others name, and not of the account.
	within bool
	// renewed is why a new one may stand beside the old one, or take its place, at any time.
	renewed string
}

// createOnly has every type of the goldens.
func createOnly() map[string]unchanging {
	named := func(name string, others ...string) unchanging { return unchanging{name: name, others: others} }
	return map[string]unchanging{
		"AWS::ApiGatewayV2::Api":                      {others: []string{"ProtocolType"}},
		"AWS::ApiGatewayV2::Integration":              {renewed: "it has no name"},
		"AWS::ApiGatewayV2::Route":                    {renewed: "it has no name"},
		"AWS::ApiGatewayV2::Stage":                    {name: "StageName", others: []string{"ApiId"}, within: true},
		"AWS::ApplicationAutoScaling::ScalableTarget": {others: []string{"ResourceId", "ScalableDimension", "ServiceNamespace"}},
		"AWS::ApplicationAutoScaling::ScalingPolicy":  {name: "PolicyName", others: []string{"ResourceId", "ScalableDimension", "ScalingTargetId", "ServiceNamespace"}, within: true},
		"AWS::Athena::WorkGroup":                      named("Name"),
		"AWS::Batch::ComputeEnvironment":              {name: "ComputeEnvironmentName", others: []string{"ComputeResources.SpotIamFleetRole", "EksConfiguration", "Tags", "Type"}},
		"AWS::Batch::JobDefinition":                   named("JobDefinitionName"),
		"AWS::Batch::JobQueue":                        named("JobQueueName", "JobQueueType"),
		"AWS::CloudWatch::Alarm":                      named("AlarmName"),
		"AWS::CloudWatch::Dashboard":                  named("DashboardName"),
		"AWS::CodeBuild::Project":                     named("Name"),
		"AWS::CodeBuild::ReportGroup":                 named("Name", "Type"),
		"AWS::CodePipeline::Pipeline":                 named("Name"),
		"AWS::EC2::EIP":                               {others: []string{"Address", "NetworkBorderGroup"}},
		"AWS::EC2::FlowLog":                           {renewed: "it has no name, and logs go on"},
		"AWS::EC2::InternetGateway":                   {renewed: "it has nothing that cannot change"},
		"AWS::EC2::LaunchTemplate":                    named("LaunchTemplateName"),
		"AWS::EC2::NatGateway":                        {others: []string{"AllocationId", "AvailabilityMode", "ConnectivityType", "SubnetId", "VpcId"}},
		"AWS::EC2::Route":                             {others: []string{"DestinationCidrBlock", "RouteTableId"}},
		"AWS::EC2::RouteTable":                        {others: []string{"VpcId"}},
		"AWS::EC2::SecurityGroup":                     named("GroupName", "GroupDescription", "VpcId"),
		"AWS::EC2::SecurityGroupEgress":               {renewed: "it has no name"},
		"AWS::EC2::SecurityGroupIngress":              {renewed: "it has no name"},
		"AWS::EC2::Subnet":                            {others: []string{"AvailabilityZone", "CidrBlock", "VpcId"}},
		"AWS::EC2::SubnetRouteTableAssociation":       {others: []string{"RouteTableId", "SubnetId"}},
		"AWS::EC2::VPC":                               {others: []string{"CidrBlock", "InstanceTenancy"}},
		"AWS::EC2::VPCEndpoint":                       {others: []string{"ServiceName", "VpcEndpointType", "VpcId"}},
		"AWS::EC2::VPCGatewayAttachment":              {others: []string{"VpcId"}},
		"AWS::ECR::Repository":                        named("RepositoryName", "EncryptionConfiguration"),
		"AWS::ECS::Cluster":                           named("ClusterName"),
		"AWS::ECS::Service":                           named("ServiceName", "Cluster", "LaunchType", "Role", "SchedulingStrategy"),
		"AWS::ECS::TaskDefinition":                    {renewed: "each is another revision"},
		"AWS::ElasticLoadBalancingV2::Listener":       {others: []string{"LoadBalancerArn"}},
		"AWS::ElasticLoadBalancingV2::LoadBalancer":   named("Name", "Scheme", "Type"),
		"AWS::ElasticLoadBalancingV2::TargetGroup":    named("Name", "IpAddressType", "Port", "Protocol", "ProtocolVersion", "TargetType", "VpcId"),
		"AWS::Events::Rule":                           named("Name", "EventBusName"),
		"AWS::IAM::InstanceProfile":                   named("InstanceProfileName", "Path"),
		"AWS::IAM::ManagedPolicy":                     named("ManagedPolicyName", "Description", "Path"),
		"AWS::IAM::Role":                              named("RoleName", "Path"),
		"AWS::KMS::Alias":                             named("AliasName"),
		"AWS::KMS::Key":                               {renewed: "it has nothing that cannot change"},
		"AWS::Lambda::Alias":                          {name: "Name", others: []string{"FunctionName"}, within: true},
		"AWS::Lambda::Function":                       named("FunctionName", "PackageType", "TenancyConfig"),
		"AWS::Lambda::Permission":                     {renewed: "it has no name"},
		"AWS::Lambda::Version":                        {renewed: "each is another version"},
		"AWS::Logs::LogGroup":                         named("LogGroupName"),
		"AWS::S3::Bucket":                             named("BucketName", "BucketNamePrefix", "BucketNamespace"),
		"AWS::S3::BucketPolicy":                       {others: []string{"Bucket"}},
		"AWS::SNS::Subscription":                      {others: []string{"Endpoint", "Protocol", "TopicArn"}}, // people must confirm another one
		"AWS::SNS::Topic":                             named("TopicName", "FifoTopic"),
		"AWS::SNS::TopicPolicy":                       {renewed: "it has nothing that cannot change"},
		"AWS::SQS::Queue":                             named("QueueName", "FifoQueue"),
		"AWS::SQS::QueuePolicy":                       {renewed: "it has nothing that cannot change"},
		"AWS::SSM::Parameter":                         named("Name"),
		"AWS::Scheduler::Schedule":                    named("Name"),
		"Custom::ClosedGroup":                         {renewed: "it does again what it did"},
	}
}

// lasting is a resource of a golden with what CloudFormation cannot change in it.
type lasting struct {
	project, stack, id, kind string
	name, others             string // as JSON; name is empty where CloudFormation chooses it
}

func (l lasting) String() string {
	return strings.TrimRight(strings.Join([]string{l.project, l.stack, l.id, l.kind, l.name, l.others}, "\t"), "\t")
}

// value of a property by its path, as JSON in one line.
func (c unchanging) value(properties *tree.Node, path string) string {
	n := properties.At(strings.Split(path, ".")...)
	if n == nil {
		return ""
	}
	return strings.Join(strings.Fields(string(n.JSON())), " ")
}

// lastingOf are the resources of a template, and what is wrong with the table.
func lastingOf(project, stack string, template *tree.Node) (list []lasting, problems []string) {
	table, resources := createOnly(), template.Get("Resources")
	for i, id := range resources.Keys {
		kind, properties := resources.Items[i].Get("Type").Text, resources.Items[i].Get("Properties")
		c, ok := table[kind]
		switch {
		case !ok:
			problems = append(problems, fmt.Sprintf("%s %s: the type %s of %s has no row in createOnly: add what CloudFormation cannot change in it, from its schema",
				project, stack, kind, id))
			continue
		case c.renewed != "" || properties == nil:
			continue
		}
		l := lasting{project: project, stack: stack, id: id, kind: kind}
		if c.name != "" {
			l.name = c.value(properties, c.name)
		}
		var others []string
		for _, path := range c.others {
			if v := c.value(properties, path); v != "" {
				others = append(others, path+"="+v)
			}
		}
		l.others = strings.Join(others, " ")
		if l.name != "" || l.others != "" {
			list = append(list, l)
		}
	}
	return list, problems
}

// replacements are what goes wrong in deployed projects between two releases. What is new, and what is gone, is none of it.
func replacements(before, after []lasting) []string {
	type place struct{ project, stack, id, kind string }
	type name struct{ project, environment, kind, name string }
	byPlace, byName := map[place]lasting{}, map[name]lasting{}
	table := createOnly()
	nameOf := func(l lasting) name {
		environment, _, _ := strings.Cut(l.stack, "/")
		n := name{l.project, environment, l.kind, l.name}
		if table[l.kind].within {
			n.environment, n.name = l.stack, l.others+" "+l.name
		}
		return n
	}
	for _, l := range after {
		byPlace[place{l.project, l.stack, l.id, l.kind}] = l
		byName[nameOf(l)] = l
	}
	var list []string
	say := func(was lasting, format string, args ...any) {
		list = append(list, fmt.Sprintf("%s %s: %s %s ", was.project, was.stack, was.kind, was.id)+fmt.Sprintf(format, args...))
	}
	for _, was := range before {
		is, stays := byPlace[place{was.project, was.stack, was.id, was.kind}]
		other, taken := byName[nameOf(was)]
		switch {
		case !stays && was.name != "" && taken:
			say(was, "is now %s in %s, with the same name %s: CloudFormation makes the new one before it deletes the old one, and fails because the name is taken."+
				" Keep the logical id and the stack, or choose another name", other.id, other.stack, was.name)
		case !stays || is == was:
		case is.name != was.name:
			say(was, "was called %s, and is %s: CloudFormation makes another one and deletes this one with what is in it. Keep the name", was.name, is.name)
		case is.name != "":
			say(was, "had %s, and has %s, under the same name: CloudFormation refuses every update of a deployed stack,"+
				" \"cannot update a stack when a custom-named resource requires replacing\". Keep the value, or give what is new another name", was.others, is.others)
		default:
			say(was, "had %s, and has %s: CloudFormation replaces it, and all that depends on it. Keep the value", was.others, is.others)
		}
	}
	return list
}

// readReleased reads the record.
func readReleased(data string) (list []lasting, err error) {
	for line := range strings.Lines(data) {
		if line = strings.TrimRight(line, "\n"); line == "" || line[0] == '#' {
			continue
		}
		f := append(strings.Split(line, "\t"), "", "")
		if len(f) < 6 {
			return nil, fmt.Errorf("%s: %q is not project, stack, logical id, type, name and other values with tabs between them", released, line)
		}
		list = append(list, lasting{f[0], f[1], f[2], f[3], f[4], f[5]})
	}
	return list, nil
}

// No release may change what CloudFormation cannot change in a resource with a fixed name, or what the environments live in.
func TestNoReleaseReplacesWhatIsDeployed(t *testing.T) {
	t.Parallel()
	var now []lasting
	for _, project := range cases(t) {
		want := filepath.Join(project, "want")
		err := filepath.WalkDir(want, func(file string, d fs.DirEntry, err error) error {
			stack, _ := filepath.Rel(want, file)
			extension := filepath.Ext(stack)
			if err != nil || d.IsDir() || extension != ".yaml" && extension != ".json" || strings.HasSuffix(file, ".config.json") || stack == "manifest.json" {
				return err
			}
			data, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			template, err := tree.Parse(file, data)
			if err != nil {
				return err
			}
			list, problems := lastingOf(project, filepath.ToSlash(strings.TrimSuffix(stack, extension)), template)
			for _, p := range problems {
				t.Error(p)
			}
			now = append(now, list...)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if os.Getenv("UPDATE_RELEASED") != "" {
		var text strings.Builder
		text.WriteString("# What CloudFormation cannot change in deployed resources: project, stack, logical id, type, name, other values.\n" +
			"# A changed line breaks or replaces something in every project that is deployed: see replacement_test.go.\n")
		for _, l := range now {
			text.WriteString(l.String() + "\n")
		}
		if err := os.WriteFile(released, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(released)
	if err != nil {
		t.Fatal(err)
	}
	before, err := readReleased(string(data))
	if err != nil {
		t.Fatal(err)
	}
	if len(before) < 100 {
		t.Fatalf("%s has %d resources: it is not whole", released, len(before))
	}
	list := replacements(before, now)
	for _, r := range list {
		t.Error(r)
	}
	if len(list) > 0 {
		t.Log(howToRecord)
	}
}

func TestTheRecordTellsWhatReleasesBreak(t *testing.T) {
	t.Parallel()
	const policy = `{"Type": "AWS::IAM::ManagedPolicy", "Properties": {"ManagedPolicyName": "shop-dev-boundary", "Description": "The most that roles may do", "Path": "/shop/"}}`
	const group = `{"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "Tasks", "VpcId": {"Ref": "Vpc"}}}`
	const alias = `{"Type": "AWS::Lambda::Alias", "Properties": {"Name": "live", "FunctionName": "hello"}}`
	const start = `{"Resources": {"Hello": ` + alias + `, "Other": {"Type": "AWS::Lambda::Alias", "Properties": {"Name": "live", "FunctionName": "other"}}, "Boundary": ` + policy + `, "Group": ` + group + `}}`
	read := func(stack, template string) []lasting {
		n, err := tree.Parse("t.json", []byte(template))
		if err != nil {
			t.Fatal(err)
		}
		list, problems := lastingOf("shop", stack, n)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return list
	}
	for _, c := range []struct{ name, stack, from, to, want string }{
		{"nothing", "dev/access", "", "", ""},
		{"a statement", "dev/access", `"Path"`, `"PolicyDocument": {}, "Path"`, ""},
		{"a new resource", "dev/access", `"Group":`, `"Second": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/shop/a"}}, "Group":`, ""},
		{"a resource that goes", "dev/access", `, "Group": ` + group, "", ""},
		{"another description under a fixed name", "dev/access", "The most", "All", "custom-named resource requires replacing"},
		{"another path under a fixed name", "dev/access", `"/shop/"`, `"/shop/access/"`, "custom-named resource requires replacing"},
		{"another name", "dev/access", "shop-dev-boundary", "shop-dev-limit", "makes another one and deletes this one"},
		{"another logical id for the same name", "dev/access", `"Boundary":`, `"Limit":`, "is now Limit in dev/access"},
		{"another stack for the same name", "dev/roles", `"Hello": ` + alias + ", ", "", "is now Boundary in dev/roles"},
		{"an alias that goes, of the name of another", "dev/access", `"Hello": ` + alias + ", ", "", ""},
		{"another description of a security group", "dev/access", "Tasks", "The tasks", "CloudFormation replaces it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(start, c.from) {
				t.Fatalf("%s is not there", c.from)
			}
			before := read("dev/access", start)
			var text strings.Builder
			for _, l := range before {
				text.WriteString(l.String() + "\n")
			}
			recorded, err := readReleased(text.String())
			if err != nil || !slices.Equal(recorded, before) {
				t.Fatalf("recorded as %v: %v", recorded, err)
			}
			got := replacements(recorded, read(c.stack, strings.Replace(start, c.from, c.to, 1)))
			if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
