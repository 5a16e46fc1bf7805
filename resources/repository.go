package resources

import (
	"github.com/awslabs/goformation/v7/cloudformation/ecr"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/limits"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Repository is an ECR repository of images: encrypted with a customer managed key, scanned on push. A tag always means the same image.
type Repository struct {
	// ID is the logical id.
	ID   string
	Name string
	// Key encrypts the images; with AWSKey, ECR does so with keys of its own. A repository never gets another.
	Key cfn.Value[cfn.KeyARN]
	// Readers may pull from other accounts: accounts, narrowed to roles by ARNs that may have wildcards.
	Readers []RepositoryReader
	// Retain keeps the repository when its stack goes; without it, its images go too.
	Retain bool
}

// RepositoryReader is who may pull from another account.
type RepositoryReader struct {
	Account cfn.Part
	Roles   cfn.Part
}

// RepositoryHandle is a declared repository.
type RepositoryHandle struct{ repository *cfn.Resource }

// Name of the repository.
func (h RepositoryHandle) Name() cfn.Value[cfn.RepositoryName] {
	return cfn.Ref[cfn.RepositoryName](h.repository)
}

// untaggedDays is how long an image without a tag stays: it is what a push that broke off left behind.
const untaggedDays = 14

// URI is the reference of the repository: an image's without its tag.
func (h RepositoryHandle) URI() cfn.Value[cfn.RepositoryURI] {
	return cfn.Att[cfn.RepositoryURI](h.repository, "RepositoryUri")
}

// Add declares the repository.
func (r Repository) Add(t *cfn.Template) RepositoryHandle {
	path := "Resources." + r.ID + ".Properties"
	checkName(t, path+".RepositoryName", "ECR", r.Name, "._/-", 2, limits.RepositoryName)
	encryption := &ecr.Repository_EncryptionConfiguration{EncryptionType: "AES256"}
	if key := keyOf(t, path+".EncryptionConfiguration", r.Key); key != nil {
		encryption = &ecr.Repository_EncryptionConfiguration{EncryptionType: "KMS", KmsKey: key}
	}
	properties := &ecr.Repository{
		RepositoryName:             new(r.Name),
		EncryptionConfiguration:    encryption,
		ImageScanningConfiguration: &ecr.Repository_ImageScanningConfiguration{ScanOnPush: new(true)},
		ImageTagMutability:         new("IMMUTABLE"),
		LifecyclePolicy: &ecr.Repository_LifecyclePolicy{LifecyclePolicyText: t.TextPtr(cfn.JSON(cfn.Object{{Name: "rules", Value: []any{cfn.Object{
			{Name: "rulePriority", Value: 1},
			{Name: "description", Value: "Images without a tag go; tagged ones may be running"},
			{Name: "selection", Value: cfn.Object{
				{Name: "tagStatus", Value: "untagged"},
				{Name: "countType", Value: "sinceImagePushed"},
				{Name: "countUnit", Value: "days"},
				{Name: "countNumber", Value: untaggedDays},
			}},
			{Name: "action", Value: cfn.Object{{Name: "type", Value: "expire"}}},
		}}}}))},
	}
	if !r.Retain {
		properties.EmptyOnDelete = new(true)
	}
	if len(r.Readers) > 0 {
		pull := policy.Allow("Pull", PullActions()...)
		var roles []cfn.Part
		for _, reader := range r.Readers {
			pull = pull.By(policy.Account(reader.Account))
			roles = append(roles, reader.Roles)
		}
		// a repository's policy names no resource: it is the repository
		n := policy.Repository{pull.If(policy.ByRoleLike(roles...))}.Node(t, path+".RepositoryPolicyText")
		policy.Budget(t, path+".RepositoryPolicyText", "a repository policy", policy.MaxRepositoryPolicy, n)
		properties.RepositoryPolicyText = n
	}
	repository := t.Add(r.ID, properties)
	onRemoval(repository, r.Retain)
	return RepositoryHandle{repository}
}

// PullActions are what docker does to a repository when it pulls; besides, it needs ecr:GetAuthorizationToken, which knows no resource.
func PullActions() []string {
	return []string{"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}
}

// RepositoryARNOf is the ARN of a repository by its account, region and name, which may have wildcards.
func RepositoryARNOf(account, region cfn.Part, name string) cfn.Value[cfn.Text] {
	return cfn.Format[cfn.Text]("arn:%s:ecr:%s:%s:repository/%s", cfn.Partition(), region, account, cfn.Lit(name))
}
