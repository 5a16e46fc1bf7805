package verify_test

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// spot is a place of a template, with what is above it.
type spot struct {
	n, above *tree.Node
	i        int // in above
	stack    *assembly.Stack
}

func (p spot) put(n *tree.Node) { p.above.Items[p.i] = n }
func (p spot) drop()            { remove(p.above, p.i) }
func (p spot) key() string {
	if p.above.Kind == tree.Map {
		return p.above.Keys[p.i]
	}
	return ""
}

// faultKind is what can be wrong with a place of a template: where it can be, and how it is made so.
type faultKind struct {
	name string
	// fits says whether a place can have the fault, by its path and what is there.
	fits func(path string, p spot) bool
	make func(p spot)
}

// manifestKind is what can be wrong with what the manifest or the configuration says of a stack.
type manifestKind struct {
	name string
	// count of the places that a stack has, and what makes one of them wrong.
	count func(a *assembly.Assembly, s *assembly.Stack) int
	make  func(a *assembly.Assembly, s *assembly.Stack, i int)
}

func kinds() []string {
	var list []string
	for _, k := range faultKinds() {
		list = append(list, k.name)
	}
	for _, k := range manifestKinds() {
		list = append(list, k.name)
	}
	return list
}

// injections are all faults that a golden has a place for.
func injections(name string, a *assembly.Assembly) []*injection {
	var list []*injection
	all := faultKinds()
	// by kind, what says whether a fault breaks nothing and opens nothing, as far as the rest of the golden shows
	harmless := map[string]func(a *assembly.Assembly, path string, p spot) bool{
		"namespace renamed": isUnused, "namespace removed": isUnused, "output removed": isUntaken, "principal is everybody": isOneRoles,
		"value of an SSM parameter": isUnread, "type of an SSM parameter": isUnread, "SSM parameter removed": isUnread,
		"name changed where it is defined": isUnread, "run order too late": isLast,
		"resource widened": deniesMore, "action widened to the service": deniesMore, "action widened to everything": deniesMore,
		"condition dropped": deniesMore, "condition key dropped": deniesMore, "condition value removed": deniesMore,
	}
	for i := range a.Stacks {
		s := &a.Stacks[i]
		spots(s, s.Template, "", "", func(path, shown string, p spot) {
			for _, k := range all {
				if !k.fits(path, p) {
					continue
				}
				list = append(list, &injection{
					kind: k.name, a: a, stack: i, isHarmless: harmless[k.name] != nil && harmless[k.name](a, path, p),
					place: name + " " + s.Path + " " + shown,
					change: func(_ *assembly.Assembly, s *assembly.Stack) {
						n, above, at := find(s.Template, path)
						k.make(spot{n, above, at, s})
					},
				})
			}
		})
		for _, k := range manifestKinds() {
			for n := range k.count(a, s) {
				list = append(list, &injection{
					kind: k.name, a: a, stack: i, place: name + " " + s.Path + " " + strconv.Itoa(n),
					change: func(a *assembly.Assembly, s *assembly.Stack) { k.make(a, s, n) },
				})
			}
		}
	}
	return list
}

// spots of a template, from its sections on. Each has its path, and the path as people read it: with the names of what stands in lists.
func spots(s *assembly.Stack, n *tree.Node, path, shown string, visit func(path, shown string, p spot)) {
	for i, item := range n.Items {
		if item == nil || n.Kind == tree.Map && (n.Keys[i] == "Metadata" || path == "" && n.Keys[i] == "Description") {
			continue
		}
		at, name := path+"["+strconv.Itoa(i)+"]", ""
		if n.Kind == tree.Map {
			at, name = strings.TrimPrefix(path+"."+n.Keys[i], "."), strings.TrimPrefix(shown+"."+n.Keys[i], ".")
		} else {
			name = shown + "[" + cmp.Or(nameOf(item), strconv.Itoa(i)) + "]"
		}
		visit(at, name, spot{item, n, i, s})
		spots(s, item, at, name, visit)
	}
}

// isUnread says whether no stack of the account reads what an SSM parameter holds.
func isUnread(a *assembly.Assembly, path string, p spot) bool {
	n := p.stackResource(path).At("Properties", "Name")
	if n == nil || !is(p.stackResource(path), "Type", "AWS::SSM::Parameter") {
		return false
	}
	return !slices.ContainsFunc(a.Stacks, func(o assembly.Stack) bool {
		return o.Account == p.stack.Account && slices.ContainsFunc(o.Parameters, func(q assembly.Parameter) bool { return q.Value == n.Text })
	})
}

// isUnused says whether no action takes anything from the namespace of an action.
func isUnused(_ *assembly.Assembly, _ string, p spot) bool {
	return !strings.Contains(string(p.stack.Template.JSON()), "#{"+p.n.Text+".")
}

// isUntaken says whether no stack takes an output.
func isUntaken(a *assembly.Assembly, _ string, p spot) bool {
	return !slices.ContainsFunc(a.Stacks, func(o assembly.Stack) bool {
		return slices.ContainsFunc(o.FromOutputs, func(f assembly.FromOutput) bool { return f.Stack == p.stack.Name && f.Output == p.key() })
	})
}

// isOneRoles says whether conditions of a statement name one role, or for what a service asks, so that everybody means no more.
func isOneRoles(_ *assembly.Assembly, _ string, p spot) bool {
	named := false
	p.above.Get("Condition").Walk(func(path string, n *tree.Node) bool {
		isName := strings.Contains(path, "aws:PrincipalArn") && isText(n) && !strings.Contains(path, "Not") && !strings.Contains(textOf(n), ":iam::*")
		named = named || isName || strings.Contains(path, "aws:SourceArn") || strings.Contains(path, "aws:SourceAccount")
		return true
	})
	return named || p.above.Get("Condition") == nil && is(p.above, "Effect", "Deny")
}

// isLast says whether nothing in the stage of an action comes after it, so that it may as well come later.
func isLast(_ *assembly.Assembly, path string, p spot) bool {
	order, _ := strconv.Atoi(p.n.Text)
	stage := p.stack.Template.Get("Resources").Get("Pipeline").Get("Properties").Get("Stages").Items[number(path, ".Stages[")]
	return !slices.ContainsFunc(stage.Get("Actions").Items, func(x *tree.Node) bool {
		n := x.Get("RunOrder")
		later := 1
		if n != nil {
			later, _ = strconv.Atoi(n.Text)
		}
		return later > order
	})
}

// number of an item in a path, after some text.
func number(path, after string) int {
	_, rest, _ := strings.Cut(path, after)
	n, _ := strconv.Atoi(rest[:strings.IndexByte(rest, ']')])
	return n
}

// deniesMore says whether a statement denies more where less narrows it: more resources, actions or requests, or fewer exceptions. That can break a run,
// and is found then; it opens nothing.
func deniesMore(_ *assembly.Assembly, path string, p spot) bool {
	i := strings.LastIndex(path, ".Statement[")
	end := i + strings.IndexByte(path[i:], ']') + 1
	statement, _, _ := find(p.stack.Template, path[:end])
	isException := strings.Contains(path[end:], "Not") || !strings.Contains(path[end:], ".Condition.") || p.above.Kind == tree.Map
	return is(statement, "Effect", "Deny") && isException
}

// is says whether a map has a text under a key.
func is(n *tree.Node, key, text string) bool { return n.Get(key) != nil && n.Get(key).Text == text }

func isStatement(path string, p spot) bool {
	return statementPath.MatchString(path) && p.n.Kind == tree.Map && p.n.Get("Effect") != nil
}

// inStatement says whether a path is of a part of a statement, which is a regular expression.
func inStatement(path, part string) bool {
	i := strings.LastIndex(path, ".Statement[")
	if i < 0 {
		return false
	}
	_, below, isBelow := strings.Cut(path[i:], "].")
	if !isBelow {
		return false
	}
	whole, ok := partPatterns.Load(part)
	if !ok {
		whole, _ = partPatterns.LoadOrStore(part, regexp.MustCompile("^"+part+"$"))
	}
	return whole.(*regexp.Regexp).MatchString(below)
}

var (
	partPatterns  sync.Map // of inStatement: regular expressions by their text
	inlinePath    = regexp.MustCompile(`\.Properties\.Policies\[\d+\]$`)
	variableNames = regexp.MustCompile(`ENVIRONMENT|ROLE|BUCKET|REGISTRY`)
	statementPath = regexp.MustCompile(`\.Statement\[\d+\]$`)
	actionPath    = regexp.MustCompile(`^Resources\.Pipeline\.Properties\.Stages\[\d+\]\.Actions\[\d+\]$`)
	stagePath     = regexp.MustCompile(`^Resources\.Pipeline\.Properties\.Stages\[\d+\]$`)
	propertyPath  = regexp.MustCompile(`^Resources\.[A-Za-z0-9]+\.Properties\.([A-Za-z]+)$`)
	rulePath      = regexp.MustCompile(`^Rules\.[A-Za-z0-9]+$`)
	assertionPath = regexp.MustCompile(`^Rules\.[A-Za-z0-9]+\.Assertions\[\d+\]$`)
	resourcePath  = regexp.MustCompile(`^Resources\.[A-Za-z0-9]+$`)
)

// property says whether a path is of one of some properties of a resource.
func property(path string, names ...string) bool {
	m := propertyPath.FindStringSubmatch(path)
	return m != nil && slices.Contains(names, m[1])
}

// configuration says whether a path is of a value of an action's configuration.
func configuration(path, key string) bool {
	above, ok := strings.CutSuffix(path, ".Configuration."+key)
	return ok && actionPath.MatchString(above)
}

func ofAction(path, key string) bool {
	above, ok := strings.CutSuffix(path, "."+key)
	return ok && actionPath.MatchString(above)
}

// altered is a text, or the text of a Sub, with another end.
func altered(n *tree.Node) {
	n.Walk(func(_ string, n *tree.Node) bool {
		if n.Kind == tree.String {
			if end, ok := strings.CutSuffix(n.Text, "*"); ok {
				n.Text = end + "x*"
			} else {
				n.Text += "x"
			}
			return false
		}
		return true
	})
}

func isText(n *tree.Node) bool {
	name, arg, isFunction := n.Intrinsic()
	return n.Kind == tree.String || isFunction && name == "Fn::Sub" && arg.Kind == tree.String
}

// textOf a text or a Sub.
func textOf(n *tree.Node) string {
	if _, arg, isFunction := n.Intrinsic(); isFunction {
		return arg.Text
	}
	return n.Text
}

// single says whether a node is one of the values of a part of a statement: the only one, or one of a list.
func single(path, part string) bool {
	return inStatement(path, part) || inStatement(path, part+`\[\d+\]`)
}

func replaced(text string) func(p spot) { return func(p spot) { p.put(tree.Text(text)) } }

func dropped(p spot) { p.drop() }

func swapped(from, to string) func(p spot) {
	return func(p spot) {
		for i, key := range p.n.Keys {
			switch key {
			case from:
				p.n.Keys[i] = to
			case to:
				p.n.Keys[i] = from
			}
		}
	}
}

func allowing(p spot) bool { return is(p.n, "Effect", "Allow") }

const elsewhere = "999999999999"

func isConditionKey(key string) bool {
	return strings.Contains(key, ":") && !strings.HasPrefix(key, "Fn::")
}

func isService(n *tree.Node) bool { return strings.HasSuffix(textOf(n), ".amazonaws.com") }

// other resource of the template than one, with a type that fits.
func other(s *assembly.Stack, id string, fits func(kind string) bool) string {
	resources := s.Template.Get("Resources")
	for i, name := range resources.Keys {
		if name != id && resources.Items[i].Get("Type") != nil && fits(resources.Items[i].Get("Type").Text) {
			return name
		}
	}
	return ""
}

func typeOf(s *assembly.Stack, id string) string {
	if n := s.Template.At("Resources", id, "Type"); n != nil {
		return n.Text
	}
	return ""
}

func faultKinds() []faultKind {
	type f = faultKind
	isOther := func(s *assembly.Stack, id string) func(string) bool {
		kind := typeOf(s, id)
		return func(k string) bool { return kind != "" && k != kind }
	}
	function := func(n *tree.Node, want string) *tree.Node {
		name, arg, isFunction := n.Intrinsic()
		if !isFunction || name != want {
			return nil
		}
		return arg
	}
	pairs := func(_ spot, path string) bool { return inStatement(path, "Condition") }
	key := regexp.MustCompile(`\.Statement\[\d+\]\.Condition\.'?[A-Za-z:]+'?\.[^ ]+$`)
	return []f{
		// statements
		{"statement deleted", isStatement, dropped},
		{"action removed", func(path string, _ spot) bool { return inStatement(path, `(Not)?Action\[\d+\]`) }, dropped},
		{"action misspelt", func(path string, p spot) bool { return single(path, "(Not)?Action") && p.n.Kind == tree.String }, func(p spot) { altered(p.n) }},
		{"action replaced", func(path string, p spot) bool { return single(path, "(Not)?Action") && p.n.Kind == tree.String }, replaced("s3:ListAllMyBuckets")},
		{"action widened to the service", func(path string, p spot) bool {
			return single(path, "Action") && p.n.Kind == tree.String && !strings.Contains(p.n.Text, ":*")
		}, func(p spot) {
			service, _, _ := strings.Cut(p.n.Text, ":")
			p.n.Text = service + ":*"
		}},
		{"action widened to everything", func(path string, p spot) bool { return single(path, "Action") && p.n.Kind == tree.String }, replaced("*")},
		{"effect flipped", isStatement, func(p spot) {
			effect := "Deny"
			if !allowing(p) {
				effect = "Allow"
			}
			p.n.Set("Effect", tree.Text(effect))
		}},
		{"resource narrowed", func(path string, p spot) bool {
			return single(path, "(Not)?Resource") && isText(p.n) && textOf(p.n) != "*"
		}, func(p spot) { altered(p.n) }},
		{"resource removed", func(path string, _ spot) bool { return inStatement(path, `(Not)?Resource\[\d+\]`) }, dropped},
		{"resource widened", func(path string, p spot) bool { return inStatement(path, "Resource") && p.n.Text != "*" }, replaced("*")},
		{"resource of another account", func(path string, p spot) bool {
			return single(path, "Resource") && isText(p.n) && strings.Contains(textOf(p.n), "${AWS::AccountId}")
		}, func(p spot) {
			p.n.Walk(func(_ string, n *tree.Node) bool {
				n.Text = strings.ReplaceAll(n.Text, "${AWS::AccountId}", elsewhere)
				return true
			})
		}},
		{"Action and NotAction swapped", isStatement, swapped("Action", "NotAction")},
		{
			"Resource and NotResource swapped", func(path string, p spot) bool {
				return isStatement(path, p) && !is(p.n, "Resource", "*") && (p.n.Get("Resource") != nil || p.n.Get("NotResource") != nil)
			},
			swapped("Resource", "NotResource"),
		},
		// principals
		{"principal deleted", func(path string, _ spot) bool { return inStatement(path, "Principal") }, dropped},
		{"principal removed", func(path string, _ spot) bool { return inStatement(path, `Principal\.[A-Za-z]+\[\d+\]`) }, dropped},
		{"principal of another account", func(path string, p spot) bool { return single(path, `Principal\.AWS`) && isText(p.n) }, replaced(elsewhere)},
		{"principal is everybody", func(path string, p spot) bool { return inStatement(path, "Principal") && p.n.Text != "*" }, replaced("*")},
		{"principal is everybody, without a condition", func(path string, p spot) bool {
			return isStatement(path, p) && allowing(p) && p.n.Get("Principal") != nil
		}, func(p spot) {
			p.n.Set("Principal", tree.Text("*"))
			if i := slices.Index(p.n.Keys, "Condition"); i >= 0 {
				remove(p.n, i)
			}
		}},
		{"principal is another role", func(path string, p spot) bool { return single(path, `Principal\.AWS`) && isText(p.n) }, func(p spot) {
			p.put(tree.NewMap().Set("Fn::Sub", tree.Text("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/stranger")))
		}},
		{"principal is another service", func(path string, p spot) bool { return single(path, `Principal\.Service`) && isService(p.n) }, replaced("glue.amazonaws.com")},
		// conditions
		{"condition dropped", func(path string, p spot) bool { return pairs(p, path) }, dropped},
		{"condition key dropped", func(path string, p spot) bool {
			return key.MatchString(path) && p.above.Kind == tree.Map && len(p.above.Keys) > 1 && isConditionKey(p.key())
		}, dropped},
		{"condition key renamed", func(path string, p spot) bool {
			return key.MatchString(path) && p.above.Kind == tree.Map && isConditionKey(p.key())
		}, func(p spot) {
			p.above.Keys[p.i] += "s"
		}},
		{"condition operator negated", func(path string, _ spot) bool { return inStatement(path, `Condition\.'?(String|Arn)[A-Za-z]+'?`) }, func(p spot) {
			name := p.above.Keys[p.i]
			if strings.Contains(name, "Not") {
				name = strings.Replace(name, "Not", "", 1)
			} else {
				name = strings.NewReplacer("String", "StringNot", "Arn", "ArnNot").Replace(name)
			}
			p.above.Keys[p.i] = name
		}},
		{"condition operator unknown", func(path string, p spot) bool {
			return inStatement(path, `Condition\.'?[A-Za-z]+'?`) && p.n.Kind == tree.Map
		}, func(p spot) { p.above.Keys[p.i] += "s" }},
		{"condition value replaced", func(path string, p spot) bool {
			return key.MatchString(path) && p.above.Kind == tree.Map && isConditionKey(p.key())
		}, replaced("arn:aws:iam::999999999999:role/stranger")},
		{"condition value removed", func(path string, p spot) bool {
			return strings.Contains(path, ".Condition.") && p.above.Kind == tree.List && len(p.above.Items) > 1
		}, dropped},
		// names
		{"name changed where it is defined", func(path string, p spot) bool {
			return property(path, "RoleName", "BucketName", "LogGroupName", "ManagedPolicyName", "FunctionName", "RepositoryName", "QueueName", "TopicName", "ClusterName") && isText(p.n) ||
				property(path, "Name") && isText(p.n) && (is(p.stackResource(path), "Type", "AWS::SSM::Parameter") || is(p.stackResource(path), "Type", "AWS::CodeBuild::Project"))
		}, func(p spot) { altered(p.n) }},
		{"path changed where it is defined", func(path string, _ spot) bool { return property(path, "Path") }, replaced("/")},
		{"role renamed where it is used", func(path string, p spot) bool {
			return isText(p.n) && strings.Contains(textOf(p.n), ":role/") && !strings.Contains(path, ".Statement") && !strings.HasSuffix(textOf(p.n), "*")
		}, func(p spot) { altered(p.n) }},
		{"policy renamed where it is used", func(path string, p spot) bool {
			return isText(p.n) && strings.Contains(textOf(p.n), ":policy/") && !strings.Contains(path, ".Statement")
		}, func(p spot) { altered(p.n) }},
		{"bucket renamed where it is used", func(path string, p spot) bool {
			return isText(p.n) && (property(path, "Bucket") || strings.HasSuffix(path, ".Location") || strings.HasSuffix(path, ".S3Bucket") || strings.HasSuffix(path, ".DestinationBucketName"))
		}, func(p spot) { altered(p.n) }},
		// references
		{"Ref to nothing", func(_ string, p spot) bool {
			return function(p.n, "Ref") != nil && !strings.HasPrefix(function(p.n, "Ref").Text, "AWS::")
		}, func(p spot) { p.n.Items[0].Text = "Nowhere" }},
		{"Ref to another resource", func(_ string, p spot) bool {
			arg := function(p.n, "Ref")
			return arg != nil && other(p.stack, arg.Text, isOther(p.stack, arg.Text)) != ""
		}, func(p spot) { id := p.n.Items[0].Text; p.n.Items[0].Text = other(p.stack, id, isOther(p.stack, id)) }},
		{"GetAtt of nothing", func(_ string, p spot) bool {
			arg := function(p.n, "Fn::GetAtt")
			return arg != nil && len(arg.Items) == 2
		}, func(p spot) {
			p.n.Items[0].Items[0].Text = "Nowhere"
		}},
		{"GetAtt of another resource", func(_ string, p spot) bool {
			arg := function(p.n, "Fn::GetAtt")
			return arg != nil && len(arg.Items) == 2 && other(p.stack, arg.Items[0].Text, isOther(p.stack, arg.Items[0].Text)) != ""
		}, func(p spot) {
			id := p.n.Items[0].Items[0]
			id.Text = other(p.stack, id.Text, isOther(p.stack, id.Text))
		}},
		{"GetAtt of an attribute that the type lacks", func(_ string, p spot) bool {
			arg := function(p.n, "Fn::GetAtt")
			return arg != nil && len(arg.Items) == 2
		}, func(p spot) {
			p.n.Items[0].Items[1].Text += "s"
		}},
		{"Sub of nothing", func(_ string, p spot) bool {
			arg := function(p.n, "Fn::Sub")
			return arg != nil && arg.Kind == tree.String && strings.Contains(strings.ReplaceAll(arg.Text, "${AWS::", ""), "${")
		}, func(p spot) {
			p.n.Items[0].Text = regexp.MustCompile(`\$\{[A-Z][A-Za-z0-9]+([.}])`).ReplaceAllString(p.n.Items[0].Text, "${N}$${Nowhere$1")
		}},
		{"DependsOn of nothing", func(path string, p spot) bool {
			return strings.HasPrefix(path, "Resources.") && strings.Contains(path, ".DependsOn") && p.n.Kind == tree.String
		}, func(p spot) { altered(p.n) }},
		{"cycle in a template", func(path string, p spot) bool {
			return resourcePath.MatchString(path) && p.n.Get("DependsOn") == nil && other(p.stack, p.key(), func(string) bool { return true }) != "" && refersTo(p) != ""
		}, func(p spot) { p.stack.Template.At("Resources", refersTo(p)).Set("DependsOn", tree.Text(p.key())) }},
		// order
		{"run order of 1", func(path string, p spot) bool { return ofAction(path, "RunOrder") && p.n.Text != "1" }, func(p spot) { p.n.Text = "1" }},
		{"run order too late", func(path string, _ spot) bool { return ofAction(path, "RunOrder") }, func(p spot) { p.n.Text = "900" }},
		{"run order out of range", func(path string, _ spot) bool { return ofAction(path, "RunOrder") }, func(p spot) { p.n.Text = "1000" }},
		{"stages swapped", func(path string, p spot) bool { return stagePath.MatchString(path) && p.i > 0 }, func(p spot) {
			p.above.Items[p.i], p.above.Items[p.i-1] = p.above.Items[p.i-1], p.above.Items[p.i]
		}},
		{"stage removed", func(path string, _ spot) bool { return stagePath.MatchString(path) }, dropped},
		// the pipeline's actions
		{"action of the pipeline removed", func(path string, p spot) bool {
			return actionPath.MatchString(path) && !isApproval(p.n) && !isTest(p.n)
		}, dropped},
		{"step removed", func(path string, p spot) bool { return actionPath.MatchString(path) && isTest(p.n) }, dropped},
		{"approval removed", func(path string, p spot) bool { return actionPath.MatchString(path) && isApproval(p.n) }, dropped},
		{"role of an action removed", func(path string, _ spot) bool { return ofAction(path, "RoleArn") }, dropped},
		{"role of an action renamed", func(path string, _ spot) bool { return ofAction(path, "RoleArn") }, func(p spot) { altered(p.n) }},
		{"role of an action of another account", func(path string, _ spot) bool { return ofAction(path, "RoleArn") || configuration(path, "RoleArn") }, func(p spot) {
			p.n.Walk(func(_ string, n *tree.Node) bool {
				n.Text = regexp.MustCompile(`::\d{12}:`).ReplaceAllString(n.Text, "::"+elsewhere+":")
				return true
			})
		}},
		{"execution role removed", func(path string, _ spot) bool { return configuration(path, "RoleArn") }, dropped},
		{"execution role is the deploy role", func(path string, _ spot) bool { return configuration(path, "RoleArn") }, func(p spot) {
			p.n.Walk(func(_ string, n *tree.Node) bool {
				n.Text = strings.Replace(n.Text, "-execution", "-deploy", 1)
				return true
			})
		}},
		{"region of an action", func(path string, p spot) bool { return actionPath.MatchString(path) && !isApproval(p.n) }, func(p spot) { p.n.Set("Region", tree.Text("ap-south-1")) }},
		{"namespace renamed", func(path string, _ spot) bool { return ofAction(path, "Namespace") }, func(p spot) { altered(p.n) }},
		{"namespace removed", func(path string, _ spot) bool { return ofAction(path, "Namespace") }, dropped},
		{"input artifact removed", func(path string, _ spot) bool { return ofActionList(path, "InputArtifacts") }, dropped},
		{"input artifact renamed", func(path string, _ spot) bool { return ofActionList(path, "InputArtifacts") }, func(p spot) { altered(p.n.Get("Name")) }},
		{"output artifact removed", func(path string, _ spot) bool { return ofActionList(path, "OutputArtifacts") }, dropped},
		{"output artifact renamed", func(path string, _ spot) bool { return ofActionList(path, "OutputArtifacts") }, func(p spot) { altered(p.n.Get("Name")) }},
		{"template path", func(path string, _ spot) bool { return configuration(path, "TemplatePath") }, func(p spot) { altered(p.n) }},
		{"template configuration removed", func(path string, _ spot) bool { return configuration(path, "TemplateConfiguration") }, dropped},
		{"template configuration renamed", func(path string, _ spot) bool { return configuration(path, "TemplateConfiguration") }, func(p spot) { altered(p.n) }},
		{"capabilities removed", func(path string, _ spot) bool { return configuration(path, "Capabilities") }, dropped},
		{"capabilities lessened", func(path string, _ spot) bool { return configuration(path, "Capabilities") }, replaced("CAPABILITY_AUTO_EXPAND")},
		{"change set renamed", func(path string, _ spot) bool { return configuration(path, "ChangeSetName") }, func(p spot) { altered(p.n) }},
		{"change set without a name", func(path string, _ spot) bool { return configuration(path, "ChangeSetName") }, dropped},
		{"stack of an action renamed", func(path string, _ spot) bool { return configuration(path, "StackName") }, func(p spot) { altered(p.n) }},
		{"project of an action renamed", func(path string, _ spot) bool { return configuration(path, "ProjectName") }, func(p spot) { altered(p.n) }},
		{"mode of an action", func(path string, _ spot) bool { return configuration(path, "ActionMode") }, replaced("DELETE_ONLY")},
		{"variables of a build removed", func(path string, p spot) bool {
			return configuration(path, "EnvironmentVariables") && variableNames.MatchString(textOf(p.n))
		}, dropped},
		{"overrides removed", func(path string, _ spot) bool { return configuration(path, "ParameterOverrides") }, dropped},
		{"branch of a source", func(path string, _ spot) bool { return configuration(path, "BranchName") }, func(p spot) { altered(p.n) }},
		{"connection of a source", func(path string, _ spot) bool { return configuration(path, "ConnectionArn") }, func(p spot) { altered(p.n) }},
		// boundaries, trusts, attachments
		{"boundary removed", func(path string, _ spot) bool { return property(path, "PermissionsBoundary") }, dropped},
		{"boundary is another policy", func(path string, _ spot) bool { return property(path, "PermissionsBoundary") }, replaced("arn:aws:iam::aws:policy/AdministratorAccess")},
		{"managed policy detached", func(path string, _ spot) bool { return strings.Contains(path, ".ManagedPolicyArns[") }, dropped},
		{"managed policy of AWS attached", func(path string, p spot) bool {
			return is(p.n, "Type", "AWS::IAM::Role") && resourcePath.MatchString(path)
		}, func(p spot) {
			list := p.n.Get("Properties").Get("ManagedPolicyArns")
			if list == nil {
				list = tree.NewList()
			}
			p.n.Get("Properties").Set("ManagedPolicyArns", tree.NewList(append(slices.Clone(list.Items), tree.Text("arn:aws:iam::aws:policy/AdministratorAccess"))...))
		}},
		{"trust emptied", func(path string, _ spot) bool { return strings.HasSuffix(path, ".AssumeRolePolicyDocument.Statement") }, func(p spot) { p.put(tree.NewList()) }},
		{"inline policy removed", func(path string, _ spot) bool {
			return inlinePath.MatchString(path)
		}, dropped},
		{"resource policy removed", func(path string, p spot) bool {
			return resourcePath.MatchString(path) && p.n.Get("Type") != nil && strings.HasSuffix(p.n.Get("Type").Text, "Policy") && !strings.Contains(p.n.Get("Type").Text, "Managed") && !strings.Contains(p.n.Get("Type").Text, "Scaling")
		}, dropped},
		// keys, and what protects
		{"key swapped", isKey, replaced("arn:aws:kms:eu-west-1:999999999999:key/2a55d9b0-6f1c-4d21-9a35-3c8f0b7c1e42")},
		{"key removed", isKey, dropped},
		{"key of AWS instead", isKey, replaced("alias/aws/s3")},
		{"key without rotation", func(path string, _ spot) bool { return property(path, "EnableKeyRotation") }, replaced("false")},
		{"key disabled", func(_ string, p spot) bool { return is(p.n, "Type", "AWS::KMS::Key") }, func(p spot) { p.n.Get("Properties").Set("Enabled", tree.Text("false")) }},
		{"public access not blocked", func(path string, _ spot) bool { return property(path, "PublicAccessBlockConfiguration") }, dropped},
		{"encryption removed", func(path string, _ spot) bool { return property(path, "BucketEncryption", "EncryptionConfiguration") }, dropped},
		{"tags of images mutable", func(path string, _ spot) bool { return property(path, "ImageTagMutability") }, replaced("MUTABLE")},
		{"privileged build", func(path string, _ spot) bool { return strings.HasSuffix(path, ".Environment.PrivilegedMode") }, func(p spot) {
			if p.n.Text == "true" {
				p.n.Text = "false"
			} else {
				p.n.Text = "true"
			}
		}},
		{"data deleted with its stack", func(path string, p spot) bool {
			return strings.HasSuffix(path, ".DeletionPolicy") && p.n.Text != "Delete"
		}, replaced("Delete")},
		// parameters
		{"parameter of another type", func(path string, p spot) bool {
			return strings.HasPrefix(path, "Parameters.") && strings.HasSuffix(path, ".Type") && strings.Contains(p.n.Text, "SSM")
		}, func(p spot) {
			if strings.Contains(p.n.Text, "List") {
				p.n.Text = "AWS::SSM::Parameter::Value<String>"
			} else {
				p.n.Text = "AWS::SSM::Parameter::Value<List<String>>"
			}
		}},
		{"parameter removed", func(path string, _ spot) bool {
			return strings.HasPrefix(path, "Parameters.") && strings.Count(path, ".") == 1
		}, dropped},
		{"value of an SSM parameter", func(path string, p spot) bool {
			return property(path, "Value") && is(p.stackResource(path), "Type", "AWS::SSM::Parameter")
		}, replaced("stranger")},
		{"type of an SSM parameter", func(path string, p spot) bool {
			return property(path, "Type") && is(p.stackResource(path), "Type", "AWS::SSM::Parameter")
		}, func(p spot) {
			if p.n.Text == "String" {
				p.n.Text = "StringList"
			} else {
				p.n.Text = "String"
			}
		}},
		{"output removed", func(path string, _ spot) bool {
			return strings.HasPrefix(path, "Outputs.") && strings.Count(path, ".") == 1
		}, dropped},
		{"guard of a stack", func(path string, _ spot) bool { return path == "Rules" }, dropped},
		{"rule of a stack", func(path string, _ spot) bool { return rulePath.MatchString(path) }, dropped},
		{"assertion of a rule", func(path string, _ spot) bool { return assertionPath.MatchString(path) }, dropped},
		{"resource type of a rule", func(path string, _ spot) bool {
			return strings.HasPrefix(path, "Rules.") && strings.Contains(path, ".Fn::EachMemberIn[0][")
		}, dropped},
		{"assertion of a rule turned round", func(path string, p spot) bool {
			return assertionPath.MatchString(path) && p.n.Get("Assert").Get("Fn::Not") != nil
		}, func(p spot) { p.n.Set("Assert", p.n.Get("Assert").Get("Fn::Not").Items[0]) }},
		{"SSM parameter removed", func(path string, p spot) bool {
			return resourcePath.MatchString(path) && is(p.n, "Type", "AWS::SSM::Parameter")
		}, dropped},
	}
}

func (p spot) stackResource(path string) *tree.Node {
	id, _, _ := strings.Cut(strings.TrimPrefix(path, "Resources."), ".")
	return p.stack.Template.At("Resources", id)
}

func isKey(path string, p spot) bool {
	for _, name := range []string{"KmsKeyId", "KMSMasterKeyID", "KmsMasterKeyId", "EncryptionKey", "KmsKey", "EncryptionKey.Id", "KmsKeyArn"} {
		if strings.HasSuffix(path, "."+name) && strings.HasPrefix(path, "Resources.") && p.n.Get("Id") == nil {
			return true
		}
	}
	return false
}

func isApproval(n *tree.Node) bool {
	return n.Get("ActionTypeId") != nil && is(n.Get("ActionTypeId"), "Category", "Approval")
}

// isTest says whether an action is a step that tests.
func isTest(n *tree.Node) bool {
	return n.Get("Name") != nil && strings.HasSuffix(n.Get("Name").Text, "-tests")
}

func ofActionList(path, key string) bool {
	above, _, ok := strings.Cut(path, "."+key+"[")
	return ok && actionPath.MatchString(above) && strings.HasSuffix(path, "]")
}

// refersTo is a resource that another one refers to; "" where it refers to none.
func refersTo(p spot) string {
	found := ""
	p.n.Get("Properties").Walk(func(_ string, n *tree.Node) bool {
		name, arg, isFunction := n.Intrinsic()
		id := ""
		switch {
		case isFunction && name == "Ref":
			id = arg.Text
		case isFunction && name == "Fn::GetAtt" && len(arg.Items) == 2:
			id = arg.Items[0].Text
		}
		if id != p.key() && p.stack.Template.At("Resources", id) != nil {
			found = id
		}
		return found == ""
	})
	return found
}

func manifestKinds() []manifestKind {
	type a = assembly.Assembly
	type s = assembly.Stack
	one := func(fits bool) int {
		if fits {
			return 1
		}
		return 0
	}
	return []manifestKind{
		{"parameter missing", func(_ *a, s *s) int { return len(s.Parameters) }, func(_ *a, s *s, i int) {
			n := s.Template.At("Parameters", s.Parameters[i].Name)
			if k := slices.Index(n.Keys, "Default"); k >= 0 {
				remove(n, k)
			}
			s.Parameters = slices.Delete(s.Parameters, i, i+1)
		}},
		{"parameter unknown", func(_ *a, _ *s) int { return 1 }, func(_ *a, s *s, _ int) {
			s.Parameters = append(s.Parameters, assembly.Parameter{Name: "Stranger", Value: "x"})
		}},
		{"parameter misspelt", func(_ *a, s *s) int { return len(s.Parameters) }, func(_ *a, s *s, i int) { s.Parameters[i].Name += "x" }},
		{"name in SSM", func(_ *a, s *s) int { return len(s.Parameters) }, func(_ *a, s *s, i int) { s.Parameters[i].Value += "x" }},
		{"default changed", func(_ *a, s *s) int { return len(s.Parameters) }, func(_ *a, s *s, i int) {
			if n := s.Template.At("Parameters", s.Parameters[i].Name, "Default"); n != nil {
				n.Text += "x"
			}
			s.Parameters = slices.Delete(s.Parameters, i, i+1)
		}},
		{"dependency removed", func(_ *a, s *s) int { return len(s.DependsOn) }, func(_ *a, s *s, i int) { s.DependsOn = slices.Delete(s.DependsOn, i, i+1) }},
		{"dependency unknown", func(_ *a, _ *s) int { return 1 }, func(_ *a, s *s, _ int) { s.DependsOn = append(s.DependsOn, "stranger") }},
		{"stack before what it needs", func(_ *a, s *s) int { return one(len(s.DependsOn) > 0) }, func(a *a, s *s, _ int) {
			moved := *s
			i := slices.IndexFunc(a.Stacks, func(o assembly.Stack) bool { return o.Name == moved.Name && o.Region == moved.Region })
			first := slices.IndexFunc(a.Stacks, func(o assembly.Stack) bool { return slices.Contains(moved.DependsOn, o.Name) })
			a.Stacks = slices.Insert(slices.Delete(a.Stacks, i, i+1), first, moved)
		}},
		{"account of a stack", func(_ *a, _ *s) int { return 1 }, func(_ *a, s *s, _ int) { s.Account = elsewhere }},
		{"region of a stack", func(_ *a, _ *s) int { return 1 }, func(_ *a, s *s, _ int) { s.Region = "ap-south-1" }},
		{"name of a stack", func(_ *a, _ *s) int { return 1 }, func(_ *a, s *s, _ int) { s.Name += "x" }},
		{"capabilities of a stack", func(_ *a, s *s) int { return one(len(s.Capabilities) > 0) }, func(_ *a, s *s, _ int) { s.Capabilities = nil }},
		{"stack missing", func(_ *a, _ *s) int { return 1 }, func(a *a, s *s, _ int) {
			name, region := s.Name, s.Region
			a.Stacks = slices.DeleteFunc(a.Stacks, func(o assembly.Stack) bool { return o.Name == name && o.Region == region })
		}},
		{"output from another stack", func(_ *a, s *s) int { return len(s.FromOutputs) }, func(_ *a, s *s, i int) { s.FromOutputs[i].Output += "x" }},
		{"branch of a pipeline", func(a *a, s *s) int {
			return one(slices.ContainsFunc(a.Pipelines, func(p assembly.Pipeline) bool { return p.Stack == s.Name }))
		}, func(a *a, s *s, _ int) {
			for i := range a.Pipelines {
				if a.Pipelines[i].Stack == s.Name {
					a.Pipelines[i].Branch += "x"
				}
			}
		}},
	}
}
