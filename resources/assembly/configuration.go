package assembly

import (
	"fmt"
	"slices"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// configExtension is the extension of a stack's configuration file.
const configExtension = ".config.json"

// configuration returns the content of the stack's template configuration file (CodePipeline User Guide, "CloudFormation artifacts").
func (s *Stack) configuration() *tree.Node {
	parameters := tree.NewMap()
	for _, p := range s.Parameters {
		parameters.Set(p.Name, tree.Text(p.Value))
	}
	n := tree.NewMap().Set("Parameters", parameters)
	if len(s.Tags) > 0 {
		tags := tree.NewMap()
		for _, key := range sortedKeys(s.Tags) {
			tags.Set(key, tree.Text(s.Tags[key]))
		}
		n.Set("Tags", tags)
	}
	if s.StackPolicy != nil {
		n.Set("StackPolicy", s.StackPolicy)
	}
	return n
}

// configure sets the parameters, tags and stack policy of s to those in a template configuration file.
func (s *Stack) configure(name string, data []byte) error {
	n, err := tree.Parse(name, data)
	if err != nil {
		return err
	}
	if n.Kind != tree.Map {
		return &tree.SyntaxError{Line: 1, Message: "expected an object with Parameters, Tags and StackPolicy"}
	}
	for i, key := range n.Keys {
		if !slices.Contains([]string{"Parameters", "Tags", "StackPolicy"}, key) {
			return errorAt(n.Items[i], "unknown key %s: CodePipeline reads only Parameters, Tags and StackPolicy", key)
		}
		if key == "StackPolicy" {
			s.StackPolicy = n.Items[i]
			continue
		}
		if n.Items[i].Kind != tree.Map {
			return errorAt(n.Items[i], "%s must be an object", key)
		}
		for j, name := range n.Items[i].Keys {
			value := n.Items[i].Items[j]
			switch {
			case value.Kind != tree.String:
				return errorAt(value, "%s.%s must be a string", key, name)
			case key == "Parameters":
				s.Parameters = append(s.Parameters, Parameter{Name: name, Value: value.Text})
			case s.Tags == nil:
				s.Tags = map[string]string{name: value.Text}
			default:
				s.Tags[name] = value.Text
			}
		}
	}
	return nil
}

// errorAt returns an error with the line of n.
func errorAt(n *tree.Node, format string, args ...any) error {
	return &tree.SyntaxError{Line: int(n.Line), Message: fmt.Sprintf(format, args...)}
}
