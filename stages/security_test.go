package stages_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// everyBuilt is everyStack without those of the project's own, which are as somebody wrote them.
func everyBuilt(tb testing.TB) map[string]assembly.Stack {
	tb.Helper()
	all := everyStack(tb)
	for name, s := range all {
		if s.Source != nil {
			delete(all, name)
		}
	}
	return all
}

// encryption says which property of a type names the key that encrypts what it holds, as a path.
var encryption = map[string][]string{
	"AWS::ECR::Repository":     {"EncryptionConfiguration", "KmsKey"},
	"AWS::Logs::LogGroup":      {"KmsKeyId"},
	"AWS::SNS::Topic":          {"KmsMasterKeyId"},
	"AWS::SQS::Queue":          {"SqsManagedSseEnabled"},
	"AWS::EC2::LaunchTemplate": {"LaunchTemplateData", "BlockDeviceMappings"},
	"AWS::S3::Bucket":          {"BucketEncryption", "ServerSideEncryptionConfiguration"},
}

// Access logs and what waits in queues have the services' own keys: S3 writes access logs with no other, and queues hold events of AWS, for
// which each service would have to be let in.
func TestEverythingIsEncrypted(t *testing.T) {
	t.Parallel()
	found := map[string]int{}
	for name, s := range everyBuilt(t) {
		for typ, path := range encryption {
			for id, properties := range ofType(s.Template, typ) {
				found[typ]++
				key := properties.At(path...)
				switch typ {
				case "AWS::S3::Bucket":
					if key == nil {
						break
					}
					by := key.Items[0].Get("ServerSideEncryptionByDefault")
					if by.Get("SSEAlgorithm").Text != "aws:kms" && id == "AccessLogs" {
						continue
					}
					key = by.Get("KMSMasterKeyID")
				case "AWS::EC2::LaunchTemplate":
					for _, device := range key.Items {
						if e := device.At("Ebs", "Encrypted"); e == nil || e.Text != "true" {
							t.Errorf("%s: a disk of %s is not encrypted", name, id)
						}
					}
					continue
				case "AWS::SQS::Queue":
					if key != nil && key.Text == "true" {
						continue
					}
				}
				if by := text(s, key); !strings.Contains(by, "Key") {
					t.Errorf("%s: %s is encrypted by %q", name, id, by)
				}
			}
		}
	}
	for typ := range encryption {
		if found[typ] == 0 {
			t.Errorf("no stack has a %s", typ)
		}
	}
}

// What has a policy of its own denies everybody who does not use TLS.
func TestNothingIsReachedWithoutTLS(t *testing.T) {
	t.Parallel()
	policyOf := map[string]struct{ typ, names string }{
		"AWS::S3::Bucket": {"AWS::S3::BucketPolicy", "Bucket"},
		"AWS::SQS::Queue": {"AWS::SQS::QueuePolicy", "Queues"},
		"AWS::SNS::Topic": {"AWS::SNS::TopicPolicy", "Topics"},
	}
	for name, s := range everyStack(t) {
		for typ, p := range policyOf {
			for id := range ofType(s.Template, typ) {
				denied := false
				for _, of := range ofType(s.Template, p.typ) {
					if !slices.Contains(texts(s, of.Get(p.names)), "${"+id+"}") {
						continue
					}
					for _, statement := range of.At("PolicyDocument", "Statement").Items {
						secure := statement.At("Condition", "Bool", "aws:SecureTransport")
						denied = denied || statement.Get("Effect").Text == "Deny" && secure != nil && secure.Text == "false" && text(s, statement.Get("Principal")) == "*"
					}
				}
				if !denied {
					t.Errorf("%s: who reaches %s without TLS is not denied", name, id)
				}
			}
		}
		for id, listener := range ofType(s.Template, "AWS::ElasticLoadBalancingV2::Listener") {
			balancer := s.Template.At("Resources", listener.At("LoadBalancerArn", "Ref").Text, "Properties")
			switch {
			case listener.Get("Protocol").Text == "HTTPS":
				if p := text(s, listener.Get("SslPolicy")); !strings.HasPrefix(p, "ELBSecurityPolicy-TLS13-1-2-") {
					t.Errorf("%s: %s speaks %s", name, id, p)
				}
			case listener.Get("DefaultActions").Items[0].Get("Type").Text == "redirect", balancer.Get("Scheme").Text == "internal":
			case !strings.Contains(id, "Plain"): // the one that says so in as many words
				t.Errorf("%s: %s faces the internet without TLS", name, id)
			}
		}
	}
}

func TestRolesArePassedToOneService(t *testing.T) {
	t.Parallel()
	passed := map[string]bool{}
	for name, s := range everyStack(t) {
		policies(s.Template, func(path string, statement *tree.Node) {
			if statement.Get("Effect").Text != "Allow" || !slices.Contains(texts(s, statement.Get("Action")), "iam:PassRole") {
				return
			}
			if strings.HasPrefix(path, "Resources.Boundary.") { // it grants nothing: what passes a role says to which service
				own := "arn:aws:iam::*:role/shop/app/" + strings.TrimSuffix(s.Name, "access") + "*"
				for _, r := range texts(s, statement.Get("Resource")) {
					if strings.Contains(r, ":iam:") && r != own {
						t.Errorf("%s: %s lets %s be passed", name, path, r)
					}
				}
				return
			}
			to := texts(s, statement.At("Condition", "StringEquals", "iam:PassedToService"))
			if len(to) == 2 && to[0] == "batch.amazonaws.com" {
				to = to[1:] // Batch is asked first, and passes them on
			}
			if len(to) != 1 || !strings.HasSuffix(to[0], ".amazonaws.com") {
				t.Errorf("%s: %s passes roles to %q", name, path, to)
				return
			}
			passed[strings.TrimSuffix(to[0], ".amazonaws.com")] = true
			for _, r := range texts(s, statement.Get("Resource")) {
				own := "arn:aws:iam::" + s.Account + ":role/shop/app/shop-"
				if r != "arn:aws:iam::"+s.Account+":role/shop/access/"+strings.TrimSuffix(s.Name, "-access")+"-execution" && !strings.HasPrefix(r, own) {
					t.Errorf("%s: %s passes %s", name, path, r)
				}
			}
		})
	}
	for _, service := range []string{"cloudformation", "codebuild", "codepipeline", "ec2", "ecs-tasks", "lambda", "scheduler", "vpc-flow-logs"} {
		if !passed[service] {
			t.Errorf("no role is passed to %s", service)
		}
	}
}

func TestNothingIsOpenToTheInternetButWhatServes(t *testing.T) {
	t.Parallel()
	for name, s := range everyBuilt(t) {
		opened := func(id string, in *tree.Node) {
			if from := text(s, in.Get("CidrIp")) + text(s, in.Get("CidrIpv6")); (from == "0.0.0.0/0" || from == "::/0") && !strings.HasSuffix(id, "LoadBalancerGroup") {
				t.Errorf("%s: %s lets everybody in", name, id)
			}
		}
		for id, group := range ofType(s.Template, "AWS::EC2::SecurityGroup") {
			if in := group.Get("SecurityGroupIngress"); in != nil {
				for _, rule := range in.Items {
					opened(id, rule)
				}
			}
		}
		for id, rule := range ofType(s.Template, "AWS::EC2::SecurityGroupIngress") {
			opened(id, rule)
		}
		for id, subnet := range ofType(s.Template, "AWS::EC2::Subnet") {
			if public := subnet.Get("MapPublicIpOnLaunch"); public != nil && public.Text != "false" {
				t.Errorf("%s: whatever starts in %s has a public address", name, id)
			}
		}
		for id, bucket := range ofType(s.Template, "AWS::S3::Bucket") {
			block := bucket.Get("PublicAccessBlockConfiguration")
			for _, what := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
				if v := block.Get(what); v == nil || v.Text != "true" {
					t.Errorf("%s: %s lacks %s", name, id, what)
				}
			}
		}
		s.Template.Walk(func(path string, n *tree.Node) bool {
			if public := n.Get("AssignPublicIp"); public != nil && public.Text != "DISABLED" {
				t.Errorf("%s: %s gives public addresses", name, path)
			}
			if public := n.Get("AssociatePublicIpAddress"); public != nil && public.Text != "false" {
				t.Errorf("%s: %s gives public addresses", name, path)
			}
			return true
		})
	}
}
