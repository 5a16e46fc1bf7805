package verify

import (
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// reading is a call of Fn::GetStackOutput in a stack, with what its arguments give.
type reading struct {
	stack, output, region string // empty where they are not known
	account               string
	role                  eval.Value
	hasRole               bool
}

func (s *stack) reading(o tree.StackOutput) reading {
	known := func(n *tree.Node) string {
		text, _ := s.resolver.Resolve(n).Known()
		return text
	}
	r := reading{stack: known(o.StackName), output: known(o.OutputName), region: s.Region, account: s.Account}
	if o.Region != nil {
		r.region = known(o.Region)
	}
	if o.RoleArn == nil {
		return r
	}
	r.hasRole, r.role, r.account = true, s.resolver.Resolve(o.RoleArn), ""
	if parts := strings.Split(r.role.String(), ":"); len(parts) > 5 && len(parts[4]) == accountDigits {
		r.account = parts[4]
	}
	return r
}

// outputOf another stack that is deployed before s, as the resolver of s asks for it.
func (w *world) outputOf(s *stack, o tree.StackOutput) (v eval.Value, ok bool) {
	r := s.reading(o)
	from := w.stackIn(r.account, r.region, r.stack)
	if from == nil || from.index >= s.index || r.output == "" {
		return eval.Value{}, false
	}
	n := from.Template.At("Outputs", r.output, "Value")
	if n == nil {
		return eval.Value{}, false
	}
	return from.resolver.Resolve(n), true
}

// stackOutput: an output that a template reads is there when the stack is deployed, and the execution role may read it, or become the role that
// may ("Fn::GetStackOutput" of the CloudFormation Template Reference).
func (w *world) stackOutput(s *stack, path string, n *tree.Node, runs []*run) {
	o, problem, _ := n.StackOutput()
	if problem != "" {
		w.report.fail(s, path, "stack-output", problem, "correct it")
		return
	}
	r := s.reading(o)
	if w.isSaid(s.resolver.Resolve(n)) || r.hasRole && w.isSaid(r.role) {
		return
	}
	if r.stack == "" || r.output == "" || r.region == "" || r.account == "" {
		w.outputNotJudged(s, path, "the output of a stack that the templates do not name")
		return
	}
	if partitionOf(r.region) != partitionOf(s.Region) {
		w.report.fail(s, path, "stack-output", "stack "+r.stack+" is in another partition, from which CloudFormation reads no outputs", "give the value as a parameter")
		return
	}
	if from := w.stackIn(r.account, r.region, r.stack); from != nil {
		w.outputIsThere(s, path, from, r.output, runs)
	} else if !w.outsideOutput(s, path, r) {
		return
	}
	w.readsOutput(s, path, r)
}

// outputIsThere: the stack has the output, and is deployed before the one that reads it.
func (w *world) outputIsThere(s *stack, path string, from *stack, output string, runs []*run) {
	outputs := keysOf(from.Template.Get("Outputs"))
	switch {
	case from == s:
		w.report.fail(s, path, "stack-output", "the stack reads its own output "+output, "use the value itself")
		return
	case !slices.Contains(outputs, output):
		w.report.fail(s, path, "stack-output", "stack "+from.Name+" has no output "+output, "correct the name; its outputs are "+orNone(outputs))
		return
	case from.index > s.index:
		w.report.fail(s, path, "stack-output", "stack "+from.Name+", whose output "+output+" is read, is deployed later", "deploy "+from.Name+" first")
		return
	case from.Account == s.Account && from.Environment == s.Environment && !slices.Contains(s.DependsOn, from.Name):
		w.report.failManifest(s, "stack-output", "stack "+s.Name+" reads an output of stack "+from.Name+", and its dependsOn does not say so",
			"add "+from.Name+" to its dependsOn")
	}
	for _, a := range runs {
		i := slices.IndexFunc(a.actions, func(x *action) bool { return x.stack == s.Name && x.region == s.Region && a.accountOf(x) == s.Account })
		if i >= 0 && a.deploysLater(from, a.actions[i]) {
			a.fail(a.last(a.actions[i]), a.actions[i].path+".RunOrder", "deploy-order",
				"stack "+s.Name+" reads an output of stack "+from.Name+", which this run deploys only later, or at the same time", "deploy "+from.Name+" first")
		}
	}
}

// outsideOutput is for a stack that the directory does not have: where it should, that is an error. It says whether there is more to look at.
func (w *world) outsideOutput(s *stack, path string, r reading) bool {
	for _, o := range w.stacks {
		if o.Name == r.stack {
			w.report.fail(s, path, "stack-output", "there is no stack "+r.stack+" in account "+r.account+" and region "+r.region+
				"; it is in account "+o.Account+" and region "+o.Region, "set Region, or RoleArn to a role of the stack's account")
			return false
		}
	}
	if strings.HasPrefix(r.stack, w.assembly.Project+"-") && slices.Contains(w.accounts, r.account) {
		w.report.fail(s, path, "stack-output", "there is no stack "+r.stack, "correct the name, or add the stack")
		return false
	}
	w.outputNotJudged(s, path, "the output "+r.output+" of stack "+r.stack+" in account "+r.account+" and region "+r.region+", which is not in this directory")
	return true
}

func (w *world) outputNotJudged(s *stack, path, what string) {
	w.report.warn(s, path, "not-judged", "not judged: "+what, "check that it exists before this stack is deployed")
	w.report.Coverage.Outputs++
}

// readsOutput: the execution role may describe the stack, or become the role that may. What an operator may who deploys stands in no template.
func (w *world) readsOutput(s *stack, path string, r reading) {
	describe := request{
		action: "cloudformation:DescribeStacks", account: r.account,
		on: eval.Text("arn:" + partitionOf(r.region) + ":cloudformation:" + r.region + ":" + r.account + ":stack/" + r.stack + "/" + anyID),
	}
	if !r.hasRole {
		if s.deployer != nil {
			w.needs(nil, "stack-output", s.deployer, describe)
		}
		return
	}
	reader := w.roles[r.role.String()]
	switch {
	case reader != nil:
		w.needs(nil, "stack-output", reader, describe)
	case w.isOurs(r.role):
		w.report.fail(s, path+".Fn::GetStackOutput.RoleArn", "stack-output", "no stack makes the role "+r.role.String(), "correct the name, or let a stack make it")
		return
	default:
		w.report.warn(s, path+".Fn::GetStackOutput.RoleArn", "not-judged", "not judged: whether role "+r.role.String()+", which is not in this directory, may read "+
			r.output+" of stack "+r.stack, "check that its trust policy names the execution role of this stack, and that it may cloudformation:DescribeStacks")
		if w.stackIn(r.account, r.region, r.stack) != nil { // else that is counted
			w.report.Coverage.Outputs++
		}
		return
	}
	if s.deployer != nil {
		w.becomes[[2]*role{s.deployer, reader}] = true
		w.needs(nil, "stack-output", s.deployer, request{action: "sts:AssumeRole", on: reader.arn, account: reader.stack.Account, policy: reader.trust})
	}
}
