package spec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

// Each case changes one thing of application and gets these messages.
func TestAPIRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []refusal{
		{"route as text", []string{`api: { path: "/hello/{id}" }`, "api: /hello"}, []string{`22:75: application.functions[0].api: needs a mapping or a list of mappings, found the text "/hello"; write a mapping such as { path: /hello }`}},
		{"route as true", []string{`api: { path: "/hello/{id}" }`, "api: true"}, []string{"22:75: application.functions[0].api: needs a mapping or a list of mappings, found true; write a mapping such as { path: /hello }"}},
		{"route without a path", []string{`path: "/hello/{id}"`, "method: GET"}, []string{"22:75: application.functions[0].api.path: is required; write one such as /orders/{id}, or /files/{path+} for all that is below /files"}},
		{"path without a slash", []string{`path: "/hello/{id}"`, "path: hello"}, []string{`22:83: application.functions[0].api.path: "hello" does not begin with a slash; write /hello`}},
		{"path with a slash at its end", []string{`path: "/hello/{id}"`, "path: /hello/"}, []string{`22:83: application.functions[0].api.path: "/hello/" ends with a slash; write /hello, or / for the top`}},
		{"path with an empty part", []string{`path: "/hello/{id}"`, "path: /hello//x"}, []string{`22:83: application.functions[0].api.path: "/hello//x" has an empty part; write one slash between two parts`}},
		{"path with a space", []string{`path: "/hello/{id}"`, "path: /hello x"}, []string{`22:83: application.functions[0].api.path: "hello x" in "/hello x" has characters other than letters, digits and - . _ ~ : @; write one such as /orders/{id}, or /files/{path+} for all that is below /files`}},
		{"path with a star", []string{`path: "/hello/{id}"`, "path: /hello/*"}, []string{`22:83: application.functions[0].api.path: "*" in "/hello/*" has characters other than letters, digits and - . _ ~ : @; write one such as /orders/{id}, or /files/{path+} for all that is below /files`}},
		{"path with a query", []string{`path: "/hello/{id}"`, `path: "/hello?x"`}, []string{`22:83: application.functions[0].api.path: "hello?x" in "/hello?x" has characters other than letters, digits and - . _ ~ : @; write one such as /orders/{id}, or /files/{path+} for all that is below /files`}},
		{"path with half a variable", []string{`path: "/hello/{id}"`, `path: "/hello/a{id}"`}, []string{`22:83: application.functions[0].api.path: "a{id}" in "/hello/a{id}" is neither a text nor a variable; a variable is a part of its own, such as /{id}/`}},
		{"path with an unnamed variable", []string{`path: "/hello/{id}"`, `path: "/hello/{}"`}, []string{`22:83: application.functions[0].api.path: "{}" in "/hello/{}" is no variable; name it with letters, digits and _ . -, such as {id} or {path+}`}},
		{"path with a variable of a space", []string{`path: "/hello/{id}"`, `path: "/hello/{a b}"`}, []string{`22:83: application.functions[0].api.path: "{a b}" in "/hello/{a b}" is no variable; name it with letters, digits and _ . -, such as {id} or {path+}`}},
		{"path with a greedy variable that is not last", []string{`path: "/hello/{id}"`, `path: "/hello/{id+}/x"`}, []string{`22:83: application.functions[0].api.path: "{id+}" in "/hello/{id+}/x" stands for all that follows, so nothing can; write it at the end`}},
		{"path with a variable twice", []string{`path: "/hello/{id}"`, `path: "/{id}/{id+}"`}, []string{`22:83: application.functions[0].api.path: "/{id}/{id+}" has the variable "id" twice; give each a name of its own`}},
		{"path of lower-case method", []string{"path: /orders, method: POST", "path: /orders, method: post"}, []string{`27:36: application.functions[1].api[0].method: "post" is no method; write POST`}},
		{"method misspelt where CORS takes those of the routes", []string{"path: /orders, method: POST", "path: /orders, method: post", "method: ANY,", "method: GTE,"}, []string{
			`27:36: application.functions[1].api[0].method: "post" is no method; write POST`, `28:51: application.functions[1].api[1].method: "GTE" is no method; did you mean "GET"?`,
		}},
		{"method misspelt", []string{"path: /orders, method: POST", "path: /orders, method: POTS"}, []string{`27:36: application.functions[1].api[0].method: "POTS" is no method; did you mean "POST"?`}},
		{"method of WebDAV", []string{"path: /orders, method: POST", "path: /orders, method: PROPFIND"}, []string{`27:36: application.functions[1].api[0].method: "PROPFIND" is no method; use DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT or ANY`}},
		{"authorization of a route", []string{"authorization: iam", "authorization: aws"}, []string{`27:57: application.functions[1].api[0].authorization: cannot be "aws"; use none, iam or jwt`}},
		{"authorization of a route misspelt", []string{"authorization: iam", "authorization: nome"}, []string{`27:57: application.functions[1].api[0].authorization: cannot be "nome"; did you mean "none"?`}},
		{"route twice in a function", []string{`path: "/orders/{id}/{rest+}", method: ANY`, "path: /orders, method: POST"}, []string{"28:11: application.functions[1].api[1]: POST /orders is a route already; write another path or method"}},
		{"route twice in functions", []string{`{ path: "/orders/{id}/{rest+}", method: ANY, authorization: none }`, `{ path: "/hello/{id}" }`}, []string{`28:11: application.functions[1].api[1]: GET /hello/{id} is a route of function "hello" already; write another path or method`}},
		{"route that differs in a variable", []string{`{ path: "/orders/{id}/{rest+}", method: ANY, authorization: none }`, `{ path: "/hello/{name}" }`}, []string{`28:11: application.functions[1].api[1]: GET /hello/{name} differs from GET /hello/{id} of function "hello" in the names of variables alone; API Gateway takes them for the same route: write another path or method`}},
		{"ANY behind authorization and CORS", []string{"method: ANY, authorization: none", "method: ANY, authorization: iam"}, []string{"28:51: application.functions[1].api[1].method: ANY would refuse browsers, which ask with OPTIONS and without authorization whether they may call; write a route for each method"}},
		{"unknown field of a route", []string{"method: POST", "methd: POST"}, []string{`27:28: application.functions[1].api[0].methd: unknown field; did you mean "method"?`}},
		{"API without routes", []string{"api: { path: \"/hello/{id}\" } }\n    - name: orders\n      source: b\n      runtime: provided.al2023\n      api:\n        - { path: /orders, method: POST, authorization: iam }\n        - { path: \"/orders/{id}/{rest+}\", method: ANY, authorization: none }", "}"}, []string{"24:5: application.api: no function has a route; write one at a function, such as api: { path: /hello }, or leave it out"}},
		{"authorization of the API", []string{"    authorization: jwt", "    authorization: JWT"}, []string{`30:20: application.api.authorization: cannot be "JWT"; did you mean "jwt"?`}},
		{"tokens without jwt", []string{"    jwt: { issuer: \"https://id.example.com/\", audience: [shop] }\n", ""}, []string{"30:20: application.api.authorization: needs jwt in the api of the application, which says which tokens are good; write jwt: { issuer: https://…, audience: […] } there"}},
		{"tokens of a route without jwt", []string{"    authorization: jwt\n    jwt: { issuer: \"https://id.example.com/\", audience: [shop] }\n", "", "method: POST, authorization: iam }", "method: POST, authorization: jwt }"}, []string{"27:57: application.functions[1].api[0].authorization: needs jwt in the api of the application, which says which tokens are good; write jwt: { issuer: https://…, audience: […] } there"}},
		{"jwt that no route asks for", []string{"    authorization: jwt", "    authorization: iam"}, []string{"31:10: application.api.jwt: no route has authorization jwt, so nobody's token is looked at; leave authorization out, or write jwt there"}},
		{"jwt misspelt", []string{"    jwt: {", "    jwtt: {"}, []string{`31:5: application.api.jwtt: unknown field; did you mean "jwt"?`}},
		{"jwt that cannot be read", []string{`jwt: { issuer: "https://id.example.com/", audience: [shop] }`, "jwt: x"}, []string{`31:10: application.api.jwt: needs a mapping, found the text "x"; write a mapping such as { issuer: "https://id.example.com/", audience: [shop] }`}},
		{"issuer without TLS", []string{`issuer: "https://id`, `issuer: "http://id`}, []string{`31:20: application.api.jwt.issuer: "http://id.example.com/" is not the https URL of an issuer; write the URL of who issues the tokens, such as https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc`}},
		{"issuer that is no URL", []string{`issuer: "https://id.example.com/"`, "issuer: shop"}, []string{`31:20: application.api.jwt.issuer: "shop" is not the https URL of an issuer; write the URL of who issues the tokens, such as https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc`}},
		{"issuer with a query", []string{`issuer: "https://id.example.com/"`, `issuer: "https://id.example.com/?x"`}, []string{`31:20: application.api.jwt.issuer: "https://id.example.com/?x" is not the https URL of an issuer; write the URL of who issues the tokens, such as https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc`}},
		{"issuer with a password", []string{`issuer: "https://id.example.com/"`, `issuer: "https://a:b@id.example.com/"`}, []string{`31:20: application.api.jwt.issuer: "https://a:b@id.example.com/" is not the https URL of an issuer; write the URL of who issues the tokens, such as https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc`}},
		{"no issuer", []string{`issuer: "https://id.example.com/", `, ""}, []string{"31:10: application.api.jwt.issuer: is required; write the URL of who issues the tokens, such as https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc"}},
		{"no audience", []string{"audience: [shop]", "audience: []"}, []string{"31:57: application.api.jwt.audience: there is none; write the clients for whom the tokens are issued; without one, those for any client would be good"}},
		{"empty audience", []string{"audience: [shop]", `audience: [""]`}, []string{"31:58: application.api.jwt.audience[0]: is not one line of printable text; write the id of a client"}},
		{"audience twice", []string{"audience: [shop]", "audience: [shop, shop]"}, []string{`31:64: application.api.jwt.audience[1]: "shop" is given twice; keep one`}},
		{"no origins", []string{"origins: [https://shop.example.com], ", ""}, []string{"32:11: application.api.cors.origins: there is none; write those of the pages that may call, such as https://shop.example.com"}},
		{"origin without scheme", []string{"https://shop.example.com", "shop.example.com"}, []string{`32:23: application.api.cors.origins[0]: "shop.example.com" is no origin; write one such as https://shop.example.com`}},
		{"origin with a path", []string{"https://shop.example.com", "https://shop.example.com/"}, []string{`32:23: application.api.cors.origins[0]: "https://shop.example.com/" has a path behind its host; write https://shop.example.com`}},
		{"origin in capitals", []string{"https://shop.example.com", "https://Shop.example.com"}, []string{`32:23: application.api.cors.origins[0]: "https://Shop.example.com" has capitals, which browsers do not send; write https://shop.example.com`}},
		{"origin with a star", []string{"https://shop.example.com", "https://*.example.com"}, []string{`32:23: application.api.cors.origins[0]: "https://*.example.com" is no origin; write one such as https://shop.example.com`}},
		{"origin twice", []string{"https://shop.example.com", "https://shop.example.com, https://shop.example.com"}, []string{`32:49: application.api.cors.origins[1]: "https://shop.example.com" is given twice; keep one`}},
		{"all origins with credentials", []string{"https://shop.example.com", `"*"`}, []string{"32:23: application.api.cors.origins[0]: * does not stand for all origins where there are credentials; name them"}},
		{"all origins beside one", []string{"https://shop.example.com], credentials: true", `https://a.com, "*"]`}, []string{"32:38: application.api.cors.origins[1]: * stands for all origins; leave out the others, or it"}},
		{"CORS method", []string{"credentials: true", "methods: [get, ANY]"}, []string{
			`32:60: application.api.cors.methods[0]: "get" is no method; write GET`,
			`32:65: application.api.cors.methods[1]: "ANY" is no method; use DELETE, GET, HEAD, OPTIONS, PATCH, POST or PUT`,
		}},
		{"all CORS methods with credentials", []string{"credentials: true", `credentials: true, methods: ["*"]`}, []string{"32:79: application.api.cors.methods[0]: * does not stand for all methods where there are credentials; name them"}},
		{"CORS header", []string{"credentials: true", `headers: ["x y", ""]`}, []string{
			`32:60: application.api.cors.headers[0]: "x y" is no name of a header; write one such as content-type`,
			`32:67: application.api.cors.headers[1]: "" is no name of a header; write one such as content-type`,
		}},
		{"all CORS headers with credentials", []string{"credentials: true", `credentials: true, headers: ["*"]`}, []string{"32:79: application.api.cors.headers[0]: * does not stand for all headers where there are credentials; name them"}},
		{"CORS as true", []string{"cors: { origins: [https://shop.example.com], credentials: true, maxAgeSeconds: 60 }", "cors: true"}, []string{`32:11: application.api.cors: needs a mapping, found true; write a mapping such as { origins: ["https://shop.example.com"] }`}},
	} {
		c.run(t, application)
	}
}

// Each case is as near to a refused one as it gets.
func TestAPIAccepts(t *testing.T) {
	t.Parallel()
	const route, orders, origin = `path: "/hello/{id}"`, `{ path: "/orders/{id}/{rest+}", method: ANY, authorization: none }`, "https://shop.example.com"
	for _, c := range []struct{ name, from, to string }{
		{"top", route, "path: /"},
		{"all", route, `path: "/{proxy+}"`},
		{"path with all that it may have", route, `path: "/v1.0/a-b_c~d/e:f/@me/{id-1.x_y}/{rest+}"`},
		{"path as long as it may be", route, "path: /" + strings.Repeat("x", 254)},
		{"path that differs in what is fixed", orders, `{ path: "/hello/{id}/x" }`},
		{"path that differs in all that follows", orders, `{ path: "/hello/x/{id+}" }`},
		{"path of another method", orders, `{ path: "/hello/{id}", method: PUT }`},
		{"path of any other method", orders, `{ path: "/orders", method: ANY, authorization: none }`},
		{"path of the same letters", orders, "{ path: /hello-id }\n        - { path: /hello/id }\n        - { path: /helloId }"},
		{"path in another order", orders, `{ path: "/{id}/hello" }`},
		{"routes in a list of one", "{ path: \"/hello/{id}\" }", "[{ path: /x }]"},
		{"no routes of a function", "{ path: \"/hello/{id}\" }", "[]"},
		{"ANY behind authorization without CORS", "none }\n" + behindRoutes, "iam }\n  api:\n    authorization: jwt\n" + jwt},
		{"tokens by default", "    authorization: jwt\n", ""},
		{"tokens of one route", "authorization: iam }", "authorization: jwt }"},
		{"issuer without a slash", "https://id.example.com/", "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc"},
		{"issuer with a port", "https://id.example.com/", "https://id.example.com:8443"},
		{"several clients", "[shop]", "[shop, 'https://api.example.com', \"a b\"]"},
		{"all origins", origin + "], credentials: true", "'*']"},
		{"several origins", origin, origin + ", 'http://localhost:3000', 'capacitor://localhost', 'http://[::1]:8080'"},
		{"CORS methods", "credentials: true", "credentials: true, methods: [GET, OPTIONS]"},
		{"all CORS methods", "credentials: true", "methods: ['*'], headers: ['*']"},
		{"CORS headers", "credentials: true", "headers: [X-Api-Key, authorization]"},
		{"no CORS headers", "credentials: true", "headers: []"},
		{"browsers that keep nothing", "maxAgeSeconds: 60", "maxAgeSeconds: 0"},
		{"no CORS", "cors: { origins: [https://shop.example.com], credentials: true, maxAgeSeconds: 60 }", "cors: null"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			parse(t, change(t, application, c.from, c.to))
		})
	}
}

const (
	jwt          = "    jwt: { issuer: \"https://id.example.com/\", audience: [shop] }\n"
	behindRoutes = "  api:\n    authorization: jwt\n" + jwt + "    cors: { origins: [https://shop.example.com], credentials: true, maxAgeSeconds: 60 }\n"
)

// Numbers hold at both bounds and break one beyond.
func TestAPINumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		field, from string
		least, most int
		want        string // %d is the number
	}{
		{"rate", "50", 1, 100_000, "33:11: application.api.rate: cannot be %d; use a number of requests a second from 1 to 100000"},
		{"burst", "80", 1, 100_000, "34:12: application.api.burst: cannot be %d; use a number of requests from 1 to 100000"},
		{"maxAgeSeconds", "60", 0, 86_400, "32:84: application.api.cors.maxAgeSeconds: cannot be %d; use a number of seconds from 0 to 86400"},
	} {
		t.Run(c.field, func(t *testing.T) {
			t.Parallel()
			with := func(n int) string {
				return change(t, application, c.field+": "+c.from, fmt.Sprintf("%s: %d", c.field, n))
			}
			parse(t, with(c.least))
			parse(t, with(c.most))
			refuse(t, with(c.least-1), fmt.Sprintf(c.want, c.least-1))
			refuse(t, with(c.most+1), fmt.Sprintf(c.want, c.most+1))
		})
	}
}

// Limits hold at the bound and break one over it.
func TestAPILimits(t *testing.T) {
	t.Parallel()
	list := func(format string) func(int) string {
		return func(n int) string {
			items := make([]string, n)
			for i := range items {
				items[i] = fmt.Sprintf(format, i)
			}
			return "[" + strings.Join(items, ", ") + "]"
		}
	}
	x := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct {
		name, from string
		to         func(n int) string
		most       int
		want       string // for one more
	}{
		{"path", `"/hello/{id}"`, func(n int) string { return "/" + x(n-1) }, 255, "22:83: application.functions[0].api.path: has 256 characters, at most 255 are allowed; shorten it by 1"},
		{"clients", "[shop]", list("c%d"), 50, "31:57: application.api.jwt.audience: has 51 clients, API Gateway allows 50"},
		{"origins", "[https://shop.example.com]", list("https://s%d.example.com"), 50, "32:22: application.api.cors.origins: has 51 origins, at most 50 are allowed"},
		{"issuer", "https://id.example.com/", func(n int) string { return "https://" + x(n-len("https://")) }, 2048, "31:20: application.api.jwt.issuer: has 2049 characters, API Gateway allows 2048; shorten it by 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			parse(t, change(t, application, c.from, c.to(c.most)))
			refuse(t, change(t, application, c.from, c.to(c.most+1)), c.want)
		})
	}
}

// An API holds 300 routes, and the policy of a function the permissions of some forty.
func TestAPIRoutes(t *testing.T) {
	t.Parallel()
	src := func(functions, routes int) string {
		var b strings.Builder
		b.WriteString(small + "application:\n  functions:\n")
		for f := range functions {
			fmt.Fprintf(&b, "    - name: f%d\n      source: a\n      runtime: provided.al2023\n      api:\n", f)
			for r := range routes {
				fmt.Fprintf(&b, "        - { path: /f%d/r%d }\n", f, r)
			}
		}
		return b.String()
	}
	parse(t, src(10, 30))
	refuse(t, src(10, 30)+"        - { path: /one }\n", "351:11: application.functions[9].api[30]: is one route more than the 300 that AWS allows an API; join some by variables in their paths")
	parse(t, src(1, 40))
	refuse(t, src(1, 50), "15:9: application.functions[0].api: the permissions of 50 routes do not fit into the 20480 bytes that Lambda allows a function's policy; "+
		"use ANY and {name+}, or several functions")
}

func TestAPIDefaults(t *testing.T) {
	t.Parallel()
	src := small + `application:
  functions:
    - { name: a, source: a, runtime: provided.al2023, api: { path: /a } }
    - { name: b, source: b, runtime: provided.al2023, api: [{ path: /b, method: PUT, authorization: iam }, { path: "/{id}", method: DELETE }] }
    - { name: c, source: c, runtime: provided.al2023 }
`
	routes := func(a spec.Application) (list []string) {
		for _, f := range a.Functions {
			for _, r := range f.API {
				list = append(list, f.Name+" "+r.Method+" "+r.Path+" "+string(r.Authorization))
			}
		}
		return list
	}
	for _, c := range []struct {
		api    string
		want   spec.API
		routes []string
	}{
		{"", spec.API{Authorization: spec.NoAuthorization, Rate: 100, Burst: 200}, []string{"a GET /a none", "b PUT /b iam", "b DELETE /{id} none"}},
		{"  api: { rate: 5, cors: { origins: ['*'] } }\n", spec.API{
			Authorization: spec.NoAuthorization, Rate: 5, Burst: 200,
			CORS: &spec.CORS{Origins: []string{"*"}, Methods: []string{"DELETE", "GET", "PUT"}, Headers: []string{"authorization", "content-type"}, MaxAgeSeconds: 300},
		}, []string{"a GET /a none", "b PUT /b iam", "b DELETE /{id} none"}},
		{"  api: { jwt: { issuer: 'https://x.example.com', audience: [y] } }\n", spec.API{
			Authorization: spec.JWTAuthorization, Rate: 100, Burst: 200, JWT: &spec.JWT{Issuer: "https://x.example.com", Audience: []string{"y"}},
		}, []string{"a GET /a jwt", "b PUT /b iam", "b DELETE /{id} jwt"}},
		{"  api: { authorization: iam }\n", spec.API{Authorization: spec.IAMAuthorization, Rate: 100, Burst: 200}, []string{"a GET /a iam", "b PUT /b iam", "b DELETE /{id} iam"}},
	} {
		a := parse(t, src+c.api).Environments[0].Application
		if d := cmp.Diff(&c.want, a.API); d != "" {
			t.Errorf("%s: -want +got\n%s", c.api, d)
		}
		if d := cmp.Diff(c.routes, routes(a)); d != "" {
			t.Errorf("%s: -want +got\n%s", c.api, d)
		}
	}
}

// Where a route has any method, browsers may use all; with credentials a star would be a method of that name.
func TestCORSMethods(t *testing.T) {
	t.Parallel()
	src := small + "application: { functions: [{ name: a, source: a, runtime: provided.al2023, api: { path: /a, method: ANY } }], api: { cors: { origins: ['https://a.example.com'] } } }\n"
	if got := parse(t, src).Environments[0].Application.API.CORS.Methods; len(got) != 1 || got[0] != "*" {
		t.Errorf("methods %v", got)
	}
	src = change(t, src, "'https://a.example.com']", "'https://a.example.com'], credentials: true")
	want := []string{"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
	if d := cmp.Diff(want, parse(t, src).Environments[0].Application.API.CORS.Methods); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

// The API is where functions have routes, and nowhere else.
func TestAPIOfSomeEnvironments(t *testing.T) {
	t.Parallel()
	src := small + "application: { functions: [{ name: a, source: a, runtime: provided.al2023, types: [prod], api: { path: /a } }], api: { rate: 5 } }\n"
	s := parse(t, src)
	if got := s.Environments[0].Application.API; got != nil {
		t.Errorf("dev has %+v", got)
	}
	if got := s.Environments[1].Application.API; got == nil || got.Rate != 5 {
		t.Errorf("prod has %+v", got)
	}
	s = parse(t, src+"overrides: { prod: { api: { burst: 7 } } }\n")
	if got := s.Environments[1].Application.API; got.Rate != 5 || got.Burst != 7 || s.Environments[0].Application.API != nil {
		t.Errorf("prod has %+v", got)
	}
	refuse(t, change(t, src, ", api: { rate: 5 }", "")+"overrides: { dev: { api: { rate: 5 } } }\n",
		"10:26: overrides.dev.api: no function has a route; write one at a function, such as api: { path: /hello }, or leave it out")
}

// Routes have no names by which they could merge: those of an override take the place of the others, alone or in a list.
func TestRouteOverrides(t *testing.T) {
	t.Parallel()
	src := small + "application: { functions: [{ name: a, source: a, runtime: provided.al2023, api: { path: \"/a/{id}\", method: PUT } }] }\noverrides: { prod: { functions: { a: { api: "
	for _, c := range []struct {
		prod string
		want spec.Routes
	}{
		{"{ path: \"/b/{id}\" }", spec.Routes{{Path: "/b/{id}", Method: "GET", Authorization: spec.NoAuthorization}}},
		{"[{ path: /b }, { path: /c }]", spec.Routes{
			{Path: "/b", Method: "GET", Authorization: spec.NoAuthorization}, {Path: "/c", Method: "GET", Authorization: spec.NoAuthorization},
		}},
		{"null", nil},
	} {
		s := parse(t, src+c.prod+" } } } }\n")
		if d := cmp.Diff(c.want, s.Environments[1].Application.Functions[0].API); d != "" {
			t.Errorf("%s: -want +got\n%s", c.prod, d)
		}
		dev := spec.Routes{{Path: "/a/{id}", Method: "PUT", Authorization: spec.NoAuthorization}}
		if d := cmp.Diff(dev, s.Environments[0].Application.Functions[0].API); d != "" {
			t.Errorf("%s: dev changed too: -want +got\n%s", c.prod, d)
		}
	}
	refuse(t, src+"{ method: PUT } } } } }\n", "10:45: overrides.prod.functions.a.api.path: is required; write one such as /orders/{id}, or /files/{path+} for all that is below /files")
}
