package resources

import (
	"github.com/awslabs/goformation/v7/cloudformation/ecr"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/limits"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Repository is an ECR repository for images: encrypted with a customer managed key, scanned on push, with immutable tags.
type Repository struct {
	// ID is the logical id.
	ID   string
	Name string
	// Key encrypts the images. With AWSKey, ECR encrypts them with its own keys. The key of a repository cannot be changed.
	Key cfn.Value[cfn.KeyARN]
	// Readers are the roles of other accounts that may pull images.
	Readers []RepositoryReader
	// Retain keeps the repository if its stack is deleted. Without it, its images are deleted too.
	Retain bool
}

// RepositoryReader allows roles of another account to pull images. Roles is the ARN of a role, which may contain wildcards.
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

// untaggedDays is how many days an image without a tag is kept, which is left over from an interrupted push.
const untaggedDays = 14

// URI of the repository: that of an image without the tag.
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
		// a repository policy has no resources: it is for its repository
		n := policy.Repository{pull.If(policy.ByRoleLike(roles...))}.Node(t, path+".RepositoryPolicyText")
		policy.Budget(t, path+".RepositoryPolicyText", "a repository policy", policy.MaxRepositoryPolicy, n)
		properties.RepositoryPolicyText = n
	}
	repository := t.Add(r.ID, properties)
	onRemoval(repository, r.Retain)
	return RepositoryHandle{repository}
}

// PullActions returns the actions on a repository that docker requires to pull. It also requires ecr:GetAuthorizationToken, which supports no resources.
func PullActions() []string {
	return []string{"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"}
}

// RepositoryARNOf returns the ARN of a repository by its account, region and name, which may contain wildcards.
func RepositoryARNOf(account, region cfn.Part, name string) cfn.Value[cfn.Text] {
	return cfn.Format[cfn.Text]("arn:%s:ecr:%s:%s:repository/%s", cfn.Partition(), region, account, cfn.Lit(name))
}
