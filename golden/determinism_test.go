package golden_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/stages"
)

func formats() []assembly.Format { return []assembly.Format{assembly.YAML, assembly.JSON} }

// rendering is render where no test may be failed, of what Load or Parse gives.
func rendering(project *spec.Spec, err error, format assembly.Format) (*assembly.Assembly, []assembly.File, error) {
	if err != nil {
		return nil, nil, err
	}
	a, err := pipeline.New(project).Assemble(format)
	if problems, rest := stages.Invalid(err); len(problems) > 0 {
		err = errors.Join(project.Errors(problems), rest)
	}
	if err != nil {
		return nil, nil, err
	}
	files, err := a.Files(format)
	return a, files, err
}

// differs names what one rendering has and the other has not; "" when they are the same bytes.
func differs(want, got []assembly.File) string {
	for i, f := range want {
		if i >= len(got) || got[i].Name != f.Name || got[i].Executable != f.Executable {
			return f.Name + " is missing, in another place or of another mode"
		}
		if !bytes.Equal(f.Data, got[i].Data) {
			return cmp.Diff(string(f.Data), string(got[i].Data))
		}
	}
	if len(got) > len(want) {
		return got[len(want)].Name + " was not there the first time"
	}
	return ""
}

// locked is every locked project, in both formats.
func locked(t *testing.T) []lockedCase {
	t.Helper()
	var list []lockedCase
	for _, name := range cases(t) {
		for _, format := range formats() {
			list = append(list, lockedCase{name + "/" + string(format), filepath.Join(name, "pipeline.yaml"), format})
		}
	}
	return list
}

type lockedCase struct {
	name, config string
	format       assembly.Format
}

func TestTwoRendersAreTheSameBytes(t *testing.T) {
	t.Parallel()
	for _, c := range locked(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if d := differs(render(t, c.config, c.format), render(t, c.config, c.format)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestParallelRendersAreTheSameBytes(t *testing.T) {
	t.Parallel()
	for _, c := range locked(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			want := render(t, c.config, c.format)
			var all sync.WaitGroup
			for range 20 {
				all.Go(func() {
					project, err := spec.Load(c.config)
					_, got, err := rendering(project, err, c.format)
					if d := differs(want, got); err != nil || d != "" {
						t.Error(err, d)
					}
				})
			}
			all.Wait()
		})
	}
}

func TestMovedCheckoutRendersTheSameBytes(t *testing.T) {
	t.Parallel()
	for _, c := range locked(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			moved := filepath.Join(t.TempDir(), "an other", "place.yaml")
			if err := os.Rename(copyProject(t, filepath.Dir(c.config), filepath.Dir(moved)), moved); err != nil {
				t.Fatal(err)
			}
			if d := differs(render(t, c.config, c.format), render(t, moved, c.format)); d != "" {
				t.Error(d)
			}
		})
	}
}

// Two builds of the command stand for two versions of it; each runs on a machine that has nothing in common with the other's.
func TestOtherBinaryOnAnotherMachineWritesTheSameBytes(t *testing.T) {
	t.Parallel()
	bin := t.TempDir()
	released, local := filepath.Join(bin, "released"), filepath.Join(bin, "local")
	build(t, released, "-trimpath", "-ldflags=-X main.unused=1")
	build(t, local, "-buildvcs=false", "-ldflags=-s -w")

	for _, c := range locked(t) {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			one, other := t.TempDir(), t.TempDir()
			absolute, err := filepath.Abs(c.config)
			if err != nil {
				t.Fatal(err)
			}
			copyProject(t, filepath.Dir(c.config), other)
			generate(t, one, released, []string{"-c", absolute, "-o", "out"}, c.format,
				"HOME=/home/kim-canary", "USER=kim-canary", "LOGNAME=kim-canary", "HOSTNAME=canary-one", "TMPDIR="+one,
				"TZ=Pacific/Kiritimati", "LANG=tr_TR.UTF-8", "AWS_REGION=ap-south-1", "AWS_PROFILE=canary", "CI=true")
			generate(t, other, local, []string{"-o", filepath.Join(other, "far", "out")}, c.format,
				"HOME=/Users/lou-canary", "USER=lou-canary", "LOGNAME=lou-canary", "HOSTNAME=canary-other", "TMPDIR="+other,
				"TZ=America/St_Johns", "LANG=C", "AWS_REGION=us-gov-west-1", "AWS_DEFAULT_REGION=sa-east-1", "NO_COLOR=1", "GOMAXPROCS=1")

			first, second := content(t, filepath.Join(one, "out")), content(t, filepath.Join(other, "far", "out"))
			if d := cmp.Diff(first, second); d != "" {
				t.Error(d)
			}
			here := render(t, c.config, c.format)
			if len(first) != len(here) {
				t.Errorf("%d files were written, %d are rendered here", len(first), len(here))
			}
			for _, f := range here {
				mode, data, _ := strings.Cut(first[f.Name], "\n")
				if executable := strings.HasPrefix(mode, "-rwx"); data != string(f.Data) || executable != f.Executable {
					t.Errorf("%s (%s): %s", f.Name, mode, cmp.Diff(string(f.Data), data))
				}
			}
			root := filepath.Dir(filepath.Dir(filepath.Dir(absolute)))
			namesNothingOf(t, first, one, other, bin, "canary", filepath.Join(root, "golden"), filepath.Join(root, "pipeline"), filepath.Join(root, "resources"))
		})
	}
}

// namesNothingOf wants no path and no name of a machine in any file.
func namesNothingOf(t *testing.T, files map[string]string, traces ...string) {
	t.Helper()
	for name, text := range files {
		for _, trace := range traces {
			if strings.Contains(text, trace) {
				t.Errorf("%s holds %q, which is of this machine", name, trace)
			}
		}
	}
}

func build(t *testing.T, binary string, flags ...string) {
	t.Helper()
	args := append([]string{"build", "-o", binary}, flags...)
	out, err := exec.CommandContext(t.Context(), "go", append(args, "github.com/cfnpipe/cfnpipe/cmd/cfnpipe")...).CombinedOutput()
	if err != nil {
		t.Fatalf("go build %v: %v\n%s", flags, err, out)
	}
}

// generate runs the command in dir with no other environment.
func generate(t *testing.T, dir, binary string, args []string, format assembly.Format, env ...string) {
	t.Helper()
	args = append([]string{"generate", "--format", string(format)}, args...)
	command := exec.CommandContext(t.Context(), binary, args...)
	command.Dir, command.Env = dir, env
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("cfnpipe %v: %v\n%s", args, err, out)
	}
}

// content is mode and bytes of every file below dir.
func content(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)] = info.Mode().String() + "\n" + string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func copyFile(tb testing.TB, from, to string) {
	tb.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		tb.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o644); err != nil {
		tb.Fatal(err)
	}
}

// parsed is rendering of a text, with ownTemplate for each template that it names.
func parsed(src []byte, format assembly.Format) (*assembly.Assembly, []assembly.File, error) {
	project, err := spec.Parse("pipeline.yaml", src)
	if err == nil {
		for _, e := range project.Environments {
			for i := range e.Application.Stacks {
				e.Application.Stacks[i].Content = []byte(ownTemplate)
			}
		}
	}
	return rendering(project, err, format)
}

// ownTemplate is written by hand.
const ownTemplate = `
Parameters: { Text: { Type: String }, Bucket: { Type: String } } # one of them becomes another
Resources:
  Note:
    Type: AWS::SSM::Parameter
    Properties: { Type: String, Name: !Sub "${AWS::StackName}-note", Value: !Sub "${Text}, $, ${!Text} and ${Bucket}" }
`

// textDocument has a place for text in every kind of string that a pipeline.yaml can hold.
const textDocument = `
project: @project
toolchain: { account: "111111111111", region: eu-west-1 }
source: { connection: @connection, repository: @repository, file: @file }
generator: @generator
environments:
  - { name: @environment, type: @type, account: @account, region: @region, label: @label }
  - { name: last, type: prod, account: "444444444444", region: us-east-1 }
pipelines: [{ name: @pipeline, branch: @branch, mode: @mode, environments: [@environment, last] }]
overrides: { @environment: { buckets: { other: { removal: @removal } } } }
tags: { @key: @value }
permissionsBoundary: @boundary
application:
  buckets: [{ name: @bucket, removal: @removal }, { name: other }]
`

// textParts goes on with what takes its time to render.
const textParts = `  network: { vpc: vpc-0a1b2c3d, cidr: 10.0.0.0/16, privateSubnets: [subnet-0a1b2c3d, subnet-0a1b2c3e] }
  functions:
    - { name: hello, source: hello, runtime: python3.13, handler: index.handler, environment: { TEXT: @variable }, vpc: true, api: { path: @path } }
  jobs: [{ name: @job, image: public.ecr.aws/acme/job:1, command: [@command], schedule: @schedule, timezone: @timezone }]
  services: [{ name: web, image: public.ecr.aws/acme/web:1, port: 8080, environment: { TEXT: @variable }, healthCheck: @health }]
  monitoring: { email: @email, environments: [last] }
  stacks: [{ name: @stack, template: own.yaml, parameters: { Text: @parameter, Bucket: storage.OtherBucketName } }]
`

// textField is one of these places.
type textField struct {
	name, place string
	harmless    string
	// around is the text's surroundings: in the same string, or in YAML where it holds %q.
	around string
	// shape of what may be accepted, for what stands unquoted in deploy.sh or decides what is in the templates. No text at all is the
	// default.
	shape string
	// absent: the text is in no template and no configuration.
	absent bool
	// decides: another good text makes other templates.
	decides bool
}

func textFields() []textField {
	const word, ending = `^[a-z][a-z0-9]*$`, "2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42"
	return []textField{
		{name: "project", place: "@project", harmless: "shop", shape: `^[a-z][a-z0-9]*(-[a-z0-9]+)*$`},
		{name: "environment", place: "@environment", harmless: "dev", shape: word},
		{name: "pipeline", place: "@pipeline", harmless: "delivery", shape: word},
		{name: "account", place: "@account", harmless: "222222222222", shape: `^[0-9]{12}$`},
		{name: "region", place: "@region", harmless: "eu-west-1", shape: `^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$`, decides: true},
		{name: "type", place: "@type", harmless: "dev", shape: `^(dev|test|prod)$`, decides: true, absent: true},
		{name: "mode", place: "@mode", harmless: "queued", shape: `^(queued|superseded)$`, decides: true, absent: true},
		{name: "removal", place: "@removal", harmless: "delete", shape: `^(delete|retain)$`, decides: true, absent: true},
		{name: "branch", place: "@branch", harmless: "main"},
		{name: "part of a branch", place: "@branch", harmless: "main", around: "feature/%s"},
		{name: "repository", place: "@repository", harmless: "acme/shop"},
		{name: "part of a repository", place: "@repository", harmless: "acme/shop", around: "acme/%s"},
		{name: "file", place: "@file", harmless: "pipeline.yaml"},
		{name: "part of a file", place: "@file", harmless: "pipeline.yaml", around: "infra/%s/pipeline.yaml"},
		{name: "connection", place: "@connection", harmless: "arn:aws:codeconnections:eu-west-1:111111111111:connection/" + ending},
		{name: "part of a connection", place: "@connection", around: "arn:aws:codeconnections:eu-west-1:111111111111:connection/%s"},
		{name: "version", place: "@generator", around: "{ version: %q }", absent: true},
		{name: "command", place: "@generator", harmless: `{ command: "go run ./infra" }`, around: "{ command: %q }", absent: true},
		{name: "bucket", place: "@bucket", harmless: "data", shape: `^[a-z0-9-]+$`},
		{name: "label", place: "@label", harmless: "Sandbox"},
		{name: "variable", place: "@variable", harmless: "a value"},
		{name: "path", place: "@path", harmless: "/hello"},
		{name: "part of a path", place: "@path", around: "/hello/%s"},
		{name: "job", place: "@job", harmless: "nightly", shape: `^[a-z0-9-]+$`},
		{name: "command of a container", place: "@command", harmless: "/run.sh"},
		{name: "schedule", place: "@schedule", harmless: "rate(1 day)"},
		{name: "timezone", place: "@timezone", harmless: "Europe/Berlin"},
		{name: "health check", place: "@health", harmless: "/health"},
		{name: "e-mail", place: "@email", harmless: "ops@example.com", decides: true, absent: true}, // there may be several
		{name: "stack", place: "@stack", harmless: "own", shape: `^[a-z][a-z0-9-]*$`},
		{name: "parameter", place: "@parameter", harmless: "a value"},
		{name: "tag key", place: "@key", harmless: "team"},
		{name: "tag value", place: "@value", harmless: "shop"},
		{name: "boundary", place: "@boundary", harmless: "arn:aws:iam::{account}:policy/Boundary"},
		{name: "part of a boundary", place: "@boundary", around: "arn:aws:iam::{account}:policy/%s"},
	}
}

func (f textField) isInParts() bool { return f.place != "" && strings.Contains(textParts, f.place) }

// document is a pipeline.yaml with text in one place and something harmless in every other.
func document(in textField, text string) []byte {
	// What Go escapes inside double quotes, YAML reads the same way. What is not UTF-8 has no escape and stands as it is.
	quoted := func(s string) string {
		if strings.ToValidUTF8(s, "") != s {
			return `"` + s + `"`
		}
		return strconv.Quote(s)
	}
	places := map[string]string{}
	for _, f := range textFields() {
		if places[f.place] == "" && f.harmless != "" {
			places[f.place] = quoted(f.harmless)
			if strings.Contains(f.around, "%q") {
				places[f.place] = f.harmless
			}
		}
	}
	switch {
	case in.place == "":
	case strings.Contains(in.around, "%q"):
		places[in.place] = strings.Replace(in.around, "%q", quoted(text), 1)
	case in.around != "":
		places[in.place] = quoted(strings.Replace(in.around, "%s", text, 1))
	default:
		places[in.place] = quoted(text)
	}
	var pairs []string
	for _, place := range slices.Sorted(maps.Keys(places)) {
		pairs = append(pairs, place, places[place])
	}
	text = textDocument
	if in.isInParts() {
		text += textParts
	}
	return []byte(strings.NewReplacer(pairs...).Replace(text))
}

// Text in a pipeline.yaml, whatever it is and wherever it stands, is refused with its place in the file, or is literal text in templates
// that are otherwise the same.
func FuzzSpecText(f *testing.F) {
	fields := textFields()
	for i := range fields {
		for _, text := range []string{
			"", " ", "x", "my-data", "release/2024.1", "${AWS::AccountId}", "${!x}", "${Key}", "a${", "$", "${}", "{{account}}", "{account}", "{x}", "{\x04}", "}",
			"\x02", "0\x03", "\x020\x03", "\x02shop-dev-storage#0\x03", "\x02[shop-dev-storage#0\x03", "\x00", "\x1b[31m", "\u0085", "\u2028", "\u202e", "\xff",
			"a\nb", "a\n- !Ref Key", "a\r\nb", "\ta", " a", "a ", "a\n", "yes", "no", "y", "012", "1e3", "0x1F", "12:30:45", "2024-01-01", "~", "null", "true",
			".inf", "=", "<<", "a: b", "- x", "#", "a #b", "%s", "%!d", "!Ref Key", "!!binary eA==", "&a", "*a", "|", ">", "@", "`", "[", "{", "\ufeffx",
			`"`, `\`, `"}}`, `","Ref":"Key`, "</script>", "&amp;", "'", "'; rm -rf /", "$(id)", "`id`", "a\\'b", "--all", "-x", "a=b", "../../x", "/etc/passwd",
			"Ref", "Fn::Sub", "Condition", "Äpfel 東京 ١", "\U0001f600", "e\u0301", strings.Repeat("x", 60) + "\x1b[31m", strings.Repeat("x", 300), strings.Repeat("$a ", 5000),
		} {
			f.Add(uint8(i), text)
		}
	}
	type kind struct {
		parts  bool
		format assembly.Format
	}
	want := map[kind]textRendering{}
	for i := range fields {
		for _, format := range formats() {
			if _, done := want[kind{fields[i].isInParts(), format}]; done {
				continue
			}
			a, files, err := parsed(document(textField{place: fields[i].place}, fields[i].harmless), format)
			if err != nil {
				f.Fatal(err)
			}
			want[kind{fields[i].isInParts(), format}] = readRendering(f, a, files)
		}
	}

	f.Fuzz(func(t *testing.T, i uint8, text string) {
		field := fields[int(i)%len(fields)]
		format := formats()[(int(i)+len(text))%2] // one of them for each input, for the time it takes
		a, files, err := parsed(document(field, text), format)
		if err != nil {
			hasPlaces(t, err)
			return
		}
		got := readRendering(t, a, files)
		if text == "" {
			return // absent
		}
		if field.shape != "" && !regexp.MustCompile(field.shape).MatchString(text) {
			t.Errorf("%q was accepted as %s", text, field.name)
		}
		if strings.ContainsFunc(got.texts, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
			t.Errorf("%s %q puts a control character into a template", field.name, text)
		}
		// Braces are placeholders where they are accepted at all.
		if !field.absent && !strings.ContainsAny(text, "{}") && !strings.Contains(got.texts, text) {
			t.Errorf("%s %q is in no template and no configuration", field.name, text)
		}
		if field.decides {
			return
		}
		want := want[kind{field.isInParts(), format}]
		if want := want.intrinsics; !slices.Equal(want, got.intrinsics) {
			t.Errorf("%s %q changes the intrinsics (-harmless +with it):\n%s", field.name, text, cmp.Diff(want, got.intrinsics))
		}
		if want := want.commands; want != got.commands && field.shape == "" {
			t.Errorf("%s %q changes the commands of deploy.sh (-harmless +with it):\n%s", field.name, text, cmp.Diff(want, got.commands))
		}
	})
}

// hasPlaces wants only problems with a place in the file, each in one line.
func hasPlaces(t *testing.T, err error) {
	t.Helper()
	var errs spec.Errors
	if !errors.As(err, &errs) || len(errs) == 0 {
		t.Fatalf("it is refused without a place in the file: %v", err)
	}
	for _, e := range errs {
		if e.Line < 1 || e.Column < 1 || e.Message == "" || strings.ContainsFunc(e.Error(), unicode.IsControl) {
			t.Errorf("no place, or not one line: %q", e.Error())
		}
	}
}

// textRendering is what spec text may change nothing of, and what it may be in.
type textRendering struct {
	// intrinsics of all templates, each with what it names, in order of the alphabet.
	intrinsics []string
	// commands of deploy.sh without what stands in quotes.
	commands string
	// texts is every string and key of the templates and configurations, one after another.
	texts string
}

func readRendering(tb testing.TB, a *assembly.Assembly, files []assembly.File) textRendering {
	tb.Helper()
	var r textRendering
	var texts strings.Builder
	stacks := 0
	for i, f := range files {
		switch f.Name {
		case "deploy.sh":
			// The text of projects comes after the functions, which are the same for all.
			_, own, _ := strings.Cut(string(f.Data), "\nproject=")
			r.commands = regexp.MustCompile(`'[^']*'|\\'`).ReplaceAllString(own, "")
			continue
		case "manifest.json":
			continue
		}
		n, err := tree.Parse(f.Name, f.Data)
		if err != nil {
			tb.Fatalf("%s does not parse back: %v\n%s", f.Name, err, f.Data)
		}
		n.Walk(func(_ string, n *tree.Node) bool {
			for _, s := range append(n.Keys, n.Text) {
				texts.WriteString(s + "\n")
			}
			return true
		})
		if i%2 == 0 { // a template, before its configuration
			stack := a.Stacks[i/2]
			same := n.Equal(stack.Template)
			if stack.Source != nil { // what is added stands where there is a place for it
				same = inOrder(n).Equal(inOrder(stack.Template))
			}
			if !same {
				tb.Errorf("%s parses back to something else:\n%s", f.Name, f.Data)
			}
			name := "policies"
			if !policyStack.MatchString(stack.Name) {
				name = "stack " + strconv.Itoa(stacks)
				stacks++
			}
			r.intrinsics = append(r.intrinsics, intrinsics(name, n)...)
		}
	}
	slices.Sort(r.intrinsics)
	r.texts = texts.String()
	return r
}

// inOrder is the same tree with the keys of its maps in order of the alphabet.
func inOrder(n *tree.Node) *tree.Node {
	c := *n
	c.Keys, c.Items = slices.Sorted(slices.Values(n.Keys)), make([]*tree.Node, len(n.Items))
	for i, item := range n.Items {
		at := i
		if n.Kind == tree.Map {
			at, _ = slices.BinarySearch(c.Keys, n.Keys[i])
		}
		c.Items[at] = inOrder(item)
	}
	return &c
}

// policyStack is the name of a stack of policies of an execution role, policyARN the ARN of such a policy. How many there are depends on how
// long names are.
var (
	policyStack = regexp.MustCompile(`-access-policies-\d+$`)
	policyARN   = regexp.MustCompile(`:policy/[^:]*-policy-\d+$`)
)

// intrinsics lists the functions of a template. Logical ids that are made from names stand as their place in the template.
func intrinsics(stack string, root *tree.Node) []string {
	ids := map[string]string{}
	// how many policies hold what a role may do depends on how long names are
	isPart := func(id string) bool { return strings.HasPrefix(id, "ExecutionPolicy") }
	for _, section := range []string{"Parameters", "Conditions", "Resources"} {
		if n := root.Get(section); n != nil {
			for i, id := range slices.DeleteFunc(slices.Clone(n.Keys), isPart) {
				ids[id] = section + strconv.Itoa(i)
			}
		}
	}
	blank := func(name string) string {
		id, attribute, _ := strings.Cut(name, ".")
		if ids[id] == "" {
			return name
		}
		return ids[id] + "." + attribute
	}
	reference := regexp.MustCompile(`\$\{([^!][^}]*)\}`)
	var list []string
	root.Walk(func(_ string, n *tree.Node) bool {
		name, arg, ok := n.Intrinsic()
		if !ok {
			return true
		}
		if name == "Fn::Sub" && policyARN.MatchString(arg.Text) {
			return false
		}
		var names []string
		switch {
		case name == "Fn::GetAtt":
			names = []string{blank(arg.Items[0].Text + "." + arg.Items[1].Text)}
		case name == "Fn::Sub":
			text, variables := arg, (*tree.Node)(nil)
			if arg.Kind == tree.List {
				text, variables = arg.Items[0], arg.Items[1]
			}
			for _, match := range reference.FindAllStringSubmatch(text.Text, -1) {
				if v := variables.Get(match[1]); v == nil || v.Kind != tree.String { // a variable that is text is literal text
					names = append(names, blank(match[1]))
				}
			}
		case name == "Fn::If":
			names = []string{blank(arg.Items[0].Text)}
		case arg.Kind == tree.String:
			names = []string{blank(arg.Text)}
		}
		list = append(list, fmt.Sprint(stack, ": ", name, " ", names))
		return true
	})
	return list
}
