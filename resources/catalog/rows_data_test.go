package catalog_test

// wideOfData are the reasons for types that contain data, and for what operates them.
func wideOfData() map[string]string {
	return map[string]string{
		"CreateProxies":    "rds:CreateDBProxy knows no resource",
		"DatabaseSecrets":  "RDS names the secrets of the passwords that it manages",
		"DefaultCaches":    "the groups of AWS, which no one can change",
		"DefaultDatabases": "the groups of AWS, which no one can change",
		"ListClusters":     "rds:DescribeDBClusters lists all clusters or none",
		"ListProxies":      "rds:DescribeDBProxies lists all proxies or none",
		"ReadNetworks":     "the VPC may be another account's that shares it; it is only read",
	}
}

// leftOutOfData are the reasons for types that contain data, and for what operates them.
func leftOutOfData() []*left {
	list := []left{
		{types: "AWS::DynamoDB::GlobalTable", actions: "cloudwatch:PutMetricData kinesis:ListStreams", why: "the handler's own figures; streams to Kinesis are uncovered"},
		{types: "AWS::DynamoDB::Table", actions: "dynamodb:*Item dynamodb:*Replica dynamodb:Query dynamodb:Scan", why: "only global tables have replicas"},
		{types: "AWS::DynamoDB::Table", actions: "s3:GetObjectMetadata", why: "no such action in IAM; imports are uncovered"},
		{types: "AWS::ElastiCache::*", actions: "firehose:PutRecord* logs:CreateLogStream logs:PutLogEvents", why: "ElastiCache delivers logs itself; deliveries are uncovered"},
		{types: "AWS::ElastiCache::ParameterGroup", actions: "iam:PutRolePolicy", why: "the policy of a service-linked role is AWS's"},
		{types: "AWS::OpenSearchService::Domain", actions: "es:UpdateDomain", why: "no such action in IAM: it is UpdateDomainConfig"},
		{types: "AWS::RDS::DBInstance", actions: "iam:ListRoles", why: "it lists all roles; the role is read by its name"},
	}
	return pointers(list)
}
