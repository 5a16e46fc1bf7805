package catalog

// identityRows are the rows of roles, keys and parameters.
func identityRows() []Row {
	return []Row{
		{
			Type:   "AWS::IAM::InstanceProfile",
			Name:   Name{Property: "InstanceProfileName", Pattern: "{name}*", Create: "iam:CreateInstanceProfile", Generated: true, Unique: InAccount},
			ARN:    global("iam", "instance-profile{Path}{InstanceProfileName}"),
			Values: map[string]string{"Arn": "{arn}"},
			Permissions: []Permission{
				allow("InstanceProfiles",
					"iam:AddRoleToInstanceProfile", "iam:CreateInstanceProfile", "iam:DeleteInstanceProfile", "iam:GetInstanceProfile",
					"iam:RemoveRoleFromInstanceProfile",
				).on(global("iam", "instance-profile{path}{name}*")),
				Pass("PassRolesToInstances", "batch.amazonaws.com", "ec2.amazonaws.com"),
			},
		},
		{
			Type:   "AWS::IAM::ManagedPolicy",
			Name:   Name{Property: "ManagedPolicyName", Pattern: "{name}*", Create: "iam:CreatePolicy", Generated: true, Unique: InAccount},
			ARN:    global("iam", "policy{Path}{ManagedPolicyName}"),
			Values: map[string]string{Ref: "{arn}"},
			// left out: attaching to users, groups and roles, which each role does for itself, within its boundary
			Permissions: []Permission{
				allow("Policies",
					"iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion", "iam:GetPolicy",
					"iam:GetPolicyVersion", "iam:ListEntitiesForPolicy", "iam:ListPolicyVersions",
				).on(global("iam", "policy{path}{name}*")),
			},
			Uncovered: []Uncovered{
				uncovered("Groups", "iam:AttachGroupPolicy", "iam:DetachGroupPolicy"),
				uncovered("Users", "iam:AttachUserPolicy", "iam:DetachUserPolicy"),
			},
		},
		{
			Type:   "AWS::IAM::Role",
			Name:   Name{Property: "RoleName", Pattern: "{name}*", Create: "iam:CreateRole", Generated: true, Unique: InAccount},
			ARN:    global("iam", "role{Path}{RoleName}"),
			Values: map[string]string{Ref: "{RoleName}", "Arn": "{arn}"},
			Permissions: []Permission{
				// only under the path of applications, only with the scope's names, only within the boundary
				allow("BoundedRoles", "iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy").
					on(global("iam", "role{path}{name}*")).
					when("ArnEquals", "iam:PermissionsBoundary", "{boundary}"),
				allow("Roles",
					"iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:GetRole", "iam:GetRolePolicy",
					"iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "iam:ListRoleTags", "iam:TagRole", "iam:UntagRole",
					"iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription",
				).on(global("iam", "role{path}{name}*")),
			},
		},
		{
			Type:        "AWS::KMS::Alias",
			Name:        Name{Property: "AliasName", Pattern: "alias/{name}*", Create: "kms:CreateAlias", Unique: InRegion},
			ARN:         regional("kms", "{AliasName}"),
			EveryRegion: true,
			Permissions: []Permission{
				allow("Aliases", "kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias").
					on(regional("kms", "alias/{name}*"), regional("kms", "key/*")),
				allow("ListAliases", "kms:ListAliases").on("*"), // knows no resource
			},
		},
		{
			Type:        "AWS::KMS::Key",
			ARN:         regional("kms", "key/{id}"),
			Values:      map[string]string{Ref: "{id}", "Arn": "{arn}"},
			EveryRegion: true,
			Policy:      Policy{Property: "KeyPolicy", Kind: KeyPolicy},
			PolicyDecides: []string{
				"kms:DescribeKey", "kms:DisableKey", "kms:DisableKeyRotation", "kms:EnableKey", "kms:EnableKeyRotation", "kms:GetKeyPolicy",
				"kms:GetKeyRotationStatus", "kms:ListResourceTags", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:TagResource",
				"kms:UntagResource", "kms:UpdateKeyDescription",
			},
			Permissions: []Permission{
				// CreateKey knows no resource: there is no key yet
				lists("CreateKeys", "kms:CreateKey"),
				// keys have no names: the policy of each of our keys admits the role that may manage it, and CloudFormation touches only keys that a
				// stack contains
				allow("Keys",
					"kms:DescribeKey", "kms:DisableKey", "kms:DisableKeyRotation", "kms:EnableKey", "kms:EnableKeyRotation", "kms:GetKeyPolicy",
					"kms:GetKeyRotationStatus", "kms:ListResourceTags", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:TagResource",
					"kms:UntagResource", "kms:UpdateKeyDescription",
				).on(regional("kms", "key/*")),
			},
		},
		{
			Type:   "AWS::SSM::Parameter",
			Name:   Name{Property: "Name", Pattern: "/{project}/{environment}/*", Create: "ssm:PutParameter"}, // verify has a rule of its own for two of one name
			ARN:    regional("ssm", "parameter{Name}"),
			Values: map[string]string{Ref: "{Name}"},
			Touch:  Touch{Action: "ssm:GetParameter", On: "{arn}"},
			Permissions: []Permission{
				allow("Parameters",
					"ssm:AddTagsToResource", "ssm:DeleteParameter", "ssm:GetParameters", "ssm:ListTagsForResource", "ssm:PutParameter",
					"ssm:RemoveTagsFromResource",
				).on(regional("ssm", "parameter/{project}/{environment}/*"), regional("ssm", "parameter{parameter}")),
			},
		},
	}
}
