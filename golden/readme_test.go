package golden_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// readme is README.md.
func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// readmeBlock is the fenced block of README.md that has a line with the given text.
func readmeBlock(t *testing.T, has string) string {
	t.Helper()
	for i, block := range strings.Split(readme(t), "\n```") {
		if i%2 == 0 {
			continue
		}
		if _, body, _ := strings.Cut(block, "\n"); strings.Contains(body, has) {
			return body + "\n"
		}
	}
	t.Fatalf("README has no block with %q", has)
	return ""
}

// readmeSection is README.md from one text to another.
func readmeSection(t *testing.T, from, to string) string {
	t.Helper()
	_, rest, found := strings.Cut(readme(t), from)
	section, _, ends := strings.Cut(rest, to)
	if !found || !ends {
		t.Fatalf("README has nothing from %q to %q", from, to)
	}
	return section
}

func shopGolden(t *testing.T) *assembly.Assembly {
	t.Helper()
	a, err := assembly.Read(filepath.Join("shop", "want"))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func assembled(t *testing.T, config string) *assembly.Assembly {
	t.Helper()
	project, err := spec.Load(config)
	if err != nil {
		t.Fatal(err)
	}
	a, err := pipeline.New(project).Assemble(assembly.YAML)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// within says where a node has what another one has not: lists are compared by the names of their items, if these have some.
func within(path string, part, whole *tree.Node) []string {
	switch {
	case whole == nil:
		return []string{path + " is not there"}
	case part.Kind == tree.Map:
		var list []string
		for i, key := range part.Keys {
			list = append(list, within(path+"."+key, part.Items[i], whole.Get(key))...)
		}
		return list
	case part.Kind == tree.List:
		var list []string
		for i, item := range part.Items {
			k := slices.IndexFunc(whole.Items, func(o *tree.Node) bool {
				name, other := item.Get("name"), o.Get("name")
				return name == nil && other == nil && item.Text == o.Text || name != nil && other != nil && name.Text == other.Text
			})
			if k < 0 {
				list = append(list, fmt.Sprintf("%s[%d] is not there", path, i))
				continue
			}
			list = append(list, within(fmt.Sprintf("%s[%d]", path, i), item, whole.Items[k])...)
		}
		return list
	case part.Text != whole.Text:
		return []string{fmt.Sprintf("%s is %q, not %q", path, whole.Text, part.Text)}
	default:
		return nil
	}
}

// README's example is a part of the project that it links to, and renders to the same stacks.
func TestREADMEExampleIsPartOfItsProject(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	example := readmeBlock(t, "project: shop")
	full, err := os.ReadFile(filepath.Join("shop", "pipeline.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	part, err := tree.Parse("README.md", []byte(example))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := tree.Parse("pipeline.yaml", full)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range within("example", part, whole) {
		t.Error(problem)
	}
	config := copyProject(t, "shop", dir)
	if err := os.WriteFile(config, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	names := func(a *assembly.Assembly) (list []string) {
		for i := range a.Stacks {
			list = append(list, a.Stacks[i].Name)
		}
		return list
	}
	if diff := cmp.Diff(names(shopGolden(t)), names(assembled(t, config))); diff != "" {
		t.Errorf("README's example has other stacks: want -, got +:\n%s", diff)
	}
}

// README's output tree names files that there are, and all of them.
func TestREADMEDrawsTheOutputTree(t *testing.T) {
	t.Parallel()
	var files []string
	root := filepath.Join("shop", "want")
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name, _ := filepath.Rel(root, path)
			files = append(files, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var patterns []*regexp.Regexp
	for line := range strings.Lines(readmeBlock(t, "out/\n")) {
		for word := range strings.FieldsSeq(line) {
			if word == "out/" || !strings.Contains(word, "/") && !slices.Contains([]string{"manifest.json", "deploy.sh"}, word) {
				break // what it is for
			}
			patterns = append(patterns, regexp.MustCompile("^"+strings.ReplaceAll(strings.ReplaceAll(regexp.QuoteMeta(word), "…", ".*"), `\*`, ".*")+"$"))
		}
	}
	if len(patterns) < 20 {
		t.Fatalf("the tree has only %d names", len(patterns))
	}
	for _, p := range patterns {
		if !slices.ContainsFunc(files, p.MatchString) {
			t.Errorf("README draws %s, which is not there", p)
		}
	}
	for _, f := range files {
		if !slices.ContainsFunc(patterns, func(p *regexp.Regexp) bool { return p.MatchString(f) }) {
			t.Errorf("README does not draw %s", f)
		}
	}
}

// README's drawing of the pipeline has its stages in their order, and in each line the actions of the stage in theirs.
func TestREADMEDrawsThePipeline(t *testing.T) {
	t.Parallel()
	s := stackNamed(t, shopGolden(t), "shop-delivery-pipeline")
	stages := s.Template.At("Resources", "Pipeline", "Properties", "Stages").Items
	at := func(name string) int {
		return slices.IndexFunc(stages, func(n *tree.Node) bool { return n.Get("Name").Text == name })
	}
	next := 0
	for line := range strings.Lines(readmeBlock(t, "dev-bootstrap  ")) {
		words := strings.Fields(line)
		i := at(words[0])
		if i != next {
			t.Errorf("README draws stage %s where the pipeline has %s", words[0], stages[next].Get("Name").Text)
		}
		next = i + 1
		if words[1] == "…" { // stages as those of dev
			next = at(words[2]) + 1
			continue
		}
		rest := line
		var names []string
		for _, action := range stages[i].Get("Actions").Items {
			name := strings.TrimSuffix(strings.TrimSuffix(action.Get("Name").Text, "-prepare"), "-execute")
			if slices.Contains(names, name) || slices.Contains([]string{"Source", "Build", "qa-approval"}, words[0]) {
				continue
			}
			names = append(names, name)
			_, after, found := strings.Cut(rest, name)
			if !found {
				t.Errorf("README does not draw %s of stage %s after what comes before it", name, words[0])
				continue
			}
			rest = after
		}
	}
	if next != len(stages) {
		t.Errorf("README draws %d of %d stages", next, len(stages))
	}
	// what differs in qa
	var qa []string
	for _, action := range stages[at("qa-deploy")].Get("Actions").Items {
		qa = append(qa, action.Get("Name").Text)
	}
	if last := qa[len(qa)-1]; last != "monitoring-execute" {
		t.Errorf("qa-deploy ends with %s", last)
	}
}

// README's piece of a template is one.
func TestREADMEQuotesATemplate(t *testing.T) {
	t.Parallel()
	template, err := os.ReadFile(filepath.Join("shop", "want", "dev", "access.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if piece := readmeBlock(t, "  DeployRole:\n"); !bytes.Contains(template, []byte(piece)) {
		t.Errorf("dev/access.yaml does not have\n%s", piece)
	}
}

// README says how many stacks there are, which of them an operator deploys, and which come first and last.
func TestREADMECountsStacks(t *testing.T) {
	t.Parallel()
	a := shopGolden(t)
	operators := slices.DeleteFunc(slices.Clone(a.Stacks), func(s assembly.Stack) bool { return !slices.Contains(s.DeployedBy, assembly.Operator) })
	title := func(s assembly.Stack) string {
		environment := s.Environment
		if environment == "" {
			environment = assembly.Toolchain
		}
		return fmt.Sprintf("== %s (%s): account %s, region %s", s.Name, environment, s.Account, s.Region)
	}
	run := readmeBlock(t, "$ out/deploy.sh\n")
	script, err := os.ReadFile(filepath.Join("shop", "want", "deploy.sh"))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ block, line string }{
		{readmeBlock(t, "$ make generate"), fmt.Sprintf("wrote %d stacks into out; to see what to deploy, run: cfnpipe plan out", len(a.Stacks))},
		{run, title(operators[0]) + "\n…\n" + title(operators[len(operators)-1]) + fmt.Sprintf("\nDone: %d stacks.", len(operators))},
	} {
		if !strings.Contains(x.block, x.line+"\n") {
			t.Errorf("want\n%s\nin README's\n%s", x.line, x.block)
		}
	}
	words := func(text string) string { return strings.Join(strings.Fields(text), " ") }
	for _, quoted := range []string{"Cannot have more than 1 builds in queue for the account", "Concurrently running builds for Linux/Small environment"} {
		if !strings.Contains(words(readme(t)), "*"+quoted+"*") || !strings.Contains(words(string(script)), quoted) {
			t.Errorf("README and deploy.sh do not both have %q", quoted)
		}
	}
	_, rest, _ := strings.Cut(run, "\nDone: ")
	for _, line := range strings.Split(rest, "\n")[1:2] {
		if !bytes.Contains(script, []byte(line)) {
			t.Errorf("deploy.sh does not print %q", line)
		}
	}
}

// README's findings are those of a directory whose key lacks the line that README says.
func TestREADMEPrintsWhatVerifyFinds(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "out")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("shop", "want"))); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "toolchain", "delivery-artifacts.yaml")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, policy, _ := bytes.Cut(data, []byte("KeyPolicy:"))
	line := regexp.MustCompile(`(?m)^.*222222222222:role/shop/access/shop-dev-deploy\n`).Find(policy)
	at := len(data) - len(policy) + bytes.Index(policy, line)
	if err := os.WriteFile(file, slices.Delete(data, at, at+len(line)), 0o600); err != nil {
		t.Fatal(err)
	}
	a, err := assembly.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	r := verify.Verify(a)
	var printed strings.Builder
	if err := r.Text(&printed, "out", false); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(&printed, "out: "+r.Summary())
	rest := printed.String()
	_, block, _ := strings.Cut(readmeBlock(t, "$ cfnpipe verify out"), "\n")
	for part := range strings.SplitSeq(block, "                  …\n") {
		i := strings.Index(rest, part)
		if i < 0 {
			t.Fatalf("README has\n%s\nin place of\n%s", part, rest)
		}
		rest = rest[i+len(part):]
	}
	if strings.TrimSpace(rest) != "" {
		t.Errorf("README leaves out\n%s", rest)
	}
	if r := verify.Verify(shopGolden(t)); len(r.Findings) > 0 {
		t.Errorf("the golden itself: %v", r.Findings)
	}
}

// README's message about a new environment is what generate ends with, and the guard asks for the parameter that README shows.
func TestREADMEAddsAnEnvironment(t *testing.T) {
	t.Parallel()
	config := copyProject(t, "shop", t.TempDir())
	data, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	without := regexp.MustCompile(`(?m)^.*name: qa,.*\n`).ReplaceAll(bytes.Replace(data, []byte("[dev, qa]"), []byte("[dev]"), 1), nil)
	if err := os.WriteFile(config, without, 0o600); err != nil {
		t.Fatal(err)
	}
	before := assembled(t, config)
	dir := filepath.Join(t.TempDir(), "out")
	write(t, dir, before)
	changed := strings.ReplaceAll(shopGolden(t).Changed(dir), dir, "out")
	lines := strings.Split(readmeBlock(t, "shop-qa-access are new"), "\n")
	begin, isShort := strings.CutSuffix(lines[0], "…")
	if !isShort || !strings.HasPrefix(changed, begin) || !strings.HasSuffix(changed, "\n"+lines[1]+"\n") {
		t.Errorf("generate ends with\n%s\nREADME has\n%s", changed, strings.Join(lines, "\n"))
	}

	parameter := regexp.MustCompile(`\[(.*)\]`).FindStringSubmatch(readmeBlock(t, "Unable to fetch parameters"))[1]
	has := func(a *assembly.Assembly, stack string) bool {
		return slices.Contains(ssmNames(stackNamed(t, a, stack)), parameter)
	}
	if has(before, "shop-delivery-access") || !has(shopGolden(t), "shop-delivery-access") {
		t.Errorf("%s does not come with qa", parameter)
	}
	reads := slices.ContainsFunc(stackNamed(t, shopGolden(t), "shop-delivery-artifacts").Parameters, func(p assembly.Parameter) bool {
		return p.Value == parameter && strings.HasPrefix(p.Name, "AccessCovers")
	})
	if !reads {
		t.Errorf("shop-delivery-artifacts does not read %s", parameter)
	}
}

// ssmNames are the names of the parameters in SSM that a stack makes.
func ssmNames(s *assembly.Stack) []string {
	var list []string
	for _, r := range s.Template.Get("Resources").Items {
		if r.Get("Type").Text == "AWS::SSM::Parameter" {
			list = append(list, r.At("Properties", "Name").Text)
		}
	}
	return list
}

// Every output that README offers as STACK.OUTPUT is one, and every path in SSM is that of an output.
func TestREADMENamesOutputs(t *testing.T) {
	t.Parallel()
	text := readme(t)
	var published []string
	a := shopGolden(t)
	for i := range a.Stacks {
		published = append(published, ssmNames(&a.Stacks[i])...)
	}
	known := map[string]bool{"access.RolePath": true, "access.BoundaryArn": true} // values, and no parameters of SSM
	for _, name := range published {
		if parts := strings.Split(name, "/"); len(parts) == 5 {
			known[parts[3]+"."+parts[4]] = true
		}
	}
	found := 0
	for _, m := range regexp.MustCompile("`((?:access|network|storage|functions|batch|services|monitoring|bootstrap)\\.[A-Z<][A-Za-z<>]*)`").FindAllStringSubmatch(text, -1) {
		found++
		web, nightly := strings.ReplaceAll(m[1], "<Name>", "Web"), strings.ReplaceAll(m[1], "<Name>", "Nightly")
		if !known[web] && !known[nightly] {
			t.Errorf("README offers the output %s, which no stack has", m[1])
		}
	}
	if found < 10 {
		t.Errorf("README names only %d outputs", found)
	}
	paths := regexp.MustCompile(`/shop/(\$ENVIRONMENT|dev|delivery)/[a-z]+/[A-Za-z0-9]+`).FindAllString(text, -1)
	if len(paths) < 2 {
		t.Errorf("README has only these paths: %q", paths)
	}
	for _, p := range paths {
		if p = strings.ReplaceAll(p, "$ENVIRONMENT", "dev"); !slices.Contains(published, p) {
			t.Errorf("README reads %s, which no stack writes", p)
		}
	}
}

// README's names of functions, of their alias and of the bucket of code are those of the templates.
func TestREADMENamesWhatCommandsCall(t *testing.T) {
	t.Parallel()
	text := readme(t)
	a := shopGolden(t)
	resources := stackNamed(t, a, "shop-dev-functions").Template.Get("Resources")
	for _, r := range resources.Items {
		if r.Get("Type").Text != "AWS::Lambda::Alias" {
			continue
		}
		alias := r.At("Properties", "Name").Text
		if want := "--function-name shop-$ENVIRONMENT-hello:" + alias + " "; !strings.Contains(text, want) {
			t.Errorf("README does not have %q", want)
		}
	}
	for _, r := range stackNamed(t, a, "shop-dev-bootstrap").Template.Get("Resources").Items {
		if name := r.At("Properties", "BucketName"); name != nil && strings.Contains(name.Text, "-code-") && !strings.Contains(text, "s3://"+name.Text+"/") {
			t.Errorf("README does not upload code to %s", name.Text)
		}
	}
}

// README says which variables the builds of steps get that run in an environment, and which the builds of functions.
func TestREADMENamesTheVariablesOfBuilds(t *testing.T) {
	t.Parallel()
	text := readmeSection(t, "Steps that run in an environment have", "`steps: { approval: true }`")
	s := stackNamed(t, shopGolden(t), "shop-delivery-pipeline")
	got := actionVariables(t, s, "dev-verify", "integration-tests")
	delete(got, "PROJECT_HASH") // for the pipeline alone
	want := map[string]bool{"ENVIRONMENT": true, "REGION": true, "TEST_ROLE": true}
	for name := range got {
		if !want[name] {
			t.Errorf("tests get %s, which README does not say", name)
		}
	}
	for name := range want {
		if got[name] == "" || !strings.Contains(text, "`"+name+"`") {
			t.Errorf("tests get %q as %s; README has it: %v", got[name], name, strings.Contains(text, "`"+name+"`"))
		}
	}
	published := actionVariables(t, s, "dev-publish", "publish-code")
	published["ARCHITECTURE"] = codeBuildProject(t, shopGolden(t), "shop-delivery-publish-code").environment(t)["ARCHITECTURE"]
	_, build, _ := strings.Cut(text, "The `build` command of a function")
	for _, m := range regexp.MustCompile("`([A-Z_]+)`").FindAllStringSubmatch(build, -1) {
		if published[m[1]] == "" {
			t.Errorf("the build of a function has no %s", m[1])
		}
	}
}

// README names the fields of the manifest that there are.
func TestREADMENamesTheFieldsOfTheManifest(t *testing.T) {
	t.Parallel()
	text := readmeSection(t, "`manifest.json` has", "\n\nThe pipeline of dev")
	fields := map[string]bool{
		"manifest.json": true, "operator": true, "pipeline": true, "pipelines": true, "approval": true, "step": true, "verify": true,
	}
	for _, name := range cases(t) {
		data, err := os.ReadFile(filepath.Join(name, "want", "manifest.json"))
		if err != nil {
			t.Fatal(err)
		}
		var m struct{ Stacks, Pipelines []map[string]any }
		if err := json.Unmarshal(data, &m); err != nil {
			t.Fatal(err)
		}
		items := slices.Concat(m.Stacks, m.Pipelines)
		for _, p := range m.Pipelines {
			for _, c := range p["controls"].([]any) {
				items = append(items, c.(map[string]any))
			}
		}
		for _, item := range items {
			for field := range item {
				if fields[field] = true; !strings.Contains(text, "`"+field+"`") {
					t.Errorf("README does not say that the manifest has %s", field)
				}
			}
		}
	}
	for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(text, -1) {
		if !fields[m[1]] {
			t.Errorf("README says that the manifest has %s", m[1])
		}
	}
}

// README's table of stacks has every stack of shop, with who deploys it.
func TestREADMESaysWhoDeploysWhat(t *testing.T) {
	t.Parallel()
	type row struct {
		stacks *regexp.Regexp
		by     string
	}
	names := strings.NewReplacer("<env>", "(dev|qa|prod)", "<pipeline>", "(delivery|release)", "<stack>", "extras", "-N", `-\d+`, ", -", "|(dev|qa|prod)-", ", ", "|")
	var rows []row
	for line := range strings.Lines(readmeSection(t, "| stack | in | deployed by | contains |\n|---|---|---|---|\n", "\n\n") + "\n") {
		cells := strings.Split(line, " | ")
		rows = append(rows, row{regexp.MustCompile("^shop-(" + names.Replace(strings.ReplaceAll(strings.TrimPrefix(cells[0], "| "), "`", "")) + ")$"), cells[2]})
	}
	used := map[int]bool{}
	a := shopGolden(t)
	for i := range a.Stacks {
		s := &a.Stacks[i]
		k := slices.IndexFunc(rows, func(r row) bool { return r.stacks.MatchString(s.Name) })
		if k < 0 {
			t.Errorf("README does not say who deploys %s", s.Name)
			continue
		}
		used[k] = true
		got := []bool{strings.Contains(rows[k].by, "an operator"), strings.Contains(rows[k].by, "the pipeline")}
		want := []bool{slices.Contains(s.DeployedBy, assembly.Operator), slices.Contains(s.DeployedBy, assembly.Pipe)}
		if !slices.Equal(got, want) {
			t.Errorf("README says that %s is deployed by %s, the manifest %v", s.Name, rows[k].by, s.DeployedBy)
		}
	}
	if len(used) != len(rows) {
		t.Errorf("README has %d rows, of which shop uses %d", len(rows), len(used))
	}
}

// README names every field of pipeline.yaml that is not one of a part of the application, and every option of deploy.sh.
func TestREADMENamesFieldsAndOptions(t *testing.T) {
	t.Parallel()
	text := readme(t)
	types := []reflect.Type{
		reflect.TypeFor[spec.Spec](), reflect.TypeFor[spec.Pipeline](), reflect.TypeFor[spec.Environment](), reflect.TypeFor[spec.Steps](),
		reflect.TypeFor[spec.Step](), reflect.TypeFor[spec.Approval](), reflect.TypeFor[spec.Application](),
	}
	for _, typ := range types {
		for i := range typ.NumField() {
			name, _, _ := strings.Cut(typ.Field(i).Tag.Get("yaml"), ",")
			if name == "" || name == "-" {
				continue
			}
			if !regexp.MustCompile("[`{ \n]" + name + "[`:]").MatchString(text) {
				t.Errorf("README does not say what %s of %s is for", name, typ.Name())
			}
		}
	}
	script, err := os.ReadFile(filepath.Join("shop", "want", "deploy.sh"))
	if err != nil {
		t.Fatal(err)
	}
	_, usage, _ := strings.Cut(string(script), "usage() {")
	usage, _, _ = strings.Cut(usage, "\nEND\n")
	for _, option := range regexp.MustCompile(`(?m)^  (--[a-z0-9-]+)`).FindAllStringSubmatch(usage, -1) {
		if !strings.Contains(text, option[1]) {
			t.Errorf("README does not say what deploy.sh %s does", option[1])
		}
	}
	for _, m := range regexp.MustCompile(`deploy\.sh (--[a-z0-9-]+)`).FindAllStringSubmatch(text, -1) {
		if !strings.Contains(usage, "  "+m[1]) {
			t.Errorf("deploy.sh has no %s", m[1])
		}
	}
}

// README says what the pipeline clears itself, and of which environments: those that have a role for it.
func TestREADMESaysWhatThePipelineClears(t *testing.T) {
	t.Parallel()
	if !strings.Contains(readme(t), "the build `<project>-<pipeline>-clear`") || !strings.Contains(readme(t), "in dev and test the clear role") {
		t.Error("README names no build that clears, or no role")
	}
	var projects, roles []string
	a := shopGolden(t)
	for i := range a.Stacks {
		for _, r := range a.Stacks[i].Template.Get("Resources").Items {
			switch r.Get("Type").Text {
			case "AWS::CodeBuild::Project":
				projects = append(projects, r.At("Properties", "Name").Text)
			case "AWS::IAM::Role":
				roles = append(roles, r.At("Properties", "RoleName").Text)
			}
		}
	}
	isClear := func(name string) bool { return !strings.HasSuffix(name, "-clear") }
	want := []string{"shop-dev-clear", "shop-qa-clear", "shop-delivery-clear"}
	if got := slices.DeleteFunc(roles, isClear); !slices.Equal(got, want) {
		t.Errorf("there are the roles %q, want %q", got, want)
	}
	if got := slices.DeleteFunc(projects, isClear); !slices.Equal(got, want[2:]) {
		t.Errorf("there are the builds %q", got)
	}
}
