package golden_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

const (
	guardPackage    = "../.guard/node_modules/@cdklabs/cdk-validator-cfnguard"
	guardExceptions = "guard.txt"
	// guardMost is how many of golden/shop's resources may break a rule; see guardFinding.countsAs.
	guardMost = 15
)

// Every project keeps Control Tower's proactive rules, but for what guard.txt lists with reasons.
func TestGuard(t *testing.T) {
	t.Parallel()
	g := needGuard(t)
	exceptions := readGuardExceptions(t)
	var found []guardFinding
	for _, name := range cases(t) {
		found = append(found, g.check(t, name)...)
	}
	counted := map[string]bool{}
	for _, f := range found {
		if f.project == "shop" {
			counted[f.countsAs()] = true
		}
		excused := false
		for i := range exceptions {
			excused = exceptions[i].covers(f) || excused // each that covers it is in use
		}
		if !excused {
			t.Errorf("%s breaks %s of stack %s in golden/%s.\n%s\nMend its builder; or, if it is meant, list it with the reason in golden/%s:\n%s  %s  %s  WHY",
				f.id, f.rule, f.stack, f.project, f.message, guardExceptions, f.rule, f.template(), f.id)
		}
	}
	for _, e := range exceptions {
		if !e.used {
			t.Errorf("golden/%s:%d is stale, nothing breaks it any more: remove the line\n%s  %s  %s  %s", guardExceptions, e.line, e.rule, e.template, e.id, e.reason)
		}
	}
	if len(counted) > guardMost {
		t.Errorf("golden/shop breaks rules %d times, more than %d, even if each is listed. Counted once for each rule, resource and kind of stack:\n%s",
			len(counted), guardMost, strings.Join(sortedSet(counted), "\n"))
	}
	t.Logf("%d findings, %d lines in golden/%s; golden/shop: %d of at most %d, counted once for each rule, resource and kind of stack",
		len(found), len(exceptions), guardExceptions, len(counted), guardMost)
}

// The rules know fewer ways to say the same than CloudFormation. Nothing of a template may be lost on the way to them.
func TestGuardRewritesWhatItsRulesDoNotRead(t *testing.T) {
	t.Parallel()
	parameters := map[string]*tree.Node{"Key": tree.Text("arn:key"), "Names": tree.NewList(tree.Text("a")), "Days": tree.Int(7)}
	for in, want := range map[string]string{
		`{"Ref":"Key"}`:                             `"arn:key"`,
		`{"Ref":"Names"}`:                           `["a"]`,
		`{"Ref":"Days"}`:                            `7`,
		`{"Ref":"Bucket"}`:                          `{"Ref":"Bucket"}`,
		`{"Fn::GetAtt":["Bucket","Arn"]}`:           `{"Fn::GetAtt":["Bucket","Arn"]}`,
		`{"Fn::Sub":"plain"}`:                       `"plain"`,
		`{"Fn::Sub":"${Key}"}`:                      `"arn:key"`,
		`{"Fn::Sub":"${Bucket}"}`:                   `{"Ref":"Bucket"}`,
		`{"Fn::Sub":"${Bucket.Arn}/*"}`:             `{"Fn::Join":["",[{"Fn::GetAtt":["Bucket","Arn"]},"/*"]]}`,
		`{"Fn::Sub":"a:${AWS::Partition}:${!b}c"}`:  `{"Fn::Join":["",["a:",{"Ref":"AWS::Partition"},":${b}c"]]}`,
		`{"Fn::Sub":["a${X}",{"X":{"Ref":"Key"}}]}`: `"aarn:key"`,
		`{"Deep":[{"Fn::Sub":"${Key}!"},1,true]}`:   `{"Deep":["arn:key!",1,true]}`,
	} {
		n, err := tree.ParseJSON([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if err := json.Compact(&got, forGuard(n, parameters).JSON()); err != nil {
			t.Fatal(err)
		}
		if got.String() != want {
			t.Errorf("%s became %s, want %s", in, got.String(), want)
		}
	}
}

// guardFinding is a rule that a resource breaks.
type guardFinding struct {
	rule    string // as Control Tower calls it, such as CT.S3.PR.9
	project string // its directory in golden
	stack   string // the template's path in the output directory, without extension
	kind    string // the stack without its environment or pipeline, such as storage
	id      string // the resource's logical id; - if the rule names none
	message string // what the rule demands and how to do that
}

// template is what guard.txt calls the template.
func (f guardFinding) template() string { return f.project + "/" + f.stack }

// countsAs is the same for a resource in each environment, and in each pipeline: those are copies of one stack.
func (f guardFinding) countsAs() string { return f.rule + "  " + f.kind + "  " + f.id }

// guardException is a line of guard.txt.
type guardException struct {
	line                       int
	rule, template, id, reason string
	used                       bool
}

// covers says whether the line is about the finding, and notes that it is in use if so.
func (e *guardException) covers(f guardFinding) bool {
	matches, err := path.Match(e.template, f.template())
	ok := err == nil && matches && e.rule == f.rule && e.id == f.id
	e.used = e.used || ok
	return ok
}

func readGuardExceptions(t *testing.T) []guardException {
	t.Helper()
	text, err := os.ReadFile(guardExceptions)
	if err != nil {
		t.Fatal(err)
	}
	var list []guardException
	for i, line := range strings.Split(string(text), "\n") {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if len(words) < 4 {
			t.Fatalf("golden/%s:%d: want RULE  CASE/STACK  LOGICALID  REASON, got: %s", guardExceptions, i+1, line)
		}
		if _, err := path.Match(words[1], ""); err != nil {
			t.Fatalf("golden/%s:%d: %s: %v", guardExceptions, i+1, words[1], err)
		}
		list = append(list, guardException{line: i + 1, rule: words[0], template: words[1], id: words[2], reason: strings.Join(words[3:], " ")})
	}
	return list
}

// guard is an installed cfn-guard.
type guard struct{ command, rules string }

// needGuard skips the test where cfn-guard is not installed.
func needGuard(t *testing.T) guard {
	t.Helper()
	system := map[string]string{"linux": "ubuntu", "darwin": "macos"}[runtime.GOOS]
	processor := map[string]string{"amd64": "x86_64", "arm64": "aarch64"}[runtime.GOARCH]
	g := guard{command: filepath.Join(guardPackage, "bin", system, processor, "cfn-guard"), rules: filepath.Join(guardPackage, "rules", "control-tower", "cfn-guard")}
	_, err := exec.LookPath(g.command)
	switch {
	case err == nil:
	case os.Getenv("CFNPIPE_REQUIRE_TOOLS") == "1":
		t.Fatal("cfn-guard is not there: make guard installs it, with npm")
	default:
		t.Skip("skipped: cfn-guard is not there: make guard installs it, with npm")
	}
	return g
}

// check renders a project and returns which rules it breaks.
//
// Control Tower's hooks see resources with their parameters and intrinsics resolved; cfn-guard sees a template. So it gets the
// templates with parameters replaced by values, and otherwise in the words that its rules know.
func (g guard) check(t *testing.T, name string) []guardFinding {
	t.Helper()
	dir := t.TempDir()
	rendered, templates := filepath.Join(dir, "rendered"), filepath.Join(dir, "templates")
	if err := assembly.Write(rendered, render(t, filepath.Join(name, "pipeline.yaml"), assembly.JSON)); err != nil {
		t.Fatal(err)
	}
	a, err := assembly.Read(rendered)
	if err != nil {
		t.Fatal(err)
	}
	stacks := map[string]guardFinding{} // by the template's file
	types := map[string]bool{}
	args := []string{"validate", "--output-format", "json", "--structured", "--show-summary", "none"}
	for i := range a.Stacks {
		s := &a.Stacks[i]
		file := filepath.Join(templates, filepath.FromSlash(s.Path)+".json")
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, forGuard(s.Template, parameterValues(s)).JSON(), 0o644); err != nil {
			t.Fatal(err)
		}
		stacks[file] = guardFinding{project: name, stack: s.Path, kind: stackKind(a, s)}
		args = append(args, "--data", file)
		for _, r := range s.Template.Get("Resources").Items {
			types[r.Get("Type").Text] = true
		}
	}
	for _, rule := range g.rulesOn(t, types) {
		args = append(args, "--rules", rule)
	}

	const nonCompliant = 19 // cfn-guard's exit code
	var stdout, stderr bytes.Buffer
	command := exec.CommandContext(t.Context(), g.command, args...)
	command.Stdout, command.Stderr = &stdout, &stderr
	var exit *exec.ExitError
	if err := command.Run(); err != nil && (!errors.As(err, &exit) || exit.ExitCode() != nonCompliant) {
		t.Fatalf("cfn-guard: %v\n%s", err, stderr.String())
	}
	var reports []struct {
		Name   string            `json:"name"`
		Broken []json.RawMessage `json:"not_compliant"`
		Kept   []string          `json:"compliant"`
	}
	if err := json.Unmarshal(stdout.Bytes(), &reports); err != nil || len(reports) != len(stacks) {
		t.Fatalf("cfn-guard reports on %d templates, want %d: %v\n%s", len(reports), len(stacks), err, stderr.String())
	}
	var found []guardFinding
	for _, r := range reports {
		stack, ok := stacks[r.Name]
		if !ok {
			t.Fatalf("cfn-guard reports on %s, which is no template of golden/%s", r.Name, name)
		}
		if len(r.Broken)+len(r.Kept) == 0 {
			t.Fatalf("cfn-guard has no rule for stack %s of golden/%s: there is one for every role and key", stack.stack, name)
		}
		for _, broken := range r.Broken {
			found = append(found, stack.findings(t, broken)...)
		}
	}
	slices.SortFunc(found, func(f, o guardFinding) int {
		return cmp.Or(strings.Compare(f.rule, o.rule), strings.Compare(f.template(), o.template()), strings.Compare(f.id, o.id))
	})
	return found
}

// rulesOn returns the files of the rules that are about one of the types: cfn-guard takes its time for the others too.
func (g guard) rulesOn(t *testing.T, types map[string]bool) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(g.rules, "*", "*.guard"))
	if err != nil || len(files) < 200 {
		t.Fatalf("%d rules below %s, want some 240: %v", len(files), g.rules, err)
	}
	return slices.DeleteFunc(files, func(file string) bool {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		about := guardType.FindAllStringSubmatch(string(text), -1)
		return len(about) > 0 && !slices.ContainsFunc(about, func(m []string) bool { return types[m[1]] })
	})
}

var (
	guardRule     = regexp.MustCompile(`\[(CT\.[A-Z0-9]+\.PR\.[0-9]+)\]: `)
	guardType     = regexp.MustCompile(`"(AWS::[A-Za-z0-9]+::[A-Za-z0-9]+)"`)
	guardResource = regexp.MustCompile(`^/Resources/([A-Za-z0-9]+)(/|$)`)
	guardSub      = regexp.MustCompile(`\$\{(!?)([^}]*)\}`)
)

// findings takes out of cfn-guard's account of its own evaluation what one rule said, and of which resources.
func (f guardFinding) findings(t *testing.T, report []byte) []guardFinding {
	t.Helper()
	root, err := tree.ParseJSON(report)
	if err != nil {
		t.Fatal(err)
	}
	f.rule, f.id = root.At("Rule", "name").Text, "-"
	broken := map[string]bool{}
	root.Walk(func(_ string, n *tree.Node) bool {
		if message := n.Get("custom_message"); message != nil && f.message == "" {
			if match := guardRule.FindStringSubmatch(message.Text); match != nil {
				f.rule, f.message = match[1], strings.Join(strings.Fields(message.Text), " ")
			}
		}
		// every path to what was looked at stands beside its value, in which there may be anything
		at, value := n.Get("path"), n.Get("value")
		if at == nil || value == nil {
			return true
		}
		if match := guardResource.FindStringSubmatch(at.Text); match != nil {
			broken[match[1]] = true
		}
		return false
	})
	if len(broken) == 0 {
		return []guardFinding{f}
	}
	var found []guardFinding
	for _, id := range sortedSet(broken) {
		f.id = id
		found = append(found, f)
	}
	return found
}

// stackKind is the path of a stack without its environment, or without its pipeline in the toolchain.
func stackKind(a *assembly.Assembly, s *assembly.Stack) string {
	name := path.Base(s.Path)
	if s.Environment != "" {
		return name
	}
	for _, p := range a.Pipelines {
		if rest, ok := strings.CutPrefix(name, strings.TrimPrefix(p.Name, a.Project+"-")+"-"); ok {
			name = rest
			break
		}
	}
	return assembly.Toolchain + "/" + name
}

// parameterValues are the values of a template's parameters. In place of those that are known only when the stack is deployed stands what
// they are called: it is some text.
func parameterValues(s *assembly.Stack) map[string]*tree.Node {
	values := map[string]*tree.Node{}
	parameters := s.Template.Get("Parameters")
	if parameters == nil {
		return values
	}
	for i, name := range parameters.Keys {
		value := tree.Text(name)
		for _, p := range s.Parameters {
			if p.Name == name && p.Value != "" {
				value = tree.Text(p.Value)
			}
		}
		switch kind := parameters.Items[i].Get("Type").Text; {
		case strings.Contains(kind, "List"):
			value = tree.NewList(value)
		case kind == "Number":
			value = &tree.Node{Kind: tree.Number, Text: value.Text}
		}
		values[name] = value
	}
	return values
}

// forGuard returns the same template in the words that the rules know: parameters by value, and Fn::Join for Fn::Sub.
func forGuard(n *tree.Node, parameters map[string]*tree.Node) *tree.Node {
	if n == nil {
		return nil
	}
	name, arg, _ := n.Intrinsic()
	switch {
	case name == "Ref" && parameters[arg.Text] != nil:
		return parameters[arg.Text]
	case name == "Fn::Sub" && arg.Kind == tree.String:
		return joined(arg.Text, nil, parameters)
	case name == "Fn::Sub" && arg.Kind == tree.List && len(arg.Items) == 2:
		return joined(arg.Items[0].Text, arg.Items[1], parameters)
	}
	c := *n
	c.Items = make([]*tree.Node, len(n.Items))
	for i, item := range n.Items {
		c.Items[i] = forGuard(item, parameters)
	}
	return &c
}

// joined is the text of a Fn::Sub as a Fn::Join, or as what is left if there is but one part.
func joined(body string, variables *tree.Node, parameters map[string]*tree.Node) *tree.Node {
	var parts []*tree.Node
	add := func(n *tree.Node) {
		switch last := len(parts) - 1; {
		case n.Kind != tree.String:
			parts = append(parts, n)
		case n.Text == "":
		case last >= 0 && parts[last].Kind == tree.String:
			parts[last] = tree.Text(parts[last].Text + n.Text)
		default:
			parts = append(parts, n)
		}
	}
	end := 0
	for _, m := range guardSub.FindAllStringSubmatchIndex(body, -1) {
		add(tree.Text(body[end:m[0]]))
		literal, name := m[2] != m[3], body[m[4]:m[5]]
		end = m[1]
		variable := variables.Get(name)
		id, attribute, isAttribute := strings.Cut(name, ".")
		switch {
		case literal:
			add(tree.Text("${" + name + "}"))
		case variable != nil:
			add(forGuard(variable, parameters))
		case isAttribute:
			add(tree.NewMap().Set("Fn::GetAtt", tree.NewList(tree.Text(id), tree.Text(attribute))))
		default:
			add(forGuard(tree.NewMap().Set("Ref", tree.Text(name)), parameters))
		}
	}
	add(tree.Text(body[end:]))
	switch len(parts) {
	case 0:
		return tree.Text("")
	case 1:
		return parts[0]
	}
	if strings.HasPrefix(parts[0].Text, "arn:") { // a hook sees the ARN, whatever it is put together from
		var text strings.Builder
		for _, part := range parts {
			text.WriteString(cmp.Or(part.Text, "reference"))
		}
		return tree.Text(text.String())
	}
	return tree.NewMap().Set("Fn::Join", tree.NewList(tree.Text(""), tree.NewList(parts...)))
}

func sortedSet(set map[string]bool) []string {
	list := make([]string, 0, len(set))
	for s := range set {
		list = append(list, s)
	}
	slices.Sort(list)
	return list
}
