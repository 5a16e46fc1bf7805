package policy

import (
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// unknownSize is the assumed size in bytes of a value that only CloudFormation knows: the length of the longest ARNs in the built-in policies.
const unknownSize = 120

// Size returns the size of a document in bytes without white space, after CloudFormation has resolved its intrinsics in a place.
func Size(place cfn.Place, n *tree.Node) int {
	if name, arg, ok := n.Intrinsic(); ok {
		return quotedSize(resolvedText(place, name, arg))
	}
	switch n.Kind {
	case tree.List:
		size := len("[]") + max(0, len(n.Items)-1)
		for _, item := range n.Items {
			size += Size(place, item)
		}
		return size
	case tree.Map:
		size := len("{}") + max(0, len(n.Items)-1)
		for i, item := range n.Items {
			size += quotedSize(n.Keys[i]) + len(":") + Size(place, item)
		}
		return size
	case tree.String:
		return quotedSize(n.Text)
	default:
		return len(n.Text)
	}
}

// quotedSize returns the size of a text as a JSON string.
func quotedSize(text string) int { return len(tree.Text(text).JSON()) - len("\n") }

// resolvedText returns a text as long as the value of an intrinsic.
func resolvedText(place cfn.Place, name string, arg *tree.Node) string {
	if name == "Ref" {
		return referencedText(place, arg.Text)
	}
	body, variables := arg, (*tree.Node)(nil)
	if arg.Kind == tree.List && len(arg.Items) == 2 {
		body, variables = arg.Items[0], arg.Items[1]
	}
	if name != "Fn::Sub" || body.Kind != tree.String {
		return unknownText(Size(place, arg)) // the parts of a Join, or both sides of an If
	}
	text := body.Text
	for _, s := range cfn.SubNames(body.Text) {
		value := referencedText(place, s)
		if v := variables.Get(s); v != nil {
			value = v.Text
			if n, a, ok := v.Intrinsic(); ok {
				value = resolvedText(place, n, a)
			}
		}
		text = strings.ReplaceAll(text, "${"+s+"}", value)
	}
	return strings.ReplaceAll(text, "${!", "${")
}

// referencedText returns a text as long as the value of a Ref, or of a ${…} in a Sub.
func referencedText(place cfn.Place, name string) string {
	switch name {
	case "AWS::AccountId":
		return strings.Repeat("0", 12)
	case "AWS::Region":
		return place.Region
	case "AWS::Partition":
		if strings.HasPrefix(place.Region, "us-gov-") {
			return "aws-us-gov"
		}
		return "aws"
	default:
		return unknownText(0)
	}
}

// unknownText returns a text of unknownSize bytes, or of minimum bytes if that is more.
func unknownText(minimum int) string { return strings.Repeat("x", max(unknownSize, minimum)) }
