package stages_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// keySettings are those of pipeline.yaml, the default last.
var keySettings = []string{"keys: aws\n", "keys: stack\n", "keys: environment\n", ""}

// groupName is the name of a log group, with the letters of CloudFormation where that chooses one.
func groupName(s assembly.Stack, id string, properties *tree.Node) string {
	if name := properties.Get("LogGroupName"); name != nil {
		return text(s, name)
	}
	return s.Name + "-" + id + "-1A2b3C4d5E6f"
}

// In test and prod, and of what delivers there, logs and the keys without which nobody can read them outlive what wrote them.
func TestLogsAndTheirKeysOutliveWhatWroteThem(t *testing.T) {
	t.Parallel()
	// delivery is for dev alone, release goes up to prod
	kept := func(s assembly.Stack) bool {
		return s.Environment != "dev" && !strings.HasPrefix(s.Name, "shop-delivery-")
	}
	yaml := strings.NewReplacer("environments: [dev, qa] }", "environments: [dev] }", "environments: [prod] }", "environments: [qa, prod] }").Replace(full)
	for _, keys := range keySettings {
		seen := map[string]int{}
		for _, s := range assembled(t, yaml+keys) {
			all := s.Template.Get("Resources")
			for i, id := range all.Keys {
				r := all.Items[i]
				typ := r.Get("Type").Text
				isLogs := typ == "AWS::Logs::LogGroup" || typ == "AWS::S3::Bucket" && id == "AccessLogs"
				readsLogs := typ == "AWS::KMS::Key" && find(r.At("Properties", "KeyPolicy", "Statement").Items, "EncryptLogs") != nil
				if !isLogs && !readsLogs {
					continue
				}
				deletion, replace := "Delete", "Delete"
				if kept(s) || s.Environment == "" && typ != "AWS::Logs::LogGroup" {
					deletion, replace = "RetainExceptOnCreate", "Retain"
				}
				if got := r.Get("DeletionPolicy").Text + " " + r.Get("UpdateReplacePolicy").Text; got != deletion+" "+replace {
					t.Errorf("%s%s.%s: it is %s, want %s %s", keys, s.Name, id, got, deletion, replace)
				}
				seen[typ+" "+deletion]++
			}
		}
		for _, what := range []string{"AWS::Logs::LogGroup", "AWS::S3::Bucket"} {
			if seen[what+" Delete"] == 0 || seen[what+" RetainExceptOnCreate"] == 0 {
				t.Errorf("%sthere is too little of %s to see it: %v", keys, what, seen)
			}
		}
	}
}

// A log group that stayed behind does not stand in the way of the one that comes with what comes back: CloudFormation gives that another name.
func TestRetainedLogGroupsHaveNoFixedName(t *testing.T) {
	t.Parallel()
	for _, s := range assembled(t, full) {
		for id, r := range ofType(s.Template, "AWS::Logs::LogGroup") {
			policy := s.Template.At("Resources", id, "DeletionPolicy").Text
			if isFixed, retained := r.Get("LogGroupName") != nil, policy != "Delete"; isFixed == retained {
				t.Errorf("%s.%s: its DeletionPolicy is %s, and that it has a name of its own is %v", s.Name, id, policy, isFixed)
			}
		}
	}
}

// What keys there are, by stack; the keys of artifacts and of alarms stay in each setting.
func TestKeysByTheirSetting(t *testing.T) {
	t.Parallel()
	for i, want := range []string{
		// aws: other accounts cannot use AWS's keys, nor can alarms
		"delivery-artifacts.Key delivery-artifacts-eu-central-1.Key release-artifacts.Key dev-monitoring.Key qa-monitoring.Key prod-monitoring.Key",
		"delivery-artifacts.Key delivery-artifacts-eu-central-1.Key release-artifacts.Key toolchain.Key dev-bootstrap.Key dev-network.Key dev-storage.Key dev-functions.Key dev-batch.Key dev-services.Key dev-monitoring.Key",
		"delivery-artifacts.Key delivery-artifacts-eu-central-1.Key release-artifacts.Key toolchain.Key dev-bootstrap.Key dev-bootstrap.DataKey",
		"delivery-artifacts.Key delivery-artifacts-eu-central-1.Key release-artifacts.Key toolchain.Key dev-bootstrap.Key dev-bootstrap.DataKey",
	} {
		var got []string
		aws := keySettings[i] == "keys: aws\n"
		for _, s := range assembled(t, full+keySettings[i]) {
			if !aws && (s.Environment == "qa" || s.Environment == "prod") {
				continue
			}
			for id := range ofType(s.Template, "AWS::KMS::Key") {
				got = append(got, strings.TrimPrefix(s.Name, "shop-")+"."+id)
			}
			for id, r := range ofType(s.Template, "AWS::Logs::LogGroup") {
				if has := r.Get("KmsKeyId") != nil; has == (aws && s.Environment != "") {
					t.Errorf("%s%s.%s: that a key of ours encrypts it is %v", keySettings[i], s.Name, id, has)
				}
			}
		}
		wanted := strings.Fields(want)
		slices.Sort(got)
		slices.Sort(wanted)
		if !slices.Equal(got, wanted) {
			t.Errorf("%skeys are %q, want %q", keySettings[i], got, wanted)
		}
	}
}

// The shared key encrypts the logs of every stack, whether their names are ours or CloudFormation's, and nothing else of the account.
func TestTheKeyOfTheEnvironmentEncryptsAllLogs(t *testing.T) {
	t.Parallel()
	stacks := assembled(t, full)
	for _, environment := range []string{"dev", "prod"} {
		b := stackNamed(t, stacks, "shop-"+environment+"-bootstrap")
		statement := find(ofType(b.Template, "AWS::KMS::Key")["Key"].At("KeyPolicy", "Statement").Items, "EncryptLogs")
		patterns := texts(b, statement.At("Condition", "ArnLike", "kms:EncryptionContext:aws:logs:arn"))
		encrypts := func(group string) bool {
			arn := fmt.Sprintf("arn:aws:logs:%s:%s:log-group:%s", b.Region, b.Account, group)
			return slices.ContainsFunc(patterns, func(p string) bool { return covers(p, arn) })
		}
		groups := 0
		for _, s := range stacks {
			for id, r := range ofType(s.Template, "AWS::Logs::LogGroup") {
				own := s.Environment == environment
				if encrypts(groupName(s, id, r)) != own {
					t.Errorf("that the key of %s encrypts %s.%s is %v", environment, s.Name, id, !own)
				}
				if own {
					groups++
				}
			}
		}
		if groups < 5 || encrypts("/aws/lambda/shop-development-x") {
			t.Errorf("%s has %d groups; the patterns are %q", environment, groups, patterns)
		}
	}
}

// S3 keeps names of an account and region for it alone, but in two regions.
func TestBucketsStandInTheNamespaceOfTheirAccount(t *testing.T) {
	t.Parallel()
	buckets := 0
	for _, region := range []string{"eu-west-1", "us-gov-west-1", "me-central-1", "me-south-1"} {
		yaml := strings.ReplaceAll(minimal, "eu-west-1", region)
		if region == "us-gov-west-1" {
			yaml = strings.ReplaceAll(yaml, "arn:aws:", "arn:aws-us-gov:")
		}
		for _, s := range assembled(t, yaml) {
			for id, r := range ofType(s.Template, "AWS::S3::Bucket") {
				buckets++
				name, namespace := text(s, r.Get("BucketName")), ""
				if n := r.Get("BucketNamespace"); n != nil {
					namespace = n.Text
				}
				ending, want := "-"+s.Account+"-"+s.Region, ""
				if !strings.HasPrefix(region, "me-") {
					ending, want = ending+"-an", "account-regional"
				}
				if !strings.HasSuffix(name, ending) || namespace != want {
					t.Errorf("%s.%s is %s in the namespace %q, want …%s in %q", s.Name, id, name, namespace, ending, want)
				}
			}
		}
	}
	if buckets < 8 {
		t.Errorf("there are %d buckets", buckets)
	}
}

// A stack of the project's own takes the keys, and gets them even where nothing else needs them; only then may roles use one for messages.
func TestOwnStacksTakeTheKeys(t *testing.T) {
	t.Parallel()
	const template = "Parameters: { Key: { Type: String } }\nResources: { Queue: { Type: AWS::SQS::Queue, Properties: { KmsMasterKeyId: !Ref Key } } }\n"
	for output, want := range map[string]string{"KeyArn": "Key", "DataKeyArn": "DataKey"} {
		stacks, problems := ownSystem(t, "  stacks: [{ name: a, template: a.yaml, parameters: { Key: bootstrap."+output+" } }]\n", map[string]string{"a.yaml": template})
		if problems != "" {
			t.Fatal(problems)
		}
		keys := ofType(stackNamed(t, stacks, "shop-dev-bootstrap").Template, "AWS::KMS::Key")
		if len(keys) != 1 || keys[want] == nil {
			t.Fatalf("%s: there are the keys %v", output, keys)
		}
		if got := find(keys[want].At("KeyPolicy", "Statement").Items, "UseThroughMessages") != nil; got != (want == "Key") {
			t.Errorf("%s: that roles may use it for messages is %v", output, got)
		}
		if got := stackNamed(t, stacks, "shop-dev-a").Parameters[0].Value; got != "/shop/dev/bootstrap/"+output {
			t.Errorf("it takes %s", got)
		}
	}
	b := stackNamed(t, assembled(t, full), "shop-dev-bootstrap")
	if find(ofType(b.Template, "AWS::KMS::Key")["Key"].At("KeyPolicy", "Statement").Items, "UseThroughMessages") != nil {
		t.Error("roles may use the key for messages that nobody encrypts with it")
	}
}
