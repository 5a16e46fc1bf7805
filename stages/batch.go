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
	Network     *Network
	Jobs        []spec.Job
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
		environment: s.Environment, bootstrap: s.Bootstrap, template: t, tags: map[string]cfn.Value[cfn.Text]{},
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

// watch the jobs. What is called comes before them on the dashboard.
func (s *Batch) watch(m *monitor) {
	m.last = append(m.last, func() { s.watchJobs(m) })
}

// watchJobs, which have no metrics: an event tells that one has failed.
func (s *Batch) watchJobs(m *monitor) {
	p := m.t.Place
	rule := resources.Rule{
		ID: "JobsFailed", Name: spec.Name(p.Project, p.Scope, "jobs-failed"),
		Description: fmt.Sprintf("Tells of each job of %s in environment %s that failed for good", p.Project, p.Scope),
		Pattern: cfn.Object{
			{Name: "source", Value: []any{"aws.batch"}},
			{Name: "detail-type", Value: []any{"Batch Job State Change"}},
			{Name: "detail", Value: cfn.Object{
				{Name: "status", Value: []any{"FAILED"}},
				{Name: "jobQueue", Value: []any{cfn.Object{{Name: "prefix", Value: jobQueues(p)}}}},
			}},
		},
		Topic: m.topic,
		Message: []string{
			"The job <job> failed: <reason>",
			"Container: exit code <code>, <container>",
			"Look first at its log, " + m.log(s.Name(), "", "/aws/batch/") + ", stream <stream>",
			"Queue: <queue>",
			"Job: <id>, <time>",
		},
		Fields: []resources.Field{
			{Name: "job", Path: "$.detail.jobName"},
			{Name: "reason", Path: "$.detail.statusReason"},
			{Name: "code", Path: "$.detail.container.exitCode"},
			{Name: "container", Path: "$.detail.container.reason"},
			{Name: "stream", Path: "$.detail.container.logStreamName"},
			{Name: "queue", Path: "$.detail.jobQueue"},
			{Name: "id", Path: "$.detail.jobId"},
			{Name: "time", Path: "$.time"},
		},
	}.Add(m.t)
	dimensions := []resources.Dimension{{Name: "RuleName", Value: rule.Name()}}
	failed, lost := source{"failed", "AWS/Events", dimensions}, source{"nobody was told", "AWS/Events", dimensions}
	m.watch("jobs", watch{
		what: "untold", metrics: one(lost.metric("FailedInvocations", "Sum")), threshold: none, span: atOnce(),
		says: "A job failed, and the message that says so was lost. Look first at the failed jobs of the environment's queues in Batch, " +
			"then at whether somebody changed the topic or its key.",
	})
	for _, j := range s.Jobs {
		if j.Schedule != "" {
			m.queue(j.Name+"-job", "missed", spec.MissedPart(j.Name),
				fmt.Sprintf("What the schedule of the job %s could not submit", spec.Name(p.Project, p.Scope, j.Name)),
				"the attributes of the messages, which say why; then submit the job, if it is still time, and delete them")
		}
	}
	m.show("Jobs", resources.Graph{Title: "Failed jobs", Lines: []resources.Metric{
		failed.metric("TriggeredRules", "Sum"), lost.metric("FailedInvocations", "Sum"),
	}})
}

// jobQueues is what the ARNs of the environment's job queues begin with.
func jobQueues(p cfn.Place) cfn.Part {
	return cfn.Format[cfn.Text]("arn:%s:batch:%s:%s:job-queue/%s",
		cfn.Partition(), cfn.Region(), cfn.AccountID(), cfn.Lit(spec.Name(p.Project, p.Scope, "")))
}
