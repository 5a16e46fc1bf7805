package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/stages"
)

// needsOfPipeline says in words what the access stack of the pipeline must allow beyond the deployment of resource types.
func (p *Pipeline) needsOfPipeline(steps spec.Steps) []string {
	var list []string
	before, inEnvironments := allSteps(steps)
	for i, s := range slices.Concat(before, inEnvironments) {
		for _, name := range sortedKeys(s.Secrets) {
			list = append(list, word("secret", secretARN(s.Secrets[name])))
		}
		for _, key := range s.SecretKeys {
			list = append(list, word("secret-key", key))
		}
		if len(pullImage(s.Image)) > 0 {
			list = append(list, word("image", s.Image))
		}
		if i < len(before) { // else the environment's test role has them
			list = append(list, wordsOf(s.Permissions)...)
		}
	}
	for _, topic := range p.topics() {
		list = append(list, word("topic", topic))
	}
	for _, key := range p.topicKeys() {
		list = append(list, word("topic-key", key))
	}
	if p.SharesImages {
		list = append(list, "shared-images")
	}
	if p.Shared != nil {
		for _, name := range sortedKeys(p.Shared.Parameters) {
			list = append(list, "parameter:"+name)
		}
	}
	return once(list)
}

// needsOfEnvironment says the same for an environment: which builds become its roles, and what tests may do beyond what every test may.
func (p *Pipeline) needsOfEnvironment(e *stages.Environment, steps spec.Steps) []string {
	var list []string
	if steps.Publish != nil {
		for _, x := range publishersOf(e) {
			list = append(list, "build:"+x.name())
		}
	}
	for _, x := range in(e, environmentSteps(steps)) {
		list = append(list, "build:"+x.name)
		list = append(list, wordsOf(x.step.Permissions)...)
	}
	for _, s := range e.Stacks {
		if own, ok := s.(*stages.Own); ok {
			list = append(list, wordsOf(own.Stack.Permissions)...)
			for _, service := range own.Passes() {
				list = append(list, "pass:"+service)
			}
		}
	}
	return once(list)
}

func wordsOf(permissions []spec.Permission) []string {
	list := make([]string, len(permissions))
	for i, x := range permissions {
		list[i] = word("permission", append(slices.Clone(x.Actions), x.Resources...)...)
	}
	return list
}

// word stands for what may be too long for a list: its kind, and eight digits that change when it does.
func word(kind string, what ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(what, "\n")))
	return kind + ":" + hex.EncodeToString(sum[:4])
}

func once(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}
