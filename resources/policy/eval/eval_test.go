package eval_test

import (
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

const (
	here  = "111111111111"
	there = "222222222222"
	// worker makes the requests, from here.
	worker = "arn:aws:iam::111111111111:role/app/worker"
	object = "arn:aws:s3:::data/a/b.txt"
	key    = "arn:aws:kms:eu-west-1:111111111111:key/1a2b"
	target = "arn:aws:iam::111111111111:role/target"
)

func stack() *eval.Resolver {
	return &eval.Resolver{ID: "stack", StackName: "stack", Account: here, Region: "eu-west-1", Partition: "aws", URLSuffix: "amazonaws.com"}
}

func parseYAML(tb testing.TB, src string) *tree.Node {
	tb.Helper()
	n, err := tree.ParseYAML([]byte(src))
	if err != nil {
		tb.Fatalf("%v in\n%s", err, src)
	}
	return n
}

// statements makes a policy of flow mappings.
func statements(list ...string) string {
	if len(list) == 1 && strings.HasPrefix(list[0], "[") {
		return "Version: '2012-10-17'\nStatement: " + list[0]
	}
	return "Version: '2012-10-17'\nStatement:\n  - " + strings.Join(list, "\n  - ") + "\n"
}

func read(tb testing.TB, source eval.Source, src string, r *eval.Resolver) *eval.Policy {
	tb.Helper()
	p, problems := eval.Parse(source, parseYAML(tb, src), r)
	for _, problem := range problems {
		tb.Errorf("%s in\n%s", problem, src)
	}
	return p
}

// read1 reads a policy of one statement, or a list of them; of "", none.
func read1(tb testing.TB, kind eval.Kind, statement string) *eval.Policy {
	tb.Helper()
	if statement == "" {
		return nil
	}
	return read(tb, eval.Source{Kind: kind, Stack: "stack", Path: "Policy"}, statements(statement), stack())
}

// get is the worker's request to get an object, of which all is known.
func get() eval.Request {
	return eval.Request{
		Principal: eval.Principal{ARN: eval.Text(worker), Account: here},
		Action:    "s3:GetObject", Resource: eval.Text(object), Account: here,
		Context: map[string][]eval.Value{}, OthersAbsent: true,
	}
}

func compactSub(s string) *tree.Node { return tree.NewMap().Set("Fn::Sub", tree.Text(s)) }
