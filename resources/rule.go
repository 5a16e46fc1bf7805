package resources

import (
	"slices"
	"strings"

	"github.com/awslabs/goformation/v7/cloudformation/events"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Rule is an EventBridge rule on the default event bus, which receives the events of AWS services. It publishes each event as a text to a topic, or
// starts a build.
type Rule struct {
	// ID is the logical id.
	ID          string
	Name        string
	Description string
	// Pattern is the event pattern, at most 4,096 characters of JSON (EventBridge API, PutRule).
	Pattern cfn.Object
	// Topic must allow EventBridge to publish: see Topic.Events.
	Topic cfn.Value[cfn.TopicARN]
	// Message are the lines of the text. <name> in them is replaced by the field with this name, or by nothing if the event does not have it.
	Message []string
	Fields  []Field
	// Build is the project that is to build, in place of the topic. CodeBuild has no policies that let EventBridge in: it uses Role.
	Build cfn.Value[cfn.ProjectARN]
	Role  cfn.Value[cfn.RoleARN]
}

// Field is a field of an event.
type Field struct {
	Name string
	// Path is a JSON path, such as $.detail.status.
	Path string
}

// RuleHandle is a declared rule.
type RuleHandle struct{ rule *cfn.Resource }

// Name of the rule.
func (h RuleHandle) Name() cfn.Value[cfn.RuleName] { return cfn.Ref[cfn.RuleName](h.rule) }

// Limits of EventBridge (EventBridge API, PutRule and InputTransformer).
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
		t.Fail(path+".EventPattern", "the rule has no event pattern", "set Pattern to the events that it is for")
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

// transformer returns the input transformer. It writes each line as a JSON string, so that EventBridge does not treat the message as a JSON document.
func (r Rule) transformer(t *cfn.Template, path string) *events.Rule_InputTransformer {
	paths := map[string]string{}
	for _, f := range r.Fields {
		switch {
		case strings.HasPrefix(strings.ToLower(f.Name), "aws."), f.Name == "", strings.ContainsAny(f.Name, "<> "):
			t.Failf(path+".InputPathsMap", "choose another one", "%q is not a valid field name", f.Name)
		case paths[f.Name] != "":
			t.Failf(path+".InputPathsMap", "choose another one", "another field has the name %q", f.Name)
		case !strings.HasPrefix(f.Path, "$."):
			t.Failf(path+".InputPathsMap."+f.Name, "begin with $.", "%q is not a valid path of a field", f.Path)
		}
		paths[f.Name] = f.Path
	}
	checkRange(t, path+".InputPathsMap", "EventBridge", len(paths), 0, maxRuleFields)
	lines := make([]string, len(r.Message))
	for i, line := range r.Message {
		for _, name := range placeholders(line) {
			if !slices.ContainsFunc(r.Fields, func(f Field) bool { return f.Name == name }) {
				t.Failf(path+".InputTemplate", "add it to Fields", "the line %q contains the field %s, which is not declared", line, name)
			}
		}
		lines[i] = strings.TrimSuffix(string(tree.Text(line).JSON()), "\n")
	}
	message := strings.Join(lines, "\n")
	checkLength(t, path+".InputTemplate", "EventBridge", message, maxRuleMessage)
	return &events.Rule_InputTransformer{InputPathsMap: paths, InputTemplate: message}
}

// placeholders returns the names between < and > in a line.
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
