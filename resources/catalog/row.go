package catalog

import (
	"slices"
	"strings"
	"sync"
)

// Row is what no published source says of a resource type, or says too widely: what deploying it requires, how its name and its ARN are formed, whose
// policy protects it. Its texts contain placeholders:
//
//	{partition} {region} {account}  where the stack is
//	{project} {environment}         the project, and the environment or pipeline that the stack belongs to
//	{scope} {name}                  <project>-<environment>, and the same with a dash after it, with which names begin
//	{path} {boundary}               the IAM path of the roles that a stack may create, and the permissions boundary that they must have
//	{connection} {parameter}        the connection that a pipeline reads from, and SSM parameters under other names than the project's
//	{PROPERTY}                      the value of a property of the resource, such as {QueueName}; of ARN and Values only
//	{arn} {id} {any}                the ARN of the resource; what AWS chooses of its name; any name in it
type Row struct {
	// Type is the resource type, such as AWS::SQS::Queue.
	Type string
	// Name says how the resource must be named for Permissions to reach it; the zero value: by no name.
	Name Name
	// ARN of the resource; "" where verify does not need it.
	ARN string
	// Values are what Ref and Fn::GetAtt return, by the name of the attribute; Ref is under Ref. What has no entry is not known.
	Values map[string]string
	// EveryRegion types also exist in the other regions of a stack's scope, as artifact stores do.
	EveryRegion bool
	// Policy is where the resource policy of the resource is; the zero value: it has none.
	Policy Policy
	// PolicyDecides are the actions on the resource that a role which deploys it calls, and that the resource policy must not deny (and of a key,
	// must allow).
	PolicyDecides []string
	// Touch is what harms a resource, or reads what is in it: what other environments must not be allowed.
	Touch Touch
	// Permissions to create, read, change, tag and delete the resource.
	Permissions []Permission
	// Uncovered are the properties that Permissions leave out.
	Uncovered []Uncovered
}

// Ref is the entry of Row.Values for the function of that name.
const Ref = ""

// Name is how a resource is named.
type Name struct {
	// Property that contains the name.
	Property string
	// Pattern of names that Permissions reach, such as {name}*; "" where any is.
	Pattern string
	// Create is the action that creates the resource, which a name outside Pattern would have to be allowed.
	Create string
	// Generated says that a name which CloudFormation generates matches Pattern, or may: <stack>-<logical id>-…
	Generated bool
	// Unique says where no two resources can have one name.
	Unique Uniqueness
}

// Uniqueness is where names differ.
type Uniqueness uint8

// Where no two resources can have one name.
const (
	Nowhere Uniqueness = iota
	InRegion
	InAccount
	Everywhere
)

// Policy is where the resource policy of a resource is.
type Policy struct {
	// Type of the resource that contains the policy; "" if the resource itself does.
	Type string
	// Names is the property of Type that names what the policy is for.
	Names string
	// Property that contains the document, by its path.
	Property string
}

// Touch is an action and what it is called on.
type Touch struct{ Action, On string }

// Permission is a statement of the role that deploys a type. Statements with the same Sid and conditions merge.
type Permission struct {
	// Sid says in a word what it is for.
	Sid     string
	Actions []string
	// On are ARNs; those with {region} stand for one in each region. "*" where the actions know no resource.
	On []string
	// If are the conditions; all must be true.
	If []Condition
	// GovCloud permissions are needed in that partition only.
	GovCloud bool
}

// Condition of a permission. A value with {region}, {environment} or {name} stands for one value for each.
type Condition struct {
	Operator, Key string
	Values        []string
}

// Uncovered is a property that the permissions of a row leave out, except for some values.
type Uncovered struct {
	// Property by its path, such as Code.S3Bucket.
	Property string
	// Except are patterns of values that need nothing more.
	Except []string
	// Actions that the property requires. iam:PassRole is never among them: no project can grant it.
	Actions []string
}

// CustomResource is the type of custom resources; those of the form Custom::NAME are other names of it.
const CustomResource = "AWS::CloudFormation::CustomResource"

// LookUp finds the row of a resource type.
func LookUp(typ string) (*Row, bool) {
	r, ok := rowsByType()[typ]
	if !ok && strings.HasPrefix(typ, "Custom::") {
		r, ok = rowsByType()[CustomResource]
	}
	return r, ok
}

// Rows lists all rows, sorted by type.
func Rows() []*Row {
	list := make([]*Row, 0, len(rowsByType()))
	for _, r := range rowsByType() {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b *Row) int { return strings.Compare(a.Type, b.Type) })
	return list
}

//nolint:gochecknoglobals // the rows never change; without a look-up they are not made
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

// allow begins a permission.
func allow(sid string, actions ...string) Permission { return Permission{Sid: sid, Actions: actions} }

func (p Permission) on(arns ...string) Permission {
	p.On = append(slices.Clip(p.On), arns...)
	return p
}

func (p Permission) when(operator, key string, values ...string) Permission {
	p.If = append(slices.Clip(p.If), Condition{operator, key, values})
	return p
}

// tagged narrows to resources with the tags that every stack gives to its resources. It is for what has no name of our choice, where the service knows
// tags: to change and delete; a resource that is being created has none yet.
func (p Permission) tagged() Permission {
	return p.when("StringEquals", "aws:ResourceTag/project", "{project}").when("StringEquals", "aws:ResourceTag/environment", "{environment}")
}

// taggedIfAtAll is tagged for what may have no tags.
func (p Permission) taggedIfAtAll() Permission {
	return p.when("StringEqualsIfExists", "aws:ResourceTag/project", "{project}").
		when("StringEqualsIfExists", "aws:ResourceTag/environment", "{environment}")
}

// inRegions narrows actions that know no resource to the regions of the scope.
func (p Permission) inRegions() Permission {
	return p.when("StringEquals", "aws:RequestedRegion", "{region}")
}

func (p Permission) inGovCloud() Permission {
	p.GovCloud = true
	return p
}

// lists allows what lists resources, and knows none.
func lists(sid string, actions ...string) Permission {
	return allow(sid, actions...).on("*").inRegions()
}

// Pass allows to pass roles of the application to services, and to no other.
func Pass(sid string, services ...string) Permission {
	return allow(sid, "iam:PassRole").on(global("iam", "role{path}{name}*")).when("StringEquals", "iam:PassedToService", services...)
}

// linkedRole allows to create the role of a service without which it does nothing in an account; its first user creates it.
func linkedRole(sid, service string) Permission {
	return allow(sid, "iam:CreateServiceLinkedRole").on(global("iam", "role/aws-service-role/"+service+"/*")).
		when("StringEquals", "iam:AWSServiceName", service)
}

// makes allows what CloudFormation does to resources of EC2 that may not have their tags yet: it creates them with its own tags only, or with none,
// and adds ours afterwards. What has the tags of another project or environment is out of reach all the same. IAM asks for each resource of a
// request apart: what the new one is created in must have our tags, as changes has it.
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

// changes allows what is done to resources of EC2 that have our tags.
func changes(actions ...string) Permission {
	return allow("ChangeNetworks", actions...).on(regional("ec2", "*/*")).tagged()
}

// sees lists what is in networks; EC2 knows no resource for that.
func sees(actions ...string) Permission { return lists("Networks", actions...) }

// regional is an ARN in the region and account of the stack.
func regional(service, resource string) string {
	return "arn:{partition}:" + service + ":{region}:{account}:" + resource
}

// global is an ARN in the account of the stack, in no region.
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
