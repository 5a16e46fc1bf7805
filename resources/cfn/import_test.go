package cfn_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

const importedSource = `Description: The queues of extras
Metadata: {Owner: somebody}
Parameters:
  VpcId: {Type: AWS::EC2::VPC::Id, Default: vpc-1}
  Subnets: {Type: List<AWS::EC2::Subnet::Id>}
  Size: {Type: Number, Default: 3}
  Zone: {Type: AWS::Route53::HostedZone::Id}
  Groups: {Type: List<AWS::EC2::SecurityGroup::Id>, Default: sg-1}
  Names: {Type: AWS::SSM::Parameter::Value<CommaDelimitedList>}
  Table: {Type: "AWS::SSM::Parameter::Value<AWS::EC2::VPC::Id>"}
Resources:
  Queue: {Type: AWS::SQS::Queue}
Outputs:
  Url: {Value: !Ref Queue}
`

type named struct{ name string }

func (n *named) Name() string              { return n.name }
func (n *named) Build(*cfn.Template) error { return nil }

func importTemplate(tb testing.TB, stack cfn.Stack, src string) *cfn.Template {
	tb.Helper()
	root, err := tree.ParseYAML([]byte(src))
	if err != nil {
		tb.Fatal(err)
	}
	t := cfn.New(cfn.Place{Project: "shop", Scope: "dev", Account: "222222222222", Region: "eu-west-1"}, stack)
	t.Import(root)
	return t
}

func TestAnImportedTemplateIsAddedTo(t *testing.T) {
	t.Parallel()
	network, extras := &named{"network"}, &named{"extras"}
	from := cfn.New(cfn.Place{Project: "shop", Scope: "dev", Account: "222222222222", Region: "eu-west-1"}, network)
	cfn.Publish(from, cfn.Output[cfn.VPCID]{From: network, Name: "VpcId"}, cfn.Literal[cfn.VPCID]("vpc-2"))
	cfn.PublishList(from, cfn.ListOutput[cfn.SubnetID]{From: network, Name: "Subnets"}, cfn.Literals[cfn.SubnetID]("subnet-1"))
	own := importTemplate(t, extras, importedSource)
	own.PassOutput("VpcId", network, "VpcId")
	own.PassOutput("Subnets", network, "Subnets")
	own.Pass("Size", "5")
	own.Pass("Zone", "Z1")
	own.Pass("Groups", "sg-1,sg-2")
	own.PassOutput("Names", network, "Subnets")
	own.PassOutput("Table", network, "VpcId")
	own.PublishOutput("Url")
	order, err := cfn.Link([]*cfn.Template{own, from})
	if err != nil {
		t.Fatal(err)
	}
	if order[0] != from {
		t.Error("the stack is deployed before the one whose outputs it takes")
	}
	n, err := own.Render()
	if err != nil {
		t.Fatal(err)
	}
	const want = `Description: The queues of extras
Metadata:
  Owner: somebody
Parameters:
  VpcId:
    Type: AWS::SSM::Parameter::Value<String>
    Default: /shop/dev/network/VpcId
  Subnets:
    Type: AWS::SSM::Parameter::Value<List<String>>
  Size:
    Type: Number
    Default: 3
  Zone:
    Type: String
  Groups:
    Type: CommaDelimitedList
    Default: sg-1
  Names:
    Type: AWS::SSM::Parameter::Value<CommaDelimitedList>
  Table:
    Type: AWS::SSM::Parameter::Value<String>
Resources:
  Queue:
    Type: AWS::SQS::Queue
  UrlParameter:
    Type: AWS::SSM::Parameter
    Properties:
      Name: /shop/dev/extras/Url
      Description: Output Url of stack shop-dev-extras
      Type: String
      Value: !Ref Queue
Outputs:
  Url:
    Value: !Ref Queue
`
	if diff := cmp.Diff(want, string(n.YAML())); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	values := map[string]string{}
	for _, p := range own.Parameters() {
		values[p.Name] = p.Value
	}
	wantValues := map[string]string{
		"VpcId": "/shop/dev/network/VpcId", "Subnets": "/shop/dev/network/Subnets", "Size": "5", "Zone": "Z1", "Groups": "sg-1,sg-2",
		"Names": "/shop/dev/network/Subnets", "Table": "/shop/dev/network/VpcId",
	}
	if diff := cmp.Diff(wantValues, values); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := own.Types(); !cmp.Equal(got, []string{"AWS::SQS::Queue", "AWS::SSM::Parameter"}) {
		t.Errorf("got the types %q", got)
	}
}

// What an imported template puts out may be a list or a text: nothing but who takes it says so.
func TestAnOutputOfAnImportedTemplateIsWhatItIsTakenAs(t *testing.T) {
	t.Parallel()
	const asText, asList = "IdsParameter String /shop/dev/giver/Ids", "IdsParameterList StringList /shop/dev/giver/Ids/List"
	for _, tt := range []struct {
		name     string
		types    []string
		want     []string // what is written to SSM
		wantRead []string
	}{
		{"by nobody", nil, []string{asText}, nil},
		{"a text", []string{"String", "AWS::EC2::VPC::Id"}, []string{asText}, []string{"<String>", "<String>"}},
		{
			"a list",
			[]string{"List<AWS::EC2::Subnet::Id>", "CommaDelimitedList", "AWS::SSM::Parameter::Value<CommaDelimitedList>"},
			[]string{asList},
			[]string{"<List<String>>", "<List<String>>", "<CommaDelimitedList>"},
		},
		{"a text, then a list", []string{"String", "CommaDelimitedList"}, []string{asText, asList}, []string{"<String>", "<List<String>>"}},
		{"a list, then a text", []string{"List<String>", "String"}, []string{asText, asList}, []string{"<List<String>>", "<String>"}},
		{"what no parameter of SSM can be, then a list", []string{"Number", "CommaDelimitedList"}, []string{asList}, []string{"", "<List<String>>"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stack := &named{"giver"}
			giver := importTemplate(t, stack, "Resources: {Q: {Type: AWS::SQS::Queue}}\nOutputs: {Ids: {Value: !Join [',', [a, !Ref Q]]}}\n")
			giver.PublishOutput("Ids")
			all := []*cfn.Template{giver}
			for i, typ := range tt.types {
				taker := importTemplate(t, &named{"taker" + strconv.Itoa(i)}, "Parameters: {P: {Type: '"+typ+"'}}\nResources: {Q: {Type: AWS::SQS::Queue}}\n")
				taker.PassOutput("P", stack, "Ids")
				all = append(all, taker)
			}
			for n := range all { // again with one more, as is allowed
				if _, err := cfn.Link(all[:n+1]); err != nil {
					t.Fatal(err)
				}
			}
			root, err := giver.Render()
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			written := map[string]string{} // types by names
			for i, id := range root.Get("Resources").Keys {
				if r := root.Get("Resources").Items[i]; r.Get("Type").Text == "AWS::SSM::Parameter" {
					name, typ := r.At("Properties", "Name").Text, r.At("Properties", "Type").Text
					got, written[name] = append(got, id+" "+typ+" "+name), typ
					if value := string(r.At("Properties", "Value").YAML()); !strings.Contains(value, "!Ref Q") {
						t.Errorf("%s is written with the value %s", name, value)
					}
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("it is written: want -, got +:\n%s", diff)
			}
			for i, want := range tt.wantRead {
				if want == "" {
					continue
				}
				root, err := all[i+1].Render()
				if err != nil {
					t.Fatal(err)
				}
				if got := root.At("Parameters", "P", "Type").Text; got != "AWS::SSM::Parameter::Value"+want {
					t.Errorf("it is read as %s, want %s", got, want)
				}
				isList := strings.Contains(want, "List")
				if name := all[i+1].Parameters()[0].Value; written[name] != map[bool]string{false: "String", true: "StringList"}[isList] {
					t.Errorf("it is read from %s, of type %q", name, written[name])
				}
			}
		})
	}
}

func TestAnImportedTemplateIsRefused(t *testing.T) {
	t.Parallel()
	network := &named{"network"}
	from := cfn.New(cfn.Place{Project: "shop", Scope: "dev", Account: "222222222222", Region: "eu-west-1"}, network)
	cfn.Publish(from, cfn.Output[cfn.VPCID]{From: network, Name: "VpcId"}, cfn.Literal[cfn.VPCID]("vpc-2"))
	cfn.PublishList(from, cfn.ListOutput[cfn.SubnetID]{From: network, Name: "Subnets"}, cfn.Literals[cfn.SubnetID]("subnet-1"))
	for _, tt := range []struct {
		name, src string
		use       func(*cfn.Template)
		want      string
	}{
		{"no such parameter", importedSource, func(t *cfn.Template) { t.Pass("Vpc", "x") }, "Parameters.Vpc: the template has no such parameter"},
		{"no such output", importedSource, func(t *cfn.Template) { t.PublishOutput("URL") }, "Outputs.URL: the template has no such output"},
		{"a number from SSM", importedSource, func(t *cfn.Template) { t.PassOutput("Size", network, "VpcId") }, "Parameters.Size.Type: CloudFormation cannot read a parameter of type Number"},
		{"numbers from SSM", strings.Replace(importedSource, "Type: Number", "Type: List<Number>", 1), func(t *cfn.Template) { t.PassOutput("Size", network, "Subnets") }, "CloudFormation cannot read a parameter of type List<Number> from SSM; use CommaDelimitedList"},
		{"what is no type", strings.Replace(importedSource, "Type: Number", "Type: Strng", 1), func(t *cfn.Template) { t.PassOutput("Size", network, "VpcId") }, "CloudFormation cannot read a parameter of type Strng from SSM; use String"},
		{"a value without a type", strings.Replace(importedSource, "Type: Number, ", "", 1), func(t *cfn.Template) { t.Pass("Size", "5") }, "Parameters.Size: the parameter has no Type"},
		{"an output without a type", strings.Replace(importedSource, "Type: Number, ", "", 1), func(t *cfn.Template) { t.PassOutput("Size", network, "VpcId") }, "Parameters.Size: the parameter has no Type"},
		{"a list from a text", importedSource, func(t *cfn.Template) { t.PassOutput("Subnets", network, "VpcId") }, "output VpcId of stack shop-dev-network is a text, but the type of the parameter is List<AWS::EC2::Subnet::Id>; set the type to String"},
		{
			"a resource where an output would stand as a list", strings.Replace(importedSource, "Queue: {", "UrlParameterList: {Type: AWS::SQS::Queue}\n  Queue: {", 1),
			func(t *cfn.Template) { t.PublishOutput("Url") }, "Resources.UrlParameterList: the logical id is used twice",
		},
		{
			"a pattern for a name", strings.Replace(importedSource, "Default: vpc-1", "AllowedPattern: vpc-.*", 1),
			func(t *cfn.Template) { t.PassOutput("VpcId", network, "VpcId") }, "Parameters.VpcId.AllowedPattern: CloudFormation would check the name",
		},
		{
			"an output that may not be there", strings.Replace(importedSource, "Url: {", "Url: {Condition: Big, ", 1),
			func(t *cfn.Template) { t.PublishOutput("Url") }, "Outputs.Url: the output has a Condition, so other stacks cannot rely on it",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			own := importTemplate(t, &named{"extras"}, tt.src)
			tt.use(own)
			_, err := cfn.Link([]*cfn.Template{own, from})
			if err == nil {
				_, err = own.Render()
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestAMacroNeedsItsCapability(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"Transform: AWS::Serverless-2016-10-31\nResources: {A: {Type: AWS::Serverless::Function}}":     "CAPABILITY_AUTO_EXPAND",
		"Resources: {A: {Type: AWS::SQS::Queue, Properties: {'Fn::Transform': {Name: AWS::Include}}}}": "CAPABILITY_AUTO_EXPAND",
		"Resources: {A: {Type: AWS::IAM::Role}}":                                                       "CAPABILITY_NAMED_IAM",
		"Transform: T\nResources: {A: {Type: AWS::IAM::Role}}":                                         "CAPABILITY_AUTO_EXPAND,CAPABILITY_NAMED_IAM",
		"Resources: {A: {Type: AWS::SQS::Queue}}":                                                      "",
	} {
		if got := strings.Join(importTemplate(t, &named{"extras"}, src).Capabilities(), ","); got != want {
			t.Errorf("%s: got %q, want %q", src, got, want)
		}
	}
}
