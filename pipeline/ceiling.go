package pipeline

import (
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// ceiling is the most that the roles of the pipeline and its builds may be given: what this pipeline runs with, and nothing of another's.
func (p *Pipeline) ceiling(grants policy.Identity) policy.Identity {
	project := p.Place.Project
	access := []cfn.Part{resources.RoleARNOf(cfn.AccountID(), spec.AccessPath(project), spec.Name(project, p.Name, "*"))}
	for _, e := range p.Environments {
		access = append(access, resources.RoleARNOf(cfn.Lit(e.Place.Account), spec.AccessPath(project), spec.Name(project, e.Place.Scope, "*")))
	}
	// by these, "Builds" and "Deployments" below also let a rule start the build that clears, and that build become the clear roles
	var buckets, objects, keys []cfn.Part
	for _, r := range p.regions() {
		name := cfn.Lit((&artifacts{pipeline: p, region: r}).bucketName(spec.ArtifactsPart))
		buckets = append(buckets, resources.BucketARN(name))
		objects = append(objects, resources.BucketObjects(name))
		keys = append(keys, cfn.Format[cfn.Text]("arn:%s:kms:%s:%s:key/*", cfn.Partition(), cfn.Lit(r), cfn.AccountID()))
	}
	var logs []cfn.Part
	for _, name := range p.logGroups() {
		logs = append(logs, p.arn("logs", "log-group:"+name))
	}
	ceiling := policy.Identity{
		policy.Allow("ArtifactBucket", bucketReads()...).On(buckets...),
		policy.Allow("Artifacts", objectUse()...).On(objects...),
		policy.Allow("Keys", policy.KeyUse()...).On(keys...), // each key's own policy decides who uses it
		policy.Allow("Source", useConnection()...).On(cfn.Lit(p.Source.Connection)),
		policy.Allow("Builds", "codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild").
			On(p.arn("codebuild", "project/"+spec.Name(project, p.Name, "*"))),
		policy.Allow("Reports", writeReports()...).On(p.arn("codebuild", "report-group/"+spec.Name(project, p.Name, "*"))),
		policy.Allow("BuildLogs", writeLogs()...).On(logs...),
		policy.Allow("Deployments", "sts:AssumeRole").On(access...),
	}
	ceiling = append(ceiling, p.readOnlySource()...)
	for _, topic := range p.topics() {
		ceiling = append(ceiling, policy.Allow("Approvals", "sns:Publish").On(cfn.Lit(topic)))
	}
	ceiling = append(ceiling, encryptApprovals(p.topicKeys())...)
	if p.SharesImages {
		ceiling = append(ceiling, p.pullShared()...)
	}
	return append(ceiling, grants...)
}

// readOnlySource keeps who may use the connection from writing through it, and from other repositories: a push to another branch would
// decide what another pipeline does. Calls that name no repository have no such key.
func (p *Pipeline) readOnlySource() policy.Identity {
	var list policy.Identity
	for i, prefix := range []string{"codeconnections", "codestar-connections"} {
		sid := []string{"", "Star"}[i]
		use := prefix + ":UseConnection"
		list = append(list,
			policy.Deny("NeverPush"+sid, use).On(cfn.Lit("*")).If(policy.When("StringEquals", prefix+":ProviderAction", cfn.Lit("GitPush"))),
			policy.Deny("OwnRepositoryOnly"+sid, use).On(cfn.Lit("*")).If(
				policy.When("StringNotEqualsIgnoreCase", prefix+":FullRepositoryId", cfn.Lit(p.Source.Repository)),
				policy.When("Null", prefix+":FullRepositoryId", cfn.Lit("false"))))
	}
	return list
}

func (p *Pipeline) arn(service, resource string) cfn.Part {
	return cfn.Format[cfn.Text]("arn:%s:%s:%s:%s:%s", cfn.Partition(), cfn.Lit(service), cfn.Region(), cfn.AccountID(), cfn.Lit(resource))
}

func bucketReads() []string {
	return []string{"s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning"}
}

func objectUse() []string {
	return []string{"s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"}
}

func useConnection() []string {
	// the service checks either prefix, depending on how old the connection is
	return []string{"codeconnections:UseConnection", "codestar-connections:UseConnection"}
}

func writeLogs() []string { return []string{"logs:CreateLogStream", "logs:PutLogEvents"} }
