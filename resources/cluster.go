package resources

import (
	"github.com/awslabs/goformation/v7/cloudformation/ecs"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
)

// Cluster is an ECS cluster for tasks on Fargate, with Container Insights.
type Cluster struct {
	// ID is the logical id.
	ID string
	// Name of at most 255 characters (ECS API, CreateCluster).
	Name string
}

// ClusterHandle is a declared cluster.
type ClusterHandle struct{ cluster *cfn.Resource }

// Name of the cluster.
func (h ClusterHandle) Name() cfn.Value[cfn.ClusterName] {
	return cfn.Ref[cfn.ClusterName](h.cluster)
}

// Add declares the cluster.
func (c Cluster) Add(t *cfn.Template) ClusterHandle {
	checkName(t, "Resources."+c.ID+".Properties.ClusterName", "ECS", c.Name, "_-", 1, 255)
	return ClusterHandle{t.Add(c.ID, &ecs.Cluster{
		ClusterName: new(c.Name),
		// not "enhanced": the Control Tower control CT.ECS.PR.2 rejects every other value
		// no capacity providers: they require the service-linked role of ECS, which does not exist before the first cluster of an account
		ClusterSettings: []ecs.Cluster_ClusterSettings{{Name: new("containerInsights"), Value: new("enabled")}},
	})}
}
