package stages_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/pipeline"
	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/stages"
)

// serving has a service of each kind, in a network of its own and in one that is there.
const serving = `
project: shop
toolchain: { account: "111111111111", region: eu-west-1 }
source:
  connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42
  repository: acme/shop
environments:
  - { name: dev,  type: dev,  account: "222222222222" }
  - { name: prod, type: prod, account: "444444444444" }
application:
  repositories: [{ name: web, context: services/web, architecture: arm64 }, { name: mirror }]
  network: {}
  services:
    - { name: web, image: web, port: 8080 }
    - name: tls
      image: web
      port: 8080
      loadBalancer: { certificate: "arn:aws:acm:{region}:{account}:certificate/11111111-2222-3333-4444-555555555555" }
    - name: inner
      image: web
      port: 8443
      loadBalancer:
        certificate: "arn:aws:acm:{region}:{account}:certificate/11111111-2222-3333-4444-555555555555"
        internal: true
        from: [10.9.0.0/16, 192.168.0.0/24]
    - { name: plain, image: "mirror:7", port: 80, loadBalancer: { http: true, from: [203.0.113.0/24] } }
    - { name: worker, image: "mirror:7" }
overrides:
  prod:
    network:
      vpc: vpc-0a1b2c3d
      cidr: 172.16.0.0/16
      privateSubnets: [subnet-0a1b2c3d, subnet-4e5f6a7b]
      publicSubnets: [subnet-1a2b3c4d, subnet-5e6f7a8b]
`

// reach is how somebody gets to a service, in one line.
func reach(s assembly.Stack, id string) string {
	r := s.Template.Get("Resources")
	balancer := r.At(id+"LoadBalancer", "Properties")
	var in []string
	for _, rule := range r.At(id+"LoadBalancerGroup", "Properties", "SecurityGroupIngress").Items {
		in = append(in, rule.Get("CidrIp").Text+":"+rule.Get("FromPort").Text)
	}
	return fmt.Sprintf("%s %s in %s from %s to %s", balancer.Get("Name").Text, balancer.Get("Scheme").Text,
		strings.Join(texts(s, balancer.Get("Subnets")), ","), strings.Join(in, " "),
		r.At(id+"ServiceFromLoadBalancerIn", "Properties", "ToPort").Text)
}

func TestWhoReachesServices(t *testing.T) {
	t.Parallel()
	stacks := assembled(t, serving)
	for stack, want := range map[string]map[string]string{
		"shop-dev-services": {
			"Web": "shop-dev-web-1e27 internal in ${NetworkPrivateSubnetIds} from 10.0.0.0/16:80 to 8080",
			"Tls": "shop-dev-tls-73df internet-facing in ${NetworkPublicSubnetIds} from 0.0.0.0/0:443 0.0.0.0/0:80 to 8080",
			"Inner": "shop-dev-inner-1e27 internal in ${NetworkPrivateSubnetIds} " +
				"from 10.9.0.0/16:443 10.9.0.0/16:80 192.168.0.0/24:443 192.168.0.0/24:80 to 8443",
			"Plain": "shop-dev-plain-73df internet-facing in ${NetworkPublicSubnetIds} from 203.0.113.0/24:80 to 80",
		},
		"shop-prod-services": {
			"Web": "shop-prod-web-b466 internal in subnet-0a1b2c3d,subnet-4e5f6a7b from 172.16.0.0/16:80 to 8080",
			"Tls": "shop-prod-tls-39e7 internet-facing in subnet-1a2b3c4d,subnet-5e6f7a8b from 0.0.0.0/0:443 0.0.0.0/0:80 to 8080",
		},
	} {
		s := stackNamed(t, stacks, stack)
		for id, line := range want {
			if got := reach(s, id); got != line {
				t.Errorf("%s:\ngot  %s\nwant %s", stack, got, line)
			}
		}
		if got := len(ofType(s.Template, "AWS::ElasticLoadBalancingV2::LoadBalancer")); got != 4 {
			t.Errorf("%s: got %d load balancers, want none for the worker and one for each other", stack, got)
		}
	}
}

// CloudFormation makes another load balancer and another target group while the old ones are there, and refuses a name that is taken.
func TestOnlyWhatIsMadeAnewGetsAnotherName(t *testing.T) {
	t.Parallel()
	const web = "port: 8080 }"
	names := func(stack, yaml string) string {
		s := stackNamed(t, assembled(t, yaml), stack)
		balancer := ofType(s.Template, "AWS::ElasticLoadBalancingV2::LoadBalancer")["WebLoadBalancer"].Get("Name").Text
		targets := ofType(s.Template, "AWS::ElasticLoadBalancingV2::TargetGroup")["WebLoadBalancerTargets"].Get("Name").Text
		if balancer != targets {
			t.Errorf("%s: the target group of %s is called %s", stack, balancer, targets)
		}
		return balancer
	}
	for _, c := range []struct {
		what, env, old, new string
		another             bool
	}{
		{"it faces the internet", "dev", web, "port: 8080, loadBalancer: { http: true } }", true},
		{"another VPC that is there", "prod", "vpc-0a1b2c3d", "vpc-4e5f6a7b", true},
		{"a VPC that is made", "prod", "overrides:\n  prod:", "overrides:\n  dev:", true},
		{"another range of one that is made", "dev", "network: {}", "network: { cidr: 10.7.0.0/16 }", true},
		{"another port", "dev", web, "port: 9090 }", false},
		{"a certificate", "dev", web, `port: 8080, loadBalancer: { internal: true, certificate: "arn:aws:acm:{region}:{account}:certificate/11111111-2222-3333-4444-555555555555" } }`, false},
		{"other subnets", "prod", "[subnet-0a1b2c3d, subnet-4e5f6a7b]", "[subnet-0a1b2c3d, subnet-9e8f7a6b]", false},
		{"other addresses of one that is there", "prod", "172.16.0.0/16", "172.17.0.0/16", false},
		{"more zones", "dev", "overrides:\n", "overrides:\n  dev: { network: { zones: 3 } }\n", false},
	} {
		changed := strings.Replace(serving, c.old, c.new, 1)
		if changed == serving {
			t.Fatalf("%s: there is no %q", c.what, c.old)
		}
		stack := "shop-" + c.env + "-services"
		if was, is := names(stack, serving), names(stack, changed); (was != is) != c.another || !strings.HasPrefix(is, "shop-"+c.env+"-web-") {
			t.Errorf("%s: %s becomes %s, want another: %t", c.what, was, is, c.another)
		}
	}
}

func TestNobodyMayReachALoadBalancerInAVPCOfUnknownAddresses(t *testing.T) {
	t.Parallel()
	yaml := strings.Replace(serving, "cidr: 172.16.0.0/16", "isolatedSubnets: [subnet-9a8b7c6d]", 1)
	_, err := build(yaml)
	if err == nil || !strings.Contains(err.Error(), "services[0].loadBalancer.from") {
		t.Errorf("got %v, want a refusal of services[0].loadBalancer.from", err)
	}
	from := strings.Replace(yaml, "port: 8080 }", "port: 8080, loadBalancer: { from: [10.0.0.0/8] } }", 1)
	if _, err := build(from); err != nil {
		t.Errorf("with from: %v", err)
	}
}

// What Go can make of services, and pipeline.yaml cannot.
func TestServicesThatNobodyCouldReachOrRunAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		why    string
		change func(*stages.Services)
		want   string
	}{
		{
			"no network", func(s *stages.Services) { s.Network = nil },
			"environments[1].application.services[0]: there is no network for it to run in; say network under application",
		},
		{
			"a VPC of unknown addresses", func(s *stages.Services) { s.Network.Network.CIDR = "" },
			"environments[1].application.services[0].loadBalancer.from: nobody may reach this load balancer",
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			s, err := spec.Parse("pipeline.yaml", []byte(serving))
			if err != nil {
				t.Fatal(err)
			}
			y := pipeline.New(s)
			for _, stack := range y.Environments()[1].Stacks {
				if services, ok := stack.(*stages.Services); ok {
					c.change(services)
				}
			}
			if _, err := y.Assemble(assembly.YAML); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestLoadBalancersAreProtectedOutsideDev(t *testing.T) {
	t.Parallel()
	stacks := assembled(t, serving)
	for stack, want := range map[string]string{"shop-dev-services": "false", "shop-prod-services": "true"} {
		for id, l := range ofType(stackNamed(t, stacks, stack).Template, "AWS::ElasticLoadBalancingV2::LoadBalancer") {
			if got := attribute(l, "deletion_protection.enabled"); got != want {
				t.Errorf("%s of %s: got %s, want %s", id, stack, got, want)
			}
		}
	}
}

// attribute of a load balancer.
func attribute(l *tree.Node, key string) string {
	for _, a := range l.Get("LoadBalancerAttributes").Items {
		if a.Get("Key").Text == key {
			return a.Get("Value").Text
		}
	}
	return ""
}

func TestTheBucketOfAccessLogsLetsLoadBalancersWrite(t *testing.T) {
	t.Parallel()
	stacks := assembled(t, serving)
	for _, env := range []string{"dev", "prod"} {
		bootstrap, services := stackNamed(t, stacks, "shop-"+env+"-bootstrap"), stackNamed(t, stacks, "shop-"+env+"-services")
		document := ofType(bootstrap.Template, "AWS::S3::BucketPolicy")["AccessLogsPolicy"].Get("PolicyDocument")
		write := find(document.Get("Statement").Items, "WriteLoadBalancerLogs")
		if write == nil {
			t.Errorf("%s: nobody lets them", env)
			continue
		}
		for id, l := range ofType(services.Template, "AWS::ElasticLoadBalancingV2::LoadBalancer") {
			object := "${AccessLogs.Arn}/" + attribute(l, "access_logs.s3.prefix") + "/AWSLogs/" + services.Account + "/elasticloadbalancing/1.log.gz"
			arn := "arn:aws:elasticloadbalancing:" + services.Region + ":" + services.Account + ":loadbalancer/app/" + l.Get("Name").Text + "/50dc6c495c0c9188"
			if !covers(text(bootstrap, write.Get("Resource")), object) || !covers(text(bootstrap, write.At("Condition", "ArnLike", "aws:SourceArn")), arn) {
				t.Errorf("%s: %s may not write %s, only what this says:\n%s", env, id, object, write.YAML())
			}
		}
	}
}

func TestABucketWithoutLoadBalancersLetsNoneWrite(t *testing.T) {
	t.Parallel()
	s := stackNamed(t, assembled(t, minimal), "shop-prod-bootstrap")
	for _, x := range ofType(s.Template, "AWS::S3::BucketPolicy")["AccessLogsPolicy"].At("PolicyDocument", "Statement").Items {
		if strings.Contains(text(s, x.At("Principal", "Service")), "elasticloadbalancing") {
			t.Errorf("got\n%s", x.YAML())
		}
	}
}

func TestServicesPublishWhereTheyAreReached(t *testing.T) {
	t.Parallel()
	s := stackNamed(t, assembled(t, serving), "shop-dev-services")
	got := map[string]string{}
	for _, p := range ofType(s.Template, "AWS::SSM::Parameter") {
		name, ok := strings.CutPrefix(p.Get("Name").Text, "/shop/dev/services/")
		if ok && (strings.HasPrefix(name, "Tls") || strings.HasPrefix(name, "Worker")) {
			got[name] = text(s, p.Get("Value"))
		}
	}
	want := map[string]string{
		"TlsDnsName":            "${TlsLoadBalancer.DNSName}",
		"TlsHostedZoneId":       "${TlsLoadBalancer.CanonicalHostedZoneID}",
		"TlsLoadBalancerName":   "${TlsLoadBalancer.LoadBalancerFullName}",
		"TlsSecurityGroupId":    "${TlsServiceGroup.GroupId}",
		"TlsTargetGroupName":    "${TlsLoadBalancerTargets.TargetGroupFullName}",
		"TlsUrl":                "https://${TlsLoadBalancer.DNSName}",
		"WorkerSecurityGroupId": "${WorkerServiceGroup.GroupId}",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

func TestTheKeyOfServicesEncryptsTheirLogs(t *testing.T) {
	t.Parallel()
	s := stackNamed(t, assembled(t, serving+"keys: stack\n"), "shop-prod-services")
	patterns := texts(s, find(ofType(s.Template, "AWS::KMS::Key")["Key"].At("KeyPolicy", "Statement").Items, "EncryptLogs").
		At("Condition", "ArnLike", "kms:EncryptionContext:aws:logs:arn"))
	groups := ofType(s.Template, "AWS::Logs::LogGroup")
	if len(groups) != 5 {
		t.Errorf("there are %d log groups, want one for each service", len(groups))
	}
	for id, group := range groups {
		arn := fmt.Sprintf("arn:aws:logs:%s:%s:log-group:%s", s.Region, s.Account, groupName(s, id, group))
		if !slices.ContainsFunc(patterns, func(pattern string) bool { return covers(pattern, arn) }) {
			t.Errorf("%s: the key is for %s, not for %s", id, patterns, arn)
		}
	}
}

func TestTheExecutionRoleReachesWhatServicesHave(t *testing.T) {
	t.Parallel()
	stacks := assembled(t, serving)
	s, access := stackNamed(t, stacks, "shop-prod-services"), stackNamed(t, stacks, "shop-prod-access")
	var statements []*tree.Node
	for _, role := range ofType(access.Template, "AWS::IAM::Role") {
		if role.Get("RoleName").Text == "shop-prod-execution" {
			statements = statementsOf(stacks, access, role)
		}
	}
	arn := func(service, resource string) string {
		return "arn:aws:" + service + ":" + s.Region + ":" + s.Account + ":" + resource
	}
	check := func(action, resource string) {
		if !may(access, statements, action, resource) {
			t.Errorf("%s on %s is allowed nowhere", action, resource)
		}
	}
	cluster := ofType(s.Template, "AWS::ECS::Cluster")["Cluster"].Get("ClusterName").Text
	check("ecs:CreateCluster", arn("ecs", "cluster/"+cluster))
	for _, x := range ofType(s.Template, "AWS::ECS::Service") {
		name := x.Get("ServiceName").Text
		check("ecs:UpdateService", arn("ecs", "service/"+cluster+"/"+name))
		check("cloudwatch:PutMetricAlarm", arn("cloudwatch", "alarm:TargetTracking-service/"+cluster+"/"+name+"-AlarmHigh-1"))
	}
	for _, x := range ofType(s.Template, "AWS::ECS::TaskDefinition") {
		check("ecs:RegisterTaskDefinition", arn("ecs", "task-definition/"+x.Get("Family").Text+":1"))
	}
	for _, x := range ofType(s.Template, "AWS::ElasticLoadBalancingV2::LoadBalancer") {
		check("elasticloadbalancing:CreateLoadBalancer", arn("elasticloadbalancing", "loadbalancer/app/"+x.Get("Name").Text+"/50dc6c495c0c9188"))
	}
	for _, x := range ofType(s.Template, "AWS::ElasticLoadBalancingV2::TargetGroup") {
		check("elasticloadbalancing:ModifyTargetGroup", arn("elasticloadbalancing", "targetgroup/"+x.Get("Name").Text+"/943f017f100becff"))
	}
	for _, x := range ofType(s.Template, "AWS::CloudWatch::Alarm") {
		check("cloudwatch:PutMetricAlarm", arn("cloudwatch", "alarm:"+x.Get("AlarmName").Text))
	}
}
