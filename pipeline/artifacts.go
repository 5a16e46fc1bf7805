package pipeline

import (
	"fmt"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
	"github.com/cfnpipe/cfnpipe/stages"
)

// artifactDays is how long artifacts stay: a run that waits for an approval, or is repeated, still finds them.
const artifactDays = 90

// runParameter of an artifact stack in another region is the run of the pipeline that has updated it last; see delivery.selfUpdate.
const runParameter = "Run"

// artifacts is the stack of a pipeline's bucket and key in one region.
type artifacts struct {
	pipeline *Pipeline
	region   string
	template *cfn.Template // once it is built
}

// Name of the stack; the pipeline's own region goes without saying.
func (a *artifacts) Name() string {
	if a.region == a.pipeline.Place.Region {
		return "artifacts"
	}
	return "artifacts-" + a.region
}

func (a *artifacts) keyARN() cfn.Output[cfn.KeyARN] {
	return cfn.Output[cfn.KeyARN]{From: a, Name: "KeyArn"}
}

func (a *artifacts) bucketName(part string) string {
	p := a.pipeline.Place
	return spec.BucketName(p.Project, p.Scope, part, spec.Account{Account: p.Account, Region: a.region})
}

// Build declares the bucket and the key.
func (a *artifacts) Build(t *cfn.Template) error {
	a.template = t
	p := a.pipeline
	project, name := p.Place.Project, p.Name
	t.Description = fmt.Sprintf("%s: the artifacts of pipeline %s in %s. Deployed by an operator, then by the pipeline.", project, name, a.region)

	home := a.region == p.Place.Region
	own := p.ownRoles("*")
	readers := a.readers()
	users := policy.Resource{
		policy.Allow("UseInPipeline", policy.KeyUse()...).By(policy.Account(cfn.AccountID())).On(cfn.Lit("*")).If(policy.ByRoleLike(own)),
		a.decrypt(readers),
	}
	if home { // builds run there
		users = append(users, resources.LogsMayUse(p.logGroups()...))
	}
	key := resources.Key{
		ID: "Key", Alias: spec.Name(project, name, spec.ArtifactsPart),
		Description:    fmt.Sprintf("Encrypts the artifacts and build logs of pipeline %s of %s", name, project),
		Administrators: []cfn.Part{p.Access.Role(spec.ExecutionPart)},
		Fenced:         []cfn.Part{stages.ProjectRoles(p.Place)},
		Users:          users,
		Retain:         true,
	}.Add(t)
	if home {
		cfn.Publish(t, a.keyARN(), key.ARN())
	} else {
		cfn.PublishForeign(t, a.keyARN(), key.ARN())
		key.Mark(runParameter, cfn.AddParameter[cfn.Text](t, runParameter, "operator", "The run of the pipeline that has updated this stack last, or operator"))
	}

	bucketName := a.bucketName(spec.ArtifactsPart)
	logs := resources.LogBucket{
		ID: "AccessLogs", Name: cfn.Literal[cfn.BucketName](a.bucketName(spec.LogsPart)), AccountRegional: spec.AccountRegional(a.region),
		Sources: []cfn.Part{cfn.Lit(bucketName)}, ExpireDays: artifactDays, Retain: true,
	}.Add(t)
	read := policy.Allow("ReadArtifacts", "s3:GetObject", "s3:GetObjectVersion").On(resources.BucketObjects(cfn.Lit(bucketName)))
	for _, r := range readers {
		read = read.By(policy.Account(r.account))
	}
	fence := policy.Deny("OwnRolesOnly", "s3:*").By(policy.Anyone()).
		On(resources.BucketARN(cfn.Lit(bucketName)), resources.BucketObjects(cfn.Lit(bucketName))).
		If(policy.ByRoleLike(stages.ProjectRoles(p.Place)), policy.NotByRole(append(roles(readers), own, p.Access.Role(spec.ExecutionPart))...))
	resources.Bucket{
		ID: "Bucket", Name: cfn.Literal[cfn.BucketName](bucketName), AccountRegional: spec.AccountRegional(a.region), Key: key.ARN(), Logs: logs.Name(),
		ExpireDays: artifactDays, NoncurrentDays: 30, Retain: true,
		Policy: policy.Resource{read.If(policy.ByRole(roles(readers)...)), fence},
	}.Add(t)
	return nil
}

// reader is a role that reads artifacts, in its account.
type reader struct{ account, role cfn.Part }

func roles(readers []reader) []cfn.Part {
	list := make([]cfn.Part, len(readers))
	for i, r := range readers {
		list[i] = r.role
	}
	return list
}

// readers are the deploy roles of what the pipeline deploys in this region.
func (a *artifacts) readers() []reader {
	p := a.pipeline
	list := []reader{{cfn.Lit(p.Place.Account), p.Access.Role(spec.DeployPart)}}
	for _, e := range p.Environments {
		if e.Place.Region == a.region {
			list = append(list, reader{cfn.Lit(e.Place.Account), e.Access.Role(spec.DeployPart)})
		}
	}
	return list
}

// decrypt lets the readers use the key, through S3 only.
func (a *artifacts) decrypt(readers []reader) policy.Statement {
	s := policy.Allow("DecryptArtifacts", "kms:Decrypt", "kms:DescribeKey").On(cfn.Lit("*")).
		If(policy.ByRole(roles(readers)...), policy.Through("s3", cfn.Lit(a.region)))
	for _, r := range readers {
		s = s.By(policy.Account(r.account))
	}
	return s
}
