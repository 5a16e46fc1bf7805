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
// It is in the account of $ACCOUNT, or in that of the profile: profiles are named p-<account>.
const fakeAWS = `#!/usr/bin/env bash
printf '%s\0' "$#" "$@" >>"$LOG"
for argument; do last=$argument; done
case "$1 $2" in
  'sts get-caller-identity')
    [ -z "${BROKEN:-}" ] || { echo 'Unable to locate credentials' >&2; exit 253; }
    case $last in p-*) echo "${last#p-}" ;; *) echo "$ACCOUNT" ;; esac ;;
  'cloudformation describe-stacks') printf '%s\n' "$OUTPUT" ;;
  'cloudformation update-termination-protection') [ -z "${DENIED:-}" ] || exit 254 ;;
  'cloudformation deploy') [ "$4" != "${FAILS:-}" ] || exit 255 ;;
esac
`

// world is an output directory and an aws command for it.
type world struct {
	dir, bin, log string
	env           []string
}

func newWorld(t *testing.T, a *assembly.Assembly) *world {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("skipped: needs bash")
	}
	parent := t.TempDir()
	w := &world{dir: filepath.Join(parent, "an out'put"), bin: filepath.Join(parent, "bin"), log: filepath.Join(parent, "log")}
	w.env = []string{"PATH=" + w.bin + ":" + os.Getenv("PATH"), "LOG=" + w.log, "ACCOUNT=" + toolchain, "OUTPUT=arn:aws:kms:x", "CDPATH=/tmp:/"}
	write(t, w.dir, files(t, a, assembly.YAML))
	put(t, w.bin, "aws", fakeAWS)
	if err := os.Chmod(filepath.Join(w.bin, "aws"), 0o755); err != nil {
		t.Fatal(err)
	}
	return w
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

// brief is a call without its data: verb, stack if there is one, profile if there is one.
func brief(calls [][]string) []string {
	var short []string
	for _, call := range calls {
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
	if diff := cmp.Diff(wantDeploy, calls[7]); diff != "" {
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
	contains(t, printed, "belongs to account 222222222222", "account 333333333333 (profile p-333333333333)")

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
			if slices.Contains(call, functions) && !slices.Contains(call, "HelloVersion=abc") {
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
		{[]string{"-h"}, 0, "ENV               only the stacks of these: toolchain dev"},
		{[]string{"qa"}, 2, "unknown environment 'qa', there are: toolchain dev"},
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
	w.env = append(w.env, "FAILS=shop-dev-access")
	calls, printed, code := w.deploy(t)
	if code != 1 || calls[len(calls)-1][3] != "shop-dev-access" {
		t.Errorf("exit %d, %v", code, brief(calls))
	}
	contains(t, printed, "shop-dev-access was not deployed",
		"aws cloudformation describe-stack-events --stack-name shop-dev-access --region eu-west-1 --profile p-222222222222")
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
	contains(t, printed, "Done: 3 stacks.", "warning: termination protection could not be switched on for shop-dev-access shop-delivery-pipeline.")
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
