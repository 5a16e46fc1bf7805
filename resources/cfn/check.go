package cfn

import (
	"fmt"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/conform"
)

// CloudFormation's limits (AWS CloudFormation User Guide, "CloudFormation quotas").
const (
	maxResources   = 500
	maxParameters  = 200
	maxOutputs     = 200
	maxMappings    = 200
	maxDescription = 1024 // bytes
	maxLogicalID   = 255
)

// Check finds in a whole template what CloudFormation would refuse: names that lead nowhere, nulls, its limits, and resources that are not as the catalog
// has their types.
func Check(root *tree.Node) []Problem {
	c := &checker{root: root}
	c.limits()
	c.ids()
	root.Walk(c.visit)
	for _, p := range conform.Template(root) {
		c.fail(p.Path, p.Message, p.Hint)
	}
	c.cycles()
	return c.problems
}

type checker struct {
	root     *tree.Node
	problems []Problem
}

func (c *checker) fail(path, message, hint string) {
	c.problems = append(c.problems, Problem{Path: path, Message: message, Hint: hint})
}

func (c *checker) limits() {
	for _, l := range []struct {
		section string
		most    int
	}{{"Resources", maxResources}, {"Parameters", maxParameters}, {"Outputs", maxOutputs}, {"Mappings", maxMappings}} {
		if n := c.root.Get(l.section); n != nil && len(n.Keys) > l.most {
			c.fail(l.section, fmt.Sprintf("there are %d, CloudFormation allows %d", len(n.Keys), l.most), "split the stack")
		}
	}
	if d := c.root.Get("Description"); d != nil && len(d.Text) > maxDescription {
		c.fail("Description", fmt.Sprintf("it has %d bytes, CloudFormation allows %d", len(d.Text), maxDescription), "shorten it")
	}
	if n := c.root.Get("Resources"); n == nil || len(n.Keys) == 0 {
		c.fail("Resources", "there is none", "CloudFormation needs at least one resource in a stack")
	}
}

func (c *checker) ids() {
	seen := map[string]string{}
	for _, section := range []string{"Parameters", "Resources"} {
		for _, id := range keys(c.root.Get(section)) {
			path := section + "." + id
			if other := seen[id]; other != "" {
				c.fail(path, "the name is used by "+other+" too", "choose another one")
			}
			seen[id] = path
		}
	}
	for _, section := range []string{"Parameters", "Conditions", "Rules", "Resources", "Outputs"} {
		for _, id := range keys(c.root.Get(section)) {
			if !isLogicalID(id) {
				c.fail(section+"."+id, "a logical id has 1 to 255 letters and digits", "rename it")
			}
		}
	}
}

func keys(n *tree.Node) []string {
	if n == nil {
		return nil
	}
	return n.Keys
}

func isLogicalID(s string) bool {
	notAlphanumeric := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}
	return s != "" && len(s) <= maxLogicalID && !strings.ContainsFunc(s, notAlphanumeric)
}

func (c *checker) visit(path string, n *tree.Node) bool {
	if n.Kind == tree.Null {
		c.fail(path, "the value is null", "leave it out, or set it")
	}
	if message := badText(n.Text); message != "" {
		c.fail(path, message, "correct it")
	}
	for _, key := range n.Keys {
		if message := badText(key); message != "" {
			c.fail(path, "in a key: "+message, "correct it")
		}
	}
	section, below, _ := strings.Cut(path, ".")
	_, attribute, _ := strings.Cut(below, ".")
	if section == "Resources" && attribute == "DependsOn" {
		c.dependsOn(path, n)
	}
	if (section == "Resources" || section == "Outputs") && attribute == "Condition" {
		c.condition(path, n.Text)
	}
	name, arg, ok := n.Intrinsic()
	if !ok {
		return true
	}
	switch name {
	case "Ref":
		c.reference(path, arg.Text, true)
	case "Fn::GetAtt":
		if len(arg.Items) == 2 && arg.Items[0].Kind == tree.String {
			c.reference(path, arg.Items[0].Text, false)
		} else {
			c.fail(path, "Fn::GetAtt takes a resource and an attribute", "")
		}
	case "Fn::Sub":
		c.sub(path, arg)
	case "Fn::GetStackOutput":
		if _, problem, _ := n.StackOutput(); problem != "" {
			c.fail(path, problem, "correct it")
		}
	case "Condition":
		// a policy statement's Condition is a map, so this one is a name
		c.condition(path, arg.Text)
	case "Fn::If":
		if len(arg.Items) != 3 {
			c.fail(path, "Fn::If takes a condition and two values", "")
		} else {
			c.condition(path, arg.Items[0].Text)
		}
	}
	return true
}

// reference checks what Ref, GetAtt or a Sub names; plain is Ref's form, which parameters and pseudo parameters have too.
func (c *checker) reference(path, id string, plain bool) {
	if plain && (isPseudo(id) || c.root.At("Parameters", id) != nil) {
		return
	}
	if c.root.At("Resources", id) == nil {
		what := "there is no resource or parameter " + id
		if !plain {
			what = "there is no resource " + id
		}
		c.fail(path, what, "declare it, or correct the name")
		return
	}
	if strings.HasPrefix(path, "Conditions.") || strings.HasPrefix(path, "Rules.") {
		c.fail(path, id+" is a resource, and conditions and rules know only parameters", "take a parameter")
	}
}

func isPseudo(id string) bool {
	switch id {
	case "AWS::AccountId", "AWS::NoValue", "AWS::NotificationARNs", "AWS::Partition", "AWS::Region", "AWS::StackId", "AWS::StackName", "AWS::URLSuffix":
		return true
	}
	return false
}

func (c *checker) sub(path string, arg *tree.Node) {
	body, vars := arg, (*tree.Node)(nil)
	if arg.Kind == tree.List && len(arg.Items) == 2 {
		body, vars = arg.Items[0], arg.Items[1]
	}
	for _, name := range SubNames(body.Text) {
		if vars.Get(name) != nil {
			continue
		}
		id, _, attribute := strings.Cut(name, ".")
		c.reference(path, id, !attribute)
	}
}

// SubNames lists what the ${…} of a Fn::Sub name, in order, without the literal ${!…}.
func SubNames(body string) []string {
	var names []string
	for {
		i := strings.Index(body, "${")
		if i < 0 {
			return names
		}
		body = body[i+2:]
		j := strings.IndexByte(body, '}')
		if j < 0 {
			return names
		}
		if !strings.HasPrefix(body, "!") {
			names = append(names, strings.TrimSpace(body[:j]))
		}
		body = body[j+1:]
	}
}

func (c *checker) condition(path, name string) {
	if c.root.At("Conditions", name) == nil {
		c.fail(path, "there is no condition "+name, "declare it, or correct the name")
	}
}

func (c *checker) dependsOn(path string, n *tree.Node) {
	ids := n.Items
	if n.Kind == tree.String {
		ids = []*tree.Node{n}
	}
	for _, id := range ids {
		if c.root.At("Resources", id.Text) == nil {
			c.fail(path, "there is no resource "+id.Text, "declare it, or correct the name")
		}
	}
}

// cycles reports the circles of resources that need each other, where each is to be broken.
func (c *checker) cycles() {
	for _, x := range tree.Cycles(c.root) {
		c.fail(x.Needs[x.Break].Path, "resources need each other: "+x.String()+" ("+x.Paths()+")", x.Hint())
	}
}
