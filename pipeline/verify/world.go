package verify

import (
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// world is what the templates of an assembly make, once they are deployed: roles, keys, buckets and all else by which they know each other.
type world struct {
	assembly  *assembly.Assembly
	report    *Report
	evaluator eval.Evaluator
	stacks    []*stack
	// What is found by its ARN, or for buckets and stacks by what is as good.
	roles      map[string]*role
	roleList   []*role // in the order of the templates
	policies   map[string]*managed
	policyList []*managed
	keys       map[string]*thing
	buckets    map[string]*thing
	projects   map[string]*thing
	pipelines  []*thing
	topics     map[string]*thing
	resource   map[*thing]*eval.Policy // what policyOf has read
	kinds      map[string][]*thing     // by resource type, in the order of the templates
	// users are the roles that have a part in an artifact store or a bucket of code.
	users   map[*thing]map[*role]bool
	isStore map[*thing]bool
	becomes map[[2]*role]bool // who has to become whom
	// publishers are the roles that put code and images where they belong.
	publishers map[*role]bool
	// cleared are the stacks that a role deletes where their first creation failed.
	cleared map[*role]map[*stack]bool
	// written are the SSM parameters that stacks write, by place and name.
	written map[ssmName]*written
	unwired []string // the parameters without a value, as values show them
	// elsewhere is an account that has nothing to do with the system; accounts are that one and the system's.
	elsewhere string
	accounts  []string
	plain     map[string][]eval.Value // the condition keys of a request with nothing special
	// What stands in no template.
	everything            *eval.Policy // an identity policy that allows everything
	anybody               *eval.Policy // a resource policy that allows everybody everything
	anyTrust              map[string]*eval.Policy
	anyKey                map[[2]string]*eval.Policy
	rows                  map[rowKey]*row     // of the table of resource types
	takes                 map[string][]string // the types that a property refers to, by its name
	proofs                map[string]func(*thing)
	known                 map[string]bool     // whether the table has a resource type
	keyHints, actionHints map[string]string   // what keyHint and actionHint have given
	owners                map[string][]string // the services in the ARNs of a service's resources
}

// stack is one of the assembly's, with what its template's functions give.
type stack struct {
	*assembly.Stack
	index    int
	file     string
	resolver *eval.Resolver
	things   map[string]*thing // by logical id
	ids      []string          // the logical ids, in the order of the template
	deployer *role             // the execution role with which a pipeline deploys it; nil where none does

	attributes map[[2]string]eval.Value // what attribute has given
}

// thing is a resource of a template.
type thing struct {
	stack      *stack
	id, kind   string
	properties *tree.Node
	statements []*statement // of its resource policy, which policyStatements reads
	spec       *buildSpec   // which buildSpec reads
}

// path of one of the thing's properties in its template.
func (x *thing) path(property string) string {
	path := "Resources." + x.id + ".Properties"
	if property != "" {
		path += "." + property
	}
	return path
}

// text of a property.
func (x *thing) text(path ...string) eval.Value {
	n := x.properties.At(path...)
	if n == nil {
		return eval.Value{}
	}
	return x.stack.resolver.Resolve(n)
}

// known is the text of a property if it is known and there.
func (x *thing) known(path ...string) string {
	text, _ := x.text(path...).Known()
	return text
}

type ssmName struct{ account, region, name string }

// written is an SSM parameter that a stack writes.
type written struct {
	by     *thing
	value  eval.Value
	isList bool
}

func partitionOf(region string) string {
	switch {
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	default:
		return "aws"
	}
}

func newWorld(a *assembly.Assembly, r *Report) *world {
	w := &world{
		assembly: a, report: r, roles: map[string]*role{}, policies: map[string]*managed{}, keys: map[string]*thing{}, buckets: map[string]*thing{},
		projects: map[string]*thing{}, topics: map[string]*thing{}, resource: map[*thing]*eval.Policy{}, kinds: map[string][]*thing{},
		users: map[*thing]map[*role]bool{}, isStore: map[*thing]bool{}, becomes: map[[2]*role]bool{}, publishers: map[*role]bool{}, cleared: map[*role]map[*stack]bool{}, written: map[ssmName]*written{},
		anyTrust: map[string]*eval.Policy{}, anyKey: map[[2]string]*eval.Policy{}, rows: map[rowKey]*row{}, known: map[string]bool{}, plain: keys(), keyHints: map[string]string{}, actionHints: map[string]string{}, owners: map[string][]string{},
	}
	w.everything = parseOwn(eval.Identity, allowing("*"))
	w.proofs = w.applicationProofs()
	w.anybody = parseOwn(eval.Resource, allowing("*").Set("Principal", tree.Text("*")))
	for i := range a.Stacks {
		w.add(i)
	}
	w.elsewhere = outside
	w.accounts = slices.Insert(w.accounts, 0, w.elsewhere)
	for _, s := range w.stacks {
		for _, id := range s.ids {
			w.index(s.things[id])
		}
	}
	w.attach()
	return w
}

// allowing begins a statement that allows actions on everything.
func allowing(actions string) *tree.Node {
	return tree.NewMap().Set("Effect", tree.Text("Allow")).Set("Action", tree.Text(actions)).Set("Resource", tree.Text("*"))
}

// parseOwn reads a policy that stands in no template.
func parseOwn(kind eval.Kind, statement *tree.Node) *eval.Policy {
	p, _ := eval.Parse(eval.Source{Kind: kind, Owner: "anybody"}, tree.NewMap().Set("Statement", statement), &eval.Resolver{})
	return p
}

// add a stack: what it writes to SSM is there for the stacks behind it, in whose templates parameters take it.
func (w *world) add(i int) {
	s := &stack{Stack: &w.assembly.Stacks[i], index: i, things: map[string]*thing{}, attributes: map[[2]string]eval.Value{}}
	s.file = s.TemplateFile(w.assembly.Format)
	s.resolver = &eval.Resolver{
		ID: s.Path, StackName: s.Name, Account: s.Account, Region: s.Region, Partition: partitionOf(s.Region), URLSuffix: "amazonaws.com",
		Parameters: map[string]eval.Value{}, Lists: map[string][]eval.Value{}, Attribute: s.attribute,
	}
	s.resolver.StackOutput = func(o tree.StackOutput) (eval.Value, bool) { return w.outputOf(s, o) }
	w.stacks = append(w.stacks, s)
	if !slices.Contains(w.accounts, s.Account) {
		w.accounts = append(w.accounts, s.Account)
	}
	resources := s.Template.Get("Resources")
	s.ids = keysOf(resources)
	for k, id := range s.ids {
		x := &thing{stack: s, id: id, properties: resources.Items[k].Get("Properties")}
		if t := resources.Items[k].Get("Type"); t != nil {
			x.kind = t.Text
		}
		s.things[id] = x
	}
	w.parameters(s)
	for _, id := range s.ids {
		x := s.things[id]
		if x.kind != "AWS::SSM::Parameter" {
			continue
		}
		name := ssmName{s.Account, s.Region, x.known("Name")}
		if other := w.written[name]; other != nil && name.name != "" {
			w.report.fail(x.stack, x.path("Name"), "ssm-written-twice", "the SSM parameter "+name.name+" is written by stack "+other.by.stack.Name+" too",
				"let one of them write it")
			continue
		}
		w.written[name] = &written{by: x, value: x.text("Value"), isList: x.known("Type") == "StringList"}
	}
}

func keysOf(n *tree.Node) []string {
	if n == nil {
		return nil
	}
	return n.Keys
}

// index makes a thing found by its type, and by its ARN or name.
func (w *world) index(x *thing) {
	w.kinds[x.kind] = append(w.kinds[x.kind], x)
	switch x.kind {
	case "AWS::IAM::Role":
		w.addRole(x)
	case "AWS::IAM::ManagedPolicy":
		w.addManaged(x)
	case "AWS::KMS::Key":
		w.keys[x.arn().String()] = x
	case "AWS::S3::Bucket":
		if name, known := x.ref().Known(); known {
			w.buckets[name] = x
		}
	case "AWS::CodeBuild::Project":
		w.projects[x.arn().String()] = x
	case "AWS::CodePipeline::Pipeline":
		w.pipelines = append(w.pipelines, x)
	case "AWS::SNS::Topic":
		w.topics[x.arn().String()] = x
	}
}

// ofKind are the things of a resource type, in the order of the templates.
func (w *world) ofKind(kind string) []*thing { return w.kinds[kind] }

// scopeOf a stack is the environment or the pipeline that it belongs to; toolchain for what all share.
func (w *world) scopeOf(s *stack) string {
	if s.Environment != "" {
		return s.Environment
	}
	rest := strings.TrimPrefix(s.Name, w.assembly.Project+"-")
	if name := s.Tags["pipeline"]; name != "" && strings.HasPrefix(rest, name+"-") {
		return name
	}
	scope, _, _ := strings.Cut(rest, "-")
	return scope
}

// prefixOf the names of what belongs to the same environment or pipeline as a stack: <project>-<scope>-.
func (w *world) prefixOf(s *stack) string { return w.assembly.Project + "-" + w.scopeOf(s) + "-" }

// accessPath is the IAM path of the roles that deploy, applicationPath that of those that pipelines make.
func (w *world) accessPath() string      { return "/" + w.assembly.Project + "/access/" }
func (w *world) applicationPath() string { return "/" + w.assembly.Project + "/app/" }

// arn of a resource in the stack's account and region.
func (s *stack) arn(service, resource string) string {
	return "arn:" + partitionOf(s.Region) + ":" + service + ":" + s.Region + ":" + s.Account + ":" + resource
}

// iamARN of a role or policy in the stack's account, by its kind, path and name.
func (s *stack) iamARN(resource string) string {
	return "arn:" + partitionOf(s.Region) + ":iam::" + s.Account + ":" + resource
}

// ref is what Ref gives for a thing.
func (x *thing) ref() eval.Value {
	return x.stack.resolver.Resolve(tree.NewMap().Set("Ref", tree.Text(x.id)))
}

// arn of a thing. Some kinds have it as Ref.
func (x *thing) arn() eval.Value {
	if v, ok := x.stack.attribute(x.id, "Arn"); ok {
		return v
	}
	return x.ref()
}

// title of a thing for people: its name, or else its logical id.
func (x *thing) title() string {
	for _, v := range []eval.Value{x.ref(), x.arn()} {
		if name, known := v.Known(); known {
			return name[strings.LastIndex(name, ":")+1:]
		}
	}
	return x.stack.Name + " " + x.id
}

// attribute is what GetAtt gives for a resource of the stack; for an empty attribute, Ref. It is known of what has a name of our choice. Of
// what has not, and of keys, all but what AWS chooses is.
func (s *stack) attribute(id, attribute string) (eval.Value, bool) {
	x := s.things[id]
	if x == nil {
		return eval.Value{}, false
	}
	at := [2]string{id, attribute}
	v, ok := s.attributes[at]
	if !ok {
		if v, ok = x.attribute(attribute); ok {
			s.attributes[at] = v
		}
	}
	return v, ok
}

func (x *thing) attribute(attribute string) (eval.Value, bool) {
	form, ok := x.row().Values[attribute]
	if !ok {
		return eval.Value{}, false
	}
	return x.fill(form), true
}

// hole stands for what AWS chooses of a thing.
func (x *thing) hole() eval.Value { return eval.Hole(x.stack.resolver.ID + "/" + x.id) }

// name of a thing by the property that gives it. Without one, CloudFormation makes one: <stack>-<logical id>-<12 characters or more>.
// Where that is too long it takes less of the first two, and how much is not known.
func (x *thing) name(property string) eval.Value {
	const most = 48 // role names have 64; others have more, or need not be known
	begin := x.stack.Name + "-" + x.id + "-"
	switch {
	case x.properties.Get(property) != nil:
		return x.text(property)
	case x.kind == "AWS::S3::Bucket" && len(begin) <= most:
		return eval.Concat(eval.Text(strings.ToLower(begin)), eval.Word(x.stack.resolver.ID+"/"+x.id))
	case slices.Contains([]string{"FunctionName", "LogGroupName", "ManagedPolicyName", "QueueName", "RoleName", "TopicName"}, property) && len(begin) <= most:
		return eval.Concat(eval.Text(begin), eval.Word(x.stack.resolver.ID+"/"+x.id))
	default:
		return x.hole()
	}
}

// pathOf a role or policy; IAM's own is /.
func pathOf(x *thing) eval.Value {
	if x.properties.Get("Path") == nil {
		return eval.Text("/")
	}
	return x.text("Path")
}
