package eval_test

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// goldens are the policies of whole projects, by stack and path.
func goldens(tb testing.TB, directory string) map[string]*eval.Policy {
	tb.Helper()
	a, err := assembly.Read(directory)
	if err != nil {
		tb.Fatal(err)
	}
	return parseAll(tb, a)
}

func parseAll(tb testing.TB, a *assembly.Assembly) map[string]*eval.Policy {
	tb.Helper()
	policies := map[string]*eval.Policy{}
	for i := range a.Stacks {
		s := &a.Stacks[i]
		r := &eval.Resolver{ID: s.Path, StackName: s.Name, Account: s.Account, Region: s.Region, Partition: "aws", URLSuffix: "amazonaws.com"}
		r.Attribute = func(id, attribute string) (eval.Value, bool) {
			name := s.Template.At("Resources", id, "Properties", "BucketName")
			if name == nil || attribute != "Arn" {
				return eval.Value{}, false
			}
			return eval.Concat(eval.Text("arn:aws:s3:::"), r.Resolve(name)), true
		}
		s.Template.Walk(func(path string, n *tree.Node) bool {
			name := path[strings.LastIndex(path, ".")+1:]
			kind := eval.Identity
			switch id, _, _ := strings.Cut(strings.TrimPrefix(path, "Resources."), "."); {
			case !strings.HasPrefix(path, "Resources."):
				return path == "" || path == "Resources"
			case name == "AssumeRolePolicyDocument":
				kind = eval.Trust
			case name == "KeyPolicy":
				kind = eval.Key
			case name == "RepositoryPolicyText":
				kind = eval.Repository
			case name != "PolicyDocument":
				return true
			case !strings.HasPrefix(s.Template.At("Resources", id, "Type").Text, "AWS::IAM::"):
				kind = eval.Resource
			}
			p, problems := eval.Parse(eval.Source{Kind: kind, Stack: s.Name, Path: path}, n, r)
			for _, problem := range problems {
				tb.Error(problem)
			}
			policies[s.Name+" "+path] = p
			return false
		})
	}
	return policies
}

// TestGoldensAreUnderstood: whatever cfnpipe writes has to be judged without a guess.
func TestGoldensAreUnderstood(t *testing.T) {
	t.Parallel()
	directories, err := filepath.Glob("../../../golden/*/want")
	if err != nil || len(directories) == 0 {
		t.Fatalf("no goldens: %v", err)
	}
	for _, d := range directories {
		if policies := goldens(t, d); len(policies) < 10 {
			t.Errorf("%s has only %d policies: the test tests too little", d, len(policies))
		}
	}
}

// readArtifacts is the deploy role of shop's dev reading its artifacts: two accounts, a bucket and a key.
func readArtifacts(tb testing.TB) (objects, keys eval.Request, bucketPolicies, keyPolicies eval.Policies) {
	tb.Helper()
	policies := goldens(tb, "../../../golden/shop/want")
	deploy := policies["shop-dev-access Resources.DeployRole.Properties.Policies[0].PolicyDocument"]
	bucket := policies["shop-delivery-artifacts Resources.BucketPolicy.Properties.PolicyDocument"]
	artifactKey := policies["shop-delivery-artifacts Resources.Key.Properties.KeyPolicy"]
	if deploy == nil || bucket == nil || artifactKey == nil {
		tb.Fatal("shop has no such policies any more")
	}
	objects = eval.Request{
		Principal: eval.Principal{ARN: eval.Text("arn:aws:iam::222222222222:role/shop/access/shop-dev-deploy"), Account: there},
		Action:    "s3:GetObject", Resource: eval.Text("arn:aws:s3:::shop-delivery-artifacts-111111111111-eu-west-1-an/shop/Build/x"), Account: here,
		Context: map[string][]eval.Value{"aws:SecureTransport": eval.Texts("true")},
	}
	keys = objects
	keys.Action = "kms:Decrypt"
	keys.Resource = eval.Concat(eval.Text("arn:aws:kms:eu-west-1:111111111111:key/"), eval.Hole("shop-delivery-artifacts/Key"))
	keys.Context = map[string][]eval.Value{"kms:ViaService": eval.Texts("s3.eu-west-1.amazonaws.com")}
	return objects, keys, eval.Policies{Identity: []*eval.Policy{deploy}, Resource: bucket}, eval.Policies{Identity: []*eval.Policy{deploy}, Resource: artifactKey}
}

func TestGoldenChainCloses(t *testing.T) {
	t.Parallel()
	objects, keys, bucketPolicies, keyPolicies := readArtifacts(t)
	if d := eval.Evaluate(objects, bucketPolicies); d.Verdict != eval.Allowed {
		t.Errorf("%s: %s", d.Verdict, d.Explain())
	}
	if d := eval.Evaluate(keys, keyPolicies); d.Verdict != eval.Allowed {
		t.Errorf("%s: %s", d.Verdict, d.Explain())
	}
	objects.Context["aws:SecureTransport"] = eval.Texts("false")
	if d := eval.Evaluate(objects, bucketPolicies); d.Verdict != eval.ExplicitDeny {
		t.Errorf("without TLS: %s: %s", d.Verdict, d.Explain())
	}
	keys.Context["kms:ViaService"] = nil
	if d := eval.Evaluate(keys, keyPolicies); d.Verdict != eval.ImplicitDeny {
		t.Errorf("not through S3: %s: %s", d.Verdict, d.Explain())
	}
}

func BenchmarkEvaluate(b *testing.B) {
	objects, keys, bucketPolicies, keyPolicies := readArtifacts(b)
	policies := goldens(b, "../../../golden/shop/want")
	var execution eval.Policies // as many as it takes
	for _, name := range slices.Sorted(maps.Keys(policies)) {
		if strings.HasPrefix(name, "shop-dev-access Resources.Execution") && !strings.HasSuffix(name, "AssumeRolePolicyDocument") {
			execution.Identity = append(execution.Identity, policies[name])
		}
	}
	update := objects
	update.Action, update.Resource = "lambda:UpdateFunctionCode", eval.Text("arn:aws:lambda:eu-west-1:222222222222:function:shop-dev-hello")
	update.Account = there
	for _, bb := range []struct {
		name     string
		request  eval.Request
		policies eval.Policies
	}{{"Bucket", objects, bucketPolicies}, {"Key", keys, keyPolicies}, {"Execution", update, execution}} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if d := eval.Evaluate(bb.request, bb.policies); d.Verdict != eval.Allowed {
					b.Fatal(d.Explain())
				}
			}
		})
	}
}

// BenchmarkParse reads all policies of a project.
func BenchmarkParse(b *testing.B) {
	a, err := assembly.Read("../../../golden/shop/want")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		parseAll(b, a)
	}
}
