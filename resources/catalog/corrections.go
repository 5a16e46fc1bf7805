package catalog

import (
	"slices"
	"strings"
)

// noType is the old line of a correction that adds a whole type.
const noType = "(no such type)"

// correction changes a line in the record of a type, because the sources are wrong or incomplete.
type correction struct {
	typ string
	// was is the line in the table, which belongs to the type itself, not to a definition; "" if the table has none.
	was string
	// now is the line, or lines, that replace it; "" to remove it.
	now string
	// why, with the source.
	why string
}

// corrections returns all facts that are written by hand. A test fails if a new table contradicts one: check it again then, or remove it.
func corrections() []correction {
	const (
		notIAM    = "a policy of the service's own, not one of IAM"
		data      = "contains what its users put there; the sources list only some of such types"
		freeName  = "the reference of the type calls it the name; it is spelled unlike the type"
		deepName  = "the name is in the configuration"
		elbARNs   = "the Service Authorization Reference writes one ARN for each kind"
		oldTables = "its replicas are tables: global-table is of global tables as they were in 2017"
		aliasARNs = "the ARN of the type is not in the specification; the Service Authorization Reference has it"
	)
	rows := []correction{
		{"AWS::CloudFormation::Stack", ".Outputs [@Output", ".Outputs {s", "Fn::GetAtt of a nested stack reads Outputs.NAME"},
		{"AWS::CloudFormation::CustomResource", "", "=open", "its provider decides"},
		{"AWS::DataSync::StorageSystem", noType, strings.Join([]string{
			"=identifier StorageSystemArn", "=name Name", "=tags Tags list",
			".ConnectivityStatus s", ".SecretsManagerArn s", ".StorageSystemArn s",
			"AgentArns! [s", "CloudWatchLogGroupArn s", "Name s", "ServerConfiguration! @ServerConfiguration", "ServerCredentials @ServerCredentials",
			"SystemType! s\tNetAppONTAP", "Tags [@Tag",
			"@ServerConfiguration", "ServerHostname! s", "ServerPort i",
			"@ServerCredentials", "Password! s", "Username! s",
			"@Tag", "Key! s", "Value! s",
		}, "\n"), "the specification has dropped it, CloudFormation still lists it"},
		{"AWS::Route53::RecordSet", "", strings.Join([]string{
			"GeoProximityLocation @GeoProximityLocation",
			"@GeoProximityLocation", "AWSRegion s", "Bias i", "Coordinates @Coordinates", "LocalZoneGroup s",
			"@Coordinates", "Latitude! s", "Longitude! s",
		}, "\n"), "missing; AWS::Route53::RecordSetGroup has it in each of its records"},
		{"AWS::RDS::DBSecurityGroup", "DBSecurityGroupIngress! [@Ingress", "DBSecurityGroupIngress! ([@Ingress|@Ingress)", "RDS_MySQL_With_Read_Replica of aws-cloudformation-templates sets a single one"},

		{"AWS::Elasticsearch::Domain", "", "=policy AccessPolicies", "the domain's own policy"},
		{"AWS::Logs::LogGroup", "=policy DataProtectionPolicy ResourcePolicyDocument", "=policy ResourcePolicyDocument", notIAM},
		{"AWS::NetworkManager::CoreNetwork", "=policy PolicyDocument", "", notIAM},
		{"AWS::OpenSearchService::Domain", "", "=policy AccessPolicies", "the domain's own policy"},
		{"AWS::RAM::Permission", "=policy PolicyTemplate", "", notIAM},
		{"AWS::SNS::Subscription", "=policy RedrivePolicy ReplayPolicy", "", notIAM},
		{"AWS::SNS::Topic", "=policy ArchivePolicy DataProtectionPolicy", "", notIAM},
		{"AWS::SQS::Queue", "=policy RedriveAllowPolicy", "", notIAM},
		{"AWS::SSO::PermissionSet", "=policy InlinePolicy", "", "a policy of identities, not of the set"},

		{"AWS::Backup::BackupPlan", "", "=name BackupPlan.BackupPlanName", deepName},
		{"AWS::Budgets::Budget", "", "=name Budget.BudgetName", deepName},
		{"AWS::CloudFront::CachePolicy", "", "=name CachePolicyConfig.Name", deepName},
		{"AWS::CloudFront::OriginAccessControl", "", "=name OriginAccessControlConfig.Name", deepName},
		{"AWS::CloudFront::OriginRequestPolicy", "", "=name OriginRequestPolicyConfig.Name", deepName},
		{"AWS::CloudFront::ResponseHeadersPolicy", "", "=name ResponseHeadersPolicyConfig.Name", deepName},
		{"AWS::Cognito::UserPoolClient", "", "=name ClientName", freeName},
		{"AWS::EC2::KeyPair", "", "=name KeyName", freeName},
		{"AWS::ECS::TaskDefinition", "", "=name Family", freeName},
		{"AWS::Lambda::LayerVersion", "", "=name LayerName", freeName},
		{"AWS::SES::Template", "", "=name Template.TemplateName", deepName},

		{"AWS::ElasticLoadBalancingV2::LoadBalancer", "", "=iam elasticloadbalancing:loadbalancer/app/\telasticloadbalancing:loadbalancer/gwy/\telasticloadbalancing:loadbalancer/net/", elbARNs},
		{"AWS::ElasticLoadBalancingV2::Listener", "", "=iam elasticloadbalancing:listener/app\telasticloadbalancing:listener/gwy\telasticloadbalancing:listener/net", elbARNs},
		{"AWS::ElasticLoadBalancingV2::ListenerRule", "", "=iam elasticloadbalancing:listener-rule/app\telasticloadbalancing:listener-rule/net", elbARNs},
		{"AWS::ElasticLoadBalancingV2::TargetGroup", "", "=iam elasticloadbalancing:targetgroup", aliasARNs},
		{"AWS::Events::Rule", "=iam events:rule-on-default-event-bus", "=iam events:rule-on-custom-event-bus\tevents:rule-on-default-event-bus", "on a bus of one's own the ARN names the bus too"},
		{"AWS::Lambda::Alias", "", "=iam lambda:function alias", aliasARNs},
		{"AWS::Lambda::Version", "", "=iam lambda:function version", aliasARNs},
		{"AWS::MSK::Cluster", "", "=iam kafka:cluster", aliasARNs},
		{"AWS::DynamoDB::GlobalTable", "=iam dynamodb:global-table", "=iam dynamodb:table", oldTables},
		{"AWS::DynamoDB::GlobalTable", "=arn arn:${Partition}:dynamodb::${Account}:global-table/${GlobalTableName}", "=arn arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}", oldTables},
		{"AWS::Neptune::DBCluster", "", "=iam rds:cluster", "Neptune is managed with the actions of RDS"},
	}
	for _, typ := range []string{
		"AWS::AmazonMQ::Broker", "AWS::Backup::LogicallyAirGappedBackupVault", "AWS::Cassandra::Table", "AWS::CodeArtifact::Repository",
		"AWS::CodeCommit::Repository", "AWS::DSQL::Cluster", "AWS::DocDBElastic::Cluster", "AWS::ECR::Repository", "AWS::ElastiCache::ServerlessCache",
		"AWS::Events::Archive", "AWS::MSK::Cluster", "AWS::MSK::ServerlessCluster", "AWS::MemoryDB::Cluster", "AWS::NeptuneGraph::Graph",
		"AWS::OpenSearchServerless::Collection", "AWS::RDS::GlobalCluster", "AWS::RedshiftServerless::Namespace", "AWS::Route53::HostedZone",
		"AWS::S3Express::DirectoryBucket", "AWS::S3Tables::Table", "AWS::S3Tables::TableBucket", "AWS::Timestream::Table",
	} {
		rows = append(rows, correction{typ, "", "=stateful", data})
	}
	return rows
}

// apply returns the record of a type with the correction.
func (r correction) apply(lines []string) []string {
	now := strings.FieldsFunc(r.now, func(c rune) bool { return c == '\n' })
	switch end := endOfType(lines); r.was {
	case noType:
		return append(slices.Clone(lines), now...)
	case "":
		// definitions are at the end
		line, definitions := now[:1], now[1:]
		return slices.Concat(lines[:end], line, lines[end:], definitions)
	default:
		i := slices.Index(lines[:end], r.was)
		if i < 0 {
			return lines
		}
		return slices.Concat(lines[:i], now, lines[i+1:])
	}
}

// endOfType returns the index of the first definition.
func endOfType(lines []string) int {
	if i := slices.IndexFunc(lines, func(line string) bool { return line[0] == '@' }); i >= 0 {
		return i
	}
	return len(lines)
}

// contradiction says how the table contradicts the correction, or returns "".
func (r correction) contradiction(lines []string) string {
	switch {
	case r.was == noType && len(lines) > 0:
		return "the table has the type now"
	case r.was == noType:
		return ""
	case len(lines) == 0:
		return "the table has no such type"
	}
	first, _, _ := strings.Cut(r.now, "\n")
	for _, line := range lines[1:endOfType(lines)] {
		switch {
		case line == r.was:
			return ""
		case r.was == "" && line == first:
			return "the table has the same line now: " + line
		case r.was == "" && nameOf(line) == nameOf(first):
			return "the table has another line: " + line
		}
	}
	if r.was != "" {
		return "the table no longer has this line: " + r.was
	}
	return ""
}

// nameOf returns the subject of a line: "=name", ".Arn" or the name of a property.
func nameOf(line string) string {
	word, _, _ := strings.Cut(line, " ")
	return strings.TrimSuffix(word, "!")
}
