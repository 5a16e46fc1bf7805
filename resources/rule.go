package resources

import (
	"slices"
	"strings"

	"github.com/awslabs/goformation/v7/cloudformation/events"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Rule is an EventBridge rule on events that AWS services send, so on the default bus: it tells a topic in words, or starts a build.
type Rule struct {
	// ID is the logical id.
	ID          string
	Name        string
	Description string
	// Pattern of the events, as EventBridge writes it; 4,096 characters of JSON at most (its API, PutRule).
	Pattern cfn.Object
	// Topic must admit EventBridge: see Topic.Events.
	Topic cfn.Value[cfn.TopicARN]
	// Message has lines of text; <name> in them stands for the field of that name. A field that an event lacks is left empty.
	Message []string
	Fields  []Field
	// Build is the project that is to build, in place of the topic. CodeBuild has no policies that let EventBridge in: it uses Role.
	Build cfn.Value[cfn.ProjectARN]
	Role  cfn.Value[cfn.RoleARN]
}

// Field of an event.
type Field struct {
	Name string
	// Path of JSON, such as $.detail.status.
	Path string
}

// RuleHandle is a declared rule.
type RuleHandle struct{ rule *cfn.Resource }

// Name of the rule.
func (h RuleHandle) Name() cfn.Value[cfn.RuleName] { return cfn.Ref[cfn.RuleName](h.rule) }

// EventBridge's limits (its API, PutRule and InputTransformer).
const (
	maxRuleName        = 64
	maxRuleDescription = 512
	maxRuleMessage     = 8192
	maxRuleFields      = 100
)

// Add declares the rule.
func (r Rule) Add(t *cfn.Template) RuleHandle {
	path := "Resources." + r.ID + ".Properties"
	checkName(t, path+".Name", "EventBridge", r.Name, "._-", 1, maxRuleName)
	checkLength(t, path+".Description", "EventBridge", r.Description, maxRuleDescription)
	if len(r.Pattern) == 0 {
		t.Fail(path+".EventPattern", "there is none: the rule would never run", "say which events it is about")
	}
	return RuleHandle{t.Add(r.ID, &events.Rule{
		Name: new(r.Name), Description: new(r.Description), State: new("ENABLED"), EventPattern: r.Pattern,
		Targets: []events.Rule_Target{r.target(t, path+".Targets[0]")},
	})}
}

func (r Rule) target(t *cfn.Template, path string) events.Rule_Target {
	project := t.TextPtr(r.Build)
	if project == nil {
		// the topic's policy lets EventBridge in: it has no role
		return events.Rule_Target{Id: "Topic", Arn: t.Text(r.Topic), InputTransformer: r.transformer(t, path+".InputTransformer")}
	}
	role := t.TextPtr(r.Role)
	if role == nil {
		t.Fail(path+".RoleArn", "there is no role: EventBridge could not start the build", "set Role to one that may")
	}
	return events.Rule_Target{Id: "Build", Arn: *project, RoleArn: role}
}

// transformer makes each line a text in JSON, which is how EventBridge knows text from a JSON document.
func (r Rule) transformer(t *cfn.Template, path string) *events.Rule_InputTransformer {
	paths := map[string]string{}
	for _, f := range r.Fields {
		switch {
		case strings.HasPrefix(strings.ToLower(f.Name), "aws."), f.Name == "", strings.ContainsAny(f.Name, "<> "):
			t.Failf(path+".InputPathsMap", "choose another one", "%q is no name of a field", f.Name)
		case paths[f.Name] != "":
			t.Failf(path+".InputPathsMap", "choose another one", "the name %q is taken", f.Name)
		case !strings.HasPrefix(f.Path, "$."):
			t.Failf(path+".InputPathsMap."+f.Name, "begin with $.", "%q is no path of a field", f.Path)
		}
		paths[f.Name] = f.Path
	}
	checkRange(t, path+".InputPathsMap", "EventBridge", len(paths), 0, maxRuleFields)
	lines := make([]string, len(r.Message))
	for i, line := range r.Message {
		for _, name := range placeholders(line) {
			if !slices.ContainsFunc(r.Fields, func(f Field) bool { return f.Name == name }) {
				t.Failf(path+".InputTemplate", "add it to Fields", "the line %q names the field %s, which is not there", line, name)
			}
		}
		lines[i] = strings.TrimSuffix(string(tree.Text(line).JSON()), "\n")
	}
	message := strings.Join(lines, "\n")
	checkLength(t, path+".InputTemplate", "EventBridge", message, maxRuleMessage)
	return &events.Rule_InputTransformer{InputPathsMap: paths, InputTemplate: message}
}

// placeholders are what stands between < and >.
func placeholders(line string) []string {
	var names []string
	for {
		_, after, found := strings.Cut(line, "<")
		name, rest, closed := strings.Cut(after, ">")
		if !found || !closed {
			return names
		}
		names, line = append(names, name), rest
	}
}
