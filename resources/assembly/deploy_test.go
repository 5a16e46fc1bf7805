package assembly_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// The aws command of these tests writes its arguments to $LOG, each call as their number and then each, ended by zero bytes.
// It is in the account of $ACCOUNT, or in that of the profile: profiles are named p-<account>. Files of $STATE, called as the stacks, hold
// their states; a stack without one is there, and complete.
const fakeAWS = `#!/usr/bin/env bash
printf '%s\0' "$#" "$@" >>"$LOG"
previous='' stack='' last=''
for argument; do
  [ "$previous" != --stack-name ] || stack=$argument
  previous=$argument last=$argument
done
state=$STATE/${stack:-none}
status=$(cat "$state" 2>/dev/null || echo CREATE_COMPLETE)
case "$1 $2" in
  'sts get-caller-identity')
    [ -z "${BROKEN:-}" ] || { echo 'Unable to locate credentials' >&2; exit 253; }
    case $last in p-*) echo "${last#p-}" ;; *) echo "$ACCOUNT" ;; esac ;;
  'cloudformation describe-stacks')
    case "$*" in
      *StackStatus*)
        [ "$status" != NONE ] || { echo "An error occurred (ValidationError) when calling the DescribeStacks operation: Stack with id $stack does not exist" >&2; exit 254; }
        [ "$status" != DENIED ] || { echo 'An error occurred (AccessDenied)' >&2; exit 254; }
        echo "$status" ;;
      *) printf '%s\n' "$OUTPUT" ;;
    esac ;;
  'cloudformation update-termination-protection') [ -z "${DENIED:-}" ] || exit 254 ;;
  'cloudformation list-stack-resources') printf '%s\n' "${HELD:-}" ;;
  'cloudformation wait') [ "$3" = stack-delete-complete ] || { echo "Invalid choice: $3" >&2; exit 252; } ;;
  'cloudformation delete-stack') echo NONE >"$state" ;;
  'cloudformation describe-stack-events') printf '%b' "${EVENTS:-}" ;;
  'cloudformation describe-events') [ -n "${VALIDATION:-}" ] || { echo 'argument operation: Invalid choice' >&2; exit 252; }; printf '%b' "$VALIDATION" ;;
  'cloudformation list-change-sets') echo 'arn:aws:cloudformation:eu-west-1:1:changeSet/awscli-cloudformation-package-deploy-2/2' ;;
  'cloudformation describe-change-set')
    case "$*" in *StatusReason*) echo "${REASON:-}" ;; *) printf '%b' "${CHANGES:-}" ;; esac ;;
  'cloudformation deploy')
    if [ "$stack" = "${FAILS:-}" ]; then
      printf '%s\n' "${SAID:-An error occurred (AccessDenied)}" >&2
      [ -z "${BECOMES:-}" ] || echo "$BECOMES" >"$state"
      exit 255
    fi
    case "$*" in
      *--no-execute-changeset*)
        [ "$status" != NONE ] || echo REVIEW_IN_PROGRESS >"$state"
        [ -z "${CHANGES:-}" ] || { echo 'Changeset created successfully. Run the following command to review changes:'
          echo 'aws cloudformation describe-change-set --change-set-name arn:aws:cloudformation:eu-west-1:1:changeSet/awscli-cloudformation-package-deploy-1/1'; } ;;
      *) echo UPDATE_COMPLETE >"$state"; echo "deployed $stack" ;;
    esac ;;
esac
`

// world is an output directory and an aws command for it.
type world struct {
	dir, bin, log, states string
	env                   []string
}

func newWorld(t *testing.T, a *assembly.Assembly) *world {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("skipped: needs bash")
	}
	parent := t.TempDir()
	w := &world{dir: filepath.Join(parent, "an out'put"), bin: filepath.Join(parent, "bin"), log: filepath.Join(parent, "log"), states: filepath.Join(parent, "states")}
	w.env = []string{"PATH=" + w.bin + ":" + os.Getenv("PATH"), "LOG=" + w.log, "STATE=" + w.states, "ACCOUNT=" + toolchain, "OUTPUT=arn:aws:kms:x", "CDPATH=/tmp:/"}
	write(t, w.dir, files(t, a, assembly.YAML))
	put(t, w.bin, "aws", fakeAWS)
	if err := os.Chmod(filepath.Join(w.bin, "aws"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(w.states, 0o755); err != nil {
		t.Fatal(err)
	}
	return w
}

// state is that of a stack from here on.
func (w *world) state(t *testing.T, stack, status string) {
	t.Helper()
	put(t, w.states, stack, status)
}

// withProfiles has credentials for both accounts.
func (w *world) withProfiles() *world {
	w.env = append(w.env, "CFNPIPE_PROFILE_"+toolchain+"=p-"+toolchain, "CFNPIPE_PROFILE_"+dev+"=p-"+dev)
	return w
}

// run runs a command in another directory, and returns the calls of aws, what was printed and the exit code.
func (w *world) run(t *testing.T, name string, args ...string) (calls [][]string, printed string, code int) {
	t.Helper()
	_ = os.Remove(w.log)
	command := exec.CommandContext(t.Context(), name, args...)
	command.Dir, command.Env = t.TempDir(), w.env
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	err := command.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	data, err := os.ReadFile(w.log)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	words := strings.Split(strings.TrimSuffix(string(data), "\x00"), "\x00")
	for len(words) > 1 {
		n, err := strconv.Atoi(words[0])
		if err != nil {
			t.Fatal(err)
		}
		calls = append(calls, words[1:n+1])
		words = words[n+1:]
	}
	return calls, out.String(), command.ProcessState.ExitCode()
}

func (w *world) deploy(t *testing.T, args ...string) (calls [][]string, printed string, code int) {
	t.Helper()
	return w.run(t, filepath.Join(w.dir, "deploy.sh"), args...)
}

// brief is a call without its data: verb, stack if there is one, profile if there is one. Looks at the state of a stack are left out.
func brief(calls [][]string) []string {
	var short []string
	for _, call := range calls {
		if slices.Contains(call, "Stacks[0].StackStatus") {
			continue
		}
		text := []string{call[1]}
		for _, option := range []string{"--stack-name", "--profile"} {
			if i := slices.Index(call, option); i >= 0 {
				text = append(text, call[i+1])
			}
		}
		short = append(short, strings.Join(text, " "))
	}
	return short
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("want %q in:\n%s", part, text)
		}
	}
}

// after returns the arguments that follow option, up to the next one.
func after(call []string, option string) []string {
	i := slices.Index(call, option)
	if i < 0 {
		return nil
	}
	rest := call[i+1:]
	if end := slices.IndexFunc(rest, func(s string) bool { return strings.HasPrefix(s, "--") }); end >= 0 {
		rest = rest[:end]
	}
	return rest
}

func TestDeployInOrder(t *testing.T) {
	t.Parallel()
	calls, printed, code := newWorld(t, shop()).withProfiles().deploy(t)
	if code != 0 {
		t.Fatalf("exit %d: %s", code, printed)
	}
	tc, d := " p-"+toolchain, " p-"+dev
	want := []string{
		"get-caller-identity" + tc,
		"deploy shop-delivery-artifacts" + tc,
		"get-caller-identity" + d,
		"deploy shop-dev-access" + d,
		"update-termination-protection shop-dev-access" + d,
		"get-caller-identity" + tc,
		"describe-stacks shop-delivery-artifacts" + tc,
		"deploy shop-delivery-pipeline" + tc,
		"update-termination-protection shop-delivery-pipeline" + tc,
	}
	if diff := cmp.Diff(want, brief(calls)); diff != "" {
		t.Error(diff)
	}
	wantDeploy := []string{
		"cloudformation", "deploy", "--stack-name", "shop-delivery-pipeline", "--template-file", "toolchain/delivery-pipeline.yaml",
		"--region", "eu-west-1", "--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM",
		"--parameter-overrides", "Branch=main", "Note=it's <b>, \"a=b\"\nand $HOME", "UsEast1Key=arn:aws:kms:x",
		"--no-fail-on-empty-changeset", "--profile", "p-" + toolchain,
	}
	calls = slices.DeleteFunc(calls, func(call []string) bool { return call[1] != "deploy" || call[3] != "shop-delivery-pipeline" })
	if diff := cmp.Diff([][]string{wantDeploy}, calls); diff != "" {
		t.Error(diff)
	}
	contains(t, printed, "shop-dev-access (dev): account 222222222222, region eu-west-1", "Done: 3 stacks.")
}

func TestDeployStopsInAWrongAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop())
	calls, printed, code := w.deploy(t)
	if code != 1 {
		t.Errorf("exit %d", code)
	}
	want := []string{"get-caller-identity", "deploy shop-delivery-artifacts", "get-caller-identity"}
	if diff := cmp.Diff(want, brief(calls)); diff != "" {
		t.Error(diff)
	}
	contains(t, printed, "shop-dev-access (dev) belongs to account 222222222222", "account 111111111111", "CFNPIPE_PROFILE_222222222222=PROFILE", "toolchain dev")

	w.env = append(w.env, "CFNPIPE_PROFILE_222222222222=p-333333333333")
	_, printed, code = w.deploy(t, "dev")
	if code != 1 {
		t.Errorf("exit %d", code)
	}
	contains(t, printed, "belongs to account 222222222222", "credentials (profile p-333333333333) belong to account 333333333333")

	w.env = append(w.env, "BROKEN=1")
	calls, printed, code = w.deploy(t)
	if code != 1 || len(calls) != 1 {
		t.Errorf("exit %d, %v", code, calls)
	}
	contains(t, printed, "Unable to locate credentials", "belongs to account 111111111111", "CFNPIPE_PROFILE_111111111111=PROFILE")
}

func TestDeploySelects(t *testing.T) {
	t.Parallel()
	released := shop()
	released.Stacks[3].Parameters = append(released.Stacks[3].Parameters, assembly.Parameter{Name: "HelloVersion", Value: "abc"})
	const artifacts, access, pipeline, functions = "shop-delivery-artifacts", "shop-dev-access", "shop-delivery-pipeline", "shop-dev-functions"
	w := newWorld(t, released).withProfiles()
	for _, c := range []struct{ args, want []string }{
		{[]string{"dev"}, []string{access}},
		{[]string{"toolchain"}, []string{artifacts, pipeline}},
		{[]string{"dev", "toolchain"}, []string{artifacts, access, pipeline}},
		{[]string{"--all"}, []string{artifacts, access, pipeline, functions}},
		{[]string{"dev", "--all", "--s3-bucket", "x"}, []string{access, functions}},
	} {
		calls, printed, code := w.deploy(t, c.args...)
		if code != 0 {
			t.Errorf("%v: exit %d: %s", c.args, code, printed)
		}
		var got []string
		for _, call := range calls {
			if call[1] == "deploy" {
				got = append(got, call[3])
				if slices.Contains(call, "--s3-bucket") {
					t.Errorf("%v: %v", c.args, call)
				}
			}
			if call[1] == "update-termination-protection" && slices.Contains(call, functions) {
				t.Error("the pipeline's stack was protected")
			}
			if call[1] == "deploy" && slices.Contains(call, functions) && !slices.Contains(call, "HelloVersion=abc") {
				t.Errorf("no release parameter: %v", call)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%v: %s", c.args, diff)
		}
	}
	_, printed, code := newWorld(t, only(3)).deploy(t)
	if code != 0 {
		t.Errorf("exit %d", code)
	}
	contains(t, printed, "Nothing to deploy", "--all")
}

func TestDeployUsage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop())
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"--help"}, 0, "Usage: ./deploy.sh"},
		{[]string{"-h"}, 0, "ENV               deploy only the stacks of these environments: toolchain dev"},
		{[]string{"qa"}, 2, "unknown environment 'qa'; choose from: toolchain dev"},
		{[]string{""}, 2, "unknown environment ''"},
		{[]string{"*"}, 2, "unknown environment '*'"},
		{[]string{"--everything"}, 2, "unknown option --everything"},
		{[]string{"--s3-bucket"}, 2, "--s3-bucket needs the name"},
		{[]string{"--s3-bucket", "--all"}, 2, "--s3-bucket needs the name"},
		{[]string{"--s3-bucket="}, 2, "unknown option --s3-bucket="},
	} {
		calls, printed, code := w.deploy(t, c.args...)
		if code != c.code || calls != nil {
			t.Errorf("%q: exit %d, %v", c.args, code, calls)
		}
		contains(t, printed, c.want)
	}
}

func TestDeployNeedsABucketForLargeTemplates(t *testing.T) {
	t.Parallel()
	a := shop()
	a.Stacks[1].Template = large("Project", "Boundary")
	w := newWorld(t, a).withProfiles()

	calls, printed, code := w.deploy(t)
	if code != 2 || calls != nil {
		t.Errorf("exit %d, %v", code, calls)
	}
	contains(t, printed, "dev/access.yaml is larger than 51,200 bytes", "--s3-bucket NAME")

	if _, printed, code = w.deploy(t, "toolchain"); code != 0 {
		t.Errorf("not selected, but exit %d: %s", code, printed)
	}
	for _, args := range [][]string{{"--s3-bucket", "templates"}, {"--s3-bucket=templates"}} {
		calls, printed, code = w.deploy(t, args...)
		if code != 0 {
			t.Errorf("exit %d: %s", code, printed)
		}
		for _, call := range calls {
			var want []string
			if call[1] == "deploy" && call[3] == "shop-dev-access" {
				want = []string{"templates"}
			}
			if diff := cmp.Diff(want, after(call, "--s3-bucket")); diff != "" {
				t.Errorf("%v: %s", call, diff)
			}
		}
	}
}

func TestDeployNeedsReleaseParameters(t *testing.T) {
	t.Parallel()
	calls, printed, code := newWorld(t, shop()).withProfiles().deploy(t, "--all")
	if code != 1 || calls != nil {
		t.Errorf("exit %d, %v", code, calls)
	}
	contains(t, printed, "dev/functions.config.json", "HelloVersion", "cfnpipe generate --release")
}

func TestDeployNeedsOutputs(t *testing.T) {
	t.Parallel()
	for _, output := range []string{"", "None"} {
		w := newWorld(t, shop()).withProfiles()
		w.env = append(w.env, "OUTPUT="+output)
		calls, printed, code := w.deploy(t, "toolchain")
		if code != 1 || calls[len(calls)-1][1] != "describe-stacks" {
			t.Errorf("%q: exit %d, %v", output, code, brief(calls))
		}
		contains(t, printed, "shop-delivery-pipeline needs output KeyArn of stack shop-delivery-artifacts in us-east-1")
	}
}

func TestDeployStopsAtAFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop()).withProfiles()
	w.env = append(w.env, "FAILS=shop-dev-access", "SAID=An error occurred (AccessDenied) when calling the CreateChangeSet operation", "EVENTS="+events)
	calls, printed, code := w.deploy(t)
	if short := brief(calls); code != 1 || short[len(short)-1] != "deploy shop-dev-access p-"+dev {
		t.Errorf("exit %d, %v", code, short)
	}
	contains(t, printed, "AccessDenied", "shop-dev-access was not deployed")
	if strings.Contains(printed, "first cause") {
		t.Errorf("events that have nothing to do with it:\n%s", printed)
	}
}

// events of a stack, the newest first: the last operation and one before it.
const events = `AWS::CloudFormation::Stack\tUPDATE_ROLLBACK_COMPLETE\tshop-dev-access\t-\n` +
	`AWS::IAM::Role\tUPDATE_FAILED\tDeployRole\tResource update cancelled\n` +
	`AWS::IAM::Role\tUPDATE_FAILED\tTestRole\tAlso bad\n` +
	`AWS::IAM::Policy\tUPDATE_FAILED\tPolicy\tMaximum policy size exceeded\nof 10240 bytes\n` +
	`AWS::CloudFormation::Stack\tUPDATE_IN_PROGRESS\tshop-dev-access\tUser Initiated\n` +
	`AWS::IAM::Role\tUPDATE_FAILED\tOldRole\tThat was last year\n`

// What failed is printed, and not a command to ask for it: the first cause first, without what was cancelled and what failed earlier.
func TestDeployPrintsWhyAStackFailed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop()).withProfiles()
	w.env = append(w.env, "FAILS=shop-dev-access", "BECOMES=UPDATE_ROLLBACK_COMPLETE", "EVENTS="+events,
		"SAID=Failed to create/update the stack. Run the following command\nto fetch the list of events leading up to the failure")
	_, printed, code := w.deploy(t)
	if code != 1 {
		t.Errorf("exit %d", code)
	}
	contains(t, printed, "what failed in shop-dev-access, first cause first:\n"+
		"  Policy (AWS::IAM::Policy): Maximum policy size exceeded\n    of 10240 bytes\n  TestRole (AWS::IAM::Role): Also bad\n",
		"shop-dev-access was not deployed. It was rolled back to its previous state.")
	for _, wrong := range []string{"cancelled", "OldRole", "fetch the list of events"} {
		if strings.Contains(printed, wrong) {
			t.Errorf("%s in:\n%s", wrong, printed)
		}
	}
}

// A change set that early validation or a Hook refuses leaves no event in its stack. Older aws commands do not know how to ask for its reasons.
func TestDeployPrintsWhyAChangeSetIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env  string
		want []string
	}{
		"new": {
			`VALIDATION=Topic\t/Resources/Topic/Properties/Nme\tUnsupported property [Nme]\nBucket\t-\tThe bucket exists\n`,
			[]string{"  Bucket: The bucket exists\n  Topic /Resources/Topic/Properties/Nme: Unsupported property [Nme]\n"},
		},
		"old": {"REASON=The following hook(s)/validation failed: [AWS::EarlyValidation]", []string{"  The following hook(s)/validation failed: [AWS::EarlyValidation]\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, shop()).withProfiles()
			w.state(t, "shop-dev-access", "NONE")
			w.env = append(w.env, "FAILS=shop-dev-access", "BECOMES=REVIEW_IN_PROGRESS", c.env,
				"SAID=Failed to create the changeset: Waiter ChangeSetCreateComplete failed: Status: FAILED. Reason: …")
			calls, printed, code := w.deploy(t)
			if code != 1 {
				t.Errorf("exit %d", code)
			}
			contains(t, printed, append(c.want, "why the change set of shop-dev-access failed, first cause first:\n",
				"It is in REVIEW_IN_PROGRESS: it contains only change sets. The next run continues with it",
				"aws cloudformation delete-stack --stack-name shop-dev-access --region eu-west-1 --profile p-222222222222")...)
			if slices.Contains(brief(calls), "delete-stack shop-dev-access p-"+dev) {
				t.Error("the stack was deleted")
			}
		})
	}
}

func TestDeployCreatesAgainWhatFailedAtFirstAndHoldsNothing(t *testing.T) {
	t.Parallel()
	again := []string{"list-stack-resources", "delete-stack", "wait", "deploy", "update-termination-protection"}
	for name, c := range map[string]struct {
		production bool
		held       string
		args       []string
		want       []string
		printed    string
	}{
		"it holds nothing":  {false, "", nil, again, "Deleting shop-dev-access: its first creation failed, and it contains no resources"},
		"of production":     {true, "", nil, nil, "run this again with --recreate, because it belongs to production: that deletes the stack and creates it again"},
		"asked for":         {true, "", []string{"--recreate"}, again, "Deleting shop-dev-access"},
		"it holds a bucket": {false, "Bucket\tAWS::S3::Bucket\tshop-data", []string{"--recreate"}, nil, "It still contains\n  Bucket\tAWS::S3::Bucket\tshop-data\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := shop()
			a.Stacks[1].Production = c.production
			w := newWorld(t, a).withProfiles()
			w.state(t, "shop-dev-access", "ROLLBACK_COMPLETE")
			w.env = append(w.env, "HELD="+c.held)
			calls, printed, code := w.deploy(t, append(c.args, "dev")...)
			contains(t, printed, c.printed)
			var got []string
			for _, call := range brief(calls)[1:] {
				verb, _, _ := strings.Cut(call, " ")
				got = append(got, verb)
			}
			switch {
			case c.want == nil:
				if code != 1 || slices.Contains(got, "delete-stack") || slices.Contains(got, "deploy") {
					t.Errorf("exit %d, %v", code, got)
				}
			case code != 0 || !slices.Equal(got, c.want):
				t.Errorf("exit %d, got %v, want %v\n%s", code, got, c.want, printed)
			}
		})
	}
}

// Each state in which a stack takes no change is named, with the commands that lead out of it.
func TestDeployNamesWhatToDo(t *testing.T) {
	t.Parallel()
	const on = " --stack-name shop-dev-access --region eu-west-1 --profile p-222222222222"
	for status, want := range map[string][]string{
		"UPDATE_ROLLBACK_FAILED":              {"continue-update-rollback" + on, "wait stack-rollback-complete" + on, "--resources-to-skip", "first cause first:\n  Policy"},
		"ROLLBACK_FAILED":                     {"delete-stack" + on, "list-stack-resources" + on},
		"CREATE_FAILED":                       {"delete-stack" + on},
		"DELETE_FAILED":                       {"delete-stack" + on},
		"UPDATE_FAILED":                       {"rollback-stack" + on},
		"UPDATE_IN_PROGRESS":                  {"another operation is changing it", "describe-stacks" + on},
		"CREATE_IN_PROGRESS":                  {"another operation is changing it"},
		"UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": {"another operation is changing it"},
	} {
		t.Run(status, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, shop()).withProfiles()
			w.state(t, "shop-dev-access", status)
			w.env = append(w.env, "EVENTS="+events)
			calls, printed, code := w.deploy(t, "dev")
			contains(t, printed, append(want, "shop-dev-access cannot be updated. It is in "+status)...)
			for _, call := range calls {
				if code != 1 || call[1] == "deploy" || call[1] == "delete-stack" {
					t.Errorf("exit %d, %v", code, call)
				}
			}
		})
	}
	w := newWorld(t, shop()).withProfiles()
	w.state(t, "shop-dev-access", "DENIED")
	_, printed, code := w.deploy(t, "dev")
	if code != 1 {
		t.Errorf("exit %d", code)
	}
	contains(t, printed, "AccessDenied", "The status of shop-dev-access could not be read.")
}

// A dry run leaves everything as it was: the change sets go, and with them the stack that the first one makes.
func TestDryRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop()).withProfiles()
	w.state(t, "shop-dev-access", "NONE")
	w.env = append(w.env, `CHANGES=Add\tTopic\tAWS::SNS::Topic\tNone\nModify\tRole\tAWS::IAM::Role\tTrue\nModify\tKey\tAWS::KMS::Key\tConditional\n`)
	calls, printed, code := w.deploy(t, "--dry-run")
	if code != 0 {
		t.Errorf("exit %d", code)
	}
	tc, d := " p-"+toolchain, " p-"+dev
	want := []string{
		"get-caller-identity" + tc, "deploy shop-delivery-artifacts" + tc, "describe-change-set" + tc, "delete-change-set" + tc,
		"get-caller-identity" + d, "deploy shop-dev-access" + d, "describe-change-set" + d, "delete-change-set" + d, "delete-stack shop-dev-access" + d,
		"wait shop-dev-access" + d,
		"get-caller-identity" + tc, "describe-stacks shop-delivery-artifacts" + tc, "deploy shop-delivery-pipeline" + tc, "describe-change-set" + tc,
		"delete-change-set" + tc,
	}
	if diff := cmp.Diff(want, brief(calls)); diff != "" {
		t.Error(diff)
	}
	for _, call := range calls {
		if call[1] == "deploy" && !slices.Contains(call, "--no-execute-changeset") {
			t.Errorf("%v", call)
		}
	}
	contains(t, printed, "  Add Topic (AWS::SNS::Topic)\n  Modify Role (AWS::IAM::Role), replaced\n  Modify Key (AWS::KMS::Key), perhaps replaced\n",
		"Dry run of 3 stacks: nothing was changed.")
}

func TestDryRunSaysWhatWouldFail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env     []string
		status  string
		code    int
		printed []string
	}{
		"nothing changes":       {nil, "CREATE_COMPLETE", 0, []string{"(dev): account 222222222222, region eu-west-1\n  no change\n"}},
		"it would be refused":   {[]string{"FAILS=shop-dev-access", "SAID=Failed to create the changeset: …", "REASON=no such type"}, "CREATE_COMPLETE", 1, []string{"  no such type\n", "these deployments would fail: shop-dev-access"}},
		"it needs another":      {[]string{"FAILS=shop-dev-access", "SAID=ValidationError … Unable to fetch parameters [/x]"}, "CREATE_COMPLETE", 0, []string{"changes unknown until the stacks that it depends on are deployed", "the changes of 1 stacks are unknown"}},
		"it takes no change":    {nil, "UPDATE_ROLLBACK_FAILED", 1, []string{"continue-update-rollback", "these deployments would fail: shop-dev-access"}},
		"it is deleted first":   {nil, "ROLLBACK_COMPLETE", 0, []string{"deleted and created again, because its first creation failed"}},
		"a change set is there": {[]string{"CHANGES=Add\\tTopic\\tAWS::SNS::Topic\\tNone\\n"}, "REVIEW_IN_PROGRESS", 0, []string{"Add Topic"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, shop()).withProfiles()
			w.state(t, "shop-dev-access", c.status)
			w.env = append(w.env, c.env...)
			calls, printed, code := w.deploy(t, "--dry-run", "dev")
			if code != c.code {
				t.Errorf("exit %d", code)
			}
			contains(t, printed, c.printed...)
			for _, call := range brief(calls) {
				if strings.HasPrefix(call, "delete-stack") || strings.HasPrefix(call, "update-termination") {
					t.Errorf("it changed something: %s", call)
				}
			}
		})
	}
}

// What a pipeline's stacks left behind is cleared without deploying them, for the next run of the pipeline.
func TestClear(t *testing.T) {
	t.Parallel()
	a := shop()
	a.Stacks[2].Production = true
	w := newWorld(t, a).withProfiles()
	for _, stack := range []string{"shop-dev-functions", "shop-delivery-pipeline"} {
		w.state(t, stack, "ROLLBACK_COMPLETE")
	}
	calls, printed, code := w.deploy(t, "--clear")
	if code != 0 {
		t.Errorf("exit %d", code)
	}
	var got []string
	for _, call := range brief(calls) {
		if strings.HasPrefix(call, "delete") || strings.HasPrefix(call, "deploy") {
			got = append(got, call)
		}
	}
	if diff := cmp.Diff([]string{"delete-stack shop-dev-functions p-" + dev}, got); diff != "" {
		t.Error(diff)
	}
	contains(t, printed, "shop-delivery-pipeline is not deleted.", "--recreate", "Done: 1 stacks deleted.")
}

// Two pipelines start within minutes of each other, and new accounts run one build at a time.
func TestSeveralPipelinesNeedMoreBuilds(t *testing.T) {
	t.Parallel()
	const advice = "Concurrently running builds for Linux/Small environment"
	two := shop()
	second := two.Stacks[2]
	second.Name, second.Path = "shop-release-pipeline", "toolchain/release-pipeline"
	two.Stacks = append(two.Stacks, second)
	two.Pipelines = append(two.Pipelines, assembly.Pipeline{Name: "shop-release", Stack: second.Name, Account: toolchain, Region: "eu-west-1", Branch: "main"})
	for name, c := range map[string]struct {
		a       *assembly.Assembly
		created bool
		started bool
		want    bool
	}{"one": {shop(), true, true, false}, "two": {two, true, true, true}, "two that are there": {two, false, false, false}} {
		w := newWorld(t, c.a).withProfiles()
		if c.created {
			w.state(t, "shop-delivery-pipeline", "NONE")
			w.state(t, "shop-release-pipeline", "NONE")
		}
		_, printed, code := w.deploy(t)
		if code != 0 || strings.Contains(printed, advice) != c.want || strings.Contains(printed, "has started") != c.started {
			t.Errorf("%s: exit %d, %s", name, code, printed)
		}
		commands, err := c.a.Commands(assembly.Selection{}, assembly.YAML)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(assembly.Plan(commands, "out"), advice); got != len(c.a.Pipelines)-1 {
			t.Errorf("%s: the plan says it %d times", name, got)
		}
	}
}

// Termination protection is a belt beside the braces: its lack stops nothing, but nobody can overlook it.
func TestDeployWarnsWithoutTerminationProtection(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop()).withProfiles()
	w.env = append(w.env, "DENIED=1")
	_, printed, code := w.deploy(t)
	if code != 0 {
		t.Errorf("exit %d", code)
	}
	contains(t, printed, "Done: 3 stacks.", "warning: termination protection could not be enabled for shop-dev-access shop-delivery-pipeline.")
}

// Whatever is in a value reaches the aws command as it is: from deploy.sh, and pasted from the plan.
func TestValuesAreQuoted(t *testing.T) {
	t.Parallel()
	values := []string{
		"", " ", "a b", "a,b", "a=b", "--all", "-x", "it's", "''", `"`, `\`, `\\'`, "$HOME", "${HOME:?}", "$(touch x)", "`touch x`", "a;b", "a&b|c>d<e",
		"!!", "*", "~", "#x", "a\nb", "\n", "trailing\n\n", "\r\n", "\t", "{a,b}", "[x]", "file://x", "END", "ä 😀", "\x01\x7f", "%s%n",
	}
	a := only(1)
	s := &a.Stacks[0]
	s.Parameters, s.Tags = nil, map[string]string{}
	parameters := tree.NewMap()
	var want, tags []string
	for i, value := range values {
		name := "P" + strconv.Itoa(i+10)
		parameters.Set(name, tree.NewMap().Set("Type", tree.Text("String")))
		s.Parameters = append(s.Parameters, assembly.Parameter{Name: name, Value: value})
		s.Tags[name+" $'`"] = value
		want, tags = append(want, name+"="+value), append(tags, name+" $'`="+value)
	}
	s.Template.Set("Parameters", parameters)
	a.Project = `'"$(touch x)`

	check := func(t *testing.T, calls [][]string, printed string) {
		t.Helper()
		i := slices.IndexFunc(calls, func(call []string) bool { return call[1] == "deploy" })
		if i < 0 {
			t.Fatalf("no deployment: %v\n%s", calls, printed)
		}
		call := calls[i]
		from, to := slices.Index(call, "--parameter-overrides"), slices.Index(call, "--tags")
		if diff := cmp.Diff(want, call[from+1:to]); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(tags, call[to+1:to+1+len(tags)]); diff != "" {
			t.Error(diff)
		}
	}
	w := newWorld(t, a).withProfiles()
	calls, printed, _ := w.deploy(t)
	check(t, calls, printed)
	_, printed, code := w.deploy(t, "--help")
	if code != 0 {
		t.Errorf("exit %d", code)
	}
	contains(t, printed, a.Project)

	commands, err := a.Commands(assembly.Selection{}, assembly.YAML)
	if err != nil {
		t.Fatal(err)
	}
	calls, printed, code = w.run(t, "bash", "-euc", assembly.Plan(commands, w.dir))
	if code != 0 {
		t.Errorf("exit %d", code)
	}
	check(t, calls, printed)
	if got := after(calls[0], "--template-file"); got[0] != filepath.Join(w.dir, "dev", "access.yaml") {
		t.Errorf("template %q", got)
	}
}

func TestPlanRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, shop())
	plan := func(all bool) string {
		commands, err := shop().Commands(assembly.Selection{All: all}, assembly.YAML)
		if err != nil {
			t.Fatal(err)
		}
		return assembly.Plan(commands, w.dir)
	}
	calls, printed, code := w.run(t, "bash", "-euc", plan(false))
	want := []string{
		"deploy shop-delivery-artifacts", "deploy shop-dev-access", "update-termination-protection shop-dev-access",
		"describe-stacks shop-delivery-artifacts", "deploy shop-delivery-pipeline", "update-termination-protection shop-delivery-pipeline",
	}
	if diff := cmp.Diff(want, brief(calls)); diff != "" || code != 0 {
		t.Errorf("exit %d: %s\n%s", code, printed, diff)
	}
	if !slices.Contains(calls[4], "UsEast1Key=arn:aws:kms:x") {
		t.Errorf("%v", calls[4])
	}
	_, printed, code = w.run(t, "bash", "-euc", plan(true))
	if code == 0 {
		t.Error("a release parameter is missing, but exit 0")
	}
	contains(t, printed, "release_HelloVersion", "generate --release")

	w.env = append(w.env, "OUTPUT=")
	_, printed, code = w.run(t, "bash", "-euc", plan(false))
	if code == 0 {
		t.Error("an output is missing, but exit 0")
	}
	contains(t, printed, "has no output KeyArn")
}
