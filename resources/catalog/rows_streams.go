package catalog

// streamsRows are the rows of streams, and of what catalogs, transforms and queries data.
func streamsRows() []Row {
	return []Row{
		{
			// it is in a work group, by whose name it is reached
			Type: "AWS::Athena::NamedQuery",
			Name: Name{Property: "WorkGroup", Pattern: "{name}*", Create: "athena:CreateNamedQuery"},
			Permissions: []Permission{
				allow("WorkGroups", "athena:CreateNamedQuery", "athena:DeleteNamedQuery", "athena:GetNamedQuery").on(regional("athena", "workgroup/{name}*")),
			},
		},
		{
			Type:   "AWS::Athena::WorkGroup",
			Name:   Name{Property: "Name", Pattern: "{name}*", Create: "athena:CreateWorkGroup", Unique: InRegion},
			ARN:    regional("athena", "workgroup/{Name}"),
			Values: map[string]string{Ref: "{Name}"},
			Touch:  Touch{Action: "athena:StartQueryExecution", On: "{arn}"},
			// left out: the bucket and the key of answers, which the principals that ask use
			Permissions: []Permission{
				allow("WorkGroups",
					"athena:CreateWorkGroup", "athena:DeleteWorkGroup", "athena:GetWorkGroup", "athena:ListTagsForResource", "athena:TagResource",
					"athena:UntagResource", "athena:UpdateWorkGroup",
				).on(regional("athena", "workgroup/{name}*")),
				Pass("PassRolesToWorkGroups", "athena.amazonaws.com"),
			},
		},
		{
			Type:   "AWS::Glue::Crawler",
			Name:   Name{Property: "Name", Pattern: "{name}*", Create: "glue:CreateCrawler", Unique: InRegion}, // generated names begin with the logical id
			ARN:    regional("glue", "crawler/{Name}"),
			Values: map[string]string{Ref: "{Name}"},
			Permissions: []Permission{
				lists("CreateCrawlers", "glue:CreateCrawler"), // knows no resource
				glueJobs("glue:DeleteCrawler", "glue:GetCrawler", "glue:GetTags", "glue:StopCrawler", "glue:TagResource", "glue:UntagResource", "glue:UpdateCrawler"),
				Pass("PassRolesToGlue", "glue.amazonaws.com"),
			},
		},
		{
			Type:   "AWS::Glue::Database",
			Name:   Name{Property: "DatabaseInput.Name", Pattern: "{name}*", Create: "glue:CreateDatabase", Unique: InRegion},
			ARN:    regional("glue", "database/{DatabaseInput.Name}"),
			Values: map[string]string{Ref: "{DatabaseInput.Name}"},
			Touch:  Touch{Action: "glue:GetDatabase", On: "{arn}"},
			// left out: databases that are somewhere else
			Permissions: []Permission{
				glueTables("glue:CreateDatabase", "glue:DeleteDatabase", "glue:GetDatabase", "glue:UpdateDatabase"),
				glueCatalog("glue:CreateDatabase", "glue:DeleteDatabase", "glue:GetDatabase", "glue:UpdateDatabase"),
				lists("LakeFormation",
					"lakeformation:DescribeLakeFormationIdentityCenterConfiguration", "lakeformation:DescribeResource", "lakeformation:ListResources",
				),
			},
			Uncovered: []Uncovered{
				uncovered("DatabaseInput.FederatedDatabase",
					"glue:CreateConnection", "glue:DeleteConnection", "glue:GetConnection", "glue:PassConnection", "glue:UpdateConnection",
				),
			},
		},
		{
			Type:   "AWS::Glue::Job",
			Name:   Name{Property: "Name", Pattern: "{name}*", Create: "glue:CreateJob", Unique: InRegion}, // generated names begin with the logical id
			ARN:    regional("glue", "job/{Name}"),
			Values: map[string]string{Ref: "{Name}"},
			Permissions: []Permission{
				glueJobs("glue:CreateJob", "glue:DeleteJob", "glue:GetJob", "glue:GetTags", "glue:TagResource", "glue:UntagResource", "glue:UpdateJob"),
				allow("Roles", "iam:GetRole").on(global("iam", "role{path}{name}*")),
				Pass("PassRolesToGlue", "glue.amazonaws.com"),
			},
		},
		{
			// a table is in a database, by whose name it is reached
			Type: "AWS::Glue::Table",
			Name: Name{Property: "DatabaseName", Pattern: "{name}*", Create: "glue:CreateTable"},
			// the schema names no permissions: those of the API's create, update, delete and read operations
			Permissions: []Permission{
				glueTables("glue:CreateTable", "glue:DeleteTable", "glue:GetTable", "glue:UpdateTable"),
				glueCatalog("glue:CreateTable", "glue:DeleteTable", "glue:GetTable", "glue:UpdateTable"),
			},
		},
		{
			Type:   "AWS::Glue::Trigger",
			Name:   Name{Property: "Name", Pattern: "{name}*", Create: "glue:CreateTrigger", Unique: InRegion}, // generated names begin with the logical id
			ARN:    regional("glue", "trigger/{Name}"),
			Values: map[string]string{Ref: "{Name}"},
			Permissions: []Permission{
				// one that starts on its creation is started, and one that is changed is stopped before
				glueJobs(
					"glue:CreateTrigger", "glue:DeleteTrigger", "glue:GetTags", "glue:GetTrigger", "glue:StartTrigger", "glue:StopTrigger", "glue:TagResource",
					"glue:UntagResource", "glue:UpdateTrigger",
				),
			},
		},
		{
			Type:   "AWS::Kinesis::Stream",
			Name:   Name{Property: "Name", Pattern: "{name}*", Create: "kinesis:CreateStream", Generated: true, Unique: InRegion},
			ARN:    regional("kinesis", "stream/{Name}"),
			Values: map[string]string{Ref: "{Name}", "Arn": "{arn}"},
			Policy: Policy{Type: "AWS::Kinesis::ResourcePolicy", Names: "ResourceArn", Property: "ResourcePolicy"},
			PolicyDecides: []string{
				"kinesis:DeleteStream", "kinesis:DescribeStreamSummary", "kinesis:IncreaseStreamRetentionPeriod", "kinesis:StartStreamEncryption",
			},
			Touch: Touch{Action: "kinesis:GetRecords", On: "{arn}"},
			Permissions: []Permission{
				allow("Streams",
					"kinesis:AddTagsToStream", "kinesis:CreateStream", "kinesis:DecreaseStreamRetentionPeriod", "kinesis:DeleteStream",
					"kinesis:DescribeStreamSummary", "kinesis:IncreaseStreamRetentionPeriod", "kinesis:ListTagsForResource", "kinesis:ListTagsForStream",
					"kinesis:RemoveTagsFromStream", "kinesis:StartStreamEncryption", "kinesis:StopStreamEncryption", "kinesis:TagResource",
					"kinesis:UntagResource", "kinesis:UpdateMaxRecordSize", "kinesis:UpdateStreamWarmThroughput",
				).on(regional("kinesis", "stream/{name}*")),
				// these know no resource
				lists("AnyStreams",
					"kinesis:DisableEnhancedMonitoring", "kinesis:EnableEnhancedMonitoring", "kinesis:UpdateShardCount", "kinesis:UpdateStreamMode",
				),
				// Kinesis asks for the key beside the stream
				allow("StreamKeys", "kinesis:StartStreamEncryption", "kinesis:StopStreamEncryption").on(regional("kms", "key/*")),
			},
		},
		{
			Type:   "AWS::KinesisFirehose::DeliveryStream",
			Name:   Name{Property: "DeliveryStreamName", Pattern: "{name}*", Create: "firehose:CreateDeliveryStream", Generated: true, Unique: InRegion},
			ARN:    regional("firehose", "deliverystream/{DeliveryStreamName}"),
			Values: map[string]string{Ref: "{DeliveryStreamName}", "Arn": "{arn}"},
			Touch:  Touch{Action: "firehose:PutRecord", On: "{arn}"},
			Permissions: []Permission{
				allow("DeliveryStreams",
					"firehose:CreateDeliveryStream", "firehose:DeleteDeliveryStream", "firehose:DescribeDeliveryStream", "firehose:ListTagsForDeliveryStream",
					"firehose:StartDeliveryStreamEncryption", "firehose:StopDeliveryStreamEncryption", "firehose:TagDeliveryStream",
					"firehose:UntagDeliveryStream", "firehose:UpdateDestination",
				).on(regional("firehose", "deliverystream/{name}*")),
				allow("DeliveryStreamKeys", "kms:CreateGrant", "kms:DescribeKey", "kms:RevokeGrant").
					on(regional("kms", "key/*")).
					when("StringEquals", "kms:ViaService", "firehose.{region}.amazonaws.com"),
				allow("Roles", "iam:GetRole").on(global("iam", "role{path}{name}*")),
				Pass("PassRolesToDeliveryStreams", "firehose.amazonaws.com"),
			},
		},
	}
}

// glueJobs allows actions on crawlers, jobs and triggers with the scope's names.
func glueJobs(actions ...string) Permission {
	return allow("GlueJobs", actions...).
		on(regional("glue", "crawler/{name}*"), regional("glue", "job/{name}*"), regional("glue", "trigger/{name}*"))
}

// glueTables allows actions on databases with the scope's names, and on what is in them.
func glueTables(actions ...string) Permission {
	return allow("GlueTables", actions...).
		on(regional("glue", "database/{name}*"), regional("glue", "table/{name}*"), regional("glue", "userDefinedFunction/{name}*"))
}

// glueCatalog allows actions on the catalog of the account: Glue asks for it beside what is in it.
func glueCatalog(actions ...string) Permission {
	return allow("GlueCatalog", actions...).on(regional("glue", "catalog"))
}
