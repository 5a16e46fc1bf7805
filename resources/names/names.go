// Package names is what regions, paths and logical ids are called, for what reads pipeline.yaml, what builds templates and what judges them.
package names

import "strings"

// GovCloud is the partition of AWS GovCloud (US).
const GovCloud = "aws-us-gov"

// Partition of a region, by how its name begins: aws, aws-us-gov, or one that cfnpipe refuses.
func Partition(region string) string {
	for _, p := range []struct{ prefix, partition string }{
		{"cn-", "aws-cn"},
		{"us-gov-", GovCloud},
		{"us-iso-", "aws-iso"},
		{"us-isob-", "aws-iso-b"},
		{"eu-isoe-", "aws-iso-e"},
		{"us-isof-", "aws-iso-f"},
		{"eusc-", "aws-eusc"},
	} {
		if strings.HasPrefix(region, p.prefix) {
			return p.partition
		}
	}
	return "aws"
}

// AccessPath is the path of the roles that deploy; no role that a pipeline deploys may touch it.
func AccessPath(project string) string { return "/" + project + "/access/" }

// ApplicationPath is the path of the roles that pipelines and applications make for themselves.
func ApplicationPath(project string) string { return "/" + project + "/app/" }

// LogicalID is what templates call what has a name: cfn.ID of it.
func LogicalID(name string) string {
	var b strings.Builder
	upper := true
	for _, r := range name {
		isLower, isDigit := 'a' <= r && r <= 'z', '0' <= r && r <= '9'
		switch {
		case isLower && upper:
			b.WriteRune(r - 'a' + 'A')
			upper = false
		case isLower, isDigit, 'A' <= r && r <= 'Z':
			b.WriteRune(r)
			upper = isDigit
		default:
			upper = true
		}
	}
	return b.String()
}
