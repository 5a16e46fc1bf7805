package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/policy"
	"github.com/cfnpipe/cfnpipe/stages"
)

// A stack whose first creation failed accepts no change until it is deleted. When a deployment fails, a rule starts a build that deletes those
// stacks of the pipeline's environments that hold nothing any more, and the next run creates them again. Production has none of it.

// isCleared says whether such stacks of an environment are deleted without anybody being asked.
func isCleared(e *stages.Environment) bool {
	return e.Type != spec.Prod && (e.Bootstrap != nil || len(e.Stacks) > 0)
}

// clears are the environments of the pipeline whose stacks are cleared.
func (p *Pipeline) clears() []*stages.Environment {
	return slices.DeleteFunc(slices.Clone(p.Environments), func(e *stages.Environment) bool { return !isCleared(e) })
}

// clearers are the roles of the builds that clear an environment.
func (p *Pipeline) clearers(e *stages.Environment) []cfn.Part {
	if !isCleared(e) {
		return nil
	}
	name := spec.Name(p.Place.Project, p.Name, spec.ClearPart)
	return []cfn.Part{resources.RoleARNOf(cfn.Lit(p.Place.Account), spec.ApplicationPath(p.Place.Project), name)}
}

// clearMinutes is how long the build has: a creation that is being rolled back, and a deletion, may go on for a while.
const clearMinutes = 60

// clearBuild is the build that clears. It has no source: no code of the branch runs in it.
func (p *Pipeline) clearBuild(deployments [][]*cfn.Template) build {
	assume := policy.Allow("Clear", "sts:AssumeRole")
	var calls strings.Builder
	var variables []resources.Variable
	for i, e := range p.Environments {
		if !isCleared(e) {
			continue
		}
		name, role := "CLEAR_ROLE_"+strings.ToUpper(e.Place.Scope), e.Access.Role(spec.ClearPart)
		assume = assume.On(role)
		variables = append(variables, resources.Variable{Name: name, Value: role})
		for _, x := range inRegions(deployments[i]) {
			fmt.Fprintf(&calls, "clear_environment \"$%s\" %s %s || failed=1\n", name, x.region, strings.Join(x.stacks, " "))
		}
	}
	return build{
		pipeline: p, name: spec.ClearPart, alone: true, minutes: clearMinutes, variables: variables, grants: policy.Identity{assume},
		description: "Deletes stacks whose first creation by pipeline " + p.Name + " failed, and that hold nothing",
		buildSpec:   buildSpec(nil, clearStacks+calls.String()+"[ \"$failed\" = 0 ]"),
	}
}

// inRegion are the names of stacks in a region.
type inRegion struct {
	region string
	stacks []string
}

// inRegions are the names of stacks by region.
func inRegions(list []*cfn.Template) []inRegion {
	var regions []inRegion
	for _, t := range list {
		i := slices.IndexFunc(regions, func(x inRegion) bool { return x.region == t.Place.Region })
		if i < 0 {
			i, regions = len(regions), append(regions, inRegion{region: t.Place.Region})
		}
		regions[i].stacks = append(regions[i].stacks, t.Name())
	}
	return regions
}

// clearAfter starts the build when a stage fails that deploys stacks which are cleared.
func (p *Pipeline) clearAfter(t *cfn.Template, list []resources.Stage) {
	var failing []any
	for _, s := range list {
		deploys := slices.ContainsFunc(s.Actions, func(a resources.Action) bool { return a.Provider == "CloudFormation" })
		of := func(e *stages.Environment) bool { return strings.HasPrefix(s.Name, e.Place.Scope+"-") }
		if deploys && slices.ContainsFunc(p.clears(), of) {
			failing = append(failing, s.Name)
		}
	}
	if len(failing) == 0 {
		return
	}
	name := spec.Name(p.Place.Project, p.Name, spec.ClearPart)
	project := cfn.Format[cfn.ProjectARN]("%s", p.arn("codebuild", "project/"+name))
	role := resources.Role{
		ID: "ClearRuleRole", Name: spec.Name(p.Place.Project, p.Name, spec.ClearRulePart), Path: spec.ApplicationPath(p.Place.Project),
		Description: "Rule " + name + " starts a build with it",
		Trust: policy.Trust{policy.Allow("EventBridge", "sts:AssumeRole").By(policy.Service("events.amazonaws.com")).
			If(policy.FromAccount(cfn.AccountID()), policy.FromResource(p.arn("events", "rule/"+name)))},
		Boundary: p.Access.RoleBoundary(),
		Policies: []resources.InlinePolicy{{Name: "rule", Document: policy.Identity{policy.Allow("Start", "codebuild:StartBuild").On(project)}}},
	}.Add(t)
	resources.Rule{
		ID: "ClearRule", Name: name,
		Description: "Starts the build " + name + " when pipeline " + p.Name + " fails to deploy stacks that it may delete",
		Pattern: cfn.Object{
			{Name: "source", Value: []any{"aws.codepipeline"}},
			{Name: "detail-type", Value: []any{"CodePipeline Stage Execution State Change"}},
			{Name: "detail", Value: cfn.Object{
				{Name: "pipeline", Value: []any{p.fullName()}},
				{Name: "stage", Value: failing},
				{Name: "state", Value: []any{"FAILED"}},
			}},
		},
		Build: project, Role: role.ARN(),
	}.Add(t)
}

// Grants let CloudFormation give the rule that starts the build its role: the table of resource types has rules without one.
func (d *delivery) Grants() policy.Identity {
	p := d.pipeline
	if len(p.clears()) == 0 {
		return nil
	}
	return policy.Identity{policy.Allow("PassClearRule", "iam:PassRole").On(p.ownRoles(spec.ClearRulePart)).If(policy.PassedTo("events.amazonaws.com"))}
}

// clearStacks begins the script of the build. What fails for one stack keeps no other from being cleared: it must not end at what fails.
const clearStacks = `set -uo pipefail
export AWS_PAGER=''
failed=0

# left_alone STACK WHY
left_alone() { printf '%s is left alone: %s\n' "$1" "$2"; }

# clear_stack STACK: deletes the stack if its first creation failed and it holds nothing.
clear_stack() {
  local said state status id held waits=40
  while :; do
    if ! said=$(aws cloudformation describe-stacks --stack-name "$1" --query 'Stacks[0].[StackStatus,StackId]' --output text 2>&1); then
      case $said in
        *'does not exist'*) return 0 ;;
      esac
      left_alone "$1" "its state cannot be read: $said"
      return 1
    fi
    read -r status id <<<"${said##*$'\n'}"
    [ "$status" = ROLLBACK_IN_PROGRESS ] && [ "$waits" -gt 0 ] || break
    waits=$((waits - 1))
    sleep 15
  done
  if [ "$status" != ROLLBACK_COMPLETE ]; then
    left_alone "$1" "it is in $status"
    return 0
  fi
  # by its id from here on: a stack that has taken its name since is another
  if ! held=$(aws cloudformation list-stack-resources --stack-name "$id" --output text \
    --query "StackResourceSummaries[?ResourceStatus!='DELETE_COMPLETE'].[LogicalResourceId,ResourceType,PhysicalResourceId || '-']"); then
    left_alone "$1" 'what it holds cannot be read'
    return 1
  fi
  case $held in
    '' | None) ;;
    *)
      left_alone "$1" 'its first creation failed, and it still holds'
      printf '%s\n' "$held"
      return 0
      ;;
  esac
  printf '%s is deleted: its first creation failed, and it holds nothing. The next run creates it again.\n' "$1"
  aws cloudformation delete-stack --stack-name "$id" && aws cloudformation wait stack-delete-complete --stack-name "$id"
}

# clear_environment ROLE REGION STACK...: clears the stacks with the role.
clear_environment() (
  role=$1
  export AWS_REGION=$2 AWS_DEFAULT_REGION=$2
  shift 2
  if ! credentials=$(aws sts assume-role --role-arn "$role" --role-session-name clear \
    --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text); then
    left_alone "$*" "the role $role cannot be assumed"
    exit 1
  fi
  read -r AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN <<<"$credentials"
  export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
  for stack; do
    clear_stack "$stack" || failed=1
  done
  exit "$failed"
)

`
