package spec_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

// What is written in the wrong shape is told with the one that is wanted.
func TestShapesInHints(t *testing.T) {
	t.Parallel()
	const function = ", functions: [{ name: a, source: a, runtime: provided.al2023 }] }"
	for _, c := range []struct{ line, want string }{
		{"application: { api: true }", `9:21: application.api: needs a mapping, found true; write a mapping such as { rate: 100, burst: 200 }`},
		{"application: { jobs: [nightly] }", `9:23: application.jobs[0]: needs a mapping, found the text "nightly"; write a mapping such as { name: nightly, image: web, schedule: "rate(1 day)" }`},
		{"application: { jobs: nightly }", `9:22: application.jobs: needs a list, found the text "nightly"; write a list such as [{ name: nightly, image: web, schedule: "rate(1 day)" }]`},
		{"application: { network: 2 }", `9:25: application.network: needs true, false or a mapping, found the number 2; write true, or a mapping such as { cidr: 10.0.0.0/16, nat: one }`},
		{"application: { monitoring: [ops@example.com] }", `9:28: application.monitoring: needs true, false or a mapping, found a list; write true, or a mapping such as { email: ops@example.com }`},
		{"application: { monitoring: { email: [a@example.com, b@example.com] }" + function, `9:37: application.monitoring.email: needs text, found a list; write one text with commas: "a@example.com, b@example.com"`},
		{"application: { monitoring: { email: [a@example.com] }" + function, `9:37: application.monitoring.email: needs text, found a list; write it without brackets: "a@example.com"`},
		{"application: { monitoring: { email: [] }" + function, `9:37: application.monitoring.email: needs text, found a list`},
		{"application: { functions: [{ name: a, build: [make, make test], source: a, runtime: provided.al2023 }] }", `9:46: application.functions[0].build: needs text, found a list`},
		{"application: { functions: [{ name: a, build: [{}], source: a, runtime: provided.al2023 }] }", `9:46: application.functions[0].build: needs text, found a list`},
		{"steps: { functionTests: true }", `9:25: steps.functionTests: needs a mapping, found true; write a mapping such as { commands: [make test] }`},
		{"overrides: dev", `9:12: overrides: needs a mapping, found the text "dev"; write a mapping such as { NAME: { buckets: [{ name: data }] } }`},
		{"overrides: { dev: { buckets: { data: x } } }", `9:38: overrides.dev.buckets.data: needs a mapping, found the text "x"; write a mapping of what differs`},
		{"overrides: { dev: { functions: [{ name: a, source: a, runtime: provided.al2023, environment: [A] }] } }", `9:94: overrides.dev.functions[0].environment: needs a mapping, found a list; write a mapping such as { NAME: … }`},
	} {
		refuse(t, small+c.line+"\n", c.want)
	}
}

// fields visits the types of the fields of a struct, and of those that stand in it inline.
func fields(typ reflect.Type, visit func(reflect.Type)) {
	for i := range typ.NumField() {
		f := typ.Field(i)
		if tag := f.Tag.Get("yaml"); tag == ",inline" {
			fields(f.Type, visit)
		} else if tag != "" && tag != "-" {
			visit(f.Type)
		}
	}
}

// The shape of every mapping that a file can have is known, and is one that can be read.
func TestShapes(t *testing.T) {
	t.Parallel()
	seen := map[reflect.Type]bool{}
	var visit func(typ reflect.Type)
	visit = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			visit(typ.Elem())
			return
		case reflect.Struct:
		default:
			return
		}
		if seen[typ] {
			return
		}
		seen[typ] = true
		fields(typ, visit)
		shape := spec.ShapeOf(typ)
		if typ == reflect.TypeFor[spec.Spec]() {
			return // a hint of its own says how a file begins
		}
		if !strings.HasPrefix(shape, "{ ") || strings.Contains(shape, "\n") {
			t.Errorf("%s has the shape %q", typ, shape)
		}
		if err := spec.Decode(shape, reflect.New(typ).Interface()); err != nil {
			t.Errorf("%s has the shape %s: %v", typ, shape, err)
		}
	}
	visit(reflect.TypeFor[spec.Spec]())
	if len(seen) < 25 {
		t.Errorf("%d mappings", len(seen))
	}
}
