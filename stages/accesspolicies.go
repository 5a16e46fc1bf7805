package stages

import (
	"fmt"
	"strconv"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// AccessPolicies is a stack of some of the policies of an execution role. They are apart from the role, because all of them together pass the
// 51,200 bytes up to which a template needs no bucket to be deployed (CloudFormation quotas). An operator deploys it before the access stack.
type AccessPolicies struct {
	access *Access
	// number of the stack, from 1; first is the number of its first policy.
	number, first int
	deployed      string
	documents     []policy.Document
}

const (
	// maxManagedPolicies of a role (IAM and AWS STS quotas).
	maxManagedPolicies = 10
	// policiesPerStack is how many of the largest policies fit into 51,200 bytes of YAML or JSON.
	policiesPerStack = 3
)

// Name of the stack.
func (s *AccessPolicies) Name() string { return spec.AccessPoliciesPrefix + strconv.Itoa(s.number) }

// Policies are the stacks of the execution role's policies, once the access stack is built.
func (a *Access) Policies() []*AccessPolicies { return a.policies }

// split parts the permissions of the execution role into managed policies, and these into stacks. It returns the ARNs of the policies.
func (a *Access) split(t *cfn.Template, execution policy.Identity, deployed string) []cfn.Value[cfn.PolicyARN] {
	documents := execution.Split(t, "Resources.ExecutionPolicy", policy.MaxManaged)
	if len(documents) > maxManagedPolicies {
		t.Failf("Resources.ExecutionRole", "let the application have fewer resource types, or split it into two projects",
			"its permissions fill %d policies, IAM attaches %d to a role", len(documents), maxManagedPolicies)
	}
	a.policies = nil
	arns := make([]cfn.Value[cfn.PolicyARN], len(documents))
	for i, d := range documents {
		if i%policiesPerStack == 0 {
			a.policies = append(a.policies, &AccessPolicies{access: a, number: len(a.policies) + 1, first: i + 1, deployed: deployed})
		}
		last := a.policies[len(a.policies)-1]
		last.documents = append(last.documents, d)
		arns[i] = resources.PolicyARNOf(cfn.AccountID(), spec.AccessPath(a.Place.Project), a.name(policyPart(i+1)))
	}
	return arns
}

// policyPart is the last part of the name of a policy. No release that had the policies in the access stack called one so: both can exist
// while an operator deploys one stack after the other.
func policyPart(number int) string { return "policy-" + strconv.Itoa(number) }

// Build declares the policies.
func (s *AccessPolicies) Build(t *cfn.Template) error {
	a := s.access
	t.Description = fmt.Sprintf("%s: what CloudFormation may do when pipeline %s deploys %s. Deployed by an operator.", a.Place.Project, a.Pipeline, s.deployed)
	for i, d := range s.documents {
		number := s.first + i
		resources.ManagedPolicy{
			ID: "ExecutionPolicy" + strconv.Itoa(number), Name: a.name(policyPart(number)), Path: spec.AccessPath(a.Place.Project),
			Description: fmt.Sprintf("What CloudFormation may make of %s, part %d", s.deployed, number), Document: d,
		}.Add(t)
	}
	return nil
}
