package stages_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// trusted are who may become a role, and under which conditions, one a line.
func trusted(s assembly.Stack, role *tree.Node) []string {
	var list []string
	for _, statement := range role.At("AssumeRolePolicyDocument", "Statement").Items {
		words := []string{strings.Join(texts(s, statement.Get("Action")), ","), "by"}
		principal := statement.Get("Principal")
		for i, kind := range principal.Keys {
			words = append(words, kind+":"+strings.Join(texts(s, principal.Items[i]), ","))
		}
		if condition := statement.Get("Condition"); condition != nil {
			for i, operator := range condition.Keys {
				for j, key := range condition.Items[i].Keys {
					words = append(words, "if", operator, key, strings.Join(texts(s, condition.Items[i].Items[j]), ","))
				}
			}
		}
		list = append(list, strings.Join(words, " "))
	}
	return list
}

func TestNoRoleTrustsAnybodyButWhoShouldUseIt(t *testing.T) {
	t.Parallel()
	const root = "sts:AssumeRole by AWS:arn:aws:iam::111111111111:root if ArnEquals aws:PrincipalArn arn:aws:iam::111111111111:role/shop/app/"
	want := map[string]string{
		"shop-dev-deploy":  root + "shop-delivery-pipeline",
		"shop-qa-deploy":   root + "shop-delivery-pipeline",
		"shop-prod-deploy": root + "shop-release-pipeline",
		// each publishes what it is built for: there is code for both processors, images for ARM alone
		"shop-dev-publish": root + "shop-delivery-publish-code,arn:aws:iam::111111111111:role/shop/app/shop-delivery-publish-code-arm," +
			"arn:aws:iam::111111111111:role/shop/app/shop-delivery-publish-images-arm",
		"shop-qa-publish": root + "shop-delivery-publish-code,arn:aws:iam::111111111111:role/shop/app/shop-delivery-publish-code-arm",
		"shop-prod-publish": root + "shop-release-publish-code,arn:aws:iam::111111111111:role/shop/app/shop-release-publish-code-arm," +
			"arn:aws:iam::111111111111:role/shop/app/shop-release-publish-images-arm",
		"shop-dev-clear": root + "shop-delivery-clear",
		"shop-qa-clear":  root + "shop-delivery-clear",
		"shop-delivery-clear-rule": "sts:AssumeRole by Service:events.amazonaws.com if StringEquals aws:SourceAccount 111111111111" +
			" if ArnLike aws:SourceArn arn:aws:events:eu-west-1:111111111111:rule/shop-delivery-clear",
		"shop-delivery-clear": "sts:AssumeRole by Service:codebuild.amazonaws.com if StringEquals aws:SourceAccount 111111111111" +
			" if ArnLike aws:SourceArn arn:aws:codebuild:eu-west-1:111111111111:project/shop-delivery-clear",
		"shop-delivery-deploy": root + "shop-delivery-pipeline",
		"shop-release-deploy":  root + "shop-release-pipeline",
	}
	for env, place := range map[string][2]string{"dev": {"eu-west-1", "222222222222"}, "qa": {"eu-central-1", "333333333333"}, "prod": {"eu-west-1", "444444444444"}} {
		by := func(service, sourceArn string) string {
			trust := "sts:AssumeRole by Service:" + service + ".amazonaws.com"
			if sourceArn == "" {
				return trust // the service knows no condition
			}
			return fmt.Sprintf("%s if StringEquals aws:SourceAccount %s if ArnLike aws:SourceArn arn:aws:%s", trust, place[1], fmt.Sprintf(sourceArn, place[0], place[1]))
		}
		for _, part := range []string{"hello-function", "sink-function", "network", "extras-reader"} {
			want["shop-"+env+"-"+part] = by("lambda", "")
		}
		containers := []string{"nightly-job", "train-job", "web-service", "worker-service"}
		if env != "qa" {
			containers = append(containers, "inner-service")
		}
		for _, part := range containers {
			want["shop-"+env+"-"+part] = by("ecs-tasks", "ecs:%s:%s:*")
			want["shop-"+env+"-"+part+"-start"] = by("ecs-tasks", "")
		}
		want["shop-"+env+"-train-job-instance"] = by("ec2", "")
		want["shop-"+env+"-nightly-job-schedule"] = by("scheduler", "scheduler:%s:%s:schedule-group/default")
		if env != "dev" {
			want["shop-"+env+"-flow-logs"] = by("vpc-flow-logs", "ec2:%s:%s:vpc-flow-log/*")
		}
	}
	for _, scope := range []string{"dev", "qa", "prod", "delivery", "release"} {
		want["shop-"+scope+"-execution"] = "sts:AssumeRole by Service:cloudformation.amazonaws.com"
	}
	for _, line := range []string{"delivery", "release"} {
		want["shop-"+line+"-pipeline"] = "sts:AssumeRole by Service:codepipeline.amazonaws.com if StringEquals aws:SourceAccount 111111111111"
		for _, project := range []string{"build", "publish-code", "publish-code-arm", "publish-images-arm"} {
			want["shop-"+line+"-"+project] = "sts:AssumeRole by Service:codebuild.amazonaws.com if StringEquals aws:SourceAccount 111111111111" +
				" if ArnLike aws:SourceArn arn:aws:codebuild:eu-west-1:111111111111:project/shop-" + line + "-" + project
		}
	}
	got := map[string]string{}
	for _, s := range assembled(t, full) {
		for _, role := range ofType(s.Template, "AWS::IAM::Role") {
			got[text(s, role.Get("RoleName"))] = strings.Join(trusted(s, role), "\n")
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestNothingIsAllowedByWildcardActions(t *testing.T) {
	t.Parallel()
	for name, s := range everyStack(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			policies(s.Template, func(path string, statement *tree.Node) {
				if statement.Get("Effect").Text != "Allow" {
					return
				}
				ceiling := strings.HasPrefix(path, "Resources.Boundary.") && statement.Get("Sid").Text == "Application"
				for _, a := range texts(s, statement.Get("Action")) {
					administration := a == "kms:*" && statement.Get("Sid").Text == "Administer" && strings.HasSuffix(path, ".KeyPolicy")
					if a == "*" || strings.HasSuffix(a, ":*") && !administration && !ceiling {
						t.Errorf("%s allows %s:\n%s", path, a, statement.YAML())
					}
				}
				if statement.Get("NotAction") != nil || statement.Get("NotResource") != nil {
					t.Errorf("%s allows everything but:\n%s", path, statement.YAML())
				}
			})
		})
	}
}

// Who administers keys is anybody of the account, but none of the project's roles.
func TestNoRoleOfTheProjectAdministersAKey(t *testing.T) {
	t.Parallel()
	for name, s := range everyStack(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for id, key := range ofType(s.Template, "AWS::KMS::Key") {
				list := key.At("KeyPolicy", "Statement").Items
				for _, statement := range list {
					if statement.Get("Effect").Text == "Deny" {
						continue // it only takes away
					}
					if p := statement.Get("Principal"); p.Kind == tree.String || statement.Get("Condition") == nil {
						t.Errorf("%s: a statement without a condition, or for everybody:\n%s", id, statement.YAML())
					}
				}
				fence := find(list, "Administer").At("Condition", "ArnNotLike", "aws:PrincipalArn")
				if want := "arn:aws:iam::" + s.Account + ":role/shop/*"; text(s, fence) != want {
					t.Errorf("%s: but for %q, want %s", id, text(s, fence), want)
				}
			}
		})
	}
}

// everywhere are the actions that are allowed on all resources, and why.
var everywhere = map[string]string{
	"application-autoscaling:Describe*": "Application Auto Scaling knows no resource for them; they only list",
	"batch:Describe*":                   "Batch knows no resource for them; they only list",
	"codepipeline:ListPipelines":        "CodePipeline knows no resource for it; operators only, and it only lists",
	"ec2:AssignPrivateIpAddresses":      "Lambda connects a function to its VPC as the function's role; the function's own code is denied it",
	"ec2:CreateNetworkInterface":        "as above",
	"ec2:DeleteNetworkInterface":        "as above",
	"ec2:UnassignPrivateIpAddresses":    "as above",
	"ec2:Describe*":                     "EC2 knows no resource for them; they only list",
	"ecr:GetAuthorizationToken":         "ECR knows no resource for it; what the token opens is another permission",
	"ecs:DeregisterTaskDefinition":      "ECS knows no resource for it; only in the region of the stacks",
	"ecs:DescribeTaskDefinition":        "ECS knows no resource for it; only in the region of the stacks",
	"ecs:DiscoverPollEndpoint":          "ECS knows no resource for it; it tells instances where to ask for work",
	"elasticloadbalancing:Describe*":    "Elastic Load Balancing knows no resource for them; they only list",
	"kms:CreateKey":                     "there is no key yet; only in the regions of the stacks",
	"cloudformation:GetHookResult":      "CloudFormation knows no resource for it; it only reads why a Hook refused something",
	"cloudformation:ValidateTemplate":   "CloudFormation knows no resource for it; it only reads a template that is sent along",
	"kms:ListAliases":                   "KMS knows no resource for it; it only lists",
	"logs:CreateLogDelivery":            "CloudWatch Logs knows no resource for it; API Gateway's access log is delivered as who makes the stage; only in the region of the stacks",
	"logs:DeleteLogDelivery":            "as above",
	"logs:GetLogDelivery":               "as above",
	"logs:ListLogDeliveries":            "as above",
	"logs:PutResourcePolicy":            "as above",
	"logs:UpdateLogDelivery":            "as above",
	"logs:DescribeResourcePolicies":     "CloudWatch Logs knows no resource for it; it only lists",
	"xray:PutTelemetryRecords":          "X-Ray knows no resource for it",
	"xray:PutTraceSegments":             "X-Ray knows no resource for it",
}

func TestOnlyWhatKnowsNoResourceIsAllowedOnAll(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for name, s := range everyStack(t) {
		policies(s.Template, func(path string, statement *tree.Node) {
			// in the policy of a key, * is the key
			isCeiling := strings.HasPrefix(path, "Resources.Boundary.") && statement.Get("Sid").Text == "Application" // a boundary grants nothing
			if statement.Get("Effect").Text != "Allow" || strings.HasSuffix(path, ".KeyPolicy") || isCeiling ||
				!slices.Contains(texts(s, statement.Get("Resource")), "*") {
				return
			}
			for _, a := range texts(s, statement.Get("Action")) {
				entry := a
				if i := strings.Index(a, ":Describe"); everywhere[a] == "" && i > 0 {
					entry = a[:i] + ":Describe*"
				}
				used[entry] = true
				if everywhere[entry] == "" {
					t.Errorf("%s: %s allows %s on all resources", name, path, a)
				}
				regions := statement.At("Condition", "StringEquals", "aws:RequestedRegion")
				if strings.Contains(everywhere[entry], "only in the region") && (regions == nil || !slices.Contains(texts(s, regions), s.Region)) {
					t.Errorf("%s: %s allows %s in every region", name, path, a)
				}
			}
		})
	}
	for a := range everywhere {
		if !used[a] {
			t.Errorf("%s is on the list and nobody has it", a)
		}
	}
}

func TestKeysAreMadeInTheRegionsOfTheStacksOnly(t *testing.T) {
	t.Parallel()
	for scope, want := range map[string][]string{"dev": {"eu-west-1"}, "qa": {"eu-central-1"}, "delivery": {"eu-west-1", "eu-central-1"}, "release": {"eu-west-1"}} {
		stacks := assembled(t, full)
		s := stackNamed(t, stacks, "shop-"+scope+"-access")
		statement := find(statementsOf(stacks, s, ofType(s.Template, "AWS::IAM::Role")["ExecutionRole"]), "CreateKeys")
		if got := texts(s, statement.At("Condition", "StringEquals", "aws:RequestedRegion")); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", scope, got, want)
		}
	}
}

// covers says whether a pattern with wildcards stands for a text.
func covers(pattern, text string) bool {
	start, rest, wild := strings.Cut(pattern, "*")
	text, ok := strings.CutPrefix(text, start)
	if !ok || !wild {
		return ok && text == ""
	}
	for i := range len(text) + 1 {
		if covers(rest, text[i:]) {
			return true
		}
	}
	return false
}

func coversAny(patterns []string, text string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return covers(p, text) })
}

// may says whether a list of statements allows an action on a resource, conditions aside.
func may(s assembly.Stack, list []*tree.Node, action, resource string) bool {
	allowed := false
	for _, statement := range list {
		if !coversAny(texts(s, statement.Get("Action")), action) || !coversAny(texts(s, statement.Get("Resource")), resource) {
			continue
		}
		if statement.Get("Effect").Text == "Deny" {
			if statement.Get("Condition") == nil {
				return false
			}
			continue // it may not hold
		}
		allowed = true
	}
	return allowed
}

func TestNoExecutionRoleTouchesItsOwnChain(t *testing.T) {
	t.Parallel()
	for name, yaml := range systems {
		stacks := assembled(t, yaml)
		for _, s := range stacks {
			if !isAccess(s) {
				continue
			}
			t.Run(name+"/"+s.Name, func(t *testing.T) {
				t.Parallel()
				scope := strings.TrimSuffix(strings.TrimPrefix(s.Name, "shop-"), "-access")
				list := statementsOf(stacks, s, ofType(s.Template, "AWS::IAM::Role")["ExecutionRole"])
				iam := "arn:aws:iam::" + s.Account + ":"
				for _, action := range []string{
					"iam:AttachRolePolicy", "iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:CreateRole", "iam:DeletePolicy", "iam:DeletePolicyVersion",
					"iam:DeleteRole", "iam:DeleteRolePolicy", "iam:DetachRolePolicy", "iam:PassRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy",
					"iam:SetDefaultPolicyVersion", "iam:TagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole",
				} {
					for _, part := range []string{"deploy", "execution", "publish", "anything"} {
						if arn := iam + "role/shop/access/shop-" + scope + "-" + part; may(s, list, action, arn) || !denied(s, list, action, arn) {
							t.Errorf("%s on %s is not denied", action, arn)
						}
					}
					if arn := iam + "policy/shop/access/shop-" + scope + "-boundary"; may(s, list, action, arn) || !denied(s, list, action, arn) {
						t.Errorf("%s on %s is not denied", action, arn)
					}
					for _, arn := range []string{iam + "policy/Boundary", iam + "role/Admin", iam + "role/shop/app/shop-other-x", iam + "user/somebody"} {
						if may(s, list, action, arn) {
							t.Errorf("%s on %s is allowed", action, arn)
						}
					}
				}
				for _, path := range []string{"shop/app/shop-" + scope + "-function", "anything"} {
					if arn := iam + "role/" + path; !denied(s, list, "iam:DeleteRolePermissionsBoundary", arn) {
						t.Errorf("the boundary of %s can go", arn)
					}
				}
				for _, action := range []string{"ssm:PutParameter", "ssm:DeleteParameter"} {
					arn := fmt.Sprintf("arn:aws:ssm:%s:%s:parameter/shop/%s/access/ResourceTypes", s.Region, s.Account, scope)
					if may(s, list, action, arn) || !denied(s, list, action, arn) {
						t.Errorf("%s on %s is not denied", action, arn)
					}
					for _, other := range []string{"dev", "qa", "prod", "delivery", "release"} {
						if arn := fmt.Sprintf("arn:aws:ssm:%s:%s:parameter/shop/%s/storage/KeyArn", s.Region, s.Account, other); other != scope && may(s, list, action, arn) {
							t.Errorf("%s on %s of another is allowed", action, arn)
						}
					}
				}
				for _, statement := range list {
					for _, action := range texts(s, statement.Get("Action")) {
						if service, _, _ := strings.Cut(action, ":"); slices.Contains([]string{"sts", "cloudformation", "organizations", "account", "lambda:InvokeFunction"}, service) {
							t.Errorf("it may %s", action)
						}
					}
				}
			})
		}
	}
}

// denied says whether a statement denies an action on a resource, whatever the conditions.
func denied(s assembly.Stack, list []*tree.Node, action, resource string) bool {
	return slices.ContainsFunc(list, func(statement *tree.Node) bool {
		is := coversAny(texts(s, statement.Get("Action")), action)
		if but := statement.Get("NotAction"); but != nil {
			is = !coversAny(texts(s, but), action)
		}
		return statement.Get("Effect").Text == "Deny" && statement.Get("Condition") == nil && is && coversAny(texts(s, statement.Get("Resource")), resource)
	})
}

func TestRolesOfDeployedStacksAreBounded(t *testing.T) {
	t.Parallel()
	for name, yaml := range systems {
		stacks := assembled(t, yaml)
		for _, s := range stacks {
			t.Run(name+"/"+s.Name, func(t *testing.T) {
				t.Parallel()
				scope := strings.Split(s.Name, "-")[1]
				boundary := "arn:aws:iam::" + s.Account + ":policy/shop/access/shop-" + scope + "-boundary"
				if name == "minimal" {
					boundary = "arn:aws:iam::" + s.Account + ":policy/Boundary"
				}
				for id, role := range ofType(s.Template, "AWS::IAM::Role") {
					path, bound := "/shop/app/", boundary
					if isAccess(s) { // those are the ones that bind others; only an operator makes them
						path, bound = "/shop/access/", ""
					}
					if got := text(s, role.Get("Path")); got != path {
						t.Errorf("%s stands under %s, want %s", id, got, path)
					}
					if got := text(s, valueOf(s, role.Get("PermissionsBoundary"))); got != bound {
						t.Errorf("%s has the boundary %q, want %q", id, got, bound)
					}
					if managed := role.Get("ManagedPolicyArns"); managed != nil {
						for _, p := range managed.Items { // only those that are in a template too
							if ref := p.Get("Ref"); ref != nil && ofType(s.Template, "AWS::IAM::ManagedPolicy")[ref.Text] != nil {
								continue
							}
							if len(statementsOf(stacks, s, tree.NewMap().Set("ManagedPolicyArns", tree.NewList(p)))) == 0 {
								t.Errorf("%s has a policy that we did not write: %s", id, p.YAML())
							}
						}
					}
				}
				if !isAccess(s) {
					return
				}
				for _, sid := range []string{"BoundedRoles"} {
					if statement := find(statementsOf(stacks, s, ofType(s.Template, "AWS::IAM::Role")["ExecutionRole"]), sid); statement != nil {
						if got := text(s, statement.At("Condition", "ArnEquals", "iam:PermissionsBoundary")); got != boundary {
							t.Errorf("the execution role makes roles with the boundary %q, want %q", got, boundary)
						}
					}
				}
				if made := ofType(s.Template, "AWS::IAM::ManagedPolicy")["Boundary"] != nil; made != (name != "minimal") {
					t.Errorf("a boundary is made: %t", made)
				}
			})
		}
	}
}

func TestStacksAreDeletedOutsideProductionOnly(t *testing.T) {
	t.Parallel()
	stacks := assembled(t, full)
	for _, s := range stacks {
		if !isAccess(s) {
			continue
		}
		deletes := slices.Contains([]string{"shop-dev-access", "shop-qa-access"}, s.Name)
		for id, role := range ofType(s.Template, "AWS::IAM::Role") {
			for _, statement := range statementsOf(stacks, s, role) {
				if statement.Get("Effect").Text == "Allow" && slices.Contains(texts(s, statement.Get("Action")), "cloudformation:DeleteStack") && (id != "ClearRole" || !deletes) {
					t.Errorf("%s: %s may delete stacks:\n%s", s.Name, id, statement.YAML())
				}
			}
		}
	}
}

func TestADeployRoleDeploysItsOwnStacksOnly(t *testing.T) {
	t.Parallel()
	stacks := assembled(t, full)
	for _, access := range stacks {
		if !isAccess(access) {
			continue
		}
		scope := strings.TrimSuffix(strings.TrimPrefix(access.Name, "shop-"), "-access")
		list := statementsOf(stacks, access, ofType(access.Template, "AWS::IAM::Role")["DeployRole"])
		for _, s := range stacks {
			arn := fmt.Sprintf("arn:aws:cloudformation:%s:%s:stack/%s/1f2e3d", s.Region, s.Account, s.Name)
			own := s.Account == access.Account && strings.HasPrefix(s.Name, "shop-"+scope+"-") && !isOperators(s) ||
				scope == "release" && s.Name == "shop-toolchain" // it has the most protected environment
			for _, action := range []string{"cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet", "cloudformation:DescribeStacks", "cloudformation:UpdateStack"} {
				if got := may(access, list, action, arn); got != own {
					t.Errorf("%s: %s on %s: %t, want %t", access.Name, action, s.Name, got, own)
				}
			}
		}
		execution := "arn:aws:iam::" + access.Account + ":role/shop/access/shop-" + scope + "-execution"
		for _, statement := range list {
			if statement.Get("Effect").Text == "Deny" {
				continue // it only takes away
			}
			for _, action := range texts(access, statement.Get("Action")) {
				switch action {
				case "cloudformation:CreateChangeSet", "cloudformation:CreateStack", "cloudformation:UpdateStack":
					if got := text(access, statement.At("Condition", "ArnEquals", "cloudformation:RoleArn")); got != execution {
						t.Errorf("%s: %s with the role %q, want %s", access.Name, action, got, execution)
					}
				case "iam:PassRole":
					to := text(access, statement.At("Condition", "StringEquals", "iam:PassedToService"))
					if got := texts(access, statement.Get("Resource")); !slices.Equal(got, []string{execution}) || to != "cloudformation.amazonaws.com" {
						t.Errorf("%s: it passes %q to %q", access.Name, got, to)
					}
				}
			}
		}
	}
}

// CodePipeline asks as the deploy role why a deployment failed: what early validation or a Hook refuses stands in no event of a stack.
func TestTheDeployRoleSeesWhyADeploymentFails(t *testing.T) {
	t.Parallel()
	stacks := assembled(t, full)
	for _, access := range stacks {
		if !isAccess(access) {
			continue
		}
		scope := strings.TrimSuffix(strings.TrimPrefix(access.Name, "shop-"), "-access")
		list := statementsOf(stacks, access, ofType(access.Template, "AWS::IAM::Role")["DeployRole"])
		arn := fmt.Sprintf("arn:aws:cloudformation:%s:%s:", access.Region, access.Account)
		for _, c := range []struct {
			action, resource string
			want             bool
		}{
			{"cloudformation:DescribeEvents", arn + "stack/shop-" + scope + "-network/1f2e3d", true},
			{"cloudformation:DescribeEvents", arn + "stack/other-" + scope + "-network/1f2e3d", false},
			{"cloudformation:DescribeEvents", arn + "changeSet/other-delivery/1f2e3d", false},
			{"cloudformation:DescribeStackResources", arn + "stack/shop-" + scope + "-network/1f2e3d", true},
			{"cloudformation:GetHookResult", "*", true},
			{"cloudformation:ValidateTemplate", "*", true},
		} {
			if got := may(access, list, c.action, c.resource); got != c.want {
				t.Errorf("%s: %s on %s: %t, want %t", access.Name, c.action, c.resource, got, c.want)
			}
		}
		pipelines := 0
		for _, pipeline := range []string{"delivery", "release"} {
			if may(access, list, "cloudformation:DescribeEvents", arn+"changeSet/shop-"+pipeline+"/1f2e3d") {
				pipelines++
			}
		}
		if pipelines != 1 {
			t.Errorf("%s: it sees the change sets of %d pipelines, want its own", access.Name, pipelines)
		}
	}
}

// The function of a custom resource does what CloudFormation tells it with rights of its own: tests call what the application made only.
func TestTheTestRoleDoesNotCallWhatCloudFormationCalls(t *testing.T) {
	t.Parallel()
	tested := 0
	for _, access := range assembled(t, full+"steps: { acceptanceTests: { commands: [pytest] } }\n") {
		role := ofType(access.Template, "AWS::IAM::Role")["TestRole"]
		if role == nil {
			continue
		}
		tested++
		scope := strings.TrimSuffix(strings.TrimPrefix(access.Name, "shop-"), "-access")
		list := statementsOf(nil, access, role)
		function := fmt.Sprintf("arn:aws:lambda:%s:%s:function:shop-%s-", access.Region, access.Account, scope)
		for _, c := range []struct {
			name string
			want bool
		}{{"hello", true}, {"hello:live", true}, {"network-closed-group", false}, {"network-closed-group:live", false}} {
			if got := may(access, list, "lambda:InvokeFunction", function+c.name); got != c.want {
				t.Errorf("%s: calls %s: %t, want %t", access.Name, function+c.name, got, c.want)
			}
		}
	}
	if tested == 0 {
		t.Error("there is no test role")
	}
}

// A change set resolves the SSM parameters of its template as the role that makes it.
func TestTheDeployRoleReadsEveryParameterOfItsTemplates(t *testing.T) {
	t.Parallel()
	stacks := assembled(t, full)
	read := 0
	for _, s := range stacks {
		if isAccess(s) || s.Template.Get("Parameters") == nil {
			continue
		}
		access := accessOf(t, stacks, s)
		roles := ofType(access.Template, "AWS::IAM::Role")
		for i, name := range s.Template.Get("Parameters").Keys {
			p := s.Template.Get("Parameters").Items[i]
			if !strings.HasPrefix(p.Get("Type").Text, "AWS::SSM::Parameter::Value<") {
				continue
			}
			read++
			k := slices.IndexFunc(s.Parameters, func(given assembly.Parameter) bool { return given.Name == name })
			arn := fmt.Sprintf("arn:aws:ssm:%s:%s:parameter%s", s.Region, s.Account, s.Parameters[k].Value)
			for _, role := range []string{"DeployRole", "ExecutionRole"} {
				if !may(access, statementsOf(stacks, access, roles[role]), "ssm:GetParameters", arn) {
					t.Errorf("%s of %s may not read %s, which %s takes as %s", role, access.Name, arn, s.Name, name)
				}
			}
		}
	}
	if read == 0 {
		t.Error("no stack takes anything")
	}
}

var accountOfBucket = regexp.MustCompile(`-(\d{12})-`)

func TestAForeignBucketIsReachedInItsAccountOnly(t *testing.T) {
	t.Parallel()
	for name, s := range everyStack(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			statements := map[string][]*tree.Node{}
			for id, role := range ofType(s.Template, "AWS::IAM::Role") {
				statements[id] = statementsOf(nil, s, role)
			}
			for id, policy := range ofType(s.Template, "AWS::IAM::ManagedPolicy") {
				if id != "Boundary" { // which grants nothing
					statements[id] = policy.At("PolicyDocument", "Statement").Items
				}
			}
			for id, list := range statements {
				for _, statement := range list {
					if statement.Get("Effect").Text != "Allow" || !strings.HasPrefix(texts(s, statement.Get("Action"))[0], "s3:") ||
						statement.Get("Sid").Text == "Buckets" { // those it makes: there is no account yet, and no data in what it asks
						continue
					}
					want := s.Account
					for _, r := range texts(s, statement.Get("Resource")) {
						if m := accountOfBucket.FindStringSubmatch(r); m != nil {
							want = m[1]
						}
					}
					if got := text(s, statement.At("Condition", "StringEquals", "aws:ResourceAccount")); got != want {
						t.Errorf("%s: in account %q, want %s:\n%s", id, got, want, statement.YAML())
					}
				}
			}
		})
	}
}

func TestAStackIsRefusedWhereItsAccessDoesNotCoverIt(t *testing.T) {
	t.Parallel()
	for name, yaml := range systems {
		stacks := assembled(t, yaml)
		for _, s := range stacks {
			t.Run(name+"/"+s.Name, func(t *testing.T) {
				t.Parallel()
				rule := s.Template.At("Rules", "AccessCoversThis")
				access := accessOf(t, stacks, s)
				if isOperators(s) || s.Region != access.Region { // an SSM parameter is read in its own region
					if rule != nil {
						t.Errorf("got the rule\n%s", rule.YAML())
					}
					return
				}
				var types []string
				for _, r := range s.Template.Get("Resources").Items {
					types = append(types, r.Get("Type").Text)
				}
				slices.Sort(types)
				types = slices.Compact(types)
				assertion := rule.Get("Assertions").Items[0]
				members := assertion.At("Assert", "Fn::EachMemberIn").Items
				asserted := texts(s, members[0])
				if diff := cmp.Diff(types, asserted); diff != "" {
					t.Errorf("types: want -, rule +:\n%s", diff)
				}
				parameter := s.Template.At("Parameters", members[1].Get("Ref").Text, "Default").Text
				published := access.Template.At("Resources", "ResourceTypesParameter", "Properties")
				if parameter != published.Get("Name").Text {
					t.Errorf("the rule reads %s, the access stack writes %s", parameter, published.Get("Name").Text)
				}
				covered := strings.Split(published.Get("Value").Text, ",")
				for _, x := range asserted {
					if !slices.Contains(covered, x) {
						t.Errorf("the access stack does not cover %s", x)
					}
				}
				if sees := rule.Get("RuleCondition"); !strings.Contains(string(sees.YAML()), published.Get("Name").Text) {
					t.Errorf("where rules see the name of the parameter, the rule stops every deployment: its condition is\n%s", sees.YAML())
				}
				if says := assertion.Get("AssertDescription").Text; !strings.Contains(says, "Deploy the stack "+access.Name+" first") {
					t.Errorf("got the reason %q", says)
				}
			})
		}
	}
}

// limits of names, by type and property.
var limits = map[string]struct {
	property string
	pattern  *regexp.Regexp
}{
	"AWS::IAM::Role":                            {"RoleName", regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)},
	"AWS::IAM::ManagedPolicy":                   {"ManagedPolicyName", regexp.MustCompile(`^[\w+=,.@-]{1,128}$`)},
	"AWS::IAM::InstanceProfile":                 {"InstanceProfileName", regexp.MustCompile(`^[\w+=,.@-]{1,128}$`)},
	"AWS::S3::Bucket":                           {"BucketName", regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)},
	"AWS::KMS::Alias":                           {"AliasName", regexp.MustCompile(`^alias/[\w/-]{1,250}$`)},
	"AWS::Lambda::Function":                     {"FunctionName", regexp.MustCompile(`^[\w-]{1,64}$`)},
	"AWS::Logs::LogGroup":                       {"LogGroupName", regexp.MustCompile(`^[\w./#-]{1,512}$`)},
	"AWS::SQS::Queue":                           {"QueueName", regexp.MustCompile(`^[\w-]{1,80}$`)},
	"AWS::ECR::Repository":                      {"RepositoryName", regexp.MustCompile(`^[a-z0-9]+(?:[._-][a-z0-9]+)*$`)},
	"AWS::CodeBuild::Project":                   {"Name", regexp.MustCompile(`^[A-Za-z0-9][\w-]{1,149}$`)},
	"AWS::CodeBuild::ReportGroup":               {"Name", regexp.MustCompile(`^[\w-]{2,128}$`)},
	"AWS::CodePipeline::Pipeline":               {"Name", regexp.MustCompile(`^[\w.@-]{1,100}$`)},
	"AWS::SSM::Parameter":                       {"Name", regexp.MustCompile(`^/[\w./-]{1,1000}$`)},
	"AWS::ApiGatewayV2::Api":                    {"Name", regexp.MustCompile(`^.{1,128}$`)},
	"AWS::Athena::WorkGroup":                    {"Name", regexp.MustCompile(`^[\w.-]{1,128}$`)},
	"AWS::Batch::ComputeEnvironment":            {"ComputeEnvironmentName", regexp.MustCompile(`^[A-Za-z0-9][\w-]{0,127}$`)},
	"AWS::Batch::JobDefinition":                 {"JobDefinitionName", regexp.MustCompile(`^[A-Za-z0-9][\w-]{0,127}$`)},
	"AWS::Batch::JobQueue":                      {"JobQueueName", regexp.MustCompile(`^[A-Za-z0-9][\w-]{0,127}$`)},
	"AWS::CloudWatch::Alarm":                    {"AlarmName", regexp.MustCompile(`^.{1,255}$`)},
	"AWS::CloudWatch::Dashboard":                {"DashboardName", regexp.MustCompile(`^[\w-]{1,255}$`)},
	"AWS::ECS::Cluster":                         {"ClusterName", regexp.MustCompile(`^[\w-]{1,255}$`)},
	"AWS::ECS::Service":                         {"ServiceName", regexp.MustCompile(`^[\w-]{1,255}$`)},
	"AWS::ECS::TaskDefinition":                  {"Family", regexp.MustCompile(`^[\w-]{1,255}$`)},
	"AWS::ElasticLoadBalancingV2::LoadBalancer": {"Name", regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,30}[A-Za-z0-9]$`)},
	"AWS::ElasticLoadBalancingV2::TargetGroup":  {"Name", regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,30}[A-Za-z0-9]$`)},
	"AWS::Events::Rule":                         {"Name", regexp.MustCompile(`^[\w.-]{1,64}$`)},
	"AWS::Scheduler::Schedule":                  {"Name", regexp.MustCompile(`^[\w.-]{1,64}$`)},
	"AWS::SNS::Topic":                           {"TopicName", regexp.MustCompile(`^[\w-]{1,256}$`)},
}

// unnamed are types that have no name of our choice, or one that stands for nothing outside of what it belongs to.
var unnamed = []string{
	"AWS::ApiGatewayV2::Authorizer", "AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route", "AWS::ApiGatewayV2::Stage",
	"AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ApplicationAutoScaling::ScalingPolicy",
	"AWS::EC2::EIP", "AWS::EC2::FlowLog", "AWS::EC2::InternetGateway", "AWS::EC2::LaunchTemplate", "AWS::EC2::NatGateway", "AWS::EC2::Route", "AWS::EC2::RouteTable",
	"AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::Subnet", "AWS::EC2::SubnetRouteTableAssociation", "AWS::EC2::VPC",
	"AWS::EC2::VPCEndpoint", "AWS::EC2::VPCGatewayAttachment", "AWS::ElasticLoadBalancingV2::Listener", "AWS::KMS::Key", "AWS::Lambda::Alias",
	"AWS::Lambda::Permission", "AWS::Lambda::Version", "AWS::S3::BucketPolicy", "AWS::SNS::Subscription", "AWS::SNS::TopicPolicy",
	"AWS::SQS::QueuePolicy", "Custom::ClosedGroup",
}

func checkNames(t *testing.T, stacks []assembly.Stack) {
	t.Helper()
	taken := map[string]string{}
	for _, s := range stacks {
		if !regexp.MustCompile(`^[A-Za-z][-A-Za-z0-9]{0,127}$`).MatchString(s.Name) {
			t.Errorf("CloudFormation takes no stack %s", s.Name)
		}
		project, rest, _ := strings.Cut(s.Name, "-")
		scope, _, _ := strings.Cut(rest, "-")
		resources := s.Template.Get("Resources")
		for i, id := range resources.Keys {
			typ := resources.Items[i].Get("Type").Text
			limit, known := limits[typ]
			if !known {
				if !slices.Contains(unnamed, typ) {
					t.Errorf("%s: is there a limit for names of %s?", s.Name, typ)
				}
				continue
			}
			name := text(s, resources.Items[i].At("Properties", limit.property))
			if typ == "AWS::Logs::LogGroup" {
				name = groupName(s, id, resources.Items[i].Get("Properties"))
			}
			if !limit.pattern.MatchString(name) {
				t.Errorf("%s.%s: %s takes no %q of %d characters", s.Name, id, typ, name, len(name))
			}
			if len(name) > 256 && typ == "AWS::ECR::Repository" {
				t.Errorf("%s.%s: the name has %d characters", s.Name, id, len(name))
			}
			if !strings.Contains(name+"-", project+"-"+scope+"-") && !strings.HasPrefix(name, "/"+project+"/"+scope+"/") && scope != "toolchain" {
				t.Errorf("%s.%s: %s says nothing of %s", s.Name, id, name, scope)
			}
			where := typ + " " + s.Account + " " + s.Region + " " + name
			if strings.HasPrefix(typ, "AWS::IAM::") {
				where = typ + " " + s.Account + " " + name // once in an account
			}
			if other := taken[where]; other != "" {
				t.Errorf("%s.%s: %s has the name %s too", s.Name, id, other, name)
			}
			taken[where] = s.Name + "." + id
		}
	}
}

func TestNamesFitAndStandOnce(t *testing.T) {
	t.Parallel()
	for name, yaml := range systems {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkNames(t, assembled(t, yaml))
		})
	}
}

// The spec takes a project's name as long as the templates do.
func TestTheLongestNamesFit(t *testing.T) {
	t.Parallel()
	for length := 60; ; length-- {
		if length == 0 {
			t.Fatal("no length fits")
		}
		project := strings.Repeat("p", length)
		yaml := strings.ReplaceAll(strings.Replace(full, "project: shop", "project: "+project, 1), "/shop/", "/"+project+"/")
		if _, err := spec.Parse("pipeline.yaml", []byte(yaml)); err != nil {
			continue
		}
		t.Logf("a project's name of %d characters", length)
		checkNames(t, assembled(t, yaml))
		return
	}
}

// inOneAccount is full with all environments in the account and region of the toolchain.
var inOneAccount = regexp.MustCompile(`"(222222222222|333333333333|444444444444)"(, region: eu-central-1)?`).ReplaceAllString(full, `"111111111111"`)

// The environments of one account and region: no name stands twice.
func TestEverythingFitsIntoOneAccount(t *testing.T) {
	t.Parallel()
	checkNames(t, assembled(t, inOneAccount))
}

// What others in the account own is out of reach, but images that all share can be pulled.
func TestNeighboursAreKeptApart(t *testing.T) {
	t.Parallel()
	stacks := assembled(t, inOneAccount)
	dev := stacks[slices.IndexFunc(stacks, func(s assembly.Stack) bool { return s.Name == "shop-dev-access" })]
	boundary := dev.Template.At("Resources", "Boundary", "Properties", "PolicyDocument", "Statement").Items
	const arn = "arn:aws:%s:eu-west-1:111111111111:%s"
	for _, c := range []struct {
		action, resource string
		want             bool
	}{
		{"s3:PutObject", "arn:aws:s3:::shop-prod-data-111111111111-eu-west-1/x", true},
		{"s3:PutObject", "arn:aws:s3:::shop-release-artifacts-111111111111-eu-west-1/x", true},
		{"s3:PutObject", "arn:aws:s3:::shop-dev-data-111111111111-eu-west-1/x", false},
		{"lambda:UpdateFunctionCode", fmt.Sprintf(arn, "lambda", "function:shop-prod-hello"), true},
		{"lambda:UpdateFunctionCode", fmt.Sprintf(arn, "lambda", "function:shop-dev-hello"), false},
		{"codebuild:StartBuild", fmt.Sprintf(arn, "codebuild", "project/shop-release-synth"), true},
		{"ssm:PutParameter", fmt.Sprintf(arn, "ssm", "parameter/shop/prod/x"), true},
		{"ecs:UpdateService", fmt.Sprintf(arn, "ecs", "service/shop-prod/shop-prod-web"), true},
		{"ecr:BatchGetImage", fmt.Sprintf(arn, "ecr", "repository/shop-prod-web"), true},
		{"ecr:PutImage", fmt.Sprintf(arn, "ecr", "repository/shop-prod-web"), true},
		{"ecr:PutImage", fmt.Sprintf(arn, "ecr", "repository/shop-dev-web"), true}, // images are the pipeline's to push
		{"ecr:BatchGetImage", fmt.Sprintf(arn, "ecr", "repository/shop-dev-web"), false},
		{"dynamodb:GetItem", fmt.Sprintf(arn, "dynamodb", "table/shop-prod-orders"), true},
		{"dynamodb:GetItem", fmt.Sprintf(arn, "dynamodb", "table/shop-dev-orders"), false},
		{"ecr:BatchGetImage", fmt.Sprintf(arn, "ecr", "repository/shop-toolchain-base"), false},
		{"ecr:PutImage", fmt.Sprintf(arn, "ecr", "repository/shop-toolchain-base"), true},
		{"ecr:DeleteRepositoryPolicy", fmt.Sprintf(arn, "ecr", "repository/shop-toolchain-base"), true},
	} {
		isAllowed := slices.ContainsFunc(boundary, func(statement *tree.Node) bool {
			return statement.Get("Effect").Text == "Allow" && coversAny(texts(dev, statement.Get("Action")), c.action) &&
				coversAny(texts(dev, statement.Get("Resource")), c.resource)
		})
		if got := !isAllowed || denied(dev, boundary, c.action, c.resource); got != c.want {
			t.Errorf("%s on %s: out of reach is %v, want %v", c.action, c.resource, got, c.want)
		}
	}
}
