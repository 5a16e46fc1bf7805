package pipeline

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

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
	pipelines := map[*stages.Environment]int{}
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
				continue
			case pipelines[e] > 0:
				fail("%s: the environment %s is one of a pipeline already; take it out of one of them", at, e.Place.Scope)
			case !slices.Contains(y.Environments, e):
				fail("%s: the environment %s is none of the system; take it out of the pipeline, too, or append it to the system's Environments", at, e.Place.Scope)
			}
			pipelines[e]++
		}
	}
	for i, e := range y.Environments {
		if e == nil {
			fail("Environments[%d] is nil; take it out of the list", i)
			continue
		}
		at := fmt.Sprintf("Environments[%d] (%s)", i, e.Place.Scope)
		if pipelines[e] == 0 {
			fail("%s: no pipeline deploys it; take it out of the system's Environments, too, or append it to those of a pipeline", at)
		}
		if e.Access == nil {
			fail("%s: Access is nil, which makes the roles that deploy its stacks; leave it as New made it", at)
		}
		for k, s := range e.Stacks {
			if isNil(s) {
				fail("%s: Stacks[%d] is nil; take it out of the list", at, k)
			}
		}
	}
	return errors.Join(errs...)
}

// isNil says whether there is no stack: also where a pointer to one of some type is nil.
func isNil(s cfn.Stack) bool {
	v := reflect.ValueOf(s)
	return s == nil || v.Kind() == reflect.Pointer && v.IsNil()
}
