package policy

import "github.com/cfnpipe/cfnpipe/resources/cfn"

// apiRow is the part of the table for APIs.
func (s Scope) apiRow(typ string) []Statement {
	switch typ {
	case "AWS::ApiGatewayV2::Api":
		// left out: definitions in S3. The first API, domain name or VPC link of an account makes the service's role, as whoever makes it (API Gateway
		// Developer Guide, "Using service-linked roles"); with it, API Gateway delivers access logs
		return append(s.apis(), s.linkedRole("ApiGatewayRole", "ops.apigateway.amazonaws.com"))
	case "AWS::ApiGatewayV2::Authorizer", "AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route":
		// left out: roles of integrations and authorizers
		return s.apis()
	case "AWS::ApiGatewayV2::Stage":
		return append(s.apis(),
			// API Gateway turns on the access log as who deploys the stage. None of these knows a resource: CloudWatch Logs has one policy for what
			// services may write to, and adds the log group to it
			Allow("LogDeliveries", "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:GetLogDelivery", "logs:ListLogDeliveries",
				"logs:PutResourcePolicy", "logs:UpdateLogDelivery").On(cfn.Lit("*")).If(s.inRegions()),
			Allow("ListLogGroups", "logs:DescribeLogGroups").On(s.arns("logs", "log-group:*")...), // lists all groups or none
			Allow("ListLogPolicies", "logs:DescribeResourcePolicies").On(cfn.Lit("*")),            // knows no resource
		)
	case "AWS::Lambda::Permission":
		return []Statement{
			Allow("Callers", "lambda:AddPermission").On(s.functions()...).
				If(When("StringEquals", "lambda:Principal", cfn.Lit("apigateway.amazonaws.com"))),
			Allow("Functions", "lambda:GetPolicy", "lambda:RemovePermission").On(s.functions()...),
		}
	default:
		return nil
	}
}

// apis lets the role make APIs with the scope's names, and change them and what is in them. An API has a random id; its tags say whose it is.
func (s Scope) apis() []Statement {
	var names []cfn.Part
	for _, name := range s.Names {
		names = append(names, cfn.Lit(s.Project+"-"+name+"-*"))
	}
	return []Statement{
		Allow("CreateApis", "apigateway:POST").On(s.gateway("/apis")...).If(When("StringLike", "apigateway:Request/ApiName", names...)),
		Allow("Apis", "apigateway:DELETE", "apigateway:PATCH").On(s.gateway("/apis/*")...).If(s.tagged()...),
		// it is read, and perhaps tagged, before it has its tags
		Allow("ReadApis", append(Undocumented(), "apigateway:GET")...).On(s.gateway("/apis", "/apis/*")...).If(s.taggedIfAtAll()...),
		// of HTTP APIs, only the API and the stage are known to have tags: the others may, so that those of another API keep them from being changed.
		// The tags of an API are a resource of their own; a stage gets its by actions of their own
		Allow("ApiParts", append(Undocumented(),
			"apigateway:DELETE", "apigateway:GET", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT")...).
			On(s.gateway("/apis/*/authorizers*", "/apis/*/integrations*", "/apis/*/routes*", "/apis/*/stages*", "/tags/*apis*")...).
			If(s.taggedIfAtAll()...),
	}
}

// Undocumented are actions that AWS asks for, as the schemas of CloudFormation say, though the Service Authorization Reference has none of that
// name: linters take them for mistakes.
func Undocumented() []string { return []string{"apigateway:TagResource", "apigateway:UntagResource"} }

// taggedIfAtAll is tagged for what may have no tags.
func (s Scope) taggedIfAtAll() []Condition {
	list := s.tagged()
	for i := range list {
		list[i].operator += "IfExists"
	}
	return list
}

// gateway is resources of API Gateway, whose ARNs name no account, in each region of the scope.
func (s Scope) gateway(paths ...string) []cfn.Part {
	var list []cfn.Part
	for _, region := range s.regions() {
		for _, p := range paths {
			list = append(list, cfn.Format[cfn.Text]("arn:%s:apigateway:%s::%s", cfn.Partition(), region, cfn.Lit(p)))
		}
	}
	return list
}
