package verify_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
)

// goldens are the names of all rendered projects.
func goldens(tb testing.TB) []string {
	tb.Helper()
	dirs, err := filepath.Glob(filepath.Join("..", "..", "golden", "*", "want"))
	if err != nil || len(dirs) == 0 {
		tb.Fatalf("no goldens: %v", err)
	}
	for i, dir := range dirs {
		dirs[i] = filepath.Base(filepath.Dir(dir))
	}
	return dirs
}

func TestGoldensVerifyClean(t *testing.T) {
	t.Parallel()
	for _, name := range goldens(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, f := range verify.Verify(golden(t, name)).Findings {
				t.Errorf("%s: %s %s: %s: %s\n%s", f.Severity, f.Stack, f.Path, f.Rule, f.Message, f.Hint)
			}
		})
	}
}

// Whichever keys encrypt what the stacks hold, every chain closes.
func TestEverySettingOfKeysVerifiesClean(t *testing.T) {
	t.Parallel()
	for keys, want := range map[spec.Keys]int{spec.EnvironmentKeys: 9, spec.StackKeys: 23, spec.AWSKeys: 4} {
		t.Run(string(keys), func(t *testing.T) {
			t.Parallel()
			a := shopWith(t, "project: shop\n", "project: shop\nkeys: "+string(keys)+"\n")
			got := 0
			for _, s := range a.Stacks {
				for _, r := range s.Template.Get("Resources").Items {
					if r.Get("Type").Text == "AWS::KMS::Key" {
						got++
					}
				}
			}
			if got != want {
				t.Errorf("there are %d keys, want %d", got, want)
			}
			for _, f := range verify.Verify(a).Findings {
				t.Errorf("%s: %s %s: %s: %s\n%s", f.Severity, f.Stack, f.Path, f.Rule, f.Message, f.Hint)
			}
		})
	}
}

// A topic may name its key by the id alone, where both are in one stack.
func TestATopicNamesItsKeyByItsID(t *testing.T) {
	t.Parallel()
	a := shopWith(t, "project: shop\n", "project: shop\nkeys: stack\n")
	b := &breakage{t, a}
	put("shop-qa-monitoring", "Resources.Topic.Properties.KmsMasterKeyId", "!Ref Key")(b)
	if r := verify.Verify(a); len(r.Findings) > 0 {
		t.Fatalf("want no findings, got %v", found(a, r))
	}
	put("shop-qa-monitoring", inKey+"[EncryptMessages].Principal.Service", "cloudwatch.amazonaws.com")(b)
	want := []string{"application shop-qa-monitoring Resources.Key.Properties.KeyPolicy.Statement[Administer]"}
	if diff := cmp.Diff(want, found(a, verify.Verify(a))); diff != "" {
		t.Errorf("without EventBridge in the policy of the key (-want +got):\n%s", diff)
	}
}

// shopWith is golden/shop with these texts in the place of others, and without its own stack.
func shopWith(t *testing.T, changes ...string) *assembly.Assembly {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "golden", "shop", "pipeline.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	changed := regexp.MustCompile(`(?m)^  stacks:\n.*\n`).ReplaceAllString(string(text), "")
	for i := 0; i < len(changes); i += 2 {
		if !strings.Contains(changed, changes[i]) {
			t.Fatalf("there is no %s", changes[i])
		}
		changed = strings.ReplaceAll(changed, changes[i], changes[i+1])
	}
	s, err := spec.Parse("pipeline.yaml", []byte(changed))
	if err != nil {
		t.Fatal(err)
	}
	a, err := pipeline.New(s).Assemble(assembly.YAML)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestVariantsVerifyClean(t *testing.T) {
	t.Parallel()
	oneAccount := []string{"222222222222", "111111111111", "333333333333", "111111111111", "444444444444", "111111111111"}
	const token = `permissions: [{ actions: ["sts:GetServiceBearerToken"], resources: ["*"], reason: CodeArtifact needs it }]`
	const another = `permissions: [{ actions: ["sts:AssumeRole"], resources: ["arn:aws:iam::555555555555:role/Reader"] }]`
	sharedImages := []string{"image: web,", `image: "base:1",`, "image: nightly,", `image: "base:1",`}
	for name, changes := range map[string][]string{
		"images of the toolchain":   sharedImages,
		"everything in one account": oneAccount,
		"permissions on what knows no resource": {
			"reads: [data]", `permissions: [{ actions: ["cloudwatch:PutMetricData"], resources: ["*"], reason: "it knows no resource" }]`,
			"schedule:", `permissions: [{ actions: ["textract:DetectDocumentText"], resources: ["*"], reason: "it knows no resource" }], schedule:`,
			"[make acceptance-tests]", `[make acceptance-tests], permissions: [{ actions: ["cloudwatch:GetMetricData"], resources: ["*"], reason: "it knows no resource" }]`,
			"[make test]", `[make test], permissions: [{ actions: ["cloudwatch:GetMetricData"], resources: ["*"], reason: "it knows no resource" }]`,
		},
		"tokens to log in to CodeArtifact with": {
			"reads: [data]", token,
			"schedule:", token + ", schedule:",
			"[make acceptance-tests]", "[make acceptance-tests], " + token,
			"[make test]", "[make test], " + token,
		},
		"another role within a boundary of the project's own": {
			"project: shop\n", "project: shop\npermissionsBoundary: arn:aws:iam::{account}:policy/Boundary\n",
			"reads: [data]", another,
			"schedule:", another + ", schedule:",
			"[make acceptance-tests]", "[make acceptance-tests], " + another,
			"[make test]", "[make test], " + another,
		},
		"images of the toolchain in its own account": slices.Concat(oneAccount, sharedImages),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, f := range verify.Verify(shopWith(t, changes...)).Findings {
				t.Errorf("%s: %s %s: %s: %s\n%s", f.Severity, f.Stack, f.Path, f.Rule, f.Message, f.Hint)
			}
		})
	}
}

// The same system gives the same report, in the same order, whatever is wrong with it.
func TestVerifyIsDeterministic(t *testing.T) {
	t.Parallel()
	a := golden(t, "shop")
	for _, statement := range []string{
		"NeverAccess", "DecryptArtifacts", "OwnRolesOnly", "GrantsForServicesOnly", "CodeBuild", "Tasks", "RequireTLS", "Buckets",
	} {
		for i := range a.Stacks {
			for _, d := range deletions(a) {
				if d.stack == i && d.sid == statement && d.part == "-" {
					a = without(a, d)
					break
				}
			}
		}
	}
	want := verify.Verify(a)
	if len(want.Findings) < 50 {
		t.Fatalf("%d findings are too few to see an order", len(want.Findings))
	}
	for range 5 {
		if diff := cmp.Diff(want, verify.Verify(a), cmpopts.IgnoreUnexported(verify.Report{}, verify.Hop{})); diff != "" {
			t.Fatalf("the report differs from one time to the next (-first +later):\n%s", diff)
		}
	}
}
