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
  buckets:
    - { name: data, expireDays: 90 }
    - { name: uploads, noncurrentDays: 7 }
  functions:
    - { name: hello, source: lambda/hello, runtime: python3.13, handler: index.handler }
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
overrides:
  qa: { repositories: null }
  prod: { repositories: [{ name: mirror, removal: delete }] }
tags: { team: shop }
`

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
var systemsOnce = map[string]func() ([]assembly.Stack, error){
	full:    sync.OnceValues(func() ([]assembly.Stack, error) { return build(full) }),
	minimal: sync.OnceValues(func() ([]assembly.Stack, error) { return build(minimal) }),
}

func build(yaml string) ([]assembly.Stack, error) {
	s, err := spec.Parse("pipeline.yaml", []byte(yaml))
	if err != nil {
		return nil, err
	}
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
var systems = map[string]string{"full": full, "minimal": minimal}

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

func isAccess(s assembly.Stack) bool { return strings.HasSuffix(s.Name, "-access") }

func TestStacksRenderToTheirGoldens(t *testing.T) {
	t.Parallel()
	var used []string
	for _, c := range []struct{ golden, yaml, stack string }{
		{"access-dev", full, "shop-dev-access"},
		{"access-prod-minimal", minimal, "shop-prod-access"},
		{"access-pipeline", full, "shop-delivery-access"},
		{"access-pipeline-shared", full, "shop-release-access"},
		{"access-pipeline-minimal", minimal, "shop-delivery-access"},
		{"bootstrap-dev", full, "shop-dev-bootstrap"},
		{"bootstrap-without-images", full, "shop-qa-bootstrap"},
		{"bootstrap-prod", full, "shop-prod-bootstrap"},
		{"storage-dev", full, "shop-dev-storage"},
		{"storage-prod", full, "shop-prod-storage"},
		{"functions-qa", full, "shop-qa-functions"},
		{"shared", full, "shop-toolchain"},
	} {
		file := filepath.Join("testdata", c.golden+".yaml")
		used = append(used, file)
		t.Run(c.golden, func(t *testing.T) {
			t.Parallel()
			goldentest.Check(t, file, stackNamed(t, assembled(t, c.yaml), c.stack).Template.YAML())
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

// statementsOf are the statements of a role's inline policies.
func statementsOf(role *tree.Node) []*tree.Node {
	var list []*tree.Node
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
