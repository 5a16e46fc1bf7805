package conform

import (
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// attributes checks what a resource has beside its properties (AWS CloudFormation User Guide, "Resource attribute reference").
func (c *checker) attributes(n *tree.Node) {
	for i, key := range n.Keys {
		switch key {
		case "Properties", "Type": // checked for themselves
		case "Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Metadata", "UpdatePolicy", "UpdateReplacePolicy":
			c.enter(key)
			c.attribute(key, n.Items[i])
			c.leave()
		case "Description", "Version", "Connectors": // CloudFormation accepts the first two without documenting them; SAM reads the third
		default:
			if !strings.HasPrefix(key, "Fn::") { // a macro's
				c.failAt(key, "a resource has no attribute "+key, suggest(key, []string{
					"Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Metadata", "Properties", "Type", "UpdatePolicy", "UpdateReplacePolicy",
				}))
			}
		}
	}
}

// attribute checks the value of one of them.
func (c *checker) attribute(key string, n *tree.Node) {
	if _, _, isCall := function(n); isCall || n == nil {
		return
	}
	switch key {
	case "Condition":
		if !fits(n, catalog.String) {
			c.wrong(n, &catalog.Shape{Kind: catalog.String})
		}
	case "DeletionPolicy":
		c.oneOf(key, n, "Delete", "Retain", "RetainExceptOnCreate", "Snapshot")
	case "UpdateReplacePolicy":
		c.oneOf(key, n, "Delete", "Retain", "Snapshot")
	case "DependsOn":
		id := catalog.Shape{Kind: catalog.String}
		c.value(n, &catalog.Shape{Kind: catalog.Union, Alternatives: []catalog.Shape{id, {Kind: catalog.List, Element: &id}}})
	case "Metadata":
		if !fits(n, catalog.Map) && n.Kind != tree.Null {
			c.wrong(n, &catalog.Shape{Kind: catalog.Map})
		}
	case "CreationPolicy":
		c.policy(n, creationPolicy())
	case "UpdatePolicy":
		c.policy(n, updatePolicy())
	}
}

// oneOf checks a word that CloudFormation itself reads.
func (c *checker) oneOf(key string, n *tree.Node, words ...string) {
	if n.Kind != tree.Null && !strings.Contains(n.Text, "${") && !slices.Contains(words, n.Text) {
		c.fail(quoted(n)+" is no "+key, suggest(n.Text, words))
	}
}

// policy checks a creation or update policy, whose definitions are no type's.
func (c *checker) policy(n *tree.Node, d *catalog.Definition) {
	typ := c.typ
	c.typ = nil
	c.value(n, &catalog.Shape{Kind: catalog.Object, Definition: d})
	c.typ = typ
}

func creationPolicy() *catalog.Definition {
	return define("CreationPolicy",
		part("AutoScalingCreationPolicy", one("MinSuccessfulInstancesPercent", catalog.Integer)),
		part("ResourceSignal", one("Count", catalog.Integer), one("Timeout", catalog.String)),
		part("StartFleet", one("Type", catalog.Boolean)),
	)
}

func updatePolicy() *catalog.Definition {
	texts := catalog.Property{Name: "SuspendProcesses", Shape: catalog.Shape{Kind: catalog.List, Element: &catalog.Shape{Kind: catalog.String}}}
	return define("UpdatePolicy",
		part("AutoScalingInstanceRefresh", one("Preferences", catalog.Any), one("Strategy", catalog.String)),
		part("AutoScalingReplacingUpdate", one("WillReplace", catalog.Boolean)),
		part("AutoScalingRollingUpdate",
			one("MaxBatchSize", catalog.Integer), one("MinActiveInstancesPercent", catalog.Integer), one("MinInstancesInService", catalog.Integer),
			one("MinSuccessfulInstancesPercent", catalog.Integer), one("PauseTime", catalog.String), texts, one("WaitOnResourceSignals", catalog.Boolean)),
		part("AutoScalingScheduledAction", one("IgnoreUnmodifiedGroupSizeProperties", catalog.Boolean)),
		part("CodeDeployLambdaAliasUpdate",
			one("AfterAllowTrafficHook", catalog.String), one("ApplicationName", catalog.String), one("BeforeAllowTrafficHook", catalog.String),
			one("DeploymentGroupName", catalog.String)),
		one("EnableVersionUpgrade", catalog.Boolean),
		part("StartAfterUpdate", one("Type", catalog.Boolean)),
		part("StopBeforeUpdate", one("Type", catalog.Boolean)),
		one("UseOnlineResharding", catalog.Boolean),
	)
}

// define names properties, which are sorted by name.
func define(name string, properties ...catalog.Property) *catalog.Definition {
	return &catalog.Definition{Name: name, Properties: properties}
}

func part(name string, properties ...catalog.Property) catalog.Property {
	return catalog.Property{Name: name, Shape: catalog.Shape{Kind: catalog.Object, Definition: define(name, properties...)}}
}

func one(name string, kind catalog.Kind) catalog.Property {
	return catalog.Property{Name: name, Shape: catalog.Shape{Kind: kind}}
}
