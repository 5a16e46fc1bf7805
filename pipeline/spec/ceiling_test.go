package spec_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/pipeline/verify"
)

// withPermission is small with a function that has a permission, in line 15.
func withPermission(actions, resources string) string {
	return small + `application:
  functions:
    - name: hello
      source: a
      runtime: provided.al2023
      permissions:
        - { actions: [` + actions + `], resources: ["` + resources + `"], reason: none }
`
}

// What cfnpipe's boundary does not allow is said in the file, not found in templates.
func TestPermissionsStayBelowTheCeiling(t *testing.T) {
	t.Parallel()
	const line = "15:23: application.functions[0].permissions[0].actions"
	const own = ", or bring a permissionsBoundary of your own"
	for _, c := range []struct {
		name, actions, resources string
		want                     []string
	}{
		{"a service that is not in it", "codebuild:StartBuild", "*", []string{line + "[0]: the boundary of roles does not allow codebuild:StartBuild; leave it out" + own}},
		{"in another case", "CodeBuild:startbuild", "*", []string{line + `[0]: "CodeBuild:startbuild" is not an action; write a service and an action, such as dynamodb:GetItem; a star may stand at the end, as in dynamodb:Get*`}},
		{"an action in another case", "s3:GetObject, kms:putkeypolicy", "*", []string{"15:37: application.functions[0].permissions[0].actions[1]: the boundary of roles does not allow kms:putkeypolicy; leave it out" + own}},
		{"a pattern of a service that is not in it", "codebuild:Start*", "*", []string{line + "[0]: the boundary of roles does not allow codebuild:Start*; leave it out" + own}},
		{"a pattern of which nothing is in it", "ssm:Start*", "*", []string{line + "[0]: the boundary of roles does not allow ssm:Start*; leave it out" + own}},
		{"a pattern of which a part is in it", "kms:De*", "*", []string{line + "[0]: of kms:De*, the boundary of roles allows only kms:*crypt*, kms:DeriveSharedSecret, kms:DescribeKey; name what is needed of these" + own}},
		{"a pattern of which a part is its own", "batch:S*", "arn:aws:batch:{region}:{account}:job-queue/shop-{environment}-x", []string{line + "[0]: of batch:S*, the boundary of roles allows only batch:SubmitJob; name what is needed of these" + own}},
		{"another service's longer name", "sqsx:SendMessage", "*", []string{line + `[0]: IAM has no service "sqsx"; did you mean "sqs:SendMessage"?`}},
		{"a longer action", "kms:SignX", "*", []string{line + `[0]: kms has no action "SignX"; did you mean "kms:Sign"?`}},
		{"a shorter action", "kms:Sig", "*", []string{line + `[0]: kms has no action "Sig"; did you mean "kms:Sign"?`}},
		{"what nobody needs at run time", "s3:DeleteBucket", "*", []string{line + "[0]: the boundary of roles does not allow s3:DeleteBucket; leave it out" + own}},
		{"patterns that are allowed", "ssm:GetParameters*, kms:Generate*, dynamodb:Batch*, s3:GetObject*, sqs:*", "*", []string{"15:90: application.functions[0].permissions[0].actions[4]: allows everything of sqs; say which actions, such as sqs:Get*"}},
		{"actions that are allowed", "kms:ReEncryptFrom, kms:decrypt, s3:AbortMultipartUpload, events:PutEvents, states:StartSyncExecution", "*", nil},
		{"functions of others", "lambda:UpdateFunctionCode", "arn:aws:lambda:{region}:{account}:function:other", []string{
			line + `[0]: the boundary of roles does not allow lambda:UpdateFunctionCode on what is not of environment "dev"; name resources of lambda that begin with function:shop-dev-, leave it out` + own,
			line + `[0]: the boundary of roles does not allow lambda:UpdateFunctionCode on what is not of environment "prod"; name resources of lambda that begin with function:shop-prod-, leave it out` + own,
		}},
		{"functions of its own", "lambda:UpdateFunctionCode", "arn:aws:lambda:{region}:{account}:function:shop-{environment}-x", nil},
		{"functions that may be its own", "lambda:UpdateFunctionCode", "arn:aws:lambda:{region}:{account}:function:*-x", nil},
		{"functions by their beginning", "lambda:UpdateFunctionCode", "arn:aws:lambda:{region}:{account}:function:sho?-d", []string{
			line + `[0]: the boundary of roles does not allow lambda:UpdateFunctionCode on what is not of environment "dev"; name resources of lambda that begin with function:shop-dev-, leave it out` + own,
			line + `[0]: the boundary of roles does not allow lambda:UpdateFunctionCode on what is not of environment "prod"; name resources of lambda that begin with function:shop-prod-, leave it out` + own,
		}},
		{"what is called like its own functions", "lambda:UpdateFunctionCode", "arn:aws:batch:{region}:{account}:function:shop-{environment}-x", []string{
			line + "[0]: lambda:UpdateFunctionCode is allowed on none of these resources; its resources are arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}",
		}},
		{"functions that any letter makes its own", "lambda:UpdateFunctionCode", "arn:aws:lambda:{region}:{account}:function:sho?-{environment}-x", nil},
		{"what nobody is given", "iam:PassRole", "*", []string{line + "[0]: a function with actions of iam could widen its own permissions; give the operator's stacks what needs them"}},
		{"all functions", "lambda:UpdateFunctionCode", "*", nil},
		{"calls of others", "lambda:InvokeFunction", "arn:aws:lambda:{region}:{account}:function:other", nil},
		{"one resource of its own", `batch:SubmitJob`, `arn:aws:batch:{region}:{account}:job-queue/shop-{environment}-x", "arn:aws:batch:{region}:{account}:job-definition/x`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
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

// A boundary of the project's own may allow what cfnpipe's does not.
func TestNothingIsKnownOfOwnBoundaries(t *testing.T) {
	t.Parallel()
	const boundary = "permissionsBoundary: arn:aws:iam::{account}:policy/Boundary\n"
	parse(t, boundary+withPermission("codebuild:StartBuild", "*"))
	refuse(t, change(t, boundary, "account", "acount")+withPermission("codebuild:StartBuild", "*"), `1:22: permissionsBoundary: unknown placeholder "{acount}"; did you mean "{account}"?`)
	refuse(t, "permissionsBoundary: 5\n"+withPermission("codebuild:StartBuild", "*"), `1:22: permissionsBoundary: needs text, found the number 5; quote it: "5"`)
}

// Of what has no resource, that is said, and nothing of whose they are.
func TestPermissionsWithoutResources(t *testing.T) {
	t.Parallel()
	refuse(t, change(t, withPermission("batch:SubmitJob", "*"), `resources: ["*"], reason: none`, "resources: []"),
		"15:52: application.functions[0].permissions[0].resources: there is none; write one such as arn:aws:dynamodb:{region}:{account}:table/orders")
}

// What holds for functions holds for containers.
func TestPermissionsOfContainersStayBelowTheCeiling(t *testing.T) {
	t.Parallel()
	refuse(t, change(t, application, "{ name: queue,", `{ name: queue, permissions: [{ actions: ["ecs:ExecuteCommand"], resources: ["*"], reason: a }],`),
		"64:48: application.services[1].permissions[0].actions[0]: the boundary of roles does not allow ecs:ExecuteCommand; leave it out, or bring a permissionsBoundary of your own")
}

// No permission gives code what would let it act with the roles of others: not on everything, and where some of it is the environment's own, not
// on what is another's.
func TestNoPermissionActsWithTheRolesOfOthers(t *testing.T) {
	t.Parallel()
	owned := spec.OwnedOnly("shop", "dev")
	for _, action := range verify.Powers() {
		service, name, _ := strings.Cut(action, ":")
		resource := "arn:aws:" + service + ":{region}:{account}:stranger"
		_, err := spec.Parse("pipeline.yaml", []byte(change(t, withPermission(action, resource), ", reason: none", "")))
		if errs := (spec.Errors)(nil); !errors.As(err, &errs) || len(errs) == 0 {
			t.Errorf("a function is given %s on %s: %v", action, resource, err)
		}
		isOwned := slices.ContainsFunc(owned, func(o spec.Owned) bool { return o.Service == service })
		if isOwned || service == "iam" || service == "organizations" || service == "account" || service == "sts" {
			continue
		}
		for _, pattern := range []string{action, service + ":" + name[:len(name)-1] + "*"} {
			if _, err := spec.Parse("pipeline.yaml", []byte(withPermission(pattern, "*"))); err == nil || !strings.Contains(err.Error(), "the boundary of roles") {
				t.Errorf("a function is given %s: %v", pattern, err)
			}
		}
	}
}
