package resources

import (
	"regexp"
	"strings"

	"github.com/awslabs/goformation/v7/cloudformation/sns"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/limits"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// Topic is an SNS topic with e-mail subscriptions: encrypted with a customer managed key, TLS only.
type Topic struct {
	// ID is the logical id. The logical id of the policy is ID followed by Policy, that of a subscription ID followed by its address.
	ID   string
	Name string
	// Sender is the display name of the sender of e-mails, at most 100 characters. Default: the name.
	Sender string
	// Key encrypts the messages. Its policy must allow the publishers of the topic: see MayUseKey.
	Key cfn.Value[cfn.KeyARN]
	// Alarms is a pattern of names, such as shop-dev-*, of the alarms in the account and region that may publish. Default: none.
	Alarms string
	// Events allows EventBridge to publish.
	Events bool
	// Roles is the ARN, with wildcards, of the roles of the account to which the key policy grants the key, so that they may publish if their identity
	// policies allow that and the use of the key. Nil: only roles that the key policy allows otherwise.
	Roles cfn.Part
	// Emails are the addresses that get each message. The recipient must confirm the subscription first.
	Emails []string
}

// TopicHandle is a declared topic.
type TopicHandle struct{ topic *cfn.Resource }

// ARN of the topic.
func (h TopicHandle) ARN() cfn.Value[cfn.TopicARN] { return cfn.Ref[cfn.TopicARN](h.topic) }

// MayUseKey returns the statement of the key policy that allows the services which publish to the topic to encrypt messages. It restricts them to the
// topic, whose ARN is in the encryption context of SNS, but not to the source of the message, which EventBridge does not send to KMS (Amazon SNS
// Developer Guide, "Key management"). The policy of the topic restricts that.
func (x Topic) MayUseKey() policy.Statement {
	return policy.Allow("EncryptMessages", "kms:Decrypt", "kms:GenerateDataKey*").By(x.publishers()...).On(cfn.Lit("*")).
		If(policy.When("StringEquals", "kms:EncryptionContext:aws:sns:topicArn", x.arn()))
}

// RolesMayUseKey returns the statement of the key policy for Roles. It allows only the use through SNS for messages of this topic.
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

// arn returns the ARN built from the name: a reference would create a cycle, because the topic needs the key, and the key policy the ARN.
func (x Topic) arn() cfn.Value[cfn.TopicARN] {
	return cfn.Format[cfn.TopicARN]("arn:%s:sns:%s:%s:%s", cfn.Partition(), cfn.Region(), cfn.AccountID(), cfn.Lit(x.Name))
}

// Limits of SNS (SNS API, CreateTopic), and of topic policies (Amazon SNS Developer Guide, "Policy quotas").
const (
	maxTopicSender = 100
	maxTopicPolicy = 30 * 1024
)

// plainAddress is the pattern of addresses whose letters and digits alone identify them.
const plainAddress = `^[a-z]+[0-9]{0,3}@[a-z]+[0-9]{0,3}(\.[a-z]+[0-9]{0,3})*$`

// topicActions returns the actions that a topic policy can contain. SNS rejects sns:*.
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
			t.Failf("Resources."+id+".Properties.Endpoint", "write one such as ops@example.com", "%q is not a valid e-mail address", address)
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
		// no condition: EventBridge does not support conditions in topic policies (Amazon EventBridge User Guide, "Amazon SNS permissions")
		document = append(document, policy.Allow("Events", "sns:Publish").By(policy.Service("events.amazonaws.com")).On(arn))
	}
	path := "Resources." + x.ID + "Policy.Properties.PolicyDocument"
	n := document.Node(t, path)
	policy.Budget(t, path, "a topic's policy", maxTopicPolicy, n)
	t.Add(x.ID+"Policy", &sns.TopicPolicy{Topics: []string{t.Text(arn)}, PolicyDocument: n})
}
