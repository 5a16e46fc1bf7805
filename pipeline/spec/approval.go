package spec

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// Approval is somebody's approval before an environment is deployed, after the tests of the one before.
type Approval struct {
	// Text that the approver reads, 600 characters at most; the commit is added. Default: what is about to be deployed, and where.
	Text string `yaml:"text"`
	// TimeoutMinutes after which the run fails, 5 to 86400 (CodePipeline quotas). Default 10080, a week.
	TimeoutMinutes int `yaml:"timeoutMinutes,minutes"`
	// Topic is the ARN of an SNS topic in the toolchain account and region that is told. Empty: nobody is.
	Topic string `yaml:"topic"`
	// Key is the ARN of the customer managed key, if any, that encrypts the topic. The pipeline's role uses it through SNS only.
	Key string `yaml:"key"`
	// AfterChangeSet asks when the change sets are made, so that they can be looked at. Stacks that read what others of the same deployment
	// write get theirs later, and are asked for again.
	AfterChangeSet bool `yaml:"afterChangeSet"`
}

// DefaultApproval is what an approval is where pipeline.yaml says nothing else: a week's time, and nobody is told.
func DefaultApproval() Approval { return Approval{TimeoutMinutes: defaultApproval} }

func (a *Approval) setDefaults(Type) { *a = DefaultApproval() }

func (a *Approval) isSwitched() {}

func (*Approval) shape() string { return "{ text: Look at the tests first. }" }

// ApprovalStep is an approval before several environments.
type ApprovalStep struct {
	Approval `yaml:",inline"`
	Only     `yaml:",inline"`
}

// resolveApproval gives the approval of the steps to each environment for which it is and that does not say for itself.
func (s *Spec) resolveApproval() {
	a := s.Steps.Approval
	if a == nil {
		return
	}
	fallback(&a.TimeoutMinutes, defaultApproval)
	if a.Environments == nil && a.Types == nil {
		a.Types = []Type{Test, Prod}
	}
	for i := range s.Environments {
		e := &s.Environments[i]
		if _, written := s.positions[join(index("environments", i), "approval")]; e.Approval == nil && !written && a.Holds(*e) {
			e.Approval = new(a.Approval)
		}
	}
}

func (a *Approval) check(v *validator, path string) {
	if a == nil {
		return
	}
	checkApprovalText(v, join(path, "text"), a.Text)
	v.between(join(path, "timeoutMinutes"), a.TimeoutMinutes, limits.ApprovalLeastTimeout, limits.ApprovalTimeout, "minutes")
	if a.Topic != "" {
		checkTopic(v, join(path, "topic"), a.Topic)
	}
	switch at := join(path, "key"); {
	case a.Key == "":
	case a.Topic == "" && !v.unread(join(path, "topic")):
		v.add(at, "means nothing without a topic, which it encrypts", "leave it out, or write topic too")
	default:
		checkKey(v, at, a.Key, v.home(), "a topic is encrypted by a key of its own region")
	}
}

func checkApprovalText(v *validator, at, text string) {
	const most = 600 // characters; CodePipeline takes 1,000, and cfnpipe adds the commit
	what, hint := refused(text)
	switch n := utf8.RuneCountInString(text); {
	case text == "":
	case isBlank(text):
		v.add(at, "is empty", "leave it out for the default, or write what the approver shall look at")
	case what != "":
		v.add(at, "holds "+what, hint)
	case strings.Contains(text, "#{"):
		v.add(at, `holds "#{", which CodePipeline reads as a variable`, "leave it out; the commit is added anyway")
	case n > most:
		v.add(at, fmt.Sprintf("has %d characters, at most %d are allowed", n, most), fmt.Sprintf("shorten it by %d", n-most))
	}
}

// checkTopic checks the topic that CodePipeline tells of an approval, which must be where the pipelines are.
func checkTopic(v *validator, at, arn string) {
	const hint = "copy it from SNS: arn:aws:sns:<region>:<account>:<name>"
	const most = limits.TopicName
	p := strings.SplitN(arn, ":", 6)
	switch {
	case len(p) < 6 || p[0] != "arn":
		v.add(at, strconv.Quote(shorten(arn))+" is not an ARN", hint)
		return
	case p[2] != "sns":
		v.add(at, fmt.Sprintf("belongs to the service %q", shorten(p[2])), "use a topic of sns")
		return
	case strings.HasSuffix(p[5], ".fifo"):
		v.add(at, "is a FIFO topic, which CodePipeline does not tell", "use a standard topic")
	case p[5] == "" || len(p[5]) > most || !only(p[5], "-_"):
		v.add(at, strconv.Quote(shorten(p[5]))+" is not the name of a topic", hint)
	}
	v.atHome(at, p, "use a topic there")
}
