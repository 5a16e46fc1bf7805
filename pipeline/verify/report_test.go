package verify_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

const boundary = "Resources.ResizeFunctionRole.Properties.PermissionsBoundary"

// twoFaults are one that several hops have, and one beside the runs; and a warning.
func twoFaults(t *testing.T) *assembly.Assembly {
	t.Helper()
	return broken(t, "custom",
		drop("custom-delivery-artifacts", inKey+"[DecryptArtifacts].Condition.ArnEquals.aws:PrincipalArn[custom-dev-deploy]"),
		drop("custom-dev-functions", boundary),
		put(custom, stages+"[prod-approval].Actions[approve].ActionTypeId", "{ Category: Invoke, Owner: AWS, Provider: Lambda, Version: '1' }"),
		everywhere(func(_ string, n *tree.Node) bool { // what changes with the rest of the templates
			n.Line = 0
			return true
		}))
}

// golden text; UPDATE_GOLDEN=1 writes it.
func sameAs(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); accept it with: UPDATE_GOLDEN=1 go test ./pipeline/verify -run %s\n%s", file, t.Name(), diff)
	}
}

func text(t *testing.T, r *verify.Report, dir string, hops bool) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Text(&b, dir, hops); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	t.Parallel()
	r := verify.Verify(twoFaults(t))
	got := text(t, r, "out", false)
	sameAs(t, "faults.txt", got)
	// whatever is found is said, and once
	for _, f := range r.Findings {
		word := strings.Fields(f.Message)[0]
		if n := strings.Count(got, ": "+word); n == 0 || !strings.Contains(got, "["+f.Rule+"]") {
			t.Errorf("not drawn: %+v", f)
		}
	}
	for _, n := range []string{"(1) ", "(2) ", "(3) "} {
		if strings.Count(got, n) != 1 {
			t.Errorf("%s is drawn %d times", n, strings.Count(got, n))
		}
	}
	if strings.ContainsRune(got, '\x1b') {
		t.Error("there are escape sequences in it")
	}
	clean := text(t, verify.Verify(broken(t, "minimal")), "out", true)
	sameAs(t, "hops.txt", clean)
}

func TestSummary(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]*assembly.Assembly{
		`^every chain closes: \d+ hops of 1 pipeline, [1-9]\d+ resources judged$`:                                                                                                       broken(t, "minimal"),
		`^2 errors, 1 warning; 3 of \d+ hops of 1 pipeline do not hold, [1-9]\d+ resources judged$`:                                                                                     twoFaults(t),
		`^1 error, 0 warnings; every hop holds: \d+ hops of 1 pipeline, [1-9]\d+ resources judged$`:                                                                                     broken(t, "custom", drop("custom-dev-functions", boundary)),
		`^every chain closes: 0 hops of 0 pipelines, 0 resources judged$`:                                                                                                               {Project: "none"},
		`^0 errors, 2 warnings; what was judged holds: \d+ of \d+ hops of 2 pipelines, [1-9]\d+ resources judged; not judged: 3 resources \(AWS::Cassandra::Table, AWS::Mars::Rover\)$`: tables(t),
	} {
		if got := verify.Verify(a).Summary(); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("got %q, want %s", got, want)
		}
	}
}

// Findings of a directory say in which line of which file the value stands, or what is nearest above it.
func TestLines(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		golden string
		change change
		path   string // as the finding has it, with names for numbers
		yaml   string // what stands in the line
		json   string
	}{
		{
			"shop", put(delivery, stages+"[dev-deploy].Actions[services-execute].RunOrder",
				"1000"), stages + "[dev-deploy].Actions[services-execute].RunOrder",
			"RunOrder: 1000", `"RunOrder": 1000`,
		},
		{"shop", drop(devAccess, deploying+"[ReadArtifacts].Action[s3:GetObject]"), deploying + "[ReadArtifacts]", "- Sid: ReadArtifacts", "{"},
		{
			"shop", put(builds, project+".EncryptionKey", "alias/aws/s3"), project + ".EncryptionKey", "EncryptionKey: alias/aws/s3",
			`"EncryptionKey": "alias/aws/s3"`,
		},
		{
			"shop", drop(builds, project+".EncryptionKey"), project + ".EncryptionKey", "Properties:",
			`"Properties": {`,
		}, // the properties, then
		{
			"custom", edit(custom, stages+"[qa-approval].Actions[approve].Configuration.CustomData", "Source.CommitId", "Source.CommitID"),
			stages + "[qa-approval].Actions[approve].Configuration.CustomData", "CustomData: |-", `"CustomData": "`,
		},
	} {
		for format, want := range map[assembly.Format]string{assembly.YAML: test.yaml, assembly.JSON: test.json} {
			t.Run(want, func(t *testing.T) {
				t.Parallel()
				files, err := broken(t, test.golden, test.change).Files(format)
				if err != nil {
					t.Fatal(err)
				}
				dir := t.TempDir()
				if err := assembly.Write(dir, files); err != nil {
					t.Fatal(err)
				}
				a, err := assembly.Read(dir)
				if err != nil {
					t.Fatal(err)
				}
				template := map[string]*tree.Node{}
				for _, s := range a.Stacks {
					template[s.Name] = s.Template
				}
				findings := verify.Verify(a).Findings
				i := slices.IndexFunc(findings, func(f verify.Finding) bool { return symbolic(template[f.Stack], f.Path) == test.path })
				if i < 0 {
					t.Fatalf("nothing is found at %s: %+v", test.path, findings)
				}
				f := findings[i]
				data, err := os.ReadFile(filepath.Join(dir, f.File))
				if err != nil {
					t.Fatal(err)
				}
				if line := strings.Split(string(data), "\n")[f.Line-1]; !strings.HasPrefix(strings.TrimSpace(line), want) {
					t.Errorf("%s:%d is %q, want %q", f.File, f.Line, line, want)
				}
			})
		}
	}
}

// What SARIF 2.1.0 asks for (OASIS, section 3): required properties, levels, indexes, lines from 1, relative URIs.
func TestSARIF(t *testing.T) {
	t.Parallel()
	a := broken(t, "shop", drop(devAccess, deploying+"[ReadArtifacts].Action[s3:GetObject]"),
		manifest(functions, func(s *assembly.Stack) { s.Capabilities = nil }))
	for dir, prefix := range map[string]string{"out": "out/", "./my out": "my%20out/", "/tmp/out": "", "../out": "", ".": ""} {
		data, err := json.Marshal(verify.Verify(a).SARIF("v1.2.3", dir))
		if err != nil {
			t.Fatal(err)
		}
		log, err := tree.ParseJSON(data)
		if err != nil {
			t.Fatal(err)
		}
		text := func(n *tree.Node, path ...string) string {
			if n = n.At(path...); n == nil {
				t.Fatalf("there is no %v", path)
			}
			return n.Text
		}
		if text(log, "version") != "2.1.0" || !strings.HasSuffix(text(log, "$schema"), "sarif-2.1.0.json") || len(log.Get("runs").Items) != 1 {
			t.Errorf("%s", data)
		}
		run := log.Get("runs").Items[0]
		driver := run.At("tool", "driver")
		if text(driver, "name") != "cfnpipe" || text(driver, "version") != "v1.2.3" {
			t.Errorf("%s", driver.JSON())
		}
		var rules, uris []string
		for _, rule := range driver.Get("rules").Items {
			rules = append(rules, text(rule, "id"))
			if text(rule, "shortDescription", "text") == "" {
				t.Errorf("%s", rule.JSON())
			}
		}
		for _, result := range run.Get("results").Items {
			i := slices.Index(rules, text(result, "ruleId"))
			index := result.Get("ruleIndex")
			if i < 0 || index.Kind != tree.Number || index.Text != tree.Int(i).Text {
				t.Errorf("rule %s: index %s", text(result, "ruleId"), index.JSON())
			}
			if level := text(result, "level"); level != "error" && level != "warning" || text(result, "message",
				"text") == "" || len(result.Get("locations").Items) != 1 {
				t.Errorf("%s", result.JSON())
			}
			at := result.Get("locations").Items[0]
			uris = append(uris, text(at, "physicalLocation", "artifactLocation", "uri"))
			if region := at.At("physicalLocation",
				"region"); region != nil && (region.Get("startLine").Kind != tree.Number || region.Get("startLine").Text == "0") {
				t.Errorf("%s", at.JSON())
			}
		}
		slices.Sort(uris)
		if diff := cmp.Diff([]string{prefix + "dev/access.yaml", prefix + "manifest.json"}, uris); diff != "" {
			t.Errorf("%s: %s", dir, diff)
		}
	}
	data, err := json.Marshal(verify.Verify(broken(t, "minimal")).SARIF("", "out"))
	if err != nil || !bytes.Contains(data, []byte(`"results":[]`)) || bytes.Contains(data, []byte(`"version":""`)) {
		t.Errorf("%v %s", err, data)
	}
}
