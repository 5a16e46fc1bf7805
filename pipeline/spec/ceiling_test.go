package spec_test

import (
	"testing"
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

// What cfnpipe's boundary denies is said in the file, not found in templates.
func TestPermissionsStayBelowTheCeiling(t *testing.T) {
	t.Parallel()
	const line = "15:23: application.functions[0].permissions[0].actions"
	const own = ", or bring a permissionsBoundary of your own"
	for _, c := range []struct {
		name, actions, resources string
		want                     []string
	}{
		{"a whole service", "codebuild:StartBuild", "*", []string{line + "[0]: the boundary of roles denies codebuild:StartBuild; leave it out" + own}},
		{"in another case", "CodeBuild:startbuild", "*", []string{line + `[0]: "CodeBuild:startbuild" is not an action; write a service and an action, such as dynamodb:GetItem; a star may stand at the end, as in dynamodb:Get*`}},
		{"an action in another case", "s3:GetObject, kms:putkeypolicy", "*", []string{"15:37: application.functions[0].permissions[0].actions[1]: the boundary of roles denies kms:putkeypolicy; leave it out" + own}},
		{"a pattern of a whole service", "codebuild:Start*", "*", []string{line + "[0]: the boundary of roles denies codebuild:Start*; leave it out" + own}},
		{"a pattern with one that is denied", "ssm:Start*", "*", []string{line + "[0]: the boundary of roles denies ssm:StartAutomationExecution, which is one of ssm:Start*; name the others" + own}},
		{"another service's longer name", "codebuildx:StartBuild", "*", []string{line + `[0]: IAM has no service "codebuildx"; did you mean "codebuild:StartBuild"?`}},
		{"a longer action", "kms:PutKeyPolicyX", "*", []string{line + `[0]: kms has no action "PutKeyPolicyX"; did you mean "kms:PutKeyPolicy"?`}},
		{"a shorter action", "kms:PutKeyPolic", "*", []string{line + `[0]: kms has no action "PutKeyPolic"; did you mean "kms:PutKeyPolicy"?`}},
		{"patterns that are allowed", "ssm:Get*, kms:De*", "*", nil},
		{"functions of others", "lambda:UpdateFunctionCode", "arn:aws:lambda:{region}:{account}:function:other", []string{
			line + `[0]: the boundary of roles denies lambda:UpdateFunctionCode on what is not of environment "dev"; name resources of lambda that begin with function:shop-dev- or layer:shop-dev-, leave it out` + own,
			line + `[0]: the boundary of roles denies lambda:UpdateFunctionCode on what is not of environment "prod"; name resources of lambda that begin with function:shop-prod- or layer:shop-prod-, leave it out` + own,
		}},
		{"functions of its own", "lambda:UpdateFunctionCode", "arn:aws:lambda:{region}:{account}:function:shop-{environment}-x", nil},
		{"functions that may be its own", "lambda:UpdateFunctionCode", "arn:aws:lambda:{region}:{account}:function:*-x", nil},
		{"functions by their beginning", "lambda:UpdateFunctionCode", "arn:aws:lambda:{region}:{account}:function:sho?-d", []string{
			line + `[0]: the boundary of roles denies lambda:UpdateFunctionCode on what is not of environment "dev"; name resources of lambda that begin with function:shop-dev- or layer:shop-dev-, leave it out` + own,
			line + `[0]: the boundary of roles denies lambda:UpdateFunctionCode on what is not of environment "prod"; name resources of lambda that begin with function:shop-prod- or layer:shop-prod-, leave it out` + own,
		}},
		{"what is called like its own functions", "lambda:UpdateFunctionCode", "arn:aws:batch:{region}:{account}:function:shop-{environment}-x", []string{
			line + "[0]: lambda:UpdateFunctionCode is allowed on none of these resources; its resources are arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}",
			line + `[0]: the boundary of roles denies lambda:UpdateFunctionCode on what is not of environment "dev"; name resources of lambda that begin with function:shop-dev- or layer:shop-dev-, leave it out` + own,
			line + `[0]: the boundary of roles denies lambda:UpdateFunctionCode on what is not of environment "prod"; name resources of lambda that begin with function:shop-prod- or layer:shop-prod-, leave it out` + own,
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

// A boundary of the project's own may allow what cfnpipe's denies.
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
		"64:48: application.services[1].permissions[0].actions[0]: the boundary of roles denies ecs:ExecuteCommand; leave it out, or bring a permissionsBoundary of your own")
}
