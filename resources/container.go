package resources

import (
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Container is the container of a job, or of the tasks of a service.
type Container struct {
	Image cfn.Value[cfn.ImageURI]
	// Repository is the ARN of the ECR repository of the image. Unset for another registry.
	Repository cfn.Value[cfn.Text]
	// Command in place of that of the image. Optional.
	Command     []string
	Environment []Variable
	Secrets     []Secret
	// SecretKeys are the ARNs of the customer managed keys that encrypt the secrets.
	SecretKeys []string
	// Architecture is x86_64 or arm64.
	Architecture string
	// User that the container runs as, such as 1000:1000. Default: that of the image.
	User string
	// Writable allows the container to write to its file system. Without it, it can write only to /tmp. On Fargate, users other than root can do so only
	// if the image has VOLUME /tmp, which keeps the owner and mode of the directory.
	Writable bool
	// Grants are the permissions of the code in the container.
	Grants policy.Identity
}

// Secret is an environment variable that ECS reads when it starts the container.
type Secret struct {
	// Name of the variable.
	Name string
	// ARN of a secret of Secrets Manager or a parameter of SSM.
	ARN string
	// JSONKey of the value in a secret that is a JSON object. Default: the whole secret.
	JSONKey string
}

// valueFrom returns the reference to the secret in the format of ECS.
func (s Secret) valueFrom() string {
	if s.JSONKey == "" {
		return s.ARN
	}
	return s.ARN + ":" + s.JSONKey + "::"
}

// user returns the user for a container definition, nil for that of the image.
func (c Container) user() *string {
	if c.User == "" {
		return nil
	}
	return new(c.User)
}

// service returns the AWS service that stores the secret: secretsmanager or ssm.
func (s Secret) service() string {
	if parts := strings.Split(s.ARN, ":"); len(parts) > 2 && parts[2] == "ssm" {
		return "ssm"
	}
	return "secretsmanager"
}

// ContainerRoles are the two roles of a container: ECS starts it with one, its code runs with the other.
type ContainerRoles struct {
	// ID begins the logical ids.
	ID string
	// StartName and CodeName are the names of the roles. What is the subject of their descriptions, such as "job nightly".
	StartName, CodeName, Path, What string
	Boundary                        cfn.Value[cfn.PolicyARN]
}

// add declares the roles of a container that writes to a log group. It always declares the role of the code: without one, code on EC2 would use the
// role of the instance.
func (r ContainerRoles) add(t *cfn.Template, c Container, logs LogGroupHandle) (start, code RoleHandle) {
	// no conditions, because none are documented for the task execution role
	start = Role{
		ID: r.ID + "StartRole", Name: r.StartName, Path: r.Path, Description: "ECS starts " + r.What + " with it",
		Trust:    policy.Trust{policy.Allow("Tasks", "sts:AssumeRole").By(policy.Service("ecs-tasks.amazonaws.com"))},
		Boundary: r.Boundary,
		Policies: []InlinePolicy{{Name: "start", Document: c.startPermissions(t, logs)}},
	}.Add(t)
	running := Role{
		ID: r.ID + "Role", Name: r.CodeName, Path: r.Path, Description: "The code of " + r.What + " runs with it",
		Trust: policy.Trust{
			policy.Allow("Tasks", "sts:AssumeRole").By(policy.Service("ecs-tasks.amazonaws.com")).If(
				policy.FromAccount(cfn.AccountID()),
				policy.FromResource(cfn.Format[cfn.Text]("arn:%s:ecs:%s:%s:*", cfn.Partition(), cfn.Region(), cfn.AccountID()))),
		},
		Boundary: r.Boundary,
	}
	if len(c.Grants) > 0 {
		running.Policies = []InlinePolicy{{Name: "code", Document: c.Grants}}
	}
	return start, running.Add(t)
}

// startPermissions returns the permissions that ECS requires to start the container: to pull its image, write its logs and read its secrets.
func (c Container) startPermissions(t *cfn.Template, logs LogGroupHandle) policy.Identity {
	list := policy.Identity{policy.Allow("Logs", "logs:CreateLogStream", "logs:PutLogEvents").On(logs.Streams())}
	if t.TextPtr(c.Repository) != nil {
		list = append(list,
			policy.Allow("LogIn", "ecr:GetAuthorizationToken").On(cfn.Lit("*")), // supports no resources
			policy.Allow("Pull", PullActions()...).On(c.Repository))
	}
	for _, s := range c.Secrets {
		if s.service() == "ssm" {
			list = append(list, policy.Allow("Parameters", "ssm:GetParameters").On(cfn.Lit(s.ARN)))
		} else {
			list = append(list, policy.Allow("Secrets", "secretsmanager:GetSecretValue").On(cfn.Lit(s.ARN)))
		}
	}
	if len(c.SecretKeys) > 0 {
		keys := policy.Allow("SecretKeys", "kms:Decrypt")
		for _, k := range c.SecretKeys {
			keys = keys.On(cfn.Lit(k))
		}
		region := cfn.Region()
		list = append(list, keys.If(policy.When("StringEquals", "kms:ViaService",
			cfn.Format[cfn.Text]("secretsmanager.%s.amazonaws.com", region), cfn.Format[cfn.Text]("ssm.%s.amazonaws.com", region))))
	}
	return list
}
