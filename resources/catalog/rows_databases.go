package catalog

// databasesRows are the rows of databases, caches and search domains.
func databasesRows() []Row {
	return []Row{
		{
			Type:   "AWS::DynamoDB::GlobalTable",
			Name:   Name{Property: "TableName", Pattern: "{name}*", Create: "dynamodb:CreateTable", Generated: true, Unique: InRegion},
			ARN:    regional("dynamodb", "table/{TableName}"),
			Values: map[string]string{Ref: "{TableName}", "Arn": "{arn}"},
			Policy: Policy{Property: "Replicas.ResourcePolicy.PolicyDocument"},
			PolicyDecides: []string{
				"dynamodb:DeleteResourcePolicy", "dynamodb:DeleteTable", "dynamodb:DescribeTable", "dynamodb:PutResourcePolicy", "dynamodb:UpdateTable",
			},
			Touch: Touch{Action: "dynamodb:GetItem", On: "{arn}"},
			// left out: capacity that scales, streams to Kinesis, and witnesses
			Permissions: []Permission{
				// its replicas are in whatever region the template names; DynamoDB copies the items as the principal that creates the replica (DynamoDB
				// Developer Guide, "Using IAM with global tables")
				allow("GlobalTables",
					"dynamodb:AssociateTableReplica", "dynamodb:BatchWriteItem", "dynamodb:CreateTable", "dynamodb:CreateTableReplica", "dynamodb:DeleteItem",
					"dynamodb:DeleteResourcePolicy", "dynamodb:DeleteTable", "dynamodb:DeleteTableReplica", "dynamodb:DescribeContinuousBackups",
					"dynamodb:DescribeContributorInsights", "dynamodb:DescribeKinesisStreamingDestination", "dynamodb:DescribeTable",
					"dynamodb:DescribeTableReplicaAutoScaling", "dynamodb:DescribeTimeToLive", "dynamodb:GetItem", "dynamodb:GetResourcePolicy",
					"dynamodb:ListTagsOfResource", "dynamodb:PutItem", "dynamodb:PutResourcePolicy", "dynamodb:Query", "dynamodb:Scan", "dynamodb:TagResource",
					"dynamodb:UntagResource", "dynamodb:UpdateContinuousBackups", "dynamodb:UpdateContributorInsights", "dynamodb:UpdateItem",
					"dynamodb:UpdateTable", "dynamodb:UpdateTimeToLive",
				).on("arn:{partition}:dynamodb:*:{account}:table/{name}*"),
				lists("ListScaling", "application-autoscaling:DescribeScalableTargets", "application-autoscaling:DescribeScalingPolicies"),
				allow("GlobalTableKeys", "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:RevokeGrant").
					on("arn:{partition}:kms:*:{account}:key/*").
					when("StringLike", "kms:ViaService", "dynamodb.*.amazonaws.com"),
				allow("ListAliases", "kms:ListAliases").on("*"), // knows no resource
				linkedRole("TableReplicationRole", "replication.dynamodb.amazonaws.com"),
			},
			Uncovered: []Uncovered{
				uncovered("GlobalTableWitnesses", "dynamodb:CreateGlobalTableWitness", "dynamodb:DeleteGlobalTableWitness"),
				uncovered("Replicas.KinesisStreamSpecification", streaming()...),
				uncovered("Replicas.ReadProvisionedThroughputSettings", scalesTables()...),
				uncovered("WriteProvisionedThroughputSettings", scalesTables()...),
			},
		},
		{
			Type:   "AWS::DynamoDB::Table",
			Name:   Name{Property: "TableName", Pattern: "{name}*", Create: "dynamodb:CreateTable", Generated: true, Unique: InRegion},
			ARN:    regional("dynamodb", "table/{TableName}"),
			Values: map[string]string{Ref: "{TableName}", "Arn": "{arn}"},
			Policy: Policy{Property: "ResourcePolicy.PolicyDocument"},
			PolicyDecides: []string{
				"dynamodb:DeleteResourcePolicy", "dynamodb:DeleteTable", "dynamodb:DescribeTable", "dynamodb:PutResourcePolicy", "dynamodb:UpdateTable",
			},
			Touch: Touch{Action: "dynamodb:GetItem", On: "{arn}"},
			// left out: imports from S3, and streams to Kinesis, which are still read
			Permissions: []Permission{
				allow("Tables",
					"dynamodb:CreateTable", "dynamodb:DeleteResourcePolicy", "dynamodb:DeleteTable", "dynamodb:DescribeContinuousBackups",
					"dynamodb:DescribeContributorInsights", "dynamodb:DescribeKinesisStreamingDestination", "dynamodb:DescribeTable",
					"dynamodb:DescribeTimeToLive", "dynamodb:GetResourcePolicy", "dynamodb:ListTagsOfResource", "dynamodb:PutResourcePolicy",
					"dynamodb:TagResource", "dynamodb:UntagResource", "dynamodb:UpdateContinuousBackups", "dynamodb:UpdateContributorInsights",
					"dynamodb:UpdateTable", "dynamodb:UpdateTimeToLive",
				).on(regional("dynamodb", "table/{name}*")),
				// DynamoDB uses the key by a grant that it creates on behalf of the principal that creates the table
				allow("TableKeys", "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:RevokeGrant").
					on(regional("kms", "key/*")).
					when("StringEquals", "kms:ViaService", "dynamodb.{region}.amazonaws.com"),
				allow("ListAliases", "kms:ListAliases").on("*"), // knows no resource
				linkedRole("TableInsightsRole", "contributorinsights.dynamodb.amazonaws.com"),
			},
			Uncovered: []Uncovered{
				uncovered("ImportSourceSpecification",
					"dynamodb:DescribeImport", "dynamodb:ImportTable", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogGroups",
					"logs:DescribeLogStreams", "logs:PutLogEvents", "logs:PutRetentionPolicy", "s3:GetObject", "s3:ListBucket",
				),
				uncovered("KinesisStreamSpecification", streaming()...),
			},
		},
		{
			Type:   "AWS::ElastiCache::CacheCluster",
			Name:   Name{Property: "ClusterName", Pattern: "{name}*", Create: "elasticache:CreateCacheCluster", Unique: InRegion},
			ARN:    regional("elasticache", "cluster:{ClusterName}"),
			Values: map[string]string{Ref: "{ClusterName}"},
			Touch:  Touch{Action: "elasticache:DeleteCacheCluster", On: "{arn}"},
			// left out: deliveries of logs, and snapshots in S3
			Permissions: []Permission{
				caches(
					"elasticache:AddTagsToResource", "elasticache:CreateCacheCluster", "elasticache:CreateSnapshot", "elasticache:DeleteCacheCluster",
					"elasticache:DescribeCacheClusters", "elasticache:ListTagsForResource", "elasticache:ModifyCacheCluster",
					"elasticache:RebootCacheCluster", "elasticache:RemoveTagsFromResource",
				),
				defaultCaches("elasticache:CreateCacheCluster", "elasticache:ModifyCacheCluster"),
				seesCaches(),
				linkedRole("CacheRole", "elasticache.amazonaws.com"),
			},
			Uncovered: []Uncovered{
				uncovered("LogDeliveryConfigurations", deliversCaches()...),
				uncovered("SnapshotArns", "s3:GetObject"),
			},
		},
		{
			// it has no property for a name: CloudFormation makes one of the stack's
			Type:   "AWS::ElastiCache::ParameterGroup",
			Values: map[string]string{"CacheParameterGroupName": "{id}", Ref: "{id}"},
			ARN:    regional("elasticache", "parametergroup:{id}"),
			Permissions: []Permission{
				caches(
					"elasticache:AddTagsToResource", "elasticache:CreateCacheParameterGroup", "elasticache:DeleteCacheParameterGroup",
					"elasticache:DescribeCacheParameterGroups", "elasticache:DescribeCacheParameters", "elasticache:ListTagsForResource",
					"elasticache:ModifyCacheParameterGroup", "elasticache:RemoveTagsFromResource", "elasticache:ResetCacheParameterGroup",
				),
				lists("ListCaches", "elasticache:DescribeEngineDefaultParameters"),
				linkedRole("CacheRole", "elasticache.amazonaws.com"),
			},
		},
		{
			Type:   "AWS::ElastiCache::ReplicationGroup",
			Name:   Name{Property: "ReplicationGroupId", Pattern: "{name}*", Create: "elasticache:CreateReplicationGroup", Unique: InRegion},
			ARN:    regional("elasticache", "replicationgroup:{ReplicationGroupId}"),
			Values: map[string]string{Ref: "{ReplicationGroupId}"},
			Touch:  Touch{Action: "elasticache:DeleteReplicationGroup", On: "{arn}"},
			// left out: deliveries of logs, snapshots in S3, groups of users, and replication to other regions
			Permissions: []Permission{
				caches(
					"elasticache:AddTagsToResource", "elasticache:CreateCacheCluster", "elasticache:CreateReplicationGroup", "elasticache:CreateSnapshot",
					"elasticache:DecreaseReplicaCount", "elasticache:DeleteCacheCluster", "elasticache:DeleteReplicationGroup",
					"elasticache:DescribeCacheClusters", "elasticache:DescribeReplicationGroups", "elasticache:IncreaseReplicaCount",
					"elasticache:ListTagsForResource", "elasticache:ModifyReplicationGroup", "elasticache:ModifyReplicationGroupShardConfiguration",
					"elasticache:RemoveTagsFromResource",
				),
				defaultCaches("elasticache:CreateCacheCluster", "elasticache:CreateReplicationGroup", "elasticache:ModifyReplicationGroup"),
				seesCaches(),
				cacheKeys(),
				linkedRole("CacheRole", "elasticache.amazonaws.com"),
			},
			Uncovered: []Uncovered{
				uncovered("GlobalReplicationGroupId", "elasticache:CreateReplicationGroup"),
				uncovered("LogDeliveryConfigurations", deliversCaches()...),
				uncovered("SnapshotArns", "s3:GetObject"),
				uncovered("UserGroupIds", "elasticache:CreateReplicationGroup", "elasticache:ModifyReplicationGroup").except("{name}*"),
			},
		},
		{
			Type:   "AWS::ElastiCache::ServerlessCache",
			Name:   Name{Property: "ServerlessCacheName", Pattern: "{name}*", Create: "elasticache:CreateServerlessCache", Unique: InRegion},
			ARN:    regional("elasticache", "serverlesscache:{ServerlessCacheName}"),
			Values: map[string]string{Ref: "{ServerlessCacheName}", "ARN": "{arn}"},
			Touch:  Touch{Action: "elasticache:DeleteServerlessCache", On: "{arn}"},
			// left out: groups of users of other names, and snapshots in S3
			Permissions: []Permission{
				caches(
					"elasticache:AddTagsToResource", "elasticache:CreateServerlessCache", "elasticache:DeleteServerlessCache",
					"elasticache:DescribeServerlessCaches", "elasticache:ListTagsForResource", "elasticache:ModifyServerlessCache",
					"elasticache:RemoveTagsFromResource",
				),
				// ElastiCache creates its endpoint on behalf of the principal that creates the cache, in a network of the project
				makes("vpc-endpoint", "ec2:CreateTags", "ec2:CreateVpcEndpoint"),
				changes("ec2:CreateVpcEndpoint"),
				seesCaches(),
				cacheKeys(),
				linkedRole("CacheRole", "elasticache.amazonaws.com"),
			},
			Uncovered: []Uncovered{
				uncovered("SnapshotArnsToRestore", "elasticache:CreateServerlessCache", "s3:GetObject"),
				uncovered("UserGroupId", "elasticache:CreateServerlessCache", "elasticache:ModifyServerlessCache").except("{name}*"),
			},
		},
		{
			Type:   "AWS::ElastiCache::SubnetGroup",
			Name:   Name{Property: "CacheSubnetGroupName", Pattern: "{name}*", Create: "elasticache:CreateCacheSubnetGroup", Generated: true, Unique: InRegion},
			ARN:    regional("elasticache", "subnetgroup:{CacheSubnetGroupName}"),
			Values: map[string]string{Ref: "{CacheSubnetGroupName}"},
			Permissions: []Permission{
				caches(
					"elasticache:AddTagsToResource", "elasticache:CreateCacheSubnetGroup", "elasticache:DeleteCacheSubnetGroup",
					"elasticache:DescribeCacheSubnetGroups", "elasticache:ListTagsForResource", "elasticache:ModifyCacheSubnetGroup",
					"elasticache:RemoveTagsFromResource",
				),
				seesCaches(),
			},
		},
		{
			Type:          "AWS::OpenSearchService::Domain",
			Name:          Name{Property: "DomainName", Pattern: "{name}*", Create: "es:CreateDomain", Unique: InRegion},
			ARN:           regional("es", "domain/{DomainName}"),
			Values:        map[string]string{Ref: "{DomainName}", "Arn": "{arn}", "DomainArn": "{arn}"},
			Policy:        Policy{Property: "AccessPolicies"},
			PolicyDecides: []string{"es:DeleteDomain", "es:DescribeDomain", "es:UpdateDomainConfig"},
			Touch:         Touch{Action: "es:ESHttpGet", On: "{arn}/{any}"},
			// left out: Cognito and Identity Center
			Permissions: []Permission{
				// the schema says es:UpdateDomain, which IAM does not know: it is UpdateDomainConfig
				allow("Domains",
					"es:AddTags", "es:CreateDomain", "es:DeleteDomain", "es:DescribeDomain", "es:DescribeDomainChangeProgress", "es:DescribeDomainConfig",
					"es:ListTags", "es:RemoveTags", "es:UpdateDomainConfig", "es:UpgradeDomain",
				).on(regional("es", "domain/{name}*")),
				sees("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
				allow("DomainKeys", "kms:CreateGrant", "kms:DescribeKey").
					on(regional("kms", "key/*")).
					when("StringEquals", "kms:ViaService", "es.{region}.amazonaws.com"),
				linkedRole("DomainRole", "opensearchservice.amazonaws.com"),
			},
			Uncovered: []Uncovered{
				uncovered("CognitoOptions", "cognito-identity:DescribeIdentityPool", "cognito-identity:ListIdentityPools", "cognito-idp:DescribeUserPool"),
				uncovered("IdentityCenterOptions", "sso:CreateApplication", "sso:DeleteApplication", "sso:DescribeApplication"),
			},
		},
		{
			Type:   "AWS::RDS::DBCluster",
			Name:   Name{Property: "DBClusterIdentifier", Pattern: "{name}*", Create: "rds:CreateDBCluster", Generated: true, Unique: InRegion},
			ARN:    regional("rds", "cluster:{DBClusterIdentifier}"),
			Values: map[string]string{Ref: "{DBClusterIdentifier}", "DBClusterArn": "{arn}"},
			Touch:  Touch{Action: "rds:DeleteDBCluster", On: "{arn}"},
			// left out: clusters from snapshots, copies of others, and global clusters
			Permissions: append(
				createsDatabases(
					"rds:AddRoleToDBCluster", "rds:AddTagsToResource", "rds:CreateDBCluster", "rds:CreateDBClusterSnapshot", "rds:CreateDBInstance",
					"rds:DeleteDBCluster", "rds:DeleteDBInstance", "rds:DescribeDBClusterAutomatedBackups", "rds:DescribeDBClusterSnapshots",
					"rds:DescribeDBClusters", "rds:DescribeDBInstances", "rds:DescribeDBSnapshots", "rds:DescribeDBSubnetGroups", "rds:DisableHttpEndpoint",
					"rds:EnableHttpEndpoint", "rds:ListTagsForResource", "rds:ModifyDBCluster", "rds:ModifyDBInstance", "rds:RemoveRoleFromDBCluster",
					"rds:RemoveTagsFromResource",
				),
				defaultDatabases("rds:CreateDBCluster", "rds:CreateDBInstance", "rds:ModifyDBCluster", "rds:ModifyDBInstance"),
			),
			Uncovered: []Uncovered{
				uncovered("GlobalClusterIdentifier", "rds:DescribeGlobalClusters", "rds:RemoveFromGlobalCluster"),
				uncovered("SnapshotIdentifier", "rds:RestoreDBClusterFromSnapshot"),
				uncovered("SourceDBClusterIdentifier", "rds:RestoreDBClusterToPointInTime"),
				uncovered("SourceDbClusterResourceId", "rds:RestoreDBClusterToPointInTime"),
			},
		},
		{
			Type:   "AWS::RDS::DBClusterParameterGroup",
			Name:   Name{Property: "DBClusterParameterGroupName", Pattern: "{name}*", Create: "rds:CreateDBClusterParameterGroup", Generated: true, Unique: InRegion},
			ARN:    regional("rds", "cluster-pg:{DBClusterParameterGroupName}"),
			Values: map[string]string{Ref: "{DBClusterParameterGroupName}"},
			Permissions: []Permission{
				databases(
					"rds:AddTagsToResource", "rds:CreateDBClusterParameterGroup", "rds:DeleteDBClusterParameterGroup", "rds:DescribeDBClusterParameterGroups",
					"rds:DescribeDBClusterParameters", "rds:ListTagsForResource", "rds:ModifyDBClusterParameterGroup", "rds:RemoveTagsFromResource",
					"rds:ResetDBClusterParameterGroup",
				),
				allow("ListClusters", "rds:DescribeDBClusters").on(regional("rds", "cluster:*")), // those that use the group: lists all clusters or none
				lists("ListDatabases", "rds:DescribeEngineDefaultClusterParameters"),
				linkedRole("DatabaseRole", "rds.amazonaws.com"),
			},
		},
		{
			Type:   "AWS::RDS::DBInstance",
			Name:   Name{Property: "DBInstanceIdentifier", Pattern: "{name}*", Create: "rds:CreateDBInstance", Generated: true, Unique: InRegion},
			ARN:    regional("rds", "db:{DBInstanceIdentifier}"),
			Values: map[string]string{Ref: "{DBInstanceIdentifier}", "DBInstanceArn": "{arn}"},
			Touch:  Touch{Action: "rds:DeleteDBInstance", On: "{arn}"},
			// left out: instances from snapshots, copies of others, backups in other regions, and listing all roles
			Permissions: append(
				createsDatabases(
					"rds:AddRoleToDBInstance", "rds:AddTagsToResource", "rds:CreateDBInstance", "rds:CreateDBSnapshot", "rds:DeleteDBInstance",
					"rds:DescribeDBClusterSnapshots", "rds:DescribeDBClusters", "rds:DescribeDBInstanceAutomatedBackups", "rds:DescribeDBInstances",
					"rds:DescribeDBParameterGroups", "rds:DescribeDBSnapshots", "rds:ListTagsForResource", "rds:ModifyDBInstance", "rds:RebootDBInstance",
					"rds:RemoveRoleFromDBInstance", "rds:RemoveTagsFromResource",
				),
				defaultDatabases("rds:CreateDBInstance", "rds:DescribeDBParameterGroups", "rds:ModifyDBInstance"),
				allow("Roles", "iam:GetRole").on(global("iam", "role{path}{name}*")),
			),
			Uncovered: []Uncovered{
				uncovered("AutomaticBackupReplicationRegion",
					"rds:StartDBInstanceAutomatedBackupsReplication", "rds:StopDBInstanceAutomatedBackupsReplication",
				),
				uncovered("DBClusterSnapshotIdentifier", "rds:RestoreDBInstanceFromDBSnapshot"),
				uncovered("DBSnapshotIdentifier", "rds:RestoreDBInstanceFromDBSnapshot"),
				uncovered("SourceDBClusterIdentifier", "rds:CreateDBInstanceReadReplica", "rds:PromoteReadReplica"),
				uncovered("SourceDBInstanceAutomatedBackupsArn", "rds:RestoreDBInstanceToPointInTime"),
				uncovered("SourceDBInstanceIdentifier", "rds:CreateDBInstanceReadReplica", "rds:PromoteReadReplica", "rds:RestoreDBInstanceToPointInTime"),
				uncovered("SourceDbiResourceId", "rds:RestoreDBInstanceToPointInTime"),
			},
		},
		{
			Type:   "AWS::RDS::DBParameterGroup",
			Name:   Name{Property: "DBParameterGroupName", Pattern: "{name}*", Create: "rds:CreateDBParameterGroup", Generated: true, Unique: InRegion},
			ARN:    regional("rds", "pg:{DBParameterGroupName}"),
			Values: map[string]string{Ref: "{DBParameterGroupName}", "DBParameterGroupArn": "{arn}", "DBParameterGroupName": "{DBParameterGroupName}"},
			Permissions: []Permission{
				databases(
					"rds:AddTagsToResource", "rds:CreateDBParameterGroup", "rds:DeleteDBParameterGroup", "rds:DescribeDBParameterGroups",
					"rds:DescribeDBParameters", "rds:ListTagsForResource", "rds:ModifyDBParameterGroup", "rds:RemoveTagsFromResource",
					"rds:ResetDBParameterGroup",
				),
				lists("ListDatabases", "rds:DescribeEngineDefaultParameters"),
				linkedRole("DatabaseRole", "rds.amazonaws.com"),
			},
		},
		{
			// the ARN of a proxy has a random id: its tags say whose it is
			Type: "AWS::RDS::DBProxy",
			Name: Name{Property: "DBProxyName", Unique: InRegion},
			Permissions: []Permission{
				lists("CreateProxies", "rds:CreateDBProxy"), // knows no resource
				allow("Proxies", "rds:DeleteDBProxy", "rds:ModifyDBProxy", "rds:RemoveTagsFromResource").on(regional("rds", "db-proxy:*")).tagged(),
				// it is tagged, and perhaps read, before it has its tags
				allow("MakeProxies", "rds:AddTagsToResource", "rds:ListTagsForResource").on(regional("rds", "db-proxy:*")).taggedIfAtAll(),
				allow("ListProxies", "rds:DescribeDBProxies").on(regional("rds", "db-proxy:*")), // lists all proxies or none
				sees("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
				Pass("PassRolesToProxies", "rds.amazonaws.com"),
				linkedRole("DatabaseRole", "rds.amazonaws.com"),
			},
		},
		{
			// a target group has a random id, and no tags
			Type: "AWS::RDS::DBProxyTargetGroup",
			Permissions: []Permission{
				allow("ProxyTargets",
					"rds:DeregisterDBProxyTargets", "rds:DescribeDBProxyTargetGroups", "rds:DescribeDBProxyTargets", "rds:ModifyDBProxyTargetGroup",
					"rds:RegisterDBProxyTargets",
				).on(
					regional("rds", "cluster:{name}*"), regional("rds", "db:{name}*"), regional("rds", "db-proxy:*"), regional("rds", "target-group:*"),
				).taggedIfAtAll(),
				allow("ListProxies", "rds:DescribeDBProxies").on(regional("rds", "db-proxy:*")), // lists all proxies or none
			},
		},
		{
			Type:   "AWS::RDS::DBSubnetGroup",
			Name:   Name{Property: "DBSubnetGroupName", Pattern: "{name}*", Create: "rds:CreateDBSubnetGroup", Generated: true, Unique: InRegion},
			ARN:    regional("rds", "subgrp:{DBSubnetGroupName}"),
			Values: map[string]string{Ref: "{DBSubnetGroupName}", "DBSubnetGroupArn": "{arn}"},
			Permissions: []Permission{
				databases(
					"rds:AddTagsToResource", "rds:CreateDBSubnetGroup", "rds:DeleteDBSubnetGroup", "rds:DescribeDBSubnetGroups", "rds:ListTagsForResource",
					"rds:ModifyDBSubnetGroup", "rds:RemoveTagsFromResource",
				),
				sees("ec2:DescribeAvailabilityZones", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
				linkedRole("DatabaseRole", "rds.amazonaws.com"),
			},
		},
		{
			Type:   "AWS::RDS::EventSubscription",
			Name:   Name{Property: "SubscriptionName", Pattern: "{name}*", Create: "rds:CreateEventSubscription", Generated: true, Unique: InRegion},
			ARN:    regional("rds", "es:{SubscriptionName}"),
			Values: map[string]string{Ref: "{SubscriptionName}"},
			Permissions: []Permission{
				databases(
					"rds:AddSourceIdentifierToSubscription", "rds:AddTagsToResource", "rds:CreateEventSubscription", "rds:DeleteEventSubscription",
					"rds:DescribeEventSubscriptions", "rds:ListTagsForResource", "rds:ModifyEventSubscription", "rds:RemoveSourceIdentifierFromSubscription",
					"rds:RemoveTagsFromResource",
				),
				linkedRole("DatabaseRole", "rds.amazonaws.com"),
			},
		},
		{
			Type:   "AWS::RDS::OptionGroup",
			Name:   Name{Property: "OptionGroupName", Pattern: "{name}*", Create: "rds:CreateOptionGroup", Generated: true, Unique: InRegion},
			ARN:    regional("rds", "og:{OptionGroupName}"),
			Values: map[string]string{Ref: "{OptionGroupName}"},
			Permissions: []Permission{
				databases(
					"rds:AddTagsToResource", "rds:CreateOptionGroup", "rds:DeleteOptionGroup", "rds:DescribeOptionGroups", "rds:ListTagsForResource",
					"rds:ModifyOptionGroup", "rds:RemoveTagsFromResource",
				),
				linkedRole("DatabaseRole", "rds.amazonaws.com"),
			},
		},
	}
}

// streaming are the actions for a stream of DynamoDB's changes to Kinesis.
func streaming() []string {
	return []string{
		"dynamodb:DisableKinesisStreamingDestination", "dynamodb:EnableKinesisStreamingDestination", "dynamodb:UpdateKinesisStreamingDestination",
		"kinesis:DescribeStream", "kinesis:PutRecords",
	}
}

// scalesTables are the actions for tables whose capacity scales.
func scalesTables() []string {
	return []string{
		"application-autoscaling:DeleteScalingPolicy", "application-autoscaling:DeleteScheduledAction", "application-autoscaling:DeregisterScalableTarget",
		"application-autoscaling:PutScalingPolicy", "application-autoscaling:PutScheduledAction", "application-autoscaling:RegisterScalableTarget",
		"dynamodb:UpdateTableReplicaAutoScaling",
	}
}

// caches allows actions of ElastiCache on what has the scope's names: resources of all kinds, so that the statements of all rows merge.
func caches(actions ...string) Permission {
	p := allow("Caches", actions...)
	for _, kind := range []string{"cluster", "parametergroup", "replicationgroup", "serverlesscache", "serverlesscachesnapshot", "snapshot", "subnetgroup", "usergroup"} {
		p = p.on(regional("elasticache", kind+":{name}*"))
	}
	return p
}

// defaultCaches allows to use the groups of AWS, which a cache has unless its template names others.
func defaultCaches(actions ...string) Permission {
	return allow("DefaultCaches", actions...).on(regional("elasticache", "parametergroup:default*"), regional("elasticache", "subnetgroup:default"))
}

// seesCaches lists the networks that caches are in.
func seesCaches() Permission {
	return sees("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcEndpoints", "ec2:DescribeVpcs")
}

// cacheKeys lets ElastiCache use a key, by a grant that it creates on behalf of the principal that creates the cache.
func cacheKeys() Permission {
	return allow("CacheKeys", "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey").
		on(regional("kms", "key/*")).
		when("StringEquals", "kms:ViaService", "elasticache.{region}.amazonaws.com")
}

// deliversCaches are the actions for caches that deliver their logs.
func deliversCaches() []string {
	return []string{
		"firehose:TagDeliveryStream", "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies",
		"logs:GetLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
	}
}

// databases allows actions of RDS on what has the scope's names: resources of all kinds, so that the statements of all rows merge.
func databases(actions ...string) Permission {
	p := allow("Databases", actions...)
	for _, kind := range []string{"cluster", "cluster-pg", "cluster-snapshot", "db", "es", "og", "pg", "snapshot", "subgrp"} {
		p = p.on(regional("rds", kind+":{name}*"))
	}
	return p
}

// defaultDatabases allows to use the groups of AWS, which a database has unless its template names others.
func defaultDatabases(actions ...string) Permission {
	return allow("DefaultDatabases", actions...).
		on(regional("rds", "cluster-pg:default*"), regional("rds", "og:default*"), regional("rds", "pg:default*"), regional("rds", "subgrp:default"))
}

// createsDatabases allows to create databases of RDS, with the networks, keys, passwords and roles that they have.
func createsDatabases(actions ...string) []Permission {
	return []Permission{
		databases(actions...),
		lists("ListDatabases", "rds:DescribeDBEngineVersions", "rds:DescribeEvents"),
		sees(
			"ec2:DescribeAccountAttributes", "ec2:DescribeAvailabilityZones", "ec2:DescribeInternetGateways", "ec2:DescribeSecurityGroups",
			"ec2:DescribeSubnets", "ec2:DescribeVpcs",
		),
		// a VPC may have tags of its own, and be shared by another account
		allow("ReadNetworks", "ec2:DescribeVpcAttribute").on("arn:{partition}:ec2:{region}:*:vpc/*"),
		// RDS creates the secret of a password that it manages on behalf of the principal that creates the database, and names it
		allow("DatabaseSecrets", "secretsmanager:CreateSecret", "secretsmanager:TagResource").on(regional("secretsmanager", "secret:rds!*")),
		allow("DatabaseKeys", "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey").
			on(regional("kms", "key/*")).
			when("StringEquals", "kms:ViaService", "rds.{region}.amazonaws.com", "secretsmanager.{region}.amazonaws.com"),
		Pass("PassRolesToDatabases", "monitoring.rds.amazonaws.com", "rds.amazonaws.com"),
		linkedRole("DatabaseRole", "rds.amazonaws.com"),
	}
}
