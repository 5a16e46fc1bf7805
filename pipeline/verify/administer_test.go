package verify_test

import (
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline/verify"
)

// Whatever has a policy says by it who changes or deletes it: nobody, of any account, but who deploys it.
func TestWhoAdministers(t *testing.T) {
	t.Parallel()
	const place = "Resources.X.Properties"
	for kind, c := range map[string]struct{ properties, actions string }{
		"AWS::APS::ResourcePolicy":            {"WorkspaceArn: x, PolicyDocument: DOC", "aps:DeleteWorkspace aps:PutResourcePolicy"},
		"AWS::Backup::BackupVault":            {"BackupVaultName: x, AccessPolicy: DOC", "backup:DeleteBackupVault backup:PutBackupVaultAccessPolicy"},
		"AWS::CloudTrail::ResourcePolicy":     {"ResourceArn: x, ResourcePolicy: DOC", "cloudtrail:DeleteResourcePolicy"},
		"AWS::CodeArtifact::Domain":           {"DomainName: x, PermissionsPolicyDocument: DOC", "codeartifact:DeleteDomain"},
		"AWS::CodeArtifact::Repository":       {"RepositoryName: x, PermissionsPolicyDocument: DOC", "codeartifact:PutRepositoryPermissionsPolicy"},
		"AWS::DynamoDB::Table":                {"ResourcePolicy: { PolicyDocument: DOC }", "dynamodb:DeleteTable dynamodb:PutResourcePolicy"},
		"AWS::ECR::RegistryPolicy":            {"PolicyText: DOC", "ecr:PutRegistryPolicy"},
		"AWS::ECR::Repository":                {"RepositoryPolicyText: DOC", "ecr:SetRepositoryPolicy ecr:DeleteRepository ecr:BatchDeleteImage"},
		"AWS::EFS::FileSystem":                {"FileSystemPolicy: DOC", "elasticfilesystem:PutFileSystemPolicy elasticfilesystem:DeleteFileSystem"},
		"AWS::EventSchemas::RegistryPolicy":   {"RegistryName: x, Policy: DOC", "schemas:DeleteRegistry"},
		"AWS::Events::EventBus":               {"Name: x, Policy: DOC", "events:PutPermission events:DeleteEventBus"},
		"AWS::Events::EventBusPolicy":         {"StatementId: x, Statement: STATEMENT", "events:PutPermission events:DeleteEventBus"},
		"AWS::KMS::Key":                       {"KeyPolicy: DOC", "kms:PutKeyPolicy kms:ScheduleKeyDeletion kms:CreateGrant kms:DeleteImportedKeyMaterial kms:*"},
		"AWS::KMS::ReplicaKey":                {"KeyPolicy: DOC", "kms:PutKeyPolicy kms:CreateGrant"},
		"AWS::Kinesis::ResourcePolicy":        {"ResourceArn: x, ResourcePolicy: DOC", "kinesis:DeleteStream"},
		"AWS::Lambda::LayerVersionPermission": {"LayerVersionArn: x, Action: ACTION, Principal: PRINCIPAL", "lambda:DeleteLayerVersion"},
		"AWS::Lambda::Permission":             {"FunctionName: x, Action: ACTION, Principal: PRINCIPAL", "lambda:UpdateFunctionCode lambda:AddPermission lambda:*"},
		"AWS::Logs::Destination":              {"DestinationName: x, DestinationPolicy: TEXT", "logs:PutDestinationPolicy"},
		"AWS::Logs::LogGroup":                 {"LogGroupName: x, ResourcePolicyDocument: DOC", "logs:DeleteLogGroup"},
		"AWS::Logs::ResourcePolicy":           {"PolicyName: x, PolicyDocument: TEXT", "logs:DeleteLogGroup logs:PutResourcePolicy"},
		"AWS::MSK::ClusterPolicy":             {"ClusterArn: x, Policy: DOC", "kafka:PutClusterPolicy"},
		"AWS::MediaStore::Container":          {"ContainerName: x, Policy: TEXT", "mediastore:DeleteContainer"},
		"AWS::Oam::Sink":                      {"Name: x, Policy: DOC", "oam:PutSinkPolicy"},
		"AWS::OpenSearchService::Domain":      {"AccessPolicies: DOC", "es:DeleteDomain es:*"},
		"AWS::S3::AccessPoint":                {"Bucket: x, Policy: DOC", "s3:PutAccessPointPolicy"},
		"AWS::S3::BucketPolicy":               {"Bucket: x, PolicyDocument: DOC", "s3:PutBucketPolicy s3:DeleteBucket s3:PutLifecycleConfiguration"},
		"AWS::S3Express::BucketPolicy":        {"Bucket: x, PolicyDocument: DOC", "s3express:PutBucketPolicy"},
		"AWS::S3Tables::TableBucketPolicy":    {"TableBucketARN: x, ResourcePolicy: DOC", "s3tables:DeleteTableBucket"},
		"AWS::S3Vectors::VectorBucketPolicy":  {"VectorBucketArn: x, Policy: DOC", "s3vectors:DeleteVectorBucket"},
		"AWS::SNS::TopicInlinePolicy":         {"TopicArn: x, PolicyDocument: DOC", "sns:SetTopicAttributes"},
		"AWS::SNS::TopicPolicy":               {"Topics: [x], PolicyDocument: DOC", "sns:DeleteTopic sns:AddPermission"},
		"AWS::SQS::QueueInlinePolicy":         {"Queue: x, PolicyDocument: DOC", "sqs:SetQueueAttributes"},
		"AWS::SQS::QueuePolicy":               {"Queues: [x], PolicyDocument: DOC", "sqs:DeleteQueue sqs:PurgeQueue"},
		"AWS::SSM::ResourcePolicy":            {"ResourceArn: x, Policy: DOC", "ssm:PutParameter"},
		"AWS::SecretsManager::ResourcePolicy": {"SecretId: x, ResourcePolicy: DOC", "secretsmanager:PutResourcePolicy secretsmanager:DeleteSecret"},
		"AWS::VpcLattice::ResourcePolicy":     {"ResourceArn: x, Policy: DOC", "vpc-lattice:PutResourcePolicy"},
	} {
		for action := range strings.FieldsSeq(c.actions) {
			for _, principal := range []string{"'*'", "{ AWS: '555555555555' }", "{ AWS: 'arn:aws:iam::111111111111:role/tiny/app/tiny-delivery-build' }", "{ Service: s3.amazonaws.com }"} {
				if strings.HasSuffix(action, "Grant") && strings.Contains(principal, "Service") {
					continue // who uses the key for services asks for grants
				}
				statement := "{ Effect: Allow, Principal: " + principal + ", Action: '" + action + "', Resource: '*' }"
				if kind == "AWS::ECR::Repository" { // whose policies name no resource
					statement = strings.Replace(statement, ", Resource: '*'", "", 1)
				}
				document := "{ Version: '2012-10-17', Statement: [" + statement + "] }"
				text := strings.NewReplacer("{ ", `{"`, ": ", `":`, ", ", `,"`, "'", `"`).Replace(document)
				text = strings.NewReplacer(`"Allow`, `Allow`, `:Allow`, `:"Allow"`, `:*"`, `:*"`, `s3.amazonaws.com`, `"s3.amazonaws.com"`).Replace(text)
				who := strings.Trim(principal[strings.LastIndex(principal, ": ")+1:], " {}")
				properties := strings.NewReplacer("DOC", document, "STATEMENT", statement, "ACTION", "'"+action+"'", "PRINCIPAL", who, "TEXT", "'"+text+"'").Replace(c.properties)
				a := broken(t, "minimal", put("tiny-delivery-artifacts", "Resources.X", "{ Type: "+kind+", Properties: { "+properties+" } }"))
				isFound := false
				for _, f := range verify.Verify(a).Findings {
					isFound = isFound || f.Rule == "admin-open" && strings.HasPrefix(f.Path, place) && f.Line > 0
				}
				if !isFound {
					t.Errorf("%s: nothing says that %s can %s: %s", kind, principal, action, properties)
				}
			}
		}
	}
}

// Who deploys a resource administers it, and so does IAM.
func TestWhoMayAdminister(t *testing.T) {
	t.Parallel()
	const administer = inKey + "[Deploy]"
	for name, changes := range map[string][]change{
		"everybody, narrowed to who deploys": {put(artifacts, administer+".Principal", "'*'")},
		"the role that deploys, by its name": {
			put(artifacts, administer+".Principal", "{ AWS: 'arn:aws:iam::111111111111:role/shop/access/shop-delivery-execution' }"), drop(artifacts, administer+".Condition"),
		},
		"the account, as keys have it by default": {
			put(extras, "Resources.More", "{ Type: AWS::KMS::Key, Properties: { KeyPolicy: { Version: '2012-10-17', Statement: [{ Effect: Allow, "+
				"Principal: { AWS: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' }, Action: 'kms:*', Resource: '*' }] } } }"),
		},
		"what a bucket's objects are for": {
			add(artifacts, inBucket, "{ Effect: Allow, Principal: { AWS: 'arn:aws:iam::111111111111:role/shop/app/shop-delivery-build' }, Action: 's3:*', Resource: !Sub '${Bucket.Arn}/*' }"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, f := range verify.Verify(broken(t, "shop", changes...)).Findings {
				if f.Rule == "admin-open" {
					t.Errorf("%s %s: %s", f.Stack, f.Path, f.Message)
				}
			}
		})
	}
	a := broken(t, "shop", put(artifacts, administer+".Principal", "'*'"), drop(artifacts, administer+".Condition"))
	if got := found(a, verify.Verify(a)); !strings.Contains(strings.Join(got, "\n"), "admin-open "+artifacts+" "+administer) {
		t.Errorf("everybody may administer a key, and nothing says so: %v", got)
	}
}
