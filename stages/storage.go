package stages

import (
	"fmt"
	"slices"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Storage is the stack of an environment's buckets.
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

// KeyARN is the key that encrypts the buckets, for other stacks; there is none where those of S3 do.
func (s *Storage) KeyARN() cfn.Output[cfn.KeyARN] {
	return cfn.Output[cfn.KeyARN]{From: s, Name: "KeyArn"}
}

// Build declares the buckets.
func (s *Storage) Build(t *cfn.Template) error {
	p := t.Place
	t.Description = fmt.Sprintf("%s: the buckets of environment %s. Deployed by the pipeline.", p.Project, s.Environment.called())
	account := spec.Account{Account: p.Account, Region: p.Region}
	name := func(part string) string { return spec.BucketName(p.Project, p.Scope, part, account) }

	key := s.key(t)
	logs := cfn.Take(t, s.Bootstrap.AccessLogs())
	for _, b := range s.Buckets {
		bucket := resources.Bucket{
			ID: cfn.ID(b.Name, "bucket"), Name: cfn.Literal[cfn.BucketName](name(b.Name)),
			AccountRegional: spec.AccountRegional(p.Region), Key: key, Logs: logs,
			ExpireDays: b.ExpireDays, NoncurrentDays: b.NoncurrentDays, Retain: b.Removal == spec.Retain,
		}.Add(t)
		cfn.Publish(t, s.BucketName(b.Name), bucket.Name())
	}
	return nil
}

// grant lets code read or write a bucket, and use the key of the buckets through S3.
func (s *Storage) grant(t *cfn.Template, verb, part string) grant {
	if !slices.ContainsFunc(s.Buckets, func(b spec.Bucket) bool { return b.Name == part }) {
		return grant{}
	}
	name, own := cfn.Take(t, s.BucketName(part)), policy.InAccount(cfn.AccountID())
	var g grant
	var use []string
	switch verb {
	case "reads":
		g.part = policy.Identity{
			policy.Allow("List", "s3:ListBucket").On(resources.BucketARN(name)).If(own),
			policy.Allow("Read", "s3:GetObject").On(resources.BucketObjects(name)).If(own),
		}
		use = []string{"kms:Decrypt"}
	case "writes":
		g.part = policy.Identity{policy.Allow("Write", "s3:AbortMultipartUpload", "s3:PutObject").On(resources.BucketObjects(name)).If(own)}
		use = []string{"kms:Decrypt", "kms:GenerateDataKey"} // S3 decrypts the parts of a large object to put them together
	default:
		return grant{}
	}
	if s.Environment.Keys != spec.AWSKeys { // with its own keys, S3 asks nobody
		g.key = func() policy.Statement {
			return policy.Allow("BucketKey", use...).On(cfn.Take(t, s.KeyARN())).If(policy.Through("s3", cfn.Lit(t.Place.Region)))
		}
	}
	return g
}

// key encrypts the buckets: the environment's for data, one of the stack's own, or those of S3.
func (s *Storage) key(t *cfn.Template) cfn.Value[cfn.KeyARN] {
	e := s.Environment
	var key cfn.Value[cfn.KeyARN]
	switch {
	case e.Keys == spec.AWSKeys:
		return resources.AWSKey()
	case e.sharesKeys():
		key = cfn.Take(t, e.Bootstrap.DataKeyARN())
	default:
		key = e.addKey(t, ownKey{
			id: "Key", alias: s.Name(), encrypts: "the buckets", users: policy.Resource{UseThroughS3(t.Place.Region)},
			retain: slices.ContainsFunc(s.Buckets, func(b spec.Bucket) bool { return b.Removal == spec.Retain }),
		}).ARN()
	}
	cfn.Publish(t, s.KeyARN(), key)
	return key
}

// ProjectRoles is the ARN pattern of every role of the project in the stack's account.
func ProjectRoles(p cfn.Place) cfn.Part {
	return resources.RoleARNOf(cfn.AccountID(), "/"+p.Project+"/", "*")
}

// UseThroughS3 lets whom IAM allows use a key of its account, by reading and writing objects in S3.
func UseThroughS3(region string) policy.Statement {
	return useThrough("UseThroughS3", region, "s3")
}
