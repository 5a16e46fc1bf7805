package pipeline_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/stages"
)

func TestStagesAreInOrder(t *testing.T) {
	t.Parallel()
	a := assemble(t, system(t, shop, nil), assembly.YAML)
	environment := func(name string) []string { return []string{name + "-bootstrap", name + "-publish", name + "-deploy"} }
	for line, want := range map[string][]string{
		"delivery": slices.Concat([]string{"Source", "Build", "UpdatePipeline", "Test"}, environment("dev"), environment("qa")),
		"release":  slices.Concat([]string{"Source", "Build", "UpdatePipeline", "Toolchain"}, environment("prod"), environment("us")),
	} {
		if diff := cmp.Diff(want, stageNames(actions(t, stackNamed(t, a, "shop-"+line+"-pipeline")))); diff != "" {
			t.Errorf("%s: want -, got +:\n%s", line, diff)
		}
	}
}

// A pipeline starts when it is created: what an operator deploys after it, it deploys too.
func TestPipelinesAreDeployedLast(t *testing.T) {
	t.Parallel()
	a := assemble(t, system(t, shop, nil), assembly.YAML)
	var last []string
	for _, s := range a.Stacks[len(a.Stacks)-len(pipelines):] {
		last = append(last, s.Name)
	}
	if diff := cmp.Diff([]string{"shop-delivery-pipeline", "shop-release-pipeline"}, last); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	for i, s := range a.Stacks {
		for _, name := range s.DependsOn {
			if !slices.ContainsFunc(a.Stacks[:i], func(o assembly.Stack) bool { return o.Name == name }) {
				t.Errorf("%s comes before %s, which it needs", s.Name, name)
			}
		}
	}
}

// Of a stack that needs no update, nobody knows whether its outputs become variables: each run updates those whose outputs it takes.
func TestVariablesAreOutputsOfStacksThatEachRunUpdates(t *testing.T) {
	t.Parallel()
	a := assemble(t, system(t, shop, nil), assembly.YAML)
	taken := regexp.MustCompile(`#\{(\w+)\.\w+\}`)
	found := 0
	for _, line := range pipelines {
		list := actions(t, stackNamed(t, a, "shop-"+line+"-pipeline"))
		for _, x := range list {
			for _, match := range taken.FindAllStringSubmatch(x.configuration["ParameterOverrides"], -1) {
				i := slices.IndexFunc(list, func(o action) bool { return o.namespace == match[1] })
				if match[1] == "codepipeline" {
					continue
				}
				found++
				source := list[i].configuration
				if want := `{"Run":"#{codepipeline.PipelineExecutionId}"}`; source["ParameterOverrides"] != want {
					t.Errorf("%s takes %s of a stack with %q, want %s", x.name, match[0], source["ParameterOverrides"], want)
				}
				key := stackNamed(t, a, source["StackName"]).Template.At("Resources", "Key")
				if got := key.At("Metadata", "Run", "Ref"); got == nil || got.Text != "Run" {
					t.Errorf("%s has no resource that a run changes:\n%s", source["StackName"], key.YAML())
				}
			}
		}
	}
	if found == 0 {
		t.Error("no pipeline takes an output of a stack")
	}
}

func TestStagesWithNothingToDoAreNotThere(t *testing.T) {
	t.Parallel()
	y := system(t, shop, func(y *pipeline.System) {
		for _, p := range y.Pipelines {
			p.Shared, p.Access.Shared = nil, nil
		}
		y.Steps.InfrastructureTests, y.Steps.FunctionTests = nil, nil
		for _, e := range y.Environments() {
			e.Functions, e.Repositories = nil, nil
			e.Bootstrap.Code, e.Bootstrap.Repositories = false, nil
			e.Stacks = e.Stacks[:1] // storage
		}
	})
	got := stageNames(actions(t, stackNamed(t, assemble(t, y, assembly.YAML), "shop-release-pipeline")))
	if diff := cmp.Diff([]string{"Source", "Build", "UpdatePipeline", "prod-bootstrap", "prod-deploy", "us-bootstrap", "us-deploy"}, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestNoMoreBuildsRunSideBySideThanAllowed(t *testing.T) {
	t.Parallel()
	for allowed, want := range map[int]int{0: 1, 1: 1, 2: 2, 3: 3, 5: 4} { // there are four builds that publish to an environment
		y := system(t, shop, func(y *pipeline.System) {
			for _, p := range y.Pipelines {
				p.MaxParallelBuilds = allowed
			}
		})
		a := assemble(t, y, assembly.YAML)
		for _, line := range pipelines {
			if got := parallel(actions(t, stackNamed(t, a, "shop-"+line+"-pipeline"))); got != want {
				t.Errorf("%s: up to %d builds side by side with maxParallelBuilds %d, want %d", line, got, allowed, want)
			}
		}
	}
}

// With one build at a time, those that follow each other in a stage do.
func TestRunOrdersOfAStageHaveNoGap(t *testing.T) {
	t.Parallel()
	for _, allowed := range []int{1, 2, 5} {
		y := system(t, shop, func(y *pipeline.System) {
			for _, p := range y.Pipelines {
				p.MaxParallelBuilds = allowed
			}
		})
		a := assemble(t, y, assembly.YAML)
		for _, line := range pipelines {
			orders := map[string][]int{}
			for _, x := range actions(t, stackNamed(t, a, "shop-"+line+"-pipeline")) {
				orders[x.stage] = append(orders[x.stage], x.order)
			}
			for stage, list := range orders {
				slices.Sort(list)
				for i, order := range slices.Compact(list) {
					if order != i+1 {
						t.Errorf("%s, maxParallelBuilds %d: stage %s has the run orders %v", line, allowed, stage, list)
						break
					}
				}
			}
		}
	}
}

func TestAChangeSetIsExecutedInItsStageRightAfter(t *testing.T) {
	t.Parallel()
	a := assemble(t, system(t, shop, nil), assembly.YAML)
	for _, line := range pipelines {
		list := actions(t, stackNamed(t, a, "shop-"+line+"-pipeline"))
		made, executed := map[string]action{}, map[string]action{}
		for _, x := range list {
			switch x.configuration["ActionMode"] {
			case "CHANGE_SET_REPLACE":
				made[x.region+" "+x.configuration["StackName"]] = x
			case "CHANGE_SET_EXECUTE":
				executed[x.region+" "+x.configuration["StackName"]] = x
			}
		}
		if len(made) == 0 || len(made) != len(executed) {
			t.Errorf("%s: %d change sets are made, %d executed", line, len(made), len(executed))
		}
		for stack, m := range made {
			e, ok := executed[stack]
			switch {
			case !ok:
				t.Errorf("%s: the change set of %s is not executed", line, stack)
			case e.stage != m.stage:
				t.Errorf("%s: the change set of %s is made in %s, executed in %s", line, stack, m.stage, e.stage)
			case e.order <= m.order:
				t.Errorf("%s: the change set of %s is made at %d, executed at %d", line, stack, m.order, e.order)
			case e.configuration["ChangeSetName"] != m.configuration["ChangeSetName"] || e.configuration["ChangeSetName"] != "shop-"+line:
				t.Errorf("%s: the change sets %q and %q", line, m.configuration["ChangeSetName"], e.configuration["ChangeSetName"])
			case e.role != m.role || e.region != m.region:
				t.Errorf("%s: made by %s in %q, executed by %s in %q", line, m.role, m.region, e.role, e.region)
			}
			if m.configuration["RoleArn"] == "" || m.configuration["TemplatePath"] == "" || m.configuration["TemplateConfiguration"] == "" {
				t.Errorf("%s: the change set of %s lacks something: %v", line, stack, m.configuration)
			}
		}
	}
}

// reader is a project's own stack: it takes the name of a bucket of storage.
type reader struct {
	name    string
	storage *stages.Storage
}

func (r *reader) Name() string { return r.name }

func (r *reader) Build(t *cfn.Template) error {
	value := cfn.Part(cfn.Lit("nothing"))
	if r.storage != nil {
		value = cfn.Take(t, r.storage.BucketName("data"))
	}
	resources.Parameter{ID: "Bucket", Name: "/shop/" + t.Place.Scope + "/" + r.name + "/bucket", Description: "Where the data is", Value: value}.Add(t)
	return nil
}

func storageOf(tb testing.TB, e *stages.Environment) *stages.Storage {
	tb.Helper()
	for _, s := range e.Stacks {
		if storage, ok := s.(*stages.Storage); ok {
			return storage
		}
	}
	tb.Fatalf("%s has no storage", e.Place.Scope)
	return nil
}

func TestAStackComesAfterWhatItTakesAndBesideWhatItDoesNot(t *testing.T) {
	t.Parallel()
	y := system(t, shop, func(y *pipeline.System) {
		for _, e := range y.Environments() {
			// before storage, so that the order is not that of the list
			e.Stacks = append([]cfn.Stack{&reader{"search", storageOf(t, e)}, &reader{"alone", nil}}, e.Stacks...)
		}
	})
	a := assemble(t, y, assembly.YAML)
	for line, environments := range map[string][]string{"delivery": {"dev", "qa"}, "release": {"prod", "us"}} {
		list := actions(t, stackNamed(t, a, "shop-"+line+"-pipeline"))
		for _, e := range environments {
			order := map[string]int{}
			for _, x := range list {
				if x.stage == e+"-deploy" {
					order[x.name] = x.order
				}
			}
			for _, stack := range []string{"search", "functions"} {
				if order[stack+"-prepare"] <= order["storage-execute"] {
					t.Errorf("%s: the change set of %s is made at %d, before storage is there at %d", e, stack, order[stack+"-prepare"], order["storage-execute"])
				}
			}
			for _, phase := range []string{"-prepare", "-execute"} {
				if order["alone"+phase] != order["storage"+phase] || order["search"+phase] != order["functions"+phase] {
					t.Errorf("%s: stacks that do not need each other are not side by side: %v", e, order)
				}
			}
			if s := stackNamed(t, a, "shop-"+e+"-search"); !slices.Contains(s.DependsOn, "shop-"+e+"-storage") {
				t.Errorf("%s depends on %q", s.Name, s.DependsOn)
			}
		}
	}
}

// The name of an approval says which change sets it is about, as far as CodePipeline takes it.
func TestAnApprovalOfManyStacksHasAShortName(t *testing.T) {
	t.Parallel()
	for many, want := range map[int]string{2: "approve-part-0-part-1 part-0, part-1", 20: "approve-1 20 stacks"} {
		y := system(t, shop, func(y *pipeline.System) {
			e := y.Environments()[0]
			e.Approval, e.Stacks, e.Bootstrap = &spec.Approval{AfterChangeSet: true}, nil, nil
			e.Functions, e.Repositories = nil, nil
			for i := range many {
				e.Stacks = append(e.Stacks, &reader{name: "part-" + strconv.Itoa(i)})
			}
		})
		got := ""
		for _, x := range actions(t, stackNamed(t, assemble(t, y, assembly.YAML), "shop-delivery-pipeline")) {
			if x.stage == "dev-deploy" && x.provider == "Manual" {
				got += x.name + " " + strings.TrimPrefix(x.configuration["CustomData"], "Execute change set shop-delivery of ")
			}
		}
		if !strings.HasPrefix(got, want+" in environment dev") {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// Each stack of an environment is deployed as soon as what it takes is there, and not before.
func TestEveryStackIsDeployedAsEarlyAsItCanBe(t *testing.T) {
	t.Parallel()
	a := assemble(t, system(t, shop, nil), assembly.YAML)
	for line, environments := range map[string][]string{"delivery": {"dev", "qa"}, "release": {"prod", "us"}} {
		list := actions(t, stackNamed(t, a, "shop-"+line+"-pipeline"))
		for _, e := range environments {
			order := map[string]int{}
			for _, x := range list {
				if x.stage == e+"-deploy" {
					order["shop-"+e+"-"+x.name] = x.order
				}
			}
			want := []string{"batch", "extras", "functions", "network", "queue", "services", "storage"}
			if e != "dev" {
				want = append(want, "monitoring")
			}
			if len(order) != 2*len(want) {
				t.Errorf("%s: got the actions %v", e, order)
			}
			for _, name := range want {
				s := stackNamed(t, a, "shop-"+e+"-"+name)
				there := 0
				for _, needed := range s.DependsOn {
					there = max(there, order[needed+"-execute"])
				}
				if made, executed := order[s.Name+"-prepare"], order[s.Name+"-execute"]; made != there+1 || executed != there+2 {
					t.Errorf("%s is made at %d and executed at %d, what it needs is there at %d", s.Name, made, executed, there)
				}
			}
			if order["shop-"+e+"-network-prepare"] != order["shop-"+e+"-storage-prepare"] || order["shop-"+e+"-extras-prepare"] <= order["shop-"+e+"-queue-execute"] {
				t.Errorf("%s: the order is %v", e, order)
			}
		}
	}
}

func TestStacksStandAfterWhatTheyDependOn(t *testing.T) {
	t.Parallel()
	a := assemble(t, system(t, shop, nil), assembly.YAML)
	at := map[string]int{}
	for i, s := range a.Stacks {
		for _, needed := range s.DependsOn {
			if before, ok := at[needed]; !ok || before > i {
				t.Errorf("%s stands before %s", s.Name, needed)
			}
		}
		at[s.Name] = i
	}
	for _, s := range a.Stacks {
		access := strings.HasSuffix(s.Name, "-access") || strings.Contains(s.Name, "-access-policies-")
		if byPipeline := slices.Contains(s.DeployedBy, assembly.Pipe); byPipeline == access {
			t.Errorf("%s is deployed by %v", s.Name, s.DeployedBy)
		}
	}
}

func TestArtifactsAreMadeBeforeTheyAreRead(t *testing.T) {
	t.Parallel()
	a := assemble(t, system(t, shop, nil), assembly.YAML)
	for _, line := range pipelines {
		list := actions(t, stackNamed(t, a, "shop-"+line+"-pipeline"))
		names := stageNames(list)
		made := map[string]int{} // artifact to the stage that makes it
		for _, x := range list {
			for _, out := range x.outputs {
				if _, twice := made[out]; twice {
					t.Errorf("%s: %s is made twice", line, out)
				}
				made[out] = slices.Index(names, x.stage)
			}
		}
		for _, x := range list {
			for _, in := range x.inputs {
				if stage, ok := made[in]; !ok || stage >= slices.Index(names, x.stage) {
					t.Errorf("%s: %s.%s reads %s before it is made", line, x.stage, x.name, in)
				}
			}
			for key, value := range x.configuration {
				if artifact, _, ok := strings.Cut(value, "::"); ok && strings.HasPrefix(key, "Template") && !slices.Contains(x.inputs, artifact) {
					t.Errorf("%s: %s.%s refers to %s, which is not among its inputs %q", line, x.stage, x.name, value, x.inputs)
				}
			}
			if primary := x.configuration["PrimarySource"]; len(x.inputs) > 1 != (primary != "") || primary != "" && !slices.Contains(x.inputs, primary) {
				t.Errorf("%s: %s.%s has the inputs %q, of which %q is the first", line, x.stage, x.name, x.inputs, primary)
			}
		}
	}
}

func TestVariablesComeFromEarlierActionsThatPutThemOut(t *testing.T) {
	t.Parallel()
	a := assemble(t, system(t, shop, nil), assembly.YAML)
	variables := regexp.MustCompile(`#\{([^.}]+)\.([^}]+)\}`)
	used := 0
	for _, line := range pipelines {
		list := actions(t, stackNamed(t, a, "shop-"+line+"-pipeline"))
		names := stageNames(list)
		for _, x := range list {
			for _, value := range x.configuration {
				for _, m := range variables.FindAllStringSubmatch(value, -1) {
					if m[1] == "codepipeline" || m[1] == "Source" {
						continue // CodePipeline's own, and the connection's
					}
					used++
					i := slices.IndexFunc(list, func(o action) bool { return o.namespace == m[1] })
					if i < 0 {
						t.Errorf("%s: %s.%s uses %s, which no action has", line, x.stage, x.name, m[0])
						continue
					}
					o := list[i]
					if before, now := slices.Index(names, o.stage), slices.Index(names, x.stage); before > now || before == now && o.order >= x.order {
						t.Errorf("%s: %s.%s uses %s before it is there", line, x.stage, x.name, m[0])
					}
					s := stackNamed(t, a, o.configuration["StackName"])
					if s.Template.At("Outputs", m[2]) == nil {
						t.Errorf("%s: %s uses %s, but %s has no such output", line, x.name, m[0], s.Name)
					}
				}
			}
		}
	}
	if used == 0 {
		t.Error("the key of another region is read nowhere")
	}
}

func TestWhatActionsReferToIsAmongTheFiles(t *testing.T) {
	t.Parallel()
	for _, format := range []assembly.Format{assembly.YAML, assembly.JSON} {
		a := assemble(t, system(t, shop, nil), format)
		files, err := a.Files(format)
		if err != nil {
			t.Fatal(err)
		}
		has := map[string]bool{}
		for _, f := range files {
			has[f.Name] = true
		}
		for _, line := range pipelines {
			self := stackNamed(t, a, "shop-"+line+"-pipeline")
			for _, x := range actions(t, self) {
				if x.provider != "CloudFormation" {
					continue
				}
				region := x.region
				if region == "" {
					region = self.Region
				}
				i := slices.IndexFunc(a.Stacks, func(s assembly.Stack) bool { return s.Name == x.configuration["StackName"] && s.Region == region })
				if i < 0 {
					t.Errorf("%s: %s.%s deploys %s, which is no stack in %s", line, x.stage, x.name, x.configuration["StackName"], region)
					continue
				}
				s := a.Stacks[i]
				if want := "arn:aws:iam::" + s.Account + ":role/shop/access/"; !strings.HasPrefix(x.role, want) || !strings.HasSuffix(x.role, "-deploy") {
					t.Errorf("%s: %s.%s runs as %s, which is not in the stack's account", line, x.stage, x.name, x.role)
				}
				if x.configuration["ActionMode"] == "CHANGE_SET_EXECUTE" {
					continue
				}
				for key, want := range map[string]string{"TemplatePath": s.TemplateFile(format), "TemplateConfiguration": s.ConfigurationFile()} {
					if got := x.configuration[key]; got != "Templates::"+want || !has[want] {
						t.Errorf("%s: %s.%s has %s %s, want Templates::%s, which is a file: %t", line, x.stage, x.name, key, got, want, has[want])
					}
				}
				if got := x.configuration["Capabilities"]; got != strings.Join(s.Capabilities, ",") {
					t.Errorf("%s: %s.%s acknowledges %q, the stack needs %q", line, x.stage, x.name, got, s.Capabilities)
				}
				if want := strings.TrimSuffix(x.role, "-deploy") + "-execution"; x.configuration["RoleArn"] != want {
					t.Errorf("%s: %s.%s passes %s, want %s", line, x.stage, x.name, x.configuration["RoleArn"], want)
				}
			}
		}
	}
}

// What the pipeline deploys is in a stage of it, each stack once.
func TestEveryStackIsDeployedByOnePipeline(t *testing.T) {
	t.Parallel()
	a := assemble(t, system(t, shop, nil), assembly.YAML)
	deployed := map[string]int{}
	for _, line := range pipelines {
		self := stackNamed(t, a, "shop-"+line+"-pipeline")
		for _, x := range actions(t, self) {
			if m := x.configuration["ActionMode"]; m == "CREATE_UPDATE" || m == "CHANGE_SET_EXECUTE" {
				deployed[x.configuration["StackName"]]++
			}
		}
	}
	want := map[string]int{}
	for _, s := range a.Stacks {
		if slices.Contains(s.DeployedBy, assembly.Pipe) {
			want[s.Name] = 1
		}
	}
	if diff := cmp.Diff(want, deployed); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestTheSharedStackIsDeployedByThePipelineWithTheMostProtectedEnvironment(t *testing.T) {
	t.Parallel()
	owner := func(yaml string) string {
		y := system(t, yaml, nil)
		a := assemble(t, y, assembly.YAML)
		var names []string
		for _, p := range a.Pipelines {
			for _, x := range actions(t, stackNamed(t, a, p.Stack)) {
				if x.configuration["StackName"] == "shop-toolchain" && x.configuration["ActionMode"] == "CHANGE_SET_EXECUTE" {
					names = append(names, p.Name+"/"+x.stage)
				}
			}
		}
		return strings.Join(names, " ")
	}
	if got := owner(shop); got != "shop-release/Toolchain" {
		t.Errorf("it is deployed by %q, want shop-release/Toolchain", got)
	}
	swapped := strings.NewReplacer("environments: [dev, qa]", "environments: [prod, us]", "environments: [prod, us]", "environments: [dev, qa]").Replace(shop)
	if got := owner(swapped); got != "shop-delivery/Toolchain" {
		t.Errorf("with prod in the other: it is deployed by %q, want shop-delivery/Toolchain", got)
	}
	tests := strings.NewReplacer("type: prod", "type: dev").Replace(shop)
	if got := owner(tests); got != "shop-delivery/Toolchain" {
		t.Errorf("with a test environment as the most: it is deployed by %q, want shop-delivery/Toolchain", got)
	}
}

// hashes of the projects that the actions of delivery carry, by the name of the action.
func hashes(tb testing.TB, y *pipeline.System) map[string]string {
	tb.Helper()
	found := map[string]string{}
	for _, x := range actions(tb, stackNamed(tb, assemble(tb, y, assembly.YAML), "shop-delivery-pipeline")) {
		if x.provider != "CodeBuild" {
			continue
		}
		var variables []struct{ Name, Value string }
		if err := json.Unmarshal([]byte(x.configuration["EnvironmentVariables"]), &variables); err != nil {
			tb.Fatalf("%s: %v: %s", x.name, err, x.configuration["EnvironmentVariables"])
		}
		for _, v := range variables {
			if v.Name == "PROJECT_HASH" {
				found[x.stage+"."+x.name] = v.Value
			}
		}
		if found[x.stage+"."+x.name] == "" {
			tb.Errorf("%s.%s carries no hash of its project", x.stage, x.name)
		}
	}
	return found
}

func TestTheHashOfAProjectChangesWithItAndNotOtherwise(t *testing.T) {
	t.Parallel()
	before := hashes(t, system(t, shop, nil))
	names := func(differ func(string) bool) []string {
		return slices.DeleteFunc(slices.Sorted(maps.Keys(before)), func(name string) bool { return !differ(name) })
	}
	none := func(string) bool { return false }
	for _, c := range []struct {
		what, from, to string
		differ         func(name string) bool
	}{
		{"nothing", "", "", none},
		{"a function's memory", "handler: index.handler", "handler: index.handler, memory: 512", none},
		{"another pipeline's branch", "branch: main", "branch: trunk", none},
		{"this pipeline's branch", "branch: development", "branch: next", none},
		{"run orders", "maxParallelBuilds: 2", "maxParallelBuilds: 1", none},
		{"a bucket", "buckets: [{ name: data }]", "buckets: [{ name: data }, { name: more }]", none},
		{"a test's commands", "commands: [make test]", "commands: [make check]", func(n string) bool { return strings.HasSuffix(n, ".infrastructure-tests") }},
		{"a test's time", "commands: [pytest lambda]", "commands: [pytest lambda], timeoutMinutes: 45", func(n string) bool { return strings.HasSuffix(n, ".function-tests") }},
		{"where the spec is", "repository: acme/shop", "repository: acme/shop\n  file: infra/pipeline.yaml", func(n string) bool { return n == "Build.build" }},
		// the roles of those that publish name the role of each environment
		{"an environment's account", `"222222222222"`, `"555555555555"`, func(n string) bool { return strings.Contains(n, "publish") }},
		{"shared images", "  repositories: [{ name: base }]\n", "", func(n string) bool { return strings.Contains(n, "publish-images") }},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			after := hashes(t, system(t, strings.ReplaceAll(shop, c.from+"", c.to), nil))
			if c.from == "" {
				after = hashes(t, system(t, shop, nil))
			}
			var changed []string
			for _, name := range slices.Sorted(maps.Keys(after)) {
				if after[name] != before[name] {
					changed = append(changed, name)
				}
			}
			if diff := cmp.Diff(names(c.differ), changed, cmpEmpty); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// cmpEmpty takes nil and empty lists for the same.
var cmpEmpty = cmp.Transformer("list", func(l []string) string { return strings.Join(l, " ") })

func TestBuildsOfAProjectCarryTheSameHashInEveryEnvironment(t *testing.T) {
	t.Parallel()
	byProject := map[string]string{}
	for name, hash := range hashes(t, system(t, shop, nil)) {
		_, project, _ := strings.Cut(name, ".")
		if other, ok := byProject[project]; ok && other != hash {
			t.Errorf("%s has the hashes %s and %s", project, other, hash)
		}
		byProject[project] = hash
	}
	seen := map[string]string{}
	for project, hash := range byProject {
		if other, twice := seen[hash]; twice {
			t.Errorf("%s and %s have the same hash", project, other)
		}
		seen[hash] = project
	}
}

// many is a project with so many environments, of one stage each.
func many(environments int) string {
	var yaml strings.Builder
	yaml.WriteString(`
project: shop
toolchain: { account: "111111111111", region: eu-west-1 }
source:
  connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42
  repository: acme/shop
permissionsBoundary: arn:aws:iam::{account}:policy/Boundary
application: { repositories: [{ name: web }] }
environments:
`)
	for i := range environments {
		fmt.Fprintf(&yaml, "  - { name: e%d, type: dev, account: \"%012d\" }\n", i, 200000000000+i)
	}
	return yaml.String()
}

func TestAPipelineHasFiftyStagesAtMost(t *testing.T) {
	t.Parallel()
	const before = 3 // Source, Build, UpdatePipeline
	if _, err := system(t, many(50-before), nil).Assemble(assembly.YAML); err != nil {
		t.Errorf("50 stages: %v", err)
	}
	_, err := system(t, many(51-before), nil).Assemble(assembly.YAML)
	if err == nil {
		t.Fatal("51 stages: got no error")
	}
	for _, want := range []string{"there are 51 stages; CodePipeline allows 2 to 50", "split the environments among several pipelines", "shop-delivery-pipeline"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %q, which does not say %q", err, want)
		}
	}
}

func TestEachActionStaysWithinCodePipelinesLimits(t *testing.T) {
	t.Parallel()
	a := assemble(t, system(t, shop, nil), assembly.YAML)
	for _, line := range pipelines {
		s := stackNamed(t, a, "shop-"+line+"-pipeline")
		for _, x := range actions(t, s) {
			where := line + ": " + x.stage + "." + x.name
			inputs, outputs := map[string][2]int{
				"CodeBuild": {1, 5}, "CloudFormation": {0, 10}, "CodeStarSourceConnection": {0, 0}, "Manual": {0, 0},
			}[x.provider], map[string]int{"CodeBuild": 5, "CloudFormation": 1, "CodeStarSourceConnection": 1}[x.provider]
			if n := len(x.inputs); n < inputs[0] || n > inputs[1] {
				t.Errorf("%s has %d inputs", where, n)
			}
			if n := len(x.outputs); n > outputs {
				t.Errorf("%s has %d outputs", where, n)
			}
			if n := len(x.configuration["ParameterOverrides"]); n > 1024 {
				t.Errorf("%s: ParameterOverrides has %d bytes", where, n)
			}
			for key, value := range x.configuration {
				if len(key) > 50 || len(value) > 1000 {
					t.Errorf("%s: %s has %d characters", where, key, len(value))
				}
			}
		}
	}
}

func TestARMCodeIsBuiltOnARM(t *testing.T) {
	t.Parallel()
	checked := 0
	for _, s := range assemble(t, system(t, shop, nil), assembly.YAML).Stacks {
		for _, r := range s.Template.Get("Resources").Items {
			if r.Get("Type").Text != "AWS::CodeBuild::Project" {
				continue
			}
			checked++
			name, environment := r.At("Properties", "Name").Text, r.At("Properties", "Environment")
			arm, docker := strings.HasSuffix(name, "-arm"), strings.Contains(name, "publish-images")
			if got := environment.Get("Type").Text; got != map[bool]string{true: "ARM_CONTAINER", false: "LINUX_CONTAINER"}[arm] {
				t.Errorf("%s runs in a %s", name, got)
			}
			if got := environment.Get("PrivilegedMode").Text; got != fmt.Sprint(docker) {
				t.Errorf("%s: privileged is %s", name, got)
			}
			if n := len(r.At("Properties", "Source", "BuildSpec").Text); n > 25600 {
				t.Errorf("%s: the buildspec has %d bytes", name, n)
			}
		}
	}
	if want := 2*7 + 1; checked != want { // one that renders, two that test, four that publish, for each pipeline; one that clears
		t.Errorf("there are %d projects, want %d", checked, want)
	}
}

// Tests of infrastructure read the rendered templates, as tests of stacks do.
func TestInfrastructureTestsGetTheTemplates(t *testing.T) {
	t.Parallel()
	for _, x := range actions(t, stackNamed(t, assemble(t, system(t, shop, nil), assembly.YAML), "shop-delivery-pipeline")) {
		want := []string{"Source"}
		switch x.name {
		case "infrastructure-tests":
			want = []string{"Source", "Templates"}
		case "function-tests":
		default:
			continue
		}
		if !slices.Equal(x.inputs, want) {
			t.Errorf("%s gets %q, want %q", x.name, x.inputs, want)
		}
		if source := x.configuration["PrimarySource"]; len(want) > 1 && source != "Source" {
			t.Errorf("the primary source of %s is %q", x.name, source)
		}
	}
}

// What environments share is there before the first run for production, and no other pipeline can change it.
func TestTheToolchainStackIsDeployedByAnOperatorFirst(t *testing.T) {
	t.Parallel()
	a := assemble(t, system(t, shop, nil), assembly.YAML)
	if got, want := stackNamed(t, a, "shop-toolchain").DeployedBy, []assembly.Deployer{assembly.Operator, assembly.Pipe}; !slices.Equal(got, want) {
		t.Errorf("it is deployed by %v, want %v", got, want)
	}
	for _, line := range pipelines {
		for _, x := range actions(t, stackNamed(t, a, "shop-"+line+"-pipeline")) {
			if x.configuration["StackName"] == "shop-toolchain" && line != "release" {
				t.Errorf("%s of pipeline %s deploys it, too", x.name, line)
			}
		}
	}
}
