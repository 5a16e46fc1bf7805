package verify

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// policied is a resource type with a policy that says who uses a resource: its own, or that of another one.
type policied struct {
	// kind has the document, or as JSON its text, in a property; where it has none, it is itself a statement.
	kind, property string
	// of is the resource type that the policy is for, and names the property that names it; both are empty where that is the kind itself, or
	// is not known.
	of, names string
	// service of the actions that change or delete the resource or its policy (Service Authorization Reference).
	service string
	actions []string
}

// allPolicied is every resource type whose policy can let somebody administer something.
func allPolicied() []policied {
	bucket := []string{
		"BypassGovernanceRetention", "DeleteBucket", "DeleteBucketPolicy", "DeleteBucketWebsite", "PutAccelerateConfiguration", "PutBucketAcl", "PutBucketCORS",
		"PutBucketLogging", "PutBucketNotification", "PutBucketObjectLockConfiguration", "PutBucketOwnershipControls", "PutBucketPolicy",
		"PutBucketPublicAccessBlock", "PutBucketTagging", "PutBucketVersioning", "PutBucketWebsite", "PutEncryptionConfiguration",
		"PutLifecycleConfiguration", "PutReplicationConfiguration",
	}
	bus := []string{
		"DeleteEventBus", "DeleteRule", "DisableRule", "EnableRule", "PutPermission", "PutRule", "PutTargets", "RemovePermission", "RemoveTargets", "UpdateEventBus",
	}
	key := []string{
		"CancelKeyDeletion", "CreateAlias", "CreateGrant", "DeleteAlias", "DeleteImportedKeyMaterial", "DisableKey", "DisableKeyRotation", "EnableKey",
		"EnableKeyRotation", "ImportKeyMaterial", "PutKeyPolicy", "ReplicateKey", "RevokeGrant", "ScheduleKeyDeletion", "TagResource", "UntagResource",
		"UpdateAlias", "UpdateKeyDescription", "UpdatePrimaryRegion",
	}
	logs := []string{
		"AssociateKmsKey", "DeleteLogGroup", "DeleteLogStream", "DeleteResourcePolicy", "DeleteRetentionPolicy", "DeleteSubscriptionFilter",
		"DisassociateKmsKey", "PutDataProtectionPolicy", "PutResourcePolicy", "PutRetentionPolicy", "PutSubscriptionFilter",
	}
	topic := []string{"AddPermission", "DeleteTopic", "PutDataProtectionPolicy", "RemovePermission", "SetTopicAttributes", "TagResource", "UntagResource"}
	queue := []string{"AddPermission", "DeleteQueue", "PurgeQueue", "RemovePermission", "SetQueueAttributes", "StartMessageMoveTask", "TagQueue", "UntagQueue"}
	return []policied{
		{"AWS::APS::ResourcePolicy", "PolicyDocument", "AWS::APS::Workspace", "WorkspaceArn", "aps", []string{"DeleteResourcePolicy", "DeleteWorkspace", "PutResourcePolicy"}},
		{"AWS::Backup::BackupVault", "AccessPolicy", "", "", "backup", []string{
			"DeleteBackupVault", "DeleteBackupVaultAccessPolicy", "DeleteBackupVaultLockConfiguration", "DeleteRecoveryPoint", "PutBackupVaultAccessPolicy",
			"PutBackupVaultLockConfiguration", "UpdateRecoveryPointLifecycle",
		}},
		{"AWS::CloudTrail::ResourcePolicy", "ResourcePolicy", "", "", "cloudtrail", []string{"DeleteChannel", "DeleteEventDataStore", "DeleteResourcePolicy", "PutResourcePolicy", "UpdateEventDataStore"}},
		{"AWS::CodeArtifact::Domain", "PermissionsPolicyDocument", "", "", "codeartifact", []string{"DeleteDomain", "DeleteDomainPermissionsPolicy", "PutDomainPermissionsPolicy"}},
		{"AWS::CodeArtifact::Repository", "PermissionsPolicyDocument", "", "", "codeartifact", []string{
			"DeletePackageVersions", "DeleteRepository", "DeleteRepositoryPermissionsPolicy", "PutRepositoryPermissionsPolicy", "UpdateRepository",
		}},
		{"AWS::DynamoDB::Table", "ResourcePolicy.PolicyDocument", "", "", "dynamodb", []string{
			"DeleteResourcePolicy", "DeleteTable", "PutResourcePolicy", "UpdateContinuousBackups", "UpdateTable", "UpdateTimeToLive",
		}},
		{"AWS::ECR::RegistryPolicy", "PolicyText", "", "", "ecr", []string{"DeleteRegistryPolicy", "DeleteRepository", "PutRegistryPolicy", "SetRepositoryPolicy"}},
		{"AWS::ECR::Repository", "RepositoryPolicyText", "", "", "ecr", []string{
			"BatchDeleteImage", "DeleteLifecyclePolicy", "DeleteRepository", "DeleteRepositoryPolicy", "PutImageScanningConfiguration", "PutImageTagMutability",
			"PutLifecyclePolicy", "SetRepositoryPolicy", "TagResource", "UntagResource",
		}},
		{"AWS::EFS::FileSystem", "FileSystemPolicy", "", "", "elasticfilesystem", []string{
			"CreateAccessPoint", "CreateMountTarget", "DeleteAccessPoint", "DeleteFileSystem", "DeleteFileSystemPolicy", "DeleteMountTarget",
			"ModifyMountTargetSecurityGroups", "PutBackupPolicy", "PutFileSystemPolicy", "PutLifecycleConfiguration", "UpdateFileSystem",
		}},
		{"AWS::Elasticsearch::Domain", "AccessPolicies", "", "", "es", []string{"DeleteElasticsearchDomain", "UpdateElasticsearchDomainConfig"}},
		{"AWS::EventSchemas::RegistryPolicy", "Policy", "AWS::EventSchemas::Registry", "RegistryName", "schemas", []string{"DeleteRegistry", "DeleteResourcePolicy", "PutResourcePolicy"}},
		{"AWS::Events::EventBus", "Policy", "", "", "events", bus},
		{"AWS::Events::EventBusPolicy", "", "AWS::Events::EventBus", "EventBusName", "events", bus},
		{"AWS::KMS::Key", "KeyPolicy", "", "", "kms", key},
		{"AWS::KMS::ReplicaKey", "KeyPolicy", "", "", "kms", key},
		{"AWS::Kinesis::ResourcePolicy", "ResourcePolicy", "AWS::Kinesis::Stream", "ResourceArn", "kinesis", []string{
			"DecreaseStreamRetentionPeriod", "DeleteResourcePolicy", "DeleteStream", "PutResourcePolicy", "StopStreamEncryption", "UpdateShardCount",
		}},
		{"AWS::Lambda::LayerVersionPermission", "", "", "", "lambda", []string{"AddLayerVersionPermission", "DeleteLayerVersion", "RemoveLayerVersionPermission"}},
		{"AWS::Lambda::Permission", "", "AWS::Lambda::Function", "FunctionName", "lambda", []string{
			"AddPermission", "CreateAlias", "CreateFunctionUrlConfig", "DeleteAlias", "DeleteFunction", "DeleteFunctionUrlConfig", "PublishVersion",
			"PutFunctionConcurrency", "PutFunctionEventInvokeConfig", "RemovePermission", "TagResource", "UntagResource", "UpdateAlias", "UpdateFunctionCode",
			"UpdateFunctionConfiguration", "UpdateFunctionUrlConfig",
		}},
		{"AWS::Logs::Destination", "DestinationPolicy", "", "", "logs", []string{"DeleteDestination", "PutDestination", "PutDestinationPolicy"}},
		{"AWS::Logs::LogGroup", "ResourcePolicyDocument", "", "", "logs", logs},
		{"AWS::Logs::ResourcePolicy", "PolicyDocument", "", "", "logs", logs},
		{"AWS::MSK::ClusterPolicy", "Policy", "AWS::MSK::Cluster", "ClusterArn", "kafka", []string{
			"DeleteCluster", "DeleteClusterPolicy", "PutClusterPolicy", "UpdateClusterConfiguration", "UpdateSecurity",
		}},
		{"AWS::MediaStore::Container", "Policy", "", "", "mediastore", []string{"DeleteContainer", "DeleteContainerPolicy", "PutContainerPolicy"}},
		{"AWS::Oam::Sink", "Policy", "", "", "oam", []string{"DeleteSink", "PutSinkPolicy"}},
		{"AWS::OpenSearchService::Domain", "AccessPolicies", "", "", "es", []string{
			"DeleteDomain", "DeleteElasticsearchDomain", "UpdateDomainConfig", "UpdateElasticsearchDomainConfig", "UpgradeDomain",
		}},
		{"AWS::S3::AccessPoint", "Policy", "", "", "s3", []string{"DeleteAccessPoint", "DeleteAccessPointPolicy", "PutAccessPointPolicy"}},
		{"AWS::S3::BucketPolicy", "PolicyDocument", "AWS::S3::Bucket", "Bucket", "s3", bucket},
		{"AWS::S3Express::BucketPolicy", "PolicyDocument", "AWS::S3Express::DirectoryBucket", "Bucket", "s3express", []string{
			"DeleteBucket", "DeleteBucketPolicy", "PutBucketPolicy", "PutEncryptionConfiguration", "PutLifecycleConfiguration",
		}},
		{"AWS::S3Tables::TableBucketPolicy", "ResourcePolicy", "AWS::S3Tables::TableBucket", "TableBucketARN", "s3tables", []string{
			"DeleteTable", "DeleteTableBucket", "DeleteTableBucketPolicy", "PutTableBucketPolicy", "PutTablePolicy",
		}},
		{"AWS::S3Tables::TablePolicy", "ResourcePolicy", "AWS::S3Tables::Table", "TableARN", "s3tables", []string{"DeleteTable", "DeleteTablePolicy", "PutTablePolicy"}},
		{"AWS::S3Vectors::VectorBucketPolicy", "Policy", "AWS::S3Vectors::VectorBucket", "VectorBucketArn", "s3vectors", []string{
			"DeleteIndex", "DeleteVectorBucket", "DeleteVectorBucketPolicy", "PutVectorBucketPolicy",
		}},
		{"AWS::SNS::TopicInlinePolicy", "PolicyDocument", "AWS::SNS::Topic", "TopicArn", "sns", topic},
		{"AWS::SNS::TopicPolicy", "PolicyDocument", "AWS::SNS::Topic", "Topics", "sns", topic},
		{"AWS::SQS::QueueInlinePolicy", "PolicyDocument", "AWS::SQS::Queue", "Queue", "sqs", queue},
		{"AWS::SQS::QueuePolicy", "PolicyDocument", "AWS::SQS::Queue", "Queues", "sqs", queue},
		{"AWS::SSM::ResourcePolicy", "Policy", "", "ResourceArn", "ssm", []string{"DeleteParameter", "DeleteResourcePolicy", "PutParameter", "PutResourcePolicy"}},
		{"AWS::SecretsManager::ResourcePolicy", "ResourcePolicy", "AWS::SecretsManager::Secret", "SecretId", "secretsmanager", []string{
			"CancelRotateSecret", "DeleteResourcePolicy", "DeleteSecret", "PutResourcePolicy", "PutSecretValue", "RemoveRegionsFromReplication",
			"ReplicateSecretToRegions", "RestoreSecret", "RotateSecret", "StopReplicationToReplica", "TagResource", "UntagResource", "UpdateSecret",
			"UpdateSecretVersionStage",
		}},
		{"AWS::VpcLattice::ResourcePolicy", "Policy", "", "", "vpc-lattice", []string{"DeleteResourcePolicy", "DeleteService", "PutResourcePolicy", "UpdateService"}},
	}
}

// administration proves that what has a policy is changed or deleted, and so is its policy, only by the role that deploys it and by those who
// manage its account.
func (w *world) administration() {
	for _, row := range allPolicied() {
		for _, x := range w.ofKind(row.kind) {
			document := row.document(x)
			statements := statementsOf(x.stack, x.path(row.property), document)
			if row.property == "" {
				statements = statementsOf(x.stack, x.path(""), document)
			}
			var p *eval.Policy
			for _, st := range statements {
				actions := row.covered(st)
				if len(actions) == 0 {
					continue
				}
				if p == nil {
					p = w.administered(row, x, document)
				}
				w.administers(row, x, st, p, actions)
			}
		}
	}
}

// administered is the policy of a resource, read.
func (w *world) administered(row policied, x *thing, document *tree.Node) *eval.Policy {
	if row.kind == "AWS::KMS::Key" || row.kind == "AWS::ECR::Repository" {
		return w.policyOf(x)
	}
	kind := eval.Resource
	if row.service == "kms" {
		kind = eval.Key
	}
	p, _ := eval.Parse(eval.Source{Kind: kind, Owner: x.what(), Stack: x.stack.Name, File: x.stack.file, Path: x.path(row.property)}, document, x.stack.resolver)
	return p
}

// document of a resource's policy; nil where it has none. A permission is a policy of one statement.
func (p policied) document(x *thing) *tree.Node {
	if p.property == "" {
		st := x.properties.Get("Statement")
		if st == nil && x.properties.Get("Principal") != nil {
			st = tree.NewMap().Set("Effect", tree.Text("Allow")).Set("Action", x.properties.Get("Action")).Set("Principal", principalOf(x)).Set("Resource", tree.Text("*"))
			if c := narrowing(x); len(c.Keys) > 0 {
				st.Set("Condition", c)
			}
		}
		if st == nil {
			return nil
		}
		return tree.NewMap().Set("Version", tree.Text("2012-10-17")).Set("Statement", st)
	}
	n := x.properties.At(strings.Split(p.property, ".")...)
	if n == nil || n.Get("Statement") != nil {
		return n
	}
	if text := x.stack.resolver.Resolve(n).String(); strings.HasPrefix(strings.TrimSpace(text), "{") {
		n, _ = tree.ParseJSON([]byte(text))
		return n
	}
	return nil
}

// principalOf a permission: a service, an account, a role or everybody.
func principalOf(x *thing) *tree.Node {
	n := x.properties.Get("Principal")
	switch who := x.text("Principal").String(); {
	case who == "*":
		return tree.Text("*")
	case strings.HasSuffix(who, ".amazonaws.com"):
		return tree.NewMap().Set("Service", n)
	default:
		return tree.NewMap().Set("AWS", n)
	}
}

// narrowing are the conditions of a permission.
func narrowing(x *thing) *tree.Node {
	equal := tree.NewMap()
	for _, of := range [][2]string{{"SourceAccount", "aws:SourceAccount"}, {"SourceArn", "aws:SourceArn"}, {"PrincipalOrgID", "aws:PrincipalOrgID"}, {"OrganizationId", "aws:PrincipalOrgID"}} {
		if n := x.properties.Get(of[0]); n != nil {
			equal.Set(of[1], n)
		}
	}
	if len(equal.Keys) == 0 {
		return equal
	}
	return tree.NewMap().Set("StringLike", equal)
}

// covered are the administering actions that a statement may allow.
func (p policied) covered(st *statement) []string {
	if !st.allows {
		return nil
	}
	var list []string
	not := listIn(st.s, st.node.Get("NotAction"))
	for _, action := range p.actions {
		action = p.service + ":" + action
		is := st.has(action)
		if len(not) > 0 {
			is = !slices.ContainsFunc(not, func(v eval.Value) bool { return globs(strings.ToLower(v.String()), strings.ToLower(action)) })
		}
		if is {
			list = append(list, action)
		}
	}
	return list
}

// asker is somebody who must not administer a resource.
type asker struct {
	eval.Principal
	policies []*eval.Policy // what IAM gives him; none where that would be enough by itself
	// isOutsider says that no account of the system is his, nor one that the statement names.
	isOutsider bool
}

// askersOf a statement are those whom it may let administer a resource, and must not.
func (w *world) askersOf(x *thing, st *statement, p *eval.Policy) []asker {
	s, partition, one := x.stack, partitionOf(x.stack.Region), []*statement{st}
	all := []*eval.Policy{w.everything}
	names := principalsOf(one, "AWS")
	if st.node.Get("NotPrincipal") != nil || st.node.Get("Principal") == nil {
		names = []string{"*"}
	}
	var list []asker
	for _, account := range w.accountsIn(names) {
		if !admits(names, account) {
			continue
		}
		isHere := account == s.Account
		who := []eval.Principal{w.member(partition, account)}
		who = append(who, w.likeNamed(one, partition, account)...)
		for _, name := range names {
			if strings.Contains(name, ":role/") && strings.Contains(name, ":"+account+":") {
				who = append(who, eval.Principal{ARN: eval.Text(name), Account: account})
			}
		}
		policies := all
		if isHere && (p.Source.Kind != eval.Key || s.Source != nil && !w.isChain(s)) { // IAM decides, whatever this policy says, or whoever wrote it
			policies = nil
		}
		for _, o := range who {
			if arn := o.ARN.String(); arn == w.executionOf(s) || s.deployer != nil && arn == s.deployer.arn.String() {
				continue
			}
			list = append(list, asker{Principal: o, policies: policies, isOutsider: account == w.elsewhere})
		}
		anybody := asker{Principal: stranger(partition, account), policies: all, isOutsider: account == w.elsewhere}
		if isHere { // who manages the account may, by IAM
			anybody.policies = nil
		}
		list = append(list, anybody)
	}
	for _, service := range principalsOf(one, "Service") {
		if service != "*" {
			list = append(list, asker{Principal: eval.Principal{Service: service}})
		}
	}
	return list
}

// likeNamed are the roles of an account whose ARNs are as conditions of statements say, those of the system and for each pattern one that is not.
func (w *world) likeNamed(statements []*statement, partition, account string) []eval.Principal {
	var list []eval.Principal
	for _, st := range statements {
		st.eachCondition(func(key string, values []eval.Value) {
			if !strings.EqualFold(key, "aws:PrincipalArn") {
				return
			}
			for _, v := range values {
				pattern := v.String()
				for _, r := range w.roleList {
					if r.stack.Account == account && globs(pattern, r.arn.String()) {
						list = append(list, r.principal())
					}
				}
				if strings.HasPrefix(pattern, "arn:"+partition+":iam::"+account+":role/") && strings.ContainsAny(pattern, "*?") {
					list = append(list, eval.Principal{ARN: eval.Text(strings.ReplaceAll(strings.ReplaceAll(pattern, "*", other), "?", one)), Account: account})
				}
			}
		})
	}
	return list
}

// administers finds whom a statement lets change or delete a resource or its policy.
func (w *world) administers(row policied, x *thing, st *statement, p *eval.Policy, actions []string) {
	var who, what []string
	isOutsider := false
	alone := *p
	alone.Statements = slices.DeleteFunc(slices.Clone(p.Statements), func(o *eval.Statement) bool { return o.Place.Path != st.place.Path })
	contexts := append([]map[string][]eval.Value{w.plain}, st.choices()...)
	for _, a := range w.askersOf(x, st, p) {
		asked := contexts
		if a.Service != "" {
			asked = st.contexts()
		}
		for _, on := range w.administeredBy(row, x, st) {
			for _, context := range asked {
				gets := func(action string, p *eval.Policy) bool {
					q := request{action: action, on: on, account: x.stack.Account, policy: p, context: context}
					if action == "kms:CreateGrant" { // those for services, key-grant asks for
						q.context = maps.Clone(context)
						set(q.context, "kms:GrantIsForAWSResource", "false")
					}
					return w.evaluate(a.Principal, q, eval.Policies{Identity: a.policies, Resource: p}).Verdict == eval.Allowed
				}
				isFor := gets(actions[0], &alone) // it covers all of the actions
				for _, action := range actions {
					isGrant := strings.HasSuffix(action, "Grant")
					if isGrant && a.Service != "" { // which key-deputy asks for
						continue
					}
					if (isGrant || actions[0] == "kms:CreateGrant") && gets(action, &alone) && gets(action, p) || !isGrant && isFor && gets(action, p) {
						who, what = once(who, cmp.Or(a.Service, a.ARN.String())), once(what, action)
						isOutsider = isOutsider || a.isOutsider
					}
				}
			}
		}
	}
	if len(who) == 0 {
		return
	}
	message := some(who) + " can " + some(what) + " on " + x.what()
	const hint = "narrow the statement to the role that deploys it, by aws:PrincipalArn, or take these actions out"
	if x.stack.Source != nil && !isOutsider {
		w.report.warn(x.stack, st.place.Path, "admin-open", message, hint)
	} else {
		w.report.fail(x.stack, st.place.Path, "admin-open", message, hint)
	}
}

// choices are the contexts of a statement as far as whoever asks chooses them.
func (st *statement) choices() []map[string][]eval.Value {
	isChoice := false
	st.eachCondition(func(key string, _ []eval.Value) { isChoice = isChoice || isChosen(key) })
	if !isChoice {
		return nil
	}
	list := st.contexts()
	for _, context := range list {
		for key := range context {
			if !isChosen(key) {
				delete(context, key)
			}
		}
		if value(context, "aws:SecureTransport") == nil {
			context["aws:SecureTransport"] = eval.Texts("true")
		}
	}
	return list
}

// administeredBy a statement are the resources that it names: of *, the one that the policy is for. Objects of a bucket are not.
func (w *world) administeredBy(row policied, x *thing, st *statement) []eval.Value {
	var list []eval.Value
	for _, on := range st.resources {
		switch {
		case on.Equal(eval.Text("*")):
			list = append(list, w.policyIsFor(row, x))
		case strings.HasPrefix(row.service, "s3") && strings.Contains(on.String()[strings.LastIndex(on.String(), ":")+1:], "/") && row.kind == "AWS::S3::BucketPolicy":
		default:
			list = append(list, on)
		}
	}
	if len(list) == 0 && len(st.resources) == 0 {
		list = append(list, w.policyIsFor(row, x))
	}
	return list
}

// policyIsFor is the ARN of what a policy is for.
func (w *world) policyIsFor(row policied, x *thing) eval.Value {
	if row.of == "" {
		return x.arn()
	}
	for _, y := range w.ofKind(row.of) {
		if y.stack == x.stack && slices.ContainsFunc(listIn(x.stack, x.properties.Get(row.names)), func(v eval.Value) bool { return v.Equal(y.ref()) || v.Equal(y.arn()) }) {
			return y.arn()
		}
	}
	return eval.Text("arn:" + partitionOf(x.stack.Region) + ":" + row.service + ":" + x.stack.Region + ":" + x.stack.Account + ":" + other)
}
