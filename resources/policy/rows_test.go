package policy_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// allTypes are the types of all rows: more than cfnpipe's own stacks have.
func allTypes() []string {
	var types []string
	for _, r := range catalog.Rows() {
		types = append(types, r.Type)
	}
	return types
}

// Whatever types a project has, their statements make one document without a Sid that is there twice.
func TestAllRowsMakeOneDocument(t *testing.T) {
	t.Parallel()
	sids := map[string]bool{}
	for _, s := range statements(t, scope(), allTypes()...) { // statements fails on what the document would be refused for
		sid := s.Get("Sid").Text
		if sids[sid] {
			t.Errorf("%s is there twice", sid)
		}
		sids[sid] = true
	}
}

// The statements of a row for a project say nothing of another: each fits into a managed policy, alone.
func TestEachRowFitsIntoAPolicy(t *testing.T) {
	t.Parallel()
	largest := 0
	for _, typ := range allTypes() {
		list, err := policy.Deployment([]string{typ}, scope())
		if err != nil {
			t.Fatal(err)
		}
		if len(list) == 0 {
			continue // creating it calls no service
		}
		tmpl := template()
		documents := policy.Identity(list).Split(tmpl, path, policy.MaxManaged)
		for _, d := range documents {
			largest = max(largest, policy.Size(tmpl.Place, d.Node(tmpl, path)))
		}
		if problems := problemsOf(t, tmpl); problems != "" || len(documents) != 1 {
			t.Errorf("%s: %d policies, %s", typ, len(documents), problems)
		}
	}
	t.Logf("the largest row has %d bytes of %d", largest, policy.MaxManaged)
}

// A nested stack has the name of its parent and more; the stacks of the environment, above all those with its roles, have not.
func TestNestedStacksAreNotTheEnvironmentsOwn(t *testing.T) {
	t.Parallel()
	s := find(t, statements(t, scope(), "AWS::CloudFormation::Stack"), "NestedStacks")
	pattern := strings.NewReplacer("${AWS::Partition}", "aws", "${AWS::AccountId}", "222222222222").Replace(values(s.Get("Resource"))[0])
	matches := regexp.MustCompile("^" + strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(pattern)) + "$")
	const id = "/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
	for name, want := range map[string]bool{
		"shop-dev-data-Tables-1A2B3C4D5E6F7": true, "shop-dev-access": false, "shop-dev-access-policies-1": false, "shop-dev-access-policies-12": false,
		"shop-dev-network": false, "shop-prod-data-Tables-1A2B3C4D5E6F7": false,
	} {
		if got := matches.MatchString("arn:aws:cloudformation:eu-west-1:222222222222:stack/" + name + id); got != want {
			t.Errorf("%s: is reached: %t", name, got)
		}
	}
}

func TestCustomResourcesCallTheProjectsProviders(t *testing.T) {
	t.Parallel()
	for _, typ := range []string{"AWS::CloudFormation::CustomResource", "Custom::Thing"} {
		list := statements(t, scope(), typ)
		function := values(find(t, list, "CallFunctions").Get("Resource"))
		topic := values(find(t, list, "CallTopics").Get("Resource"))
		const arn = "arn:${AWS::Partition}:"
		if !slices.Equal(function, []string{arn + "lambda:eu-west-1:${AWS::AccountId}:function:shop-dev-*"}) ||
			!slices.Equal(topic, []string{arn + "sns:eu-west-1:${AWS::AccountId}:shop-dev-*"}) {
			t.Errorf("%s: calls %q and %q", typ, function, topic)
		}
	}
	if list := statements(t, scope(), "Custom::ClosedGroup"); len(list) != 1 || list[0].Get("Sid").Text != "CloseGroups" {
		t.Errorf("a type with a row of its own has %d statements", len(list))
	}
}

// Inline policies are written within the boundary, as those of AWS::IAM::Role are.
func TestPoliciesOfRolesStayInTheBoundary(t *testing.T) {
	t.Parallel()
	for _, typ := range []string{"AWS::IAM::Policy", "AWS::IAM::RolePolicy"} {
		for _, s := range statements(t, scope(), typ) {
			if slices.Contains(values(s.Get("Action")), "iam:PutRolePolicy") && s.At("Condition", "ArnEquals", "iam:PermissionsBoundary") == nil {
				t.Errorf("%s: without the boundary:\n%s", typ, s.YAML())
			}
		}
	}
}

// What AWS gives an id is changed by the tags of its stack: nothing else tells it from what is others'.
func TestWhatHasAnIdIsChangedByItsTags(t *testing.T) {
	t.Parallel()
	for typ, untagged := range map[string]string{
		"AWS::AppConfig::Application": "CreateConfigurations MakeConfigurations",
		"AWS::Backup::BackupPlan":     "MakeBackupPlans PassRolesToBackups",
		"AWS::EFS::AccessPoint":       "MakeFileSystems",
		"AWS::EFS::FileSystem":        "CreateFileSystems FileSystemKeys FileSystemRole MakeFileSystems",
		"AWS::RDS::DBProxy":           "CreateProxies DatabaseRole ListProxies MakeProxies Networks PassRolesToProxies",
		"AWS::SSM::MaintenanceWindow": "CreateWindows MakeWindows",
	} {
		var got []string
		for _, s := range statements(t, scope(), typ) {
			isOurs := func(key, want string) bool {
				n := s.At("Condition", "StringEquals", "aws:ResourceTag/"+key)
				return n != nil && n.Text == want
			}
			if !isOurs("project", "shop") || !isOurs("environment", "dev") {
				got = append(got, s.Get("Sid").Text)
			}
			deletes := func(n *tree.Node) bool {
				return slices.ContainsFunc(values(n), func(a string) bool { return strings.Contains(a, ":Delete") })
			}
			if name := s.Get("Sid").Text; strings.HasPrefix(name, "Make") && deletes(s.Get("Action")) {
				t.Errorf("%s: %s deletes what has no tags", typ, name)
			}
		}
		slices.Sort(got)
		if strings.Join(got, " ") != untagged {
			t.Errorf("%s: without tags are %q, want %s", typ, got, untagged)
		}
	}
}
