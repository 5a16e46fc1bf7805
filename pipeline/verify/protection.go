package verify

import (
	"slices"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// protected is a property that keeps what is of a resource type from loss or from others, and what it must be.
type protected struct {
	kind, property string
	// value that it must have; of an empty one, any.
	value     string
	why, hint string
}

// allProtected is what rendered templates have, so that one that lacks it was changed.
func allProtected() []protected {
	const blocked = "the bucket could be made public"
	list := []protected{
		{"AWS::S3::Bucket", "BucketEncryption", "", "the bucket keeps its objects without a key of its own or of AWS", "set BucketEncryption"},
		{"AWS::KMS::Key", "EnableKeyRotation", "true", "the key is the same for ever", "set it to true"},
		{"AWS::Logs::LogGroup", "KmsKeyId", "", "what is logged is under no key of the project", "set KmsKeyId"},
		{"AWS::ECR::Repository", "EncryptionConfiguration", "", "the images are under no key of the project", "set EncryptionConfiguration"},
		{"AWS::ECR::Repository", "ImageTagMutability", "IMMUTABLE", "an image that runs could become another one under its tag", "set it to IMMUTABLE"},
	}
	for _, property := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
		list = append(list, protected{"AWS::S3::Bucket", "PublicAccessBlockConfiguration." + property, "true", blocked, "set it to true"})
	}
	return list
}

// protection proves that rendered stacks keep what protects what is in them. What somebody wrote by hand is for its author to say.
func (w *world) protection() {
	for _, p := range allProtected() {
		for _, x := range w.ofKind(p.kind) {
			path := strings.Split(p.property, ".")
			if p.property == "KmsKeyId" && !w.logsHaveKeys(x.stack.Environment) {
				continue // pipeline.yaml leaves encryption to AWS (keys: aws)
			}
			if x.stack.Source != nil || x.properties.At(path...) != nil && (p.value == "" || x.known(path...) == p.value) {
				continue
			}
			w.report.fail(x.stack, x.path(path[0]), "unprotected", p.property+" of "+x.what()+" is not "+orNone(once(nil, p.value))+": "+p.why, p.hint)
		}
	}
	for _, s := range w.stacks {
		for _, id := range s.ids {
			x := s.things[id]
			w.encryption(x, x.properties)
			if s.Source == nil {
				w.kept(x)
			}
		}
	}
	for _, x := range w.ofKind("AWS::CodeBuild::Project") {
		text := x.text("Source", "BuildSpec").String()
		if x.known("Environment", "PrivilegedMode") == "true" && x.buildSpec().node != nil && !strings.Contains(text, "docker") && !strings.Contains(text, "podman") {
			w.report.warn(x.stack, x.path("Environment.PrivilegedMode"), "unprotected", "the build of "+x.what()+" is privileged, and builds no images", "set it to false")
		}
	}
}

// logsHaveKeys says whether a rendered log group of an environment has a key, or a key is there for them: all have one, or none.
func (w *world) logsHaveKeys(environment string) bool {
	isForLogs := func(service string) bool { return strings.HasPrefix(service, "logs.") }
	return slices.ContainsFunc(w.ofKind("AWS::KMS::Key"), func(x *thing) bool {
		return x.stack.Environment == environment && x.stack.Source == nil && slices.ContainsFunc(principalsOf(x.policyStatements(), "Service"), isForLogs)
	}) || slices.ContainsFunc(w.ofKind("AWS::Logs::LogGroup"), func(x *thing) bool {
		return x.stack.Environment == environment && x.stack.Source == nil && x.properties.Get("KmsKeyId") != nil
	})
}

// kept: what stays when it is replaced stays when its stack goes, and the other way round.
func (w *world) kept(x *thing) {
	n := x.stack.Template.At("Resources", x.id)
	a, b := n.Get("DeletionPolicy"), n.Get("UpdateReplacePolicy")
	if a != nil && b != nil && strings.TrimSuffix(a.Text, "ExceptOnCreate") != b.Text {
		w.report.fail(x.stack, "Resources."+x.id+".DeletionPolicy", "unprotected", x.what()+" is kept when its stack is deleted or when it is replaced, but not both",
			"set DeletionPolicy and UpdateReplacePolicy to the same")
	}
}

// encryption: a key that a property names is enabled. In a rendered stack, it is one of the system's, and there is one where the property says that there
// is.
func (w *world) encryption(x *thing, n *tree.Node) {
	if n == nil {
		return
	}
	for i, item := range n.Items {
		key := ""
		if n.Kind == tree.Map {
			key = n.Keys[i]
		}
		switch key {
		case "Fn::Sub", "PolicyDocument", "KeyPolicy", "AssumeRolePolicyDocument", "Source", "Stages":
		case "KMSMasterKeyID", "KmsKey", "KmsKeyId", "KmsMasterKeyId":
			arn := x.stack.resolver.Resolve(item)
			if y := w.keys[arn.String()]; y != nil && y.known("Enabled") == "false" {
				w.report.fail(x.stack, x.path(""), "unprotected", x.what()+" is under "+y.what()+", which is disabled", "enable the key")
			} else if text := arn.String(); y == nil && x.stack.Source == nil && (strings.HasPrefix(text, "alias/aws/") || w.isForeignKey(text)) && !w.isSaid(arn) {
				w.report.fail(x.stack, x.path(""), "unprotected", x.what()+" is under key "+text+", which no stack makes", "name a key of the project")
			}
		default:
			w.encryption(x, item)
		}
	}
	if x.stack.Source != nil {
		return
	}
	if algorithm := n.Get("SSEAlgorithm"); algorithm != nil && algorithm.Text == "aws:kms" && n.Get("KMSMasterKeyID") == nil {
		w.report.fail(x.stack, x.path("BucketEncryption"), "unprotected", x.what()+" is under the key of AWS, which other accounts cannot use and no policy guards",
			"set KMSMasterKeyID to a key of the project")
	}
	if encryption := n.Get("EncryptionType"); encryption != nil && encryption.Text == "KMS" && n.Get("KmsKey") == nil {
		w.report.fail(x.stack, x.path("EncryptionConfiguration"), "unprotected", x.what()+" is under the key of AWS, which no policy guards", "set KmsKey to a key of the project")
	}
}

// isForeignKey says whether a text names a key of an account that is none of the system's.
func (w *world) isForeignKey(text string) bool {
	parts := strings.Split(text, ":")
	const account = 4
	if len(parts) <= account || parts[2] != "kms" {
		return false
	}
	for _, s := range w.stacks {
		if s.Account == parts[account] {
			return false
		}
	}
	return true
}
