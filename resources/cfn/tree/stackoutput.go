package tree

import "slices"

// StackOutput is a call of Fn::GetStackOutput, which reads an output of another stack without an export.
type StackOutput struct {
	StackName, OutputName *Node
	// Region and RoleArn are optional. The role is in the account of the other stack. Without a role, both stacks are in the same account.
	Region, RoleArn *Node
}

// StackOutput returns the arguments of a call of Fn::GetStackOutput; ok is false for other nodes. The problem says why CloudFormation would reject
// the call, or is empty.
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
		problem = "Fn::GetStackOutput requires a mapping with StackName and OutputName, and optionally Region and RoleArn"
	}
	return o, problem, true
}
