package pipeline

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/stages"
)

// complete finds what a change of the system in Go has left out: all of it.
func (y *System) complete() error {
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if len(y.Pipelines) == 0 {
		fail("Pipelines is empty, so that nothing would be deployed; leave one in it")
	}
	seen := map[*stages.Environment]bool{}
	for i, p := range y.Pipelines {
		if p == nil {
			fail("Pipelines[%d] is nil; take it out of the list", i)
			continue
		}
		at := fmt.Sprintf("Pipelines[%d] (%s)", i, p.Name)
		if p.Access == nil {
			fail("%s: Access is nil, which makes the roles that deploy its stacks; leave it as New made it", at)
		}
		for k, e := range p.Environments {
			switch {
			case e == nil:
				fail("%s: Environments[%d] is nil; take it out of the list", at, k)
			case seen[e]:
				fail("%s: the environment %s is one of a pipeline already; take it out of one of them", at, e.Place.Scope)
			default:
				seen[e] = true
				errs = append(errs, completeEnvironment(fmt.Sprintf("%s: Environments[%d] (%s)", at, k, e.Place.Scope), e))
			}
		}
	}
	return errors.Join(errs...)
}

// completeEnvironment finds what an environment lacks; at says where it is.
func completeEnvironment(at string, e *stages.Environment) error {
	var errs []error
	if e.Access == nil {
		errs = append(errs, fmt.Errorf("%s: Access is nil, which makes the roles that deploy its stacks; leave it as New made it", at))
	}
	for i, s := range e.Stacks {
		if isNil(s) {
			errs = append(errs, fmt.Errorf("%s: Stacks[%d] is nil; take it out of the list", at, i))
		}
	}
	return errors.Join(errs...)
}

// isNil says whether there is no stack: also where a pointer to one of some type is nil.
func isNil(s cfn.Stack) bool {
	v := reflect.ValueOf(s)
	return s == nil || v.Kind() == reflect.Pointer && v.IsNil()
}
