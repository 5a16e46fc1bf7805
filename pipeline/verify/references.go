package verify

import (
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// references finds what a template names by Ref, Fn::GetAtt, Fn::Sub or DependsOn and does not declare, and
// resources that need each other: CloudFormation makes no change set of it.
func (w *world) references(s *stack, runs []*run) {
	if s.Template.Get("Transform") != nil {
		return // which may declare more
	}
	for _, c := range tree.Cycles(s.Template) {
		w.report.fail(s, c.Needs[c.Break].Path, "cycle", "resources need each other: "+c.String()+" ("+c.Paths()+")", c.Hint())
	}
	r := &references{w: w, stack: s, runs: runs, declared: map[string]bool{}}
	for _, name := range keysOf(s.Template.Get("Parameters")) {
		r.declared[name] = false
	}
	resources := s.Template.Get("Resources")
	for _, id := range keysOf(resources) {
		r.declared[id] = true
	}
	for i, section := range s.Template.Keys {
		switch section {
		case "Conditions", "Outputs", "Resources", "Rules":
			r.below(i, s.Template.Items[i])
		}
	}
	for i, id := range keysOf(resources) {
		for _, n := range resources.Items[i].Get("DependsOn").Elements() {
			if !r.declared[n.Text] {
				r.fail("Resources."+id+".DependsOn", "resource "+n.Text)
			}
		}
	}
}

// references of a template.
type references struct {
	w     *world
	stack *stack
	runs  []*run
	// declared are the resources, and as false the parameters.
	declared map[string]bool
	trail    []int // from the template to what is looked at: paths are made only of what is wrong
}

func (r *references) below(i int, n *tree.Node) {
	if n == nil {
		return
	}
	r.trail = append(r.trail, i)
	switch name, arg, _ := n.Intrinsic(); name {
	case "Ref":
		r.named(arg, false)
	case "Fn::GetAtt":
		if arg.Kind == tree.List && len(arg.Items) > 0 {
			r.attribute(arg.Items)
			arg = arg.Items[0]
		}
		r.named(arg, true)
	case "Fn::Sub":
		r.sub(arg)
	case "Fn::GetStackOutput":
		r.w.stackOutput(r.stack, r.path(), n, r.runs)
	}
	for k, item := range n.Items {
		r.below(k, item)
	}
	r.trail = r.trail[:len(r.trail)-1]
}

func (r *references) sub(arg *tree.Node) {
	var own *tree.Node
	if arg.Kind == tree.List && len(arg.Items) == 2 {
		arg, own = arg.Items[0], arg.Items[1]
	}
	for _, part := range strings.Split(arg.Text, "${")[1:] {
		name, _, closed := strings.Cut(part, "}")
		name = strings.TrimSpace(name)
		if closed && own.Get(name) == nil && !strings.HasPrefix(name, "!") {
			r.name(name, strings.Contains(name, "."))
		}
	}
}

// named by a text: what is none, is no name.
func (r *references) named(n *tree.Node, isAttribute bool) {
	if n.Kind == tree.String {
		r.name(n.Text, isAttribute)
	}
}

// name of something, or of something's attribute.
func (r *references) name(name string, isAttribute bool) {
	id, what := name, "resource or parameter "
	if isAttribute {
		id, _, _ = strings.Cut(name, ".")
		what = "resource "
	}
	isResource, found := r.declared[id]
	switch {
	case !isResource && (isAttribute || !found && !isPseudo(id)):
		r.fail(r.path(), what+id)
	case isAttribute && strings.Contains(name, "."):
		r.exists(id, name[len(id)+1:])
	}
}

func (r *references) fail(path, what string) {
	r.w.report.fail(r.stack, path, "reference", "the template has no "+what, "declare it, or correct the name")
}

// path of what is looked at.
func (r *references) path() string {
	var b strings.Builder
	n := r.stack.Template
	for _, i := range r.trail {
		switch {
		case n.Kind == tree.List:
			b.WriteString("[" + strconv.Itoa(i) + "]")
		case b.Len() > 0:
			b.WriteString("." + n.Keys[i])
		default:
			b.WriteString(n.Keys[i])
		}
		n = n.Items[i]
	}
	return b.String()
}

// isPseudo says whether CloudFormation gives the parameter.
func isPseudo(name string) bool {
	switch name {
	case "AWS::AccountId", "AWS::NoValue", "AWS::NotificationARNs", "AWS::Partition", "AWS::Region", "AWS::StackId", "AWS::StackName", "AWS::URLSuffix":
		return true
	}
	return false
}
