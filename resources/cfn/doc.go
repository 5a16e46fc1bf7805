// Package cfn holds what CloudFormation templates are made of: typed values and intrinsics, the Template that builders fill,
// the wiring of one stack's output to another stack's parameter, and the rendering to a plain tree with every refusal on the way.
//
// A value is opaque and has a kind, so a key's ARN cannot stand where a role's ARN is asked for, and text cannot be glued to a
// reference behind CloudFormation's back:
//
//	role := cfn.Format[cfn.RoleARN]("arn:%s:iam::%s:role/%s", cfn.Partition(), cfn.AccountID(), cfn.Lit("shop-dev-deploy"))
//
// Nothing here panics: a wrong use becomes a Problem with the path of the property, returned by Template.Render.
package cfn

import "strings"

// Problem is one thing that is wrong with a template.
type Problem struct {
	// Path in the template, such as Resources.Pipeline.Properties.RoleArn.
	Path string
	// Message says what is wrong.
	Message string
	// Hint says what to do; may be empty.
	Hint string
}

func (p Problem) String() string {
	s := p.Path + ": " + p.Message
	if p.Hint != "" {
		s += "; " + p.Hint
	}
	return s
}

// TemplateError is everything that is wrong with the template of one stack.
type TemplateError struct {
	// Stack is the name of the stack in its account; may be empty.
	Stack string
	List  []Problem
}

func (e *TemplateError) Error() string {
	lines := make([]string, len(e.List))
	for i, x := range e.List {
		lines[i] = x.String()
		if e.Stack != "" {
			lines[i] = e.Stack + ": " + lines[i]
		}
	}
	return strings.Join(lines, "\n")
}
