package catalog

// scalingRows are the rows of groups of instances.
func scalingRows() []Row {
	return []Row{
		{
			Type: "AWS::AutoScaling::AutoScalingGroup",
			Name: Name{Property: "AutoScalingGroupName", Pattern: "{name}*", Create: "autoscaling:CreateAutoScalingGroup", Generated: true, Unique: InRegion},
			// left out: target groups of VPC Lattice
			Permissions: append(runsInstances(),
				scalingGroups(
					"autoscaling:AttachLoadBalancerTargetGroups", "autoscaling:AttachLoadBalancers", "autoscaling:AttachTrafficSources",
					"autoscaling:CancelInstanceRefresh", "autoscaling:CreateAutoScalingGroup", "autoscaling:CreateOrUpdateTags",
					"autoscaling:DeleteAutoScalingGroup", "autoscaling:DeleteLifecycleHook", "autoscaling:DeleteNotificationConfiguration",
					"autoscaling:DeleteTags", "autoscaling:DetachLoadBalancerTargetGroups", "autoscaling:DetachLoadBalancers",
					"autoscaling:DetachTrafficSources", "autoscaling:DisableMetricsCollection", "autoscaling:EnableMetricsCollection",
					"autoscaling:PutLifecycleHook", "autoscaling:PutNotificationConfiguration", "autoscaling:StartInstanceRefresh",
					"autoscaling:UpdateAutoScalingGroup",
					// what an UpdatePolicy does
					"autoscaling:ResumeProcesses", "autoscaling:SuspendProcesses", "autoscaling:TerminateInstanceInAutoScalingGroup",
				),
				listsScaling(
					"autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeAutoScalingInstances", "autoscaling:DescribeInstanceRefreshes",
					"autoscaling:DescribeLifecycleHooks", "autoscaling:DescribeLoadBalancerTargetGroups", "autoscaling:DescribeLoadBalancers",
					"autoscaling:DescribeNotificationConfigurations", "autoscaling:DescribeScalingActivities", "autoscaling:DescribeTags",
					"autoscaling:DescribeTrafficSources",
				),
				sees(
					"ec2:DescribeAvailabilityZones", "ec2:DescribeImages", "ec2:DescribeInstances", "ec2:DescribeLaunchTemplateVersions",
					"ec2:DescribeLaunchTemplates", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs",
				),
				lists("ListLoadBalancers", "elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeTargetGroups"),
				linkedRole("AutoScalingRole", "autoscaling.amazonaws.com"),
				passToScaling(),
			),
			Uncovered: []Uncovered{
				uncovered("TrafficSources", "vpc-lattice:DeregisterTargets", "vpc-lattice:GetTargetGroup", "vpc-lattice:ListTargets", "vpc-lattice:RegisterTargets"),
			},
		},
		{
			Type: "AWS::AutoScaling::LaunchConfiguration",
			Name: Name{
				Property: "LaunchConfigurationName", Pattern: "{name}*", Create: "autoscaling:CreateLaunchConfiguration", Generated: true, Unique: InRegion,
			},
			Permissions: []Permission{
				allow("LaunchConfigurations", "autoscaling:CreateLaunchConfiguration", "autoscaling:DeleteLaunchConfiguration").
					on(regional("autoscaling", "launchConfiguration:*:launchConfigurationName/{name}*")),
				listsScaling("autoscaling:DescribeLaunchConfigurations"),
				Pass("PassRolesToMachines", "ec2.amazonaws.com"),
			},
		},
		{
			Type: "AWS::AutoScaling::LifecycleHook",
			Permissions: []Permission{
				scalingGroups("autoscaling:DeleteLifecycleHook", "autoscaling:PutLifecycleHook"),
				listsScaling("autoscaling:DescribeLifecycleHooks"),
				passToScaling(),
			},
		},
		{
			Type: "AWS::AutoScaling::ScalingPolicy",
			// left out: predictions, for which metrics are read
			Permissions: []Permission{
				scalingGroups("autoscaling:DeletePolicy", "autoscaling:PutScalingPolicy"),
				listsScaling("autoscaling:DescribePolicies"),
			},
			Uncovered: []Uncovered{
				uncovered("PredictiveScalingConfiguration", "cloudwatch:GetMetricData"),
			},
		},
		{
			Type: "AWS::AutoScaling::ScheduledAction",
			Permissions: []Permission{
				scalingGroups("autoscaling:DeleteScheduledAction", "autoscaling:PutScheduledUpdateGroupAction"),
				listsScaling("autoscaling:DescribeScheduledActions"),
			},
		},
	}
}

func scalingGroups(actions ...string) Permission {
	return allow("ScalingGroups", actions...).on(regional("autoscaling", "autoScalingGroup:*:autoScalingGroupName/{name}*"))
}

// listsScaling lists groups and what they have; Amazon EC2 Auto Scaling knows no resource for that.
func listsScaling(actions ...string) Permission { return lists("ListScalingGroups", actions...) }

func passToScaling() Permission { return Pass("PassRolesToScaling", "autoscaling.amazonaws.com") }
