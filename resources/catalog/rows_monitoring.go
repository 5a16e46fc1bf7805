package catalog

// monitoringRows are the rows of logs, alarms and dashboards.
func monitoringRows() []Row {
	return []Row{
		{
			Type: "AWS::CloudWatch::Alarm",
			Name: Name{Property: "AlarmName", Pattern: "{name}*", Create: "cloudwatch:PutMetricAlarm", Generated: true, Unique: InRegion},
			ARN:  regional("cloudwatch", "alarm:{AlarmName}"),
			// left out: the service-linked roles of alarms that stop machines or open tickets
			Permissions: []Permission{
				allow("Alarms",
					"cloudwatch:DeleteAlarms", "cloudwatch:ListTagsForResource", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource",
					"cloudwatch:UntagResource",
				).on(regional("cloudwatch", "alarm:{name}*")),
				allow("ListAlarms", "cloudwatch:DescribeAlarms").on(regional("cloudwatch", "alarm:*")), // lists all alarms or none
			},
		},
		{
			Type: "AWS::CloudWatch::Dashboard",
			Name: Name{Property: "DashboardName", Pattern: "{name}*", Create: "cloudwatch:PutDashboard", Generated: true, Unique: InAccount},
			// dashboards belong to an account, to no region
			Permissions: []Permission{
				allow("Dashboards",
					"cloudwatch:DeleteDashboards", "cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource", "cloudwatch:PutDashboard",
					"cloudwatch:TagResource", "cloudwatch:UntagResource",
				).on(global("cloudwatch", "dashboard/{name}*")), // dashboards belong to an account, to no region
			},
		},
		{
			Type:   "AWS::Logs::LogGroup",
			Name:   Name{Property: "LogGroupName", Pattern: "/aws/*/{name}*", Create: "logs:CreateLogGroup", Generated: true, Unique: InRegion},
			ARN:    regional("logs", "log-group:{LogGroupName}"),
			Values: map[string]string{Ref: "{LogGroupName}", "Arn": "{arn}:*"},
			Touch:  Touch{Action: "logs:FilterLogEvents", On: "{arn}:*"},
			// left out: data protection, index and resource policies, bearer tokens, deliveries; the policies are still read
			Permissions: []Permission{
				allow("LogGroups",
					"logs:AssociateKmsKey", "logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:DeleteRetentionPolicy",
					"logs:DisassociateKmsKey", "logs:DescribeIndexPolicies", "logs:GetDataProtectionPolicy", "logs:ListTagsForResource",
					"logs:PutRetentionPolicy", "logs:TagResource", "logs:UntagResource",
				).on(regional("logs", "log-group:/aws/*/{name}*"), regional("logs", "log-group:{name}*")),
				allow("ListLogGroups", "logs:DescribeLogGroups").on(regional("logs", "log-group:*")),
				allow("ListLogPolicies", "logs:DescribeResourcePolicies").on("*"), // knows no resource
			},
			Uncovered: []Uncovered{
				uncovered("BearerTokenAuthenticationEnabled", "logs:PutBearerTokenAuthentication").except("false"),
				uncovered("DataProtectionPolicy", "logs:DeleteDataProtectionPolicy", "logs:PutDataProtectionPolicy"),
				uncovered("DeletionProtectionEnabled", "logs:PutLogGroupDeletionProtection").except("false"),
				uncovered("FieldIndexPolicies", "logs:DeleteIndexPolicy", "logs:PutIndexPolicy"),
				uncovered("ResourcePolicyDocument", "logs:DeleteResourcePolicy", "logs:PutResourcePolicy"),
			},
		},
	}
}
