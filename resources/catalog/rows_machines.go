package catalog

// machinesRows are the rows of instances, and of what they are made of.
func machinesRows() []Row {
	return []Row{
		{
			Type: "AWS::EC2::EIPAssociation",
			Permissions: []Permission{
				changes("ec2:AssociateAddress", "ec2:DisassociateAddress"),
				makes("network-interface", "ec2:AssociateAddress", "ec2:DisassociateAddress"), // an instance's own has no tags
				sees("ec2:DescribeAddresses"),
			},
		},
		{
			Type:  "AWS::EC2::Instance",
			ARN:   regional("ec2", "instance/{id}"),
			Touch: Touch{Action: "ec2:TerminateInstances", On: "{arn}"},
			// left out: associations of SSM, which are still read
			Permissions: append(runsInstances(),
				changes(
					"ec2:AssociateIamInstanceProfile", "ec2:AttachVolume", "ec2:DeleteTags", "ec2:DescribeInstanceAttribute", "ec2:DetachVolume",
					"ec2:DisassociateIamInstanceProfile", "ec2:ModifyInstanceAttribute", "ec2:ModifyInstanceCreditSpecification",
					"ec2:ModifyInstanceMaintenanceOptions", "ec2:ModifyInstanceMetadataOptions", "ec2:ModifyInstancePlacement",
					"ec2:ModifyPrivateDnsNameOptions", "ec2:MonitorInstances", "ec2:ReplaceIamInstanceProfileAssociation", "ec2:StartInstances",
					"ec2:StopInstances", "ec2:TerminateInstances", "ec2:UnmonitorInstances",
				),
				sees(
					"ec2:DescribeIamInstanceProfileAssociations", "ec2:DescribeInstanceCreditSpecifications", "ec2:DescribeInstances",
					"ec2:DescribeKeyPairs", "ec2:DescribeLaunchTemplateVersions", "ec2:DescribeLaunchTemplates", "ec2:DescribeNetworkInterfaces",
					"ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVolumes", "ec2:DescribeVpcs",
				),
				lists("ListAssociations", "ssm:ListAssociations"),
				allow("SeeAssociations", "ssm:DescribeAssociation").on(regional("ec2", "instance/*"), regional("ssm", "association/*")),
			),
			Uncovered: []Uncovered{
				uncovered("SsmAssociations", "ssm:CreateAssociation", "ssm:DeleteAssociation"),
			},
		},
		{
			Type: "AWS::EC2::KeyPair",
			Name: Name{Property: "KeyName", Pattern: "{name}*", Create: "ec2:CreateKeyPair", Unique: InRegion},
			Permissions: []Permission{
				allow("KeyPairs", "ec2:CreateKeyPair", "ec2:CreateTags", "ec2:DeleteKeyPair", "ec2:ImportKeyPair").on(regional("ec2", "key-pair/{name}*")),
				// CloudFormation keeps the private key in a parameter that is named for the pair's id
				allow("PrivateKeys", "ssm:DeleteParameter", "ssm:PutParameter").on(regional("ssm", "parameter/ec2/keypair/*")),
				sees("ec2:DescribeKeyPairs"),
			},
		},
		{
			Type: "AWS::EC2::NetworkInterface",
			Permissions: []Permission{
				// its attributes are set before it has its tags
				makes("network-interface",
					"ec2:CreateNetworkInterface", "ec2:CreateTags", "ec2:ModifyNetworkInterfaceAttribute", "ec2:ModifyPublicIpDnsNameOptions",
				),
				allow("PlaceInterfaces", "ec2:CreateNetworkInterface").on(inNetworks()...).taggedIfAtAll(),
				changes(
					"ec2:AssignIpv6Addresses", "ec2:AssignPrivateIpAddresses", "ec2:DeleteNetworkInterface", "ec2:DeleteTags",
					"ec2:ModifyNetworkInterfaceAttribute", "ec2:UnassignIpv6Addresses", "ec2:UnassignPrivateIpAddresses",
				),
				sees("ec2:DescribeNetworkInterfaces"),
			},
		},
		{
			Type:  "AWS::EC2::Volume",
			ARN:   regional("ec2", "volume/{id}"),
			Touch: Touch{Action: "ec2:CreateSnapshot", On: "{arn}"},
			// left out: copies of volumes
			Permissions: append(volumeKeys(),
				// its attributes are set before it has its tags
				makes("volume", "ec2:CreateTags", "ec2:CreateVolume", "ec2:DescribeVolumeAttribute", "ec2:ModifyVolumeAttribute"),
				// it may be made of a snapshot, and be deleted with one; their ARNs name no account
				allow("Snapshots", "ec2:CreateSnapshot", "ec2:CreateVolume").on("arn:{partition}:ec2:{region}::snapshot/*").taggedIfAtAll(),
				changes("ec2:CreateSnapshot", "ec2:DeleteTags", "ec2:DeleteVolume", "ec2:ModifyVolume"),
				sees("ec2:DescribeSnapshots", "ec2:DescribeTags", "ec2:DescribeVolumes", "ec2:DescribeVolumesModifications"),
			),
			Uncovered: []Uncovered{
				uncovered("SourceVolumeId", "ec2:CopyVolumes"),
			},
		},
		{
			Type: "AWS::EC2::VolumeAttachment",
			Permissions: []Permission{
				changes("ec2:AttachVolume", "ec2:DetachVolume"),
				sees("ec2:DescribeVolumes"),
			},
		},
	}
}

// runsInstances allows to start instances, with roles and keys of the application.
func runsInstances() []Permission {
	return append(volumeKeys(),
		// of images, snapshots and subnets, some are of other accounts; what has the tags of another project or environment is out of reach
		allow("RunInstances", "ec2:RunInstances").
			on(regional("ec2", "instance/*"), regional("ec2", "key-pair/*"), regional("ec2", "launch-template/*"), regional("ec2", "network-interface/*")).
			on(regional("ec2", "placement-group/*"), regional("ec2", "volume/*")).
			on("arn:{partition}:ec2:{region}::image/*", "arn:{partition}:ec2:{region}::snapshot/*").
			on(inNetworks()...).taggedIfAtAll(),
		makes("instance", "ec2:CreateTags"),
		makes("volume", "ec2:CreateTags"),
		makes("network-interface", "ec2:CreateTags"),
		Pass("PassRolesToMachines", "ec2.amazonaws.com"),
	)
}

// volumeKeys are the keys of volumes: EC2 uses them by grants that it makes on behalf of the role that creates the volume.
func volumeKeys() []Permission {
	return []Permission{
		usesKeys("VolumeKeys", "ec2", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
		usesKeys("VolumeGrants", "ec2", "kms:CreateGrant").when("Bool", "kms:GrantIsForAWSResource", "true"),
	}
}

// inNetworks is what instances and interfaces are placed in: an existing subnet has no tags of ours, and may be shared by another account.
func inNetworks() []string {
	return []string{regional("ec2", "security-group/*"), "arn:{partition}:ec2:{region}:*:subnet/*"}
}
