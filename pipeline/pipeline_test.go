package pipeline_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// shop has two pipelines, three regions, code for both processors, and every kind of stack.
const shop = `
project: shop
toolchain: { account: "111111111111", region: eu-west-1 }
source:
  connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42
  repository: acme/shop
environments:
  - { name: dev,  type: dev,  account: "222222222222" }
  - { name: qa,   type: test, account: "333333333333", region: eu-central-1 }
  - { name: prod, type: prod, account: "444444444444" }
  - { name: us,   type: prod, account: "444444444444", region: us-east-1 }
pipelines:
  - { name: delivery, branch: development, environments: [dev, qa], mode: queued }
  - { name: release,  branch: main, environments: [prod, us] }
maxParallelBuilds: 2
steps:
  infrastructureTests: { commands: [make test] }
  functionTests: { commands: [pytest lambda] }
toolchainStack:
  parameters: { /shop/version: "1" }
  repositories: [{ name: base }]
application:
  repositories:
    - { name: web, context: services/web }
    - { name: worker, context: services/worker, architecture: arm64 }
  buckets: [{ name: data }]
  functions:
    - { name: hello, source: lambda/hello, runtime: python3.13, handler: index.handler, reads: [data] }
    - { name: sink, source: lambda/sink, runtime: provided.al2023, architecture: arm64, writes: [data], vpc: true, api: { path: /sink } }
  network: {}
  jobs: [{ name: nightly, image: worker, schedule: rate(1 day) }]
  services: [{ name: web, image: web, port: 80 }]
  monitoring: {}
  stacks:
    - { name: extras, template: extras.yaml, parameters: { Vpc: network.VpcId, Queue: queue.Arn } }
    - { name: queue, template: queue.json }
`

// templates of the stacks of its own, by their files.
var templates = map[string]string{
	"extras.yaml": "Parameters: { Vpc: { Type: AWS::EC2::VPC::Id }, Queue: { Type: String } }\nResources: { Group: { Type: AWS::EC2::SecurityGroup, Properties: { GroupDescription: d } } }\n",
	"queue.json":  `{ "Resources": { "Queue": { "Type": "AWS::SQS::Queue" } }, "Outputs": { "Arn": { "Value": { "Fn::GetAtt": ["Queue", "Arn"] } } } }`,
}

// system of a spec, changed if change is not nil.
func system(tb testing.TB, yaml string, change func(*pipeline.System)) *pipeline.System {
	tb.Helper()
	s, err := spec.Parse("pipeline.yaml", []byte(yaml))
	if err != nil {
		tb.Fatal(err)
	}
	for _, e := range s.Environments {
		for i, x := range e.Application.Stacks {
			e.Application.Stacks[i].Content = []byte(templates[x.Template])
		}
	}
	y := pipeline.New(s)
	if change != nil {
		change(y)
	}
	return y
}

func assemble(tb testing.TB, y *pipeline.System, format assembly.Format) *assembly.Assembly {
	tb.Helper()
	a, err := y.Assemble(format)
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

func stackNamed(tb testing.TB, a *assembly.Assembly, name string) assembly.Stack {
	tb.Helper()
	i := slices.IndexFunc(a.Stacks, func(s assembly.Stack) bool { return s.Name == name })
	if i < 0 {
		tb.Fatalf("there is no stack %s", name)
	}
	return a.Stacks[i]
}

// action of a pipeline, as its template has it.
type action struct {
	stage, name, provider, role, region, namespace string
	order                                          int
	inputs, outputs                                []string
	configuration                                  map[string]string
}

// actions of a pipeline in the order of its template.
func actions(tb testing.TB, s assembly.Stack) []action {
	tb.Helper()
	var list []action
	for _, stage := range s.Template.At("Resources", "Pipeline", "Properties", "Stages").Items {
		for _, n := range stage.Get("Actions").Items {
			a := action{
				stage: stage.Get("Name").Text, name: n.Get("Name").Text, provider: n.At("ActionTypeId", "Provider").Text,
				role: text(s, n.Get("RoleArn")), region: text(s, n.Get("Region")), namespace: text(s, n.Get("Namespace")),
				inputs: artifactNames(n.Get("InputArtifacts")), outputs: artifactNames(n.Get("OutputArtifacts")),
				configuration: map[string]string{},
			}
			order, err := strconv.Atoi(n.Get("RunOrder").Text)
			if err != nil {
				tb.Fatal(err)
			}
			a.order = order
			if c := n.Get("Configuration"); c != nil {
				for i, key := range c.Keys {
					a.configuration[key] = text(s, c.Items[i])
				}
			}
			list = append(list, a)
		}
	}
	return list
}

func artifactNames(n *tree.Node) []string {
	if n == nil {
		return nil
	}
	list := make([]string, len(n.Items))
	for i, item := range n.Items {
		list[i] = item.Get("Name").Text
	}
	return list
}

// stageNames of a pipeline, in order.
func stageNames(list []action) []string {
	var names []string
	for _, a := range list {
		if len(names) == 0 || names[len(names)-1] != a.stage {
			names = append(names, a.stage)
		}
	}
	return names
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
		case name == "Fn::Sub":
			raw = arg.Items[0].Text
		case name == "Ref":
			raw = "${" + arg.Text + "}"
		case name == "Fn::GetAtt":
			raw = "${" + arg.Items[0].Text + "." + arg.Items[1].Text + "}"
		}
	}
	return strings.NewReplacer("${AWS::Partition}", "aws", "${AWS::AccountId}", s.Account, "${AWS::Region}", s.Region).Replace(raw)
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

// properties of a resource.
func properties(s assembly.Stack, id string) *tree.Node {
	return s.Template.At("Resources", id, "Properties")
}

// roleOf is a role by its name, with the stack that makes it.
func roleOf(tb testing.TB, a *assembly.Assembly, name string) (assembly.Stack, *tree.Node) {
	tb.Helper()
	for _, s := range a.Stacks {
		for _, r := range s.Template.Get("Resources").Items {
			if r.Get("Type").Text == "AWS::IAM::Role" && r.At("Properties", "RoleName").Text == name {
				return s, r.Get("Properties")
			}
		}
	}
	tb.Fatalf("there is no role %s", name)
	return assembly.Stack{}, nil
}

// statements of a role: of its inline policies and of those of its stack that it has attached.
func statements(s assembly.Stack, role *tree.Node) []*tree.Node {
	var list []*tree.Node
	if inline := role.Get("Policies"); inline != nil {
		for _, p := range inline.Items {
			list = append(list, p.At("PolicyDocument", "Statement").Items...)
		}
	}
	if managed := role.Get("ManagedPolicyArns"); managed != nil {
		for _, p := range managed.Items {
			if ref := p.Get("Ref"); ref != nil {
				list = append(list, properties(s, ref.Text).At("PolicyDocument", "Statement").Items...)
			}
		}
	}
	return list
}

// allows gives the resources on which a role may do something.
func allows(s assembly.Stack, role *tree.Node, action string) []string {
	var list []string
	for _, statement := range statements(s, role) {
		if statement.Get("Effect").Text == "Allow" && slices.Contains(texts(s, statement.Get("Action")), action) {
			for _, r := range texts(s, statement.Get("Resource")) {
				list = append(list, resolve(s, r))
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// builderRoles are the roles of a pipeline's builds, by the last part of their names.
func builderRoles(a *assembly.Assembly, line string) map[string]bool {
	found := map[string]bool{}
	for _, s := range a.Stacks {
		for _, r := range s.Template.Get("Resources").Items {
			if r.Get("Type").Text == "AWS::CodeBuild::Project" {
				if part, ok := strings.CutPrefix(r.At("Properties", "Name").Text, "shop-"+line+"-"); ok {
					found[part] = true
				}
			}
		}
	}
	return found
}

// bySid is a statement of a policy document.
func bySid(document *tree.Node, sid string) *tree.Node {
	for _, s := range document.Get("Statement").Items {
		if n := s.Get("Sid"); n != nil && n.Text == sid {
			return s
		}
	}
	return nil
}

var pipelines = []string{"delivery", "release"}

// parallel is how many builds run at most side by side in one stage.
func parallel(list []action) int {
	most := 0
	at := map[string]int{}
	for _, a := range list {
		if a.provider == "CodeBuild" {
			key := a.stage + " " + strconv.Itoa(a.order)
			at[key]++
			most = max(most, at[key])
		}
	}
	return most
}
