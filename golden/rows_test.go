package golden_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/catalog"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// templatesOfRows are templates of resource types that have a row and that no locked project has: one of each, several in a template.
const templatesOfRows = "testdata/rows/*.yaml"

// notDeployed are the types that have a row and are in no template, each with the reason.
func notDeployed() map[string]string {
	return map[string]string{
		"AWS::KMS::ReplicaKey":        "the emulator (moto 5.2.1) finds a primary key by its id only, and a template has its ARN",
		"AWS::Lambda::ResourcePolicy": "newer than cfn-lint 1.51.0 and the emulator",
	}
}

func readRows(tb testing.TB) map[string]*tree.Node {
	tb.Helper()
	files, err := filepath.Glob(templatesOfRows)
	if err != nil || len(files) == 0 {
		tb.Fatalf("%d templates: %v", len(files), err)
	}
	templates := map[string]*tree.Node{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		if templates[file], err = tree.Parse(file, text); err != nil {
			tb.Fatal(err)
		}
	}
	return templates
}

// Every type with a row is deployed: by a locked project, or by a template of rows.
func TestEveryTypeWithARowIsInATemplate(t *testing.T) {
	t.Parallel()
	found := map[string]bool{}
	find := func(template *tree.Node) {
		for _, r := range template.Get("Resources").Items {
			found[r.Get("Type").Text] = true
		}
	}
	for _, name := range cases(t) {
		a, err := assembly.Read(filepath.Join(name, "want"))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range a.Stacks {
			find(s.Template)
		}
	}
	for _, template := range readRows(t) {
		find(template)
	}
	reasons := notDeployed()
	for _, row := range catalog.Rows() {
		switch reason := reasons[row.Type]; {
		case !found[row.Type] && reason == "":
			t.Errorf("%s has a row and is never deployed: add one to a template of %s, or say in notDeployed why not", row.Type, templatesOfRows)
		case found[row.Type] && reason != "":
			t.Errorf("%s is deployed: leave out its reason", row.Type)
		}
	}
	for typ := range reasons {
		if _, ok := catalog.LookUp(typ); !ok {
			t.Errorf("%s has no row: leave out its reason", typ)
		}
	}
}

// The templates need no permissions besides those of the rows, as far as properties and names say.
func TestRowsCoverTheirTemplates(t *testing.T) {
	t.Parallel()
	scope := policy.Scope{Project: "rows", Names: []string{"dev"}}
	for file, template := range readRows(t) {
		resources := template.Get("Resources")
		for i, id := range resources.Keys {
			typ, properties := resources.Items[i].Get("Type").Text, resources.Items[i].Get("Properties")
			if !policy.Known(typ) {
				t.Errorf("%s: %s has the type %s, which has no row", file, id, typ)
			}
			for _, x := range append(scope.Beyond(typ, properties), scope.Misnamed(typ, properties)...) {
				t.Errorf("%s: %s %s: %+v", file, id, typ, x)
			}
		}
	}
}

// What the templates of rows describe can be created.
func TestDeployRows(t *testing.T) { //nolint:paralleltest // one server
	needAWS(t)
	at := assembly.Stack{Account: "222222222222", Region: "eu-west-1"}
	c := newCloud(t, &assembly.Assembly{Stacks: []assembly.Stack{at}})
	const bucket = "rows-dev-code-222222222222-eu-west-1" // with the template of a nested stack
	nested := filepath.Join(t.TempDir(), "nested.yaml")
	if err := os.WriteFile(nested, []byte("Resources: { Handle: { Type: AWS::CloudFormation::WaitConditionHandle } }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.aws(t, &at, "s3api", "create-bucket", "--bucket", bucket, "--create-bucket-configuration", "LocationConstraint="+at.Region)
	c.aws(t, &at, "s3api", "put-object", "--bucket", bucket, "--key", "nested.yaml", "--body", nested)
	templates := readRows(t)
	for _, file := range slices.Sorted(maps.Keys(templates)) { //nolint:paralleltest // one server
		template := templates[file]
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			path, err := filepath.Abs(file)
			if err != nil {
				t.Fatal(err)
			}
			stack := "rows-dev-" + name
			printed, err := c.run(t, at.Account, "aws", "cloudformation", "deploy", "--region", at.Region, "--stack-name", stack, "--template-file", path,
				"--capabilities", "CAPABILITY_NAMED_IAM")
			if err != nil {
				t.Fatalf("%v\n%s\n%s", err, printed, c.aws(t, &at, "cloudformation", "describe-stack-events", "--stack-name", stack,
					"--query", "StackEvents[?ends_with(ResourceStatus, 'FAILED')].[LogicalResourceId, ResourceStatusReason]"))
			}
			var made []string
			c.query(t, &at, &made, "cloudformation", "list-stack-resources", "--stack-name", stack,
				"--query", "StackResourceSummaries[?ResourceStatus=='CREATE_COMPLETE'].LogicalResourceId")
			resources := template.Get("Resources")
			for i, id := range resources.Keys {
				createsNothing := strings.HasPrefix(resources.Items[i].Get("Type").Text, "AWS::CloudFormation::Wait") // the emulator does not list it
				if !createsNothing && !slices.Contains(made, id) {
					t.Errorf("%s is not created", id)
				}
			}
		})
	}
}
