package stages

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/conform"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// CheckOwn says what is wrong with the templates of own stacks, and with what they and others take of each other, where something else keeps s
// from being built.
func CheckOwn(s *spec.Spec) []spec.Problem {
	var errs []error
	for i, e := range s.Environments {
		environment := &Environment{Index: i, Access: &Access{}}
		var templates []*cfn.Template
		for k, x := range e.Application.Stacks {
			if x.Content == nil {
				continue // the file could not be read
			}
			own := &Own{
				Environment: environment, Stack: x, Outputs: outputsTaken(e.Application.Stacks, x.Name), At: environment.at("stacks", k), alone: true,
			}
			t := cfn.New(cfn.Place{}, own)
			errs = append(errs, own.Build(t))
			templates = append(templates, t)
		}
		for _, t := range templates {
			errs = append(errs, t.Stack().(*Own).Wire(t, templates))
		}
	}
	problems, _ := Invalid(errors.Join(errs...))
	var environments []*Environment
	for _, e := range s.Environments {
		environments = append(environments, New(s, e, ""))
	}
	return append(problems, CheckTexts(environments, s.Steps, s.ToolchainStack.Parameters)...)
}

// check finds in the template of a stack what CloudFormation, or the role that deploys it, would refuse. It says whether there is any sense in
// what the template declares.
func (s *Own) check(root *tree.Node) (isTemplate bool) {
	if root.Kind != tree.Map || root.Get("Resources") == nil {
		s.fail("template", "write what CloudFormation calls a template", "%s is no template: it has no Resources", s.Stack.Template)
		return false
	}
	for _, line := range tree.Aliases(s.Stack.Content) {
		s.fail("template", "write out what stands there", "%s:%d: CloudFormation takes no alias (*name) and no merge key (<<)", s.Stack.Template, line)
	}
	s.checkSections(root)
	if len(s.problems) > 0 { // many names would lead nowhere only because of that
		for _, p := range conform.Template(root) {
			s.failAt("template", p.Path, p.Message, p.Hint)
		}
		return false
	}
	for _, p := range cfn.Check(root) {
		s.failAt("template", p.Path, p.Message, p.Hint)
	}
	s.checkNames(root)
	s.checkResources(root)
	s.checkEach(root, "Parameters", "Type", "such as String")
	s.checkEach(root, "Outputs", "Value", "such as !Ref and a resource")
	return true
}

// checkSections refuses what no section of a template is, and macros.
func (s *Own) checkSections(root *tree.Node) {
	maps := []string{"Conditions", "Mappings", "Outputs", "Parameters", "Resources", "Rules"}
	known := append([]string{"AWSTemplateFormatVersion", "Description", "Metadata", "Transform"}, maps...)
	for i, section := range root.Keys {
		switch {
		case !slices.Contains(known, section):
			s.failAt("template", section, "CloudFormation knows no such section", spec.Suggest(section, known))
		case slices.Contains(maps, section) && root.Items[i].Kind != tree.Map:
			s.failAt("template", section, "it is no map of names", "write each thing in it under a name of its own")
		}
	}
	root.Walk(func(path string, n *tree.Node) bool {
		key := macro(path, n)
		if key == "" {
			return true
		}
		s.fail("template", "let the file be what comes out of the macro", "%s: %s: cfnpipe does not know what a macro makes of the template, nor what deploying that takes",
			s.place(strings.TrimPrefix(path+"."+key, ".")), path)
		return false
	})
}

// macro is the key of a node under which a macro is called; "" if there is none.
func macro(path string, n *tree.Node) string {
	i := slices.IndexFunc(n.Keys, func(key string) bool {
		return key == "Fn::Transform" && len(n.Keys) == 1 || strings.HasPrefix(key, "Fn::ForEach::")
	})
	switch {
	case i >= 0:
		return n.Keys[i]
	case path == "Transform":
		return path
	default:
		return ""
	}
}

// checkEach refuses what lacks a key that everything in its section has.
func (s *Own) checkEach(root *tree.Node, section, key, example string) {
	all := root.Get(section)
	if all == nil {
		return
	}
	for i, name := range all.Keys {
		if all.Items[i].Get(key) == nil {
			s.failAt("template", section+"."+name, "it has no "+key, "write one, "+example)
		}
	}
}

// checkNames refuses those of what cfnpipe adds to the template.
func (s *Own) checkNames(root *tree.Node) {
	taken := func(section, name, what string) {
		if root.At(section, name) != nil {
			s.failAt("template", section+"."+name, "cfnpipe adds a "+what, "give yours another")
		}
	}
	access := s.Environment.Access
	taken("Parameters", cfn.ID(access.Name(), access.ResourceTypes().Name), "parameter of this name")
	for _, name := range parametersOf(root) {
		if strings.HasPrefix(name, cfn.ID(access.Name(), coversPrefix)) {
			taken("Parameters", name, "parameters whose names begin like this")
		}
	}
	taken("Rules", typesRule, "rule of this name")
	taken("Rules", needsRule, "rule of this name")
	for _, name := range s.Outputs {
		if root.At("Outputs", name) != nil {
			for _, id := range []string{cfn.PublishedID(name), cfn.PublishedListID(name)} {
				taken("Resources", id, "resource of this name, from which other stacks take the output "+name)
			}
		}
	}
}

// checkResources refuses what the execution role could not deploy.
func (s *Own) checkResources(root *tree.Node) {
	resources := root.Get("Resources")
	path := spec.ApplicationPath(s.Environment.Place.Project)
	boundary := s.Environment.known()[s.Environment.Access.Name()]["BoundaryArn"].text
	for i, id := range resources.Keys {
		r, at := resources.Items[i], "Resources."+id
		typ := r.Get("Type")
		if typ == nil || typ.Kind != tree.String {
			s.failAt("template", at, "it has no Type", "write one, such as AWS::SQS::Queue")
			continue
		}
		if message, _ := conform.NoType(typ.Text); message != "" {
			continue // Check has said so
		}
		if !policy.Known(typ.Text) && !s.gives(func(action string) bool { return policy.MayTake(typ.Text, action) }) {
			s.failAt("template", at, "cfnpipe does not know what permissions it takes to deploy "+typ.Text,
				s.permissionsHint(typ.Text, !slices.ContainsFunc(resources.Items[:i], func(n *tree.Node) bool { return textOf(n, "Type") == typ.Text })))
		}
		if s.alone {
			continue
		}
		s.checkBeyond(at, typ.Text, r.Get("Properties"))
		has := r.At("Properties", "PermissionsBoundary")
		if typ.Text == "AWS::IAM::Role" && (has == nil || has.Kind == tree.String && has.Text != boundary) {
			s.failAt("template", at, "a pipeline can make only roles with its boundary",
				"set PermissionsBoundary to a parameter, and that to access.BoundaryArn")
		}
		switch typ.Text {
		case "AWS::IAM::InstanceProfile", "AWS::IAM::ManagedPolicy", "AWS::IAM::Role":
			if p := r.At("Properties", "Path"); p == nil || p.Kind == tree.String && p.Text != path {
				s.failAt("template", at, "a pipeline can make roles, policies and instance profiles only under its own path", "set Path to "+path)
			}
		}
	}
}

// checkBeyond refuses what the table of resource types leaves out of the types that it has, unless the permissions of the stack have it.
func (s *Own) checkBeyond(at, typ string, properties *tree.Node) {
	lacking := func(x policy.Excess) []string {
		return slices.DeleteFunc(slices.Clone(x.Actions), func(action string) bool {
			return s.gives(func(pattern string) bool {
				begin, isPattern := strings.CutSuffix(strings.ToLower(pattern), "*")
				return begin == strings.ToLower(action) || isPattern && strings.HasPrefix(strings.ToLower(action), begin)
			})
		})
	}
	in := func(path string) string { return strings.TrimSuffix(at+".Properties."+path, ".Properties.") }
	for _, x := range s.scope().Beyond(typ, properties) {
		actions := lacking(x)
		switch {
		case len(actions) == 0:
		case strings.HasPrefix(actions[0], "iam:"):
			s.failAt("template", in(x.Path), "it takes "+list(actions)+", which no pipeline may have", "leave it to the operator's stacks")
		default:
			s.failAt("template", in(x.Path), "it takes permissions that cfnpipe does not give for "+typ,
				"write "+list(actions)+" under permissions of the stack in pipeline.yaml")
		}
	}
	for _, x := range s.scope().Misnamed(typ, properties) {
		if len(lacking(x)) == 0 {
			continue
		}
		message := "the role that deploys it may touch no " + typ + " of this name"
		if x.Path == "" {
			message = "the role that deploys it may not touch an " + typ + " of the name that CloudFormation would give it"
		}
		s.failAt("template", in(x.Path), message, "let its "+x.Property+" be "+strings.ReplaceAll(x.Name, "*", "…"))
	}
}

// list is texts as a sentence has them.
func list(texts []string) string {
	last := len(texts) - 1
	if last == 0 {
		return texts[0]
	}
	return strings.Join(texts[:last], ", ") + " and " + texts[last]
}

// gives says whether the permissions of the stack have an action of a kind.
func (s *Own) gives(is func(action string) bool) bool {
	return slices.ContainsFunc(s.Stack.Permissions, func(p spec.Permission) bool { return slices.ContainsFunc(p.Actions, is) })
}

// checkGiven finds what pipeline.yaml gives to no parameter, and parameters without a value.
func (s *Own) checkGiven(root *tree.Node) {
	names := parametersOf(root)
	for _, name := range slices.Sorted(maps.Keys(s.Stack.Parameters)) {
		if !slices.Contains(names, name) {
			s.fail("parameters."+name, spec.Suggest(name, names), "%s has no parameter %s", s.Stack.Template, name)
		}
	}
	for i, name := range names {
		p := root.Get("Parameters").Items[i]
		if _, given := s.Stack.Parameters[name]; !given && p.Get("Default") == nil {
			s.fail("parameters", "give it one", "the parameter %s of %s has no value and no default", name, s.place("Parameters."+name))
		}
	}
}

// pass gives a parameter a text, if its declaration takes that.
func (s *Own) pass(t *cfn.Template, name, value string) {
	p := s.root.At("Parameters", name)
	field, at := "template", "Parameters."+name+".Default"
	if _, given := s.Stack.Parameters[name]; given {
		field, at = "parameters."+name, "Parameters."+name
	}
	if isFromSSM(p) && !strings.HasPrefix(value, publicParameters) {
		s.failAt(field, at, "a pipeline may read nothing from SSM but what stacks of the environment put out and, below "+publicParameters+", AWS",
			"let it take an output, such as network.VpcId, or let its Type be that of the value")
		return
	}
	if message := refusal(p, value); message != "" {
		s.failAt(field, at, message, "give it another value")
		return
	}
	t.Pass(name, value)
}

// isFromSSM says whether a parameter's value is the name of an SSM parameter, from which CloudFormation reads it.
func isFromSSM(parameter *tree.Node) bool {
	return strings.HasPrefix(textOf(parameter, "Type"), "AWS::SSM::Parameter::Value<")
}

// isList says whether a parameter is a list.
func isList(parameter *tree.Node) bool {
	typ := textOf(parameter, "Type")
	return typ == "CommaDelimitedList" || strings.HasPrefix(typ, "List<")
}

func textOf(n *tree.Node, key string) string {
	if v := n.Get(key); v != nil {
		return v.Text
	}
	return ""
}

// refusal says why CloudFormation would refuse a value of a parameter; empty where nothing is known against it.
func refusal(p *tree.Node, value string) string {
	if !isList(p) {
		return refusalOfOne(p, value)
	}
	for item := range strings.SplitSeq(value, ",") {
		if message := refusalOfOne(p, strings.TrimSpace(item)); message != "" {
			return message
		}
	}
	return ""
}

func refusalOfOne(p *tree.Node, value string) string {
	typ := textOf(p, "Type")
	number, err := strconv.ParseFloat(value, 64)
	if strings.HasSuffix(strings.TrimSuffix(typ, ">"), "Number") && err != nil {
		return strconv.Quote(value) + " is no number"
	}
	if allowed := p.Get("AllowedValues"); allowed != nil && allowed.Kind == tree.List {
		var texts []string
		for _, item := range allowed.Items {
			texts = append(texts, item.Text)
		}
		if !slices.Contains(texts, value) {
			return strconv.Quote(value) + " is none of its AllowedValues: " + strings.Join(texts, ", ")
		}
	}
	if pattern := p.Get("AllowedPattern"); pattern != nil {
		// what only Java's expressions have, CloudFormation checks
		if re, err := regexp.Compile(`^(?:` + pattern.Text + `)$`); err == nil && !re.MatchString(value) {
			return strconv.Quote(value) + " does not match its AllowedPattern " + pattern.Text
		}
	}
	switch typ {
	case "String":
		length := utf8.RuneCountInString(value)
		return outside(p, float64(length), fmt.Sprintf("%s has %d characters", strconv.Quote(value), length), "MinLength", "MaxLength")
	case "Number":
		return outside(p, number, value+" is outside", "MinValue", "MaxValue")
	}
	return ""
}

// outside says that a size is not within the limits of a parameter.
func outside(p *tree.Node, size float64, what, least, most string) string {
	if n, err := strconv.ParseFloat(textOf(p, least), 64); err == nil && size < n {
		return fmt.Sprintf("%s; %s is %s", what, least, textOf(p, least))
	}
	if n, err := strconv.ParseFloat(textOf(p, most), 64); err == nil && size > n {
		return fmt.Sprintf("%s; %s is %s", what, most, textOf(p, most))
	}
	return ""
}
