package stages_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/stages"
)

// oneEnvironment is the beginning of a pipeline.yaml that ends with its application.
const oneEnvironment = `project: shop
toolchain: { account: "111111111111", region: eu-west-1 }
source:
  connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42
  repository: acme/shop
environments:
  - { name: dev, type: dev, account: "222222222222" }
application:
`

// ownSystem is what a pipeline.yaml with this application becomes, with the files that it names, or what is wrong with it.
func ownSystem(tb testing.TB, application string, files map[string]string) ([]assembly.Stack, string) {
	tb.Helper()
	return systemOf(tb, oneEnvironment+application, files)
}

func systemOf(tb testing.TB, yaml string, files map[string]string) ([]assembly.Stack, string) {
	tb.Helper()
	s, err := spec.Parse("pipeline.yaml", []byte(yaml))
	if err != nil {
		tb.Fatal(err)
	}
	fill(s, files)
	a, err := pipeline.New(s).Assemble(assembly.YAML)
	problems, rest := stages.Invalid(err)
	if rest != nil {
		tb.Fatal(rest)
	}
	if len(problems) > 0 {
		return nil, s.Errors(problems).Error()
	}
	return a.Stacks, ""
}

// fill reads the templates of own stacks, as spec.Load does.
func fill(s *spec.Spec, files map[string]string) {
	for i := range s.Environments {
		for k := range s.Environments[i].Application.Stacks {
			x := &s.Environments[i].Application.Stacks[k]
			x.Content = []byte(files[x.Template])
		}
	}
}

const queueTemplate = `Resources:
  Queue: {Type: AWS::SQS::Queue}
Outputs:
  Arn: {Value: !GetAtt Queue.Arn}
  Url: {Value: !Ref Queue}
`

func TestOwnStacksTakeWhatOthersPutOut(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"queue.yaml": queueTemplate,
		"extras.yaml": `# What else there is.
Parameters:
  Vpc: {Type: "AWS::EC2::VPC::Id"} # its id
  Subnets:
    Type: List<AWS::EC2::Subnet::Id>
  More: { Type: AWS::SSM::Parameter::Value<CommaDelimitedList> }
  Queue: {Type: String, Default: none}
  Boundary: {Type: String}
  Path: {Type: String}
  Size: {Type: Number, MinValue: 1, MaxValue: 5}
  Days: {Type: Number, Default: 30}
  Empty: {Type: String}
  Names: {Type: CommaDelimitedList, AllowedValues: [a, b]}
Resources:
  # the topic
  Topic: {Type: AWS::SNS::Topic}
`,
	}
	for _, c := range []struct{ why, network, values, dependsOn string }{
		{
			"of a network that is made", "{}",
			"Vpc=/shop/dev/network/VpcId Subnets=/shop/dev/network/PrivateSubnetIds More=/shop/dev/network/PublicSubnetIds",
			"shop-dev-access shop-dev-network shop-dev-queue",
		},
		{
			"of one that exists", "{ vpc: vpc-0a1b2c3d, privateSubnets: [subnet-0a1b2c3d, subnet-0a1b2c3e] }",
			"Vpc=vpc-0a1b2c3d Subnets=subnet-0a1b2c3d,subnet-0a1b2c3e More=/shop/dev/network/PublicSubnetIds",
			"shop-dev-access shop-dev-queue",
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			more := "network.PublicSubnetIds"
			template := files["extras.yaml"]
			if strings.Contains(c.network, "vpc-") { // which has no public ones
				template = strings.Replace(template, "  More: { Type: AWS::SSM::Parameter::Value<CommaDelimitedList> }\n", "", 1)
				c.values, more = strings.Replace(c.values, " More=/shop/dev/network/PublicSubnetIds", "", 1), ""
			}
			application := "  network: " + c.network + `
  stacks:
    - { name: queue, template: queue.yaml }
    - name: extras
      template: extras.yaml
      parameters:
        Vpc: network.VpcId
        Subnets: network.PrivateSubnetIds
        Queue: queue.Arn
        Boundary: access.BoundaryArn
        Path: access.RolePath
        Size: "5"
        Empty: ""
        Names: "a, b"
`
			if more != "" {
				application += "        More: " + more + "\n"
			}
			stacks, problems := ownSystem(t, application, map[string]string{"queue.yaml": files["queue.yaml"], "extras.yaml": template})
			if problems != "" {
				t.Fatal(problems)
			}
			extras := stackNamed(t, stacks, "shop-dev-extras")
			var values []string
			for _, p := range extras.Parameters {
				values = append(values, p.Name+"="+p.Value)
			}
			needs := " AccessCoversClear=/shop/dev/access/CoversClear AccessCoversPipelineDeliveryOf111111111111=/shop/dev/access/CoversPipelineDeliveryOf111111111111 " +
				"AccessCoversRegionEuWest1=/shop/dev/access/CoversRegionEuWest1"
			if !strings.Contains(c.network, "vpc-") { // else there is a bootstrap stack, which is deployed before it
				needs = ""
			}
			want := c.values + " Queue=/shop/dev/queue/Arn Boundary=arn:aws:iam::222222222222:policy/shop/access/shop-dev-boundary Path=/shop/app/ Size=5 " +
				"Days=30 Empty= Names=a, b AccessResourceTypes=/shop/dev/access/ResourceTypes" + needs
			if diff := cmp.Diff(want, strings.Join(values, " ")); diff != "" {
				t.Errorf("values: want -, got +:\n%s", diff)
			}
			if got := strings.Join(extras.DependsOn, " "); got != c.dependsOn {
				t.Errorf("it is deployed after %s, want %s", got, c.dependsOn)
			}
			// CloudFormation would look for "none" in SSM
			if got := extras.Template.At("Parameters", "Queue", "Default").Text; got != "/shop/dev/queue/Arn" {
				t.Errorf("the default of what is read from SSM is %q", got)
			}
			for name, wantType := range map[string]string{
				"Vpc": "String", "Subnets": "CommaDelimitedList", "Size": "Number", "Path": "String", "Names": "CommaDelimitedList",
				"Queue": "AWS::SSM::Parameter::Value<String>",
			} {
				if more != "" && (name == "Vpc" || name == "Subnets") { // read from SSM
					wantType = "AWS::SSM::Parameter::Value<" + strings.Replace(wantType, "CommaDelimitedList", "List<String>", 1) + ">"
				}
				if got := extras.Template.At("Parameters", name, "Type").Text; got != wantType {
					t.Errorf("%s has the type %s, want %s", name, got, wantType)
				}
			}
			// only what is taken is put out
			queue := stackNamed(t, stacks, "shop-dev-queue")
			if ofType(queue.Template, "AWS::SSM::Parameter")["ArnParameter"] == nil || len(ofType(queue.Template, "AWS::SSM::Parameter")) != 1 {
				t.Errorf("got\n%s", queue.Source.Text)
			}
		})
	}
}

func TestOwnStacksTakeListsOfOwnStacks(t *testing.T) {
	t.Parallel()
	stacks, problems := ownSystem(t, `  stacks:
    - { name: net, template: net.yaml }
    - { name: taker, template: taker.yaml, parameters: { Ids: net.Ids, Id: net.Id } }
`, map[string]string{
		"net.yaml":   "Resources: {Q: {Type: AWS::SQS::Queue}}\nOutputs:\n  Ids: {Value: !Join [',', [a, !Ref Q]]}\n  Id: {Value: !Ref Q}\n",
		"taker.yaml": "Parameters:\n  Ids: {Type: List<AWS::EC2::Subnet::Id>}\n  Id: {Type: String}\nResources: {Q: {Type: AWS::SQS::Queue}}\n",
	})
	if problems != "" {
		t.Fatal(problems)
	}
	written, read := stackNamed(t, stacks, "shop-dev-net").Template, stackNamed(t, stacks, "shop-dev-taker").Template
	for output, want := range map[string][3]string{
		"Ids": {"IdsParameterList", "StringList", "AWS::SSM::Parameter::Value<List<String>>"},
		"Id":  {"IdParameter", "String", "AWS::SSM::Parameter::Value<String>"},
	} {
		r := written.At("Resources", want[0], "Properties", "Type")
		if r == nil {
			t.Errorf("there is no %s", want[0])
			continue
		}
		got := [3]string{want[0], r.Text, read.At("Parameters", output, "Type").Text}
		if got != want {
			t.Errorf("%s is written and read as %q, want %q", output, got, want)
		}
	}
}

// AWS tells by public parameters which images of machines are the latest.
func TestOwnStacksReadPublicParameters(t *testing.T) {
	t.Parallel()
	const name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
	files := map[string]string{
		"default.yaml": "Parameters:\n  Image: { Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: " + name + " }\nResources: {Q: {Type: AWS::SQS::Queue}}\n",
		"given.yaml":   "Parameters:\n  Image: { Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>' }\nResources: {Q: {Type: AWS::SQS::Queue}}\n",
		"text.yaml":    "Parameters:\n  Image: { Type: String, Default: " + name + " }\nResources: {Q: {Type: AWS::SQS::Queue}}\n",
	}
	for stack, wants := range map[string]bool{
		"{ name: a, template: default.yaml }":                                       true,
		"{ name: a, template: given.yaml, parameters: { Image: " + name + " } }":    true,
		"{ name: a, template: text.yaml }":                                          false,
		"{ name: a, template: default.yaml, parameters: { Image: network.VpcId } }": false,
	} {
		t.Run(stack, func(t *testing.T) {
			t.Parallel()
			stacks, problems := ownSystem(t, "  network: {}\n  stacks: [ "+stack+" ]\n", files)
			if problems != "" {
				t.Fatal(problems)
			}
			if got := stackNamed(t, stacks, "shop-dev-a").Template.At("Parameters", "Image", "Type").Text; wants && got != "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>" {
				t.Errorf("the type has become %s", got)
			}
			access := stackNamed(t, stacks, "shop-dev-access")
			for _, role := range []string{"DeployRole", "ExecutionRole"} {
				list := statementsOf(stacks, access, ofType(access.Template, "AWS::IAM::Role")[role])
				if got := may(access, list, "ssm:GetParameters", "arn:aws:ssm:eu-west-1::parameter"+name); got != wants {
					t.Errorf("%s may read it: %t, want %t", role, got, wants)
				}
				if may(access, list, "ssm:GetParameters", "arn:aws:ssm:eu-west-1:222222222222:parameter/company/ami") {
					t.Errorf("%s may read what the environment has not put out", role)
				}
			}
		})
	}
}

func TestOwnStacksKeepTheirText(t *testing.T) {
	t.Parallel()
	stacks, problems := ownSystem(t, `  stacks:
    - { name: yaml, template: infra/yaml.yml, parameters: { Arn: json.Arn } }
    - { name: json, template: infra/json.JSON }
    - { name: plain, template: infra/plain.template }
`, map[string]string{
		"infra/yaml.yml":       "# first\r\nParameters:\r\n  Arn: { Type: String } # by its ARN\r\nResources:\r\n  # a queue\r\n  Queue: { Type: AWS::SQS::Queue }\r\n# last\r\n",
		"infra/json.JSON":      "{\"Resources\": {\n  \"Queue\":   { \"Type\": \"AWS::SQS::Queue\" } },\n \"Outputs\": { \"Arn\": { \"Value\": { \"Fn::GetAtt\": [\"Queue\", \"Arn\"] } } } }",
		"infra/plain.template": "---\nResources: { Queue: { Type: AWS::SQS::Queue } }\n...\n",
	})
	if problems != "" {
		t.Fatal(problems)
	}
	for name, want := range map[string]struct {
		file  string
		lines []string
	}{
		"shop-dev-yaml": {"dev/yaml.yaml", []string{
			"# first\r", "  Arn: { Type: \"AWS::SSM::Parameter::Value<String>\" } # by its ARN\r", "  # a queue\r", "  Queue: { Type: AWS::SQS::Queue }\r", "# last\r",
		}},
		"shop-dev-json":  {"dev/json.json", []string{"  \"Queue\":   { \"Type\": \"AWS::SQS::Queue\" } },"}},
		"shop-dev-plain": {"dev/plain.yaml", []string{"Resources: { Queue: { Type: AWS::SQS::Queue } }", "..."}},
	} {
		s := stackNamed(t, stacks, name)
		if got := s.TemplateFile(assembly.YAML); got != want.file {
			t.Errorf("it becomes %s, want %s", got, want.file)
		}
		if got := s.TemplateFile(assembly.JSON); got != want.file {
			t.Errorf("among JSON it becomes %s, want %s", got, want.file)
		}
		lines := strings.Split(string(s.Source.Text), "\n")
		for _, line := range want.lines {
			found := false
			for _, l := range lines {
				found = found || l == line
			}
			if !found {
				t.Errorf("%s: the line %q is lost in\n%s", name, line, s.Source.Text)
			}
		}
		read, err := tree.Parse(want.file, s.Source.Text)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(read, s.Template); diff != "" {
			t.Errorf("%s: what is read is not what was built:\n%s", name, diff)
		}
		if s.Template.At("Rules", "AccessCoversThis") == nil {
			t.Errorf("%s: nothing looks at what the access stack covers", name)
		}
	}
}

func TestOwnStacksBringPermissionsForWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	stacks, problems := ownSystem(t, `  stacks:
    - name: rovers
      template: rovers.yaml
      permissions:
        - { actions: [mars:CreateRover, mars:DeleteRover], resources: ["arn:aws:mars:{region}:{account}:rover/{project}-{environment}-*"] }
        - { actions: [mars:ListRovers], resources: ["arn:aws:mars:{region}:{account}:rover/*"] }
`, map[string]string{"rovers.yaml": "Resources:\n  R: {Type: AWS::Mars::Rover}\n  Q: {Type: AWS::SQS::Queue}\n  C: {Type: Custom::Thing}\n"})
	if problems != "" {
		t.Fatal(problems)
	}
	access := stackNamed(t, stacks, "shop-dev-access")
	list := statementsOf(stacks, access, ofType(access.Template, "AWS::IAM::Role")["ExecutionRole"])
	for sid, want := range map[string]string{
		"RoversPermission1": "Sid: RoversPermission1\nEffect: Allow\nAction:\n  - mars:CreateRover\n  - mars:DeleteRover\n" +
			"Resource: arn:aws:mars:eu-west-1:222222222222:rover/shop-dev-*\n",
		"RoversPermission2": "Sid: RoversPermission2\nEffect: Allow\nAction: mars:ListRovers\nResource: arn:aws:mars:eu-west-1:222222222222:rover/*\n",
	} {
		if got := find(list, sid); got == nil || string(got.YAML()) != want {
			t.Errorf("got %s, want\n%s", got.YAML(), want)
		}
	}
	if !may(access, list, "sqs:CreateQueue", "arn:aws:sqs:eu-west-1:222222222222:shop-dev-rovers-q") {
		t.Error("what is known is not allowed any more")
	}
	if needs := needsOf(stackNamed(t, stacks, "shop-dev-rovers"), "Permission"); len(needs) != 2 {
		t.Errorf("got %d needs for two permissions: %q", len(needs), needs)
	}
	covered := strings.Split(access.Template.At("Resources", "ResourceTypesParameter", "Properties", "Value").Text, ",")
	want := []string{"AWS::SQS::Queue", "AWS::SSM::Parameter", "Custom::Thing", "AWS::Mars::Rover"}
	if diff := cmp.Diff(want, covered); diff != "" {
		t.Errorf("covered: want -, got +:\n%s", diff)
	}
}

// A permission is for the types of its service only: those of another need some of their own.
func TestEachUnknownTypeTakesPermissionsOfItsService(t *testing.T) {
	t.Parallel()
	_, got := ownSystem(t, "  stacks: [{ name: a, template: a.yaml, permissions: [{ actions: [athena:CreateDataCatalog, kafka:Create*], resources: ['arn:aws:athena:*:*:datacatalog/x', 'arn:aws:kafka:*:*:cluster/x/*'] }] }]\n",
		map[string]string{"a.yaml": `Resources:
  Catalog: { Type: AWS::Athena::DataCatalog, Properties: { Name: c, Type: GLUE } }
  Cluster: { Type: AWS::MSK::Cluster, Properties: { BrokerNodeGroupInfo: { ClientSubnets: [a, b], InstanceType: kafka.m5.large }, ClusterName: c, KafkaVersion: '3.6.0', NumberOfBrokerNodes: 2 } }
  Db: { Type: AWS::RDS::GlobalCluster }
  Thing: { Type: Custom::Thing }
`})
	want := "pipeline.yaml:9:33: application.stacks[0].template: a.yaml:4:3: Resources.Db: cfnpipe does not know what permissions it takes to deploy " +
		"AWS::RDS::GlobalCluster; if the type is spelled right, write them under permissions of the stack in pipeline.yaml"
	got, _, _ = strings.Cut(got, ". By the table of IAM actions:")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What the message proposes for a type without a row can be pasted under the stack as it is; it is proposed once for each type.
func TestPermissionsThatAreProposedCanBePasted(t *testing.T) {
	t.Parallel()
	const stack = "  stacks:\n    - name: a\n      template: a.yaml\n"
	files := map[string]string{"a.yaml": `Resources:
  Catalog: { Type: AWS::Athena::DataCatalog, Properties: { Name: shop-dev-a, Type: GLUE } }
  Other: { Type: AWS::Athena::DataCatalog, Properties: { Name: shop-dev-b, Type: GLUE } }
`}
	const proposal = `      permissions:
        - actions: [athena:CreateDataCatalog, athena:DeleteDataCatalog, athena:GetDataCatalog, athena:ListTagsForResource, athena:TagResource, athena:UntagResource, athena:UpdateDataCatalog]
          resources: ["arn:aws:athena:{region}:{account}:datacatalog/{project}-{environment}-*"]
        - actions: [athena:ListDataCatalogs]
          resources: ["*"]
          reason: these actions know no resource`
	const message = "cfnpipe does not know what permissions it takes to deploy AWS::Athena::DataCatalog; " +
		"if the type is spelled right, write them under permissions of the stack in pipeline.yaml"
	_, got := ownSystem(t, stack, files)
	want := "pipeline.yaml:11:17: application.stacks[0].template: a.yaml:2:3: Resources.Catalog: " + message + ". By the table of IAM actions:\n" + proposal + "\n" +
		"pipeline.yaml:11:17: application.stacks[0].template: a.yaml:3:3: Resources.Other: " + message
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("want -, got +:\n%s", diff)
	}
	if _, problems := ownSystem(t, stack+proposal+"\n", files); problems != "" {
		t.Errorf("pasted, it is refused:\n%s", problems)
	}
}

func TestTypesThatNoPipelineMayHaveAreTheOperators(t *testing.T) {
	t.Parallel()
	_, got := ownSystem(t, "  stacks: [{ name: a, template: a.yaml }]\n", map[string]string{"a.yaml": "Resources:\n  Ann: { Type: AWS::IAM::User }\n"})
	if !strings.HasSuffix(got, "to deploy AWS::IAM::User; no pipeline may have them; leave it to the operator's stacks") {
		t.Errorf("got\n%s", got)
	}
}

func TestOwnTemplatesAreRefused(t *testing.T) {
	t.Parallel()
	role := func(properties string) string {
		return "Resources:\n  R:\n    Type: AWS::IAM::Role\n    Properties: {AssumeRolePolicyDocument: {}" + properties + "}\n"
	}
	const (
		atTemplate = "pipeline.yaml:10:28: application.stacks[0].template: "

		bound   = ", PermissionsBoundary: 'arn:aws:iam::222222222222:policy/shop/access/shop-dev-boundary'"
		path    = ", Path: /shop/app/"
		noBound = atTemplate + "t.yaml:2:3: Resources.R: a pipeline can make only roles with its boundary; " +
			"set PermissionsBoundary to a parameter, and that to access.BoundaryArn"
		noPath = atTemplate + "t.yaml:2:3: Resources.R: a pipeline can make roles, policies and instance profiles only under its own path; set Path to /shop/app/"
		macro  = "cfnpipe does not know what a macro makes of the template, nor what deploying that takes; let the file be what comes out of the macro"
	)
	for _, c := range []struct{ why, template, want string }{
		{"a queue", "Resources: {Q: {Type: AWS::SQS::Queue}}\n", ""},
		{"nothing", "", atTemplate + "t.yaml:1: the file is empty"},
		{"comments", "# nothing\n", atTemplate + "t.yaml:1: the file is empty"},
		{"a text", "hello", atTemplate + "t.yaml is no template: it has no Resources; write what CloudFormation calls a template"},
		{"a list", "- Resources\n", atTemplate + "t.yaml is no template: it has no Resources; write what CloudFormation calls a template"},
		{"something else", "hello: world\n", atTemplate + "t.yaml is no template: it has no Resources; write what CloudFormation calls a template"},
		{"no resource", "Resources: {}\n", atTemplate + "t.yaml:1:1: Resources: there is none; CloudFormation needs at least one resource in a stack"},
		{"a bracket that stays open", "Resources:\n  Q: [a\n", atTemplate + "t.yaml:2: a bracket that opens here is not closed, or a comma is missing"},
		{"two documents", "Resources: {}\n---\nResources: {}\n", atTemplate + "t.yaml:2:1: a second document starts here: keep one document per file"},
		{"a key twice", "Resources:\n  Q: {Type: AWS::SQS::Queue}\n  Q: {Type: AWS::SQS::Queue}\n", atTemplate + `t.yaml:3:3: the key "Q" appears twice in one mapping: remove one of them`},
		{"what is not UTF-8", "Resources: {Q: {Type: AWS::SQS::Queue}} # \xff\n", atTemplate + "t.yaml:1:43: not valid UTF-8: save the file as UTF-8"},
		{"a function that is none", "Resources: {Q: {Type: AWS::SQS::Queue, Properties: !Reff x}}\n", atTemplate + "t.yaml:1:52: unknown tag !Reff: CloudFormation has no such function"},
		{
			"a section that is none", "Resource: {}\nOutput: {}\nResources: {Q: {Type: AWS::SQS::Queue}}\n",
			atTemplate + "t.yaml:1:1: Resource: CloudFormation knows no such section; did you mean \"Resources\"?\n" +
				atTemplate + "t.yaml:2:1: Output: CloudFormation knows no such section; did you mean \"Outputs\"?",
		},
		{
			"sections that are no maps", "Resources: [{Type: AWS::SQS::Queue}]\nRules: none\n",
			atTemplate + "t.yaml:1:1: Resources: it is no map of names; write each thing in it under a name of its own\n" +
				atTemplate + "t.yaml:2:1: Rules: it is no map of names; write each thing in it under a name of its own",
		},
		{"all sections", "AWSTemplateFormatVersion: 2010-09-09\nDescription: d\nMetadata: {a: [b]}\nMappings: {M: {a: {b: c}}}\nConditions: {C: !Equals [a, b]}\n" +
			"Rules: {R: {Assertions: [{Assert: !Contains [[a], a]}]}}\nResources: {Q: {Type: AWS::SQS::Queue, Condition: C}}\nOutputs: {O: {Value: x}}\n", ""},
		{"a transform", "Transform: AWS::Serverless-2016-10-31\nResources: {F: {Type: AWS::Serverless::Function}}\n", atTemplate + "t.yaml:1:1: Transform: " + macro},
		{
			"a macro inside", "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      Fn::Transform: {Name: AWS::Include}\n",
			atTemplate + "t.yaml:5:7: Resources.Q.Properties: " + macro,
		},
		{"a loop", "Resources:\n  Fn::ForEach::Qs: [Q, [a, b], {Q: {Type: AWS::SQS::Queue}}]\n", atTemplate + "t.yaml:2:3: Resources: " + macro},
		{
			"aliases", "Resources:\n  A: &q {Type: AWS::SQS::Queue}\n  B: *q\n  C:\n    <<: *q\n",
			atTemplate + "t.yaml:3: CloudFormation takes no alias (*name) and no merge key (<<); write out what stands there\n" +
				atTemplate + "t.yaml:5: CloudFormation takes no alias (*name) and no merge key (<<); write out what stands there",
		},
		{"an anchor that nobody uses", "Resources:\n  A: &q {Type: AWS::SQS::Queue}\n", ""},
		{
			"names that lead nowhere", "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    DependsOn: B\n    Properties:\n      QueueName: !Sub '${A}-${AWS::Region}'\nOutputs:\n  O: {Value: !GetAtt C.Arn}\n",
			atTemplate + "t.yaml:4:5: Resources.Q.DependsOn: there is no resource B; declare it, or correct the name\n" +
				atTemplate + "t.yaml:6:7: Resources.Q.Properties.QueueName: there is no resource or parameter A; declare it, or correct the name\n" +
				atTemplate + "t.yaml:8:7: Outputs.O.Value: there is no resource C; declare it, or correct the name",
		},
		{"nothing where something should be", "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n", atTemplate + "t.yaml:4:5: Resources.Q.Properties: the value is null; leave it out, or set it"},
		{"no type", "Resources: {Q: {Properties: {}}}\n", atTemplate + "t.yaml:1:13: Resources.Q: it has no Type; write one, such as AWS::SQS::Queue"},
		{"no resource but a text", "Resources: {Q: AWS::SQS::Queue}\n", atTemplate + "t.yaml:1:13: Resources.Q: it has no Type; write one, such as AWS::SQS::Queue"},
		{"a type that is a function", "Resources: {Q: {Type: !Sub AWS::SQS::Queue}}\n", atTemplate + "t.yaml:1:13: Resources.Q: it has no Type; write one, such as AWS::SQS::Queue"},
		{
			"a type that is not known", "Resources:\n  R: {Type: AWS::Mars::Rover}\n",
			atTemplate + "t.yaml:2:3: Resources.R: cfnpipe does not know what permissions it takes to deploy AWS::Mars::Rover; if the type is spelled right, write them under permissions of the stack in pipeline.yaml",
		},
		{
			"a parameter without a type", "Parameters:\n  P: {Default: x}\nResources: {Q: {Type: AWS::SQS::Queue}}\n",
			atTemplate + "t.yaml:2:3: Parameters.P: it has no Type; write one, such as String",
		},
		{
			"an output without a value", "Resources: {Q: {Type: AWS::SQS::Queue}}\nOutputs:\n  O: hello\n",
			atTemplate + "t.yaml:3:3: Outputs.O: it has no Value; write one, such as !Ref and a resource",
		},
		{"a role as it should be", role(bound + path), ""},
		{"a role with what only CloudFormation knows", "Parameters: {B: {Type: String, Default: x}}\n" + role(", PermissionsBoundary: !Ref B, Path: !Sub '/${B}/'"), ""},
		{"a role without a boundary", role(path), noBound},
		{"a role with another boundary", role(path + ", PermissionsBoundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess'"), noBound},
		{"a role without a path", role(bound), noPath},
		{"a role under another path", role(bound + ", Path: /shop/access/"), noPath},
		{"a role with neither", role(""), noBound + "\n" + noPath},
		{"a policy without a path", "Resources:\n  R: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: {}}}\n", noPath},
		{"an instance profile without a path", "Resources:\n  R: {Type: AWS::IAM::InstanceProfile, Properties: {Path: /, Roles: [r]}}\n", noPath},
		{
			"a parameter of the name that is added", "Parameters:\n  AccessResourceTypes: {Type: String, Default: x}\nResources: {Q: {Type: AWS::SQS::Queue}}\n",
			atTemplate + "t.yaml:2:3: Parameters.AccessResourceTypes: cfnpipe adds a parameter of this name; give yours another",
		},
		{
			"a rule of the name that is added", "Rules:\n  AccessCoversThis: {Assertions: []}\nResources: {Q: {Type: AWS::SQS::Queue}}\n",
			atTemplate + "t.yaml:2:3: Rules.AccessCoversThis: cfnpipe adds a rule of this name; give yours another",
		},
		{"another rule", "Rules:\n  Other: {Assertions: []}\nResources: {Q: {Type: AWS::SQS::Queue}}\n", ""},
		{"as many parameters as there can be, but for ours", "Parameters:\n" + many(196, "  P%d: {Type: String, Default: x}\n") + "Resources: {Q: {Type: AWS::SQS::Queue}}\n", ""},
		{
			"no room for the parameter that is added", "Parameters:\n" + many(200, "  P%d: {Type: String, Default: x}\n") + "Resources: {Q: {Type: AWS::SQS::Queue}}\n",
			atTemplate + "t.yaml:1:1: Parameters: there are 204, CloudFormation allows 200; split the stack",
		},
		{
			"too many resources", "Resources:\n" + many(501, "  Q%d: {Type: AWS::SQS::Queue}\n"),
			atTemplate + "t.yaml:1:1: Resources: there are 501, CloudFormation allows 500; split the stack",
		},
		{
			"a section that cannot be added to", "Resources: {Q: {Type: AWS::SQS::Queue}}\nParameters: &p {P: {Type: String, Default: x}}\n",
			atTemplate + "t.yaml: cfnpipe cannot change Parameters.AccessResourceTypes in its present format: write it as a plain value",
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			_, got := ownSystem(t, "  stacks:\n    - { name: a, template: t.yaml, parameters: {} }\n", map[string]string{"t.yaml": c.template})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func many(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func TestOwnParametersAreRefused(t *testing.T) {
	t.Parallel()
	at := func(name, problem string) string {
		return "pipeline.yaml:11:58: application.stacks[0].parameters." + name + ": " + problem
	}
	const atTemplate, atOther = "pipeline.yaml:11:33: application.stacks[0].template: ", "pipeline.yaml:12:30: application.stacks[1].template: "
	const many = "a pipeline may read nothing from SSM but what stacks of the environment put out and, below /aws/service/, AWS; " +
		"let it take an output, such as network.VpcId, or let its Type be that of the value"
	for _, c := range []struct{ why, declared, given, want string }{
		{"a text", "P: {Type: String}", "P: x", ""},
		{"no value", "P: {Type: String}", "", "pipeline.yaml:11:53: application.stacks[0].parameters: the parameter P of t.yaml:2:3 has no value and no default; give it one"},
		{"a default", "P: {Type: String, Default: x}", "", ""},
		{"an empty default", "P: {Type: String, Default: ''}", "", ""},
		{"no such parameter", "Size: {Type: String, Default: x}", "Sise: x", strings.Replace(at("Sise", ""), ":58:", ":61:", 1) + `t.yaml has no parameter Sise; did you mean "Size"?`},
		{"an output", "P: {Type: String}", "P: network.VpcId", ""},
		{"no such output", "P: {Type: String}", "P: network.VpcID", at("P", `the stack network has no output VpcID; did you mean "VpcId"?`)},
		{"no such stack", "P: {Type: String}", "P: nettwork.VpcId", at("P", `there is no stack nettwork; did you mean "network"?`)},
		{"a stack like none", "P: {Type: String}", "P: mars.Rover", at("P", "there is no stack mars; known here: access, bootstrap, extras, network, two; a text that only looks like an output can be the Default in the template")},
		{"a default like an output of a stack like none", "P: {Type: String, Default: mars.Rover}", "", ""},
		{"an output of the access stack", "P: {Type: String}", "P: access.BoundaryArn", ""},
		{"another output of the access stack", "P: {Type: String}", "P: access.BoundaryARM", at("P", `the stack access has no output BoundaryARM; did you mean "BoundaryArn"?`)},
		{"an output of another own stack", "P: {Type: String}", "P: two.Arn", ""},
		{"no such output of another own stack", "P: {Type: String}", "P: two.Arm", at("P", `the stack two has no output Arm; did you mean "Arn"?`)},
		{"an output of its own", "P: {Type: String}", "P: extras.Arn", at("P", "the stack takes an output of its own; use the value itself in the template")},
		{"a list", "P: {Type: List<AWS::EC2::Subnet::Id>}", "P: network.PublicSubnetIds", ""},
		{
			"a list for a text", "P: {Type: String}", "P: network.PublicSubnetIds",
			at("P", "t.yaml:2:3: Parameters.P: output PublicSubnetIds of stack network is a list, but the type of the parameter is String; set the type to CommaDelimitedList"),
		},
		{
			"a text for a list", "P: {Type: CommaDelimitedList}", "P: network.VpcId",
			at("P", "t.yaml:2:3: Parameters.P: output VpcId of stack network is a text, but the type of the parameter is CommaDelimitedList; set the type to String"),
		},
		{"a known text for a list", "P: {Type: CommaDelimitedList}", "P: access.RolePath", at("P", "RolePath of the stack access is a text, and the type of the parameter is CommaDelimitedList; let the type be String")},
		{"an output for a number", "P: {Type: Number}", "P: two.Arn", at("P", "t.yaml:2:7: Parameters.P.Type: CloudFormation cannot read a parameter of type Number from SSM; use String")},
		{
			"an output for numbers", "P: {Type: List<Number>}", "P: network.PublicSubnetIds",
			at("P", "t.yaml:2:7: Parameters.P.Type: CloudFormation cannot read a parameter of type List<Number> from SSM; use CommaDelimitedList"),
		},
		{"an output of which only the name is known", "P: {Type: AWS::SSM::Parameter::Name}", "P: two.Arn", at("P", "t.yaml:2:7: Parameters.P.Type: CloudFormation cannot read a parameter of type AWS::SSM::Parameter::Name from SSM; use String")},
		{
			"an output that must match", "P: {Type: String, AllowedPattern: vpc-.*}", "P: network.VpcId",
			at("P", "t.yaml:2:21: Parameters.P.AllowedPattern: CloudFormation would check the name of the SSM parameter that the value is read from, not the value; remove it"),
		},
		{"an output that is not always there", "P: {Type: String}", "P: two.Perhaps", atOther +
			"two.yaml:6:3: Outputs.Perhaps: the output has a Condition, so other stacks cannot rely on it; remove the Condition, or remove the references to the output"},
		{"an output whose place is taken", "P: {Type: String}", "P: two.Taken", atOther +
			"two.yaml:3:3: Resources.TakenParameter: cfnpipe adds a resource of this name, from which other stacks take the output Taken; give yours another"},
		{"an output whose place as a list is taken", "P: {Type: String}", "P: two.Many", atOther +
			"two.yaml:4:3: Resources.ManyParameterList: cfnpipe adds a resource of this name, from which other stacks take the output Many; give yours another"},
		{"a number", "P: {Type: Number, MinValue: 2, MaxValue: 3.5}", "P: '3.5'", ""},
		{"what is no number", "P: {Type: Number}", "P: five", at("P", `t.yaml:2:3: Parameters.P: "five" is no number; give it another value`)},
		{"too small a number", "P: {Type: Number, MinValue: 2}", "P: '1'", at("P", "t.yaml:2:3: Parameters.P: 1 is outside; MinValue is 2; give it another value")},
		{"too large a number", "P: {Type: Number, MaxValue: 2}", "P: '3'", at("P", "t.yaml:2:3: Parameters.P: 3 is outside; MaxValue is 2; give it another value")},
		{"numbers", "P: {Type: List<Number>}", "P: '1, 2,3'", ""},
		{"what are no numbers", "P: {Type: List<Number>}", "P: '1, b'", at("P", `t.yaml:2:3: Parameters.P: "b" is no number; give it another value`)},
		{"one of the values", "P: {Type: String, AllowedValues: [small, 2, true]}", "P: '2'", ""},
		{"none of the values", "P: {Type: String, AllowedValues: [small, 2]}", "P: big", at("P", `t.yaml:2:3: Parameters.P: "big" is none of its AllowedValues: small, 2; give it another value`)},
		{"some of the values", "P: {Type: CommaDelimitedList, AllowedValues: [a, b]}", "P: 'a,b'", ""},
		{"not all of the values", "P: {Type: CommaDelimitedList, AllowedValues: [a, b]}", "P: 'a,c'", at("P", `t.yaml:2:3: Parameters.P: "c" is none of its AllowedValues: a, b; give it another value`)},
		{"what matches", "P: {Type: String, AllowedPattern: '[a-z]+', MinLength: 2, MaxLength: 2}", "P: ab", ""},
		{"what matches in part", "P: {Type: String, AllowedPattern: '[a-z]+'}", "P: ab1", at("P", `t.yaml:2:3: Parameters.P: "ab1" does not match its AllowedPattern [a-z]+; give it another value`)},
		{"a pattern that only CloudFormation knows", "P: {Type: String, AllowedPattern: '(?!x)[a-z]+'}", "P: '1'", ""},
		{"too short", "P: {Type: String, MinLength: 2}", "P: ä", at("P", `t.yaml:2:3: Parameters.P: "ä" has 1 characters; MinLength is 2; give it another value`)},
		{"too long", "P: {Type: String, MaxLength: 1}", "P: äö", at("P", `t.yaml:2:3: Parameters.P: "äö" has 2 characters; MaxLength is 1; give it another value`)},
		{"a bad default", "P: {Type: Number, Default: five}", "", atTemplate + `t.yaml:2:21: Parameters.P.Default: "five" is no number; give it another value`},
		{"a good value for a bad default", "P: {Type: Number, Default: five}", "P: '5'", ""},
		{"a secret", "P: {Type: String, NoEcho: true}", "P: hush", at("P", "the parameter P of t.yaml is a secret (NoEcho), and who reads pipeline.yaml could read it; "+
			"keep it in Secrets Manager, and let the template resolve it: {{resolve:secretsmanager:…}}")},
		{"where a secret is", "P: {Type: String, NoEcho: true}", "P: '{{{{resolve:secretsmanager:hush}}}}'", ""},
		{"a secret that another stack puts out", "P: {Type: String, NoEcho: true}", "P: two.Arn", ""},
		{"a name in SSM", "P: {Type: AWS::SSM::Parameter::Value<String>}", "P: /company/ami", at("P", "t.yaml:2:3: Parameters.P: "+many)},
		{"a name in SSM as its default", "P: {Type: AWS::SSM::Parameter::Value<String>, Default: /aws/services}", "", atTemplate + "t.yaml:2:49: Parameters.P.Default: " + many},
		{"a name that AWS gives", "P: {Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>}", "P: /aws/service/ami", ""},
		{
			"a name that AWS gives, and the pattern refuses", "P: {Type: AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>, AllowedPattern: ami-.*, Default: /aws/service/ami}", "",
			atTemplate + `t.yaml:2:86: Parameters.P.Default: "/aws/service/ami" does not match its AllowedPattern ami-.*; give it another value`,
		},
		{"what is known, from SSM", "P: {Type: AWS::SSM::Parameter::Value<String>}", "P: access.RolePath", at("P", "t.yaml:2:3: Parameters.P: "+many)},
		{"an output, from SSM", "P: {Type: AWS::SSM::Parameter::Value<String>, Default: /aws/service/ami}", "P: two.Arn", ""},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			_, got := ownSystem(t, `  network: {}
  stacks: 
    - { name: extras, template: t.yaml, parameters: { `+c.given+` } }
    - { name: two, template: two.yaml }
`, map[string]string{
				"t.yaml": "Parameters:\n  " + c.declared + "\nResources: {Q: {Type: AWS::SQS::Queue}}\nOutputs: {Arn: {Value: !GetAtt Q.Arn}}\n",
				"two.yaml": "Conditions: {C: !Equals [!Ref AWS::Region, x]}\nResources: {Q: {Type: AWS::SQS::Queue},\n  TakenParameter: {Type: AWS::SQS::Queue},\n  ManyParameterList: {Type: AWS::SQS::Queue}}\n" +
					"Outputs: {Arn: {Value: !GetAtt Q.Arn},\n  Perhaps: {Condition: C, Value: x}, Taken: {Value: !Ref Q}, Many: {Value: !Ref Q}}\n",
			})
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestAllThatIsWrongWithOwnStacksIsSaidInOneRun(t *testing.T) {
	t.Parallel()
	yaml := strings.Replace(oneEnvironment, "application:", `  - { name: qa, type: test, account: "333333333333" }
application:`, 1) + `  stacks:
    - { name: broken, template: broken.yaml }
    - { name: taker, template: taker.yaml, parameters: { P: broken.Url } }
    - { name: typo, template: taker.yaml, parameters: { P: taker.Urk, Q: x } }
    - { name: one, template: taker.yaml, parameters: { P: two.Url } }
    - { name: two, template: taker.yaml, parameters: { P: one.Url } }
    - { name: list, template: list.yaml, parameters: { L: giver.Url, T: giver.Url } }
    - { name: late, template: taker.yaml, parameters: { P: early.Url } }
    - { name: early, template: taker.yaml, environments: [qa], parameters: { P: x } }
    - { name: number, template: number.yaml, parameters: { N: taker.Url } }
    - { name: giver, template: taker.yaml, parameters: { P: x } }
`
	taker := "Parameters: {P: {Type: String}}\n" + queueTemplate
	_, got := systemOf(t, yaml, map[string]string{
		"broken.yaml": "Resources: {Q: {Type: AWS::Mars::Rover}}\nOutputs: {Url: {Value: !Ref R}}\n", "taker.yaml": taker,
		"number.yaml": "Parameters: {N: {Type: Number}}\n" + queueTemplate,
		"list.yaml":   "Parameters: {L: {Type: CommaDelimitedList}, T: {Type: String}}\n" + queueTemplate,
	})
	want := `pipeline.yaml:11:33: application.stacks[0].template: broken.yaml:1:13: Resources.Q: cfnpipe does not know what permissions it takes to deploy AWS::Mars::Rover; if the type is spelled right, write them under permissions of the stack in pipeline.yaml
pipeline.yaml:11:33: application.stacks[0].template: broken.yaml:2:17: Outputs.Url.Value: there is no resource or parameter R; declare it, or correct the name
pipeline.yaml:13:60: application.stacks[2].parameters.P: the stack taker has no output Urk; did you mean "Url"?
pipeline.yaml:13:74: application.stacks[2].parameters.Q: taker.yaml has no parameter Q; known here: P
pipeline.yaml:14:54: application.stacks[3].parameters: stacks need each other: one → two → one; move the resources that both need into a third stack
pipeline.yaml:17:60: application.stacks[6].parameters.P: there is no stack early in environment dev; known here: access, broken, giver, late, list, number, one, taker, two, typo; a text that only looks like an output can be the Default in the template
pipeline.yaml:19:63: application.stacks[8].parameters.N: number.yaml:1:18: Parameters.N.Type: CloudFormation cannot read a parameter of type Number from SSM; use String`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestTheBoundaryOfOwnRolesIsThatOfTheirEnvironment(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ why, yaml, want string }{
		{"the one that the access stack makes", oneEnvironment, "arn:aws:iam::222222222222:policy/shop/access/shop-dev-boundary"},
		{"in GovCloud", strings.NewReplacer("eu-west-1", "us-gov-west-1", "arn:aws:", "arn:aws-us-gov:").Replace(oneEnvironment), "arn:aws-us-gov:iam::222222222222:policy/shop/access/shop-dev-boundary"},
		{"one that is there", "permissionsBoundary: arn:aws:iam::{account}:policy/Boundary\n" + oneEnvironment, "arn:aws:iam::222222222222:policy/Boundary"},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			role := "Parameters: {B: {Type: String}}\nResources: {R: {Type: AWS::IAM::Role, Properties: {Path: /shop/app/, PermissionsBoundary: %s, AssumeRolePolicyDocument: {}}}}\n"
			stacks, problems := systemOf(t, c.yaml+"  stacks: [{ name: a, template: a.yaml, parameters: { B: access.BoundaryArn } }, { name: b, template: b.yaml, parameters: { B: x } }]\n",
				map[string]string{"a.yaml": fmt.Sprintf(role, "!Ref B"), "b.yaml": fmt.Sprintf(role, c.want)})
			if problems != "" {
				t.Fatal(problems)
			}
			if got := stackNamed(t, stacks, "shop-dev-a").Parameters[0].Value; got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// needsOf are the parameters of a kind of need that a stack reads before anything else is done.
func needsOf(s assembly.Stack, kind string) []string {
	return slices.DeleteFunc(slices.Clone(s.Template.Get("Parameters").Keys), func(name string) bool {
		return !strings.HasPrefix(name, "AccessCovers"+kind)
	})
}

// A push that lets an own stack do more stops until an operator has deployed the access stack.
func TestOtherPermissionsOfAnOwnStackAreOtherWords(t *testing.T) {
	t.Parallel()
	words := func(action string) []string {
		stacks, problems := ownSystem(t, "  stacks: [{ name: a, template: a.yaml, permissions: [{ actions: [mars:"+action+`], resources: ["arn:aws:mars:*:{account}:x"] }] }]`+"\n",
			map[string]string{"a.yaml": "Resources: {R: {Type: AWS::Mars::Rover}}\n"})
		if problems != "" {
			t.Fatal(problems)
		}
		return needsOf(stackNamed(t, stacks, "shop-dev-a"), "Permission")
	}
	drive, stop := words("Drive"), words("Stop")
	if len(drive) != 1 || len(stop) != 1 || drive[0] == stop[0] {
		t.Errorf("the stack looks for %q and %q", drive, stop)
	}
}

// What the table leaves out of the types that it has would fail in the middle of a deployment.
func TestOwnTemplatesBeyondTheTableTakePermissions(t *testing.T) {
	t.Parallel()
	const template = `Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      WebsiteConfiguration: {}
  Users:
    Type: AWS::IAM::ManagedPolicy
    Properties: { Path: /shop/app/, PolicyDocument: {},
      Users: [me] }
  Jobs:
    Type: AWS::Batch::JobQueue
    Properties: { Priority: 1, ComputeEnvironmentOrder: [] }
  Queue:
    Type: AWS::SQS::Queue
    Properties: { QueueName: orders }
`
	const (
		where = `pipeline\.yaml:\d+:\d+: application\.stacks\[0\]\.template: a\.yaml:`

		users = "9:7: Resources.Users.Properties.Users: it takes iam:AttachUserPolicy and iam:DetachUserPolicy, which no pipeline may have; " +
			"leave it to the operator's stacks\n"
		jobs = "10:3: Resources.Jobs: the role that deploys it may not touch an AWS::Batch::JobQueue of the name that CloudFormation would give it; " +
			"let its JobQueueName be shop-dev-…\n"
		queue   = "15:19: Resources.Queue.Properties.QueueName: the role that deploys it may touch no AWS::SQS::Queue of this name; let its QueueName be shop-dev-…\n"
		website = "5:7: Resources.Bucket.Properties.WebsiteConfiguration: it takes permissions that cfnpipe does not give for AWS::S3::Bucket; " +
			"write %s under permissions of the stack in pipeline.yaml\n"
	)
	const ( // the ARNs that the actions know
		buckets = "'arn:aws:s3:::shop-dev-*'"
		queue1  = ", 'arn:aws:batch:*:*:job-queue/shop-dev-x'"
		queues  = ", 'arn:aws:sqs:*:*:shop-dev-x'"
	)
	for _, c := range []struct{ why, actions, resources, want string }{
		{"none", "ses:SendEmail", "'arn:aws:ses:*:*:identity/x'", fmt.Sprintf(website, "s3:DeleteBucketWebsite and s3:PutBucketWebsite") + users + jobs + queue},
		{"others", "s3:PutBucketTagging, s3:PutBucketAcl", buckets, fmt.Sprintf(website, "s3:DeleteBucketWebsite and s3:PutBucketWebsite") + users + jobs + queue},
		{"some of them", "s3:putbucketwebsite, batch:CreateJobQueue", buckets + queue1, fmt.Sprintf(website, "s3:DeleteBucketWebsite") + users + queue},
		{"all that can be given", "'s3:PutBucketWebs*', s3:DeleteBucketWebsite, 'sqs:Create*', 'batch:Create*'", buckets + queue1 + queues, users},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			_, got := ownSystem(t, "  stacks: [{ name: a, template: a.yaml, permissions: [{ actions: ["+c.actions+"], resources: ["+c.resources+"] }] }]\n",
				map[string]string{"a.yaml": template})
			if diff := cmp.Diff(c.want, regexp.MustCompile(where).ReplaceAllString(got+"\n", "")); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// The execution role may pass the roles of a template to the services that they trust, as far as its resource types do not let it anyway.
func TestOwnRolesArePassedToTheServicesThatTheyTrust(t *testing.T) {
	t.Parallel()
	const role = "Resources:\n  Role:\n    Type: AWS::IAM::Role\n    Properties:\n      Path: /shop/app/\n      PermissionsBoundary: !Ref B\n" +
		"      AssumeRolePolicyDocument: { Statement: %s }\n"
	for _, c := range []struct{ why, statement, resources, want string }{
		{"a service", `[{ Effect: Allow, Principal: { Service: events.amazonaws.com } }]`, "", "events.amazonaws.com"},
		{"services", `{ Effect: Allow, Principal: { Service: [pipes.amazonaws.com, events.amazonaws.com] } }`, "", "events.amazonaws.com pipes.amazonaws.com"},
		{"in another place", `[{ Effect: Allow, Principal: { Service: !Sub "ec2.${AWS::URLSuffix}" } }]`, "", "ec2.amazonaws.com"},
		{"in a region", `[{ Effect: Allow, Principal: { Service: !Sub "states.${AWS::Region}.amazonaws.com" } }]`, "", "states.amazonaws.com states.eu-west-1.amazonaws.com"},
		{
			"what a type of the template lets it pass anyway", `[{ Effect: Allow, Principal: { Service: [lambda.amazonaws.com, events.amazonaws.com] } }]`,
			"  F: { Type: AWS::Lambda::Function, Properties: { Role: !GetAtt Role.Arn, Code: { ZipFile: x } } }\n", "events.amazonaws.com",
		},
		{"what is no service, or not known", `[{ Principal: { AWS: "222222222222", Service: [!Ref B, "*"] } }, { Principal: "*" }, none]`, "", ""},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			stacks, problems := ownSystem(t, "  stacks: [{ name: a, template: a.yaml, parameters: { B: access.BoundaryArn } }]\n",
				map[string]string{"a.yaml": "Parameters: {B: {Type: String}}\n" + fmt.Sprintf(role, c.statement) + c.resources})
			if problems != "" {
				t.Fatal(problems)
			}
			access := stackNamed(t, stacks, "shop-dev-access")
			list := statementsOf(stacks, access, ofType(access.Template, "AWS::IAM::Role")["ExecutionRole"])
			if want, needs := strings.Fields(c.want), needsOf(stackNamed(t, stacks, "shop-dev-a"), "Pass"); len(needs) != len(want) {
				t.Errorf("the stack needs %q, want one for each of %q", needs, want)
			}
			got := find(list, "PassRolesOfA")
			if got == nil {
				if c.want != "" {
					t.Error("no role may be passed")
				}
				return
			}
			services := got.At("Condition", "StringEquals", "iam:PassedToService")
			var passed []string
			for _, n := range append([]*tree.Node{services}, services.Items...) {
				if n.Text != "" {
					passed = append(passed, n.Text)
				}
			}
			if diff := cmp.Diff(strings.Fields(c.want), passed); diff != "" {
				t.Errorf("passed to others: want -, got +:\n%s", diff)
			}
			if on := got.At("Resource", "Fn::Sub"); on == nil || on.Text != "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/shop/app/shop-dev-*" {
				t.Errorf("passed are %s", got.Get("Resource").YAML())
			}
		})
	}
}

// What is wrong with a stack that Go has added has no place in pipeline.yaml.
func TestAnOwnStackOfGoIsRefusedWithoutAPlace(t *testing.T) {
	t.Parallel()
	s, err := spec.Parse("pipeline.yaml", []byte(oneEnvironment+"  buckets: [{ name: data }]\n"))
	if err != nil {
		t.Fatal(err)
	}
	y := pipeline.New(s)
	e := y.Environments()[0]
	e.Stacks = append(e.Stacks, &stages.Own{Environment: e, Stack: spec.Stack{Name: "a", Template: "a.yaml", Content: []byte("Resources: []")}})
	_, err = y.Assemble(assembly.YAML)
	problems, rest := stages.Invalid(err)
	want := []spec.Problem{{Path: "template", Message: "a.yaml:1:1: Resources: it is no map of names", Hint: "write each thing in it under a name of its own"}}
	if diff := cmp.Diff(want, problems); diff != "" || rest != nil {
		t.Errorf("want -, got + and %v:\n%s", rest, diff)
	}
	if got, want := err.Error(), "template: a.yaml:1:1: Resources: it is no map of names; write each thing in it under a name of its own"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestInvalidLeavesTheRest(t *testing.T) {
	t.Parallel()
	other := errors.New("other")
	a, b := spec.Problem{Path: "a", Message: "is bad"}, spec.Problem{Path: "b", Message: "is bad"}
	problems, rest := stages.Invalid(errors.Join(&stages.InvalidError{Problems: []spec.Problem{a}}, errors.Join(other, &stages.InvalidError{Problems: []spec.Problem{b}})))
	if diff := cmp.Diff([]spec.Problem{a, b}, problems); diff != "" || !errors.Is(rest, other) {
		t.Errorf("want -, got + and %v:\n%s", rest, diff)
	}
	if problems, rest := stages.Invalid(nil); problems != nil || rest != nil {
		t.Errorf("got %v and %v", problems, rest)
	}
}

// Where pipeline.yaml is wrong, nothing is said that follows from that: the names of roles, and what other stacks put out.
func TestCheckOwnSaysWhatHoldsAnyway(t *testing.T) {
	t.Parallel()
	s, err := spec.Parse("pipeline.yaml", []byte(oneEnvironment+`  stacks:
    - { name: a, template: a.yaml, parameters: { Boundary: access.BoundaryArn, Vpc: network.VpcID, Queue: b.Urk, Size: big, Free: text } }
    - { name: b, template: b.yaml }
    - { name: unread, template: c.yaml, parameters: { X: y } }
`))
	if err != nil {
		t.Fatal(err)
	}
	fill(s, map[string]string{
		"a.yaml": `Parameters:
  Boundary: {Type: String, AllowedPattern: x}
  Vpc: {Type: Number}
  Queue: {Type: String}
  Size: {Type: Number}
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {Path: /other/app/, PermissionsBoundary: other, AssumeRolePolicyDocument: {}}}
  Rover: {Type: AWS::Mars::Rover}
`,
		"b.yaml": queueTemplate,
	})
	s.Environments[0].Application.Stacks[2].Content = nil
	got := s.Errors(stages.CheckOwn(s))
	want := `pipeline.yaml:10:28: application.stacks[0].template: a.yaml:8:3: Resources.Rover: cfnpipe does not know what permissions it takes to deploy AWS::Mars::Rover; if the type is spelled right, write them under permissions of the stack in pipeline.yaml
pipeline.yaml:10:131: application.stacks[0].parameters.Free: a.yaml has no parameter Free; known here: Boundary, Vpc, Queue, Size`
	if got == nil || got.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", got, want)
	}
	s.Environments[0].Application.Stacks[0].Permissions = []spec.Permission{{Actions: []string{"mars:Drive"}, Resources: []string{"*"}}}
	got = s.Errors(stages.CheckOwn(s))
	want = `pipeline.yaml:10:107: application.stacks[0].parameters.Queue: the stack b has no output Urk; did you mean "Url"?
pipeline.yaml:10:120: application.stacks[0].parameters.Size: a.yaml:5:3: Parameters.Size: "big" is no number; give it another value
pipeline.yaml:10:131: application.stacks[0].parameters.Free: a.yaml has no parameter Free; known here: Boundary, Vpc, Queue, Size`
	if got == nil || got.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", got, want)
	}
}

// A stack that grows too large is said at the part of the application that it is made from.
func TestTooLargeStacksAreSaidWhereTheyComeFrom(t *testing.T) {
	t.Parallel()
	const image = ", image: 'public.ecr.aws/docker/library/redis:8'"
	for part, c := range map[string]struct{ before, item, stack string }{
		"functions":    {"  logDays: 30\n", "{ name: f%d, source: a, runtime: python3.13, handler: i.h, api: { path: /f%[1]d } }", "functions"},
		"buckets":      {"  logDays: 30\n", "{ name: f%d }", "storage"},
		"repositories": {"  logDays: 30\n", "{ name: f%d }", "bootstrap"},
		"jobs":         {"  network: {}\n", "{ name: f%d" + image + " }", "batch"},
		"services":     {"  network: {}\n", "{ name: f%d" + image + ", port: 80, healthCheck: /h }", "services"},
	} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			_, got := ownSystem(t, c.before+"  "+part+":\n"+many(251, "    - "+c.item+"\n"), nil)
			want := regexp.MustCompile("^pipeline.yaml:11:5: application." + part + ": too large for the stack " + c.stack +
				": (Resources: there are [0-9]+, CloudFormation allows 500|(Parameters|Outputs): there are [0-9]+, CloudFormation allows 200); " +
				"let there be fewer: move some to a second project, or into stacks of your own$")
			lines := strings.Split(got, "\n")
			for _, line := range lines {
				if !want.MatchString(line) {
					t.Errorf("got\n%s\nwant\n%s", line, want)
				}
			}
			if !slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, ": Resources: ") }) {
				t.Errorf("got\n%s\nwhich says nothing of resources", got)
			}
		})
	}
}

// What is wrong with a stack beside its size is nobody's to change in pipeline.yaml; nor is the size of what Go has made.
func TestWhatElseIsWrongWithATooLargeStackHasNoPlace(t *testing.T) {
	t.Parallel()
	s, err := spec.Parse("pipeline.yaml", []byte(oneEnvironment+"  functions:\n"+many(101, "    - { name: f%d, source: a, runtime: python3.13, handler: i.h }\n")))
	if err != nil {
		t.Fatal(err)
	}
	y := pipeline.New(s)
	y.Environments()[0].LogDays = 29
	_, err = y.Assemble(assembly.YAML)
	problems, rest := stages.Invalid(err)
	if len(problems) != 1 || problems[0].Path != "environments[0].application.functions" {
		t.Errorf("got %v", problems)
	}
	if rest == nil || !strings.Contains(rest.Error(), "RetentionInDays") || strings.Contains(rest.Error(), "CloudFormation allows") {
		t.Errorf("got %v", rest)
	}
	y = pipeline.New(s)
	y.Environments()[0].Index = -1
	_, err = y.Assemble(assembly.YAML)
	if problems, rest := stages.Invalid(err); len(problems) > 0 || rest == nil || !strings.Contains(rest.Error(), "shop-dev-functions: Resources: there are") {
		t.Errorf("got %v and %v", problems, rest)
	}
}

func TestOwnStacksWhoseResourcesNeedEachOther(t *testing.T) {
	t.Parallel()
	_, got := ownSystem(t, "  stacks:\n    - { name: ring, template: ring.yaml }\n", map[string]string{"ring.yaml": `Resources:
  A: { Type: AWS::SQS::Queue, Properties: { Tags: [{ Key: k, Value: !GetAtt B.Arn }] } }
  B:
    Type: AWS::SQS::Queue
    DependsOn:
      - A
`})
	want := `pipeline.yaml:10:31: application.stacks[0].template: ring.yaml:6:9: Resources.B.DependsOn[0]: resources need each other: A → B → A (Resources.A.Properties.Tags[0].Value, Resources.B.DependsOn[0]); remove A at Resources.B.DependsOn[0]`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestOwnStacksReadOutputsOfOthers(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"queue.yaml": queueTemplate,
		"reader.yaml": `Parameters:
  From: { Type: String, Default: shop-dev-queue }
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !GetStackOutput # short
        StackName: shop-dev-queue
        OutputName: Url
      Tags:
        - { Key: a, Value: { 'Fn::GetStackOutput': { StackName: !Ref From, OutputName: Arn } } }
        - { Key: b, Value: { 'Fn::GetStackOutput': { StackName: !Sub 'shop-${AWS::AccountId}', OutputName: Arn, Region: us-east-1 } } }
        - { Key: c, Value: { 'Fn::GetStackOutput': { StackName: far, OutputName: Arn, RoleArn: 'arn:aws:iam::999999999999:role/reader' } } }
`,
	}
	// the one that reads comes first, and needs the other
	stacks, problems := ownSystem(t, "  stacks:\n    - { name: reader, template: reader.yaml }\n    - { name: queue, template: queue.yaml }\n", files)
	if problems != "" {
		t.Fatal(problems)
	}
	reader := stackNamed(t, stacks, "shop-dev-reader")
	if got := strings.Join(reader.DependsOn, " "); got != "shop-dev-queue shop-dev-access" && got != "shop-dev-access shop-dev-queue" {
		t.Errorf("it is deployed after %s", got)
	}
	if text := string(reader.Source.Text); !strings.Contains(text, "DisplayName: !GetStackOutput # short\n        StackName: shop-dev-queue\n") {
		t.Errorf("it is not as it was written:\n%s", text)
	}
	var got []string
	stackNamed(t, stacks, "shop-dev-access-policies-1").Template.Walk(func(_ string, n *tree.Node) bool {
		if sid := n.Get("Sid"); sid != nil && sid.Text == "ReadOutputsForReader" {
			for _, r := range n.Get("Resource").Elements() {
				got = append(got, n.Get("Action").Text+" "+r.Get("Fn::Sub").Text)
			}
		}
		return true
	})
	want := []string{
		"cloudformation:DescribeStacks arn:${AWS::Partition}:cloudformation:eu-west-1:222222222222:stack/shop-dev-queue/*",
		"cloudformation:DescribeStacks arn:${AWS::Partition}:cloudformation:us-east-1:222222222222:stack/shop-222222222222/*",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestOwnStacksReadOutputsWrongly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ why, value, want string }{
		{
			"a short form inside", "!GetStackOutput { StackName: !Ref AWS::StackName, OutputName: B }",
			`pipeline.yaml:10:31: application.stacks[0].template: t.yaml:1:98: CloudFormation does not accept a short form such as !Ref inside !GetStackOutput: write Fn::GetStackOutput in its long form`,
		},
		{
			"no output", "!GetStackOutput { StackName: x }",
			"pipeline.yaml:10:31: application.stacks[0].template: t.yaml:1:56: Resources.T.Properties.DisplayName: Fn::GetStackOutput requires a mapping with StackName and OutputName, and optionally Region and RoleArn; correct it",
		},
	} {
		_, got := ownSystem(t, "  stacks:\n    - { name: data, template: t.yaml }\n", map[string]string{
			"t.yaml": "Resources: { T: { Type: AWS::SNS::Topic, Properties: { DisplayName: " + c.value + " } } }\n",
		})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: want -, got +:\n%s", c.why, diff)
		}
	}
	_, got := ownSystem(t, "  stacks:\n    - { name: one, template: one.yaml }\n    - { name: two, template: two.yaml }\n", map[string]string{
		"one.yaml": "Resources: { T: { Type: AWS::SNS::Topic, Properties: { DisplayName: !GetStackOutput { StackName: shop-dev-two, OutputName: O } } } }\nOutputs: { O: { Value: x } }\n",
		"two.yaml": "Resources: { T: { Type: AWS::SNS::Topic, Properties: { DisplayName: !GetStackOutput { StackName: shop-dev-one, OutputName: O } } } }\nOutputs: { O: { Value: x } }\n",
	})
	if !strings.Contains(got, "stacks need each other: one → two → one") {
		t.Errorf("stacks that read each other: got %s", got)
	}
}
