package spec_test

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

// Whatever the text: no panic, no more work than there may be, every problem has a place in the file and one line, and what is accepted holds
// no control characters but, in scripts and values, new lines and tabs.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		full, small, "", "project: 1\n", "a: &a [*a]\n", "<<: {project: shop}\n", "? [a]\n: b\n",
		strings.Replace(full, `"222222222222"`, "012345678901", 1),
		strings.Replace(full, "{ buckets: [{ name: data, expireDays: 0 }] }", "{ buckets: { data: null, x: { expireDays: 1 } } }", 1),
		strings.Replace(full, "team: shop", `team: "a\x00"`, 1),
		small + "application: { buckets: [{ name: a, removal: '{x}${{y}}' }] }\n",
		small + "overrides: &o { dev: { <<: [*o] } }\n",
		code, strings.Replace(code, "runtime: python3.13", "runtime: python3.9", 1),
		strings.Replace(code, "index.handler", "Shop::Shop.Hello+A`1::Handle", 1),
		strings.Replace(code, "lambda/hello", "'a/../b'", 1),
		steps, strings.Replace(steps, "approval: true", "approval: yes", 1),
		strings.Replace(steps, "standard:7.0", "standard@sha256:", 1),
		strings.Replace(steps, "#token", ":token#", 1),
		strings.Replace(steps, "ssm:GetParameter*", "*:*", 1),
		strings.Replace(steps, "{project}/*", "{{project}/?", 1),
		strings.Replace(steps, "after: synth", "before: synth, name: a--b", 1),
		strings.Replace(steps, "publish: { timeoutMinutes: 90 }", "publish: ~, synth: ~", 1),
		parts, strings.Replace(parts, "types: [dev, test]", "types: [test, '', 1]", 1),
		parts + "overrides: { dev: { buckets: { data: { types: ~, environments: [] } } } }\n",
		strings.Replace(code, "reads: [data]", "reads: [dta, '', dta]", 1),
		strings.Replace(code, "layer:tools:7", "layer:tools", 1),
		strings.Replace(code, "/shop/version", "/shop/dev/x/", 1),
		strings.Replace(code, "pip install -r requirements.txt -t .", "a\\nb\\tc {{x}}", 1),
		application, existing,
		application + "overrides: { dev: { network: ~, monitoring: true, api: ~, functions: { orders: { api: { path: '/{' } } } }, prod: { services: { web: ~ } } }\n",
		strings.Replace(application, "/{id}\" }", "/{id+}/{}\" }", 1), strings.Replace(application, "/hello/{id}", "/orders", 1),
		strings.Replace(application, "10.1.0.0/16", "10.1.0.1/24", 1), strings.Replace(application, "zones: 2", "zones: 4, public: [10.1.0.0/17]", 1),
		strings.Replace(application, "[sqs, ecr.api]", "['', s3, com.amazonaws.x, sqss]", 1),
		strings.Replace(existing, "subnet-00000003", "subnet-00000002, x", 1),
		strings.Replace(application, "issuer: \"https://", "issuer: \"://@?", 1), strings.Replace(application, "https://shop", "*://[", 1),
		strings.Replace(application, "image: worker", "image: 'a/b:c@d'", 1), strings.Replace(application, "image: web\n", "image: ':@'\n", 1),
		strings.Replace(application, "vcpus: 0.5", "vcpus: 1e308", 1), strings.Replace(application, "vcpus: 4", "vcpus: .5", 1),
		strings.Replace(application, "g5.xlarge", ".x, a.b.c", 1),
		strings.Replace(application, "cron(0 3 ? * MON-FRI *)", "0 3 * * 1-5/2", 1), strings.Replace(application, "cron(0 3 ? * MON-FRI *)", "cron(a-b/c,, ?L #W LW 1#2#3 -/)", 1),
		strings.Replace(application, "cron(0 3 ? * MON-FRI *)", "rate( 1 s)", 1), strings.Replace(application, "cron(0 3 ? * MON-FRI *)", "at(0000-00-00T)", 1),
		strings.Replace(application, "loadBalancer: {", "loadBalancer: { certificate: 'arn:::::', http: true, internal: false,", 1),
		strings.Replace(application, "ops@example.com", "@,a@b.c,\\\"a b\\\"@c.d", 1), strings.Replace(application, "logDays: 30", "logDays: -9223372036854775808", 1),
		strings.Replace(application, "name: extras", "name: access", 1), strings.Replace(application, "VpcId:", "'':", 1),
		code + "overrides: { prod: { functions: { hello: { vpc: null, reservedConcurrency: ~ }, fast: null }, repositories: { web: {} } } }\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 1<<16 {
			t.Skip()
		}
		s, work, err := spec.WorkOf(src)
		work.Hints = 0 // those for unknown fields take little, however many there are
		if most := spec.MostWork(len(src)); !work.Within(most) {
			t.Errorf("took %+v, want at most %+v", work, most)
		}
		if (s == nil) == (err == nil) {
			t.Fatalf("spec %v, error %v", s != nil, err)
		}
		if err == nil {
			plain(t, reflect.ValueOf(*s), false)
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

func plain(t *testing.T, v reflect.Value, lines bool) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		text := v.String()
		if lines {
			text = strings.NewReplacer("\n", "", "\t", "").Replace(text)
		}
		if strings.ContainsFunc(text, unicode.IsControl) {
			t.Errorf("%q was accepted", v.String())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				plain(t, v.Field(i), slices.Contains([]string{"Build", "Command", "Commands", "Environment", "HealthCommand", "Parameters", "Text"}, f.Name))
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			plain(t, v.Elem(), lines)
		}
	case reflect.Slice:
		for i := range v.Len() {
			plain(t, v.Index(i), lines)
		}
	case reflect.Map:
		for key, value := range v.Seq2() {
			plain(t, key, false)
			plain(t, value, lines)
		}
	default:
	}
}
