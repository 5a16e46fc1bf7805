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

// API is an HTTP API of API Gateway in front of Lambda functions, at the URL that API Gateway gives it: with an access log, limits to how
// many requests it takes, and for each route the permission to call its function. A function has 30 seconds to answer.
type API struct {
	// ID is the logical id; what belongs to the API has it in front of its own.
	ID          string
	Name        string
	Description string
	// Functions behind the API, each with its routes.
	Functions []APIFunction
	// JWT says which tokens are good for routes with the authorization JWT; nil when there are none.
	JWT *JWT
	// CORS lets pages of other origins call; nil lets none.
	CORS *CORS
	// Rate is how many requests a second the API takes, Burst how many at once; beyond them callers get status 429.
	Rate, Burst int
	// LogGroup is the name of the access log. CloudWatch Logs lets services write to all groups below /aws/vendedlogs/ by one statement of its
	// policy for them, which holds few others. LogKey encrypts it, and it is kept for LogDays.
	LogGroup string
	LogKey   cfn.Value[cfn.KeyARN]
	LogDays  int
	// RetainLogs keeps them when the API goes. CloudFormation then names the group, and the policy has a statement for it.
	RetainLogs bool
}

// APIFunction is a function behind an API.
type APIFunction struct {
	// ID tells the function from the others in logical ids.
	ID string
	// Alias to call.
	Alias  cfn.Value[cfn.FunctionARN]
	Routes []APIRoute
}

// APIRoute is a method and a path that lead to a function.
type APIRoute struct {
	// Method is an HTTP method in capitals, or ANY.
	Method string
	// Path begins with a slash; {name} stands for one part of it, {name+} at the end for all that follows.
	Path string
	// Authorization is NONE, AWS_IAM (callers sign their requests) or JWT (callers send a token).
	Authorization string
}

// key is how API Gateway names the route.
func (r APIRoute) key() string { return r.Method + " " + r.Path }

// Paths of words and of the variables that most APIs have: no two of them have the same letters and digits.
const (
	plainPath   = `^(/|(/([a-z]+[0-9]{0,3}|\{id\}|\{proxy\+\}))+)$`
	unplainPath = `/(id|proxy)(/|$)` // which read as variables do
)

// id tells the route from all others in logical ids. The names of its variables are not in it: API Gateway takes routes that differ in those
// alone for one, so that one with other names must stay the same resource.
func (r APIRoute) id() string {
	path := regexp.MustCompile(`\{[\w.-]+\}`).ReplaceAllString(r.Path, "{id}")
	return pathID(r.Method, regexp.MustCompile(`\{[\w.-]+\+\}`).ReplaceAllString(path, "{proxy+}"))
}

// permissionID has the names of variables in it: the permission has too, and with others it is another one beside the first.
func (r APIRoute) permissionID() string { return pathID(r.Method, r.Path) }

func pathID(method, path string) string {
	isPlain := regexp.MustCompile(plainPath).MatchString(path) && !regexp.MustCompile(unplainPath).MatchString(path)
	return textID(strings.ToLower(method)+path, isPlain)
}

// textID is the logical id of what any text names: its letters and digits, if it is so plain that no other has the same, else with eight digits
// behind that tell it from others, whatever those are. The zero before them is so that no plain text reads like that: words of lower-case
// letters with up to three digits behind.
func textID(text string, isPlain bool) string {
	const most = 100 // of 255 characters, for there is more around it
	id := cfn.ID(text)
	if isPlain && len(id) <= most {
		return id
	}
	sum := sha256.Sum256([]byte(text))
	return id[:min(len(id), most)] + "0" + hex.EncodeToString(sum[:4])
}

// JWT says which JSON Web Tokens are good: those that an issuer made for one of the audience.
type JWT struct {
	// Issuer is the URL of who issues them; API Gateway reads the keys from below it.
	Issuer string
	// Audience are 1 to 50 clients (API Gateway quotas).
	Audience []string
}

// CORS says which pages may call an API from a browser.
type CORS struct {
	// Origins such as https://shop.example.com; * stands for all, without Credentials.
	Origins []string
	// Methods in capitals, and Headers that callers may send; * stands for all.
	Methods, Headers []string
	// MaxAgeSeconds is how long browsers keep the answer, 0 to 86400.
	MaxAgeSeconds int
	// Credentials lets browsers send cookies.
	Credentials bool
}

// APIHandle is a declared API.
type APIHandle struct{ api *cfn.Resource }

// APIID is the id of the API, which its metrics carry too.
func (h APIHandle) APIID() cfn.Value[cfn.APIID] { return cfn.Ref[cfn.APIID](h.api) }

// URL is where the API is called, without a slash at the end.
func (h APIHandle) URL() cfn.Value[cfn.URL] {
	return cfn.Format[cfn.URL]("https://%s.execute-api.%s.%s", h.APIID(), cfn.Region(), cfn.URLSuffix())
}

const maxAPIName = 128 // characters, API Gateway

// The kinds of authorization as API Gateway calls them.
const (
	openRoute   = "NONE"
	signedRoute = "AWS_IAM"
	tokenRoute  = "JWT"
)

const anyMethod = "ANY"

// Add declares the API and what belongs to it.
func (a API) Add(t *cfn.Template) APIHandle {
	path := "Resources." + a.ID + ".Properties"
	checkName(t, path+".Name", "API Gateway", a.Name, "_-", 1, maxAPIName)
	logs := LogGroup{ID: a.ID + "Logs", Name: a.LogGroup, RetentionDays: a.LogDays, Key: a.LogKey, Retain: a.RetainLogs}.Add(t)
	api := t.Add(a.ID, &apigatewayv2.Api{
		Name: new(a.Name), Description: new(a.Description), ProtocolType: new("HTTP"), CorsConfiguration: a.CORS.configuration(t, path),
	})
	authorizer := a.authorizer(t, api)
	seen := map[string]string{} // routes by logical id
	var last *cfn.Resource      // of its parts: API Gateway refuses changes of an API at the same time
	next := func(part *cfn.Resource, refersTo ...*cfn.Resource) *cfn.Resource {
		stands := slices.Contains(refersTo, last) || last != nil && last.ID() == part.ID() // after it anyway; or twice, which is refused
		if last != nil && !stands {
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
			t.Fail("Resources."+id+".Properties.IntegrationUri", "there is no function", "set Alias")
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
				t.Failf("Resources."+route+".Properties.RouteKey", "leave out one of them", "the route %s stands twice", other)
			case taken:
				t.Failf("Resources."+route+".Properties.RouteKey", "leave out one of them",
					"API Gateway takes the routes %s and %s for one, since only the names of variables differ", other, r.key())
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
				"the permissions of %d routes take some %d bytes of the function's policy, Lambda allows %d", len(f.Routes), size, limits.LambdaPolicy)
		}
	}
	next(a.stage(t, api, logs))
	return APIHandle{api}
}

// properties of the route. Its id does not say which function it leads to: API Gateway has a route once, so one that moves to another function
// must stay the same resource.
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

// source is the route as API Gateway names it when it calls the function: with the variables of its path as they are, and with the method of
// the request, which can be any for ANY.
func (r APIRoute) source(api *cfn.Resource) cfn.Value[cfn.Text] {
	method := r.Method
	if method == anyMethod {
		method = "*"
	}
	return cfn.Format[cfn.Text]("arn:%s:execute-api:%s:%s:%s/*/%s%s",
		cfn.Partition(), cfn.Region(), cfn.AccountID(), cfn.Ref[cfn.APIID](api), cfn.Lit(method), cfn.Lit(r.Path))
}

// permissionSize is about how many bytes a permission takes in the policy of a function: CloudFormation calls it after the stack and the
// logical id; the rest is what it holds with the longest names of a function and a region, and a little more.
func permissionSize(t *cfn.Template, id string, r APIRoute) int {
	const rest = 430
	return rest + len(t.Name()) + len(id) + len(r.key())
}

// authorizer declares what checks the tokens, when a route asks for it.
func (a API) authorizer(t *cfn.Template, api *cfn.Resource) *cfn.Resource {
	if !slices.ContainsFunc(a.Functions, func(f APIFunction) bool {
		return slices.ContainsFunc(f.Routes, func(r APIRoute) bool { return r.Authorization == tokenRoute })
	}) {
		return nil
	}
	id := a.ID + "Authorizer"
	path := "Resources." + id + ".Properties.JwtConfiguration"
	if a.JWT == nil {
		t.Fail(path, "nothing says which tokens are good", "set JWT")
		return nil
	}
	if !strings.HasPrefix(a.JWT.Issuer, "https://") {
		t.Failf(path+".Issuer", "", "%q is no URL that begins with https://", a.JWT.Issuer)
	}
	if n := len(a.JWT.Audience); n < 1 || n > limits.APIAudience {
		t.Failf(path+".Audience", "", "there are %d, API Gateway takes 1 to %d", n, limits.APIAudience)
	}
	return t.Add(id, &apigatewayv2.Authorizer{
		ApiId: t.Text(cfn.Ref[cfn.APIID](api)), Name: a.Name, AuthorizerType: "JWT",
		IdentitySource:   []string{"$request.header.Authorization"},
		JwtConfiguration: &apigatewayv2.Authorizer_JWTConfiguration{Issuer: new(a.JWT.Issuer), Audience: a.JWT.Audience},
	})
}

// routePath is what a path looks like: no character of it is a wildcard in an ARN.
const routePath = `^(/|(/([\w.~!$&'()+,;=:@%-]+|\{[\w.-]+\}))*(/([\w.~!$&'()+,;=:@%-]+|\{[\w.-]+\+?\})))$`

// checkRoute refuses what API Gateway would, and one that browsers could not call.
func (a API) checkRoute(t *cfn.Template, id string, r APIRoute) {
	path := "Resources." + id + ".Properties"
	if !slices.Contains(append(limits.HTTPMethods(), anyMethod), r.Method) {
		t.Failf(path+".RouteKey", "", "%q is no method of HTTP in capitals, nor ANY", r.Method)
	}
	if !regexp.MustCompile(routePath).MatchString(r.Path) {
		t.Failf(path+".RouteKey", "begin it with a slash; a variable is a whole part of it, and {name+} the last one", "%q is no path", r.Path)
	}
	if !slices.Contains([]string{openRoute, signedRoute, tokenRoute}, r.Authorization) {
		t.Failf(path+".AuthorizationType", "", "%q is not %s, %s or %s", r.Authorization, openRoute, signedRoute, tokenRoute)
	}
	// browsers ask with OPTIONS, which ANY catches, and send no authorization then
	if a.CORS != nil && r.Method == anyMethod && r.Authorization != openRoute {
		t.Failf(path+".AuthorizationType", "make a route for each method", "%s would refuse to tell browsers whether they may call it", r.key())
	}
}

// configuration of the API; nil lets no page call.
func (c *CORS) configuration(t *cfn.Template, path string) *apigatewayv2.Api_Cors {
	if c == nil {
		return nil
	}
	path += ".CorsConfiguration"
	if len(c.Origins) == 0 || len(c.Methods) == 0 {
		t.Fail(path, "it lets nobody call", "set Origins and Methods")
	}
	checkRange(t, path+".MaxAge", "API Gateway", c.MaxAgeSeconds, 0, limits.APICORSSeconds)
	cors := &apigatewayv2.Api_Cors{AllowOrigins: c.Origins, AllowMethods: c.Methods, AllowHeaders: c.Headers, MaxAge: new(c.MaxAgeSeconds)}
	if c.Credentials {
		cors.AllowCredentials = new(true)
		if slices.Contains(c.Origins, "*") {
			t.Fail(path+".AllowCredentials", "every page on the internet could call with the cookies of its visitor", "name the origins")
		}
	}
	return cors
}

// stage declares where every change of the API is live at once.
func (a API) stage(t *cfn.Template, api *cfn.Resource, logs LogGroupHandle) *cfn.Resource {
	id := a.ID + "Stage"
	path := "Resources." + id + ".Properties.DefaultRouteSettings"
	checkRange(t, path+".ThrottlingRateLimit", "API Gateway", a.Rate, 1, math.MaxInt32)
	checkRange(t, path+".ThrottlingBurstLimit", "API Gateway", a.Burst, 1, math.MaxInt32)
	return t.Add(id, &apigatewayv2.Stage{
		ApiId: t.Text(cfn.Ref[cfn.APIID](api)), StageName: "$default", AutoDeploy: new(true),
		AccessLogSettings: &apigatewayv2.Stage_AccessLogSettings{
			// the group itself: its own Arn goes on with :*
			DestinationArn: t.TextPtr(cfn.Format[cfn.Text]("arn:%s:logs:%s:%s:log-group:%s", cfn.Partition(), cfn.Region(), cfn.AccountID(), logs.Name())),
			Format:         t.TextPtr(accessLog()),
		},
		DefaultRouteSettings: &apigatewayv2.Stage_RouteSettings{
			DetailedMetricsEnabled: new(true), ThrottlingBurstLimit: new(a.Burst), ThrottlingRateLimit: new(float64(a.Rate)),
		},
	})
}

// accessLog is a line of the access log: who asked for what when, what came out, how long it took, and whose fault it was. All of it is text,
// since a dash stands where there is nothing. No header is in it, which callers could fill with what looks like another line.
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
