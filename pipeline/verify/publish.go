package verify

import (
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// publishes: a build that becomes an environment's publish role puts code into its bucket and images into its repositories.
func (a *run) publishes(x *action, r *role, variables map[string]string) {
	at := x.path + ".Configuration.EnvironmentVariables"
	a.w.publishers[r] = a.w.publishers[r] || variables["CODE_BUCKET"]+variables["REGISTRY"] != ""
	if name := variables["CODE_BUCKET"]; name != "" {
		h := a.hop(x, "role "+r.name, "puts code into "+name)
		bucket := a.w.buckets[name]
		if bucket == nil {
			a.fail(h, at, "publish", "no stack makes the bucket "+name+" of the variable CODE_BUCKET",
				"let the bootstrap stack of the environment make it, or correct the name")
			return
		}
		a.isThere(x, h, bucket)
		a.w.use(bucket, r)
		a.w.needs(h, "publish", r,
			request{action: "s3:ListBucket", on: bucket.arn(), account: bucket.stack.Account, policy: a.w.policyOf(bucket)},
			request{
				action: "s3:PutObject", on: eval.Concat(bucket.arn(), eval.Text("/code/"+anyID)), account: bucket.stack.Account,
				policy: a.w.policyOf(bucket),
			})
		a.w.usesKeyOf(h, "publish", r, bucket, "kms:Decrypt", "kms:GenerateDataKey")
	}
	if variables["REGISTRY"] == "" {
		return
	}
	prefix := variables["PREFIX"]
	h := a.hop(x, "role "+r.name, "pushes images to "+prefix+"*")
	a.w.needs(h, "publish", r, request{action: "ecr:GetAuthorizationToken", on: eval.Text("*")})
	project := a.w.projects[a.pipeline.stack.arn("codebuild", "project/"+a.known(x, "ProjectName"))]
	if project.known("Environment", "PrivilegedMode") != "true" {
		h.add(a.w.report.fail(project.stack, project.path("Environment.PrivilegedMode"), "publish", "docker builds no images in a project without PrivilegedMode",
			"set it to true"))
	}
	found := false
	for _, y := range a.w.ofKind("AWS::ECR::Repository") {
		uri, _ := y.stack.attribute(y.id, "RepositoryUri")
		if y.stack.Account != r.stack.Account || !strings.HasPrefix(uri.String(), variables["REGISTRY"]+"/"+prefix) {
			continue
		}
		found = true
		a.isThere(x, h, y)
		for _, action := range []string{
			"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload",
			"ecr:PutImage", "ecr:UploadLayerPart",
		} {
			a.w.needs(h, "publish", r, request{action: action, on: y.arn(), policy: a.w.policyOf(y)})
		}
	}
	if !found {
		a.fail(h, at, "publish", "no stack of account "+r.stack.Account+" makes a repository "+variables["REGISTRY"]+"/"+prefix+"…",
			"let the bootstrap stack of the environment make it, or correct the variables REGISTRY and PREFIX")
	}
}

// isThere: what a build publishes to has been deployed, if it is this run that deploys it.
func (a *run) isThere(x *action, h *Hop, y *thing) {
	if a.deploysLater(y.stack, x) {
		a.fail(h, x.path, "deploy-order",
			"the build publishes to what stack "+y.stack.Name+" makes, which this run deploys only later, or at the same time",
			"deploy "+y.stack.Name+" first")
	}
}

// usesKeyOf: a role must be able to use the key of a bucket through S3.
func (w *world) usesKeyOf(h *Hop, rule string, r *role, bucket *thing, actions ...string) {
	rules := bucket.properties.At("BucketEncryption", "ServerSideEncryptionConfiguration")
	if rules == nil || len(rules.Items) == 0 {
		return
	}
	n := rules.Items[0].At("ServerSideEncryptionByDefault", "KMSMasterKeyID")
	if n == nil {
		return
	}
	arn := bucket.stack.resolver.Resolve(n)
	key := w.keys[arn.String()]
	if key == nil {
		h.add(w.report.fail(bucket.stack, bucket.path("BucketEncryption"), rule, "no stack makes the key "+arn.String(), "name the key by its ARN"))
		return
	}
	for _, action := range actions {
		w.needs(h, rule, r, request{
			action: action, on: arn, account: key.stack.Account, policy: w.policyOf(key),
			context: keys("kms:ViaService", "s3."+bucket.stack.Region+".amazonaws.com", "kms:CallerAccount", r.stack.Account),
		})
	}
}
