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

// Job is a container that AWS Batch runs when it is submitted. It has its own compute environment, queue and definition, so it does not wait for other
// jobs, and does not share its limits with them.
type Job struct {
	// ID begins the logical ids.
	ID string
	// Name of the definition. The names of the queue and the compute environment begin with it.
	Name      string
	Container Container
	// Compute is what the job runs on: FARGATE, FARGATE_SPOT, which AWS may interrupt at two minutes' notice, or EC2.
	Compute string
	// VCPUs and Memory in MB. On Fargate one of its pairs; on EC2 whole vCPUs, and at least 4 MB (Batch API, ResourceRequirement).
	VCPUs  float64
	Memory int
	// GPUs of the job, only on EC2. Instances have an encrypted disk of 100 GB for images and the files of runs.
	GPUs int
	// InstanceTypes on EC2: types such as m7g.large or families such as m7g, all of the architecture of the container. Default: Batch chooses from general
	// types without GPUs.
	InstanceTypes []string
	// MaxVCPUs is the limit of vCPUs of all runs of the job together. Further runs wait.
	MaxVCPUs int
	// Attempts to run the job, 1 to 10 (Batch API, RetryStrategy).
	Attempts int
	// TimeoutMinutes of an attempt.
	TimeoutMinutes int
	// Network is a text that identifies the VPC. A different one replaces the compute environment.
	Network string
	// VPC and Subnets of the job. The subnets are private, and must reach ECR, CloudWatch Logs and the service that stores the secrets; on EC2 also ECS.
	VPC     cfn.Value[cfn.VPCID]
	Subnets cfn.List[cfn.SubnetID]
	// StartRole, CodeRole and InstanceRole are the names of the roles with which ECS starts the job, of its code, and of the instances on EC2. RolePath and
	// Boundary are the path and the permissions boundary of all of them.
	StartRole, CodeRole, InstanceRole, RolePath string
	Boundary                                    cfn.Value[cfn.PolicyARN]
	// LogKey encrypts the logs, which are retained for LogDays.
	LogKey  cfn.Value[cfn.KeyARN]
	LogDays int
	// RetainLogs keeps the logs if the job is deleted.
	RetainLogs bool
	// Tags of the stack, which CloudFormation does not propagate to instances and launch templates.
	Tags map[string]string
}

// The values of Job.Compute.
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

// DefinitionName is the name of the job's definition without a revision, which submits the latest one.
func (h JobHandle) DefinitionName() cfn.Value[cfn.JobDefinitionName] {
	return cfn.Literal[cfn.JobDefinitionName](h.name)
}

// maxBatchName is the limit of names in characters (Batch API). suffix is the number of characters that Job appends to its name.
const (
	maxBatchName = 128
	suffix       = 1 + 8
)

// Add declares the job and its parts.
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
			// a job that can never run would wait forever, and so would all jobs after it
			cancel("MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE"), cancel("MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT"),
		},
	})
	return JobHandle{name: j.Name, queue: queue, definition: t.Add(j.ID+"Definition", j.definition(t, logs))}
}

// cancel returns the action that cancels a job which waits for a reason for 10 minutes.
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
			t.Fail(resourcesPath, "Fargate has neither instance types nor GPUs", "remove them, or set Compute to EC2")
		}
		const units = 1024 // of CPU in a vCPU
		message := fargateSize(int(j.VCPUs*units), j.Memory)
		if j.VCPUs*units != math.Trunc(j.VCPUs*units) {
			message = fmt.Sprintf("Fargate does not support %v vCPUs", j.VCPUs)
		}
		if message != "" {
			t.Fail(resourcesPath, message, "set VCPUs and Memory to a pair that Fargate supports; a vCPU is 1024 units")
		}
	case EC2:
		if j.VCPUs < 1 || j.VCPUs != math.Trunc(j.VCPUs) {
			t.Failf(resourcesPath, "use a whole number of at least 1", "%v vCPUs are not possible on EC2", j.VCPUs)
		}
		checkRange(t, resourcesPath, "Batch", j.Memory, limits.BatchLeastMemory, math.MaxInt32)
		j.checkInstances(t, environment+".ComputeResources.InstanceTypes")
	default:
		t.Failf(environment+".ComputeResources.Type", "use FARGATE, FARGATE_SPOT or EC2", "%q is not a valid Compute", j.Compute)
	}
}

func (j Job) checkInstances(t *cfn.Template, path string) {
	for _, typ := range j.InstanceTypes {
		if actual := architectureOf(typ); actual != j.Container.Architecture {
			t.Failf(path, "choose another type, or build the image for "+actual, "%s is %s, but the container is for %s", typ, actual, j.Container.Architecture)
		}
	}
	switch {
	case j.GPUs < 0:
		t.Failf(path, "use 0 or more", "%d is not a number of GPUs", j.GPUs)
	case j.GPUs > 0 && j.Container.Architecture == arm64:
		t.Fail(path, "Batch does not support GPUs on ARM instances", "use x86_64")
	case j.GPUs > 0 && len(j.InstanceTypes) == 0:
		t.Fail(path, "none of the instance types that Batch chooses by default has GPUs", "set InstanceTypes to types that do, such as g6")
	}
}

const arm64 = "arm64"

// architectureOf returns the architecture of an instance type or family.
func architectureOf(instanceType string) string {
	if limits.IsARM(instanceType) {
		return arm64
	}
	return "x86_64"
}

// queueName returns the name of the queue. It changes only between Fargate and EC2, because a queue cannot have both kinds of environments. Otherwise the
// queue and its waiting jobs stay: a new environment replaces the old one, and tags are updated in place.
func (j Job) queueName() string {
	if j.Compute == EC2 {
		return j.Name + "-ec2"
	}
	return j.Name + "-fargate"
}

// environmentName returns the name of the compute environment. It changes with the properties that Batch cannot update: the tags, the kind of compute and
// the VPC. CloudFormation then creates a new environment before it deletes the old one, which requires another name.
func (j Job) environmentName() string {
	h := sha256.New()
	for _, part := range append([]string{j.Compute, j.Network}, sortedPairs(j.Tags)...) {
		h.Write([]byte(part + "\x00"))
	}
	return j.Name + "-" + hex.EncodeToString(h.Sum(nil))[:suffix-1]
}

// sortedPairs returns the keys and values of a map, in the order of the keys.
func sortedPairs(m map[string]string) []string {
	var list []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		list = append(list, k, m[k])
	}
	return list
}

// environment declares the compute environment.
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
		// no service role: Batch updates an environment in place only with its service-linked role
		Type:                      "MANAGED",
		State:                     new("ENABLED"),
		ReplaceComputeEnvironment: new(false),
		ComputeResources:          compute,
	}
	if j.Compute == EC2 {
		j.onInstances(t, compute)
		// when instances are replaced, their runs may finish within the timeout of the job, up to the limit of Batch
		environment.UpdatePolicy = &batch.ComputeEnvironment_UpdatePolicy{
			TerminateJobsOnUpdate: new(false), JobExecutionTimeoutMinutes: new(min(j.TimeoutMinutes, 360)),
		}
	}
	return t.Add(j.ID+"ComputeEnvironment", environment)
}

// definition returns the job definition.
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
		// a volume without a host is empty and is deleted with the run; Fargate supports no other kind
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
