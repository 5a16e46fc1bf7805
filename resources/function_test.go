package resources_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// functionTemplate renders one function.
func functionTemplate(tb testing.TB, change func(*resources.Function)) *tree.Node {
	tb.Helper()
	tmpl := template()
	f := oneFunction(tmpl)
	change(&f)
	f.Add(tmpl)
	n, err := tmpl.Render()
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// inVPC puts a function into a VPC.
func inVPC(subnet, group string) func(*resources.Function) {
	return func(f *resources.Function) {
		f.Subnets, f.SecurityGroups = cfn.Literals[cfn.SubnetID](subnet), cfn.Literals[cfn.SecurityGroupID](group)
	}
}

// versionOf is what tells a function's version from the one before.
func versionOf(tb testing.TB, n *tree.Node) string {
	tb.Helper()
	description := n.At("Resources", "HelloVersion", "Properties", "Description", "Fn::Sub")
	if description == nil {
		tb.Errorf("the version's description does not depend on the release:\n%s", n.YAML())
		return ""
	}
	return description.Text
}

func TestAVersionIsMadeForEachReleaseAndForOtherSettings(t *testing.T) {
	t.Parallel()
	unchanged := func(*resources.Function) {}
	first := versionOf(t, functionTemplate(t, unchanged))
	if again := versionOf(t, functionTemplate(t, unchanged)); again != first {
		t.Errorf("the same function has the versions %q and %q", first, again)
	}
	if !strings.HasSuffix(first, " ${HelloCodeKey}") {
		t.Errorf("got %q, which another release does not change", first)
	}
	seen := map[string]string{first: "as it was"}
	for _, c := range []struct {
		what   string
		change func(*resources.Function)
	}{
		{"another memory", func(f *resources.Function) { f.Memory = 256 }},
		{"another timeout", func(f *resources.Function) { f.Timeout = 31 }},
		{"another runtime", func(f *resources.Function) { f.Runtime = "python3.14" }},
		{"another handler", func(f *resources.Function) { f.Handler = "main.handler" }},
		{"another architecture", func(f *resources.Function) { f.Architecture = "arm64" }},
		{"another description", func(f *resources.Function) { f.Description = "Says good-bye" }},
		{"a variable", func(f *resources.Function) {
			f.Environment = []resources.Variable{{Name: "A", Value: cfn.Lit("1")}}
		}},
		{"another variable", func(f *resources.Function) {
			f.Environment = []resources.Variable{{Name: "A", Value: cfn.Lit("2")}}
		}},
		{"a layer", func(f *resources.Function) {
			f.Layers = []string{"arn:aws:lambda:eu-west-1:333333333333:layer:tools:7"}
		}},
		{"tracing", func(f *resources.Function) { f.Tracing = true }},
		{"dead letters", func(f *resources.Function) { f.DeadLetters = "shop-dev-hello-dead-letters" }},
		{"a VPC", inVPC("subnet-1", "sg-1")},
		{"another subnet", inVPC("subnet-2", "sg-1")},
		{"another security group", inVPC("subnet-1", "sg-2")},
	} {
		v := versionOf(t, functionTemplate(t, c.change))
		if before, twice := seen[v]; twice {
			t.Errorf("%s: the version is the same as %s", c.what, before)
		}
		seen[v] = c.what
	}
}

// Lambda refuses to make a version of a function whose configuration and code are those of the version before.
func TestNoVersionIsMadeOfWhatAVersionDoesNotHold(t *testing.T) {
	t.Parallel()
	first := versionOf(t, functionTemplate(t, func(*resources.Function) {}))
	for _, c := range []struct {
		what   string
		change func(*resources.Function)
	}{
		{"reserved concurrency", func(f *resources.Function) { f.ReservedConcurrency = new(5) }},
		{"grants", func(f *resources.Function) {
			f.Grants = policy.Identity{policy.Allow("Read", "s3:GetObject").On(resources.BucketObjects(bucketName))}
		}},
		{"the retention of logs", func(f *resources.Function) { f.LogDays = 90 }},
	} {
		if v := versionOf(t, functionTemplate(t, c.change)); v != first {
			t.Errorf("%s: got version %q, want %q as before", c.what, v, first)
		}
	}
}

// The hash of the settings holds that subnets come from another stack, not which ones they are.
func TestAVersionIsMadeWhenTheNetworkChanges(t *testing.T) {
	t.Parallel()
	tmpl := template()
	f := oneFunction(tmpl)
	f.Subnets = cfn.Split[cfn.SubnetID](",", cfn.AddParameter[cfn.Text](tmpl, "Subnets", "subnet-1,subnet-2", ""))
	f.SecurityGroups = cfn.ListOf(cfn.AddParameter[cfn.SecurityGroupID](tmpl, "Group", "sg-1", ""))
	f.Add(tmpl)
	n, err := tmpl.Render()
	if err != nil {
		t.Fatal(err)
	}
	var refs []string
	n.At("Resources", "HelloVersion", "Properties", "Description").Walk(func(_ string, n *tree.Node) bool {
		if name, arg, ok := n.Intrinsic(); ok && name == "Ref" {
			refs = append(refs, arg.Text)
		}
		return true
	})
	if want := []string{"Group", "Subnets"}; !slices.Equal(refs, want) {
		t.Errorf("the version depends on %q, want %q", refs, want)
	}
}

func TestAReleaseChangesTheFunctionItselfToo(t *testing.T) {
	t.Parallel()
	// else a zip file with another address and the same bytes would be no change, and its version refused
	n := functionTemplate(t, func(*resources.Function) {}).At("Resources", "Hello", "Properties", "Description", "Fn::Sub")
	if n == nil || !strings.Contains(n.Text, "${HelloCodeKey}") {
		t.Errorf("the description does not hold the address of the code:\n%s", n.YAML())
	}
}

func TestReservedConcurrencyOfZeroStopsAFunction(t *testing.T) {
	t.Parallel()
	get := func(change func(*resources.Function)) *tree.Node {
		return functionTemplate(t, change).At("Resources", "Hello", "Properties", "ReservedConcurrentExecutions")
	}
	if n := get(func(f *resources.Function) { f.ReservedConcurrency = new(0) }); n == nil || n.Text != "0" {
		t.Errorf("got %s, want 0", n.YAML())
	}
	if n := get(func(*resources.Function) {}); n != nil {
		t.Errorf("got %s without asking", n.YAML())
	}
}

func TestAnEmptyVariableIsThere(t *testing.T) {
	t.Parallel()
	n := functionTemplate(t, func(f *resources.Function) {
		f.Environment = []resources.Variable{{Name: "EMPTY", Value: cfn.Lit("")}, {Name: "LITERAL", Value: cfn.Lit("${Hello}")}}
	}).At("Resources", "Hello", "Properties", "Environment", "Variables")
	for name, want := range map[string]string{"EMPTY": "", "LITERAL": "${Hello}"} {
		if v := n.Get(name); v == nil || v.Kind != tree.String || v.Text != want {
			t.Errorf("%s: got %s, want %q", name, v.YAML(), want)
		}
	}
}

// statementsOfFunction are what the role of a function may do, as sid to effect.
func statementsOfFunction(tb testing.TB, change func(*resources.Function)) map[string]string {
	tb.Helper()
	n := functionTemplate(tb, change).At("Resources", "HelloRole", "Properties", "Policies")
	got := map[string]string{}
	for _, s := range n.Items[0].At("PolicyDocument", "Statement").Items {
		got[s.Get("Sid").Text] = s.Get("Effect").Text
	}
	return got
}

func TestAFunctionMayDoWhatItsSettingsNeedOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what   string
		change func(*resources.Function)
		want   []string
	}{
		{"nothing asked for", func(*resources.Function) {}, []string{"Logs Allow"}},
		{"tracing", func(f *resources.Function) { f.Tracing = true }, []string{"Logs Allow", "Tracing Allow"}},
		{"dead letters", func(f *resources.Function) { f.DeadLetters = "dead" }, []string{"DeadLetters Allow", "Logs Allow"}},
		{
			"a VPC: its code may not use Lambda's own permissions", inVPC("subnet-1", "sg-1"),
			[]string{"Logs Allow", "NetworkInterfaces Allow", "NotItsCode Deny"},
		},
		{
			"a VPC that it may have left", func(f *resources.Function) { f.Networked = true },
			[]string{"Logs Allow", "NetworkInterfaces Allow", "NotItsCode Deny"},
		},
		{
			"what its own permissions allow its code", func(f *resources.Function) {
				f.Networked = true
				f.Grants = policy.Identity{
					policy.Allow("See", "ec2:Describe*").On(cfn.Lit("*")),
					policy.Allow("Clean", "ec2:deleteNetworkInterface").On(cfn.Lit("arn:aws:ec2:eu-west-1:222222222222:network-interface/eni-1")),
				}
			},
			[]string{"Clean Allow", "Logs Allow", "NetworkInterfaces Allow", "NotItsCodeDeleteNetworkInterface Deny", "See Allow"},
		},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			var got []string
			for sid, effect := range statementsOfFunction(t, c.change) {
				got = append(got, sid+" "+effect)
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// A permission that pipeline.yaml gives has an effect, and gives no more than it says.
func TestTheCodeOfAFunctionDoesWhatItsPermissionsSay(t *testing.T) {
	t.Parallel()
	const eni = "arn:aws:ec2:eu-west-1:222222222222:network-interface/eni-1"
	n := functionTemplate(t, func(f *resources.Function) {
		f.Networked = true
		f.Grants = policy.Identity{policy.Allow("Clean", "ec2:DeleteNetworkInterface").On(cfn.Lit(eni))}
	}).At("Resources", "HelloRole", "Properties", "Policies")
	denied := map[string]string{}
	for _, s := range n.Items[0].At("PolicyDocument", "Statement").Items {
		if s.Get("Effect").Text == "Deny" {
			for _, key := range []string{"Resource", "NotResource"} {
				if s.Get(key) != nil {
					denied[s.Get("Action").Text] = key + " " + s.Get(key).Text
				}
			}
		}
	}
	want := map[string]string{"ec2:DescribeNetworkInterfaces": "Resource *", "ec2:DeleteNetworkInterface": "NotResource " + eni}
	if diff := cmp.Diff(want, denied); diff != "" {
		t.Errorf("denied: want -, got +:\n%s", diff)
	}
}

func TestTheCodeOfAFunctionCannotTouchTheNetworkThatLambdaMakes(t *testing.T) {
	t.Parallel()
	n := functionTemplate(t, inVPC("subnet-1", "sg-1")).At("Resources", "HelloRole", "Properties", "Policies")
	actions := map[string]*tree.Node{}
	for _, s := range n.Items[0].At("PolicyDocument", "Statement").Items {
		actions[s.Get("Sid").Text] = s.Get("Action")
		if s.Get("Sid").Text == "NotItsCode" {
			arn := s.At("Condition", "ArnEquals", "lambda:SourceFunctionArn", "Fn::Sub")
			if arn == nil || arn.Text != "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:shop-dev-hello" {
				t.Errorf("the deny is not for this function:\n%s", s.YAML())
			}
		}
	}
	if !actions["NotItsCode"].Equal(actions["NetworkInterfaces"]) {
		t.Errorf("denied\n%s\nof\n%s", actions["NotItsCode"].YAML(), actions["NetworkInterfaces"].YAML())
	}
}
