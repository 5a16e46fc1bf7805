package verify

import (
	"fmt"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// readStores finds the pipeline's artifact stores: one, or one for each region.
func (a *run) readStores() {
	if n := a.pipeline.properties.Get("ArtifactStore"); n != nil {
		a.readStore("ArtifactStore", a.pipeline.stack.Region, n)
	}
	for i, n := range a.pipeline.properties.Get("ArtifactStores").Elements() {
		a.readStore(fmt.Sprintf("ArtifactStores[%d].ArtifactStore", i), a.text(n.Get("Region")), n.Get("ArtifactStore"))
	}
}

func (a *run) readStore(path, region string, n *tree.Node) {
	s := &store{path: path, region: region}
	a.stores[region] = s
	h := a.hop(nil, "CodePipeline", "keeps artifacts in "+region)
	name := a.text(n.Get("Location"))
	if s.bucket = a.w.buckets[name]; s.bucket == nil || s.bucket.stack.Region != region || s.bucket.stack.Account != a.pipeline.stack.Account {
		a.fail(h, path+".Location", "store-bucket", "no stack in region "+region+" makes the bucket "+name,
			"let the artifacts stack of that region make it, or correct the name")
		s.bucket = nil
	} else {
		a.w.share(s.bucket, a.role)
	}
	id := n.At("EncryptionKey", "Id")
	if id == nil {
		a.fail(h, path, "store-key", "the store names no key, so CodePipeline takes the one of AWS, which other accounts cannot use",
			"set EncryptionKey")
		return
	}
	s.keyARN = a.pipeline.stack.resolver.Resolve(id)
	s.key = a.w.keys[s.keyARN.String()]
	switch name := s.keyARN.String(); {
	case a.w.isSaid(s.keyARN):
	case !strings.HasPrefix(name, "arn:"):
		a.fail(h, path+".EncryptionKey.Id", "store-key",
			"the store names its key by "+name+", which is looked up in the account of each action's role",
			"name the key of the artifacts stack by its ARN")
	case s.key == nil && strings.Contains(name, ":alias/"):
		a.fail(h, path+".EncryptionKey.Id", "store-key", "the store names its key by the alias "+name+", which policies do not know",
			"name the key of the artifacts stack by its ARN")
	case s.key == nil:
		a.fail(h, path+".EncryptionKey.Id", "store-key", "no stack makes the key "+name, "name the key of the artifacts stack by its ARN")
	case s.key.known("Enabled") == "false":
		a.fail(h, path+".EncryptionKey.Id", "store-key", "the key is disabled in stack "+s.key.stack.Name, "enable it")
	case s.key.stack.Region != region:
		a.fail(h, path+".EncryptionKey.Id", "store-key", "the key is in region "+s.key.stack.Region+", the store in "+region,
			"name the key of the artifacts stack of that region")
		s.key = nil
	}
}

// store of the region that an action runs in.
func (a *run) store(h *Hop, x *action) *store {
	s := a.stores[x.region]
	if s == nil {
		a.fail(h, x.path+".Region", "store-region", "there is no artifact store in region "+x.region,
			"add one for that region, with a bucket and a key there")
		return nil
	}
	if s.bucket == nil || s.key == nil {
		return nil // which is said already
	}
	return s
}

// through are the condition keys of a key that S3 uses for somebody.
func (s *store) through(account string) map[string][]eval.Value {
	return keys("kms:ViaService", "s3."+s.region+".amazonaws.com", "kms:CallerAccount", account,
		"kms:EncryptionContext:aws:s3:arn", "arn:"+partitionOf(s.region)+":s3:::"+s.bucket.known("BucketName"))
}

// reads: a role must be able to get artifacts.
func (a *run) reads(h *Hop, s *store, r *role) {
	a.objects(h, "artifact-read", s, r, []string{"s3:GetObject", "s3:GetObjectVersion"}, []string{"kms:Decrypt"})
}

// writes: a role must be able to put artifacts.
func (a *run) writes(h *Hop, s *store, r *role) {
	a.objects(h, "artifact-write", s, r, []string{"s3:PutObject"}, []string{"kms:Decrypt", "kms:GenerateDataKey"})
}

func (a *run) objects(h *Hop, rule string, s *store, r *role, actions, uses []string) {
	arn, _ := s.bucket.stack.attribute(s.bucket.id, "Arn")
	a.w.use(s.bucket, r)
	for _, action := range actions {
		context := keys()
		if action == "s3:PutObject" {
			context["s3:x-amz-server-side-encryption"] = eval.Texts("aws:kms")
			context["s3:x-amz-server-side-encryption-aws-kms-key-id"] = []eval.Value{s.keyARN}
		}
		a.w.needs(h, rule, r, request{
			action: action, on: eval.Concat(arn, eval.Text("/"+a.chain.Pipeline+"/"+anyID)),
			account: s.bucket.stack.Account, policy: a.w.policyOf(s.bucket), context: context,
		})
	}
	for _, action := range uses {
		a.w.needs(h, rule, r, request{
			action: action, on: s.keyARN, account: s.key.stack.Account, policy: a.w.policyOf(s.key), context: s.through(r.stack.Account),
		})
	}
}

// looksAt: a role must be able to look at the bucket itself before it uses it.
func (a *run) looksAt(h *Hop, s *store, r *role, actions ...string) {
	arn, _ := s.bucket.stack.attribute(s.bucket.id, "Arn")
	for _, action := range actions {
		a.w.needs(h, "artifact-bucket", r, request{action: action, on: arn, account: s.bucket.stack.Account, policy: a.w.policyOf(s.bucket)})
	}
}

// share remembers that the roles called after a pipeline, whose role is given, are among themselves in its store.
func (w *world) share(bucket *thing, of *role) {
	w.isStore[bucket] = true
	for _, r := range w.roleList {
		if r.stack.Account == of.stack.Account && w.prefixOf(r.stack) == w.prefixOf(of.stack) {
			w.use(bucket, r)
		}
	}
}

// use remembers that a role has a part in a bucket.
func (w *world) use(bucket *thing, r *role) {
	if w.users[bucket] == nil {
		w.users[bucket] = map[*role]bool{}
	}
	w.users[bucket][r] = true
}
