package tree

import "gopkg.in/yaml.v3"

// Aliases are the lines of a YAML text on which aliases and merge keys stand. ParseYAML expands them; CloudFormation refuses them.
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
