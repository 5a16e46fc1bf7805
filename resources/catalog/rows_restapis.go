package catalog

import (
	"slices"
	"strings"
)

// restAPIsRows are the rows of REST APIs, and of what REST, HTTP and WebSocket APIs share.
func restAPIsRows() []Row {
	rows := []Row{
		{
			Type: "AWS::ApiGateway::Account",
			// one for a region of an account, which all its APIs log with
			Permissions: []Permission{
				allow("GatewayAccount", "apigateway:GET", "apigateway:PATCH").on(gateway("/account")),
				allow("Roles", "iam:GetRole").on(global("iam", "role{path}{name}*")),
				passToAPIs(),
			},
		},
		{Type: "AWS::ApiGateway::ApiKey", Permissions: inGateway("ApiKeys")},
		{Type: "AWS::ApiGateway::Authorizer", Permissions: append(restAPIParts(), passToAPIs())},
		{Type: "AWS::ApiGateway::BasePathMapping", Permissions: mappings("BasePathMappings")},
		gatewayDomain("AWS::ApiGateway::DomainName"),
		{Type: "AWS::ApiGateway::Method", Permissions: append(restAPIParts(), passToAPIs())},
		{
			Type:   "AWS::ApiGateway::RestApi",
			Name:   Name{Property: "Name", Pattern: "{name}*", Create: "apigateway:POST"},
			ARN:    gateway("/restapis/{id}"),
			Values: map[string]string{Ref: "{id}", "RestApiId": "{id}"},
			Policy: Policy{Property: "Policy"},
			// left out: definitions in S3
			Permissions: append([]Permission{
				allow("CreateRestApis", "apigateway:POST", "apigateway:UpdateRestApiPolicy").
					on(gateway("/restapis")).
					when("StringLike", "apigateway:Request/ApiName", "{name}*"),
				allow("RestApis", "apigateway:DELETE", "apigateway:PATCH", "apigateway:PUT", "apigateway:UpdateRestApiPolicy").
					on(gateway("/restapis/*")).tagged(),
				// it is read, and perhaps tagged, before it has its tags
				allow("ReadRestApis", "apigateway:GET", "apigateway:TagResource", "apigateway:UntagResource").
					on(gateway("/restapis"), gateway("/restapis/*")).taggedIfAtAll(),
				gatewayRole(),
			}, restAPIParts()...),
			Uncovered: []Uncovered{
				uncovered("BodyS3Location", "s3:GetObject"),
			},
		},
		{Type: "AWS::ApiGateway::UsagePlan", Permissions: inGateway("UsagePlans")},
		{
			Type: "AWS::ApiGateway::UsagePlanKey",
			Permissions: []Permission{
				// keys of a plan have no tags of their own
				allow("UsagePlanKeys", "apigateway:DELETE", "apigateway:GET", "apigateway:POST").
					on(gateway("/usageplans/*/keys"), gateway("/usageplans/*/keys/*")).taggedIfAtAll(),
			},
		},
		{
			Type: "AWS::ApiGateway::VpcLink",
			Permissions: append(inGateway("VpcLinks"),
				gatewayRole(),
				// API Gateway offers the load balancer to itself as a service, as the role that deploys the link; the service has no tags
				makes("vpc-endpoint-service",
					"ec2:CreateVpcEndpointServiceConfiguration", "ec2:DeleteVpcEndpointServiceConfigurations",
					"ec2:ModifyVpcEndpointServicePermissions",
				),
				sees("ec2:DescribeVpcEndpointServiceConfigurations"),
				lists("ListLoadBalancers", "elasticloadbalancing:DescribeLoadBalancers"),
			),
		},
		{Type: "AWS::ApiGatewayV2::ApiMapping", Permissions: mappings("ApiMappings")},
		gatewayDomain("AWS::ApiGatewayV2::DomainName"),
		{Type: "AWS::ApiGatewayV2::IntegrationResponse", Permissions: apis()},
		{
			Type: "AWS::ApiGatewayV2::Model",
			Permissions: append(apis(),
				// as the other parts of APIs
				allow("ApiModels", "apigateway:DELETE", "apigateway:GET", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT").
					on(gateway("/apis/*/models*")).taggedIfAtAll(),
			),
		},
		{Type: "AWS::ApiGatewayV2::RouteResponse", Permissions: apis()},
		{Type: "AWS::ApiGatewayV2::VpcLink", Permissions: append(inGateway("VpcLinks"), gatewayRole())},
	}
	for _, part := range []string{"Deployment", "GatewayResponse", "Model", "RequestValidator", "Resource", "Stage"} {
		rows = append(rows, Row{Type: "AWS::ApiGateway::" + part, Permissions: restAPIParts()})
	}
	slices.SortFunc(rows, func(a, b Row) int { return strings.Compare(a.Type, b.Type) })
	return rows
}

// gatewayDomain is the row of a domain name, whose ARN contains the name itself: its tags say whose it is.
func gatewayDomain(typ string) Row {
	return Row{
		Type: typ,
		// left out: mutual TLS
		Permissions: append(inGateway("DomainNames"), gatewayRole()),
		Uncovered: []Uncovered{
			uncovered("MutualTlsAuthentication", "apigateway:AddCertificateToDomain", "apigateway:RemoveCertificateFromDomain"),
		},
	}
}

// restAPIParts allows what is done to the parts of REST APIs, of which only stages are known to have tags.
func restAPIParts() []Permission {
	return []Permission{
		allow("RestApiParts",
			"apigateway:DELETE", "apigateway:GET", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT", "apigateway:TagResource",
			"apigateway:UntagResource",
		).on(gateway("/restapis/*/*")).taggedIfAtAll(),
		tagsInGateway("RestApis"),
	}
}

// inGateway allows to create things of a kind that has random ids, and to change those that have our tags.
func inGateway(kind string) []Permission {
	all := gateway("/" + strings.ToLower(kind))
	return []Permission{
		allow("Create"+kind, "apigateway:POST").on(all),
		allow("Change"+kind, "apigateway:DELETE", "apigateway:PATCH").on(all + "/*").tagged(),
		// it is read, and perhaps tagged, before it has its tags
		allow("Read"+kind, "apigateway:GET", "apigateway:TagResource", "apigateway:UntagResource").on(all, all+"/*").taggedIfAtAll(),
		tagsInGateway(kind),
	}
}

// tagsInGateway allows to tag things of a kind: their tags are a resource of their own.
func tagsInGateway(kind string) Permission {
	return allow("Tag"+kind, "apigateway:DELETE", "apigateway:GET", "apigateway:POST", "apigateway:PUT").
		on(gateway("/tags/*" + strings.ToLower(kind) + "*")).taggedIfAtAll()
}

// mappings allows what is done to mappings of domain names, which have no tags of their own.
func mappings(kind string) []Permission {
	all := gateway("/domainnames/*/" + strings.ToLower(kind))
	return []Permission{
		allow(kind, "apigateway:DELETE", "apigateway:GET", "apigateway:PATCH", "apigateway:POST").on(all, all+"/*").taggedIfAtAll(),
	}
}

// gatewayRole is the service's role, which the first API, domain name or VPC link of an account creates.
func gatewayRole() Permission { return linkedRole("ApiGatewayRole", "ops.apigateway.amazonaws.com") }

// passToAPIs is for what integrations, authorizers and logs assume.
func passToAPIs() Permission { return Pass("PassRolesToApis", "apigateway.amazonaws.com") }
