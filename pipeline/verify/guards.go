package verify

import (
	"maps"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// guards proves what must not be possible, whoever tries: somebody with every permission that IAM can give.
func (w *world) guards() {
	for _, r := range w.roleList {
		w.guardTrust(r)
		w.guardIdentity(r)
	}
	w.chain()
	w.administration()
	for _, x := range w.ofKind("AWS::Lambda::Permission") {
		w.guardPermission(x)
	}
	for _, x := range w.ofKind("AWS::S3::Bucket") {
		w.namesItself(x)
		w.guardOutsiders(x, "bucket-open")
		w.guardTLS(x, "/"+anyID, "s3:GetObject", "s3:PutObject")
		w.guardTLS(x, "", "s3:ListBucket")
		w.guardBucket(x)
		w.guardServices(x)
		w.guardManagement(x, "s3:PutBucketPolicy")
	}
	for _, x := range w.ofKind("AWS::KMS::Key") {
		w.guardKey(x)
		w.guardManagement(x, "kms:PutKeyPolicy")
	}
	for _, x := range w.ofKind("AWS::ECR::Repository") {
		w.guardRepository(x)
		w.guardManagement(x, "ecr:SetRepositoryPolicy")
	}
	for _, x := range w.ofKind("AWS::SNS::Topic") {
		w.namesItself(x)
		w.guardOutsiders(x, "queue-open")
		w.guardTLS(x, "", "sns:Publish", "sns:AddPermission", "sns:DeleteTopic", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:RemovePermission",
			"sns:SetTopicAttributes", "sns:Subscribe") // all that the policy of a topic can name
		w.guardServices(x)
		w.guardManagement(x, "sns:SetTopicAttributes")
	}
	for _, x := range w.ofKind("AWS::SQS::Queue") {
		w.namesItself(x)
		w.guardOutsiders(x, "queue-open")
		w.guardTLS(x, "", "sqs:SendMessage", "sqs:ReceiveMessage")
		w.guardServices(x)
		w.guardManagement(x, "sqs:SetQueueAttributes")
	}
}

// guardOutsiders: nobody whom a policy does not name gets anything of it; and of what others are deployed with, nobody of an account that the
// system does not have.
func (w *world) guardOutsiders(x *thing, rule string) {
	partition, p := partitionOf(x.stack.Region), w.policyOf(x)
	for _, st := range x.policyStatements() {
		if !st.allows {
			continue
		}
		one := []*statement{st}
		names := principalsOf(one, "AWS")
		accounts := []string{w.elsewhere}
		for _, name := range names {
			parts := strings.Split(name, ":")
			account := parts[min(4, len(parts)-1)]
			if len(account) == accountDigits && w.isChain(x.stack) && !slices.Contains(w.accounts, account) {
				accounts = append(accounts, account)
			}
		}
		for _, account := range accounts {
			for _, action := range st.actions {
				for _, on := range st.resources {
					q := request{action: action.String(), on: on, account: x.stack.Account, policy: p}
					if admits(names, account) && w.letsIn(one, partition, account, q) {
						w.breach(x, p.Place.Path, rule, "any role of account "+account+" that IAM lets can "+q.action+" on "+x.what(),
							"narrow the principal to the accounts of the system, and by aws:PrincipalArn to the role that needs it", true)
						return
					}
				}
			}
		}
	}
}

// guardPermission: a service invokes a function only for its own account, or for what it is for.
func (w *world) guardPermission(x *thing) {
	who := x.known("Principal")
	isService := strings.HasSuffix(who, ".amazonaws.com")
	narrows := func(property string) bool { return x.properties.Get(property) != nil }
	if !isService && who != "*" || slices.ContainsFunc([]string{"EventSourceToken", "PrincipalOrgID", "SourceAccount", "SourceArn"}, narrows) ||
		x.known("FunctionUrlAuthType") != "" {
		return
	}
	message, hint := who+" can invoke the function on behalf of any account", "set SourceArn to what invokes it"
	if x.stack.Source != nil {
		w.report.warn(x.stack, x.path(""), "service-open", message, hint)
	} else {
		w.report.fail(x.stack, x.path(""), "service-open", message, hint)
	}
}

// breach adds the finding that somebody gets what he must not. Where an outsider does, or in a stack that others are deployed with, that is
// an error. In an application's stack, whom of the account it lets in is for its author to say, if he wrote it by hand.
func (w *world) breach(x *thing, path, rule, message, hint string, isOutsider bool) {
	w.breachIn(x.stack, path, rule, message, hint, isOutsider)
}

// breachIn is breach for what is in a stack: the statements of a role may be in other stacks than the role.
func (w *world) breachIn(s *stack, path, rule, message, hint string, isOutsider bool) {
	switch {
	case isOutsider, w.isChain(s):
		w.report.fail(s, path, rule, message, hint)
	case s.Source == nil:
		w.report.warn(s, path, rule, message, hint)
	}
}

// isChain says whether a stack is one that others are deployed with.
func (w *world) isChain(s *stack) bool {
	isOperators := len(s.DeployedBy) > 0 && !slices.Contains(s.DeployedBy, assembly.Pipe)
	return s.Environment == "" || isOperators || strings.TrimPrefix(s.Name, w.prefixOf(s)) == "bootstrap"
}

// stranger is a role of an account with every permission, and no part of the project.
func stranger(partition, account string) eval.Principal {
	return eval.Principal{ARN: eval.Text("arn:" + partition + ":iam::" + account + ":role/" + other), Account: account}
}

// member is a role of the project with every permission that nothing gives a part in what is asked for.
func (w *world) member(partition, account string) eval.Principal {
	arn := "arn:" + partition + ":iam::" + account + ":role" + w.applicationPath() + w.assembly.Project + "-" + other
	return eval.Principal{ARN: eval.Text(arn), Account: account}
}

// verdict for somebody with every permission that IAM can give, or for a service.
func (w *world) verdict(p eval.Principal, q request) eval.Verdict {
	policies := eval.Policies{Resource: q.policy}
	if p.Service == "" {
		policies.Identity = []*eval.Policy{w.everything}
	}
	return w.evaluate(p, q, policies).Verdict
}

// allows says whether somebody with every permission certainly gets what is asked for.
func (w *world) allows(p eval.Principal, q request) bool { return w.verdict(p, q) == eval.Allowed }

// letsIn says whether any role of an account gets what is asked for, with condition keys whose values whoever asks chooses as the statements
// want them.
func (w *world) letsIn(statements []*statement, partition, account string, q request) bool {
	if w.allows(stranger(partition, account), q) || w.allows(w.member(partition, account), q) {
		return true
	}
	for _, st := range statements {
		if !st.allows || len(st.chosen()) == 0 || !admits(principalsOf([]*statement{st}, "AWS"), account) {
			continue
		}
		for _, context := range st.chosen() {
			q.context = context
			if w.allows(stranger(partition, account), q) || w.allows(w.member(partition, account), q) {
				return true
			}
		}
	}
	return false
}

// chosen are the contexts of a statement as far as whoever asks chooses them; none where he does not, or must be one role.
func (st *statement) chosen() []map[string][]eval.Value {
	if st.chooses != nil {
		return *st.chooses
	}
	var list []map[string][]eval.Value
	isChoice, isOne := false, false
	st.eachCondition(func(key string, values []eval.Value) {
		isChoice = isChoice || isChosen(key)
		isLiteral := !slices.ContainsFunc(values, func(v eval.Value) bool { return strings.ContainsAny(v.String(), "*?$<") })
		isOne = isOne || strings.EqualFold(key, "aws:PrincipalArn") && isLiteral
	})
	if isChoice && !isOne {
		list = st.contexts()
	}
	for _, context := range list {
		maps.DeleteFunc(context, func(key string, _ []eval.Value) bool { return !isChosen(key) })
		if value(context, "aws:SecureTransport") == nil {
			context["aws:SecureTransport"] = eval.Texts("true")
		}
	}
	st.chooses = &list
	return list
}

// isChosen says whether whoever asks for something gives a condition key its value.
func isChosen(key string) bool {
	key = strings.ToLower(key)
	service, _, _ := strings.Cut(key, ":")
	return key == "aws:securetransport" || slices.Contains([]string{"kms", "s3", "sts"}, service) && key != "kms:calleraccount"
}

// principalsOf the statements: those of AWS, which are accounts and roles, or services.
func principalsOf(statements []*statement, kind string) []string {
	var list []string
	for _, st := range statements {
		n := st.node.Get("Principal")
		if n != nil && n.Kind == tree.String {
			list = append(list, n.Text) // *
		}
		for _, v := range listIn(st.s, n.Get(kind)) {
			list = append(list, v.String())
		}
	}
	return list
}

// admits says whether a list of principals may hold somebody of an account.
func admits(principals []string, account string) bool {
	return slices.ContainsFunc(principals, func(p string) bool { return p == "*" || strings.Contains(p, account) || strings.Contains(p, "<") })
}

// accountsIn a list of principals, and those of the system, with one that has nothing to do with it.
func (w *world) accountsIn(principals []string) []string {
	list := slices.Clip(w.accounts)
	for _, name := range principals {
		parts := strings.Split(name, ":")
		if account := parts[min(4, len(parts)-1)]; len(account) == accountDigits {
			list = once(list, account)
		}
	}
	return list
}

// rolesIn an account whom conditions of statements name by their ARN.
func (w *world) rolesIn(statements []*statement, account string) []*role {
	var list []*role
	for _, st := range statements {
		st.eachCondition(func(key string, values []eval.Value) {
			for _, v := range values {
				r := w.roles[v.String()]
				if strings.EqualFold(key, "aws:PrincipalArn") && r != nil && r.stack.Account == account && !slices.Contains(list, r) {
					list = append(list, r)
				}
			}
		})
	}
	return list
}

// guardTrust: no role that the trust policy does not name becomes the role, and no service for somebody else's account.
func (w *world) guardTrust(r *role) {
	path, partition := r.path("AssumeRolePolicyDocument"), partitionOf(r.stack.Region)
	q := request{action: "sts:AssumeRole", on: r.arn, account: r.stack.Account, policy: r.trust}
	for _, account := range w.accountsIn(r.trusts) {
		if admits(r.trusts, account) && w.letsIn(r.trusting, partition, account, q) {
			w.breach(r.thing, path, "trust-open", "any role of account "+account+" that may assume roles can become role "+r.name,
				"narrow the principal by aws:PrincipalArn to the role that needs it", account == w.elsewhere)
		}
	}
	if w.isAccess(r.thing) {
		w.guardAccessTrust(r)
	}
	for _, service := range principalsOf(r.trusting, "Service") {
		switch service { // the others cannot be asked for somebody else, or do not say for whom
		case "codebuild.amazonaws.com":
			w.guardDeputy(r, service, "project/"+other)
		case "codepipeline.amazonaws.com", "events.amazonaws.com", "scheduler.amazonaws.com", "vpc-flow-logs.amazonaws.com":
			w.guardDeputy(r, service, other)
		}
	}
}

// guardAccessTrust: what deploys is for pipelines and CloudFormation. No other service becomes such a role, nor who signs in elsewhere.
func (w *world) guardAccessTrust(r *role) {
	for _, st := range r.trusting {
		one := []*statement{st}
		others := slices.DeleteFunc(principalsOf(one, "Service"), func(service string) bool { return service == "cloudformation.amazonaws.com" || service == "*" })
		for _, kind := range []string{"CanonicalUser", "Federated"} {
			others = append(others, slices.DeleteFunc(principalsOf(one, kind), func(p string) bool { return p == "*" })...)
		}
		if st.allows && len(others) > 0 {
			w.report.fail(r.stack, st.place.Path, "trust-open", some(others)+" can become role "+r.name+", which is only for what pipelines deploy", "take the statement out")
		}
	}
}

// guardDeputy: a service that says for whom it calls becomes the role for its own account only, and CodeBuild for its project only.
func (w *world) guardDeputy(r *role, service, resource string) {
	s, path := r.stack, r.path("AssumeRolePolicyDocument")
	name, who := strings.TrimSuffix(service, ".amazonaws.com"), eval.Principal{Service: service}
	q := request{action: "sts:AssumeRole", on: r.arn, policy: r.trust}
	q.context = keys("aws:SourceAccount", w.elsewhere, "aws:SourceArn", w.elsewheres(s.arn(name, resource)))
	if w.allows(who, q) {
		w.breach(r.thing, path, "trust-deputy", service+" can become role "+r.name+" on behalf of any account",
			"add a condition with aws:SourceAccount", false)
		return
	}
	q.context = keys("aws:SourceAccount", s.Account, "aws:SourceArn", s.arn(name, resource))
	if name == "codebuild" && w.allows(who, q) {
		w.breach(r.thing, path, "trust-deputy", "any project of the account can run with role "+r.name,
			"add a condition with aws:SourceArn of the project", false)
	}
}

// guardTLS: nothing passes in the clear. What somebody wrote by hand works without, so that is a warning, and only the first action is asked for.
func (w *world) guardTLS(x *thing, suffix string, actions ...string) {
	const hint = "deny everything where aws:SecureTransport is false"
	p, path := w.policyOf(x), x.path("")
	if p != nil {
		path = p.Place.Path
		inClear := map[string][]eval.Value{"aws:SecureTransport": eval.Texts("false")}
		if x.stack.Source != nil {
			actions = actions[:1]
		}
		i := slices.IndexFunc(actions, func(action string) bool {
			q := request{action: action, on: eval.Concat(x.arn(), eval.Text(suffix)), policy: p, context: inClear}
			return w.allows(stranger(partitionOf(x.stack.Region), x.stack.Account), q)
		})
		if i < 0 {
			return
		}
	}
	message := x.what() + " may be used without TLS"
	if x.stack.Source != nil && !w.isChain(x.stack) {
		w.report.warn(x.stack, path, "tls", message, hint)
	} else {
		w.report.fail(x.stack, path, "tls", message, hint)
	}
}

// guardManagement: a policy does not keep out those who manage the account. It could not be changed any more.
func (w *world) guardManagement(x *thing, action string) {
	p := w.policyOf(x)
	if p == nil {
		return
	}
	verdict := w.verdict(stranger(partitionOf(x.stack.Region), x.stack.Account), request{action: action, on: x.arn(), policy: p})
	if verdict == eval.ImplicitDeny || verdict == eval.ExplicitDeny {
		w.report.fail(x.stack, p.Place.Path, "lockout", "the account's administrators may not "+action+" on "+x.what(),
			"let them, so that somebody can when the project's roles are gone")
	}
}

// guardBucket: no other account gets in, nor any role of the project that has no part in an artifact store or a bucket of code.
func (w *world) guardBucket(x *thing) {
	p := w.policyOf(x)
	if p == nil {
		return
	}
	object := eval.Concat(x.arn(), eval.Text("/"+anyID))
	partition := partitionOf(x.stack.Region)
	for _, action := range []string{"s3:GetObject", "s3:PutObject", "s3:PutBucketPolicy"} {
		q := request{action: action, on: object, account: x.stack.Account, policy: p}
		if action == "s3:PutBucketPolicy" {
			q.on = x.arn()
		}
		for _, account := range w.accounts {
			if account != x.stack.Account && w.letsIn(x.policyStatements(), partition, account, q) {
				w.breach(x, p.Place.Path, "bucket-open", "any role of account "+account+" that IAM lets can "+action+" in "+x.what(),
					"narrow the principal by aws:PrincipalArn to the role that needs it", account == w.elsewhere)
			}
		}
		users := w.users[x]
		if users == nil || action != "s3:PutObject" && !w.isStore[x] {
			continue // the code of an environment is no secret in its account
		}
		for _, who := range w.strangersTo(users, x.stack.Account, partition) {
			if w.allows(who, q) {
				w.breach(x, p.Place.Path, "bucket-shared", who.ARN.String()+", which has no part in it, can "+action+" in "+x.what(),
					"deny it to all roles of the project but those that need it", false)
			}
		}
	}
}

// strangersTo are the roles of an account, and one that nobody knows, that are not among the users.
func (w *world) strangersTo(users map[*role]bool, account, partition string) []eval.Principal {
	list := []eval.Principal{w.member(partition, account)}
	for _, r := range w.roleList {
		if r.stack.Account == account && !users[r] {
			list = append(list, r.principal())
		}
	}
	return list
}

// guardServices: services that say for whom they call use a thing for its own account only, and for the resources that it is for.
func (w *world) guardServices(x *thing) {
	p, s := w.policyOf(x), x.stack
	deputies := []string{"cloudwatch", "codestar-notifications", "delivery.logs", "logdelivery.elasticloadbalancing", "logging.s3", "s3", "sns"}
	for _, st := range x.policyStatements() {
		for _, service := range principalsOf([]*statement{st}, "Service") {
			name := strings.TrimSuffix(service, ".amazonaws.com")
			if !st.allows || len(st.actions) == 0 || !slices.Contains(deputies, name) {
				continue
			}
			q := request{action: st.actions[0].String(), on: x.arn(), policy: p}
			if len(st.resources) > 0 {
				q.on = st.resources[0]
			}
			source := s.arn(name, other)
			if name == "logging.s3" || name == "s3" {
				source = "arn:" + partitionOf(s.Region) + ":s3:::" + other
			}
			q.context = st.contexts()[0]
			foreign := w.elsewheres(source)
			if own := value(q.context, "aws:SourceArn"); len(own) > 0 {
				foreign = w.elsewheres(own[0].String())
			}
			set(q.context, "aws:SourceAccount", w.elsewhere)
			set(q.context, "aws:SourceArn", foreign)
			if w.allows(eval.Principal{Service: service}, q) {
				w.breach(x, st.place.Path, "service-open", service+" can "+q.action+" on "+x.what()+" on behalf of any account",
					"add conditions with aws:SourceAccount and aws:SourceArn", true)
				continue
			}
			set(q.context, "aws:SourceAccount", s.Account)
			set(q.context, "aws:SourceArn", source)
			if w.allows(eval.Principal{Service: service}, q) {
				w.breach(x, st.place.Path, "service-open", service+" can "+q.action+" on "+x.what()+" for whatever is in the account",
					"add a condition with aws:SourceArn of what it is for", false)
			}
		}
	}
}

// elsewheres is the same ARN of another account; that of a bucket names none.
func (w *world) elsewheres(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) == 6 && parts[4] != "" {
		parts[4] = w.elsewhere
	}
	return strings.Join(parts, ":")
}

// guardKey: nobody uses the key who has no part in what it encrypts, and nobody of the project changes its policy but the role that deploys
// it.
func (w *world) guardKey(x *thing) {
	s, partition, p := x.stack, partitionOf(x.stack.Region), w.policyOf(x)
	if p == nil {
		return
	}
	statements := x.policyStatements()
	accounts := principalsOf(statements, "AWS")
	ask := func(action string, pairs ...string) request {
		return request{action: action, on: x.arn(), account: s.Account, policy: p, context: keys(pairs...)}
	}
	throughS3 := ask("kms:Decrypt", "kms:ViaService", "s3."+s.Region+".amazonaws.com")
	for _, account := range w.accountsIn(accounts) {
		if !admits(accounts, account) {
			continue
		}
		if account != s.Account && w.letsIn(statements, partition, account, throughS3) {
			w.breach(x, p.Place.Path, "key-open", "any role of account "+account+" that IAM lets can decrypt with "+x.what(),
				"narrow the principal by aws:PrincipalArn to the role that needs it", account == w.elsewhere)
		}
		direct := []eval.Principal{w.member(partition, account)}
		for _, r := range w.rolesIn(statements, account) {
			direct = append(direct, r.principal())
		}
		for _, who := range direct {
			if w.allows(who, ask("kms:Decrypt")) {
				w.breach(x, p.Place.Path, "key-open", who.ARN.String()+" can decrypt with "+x.what()+" directly, without the service that it is for",
					"narrow the statement by aws:PrincipalArn and kms:ViaService", false)
			}
		}
	}
	everyone := []eval.Principal{stranger(partition, s.Account), w.member(partition, s.Account)}
	for _, r := range w.rolesIn(statements, s.Account) {
		everyone = append(everyone, r.principal())
	}
	w.guardGrants(x, everyone, ask)
	w.guardLogsKey(x)
	w.guardKeyServices(x, statements, ask)
}

// guardGrants: who makes a grant passes the key on; only services may, for resources of AWS, asked by the role that deploys them.
func (w *world) guardGrants(x *thing, everyone []eval.Principal, ask func(string, ...string) request) {
	path := w.policyOf(x).Place.Path
	for i, who := range everyone {
		switch {
		case w.allows(who, ask("kms:CreateGrant", "kms:GrantIsForAWSResource", "false")):
			w.breach(x, path, "key-grant", who.ARN.String()+" can pass "+x.what()+" on by a grant",
				"deny kms:CreateGrant where kms:GrantIsForAWSResource is false", false)
			return
		case i > 0 && w.allows(who, ask("kms:CreateGrant", "kms:GrantIsForAWSResource", "true")):
			w.breach(x, path, "key-grant", who.ARN.String()+" can make grants on "+x.what()+" for any service",
				"narrow the statement by kms:ViaService", false)
			return
		}
	}
	through := ask("kms:CreateGrant", "kms:GrantIsForAWSResource", "true", "kms:ViaService", "ecr."+x.stack.Region+".amazonaws.com")
	if w.allows(everyone[1], through) {
		w.breach(x, path, "key-grant", "any role of the project that IAM lets can make grants on "+x.what(),
			"narrow the statement to the role that deploys what the key encrypts", false)
	}
}

// guardLogsKey: CloudWatch Logs encrypts the groups that name the key.
func (w *world) guardLogsKey(x *thing) {
	s := x.stack
	for _, y := range w.ofKind("AWS::Logs::LogGroup") {
		if y.stack.Account != s.Account || y.stack.Region != s.Region || !y.text("KmsKeyId").Equal(x.arn()) {
			continue
		}
		group := s.arn("logs", "log-group:"+y.ref().String())
		context := keys("kms:EncryptionContext:aws:logs:arn", group, "aws:SourceAccount", s.Account, "aws:SourceArn", group)
		for _, action := range []string{"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"} {
			w.serviceNeeds(nil, "log-key", x, "logs."+s.Region+".amazonaws.com", request{action: action, on: x.arn(), policy: w.policyOf(x), context: context})
		}
	}
}

// guardKeyServices: a service uses the key for what it is for, not for whatever it is asked to.
func (w *world) guardKeyServices(x *thing, statements []*statement, ask func(string, ...string) request) {
	s := x.stack
	for _, service := range principalsOf(statements, "Service") {
		for _, action := range []string{"kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey"} {
			q := ask(action, "aws:SourceAccount", w.elsewhere, "aws:SourceArn", "arn:"+partitionOf(s.Region)+":"+other+":"+s.Region+":"+w.elsewhere+":"+other,
				"kms:EncryptionContext:aws:logs:arn", s.arn("logs", "log-group:/"+other), "kms:EncryptionContext:aws:sns:topicArn", s.arn("sns", other),
				"kms:GrantIsForAWSResource", "true")
			if w.allows(eval.Principal{Service: service}, q) {
				w.breach(x, w.policyOf(x).Place.Path, "key-deputy", service+" can "+action+" with "+x.what()+" for whatever it is asked to",
					"narrow the statement by kms:EncryptionContext or aws:SourceArn to what the key is for", false)
				break
			}
		}
	}
}

// guardRepository: the environments' applications pull what is shared, and nobody else.
func (w *world) guardRepository(x *thing) {
	p, partition := w.policyOf(x), partitionOf(x.stack.Region)
	if p == nil {
		return
	}
	q := request{action: "ecr:BatchGetImage", on: x.arn(), account: x.stack.Account, policy: p}
	for _, account := range w.accounts {
		if account == x.stack.Account {
			continue
		}
		if w.allows(stranger(partition, account), q) {
			w.breach(x, p.Place.Path, "repository-open", "any role of account "+account+" that IAM lets can pull from "+x.what(),
				"narrow the principal by aws:PrincipalArn to the project's roles", account == w.elsewhere)
		}
		isEnvironment := slices.ContainsFunc(w.stacks, func(s *stack) bool { return s.Account == account && s.Environment != "" })
		if x.stack.Environment == "" && isEnvironment && !w.allows(w.member(partition, account), q) {
			w.report.fail(x.stack, p.Place.Path, "repository-closed", "the applications in account "+account+" cannot pull from "+x.what(),
				"let the project's roles of that account pull")
		}
	}
}

// value of a condition key, whatever its case.
func value(context map[string][]eval.Value, key string) []eval.Value {
	for k, values := range context {
		if strings.EqualFold(k, key) {
			return values
		}
	}
	return nil
}

// set a condition key, whatever its case.
func set(context map[string][]eval.Value, key string, values ...string) {
	maps.DeleteFunc(context, func(k string, _ []eval.Value) bool { return strings.EqualFold(k, key) })
	context[key] = eval.Texts(values...)
}
