package catalog

// messagesRows are the rows of queues, topics, rules and schedules.
func messagesRows() []Row {
	return []Row{
		{
			Type: "AWS::Events::Rule",
			Name: Name{Property: "Name", Pattern: "{name}*", Create: "events:PutRule", Generated: true, Unique: InRegion},
			// left out: PassRole, because topics let EventBridge in by their own policies; a custom stack passes the roles of its template. A rule on
			// a bus of the scope has the name of the bus first in its ARN
			Permissions: []Permission{
				allow("Rules",
					"events:DeleteRule", "events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule", "events:PutRule",
					"events:PutTargets", "events:RemoveTargets", "events:TagResource", "events:UntagResource",
				).on(regional("events", "rule/{name}*")),
			},
			Uncovered: []Uncovered{
				uncovered("EventBusName",
					"events:DeleteRule", "events:DescribeRule", "events:ListTargetsByRule", "events:PutRule", "events:PutTargets",
					"events:RemoveTargets",
				).except("default", "{name}*"),
			},
		},
		{
			Type: "AWS::SNS::Subscription",
			// SNS checks all of these against the ARN of the topic
			Permissions: []Permission{
				allow("Topics", "sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes", "sns:Unsubscribe").on(regional("sns", "{name}*")),
				// the recipient confirms an e-mail or an address; a queue, function or stream confirms itself, and must be one of the scope's
				allow("Subscribe", "sns:Subscribe").on(regional("sns", "{name}*")).when("StringEquals", "sns:Protocol", "email", "https"),
				allow("SubscribeOwn", "sns:Subscribe").on(regional("sns", "{name}*")).
					when("StringEquals", "sns:Protocol", "firehose", "lambda", "sqs").
					when("StringLike", "sns:Endpoint",
						regional("firehose", "deliverystream/{name}*"), regional("lambda", "function:{name}*"), regional("sqs", "{name}*"),
					),
				// SNS writes to Firehose with a role
				Pass("PassRolesToSubscriptions", "sns.amazonaws.com"),
				allow("Roles", "iam:GetRole").on(global("iam", "role{path}{name}*")),
			},
			Uncovered: []Uncovered{
				uncovered("Endpoint", "sns:Subscribe").
					except("*@*", "https://*", "arn:*:firehose:*:deliverystream/{name}*", "arn:*:lambda:*:function:{name}*", "arn:*:sqs:*:{name}*"),
				uncovered("Protocol", "sns:Subscribe").except("email", "firehose", "https", "lambda", "sqs"),
			},
		},
		{
			Type:          "AWS::SNS::Topic",
			Name:          Name{Property: "TopicName", Pattern: "{name}*", Create: "sns:CreateTopic", Generated: true, Unique: InRegion},
			ARN:           regional("sns", "{TopicName}"),
			Values:        map[string]string{Ref: "{arn}"},
			Policy:        Policy{Type: "AWS::SNS::TopicPolicy", Names: "Topics", Property: "PolicyDocument"},
			PolicyDecides: []string{"sns:DeleteTopic", "sns:GetTopicAttributes", "sns:SetTopicAttributes"},
			Touch:         Touch{Action: "sns:Publish", On: "{arn}"},
			// left out: logging of deliveries (and its PassRole), data protection, which is still read, and subscriptions in the topic itself
			Permissions: []Permission{
				allow("Topics",
					"sns:CreateTopic", "sns:DeleteTopic", "sns:GetDataProtectionPolicy", "sns:GetTopicAttributes",
					"sns:ListSubscriptionsByTopic", "sns:ListTagsForResource", "sns:SetTopicAttributes", "sns:TagResource", "sns:UntagResource",
				).on(regional("sns", "{name}*")),
			},
			Uncovered: []Uncovered{
				uncovered("DataProtectionPolicy", "sns:PutDataProtectionPolicy"),
				uncovered("Subscription", "sns:Subscribe", "sns:Unsubscribe"),
			},
		},
		{
			Type:     "AWS::SNS::TopicPolicy",
			PolicyOf: "Topics",
			Permissions: []Permission{
				allow("Topics", "sns:SetTopicAttributes").on(regional("sns", "{name}*")),
			},
		},
		{
			Type:          "AWS::SQS::Queue",
			Name:          Name{Property: "QueueName", Pattern: "{name}*", Create: "sqs:CreateQueue", Generated: true, Unique: InRegion},
			ARN:           regional("sqs", "{QueueName}"),
			Values:        map[string]string{"Arn": "{arn}"},
			Policy:        Policy{Type: "AWS::SQS::QueuePolicy", Names: "Queues", Property: "PolicyDocument"},
			PolicyDecides: []string{"sqs:DeleteQueue", "sqs:GetQueueAttributes", "sqs:SetQueueAttributes"},
			Touch:         Touch{Action: "sqs:ReceiveMessage", On: "{arn}"},
			Permissions: []Permission{
				allow("Queues",
					"sqs:CreateQueue", "sqs:DeleteQueue", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueueTags",
					"sqs:SetQueueAttributes", "sqs:TagQueue", "sqs:UntagQueue",
				).on(regional("sqs", "{name}*")),
			},
		},
		{
			Type:     "AWS::SQS::QueuePolicy",
			PolicyOf: "Queues",
			Permissions: []Permission{
				allow("Queues", "sqs:GetQueueAttributes", "sqs:SetQueueAttributes").on(regional("sqs", "{name}*")),
			},
		},
		{
			Type: "AWS::Scheduler::Schedule",
			Name: Name{Property: "Name", Pattern: "{name}*", Create: "scheduler:CreateSchedule", Generated: true, Unique: InRegion},
			Permissions: []Permission{
				allow("Schedules", "scheduler:CreateSchedule", "scheduler:DeleteSchedule", "scheduler:GetSchedule", "scheduler:UpdateSchedule").
					on(regional("scheduler", "schedule/default/{name}*")),
				Pass("PassRolesToSchedules", "scheduler.amazonaws.com"),
			},
			Uncovered: []Uncovered{
				// schedules in the scope's own groups come with the groups
				uncovered("GroupName", "scheduler:CreateSchedule", "scheduler:DeleteSchedule", "scheduler:GetSchedule", "scheduler:UpdateSchedule").
					except("default", "{name}*"),
			},
		},
	}
}
