package verify

import (
	"path"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// guardIdentity: what a role may do is narrowed where a wider permission would reach beyond what it is for.
func (w *world) guardIdentity(r *role) {
	for _, st := range r.statements {
		if !st.allows {
			continue
		}
		w.guardPassing(r, st)
		w.guardBuckets(r, st)
		w.guardAnyKey(r, st)
	}
}

// has says whether a statement lists an action, by itself or by a pattern.
func (st *statement) has(action string) bool {
	return slices.ContainsFunc(st.lowered, func(pattern string) bool {
		if !strings.ContainsAny(pattern, "*?") {
			return strings.EqualFold(pattern, action)
		}
		matches, err := path.Match(pattern, strings.ToLower(action)) // no action has a slash, which a * would not match
		return matches && err == nil
	})
}

// mayBy says whether a role may do something, and may by this statement alone.
func (w *world) mayBy(r *role, st *statement, q request) bool {
	return w.may(r, q).Verdict == eval.Allowed && w.allowsAlone(r, st, q)
}

// allowsAlone says whether a statement alone would allow a role something.
func (w *world) allowsAlone(r *role, st *statement, q request) bool {
	document := tree.NewMap().Set("Version", tree.Text("2012-10-17")).Set("Statement", tree.NewList(st.node))
	alone, _ := eval.Parse(eval.Source{Kind: eval.Identity}, document, st.s.resolver)
	return w.evaluate(r.principal(), q, eval.Policies{Identity: []*eval.Policy{alone}, Resource: q.policy}).Verdict == eval.Allowed
}

// guardPassing: roles are passed only to the services that they are for.
func (w *world) guardPassing(r *role, st *statement) {
	if !st.has("iam:PassRole") {
		return
	}
	for _, on := range st.resources {
		if w.mayBy(r, st, request{action: "iam:PassRole", on: on, context: keys("iam:PassedToService", other+".amazonaws.com")}) {
			w.breachIn(st.s, st.place.Path, "pass-any", "role "+r.name+" may pass roles to any service", "add a condition with iam:PassedToService", false)
			return
		}
	}
	for _, context := range st.contexts() {
		for _, other := range w.notFor(r) {
			if w.mayBy(r, st, request{action: "iam:PassRole", on: eval.Text(other), context: context}) {
				w.breachIn(st.s, st.place.Path, "pass-any", "role "+r.name+" may pass "+other+", which is not for what it deploys",
					"narrow the resource to the roles of the project's environment", false)
				return
			}
		}
	}
}

// notFor a role are the roles of its account that it must not pass on: one that nobody knows, and those that others deploy.
func (w *world) notFor(r *role) []string {
	list := []string{r.stack.iamARN("role/" + other)}
	for _, o := range w.roleList {
		if by := o.stack.deployer; by != nil && by != r && o.stack.Account == r.stack.Account {
			list = append(list, o.arn.String())
		}
	}
	return list
}

// guardBuckets: a bucket is used in the account where it is expected, so that whoever takes over its name gets nothing.
func (w *world) guardBuckets(r *role, st *statement) {
	for _, action := range []string{"s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket", "s3:PutObject", "s3:GetBucketAcl", "s3:GetBucketLocation"} {
		if !st.has(action) {
			continue
		}
		for _, on := range st.resources {
			if isBucket := !strings.Contains(on.String(), "/"); isBucket && w.may(r, request{action: "s3:CreateBucket", on: on}).Verdict == eval.Allowed {
				continue // it makes them: there is no account yet, and no data in what it asks
			}
			if w.mayBy(r, st, request{action: action, on: on, account: w.elsewhere, policy: w.anybody}) {
				w.breachIn(st.s, st.place.Path, "foreign-bucket", "role "+r.name+" may "+action+" in "+on.String()+" even if the bucket is another account's",
					"add a condition with aws:ResourceAccount", false)
				return
			}
		}
	}
}

// guardAnyKey: who may use any key of an account may do so through the service that it is for only.
func (w *world) guardAnyKey(r *role, st *statement) {
	for _, action := range []string{"kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey"} {
		if !st.has(action) {
			continue
		}
		for _, on := range st.resources {
			text := on.String()
			if text == "*" {
				text = r.stack.arn("kms", "key/*")
			}
			parts := strings.SplitN(text, ":", 6)
			if len(parts) < 6 || parts[5] != "key/*" {
				continue
			}
			if w.mayBy(r, st, request{action: action, on: eval.Text(text), account: parts[4], policy: w.leaveToIAM(text, r.stack.Account)}) {
				w.breachIn(st.s, st.place.Path, "any-key", "role "+r.name+" may "+action+" with every key whose policy leaves that to IAM",
					"add a condition with kms:ViaService", false)
				return
			}
		}
	}
}

// isAccess says whether a thing has the path of what deploys.
func (w *world) isAccess(x *thing) bool { return strings.HasPrefix(x.known("Path"), w.accessPath()) }

// executionOf is the ARN of the execution role of the environment or pipeline that a stack belongs to.
func (w *world) executionOf(s *stack) string {
	return s.iamARN("role" + w.accessPath() + w.prefixOf(s) + "execution")
}

// chain proves that no role changes the chain that it is a part of: access stacks, their roles, policies and parameters; and that none that
// a pipeline makes is worth more than its boundary.
func (w *world) chain() {
	for _, r := range w.roleList {
		w.exceeds(r)
		if w.isAccess(r.thing) {
			may := fence{
				w: w, s: r.stack, path: r.path(""), who: "role " + r.name, principal: r.principal(),
				policies: eval.Policies{Identity: r.identity, Boundary: r.boundary},
			}
			may.changeAccess(r.stack)
			may.exceed(r.stack)
			if r.duties != nil {
				may.placeInto(r)
			}
			may.changeIdentities(r.statements, w.ownedBy(r))
			w.namesBoundaries(r)
			if r.duties == nil {
				may.not("it is for what the project has in SSM", "ssm:GetParameters", r.stack.arn("ssm", "parameter/"+other))
				may.reach(r.stack, true) // in one account with a pipeline, it has to read the artifacts of that
				may.deleteStacks(r)
			}
			if w.publishers[r] {
				const why = "it would publish what others run"
				may.not(why, "ecr:PutImage", r.stack.arn("ecr", "repository/"+other))
				may.not(why, "s3:PutObject", "arn:"+partitionOf(r.stack.Region)+":s3:::"+other+"/code", "aws:ResourceAccount", r.stack.Account)
			}
			w.locks(r)
			continue
		}
		if r.properties.Get("PermissionsBoundary") == nil {
			w.report.fail(r.stack, r.path(""), "no-boundary", "role "+r.name+" is made by a pipeline and has no boundary",
				"set PermissionsBoundary to the one of the access stack")
		}
		may := fence{
			w: w, s: r.stack, path: r.path(""), who: "role " + r.name, principal: r.principal(),
			policies: eval.Policies{Identity: r.identity, Boundary: r.boundary},
		}
		may.changeIdentities(r.statements, w.ownedBy(r))
		w.climbs(r)
	}
	for _, p := range w.policyList {
		name := strings.TrimPrefix(p.known("ManagedPolicyName"), w.prefixOf(p.stack))
		isUsed := func(r *role) bool { return r.boundary == p.limit }
		if name == "boundary" || slices.ContainsFunc(w.roleList, isUsed) {
			w.guardBoundary(p)
		}
	}
}

// namesBoundaries: the boundary that a role asks for where it makes others is there.
func (w *world) namesBoundaries(r *role) {
	for _, st := range r.statements {
		if st.node.Get("Condition") == nil || st.isOnlyOnOthers("iam") {
			continue
		}
		st.eachCondition(func(key string, values []eval.Value) {
			for _, v := range values {
				text, known := v.Known()
				_, name, _ := strings.Cut(text, ":policy")
				if known && strings.EqualFold(key, "iam:PermissionsBoundary") && strings.HasPrefix(name, w.accessPath()) && w.policies[text] == nil {
					w.report.fail(r.stack, st.place.Path, "policy-unknown", "no stack makes the boundary "+text+", so role "+r.name+" makes no roles",
						"let a stack make it, or correct the name")
				}
			}
		})
	}
}

// climbs finds access roles that a role can become whatever a push lets it do, though no action needs that. Pipelines become those of their
// environments.
func (w *world) climbs(r *role) {
	if w.report.has("assume-role", "build-project", "build-role", "clear", "deploy-role", "pipeline-role") {
		return // nobody knows who has to become whom
	}
	var environments []string
	for _, x := range w.pipelines {
		if x.text("RoleArn").Equal(r.arn) {
			i := slices.IndexFunc(w.assembly.Pipelines, func(p assembly.Pipeline) bool { return p.Stack == x.stack.Name })
			if i >= 0 {
				environments = w.assembly.Pipelines[i].Environments
			}
		}
	}
	for _, o := range w.roleList {
		isOwn := o.stack.Environment != "" && slices.Contains(environments, o.stack.Environment)
		if !w.isAccess(o.thing) || isOwn || w.becomes[[2]*role{r, o}] || !admits(o.trusts, r.stack.Account) {
			continue
		}
		if w.within(r, request{action: "sts:AssumeRole", on: o.arn, account: o.stack.Account, policy: o.trust}).Verdict == eval.Allowed {
			w.report.fail(o.stack, o.path("AssumeRolePolicyDocument"), "chain", "role "+r.name+", which no action needs to, can become role "+o.name,
				"narrow the trust policy to the roles that need it")
		}
	}
}

// locks finds what only the lack of a permission keeps an execution role from: one that is added later would let it change its own chain.
func (w *world) locks(r *role) {
	if r.arn.String() != w.executionOf(r.stack) {
		return
	}
	policies := eval.Policies{Identity: append(slices.Clip(r.identity), w.everything), Boundary: r.boundary}
	for _, q := range []request{
		{action: "iam:PutRolePolicy", on: r.arn},
		{action: "iam:CreatePolicyVersion", on: eval.Text(r.stack.iamARN("policy" + w.accessPath() + w.prefixOf(r.stack) + "boundary"))},
		{action: "iam:DeleteRolePermissionsBoundary", on: eval.Text(r.stack.iamARN("role" + w.applicationPath() + w.prefixOf(r.stack) + anyID))},
	} {
		if w.evaluate(r.principal(), q, policies).Verdict == eval.Allowed {
			w.report.warn(r.stack, r.path(""), "chain-lock", "role "+r.name+" may not "+q.action+" on "+q.on.String()+", but nothing denies it",
				"deny it, whatever is allowed later")
		}
	}
}

// guardBoundary: within it, code changes nothing that other code runs with, however much its own policies allow.
func (w *world) guardBoundary(p *managed) {
	s := p.stack
	may := fence{
		w: w, s: s, path: p.path("PolicyDocument"), who: "a role within boundary " + p.known("ManagedPolicyName"),
		principal: eval.Principal{ARN: eval.Text(s.iamARN("role" + w.applicationPath() + w.prefixOf(s) + anyID)), Account: s.Account},
		policies:  eval.Policies{Identity: []*eval.Policy{w.everything}, Boundary: p.limit},
	}
	may.changeAccess(s)
	may.exceed(s)
	may.changeIdentities(p.statements, []string{w.prefixOf(s)})
	may.reach(s, false)
	powers := Powers()
	if s.Environment == "" { // what a step of a pipeline may do beyond that, the spec says with a reason
		powers = []string{
			"batch:SubmitJob", "codebuild:UpdateProject", "codedeploy:CreateDeployment", "codepipeline:UpdatePipeline", "ec2:ModifyInstanceAttribute",
			"ecs:ExecuteCommand", "kms:PutKeyPolicy", "lambda:UpdateFunctionCode", "organizations:LeaveOrganization", "rolesanywhere:CreateProfile",
			"servicecatalog:ProvisionProduct", "ssm:PutParameter", "ssm:SendCommand", "ssm:StartSession",
		}
	}
	for _, action := range powers {
		service, _, _ := strings.Cut(action, ":")
		may.not("it would work with what is another's", action, s.arn(service, strangers(service)))
	}
	for _, x := range w.pipelines {
		connection := w.connectionOf(x)
		if connection == "" || x.stack.Account != s.Account {
			continue
		}
		for _, prefix := range []string{"codeconnections", "codestar-connections"} {
			use := prefix + ":UseConnection"
			may.not("a build would push to the repository", use, connection,
				prefix+":ProviderAction", "GitPush", prefix+":ProviderPermissionsRequired", "read_write",
				prefix+":FullRepositoryId", w.sourceOf(x, "FullRepositoryId"))
			may.not("a build would read other repositories", use, connection,
				prefix+":ProviderAction", "GitPull", prefix+":FullRepositoryId", other+"/"+other)
		}
	}
}

// strangers is the last part of the ARN of what is nobody's of the system; of Lambda's and SSM's, as it must look to be a function or a parameter.
func strangers(service string) string {
	switch service {
	case "batch":
		return "job-definition/" + other
	case "lambda":
		return "function:" + other
	case "kms":
		return "key/" + other
	case "ssm":
		return "parameter/" + other
	default:
		return other
	}
}

// fence is around somebody who must not do what it names.
type fence struct {
	w         *world
	s         *stack
	path, who string
	principal eval.Principal
	policies  eval.Policies
}

// not finds that somebody may do what would be bad, and why it would.
func (f *fence) not(why, action, on string, pairs ...string) {
	q := request{action: action, on: eval.Text(on)}
	if len(pairs) > 0 {
		q.context = keys(pairs...)
	}
	f.policies.Resource = f.w.leaveToIAM(on, f.s.Account)
	if action == "sts:AssumeRole" {
		f.policies.Resource = f.w.trusting(f.s.Account)
	}
	if f.w.evaluate(f.principal, q, f.policies).Verdict == eval.Allowed {
		f.w.report.fail(f.s, f.path, "chain", f.who+" may "+action+" on "+on+": "+why, "deny it, or narrow what allows it")
	}
}

// changeAccess is forbidden for all access stacks of the account.
func (f *fence) changeAccess(s *stack) {
	const why = "it would change who deploys what"
	var stacks []*stack
	for _, o := range f.w.roleList {
		if o.stack.Account != s.Account || !f.w.isAccess(o.thing) {
			continue
		}
		if !slices.Contains(stacks, o.stack) {
			stacks = append(stacks, o.stack)
		}
	}
	for _, p := range f.w.policyList {
		if p.stack.Account == s.Account && f.w.isAccess(p.thing) && !slices.Contains(stacks, p.stack) {
			stacks = append(stacks, p.stack)
		}
	}
	for _, o := range stacks {
		for _, action := range []string{"cloudformation:CreateChangeSet", "cloudformation:DeleteStack", "cloudformation:UpdateStack"} {
			f.not(why, action, o.arn("cloudformation", "stack/"+o.Name+"/"+anyID), "cloudformation:RoleArn", f.w.executionOf(o))
		}
	}
	for _, x := range f.w.ofKind("AWS::SSM::Parameter") {
		if slices.Contains(stacks, x.stack) {
			for _, action := range []string{"ssm:DeleteParameter", "ssm:PutParameter"} {
				f.not("it would say that the access stack covers what it does not", action, x.stack.arn("ssm", "parameter"+x.known("Name")))
			}
		}
	}
}

// exceed is forbidden: to become a role without a boundary, and to have CloudFormation act with anything but the execution role, or on what
// others own.
func (f *fence) exceed(s *stack) {
	f.not("it would become somebody without a boundary", "sts:AssumeRole", s.iamARN("role/"+other))
	for _, action := range []string{"cloudformation:DeleteStack", "cloudformation:ExecuteChangeSet", "cloudformation:UpdateStack"} {
		f.not("the stack is another's", action, s.arn("cloudformation", "stack/"+other+"/"+anyID), "cloudformation:RoleArn", f.w.executionOf(s))
	}
	stacks := s.arn("cloudformation", "stack/"+f.w.prefixOf(s)+anyID+"/"+anyID)
	f.not("without the execution role, CloudFormation acts with whatever role is given", "cloudformation:CreateChangeSet", stacks)
	f.not("an import brings what others own within reach", "cloudformation:CreateChangeSet", stacks,
		"cloudformation:RoleArn", f.w.executionOf(s), "cloudformation:ImportResourceTypes", other)
}

// reach what another environment or pipeline, or only another environment, has in the account is forbidden, by its name or by its tags.
func (f *fence) reach(s *stack, onlyEnvironments bool) {
	for _, o := range f.w.stacks {
		scope := f.w.scopeOf(o)
		if onlyEnvironments && o.Environment == "" || o.Account != s.Account || scope == f.w.scopeOf(s) || scope == "toolchain" {
			continue
		}
		why := "it belongs to " + scope
		for _, id := range o.ids {
			if action, on := o.things[id].touched(); strings.Contains(on, f.w.assembly.Project+"-"+scope) || strings.Contains(on, "/"+scope+"/") {
				f.not(why, action, on)
				if action == "ssm:GetParameter" && onlyEnvironments {
					f.not(why, "ssm:GetParameters", on) // which is how change sets read them
				}
			}
		}
		if o.Environment != "" {
			f.not(why, "secretsmanager:GetSecretValue", s.arn("secretsmanager", "secret:"+other+"-"+anyID),
				"aws:ResourceTag/project", f.w.assembly.Project, "aws:ResourceTag/environment", scope)
		}
	}
}

// placeInto the networks of other environments of the account is forbidden, as far as IAM can tell: into those that carry their tags, and into
// the subnets that their stacks name by id and none of this one does.
func (f *fence) placeInto(r *role) {
	s, scope := r.stack, f.w.scopeOf(r.stack)
	own := f.w.subnetsOf(scope, s.Account)
	var asked []string
	for _, o := range f.w.stacks {
		other := f.w.scopeOf(o)
		if o.Account != s.Account || o.Environment == "" || other == scope || slices.Contains(asked, other) {
			continue
		}
		asked = append(asked, other)
		why := "its network belongs to " + other
		for _, action := range []string{"ec2:CreateSecurityGroup", "ec2:CreateSubnet"} {
			f.not(why, action, s.arn("ec2", "vpc/vpc-"+anyID), "aws:RequestedRegion", s.Region,
				"aws:ResourceTag/project", f.w.assembly.Project, "aws:ResourceTag/environment", other)
		}
		for _, id := range f.w.subnetsOf(other, s.Account) {
			if slices.Contains(own, id) {
				continue
			}
			begin := f.w.prefixOf(s)
			f.not(why, "ecs:CreateService", s.arn("ecs", "service/"+strings.TrimSuffix(begin, "-")+"/"+begin+anyID), "ecs:subnet", id)
			f.not(why, "lambda:CreateFunction", s.arn("lambda", "function:"+begin+anyID), "lambda:SubnetIds", id)
			f.not(why, "elasticloadbalancing:CreateLoadBalancer", s.arn("elasticloadbalancing", "loadbalancer/app/"+begin+anyID+"/"+anyID),
				"elasticloadbalancing:Subnet", id)
		}
	}
}

// subnetsOf an environment that its templates name by id.
func (w *world) subnetsOf(scope, account string) []string {
	var list []string
	for _, s := range w.stacks {
		if s.Account != account || w.scopeOf(s) != scope {
			continue
		}
		for _, id := range s.ids {
			if strings.HasPrefix(s.things[id].kind, "AWS::IAM::") {
				continue // policies name those of others to deny them
			}
			s.things[id].properties.Walk(func(_ string, n *tree.Node) bool {
				if n.Kind == tree.String && strings.HasPrefix(n.Text, "subnet-") {
					list = append(list, n.Text)
				}
				return true
			})
		}
	}
	return list
}

// touched says what harms a thing, or tells what is in it, and its ARN.
func (x *thing) touched() (action, on string) {
	touch := x.row().Touch
	return touch.Action, x.fill(touch.On).String()
}

// sourceOf is a value of the configuration of a pipeline's source.
func (w *world) sourceOf(x *thing, key string) string {
	for _, stage := range x.properties.Get("Stages").Elements() {
		for _, action := range stage.Get("Actions").Elements() {
			if n := action.At("Configuration", key); n != nil {
				return x.stack.resolver.Resolve(n).String()
			}
		}
	}
	return ""
}

func (w *world) connectionOf(x *thing) string { return w.sourceOf(x, "ConnectionArn") }
