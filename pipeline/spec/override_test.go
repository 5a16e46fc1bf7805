package spec_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

func TestOverrides(t *testing.T) {
	t.Parallel()
	const base = small + `application:
  buckets:
    - { name: data, expireDays: 90, removal: delete }
    - { name: upload, noncurrentDays: 7 }
`
	data := spec.Bucket{Name: "data", ExpireDays: 90, NoncurrentDays: 30, Removal: spec.Delete}
	upload := spec.Bucket{Name: "upload", NoncurrentDays: 7, Removal: spec.Retain}
	with := func(b spec.Bucket, change func(*spec.Bucket)) spec.Bucket { change(&b); return b }
	for _, c := range []struct {
		name, prod string
		want       []spec.Bucket
	}{
		{"nothing", "null", []spec.Bucket{data, upload}},
		{"empty", "{}", []spec.Bucket{data, upload}},
		{"a field", "{ buckets: [{ name: data, expireDays: 5 }] }", []spec.Bucket{with(data, func(b *spec.Bucket) { b.ExpireDays = 5 }), upload}},
		{"zero is not absent", "{ buckets: [{ name: data, expireDays: 0 }] }", []spec.Bucket{with(data, func(b *spec.Bucket) { b.ExpireDays = 0 }), upload}},
		{"null is the default of the environment's type", "{ buckets: [{ name: data, removal: null }] }", []spec.Bucket{with(data, func(b *spec.Bucket) { b.Removal = spec.Retain }), upload}},
		{"a new item", "{ buckets: [{ name: logz }] }", []spec.Bucket{data, upload, {Name: "logz", NoncurrentDays: 30, Removal: spec.Retain}}},
		{"second item", "{ buckets: [{ name: upload, noncurrentDays: 8 }] }", []spec.Bucket{data, with(upload, func(b *spec.Bucket) { b.NoncurrentDays = 8 })}},
		{"by name", "{ buckets: { data: { expireDays: 5 } } }", []spec.Bucket{with(data, func(b *spec.Bucket) { b.ExpireDays = 5 }), upload}},
		{"dropped by name", "{ buckets: { data: null } }", []spec.Bucket{upload}},
		{"new by name", "{ buckets: { logz: {} } }", []spec.Bucket{data, upload, {Name: "logz", NoncurrentDays: 30, Removal: spec.Retain}}},
		{"dropped and new", "{ buckets: { upload: ~, logz: { expireDays: 1 }, data: ~ } }", []spec.Bucket{{Name: "logz", ExpireDays: 1, NoncurrentDays: 30, Removal: spec.Retain}}},
		{"all dropped", "{ buckets: null }", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := parse(t, base+"overrides:\n  prod: "+c.prod+"\n")
			if d := cmp.Diff(c.want, s.Environments[1].Application.Buckets); d != "" {
				t.Errorf("prod: -want +got\n%s", d)
			}
			dev := []spec.Bucket{data, with(upload, func(b *spec.Bucket) { b.Removal = spec.Delete })}
			if d := cmp.Diff(dev, s.Environments[0].Application.Buckets); d != "" {
				t.Errorf("dev changed too: -want +got\n%s", d)
			}
			if got := s.Application.Buckets[0].ExpireDays; got != 90 {
				t.Errorf("the application changed too: %d", got)
			}
		})
	}
}

func TestOverridesWithoutApplication(t *testing.T) {
	t.Parallel()
	for _, prod := range []string{"{ buckets: [{ name: data }] }", "{ buckets: { data: {} } }"} {
		s := parse(t, small+"overrides:\n  prod: "+prod+"\n")
		want := []spec.Bucket{{Name: "data", NoncurrentDays: 30, Removal: spec.Retain}}
		if d := cmp.Diff(want, s.Environments[1].Application.Buckets); d != "" {
			t.Errorf("-want +got\n%s", d)
		}
		if got := s.Environments[0].Application.Buckets; got != nil {
			t.Errorf("dev has %v", got)
		}
	}
}

func TestOverridesAsWritten(t *testing.T) {
	t.Parallel()
	s := parse(t, small+"overrides: { prod: { buckets: { data: { expireDays: 5 } } } }\n")
	want := map[string]spec.Application{"prod": {Buckets: []spec.Bucket{{Name: "data", ExpireDays: 5}}}}
	if d := cmp.Diff(want, s.Overrides); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestOverridesRefuse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, overrides, want string }{
		{"unknown environment", "{ pord: {} }", `18:5: overrides.pord: there is no environment "pord"; did you mean "prod"?`},
		{"unknown field", "{ prod: { bukets: [] } }", `18:13: overrides.prod.bukets: unknown field; did you mean "buckets"?`},
		{"unknown field in an item", "{ prod: { buckets: [{ name: data, expiredays: 1 }] } }", `18:37: overrides.prod.buckets[0].expiredays: unknown field; did you mean "expireDays"?`},
		{"wrong type", "{ prod: { buckets: { data: { expireDays: x } } } }", `18:44: overrides.prod.buckets.data.expireDays: needs a number, found the text "x"`},
		{"wrong value", "{ prod: { buckets: { data: { expireDays: -1 } } } }", `18:44: overrides.prod.buckets.data.expireDays: cannot be -1; use a number of days from 0 to 36500`},
		{"text for a list", "{ prod: { buckets: data } }", `18:22: overrides.prod.buckets: needs a list, found the text "data"; write a list such as [{ name: data }]`},
		{"text for an item", "{ prod: { buckets: { data: x } } }", `18:30: overrides.prod.buckets.data: needs a mapping, found the text "x"; write a mapping of what differs`},
		{"drop what is not there", "{ prod: { buckets: { date: null } } }", `18:24: overrides.prod.buckets.date: there is no "date" to drop; did you mean "data"?`},
		{"a name twice", "{ prod: { buckets: [{ name: data }, { name: data }] } }", `18:47: overrides.prod.buckets[1].name: the name "data" is given twice in this list; write one item`},
		{"a name beside its key", "{ prod: { buckets: { data: { name: date } } } }", `18:38: overrides.prod.buckets.data.name: has its name already, from the key "data"; leave it out`},
		{"new item with a bad name", "{ prod: { buckets: [{ name: logs }] } }", `18:31: overrides.prod.buckets[0].name: "logs" is the name of a bucket that cfnpipe makes; choose another`},
		{"item without a name", "{ prod: { buckets: [{ expireDays: 1 }] } }", `18:23: overrides.prod.buckets[0].name: is required; use lower-case letters, digits and dashes between them, such as data`},
		{"unknown field beside a key that names the item", "{ prod: { buckets: { data: { x-y: 1 } } } }", `18:32: overrides.prod.buckets.data.x-y: unknown field; known here: expireDays, noncurrentDays, removal, environments, types`},
		{"unknown placeholder", "{ prod: { buckets: [{ name: data, removal: '{x}' }] } }", `18:46: overrides.prod.buckets[0].removal: unknown placeholder "{x}"; use {account}, {environment}, {project}, {region}, {type}, or write {{x}} for literal text`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			refuse(t, change(t, full, "overrides:\n  prod: { buckets: [{ name: data, expireDays: 0 }] }\n", "overrides:\n  "+c.overrides+"\n"), c.want)
		})
	}
}

// Mistakes that the application makes for all environments are told once, those of an override where it stands.
func TestOverridesAreBlamedOnlyForTheirOwn(t *testing.T) {
	t.Parallel()
	src := change(t, full, "expireDays: 90", "expireDays: -1")
	refuse(t, src, `16:39: application.buckets[0].expireDays: cannot be -1; use a number of days from 0 to 36500`)
	src = change(t, src, "expireDays: 0", "expireDays: -2")
	refuse(t, src,
		`16:39: application.buckets[0].expireDays: cannot be -1; use a number of days from 0 to 36500`,
		`18:47: overrides.prod.buckets[0].expireDays: cannot be -2; use a number of days from 0 to 36500`)
}

// What overrides say of an item that the application does not have is new only if it is complete and called like no other.
func TestOverridesOfItemsThatAreNotThere(t *testing.T) {
	t.Parallel()
	const base = small + `application:
  network: true
  repositories: [{ name: web, context: web }]
  buckets: [{ name: data }]
  functions: [{ name: hello, source: a, runtime: provided.al2023 }]
  jobs: [{ name: nightly, image: web }]
  services: [{ name: front, image: web }]
  stacks: [{ name: extras, template: a.yaml }]
`
	const elsewhere = "? A new one goes into the application, with environments: [prod]"
	for _, c := range []struct {
		name, prod string
		want       []string
	}{
		{"a function misspelt", "{ functions: { helo: { memory: 256 } } }", []string{
			`18:24: overrides.prod.functions.helo: "helo" is not among the functions of the application; did you mean "hello"` + elsewhere,
		}},
		{"a function misspelt in a list", "{ functions: [{ name: helo, memory: 256 }] }", []string{
			`18:31: overrides.prod.functions[0].name: "helo" is not among the functions of the application; did you mean "hello"` + elsewhere,
		}},
		{"one of each misspelt", "{ repositories: { wbe: {} }, buckets: { dta: {} }, jobs: { nigtly: {} }, services: { frnt: {} }, stacks: { extra: {} } }", []string{
			`18:27: overrides.prod.repositories.wbe: "wbe" is not among the repositories of the application; did you mean "web"` + elsewhere,
			`18:49: overrides.prod.buckets.dta: "dta" is not among the buckets of the application; did you mean "data"` + elsewhere,
			`18:68: overrides.prod.jobs.nigtly: "nigtly" is not among the jobs of the application; did you mean "nightly"` + elsewhere,
			`18:94: overrides.prod.services.frnt: "frnt" is not among the services of the application; did you mean "front"` + elsewhere,
			`18:116: overrides.prod.stacks.extra: "extra" is not among the stacks of the application; did you mean "extras"` + elsewhere,
		}},
		{"what nothing is called like", "{ functions: { other: { memory: 256 } }, jobs: [{ name: other }], services: { other: {} }, stacks: { other: {} } }", []string{
			`18:24: overrides.prod.functions.other: "other" is not among the functions of the application; known here: hello; a new one needs runtime, source`,
			`18:65: overrides.prod.jobs[0].name: "other" is not among the jobs of the application; known here: nightly; a new one needs image`,
			`18:87: overrides.prod.services.other: "other" is not among the services of the application; known here: front; a new one needs image`,
			`18:110: overrides.prod.stacks.other: "other" is not among the stacks of the application; known here: extras; a new one needs template`,
		}},
		{"what is new and complete", "{ buckets: { logz: {} }, functions: { other: { source: b, runtime: provided.al2023 } }, jobs: [{ name: other, image: web }] }", nil},
		{"another name for what is dropped", "{ buckets: { data: null, dates: {} }, services: { fronts: { image: web }, front: null } }", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			src := base + "overrides:\n  prod: " + c.prod + "\n"
			if c.want == nil {
				parse(t, src)
				return
			}
			refuse(t, src, c.want...)
		})
	}
}
