package catalog

// storageRows are the rows of buckets and repositories.
func storageRows() []Row {
	return []Row{
		{
			Type:          "AWS::ECR::Repository",
			Name:          Name{Property: "RepositoryName", Pattern: "{name}*", Create: "ecr:CreateRepository", Generated: true, Unique: InRegion},
			ARN:           regional("ecr", "repository/{RepositoryName}"),
			Values:        map[string]string{Ref: "{RepositoryName}", "Arn": "{arn}", "RepositoryUri": "{account}.dkr.ecr.{region}.amazonaws.com/{RepositoryName}"},
			Policy:        Policy{Property: "RepositoryPolicyText", Kind: RepositoryPolicy},
			PolicyDecides: []string{"ecr:DeleteRepository", "ecr:SetRepositoryPolicy"},
			Touch:         Touch{Action: "ecr:PutImage", On: "{arn}"},
			Permissions: []Permission{
				allow("Repositories",
					"ecr:CreateRepository", "ecr:DeleteLifecyclePolicy", "ecr:DeleteRepository", "ecr:DeleteRepositoryPolicy",
					"ecr:DescribeRepositories", "ecr:GetLifecyclePolicy", "ecr:GetRepositoryPolicy", "ecr:ListTagsForResource",
					"ecr:PutImageScanningConfiguration", "ecr:PutImageTagMutability", "ecr:PutLifecyclePolicy", "ecr:SetRepositoryPolicy",
					"ecr:TagResource", "ecr:UntagResource",
				).on(regional("ecr", "repository/{name}*")),
				// ECR uses the key by a grant that it makes on behalf of who makes the repository
				allow("RepositoryKeys", "kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant").
					on(regional("kms", "key/*")).
					when("StringEquals", "kms:ViaService", "ecr.{region}.amazonaws.com"),
			},
		},
		{
			Type:          "AWS::S3::Bucket",
			Name:          Name{Property: "BucketName", Pattern: "{name}*", Create: "s3:CreateBucket", Generated: true, Unique: Everywhere},
			ARN:           "arn:{partition}:s3:::{BucketName}",
			Values:        map[string]string{Ref: "{BucketName}", "Arn": "{arn}"},
			EveryRegion:   true,
			Policy:        Policy{Type: "AWS::S3::BucketPolicy", Names: "Bucket", Property: "PolicyDocument"},
			PolicyDecides: []string{"s3:DeleteBucket", "s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:PutLifecycleConfiguration"},
			Touch:         Touch{Action: "s3:GetObject", On: "{arn}/{any}"},
			// left out: replication (and its PassRole), inventory, analytics, website, object lock, metadata tables; they are still read
			Permissions: []Permission{
				allow("Buckets",
					"s3:CreateBucket", "s3:DeleteBucket", "s3:ListBucket", "s3:GetBucketAcl", "s3:GetBucketLogging", "s3:PutBucketLogging",
					"s3:GetBucketOwnershipControls", "s3:PutBucketOwnershipControls", "s3:GetBucketPublicAccessBlock",
					"s3:PutBucketPublicAccessBlock", "s3:GetBucketTagging", "s3:PutBucketTagging", "s3:GetBucketVersioning",
					"s3:PutBucketVersioning", "s3:GetEncryptionConfiguration", "s3:PutEncryptionConfiguration", "s3:GetLifecycleConfiguration",
					"s3:PutLifecycleConfiguration", "s3:ListTagsForResource", "s3:TagResource", "s3:UntagResource",
					"s3:GetAccelerateConfiguration", "s3:GetAnalyticsConfiguration", "s3:GetBucketAbac", "s3:GetBucketCORS",
					"s3:GetBucketMetadataTableConfiguration", "s3:GetBucketNotification", "s3:PutBucketNotification",
					"s3:GetBucketObjectLockConfiguration", "s3:GetBucketWebsite", "s3:GetIntelligentTieringConfiguration",
					"s3:GetInventoryConfiguration", "s3:GetMetricsConfiguration", "s3:GetReplicationConfiguration",
				).on("arn:{partition}:s3:::{name}*"),
			},
			Uncovered: []Uncovered{
				uncovered("AbacStatus", "s3:PutBucketAbac"),
				uncovered("AccelerateConfiguration", "s3:PutAccelerateConfiguration"),
				uncovered("AccessControl", "s3:PutBucketAcl"),
				uncovered("AnalyticsConfigurations", "s3:PutAnalyticsConfiguration"),
				uncovered("CorsConfiguration", "s3:PutBucketCORS"),
				uncovered("IntelligentTieringConfigurations", "s3:PutIntelligentTieringConfiguration"),
				uncovered("InventoryConfigurations", "s3:PutInventoryConfiguration"),
				uncovered("MetadataConfiguration", "s3:CreateBucketMetadataTableConfiguration"),
				uncovered("MetadataTableConfiguration", "s3:CreateBucketMetadataTableConfiguration"),
				uncovered("MetricsConfigurations", "s3:PutMetricsConfiguration"),
				uncovered("ObjectLockConfiguration", "s3:PutBucketObjectLockConfiguration"),
				uncovered("ObjectLockEnabled", "s3:PutBucketObjectLockConfiguration").except("false"),
				uncovered("ReplicationConfiguration", "s3:PutReplicationConfiguration"),
				uncovered("WebsiteConfiguration", "s3:DeleteBucketWebsite", "s3:PutBucketWebsite"),
			},
		},
		{
			Type:        "AWS::S3::BucketPolicy",
			PolicyOf:    "Bucket",
			EveryRegion: true,
			Permissions: []Permission{
				allow("Buckets", "s3:DeleteBucketPolicy", "s3:GetBucketPolicy", "s3:PutBucketPolicy").on("arn:{partition}:s3:::{name}*"),
			},
		},
	}
}
