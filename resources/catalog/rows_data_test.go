package catalog_test

// wideOfData are the reasons for types that contain data, and for what operates them.
func wideOfData() map[string]string {
	return map[string]string{
		"AnomalyDetectors":     "detectors have no ARNs",
		"AnyAccessPoints":      "s3:GetAccessPoint and s3:PutAccessPointPublicAccessBlock know no resource",
		"AnyStreams":           "the actions on shards and metrics know no resource",
		"BackupStorage":        "backup-storage:MountCapsule knows no resource",
		"CompositeAlarms":      "CloudWatch creates composite alarms only for principals that may do so on everything",
		"CreateChannels":       "the actions know no resource, and the service no region",
		"CreateConfigurations": "appconfig:CreateApplication and appconfig:CreateDeploymentStrategy know no resource",
		"CreateCrawlers":       "glue:CreateCrawler knows no resource",
		"CreateFileSystems":    "elasticfilesystem:CreateFileSystem knows no resource",
		"CreateWindows":        "ssm:CreateMaintenanceWindow knows no resource",
		"GlueCatalog":          "Glue asks for the catalog of the account beside what is in it",
		"LogPolicies":          "policies of CloudWatch Logs have no ARNs",
		"QueryDefinitions":     "saved queries have no ARNs",
		"Registry":             "what a registry has for prefixes of repositories has no ARNs",
		"ReplicateKeys":        "the policy of the primary key decides",
		"ServiceRoles":         "AWS refuses to delete a service-linked role that is in use, and lets nobody change what one may do",
		"StreamKeys":           "Kinesis asks for the key beside the stream, and only that is narrowed",
		"CreateProxies":        "rds:CreateDBProxy knows no resource",
		"DatabaseSecrets":      "RDS names the secrets of the passwords that it manages",
		"DefaultCaches":        "the groups of AWS, which no one can change",
		"DefaultDatabases":     "the groups of AWS, which no one can change",
		"ListClusters":         "rds:DescribeDBClusters lists all clusters or none",
		"ListProxies":          "rds:DescribeDBProxies lists all proxies or none",
		"ReadNetworks":         "the VPC may be another account's that shares it; it is only read",
	}
}

// leftOutOfData are the reasons for types that contain data, and for what operates them.
func leftOutOfData() []*left {
	list := []left{
		{types: "AWS::Athena::WorkGroup", actions: "iam:CreateServiceLinkedRole kms:* s3:*", why: "the principals that ask use the bucket and the key of answers"},
		{types: "AWS::Backup::BackupVault", actions: "backup-storage:Mount", why: "no such action in IAM: it is MountCapsule"},
		{types: "AWS::CloudFormation::Stack AWS::SSM::Document", actions: "iam:PassRole", why: "a nested stack has the role of its parent; a document names the role that it assumes"},
		{types: "AWS::ECR::*", actions: "iam:PassRole", why: "the roles for registries of other accounts, keys and tags are an operator's"},
		{types: "AWS::ECR::RepositoryCreationTemplate", actions: "iam:CreateServiceLinkedRole", why: "no service-linked role of templates is documented"},
		{types: "AWS::EFS::FileSystem", actions: "iam:PassRole", why: "replication is uncovered"},
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
