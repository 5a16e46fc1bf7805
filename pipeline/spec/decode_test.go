package spec_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

func TestDefaults(t *testing.T) {
	t.Parallel()
	got := parse(t, small+`application:
  repositories: [{ name: web }]
  buckets: [{ name: data }]
  functions: [{ name: hello, source: lambda/hello, runtime: python3.13, handler: index.handler }]
`)
	application := func(r spec.Removal, logDays int) spec.Application {
		return spec.Application{
			Repositories: []spec.Repository{{Name: "web", Dockerfile: "Dockerfile", Architecture: spec.X86, Removal: r}},
			Buckets:      []spec.Bucket{{Name: "data", NoncurrentDays: 30, Removal: r}},
			Functions: []spec.Function{{
				Name: "hello", Source: "lambda/hello", Runtime: "python3.13", Handler: "index.handler",
				Memory: 128, Timeout: 30, Architecture: spec.X86,
			}},
			LogDays: logDays,
		}
	}
	want := &spec.Spec{
		Project:   "shop",
		Toolchain: spec.Account{Account: "111111111111", Region: "eu-west-1"},
		Source: spec.Source{
			Connection: "arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-1111-4222-8333-444455556666",
			Repository: "acme/shop",
			File:       "pipeline.yaml",
		},
		Environments: []spec.Environment{
			{Name: "dev", Type: spec.Dev, Account: spec.Account{Account: "222222222222", Region: "eu-west-1"}, Application: application(spec.Delete, 365)},
			{Name: "prod", Type: spec.Prod, Account: spec.Account{Account: "444444444444", Region: "us-east-1"}, Application: application(spec.Retain, 731)},
		},
		Pipelines:         []spec.Pipeline{{Name: "delivery", Branch: "main", Environments: []string{"dev", "prod"}, Mode: spec.Superseded}},
		MaxParallelBuilds: 1,
		Steps:             spec.DefaultSteps(),
		Application:       application("", 0),
		Keys:              spec.EnvironmentKeys,
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreUnexported(spec.Spec{})); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

// The sketch of DESIGN.md, as far as fields are known, with all that full says.
func TestFull(t *testing.T) {
	t.Parallel()
	s := parse(t, full)
	if got, want := s.Environments[0].PermissionsBoundary, "arn:aws:iam::222222222222:policy/Boundary"; got != want {
		t.Errorf("boundary %s, want %s", got, want)
	}
	if got, want := s.Toolchain.PermissionsBoundary, "arn:aws:iam::111111111111:policy/Boundary"; got != want {
		t.Errorf("boundary %s, want %s", got, want)
	}
	want := []spec.Pipeline{
		{Name: "delivery", Branch: "development", Environments: []string{"dev", "qa"}, Mode: spec.Superseded},
		{Name: "release", Branch: "main", Environments: []string{"prod"}, Mode: spec.Queued},
	}
	if d := cmp.Diff(want, s.Pipelines); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestNullMeansDefault(t *testing.T) {
	t.Parallel()
	s := parse(t, small+"pipelines: null\ntags:\ngenerator: ~\napplication: { buckets: [{ name: data, expireDays: null, noncurrentDays: ~, removal: }] }\noverrides: { prod: null }\n")
	if got := s.Pipelines[0].Name; got != "delivery" {
		t.Errorf("pipeline %q", got)
	}
	want := spec.Bucket{Name: "data", NoncurrentDays: 30, Removal: spec.Delete}
	if d := cmp.Diff(want, s.Environments[0].Application.Buckets[0]); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, from, to string
		want           []string
	}{
		{"unknown field", "account: \"333333333333\"", `acount: "333333333333"`, []string{`10:29: environments[1].acount: unknown field; did you mean "account"?`}},
		{"field in capitals", "tags:", "Tags:", []string{`19:1: Tags: unknown field; did you mean "tags"?`}},
		{"field that means nothing", "tags:", "zzzzzzz:", []string{`19:1: zzzzzzz: unknown field; known here: project, toolchain, source, generator, environments, pipelines, maxParallelBuilds, steps, toolchainStack, application, overrides, tags, permissionsBoundary, accessBoundary, keys`}},
		{"field that only Go has", "type: test,", "type: test, permissionsBoundary: x,", []string{`10:29: environments[1].permissionsBoundary: unknown field; known here: name, type, account, region, label, tags, approval`}},
		{"field with a strange name", "tags:", `"a.b\n":`, []string{`19:1: ["a.b\n"]: unknown field; known here: project, toolchain, source, generator, environments, pipelines, maxParallelBuilds, steps, toolchainStack, application, overrides, tags, permissionsBoundary, accessBoundary, keys`}},
		{"duplicate key", "tags:", "project: shop\ntags:", []string{`19:1: project: is given twice, first in line 1; keep one`}},
		{"duplicate key in a map", "team: shop", "team: shop, team: web", []string{`19:21: tags.team: is given twice, first in line 19; keep one`}},
		{"number as text", "team: shop", "team: 12", []string{`19:15: tags.team: needs text, found the number 12; quote it: "12"`}},
		{"fraction as text", "team: shop", "team: 1.0", []string{`19:15: tags.team: needs text, found the number 1.0; quote it: "1.0"`}},
		{"boolean as text", "team: shop", "team: true", []string{`19:15: tags.team: needs text, found true; quote it: "true"`}},
		{"date as text", "team: shop", "team: 2026-01-02", []string{`19:15: tags.team: needs text, found the date 2026-01-02; quote it: "2026-01-02"`}},
		{"list as text", "team: shop", "team: [a]", []string{`19:15: tags.team: needs text, found a list; write it without brackets: "a"`}},
		{"text as number", "expireDays: 90", "expireDays: x", []string{`16:39: application.buckets[0].expireDays: needs a number, found the text "x"`}},
		{"number with its unit", "expireDays: 90", "expireDays: 30d", []string{`16:39: application.buckets[0].expireDays: needs a number, found the text "30d"; write 30`}},
		{"number with its unit in words", "expireDays: 90", "expireDays: 30 Days", []string{`16:39: application.buckets[0].expireDays: needs a number, found the text "30 Days"; write 30`}},
		{"number with another unit", "expireDays: 90", "expireDays: 4 weeks", []string{`16:39: application.buckets[0].expireDays: needs a number, found the text "4 weeks"; write a number of days`}},
		{"several numbers with units", "expireDays: 90", "expireDays: 1d 12h", []string{`16:39: application.buckets[0].expireDays: needs a number, found the text "1d 12h"`}},
		{"number of what has no unit", "[{ name: data, expireDays: 90 }]", "[]\n  network: { zones: 2d }", []string{`17:21: application.network.zones: needs a number, found the text "2d"`}},
		{"quoted number", "expireDays: 90", `expireDays: "90"`, []string{`16:39: application.buckets[0].expireDays: needs a number, found the text "90"; write it without quotes`}},
		{"fraction as number", "expireDays: 90", "expireDays: 1.5", []string{`16:39: application.buckets[0].expireDays: needs a whole number, found the number 1.5`}},
		{"octal number", "expireDays: 90", "expireDays: 010", []string{`16:39: application.buckets[0].expireDays: needs a number in plain decimal digits, found 010; write it without leading zeros, prefix or underscores`}},
		{"hexadecimal number", "expireDays: 90", "expireDays: 0x10", []string{`16:39: application.buckets[0].expireDays: needs a number in plain decimal digits, found 0x10; write it without leading zeros, prefix or underscores`}},
		{"number too large", "expireDays: 90", "expireDays: 99999999999999999999", []string{`16:39: application.buckets[0].expireDays: the number 99999999999999999999 is out of range`}},
		{"boolean as number", "expireDays: 90", "expireDays: true", []string{`16:39: application.buckets[0].expireDays: needs a number, found true`}},
		{"text as list", "[dev, qa]", "dev", []string{
			`13:58: pipelines[0].environments: needs a list, found the text "dev"; write it in brackets: ["dev"]`,
		}},
		{"mapping as list", "[{ name: data, expireDays: 90 }]", "{ name: data }", []string{`16:12: application.buckets: needs a list, found a mapping; begin each item with "- "`}},
		{"text as mapping", "{ team: shop }", "shop", []string{`19:7: tags: needs a mapping, found the text "shop"; write a mapping such as { NAME: … }`}},
		{"text as item", "{ name: data, expireDays: 90 }", "data", []string{`16:13: application.buckets[0]: needs a mapping, found the text "data"; write a mapping such as { name: data }`}},
		{"list as mapping", "{ version: v0.1.0 }", "[v0.1.0]", []string{`7:12: generator: needs a mapping, found a list; write a mapping such as { version: v0.1.0 }`}},
		{"key that is a number", "team: shop", "12: shop", []string{`19:9: tags: a key must be text, found 12; quote it`}},
		{"key that is a list", "team: shop", "[a]: shop", []string{`19:9: tags: a key must be text, not a list or a mapping; quote text that begins with { or [`}},
		{"control character", "team: shop", `team: "a\x07b"`, []string{`19:15: tags.team: holds the control character U+0007; only new lines and tabs are allowed`}},
		{"DEL", "team: shop", `team: "a\x7fb"`, []string{`19:15: tags.team: holds the control character U+007F; only new lines and tabs are allowed`}},
		{"escaped next line", "team: shop", `team: "a\Nb"`, []string{`19:15: tags.team: holds the control character U+0085; only new lines and tabs are allowed`}},
		{"carriage return", "team: shop", `team: "a\rb"`, []string{`19:15: tags.team: holds the control character U+000D; only new lines and tabs are allowed`}},
		{"control character in a key", "team: shop", `"te\0am": shop`, []string{`19:9: tags: a key holds the control character U+0000; remove it`}},
		{"tag", "team: shop", "team: !!binary aGVsbG8=", []string{`19:15: tags.team: has the tag "!!binary"; write the value without a tag`}},
		{"nested too deep", "team: shop", "team: " + strings.Repeat("[", 40) + strings.Repeat("]", 40), []string{
			`19:15: tags.team: needs text, found a list`,
			`19:46: tags.team` + strings.Repeat("[0]", 31) + `: is nested more than 32 levels deep`,
		}},
		{"merge of text", "team: shop", "<<: shop", []string{`19:13: tags: the merge key << needs a mapping, found the text "shop"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			refuse(t, change(t, full, c.from, c.to), c.want...)
		})
	}
}

// One run names every mistake of a file, in order, without those that only follow from others.
func TestAllErrorsAtOnce(t *testing.T) {
	t.Parallel()
	refuse(t, `project: Shop
toolchain: { account: 012345678901, region: eu-wst1 }
source:
  repository: shop
environments:
  - { name: dev, type: dve, account: "222222222222" }
  - name: qa
    type: test
    acount: "3"
pipelines:
  environments: dev
application:
  buckets: [{ name: data, expireDays: "90", noncurrentDays: x, Removal: keep }]
overrides:
  prd: {}
  qa: { buckets: { dta: null } }
tags:
  team: 12
`,
		`1:10: project: "Shop" cannot begin the names of stacks, roles and buckets; use lower-case letters, digits and single dashes, beginning with a letter, such as shop`,
		`2:23: toolchain.account: needs text, found the number 012345678901; quote it: "012345678901", because YAML reads a number with a leading zero as octal or drops the zero`,
		`2:45: toolchain.region: "eu-wst1" is not a region; did you mean "eu-west-1"?`,
		`4:3: source.connection: is required; copy it from Developer Tools, Settings, Connections: arn:aws:codeconnections:<region>:<account>:connection/<id>`,
		`4:15: source.repository: "shop" is not the owner and name of a repository; write owner/name, such as acme/shop`,
		`6:24: environments[0].type: cannot be "dve"; did you mean "dev"?`,
		`9:5: environments[1].acount: unknown field; did you mean "account"?`,
		`11:3: pipelines: needs a list, found a mapping; begin each item with "- "`,
		`13:39: application.buckets[0].expireDays: needs a number, found the text "90"; write it without quotes`,
		`13:61: application.buckets[0].noncurrentDays: needs a number, found the text "x"`,
		`13:64: application.buckets[0].Removal: unknown field; did you mean "removal"?`,
		`15:3: overrides.prd: there is no environment "prd"; known here: dev, qa`,
		`16:20: overrides.qa.buckets.dta: there is no "dta" to drop; did you mean "data"?`,
		`18:9: tags.team: needs text, found the number 12; quote it: "12"`,
	)
}

func TestAnchorsAndMergeKeys(t *testing.T) {
	t.Parallel()
	s := parse(t, change(t, small, `environments:
  - { name: dev, type: dev, account: "222222222222" }
  - { name: prod, type: prod, account: "444444444444", region: us-east-1 }
`, `environments:
  - &dev { name: dev, type: dev, account: &a "222222222222", region: &r eu-west-2 }
  - { <<: *dev, name: qa, type: test }
  - { name: prod, <<: [{ region: us-east-1 }, *dev], type: prod }
  - { name: last, type: prod, account: *a, region: *r }
`))
	var got []string
	for _, e := range s.Environments {
		got = append(got, e.Name+" "+string(e.Type)+" "+e.Account.Account+" "+e.Region)
	}
	want := []string{
		"dev dev 222222222222 eu-west-2", "qa test 222222222222 eu-west-2",
		"prod prod 222222222222 us-east-1", "last prod 222222222222 eu-west-2",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestAliasErrorsStandWhereTheValueIsWritten(t *testing.T) {
	t.Parallel()
	refuse(t, change(t, change(t, small, `region: us-east-1`, `region: *r`), `account: "222222222222"`, `account: "222222222222", region: &r x`),
		`7:62: environments[0].region: "x" is not a region; write one such as eu-west-1`,
		`7:62: environments[1].region: "x" is not a region; write one such as eu-west-1`)
}

// Problems of later layers get the place of what they are about, or of the nearest that was written.
func TestErrorsFindsPlaces(t *testing.T) {
	t.Parallel()
	s := parse(t, full)
	for _, c := range []struct{ path, want string }{
		{"environments[1].account", "pipeline.yaml:10:38: environments[1].account: bad"},
		{"environments[1]", "pipeline.yaml:10:5: environments[1]: bad"},
		{"pipelines[0].mode", "pipeline.yaml:13:5: pipelines[0].mode: bad"},
		{"tags.team", "pipeline.yaml:19:15: tags.team: bad"},
		{"overrides.prod.buckets[0].expireDays", "pipeline.yaml:18:47: overrides.prod.buckets[0].expireDays: bad"},
		{"application.buckets[0].name", "pipeline.yaml:16:21: application.buckets[0].name: bad"},
		{"environments[0].application.buckets[0].expireDays", "pipeline.yaml:16:39: application.buckets[0].expireDays: bad"},
		{"environments[2].application.buckets[0].expireDays", "pipeline.yaml:18:47: overrides.prod.buckets[0].expireDays: bad"},
		{"environments[2].application.buckets[0].removal", "pipeline.yaml:16:13: application.buckets[0].removal: bad"},
		{"environments[2].application.functions[3].name", "pipeline.yaml:16:3: application.functions[3].name: bad"},
		{"source", "pipeline.yaml:4:3: source: bad"},
		{"nothing.of.the[0].kind", "pipeline.yaml:1:1: nothing.of.the[0].kind: bad"},
		{"", "pipeline.yaml:1:1: bad"},
	} {
		if got := s.Errors([]spec.Problem{{Path: c.path, Message: "bad"}}); got == nil || got.Error() != c.want {
			t.Errorf("%q: got %v, want %s", c.path, got, c.want)
		}
	}
	if err := s.Errors(nil); err != nil {
		t.Errorf("no problems, but %v", err)
	}
	got := s.Errors([]spec.Problem{
		{Path: "tags.team", Message: "b", Hint: "do"},
		{Path: "environments[1].application.buckets[0].name", Message: "a"},
		{Path: "environments[0].application.buckets[0].name", Message: "a"},
	})
	if want := "pipeline.yaml:16:21: application.buckets[0].name: a\npipeline.yaml:19:15: tags.team: b; do"; got.Error() != want {
		t.Errorf("got %v", got)
	}
}

// Every exported field of the Spec says what it is called in the file, or that it is not there; and the decoder can set its type.
func TestEveryFieldHasATag(t *testing.T) {
	t.Parallel()
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		if seen[typ] {
			return
		}
		seen[typ] = true
		switch typ.Kind() {
		case reflect.Struct:
			for f := range typ.Fields() {
				if !f.IsExported() {
					continue
				}
				if f.Tag.Get("yaml") == "" {
					t.Errorf("%v.%s has no yaml tag", typ, f.Name)
				}
				if f.Tag.Get("yaml") != "-" {
					walk(f.Type)
				}
			}
		case reflect.Slice, reflect.Pointer:
			walk(typ.Elem())
		case reflect.Map:
			if typ.Key().Kind() != reflect.String {
				t.Errorf("%v has keys that are no text", typ)
			}
			walk(typ.Elem())
		case reflect.String, reflect.Bool, reflect.Int, reflect.Float64:
		default:
			t.Errorf("the decoder has no tests for %v", typ)
		}
	}
	walk(reflect.TypeFor[spec.Spec]())
}

// A number with a unit is told from what it counts.
func TestUnits(t *testing.T) {
	t.Parallel()
	refuse(t, small+`application:
  functions: [{ name: a, source: a, runtime: provided.al2023, memory: 512MB, timeout: 5m }]
  jobs: [{ name: a, memory: 2GB, timeoutMinutes: 30min }]
  monitoring: { email: ops@example.com, latencySeconds: 1s }
steps: { functionTests: { commands: [make], timeoutMinutes: 1h } }
`,
		`10:71: application.functions[0].memory: needs a number, found the text "512MB"; write 512`,
		`10:87: application.functions[0].timeout: needs a number, found the text "5m"; write a number of seconds`,
		"11:10: application.jobs[0]: needs a network; write network: true in the application",
		"11:10: application.jobs[0].image: is required; write the name of a repository of the application, or a whole reference such as public.ecr.aws/docker/library/nginx:1.29",
		`11:29: application.jobs[0].memory: needs a number, found the text "2GB"; write a number of MB`,
		`11:50: application.jobs[0].timeoutMinutes: needs a number, found the text "30min"; write 30`,
		`12:57: application.monitoring.latencySeconds: needs a number, found the text "1s"; write 1`,
		`13:61: steps.functionTests.timeoutMinutes: needs a number, found the text "1h"; write a number of minutes`)
}
