package catalog

// usesKeys allows actions on keys through one service only. Keys have no names: the policy of each decides too.
func usesKeys(sid, service string, actions ...string) Permission {
	return allow(sid, actions...).on(regional("kms", "key/*")).when("StringEquals", "kms:ViaService", service+".{region}.amazonaws.com")
}

// deliversLogs allows a service to deliver logs, as the role that deploys what writes them. None of these actions knows a resource: CloudWatch Logs
// has one policy for what services may write to, and adds the log group to it.
func deliversLogs() []Permission {
	return []Permission{
		lists("LogDeliveries",
			"logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:GetLogDelivery", "logs:ListLogDeliveries",
			"logs:PutResourcePolicy", "logs:UpdateLogDelivery",
		),
		allow("ListLogGroups", "logs:DescribeLogGroups").on(regional("logs", "log-group:*")), // lists all groups or none
		allow("ListLogPolicies", "logs:DescribeResourcePolicies").on("*"),                    // knows no resource
	}
}
