package spec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
)

// Each case changes one thing of full and gets these messages.
func TestRefuses(t *testing.T) {
	t.Parallel()
	const nameHint = "use lower-case letters and digits, beginning with a letter, such as dev"
	const projectHint = "use lower-case letters, digits and single dashes, beginning with a letter, such as shop"
	const accountHint = `write its 12 digits in quotes, such as "012345678901"`
	const connectionHint = "copy it from Developer Tools, Settings, Connections: arn:aws:codeconnections:<region>:<account>:connection/<id>"
	const fileHint = "write a path from the root of the repository, such as infra/pipeline.yaml"
	const bucketHint = "use lower-case letters, digits and dashes between them, such as data"
	const keyMessage = `aws cloudformation deploy cannot pass a key that holds = or begins with - [ { or "; choose another key`
	for _, c := range []struct {
		name, from, to string
		want           []string
	}{
		{"no project", "project: shop\n", "", []string{`1:1: project: is required; ` + projectHint}},
		{"project in capitals", "project: shop", "project: Shop", []string{`1:10: project: "Shop" cannot begin the names of stacks, roles and buckets; ` + projectHint}},
		{"project with a double dash", "project: shop", "project: a--b", []string{`1:10: project: "a--b" cannot begin the names of stacks, roles and buckets; ` + projectHint}},
		{"project that ends with a dash", "project: shop", "project: a-", []string{`1:10: project: "a-" cannot begin the names of stacks, roles and buckets; ` + projectHint}},
		{"project that S3 reserves", "project: shop", "project: sthree", []string{`1:10: project: S3 reserves bucket names that begin with sthree-; choose another project name`}},
		{"project and environment that S3 reserves", "project: shop", "project: amzn-s3-demo", []string{`1:10: project: S3 reserves bucket names that begin with amzn-s3-demo-; choose another project name`}},

		{"project that SSM reserves", "project: shop", "project: awsome", []string{`1:10: project: SSM reserves parameter names that begin with /aws; choose another project name`}},

		{"no account", `account: "222222222222", `, "", []string{`9:5: environments[0].account: is required; ` + accountHint}},
		{"short account", "222222222222", "2222", []string{`9:38: environments[0].account: "2222" is not an account number; ` + accountHint}},
		{"account with dashes", "222222222222", "2222-2222-2222", []string{`9:38: environments[0].account: "2222-2222-2222" is not an account number; ` + accountHint}},
		{"account in full-width digits", "222222222222", "22222222222２", []string{`9:38: environments[0].account: "22222222222２" is not an account number; ` + accountHint}},
		{"account not quoted", `"222222222222"`, "222222222222", []string{`9:38: environments[0].account: needs text, found the number 222222222222; quote it: "222222222222", like every account number, because YAML spoils those with a leading zero`}},
		{"account as an octal", `"222222222222"`, "012345670123", []string{`9:38: environments[0].account: needs text, found the number 012345670123; quote it: "012345670123", because YAML reads a number with a leading zero as octal or drops the zero`}},
		{"account that is no octal", `"222222222222"`, "012345678901", []string{`9:38: environments[0].account: needs text, found the number 012345678901; quote it: "012345678901", because YAML reads a number with a leading zero as octal or drops the zero`}},

		{"availability zone", `"222222222222", region: eu-west-1`, `"222222222222", region: eu-west-1a`, []string{`9:62: environments[0].region: "eu-west-1a" is not a region; did you mean "eu-west-1"?`}},
		{"direction of a region", `"222222222222", region: eu-west-1`, `"222222222222", region: us-est-1`, []string{`9:62: environments[0].region: "us-est-1" is not a region; did you mean "us-east-1"?`}},
		{"direction that regions do not have", `"222222222222", region: eu-west-1`, `"222222222222", region: eu-middle-1`, []string{`9:62: environments[0].region: "eu-middle-1" is not a region; write one such as eu-west-1`}},
		{"region of two digits", `"222222222222", region: eu-west-1`, `"222222222222", region: eu-west-11`, []string{`9:62: environments[0].region: "eu-west-11" is not a region; did you mean "eu-west-1"?`}},
		{"region of a continent", `"222222222222", region: eu-west-1`, `"222222222222", region: europe-west-1`, []string{`9:62: environments[0].region: "europe-west-1" is not a region; write one such as eu-west-1`}},
		{"region zero", `"222222222222", region: eu-west-1`, `"222222222222", region: us-east-0`, []string{`9:62: environments[0].region: "us-east-0" is not a region; did you mean "us-east-1"?`}},
		{"region without a dash", `"222222222222", region: eu-west-1`, `"222222222222", region: euwest1`, []string{`9:62: environments[0].region: "euwest1" is not a region; did you mean "eu-west-1"?`}},
		{"no region at all", `"222222222222", region: eu-west-1`, `"222222222222", region: x`, []string{`9:62: environments[0].region: "x" is not a region; write one such as eu-west-1`}},
		{"China", `"222222222222", region: eu-west-1`, `"222222222222", region: cn-north-1`, []string{
			`9:62: environments[0].region: CodePipeline has no CloudFormation action in China; choose a region outside China`,
		}},
		{"two partitions", `"222222222222", region: eu-west-1`, `"222222222222", region: us-gov-west-1`, []string{
			`9:62: environments[0].region: is in the partition aws-us-gov, but the toolchain is in aws; no role can be assumed across partitions: keep all accounts in one`,
			`20:22: permissionsBoundary: is in the partition "aws", but environment "dev" is in aws-us-gov; write arn:aws-us-gov`,
		}},

		{"connection missing", "  connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-1111-4222-8333-444455556666\n", "", []string{`4:3: source.connection: is required; ` + connectionHint}},
		{"connection that is no ARN", "connection: arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-1111-4222-8333-444455556666", "connection: github", []string{`4:15: source.connection: "github" is not an ARN; ` + connectionHint}},
		{"connection in another partition", "arn:aws:code", "arn:aws-cn:code", []string{`4:15: source.connection: is in the partition "aws-cn", but the toolchain is in aws; write arn:aws`}},
		{"connection of another service", "codeconnections:", "codecommit:", []string{`4:15: source.connection: belongs to the service "codecommit"; use a connection of codeconnections or codestar-connections`}},
		{"connection without a region", "codeconnections:eu-west-1", "codeconnections:", []string{`4:15: source.connection: is in the region "", but the toolchain is in eu-west-1; make a connection there`}},
		{"connection in another account", "eu-west-1:111111111111:", "eu-west-1:222222222222:", []string{`4:15: source.connection: is in the account "222222222222", but the toolchain is 111111111111; make a connection there`}},
		{"host in place of a connection", "connection/2a55", "host/2a55", []string{`4:15: source.connection: "host/2a55d9b0-1111-4222-8333-444455556666" is not connection/ and its id; ` + connectionHint}},
		{"connection cut short", "2a55d9b0-1111-", "2a55d9b0-", []string{`4:15: source.connection: "connection/2a55d9b0-4222-8333-444455556666" is not connection/ and its id; ` + connectionHint}},

		{"no repository", "repository: acme/shop", `repository: ""`, []string{`5:15: source.repository: is required; write owner/name, such as acme/shop`}},
		{"repository without owner", "repository: acme/shop", "repository: shop", []string{`5:15: source.repository: "shop" is not the owner and name of a repository; write owner/name, such as acme/shop`}},
		{"address of a repository", "repository: acme/shop", "repository: https://github.com/acme/shop.git", []string{`5:15: source.repository: "https://github.com/acme/shop.git" is not the owner and name of a repository; write acme/shop`}},
		{"SSH address of a repository", "repository: acme/shop", "repository: git@github.com:acme/shop.git", []string{`5:15: source.repository: "git@github.com:acme/shop.git" is not the owner and name of a repository; write acme/shop`}},
		{"file outside", "infra/pipeline.yaml", "../pipeline.yaml", []string{`6:9: source.file: "../pipeline.yaml" is not a plain path below the root of the repository; ` + fileHint}},
		{"file from the root", "infra/pipeline.yaml", "/pipeline.yaml", []string{`6:9: source.file: "/pipeline.yaml" is not a plain path below the root of the repository; ` + fileHint}},
		{"file that looks like a flag", "infra/pipeline.yaml", "-rf", []string{`6:9: source.file: "-rf" is not a plain path below the root of the repository; ` + fileHint}},
		{"file for a shell", "infra/pipeline.yaml", "a;b", []string{`6:9: source.file: "a;b" has characters other than letters, digits and . _ - /; ` + fileHint}},

		{"version and command", "version: v0.1.0", "version: v0.1.0, command: make", []string{`7:12: generator: has both version and command; keep one`}},
		{"version without v", "version: v0.1.0", "version: 0.1.0", []string{`7:23: generator.version: "0.1.0" is not a version; write v0.1.0`}},
		{"version for a shell", "version: v0.1.0", "version: v0.1.0;id", []string{`7:23: generator.version: "v0.1.0;id" is not a version; write latest, a version such as v0.1.0, or a commit`}},
		{"version with a leading zero", "version: v0.1.0", "version: v0.01.0", []string{`7:23: generator.version: "v0.01.0" is not a version; write latest, a version such as v0.1.0, or a commit`}},
		{"blank command", "version: v0.1.0", `command: "  "`, []string{`7:23: generator.command: is not one line of printable text; put what is longer into a script`}},
		{"command of two lines", "version: v0.1.0", `command: "a\nb"`, []string{`7:23: generator.command: is not one line of printable text; put what is longer into a script`}},

		{"environment in capitals", "name: qa", "name: QA", []string{
			`10:13: environments[1].name: "QA" cannot stand in the middle of names; ` + nameHint,
			`13:64: pipelines[0].environments[1]: there is no environment "qa"; did you mean "QA"?`,
		}},
		{"environment called toolchain", "name: dev, type", "name: toolchain, type", []string{
			`9:5: environments[0]: no pipeline deploys "toolchain"; add it to the environments of a pipeline`,
			`9:13: environments[0].name: the name "toolchain" is reserved for what all environments share; choose another`,
			`13:59: pipelines[0].environments[0]: there is no environment "dev"; known here: toolchain, qa, prod`,
		}},
		{"pipeline named like an environment", "name: release", "name: prod", []string{`14:13: pipelines[1].name: the name "prod" is taken by environments[2].name; environments and pipelines share one name space: choose another`}},
		{"no type", "type: test, ", "", []string{`10:5: environments[1].type: is required; use dev, test or prod`}},
		{"type misspelt", "type: test", "type: tset", []string{`10:23: environments[1].type: cannot be "tset"; did you mean "test"?`}},
		{"type unknown", "type: test", "type: sandbox", []string{`10:23: environments[1].type: cannot be "sandbox"; use dev, test or prod`}},
		{"mode", "mode: queued", "mode: parallel", []string{`14:64: pipelines[1].mode: cannot be "parallel"; use superseded or queued`}},

		{"pipeline names no environment", "[dev, qa]", "[dve, qa]", []string{`13:59: pipelines[0].environments[0]: there is no environment "dve"; did you mean "dev"?`}},
		{"environment in two pipelines", "[prod]", "[prod, qa]", []string{`14:57: pipelines[1].environments[1]: "qa" is deployed by pipelines[0] already; an environment belongs to one pipeline`}},
		{"environment twice in a pipeline", "[dev, qa]", "[dev, qa, dev]", []string{`13:68: pipelines[0].environments[2]: "dev" is given twice; keep one`}},
		{"environment left over", "[dev, qa]", "[dev]", []string{`10:5: environments[1]: no pipeline deploys "qa"; add it to the environments of a pipeline`}},
		{"second pipeline without environments", ", environments: [prod]", "", []string{
			`14:5: pipelines[1].environments: there is none; where there are several pipelines, each lists the environments that it deploys`,
		}},
		{"branch for a shell", "branch: main", "branch: main$(id)", []string{`14:30: pipelines[1].branch: "main$(id)" has characters other than letters, digits and . _ - / + @ # =; write the name of one branch`}},
		{"branch pattern", "branch: main", "branch: release/*", []string{`14:30: pipelines[1].branch: "release/*" has characters other than letters, digits and . _ - / + @ # =; write the name of one branch`}},
		{"branch with two dots", "branch: main", "branch: a..b", []string{`14:30: pipelines[1].branch: "a..b" is no name that git allows for a branch; see git check-ref-format`}},
		{"branch that looks like a flag", "branch: main", "branch: -f", []string{`14:30: pipelines[1].branch: "-f" is no name that git allows for a branch; see git check-ref-format`}},
		{"empty branch", "branch: main", `branch: ""`, []string{`14:30: pipelines[1].branch: is required; write the name of a branch, such as main`}},

		{"bucket without name", "name: data, expireDays: 90", "expireDays: 90", []string{`16:13: application.buckets[0].name: is required; ` + bucketHint}},
		{"bucket in capitals", "{ name: data, expireDays: 90 }", "{ name: Data }", []string{`16:21: application.buckets[0].name: "Data" cannot be part of a bucket's name; ` + bucketHint}},
		{"bucket with a dot", "{ name: data, expireDays: 90 }", "{ name: a.b }", []string{`16:21: application.buckets[0].name: "a.b" cannot be part of a bucket's name; ` + bucketHint}},
		{"bucket with a dash at its end", "{ name: data, expireDays: 90 }", "{ name: a- }", []string{`16:21: application.buckets[0].name: "a-" cannot be part of a bucket's name; ` + bucketHint}},
		{"bucket called logs", "{ name: data, expireDays: 90 }", "{ name: logs }", []string{`16:21: application.buckets[0].name: "logs" is the name of a bucket that cfnpipe makes; choose another`}},
		{"bucket with a placeholder", "{ name: data, expireDays: 90 }", `{ name: "data-{account}" }`, []string{`16:21: application.buckets[0].name: a name cannot hold placeholders; it gets project and environment before it anyway`}},
		{"two buckets of one name", "{ name: data, expireDays: 90 }", "{ name: a }, { name: a }", []string{`16:34: application.buckets[1].name: the name "a" is taken by buckets[0]; choose another`}},
		{"days below", "expireDays: 90", "expireDays: -1", []string{`16:39: application.buckets[0].expireDays: cannot be -1; use a number of days from 0 to 36500`}},
		{"noncurrent days below", "expireDays: 90", "noncurrentDays: 0", []string{`16:43: application.buckets[0].noncurrentDays: cannot be 0; use a number of days from 1 to 36500`}},
		{"removal", "expireDays: 90", "removal: destroy", []string{`16:36: application.buckets[0].removal: cannot be "destroy"; use delete or retain`}},

		{"tag that cfnpipe sets", "team: shop", "Project: shop", []string{`19:18: tags.Project: cfnpipe sets this tag itself: it says what a stack belongs to; choose another key`}},
		{"reserved tag", "team: shop", "AWS:x: shop", []string{`19:16: tags["AWS:x"]: AWS reserves keys that begin with aws:; choose another key`}},
		{"tag without value", "team: shop", `team: ""`, []string{`19:15: tags.team: has no value; CloudFormation wants at least one character`}},
		{"tag without key", "team: shop", `"": shop`, []string{`19:13: tags[""]: has an empty key; write a key`}},
		{"tag key characters", "team: shop", `"te*am": shop`, []string{`19:18: tags["te*am"]: the key has characters other than letters, digits, spaces and _ . : / + - @`}},
		{"tag key with an equals sign", "team: shop", `"te=am": shop`, []string{`19:18: tags["te=am"]: ` + keyMessage}},
		{"tag key with a dash first", "team: shop", `-team: shop`, []string{`19:16: tags.-team: ` + keyMessage}},
		{"tag key with a bracket first", "team: shop", `"[team": shop`, []string{`19:18: tags["[team"]: ` + keyMessage}},
		{"tag key with a brace first", "team: shop", `"{team": shop`, []string{`19:18: tags["{team"]: ` + keyMessage}},
		{"tag key with a quote first", "team: shop", `'"team': shop`, []string{`19:18: tags["\"team"]: ` + keyMessage}},
		{"tag value characters", "team: shop", `team: "a,b"`, []string{`19:15: tags.team: the value has characters other than letters, digits, spaces and _ . : / = + - @`}},
		{"tags that IAM takes for one", "team: shop", `team: a, Team: b`, []string{`19:15: tags.team: differs from "Team" in case alone; IAM takes them for the same key: keep one`}},

		{"boundary that is no policy", "arn:aws:iam::{account}:policy/Boundary", "arn:aws:iam::{account}:role/Boundary", []string{`20:22: permissionsBoundary: "arn:aws:iam::111111111111:role/Boundary" is not the ARN of a policy; write one such as arn:aws:iam::{account}:policy/Boundary`}},
		{"boundary of access roles that is no policy", "tags:", "accessBoundary: arn:aws:iam::{account}:role/Limit\ntags:", []string{`19:17: accessBoundary: "arn:aws:iam::111111111111:role/Limit" is not the ARN of a policy; write one such as arn:aws:iam::{account}:policy/Boundary`}},
		{"boundary of one account", "arn:aws:iam::{account}:policy/Boundary", "arn:aws:iam::222222222222:policy/Boundary", []string{
			`20:22: permissionsBoundary: is in account "222222222222", but environment "prod" is in 444444444444; write {account} in its place`,
			`20:22: permissionsBoundary: is in account "222222222222", but environment "qa" is in 333333333333; write {account} in its place`,
			`20:22: permissionsBoundary: is in account "222222222222", but the toolchain is in 111111111111; write {account} in its place`,
		}},
		{"boundary by environment", "policy/Boundary", "policy/{environment}", []string{`20:22: permissionsBoundary: the toolchain has no "{environment}"; the boundary is for the toolchain too: use {account}, {region} or {project}`}},
		{"boundary with a slip", "{account}", "{acount}", []string{`20:22: permissionsBoundary: unknown placeholder "{acount}"; did you mean "{account}"?`}},
		{"boundary in another partition", "arn:aws:iam", "arn:aws-cn:iam", []string{`20:22: permissionsBoundary: is in the partition "aws-cn", but the toolchain is in aws; write arn:aws`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			refuse(t, change(t, full, c.from, c.to), c.want...)
		})
	}
}

func TestRefusesNoEnvironments(t *testing.T) {
	t.Parallel()
	src, _, _ := strings.Cut(small, "environments:")
	const want = "environments: there is none; write at least one, with name, type and account"
	refuse(t, src, "1:1: "+want)
	refuse(t, src+"environments: []\n", "6:15: "+want)
}

// Each case is as near to a refused one as it gets.
func TestAccepts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, from, to string }{
		{"connection in another region", "codeconnections:eu-west-1", "codeconnections:eu-west-2"},
		{"project with digits and dashes", "project: shop", "project: a1-2b-c"},
		{"project of one letter", "project: shop", "project: a"},
		{"account with a leading zero", "222222222222", "012345678901"},
		{"region that opens next year", `"222222222222", region: eu-west-1`, `"222222222222", region: eu-northeast-7`},
		{"two environments in one account and region", "333333333333", "222222222222"},
		{"the older name of connections", "codeconnections:", "codestar-connections:"},
		{"GitLab groups", "acme/shop", "acme/team/web.shop_x-1"},
		{"branch with what git allows", "branch: main", "branch: feature/JIRA-1_x.y+z@2#3=4"},
		{"file in the root", "infra/pipeline.yaml", "p.yaml"},
		{"latest", "version: v0.1.0", "version: latest"},
		{"pseudo version", "version: v0.1.0", "version: v0.0.0-20260102030405-0123456789ab"},
		{"release candidate", "version: v0.1.0", "version: v1.2.3-rc.1+incompatible"},
		{"commit", "version: v0.1.0", `version: "0123456"`},
		{"command", "version: v0.1.0", `command: go run ./cmd/infra --x="a b"`},
		{"neither version nor command", "generator: { version: v0.1.0 }\n", ""},
		{"bucket of one letter", "{ name: data, expireDays: 90 }", "{ name: 9a }"},
		{"tag with letters of the world", "team: shop", "größe._:/+-@: 大 _.:/=+-@1"},
		{"boundary of AWS", "iam::{account}:policy/Boundary", "iam::aws:policy/PowerUserAccess"},
		{"boundary with a path", "policy/Boundary", "policy/org/{project}/{region}/Boundary"},
		{"no boundary", "permissionsBoundary: arn:aws:iam::{account}:policy/Boundary\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			parse(t, change(t, full, c.from, c.to))
		})
	}
}

func TestGovCloud(t *testing.T) {
	t.Parallel()
	src := strings.ReplaceAll(strings.ReplaceAll(full, "eu-west-1", "us-gov-west-1"), "arn:aws:", "arn:aws-us-gov:")
	if got := parse(t, src).Toolchain.Partition(); got != "aws-us-gov" {
		t.Errorf("partition %s", got)
	}
}

func TestPartitionsThatAreRefused(t *testing.T) {
	t.Parallel()
	for region, partition := range map[string]string{
		"us-iso-east-1": "aws-iso", "us-isob-east-1": "aws-iso-b", "eu-isoe-west-1": "aws-iso-e",
		"us-isof-south-1": "aws-iso-f", "eusc-de-east-1": "aws-eusc",
	} {
		src := strings.ReplaceAll(strings.ReplaceAll(small, "eu-west-1", region), "us-east-1", region)
		refuse(t, strings.ReplaceAll(src, "arn:aws:", "arn:"+partition+":"),
			fmt.Sprintf("2:47: toolchain.region: the partition %s of %s is not supported; choose a region in aws or aws-us-gov", partition, region))
	}
}

// Limits hold at the bound and break one over it.
func TestLimits(t *testing.T) {
	t.Parallel()
	tags := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "k%d: v, ", i)
		}
		return b.String()
	}
	for _, c := range []struct {
		name, from, to string // %s in to is n times x, or n tags
		most           int
		want           string // for one more
	}{
		{"branch", "branch: main", "branch: %s", 255, "14:30: pipelines[1].branch: has 256 characters, CodePipeline allows 255"},
		{"command", "version: v0.1.0", "command: %s", 1000, "7:23: generator.command: has 1001 characters, at most 1000 are allowed; put what is longer into a script"},
		{"tag key", "team: shop", "%s: shop", 128, "19:140: tags." + strings.Repeat("x", 129) + ": the key has 129 characters, AWS allows 128; shorten it by 1"},
		{"tag value", "team: shop", "team: %s", 256, "19:15: tags.team: the value has 257 characters, AWS allows 256; shorten it by 1"},
		{"tags", "team: shop", "%s", 45, "19:7: tags: has 46 tags, at most 45 are allowed; AWS allows 50 on a resource, and cfnpipe adds its own"},
		{"file", "infra/pipeline.yaml", "%s", 255, `6:9: source.file: "` + strings.Repeat("x", 59) + `…" is not a plain path below the root of the repository; write a path from the root of the repository, such as infra/pipeline.yaml`},
		{"version", "version: v0.1.0", "version: v1.2.3-%s", 121, `7:23: generator.version: "v1.2.3-` + strings.Repeat("x", 52) + `…" is not a version; write latest, a version such as v0.1.0, or a commit`},
		{"repository", "acme/shop", "acme/%s", 250, `5:15: source.repository: "acme/` + strings.Repeat("x", 54) + `…" is not the owner and name of a repository; write owner/name, such as acme/shop`},
		// shop-prod-…-444444444444-eu-west-1-an leaves 63-10-26 characters.
		{"bucket", "{ name: data, expireDays: 90 }", "{ name: %s }", 27, "16:21: application.buckets[0].name: shop-prod-" + strings.Repeat("x", 28) + "-444444444444-eu-west-1-an has 64 characters, S3 allows 63; shorten this name or the project by 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			with := func(n int) string {
				text := strings.Repeat("x", n)
				if c.name == "tags" {
					text = tags(n)
				}
				return change(t, strings.Replace(full, "overrides:\n  prod: { buckets: [{ name: data, expireDays: 0 }] }\n", "overrides:\n  prod: {}\n", 1), c.from, strings.Replace(c.to, "%s", text, 1))
			}
			parse(t, with(c.most))
			refuse(t, with(c.most+1), c.want)
		})
	}
}

func TestDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ good, bad, want string }{
		{"expireDays: 36500", "expireDays: 36501", "16:39: application.buckets[0].expireDays: cannot be 36501; use a number of days from 0 to 36500"},
		{"expireDays: 0", "expireDays: -1", "16:39: application.buckets[0].expireDays: cannot be -1; use a number of days from 0 to 36500"},
		{"noncurrentDays: 36500", "noncurrentDays: 36501", "16:43: application.buckets[0].noncurrentDays: cannot be 36501; use a number of days from 1 to 36500"},
		{"noncurrentDays: 1", "noncurrentDays: 0", "16:43: application.buckets[0].noncurrentDays: cannot be 0; use a number of days from 1 to 36500"},
	} {
		parse(t, change(t, full, "expireDays: 90", c.good))
		refuse(t, change(t, full, "expireDays: 90", c.bad), c.want)
	}
}

// The lengths of lists, maps and keys are limited for every field.
func TestSizes(t *testing.T) {
	t.Parallel()
	buckets := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "{ name: b%d }, ", i)
		}
		return small + "application: { buckets: [" + b.String() + "] }\n"
	}
	parse(t, buckets(500))
	refuse(t, buckets(501), "9:25: application.buckets: has 501 items, at most 500 are allowed")
	key := strings.Repeat("k", 256)
	refuse(t, small+"tags: { "+key+": v }\n", "9:267: tags."+key+": the key has 256 characters, AWS allows 128; shorten it by 128")
	refuse(t, small+"tags: { k"+key+": v }\n", "9:9: tags: a key has 257 characters, at most 256 are allowed")
}

func TestBucketPrefixThatTheWholeNameMakes(t *testing.T) {
	t.Parallel()
	src := change(t, change(t, small, "project: shop", "project: amzn-s3"), "name: dev", "name: demo")
	refuse(t, src+"application: { buckets: [{ name: data }] }\n",
		"9:34: application.buckets[0].name: S3 reserves bucket names that begin with amzn-s3-demo-; choose another name")
}

func TestBucketLengthNamesTheFigure(t *testing.T) {
	t.Parallel()
	src := change(t, small, "us-east-1", "ap-southeast-2") + "application: { buckets: [{ name: data-of-the-warehouse-import }] }\n"
	refuse(t, src, "9:34: application.buckets[0].name: "+
		"shop-prod-data-of-the-warehouse-import-444444444444-ap-southeast-2-an has 69 characters, S3 allows 63; shorten this name or the project by 6")
}

func TestScopeLength(t *testing.T) {
	t.Parallel()
	// The artifact bucket, <project>-<pipeline>-artifacts-<account>-<region>-an, leaves less room than any role.
	src := func(pipeline string) string {
		return change(t, small, "us-east-1", "eu-west-1") + "pipelines: [{ name: " + pipeline + " }]\n"
	}
	parse(t, src(strings.Repeat("p", 22)))
	refuse(t, src(strings.Repeat("p", 23)), "9:21: pipelines[0].name: shop-"+strings.Repeat("p", 23)+
		"-artifacts-111111111111-eu-west-1-an has 64 characters, S3 allows 63; shorten this name or the project by 1")

	// The default pipeline is not in the file, so the project is what is too long.
	project := strings.Repeat("p", 63-len("-delivery-artifacts-111111111111-eu-west-1-an"))
	parse(t, change(t, change(t, small, "us-east-1", "eu-west-1"), "shop", project))
	refuse(t, change(t, change(t, small, "us-east-1", "eu-west-1"), "shop", "p"+project), "1:10: project: p"+project+
		"-delivery-artifacts-111111111111-eu-west-1-an has 64 characters, S3 allows 63; shorten it by 1")

	env := strings.Repeat("e", 64-len("shop--execution"))
	parse(t, change(t, small, "name: prod", "name: "+env))
	refuse(t, change(t, small, "name: prod", "name: e"+env), "8:13: environments[1].name: role names such as "+
		("shop-e" + env + "-execution")[:59]+"… have 65 characters, IAM allows 64; shorten this name or the project by 1")
}

// A Spec built in Go is checked like a file; its problems have no place.
func TestValidateGo(t *testing.T) {
	t.Parallel()
	bucket := spec.DefaultBucket(spec.Dev)
	bucket.Name = "Data"
	s := &spec.Spec{
		Project:   "shop",
		Toolchain: spec.Account{Account: "111111111111", Region: "eu-west-1"},
		Source: spec.Source{
			Connection: "arn:aws:codeconnections:eu-west-1:111111111111:connection/2a55d9b0-1111-4222-8333-444455556666",
			Repository: "acme/shop", File: "pipeline.yaml",
		},
		Environments: []spec.Environment{{
			Name: "dev", Type: spec.Dev, Account: spec.Account{Account: "222222222222"},
			Application: spec.Application{Buckets: []spec.Bucket{bucket}},
		}},
		MaxParallelBuilds: spec.DefaultMaxParallelBuilds,
	}
	s.Resolve()
	const want = `environments[0].application.buckets[0].name: "Data" cannot be part of a bucket's name; ` +
		"use lower-case letters, digits and dashes between them, such as data"
	if err := s.Errors(s.Validate()); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	s.Environments[0].Application.Buckets[0].Name = "data"
	if err := s.Errors(s.Validate()); err != nil {
		t.Error(err)
	}
	s.Overrides = map[string]spec.Application{"dev": {}}
	if err := s.Errors(s.Validate()); err == nil || err.Error() != "overrides: have no effect in a Spec that is built in Go; set Environment.Application" {
		t.Error(err)
	}
}

// The pipeline that deploys all environments does not say so in the file, and is not blamed for one whose name is there twice.
func TestEnvironmentTwice(t *testing.T) {
	t.Parallel()
	refuse(t, change(t, small, "name: prod", "name: dev"),
		`8:13: environments[1].name: the name "dev" is taken by environments[0].name; environments and pipelines share one name space: choose another`)
}
