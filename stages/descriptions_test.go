package stages_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/stages"
)

// longest has one of everything, called as long as names may be: see longestNames.
const longest = `
project: PROJECT
toolchain: { account: "111111111111", region: us-east-1 }
source:
  connection: arn:aws:codeconnections:us-east-1:111111111111:connection/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42
  repository: acme/shop
environments:
  - { name: ENV, type: prod, account: "222222222222" }
pipelines: [{ name: PIPELINE, branch: main, environments: [ENV] }]
steps:
  functionTests: {}
  acceptanceTests: { types: [prod] }
application:
  network: { zones: 4, nat: none, flowLogs: true }
  buckets: [{ name: data }]
  repositories: [{ name: image, context: image }]
  functions:
    - { name: FUNCTION, source: src, runtime: python3.13, handler: index.handler, vpc: true, deadLetters: true, api: { path: / } }
  jobs:
    - { name: JOB, image: image, instanceTypes: [m7i], schedule: rate(1 hour) }
  services:
    - { name: WORKER, image: image, count: { min: 1, max: 2 } }
    - { name: SERVICE, image: image, port: 8080 }
  monitoring: { email: ops@example.com }
`

// longestNames fill what role names and load balancers leave: once the names of parts, once the name of the project.
func longestNames() map[string]map[string]int {
	return map[string]map[string]int{
		"parts":   {"PROJECT": 1, "ENV": 1, "PIPELINE": 1, "FUNCTION": 51, "JOB": 47, "WORKER": 46, "SERVICE": 23},
		"project": {"PROJECT": 20, "ENV": 4, "PIPELINE": 4, "FUNCTION": 29, "JOB": 25, "WORKER": 24, "SERVICE": 1},
	}
}

// descriptions are what AWS takes at most (the API of each service).
func descriptions() map[string]map[string]int {
	return map[string]map[string]int{
		"AWS::ApiGatewayV2::Api":         {"Description": 1024},
		"AWS::CloudWatch::Alarm":         {"AlarmDescription": 1024},
		"AWS::CodeBuild::Project":        {"Description": 255},
		"AWS::EC2::SecurityGroup":        {"GroupDescription": 255},
		"AWS::EC2::SecurityGroupEgress":  {"Description": 255},
		"AWS::EC2::SecurityGroupIngress": {"Description": 255},
		"AWS::Events::Rule":              {"Description": 512},
		"AWS::IAM::ManagedPolicy":        {"Description": 1000},
		"AWS::IAM::Role":                 {"Description": 1000},
		"AWS::KMS::Key":                  {"Description": 8192},
		"AWS::Lambda::Function":          {"Description": 256},
		"AWS::Lambda::Version":           {"Description": 256},
		"AWS::SSM::Parameter":            {"Description": 1024},
		"AWS::Scheduler::Schedule":       {"Description": 512},
	}
}

func TestDescriptionsFitAtTheLongestNames(t *testing.T) {
	t.Parallel()
	for what, lengths := range longestNames() {
		yaml := named(lengths, "")
		for _, part := range []string{"FUNCTION", "JOB", "WORKER", "SERVICE"} {
			if _, err := build(named(lengths, part)); err == nil {
				t.Errorf("%s: the name of %s could be longer", what, part)
			}
		}
		code := stages.Code{Kind: stages.Zip, Name: nameOf("FUNCTION", lengths["FUNCTION"])}.Address(strings.Repeat("0", 32)) // 128 bits, as a release has
		resolved := func(n *tree.Node) string {
			return inFull(n, func(reference string) string {
				switch {
				case strings.HasSuffix(reference, "CodeKey"):
					return code
				case strings.HasSuffix(reference, "GroupId"):
					return "sg-0a1b2c3d4e5f60718"
				case strings.HasSuffix(reference, "PrivateSubnetIds"):
					return strings.Repeat(",subnet-0a1b2c3d4e5f60718", 4)[1:]
				}
				t.Errorf("%s: nobody knows how long ${%s} becomes", what, reference)
				return ""
			})
		}
		seen := map[string]bool{}
		for _, s := range assembled(t, yaml) {
			if n := len(resolved(s.Template.Get("Description"))); n > 1024 {
				t.Errorf("%s: the description of %s has %d bytes, CloudFormation takes 1024", what, s.Name, n)
			}
			for typ, limits := range descriptions() {
				for id, p := range ofType(s.Template, typ) {
					for property, most := range limits {
						said := resolved(p.Get(property))
						seen[typ] = seen[typ] || said != ""
						if n := utf8.RuneCountInString(said); n > most {
							t.Errorf("%s: %s of %s %s has %d characters, AWS takes %d:\n%s", what, property, s.Name, id, n, most, said)
						}
					}
				}
			}
		}
		for typ := range descriptions() {
			if !seen[typ] {
				t.Errorf("%s: nothing of type %s says what it is", what, typ)
			}
		}
	}
}

// named is longest with names of these lengths; one of them may have a character more.
func named(lengths map[string]int, longer string) string {
	yaml := longest
	for placeholder, n := range lengths {
		if placeholder == longer {
			n++
		}
		yaml = strings.ReplaceAll(yaml, placeholder, nameOf(placeholder, n))
	}
	return yaml
}

func nameOf(placeholder string, length int) string {
	return strings.ToLower(placeholder[:1]) + strings.Repeat("x", length-1)
}

// inFull is a text with what its references stand for.
func inFull(n *tree.Node, value func(reference string) string) string {
	if n == nil {
		return ""
	}
	name, arg, ok := n.Intrinsic()
	if !ok {
		return n.Text
	}
	switch name {
	case "Ref":
		return value(arg.Text)
	case "Fn::GetAtt":
		return value(arg.Items[0].Text + "." + arg.Items[1].Text)
	case "Fn::Join":
		if inner, _, isCall := arg.Items[1].Intrinsic(); isCall && inner == "Ref" {
			return inFull(arg.Items[1], value) // a list, which is given as it is joined
		}
		parts := make([]string, len(arg.Items[1].Items))
		for i, item := range arg.Items[1].Items {
			parts[i] = inFull(item, value)
		}
		return strings.Join(parts, arg.Items[0].Text)
	case "Fn::Sub":
		text, variables := arg, (*tree.Node)(nil)
		if arg.Kind == tree.List {
			text, variables = arg.Items[0], arg.Items[1]
		}
		var out strings.Builder
		for rest := text.Text; ; {
			before, after, found := strings.Cut(rest, "${")
			out.WriteString(before)
			if !found {
				return out.String()
			}
			reference, tail, _ := strings.Cut(after, "}")
			if v := variables.Get(reference); v != nil {
				out.WriteString(inFull(v, value))
			} else {
				out.WriteString(value(reference))
			}
			rest = tail
		}
	}
	return fmt.Sprintf("no text: %s", name)
}
