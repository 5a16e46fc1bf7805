package stages

import (
	"fmt"
	"slices"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Queues is the stack of an environment's queues.
type Queues struct {
	Environment *Environment
	Queues      []spec.Queue
}

// Name of the stack.
func (s *Queues) Name() string { return "queues" }

// QueueARN is the ARN of a queue, for other stacks.
func (s *Queues) QueueARN(queue string) cfn.Output[cfn.QueueARN] {
	return cfn.Output[cfn.QueueARN]{From: s, Name: cfn.ID(queue, "queue-arn")}
}

// QueueName is the name of a queue, for other stacks.
func (s *Queues) QueueName(queue string) cfn.Output[cfn.QueueName] {
	return cfn.Output[cfn.QueueName]{From: s, Name: cfn.ID(queue, "queue-name")}
}

// QueueURL is where messages are sent to a queue, for other stacks.
func (s *Queues) QueueURL(queue string) cfn.Output[cfn.URL] {
	return cfn.Output[cfn.URL]{From: s, Name: cfn.ID(queue, "queue-url")}
}

// Build declares the queues.
func (s *Queues) Build(t *cfn.Template) error {
	p := t.Place
	t.Description = fmt.Sprintf("%s: the queues of environment %s. Deployed by the pipeline.", p.Project, s.Environment.called())
	for _, q := range s.Queues {
		queue := resources.Queue{
			ID: cfn.ID(q.Name, "queue"), Name: s.fullName(p, q.Name, q.FIFO), FIFO: q.FIFO,
			VisibilitySeconds: &q.VisibilitySeconds, RetentionDays: q.RetentionDays, Closed: true, Retain: q.Removal == spec.Retain,
		}
		if q.DeadLetters != nil {
			queue.DeadLetters, queue.Receives = s.fullName(p, spec.QueueDeadLettersPart(q.Name), q.FIFO), q.DeadLetters.After
		}
		handle := queue.Add(t)
		cfn.Publish(t, s.QueueARN(q.Name), handle.ARN())
		cfn.Publish(t, s.QueueName(q.Name), handle.Name())
		cfn.Publish(t, s.QueueURL(q.Name), handle.URL())
	}
	return nil
}

func (s *Queues) fullName(p cfn.Place, queue string, isFIFO bool) string {
	return spec.Name(p.Project, p.Scope, spec.QueuePart(queue, isFIFO))
}

// grant lets code send to a queue, or receive from it. SQS encrypts with a key of its own, so that no key is used.
func (s *Queues) grant(t *cfn.Template, verb, part string) grant {
	if !slices.ContainsFunc(s.Queues, func(q spec.Queue) bool { return q.Name == part }) {
		return grant{}
	}
	switch verb {
	case "sends":
		return grant{part: policy.Identity{
			policy.Allow("Send", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage").On(cfn.Take(t, s.QueueARN(part))),
		}}
	case "receives":
		return grant{part: policy.Identity{
			policy.Allow("Receive", "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage").
				On(cfn.Take(t, s.QueueARN(part))),
		}}
	default:
		return grant{}
	}
}

// watch the queues of dead letters.
func (s *Queues) watch(m *monitor) {
	for _, q := range s.Queues {
		if q.DeadLetters != nil {
			m.queue(q.Name+"-queue", "dead-letters", spec.QueuePart(spec.QueueDeadLettersPart(q.Name), q.FIFO),
				fmt.Sprintf("What was received %d times from the queue %s without being deleted", q.DeadLetters.After, s.fullName(m.t.Place, q.Name, q.FIFO)),
				"the log of what receives from the queue, at the time of the messages; then redrive them to the queue, or delete them")
		}
	}
}
