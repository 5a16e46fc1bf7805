package spec_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

func TestQueues(t *testing.T) {
	t.Parallel()
	s := parse(t, small+`application:
  queues:
    - { name: orders }
    - { name: tickets, fifo: true, visibilitySeconds: 0, retentionDays: 14, deadLetters: { after: 1000 }, removal: retain }
    - { name: bare, deadLetters: false }
`)
	want := []spec.Queue{
		{Name: "orders", VisibilitySeconds: 30, RetentionDays: 4, DeadLetters: &spec.Redrive{After: 5}, Removal: spec.Delete},
		{Name: "tickets", FIFO: true, RetentionDays: 14, DeadLetters: &spec.Redrive{After: 1000}, Removal: spec.Retain},
		{Name: "bare", VisibilitySeconds: 30, RetentionDays: 4, Removal: spec.Delete},
	}
	if diff := cmp.Diff(want, s.Environments[0].Application.Queues); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestQueuesAreRefused(t *testing.T) {
	t.Parallel()
	queue := func(fields string) string { return small + "application: { queues: [{ " + fields + " }] }\n" }
	for _, c := range []struct{ text, want string }{
		{queue("fifo: true"), `9:25: application.queues[0].name: is required; use lower-case letters, digits and dashes between them, beginning with a letter, such as orders`},
		{queue("name: Orders"), `9:33: application.queues[0].name: "Orders" cannot be part of a queue's name; use lower-case letters, digits and dashes between them, beginning with a letter, such as orders`},
		{queue("name: orders, visibilitySeconds: 43201"), `9:60: application.queues[0].visibilitySeconds: cannot be 43201; use a number of seconds from 0 to 43200`},
		{queue("name: orders, retentionDays: 15"), `9:56: application.queues[0].retentionDays: cannot be 15; use a number of days from 1 to 14`},
		{queue("name: orders, deadLetters: { after: 0 }"), `9:63: application.queues[0].deadLetters.after: cannot be 0; use a number of times from 1 to 1000`},
		{queue("name: orders, removal: keep"), `9:50: application.queues[0].removal: cannot be "keep"; use delete or retain`},
		{
			small + "application:\n  queues: [{ name: hello-dead-letters }]\n" +
				"  functions: [{ name: hello, source: a, runtime: python3.13, handler: a.b, deadLetters: true, sends: [order], receives: [hello-dead-letters] }]\n",
			`10:20: application.queues[0].name: "hello-dead-letters" is the name of a queue that cfnpipe creates for a function or a job; choose another
11:103: application.functions[0].sends[0]: there is no queue "order"; known here: hello-dead-letters`,
		},
	} {
		refuse(t, c.text, strings.Split(c.want, "\n")...)
	}
}
