package verify_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
)

// extra adds resources to the custom stack of golden/shop, and permissions to the role that deploys it.
func extra(t *testing.T, added, permissions string) *assembly.Assembly {
	t.Helper()
	changes := []change{resources(added)}
	if permissions != "" {
		changes = append(changes, add("shop-prod-access", "Resources.ExecutionPolicy1.Properties.PolicyDocument.Statement",
			"{ Sid: Extras, Effect: Allow, Action: ["+permissions+"], Resource: 'arn:aws:cassandra:eu-west-1:444444444444:table/nope' }"))
	}
	return broken(t, "shop", changes...)
}

const twoTables = `
Table: { Type: AWS::Cassandra::Table, Properties: { TableName: shop-prod-carts } }
Table2: { Type: AWS::Cassandra::Table, Properties: { TableName: shop-prod-orders } }
Rover: { Type: AWS::Mars::Rover }
`

func tables(t *testing.T) *assembly.Assembly {
	t.Helper()
	return extra(t, twoTables, "'cassandra:ListTables', 'cassandra:Describe*'")
}

// A type that the table of resource types does not have is said not to be judged, once for each stack, whatever its role may do.
func TestWhatIsNotJudgedIsSaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ permissions, want, hint string }{
		{"", "and role shop-prod-execution may do nothing of its service", "list the actions"},
		{"'cassandra:ListTables'", "and role shop-prod-execution may only read of its service: cassandra:ListTables", "list the actions"},
		{"'cassandra:ListTables', 'cassandra:Create*'", "of its service, role shop-prod-execution may cassandra:ListTables and cassandra:Create*", "check that"},
	} {
		t.Run(c.want, func(t *testing.T) {
			t.Parallel()
			a := extra(t, twoTables, c.permissions)
			r := verify.Verify(a)
			want := []string{"not-judged shop-prod-extras Resources.Rover.Type", "not-judged shop-prod-extras Resources.Table.Type"}
			if diff := cmp.Diff(want, found(a, r)); diff != "" {
				t.Fatalf("want -, got +:\n%s", diff)
			}
			f := r.Findings[0]
			if r.Errors() > 0 {
				t.Error("it is an error")
			}
			if !strings.HasPrefix(f.Message, "not judged: AWS::Cassandra::Table: ") || !strings.HasSuffix(f.Message, c.want) || !strings.HasPrefix(f.Hint, c.hint) {
				t.Errorf("it says %s\n%s", f.Message, f.Hint)
			}
			if diff := cmp.Diff(verify.Coverage{Judged: r.Coverage.Judged, NotJudged: 3, Types: []string{"AWS::Cassandra::Table", "AWS::Mars::Rover"}}, r.Coverage); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
			for _, text := range []string{r.Summary(), text(t, r, "out", false)} {
				if strings.Contains(text, "every chain closes") || strings.Contains(text, "every hop holds") || !strings.Contains(text, "not judged: 3 resources (AWS::Cassandra::Table, AWS::Mars::Rover)") {
					t.Errorf("it claims too much, or too little:\n%s", text)
				}
			}
			marked := false
			for _, c := range r.Chains {
				for _, h := range c.Hops {
					marked = marked || strings.Contains(h.What, "makes what is in shop-prod-extras") && len(h.Findings) == 2
				}
			}
			if !marked {
				t.Error("the hop that deploys the stack does not say so")
			}
		})
	}
}

// What is judged is counted: all that pipelines deploy.
func TestWhatIsJudgedIsCounted(t *testing.T) {
	t.Parallel()
	for _, name := range goldens(t) {
		a := golden(t, name)
		want := 0
		for i := range a.Stacks {
			if s := &a.Stacks[i]; slices.Contains(s.DeployedBy, assembly.Pipe) {
				want += len(s.Template.Get("Resources").Keys)
			}
		}
		if c := verify.Verify(a).Coverage; c.Judged+c.NotJudged != want {
			t.Errorf("%s: %d resources are judged and %d are not, and the templates that pipelines deploy hold %d", name, c.Judged, c.NotJudged, want)
		}
	}
}
