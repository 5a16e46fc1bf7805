package golden_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
)

// A stack and what takes its outputs can lose their wiring, and go, in one change. With exports that is a deadlock: what puts out cannot
// change before what takes it, and is deployed before it.
func TestDeployUnwires(t *testing.T) { //nolint:paralleltest // one server
	needAWS(t)
	w := &wiring{T: t, dir: t.TempDir()}
	copyProject(t, "own-stacks", w.dir)
	w.change("pipeline.yaml", "project: depot", "project: "+wiringProject)
	w.change("infra/importer.yaml", "/depot/app/", "/"+wiringProject+"/app/")
	const importer, wire = "infra/importer.yaml", "        QueueArn: orders.OrdersArn\n"
	const taken, given = "!Ref QueueArn", `!Sub "arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:` + wiringProject + `-dev-*"`

	w.deploy(assembly.Operator)
	first := w.deploy(assembly.Pipe)
	w.want("wired", map[string]string{"access-policies-1": created, "access": created, "bootstrap": created, "network": created, "orders": created, "importer": created}, true)

	// Both go: what stays is deployed without them, an operator deletes them, in either order, and renews the access stack.
	stacks := w.drop("    - { name: orders", "    - name: archive")
	w.deploy(assembly.Pipe)
	w.remove(t, &assembly.Assembly{Stacks: []assembly.Stack{
		*stackNamed(t, first, wiringProject+"-dev-importer"), *stackNamed(t, first, wiringProject+"-dev-orders"), // the last one first
	}})
	w.deploy(assembly.Operator)
	// the first stack asks no more whether its access stack lets the importer's role be passed
	w.want("both gone", map[string]string{"access-policies-1": updated, "access": updated, "bootstrap": updated, "network": created}, false)

	w.change("pipeline.yaml", "    - name: archive", stacks+"    - name: archive")
	w.deploy(assembly.Operator)
	w.deploy(assembly.Pipe)
	w.want("wired again", map[string]string{"access-policies-1": updated, "access": updated, "bootstrap": updated, "network": created, "orders": created, "importer": created}, true)

	// The wire goes: the stack that puts out is deployed first, while the other still takes.
	w.change("pipeline.yaml", wire, "")
	w.change(importer, "  QueueArn:\n    Type: String\n", "  Unused:\n    Type: String\n    Default: ''\n")
	w.change(importer, taken, given)
	access, last := w.deploy(assembly.Operator), w.deploy(assembly.Pipe)
	w.want("without the wire", map[string]string{"access-policies-1": updated, "access": updated, "bootstrap": updated, "network": created, "orders": updated, "importer": updated}, false)
	w.remove(t, &assembly.Assembly{Stacks: slices.Concat(access.Stacks, last.Stacks)})
}

const (
	wiringProject    = "wiring"
	created, updated = "CREATE_COMPLETE", "UPDATE_COMPLETE"
)

// wiring is golden/own-stacks under another name, its environment dev.
type wiring struct {
	*testing.T
	cloud
	dir string
}

// change replaces text in one of its files.
func (w *wiring) change(name, before, after string) {
	w.Helper()
	file := filepath.Join(w.dir, filepath.FromSlash(name))
	data, err := os.ReadFile(file)
	if err != nil {
		w.Fatal(err)
	}
	if !bytes.Contains(data, []byte(before)) {
		w.Fatalf("%s of golden/own-stacks has no %q", name, before)
	}
	if err := os.WriteFile(file, bytes.Replace(data, []byte(before), []byte(after), 1), 0o600); err != nil {
		w.Fatal(err)
	}
}

// drop removes the lines of pipeline.yaml from one that begins so to before another, and returns them.
func (w *wiring) drop(from, before string) string {
	w.Helper()
	data, err := os.ReadFile(filepath.Join(w.dir, "pipeline.yaml"))
	if err != nil {
		w.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(data), from)
	lines, _, found := strings.Cut(rest, before)
	if !found {
		w.Fatalf("pipeline.yaml of golden/own-stacks has no %q before %q", from, before)
	}
	w.change("pipeline.yaml", from+lines, "")
	return from + lines
}

// deploy deploys the stacks of dev that an operator deploys, or those that the pipeline does.
func (w *wiring) deploy(who assembly.Deployer) *assembly.Assembly {
	w.Helper()
	out := filepath.Join(w.TempDir(), "out")
	if err := assembly.Write(out, render(w.T, filepath.Join(w.dir, "pipeline.yaml"), assembly.YAML)); err != nil {
		w.Fatal(err)
	}
	a, err := assembly.Read(out)
	if err != nil {
		w.Fatal(err)
	}
	if w.env == nil {
		w.cloud = newCloud(w.T, a)
	}
	a.Stacks = slices.DeleteFunc(a.Stacks, func(s assembly.Stack) bool { return s.Environment != "dev" || !slices.Contains(s.DeployedBy, who) })
	a.Pipelines = nil
	for i := range a.Stacks {
		a.Stacks[i].DependsOn = nil // they stand in order, and what they need of others is there
	}
	spareMoto(a)
	write(w.T, out, a)
	w.cloud.deploy(w.T, out, "--all")
	return a
}

// want wants the stacks of dev in these states, and the output of one of them to be there or not.
func (w *wiring) want(when string, stacks map[string]string, output bool) {
	w.Helper()
	at := &assembly.Stack{Account: "222222222222", Region: "eu-west-1"}
	var pairs [][2]string
	w.query(w.T, at, &pairs, "cloudformation", "describe-stacks", "--query", "Stacks[].[StackName, StackStatus]")
	got := map[string]string{}
	for _, pair := range pairs {
		if name, ours := strings.CutPrefix(pair[0], wiringProject+"-dev-"); ours {
			got[name] = pair[1]
		}
	}
	if diff := cmp.Diff(stacks, got); diff != "" {
		w.Fatalf("%s: the stacks (-want +got):\n%s", when, diff)
	}
	var names []string
	w.query(w.T, at, &names, "ssm", "get-parameters", "--names", "/"+wiringProject+"/dev/orders/OrdersArn", "--query", "Parameters[].Name")
	if there := len(names) > 0; there != output {
		w.Errorf("%s: is the output there: %v, want %v", when, there, output)
	}
}
