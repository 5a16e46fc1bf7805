package resources_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// oneJob has as little as a job needs.
func oneJob() resources.Job {
	return resources.Job{
		ID: "Nightly", Name: "shop-dev-nightly",
		Container: resources.Container{
			Image: cfn.Literal[cfn.ImageURI]("public.ecr.aws/docker/library/busybox:1.37"), Architecture: "x86_64",
		},
		Compute: resources.Fargate, VCPUs: 0.25, Memory: 512, MaxVCPUs: 1, Attempts: 1, TimeoutMinutes: 60,
		VPC:       cfn.Literal[cfn.VPCID]("vpc-0a1b2c3d4e5f60718"),
		Subnets:   cfn.Literals[cfn.SubnetID]("subnet-0a1b2c3d4e5f60718", "subnet-1a2b3c4d5e6f70819"),
		StartRole: "shop-dev-nightly-job-start", CodeRole: "shop-dev-nightly-job", InstanceRole: "shop-dev-nightly-job-instance",
		RolePath: "/shop/app/", Boundary: resources.PolicyARNOf(cfn.AccountID(), "/shop/access/", "shop-dev-boundary"),
		LogKey: keyARN, LogDays: 30,
		Tags: map[string]string{"project": "shop", "environment": "dev"},
	}
}

// everyJob has all that a job on Fargate can have.
func everyJob(t *cfn.Template) resources.Job {
	j := oneJob()
	j.Container.Image = cfn.Format[cfn.ImageURI]("222222222222.dkr.ecr.eu-west-1.%s/shop-dev-nightly:%s",
		cfn.URLSuffix(), cfn.AddReleaseParameter[cfn.Text](t, "NightlyImageTag", "Which image of nightly runs"))
	j.Container.Repository = resources.RepositoryARNOf(cfn.AccountID(), cfn.Region(), "shop-dev-nightly")
	j.Container.Command = []string{"/run.sh", "--all"}
	j.Container.Environment = []resources.Variable{
		{Name: "BUCKET", Value: bucketName}, {Name: "EMPTY", Value: cfn.Lit("")}, {Name: "LITERAL", Value: cfn.Lit("${dev}")},
	}
	j.Container.Secrets = []resources.Secret{
		{Name: "PASSWORD", ARN: "arn:aws:secretsmanager:eu-west-1:222222222222:secret:shop/database-AbCdEf", JSONKey: "password"},
		{Name: "TOKEN", ARN: "arn:aws:ssm:eu-west-1:222222222222:parameter/shop/token"},
	}
	j.Container.SecretKeys = []string{"arn:aws:kms:eu-west-1:222222222222:key/99999999-2222-3333-4444-555555555555"}
	j.Container.Grants = policy.Identity{
		policy.Allow("Read", "s3:GetObject").On(resources.BucketObjects(bucketName)).If(policy.InAccount(cfn.AccountID())),
	}
	j.VCPUs, j.Memory, j.MaxVCPUs, j.Attempts, j.TimeoutMinutes = 2, 4096, 8, 3, 90
	return j
}

// gpuJob runs on instances with GPUs.
func gpuJob() resources.Job {
	j := oneJob()
	j.Compute, j.InstanceTypes, j.GPUs = resources.EC2, []string{"g6.xlarge", "g5"}, 1
	j.VCPUs, j.Memory, j.MaxVCPUs, j.TimeoutMinutes = 4, 15000, 16, 720
	return j
}

// oneSchedule submits the job every night.
func oneSchedule(job resources.JobHandle) resources.Schedule {
	return resources.Schedule{
		ID: "NightlySchedule", Name: "shop-dev-nightly", Description: "Submits job nightly of shop in environment dev", Job: job,
		Expression: "cron(0 3 * * ? *)", Timezone: "Europe/Berlin",
		RoleName: "shop-dev-nightly-job-schedule", RolePath: "/shop/app/",
		Boundary: resources.PolicyARNOf(cfn.AccountID(), "/shop/access/", "shop-dev-boundary"),
		Missed:   "shop-dev-nightly-missed",
	}
}

// jobTemplate renders one job with its schedule.
func jobTemplate(tb testing.TB, change func(*resources.Job)) *tree.Node {
	tb.Helper()
	tmpl := template()
	j := oneJob()
	change(&j)
	oneSchedule(j.Add(tmpl)).Add(tmpl)
	n, err := tmpl.Render()
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

func properties(tb testing.TB, n *tree.Node, id string) *tree.Node {
	tb.Helper()
	p := n.At("Resources", id, "Properties")
	if p == nil {
		tb.Fatalf("there is no %s:\n%s", id, n.YAML())
	}
	return p
}

// Batch changes neither an environment's tags nor its kind of compute nor its VPC; CloudFormation replaces what cannot change only if its name
// changes, too. A queue keeps its name, and what waits in it, unless it is for other instances.
func TestWhatBatchCannotChangeGetsAnotherName(t *testing.T) {
	t.Parallel()
	names := func(change func(*resources.Job)) (environment, queue, definition string) {
		n := jobTemplate(t, change)
		return properties(t, n, "NightlyComputeEnvironment").Get("ComputeEnvironmentName").Text,
			properties(t, n, "NightlyQueue").Get("JobQueueName").Text,
			properties(t, n, "NightlyDefinition").Get("JobDefinitionName").Text
	}
	environment, queue, definition := names(func(*resources.Job) {})
	if !strings.HasPrefix(environment, "shop-dev-nightly-") || queue != "shop-dev-nightly-fargate" || definition != "shop-dev-nightly" {
		t.Errorf("got the names %s, %s and %s", environment, queue, definition)
	}
	for _, c := range []struct {
		what    string
		another bool
		change  func(*resources.Job)
	}{
		{"another network", true, func(j *resources.Job) { j.Network = "10.1.0.0/16" }},
		{"a new tag", true, func(j *resources.Job) { j.Tags["team"] = "shop" }},
		{"another tag", true, func(j *resources.Job) { j.Tags["project"] = "shoq" }},
		{"the same text in other places", true, func(j *resources.Job) {
			j.Tags = map[string]string{"environment": "devproject", "shop": ""}
		}},
		{"another compute", true, func(j *resources.Job) { j.Compute = resources.FargateSpot }},
		{"instances", true, func(j *resources.Job) { j.Compute, j.VCPUs = resources.EC2, 1 }},
		{"more memory", false, func(j *resources.Job) { j.Memory = 1024 }},
		{"more vCPUs together", false, func(j *resources.Job) { j.MaxVCPUs = 2 }},
		{"other subnets", false, func(j *resources.Job) { j.Subnets = cfn.Literals[cfn.SubnetID]("subnet-2a3b4c5d6e7f80910") }},
		{"another architecture", false, func(j *resources.Job) { j.Container.Architecture = "arm64" }},
	} {
		e, q, d := names(c.change)
		if (e != environment) != c.another || d != definition {
			t.Errorf("%s: got the names %s and %s after %s, want another: %t", c.what, e, d, environment, c.another)
		}
		want := queue
		if c.what == "instances" {
			want = "shop-dev-nightly-ec2"
		}
		if q != want {
			t.Errorf("%s: got the queue %s, want %s", c.what, q, want)
		}
	}
}

func TestASchedulesRoleSubmitsItsJobAndNoOther(t *testing.T) {
	t.Parallel()
	want := `Sid: Submit
Effect: Allow
Action: batch:SubmitJob
Resource:
  - !Ref NightlyQueue
  - !Sub arn:${AWS::Partition}:batch:${AWS::Region}:${AWS::AccountId}:job-definition/shop-dev-nightly
  - !Sub arn:${AWS::Partition}:batch:${AWS::Region}:${AWS::AccountId}:job-definition/shop-dev-nightly:*
  - !Sub arn:${AWS::Partition}:batch:${AWS::Region}:${AWS::AccountId}:job/*
`
	role := properties(t, jobTemplate(t, func(*resources.Job) {}), "NightlyScheduleRole")
	statements := role.Get("Policies").Items[0].At("PolicyDocument", "Statement").Items
	if diff := cmp.Diff(want, string(statements[0].YAML())); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	if len(statements) != 2 || statements[1].Get("Action").Text != "sqs:SendMessage" {
		t.Errorf("it may do more:\n%s", role.YAML())
	}
}

// A revision in the schedule would be that of its own last deployment.
func TestAScheduleSubmitsTheLatestRevision(t *testing.T) {
	t.Parallel()
	n := jobTemplate(t, func(*resources.Job) {})
	input := properties(t, n, "NightlySchedule").At("Target", "Input", "Fn::Sub").Text
	want := `{"JobName":"shop-dev-nightly","JobQueue":"${NightlyQueue}","JobDefinition":"shop-dev-nightly"}`
	if input != want {
		t.Errorf("got the input %s, want %s", input, want)
	}
	if after := n.At("Resources", "NightlySchedule", "DependsOn"); after == nil || after.Text != "NightlyDefinition" {
		t.Errorf("the schedule does not wait for the definition")
	}
}

// Code on an instance can become the instance's role.
func TestAnInstancesRoleReachesOnlyTheJobsOwnCluster(t *testing.T) {
	t.Parallel()
	n := jobTemplate(t, func(j *resources.Job) { j.Compute, j.VCPUs = resources.EC2, 1 })
	for _, s := range properties(t, n, "NightlyInstanceRole").Get("Policies").Items[0].At("PolicyDocument", "Statement").Items {
		actions := s.Get("Action").Items
		if s.Get("Resource").Text == "*" && s.Get("Action").Text == "ecs:DiscoverPollEndpoint" {
			continue
		}
		if sub := s.At("Resource", "Fn::Sub"); sub == nil || !strings.Contains(sub.Text, "/AWSBatch-shop-dev-nightly-*") {
			t.Errorf("beyond the cluster of the job:\n%s", s.YAML())
		}
		for _, a := range append(actions, s.Get("Action")) {
			if a.Kind == tree.String && !strings.HasPrefix(a.Text, "ecs:") {
				t.Errorf("%s is nothing that the agent does", a.Text)
			}
		}
	}
}

func TestInstancesFitTheContainer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what         string
		change       func(*resources.Job)
		types, image string
	}{
		{"x86", func(*resources.Job) {}, "optimal", "ECS_AL2023"},
		{"ARM", func(j *resources.Job) { j.Container.Architecture = "arm64" }, "default_arm64", "ECS_AL2023"},
		{"ARM by name", func(j *resources.Job) { j.Container.Architecture, j.InstanceTypes = "arm64", []string{"c7g"} }, "c7g", "ECS_AL2023"},
		{"GPUs", func(j *resources.Job) { j.GPUs, j.InstanceTypes = 1, []string{"g6"} }, "g6", "ECS_AL2023_NVIDIA"},
	} {
		compute := properties(t, jobTemplate(t, func(j *resources.Job) {
			j.Compute, j.VCPUs, j.Memory = resources.EC2, 1, 2048
			c.change(j)
		}), "NightlyComputeEnvironment").Get("ComputeResources")
		types, image := compute.Get("InstanceTypes").Items[0].Text, compute.Get("Ec2Configuration").Items[0].Get("ImageType").Text
		if types != c.types || image != c.image {
			t.Errorf("%s: got %s from the image %s, want %s from %s", c.what, types, image, c.types, c.image)
		}
	}
}

func TestOnlyAWritableContainerWritesElsewhereThanInTmp(t *testing.T) {
	t.Parallel()
	for _, writable := range []bool{false, true} {
		for _, compute := range []string{resources.Fargate, resources.FargateSpot, resources.EC2} {
			container := properties(t, jobTemplate(t, func(j *resources.Job) {
				j.Container.Writable, j.Compute, j.VCPUs, j.Memory = writable, compute, 1, 2048
			}), "NightlyDefinition").Get("ContainerProperties")
			if got := container.Get("ReadonlyRootFilesystem").Text; got != fmt.Sprint(!writable) {
				t.Errorf("%s, writable %t: a read-only root is %s", compute, writable, got)
			}
			if mounted := container.Get("MountPoints") != nil; mounted == writable {
				t.Errorf("%s, writable %t: /tmp is mounted: %t", compute, writable, mounted)
			}
			if volumes := container.Get("Volumes"); volumes != nil && !slices.Equal(volumes.Items[0].Keys, []string{"Name"}) {
				t.Errorf("%s: Fargate takes no host, and on EC2 it would outlive the run:\n%s", compute, volumes.YAML())
			}
		}
	}
}

func TestJobsThatBatchCouldNotRunAreRefused(t *testing.T) {
	t.Parallel()
	ec2 := func(change func(*resources.Job)) func(*resources.Job) {
		return func(j *resources.Job) {
			j.Compute, j.VCPUs, j.Memory = resources.EC2, 1, 2048
			change(j)
		}
	}
	const needs = "Resources.NightlyDefinition.Properties.ContainerProperties.ResourceRequirements: "
	const pair = "; set VCPUs and Memory to a pair that Fargate supports; a vCPU is 1024 units"
	const types = "Resources.NightlyComputeEnvironment.Properties.ComputeResources.InstanceTypes: "
	for _, c := range []struct {
		why    string
		change func(*resources.Job)
		want   string
	}{
		{"as it is", func(*resources.Job) {}, ""},
		{"a name of 119 characters", func(j *resources.Job) { j.Name = strings.Repeat("a", 119) }, ""},
		{
			"one that leaves no place for what tells two queues apart", func(j *resources.Job) { j.Name = strings.Repeat("a", 120) },
			fmt.Sprintf(`Resources.NightlyDefinition.Properties.JobDefinitionName: %q is not a valid name: Batch requires 1 to 119 letters, digits and _-; choose another one`, strings.Repeat("a", 120)),
		},
		{
			"another compute", func(j *resources.Job) { j.Compute = "SPOT" },
			`Resources.NightlyComputeEnvironment.Properties.ComputeResources.Type: "SPOT" is not a valid Compute; use FARGATE, FARGATE_SPOT or EC2`,
		},
		{"GPUs on Fargate", func(j *resources.Job) { j.GPUs = 1 }, needs + "Fargate has neither instance types nor GPUs; remove them, or set Compute to EC2"},
		{"types on Fargate", func(j *resources.Job) { j.InstanceTypes = []string{"m7i"} }, needs + "Fargate has neither instance types nor GPUs; remove them, or set Compute to EC2"},
		{"no memory on Fargate", func(j *resources.Job) { j.Memory = 0 }, needs + "Fargate does not support 0 MB with 256 units of CPU: use 512 to 2048 in steps of 512, except 1536" + pair},
		{"3 vCPUs on Fargate", func(j *resources.Job) { j.VCPUs, j.Memory, j.MaxVCPUs = 3, 1000, 3 }, needs + "Fargate does not support 3072 units of CPU: use 256, 512, 1024, 2048, 4096, 8192 or 16384" + pair},
		{"too little memory on Fargate", func(j *resources.Job) { j.VCPUs, j.Memory = 1, 1000 }, needs + "Fargate does not support 1000 MB with 1024 units of CPU: use 2048 to 8192 in steps of 1024" + pair},
		{"part of a unit on Fargate", func(j *resources.Job) { j.VCPUs = 0.2501 }, needs + "Fargate does not support 0.2501 vCPUs" + pair},
		{"a large job on Fargate", func(j *resources.Job) { j.VCPUs, j.Memory, j.MaxVCPUs = 16, 122880, 16 }, ""},
		{"half a vCPU on EC2", ec2(func(j *resources.Job) { j.VCPUs = 0.5 }), needs + "0.5 vCPUs are not possible on EC2; use a whole number of at least 1"},
		{"no vCPU on EC2", ec2(func(j *resources.Job) { j.VCPUs = 0 }), needs + "0 vCPUs are not possible on EC2; use a whole number of at least 1"},
		{"3 MB on EC2", ec2(func(j *resources.Job) { j.Memory = 3 }), needs + "it is 3; Batch allows 4 to 2147483647"},
		{"x86 on EC2", ec2(func(j *resources.Job) { j.InstanceTypes = []string{"m7i.large", "c7a", "g5", "p4d", "mac2"} }), ""},
		{"ARM on EC2", ec2(func(j *resources.Job) {
			j.InstanceTypes, j.Container.Architecture = []string{"m7g.large", "c7gn", "a1", "im4gn", "x2gd.medium", "t4g"}, "arm64"
		}), ""},
		{
			"an ARM type for an x86 image", ec2(func(j *resources.Job) { j.InstanceTypes = []string{"m7g.large"} }),
			types + "m7g.large is arm64, but the container is for x86_64; choose another type, or build the image for arm64",
		},
		{
			"an x86 type for an ARM image", ec2(func(j *resources.Job) { j.InstanceTypes, j.Container.Architecture = []string{"m7i"}, "arm64" }),
			types + "m7i is x86_64, but the container is for arm64; choose another type, or build the image for x86_64",
		},
		{"GPUs without types", ec2(func(j *resources.Job) { j.GPUs = 1 }), types + "none of the instance types that Batch chooses by default has GPUs; set InstanceTypes to types that do, such as g6"},
		{
			"GPUs on ARM", ec2(func(j *resources.Job) {
				j.GPUs, j.InstanceTypes, j.Container.Architecture = 1, []string{"g5g"}, "arm64"
			}),
			types + "Batch does not support GPUs on ARM instances; use x86_64",
		},
		{"less than no GPUs", ec2(func(j *resources.Job) { j.GPUs = -1 }), types + "-1 is not a number of GPUs; use 0 or more"},
		{
			"less than one run needs", func(j *resources.Job) { j.VCPUs, j.Memory, j.MaxVCPUs = 2, 4096, 1 },
			"Resources.NightlyComputeEnvironment.Properties.ComputeResources.MaxvCpus: it is 1; the size of one run allows 2 to 2147483647",
		},
		{
			"no attempt", func(j *resources.Job) { j.Attempts = 0 },
			"Resources.NightlyDefinition.Properties.RetryStrategy.Attempts: it is 0; Batch allows 1 to 10",
		},
		{
			"11 attempts", func(j *resources.Job) { j.Attempts = 11 },
			"Resources.NightlyDefinition.Properties.RetryStrategy.Attempts: it is 11; Batch allows 1 to 10",
		},
		{
			"no time", func(j *resources.Job) { j.TimeoutMinutes = 0 },
			"Resources.NightlyDefinition.Properties.Timeout: it is 0; Batch allows 1 to 35791394",
		},
		{
			"logs without a key", func(j *resources.Job) { j.LogKey = cfn.Value[cfn.KeyARN]{} },
			"Resources.NightlyLogs.Properties.KmsKeyId: the key is not set; set Key to a customer managed key",
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			tmpl := template()
			j := oneJob()
			c.change(&j)
			j.Add(tmpl)
			if diff := cmp.Diff(c.want, problems(t, tmpl)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestSchedulesThatAreNoneAreRefused(t *testing.T) {
	t.Parallel()
	for expression, good := range map[string]bool{
		"cron(0 3 * * ? *)": true, "rate(1 hour)": true, "at(2027-01-01T00:00:00)": true,
		"": false, "0 3 * * *": false, "cron()": false, "every(1 day)": false, "cron(0 3 * * ? *": false, "rate(1 hour)\n": false,
		"cron(" + strings.Repeat("0", 250) + ")": false,
	} {
		tmpl := template()
		s := oneSchedule(oneJob().Add(tmpl))
		s.Expression = expression
		s.Add(tmpl)
		want := ""
		if !good {
			want = fmt.Sprintf("Resources.NightlySchedule.Properties.ScheduleExpression: %q is not a valid schedule; write one such as cron(0 3 * * ? *) or rate(1 hour)", expression)
		}
		if got, _, _ := strings.Cut(problems(t, tmpl), "\nResources"); got != want {
			t.Errorf("%q: got %q, want %q", expression, got, want)
		}
	}
}

// The disk that instances have by themselves does not hold large images.
func TestInstancesHaveAnEncryptedDiskOf100GB(t *testing.T) {
	t.Parallel()
	for _, gpus := range []int{0, 1} {
		n := jobTemplate(t, func(j *resources.Job) {
			j.Compute, j.VCPUs, j.Memory, j.GPUs, j.InstanceTypes = resources.EC2, 1, 2048, gpus, []string{"g6"}
		})
		disks := properties(t, n, "NightlyLaunchTemplate").At("LaunchTemplateData", "BlockDeviceMappings").Items
		if len(disks) != 1 || disks[0].Get("DeviceName").Text != "/dev/xvda" { // any other would be a second disk beside the root
			t.Fatalf("%d GPUs: got the disks\n%s", gpus, properties(t, n, "NightlyLaunchTemplate").YAML())
		}
		disk := disks[0].Get("Ebs")
		if disk.Get("VolumeSize").Text != "100" || disk.Get("Encrypted").Text != "true" || disk.Get("VolumeType").Text != "gp3" {
			t.Errorf("%d GPUs: got\n%s", gpus, disk.YAML())
		}
	}
}
