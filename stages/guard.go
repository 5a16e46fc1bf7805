package stages

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/limits"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Need is something that the roles of an access stack must be able to do beyond deploying resource types. The access stack publishes a
// parameter for each, and the first stacks that a push deploys read it: CloudFormation refuses a change set whose parameter does not exist.
type Need struct {
	// Name of the need in letters and digits. It changes whenever what must be allowed does.
	Name string
	// What must be allowed, for people.
	What string
}

// output is under what the access stack publishes that it covers the need.
func (n Need) output(a *Access) cfn.Output[cfn.Text] {
	return cfn.Output[cfn.Text]{From: a, Name: coversPrefix + n.Name}
}

const (
	// coversPrefix is what the names of needs begin with in SSM.
	coversPrefix = "Covers"
	// typesRule is the rule by which a template says which resource types the access stack must cover.
	typesRule = "AccessCoversThis"
	// needsRule is the one by which it says what else.
	needsRule = "AccessCoversNeeds"
)

// ResourceTypes are the types that the execution role can deploy.
func (a *Access) ResourceTypes() cfn.ListOutput[cfn.ResourceType] {
	return cfn.ListOutput[cfn.ResourceType]{From: a, Name: "ResourceTypes"}
}

// Guard makes a stack refuse to be deployed while the access stack, as it was last deployed, does not cover its resource types; and it makes
// the access stack cover them when it is built. A stack that is among the first of a deployment also refuses while the access stack does not
// cover the needs. Guard comes after the stack's own Build.
func (a *Access) Guard(t *cfn.Template, isFirst bool) {
	var grants policy.Identity
	if g, ok := t.Stack().(Granter); ok {
		grants = g.Grants()
	}
	for _, typ := range t.Types() {
		if len(grants) > 0 && !policy.Known(typ) {
			a.others = append(a.others, typ)
		} else {
			a.cover(typ)
		}
	}
	a.granted = append(a.granted, grants...)
	if r, ok := t.Stack().(interface{ ReadsPublicParameters() bool }); ok && r.ReadsPublicParameters() {
		a.public = true
	}
	if t.Place.Region != a.Place.Region {
		return // an SSM parameter is read in its own region only
	}
	group := a.Place.Scope
	if group == a.Pipeline {
		group = spec.ToolchainScope
	}
	first := "Deploy the stack " + a.name(a.Name()) + " first: deploy.sh " + group
	types := cfn.TakeList(t, a.ResourceTypes())
	// AWS documents that it validates the names of SSM parameters and not their values. Where a rule sees the name, it must stop nothing.
	t.Rule(typesRule).When(cfn.OneIn(a.Place.ParameterPath()+a.Name()+"/"+a.ResourceTypes().Name, types).Not()).
		Assert(cfn.EveryIn(t.Types(), types), fmt.Sprintf("The roles of %s-%s do not cover all resource types of this stack yet. %s",
			a.Place.Project, a.Place.Scope, first))
	if !isFirst || len(a.Needs) == 0 {
		return
	}
	rule := t.Rule(needsRule)
	for _, n := range a.Needs {
		rule.Assert(cfn.IsGiven(cfn.Take(t, n.output(a))), fmt.Sprintf("The roles of %s-%s do not cover this: %s. %s",
			a.Place.Project, a.Place.Scope, n.What, first))
	}
}

// braces in a row, which SSM takes for a reference to another parameter and refuses.
var braces = regexp.MustCompile(`\{\{+|\}\}+`)

func (a *Access) cover(types ...string) {
	a.covered = append(a.covered, types...)
	slices.Sort(a.covered)
	a.covered = slices.Compact(a.covered)
}

// publishGuard writes to SSM what the roles cover.
func (a *Access) publishGuard(t *cfn.Template) {
	slices.Sort(a.others)
	a.others = slices.Compact(a.others)
	const limit = limits.SSMParameterText
	types := slices.Concat(a.covered, a.others)
	if size := len(strings.Join(types, ",")); size > limit {
		t.Failf("Resources."+cfn.PublishedID(a.ResourceTypes().Name), "split the application into two projects, or its custom stacks over two environments",
			"the names of the %d resource types of %s-%s have %d bytes, and the parameter that lists them has room for %d", len(types), a.Place.Project, a.Place.Scope, size, limit)
		types = types[:1] // the template is refused, and nothing else is wrong with it
	}
	cfn.PublishList(t, a.ResourceTypes(), cfn.Literals[cfn.ResourceType](types...))
	for _, n := range a.Needs {
		cfn.Publish(t, n.output(a), cfn.Literal[cfn.Text](braces.ReplaceAllStringFunc(n.What, func(row string) string { return row[:1] })))
	}
}
