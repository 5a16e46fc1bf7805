package tree

import "gopkg.in/yaml.v3"

// Aliases returns the line numbers of the aliases and merge keys in a YAML text. ParseYAML expands them; CloudFormation rejects them.
func Aliases(src []byte) []int {
	var document yaml.Node
	if yaml.Unmarshal(src, &document) != nil {
		return nil
	}
	var lines []int
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		if n.Kind == yaml.AliasNode || isMerge(n) {
			lines = append(lines, n.Line)
		}
		for _, c := range n.Content {
			walk(c)
		}
	}
	walk(&document)
	return lines
}
