package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/stages"
)

// needsOfPipeline are what the access stack of the pipeline must allow beyond the deployment of resource types.
func (p *Pipeline) needsOfPipeline(plan stepPlan) []stages.Need {
	list := []stages.Need{
		{Name: cfn.ID("account", p.Place.Account), What: "the pipeline runs in account " + p.Place.Account},
		hashed("Source", "the pipeline reads from repository "+p.Source.Repository+" through its connection", p.Source.Connection, p.Source.Repository),
	}
	for _, r := range p.regions() {
		list = append(list, stages.Need{Name: cfn.ID("region", r), What: "the pipeline deploys to region " + r})
	}
	for _, e := range p.Environments {
		list = append(list, stages.Need{
			Name: cfn.ID("environment", e.Place.Scope, "in", e.Place.Account), What: "the pipeline deploys environment " + e.Place.Scope + " in account " + e.Place.Account,
		})
	}
	list = append(list, boundaryNeed(p.Access)...)
	ownRole, testRole := plan.builds()
	for i, s := range slices.Concat(ownRole, testRole) {
		for _, name := range sortedKeys(s.Secrets) {
			arn := secretARN(s.Secrets[name])
			list = append(list, hashed("Secret", "a build reads the secret "+arn, arn))
		}
		for _, key := range s.SecretKeys {
			list = append(list, hashed("SecretKey", "a build decrypts secrets with the key "+key, key))
		}
		if len(pullImage(s.Image)) > 0 {
			list = append(list, hashed("Image", "a build runs in the image "+s.Image, s.Image))
		}
		if i < len(ownRole) { // else the environment's test role has them
			list = append(list, permissionNeeds(s.Permissions)...)
		}
	}
	if len(p.clears()) > 0 {
		list = append(list, clearNeed())
	}
	for _, topic := range p.topics() {
		list = append(list, hashed("Topic", "approvals are announced on the topic "+topic, topic))
	}
	for _, key := range p.topicKeys() {
		list = append(list, hashed("TopicKey", "the pipeline uses the key "+key+" of a topic", key))
	}
	if p.SharesImages {
		list = append(list, stages.Need{Name: "SharedImages", What: "builds pull images that all environments share"})
	}
	if p.Shared != nil {
		list = append(list, stages.Need{Name: "ToolchainStack", What: "the pipeline deploys the stack " + p.Shared.StackName()})
		for _, name := range sortedKeys(p.Shared.Parameters) {
			list = append(list, hashed("Parameter", "the pipeline writes the shared parameter "+name, name))
		}
	}
	return once(list)
}

// needsOfEnvironment are the same for an environment: which pipeline deploys it, which of its builds assume its roles, and what tests and
// custom stacks may do beyond what all of them may.
func (p *Pipeline) needsOfEnvironment(e *stages.Environment, plan stepPlan) []stages.Need {
	list := []stages.Need{
		{Name: cfn.ID("pipeline", p.Name, "of", p.Place.Account), What: "pipeline " + p.Name + " of account " + p.Place.Account + " deploys it"},
		{Name: cfn.ID("region", e.Place.Region), What: "stacks are deployed to region " + e.Place.Region},
	}
	list = append(list, boundaryNeed(e.Access)...)
	if isCleared(e) {
		list = append(list, clearNeed())
	}
	if plan.publish != nil {
		for _, x := range publishersOf(e) {
			list = append(list, buildNeed(x.name(), "publish role"))
		}
	}
	for _, x := range runningIn(e, plan.inEnvironments()) {
		list = append(list, buildNeed(x.name, "test role"))
		list = append(list, permissionNeeds(x.step.Permissions)...)
	}
	for _, s := range e.Stacks {
		own, ok := s.(*stages.Own)
		if !ok {
			continue
		}
		list = append(list, permissionNeeds(own.Stack.Permissions)...)
		for _, service := range own.Passes() {
			list = append(list, hashed("Pass", "roles of custom stacks are passed to "+service, service))
		}
		if own.ReadsPublicParameters() {
			list = append(list, stages.Need{Name: "PublicParameters", What: "custom stacks read public parameters of AWS"})
		}
	}
	return once(list)
}

// boundaryNeed is that the roles in deployed stacks have the boundary that the spec names.
func boundaryNeed(a *stages.Access) []stages.Need {
	if a.Boundary == "" {
		return nil
	}
	return []stages.Need{hashed("Boundary", "roles have the boundary "+a.Boundary, a.Boundary)}
}

// clearNeed is that a build deletes the stacks whose first creation failed.
func clearNeed() stages.Need { return stages.Need{Name: "Clear", What: "a build clears stacks"} }

func buildNeed(build, role string) stages.Need {
	return hashed(cfn.ID("build", build), "the build "+build+" assumes the "+role, build)
}

func permissionNeeds(permissions []spec.Permission) []stages.Need {
	list := make([]stages.Need, len(permissions))
	for i, x := range permissions {
		what := strings.Join(x.Actions, ", ") + " on " + strings.Join(x.Resources, ", ")
		list[i] = hashed("Permission", "the permission of "+shortened(what), append(slices.Clone(x.Actions), x.Resources...)...)
	}
	return list
}

// shortened is a text that fits into the description of a rule together with what else it says.
func shortened(text string) string {
	const most = 400
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// hashed is a need whose name has eight hexadecimal digits that change when what must be allowed does: that may be too long for a name, or have other
// characters than a name can.
func hashed(kind, what string, of ...string) stages.Need {
	sum := sha256.Sum256([]byte(strings.Join(of, "\n")))
	return stages.Need{Name: kind + strings.ToUpper(hex.EncodeToString(sum[:4])), What: what}
}

// once leaves out the needs that are there already, and sorts the rest by name.
func once(list []stages.Need) []stages.Need {
	slices.SortStableFunc(list, func(a, b stages.Need) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(list, func(a, b stages.Need) bool { return a.Name == b.Name })
}
