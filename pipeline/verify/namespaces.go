package verify

import (
	"fmt"
	"slices"
	"strings"
)

// namespaces of the pipeline's actions, each one's own.
func (a *run) namespaces() {
	for _, x := range a.actions {
		n := x.node.Get("Namespace")
		if n == nil {
			continue
		}
		name := a.text(n)
		if other := a.spaces[name]; other != nil {
			x.mark(a.fail(nil, x.path+".Namespace", "namespace", "the namespace "+name+" is that of action "+other.name+" too", "choose another"))
			continue
		}
		a.spaces[name] = x
	}
}

// sourceVariables are what a source action by a connection puts out (CodePipeline action reference).
func sourceVariables() []string {
	return []string{
		"AuthorDate", "AuthorDisplayName", "AuthorEmail", "AuthorId", "BranchName", "CommitId", "CommitMessage", "ConnectionArn",
		"FullRepositoryName", "ProviderType",
	}
}

// namespaceUse finds what a text takes from namespaces that are not there, or come later, or do not put that out.
func (a *run) namespaceUse(x *action, property, text string) {
	for {
		_, rest, found := strings.Cut(text, "#{")
		variable, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return
		}
		text = after
		space, name, _ := strings.Cut(variable, ".")
		source := a.spaces[space]
		fail := func(message, hint string) {
			a.fail(a.hop(x, "CodePipeline", "fills in #{"+variable+"}"), property, "namespace", message, hint)
		}
		switch {
		case space == "codepipeline" && name == "PipelineExecutionId":
		case space == "codepipeline":
			fail("CodePipeline itself puts out no "+name, "it puts out PipelineExecutionId")
		case space == "variables":
			if !slices.Contains(a.names(a.pipeline.properties.Get("Variables")), name) {
				fail("the pipeline has no variable "+name, "declare it in Variables")
			}
		case source == nil:
			fail("no action has the namespace "+space+" of #{"+variable+"}", "correct it, or give it to the action that puts out "+name)
		case !source.before(x):
			fail(fmt.Sprintf("#{%s} is put out by action %s, which does not end before this one begins", variable, source.name), "let it run before")
		default:
			if there, known := a.variablesOf(source); known && !slices.Contains(there, name) {
				fail(fmt.Sprintf("action %s puts out no %s", source.name, name), "let it put that out, or take what it does: "+orNone(there))
			} else if overrides := a.config(source, "ParameterOverrides").String(); source.provider == "CloudFormation" && !strings.Contains(overrides, "#{codepipeline.PipelineExecutionId}") {
				// CodePipeline action reference, CloudFormation: output variables are of actions "that result in creating or updating a stack"
				fail(fmt.Sprintf("action %s puts out %s only where it changes its stack, and nothing changes that with each run", source.name, name),
					"override one of its parameters by #{codepipeline.PipelineExecutionId}")
			}
		}
	}
}

// variablesOf an action are what it puts out, where that can be known.
func (a *run) variablesOf(x *action) (names []string, known bool) {
	switch x.provider {
	case "CodeStarSourceConnection":
		return sourceVariables(), true
	case "CloudFormation":
		if s := a.w.stackIn(a.accountOf(x), x.region, x.stack); s != nil {
			return keysOf(s.Template.Get("Outputs")), true
		}
	case "CodeBuild":
		project := a.w.projects[a.pipeline.stack.arn("codebuild", "project/"+a.known(x, "ProjectName"))]
		if project == nil {
			return nil, false
		}
		spec := project.buildSpec().node
		if spec == nil { // it is in the repository
			return nil, false
		}
		for _, n := range spec.At("env", "exported-variables").Elements() {
			names = append(names, n.Text)
		}
		return names, true
	}
	return nil, false
}

func (a *run) accountOf(x *action) string {
	if r := a.w.roles[x.role.String()]; r != nil {
		return r.stack.Account
	}
	return a.pipeline.stack.Account
}
