package stages

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/names"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// InvalidError is what is wrong with what pipeline.yaml names: a file, or an output of a stack.
type InvalidError struct{ Problems []spec.Problem }

// Error is one line per problem.
func (e *InvalidError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = (&spec.Error{Problem: p}).Error()
	}
	return strings.Join(lines, "\n")
}

// Invalid parts an error into what is wrong with what pipeline.yaml names, and all else; nil where there is nothing.
func Invalid(err error) (problems []spec.Problem, rest error) {
	switch e := err.(type) { //nolint:errorlint // this walks the tree of errors itself
	case nil:
		return nil, nil
	case *InvalidError:
		return e.Problems, nil
	case interface{ Unwrap() []error }:
		var others []error
		for _, inner := range e.Unwrap() {
			p, other := Invalid(inner)
			problems, others = append(problems, p...), append(others, other)
		}
		return problems, errors.Join(others...)
	default:
		return nil, err
	}
}

// Wirer is a stack that takes what others publish by name, so only when all of them are built.
type Wirer interface {
	// Wire the stack, whose template is t, to the others of its environment.
	Wire(t *cfn.Template, others []*cfn.Template) error
}

// Own is a stack of the project's own: a template file as it is, and what connects it with the other stacks.
type Own struct {
	Environment *Environment
	Stack       spec.Stack
	// Outputs of the template that other stacks take.
	Outputs []string
	// Elsewhere are the names of the stacks of the project's own in all environments: one that is not here may be there.
	Elsewhere []string
	// At is where pipeline.yaml has the stack, such as environments[0].application.stacks[1]; empty where Go has it.
	At string

	// alone: it is checked without the stacks that cfnpipe makes, and the names of roles are not known.
	alone    bool
	root     *tree.Node // as it was read
	problems []spec.Problem
	// written is the template as it was read, once a problem has asked for a place in it.
	written *tree.Node
}

// Name of the stack.
func (s *Own) Name() string { return s.Stack.Name }

// Extension of the template's file, with its dot: .json or .yaml.
func (s *Own) Extension() string {
	if strings.EqualFold(path.Ext(s.Stack.Template), ".json") {
		return ".json"
	}
	return ".yaml"
}

// Text of the template as it was written, with what root adds to it.
func (s *Own) Text(root *tree.Node) ([]byte, error) {
	text, err := tree.Patch(s.Stack.Content, root)
	if err != nil {
		s.problems = nil
		s.fail("template", "", "%s: %s", s.Stack.Template, err)
		return nil, s.invalid()
	}
	return text, nil
}

// Build reads the template and checks it.
func (s *Own) Build(t *cfn.Template) error {
	s.root, s.problems, s.written = nil, nil, nil
	root, err := tree.Parse(s.Stack.Template, s.Stack.Content)
	if err != nil {
		s.fail("template", "", "%s:%s", s.Stack.Template, err)
		return s.invalid()
	}
	isTemplate := s.check(root)
	isRight := len(s.problems) == 0
	if isTemplate {
		s.checkGiven(root)
	}
	if !isRight {
		return s.invalid()
	}
	s.root = root
	t.Import(root)
	for _, name := range s.Outputs {
		if root.At("Outputs", name) != nil { // else who takes it says so
			t.PublishOutput(name)
		}
	}
	return s.invalid()
}

// Wire gives the parameters of the template their values.
func (s *Own) Wire(t *cfn.Template, others []*cfn.Template) error {
	if s.root == nil {
		return nil // Build has said why
	}
	s.problems = nil // Build has said those
	parameters, names := s.root.Get("Parameters"), parametersOf(s.root)
	for _, name := range slices.Sorted(maps.Keys(s.Stack.Parameters)) {
		if slices.Contains(names, name) {
			s.wire(t, name, others)
		}
	}
	for i, name := range names {
		d := parameters.Items[i].Get("Default")
		if _, given := s.Stack.Parameters[name]; !given && d != nil {
			s.pass(t, name, d.Text)
		}
	}
	for _, r := range s.readings(s.root) {
		for _, o := range others {
			if r.stack == o.Name() && r.region == o.Place.Region && r.account == o.Place.Account && o != t {
				t.DeployAfter(o)
			}
		}
	}
	for _, p := range t.Problems() {
		s.located(p)
	}
	return s.invalid()
}

// parametersOf are the names of a template's parameters.
func parametersOf(root *tree.Node) []string {
	if parameters := root.Get("Parameters"); parameters != nil {
		return parameters.Keys
	}
	return nil
}

// reference is an output of a stack as pipeline.yaml writes it.
var reference = regexp.MustCompile(`^([a-z][a-z0-9-]*)\.([A-Z][A-Za-z0-9]*)$`)

// References are the stack and the output that a parameter's value stands for; ok is false for a text that stands for itself.
func References(value string) (stack, output string, ok bool) {
	m := reference.FindStringSubmatch(value)
	if m == nil {
		return "", "", false
	}
	return m[1], m[2], true
}

func (s *Own) wire(t *cfn.Template, parameter string, others []*cfn.Template) {
	value := s.Stack.Parameters[parameter]
	stack, output, ok := References(value)
	field := "parameters." + parameter
	if !ok {
		if textOf(s.root.At("Parameters", parameter), "NoEcho") == "true" && !strings.HasPrefix(value, "{{resolve:") {
			s.fail(field, "keep it in Secrets Manager, and let the template resolve it: {{resolve:secretsmanager:…}}",
				"the parameter %s of %s is a secret (NoEcho), and who reads pipeline.yaml could read it", parameter, s.Stack.Template)
			return
		}
		s.pass(t, parameter, value)
		return
	}
	i := slices.IndexFunc(others, func(o *cfn.Template) bool { return o.Stack().Name() == stack })
	if s.alone && i < 0 {
		return
	}
	known := s.Environment.known()
	outputs, isKnown := known[stack]
	switch {
	case isKnown:
		known, ok := outputs[output]
		isMany := isList(s.root.At("Parameters", parameter))
		switch {
		case !ok:
			s.fail(field, spec.Suggest(output, slices.Sorted(maps.Keys(outputs))), "the stack %s has no output %s", stack, output)
		case known.many != isMany:
			is, instead := oneOrMany(known.many)
			s.fail(field, "let the type be "+instead, "%s of the stack %s is %s, and the type of the parameter is %s", output, stack, is,
				textOf(s.root.At("Parameters", parameter), "Type"))
		default:
			s.pass(t, parameter, known.text)
		}
	case i < 0:
		names := slices.Collect(maps.Keys(known))
		for _, o := range others {
			names = append(names, o.Stack().Name())
		}
		slices.Sort(names)
		hint := spec.Suggest(stack, names)
		if !strings.HasSuffix(hint, "?") {
			hint += "; a text that only looks like an output can be the Default in the template"
		}
		s.fail(field, hint, "%s", s.isMissing(stack))
	case isBroken(others[i].Stack()):
		// which is said there
	case others[i] == t:
		s.fail(field, "use the value itself in the template", "the stack takes an output of its own")
	case !slices.Contains(outputsOf(others[i]), output):
		s.fail(field, spec.Suggest(output, outputsOf(others[i])), "the stack %s has no output %s", stack, output)
	case !slices.Contains(others[i].Published(), output):
		// why, is said there
	default:
		t.PassOutput(parameter, others[i].Stack(), output)
	}
}

// isMissing says that there is no such stack; a name that nothing has in any environment is said the same way in all of them.
func (s *Own) isMissing(stack string) string {
	message := "there is no stack " + stack
	if slices.Contains(s.Elsewhere, stack) || slices.Contains(spec.StackNames(), stack) {
		message += " in environment " + s.Environment.Place.Scope
	}
	return message
}

func isBroken(stack cfn.Stack) bool {
	own, ok := stack.(*Own)
	return ok && own.root == nil
}

// outputsOf are the outputs of a stack that can be taken.
func outputsOf(t *cfn.Template) []string {
	if own, ok := t.Stack().(*Own); ok && own.root != nil {
		if outputs := own.root.Get("Outputs"); outputs != nil {
			return outputs.Keys
		}
	}
	return t.Published()
}

// knownOutput is an output whose value is known while building: a text, or many with commas between them.
type knownOutput struct {
	text string
	many bool
}

// oneOrMany is what messages call a value, and the type of the parameters that take it.
func oneOrMany(many bool) (is, typ string) {
	if many {
		return "a list", "CommaDelimitedList"
	}
	return "a text", "String"
}

// known are the outputs of stacks whose values are known while building: the access stack's, and those of a network that exists.
func (e *Environment) known() map[string]map[string]knownOutput {
	boundary := e.Access.Boundary
	if boundary == "" {
		boundary = fmt.Sprintf("arn:%s:iam::%s:policy%s%s", names.Partition(e.Place.Region), e.Place.Account, spec.AccessPath(e.Place.Project),
			spec.Name(e.Place.Project, e.Place.Scope, spec.BoundaryPart))
	}
	known := map[string]map[string]knownOutput{
		e.Access.Name(): {"BoundaryArn": {text: boundary}, "RolePath": {text: spec.ApplicationPath(e.Place.Project)}},
	}
	if e.Network != nil && e.Network.Exists() {
		outputs := map[string]knownOutput{e.Network.VPCID().Name: {text: e.Network.Network.VPC}}
		for _, layer := range []string{Public, Private, Isolated} {
			if ids := e.Network.existing(layer); len(ids) > 0 {
				outputs[e.Network.SubnetIDs(layer).Name] = knownOutput{text: strings.Join(ids, ","), many: true}
			}
		}
		known[e.Network.Name()] = outputs
	}
	return known
}

// Grants are the permissions that pipeline.yaml gives for the deployment of the template, and to pass its roles to the services of Passes.
func (s *Own) Grants() policy.Identity {
	list := granted(cfn.ID(s.Name(), "permission"), s.Stack.Permissions)
	if services := s.Passes(); len(services) > 0 {
		list = append(list, s.scope().Pass("PassRolesOf"+cfn.ID(s.Name()), services...))
	}
	if root, err := tree.Parse(s.Stack.Template, s.Stack.Content); err == nil { // else Build says so
		reads := policy.Allow("ReadOutputsFor"+cfn.ID(s.Name()), "cloudformation:DescribeStacks")
		seen := map[reading]bool{}
		for _, r := range s.readings(root) {
			if r.hasRole || seen[r] {
				continue // the role needs it
			}
			seen[r] = true
			reads = reads.On(cfn.Format[cfn.Text]("arn:%s:cloudformation:%s:%s:stack/%s/*", cfn.Partition(), cfn.Lit(r.region), cfn.Lit(r.account), cfn.Lit(r.stack)))
		}
		if len(seen) > 0 {
			list = append(list, reads)
		}
	}
	return list
}

// scope is what the execution role may touch, as far as names go.
func (s *Own) scope() policy.Scope {
	p := s.Environment.Place
	return policy.Scope{Project: p.Project, Names: []string{p.Scope}, ApplicationPath: spec.ApplicationPath(p.Project)}
}

// Passes are the services that roles of the template trust by name, less those to which its resource types let roles be passed anyway.
func (s *Own) Passes() []string {
	root, err := tree.Parse(s.Stack.Template, s.Stack.Content)
	if err != nil {
		return nil // Build says so
	}
	var types, services []string
	resources := root.Get("Resources")
	if resources == nil {
		return nil // Build says so
	}
	for _, r := range resources.Items {
		types = append(types, textOf(r, "Type"))
		if textOf(r, "Type") != "AWS::IAM::Role" {
			continue
		}
		for _, statement := range r.At("Properties", "AssumeRolePolicyDocument", "Statement").Elements() {
			for _, principal := range statement.At("Principal", "Service").Elements() {
				services = append(services, s.service(principal)...)
			}
		}
	}
	slices.Sort(services)
	return slices.DeleteFunc(slices.Compact(services), func(service string) bool {
		return slices.ContainsFunc(types, func(typ string) bool { return policy.Passes(typ, service) })
	})
}

// service is a principal of a trust policy, and what it is called without its region, which iam:PassedToService may have for it. Nothing but
// text, and what Sub makes of region and suffix, is known to be a service.
func (s *Own) service(principal *tree.Node) []string {
	region := "." + s.Environment.Place.Region + "."
	text := principal.Text
	if name, arg, ok := principal.Intrinsic(); ok && name == "Fn::Sub" {
		text = strings.NewReplacer("${AWS::URLSuffix}", "amazonaws.com", ".${AWS::Region}.", region).Replace(arg.Text)
	}
	if !servicePrincipal.MatchString(text) {
		return nil
	}
	if strings.Contains(text, region) {
		return []string{text, strings.Replace(text, region, ".", 1)}
	}
	return []string{text}
}

// servicePrincipal is what AWS calls a service that may become a role.
var servicePrincipal = regexp.MustCompile(`^[a-z0-9.-]+\.amazonaws\.com$`)

// ReadsPublicParameters says whether the template takes what AWS has written to SSM for everybody, such as the latest image of a machine.
func (s *Own) ReadsPublicParameters() bool {
	root, err := tree.Parse(s.Stack.Template, s.Stack.Content)
	if err != nil {
		return false // Build says so
	}
	parameters := root.Get("Parameters")
	for i, name := range parametersOf(root) {
		value, given := s.Stack.Parameters[name]
		if !given {
			value = textOf(parameters.Items[i], "Default")
		}
		if isFromSSM(parameters.Items[i]) && strings.HasPrefix(value, publicParameters) {
			return true
		}
	}
	return false
}

// located reports a problem of the stack's template where pipeline.yaml says what leads to it.
func (s *Own) located(p cfn.Problem) {
	field := "template"
	if rest, ok := strings.CutPrefix(p.Path, "Parameters."); ok {
		name, _, _ := strings.Cut(rest, ".")
		if _, given := s.Stack.Parameters[name]; given {
			field = "parameters." + name
		}
	}
	s.failAt(field, p.Path, p.Message, p.Hint)
}

// failAt reports a problem of the template file at a path in it.
func (s *Own) failAt(field, at, message, hint string) {
	s.fail(field, hint, "%s: %s: %s", s.place(at), at, message)
}

// place is file:line:column of a path in the template; of what is missing, that of the nearest parent.
func (s *Own) place(at string) string {
	if s.written == nil {
		root, err := tree.Parse(s.Stack.Template, s.Stack.Content)
		if err != nil {
			return s.Stack.Template
		}
		s.written = root
	}
	nearest := s.written
	s.written.Walk(func(p string, n *tree.Node) bool {
		if p != "" && at != p && !strings.HasPrefix(at, p+".") && !strings.HasPrefix(at, p+"[") {
			return false
		}
		nearest = n // the deepest that is there
		return true
	})
	return fmt.Sprintf("%s:%d:%d", s.Stack.Template, nearest.Line, nearest.Column)
}

func (s *Own) fail(field, hint, format string, args ...any) {
	s.problems = append(s.problems, spec.Problem{Path: strings.TrimPrefix(s.At+"."+field, "."), Message: fmt.Sprintf(format, args...), Hint: hint})
}

func (s *Own) invalid() error {
	if len(s.problems) == 0 {
		return nil
	}
	return &InvalidError{s.problems}
}

// Located gives what is wrong with own stacks among the templates its place in pipeline.yaml: what they take of others, stacks that need each
// other, limits; and those limits that a part of an environment's application is too large for. What else is wrong is nobody's to change there.
func Located(err error, templates ...*cfn.Template) error {
	switch e := err.(type) { //nolint:errorlint // this walks the tree of errors itself
	case interface{ Unwrap() []error }:
		var all []error
		for _, inner := range e.Unwrap() {
			all = append(all, Located(inner, templates...))
		}
		return errors.Join(all...)
	case *cfn.CycleError:
		for _, t := range e.Templates {
			if s, ok := t.Stack().(*Own); ok {
				s.problems = nil
				s.fail("parameters", e.Hint(), "%s", s.short(e.Message()))
				return s.invalid()
			}
		}
	case *cfn.TemplateError:
		i := slices.IndexFunc(templates, func(t *cfn.Template) bool { return t.Name() == e.Stack })
		if i < 0 {
			return err
		}
		if s, ok := templates[i].Stack().(*Own); ok && s.root != nil {
			s.problems = nil
			for _, p := range e.List {
				p.Message = s.short(p.Message)
				s.located(p)
			}
			return s.invalid()
		}
		return tooLarge(e, templates[i].Stack())
	}
	return err
}

// tooLarge gives the limits that a stack of an environment breaks the place in pipeline.yaml of what it is made from.
func tooLarge(e *cfn.TemplateError, stack cfn.Stack) error {
	environment, part := madeFrom(stack)
	if environment == nil || environment.Index < 0 {
		return e
	}
	var limits []spec.Problem
	rest := &cfn.TemplateError{Stack: e.Stack}
	for _, p := range e.List {
		if p.Path != "Resources" && p.Path != "Parameters" && p.Path != "Outputs" { // all of a section
			rest.List = append(rest.List, p)
			continue
		}
		limits = append(limits, spec.Problem{
			Path:    fmt.Sprintf("environments[%d].application.%s", environment.Index, part),
			Message: fmt.Sprintf("too large for the stack %s: %s: %s", stack.Name(), p.Path, p.Message),
			Hint:    "let there be fewer: move some to a second project, or into stacks of your own",
		})
	}
	if len(limits) == 0 {
		return e
	}
	err := error(&InvalidError{limits})
	if len(rest.List) > 0 {
		err = errors.Join(err, rest)
	}
	return err
}

// madeFrom is the environment of a stack, and the part of its application that most of the stack is made from.
func madeFrom(stack cfn.Stack) (e *Environment, part string) {
	switch s := stack.(type) {
	case *Batch:
		return s.Environment, "jobs"
	case *Bootstrap:
		return s.Environment, "repositories"
	case *Functions:
		return s.Environment, "functions"
	case *Monitoring:
		return s.Environment, "monitoring"
	case *Services:
		return s.Environment, "services"
	case *Storage:
		return s.Environment, "buckets"
	default:
		return nil, ""
	}
}

// short is a message with the names that pipeline.yaml has for the stacks of the environment.
func (s *Own) short(message string) string {
	return strings.ReplaceAll(message, spec.Name(s.Environment.Place.Project, s.Environment.Place.Scope, ""), "")
}
