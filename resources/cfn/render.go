package cfn

import (
	"slices"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Render returns the template as a plain tree, with the sections in the order of the CloudFormation documentation and the resources in the order
// in which they were added. The error is a *TemplateError with all problems of the template.
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
	for _, p := range Check(root) { // without the problems that follow from one that building the template reported
		if !at[p.Path] {
			problems = append(problems, p)
		}
	}
	if len(problems) > 0 {
		return nil, &TemplateError{Stack: t.Name(), List: problems}
	}
	return root, nil
}
