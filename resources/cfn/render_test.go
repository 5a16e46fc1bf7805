package cfn_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/awslabs/goformation/v7/cloudformation/iam"
	"github.com/awslabs/goformation/v7/cloudformation/s3"
	"github.com/awslabs/goformation/v7/cloudformation/sqs"
	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// everything fills a template with something in each section, not in the order in which they are rendered.
func everything() *cfn.Template {
	producer := &stack{"network"}
	vpc := cfn.Output[cfn.Text]{From: producer, Name: "VpcId"}
	network := cfn.New(place(), producer)
	cfn.Publish(network, vpc, cfn.Literal[cfn.Text]("vpc-1"))

	t := newTemplate("everything")
	zebra := t.Add("Zebra", &sqs.Queue{QueueName: t.TextPtr(cfn.Format[cfn.Text]("%s-zebra", cfn.StackName()))})
	t.Output("ZebraUrl", cfn.Ref[cfn.Text](zebra), "Where zebras queue")
	production := t.Condition("Production", cfn.Equals(cfn.AccountID(), cfn.Lit("444444444444")))
	bucket := t.Add("Bucket", &s3.Bucket{BucketName: new("shop-dev-data")})
	t.Add("Ant", &sqs.Queue{DelaySeconds: new(5), KmsMasterKeyId: t.TextPtr(cfn.If(production, cfn.Take(t, vpc), cfn.NoValue[cfn.Text]()))}).
		Metadata("why", cfn.Object{{"b", 1}, {"a", "x"}}).OnRemoval(cfn.RetainExceptOnCreate, cfn.Retain).After(zebra, bucket, zebra).When(production)
	t.Rule("Small").Assert(cfn.EveryIn([]string{"a"}, cfn.Split[cfn.Text](",", cfn.AddParameter[cfn.Text](t, "Size", "small", "How big"))), "It must be small.")
	t.Output("Ant", cfn.Literal[cfn.Text]("yes"), "")
	t.Description = "shop: everything"
	if _, err := cfn.Link([]*cfn.Template{network, t}); err != nil {
		t.Fail("Link", err.Error(), "")
	}
	return t
}

func TestRenderOrdersWhatItWrites(t *testing.T) {
	t.Parallel()
	const want = `AWSTemplateFormatVersion: '2010-09-09'
Description: 'shop: everything'
Parameters:
  NetworkVpcId:
    Type: AWS::SSM::Parameter::Value<String>
    Default: /shop/dev/network/VpcId
    Description: Output VpcId of stack shop-dev-network
  Size:
    Type: String
    Description: How big
    Default: small
Rules:
  Small:
    Assertions:
      - Assert:
          Fn::EachMemberIn:
            - - a
            - !Split
              - ','
              - !Ref Size
        AssertDescription: It must be small.
Conditions:
  Production: !Equals
    - !Ref AWS::AccountId
    - '444444444444'
Resources:
  Zebra:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub ${AWS::StackName}-zebra
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: shop-dev-data
  Ant:
    Type: AWS::SQS::Queue
    Condition: Production
    DependsOn:
      - Zebra
      - Bucket
    DeletionPolicy: RetainExceptOnCreate
    UpdateReplacePolicy: Retain
    Metadata:
      why:
        b: 1
        a: x
    Properties:
      DelaySeconds: 5
      KmsMasterKeyId: !If
        - Production
        - !Ref NetworkVpcId
        - !Ref AWS::NoValue
Outputs:
  ZebraUrl:
    Description: Where zebras queue
    Value: !Ref Zebra
  Ant:
    Value: 'yes'
`
	if diff := cmp.Diff(want, string(render(t, everything()).YAML())); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
}

func TestOneDependencyIsNoList(t *testing.T) {
	t.Parallel()
	template, queue := withQueue()
	template.Add("Other", &sqs.Queue{}).After(queue)
	wantJSON(t, render(t, template).At("Resources", "Other"), `{"Type":"AWS::SQS::Queue","DependsOn":"Queue"}`)
}

func TestTemplatesKnowWhatTheyHold(t *testing.T) {
	t.Parallel()
	template := everything()
	if got, want := template.Name(), "shop-dev-everything"; got != want {
		t.Errorf("Name: got %q, want %q", got, want)
	}
	if diff := cmp.Diff([]string{"AWS::S3::Bucket", "AWS::SQS::Queue"}, template.Types()); diff != "" {
		t.Errorf("Types: %s", diff)
	}
	if got := template.Capabilities(); got != nil {
		t.Errorf("without IAM no capabilities, got %q", got)
	}
	if diff := cmp.Diff([]cfn.Parameter{{Name: "NetworkVpcId", Value: "/shop/dev/network/VpcId"}, {Name: "Size", Value: "small"}}, template.Parameters()); diff != "" {
		t.Errorf("Parameters: %s", diff)
	}
	role := template.Add("Role", &iam.Role{AssumeRolePolicyDocument: cfn.Object{}})
	if diff := cmp.Diff([]string{"CAPABILITY_NAMED_IAM"}, template.Capabilities()); diff != "" {
		t.Errorf("Capabilities: %s", diff)
	}
	if role.ID() != "Role" {
		t.Errorf("ID: got %q", role.ID())
	}
}

func TestHashFollowsWhatResourcesHold(t *testing.T) {
	t.Parallel()
	template, queue := withQueue()
	other := template.Add("Other", &sqs.Queue{QueueName: new("a")})
	before := cfn.Hash(queue, other)
	if len(before) != 16 || cfn.Hash(queue, other) != before {
		t.Errorf("got %q, then %q", before, cfn.Hash(queue, other))
	}
	template.Add("Third", &sqs.Queue{})
	if cfn.Hash(queue, other) != before {
		t.Error("another resource changed the hash")
	}
	for _, change := range []func(){func() { other.Set("DelaySeconds", 1) }, func() { queue.After(other) }, func() { queue.Metadata("a", "b") }} {
		change()
		if after := cfn.Hash(queue, other); after == before {
			t.Error("a change left the hash as it was")
		} else {
			before = after
		}
	}
}

func TestLogicalIDsFromNames(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		names []string
		want  string
	}{
		{[]string{"access-logs", "key"}, "AccessLogsKey"},
		{[]string{"eu-west-1"}, "EuWest1"},
		{[]string{"a1b"}, "A1B"},
		{[]string{"VpcId"}, "VpcId"},
		{[]string{"_a..b"}, "AB"},
		{[]string{"é"}, ""},
		{nil, ""},
	} {
		if got := cfn.ID(tt.names...); got != tt.want {
			t.Errorf("ID(%q): got %q, want %q", tt.names, got, tt.want)
		}
	}
}

func TestRenderRefuses(t *testing.T) {
	t.Parallel()
	_, foreign := withQueue()
	queue := func(t *cfn.Template, id string) *cfn.Resource { return t.Add(id, &sqs.Queue{}) }
	many := func(n int, add func(string)) {
		for i := range n {
			add(fmt.Sprintf("X%d", i))
		}
	}
	get := func(id string) *tree.Node { return tree.NewMap().Set("Ref", tree.Text(id)) }
	hand := func(name string, arg *tree.Node) *tree.Node { return tree.NewMap().Set(name, arg) }
	set := func(t *cfn.Template, value *tree.Node) { queue(t, "Queue").Set("RedrivePolicy", value) }
	const at = "Resources.Queue.Properties.RedrivePolicy"

	tests := []struct {
		reason string
		build  func(*cfn.Template)
		want   []string // none for the near misses
	}{
		{"a template without resources", func(*cfn.Template) {}, []string{"Resources: there is none; CloudFormation needs at least one resource in a stack"}},
		{"null", func(t *cfn.Template) { set(t, hand("B", &tree.Node{})) }, []string{at + ".B: the value is null; leave it out, or set it"}},
		{"a Ref to nothing", func(t *cfn.Template) { set(t, get("Nothing")) }, []string{at + ": there is no resource or parameter Nothing; declare it, or correct the name"}},
		{"a Ref to an unknown pseudo parameter", func(t *cfn.Template) { set(t, get("AWS::Acount")) }, []string{at + ": there is no resource or parameter AWS::Acount"}},
		{"a Ref to a condition", func(t *cfn.Template) {
			t.Condition("C", cfn.Equals(cfn.Region(), cfn.Region()))
			set(t, get("C"))
		}, []string{at + ": there is no resource or parameter C"}},
		{"a GetAtt of nothing", func(t *cfn.Template) {
			set(t, hand("Fn::GetAtt", tree.NewList(tree.Text("Nothing"), tree.Text("Arn"))))
		}, []string{at + ": there is no resource Nothing"}},
		{"a GetAtt of a parameter", func(t *cfn.Template) {
			cfn.AddParameter[cfn.Text](t, "P", "", "")
			set(t, hand("Fn::GetAtt", tree.NewList(tree.Text("P"), tree.Text("Arn"))))
		}, []string{at + ": there is no resource P"}},
		{"a GetAtt that names no attribute", func(t *cfn.Template) { set(t, hand("Fn::GetAtt", tree.Text("Queue"))) }, []string{at + ": Fn::GetAtt takes a resource and an attribute"}},
		{
			"a Sub of nothing", func(t *cfn.Template) {
				set(t, hand("Fn::Sub", tree.Text("${Queue2}${AWS::Region}${!Literal}${Nothing.Arn}")))
			},
			[]string{at + ": there is no resource or parameter Queue2", at + ": there is no resource Nothing"},
		},
		{"a Sub with a variable of that name", func(t *cfn.Template) {
			set(t, hand("Fn::Sub", tree.NewList(tree.Text("${A}${B}"), hand("A", get("C")))))
		}, []string{at + ": there is no resource or parameter B", at + ".Fn::Sub[1].A: there is no resource or parameter C"}},
		{"DependsOn on nothing", func(t *cfn.Template) { queue(t, "Queue").After(nil) }, []string{"Resources.Queue.DependsOn: it refers to a resource that is not declared"}},
		{"DependsOn on another stack", func(t *cfn.Template) { queue(t, "Mine").After(foreign) }, []string{`Resources.Mine.DependsOn: Queue belongs to the stack "shop-dev-queues"`}},
		{
			"a condition that is not declared", func(t *cfn.Template) { queue(t, "Queue").When(cfn.Equals(cfn.Region(), cfn.Region())) },
			[]string{"Resources.Queue.Condition: the condition is not declared; use what Template.Condition returned"},
		},
		{
			"a condition of another stack", func(t *cfn.Template) {
				queue(t, "Queue").When(newTemplate("x").Condition("Theirs", cfn.Equals(cfn.Region(), cfn.Region())))
			},
			[]string{"Resources.Queue.Condition: there is no condition Theirs"},
		},
		{"If on a condition of another stack", func(t *cfn.Template) {
			c := newTemplate("x").Condition("Theirs", cfn.Equals(cfn.Region(), cfn.Region()))
			queue(t, "Queue").Set("RedrivePolicy", cfn.If(c, cfn.Region(), cfn.Region()))
			t.Condition("Mine", cfn.Not(c))
		}, []string{"Conditions.Mine.Fn::Not[0]: there is no condition Theirs", at + ": there is no condition Theirs"}},
		{"an If that is none", func(t *cfn.Template) { set(t, hand("Fn::If", tree.NewList())) }, []string{at + ": Fn::If takes a condition and two values"}},
		{"a policy statement's Condition is none", func(t *cfn.Template) { set(t, hand("Condition", hand("Bool", tree.Boolean(true)))) }, nil},
		{
			"a condition on a resource", func(t *cfn.Template) {
				t.Condition("C", cfn.Equals(cfn.Ref[cfn.Text](queue(t, "Queue")), cfn.Region()))
			},
			[]string{"Conditions.C.Fn::Equals[0]: Queue is a resource, and conditions and rules know only parameters"},
		},

		{"a logical id twice", func(t *cfn.Template) { queue(t, "A"); queue(t, "A") }, []string{"Resources.A: the logical id is used twice; choose another one"}},
		{"a parameter twice", func(t *cfn.Template) {
			queue(t, "A")
			cfn.AddParameter[cfn.Text](t, "P", "", "")
			cfn.AddParameter[cfn.Text](t, "P", "", "")
		}, []string{"Parameters.P: the parameter is declared twice"}},
		{"a condition twice", func(t *cfn.Template) {
			queue(t, "A")
			t.Condition("C", t.Condition("C", cfn.Equals(cfn.Region(), cfn.Region())))
		}, []string{"Conditions.C: the condition is declared twice"}},
		{"a rule twice", func(t *cfn.Template) {
			queue(t, "A")
			for range 2 {
				t.Rule("R").Assert(cfn.EveryIn([]string{"a"}, cfn.Literals[cfn.Text]("a")), "")
			}
		}, []string{"Rules.R: the rule is declared twice"}},
		{"an output twice", func(t *cfn.Template) {
			queue(t, "A")
			t.Output("O", cfn.Lit("a"), "")
			t.Output("O", cfn.Lit("a"), "")
		}, []string{"Outputs.O: the output is declared twice"}},
		{
			"a resource and a parameter of one name", func(t *cfn.Template) { queue(t, "A"); cfn.AddParameter[cfn.Text](t, "A", "", "") },
			[]string{"Resources.A: the name is used by Parameters.A too; choose another one"},
		},
		{"a resource, an output and a condition of one name", func(t *cfn.Template) {
			queue(t, "A").When(t.Condition("A", cfn.Equals(cfn.Region(), cfn.Region())))
			t.Output("A", cfn.Lit("a"), "")
		}, nil},
		{"bad logical ids", func(t *cfn.Template) {
			for _, id := range []string{"", "a-b", "Ä", strings.Repeat("x", 256)} {
				queue(t, id)
			}
			queue(t, strings.Repeat("x", 255))
			t.Output("a b", cfn.Lit("a"), "")
			t.Condition("a_b", cfn.Equals(cfn.Region(), cfn.Region()))
			cfn.AddParameter[cfn.Text](t, "a.b", "", "")
		}, []string{
			"Parameters.a.b: a logical id has 1 to 255 letters and digits; rename it", "Conditions.a_b: a logical id", "Resources.: a logical id", "Resources.a-b: a logical id",
			"Resources.Ä: a logical id", "Resources." + strings.Repeat("x", 256) + ": a logical id", "Outputs.a b: a logical id",
		}},

		{"a resource that needs itself", func(t *cfn.Template) { set(t, get("Queue")) }, []string{at + ": resources need each other: Queue → Queue (" + at + "); remove the reference at " + at + ", or refer to Queue"}},
		{"a cycle through Ref, GetAtt, Sub and DependsOn", func(t *cfn.Template) {
			queue(t, "A").Set("QueueName", get("B"))
			b, c := queue(t, "B"), queue(t, "C")
			b.Set("QueueName", cfn.Format[cfn.Text]("-%s", cfn.Att[cfn.Text](c, "Arn")))
			c.Set("QueueName", cfn.Att[cfn.Text](queue(t, "D").After(b), "Arn"))
		}, []string{"Resources.D.DependsOn: resources need each other: B → C → D → B (Resources.B.Properties.QueueName, Resources.C.Properties.QueueName, Resources.D.DependsOn)"}},
		{"two cycles", func(t *cfn.Template) {
			a, b, c := queue(t, "A"), queue(t, "B"), queue(t, "C")
			a.After(b)
			b.After(a, c)
			c.After(b)
		}, []string{"Resources.A.DependsOn: resources need each other: A → B → A", "Resources.B.DependsOn[1]: resources need each other: B → C → B"}},
		{"a diamond is no cycle", func(t *cfn.Template) {
			a, b, c := queue(t, "A"), queue(t, "B"), queue(t, "C")
			queue(t, "D").After(b.After(a), c.After(a))
		}, nil},

		{"500 resources", func(t *cfn.Template) { many(500, func(s string) { queue(t, s) }) }, nil},
		{"501 resources", func(t *cfn.Template) { many(501, func(s string) { queue(t, s) }) }, []string{"Resources: there are 501, CloudFormation allows 500; split the stack"}},
		{"200 parameters and outputs", func(t *cfn.Template) {
			queue(t, "A")
			many(200, func(s string) { t.Output(s, cfn.AddParameter[cfn.Text](t, s, "", ""), "") })
		}, nil},
		{"201 parameters and outputs", func(t *cfn.Template) {
			queue(t, "A")
			many(201, func(s string) { t.Output(s, cfn.AddParameter[cfn.Text](t, s, "", ""), "") })
		}, []string{"Parameters: there are 201, CloudFormation allows 200", "Outputs: there are 201, CloudFormation allows 200"}},
		{"1,024 bytes of description", func(t *cfn.Template) { queue(t, "A"); t.Description = strings.Repeat("x", 1024) }, nil},
		{
			"1,025 bytes in fewer characters", func(t *cfn.Template) { queue(t, "A"); t.Description = strings.Repeat("é", 512) + "x" },
			[]string{"Description: it has 1025 bytes, CloudFormation allows 1024; shorten it"},
		},
		{"a rule's long description", func(t *cfn.Template) {
			queue(t, "A")
			t.Rule("R").Assert(cfn.EveryIn([]string{"a"}, cfn.Literals[cfn.Text]("a")), strings.Repeat("x", 1025))
		}, []string{"Rules.R: the description has 1025 bytes"}},
		{
			"RetainExceptOnCreate for what is replaced", func(t *cfn.Template) { queue(t, "A").OnRemoval(cfn.Retain, cfn.RetainExceptOnCreate) },
			[]string{"Resources.A.UpdateReplacePolicy: RetainExceptOnCreate is a DeletionPolicy only; use Retain"},
		},

		{"the characters of marks, wherever text comes from outside", func(t *cfn.Template) {
			const evil = "a\x020\x03"
			t.Description = evil
			queue(t, "A").Metadata("m", cfn.Lit(evil)).Metadata("k"+evil, 1)
			cfn.AddParameter[cfn.Text](t, "P", evil, evil)
			t.Output("O", cfn.Lit(evil), evil)
			t.Rule("R").Assert(cfn.EveryIn([]string{evil}, cfn.Literals[cfn.Text](evil)), evil)
		}, []string{
			"Description: the text contains a control character that cfnpipe uses to mark values; correct it",
			"Parameters.P.Description: the text contains", "Parameters.P.Default: the text contains",
			"Rules.R.Assertions[0].Assert.Fn::EachMemberIn[0][0]: the text", "Rules.R.Assertions[0].Assert.Fn::EachMemberIn[1][0]: the text", "Rules.R.Assertions[0].AssertDescription: the text",
			"Resources.A.Metadata: in a key: the text contains", "Resources.A.Metadata.m: the text contains",
			"Outputs.O.Description: the text contains", "Outputs.O.Value: the text contains",
		}},
		{"what a builder found", func(t *cfn.Template) {
			queue(t, "A")
			t.Fail("Resources.A", "it is wrong", "")
			t.Failf("Resources.A", "do it right", "it is %d times wrong", 2)
			t.Fail("Resources.A", "it is wrong", "") // said already
		}, []string{"Resources.A: it is wrong", "Resources.A: it is 2 times wrong; do it right"}},
		{"an output without a value", func(t *cfn.Template) {
			queue(t, "A")
			t.Output("O", nil, "")
		}, []string{"Outputs.O: a value in a list or in a function is unset"}},
		{"what is taken but not linked", func(t *cfn.Template) {
			queue(t, "A")
			cfn.Take(t, cfn.Output[cfn.Text]{From: &stack{"network"}, Name: "VpcId"})
		}, []string{"Parameters.NetworkVpcId: the output that it takes is not linked; call Link with all templates"}},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			template := newTemplate("refused")
			tt.build(template)
			wantProblems(t, template, tt.want...)
		})
	}
}

func TestEveryProblemIsInOneError(t *testing.T) {
	t.Parallel()
	template := newTemplate("wrong")
	template.Add("B", &sqs.QueuePolicy{}).Metadata("M", tree.NewMap().Set("Ref", tree.Text("Nothing")))
	template.Add("A-A", &sqs.Queue{QueueName: new(template.Text(cfn.Region()) + "x")})
	_, err := template.Render()
	const want = `shop-dev-wrong: Resources.B.Properties.PolicyDocument: a required property is not set; set it; for an empty text use cfn.Lit
shop-dev-wrong: Resources.B.Properties.Queues: a required property is not set; set it; for an empty text use cfn.Lit
shop-dev-wrong: Resources.A-A.Properties.QueueName: a value is glued to other text; put them together with cfn.Format
shop-dev-wrong: Resources.A-A: a logical id has 1 to 255 letters and digits; rename it
shop-dev-wrong: Resources.B.Metadata.M: there is no resource or parameter Nothing; declare it, or correct the name`
	if err == nil {
		t.Fatal("accepted")
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
	template.Fail("Resources", "one more", "")
	if again, _ := template.Render(); again != nil || err.Error() != want {
		t.Error("a later problem changed the error")
	}
	if got, want := (&cfn.TemplateError{List: []cfn.Problem{{Path: "A", Message: "m"}}}).Error(), "A: m"; got != want {
		t.Errorf("without a stack: got %q, want %q", got, want)
	}
}

// Check also judges templates that a file holds, whose names may hang in any section.
func TestCheckReadsAnyTemplate(t *testing.T) {
	t.Parallel()
	root, err := tree.ParseYAML([]byte("Conditions: {C: !Condition D}\nResources:\n  A: {Type: Custom::T, Condition: E, DependsOn: [B, A]}\nOutputs:\n  O: {Condition: F, Value: !GetAtt G.H}\n"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range cfn.Check(root) {
		got = append(got, p.Path+": "+p.Message)
	}
	want := []string{
		"Conditions.C: there is no condition D", "Resources.A.Condition: there is no condition E", "Resources.A.DependsOn: there is no resource B",
		"Outputs.O.Condition: there is no condition F", "Outputs.O.Value: there is no resource G", "Resources.A.DependsOn[1]: resources need each other: A → A (Resources.A.DependsOn[1])",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
	for _, src := range []string{
		"a", "[]", "{}", "Resources: []", "Resources: {A: b}", "Resources: {A: {DependsOn: {}, Condition: [], Properties: {Fn::Sub: [], Ref: {}}}}",
		"Resources: {A: {B: {Fn::Sub: {}}, C: {Fn::If: a}, D: {Ref: []}, E: {Fn::GetAtt: [[], b]}, F: {Fn::Sub: [a, b, c]}}}",
	} {
		if root, err = tree.ParseYAML([]byte(src)); err != nil {
			t.Fatal(err)
		}
		cfn.Check(root) // it does not panic
	}
	cfn.Check(nil)
}

func TestSubNames(t *testing.T) {
	t.Parallel()
	for body, want := range map[string][]string{
		"":                      nil,
		"a":                     nil,
		"${A}-${B.C}-${AWS::D}": {"A", "B.C", "AWS::D"},
		"${!A}${B}":             {"B"},
		"$${A}":                 {"A"},
		"${A":                   nil,
		"${}":                   {""},
		"{A}$ {B}":              nil,
		"${A}${A}":              {"A", "A"},
	} {
		if diff := cmp.Diff(want, cfn.SubNames(body)); diff != "" {
			t.Errorf("%q: want -, got +\n%s", body, diff)
		}
	}
}

// vpcID is a kind that CloudFormation can check.
type vpcID struct{}

func (vpcID) ParameterType() string { return "AWS::EC2::VPC::Id" }

func TestParametersSayWhereTheirValueComesFrom(t *testing.T) {
	t.Parallel()
	producer := newLinked("network", place())
	vpc := cfn.Output[vpcID]{From: producer.stack, Name: "VpcId"}
	cfn.Publish(producer.Template, vpc, cfn.Literal[vpcID]("vpc-1"))
	template, queue := withQueue()
	queue.Set("KmsMasterKeyId", cfn.AddParameter[vpcID](template, "Own", "vpc-2", "Which network")).
		Set("RedrivePolicy", cfn.AddReleaseParameter[cfn.Text](template, "Version", "Which code")).
		Set("RedriveAllowPolicy", cfn.Take(template, vpc))
	if _, err := cfn.Link([]*cfn.Template{template, producer.Template}); err != nil {
		t.Fatal(err)
	}
	wantJSON(t, render(t, template).Get("Parameters"), `{"Own":{"Type":"AWS::EC2::VPC::Id","Description":"Which network","Default":"vpc-2"},`+
		`"Version":{"Type":"String","Description":"Which code"},`+
		`"NetworkVpcId":{"Type":"AWS::SSM::Parameter::Value<AWS::EC2::VPC::Id>","Default":"/shop/dev/network/VpcId","Description":"Output VpcId of stack shop-dev-network"}}`)
	want := []cfn.Parameter{
		{Name: "Own", Value: "vpc-2"}, {Name: "Version", Source: cfn.FromRelease}, {Name: "NetworkVpcId", Value: "/shop/dev/network/VpcId"},
	}
	if diff := cmp.Diff(want, template.Parameters()); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
}

func TestStacksThatAllShareHaveNoScopeInTheirNames(t *testing.T) {
	t.Parallel()
	p := place()
	p.Scope = ""
	shared := newLinked("toolchain", p).publish()
	if got, want := shared.Name(), "shop-toolchain"; got != want {
		t.Errorf("Name: got %q, want %q", got, want)
	}
	wantJSON(t, properties(t, shared.Template, "IdParameter").Get("Name"), `"/shop/toolchain/Id"`)
	if shared.Stack() != cfn.Stack(shared.stack) {
		t.Error("Stack is another one")
	}
}
