package resources

import (
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Container is what a service's tasks and a job run.
type Container struct {
	Image cfn.Value[cfn.ImageURI]
	// Repository of ECR that holds the image, by ARN; unset for another registry.
	Repository cfn.Value[cfn.Text]
	// Command in place of the image's own.
	Command     []string
	Environment []Variable
	Secrets     []Secret
	// SecretKeys are the ARNs of the customer managed keys that encrypt the secrets.
	SecretKeys []string
	// Architecture is x86_64 or arm64.
	Architecture string
	// User that the container runs as, such as 1000:1000; empty for the image's.
	User string
	// Writable lets the container write to its own file system. Without it only /tmp can be written: by root, and on Fargate by others only
	// where the image says VOLUME /tmp, so that the directory keeps its owner and mode.
	Writable bool
	// Grants are what the code in the container may do.
	Grants policy.Identity
}

// Secret is an environment variable that ECS reads when it starts the container.
type Secret struct {
	// Name of the variable.
	Name string
	// ARN of a secret of Secrets Manager or a parameter of SSM.
	ARN string
	// JSONKey of the value in a secret that is a JSON object; empty for all of it.
	JSONKey string
}

// valueFrom is how ECS writes where the secret is.
func (s Secret) valueFrom() string {
	if s.JSONKey == "" {
		return s.ARN
	}
	return s.ARN + ":" + s.JSONKey + "::"
}

// user is what the definition of a container takes: nil for the image's own.
func (c Container) user() *string {
	if c.User == "" {
		return nil
	}
	return new(c.User)
}

// service of AWS that holds the secret: secretsmanager or ssm.
func (s Secret) service() string {
	if parts := strings.Split(s.ARN, ":"); len(parts) > 2 && parts[2] == "ssm" {
		return "ssm"
	}
	return "secretsmanager"
}

// ContainerRoles are the two roles of a container: ECS starts it with one, its code runs with the other.
type ContainerRoles struct {
	// ID is what the logical ids begin with.
	ID string
	// StartName and CodeName are the names of the roles; What says in their descriptions what they start and run.
	StartName, CodeName, Path, What string
	Boundary                        cfn.Value[cfn.PolicyARN]
}

// add declares the roles of a container that writes to a log group. The role of its code is there even if it may do nothing: without one, code
// on EC2 would have the instance's.
func (r ContainerRoles) add(t *cfn.Template, c Container, logs LogGroupHandle) (start, code RoleHandle) {
	// no condition: none is documented for the role that ECS starts tasks with
	start = Role{
		ID: r.ID + "StartRole", Name: r.StartName, Path: r.Path, Description: "ECS starts " + r.What + " with it",
		Trust:    policy.Trust{policy.Allow("Tasks", "sts:AssumeRole").By(policy.Service("ecs-tasks.amazonaws.com"))},
		Boundary: r.Boundary,
		Policies: []InlinePolicy{{Name: "start", Document: c.starting(t, logs)}},
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

// starting is what ECS needs to start the container: to pull its image, write its logs and read its secrets.
func (c Container) starting(t *cfn.Template, logs LogGroupHandle) policy.Identity {
	list := policy.Identity{policy.Allow("Logs", "logs:CreateLogStream", "logs:PutLogEvents").On(logs.Streams())}
	if t.TextPtr(c.Repository) != nil {
		list = append(list,
			policy.Allow("LogIn", "ecr:GetAuthorizationToken").On(cfn.Lit("*")), // knows no resource
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
