package pipeline_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/stages"
)

// guarded is a project with one pipeline, to which a change is made.
const guarded = `
project: shop
toolchain: { account: "111111111111", region: eu-west-1 }
source:
  connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42
  repository: acme/shop
environments:
  - { name: dev, type: dev, account: "222222222222" }
  - { name: prod, type: prod, account: "444444444444" }
pipelines:
  - { name: delivery, environments: [dev] }
  - { name: release, branch: release, environments: [prod] }
steps:
  functionTests: { commands: [pytest] }
application:
  buckets: [{ name: data }]
  stacks: [{ name: queue, template: queue.json }]
`

// change of a spec that changes a stack of the operator's.
type change struct {
	why      string
	old, new string
	// field of stages.Access that it changes.
	field string
	// stops is the first stack that a push must not get past before the operator has deployed his; empty where the old stacks do.
	stops string
}

var guardedChanges = []change{
	{"an environment is added", "  - { name: prod,", "  - { name: qa, type: test, account: \"333333333333\" }\n  - { name: prod,", "Ceiling", "shop-delivery-artifacts"},
	{"an environment moves to another account", `account: "222222222222"`, `account: "555555555555"`, "Place", "shop-delivery-artifacts"},
	{"an environment moves to another region", `account: "222222222222"`, `account: "222222222222", region: eu-central-1`, "Regions", "shop-delivery-artifacts"},
	{
		"an environment moves to another pipeline",
		"  - { name: delivery, environments: [dev] }\n  - { name: release, branch: release, environments: [prod] }",
		"  - { name: delivery, environments: [] }\n  - { name: release, branch: release, environments: [dev, prod] }", "Pipeline", "shop-release-artifacts",
	},
	{"the toolchain moves to another account", "111111111111", "999999999999", "Toolchain", "shop-dev-bootstrap"},
	{"another repository is read", "repository: acme/shop", "repository: acme/store", "Connection", "shop-delivery-artifacts"},
	{"another connection is used", "2a55d9b0", "3b55d9b0", "Connection", "shop-delivery-artifacts"},
	{"roles get a boundary of the spec's own", "project: shop\n", "project: shop\npermissionsBoundary: arn:aws:iam::{account}:policy/Limit\n", "Boundary", "shop-delivery-artifacts"},
	{"a step runs in an environment", "steps:\n", "steps:\n  integrationTests: { commands: [pytest], environments: [dev] }\n", "Testers", "shop-dev-bootstrap"},
	{
		"a step in an environment may do more", "steps:\n",
		"steps:\n  integrationTests: { commands: [pytest], environments: [dev], permissions: [{ actions: [dynamodb:GetItem], resources: [\"arn:aws:dynamodb:*:*:table/a\"] }] }\n",
		"TestGrants", "shop-dev-bootstrap",
	},
	{
		"a step before the environments may do more", "functionTests: { commands: [pytest] }",
		`functionTests: { commands: [pytest], permissions: [{ actions: [dynamodb:GetItem], resources: ["arn:aws:dynamodb:*:*:table/a"] }] }`,
		"Ceiling", "shop-delivery-artifacts",
	},
	{
		"a step reads a secret", "functionTests: { commands: [pytest] }",
		`functionTests: { commands: [pytest], secrets: { TOKEN: "arn:aws:secretsmanager:eu-west-1:111111111111:secret:a-AbCdEf" } }`,
		"Ceiling", "shop-delivery-artifacts",
	},
	{
		"a step runs in an image", "functionTests: { commands: [pytest] }",
		`functionTests: { commands: [pytest], image: "111111111111.dkr.ecr.eu-west-1.amazonaws.com/tools:1" }`,
		"Ceiling", "shop-delivery-artifacts",
	},
	{"an approval has a topic", `account: "222222222222" }`, `account: "222222222222", approval: { topic: "arn:aws:sns:eu-west-1:111111111111:ask" } }`, "Ceiling", "shop-delivery-artifacts"},
	{"an environment is not production's any more", "type: prod", "type: test", "Clearers", "shop-release-artifacts"},
	{"code is published", "  buckets:", "  functions: [{ name: hello, source: hello, runtime: python3.13, handler: index.handler }]\n  buckets:", "Publishers", "shop-dev-bootstrap"},
	{"a parameter is shared", "application:", "toolchainStack: { parameters: { /shop/version: \"1\" } }\napplication:", "Shared", "shop-release-artifacts"},
	{"images are shared", "application:", "toolchainStack: { repositories: [{ name: base }] }\napplication:", "Shared", "shop-delivery-artifacts"},
	{
		"a custom stack brings permissions", "{ name: queue, template: queue.json }",
		`{ name: queue, template: queue.json, permissions: [{ actions: [mars:Drive], resources: ["arn:aws:mars:*:{account}:x"] }] }`,
		"Needs", "shop-dev-bootstrap",
	},
	{"a stack has another type", "  buckets:", "  network: {}\n  buckets:", "Needs", "shop-dev-network"},

	// what the operator's old stacks allow, too
	{"an environment goes", "  - { name: prod, type: prod, account: \"444444444444\" }\n", "", "", ""},
	{"a step goes", "  functionTests: { commands: [pytest] }\n", "  functionTests: null\n", "", ""},
	{"a stack goes", "  stacks: [{ name: queue, template: queue.json }]\n", "", "", ""},
	{"an operator is named", "environments: [dev] }", "environments: [dev], operators: [\"arn:aws:iam::111111111111:role/Release\"] }", "Operators", ""},
	{"an environment has a neighbor in its account", `account: "444444444444"`, `account: "222222222222"`, "Neighbours", "shop-release-artifacts"},
	{"access roles get a boundary", "project: shop\n", "project: shop\naccessBoundary: arn:aws:iam::{account}:policy/Limit\n", "OwnBoundary", ""},
}

// What an operator has to deploy before a push works stops the push, before anything changes, with the stack to deploy; and nothing else does.
func TestAPushStopsWhereTheOperatorsStacksAreOld(t *testing.T) {
	t.Parallel()
	before := assemble(t, system(t, guarded, nil), assembly.YAML)
	for _, c := range guardedChanges {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			yaml := strings.Replace(guarded, c.old, c.new, 1)
			if c.field == "Toolchain" {
				yaml = strings.ReplaceAll(guarded, c.old, c.new)
			}
			if yaml == guarded {
				t.Fatalf("the spec has no %q", c.old)
			}
			if strings.Contains(c.why, "environment goes") {
				yaml = strings.Replace(yaml, "  - { name: release, branch: release, environments: [prod] }\n", "", 1)
			}
			if strings.Contains(c.why, "is added") {
				yaml = strings.Replace(yaml, "environments: [dev]", "environments: [dev, qa]", 1)
			}
			if strings.Contains(c.why, "another pipeline") {
				yaml = strings.Replace(yaml, "  - { name: delivery, environments: [] }\n", "", 1)
			}
			after := assemble(t, system(t, yaml, nil), assembly.YAML)
			isChanged := withOperatorsOf(after, before)
			if !isChanged {
				t.Fatal("no stack of the operator's changes")
			}
			refused := refusals(after)
			if c.stops == "" {
				if len(refused) > 0 {
					t.Errorf("it stops: %q", refused)
				}
				if r := verify.Verify(after); r.Errors() > 0 {
					t.Errorf("the old stacks do not allow it: %v", r.Findings)
				}
				return
			}
			i := slices.IndexFunc(refused, func(s string) bool { return strings.HasPrefix(s, c.stops+": ") })
			if i < 0 {
				t.Fatalf("%s does not stop it, but %q", c.stops, refused)
			}
			scope := strings.Split(c.stops, "-")[1]
			group := scope
			if scope == "delivery" || scope == "release" {
				group = assembly.Toolchain
			}
			if want := "Deploy the stack shop-" + scope + "-access first: deploy.sh " + group; !strings.Contains(refused[i], want) {
				t.Errorf("%q does not say %q", refused[i], want)
			}
		})
	}
}

// Every input of an access stack is changed by one of the changes.
func TestEveryInputOfAccessIsChanged(t *testing.T) {
	t.Parallel()
	var fields, changed []string
	typ := reflect.TypeFor[stages.Access]()
	for i := range typ.NumField() {
		if typ.Field(i).IsExported() {
			fields = append(fields, typ.Field(i).Name)
		}
	}
	for _, c := range guardedChanges {
		if c.field != "" {
			changed = append(changed, c.field)
		}
	}
	slices.Sort(fields)
	slices.Sort(changed)
	if diff := cmp.Diff(fields, slices.Compact(changed)); diff != "" {
		t.Errorf("add a change for each field of stages.Access: fields -, changed +:\n%s", diff)
	}
}

// withOperatorsOf puts the operator's stacks of an older assembly in the place of newer ones. It says whether that changes one.
func withOperatorsOf(a, old *assembly.Assembly) (isChanged bool) {
	for i := range a.Stacks {
		s := &a.Stacks[i]
		for _, o := range old.Stacks {
			if s.Name == o.Name && s.Account == o.Account && s.Region == o.Region && !slices.Contains(o.DeployedBy, assembly.Pipe) {
				isChanged = isChanged || !s.Template.Equal(o.Template)
				*s = o
			}
		}
		if !slices.Contains(s.DeployedBy, assembly.Pipe) && !slices.ContainsFunc(old.Stacks, func(o assembly.Stack) bool { return o.Name == s.Name }) {
			isChanged = true
		}
	}
	return isChanged || slices.ContainsFunc(old.Stacks, func(o assembly.Stack) bool {
		return !slices.Contains(o.DeployedBy, assembly.Pipe) && !slices.ContainsFunc(a.Stacks, func(s assembly.Stack) bool { return s.Name == o.Name })
	})
}

// refusals are the stacks that CloudFormation would refuse to deploy: each with the name of what its access stack does not publish, or with
// the types that it does not list, and with what the template says of it.
func refusals(a *assembly.Assembly) []string {
	published := map[string]string{} // by account, region and name
	for _, s := range a.Stacks {
		if slices.Contains(s.DeployedBy, assembly.Pipe) {
			continue
		}
		for _, r := range s.Template.Get("Resources").Items {
			if r.Get("Type").Text == "AWS::SSM::Parameter" {
				published[s.Account+s.Region+r.At("Properties", "Name").Text] = r.At("Properties", "Value").Text
			}
		}
	}
	var list []string
	for _, s := range a.Stacks {
		values := map[string]string{} // by parameter
		for _, p := range s.Parameters {
			if !strings.Contains(p.Value, "/access/") {
				continue
			}
			value, ok := published[s.Account+s.Region+p.Value]
			values[p.Name] = value
			if !ok {
				list = append(list, fmt.Sprintf("%s: Unable to fetch parameters [%s]: %s", s.Name, p.Value, saysOf(s, p.Name)))
			}
		}
		assert := s.Template.At("Rules", "AccessCoversThis", "Assertions")
		if assert == nil {
			continue
		}
		each := assert.Items[0].At("Assert", "Fn::EachMemberIn").Items
		for _, typ := range each[0].Elements() {
			if !slices.Contains(strings.Split(values[each[1].Get("Ref").Text], ","), typ.Text) {
				list = append(list, fmt.Sprintf("%s: %s: %s", s.Name, typ.Text, assert.Items[0].Get("AssertDescription").Text))
			}
		}
	}
	return list
}

// saysOf is what the rules of a stack say of a parameter.
func saysOf(s assembly.Stack, parameter string) string {
	rules := s.Template.Get("Rules")
	for i := range rules.Keys {
		for _, x := range rules.Items[i].Get("Assertions").Elements() {
			if strings.Contains(string(x.Get("Assert").YAML()), parameter+"\n") {
				return x.Get("AssertDescription").Text
			}
		}
	}
	return ""
}
