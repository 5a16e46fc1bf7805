package resources

import (
	"regexp"

	"github.com/awslabs/goformation/v7/cloudformation/scheduler"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/limits"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Schedule submits a job at certain times. It is encrypted with the default key of EventBridge Scheduler, because it contains only the name of the job.
type Schedule struct {
	// ID begins the logical ids.
	ID          string
	Name        string
	Description string
	Job         JobHandle
	// Expression is a cron(…), rate(…) or at(…) expression of EventBridge Scheduler, in Timezone, such as Europe/Berlin.
	Expression, Timezone string
	// RoleName, RolePath and permissions boundary of the role of the schedule.
	RoleName, RolePath string
	Boundary           cfn.Value[cfn.PolicyARN]
	// Missed is the name of a queue for the runs that could not be submitted.
	Missed string
}

// ScheduleHandle is a declared schedule.
type ScheduleHandle struct{ missed QueueHandle }

// Missed is the queue for the runs that could not be submitted.
func (h ScheduleHandle) Missed() QueueHandle { return h.missed }

// Add declares the schedule, its role and its queue.
func (s Schedule) Add(t *cfn.Template) ScheduleHandle {
	path := "Resources." + s.ID + ".Properties"
	checkName(t, path+".Name", "EventBridge Scheduler", s.Name, "._-", 1, limits.ScheduleName)
	if !regexp.MustCompile(`^(cron|rate|at)\(.{1,240}\)$`).MatchString(s.Expression) {
		t.Failf(path+".ScheduleExpression", "write one such as cron(0 3 * * ? *) or rate(1 hour)", "%q is not a valid schedule", s.Expression)
	}
	missed := Queue{ID: s.ID + "Missed", Name: s.Missed}.Add(t)
	definition := func(revision string) cfn.Part {
		return cfn.Format[cfn.Text]("arn:%s:batch:%s:%s:job-definition/%s%s",
			cfn.Partition(), cfn.Region(), cfn.AccountID(), s.Job.DefinitionName(), cfn.Lit(revision))
	}
	job := cfn.Format[cfn.Text]("arn:%s:batch:%s:%s:job/*", cfn.Partition(), cfn.Region(), cfn.AccountID())
	role := Role{
		ID: s.ID + "Role", Name: s.RoleName, Path: s.RolePath, Description: "Schedule " + s.Name + " submits its job with it",
		Trust: policy.Trust{policy.Allow("Scheduler", "sts:AssumeRole").By(policy.Service("scheduler.amazonaws.com")).If(
			policy.FromAccount(cfn.AccountID()),
			// EventBridge Scheduler sends only the ARN of the schedule group
			policy.FromResource(cfn.Format[cfn.Text]("arn:%s:scheduler:%s:%s:schedule-group/default", cfn.Partition(), cfn.Region(), cfn.AccountID())),
		)},
		Boundary: s.Boundary,
		Policies: []InlinePolicy{{Name: "schedule", Document: policy.Identity{
			// the action requires all of these resources; the id of the job is not known before it is submitted
			policy.Allow("Submit", "batch:SubmitJob").On(s.Job.QueueARN(), definition(""), definition(":*"), job),
			policy.Allow("Missed", "sqs:SendMessage").On(missed.ARN()),
		}}},
	}.Add(t)
	schedule := t.Add(s.ID, &scheduler.Schedule{
		Name: new(s.Name), Description: new(s.Description),
		ScheduleExpression: s.Expression, ScheduleExpressionTimezone: new(s.Timezone),
		FlexibleTimeWindow: &scheduler.Schedule_FlexibleTimeWindow{Mode: "OFF"},
		Target: &scheduler.Schedule_Target{
			Arn:     t.Text(cfn.Format[cfn.Text]("arn:%s:scheduler:::aws-sdk:batch:submitJob", cfn.Partition())),
			RoleArn: t.Text(role.ARN()),
			Input: t.TextPtr(cfn.JSON(cfn.Object{
				{Name: "JobName", Value: s.Name},
				{Name: "JobQueue", Value: s.Job.QueueARN()},
				// without a revision, so that each run uses the latest one
				{Name: "JobDefinition", Value: s.Job.DefinitionName()},
			})),
			// after an hour, the run counts as missed
			RetryPolicy:      &scheduler.Schedule_RetryPolicy{MaximumEventAgeInSeconds: new(3600.0), MaximumRetryAttempts: new(185.0)},
			DeadLetterConfig: &scheduler.Schedule_DeadLetterConfig{Arn: t.TextPtr(missed.ARN())},
		},
	})
	schedule.After(s.Job.definition)
	return ScheduleHandle{missed}
}
