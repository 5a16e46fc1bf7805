package spec

import (
	"errors"
	"reflect"
	"strings"
)

// Decode lets tests decode into types that the Spec does not have yet.
func Decode(src string, v any) error {
	return Merge(src, "null", v)
}

// Merge decodes what is left of base after the patch over.
func Merge(base, over string, v any) error {
	r := &report{failed: map[string]bool{}}
	node := func(src string) *node {
		if src == "null" {
			return nil
		}
		return r.expand(r.parseYAML([]byte(src)))
	}
	value := reflect.ValueOf(v).Elem()
	n := merger{r}.merge(value.Type(), node(base), node(over))
	decoder{report: r, positions: map[string]position{}}.decode(n, value, "")
	return r.errs.orNil()
}

// Timezones lets tests compare them with those of Go.
const Timezones = timezones

// ShapeOf lets tests read the examples that hints have.
func ShapeOf(t reflect.Type) string { return shapeOf(t) }

// Work is what reading a file took.
type Work struct{ Aliased, Values, Problems, Hints int }

// MostWork is what reading a file of so many bytes may take.
func MostWork(bytes int) Work {
	return Work{
		Aliased:  maxAliased + 1000,         // what is left of the lists that they stand in
		Values:   maxValues + bytes/100 + 1, // the last of them may be long
		Problems: maxValues + 1000,          // of what has no value, such as a missing one
		Hints:    900,                       // those that take time end after a thousand problems, many of which have none
	}
}

// Within says whether there was no more work than that.
func (w Work) Within(most Work) bool {
	return w.Aliased <= most.Aliased && w.Values <= most.Values && w.Problems <= most.Problems && w.Hints <= most.Hints
}

// WorkOf is Parse with what it took.
func WorkOf(src []byte) (*Spec, Work, error) {
	r := &report{failed: map[string]bool{}}
	s, err := r.parse(src, func(*Spec) []*Error { return nil })
	w := Work{Aliased: r.aliased, Values: r.values, Problems: len(r.errs)}
	var errs Errors
	errors.As(err, &errs)
	for _, e := range errs {
		if strings.HasPrefix(e.Hint, "did you mean") {
			w.Hints++
		}
	}
	return s, w, err
}

// IsPart says whether a field of Application has parts, which are walked.
func IsPart(field reflect.Type) bool { return partType(field) != nil }
