package resources

import (
	"slices"

	"github.com/awslabs/goformation/v7/cloudformation/iam"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/limits"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Role is an IAM role with a custom name, so that policies of other accounts can refer to it before it exists.
type Role struct {
	// ID is the logical id.
	ID          string
	Name        string
	Path        string // begins and ends with a slash
	Description string
	Trust       policy.Trust
	// Boundary is the permissions boundary of the role. Unset for roles that only operators deploy.
	Boundary cfn.Value[cfn.PolicyARN]
	Policies []InlinePolicy
	// Managed policies to attach to the role.
	Managed []cfn.Value[cfn.PolicyARN]
	// SessionHours is the maximum session duration, 1 to 12 hours. Default 1.
	SessionHours int
}

// InlinePolicy is an inline policy of a role.
type InlinePolicy struct {
	Name     string
	Document policy.Identity
}

// RoleHandle is a declared role.
type RoleHandle struct{ role *cfn.Resource }

// ARN of the role.
func (h RoleHandle) ARN() cfn.Value[cfn.RoleARN] { return cfn.Att[cfn.RoleARN](h.role, "Arn") }

// Name of the role.
func (h RoleHandle) Name() cfn.Value[cfn.RoleName] { return cfn.Ref[cfn.RoleName](h.role) }

// Resource is the declared resource.
func (h RoleHandle) Resource() *cfn.Resource { return h.role }

// RoleARNOf returns the ARN of a role by its account, path (with its slashes) and name, which may contain wildcards.
func RoleARNOf(account cfn.Part, path, name string) cfn.Value[cfn.RoleARN] {
	return cfn.Format[cfn.RoleARN]("arn:%s:iam::%s:role%s", cfn.Partition(), account, cfn.Lit(path+name))
}

// PolicyARNOf returns the ARN of a managed policy by its account, path (with its slashes) and name.
func PolicyARNOf(account cfn.Part, path, name string) cfn.Value[cfn.PolicyARN] {
	return cfn.Format[cfn.PolicyARN]("arn:%s:iam::%s:policy%s", cfn.Partition(), account, cfn.Lit(path+name))
}

// Limits of IAM (IAM and AWS STS quotas).
const (
	maxPolicyName       = 128
	maxSessionHours     = 12
	nameCharactersOfIAM = "+=,.@_-"
)

// Add declares the role.
func (r Role) Add(t *cfn.Template) RoleHandle {
	path := "Resources." + r.ID + ".Properties"
	checkName(t, path+".RoleName", "IAM", r.Name, nameCharactersOfIAM, 1, limits.RoleName)
	checkRange(t, path+".MaxSessionDuration", "IAM", r.SessionHours, 0, maxSessionHours)
	role := &iam.Role{
		RoleName:                 new(r.Name),
		Path:                     new(r.Path),
		Description:              new(r.Description),
		AssumeRolePolicyDocument: r.Trust,
		PermissionsBoundary:      t.TextPtr(r.Boundary),
	}
	for _, p := range r.Managed {
		role.ManagedPolicyArns = append(role.ManagedPolicyArns, t.Text(p))
	}
	if r.SessionHours > 0 {
		role.MaxSessionDuration = new(r.SessionHours * 3600)
	}
	var documents []*tree.Node
	for _, p := range r.Policies {
		checkName(t, path+".Policies."+p.Name, "IAM", p.Name, nameCharactersOfIAM, 1, maxPolicyName)
		n := p.Document.Node(t, path+".Policies."+p.Name)
		documents = append(documents, n)
		role.Policies = append(role.Policies, iam.Role_Policy{PolicyName: p.Name, PolicyDocument: n})
	}
	policy.Budget(t, path+".Policies", "all inline policies of a role together", policy.MaxInline, documents...)
	return RoleHandle{t.Add(r.ID, role)}
}

// ManagedPolicy is an IAM managed policy with a custom name.
type ManagedPolicy struct {
	// ID is the logical id.
	ID          string
	Name        string
	Path        string // begins and ends with a slash
	Description string
	// Document is a policy.Identity, or a part of one: see its Split.
	Document cfn.Node
	// Roles to attach the policy to, by name.
	Roles []string
	// Advice is the hint of the problem if the document is larger than IAM allows. Default: to grant less.
	Advice string
}

// ManagedPolicyHandle is a declared managed policy.
type ManagedPolicyHandle struct{ policy *cfn.Resource }

// ARN of the policy.
func (h ManagedPolicyHandle) ARN() cfn.Value[cfn.PolicyARN] { return cfn.Ref[cfn.PolicyARN](h.policy) }

// Resource is the declared resource.
func (h ManagedPolicyHandle) Resource() *cfn.Resource { return h.policy }

// Add declares the policy.
func (p ManagedPolicy) Add(t *cfn.Template) ManagedPolicyHandle {
	checkName(t, "Resources."+p.ID+".Properties.ManagedPolicyName", "IAM", p.Name, nameCharactersOfIAM, 1, maxPolicyName)
	path := "Resources." + p.ID + ".Properties.PolicyDocument"
	n := p.Document.Node(t, path)
	if size := policy.Size(t.Place, n); p.Advice != "" && size > policy.MaxManaged {
		t.Failf(path, p.Advice, "the policy has %d bytes; the IAM limit is %d", size, policy.MaxManaged)
	} else {
		policy.Budget(t, path, "a managed policy", policy.MaxManaged, n)
	}
	managed := t.Add(p.ID, &iam.ManagedPolicy{
		ManagedPolicyName: new(p.Name), Path: new(p.Path), Description: new(p.Description), PolicyDocument: n, Roles: p.Roles,
	})
	n.Walk(func(_ string, n *tree.Node) bool {
		if slices.Contains(policy.Undocumented(), n.Text) {
			ignore := cfn.Object{{Name: "ignore_checks", Value: []any{"W3037"}}} // unknown action
			managed.Metadata("cfn-lint", cfn.Object{{Name: "config", Value: ignore}})
		}
		return true
	})
	return ManagedPolicyHandle{managed}
}
