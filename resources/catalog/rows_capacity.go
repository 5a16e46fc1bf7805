package catalog

// capacityRows are the rows of what the tasks of ECS run on, and of task sets.
func capacityRows() []Row {
	return []Row{
		{
			Type: "AWS::ECS::CapacityProvider",
			Name: Name{Property: "Name", Pattern: "{name}*", Create: "ecs:CreateCapacityProvider", Generated: true, Unique: InRegion},
			Permissions: []Permission{
				allow("CapacityProviders",
					"ecs:CreateCapacityProvider", "ecs:DeleteCapacityProvider", "ecs:ListTagsForResource", "ecs:TagResource", "ecs:UntagResource",
					"ecs:UpdateCapacityProvider",
				).on(regional("ecs", "capacity-provider/{name}*")),
				seesCapacity(),
				allow("Clusters", "ecs:PutClusterCapacityProviders").on(regional("ecs", "cluster/{scope}")),
				scalingGroups("autoscaling:CreateOrUpdateTags"), // ECS marks the group as its own
				linkedRole("ECSRole", "ecs.amazonaws.com"),
				Pass("PassRolesToECS", "ecs.amazonaws.com"),
			},
		},
		{
			Type: "AWS::ECS::ClusterCapacityProviderAssociations",
			Permissions: []Permission{
				allow("Clusters", "ecs:DescribeClusters", "ecs:PutClusterCapacityProviders").on(regional("ecs", "cluster/{scope}")),
				seesCapacity(),
			},
			Uncovered: []Uncovered{
				uncovered("Cluster", "ecs:DescribeClusters", "ecs:PutClusterCapacityProviders").except("{scope}"),
			},
		},
		{
			Type: "AWS::ECS::TaskSet",
			Permissions: []Permission{
				allow("TaskSets",
					"ecs:CreateTaskSet", "ecs:DeleteTaskSet", "ecs:DescribeTaskSets", "ecs:ListTagsForResource", "ecs:TagResource",
					"ecs:UntagResource", "ecs:UpdateTaskSet",
				).on(regional("ecs", "task-set/{scope}/{name}*")),
			},
			Uncovered: []Uncovered{
				uncovered("Cluster", "ecs:CreateTaskSet", "ecs:DeleteTaskSet", "ecs:DescribeTaskSets", "ecs:UpdateTaskSet").except("{scope}"),
			},
		},
	}
}

// seesCapacity reads capacity providers, which may be AWS's own: FARGATE and FARGATE_SPOT.
func seesCapacity() Permission {
	return allow("SeeCapacityProviders", "ecs:DescribeCapacityProviders").on(regional("ecs", "capacity-provider/*"))
}
