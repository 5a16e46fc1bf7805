package pipeline

import (
	"strings"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// secretARN of a secret as the spec names it: an ARN, perhaps with a JSON key behind a #.
func secretARN(s string) string {
	arn, _, _ := strings.Cut(s, "#")
	return arn
}

// secretReference is how CodeBuild names the same: the ARN, then the JSON key behind a colon.
func secretReference(s string) string { return strings.Replace(s, "#", ":", 1) }

// decryptSecrets lets a build read secrets that customer managed keys encrypt. CodeBuild reads them with the build's role, wherever the step
// runs; the policies of the keys are somebody else's.
func decryptSecrets(s *spec.Step) policy.Identity {
	if len(s.SecretKeys) == 0 {
		return nil
	}
	decrypt := policy.Allow("SecretKeys", "kms:Decrypt").If(policy.Through("secretsmanager", cfn.Region()))
	for _, key := range s.SecretKeys {
		decrypt = decrypt.On(cfn.Lit(key))
	}
	return policy.Identity{decrypt}
}

// encryptApprovals lets a pipeline publish to topics that customer managed keys encrypt.
func encryptApprovals(keys []string) policy.Identity {
	if len(keys) == 0 {
		return nil
	}
	use := policy.Allow("ApprovalKeys", "kms:Decrypt", "kms:GenerateDataKey").If(policy.Through("sns", cfn.Region()))
	for _, key := range keys {
		use = use.On(cfn.Lit(key))
	}
	return policy.Identity{use}
}

// pullImage lets a build pull its image, if that is in ECR: <account>.dkr.ecr.<region>.<domain>/<repository>, with a tag or a digest.
func pullImage(image string) policy.Identity {
	host, repository, _ := strings.Cut(image, "/")
	parts := strings.Split(host, ".")
	if len(parts) < 5 || parts[1] != "dkr" || parts[2] != "ecr" {
		return nil
	}
	repository, _, _ = strings.Cut(repository, "@")
	repository, _, _ = strings.Cut(repository, ":")
	return policy.Identity{
		policy.Allow("LogIn", "ecr:GetAuthorizationToken").On(cfn.Lit("*")), // knows no resource
		policy.Allow("PullImage", resources.PullActions()...).
			On(resources.RepositoryARNOf(cfn.Lit(parts[0]), cfn.Lit(parts[3]), repository)),
	}
}
