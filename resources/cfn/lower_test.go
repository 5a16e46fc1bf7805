package cfn_test

import (
	"math"
	"testing"

	"github.com/awslabs/goformation/v7/cloudformation/cloudwatch"
	"github.com/awslabs/goformation/v7/cloudformation/codebuild"
	"github.com/awslabs/goformation/v7/cloudformation/codepipeline"
	"github.com/awslabs/goformation/v7/cloudformation/iam"
	"github.com/awslabs/goformation/v7/cloudformation/lambda"
	"github.com/awslabs/goformation/v7/cloudformation/s3"
	"github.com/awslabs/goformation/v7/cloudformation/sqs"
	"github.com/awslabs/goformation/v7/cloudformation/ssm"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// document is what package policy puts into goformation's untyped properties.
type document struct{ n *tree.Node }

func (d document) Node(*cfn.Template, string) *tree.Node { return d.n }

func TestStructsBecomeProperties(t *testing.T) {
	t.Parallel()
	tests := []struct {
		reason string
		make   func(*cfn.Template) cfn.Properties
		want   string
	}{
		{"nothing set is nothing", func(*cfn.Template) cfn.Properties { return &sqs.Queue{} }, ``},
		{"an unset value is left out", func(t *cfn.Template) cfn.Properties {
			return &sqs.Queue{QueueName: t.TextPtr(cfn.Value[cfn.Text]{}), KmsMasterKeyId: t.TextPtr(nil), DelaySeconds: new(1)}
		}, `{"DelaySeconds":1}`},
		{"a set empty text is kept, where it is optional and where it is required", func(t *cfn.Template) cfn.Properties {
			return &ssm.Parameter{Name: t.TextPtr(cfn.Lit("")), Type: t.Text(cfn.Lit("")), Value: t.Text(cfn.Literal[cfn.Text](""))}
		}, `{"Name":"","Type":"","Value":""}`},
		{"so is an optional one of goformation's own", func(*cfn.Template) cfn.Properties { return &sqs.Queue{QueueName: new("")} }, `{"QueueName":""}`},
		{"numbers and booleans, zero and false too", func(*cfn.Template) cfn.Properties {
			return &cloudwatch.Alarm{
				ComparisonOperator: "GreaterThanThreshold", EvaluationPeriods: 0, ActionsEnabled: new(false), Threshold: new(0.5), Period: new(0),
			}
		}, `{"ActionsEnabled":false,"ComparisonOperator":"GreaterThanThreshold","EvaluationPeriods":0,"Period":0,"Threshold":0.5}`},
		{"large and small numbers have no exponent", func(*cfn.Template) cfn.Properties {
			return &cloudwatch.Alarm{ComparisonOperator: "x", EvaluationPeriods: math.MinInt64, Threshold: new(1e-7)}
		}, `{"ComparisonOperator":"x","EvaluationPeriods":-9223372036854775808,"Threshold":0.0000001}`},
		{"a list of values", func(t *cfn.Template) cfn.Properties {
			return &sqs.QueuePolicy{PolicyDocument: cfn.Object{}, Queues: t.Texts(cfn.ListOf(cfn.Region(), cfn.Literal[cfn.Text]("")))}
		}, `{"PolicyDocument":{},"Queues":[{"Ref":"AWS::Region"},""]}`},
		{"a Split is the whole list", func(t *cfn.Template) cfn.Properties {
			return &sqs.QueuePolicy{PolicyDocument: cfn.Object{}, Queues: t.Texts(cfn.Split[cfn.Text](",", cfn.Region()))}
		}, `{"PolicyDocument":{},"Queues":{"Fn::Split":[",",{"Ref":"AWS::Region"}]}}`},
		{"a set empty list is kept", func(t *cfn.Template) cfn.Properties {
			return &sqs.QueuePolicy{PolicyDocument: cfn.Object{}, Queues: t.Texts(cfn.ListOf[cfn.Text]())}
		}, `{"PolicyDocument":{},"Queues":[]}`},
		{"an unset list is left out", func(t *cfn.Template) cfn.Properties {
			return &lambda.LayerVersion{Content: &lambda.LayerVersion_Content{S3Bucket: "b", S3Key: "k"}, CompatibleRuntimes: t.Texts(cfn.List[cfn.Text]{}), CompatibleArchitectures: t.Texts(nil)}
		}, `{"Content":{"S3Bucket":"b","S3Key":"k"}}`},
		{"maps are sorted, their values may be known only to CloudFormation", func(t *cfn.Template) cfn.Properties {
			return &lambda.Function{Code: &lambda.Function_Code{}, Role: "r", Environment: &lambda.Function_Environment{
				Variables: map[string]string{"b": "2", "a": t.Text(cfn.Region()), "C": "", "b.c": "3"},
			}}
		}, `{"Code":{},"Environment":{"Variables":{"C":"","a":{"Ref":"AWS::Region"},"b":"2","b.c":"3"}},"Role":"r"}`},
		{"what names an object comes first in it", func(*cfn.Template) cfn.Properties {
			return &s3.Bucket{BucketName: new("n"), AccessControl: new("Private"), LifecycleConfiguration: &s3.Bucket_LifecycleConfiguration{
				Rules: []s3.Bucket_Rule{{Status: "Enabled", ExpirationInDays: new(1), Id: new("i")}},
			}}
		}, `{"BucketName":"n","AccessControl":"Private","LifecycleConfiguration":{"Rules":[{"Id":"i","ExpirationInDays":1,"Status":"Enabled"}]}}`},
		{"the Name of a stage comes before its actions", func(*cfn.Template) cfn.Properties {
			return &codepipeline.Pipeline{RoleArn: "r", Name: new("p"), Stages: []codepipeline.Pipeline_StageDeclaration{{Name: "s", Actions: []codepipeline.Pipeline_ActionDeclaration{}, Blockers: nil}, {
				Name: "t", Actions: []codepipeline.Pipeline_ActionDeclaration{{Name: "a", ActionTypeId: &codepipeline.Pipeline_ActionTypeId{Category: "c", Owner: "o", Provider: "p", Version: "1"}}},
			}}[1:]}
		}, `{"Name":"p","RoleArn":"r","Stages":[{"Name":"t","Actions":[{"Name":"a","ActionTypeId":{"Category":"c","Owner":"o","Provider":"p","Version":"1"}}]}]}`},
		{"untyped properties take what Set takes", func(t *cfn.Template) cfn.Properties {
			return &iam.ManagedPolicy{PolicyDocument: cfn.Object{
				{"Text", "a"},
				{"Bool", true},
				{"Int", 1},
				{"Int64", int64(2)},
				{"Float", 1.5},
				{"Lit", cfn.Lit("${a}")},
				{"Part", cfn.Region()},
				{"Mark", t.Text(cfn.Region())},
				{"Texts", cfn.Literals[cfn.Text]("b")},
				{"List", []any{"c", []string{"d"}}},
				{"Map", map[string]any{"y": 1, "x": cfn.Object{}}},
				{"Node", document{tree.Text("e")}},
				{"Tree", tree.NewMap().Set("Ref", tree.Text("AWS::Region"))},
				{"Pointer", new("f")},
			}}
		}, `{"PolicyDocument":{"Text":"a","Bool":true,"Int":1,"Int64":2,"Float":1.5,"Lit":"${a}","Part":{"Ref":"AWS::Region"},"Mark":{"Ref":"AWS::Region"},` +
			`"Texts":["b"],"List":["c",["d"]],"Map":{"x":{},"y":1},"Node":"e","Tree":{"Ref":"AWS::Region"},"Pointer":"f"}}`},
		{"several names that mean functions are just names", func(*cfn.Template) cfn.Properties {
			return &iam.ManagedPolicy{PolicyDocument: cfn.Object{{"Condition", cfn.Object{{"Bool", cfn.Object{{"aws:SecureTransport", "false"}}}}}}}
		}, `{"PolicyDocument":{"Condition":{"Bool":{"aws:SecureTransport":"false"}}}}`},
		{"goformation's type and not its pointer", func(*cfn.Template) cfn.Properties { return byValue{Name: "a"} }, `{"Name":"a"}`},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			template := newTemplate("lower")
			template.Add("X", tt.make(template))
			got := properties(t, template, "X")
			if tt.want == "" {
				if got != nil {
					t.Errorf("got %s, want no properties at all", got.JSON())
				}
				return
			}
			wantJSON(t, got, tt.want)
		})
	}
}

type byValue struct {
	Name string `json:"Name"`
}

func (byValue) AWSCloudFormationType() string { return "AWS::Test::ByValue" }

func TestWrongStructsAreRefusedWithTheirPath(t *testing.T) {
	t.Parallel()
	other := cfn.New(cfn.Place{Project: "shop", Scope: "qa"}, &stack{"other"})
	foreign := other.Add("Queue", &sqs.Queue{})
	const p = "Resources.X.Properties"
	tests := []struct {
		reason string
		make   func(*cfn.Template) cfn.Properties
		want   []string
	}{
		{"required text, struct, list and map that nobody set", func(*cfn.Template) cfn.Properties {
			return &codepipeline.Pipeline{Stages: []codepipeline.Pipeline_StageDeclaration{{Name: "s"}, {
				Actions: []codepipeline.Pipeline_ActionDeclaration{{Name: "a", ActionTypeId: &codepipeline.Pipeline_ActionTypeId{Category: "c", Owner: "o"}}, {Name: "b"}},
			}}}
		}, []string{
			p + ".RoleArn: a required property is not set; set it",
			p + ".Stages[0].Actions: a required property is not set",
			p + ".Stages[1].Name: a required property is not set",
			p + ".Stages[1].Actions[0].ActionTypeId.Provider: a required property is not set",
			p + ".Stages[1].Actions[0].ActionTypeId.Version: a required property is not set",
			p + ".Stages[1].Actions[1].ActionTypeId: a required property is not set",
		}},
		{"required untyped property", func(*cfn.Template) cfn.Properties { return &iam.Role{} }, []string{p + ".AssumeRolePolicyDocument: a required property is not set"}},
		{"required list of texts", func(*cfn.Template) cfn.Properties { return &sqs.QueuePolicy{PolicyDocument: cfn.Object{}} }, []string{p + ".Queues: a required property is not set"}},
		{"an unset value in a required property", func(t *cfn.Template) cfn.Properties {
			return &codebuild.Project{
				ServiceRole: t.Text(cfn.Value[cfn.RoleARN]{}), Artifacts: &codebuild.Project_Artifacts{Type: "a"}, Source: &codebuild.Project_Source{Type: "b"},
				Environment: &codebuild.Project_Environment{Type: "c", ComputeType: "d", Image: t.Text(nil)},
			}
		}, []string{p + ".Environment.Image: a required property is not set", p + ".ServiceRole: a required property is not set"}},
		{"a value glued by Go", func(t *cfn.Template) cfn.Properties {
			return &sqs.Queue{QueueName: new(t.Text(cfn.Region()) + "-a"), KmsMasterKeyId: new(t.Text(cfn.Region()) + t.Text(cfn.Region()))}
		}, []string{p + ".KmsMasterKeyId: a value is glued to other text; put them together with cfn.Format", p + ".QueueName: a value is glued to other text"}},
		{"half of a value", func(t *cfn.Template) cfn.Properties {
			return &sqs.Queue{QueueName: new(t.Text(cfn.Region())[1:])}
		}, []string{p + ".QueueName: a value is glued to other text"}},
		{"a value as a key", func(t *cfn.Template) cfn.Properties {
			return &ssm.Parameter{Type: "String", Value: "a", Tags: map[string]string{t.Text(cfn.Region()): "v"}}
		}, []string{p + ".Tags: a value stands as the key of a map; keys are literal text in CloudFormation"}},
		{"a value as the name of a member", func(t *cfn.Template) cfn.Properties {
			return &iam.ManagedPolicy{PolicyDocument: cfn.Object{{t.Text(cfn.Region()), 1}}}
		}, []string{p + ".PolicyDocument: a value stands as the key of a map"}},
		{"a value as a key of a tree", func(t *cfn.Template) cfn.Properties {
			return &iam.ManagedPolicy{PolicyDocument: tree.NewMap().Set("a", tree.NewMap().Set(t.Text(cfn.Region()), tree.Int(1)))}
		}, []string{p + ".PolicyDocument.a: in a key: the text contains a control character that cfnpipe uses to mark values"}},
		{"a value inside a tree", func(t *cfn.Template) cfn.Properties {
			return &iam.ManagedPolicy{PolicyDocument: tree.NewList(tree.Text(t.Text(cfn.Region())))}
		}, []string{p + ".PolicyDocument[0]: the text contains a control character that cfnpipe uses to mark values"}},
		{"keys that CloudFormation takes for functions", func(*cfn.Template) cfn.Properties {
			return &lambda.Function{Code: &lambda.Function_Code{}, Role: "r", Environment: &lambda.Function_Environment{
				Variables: map[string]string{"Ref": "AWS::AccountId", "Fn::Sub": "a", "Reference": "fine"},
			}}
		}, []string{
			p + ".Environment.Variables: CloudFormation takes the key Fn::Sub for a function; choose another name",
			p + ".Environment.Variables: CloudFormation takes the key Ref for a function",
		}},
		{"also as the name of a member", func(*cfn.Template) cfn.Properties {
			return &iam.ManagedPolicy{PolicyDocument: cfn.Object{{"Ref", "AWS::AccountId"}}}
		}, []string{p + ".PolicyDocument: CloudFormation takes the key Ref for a function"}},
		{"a key that is not UTF-8", func(*cfn.Template) cfn.Properties {
			return &ssm.Parameter{Type: "String", Value: "a", Tags: map[string]string{"\xff": "v"}}
		}, []string{p + ".Tags: in a key: the text is not valid UTF-8"}},
		{"a name twice", func(*cfn.Template) cfn.Properties {
			return &iam.ManagedPolicy{PolicyDocument: cfn.Object{{"A", 1}, {"A", 2}}}
		}, []string{p + ".PolicyDocument.A: the name is used twice"}},
		{"a list with something else beside it", func(t *cfn.Template) cfn.Properties {
			return &sqs.QueuePolicy{PolicyDocument: cfn.Object{}, Queues: append(t.Texts(cfn.Split[cfn.Text](",", cfn.Region())), "a")}
		}, []string{p + ".Queues[0]: a list stands where one text is wanted"}},
		{"an unset item", func(t *cfn.Template) cfn.Properties {
			return &sqs.QueuePolicy{PolicyDocument: cfn.Object{}, Queues: t.Texts(cfn.ListOf(cfn.Region(), cfn.Value[cfn.Text]{}))}
		}, []string{p + ".Queues[1]: a value in a list or in a function is unset"}},
		{"nothing as a resource", func(*cfn.Template) cfn.Properties { return nil }, []string{p + ": the resource is nil"}},
		{"a nil resource", func(*cfn.Template) cfn.Properties { return (*sqs.Queue)(nil) }, []string{p + ": the resource is nil"}},
		{"null in an untyped property", func(*cfn.Template) cfn.Properties {
			return &iam.ManagedPolicy{PolicyDocument: cfn.Object{{"A", nil}, {"B", []any{nil}}, {"C", (*string)(nil)}, {"D", (*tree.Node)(nil)}}}
		}, []string{
			p + ".PolicyDocument.A: the value is null; leave it out", p + ".PolicyDocument.B[0]: the value is null",
			p + ".PolicyDocument.C: the value is null", p + ".PolicyDocument.D: the value is null",
		}},
		{"null in a tree", func(*cfn.Template) cfn.Properties {
			return &iam.ManagedPolicy{PolicyDocument: tree.NewList(nil, &tree.Node{}, tree.NewMap().Set("A", nil))}
		}, []string{p + ".PolicyDocument[0]: the value is null", p + ".PolicyDocument[1]: the value is null", p + ".PolicyDocument[2].A: the value is null"}},
		{"an unset value in an untyped property", func(*cfn.Template) cfn.Properties {
			return &iam.ManagedPolicy{PolicyDocument: cfn.Object{{"A", cfn.Value[cfn.Text]{}}, {"B", cfn.List[cfn.Text]{}}}}
		}, []string{p + ".PolicyDocument.A: a value in a list or in a function is unset", p + ".PolicyDocument.B: a value in a list or in a function is unset"}},
		{"what is no value", func(*cfn.Template) cfn.Properties {
			return &iam.ManagedPolicy{PolicyDocument: cfn.Object{{"A", func() {}}, {"B", uint8(1)}, {"C", math.NaN()}, {"D", math.Inf(1)}}}
		}, []string{
			p + ".PolicyDocument.A: a value of type func() cannot stand in a template", p + ".PolicyDocument.B: a value of type uint8 cannot stand",
			p + ".PolicyDocument.C: a value of type float64 cannot stand", p + ".PolicyDocument.D: a value of type float64 cannot stand",
		}},
		{"a value of another template", func(t *cfn.Template) cfn.Properties {
			return &sqs.Queue{
				QueueName:      t.TextPtr(cfn.Ref[cfn.Text](foreign)),
				KmsMasterKeyId: t.TextPtr(cfn.Format[cfn.Text]("%s-%s", cfn.Att[cfn.Text](foreign, "Arn"), cfn.Base64(cfn.Ref[cfn.Text](foreign)))),
			}
		}, []string{
			p + `.KmsMasterKeyId: the value belongs to the stack "shop-qa-other"; Publish it there and Take it here`,
			p + `.QueueName: the value belongs to the stack "shop-qa-other"`,
		}},
		{"a value that another template lowered", func(t *cfn.Template) cfn.Properties {
			t.Text(cfn.Region()) // so that an index of the other template fits here too
			return &sqs.QueuePolicy{PolicyDocument: cfn.Object{{"A", other.Text(cfn.Region())}}, Queues: other.Texts(cfn.Split[cfn.Text](",", cfn.Region()))}
		}, []string{
			p + `.PolicyDocument.A: the value belongs to the stack "shop-qa-other"`,
			p + `.Queues[0]: the value belongs to the stack "shop-qa-other"`,
		}},
		{"goformation's own attributes", func(*cfn.Template) cfn.Properties {
			return &sqs.Queue{AWSCloudFormationDependsOn: []string{"Y"}, AWSCloudFormationCondition: "C"}
		}, []string{
			p + ": goformation's field AWSCloudFormationDependsOn does not count; call When, After, OnRemoval or Metadata of the Resource",
			p + ": goformation's field AWSCloudFormationCondition does not count",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			template := newTemplate("wrong")
			template.Add("X", tt.make(template))
			wantProblems(t, template, tt.want...)
		})
	}
}

func TestLaterChangesDoNotCount(t *testing.T) {
	t.Parallel()
	template := newTemplate("later")
	policy := tree.NewMap().Set("Version", tree.Text("2012-10-17"))
	tags := map[string]string{"a": "1"}
	queue := &sqs.Queue{QueueName: new("a"), RedrivePolicy: policy}
	added := template.Add("Queue", queue)
	template.Add("Parameter", &ssm.Parameter{Type: "String", Value: "v", Tags: tags})
	added.Set("RedriveAllowPolicy", policy)
	*queue.QueueName, queue.DelaySeconds, tags["b"] = "b", new(1), "2"
	policy.Set("Version", tree.Int(1)).Set("More", tree.Int(1))
	wantJSON(t, properties(t, template, "Queue"), `{"QueueName":"a","RedrivePolicy":{"Version":"2012-10-17"},"RedriveAllowPolicy":{"Version":"2012-10-17"}}`)
	wantJSON(t, properties(t, template, "Parameter"), `{"Tags":{"a":"1"},"Type":"String","Value":"v"}`)
}

// anything is a custom resource, which may have any property.
type anything struct{}

func (anything) AWSCloudFormationType() string { return "Custom::Anything" }

func TestSetAdds(t *testing.T) {
	t.Parallel()
	template := newTemplate("set")
	pipeline := func(id string) *cfn.Resource {
		actions := []codepipeline.Pipeline_ActionDeclaration{{Name: "a", ActionTypeId: &codepipeline.Pipeline_ActionTypeId{Category: "c", Owner: "o", Provider: "p", Version: "1"}}}
		return template.Add(id, &codepipeline.Pipeline{RoleArn: "r", Stages: []codepipeline.Pipeline_StageDeclaration{{Name: "s", Actions: actions}, {Name: "t", Actions: actions}}})
	}
	action := `"Actions":[{"Name":"a","ActionTypeId":{"Category":"c","Owner":"o","Provider":"p","Version":"1"}}]`
	pipeline("Nested").
		Set("Stages[1].OnFailure", cfn.Object{{"Result", "ROLLBACK"}}).
		Set("Stages[1].OnFailure.Conditions", []any{}).
		Set("Stages[0].Actions[0].Commands", []string{"ls"})
	wantJSON(t, properties(t, template, "Nested").Get("Stages"),
		`[{"Name":"s","Actions":[{"Name":"a","ActionTypeId":{"Category":"c","Owner":"o","Provider":"p","Version":"1"},"Commands":["ls"]}]},`+
			`{"Name":"t",`+action+`,"OnFailure":{"Result":"ROLLBACK","Conditions":[]}}]`)

	count := cfn.AddParameter[cfn.Text](template, "Count", "3", "")
	template.Add("Values", anything{}).
		Set("Text", "a").Set("Empty", "").Set("Bool", true).Set("Int", 7).
		Set("Part", count).Set("Lit", cfn.Lit("${b}")).Set("Texts", cfn.Split[cfn.Text](",", count)).Set("Literals", cfn.Literals[cfn.Text]()).
		Set("Object", cfn.Object{{"B", 1}, {"A", cfn.Object{}}}).Set("List", []any{"a", 1, cfn.Region()}).Set("Tree", tree.NewList(tree.Boolean(false))).
		Set("Struct", &sqs.QueueInlinePolicy{PolicyDocument: "d", Queue: "q"})
	wantJSON(t, properties(t, template, "Values"), `{"Text":"a","Empty":"","Bool":true,"Int":7,"Part":{"Ref":"Count"},"Lit":"${b}",`+
		`"Texts":{"Fn::Split":[",",{"Ref":"Count"}]},"Literals":[],"Object":{"B":1,"A":{}},"List":["a",1,{"Ref":"AWS::Region"}],"Tree":[false],`+
		`"Struct":{"PolicyDocument":"d","Queue":"q"}}`)
}

// misspelt is a resource type that Go has and CloudFormation has not.
type misspelt struct{ QueueName string }

func (misspelt) AWSCloudFormationType() string { return "AWS::SQS::Queu" }

// What Go declares is compared with the catalog as templates in files are.
func TestResourcesAreAsTheCatalogHasThem(t *testing.T) {
	t.Parallel()
	template := newTemplate("types")
	template.Add("Queue", misspelt{})
	group := template.Add("Group", &ssm.Parameter{Type: "String", Value: "v"})
	group.Set("Policies", cfn.Object{{"A", 1}})
	wantProblems(t, template,
		`Resources.Queue.Type: CloudFormation has no resource type AWS::SQS::Queu; did you mean "AWS::SQS::Queue"?`,
		"Resources.Group.Properties.Policies: it is a map, but must be a string")
}

func TestSetOnlyAdds(t *testing.T) {
	t.Parallel()
	const form = "the path is not of the form A.B[0].C"
	tests := []struct {
		reason, path string
		value        any
		want         string
	}{
		{"a misspelt property", "BucketNamespce", "b", `AWS::S3::Bucket has no property BucketNamespce; did you mean "BucketNamespace"?`},
		{"a misspelt property below", "LifecycleConfiguration.Rules[0].ExpirationInDay", 1, `AWS::S3::Bucket has no property LifecycleConfiguration.Rules[0].ExpirationInDay; did you mean "ExpirationInDays"?`},
		{"a misspelt parent", "LifecycleConfiguraton.Rules[0].ExpirationInDays", 1, `there is no LifecycleConfiguraton; did you mean "LifecycleConfiguration"?`},
		{"a property like none", "Whatever", 1, "AWS::S3::Bucket has no property Whatever; Set only adds a property to what the builder made"},
		{"a text for a list", "IntelligentTieringConfigurations", "a", `it is "a", but must be a list; write a list, also of a single value`},
		{"a text for a number", "LifecycleConfiguration.Rules[0].ExpirationInDays", "soon", `it is "soon", but must be a whole number`},
		{"a value for a list", "Tags", cfn.Region(), "Ref returns a single value, but it must be a list"},
		{"an absent parent", "CorsConfiguration.CorsRules", 1, "there is no CorsConfiguration"},
		{"an absent parent below", "VersioningConfiguration.A.B", 1, "there is no A"},
		{"a property that is set", "BucketName", "b", "the property is set already"},
		{"a property below that is set", "VersioningConfiguration.Status", "b", "the property is set already"},
		{"an index behind the end", "LifecycleConfiguration.Rules[1].Prefix", "b", "there is no item 1"},
		{"an index beyond all numbers", "LifecycleConfiguration.Rules[99999999999999999999].Prefix", "b", "there is no item 99999999999999999999"},
		{"an index of no list", "VersioningConfiguration[0].Prefix", "b", "there is no item 0"},
		{"a name in a list", "LifecycleConfiguration.Rules.Prefix.X", "b", "there is no Prefix"},
		{"an index written as a name", "LifecycleConfiguration.Rules.0.Prefix", "b", "there is no 0"},
		{"a list as the parent", "LifecycleConfiguration.Rules.Prefix", "b", "the parent is not a map"},
		{"text as the parent", "BucketName.A", "b", "the parent is not a map"},
		{"a value as the parent", "AccessControl.A", "b", "the parent is known only to CloudFormation"},
		{"an item of a list", "LifecycleConfiguration.Rules[0]", "b", "the path ends in an item of a list"},
		{"an item of a map", "VersioningConfiguration[0]", "b", "the path ends in an item of a list"},
		{"no path", "", "b", form},
		{"a dot too many", "A..B", "b", form},
		{"a dot at the end", "A.", "b", form},
		{"a negative index", "LifecycleConfiguration.Rules[-1].Prefix", "b", form},
		{"an index first", "[0]", "b", form},
		{"other characters", "A b", "b", form},
		{"a line", "A\n", "b", form},
		{"null", "MetricsConfigurations", nil, "the value is null"},
		{"an unset value", "MetricsConfigurations", cfn.Value[cfn.Text]{}, "a value in a list or in a function is unset"},
		{"a function by hand", "MetricsConfigurations", map[string]any{"Ref": "B"}, "CloudFormation takes the key Ref for a function"},
		{"what is no value", "MetricsConfigurations", make(chan int), "a value of type chan int cannot stand in a template"},
	}
	for _, tt := range tests {
		t.Run(tt.reason, func(t *testing.T) {
			t.Parallel()
			template := newTemplate("set")
			bucket := template.Add("Bucket", &s3.Bucket{
				BucketName: new("a"), AccessControl: template.TextPtr(cfn.Region()), VersioningConfiguration: &s3.Bucket_VersioningConfiguration{Status: "Enabled"},
				LifecycleConfiguration: &s3.Bucket_LifecycleConfiguration{Rules: []s3.Bucket_Rule{{Status: "Enabled"}}},
			})
			if bucket.Set(tt.path, tt.value) != bucket {
				t.Error("Set returns another resource")
			}
			wantProblems(t, template, "Resources.Bucket.Properties."+tt.path+": "+tt.want)
		})
	}
}
