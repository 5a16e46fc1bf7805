package spec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/catalog"
)

func TestPermissionsAreOfTheTableOfActions(t *testing.T) {
	t.Parallel()
	const (
		line    = "15:23: application.functions[0].permissions[0].actions[0]: "
		table   = "arn:aws:dynamodb:{region}:{account}:table/shop-*"
		objects = "arn:aws:s3:::shop-x/*"
		bucket  = "arn:aws:s3:::shop-x"
		also    = `", "` // another resource
	)
	for name, c := range map[string]struct {
		actions, resources string
		want               []string
	}{
		"an existing action":      {"s3:GetObject", objects, nil},
		"in another case":         {"s3:getobject", objects, nil},
		"a pattern":               {`"dynamodb:Get*"`, table, nil},
		"a slip":                  {"s3:GetObjct", objects, []string{line + `s3 has no action "GetObjct"; did you mean "s3:GetObject"?`}},
		"an action like no other": {"s3:Frobnicate", objects, []string{line + `s3 has no action "Frobnicate"; see the actions of Amazon S3 in AWS's Service Authorization Reference; cfnpipe knows those of ` + catalog.Date()}},
		"a pattern with a slip":   {`"s3:Gte*"`, objects, []string{line + `s3 has no action that begins with "Gte"; did you mean "s3:Get*"?`}},
		"a pattern like no other": {`"s3:Frobnicate*"`, objects, []string{line + `s3 has no action that begins with "Frobnicate"; see the actions of Amazon S3 in AWS's Service Authorization Reference; cfnpipe knows those of ` + catalog.Date()}},
		"a service with a slip":   {"dynamdb:GetItem", table, []string{line + `IAM has no service "dynamdb"; did you mean "dynamodb:GetItem"?`}},
		"a service newer than tables": {"rovermars:CreateRover", "arn:aws:rovermars:{region}:{account}:rover/x", []string{ // the table has nothing against it
			line + "the boundary of roles does not allow rovermars:CreateRover; leave it out, or bring a permissionsBoundary of your own",
		}},
		"objects without the bucket": {"s3:ListBucket", objects, []string{
			line + "s3:ListBucket is allowed on none of these resources; its resources are arn:${Partition}:s3:${Region}:${Account}:accesspoint/${AccessPointName} or arn:${Partition}:s3:::${BucketName}",
		}},
		"objects and the bucket": {"s3:GetObject, s3:ListBucket", objects + also + bucket, nil},
		"a bucket no action is for": {"s3:GetObject", objects + also + bucket, []string{
			"15:75: application.functions[0].permissions[0].resources[1]: is a resource of none of these actions; leave it out, or add the actions that it is for",
		}},
		"a resource of another service": {"dynamodb:GetItem", "arn:aws:sqs:{region}:{account}:x", []string{
			line + "dynamodb:GetItem is allowed on none of these resources; its resources are arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}",
		}},
		"an action without resources": {"ecr:GetAuthorizationToken", "arn:aws:ecr:{region}:{account}:repository/x", []string{
			line + `ecr:GetAuthorizationToken is allowed on "*" only: it knows no resource; move it to a permission of its own, with resources: ["*"] and a reason`,
		}},
		"an action without resources, on all": {"ecr:GetAuthorizationToken", "*", nil},
		"an alias in place of a key": {"kms:Decrypt", "arn:aws:kms:{region}:{account}:alias/x", []string{
			line + "kms:Decrypt is allowed on none of these resources; its resources are arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			src := withPermission(c.actions, c.resources)
			if c.resources != "*" {
				src = change(t, src, ", reason: none", "")
			}
			if len(c.want) == 0 {
				parse(t, src)
				return
			}
			refuse(t, src, c.want...)
		})
	}
}

// BenchmarkUnknownActions reads a file full of actions that do not exist: each costs a search of the table.
func BenchmarkUnknownActions(b *testing.B) {
	var actions []string
	for i := range 200 {
		actions = append(actions, fmt.Sprintf("s3x:GetObjct%d, ec2:Frobnicate%d", i, i))
	}
	src := []byte(withPermission(strings.Join(actions, ", "), "*"))
	for b.Loop() {
		if _, err := spec.Parse("pipeline.yaml", src); err == nil {
			b.Fatal("accepted")
		}
	}
}

// BenchmarkManyResources reads a file with more actions and resources than any policy holds.
func BenchmarkManyResources(b *testing.B) {
	resources := make([]string, 500)
	for i := range resources {
		resources[i] = fmt.Sprintf("arn:aws:s3:::%d*/*", i)
	}
	src := []byte(strings.Replace(withPermission(`"s3:Get*", "s3:Put*", "s3:List*", "s3:Delete*"`, strings.Join(resources, `", "`)), ", reason: none", "", 1))
	for b.Loop() {
		if _, err := spec.Parse("pipeline.yaml", src); err != nil {
			b.Fatal(err)
		}
	}
}
