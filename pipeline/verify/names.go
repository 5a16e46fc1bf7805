package verify

import "slices"

// names: two things of one kind with one name cannot both be in an account and a region.
func (w *world) names() {
	type name struct{ kind, account, region, name string }
	seen := map[name]*thing{}
	stacks := map[name]bool{}
	for _, s := range w.stacks {
		own := name{"stack", s.Account, s.Region, s.Name}
		if stacks[own] {
			w.report.failManifest(s, "name-conflict", "two stacks of account "+s.Account+" and region "+s.Region+" are called "+s.Name, "rename one")
		}
		stacks[own] = true
		for _, on := range s.DependsOn {
			if !slices.ContainsFunc(w.stacks[:s.index], func(o *stack) bool { return o.Name == on }) {
				w.report.failManifest(s, "deploy-order", "stack "+s.Name+" depends on "+on+", and no such stack is before it", "correct its dependsOn, or the order")
			}
		}
		for _, id := range s.ids {
			x := s.things[id]
			if of := policyFor(x.kind); of != "" {
				for _, v := range listIn(s, x.properties.Get(of)) {
					n := name{x.kind, s.Account, s.Region, v.String()}
					if other := seen[n]; other != nil {
						w.report.fail(s, x.path(of), "name-conflict", other.id+" in stack "+other.stack.Name+" is its policy, too: the later one takes its place",
							"put the statements into one")
					}
					seen[n] = x
				}
			}
			property := nameProperty(x.kind)
			if property == "" || x.known(property) == "" {
				continue
			}
			n := name{x.kind, s.Account, s.Region, x.known(property)}
			switch x.kind {
			case "AWS::CloudWatch::Dashboard", "AWS::IAM::InstanceProfile", "AWS::IAM::ManagedPolicy", "AWS::IAM::Role":
				n.region = "" // they belong to the account
			case "AWS::S3::Bucket":
				n.account, n.region = "", "" // one name space for all
			}
			if other := seen[n]; other != nil {
				w.report.fail(s, x.path(property), "name-conflict", n.name+" is the name of "+other.id+" in stack "+other.stack.Name+", too", "choose another")
				continue
			}
			seen[n] = x
		}
	}
}

// policyFor is the property of a resource policy that says whose it is; "" of what is none.
func policyFor(kind string) string {
	switch kind {
	case "AWS::S3::BucketPolicy":
		return "Bucket"
	case "AWS::SNS::TopicPolicy":
		return "Topics"
	case "AWS::SQS::QueuePolicy":
		return "Queues"
	default:
		return ""
	}
}

// nameProperty is the property that gives what is of a kind its name; "" where names need not differ.
func nameProperty(kind string) string {
	switch kind {
	case "AWS::Batch::ComputeEnvironment":
		return "ComputeEnvironmentName"
	case "AWS::Batch::JobQueue":
		return "JobQueueName"
	case "AWS::CloudWatch::Alarm":
		return "AlarmName"
	case "AWS::CloudWatch::Dashboard":
		return "DashboardName"
	case "AWS::CodeBuild::Project", "AWS::CodeBuild::ReportGroup", "AWS::CodePipeline::Pipeline", "AWS::ElasticLoadBalancingV2::LoadBalancer",
		"AWS::ElasticLoadBalancingV2::TargetGroup", "AWS::Events::Rule", "AWS::Scheduler::Schedule", "AWS::SecretsManager::Secret":
		return "Name"
	case "AWS::DynamoDB::Table":
		return "TableName"
	case "AWS::ECR::Repository":
		return "RepositoryName"
	case "AWS::ECS::Cluster":
		return "ClusterName"
	case "AWS::IAM::InstanceProfile":
		return "InstanceProfileName"
	case "AWS::IAM::ManagedPolicy":
		return "ManagedPolicyName"
	case "AWS::IAM::Role":
		return "RoleName"
	case "AWS::KMS::Alias":
		return "AliasName"
	case "AWS::Lambda::Function":
		return "FunctionName"
	case "AWS::Logs::LogGroup":
		return "LogGroupName"
	case "AWS::S3::Bucket":
		return "BucketName"
	case "AWS::SNS::Topic":
		return "TopicName"
	case "AWS::SQS::Queue":
		return "QueueName"
	default:
		return ""
	}
}
