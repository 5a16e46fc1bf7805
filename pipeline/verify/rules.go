package verify

// Rule is one check of the proof.
type Rule struct {
	// Name of the rule, as findings show it.
	Name string
	// What must be true.
	What string
	// Why it matters: what happens otherwise.
	Why string
	// Mend says how.
	Mend string
}

// Rules are all checks, in the order of a run. RULES.md shows each with an example.
func Rules() []Rule {
	return []Rule{
		{
			"pipeline-role", "A stack of the project creates the role of each pipeline.",
			"Without it, the pipeline does not start, and nothing can be proven of what it does.",
			"Create the role in the stack of the pipeline, and refer to it.",
		},
		{
			"trust", "Every role trusts the roles and services that must assume it.",
			"An action whose role cannot be assumed fails with AccessDenied, in the middle of a run.",
			"Add the principal to the trust policy of the role, or correct its condition.",
		},
		{
			"principal", "Policies name an account as principal and narrow it by aws:PrincipalArn; they do not name roles as principals.",
			"IAM and KMS refuse a policy whose principal does not exist yet, and turn the ARN of a deleted role into an id that never matches again.",
			"Name the account as principal, and add a condition on aws:PrincipalArn.",
		},
		{
			"store-bucket", "Each artifact store of a pipeline is a bucket in its region that a stack of the project creates.",
			"CodePipeline refuses a store in another region; what protects a bucket from elsewhere is not known.",
			"Refer to the artifact bucket of that region.",
		},
		{
			"store-key", "Each artifact store names its key by ARN, and the key is in the region of the store.",
			"With an alias or an id, other accounts cannot find the key: cross-account actions cannot decrypt their artifacts.",
			"Name the key of the artifact bucket by its ARN.",
		},
		{
			"store-region", "A pipeline has an artifact store in every region in which one of its actions runs.",
			"CodePipeline refuses an action in a region without a store.",
			"Add an artifact store for the region.",
		},
		{
			"structure", "Stages and actions have names of their own, and the source actions are in the first stage only.",
			"CodePipeline refuses the pipeline.",
			"Rename or move what the finding names.",
		},
		{
			"run-order", "Run orders are numbers from 1 to 999.",
			"CodePipeline refuses the pipeline.",
			"Give the action a run order in that range.",
		},
		{
			"artifact-missing", "An earlier action outputs each artifact that an action reads.",
			"CodePipeline refuses the pipeline, or the action finds no input.",
			"Let an earlier action output the artifact, or read another one.",
		},
		{
			"artifact-twice", "One action only outputs each artifact.",
			"CodePipeline refuses two actions that output artifacts of one name.",
			"Rename one of the two artifacts.",
		},
		{
			"artifact-bucket", "Every role that uses an artifact store may read the settings of its bucket.",
			"CodePipeline and CodeBuild look at the bucket before they use it, and fail without that permission.",
			"Allow the actions that the finding names, in the role and in the bucket policy.",
		},
		{
			"artifact-read", "Every role that reads artifacts may do so by its own policies, by the bucket policy and by the key policy.",
			"Across accounts all three must allow it: one that does not makes the action fail with a bare 403.",
			"Allow the action where the finding says it is missing.",
		},
		{
			"artifact-write", "Every role that writes artifacts may do so by its own policies, by the bucket policy and by the key policy.",
			"A build that cannot write its artifact fails after all its work is done.",
			"Allow the action where the finding says it is missing.",
		},
		{
			"action-unknown", "The proof knows every kind of action in the pipeline.",
			"It does not know what permissions another kind requires, so that nothing is proven of it.",
			"Use a kind of action that the finding lists.",
		},
		{
			"namespace", "An earlier action sets each variable that an action reads from a namespace.",
			"CodePipeline refuses a reference to a namespace or variable that does not exist.",
			"Correct the namespace, or move the action behind the one that sets it.",
		},
		{
			"variables", "A build gets the environment variables that its commands use, and they are those of the environment that it works for.",
			"A build with variables of another environment publishes to, or tests, the wrong account.",
			"Set the variables that the finding names on the action.",
		},
		{
			"branch", "The source action follows the branch that the manifest names.",
			"A pipeline for production that follows another branch deploys what nobody has released.",
			"Correct the branch of the source action, or generate the directory again.",
		},
		{
			"connection", "The role of the pipeline may use the connection, and so may builds that clone through it.",
			"The source action fails, and no run begins.",
			"Allow UseConnection on the connection, with both prefixes of its ARN.",
		},
		{
			"approval", "The role of the pipeline may publish to the topic of an approval.",
			"The approval waits, and no message says so.",
			"Allow sns:Publish on the topic, and the use of its key.",
		},
		{
			"build-start", "The role of the pipeline may start each build and see its state.",
			"The action fails with AccessDenied.",
			"Allow codebuild:StartBuild and codebuild:BatchGetBuilds on the project.",
		},
		{
			"build-input", "A build gets the artifacts that it uses, and its primary source is one of them.",
			"CodeBuild fails before the first command.",
			"Add the artifact to the inputs of the action, or correct PrimarySource.",
		},
		{
			"build-project", "A stack of the project creates the project of each build, and its source and artifacts are CODEPIPELINE.",
			"CodePipeline cannot start a project of another kind.",
			"Refer to a project of the builds stack.",
		},
		{
			"build-role", "A stack of the project creates the role of each build project.",
			"What a build may do with another role is not known.",
			"Create the role beside the project.",
		},
		{
			"build-key", "A build project encrypts its output with the key of the artifact store.",
			"Actions in other accounts may not use another key, and cannot read the artifact.",
			"Set EncryptionKey to the key of the artifact store.",
		},
		{
			"logs", "Everything that writes logs may write them, to a log group that exists.",
			"A build or task that cannot write logs does not start, or runs without a trace.",
			"Allow logs:CreateLogStream and logs:PutLogEvents on the group, or create the group.",
		},
		{
			"assume-role", "Stacks of the project create the roles that builds assume.",
			"A build cannot assume a role that does not exist.",
			"Correct the ARN, or create the role in the access stack.",
		},
		{
			"publish", "The publish role may put code and images where the environment expects them.",
			"The publish build fails after it has built everything.",
			"Allow the action where the finding says it is missing.",
		},
		{
			"deploy-role", "A stack of the project creates the role of each deployment.",
			"What a deployment may do with another role is not known.",
			"Refer to the deploy role of the access stack in that account.",
		},
		{
			"deploy-stack", "The deploy role may change its stack, and the manifest has that stack in the same account and region.",
			"The action fails with AccessDenied, or creates a stack that nothing else knows.",
			"Correct the name, the account or the region, or allow the action.",
		},
		{
			"deploy-order", "A stack is deployed after the stacks whose values it reads, and after its code is published.",
			"A change set resolves values when it is created: too early, it fails or gets the value of the last run.",
			"Give the action a later run order, or complete dependsOn.",
		},
		{
			"undeployed", "A pipeline deploys every stack that the manifest says pipelines deploy.",
			"The stack would never be created or updated, and nothing would say so.",
			"Add actions for the stack, or generate the directory again.",
		},
		{
			"deploy-execute", "The deploy role may execute the change set that it creates.",
			"The second half of the deployment fails with AccessDenied.",
			"Allow cloudformation:ExecuteChangeSet on the stack.",
		},
		{
			"pass-role", "The deploy role may pass the execution role to CloudFormation.",
			"CloudFormation refuses the change set.",
			"Allow iam:PassRole on the execution role, for cloudformation.amazonaws.com.",
		},
		{
			"execution-role", "A stack in the same account creates the execution role of each deployment.",
			"CloudFormation cannot use a role of another account.",
			"Refer to the execution role of the access stack in that account.",
		},
		{
			"execution",
			"The execution role may create, read, change, tag and delete what the templates contain, and pass their roles to the services that use them.",
			"A missing permission makes the stack roll back, perhaps only when it is updated or deleted.",
			"Generate the access stack again and deploy it; what its rows do not cover is written under permissions of the stack.",
		},
		{
			"execution-wide", "The execution role may do no more than the templates require, on nothing else, and only under the conditions that narrow it.",
			"What a commit can deploy is what a leaked pipeline can do.",
			"Remove the action, resource or statement that the finding names.",
		},
		{
			"not-judged", "The proof knows what deploying each resource type requires, and the stacks whose outputs templates read.",
			"Nothing is proven of a type without a row in the catalog: what the execution role lacks appears only when it deploys.",
			"Compare the permissions of the stack with the actions that the finding lists; --strict makes it an error.",
		},
		{
			"template-path", "The templates and configurations that actions name are those of the stack that they deploy.",
			"The action would deploy another stack's template, or find none.",
			"Correct TemplatePath or TemplateConfiguration.",
		},
		{
			"capabilities", "Actions and manifest acknowledge the capabilities that the template requires.",
			"CloudFormation refuses a template with roles without CAPABILITY_NAMED_IAM.",
			"Add the capability to the action and to the manifest.",
		},
		{
			"overrides", "Parameter overrides name parameters of the template that its configuration does not set, and their values fit.",
			"CloudFormation refuses unknown parameters, and CodePipeline more than 1,000 characters of overrides.",
			"Correct the name or the value, or move it to the configuration.",
		},
		{
			"change-set", "A change set is created, then executed, in one stage, under one name.",
			"Between two stages another run could replace the change set that somebody has approved.",
			"Put both actions into one stage, and name the same change set.",
		},
		{
			"self-update", "The pipeline deploys its own stacks, and starts again when they have changed.",
			"A run would continue with the actions of the last commit, and deploy what they say.",
			"Restore the stage that updates the pipeline, with the hash of what it depends on.",
		},
		{
			"access", "The access stack covers what the templates assert that it covers.",
			"A push that needs more than the deployed access stack allows fails half-way instead of before it changes anything.",
			"Generate the access stack again, and deploy it before the push.",
		},
		{
			"clear", "A failed stage starts a build that may delete those stacks of its environments that failed at their first creation, and none of production.",
			"A stack in ROLLBACK_COMPLETE refuses every later change set until it is deleted; a role that may delete more could lose data.",
			"Generate the access stacks again and deploy them; remove cloudformation:DeleteStack from every other role.",
		},
		{
			"control", "The pipeline has the approvals and steps that the manifest lists, before and after the changes that it says, and in their order.",
			"Without an approval or a test, a commit reaches production that nobody has looked at.",
			"Restore the action in its place; to drop it on purpose, remove it from pipeline.yaml and generate the directory again.",
		},
		{
			"guard", "A stack stops its own deployment while its access stack does not cover its resource types and what else its environment needs.",
			"A push that the deployed roles cannot carry out would fail half-way, after other stacks have changed.",
			"Restore the rule and the parameters that the finding names.",
		},
		{
			"parameter-missing", "Every parameter of a template has a value.",
			"CloudFormation refuses the stack, or keeps the value of the last deployment.",
			"Give the parameter a default, or a value in the configuration.",
		},
		{
			"parameter-unknown", "Every value in a configuration is for a parameter of the template.",
			"CloudFormation refuses a value for a parameter that does not exist.",
			"Remove the value, or declare the parameter.",
		},
		{
			"ssm-missing", "An earlier stack in the same account and region writes each SSM parameter that a template reads.",
			"CloudFormation cannot resolve the parameter, and refuses the change set.",
			"Let an earlier stack write it, or correct the name.",
		},
		{
			"ssm-kind", "A template reads a list from SSM where a list is written, and a text where a text is.",
			"CloudFormation refuses the value, or takes a list for one text.",
			"Use the same kind on both sides.",
		},
		{
			"ssm-order", "In the manifest, dependsOn names the stack that writes what a template reads from SSM.",
			"deploy.sh and the pipeline would deploy the reader before the value exists.",
			"Add the stack to dependsOn.",
		},
		{
			"ssm-read", "Deploy role and execution role may read the SSM parameters of the template.",
			"CloudFormation resolves them with these roles, and fails with AccessDenied.",
			"Allow ssm:GetParameters on the parameter.",
		},
		{
			"ssm-written-twice", "One stack only writes each SSM parameter.",
			"The second stack fails, because the parameter exists.",
			"Let one of the stacks write it.",
		},
		{
			"reference", "Every name that a template refers to is declared in it.",
			"CloudFormation refuses the template.",
			"Correct the name, or declare it.",
		},
		{
			"cycle", "No resources of a template need each other in a circle.",
			"CloudFormation refuses the template: it could create none of them first.",
			"Remove one of the references; the finding names the one that breaks the circle.",
		},
		{
			"stack-output", "The outputs that templates read with Fn::GetStackOutput exist, and the roles that deploy may read them.",
			"The change set fails when CloudFormation resolves the output.",
			"Correct the names, deploy the other stack before, or allow cloudformation:DescribeStacks on it.",
		},
		{
			"attribute", "Every attribute that a template reads with Fn::GetAtt is one of the resource's type.",
			"CloudFormation refuses the template, or fails while it creates the stack.",
			"Use one of the attributes that the finding lists.",
		},
		{
			"output-missing", "An earlier stack has each output that the manifest passes to a parameter.",
			"deploy.sh and the pipeline would have no value to pass.",
			"Add the output, or correct the names in the manifest.",
		},
		{
			"application", "Functions, tasks, jobs, schedules and alarms may do what they exist for.",
			"They are deployed, and fail when they run: a log is missing, a secret cannot be read, a message is lost.",
			"Allow what the finding names, in the role or in the policy of the resource.",
		},
		{
			"function-network", "Only Lambda uses a function's permissions on network interfaces; the function's code cannot.",
			"Code could otherwise create and delete network interfaces of the account.",
			"Deny the actions when lambda:SourceFunctionArn is set.",
		},
		{
			"grant-void", "The permissions boundary of a role allows what its policies grant.",
			"A grant outside the boundary has no effect, and whoever reads the policy believes that it has.",
			"Remove the grant, or widen the boundary.",
		},
		{
			"policy", "Every policy document can be read.",
			"IAM refuses a document with unknown elements; what the proof cannot read, it cannot judge.",
			"Correct the element that the finding names.",
		},
		{
			"policy-unknown", "All policies of a role are in the templates.",
			"A managed policy from elsewhere may allow anything.",
			"Write the statements in the template, or use an AWS managed policy that the proof knows.",
		},
		{
			"no-boundary", "Every role that a pipeline creates has a permissions boundary.",
			"A commit could otherwise create a role that may do anything.",
			"Set PermissionsBoundary to the boundary of the access stack.",
		},
		{
			"chain", "No role can change the roles that deploy it, or reach what belongs to another environment.",
			"A push to dev's branch could become a change of prod.",
			"Narrow the statement to the names of its own environment.",
		},
		{
			"chain-lock", "Execution roles deny changes of the access stacks, whatever is allowed to them later.",
			"One more permission would be enough to leave the boundary.",
			"Restore the Deny statements of the access stack.",
		},
		{
			"trust-open", "Only the roles and services that a role is meant for can assume it.",
			"Another principal would act with its permissions.",
			"Narrow the principal, or its condition, in the trust policy.",
		},
		{
			"trust-deputy", "Services assume a role for resources of their own account only.",
			"A resource in another account could use the service to act with the role (the confused deputy).",
			"Add conditions on aws:SourceAccount or aws:SourceArn.",
		},
		{
			"pass-any", "A role may pass only the roles of what it deploys, and only to the services that use them.",
			"Passing a stronger role to a service is a way to act with it.",
			"Narrow iam:PassRole by resource and by iam:PassedToService.",
		},
		{
			"foreign-bucket", "Roles use a bucket by name only in the account where the project expects it.",
			"Bucket names are global: a deleted bucket's name can be taken by another account, which then receives the data.",
			"Add a condition on aws:ResourceAccount.",
		},
		{
			"any-key", "Roles use keys that no policy names only through the service that encrypts with them.",
			"Without kms:ViaService, key/* is every key of the account.",
			"Add the condition on kms:ViaService, or name the key.",
		},
		{
			"bucket-open", "No other account can use a bucket.",
			"Its objects could be read, replaced or deleted from outside.",
			"Narrow the principal of the bucket policy.",
		},
		{
			"queue-open", "No other account can use a topic or queue whose policy does not name it.",
			"Messages could be read, or forged, from outside.",
			"Narrow the principal of the policy.",
		},
		{
			"bucket-shared", "Only the roles of the project that publish or deploy use artifacts and code.",
			"A role that can replace an artifact decides what the next stage deploys.",
			"Restore the Deny statement of the bucket policy, with the roles that it excepts.",
		},
		{
			"service-open", "Services use buckets, functions, topics and queues only for their own account and for the resource that they are meant for.",
			"A resource of another account could send to it through the service (the confused deputy).",
			"Add conditions on aws:SourceAccount and aws:SourceArn.",
		},
		{
			"tls", "Buckets, topics and queues refuse requests without TLS.",
			"Data and credentials could be read on the way.",
			"Restore the Deny statement on aws:SecureTransport.",
		},
		{
			"key-open", "Only the principals and services that a key is meant for can use it.",
			"Another principal could read what the key encrypts.",
			"Narrow the statement by principal and by kms:ViaService.",
		},
		{
			"admin-open", "Only the role that deploys a resource, and the administrators of its account, can change or delete it or its policy.",
			"Changing a policy is a way to everything that it protects.",
			"Remove the actions from the statement, or narrow its principal.",
		},
		{
			"key-grant", "No principal can pass on the use of a key by grants, except AWS services.",
			"A grant is in no policy, so that nobody sees who may use the key.",
			"Add the condition kms:GrantIsForAWSResource, or remove kms:CreateGrant.",
		},
		{
			"key-deputy", "Services use a key only for the resources that it encrypts.",
			"A resource of another account could use the service to decrypt (the confused deputy).",
			"Add a condition on the encryption context, aws:SourceArn or aws:SourceAccount.",
		},
		{
			"log-key", "CloudWatch Logs may use the key of every log group that names one.",
			"CloudFormation cannot create the group: CloudWatch Logs refuses the key.",
			"Allow the service in the key policy, for the ARN of the group.",
		},
		{
			"repository-open", "Only the project's roles can pull shared images.",
			"Images often contain code and settings that are not public.",
			"Narrow the repository policy to the accounts and roles of the project.",
		},
		{
			"repository-closed", "The applications of the project can pull shared images.",
			"Their tasks would not start.",
			"Allow the pull actions for the account in the repository policy.",
		},
		{
			"lockout", "The administrators of the account can manage keys, buckets, repositories, topics and queues.",
			"A policy that excludes them cannot be mended: only AWS Support can, of a key nobody can.",
			"Let the account's own principals administer the resource.",
		},
		{
			"unprotected", "Rendered stacks keep what protects their data: encryption, blocked public access, immutable tags, retention.",
			"The data would be public, readable, replaceable or deleted with its stack.",
			"Restore the property that the finding names.",
		},
		{
			"reference-kind", "A property refers to a resource of the type that it accepts.",
			"CloudFormation would pass the wrong name or ARN, and the service refuses it, or accepts it and does not work.",
			"Refer to a resource of the type that the finding names.",
		},
		{
			"name-conflict", "Names are unique where AWS requires it: in a region, in an account, or everywhere.",
			"The second resource cannot be created; of policies, the later one replaces the earlier.",
			"Choose another name, or put the statements into one policy.",
		},
		{
			"budget", "Templates, policies and pipelines keep the limits of AWS, with some room.",
			"The next environment or resource would not deploy.",
			"Split what the finding names, or move it to another account or pipeline.",
		},
		{
			"quota", "The default quotas of a new account are enough for its stacks in a region.",
			"The first deployment fails half-way, and a higher quota takes days.",
			"Ask AWS for a higher quota before the deployment, or change the setting that the finding names.",
		},
	}
}
