package stages

import (
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// verb is what code does with a part of the application: a word of pipeline.yaml.
type verb string

// The verbs.
const (
	reads  verb = "reads"
	writes verb = "writes"
)

// uses are the parts that code does something with, by their names.
type uses struct {
	verb  verb
	parts []string
}

// granter is a stack with parts that the code of other stacks uses.
type granter interface {
	cfn.Stack
	// grant lets code do something with a part. It returns nothing for a verb or a part of another stack.
	grant(t *cfn.Template, does verb, part string) grant
}

// grant is what code may do: with a part itself, and with the key that encrypts it. Keys come after all parts; nil where there is none.
type grant struct {
	part policy.Identity
	key  func() policy.Statement
}

// grants are what code may do with the parts that it uses.
func (e *Environment) grants(t *cfn.Template, used ...uses) policy.Identity {
	var list policy.Identity
	var keys []func() policy.Statement
	for _, u := range used {
		for _, part := range u.parts {
			for _, s := range e.Stacks {
				if g, ok := s.(granter); ok {
					given := g.grant(t, u.verb, part)
					list = append(list, given.part...)
					if given.key != nil {
						keys = append(keys, given.key)
					}
				}
			}
		}
	}
	for _, key := range keys {
		list = append(list, key())
	}
	return list
}
