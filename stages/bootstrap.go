package stages

import (
	"fmt"
	"slices"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Bootstrap is the stack of what must be there before code is published and the other stacks are deployed: the repositories of images, the
// bucket of code, the bucket for the access logs of all buckets and load balancers of the environment, and the keys that its stacks share.
type Bootstrap struct {
	Environment  *Environment
	Repositories []spec.Repository
	// Code says whether there is code to publish, so whether there is a bucket for it.
	Code bool
	// Key says whether the stack has the key that encrypts the logs, messages, images and code of the environment, DataKey whether it has
	// the one that encrypts its data: where the stacks share keys.
	Key, DataKey bool
	// Messages says whether queues and topics of custom stacks are encrypted with the key.
	Messages bool
	// Logs says whether there are buckets or load balancers, so whether there is a bucket for their access logs. Retain keeps it, and the
	// DataKey, when the stack goes.
	Logs, Retain bool
	// LoadBalancers says whether load balancers write access logs, too.
	LoadBalancers bool
}

// Name of the stack.
func (b *Bootstrap) Name() string { return "bootstrap" }

// CodeBucket is the name of the bucket of code, for other stacks.
func (b *Bootstrap) CodeBucket() cfn.Output[cfn.BucketName] {
	return cfn.Output[cfn.BucketName]{From: b, Name: "CodeBucketName"}
}

// AccessLogs is the name of the bucket of access logs, for other stacks.
func (b *Bootstrap) AccessLogs() cfn.Output[cfn.BucketName] {
	return cfn.Output[cfn.BucketName]{From: b, Name: "AccessLogsName"}
}

// KeyARN is the key that encrypts the logs, messages, images and code of the environment, for other stacks; there is one where they share keys.
func (b *Bootstrap) KeyARN() cfn.Output[cfn.KeyARN] {
	return cfn.Output[cfn.KeyARN]{From: b, Name: "KeyArn"}
}

// DataKeyARN is the key that encrypts the data of the environment, for other stacks; there is one where they share keys.
func (b *Bootstrap) DataKeyARN() cfn.Output[cfn.KeyARN] {
	return cfn.Output[cfn.KeyARN]{From: b, Name: "DataKeyArn"}
}

// RepositoryURI is the reference of a repository of images, for other stacks.
func (b *Bootstrap) RepositoryURI(repository string) cfn.Output[cfn.RepositoryURI] {
	return cfn.Output[cfn.RepositoryURI]{From: b, Name: cfn.ID(repository, "repository-uri")}
}

// CodeBucketName is the name of the bucket of code of a place.
func CodeBucketName(p cfn.Place) string {
	return spec.BucketName(p.Project, p.Scope, spec.CodePart, spec.Account{Account: p.Account, Region: p.Region})
}

// Build declares the keys, the repositories and the buckets.
func (b *Bootstrap) Build(t *cfn.Template) error {
	p := t.Place
	t.Description = fmt.Sprintf("%s: what the other stacks and the code of environment %s need first. Deployed by the pipeline.", p.Project, b.Environment.called())
	account := spec.Account{Account: p.Account, Region: p.Region}
	var logs resources.LogBucketHandle
	if b.Logs {
		bucket := resources.LogBucket{
			ID: "AccessLogs", Name: cfn.Literal[cfn.BucketName](spec.BucketName(p.Project, p.Scope, spec.LogsPart, account)),
			AccountRegional: spec.AccountRegional(p.Region),
			Sources:         []cfn.Part{cfn.Lit(spec.Name(p.Project, p.Scope, "*"))}, ExpireDays: b.Environment.LogDays, Retain: b.Retain,
		}
		if b.LoadBalancers {
			bucket.LoadBalancers = []string{spec.Name(p.Project, p.Scope, "*")}
		}
		logs = bucket.Add(t)
		cfn.Publish(t, b.AccessLogs(), logs.Name())
	}
	if b.DataKey {
		cfn.Publish(t, b.DataKeyARN(), b.Environment.addKey(t, ownKey{
			id: "DataKey", alias: "data", encrypts: "the data",
			retain: b.Retain, users: policy.Resource{UseThroughS3(p.Region)},
		}).ARN())
	}
	key := b.addKey(t)
	for _, r := range b.Repositories {
		repository := resources.Repository{
			ID: cfn.ID(r.Name, "repository"), Name: spec.Name(p.Project, p.Scope, r.Name), Key: key, Retain: r.Removal == spec.Retain,
		}.Add(t)
		cfn.Publish(t, b.RepositoryURI(r.Name), repository.URI())
	}
	if !b.Code {
		return nil
	}
	// nothing is lost with it: the next run publishes what it held
	bucket := resources.Bucket{
		ID: "CodeBucket", Name: cfn.Literal[cfn.BucketName](CodeBucketName(p)), AccountRegional: spec.AccountRegional(p.Region), Key: key, Logs: logs.Name(), NoncurrentDays: 30,
		Policy: policy.Resource{b.publishersOnly(p)},
	}.Add(t)
	cfn.Publish(t, b.CodeBucket(), bucket.Name())
	return nil
}

// addKey declares the key, for code and images or for all that the stacks share it for, and says which it is.
func (b *Bootstrap) addKey(t *cfn.Template) cfn.Value[cfn.KeyARN] {
	p, e := t.Place, b.Environment
	holds := b.Code || len(b.Repositories) > 0
	retained := slices.ContainsFunc(b.Repositories, func(r spec.Repository) bool { return r.Removal == spec.Retain })
	// what is under it stays the same however keys are shared: a repository never gets another
	k := ownKey{id: "Key", alias: b.Name(), encrypts: "the code and images", retain: retained}
	if holds {
		k.users = policy.Resource{UseThroughS3(p.Region), useByRepositories(e.Access, p.Region)}
	}
	switch {
	case e.Keys == spec.AWSKeys:
		return resources.AWSKey()
	case b.Key:
		k.encrypts, k.retain = "the logs, messages, images and code", retained || e.retains()
		k.users = append(k.users, resources.LogsMayUse(logGroups(p)...))
		for _, s := range e.Stacks {
			if m, ok := s.(*Monitoring); ok {
				k.users = append(k.users, m.topic(p).MayUseKey(), m.topic(p).RolesMayUseKey())
			}
		}
		if b.Messages {
			k.users = append(k.users, useThrough("UseThroughMessages", p.Region, "sns", "sqs"))
		}
		key := e.addKey(t, k).ARN()
		cfn.Publish(t, b.KeyARN(), key)
		return key
	case holds:
		return e.addKey(t, k).ARN()
	default:
		return cfn.Value[cfn.KeyARN]{}
	}
}

// publishersOnly keeps the project's roles from writing code, but for the one that publishes: who could put code where the next release
// expects it would decide what that release is.
func (b *Bootstrap) publishersOnly(p cfn.Place) policy.Statement {
	name := cfn.Lit(CodeBucketName(p))
	return policy.Deny("PublishersOnly", "s3:DeleteObject*", "s3:PutObject*").By(policy.Anyone()).On(resources.BucketObjects(name)).
		If(policy.ByRoleLike(ProjectRoles(p)), policy.NotByRole(b.Environment.Access.Role(spec.PublishPart)))
}

// useByRepositories lets ECR make its grants on a key when the execution role makes a repository.
func useByRepositories(a *Access, region string) policy.Statement {
	return policy.Allow("EncryptRepositories", "kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant").
		By(policy.Account(cfn.AccountID())).On(cfn.Lit("*")).
		If(policy.ByRole(a.Role(spec.ExecutionPart)), policy.Through("ecr", cfn.Lit(region)))
}
