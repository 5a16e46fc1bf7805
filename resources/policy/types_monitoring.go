package policy

import "github.com/cfnpipe/cfnpipe/resources/cfn"

// monitoringRow is the part of the table for monitoring.
func (s Scope) monitoringRow(typ string) []Statement {
	switch typ {
	case "AWS::SNS::Topic":
		// left out: logging of deliveries (and its PassRole), data protection, which is still read, and subscriptions in the topic itself
		return []Statement{Allow("Topics",
			"sns:CreateTopic", "sns:DeleteTopic", "sns:GetDataProtectionPolicy", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic",
			"sns:ListTagsForResource", "sns:SetTopicAttributes", "sns:TagResource", "sns:UntagResource").On(s.named("sns", "")...)}
	case "AWS::SNS::TopicPolicy":
		return []Statement{Allow("Topics", "sns:SetTopicAttributes").On(s.named("sns", "")...)}
	case "AWS::SNS::Subscription":
		// left out: SetSubscriptionAttributes, because another address is another subscription; and roles, which only Firehose takes.
		// SNS checks all of these against the ARN of the topic
		return []Statement{
			Allow("Topics", "sns:GetSubscriptionAttributes", "sns:Unsubscribe").On(s.named("sns", "")...),
			// people confirm an e-mail; a queue or address of somebody else's would just get what the topic says
			Allow("Subscribe", "sns:Subscribe").On(s.named("sns", "")...).If(When("StringEquals", "sns:Protocol", cfn.Lit("email"))),
		}
	case "AWS::CloudWatch::Alarm":
		// left out: the service-linked roles of alarms that stop machines or open tickets
		return []Statement{
			Allow("Alarms",
				"cloudwatch:DeleteAlarms", "cloudwatch:ListTagsForResource", "cloudwatch:PutMetricAlarm", "cloudwatch:TagResource",
				"cloudwatch:UntagResource").On(s.named("cloudwatch", "alarm:")...),
			Allow("ListAlarms", "cloudwatch:DescribeAlarms").On(s.arns("cloudwatch", "alarm:*")...), // lists all alarms or none
		}
	case "AWS::CloudWatch::Dashboard":
		// dashboards belong to an account, to no region
		dashboards := s.each(func(prefix string) []cfn.Part {
			return []cfn.Part{cfn.Format[cfn.Text]("arn:%s:cloudwatch::%s:dashboard/%s*", cfn.Partition(), cfn.AccountID(), cfn.Lit(prefix))}
		})
		return []Statement{Allow("Dashboards",
			"cloudwatch:DeleteDashboards", "cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource", "cloudwatch:PutDashboard",
			"cloudwatch:TagResource", "cloudwatch:UntagResource").On(dashboards...)}
	case "AWS::Events::Rule":
		// left out: PassRole, because topics let EventBridge in by their own policies
		return []Statement{Allow("Rules",
			"events:DeleteRule", "events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule", "events:PutRule",
			"events:PutTargets", "events:RemoveTargets", "events:TagResource", "events:UntagResource").On(s.named("events", "rule/")...)}
	default:
		return nil
	}
}
