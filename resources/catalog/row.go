package catalog

import (
	"slices"
	"strings"
	"sync"
)

// Row contains the facts about a resource type that no published source has, or not precisely enough: the permissions that its deployment requires, the
// forms of its name and ARN, the resource policy that protects it. Its texts contain placeholders:
//
//	{partition} {region} {account}  where the stack is
//	{project} {environment}         the project, and the environment or pipeline that the stack belongs to
//	{scope} {name}                  <project>-<environment>, and the same with a dash after it, with which names begin
//	{path} {boundary}               the IAM path of the roles that a stack may create, and the permissions boundary that they must have
//	{connection} {parameter}        the connection that a pipeline reads from, and SSM parameters under other names than the project's
//	{PROPERTY}                      the value of a property of the resource, such as {QueueName}; of ARN and Values only
//	{arn} {id} {any}                the ARN of the resource; the part of its name that AWS generates; any name in it
type Row struct {
	// Type is the resource type, such as AWS::SQS::Queue.
	Type string
	// Name is the name that the resource must have for Permissions to cover it. The zero value: the name does not matter.
	Name Name
	// ARN of the resource; "" if verify does not need it.
	ARN string
	// Values are the values of Fn::GetAtt by attribute, and that of Ref under the key Ref. A value without an entry is unknown.
	Values map[string]string
	// EveryRegion is true for types that also exist in the other regions of a stack's scope, as artifact stores do.
	EveryRegion bool
	// Policy is where the resource policy is defined. The zero value: there is none.
	Policy Policy
	// PolicyOf is the property of a resource policy, if this type is one, that names the resource it protects; "" for other types.
	PolicyOf string
	// PolicyDecides are the actions of the deployment that the resource policy must not deny. The policy of a key must allow them.
	PolicyDecides []string
	// Touch is an action that harms a resource or reads its content, which other environments must not be allowed.
	Touch Touch
	// Permissions to create, read, change, tag and delete the resource.
	Permissions []Permission
	// Uncovered are the properties that Permissions do not cover.
	Uncovered []Uncovered
}

// Ref is the key in Row.Values of the value of the function Ref.
const Ref = ""

// Name is how a resource is named.
type Name struct {
	// Property that contains the name.
	Property string
	// Pattern of names that Permissions cover, such as {name}*; "" for all names.
	Pattern string
	// Create is the action that creates the resource. A name that does not match Pattern requires it.
	Create string
	// Generated is true if a name that CloudFormation generates, <stack>-<logical id>-…, matches Pattern or may match it.
	Generated bool
	// Unique is the scope in which no two resources can have the same name.
	Unique Uniqueness
}

// Uniqueness is the scope in which a name must be unique.
type Uniqueness uint8

// The scopes in which a name must be unique.
const (
	Nowhere Uniqueness = iota
	InRegion
	InAccount
	Everywhere
)

// Policy is where the resource policy of a resource is defined.
type Policy struct {
	// Type of the resource that contains the policy; "" if the resource itself does.
	Type string
	// Names is the property of Type that names the resource that the policy protects.
	Names string
	// Property that contains the policy document, by its path.
	Property string
	// Kind of policy.
	Kind PolicyKind
}

// PolicyKind is how a resource policy is evaluated.
type PolicyKind uint8

// The kinds of resource policies.
const (
	ResourcePolicy   PolicyKind = iota
	KeyPolicy                   // the identity policies of the account count only if the key policy allows the account
	RepositoryPolicy            // without Resource elements
)

// Touch is an action and the resource that it is called on.
type Touch struct{ Action, On string }

// Permission is a statement of the role that deploys a type. Statements with the same Sid and conditions merge.
type Permission struct {
	// Sid says in one word what the statement is for.
	Sid     string
	Actions []string
	// On are ARNs. One with {region} stands for one ARN in each region. "*" for actions that support no resources.
	On []string
	// If are conditions, all of which must be true.
	If []Condition
	// GovCloud is true for a permission that only this partition requires.
	GovCloud bool
}

// Condition of a permission. A value with {region}, {environment} or {name} stands for one value for each of them.
type Condition struct {
	Operator, Key string
	Values        []string
}

// Uncovered is a property that the permissions of a row do not cover, except for values that match one of the patterns, and the actions that setting it
// requires.
type Uncovered struct {
	// Property by its path, such as Code.S3Bucket.
	Property string
	// Except are patterns of values that require no further actions.
	Except []string
	// Actions that setting the property requires. iam:PassRole is never among them, because a project cannot grant it.
	Actions []string
}

// CustomResource is the type of custom resources; those of the form Custom::NAME are other names of it.
const CustomResource = "AWS::CloudFormation::CustomResource"

// LookUp returns the row of a resource type.
func LookUp(typ string) (*Row, bool) {
	r, ok := rowsByType()[typ]
	if !ok && strings.HasPrefix(typ, "Custom::") {
		r, ok = rowsByType()[CustomResource]
	}
	return r, ok
}

// Rows returns all rows, sorted by type.
func Rows() []*Row {
	list := make([]*Row, 0, len(rowsByType()))
	for _, r := range rowsByType() {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b *Row) int { return strings.Compare(a.Type, b.Type) })
	return list
}

//nolint:gochecknoglobals // the rows never change; the first look-up creates them
var rowsByType = sync.OnceValue(func() map[string]*Row {
	all := map[string]*Row{}
	for _, rows := range families() {
		for i := range rows {
			all[rows[i].Type] = &rows[i]
		}
	}
	return all
})

// families are the rows of all types, by what they are for.
func families() [][]Row {
	return [][]Row{
		balancersRows(),
		capacityRows(),
		containersRows(),
		databasesRows(),
		deliveryRows(),
		discoveryRows(),
		domainsRows(),
		edgeRows(),
		eventsRows(),
		filesRows(),
		firewallsRows(),
		functionsRows(),
		graphQLRows(),
		identityRows(),
		lambdaRows(),
		machinesRows(),
		mailRows(),
		messagesRows(),
		monitoringRows(),
		networkRows(),
		operationsRows(),
		releaseRows(),
		restAPIsRows(),
		routingRows(),
		scalingRows(),
		secretsRows(),
		stacksRows(),
		storageRows(),
		streamsRows(),
		usersRows(),
		workflowsRows(),
	}
}

// allow returns a permission for actions.
func allow(sid string, actions ...string) Permission { return Permission{Sid: sid, Actions: actions} }

func (p Permission) on(arns ...string) Permission {
	p.On = append(slices.Clip(p.On), arns...)
	return p
}

func (p Permission) when(operator, key string, values ...string) Permission {
	p.If = append(slices.Clip(p.If), Condition{operator, key, values})
	return p
}

// tagged restricts a permission to resources with the tags that every stack gives its resources. It is for changing and deleting resources without
// custom names, if the service supports tags in conditions. A resource that is being created has no tags yet.
func (p Permission) tagged() Permission {
	return p.when("StringEquals", "aws:ResourceTag/project", "{project}").when("StringEquals", "aws:ResourceTag/environment", "{environment}")
}

// taggedIfAtAll is tagged for resources that may have no tags.
func (p Permission) taggedIfAtAll() Permission {
	return p.when("StringEqualsIfExists", "aws:ResourceTag/project", "{project}").
		when("StringEqualsIfExists", "aws:ResourceTag/environment", "{environment}")
}

// inRegions restricts actions that support no resources to the regions of the scope.
func (p Permission) inRegions() Permission {
	return p.when("StringEquals", "aws:RequestedRegion", "{region}")
}

func (p Permission) inGovCloud() Permission {
	p.GovCloud = true
	return p
}

// lists allows actions that list resources, which support no resources in policies.
func lists(sid string, actions ...string) Permission {
	return allow(sid, actions...).on("*").inRegions()
}

// Pass allows passing roles of the application to the services.
func Pass(sid string, services ...string) Permission {
	return allow(sid, "iam:PassRole").on(global("iam", "role{path}{name}*")).when("StringEquals", "iam:PassedToService", services...)
}

// linkedRole allows creating the service-linked role of a service, which the first use of the service in an account creates.
func linkedRole(sid, service string) Permission {
	return allow(sid, "iam:CreateServiceLinkedRole").on(global("iam", "role/aws-service-role/"+service+"/*")).
		when("StringEquals", "iam:AWSServiceName", service)
}

// makes allows actions on resources of EC2 that may not have the tags of the stack yet: CloudFormation creates them with its own tags or with none, and
// adds those of the stack afterwards. It does not allow them on resources with the tags of another project or environment. IAM checks each resource
// of a request separately: the one in which the new resource is created must have the tags, as in changes.
func makes(kind string, actions ...string) Permission {
	var sid strings.Builder
	for word := range strings.SplitSeq(kind, "-") {
		sid.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return allow("Make"+sid.String(), actions...).on(regional("ec2", kind+"/*")).taggedIfAtAll()
}

// makesRules is makes for security groups and their rules.
func makesRules(actions ...string) Permission {
	return makes("security-group", actions...).on(regional("ec2", "security-group-rule/*"))
}

// changes allows actions on resources of EC2 that have the tags of the stack.
func changes(actions ...string) Permission {
	return allow("ChangeNetworks", actions...).on(regional("ec2", "*/*")).tagged()
}

// sees allows actions that list the resources of networks. EC2 supports no resources for them.
func sees(actions ...string) Permission { return lists("Networks", actions...) }

// regional returns an ARN in the region and account of the stack.
func regional(service, resource string) string {
	return "arn:{partition}:" + service + ":{region}:{account}:" + resource
}

// global returns an ARN without a region in the account of the stack.
func global(service, resource string) string {
	return "arn:{partition}:" + service + "::{account}:" + resource
}

func uncovered(property string, actions ...string) Uncovered {
	return Uncovered{Property: property, Actions: actions}
}

func (u Uncovered) except(values ...string) Uncovered {
	u.Except = values
	return u
}
