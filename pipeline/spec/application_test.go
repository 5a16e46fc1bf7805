package spec_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/stages"
)

// application is small with all that runs in a network, is called through an API, or watches it. Tests change one thing of it.
const application = beforeNetwork + newNetwork + behindNetwork

// existing is application in a VPC that is there.
const existing = beforeNetwork + existingVPC + behindNetwork

const beforeNetwork = small + `toolchainStack: { repositories: [{ name: base }] }
application:
  repositories:
    - { name: web, context: services/web }
    - { name: worker, context: jobs, architecture: arm64 }
    - { name: mirror }
`

const behindNetwork = `  buckets: [{ name: data }]
  functions:
    - { name: hello, source: a, runtime: provided.al2023, vpc: true, api: { path: "/hello/{id}" } }
    - name: orders
      source: b
      runtime: provided.al2023
      api:
        - { path: /orders, method: POST, authorization: iam }
        - { path: "/orders/{id}/{rest+}", method: ANY, authorization: none }
  api:
    authorization: jwt
    jwt: { issuer: "https://id.example.com/", audience: [shop] }
    cors: { origins: [https://shop.example.com], credentials: true, maxAgeSeconds: 60 }
    rate: 50
    burst: 80
  jobs:
    - name: nightly
      image: worker
      compute: fargate
      vcpus: 0.5
      memory: 2048
      maxVCPUs: 2
      attempts: 3
      timeoutMinutes: 90
      schedule: "cron(0 3 ? * MON-FRI *)"
      timezone: Europe/Berlin
      command: [sh, -c, "a\nb"]
      environment: { STAGE: "{environment}" }
      secrets: { TOKEN: "arn:aws:secretsmanager:{region}:{account}:secret:shop/api-AbCdEf#token" }
      secretKeys: ["arn:aws:kms:{region}:{account}:key/2a55d9b0-1111-4222-8333-444455556666"]
      reads: [data]
    - { name: train, image: "mirror:1.2", compute: ec2, vcpus: 4, memory: 1000, gpus: 1, instanceTypes: [g6, g5.xlarge] }
  services:
    - name: web
      image: web
      port: 8080
      cpu: 512
      memory: 1024
      count: { min: 2, max: 3 }
      healthCheck: /health
      healthCommand: [curl, -f, "http://localhost:8080/health"]
      loadBalancer: { from: [10.0.0.0/8] }
      secrets: { PASSWORD: "arn:aws:ssm:{region}:{account}:parameter/shop/password" }
      writes: [data]
    - { name: queue, image: "public.ecr.aws/docker/library/redis:8", writable: true }
  monitoring: { email: "ops@example.com, team+shop@example.org", latencySeconds: 0.5 }
  stacks:
    - name: extras
      template: infra/extras.yaml
      parameters: { VpcId: network.VpcId, Text: "{environment}" }
      permissions: [{ actions: ["dynamodb:Create*"], resources: ["arn:aws:dynamodb:{region}:{account}:table/x"] }]
  logDays: 30
`

const newNetwork = `  network:
    cidr: 10.1.0.0/16
    zones: 2
    nat: one
    endpoints: [sqs, ecr.api]
`

const existingVPC = `  network:
    vpc: vpc-0123456789abcdef0
    cidr: 10.0.0.0/8
    privateSubnets: [subnet-00000001, subnet-00000002]
    publicSubnets: [subnet-00000003, subnet-00000004]
`

// refusal is what is said when a file is changed: pairs of what is there and what comes in its place.
type refusal struct {
	name    string
	changes []string
	want    []string
}

func (r refusal) run(t *testing.T, src string) {
	t.Helper()
	t.Run(r.name, func(t *testing.T) {
		t.Parallel()
		refuse(t, changed(t, src, r.changes), r.want...)
	})
}

func changed(t *testing.T, src string, changes []string) string {
	t.Helper()
	for i := 0; i < len(changes); i += 2 {
		src = change(t, src, changes[i], changes[i+1])
	}
	return src
}

// Each case changes one thing of application and gets these messages.
func TestApplicationRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []refusal{
		{"e-mail without a domain", []string{"ops@example.com", "ops"}, []string{`65:24: application.monitoring.email: "ops" is no e-mail address; write addresses with commas between them, such as ops@example.com, team@example.com`}},
		{"e-mail of a host", []string{"ops@example.com", "ops@localhost"}, []string{`65:24: application.monitoring.email: "ops@localhost" is no e-mail address; write addresses with commas between them, such as ops@example.com, team@example.com`}},
		{"e-mail with a name", []string{"ops@example.com", "Ops <ops@example.com>"}, []string{`65:24: application.monitoring.email: "Ops <ops@example.com>" is no e-mail address; write addresses with commas between them, such as ops@example.com, team@example.com`}},
		{"e-mail with a space", []string{"ops@example.com", "o ps@example.com"}, []string{`65:24: application.monitoring.email: "o ps@example.com" is no e-mail address; write addresses with commas between them, such as ops@example.com, team@example.com`}},
		{"e-mails with semicolons", []string{"ops@example.com, team", "ops@example.com; team"}, []string{`65:24: application.monitoring.email: "ops@example.com; team+shop@example.org" is no e-mail address; write addresses with commas between them, such as ops@example.com, team@example.com`}},
		{"e-mails of two without a domain", []string{"ops@example.com, team+shop@example.org", "ops, , team, ops"}, []string{
			`65:24: application.monitoring.email: "ops" is given twice; keep one`,
			`65:24: application.monitoring.email: "ops" is no e-mail address; write addresses with commas between them, such as ops@example.com, team@example.com`,
			`65:24: application.monitoring.email: "team" is no e-mail address; write addresses with commas between them, such as ops@example.com, team@example.com`,
			"65:24: application.monitoring.email: has an empty address; write addresses with commas between them, such as ops@example.com, team@example.com",
		}},
		{"grants of buckets that cannot be read", []string{"buckets: [{ name: data }]", "buckets: data", "reads: [data]", `reads: [data, "", data]`}, []string{
			`20:12: application.buckets: needs a list, found the text "data"; write a list such as [{ name: data }]`,
			`50:21: application.jobs[0].reads[1]: is empty; write the name of a bucket`,
			`50:25: application.jobs[0].reads[2]: "data" is given twice; keep one`,
		}},
		{"e-mail twice", []string{"team+shop@example.org", "ops@example.com"}, []string{`65:24: application.monitoring.email: "ops@example.com" is given twice; keep one`}},
		{"e-mails with a comma at the end", []string{", team+shop@example.org", ","}, []string{"65:24: application.monitoring.email: has an empty address; write addresses with commas between them, such as ops@example.com, team@example.com"}},
		{"e-mails as a list", []string{`"ops@example.com, team+shop@example.org"`, "[ops@example.com]"}, []string{"65:24: application.monitoring.email: needs text, found a list; write it without brackets: \"ops@example.com\""}},
		{"no latency", []string{"latencySeconds: 0.5", "latencySeconds: 0"}, []string{"65:82: application.monitoring.latencySeconds: cannot be 0; use a number of seconds above 0, at most 3600"}},
		{"latency below zero", []string{"latencySeconds: 0.5", "latencySeconds: -0.5"}, []string{"65:82: application.monitoring.latencySeconds: cannot be -0.5; use a number of seconds above 0, at most 3600"}},
		{"latency of hours", []string{"latencySeconds: 0.5", "latencySeconds: 3601"}, []string{"65:82: application.monitoring.latencySeconds: cannot be 3601; use a number of seconds above 0, at most 3600"}},
		{"monitoring for nobody", []string{"latencySeconds: 0.5", "environments: []"}, []string{"65:80: application.monitoring.environments: there is none; leave it out, or name at least one"}},
		{"monitoring of an unknown environment", []string{"latencySeconds: 0.5", "environments: [pord]"}, []string{`65:81: application.monitoring.environments[0]: there is no environment "pord"; did you mean "prod"?`}},
		{"monitoring of types that are not there", []string{"latencySeconds: 0.5", "types: [test]"}, []string{"65:15: application.monitoring: is in no environment; known here: dev of type dev, prod of type prod"}},
		{"stack without name", []string{"    - name: extras\n      template", "    - template"}, []string{"67:7: application.stacks[0].name: is required; use lower-case letters, digits and dashes between them, beginning with a letter, such as extras"}},
		{"stack in capitals", []string{"name: extras", "name: Extras"}, []string{`67:13: application.stacks[0].name: "Extras" cannot be part of a stack's name; use lower-case letters, digits and dashes between them, beginning with a letter, such as extras`}},
		{"stack of a name of cfnpipe", []string{"name: extras", "name: network"}, []string{`67:13: application.stacks[0].name: "network" is the name of a stack that cfnpipe makes; choose another`}},
		{"stack that begins with a digit", []string{"name: extras", "name: 1extras"}, []string{`67:13: application.stacks[0].name: "1extras" cannot be part of a stack's name; use lower-case letters, digits and dashes between them, beginning with a letter, such as extras`}},
		{"stack twice", []string{"      template: infra/extras.yaml", "      template: infra/extras.yaml\n    - name: extras\n      template: infra/more.yaml"}, []string{`69:13: application.stacks[1].name: the name "extras" is taken by stacks[0]; choose another`}},
		{"stack without a template", []string{"      template: infra/extras.yaml\n", ""}, []string{"67:7: application.stacks[0].template: is required; write the path of the file from the directory of pipeline.yaml, such as infra/extras.yaml"}},
		{"template outside", []string{"infra/extras.yaml", "../extras.yaml"}, []string{`68:17: application.stacks[0].template: "../extras.yaml" is not a plain path below the directory of pipeline.yaml; write a path from the directory of pipeline.yaml, such as infra/extras.yaml`}},
		{"template from the root", []string{"infra/extras.yaml", "/extras.yaml"}, []string{`68:17: application.stacks[0].template: "/extras.yaml" is not a plain path below the directory of pipeline.yaml; write a path from the directory of pipeline.yaml, such as infra/extras.yaml`}},
		{"template that is not clean", []string{"infra/extras.yaml", "./infra//extras.yaml"}, []string{`68:17: application.stacks[0].template: "./infra//extras.yaml" is not a plain path below the directory of pipeline.yaml; write infra/extras.yaml`}},
		{"template at an address", []string{"infra/extras.yaml", "https://example.com/x.yaml"}, []string{`68:17: application.stacks[0].template: "https://example.com/x.yaml" is not a plain path below the directory of pipeline.yaml; write a path from the directory of pipeline.yaml, such as infra/extras.yaml`}},
		{"parameter with a dash", []string{"VpcId: network.VpcId", "Vpc-Id: x"}, []string{`69:29: application.stacks[0].parameters.Vpc-Id: "Vpc-Id" is no name of a parameter; use letters and digits, at most 255`}},
		{"parameter as a number", []string{"VpcId: network.VpcId", "VpcId: 1"}, []string{`69:28: application.stacks[0].parameters.VpcId: needs text, found the number 1; quote it: "1"`}},
		{"parameter as a list", []string{"VpcId: network.VpcId", "VpcId: [a]"}, []string{"69:28: application.stacks[0].parameters.VpcId: needs text, found a list; write it without brackets: \"a\""}},
		{"permissions of IAM", []string{`"dynamodb:Create*"`, `"iam:CreateRole"`}, []string{"70:33: application.stacks[0].permissions[0].actions[0]: a template with actions of iam could widen its own permissions; give the operator's stacks what needs them"}},
		{"permissions without resources", []string{`resources: ["arn:aws:dynamodb:{region}:{account}:table/x"]`, "resources: []"}, []string{"70:65: application.stacks[0].permissions[0].resources: there is none; write one such as arn:aws:dynamodb:{region}:{account}:table/orders"}},
		{"permissions on everything", []string{`"arn:aws:dynamodb:{region}:{account}:table/x"`, `"*"`}, []string{"70:66: application.stacks[0].permissions[0].resources[0]: is every resource of every account; say which, by ARNs, or write a reason beside it, such as that the actions know no resource"}},
		{"permissions on everything for no reason", []string{`["arn:aws:dynamodb:{region}:{account}:table/x"]`, `["*", "*"], reason: " "`}, []string{"70:66: application.stacks[0].permissions[0].resources[0]: is every resource of every account; say which, by ARNs, or write a reason beside it, such as that the actions know no resource", `70:71: application.stacks[0].permissions[0].resources[1]: "*" is given twice; keep one`}},
		{"a reason for nothing", []string{`table/x"]`, `table/x"], reason: why not`}, []string{"70:122: application.stacks[0].permissions[0].reason: is there, but no resource is \"*\"; leave it out"}},
		{"permissions in another partition", []string{"arn:aws:dynamodb", "arn:aws-cn:dynamodb"}, []string{`70:66: application.stacks[0].permissions[0].resources[0]: is in the partition "aws-cn", but the accounts are in aws; write arn:aws`}},
		{"permissions with an unknown placeholder", []string{"{account}:table", "{acount}:table"}, []string{`70:66: application.stacks[0].permissions[0].resources[0]: unknown placeholder "{acount}"; did you mean "{account}"?`}},
		{"permissions of a function on everything", []string{"vpc: true, api", `vpc: true, permissions: [{ actions: ["sqs:*"], resources: ["*"] }], api`}, []string{"22:96: application.functions[0].permissions[0].actions[0]: allows everything of sqs; say which actions, such as sqs:Get*", "22:118: application.functions[0].permissions[0].resources[0]: is every resource of every account; say which, by ARNs, or write a reason beside it, such as that the actions know no resource"}},
		{"permissions of a job that become another role", []string{"  jobs:\n", "  jobs:\n    - { name: other, image: \"public.ecr.aws/a/b:1\", permissions: [{ actions: [\"sts:AssumeRole\"], resources: [] }] }\n"}, []string{"36:79: application.jobs[0].permissions[0].actions[0]: a container that may assume a role can do what that role can, whatever the boundary of its own role denies; allow the actions that it needs themselves, or set a permissionsBoundary of your own and name the role under resources", "36:109: application.jobs[0].permissions[0].resources: there is none; write one such as arn:aws:dynamodb:{region}:{account}:table/orders"}},
		{"permissions of a service in another partition", []string{"  services:\n", "  services:\n    - { name: other, image: \"public.ecr.aws/a/b:1\", permissions: [{ actions: [\"sqs:SendMessage\"], resources: [\"arn:aws-cn:sqs:{region}:{account}:x\"] }] }\n"}, []string{`53:111: application.services[0].permissions[0].resources[0]: is in the partition "aws-cn", but the accounts are in aws; write arn:aws`}},
		{"days of logs", []string{"logDays: 30", "logDays: 31"}, []string{"71:12: application.logDays: cannot be 31: CloudWatch Logs keeps logs for certain numbers of days; use 30 or 60"}},
		{"no days of logs", []string{"logDays: 30", "logDays: 0"}, []string{"71:12: application.logDays: cannot be 0: CloudWatch Logs keeps logs for certain numbers of days; use 1"}},
		{"days of logs below zero", []string{"logDays: 30", "logDays: -1"}, []string{"71:12: application.logDays: cannot be -1: CloudWatch Logs keeps logs for certain numbers of days; use 1"}},
		{"more days of logs than there are", []string{"logDays: 30", "logDays: 4000"}, []string{"71:12: application.logDays: cannot be 4000: CloudWatch Logs keeps logs for certain numbers of days; use 3653"}},
		{"a function of cfnpipe", []string{"name: hello,", "name: network-closed-group,"}, []string{`22:15: application.functions[0].name: "network-closed-group" is the name of a function that cfnpipe makes; choose another`}},
	} {
		c.run(t, application)
	}
}

// Each case is as near to a refused one as it gets.
func TestApplicationAccepts(t *testing.T) {
	t.Parallel()
	const emails = `"ops@example.com, team+shop@example.org"`
	for _, c := range []struct{ name, from, to string }{
		{"one e-mail", emails, "ops@example.com"},
		{"e-mails without spaces", emails, `"a.b_c-d@x-y.example.com,e@example.org"`},
		{"nobody", emails, `""`},
		{"latency of a moment", "latencySeconds: 0.5", "latencySeconds: 0.001"},
		{"latency of an hour", "latencySeconds: 0.5", "latencySeconds: 3600"},
		{"monitoring with its defaults", "monitoring: { email: " + emails + ", latencySeconds: 0.5 }", "monitoring: true"},
		{"no monitoring", "monitoring: { email: " + emails + ", latencySeconds: 0.5 }", "monitoring: false"},
		{"monitoring of dev", "latencySeconds: 0.5", "types: [dev]"},
		{"stack with dashes", "name: extras", "name: ex-tra-2s"},
		{"stack whose name begins like one of cfnpipe", "name: extras", "name: network-more"},
		{"JSON template", "infra/extras.yaml", "extras.json"},
		{"template with spaces", "infra/extras.yaml", "my infra/größe 1.template"},
		{"no parameters", "{ VpcId: network.VpcId, Text: \"{environment}\" }", "{}"},
		{"parameters of all kinds", "VpcId: network.VpcId", `VpcId: "", A1: "a\nb", B: "${{x}} {type}", C: extras.Own`},
		{"no permissions", `[{ actions: ["dynamodb:Create*"], resources: ["arn:aws:dynamodb:{region}:{account}:table/x"] }]`, "[]"},
		{"permissions with literal braces", "table/x", "table/{{x}}"},
		{"logs for ten years", "logDays: 30", "logDays: 3653"},
		{"logs for a day", "logDays: 30", "logDays: 1"},
		{"logs as long as by default", "logDays: 30", "logDays: null"},
		{"a function whose name ends like one of cfnpipe", "name: hello,", "name: my-closed-group,"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			parse(t, change(t, application, c.from, c.to))
		})
	}
}

// Limits hold at the bound and break one over it.
func TestApplicationLimits(t *testing.T) {
	t.Parallel()
	xs := func(format string) func(int) string {
		return func(n int) string { return strings.Replace(format, "%s", strings.Repeat("x", n), 1) }
	}
	x := strings.Repeat("x", 59)
	for _, c := range []struct {
		name, from string
		to         func(n int) string
		most       int
		want       string // for one more
	}{
		// shop-prod- has ten characters
		{"stack", "name: extras", xs("name: %s"), 118, "67:13: application.stacks[0].name: its stack shop-prod-" + x[10:] + "… has 129 characters, CloudFormation allows 128; shorten this name or the project by 1"},
		{"template", "infra/extras.yaml", xs("%s"), 255, `68:17: application.stacks[0].template: "` + x + `…" is not a plain path below the directory of pipeline.yaml; write a path from the directory of pipeline.yaml, such as infra/extras.yaml`},
		{"name of a parameter", "VpcId: network.VpcId", xs("%s: a"), 255, "69:279: application.stacks[0].parameters." + strings.Repeat("x", 256) + `: "` + x + `…" is no name of a parameter; use letters and digits, at most 255`},
		{"value of a parameter", "VpcId: network.VpcId", xs("VpcId: %s"), 4096, "69:28: application.stacks[0].parameters.VpcId: has 4097 bytes, CloudFormation allows 4096; shorten it by 1"},
		{"parameters", "VpcId: network.VpcId", func(n int) string {
			var list []string
			for i := range n - 1 {
				list = append(list, fmt.Sprintf("p%d: a", i))
			}
			return strings.Join(list, ", ")
		}, 200, "69:19: application.stacks[0].parameters: has 201 parameters, CloudFormation allows 200"},
		{"e-mail", "ops@example.com", xs("ops@%s.example.com"), 238, `65:24: application.monitoring.email: "ops@` + x[4:] + `…" is no e-mail address; write addresses with commas between them, such as ops@example.com, team@example.com`},
		{"e-mails", "ops@example.com, ", func(n int) string {
			var list strings.Builder
			for i := range n - 1 {
				fmt.Fprintf(&list, "a%d@example.com, ", i)
			}
			return list.String()
		}, 50, "65:24: application.monitoring.email: has more than 50 addresses; write that of a mailing list"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			parse(t, change(t, application, c.from, c.to(c.most)))
			refuse(t, change(t, application, c.from, c.to(c.most+1)), c.want)
		})
	}
}

// What an environment gets of application: every field, with placeholders filled in where they are read.
func TestApplication(t *testing.T) {
	t.Parallel()
	got := parse(t, application).Environments[1].Application
	got.Repositories, got.Buckets = nil, nil
	only := spec.Only{Types: []spec.Type{spec.Test, spec.Prod}}
	function := spec.Function{Source: "a", Runtime: "provided.al2023", Handler: "bootstrap", Memory: 128, Timeout: 30, Architecture: spec.X86}
	hello, orders := function, function
	hello.Name, hello.VPC, hello.API = "hello", &spec.FunctionVPC{}, spec.Routes{{Path: "/hello/{id}", Method: "GET", Authorization: spec.JWTAuthorization}}
	orders.Name, orders.Source, orders.API = "orders", "b", spec.Routes{
		{Path: "/orders", Method: "POST", Authorization: spec.IAMAuthorization}, {Path: "/orders/{id}/{rest+}", Method: "ANY", Authorization: spec.NoAuthorization},
	}
	want := spec.Application{
		Network:   &spec.Network{CIDR: "10.1.0.0/16", Zones: 2, NAT: spec.OneNAT, FlowLogs: true, Endpoints: []string{"sqs", "ecr.api"}},
		Functions: []spec.Function{hello, orders},
		API: &spec.API{
			Authorization: spec.JWTAuthorization, JWT: &spec.JWT{Issuer: "https://id.example.com/", Audience: []string{"shop"}}, Rate: 50, Burst: 80,
			CORS: &spec.CORS{
				Origins: []string{"https://shop.example.com"}, Methods: []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"},
				Headers: []string{"authorization", "content-type"}, MaxAgeSeconds: 60, Credentials: true,
			},
		},
		Jobs: []spec.Job{
			{
				Name: "nightly", Compute: spec.Fargate, VCPUs: 0.5, Memory: 2048, MaxVCPUs: 2, Attempts: 3, TimeoutMinutes: 90,
				Schedule: "cron(0 3 ? * MON-FRI *)", Timezone: "Europe/Berlin",
				Container: spec.Container{
					Image: "worker", Command: []string{"sh", "-c", "a\nb"}, Environment: map[string]string{"STAGE": "prod"}, Architecture: spec.ARM,
					Secrets:    map[string]string{"TOKEN": "arn:aws:secretsmanager:us-east-1:444444444444:secret:shop/api-AbCdEf#token"},
					SecretKeys: []string{"arn:aws:kms:us-east-1:444444444444:key/2a55d9b0-1111-4222-8333-444455556666"}, Uses: spec.Uses{Reads: []string{"data"}},
				},
			},
			{
				Name: "train", Compute: spec.EC2, VCPUs: 4, Memory: 1000, GPUs: 1, InstanceTypes: []string{"g6", "g5.xlarge"}, MaxVCPUs: 16, Attempts: 1,
				TimeoutMinutes: 60, Timezone: "UTC", Container: spec.Container{Image: "mirror:1.2", Architecture: spec.X86},
			},
		},
		Services: []spec.Service{
			{
				Name: "web", Port: 8080, CPU: 512, Memory: 1024, Count: spec.Count{Min: 2, Max: 3}, HealthCheck: "/health",
				HealthCommand: []string{"curl", "-f", "http://localhost:8080/health"}, LoadBalancer: &spec.LoadBalancer{From: []string{"10.0.0.0/8"}},
				Container: spec.Container{
					Image: "web", Architecture: spec.X86, Uses: spec.Uses{Writes: []string{"data"}},
					Secrets: map[string]string{"PASSWORD": "arn:aws:ssm:us-east-1:444444444444:parameter/shop/password"},
				},
			},
			{
				Name: "queue", CPU: 256, Memory: 512, Count: spec.Count{Min: 2, Max: 4}, HealthCheck: "/", LoadBalancer: &spec.LoadBalancer{},
				Container: spec.Container{Image: "public.ecr.aws/docker/library/redis:8", Architecture: spec.X86, Writable: true},
			},
		},
		Monitoring: &spec.Monitoring{Email: "ops@example.com, team+shop@example.org", LatencySeconds: 0.5, Only: only},
		Stacks: []spec.Stack{{
			Name: "extras", Template: "infra/extras.yaml", Parameters: map[string]string{"VpcId": "network.VpcId", "Text": "prod"},
			Permissions: []spec.Permission{{Actions: []string{"dynamodb:Create*"}, Resources: []string{"arn:aws:dynamodb:us-east-1:444444444444:table/x"}}},
		}},
		LogDays: 30,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

// Monitoring is where it is said to be, by default where the environments are not of type dev.
func TestMonitoringOfEnvironments(t *testing.T) {
	t.Parallel()
	src := change(t, small, "region: us-east-1 }", "region: us-east-1 }\n  - { name: qa, type: test, account: \"333333333333\" }")
	const email = "email: a@example.com"
	const function = "functions: [{ name: hello, source: a, runtime: provided.al2023 }], "
	for _, c := range []struct{ name, application, overrides, want string }{
		{"by default", "true", "{}", "prod qa"},
		{"with a field", "{ " + email + " }", "{}", "prod qa"},
		{"types", "{ types: [dev, test] }", "{}", "dev qa"},
		{"environments", "{ environments: [dev] }", "{}", "dev"},
		{"both", "{ environments: [dev], types: [prod] }", "{}", "dev prod"},
		{"nowhere", "false", "{}", ""},
		{"null", "null", "{}", ""},
		{"off in one", "true", "{ prod: { monitoring: false } }", "qa"},
		{"dropped in one", "{ " + email + " }", "{ prod: { monitoring: null } }", "qa"},
		{"changed in one", "{ " + email + " }", "{ prod: { monitoring: { latencySeconds: 2 } } }", "prod qa"},
		{"changed where it is not by default", "{ " + email + " }", "{ dev: { monitoring: { latencySeconds: 2 } } }", "dev prod qa"},
		{"changed where it is said not to be", "{ types: [test] }", "{ dev: { monitoring: { latencySeconds: 2 } } }", "qa"},
		{"on in one", "null", "{ dev: { monitoring: true } }", "dev"},
		{"on in one with a field", "null", "{ dev: { monitoring: { " + email + " } } }", "dev"},
		{"on in one more", "true", "{ dev: { monitoring: true } }", "dev prod qa"},
		{"on in one of those where it is", "true", "{ prod: { monitoring: true } }", "prod qa"},
		{"on in one and off in another", "true", "{ dev: { monitoring: {} }, qa: { monitoring: false } }", "dev prod"},
		{"dropped where it is not", "true", "{ dev: { monitoring: null } }", "prod qa"},
		{"widened in one", "{ " + email + " }", "{ dev: { monitoring: { types: [dev] } } }", "dev prod qa"},
		{"in one alone", "null", "{ dev: { monitoring: { environments: [dev] } } }", "dev"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := parse(t, src+"application: { "+function+"monitoring: "+c.application+" }\noverrides: "+c.overrides+"\n")
			var got []string
			for _, e := range s.Environments {
				if e.Application.Monitoring != nil {
					got = append(got, e.Name)
				}
			}
			if d := cmp.Diff(c.want, strings.Join(got, " ")); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
	const known = "without environments and types it is in those of type test or prod: name others"
	dev := change(t, small, "type: prod", "type: dev")
	refuse(t, dev+"application: { monitoring: true }\n", "9:28: application.monitoring: is in no environment; "+known)
	refuse(t, dev+"application: { monitoring: { "+email+" } }\n", "9:28: application.monitoring: is in no environment; "+known)
	refuse(t, small+"overrides: { dev: { monitoring: { types: [prod] } } }\n", "9:33: overrides.dev.monitoring: is in no environment; known here: dev of type dev, prod of type prod")
	refuse(t, dev+"application: { monitoring: { types: [prdo] } }\n", `9:38: application.monitoring.types[0]: cannot be "prdo"; did you mean "prod"?`)
}

// Monitoring that watches nothing is a slip, unless it is that of all environments and others have something.
func TestIdleMonitoring(t *testing.T) {
	t.Parallel()
	src := change(t, small, "region: us-east-1 }", "region: us-east-1 }\n  - { name: qa, type: test, account: \"333333333333\" }")
	const function = "functions: [{ name: hello, source: a, runtime: provided.al2023, environments: [qa] }]"
	const job = "network: true, jobs: [{ name: nightly, image: docker.io/library/python:3, environments: [prod] }]"
	const service = "network: true, services: [{ name: web, image: docker.io/library/python:3, environments: [dev] }]"
	const nothing = "means nothing without queues, functions, jobs or services, which it watches; leave it out"
	for _, c := range []struct{ application, overrides, want string }{
		{"monitoring: true", "{}", "10:28: application.monitoring: " + nothing},
		{"buckets: [{ name: data }], monitoring: {}", "{}", "10:55: application.monitoring: " + nothing},
		{"monitoring: true, " + function, "{}", ""},
		{"monitoring: true, " + job, "{}", ""},
		{"monitoring: true, " + service, "{}", "10:28: application.monitoring: " + nothing}, // it is only in test and prod
		{"monitoring: { types: [dev, prod] }, " + service, "{}", ""},
		{"monitoring: true, " + service, "{ qa: { services: { more: { image: docker.io/library/python:3 } } } }", ""},
		{function, "{ qa: { monitoring: {} } }", ""},
		{function, "{ prod: { monitoring: {} } }", "11:34: overrides.prod.monitoring: " + nothing},
		{"monitoring: true, " + function, "{ prod: { monitoring: true } }", "11:34: overrides.prod.monitoring: " + nothing},
		{"monitoring: {}, " + function, "{ prod: { monitoring: { latencySeconds: 2 } } }", "11:52: overrides.prod.monitoring.latencySeconds: " + nothing},
		{"monitoring: {}, " + function, "{ prod: { monitoring: null } }", ""},
		{"monitoring: {}, jobs: 5", "{}", "10:38: application.jobs: needs a list, found the number 5; write a list such as [{ name: nightly, image: web, schedule: \"rate(1 day)\" }]"},
		{"monitoring: {}, functons: []", "{}", `10:32: application.functons: unknown field; did you mean "functions"?`},
	} {
		src := src + "application: { " + c.application + " }\noverrides: " + c.overrides + "\n"
		if c.want == "" {
			parse(t, src)
			continue
		}
		refuse(t, src, c.want)
	}
}

func TestLogDays(t *testing.T) {
	t.Parallel()
	src := change(t, small, "region: us-east-1 }", "region: us-east-1 }\n  - { name: qa, type: test, account: \"333333333333\" }")
	days := func(src string) (list []int) {
		for _, e := range parse(t, src).Environments {
			list = append(list, e.Application.LogDays)
		}
		return list
	}
	for _, c := range []struct {
		src  string
		want []int
	}{
		{src, []int{365, 731, 400}},
		{src + "application: {}\n", []int{365, 731, 400}},
		{src + "application: { logDays: null }\n", []int{365, 731, 400}},
		{src + "application: { logDays: 30 }\n", []int{30, 30, 30}},
		{src + "application: { logDays: 30 }\noverrides: { prod: { logDays: 90 }, qa: { logDays: null } }\n", []int{30, 90, 400}},
	} {
		if d := cmp.Diff(c.want, days(c.src)); d != "" {
			t.Errorf("%s: -want +got\n%s", c.src, d)
		}
	}
	// whose type is not known has no default, and nothing more is said
	refuse(t, change(t, src, "type: test", "type: tset"), `9:23: environments[2].type: cannot be "tset"; did you mean "test"?`)
	for _, c := range []struct {
		days int
		want string
	}{{2, "1 or 3"}, {31, "30 or 60"}, {3652, "3288 or 3653"}, {3654, "3653"}, {-5, "1"}} {
		refuse(t, src+fmt.Sprintf("application: { logDays: %d }\n", c.days),
			fmt.Sprintf("10:25: application.logDays: cannot be %d: CloudWatch Logs keeps logs for certain numbers of days; use %s", c.days, c.want))
	}
}

// All of the application can be in some environments only.
func TestApplicationParts(t *testing.T) {
	t.Parallel()
	src := application + `overrides:
  dev:
    jobs: { more: { image: web } }
    services: { queue: null, web: { types: [dev] } }
    stacks: [{ name: only, template: a.yaml, environments: [dev] }]
`
	src = change(t, src, "name: train,", "name: train, types: [prod],")
	names := func(a spec.Application) (list []string) {
		for _, j := range a.Jobs {
			list = append(list, j.Name)
		}
		for _, s := range a.Services {
			list = append(list, s.Name)
		}
		for _, s := range a.Stacks {
			list = append(list, s.Name)
		}
		return list
	}
	s := parse(t, src)
	if d := cmp.Diff([]string{"nightly", "more", "web", "extras", "only"}, names(s.Environments[0].Application)); d != "" {
		t.Errorf("dev: -want +got\n%s", d)
	}
	if d := cmp.Diff([]string{"nightly", "train", "web", "queue", "extras"}, names(s.Environments[1].Application)); d != "" {
		t.Errorf("prod: -want +got\n%s", d)
	}
	const known = "is in no environment; known here: dev of type dev, prod of type prod"
	refuse(t, change(t, application, "name: train,", "name: train, types: [test],"), "51:7: application.jobs[1]: "+known)
	refuse(t, change(t, application, "name: queue,", "name: queue, types: [test],"), "64:7: application.services[1]: "+known)
	refuse(t, change(t, application, "name: extras", "name: extras\n      types: [test]"), "67:7: application.stacks[0]: "+known)
	refuse(t, change(t, application, "name: train,", "name: train, environments: [dve],"), `51:37: application.jobs[1].environments[0]: there is no environment "dve"; did you mean "dev"?`)
	refuse(t, change(t, application, "name: queue,", "name: queue, environments: [],"), "64:36: application.services[1].environments: there is none; leave it out, or name at least one")
	refuse(t, change(t, application, "name: extras", "name: extras\n      types: [prod, prod]"), `68:21: application.stacks[0].types[1]: "prod" is given twice; keep one`)
}

// In Go, environments may share lists, pointers and maps: what is filled in for one is not the other's.
func TestGoApplicationsAreNotShared(t *testing.T) {
	t.Parallel()
	job := spec.DefaultJob()
	job.Name, job.Image = "nightly", "docker.io/library/python:3"
	service := spec.DefaultService()
	service.Name, service.Image, service.Port, service.HealthCheck = "web", "docker.io/library/nginx:1", 80, "/"
	function := spec.DefaultFunction()
	function.Name, function.Source, function.Runtime, function.API = "hello", "a", "provided.al2023", spec.Routes{{Path: "/"}}
	api := spec.DefaultAPI()
	cors := spec.DefaultCORS()
	cors.Origins = []string{"*"}
	api.CORS = &cors
	monitoring := spec.DefaultMonitoring()
	shared := spec.Application{
		Network: &spec.Network{}, Functions: []spec.Function{function}, API: &api, Jobs: []spec.Job{job}, Services: []spec.Service{service},
		Monitoring: &monitoring,
	}
	s := parse(t, small)
	fresh := &spec.Spec{Project: s.Project, Toolchain: s.Toolchain, Source: s.Source, Environments: slices.Clone(s.Environments)}
	for i := range fresh.Environments {
		fresh.Environments[i].Application = shared
	}
	fresh.Resolve()
	if err := fresh.Errors(fresh.Validate()); err != nil {
		t.Error(err)
	}
	if d := cmp.Diff(spec.Network{}, *shared.Network); d != "" {
		t.Errorf("network: -want +got\n%s", d)
	}
	if api.Authorization != "" || cors.Methods != nil || monitoring.Types != nil {
		t.Errorf("%+v %+v %+v", api, cors, monitoring)
	}
	if j := shared.Jobs[0]; j.MaxVCPUs != 0 || j.Compute != "" || shared.Services[0].Count != (spec.Count{}) || shared.Functions[0].Handler != "" ||
		shared.Functions[0].API[0].Method != "" {
		t.Errorf("%+v", shared)
	}
	dev, prod := fresh.Environments[0].Application, fresh.Environments[1].Application
	if dev.Jobs[0].MaxVCPUs != 1 || prod.Jobs[0].MaxVCPUs != 4 || dev.Network.Zones != 2 || prod.Network.Zones != 3 || dev.Network == prod.Network ||
		dev.Services[0].Count.Max != 1 || prod.Services[0].Count.Min != 2 || dev.LogDays != 365 || prod.LogDays != 731 {
		t.Errorf("dev %+v\nprod %+v", dev, prod)
	}
	if dev.Monitoring != nil || prod.Monitoring == nil || dev.API == nil || dev.Functions[0].API[0].Method != "GET" || dev.API.CORS.Methods[0] != "GET" {
		t.Errorf("dev %+v\nprod %+v", dev, prod)
	}
}

// A Spec built in Go is checked like a file.
func TestValidateGoApplication(t *testing.T) {
	t.Parallel()
	s := parse(t, small)
	fresh := &spec.Spec{Project: s.Project, Toolchain: s.Toolchain, Source: s.Source, Environments: slices.Clone(s.Environments[:1])}
	fresh.Environments[0].Application = spec.Application{
		Network:    &spec.Network{VPC: "vpc-0", Zones: 2, NAT: spec.NoNAT, FlowLogs: true},
		Jobs:       []spec.Job{{Name: "a", Timezone: "UTC", Container: spec.Container{Environment: map[string]string{"X": "a\x07"}}}},
		Services:   []spec.Service{{Name: "b", CPU: 256, Memory: 512, LoadBalancer: &spec.LoadBalancer{HTTP: true}}},
		API:        &spec.API{},
		Monitoring: &spec.Monitoring{Only: spec.Only{Types: []spec.Type{spec.Dev}}},
		Stacks:     []spec.Stack{{Name: "c", Parameters: map[string]string{"": "x\x00"}}},
		LogDays:    2,
	}
	fresh.Resolve()
	var got []string
	for _, p := range fresh.Validate() {
		got = append(got, strings.TrimPrefix(p.Path, "environments[0].application.")+": "+p.Message)
	}
	want := []string{
		`network.vpc: "vpc-0" is not the id of a VPC`,
		"network.zones: cannot be set for a VPC that is there",
		"network.nat: cannot be set for a VPC that is there",
		"network.privateSubnets: there is none",
		"api: no function has a route",
		"api.rate: cannot be 0",
		"api.burst: cannot be 0",
		"jobs[0].image: is required",
		"jobs[0].environment.X: holds the control character U+0007",
		"jobs[0].vcpus: Fargate has no tasks with 0 vCPUs",
		"jobs[0].attempts: cannot be 0",
		"jobs[0].timeoutMinutes: cannot be 0",
		"services[0].image: is required",
		"services[0].loadBalancer: needs a port",
		"monitoring.latencySeconds: cannot be 0",
		"stacks[0].template: is required",
		`stacks[0].parameters[""]: "" is no name of a parameter`,
		`stacks[0].parameters[""]: holds the control character U+0000`,
		"logDays: cannot be 2: CloudWatch Logs keeps logs for certain numbers of days",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

// The names of cfnpipe's own stacks are taken.
func TestOwnStackNames(t *testing.T) {
	t.Parallel()
	for _, s := range []cfn.Stack{
		&stages.Access{}, &stages.Batch{}, &stages.Bootstrap{}, &stages.Functions{}, &stages.Monitoring{}, &stages.Network{}, &stages.Services{},
		&stages.Storage{}, &stages.Queues{},
	} {
		refuse(t, change(t, application, "name: extras", "name: "+s.Name()),
			fmt.Sprintf("67:13: application.stacks[0].name: %q is the name of a stack that cfnpipe makes; choose another", s.Name()))
	}
}

// Names of stacks that later versions make are refused now, so that no project has to give up one.
func TestNamesOfLaterStacksAreReserved(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"topics", "tables", "databases", "files", "events", "workflows", "sites", "secrets", "domains", "groups"} {
		refuse(t, small+"application: { stacks: [{ name: "+name+", template: a.yaml }] }\n",
			`9:33: application.stacks[0].name: the name "`+name+`" is reserved for a stack that a later version of cfnpipe makes; choose another`)
	}
	for _, name := range []string{"queue", "orders", "my-queues"} {
		parse(t, small+"application: { stacks: [{ name: "+name+", template: a.yaml }] }\n")
	}
}
