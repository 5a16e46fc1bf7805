package spec_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// parts is small with parts that are not in every environment.
const parts = small + `application:
  repositories: [{ name: web, environments: [prod] }]
  buckets:
    - { name: data, types: [prod] }
    - { name: upload }
    - { name: fixtures, types: [dev, test] }
  functions:
    - { name: fast, source: cmd/fast, runtime: provided.al2023, environments: [dev], types: [prod], reads: [upload] }
    - { name: slow, source: cmd/slow, runtime: provided.al2023, types: [prod], reads: [data] }
`

func names(t *testing.T, src string, environment int) string {
	t.Helper()
	var names []string
	a := parse(t, src).Environments[environment].Application
	for _, r := range a.Repositories {
		names = append(names, r.Name)
	}
	for _, b := range a.Buckets {
		names = append(names, b.Name)
	}
	for _, f := range a.Functions {
		names = append(names, f.Name)
	}
	return strings.Join(names, " ")
}

func TestParts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, overrides, dev, prod string }{
		{"as written", "{}", "upload fixtures fast", "web data upload fast slow"},
		{"widened in an override", "{ dev: { buckets: { data: { types: null } } } }", "data upload fixtures fast", "web data upload fast slow"},
		{"narrowed in an override", "{ prod: { functions: { fast: { types: null } } } }", "upload fixtures fast", "web data upload slow"},
		{"new in an override", "{ dev: { buckets: [{ name: more, environments: [dev] }] } }", "upload fixtures more fast", "web data upload fast slow"},
		{"changed where it is not", "{ dev: { buckets: { data: { expireDays: 1 } } } }", "upload fixtures fast", "web data upload fast slow"},
		{"dropped where it would be", "{ prod: { functions: { fast: null } } }", "upload fixtures fast", "web data upload slow"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			src := parts + "overrides: " + c.overrides + "\n"
			if d := cmp.Diff([]string{c.dev, c.prod}, []string{names(t, src, 0), names(t, src, 1)}); d != "" {
				t.Errorf("-want +got\n%s", d)
			}
		})
	}
	s := parse(t, parts)
	if got := len(s.Application.Buckets); got != 3 {
		t.Errorf("the application as written has %d buckets", got)
	}
	if got := s.Environments[1].Application.Buckets[0].Types; len(got) != 1 {
		t.Errorf("types %v", got)
	}
}

func TestPartsRefuse(t *testing.T) {
	t.Parallel()
	const known = "known here: dev of type dev, prod of type prod"
	for _, c := range []struct {
		name, from, to string
		want           []string
	}{
		{"unknown environment", "environments: [prod] }]", "environments: [pord] }]", []string{`10:46: application.repositories[0].environments[0]: there is no environment "pord"; did you mean "prod"?`}},
		{"placeholder", "environments: [prod] }]", "environments: ['{environment}'] }]", []string{`10:46: application.repositories[0].environments[0]: there is no environment "{environment}"; known here: dev, prod`}},
		{"no environments", "environments: [prod] }]", "environments: [] }]", []string{"10:45: application.repositories[0].environments: there is none; leave it out, or name at least one"}},
		{"environment as text", "environments: [prod] }]", "environments: prod }]", []string{`10:45: application.repositories[0].environments: needs a list, found the text "prod"; write it in brackets: ["prod"]`}},
		{"unknown type", "types: [dev, test]", "types: [dve]", []string{`14:33: application.buckets[2].types[0]: cannot be "dve"; did you mean "dev"?`}},
		{"type that no environment has", "types: [dev, test]", "types: [test]", []string{"14:7: application.buckets[2]: is in no environment; " + known}},
		{"bucket that is nowhere and read", "name: data, types: [prod]", "name: data, types: [test]", []string{"12:7: application.buckets[0]: is in no environment; " + known}},
		{"bucket of other environments", "reads: [upload]", "reads: [fixtures]", []string{`16:109: application.functions[0].reads[0]: environment "prod" has no bucket "fixtures"; leave it out in the overrides, or add the bucket there`}},
		{"environment twice", "environments: [prod] }]", "environments: [prod, prod] }]", []string{`10:52: application.repositories[0].environments[1]: "prod" is given twice; keep one`}},
		{"what is wrong behind a part that is left out", "runtime: provided.al2023, types: [prod]", "runtime: provided, types: [prod]", []string{`17:48: application.functions[1].runtime: Lambda has retired "provided"; use provided.al2023`}},
		{"dropped in the only environment", "application:\n", "overrides: { prod: { repositories: { web: null } } }\napplication:\n", []string{"11:18: application.repositories[0]: is in no environment; " + known}},
		{"narrowed to none in an override", "application:\n", "overrides: { prod: { functions: { slow: { environments: [dev], types: null } } } }\napplication:\n", []string{"18:7: application.functions[1]: is in no environment; " + known}},
		{"in an override", "application:\n", "overrides: { dev: { buckets: { more: { types: [prod] } } } }\napplication:\n", []string{"9:38: overrides.dev.buckets.more: is in no environment; " + known}},
		{"unknown in an override", "application:\n", "overrides: { dev: { buckets: { data: { environments: [dve] } } } }\napplication:\n", []string{`9:55: overrides.dev.buckets.data.environments[0]: there is no environment "dve"; did you mean "dev"?`}},
		{"environment that cannot be read", "name: prod", "name: 5", []string{`8:13: environments[1].name: needs text, found the number 5; quote it: "5"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			refuse(t, change(t, parts, c.from, c.to), c.want...)
		})
	}
}
