package catalog

// domainsRows are the rows of certificates, hosted zones and records.
func domainsRows() []Row {
	return []Row{
		{
			Type: "AWS::CertificateManager::Certificate",
			ARN:  regional("acm", "certificate/{id}"),
			// left out: private certificate authorities
			Permissions: []Permission{
				allow("RequestCertificates", "acm:RequestCertificate").on("*").inRegions(), // knows no resource: there is no certificate yet
				allow("Certificates", "acm:DeleteCertificate", "acm:UpdateCertificateOptions").on(regional("acm", "certificate/*")).tagged(),
				// it is read while it waits for its validation, perhaps before it has its tags
				allow("NewCertificates",
					"acm:AddTagsToCertificate", "acm:DescribeCertificate", "acm:ListTagsForCertificate", "acm:RemoveTagsFromCertificate",
				).on(regional("acm", "certificate/*")).taggedIfAtAll(),
				// zones have no names that IAM knows: only records that validate certificates
				allow("ValidateCertificates", "route53:ChangeResourceRecordSets").on(zones()).
					when("ForAllValues:StringEquals", "route53:ChangeResourceRecordSetsRecordTypes", "CNAME").
					when("ForAllValues:StringLike", "route53:ChangeResourceRecordSetsNormalizedRecordNames", "_*"),
			},
			Uncovered: []Uncovered{
				uncovered("CertificateAuthorityArn", "acm-pca:GetCertificate", "acm-pca:IssueCertificate"),
			},
		},
		{
			Type: "AWS::Route53::HealthCheck",
			// left out: routing controls. A check has an id of Route 53's choice, and no tags that IAM knows
			Permissions: []Permission{
				allow("CreateDomains", "route53:CreateHealthCheck").on("*"), // knows no resource; Route 53 is in no region
				allow("HealthChecks",
					"route53:ChangeTagsForResource", "route53:DeleteHealthCheck", "route53:GetHealthCheck", "route53:ListTagsForResource",
					"route53:UpdateHealthCheck",
				).on("arn:{partition}:route53:::healthcheck/*"),
				allow("ListAlarms", "cloudwatch:DescribeAlarms").on(regional("cloudwatch", "alarm:*")), // lists all alarms or none
			},
			Uncovered: []Uncovered{
				uncovered("HealthCheckConfig.RoutingControlArn", "route53-recovery-control-config:DescribeRoutingControl"),
			},
		},
		{
			Type: "AWS::Route53::HostedZone",
			// left out: logs of queries. A zone has an id of Route 53's choice, and no tags that IAM knows
			Permissions: []Permission{
				allow("CreateDomains", "route53:CreateHostedZone").on("*"), // knows no resource; Route 53 is in no region
				hostedZones(
					"route53:AssociateVPCWithHostedZone", "route53:ChangeTagsForResource", "route53:DeleteHostedZone",
					"route53:DisassociateVPCFromHostedZone", "route53:GetHostedZone", "route53:ListQueryLoggingConfigs",
					"route53:ListTagsForResource", "route53:UpdateHostedZoneComment", "route53:UpdateHostedZoneFeatures",
				),
				zoneChanges(),
				sees("ec2:DescribeVpcs"),
			},
			Uncovered: []Uncovered{
				uncovered("QueryLoggingConfig", "route53:CreateQueryLoggingConfig", "route53:DeleteQueryLoggingConfig"),
			},
		},
		{Type: "AWS::Route53::RecordSet", Permissions: records()},
		{Type: "AWS::Route53::RecordSetGroup", Permissions: records()},
	}
}

// records allows to change records. The schemas name no permissions: those of the operations of the API.
func records() []Permission {
	return []Permission{
		hostedZones("route53:ChangeResourceRecordSets", "route53:GetHostedZone", "route53:ListResourceRecordSets"),
		zoneChanges(),
		allow("ListZones", "route53:ListHostedZonesByName").on("*"), // knows no resource; Route 53 is in no region
	}
}

// hostedZones allows actions on zones: IAM knows nothing of them but their ids.
func hostedZones(actions ...string) Permission { return allow("Zones", actions...).on(zones()) }

// zoneChanges tells whether a change has reached the servers of Route 53.
func zoneChanges() Permission {
	return allow("ZoneChanges", "route53:GetChange").on("arn:{partition}:route53:::change/*")
}

func zones() string { return "arn:{partition}:route53:::hostedzone/*" }
