package tree

import "strings"

// shortTag returns the tag of the short form of an intrinsic in YAML, without its exclamation mark. ok is false if n has to be written in its
// long form.
func shortTag(n *Node) (tag string, ok bool) {
	name, arg, ok := n.Intrinsic()
	if !ok {
		return "", false
	}
	if _, _, nested := arg.Intrinsic(); nested {
		return "", false // two tags cannot share a node
	}
	switch name {
	case "Ref", "Condition", "Fn::ImportValue":
		ok = arg.Kind == String
	case "Fn::GetAtt":
		ok = isDotted(arg)
	case "Fn::And", "Fn::Base64", "Fn::Cidr", "Fn::Equals", "Fn::FindInMap", "Fn::GetAZs", "Fn::If", "Fn::Join",
		"Fn::Not", "Fn::Or", "Fn::Select", "Fn::Split", "Fn::Sub", "Fn::Transform":
		// After a tag every scalar is text, so a number, a boolean or a null keeps its kind only in the long form.
		ok = arg.Kind == String || arg.Kind == List || arg.Kind == Map
	default:
		ok = false // other functions, such as Fn::Contains and Fn::ToJsonString, have no short form that every parser accepts
	}
	return strings.TrimPrefix(name, "Fn::"), ok
}

// longName returns the long form of a YAML tag. It accepts more tags than shortTag returns.
func longName(tag string) (name string, ok bool) {
	switch tag {
	case "!Ref", "!Condition":
		return tag[1:], true
	case "!And", "!Base64", "!Cidr", "!Equals", "!FindInMap", "!GetAZs", "!GetAtt", "!GetStackOutput", "!If", "!ImportValue", "!Join",
		"!Not", "!Or", "!Select", "!Split", "!Sub", "!Transform",
		"!Contains", "!EachMemberEquals", "!EachMemberIn", "!Length", "!RefAll", "!ToJsonString", "!ValueOf", "!ValueOfAll":
		return "Fn::" + tag[1:], true
	default:
		return "", false
	}
}

// isDotted reports whether the argument of a GetAtt can be written A.B.C, so that splitGetAtt returns the same list.
func isDotted(arg *Node) bool {
	if arg.Kind != List || len(arg.Items) != 2 {
		return false
	}
	for _, item := range arg.Items {
		if item == nil || item.Kind != String || item.Text == "" {
			return false
		}
	}
	return !strings.Contains(arg.Items[0].Text, ".")
}

// splitGetAtt changes {"Fn::GetAtt": "A.B.C"} to {"Fn::GetAtt": ["A", "B.C"]}, the one form in trees. It keeps text without a dot, which is
// invalid, for later checks to report.
func splitGetAtt(n *Node) {
	if len(n.Keys) != 1 || n.Keys[0] != "Fn::GetAtt" || n.Items[0].Kind != String {
		return
	}
	arg := n.Items[0]
	id, attribute, _ := strings.Cut(arg.Text, ".")
	if id == "" || attribute == "" {
		return
	}
	n.Items[0] = &Node{Kind: List, Line: arg.Line, Column: arg.Column, Items: []*Node{
		{Kind: String, Line: arg.Line, Column: arg.Column, Text: id},
		{Kind: String, Line: arg.Line, Column: arg.Column, Text: attribute},
	}}
}
