package verify

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// run is a run of one pipeline, action by action.
type run struct {
	w        *world
	pipeline *thing
	role     *role
	chain    *Chain
	actions  []*action          // in the order in which they run
	stores   map[string]*store  // by region
	made     map[string]*action // artifacts that were put out so far, by name
	missing  map[string]*finding
	spaces   map[string]*action // namespaces, by name
	deployed map[*stack]*action // what has deployed a stack so far
	builders []*role            // the roles of the builds that it runs
}

// store is where the artifacts of a region are.
type store struct {
	path   string
	region string
	bucket *thing
	key    *thing
	keyARN eval.Value
}

// action of the pipeline.
type action struct {
	stage, name, path  string
	category, provider string
	order              [2]int // of the stage, and in it
	role               eval.Value
	region             string
	node               *tree.Node
	inputs, outputs    []string
	stack              string            // that it deploys
	values             map[string]string // what it gives to a build, by name
	// broken says that it cannot be told what the action deploys, which is found.
	broken bool
	wrong  []*finding // what is wrong with it before anything is done
}

// before says whether an action has ended when another begins.
func (x *action) before(y *action) bool { return slices.Compare(x.order[:], y.order[:]) < 0 }

// config is a value of the action's configuration.
func (a *run) config(x *action, key string) eval.Value {
	n := x.node.At("Configuration", key)
	if n == nil {
		return eval.Value{}
	}
	return a.pipeline.stack.resolver.Resolve(n)
}

func (a *run) known(x *action, key string) string {
	text, _ := a.config(x, key).Known()
	return text
}

// text of a node in the pipeline's template.
func (a *run) text(n *tree.Node) string {
	if n == nil {
		return ""
	}
	text, _ := a.pipeline.stack.resolver.Resolve(n).Known()
	return text
}

// follow a run of the pipeline from its first action to its last.
func (w *world) follow(x *thing) *run {
	a := &run{
		w: w, pipeline: x, stores: map[string]*store{}, made: map[string]*action{}, missing: map[string]*finding{}, spaces: map[string]*action{},
		deployed: map[*stack]*action{}, chain: &Chain{Pipeline: x.known("Name")},
	}
	defer func() { w.report.Chains = append(w.report.Chains, *a.chain) }()
	a.role = w.roles[x.text("RoleArn").String()]
	start := a.hop(nil, "CodePipeline", "becomes the pipeline's role")
	if a.role == nil {
		a.fail(start, "RoleArn", "pipeline-role", "no stack makes the role "+x.text("RoleArn").String(),
			"let the pipeline's stack make it, or correct the name")
		return a
	}
	w.assumedByService(start, a.role, "codepipeline.amazonaws.com", keys("aws:SourceAccount", x.stack.Account,
		"aws:SourceArn", x.stack.arn("codepipeline", x.known("Name"))))
	a.readStores()
	a.readActions()
	a.namespaces()
	for _, y := range a.actions {
		a.perform(y)
	}
	a.clears()
	a.changeSets()
	a.updatesItself()
	a.controls()
	a.keysUsed()
	return a
}

// readActions in the order in which they run.
func (a *run) readActions() {
	taken := map[string]bool{}
	unique := func(path, name, where string) *finding {
		if taken[where+"/"+name] {
			return a.fail(nil, path+".Name", "structure", "there is another "+name+where, "choose another name")
		}
		taken[where+"/"+name] = true
		return nil
	}
	for i, s := range a.pipeline.properties.Get("Stages").Elements() {
		stage := a.text(s.Get("Name"))
		again := unique(fmt.Sprintf("Stages[%d]", i), stage, "")
		for k, n := range s.Get("Actions").Elements() {
			x := &action{
				stage: stage, name: a.text(n.Get("Name")), path: fmt.Sprintf("Stages[%d].Actions[%d]", i, k),
				category: a.text(n.At("ActionTypeId", "Category")), provider: a.text(n.At("ActionTypeId", "Provider")),
				order: [2]int{i, 1}, region: cmp.Or(a.text(n.Get("Region")), a.pipeline.stack.Region), node: n,
				inputs: a.names(n.Get("InputArtifacts")), outputs: a.names(n.Get("OutputArtifacts")),
			}
			x.mark(again)
			x.mark(unique(x.path, x.name, " in stage "+stage))
			if n.Get("RoleArn") != nil {
				x.role = a.pipeline.stack.resolver.Resolve(n.Get("RoleArn"))
			}
			if order, err := strconv.Atoi(a.text(n.Get("RunOrder"))); err == nil {
				x.order[1] = order
			}
			if x.order[1] < 1 || x.order[1] > 999 {
				x.mark(a.fail(nil, x.path+".RunOrder", "run-order", fmt.Sprintf("the run order is %d, CodePipeline allows 1 to 999", x.order[1]),
					"number the actions of the stage anew"))
			}
			x.stack, x.values = a.known(x, "StackName"), a.environment(x)
			if (x.category == "Source") != (i == 0) {
				x.mark(a.fail(nil, x.path, "structure", "the first stage has the sources, and no other stage has any", "move the action "+x.name))
			}
			a.actions = append(a.actions, x)
		}
	}
	slices.SortStableFunc(a.actions, func(x, y *action) int { return slices.Compare(x.order[:], y.order[:]) })
}

func (a *run) names(list *tree.Node) []string {
	var names []string
	for _, n := range list.Elements() {
		names = append(names, a.text(n.Get("Name")))
	}
	return names
}

// hop begins a hop of the chain.
func (a *run) hop(x *action, who, what string) *Hop {
	h := &Hop{Who: who, What: what}
	if x != nil {
		h.Stage, h.Action, h.Order = x.stage, x.name, x.order[1]
	}
	a.chain.Hops = append(a.chain.Hops, h)
	return h
}

// fail adds a finding at a property of the pipeline.
func (a *run) fail(h *Hop, property, rule, message, hint string) *finding {
	f := a.w.report.fail(a.pipeline.stack, a.pipeline.path(property), rule, message, hint)
	h.add(f)
	return f
}

// mark an action with what is wrong with it, if anything is.
func (x *action) mark(f *finding) {
	if f != nil {
		x.wrong = append(x.wrong, f)
	}
}

// last hop of an action.
func (a *run) last(x *action) *Hop {
	for _, h := range slices.Backward(a.chain.Hops) {
		if h.Stage == x.stage && h.Action == x.name {
			return h
		}
	}
	return a.hop(x, "CodePipeline", "begins the action")
}

// perform an action: who does it must be able to, with what it reads and what it leaves.
func (a *run) perform(x *action) {
	if len(x.wrong) > 0 {
		a.hop(x, "CodePipeline", "begins the action").found = x.wrong
	}
	for i, name := range x.inputs {
		if made := a.made[name]; made == nil || !made.before(x) {
			a.lacks(x, i, name)
		}
	}
	configuration := x.node.Get("Configuration")
	for i, key := range keysOf(configuration) {
		if n := configuration.Items[i]; n != nil {
			a.namespaceUse(x, x.path+".Configuration."+key, a.pipeline.stack.resolver.Resolve(n).String())
		}
	}
	if s := a.stores[x.region]; s != nil && x.region != a.pipeline.stack.Region && s.bucket != nil && s.key != nil && len(x.inputs) > 0 {
		h := a.hop(x, "role "+a.role.name, "copies "+strings.Join(x.inputs, ", ")+" to "+x.region)
		a.looksAt(h, s, a.role, "s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning")
		a.writes(h, s, a.role)
	}
	switch x.category + " " + x.provider {
	case "Source CodeStarSourceConnection":
		a.source(x)
	case "Build CodeBuild", "Test CodeBuild":
		a.build(x)
	case "Deploy CloudFormation":
		a.deploy(x)
	case "Approval Manual":
		a.approve(x)
	default:
		h := a.hop(x, x.provider, "does what it does")
		h.add(a.w.report.warn(a.pipeline.stack, a.pipeline.path(x.path), "action-unknown",
			"what an action of "+x.category+" by "+x.provider+" needs is not known, so it is not proven",
			"look it up in the CodePipeline action reference"))
	}
	for i, name := range x.outputs {
		if a.made[name] != nil {
			a.fail(a.hop(x, "CodePipeline", "takes over artifact "+name), fmt.Sprintf("%s.OutputArtifacts[%d]", x.path, i), "artifact-twice",
				"the artifact "+name+" is put out by action "+a.made[name].name+" too", "rename one of them")
			continue
		}
		a.made[name] = x
	}
}

// lacks an artifact. Where no action puts it out, that is found once.
func (a *run) lacks(x *action, i int, name string) {
	h := a.hop(x, "CodePipeline", "hands over artifact "+name)
	if f := a.missing[name]; f != nil {
		h.add(f)
		return
	}
	for _, y := range a.actions {
		if slices.Contains(y.outputs, name) {
			a.fail(h, fmt.Sprintf("%s.InputArtifacts[%d]", x.path, i), "artifact-missing",
				"the artifact "+name+" is put out by action "+y.name+", which does not end before this one begins",
				"let it run before, or correct the name")
			return
		}
	}
	var there []string
	for _, y := range a.actions {
		if y.before(x) {
			there = append(there, y.outputs...)
		}
	}
	a.missing[name] = a.fail(h, fmt.Sprintf("%s.InputArtifacts[%d]", x.path, i), "artifact-missing",
		"no action puts out the artifact "+name+"; before this one there is "+orNone(there),
		"correct the name, here or where it is put out")
}
