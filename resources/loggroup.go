package resources

import (
	"slices"

	"github.com/awslabs/goformation/v7/cloudformation/logs"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/limits"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

// LogGroup is a log group. A service would create its log group itself, but without retention and key.
type LogGroup struct {
	// ID is the logical id.
	ID string
	// Name of the group. With Retain, CloudFormation generates the name instead, <stack>-<logical id>-<letters>: a retained group with a custom name would
	// prevent the creation of a new one.
	Name string
	// RetentionDays is one of the numbers that CloudWatch Logs supports, such as 7, 30, 90, 365.
	RetentionDays int
	// Key encrypts the logs. Its policy must allow CloudWatch Logs: see LogsMayUse.
	Key cfn.Value[cfn.KeyARN]
	// Retain keeps the group if its stack is deleted, and the logs for RetentionDays.
	Retain bool
}

const maxLogGroupName = 512

// LogGroupHandle is a declared log group.
type LogGroupHandle struct{ group *cfn.Resource }

// Name of the log group.
func (h LogGroupHandle) Name() cfn.Value[cfn.LogGroupName] { return cfn.Ref[cfn.LogGroupName](h.group) }

// Streams is the ARN pattern of all streams of the group. It ends in :*.
func (h LogGroupHandle) Streams() cfn.Value[cfn.LogStreamsARN] {
	return cfn.Att[cfn.LogStreamsARN](h.group, "Arn")
}

// Add declares the log group.
func (g LogGroup) Add(t *cfn.Template) LogGroupHandle {
	path := "Resources." + g.ID + ".Properties"
	checkName(t, path+".LogGroupName", "CloudWatch Logs", g.Name, "._/#-", 1, maxLogGroupName)
	if !slices.Contains(limits.LogRetentions(), g.RetentionDays) {
		t.Failf(path+".RetentionInDays", "", "it is %d; CloudWatch Logs allows %v", g.RetentionDays, limits.LogRetentions())
	}
	properties := &logs.LogGroup{RetentionInDays: new(g.RetentionDays), KmsKeyId: keyOf(t, path+".KmsKeyId", g.Key)}
	if !g.Retain {
		properties.LogGroupName = new(g.Name)
	}
	group := t.Add(g.ID, properties)
	onRemoval(group, g.Retain)
	return LogGroupHandle{group}
}

// LogsMayUse returns the statement of a key policy that allows CloudWatch Logs to encrypt the groups whose names match one of the patterns.
func LogsMayUse(groups ...string) policy.Statement {
	arns := make([]cfn.Part, len(groups))
	for i, g := range groups {
		arns[i] = cfn.Format[cfn.Text]("arn:%s:logs:%s:%s:log-group:%s", cfn.Partition(), cfn.Region(), cfn.AccountID(), cfn.Lit(g))
	}
	return policy.Allow("EncryptLogs", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*").
		By(policy.ServiceIn("logs")).On(cfn.Lit("*")).
		If(policy.When("ArnLike", "kms:EncryptionContext:aws:logs:arn", arns...))
}
