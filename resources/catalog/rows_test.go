package catalog_test

import (
	"bufio"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// filled is a text of a row with values in place of its placeholders: those of a stack, and those of a resource.
func filled(text string) string {
	text = strings.NewReplacer(
		"{partition}", "aws", "{region}", "eu-west-1", "{account}", "111111111111", "{project}", "shop", "{environment}", "dev", "{scope}", "shop-dev",
		"{name}", "shop-dev-", "{path}", "/shop/app/", "{Path}", "/shop/app/", "{boundary}", "arn:aws:iam::111111111111:policy/shop/access/shop-dev-boundary",
		"{connection}", "arn:aws:codeconnections:eu-west-1:111111111111:connection/1", "{parameter}", "/shop/version", "{id}", "1", "{any}", "any",
	).Replace(text)
	return ofResource.ReplaceAllString(text, "value")
}

// ofARN is the ARN of a row's resource, with a name as the row wants it.
func ofARN(r *catalog.Row) string {
	arn := r.ARN
	if r.Name.Pattern != "" {
		arn = strings.ReplaceAll(arn, "{"+r.Name.Property+"}", strings.ReplaceAll(r.Name.Pattern, "*", "any"))
	}
	return filled(arn)
}

// ofResource is a placeholder for the value of a property, or for the ARN of the resource.
var ofResource = regexp.MustCompile(`\{([A-Za-z.]+)\}`)

// placeholders of a row that stand for the same in all rows. Others are names of properties.
var placeholders = []string{
	"partition", "region", "account", "project", "environment", "scope", "name", "path", "boundary", "connection", "parameter", "arn", "id", "any",
}

// unlisted actions exist, though the table of IAM actions has none of that name.
func isUnlisted(action string) bool { return slices.Contains(policy.Undocumented(), action) }

// isCustom says whether a type is one of cfnpipe's own, of which the table of types knows nothing.
func isCustom(typ string) bool { return strings.HasPrefix(typ, "Custom::") }

// allowed are the actions of a row.
func allowed(r *catalog.Row) []string {
	var list []string
	for _, p := range r.Permissions {
		list = append(list, p.Actions...)
	}
	return list
}

// property finds one by its path, whose steps into lists are left out, as rows write them.
func property(typ *catalog.ResourceType, path string) bool {
	at := ""
	for step := range strings.SplitSeq(path, ".") {
		at = strings.TrimPrefix(at+"."+step, ".")
		p, ok := typ.Property(at)
		if !ok {
			return false
		}
		if p.Kind == catalog.List {
			at += ".*"
		}
	}
	return true
}

func TestRowsAreOfTypesThatExistAndEachHasOne(t *testing.T) {
	t.Parallel()
	var types []string
	for _, family := range catalog.Families() {
		for _, r := range family {
			types = append(types, r.Type)
			if _, ok := catalog.Type(r.Type); !ok {
				t.Errorf("no type %s", r.Type)
			}
			if len(r.Permissions) == 0 && !slices.Contains(nothingToAllow, r.Type) {
				t.Errorf("%s has no permissions", r.Type)
			}
		}
		if !slices.IsSortedFunc(family, func(a, b catalog.Row) int { return strings.Compare(a.Type, b.Type) }) {
			t.Errorf("the rows of %s… are not sorted by type", family[0].Type)
		}
	}
	slices.Sort(types)
	for i, typ := range types[1:] {
		if typ == types[i] {
			t.Errorf("%s has two rows", typ)
		}
	}
}

// nothingToAllow are types that only CloudFormation has: creating them calls no service.
var nothingToAllow = []string{"AWS::CloudFormation::WaitCondition", "AWS::CloudFormation::WaitConditionHandle"}

func TestActionsOfRowsExist(t *testing.T) {
	t.Parallel()
	for _, r := range catalog.Rows() {
		actions := slices.Concat(allowed(r), r.PolicyDecides)
		for _, u := range r.Uncovered {
			actions = append(actions, u.Actions...)
		}
		if r.Name.Create != "" {
			actions = append(actions, r.Name.Create)
		}
		if r.Touch.Action != "" {
			actions = append(actions, r.Touch.Action)
		}
		for _, action := range actions {
			if a, ok := catalog.Action(action); ok && a.Name != action {
				t.Errorf("%s: %s is written %s", r.Type, action, a.Name)
			} else if !ok && !isUnlisted(action) {
				t.Errorf("%s: no action %s", r.Type, action)
			}
		}
	}
}

// The resources of a permission are ones that its actions know: an action on no resource that it knows allows nothing.
func TestActionsKnowWhatTheyAreAllowedOn(t *testing.T) {
	t.Parallel()
	reasons := unlikeTheTable()
	for _, r := range catalog.Rows() {
		for _, p := range r.Permissions {
			for _, on := range p.On {
				knows := func(action string) bool {
					a, ok := catalog.Action(action)
					return !ok || a.Knows(filled(on)) || reasons[action] != ""
				}
				if !slices.ContainsFunc(p.Actions, knows) && !slices.Contains(sharedResources, p.Sid) {
					t.Errorf("%s: none of the actions of %s knows %s", r.Type, p.Sid, on)
				}
			}
			for _, action := range p.Actions {
				a, ok := catalog.Action(action)
				switch {
				case !ok, reasons[action] != "":
				case slices.Equal(p.On, []string{"*"}):
					if !a.OnlyOnAll() && !slices.Contains(onAll, p.Sid) {
						t.Errorf("%s: %s of %s is allowed on everything, and knows %s", r.Type, action, p.Sid, a.Resources[0].Name)
					}
				case !slices.ContainsFunc(p.On, func(on string) bool { return a.Knows(filled(on)) || on == "{connection}" }):
					t.Errorf("%s: %s of %s knows none of %q", r.Type, action, p.Sid, p.On)
				}
			}
		}
		for action, resource := range lacking(r) {
			if reasons[action] != "" {
				continue
			}
			t.Errorf("%s: %s also asks for a %s, and is allowed on none", r.Type, action, resource)
		}
	}
}

// lacking are the actions of a row that ask for a type of resource which no permission of the row names.
func lacking(r *catalog.Row) map[string]string {
	lacks := map[string]string{}
	for _, action := range allowed(r) {
		a, ok := catalog.Action(action)
		if !ok {
			continue
		}
		for _, resource := range a.Resources {
			names := func(p catalog.Permission) bool {
				return slices.Contains(p.Actions, action) &&
					slices.ContainsFunc(p.On, func(on string) bool { return on == "*" || on == "{connection}" || resource.Matches(filled(on)) })
			}
			if resource.Required && !slices.ContainsFunc(r.Permissions, names) {
				lacks[action] = resource.Name
			}
		}
	}
	return lacks
}

// unlikeTheTable are the actions whose resources the table of IAM actions has wrong or not completely, each with what is known of them.
func unlikeTheTable() map[string]string {
	const severalKinds = "the table requires a resource of each of several kinds; a request has one"
	return map[string]string{
		"apigateway:POST":                     "the table has the collection of REST APIs, and not that of HTTP APIs, which is /apis",
		"athena:ListTagsForResource":          severalKinds,
		"athena:TagResource":                  severalKinds,
		"athena:UntagResource":                severalKinds,
		"elasticloadbalancing:AddTags":        "the table has load balancers only; the guide has listeners and target groups too",
		"elasticloadbalancing:DeleteListener": severalKinds,
		"elasticloadbalancing:ModifyListener": severalKinds,
		"elasticloadbalancing:RemoveTags":     "the table has load balancers only; the guide has listeners and target groups too",
		"es:AddTags":                          severalKinds,
		"es:ListTags":                         severalKinds,
		"es:RemoveTags":                       severalKinds,
		"kinesis:ListTagsForResource":         severalKinds,
		"kinesis:TagResource":                 severalKinds,
		"kinesis:UntagResource":               severalKinds,
		"logs:DescribeIndexPolicies":          "the table has no resource; the guide has log groups, and on one it is narrower",
		"route53:ChangeTagsForResource":       severalKinds,
		"logs:DescribeLogGroups":              "the table has no resource; the guide has log groups, and all of them are no wider than *",
		"route53:AssociateVPCWithHostedZone":  "the table has no networks, which a condition of the guide names",
	}
}

// sharedResources are the Sids of permissions that name resources for other rows' sake: with the same resources they merge.
var sharedResources = []string{
	"Batch", "Caches", "Configurations", "Databases", "DefaultDatabases", "FileSystems", "GlueJobs", "GlueTables", "MakeConfigurations", "MakeFileSystems",
	"MakeSecurityGroup",
}

// onAll are the Sids of permissions on everything whose actions know resources; the rows say why.
var onAll = []string{"CompositeAlarms"}

// A condition on a key that an action does not have is never true; one with …IfExists always.
func TestActionsHaveTheKeysOfTheirConditions(t *testing.T) {
	t.Parallel()
	for _, r := range catalog.Rows() {
		for _, p := range r.Permissions {
			for _, c := range p.If {
				if len(c.Values) == 0 {
					t.Errorf("%s: the condition of %s on %s has no value", r.Type, p.Sid, c.Key)
				}
				for _, action := range p.Actions {
					if a, ok := catalog.Action(action); ok && !a.HasKey(c.Key) && !strings.HasSuffix(c.Operator, "IfExists") {
						t.Errorf("%s: %s of %s has no key %s", r.Type, action, p.Sid, c.Key)
					}
				}
			}
		}
	}
}

func TestRowsNamePropertiesThatExist(t *testing.T) {
	t.Parallel()
	for _, r := range catalog.Rows() {
		if isCustom(r.Type) {
			continue
		}
		typ := mustType(t, r.Type)
		names := map[string]string{r.Name.Property: "the name", r.Policy.Property: "the policy", r.Policy.Names: "what the policy names"}
		if r.Policy.Type != "" {
			other := mustType(t, r.Policy.Type)
			for _, name := range []string{r.Policy.Names, r.Policy.Property} {
				if delete(names, name); !property(other, name) {
					t.Errorf("%s: %s has no property %s", r.Type, r.Policy.Type, name)
				}
			}
			names[r.Name.Property] = "the name"
		}
		for _, u := range r.Uncovered {
			names[u.Property] = "uncovered"
		}
		texts := []string{r.ARN, r.Touch.On}
		for attribute, value := range r.Values {
			texts = append(texts, value)
			if _, ok := typ.Attribute(attribute); attribute != catalog.Ref && !ok {
				t.Errorf("%s: no attribute %s", r.Type, attribute)
			}
		}
		for _, text := range texts {
			for _, match := range ofResource.FindAllStringSubmatch(text, -1) {
				if !slices.Contains(placeholders, match[1]) {
					names[match[1]] = "{" + match[1] + "}"
				}
			}
		}
		for name, what := range names {
			if name != "" && !property(typ, name) {
				t.Errorf("%s: no property %s, which is %s", r.Type, name, what)
			}
		}
	}
}

func TestPermissionsHaveNoPlaceholdersOfProperties(t *testing.T) {
	t.Parallel()
	for _, r := range catalog.Rows() {
		for _, p := range r.Permissions {
			texts := slices.Clone(p.On)
			for _, c := range p.If {
				texts = append(texts, c.Values...)
			}
			for _, text := range texts {
				for _, match := range ofResource.FindAllStringSubmatch(text, -1) {
					if slices.Contains([]string{"arn", "id", "any"}, match[1]) || !slices.Contains(placeholders, match[1]) {
						t.Errorf("%s: %s has the placeholder %s", r.Type, p.Sid, match[0])
					}
				}
			}
		}
	}
}

func TestNamesOfRowsAreComplete(t *testing.T) {
	t.Parallel()
	for _, r := range catalog.Rows() {
		n := r.Name
		switch {
		case n.Property == "":
			if n != (catalog.Name{}) {
				t.Errorf("%s: a name without a property: %+v", r.Type, n)
			}
		case n.Pattern != "" && !slices.Contains(allowed(r), n.Create):
			t.Errorf("%s: names must be %s, and %s, which creates it, is not allowed", r.Type, n.Pattern, n.Create)
		}
		if r.ARN == "" {
			if len(r.PolicyDecides) > 0 || r.Policy != (catalog.Policy{}) || strings.Contains(r.Touch.On, "{arn}") || len(r.Values) > 0 {
				t.Errorf("%s: its values, its policy or what touches it are known, but not its ARN", r.Type)
			}
			continue
		}
		typ := mustType(t, r.Type)
		if forms := typ.ARNs(); len(forms) > 0 && !(catalog.IAMResource{ARNs: forms}).Matches(ofARN(r)) {
			t.Errorf("%s: the ARN %s is none of %q", r.Type, r.ARN, forms)
		}
		for _, action := range r.PolicyDecides {
			if a, ok := catalog.Action(action); ok && !a.Knows(ofARN(r)) {
				t.Errorf("%s: the policy decides on %s, which does not know %s", r.Type, action, r.ARN)
			}
			if of, ok := catalog.LookUp(r.Policy.Type); !slices.Contains(allowed(r), action) && (!ok || !slices.Contains(allowed(of), action)) {
				t.Errorf("%s: the policy decides on %s, which is not allowed", r.Type, action)
			}
		}
		if a, ok := catalog.Action(r.Touch.Action); ok {
			if on := filled(strings.ReplaceAll(r.Touch.On, "{arn}", ofARN(r))); !a.Knows(on) || on == "*" {
				t.Errorf("%s: %s does not know %s", r.Type, r.Touch.Action, on)
			}
		}
		if (r.Touch.Action == "") != (r.Touch.On == "") {
			t.Errorf("%s: what touches it is %+v", r.Type, r.Touch)
		}
	}
}

// Statements with one Sid merge only if they are on the same resources under the same conditions; IAM accepts each Sid once.
func TestPermissionsWithOneSidMerge(t *testing.T) {
	t.Parallel()
	type first struct {
		typ         string
		everyRegion bool
		p           catalog.Permission
	}
	// a row of every region has its statements for more of them
	isRegional := func(p catalog.Permission) bool {
		texts := slices.Clone(p.On)
		for _, c := range p.If {
			texts = append(texts, c.Values...)
		}
		return strings.Contains(strings.Join(texts, " "), "{region}")
	}
	seen := map[string]first{}
	for _, r := range catalog.Rows() {
		for _, p := range r.Permissions {
			f, ok := seen[p.Sid]
			if !ok {
				seen[p.Sid] = first{r.Type, r.EveryRegion, p}
				continue
			}
			sameCondition := func(a, b catalog.Condition) bool {
				return a.Operator == b.Operator && a.Key == b.Key && slices.Equal(a.Values, b.Values)
			}
			if !slices.Equal(f.p.On, p.On) || !slices.EqualFunc(f.p.If, p.If, sameCondition) || f.p.GovCloud != p.GovCloud ||
				isRegional(p) && f.everyRegion != r.EveryRegion {
				t.Errorf("%s and %s have different statements with the Sid %s", f.typ, r.Type, p.Sid)
			}
		}
	}
}

func TestSidsAreWords(t *testing.T) {
	t.Parallel()
	word := regexp.MustCompile(`^[A-Z][A-Za-z0-9]+$`)
	for _, r := range catalog.Rows() {
		for _, p := range r.Permissions {
			if !word.MatchString(p.Sid) || len(p.Actions) == 0 || len(p.On) == 0 {
				t.Errorf("%s: %+v", r.Type, p)
			}
		}
	}
}

// narrowed says whether a permission reaches only what is the scope's: by name, by tags, through a service, or to a service.
func narrowed(p catalog.Permission, on string) bool {
	isOurs := func(text string) bool {
		return slices.ContainsFunc([]string{"{name}", "{scope}", "{environment}", "{path}", "{parameter}", "{connection}", "{boundary}"},
			func(placeholder string) bool { return strings.Contains(text, placeholder) })
	}
	return isOurs(on) || slices.ContainsFunc(p.If, func(c catalog.Condition) bool {
		return slices.ContainsFunc(c.Values, isOurs) ||
			c.Key == "iam:AWSServiceName" && slices.ContainsFunc(c.Values, func(v string) bool { return strings.Contains(on, ":role/aws-service-role/"+v+"/") }) ||
			isThroughService(c)
	})
}

// isThroughService says whether a condition wants a key to be used through a service that it names.
func isThroughService(c catalog.Condition) bool {
	service := regexp.MustCompile(`^[a-z0-9-]+\.(\*|\{region\})\.amazonaws\.com$`)
	return c.Key == "kms:ViaService" && slices.Contains([]string{"StringEquals", "StringLike"}, c.Operator) &&
		!slices.ContainsFunc(c.Values, func(v string) bool { return !service.MatchString(v) })
}

// onlyLists says whether a permission only lists and reads, in the scope's regions.
func onlyLists(p catalog.Permission) bool {
	inRegions := slices.ContainsFunc(p.If, func(c catalog.Condition) bool {
		return c.Operator == "StringEquals" && c.Key == "aws:RequestedRegion" && slices.Equal(c.Values, []string{"{region}"})
	})
	return inRegions && !slices.ContainsFunc(p.Actions, func(action string) bool {
		a, ok := catalog.Action(action)
		return !ok || a.Level != catalog.LevelList && a.Level != catalog.LevelRead
	})
}

func TestRowsReachOnlyWhatIsTheirs(t *testing.T) {
	t.Parallel()
	reasons := wide()
	used := map[string]bool{}
	for _, r := range catalog.Rows() {
		for _, p := range r.Permissions {
			for _, on := range p.On {
				switch {
				case narrowed(p, on), on == "*" && onlyLists(p):
				case reasons[p.Sid] == "":
					t.Errorf("%s: %s reaches what is others': %s", r.Type, p.Sid, on)
				default:
					used[p.Sid] = true
				}
			}
		}
	}
	for sid := range reasons {
		if !used[sid] {
			t.Errorf("no permission with the Sid %s reaches what is others': leave out its reason", sid)
		}
	}
}

// wide are the Sids of permissions on more than what is the scope's, each with why there is no other way.
func wide() map[string]string {
	all := map[string]string{}
	for _, reasons := range []map[string]string{wideOfBuiltIn(), wideOfData(), wideOfServices()} {
		maps.Copy(all, reasons)
	}
	return all
}

// wideOfBuiltIn are those of the types that cfnpipe's own stacks have.
func wideOfBuiltIn() map[string]string {
	return map[string]string{
		"Aliases":               "an alias and its key are asked for together, and the policy of the key decides",
		"AnyTaskDefinitions":    "ecs:DescribeTaskDefinition and ecs:DeregisterTaskDefinition know no resource",
		"CreateKeys":            "kms:CreateKey knows no resource: there is no key yet",
		"CreateLaunchTemplates": "a launch template starts nothing, and has no name of our choice",
		"Keys":                  "keys have no names: their own policies decide",
		"Layers":                "a layer may be another account's, whose policy decides",
		"ListAlarms":            "cloudwatch:DescribeAlarms lists all alarms or none",
		"ListAliases":           "kms:ListAliases knows no resource",
		"ListLogGroups":         "logs:DescribeLogGroups lists all groups or none",
		"ListLogPolicies":       "logs:DescribeResourcePolicies knows no resource",
		"LogDeliveries":         "logs:…LogDelivery and logs:PutResourcePolicy know no resource",
		"MakeGroups":            "the VPC may be another account's that shares it",
		"NameEndpoints":         "the zones of endpoints belong to AWS",
		"PassScalingRole":       "only Application Auto Scaling can assume the role",
		"Scaling":               "targets have random ids: the conditions say that they are services of ECS",
		"TagNewLaunchTemplates": "only while the template is being created",
	}
}

// Who deploys must not become more than it is.
func TestRowsDoNotEscalate(t *testing.T) {
	t.Parallel()
	never := regexp.MustCompile(`^(sts:.*|iam:(Create(User|AccessKey|LoginProfile|Group|OpenIDConnectProvider|SAMLProvider)|(Put|Attach)(User|Group)Policy|AddUserToGroup|` +
		`DeleteRolePermissionsBoundary|SetDefaultPolicyVersion|UpdateLoginProfile)|organizations:.*|kms:(Decrypt|CreateGrant|ReEncrypt.*|GenerateDataKey.*)|lambda:InvokeFunction|sns:Publish)$`)
	bounded := []string{"iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"}
	for _, r := range catalog.Rows() {
		for _, p := range r.Permissions {
			has := func(operator, key string) bool {
				return slices.ContainsFunc(p.If, func(c catalog.Condition) bool { return c.Operator == operator && c.Key == key })
			}
			for _, action := range p.Actions {
				switch {
				case action == "iam:PassRole":
					if !has("StringEquals", "iam:PassedToService") {
						t.Errorf("%s: roles are passed to any service", r.Type)
					}
				case action == "iam:CreateServiceLinkedRole":
					if !has("StringEquals", "iam:AWSServiceName") {
						t.Errorf("%s: the role of any service is created", r.Type)
					}
				case slices.Contains(bounded, action):
					if !has("ArnEquals", "iam:PermissionsBoundary") || !strings.Contains(p.On[0], "role{path}{name}") {
						t.Errorf("%s: %s without the boundary", r.Type, action)
					}
				case strings.HasPrefix(action, "kms:") && slices.ContainsFunc(p.If, isThroughService), slices.Contains(mayCall, p.Sid):
				case never.MatchString(action):
					t.Errorf("%s: %s must not be allowed", r.Type, action)
				}
			}
		}
	}
}

// mayCall are the Sids of permissions to call functions and topics, which custom resources need.
var mayCall = []string{"CallFunctions", "CallTopics", "CloseGroups"}

// handled are the permissions of a type's handlers, by the schema in all-types.jsonl.
type handled struct {
	Type     string
	Handlers map[string][]string
	Tagging  struct{ Permissions []string }
}

// TestRowsHaveWhatTheHandlersCall compares the rows with the permissions of the handlers: each is in Permissions, in Uncovered, or left out with a
// reason. It needs all-types.jsonl, as TestAgreesWithTheRegistry does. CloudFormation calls the handlers that list resources only to import them.
func TestRowsHaveWhatTheHandlersCall(t *testing.T) {
	t.Parallel()
	reasons := slices.Concat(leftOut()...)
	for _, h := range handlers(t) {
		r, ok := catalog.LookUp(h.Type)
		if !ok {
			continue
		}
		has := allowed(r)
		for _, u := range r.Uncovered {
			has = append(has, u.Actions...)
		}
		var missing []string
		for _, called := range slices.Concat(h.Handlers["create"], h.Handlers["read"], h.Handlers["update"], h.Handlers["delete"], h.Tagging.Permissions) {
			// the handler may call all that a pattern stands for, and calls some of it
			isCalled := func(action string) bool { return like(called, action) }
			if slices.ContainsFunc(has, isCalled) || slices.Contains(missing, called) {
				continue
			}
			isReason := func(l *left) bool { return l.holds(h.Type, called) }
			if !slices.ContainsFunc(reasons, isReason) {
				missing = append(missing, called)
			}
		}
		if len(missing) > 0 {
			t.Errorf("%s has no %s, nor a reason why not", h.Type, strings.Join(missing, " "))
		}
	}
	for _, l := range reasons {
		if !l.used || l.why == "" {
			t.Errorf("no handler of %s calls any of %q that its row does not have: leave out the reason", l.types, l.actions)
		}
	}
}

func handlers(tb testing.TB) []handled {
	tb.Helper()
	dir := os.Getenv("CFNPIPE_FACTS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "facts")
	}
	file, err := os.Open(filepath.Join(dir, "all-types.jsonl"))
	if err != nil {
		tb.Skip("no all-types.jsonl to compare with: set CFNPIPE_FACTS to its directory")
	}
	defer file.Close() //nolint:errcheck // only read from
	var list []handled
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var h handled
		if err := json.Unmarshal(lines.Bytes(), &h); err != nil {
			tb.Fatal(err)
		}
		list = append(list, h)
	}
	return list
}

// left is what rows leave out of what the handlers call.
type left struct {
	// types and actions are patterns, separated by spaces.
	types, actions, why string
	used                bool
}

func (l *left) holds(typ, action string) bool {
	matches := func(patterns, text string) bool {
		return slices.ContainsFunc(strings.Fields(patterns), func(pattern string) bool { return like(pattern, text) })
	}
	if !matches(l.types, typ) || !matches(l.actions, action) {
		return false
	}
	l.used = true
	return true
}

// like says whether a text matches a pattern, where * stands for any text. Case does not matter, as in policies.
func like(pattern, text string) bool {
	return catalog.Overlap(strings.ToLower(pattern), strings.ToLower(text))
}

// leftOut are the reasons, by family.
func leftOut() [][]*left { return [][]*left{leftOutOfBuiltIn(), leftOutOfData(), leftOutOfServices()} }

// leftOutOfBuiltIn are the reasons for the types that cfnpipe's own stacks have.
func leftOutOfBuiltIn() []*left {
	list := []left{
		{types: "AWS::ApiGatewayV2::* AWS::Events::Rule AWS::SNS::* AWS::S3::Bucket", actions: "iam:PassRole iam:GetRole", why: "no role may be passed: policies of resources let services in"},
		{types: "AWS::ApplicationAutoScaling::ScalableTarget", actions: "cloudwatch:* lambda:*", why: "policies have the alarms; targets of other services are uncovered"},
		{types: "AWS::Batch::ComputeEnvironment", actions: "iam:PassRole", why: "Batch has a service-linked role, and the role of instances comes with their profile"},
		{types: "AWS::EC2::FlowLog", actions: "autoscaling:* iam:CreateServiceLinkedRole s3:*", why: "deliveries to S3 and Firehose, and the tags in their records, are uncovered"},
		{types: "AWS::EC2::VPC", actions: "ec2:ModifyVpcTenancy", why: "tenancy stays as it is created"},
		{types: "AWS::EC2::VPCEndpoint", actions: "vpc-lattice:Describe*", why: "networks of services are uncovered"},
		{types: "AWS::ECS::Cluster", actions: "ecs:PutAccountSetting* kms:DescribeKey", why: "the settings of the account are not the stack's; keys of clusters are left out"},
		{types: "AWS::ECS::Service", actions: "iam:PassRole", why: "ECS has a service-linked role"},
		{types: "AWS::IAM::ManagedPolicy", actions: "iam:*RolePolicy", why: "each role attaches its policies itself, within its boundary"},
		{types: "AWS::IAM::Role", actions: "iam:DeleteRolePermissionsBoundary", why: "a role keeps its boundary"},
		{types: "AWS::Lambda::Alias", actions: "codedeploy:*", why: "only an UpdatePolicy of CodeDeploy calls it"},
		{types: "AWS::Lambda::Function", actions: "s3files:*", why: "file systems are uncovered"},
		{types: "AWS::Logs::LogGroup", actions: "firehose:* logs:CreateLogDelivery s3:*", why: "deliveries are resources of their own"},
		{types: "AWS::S3::Bucket", actions: "s3:DeleteObject s3:PutObjectAcl s3:PutObjectLockConfiguration", why: "what is in the bucket is not the stack's; object lock is uncovered"},
		{types: "AWS::S3::Bucket", actions: "s3:*Replication s3:UpdateBucketMetadata* s3tables:*", why: "replication and tables of metadata are uncovered"},
		{types: "AWS::S3::Bucket", actions: "s3:DeleteBucket*", why: "no such action in IAM: the Put… of the configuration, or of what is uncovered, allows to delete it"},
	}
	return pointers(list)
}

func pointers(list []left) []*left {
	var all []*left
	for i := range list {
		all = append(all, &list[i])
	}
	return all
}
