package policy

import (
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
)

// serviceRow is the part of the table for services.
func (s Scope) serviceRow(typ string) []Statement {
	switch typ {
	case "AWS::ECS::Cluster":
		// left out: keys of the cluster and settings of the account
		return []Statement{
			Allow("Clusters",
				"ecs:CreateCluster", "ecs:DeleteCluster", "ecs:DescribeClusters", "ecs:ListTagsForResource", "ecs:PutClusterCapacityProviders",
				"ecs:TagResource", "ecs:UntagResource", "ecs:UpdateCluster", "ecs:UpdateClusterSettings").On(s.clusters()...),
			s.linkedRole("ECSRole", "ecs.amazonaws.com"),
		}
	case "AWS::ECS::TaskDefinition":
		return []Statement{
			Allow("TaskDefinitions", "ecs:ListTagsForResource", "ecs:RegisterTaskDefinition", "ecs:TagResource", "ecs:UntagResource").
				On(s.named("ecs", "task-definition/")...),
			// these know no resource; what is deregistered keeps running and can still be read
			Allow("AnyTaskDefinitions", "ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition").On(cfn.Lit("*")).If(s.inRegions()),
			s.Pass("PassRolesToTasks", "ecs-tasks.amazonaws.com"),
			Allow("Roles", "iam:GetRole").On(s.own("role")...),
		}
	case "AWS::ECS::Service":
		// left out: PassRole, which is for volumes and for load balancers of tasks that are not in a VPC
		return []Statement{
			Allow("Services",
				"ecs:CreateService", "ecs:DeleteService", "ecs:DescribeServiceDeployments", "ecs:DescribeServices", "ecs:ListServiceDeployments",
				"ecs:ListTagsForResource", "ecs:StopServiceDeployment", "ecs:TagResource", "ecs:UntagResource", "ecs:UpdateService").
				On(s.services("service")...),
			Allow("ServiceDeployments", "ecs:DescribeServiceDeployments", "ecs:StopServiceDeployment").On(s.services("service-deployment")...),
			s.linkedRole("ECSRole", "ecs.amazonaws.com"),
		}
	case "AWS::ElasticLoadBalancingV2::LoadBalancer":
		// left out: reserved capacity, which is still read, other types of addresses, and pools of addresses
		return []Statement{
			Allow("LoadBalancers",
				"elasticloadbalancing:AddTags", "elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:DeleteLoadBalancer",
				"elasticloadbalancing:ModifyLoadBalancerAttributes", "elasticloadbalancing:RemoveTags", "elasticloadbalancing:SetSecurityGroups",
				"elasticloadbalancing:SetSubnets").On(s.named("elasticloadbalancing", "loadbalancer/app/")...),
			s.balances("elasticloadbalancing:DescribeCapacityReservation", "elasticloadbalancing:DescribeLoadBalancerAttributes",
				"elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeTags"),
			// Elastic Load Balancing looks at the network as who deploys
			s.sees("ec2:DescribeAccountAttributes", "ec2:DescribeAddresses", "ec2:DescribeInternetGateways", "ec2:DescribeSecurityGroups",
				"ec2:DescribeSubnets", "ec2:DescribeVpcs"),
			s.linkedRole("LoadBalancerRole", "elasticloadbalancing.amazonaws.com"),
		}
	case "AWS::ElasticLoadBalancingV2::TargetGroup":
		// left out: targets, which ECS registers
		return []Statement{
			Allow("TargetGroups",
				"elasticloadbalancing:AddTags", "elasticloadbalancing:CreateTargetGroup", "elasticloadbalancing:DeleteTargetGroup",
				"elasticloadbalancing:ModifyTargetGroup", "elasticloadbalancing:ModifyTargetGroupAttributes", "elasticloadbalancing:RemoveTags").
				On(s.named("elasticloadbalancing", "targetgroup/")...),
			s.balances("elasticloadbalancing:DescribeTags", "elasticloadbalancing:DescribeTargetGroupAttributes",
				"elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeTargetHealth"),
			s.sees("ec2:DescribeInternetGateways", "ec2:DescribeVpcs"),
		}
	case "AWS::ElasticLoadBalancingV2::Listener":
		// left out: Cognito, and attributes, which are still read
		return []Statement{
			Allow("LoadBalancers", "elasticloadbalancing:CreateListener").On(s.named("elasticloadbalancing", "loadbalancer/app/")...),
			Allow("Listeners",
				"elasticloadbalancing:AddTags", "elasticloadbalancing:DeleteListener", "elasticloadbalancing:ModifyListener",
				"elasticloadbalancing:RemoveTags").On(s.named("elasticloadbalancing", "listener/app/")...),
			s.balances("elasticloadbalancing:DescribeListenerAttributes", "elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeTags"),
		}
	case "AWS::ApplicationAutoScaling::ScalableTarget":
		// left out: schedules, which are still read
		list := []Statement{
			s.scales("application-autoscaling:DeregisterScalableTarget", "application-autoscaling:RegisterScalableTarget"),
			s.seesScaling("application-autoscaling:DescribeScalableTargets", "application-autoscaling:DescribeScheduledActions"),
			Allow("Services", "ecs:DescribeServices", "ecs:UpdateService").On(s.services("service")...), // it checks that who deploys may scale
			s.linkedRole("ScalingRole", scalingService),
		}
		if slices.ContainsFunc(s.Regions, func(r string) bool { return strings.HasPrefix(r, "us-gov-") }) {
			// only there templates name the role, which nobody but the service can take on
			role := cfn.Format[cfn.Text]("arn:%s:iam::%s:role/aws-service-role/%s/*", cfn.Partition(), cfn.AccountID(), cfn.Lit(scalingService))
			list = append(list, Allow("PassScalingRole", "iam:PassRole").On(role).If(PassedTo("application-autoscaling.amazonaws.com", scalingService)))
		}
		return list
	case "AWS::ApplicationAutoScaling::ScalingPolicy":
		// left out: predictions, for which metrics are read
		alarms := s.each(func(prefix string) []cfn.Part {
			return s.arns("cloudwatch", "alarm:TargetTracking-service/"+inCluster(prefix))
		})
		return []Statement{
			s.scales("application-autoscaling:DeleteScalingPolicy", "application-autoscaling:PutScalingPolicy"),
			s.seesScaling("application-autoscaling:DescribeScalingPolicies"),
			// a policy has alarms, of whom Application Auto Scaling checks that who deploys may make them
			Allow("ScalingAlarms", "cloudwatch:DeleteAlarms", "cloudwatch:PutMetricAlarm").On(alarms...),
			Allow("ListAlarms", "cloudwatch:DescribeAlarms").On(s.arns("cloudwatch", "alarm:*")...), // lists all alarms or none
		}
	default:
		return nil
	}
}

// scalingService has the role with which Application Auto Scaling scales services.
const scalingService = "ecs.application-autoscaling.amazonaws.com"

// clusters of the scope: each has the name of an environment, with nothing behind.
func (s Scope) clusters() []cfn.Part {
	return s.each(func(prefix string) []cfn.Part { return s.arns("ecs", "cluster/"+strings.TrimSuffix(prefix, "-")) })
}

// services in the scope's clusters, or their deployments.
func (s Scope) services(kind string) []cfn.Part {
	return s.each(func(prefix string) []cfn.Part { return s.arns("ecs", kind+"/"+inCluster(prefix)) })
}

// inCluster is every service in the cluster of a prefix.
func inCluster(prefix string) string { return strings.TrimSuffix(prefix, "-") + "/" + prefix + "*" }

// balances allows listing, which knows no resource in Elastic Load Balancing.
func (s Scope) balances(actions ...string) Statement {
	return Allow("ListLoadBalancers", actions...).On(cfn.Lit("*")).If(s.inRegions())
}

// scales allows what changes how ECS services scale. Scalable targets have random ids and, made by CloudFormation, no tags: only what they
// scale can be narrowed.
func (s Scope) scales(actions ...string) Statement {
	return Allow("Scaling", actions...).On(s.arns("application-autoscaling", "scalable-target/*")...).If(
		When("StringEquals", "application-autoscaling:service-namespace", cfn.Lit("ecs")),
		When("StringEquals", "application-autoscaling:scalable-dimension", cfn.Lit("ecs:service:DesiredCount")))
}

// seesScaling allows listing, which knows no resource in Application Auto Scaling.
func (s Scope) seesScaling(actions ...string) Statement {
	return Allow("ListScaling", actions...).On(cfn.Lit("*")).If(s.inRegions())
}
