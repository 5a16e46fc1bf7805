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

// Functions is the stack of an environment's Lambda functions.
type Functions struct {
	Environment *Environment
	Bootstrap   *Bootstrap
	// Storage holds the buckets that the functions read and write; nil when there are none.
	Storage   *Storage
	Functions []spec.Function
}

// Name of the stack.
func (s *Functions) Name() string { return "functions" }

// CodeParameter is the release parameter that says where the code of a function is in the bucket of code.
func CodeParameter(function string) string { return cfn.ID(function, "code-key") }

// Build declares the functions.
func (s *Functions) Build(t *cfn.Template) error {
	p := t.Place
	t.Description = fmt.Sprintf("%s: the functions of environment %s. Deployed by the pipeline.", p.Project, s.Environment.called())
	access := s.Environment.Access
	key := resources.Key{
		ID: "Key", Alias: spec.Name(p.Project, p.Scope, s.Name()),
		Description:    fmt.Sprintf("Encrypts the logs of functions of %s in environment %s", p.Project, p.Scope),
		Administrators: []cfn.Part{access.Role(spec.ExecutionPart)},
		Fenced:         []cfn.Part{ProjectRoles(p)},
		Users:          policy.Resource{resources.LogsMayUse("/aws/lambda/" + spec.Name(p.Project, p.Scope, "*"))},
		PendingDays:    s.Environment.pendingDays(),
	}.Add(t)
	code := cfn.Take(t, s.Bootstrap.CodeBucket())
	for _, f := range s.Functions {
		function := resources.Function{
			ID: cfn.ID(f.Name, "function"), Name: spec.Name(p.Project, p.Scope, f.Name),
			Description: fmt.Sprintf("Function %s of %s in environment %s", f.Name, p.Project, p.Scope),
			CodeBucket:  code,
			CodeKey:     cfn.AddReleaseParameter[cfn.Text](t, CodeParameter(f.Name), "Where the code of "+f.Name+" is in the bucket of code"),
			Runtime:     f.Runtime, Handler: f.Handler, Architecture: string(f.Architecture), Memory: f.Memory, Timeout: f.Timeout,
			Layers:   f.Layers,
			RoleName: spec.Name(p.Project, p.Scope, spec.FunctionRole(f.Name)), RolePath: spec.ApplicationPath(p.Project),
			Boundary: access.RoleBoundary(),
			Grants:   s.grants(t, f),
			LogKey:   key.ARN(), LogDays: s.Environment.logDays(),
			Tracing: f.Tracing, ReservedConcurrency: f.ReservedConcurrency,
		}
		for _, name := range slices.Sorted(maps.Keys(f.Environment)) {
			function.Environment = append(function.Environment, resources.Variable{Name: name, Value: cfn.Lit(f.Environment[name])})
		}
		if f.DeadLetters {
			function.DeadLetters = spec.Name(p.Project, p.Scope, spec.DeadLettersPart(f.Name))
		}
		if f.VPC != nil {
			function.Subnets, function.SecurityGroups = f.VPC.Subnets, f.VPC.SecurityGroups
		}
		function.Add(t)
	}
	return nil
}

// grants are what a function may do to buckets, and to their key through S3.
func (s *Functions) grants(t *cfn.Template, f spec.Function) policy.Identity {
	var list policy.Identity
	use := map[string]bool{}
	own := policy.InAccount(cfn.AccountID())
	for _, b := range f.Reads {
		name := cfn.Take(t, s.Storage.BucketName(b))
		list = append(list,
			policy.Allow("List", "s3:ListBucket").On(resources.BucketARN(name)).If(own),
			policy.Allow("Read", "s3:GetObject").On(resources.BucketObjects(name)).If(own))
		use["kms:Decrypt"] = true
	}
	for _, b := range f.Writes {
		name := cfn.Take(t, s.Storage.BucketName(b))
		list = append(list, policy.Allow("Write", "s3:AbortMultipartUpload", "s3:PutObject").On(resources.BucketObjects(name)).If(own))
		use["kms:Decrypt"], use["kms:GenerateDataKey"] = true, true // S3 decrypts the parts of a large object to put them together
	}
	if len(use) > 0 {
		list = append(list, policy.Allow("BucketKey", slices.Sorted(maps.Keys(use))...).On(cfn.Take(t, s.Storage.KeyARN())).
			If(policy.Through("s3", cfn.Lit(t.Place.Region))))
	}
	return list
}

// Releases are the release parameters of the stack.
func (s *Functions) Releases() []Release {
	list := make([]Release, len(s.Functions))
	for i, f := range s.Functions {
		list[i] = Release{Parameter: CodeParameter(f.Name), Kind: Zip, Name: f.Name}
	}
	return list
}
