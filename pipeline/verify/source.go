package verify

import "github.com/cfnpipe/cfnpipe/resources/policy/eval"

// source: the pipeline's role takes the commit through the connection and puts it into the store.
func (a *run) source(x *action) {
	h := a.hop(x, "role "+a.role.name, "takes "+a.known(x, "FullRepositoryId")+" through the connection")
	a.usesConnection(h, x, a.role)
	for _, p := range a.w.assembly.Pipelines {
		if branch := a.known(x, "BranchName"); branch != "" && p.Stack == a.pipeline.stack.Name && p.Branch != branch {
			a.fail(h, x.path+".Configuration.BranchName", "branch", "the pipeline takes branch "+branch+", the manifest says "+p.Branch,
				"correct the one or the other: whoever can push to the branch decides what the pipeline does")
		}
	}
	if s := a.store(h, x); s != nil {
		h = a.hop(x, "role "+a.role.name, "puts "+orNone(x.outputs))
		a.looksAt(h, s, a.role, "s3:GetBucketAcl", "s3:GetBucketLocation", "s3:GetBucketVersioning")
		a.writes(h, s, a.role)
		a.reads(h, s, a.role)
	}
}

// usesConnection: a role must be able to use the connection of a source.
func (a *run) usesConnection(h *Hop, source *action, r *role) {
	connection := a.config(source, "ConnectionArn")
	// the service asks for one prefix or the other, depending on how old the connection is
	for _, prefix := range []string{"codeconnections", "codestar-connections"} {
		context := keys()
		context[prefix+":FullRepositoryId"] = []eval.Value{a.config(source, "FullRepositoryId")}
		a.w.needs(h, "connection", r, request{action: prefix + ":UseConnection", on: connection, context: context})
	}
}

// approve: the pipeline's role tells a topic, if there is one, and uses its key.
func (a *run) approve(x *action) {
	name := a.config(x, "NotificationArn")
	if name.Equal(eval.Value{}) {
		a.hop(x, "somebody", "approves")
		return
	}
	h := a.hop(x, "role "+a.role.name, "tells "+name.String())
	topic := a.w.topics[name.String()]
	if topic == nil { // it is somebody else's
		a.w.needs(h, "approval", a.role, request{action: "sns:Publish", on: name})
		if len(a.role.foreignKeys("sns")) > 0 {
			h = a.hop(x, "role "+a.role.name, "encrypts for "+name.String()+keysAssumed)
			a.usesKeys(h, "approval", a.role, "sns", "kms:Decrypt", "kms:GenerateDataKey")
		}
		return
	}
	a.w.needs(h, "approval", a.role, request{action: "sns:Publish", on: name, account: topic.stack.Account, policy: a.w.policyOf(topic)})
	key := a.w.topicKey(topic)
	if key == nil {
		return
	}
	for _, action := range []string{"kms:Decrypt", "kms:GenerateDataKey"} {
		a.w.needs(h, "approval", a.role, request{
			action: action, on: key.arn(), account: key.stack.Account, policy: a.w.policyOf(key),
			context: keys("kms:ViaService", "sns."+topic.stack.Region+".amazonaws.com", "kms:CallerAccount", a.role.stack.Account),
		})
	}
}
