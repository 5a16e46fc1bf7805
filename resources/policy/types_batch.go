package policy

import "github.com/cfnpipe/cfnpipe/resources/cfn"

// batchRow is the part of the table for jobs.
func (s Scope) batchRow(typ string) []Statement {
	switch typ {
	case "AWS::Batch::ComputeEnvironment":
		// left out: clusters of EKS, capacity tags, service roles and Spot Fleet. The role of instances comes with its profile, below
		return []Statement{
			s.batch("batch:CreateComputeEnvironment", "batch:DeleteComputeEnvironment", "batch:UpdateComputeEnvironment"),
			s.listBatch("batch:DescribeComputeEnvironments"),
			s.networks("ec2:DescribeLaunchTemplateVersions"),
			s.linkedRole("BatchRole", "batch.amazonaws.com"), // with it Batch makes the others that it needs
		}
	case "AWS::Batch::JobQueue":
		return []Statement{
			s.batch("batch:CreateJobQueue", "batch:DeleteJobQueue", "batch:UpdateJobQueue"),
			s.listBatch("batch:DescribeJobQueues"),
		}
	case "AWS::Batch::JobDefinition":
		return []Statement{
			s.batch("batch:DeregisterJobDefinition", "batch:RegisterJobDefinition"),
			s.listBatch("batch:DescribeJobDefinitions"),
			// public policies have one or the other: no document says which of them Batch names
			s.Pass("PassRolesToJobs", "batch.amazonaws.com", "ecs-tasks.amazonaws.com"),
		}
	case "AWS::Scheduler::Schedule":
		return []Statement{
			Allow("Schedules", "scheduler:CreateSchedule", "scheduler:DeleteSchedule", "scheduler:GetSchedule", "scheduler:UpdateSchedule").
				On(s.named("scheduler", "schedule/default/")...),
			s.Pass("PassRolesToSchedules", "scheduler.amazonaws.com"),
		}
	case "AWS::IAM::InstanceProfile":
		return []Statement{
			Allow("InstanceProfiles",
				"iam:AddRoleToInstanceProfile", "iam:CreateInstanceProfile", "iam:DeleteInstanceProfile", "iam:GetInstanceProfile",
				"iam:RemoveRoleFromInstanceProfile").On(s.own("instance-profile")...),
			s.Pass("PassRolesToInstances", "batch.amazonaws.com", "ec2.amazonaws.com"),
		}
	case "AWS::EC2::LaunchTemplate":
		templates := s.arns("ec2", "launch-template/*")
		return []Statement{
			Allow("CreateLaunchTemplates", "ec2:CreateLaunchTemplate").On(templates...), // to start instances with one takes more
			Allow("TagNewLaunchTemplates", "ec2:CreateTags").On(templates...).
				If(When("StringEquals", "ec2:CreateAction", cfn.Lit("CreateLaunchTemplate"))),
			Allow("LaunchTemplates", "ec2:CreateLaunchTemplateVersion", "ec2:CreateTags", "ec2:DeleteLaunchTemplate", "ec2:DeleteTags").
				On(templates...).If(s.tagged()...),
			s.networks("ec2:DescribeLaunchTemplates"),
		}
	default:
		return nil
	}
}

// batch is on all kinds of things of Batch, of which each action knows its own, so that the rows share a statement.
func (s Scope) batch(actions ...string) Statement {
	statement := Allow("Batch", append(actions, "batch:TagResource", "batch:UntagResource")...)
	for _, kind := range []string{"compute-environment/", "job-definition/", "job-queue/"} {
		statement = statement.On(s.named("batch", kind)...)
	}
	return statement
}

// listBatch lists; these actions know no resource.
func (s Scope) listBatch(actions ...string) Statement {
	return Allow("ListBatch", actions...).On(cfn.Lit("*")).If(s.inRegions())
}

// networks lists what is in networks, in the statement that AWS::Lambda::Function has; EC2 knows no resource for that.
func (s Scope) networks(actions ...string) Statement {
	return Allow("Networks", actions...).On(cfn.Lit("*")).If(s.inRegions())
}
