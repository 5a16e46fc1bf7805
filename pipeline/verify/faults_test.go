package verify_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
)

// Stacks of the goldens, and where things stand in them.
const (
	delivery       = "shop-delivery-pipeline"
	pipelineAccess = "shop-delivery-access"
	artifacts      = "shop-delivery-artifacts"
	builds         = "shop-delivery-builds"
	devAccess      = "shop-dev-access"
	functions      = "shop-dev-functions"
	extras         = "shop-prod-extras"
	atlas          = "atlas-release-pipeline"
	custom         = "custom-delivery-pipeline"

	pipe      = "Resources.Pipeline.Properties"
	stages    = pipe + ".Stages"
	runRole   = "Resources.PipelineRole.Properties"
	running   = runRole + ".Policies[pipeline].PolicyDocument.Statement"
	deploying = "Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement"
	deployer  = "Resources.DeployRole.Properties.AssumeRolePolicyDocument.Statement[Pipeline]"
	executor  = "Resources.ExecutionRole.Properties"
	publisher = "Resources.PublishRole.Properties"
	pushing   = publisher + ".Policies[publish].PolicyDocument.Statement"
	tester    = "Resources.TestRole.Properties"
	inBucket  = "Resources.BucketPolicy.Properties.PolicyDocument.Statement"
	inKey     = "Resources.Key.Properties.KeyPolicy.Statement"
	publishes = "{ Sid: Tell, Effect: Allow, Action: sns:Publish, Resource: 'arn:aws:sns:eu-west-1:444444444444:shop-prod-alarms' }"
	usesKey   = "{ Sid: TellKey, Effect: Allow, Action: [kms:Decrypt, kms:GenerateDataKey], Resource: 'arn:aws:kms:eu-west-1:444444444444:key/*', " +
		"Condition: { StringEquals: { kms:ViaService: sns.eu-west-1.amazonaws.com } } }"
	reading       = "Resources.ArtifactPolicy.Properties.PolicyDocument.Statement"
	builder       = "Resources.BuildRole.Properties"
	clearRule     = "Resources.ClearRule.Properties"
	clearRuleRole = "Resources.ClearRuleRole.Properties"
	clearProject  = "Resources.ClearProject.Properties"
	clearRole     = "Resources.ClearRole.Properties" // of the build, and of an environment
	project       = "Resources.BuildProject.Properties"
)

// fault is one thing that is wrong with a golden, and all that must be found of it: rule, stack, and path in the template, or file; warnings
// are marked as such.
type fault struct {
	golden, name string
	change       []change
	want         string
}

func faults() []fault {
	return []fault{
		// templates
		{"shop", "what is read of a resource has another name", []change{
			put(extras, "Outputs.Pair", "{ Value: !GetAtt [Orders, QueueArn] }"),
			put(extras, "Outputs.Text", "{ Value: !GetAtt Orders.Url }"),
			put(extras, "Outputs.Sub", "{ Value: !Sub '${Orders.Arn} ${Orders.arn} ${!Orders.Nothing}' }"),
			put(extras, "Outputs.Subs", "{ Value: !Sub ['${Orders.Own} ${Orders.Other}', { Orders.Own: x }] }"),
			put(extras, "Outputs.Deep", "{ Value: !GetAtt Importer.GroupId.Below }"),
		}, `
			attribute shop-prod-extras Outputs.Deep.Value
			attribute shop-prod-extras Outputs.Pair.Value
			attribute shop-prod-extras Outputs.Sub.Value
			attribute shop-prod-extras Outputs.Subs.Value
			attribute shop-prod-extras Outputs.Text.Value
		`},
		{"shop", "what is referred to has another name", []change{
			put(extras, "Outputs.Ref", "{ Value: !Ref Nowhere }"),
			put(extras, "Outputs.Attribute", "{ Value: !GetAtt Nowhere.Arn }"),
			put(extras, "Outputs.Text", "{ Value: { Fn::GetAtt: Nowhere.Arn } }"),
			put(extras, "Outputs.Pseudo", "{ Value: !Ref AWS::Acount }"),
			put(extras, "Outputs.Sub", "{ Value: !Sub '${AWS::Region} ${!Literal} ${Nowhere}' }"),
			put(extras, "Outputs.Subs", "{ Value: !Sub ['${Own} ${Nowhere.Arn}', { Own: !Join ['', [x, !Ref Nowhere]] }] }"),
			put(extras, "Outputs.Parameter", "{ Value: !GetAtt VpcId.Arn }"),
			put(extras, "Conditions", "{ None: !Equals [!Ref Nowhere, x] }"),
			put(extras, "Rules.None", "{ Assertions: [{ Assert: !Equals [!Ref Nowhere, x] }] }"),
			put(extras, "Resources.Orders.DependsOn", "[Refused, Nowhere]"),
			put(extras, "Resources.Importer.DependsOn", "VpcId"), // no resource
		}, `
			reference shop-prod-extras Conditions.None.Fn::Equals[0]
			reference shop-prod-extras Outputs.Attribute.Value
			reference shop-prod-extras Outputs.Parameter.Value
			reference shop-prod-extras Outputs.Pseudo.Value
			reference shop-prod-extras Outputs.Ref.Value
			reference shop-prod-extras Outputs.Sub.Value
			reference shop-prod-extras Outputs.Subs.Value
			reference shop-prod-extras Outputs.Subs.Value.Fn::Sub[1].Own.Fn::Join[1][1]
			reference shop-prod-extras Outputs.Text.Value
			reference shop-prod-extras Resources.Importer.DependsOn
			reference shop-prod-extras Resources.Orders.DependsOn
			reference shop-prod-extras Rules.None.Assertions[0].Assert.Fn::Equals[0]
		`},
		{"shop", "resources need each other", []change{
			put(extras, "Resources.Orders.DependsOn", "[OrdersPolicy]"),
			put(extras, "Resources.Importer.DependsOn", "Importer"),
		}, `
			cycle shop-prod-extras Resources.Importer.DependsOn
			cycle shop-prod-extras Resources.Orders.DependsOn[0]
		`},
		{"shop", "a template reads an output that there is not", []change{
			put(extras, "Resources.Orders.Properties.Tags", "[{ Key: k, Value: { Fn::GetStackOutput: { StackName: shop-prod-network, OutputName: Vpc } } }]"),
		}, `
			stack-output shop-prod-access Resources.ExecutionPolicy.Properties.PolicyDocument
			stack-output shop-prod-extras Resources.Orders.Properties.Tags[0].Value
		`},
		{"shop", "an attribute that the type lacks", []change{
			put(extras, "Outputs.More", "{ Value: !GetAtt Orders.Arns }"),
		}, `attribute shop-prod-extras Outputs.More.Value`},
		{"shop", "a key that is the same for ever", []change{
			put(artifacts, "Resources.Key.Properties.EnableKeyRotation", "false"),
		}, `unprotected shop-delivery-artifacts Resources.Key.Properties.EnableKeyRotation`},
		{"shop", "a bucket that could be made public", []change{
			drop(artifacts, "Resources.Bucket.Properties.PublicAccessBlockConfiguration"),
		}, `unprotected shop-delivery-artifacts Resources.Bucket.Properties.PublicAccessBlockConfiguration`},
		// controls
		{"shop", "no approval", []change{
			drop(delivery, stages+"[qa-approval]"),
		}, `control shop-delivery-pipeline Resources.Pipeline.Properties.Stages`},
		{"shop", "an approval that does not wait", []change{
			put("shop-release-pipeline", stages+"[prod-deploy].Actions[approve-network-storage].RunOrder", "3"),
		}, `control shop-release-pipeline ` + stages + `[prod-deploy].Actions[approve-network-storage].RunOrder`},
		{"shop", "an approval of what is not there yet", []change{
			put("shop-release-pipeline", stages+"[prod-bootstrap].Actions[approve-bootstrap].RunOrder", "1"),
		}, `control shop-release-pipeline ` + stages + `[prod-bootstrap].Actions[approve-bootstrap].RunOrder`},
		{"shop", "an approval of another environment's stacks", []change{
			swap("qa-approval", "qa-bootstrap"),
		}, `control shop-delivery-pipeline ` + stages + `[qa-approval].Actions[approve].RunOrder`},
		{"shop", "tests of what is not deployed yet", []change{
			swap("dev-verify", "dev-deploy"),
		}, `
			control shop-delivery-pipeline ` + stages + `[dev-verify].Actions[integration-tests].RunOrder
			control shop-delivery-pipeline ` + stages + `[dev-verify].Actions[acceptance-tests].RunOrder
		`},
		{"shop", "no tests", []change{
			drop(delivery, stages+"[Test].Actions[function-tests]"),
		}, `control shop-delivery-pipeline Resources.Pipeline.Properties.Stages`},
		{"shop", "two tests at once", []change{
			put(delivery, stages+"[dev-verify].Actions[acceptance-tests].RunOrder", "1"),
		}, `control shop-delivery-pipeline ` + stages + `[dev-verify].Actions[acceptance-tests].RunOrder`},
		// words of policies
		{"shop", "actions and condition keys that AWS does not have", []change{
			put("shop-dev-access", "Resources.TestRole.Properties.Policies[test].PolicyDocument.Statement[SeeJobs].Action", "[batch:DescribeJob, 'batch:Listx*']"),
			put("shop-dev-access", "Resources.TestRole.Properties.Policies[test].PolicyDocument.Statement[SeeJobs].Condition",
				"{ StringEquals: { aws:SourceAcount: x, batch:Colour: x, token.example.com:sub: x } }"),
		}, `
			warning policy shop-dev-access Resources.TestRole.Properties.Policies[test].PolicyDocument.Statement[SeeJobs].Action[0]
			warning policy shop-dev-access Resources.TestRole.Properties.Policies[test].PolicyDocument.Statement[SeeJobs].Action[1]
			warning policy shop-dev-access Resources.TestRole.Properties.Policies[test].PolicyDocument.Statement[SeeJobs].Condition.StringEquals.aws:SourceAcount
			warning policy shop-dev-access Resources.TestRole.Properties.Policies[test].PolicyDocument.Statement[SeeJobs].Condition.StringEquals.batch:Colour
		`},
		{"shop", "a trust policy with another service's action", []change{
			add("shop-dev-access", deployer+".Action", "s3:GetObject"),
		}, `policy shop-dev-access ` + deployer + `.Action[1]`},
		{"shop", "a bucket's policy that names another bucket", []change{
			add(artifacts, inBucket+"[RequireTLS].Resource", "!GetAtt AccessLogs.Arn"),
		}, `policy shop-delivery-artifacts ` + inBucket + `[RequireTLS].Resource[2]`},
		{"shop", "a topic's policy that names a queue", []change{
			put("shop-qa-monitoring", "Resources.TopicPolicy.Properties.PolicyDocument.Statement[RequireTLS].Resource", "arn:aws:sqs:eu-west-1:333333333333:x"),
		}, `
			policy shop-qa-monitoring Resources.TopicPolicy.Properties.PolicyDocument.Statement[RequireTLS].Resource
			tls shop-qa-monitoring Resources.TopicPolicy.Properties.PolicyDocument
		`},
		// others' things
		{"one-account", "a deploy role that reads the parameters of another environment", []change{
			put("try-dev-access", deploying+"[ReadOutputs].Resource", "'*'"),
		}, `chain try-dev-access Resources.DeployRole.Properties`},
		{"shop", "roles of a pipeline may change its key's policy", []change{
			add(artifacts, inKey+"[UseInPipeline].Action", "kms:*"),
		}, `admin-open shop-delivery-artifacts ` + inKey + `[UseInPipeline]`},
		{"shop", "a subscription in the clear", []change{
			drop("shop-qa-monitoring", "Resources.TopicPolicy.Properties.PolicyDocument.Statement[RequireTLS].Action[7]"),
		}, `tls shop-qa-monitoring Resources.TopicPolicy.Properties.PolicyDocument`},
		{"own-stacks", "a custom stack's key that is disabled", []change{
			put("depot-dev-importer", "Resources.Key.Properties.Enabled", "false"),
		}, `unprotected depot-dev-importer Resources.Logs.Properties`},
		{"minimal", "the only log group without a key", []change{
			drop("tiny-delivery-builds", "Resources.BuildLogs.Properties.KmsKeyId"),
		}, `unprotected tiny-delivery-builds Resources.BuildLogs.Properties.KmsKeyId`},
		{"shop", "a role before its policies", []change{
			manifest("shop-dev-access", func(s *assembly.Stack) { s.DependsOn = s.DependsOn[:1] }),
		}, `deploy-order shop-dev-access manifest.json`},
		{"shop", "an alias of a bucket, a route to a table of routes, an alarm that tells a policy, an API that is a function", []change{
			put("shop-dev-bootstrap", "Resources.KeyAlias.Properties.TargetKeyId", "!Ref CodeBucket"),
			put("shop-dev-network", "Resources.VpcPublicRoute.Properties.GatewayId", "!Ref VpcPublicTable"),
			put("shop-qa-monitoring", "Resources.WebServiceErrors.Properties.AlarmActions[0]", "!Ref TopicPolicy"),
			put("shop-qa-functions", "Resources.ApiIdParameter.Properties.Value", "!Ref HelloFunction"),
		}, `
			reference-kind shop-dev-bootstrap Resources.KeyAlias.Properties
			reference-kind shop-dev-network Resources.VpcPublicRoute.Properties
			reference-kind shop-qa-functions Resources.ApiIdParameter.Properties
			reference-kind shop-qa-functions Resources.ApiIdParameter.Properties.Value
			reference-kind shop-qa-monitoring Resources.WebServiceErrors.Properties
		`},
		{"shop", "an action on what is another service's", []change{
			put("shop-dev-access", deploying+"[RunChangeSets].Action[2]", "s3:ListAllMyBuckets"),
		}, `warning policy shop-dev-access ` + deploying + `[RunChangeSets]`},
		{"shop", "any key, for a build", []change{
			put(builds, "Resources.ArtifactPolicy.Properties.PolicyDocument.Statement[ArtifactKey].Resource", "'*'"),
		}, `
			any-key shop-delivery-builds Resources.ArtifactPolicy.Properties.PolicyDocument.Statement[ArtifactKey]
			grant-void shop-delivery-access Resources.Boundary.Properties.PolicyDocument.Statement[Keys]
		`},
		{"shop", "a key for another organization's account", []change{
			add("shop-dev-bootstrap", "Resources.DataKey.Properties.KeyPolicy.Statement[UseThroughS3].Principal.AWS", "'999999999999'"),
		}, `key-open shop-dev-bootstrap Resources.DataKey.Properties.KeyPolicy`},
		{"shop", "an application's role that may do nearly everything", []change{
			put(functions, "Resources.HelloFunctionRole.Properties.ManagedPolicyArns", "[arn:aws:iam::aws:policy/AdministratorAccess]"),
		}, `warning policy-unknown shop-dev-functions Resources.HelloFunctionRole.Properties.ManagedPolicyArns[0]`},
		{"shop", "an environment before the pipeline's own update", []change{
			swap("UpdatePipeline", "Test"),
			swap("UpdatePipeline", "dev-bootstrap"),
		}, `self-update shop-delivery-pipeline ` + stages + `[dev-bootstrap].Actions[bootstrap-prepare]`},
		{"regions", "outputs of a stack that no run changes", []change{
			drop(atlas, stages+"[UpdatePipeline].Actions[artifacts-us-east-1].Configuration.ParameterOverrides"),
		}, `namespace atlas-release-pipeline ` + stages + `[UpdatePipeline].Actions[pipeline].Configuration.ParameterOverrides`},
		{"shop", "a deploy role that cannot say why a change set is refused", []change{
			drop("shop-dev-access", deploying+"[SeeReasons].Resource[1]"),
		}, `deploy-stack shop-dev-access ` + deploying + `[SeeReasons]`},
		{"shop", "a build without its primary artifact", []change{
			drop(delivery, stages+"[dev-publish].Actions[publish-code].InputArtifacts[Source]"),
		}, `build-input shop-delivery-pipeline ` + stages + `[dev-publish].Actions[publish-code].Configuration.PrimarySource`},
		// guards
		{"shop", "a stack that does not ask for its resource types", []change{
			drop(functions, "Rules.AccessCoversThis"),
		}, `guard shop-dev-functions Rules`},
		{"shop", "a stack that asks for some of its resource types", []change{
			drop(functions, "Rules.AccessCoversThis.Assertions[0].Assert.Fn::EachMemberIn[0][AWS::Lambda::Function]"),
		}, `guard shop-dev-functions Rules`},
		{"shop", "a stack that asks another list", []change{
			put(functions, "Rules.AccessCoversThis.Assertions[0].Assert.Fn::EachMemberIn[1]", "[AWS::Lambda::Function, AWS::Logs::LogGroup]"),
		}, `
			access shop-dev-functions Rules.AccessCoversThis.Assertions[0].Assert
			guard shop-dev-functions Rules
		`},
		{"shop", "a need that no stack asks for", []change{
			drop("shop-dev-bootstrap", "Rules.AccessCoversNeeds.Assertions[0]"),
		}, `guard shop-dev-access Resources.CoversBuildAcceptanceTests230682F0Parameter.Properties.Name`},
		{"shop", "a need that is asked for the wrong way", []change{
			put("shop-dev-bootstrap", "Rules.AccessCoversNeeds.Assertions[0].Assert", "!Equals [!Ref AccessCoversBuildAcceptanceTests230682F0, '']"),
		}, `guard shop-dev-access Resources.CoversBuildAcceptanceTests230682F0Parameter.Properties.Name`},
		{"shop", "a need that is asked for too late", []change{
			drop("shop-dev-bootstrap", "Rules.AccessCoversNeeds.Assertions[0]"),
			put(functions, "Parameters.Need", "{ Type: AWS::SSM::Parameter::Value<String>, Default: /shop/dev/access/CoversBuildAcceptanceTests230682F0 }"),
			put(functions, "Rules.Needs", "{ Assertions: [{ Assert: !Not [!Equals [!Ref Need, '']] }] }"),
		}, `guard shop-dev-access Resources.CoversBuildAcceptanceTests230682F0Parameter.Properties.Name`},
		{"shop", "no guard at all", []change{
			drop("shop-qa-bootstrap", "Rules"),
		}, `
			guard shop-qa-access Resources.CoversBuildAcceptanceTests230682F0Parameter.Properties.Name
			guard shop-qa-bootstrap Rules
		`},
		// who runs the pipeline
		{"shop", "the pipeline's role trusts another service", []change{
			put(delivery, runRole+".AssumeRolePolicyDocument.Statement[CodePipeline].Principal.Service", "codebuild.amazonaws.com"),
		}, `
			trust shop-delivery-pipeline Resources.PipelineRole.Properties.AssumeRolePolicyDocument.Statement[CodePipeline]
			trust-deputy shop-delivery-pipeline Resources.PipelineRole.Properties.AssumeRolePolicyDocument
		`},
		{"shop", "the pipeline's role is for another account's pipelines", []change{
			put(delivery, runRole+".AssumeRolePolicyDocument.Statement[CodePipeline].Condition.StringEquals.aws:SourceAccount", "'222222222222'"),
		}, `trust shop-delivery-pipeline Resources.PipelineRole.Properties.AssumeRolePolicyDocument.Statement[CodePipeline]`},
		{"shop", "the pipeline names a role that nobody makes", []change{
			put(delivery, pipe+".RoleArn", "arn:aws:iam::111111111111:role/shop/app/shop-delivery-pipelines"),
		}, `pipeline-role shop-delivery-pipeline Resources.Pipeline.Properties.RoleArn`},
		{"shop", "the pipeline's role has no boundary", []change{
			drop(delivery, runRole+".PermissionsBoundary"),
		}, `no-boundary shop-delivery-pipeline Resources.PipelineRole.Properties`},
		{"shop", "the boundary lets no pipeline assume roles", []change{
			add(pipelineAccess, "Resources.Boundary.Properties.PolicyDocument.Statement",
				"{ Sid: NoRoles, Effect: Deny, Action: sts:AssumeRole, Resource: '*' }"),
		}, `
			grant-void shop-delivery-access Resources.Boundary.Properties.PolicyDocument.Statement[NoRoles]
			trust shop-delivery-access Resources.Boundary.Properties.PolicyDocument.Statement[NoRoles]
		`},

		// source
		{"shop", "no permission for connections by their new name", []change{
			drop(delivery, running+"[Source].Action[codeconnections]"),
		}, `connection shop-delivery-pipeline Resources.PipelineRole.Properties.Policies[pipeline].PolicyDocument`},
		{"shop", "no permission for connections by their old name", []change{
			drop(delivery, running+"[Source].Action[codestar]"),
		}, `connection shop-delivery-pipeline Resources.PipelineRole.Properties.Policies[pipeline].PolicyDocument`},
		{"shop", "the source takes another connection", []change{
			edit(delivery, stages+"[Source].Actions[Source].Configuration.ConnectionArn", "2a55d9b0", "3a55d9b0"),
		}, `
			connection shop-delivery-pipeline Resources.PipelineRole.Properties.Policies[pipeline].PolicyDocument.Statement[Source]
			execution shop-delivery-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[PassConnection]
		`},
		{"shop", "the pipeline's role cannot put artifacts", []change{
			drop(delivery, running+"[Artifacts].Action[s3:PutObject]"),
		}, `artifact-write shop-delivery-pipeline Resources.PipelineRole.Properties.Policies[pipeline].PolicyDocument.Statement[Artifacts]`},
		{"shop", "the pipeline's role cannot use the key", []change{
			drop(delivery, running+"[ArtifactKey]"),
		}, `
			artifact-read shop-delivery-pipeline Resources.PipelineRole.Properties.Policies[pipeline].PolicyDocument
			artifact-write shop-delivery-pipeline Resources.PipelineRole.Properties.Policies[pipeline].PolicyDocument
		`},
		{"shop", "the pipeline's role cannot look at the bucket", []change{
			drop(delivery, running+"[ArtifactBucket]"),
		}, `artifact-bucket shop-delivery-pipeline Resources.PipelineRole.Properties.Policies[pipeline].PolicyDocument.Statement[Artifacts]`},
		{"shop", "builds get the repository itself and may not clone it", []change{
			put(delivery, stages+"[Source].Actions[Source].Configuration.OutputArtifactFormat", "CODEBUILD_CLONE_REF"),
		}, `
			connection shop-delivery-builds Resources.AcceptanceTestsRole.Properties.Policies[build].PolicyDocument
			connection shop-delivery-builds Resources.BuildRole.Properties.Policies[build].PolicyDocument
			connection shop-delivery-builds Resources.FunctionTestsRole.Properties.Policies[build].PolicyDocument
			connection shop-delivery-builds Resources.InfrastructureTestsRole.Properties.Policies[build].PolicyDocument
			connection shop-delivery-builds Resources.IntegrationTestsRole.Properties.Policies[build].PolicyDocument
			connection shop-delivery-builds Resources.PublishCodeRole.Properties.Policies[build].PolicyDocument
			connection shop-delivery-builds Resources.PublishImagesRole.Properties.Policies[build].PolicyDocument
		`},

		// artifact stores
		{"shop", "the store names its key by an alias", []change{
			put(delivery, pipe+".ArtifactStore.EncryptionKey.Id", "alias/shop-delivery-artifacts"),
		}, `store-key shop-delivery-pipeline Resources.Pipeline.Properties.ArtifactStore.EncryptionKey.Id`},
		{"shop", "the store names its key by its id", []change{
			put(delivery, pipe+".ArtifactStore.EncryptionKey.Id", "2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42"),
		}, `store-key shop-delivery-pipeline Resources.Pipeline.Properties.ArtifactStore.EncryptionKey.Id`},
		{"shop", "the store names no key", []change{
			drop(delivery, pipe+".ArtifactStore.EncryptionKey"),
		}, `store-key shop-delivery-pipeline Resources.Pipeline.Properties.ArtifactStore`},
		{"shop", "the store names the key of the other pipeline", []change{
			put(delivery, "Parameters.ArtifactsKeyArn.Default", "/shop/release/artifacts/KeyArn"),
			manifest(delivery, func(s *assembly.Stack) { s.Parameters[0].Value = "/shop/release/artifacts/KeyArn" }),
		}, `
			artifact-read shop-release-artifacts Resources.Key.Properties.KeyPolicy.Statement[Administer]
			artifact-write shop-release-artifacts Resources.Key.Properties.KeyPolicy.Statement[Administer]
			build-key shop-delivery-builds Resources.AcceptanceTestsProject.Properties.EncryptionKey
			build-key shop-delivery-builds Resources.BuildProject.Properties.EncryptionKey
			build-key shop-delivery-builds Resources.FunctionTestsProject.Properties.EncryptionKey
			build-key shop-delivery-builds Resources.InfrastructureTestsProject.Properties.EncryptionKey
			build-key shop-delivery-builds Resources.IntegrationTestsProject.Properties.EncryptionKey
			build-key shop-delivery-builds Resources.PublishCodeProject.Properties.EncryptionKey
			build-key shop-delivery-builds Resources.PublishImagesProject.Properties.EncryptionKey
			ssm-order shop-delivery-pipeline manifest.json
			ssm-read shop-delivery-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[ReadOutputs]
			ssm-read shop-delivery-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[Parameters]
		`},
		{"regions", "the store of a region names the key of another", []change{
			put(atlas, pipe+".ArtifactStores[us-east-1].ArtifactStore.EncryptionKey.Id", "!Ref ArtifactsKeyArn"),
		}, `store-key atlas-release-pipeline Resources.Pipeline.Properties.ArtifactStores[us-east-1].ArtifactStore.EncryptionKey.Id`},
		{"regions", "the store of a region is the bucket of another", []change{
			put(atlas, pipe+".ArtifactStores[us-east-1].ArtifactStore.Location", "atlas-release-artifacts-111111111111-eu-west-1-an"),
		}, `store-bucket atlas-release-pipeline Resources.Pipeline.Properties.ArtifactStores[us-east-1].ArtifactStore.Location`},
		{"regions", "no store in a region that actions run in", []change{
			drop(atlas, pipe+".ArtifactStores[us-east-1]"),
		}, `
			store-region atlas-release-pipeline Resources.Pipeline.Properties.Stages[UpdatePipeline].Actions[artifacts-us-east-1].Region
			store-region atlas-release-pipeline Resources.Pipeline.Properties.Stages[us-bootstrap].Actions[bootstrap-prepare].Region
			store-region atlas-release-pipeline Resources.Pipeline.Properties.Stages[us-deploy].Actions[storage-prepare].Region
		`},
		{"regions", "the pipeline's role cannot put artifacts into another region's store", []change{
			drop(atlas, running+"[Artifacts].Resource[us-east-1]"),
		}, `artifact-write atlas-release-pipeline Resources.PipelineRole.Properties.Policies[pipeline].PolicyDocument.Statement[Artifacts]`},
		{"shop", "the bucket of the store is misspelt", []change{
			edit(delivery, pipe+".ArtifactStore.Location", "artifacts", "artefacts"),
		}, `store-bucket shop-delivery-pipeline Resources.Pipeline.Properties.ArtifactStore.Location`},
		{"shop", "the bucket's policy does not know a deploy role", []change{
			drop(artifacts, inBucket+"[ReadArtifacts].Condition.ArnEquals.aws:PrincipalArn[shop-dev-deploy]"),
		}, `artifact-read shop-delivery-artifacts Resources.BucketPolicy.Properties.PolicyDocument.Statement[ReadArtifacts]`},
		{"shop", "the bucket's policy does not know the account of a deploy role", []change{
			drop(artifacts, inBucket+"[ReadArtifacts].Principal.AWS[222222222222]"),
		}, `artifact-read shop-delivery-artifacts Resources.BucketPolicy.Properties.PolicyDocument.Statement[ReadArtifacts]`},
		{"shop", "the bucket's policy denies a deploy role", []change{
			drop(artifacts, inBucket+"[OwnRolesOnly].Condition.ArnNotLike.aws:PrincipalArn[shop-delivery-deploy]"),
		}, `artifact-read shop-delivery-artifacts Resources.BucketPolicy.Properties.PolicyDocument.Statement[OwnRolesOnly]`},
		{"shop", "the key's policy does not know a deploy role", []change{
			drop(artifacts, inKey+"[DecryptArtifacts].Condition.ArnEquals.aws:PrincipalArn[shop-dev-deploy]"),
		}, `artifact-read shop-delivery-artifacts Resources.Key.Properties.KeyPolicy.Statement[DecryptArtifacts]`},
		{"shop", "the key's policy does not know the pipeline's roles", []change{
			drop(artifacts, inKey+"[UseInPipeline]"),
		}, `
			artifact-read shop-delivery-artifacts Resources.Key.Properties.KeyPolicy.Statement[Administer]
			artifact-write shop-delivery-artifacts Resources.Key.Properties.KeyPolicy.Statement[Administer]
		`},
		{"shop", "the key is used through another region's S3", []change{
			edit(artifacts, inKey+"[DecryptArtifacts].Condition.StringEquals", "eu-west-1", "us-east-1"),
		}, `
			artifact-read shop-delivery-artifacts Resources.Key.Properties.KeyPolicy.Statement[Administer]
			artifact-read shop-delivery-artifacts Resources.Key.Properties.KeyPolicy.Statement[DecryptArtifacts]
		`},
		{"shop", "the bucket's policy names a role by another path", []change{
			edit(artifacts, inBucket+"[ReadArtifacts].Condition.ArnEquals.aws:PrincipalArn[shop-qa-deploy]", "role/shop/access/", "role/"),
		}, `artifact-read shop-delivery-artifacts Resources.BucketPolicy.Properties.PolicyDocument.Statement[ReadArtifacts]`},

		// builds
		{"shop", "a project has no key", []change{
			drop(builds, project+".EncryptionKey"),
		}, `build-key shop-delivery-builds Resources.BuildProject.Properties.EncryptionKey`},
		{"shop", "a project has another key", []change{
			put(builds, project+".EncryptionKey", "alias/aws/s3"),
		}, `build-key shop-delivery-builds Resources.BuildProject.Properties.EncryptionKey`},
		{"shop", "a project's role cannot read artifacts", []change{
			drop(builds, builder+".ManagedPolicyArns[0]"),
		}, `
			artifact-bucket shop-delivery-builds Resources.BuildRole.Properties.Policies[build].PolicyDocument.Statement[PutArtifacts]
			artifact-read shop-delivery-builds Resources.BuildRole.Properties.Policies[build].PolicyDocument
			artifact-read shop-delivery-builds Resources.BuildRole.Properties.Policies[build].PolicyDocument.Statement[PutArtifacts]
			artifact-write shop-delivery-builds Resources.BuildRole.Properties.Policies[build].PolicyDocument
		`},
		{"shop", "a project's role cannot put artifacts", []change{
			drop(builds, builder+".Policies[build].PolicyDocument.Statement[PutArtifacts]"),
		}, `artifact-write shop-delivery-builds Resources.ArtifactPolicy.Properties.PolicyDocument.Statement[Artifacts]`},
		{"shop", "the builds' policy leaves out the key", []change{
			drop(builds, reading+"[ArtifactKey]"),
		}, `
			artifact-read shop-delivery-builds Resources.AcceptanceTestsRole.Properties.Policies[build].PolicyDocument
			artifact-read shop-delivery-builds Resources.BuildRole.Properties.Policies[build].PolicyDocument
			artifact-read shop-delivery-builds Resources.FunctionTestsRole.Properties.Policies[build].PolicyDocument
			artifact-read shop-delivery-builds Resources.InfrastructureTestsRole.Properties.Policies[build].PolicyDocument
			artifact-read shop-delivery-builds Resources.IntegrationTestsRole.Properties.Policies[build].PolicyDocument
			artifact-read shop-delivery-builds Resources.PublishCodeRole.Properties.Policies[build].PolicyDocument
			artifact-read shop-delivery-builds Resources.PublishImagesRole.Properties.Policies[build].PolicyDocument
			artifact-write shop-delivery-builds Resources.BuildRole.Properties.Policies[build].PolicyDocument
		`},
		{"shop", "a project's role cannot write logs", []change{
			drop(builds, builder+".Policies[build].PolicyDocument.Statement[Logs].Action[PutLogEvents]"),
		}, `logs shop-delivery-builds Resources.BuildRole.Properties.Policies[build].PolicyDocument.Statement[Logs]`},
		{"shop", "a log group is renamed and the project still writes to the old one", []change{
			put(builds, project+".LogsConfig.CloudWatchLogs.GroupName", "/aws/codebuild/shop-delivery-builder"),
		}, `
			logs shop-delivery-builds Resources.BuildProject.Properties.LogsConfig.CloudWatchLogs.GroupName
			logs shop-delivery-builds Resources.BuildRole.Properties.Policies[build].PolicyDocument.Statement[Logs]
		`},
		{"shop", "a project is renamed", []change{
			put(builds, project+".Name", "shop-delivery-render"),
		}, `build-project shop-delivery-pipeline Resources.Pipeline.Properties.Stages[Build].Actions[build].Configuration.ProjectName`},
		{"shop", "an action starts a project that is misspelt", []change{
			edit(delivery, stages+"[Build].Actions[build].Configuration.ProjectName", "build", "biuld"),
		}, `build-project shop-delivery-pipeline Resources.Pipeline.Properties.Stages[Build].Actions[build].Configuration.ProjectName`},
		{"shop", "the pipeline's role may not start a build", []change{
			drop(delivery, running+"[Builds].Resource[shop-delivery-build]"),
		}, `build-start shop-delivery-pipeline Resources.PipelineRole.Properties.Policies[pipeline].PolicyDocument.Statement[Builds]`},
		{"shop", "the pipeline's role may not look at builds", []change{
			drop(delivery, running+"[Builds].Action[BatchGetBuilds]"),
		}, `build-start shop-delivery-pipeline Resources.PipelineRole.Properties.Policies[pipeline].PolicyDocument.Statement[Builds]`},
		{"shop", "an action starts a batch that its role may not", []change{
			put(delivery, stages+"[Build].Actions[build].Configuration.BatchEnabled", "'true'"),
		}, `build-start shop-delivery-pipeline Resources.PipelineRole.Properties.Policies[pipeline].PolicyDocument.Statement[Builds]`},
		{"shop", "a project names a role that nobody makes", []change{
			put(builds, project+".ServiceRole", "arn:aws:iam::111111111111:role/shop/app/shop-delivery-bild"),
		}, `build-role shop-delivery-builds Resources.BuildProject.Properties.ServiceRole`},
		{"shop", "a project's role trusts another project", []change{
			edit(builds, builder+".AssumeRolePolicyDocument", "project/shop-delivery-build", "project/shop-delivery-render"),
		}, `trust shop-delivery-builds Resources.BuildRole.Properties.AssumeRolePolicyDocument.Statement[CodeBuild]`},
		{"shop", "a project takes its source from elsewhere", []change{
			put(builds, project+".Source.Type", "GITHUB"),
		}, `build-project shop-delivery-builds Resources.BuildProject.Properties.Source.Type`},
		{"shop", "the primary source is no input", []change{
			put(delivery, stages+"[dev-publish].Actions[publish-code].Configuration.PrimarySource", "Sources"),
		}, `build-input shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-publish].Actions[publish-code].Configuration.PrimarySource`},
		{"shop", "a build has nothing to work on", []change{
			drop(delivery, stages+"[Build].Actions[build].InputArtifacts"),
		}, `build-input shop-delivery-pipeline Resources.Pipeline.Properties.Stages[Build].Actions[build]`},
		{"shop", "the variables of a build are no JSON", []change{
			put(delivery, stages+"[Build].Actions[build].Configuration.EnvironmentVariables", "PROJECT_HASH=1"),
		}, `variables shop-delivery-pipeline Resources.Pipeline.Properties.Stages[Build].Actions[build].Configuration.EnvironmentVariables`},

		// artifacts
		{"shop", "an artifact is read before it is made", []change{
			put(delivery, stages+"[Build].Actions[build].InputArtifacts[0].Name", "Templates"),
		}, `artifact-missing shop-delivery-pipeline Resources.Pipeline.Properties.Stages[Build].Actions[build].InputArtifacts[Templates]`},
		{"shop", "an artifact is misspelt where it is read", []change{
			edit(delivery, stages+"[Test].Actions[function-tests].InputArtifacts", "Source", "source"),
		}, `artifact-missing shop-delivery-pipeline Resources.Pipeline.Properties.Stages[Test].Actions[function-tests].InputArtifacts[source]`},
		{"shop", "an artifact is misspelt where it is made", []change{
			edit(delivery, stages+"[Build].Actions[build].OutputArtifacts", "Templates", "Template"),
		}, `artifact-missing shop-delivery-pipeline Resources.Pipeline.Properties.Stages[UpdatePipeline].Actions[artifacts].InputArtifacts[Templates]`},
		{"shop", "two actions put out one artifact", []change{
			put(delivery, stages+"[Test].Actions[function-tests].OutputArtifacts", "[{ Name: Templates }]"),
		}, `
			artifact-missing shop-delivery-pipeline Resources.Pipeline.Properties.Stages[Test].Actions[function-tests].OutputArtifacts
			artifact-twice shop-delivery-pipeline Resources.Pipeline.Properties.Stages[Test].Actions[function-tests].OutputArtifacts[Templates]
			artifact-write shop-delivery-builds Resources.FunctionTestsRole.Properties.Policies[build].PolicyDocument.Statement[PutCache]
		`},
		{"shop", "an artifact is read at the same time as it is made", []change{
			put(delivery, stages+"[Test].Actions[function-tests].OutputArtifacts", "[{ Name: Report }]"),
			put(delivery, stages+"[Test].Actions[infrastructure-tests].InputArtifacts", "[{ Name: Report }]"),
		}, `
			artifact-missing shop-delivery-pipeline Resources.Pipeline.Properties.Stages[Test].Actions[function-tests].OutputArtifacts
			artifact-missing shop-delivery-pipeline Resources.Pipeline.Properties.Stages[Test].Actions[infrastructure-tests].InputArtifacts[Report]
			artifact-write shop-delivery-builds Resources.FunctionTestsRole.Properties.Policies[build].PolicyDocument.Statement[PutCache]
			build-input shop-delivery-pipeline Resources.Pipeline.Properties.Stages[Test].Actions[infrastructure-tests].Configuration.PrimarySource
		`},

		// run orders
		{"shop", "a change set is executed while it is made", []change{
			put(delivery, stages+"[dev-bootstrap].Actions[bootstrap-execute].RunOrder", "1"),
		}, `change-set shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-bootstrap].Actions[bootstrap-execute].RunOrder`},
		{"shop", "a change set is executed before it is made", []change{
			put(delivery, stages+"[dev-bootstrap].Actions[bootstrap-prepare].RunOrder", "3"),
		}, `change-set shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-bootstrap].Actions[bootstrap-execute].RunOrder`},
		{"shop", "a stack is deployed before the one that it reads", []change{
			put(delivery, stages+"[dev-deploy].Actions[network-prepare].RunOrder", "5"),
			put(delivery, stages+"[dev-deploy].Actions[network-execute].RunOrder", "6"),
		}, `
			deploy-order shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[batch-prepare].RunOrder
			deploy-order shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[functions-prepare].RunOrder
			deploy-order shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[services-prepare].RunOrder
		`},
		{"shop", "a change set is made while what it reads is deployed", []change{
			put(delivery, stages+"[dev-deploy].Actions[storage-execute].RunOrder", "3"),
		}, `deploy-order shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[functions-prepare].RunOrder`},
		{"shop", "a run order that there is not", []change{
			put(delivery, stages+"[dev-deploy].Actions[services-execute].RunOrder", "1000"),
		}, `run-order shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[services-execute].RunOrder`},
		{"shop", "the pipeline before its artifacts", []change{
			put(delivery, stages+"[UpdatePipeline].Actions[artifacts].RunOrder", "4"),
		}, `
			deploy-order shop-delivery-pipeline Resources.Pipeline.Properties.Stages[UpdatePipeline].Actions[builds].RunOrder
			deploy-order shop-delivery-pipeline Resources.Pipeline.Properties.Stages[UpdatePipeline].Actions[pipeline].RunOrder
			guard shop-delivery-access Resources.CoversAccount111111111111Parameter.Properties.Name
		`},
		{"shop", "code is published before there is a bucket", []change{
			swap("dev-bootstrap", "dev-publish"),
		}, `
			deploy-order shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-publish].Actions[publish-code]
			deploy-order shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-publish].Actions[publish-images]
		`},
		{"shop", "a function is deployed before its code is published", []change{
			swap("dev-publish", "dev-deploy"),
		}, `
			deploy-order shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[batch-execute]
			deploy-order shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[functions-execute]
			deploy-order shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[services-execute]
		`},

		// change sets
		{"shop", "a change set is executed in another stage", []change{
			move(delivery, stages+"[dev-deploy].Actions[functions-execute]", stages+"[dev-verify].Actions"),
		}, `
			change-set shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-verify].Actions[functions-execute]
			clear shop-delivery-pipeline Resources.ClearRule.Properties.EventPattern.detail.stage
			control shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-verify].Actions[acceptance-tests].RunOrder
			control shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-verify].Actions[integration-tests].RunOrder
		`},
		{"shop", "a change set is executed under another name", []change{
			put(delivery, stages+"[dev-bootstrap].Actions[bootstrap-execute].Configuration.ChangeSetName", "shop-development"),
		}, `change-set shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-bootstrap].Actions[bootstrap-execute].Configuration.ChangeSetName`},
		{"shop", "a change set is never executed", []change{
			drop(delivery, stages+"[dev-deploy].Actions[functions-execute]"),
		}, `change-set shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[functions-prepare]`},
		{"shop", "a change set is never made", []change{
			drop(delivery, stages+"[dev-deploy].Actions[functions-prepare]"),
		}, `change-set shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[functions-execute]`},
		{"shop", "a change set is executed by another role", []change{
			put(delivery, stages+"[dev-bootstrap].Actions[bootstrap-execute].RoleArn",
				"arn:aws:iam::222222222222:role/shop/access/shop-dev-execution"),
		}, `
			deploy-execute shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument
			trust shop-delivery-pipeline Resources.PipelineRole.Properties.Policies[pipeline].PolicyDocument.Statement[Deployments]
		`},

		// deploy roles
		{"shop", "an action has the deploy role of another account", []change{
			edit(delivery, stages+"[dev-deploy].Actions[storage-prepare].RoleArn",
				"222222222222:role/shop/access/shop-dev", "333333333333:role/shop/access/shop-qa"),
		}, `deploy-stack shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[storage-prepare].Configuration.StackName`},
		{"shop", "an action has a deploy role that nobody makes", []change{
			edit(delivery, stages+"[dev-deploy].Actions[storage-prepare].RoleArn", "shop-dev-deploy", "shop-dev-deployer"),
		}, `deploy-role shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[storage-prepare].RoleArn`},
		{"shop", "an action has no deploy role", []change{
			drop(delivery, stages+"[dev-deploy].Actions[storage-prepare].RoleArn"),
		}, `deploy-role shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[storage-prepare]`},
		{"shop", "an action deploys a stack that is misspelt", []change{
			edit(delivery, stages+"[dev-deploy].Actions[storage-prepare].Configuration.StackName", "storage", "storages"),
		}, `deploy-stack shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[storage-prepare].Configuration.StackName`},
		{"shop", "a deploy role trusts another pipeline", []change{
			edit(devAccess, deployer+".Condition", "shop-delivery-pipeline", "shop-release-pipeline"),
		}, `trust shop-dev-access Resources.DeployRole.Properties.AssumeRolePolicyDocument.Statement[Pipeline]`},
		{"shop", "a deploy role trusts another account", []change{
			edit(devAccess, deployer+".Principal", "111111111111", "111111111112"),
		}, `trust shop-dev-access Resources.DeployRole.Properties.AssumeRolePolicyDocument.Statement[Pipeline]`},
		{"shop", "the pipeline's role may not become a deploy role", []change{
			drop(delivery, running+"[Deployments].Resource[shop-dev-deploy]"),
		}, `trust shop-delivery-pipeline Resources.PipelineRole.Properties.Policies[pipeline].PolicyDocument.Statement[Deployments]`},
		{"shop", "a deploy role cannot make change sets", []change{
			drop(devAccess, deploying+"[ChangeStacks].Action[CreateChangeSet]"),
		}, `deploy-stack shop-dev-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[ChangeStacks]`},
		{"shop", "a deploy role cannot make a stack", []change{
			drop(pipelineAccess, deploying+"[ChangeStacks].Action[CreateStack]"),
		}, `deploy-stack shop-delivery-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[ChangeStacks]`},
		{"shop", "a deploy role cannot update a stack", []change{
			drop(pipelineAccess, deploying+"[ChangeStacks].Action[UpdateStack]"),
		}, `deploy-stack shop-delivery-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[ChangeStacks]`},
		{"shop", "a deploy role cannot delete change sets", []change{
			drop(devAccess, deploying+"[RunChangeSets].Action[DeleteChangeSet]"),
		}, `deploy-stack shop-dev-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[ChangeStacks]`},
		{"shop", "a deploy role cannot look at change sets", []change{
			drop(devAccess, deploying+"[RunChangeSets].Action[DescribeChangeSet]"),
		}, `
			deploy-execute shop-dev-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[ChangeStacks]
			deploy-stack shop-dev-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[ChangeStacks]
		`},
		{"shop", "a deploy role cannot look at stacks", []change{
			drop(devAccess, deploying+"[RunChangeSets].Action[DescribeStacks]"),
		}, `
			deploy-execute shop-dev-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[ChangeStacks]
			deploy-stack shop-dev-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[ChangeStacks]
		`},
		{"shop", "a deploy role cannot execute change sets", []change{
			drop(devAccess, deploying+"[RunChangeSets].Action[ExecuteChangeSet]"),
		}, `deploy-execute shop-dev-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[ChangeStacks]`},
		{"shop", "a deploy role is for stacks of another region", []change{
			edit(devAccess, deploying+"[RunChangeSets].Resource", "eu-west-1", "eu-west-2"),
		}, `
			deploy-execute shop-dev-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[RunChangeSets]
			deploy-stack shop-dev-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[RunChangeSets]
		`},
		{"shop", "a deploy role cannot read artifacts", []change{
			drop(devAccess, deploying+"[ReadArtifacts].Action[s3:GetObject]"),
		}, `artifact-read shop-dev-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[ReadArtifacts]`},
		{"shop", "a deploy role reads another bucket", []change{
			edit(devAccess, deploying+"[ReadArtifacts].Resource", "delivery", "release"),
		}, `artifact-read shop-dev-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[ReadArtifacts]`},
		{"shop", "a deploy role cannot decrypt artifacts", []change{
			drop(devAccess, deploying+"[DecryptArtifacts]"),
		}, `artifact-read shop-dev-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument`},
		{"shop", "a deploy role cannot pass the execution role", []change{
			drop(devAccess, deploying+"[PassExecutionRole]"),
		}, `pass-role shop-dev-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument`},
		{"shop", "a deploy role passes the execution role to another service", []change{
			put(devAccess, deploying+"[PassExecutionRole].Condition.StringEquals.iam:PassedToService", "codebuild.amazonaws.com"),
		}, `pass-role shop-dev-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[PassExecutionRole]`},
		{"shop", "a deploy role may be used with another execution role only", []change{
			edit(devAccess, deploying+"[ChangeStacks].Condition", "shop-dev-execution", "shop-dev-executor"),
		}, `deploy-stack shop-dev-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[ChangeStacks]`},
		{"shop", "a deploy role cannot read SSM", []change{
			drop(devAccess, deploying+"[ReadOutputs]"),
		}, `ssm-read shop-dev-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument`},

		// execution roles
		{"shop", "an action names an execution role that nobody makes", []change{
			edit(delivery, stages+"[dev-deploy].Actions[storage-prepare].Configuration.RoleArn", "shop-dev-execution", "shop-dev-executor"),
		}, `execution-role shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[storage-prepare].Configuration.RoleArn`},
		{"shop", "an action names no execution role", []change{
			drop(delivery, stages+"[dev-deploy].Actions[storage-prepare].Configuration.RoleArn"),
		}, `execution-role shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[storage-prepare].Configuration`},
		{"shop", "an action names the execution role of another account", []change{
			edit(delivery, stages+"[dev-deploy].Actions[storage-prepare].Configuration.RoleArn",
				"222222222222:role/shop/access/shop-dev", "333333333333:role/shop/access/shop-qa"),
		}, `execution-role shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[storage-prepare].Configuration.RoleArn`},
		{"shop", "an execution role does not trust CloudFormation", []change{
			put(devAccess, executor+".AssumeRolePolicyDocument.Statement[0].Principal.Service", "codepipeline.amazonaws.com"),
		}, `
			trust shop-dev-access Resources.ExecutionRole.Properties.AssumeRolePolicyDocument.Statement[CloudFormation]
			trust-deputy shop-dev-access Resources.ExecutionRole.Properties.AssumeRolePolicyDocument
			trust-open shop-dev-access Resources.ExecutionRole.Properties.AssumeRolePolicyDocument.Statement[CloudFormation]
		`},
		{"shop", "an execution role lacks a part of its policies", []change{
			drop(devAccess, executor+".ManagedPolicyArns[shop-dev-policy-2]"),
		}, `
			application shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[Aliases]
			execution shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument
			execution shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[Aliases]
			execution shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[Networks]
			execution shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[PassRolesToTasks]
			execution shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[ScalingRole]
			execution shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[Services]
		`},
		{"shop", "an execution role cannot read SSM", []change{
			lose(devAccess, "Parameters", ".Action[GetParameters]"),
		}, `
			execution shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[Parameters]
			ssm-read shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[Parameters]
		`},
		{"shop", "an execution role cannot make buckets", []change{
			lose(devAccess, "Buckets"),
		}, `execution shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[Code]`},
		{"shop", "an execution role cannot make functions", []change{
			lose(devAccess, "Functions"),
		}, `execution shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[Callers]`},
		{"shop", "an execution role cannot make application roles", []change{
			lose(devAccess, "BoundedRoles"),
		}, `execution shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[PassRolesToJobs]`},
		{"shop", "an execution role cannot make log groups", []change{
			lose(devAccess, "LogGroups"),
		}, `execution shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[LogDeliveries]`},
		{"shop", "an execution role cannot make keys", []change{
			lose(devAccess, "CreateKeys"),
		}, `execution shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[ListAliases]`},
		{"shop", "an execution role cannot make repositories", []change{
			lose(devAccess, "Repositories"),
		}, `execution shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument`},
		{"shop", "an execution role cannot make queues", []change{
			lose(devAccess, "Queues"),
		}, `execution shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument`},
		{"shop", "an execution role cannot write parameters", []change{
			lose(devAccess, "Parameters"),
		}, `
			execution shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument
			ssm-read shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument
		`},
		{"shop", "an execution role cannot pass roles to functions", []change{
			lose(devAccess, "PassRolesToFunctions"),
		}, `execution shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[PassRolesToJobs]`},

		// the pipeline's own stacks
		{"shop", "who updates the pipeline cannot pass its connection", []change{
			lose(pipelineAccess, "PassConnection"),
		}, `execution shop-delivery-access Resources.ExecutionPolicy.Properties.PolicyDocument`},
		{"shop", "who updates the pipeline cannot start it again", []change{
			lose(pipelineAccess, "Pipelines"),
		}, `execution shop-delivery-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[PipelineStages]`},
		{"shop", "the pipeline does not update itself", []change{
			drop(delivery, stages+"[UpdatePipeline].Actions[pipeline]"),
		}, `self-update shop-delivery-pipeline Resources.Pipeline.Properties.Stages`},
		{"shop", "nobody deploys the builds", []change{
			drop(delivery, stages+"[UpdatePipeline].Actions[builds]"),
		}, `undeployed shop-delivery-builds manifest.json`},
		{"shop", "a changed pipeline does not start again", []change{
			put(delivery, pipe+".RestartExecutionOnUpdate", "false"),
		}, `self-update shop-delivery-pipeline Resources.Pipeline.Properties.RestartExecutionOnUpdate`},
		{"shop", "runs deploy side by side", []change{
			put(delivery, pipe+".ExecutionMode", "PARALLEL"),
		}, `self-update shop-delivery-pipeline Resources.Pipeline.Properties.ExecutionMode`},

		// templates and parameters
		{"shop", "an action takes the template of another stack", []change{
			edit(delivery, stages+"[dev-deploy].Actions[storage-prepare].Configuration.TemplatePath", "storage", "network"),
		}, `template-path shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[storage-prepare].Configuration.TemplatePath`},
		{"shop", "an action takes the template of another environment", []change{
			edit(delivery, stages+"[dev-deploy].Actions[storage-prepare].Configuration.TemplatePath", "dev/", "qa/"),
		}, `template-path shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[storage-prepare].Configuration.TemplatePath`},
		{"shop", "an action takes the configuration of another environment", []change{
			edit(delivery, stages+"[dev-deploy].Actions[storage-prepare].Configuration.TemplateConfiguration", "dev/", "qa/"),
		}, `template-path shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[storage-prepare].Configuration.TemplateConfiguration`},
		{"shop", "an action takes no configuration", []change{
			drop(delivery, stages+"[dev-deploy].Actions[storage-prepare].Configuration.TemplateConfiguration"),
		}, `template-path shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[storage-prepare].Configuration`},
		{"shop", "a template from an artifact that the action does not take", []change{
			edit(delivery, stages+"[dev-deploy].Actions[storage-prepare].Configuration.TemplatePath", "Templates", "Source"),
		}, `artifact-missing shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[storage-prepare].Configuration.TemplatePath`},
		{"shop", "an action acknowledges no roles", []change{
			drop(delivery, stages+"[dev-deploy].Actions[functions-prepare].Configuration.Capabilities"),
		}, `capabilities shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[functions-prepare].Configuration.Capabilities`},
		{"shop", "an action acknowledges only roles without names", []change{
			put(delivery, stages+"[dev-deploy].Actions[functions-prepare].Configuration.Capabilities", "CAPABILITY_IAM"),
		}, `capabilities shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[functions-prepare].Configuration.Capabilities`},
		{"shop", "the manifest does not say that a template makes roles", []change{
			manifest(functions, func(s *assembly.Stack) { s.Capabilities = nil }),
		}, `capabilities shop-dev-functions manifest.json`},
		{"shop", "a template transforms and nobody acknowledges it", []change{
			put(extras, "Transform", "AWS::LanguageExtensions"),
		}, `
			capabilities shop-prod-extras manifest.json
			capabilities shop-release-pipeline Resources.Pipeline.Properties.Stages[prod-deploy].Actions[extras-prepare].Configuration.Capabilities
		`},
		{"shop", "a parameter has no value", []change{
			put(functions, "Parameters.Size", "{ Type: Number }"),
		}, `parameter-missing shop-dev-functions Parameters.Size`},
		{"shop", "a value for a parameter that there is not", []change{
			manifest(functions, func(s *assembly.Stack) {
				s.Parameters = append(s.Parameters, assembly.Parameter{Name: "Size", Value: "5"})
			}),
		}, `parameter-unknown shop-dev-functions dev/functions.config.json`},
		{"shop", "a parameter is renamed in the template", []change{
			put("shop-dev-storage", "Parameters.AccessLogsName", "{ Type: AWS::SSM::Parameter::Value<String> }"),
			drop("shop-dev-storage", "Parameters.BootstrapAccessLogsName"),
			edit("shop-dev-storage", "Resources", "BootstrapAccessLogsName", "AccessLogsName"),
		}, `
			parameter-missing shop-dev-storage Parameters.AccessLogsName
			parameter-unknown shop-dev-storage dev/storage.config.json
		`},
		{"regions", "an override of a parameter that there is not", []change{
			edit(atlas, stages+"[UpdatePipeline].Actions[pipeline].Configuration.ParameterOverrides", "ArtifactsUsEast1KeyArn", "ArtifactsKey"),
		}, `overrides atlas-release-pipeline Resources.Pipeline.Properties.Stages[UpdatePipeline].Actions[pipeline].Configuration.ParameterOverrides`},
		{"regions", "nothing overrides the parameter that another region's stack gives", []change{
			drop(atlas, stages+"[UpdatePipeline].Actions[pipeline].Configuration.ParameterOverrides"),
		}, `overrides atlas-release-pipeline Resources.Pipeline.Properties.Stages[UpdatePipeline].Actions[pipeline].Configuration`},
		{"regions", "overrides are too long", []change{
			edit(atlas, stages+"[UpdatePipeline].Actions[pipeline].Configuration.ParameterOverrides",
				`{"Art`, `{"AccessResourceTypes":"/atlas/release/access/`+strings.Repeat("x", 1024)+`","Art`),
		}, `overrides atlas-release-pipeline Resources.Pipeline.Properties.Stages[UpdatePipeline].Actions[pipeline].Configuration.ParameterOverrides`},
		{"regions", "overrides are no JSON", []change{
			edit(atlas, stages+"[UpdatePipeline].Actions[pipeline].Configuration.ParameterOverrides", "}\"}", "}"),
		}, `overrides atlas-release-pipeline Resources.Pipeline.Properties.Stages[UpdatePipeline].Actions[pipeline].Configuration.ParameterOverrides`},
		{"regions", "an output that a parameter takes is renamed", []change{
			put("atlas-release-artifacts-us-east-1", "Outputs", "{ Key: { Value: !GetAtt Key.Arn } }"),
		}, `
			namespace atlas-release-pipeline Resources.Pipeline.Properties.Stages[UpdatePipeline].Actions[pipeline].Configuration.ParameterOverrides
			output-missing atlas-release-pipeline Parameters.ArtifactsUsEast1KeyArn
		`},
		{"regions", "an output is of a stack that is misspelt", []change{
			manifest(atlas, func(s *assembly.Stack) { s.FromOutputs[0].Stack += "b" }),
		}, `output-missing atlas-release-pipeline Parameters.ArtifactsUsEast1KeyArn`},

		{"shop", "a value is taken out of an artifact that the execution role cannot read", []change{
			put(delivery, stages+"[dev-deploy].Actions[functions-prepare].Configuration.ParameterOverrides",
				`'{"HelloCodeKey":{"Fn::GetArtifactAtt":["Templates","ObjectKey"]}}'`),
		}, `
			artifact-read shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[CodeKeys]
			artifact-read shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[Code]
		`},
		{"shop", "a value is taken out of an artifact that the action does not take", []change{
			put(delivery, stages+"[dev-deploy].Actions[functions-prepare].Configuration.ParameterOverrides",
				`'{"HelloCodeKey":{"Fn::GetParam":["Source","a.json","key"]}}'`),
		}, `overrides shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[functions-prepare].Configuration.ParameterOverrides`},
		{"shop", "an access stack does not say that it covers a type", []change{
			edit(devAccess, "Resources.ResourceTypesParameter", "AWS::S3::BucketPolicy,", ""),
		}, `
			access shop-dev-bootstrap Rules.AccessCoversThis.Assertions[0].Assert
			access shop-dev-storage Rules.AccessCoversThis.Assertions[0].Assert
		`},

		// SSM
		{"shop", "a parameter is renamed where it is written", []change{
			put("shop-dev-storage", "Resources.DataBucketNameParameter.Properties.Name", "/shop/dev/storage/DataBucket"),
		}, `ssm-missing shop-dev-functions Parameters.StorageDataBucketName`},
		{"shop", "a parameter is renamed where it is read", []change{
			manifest(functions, func(s *assembly.Stack) { setParameter(s, "StorageKeyArn", "/shop/dev/storage/Key") }),
		}, `ssm-missing shop-dev-functions Parameters.StorageKeyArn`},
		{"shop", "a list is read as text", []change{
			put(functions, "Parameters.NetworkPrivateSubnetIds.Type", "AWS::SSM::Parameter::Value<AWS::EC2::Subnet::Id>"),
		}, `ssm-kind shop-dev-functions Parameters.NetworkPrivateSubnetIds`},
		{"shop", "a text is read as a list", []change{
			put("shop-dev-network", "Resources.PrivateSubnetIdsParameter.Properties.Type", "String"),
		}, `
			ssm-kind shop-dev-batch Parameters.NetworkPrivateSubnetIds
			ssm-kind shop-dev-functions Parameters.NetworkPrivateSubnetIds
			ssm-kind shop-dev-services Parameters.NetworkPrivateSubnetIds
		`},
		{"shop", "a parameter of another environment", []change{
			manifest(functions, func(s *assembly.Stack) { setParameter(s, "StorageKeyArn", "/shop/qa/storage/KeyArn") }),
		}, `ssm-missing shop-dev-functions Parameters.StorageKeyArn`},
		{"shop", "the manifest forgets what a stack depends on", []change{
			manifest(functions, func(s *assembly.Stack) {
				s.DependsOn = slices.DeleteFunc(s.DependsOn, func(n string) bool { return n == "shop-dev-storage" })
			}),
		}, `ssm-order shop-dev-functions manifest.json`},
		{"shop", "two stacks write one parameter", []change{
			put("shop-dev-batch", "Resources.Other",
				"{ Type: AWS::SSM::Parameter, Properties: { Name: /shop/dev/storage/KeyArn, Type: String, Value: x } }"),
		}, `
			reference-kind shop-dev-batch Resources.Other.Properties.Value
			ssm-written-twice shop-dev-batch Resources.Other.Properties.Name
		`},

		// namespaces
		{"regions", "a namespace is misspelt", []change{
			edit(atlas, stages+"[UpdatePipeline].Actions[pipeline].Configuration.ParameterOverrides",
				"#{AtlasReleaseArtifactsUsEast1.", "#{AtlasArtifacts."),
		}, `namespace atlas-release-pipeline Resources.Pipeline.Properties.Stages[UpdatePipeline].Actions[pipeline].Configuration.ParameterOverrides`},
		{"regions", "a namespace is used before its action", []change{
			put(atlas, stages+"[UpdatePipeline].Actions[artifacts-us-east-1].RunOrder", "4"),
		}, `
			deploy-order atlas-release-pipeline Resources.Pipeline.Properties.Stages[UpdatePipeline].Actions[pipeline].RunOrder
			namespace atlas-release-pipeline Resources.Pipeline.Properties.Stages[UpdatePipeline].Actions[pipeline].Configuration.ParameterOverrides
		`},
		{"regions", "a stack does not put out what is taken from its namespace", []change{
			edit(atlas, stages+"[UpdatePipeline].Actions[pipeline].Configuration.ParameterOverrides", "1.KeyArn", "1.Key"),
		}, `namespace atlas-release-pipeline Resources.Pipeline.Properties.Stages[UpdatePipeline].Actions[pipeline].Configuration.ParameterOverrides`},
		{"custom", "the source does not put out a variable", []change{
			edit(custom, stages+"[qa-approval].Actions[approve].Configuration.CustomData", "Source.CommitId", "Source.CommitID"),
		}, `namespace custom-delivery-pipeline Resources.Pipeline.Properties.Stages[qa-approval].Actions[approve].Configuration.CustomData`},
		{"custom", "an approval takes a namespace that there is not", []change{
			edit(custom, stages+"[qa-approval].Actions[approve].Configuration.CustomData", "Source.BranchName", "SourceVariables.BranchName"),
		}, `namespace custom-delivery-pipeline Resources.Pipeline.Properties.Stages[qa-approval].Actions[approve].Configuration.CustomData`},
		{"shop", "two actions have one namespace", []change{
			put(delivery, stages+"[UpdatePipeline].Actions[builds].Namespace", "Source"),
		}, `namespace shop-delivery-pipeline Resources.Pipeline.Properties.Stages[UpdatePipeline].Actions[builds].Namespace`},

		{"shop", "a build does not put out a variable", []change{
			put(delivery, stages+"[Build].Actions[build].Namespace", "Build"),
			put(delivery, stages+"[qa-approval].Actions[approve].Configuration.CustomData", "'#{Build.VERSION}'"),
		}, `namespace shop-delivery-pipeline Resources.Pipeline.Properties.Stages[qa-approval].Actions[approve].Configuration.CustomData`},
		{"shop", "a variable that the pipeline does not have", []change{
			put(delivery, stages+"[qa-approval].Actions[approve].Configuration.CustomData", "'#{variables.ticket}'"),
		}, `namespace shop-delivery-pipeline Resources.Pipeline.Properties.Stages[qa-approval].Actions[approve].Configuration.CustomData`},
		{"shop", "a variable that CodePipeline does not put out", []change{
			put(delivery, stages+"[qa-approval].Actions[approve].Configuration.CustomData", "'#{codepipeline.ExecutionId}'"),
		}, `namespace shop-delivery-pipeline Resources.Pipeline.Properties.Stages[qa-approval].Actions[approve].Configuration.CustomData`},

		// approvals, publishing, tests
		{"custom", "the pipeline's role may not tell who approves", []change{
			drop(custom, running+"[Approvals]"),
		}, `approval custom-delivery-pipeline Resources.PipelineRole.Properties.Policies[pipeline].PolicyDocument`},
		{"custom", "an approval tells another topic", []change{
			edit(custom, stages+"[prod-approval].Actions[approve].Configuration.NotificationArn", "approvals", "approvers"),
		}, `approval custom-delivery-pipeline Resources.PipelineRole.Properties.Policies[pipeline].PolicyDocument.Statement[Approvals]`},
		{"shop", "the publish role does not trust the build", []change{
			drop(devAccess, publisher+".AssumeRolePolicyDocument.Statement[Builds].Condition.ArnEquals.aws:PrincipalArn[publish-code]"),
		}, `trust shop-dev-access Resources.PublishRole.Properties.AssumeRolePolicyDocument.Statement[Builds]`},
		{"shop", "the build may not become the publish role", []change{
			drop(builds, "Resources.PublishCodeRole.Properties.Policies[build].PolicyDocument.Statement[Publish]"),
		}, `trust shop-delivery-builds Resources.PublishCodeRole.Properties.Policies[build].PolicyDocument`},
		{"shop", "the publish role is misspelt", []change{
			edit(delivery, stages+"[dev-publish].Actions[publish-code].Configuration.EnvironmentVariables", "shop-dev-publish", "shop-dev-publisher"),
		}, `assume-role shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-publish].Actions[publish-code].Configuration.EnvironmentVariables`},
		{"shop", "the bucket of code is renamed", []change{
			edit("shop-dev-bootstrap", "Resources.CodeBucket.Properties.BucketName", "-code-", "-codes-"),
		}, `
			policy shop-dev-bootstrap Resources.CodeBucketPolicy.Properties.PolicyDocument.Statement[PublishersOnly].Resource
			application shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[Code]
			publish shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-publish].Actions[publish-code].Configuration.EnvironmentVariables
		`},
		{"shop", "the publish role cannot put code", []change{
			drop(devAccess, pushing+"[PutCode].Action[s3:PutObject]"),
		}, `publish shop-dev-access Resources.PublishRole.Properties.Policies[publish].PolicyDocument.Statement[PutCode]`},
		{"shop", "the publish role cannot use the key of the code", []change{
			drop(devAccess, pushing+"[CodeKey]"),
		}, `publish shop-dev-access Resources.PublishRole.Properties.Policies[publish].PolicyDocument`},
		{"shop", "the publish role cannot push images", []change{
			drop(devAccess, pushing+"[PushImages].Action[PutImage]"),
		}, `publish shop-dev-access Resources.PublishRole.Properties.Policies[publish].PolicyDocument.Statement[LogIn]`},
		{"shop", "the publish role cannot log in to the registry", []change{
			drop(devAccess, pushing+"[LogIn]"),
		}, `publish shop-dev-access Resources.PublishRole.Properties.Policies[publish].PolicyDocument.Statement[PushImages]`},
		{"shop", "the repositories are renamed", []change{
			edit("shop-dev-bootstrap", "Resources", "shop-dev-web", "shop-development-web"),
			edit("shop-dev-bootstrap", "Resources", "shop-dev-nightly", "shop-development-nightly"),
		}, `
			application shop-dev-batch Resources.NightlyJobStartRole.Properties.Policies[start].PolicyDocument.Statement[Pull]
			application shop-dev-services Resources.WebServiceStartRole.Properties.Policies[start].PolicyDocument.Statement[Pull]
			execution shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[Repositories]
			publish shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-publish].Actions[publish-images].Configuration.EnvironmentVariables
		`},
		{"shop", "the test role does not trust the tests", []change{
			drop(devAccess, tester+".AssumeRolePolicyDocument.Statement[Builds].Condition.ArnEquals.aws:PrincipalArn[acceptance-tests]"),
		}, `trust shop-dev-access Resources.TestRole.Properties.AssumeRolePolicyDocument.Statement[Builds]`},

		// the application
		{"shop", "the source takes the branch of the other pipeline", []change{
			put(delivery, stages+"[Source].Actions[Source].Configuration.BranchName", "main"),
		}, `branch shop-delivery-pipeline Resources.Pipeline.Properties.Stages[Source].Actions[Source].Configuration.BranchName`},
		{"shop", "images are pushed to another account", []change{
			edit(delivery, stages+"[dev-publish].Actions[publish-images].Configuration.EnvironmentVariables", "222222222222.dkr", "333333333333.dkr"),
		}, `publish shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-publish].Actions[publish-images].Configuration.EnvironmentVariables`},
		{"shop", "images are pushed to another region", []change{
			edit(delivery, stages+"[dev-publish].Actions[publish-images].Configuration.EnvironmentVariables", "ecr.eu-west-1", "ecr.us-east-1"),
		}, `publish shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-publish].Actions[publish-images].Configuration.EnvironmentVariables`},
		{"shop", "images are built without a Docker daemon", []change{
			put(builds, "Resources.PublishImagesProject.Properties.Environment.PrivilegedMode", "false"),
		}, `publish shop-delivery-builds Resources.PublishImagesProject.Properties.Environment.PrivilegedMode`},
		{"shop", "code is published in another region", []change{
			edit(delivery, stages+"[dev-publish].Actions[publish-code].Configuration.EnvironmentVariables", `"value":"eu-west-1"`, `"value":"us-east-1"`),
		}, `variables shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-publish].Actions[publish-code].Configuration.EnvironmentVariables`},
		{"shop", "the code of another environment is published", []change{
			edit(delivery, stages+"[dev-publish].Actions[publish-code].Configuration.EnvironmentVariables", `"value":"dev"`, `"value":"qa"`),
		}, `variables shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-publish].Actions[publish-code].Configuration.EnvironmentVariables`},
		{"shop", "the variable of the publish role is renamed", []change{
			edit(delivery, stages+"[dev-publish].Actions[publish-code].Configuration.EnvironmentVariables", "PUBLISH_ROLE", "PUBLISHER_ROLE"),
		}, `variables shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-publish].Actions[publish-code].Configuration`},
		{"shop", "the variable of the bucket of code is renamed", []change{
			edit(delivery, stages+"[dev-publish].Actions[publish-code].Configuration.EnvironmentVariables", "CODE_BUCKET", "BUCKET"),
		}, `variables shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-publish].Actions[publish-code].Configuration`},
		{"shop", "a build is not given the artifact that it takes", []change{
			drop(delivery, stages+"[dev-publish].Actions[publish-images].InputArtifacts[Templates]"),
		}, `build-input shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-publish].Actions[publish-images].InputArtifacts`},
		{"minimal", "a build specification names no artifacts", []change{
			edit("tiny-delivery-builds", project+".Source.BuildSpec", "artifacts:", "artefacts:"),
		}, `artifact-missing tiny-delivery-pipeline Resources.Pipeline.Properties.Stages[Build].Actions[build].OutputArtifacts`},
		{"minimal", "a build puts out only one of two artifacts", []change{
			add("tiny-delivery-pipeline", stages+"[Build].Actions[build].OutputArtifacts", "{ Name: More }"),
		}, `artifact-missing tiny-delivery-pipeline Resources.Pipeline.Properties.Stages[Build].Actions[build].OutputArtifacts`},
		{"shop", "a variable is looked up in the parameter store", []change{
			edit(delivery, stages+"[Build].Actions[build].Configuration.EnvironmentVariables", "PLAINTEXT", "PARAMETER_STORE"),
		}, `variables shop-delivery-builds Resources.BuildRole.Properties.Policies[build].PolicyDocument`},
		{"custom", "a build may not read its secret", []change{
			drop("custom-delivery-builds", "Resources.IntegrationTestsRole.Properties.Policies[build].PolicyDocument.Statement[Secrets]"),
		}, `variables custom-delivery-builds Resources.IntegrationTestsRole.Properties.Policies[build].PolicyDocument`},
		{"custom", "a build may not decrypt its secret", []change{
			drop("custom-delivery-builds", "Resources.IntegrationTestsRole.Properties.Policies[build].PolicyDocument.Statement[SecretKeys]"),
		}, `variables custom-delivery-access Resources.Boundary.Properties.PolicyDocument.Statement[SecretKeys]`},
		{"custom", "a build may decrypt its secret through another service", []change{
			edit("custom-delivery-builds", "Resources.IntegrationTestsRole.Properties.Policies[build].PolicyDocument.Statement[SecretKeys]", "secretsmanager.", "ssm."),
		}, `
			grant-void custom-delivery-access Resources.Boundary.Properties.PolicyDocument.Statement[SecretKeys]
			variables custom-delivery-access Resources.Boundary.Properties.PolicyDocument.Statement[SecretKeys]
		`},
		{"custom", "the boundary keeps a build from decrypting its secret", []change{
			drop("custom-delivery-access", "Resources.Boundary.Properties.PolicyDocument.Statement[SecretKeys]"),
		}, `
			grant-void custom-delivery-access Resources.Boundary.Properties.PolicyDocument.Statement[Keys]
			variables custom-delivery-access Resources.Boundary.Properties.PolicyDocument.Statement[Keys]
		`},
		{"custom", "an approval cannot encrypt", []change{
			drop(custom, running+"[ApprovalKeys]"),
		}, `approval custom-delivery-access Resources.Boundary.Properties.PolicyDocument.Statement[ApprovalKeys]`},
		{"custom", "an approval may use its key, but not to encrypt", []change{
			put(custom, running+"[ApprovalKeys].Action", "kms:Decrypt"),
		}, `
			approval custom-delivery-access Resources.Boundary.Properties.PolicyDocument.Statement[ApprovalKeys]
			approval custom-delivery-pipeline Resources.PipelineRole.Properties.Policies[pipeline].PolicyDocument.Statement[ArtifactKey]
		`},
		{"custom", "a build takes another secret", []change{
			edit("custom-delivery-builds", "Resources.IntegrationTestsProject.Properties.Environment.EnvironmentVariables", "custom/api-", "custom/apis-"),
		}, `variables custom-delivery-builds Resources.IntegrationTestsRole.Properties.Policies[build].PolicyDocument.Statement[Secrets]`},
		{"minimal", "a project's role may not pull the image that it runs", []change{
			put("tiny-delivery-builds", project+".Environment.Image", "111111111111.dkr.ecr.eu-west-1.amazonaws.com/tools:1"),
			put("tiny-delivery-builds", project+".Environment.ImagePullCredentialsType", "SERVICE_ROLE"),
		}, `application tiny-delivery-builds Resources.BuildRole.Properties.Policies[build].PolicyDocument`},
		{"regions", "the key of a store is disabled", []change{
			put("atlas-release-artifacts-us-east-1", "Resources.Key.Properties.Enabled", "false"),
		}, `
			store-key atlas-release-pipeline Resources.Pipeline.Properties.ArtifactStores[us-east-1].ArtifactStore.EncryptionKey.Id
			unprotected atlas-release-artifacts-us-east-1 Resources.Bucket.Properties
		`},
		{"regions", "the pipeline's role cannot look at another region's store", []change{
			drop(atlas, running+"[ArtifactBucket].Resource[us-east-1]"),
		}, `artifact-bucket atlas-release-pipeline Resources.PipelineRole.Properties.Policies[pipeline].PolicyDocument.Statement[ArtifactBucket]`},
		{"own-stacks", "a change set has no name", []change{
			drop("depot-delivery-pipeline", stages+"[dev-deploy].Actions[orders-prepare].Configuration.ChangeSetName"),
			drop("depot-delivery-pipeline", stages+"[dev-deploy].Actions[orders-execute].Configuration.ChangeSetName"),
		}, `change-set depot-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[orders-execute].Configuration`},
		{"shop", "an action deploys always the same code", []change{
			put(delivery, stages+"[dev-deploy].Actions[functions-prepare].Configuration.ParameterOverrides", `'{"HelloCodeKey":"code/1.zip"}'`),
		}, `overrides shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[functions-prepare].Configuration.ParameterOverrides`},
		{"shop", "an action gives what the configuration gives otherwise", []change{
			put(delivery, stages+"[dev-deploy].Actions[functions-prepare].Configuration.ParameterOverrides", `'{"StorageKeyArn":"/shop/qa/storage/KeyArn"}'`),
		}, `overrides shop-delivery-pipeline Resources.Pipeline.Properties.Stages[dev-deploy].Actions[functions-prepare].Configuration.ParameterOverrides`},
		{"minimal", "an execution role has a boundary that nobody makes", []change{
			put("tiny-dev-access", executor+".PermissionsBoundary", "arn:aws:iam::222222222222:policy/tiny/access/tiny-dev-limit"),
		}, `policy-unknown tiny-dev-access Resources.ExecutionRole.Properties.PermissionsBoundary`},
		{"shop", "a function's role does not trust Lambda", []change{
			put(functions, "Resources.HelloFunctionRole.Properties.AssumeRolePolicyDocument.Statement[Lambda].Principal.Service",
				"ecs-tasks.amazonaws.com"),
		}, `trust shop-dev-functions Resources.HelloFunctionRole.Properties.AssumeRolePolicyDocument.Statement[Lambda]`},
		{"shop", "a function cannot decrypt what it reads", []change{
			drop(functions, "Resources.HelloFunctionRole.Properties.Policies[function].PolicyDocument.Statement[BucketKey]"),
		}, `application shop-dev-functions Resources.HelloFunctionRole.Properties.Policies[function].PolicyDocument`},
		{"shop", "a log group's key does not know CloudWatch Logs", []change{
			drop("shop-dev-bootstrap", inKey+"[EncryptLogs]"),
		}, `log-key shop-dev-bootstrap Resources.Key.Properties.KeyPolicy.Statement[Administer]`},
		{"shop", "the API may not call the function", []change{
			drop(functions, "Resources.ApiGetHelloPermission"),
		}, `application shop-dev-functions Resources.ApiGetHelloRoute.Properties.Target`},
		{"shop", "the API's log group has a name that the execution role may not make", []change{
			put(functions, "Resources.ApiLogs.Properties.LogGroupName", "/aws/vendedlogs/api"),
		}, `
			execution shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[LogGroups]
			log-key shop-dev-bootstrap Resources.Key.Properties.KeyPolicy.Statement[EncryptLogs]
		`},
		{"shop", "a role of an own template has no boundary", []change{
			put(extras, "Resources.Role",
				"{ Type: AWS::IAM::Role, Properties: { RoleName: shop-prod-extras, Path: /shop/app/, AssumeRolePolicyDocument: "+trusted+" } }"),
		}, `
			capabilities shop-prod-extras manifest.json
			capabilities shop-release-pipeline Resources.Pipeline.Properties.Stages[prod-deploy].Actions[extras-prepare].Configuration.Capabilities
			no-boundary shop-prod-extras Resources.Role.Properties
		`},
		{"shop", "a role of an own template is outside of the path", []change{
			put(extras, "Resources.Role", "{ Type: AWS::IAM::Role, Properties: { RoleName: shop-prod-extras, AssumeRolePolicyDocument: "+trusted+
				", PermissionsBoundary: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/shop/access/shop-prod-boundary' } }"),
		}, `
			bucket-shared shop-prod-bootstrap Resources.CodeBucketPolicy.Properties.PolicyDocument
			capabilities shop-prod-extras manifest.json
			capabilities shop-release-pipeline Resources.Pipeline.Properties.Stages[prod-deploy].Actions[extras-prepare].Configuration.Capabilities
			execution shop-prod-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[BoundedRoles]
		`},
		{"shop", "an own template has a type that the execution role does not cover", []change{
			put(extras, "Resources.Repository", "{ Type: AWS::CodeBuild::Project, Properties: { Name: shop-prod-x, ServiceRole: x } }"),
		}, `
			execution shop-prod-access Resources.ExecutionPolicy.Properties.PolicyDocument
			execution shop-prod-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[PassRolesToJobs]
		`},
		{"shop", "the execution role may not pass a role of an own template to any service that it is for", []change{resources(passing("GetAtt Role.Arn"))}, `
			execution shop-prod-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[PassRolesToJobs]
		`},
		{"shop", "the same in a longer text", []change{resources(passing(`Sub "${Role.Arn}"`))}, `
			execution shop-prod-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[PassRolesToJobs]
		`},
		{"shop", "the same by its name", []change{resources(passing("Ref Role"))}, `
			execution shop-prod-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[PassRolesToJobs]
		`},
		{"shop", "an own template has a type that nobody knows", []change{
			put(extras, "Resources.Rover", "{ Type: AWS::Mars::Rover }"),
		}, `warning not-judged shop-prod-extras Resources.Rover.Type`},

		// what a failed stage starts
		{"shop", "no rule starts the build that clears", []change{
			drop(delivery, "Resources.ClearRule"),
		}, `
			chain shop-dev-access Resources.ClearRole.Properties
			chain shop-dev-access Resources.ClearRole.Properties.AssumeRolePolicyDocument
			chain shop-qa-access Resources.ClearRole.Properties
			chain shop-qa-access Resources.ClearRole.Properties.AssumeRolePolicyDocument
		`},
		{"shop", "the rule is about another pipeline", []change{
			put(delivery, clearRule+".EventPattern.detail.pipeline", "[shop-release]"),
		}, `
			chain shop-dev-access Resources.ClearRole.Properties
			chain shop-qa-access Resources.ClearRole.Properties
		`},
		{"shop", "the rule does not hear of a stage", []change{
			drop(delivery, clearRule+".EventPattern.detail.stage[dev-bootstrap]"),
		}, `clear shop-delivery-pipeline Resources.ClearRule.Properties.EventPattern.detail.stage`},
		{"shop", "the rule has a role that nobody makes", []change{
			drop(delivery, "Resources.ClearRuleRole"),
			put(delivery, clearRule+".Targets[Build].RoleArn", "arn:aws:iam::111111111111:role/shop/app/shop-delivery-clear-rule"),
		}, `
			clear shop-delivery-pipeline Resources.ClearRule.Properties.Targets[Build].RoleArn
		`},
		{"shop", "the rule has no role", []change{
			drop(delivery, clearRule+".Targets[Build].RoleArn"),
		}, `
			clear shop-delivery-pipeline Resources.ClearRule.Properties.Targets[Build].RoleArn
		`},
		{"shop", "the role of the rule trusts another service", []change{
			put(delivery, clearRuleRole+".AssumeRolePolicyDocument.Statement[EventBridge].Principal.Service", "scheduler.amazonaws.com"),
		}, `
			execution shop-delivery-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[PassRolesToBuilds]
			trust shop-delivery-pipeline Resources.ClearRuleRole.Properties.AssumeRolePolicyDocument.Statement[EventBridge]
		`},
		{"shop", "the role of the rule is for any account's rules", []change{
			drop(delivery, clearRuleRole+".AssumeRolePolicyDocument.Statement[EventBridge].Condition"),
		}, `trust-deputy shop-delivery-pipeline Resources.ClearRuleRole.Properties.AssumeRolePolicyDocument`},
		{"shop", "the role of the rule is for another rule", []change{
			edit(delivery, clearRuleRole+".AssumeRolePolicyDocument", "rule/shop-delivery-clear", "rule/shop-delivery-clears"),
		}, `trust shop-delivery-pipeline Resources.ClearRuleRole.Properties.AssumeRolePolicyDocument.Statement[EventBridge]`},
		{"shop", "the role of the rule starts another build", []change{
			edit(delivery, clearRuleRole+".Policies", "project/shop-delivery-clear", "project/shop-delivery-build"),
		}, `clear shop-delivery-pipeline Resources.ClearRuleRole.Properties.Policies[rule].PolicyDocument.Statement[Start]`},
		{"shop", "the rule starts what nobody makes", []change{
			edit(delivery, clearRule+".Targets", "project/shop-delivery-clear", "project/shop-delivery-clears"),
		}, `
			clear shop-delivery-pipeline Resources.ClearRule.Properties.Targets[Build].Arn
			clear shop-delivery-pipeline Resources.ClearRuleRole.Properties.Policies[rule].PolicyDocument.Statement[Start]
		`},
		{"shop", "the execution role may not give the rule its role", []change{
			lose(pipelineAccess, "PassClearRule"),
		}, `execution shop-delivery-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[PassRolesToBuilds]`},
		{"shop", "what the rule starts has the branch's code", []change{
			put(builds, clearProject+".Source.Type", "CODEPIPELINE"),
		}, `clear shop-delivery-builds Resources.ClearProject.Properties.Source.Type`},
		{"shop", "the build that clears has another role", []change{
			put(builds, clearProject+".ServiceRole", "arn:aws:iam::111111111111:role/shop/app/shop-delivery-clears"),
		}, `
			clear shop-delivery-builds Resources.ClearProject.Properties.ServiceRole
		`},
		{"shop", "the build that clears may not write its logs", []change{
			drop(builds, clearRole+".Policies[build].PolicyDocument.Statement[Logs]"),
		}, `logs shop-delivery-builds Resources.ClearRole.Properties.Policies[build].PolicyDocument`},
		{"shop", "the build that clears may not become a clear role", []change{
			drop(builds, clearRole+".Policies[build].PolicyDocument.Statement[Clear].Resource[shop-dev-clear]"),
		}, `trust shop-delivery-builds Resources.ClearRole.Properties.Policies[build].PolicyDocument.Statement[Clear]`},
		{"shop", "the build that clears is not told of a role", []change{
			drop(builds, clearProject+".Environment.EnvironmentVariables[CLEAR_ROLE_DEV]"),
		}, `
			chain shop-dev-access Resources.ClearRole.Properties
			chain shop-dev-access Resources.ClearRole.Properties.AssumeRolePolicyDocument
		`},
		{"shop", "the build that clears does not look at a stack", []change{
			edit(builds, clearProject+".Source.BuildSpec", " shop-dev-storage ", " "),
		}, `clear shop-delivery-builds Resources.ClearProject.Properties.Source.BuildSpec`},
		{"shop", "nobody makes a clear role", []change{
			drop(devAccess, "Resources.ClearRole"),
		}, `clear shop-delivery-builds Resources.ClearProject.Properties.Environment.EnvironmentVariables[CLEAR_ROLE_DEV].Value`},
		{"shop", "a clear role trusts another build", []change{
			edit(devAccess, clearRole+".AssumeRolePolicyDocument", "shop-delivery-clear", "shop-delivery-build"),
		}, `
			chain shop-dev-access Resources.ClearRole.Properties.AssumeRolePolicyDocument
			trust shop-dev-access Resources.ClearRole.Properties.AssumeRolePolicyDocument.Statement[Builds]
		`},
		{"shop", "a clear role trusts whoever may assume roles", []change{
			drop(devAccess, clearRole+".AssumeRolePolicyDocument.Statement[Builds].Condition"),
		}, `
			chain shop-dev-access Resources.ClearRole.Properties.AssumeRolePolicyDocument
			trust-open shop-dev-access Resources.ClearRole.Properties.AssumeRolePolicyDocument
		`},
		{"shop", "a clear role may not see what a stack holds", []change{
			drop(devAccess, clearRole+".Policies[clear].PolicyDocument.Statement[ClearStacks].Action[ListStackResources]"),
		}, `clear shop-dev-access Resources.ClearRole.Properties.Policies[clear].PolicyDocument.Statement[ClearStacks]`},
		{"shop", "a clear role may not delete a stack", []change{
			put(devAccess, clearRole+".Policies[clear].PolicyDocument.Statement[ClearStacks].Resource", "'arn:aws:cloudformation:eu-west-1:222222222222:stack/shop-dev-b*/*'"),
		}, `clear shop-dev-access Resources.ClearRole.Properties.Policies[clear].PolicyDocument.Statement[ClearStacks]`},
		{"shop", "a clear role deletes its access stack", []change{
			drop(devAccess, clearRole+".Policies[clear].PolicyDocument.Statement[NeverAccess]"),
		}, `chain shop-dev-access Resources.ClearRole.Properties`},
		{"shop", "a clear role deletes what nobody knows", []change{
			put(devAccess, clearRole+".Policies[clear].PolicyDocument.Statement[ClearStacks].Resource", "'*'"),
		}, `chain shop-dev-access Resources.ClearRole.Properties`},
		{"one-account", "a clear role deletes a stack of production", []change{
			add("try-dev-access", clearRole+".Policies[clear].PolicyDocument.Statement[ClearStacks].Resource", "'arn:aws:cloudformation:eu-west-1:111111111111:stack/try-prod-bootstrap/*'"),
		}, `chain try-dev-access Resources.ClearRole.Properties`},
		{"shop", "a role of production deletes a stack of it", []change{
			add("shop-prod-access", deploying, "{ Sid: Clear, Effect: Allow, Action: 'cloudformation:Delete*', Resource: 'arn:aws:cloudformation:eu-west-1:444444444444:stack/shop-prod-network/*' }"),
		}, `chain shop-prod-access Resources.DeployRole.Properties`},
		{"shop", "a deploy role deletes a stack with the role that the stack remembers", []change{
			add(devAccess, deploying, "{ Sid: Clear, Effect: Allow, Action: cloudformation:DeleteStack, Resource: 'arn:aws:cloudformation:eu-west-1:222222222222:stack/shop-dev-network/*', "+
				"Condition: { 'Null': { 'cloudformation:RoleArn': 'true' } } }"),
		}, `chain shop-dev-access Resources.DeployRole.Properties`},
		{"shop", "an environment that is cleared is production's", []change{
			manifest("shop-dev-storage", func(s *assembly.Stack) { s.Production = true }),
		}, `
			chain shop-dev-access Resources.ClearRole.Properties
			clear shop-delivery-builds Resources.ClearProject.Properties.Environment.EnvironmentVariables[CLEAR_ROLE_DEV].Value
		`},

		// who must not
		{"shop", "a deploy role may change its access stack", []change{
			drop(devAccess, deploying+"[NeverAccess]"),
		}, `chain shop-dev-access Resources.DeployRole.Properties`},
		{"shop", "nothing denies an execution role to change its access stack's roles", []change{
			lose(devAccess, "NeverAccess"),
		}, `warning chain-lock shop-dev-access Resources.ExecutionRole.Properties`},
		{"shop", "nothing denies an execution role to take boundaries away", []change{
			lose(devAccess, "KeepBoundary"),
		}, `warning chain-lock shop-dev-access Resources.ExecutionRole.Properties`},
		{"shop", "whoever may assume roles becomes the deploy role", []change{
			drop(devAccess, deployer+".Condition"),
		}, `
			chain shop-dev-access Resources.DeployRole.Properties.AssumeRolePolicyDocument
			trust-open shop-dev-access Resources.DeployRole.Properties.AssumeRolePolicyDocument
		`},
		{"shop", "a trust policy names a role that is made later", []change{
			put(devAccess, deployer+".Principal.AWS", "arn:aws:iam::111111111111:role/shop/app/shop-delivery-pipeline"),
		}, `principal shop-dev-access Resources.DeployRole.Properties.AssumeRolePolicyDocument.Statement[Pipeline].Principal.AWS`},
		{"shop", "a key policy names a role that nobody makes", []change{
			edit(artifacts, inKey+"[DecryptArtifacts].Principal.AWS[222222222222]", ":root", ":role/shop/access/shop-dev-deployer"),
		}, `
			artifact-read shop-delivery-artifacts Resources.Key.Properties.KeyPolicy.Statement[Administer]
			principal shop-delivery-artifacts Resources.Key.Properties.KeyPolicy.Statement[DecryptArtifacts].Principal.AWS
		`},
		{"shop", "a key policy names a role that may be made again", []change{
			edit(artifacts, inKey+"[DecryptArtifacts].Principal.AWS[222222222222]", ":root", ":role/shop/access/shop-dev-deploy"),
		}, `warning principal shop-delivery-artifacts Resources.Key.Properties.KeyPolicy.Statement[DecryptArtifacts].Principal.AWS`},
		{"shop", "a project's role is for every project", []change{
			drop(builds, builder+".AssumeRolePolicyDocument.Statement[CodeBuild].Condition.ArnLike"),
		}, `trust-deputy shop-delivery-builds Resources.BuildRole.Properties.AssumeRolePolicyDocument`},
		{"shop", "a deploy role passes the execution role to any service", []change{
			drop(devAccess, deploying+"[PassExecutionRole].Condition"),
		}, `pass-any shop-dev-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[PassExecutionRole]`},
		{"shop", "a deploy role reads the bucket whosever it is", []change{
			drop(devAccess, deploying+"[ReadArtifacts].Condition"),
		}, `foreign-bucket shop-dev-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[ReadArtifacts]`},
		{"shop", "a deploy role uses every key", []change{
			drop(devAccess, deploying+"[DecryptArtifacts].Condition"),
		}, `any-key shop-dev-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[DecryptArtifacts]`},
		{"shop", "an execution role has a wider statement than it needs", []change{
			lose(devAccess, "PassRolesToSchedules", ".Condition"),
		}, `
			execution-wide shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[PassRolesToSchedules]
			pass-any shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[PassRolesToSchedules]
		`},
		{"shop", "an execution role may do more with buckets than its stacks take", []change{
			widen(devAccess, "Buckets", "Action", "'s3:*'"),
		}, `execution-wide shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[Buckets]`},
		{"custom", "an execution role changes all functions of its account", []change{
			widen("custom-dev-access", "Functions", "Resource", "'*'"),
		}, `execution-wide custom-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[Functions]`},
		{"existing-vpc", "an execution role changes instances whosever they are", []change{
			among("hotel-dev-access", "LaunchTemplates", func(statement string) change { return put("hotel-dev-access", statement+".Resource", "'*'") }),
		}, `execution-wide hotel-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[LaunchTemplates]`},
		{"shop", "an execution role may do all but what a statement names", []change{
			among(devAccess, "Queues", func(statement string) change { return put(devAccess, statement+".NotAction", "'iam:*'") }),
			lose(devAccess, "Queues", ".Action"),
		}, `execution-wide shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[Queues]`},
		{"shop", "an execution role passes every role of its account", []change{
			widen(devAccess, "PassRolesToFunctions", "Resource", "'*'"),
		}, `
			execution-wide shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[PassRolesToFunctions]
			pass-any shop-dev-access Resources.ExecutionPolicy.Properties.PolicyDocument.Statement[PassRolesToFunctions]
		`},
		{"one-account", "an execution role passes the roles of another environment", []change{
			put("try-dev-access", executor+".Policies", "[{ PolicyName: more, PolicyDocument: { Version: '2012-10-17', Statement: { Effect: Allow, Action: "+
				"iam:PassRole, Resource: 'arn:aws:iam::111111111111:role/try/app/try-*', "+
				"Condition: { StringEquals: { iam:PassedToService: lambda.amazonaws.com } } } } }]"),
		}, `pass-any try-dev-access Resources.ExecutionRole.Properties.Policies[more].PolicyDocument.Statement`},
		{"one-account", "a deploy role executes change sets of another environment", []change{
			put("try-dev-access", deploying+"[RunChangeSets].Resource", "'*'"),
		}, `chain try-dev-access Resources.DeployRole.Properties`},
		{"regions", "a deploy role passes every role to CloudFormation", []change{
			put("atlas-us-access", deploying+"[PassExecutionRole].Resource", "'*'"),
		}, `pass-any atlas-us-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[PassExecutionRole]`},
		{"minimal", "a deploy role becomes anybody", []change{
			add("tiny-dev-access", deploying, "{ Effect: Allow, Action: 'sts:*', Resource: '*' }"),
		}, `chain tiny-dev-access Resources.DeployRole.Properties`},
		{"shop", "an execution role makes users", []change{
			add(devAccess, "Resources.ExecutionPolicy1.Properties.PolicyDocument.Statement", "{ Effect: Allow, Action: iam:*User*, Resource: '*' }"),
		}, `chain shop-dev-access Resources.ExecutionRole.Properties`},
		{"shop", "an execution role may delete what its access stack says", []change{
			drop(devAccess, "Resources.ExecutionPolicy1.Properties.PolicyDocument.Statement[NeverAccessParameters].Action[ssm:DeleteParameter]"),
		}, `chain shop-dev-access Resources.ExecutionRole.Properties`},
		{"one-account", "code may reach what another environment has", []change{
			drop("try-dev-access", "Resources.Boundary.Properties.PolicyDocument.Statement[NeighboursApart]"),
		}, `chain try-dev-access Resources.Boundary.Properties.PolicyDocument`},
		{"one-account", "code may change any function", []change{
			put("try-dev-access", "Resources.Boundary.Properties.PolicyDocument.Statement[Own].Resource", "'*'"),
		}, `chain try-dev-access Resources.Boundary.Properties.PolicyDocument`},
		{"one-account", "code may reach another environment's functions", []change{
			drop("try-dev-access", "Resources.Boundary.Properties.PolicyDocument.Statement[NeighboursApart].Resource[lambda:*:*:*try-prod]"),
		}, `chain try-dev-access Resources.Boundary.Properties.PolicyDocument`},
		{"one-account", "code may reach what has another environment's tags", []change{
			put("try-prod-access", "Resources.Boundary.Properties.PolicyDocument.Statement[NeighboursTagged].Condition.StringEquals.aws:ResourceTag/environment", "test"),
		}, `chain try-prod-access Resources.Boundary.Properties.PolicyDocument`},
		{"one-account", "the publish role pushes images to every repository", []change{
			put("try-dev-access", pushing+"[PushImages].Resource", "'*'"),
		}, `chain try-dev-access Resources.PublishRole.Properties`},
		{"custom", "the publish role puts code into every bucket of its account", []change{
			put("custom-dev-access", pushing+"[PutCode].Resource", "'*'"),
		}, `chain custom-dev-access Resources.PublishRole.Properties`},
		{"shop", "whoever says that it is for logs uses the key", []change{
			put(artifacts, inKey+"[EncryptLogs].Principal", "'*'"),
		}, `key-open shop-delivery-artifacts Resources.Key.Properties.KeyPolicy`},
		{"shop", "whoever knows a word becomes the deploy role", []change{
			add(devAccess, "Resources.DeployRole.Properties.AssumeRolePolicyDocument.Statement",
				"{ Effect: Allow, Principal: { AWS: '*' }, Action: sts:AssumeRole, Condition: { StringEquals: { sts:ExternalId: shop } } }"),
		}, `
			trust-open shop-dev-access Resources.DeployRole.Properties.AssumeRolePolicyDocument
		`},
		{"shop", "whoever grants the owner everything puts code", []change{
			add("shop-dev-bootstrap", "Resources.CodeBucketPolicy.Properties.PolicyDocument.Statement", "{ Effect: Allow, Principal: '*', Action: s3:PutObject, "+
				"Resource: !Sub '${CodeBucket.Arn}/*', Condition: { StringEquals: { s3:x-amz-acl: bucket-owner-full-control } } }"),
		}, `bucket-open shop-dev-bootstrap Resources.CodeBucketPolicy.Properties.PolicyDocument`},
		{"one-account", "the bucket may be listed without TLS", []change{
			drop("try-delivery-artifacts", inBucket+"[RequireTLS].Resource[0]"),
		}, `tls try-delivery-artifacts Resources.BucketPolicy.Properties.PolicyDocument`},
		{"one-account", "every role of the project may change the bucket's policy", []change{
			drop("try-delivery-artifacts", inBucket+"[OwnRolesOnly].Resource[0]"),
		}, `bucket-shared try-delivery-artifacts Resources.BucketPolicy.Properties.PolicyDocument`},
		{"one-account", "a deploy role may delete its stacks", []change{
			add("try-prod-access", deploying+"[ChangeStacks].Action", "'cloudformation:*'"),
		}, `chain try-prod-access Resources.DeployRole.Properties`},
		{"shop", "functions run with the execution role", []change{
			add(devAccess, "Resources.ExecutionRole.Properties.AssumeRolePolicyDocument.Statement",
				"{ Sid: More, Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }"),
		}, `trust-open shop-dev-access Resources.ExecutionRole.Properties.AssumeRolePolicyDocument.Statement[More]`},
		{"minimal", "who signs in elsewhere becomes the deploy role", []change{
			add("tiny-dev-access", "Resources.DeployRole.Properties.AssumeRolePolicyDocument.Statement",
				"{ Sid: More, Effect: Allow, Principal: { Federated: cognito-identity.amazonaws.com }, Action: sts:AssumeRoleWithWebIdentity }"),
		}, `trust-open tiny-dev-access Resources.DeployRole.Properties.AssumeRolePolicyDocument.Statement[More]`},
		{"custom", "everybody lists a bucket", []change{
			add("custom-dev-storage", "Resources.UploadsBucketPolicy.Properties.PolicyDocument.Statement",
				"{ Effect: Allow, Principal: '*', Action: s3:ListBucket, Resource: !GetAtt UploadsBucket.Arn }"),
		}, `bucket-open custom-dev-storage Resources.UploadsBucketPolicy.Properties.PolicyDocument`},
		{"regions", "another company reads artifacts", []change{
			add("atlas-release-artifacts", inBucket, "{ Effect: Allow, Principal: { AWS: '555555555555' }, Action: s3:GetObject, Resource: !Sub '${Bucket.Arn}/*' }"),
		}, `bucket-open atlas-release-artifacts Resources.BucketPolicy.Properties.PolicyDocument`},
		{"shop", "everybody subscribes to a topic", []change{
			add("shop-qa-monitoring", "Resources.TopicPolicy.Properties.PolicyDocument.Statement",
				"{ Effect: Allow, Principal: { AWS: '*' }, Action: sns:Subscribe, Resource: !Ref Topic }"),
		}, `queue-open shop-qa-monitoring Resources.TopicPolicy.Properties.PolicyDocument`},
		{"shop", "a role may publish to a topic, and not use its key", []change{
			add("shop-prod-functions", "Resources.HelloFunctionRole.Properties.Policies[0].PolicyDocument.Statement", publishes),
		}, `
			application shop-prod-functions Resources.HelloFunctionRole.Properties.Policies[function].PolicyDocument.Statement[BucketKey]
		`},
		{"shop", "a role may publish to all topics of its environment, and the key of one does not admit it", []change{
			add("shop-prod-functions", "Resources.HelloFunctionRole.Properties.Policies[0].PolicyDocument.Statement", strings.Replace(publishes, "alarms", "*", 1)),
			add("shop-prod-functions", "Resources.HelloFunctionRole.Properties.Policies[0].PolicyDocument.Statement", usesKey),
			drop("shop-prod-bootstrap", inKey+"[EncryptMessagesOfRoles]"),
		}, `
			application shop-prod-bootstrap Resources.Key.Properties.KeyPolicy.Statement[Administer]
		`},
		{"shop", "a key wants to know of EventBridge for whom it publishes", []change{
			add("shop-qa-bootstrap", inKey, "{ Sid: Rules, Effect: Allow, Principal: { Service: events.amazonaws.com }, Action: 'kms:*', Resource: '*', "+
				"Condition: { StringEquals: { aws:SourceAccount: '333333333333' } } }"),
			put("shop-qa-bootstrap", inKey+"[EncryptMessages].Principal.Service", "cloudwatch.amazonaws.com"),
		}, `
			admin-open shop-qa-bootstrap Resources.Key.Properties.KeyPolicy.Statement[Rules]
			application shop-qa-bootstrap Resources.Key.Properties.KeyPolicy.Statement[Rules]
		`},
		{"shop", "a rule tells a topic whose key, which the topic names by its alias, does not admit rules", []change{
			put("shop-qa-monitoring", "Resources.Topic.Properties.KmsMasterKeyId", "alias/shop-qa-bootstrap"),
			put("shop-qa-bootstrap", inKey+"[EncryptMessages].Principal.Service", "cloudwatch.amazonaws.com"),
		}, `
			application shop-qa-bootstrap Resources.Key.Properties.KeyPolicy.Statement[Administer]
		`},
		{"own-stacks", "everybody sends to a queue", []change{
			add("depot-dev-orders", "Resources.OrdersPolicy.Properties.PolicyDocument.Statement", "{ Effect: Allow, Principal: '*', Action: sqs:SendMessage, Resource: '*' }"),
		}, `queue-open depot-dev-orders Resources.OrdersPolicy.Properties.PolicyDocument`},
		{"own-stacks", "what was to be denied without TLS is allowed to everybody", []change{
			put("depot-dev-orders", "Resources.OrdersPolicy.Properties.PolicyDocument.Statement[RequireTLS].Effect", "Allow"),
		}, `
			admin-open depot-dev-orders Resources.OrdersPolicy.Properties.PolicyDocument.Statement[RequireTLS]
			queue-open depot-dev-orders Resources.OrdersPolicy.Properties.PolicyDocument
			warning tls depot-dev-orders Resources.OrdersPolicy.Properties.PolicyDocument
		`},
		{"own-stacks", "a queue has two policies", []change{
			put("depot-dev-orders", "Resources.Open", "{ Type: AWS::SQS::QueuePolicy, Properties: { Queues: [!Ref Orders], PolicyDocument: { Version: "+
				"'2012-10-17', Statement: [{ Effect: Allow, Principal: '*', Action: sqs:SendMessage, Resource: '*' }] } } }"),
		}, `name-conflict depot-dev-orders Resources.Open.Properties.Queues`},
		{"shop", "the APIs of any account invoke a function", []change{
			drop(functions, "Resources.ApiGetHelloPermission.Properties.SourceArn"),
		}, `service-open shop-dev-functions Resources.ApiGetHelloPermission.Properties`},
		{"shop", "another API may invoke the function", []change{
			put(functions, "Resources.ApiGetHelloPermission.Properties.SourceArn", "arn:aws:execute-api:eu-west-1:222222222222:a1b2c3/*/GET/hello"),
		}, `application shop-dev-functions Resources.ApiGetHelloRoute.Properties.Target`},
		{"shop", "another route may invoke the function", []change{
			edit(functions, "Resources.ApiGetHelloPermission.Properties.SourceArn", "/GET/hello", "/GET/hallo"),
		}, `application shop-dev-functions Resources.ApiGetHelloRoute.Properties.Target`},
		{"shop", "code may open sessions", []change{
			add(devAccess, "Resources.Boundary.Properties.PolicyDocument.Statement[Application].Action", "ssm:Start*"),
		}, `chain shop-dev-access Resources.Boundary.Properties.PolicyDocument`},
		{"existing-vpc", "instances cannot register", []change{
			drop("hotel-dev-batch", "Resources.TrainJobInstanceRole.Properties.Policies[agent].PolicyDocument.Statement[Register]"),
		}, `application hotel-dev-batch Resources.TrainJobInstanceRole.Properties.Policies[agent].PolicyDocument.Statement[Find]`},
		{"existing-vpc", "instances register with another cluster", []change{
			edit("hotel-dev-batch", "Resources.TrainJobInstanceRole.Properties.Policies[agent].PolicyDocument.Statement[Work]", "AWSBatch-hotel-dev", "hotel-dev"),
		}, `application hotel-dev-batch Resources.TrainJobInstanceRole.Properties.Policies[agent].PolicyDocument.Statement[Work]`},
		{"own-stacks", "a stack depends on one that comes later", []change{
			manifest("depot-dev-network", func(s *assembly.Stack) { s.DependsOn = append(s.DependsOn, "depot-dev-importer") }),
		}, `deploy-order depot-dev-network manifest.json`},
		{"shop", "the bucket is for every role of the accounts", []change{
			drop(artifacts, inBucket+"[ReadArtifacts].Condition"),
		}, `bucket-open shop-delivery-artifacts Resources.BucketPolicy.Properties.PolicyDocument`},
		{"shop", "the bucket is for every role of the project", []change{
			drop(artifacts, inBucket+"[OwnRolesOnly]"),
		}, `bucket-shared shop-delivery-artifacts Resources.BucketPolicy.Properties.PolicyDocument`},
		{"shop", "the bucket takes requests without TLS", []change{
			drop(artifacts, inBucket+"[RequireTLS]"),
		}, `tls shop-delivery-artifacts Resources.BucketPolicy.Properties.PolicyDocument`},
		{"shop", "a bucket of logs is for everybody's logs", []change{
			drop(artifacts, "Resources.AccessLogsPolicy.Properties.PolicyDocument.Statement[WriteAccessLogs].Condition"),
		}, `service-open shop-delivery-artifacts Resources.AccessLogsPolicy.Properties.PolicyDocument.Statement[WriteAccessLogs]`},
		{"shop", "the key is for every role of the accounts", []change{
			drop(artifacts, inKey+"[DecryptArtifacts].Condition.ArnEquals"),
		}, `key-open shop-delivery-artifacts Resources.Key.Properties.KeyPolicy`},
		{"shop", "every role of the project may change the key's policy", []change{
			drop(artifacts, inKey+"[Administer].Condition"),
		}, `
			admin-open shop-delivery-artifacts Resources.Key.Properties.KeyPolicy.Statement[Administer]
			key-grant shop-delivery-artifacts Resources.Key.Properties.KeyPolicy
			key-open shop-delivery-artifacts Resources.Key.Properties.KeyPolicy
		`},
		{"shop", "nobody can manage the key", []change{
			drop(artifacts, inKey+"[Administer]"),
		}, `lockout shop-delivery-artifacts Resources.Key.Properties.KeyPolicy`},
		{"shop", "the key can be passed on", []change{
			drop(artifacts, inKey+"[GrantsForServicesOnly]"),
		}, `key-grant shop-delivery-artifacts Resources.Key.Properties.KeyPolicy`},
		{"shop", "the key is for every log group", []change{
			drop(artifacts, inKey+"[EncryptLogs].Condition"),
		}, `key-deputy shop-delivery-artifacts Resources.Key.Properties.KeyPolicy`},
		{"shop", "shared images are for every role of the accounts", []change{
			drop("shop-toolchain", "Resources.BaseRepository.Properties.RepositoryPolicyText.Statement[0].Condition"),
		}, `repository-open shop-toolchain Resources.BaseRepository.Properties.RepositoryPolicyText`},
		{"shop", "shared images are for other roles", []change{
			edit("shop-toolchain", "Resources.BaseRepository.Properties.RepositoryPolicyText", "shop/app", "shop/application"),
		}, `repository-closed shop-toolchain Resources.BaseRepository.Properties.RepositoryPolicyText`},
		{"shop", "a topic is for everybody's alarms", []change{
			drop("shop-qa-monitoring", "Resources.TopicPolicy.Properties.PolicyDocument.Statement[Alarms].Condition"),
		}, `service-open shop-qa-monitoring Resources.TopicPolicy.Properties.PolicyDocument.Statement[Alarms]`},
		{"shop", "a topic does not know alarms", []change{
			drop("shop-qa-monitoring", "Resources.TopicPolicy.Properties.PolicyDocument.Statement[Alarms]"),
		}, `application shop-qa-monitoring Resources.TopicPolicy.Properties.PolicyDocument.Statement[Events]`},
		{"shop", "a function's code may change networks", []change{
			drop(functions, "Resources.HelloFunctionRole.Properties.Policies[function].PolicyDocument.Statement[NotItsCode]"),
		}, `warning function-network shop-dev-functions Resources.HelloFunctionRole.Properties`},
		{"shop", "the boundary takes away what a function is given", []change{
			edit(devAccess, "Resources.Boundary.Properties.PolicyDocument.Statement[Application].Action[s3:Get*]", "s3:Get", "s3:GetB"),
			drop(devAccess, "Resources.Boundary.Properties.PolicyDocument.Statement[Application].Action[s3:*Object*]"),
		}, `
			application shop-dev-access Resources.Boundary.Properties.PolicyDocument.Statement[Application]
			grant-void shop-dev-access Resources.Boundary.Properties.PolicyDocument.Statement[Application]
		`},
		{"shop", "a role is an administrator", []change{
			put(devAccess, "Resources.DeployRole.Properties.ManagedPolicyArns", "[arn:aws:iam::aws:policy/AdministratorAccess]"),
		}, `policy-unknown shop-dev-access Resources.DeployRole.Properties.ManagedPolicyArns[0]`},
		{"shop", "a statement's effect is misspelt", []change{
			put(devAccess, deploying+"[PassExecutionRole].Effect", "Alow"),
		}, `
			pass-role shop-dev-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[PassExecutionRole]
			policy shop-dev-access Resources.DeployRole.Properties.Policies[deploy].PolicyDocument.Statement[PassExecutionRole].Effect
		`},

		// names and limits
		{"shop", "two roles of an account have one name", []change{
			put("shop-dev-batch", "Resources.NightlyRole2",
				"{ Type: AWS::IAM::Role, Properties: { RoleName: shop-dev-hello-function, Path: /shop/app/, AssumeRolePolicyDocument: "+trusted+
					", PermissionsBoundary: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/shop/access/shop-dev-boundary' } }"),
		}, `name-conflict shop-dev-batch Resources.NightlyRole2.Properties.RoleName`},
		{"shop", "two stages have one name", []change{
			put(delivery, stages+"[Test].Name", "Build"),
		}, `structure shop-delivery-pipeline Resources.Pipeline.Properties.Stages[Build].Name`},
		{"shop", "two actions of a stage have one name", []change{
			put(delivery, stages+"[Test].Actions[function-tests].Name", "infrastructure-tests"),
		}, `structure shop-delivery-pipeline Resources.Pipeline.Properties.Stages[Test].Actions[infrastructure-tests].Name`},
		{"shop", "a source in a later stage", []change{
			put(delivery, stages+"[Test].Actions[function-tests]",
				"{ Name: again, Configuration: { ConnectionArn: "+connection+", FullRepositoryId: acme/shop }, "+
					"ActionTypeId: { Category: Source, Owner: AWS, Provider: CodeStarSourceConnection }, OutputArtifacts: [{ Name: Again }] }"),
		}, `
			structure shop-delivery-pipeline Resources.Pipeline.Properties.Stages[Test].Actions[again]
			control shop-delivery-pipeline Resources.Pipeline.Properties.Stages
		`},
		{"shop", "an action of which nothing is known", []change{
			put(delivery, stages+"[qa-approval].Actions[approve].ActionTypeId", "{ Category: Invoke, Owner: AWS, Provider: Lambda, Version: '1' }"),
		}, `
			warning action-unknown shop-delivery-pipeline Resources.Pipeline.Properties.Stages[qa-approval].Actions[approve]
			control shop-delivery-pipeline Resources.Pipeline.Properties.Stages
		`},
		{"shop", "a mode of which nothing is known", []change{
			put(delivery, stages+"[UpdatePipeline].Actions[artifacts].Configuration.ActionMode", "REPLACE_ON_FAILURE"),
		}, `warning action-unknown shop-delivery-pipeline Resources.Pipeline.Properties.Stages[UpdatePipeline].Actions[artifacts].Configuration.ActionMode`},
		{"shop", "more stages than CodePipeline takes", []change{
			stagesUpTo(delivery, 51),
		}, `budget shop-delivery-pipeline Resources.Pipeline.Properties`},
		{"shop", "more resources than CloudFormation takes", []change{
			resourcesUpTo(extras, 501),
		}, `budget shop-prod-extras prod/extras.yaml`},
		{"shop", "more addresses than a new account can have", []change{
			addressesUpTo("shop-prod-network", 6),
		}, `warning quota shop-prod-network Resources.Address5.Properties`},
	}
}

const connection = "arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42"

const trusted = "{ Version: '2012-10-17', Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }"

func setParameter(s *assembly.Stack, name, value string) {
	for i := range s.Parameters {
		if s.Parameters[i].Name == name {
			s.Parameters[i].Value = value
			return
		}
	}
	s.Parameters = append(s.Parameters, assembly.Parameter{Name: name, Value: value})
}

// stagesUpTo has so many stages: more that approve.
func stagesUpTo(stack string, n int) change {
	return func(b *breakage) {
		list, _, _ := b.at(stack, stages)
		for i := len(list.Items); i < n; i++ {
			const stage = "{ Name: more%d, Actions: [{ Name: approve, ActionTypeId: { Category: Approval, Owner: AWS, Provider: Manual } }] }"
			list.Items = append(list.Items, value(b.T, fmt.Sprintf(stage, i)))
		}
	}
}

func resourcesUpTo(stack string, n int) change {
	return func(b *breakage) {
		resources, _, _ := b.at(stack, "Resources")
		for i := len(resources.Keys); i < n; i++ {
			const group = "{ Type: AWS::EC2::SecurityGroup, Properties: { GroupDescription: one more, VpcId: !Ref VpcId } }"
			resources.Set(fmt.Sprintf("Group%d", i), value(b.T, group))
		}
	}
}

// addressesUpTo has so many addresses, of which the network has two.
func addressesUpTo(stack string, n int) change {
	return func(b *breakage) {
		resources, _, _ := b.at(stack, "Resources")
		for i := 2; i < n; i++ {
			resources.Set(fmt.Sprintf("Address%d", i), value(b.T, "{ Type: AWS::EC2::EIP, Properties: { Domain: vpc } }"))
		}
	}
}

// lines of a text without what stands before and after them.
func lines(text string) []string {
	list := []string{}
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	slices.Sort(list)
	return list
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, f := range faults() {
		t.Run(f.golden+"/"+f.name, func(t *testing.T) {
			t.Parallel()
			a := broken(t, f.golden, f.change...)
			r := verify.Verify(a)
			errors, warnings := *r, *r
			errors.Findings = slices.DeleteFunc(slices.Clone(r.Findings), func(f verify.Finding) bool { return f.Severity == verify.Warning })
			warnings.Findings = slices.DeleteFunc(slices.Clone(r.Findings), func(f verify.Finding) bool { return f.Severity == verify.Error })
			got := append([]string{}, found(a, &errors)...)
			for _, text := range found(a, &warnings) {
				got = append(got, "warning "+text)
			}
			slices.Sort(got)
			want := lines(f.want)
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("other findings than wanted (-want +got):\n%s", diff)
			}
			for _, f := range r.Findings {
				if f.Message == "" || f.Hint == "" || f.File == "" || f.Stack == "" || f.Path != "" && f.Line == 0 {
					t.Errorf("it does not say all: %+v", f)
				}
				if t.Failed() {
					t.Logf("%s:%d %s: %s: %s\n%s", f.File, f.Line, f.Path, f.Rule, f.Message, f.Hint)
				}
			}
		})
	}
}

// Every rule finds something: one that finds nothing may as well go.
func TestRulesHaveFaults(t *testing.T) {
	t.Parallel()
	var used []string
	for _, f := range faults() {
		for _, line := range lines(f.want) {
			rule, _, _ := strings.Cut(strings.TrimPrefix(line, "warning "), " ")
			used = append(used, rule)
		}
	}
	for _, r := range verify.Rules() {
		if !slices.Contains(used, r.Name) {
			t.Errorf("no fault is found by rule %s: %s", r.Name, r.What)
		}
	}
}

// Whatever lets code act with the roles of others is found in a boundary.
func TestPowersInBoundariesAreFound(t *testing.T) {
	t.Parallel()
	for _, action := range verify.Powers() {
		a := broken(t, "minimal", add("tiny-dev-access", "Resources.Boundary.Properties.PolicyDocument.Statement[Application].Action", "'"+action+"'"))
		if !slices.Contains(found(a, verify.Verify(a)), "chain tiny-dev-access Resources.Boundary.Properties.PolicyDocument") {
			t.Errorf("nothing is found where a boundary allows %s", action)
		}
	}
}

// A role of the application that may publish, and use the key through SNS, tells the topic of alarms.
func TestRolesTellTheTopicOfAlarms(t *testing.T) {
	t.Parallel()
	const statements = "Resources.HelloFunctionRole.Properties.Policies[0].PolicyDocument.Statement"
	a := broken(t, "shop", add("shop-prod-functions", statements, publishes), add("shop-prod-functions", statements, usesKey))
	if got := found(a, verify.Verify(a)); len(got) > 0 {
		t.Errorf("found %q", got)
	}
}
