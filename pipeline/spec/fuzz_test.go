package spec_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

// Whatever the text: no panic, no long wait, every problem has a place in the file and one line, and what is accepted holds
// no control characters.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		full, small, "", "project: 1\n", "a: &a [*a]\n", "<<: {project: shop}\n", "? [a]\n: b\n",
		strings.Replace(full, `"222222222222"`, "012345678901", 1),
		strings.Replace(full, "{ buckets: [{ name: data, expireDays: 0 }] }", "{ buckets: { data: null, x: { expireDays: 1 } } }", 1),
		strings.Replace(full, "team: shop", `team: "a\x00"`, 1),
		small + "application: { buckets: [{ name: a, removal: '{x}${{y}}' }] }\n",
		small + "overrides: &o { dev: { <<: [*o] } }\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 1<<16 {
			t.Skip()
		}
		start := time.Now() //nolint:forbidigo // how long it takes is what is tested
		s, err := spec.Parse("p.yml", src)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("took %v", took)
		}
		if (s == nil) == (err == nil) {
			t.Fatalf("spec %v, error %v", s != nil, err)
		}
		if err == nil {
			plain(t, reflect.ValueOf(*s))
			return
		}
		var errs spec.Errors
		if !errors.As(err, &errs) {
			t.Fatalf("%T", err)
		}
		lines := strings.Count(string(src), "\n") + 1
		for _, e := range errs {
			if e.Line < 1 || e.Line > lines || e.Column < 1 || e.Column > len(src)+1 {
				t.Errorf("%d:%d is not in a file of %d lines: %v", e.Line, e.Column, lines, e)
			}
			if text := e.Error(); e.Message == "" || strings.ContainsFunc(text, unicode.IsControl) || strings.Contains(text, "spec.") && !strings.Contains(string(src), "spec") {
				t.Errorf("message %q", text)
			}
		}
	})
}

func plain(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		if strings.ContainsFunc(v.String(), unicode.IsControl) {
			t.Errorf("%q was accepted", v.String())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				plain(t, v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			plain(t, v.Index(i))
		}
	case reflect.Map:
		for key, value := range v.Seq2() {
			plain(t, key)
			plain(t, value)
		}
	default:
	}
}
