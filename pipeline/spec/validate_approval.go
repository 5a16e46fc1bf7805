package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// checkLabel checks the text that is in tags and descriptions.
func checkLabel(v *validator, at, label string) {
	const most = 64 // characters; descriptions have room for more
	switch n := utf8.RuneCountInString(label); {
	case label == "":
	case isBlank(label) || !isTag(label):
		v.add(at, strconv.Quote(shorten(label))+" is not text of letters, digits, spaces and _ . : / = + - @", "it becomes a tag: write a word or two, such as Team sandbox")
	case n > most:
		v.add(at, fmt.Sprintf("has %d characters, at most %d are allowed", n, most), fmt.Sprintf("shorten it by %d", n-most))
	}
}

func (a *Approval) check(v *validator, path string) {
	if a == nil {
		return
	}
	checkApprovalText(v, join(path, "text"), a.Text)
	v.between(join(path, "timeoutMinutes"), a.TimeoutMinutes, 5, 86_400, "minutes") // CodePipeline
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
	const most = 256 // characters of a name, SNS
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

// checkOperators checks the roles that a policy is attached to.
func checkOperators(v *validator, path string, operators []string) {
	for i, arn := range operators {
		at := index(path, i)
		if slices.Contains(operators[:i], arn) && arn != "" {
			v.add(at, strconv.Quote(shorten(arn))+" is given twice", "keep one")
			continue
		}
		checkOperator(v, at, arn)
	}
}

func checkOperator(v *validator, at, arn string) {
	const hint = "write the ARN of a role, such as arn:aws:iam::111111111111:role/Release"
	if arn == "" {
		v.add(at, "is empty", hint)
		return
	}
	p := strings.SplitN(arn, ":", 6)
	role, isRole := strings.CutPrefix(p[len(p)-1], "role/")
	switch {
	case strings.ContainsAny(arn, "*?"):
		v.add(at, strconv.Quote(shorten(arn))+" has a star or a question mark", "a policy is attached to it: name one role")
		return
	case len(p) < 6 || p[0] != "arn" || p[2] != "iam" || p[3] != "" || !isRole || !isRoleName(role):
		v.add(at, strconv.Quote(shorten(arn))+" is not the ARN of a role", hint)
		return
	case strings.HasPrefix(role, "aws-reserved/"):
		v.add(at, "is a role of IAM Identity Center, which no policy can be attached to", "leave it out, and add the pipeline's policy of operators to its permission set")
		return
	case strings.HasPrefix(role, "aws-service-role/"):
		v.add(at, "is the role of a service, which no policy can be attached to", hint)
		return
	}
	v.atHome(at, p, "use a role there")
}

// isRoleName matches a path, which may be empty, and a name of at most 64 characters.
func isRoleName(role string) bool {
	parts := strings.Split(role, "/")
	return only(role, "_+=,.@-/") && !slices.Contains(parts, "") && len(parts[len(parts)-1]) <= maxRole && len(role) <= 512
}
