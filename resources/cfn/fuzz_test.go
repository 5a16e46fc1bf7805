package cfn_test

import (
	"bytes"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/awslabs/goformation/v7/cloudformation/iam"
	"github.com/awslabs/goformation/v7/cloudformation/lambda"
	"github.com/awslabs/goformation/v7/cloudformation/sqs"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// FuzzTemplate promises of text from outside, wherever it is put, that it is either refused or comes back from YAML and from JSON as it
// was; and that it is never taken for a function.
func FuzzTemplate(f *testing.F) {
	texts := nasty()
	for i, s := range texts {
		f.Add(s, texts[(i+5)%len(texts)], "Name")
		f.Add("a", s, "Name")
		f.Add(s, "b", s)
	}
	f.Fuzz(func(t *testing.T, a, b, name string) {
		template := newTemplate("fuzz")
		template.Description = a
		size := cfn.AddParameter[cfn.Text](template, "Size", a, b)
		queue := template.Add("Queue", &sqs.Queue{QueueName: new(a), KmsMasterKeyId: template.TextPtr(cfn.Lit(b))}).
			Set("RedrivePolicy", cfn.Format[cfn.Text]("%s%s%s", cfn.Lit(a), size, cfn.Lit(b))).
			Set("RedriveAllowPolicy", cfn.JSON(cfn.Object{{a, b}, {b + "2", []any{a, size}}})).
			Metadata("M"+a, b)
		template.Add("Policy", &iam.ManagedPolicy{PolicyDocument: cfn.Object{
			{"Statement", []any{cfn.Object{{"Sid", a}, {"Condition", cfn.Object{{a, map[string]any{b: a}}}}}}},
			{"One", cfn.Object{{b, a}}},
			{a + "b", []string{b, a + b, a + "\n" + b}},
		}})
		template.Add("Function", &lambda.Function{
			Code: &lambda.Function_Code{ZipFile: new(b + "\n" + a)}, Role: "r" + a,
			Environment: &lambda.Function_Environment{Variables: map[string]string{a: b, a + b: template.Text(cfn.Ref[cfn.Text](queue))}},
		})
		template.Add(name, &sqs.Queue{})
		template.Output("O", cfn.Format[cfn.Text]("%s%s", cfn.Region(), cfn.Lit(a)), b)
		template.Rule("R").Assert(cfn.EveryIn([]string{a, b}, cfn.Split[cfn.Text](a, size)), a)

		root, err := template.Render()
		if err != nil {
			if root != nil || err.Error() == "" {
				t.Fatalf("refused with %v and %q", root, err)
			}
			return
		}
		if bad(a) || bad(b) {
			t.Fatalf("%q or %q was accepted", a, b)
		}
		checkFunctions(t, root)
		if got := root.At("Resources", "Queue", "Properties", "QueueName").Text; got != a {
			t.Fatalf("got %q, want %q", got, a)
		}
		fromYAML, err := tree.ParseYAML(root.YAML())
		if err != nil || !fromYAML.Equal(root) {
			t.Fatalf("YAML does not come back: %v\n%s", err, root.YAML())
		}
		fromJSON, err := tree.ParseJSON(root.JSON())
		if err != nil || !fromJSON.Equal(root) {
			t.Fatalf("JSON does not come back: %v\n%s", err, root.JSON())
		}
	})
}

// checkFunctions lets functions stand only where the fuzzed template has some.
func checkFunctions(t *testing.T, root *tree.Node) {
	t.Helper()
	root.Walk(func(path string, n *tree.Node) bool {
		function, _, ok := n.Intrinsic()
		switch {
		case !ok:
		case strings.HasPrefix(path, "Outputs."), strings.HasPrefix(path, "Rules."), strings.HasPrefix(path, "Resources.Queue.Properties.RedrivePolicy"),
			strings.HasPrefix(path, "Resources.Queue.Properties.RedriveAllowPolicy"):
		case strings.HasPrefix(path, "Resources.Function.Properties.Environment.Variables.") && function == "Ref":
		default:
			t.Fatalf("%s is a %s that nobody wrote", path, function)
		}
		return true
	})
}

func TestTheSameTemplateIsTheSameBytes(t *testing.T) {
	t.Parallel()
	wantYAML, wantJSON := render(t, everything()).YAML(), render(t, everything()).JSON()
	var group sync.WaitGroup
	for range max(4, runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for range 50 {
				template := everything()
				for range 2 { // rendering changes nothing
					root, err := template.Render()
					if err != nil {
						t.Error(err)
						return
					}
					if !bytes.Equal(root.YAML(), wantYAML) || !bytes.Equal(root.JSON(), wantJSON) {
						t.Errorf("other bytes:\n%s", root.YAML())
						return
					}
				}
			}
		})
	}
	group.Wait()
}

// A built template is only read by Render, so several may render it at once.
func TestRenderIsSafeInParallel(t *testing.T) {
	t.Parallel()
	wrong := newTemplate("wrong")
	wrong.Fail("A", "b", "")
	template := everything()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if _, err := template.Render(); err != nil {
				t.Error(err)
			}
			if _, err := wrong.Render(); err == nil {
				t.Error("accepted")
			}
		})
	}
	group.Wait()
}

func BenchmarkRender(b *testing.B) {
	template := large()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := template.Render(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkBuild also counts what it takes to build the template of BenchmarkRender, and to write it.
func BenchmarkBuild(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		root, err := large().Render()
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(root.YAML())))
	}
}

// large has 300 resources, each with references and a policy.
func large() *cfn.Template {
	t := newTemplate("large")
	key := cfn.AddParameter[cfn.KeyARN](t, "Key", "arn:aws:kms:eu-west-1:222222222222:key/1", "")
	var last *cfn.Resource
	for i := range 100 {
		id := cfn.ID("queue", strings.Repeat("x", i))
		queue := t.Add(id, &sqs.Queue{
			QueueName: t.TextPtr(cfn.Format[cfn.Text]("%s-%s", cfn.StackName(), cfn.Lit(id))), KmsMasterKeyId: t.TextPtr(key), DelaySeconds: new(i),
		})
		if last != nil {
			queue.After(last)
		}
		statement := cfn.Object{{"Effect", "Allow"}, {"Action", []string{"sqs:SendMessage", "sqs:ReceiveMessage"}}, {"Resource", cfn.Att[cfn.Text](queue, "Arn")}}
		t.Add(id+"Policy", &sqs.QueuePolicy{PolicyDocument: cfn.Object{{"Version", "2012-10-17"}, {"Statement", []any{statement}}}, Queues: t.Texts(cfn.ListOf(cfn.Ref[cfn.Text](queue)))})
		last = t.Add(id+"Role", &iam.Role{AssumeRolePolicyDocument: cfn.Object{{"Statement", []any{cfn.Object{{"Principal", cfn.Format[cfn.Text]("arn:%s:iam::%s:root", cfn.Partition(), cfn.AccountID())}}}}}})
	}
	return t
}
