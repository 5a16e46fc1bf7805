package stages_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/stages"
)

// withJobs has a job of each kind, in a VPC that is there.
const withJobs = `
project: shop
toolchain: { account: "111111111111", region: eu-west-1 }
source:
  connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42
  repository: acme/shop
environments:
  - { name: dev,  type: dev,  account: "222222222222" }
  - { name: prod, type: prod, account: "444444444444", label: Shop }
toolchainStack:
  repositories: [{ name: tools }]
application:
  network:
    vpc: vpc-0a1b2c3d4e5f60718
    privateSubnets: [subnet-0a1b2c3d4e5f60718, subnet-1a2b3c4d5e6f70819]
  repositories:
    - { name: jobs, context: jobs, architecture: arm64 }
  buckets: [{ name: data }]
  jobs:
    - name: nightly
      image: jobs
      command: [/run.sh]
      environment: { STAGE: "{environment}" }
      reads: [data]
      vcpus: 2
      memory: 4096
      schedule: cron(0 3 * * ? *)
      timezone: Europe/Berlin
    - { name: cleanup, image: jobs, compute: fargate-spot, vcpus: 0.25, memory: 512, writable: true }
    - { name: train, image: "tools:7", gpus: 1, instanceTypes: [g6], vcpus: 4, memory: 15000 }
tags: { team: shop }
`

func batchStack(tb testing.TB, yaml, environment string) assembly.Stack {
	tb.Helper()
	return stackNamed(tb, assembled(tb, yaml), "shop-"+environment+"-batch")
}

func TestJobsHaveNamesOfTheirEnvironment(t *testing.T) {
	t.Parallel()
	s := batchStack(t, withJobs, "dev")
	got := map[string][]string{}
	for typ, property := range map[string]string{
		"AWS::Batch::JobDefinition": "JobDefinitionName", "AWS::Logs::LogGroup": "LogGroupName", "AWS::IAM::Role": "RoleName",
		"AWS::SQS::Queue": "QueueName", "AWS::Scheduler::Schedule": "Name",
		"AWS::IAM::InstanceProfile": "InstanceProfileName",
	} {
		for _, p := range ofType(s.Template, typ) {
			got[typ] = append(got[typ], text(s, p.Get(property)))
		}
		slices.Sort(got[typ])
	}
	want := map[string][]string{
		"AWS::Batch::JobDefinition": {"shop-dev-cleanup", "shop-dev-nightly", "shop-dev-train"},
		"AWS::IAM::InstanceProfile": {"shop-dev-train-job-instance"},
		"AWS::IAM::Role": {
			"shop-dev-cleanup-job", "shop-dev-cleanup-job-start", "shop-dev-nightly-job", "shop-dev-nightly-job-schedule",
			"shop-dev-nightly-job-start", "shop-dev-train-job", "shop-dev-train-job-instance", "shop-dev-train-job-start",
		},
		"AWS::Logs::LogGroup":      {"/aws/batch/shop-dev-cleanup", "/aws/batch/shop-dev-nightly", "/aws/batch/shop-dev-train"},
		"AWS::SQS::Queue":          {"shop-dev-nightly-missed"},
		"AWS::Scheduler::Schedule": {"shop-dev-nightly"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	for _, typ := range []string{"AWS::Batch::JobQueue", "AWS::Batch::ComputeEnvironment"} {
		if n := len(ofType(s.Template, typ)); n != 3 {
			t.Errorf("there are %d of %s, want one for each job", n, typ)
		}
	}
}

func TestOthersFindAJobsQueueAndDefinition(t *testing.T) {
	t.Parallel()
	s := batchStack(t, withJobs, "prod")
	var got []string
	for _, p := range ofType(s.Template, "AWS::SSM::Parameter") {
		got = append(got, text(s, p.Get("Name")))
	}
	slices.Sort(got)
	var want []string
	for _, job := range []string{"Cleanup", "Nightly", "Train"} {
		want = append(want, "/shop/prod/batch/"+job+"JobDefinitionName", "/shop/prod/batch/"+job+"JobQueueArn", "/shop/prod/batch/"+job+"JobQueueName")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

// Batch changes neither tags nor the VPC of a compute environment: without another name, the first change of them would fail every
// deployment. Queues take other tags and other environments: what waits in them goes on to wait.
func TestComputeEnvironmentsAreReplacedWhenTheirTagsOrTheirVPCChange(t *testing.T) {
	t.Parallel()
	names := func(yaml, typ, property string) []string {
		var list []string
		s := batchStack(t, yaml, "prod")
		for _, p := range ofType(s.Template, typ) {
			list = append(list, text(s, p.Get(property)))
		}
		slices.Sort(list)
		return list
	}
	environments := func(yaml string) []string {
		return names(yaml, "AWS::Batch::ComputeEnvironment", "ComputeEnvironmentName")
	}
	before, queues := environments(withJobs), []string{"shop-prod-cleanup-fargate", "shop-prod-nightly-fargate", "shop-prod-train-ec2"}
	if again := environments(withJobs); !slices.Equal(before, again) {
		t.Errorf("the same spec gives %v and %v", before, again)
	}
	for _, change := range [][2]string{
		{"team: shop", "team: shoq"}, {"label: Shop", "label: Store"}, {"tags: {", "tags: { cost: it,"}, {"vpc-0a1b2c3d4e5f60718", "vpc-1a2b3c4d5e6f70819"},
	} {
		yaml := strings.Replace(withJobs, change[0], change[1], 1)
		for _, name := range environments(yaml) {
			if slices.Contains(before, name) {
				t.Errorf("%s instead of %s: %s keeps its name", change[1], change[0], name)
			}
		}
		if got := names(yaml, "AWS::Batch::JobQueue", "JobQueueName"); !slices.Equal(got, queues) {
			t.Errorf("%s instead of %s: got the queues %v, want %v", change[1], change[0], got, queues)
		}
	}
}

func TestInstancesHaveTheTagsOfTheirStack(t *testing.T) {
	t.Parallel()
	s := batchStack(t, withJobs, "prod")
	want := maps.Clone(s.Tags)
	want["Name"] = "shop-prod-train"
	for _, p := range ofType(s.Template, "AWS::Batch::ComputeEnvironment") {
		if p.At("ComputeResources", "Type").Text != "EC2" {
			continue
		}
		got := map[string]string{}
		for _, k := range p.At("ComputeResources", "Tags").Keys {
			got[k] = p.At("ComputeResources", "Tags", k).Text
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("instances: want -, got +:\n%s", diff)
		}
	}
	for _, p := range ofType(s.Template, "AWS::EC2::LaunchTemplate") {
		got := map[string]string{}
		for _, tag := range p.Get("TagSpecifications").Items[0].Get("Tags").Items {
			got[tag.Get("Key").Text] = tag.Get("Value").Text
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("launch template: want -, got +:\n%s", diff)
		}
	}
}

func TestJobsRunTheImagesThatTheSpecNames(t *testing.T) {
	t.Parallel()
	s := batchStack(t, withJobs, "dev")
	got := map[string]string{}
	for _, p := range ofType(s.Template, "AWS::Batch::JobDefinition") {
		got[p.Get("JobDefinitionName").Text] = p.At("ContainerProperties", "Image", "Fn::Sub").Text
	}
	want := map[string]string{
		"shop-dev-cleanup": "${BootstrapJobsRepositoryUri}:${JobsImageTag}",
		"shop-dev-nightly": "${BootstrapJobsRepositoryUri}:${JobsImageTag}",
		"shop-dev-train":   "111111111111.dkr.ecr.eu-west-1.${AWS::URLSuffix}/shop-toolchain-tools:7",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	if want := []string{"JobsImageTag"}; !slices.Equal(s.ReleaseParameters, want) {
		t.Errorf("got the release parameters %v, want %v", s.ReleaseParameters, want)
	}
}

func TestJobsThatCannotBeBuilt(t *testing.T) {
	t.Parallel()
	s, err := spec.Parse("pipeline.yaml", []byte(withJobs))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		why    string
		change func(*stages.Batch, *spec.Job)
		want   string
	}{
		{"as it is", func(*stages.Batch, *spec.Job) {}, ""},
		{"no network", func(b *stages.Batch, _ *spec.Job) { b.Network = nil }, "job nightly of environment dev has no network to run in; add one to the application"},
		{
			"not enough memory", func(_ *stages.Batch, j *spec.Job) { j.VCPUs, j.Memory = 1, 512 },
			"job nightly of environment dev: 1 vCPUs with 512 MB are no size of Fargate; the next that it has are 1 with 2048",
		},
		{
			"a third of a vCPU", func(_ *stages.Batch, j *spec.Job) { j.VCPUs, j.Memory = 1.0/4+1e-9, 512 },
			"job nightly of environment dev: 0.250000001 vCPUs with 512 MB are no size of Fargate; the next that it has are 0.5 with 1024",
		},
		{
			"too large", func(_ *stages.Batch, j *spec.Job) { j.VCPUs, j.Memory = 32, 65536 },
			"job nightly of environment dev: 32 vCPUs with 65536 MB are more than Fargate has; use ec2",
		},
	} {
		e := stages.New(s, s.Environments[0], "delivery")
		i := slices.IndexFunc(e.Stacks, func(s cfn.Stack) bool { return s.Name() == "batch" })
		b, ok := e.Stacks[i].(*stages.Batch)
		if !ok {
			t.Fatal("the stack is another")
		}
		b.Jobs = slices.Clone(b.Jobs)
		c.change(b, &b.Jobs[0])
		got := ""
		if err := b.Build(cfn.New(e.Place, b)); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.why, got, c.want)
		}
	}
}
