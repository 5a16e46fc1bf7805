package spec

import "reflect"

// shaped is a struct that says what it looks like in a file, in one line.
type shaped interface{ shape() string }

// shapeOf what a field of a type takes, in one line: an example for hints. Empty for scalars.
func shapeOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return shapeOf(t.Elem())
	case reflect.Slice:
		item := shapeOf(t.Elem())
		if item == "" {
			item = "…"
		}
		return "[" + item + "]"
	case reflect.Map:
		value := shapeOf(t.Elem())
		if value == "" {
			value = "…"
		}
		return "{ NAME: " + value + " }"
	default:
		if s, ok := reflect.New(t).Interface().(shaped); ok {
			return s.shape()
		}
		return ""
	}
}
