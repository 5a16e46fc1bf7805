package spec

import (
	"strconv"

	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// Queue is an SQS queue of the application: encrypted, TLS only. Functions and containers send to it and receive from it.
type Queue struct {
	// Name is the last part of the queue's name. That of a FIFO queue ends in .fifo.
	Name string `yaml:"name"`
	// FIFO keeps the order of messages and drops duplicates. Default false: SQS may deliver a message twice, and out of order.
	FIFO bool `yaml:"fifo"`
	// VisibilitySeconds is how long a message that was received is hidden from others, 0 to 43200 (SQS quotas). Default 30.
	VisibilitySeconds int `yaml:"visibilitySeconds,seconds"`
	// RetentionDays is how long a message waits to be deleted, 1 to 14 (SQS quotas). Default 4.
	RetentionDays int `yaml:"retentionDays,days"`
	// DeadLetters keeps messages that were received too often in a queue of their own, with an alarm. Default: after 5 times; null or false: none is
	// kept.
	DeadLetters *Redrive `yaml:"deadLetters"`
	// Removal is what becomes of the queue, and of what waits in it, when its stack goes. Default: delete in dev, else retain.
	Removal Removal `yaml:"removal"`
	Only    `yaml:",inline"`
}

// Redrive says when a message goes to the queue of dead letters.
type Redrive struct {
	// After is how often a message is received before, 1 to 1000 (SQS quotas). Default 5.
	After int `yaml:"after,times"`
}

// DefaultQueue is what a queue is where pipeline.yaml says nothing else: without a name, with a queue of dead letters.
func DefaultQueue(t Type) Queue {
	return Queue{VisibilitySeconds: 30, RetentionDays: 4, DeadLetters: new(DefaultRedrive()), Removal: defaultRemoval(t)}
}

// DefaultRedrive is after how many times a message is a dead letter where pipeline.yaml does not say.
func DefaultRedrive() Redrive { return Redrive{After: 5} }

func (q *Queue) setDefaults(t Type) { *q = DefaultQueue(t) }

func (r *Redrive) setDefaults(Type) { *r = DefaultRedrive() }

func (*Redrive) isSwitched() {}

func (*Queue) shape() string { return "{ name: orders }" }

func (*Redrive) shape() string { return "{ after: 5 }" }

func (*Queue) stack() string { return "queues" }

func (*Queue) isWatched() {}

func (q *Queue) check(v *validator, path string, e *Environment) {
	names := []wholeName{{"queue", QueuePart(q.Name, q.FIFO), limits.QueueName, "SQS"}}
	if q.DeadLetters != nil {
		names = append(names, wholeName{"queue of dead letters", QueuePart(QueueDeadLettersPart(q.Name), q.FIFO), limits.QueueName, "SQS"})
		v.between(join(join(path, "deadLetters"), "after"), q.DeadLetters.After, 1, limits.QueueReceives, "times")
	}
	v.partName(join(path, "name"), q.Name, "a queue's", "orders", e, names...)
	v.between(join(path, "visibilitySeconds"), q.VisibilitySeconds, 0, limits.QueueVisibilitySeconds, "seconds")
	v.between(join(path, "retentionDays"), q.RetentionDays, 1, limits.QueueRetentionDays, "days")
	q.Removal.check(v, join(path, "removal"), e)
	for _, other := range otherQueues(&e.Application) {
		if other == q.Name || q.DeadLetters != nil && other == QueueDeadLettersPart(q.Name) {
			v.add(join(path, "name"), strconv.Quote(other)+" is the name of a queue that cfnpipe creates for a function or a job", "choose another")
		}
	}
}

// otherQueues are the last parts of the names of queues that functions and jobs have.
func otherQueues(a *Application) []string {
	var list []string
	for _, f := range a.Functions {
		if f.DeadLetters {
			list = append(list, DeadLettersPart(f.Name))
		}
	}
	for _, j := range a.Jobs {
		if j.Schedule != "" {
			list = append(list, MissedPart(j.Name))
		}
	}
	return list
}

// QueuePart is the last part of the name of a queue; those of FIFO queues end in .fifo.
func QueuePart(queue string, isFIFO bool) string {
	if isFIFO {
		return queue + ".fifo"
	}
	return queue
}

// QueueDeadLettersPart is the last part of the name of a queue's queue of dead letters, without .fifo.
func QueueDeadLettersPart(queue string) string { return queue + "-queue-dead-letters" }
