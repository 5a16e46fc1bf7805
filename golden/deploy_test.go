package golden_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// These tests deploy the goldens by their own deploy.sh to the AWS at AWS_ENDPOINT_URL: an emulator with several accounts that does not
// hold their stacks yet. They run one after another, because it is one server; they do not meet, because the projects' names differ.

// What an operator can rely on, for every project that is locked.
func TestDeployedProjects(t *testing.T) { //nolint:paralleltest // one server
	needAWS(t)
	for _, name := range cases(t) { //nolint:paralleltest // one server
		t.Run(name, func(t *testing.T) {
			p := newDeployed(t, name)
			for _, promise := range []struct {
				name  string
				holds func()
			}{
				{"every stack is created in its account and region", p.created},
				{"a second run changes nothing", p.unchanged},
				{"the pipelines have the stages and actions of the templates", p.pipelines},
				{"a changed default arrives", p.changedDefault},
				{"a stack that its access stack does not cover is refused", p.uncovered},
				{"the stacks can be deleted and what must be kept stays", p.deleted},
			} {
				if !t.Run(promise.name, func(t *testing.T) { p.T = t; promise.holds() }) {
					t.Fatal("the next promises build on this one")
				}
			}
		})
	}
}

// A template over 51,200 bytes cannot be sent with the request: it goes through the bucket.
func TestDeployThroughABucket(t *testing.T) { //nolint:paralleltest // one server
	needAWS(t)
	const bucket = "large-templates-111111111111"
	s := assembly.Stack{
		Name: "large-parameters", Account: "111111111111", Region: "eu-west-1", Path: "toolchain/parameters",
		DeployedBy: []assembly.Deployer{assembly.Operator},
	}
	resources := tree.NewMap()
	for i := range 60 {
		resources.Set(fmt.Sprintf("Parameter%d", i), tree.NewMap().
			Set("Type", tree.Text("AWS::SSM::Parameter")).
			Set("Properties", tree.NewMap().
				Set("Name", tree.Text(fmt.Sprintf("/large/%d", i))).
				Set("Type", tree.Text("String")).
				Set("Value", tree.Text(strings.Repeat("x", 1000)))))
	}
	s.Template = tree.NewMap().Set("Resources", resources)
	a := &assembly.Assembly{Project: "large", Stacks: []assembly.Stack{s}}
	dir := filepath.Join(t.TempDir(), "out")
	write(t, dir, a)
	c := newCloud(t, a)

	c.aws(t, &s, "s3api", "create-bucket", "--bucket", bucket, "--create-bucket-configuration", "LocationConstraint="+s.Region)
	c.deploy(t, dir, "--s3-bucket", bucket)
	wantStatus(t, c, a, "CREATE_COMPLETE")
	if objects := c.aws(t, &s, "s3api", "list-objects-v2", "--bucket", bucket, "--query", "length(Contents)"); objects != "1" {
		t.Errorf("%s objects in the bucket, want the template alone", objects)
	}
	wantUpToDate(t, a, c.deploy(t, dir, "--s3-bucket", bucket))
	c.remove(t, a)
}

// deployed is a project in its output directory, and the test of one promise about it.
type deployed struct {
	*testing.T
	cloud
	spec     *spec.Spec
	dir      string
	assembly *assembly.Assembly
}

func newDeployed(t *testing.T, name string) *deployed {
	t.Helper()
	config := filepath.Join(name, "pipeline.yaml")
	p := &deployed{dir: filepath.Join(t.TempDir(), "out dir")}
	if err := assembly.Write(p.dir, render(t, config, deployedFormat(t, name))); err != nil {
		t.Fatal(err)
	}
	var err error
	if p.spec, err = spec.Load(config); err != nil {
		t.Fatal(err)
	}
	if p.assembly, err = assembly.Read(p.dir); err != nil {
		t.Fatal(err)
	}
	release(t, p.spec, p.assembly)
	p.cloud = newCloud(t, p.assembly)
	settle(t, p.cloud, p.spec, p.assembly)
	spareMoto(p.assembly)
	write(t, p.dir, p.assembly)
	return p
}

// deployedFormat is JSON for a project that is locked in JSON, but for one with a template that is then too large to be sent with the request:
// see TestDeployThroughABucket.
func deployedFormat(t *testing.T, name string) assembly.Format {
	t.Helper()
	if _, err := os.Stat(filepath.Join(name, "want-json")); err != nil {
		return assembly.YAML
	}
	for _, f := range render(t, filepath.Join(name, "pipeline.yaml"), assembly.JSON) {
		if len(f.Data) > 51_200 {
			return assembly.YAML
		}
	}
	return assembly.JSON
}

func TestBothFormatsAreDeployed(t *testing.T) {
	t.Parallel()
	found := map[assembly.Format]string{}
	for _, name := range cases(t) {
		found[deployedFormat(t, name)] = name
	}
	if len(found) != len(formats()) {
		t.Errorf("projects are deployed in one format only: %v", found)
	}
}

// release gives values to the parameters that have one only when there is code: the addresses of a checkout with all sources.
func release(tb testing.TB, project *spec.Spec, a *assembly.Assembly) {
	tb.Helper()
	system, dir := pipeline.New(project), tb.TempDir()
	for _, e := range system.Environments() {
		for _, c := range e.Code() {
			source := filepath.Join(dir, filepath.FromSlash(c.Path))
			if err := os.MkdirAll(source, 0o755); err != nil {
				tb.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(source, "source.txt"), []byte(c.Name), 0o644); err != nil {
				tb.Fatal(err)
			}
		}
	}
	repository, err := os.OpenRoot(dir)
	if err != nil {
		tb.Fatal(err)
	}
	defer repository.Close() //nolint:errcheck // only read from
	if problems := system.Release(a, repository); len(problems) > 0 {
		tb.Fatal(problems)
	}
}

func (p *deployed) created() {
	p.deploy(p.T, p.dir, "--all")
	wantStatus(p.T, p.cloud, p.assembly, "CREATE_COMPLETE")
}

func (p *deployed) unchanged() {
	wantUpToDate(p.T, p.assembly, p.deploy(p.T, p.dir, "--all"))
}

func (p *deployed) pipelines() {
	for _, line := range p.assembly.Pipelines {
		s := stackNamed(p.T, p.assembly, line.Stack)
		var want [][]string
		resources := s.Template.Get("Resources")
		for _, r := range resources.Items {
			if r.Get("Type").Text != "AWS::CodePipeline::Pipeline" || r.At("Properties", "Name").Text != line.Name {
				continue
			}
			for _, stage := range r.At("Properties", "Stages").Items {
				for _, action := range stage.Get("Actions").Items {
					kind := action.Get("ActionTypeId")
					want = append(want, []string{
						stage.Get("Name").Text, action.Get("Name").Text, kind.Get("Category").Text, kind.Get("Provider").Text, action.Get("RunOrder").Text,
					})
				}
			}
		}
		var stages []struct {
			Name    string
			Actions []struct {
				Name         string
				ActionTypeID struct{ Category, Provider string } `json:"actionTypeId"`
				RunOrder     json.Number
			}
		}
		p.query(p.T, s, &stages, "codepipeline", "get-pipeline", "--name", line.Name, "--query", "pipeline.stages")
		var got [][]string
		for _, stage := range stages {
			for _, a := range stage.Actions {
				got = append(got, []string{stage.Name, a.Name, a.ActionTypeID.Category, a.ActionTypeID.Provider, a.RunOrder.String()})
			}
		}
		if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
			p.Errorf("pipeline %s (-template +deployed):\n%s", line.Name, diff)
		}
	}
}

// changedDefault gives the first pipeline the name of another SSM parameter, for its artifact key.
//
// `aws cloudformation deploy` gives a change set UsePreviousValue for each parameter of an existing stack that it is not told, so a new
// default in the template alone would change nothing, without an error. That is why deploy.sh passes every parameter.
func (p *deployed) changedDefault() {
	changed, err := assembly.Read(p.dir)
	if err != nil {
		p.Fatal(err)
	}
	s := stackNamed(p.T, changed, changed.Pipelines[0].Stack)
	declared := s.Template.Get("Parameters")
	i := slices.IndexFunc(declared.Keys, func(name string) bool { return strings.HasSuffix(name, "KeyArn") })
	if i < 0 || declared.Items[i].Get("Type").Text != "AWS::SSM::Parameter::Value<String>" {
		p.Fatalf("stack %s has no SSM parameter for its artifact key: %v", s.Name, declared.Keys)
	}
	parameter, name := declared.Keys[i], "/"+p.spec.Project+"/moved"
	value := fmt.Sprintf("arn:aws:kms:%s:%s:key/00000000-0000-4000-8000-000000000000", s.Region, s.Account)
	declared.Items[i].Set("Default", tree.Text(name))
	for j := range s.Parameters {
		if s.Parameters[j].Name == parameter {
			s.Parameters[j].Value = name
		}
	}
	p.aws(p.T, s, "ssm", "put-parameter", "--overwrite", "--name", name, "--type", "String", "--value", value)
	write(p.T, p.dir, changed)
	p.deploy(p.T, p.dir, assembly.Toolchain)

	var got []string // ResolvedValue is what stands behind the name; moto has it in place of the name
	p.query(p.T, s, &got, "cloudformation", "describe-stacks", "--stack-name", s.Name, "--query",
		fmt.Sprintf("Stacks[0].[StackStatus, Parameters[?ParameterKey=='%s'].not_null(ResolvedValue, ParameterValue) | [0]]", parameter))
	if diff := cmp.Diff([]string{"UPDATE_COMPLETE", value}, got); diff != "" {
		p.Errorf("%s of stack %s (-want +got):\n%s", parameter, s.Name, diff)
	}
	key := p.aws(p.T, s, "codepipeline", "get-pipeline", "--name", changed.Pipelines[0].Name, "--query",
		fmt.Sprintf("pipeline.[artifactStore, artifactStores.%q][] | [0].encryptionKey.id", s.Region))
	if want := `"` + value + `"`; key != want {
		p.Errorf("the pipeline encrypts with %s, want %s", key, want)
	}
}

// uncovered pretends that the access stack, as it was last deployed, covers less than the stacks need.
func (p *deployed) uncovered() {
	p.uncoveredNeed()
	if os.Getenv("CFN_RULES_SEE") != "names" { // else rules do not see what is covered, and must stop nothing
		p.uncoveredType()
	}
}

// uncoveredNeed takes away one of the parameters by which the access stack says what it covers beside types.
func (p *deployed) uncoveredNeed() {
	for i := range p.assembly.Stacks {
		s := &p.assembly.Stacks[i]
		for _, parameter := range s.Parameters {
			if !strings.Contains(parameter.Value, "/access/Covers") {
				continue
			}
			environment := s.Environment
			if environment == "" {
				environment = assembly.Toolchain
			}
			p.aws(p.T, s, "ssm", "delete-parameter", "--name", parameter.Value)
			printed, err := p.run(p.T, "", filepath.Join(p.dir, "deploy.sh"), "--all", environment)
			p.aws(p.T, s, "ssm", "put-parameter", "--name", parameter.Value, "--type", "String", "--value", "covered")
			if err == nil || !strings.Contains(printed, parameter.Value) {
				p.Errorf("want a refusal that names %s, got %v:\n%s", parameter.Value, err, printed)
			}
			return
		}
	}
	p.Fatal("no stack asks for more than types")
}

// uncoveredType pretends that the access stack does not know one of the types of the last stack.
func (p *deployed) uncoveredType() {
	const ending = "/access/ResourceTypes"
	var s *assembly.Stack
	var list string
	for i := range p.assembly.Stacks {
		for _, parameter := range p.assembly.Stacks[i].Parameters {
			if strings.HasSuffix(parameter.Value, ending) {
				s, list = &p.assembly.Stacks[i], parameter.Value
			}
		}
	}
	if s == nil {
		p.Fatal("no stack knows what its access stack covers")
	}
	access := strings.ReplaceAll(strings.TrimPrefix(strings.TrimSuffix(list, ending), "/"), "/", "-") + "-access"
	environment := s.Environment
	if environment == "" {
		environment = assembly.Toolchain
	}
	var covered string
	p.query(p.T, s, &covered, "ssm", "get-parameter", "--name", list, "--query", "Parameter.Value")
	resources := s.Template.Get("Resources").Items
	unknown := resources[len(resources)-1].Get("Type").Text
	types := strings.Split(covered, ",")
	fewer := slices.DeleteFunc(slices.Clone(types), func(name string) bool { return name == unknown })
	if len(fewer) == len(types) {
		p.Fatalf("%s is not covered in the first place: %s", unknown, covered)
	}
	put := func(value string) {
		p.aws(p.T, s, "ssm", "put-parameter", "--overwrite", "--name", list, "--type", "StringList", "--value", value)
	}

	put(strings.Join(fewer, ","))
	printed, err := p.run(p.T, "", filepath.Join(p.dir, "deploy.sh"), "--all", environment)
	put(covered)
	if want := "Deploy the stack " + access + " first: deploy.sh "; err == nil || !strings.Contains(printed, want) {
		p.Errorf("want a refusal with %q, got %v:\n%s", want, err, printed)
	}
}

func (p *deployed) deleted() {
	p.remove(p.T, p.assembly)

	left := map[string][]string{} // by account
	want := func(name, account string, stays bool) {
		if left[account] == nil {
			var names []string
			p.query(p.T, &assembly.Stack{Account: account, Region: p.spec.Toolchain.Region}, &names, "s3api", "list-buckets", "--query", "Buckets[].Name")
			left[account] = append(names, "")
		}
		if got := slices.Contains(left[account], name); got != stays {
			p.Errorf("bucket %s in account %s: is there %v, want %v", name, account, got, stays)
		}
	}
	for _, e := range p.spec.Environments {
		for _, b := range e.Application.Buckets {
			want(spec.BucketName(p.spec.Project, e.Name, b.Name, e.Account), e.Account.Account, b.Removal == spec.Retain)
		}
	}
	for _, line := range p.spec.Pipelines {
		want(spec.BucketName(p.spec.Project, line.Name, spec.ArtifactsPart, p.spec.Toolchain), p.spec.Toolchain.Account, true)
	}
}

func write(t *testing.T, dir string, a *assembly.Assembly) {
	t.Helper()
	files, err := a.Files(a.Format)
	if err != nil {
		t.Fatal(err)
	}
	if err := assembly.Write(dir, files); err != nil {
		t.Fatal(err)
	}
}

func stackNamed(t *testing.T, a *assembly.Assembly, name string) *assembly.Stack {
	t.Helper()
	i := slices.IndexFunc(a.Stacks, func(s assembly.Stack) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("there is no stack %s", name)
	}
	return &a.Stacks[i]
}

// wantUpToDate wants what the aws command says of each stack that has not changed.
func wantUpToDate(t *testing.T, a *assembly.Assembly, printed string) {
	t.Helper()
	for i := range a.Stacks {
		if text := "No changes to deploy. Stack " + a.Stacks[i].Name + " is up to date"; !strings.Contains(printed, text) {
			t.Errorf("want %q in:\n%s", text, printed)
		}
	}
}

// wantStatus wants all stacks in that status, each in its own account and region.
func wantStatus(t *testing.T, c cloud, a *assembly.Assembly, status string) {
	t.Helper()
	type place struct{ account, region string }
	found := map[place]map[string]string{}
	for i := range a.Stacks {
		s := &a.Stacks[i]
		in := place{s.Account, s.Region}
		if found[in] == nil { // one call for all stacks of a place: most of its time is the start of the command
			var pairs [][2]string
			c.query(t, s, &pairs, "cloudformation", "describe-stacks", "--query", "Stacks[].[StackName, StackStatus]")
			found[in] = map[string]string{}
			for _, pair := range pairs {
				found[in][pair[0]] = pair[1]
			}
		}
		if got := found[in][s.Name]; got != status {
			t.Errorf("stack %s in account %s, region %s: status %q, want %s", s.Name, s.Account, s.Region, got, status)
		}
	}
}

// needAWS skips the test where there is nothing to deploy to, or to deploy with.
func needAWS(t *testing.T) {
	t.Helper()
	missing := ""
	for _, command := range []string{"bash", "aws"} {
		if _, err := exec.LookPath(command); err != nil {
			missing = fmt.Sprintf("the command %s is not there (aws: pip install awscli)", command)
		}
	}
	if os.Getenv("AWS_ENDPOINT_URL") == "" {
		missing = "AWS_ENDPOINT_URL names no AWS: start an emulator, such as LocalStack, and run AWS_ENDPOINT_URL=http://127.0.0.1:4566 make deploy-test"
	}
	switch {
	case missing == "":
	case os.Getenv("CFNPIPE_REQUIRE_TOOLS") == "1":
		t.Fatal(missing)
	default:
		t.Skip("skipped: " + missing)
	}
}

// cloud runs commands with a profile for each account. They find nothing of the machine's own AWS configuration.
type cloud struct{ env []string }

func newCloud(t *testing.T, a *assembly.Assembly) cloud {
	t.Helper()
	home := t.TempDir()
	var env []string
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "AWS_") && !strings.HasPrefix(variable, "CFNPIPE_") {
			env = append(env, variable)
		}
	}
	// The aws command may be installed below the real HOME.
	for variable, dir := range map[string]string{"PYENV_ROOT": ".pyenv", "PYTHONUSERBASE": ".local"} {
		if os.Getenv(variable) == "" {
			env = append(env, variable+"="+filepath.Join(os.Getenv("HOME"), dir))
		}
	}
	env = append(env,
		"HOME="+home, // where the aws command caches the credentials of roles: those of another run lead to another account
		"AWS_ENDPOINT_URL="+os.Getenv("AWS_ENDPOINT_URL"),
		"AWS_CONFIG_FILE="+filepath.Join(home, "config"),
		"AWS_SHARED_CREDENTIALS_FILE="+filepath.Join(home, "credentials"),
		"AWS_EC2_METADATA_DISABLED=true",
		"AWS_MAX_ATTEMPTS=1",
		"AWS_PAGER=",
	)
	config := "[profile boot]\n"
	for i := range a.Stacks {
		account := a.Stacks[i].Account
		if section := "[profile " + account + "]\n"; !strings.Contains(config, section) {
			// No region: deploy.sh has to name it in every call.
			config += section + "role_arn=arn:aws:iam::" + account + ":role/Operator\nsource_profile=boot\n"
			env = append(env, "CFNPIPE_PROFILE_"+account+"="+account)
		}
	}
	for name, text := range map[string]string{
		"config":      config,
		"credentials": "[boot]\naws_access_key_id=AKIAEXAMPLE\naws_secret_access_key=x\n",
	} {
		if err := os.WriteFile(filepath.Join(home, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cloud{env}
}

// run returns all that the command prints; profile may be empty.
func (c cloud) run(t *testing.T, profile, name string, args ...string) (printed string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	if profile != "" {
		args = append(args, "--profile", profile)
	}
	command := exec.CommandContext(ctx, name, args...)
	command.Env, command.Dir, command.WaitDelay = c.env, t.TempDir(), 10*time.Second
	out, err := command.CombinedOutput()
	return string(bytes.TrimSpace(out)), err
}

// deploy runs deploy.sh, which must work, and returns what it prints.
func (c cloud) deploy(t *testing.T, dir string, args ...string) (printed string) {
	t.Helper()
	printed, err := c.run(t, "", filepath.Join(dir, "deploy.sh"), args...)
	if err != nil {
		t.Fatalf("deploy.sh %s: %v\n%s", strings.Join(args, " "), err, printed)
	}
	return printed
}

// aws runs the aws command, which must work, where the stack is.
func (c cloud) aws(t *testing.T, s *assembly.Stack, args ...string) (printed string) {
	t.Helper()
	printed, err := c.run(t, s.Account, "aws", append(args, "--region", s.Region, "--output", "json")...)
	if err != nil {
		t.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, printed)
	}
	return printed
}

// query decodes what the aws command prints.
func (c cloud) query(t *testing.T, s *assembly.Stack, into any, args ...string) {
	t.Helper()
	printed := c.aws(t, s, args...)
	if err := json.Unmarshal([]byte(printed), into); err != nil {
		t.Fatalf("aws %s: %v\n%s", strings.Join(args, " "), err, printed)
	}
}

// remove deletes all stacks, those first that were deployed last.
func (c cloud) remove(t *testing.T, a *assembly.Assembly) {
	t.Helper()
	for i := range slices.Backward(a.Stacks) {
		s := &a.Stacks[i]
		remove := []string{"cloudformation", "delete-stack", "--stack-name", s.Name, "--region", s.Region}
		printed, err := c.run(t, s.Account, "aws", remove...)
		if err != nil && strings.Contains(printed, "TerminationProtection") { // not every emulator has it
			c.aws(t, s, "cloudformation", "update-termination-protection", "--no-enable-termination-protection", "--stack-name", s.Name)
			printed, err = c.run(t, s.Account, "aws", remove...)
		}
		if err != nil {
			t.Fatalf("stack %s: %v\n%s", s.Name, err, printed)
		}
		wait := []string{"cloudformation", "wait", "stack-delete-complete", "--stack-name", s.Name, "--region", s.Region}
		if printed, err = c.run(t, s.Account, "aws", wait...); err != nil {
			t.Fatalf("stack %s: %v\n%s\n%s", s.Name, err, printed, c.aws(t, s, "cloudformation", "describe-stack-events", "--stack-name", s.Name,
				"--query", "StackEvents[?ends_with(ResourceStatus, 'FAILED')].[LogicalResourceId, ResourceStatusReason]"))
		}
	}
}
