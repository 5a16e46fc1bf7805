package verify

import (
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// row of the thing's type in the catalog; an empty one for a type without a row.
func (x *thing) row() *catalog.Row {
	if row, ok := catalog.LookUp(x.kind); ok {
		return row
	}
	return &catalog.Row{}
}

// fill replaces the placeholders of a row's text, such as {account} and {QueueName}: see catalog.Row.
func (x *thing) fill(text string) eval.Value {
	var parts []eval.Value
	for text != "" {
		begin, rest, found := strings.Cut(text, "{")
		if begin != "" {
			parts = append(parts, eval.Text(begin))
		}
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, "}")
		parts = append(parts, x.placeholder(name))
		text = after
	}
	return eval.Concat(parts...)
}

// placeholder is the value of one placeholder of a row's text.
func (x *thing) placeholder(name string) eval.Value {
	switch name {
	case "partition":
		return eval.Text(partitionOf(x.stack.Region))
	case "region":
		return eval.Text(x.stack.Region)
	case "account":
		return eval.Text(x.stack.Account)
	case "arn":
		return x.fill(x.row().ARN)
	case "id":
		return x.hole()
	case "any":
		return eval.Text(anyID)
	case "Path":
		return pathOf(x)
	default:
		return x.name(name)
	}
}
