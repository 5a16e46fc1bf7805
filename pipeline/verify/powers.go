package verify

import "strings"

// Powers are the actions that no boundary lets code take on what is not its own environment's: those that run code, or have something run, with
// a role that the caller need not pass; those that hand out the credentials of others; and those that change identities, what is deployed, or
// what nothing restores. The sources are the Service Authorization Reference and what is publicly known of privilege escalation in AWS.
func Powers() []string {
	return strings.Fields(`
		access-analyzer:DeleteAnalyzer account:PutAlternateContact airflow:CreateCliToken airflow:CreateWebLoginToken airflow:InvokeRestApi
		airflow:UpdateEnvironment amplify:CreateDeployment amplify:StartDeployment amplify:StartJob amplify:UpdateApp amplify:UpdateBranch
		apigateway:PATCH apigateway:POST apigateway:PUT apprunner:StartDeployment apprunner:UpdateService appsync:CreateResolver
		appsync:UpdateDataSource appsync:UpdateFunction appsync:UpdateResolver athena:CreatePresignedNotebookUrl athena:StartCalculationExecution
		athena:StartSession athena:UpdateNotebook athena:UpdateWorkGroup autoscaling:CreateLaunchConfiguration autoscaling:StartInstanceRefresh
		autoscaling:UpdateAutoScalingGroup backup:StartRestoreJob batch:CancelJob batch:CreateComputeEnvironment batch:RegisterJobDefinition
		batch:SubmitJob batch:UpdateComputeEnvironment batch:UpdateJobQueue bedrock-agentcore:InvokeAgentRuntimeCommand
		bedrock-agentcore:InvokeCodeInterpreter bedrock-agentcore:StartCodeInterpreterSession bedrock-agentcore:UpdateAgentRuntime
		bedrock:PrepareAgent bedrock:UpdateAgent bedrock:UpdateAgentActionGroup bedrock:UpdateFlow cloud9:CreateEnvironmentEC2
		cloud9:CreateEnvironmentMembership cloud9:CreateEnvironmentToken cloud9:UpdateEnvironmentMembership cloudformation:ActivateType
		cloudformation:CreateChangeSet cloudformation:CreateStack cloudformation:CreateStackInstances cloudformation:ExecuteChangeSet
		cloudformation:UpdateStack cloudformation:UpdateStackSet cloudfront:PublishFunction cloudfront:UpdateDistribution cloudfront:UpdateFunction
		cloudshell:CreateSession cloudtrail:StopLogging cloudwatch:AssumeAccessProfile cloudwatch:CreateAccessGrant codebuild:RetryBuild
		codebuild:StartBuild codebuild:StartBuildBatch codebuild:StartCommandExecution codebuild:StartSandbox codebuild:UpdateProject
		codeconnections:UseConnection codedeploy:CreateDeployment codepipeline:OverrideStageCondition codepipeline:PutApprovalResult
		codepipeline:StartPipelineExecution codepipeline:UpdatePipeline codestar-connections:UseConnection
		cognito-identity:GetOpenIdTokenForDeveloperIdentity cognito-identity:SetIdentityPoolRoles cognito-identity:UpdateIdentityPool
		cognito-idp:CreateIdentityProvider cognito-idp:UpdateGroup cognito-idp:UpdateIdentityProvider cognito-idp:UpdateUserPool
		config:PutRemediationConfigurations config:StartRemediationExecution databrew:StartJobRun databrew:UpdateRecipe
		datapipeline:ActivatePipeline datapipeline:PutPipelineDefinition datasync:StartTaskExecution datasync:UpdateTask
		datazone:GetEnvironmentCredentials deadline:AssumeFleetRoleForWorker deadline:AssumeQueueRoleForUser ec2-instance-connect:OpenTunnel
		ec2-instance-connect:SendSSHPublicKey ec2-instance-connect:SendSerialConsoleSSHPublicKey ec2:AssociateIamInstanceProfile ec2:AttachVolume
		ec2:CreateInstanceConnectEndpoint ec2:CreateLaunchTemplateVersion ec2:CreateReplaceRootVolumeTask ec2:CreateTrafficMirrorSession
		ec2:GetPasswordData ec2:ModifyInstanceAttribute ec2:ModifyLaunchTemplate ec2:ReplaceIamInstanceProfileAssociation ec2:ReplaceRoute
		ec2:RunInstances ec2:TerminateInstances ecr:BatchDeleteImage ecr:PutImage ecr:SetRepositoryPolicy ecs:CreateService ecs:CreateTaskSet
		ecs:ExecuteCommand ecs:RegisterTaskDefinition ecs:RunTask ecs:StartTask ecs:UpdateService ecs:UpdateServicePrimaryTaskSet
		eks-auth:AssumeRoleForPodIdentity eks:AssociateAccessPolicy eks:CreateAccessEntry eks:CreatePodIdentityAssociation eks:UpdateAccessEntry
		elasticbeanstalk:CreateApplicationVersion elasticbeanstalk:UpdateEnvironment elasticloadbalancing:ModifyListener
		elasticloadbalancing:ModifyRule elasticmapreduce:AddJobFlowSteps elasticmapreduce:CreateStudioPresignedUrl elasticmapreduce:StartEditor
		emr-containers:StartJobRun emr-serverless:AccessLivyEndpoints emr-serverless:StartJobRun events:PutPermission events:PutRule
		events:PutTargets events:UpdateConnection fis:StartExperiment fis:UpdateExperimentTemplate gamelift:GetComputeAccess
		gamelift:GetInstanceAccess glue:CreateSession glue:RunStatement glue:StartJobRun glue:StartWorkflowRun glue:UpdateConnection
		glue:UpdateDevEndpoint glue:UpdateJob glue:UpdateTrigger greengrass:CreateDeployment guardduty:DeleteDetector iam:AttachRolePolicy
		iam:CreateAccessKey iam:CreatePolicyVersion iam:PassRole iam:PutRolePolicy iam:UpdateAssumeRolePolicy identitystore:CreateGroupMembership
		imagebuilder:CreateImage imagebuilder:StartImagePipelineExecution iot:AttachPolicy iot:CreateJob iot:CreateTopicRule iot:ReplaceTopicRule
		iot:UpdateRoleAlias kinesisanalytics:CreateApplicationPresignedUrl kinesisanalytics:UpdateApplication kms:DeleteAlias
		kms:DeleteImportedKeyMaterial kms:DisableKey kms:ImportKeyMaterial kms:PutKeyPolicy kms:ScheduleKeyDeletion kms:UpdateAlias
		lambda:AddPermission lambda:CreateEventSourceMapping lambda:CreateFunction lambda:PublishLayerVersion lambda:UpdateAlias
		lambda:UpdateEventSourceMapping lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration lightsail:DownloadDefaultKeyPair
		lightsail:GetInstanceAccessDetails organizations:LeaveOrganization pipes:UpdatePipe ram:CreateResourceShare rolesanywhere:CreateProfile
		rolesanywhere:CreateTrustAnchor s3:CreateAccessGrant s3:DeleteBucket s3:PutBucketPolicy sagemaker:CreatePresignedDomainUrl
		sagemaker:CreatePresignedMlflowTrackingServerUrl sagemaker:CreatePresignedNotebookInstanceUrl sagemaker:StartPipelineExecution
		sagemaker:StartSession sagemaker:UpdateEndpoint sagemaker:UpdateNotebookInstanceLifecycleConfig sagemaker:UpdatePipeline
		scheduler:CreateSchedule scheduler:UpdateSchedule securityhub:DisableSecurityHub servicecatalog:ExecuteProvisionedProductServiceAction
		servicecatalog:ProvisionProduct servicecatalog:UpdateProvisionedProduct ssm-guiconnect:StartConnection ssm:CreateAssociation
		ssm:CreateDocument ssm:DeleteParameter ssm:GetAccessToken ssm:ModifyDocumentPermission ssm:PutParameter
		ssm:RegisterTaskWithMaintenanceWindow ssm:ResumeSession ssm:SendAutomationSignal ssm:SendCommand ssm:StartAssociationsOnce
		ssm:StartAutomationExecution ssm:StartChangeRequestExecution ssm:StartSession ssm:UpdateAssociation ssm:UpdateDocument
		ssm:UpdateDocumentDefaultVersion ssm:UpdateMaintenanceWindowTask sso-directory:AddMemberToGroup sso:CreateAccountAssignment
		states:CreateStateMachine states:TestState states:UpdateStateMachine states:UpdateStateMachineAlias sts:AssumeRole synthetics:UpdateCanary
		transfer:CreateUser transfer:ImportSshPublicKey transfer:UpdateServer transfer:UpdateUser`)
}
