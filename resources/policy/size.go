package policy

import (
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// unknownSize is what a value counts that only CloudFormation knows: as long as the longest ARNs in our policies.
const unknownSize = 120

// Size is the size of a document in bytes without white space, once CloudFormation has resolved it in a place.
func Size(place cfn.Place, n *tree.Node) int {
	if name, arg, ok := n.Intrinsic(); ok {
		return quotedSize(resolved(place, name, arg))
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

// quotedSize is the size of text in JSON.
func quotedSize(text string) int { return len(tree.Text(text).JSON()) - len("\n") }

// resolved is a text as long as what CloudFormation makes of an intrinsic.
func resolved(place cfn.Place, name string, arg *tree.Node) string {
	if name == "Ref" {
		return named(place, arg.Text)
	}
	body, variables := arg, (*tree.Node)(nil)
	if arg.Kind == tree.List && len(arg.Items) == 2 {
		body, variables = arg.Items[0], arg.Items[1]
	}
	if name != "Fn::Sub" || body.Kind != tree.String {
		return unknown(Size(place, arg)) // the parts of a Join, or both sides of an If
	}
	text := body.Text
	for _, s := range cfn.SubNames(body.Text) {
		value := named(place, s)
		if v := variables.Get(s); v != nil {
			value = v.Text
			if n, a, ok := v.Intrinsic(); ok {
				value = resolved(place, n, a)
			}
		}
		text = strings.ReplaceAll(text, "${"+s+"}", value)
	}
	return strings.ReplaceAll(text, "${!", "${")
}

// named is a text as long as what a Ref or the ${…} of a Sub stands for.
func named(place cfn.Place, name string) string {
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
		return unknown(0)
	}
}

func unknown(least int) string { return strings.Repeat("x", max(unknownSize, least)) }
