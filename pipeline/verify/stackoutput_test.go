package verify_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// reads lets the custom stack of golden/shop read an output of another stack by Fn::GetStackOutput, as a part of a policy.
func reads(arguments string) change {
	return func(b *breakage) {
		b.Helper()
		put(extras, "Resources.Orders.Properties.Tags", "[{ Key: from, Value: { Fn::GetStackOutput: "+arguments+" } }]")(b)
		outputs("shop-prod-storage", "Name", "{ Value: orders }")(b)
	}
}

// outputs adds an output to a stack.
func outputs(stack, name, text string) change {
	return func(b *breakage) {
		root := b.stack(stack).Template
		if root.Get("Outputs") == nil {
			root.Set("Outputs", tree.NewMap())
		}
		root.Get("Outputs").Set(name, value(b.T, text))
	}
}

func readsStorage() change {
	const name = "shop-prod-storage"
	return func(b *breakage) {
		s := b.stack(extras)
		if !slices.Contains(s.DependsOn, name) {
			s.DependsOn = append(s.DependsOn, name)
		}
	}
}

// statement of the execution role of prod.
func executing(text string) change {
	return add("shop-prod-access", "Resources.ExecutionPolicy1.Properties.PolicyDocument.Statement", text)
}

func TestStackOutputs(t *testing.T) {
	t.Parallel()
	const (
		at       = "Resources.Orders.Properties.Tags[0].Value"
		mayRead  = "{ Sid: Reads, Effect: Allow, Action: cloudformation:DescribeStacks, Resource: 'arn:aws:cloudformation:*:*:stack/*' }"
		storage  = "shop-prod-storage"
		reader   = "arn:aws:iam::222222222222:role/shop/app/shop-dev-reader"
		becoming = "{ Sid: Becomes, Effect: Allow, Action: sts:AssumeRole, Resource: '" + reader + "' }"
		inDev    = "{ StackName: shop-dev-storage, OutputName: Name, RoleArn: '" + reader + "' }"
	)
	role := func(trusted, allowed string) change {
		return func(b *breakage) {
			outputs("shop-dev-storage", "Name", "{ Value: orders }")(b)
			put("shop-dev-storage", "Resources.Reader", `{ Type: AWS::IAM::Role, Properties: { Path: /shop/app/, RoleName: shop-dev-reader,
				`+trusts+`{ AWS: "arn:aws:iam::444444444444:root" }, Condition: { ArnEquals: { aws:PrincipalArn: "`+trusted+`" } } }] },
				Policies: [{ PolicyName: p, PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: Allow, Action: "`+allowed+`", Resource: '*' }] } }] } }`)(b)
		}
	}
	const execution = "arn:aws:iam::444444444444:role/shop/access/shop-prod-execution"
	for _, c := range []struct {
		why     string
		changes []change
		rules   []string // that may find something of this
		want    string
	}{
		{"all is well", []change{reads("{ StackName: shop-prod-storage, OutputName: Name }"), readsStorage(), executing(mayRead)}, nil, ""},
		{
			"a name that nobody knows",
			[]change{reads("{ StackName: !ImportValue elsewhere, OutputName: Name }"), executing(mayRead)},
			nil,
			"warning not-judged shop-prod-extras " + at,
		},
		{"a name that functions give", []change{reads("{ StackName: !Join ['-', [shop-prod, storage]], OutputName: Name, Region: !Ref AWS::Region }"), readsStorage(), executing(mayRead)}, nil, ""},
		{
			"no such output",
			[]change{reads("{ StackName: shop-prod-storage, OutputName: Nam }"), readsStorage(), executing(mayRead)},
			nil,
			"stack-output shop-prod-extras " + at,
		},
		{"no such stack", []change{reads("{ StackName: shop-prod-storag, OutputName: Name }"), executing(mayRead)}, nil, "stack-output shop-prod-extras " + at},
		{"a stack of another account", []change{reads("{ StackName: shop-dev-storage, OutputName: Name }"), executing(mayRead)}, nil, "stack-output shop-prod-extras " + at},
		{
			"a stack of another region",
			[]change{reads("{ StackName: shop-prod-storage, OutputName: Name, Region: us-east-1 }"), executing(mayRead)},
			nil,
			"stack-output shop-prod-extras " + at,
		},
		{
			"another partition",
			[]change{reads("{ StackName: shop-prod-storage, OutputName: Name, Region: us-gov-west-1 }"), executing(mayRead)},
			nil,
			"stack-output shop-prod-extras " + at,
		},
		{"itself", []change{reads("{ StackName: shop-prod-extras, OutputName: Arn }"), executing(mayRead)}, nil, "stack-output shop-prod-extras " + at},
		{"a later stack", []change{
			outputs(storage, "Late", "{ Value: { Fn::GetStackOutput: { StackName: shop-prod-extras, OutputName: Out } } }"), outputs(extras, "Out", "{ Value: x }"), executing(mayRead),
		}, nil, "stack-output shop-prod-storage Outputs.Late.Value"},
		{
			"dependsOn does not say so",
			[]change{reads("{ StackName: shop-prod-services, OutputName: Name }"), outputs("shop-prod-services", "Name", "{ Value: x }"), executing(mayRead)},
			nil,
			"deploy-order shop-release-pipeline Resources.Pipeline.Properties.Stages[prod-deploy].Actions[extras-prepare].RunOrder\nstack-output shop-prod-extras manifest.json",
		},
		{"no map", []change{reads("shop-prod-storage"), executing(mayRead)}, nil, "stack-output shop-prod-extras " + at},
		{"a wrong key", []change{reads("{ StackName: shop-prod-storage, OutputName: Name, Account: '1' }"), executing(mayRead)}, nil, "stack-output shop-prod-extras " + at},
		{
			"the execution role may not",
			[]change{reads("{ StackName: shop-prod-storage, OutputName: Name }"), readsStorage()},
			nil,
			"stack-output shop-prod-access Resources.ExecutionPolicy.Properties.PolicyDocument",
		},
		{"a stack outside", []change{reads("{ StackName: network, OutputName: Vpc }"), executing(mayRead)}, nil, "warning not-judged shop-prod-extras " + at},
		{
			"a stack outside that the execution role may not read",
			[]change{reads("{ StackName: network, OutputName: Vpc }")},
			nil,
			"stack-output shop-prod-access Resources.ExecutionPolicy.Properties.PolicyDocument\nwarning not-judged shop-prod-extras " + at,
		},
		{
			"a role outside",
			[]change{reads("{ StackName: network, OutputName: Vpc, RoleArn: 'arn:aws:iam::555555555555:role/reader' }")},
			nil,
			"warning not-judged shop-prod-extras " + at + "\nwarning not-judged shop-prod-extras " + at + ".Fn::GetStackOutput.RoleArn",
		},
		{
			"a role that no stack makes",
			[]change{reads(inDev), outputs("shop-dev-storage", "Name", "{ Value: x }")},
			nil,
			"stack-output shop-prod-extras " + at + ".Fn::GetStackOutput.RoleArn",
		},
		{"a role of the directory", []change{reads(inDev), role(execution, "cloudformation:DescribeStacks"), executing(becoming)}, []string{"stack-output"}, ""},
		{
			"a role that may not describe",
			[]change{reads(inDev), role(execution, "cloudformation:ListStacks"), executing(becoming)},
			[]string{"stack-output"},
			"stack-output shop-dev-storage Resources.Reader.Properties.Policies[p].PolicyDocument.Statement[0]",
		},
		{
			"a role that does not trust",
			[]change{reads(inDev), role(execution+"x", "cloudformation:DescribeStacks"), executing(becoming)},
			[]string{"stack-output"},
			"stack-output shop-dev-storage Resources.Reader.Properties.AssumeRolePolicyDocument.Statement[0]",
		},
		{
			"the execution role may not become it",
			[]change{reads(inDev), role(execution, "cloudformation:DescribeStacks")},
			[]string{"stack-output"},
			"stack-output shop-prod-access Resources.ExecutionPolicy.Properties.PolicyDocument",
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			a := broken(t, "shop", c.changes...)
			r := verify.Verify(a)
			got := found(a, r)
			if c.rules != nil {
				got = slices.DeleteFunc(got, func(line string) bool { return !slices.Contains(c.rules, strings.Fields(line)[0]) })
			}
			want := lines(strings.ReplaceAll(c.want, "warning ", ""))
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
				for _, f := range r.Findings {
					t.Logf("%s %s %s: %s\n%s", f.Severity, f.Path, f.Rule, f.Message, f.Hint)
				}
			}
			if strings.Contains(c.want, "not-judged") != (r.Coverage.Outputs == 1) {
				t.Errorf("%d outputs are counted as not judged", r.Coverage.Outputs)
			}
			for _, f := range r.Findings {
				if f.Rule == "not-judged" && f.Severity != verify.Warning {
					t.Errorf("%s is an %s", f.Message, f.Severity)
				}
			}
		})
	}
}

// What is read is known: a wrong permission on it is found as if it stood there.
func TestStackOutputsAreResolved(t *testing.T) {
	t.Parallel()
	a := broken(t, "shop", reads("{ StackName: shop-prod-storage, OutputName: Name }"), readsStorage(),
		executing("{ Sid: Reads, Effect: Allow, Action: cloudformation:DescribeStacks, Resource: 'arn:aws:cloudformation:*:*:stack/*' }"),
		outputs("shop-prod-storage", "Role", "{ Value: !Sub 'arn:aws:iam::${AWS::AccountId}:role/shop/app/shop-prod-nobody' }"),
		resources("Function: { Type: AWS::Lambda::Function, Properties: { FunctionName: shop-prod-f, Role: { Fn::GetStackOutput: { StackName: shop-prod-storage, OutputName: Role } } } }"))
	var got []string
	for _, f := range verify.Verify(a).Findings {
		got = append(got, f.Message)
	}
	if want := []string{"no stack makes the role arn:aws:iam::444444444444:role/shop/app/shop-prod-nobody"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
