package catalog

// graphQLRows are the rows of AppSync. Of an API, only the API itself is a resource that IAM knows; the actions on its parts know none.
func graphQLRows() []Row {
	return []Row{
		{
			Type: "AWS::AppSync::ApiKey",
			// the schema names no permissions: those of the operations of the API
			Permissions: []Permission{
				graphQLParts("appsync:CreateApiKey", "appsync:DeleteApiKey", "appsync:ListApiKeys", "appsync:UpdateApiKey"),
			},
		},
		{
			Type: "AWS::AppSync::DataSource",
			Permissions: []Permission{
				graphQLParts("appsync:CreateDataSource", "appsync:DeleteDataSource", "appsync:GetDataSource", "appsync:UpdateDataSource"),
				passToGraphQL(),
			},
		},
		{
			Type: "AWS::AppSync::FunctionConfiguration",
			Permissions: []Permission{
				graphQLParts("appsync:CreateFunction", "appsync:DeleteFunction", "appsync:GetFunction", "appsync:UpdateFunction"),
				code(), codeKeys(),
			},
			Uncovered: graphQLCode(),
		},
		{
			Type: "AWS::AppSync::GraphQLApi",
			ARN:  regional("appsync", "apis/{id}"),
			// left out: environment variables, which are still read
			Permissions: []Permission{
				graphQLParts("appsync:CreateGraphqlApi", "appsync:GetGraphqlApiEnvironmentVariables"),
				allow("GraphQLApis", "appsync:DeleteGraphqlApi", "appsync:UpdateGraphqlApi").on(regional("appsync", "apis/*")).tagged(),
				// it is read before it has its tags
				allow("NewGraphQLApis", "appsync:GetGraphqlApi", "appsync:ListTagsForResource", "appsync:TagResource", "appsync:UntagResource").
					on(regional("appsync", "apis/*")).taggedIfAtAll(),
				passToGraphQL(),
			},
			Uncovered: []Uncovered{
				uncovered("EnvironmentVariables", "appsync:PutGraphqlApiEnvironmentVariables"),
			},
		},
		{
			Type: "AWS::AppSync::GraphQLSchema",
			// the schema names no permissions: those of the operations of the API
			Permissions: []Permission{
				graphQLParts("appsync:GetSchemaCreationStatus", "appsync:StartSchemaCreation"),
				code(), codeKeys(),
			},
			Uncovered: []Uncovered{
				uncovered("DefinitionS3Location", "s3:GetObject").except("s3://{name}code-*"),
			},
		},
		{
			Type: "AWS::AppSync::Resolver",
			Permissions: []Permission{
				graphQLParts("appsync:CreateResolver", "appsync:DeleteResolver", "appsync:GetResolver", "appsync:UpdateResolver"),
				code(), codeKeys(),
			},
			Uncovered: graphQLCode(),
		},
	}
}

// graphQLParts allows actions that know no resource, in the regions of the scope: IAM cannot tell the parts of one API from those of another.
func graphQLParts(actions ...string) Permission {
	return allow("GraphQLParts", actions...).on("*").inRegions()
}

func passToGraphQL() Permission { return Pass("PassRolesToGraphQL", "appsync.amazonaws.com") }

// graphQLCode is where code may be.
func graphQLCode() []Uncovered {
	var list []Uncovered
	for _, property := range []string{"CodeS3Location", "RequestMappingTemplateS3Location", "ResponseMappingTemplateS3Location"} {
		list = append(list, uncovered(property, "s3:GetObject").except("s3://{name}code-*"))
	}
	return list
}
