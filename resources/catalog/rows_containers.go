package catalog

// containersRows are the rows of containers, batch jobs and load balancers.
func containersRows() []Row {
	return []Row{
		{
			Type: "AWS::ApplicationAutoScaling::ScalableTarget",
			// left out: schedules, which are still read
			Permissions: []Permission{
				allow("Scaling", "application-autoscaling:DeregisterScalableTarget", "application-autoscaling:RegisterScalableTarget").
					on(regional("application-autoscaling", "scalable-target/*")).
					when("StringEquals", "application-autoscaling:service-namespace", "ecs").
					when("StringEquals", "application-autoscaling:scalable-dimension", "ecs:service:DesiredCount"),
				lists("ListScaling", "application-autoscaling:DescribeScalableTargets", "application-autoscaling:DescribeScheduledActions"),
				allow("Services", "ecs:DescribeServices", "ecs:UpdateService").on(regional("ecs", "service/{scope}/{name}*")), // it checks that who deploys may scale
				linkedRole("ScalingRole", "ecs.application-autoscaling.amazonaws.com"),
				// only there templates name the role, which only the service can assume
				allow("PassScalingRole", "iam:PassRole").
					on(global("iam", "role/aws-service-role/ecs.application-autoscaling.amazonaws.com/*")).
					when("StringEquals", "iam:PassedToService", "application-autoscaling.amazonaws.com", "ecs.application-autoscaling.amazonaws.com").inGovCloud(),
			},
			Uncovered: []Uncovered{
				uncovered("ScheduledActions", "application-autoscaling:DeleteScheduledAction", "application-autoscaling:PutScheduledAction"),
				uncovered("ServiceNamespace", "application-autoscaling:DeregisterScalableTarget", "application-autoscaling:RegisterScalableTarget").except("ecs"),
			},
		},
		{
			Type: "AWS::ApplicationAutoScaling::ScalingPolicy",
			// left out: predictions, for which metrics are read
			Permissions: []Permission{
				allow("Scaling", "application-autoscaling:DeleteScalingPolicy", "application-autoscaling:PutScalingPolicy").
					on(regional("application-autoscaling", "scalable-target/*")).
					when("StringEquals", "application-autoscaling:service-namespace", "ecs").
					when("StringEquals", "application-autoscaling:scalable-dimension", "ecs:service:DesiredCount"),
				lists("ListScaling", "application-autoscaling:DescribeScalingPolicies"),
				// a policy has alarms, of which Application Auto Scaling checks that who deploys may make them
				allow("ScalingAlarms", "cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm").
					on(regional("cloudwatch", "alarm:TargetTracking-service/{scope}/{name}*")),
				allow("ListAlarms", "cloudwatch:DescribeAlarms").on(regional("cloudwatch", "alarm:*")), // lists all alarms or none
			},
			Uncovered: []Uncovered{
				uncovered("PredictiveScalingPolicyConfiguration", "cloudwatch:GetMetricData"),
				uncovered("ServiceNamespace", "application-autoscaling:DeleteScalingPolicy", "application-autoscaling:PutScalingPolicy").except("ecs"),
			},
		},
		{
			Type: "AWS::Batch::ComputeEnvironment",
			Name: Name{Property: "ComputeEnvironmentName", Pattern: "{name}*", Create: "batch:CreateComputeEnvironment", Unique: InRegion},
			// left out: clusters of EKS, capacity tags, service roles and Spot Fleet. The role of instances comes with its profile, below
			Permissions: []Permission{
				allow("Batch",
					"batch:CreateComputeEnvironment", "batch:DeleteComputeEnvironment", "batch:UpdateComputeEnvironment", "batch:TagResource",
					"batch:UntagResource",
				).
					on(regional("batch", "compute-environment/{name}*"), regional("batch", "job-definition/{name}*"), regional("batch", "job-queue/{name}*")),
				lists("ListBatch", "batch:DescribeComputeEnvironments"),
				sees("ec2:DescribeLaunchTemplateVersions"),
				linkedRole("BatchRole", "batch.amazonaws.com"), // with it Batch makes the others that it needs
			},
			Uncovered: []Uncovered{
				uncovered("EksConfiguration", "eks:DescribeCluster"),
			},
		},
		{
			Type: "AWS::Batch::JobDefinition",
			Name: Name{Property: "JobDefinitionName", Pattern: "{name}*", Create: "batch:RegisterJobDefinition"},
			Permissions: []Permission{
				allow("Batch", "batch:DeregisterJobDefinition", "batch:RegisterJobDefinition", "batch:TagResource", "batch:UntagResource").
					on(regional("batch", "compute-environment/{name}*"), regional("batch", "job-definition/{name}*"), regional("batch", "job-queue/{name}*")),
				lists("ListBatch", "batch:DescribeJobDefinitions"),
				// public policies have one or the other: no document says which of them Batch names
				Pass("PassRolesToJobs", "batch.amazonaws.com", "ecs-tasks.amazonaws.com"),
			},
		},
		{
			Type:   "AWS::Batch::JobQueue",
			Name:   Name{Property: "JobQueueName", Pattern: "{name}*", Create: "batch:CreateJobQueue", Unique: InRegion},
			ARN:    regional("batch", "job-queue/{JobQueueName}"),
			Values: map[string]string{Ref: "{arn}", "JobQueueArn": "{arn}"},
			Touch:  Touch{Action: "batch:SubmitJob", On: "{arn}"},
			Permissions: []Permission{
				allow("Batch", "batch:CreateJobQueue", "batch:DeleteJobQueue", "batch:UpdateJobQueue", "batch:TagResource", "batch:UntagResource").
					on(regional("batch", "compute-environment/{name}*"), regional("batch", "job-definition/{name}*"), regional("batch", "job-queue/{name}*")),
				lists("ListBatch", "batch:DescribeJobQueues"),
			},
		},
		{
			Type:  "AWS::ECS::Cluster",
			Name:  Name{Property: "ClusterName", Pattern: "{scope}", Create: "ecs:CreateCluster", Unique: InRegion},
			ARN:   regional("ecs", "cluster/{ClusterName}"),
			Touch: Touch{Action: "ecs:StopTask", On: regional("ecs", "task/{ClusterName}/{any}")},
			// left out: keys of the cluster and settings of the account
			Permissions: []Permission{
				allow("Clusters",
					"ecs:CreateCluster", "ecs:DeleteCluster", "ecs:DescribeClusters", "ecs:ListTagsForResource",
					"ecs:PutClusterCapacityProviders", "ecs:TagResource", "ecs:UntagResource", "ecs:UpdateCluster", "ecs:UpdateClusterSettings",
				).on(regional("ecs", "cluster/{scope}")),
				linkedRole("ECSRole", "ecs.amazonaws.com"),
			},
		},
		{
			Type: "AWS::ECS::Service",
			Name: Name{Property: "ServiceName", Pattern: "{name}*", Create: "ecs:CreateService", Generated: true},
			// left out: PassRole, which is for volumes and for load balancers of tasks that are not in a VPC
			Permissions: []Permission{
				allow("Services",
					"ecs:CreateService", "ecs:DeleteService", "ecs:DescribeServiceDeployments", "ecs:DescribeServices",
					"ecs:ListServiceDeployments", "ecs:ListTagsForResource", "ecs:StopServiceDeployment", "ecs:TagResource",
					"ecs:UntagResource", "ecs:UpdateService",
				).on(regional("ecs", "service/{scope}/{name}*")),
				allow("ServiceDeployments", "ecs:DescribeServiceDeployments", "ecs:StopServiceDeployment").
					on(regional("ecs", "service-deployment/{scope}/{name}*")),
				linkedRole("ECSRole", "ecs.amazonaws.com"),
			},
		},
		{
			Type: "AWS::ECS::TaskDefinition",
			Name: Name{Property: "Family", Pattern: "{name}*", Create: "ecs:RegisterTaskDefinition", Generated: true},
			Permissions: []Permission{
				allow("TaskDefinitions", "ecs:ListTagsForResource", "ecs:RegisterTaskDefinition", "ecs:TagResource", "ecs:UntagResource").
					on(regional("ecs", "task-definition/{name}*")),
				lists("AnyTaskDefinitions", "ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition"),
				Pass("PassRolesToTasks", "ecs-tasks.amazonaws.com"),
				allow("Roles", "iam:GetRole").on(global("iam", "role{path}{name}*")),
			},
		},
		{
			Type: "AWS::ElasticLoadBalancingV2::Listener",
			// left out: Cognito, and attributes, which are still read
			Permissions: []Permission{
				allow("LoadBalancers", "elasticloadbalancing:CreateListener").on(loadBalancers()...),
				allow("Listeners",
					"elasticloadbalancing:AddTags", "elasticloadbalancing:DeleteListener", "elasticloadbalancing:ModifyListener",
					"elasticloadbalancing:RemoveTags",
				).on(listeners()...),
				lists("ListLoadBalancers",
					"elasticloadbalancing:DescribeListenerAttributes", "elasticloadbalancing:DescribeListeners",
					"elasticloadbalancing:DescribeTags",
				),
			},
			Uncovered: []Uncovered{
				uncovered("DefaultActions.AuthenticateCognitoConfig", "cognito-idp:DescribeUserPoolClient"),
				uncovered("ListenerAttributes", "elasticloadbalancing:ModifyListenerAttributes"),
				uncovered("Protocol",
					"elasticloadbalancing:AddTags", "elasticloadbalancing:CreateListener", "elasticloadbalancing:DeleteListener",
					"elasticloadbalancing:ModifyListener",
				).except("HTTP", "HTTPS", "TCP", "TCP_UDP", "TLS", "UDP"),
			},
		},
		{
			Type: "AWS::ElasticLoadBalancingV2::LoadBalancer",
			Name: Name{Property: "Name", Pattern: "{name}*", Create: "elasticloadbalancing:CreateLoadBalancer", Unique: InRegion},
			// left out: reserved capacity, which is still read, other types of addresses, and pools of addresses
			Permissions: []Permission{
				allow("LoadBalancers",
					"elasticloadbalancing:AddTags", "elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:DeleteLoadBalancer",
					"elasticloadbalancing:ModifyLoadBalancerAttributes", "elasticloadbalancing:RemoveTags",
					"elasticloadbalancing:SetSecurityGroups", "elasticloadbalancing:SetSubnets",
				).on(loadBalancers()...),
				lists("ListLoadBalancers",
					"elasticloadbalancing:DescribeCapacityReservation", "elasticloadbalancing:DescribeLoadBalancerAttributes",
					"elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeTags",
				),
				sees(
					"ec2:DescribeAccountAttributes", "ec2:DescribeAddresses", "ec2:DescribeInternetGateways", "ec2:DescribeSecurityGroups",
					"ec2:DescribeSubnets", "ec2:DescribeVpcs",
				),
				linkedRole("LoadBalancerRole", "elasticloadbalancing.amazonaws.com"),
			},
			Uncovered: []Uncovered{
				uncovered("Ipv4IpamPoolId", "ec2:DescribeIpamPools", "elasticloadbalancing:ModifyIpPools"),
				uncovered("IpAddressType", "elasticloadbalancing:SetIpAddressType").except("ipv4"),
				uncovered("MinimumLoadBalancerCapacity", "elasticloadbalancing:ModifyCapacityReservation"),
				uncovered("Type",
					"elasticloadbalancing:AddTags", "elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:DeleteLoadBalancer",
					"elasticloadbalancing:ModifyLoadBalancerAttributes",
				).except("application", "network"),
			},
		},
		{
			Type: "AWS::ElasticLoadBalancingV2::TargetGroup",
			Name: Name{Property: "Name", Pattern: "{name}*", Create: "elasticloadbalancing:CreateTargetGroup", Unique: InRegion},
			// left out: targets, which ECS registers
			Permissions: []Permission{
				allow("TargetGroups",
					"elasticloadbalancing:AddTags", "elasticloadbalancing:CreateTargetGroup", "elasticloadbalancing:DeleteTargetGroup",
					"elasticloadbalancing:ModifyTargetGroup", "elasticloadbalancing:ModifyTargetGroupAttributes",
					"elasticloadbalancing:RemoveTags",
				).on(regional("elasticloadbalancing", "targetgroup/{name}*")),
				lists("ListLoadBalancers",
					"elasticloadbalancing:DescribeTags", "elasticloadbalancing:DescribeTargetGroupAttributes",
					"elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth",
				),
				sees("ec2:DescribeInternetGateways", "ec2:DescribeVpcs"),
			},
			Uncovered: []Uncovered{
				uncovered("Targets", "elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"),
			},
		},
	}
}
