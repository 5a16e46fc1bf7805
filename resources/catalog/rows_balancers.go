package catalog

// balancersRows are the rows of rules and certificates of listeners, and of classic load balancers.
func balancersRows() []Row {
	return []Row{
		{
			Type: "AWS::ElasticLoadBalancing::LoadBalancer",
			Name: Name{Property: "LoadBalancerName", Pattern: "{name}*", Create: "elasticloadbalancing:CreateLoadBalancer", Unique: InRegion},
			Permissions: []Permission{
				allow("ClassicLoadBalancers",
					"elasticloadbalancing:AddTags", "elasticloadbalancing:ApplySecurityGroupsToLoadBalancer",
					"elasticloadbalancing:AttachLoadBalancerToSubnets", "elasticloadbalancing:ConfigureHealthCheck",
					"elasticloadbalancing:CreateAppCookieStickinessPolicy", "elasticloadbalancing:CreateLBCookieStickinessPolicy",
					"elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateLoadBalancerListeners",
					"elasticloadbalancing:CreateLoadBalancerPolicy", "elasticloadbalancing:DeleteLoadBalancer",
					"elasticloadbalancing:DeleteLoadBalancerListeners", "elasticloadbalancing:DeleteLoadBalancerPolicy",
					"elasticloadbalancing:DeregisterInstancesFromLoadBalancer", "elasticloadbalancing:DetachLoadBalancerFromSubnets",
					"elasticloadbalancing:DisableAvailabilityZonesForLoadBalancer", "elasticloadbalancing:EnableAvailabilityZonesForLoadBalancer",
					"elasticloadbalancing:ModifyLoadBalancerAttributes", "elasticloadbalancing:RegisterInstancesWithLoadBalancer",
					"elasticloadbalancing:RemoveTags", "elasticloadbalancing:SetLoadBalancerListenerSSLCertificate",
					"elasticloadbalancing:SetLoadBalancerPoliciesForBackendServer", "elasticloadbalancing:SetLoadBalancerPoliciesOfListener",
				).on(regional("elasticloadbalancing", "loadbalancer/{name}*")),
				lists("ListLoadBalancers",
					"elasticloadbalancing:DescribeLoadBalancerAttributes", "elasticloadbalancing:DescribeLoadBalancerPolicies",
					"elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeTags",
				),
				sees("ec2:DescribeInternetGateways", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
				linkedRole("LoadBalancerRole", "elasticloadbalancing.amazonaws.com"),
			},
		},
		{
			Type: "AWS::ElasticLoadBalancingV2::ListenerCertificate",
			// the schema names no permissions: those of the API's operations
			Permissions: []Permission{
				allow("Listeners", "elasticloadbalancing:AddListenerCertificates", "elasticloadbalancing:RemoveListenerCertificates").on(listeners()...),
				lists("ListLoadBalancers", "elasticloadbalancing:DescribeListenerCertificates"),
			},
		},
		{
			Type: "AWS::ElasticLoadBalancingV2::ListenerRule",
			// left out: Cognito
			Permissions: []Permission{
				allow("Listeners", "elasticloadbalancing:CreateRule").on(listeners()...),
				allow("ListenerRules",
					"elasticloadbalancing:AddTags", "elasticloadbalancing:DeleteRule", "elasticloadbalancing:ModifyRule",
					"elasticloadbalancing:RemoveTags", "elasticloadbalancing:SetRulePriorities",
				).on(regional("elasticloadbalancing", "listener-rule/app/{name}*"), regional("elasticloadbalancing", "listener-rule/net/{name}*")),
				lists("ListLoadBalancers", "elasticloadbalancing:DescribeRules", "elasticloadbalancing:DescribeTags"),
			},
			Uncovered: []Uncovered{
				uncovered("Actions.AuthenticateCognitoConfig", "cognito-idp:DescribeUserPoolClient"),
			},
		},
	}
}

// loadBalancers are application and network load balancers of the scope.
func loadBalancers() []string {
	return []string{regional("elasticloadbalancing", "loadbalancer/app/{name}*"), regional("elasticloadbalancing", "loadbalancer/net/{name}*")}
}

// listeners of those.
func listeners() []string {
	return []string{regional("elasticloadbalancing", "listener/app/{name}*"), regional("elasticloadbalancing", "listener/net/{name}*")}
}
