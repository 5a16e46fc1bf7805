package resources

import (
	"maps"
	"slices"

	"github.com/awslabs/goformation/v7/cloudformation/batch"
	"github.com/awslabs/goformation/v7/cloudformation/ec2"
	"github.com/awslabs/goformation/v7/cloudformation/iam"
	"github.com/awslabs/goformation/v7/cloudformation/tags"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// onInstances sets the properties of a compute environment that Fargate does not have: instances, their image, their disk and their role.
func (j Job) onInstances(t *cfn.Template, compute *batch.ComputeEnvironment_ComputeResources) {
	compute.MinvCpus = new(0)
	// the default strategy cannot be updated in place, and waits if the first instance type is not available
	compute.AllocationStrategy = new("BEST_FIT_PROGRESSIVE")
	switch {
	case len(j.InstanceTypes) > 0:
		compute.InstanceTypes = j.InstanceTypes
	case j.Container.Architecture == arm64:
		compute.InstanceTypes = []string{"default_arm64"}
	default:
		compute.InstanceTypes = []string{"optimal"} // only x86; since the end of 2025 the same as default_x86_64
	}
	image := "ECS_AL2023"
	if j.GPUs > 0 {
		image = "ECS_AL2023_NVIDIA"
	}
	compute.Ec2Configuration = []batch.ComputeEnvironment_Ec2ConfigurationObject{{ImageType: image}}
	compute.UpdateToLatestImageVersion = new(true)
	compute.InstanceRole = t.TextPtr(j.instanceProfile(t))
	compute.Tags = j.tags()
	template := j.launchTemplate(t)
	compute.LaunchTemplate = &batch.ComputeEnvironment_LaunchTemplateSpecification{
		LaunchTemplateId: t.TextPtr(cfn.Ref[cfn.Text](template)),
		// the number of the version: a new one makes Batch replace the instances
		Version: t.TextPtr(cfn.Att[cfn.Text](template, "LatestVersionNumber")),
	}
}

// tags returns the tags of the stack, and the tag Name, which the EC2 console shows.
func (j Job) tags() map[string]string {
	list := map[string]string{"Name": j.Name}
	maps.Copy(list, j.Tags)
	return list
}

// rootGB is the size of the disk of an instance in GB, for the unpacked images of all runs and the files that they write. The default of the Amazon Linux
// images of Batch is 30 GB, which one image with CUDA and a model can fill.
const rootGB = 100

// launchTemplate declares the launch template of the instances. It has no custom name, so that CloudFormation can replace it.
func (j Job) launchTemplate(t *cfn.Template) *cfn.Resource {
	var list []tags.Tag
	for _, key := range slices.Sorted(maps.Keys(j.tags())) {
		list = append(list, tags.Tag{Key: key, Value: j.tags()[key]})
	}
	return t.Add(j.ID+"LaunchTemplate", &ec2.LaunchTemplate{
		LaunchTemplateData: &ec2.LaunchTemplate_LaunchTemplateData{
			MetadataOptions: &ec2.LaunchTemplate_MetadataOptions{HttpTokens: new("required"), HttpPutResponseHopLimit: new(1)},
			// the root volume of Amazon Linux, encrypted with the default key of the account for EBS: a key of the stack would have to allow the
			// service-linked role of Auto Scaling, which may not exist yet
			BlockDeviceMappings: []ec2.LaunchTemplate_BlockDeviceMapping{{
				DeviceName: new("/dev/xvda"),
				Ebs: &ec2.LaunchTemplate_Ebs{
					Encrypted: new(true), VolumeType: new("gp3"), VolumeSize: new(rootGB), DeleteOnTermination: new(true),
				},
			}},
		},
		TagSpecifications: []ec2.LaunchTemplate_LaunchTemplateTagSpecification{{ResourceType: new("launch-template"), Tags: list}},
	})
}

// instanceProfile declares the role of the instances, and returns the ARN of its instance profile. The role is for the ECS agent, which registers the
// instance with the cluster that Batch creates for the environment. But jobs share the network of their instance, so their code can use this role
// too. So it has only those permissions of AmazonEC2ContainerServiceforEC2Role that the agent requires. The start role has the permissions for
// images, secrets and logs.
func (j Job) instanceProfile(t *cfn.Template) cfn.Value[cfn.Text] {
	arn := func(kind, rest string) cfn.Part {
		return cfn.Format[cfn.Text]("arn:%s:ecs:%s:%s:%s/AWSBatch-%s-*%s",
			cfn.Partition(), cfn.Region(), cfn.AccountID(), cfn.Lit(kind), cfn.Lit(j.Name), cfn.Lit(rest))
	}
	cluster, instances := arn("cluster", ""), arn("container-instance", "/*")
	role := Role{
		ID: j.ID + "InstanceRole", Name: j.InstanceRole, Path: j.RolePath, Description: "The instances of job " + j.Name + " run with it",
		Trust:    policy.Trust{policy.Allow("Instances", "sts:AssumeRole").By(policy.Service("ec2.amazonaws.com"))},
		Boundary: j.Boundary,
		Policies: []InlinePolicy{{Name: "agent", Document: policy.Identity{
			policy.Allow("Find", "ecs:DiscoverPollEndpoint").On(cfn.Lit("*")), // supports no resources
			policy.Allow("Register", "ecs:DeregisterContainerInstance", "ecs:RegisterContainerInstance", "ecs:SubmitAttachmentStateChanges",
				"ecs:SubmitContainerStateChange", "ecs:SubmitTaskStateChange").On(cluster),
			policy.Allow("Work", "ecs:Poll", "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState").On(instances),
			policy.Allow("Tag", "ecs:TagResource").On(instances).If(policy.When("StringEquals", "ecs:CreateAction", cfn.Lit("RegisterContainerInstance"))),
		}}},
	}.Add(t)
	profile := t.Add(j.ID+"InstanceProfile", &iam.InstanceProfile{
		InstanceProfileName: new(j.InstanceRole), Path: new(j.RolePath), Roles: []string{t.Text(role.Name())},
	})
	return cfn.Att[cfn.Text](profile, "Arn")
}
