package resources

import (
	"regexp"
	"strings"

	"github.com/awslabs/goformation/v7/cloudformation/sns"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/limits"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Topic is an SNS topic that tells people by e-mail: encrypted with a customer managed key, TLS only.
type Topic struct {
	// ID is the logical id; the policy gets ID with Policy behind, each subscription ID with its address behind.
	ID   string
	Name string
	// Sender is what stands as the sender of e-mails, at most 100 characters. Empty: the name.
	Sender string
	// Key must admit whom the topic admits: see MayUseKey.
	Key cfn.Value[cfn.KeyARN]
	// Alarms of the account and region whose names fit this pattern may publish, such as shop-dev-*. Empty: none may.
	Alarms string
	// Events says whether EventBridge may publish.
	Events bool
	// Roles of the account, by ARN with wildcards, that may publish if their own policies allow it, and the use of the key. Nil: those of the
	// account that the key's policy admits otherwise.
	Roles cfn.Part
	// Emails are the addresses that get each message once somebody there has confirmed it.
	Emails []string
}

// TopicHandle is a declared topic.
type TopicHandle struct{ topic *cfn.Resource }

// ARN of the topic.
func (h TopicHandle) ARN() cfn.Value[cfn.TopicARN] { return cfn.Ref[cfn.TopicARN](h.topic) }

// MayUseKey is the statement of the key's policy that lets those who publish to the topic encrypt their messages: the ARN of the topic is what
// SNS encrypts with. It does not say for whom they publish, since EventBridge does not tell KMS (Amazon SNS Developer Guide, "Key management");
// the policy of the topic does.
func (x Topic) MayUseKey() policy.Statement {
	return policy.Allow("EncryptMessages", "kms:Decrypt", "kms:GenerateDataKey*").By(x.publishers()...).On(cfn.Lit("*")).
		If(policy.When("StringEquals", "kms:EncryptionContext:aws:sns:topicArn", x.arn()))
}

// RolesMayUseKey is the statement of the key's policy for Roles: through SNS, for the messages of this topic.
func (x Topic) RolesMayUseKey() policy.Statement {
	return policy.Allow("EncryptMessagesOfRoles", "kms:Decrypt", "kms:GenerateDataKey*").By(policy.Account(cfn.AccountID())).On(cfn.Lit("*")).If(
		policy.ByRoleLike(x.Roles), policy.Through("sns", cfn.Region()),
		policy.When("StringEquals", "kms:EncryptionContext:aws:sns:topicArn", x.arn()))
}

func (x Topic) publishers() []policy.Principal {
	var list []policy.Principal
	if x.Alarms != "" {
		list = append(list, policy.Service("cloudwatch.amazonaws.com"))
	}
	if x.Events {
		list = append(list, policy.Service("events.amazonaws.com"))
	}
	return list
}

// arn is built from the name, because the topic needs its key, and its key's policy the topic.
func (x Topic) arn() cfn.Value[cfn.TopicARN] {
	return cfn.Format[cfn.TopicARN]("arn:%s:sns:%s:%s:%s", cfn.Partition(), cfn.Region(), cfn.AccountID(), cfn.Lit(x.Name))
}

// Limits of SNS (its API, CreateTopic), and of its topic policies (Amazon SNS Developer Guide, "Policy quotas").
const (
	maxTopicSender = 100
	maxTopicPolicy = 30 * 1024
)

// plainAddress is an address of words alone: no two of them have the same letters and digits.
const plainAddress = `^[a-z]+[0-9]{0,3}@[a-z]+[0-9]{0,3}(\.[a-z]+[0-9]{0,3})*$`

// topicActions are those that a topic's policy can name; SNS refuses sns:*.
func topicActions() []string {
	return []string{
		"sns:AddPermission", "sns:DeleteTopic", "sns:GetTopicAttributes", "sns:ListSubscriptionsByTopic", "sns:Publish",
		"sns:RemovePermission", "sns:SetTopicAttributes", "sns:Subscribe",
	}
}

// Add declares the topic, its policy and its subscriptions.
func (x Topic) Add(t *cfn.Template) TopicHandle {
	path := "Resources." + x.ID + ".Properties"
	checkName(t, path+".TopicName", "SNS", x.Name, "_-", 1, limits.TopicName)
	checkKey(t, path+".KmsMasterKeyId", x.Key)
	properties := &sns.Topic{TopicName: new(x.Name), KmsMasterKeyId: t.TextPtr(x.Key)}
	if x.Sender != "" {
		checkLength(t, path+".DisplayName", "SNS", x.Sender, maxTopicSender)
		properties.DisplayName = new(x.Sender)
	}
	topic := t.Add(x.ID, properties)
	arn := cfn.Ref[cfn.TopicARN](topic)
	x.addPolicy(t, arn)
	for _, address := range x.Emails {
		id := x.ID + textID(address, regexp.MustCompile(plainAddress).MatchString(address))
		if local, domain, _ := strings.Cut(address, "@"); local == "" || domain == "" || strings.ContainsAny(domain, "@ ") {
			t.Failf("Resources."+id+".Properties.Endpoint", "write one such as ops@example.com", "%q is no e-mail address", address)
		}
		t.Add(id, &sns.Subscription{TopicArn: t.Text(arn), Protocol: "email", Endpoint: new(address)})
	}
	return TopicHandle{topic}
}

func (x Topic) addPolicy(t *cfn.Template, arn cfn.Value[cfn.TopicARN]) {
	document := policy.Resource{
		policy.Deny("RequireTLS", topicActions()...).By(policy.Anyone()).On(arn).
			If(policy.When("Bool", "aws:SecureTransport", cfn.Lit("false"))),
	}
	if x.Alarms != "" {
		document = append(document, policy.Allow("Alarms", "sns:Publish").By(policy.Service("cloudwatch.amazonaws.com")).On(arn).
			If(policy.FromAccount(cfn.AccountID()), policy.FromResource(alarmARN(x.Alarms))))
	}
	if x.Events {
		// no condition: EventBridge meets none in the policy of a topic (Amazon EventBridge User Guide, "Amazon SNS permissions")
		document = append(document, policy.Allow("Events", "sns:Publish").By(policy.Service("events.amazonaws.com")).On(arn))
	}
	path := "Resources." + x.ID + "Policy.Properties.PolicyDocument"
	n := document.Node(t, path)
	policy.Budget(t, path, "a topic's policy", maxTopicPolicy, n)
	t.Add(x.ID+"Policy", &sns.TopicPolicy{Topics: []string{t.Text(arn)}, PolicyDocument: n})
}
