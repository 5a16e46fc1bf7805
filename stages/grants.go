package stages

import (
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// granter is a stack with parts that the code of other stacks uses.
type granter interface {
	cfn.Stack
	// grant lets code do something with a part. It returns nothing for a verb or a part of another stack.
	grant(t *cfn.Template, verb, part string) grant
}

// grant is what code may do: with a part itself, and with the key that encrypts it. Keys come after all parts; nil where there is none.
type grant struct {
	part policy.Identity
	key  func() policy.Statement
}

// grants are what code may do with the parts that it uses.
func (e *Environment) grants(t *cfn.Template, uses spec.Uses) policy.Identity {
	var list policy.Identity
	var keys []func() policy.Statement
	for _, u := range uses.All() {
		for _, part := range u.Parts {
			for _, s := range e.Stacks {
				if g, ok := s.(granter); ok {
					given := g.grant(t, u.Verb, part)
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
