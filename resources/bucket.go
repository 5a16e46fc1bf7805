package resources

import (
	"github.com/awslabs/goformation/v7/cloudformation/s3"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Bucket is an S3 bucket for data: encrypted with a customer managed key, versioned, without public access, TLS only, with access logs.
type Bucket struct {
	// ID is the logical id. The logical id of the policy is ID followed by Policy.
	ID   string
	Name cfn.Value[cfn.BucketName]
	// AccountRegional puts the bucket into the namespace of its account and region, in which no other account can create a bucket. Its name ends in
	// -<account>-<region>-an.
	AccountRegional bool
	// Key encrypts the objects. With AWSKey, S3 encrypts them with its own keys.
	Key cfn.Value[cfn.KeyARN]
	// Logs is the bucket for the access logs of this one. Their prefix is its name.
	Logs cfn.Value[cfn.BucketName]
	// ExpireDays after which current objects expire. Default: never.
	ExpireDays int
	// NoncurrentDays after which replaced and deleted versions expire. Default 30.
	NoncurrentDays int
	// Retain keeps the bucket if its stack is deleted. Without it, CloudFormation deletes the bucket, which fails while it contains objects.
	Retain bool
	// Policy has statements for the bucket policy. Use BucketARN and BucketObjects for their resources.
	Policy policy.Resource
}

// BucketHandle is a declared bucket.
type BucketHandle struct{ bucket *cfn.Resource }

// Name of the bucket.
func (h BucketHandle) Name() cfn.Value[cfn.BucketName] { return cfn.Ref[cfn.BucketName](h.bucket) }

// ARN of the bucket.
func (h BucketHandle) ARN() cfn.Value[cfn.BucketARN] { return cfn.Att[cfn.BucketARN](h.bucket, "Arn") }

// BucketARN is the ARN of a bucket by its name, in any account.
func BucketARN(name cfn.Part) cfn.Value[cfn.BucketARN] {
	return cfn.Format[cfn.BucketARN]("arn:%s:s3:::%s", cfn.Partition(), name)
}

// BucketObjects is the ARN pattern of all objects in a bucket by its name.
func BucketObjects(name cfn.Part) cfn.Value[cfn.Text] {
	return cfn.Format[cfn.Text]("arn:%s:s3:::%s/*", cfn.Partition(), name)
}

// Add declares the bucket and its policy.
func (b Bucket) Add(t *cfn.Template) BucketHandle {
	path := "Resources." + b.ID + ".Properties"
	key := keyOf(t, path+".BucketEncryption", b.Key)
	logging := &s3.Bucket_LoggingConfiguration{LogFilePrefix: t.TextPtr(cfn.Format[cfn.Text]("%s/", b.Name))}
	if logging.DestinationBucketName = t.TextPtr(b.Logs); logging.DestinationBucketName == nil {
		t.Fail(path+".LoggingConfiguration", "the bucket for access logs is not set", "set Logs")
	}
	noncurrent := b.NoncurrentDays
	if noncurrent == 0 {
		noncurrent = 30
	}
	bucket := t.Add(b.ID, &s3.Bucket{
		BucketName:                     t.TextPtr(b.Name),
		BucketEncryption:               encryption(key),
		LifecycleConfiguration:         lifecycle(b.ExpireDays, noncurrent),
		LoggingConfiguration:           logging,
		NotificationConfiguration:      eventBridge(),
		OwnershipControls:              ownership(),
		PublicAccessBlockConfiguration: noPublicAccess(),
		VersioningConfiguration:        &s3.Bucket_VersioningConfiguration{Status: "Enabled"},
	})
	inNamespace(bucket, b.AccountRegional)
	onRemoval(bucket, b.Retain)
	addBucketPolicy(t, b.ID, bucket, b.Policy, b.Retain)
	return BucketHandle{bucket}
}

// LogBucket is a bucket for the access logs of S3 and load balancers. It is encrypted with the keys of S3, the only ones that they support, and has no
// access log itself, which would never end.
type LogBucket struct {
	// ID is the logical id. The logical id of the policy is ID followed by Policy.
	ID   string
	Name cfn.Value[cfn.BucketName]
	// AccountRegional is as in Bucket.
	AccountRegional bool
	// Sources are the names of the buckets that log here, which may contain wildcards.
	Sources []cfn.Part
	// LoadBalancers are the names of the application load balancers in the account and region that log here, which may contain wildcards. The prefix of
	// their logs is their name.
	LoadBalancers []string
	// ExpireDays after which logs expire.
	ExpireDays int
	Retain     bool
}

// LogBucketHandle is a declared log bucket.
type LogBucketHandle struct{ bucket *cfn.Resource }

// Name of the bucket.
func (h LogBucketHandle) Name() cfn.Value[cfn.BucketName] { return cfn.Ref[cfn.BucketName](h.bucket) }

// Add declares the bucket and its policy.
func (b LogBucket) Add(t *cfn.Template) LogBucketHandle {
	bucket := t.Add(b.ID, &s3.Bucket{
		BucketName:                     t.TextPtr(b.Name),
		BucketEncryption:               encryption(nil),
		LifecycleConfiguration:         lifecycle(b.ExpireDays, 1),
		NotificationConfiguration:      eventBridge(),
		OwnershipControls:              ownership(),
		PublicAccessBlockConfiguration: noPublicAccess(),
		VersioningConfiguration:        &s3.Bucket_VersioningConfiguration{Status: "Enabled"},
	})
	inNamespace(bucket, b.AccountRegional)
	onRemoval(bucket, b.Retain)
	sources := make([]cfn.Part, len(b.Sources))
	for i, s := range b.Sources {
		sources[i] = BucketARN(s)
	}
	write := policy.Allow("WriteAccessLogs", "s3:PutObject").By(policy.Service("logging.s3.amazonaws.com")).
		On(cfn.Format[cfn.Text]("%s/*", cfn.Att[cfn.BucketARN](bucket, "Arn"))).
		If(policy.FromAccount(cfn.AccountID()), policy.FromResource(sources...))
	document := policy.Resource{write}
	if len(b.LoadBalancers) > 0 {
		document = append(document, b.loadBalancersMayWrite(bucket))
	}
	addBucketPolicy(t, b.ID, bucket, document, b.Retain)
	return LogBucketHandle{bucket}
}

// loadBalancersMayWrite returns the statement that allows Elastic Load Balancing to write. Its principal is the same in all regions and partitions: it
// also works in GovCloud and in regions from before August 2022, where an account of AWS was the principal (User Guide for Application Load
// Balancers, access logs). The ARN of the load balancer contains the account, so no condition on the account is needed.
func (b LogBucket) loadBalancersMayWrite(bucket *cfn.Resource) policy.Statement {
	account := cfn.AccountID()
	var objects, balancers []cfn.Part
	for _, name := range b.LoadBalancers {
		objects = append(objects, cfn.Format[cfn.Text]("%s/%s/AWSLogs/%s/*", cfn.Att[cfn.BucketARN](bucket, "Arn"), cfn.Lit(name), account))
		balancers = append(balancers, cfn.Format[cfn.Text](
			"arn:%s:elasticloadbalancing:%s:%s:loadbalancer/app/%s/*", cfn.Partition(), cfn.Region(), account, cfn.Lit(name)))
	}
	return policy.Allow("WriteLoadBalancerLogs", "s3:PutObject").By(policy.Service("logdelivery.elasticloadbalancing.amazonaws.com")).
		On(objects...).If(policy.FromResource(balancers...))
}

func addBucketPolicy(t *cfn.Template, id string, bucket *cfn.Resource, more policy.Resource, retain bool) {
	arn := cfn.Att[cfn.BucketARN](bucket, "Arn")
	document := append(policy.Resource{
		policy.Deny("RequireTLS", "s3:*").By(policy.Anyone()).On(arn, cfn.Format[cfn.Text]("%s/*", arn)).
			If(policy.When("Bool", "aws:SecureTransport", cfn.Lit("false"))),
	}, more...)
	path := "Resources." + id + "Policy.Properties.PolicyDocument"
	n := document.Node(t, path)
	policy.Budget(t, path, "a bucket policy", policy.MaxBucketPolicy, n)
	// the policy stays as long as its bucket: what is retained stays closed
	onRemoval(t.Add(id+"Policy", &s3.BucketPolicy{Bucket: t.Text(cfn.Ref[cfn.BucketName](bucket)), PolicyDocument: n}), retain)
}

// inNamespace puts a bucket into the namespace of its account and region, a property that goformation lacks.
func inNamespace(bucket *cfn.Resource, accountRegional bool) {
	if accountRegional {
		bucket.Set("BucketNamespace", "account-regional")
	}
}

// encryption with a key, or with those of S3.
func encryption(key *string) *s3.Bucket_BucketEncryption {
	rule := s3.Bucket_ServerSideEncryptionRule{ServerSideEncryptionByDefault: &s3.Bucket_ServerSideEncryptionByDefault{SSEAlgorithm: "AES256"}}
	if key != nil {
		rule.BucketKeyEnabled = new(true) // one data key for many objects, for fewer calls of KMS
		rule.ServerSideEncryptionByDefault = &s3.Bucket_ServerSideEncryptionByDefault{KMSMasterKeyID: key, SSEAlgorithm: "aws:kms"}
	}
	return &s3.Bucket_BucketEncryption{ServerSideEncryptionConfiguration: []s3.Bucket_ServerSideEncryptionRule{rule}}
}

func ownership() *s3.Bucket_OwnershipControls {
	return &s3.Bucket_OwnershipControls{Rules: []s3.Bucket_OwnershipControlsRule{{ObjectOwnership: new("BucketOwnerEnforced")}}}
}

func noPublicAccess() *s3.Bucket_PublicAccessBlockConfiguration {
	return &s3.Bucket_PublicAccessBlockConfiguration{
		BlockPublicAcls: new(true), BlockPublicPolicy: new(true), IgnorePublicAcls: new(true), RestrictPublicBuckets: new(true),
	}
}

func lifecycle(expire, noncurrent int) *s3.Bucket_LifecycleConfiguration {
	rules := []s3.Bucket_Rule{{
		Id: new("cleanup"), Status: "Enabled",
		AbortIncompleteMultipartUpload: &s3.Bucket_AbortIncompleteMultipartUpload{DaysAfterInitiation: 7},
		NoncurrentVersionExpiration:    &s3.Bucket_NoncurrentVersionExpiration{NoncurrentDays: noncurrent},
	}}
	if expire > 0 {
		rules = append(rules, s3.Bucket_Rule{Id: new("expire"), Status: "Enabled", ExpirationInDays: new(expire)})
	}
	return &s3.Bucket_LifecycleConfiguration{Rules: rules}
}

// eventBridge returns the configuration that sends the events of a bucket to EventBridge. Without rules there, it has no cost and no effect.
func eventBridge() *s3.Bucket_NotificationConfiguration {
	return &s3.Bucket_NotificationConfiguration{EventBridgeConfiguration: &s3.Bucket_EventBridgeConfiguration{EventBridgeEnabled: true}}
}
