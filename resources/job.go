package resources

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/awslabs/goformation/v7/cloudformation/batch"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// Job is a container that AWS Batch runs when somebody submits it. It has a compute environment, a queue and a definition of its own: no
// other job holds it up, and its limits are its own.
type Job struct {
	// ID is what the logical ids begin with.
	ID string
	// Name of the definition, and what the names of the queue and the compute environment begin with.
	Name      string
	Container Container
	// Compute is what the job runs on: FARGATE, FARGATE_SPOT, which AWS may stop at two minutes' notice, or EC2.
	Compute string
	// VCPUs and Memory in MB. On Fargate one of the pairs that it knows; on EC2 whole vCPUs, and at least 4 MB (Batch API,
	// ResourceRequirement).
	VCPUs  float64
	Memory int
	// GPUs of the job, on EC2 only. Instances there have an encrypted disk of 100 GB, for images and for what runs write.
	GPUs int
	// InstanceTypes on EC2, types such as m7g.large or families such as m7g, all of the container's architecture. Default: Batch chooses
	// among general ones, none of which has GPUs.
	InstanceTypes []string
	// MaxVCPUs is how many vCPUs all runs of the job have together; more runs wait.
	MaxVCPUs int
	// Attempts to run the job, 1 to 10 (Batch API, RetryStrategy).
	Attempts int
	// TimeoutMinutes after which an attempt is stopped.
	TimeoutMinutes int
	// Network tells one VPC from another by whatever text: another one makes another compute environment.
	Network string
	// VPC and Subnets to run in. The subnets are private, and lead to ECR, CloudWatch Logs and whatever holds the secrets; on EC2 to ECS, too.
	VPC     cfn.Value[cfn.VPCID]
	Subnets cfn.List[cfn.SubnetID]
	// StartRole, CodeRole and InstanceRole are the names of the roles that ECS starts the job with, that its code runs with, and that the
	// instances on EC2 have; RolePath is where they stand, Boundary the most that they may do.
	StartRole, CodeRole, InstanceRole, RolePath string
	Boundary                                    cfn.Value[cfn.PolicyARN]
	// LogKey encrypts the logs, which stay for LogDays.
	LogKey  cfn.Value[cfn.KeyARN]
	LogDays int
	// RetainLogs keeps them when the job goes.
	RetainLogs bool
	// Tags of the stack. CloudFormation gives them neither to instances nor to launch templates.
	Tags map[string]string
}

// What Batch runs jobs on.
const (
	Fargate     = "FARGATE"
	FargateSpot = "FARGATE_SPOT"
	EC2         = "EC2"
)

// JobHandle is a declared job.
type JobHandle struct {
	name              string
	queue, definition *cfn.Resource
}

// QueueARN is the ARN of the job's queue.
func (h JobHandle) QueueARN() cfn.Value[cfn.JobQueueARN] { return cfn.Ref[cfn.JobQueueARN](h.queue) }

// QueueName is the name of the job's queue.
func (h JobHandle) QueueName() cfn.Value[cfn.JobQueueName] {
	return cfn.Select(1, cfn.Split[cfn.JobQueueName]("/", h.QueueARN()))
}

// DefinitionName is the name of the job's definition, without a revision: to submit it is to submit the latest.
func (h JobHandle) DefinitionName() cfn.Value[cfn.JobDefinitionName] {
	return cfn.Literal[cfn.JobDefinitionName](h.name)
}

// maxBatchName is the most characters of a name (Batch API), suffix is the most of them that Job adds.
const (
	maxBatchName = 128
	suffix       = 1 + 8
)

// Add declares the job and what belongs to it.
func (j Job) Add(t *cfn.Template) JobHandle {
	j.check(t)
	logs := LogGroup{ID: j.ID + "Logs", Name: "/aws/batch/" + j.Name, RetentionDays: j.LogDays, Key: j.LogKey, Retain: j.RetainLogs}.Add(t)
	queue := t.Add(j.ID+"Queue", &batch.JobQueue{
		JobQueueName: new(j.queueName()),
		State:        new("ENABLED"),
		Priority:     1,
		ComputeEnvironmentOrder: []batch.JobQueue_ComputeEnvironmentOrder{
			{Order: 1, ComputeEnvironment: t.Text(cfn.Ref[cfn.Text](j.environment(t)))},
		},
		JobStateTimeLimitActions: []batch.JobQueue_JobStateTimeLimitAction{
			// what can never run would wait for ever, and all behind it
			cancel("MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE"), cancel("MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"),
		},
	})
	return JobHandle{name: j.Name, queue: queue, definition: t.Add(j.ID+"Definition", j.definition(t, logs))}
}

func cancel(reason string) batch.JobQueue_JobStateTimeLimitAction {
	return batch.JobQueue_JobStateTimeLimitAction{Action: "CANCEL", State: "RUNNABLE", Reason: reason, MaxTimeSeconds: 600}
}

func (j Job) check(t *cfn.Template) {
	definition, environment := "Resources."+j.ID+"Definition.Properties", "Resources."+j.ID+"ComputeEnvironment.Properties"
	checkName(t, definition+".JobDefinitionName", "Batch", j.Name, "_-", 1, maxBatchName-suffix)
	checkRange(t, definition+".RetryStrategy.Attempts", "Batch", j.Attempts, 1, limits.BatchAttempts)
	checkRange(t, definition+".Timeout", "Batch", j.TimeoutMinutes, 1, math.MaxInt32/60)
	checkRange(t, environment+".ComputeResources.MaxvCpus", "the size of one run", j.MaxVCPUs, int(math.Ceil(j.VCPUs)), math.MaxInt32)
	resourcesPath := definition + ".ContainerProperties.ResourceRequirements"
	switch j.Compute {
	case Fargate, FargateSpot:
		if len(j.InstanceTypes) > 0 || j.GPUs > 0 {
			t.Fail(resourcesPath, "Fargate has neither instance types nor GPUs", "leave them out, or set Compute to EC2")
		}
		const units = 1024 // of CPU in a vCPU
		message := fargateSize(int(j.VCPUs*units), j.Memory)
		if j.VCPUs*units != math.Trunc(j.VCPUs*units) {
			message = fmt.Sprintf("Fargate has no tasks with %v vCPUs", j.VCPUs)
		}
		if message != "" {
			t.Fail(resourcesPath, message, "set VCPUs and Memory to a pair that Fargate knows: a vCPU is 1024 units")
		}
	case EC2:
		if j.VCPUs < 1 || j.VCPUs != math.Trunc(j.VCPUs) {
			t.Failf(resourcesPath, "use a whole number, at least 1", "EC2 has no %v vCPUs", j.VCPUs)
		}
		checkRange(t, resourcesPath, "Batch", j.Memory, limits.BatchLeastMemory, math.MaxInt32)
		j.checkInstances(t, environment+".ComputeResources.InstanceTypes")
	default:
		t.Failf(environment+".ComputeResources.Type", "use FARGATE, FARGATE_SPOT or EC2", "Batch runs nothing on %q", j.Compute)
	}
}

func (j Job) checkInstances(t *cfn.Template, path string) {
	for _, typ := range j.InstanceTypes {
		if is := architectureOf(typ); is != j.Container.Architecture {
			t.Failf(path, "choose another type, or build the image for "+is, "%s is %s, but the container is for %s", typ, is, j.Container.Architecture)
		}
	}
	switch {
	case j.GPUs < 0:
		t.Failf(path, "use 0 or more", "there are no %d GPUs", j.GPUs)
	case j.GPUs > 0 && j.Container.Architecture == arm64:
		t.Fail(path, "Batch has no image for ARM instances with GPUs", "use x86_64")
	case j.GPUs > 0 && len(j.InstanceTypes) == 0:
		t.Fail(path, "none of the types that Batch chooses by itself has GPUs", "name some that have, such as g6")
	}
}

const arm64 = "arm64"

// architectureOf an instance type or family.
func architectureOf(instanceType string) string {
	if limits.IsARM(instanceType) {
		return arm64
	}
	return "x86_64"
}

// queueName changes only with what the queue cannot: it is for environments on Fargate or for those on instances. Else it keeps its name, and
// with it what waits: another environment takes over, and other tags are put on the same queue.
func (j Job) queueName() string {
	if j.Compute == EC2 {
		return j.Name + "-ec2"
	}
	return j.Name + "-fargate"
}

// environmentName changes with what Batch does not change of a compute environment: its tags, what kind of compute it has, and its VPC.
// CloudFormation makes another one then, which only another name lets it do beside the one that is there.
func (j Job) environmentName() string {
	h := sha256.New()
	for _, part := range append([]string{j.Compute, j.Network}, sortedPairs(j.Tags)...) {
		h.Write([]byte(part + "\x00"))
	}
	return j.Name + "-" + hex.EncodeToString(h.Sum(nil))[:suffix-1]
}

// sortedPairs are the keys and values of a map, one after the other.
func sortedPairs(m map[string]string) []string {
	var list []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		list = append(list, k, m[k])
	}
	return list
}

// environment declares where the job runs.
func (j Job) environment(t *cfn.Template) *cfn.Resource {
	group := SecurityGroup{
		ID: j.ID + "SecurityGroup", Name: j.Name, Description: "Job " + j.Name + ": nobody reaches it", VPC: j.VPC,
		Out: []Traffic{{Description: "To registries, services of AWS, and what the job works with", CIDR: Anywhere}},
	}.Add(t)
	compute := &batch.ComputeEnvironment_ComputeResources{
		Type: j.Compute, MaxvCpus: j.MaxVCPUs, Subnets: t.Texts(j.Subnets), SecurityGroupIds: []string{t.Text(group.GroupID())},
	}
	environment := &batch.ComputeEnvironment{
		ComputeEnvironmentName: new(j.environmentName()),
		// no service role: only with its service-linked role does Batch change an environment in place
		Type:                      "MANAGED",
		State:                     new("ENABLED"),
		ReplaceComputeEnvironment: new(false),
		ComputeResources:          compute,
	}
	if j.Compute == EC2 {
		j.onInstances(t, compute)
		// when the instances change, runs on old ones have as long as any run, up to what Batch allows
		environment.UpdatePolicy = &batch.ComputeEnvironment_UpdatePolicy{
			TerminateJobsOnUpdate: new(false), JobExecutionTimeoutMinutes: new(min(j.TimeoutMinutes, 360)),
		}
	}
	return t.Add(j.ID+"ComputeEnvironment", environment)
}

// definition is what Batch runs.
func (j Job) definition(t *cfn.Template, logs LogGroupHandle) *batch.JobDefinition {
	c := j.Container
	start, code := ContainerRoles{
		ID: j.ID, StartName: j.StartRole, CodeName: j.CodeRole, Path: j.RolePath, What: "job " + j.Name, Boundary: j.Boundary,
	}.add(t, c, logs)
	container := &batch.JobDefinition_ContainerProperties{
		Image: t.Text(c.Image), Command: c.Command,
		ExecutionRoleArn: t.TextPtr(start.ARN()), JobRoleArn: t.TextPtr(code.ARN()),
		User:                   c.user(),
		ReadonlyRootFilesystem: new(!c.Writable),
		ResourceRequirements: []batch.JobDefinition_ResourceRequirement{
			{Type: new("VCPU"), Value: new(strconv.FormatFloat(j.VCPUs, 'f', -1, 64))},
			{Type: new("MEMORY"), Value: new(strconv.Itoa(j.Memory))},
		},
		LogConfiguration: &batch.JobDefinition_LogConfiguration{LogDriver: "awslogs", Options: cfn.Object{
			{Name: "awslogs-group", Value: logs.Name()},
			{Name: "awslogs-region", Value: cfn.Region()},
			{Name: "awslogs-stream-prefix", Value: "job"},
		}},
	}
	if j.GPUs > 0 {
		container.ResourceRequirements = append(container.ResourceRequirements,
			batch.JobDefinition_ResourceRequirement{Type: new("GPU"), Value: new(strconv.Itoa(j.GPUs))})
	}
	if !c.Writable {
		// a volume without a host is empty, and goes with the run; Fargate has no other kind
		container.Volumes = []batch.JobDefinition_Volumes{{Name: new("tmp")}}
		container.MountPoints = []batch.JobDefinition_MountPoints{{SourceVolume: new("tmp"), ContainerPath: new("/tmp"), ReadOnly: new(false)}}
	}
	for _, v := range c.Environment {
		container.Environment = append(container.Environment, batch.JobDefinition_Environment{Name: new(v.Name), Value: t.TextPtr(v.Value)})
	}
	for _, s := range c.Secrets {
		container.Secrets = append(container.Secrets, batch.JobDefinition_Secret{Name: s.Name, ValueFrom: s.valueFrom()})
	}
	platform := EC2
	if j.Compute != EC2 {
		platform = Fargate
		container.FargatePlatformConfiguration = &batch.JobDefinition_FargatePlatformConfiguration{PlatformVersion: new("LATEST")}
		container.NetworkConfiguration = &batch.JobDefinition_NetworkConfiguration{AssignPublicIp: new("DISABLED")}
		container.RuntimePlatform = &batch.JobDefinition_RuntimePlatform{
			OperatingSystemFamily: new("LINUX"), CpuArchitecture: new(strings.ToUpper(c.Architecture)),
		}
	}
	return &batch.JobDefinition{
		JobDefinitionName:    new(j.Name),
		Type:                 "container",
		PlatformCapabilities: []string{platform},
		PropagateTags:        new(true),
		RetryStrategy:        &batch.JobDefinition_RetryStrategy{Attempts: new(j.Attempts)},
		Timeout:              &batch.JobDefinition_Timeout{AttemptDurationSeconds: new(j.TimeoutMinutes * 60)},
		ContainerProperties:  container,
	}
}
