package stages

import (
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/names"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// reading is a stack of which a template reads an output by Fn::GetStackOutput.
type reading struct {
	stack, region, account string
	hasRole                bool // it is read as a role of that account
}

// readings are the stacks of which the template reads outputs, as far as their names are known while building, in the order of the template.
func (s *Own) readings(root *tree.Node) []reading {
	p := s.Environment.Place
	r := &eval.Resolver{Account: p.Account, Region: p.Region, Partition: names.Partition(p.Region), URLSuffix: "amazonaws.com", Parameters: map[string]eval.Value{}}
	parameters := root.Get("Parameters")
	for i, name := range parametersOf(root) {
		value, given := s.Stack.Parameters[name]
		if _, _, isReference := References(value); isReference {
			continue
		}
		if d := parameters.Items[i].Get("Default"); !given && d != nil {
			value, given = d.Text, true
		}
		if given && !isFromSSM(parameters.Items[i]) {
			r.Parameters[name] = eval.Text(value)
		}
	}
	known := func(n *tree.Node, otherwise string) string {
		if n == nil {
			return otherwise
		}
		text, _ := r.Resolve(n).Known()
		return text
	}
	var list []reading
	root.Walk(func(_ string, n *tree.Node) bool {
		o, problem, ok := n.StackOutput()
		if !ok || problem != "" {
			return true
		}
		x := reading{stack: known(o.StackName, ""), region: known(o.Region, p.Region), account: p.Account, hasRole: o.RoleArn != nil}
		if arn := strings.Split(known(o.RoleArn, ""), ":"); x.hasRole && len(arn) > 5 {
			x.account = arn[4]
		}
		if x.stack != "" && x.region != "" {
			list = append(list, x)
		}
		return true
	})
	return list
}
