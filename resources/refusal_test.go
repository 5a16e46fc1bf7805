package resources_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// problems that a template has, one a line.
func problems(tb testing.TB, t *cfn.Template) string {
	tb.Helper()
	_, err := t.Render()
	if err == nil {
		return ""
	}
	var p *cfn.TemplateError
	if !errors.As(err, &p) {
		tb.Fatalf("got error %v, want *cfn.TemplateError", err)
	}
	lines := make([]string, len(p.List))
	for i, x := range p.List {
		lines[i] = x.String()
	}
	return strings.Join(lines, "\n")
}

func TestPipelinesThatCodePipelineRefuses(t *testing.T) {
	t.Parallel()
	const properties = "Resources.Pipeline.Properties"
	const action = properties + ".Stages.Deploy.network"
	action1 := func(p *resources.Pipeline) *resources.Action { return &p.Stages[1].Actions[0] }
	configured := func(value any) func(*resources.Pipeline) {
		return func(p *resources.Pipeline) { action1(p).Configuration = cfn.Object{{Name: "StackName", Value: value}} }
	}
	long := strings.Repeat("a", 1001)
	const tooLong = action + ".Configuration.StackName: it has 1001 characters; CodePipeline requires 1 to 1000"
	for _, c := range []struct {
		why    string
		change func(*resources.Pipeline)
		want   string
	}{
		{"it is fine as it is", func(*resources.Pipeline) {}, ""},
		{"100 characters are a name", func(p *resources.Pipeline) { p.Name = strings.Repeat("a", 100) }, ""},
		{
			"101 are not", func(p *resources.Pipeline) { p.Name = strings.Repeat("a", 101) },
			fmt.Sprintf("%s.Name: %q is not a valid name: CodePipeline requires 1 to 100 letters, digits and .@_-; choose another one", properties, strings.Repeat("a", 101)),
		},
		{
			"an empty name", func(p *resources.Pipeline) { p.Name = "" },
			properties + `.Name: "" is not a valid name: CodePipeline requires 1 to 100 letters, digits and .@_-; choose another one`,
		},
		{
			"a space in a stage's name", func(p *resources.Pipeline) { p.Stages[1].Name = "to prod" },
			properties + `.Stages.to prod.Name: "to prod" is not a valid name: CodePipeline requires 1 to 100 letters, digits and .@_-; choose another one`,
		},
		{
			"a slash in an action's name", func(p *resources.Pipeline) { action1(p).Name = "dev/a" },
			properties + `.Stages.Deploy.dev/a.Name: "dev/a" is not a valid name: CodePipeline requires 1 to 100 letters, digits and .@_-; choose another one`,
		},
		{
			"artifacts are named without dots", func(p *resources.Pipeline) { action1(p).Inputs = []string{"a.b"} },
			action + `.Artifacts.a.b: "a.b" is not a valid name: CodePipeline requires 1 to 100 letters, digits and _-; choose another one`,
		},
		{
			"namespaces too", func(p *resources.Pipeline) { action1(p).Namespace = "a.b" },
			action + `.Namespace: "a.b" is not a valid name: CodePipeline requires 1 to 100 letters, digits and @_-; choose another one`,
		},
		{
			"stages have different names", func(p *resources.Pipeline) { p.Stages = append(p.Stages, p.Stages[1]) },
			properties + ".Stages.Deploy: another stage has the same name; choose another one",
		},
		{
			"actions of a stage too", func(p *resources.Pipeline) { p.Stages[1].Actions = append(p.Stages[1].Actions, p.Stages[1].Actions[0]) },
			action + ": another action of the stage has the same name; choose another one",
		},
		{
			"a pipeline has a source and something to do", func(p *resources.Pipeline) { p.Stages = p.Stages[:1] },
			properties + ".Stages: there are 1 stages; CodePipeline allows 2 to 50; split the environments among several pipelines",
		},
		{"50 stages", func(p *resources.Pipeline) { p.Stages = append(p.Stages, stages(48, 1)...) }, ""},
		{
			"51 stages", func(p *resources.Pipeline) { p.Stages = append(p.Stages, stages(49, 1)...) },
			properties + ".Stages: there are 51 stages; CodePipeline allows 2 to 50; split the environments among several pipelines",
		},
		{
			"a stage without actions", func(p *resources.Pipeline) { p.Stages[1].Actions = nil },
			properties + ".Stages.Deploy: there are 0 actions; CodePipeline allows 1 to 50 in a stage; put fewer stacks into the environment\n" +
				properties + ".Stages[1].Actions: a required property is not set; set it; for an empty text use cfn.Lit",
		},
		{"50 actions in a stage", func(p *resources.Pipeline) { p.Stages = append(p.Stages, stages(1, 50)...) }, ""},
		{
			"51 actions in a stage", func(p *resources.Pipeline) { p.Stages = append(p.Stages, stages(1, 51)...) },
			properties + ".Stages.s0: there are 51 actions; CodePipeline allows 1 to 50 in a stage; put fewer stacks into the environment",
		},
		{"500 actions", func(p *resources.Pipeline) { p.Stages = append(append(p.Stages, stages(9, 50)...), stage("last", 48)) }, ""},
		{
			"501 actions", func(p *resources.Pipeline) { p.Stages = append(append(p.Stages, stages(9, 50)...), stage("last", 49)) },
			properties + ".Stages: there are 501 actions; the CodePipeline limit is 500; split the environments among several pipelines",
		},
		{"run order 999", func(p *resources.Pipeline) { action1(p).RunOrder = 999 }, ""},
		{"run order 1000", func(p *resources.Pipeline) { action1(p).RunOrder = 1000 }, action + ".RunOrder: it is 1000; CodePipeline allows 1 to 999"},
		{"run orders count from 1", func(p *resources.Pipeline) { action1(p).RunOrder = 0 }, action + ".RunOrder: it is 0; CodePipeline allows 1 to 999"},
		{"1,000 characters", configured(long[:1000]), ""},
		{"characters are not bytes", configured(strings.Repeat("ü", 1000)), ""},
		{"1,001 characters of text", configured(long), tooLong},
		{"of literal text", configured(cfn.Lit(long)), tooLong},
		{"of a literal value", configured(cfn.Literal[cfn.Text](long)), tooLong},
		{"put together from literals", configured(cfn.Format[cfn.Text]("%s%s", cfn.Lit(long[:500]), cfn.Lit(long[500:]))), tooLong},
		{"beside what only CloudFormation knows", configured(cfn.Format[cfn.Text]("%s%s", cfn.Lit(long[1:]), cfn.AccountID())), tooLong},
		{"in a Sub with variables", configured(cfn.Format[cfn.Text]("%s%s", cfn.Lit(long[1:]), cfn.Select(0, cfn.Split[cfn.Text](",", cfn.Region())))), tooLong},
		{"of JSON", configured(cfn.JSON([]any{long[:997]})), tooLong},
		{"a value that only CloudFormation knows", configured(cfn.AccountID()), ""},
		{"a value may not be empty", configured(""), action + ".Configuration.StackName: it has 0 characters; CodePipeline requires 1 to 1000"},
		{
			"two runs of a stack at a time", func(p *resources.Pipeline) { p.Mode = "PARALLEL" },
			properties + `.ExecutionMode: it is "PARALLEL"; use SUPERSEDED or QUEUED`,
		},
		{
			"artifacts need a place", func(p *resources.Pipeline) { p.Stores = nil },
			properties + ".ArtifactStore: the pipeline has no artifact store; add one for each region in which actions run",
		},
		{
			"in the action's region", func(p *resources.Pipeline) { action1(p).Region = "ap-south-1" },
			action + ".Region: the pipeline has no artifact store in ap-south-1; add one to Stores",
		},
		{
			"no other account can read what AWS's own key encrypts", func(p *resources.Pipeline) { p.Stores[0].Key = cfn.Value[cfn.KeyARN]{} },
			properties + ".ArtifactStores.eu-west-1.EncryptionKey: the key is not set; set Key to a customer managed key\n" +
				properties + ".ArtifactStores[0].ArtifactStore.EncryptionKey.Id: a required property is not set; set it; for an empty text use cfn.Lit",
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			tmpl, p := template(), onePipeline()
			c.change(&p)
			p.Add(tmpl)
			if diff := cmp.Diff(c.want, problems(t, tmpl)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func stages(n, actions int) []resources.Stage {
	list := make([]resources.Stage, n)
	for i := range list {
		list[i] = stage(fmt.Sprintf("s%d", i), actions)
	}
	return list
}

func stage(name string, actions int) resources.Stage {
	s := resources.Stage{Name: name}
	for i := range actions {
		s.Actions = append(s.Actions, resources.Action{Name: fmt.Sprintf("a%d", i), Category: "Approval", Provider: "Manual", RunOrder: 1})
	}
	return s
}

func TestWhatBuildersRefuse(t *testing.T) {
	t.Parallel()
	logGroup := func(t *cfn.Template) resources.LogGroupHandle {
		return resources.LogGroup{ID: "Logs", Name: "/shop", RetentionDays: 30, Key: keyARN}.Add(t)
	}
	logBucket := func(t *cfn.Template) resources.LogBucketHandle {
		return resources.LogBucket{ID: "AccessLogs", Name: logsName, Sources: []cfn.Part{bucketName}, ExpireDays: 30}.Add(t)
	}
	project := func(change func(*resources.Project)) func(*cfn.Template) {
		return func(t *cfn.Template) {
			p := resources.Project{ID: "Build", Name: "build", Description: "d", Role: roleARN, Key: keyARN, LogGroup: logGroup(t), BuildSpec: "version: 0.2", TimeoutMinutes: 30}
			change(&p)
			p.Add(t)
		}
	}
	role := func(change func(*resources.Role)) func(*cfn.Template) {
		return func(t *cfn.Template) {
			r := resources.Role{
				ID: "Role", Name: "role", Path: "/", Description: "d",
				Trust: policy.Trust{policy.Allow("T", "sts:AssumeRole").By(policy.Service("a.amazonaws.com"))},
			}
			change(&r)
			r.Add(t)
		}
	}
	key := func(change func(*resources.Key)) func(*cfn.Template) {
		return func(t *cfn.Template) {
			k := resources.Key{ID: "Key", Alias: "shop", Description: "d"}
			change(&k)
			k.Add(t)
		}
	}
	bucket := func(change func(*resources.Bucket)) func(*cfn.Template) {
		return func(t *cfn.Template) {
			b := resources.Bucket{ID: "Data", Name: bucketName, Key: keyARN, Logs: logBucket(t).Name()}
			change(&b)
			b.Add(t)
		}
	}
	group := func(change func(*resources.LogGroup)) func(*cfn.Template) {
		return func(t *cfn.Template) {
			g := resources.LogGroup{ID: "Logs", Name: "/shop", RetentionDays: 30, Key: keyARN}
			change(&g)
			g.Add(t)
		}
	}
	managed := func(size int, name string) func(*cfn.Template) {
		return func(t *cfn.Template) {
			resources.ManagedPolicy{ID: "Policy", Name: name, Path: "/", Description: "d", Document: sized(size)}.Add(t)
		}
	}
	function := func(change func(*resources.Function)) func(*cfn.Template) {
		return func(t *cfn.Template) {
			f := oneFunction(t)
			change(&f)
			f.Add(t)
		}
	}
	repository := func(change func(*resources.Repository)) func(*cfn.Template) {
		return func(t *cfn.Template) {
			r := resources.Repository{ID: "Web", Name: "shop-dev-web", Key: keyARN}
			change(&r)
			r.Add(t)
		}
	}
	queue := func(name string, days int) func(*cfn.Template) {
		return func(t *cfn.Template) { resources.Queue{ID: "Queue", Name: name, RetentionDays: days}.Add(t) }
	}
	reports := func(name string) func(*cfn.Template) {
		return func(t *cfn.Template) { resources.ReportGroup{ID: "Reports", Name: name}.Add(t) }
	}
	parameter := func(name string, value cfn.Part) func(*cfn.Template) {
		return func(t *cfn.Template) {
			resources.Parameter{ID: "Version", Name: name, Description: "d", Value: value}.Add(t)
		}
	}
	noKey := cfn.Value[cfn.KeyARN]{}
	for _, c := range []struct {
		why  string
		add  func(*cfn.Template)
		want string
	}{
		{"25,600 characters of buildspec", project(func(p *resources.Project) { p.BuildSpec = strings.Repeat("ü", 25600) }), ""},
		{
			"25,601 characters", project(func(p *resources.Project) { p.BuildSpec = strings.Repeat("a", 25601) }),
			"Resources.Build.Properties.Source.BuildSpec: the buildspec has 25601 characters; the CodeBuild limit is 25600; " +
				"shorten its commands, or move them to a script in the repository",
		},
		{
			"a project's name with a slash", project(func(p *resources.Project) { p.Name = "a/b" }),
			`Resources.Build.Properties.Name: "a/b" is not a valid name: CodeBuild requires 2 to 150 letters, digits and _-; choose another one`,
		},
		{
			"a build of 4 minutes", project(func(p *resources.Project) { p.TimeoutMinutes = 4 }),
			"Resources.Build.Properties.TimeoutInMinutes: it is 4; CodeBuild allows 5 to 2160",
		},
		{
			"a build of more than 36 hours", project(func(p *resources.Project) { p.TimeoutMinutes = 2161 }),
			"Resources.Build.Properties.TimeoutInMinutes: it is 2161; CodeBuild allows 5 to 2160",
		},
		{
			"no other account can read what AWS's own key encrypts", project(func(p *resources.Project) { p.Key = noKey }),
			"Resources.Build.Properties.EncryptionKey: the key is not set; set Key to a customer managed key",
		},
		{
			"a project without a role", project(func(p *resources.Project) { p.Role = cfn.Value[cfn.RoleARN]{} }),
			"Resources.Build.Properties.ServiceRole: a required property is not set; set it; for an empty text use cfn.Lit",
		},
		{
			"a project without a log group", project(func(p *resources.Project) { p.LogGroup = resources.LogGroupHandle{} }),
			"Resources.Build.Properties.LogsConfig: the log group is not set: CodeBuild would create one that retains its logs forever; set LogGroup",
		},
		{
			"a role's name of 65 characters", role(func(r *resources.Role) { r.Name = strings.Repeat("a", 65) }),
			fmt.Sprintf(`Resources.Role.Properties.RoleName: %q is not a valid name: IAM requires 1 to 64 letters, digits and +=,.@_-; choose another one`, strings.Repeat("a", 65)),
		},
		{
			"an inline policy without a name", role(func(r *resources.Role) { r.Policies = []resources.InlinePolicy{{Document: sized(200)}} }),
			`Resources.Role.Properties.Policies.: "" is not a valid name: IAM requires 1 to 128 letters, digits and +=,.@_-; choose another one` + "\n" +
				"Resources.Role.Properties.Policies[0].PolicyName: a required property is not set; set it; for an empty text use cfn.Lit",
		},
		{
			"sessions of 13 hours", role(func(r *resources.Role) { r.SessionHours = 13 }),
			"Resources.Role.Properties.MaxSessionDuration: it is 13; IAM allows 0 to 12",
		},
		{
			"a trust policy that is too large", role(func(r *resources.Role) {
				r.Trust = policy.Trust{policy.Allow("T", "sts:AssumeRole").By(policy.Service(strings.Repeat("a", 2000)))}
			}),
			"Resources.Role.Properties.AssumeRolePolicyDocument: a trust policy has 2120 bytes; the AWS limit is 2048; grant less, or split it",
		},
		{"10,240 bytes of inline policies", role(func(r *resources.Role) {
			r.Policies = []resources.InlinePolicy{{Name: "a", Document: sized(10000)}, {Name: "b", Document: sized(240)}}
		}), ""},
		{
			"10,241 bytes", role(func(r *resources.Role) {
				r.Policies = []resources.InlinePolicy{{Name: "a", Document: sized(10000)}, {Name: "b", Document: sized(241)}}
			}),
			"Resources.Role.Properties.Policies: all inline policies of a role together has 10241 bytes; the AWS limit is 10240; grant less, or split it",
		},
		{"a managed policy of 6,144 bytes", managed(6144, "p"), ""},
		{"6,145 bytes", managed(6145, "p"), "Resources.Policy.Properties.PolicyDocument: a managed policy has 6145 bytes; the AWS limit is 6144; grant less, or split it"},
		{
			"a managed policy's name with a space", managed(200, "a b"),
			`Resources.Policy.Properties.ManagedPolicyName: "a b" is not a valid name: IAM requires 1 to 128 letters, digits and +=,.@_-; choose another one`,
		},
		{
			"a key policy that is too large", key(func(k *resources.Key) {
				k.Users = policy.Resource{policy.Allow("Use", "kms:Decrypt").By(policy.Service(strings.Repeat("a", 33000))).On(cfn.Lit("*"))}
			}),
			"Resources.Key.Properties.KeyPolicy: a key policy has 33466 bytes; the AWS limit is 32768; grant less, or split it",
		},
		{
			"a key that is gone after 6 days", key(func(k *resources.Key) { k.PendingDays = 6 }),
			"Resources.Key.Properties.PendingWindowInDays: it is 6; KMS allows 7 to 30",
		},
		{
			"an alias with a dot", key(func(k *resources.Key) { k.Alias = "shop.dev" }),
			`Resources.KeyAlias.Properties.AliasName: "shop.dev" is not a valid name: KMS requires 1 to 250 letters, digits and /_-; choose another one`,
		},
		{
			"a key for everyone", key(func(k *resources.Key) {
				k.Users = policy.Resource{policy.Allow("Use", "kms:Decrypt").By(policy.Anyone()).On(cfn.Lit("*"))}
			}),
			"Resources.Key.Properties.KeyPolicy.Statement[1]: the statement allows every principal; name an account, and restrict it to a role with ByRole",
		},
		{
			"a bucket policy that is too large", bucket(func(b *resources.Bucket) {
				b.Policy = policy.Resource{policy.Allow("Read", "s3:GetObject").By(policy.Service(strings.Repeat("a", 21000))).On(cfn.Lit("*"))}
			}),
			"Resources.DataPolicy.Properties.PolicyDocument: a bucket policy has 21519 bytes; the AWS limit is 20480; grant less, or split it",
		},
		{
			"a public bucket", bucket(func(b *resources.Bucket) {
				b.Policy = policy.Resource{policy.Allow("Read", "s3:GetObject").By(policy.Anyone()).On(cfn.Lit("*"))}
			}),
			"Resources.DataPolicy.Properties.PolicyDocument.Statement[1]: the statement allows every principal; name an account, and restrict it to a role with ByRole",
		},
		{
			"a bucket without a key", bucket(func(b *resources.Bucket) { b.Key = noKey }),
			"Resources.Data.Properties.BucketEncryption: the key is not set; set Key to a customer managed key",
		},
		{
			"a bucket without a log", bucket(func(b *resources.Bucket) { b.Logs = cfn.Value[cfn.BucketName]{} }),
			"Resources.Data.Properties.LoggingConfiguration: the bucket for access logs is not set; set Logs",
		},
		{
			"a log bucket that nothing logs to could be written by any bucket", func(t *cfn.Template) {
				resources.LogBucket{ID: "AccessLogs", Name: logsName, ExpireDays: 30}.Add(t)
			},
			"Resources.AccessLogsPolicy.Properties.PolicyDocument.Statement[1].Condition.ArnLike.aws:SourceArn: the condition has no value",
		},
		{
			"a log group without a key", group(func(g *resources.LogGroup) { g.Key = noKey }),
			"Resources.Logs.Properties.KmsKeyId: the key is not set; set Key to a customer managed key",
		},
		{
			"a log group's name with a space", group(func(g *resources.LogGroup) { g.Name = "a b" }),
			`Resources.Logs.Properties.LogGroupName: "a b" is not a valid name: CloudWatch Logs requires 1 to 512 letters, digits and ._/#-; choose another one`,
		},
		{
			"CloudWatch Logs keeps logs for certain numbers of days only", group(func(g *resources.LogGroup) { g.RetentionDays = 100 }),
			"Resources.Logs.Properties.RetentionInDays: it is 100; CloudWatch Logs allows " +
				"[1 3 5 7 14 30 60 90 120 150 180 365 400 545 731 1096 1827 2192 2557 2922 3288 3653]",
		},
		{"a function's name of 64 characters", function(func(f *resources.Function) { f.Name = strings.Repeat("a", 64) }), ""},
		{
			"65 characters", function(func(f *resources.Function) { f.Name = strings.Repeat("a", 65) }),
			fmt.Sprintf(`Resources.Hello.Properties.FunctionName: %q is not a valid name: Lambda requires 1 to 64 letters, digits and _-; choose another one`, strings.Repeat("a", 65)),
		},
		{
			"a function's name with a dot, which its log group could have", function(func(f *resources.Function) { f.Name = "shop.dev" }),
			`Resources.Hello.Properties.FunctionName: "shop.dev" is not a valid name: Lambda requires 1 to 64 letters, digits and _-; choose another one`,
		},
		{
			"127 MB of memory", function(func(f *resources.Function) { f.Memory = 127 }),
			"Resources.Hello.Properties.MemorySize: it is 127; Lambda allows 128 to 10240",
		},
		{
			"10,241 MB of memory", function(func(f *resources.Function) { f.Memory = 10241 }),
			"Resources.Hello.Properties.MemorySize: it is 10241; Lambda allows 128 to 10240",
		},
		{
			"a function without time", function(func(f *resources.Function) { f.Timeout = 0 }),
			"Resources.Hello.Properties.Timeout: it is 0; Lambda allows 1 to 900",
		},
		{
			"more than 15 minutes", function(func(f *resources.Function) { f.Timeout = 901 }),
			"Resources.Hello.Properties.Timeout: it is 901; Lambda allows 1 to 900",
		},
		{"150 characters of description", function(func(f *resources.Function) { f.Description = strings.Repeat("ü", 150) }), ""},
		{
			"151 characters", function(func(f *resources.Function) { f.Description = strings.Repeat("ü", 151) }),
			"Resources.Hello.Properties.Description: it has 151 characters; with the address of the code, the Lambda limit is 150; shorten it",
		},
		{
			"a function's logs without a key", function(func(f *resources.Function) { f.LogKey = noKey }),
			"Resources.HelloLogs.Properties.KmsKeyId: the key is not set; set Key to a customer managed key",
		},
		{
			"a function whose logs stay for ever", function(func(f *resources.Function) { f.LogDays = 0 }),
			"Resources.HelloLogs.Properties.RetentionInDays: it is 0; CloudWatch Logs allows " +
				"[1 3 5 7 14 30 60 90 120 150 180 365 400 545 731 1096 1827 2192 2557 2922 3288 3653]",
		},
		{
			"the name of a function's role", function(func(f *resources.Function) { f.RoleName = "a b" }),
			`Resources.HelloRole.Properties.RoleName: "a b" is not a valid name: IAM requires 1 to 64 letters, digits and +=,.@_-; choose another one`,
		},
		{
			"the name of its queue", function(func(f *resources.Function) { f.DeadLetters = "a.fifo" }),
			`Resources.HelloDeadLetters.Properties.QueueName: "a.fifo" is not a valid name: SQS requires 1 to 80 letters, digits and _-; choose another one`,
		},
		{
			"a repository's name of one letter", repository(func(r *resources.Repository) { r.Name = "a" }),
			`Resources.Web.Properties.RepositoryName: "a" is not a valid name: ECR requires 2 to 256 letters, digits and ._/-; choose another one`,
		},
		{"256 characters", repository(func(r *resources.Repository) { r.Name = strings.Repeat("a", 256) }), ""},
		{
			"257 characters", repository(func(r *resources.Repository) { r.Name = strings.Repeat("a", 257) }),
			fmt.Sprintf(`Resources.Web.Properties.RepositoryName: %q is not a valid name: ECR requires 2 to 256 letters, digits and ._/-; choose another one`, strings.Repeat("a", 257)),
		},
		{
			"a repository without a key", repository(func(r *resources.Repository) { r.Key = noKey }),
			"Resources.Web.Properties.EncryptionConfiguration: the key is not set; set Key to a customer managed key",
		},
		{
			"a reader without roles would be the whole account", repository(func(r *resources.Repository) {
				r.Readers = []resources.RepositoryReader{{Account: cfn.Lit("333333333333"), Roles: cfn.Value[cfn.RoleARN]{}}}
			}),
			"Resources.Web.Properties.RepositoryPolicyText.Statement[0].Condition.ArnLike.aws:PrincipalArn: " +
				"a value in a list or in a function is unset; set it, or leave it out",
		},
		{"a queue's name of 80 characters", queue(strings.Repeat("a", 80), 0), ""},
		{
			"81 characters", queue(strings.Repeat("a", 81), 0),
			fmt.Sprintf(`Resources.Queue.Properties.QueueName: %q is not a valid name: SQS requires 1 to 80 letters, digits and _-; choose another one`, strings.Repeat("a", 81)),
		},
		{"messages of 15 days", queue("q", 15), "Resources.Queue.Properties.MessageRetentionPeriod: it is 15; SQS allows 1 to 14"},
		{"messages of less than nothing", queue("q", -1), "Resources.Queue.Properties.MessageRetentionPeriod: it is -1; SQS allows 1 to 14"},
		{
			"a report group's name with a slash", reports("a/b"),
			`Resources.Reports.Properties.Name: "a/b" is not a valid name: CodeBuild requires 2 to 128 letters, digits and _-; choose another one`,
		},
		{
			"129 characters", reports(strings.Repeat("a", 129)),
			fmt.Sprintf(`Resources.Reports.Properties.Name: %q is not a valid name: CodeBuild requires 2 to 128 letters, digits and _-; choose another one`, strings.Repeat("a", 129)),
		},
		{
			"a parameter's name with a space", parameter("/shop/a b", cfn.Lit("1")),
			`Resources.Version.Properties.Name: "/shop/a b" is not a valid name: SSM requires 1 to 1011 letters, digits and ._/-; choose another one`,
		},
		{
			"a parameter without a value", parameter("/shop/version", cfn.Value[cfn.Text]{}),
			"Resources.Version.Properties.Value: a required property is not set; set it; for an empty text use cfn.Lit",
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			tmpl := template()
			c.add(tmpl)
			if diff := cmp.Diff(c.want, problems(t, tmpl)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// sized is an identity policy of so many bytes.
func sized(size int) policy.Identity {
	rest := len(`{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Action":"s3:GetObject","Resource":""}]}`)
	return policy.Identity{policy.Allow("A", "s3:GetObject").On(cfn.Lit(strings.Repeat("a", size-rest)))}
}
