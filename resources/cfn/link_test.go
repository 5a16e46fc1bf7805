package cfn_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/awslabs/goformation/v7/cloudformation/sqs"
	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
)

// linked is a stack that publishes Id and takes the Id of others.
type linked struct {
	*cfn.Template
	stack *stack
}

func newLinked(name string, p cfn.Place) linked {
	s := &stack{name}
	return linked{cfn.New(p, s), s}
}

func (l linked) id() cfn.Output[cfn.Text] { return cfn.Output[cfn.Text]{From: l.stack, Name: "Id"} }

func (l linked) publish() linked {
	cfn.Publish(l.Template, l.id(), cfn.Region())
	return l
}

func (l linked) take(others ...linked) linked {
	for _, o := range others {
		l.Output("Of"+cfn.ID(o.stack.name), cfn.Take(l.Template, o.id()), "")
	}
	return l
}

// chain are stacks of one place by the names in "a b(c) d(a b)": each publishes, and takes from those in parentheses.
func chain(names string) []*cfn.Template {
	byName := map[string]linked{}
	get := func(name string) linked {
		if _, ok := byName[name]; !ok {
			byName[name] = newLinked(name, place()).publish()
		}
		return byName[name]
	}
	var list []*cfn.Template
	for s := range strings.SplitSeq(names, ", ") {
		name, needs, _ := strings.Cut(strings.TrimSuffix(s, ")"), "(")
		l := get(name)
		for n := range strings.FieldsSeq(needs) {
			l.take(get(n))
		}
		list = append(list, l.Template)
	}
	return list
}

func names(templates []*cfn.Template) string {
	var list []string
	for _, t := range templates {
		list = append(list, strings.TrimPrefix(t.Name(), "shop-dev-"))
	}
	return strings.Join(list, " ")
}

func TestLinkOrdersStacks(t *testing.T) {
	t.Parallel()
	tests := []struct{ reason, stacks, want string }{
		{"none", "a", "a"},
		{"without wiring the given order stays", "c, a, b", "c a b"},
		{"what is taken comes first", "a(c), b, c", "c a b"},
		{"a given order that is right stays", "c, b, a(c)", "c b a"},
		{"through several", "a(b), b(c), c(d), d", "d c b a"},
		{"a diamond", "a(b c), b(d), c(d), d", "d b c a"},
		{"the order of taking does not count twice", "d(a b), a, b", "a b d"},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			templates := chain(tt.stacks)
			var first string
			for range 3 {
				order, err := cfn.Link(templates)
				if err != nil {
					t.Fatal(err)
				}
				if first = names(order); first != tt.want {
					t.Fatalf("got %s, want %s", first, tt.want)
				}
			}
		})
	}
}

func TestTakenOutputsAreParametersReadFromSSM(t *testing.T) {
	t.Parallel()
	network, app := &stack{"network"}, &stack{"app"}
	vpc := cfn.Output[cfn.Text]{From: network, Name: "VpcId"}
	subnets := cfn.ListOutput[cfn.Text]{From: network, Name: "Subnets"}
	zones := cfn.ListOutput[cfn.Text]{From: network, Name: "Zones"}

	// The consumer is built first: outputs are known by name.
	consumer := cfn.New(place(), app)
	queue := consumer.Add("Queue", &sqs.Queue{QueueName: consumer.TextPtr(cfn.Take(consumer, vpc))})
	queue.Set("KmsMasterKeyId", cfn.Take(consumer, vpc)).Set("Tags", cfn.TakeList(consumer, subnets)).Set("DelaySeconds", cfn.Select(0, cfn.TakeList(consumer, zones)))

	producer := cfn.New(place(), network)
	cfn.Publish(producer, vpc, cfn.Region())
	cfn.PublishList(producer, subnets, cfn.ListOf(cfn.Region(), cfn.Literal[cfn.Text]("b")))
	cfn.PublishList(producer, zones, cfn.Split[cfn.Text](" ", cfn.Region()))

	if _, err := cfn.Link([]*cfn.Template{consumer, producer}); err != nil {
		t.Fatal(err)
	}
	if got := names(consumer.Needs()); got != "network" {
		t.Errorf("Needs: got %q", got)
	}
	root := render(t, consumer)
	wantJSON(t, root.Get("Parameters"), `{"NetworkVpcId":{"Type":"AWS::SSM::Parameter::Value<String>","Default":"/shop/dev/network/VpcId","Description":"Output VpcId of stack shop-dev-network"},`+
		`"NetworkSubnets":{"Type":"AWS::SSM::Parameter::Value<List<String>>","Default":"/shop/dev/network/Subnets","Description":"Output Subnets of stack shop-dev-network"},`+
		`"NetworkZones":{"Type":"AWS::SSM::Parameter::Value<List<String>>","Default":"/shop/dev/network/Zones","Description":"Output Zones of stack shop-dev-network"}}`)
	wantJSON(t, root.At("Resources", "Queue", "Properties"), `{"QueueName":{"Ref":"NetworkVpcId"},"KmsMasterKeyId":{"Ref":"NetworkVpcId"},"Tags":{"Ref":"NetworkSubnets"},"DelaySeconds":{"Fn::Select":[0,{"Ref":"NetworkZones"}]}}`)

	published := render(t, producer).Get("Resources")
	wantJSON(t, published.Get("VpcIdParameter"), `{"Type":"AWS::SSM::Parameter","Properties":{"Name":"/shop/dev/network/VpcId","Description":"Output VpcId of stack shop-dev-network","Type":"String","Value":{"Ref":"AWS::Region"}}}`)
	wantJSON(t, published.At("SubnetsParameter", "Properties", "Value"), `{"Fn::Sub":"${AWS::Region},b"}`)
	wantJSON(t, published.At("ZonesParameter", "Properties", "Type"), `"StringList"`)
	wantJSON(t, published.At("ZonesParameter", "Properties", "Value"), `{"Fn::Join":[",",{"Fn::Split":[" ",{"Ref":"AWS::Region"}]}]}`)

	// Linking twice, and with more templates, changes nothing.
	before := string(root.YAML())
	later := cfn.New(place(), &stack{"later"})
	later.Output("Vpc", cfn.Take(later, vpc), "")
	order, err := cfn.Link([]*cfn.Template{later, consumer, producer})
	if err != nil || names(order) != "network later app" {
		t.Errorf("got %s, %v", names(order), err)
	}
	if diff := cmp.Diff(before, string(render(t, consumer).YAML())); diff != "" {
		t.Errorf("linking again changed the template: %s", diff)
	}
	if got := names(consumer.Needs()); got != "network" {
		t.Errorf("linking again changed Needs to %q", got)
	}
}

func TestLinkRefuses(t *testing.T) {
	t.Parallel()
	elsewhere := place()
	elsewhere.Region = "us-east-1"
	abroad := place()
	abroad.Account = "444444444444"
	tests := []struct {
		reason string
		make   func() []*cfn.Template
		want   string
	}{
		{
			"a stack that is not there", func() []*cfn.Template { return chain("a(b)") },
			`shop-dev-a: Parameters.BId: it takes output Id of stack "b", but there is no such stack; add the stack to the environment, or do not take its output`,
		},
		{"an output that nobody publishes", func() []*cfn.Template {
			b := newLinked("b", place())
			return []*cfn.Template{b.Template, newLinked("a", place()).take(b).Template}
		}, "shop-dev-a: Parameters.BId: stack shop-dev-b does not publish the output Id; Publish it there"},
		{"another kind", func() []*cfn.Template {
			a, b := newLinked("a", place()), newLinked("b", place()).publish()
			cfn.Take(a.Template, cfn.Output[cfn.KeyARN]{From: b.stack, Name: "Id"})
			return []*cfn.Template{a.Template, b.Template}
		}, "shop-dev-a: Parameters.BId: output Id of stack shop-dev-b is a Text, not a KeyARN; take it as the kind that it has"},
		{"a list as one text", func() []*cfn.Template {
			a, b := newLinked("a", place()), newLinked("b", place()).publish()
			cfn.TakeList(a.Template, cfn.ListOutput[cfn.Text]{From: b.stack, Name: "Id"})
			return []*cfn.Template{a.Template, b.Template}
		}, "shop-dev-a: Parameters.BId: output Id of stack shop-dev-b is a Text, not a list of Text; take it as the kind that it has"},
		{"another region", func() []*cfn.Template {
			b := newLinked("b", elsewhere).publish()
			return []*cfn.Template{b.Template, newLinked("a", place()).take(b).Template}
		}, "shop-dev-a: Parameters.BId: stack shop-dev-b is in account 222222222222 and region us-east-1, and an SSM parameter can be read only in its own account and region; refer to the resource by a fixed name"},
		{"another account", func() []*cfn.Template {
			b := newLinked("b", abroad).publish()
			return []*cfn.Template{b.Template, newLinked("a", place()).take(b).Template}
		}, "shop-dev-a: Parameters.BId: stack shop-dev-b is in account 444444444444 and region eu-west-1, and an SSM parameter can be read only in its own account and region; refer to the resource by a fixed name"},
		{"a stack's own output, which its first deployment would wait for", func() []*cfn.Template {
			a := newLinked("a", place()).publish()
			return []*cfn.Template{a.take(a).Template}
		}, "shop-dev-a: Parameters.AId: the stack takes its own output Id, which does not exist before its first deployment; use the value itself"},
		{
			"a cycle", func() []*cfn.Template { return chain("x, a(b), b(c), c(a x)") },
			"stacks need each other: shop-dev-a → shop-dev-b → shop-dev-c → shop-dev-a; move the resources that both need into a third stack",
		},
		{
			"everything at once", func() []*cfn.Template { return chain("a(b), c(d e)") },
			`shop-dev-a: Parameters.BId: it takes output Id of stack "b", but there is no such stack; add the stack to the environment, or do not take its output` + "\n" +
				`shop-dev-c: Parameters.DId: it takes output Id of stack "d", but there is no such stack; add the stack to the environment, or do not take its output` + "\n" +
				`shop-dev-c: Parameters.EId: it takes output Id of stack "e", but there is no such stack; add the stack to the environment, or do not take its output`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			_, err := cfn.Link(tt.make())
			if err == nil {
				t.Fatal("accepted")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("want -, got +\n%s", diff)
			}
			if list := (*cfn.TemplateError)(nil); !strings.HasPrefix(tt.want, "stacks") && !errors.As(err, &list) {
				t.Errorf("got a %T, want *cfn.TemplateError in it", err)
			}
		})
	}
}

func TestPublishRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		reason  string
		publish func(linked)
		want    []string
	}{
		{
			"an output of another stack", func(l linked) { cfn.Publish(l.Template, newLinked("b", place()).id(), cfn.Region()) },
			[]string{`Resources.IdParameter: the output Id belongs to stack "b"; publish it there`},
		},
		{"an output twice", func(l linked) { l.publish().publish() }, []string{"Resources.IdParameter: the output Id is published twice"}},
		{"a logical id that is taken", func(l linked) { l.Add("IdParameter", &sqs.Queue{}); l.publish() }, []string{"Resources.IdParameter: the logical id is used twice"}},
		{"and the other way round", func(l linked) { l.publish().Add("IdParameter", &sqs.Queue{}) }, []string{"Resources.IdParameter: the logical id is used twice"}},
		{
			"an unset value", func(l linked) { cfn.Publish(l.Template, l.id(), cfn.Value[cfn.Text]{}) },
			[]string{"Resources.IdParameter.Properties.Value: a value in a list or in a function is unset"},
		},
		{"an unset list", func(l linked) {
			cfn.PublishList(l.Template, cfn.ListOutput[cfn.Text]{From: l.stack, Name: "L"}, cfn.List[cfn.Text]{})
		}, []string{"Resources.LParameter.Properties.Value: a value in a list or in a function is unset"}},
		{"an unset item", func(l linked) {
			cfn.PublishList(l.Template, cfn.ListOutput[cfn.Text]{From: l.stack, Name: "L"}, cfn.ListOf(cfn.Value[cfn.Text]{}))
		}, []string{"Resources.LParameter.Properties.Value: an unset value cannot be part of a text"}},
		{"an item with a comma, which would be two", func(l linked) {
			cfn.PublishList(l.Template, cfn.ListOutput[cfn.Text]{From: l.stack, Name: "L"}, cfn.Literals[cfn.Text]("a", "b,c"))
		}, []string{`Resources.LParameter.Properties.Value: a list with the item "b,c" cannot be published, because the item contains a comma`}},
		{
			"an output for another region of another stack", func(l linked) { cfn.PublishForeign(l.Template, newLinked("b", place()).id(), cfn.Region()) },
			[]string{`Outputs.Id: the output belongs to stack "b"; publish it there`},
		},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			l := newLinked("a", place())
			l.Add("Queue", &sqs.Queue{})
			tt.publish(l)
			wantProblems(t, l.Template, tt.want...)
		})
	}
}

func TestForeignOutputsComeFromTheStackOfAnotherRegion(t *testing.T) {
	t.Parallel()
	elsewhere := place()
	elsewhere.Region = "us-east-1"
	producer, consumer := newLinked("artifacts", elsewhere), newLinked("pipeline", place())
	key := cfn.Output[cfn.KeyARN]{From: producer.stack, Name: "KeyArn"}
	cfn.PublishForeign(producer.Template, key, cfn.Literal[cfn.KeyARN]("arn:aws:kms:us-east-1:222222222222:key/1"))
	cfn.PublishForeign(producer.Template, producer.id(), cfn.Region())
	producer.Add("Queue", &sqs.Queue{})

	queue := consumer.Add("Queue", &sqs.Queue{KmsMasterKeyId: consumer.TextPtr(cfn.TakeForeign(consumer.Template, producer.Template, key))})
	queue.Set("QueueName", cfn.TakeForeign(consumer.Template, producer.Template, key))
	queue.Set("DelaySeconds", cfn.TakeForeign(consumer.Template, producer.Template, producer.id()))

	order, err := cfn.Link([]*cfn.Template{consumer.Template, producer.Template})
	if err != nil || names(order) != "artifacts pipeline" {
		t.Errorf("got %s, %v", names(order), err)
	}
	if got := names(consumer.Needs()); got != "artifacts" {
		t.Errorf("Needs: got %q", got)
	}
	wantJSON(t, render(t, producer.Template).Get("Outputs"), `{"KeyArn":{"Value":"arn:aws:kms:us-east-1:222222222222:key/1"},"Id":{"Value":{"Ref":"AWS::Region"}}}`)
	root := render(t, consumer.Template)
	wantJSON(t, root.Get("Parameters"), `{"ArtifactsKeyArn":{"Type":"String","Description":"Output KeyArn of stack shop-dev-artifacts"},`+
		`"ArtifactsId":{"Type":"String","Description":"Output Id of stack shop-dev-artifacts"}}`)
	wantJSON(t, root.At("Resources", "Queue", "Properties"), `{"KmsMasterKeyId":{"Ref":"ArtifactsKeyArn"},"QueueName":{"Ref":"ArtifactsKeyArn"},"DelaySeconds":{"Ref":"ArtifactsId"}}`)
	want := []cfn.Parameter{
		{Name: "ArtifactsKeyArn", Source: cfn.FromForeign, Foreign: &cfn.Foreign{Stack: "shop-dev-artifacts", Region: "us-east-1", Output: "KeyArn"}},
		{Name: "ArtifactsId", Source: cfn.FromForeign, Foreign: &cfn.Foreign{Stack: "shop-dev-artifacts", Region: "us-east-1", Output: "Id"}},
	}
	if diff := cmp.Diff(want, consumer.Parameters()); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
}

func TestForeignOutputsThatAreNotThere(t *testing.T) {
	t.Parallel()
	abroad := place()
	abroad.Account = "444444444444"
	nothing, other := newLinked("nothing", place()), newLinked("other", abroad)
	cfn.PublishForeign(other.Template, other.id(), cfn.Region())
	consumer := newLinked("consumer", place())
	consumer.Add("Queue", &sqs.Queue{})
	cfn.TakeForeign(consumer.Template, nothing.Template, nothing.id())
	cfn.TakeForeign(consumer.Template, other.Template, other.id())
	wantProblems(t, consumer.Template,
		"Parameters.NothingId: stack shop-dev-nothing does not output Id in this account; declare the output there with PublishForeign",
		"Parameters.OtherId: stack shop-dev-other does not output Id in this account")
}
