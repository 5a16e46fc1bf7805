package eval_test

import (
	"fmt"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// A role of one account reads an object of another: both sides must allow it.
func ExampleEvaluate() {
	const roles = `
Version: '2012-10-17'
Statement:
  - Sid: ReadArtifacts
    Effect: Allow
    Action: s3:GetObject
    Resource: !Sub arn:${AWS::Partition}:s3:::artifacts/*
`
	const bucket = `
Version: '2012-10-17'
Statement:
  - Sid: LetDeploy
    Effect: Allow
    Principal: { AWS: 'arn:aws:iam::222222222222:root' }
    Action: s3:GetObject
    Resource: !Sub ${Bucket.Arn}/*
    Condition:
      ArnEquals: { aws:PrincipalArn: 'arn:aws:iam::222222222222:role/shop-qa-deploy' }
`
	access := &eval.Resolver{ID: "dev/access", StackName: "shop-dev-access", Account: "222222222222", Region: "eu-west-1", Partition: "aws"}
	storage := &eval.Resolver{
		ID: "toolchain/artifacts", StackName: "shop-artifacts", Account: "111111111111", Region: "eu-west-1", Partition: "aws",
		Attribute: func(id, attribute string) (eval.Value, bool) {
			return eval.Text("arn:aws:s3:::artifacts"), id == "Bucket" && attribute == "Arn"
		},
	}
	read := func(source eval.Source, document string, r *eval.Resolver) *eval.Policy {
		n, err := tree.ParseYAML([]byte(document))
		if err != nil {
			fmt.Println(err)
		}
		source.Stack = r.StackName
		p, problems := eval.Parse(source, n, r)
		for _, problem := range problems {
			fmt.Println(problem)
		}
		return p
	}
	d := eval.Evaluate(eval.Request{
		Principal: eval.Principal{ARN: eval.Text("arn:aws:iam::222222222222:role/shop-dev-deploy"), Account: "222222222222"},
		Action:    "s3:GetObject",
		Resource:  eval.Text("arn:aws:s3:::artifacts/template.yaml"),
		Account:   "111111111111",
	}, eval.Policies{
		Identity: []*eval.Policy{read(eval.Source{Kind: eval.Identity, Path: "Resources.DeployRole.Properties.Policies[0].PolicyDocument"}, roles, access)},
		Resource: read(eval.Source{Kind: eval.Resource, Owner: "bucket artifacts", Path: "Resources.Policy.Properties.PolicyDocument"}, bucket, storage),
	})
	fmt.Println(d.Verdict)
	fmt.Println(d.Explain())
	// Output:
	// implicit deny
	// bucket artifacts: no statement allows role shop-dev-deploy s3:GetObject on arn:aws:s3:::artifacts/template.yaml; the closest is LetDeploy at shop-artifacts Resources.Policy.Properties.PolicyDocument.Statement[0]: its condition ArnEquals aws:PrincipalArn requires arn:aws:iam::222222222222:role/shop-qa-deploy, but the request has arn:aws:iam::222222222222:role/shop-dev-deploy
}
