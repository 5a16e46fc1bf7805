package stages

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// ImageParameter is the release parameter that says which image of a repository runs.
func ImageParameter(repository string) string { return cfn.ID(repository, "image-tag") }

// releases are the release parameters of a stack with these containers: one for each repository whose images are built.
func (e *Environment) releases(containers []spec.Container) []Release {
	var list []Release
	for _, c := range containers {
		r := Release{Parameter: ImageParameter(c.Image), Kind: Image, Name: c.Image}
		if e.builds(c.Image) && !slices.Contains(list, r) {
			list = append(list, r)
		}
	}
	return list
}

// builds says whether the images of a repository are built by the pipeline.
func (e *Environment) builds(repository string) bool {
	return slices.ContainsFunc(e.Repositories, func(r spec.Repository) bool { return r.Name == repository && r.Context != "" })
}

// containers turns the containers of the spec into those of one template.
type containers struct {
	environment *Environment
	bootstrap   *Bootstrap
	template    *cfn.Template
	tags        map[string]cfn.Value[cfn.Text] // release parameters by repository, each declared once
}

// of is the container that the spec describes.
func (b *containers) of(c spec.Container) resources.Container {
	out := resources.Container{
		Command: c.Command, SecretKeys: c.SecretKeys, Architecture: string(c.Architecture), User: c.User, Writable: c.Writable,
		Grants: append(b.environment.grants(b.template, c.Uses), granted("Permission", c.Permissions)...),
	}
	out.Image, out.Repository = b.image(c.Image)
	for _, name := range slices.Sorted(maps.Keys(c.Environment)) {
		out.Environment = append(out.Environment, resources.Variable{Name: name, Value: cfn.Lit(c.Environment[name])})
	}
	for _, name := range slices.Sorted(maps.Keys(c.Secrets)) {
		arn, key, _ := strings.Cut(c.Secrets[name], "#")
		out.Secrets = append(out.Secrets, resources.Secret{Name: name, ARN: arn, JSONKey: key})
	}
	return out
}

// image is the reference of an image and the ARN of the repository that it is in; unset for one of another registry.
func (b *containers) image(image string) (cfn.Value[cfn.ImageURI], cfn.Value[cfn.Text]) {
	p := b.template.Place
	if b.environment.builds(image) {
		if _, declared := b.tags[image]; !declared {
			b.tags[image] = cfn.AddReleaseParameter[cfn.Text](b.template, ImageParameter(image), "Which image of "+image+" runs")
		}
		return cfn.Format[cfn.ImageURI]("%s:%s", cfn.Take(b.template, b.bootstrap.RepositoryURI(image)), b.tags[image]),
			resources.RepositoryARNOf(cfn.AccountID(), cfn.Region(), spec.Name(p.Project, p.Scope, image))
	}
	name, tag, _ := strings.Cut(image, ":")
	isOwn := func(r spec.Repository) bool { return r.Name == name }
	isShared := func(r spec.SharedRepository) bool { return r.Name == name }
	e := b.environment
	switch {
	case slices.ContainsFunc(e.Repositories, isOwn):
		return cfn.Format[cfn.ImageURI]("%s:%s", cfn.Take(b.template, b.bootstrap.RepositoryURI(name)), cfn.Lit(tag)),
			resources.RepositoryARNOf(cfn.AccountID(), cfn.Region(), spec.Name(p.Project, p.Scope, name))
	case slices.ContainsFunc(e.SharedRepositories, isShared):
		account, region, whole := cfn.Lit(e.Toolchain.Account), cfn.Lit(e.Toolchain.Region), spec.Name(p.Project, spec.ToolchainScope, name)
		return cfn.Format[cfn.ImageURI]("%s.dkr.ecr.%s.%s/%s:%s", account, region, cfn.URLSuffix(), cfn.Lit(whole), cfn.Lit(tag)),
			resources.RepositoryARNOf(account, region, whole)
	}
	return cfn.Literal[cfn.ImageURI](image), cfn.Value[cfn.Text]{}
}

// granted are the permissions that pipeline.yaml gives; the sid of each begins with this.
func granted(sid string, permissions []spec.Permission) policy.Identity {
	list := make(policy.Identity, len(permissions))
	for i, x := range permissions {
		list[i] = policy.Allow(sid+strconv.Itoa(i+1), x.Actions...)
		for _, r := range x.Resources {
			list[i] = list[i].On(cfn.Lit(r))
		}
	}
	return list
}
