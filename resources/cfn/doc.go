// Package cfn builds CloudFormation templates. It has typed values and intrinsic functions, the Template that builders add resources to, Link,
// which connects outputs and parameters of stacks, and Render, which checks the template and returns it as a plain tree.
//
// A value is opaque and has a kind, so the ARN of a key cannot be used in place of the ARN of a role. Text and references are joined only by
// functions of this package:
//
//	role := cfn.Format[cfn.RoleARN]("arn:%s:iam::%s:role/%s", cfn.Partition(), cfn.AccountID(), cfn.Lit("shop-dev-deploy"))
//
// No function panics. A mistake becomes a Problem with the path of the property, which Template.Render returns.
package cfn

import "strings"

// Problem is one mistake in a template.
type Problem struct {
	// Path in the template, such as Resources.Pipeline.Properties.RoleArn.
	Path string
	// Message says what is wrong.
	Message string
	// Hint says what to do. Optional.
	Hint string
}

func (p Problem) String() string {
	s := p.Path + ": " + p.Message
	if p.Hint != "" {
		s += "; " + p.Hint
	}
	return s
}

// TemplateError contains all problems of the template of one stack.
type TemplateError struct {
	// Stack is the full name of the stack. Optional.
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
