package verify_test

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// everywhere changes every node of every template for which the function says so.
func everywhere(change func(path string, n *tree.Node) bool) change {
	return func(b *breakage) {
		count := 0
		for i := range b.a.Stacks {
			b.a.Stacks[i].Template.Walk(func(path string, n *tree.Node) bool {
				if change(path, n) {
					count++
				}
				return true
			})
		}
		if count == 0 {
			b.Fatal("nothing changes")
		}
	}
}

// statements changes every list of statements.
func statements(change func(list []*tree.Node) []*tree.Node) change {
	return everywhere(func(_ string, n *tree.Node) bool {
		list := n.Get("Statement")
		if list == nil || list.Kind != tree.List {
			return false
		}
		list.Items = change(list.Items)
		return true
	})
}

// operators renames condition operators.
func operators(names map[string]string, fits func(values []*tree.Node) bool) change {
	return statements(func(list []*tree.Node) []*tree.Node {
		for _, st := range list {
			conditions := st.Get("Condition")
			for i, operator := range keysIn(conditions) {
				if with := names[operator]; with != "" && conditions.Get(with) == nil && fits(conditions.Items[i].Items) {
					conditions.Keys[i] = with
				}
			}
		}
		return list
	})
}

// literal says whether values have no wildcards.
func literal(values []*tree.Node) bool {
	plain := true
	for _, v := range values {
		v.Walk(func(_ string, n *tree.Node) bool {
			plain = plain && !strings.ContainsAny(n.Text, "*?")
			return plain
		})
	}
	return plain
}

// rename a text wherever it stands in a stack's template as a word of its own, or as one that others follow.
func rename(stack, old, with string) change { return edit(stack, "Resources", old, with) }

func reversed(n *tree.Node) {
	if n.Kind == tree.Map {
		slices.Reverse(n.Keys)
		slices.Reverse(n.Items)
	}
}

const approval = "{ Name: approve, ActionTypeId: { Category: Approval, Owner: AWS, Provider: Manual, Version: '1' }, RunOrder: 1 }"

// harmless changes mean nothing.
func harmless() map[string]struct {
	golden string
	change []change
} {
	type c = []change
	return map[string]struct {
		golden string
		change []change
	}{
		"references in all their forms": {"shop", c{
			put(extras, "Conditions", "{ Here: !Equals [!Ref VpcId, !Sub '${AWS::StackId}'], There: { Condition: Here } }"),
			put(extras, "Outputs.Texts", "{ Value: { Fn::GetAtt: Orders.Arn }, Condition: There }"),
			put(extras, "Outputs.Lists", "{ Value: !GetAtt [Orders, Arn] }"),
			put(extras, "Outputs.Sub", "{ Value: !Sub '${Orders} ${ Orders.Arn } ${!Nowhere} ${VpcId} $Nowhere ${AWS::NotificationARNs' }"),
			put(extras, "Outputs.Subs", "{ Value: !Sub ['${Own} ${Own.Arn} ${Orders}', { Own: !Ref Orders, Own.Arn: !If [Here, x, !Ref AWS::NoValue] }] }"),
			put(extras, "Metadata", "{ Example: !Ref Nowhere }"), // which CloudFormation leaves as it is
			put(extras, "Resources.Orders.DependsOn", "Refused"),
			put(extras, "Resources.Importer.DependsOn", "[Refused, Orders]"),
		}},
		"attributes of all kinds": {"shop", c{
			put(extras, "Outputs.Property", "{ Value: !GetAtt Importer.GroupName }"), // undocumented, but it works
			put(extras, "Outputs.Name", "{ Value: !GetAtt Orders.QueueName }"),
			put(extras, "Outputs.Chosen", "{ Value: { Fn::GetAtt: [Orders, !Ref VpcId] } }"),
		}},
		"references to what a macro declares": {"shop", c{
			put(extras, "Transform", "AWS::LanguageExtensions"),
			put(extras, "Outputs.Ref", "{ Value: !Ref Nowhere }"),
			manifest(extras, func(s *assembly.Stack) { s.Capabilities = []string{"CAPABILITY_AUTO_EXPAND"} }),
			put("shop-release-pipeline", stages+"[prod-deploy].Actions[extras-prepare].Configuration.Capabilities", "CAPABILITY_AUTO_EXPAND"),
		}},
		"keys in another order": {"shop", c{everywhere(func(_ string, n *tree.Node) bool {
			reversed(n)
			return n.Kind == tree.Map && len(n.Keys) > 1
		})}},
		"resources in another order": {"shop", c{everywhere(func(path string, n *tree.Node) bool {
			if path == "Resources" {
				reversed(n)
			}
			return path == "Resources"
		})}},
		"parameters of a configuration in another order": {"shop", c{manifest(functions, func(s *assembly.Stack) { slices.Reverse(s.Parameters) })}},
		"statements in another order": {"shop", c{statements(func(list []*tree.Node) []*tree.Node {
			slices.Reverse(list)
			return list
		})}},
		"a statement for each action": {"shop", c{statements(func(list []*tree.Node) []*tree.Node {
			var split []*tree.Node
			for _, st := range list {
				if st.Get("Action") == nil || st.Get("Action").Kind != tree.List {
					split = append(split, st)
					continue
				}
				for i, action := range st.Get("Action").Items {
					one := cloned(st).Set("Action", action)
					if st.Get("Sid") != nil {
						one.Set("Sid", tree.Text(st.Get("Sid").Text+strconv.Itoa(i)))
					}
					split = append(split, one)
				}
			}
			return split
		})}},
		"statements without Sids": {"shop", c{statements(func(list []*tree.Node) []*tree.Node {
			for _, st := range list {
				if i := slices.Index(st.Keys, "Sid"); i >= 0 {
					st.Keys, st.Items = slices.Delete(st.Keys, i, i+1), slices.Delete(st.Items, i, i+1)
				}
			}
			return list
		})}},
		"other Sids": {"shop", c{statements(func(list []*tree.Node) []*tree.Node {
			for i, st := range list {
				st.Set("Sid", tree.Text("Statement"+strconv.Itoa(i)))
			}
			return list
		})}},
		"two statements merged": {"shop", c{
			drop(devAccess, "Resources.TestRole.Properties.Policies[test].PolicyDocument.Statement[SeeJobs]"),
			drop(devAccess, "Resources.TestRole.Properties.Policies[test].PolicyDocument.Statement[Services]"),
			add(devAccess, "Resources.TestRole.Properties.Policies[test].PolicyDocument.Statement",
				"{ Effect: Allow, Action: [batch:DescribeJobs, batch:ListJobs, ecs:DescribeServices, ecs:DescribeTasks], Resource: '*' }"),
		}},
		"lists of one instead of text": {"shop", c{statements(func(list []*tree.Node) []*tree.Node {
			for _, st := range list {
				for _, key := range []string{"Action", "NotAction", "Resource", "NotResource"} {
					if v := st.Get(key); v != nil && v.Kind != tree.List {
						st.Set(key, tree.NewList(v))
					}
				}
				conditions := st.Get("Condition")
				for i := range keysIn(conditions) {
					for k, v := range conditions.Items[i].Items {
						if v.Kind != tree.List {
							conditions.Items[i].Items[k] = tree.NewList(v)
						}
					}
				}
			}
			return list
		})}},
		"one statement instead of a list of it": {"shop", c{everywhere(func(_ string, n *tree.Node) bool {
			list := n.Get("Statement")
			if list == nil || list.Kind != tree.List || len(list.Items) != 1 {
				return false
			}
			n.Set("Statement", list.Items[0])
			return true
		})}},
		"actions in another case": {"shop", c{statements(func(list []*tree.Node) []*tree.Node {
			for _, st := range list {
				for _, action := range append([]*tree.Node{st.Get("Action")}, items(st.Get("Action"))...) {
					if action != nil && action.Text != "" {
						service, name, _ := strings.Cut(action.Text, ":")
						action.Text = service + ":" + strings.ToUpper(name)
					}
				}
			}
			return list
		})}},
		"condition keys in another case": {"shop", c{statements(func(list []*tree.Node) []*tree.Node {
			for _, st := range list {
				conditions := st.Get("Condition")
				for i := range keysIn(conditions) {
					for k, key := range conditions.Items[i].Keys {
						conditions.Items[i].Keys[k] = strings.ToLower(key)
					}
				}
			}
			return list
		})}},
		"StringLike for what has no wildcard": {"shop", c{operators(map[string]string{"StringEquals": "StringLike"}, literal)}},
		"ArnLike for ArnEquals, and the other way round": {"shop", c{operators(map[string]string{
			"ArnEquals": "ArnLike", "ArnLike": "ArnEquals", "ArnNotLike": "ArnNotEquals",
		}, func([]*tree.Node) bool { return true })}},
		"a wildcard that covers more of what only reads": {"shop", c{
			put(devAccess, deploying+"[ReadArtifacts].Action", "['s3:GetObject*']"),
			put(devAccess, deploying+"[RunChangeSets].Action[cloudformation:DescribeStacks]", "cloudformation:Describe*"),
		}},
		"a statement beside the others": {"shop", c{
			add(functions, "Resources.HelloFunctionRole.Properties.Policies[function].PolicyDocument.Statement",
				"{ Sid: Metrics, Effect: Allow, Action: cloudwatch:PutMetricData, Resource: '*' }"),
		}},
		"a statement that denies what nobody needs": {"shop", c{
			add(devAccess, deploying, "{ Sid: NeverCancel, Effect: Deny, Action: cloudformation:CancelUpdateStack, Resource: '*' }"),
		}},
		"a condition that always holds": {
			"shop",
			c{put(devAccess, deploying+"[ReadOutputs].Condition", "{ Bool: { 'aws:SecureTransport': 'true' } }")},
		},
		"accounts by their number": {"shop", c{
			put(artifacts, inBucket+"[ReadArtifacts].Principal.AWS", "['111111111111', '222222222222', '333333333333']"),
			put(devAccess, deployer+".Principal.AWS", "'111111111111'"),
		}},
		"ARNs as they are instead of Fn::Sub": {"shop", c{everywhere(func(_ string, n *tree.Node) bool {
			name, arg, _ := n.Intrinsic()
			if name != "Fn::Sub" || arg.Kind != tree.String || !strings.HasPrefix(arg.Text, "arn:${AWS::Partition}:iam::") || strings.Count(arg.Text,
				"${") > 1 {
				return false
			}
			*n = *tree.Text(strings.ReplaceAll(arg.Text, "${AWS::Partition}", "aws"))
			return true
		})}},
		"Fn::Join instead of Fn::Sub": {"shop", c{everywhere(func(_ string, n *tree.Node) bool {
			name, arg, _ := n.Intrinsic()
			if name != "Fn::Sub" || arg.Kind != tree.String || !strings.HasPrefix(arg.Text, "arn:${AWS::Partition}:") {
				return false
			}
			parts := tree.NewList(tree.Text("arn"), tree.NewMap().Set("Ref", tree.Text("AWS::Partition")),
				tree.NewMap().Set("Fn::Sub", tree.Text(strings.TrimPrefix(arg.Text, "arn:${AWS::Partition}:"))))
			*n = *tree.NewMap().Set("Fn::Join", tree.NewList(tree.Text(":"), parts))
			return true
		})}},
		"GetAtt within Fn::Sub": {"shop", c{everywhere(func(_ string, n *tree.Node) bool {
			name, arg, _ := n.Intrinsic()
			if name != "Fn::GetAtt" || arg.Kind != tree.List {
				return false
			}
			*n = *tree.NewMap().Set("Fn::Sub", tree.Text("${"+arg.Items[0].Text+"."+arg.Items[1].Text+"}"))
			return true
		})}},
		"a name by Ref instead of as it is": {"shop", c{
			put(artifacts, inBucket+"[OwnRolesOnly].Resource", "[!GetAtt Bucket.Arn, !Sub '${Bucket.Arn}/*']"),
		}},
		"a value under a condition of the template, the same on both sides": {"shop", c{
			put(functions, "Conditions", "{ Never: !Equals [a, b] }"),
			put(functions, "Resources.HelloFunctionLogs.Properties.LogGroupName",
				"!If [Never, /aws/lambda/shop-dev-hello, /aws/lambda/shop-dev-hello]"),
		}},
		"descriptions": {"shop", c{everywhere(func(path string, n *tree.Node) bool {
			if strings.HasSuffix(path, "Description") && n.Kind == tree.String {
				n.Text += " (and more)"
				return true
			}
			return false
		})}},
		"metadata": {"shop", c{put(functions, "Metadata", "{ Owner: team }"), put(functions, "Resources.HelloFunction.Metadata", "{ Owner: team }")}},
		"tags": {"shop", c{
			put(functions, "Resources.HelloFunction.Properties.Tags", "[{ Key: cost, Value: '4711' }]"),
			manifest(functions, func(s *assembly.Stack) { s.Tags = map[string]string{"cost": "4711"} }),
		}},
		"a parameter's description and limits": {"shop", c{
			put(functions, "Parameters.HelloCodeKey", "{ Type: String, Description: Where it is, MinLength: 1, NoEcho: false }"),
		}},
		"a parameter that has a default":                {"shop", c{put(functions, "Parameters.Size", "{ Type: Number, Default: 5 }")}},
		"a default that the configuration gives anyway": {"shop", c{drop(functions, "Parameters.StorageKeyArn.Default")}},
		"another output":                                {"shop", c{put(functions, "Outputs.FunctionName", "{ Value: !Ref HelloFunction }")}},
		"another log group": {"shop", c{
			put(functions, "Resources.ExtraLogs",
				"{ Type: AWS::Logs::LogGroup, Properties: { LogGroupName: /aws/lambda/shop-dev-extra, KmsKeyId: !Ref BootstrapKeyArn } }"),
		}},
		"a log group that CloudFormation names": {"shop", c{
			put(functions, "Resources.ExtraLogs", "{ Type: AWS::Logs::LogGroup, Properties: { KmsKeyId: !Ref BootstrapKeyArn } }"),
		}},
		"another alarm": {"shop", c{
			put("shop-qa-monitoring", "Resources.ExtraAlarm",
				"{ Type: AWS::CloudWatch::Alarm, Properties: { AlarmName: shop-qa-extra, AlarmActions: [!Ref Topic] } }"),
		}},
		"another lifecycle of a bucket": {
			"shop",
			c{put("shop-dev-storage", "Resources.DataBucket.Properties.LifecycleConfiguration.Rules[expire].ExpirationInDays", "7")},
		},
		"more memory, another timeout": {"shop", c{
			put(functions, "Resources.HelloFunction.Properties.MemorySize", "2048"),
			put(builds, project+".TimeoutInMinutes", "90"),
		}},
		"another stage that only approves": {"shop", c{add(delivery, stages, "{ Name: last, Actions: ["+approval+"] }")}},
		"another action that only approves": {
			"shop",
			c{add(delivery, stages+"[qa-bootstrap].Actions", strings.Replace(approval, "approve", "look", 1))},
		},
		"run orders with room between them": {"shop", c{everywhere(func(path string, n *tree.Node) bool {
			if !strings.HasSuffix(path, ".RunOrder") {
				return false
			}
			order, err := strconv.Atoi(n.Text)
			n.Text = strconv.Itoa(order * 10)
			return err == nil
		})}},
		"actions of a stage in another order": {"shop", c{everywhere(func(path string, n *tree.Node) bool {
			if !strings.HasSuffix(path, "].Actions") {
				return false
			}
			slices.Reverse(n.Items)
			return true
		})}},
		"a run order that is the default": {"shop", c{drop(delivery, stages+"[dev-bootstrap].Actions[bootstrap-prepare].RunOrder")}},
		"other names of stages and actions": {"shop", c{everywhere(func(path string, n *tree.Node) bool {
			isName := strings.HasPrefix(path, stages) && strings.HasSuffix(path, "].Name") && !strings.Contains(path, "Artifacts")
			if isHeard := strings.HasPrefix(path, clearRule+".EventPattern.detail.stage["); !isName && !isHeard {
				return false
			}
			n.Text = "a-rather-long-" + n.Text
			return true
		})}},
		"a rule that hears of all failed stages": {"shop", c{drop(delivery, clearRule+".EventPattern.detail.stage")}},
		"a clear role for each stack by its name": {"shop", c{
			put(devAccess, clearRole+".Policies[clear].PolicyDocument.Statement[ClearStacks].Resource", "["+strings.Join([]string{
				"'arn:aws:cloudformation:eu-west-1:222222222222:stack/shop-dev-b*/*'", "'arn:aws:cloudformation:eu-west-1:222222222222:stack/shop-dev-network/*'",
				"'arn:aws:cloudformation:eu-west-1:222222222222:stack/shop-dev-s*/*'", "'arn:aws:cloudformation:eu-west-1:222222222222:stack/shop-dev-functions/*'",
			}, ", ")+"]"),
		}},
		"another name of an artifact": {"shop", c{
			edit(delivery, stages, "Templates", "RenderedTemplates"),
			edit(builds, "Resources", "CODEBUILD_SRC_DIR_Templates", "CODEBUILD_SRC_DIR_RenderedTemplates"),
		}},
		"another name of a change set": {"shop", c{everywhere(func(path string, n *tree.Node) bool {
			if strings.HasSuffix(path, ".ChangeSetName") {
				n.Text += "-of-the-pipeline"
			}
			if before, after, ok := strings.Cut(n.Text, ":changeSet/"); ok { // whose events the deploy role reads
				n.Text = before + ":changeSet/" + strings.TrimSuffix(after, "/*") + "-of-the-pipeline/*"
			}
			return strings.HasSuffix(path, ".ChangeSetName")
		})}},
		"another name of a namespace": {"custom", c{
			put(custom, stages+"[Source].Actions[Source].Namespace", "Commit"),
			edit(custom, stages, "#{Source.", "#{Commit."),
		}},
		"a namespace that nobody uses": {"shop", c{put(delivery, stages+"[Build].Actions[build].Namespace", "Build")}},
		"white space in JSON": {"regions", c{
			edit(atlas, stages+"[UpdatePipeline].Actions[pipeline].Configuration.ParameterOverrides", ":", " : "),
			edit(atlas, stages+"[Build].Actions[build].Configuration.EnvironmentVariables", ",", " , "),
		}},
		"one more variable of a build": {"shop", c{
			edit(delivery, stages+"[Build].Actions[build].Configuration.EnvironmentVariables", "[",
				`[{"name":"COMMIT","value":"#{Source.CommitId}"},`),
		}},
		"one more capability": {"shop", c{
			put(delivery, stages+"[dev-deploy].Actions[storage-prepare].Configuration.Capabilities", "CAPABILITY_NAMED_IAM,CAPABILITY_AUTO_EXPAND"),
			manifest("shop-dev-storage", func(s *assembly.Stack) { s.Capabilities = []string{"CAPABILITY_NAMED_IAM"} }),
		}},
		"runs that wait for each other": {"shop", c{put(delivery, pipe+".ExecutionMode", "QUEUED")}},
		"one store as a list of stores": {"shop", c{
			put(delivery, pipe+".ArtifactStores", "[{ Region: eu-west-1, ArtifactStore: { EncryptionKey: { Id: !Ref ArtifactsKeyArn, Type: KMS }, "+
				"Location: shop-delivery-artifacts-111111111111-eu-west-1-an, Type: S3 } }]"),
			drop(delivery, pipe+".ArtifactStore"),
		}},
		"the region of an action, written out": {"shop", c{put(delivery, stages+"[Build].Actions[build].Region", "eu-west-1")}},
		"a longer name of an application's role": {
			"shop",
			c{rename(functions, "shop-dev-hello-function", "shop-dev-hello-function-which-has-a-longer-name")},
		},
		"a stack that depends on more": {
			"shop",
			c{manifest("shop-dev-batch", func(s *assembly.Stack) { s.DependsOn = append(s.DependsOn, "shop-qa-access") })},
		},
		"a list of resource types in another order": {"shop", c{
			edit(devAccess, "Resources.ResourceTypesParameter", "AWS::S3::Bucket,AWS::S3::BucketPolicy", "AWS::S3::BucketPolicy,AWS::S3::Bucket"),
		}},
		"an execution role that may still delete what its templates have lost": {"shop", c{
			edit(devAccess, "Resources.ResourceTypesParameter", "AWS::S3::Bucket,", "AWS::S3::Bucket,AWS::SNS::Topic,"),
			add(devAccess, "Resources.ExecutionPolicy1.Properties.PolicyDocument.Statement", "{ Sid: Topics, Effect: Allow, Action: "+
				"[sns:CreateTopic, sns:DeleteTopic], Resource: 'arn:aws:sns:eu-west-1:222222222222:shop-dev-*' }"),
		}},
		"a resource that another one of the statement covers": {"shop", c{
			widen(devAccess, "Functions", "Resource", "arn:aws:lambda:eu-west-1:222222222222:function:shop-dev-h*"),
		}},
		"everybody, narrowed to one role": {"shop", c{
			put(devAccess, deployer+".Principal", "{ AWS: '*' }"),
			put(artifacts, inBucket+"[ReadArtifacts].Principal", "'*'"),
			put(artifacts, inKey+"[DecryptArtifacts].Principal", "{ AWS: '*' }"),
		}},
		"a bucket that takes only what is encrypted with its key": {"regions", c{
			add("atlas-release-artifacts", inBucket, "{ Sid: Encrypted, Effect: Deny, Principal: '*', Action: s3:PutObject, "+
				"Resource: !Sub '${Bucket.Arn}/*', Condition: { StringNotEquals: { s3:x-amz-server-side-encryption: aws:kms } } }"),
		}},
		"a build that sets its variables itself": {"shop", c{
			edit(builds, project+".Source.BuildSpec", "commands:", "commands:\n        - REGION=eu-west-1; echo $REGION ${REGISTRY_URL}"),
		}},
		"a permission for all routes of the API": {"shop", c{
			put(functions, "Resources.ApiGetHelloPermission.Properties.SourceArn", "!Sub 'arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*'"),
		}},
		"a route for all that no other is for": {"shop", c{
			put(functions, "Resources.ApiGetHelloRoute.Properties.RouteKey", "$default"),
			put(functions, "Resources.ApiGetHelloPermission.Properties.SourceArn",
				"!Sub 'arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/$default'"),
		}},
		"a route for all methods": {"shop", c{
			put(functions, "Resources.ApiGetHelloRoute.Properties.RouteKey", "ANY /hello"),
			put(functions, "Resources.ApiGetHelloPermission.Properties.SourceArn",
				"!Sub 'arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/*/hello'"),
		}},
		"a bucket that another account may list": {"custom", c{
			add("custom-dev-storage", "Resources.UploadsBucketPolicy.Properties.PolicyDocument.Statement",
				"{ Effect: Allow, Principal: { AWS: '555555555555' }, Action: s3:ListBucket, Resource: !GetAtt UploadsBucket.Arn }"),
		}},
		"a role that can be passed to one of the services that it is for": {"shop", c{resources(passing("GetAtt Role.Arn", "lambda.amazonaws.com"))}},
		"a role that the execution role may pass by a statement of its own": {"shop", c{
			resources(passing("GetAtt Role.Arn")),
			add("shop-prod-access", "Resources.ExecutionPolicy1.Properties.PolicyDocument.Statement", "{ Sid: PassRolesOfExtras, Effect: Allow, "+
				"Action: iam:PassRole, Resource: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:role/shop/app/shop-prod-*', "+
				"Condition: { StringEquals: { iam:PassedToService: events.amazonaws.com } } }"),
		}},
		"a role that nothing takes": {"shop", c{resources(passing("Sub Role.Arn"))}},
		"a role for a service that only CloudFormation knows": {"shop", c{resources(strings.Replace(passing("GetAtt Role.Arn"),
			"events.amazonaws.com", "!ImportValue Who", 1))}},
		"a role that is for no service": {"shop", c{resources(strings.Replace(passing("GetAtt Role.Arn"),
			"{ Service: [events.amazonaws.com] }", "{ AWS: !Ref AWS::AccountId }", 1))}},
		"an access stack that covers more": {
			"shop",
			c{edit(devAccess, "Resources.ResourceTypesParameter", "AWS::S3::Bucket,", "AWS::S3::Bucket,AWS::SNS::Topic,")},
		},
	}
}

func keysIn(n *tree.Node) []string {
	if n == nil {
		return nil
	}
	return n.Keys
}

func items(n *tree.Node) []*tree.Node {
	if n == nil {
		return nil
	}
	return n.Items
}

// all that an assembly says, to see that a change changes something.
func all(a *assembly.Assembly) []byte {
	var text []byte
	for _, s := range a.Stacks {
		text = s.Template.AppendJSON(text)
		for _, p := range s.Parameters {
			text = append(text, p.Name+p.Value...)
		}
		text = append(text, strings.Join(append(s.Capabilities, s.DependsOn...), " ")...)
	}
	return text
}

func TestHarmless(t *testing.T) {
	t.Parallel()
	for name, h := range harmless() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := broken(t, h.golden, h.change...)
			if bytes.Equal(all(a), all(broken(t, h.golden))) {
				t.Fatal("nothing changes")
			}
			for _, f := range verify.Verify(a).Findings {
				t.Errorf("%s:%d %s: %s: %s\n%s", f.File, f.Line, f.Path, f.Rule, f.Message, f.Hint)
			}
		})
	}
}
