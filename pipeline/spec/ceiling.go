package spec

import (
	"fmt"
	"slices"
	"strings"
)

// CeilingLeavesOut are the actions that no role of an application may be given, where its boundary is that of cfnpipe: those that change
// identities, accounts, and the delivery system itself, and those that run whatever somebody sends on what is there.
func CeilingLeavesOut() []string {
	return strings.Fields(`
		access-analyzer:* account:* cloudformation:* cloudtrail:* codebuild:* codeconnections:* codedeploy:* codepipeline:*
		codestar-connections:* config:* ec2-instance-connect:* ec2:CreateLaunchTemplateVersion ec2:ModifyInstanceAttribute
		ec2:ModifyLaunchTemplate ecs:ExecuteCommand guardduty:* iam:* identitystore:* kms:DisableKey kms:PutKeyPolicy
		kms:ScheduleKeyDeletion organizations:* ram:* rolesanywhere:* securityhub:* servicecatalog:* ssm:ResumeSession
		ssm:SendCommand ssm:StartAutomationExecution ssm:StartSession sso-directory:* sso:*`)
}

// Owned are actions that roles of an application may take on what is their own environment's alone, where the boundary is that of cfnpipe.
type Owned struct {
	// Sid of the boundary's statement.
	Sid     string
	Actions []string
	// Service in the ARNs of what they may act on, and the ARNs' last parts; a star stands at the end of each.
	Service   string
	Resources []string
}

// OwnedOnly by an environment.
func OwnedOnly(project, environment string) []Owned {
	name := Name(project, environment, "*")
	return []Owned{
		// other code may run with more than the boundary allows
		{
			"OwnFunctionsOnly", strings.Fields("lambda:Add* lambda:Create* lambda:Delete* lambda:Publish* lambda:Put* lambda:Update*"),
			"lambda",
			[]string{"function:" + name, "layer:" + name},
		},
		{
			"OwnJobsOnly", strings.Fields("batch:RegisterJobDefinition batch:SubmitJob"),
			"batch",
			[]string{"job-definition/" + name, "job-queue/" + name, "job/*"},
		},
		{
			"OwnParametersOnly", strings.Fields("ssm:DeleteParameter ssm:DeleteParameters ssm:PutParameter"),
			"ssm",
			[]string{"parameter" + ParameterPath(project, environment) + "*"},
		},
	}
}

// ceiling is what permissions of code cannot go beyond, unless the project has a boundary of its own, which is not known here.
func (v *validator) ceiling(path string, permissions []Permission, e *Environment) {
	if v.spec.PermissionsBoundary != "" || v.unread("permissionsBoundary") {
		return
	}
	for i, p := range permissions {
		at := join(index(path, i), "actions")
		var others []Owned // of which no resource is the environment's own
		for _, o := range OwnedOnly(v.spec.Project, e.Name) {
			if len(p.Resources) > 0 && !slices.ContainsFunc(p.Resources, o.mayHold) {
				others = append(others, o)
			}
		}
		for j, action := range p.Actions {
			at := index(at, j)
			if service, name, _ := strings.Cut(action, ":"); isForbidden(service) || !isService(service) || !isAction(name) {
				continue // said elsewhere
			}
			v.denied(at, action, CeilingLeavesOut(), "", "")
			for _, o := range others {
				v.denied(at, action, o.Actions, fmt.Sprintf(" on what is not of environment %q", shorten(e.Name)),
					"name resources of "+o.Service+" that begin with "+shorten(strings.ReplaceAll(oneOf(o.Resources), "*", ""))+", ")
			}
		}
	}
}

// denied by these patterns, a permission's action gives nothing, or not all that it says.
func (v *validator) denied(at, action string, patterns []string, where, hint string) {
	i := slices.IndexFunc(patterns, func(p string) bool { return meet(strings.ToLower(action), strings.ToLower(p)) })
	if i < 0 {
		return
	}
	what, instead := shorten(action), "leave it out"
	if strings.HasSuffix(action, "*") && len(patterns[i]) > len(action) {
		what, instead = patterns[i]+", which is one of "+what, "name the others"
	}
	v.add(at, "the boundary of roles denies "+what+where, hint+instead+", or bring a permissionsBoundary of your own")
}

// mayHold says whether a resource of a permission may be one of those; what is no ARN is said elsewhere.
func (o Owned) mayHold(resource string) bool {
	p := strings.SplitN(resource, ":", 6)
	return len(p) < 6 || p[2] == o.Service && slices.ContainsFunc(o.Resources, func(r string) bool { return meet(p[5], r) })
}

// meet says whether two patterns may have something in common; stars in the middle stand for all that follows, too.
func meet(a, b string) bool {
	for i := 0; ; i++ {
		switch {
		case i < len(a) && a[i] == '*', i < len(b) && b[i] == '*':
			return true
		case i == len(a) || i == len(b):
			return len(a) == len(b)
		case a[i] != b[i] && a[i] != '?':
			return false
		}
	}
}
