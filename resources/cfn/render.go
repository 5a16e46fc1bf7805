package cfn

import (
	"slices"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Render is the template as a plain tree, sections in the order of CloudFormation's documentation and resources in the order in
// which they were added. Every problem of the template is in the error, a *TemplateError.
func (t *Template) Render() (*tree.Node, error) {
	root := mapOf("AWSTemplateFormatVersion", text("2010-09-09"))
	if t.whole != nil {
		root = clone(t.whole)
	} else if t.Description != "" {
		root.Set("Description", text(t.Description))
	}
	parameters := tree.NewMap()
	for _, p := range t.parameters {
		parameters.Set(p.name, p.node)
	}
	resources := tree.NewMap()
	for _, r := range t.resources {
		if !r.unwanted {
			resources.Set(r.id, r.node())
		}
	}
	for _, s := range []struct {
		name string
		node *tree.Node
	}{
		{"Parameters", parameters}, {"Rules", t.rules}, {"Conditions", t.conditions}, {"Resources", resources}, {"Outputs", t.outputs},
	} {
		if len(s.node.Keys) > 0 {
			root.Set(s.name, s.node)
		}
	}
	problems := slices.Concat(t.problems, t.unlinked())
	at := map[string]bool{}
	for _, p := range problems {
		at[p.Path] = true
	}
	for _, p := range Check(root) { // what follows from a problem that was found while building is not a second one
		if !at[p.Path] {
			problems = append(problems, p)
		}
	}
	if len(problems) > 0 {
		return nil, &TemplateError{Stack: t.Name(), List: problems}
	}
	return root, nil
}
