package stages

import (
	"fmt"
	"slices"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Storage is the stack of an environment's buckets, with the key that encrypts them.
type Storage struct {
	Environment *Environment
	Bootstrap   *Bootstrap
	Buckets     []spec.Bucket
}

// Name of the stack.
func (s *Storage) Name() string { return "storage" }

// BucketName is the name of one of the buckets, for other stacks.
func (s *Storage) BucketName(bucket string) cfn.Output[cfn.BucketName] {
	return cfn.Output[cfn.BucketName]{From: s, Name: cfn.ID(bucket, "bucket-name")}
}

// KeyARN is the key that encrypts the buckets, for other stacks.
func (s *Storage) KeyARN() cfn.Output[cfn.KeyARN] {
	return cfn.Output[cfn.KeyARN]{From: s, Name: "KeyArn"}
}

// Build declares the buckets.
func (s *Storage) Build(t *cfn.Template) error {
	p := t.Place
	t.Description = fmt.Sprintf("%s: the buckets of environment %s. Deployed by the pipeline.", p.Project, s.Environment.called())
	account := spec.Account{Account: p.Account, Region: p.Region}
	retain := slices.ContainsFunc(s.Buckets, func(b spec.Bucket) bool { return b.Removal == spec.Retain })
	name := func(part string) string { return spec.BucketName(p.Project, p.Scope, part, account) }

	key := resources.Key{
		ID: "Key", Alias: spec.Name(p.Project, p.Scope, "storage"),
		Description:    fmt.Sprintf("Encrypts the buckets of %s in environment %s", p.Project, p.Scope),
		Administrators: []cfn.Part{s.Environment.Access.Role(spec.ExecutionPart)},
		Fenced:         []cfn.Part{ProjectRoles(p)},
		Users:          policy.Resource{UseThroughS3(p.Region)},
		PendingDays:    s.Environment.pendingDays(),
		Retain:         retain,
	}.Add(t)

	cfn.Publish(t, s.KeyARN(), key.ARN())

	logs := cfn.Take(t, s.Bootstrap.AccessLogs())
	for _, b := range s.Buckets {
		bucket := resources.Bucket{
			ID: cfn.ID(b.Name, "bucket"), Name: cfn.Literal[cfn.BucketName](name(b.Name)),
			Key: key.ARN(), Logs: logs,
			ExpireDays: b.ExpireDays, NoncurrentDays: b.NoncurrentDays, Retain: b.Removal == spec.Retain,
		}.Add(t)
		cfn.Publish(t, s.BucketName(b.Name), bucket.Name())
	}
	return nil
}

// ProjectRoles is the ARN pattern of every role of the project in the stack's account.
func ProjectRoles(p cfn.Place) cfn.Part {
	return resources.RoleARNOf(cfn.AccountID(), "/"+p.Project+"/", "*")
}

// UseThroughS3 lets whom IAM allows use a key of its account, by reading and writing objects in S3.
func UseThroughS3(region string) policy.Statement {
	return policy.Allow("UseThroughS3", policy.KeyUse()...).By(policy.Account(cfn.AccountID())).On(cfn.Lit("*")).
		If(policy.Through("s3", cfn.Lit(region)))
}
