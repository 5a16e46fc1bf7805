package spec

import "reflect"

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
	decoder{report: r, positions: map[string]position{}, values: new(int)}.decode(n, value, "")
	return r.errs.orNil()
}

// LogicalID lets tests compare it with what templates do.
func LogicalID(name string) string { return logicalID(name) }

// Timezones lets tests compare them with those of Go.
const Timezones = timezones

// ShapeOf lets tests read the examples that hints have.
func ShapeOf(t reflect.Type) string { return shapeOf(t) }
