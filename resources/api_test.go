package resources_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

var aliasARN = cfn.Literal[cfn.FunctionARN]("arn:aws:lambda:eu-west-1:222222222222:function:shop-dev-hello:live")

// apiWith has one function with routes.
func apiWith(routes ...resources.APIRoute) resources.API {
	return oneAPI(resources.APIFunction{ID: "Hello", Alias: aliasARN, Routes: routes})
}

func open(method, path string) resources.APIRoute {
	return resources.APIRoute{Method: method, Path: path, Authorization: "NONE"}
}

// apiResources are those of an API, by logical id.
func apiResources(tb testing.TB, a resources.API) map[string]*tree.Node {
	tb.Helper()
	tmpl := template()
	a.Add(tmpl)
	n, err := tmpl.Render()
	if err != nil {
		tb.Fatal(err)
	}
	found := map[string]*tree.Node{}
	for i, id := range n.Get("Resources").Keys {
		found[id] = n.Get("Resources").Items[i]
	}
	return found
}

func TestAFunctionIsCalledForItsRoutesOnly(t *testing.T) {
	t.Parallel()
	const api = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*"
	for _, c := range []struct{ method, path, id, want string }{
		{"GET", "/", "ApiGet", "/GET/"},
		{"DELETE", "/items/{id}", "ApiDeleteItemsId", "/DELETE/items/{id}"},
		{"POST", "/a-b/c.d~e", "ApiPostABCDE032793d43", "/POST/a-b/c.d~e"},
		{"GET", "/files/{path+}", "ApiGetFilesPath0d5a72a4d", "/GET/files/{path+}"},
		{"ANY", "/{proxy+}", "ApiAnyProxy", "/*/{proxy+}"},
	} {
		permission := apiResources(t, apiWith(open(c.method, c.path)))[c.id+"Permission"]
		if permission == nil {
			t.Errorf("%s %s: there is no %sPermission", c.method, c.path, c.id)
			continue
		}
		properties := permission.Get("Properties")
		if got := properties.At("SourceArn", "Fn::Sub"); got == nil || got.Text != api+c.want {
			t.Errorf("%s %s: called for\n%swant %s", c.method, c.path, properties.Get("SourceArn").YAML(), api+c.want)
		}
		if got := properties.Get("FunctionName").Text; got != "arn:aws:lambda:eu-west-1:222222222222:function:shop-dev-hello:live" {
			t.Errorf("%s %s: opens %s, not the alias", c.method, c.path, got)
		}
	}
}

// API Gateway has a route once: another logical id for it would be made before the old one goes, and be refused.
func TestARouteKeepsItsIDWhateverIsAroundIt(t *testing.T) {
	t.Parallel()
	id := func(functions ...resources.APIFunction) string {
		for id, r := range apiResources(t, oneAPI(functions...)) {
			if key := r.At("Properties", "RouteKey"); key != nil && key.Text == "GET /items/{id}" {
				return id
			}
		}
		return ""
	}
	route := open("GET", "/items/{id}")
	alone := id(resources.APIFunction{ID: "Hello", Alias: aliasARN, Routes: []resources.APIRoute{route}})
	if alone == "" {
		t.Fatal("there is no route")
	}
	if got := id(
		resources.APIFunction{ID: "First", Alias: aliasARN, Routes: []resources.APIRoute{open("GET", "/items"), open("ANY", "/items/{id}")}},
		resources.APIFunction{ID: "Another", Alias: aliasARN, Routes: []resources.APIRoute{open("PUT", "/items/{id}"), route}},
	); got != alone {
		t.Errorf("at another function, behind other routes, it is %q, alone %q", got, alone)
	}
}

func TestARouteKeepsItsIDWhateverItsVariablesAreCalled(t *testing.T) {
	t.Parallel()
	ids := func(path, suffix string) string {
		for id := range apiResources(t, apiWith(open("GET", path))) {
			if strings.HasSuffix(id, suffix) {
				return id
			}
		}
		return ""
	}
	for _, c := range [][2]string{
		{"/thumbs/{id}", "/thumbs/{key}"},
		{"/thumbs/{key}", "/thumbs/{keyOfThumb}"},
		{"/t-1/{a}/x/{b+}", "/t-1/{b}/x/{a.c+}"},
		{"/files/{proxy+}", "/files/{path+}"},
		{"/" + strings.Repeat("a", 99) + "/{id}", "/" + strings.Repeat("a", 99) + "/{key}"},
	} {
		if one, other := ids(c[0], "Route"), ids(c[1], "Route"); one == "" || one != other {
			t.Errorf("%s has the id %s, %s has %s", c[0], one, c[1], other)
		}
		if one, other := ids(c[0], "Permission"), ids(c[1], "Permission"); one == other {
			t.Errorf("the permissions of %s and %s, which cannot change in place, have the id %s", c[0], c[1], one)
		}
	}
	if one, other := ids("/thumbs/{id}", "Route"), ids("/thumbs/{id+}", "Route"); one == other {
		t.Errorf("a part of the path and all that follows have the id %s", one)
	}
}

// What API Gateway tells apart has logical ids of its own; what people read most has them without digits behind.
func TestRoutesHaveLogicalIDsOfTheirOwn(t *testing.T) {
	t.Parallel()
	plain := map[string]string{
		"/": "Get", "/a/b": "GetAB", "/api/v1/orders": "GetApiV1Orders", "/orders/{id}": "GetOrdersId", "/orders/{id}/lines": "GetOrdersIdLines", "/a/{b}": "GetAId",
		"/files/{proxy+}": "GetFilesProxy", "/" + strings.Repeat("a", 97): "GetA" + strings.Repeat("a", 96),
	}
	var paths []string
	for path, id := range plain {
		paths = append(paths, path)
		if apiResources(t, apiWith(open("GET", path)))["Api"+id+"Route"] == nil {
			t.Errorf("%s has not the id %s", path, id)
		}
	}
	paths = append(paths, "/a-b", "/{a}/b", "/{a}/{b+}", "/a.b", "/a_b", "/aB", "/A/b", "/A-B", "/orders/id", "/ordersId", "/orders-id", "/Orders/{id}",
		"/files/proxy", "/files/proxy-", "/orders1234", "/orders/1234", "/b2b", "/b2/b", "/x-ip", "/x/ipdeabc458", "/-", "/.", "/"+strings.Repeat("a", 98), "/"+strings.Repeat("a", 99),
		"/"+strings.Repeat("a", 254))
	// the digits behind GET /x-ip are deabc458, which is like a word of a path
	seen := map[string]string{}
	for _, path := range paths {
		for id := range apiResources(t, apiWith(open("GET", path))) {
			if !strings.HasSuffix(id, "Route") {
				continue
			}
			if other := seen[id]; other != "" {
				t.Errorf("%s and %s have the id %s", path, other, id)
			}
			seen[id] = path
		}
	}
	if len(seen) != len(paths) {
		t.Errorf("%d routes have %d ids", len(paths), len(seen))
	}
}

func TestTokensAreCheckedOnceAndOnlyWhereARouteAsks(t *testing.T) {
	t.Parallel()
	jwt := &resources.JWT{Issuer: "https://issuer.example.com", Audience: []string{"web"}}
	token := func(path string) resources.APIRoute {
		return resources.APIRoute{Method: "GET", Path: path, Authorization: "JWT"}
	}
	for _, c := range []struct {
		why    string
		routes []resources.APIRoute
		want   int
	}{
		{"no route wants tokens", []resources.APIRoute{open("GET", "/")}, 0},
		{"two do", []resources.APIRoute{token("/a"), token("/b"), open("GET", "/c")}, 1},
	} {
		a := apiWith(c.routes...)
		a.JWT = jwt
		all, authorizers := apiResources(t, a), 0
		for id, r := range all {
			switch r.Get("Type").Text {
			case "AWS::ApiGatewayV2::Authorizer":
				authorizers++
			case "AWS::ApiGatewayV2::Route":
				wants := r.At("Properties", "AuthorizationType").Text == "JWT"
				if has := r.At("Properties", "AuthorizerId") != nil; has != wants {
					t.Errorf("%s: %s has an authorizer: %t, want %t", c.why, id, has, wants)
				}
			}
		}
		if authorizers != c.want {
			t.Errorf("%s: got %d authorizers, want %d", c.why, authorizers, c.want)
		}
	}
}

func TestTheAccessLogSaysWhoseFaultItWas(t *testing.T) {
	t.Parallel()
	format := apiResources(t, apiWith(open("GET", "/")))["ApiStage"].At("Properties", "AccessLogSettings", "Format").Text
	if most := 3 * 1024; len(format) > most || strings.Contains(format, "\n") {
		t.Errorf("%d bytes, API Gateway takes one line of %d:\n%s", len(format), most, format)
	}
	var line map[string]string
	if err := json.Unmarshal([]byte(format), &line); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"integrationError": "$context.integrationErrorMessage", "authorizerError": "$context.authorizer.error", "error": "$context.error.message",
		"route": "$context.routeKey", "status": "$context.status", "requestId": "$context.requestId",
	} {
		if line[name] != want {
			t.Errorf("%s is %q, want %q", name, line[name], want)
		}
	}
}

// A route refers to its integration. API Gateway answers changes of one API at the same time with ConflictException: CloudFormation makes its parts one after the other.
func TestThePartsOfAnAPIAreMadeOneAfterTheOther(t *testing.T) {
	t.Parallel()
	tmpl := template()
	route := func(path string) resources.APIRoute {
		return resources.APIRoute{Method: "GET", Path: path, Authorization: "NONE"}
	}
	oneAPI(
		resources.APIFunction{ID: "A", Alias: cfn.Literal[cfn.FunctionARN]("arn:aws:lambda:eu-west-1:222222222222:function:a:live"), Routes: []resources.APIRoute{route("/a"), route("/b")}},
		resources.APIFunction{ID: "B", Alias: cfn.Literal[cfn.FunctionARN]("arn:aws:lambda:eu-west-1:222222222222:function:b:live"), Routes: []resources.APIRoute{route("/c")}},
	).Add(tmpl)
	n, err := tmpl.Render()
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for i, id := range n.Get("Resources").Keys {
		r := n.Get("Resources").Items[i]
		if typ := r.Get("Type").Text; typ == "AWS::ApiGatewayV2::Api" || !strings.HasPrefix(typ, "AWS::ApiGatewayV2::") {
			continue
		}
		after := ""
		if d := r.Get("DependsOn"); d != nil {
			after = d.Text
		}
		parts = append(parts, id+" after "+after)
	}
	want := []string{
		"ApiAIntegration after ", "ApiGetARoute after ", "ApiGetBRoute after ApiGetARoute", "ApiBIntegration after ApiGetBRoute", "ApiGetCRoute after ",
		"ApiStage after ApiGetCRoute",
	}
	if diff := cmp.Diff(want, parts); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestAPIsThatAPIGatewayRefuses(t *testing.T) {
	t.Parallel()
	routes := func(list ...resources.APIRoute) func(*resources.API) {
		return func(a *resources.API) { a.Functions[0].Routes = list }
	}
	authorized := func(r resources.APIRoute, by string) resources.APIRoute {
		r.Authorization = by
		return r
	}
	cors := func(c resources.CORS) func(*resources.API) {
		return func(a *resources.API) { a.CORS = &c }
	}
	jwt := func(j *resources.JWT) func(*resources.API) {
		return func(a *resources.API) {
			a.JWT = j
			routes(authorized(open("GET", "/"), "JWT"))(a)
		}
	}
	paths := func(n int) []resources.APIRoute {
		var list []resources.APIRoute
		for i := range n {
			list = append(list, open("GET", fmt.Sprintf("/order/s%d", i)))
		}
		return list
	}
	anywhere := resources.CORS{Origins: []string{"*"}, Methods: []string{"*"}}
	const hintPath = "; begin with a slash; write a variable as a whole part of the path, and {name+} as the last part"
	for _, c := range []struct {
		why    string
		change func(*resources.API)
		want   string
	}{
		{"it is fine as it is", func(*resources.API) {}, ""},
		{
			"a space in its name", func(a *resources.API) { a.Name = "shop api" },
			`Resources.Api.Properties.Name: "shop api" is not a valid name: API Gateway requires 1 to 128 letters, digits and _-; choose another one`,
		},
		{
			"a log without a key", func(a *resources.API) { a.LogKey = cfn.Value[cfn.KeyARN]{} },
			"Resources.ApiLogs.Properties.KmsKeyId: the key is not set; set Key to a customer managed key",
		},
		{
			"no function", func(a *resources.API) { a.Functions = []resources.APIFunction{{ID: "Hello"}} },
			"Resources.ApiHelloIntegration.Properties.IntegrationUri: the integration has no function; set Alias",
		},
		{
			"no request a second", func(a *resources.API) { a.Rate = 0 },
			"Resources.ApiStage.Properties.DefaultRouteSettings.ThrottlingRateLimit: it is 0; API Gateway allows 1 to 2147483647",
		},
		{
			"none at once", func(a *resources.API) { a.Burst = 0 },
			"Resources.ApiStage.Properties.DefaultRouteSettings.ThrottlingBurstLimit: it is 0; API Gateway allows 1 to 2147483647",
		},
		{
			"a small method", routes(open("get", "/x")),
			`Resources.ApiGetXRoute.Properties.RouteKey: "get" is neither an HTTP method in capitals nor ANY`,
		},
		{"a path without a slash", routes(open("GET", "x")), `Resources.ApiGetx06e44ffffRoute.Properties.RouteKey: "x" is not a valid path` + hintPath},
		{"a path with a star", routes(open("GET", "/x/*")), `Resources.ApiGetX0605aace8Route.Properties.RouteKey: "/x/*" is not a valid path` + hintPath},
		{"a part of a part", routes(open("GET", "/x-{id}")), `Resources.ApiGetXId0aba23ec0Route.Properties.RouteKey: "/x-{id}" is not a valid path` + hintPath},
		{"the rest in between", routes(open("GET", "/{a+}/b")), `Resources.ApiGetProxyBRoute.Properties.RouteKey: "/{a+}/b" is not a valid path` + hintPath},
		{
			"another authorization", routes(authorized(open("GET", "/x"), "CUSTOM")),
			`Resources.ApiGetXRoute.Properties.AuthorizationType: "CUSTOM" is not NONE, AWS_IAM or JWT`,
		},
		{
			"a route twice", routes(open("GET", "/x"), open("GET", "/x")),
			"Resources.ApiGetXRoute.Properties.RouteKey: the route GET /x is declared twice; remove one of them",
		},
		{
			"two routes with other names of variables", routes(open("GET", "/x/{id}"), open("GET", "/x/{key}")),
			"Resources.ApiGetXIdRoute.Properties.RouteKey: API Gateway treats the routes GET /x/{id} and GET /x/{key} as the same, " +
				"because they differ only in the names of variables; remove one of them",
		},
		{"two routes that look alike", routes(open("GET", "/x/y"), open("GET", "/x-y"), open("GET", "/x/{y}")), ""},
		{"tokens of nobody", jwt(nil), "Resources.ApiAuthorizer.Properties.JwtConfiguration: it is not set which tokens are valid; set JWT"},
		{
			"an issuer without TLS", jwt(&resources.JWT{Issuer: "http://issuer.example.com", Audience: []string{"web"}}),
			`Resources.ApiAuthorizer.Properties.JwtConfiguration.Issuer: "http://issuer.example.com" is not a URL that begins with https://`,
		},
		{
			"tokens for anybody", jwt(&resources.JWT{Issuer: "https://issuer.example.com"}),
			"Resources.ApiAuthorizer.Properties.JwtConfiguration.Audience: there are 0; API Gateway requires 1 to 50",
		},
		{"all pages, without cookies", cors(anywhere), ""},
		{
			"all pages, with cookies", cors(resources.CORS{Origins: []string{"*"}, Methods: []string{"*"}, Credentials: true}),
			"Resources.Api.Properties.CorsConfiguration.AllowCredentials: " +
				"every web page could call the API with the cookies of its visitors; name the origins",
		},
		{
			"no page", cors(resources.CORS{Methods: []string{"GET"}}),
			"Resources.Api.Properties.CorsConfiguration: it allows no calls; set Origins and Methods",
		},
		{
			"more than a day", cors(resources.CORS{Origins: []string{"*"}, Methods: []string{"*"}, MaxAgeSeconds: 86401}),
			"Resources.Api.Properties.CorsConfiguration.MaxAge: it is 86401; API Gateway allows 0 to 86400",
		},
		{
			"browsers have to ask before they know who they are", func(a *resources.API) {
				a.CORS = &anywhere
				routes(authorized(open("ANY", "/x"), "AWS_IAM"))(a)
			},
			"Resources.ApiAnyXRoute.Properties.AuthorizationType: ANY /x would reject the preflight requests of browsers; declare a route for each method",
		},
		{"42 routes to a function", routes(paths(42)...), ""},
		{
			"43 routes", routes(paths(43)...),
			"Resources.ApiHelloIntegration.Properties.IntegrationUri: " +
				"the permissions of 43 routes need about 20663 bytes in the policy of the function; the Lambda limit is 20480; use ANY and {proxy+}, or several functions",
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			a := apiWith(open("GET", "/"))
			c.change(&a)
			tmpl := template()
			a.Add(tmpl)
			got := strings.Split(problems(t, tmpl), "\n")
			// of a route that stands twice the resources are refused too
			got = slices.DeleteFunc(got, func(p string) bool { return strings.HasSuffix(p, "the logical id is used twice; choose another one") })
			if s := strings.Join(got, "\n"); s != c.want {
				t.Errorf("got\n%s\nwant\n%s", s, c.want)
			}
		})
	}
}

// cfn-lint knows the actions that are documented.
func TestLintersAreToldOfActionsThatTheyCannotKnow(t *testing.T) {
	t.Parallel()
	for typ, want := range map[string]string{
		"AWS::ApiGatewayV2::Stage": "cfn-lint:\n  config:\n    ignore_checks:\n      - W3037\n",
		"AWS::Lambda::Permission":  "",
	} {
		list, err := policy.Deployment([]string{typ}, policy.Scope{Project: "shop", Names: []string{"dev"}, Regions: []string{"eu-west-1"}})
		if err != nil {
			t.Fatal(err)
		}
		tmpl := template()
		resources.ManagedPolicy{ID: "Deploy", Name: "deploy", Path: "/", Document: policy.Identity(list)}.Add(tmpl)
		n, err := tmpl.Render()
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if m := n.At("Resources", "Deploy", "Metadata"); m != nil {
			got = string(m.YAML())
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", typ, got, want)
		}
	}
}
