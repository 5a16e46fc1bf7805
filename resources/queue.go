package resources

import (
	"strings"

	"github.com/awslabs/goformation/v7/cloudformation/sqs"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/limits"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Queue is an SQS queue, encrypted with keys of SQS and with TLS only.
type Queue struct {
	// ID is the logical id. The logical id of the policy is ID followed by Policy, that of the dead-letter queue is ID followed by DeadLetters.
	ID string
	// Name of the queue. The name of a FIFO queue ends in .fifo.
	Name string
	// FIFO keeps the order of messages. Messages with the same content within five minutes are one.
	FIFO bool
	// VisibilitySeconds is how long a received message is hidden, 0 to 43200. Nil means 30, as SQS has it.
	VisibilitySeconds *int
	// RetentionDays of a message, 1 to 14. Default 14.
	RetentionDays int
	// DeadLetters is the name of the queue to which messages go that were received Receives times, 1 to 1000. Empty: there is none.
	DeadLetters string
	Receives    int
	// Closed keeps other queues from using this one for their dead letters. Otherwise any queue of the account may, which is SQS's default.
	Closed bool
	// Retain keeps the queues, and what waits in them, when their stack goes.
	Retain bool

	source string // the name of the queue whose dead letters it keeps
}

// QueueHandle is a declared queue.
type QueueHandle struct{ queue *cfn.Resource }

// ARN of the queue.
func (h QueueHandle) ARN() cfn.Value[cfn.QueueARN] { return cfn.Att[cfn.QueueARN](h.queue, "Arn") }

// Name of the queue.
func (h QueueHandle) Name() cfn.Value[cfn.QueueName] {
	return cfn.Att[cfn.QueueName](h.queue, "QueueName")
}

// URL of the queue.
func (h QueueHandle) URL() cfn.Value[cfn.URL] { return cfn.Ref[cfn.URL](h.queue) }

// Add declares the queue and its policy, and the queue of its dead letters.
func (q Queue) Add(t *cfn.Template) QueueHandle {
	path := "Resources." + q.ID + ".Properties"
	name := q.Name
	if q.FIFO {
		name = strings.TrimSuffix(name, ".fifo")
	}
	checkName(t, path+".QueueName", "SQS", name, "_-", 1, limits.QueueName)
	days := q.RetentionDays
	if days == 0 {
		days = limits.QueueRetentionDays
	}
	checkRange(t, path+".MessageRetentionPeriod", "SQS", days, 1, limits.QueueRetentionDays)
	properties := &sqs.Queue{
		QueueName: new(q.Name), SqsManagedSseEnabled: new(true), MessageRetentionPeriod: new(days * 24 * 3600), VisibilityTimeout: q.VisibilitySeconds,
		RedriveAllowPolicy: q.redriveAllow(),
	}
	if q.FIFO {
		properties.FifoQueue, properties.ContentBasedDeduplication = new(true), new(true)
	}
	if q.DeadLetters != "" {
		checkRange(t, path+".RedrivePolicy.maxReceiveCount", "SQS", q.Receives, 1, limits.QueueReceives)
		// kept for as long as can be: a message keeps the time at which it was first sent
		letters := Queue{ID: q.ID + "DeadLetters", Name: q.DeadLetters, FIFO: q.FIFO, Retain: q.Retain, source: q.Name}.Add(t)
		properties.RedrivePolicy = cfn.Object{{Name: "deadLetterTargetArn", Value: letters.ARN()}, {Name: "maxReceiveCount", Value: q.Receives}}
	}
	queue := t.Add(q.ID, properties)
	if q.Retain {
		queue.OnRemoval(cfn.RetainExceptOnCreate, cfn.Retain)
	} else {
		queue.OnRemoval(cfn.Delete, cfn.Delete)
	}
	document := policy.Resource{
		policy.Deny("RequireTLS", "sqs:*").By(policy.Anyone()).On(cfn.Att[cfn.QueueARN](queue, "Arn")).
			If(policy.When("Bool", "aws:SecureTransport", cfn.Lit("false"))),
	}
	t.Add(q.ID+"Policy", &sqs.QueuePolicy{Queues: []string{t.Text(cfn.Ref[cfn.Text](queue))}, PolicyDocument: document})
	return QueueHandle{queue}
}

// redriveAllow says which queues may use this one for their dead letters.
func (q Queue) redriveAllow() any {
	switch {
	case q.source != "":
		source := cfn.Format[cfn.QueueARN]("arn:%s:sqs:%s:%s:%s", cfn.Partition(), cfn.Region(), cfn.AccountID(), cfn.Lit(q.source))
		return cfn.Object{{Name: "redrivePermission", Value: "byQueue"}, {Name: "sourceQueueArns", Value: []any{source}}}
	case q.Closed:
		return map[string]string{"redrivePermission": "denyAll"}
	default: // the default, said aloud
		return map[string]string{"redrivePermission": "allowAll"}
	}
}
