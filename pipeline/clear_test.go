package pipeline_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// A stage that fails to deploy stacks of dev or test starts the build that deletes those which hold nothing.
func TestAFailedDeploymentStartsTheBuildThatClears(t *testing.T) {
	t.Parallel()
	a := assemble(t, system(t, shop, nil), assembly.YAML)
	s := stackNamed(t, a, "shop-delivery-pipeline")
	rule := properties(s, "ClearRule")
	var stages []string
	for _, x := range actions(t, s) {
		if isCleared := strings.HasPrefix(x.stage, "dev-") || strings.HasPrefix(x.stage, "qa-"); isCleared && x.provider == "CloudFormation" && !slices.Contains(stages, x.stage) {
			stages = append(stages, x.stage)
		}
	}
	detail := rule.At("EventPattern", "detail")
	if diff := cmp.Diff(stages, texts(s, detail.Get("stage"))); diff != "" || len(stages) != 4 {
		t.Errorf("want -, got +:\n%s", diff)
	}
	if got := append(texts(s, detail.Get("pipeline")), texts(s, detail.Get("state"))...); !slices.Equal(got, []string{"shop-delivery", "FAILED"}) {
		t.Errorf("the rule is about %q", got)
	}
	const project = "arn:aws:codebuild:eu-west-1:111111111111:project/shop-delivery-clear"
	if got := text(s, rule.Get("Targets").Items[0].Get("Arn")); got != project {
		t.Errorf("it starts %s", got)
	}
	of, role := roleOf(t, a, "shop-delivery-clear-rule")
	if diff := cmp.Diff([]string{project}, allows(of, role, "codebuild:StartBuild")); diff != "" || len(statements(of, role)) != 1 {
		t.Errorf("want -, got +:\n%s", diff)
	}
	of, role = roleOf(t, a, "shop-delivery-clear")
	if got := allows(of, role, "s3:GetObject"); len(got) > 0 || role.Get("ManagedPolicyArns") != nil {
		t.Errorf("the build reads artifacts: %q", got)
	}
	for _, c := range []struct{ environment, stacks string }{
		{"dev", "arn:aws:cloudformation:eu-west-1:222222222222:stack/shop-dev-*/*"},
		{"qa", "arn:aws:cloudformation:eu-central-1:333333333333:stack/shop-qa-*/*"},
	} {
		of, role := roleOf(t, a, "shop-"+c.environment+"-clear")
		for _, action := range []string{"cloudformation:DeleteStack", "cloudformation:DescribeStacks", "cloudformation:ListStackResources"} {
			if diff := cmp.Diff([]string{c.stacks}, allows(of, role, action)); diff != "" {
				t.Errorf("%s: want -, got +:\n%s", action, diff)
			}
		}
		trust := role.At("AssumeRolePolicyDocument", "Statement").Items
		who := text(of, trust[0].At("Condition", "ArnEquals", "aws:PrincipalArn"))
		if len(trust) != 1 || who != "arn:aws:iam::111111111111:role/shop/app/shop-delivery-clear" {
			t.Errorf("%d statements trust %s", len(trust), who)
		}
	}
}

// Nothing of production is deleted by a build: it has no role for that, and its pipeline has no rule.
func TestNothingClearsProduction(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*pipeline.System){
		"as it is":                   nil,
		"dev is of type prod, in Go": func(y *pipeline.System) { y.Environments()[0].Type, y.Environments()[1].Type = spec.Prod, spec.Prod },
	} {
		a := assemble(t, system(t, shop, change), assembly.YAML)
		for _, s := range a.Stacks {
			if !s.Production {
				continue
			}
			text := string(s.Template.YAML())
			for _, never := range []string{"cloudformation:DeleteStack", "ClearR", "CLEAR_ROLE", "NO_SOURCE", "shop-prod-clear"} {
				if strings.Contains(text, never) {
					t.Errorf("%s: %s has %s", name, s.Name, never)
				}
			}
		}
	}
}

// Where one pipeline deploys to dev and to production, what it clears is dev.
func TestAPipelineToProductionClearsTheRest(t *testing.T) {
	t.Parallel()
	yaml := strings.Replace(shop, "environments: [dev, qa], mode: queued }\n  - { name: release,  branch: main, environments: [prod, us] }", "environments: [dev, qa, prod, us] }", 1)
	a := assemble(t, system(t, yaml, nil), assembly.YAML)
	s := stackNamed(t, a, "shop-delivery-pipeline")
	if got := texts(s, properties(s, "ClearRule").At("EventPattern", "detail", "stage")); !slices.Equal(got, []string{"dev-bootstrap", "dev-deploy", "qa-bootstrap", "qa-deploy"}) {
		t.Errorf("it is about %q", got)
	}
	if script := clearScript(t, a); strings.Contains(script, "-prod-") || strings.Contains(script, "-us-") {
		t.Errorf("the build clears production:\n%s", script)
	}
	of, role := roleOf(t, a, "shop-delivery-clear")
	if got := allows(of, role, "sts:AssumeRole"); len(got) != 2 {
		t.Errorf("the build becomes %q", got)
	}
}

// clearScript is what the build that clears runs.
func clearScript(tb testing.TB, a *assembly.Assembly) string {
	tb.Helper()
	builds := stackNamed(tb, a, "shop-delivery-builds")
	n, err := tree.ParseYAML([]byte(properties(builds, "ClearProject").At("Source", "BuildSpec").Text))
	if err != nil {
		tb.Fatal(err)
	}
	return n.At("phases", "build", "commands").Items[0].Text
}

// fakeCloudFormation is an aws command that knows stacks by files of $STATE, called as they are: a line for each state that it is in, one after
// the other; and what they hold by files called <stack>.held. What it changes it writes to $LOG, with whose credentials and where.
const fakeCloudFormation = `#!/usr/bin/env bash
previous='' stack=''
for argument; do
  [ "$previous" != --stack-name ] || stack=$argument
  previous=$argument
done
stack=${stack#arn:stack/}
file=$STATE/${stack%/id}
say() { echo "$* ${AWS_ACCESS_KEY_ID:-nobody} $AWS_REGION" >>"$LOG"; }
case "$1 $2" in
  'sts assume-role')
    [ "$4" != "${REFUSED:-}" ] || { echo 'An error occurred (AccessDenied)' >&2; exit 254; }
    printf '%s\tsecret\ttoken\n' "${4##*/}" ;;
  'cloudformation describe-stacks')
    [ -e "$file" ] || { echo "An error occurred (ValidationError): Stack with id $stack does not exist" >&2; exit 254; }
    status=$(head -n 1 "$file")
    [ "$(wc -l <"$file")" = 1 ] || sed -i.bak 1d "$file"
    [ "$status" != DENIED ] || { echo 'An error occurred (AccessDenied)' >&2; exit 254; }
    echo 'a warning of Python' >&2
    printf '%s\tarn:stack/%s/id\n' "$status" "$stack" ;;
  'cloudformation list-stack-resources')
    case "$*" in *"?ResourceStatus!='DELETE_COMPLETE'"*) ;; *) exit 252 ;; esac
    [ "$stack" = "${file##*/}/id" ] || exit 255
    cat "$file.held" 2>/dev/null || true ;;
  'cloudformation delete-stack') say "delete $stack"; rm "$file" ;;
  'cloudformation wait') [ "$3" = stack-delete-complete ] || exit 252; say "wait $stack" ;;
  *) exit 252 ;;
esac
`

// The build deletes, by their ids, those stacks whose first creation failed and that hold nothing. What fails for one keeps none of the others.
func TestTheBuildThatClears(t *testing.T) {
	t.Parallel()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("skipped: needs bash")
	}
	script := clearScript(t, assemble(t, system(t, shop, nil), assembly.YAML))
	run := func(t *testing.T, states map[string]string, env ...string) (log, printed string, code int) {
		t.Helper()
		dir := t.TempDir()
		write := func(name, text string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		write("aws", fakeCloudFormation)
		write("sleep", "#!/usr/bin/env bash\necho sleep \"$@\" >>\"$LOG\"\n")
		for name, state := range states {
			write(name, state)
		}
		command := exec.CommandContext(t.Context(), bash, "-c", script)
		command.Env = append([]string{
			"PATH=" + dir + ":" + os.Getenv("PATH"), "STATE=" + dir, "LOG=" + filepath.Join(dir, "log"),
			"CLEAR_ROLE_DEV=arn:aws:iam::222222222222:role/dev", "CLEAR_ROLE_QA=arn:aws:iam::333333333333:role/qa",
		}, env...)
		var out bytes.Buffer
		command.Stdout, command.Stderr = &out, &out
		_ = command.Run() // the exit code says it
		data, err := os.ReadFile(filepath.Join(dir, "log"))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		return string(data), out.String(), command.ProcessState.ExitCode()
	}
	for _, c := range []struct {
		why    string
		states map[string]string
		env    []string
		log    string
		says   []string
		code   int
	}{
		{why: "there are no stacks"},
		{
			why:    "stacks of two environments failed",
			states: map[string]string{"shop-dev-storage": "ROLLBACK_COMPLETE\n", "shop-dev-network": "CREATE_COMPLETE\n", "shop-qa-queue": "ROLLBACK_COMPLETE\n"},
			log:    "delete shop-dev-storage/id dev eu-west-1\nwait shop-dev-storage/id dev eu-west-1\ndelete shop-qa-queue/id qa eu-central-1\nwait shop-qa-queue/id qa eu-central-1\n",
			says: []string{
				"shop-dev-network is left alone: it is in CREATE_COMPLETE\n", "shop-dev-storage is deleted: its first creation failed, and it holds nothing.",
			},
		},
		{
			why:    "one still goes back",
			states: map[string]string{"shop-dev-storage": "ROLLBACK_IN_PROGRESS\nROLLBACK_IN_PROGRESS\nROLLBACK_COMPLETE\n"},
			log:    "sleep 15\nsleep 15\ndelete shop-dev-storage/id dev eu-west-1\nwait shop-dev-storage/id dev eu-west-1\n",
		},
		{
			why:    "one goes back for long",
			states: map[string]string{"shop-dev-storage": "ROLLBACK_IN_PROGRESS\n"},
			log:    strings.Repeat("sleep 15\n", 40),
			says:   []string{"shop-dev-storage is left alone: it is in ROLLBACK_IN_PROGRESS"},
		},
		{
			why:    "one still holds something",
			states: map[string]string{"shop-dev-storage": "ROLLBACK_COMPLETE\n", "shop-dev-storage.held": "Data\tAWS::S3::Bucket\tshop-dev-data\n"},
			says:   []string{"shop-dev-storage is left alone: its first creation failed, and it still holds\nData\tAWS::S3::Bucket\tshop-dev-data\n"},
		},
		{
			why:    "the aws command prints None for an empty list",
			states: map[string]string{"shop-dev-storage": "ROLLBACK_COMPLETE\n", "shop-dev-storage.held": "None\n"},
			log:    "delete shop-dev-storage/id dev eu-west-1\nwait shop-dev-storage/id dev eu-west-1\n",
		},
		{
			why: "others failed in other ways",
			states: map[string]string{
				"shop-dev-storage": "UPDATE_ROLLBACK_FAILED\n", "shop-dev-network": "UPDATE_ROLLBACK_COMPLETE\n", "shop-dev-batch": "ROLLBACK_FAILED\n",
				"shop-dev-queue": "CREATE_FAILED\n", "shop-dev-services": "DELETE_FAILED\n", "shop-dev-functions": "REVIEW_IN_PROGRESS\n",
			},
			says: []string{"shop-dev-storage is left alone: it is in UPDATE_ROLLBACK_FAILED", "shop-dev-services is left alone: it is in DELETE_FAILED"},
		},
		{
			why:    "one cannot be read",
			states: map[string]string{"shop-dev-network": "DENIED\n", "shop-dev-storage": "ROLLBACK_COMPLETE\n"},
			log:    "delete shop-dev-storage/id dev eu-west-1\nwait shop-dev-storage/id dev eu-west-1\n",
			says:   []string{"shop-dev-network is left alone: its state cannot be read: An error occurred (AccessDenied)"},
			code:   1,
		},
		{
			why:    "a role cannot be assumed",
			states: map[string]string{"shop-dev-storage": "ROLLBACK_COMPLETE\n", "shop-qa-storage": "ROLLBACK_COMPLETE\n"},
			env:    []string{"REFUSED=arn:aws:iam::222222222222:role/dev"},
			log:    "delete shop-qa-storage/id qa eu-central-1\nwait shop-qa-storage/id qa eu-central-1\n",
			says:   []string{"the role arn:aws:iam::222222222222:role/dev cannot be assumed"},
			code:   1,
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			log, printed, code := run(t, c.states, c.env...)
			if diff := cmp.Diff(c.log, log); diff != "" || code != c.code {
				t.Errorf("exit %d, want -, got +:\n%s\n%s", code, diff, printed)
			}
			for _, says := range c.says {
				if !strings.Contains(printed, says) {
					t.Errorf("it does not say %q:\n%s", says, printed)
				}
			}
		})
	}
}

// The pipeline and deploy.sh look for the same before they delete a stack.
func TestTheBuildAndTheScriptDeleteTheSame(t *testing.T) {
	t.Parallel()
	held := func(script []byte) string {
		_, after, _ := strings.Cut(string(script), `"StackResourceSummaries`)
		query, _, _ := strings.Cut(after, `"`)
		return query
	}
	script, err := os.ReadFile("../resources/assembly/deploy.sh")
	if err != nil {
		t.Fatal(err)
	}
	build := clearScript(t, assemble(t, system(t, shop, nil), assembly.YAML))
	if of, to := held(script), held([]byte(build)); of != to || of == "" {
		t.Errorf("deploy.sh looks for %q, the build for %q", of, to)
	}
}
