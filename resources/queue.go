package resources

import (
	"github.com/awslabs/goformation/v7/cloudformation/sqs"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Queue is an SQS queue, encrypted with keys of SQS and with TLS only.
type Queue struct {
	// ID is the logical id. The logical id of the policy is ID followed by Policy.
	ID   string
	Name string
	// RetentionDays of a message, 1 to 14. Default 14.
	RetentionDays int
}

// QueueHandle is a declared queue.
type QueueHandle struct{ queue *cfn.Resource }

// ARN of the queue.
func (h QueueHandle) ARN() cfn.Value[cfn.QueueARN] { return cfn.Att[cfn.QueueARN](h.queue, "Arn") }

// Name of the queue.
func (h QueueHandle) Name() cfn.Value[cfn.QueueName] {
	return cfn.Att[cfn.QueueName](h.queue, "QueueName")
}

// Add declares the queue and its policy.
func (q Queue) Add(t *cfn.Template) QueueHandle {
	path := "Resources." + q.ID + ".Properties"
	checkName(t, path+".QueueName", "SQS", q.Name, "_-", 1, 80)
	days := q.RetentionDays
	if days == 0 {
		days = 14
	}
	checkRange(t, path+".MessageRetentionPeriod", "SQS", days, 1, 14)
	queue := t.Add(q.ID, &sqs.Queue{
		QueueName: new(q.Name), SqsManagedSseEnabled: new(true), MessageRetentionPeriod: new(days * 24 * 3600),
		// the default, made explicit: all queues of the account may use this one as their dead-letter queue
		RedriveAllowPolicy: map[string]string{"redrivePermission": "allowAll"},
	})
	queue.OnRemoval(cfn.Delete, cfn.Delete)
	document := policy.Resource{
		policy.Deny("RequireTLS", "sqs:*").By(policy.Anyone()).On(cfn.Att[cfn.QueueARN](queue, "Arn")).
			If(policy.When("Bool", "aws:SecureTransport", cfn.Lit("false"))),
	}
	t.Add(q.ID+"Policy", &sqs.QueuePolicy{Queues: []string{t.Text(cfn.Ref[cfn.Text](queue))}, PolicyDocument: document})
	return QueueHandle{queue}
}
