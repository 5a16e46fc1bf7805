package catalog

// eventsRows are the rows of event buses, schedule groups and pipes.
func eventsRows() []Row {
	return []Row{
		{
			Type: "AWS::Events::ApiDestination",
			Name: Name{Property: "Name", Pattern: "{name}*", Create: "events:CreateApiDestination", Unique: InRegion},
			Permissions: []Permission{
				allow("ApiDestinations",
					"events:CreateApiDestination", "events:DeleteApiDestination", "events:DescribeApiDestination", "events:UpdateApiDestination",
				).on(regional("events", "api-destination/{name}*")),
				// it may call what the connection authorizes
				allow("UseConnections", "events:CreateApiDestination", "events:DescribeApiDestination").on(regional("events", "connection/{name}*")),
			},
		},
		{
			Type:  "AWS::Events::Archive",
			Name:  Name{Property: "ArchiveName", Pattern: "{name}*", Create: "events:CreateArchive", Unique: InRegion},
			ARN:   regional("events", "archive/{ArchiveName}"),
			Touch: Touch{Action: "events:StartReplay", On: "{arn}"},
			Permissions: []Permission{
				allow("Archives", "events:CreateArchive", "events:DeleteArchive", "events:DescribeArchive", "events:UpdateArchive").
					on(regional("events", "archive/{name}*")),
				// of the default bus, rules receive the same events
				allow("ArchiveBuses", "events:CreateArchive").on(regional("events", "event-bus/default"), regional("events", "event-bus/{name}*")),
				eventKeys(),
			},
			Uncovered: []Uncovered{
				uncovered("SourceArn", "events:CreateArchive").except("arn:*:event-bus/default", "arn:*:event-bus/{name}*"),
			},
		},
		{
			Type: "AWS::Events::Connection",
			Name: Name{Property: "Name", Pattern: "{name}*", Create: "events:CreateConnection", Unique: InRegion},
			// left out: private APIs
			Permissions: []Permission{
				allow("Connections", "events:CreateConnection", "events:DeleteConnection", "events:DescribeConnection", "events:UpdateConnection").
					on(regional("events", "connection/{name}*")),
				// EventBridge keeps what authorizes the connection in a secret, as the role that deploys it
				allow("ConnectionSecrets",
					"secretsmanager:CreateSecret", "secretsmanager:DeleteSecret", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue",
					"secretsmanager:UpdateSecret",
				).on(regional("secretsmanager", "secret:events!connection/{name}*")),
				usesKeys("ConnectionKeys", "secretsmanager", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"),
				linkedRole("ConnectionsRole", "apidestinations.events.amazonaws.com"),
			},
			Uncovered: []Uncovered{
				uncovered("InvocationConnectivityParameters", "vpc-lattice:CreateServiceNetworkResourceAssociation", "vpc-lattice:GetResourceConfiguration"),
			},
		},
		{
			Type:   "AWS::Events::EventBus",
			Name:   Name{Property: "Name", Pattern: "{name}*", Create: "events:CreateEventBus", Unique: InRegion},
			ARN:    regional("events", "event-bus/{Name}"),
			Values: map[string]string{Ref: "{Name}", "Arn": "{arn}"},
			Policy: Policy{Property: "Policy"},
			Touch:  Touch{Action: "events:PutEvents", On: "{arn}"},
			// left out: buses of partners
			Permissions: []Permission{
				allow("EventBuses",
					"events:CreateEventBus", "events:DeleteEventBus", "events:DescribeEventBus", "events:ListTagsForResource", "events:TagResource",
					"events:UntagResource", "events:UpdateEventBus",
				).on(regional("events", "event-bus/{name}*")),
				busPolicies(),
				eventKeys(),
			},
			Uncovered: []Uncovered{
				uncovered("EventSourceName", "events:CreateEventBus", "events:DescribeEventSource"),
			},
		},
		{
			Type: "AWS::Events::EventBusPolicy",
			Permissions: []Permission{
				allow("EventBuses", "events:DescribeEventBus").on(regional("events", "event-bus/{name}*")),
				busPolicies(),
			},
			Uncovered: []Uncovered{
				uncovered("EventBusName", "events:DescribeEventBus").except("{name}*"),
			},
		},
		{
			Type: "AWS::Pipes::Pipe",
			Name: Name{Property: "Name", Pattern: "{name}*", Create: "pipes:CreatePipe", Unique: InRegion},
			ARN:  regional("pipes", "pipe/{Name}"),
			// left out: logs to S3 and Firehose
			Permissions: append(deliversLogs(),
				allow("Pipes",
					"pipes:CreatePipe", "pipes:DeletePipe", "pipes:DescribePipe", "pipes:ListTagsForResource", "pipes:TagResource",
					"pipes:UntagResource", "pipes:UpdatePipe",
				).on(regional("pipes", "pipe/{name}*")),
				usesKeys("PipeKeys", "pipes", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"),
				Pass("PassRolesToPipes", "pipes.amazonaws.com"),
			),
			Uncovered: []Uncovered{
				uncovered("LogConfiguration.FirehoseLogDestination", "firehose:TagDeliveryStream", "iam:CreateServiceLinkedRole"),
				uncovered("LogConfiguration.S3LogDestination", "s3:GetBucketPolicy", "s3:PutBucketPolicy"),
			},
		},
		{
			Type:   "AWS::Scheduler::ScheduleGroup",
			Name:   Name{Property: "Name", Pattern: "{name}*", Create: "scheduler:CreateScheduleGroup", Unique: InRegion},
			ARN:    regional("scheduler", "schedule-group/{Name}"),
			Values: map[string]string{Ref: "{Name}", "Arn": "{arn}"},
			Permissions: []Permission{
				allow("ScheduleGroups",
					"scheduler:CreateScheduleGroup", "scheduler:DeleteScheduleGroup", "scheduler:GetScheduleGroup", "scheduler:ListTagsForResource",
					"scheduler:TagResource", "scheduler:UntagResource",
				).on(regional("scheduler", "schedule-group/{name}*")),
				// a group is deleted with what is in it; the schedules of an environment's own groups come with the groups
				allow("GroupedSchedules", "scheduler:CreateSchedule", "scheduler:DeleteSchedule", "scheduler:GetSchedule", "scheduler:UpdateSchedule").
					on(regional("scheduler", "schedule/{name}*/*")),
			},
		},
	}
}

// busPolicies allows to change the policies of event buses. The actions know no resource: it holds for every bus in the regions of the scope.
func busPolicies() Permission {
	return allow("EventBusPolicies", "events:PutPermission", "events:RemovePermission").on("*").inRegions()
}

// eventKeys are the keys of buses and archives.
func eventKeys() Permission {
	return usesKeys("EventKeys", "events",
		"kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo",
	)
}
