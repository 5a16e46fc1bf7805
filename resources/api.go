package resources

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"regexp"
	"slices"
	"strings"

	"github.com/awslabs/goformation/v7/cloudformation/apigatewayv2"
	"github.com/awslabs/goformation/v7/cloudformation/lambda"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// API is an HTTP API of API Gateway in front of Lambda functions, with an access log, throttling, and for each route the permission to call its
// function. API Gateway generates its URL. A function must answer within 30 seconds.
type API struct {
	// ID is the logical id. The logical ids of the parts of the API begin with it.
	ID          string
	Name        string
	Description string
	// Functions that the API calls, each with its routes.
	Functions []APIFunction
	// JWT says which tokens are valid, for routes with the authorization JWT. Optional without such routes.
	JWT *JWT
	// CORS allows web pages of other origins to call the API. Optional.
	CORS *CORS
	// Rate is the limit of requests per second, Burst that of requests at once. Beyond them, callers get status 429.
	Rate, Burst int
	// LogGroup is the name of the access log. Below /aws/vendedlogs/, all log groups share one statement in the resource policy of CloudWatch Logs, whose
	// size is limited. LogKey encrypts the log, which is retained for LogDays.
	LogGroup string
	LogKey   cfn.Value[cfn.KeyARN]
	LogDays  int
	// RetainLogs keeps the log if the API is deleted. CloudFormation then generates the name of the group, which needs a statement of its own.
	RetainLogs bool
}

// APIFunction is a function that an API calls.
type APIFunction struct {
	// ID identifies the function in logical ids.
	ID string
	// Alias to call.
	Alias  cfn.Value[cfn.FunctionARN]
	Routes []APIRoute
}

// APIRoute is a method and a path of an API for a function.
type APIRoute struct {
	// Method is an HTTP method in capitals, or ANY.
	Method string
	// Path begins with a slash. {name} matches one part of it, {name+} at the end all following parts.
	Path string
	// Authorization is NONE, AWS_IAM (callers sign requests) or JWT (callers send a token).
	Authorization string
}

// key returns the route key, which identifies the route in API Gateway.
func (r APIRoute) key() string { return r.Method + " " + r.Path }

// Patterns of paths whose letters and digits alone identify them: words, and the variables that most APIs have.
const (
	plainPath   = `^(/|(/([a-z]+[0-9]{0,3}|\{id\}|\{proxy\+\}))+)$`
	unplainPath = `/(id|proxy)(/|$)` // has the same letters as a variable
)

// id identifies the route in logical ids. It does not contain the names of variables: routes that differ only in those are the same for API Gateway,
// so a route whose variables are renamed must stay the same resource.
func (r APIRoute) id() string {
	path := regexp.MustCompile(`\{[\w.-]+\}`).ReplaceAllString(r.Path, "{id}")
	return pathID(r.Method, regexp.MustCompile(`\{[\w.-]+\+\}`).ReplaceAllString(path, "{proxy+}"))
}

// permissionID identifies the permission for the route in logical ids. It contains the names of variables, as the permission does.
func (r APIRoute) permissionID() string { return pathID(r.Method, r.Path) }

func pathID(method, path string) string {
	isPlain := regexp.MustCompile(plainPath).MatchString(path) && !regexp.MustCompile(unplainPath).MatchString(path)
	return textID(strings.ToLower(method)+path, isPlain)
}

// textID returns a logical id for a text: its letters and digits, if isPlain says that no other text has the same, else followed by a zero and eight
// digits of a hash. No plain text ends like that, because it consists of words of lower-case letters with up to three digits.
func textID(text string, isPlain bool) string {
	const limit = 100 // of 255 characters, because other parts are added
	id := cfn.ID(text)
	if isPlain && len(id) <= limit {
		return id
	}
	sum := sha256.Sum256([]byte(text))
	return id[:min(len(id), limit)] + "0" + hex.EncodeToString(sum[:4])
}

// JWT says which JSON Web Tokens are valid: those of an issuer for one of the clients in the audience.
type JWT struct {
	// Issuer is the URL of the issuer. API Gateway reads its keys from there.
	Issuer string
	// Audience are the clients that the tokens are for, 1 to 50 (API Gateway quotas).
	Audience []string
}

// CORS says which web pages may call an API from a browser.
type CORS struct {
	// Origins such as https://shop.example.com. * allows all, but not with Credentials.
	Origins []string
	// Methods in capitals, and Headers that callers may send. * allows all.
	Methods, Headers []string
	// MaxAgeSeconds is how long browsers cache the answer, 0 to 86400.
	MaxAgeSeconds int
	// Credentials allows browsers to send cookies.
	Credentials bool
}

// APIHandle is a declared API.
type APIHandle struct{ api *cfn.Resource }

// APIID is the id of the API, which is also a dimension of its metrics.
func (h APIHandle) APIID() cfn.Value[cfn.APIID] { return cfn.Ref[cfn.APIID](h.api) }

// URL of the API, without a slash at the end.
func (h APIHandle) URL() cfn.Value[cfn.URL] {
	return cfn.Format[cfn.URL]("https://%s.execute-api.%s.%s", h.APIID(), cfn.Region(), cfn.URLSuffix())
}

const maxAPIName = 128 // characters, API Gateway

// The authorization types of API Gateway.
const (
	openRoute   = "NONE"
	signedRoute = "AWS_IAM"
	tokenRoute  = "JWT"
)

const anyMethod = "ANY"

// Add declares the API and its parts.
func (a API) Add(t *cfn.Template) APIHandle {
	path := "Resources." + a.ID + ".Properties"
	checkName(t, path+".Name", "API Gateway", a.Name, "_-", 1, maxAPIName)
	logs := LogGroup{ID: a.ID + "Logs", Name: a.LogGroup, RetentionDays: a.LogDays, Key: a.LogKey, Retain: a.RetainLogs}.Add(t)
	api := t.Add(a.ID, &apigatewayv2.Api{
		Name: new(a.Name), Description: new(a.Description), ProtocolType: new("HTTP"), CorsConfiguration: a.CORS.configuration(t, path),
	})
	authorizer := a.authorizer(t, api)
	seen := map[string]string{} // routes by logical id
	var last *cfn.Resource      // last part declared: API Gateway rejects simultaneous changes of an API
	next := func(part *cfn.Resource, refersTo ...*cfn.Resource) *cfn.Resource {
		isAfter := slices.Contains(refersTo, last) || last != nil && last.ID() == part.ID() // it refers to last; or is declared twice, which is an error
		if last != nil && !isAfter {
			part.After(last)
		}
		last = part
		return part
	}
	if authorizer != nil {
		next(authorizer)
	}
	for _, f := range a.Functions {
		id := a.ID + f.ID + "Integration"
		uri := t.TextPtr(f.Alias)
		if uri == nil {
			t.Fail("Resources."+id+".Properties.IntegrationUri", "the integration has no function", "set Alias")
		}
		integration := next(t.Add(id, &apigatewayv2.Integration{
			ApiId: t.Text(cfn.Ref[cfn.APIID](api)), IntegrationType: "AWS_PROXY", IntegrationUri: uri, PayloadFormatVersion: new("2.0"),
		}))
		size := 0
		for _, r := range f.Routes {
			route, permission := a.ID+r.id()+"Route", a.ID+r.permissionID()+"Permission"
			a.checkRoute(t, route, r)
			switch other, taken := seen[route]; {
			case other == r.key():
				t.Failf("Resources."+route+".Properties.RouteKey", "remove one of them", "the route %s is declared twice", other)
			case taken:
				t.Failf("Resources."+route+".Properties.RouteKey", "remove one of them",
					"API Gateway treats the routes %s and %s as the same, because they differ only in the names of variables", other, r.key())
			}
			seen[route] = r.key()
			next(t.Add(route, r.properties(t, api, integration, authorizer)), integration)
			t.Add(permission, &lambda.Permission{
				Action: "lambda:InvokeFunction", FunctionName: t.Text(f.Alias), Principal: "apigateway.amazonaws.com", SourceArn: t.TextPtr(r.source(api)),
			})
			size += permissionSize(t, permission, r)
		}
		if size > limits.LambdaPolicy {
			t.Failf("Resources."+id+".Properties.IntegrationUri", "use ANY and {proxy+}, or several functions",
				"the permissions of %d routes need about %d bytes in the policy of the function; the Lambda limit is %d", len(f.Routes), size, limits.LambdaPolicy)
		}
	}
	next(a.stage(t, api, logs))
	return APIHandle{api}
}

// properties returns the properties of the route. Its logical id does not contain the function: API Gateway allows each route once, so a route that
// moves to another function must stay the same resource.
func (r APIRoute) properties(t *cfn.Template, api, integration, authorizer *cfn.Resource) *apigatewayv2.Route {
	properties := &apigatewayv2.Route{
		ApiId: t.Text(cfn.Ref[cfn.APIID](api)), RouteKey: r.key(), AuthorizationType: new(r.Authorization),
		Target: t.TextPtr(cfn.Format[cfn.Text]("integrations/%s", cfn.Ref[cfn.Text](integration))),
	}
	if r.Authorization == tokenRoute && authorizer != nil {
		properties.AuthorizerId = t.TextPtr(cfn.Ref[cfn.Text](authorizer))
	}
	return properties
}

// source returns the ARN of the route in calls of the function: with the variables of its path as written, and * in place of ANY, because the ARN of a
// call contains the method of the request.
func (r APIRoute) source(api *cfn.Resource) cfn.Value[cfn.Text] {
	method := r.Method
	if method == anyMethod {
		method = "*"
	}
	return cfn.Format[cfn.Text]("arn:%s:execute-api:%s:%s:%s/*/%s%s",
		cfn.Partition(), cfn.Region(), cfn.AccountID(), cfn.Ref[cfn.APIID](api), cfn.Lit(method), cfn.Lit(r.Path))
}

// permissionSize returns the approximate size of a permission in the policy of a function in bytes: its name, which CloudFormation forms from the stack
// and the logical id, the route, and the rest with the longest names of a function and a region.
func permissionSize(t *cfn.Template, id string, r APIRoute) int {
	const rest = 430
	return rest + len(t.Name()) + len(id) + len(r.key())
}

// authorizer declares the authorizer that checks tokens, if a route requires one.
func (a API) authorizer(t *cfn.Template, api *cfn.Resource) *cfn.Resource {
	if !slices.ContainsFunc(a.Functions, func(f APIFunction) bool {
		return slices.ContainsFunc(f.Routes, func(r APIRoute) bool { return r.Authorization == tokenRoute })
	}) {
		return nil
	}
	id := a.ID + "Authorizer"
	path := "Resources." + id + ".Properties.JwtConfiguration"
	if a.JWT == nil {
		t.Fail(path, "it is not set which tokens are valid", "set JWT")
		return nil
	}
	if !strings.HasPrefix(a.JWT.Issuer, "https://") {
		t.Failf(path+".Issuer", "", "%q is not a URL that begins with https://", a.JWT.Issuer)
	}
	if n := len(a.JWT.Audience); n < 1 || n > limits.APIAudience {
		t.Failf(path+".Audience", "", "there are %d; API Gateway requires 1 to %d", n, limits.APIAudience)
	}
	return t.Add(id, &apigatewayv2.Authorizer{
		ApiId: t.Text(cfn.Ref[cfn.APIID](api)), Name: a.Name, AuthorizerType: "JWT",
		IdentitySource:   []string{"$request.header.Authorization"},
		JwtConfiguration: &apigatewayv2.Authorizer_JWTConfiguration{Issuer: new(a.JWT.Issuer), Audience: a.JWT.Audience},
	})
}

// routePath is the pattern of valid paths. None of the characters is a wildcard in an ARN.
const routePath = `^(/|(/([\w.~!$&'()+,;=:@%-]+|\{[\w.-]+\}))*(/([\w.~!$&'()+,;=:@%-]+|\{[\w.-]+\+?\})))$`

// checkRoute reports a route that API Gateway would reject, or that browsers could not call.
func (a API) checkRoute(t *cfn.Template, id string, r APIRoute) {
	path := "Resources." + id + ".Properties"
	if !slices.Contains(append(limits.HTTPMethods(), anyMethod), r.Method) {
		t.Failf(path+".RouteKey", "", "%q is neither an HTTP method in capitals nor ANY", r.Method)
	}
	if !regexp.MustCompile(routePath).MatchString(r.Path) {
		t.Failf(path+".RouteKey", "begin with a slash; write a variable as a whole part of the path, and {name+} as the last part", "%q is not a valid path", r.Path)
	}
	if !slices.Contains([]string{openRoute, signedRoute, tokenRoute}, r.Authorization) {
		t.Failf(path+".AuthorizationType", "", "%q is not %s, %s or %s", r.Authorization, openRoute, signedRoute, tokenRoute)
	}
	// browsers first send OPTIONS, which ANY matches, without authorization
	if a.CORS != nil && r.Method == anyMethod && r.Authorization != openRoute {
		t.Failf(path+".AuthorizationType", "declare a route for each method", "%s would reject the preflight requests of browsers", r.key())
	}
}

// configuration returns the CORS configuration of the API, or nil for none.
func (c *CORS) configuration(t *cfn.Template, path string) *apigatewayv2.Api_Cors {
	if c == nil {
		return nil
	}
	path += ".CorsConfiguration"
	if len(c.Origins) == 0 || len(c.Methods) == 0 {
		t.Fail(path, "it allows no calls", "set Origins and Methods")
	}
	checkRange(t, path+".MaxAge", "API Gateway", c.MaxAgeSeconds, 0, limits.APICORSSeconds)
	cors := &apigatewayv2.Api_Cors{AllowOrigins: c.Origins, AllowMethods: c.Methods, AllowHeaders: c.Headers, MaxAge: new(c.MaxAgeSeconds)}
	if c.Credentials {
		cors.AllowCredentials = new(true)
		if slices.Contains(c.Origins, "*") {
			t.Fail(path+".AllowCredentials", "every web page could call the API with the cookies of its visitors", "name the origins")
		}
	}
	return cors
}

// stage declares the default stage, which deploys every change of the API at once.
func (a API) stage(t *cfn.Template, api *cfn.Resource, logs LogGroupHandle) *cfn.Resource {
	id := a.ID + "Stage"
	path := "Resources." + id + ".Properties.DefaultRouteSettings"
	checkRange(t, path+".ThrottlingRateLimit", "API Gateway", a.Rate, 1, math.MaxInt32)
	checkRange(t, path+".ThrottlingBurstLimit", "API Gateway", a.Burst, 1, math.MaxInt32)
	return t.Add(id, &apigatewayv2.Stage{
		ApiId: t.Text(cfn.Ref[cfn.APIID](api)), StageName: "$default", AutoDeploy: new(true),
		AccessLogSettings: &apigatewayv2.Stage_AccessLogSettings{
			// the ARN of the group without :*, with which its attribute Arn ends
			DestinationArn: t.TextPtr(cfn.Format[cfn.Text]("arn:%s:logs:%s:%s:log-group:%s", cfn.Partition(), cfn.Region(), cfn.AccountID(), logs.Name())),
			Format:         t.TextPtr(accessLog()),
		},
		DefaultRouteSettings: &apigatewayv2.Stage_RouteSettings{
			DetailedMetricsEnabled: new(true), ThrottlingBurstLimit: new(a.Burst), ThrottlingRateLimit: new(float64(a.Rate)),
		},
	})
}

// accessLog returns the format of a line in the access log: the caller, the request, the response, its latency and the cause of an error. All values
// are strings, because a missing value is logged as a dash. There are no headers, with which callers could forge lines.
func accessLog() cfn.Value[cfn.Text] {
	var line cfn.Object
	for _, x := range [][2]string{
		{"requestId", "requestId"},
		{"time", "requestTime"},
		{"ip", "identity.sourceIp"},
		{"caller", "identity.userArn"},
		{"subject", "authorizer.claims.sub"},
		{"method", "httpMethod"},
		{"path", "path"},
		{"route", "routeKey"},
		{"protocol", "protocol"},
		{"status", "status"},
		{"responseBytes", "responseLength"},
		{"latency", "responseLatency"},
		{"error", "error.message"},
		{"errorType", "error.responseType"},
		{"authorizerError", "authorizer.error"},
		{"integrationStatus", "integrationStatus"},
		{"integrationLatency", "integrationLatency"},
		{"integrationError", "integrationErrorMessage"},
		{"integrationRequestId", "awsEndpointRequestId"},
	} {
		line = append(line, cfn.Member{Name: x[0], Value: "$context." + x[1]})
	}
	return cfn.JSON(line)
}
