package stages

import (
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/names"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// permissionsHint says what to do about a resource type whose permissions are not known: what to write into pipeline.yaml, as far as the table of IAM
// actions has it. Only the first resource of a type shows that.
func (s *Own) permissionsHint(typ string, isFirst bool) string {
	const where = "if the type is spelled right, write them under permissions of the stack in pipeline.yaml"
	if policy.Forbidden(typ) {
		return "no pipeline may have them; leave it to the operator's stacks"
	}
	proposal := policy.NeededYAML([]string{typ}, names.Partition(s.Environment.Place.Region), "      ")
	if proposal == "" || !isFirst {
		return where
	}
	return where + ". By the table of IAM actions:\n" + strings.TrimSuffix(proposal, "\n")
}
