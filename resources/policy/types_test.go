package policy_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// knownTypes are the types of cfnpipe's own stacks, and all of the services that those are of and a few more. Others are in rows_test.go, and in the
// tests of the catalog.
var knownTypes = func() []string {
	services := []string{
		"ApiGateway", "ApiGatewayV2", "AppSync", "AutoScaling", "CertificateManager", "CloudFront", "CodeArtifact", "CodeDeploy", "Cognito", "EC2", "ECS",
		"ElasticLoadBalancing", "ElasticLoadBalancingV2", "Events", "Lambda", "Pipes", "Route53", "SES", "SNS", "Scheduler", "ServiceDiscovery",
		"StepFunctions", "WAFv2",
	}
	types := slices.Clone(builtIn)
	for _, row := range catalog.Rows() {
		if parts := strings.Split(row.Type, "::"); slices.Contains(services, parts[1]) && !slices.Contains(builtIn, row.Type) {
			types = append(types, row.Type)
		}
	}
	return types
}()

// builtIn are the types of the stacks that cfnpipe makes itself.
var builtIn = []string{
	"AWS::EC2::EIP", "AWS::EC2::FlowLog", "AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::Route", "AWS::EC2::RouteTable",
	"AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupEgress", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::Subnet",
	"AWS::EC2::SubnetRouteTableAssociation", "AWS::EC2::VPC", "AWS::EC2::VPCEndpoint", "AWS::EC2::VPCGatewayAttachment", "Custom::ClosedGroup",
	"AWS::Batch::ComputeEnvironment", "AWS::Batch::JobDefinition", "AWS::Batch::JobQueue", "AWS::EC2::LaunchTemplate", "AWS::IAM::InstanceProfile",
	"AWS::Scheduler::Schedule",
	"AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Authorizer", "AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route",
	"AWS::ApiGatewayV2::Stage",
	"AWS::CloudWatch::Alarm", "AWS::CloudWatch::Dashboard", "AWS::Events::Rule", "AWS::SNS::Subscription", "AWS::SNS::Topic", "AWS::SNS::TopicPolicy",
	"AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ApplicationAutoScaling::ScalingPolicy", "AWS::ECS::Cluster", "AWS::ECS::Service",
	"AWS::ECS::TaskDefinition", "AWS::ElasticLoadBalancingV2::Listener", "AWS::ElasticLoadBalancingV2::LoadBalancer",
	"AWS::ElasticLoadBalancingV2::TargetGroup",
	"AWS::CodeBuild::Project", "AWS::CodeBuild::ReportGroup", "AWS::CodePipeline::Pipeline", "AWS::ECR::Repository",
	"AWS::IAM::ManagedPolicy", "AWS::IAM::Role", "AWS::KMS::Alias", "AWS::KMS::Key", "AWS::Lambda::Alias", "AWS::Lambda::Function",
	"AWS::Lambda::Permission", "AWS::Lambda::Version", "AWS::Logs::LogGroup", "AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::SQS::Queue", "AWS::SQS::QueuePolicy",
	"AWS::SSM::Parameter",
}

func scope() policy.Scope {
	return policy.Scope{
		Project: "shop", Names: []string{"dev"}, Regions: []string{"eu-west-1", "eu-central-1"},
		ApplicationPath: "/shop/app/",
		Boundary:        cfn.Lit("arn:aws:iam::222222222222:policy/shop/access/shop-dev-boundary"),
		Connection:      cfn.Lit("arn:aws:codeconnections:eu-west-1:222222222222:connection/1"),
	}
}

// statements of the role that deploys the types.
func statements(tb testing.TB, s policy.Scope, types ...string) []*tree.Node {
	tb.Helper()
	list, err := policy.Deployment(types, s)
	if err != nil {
		tb.Fatal(err)
	}
	n, problems := render(tb, policy.Identity(list))
	if problems != "" {
		tb.Fatalf("problems:\n%s", problems)
	}
	return n.Get("Statement").Items
}

func values(n *tree.Node) []string {
	var list []string
	n.Walk(func(_ string, n *tree.Node) bool {
		if n.Kind == tree.String {
			list = append(list, n.Text)
		}
		return true
	})
	return list
}

func TestDeploymentNamesEveryUnknownType(t *testing.T) {
	t.Parallel()
	_, err := policy.Deployment([]string{"AWS::S3::Bucket", "AWS::MSK::Cluster", "Acme::Shop::Thing"}, scope())
	if err == nil {
		t.Fatal("got no error")
	}
	for _, want := range []string{`"AWS::MSK::Cluster"`, `"Acme::Shop::Thing"`, "Grants in Go"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("got %q, which does not say %s", err, want)
		}
	}
	if strings.Contains(err.Error(), "S3") {
		t.Errorf("got %q, which names a type that is known", err)
	}
}

func TestDeploymentOfNothingIsNothing(t *testing.T) {
	t.Parallel()
	if list, err := policy.Deployment(nil, scope()); err != nil || len(list) > 0 {
		t.Errorf("got %d statements, error %v", len(list), err)
	}
}

func TestRowsNameActionsOneByOne(t *testing.T) {
	t.Parallel()
	action := regexp.MustCompile(`^[a-z0-9-]+:[A-Z][A-Za-z0-9]+$`)
	for _, typ := range knownTypes {
		t.Run(typ, func(t *testing.T) {
			t.Parallel()
			for _, s := range statements(t, scope(), typ) {
				if s.Get("Effect").Text != "Allow" || s.Get("NotAction") != nil || s.Get("NotResource") != nil {
					t.Errorf("a row only allows, by name:\n%s", s.YAML())
				}
				for _, a := range values(s.Get("Action")) {
					if !action.MatchString(a) {
						t.Errorf("%q is not of the form service:Action", a)
					}
				}
			}
		})
	}
}

// everywhere are the statements on all resources, and why there is no other way.
var everywhere = map[string]string{
	"CreateKeys":         "kms:CreateKey knows no resource, since there is no key yet; only in the scope's regions",
	"ListAliases":        "kms:ListAliases knows no resource; it only lists",
	"Networks":           "ec2:Describe… know no resource; they only list, in the scope's regions",
	"ListLogPolicies":    "logs:DescribeResourcePolicies knows no resource; it only lists",
	"ListLoadBalancers":  "elasticloadbalancing:Describe… know no resource; they only list, in the scope's regions",
	"ListScaling":        "application-autoscaling:Describe… know no resource; they only list, in the scope's regions",
	"AnyTaskDefinitions": "ecs:DescribeTaskDefinition and ecs:DeregisterTaskDefinition know no resource; only in the scope's regions",
	"ListBatch":          "batch:Describe… know no resource; they only list, in the scope's regions",
	"LogDeliveries":      "logs:…LogDelivery and logs:PutResourcePolicy know no resource; only in the scope's regions",

	"CreateAtTheEdge":      "cloudfront:Create… know no resource",
	"EdgeKeys":             "cloudfront:…KeyGroup and …PublicKey know no resource",
	"CreateDomains":        "route53:Create… know no resource",
	"ListZones":            "route53:ListHostedZonesByName knows no resource; it only lists",
	"RequestCertificates":  "acm:RequestCertificate knows no resource; only in the scope's regions",
	"CreateUserPools":      "cognito-idp:CreateUserPool knows no resource; only in the scope's regions",
	"SeeUserPoolDomains":   "cognito-idp:DescribeUserPoolDomain knows no resource; only in the scope's regions",
	"CreateIdentityPools":  "cognito-identity:CreateIdentityPool knows no resource; only in the scope's regions",
	"IdentityPoolRoles":    "cognito-identity:SetIdentityPoolRoles knows no resource; only in the scope's regions, and only with roles of the scope",
	"CreateEventSources":   "lambda:CreateEventSourceMapping knows no resource; only for functions of the scope",
	"EventBusPolicies":     "events:PutPermission and RemovePermission know no resource; only in the scope's regions",
	"GraphQLParts":         "actions on the parts of APIs of AppSync know no resource; only in the scope's regions",
	"SetWebACLs":           "…:SetWebACL know no resource; only in the scope's regions",
	"ListDeliveryStreams":  "firehose:ListDeliveryStreams knows no resource; it only lists, in the scope's regions",
	"ListAssociations":     "ssm:ListAssociations knows no resource; it only lists, in the scope's regions",
	"ListScalingGroups":    "autoscaling:Describe… know no resource; they only list, in the scope's regions",
	"ListDiscovery":        "servicediscovery:List… know no resource; they only list, in the scope's regions",
	"CreateNamespaces":     "servicediscovery:Create…Namespace know no resource; only in the scope's regions",
	"TagDiscovery":         "servicediscovery:TagResource and UntagResource know no resource; only in the scope's regions",
	"CreateArtifacts":      "codeartifact:Create… know no resource; only in the scope's regions",
	"StopDeployments":      "codedeploy:StopDeployment knows no resource; only in the scope's regions",
	"SeeConfigurationSets": "ses:DescribeConfigurationSet knows no resource; it only reads, in the scope's regions",
}

// anyOf are resources of which IAM knows neither a name of the scope nor tags, and why that is enough. % is one of the scope's regions.
var anyOf = map[string]string{
	":acm:%:${AWS::AccountId}:certificate/":                    "by tags",
	":cloudfront::${AWS::AccountId}:cache-policy/*":            "they have ids of CloudFront's choice, and no tags",
	":cloudfront::${AWS::AccountId}:origin-access-control/*":   "as above",
	":cloudfront::${AWS::AccountId}:origin-request-policy/*":   "as above",
	":cloudfront::${AWS::AccountId}:response-headers-policy/*": "as above",
	":route53:::hostedzone/*":                                  "zones have ids of Route 53's choice, and no tags that IAM knows",
	":route53:::healthcheck/*":                                 "as above",
	":route53:::change/*":                                      "whether a change has arrived",
	":lambda:%:${AWS::AccountId}:event-source-mapping:*":       "the function decides whose it is, or the tags",
	":events:%:${AWS::AccountId}:event-bus/default":            "of which rules receive the same events",
	":wafv2:%:${AWS::AccountId}:global/managedruleset/*":       "managed rules are AWS's or a vendor's",
	":wafv2:%:${AWS::AccountId}:regional/managedruleset/*":     "as above",
	":codedeploy:%:${AWS::AccountId}:deploymentconfig:*":       "AWS's own are read too",
	":ecs:%:${AWS::AccountId}:capacity-provider/*":             "AWS's own are read too",
	":ec2:%:*:transit-gateway/*":                               "mostly another account's, which shares it",
	":ec2:%:${AWS::AccountId}:instance/*":                      "whether it has associations of SSM is read",
	":ssm:%:${AWS::AccountId}:association/*":                   "as above",
	":ssm:%:${AWS::AccountId}:parameter/ec2/keypair/*":         "a private key is named for the id of its pair",
	":apigateway:%::/account":                                  "there is one in a region",
	":apigateway:%::/apikeys":                                  "a key that is created has no name or tag that IAM knows",
	":apigateway:%::/domainnames":                              "as above",
	":apigateway:%::/restapis":                                 "by its name: see TestAPIsAreMadeByTheirNamesAndChangedByTheirTags",
	":apigateway:%::/usageplans":                               "as above",
	":apigateway:%::/vpclinks":                                 "as above",
}

// named is an ARN of one account whose resource begins with the scope's name, whatever comes before it to say its kind.
var named = regexp.MustCompile(`^arn:\$\{AWS::Partition\}:[a-z0-9-]+:(eu-west-1|eu-central-1|):\$\{AWS::AccountId\}:[A-Za-z!*:/-]*[:/]shop-dev(-|/shop-dev-)`)

// linkedRoles are the roles of services that may be created.
var linkedRoles = regexp.MustCompile(`^arn:\$\{AWS::Partition\}:iam::\$\{AWS::AccountId\}:role/aws-service-role/[a-z0-9.-]+\.amazonaws\.com/\*$`)

// isOurs says whether a resource of a statement is narrowed to the scope: by its name, by tags, or by one of the reasons of anyOf.
func isOurs(s *tree.Node, resource string) bool {
	tagged := slices.ContainsFunc([]string{"StringEquals", "StringEqualsIfExists"}, func(operator string) bool {
		project, environment := s.At("Condition", operator, "aws:ResourceTag/project"), s.At("Condition", operator, "aws:ResourceTag/environment")
		return project != nil && project.Text == "shop" && environment != nil && environment.Text == "dev"
	})
	if resource == "*" {
		return false
	}
	if tagged || named.MatchString(resource) || linkedRoles.MatchString(resource) {
		return true
	}
	_, isAny := anyOf[strings.NewReplacer("arn:${AWS::Partition}", "", "eu-west-1", "%", "eu-central-1", "%").Replace(resource)]
	return isAny
}

// isInNoRegion says whether an action is of a service that is in no region, so that no condition on regions holds.
func isInNoRegion(action string) bool {
	return strings.HasPrefix(action, "cloudfront:") || strings.HasPrefix(action, "route53:")
}

func TestRowsStayInTheirScope(t *testing.T) {
	t.Parallel()
	own := []string{
		":s3:::shop-dev-",
		":ssm:%:${AWS::AccountId}:parameter/shop/dev/",
		":kms:%:${AWS::AccountId}:alias/shop-dev-",
		":kms:%:${AWS::AccountId}:key/*", // keys have no names: their own policies decide
		":logs:%:${AWS::AccountId}:log-group:/aws/*/shop-dev-",
		":logs:%:${AWS::AccountId}:log-group:*", // DescribeLogGroups lists all groups or none
		":iam::${AWS::AccountId}:role/shop/app/shop-dev-",
		":iam::${AWS::AccountId}:policy/shop/app/shop-dev-",
		":codebuild:%:${AWS::AccountId}:project/shop-dev-",
		":codebuild:%:${AWS::AccountId}:report-group/shop-dev-",
		":ecr:%:${AWS::AccountId}:repository/shop-dev-",
		":lambda:%:${AWS::AccountId}:function:shop-dev-",
		":lambda:%:*:layer:*",                           // of any account: the layer's own policy decides
		":logs:%:${AWS::AccountId}:log-group:shop-dev-", // those that CloudFormation names begin with their stack
		":sqs:%:${AWS::AccountId}:shop-dev-",
		":apigateway:%::/apis",       // APIs have random ids: see TestAPIsAreMadeByTheirNamesAndChangedByTheirTags
		":apigateway:%::/tags/*apis", // as above
		":codepipeline:%:${AWS::AccountId}:shop-dev",
		":ecs:%:${AWS::AccountId}:cluster/shop-dev",
		":ecs:%:${AWS::AccountId}:service/shop-dev/shop-dev-",
		":ecs:%:${AWS::AccountId}:service-deployment/shop-dev/shop-dev-",
		":ecs:%:${AWS::AccountId}:task-definition/shop-dev-",
		":elasticloadbalancing:%:${AWS::AccountId}:listener/app/shop-dev-",
		":elasticloadbalancing:%:${AWS::AccountId}:loadbalancer/app/shop-dev-",
		":elasticloadbalancing:%:${AWS::AccountId}:targetgroup/shop-dev-",
		":application-autoscaling:%:${AWS::AccountId}:scalable-target/*", // they have random ids: see TestOnlyServicesAreScaled
		":cloudwatch:%:${AWS::AccountId}:alarm:TargetTracking-service/shop-dev/shop-dev-",
		":iam::${AWS::AccountId}:role/aws-service-role/ecs.amazonaws.com/",
		":iam::${AWS::AccountId}:role/aws-service-role/ops.apigateway.amazonaws.com/",
		":iam::${AWS::AccountId}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/",
		":iam::${AWS::AccountId}:role/aws-service-role/elasticloadbalancing.amazonaws.com/",
		":iam::${AWS::AccountId}:role/aws-service-role/ec2-nat-gateway.amazonaws.com/",
		":batch:%:${AWS::AccountId}:compute-environment/shop-dev-",
		":batch:%:${AWS::AccountId}:job-definition/shop-dev-",
		":batch:%:${AWS::AccountId}:job-queue/shop-dev-",
		":iam::${AWS::AccountId}:role/aws-service-role/batch.amazonaws.com/*",
		":scheduler:%:${AWS::AccountId}:schedule/default/shop-dev-",
		":iam::${AWS::AccountId}:instance-profile/shop/app/shop-dev-",
		":ec2:%:${AWS::AccountId}:launch-template/*", // they have random ids: see TestLaunchTemplatesAreChangedByTheirTags
		":sns:%:${AWS::AccountId}:shop-dev-",
		":cloudwatch:%:${AWS::AccountId}:alarm:shop-dev-",
		":cloudwatch:%:${AWS::AccountId}:alarm:*", // DescribeAlarms lists all alarms or none
		":cloudwatch::${AWS::AccountId}:dashboard/shop-dev-",
		":events:%:${AWS::AccountId}:rule/shop-dev-",
		":ec2:%:${AWS::AccountId}:*/*", // they have random ids: see TestNetworksAreChangedByTheirTags
		":ec2:%:${AWS::AccountId}:elastic-ip/*", ":ec2:%:${AWS::AccountId}:internet-gateway/*", ":ec2:%:${AWS::AccountId}:natgateway/*",
		":ec2:%:${AWS::AccountId}:route-table/*", ":ec2:%:${AWS::AccountId}:security-group-rule/*", ":ec2:%:${AWS::AccountId}:subnet/*",
		":ec2:%:${AWS::AccountId}:vpc-endpoint/*", ":ec2:%:${AWS::AccountId}:vpc-flow-log/*",
		":ec2:%:${AWS::AccountId}:security-group/*", ":ec2:%:*:vpc/*", // groups are made in whatever VPC the spec names
		":ec2:%:${AWS::AccountId}:vpc/*", ":route53:::hostedzone/*", // the zones of endpoints belong to AWS
	}
	for _, typ := range knownTypes {
		t.Run(typ, func(t *testing.T) {
			t.Parallel()
			for _, s := range statements(t, scope(), typ) {
				sid := s.Get("Sid").Text
				for _, r := range values(s.Get("Resource")) {
					if r == "*" && everywhere[sid] != "" || isOurs(s, r) || r == "arn:aws:codeconnections:eu-west-1:222222222222:connection/1" {
						continue
					}
					if !slices.ContainsFunc(own, func(prefix string) bool {
						return slices.ContainsFunc(scope().Regions, func(region string) bool {
							return strings.HasPrefix(r, "arn:${AWS::Partition}"+strings.Replace(prefix, "%", region, 1))
						})
					}) {
						t.Errorf("%s reaches %s, beyond shop-dev", sid, r)
					}
				}
			}
		})
	}
}

// What lists all of a kind or none is allowed on all of them, and nothing else is.
func TestOnlyListingIsOnAllOfAKind(t *testing.T) {
	t.Parallel()
	for typ, c := range map[string]struct{ all, lists string }{
		"AWS::Logs::LogGroup":    {":log-group:*", "logs:DescribeLogGroups"},
		"AWS::CloudWatch::Alarm": {":alarm:*", "cloudwatch:DescribeAlarms"},
	} {
		for _, s := range statements(t, scope(), typ) {
			for _, r := range values(s.Get("Resource")) {
				if strings.HasSuffix(r, c.all) && !slices.Equal(values(s.Get("Action")), []string{c.lists}) {
					t.Errorf("on all of %s:\n%s", typ, s.YAML())
				}
			}
		}
	}
}

// What knows no resource, and does more than list, is allowed in the scope's regions only.
func TestWhatChangesSomethingOnAllResourcesStaysInTheScopesRegions(t *testing.T) {
	t.Parallel()
	for _, s := range statements(t, scope(), knownTypes...) {
		if !slices.Contains(values(s.Get("Resource")), "*") {
			continue
		}
		for _, a := range values(s.Get("Action")) {
			_, name, _ := strings.Cut(a, ":")
			if isInNoRegion(a) {
				continue
			}
			lists := strings.HasPrefix(name, "Describe") || strings.HasPrefix(name, "List") || strings.HasPrefix(name, "Get")
			if regions := s.At("Condition", "StringEquals", "aws:RequestedRegion"); !lists && (regions == nil || values(regions)[0] != "eu-west-1") {
				t.Errorf("%s in every region:\n%s", a, s.YAML())
			}
		}
	}
}

func TestKeysAreMadeInTheScopesRegionsOnly(t *testing.T) {
	t.Parallel()
	want := `Sid: CreateKeys
Effect: Allow
Action: kms:CreateKey
Resource: '*'
Condition:
  StringEquals:
    aws:RequestedRegion:
      - eu-west-1
      - eu-central-1
`
	if diff := cmp.Diff(want, string(statements(t, scope(), "AWS::KMS::Key")[0].YAML())); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestRolesAreMadeWithinTheBoundaryOnly(t *testing.T) {
	t.Parallel()
	bounded := []string{
		"iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy",
	}
	never := []string{"iam:DeleteRolePermissionsBoundary", "iam:CreateUser", "iam:CreateAccessKey", "iam:PassRole"}
	for _, s := range statements(t, scope(), "AWS::IAM::Role") {
		boundary := s.At("Condition", "ArnEquals", "iam:PermissionsBoundary")
		for _, a := range values(s.Get("Action")) {
			if slices.Contains(bounded, a) && (boundary == nil || boundary.Text != "arn:aws:iam::222222222222:policy/shop/access/shop-dev-boundary") {
				t.Errorf("%s without the boundary:\n%s", a, s.YAML())
			}
			if slices.Contains(never, a) {
				t.Errorf("%s must not be there", a)
			}
		}
	}
}

func TestRolesArePassedToTheServiceThatNeedsThemOnly(t *testing.T) {
	t.Parallel()
	services := map[string]string{
		"AWS::CodeBuild::Project":     "codebuild.amazonaws.com",
		"AWS::CodePipeline::Pipeline": "codepipeline.amazonaws.com",
		"AWS::Lambda::Function":       "lambda.amazonaws.com",
		"AWS::Batch::JobDefinition":   "batch.amazonaws.com ecs-tasks.amazonaws.com",
		"AWS::ECS::TaskDefinition":    "ecs-tasks.amazonaws.com",
		"AWS::EC2::FlowLog":           "vpc-flow-logs.amazonaws.com",
		"AWS::IAM::InstanceProfile":   "batch.amazonaws.com ec2.amazonaws.com",
		"AWS::Scheduler::Schedule":    "scheduler.amazonaws.com",

		"AWS::ApiGateway::Account":                 "apigateway.amazonaws.com",
		"AWS::ApiGateway::Authorizer":              "apigateway.amazonaws.com",
		"AWS::ApiGateway::Method":                  "apigateway.amazonaws.com",
		"AWS::AppSync::DataSource":                 "appsync.amazonaws.com",
		"AWS::AppSync::GraphQLApi":                 "appsync.amazonaws.com",
		"AWS::AutoScaling::LaunchConfiguration":    "ec2.amazonaws.com",
		"AWS::AutoScaling::LifecycleHook":          "autoscaling.amazonaws.com",
		"AWS::AutoScaling::AutoScalingGroup":       "ec2.amazonaws.com autoscaling.amazonaws.com",
		"AWS::CodeDeploy::DeploymentGroup":         "codedeploy.amazonaws.com",
		"AWS::Cognito::IdentityPoolRoleAttachment": "cognito-identity.amazonaws.com",
		"AWS::Cognito::UserPool":                   "cognito-idp.amazonaws.com",
		"AWS::Cognito::UserPoolGroup":              "cognito-idp.amazonaws.com",
		"AWS::EC2::Instance":                       "ec2.amazonaws.com",
		"AWS::ECS::CapacityProvider":               "ecs.amazonaws.com",
		"AWS::Pipes::Pipe":                         "pipes.amazonaws.com",
		"AWS::SNS::Subscription":                   "sns.amazonaws.com",
		"AWS::StepFunctions::StateMachine":         "states.amazonaws.com",
	}
	for _, typ := range knownTypes {
		t.Run(typ, func(t *testing.T) {
			t.Parallel()
			got := ""
			for _, s := range statements(t, scope(), typ) {
				if !slices.Contains(values(s.Get("Action")), "iam:PassRole") {
					continue
				}
				if to := s.At("Condition", "StringEquals", "iam:PassedToService"); to != nil {
					got = strings.TrimSpace(got + " " + strings.Join(values(to), " "))
				} else {
					t.Errorf("roles are passed to any service:\n%s", s.YAML())
				}
			}
			if got != services[typ] {
				t.Errorf("roles are passed to %q, want %q", got, services[typ])
			}
		})
	}
}

func TestRowsThatShareAStatementMerge(t *testing.T) {
	t.Parallel()
	// "Roles" stands in two rows, "Buckets" too; IAM takes each Sid once
	var sids []string
	for _, s := range statements(t, scope(), knownTypes...) {
		sids = append(sids, s.Get("Sid").Text)
	}
	slices.Sort(sids)
	if once := slices.Compact(slices.Clone(sids)); len(once) != len(sids) {
		t.Errorf("a Sid stands twice: %q", sids)
	}
}

// find gives the statement with a Sid.
func find(tb testing.TB, list []*tree.Node, sid string) *tree.Node {
	tb.Helper()
	for _, s := range list {
		if s.Get("Sid").Text == sid {
			return s
		}
	}
	tb.Fatalf("there is no statement %s", sid)
	return nil
}

func TestKeysAreUsedThroughTheirServiceOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ typ, sid, service string }{
		{"AWS::ECR::Repository", "RepositoryKeys", "ecr"},
		{"AWS::Lambda::Function", "CodeKeys", "s3"},
	} {
		s := find(t, statements(t, scope(), c.typ), c.sid)
		want := []string{c.service + ".eu-west-1.amazonaws.com"} // in other regions there are only artifact stores
		if got := values(s.At("Condition", "StringEquals", "kms:ViaService")); !slices.Equal(got, want) {
			t.Errorf("%s: used through %q, want %q", c.sid, got, want)
		}
	}
}

func TestLaunchTemplatesAreChangedByTheirTags(t *testing.T) {
	t.Parallel()
	for _, s := range statements(t, scope(), "AWS::EC2::LaunchTemplate") {
		for _, a := range values(s.Get("Action")) {
			tagged := s.At("Condition", "StringEquals", "aws:ResourceTag/project") != nil && s.At("Condition", "StringEquals", "aws:ResourceTag/environment") != nil
			creates := s.At("Condition", "StringEquals", "ec2:CreateAction") != nil
			switch a {
			case "ec2:CreateLaunchTemplate", "ec2:DescribeLaunchTemplates":
			case "ec2:CreateTags":
				if !tagged && !creates {
					t.Errorf("it could put our tags on what is others':\n%s", s.YAML())
				}
			default:
				if !tagged {
					t.Errorf("%s on any launch template:\n%s", a, s.YAML())
				}
			}
		}
	}
}

func TestOnlyServicesAreScaled(t *testing.T) {
	t.Parallel()
	for _, typ := range []string{"AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ApplicationAutoScaling::ScalingPolicy"} {
		for _, s := range statements(t, scope(), typ) {
			if !slices.ContainsFunc(values(s.Get("Resource")), func(r string) bool { return strings.HasSuffix(r, ":scalable-target/*") }) {
				continue
			}
			of, what := s.At("Condition", "StringEquals", "application-autoscaling:service-namespace"),
				s.At("Condition", "StringEquals", "application-autoscaling:scalable-dimension")
			if of == nil || of.Text != "ecs" || what == nil || what.Text != "ecs:service:DesiredCount" {
				t.Errorf("%s: anything of the account can be scaled:\n%s", typ, s.YAML())
			}
		}
	}
}

func TestTheScalingRoleIsPassedInGovCloudOnly(t *testing.T) {
	t.Parallel()
	const typ = "AWS::ApplicationAutoScaling::ScalableTarget"
	passes := func(s policy.Scope) []*tree.Node {
		return slices.DeleteFunc(statements(t, s, typ), func(n *tree.Node) bool { return !slices.Contains(values(n.Get("Action")), "iam:PassRole") })
	}
	if list := passes(scope()); len(list) > 0 {
		t.Errorf("in eu-west-1:\n%s", list[0].YAML())
	}
	s := scope()
	s.Regions = []string{"us-gov-west-1"}
	want := `Sid: PassScalingRole
Effect: Allow
Action: iam:PassRole
Resource: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/*
Condition:
  StringEquals:
    iam:PassedToService:
      - application-autoscaling.amazonaws.com
      - ecs.application-autoscaling.amazonaws.com
`
	if list := passes(s); len(list) != 1 || string(list[0].YAML()) != want {
		t.Errorf("in us-gov-west-1: got %d statements, want one:\n%s", len(list), want)
	}
}

func TestClustersAreReachedByTheirWholeName(t *testing.T) {
	t.Parallel()
	s := scope()
	s.Regions = s.Regions[:1]
	for typ, want := range map[string]string{
		"AWS::ECS::Cluster": "arn:${AWS::Partition}:ecs:eu-west-1:${AWS::AccountId}:cluster/shop-dev",
		"AWS::ECS::Service": "arn:${AWS::Partition}:ecs:eu-west-1:${AWS::AccountId}:service/shop-dev/shop-dev-*",
	} {
		if got := values(statements(t, s, typ)[0].Get("Resource")); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: got %q, want %s", typ, got, want)
		}
	}
}

func TestCodeIsReadFromTheBucketsOfCodeOnly(t *testing.T) {
	t.Parallel()
	want := `Sid: Code
Effect: Allow
Action:
  - s3:GetObject
  - s3:GetObjectVersion
Resource: !Sub arn:${AWS::Partition}:s3:::shop-dev-code-*/*
Condition:
  StringEquals:
    aws:ResourceAccount: !Ref AWS::AccountId
`
	if diff := cmp.Diff(want, string(find(t, statements(t, scope(), "AWS::Lambda::Function"), "Code").YAML())); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestNetworksAreChangedByTheirTags(t *testing.T) {
	t.Parallel()
	// what is made, or is there before it has tags; what it stands in has them
	untagged := regexp.MustCompile(`^ec2:(AllocateAddress|Create(FlowLogs|InternetGateway|NatGateway|RouteTable|Subnet|Tags|Vpc|VpcEndpoint))$|` +
		`^ec2:Create(DhcpOptions|EgressOnlyInternetGateway|ManagedPrefixList|NetworkAcl|NetworkInterface|Snapshot|TransitGatewayVpcAttachment|Volume)$|` +
		`^ec2:(CreateVpcPeeringConnection|AcceptVpcPeeringConnection|RunInstances)$|` +
		`^ec2:(ModifyNetworkInterfaceAttribute|ModifyPublicIpDnsNameOptions|DescribeVolumeAttribute|ModifyVolumeAttribute|GetManagedPrefixListEntries)$|` +
		`^ec2:((Associate|Disassociate)Address|AssociateDhcpOptions|ReplaceNetworkAclAssociation)$|` + // interfaces of instances, and what comes with a VPC
		`^ec2:(DescribeVpcAttribute|ModifyVpcAttribute|ModifySubnetAttribute|ReplaceRouteTableAssociation)$|` +
		`^ec2:(AuthorizeSecurityGroup(Egress|Ingress)|RevokeSecurityGroupEgress|DeleteSecurityGroup)$`)
	for _, typ := range knownTypes {
		if !strings.HasPrefix(typ, "AWS::EC2::") || typ == "AWS::EC2::LaunchTemplate" || typ == "AWS::EC2::KeyPair" { // which has a name
			continue
		}
		t.Run(typ, func(t *testing.T) {
			t.Parallel()
			for _, s := range statements(t, scope(), typ) {
				ours := func(operator string) bool {
					project, environment := s.At("Condition", operator, "aws:ResourceTag/project"), s.At("Condition", operator, "aws:ResourceTag/environment")
					return project != nil && project.Text == "shop" && environment != nil && environment.Text == "dev"
				}
				for _, a := range values(s.Get("Action")) {
					switch {
					case a == "ec2:CreateTransitGatewayVpcAttachment" && s.Get("Sid").Text == "UseTransitGateways":
					case a == "ec2:CreateSecurityGroup", !strings.HasPrefix(a, "ec2:"), ours("StringEquals"):
					case values(s.Get("Resource"))[0] == "*":
						if !strings.HasPrefix(a, "ec2:Describe") || s.At("Condition", "StringEquals", "aws:RequestedRegion") == nil {
							t.Errorf("%s is no listing in our regions:\n%s", a, s.YAML())
						}
					case !untagged.MatchString(a) || !ours("StringEqualsIfExists") || strings.HasSuffix(values(s.Get("Resource"))[0], ":*/*"):
						t.Errorf("%s on what is others':\n%s", a, s.YAML())
					}
				}
			}
		})
	}
}

// CloudFormation compares the tags of addresses and flow logs with those of their stack, which it reads by an action that lists all tags.
func TestAddressesAndFlowLogsReadTheirTags(t *testing.T) {
	t.Parallel()
	for _, typ := range []string{"AWS::EC2::EIP", "AWS::EC2::FlowLog"} {
		if !slices.ContainsFunc(statements(t, scope(), typ), func(s *tree.Node) bool {
			return slices.Contains(values(s.Get("Action")), "ec2:DescribeTags") && s.At("Condition", "StringEquals", "aws:RequestedRegion") != nil
		}) {
			t.Errorf("who deploys %s may not read its tags", typ)
		}
	}
}

func TestOnlyWhatClosesGroupsIsCalled(t *testing.T) {
	t.Parallel()
	for _, typ := range knownTypes {
		for _, s := range statements(t, scope(), typ) {
			if !slices.Contains(values(s.Get("Action")), "lambda:InvokeFunction") {
				continue
			}
			for _, r := range values(s.Get("Resource")) {
				if !strings.HasSuffix(r, ":function:shop-dev-*-closed-group") {
					t.Errorf("%s: who deploys may call %s", typ, r)
				}
			}
		}
	}
}

func TestNoRowReadsOrWritesData(t *testing.T) {
	t.Parallel()
	data := []string{
		"ecr:BatchGetImage", "ecr:PutImage", "ecr:BatchDeleteImage", "lambda:InvokeFunction", "lambda:AddPermission", "s3:PutObject", "s3:DeleteObject",
		"sqs:ReceiveMessage", "sqs:SendMessage", "sqs:PurgeQueue", "sqs:AddPermission", "codebuild:StartBuild", "logs:PutLogEvents", "logs:GetLogEvents",
		"events:PutEvents", "sns:AddPermission", "sns:Publish",
		"kms:Encrypt", "kms:GenerateDataKey", "ssm:GetParametersByPath",
	}
	for _, s := range statements(t, scope(), knownTypes...) {
		for _, a := range values(s.Get("Action")) {
			if a == "lambda:AddPermission" && s.Get("Sid").Text == "Callers" {
				continue // only for services: see TestFunctionsAreOpenedToServicesOnly
			}
			if strings.HasPrefix(a, "kms:") && s.At("Condition", "StringEquals", "kms:ViaService") != nil {
				continue // what a service encrypts with a key, only the service gives back
			}
			if slices.Contains(data, a) && s.Get("Sid").Text != "CloseGroups" { // see TestOnlyWhatClosesGroupsIsCalled
				t.Errorf("%s is no deploying:\n%s", a, s.YAML())
			}
		}
	}
}

func TestAScopeOfSeveralNamesReachesEachOfThem(t *testing.T) {
	t.Parallel()
	s := scope()
	s.Names, s.Parameters = []string{"delivery", "toolchain"}, []string{"/shop/version"}
	for typ, want := range map[string][]string{
		"AWS::ECR::Repository": {"repository/shop-delivery-*", "repository/shop-toolchain-*"},
		"AWS::SSM::Parameter":  {"parameter/shop/delivery/*", "parameter/shop/toolchain/*", "parameter/shop/version"},
	} {
		var got []string
		for _, r := range values(statements(t, s, typ)[0].Get("Resource")) {
			if rest, ok := strings.CutPrefix(r, "arn:${AWS::Partition}:"); ok && strings.Contains(rest, ":eu-west-1:") {
				got = append(got, rest[strings.LastIndex(rest, ":")+1:])
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: want -, got +:\n%s", typ, diff)
		}
	}
}

func TestAScopeWithoutAConnectionPassesNone(t *testing.T) {
	t.Parallel()
	s := scope()
	s.Connection = nil
	for _, n := range statements(t, s, "AWS::CodePipeline::Pipeline") {
		if n.Get("Sid").Text == "PassConnection" {
			t.Errorf("got\n%s", n.YAML())
		}
	}
}

func TestAllRowsFitIntoARole(t *testing.T) {
	t.Parallel()
	const most = 10 // managed policies of a role (IAM and AWS STS quotas)
	list, err := policy.Deployment(builtIn, scope())
	if err != nil {
		t.Fatal(err)
	}
	tmpl := template()
	documents := policy.Identity(list).Split(tmpl, path, policy.MaxManaged)
	if len(documents) > most {
		t.Errorf("all rows for two regions fill %d managed policies, a role takes %d", len(documents), most)
	}
	for i, d := range documents {
		if size := policy.Size(tmpl.Place, d.Node(tmpl, path)); size > policy.MaxManaged {
			t.Errorf("part %d has %d bytes, a managed policy takes %d", i+1, size, policy.MaxManaged)
		}
	}
	if problems := problemsOf(t, tmpl); problems != "" {
		t.Error(problems)
	}
}
