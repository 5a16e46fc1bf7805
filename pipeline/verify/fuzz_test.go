package verify_test

import (
	"io"
	"slices"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline/verify"
	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// FuzzVerify proves whatever can be read as templates: a stack that is deployed first, and one that holds a pipeline or not. It must not panic,
// and say all that it finds in a way that can be shown.
func FuzzVerify(f *testing.F) {
	a := golden(f, "minimal")
	for i := range a.Stacks {
		f.Add(a.Stacks[0].Template.JSON(), a.Stacks[i].Template.JSON())
	}
	for _, text := range []string{
		"{}", "[]", "1", "null", `{"Resources":[]}`, `{"Resources":{"A":null,"B":{"Type":{"Ref":"A"}}}}`,
		`{"Parameters":{"A":null},"Rules":{"A":[1]},"Outputs":1}`,
		`{"Resources":{"P":{"Type":"AWS::CodePipeline::Pipeline","Properties":{"RoleArn":{"Fn::GetAtt":["R","Arn"]},` +
			`"Stages":[{"Actions":[{"Name":[]}]},null,{"Actions":{}}],` +
			`"ArtifactStores":[null,{"ArtifactStore":[]}]}},"R":{"Type":"AWS::IAM::Role","Properties":{` +
			`"AssumeRolePolicyDocument":{"Statement":[null,{"Principal":[]}]},` +
			`"Policies":[null,{"PolicyDocument":1}],"ManagedPolicyArns":{"Ref":"P"}}}}}`,
		`{"Resources":{"K":{"Type":"AWS::KMS::Key","Properties":{"KeyPolicy":{"Statement":{"Effect":[],"Action":{},"Resource":null,` +
			`"Condition":[{"A":1}]}}}},` +
			`"B":{"Type":"AWS::S3::Bucket","Properties":{"BucketName":{"Fn::Sub":"${K}${"},` +
			`"BucketEncryption":{"ServerSideEncryptionConfiguration":[]}}}}}`,
	} {
		f.Add([]byte("{}"), []byte(text))
		f.Add([]byte(text), []byte(text))
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		one, err := tree.ParseJSON(first)
		if err != nil {
			t.Skip()
		}
		other, err := tree.ParseJSON(second)
		if err != nil {
			t.Skip()
		}
		stack := func(name string, n *tree.Node, after ...string) assembly.Stack {
			return assembly.Stack{
				Name: "tiny-dev-" + name, Environment: "dev", Account: "222222222222", Region: "eu-west-1", Path: "dev/" + name,
				Template: n, DependsOn: after,
				FromOutputs: []assembly.FromOutput{{
					Parameter: "P", Stack: "tiny-dev-one",
					Output: "O",
				}}, DeployedBy: []assembly.Deployer{assembly.Pipe},
			}
		}
		r := verify.Verify(&assembly.Assembly{Project: "tiny", Stacks: []assembly.Stack{stack("one", one), stack("other", other, "tiny-dev-one")}})
		if err := r.Text(io.Discard, "out", true); err != nil {
			t.Fatal(err)
		}
		r.SARIF("v1", "out")
		r.Summary()
	})
}

// FuzzVerifyMutations proves a golden in whose templates nodes went, or became others: what the proof looks at, but not as it should be.
func FuzzVerifyMutations(f *testing.F) {
	golden := golden(f, "one-account")
	f.Add([]byte{})
	for i := range byte(24) {
		f.Add([]byte{i, i * 7, i * 31, i, 255 - i*9, i * 3, i * 13, i + 5})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a := *golden
		a.Stacks = slices.Clone(golden.Stacks)
		var nodes []*tree.Node
		for i := range a.Stacks {
			a.Stacks[i].Template = cloned(a.Stacks[i].Template)
			a.Stacks[i].Template.Walk(func(_ string, n *tree.Node) bool {
				nodes = append(nodes, n)
				return true
			})
		}
		at := func(high, low byte) *tree.Node { return nodes[(int(high)<<8+int(low))*len(nodes)>>16] }
		for len(data) >= 4 && len(data) < 100 {
			n := at(data[0], data[1])
			switch other := at(data[2], data[3]); data[3] % 8 {
			case 0:
				*n = tree.Node{Kind: tree.Null}
			case 1:
				*n = *tree.NewList()
			case 2:
				*n = *tree.NewMap()
			case 3:
				*n = *tree.NewList(cloned(n), cloned(n))
			case 4:
				*n = *tree.NewMap().Set("Ref", tree.Text("Pipeline"))
			case 5:
				n.Text += ":*/${"
			case 6:
				if len(n.Items) > 0 {
					n.Items = n.Items[1:]
					n.Keys = n.Keys[min(1, len(n.Keys)):]
				}
			default:
				*n = *cloned(other)
			}
			data = data[4:]
		}
		r := verify.Verify(&a)
		if err := r.Text(io.Discard, "", false); err != nil {
			t.Fatal(err)
		}
	})
}
