package golden_test

import (
	"net/netip"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// The emulator that these tests are run with is moto 5.2.1. What it cannot do and AWS can, and what is in an account before a project
// comes: all of that stands in this file.

// settle makes in the emulator what the environments need to be there, and puts its ids in place of those that pipeline.yaml gives.
func settle(t *testing.T, c cloud, project *spec.Spec, a *assembly.Assembly) {
	t.Helper()
	for _, line := range project.Pipelines {
		for _, operator := range line.Operators {
			makeRole(t, c, &assembly.Stack{Account: project.Toolchain.Account, Region: project.Toolchain.Region}, "/", path.Base(operator))
		}
	}
	for i := range project.Environments {
		e := &project.Environments[i]
		at := &assembly.Stack{Account: e.Account.Account, Region: e.Region}
		if len(e.Application.Jobs) > 0 {
			// In AWS it comes with the first compute environment; moto wants it to be there.
			makeRole(t, c, at, "/aws-service-role/batch.amazonaws.com/", "AWSServiceRoleForBatch")
		}
		ids := makeNetwork(t, c, at, e.Application.Network)
		for _, s := range e.Application.Services {
			if s.LoadBalancer != nil && s.LoadBalancer.Certificate != "" {
				var there string
				c.query(t, at, &there, "acm", "request-certificate", "--domain-name", "www.example.com", "--query", "CertificateArn")
				ids = append(ids, s.LoadBalancer.Certificate, there)
			}
		}
		replacer := strings.NewReplacer(ids...)
		for i := range a.Stacks {
			if a.Stacks[i].Environment == e.Name {
				replace(&a.Stacks[i], replacer)
			}
		}
	}
}

// makeRole makes a role, unless it is there.
func makeRole(t *testing.T, c cloud, at *assembly.Stack, under, name string) {
	t.Helper()
	printed, err := c.run(t, at.Account, "aws", "--region", at.Region, "iam", "create-role", "--path", under, "--role-name", name,
		"--assume-role-policy-document", `{"Version":"2012-10-17","Statement":[]}`)
	if err != nil && !strings.Contains(printed, "EntityAlreadyExists") {
		t.Fatal(err, printed)
	}
}

// makeNetwork makes a network for one that exists: pairs of an id that is given and the one that is there.
func makeNetwork(t *testing.T, c cloud, at *assembly.Stack, n *spec.Network) (ids []string) {
	t.Helper()
	if n == nil || n.VPC == "" {
		return nil
	}
	var vpc string
	c.query(t, at, &vpc, "ec2", "create-vpc", "--cidr-block", n.CIDR, "--query", "Vpc.VpcId")
	ids = append(ids, n.VPC, vpc)
	address := netip.MustParsePrefix(n.CIDR).Addr().As4()
	for i, given := range slices.Concat(n.PrivateSubnets, n.PublicSubnets, n.IsolatedSubnets) {
		address[2] = byte(i)
		var subnet string
		c.query(t, at, &subnet, "ec2", "create-subnet", "--vpc-id", vpc, "--cidr-block", netip.AddrFrom4(address).String()+"/24",
			"--availability-zone", at.Region+string("abc"[i%3]), "--query", "Subnet.SubnetId")
		ids = append(ids, given, subnet)
	}
	return ids
}

// replace replaces text in a template and in the values of its parameters.
func replace(s *assembly.Stack, replacer *strings.Replacer) {
	for i := range s.Parameters {
		s.Parameters[i].Value = replacer.Replace(s.Parameters[i].Value)
	}
	s.Template.Walk(func(_ string, n *tree.Node) bool {
		if text := replacer.Replace(n.Text); text != n.Text {
			n.Text, s.Source = text, nil
		}
		return true
	})
}

// spareMoto changes what moto refuses, or cannot delete rightly, into what comes to the same in AWS for stacks that were created.
func spareMoto(a *assembly.Assembly) {
	for i := range a.Stacks {
		for _, r := range a.Stacks[i].Template.Get("Resources").Items {
			if motoKeeps(r) {
				r.Set("DeletionPolicy", tree.Text("Retain"))
			}
			properties := r.Get("Properties")
			switch r.Get("Type").Text {
			case "AWS::Batch::ComputeEnvironment":
				// It is for updates; moto gives it to CreateComputeEnvironment too, which does not know it.
				remove(properties.Get("ComputeResources"), "UpdateToLatestImageVersion")
			case "AWS::SSM::Parameter":
				// Moto does not know the attribute.
				if name, of, ok := properties.Get("Value").Intrinsic(); ok && name == "Fn::GetAtt" && of.Items[1].Text == "CanonicalHostedZoneID" {
					properties.Set("Value", tree.Text("Z32O12XQLNTSW2"))
				}
			}
		}
	}
}

// motoKeeps says whether a resource must stay when its stack is deleted.
func motoKeeps(r *tree.Node) bool {
	policy := r.Get("DeletionPolicy")
	if policy != nil && policy.Text == "RetainExceptOnCreate" {
		return true // moto takes it for Delete
	}
	switch r.Get("Type").Text {
	case "AWS::S3::BucketPolicy", "AWS::Lambda::Alias", "AWS::Lambda::Permission", "AWS::Lambda::Version":
		return true // moto deletes in any order, but cannot delete what has gone with its bucket or function
	case "AWS::EC2::VPC":
		return true // moto deletes no route tables and endpoints, and no VPC that has any
	}
	return false
}

// remove removes a key of a mapping.
func remove(n *tree.Node, key string) {
	if i := slices.Index(n.Keys, key); i >= 0 {
		n.Keys, n.Items = slices.Delete(n.Keys, i, i+1), slices.Delete(n.Items, i, i+1)
	}
}
