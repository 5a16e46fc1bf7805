package pipeline

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources"
	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/stages"
)

// approve asks somebody whether the run may go on to an environment. Question says what happens then.
func (d *delivery) approve(e *stages.Environment, name, question string, order int) resources.Action {
	p := d.pipeline
	a := e.Approval
	text := cmp.Or(a.Text, question)
	action := resources.Action{
		Name: name, Category: "Approval", Provider: "Manual", RunOrder: order, TimeoutMinutes: a.TimeoutMinutes,
		Configuration: cfn.Object{
			{Name: "CustomData", Value: text + "\nCommit #{Source.CommitId} of " + p.Source.Repository + ", branch #{Source.BranchName}."},
			{Name: "ExternalEntityLink", Value: p.runLink()},
		},
	}
	if a.Topic != "" {
		action.Configuration = append(action.Configuration, cfn.Member{Name: "NotificationArn", Value: a.Topic})
	}
	return action
}

// runLink shows the run in the console.
func (p *Pipeline) runLink() string {
	domain := "console.aws.amazon.com"
	if strings.HasPrefix(p.Place.Region, "us-gov-") {
		domain = "console.amazonaws-us-gov.com"
	}
	return fmt.Sprintf("https://%s.%s/codesuite/codepipeline/pipelines/%s/executions/#{codepipeline.PipelineExecutionId}/visualization?region=%s",
		p.Place.Region, domain, p.fullName(), p.Place.Region)
}

// topicKeys encrypt topics that are told of approvals, each once.
func (p *Pipeline) topicKeys() []string {
	var list []string
	for _, e := range p.Environments {
		if e.Approval != nil && e.Approval.Key != "" && !slices.Contains(list, e.Approval.Key) {
			list = append(list, e.Approval.Key)
		}
	}
	return list
}

// topics that are told of approvals.
func (p *Pipeline) topics() []string {
	var list []string
	for _, e := range p.Environments {
		if e.Approval != nil && e.Approval.Topic != "" {
			list = append(list, e.Approval.Topic)
		}
	}
	return list
}
