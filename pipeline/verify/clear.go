package verify

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// afterFailures is where the hops of a chain stand that a failed stage leads to.
const afterFailures = "after failures"

// clears: where a failed stage starts a build, EventBridge becomes the role that starts it, CodeBuild becomes the build's role, and this those
// roles with which it deletes the stacks whose first creation failed.
func (a *run) clears() {
	for _, x := range a.w.ofKind("AWS::Events::Rule") {
		if x.stack.Account != a.pipeline.stack.Account || x.stack.Region != a.pipeline.stack.Region || !a.hears(x) {
			continue
		}
		for i, target := range x.properties.Get("Targets").Elements() {
			if n := target.Get("Arn"); n != nil && strings.Contains(x.stack.resolver.Resolve(n).String(), ":codebuild:") {
				a.startsBuild(x, x.path(fmt.Sprintf("Targets[%d]", i)), target)
			}
		}
	}
}

// hears says whether a rule is about failed stages of the pipeline.
func (a *run) hears(x *thing) bool {
	for _, want := range []struct{ path, value string }{
		{"source", "aws.codepipeline"},
		{"detail-type", "CodePipeline Stage Execution State Change"},
		{"detail.pipeline", a.chain.Pipeline},
		{"detail.state", "FAILED"},
	} {
		if !slices.ContainsFunc(x.pattern(want.path), func(v eval.Value) bool { return v.String() == want.value }) {
			return false
		}
	}
	return true
}

// pattern is what the field of an event may be, for a rule to be about it.
func (x *thing) pattern(field string) []eval.Value {
	return listIn(x.stack, x.properties.Get("EventPattern").At(strings.Split(field, ".")...))
}

// afterFailure begins a hop that a failed stage leads to.
func (a *run) afterFailure(x *thing, who, what string) *Hop {
	h := a.hop(nil, who, what)
	h.Stage, h.Action = afterFailures, x.known("Name")
	return h
}

func (a *run) startsBuild(x *thing, path string, target *tree.Node) {
	s, w := x.stack, a.w
	arn, roleARN := s.resolver.Resolve(target.Get("Arn")), "that it does not name"
	if n := target.Get("RoleArn"); n != nil {
		roleARN = s.resolver.Resolve(n).String()
	}
	h := a.afterFailure(x, "EventBridge", "becomes "+w.roleNamed(roleARN))
	r := w.roles[roleARN]
	if r == nil {
		h.add(w.report.fail(s, path+".RoleArn", "clear", "no stack makes the role "+roleARN, "let the stack of the rule make it, or correct the name"))
		return
	}
	w.assumedByService(h, r, "events.amazonaws.com", keys("aws:SourceAccount", s.Account, "aws:SourceArn", s.arn("events", "rule/"+x.known("Name"))))
	h = a.afterFailure(x, "role "+r.name, "starts a build of "+arn.String())
	w.needs(h, "clear", r, request{action: "codebuild:StartBuild", on: arn})
	project := w.projects[arn.String()]
	if project == nil {
		h.add(w.report.fail(s, path+".Arn", "clear", "no stack makes the project "+arn.String(), "let the builds stack make it, or correct the name"))
		return
	}
	w.dependsOn(s, project.stack.Name, "starts project "+project.known("Name")+" of")
	for _, c := range [][2]string{{"Source", "NO_SOURCE"}, {"Artifacts", "NO_ARTIFACTS"}} {
		if kind := project.known(c[0], "Type"); kind != c[1] {
			h.add(w.report.fail(project.stack, project.path(c[0]+".Type"), "clear",
				"the type is "+orNone([]string{kind})+": what a rule starts has nothing to take it from, and must run no code of the branch", "set it to "+c[1]))
		}
	}
	builder := w.roles[project.text("ServiceRole").String()]
	h = a.afterFailure(x, "CodeBuild", "becomes the role of "+project.known("Name"))
	if builder == nil {
		h.add(w.report.fail(project.stack, project.path("ServiceRole"), "clear", "no stack makes the role "+project.text("ServiceRole").String(),
			"let the project's stack make it, or correct the name"))
		return
	}
	w.assumedByService(h, builder, "codebuild.amazonaws.com", keys("aws:SourceAccount", project.stack.Account, "aws:SourceArn", arn.String()))
	w.logs(a.afterFailure(x, "role "+builder.name, "writes its logs"), project, builder)
	for i, n := range project.properties.At("Environment", "EnvironmentVariables").Elements() {
		if n.Get("Value") == nil {
			continue
		}
		if value := project.stack.resolver.Resolve(n.Get("Value")).String(); strings.Contains(value, ":role/") {
			a.clearsWith(x, project, fmt.Sprintf("Environment.EnvironmentVariables[%d].Value", i), builder, value)
		}
	}
}

// clearsWith: the build becomes a role of an environment, which may delete all stacks of it that the pipeline deploys. The build does so when
// any stage fails that deploys one.
func (a *run) clearsWith(x, project *thing, property string, builder *role, arn string) {
	w, r := a.w, a.w.roles[arn]
	h := a.afterFailure(x, "role "+builder.name, "becomes "+w.roleNamed(arn))
	if r == nil {
		h.add(w.report.fail(project.stack, project.path(property), "clear", "no stack makes the role "+arn, "let the access stack make it, or correct the name"))
		return
	}
	w.assumed(h, builder, r)
	stages, named := x.pattern("detail.stage"), strings.Fields(project.known("Source", "BuildSpec"))
	for _, s := range w.stacks {
		in := a.stagesOf(s)
		if len(in) == 0 || s.Account != r.stack.Account || s.Environment == "" || s.Environment != r.stack.Environment {
			continue
		}
		h := a.afterFailure(x, "role "+r.name, "deletes "+s.Name+" if it holds nothing")
		if s.Production {
			h.add(w.report.fail(project.stack, project.path(property), "clear", "stack "+s.Name+" is production's, of which nothing is deleted unless somebody asks for it",
				"take the variable out"))
			continue
		}
		if w.cleared[r] == nil {
			w.cleared[r] = map[*stack]bool{}
		}
		w.cleared[r][s] = true
		on := eval.Text(s.arn("cloudformation", "stack/"+s.Name+"/"+anyID))
		for _, action := range []string{"cloudformation:DescribeStacks", "cloudformation:ListStackResources", "cloudformation:DeleteStack"} {
			w.needs(h, "clear", r, request{action: action, on: on})
		}
		if !slices.Contains(named, s.Name) {
			h.add(w.report.fail(project.stack, project.path("Source.BuildSpec"), "clear", "the build does not look at stack "+s.Name+", whose creation may fail",
				"add it to those that the build clears with role "+r.name))
		}
		for _, stage := range in {
			if len(stages) > 0 && !slices.ContainsFunc(stages, func(v eval.Value) bool { return v.String() == stage }) {
				h.add(w.report.fail(x.stack, x.path("EventPattern.detail.stage"), "clear", "stage "+stage+" deploys "+s.Name+", and its failure starts nothing",
					"add the stage to the pattern"))
			}
		}
	}
}

// stagesOf the pipeline deploy a stack.
func (a *run) stagesOf(s *stack) []string {
	var list []string
	for _, x := range a.actions {
		if x.provider == "CloudFormation" && x.stack == s.Name && x.region == s.Region {
			list = once(list, x.stage)
		}
	}
	return list
}

// deleteStacks is forbidden to all but the roles with which a build clears, and to these for all stacks but those that it clears.
func (f *fence) deleteStacks(r *role) {
	const why, action = "it would delete what the stack holds", "cloudformation:DeleteStack"
	arn := func(s *stack, name string) string { return s.arn("cloudformation", "stack/"+name+"/"+anyID) }
	isBroken := f.w.report.has("clear", "pipeline-role") // nobody knows which stacks of its environment a role is to clear
	if f.w.cleared[r] == nil && (!isBroken || r.stack.Production) {
		f.not(why, action, arn(r.stack, f.w.prefixOf(r.stack)+anyID), "cloudformation:RoleArn", f.w.executionOf(r.stack))
	}
	if !slices.ContainsFunc(r.statements, func(st *statement) bool { return st.allows && st.has(action) }) {
		return
	}
	var names []string
	for _, s := range f.w.stacks {
		if s.Account != r.stack.Account || f.w.cleared[r][s] || isBroken && !s.Production && s.Environment == r.stack.Environment {
			continue
		}
		// with the role that the stack remembers, or with one that is named
		for _, context := range []map[string][]eval.Value{keys(), keys("cloudformation:RoleArn", f.w.executionOf(s))} {
			if f.w.may(r, request{action: action, on: eval.Text(arn(s, s.Name)), context: context}).Verdict == eval.Allowed {
				names = once(names, s.Name)
			}
		}
	}
	if len(names) > 0 {
		f.w.report.fail(f.s, f.path, "chain", f.who+" may "+action+" on "+some(names)+", which nothing that a failed stage starts is to clear: "+why,
			"deny it, or narrow what allows it")
	}
}
