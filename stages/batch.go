package stages

import (
	"fmt"
	"math"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// Batch is the stack of an environment's jobs.
type Batch struct {
	Environment *Environment
	Bootstrap   *Bootstrap
	// Storage holds the buckets that the jobs read and write; nil when there are none.
	Storage *Storage
	Network *Network
	Jobs    []spec.Job
}

// Name of the stack.
func (s *Batch) Name() string { return "batch" }

// JobQueueARN is the ARN of a job's queue, for other stacks.
func (s *Batch) JobQueueARN(job string) cfn.Output[cfn.JobQueueARN] {
	return cfn.Output[cfn.JobQueueARN]{From: s, Name: cfn.ID(job, "job-queue-arn")}
}

// JobQueueName is the name of a job's queue, for other stacks.
func (s *Batch) JobQueueName(job string) cfn.Output[cfn.JobQueueName] {
	return cfn.Output[cfn.JobQueueName]{From: s, Name: cfn.ID(job, "job-queue-name")}
}

// JobDefinitionName is the name of a job's definition, for other stacks. Whoever submits it submits the latest revision.
func (s *Batch) JobDefinitionName(job string) cfn.Output[cfn.JobDefinitionName] {
	return cfn.Output[cfn.JobDefinitionName]{From: s, Name: cfn.ID(job, "job-definition-name")}
}

// Build declares the jobs.
func (s *Batch) Build(t *cfn.Template) error {
	p := t.Place
	t.Description = fmt.Sprintf("%s: the batch jobs of environment %s. Deployed by the pipeline.", p.Project, s.Environment.called())
	key := s.Environment.logKey(t, "the logs of jobs", "/aws/batch/"+spec.Name(p.Project, p.Scope, "*"))
	images := &containers{
		environment: s.Environment, bootstrap: s.Bootstrap, storage: s.Storage, template: t, tags: map[string]cfn.Value[cfn.Text]{},
	}
	for _, j := range s.Jobs {
		if s.Network == nil {
			return fmt.Errorf("job %s of environment %s has no network to run in; add one to the application", j.Name, p.Scope)
		}
		if err := fitsFargate(j); err != nil {
			return fmt.Errorf("job %s of environment %s: %w", j.Name, p.Scope, err)
		}
		s.add(t, j, images.of(j.Container), key)
	}
	return nil
}

// fitsFargate says what is wrong with the size of a job on Fargate.
func fitsFargate(j spec.Job) error {
	const units = 1024 // of a vCPU
	cpu := int(math.Ceil(j.VCPUs * units))
	if j.Compute == spec.EC2 || limits.FitsFargate(cpu, j.Memory) && float64(cpu) == j.VCPUs*units {
		return nil
	}
	nextCPU, memory := limits.NextFargate(cpu, j.Memory)
	if nextCPU == 0 {
		return fmt.Errorf("%v vCPUs with %d MB are more than Fargate has; use ec2", j.VCPUs, j.Memory)
	}
	return fmt.Errorf("%v vCPUs with %d MB are no size of Fargate; the next that it has are %v with %d", j.VCPUs, j.Memory, float64(nextCPU)/units, memory)
}

// add declares one job.
func (s *Batch) add(t *cfn.Template, j spec.Job, container resources.Container, key cfn.Value[cfn.KeyARN]) {
	p := t.Place
	name := func(part string) string { return spec.Name(p.Project, p.Scope, part) }
	boundary := s.Environment.Access.RoleBoundary()
	job := resources.Job{
		ID: cfn.ID(j.Name, "job"), Name: name(j.Name), Container: container,
		Compute: map[spec.Compute]string{
			spec.Fargate: resources.Fargate, spec.FargateSpot: resources.FargateSpot, spec.EC2: resources.EC2,
		}[j.Compute],
		VCPUs: j.VCPUs, Memory: j.Memory, GPUs: j.GPUs, InstanceTypes: j.InstanceTypes, MaxVCPUs: j.MaxVCPUs,
		Attempts: j.Attempts, TimeoutMinutes: j.TimeoutMinutes,
		Network: s.Network.Network.Identity(), VPC: s.Network.VPC(t), Subnets: s.Network.Subnets(t, Private),
		StartRole: name(spec.JobStartRole(j.Name)), CodeRole: name(spec.JobRole(j.Name)), InstanceRole: name(spec.JobInstanceRole(j.Name)),
		RolePath: spec.ApplicationPath(p.Project), Boundary: boundary,
		LogKey: key, LogDays: s.Environment.LogDays, RetainLogs: s.Environment.retains(),
		Tags: s.Environment.Tags,
	}.Add(t)
	cfn.Publish(t, s.JobQueueARN(j.Name), job.QueueARN())
	cfn.Publish(t, s.JobQueueName(j.Name), job.QueueName())
	cfn.Publish(t, s.JobDefinitionName(j.Name), job.DefinitionName())
	if j.Schedule == "" {
		return
	}
	resources.Schedule{
		ID: cfn.ID(j.Name, "job-schedule"), Name: name(j.Name),
		Description: fmt.Sprintf("Submits job %s of %s in environment %s", j.Name, p.Project, p.Scope),
		Job:         job, Expression: j.Schedule, Timezone: j.Timezone,
		RoleName: name(spec.JobScheduleRole(j.Name)), RolePath: spec.ApplicationPath(p.Project), Boundary: boundary,
		Missed: name(spec.MissedPart(j.Name)),
	}.Add(t)
}

// Releases are the release parameters of the stack.
func (s *Batch) Releases() []Release {
	containers := make([]spec.Container, len(s.Jobs))
	for i, j := range s.Jobs {
		containers[i] = j.Container
	}
	return s.Environment.releases(containers)
}
