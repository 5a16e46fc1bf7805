package conform

import (
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// attributes checks what a resource has beside its properties (AWS CloudFormation User Guide, "Resource attribute reference").
func (c *checker) attributes(at *step, n *tree.Node) {
	known := []string{
		"Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Metadata", "Properties", "Type", "UpdatePolicy", "UpdateReplacePolicy",
	}
	// without documentation, and those that SAM reads
	others := []string{"Description", "Version", "Connectors", "IgnoreGlobals"}
	for i, key := range n.Keys {
		here, value := &step{up: at, key: key}, n.Items[i]
		switch {
		case strings.HasPrefix(key, "Fn::"), slices.Contains(others, key): // the former is a macro's
		case !slices.Contains(known, key):
			c.fail(here, "a resource has no attribute "+key, suggest(key, known))
		default:
			c.attribute(here, key, value)
		}
	}
}

// attribute checks the value of one of them.
func (c *checker) attribute(at *step, key string, n *tree.Node) {
	if _, _, isCall := function(n); isCall {
		return
	}
	switch key {
	case "Condition":
		c.value(at, n, &catalog.Shape{Kind: catalog.String})
	case "DeletionPolicy":
		c.oneOf(at, n, "Delete", "Retain", "RetainExceptOnCreate", "Snapshot")
	case "UpdateReplacePolicy":
		c.oneOf(at, n, "Delete", "Retain", "Snapshot")
	case "DependsOn":
		ids := &catalog.Shape{Kind: catalog.String}
		if n.Kind == tree.List {
			ids = &catalog.Shape{Kind: catalog.List, Element: ids}
		}
		c.value(at, n, ids)
	case "Metadata":
		c.value(at, n, &catalog.Shape{Kind: catalog.Map, Element: &catalog.Shape{}})
	case "CreationPolicy":
		c.policy(at, n, creationPolicy())
	case "UpdatePolicy":
		c.policy(at, n, updatePolicy())
	}
}

// oneOf checks a word that CloudFormation itself reads.
func (c *checker) oneOf(at *step, n *tree.Node, words ...string) {
	if n.Kind != tree.Null && !strings.Contains(n.Text, "${") && !slices.Contains(words, n.Text) {
		c.fail(at, quoted(n)+" is not a "+at.key, suggest(n.Text, words))
	}
}

// policy checks a creation or update policy, whose definitions are no type's.
func (c *checker) policy(at *step, n *tree.Node, d *catalog.Definition) {
	typ := c.typ
	c.typ = nil
	c.value(at, n, &catalog.Shape{Kind: catalog.Object, Definition: d})
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
