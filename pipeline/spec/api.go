package spec

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/limits"
	"github.com/cfnpipe/cfnpipe/resources/names"
)

// API is the HTTP API in front of an environment's functions.
type API struct {
	// Authorization of routes that do not say their own. Default none, or jwt where JWT is given.
	Authorization Authorization `yaml:"authorization"`
	// JWT says which tokens are good for routes with authorization jwt.
	JWT *JWT `yaml:"jwt"`
	// CORS lets pages of other origins call; nil lets none.
	CORS *CORS `yaml:"cors"`
	// Rate is how many requests a second the API takes, Burst how many at once; beyond them callers get status 429. Default 100 and 200.
	Rate  int `yaml:"rate"`
	Burst int `yaml:"burst"`
}

// Routes of an API that lead to one function.
type Routes []Route

// isLone lets a function with one route do without a list.
func (Routes) isLone() {}

// Route is a method and a path of the API.
type Route struct {
	// Path begins with a slash; {name} stands for one part of it, {name+} at the end for all that follows.
	Path string `yaml:"path,literal"`
	// Method is an HTTP method in capitals, or ANY. Default GET.
	Method string `yaml:"method"`
	// Authorization of this route. Default: that of the API.
	Authorization Authorization `yaml:"authorization"`
}

// Authorization is how an API knows who calls.
type Authorization string

// The kinds of authorization.
const (
	NoAuthorization  Authorization = "none"
	IAMAuthorization Authorization = "iam"
	JWTAuthorization Authorization = "jwt"
)

// JWT says which JSON Web Tokens are good.
type JWT struct {
	// Issuer is the URL of who issues them, such as https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc.
	Issuer string `yaml:"issuer"`
	// Audience are the clients for whom they are issued, at least one.
	Audience []string `yaml:"audience"`
}

// CORS says which pages may call the API from a browser.
type CORS struct {
	// Origins such as https://shop.example.com; * stands for all, and then there are no credentials.
	Origins []string `yaml:"origins"`
	// Methods in capitals, or *. Default: those of the routes.
	Methods []string `yaml:"methods"`
	// Headers that callers may send. Default authorization, content-type.
	Headers []string `yaml:"headers"`
	// MaxAgeSeconds is how long browsers keep the answer, 0 to 86400. Default 300.
	MaxAgeSeconds int `yaml:"maxAgeSeconds,seconds"`
	// Credentials lets browsers send cookies.
	Credentials bool `yaml:"credentials"`
}

// DefaultAPI is what the API is where pipeline.yaml says nothing else: a hundred requests a second, and twice as many at once.
func DefaultAPI() API { return API{Rate: 100, Burst: 200} }

// DefaultCORS is what there is of CORS where pipeline.yaml says nothing else; Resolve adds the methods of the routes.
func DefaultCORS() CORS {
	return CORS{Headers: []string{"authorization", "content-type"}, MaxAgeSeconds: 300}
}

func (a *API) setDefaults(Type) { *a = DefaultAPI() }

func (r *Route) setDefaults(Type) { r.Method = "GET" }

func (c *CORS) setDefaults(Type) { *c = DefaultCORS() }

func (*API) shape() string { return "{ rate: 100, burst: 200 }" }

func (*Route) shape() string { return "{ path: /hello }" }

func (*JWT) shape() string { return `{ issuer: "https://id.example.com/", audience: [shop] }` }

func (*CORS) shape() string { return `{ origins: ["https://shop.example.com"] }` }

func (*API) stack() string { return functionsStack }

func (*API) isImplied(a *Application) bool { return a.hasRoutes() }

// resolve the API and the routes of the functions, which take their authorization from it.
func (a *API) resolve(_ *Spec, _ string, e *Environment) {
	if a.Authorization == "" {
		a.Authorization = NoAuthorization
		if a.JWT != nil {
			a.Authorization = JWTAuthorization
		}
	}
	var methods []string
	functions := e.Application.Functions
	for i := range functions {
		functions[i].API = slices.Clone(functions[i].API)
		for k := range functions[i].API {
			r := &functions[i].API[k]
			fallback(&r.Method, "GET")
			fallback(&r.Authorization, a.Authorization)
			if r.Method == anyMethod || slices.Contains(limits.HTTPMethods(), r.Method) { // else it is said there
				methods = append(methods, r.Method)
			}
		}
	}
	if a.CORS == nil || a.CORS.Methods != nil {
		return
	}
	c := new(*a.CORS)
	a.CORS = c
	slices.Sort(methods)
	c.Methods = slices.Compact(methods)
	switch {
	case !slices.Contains(c.Methods, anyMethod):
	case c.Credentials: // then browsers read a star as a method of that name
		c.Methods = limits.HTTPMethods()
	default:
		c.Methods = []string{"*"}
	}
}

// anyMethod of a route stands for all that the other routes of its path do not have.
const anyMethod = "ANY"

// dropIdleAPIs takes the API from the environments where no function has a route, where the same API has routes in others.
func (s *Spec) dropIdleAPIs() {
	busy := map[string]bool{} // by where the API is written
	at := func(i int) string {
		return s.locate(Problem{Path: join(join(index("environments", i), "application"), "api")}).Path
	}
	if s.positions == nil {
		at = func(int) string { return "" }
	}
	for i, e := range s.Environments {
		if e.Application.hasRoutes() {
			busy[at(i)] = true
		}
	}
	for i := range s.Environments {
		if a := &s.Environments[i].Application; a.API != nil && !a.hasRoutes() && busy[at(i)] {
			a.API = nil
		}
	}
}

func (a *Application) hasRoutes() bool {
	return slices.ContainsFunc(a.Functions, func(f Function) bool { return len(f.API) > 0 })
}

func (a *API) check(v *validator, path string, e *Environment) {
	functions := join(parentPath(path), "functions")
	checkRoutes(v, functions, e)
	if !e.Application.hasRoutes() && !unreadRoutes(v, functions, e) {
		v.add(path, "no function has a route", "write one at a function, such as api: { path: /hello }, or leave it out")
	}
	oneOfThese(v, join(path, "authorization"), a.Authorization, NoAuthorization, IAMAuthorization, JWTAuthorization)
	a.checkJWT(v, join(path, "jwt"), e)
	if a.CORS != nil {
		a.CORS.check(v, join(path, "cors"))
	}
	v.between(join(path, "rate"), a.Rate, 1, 100_000, "requests a second") // AWS allows an account 10,000, and more when asked
	v.between(join(path, "burst"), a.Burst, 1, 100_000, "requests")
}

// unreadRoutes says whether a function may have routes that could not be read.
func unreadRoutes(v *validator, path string, e *Environment) bool {
	for i := range e.Application.Functions {
		if v.unread(join(index(path, i), "api")) {
			return true
		}
	}
	return v.unread(path)
}

// checkRoutes checks the routes of all functions of an environment.
func checkRoutes(v *validator, path string, e *Environment) {
	const most = limits.APIRoutes
	t := routeTable{validator: v, environment: e, shapes: map[string]route{}}
	count := 0
	for i, f := range e.Application.Functions {
		at := join(index(path, i), "api")
		for k, r := range f.API {
			if count++; count == most+1 {
				v.add(index(at, k), fmt.Sprintf("is one route more than the %d that AWS allows an API", most), "join some by variables in their paths")
			}
			t.add(index(at, k), f.Name, r)
		}
		checkRoutePermissions(v, at, f.API, e)
	}
}

// checkRoutePermissions checks that the permissions of a function's routes fit into its policy. The sum is that of the builder of APIs, or a little more.
func checkRoutePermissions(v *validator, at string, routes Routes, e *Environment) {
	const most = limits.LambdaPolicy
	size := 0
	for _, r := range routes {
		size += 430 + len(Name(v.spec.Project, e.Name, "functions")) + len("Api") + routeIDLength(r) + len("Permission") + len(r.Method+" "+r.Path)
	}
	if size > most {
		v.add(at, fmt.Sprintf("the permissions of %d routes do not fit into the %d bytes that Lambda allows a function's policy", len(routes), most),
			"use ANY and {name+}, or several functions")
	}
}

// route of a function.
type route struct{ key, function string }

// routeTable finds routes that are the same.
type routeTable struct {
	*validator
	environment *Environment
	shapes      map[string]route // by the method and the path without the names of its variables
}

func (t *routeTable) add(at, function string, r Route) {
	api := t.environment.Application.API
	isMethod := checkMethod(t.validator, join(at, "method"), r.Method, append(limits.HTTPMethods(), anyMethod))
	if api != nil && r.Authorization != api.Authorization { // else it was said there
		oneOfThese(t.validator, join(at, "authorization"), r.Authorization, NoAuthorization, IAMAuthorization, JWTAuthorization)
	}
	if api != nil && api.CORS != nil && r.Method == anyMethod && r.Authorization != NoAuthorization {
		t.validator.add(join(at, "method"), "ANY would refuse browsers, which ask with OPTIONS and without authorization whether they may call",
			"write a route for each method")
	}
	if !checkRoutePath(t.validator, join(at, "path"), r.Path) || !isMethod {
		return
	}
	own := route{r.Method + " " + r.Path, function}
	shape := r.Method + " " + routeShape(r.Path)
	first, taken := t.shapes[shape]
	switch {
	case taken && first.key == own.key:
		t.validator.add(at, shorten(own.key)+" is a route"+first.of(function)+" already", "write another path or method")
	case taken:
		t.validator.add(at, fmt.Sprintf("%s differs from %s%s in the names of variables alone", shorten(own.key), shorten(first.key), first.of(function)),
			"API Gateway takes them for the same route: write another path or method")
	default:
		t.shapes[shape] = own
	}
}

// of another function, if it is one.
func (r route) of(function string) string {
	if r.function == function {
		return ""
	}
	return fmt.Sprintf(" of function %q", shorten(r.function))
}

// routeIDLength is how many characters a route has at most in a logical id: templates shorten it, and put nine digits behind.
func routeIDLength(r Route) int {
	return min(100, len(names.LogicalID(strings.ToLower(r.Method)+r.Path))) + 9
}

// routeShape is a path without the names of its variables.
func routeShape(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		switch {
		case strings.HasSuffix(p, "+}"):
			parts[i] = "{+}"
		case strings.HasPrefix(p, "{"):
			parts[i] = "{}"
		}
	}
	return strings.Join(parts, "/")
}

// checkMethod says whether a method is one of those that are allowed.
func checkMethod(v *validator, at, method string, allowed []string) bool {
	if slices.Contains(allowed, method) {
		return true
	}
	hint := "use " + oneOf(allowed)
	switch {
	case slices.Contains(allowed, strings.ToUpper(method)):
		hint = "write " + strings.ToUpper(method)
	case v.isPatient() && nearest(method, allowed) != "":
		hint = didYouMean(method, allowed)
	}
	if v.given(at, method, hint) {
		v.add(at, strconv.Quote(shorten(method))+" is no method", hint)
	}
	return false
}

// checkRoutePath says whether the path of a route is good.
func checkRoutePath(v *validator, at, path string) bool {
	const most = 255 // characters
	const hint = "write one such as /orders/{id}, or /files/{path+} for all that is below /files"
	if !v.given(at, path, hint) {
		return false
	}
	quoted := strconv.Quote(shorten(path))
	bad := func(message, hint string) bool {
		v.add(at, message, hint)
		return false
	}
	switch {
	case len(path) > most:
		return bad(fmt.Sprintf("has %d characters, at most %d are allowed", len(path), most), fmt.Sprintf("shorten it by %d", len(path)-most))
	case path[0] != '/':
		return bad(quoted+" does not begin with a slash", "write /"+shorten(path))
	case path == "/":
		return true
	case strings.HasSuffix(path, "/"):
		return bad(quoted+" ends with a slash", "write "+shorten(strings.TrimRight(path, "/"))+", or / for the top")
	}
	parts := strings.Split(path[1:], "/")
	for i, p := range parts {
		name, isVariable := variableOf(p)
		switch {
		case p == "":
			return bad(quoted+" has an empty part", "write one slash between two parts")
		case isVariable && strings.HasSuffix(name, "+") && i < len(parts)-1:
			return bad(fmt.Sprintf("%q in %s stands for all that follows, so nothing can", shorten(p), quoted), "write it at the end")
		case isVariable && slices.ContainsFunc(parts[:i], func(o string) bool { n, ok := variableOf(o); return ok && n == strings.TrimSuffix(name, "+") }):
			return bad(fmt.Sprintf("%s has the variable %q twice", quoted, shorten(strings.TrimSuffix(name, "+"))), "give each a name of its own")
		case isVariable && !isRouteVariable(strings.TrimSuffix(name, "+")):
			return bad(fmt.Sprintf("%q in %s is no variable", shorten(p), quoted), "name it with letters, digits and _ . -, such as {id} or {path+}")
		case !isVariable && !only(p, "-._~:@"):
			if strings.Contains(p, "{") {
				return bad(fmt.Sprintf("%q in %s is neither a text nor a variable", shorten(p), quoted), "a variable is a part of its own, such as /{id}/")
			}
			return bad(fmt.Sprintf("%q in %s has characters other than letters, digits and - . _ ~ : @", shorten(p), quoted), hint)
		}
	}
	return true
}

// variableOf a part of a path that stands in braces.
func variableOf(part string) (name string, ok bool) {
	if name, ok = strings.CutPrefix(part, "{"); ok {
		name, ok = strings.CutSuffix(name, "}")
	}
	return name, ok
}

func isRouteVariable(name string) bool { return name != "" && only(name, "_.-") }

// checkJWT checks which tokens are good; it must be there where routes ask for them, and routes must ask where it is there.
func (a *API) checkJWT(v *validator, path string, e *Environment) {
	const needs = "needs jwt in the api of the application, which says which tokens are good"
	const hint = "write jwt: { issuer: https://…, audience: […] } there"
	if a.JWT == nil {
		if v.unread(path) {
			return
		}
		if a.Authorization == JWTAuthorization {
			v.add(join(parentPath(path), "authorization"), needs, hint)
			return
		}
	}
	without := []Authorization{NoAuthorization, IAMAuthorization} // one that is misspelt may ask
	asked := unreadRoutes(v, join(parentPath(parentPath(path)), "functions"), e) || !slices.Contains(without, a.Authorization)
	for i, f := range e.Application.Functions {
		for k, r := range f.API {
			asked = asked || !slices.Contains(without, r.Authorization)
			if a.JWT == nil && r.Authorization == JWTAuthorization {
				at := index(join(index(join(parentPath(parentPath(path)), "functions"), i), "api"), k)
				v.add(join(at, "authorization"), needs, hint)
			}
		}
	}
	if a.JWT == nil {
		return
	}
	if !asked && e.Application.hasRoutes() {
		v.add(path, "no route has authorization jwt, so nobody's token is looked at", "leave authorization out, or write jwt there")
	}
	checkIssuer(v, join(path, "issuer"), a.JWT.Issuer)
	checkAudience(v, join(path, "audience"), a.JWT.Audience)
}

func checkIssuer(v *validator, at, issuer string) {
	const most = 2048 // characters, API Gateway
	const hint = "write the URL of who issues the tokens, such as https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc"
	if !v.given(at, issuer, hint) {
		return
	}
	u, err := url.Parse(issuer)
	switch {
	case err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.ContainsAny(issuer, "?# ") || !isLine(issuer):
		v.add(at, strconv.Quote(shorten(issuer))+" is not the https URL of an issuer", hint)
	case len(issuer) > most:
		v.add(at, fmt.Sprintf("has %d characters, API Gateway allows %d", len(issuer), most), fmt.Sprintf("shorten it by %d", len(issuer)-most))
	}
}

func checkAudience(v *validator, path string, audience []string) {
	const most = limits.APIAudience
	switch n := len(audience); {
	case n == 0:
		v.add(path, "there is none", "write the clients for whom the tokens are issued; without one, those for any client would be good")
	case n > most:
		v.add(path, fmt.Sprintf("has %d clients, API Gateway allows %d", n, most), "")
		return
	}
	for i, client := range audience {
		switch at := index(path, i); {
		case isBlank(client) || !isLine(client):
			v.add(at, "is not one line of printable text", "write the id of a client")
		case slices.Contains(audience[:i], client):
			v.add(at, strconv.Quote(shorten(client))+" is given twice", "keep one")
		}
	}
}

func (c *CORS) check(v *validator, path string) {
	const most = 50 // of each list
	for _, list := range []struct {
		name, things string
		items        []string
		check        func(v *validator, at, item string)
	}{
		{"origins", "origins", c.Origins, checkOrigin},
		{"methods", "methods", c.Methods, func(v *validator, at, item string) { checkMethod(v, at, item, limits.HTTPMethods()) }},
		{"headers", "headers", c.Headers, checkHeader},
	} {
		at := join(path, list.name)
		if len(list.items) > most {
			v.add(at, fmt.Sprintf("has %d %s, at most %d are allowed", len(list.items), list.things, most), "")
			continue
		}
		for i, item := range list.items {
			at := index(at, i)
			switch {
			case slices.Contains(list.items[:i], item):
				v.add(at, strconv.Quote(shorten(item))+" is given twice", "keep one")
			case item != "*":
				list.check(v, at, item)
			case len(list.items) > 1:
				v.add(at, "* stands for all "+list.things, "leave out the others, or it")
			case c.Credentials:
				v.add(at, "* does not stand for all "+list.things+" where there are credentials", "name them")
			}
		}
	}
	if at := join(path, "origins"); len(c.Origins) == 0 {
		v.add(at, "there is none", "write those of the pages that may call, such as https://shop.example.com")
	}
	v.between(join(path, "maxAgeSeconds"), c.MaxAgeSeconds, 0, limits.APICORSSeconds, "seconds")
}

// checkOrigin checks what browsers send: a scheme and a host, perhaps with a port.
func checkOrigin(v *validator, at, origin string) {
	const hint = "write one such as https://shop.example.com"
	u, err := url.Parse(origin)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "" || u.User != nil || !only(origin, ":/.-+[]") || len(origin) > 255:
		v.add(at, strconv.Quote(shorten(origin))+" is no origin", hint)
	case u.Path != "":
		v.add(at, strconv.Quote(shorten(origin))+" has a path behind its host", "write "+shorten(u.Scheme+"://"+u.Host))
	case strings.ToLower(origin) != origin:
		v.add(at, strconv.Quote(shorten(origin))+" has capitals, which browsers do not send", "write "+shorten(strings.ToLower(origin)))
	}
}

func checkHeader(v *validator, at, header string) {
	if header == "" || !only(header, "!#$%&'*+-.^_`|~") || len(header) > 128 {
		v.add(at, strconv.Quote(shorten(header))+" is no name of a header", "write one such as content-type")
	}
}
