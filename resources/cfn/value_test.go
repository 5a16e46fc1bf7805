package cfn_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/awslabs/goformation/v7/cloudformation/sqs"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

func TestFormatIsTextOrSub(t *testing.T) {
	t.Parallel()
	template, queue := withQueue()
	parameter := cfn.AddParameter[cfn.KeyARN](template, "Key", "arn:aws:kms:eu-west-1:111111111111:key/1", "")
	url, arn := cfn.Ref[cfn.Text](queue), cfn.Att[cfn.Text](queue, "Arn")
	list := cfn.Split[cfn.Text]("-", url)
	first := cfn.Select(0, list)
	f := cfn.Format[cfn.Text]

	tests := []struct {
		reason string
		value  cfn.Part
		want   string
	}{
		{"literal parts only are plain text", f("%s-%s", cfn.Lit("a"), cfn.Literal[cfn.BucketName]("b")), `"a-b"`},
		{"and plain text needs no escape", f("%s", cfn.Lit("${AWS::Region}$")), `"${AWS::Region}$"`},
		{"no parts", f("a"), `"a"`},
		{"nothing at all", f(""), `""`},
		{"an empty part", f("%s", cfn.Lit("")), `""`},
		{"a percent sign", f("100%% of %s", cfn.Lit("%s")), `"100% of %s"`},
		{"a part alone is not glued", f("%s", url), `{"Ref":"Queue"}`},
		{"nor between empty texts", f("%s%s%s", cfn.Lit(""), arn, cfn.Lit("")), `{"Fn::GetAtt":["Queue","Arn"]}`},
		{
			"a reference, an attribute, a parameter, a pseudo parameter", f("%s %s %s %s", url, arn, parameter, cfn.Region()),
			`{"Fn::Sub":"${Queue} ${Queue.Arn} ${Key} ${AWS::Region}"}`,
		},
		{
			"what Sub cannot name is a variable", f("%s/%s", first, cfn.Base64(cfn.Lit("x"))),
			`{"Fn::Sub":["${Part1}/${Part2}",{"Part1":{"Fn::Select":[0,{"Fn::Split":["-",{"Ref":"Queue"}]}]},"Part2":{"Fn::Base64":"x"}}]}`,
		},
		{"formats within formats are one Sub", f("<%s>", f("[%s]", f("%s.", url))), `{"Fn::Sub":"<[${Queue}.]>"}`},
		{
			"also with variables", f("%s %s", f("a%s", first), cfn.Region()),
			`{"Fn::Sub":["a${Part1} ${AWS::Region}",{"Part1":{"Fn::Select":[0,{"Fn::Split":["-",{"Ref":"Queue"}]}]}}]}`,
		},

		{"what looks like a reference is literal", f("${AWS::AccountId}%s", url), `{"Fn::Sub":"${!AWS::AccountId}${Queue}"}`},
		{"in a part as well", f("%s%s", cfn.Lit("${a}b${c}"), url), `{"Fn::Sub":"${!a}b${!c}${Queue}"}`},
		{"what looks escaped stays so", f("%s%s", cfn.Lit("${!a}"), url), `{"Fn::Sub":"${!!a}${Queue}"}`},
		{"text of two parts meets", f("%s%s%s", cfn.Lit("$"), cfn.Lit("{a}"), url), `{"Fn::Sub":"${!a}${Queue}"}`},
		{"a dollar sign needs nothing", f("$5 %s", url), `{"Fn::Sub":"$5 ${Queue}"}`},
		{"but before a reference it would", f("$%s", url), `{"Fn::Sub":["${Part1}${Queue}",{"Part1":"$"}]}`},
		{"and at the end is treated alike", f("%s$", url), `{"Fn::Sub":["${Queue}${Part1}",{"Part1":"$"}]}`},
		{"braces need nothing", f("{%s}}{", url), `{"Fn::Sub":"{${Queue}}}{"}`},
		{"unclosed", f("${a%s", url), `{"Fn::Sub":["${Part1}${Queue}",{"Part1":"${a"}]}`},
		{"nested", f("${a${b}}%s", url), `{"Fn::Sub":["${Part1}${Queue}",{"Part1":"${a${b}}"}]}`},
		{"empty", f("${}%s", url), `{"Fn::Sub":["${Part1}${Queue}",{"Part1":"${}"}]}`},
	}
	for i, tt := range tests { //nolint:paralleltest // they share a template
		t.Run(tt.reason, func(t *testing.T) {
			wantJSON(t, template.Node(fmt.Sprintf("Test[%d]", i), tt.value), tt.want)
		})
	}
	wantProblems(t, template)
}

func TestVariablesOfASubHideNoResource(t *testing.T) {
	t.Parallel()
	template := newTemplate("parts")
	part1 := template.Add("Part1", &sqs.Queue{})
	value := cfn.Format[cfn.Text]("%s %s %s", cfn.Base64(cfn.Lit("a")), cfn.Ref[cfn.Text](part1), cfn.Base64(cfn.Lit("b")))
	wantJSON(t, template.Node("Test", value),
		`{"Fn::Sub":["${Part2} ${Part1} ${Part3}",{"Part2":{"Fn::Base64":"a"},"Part3":{"Fn::Base64":"b"}}]}`)
}

func TestValuesRender(t *testing.T) {
	t.Parallel()
	template, queue := withQueue()
	url := cfn.Ref[cfn.Text](queue)
	production := template.Condition("Production", cfn.Equals(cfn.AccountID(), cfn.Lit("444444444444")))
	big := template.Condition("Big", cfn.And(production, cfn.Not(cfn.Or(cfn.Equals(url, url), production))))
	literals := cfn.Literals[cfn.Text]("a", "b")

	tests := []struct {
		reason string
		value  cfn.Part
		want   string
	}{
		{
			"pseudo parameters", cfn.Join[cfn.Text](",", cfn.ListOf(cfn.Partition(), cfn.AccountID(), cfn.Region(), cfn.StackName(), cfn.URLSuffix())),
			`{"Fn::Join":[",",[{"Ref":"AWS::Partition"},{"Ref":"AWS::AccountId"},{"Ref":"AWS::Region"},{"Ref":"AWS::StackName"},{"Ref":"AWS::URLSuffix"}]]}`,
		},
		{"the index of Select is a number", cfn.Select(1, literals), `{"Fn::Select":[1,["a","b"]]}`},
		{"Split and Join", cfn.Join[cfn.BucketName]("", cfn.Split[cfn.Text](".", url)), `{"Fn::Join":["",{"Fn::Split":[".",{"Ref":"Queue"}]}]}`},
		{"Base64", cfn.Base64(url), `{"Fn::Base64":{"Ref":"Queue"}}`},
		{"If names its condition", cfn.If(production, cfn.Literal[cfn.Text]("p"), url), `{"Fn::If":["Production","p",{"Ref":"Queue"}]}`},
		{"NoValue is a side of an If", cfn.If(big, cfn.NoValue[cfn.Text](), cfn.Literal[cfn.Text]("")), `{"Fn::If":["Big",{"Ref":"AWS::NoValue"},""]}`},
		{"Text only forgets the kind", cfn.Att[cfn.KeyARN](queue, "Arn").Text(), `{"Fn::GetAtt":["Queue","Arn"]}`},
	}
	for _, tt := range tests { //nolint:paralleltest // they share a template
		t.Run(tt.reason, func(t *testing.T) {
			wantJSON(t, template.Node("Test", tt.value), tt.want)
		})
	}
	wantProblems(t, template, "Conditions.Big.Fn::And[1].Fn::Not[0].Fn::Or[0].Fn::Equals[0]: Queue is a resource",
		"Conditions.Big.Fn::And[1].Fn::Not[0].Fn::Or[0].Fn::Equals[1]: Queue is a resource")
}

func TestConditionsAndRulesRender(t *testing.T) {
	t.Parallel()
	template, queue := withQueue()
	size := cfn.AddParameter[cfn.Text](template, "Size", "small", "How big")
	production := template.Condition("Production", cfn.Equals(cfn.AccountID(), cfn.Lit("444444444444")))
	template.Condition("Big", cfn.And(production, cfn.Not(cfn.Equals(size, cfn.Lit("small")))))
	template.Condition("Any", cfn.Or(production, production))
	producer := &stack{"access"}
	types := cfn.ListOutput[cfn.ResourceType]{From: producer, Name: "Types"}
	template.Rule("Covered").Assert(cfn.EveryIn([]string{"AWS::SQS::Queue"}, cfn.TakeList(template, types)), "Deploy access first.")
	queue.When(production)

	access := cfn.New(place(), producer)
	cfn.PublishList(access, types, cfn.Literals[cfn.ResourceType]("AWS::SQS::Queue"))
	if _, err := cfn.Link([]*cfn.Template{access, template}); err != nil {
		t.Fatal(err)
	}
	root := render(t, template)
	wantJSON(t, root.Get("Conditions"), `{"Production":{"Fn::Equals":[{"Ref":"AWS::AccountId"},"444444444444"]},`+
		`"Big":{"Fn::And":[{"Condition":"Production"},{"Fn::Not":[{"Fn::Equals":[{"Ref":"Size"},"small"]}]}]},`+
		`"Any":{"Fn::Or":[{"Condition":"Production"},{"Condition":"Production"}]}}`)
	wantJSON(t, root.Get("Rules"), `{"Covered":{"Assertions":[{"Assert":{"Fn::EachMemberIn":[["AWS::SQS::Queue"],{"Ref":"AccessTypes"}]},`+
		`"AssertDescription":"Deploy access first."}]}}`)
	wantJSON(t, root.At("Resources", "Queue"), `{"Type":"AWS::SQS::Queue","Condition":"Production"}`)
}

func TestJSONText(t *testing.T) {
	t.Parallel()
	template, queue := withQueue()
	tests := []struct {
		reason   string
		document any
		want     string
	}{
		{"one line, in the given order", cfn.Object{{"b", 1}, {"a", []any{true, 2.5, "x"}}}, `"{\"b\":1,\"a\":[true,2.5,\"x\"]}"`},
		{"empty", []any{cfn.Object{}, []any{}, ""}, `"[{},[],\"\"]"`},
		{"text is escaped, in names too", cfn.Object{{"\"\\", "a\"b\\c\n\t"}}, `"{\"\\\"\\\\\":\"a\\\"b\\\\c\\n\\t\"}"`},
		{"literal values like text", []any{cfn.Lit(`"`), cfn.Literal[cfn.Text](`\`)}, `"[\"\\\"\",\"\\\\\"]"`},
		{"no HTML escapes", "<&>", `"\"<&>\""`},
		{"a value stands between quotes", cfn.Object{{"arn", cfn.Att[cfn.Text](queue, "Arn")}}, `{"Fn::Sub":"{\"arn\":\"${Queue.Arn}\"}"}`},
		{
			"braces around a value are no reference",
			cfn.Object{{"$", cfn.Object{{"${a}", cfn.Region()}}}},
			`{"Fn::Sub":"{\"$\":{\"${!a}\":\"${AWS::Region}\"}}"}`,
		},
		{"numbers are written out", []any{1e21, int64(-7), 0}, `"[1000000000000000000000,-7,0]"`},
	}
	for _, tt := range tests { //nolint:paralleltest // they share a template
		t.Run(tt.reason, func(t *testing.T) {
			wantJSON(t, template.Node("Test", cfn.JSON(tt.document)), tt.want)
		})
	}
	wantProblems(t, template)
}

// Every wrong use is reported at the property where the value ends up; nothing panics.
func TestWrongValuesAreRefusedWhereTheyStand(t *testing.T) {
	t.Parallel()
	var (
		unset     cfn.Value[cfn.Text]
		unsetList cfn.List[cfn.Text]
		undone    *cfn.Resource
		f         = cfn.Format[cfn.Text]
		undefined = cfn.Equals(cfn.Region(), cfn.Lit("a"))
	)
	mark := func(t *cfn.Template) string { return t.Text(cfn.Region()) }
	tests := []struct {
		reason string
		value  func(*cfn.Template) cfn.Part
		want   string // "" where the value is fine, for the near misses
	}{
		{"too few parts", func(*cfn.Template) cfn.Part { return f("%s") }, `the format "%s" does not have 0 parts`},
		{"too many parts", func(*cfn.Template) cfn.Part { return f("a", cfn.Lit("b")) }, `the format "a" does not have 1 parts`},
		{"another verb", func(*cfn.Template) cfn.Part { return f("%d", cfn.Lit("b")) }, `the format "%d" does not have 1 parts`},
		{"a verb that ends the format", func(*cfn.Template) cfn.Part { return f("%s%", cfn.Lit("b")) }, `the format "%s%" does not have 1 parts`},
		{"an unset part", func(*cfn.Template) cfn.Part { return f("a%s", unset) }, "an unset value cannot be part of a text"},
		{"no part", func(*cfn.Template) cfn.Part { return f("a%s", nil) }, "an unset value cannot be part of a text"},
		{"a wrong part of a part", func(*cfn.Template) cfn.Part { return f("a%s", f("%s", f("%s"))) }, `the format "%s" does not have 0 parts`},
		{"NoValue in a text", func(*cfn.Template) cfn.Part { return f("a%s", cfn.NoValue[cfn.Text]()) }, "NoValue cannot be part of a text, because it leaves out a whole property"},
		{"an unset item", func(*cfn.Template) cfn.Part { return cfn.Join[cfn.Text](",", cfn.ListOf(unset)) }, "a value in a list or in a function is unset"},
		{"an unset list", func(*cfn.Template) cfn.Part { return cfn.Join[cfn.Text](",", unsetList) }, "a value in a list or in a function is unset"},
		{"Base64 of nothing", func(*cfn.Template) cfn.Part { return cfn.Base64(nil) }, "a value in a list or in a function is unset"},
		{"Split of nothing", func(*cfn.Template) cfn.Part { return cfn.Select(0, cfn.Split[cfn.Text](",", nil)) }, "a value in a list or in a function is unset"},
		{"a negative index", func(*cfn.Template) cfn.Part { return cfn.Select(-1, cfn.Split[cfn.Text](",", cfn.Lit("a"))) }, "the list has no item -1"},
		{"an index behind the end", func(*cfn.Template) cfn.Part { return cfn.Select(2, cfn.Literals[cfn.Text]("a", "b")) }, "the list has no item 2"},
		{"an unset side of If", func(t *cfn.Template) cfn.Part { return cfn.If(t.Condition("C", undefined), unset, unset) }, "a value in a list or in a function is unset"},
		{"If on what is not declared", func(*cfn.Template) cfn.Part { return cfn.If(undefined, cfn.Region(), cfn.Region()) }, "If requires a condition that is declared with Template.Condition"},
		{"If on nothing", func(*cfn.Template) cfn.Part { return cfn.If(cfn.Condition{}, cfn.Region(), cfn.Region()) }, "If requires a condition that is declared with Template.Condition"},
		{"a reference to nothing", func(*cfn.Template) cfn.Part { return cfn.Ref[cfn.Text](undone) }, "it refers to a resource that is not declared"},
		{"an attribute of nothing", func(*cfn.Template) cfn.Part { return f("a%s", cfn.Att[cfn.Text](undone, "Arn")) }, "it refers to a resource that is not declared"},
		{"the characters of marks", func(*cfn.Template) cfn.Part { return cfn.Lit("a\x02b") }, "the text contains a control character that cfnpipe uses to mark values"},
		{"a noncharacter", func(*cfn.Template) cfn.Part { return cfn.Lit("a\ufdd0b") }, "the text contains a Unicode noncharacter, which is reserved for internal use by programs"},
		{"in a part of a Sub", func(*cfn.Template) cfn.Part { return f("\x03%s", cfn.Region()) }, ".Fn::Sub: the text contains a control character that cfnpipe uses to mark values"},
		{"in an unsafe part of a Sub", func(*cfn.Template) cfn.Part { return f("\x03$%s", cfn.Region()) }, ".Fn::Sub[1].Part1: the text contains a control character that cfnpipe uses to mark values"},
		{"not UTF-8", func(*cfn.Template) cfn.Part { return cfn.Lit("a\xff") }, "the text is not valid UTF-8"},
		{"not UTF-8 in JSON", func(*cfn.Template) cfn.Part { return cfn.JSON("a\xff") }, "the text is not valid UTF-8"},
		{"a mark in JSON", func(t *cfn.Template) cfn.Part { return cfn.JSON([]any{mark(t)}) }, "the text contains a control character that cfnpipe uses to mark values"},
		{"a mark as a name in JSON", func(t *cfn.Template) cfn.Part { return cfn.JSON(cfn.Object{{mark(t), 1}}) }, "the text contains a control character that cfnpipe uses to mark values"},
		{"an unset value in JSON", func(*cfn.Template) cfn.Part { return cfn.JSON([]any{unset}) }, "an unset value cannot be part of a text"},
		{"null in JSON", func(*cfn.Template) cfn.Part { return cfn.JSON([]any{nil}) }, "a document for JSON cannot contain a <nil>"},
		{"what JSON does not know", func(*cfn.Template) cfn.Part { return cfn.JSON(map[string]any{}) }, "a document for JSON cannot contain a map[string]interface {}"},
		{"a printed value", func(*cfn.Template) cfn.Part { return cfn.Lit(fmt.Sprint("a", cfn.Region())) }, "the text contains a control character that cfnpipe uses to mark values"},
		{"another control character is text", func(*cfn.Template) cfn.Part { return cfn.Lit("\x00\x01\x04") }, ""},
		{"one condition is not enough for And", func(t *cfn.Template) cfn.Part {
			return cfn.If(t.Condition("C", cfn.And(undefined)), cfn.Region(), cfn.Region())
		}, "Conditions.C: Fn::And requires 2 to 10 conditions, but has 1"},
		{"eleven are too many for Or", func(t *cfn.Template) cfn.Part {
			return cfn.If(t.Condition("C", cfn.Or(make([]cfn.Condition, 11)...)), cfn.Region(), cfn.Region())
		}, "Conditions.C: Fn::Or requires 2 to 10 conditions, but has 11"},
		{"Not of nothing", func(t *cfn.Template) cfn.Part {
			return cfn.If(t.Condition("C", cfn.Not(cfn.Condition{})), cfn.Region(), cfn.Region())
		}, "Conditions.C: a value in a list or in a function is unset"},
		{"Equals of nothing", func(t *cfn.Template) cfn.Part {
			return cfn.If(t.Condition("C", cfn.Equals(nil, cfn.Region())), cfn.Region(), cfn.Region())
		}, "Conditions.C: a value in a list or in a function is unset"},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			template := newTemplate("wrong")
			value := tt.value(template)
			template.Add("Queue", &sqs.Queue{QueueName: template.TextPtr(value)})
			switch {
			case tt.want == "":
				wantProblems(t, template)
			case strings.HasPrefix(tt.want, "Conditions."):
				wantProblems(t, template, tt.want)
			case strings.HasPrefix(tt.want, "."):
				wantProblems(t, template, "Resources.Queue.Properties.QueueName"+tt.want)
			default:
				wantProblems(t, template, "Resources.Queue.Properties.QueueName: "+tt.want)
			}
		})
	}
}

// Package fmt takes any value, so what it prints must not pass for text.
func TestPrintedValuesAreRefused(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"%s", "%v", "%+v", "%#v", "%q", "%d", "%x"} {
		template := newTemplate("printed")
		template.Add("Queue", &sqs.Queue{
			QueueName:      new(fmt.Sprintf(verb+"/*", cfn.Format[cfn.RoleARN]("arn:%s", cfn.Partition()))),
			KmsMasterKeyId: new(fmt.Sprintf(verb, cfn.Literals[cfn.Text]("a"))),
		})
		wantProblems(t, template,
			"Resources.Queue.Properties.KmsMasterKeyId: a value is glued to other text",
			"Resources.Queue.Properties.QueueName: a value is glued to other text")
	}
}

// evaluate does what CloudFormation documents of Fn::Sub: ${Name} is replaced, ${!Literal} becomes ${Literal}. It is written for
// this test alone and shares nothing with what it judges. A name that is not known ends the evaluation.
func evaluate(t *testing.T, n *tree.Node, known map[string]string) string {
	t.Helper()
	if n.Kind == tree.String {
		return n.Text
	}
	name, arg, ok := n.Intrinsic()
	if !ok {
		t.Fatalf("no value: %s", n.JSON())
	}
	switch name {
	case "Ref":
		return known[arg.Text]
	case "Fn::GetAtt":
		return known[arg.Items[0].Text+"."+arg.Items[1].Text]
	case "Fn::Base64":
		return "base64(" + evaluate(t, arg, known) + ")"
	case "Fn::Sub":
	default:
		t.Fatalf("unknown function %s", name)
	}
	body, variables := arg, (*tree.Node)(nil)
	if arg.Kind == tree.List {
		body, variables = arg.Items[0], arg.Items[1]
	}
	var out strings.Builder
	in := body.Text
	for i := 0; i < len(in); {
		if !strings.HasPrefix(in[i:], "${") {
			out.WriteByte(in[i])
			i++
			continue
		}
		length := strings.Index(in[i:], "}")
		if length < 0 {
			t.Fatalf("unclosed: %q", in)
		}
		inner := in[i+2 : i+length]
		switch literal, escaped := strings.CutPrefix(inner, "!"); {
		case escaped:
			out.WriteString("${" + literal + "}")
		case variables.Get(inner) != nil:
			out.WriteString(evaluate(t, variables.Get(inner), known))
		default:
			value, ok := known[inner]
			if !ok {
				t.Fatalf("%q names %q, which nobody wrote", in, inner)
			}
			out.WriteString(value)
		}
		i += length + 1
	}
	return out.String()
}

// nasty texts: whatever Fn::Sub, YAML, JSON or our marks could take for something else.
func nasty() []string {
	return []string{
		"", "$", "$$", "{", "}", "${", "${}", "${!", "${!}", "${!!a}", "${a}", "${a", "a}", "${AWS::AccountId}", "${Queue.Arn}", "${Part1}",
		"${a${b}}", "$${a}", "${$", "${a}$", "${\n}", "{a}", "!", "%", "%s", "é${é}", "\x00", "\x02", "\x030", "\x02shop-dev-queues#0\x03", "\xff",
		"yes", "null", "~", "012", "1e3", "<<", "=", "- a", "a: b", "# c", " a ", "a\n\n", "\n a", "\t", "'\"\\", "\u2028", "\ufeff", "<&>", "*a", "&a",
		"!Ref a", "@", "|", ">", "2010-09-09", "12:30:45", "Ref", "Fn::Sub", "Condition", "Fn::GetAtt", strings.Repeat("long ", 300),
	}
}

// FuzzFormatIsConcatenation promises that Format means nothing but to put texts one behind the other, whatever they are.
func FuzzFormatIsConcatenation(f *testing.F) {
	texts := nasty()
	for i, s := range texts {
		f.Add(s, texts[(i+1)%len(texts)], texts[(i*7+3)%len(texts)])
		f.Add("a"+s+"$", s, "{"+s+"}")
		f.Add(s+"${", "!"+s, s+"}")
	}
	f.Fuzz(func(t *testing.T, a, b, c string) {
		template, queue := withQueue()
		format := func(s string) string { return strings.ReplaceAll(s, "%", "%%") }
		known := map[string]string{"Queue": "<url>", "Queue.Arn": "<arn>", "AWS::Region": "${AWS::Region}"}
		inner := cfn.Format[cfn.Text](format(b)+"%s%s", cfn.Att[cfn.Text](queue, "Arn"), cfn.Literal[cfn.Text](c))
		value := cfn.Format[cfn.BucketName]("%s"+format(b)+"%s%s%s"+format(c)+"%s%s",
			cfn.Lit(a), cfn.Ref[cfn.Text](queue), cfn.Lit(b), inner, cfn.Base64(cfn.Lit(a)), cfn.Region())
		plain := a + b + "<url>" + b + b + "<arn>" + c + c + "base64(" + a + ")" + "${AWS::Region}"

		n := template.Node("Test", value)
		template.Output("Out", value, "")
		if bad(a) || bad(b) || bad(c) {
			if len(problems(t, template)) == 0 {
				t.Fatalf("a text was accepted that cannot stand in a template: %q %q %q", a, b, c)
			}
			return
		}
		render(t, template)
		if got := evaluate(t, n, known); got != plain {
			t.Fatalf("got  %q\nwant %q\nfrom %s", got, plain, n.JSON())
		}
	})
}
