package spec

import "reflect"

// shaped is a struct that says what it looks like in a file, in one line.
type shaped interface{ shape() string }

// shapeOf what a field of a type takes, in one line: an example for hints. Empty for scalars.
func shapeOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return shapeOf(t.Elem())
	case reflect.Slice:
		item := shapeOf(t.Elem())
		if item == "" {
			item = "…"
		}
		return "[" + item + "]"
	case reflect.Map:
		value := shapeOf(t.Elem())
		if value == "" {
			value = "…"
		}
		return "{ NAME: " + value + " }"
	default:
		if s, ok := reflect.New(t).Interface().(shaped); ok {
			return s.shape()
		}
		return ""
	}
}

func (*Account) shape() string { return `{ account: "111111111111", region: eu-west-1 }` }

func (*Source) shape() string {
	return "{ connection: arn:aws:codeconnections:…, repository: acme/shop }"
}

func (*Generator) shape() string { return "{ version: v0.1.0 }" }

func (*Environment) shape() string { return `{ name: dev, type: dev, account: "222222222222" }` }

func (*Pipeline) shape() string { return "{ name: delivery, branch: main, environments: [dev] }" }

func (*Steps) shape() string { return "{ functionTests: { commands: [make test] } }" }

func (*Step) shape() string { return "{ commands: [make test] }" }

func (*Permission) shape() string {
	return `{ actions: ["dynamodb:GetItem"], resources: ["arn:aws:dynamodb:{region}:{account}:table/orders"] }`
}

func (*Approval) shape() string { return "{ text: Look at the tests first. }" }

func (*ToolchainStack) shape() string { return "{ repositories: [{ name: base }] }" }

func (*SharedRepository) shape() string { return "{ name: base }" }

func (*Application) shape() string { return "{ buckets: [{ name: data }] }" }

func (*Repository) shape() string { return "{ name: web, context: services/web }" }

func (*Function) shape() string {
	return "{ name: hello, source: lambda/hello, runtime: python3.13, handler: index.handler }"
}

func (*FunctionVPC) shape() string { return "{ subnets: […], securityGroups: […] }" }

func (*Bucket) shape() string { return "{ name: data }" }

func (*Network) shape() string { return "{ cidr: 10.0.0.0/16, nat: one }" }

func (*Route) shape() string { return "{ path: /hello }" }

func (*API) shape() string { return "{ rate: 100, burst: 200 }" }

func (*JWT) shape() string { return `{ issuer: "https://id.example.com/", audience: [shop] }` }

func (*CORS) shape() string { return `{ origins: ["https://shop.example.com"] }` }

func (*Job) shape() string { return `{ name: nightly, image: web, schedule: "rate(1 day)" }` }

func (*Service) shape() string { return "{ name: web, image: web, port: 8080 }" }

func (*Count) shape() string { return "{ min: 1, max: 2 }" }

func (*LoadBalancer) shape() string { return "{ http: true }" }

func (*Monitoring) shape() string { return "{ email: ops@example.com }" }

func (*Stack) shape() string { return "{ name: extras, template: infra/extras.yaml }" }
