package catalog

// operationsRows are the rows of budgets, configuration, documents, notifications, and of what watches logs and metrics. Associations of Systems
// Manager have none: one runs a document on any machine of the account, as the role of that machine.
func operationsRows() []Row {
	return []Row{
		{
			// applications, environments and profiles have random ids: their tags say whose they are
			Type: "AWS::AppConfig::Application",
			Permissions: []Permission{
				lists("CreateConfigurations", "appconfig:CreateApplication"), // knows no resource
				makesConfigurations("appconfig:GetApplication", "appconfig:ListTagsForResource", "appconfig:TagResource"),
				configurations("appconfig:DeleteApplication", "appconfig:UntagResource", "appconfig:UpdateApplication"),
			},
		},
		{
			Type: "AWS::AppConfig::ConfigurationProfile",
			// left out: keys, which are used when a version is deployed
			Permissions: []Permission{
				makesConfigurations("appconfig:GetConfigurationProfile", "appconfig:ListTagsForResource", "appconfig:TagResource"),
				configurations(
					"appconfig:CreateConfigurationProfile", "appconfig:DeleteConfigurationProfile", "appconfig:UntagResource",
					"appconfig:UpdateConfigurationProfile",
				),
				Pass("PassRolesToAppConfig", "appconfig.amazonaws.com"),
			},
		},
		{
			Type: "AWS::AppConfig::Deployment",
			// left out: keys
			Permissions: []Permission{
				// the strategies that AWS has for all have no tags
				makesConfigurations("appconfig:GetDeployment", "appconfig:ListTagsForResource", "appconfig:StartDeployment", "appconfig:TagResource"),
				configurations("appconfig:StopDeployment", "appconfig:UntagResource"),
			},
			Uncovered: []Uncovered{
				uncovered("KmsKeyIdentifier", "kms:GenerateDataKey"),
			},
		},
		{
			Type: "AWS::AppConfig::DeploymentStrategy",
			Permissions: []Permission{
				lists("CreateConfigurations", "appconfig:CreateDeploymentStrategy"), // knows no resource
				makesConfigurations("appconfig:GetDeploymentStrategy", "appconfig:ListTagsForResource", "appconfig:TagResource"),
				configurations("appconfig:DeleteDeploymentStrategy", "appconfig:UntagResource", "appconfig:UpdateDeploymentStrategy"),
			},
		},
		{
			Type: "AWS::AppConfig::Environment",
			Permissions: []Permission{
				makesConfigurations("appconfig:GetEnvironment", "appconfig:ListTagsForResource", "appconfig:TagResource"),
				configurations("appconfig:CreateEnvironment", "appconfig:DeleteEnvironment", "appconfig:UntagResource", "appconfig:UpdateEnvironment"),
				Pass("PassRolesToAppConfig", "appconfig.amazonaws.com"), // to watch alarms
			},
		},
		{
			Type: "AWS::AppConfig::HostedConfigurationVersion",
			Permissions: []Permission{
				// a version has no tags; its application and its profile have ours
				makesConfigurations("appconfig:DeleteHostedConfigurationVersion", "appconfig:GetHostedConfigurationVersion"),
				configurations("appconfig:CreateHostedConfigurationVersion"),
			},
		},
		{
			Type: "AWS::Budgets::Budget",
			Name: Name{Property: "Budget.BudgetName", Pattern: "{name}*", Create: "budgets:ModifyBudget", Unique: InAccount},
			ARN:  global("budgets", "budget/{Budget.BudgetName}"),
			// the schema names no permissions: those of the API's create, update, delete and read operations
			Permissions: []Permission{
				allow("Budgets", "budgets:ListTagsForResource", "budgets:ModifyBudget", "budgets:TagResource", "budgets:UntagResource", "budgets:ViewBudget").
					on(global("budgets", "budget/{name}*")),
			},
		},
		{
			Type:   "AWS::Chatbot::SlackChannelConfiguration",
			Name:   Name{Property: "ConfigurationName", Pattern: "{name}*", Create: "chatbot:CreateSlackChannelConfiguration", Unique: InAccount},
			ARN:    global("chatbot", "chat-configuration/slack-channel/{ConfigurationName}"),
			Values: map[string]string{Ref: "{arn}", "Arn": "{arn}"},
			// left out: actions of its own
			Permissions: []Permission{
				// these know no resource; configurations belong to an account, to no region
				allow("CreateChannels",
					"chatbot:CreateSlackChannelConfiguration", "chatbot:DescribeSlackChannelConfigurations", "chatbot:ListTagsForResource",
				).on("*"),
				allow("Channels",
					"chatbot:DeleteSlackChannelConfiguration", "chatbot:ListAssociations", "chatbot:TagResource", "chatbot:UntagResource",
					"chatbot:UpdateSlackChannelConfiguration",
				).on(global("chatbot", "chat-configuration/slack-channel/{name}*")),
				Pass("PassRolesToChannels", "chatbot.amazonaws.com"),
				linkedRole("ChatbotRole", "management.chatbot.amazonaws.com"),
			},
			Uncovered: []Uncovered{
				uncovered("CustomizationResourceArns", "chatbot:AssociateToConfiguration", "chatbot:DisassociateFromConfiguration"),
			},
		},
		{
			// a detector has no ARN
			Type: "AWS::CloudWatch::AnomalyDetector",
			// left out: formulas, for which metrics are read. The schema names no permissions: those of the API's operations
			Permissions: []Permission{
				lists("AnomalyDetectors", "cloudwatch:DeleteAnomalyDetector", "cloudwatch:DescribeAnomalyDetectors", "cloudwatch:PutAnomalyDetector"),
			},
			Uncovered: []Uncovered{
				uncovered("MetricMathAnomalyDetector", "cloudwatch:GetMetricData"),
			},
		},
		{
			Type:   "AWS::CloudWatch::CompositeAlarm",
			Name:   Name{Property: "AlarmName", Pattern: "{name}*", Create: "cloudwatch:PutCompositeAlarm", Generated: true, Unique: InRegion},
			ARN:    regional("cloudwatch", "alarm:{AlarmName}"),
			Values: map[string]string{Ref: "{AlarmName}", "Arn": "{arn}"},
			Permissions: []Permission{
				// only with * can a principal create one, or its rule could name alarms that it may not see (CloudWatch API Reference, PutCompositeAlarm)
				lists("CompositeAlarms", "cloudwatch:PutCompositeAlarm"),
				allow("Alarms", "cloudwatch:DeleteAlarms", "cloudwatch:ListTagsForResource", "cloudwatch:TagResource", "cloudwatch:UntagResource").
					on(regional("cloudwatch", "alarm:{name}*")),
				allow("ListAlarms", "cloudwatch:DescribeAlarms").on(regional("cloudwatch", "alarm:*")), // lists all alarms or none
			},
		},
		{
			Type:   "AWS::CloudWatch::InsightRule",
			Name:   Name{Property: "RuleName", Pattern: "{name}*", Create: "cloudwatch:PutInsightRule", Unique: InRegion},
			ARN:    regional("cloudwatch", "insight-rule/{RuleName}"),
			Values: map[string]string{Ref: "{arn}", "Arn": "{arn}", "RuleName": "{RuleName}"},
			Permissions: []Permission{
				allow("InsightRules",
					"cloudwatch:DeleteInsightRules", "cloudwatch:ListTagsForResource", "cloudwatch:PutInsightRule", "cloudwatch:TagResource",
					"cloudwatch:UntagResource",
				).on(regional("cloudwatch", "insight-rule/{name}*")),
				lists("ListInsightRules", "cloudwatch:DescribeInsightRules"),
			},
		},
		{
			// a rule has a random id: it is reached by what it reports
			Type: "AWS::CodeStarNotifications::NotificationRule",
			Permissions: []Permission{
				allow("NotificationRules",
					"codestar-notifications:CreateNotificationRule", "codestar-notifications:DeleteNotificationRule",
					"codestar-notifications:DescribeNotificationRule", "codestar-notifications:UpdateNotificationRule",
				).on(regional("codestar-notifications", "notificationrule/*")).
					when("ArnLike", "codestar-notifications:NotificationsForResource",
						regional("codebuild", "project/{name}*"), regional("codecommit", "{name}*"), regional("codedeploy", "application:{name}*"),
						regional("codepipeline", "{scope}"), regional("codepipeline", "{name}*"),
					),
				allow("TagNotificationRules", "codestar-notifications:TagResource", "codestar-notifications:UntagResource").
					on(regional("codestar-notifications", "notificationrule/*")).taggedIfAtAll(),
				linkedRole("NotificationsRole", "codestar-notifications.amazonaws.com"),
			},
		},
		{
			// a filter is on a log group, by whose name it is reached
			Type: "AWS::Logs::MetricFilter",
			Permissions: []Permission{
				logGroups("logs:DeleteMetricFilter", "logs:DescribeMetricFilters", "logs:PutMetricFilter"),
			},
		},
		{
			// a definition has no ARN
			Type: "AWS::Logs::QueryDefinition",
			Permissions: []Permission{
				lists("QueryDefinitions", "logs:DeleteQueryDefinition", "logs:DescribeQueryDefinitions", "logs:PutQueryDefinition"),
			},
		},
		{
			// one of the ten of an account and region, which have no ARNs
			Type: "AWS::Logs::ResourcePolicy",
			Permissions: []Permission{
				lists("LogPolicies", "logs:DeleteResourcePolicy", "logs:PutResourcePolicy"),
				allow("ListLogPolicies", "logs:DescribeResourcePolicies").on("*"), // knows no resource
			},
		},
		{
			// a filter is on a log group, by whose name it is reached
			Type: "AWS::Logs::SubscriptionFilter",
			// left out: destinations in other accounts
			Permissions: []Permission{
				logGroups("logs:DeleteSubscriptionFilter", "logs:DescribeSubscriptionFilters", "logs:PutSubscriptionFilter"),
				Pass("PassRolesToLogs", "logs.amazonaws.com"),
			},
			Uncovered: []Uncovered{
				uncovered("DestinationArn", "logs:PutSubscriptionFilter").except("arn:*:firehose:*", "arn:*:kinesis:*", "arn:*:lambda:*"),
			},
		},
		{
			Type:   "AWS::SSM::Document",
			Name:   Name{Property: "Name", Pattern: "{name}*", Create: "ssm:CreateDocument", Generated: true, Unique: InRegion},
			ARN:    regional("ssm", "document/{Name}"),
			Values: map[string]string{Ref: "{Name}"},
			// left out: attachments
			Permissions: []Permission{
				allow("Documents",
					"ssm:AddTagsToResource", "ssm:CreateDocument", "ssm:DeleteDocument", "ssm:DescribeDocument", "ssm:GetDocument", "ssm:ListTagsForResource",
					"ssm:RemoveTagsFromResource", "ssm:UpdateDocument", "ssm:UpdateDocumentDefaultVersion",
				).on(regional("ssm", "document/{name}*")),
			},
			Uncovered: []Uncovered{
				uncovered("Attachments", "s3:GetObject"),
			},
		},
		{
			// a window has a random id: its tags say whose it is
			Type: "AWS::SSM::MaintenanceWindow",
			Permissions: []Permission{
				lists("CreateWindows", "ssm:CreateMaintenanceWindow"), // knows no resource
				allow("Windows", "ssm:DeleteMaintenanceWindow", "ssm:RemoveTagsFromResource", "ssm:UpdateMaintenanceWindow").
					on(regional("ssm", "maintenancewindow/*")).tagged(),
				// it is tagged, and perhaps read, before it has its tags
				allow("MakeWindows", "ssm:AddTagsToResource", "ssm:GetMaintenanceWindow", "ssm:ListTagsForResource").
					on(regional("ssm", "maintenancewindow/*")).taggedIfAtAll(),
			},
		},
	}
}

// configurations allows what is done to applications and strategies of AppConfig that have our tags, and to what is in them.
func configurations(actions ...string) Permission {
	return allow("Configurations", actions...).
		on(regional("appconfig", "application/*"), regional("appconfig", "deploymentstrategy/*")).tagged()
}

// makesConfigurations allows what CloudFormation does to them while they may not have their tags yet, or with what has none.
func makesConfigurations(actions ...string) Permission {
	return allow("MakeConfigurations", actions...).
		on(regional("appconfig", "application/*"), regional("appconfig", "deploymentstrategy/*")).taggedIfAtAll()
}

// logGroups allows actions on log groups with the scope's names.
func logGroups(actions ...string) Permission {
	return allow("LogGroups", actions...).on(regional("logs", "log-group:/aws/*/{name}*"), regional("logs", "log-group:{name}*"))
}
