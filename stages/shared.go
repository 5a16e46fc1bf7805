package stages

import (
	"fmt"
	"maps"
	"slices"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Shared is the toolchain stack: what all environments share, in the toolchain account. An operator deploys it once, so that every environment
// can use it from the first run on; after that only the pipeline of the most protected environment does, so that no push to the branch of
// another can change what production uses.
type Shared struct {
	// Place of the stack; its scope is empty.
	Place cfn.Place
	// Parameters of SSM by their full names.
	Parameters   map[string]string
	Repositories []spec.SharedRepository
	// Accounts whose roles of this project may pull from the repositories.
	Accounts []string
	// Keys says whether images are encrypted with a key of the stack or, where it is aws, with those of ECR.
	Keys spec.Keys
	// Access deploys the stack.
	Access *Access
}

// Name of the stack.
func (s *Shared) Name() string { return spec.ToolchainScope }

// StackName is its full name.
func (s *Shared) StackName() string { return s.Place.Project + "-" + s.Name() }

func (s *Shared) parameterNames() []string { return slices.Sorted(maps.Keys(s.Parameters)) }

// Build declares the parameters and the repositories.
func (s *Shared) Build(t *cfn.Template) error {
	p := s.Place
	t.Description = fmt.Sprintf("%s: what all environments share. Deployed by an operator once, then by pipeline %s.", p.Project, s.Access.Pipeline)
	for _, name := range s.parameterNames() {
		resources.Parameter{
			ID: cfn.ID(name, "parameter"), Name: name, Description: "Shared by the environments of " + p.Project, Value: cfn.Lit(s.Parameters[name]),
		}.Add(t)
	}
	if len(s.Repositories) == 0 {
		return nil
	}
	key := resources.AWSKey()
	if s.Keys != spec.AWSKeys {
		key = resources.Key{
			ID: "Key", Alias: spec.Name(p.Project, spec.ToolchainScope, "images"),
			Description:    "Encrypts the images that the environments of " + p.Project + " share",
			Administrators: []cfn.Part{s.Access.Role(spec.ExecutionPart)},
			Fenced:         []cfn.Part{ProjectRoles(p)},
			Users:          policy.Resource{useByRepositories(s.Access, p.Region)},
			Retain:         true,
		}.Add(t).ARN()
	}
	var readers []resources.RepositoryReader
	for _, account := range s.Accounts {
		readers = append(readers, resources.RepositoryReader{
			Account: cfn.Lit(account), Roles: resources.RoleARNOf(cfn.Lit(account), spec.ApplicationPath(p.Project), "*"),
		})
	}
	for _, r := range s.Repositories {
		resources.Repository{
			ID: cfn.ID(r.Name, "repository"), Name: spec.Name(p.Project, spec.ToolchainScope, r.Name), Key: key, Readers: readers, Retain: true,
		}.Add(t)
	}
	return nil
}
