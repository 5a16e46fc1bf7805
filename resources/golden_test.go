package resources_test

import (
	"path/filepath"
	"testing"

	"github.com/cfnpipe/cfnpipe/golden/goldentest"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

type stack struct{}

func (stack) Name() string              { return "test" }
func (stack) Build(*cfn.Template) error { return nil }

func template() *cfn.Template {
	return cfn.New(cfn.Place{Project: "shop", Scope: "dev", Account: "222222222222", Region: "eu-west-1"}, stack{})
}

// What builders take from elsewhere.
var (
	keyARN     = cfn.Literal[cfn.KeyARN]("arn:aws:kms:eu-west-1:222222222222:key/11111111-2222-3333-4444-555555555555")
	roleARN    = cfn.Literal[cfn.RoleARN]("arn:aws:iam::222222222222:role/shop/app/shop-dev-build")
	bucketName = cfn.Literal[cfn.BucketName]("shop-dev-data-222222222222-eu-west-1")
	logsName   = cfn.Literal[cfn.BucketName]("shop-dev-logs-222222222222-eu-west-1")
	toolchain  = policy.Account(cfn.Lit("111111111111"))
	deployRole = cfn.Lit("arn:aws:iam::111111111111:role/shop/app/shop-delivery-pipeline")
)

// builders have a golden each: testdata/<name>.yaml.
var builders = []struct {
	name string
	add  func(*cfn.Template)
}{
	{"key", func(t *cfn.Template) {
		key := resources.Key{
			ID: "Key", Alias: "shop-dev-storage", Description: "Encrypts the buckets of shop in environment dev",
			Administrators: []cfn.Part{resources.RoleARNOf(cfn.AccountID(), "/shop/access/", "shop-dev-execution")},
			Fenced:         []cfn.Part{resources.RoleARNOf(cfn.AccountID(), "/shop/", "*")},
			Users: policy.Resource{
				policy.Allow("Decrypt", "kms:Decrypt", "kms:DescribeKey").By(toolchain).On(cfn.Lit("*")).
					If(policy.ByRole(deployRole), policy.Through("s3", cfn.Region())),
				resources.LogsMayUse("/aws/codebuild/shop-dev-*"),
			},
			PendingDays: 7, Retain: true,
		}.Add(t)
		t.Output("KeyArn", key.ARN(), "")
	}},
	{"key-defaults", func(t *cfn.Template) {
		resources.Key{ID: "Key", Alias: "shop-dev-storage", Description: "Encrypts the buckets of shop in environment dev"}.Add(t)
	}},
	{"bucket", func(t *cfn.Template) {
		logs := resources.LogBucket{ID: "AccessLogs", Name: logsName, Sources: []cfn.Part{bucketName}, ExpireDays: 400, Retain: true}.Add(t)
		bucket := resources.Bucket{
			ID: "Data", Name: bucketName, Key: keyARN, Logs: logs.Name(), ExpireDays: 90, NoncurrentDays: 7, Retain: true,
			Policy: policy.Resource{
				policy.Allow("Read", "s3:GetObject").By(toolchain).On(resources.BucketObjects(bucketName)).If(policy.ByRole(deployRole)),
				policy.Deny("OwnRolesOnly", "s3:*").By(policy.Anyone()).On(resources.BucketARN(bucketName)).
					If(policy.ByRoleLike(resources.RoleARNOf(cfn.AccountID(), "/shop/", "*")), policy.NotByRole(deployRole)),
			},
		}.Add(t)
		t.Output("Name", bucket.Name(), "")
		t.Output("Arn", bucket.ARN(), "")
	}},
	{"logbucket", func(t *cfn.Template) {
		logs := resources.LogBucket{ID: "AccessLogs", Name: logsName, Sources: []cfn.Part{bucketName, cfn.Lit("shop-dev-*")}, ExpireDays: 30}.Add(t)
		t.Output("Name", logs.Name(), "")
	}},
	{"role", func(t *cfn.Template) {
		role := resources.Role{
			ID: "Role", Name: "shop-dev-build", Path: "/shop/app/", Description: "CodeBuild project shop-dev-build runs with it",
			Trust: policy.Trust{
				policy.Allow("CodeBuild", "sts:AssumeRole").By(policy.Service("codebuild.amazonaws.com")).If(policy.FromAccount(cfn.AccountID())),
			},
			Boundary: resources.PolicyARNOf(cfn.AccountID(), "/shop/access/", "shop-dev-boundary"),
			Policies: []resources.InlinePolicy{
				{Name: "read", Document: policy.Identity{policy.Allow("Read", "s3:GetObject").On(resources.BucketObjects(bucketName)).If(policy.InAccount(cfn.AccountID()))}},
				{Name: "key", Document: policy.Identity{policy.Allow("Key", policy.KeyUse()...).On(keyARN)}},
			},
			SessionHours: 2,
		}.Add(t)
		t.Output("Name", role.Name(), "")
		t.Output("Arn", role.ARN(), "")
	}},
	{"managedpolicy", func(t *cfn.Template) {
		boundary := resources.ManagedPolicy{
			ID: "Boundary", Name: "shop-dev-boundary", Path: "/shop/access/", Description: "The most that roles in the stacks of shop-dev can do",
			Document: policy.Identity{
				policy.AllowAllBut("Application", "iam:*", "organizations:*").On(cfn.Lit("*")),
				policy.Deny("NeverDeploy", "sts:AssumeRole").On(cfn.Format[cfn.Text]("arn:%s:iam::*:role/shop/access/*", cfn.Partition())),
			},
		}.Add(t)
		t.Output("Arn", boundary.ARN(), "")
	}},
	{"loggroup", func(t *cfn.Template) {
		logs := resources.LogGroup{ID: "Logs", Name: "/aws/codebuild/shop-dev-build", RetentionDays: 90, Key: keyARN}.Add(t)
		t.Output("Name", logs.Name(), "")
		t.Output("Streams", logs.Streams(), "")
	}},
	{"project", func(t *cfn.Template) {
		logs := resources.LogGroup{ID: "Logs", Name: "/aws/codebuild/shop-dev-build", RetentionDays: 90, Key: keyARN}.Add(t)
		project := resources.Project{
			ID: "Build", Name: "shop-dev-build", Description: "Build of shop", Role: roleARN, Key: keyARN, LogGroup: logs,
			BuildSpec:      "version: 0.2\nphases:\n  build:\n    commands:\n      - make build\n",
			Environment:    []resources.Variable{{Name: "STAGE", Value: cfn.Lit("${dev}")}, {Name: "BUCKET", Value: bucketName}, {Name: "ACCOUNT", Value: cfn.AccountID()}},
			TimeoutMinutes: 30,
		}.Add(t)
		t.Output("Name", project.Name(), "")
		t.Output("Arn", project.ARN(), "")
	}},
	{"project-docker", func(t *cfn.Template) {
		p := oneProject(t)
		p.Docker = true
		p.Add(t)
	}},
	{"project-arm", func(t *cfn.Template) {
		p := oneProject(t)
		p.ARM = true
		p.Add(t)
	}},
	{"project-cache", func(t *cfn.Template) {
		p := oneProject(t)
		p.Cache = cfn.Format[cfn.Text]("%s/cache/build", bucketName)
		p.Add(t)
	}},
	{"repository", func(t *cfn.Template) {
		t.Output("Name", resources.Repository{ID: "Web", Name: "shop-dev-web", Key: keyARN}.Add(t).Name(), "")
	}},
	{"repository-readers", func(t *cfn.Template) {
		var readers []resources.RepositoryReader
		for _, account := range []cfn.Lit{"333333333333", "444444444444"} {
			readers = append(readers, resources.RepositoryReader{Account: account, Roles: resources.RoleARNOf(account, "/shop/app/", "*")})
		}
		resources.Repository{ID: "Base", Name: "shop-toolchain-base", Key: keyARN, Readers: readers, Retain: true}.Add(t)
	}},
	{"repository-retained", func(t *cfn.Template) {
		resources.Repository{ID: "Web", Name: "shop-dev-web", Key: keyARN, Retain: true}.Add(t)
	}},
	{"queue", func(t *cfn.Template) {
		queue := resources.Queue{ID: "Jobs", Name: "shop-dev-jobs", RetentionDays: 4}.Add(t)
		resources.Queue{ID: "Dead", Name: "shop-dev-dead"}.Add(t)
		t.Output("Name", queue.Name(), "")
		t.Output("Arn", queue.ARN(), "")
	}},
	{"parameter", func(t *cfn.Template) {
		resources.Parameter{ID: "Version", Name: "/shop/version", Description: "Version of shop", Value: cfn.Lit("${1}")}.Add(t)
		resources.Parameter{ID: "Account", Name: "/shop/account", Description: "Where shop is", Value: cfn.AccountID()}.Add(t)
	}},
	{"reportgroup", func(t *cfn.Template) {
		t.Output("Arn", resources.ReportGroup{ID: "Reports", Name: "shop-delivery-function-tests-junit"}.Add(t).ARN(), "")
	}},
	{"function", func(t *cfn.Template) {
		function := oneFunction(t).Add(t)
		t.Output("Name", function.Name(), "")
		t.Output("Alias", function.AliasARN(), "")
	}},
	{"function-everything", func(t *cfn.Template) { everyFunction(t).Add(t) }},
	{"pipeline", func(t *cfn.Template) {
		pipeline := onePipeline()
		pipeline.Stores = pipeline.Stores[:1]
		t.Output("Name", pipeline.Add(t).Name(), "")
	}},
	{"pipeline-regions", func(t *cfn.Template) {
		pipeline := onePipeline()
		pipeline.Mode = "QUEUED"
		pipeline.Stages[1].Actions[0].Region = "us-east-1"
		pipeline.Add(t)
	}},
}

// oneProject has as little as a project needs.
func oneProject(t *cfn.Template) resources.Project {
	return resources.Project{
		ID: "Build", Name: "shop-dev-build", Description: "Build of shop", Role: roleARN, Key: keyARN,
		LogGroup:  resources.LogGroup{ID: "Logs", Name: "/aws/codebuild/shop-dev-build", RetentionDays: 90, Key: keyARN}.Add(t),
		BuildSpec: "version: 0.2\nphases:\n  build:\n    commands:\n      - make build\n", TimeoutMinutes: 30,
	}
}

// oneFunction has as little as a function needs.
func oneFunction(t *cfn.Template) resources.Function {
	return resources.Function{
		ID: "Hello", Name: "shop-dev-hello", Description: "Says hello",
		CodeBucket: bucketName, CodeKey: cfn.AddReleaseParameter[cfn.Text](t, "HelloCodeKey", "Where the code of hello is"),
		Runtime: "python3.13", Handler: "index.handler", Architecture: "x86_64", Memory: 128, Timeout: 30,
		RoleName: "shop-dev-hello-function", RolePath: "/shop/app/",
		Boundary: resources.PolicyARNOf(cfn.AccountID(), "/shop/access/", "shop-dev-boundary"),
		LogKey:   keyARN, LogDays: 30,
	}
}

// everyFunction has all that a function can have.
func everyFunction(t *cfn.Template) resources.Function {
	f := oneFunction(t)
	f.Architecture, f.Memory, f.Timeout = "arm64", 10240, 900
	f.Environment = []resources.Variable{
		{Name: "STAGE", Value: cfn.Lit("dev")},
		{Name: "EMPTY", Value: cfn.Lit("")},
		{Name: "BUCKET", Value: bucketName},
		{Name: "LITERAL", Value: cfn.Lit("${dev}")},
		{Name: "ACCOUNT", Value: cfn.AccountID()},
	}
	f.Layers = []string{"arn:aws:lambda:eu-west-1:333333333333:layer:tools:7"}
	f.DeadLetters = "shop-dev-hello-dead-letters"
	f.Tracing = true
	f.Subnets, f.SecurityGroups = []string{"subnet-0a1b2c3d", "subnet-4e5f6a7b"}, []string{"sg-0a1b2c3d"}
	f.ReservedConcurrency = new(5)
	f.Grants = policy.Identity{
		policy.Allow("Read", "s3:GetObject").On(resources.BucketObjects(bucketName)).If(policy.InAccount(cfn.AccountID())),
	}
	return f
}

// onePipeline has as little as CodePipeline allows, and every property of an action.
func onePipeline() resources.Pipeline {
	return resources.Pipeline{
		ID: "Pipeline", Name: "shop-delivery", Role: roleARN, Mode: "SUPERSEDED",
		Stores: []resources.ArtifactStore{
			{Region: "eu-west-1", Bucket: bucketName, Key: keyARN},
			{
				Region: "us-east-1", Bucket: cfn.Literal[cfn.BucketName]("shop-dev-artifacts-222222222222-us-east-1"),
				Key: cfn.Literal[cfn.KeyARN]("arn:aws:kms:us-east-1:222222222222:key/11111111-2222-3333-4444-555555555555"),
			},
		},
		Stages: []resources.Stage{
			{Name: "Source", Actions: []resources.Action{{
				Name: "Source", Category: "Source", Provider: "CodeStarSourceConnection", RunOrder: 1, Outputs: []string{"Source"}, Namespace: "Source",
				Configuration: cfn.Object{
					{Name: "ConnectionArn", Value: "arn:aws:codeconnections:eu-west-1:222222222222:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42"},
					{Name: "FullRepositoryId", Value: "acme/shop"},
					{Name: "BranchName", Value: "main"},
				},
			}}},
			{Name: "Deploy", Actions: []resources.Action{{
				Name: "network", Category: "Deploy", Provider: "CloudFormation", RunOrder: 2, Inputs: []string{"Source"},
				Role: cfn.Literal[cfn.RoleARN]("arn:aws:iam::333333333333:role/shop/access/shop-dev-deploy"),
				Configuration: cfn.Object{
					{Name: "ActionMode", Value: "CREATE_UPDATE"},
					{Name: "StackName", Value: "shop-dev-network"},
					{Name: "TemplatePath", Value: "Source::dev/network.yaml"},
					{Name: "RoleArn", Value: roleARN},
					{Name: "ParameterOverrides", Value: cfn.JSON(cfn.Object{{Name: "Commit", Value: "#{Source.CommitId}"}})},
				},
			}}},
		},
	}
}

func TestBuildersRenderToTheirGoldens(t *testing.T) {
	t.Parallel()
	var used []string
	for _, b := range builders {
		file := filepath.Join("testdata", b.name+".yaml")
		used = append(used, file)
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			tmpl := template()
			b.add(tmpl)
			n, err := tmpl.Render()
			if err != nil {
				t.Fatal(err)
			}
			goldentest.Check(t, file, n.YAML())
		})
	}
	goldentest.NoStale(t, "testdata", used)
}

func TestWhatBuildersMakeCanBeDeployed(t *testing.T) {
	t.Parallel()
	for _, b := range builders {
		t.Run(b.name, func(t *testing.T) {
			t.Parallel()
			tmpl := template()
			b.add(tmpl)
			if _, err := policy.Deployment(tmpl.Types(), policy.Scope{Project: "shop", Names: []string{"dev"}, Regions: []string{"eu-west-1"}}); err != nil {
				t.Error(err)
			}
		})
	}
}
