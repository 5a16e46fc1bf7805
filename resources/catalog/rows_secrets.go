package catalog

import "slices"

// secretsRows are the rows of secrets, of keys in other regions, and of policies and roles of IAM. Users, groups, access keys and identity providers
// have none: whoever could create one could become what no boundary binds.
func secretsRows() []Row {
	return []Row{
		{
			Type: "AWS::IAM::Policy",
			// left out: policies of users and groups
			Permissions: rolePolicies(),
			Uncovered: []Uncovered{
				uncovered("Groups", "iam:DeleteGroupPolicy", "iam:GetGroupPolicy", "iam:PutGroupPolicy"),
				uncovered("Users", "iam:DeleteUserPolicy", "iam:GetUserPolicy", "iam:PutUserPolicy"),
			},
		},
		{
			Type:        "AWS::IAM::RolePolicy",
			Permissions: rolePolicies(),
		},
		{
			// the roles that other rows create too; AWS refuses to delete one that is in use
			Type: "AWS::IAM::ServiceLinkedRole",
			Permissions: []Permission{
				allow("CreateServiceRoles", "iam:CreateServiceLinkedRole").on(linkedRoles()...).when("StringEquals", "iam:AWSServiceName", linkedServices()...),
				allow("ServiceRoles", "iam:DeleteServiceLinkedRole", "iam:GetRole", "iam:GetServiceLinkedRoleDeletionStatus", "iam:UpdateRole").
					on(linkedRoles()...),
			},
			Uncovered: []Uncovered{
				uncovered("AWSServiceName", "iam:CreateServiceLinkedRole", "iam:DeleteServiceLinkedRole").except(linkedServices()...),
			},
		},
		{
			Type: "AWS::KMS::ReplicaKey",
			// it is in another region than its primary
			EveryRegion: true,
			ARN:         regional("kms", "key/{id}"),
			Values:      map[string]string{Ref: "{id}", "Arn": "{arn}", "KeyId": "{id}"},
			Policy:      Policy{Property: "KeyPolicy"},
			PolicyDecides: []string{
				"kms:DescribeKey", "kms:DisableKey", "kms:EnableKey", "kms:GetKeyPolicy", "kms:ListResourceTags", "kms:PutKeyPolicy",
				"kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateKeyDescription",
			},
			Permissions: []Permission{
				lists("CreateKeys", "kms:CreateKey"), // knows no resource
				// keys have no names: see AWS::KMS::Key
				allow("Keys",
					"kms:DescribeKey", "kms:DisableKey", "kms:EnableKey", "kms:GetKeyPolicy", "kms:ListResourceTags", "kms:PutKeyPolicy",
					"kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource", "kms:UpdateKeyDescription",
				).on(regional("kms", "key/*")),
				// the policy of the primary, in whatever region that is, decides
				allow("ReplicateKeys", "kms:ReplicateKey").
					on("arn:{partition}:kms:*:{account}:key/*").
					when("StringEquals", "kms:ReplicaRegion", "{region}"),
			},
		},
		{
			Type: "AWS::SecretsManager::ResourcePolicy",
			Permissions: []Permission{
				allow("Secrets", "secretsmanager:DeleteResourcePolicy", "secretsmanager:GetResourcePolicy", "secretsmanager:PutResourcePolicy").
					on(regional("secretsmanager", "secret:{name}*")),
			},
		},
		{
			Type: "AWS::SecretsManager::RotationSchedule",
			// left out: functions of AWS that rotate, which a macro makes
			Permissions: []Permission{
				allow("Secrets", "secretsmanager:CancelRotateSecret", "secretsmanager:DescribeSecret", "secretsmanager:RotateSecret").
					on(regional("secretsmanager", "secret:{name}*")),
				callsFunctions(), // Secrets Manager checks that the principal that turns rotation on may call the function
				Pass("PassRolesToSecrets", "secretsmanager.amazonaws.com"),
			},
		},
		{
			Type:   "AWS::SecretsManager::Secret",
			Name:   Name{Property: "Name", Pattern: "{name}*", Create: "secretsmanager:CreateSecret", Unique: InRegion}, // generated names begin with the logical id
			ARN:    regional("secretsmanager", "secret:{Name}-{id}"),
			Values: map[string]string{Ref: "{arn}", "Id": "{arn}"},
			Policy: Policy{Type: "AWS::SecretsManager::ResourcePolicy", Names: "SecretId", Property: "ResourcePolicy"},
			PolicyDecides: []string{
				"secretsmanager:DeleteResourcePolicy", "secretsmanager:DeleteSecret", "secretsmanager:DescribeSecret", "secretsmanager:PutResourcePolicy",
				"secretsmanager:UpdateSecret",
			},
			Touch: Touch{Action: "secretsmanager:GetSecretValue", On: "{arn}"},
			// left out: copies in other regions
			Permissions: []Permission{
				allow("Secrets",
					"secretsmanager:CreateSecret", "secretsmanager:DeleteSecret", "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue",
					"secretsmanager:TagResource", "secretsmanager:UntagResource", "secretsmanager:UpdateSecret",
				).on(regional("secretsmanager", "secret:{name}*")),
				lists("Passwords", "secretsmanager:GetRandomPassword"), // knows no resource
				allow("SecretKeys", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey").
					on(regional("kms", "key/*")).
					when("StringEquals", "kms:ViaService", "secretsmanager.{region}.amazonaws.com"),
			},
			Uncovered: []Uncovered{
				uncovered("ReplicaRegions", "secretsmanager:RemoveRegionsFromReplication", "secretsmanager:ReplicateSecretToRegions"),
			},
		},
		{
			Type: "AWS::SecretsManager::SecretTargetAttachment",
			// left out: databases of Redshift, and elastic clusters of DocumentDB
			Permissions: []Permission{
				// CloudFormation writes the address of the database into the secret
				allow("Secrets", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue").on(regional("secretsmanager", "secret:{name}*")),
				databases("rds:DescribeDBClusters", "rds:DescribeDBInstances"),
			},
			Uncovered: []Uncovered{
				uncovered("TargetType",
					"docdb-elastic:GetCluster", "redshift-serverless:GetNamespace", "redshift-serverless:ListWorkgroups", "redshift:DescribeClusters",
				).except("AWS::RDS::DB*", "AWS::DocDB::DB*"),
			},
		},
	}
}

// rolePolicies allows to write policies into the application's roles, within their boundary.
func rolePolicies() []Permission {
	return []Permission{
		allow("BoundedRoles", "iam:PutRolePolicy").on(global("iam", "role{path}{name}*")).when("ArnEquals", "iam:PermissionsBoundary", "{boundary}"),
		allow("Roles", "iam:DeleteRolePolicy", "iam:GetRolePolicy").on(global("iam", "role{path}{name}*")),
	}
}

// callsFunctions allows to call the scope's functions.
func callsFunctions() Permission {
	return allow("CallFunctions", "lambda:InvokeFunction").on(regional("lambda", "function:{name}*"))
}

// linkedServices are those whose roles a template may create.
func linkedServices() []string {
	return []string{
		"autoscaling.amazonaws.com", "backup.amazonaws.com", "batch.amazonaws.com", "ec2-nat-gateway.amazonaws.com", "ecs.amazonaws.com",
		"ecs.application-autoscaling.amazonaws.com", "elasticache.amazonaws.com", "elasticfilesystem.amazonaws.com", "elasticloadbalancing.amazonaws.com",
		"es.amazonaws.com", "opensearchservice.amazonaws.com", "ops.apigateway.amazonaws.com", "rds.amazonaws.com", "spot.amazonaws.com",
	}
}

// linkedRoles are the ARNs of the roles of linkedServices.
func linkedRoles() []string {
	list := slices.Clone(linkedServices())
	for i, service := range list {
		list[i] = global("iam", "role/aws-service-role/"+service+"/*")
	}
	return list
}
