package catalog

// filesRows are the rows of file systems, access points, backups and the registry of images. The policy of the registry and its replication have none:
// the one could allow the role to write the images of everything else in the account, the other copy them to another account.
func filesRows() []Row {
	return []Row{
		{
			// a plan has a random id: its tags say whose it is
			Type: "AWS::Backup::BackupPlan",
			Permissions: []Permission{
				makesBackupPlans("backup:CreateBackupPlan", "backup:GetBackupPlan", "backup:ListTags", "backup:TagResource"),
				backupPlans("backup:DeleteBackupPlan", "backup:UntagResource", "backup:UpdateBackupPlan"),
				Pass("PassRolesToBackups", "backup.amazonaws.com"),
			},
		},
		{
			Type: "AWS::Backup::BackupSelection",
			Permissions: []Permission{
				backupPlans("backup:CreateBackupSelection", "backup:DeleteBackupSelection", "backup:GetBackupSelection"),
				allow("Roles", "iam:GetRole").on(global("iam", "role{path}{name}*")),
				Pass("PassRolesToBackups", "backup.amazonaws.com"),
				linkedRole("BackupRole", "backup.amazonaws.com"),
			},
		},
		{
			Type:          "AWS::Backup::BackupVault",
			Name:          Name{Property: "BackupVaultName", Pattern: "{name}*", Create: "backup:CreateBackupVault", Unique: InRegion},
			ARN:           regional("backup", "backup-vault:{BackupVaultName}"),
			Values:        map[string]string{Ref: "{BackupVaultName}", "BackupVaultArn": "{arn}", "BackupVaultName": "{BackupVaultName}"},
			Policy:        Policy{Property: "AccessPolicy"},
			PolicyDecides: []string{"backup:DeleteBackupVault", "backup:DeleteBackupVaultAccessPolicy", "backup:PutBackupVaultAccessPolicy"},
			Touch:         Touch{Action: "backup:DeleteBackupVault", On: "{arn}"},
			Permissions: []Permission{
				allow("BackupVaults",
					"backup:CreateBackupVault", "backup:DeleteBackupVault", "backup:DeleteBackupVaultAccessPolicy", "backup:DeleteBackupVaultLockConfiguration",
					"backup:DeleteBackupVaultNotifications", "backup:DescribeBackupVault", "backup:GetBackupVaultAccessPolicy",
					"backup:GetBackupVaultNotifications", "backup:ListTags", "backup:PutBackupVaultAccessPolicy", "backup:PutBackupVaultLockConfiguration",
					"backup:PutBackupVaultNotifications", "backup:TagResource", "backup:UntagResource",
				).on(regional("backup", "backup-vault:{name}*")),
				lists("BackupStorage", "backup-storage:MountCapsule"), // a new vault has storage, which has no ARN
				allow("BackupKeys", "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey", "kms:RetireGrant").
					on(regional("kms", "key/*")).
					when("StringEquals", "kms:ViaService", "backup.{region}.amazonaws.com"),
			},
		},
		{
			// one for a prefix of repositories in the registry of an account and region, which has no ARN
			Type: "AWS::ECR::PullThroughCacheRule",
			// left out: passwords for registries, and roles for those of other accounts
			Permissions: []Permission{
				lists("Registry", "ecr:CreatePullThroughCacheRule", "ecr:DeletePullThroughCacheRule", "ecr:DescribePullThroughCacheRules"),
				linkedRole("PullThroughRole", "pullthroughcache.ecr.amazonaws.com"),
			},
			Uncovered: []Uncovered{
				uncovered("CredentialArn", "secretsmanager:GetSecretValue"),
			},
		},
		{
			// one for a prefix of repositories in the registry of an account and region, which has no ARN
			Type: "AWS::ECR::RepositoryCreationTemplate",
			Name: Name{Property: "Prefix", Unique: InRegion},
			// left out: roles for keys and tags, which an operator passes
			Permissions: []Permission{
				lists("Registry",
					"ecr:CreateRepositoryCreationTemplate", "ecr:DeleteRepositoryCreationTemplate", "ecr:DescribeRepositoryCreationTemplates",
					"ecr:UpdateRepositoryCreationTemplate",
				),
				allow("Repositories", "ecr:CreateRepository", "ecr:PutLifecyclePolicy", "ecr:SetRepositoryPolicy").on(regional("ecr", "repository/{name}*")),
			},
		},
		{
			Type:   "AWS::EFS::AccessPoint",
			ARN:    regional("elasticfilesystem", "access-point/{id}"),
			Values: map[string]string{Ref: "{id}", "AccessPointId": "{id}", "Arn": "{arn}"},
			Permissions: []Permission{
				makesFileSystems("elasticfilesystem:DescribeAccessPoints", "elasticfilesystem:ListTagsForResource", "elasticfilesystem:TagResource"),
				fileSystems("elasticfilesystem:CreateAccessPoint", "elasticfilesystem:DeleteAccessPoint", "elasticfilesystem:UntagResource"),
			},
		},
		{
			// a file system has a random id: its tags say whose it is
			Type:          "AWS::EFS::FileSystem",
			ARN:           regional("elasticfilesystem", "file-system/{id}"),
			Values:        map[string]string{Ref: "{id}", "Arn": "{arn}", "FileSystemId": "{id}"},
			Policy:        Policy{Property: "FileSystemPolicy"},
			PolicyDecides: []string{"elasticfilesystem:DeleteFileSystem", "elasticfilesystem:DeleteFileSystemPolicy", "elasticfilesystem:PutFileSystemPolicy"},
			Touch:         Touch{Action: "elasticfilesystem:ClientMount", On: "{arn}"},
			// left out: replication, which is still read
			Permissions: []Permission{
				lists("CreateFileSystems", "elasticfilesystem:CreateFileSystem"), // knows no resource
				// these are set, and read, before it has its tags
				makesFileSystems(
					"elasticfilesystem:DescribeBackupPolicy", "elasticfilesystem:DescribeFileSystemPolicy", "elasticfilesystem:DescribeFileSystems",
					"elasticfilesystem:DescribeLifecycleConfiguration", "elasticfilesystem:DescribeReplicationConfigurations",
					"elasticfilesystem:ListTagsForResource", "elasticfilesystem:PutBackupPolicy", "elasticfilesystem:PutFileSystemPolicy",
					"elasticfilesystem:PutLifecycleConfiguration", "elasticfilesystem:TagResource", "elasticfilesystem:UpdateFileSystemProtection",
				),
				fileSystems(
					"elasticfilesystem:DeleteFileSystem", "elasticfilesystem:DeleteFileSystemPolicy", "elasticfilesystem:DeleteTags",
					"elasticfilesystem:UntagResource", "elasticfilesystem:UpdateFileSystem",
				),
				allow("FileSystemKeys", "kms:CreateGrant", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext").
					on(regional("kms", "key/*")).
					when("StringEquals", "kms:ViaService", "elasticfilesystem.{region}.amazonaws.com"),
				linkedRole("FileSystemRole", "elasticfilesystem.amazonaws.com"),
			},
			Uncovered: []Uncovered{
				uncovered("ReplicationConfiguration", "elasticfilesystem:CreateReplicationConfiguration", "elasticfilesystem:DeleteReplicationConfiguration"),
			},
		},
		{
			Type: "AWS::EFS::MountTarget",
			Permissions: []Permission{
				makesFileSystems("elasticfilesystem:DescribeMountTargetSecurityGroups", "elasticfilesystem:DescribeMountTargets"),
				fileSystems("elasticfilesystem:CreateMountTarget", "elasticfilesystem:DeleteMountTarget", "elasticfilesystem:ModifyMountTargetSecurityGroups"),
				sees("ec2:DescribeNetworkInterfaces", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets"),
				linkedRole("FileSystemRole", "elasticfilesystem.amazonaws.com"), // with it EFS makes the interface in the network
			},
		},
		{
			Type:          "AWS::S3::AccessPoint",
			Name:          Name{Property: "Name", Pattern: "{name}*", Create: "s3:CreateAccessPoint", Generated: true, Unique: InRegion},
			ARN:           regional("s3", "accesspoint/{Name}"),
			Values:        map[string]string{Ref: "{Name}", "Arn": "{arn}", "Name": "{Name}"},
			Policy:        Policy{Property: "Policy"},
			PolicyDecides: []string{"s3:DeleteAccessPoint", "s3:DeleteAccessPointPolicy", "s3:PutAccessPointPolicy"},
			Permissions: []Permission{
				allow("AccessPoints",
					"s3:CreateAccessPoint", "s3:DeleteAccessPoint", "s3:DeleteAccessPointPolicy", "s3:GetAccessPointPolicy", "s3:ListTagsForResource",
					"s3:PutAccessPointPolicy", "s3:TagResource", "s3:UntagResource",
				).on(regional("s3", "accesspoint/{name}*")),
				// these know no resource
				lists("AnyAccessPoints", "s3:GetAccessPoint", "s3:PutAccessPointPublicAccessBlock"),
			},
		},
	}
}

// backupPlans allows what is done to plans that have our tags.
func backupPlans(actions ...string) Permission {
	return allow("BackupPlans", actions...).on(regional("backup", "backup-plan:*")).tagged()
}

// makesBackupPlans allows what CloudFormation does to plans that may not have their tags yet.
func makesBackupPlans(actions ...string) Permission {
	return allow("MakeBackupPlans", actions...).on(regional("backup", "backup-plan:*")).taggedIfAtAll()
}

// fileSystems allows what is done to file systems and access points that have our tags.
func fileSystems(actions ...string) Permission {
	return allow("FileSystems", actions...).
		on(regional("elasticfilesystem", "access-point/*"), regional("elasticfilesystem", "file-system/*")).tagged()
}

// makesFileSystems allows what CloudFormation does to file systems and access points that may not have their tags yet.
func makesFileSystems(actions ...string) Permission {
	return allow("MakeFileSystems", actions...).
		on(regional("elasticfilesystem", "access-point/*"), regional("elasticfilesystem", "file-system/*")).taggedIfAtAll()
}
