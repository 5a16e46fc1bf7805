package tree

import "slices"

// StackOutput is a call of Fn::GetStackOutput, which reads an output of another stack without an export.
type StackOutput struct {
	StackName, OutputName *Node
	// Region and RoleArn may be nil. The role is one of the account that the other stack is in; without one, that is the account of the stack.
	Region, RoleArn *Node
}

// StackOutput takes a call of Fn::GetStackOutput apart; ok is false for anything else. The problem says what CloudFormation would refuse of it.
func (n *Node) StackOutput() (o StackOutput, problem string, ok bool) {
	name, arg, _ := n.Intrinsic()
	if name != "Fn::GetStackOutput" {
		return o, "", false
	}
	o = StackOutput{arg.Get("StackName"), arg.Get("OutputName"), arg.Get("Region"), arg.Get("RoleArn")}
	isOther := func(key string) bool {
		return !slices.Contains([]string{"StackName", "OutputName", "Region", "RoleArn"}, key)
	}
	if o.StackName == nil || o.OutputName == nil || slices.ContainsFunc(arg.Keys, isOther) {
		problem = "Fn::GetStackOutput takes a map with StackName and OutputName, and perhaps Region and RoleArn"
	}
	return o, problem, true
}
