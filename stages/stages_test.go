package stages_test

import (
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cfnpipe/cfnpipe/golden/goldentest"
	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// full has everything that stacks of the stages can hold, in as many environments as it takes.
const full = `
project: shop
toolchain: { account: "111111111111", region: eu-west-1 }
source:
  connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42
  repository: acme/shop
environments:
  - { name: dev,  type: dev,  account: "222222222222" }
  - { name: qa,   type: test, account: "333333333333", region: eu-central-1 }
  - { name: prod, type: prod, account: "444444444444" }
pipelines:
  - { name: delivery, branch: development, environments: [dev, qa] }
  - { name: release,  branch: main, environments: [prod] }
toolchainStack:
  parameters: { /shop/version: "1", /shop/motd: "${hello}" }
  repositories: [{ name: base }, { name: tools }]
application:
  repositories:
    - { name: web, context: services/web, architecture: arm64 }
    - { name: mirror }
  network: { cidr: 10.1.0.0/16, endpoints: [sqs] }
  buckets:
    - { name: data, expireDays: 90 }
    - { name: uploads, noncurrentDays: 7 }
  functions:
    - { name: hello, source: lambda/hello, runtime: python3.13, handler: index.handler, vpc: true, api: [{ path: /hello }, { path: /hello, method: POST }] }
    - name: sink
      source: lambda/sink
      runtime: provided.al2023
      architecture: arm64
      memory: 512
      timeout: 60
      environment: { STAGE: "{environment}", EMPTY: "" }
      layers: [ "arn:aws:lambda:{region}:{account}:layer:tools:3" ]
      deadLetters: true
      tracing: true
      vpc: { subnets: [subnet-0a1b2c3d], securityGroups: [sg-0a1b2c3d] }
      reservedConcurrency: 2
      reads: [data, uploads]
      writes: [uploads]
      permissions: [{ actions: ["dynamodb:PutItem"], resources: ["arn:aws:dynamodb:{region}:{account}:table/{project}-{environment}-orders"] }]
  api: { authorization: iam, cors: { origins: ["https://shop.example.com"] } }
  jobs:
    - name: nightly
      image: web
      command: [/run.sh]
      schedule: cron(0 3 * * ? *)
      compute: fargate-spot
      secrets: { TOKEN: "arn:aws:secretsmanager:{region}:{account}:secret:token-AbCdEf#token" }
      secretKeys: [ "arn:aws:kms:{region}:{account}:key/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42" ]
      reads: [data]
      permissions:
        - { actions: ["sqs:DeleteMessage", "sqs:ReceiveMessage"], resources: ["arn:aws:sqs:{region}:{account}:{project}-{environment}-*"] }
    - { name: train, image: "base:7", vcpus: 4, memory: 15000, gpus: 1, instanceTypes: [g6.xlarge], writes: [uploads] }
  services:
    - name: web
      image: web
      port: 8080
      user: "1000"
      environment: { STAGE: "{environment}" }
      loadBalancer: { certificate: "arn:aws:acm:{region}:{account}:certificate/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42" }
      reads: [data]
    - { name: inner, image: "mirror:1", port: 80 }
    - { name: worker, image: public.ecr.aws/docker/library/busybox:1.37, count: { min: 2, max: 2 } }
  monitoring: { email: ops@example.com, environments: [dev, qa, prod] }
  stacks:
    - { name: extras, template: infra/extras.yaml, parameters: { Vpc: network.VpcId, Subnets: network.IsolatedSubnetIds, Boundary: access.BoundaryArn, Queue: queue.Arn } }
    - name: queue
      template: infra/queue.json
      permissions:
        - actions: ["athena:CreateWorkGroup", "athena:DeleteWorkGroup", "athena:GetWorkGroup", "athena:UpdateWorkGroup"]
          resources: ["arn:aws:athena:{region}:{account}:workgroup/{project}-{environment}-*"]
overrides:
  qa:
    repositories: null
    jobs: [{ name: nightly, image: "tools:1", compute: fargate }]
    services: { web: { image: "tools:1" }, inner: null }
  prod: { repositories: [{ name: mirror, removal: delete }], network: { nat: each, zones: 3 } }
tags: { team: shop }
`

// The templates of the stacks of its own.
const (
	extrasTemplate = `# What else there is.
Parameters:
  Vpc: { Type: AWS::EC2::VPC::Id }
  Subnets: { Type: List<AWS::EC2::Subnet::Id> }
  Boundary: { Type: String } # of its role
  Queue: { Type: String }
Resources:

  # who reads the queue
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Sub "${AWS::StackName}-reader"
      Path: /shop/app/
      PermissionsBoundary: !Ref Boundary
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - { Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: "sts:AssumeRole" }
      Policies:
        - PolicyName: queue
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - { Effect: Allow, Action: [sqs:DeleteMessage, sqs:ReceiveMessage], Resource: !Ref Queue }
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties: { GroupDescription: What else there is, VpcId: !Ref Vpc, GroupName: !Sub "${AWS::StackName}-group" }
Outputs:
  Subnets: { Value: !Join [",", !Ref Subnets] }
`
	workGroupTemplate = `{
  "Resources": {
    "Queue": { "Type": "AWS::SQS::Queue", "Properties": { "QueueName": { "Fn::Sub": "${AWS::StackName}-q" }, "SqsManagedSseEnabled": true } },
    "QueuePolicy": { "Type": "AWS::SQS::QueuePolicy", "Properties": {
      "Queues": [{ "Ref": "Queue" }],
      "PolicyDocument": { "Version": "2012-10-17", "Statement": [{ "Sid": "TLSOnly", "Effect": "Deny", "Principal": "*", "Action": "sqs:*",
        "Resource": { "Fn::GetAtt": ["Queue", "Arn"] }, "Condition": { "Bool": { "aws:SecureTransport": "false" } } }] } } },
    "Questions": { "Type": "AWS::Athena::WorkGroup", "Properties": { "Name": { "Fn::Sub": "${AWS::StackName}-questions" } } }
  },
  "Outputs": { "Arn": { "Value": { "Fn::GetAtt": ["Queue", "Arn"] } } }
}
`
)

// minimal has as little as a spec can have; production, with a boundary of its own.
const minimal = `
project: shop
toolchain: { account: "111111111111", region: eu-west-1 }
source:
  connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42
  repository: acme/shop
environments:
  - { name: prod, type: prod, account: "444444444444" }
application:
  buckets: [{ name: data }]
permissionsBoundary: arn:aws:iam::{account}:policy/Boundary
`

// assembled are the stacks of a spec. Tests only read them.
func assembled(tb testing.TB, yaml string) []assembly.Stack {
	tb.Helper()
	of := func() ([]assembly.Stack, error) { return build(yaml) }
	if once, ok := systemsOnce[yaml]; ok {
		of = once
	}
	stacks, err := of()
	if err != nil {
		tb.Fatal(err)
	}
	return stacks
}

// systemsOnce are those that many tests look at, each built once.
var systemsOnce = func() map[string]func() ([]assembly.Stack, error) {
	once := map[string]func() ([]assembly.Stack, error){}
	for _, yaml := range systems {
		once[yaml] = sync.OnceValues(func() ([]assembly.Stack, error) { return build(yaml) })
	}
	return once
}()

func build(yaml string) ([]assembly.Stack, error) {
	s, err := spec.Parse("pipeline.yaml", []byte(yaml))
	if err != nil {
		return nil, err
	}
	fill(s, map[string]string{
		"infra/extras.yaml": strings.ReplaceAll(extrasTemplate, "/shop/", "/"+s.Project+"/"), "infra/queue.json": workGroupTemplate,
	})
	a, err := pipeline.New(s).Assemble(assembly.YAML)
	if err != nil {
		return nil, err
	}
	return a.Stacks, nil
}

func stackNamed(tb testing.TB, stacks []assembly.Stack, name string) assembly.Stack {
	tb.Helper()
	i := slices.IndexFunc(stacks, func(s assembly.Stack) bool { return s.Name == name })
	if i < 0 {
		tb.Fatalf("there is no stack %s", name)
	}
	return stacks[i]
}

// systems are what all promises are checked on.
var systems = map[string]string{"full": full, "minimal": minimal, "called": called, "serving": serving, "with jobs": withJobs}

// everyStack of every system, by what a subtest is called.
func everyStack(tb testing.TB) map[string]assembly.Stack {
	tb.Helper()
	all := map[string]assembly.Stack{}
	for name, yaml := range systems {
		for _, s := range assembled(tb, yaml) {
			all[name+"/"+s.Name] = s
		}
	}
	return all
}

// accessOf is the stack of the roles that deploy a stack.
func accessOf(tb testing.TB, stacks []assembly.Stack, s assembly.Stack) assembly.Stack {
	tb.Helper()
	scope := strings.Split(s.Name, "-")[1]
	if scope == "toolchain" { // the pipeline with the most protected environment
		scope = "delivery"
		if slices.ContainsFunc(stacks, func(s assembly.Stack) bool { return s.Name == "shop-release-access" }) {
			scope = "release"
		}
	}
	return stackNamed(tb, stacks, "shop-"+scope+"-access")
}

func isAccess(s assembly.Stack) bool { return strings.HasSuffix(s.Name, "-access") }

// isOperators says whether only operators deploy a stack.
func isOperators(s assembly.Stack) bool { return !slices.Contains(s.DeployedBy, assembly.Pipe) }

func TestStacksRenderToTheirGoldens(t *testing.T) {
	t.Parallel()
	var used []string
	for _, c := range []struct{ golden, yaml, stack string }{
		{"access-dev", full, "shop-dev-access"},
		{"access-policies-dev", full, "shop-dev-access-policies-1"},
		{"access-prod-minimal", minimal, "shop-prod-access"},
		{"access-pipeline", full, "shop-delivery-access"},
		{"access-pipeline-shared", full, "shop-release-access"},
		{"access-pipeline-minimal", minimal, "shop-delivery-access"},
		{"bootstrap-dev", full, "shop-dev-bootstrap"},
		{"bootstrap-without-images", full, "shop-qa-bootstrap"},
		{"bootstrap-prod", full, "shop-prod-bootstrap"},
		{"storage-dev", full, "shop-dev-storage"},
		{"storage-prod", full, "shop-prod-storage"},
		{"network-dev", full, "shop-dev-network"},
		{"network-qa", networked, "shop-qa-network"},
		{"functions-qa", full, "shop-qa-functions"},
		{"batch-dev", full, "shop-dev-batch"},
		{"services-dev", full, "shop-dev-services"},
		{"services-qa", full, "shop-qa-services"},
		{"monitoring-prod", full, "shop-prod-monitoring"},
		{"own-dev", full, "shop-dev-extras"},
		{"own-json-dev", full, "shop-dev-queue"},
		{"shared", full, "shop-toolchain"},
	} {
		file := filepath.Join("testdata", c.golden+".yaml")
		if strings.Contains(c.golden, "json") {
			file = filepath.Join("testdata", c.golden+".json")
		}
		used = append(used, file)
		t.Run(c.golden, func(t *testing.T) {
			t.Parallel()
			s := stackNamed(t, assembled(t, c.yaml), c.stack)
			text := s.Template.YAML()
			if s.Source != nil {
				text = s.Source.Text
			}
			goldentest.Check(t, file, text)
		})
	}
	goldentest.NoStale(t, "testdata", used)
}

// ofType are the resources of a type, by logical id.
func ofType(template *tree.Node, typ string) map[string]*tree.Node {
	found := map[string]*tree.Node{}
	resources := template.Get("Resources")
	for i, id := range resources.Keys {
		if resources.Items[i].Get("Type").Text == typ {
			found[id] = resources.Items[i].Get("Properties")
		}
	}
	return found
}

// text is a scalar or what a Sub or a Ref stands for, with pseudo parameters filled in for the stack.
func text(s assembly.Stack, n *tree.Node) string {
	if n == nil {
		return ""
	}
	raw := n.Text
	if name, arg, ok := n.Intrinsic(); ok {
		switch {
		case name == "Fn::Sub" && arg.Kind == tree.String:
			raw = arg.Text
		case name == "Ref":
			raw = "${" + arg.Text + "}"
		case name == "Fn::GetAtt":
			raw = "${" + arg.Items[0].Text + "." + arg.Items[1].Text + "}"
		}
	}
	return strings.NewReplacer("${AWS::Partition}", "aws", "${AWS::AccountId}", s.Account, "${AWS::Region}", s.Region, "${AWS::StackName}", s.Name).Replace(raw)
}

// valueOf is what a reference to a parameter stands for, else the value itself.
func valueOf(s assembly.Stack, n *tree.Node) *tree.Node {
	name, arg, ok := n.Intrinsic()
	for _, p := range s.Parameters {
		if ok && name == "Ref" && p.Name == arg.Text {
			return tree.Text(p.Value)
		}
	}
	return n
}

// texts of a scalar or a list.
func texts(s assembly.Stack, n *tree.Node) []string {
	if n == nil {
		return nil
	}
	if n.Kind != tree.List {
		return []string{text(s, n)}
	}
	list := make([]string, len(n.Items))
	for i, item := range n.Items {
		list[i] = text(s, item)
	}
	return list
}

// policies calls check with every statement in a template: of identities, trust and resources.
func policies(template *tree.Node, check func(path string, statement *tree.Node)) {
	template.Walk(func(path string, n *tree.Node) bool {
		if n.Get("Version") == nil || n.Get("Version").Text != "2012-10-17" {
			return true
		}
		for _, s := range n.Get("Statement").Items {
			check(path, s)
		}
		return false
	})
}

// statementsOf are the statements of a role of a stack: of its inline policies and of those that it has attached, from whatever stack.
func statementsOf(stacks []assembly.Stack, s assembly.Stack, role *tree.Node) []*tree.Node {
	var list []*tree.Node
	if managed := role.Get("ManagedPolicyArns"); managed != nil {
		for _, p := range managed.Items {
			arn := text(s, p)
			for _, other := range stacks {
				for _, policy := range ofType(other.Template, "AWS::IAM::ManagedPolicy") {
					if other.Account == s.Account && strings.HasSuffix(arn, ":policy"+policy.Get("Path").Text+policy.Get("ManagedPolicyName").Text) {
						list = append(list, policy.At("PolicyDocument", "Statement").Items...)
					}
				}
			}
		}
	}
	if inline := role.Get("Policies"); inline != nil {
		for _, p := range inline.Items {
			list = append(list, p.At("PolicyDocument", "Statement").Items...)
		}
	}
	return list
}

func find(list []*tree.Node, sid string) *tree.Node {
	for _, s := range list {
		if n := s.Get("Sid"); n != nil && n.Text == sid {
			return s
		}
	}
	return nil
}
