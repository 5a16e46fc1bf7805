package pipeline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/assembly"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

func TestArtifactsAreReadByTheDeployRolesOfTheirRegionOnly(t *testing.T) {
	t.Parallel()
	a := assemble(t, system(t, shop, nil), assembly.YAML)
	own := map[string]string{"delivery": "arn:aws:iam::111111111111:role/shop/access/shop-delivery-deploy", "release": "arn:aws:iam::111111111111:role/shop/access/shop-release-deploy"}
	deploy := func(account, environment string) string {
		return "arn:aws:iam::" + account + ":role/shop/access/shop-" + environment + "-deploy"
	}
	for _, c := range []struct {
		line, stack string
		want        []string
	}{
		{"delivery", "shop-delivery-artifacts", []string{deploy("222222222222", "dev")}},
		{"delivery", "shop-delivery-artifacts-eu-central-1", []string{deploy("333333333333", "qa")}},
		{"release", "shop-release-artifacts", []string{deploy("444444444444", "prod")}},
		{"release", "shop-release-artifacts-us-east-1", []string{deploy("444444444444", "us")}},
	} {
		s := stackNamed(t, a, c.stack)
		want := append([]string{own[c.line]}, c.want...)
		var accounts []string
		for _, r := range want {
			account, _, _ := strings.Cut(r, ":role/")
			accounts = append(accounts, account+":root")
		}
		bucket := properties(s, "BucketPolicy").Get("PolicyDocument")
		key := properties(s, "Key").Get("KeyPolicy")
		for what, statement := range map[string]*tree.Node{"bucket": bySid(bucket, "ReadArtifacts"), "key": bySid(key, "DecryptArtifacts")} {
			if diff := cmp.Diff(want, texts(s, statement.At("Condition", "ArnEquals", "aws:PrincipalArn"))); diff != "" {
				t.Errorf("%s: roles of the %s: want -, got +:\n%s", c.stack, what, diff)
			}
			if diff := cmp.Diff(accounts, texts(s, statement.At("Principal", "AWS"))); diff != "" {
				t.Errorf("%s: accounts of the %s: want -, got +:\n%s", c.stack, what, diff)
			}
		}
		if got := texts(s, bySid(bucket, "ReadArtifacts").Get("Action")); !slices.Equal(got, []string{"s3:GetObject", "s3:GetObjectVersion"}) {
			t.Errorf("%s: they may %q", c.stack, got)
		}
		if got := texts(s, bySid(key, "DecryptArtifacts").At("Condition", "StringEquals", "kms:ViaService")); !slices.Equal(got, []string{"s3." + s.Region + ".amazonaws.com"}) {
			t.Errorf("%s: the key opens through %q", c.stack, got)
		}
		// nobody else of another account, and of the own account only roles of this pipeline
		for _, document := range []*tree.Node{bucket, key} {
			for _, statement := range document.Get("Statement").Items {
				if statement.Get("Effect").Text != "Allow" {
					continue
				}
				for _, p := range texts(s, statement.At("Principal", "AWS")) {
					sid := statement.Get("Sid").Text
					if p != "arn:aws:iam::111111111111:root" && sid != "ReadArtifacts" && sid != "DecryptArtifacts" {
						t.Errorf("%s: %s lets %s in", c.stack, sid, p)
					}
				}
				for _, role := range slices.Concat(texts(s, statement.At("Condition", "ArnEquals", "aws:PrincipalArn")), texts(s, statement.At("Condition", "ArnLike", "aws:PrincipalArn"))) {
					if others := map[string]string{"delivery": "release", "release": "delivery"}[c.line]; strings.Contains(role, "shop-"+others+"-") {
						t.Errorf("%s: %s lets %s of another pipeline in", c.stack, statement.Get("Sid").Text, role)
					}
				}
			}
		}
		fence := bySid(bucket, "OwnRolesOnly")
		admitted := texts(s, fence.At("Condition", "ArnNotLike", "aws:PrincipalArn"))
		for _, role := range admitted {
			if !slices.Contains(want, role) && role != "arn:aws:iam::111111111111:role/shop/app/shop-"+c.line+"-*" &&
				role != "arn:aws:iam::111111111111:role/shop/access/shop-"+c.line+"-execution" {
				t.Errorf("%s: the fence lets %s through", c.stack, role)
			}
		}
		if got := text(s, fence.At("Condition", "ArnLike", "aws:PrincipalArn")); got != "arn:aws:iam::111111111111:role/shop/*" {
			t.Errorf("%s: the fence keeps out %s", c.stack, got)
		}
	}
}

func TestAPipelinesAccessNamesNothingOfAnother(t *testing.T) {
	t.Parallel()
	a := assemble(t, system(t, shop, nil), assembly.YAML)
	belongs := map[string][]string{
		"delivery": {"delivery", "dev", "qa"},
		"release":  {"release", "prod", "us", "toolchain"},
	}
	for _, line := range pipelines {
		s := stackNamed(t, a, "shop-"+line+"-access")
		var foreign []string
		for other, scopes := range belongs {
			if other != line {
				foreign = append(foreign, scopes...)
			}
		}
		s.Template.Walk(func(path string, n *tree.Node) bool {
			if n.Kind != tree.String {
				return true
			}
			for _, scope := range foreign {
				shared := scope == "toolchain" && strings.HasPrefix(path, "Resources.Boundary.") // every pipeline may pull what all share
				if strings.Contains(n.Text, "shop-"+scope+"-") && !shared || strings.Contains(n.Text, "/shop/"+scope+"/") {
					t.Errorf("%s: %s names %s", s.Name, path, n.Text)
				}
			}
			return true
		})
		ceiling := properties(s, "Boundary").Get("PolicyDocument")
		for _, statement := range ceiling.Get("Statement").Items {
			if statement.Get("Effect").Text == "Allow" && statement.Get("NotAction") != nil {
				t.Errorf("%s: the ceiling allows everything but:\n%s", s.Name, statement.YAML())
			}
			for _, action := range texts(s, statement.Get("Action")) {
				if service, _, _ := strings.Cut(action, ":"); service == "iam" || service == "cloudformation" || service == "organizations" {
					t.Errorf("%s: the ceiling has %s", s.Name, action)
				}
			}
		}
	}
}

// environmentsOf a pipeline with their accounts.
var environmentsOf = map[string]map[string]string{
	"delivery": {"dev": "222222222222", "qa": "333333333333"},
	"release":  {"prod": "444444444444", "us": "444444444444"},
}

func TestThePipelineRoleMayDoWhatItsActionsDoAndNoMore(t *testing.T) {
	t.Parallel()
	a := assemble(t, system(t, shop, nil), assembly.YAML)
	for _, line := range pipelines {
		s := stackNamed(t, a, "shop-"+line+"-pipeline")
		_, role := roleOf(t, a, "shop-"+line+"-pipeline")
		var projects, roles []string
		for _, x := range actions(t, s) {
			switch x.provider {
			case "CodeBuild":
				name := x.configuration["ProjectName"]
				if of := s.Template.At("Resources", strings.Trim(name, "${}"), "Properties", "Name"); of != nil {
					name = of.Text
				}
				projects = append(projects, "arn:aws:codebuild:eu-west-1:111111111111:project/"+name)
			case "CloudFormation":
				roles = append(roles, x.role)
			}
		}
		for action, want := range map[string][]string{
			"codebuild:BatchGetBuilds": projects, "codebuild:StartBuild": projects, "codebuild:StopBuild": projects, "sts:AssumeRole": roles,
		} {
			if diff := cmp.Diff(slices.Compact(slices.Sorted(slices.Values(want))), allows(s, role, action)); diff != "" {
				t.Errorf("%s: %s: actions -, role +:\n%s", line, action, diff)
			}
		}
		// a store in each region in which actions run, and a role that reads and writes it
		var regions []string
		for _, store := range properties(s, "Pipeline").Get("ArtifactStores").Items {
			region, bucket := store.Get("Region").Text, text(s, store.At("ArtifactStore", "Location"))
			regions = append(regions, region)
			if !slices.Contains(allows(s, role, "s3:PutObject"), "arn:aws:s3:::"+bucket+"/*") {
				t.Errorf("%s: the role does not reach %s", line, bucket)
			}
			if store.At("ArtifactStore", "EncryptionKey", "Type").Text != "KMS" {
				t.Errorf("%s: the store in %s has no key", line, region)
			}
		}
		for _, x := range actions(t, s) {
			if x.region != "" && !slices.Contains(regions, x.region) {
				t.Errorf("%s: %s.%s runs in %s, where there is no store", line, x.stage, x.name, x.region)
			}
		}
	}
}

// What a role is granted is worth nothing beyond its boundary: everything that the pipeline's own roles need is in the ceiling.
func TestTheCeilingHoldsWhatThePipelinesRolesAreGranted(t *testing.T) {
	t.Parallel()
	a := assemble(t, system(t, shop, nil), assembly.YAML)
	for _, line := range pipelines {
		access := stackNamed(t, a, "shop-"+line+"-access")
		ceiling := map[string][]string{}
		for _, statement := range properties(access, "Boundary").At("PolicyDocument", "Statement").Items {
			for _, action := range texts(access, statement.Get("Action")) {
				ceiling[action] = append(ceiling[action], texts(access, statement.Get("Resource"))...)
			}
		}
		for part := range builderRoles(a, line) {
			checkCeiling(t, a, ceiling, "shop-"+line+"-"+part)
		}
		checkCeiling(t, a, ceiling, "shop-"+line+"-pipeline")
	}
}

func checkCeiling(t *testing.T, a *assembly.Assembly, ceiling map[string][]string, name string) {
	t.Helper()
	s, role := roleOf(t, a, name)
	for _, statement := range statements(s, role) {
		for _, action := range texts(s, statement.Get("Action")) {
			for _, arn := range allows(s, role, action) {
				if !slices.ContainsFunc(ceiling[action], func(pattern string) bool { return covers(pattern, arn) }) {
					t.Errorf("%s may %s on %s (%s), which the ceiling does not hold", name, action, arn, statement.Get("Sid").Text)
				}
			}
		}
	}
}

// resolve is an ARN such as CloudFormation makes of a reference in the pipeline's stack.
func resolve(s assembly.Stack, text string) string {
	name, attribute, found := strings.Cut(strings.Trim(text, "${}"), ".")
	if !strings.HasPrefix(text, "${") {
		return text
	}
	if p := s.Template.At("Parameters", name); p != nil {
		region := s.Region
		for _, r := range []string{"eu-central-1", "us-east-1"} {
			if strings.Contains(strings.ToLower(name), strings.ReplaceAll(r, "-", "")) {
				region = r
			}
		}
		return "arn:aws:kms:" + region + ":" + s.Account + ":key/1f2e3d"
	}
	if !found || attribute != "Arn" {
		return text
	}
	of := s.Template.At("Resources", name, "Properties")
	prefix := fmt.Sprintf(":%s:%s:", s.Region, s.Account)
	switch s.Template.At("Resources", name, "Type").Text {
	case "AWS::CodeBuild::Project":
		return "arn:aws:codebuild" + prefix + "project/" + of.Get("Name").Text
	case "AWS::CodeBuild::ReportGroup":
		return "arn:aws:codebuild" + prefix + "report-group/" + of.Get("Name").Text
	case "AWS::Logs::LogGroup":
		group := s.Name + "-" + name + "-1A2b3C4d5E6f" // which CloudFormation chooses
		if given := of.Get("LogGroupName"); given != nil {
			group = given.Text
		}
		return "arn:aws:logs" + prefix + "log-group:" + group + ":*"
	}
	return text
}

// covers says whether a pattern with wildcards stands for a text.
func covers(pattern, text string) bool {
	start, rest, wild := strings.Cut(pattern, "*")
	text, ok := strings.CutPrefix(text, start)
	if !ok || !wild {
		return ok && text == ""
	}
	for i := range len(text) + 1 {
		if covers(rest, text[i:]) {
			return true
		}
	}
	return false
}

func TestABuildAssumesTheRolesOfItsEnvironmentsOnly(t *testing.T) {
	t.Parallel()
	a := assemble(t, system(t, shop, nil), assembly.YAML)
	for _, line := range pipelines {
		for part := range builderRoles(a, line) {
			s, role := roleOf(t, a, "shop-"+line+"-"+part)
			got := allows(s, role, "sts:AssumeRole")
			var want []string
			if strings.HasPrefix(part, "publish-") {
				for environment, account := range environmentsOf[line] {
					want = append(want, "arn:aws:iam::"+account+":role/shop/access/shop-"+environment+"-publish")
				}
			}
			if part == "clear" {
				want = append(want, "arn:aws:iam::222222222222:role/shop/access/shop-dev-clear", "arn:aws:iam::333333333333:role/shop/access/shop-qa-clear")
			}
			slices.Sort(want)
			if diff := cmp.Diff(want, got, cmpEmpty); diff != "" {
				t.Errorf("%s: %s: want -, got +:\n%s", line, part, diff)
			}
		}
	}
}

// Each publish role trusts those builds whose actions publish there, and each such action names that role.
func TestActionsThatPublishNameTheRoleThatTrustsThem(t *testing.T) {
	t.Parallel()
	a := assemble(t, system(t, shop, nil), assembly.YAML)
	for _, line := range pipelines {
		s := stackNamed(t, a, "shop-"+line+"-pipeline")
		for environment, account := range environmentsOf[line] {
			access := stackNamed(t, a, "shop-"+environment+"-access")
			trust := properties(access, "PublishRole").At("AssumeRolePolicyDocument", "Statement").Items[0]
			var want []string
			for _, x := range actions(t, s) {
				if x.stage != environment+"-publish" {
					continue
				}
				want = append(want, "arn:aws:iam::111111111111:role/shop/app/shop-"+line+"-"+x.name)
				variables := x.configuration["EnvironmentVariables"]
				for _, value := range []string{
					"arn:aws:iam::" + account + ":role/shop/access/shop-" + environment + "-publish", `"ENVIRONMENT","type":"PLAINTEXT","value":"` + environment + `"`,
				} {
					if !strings.Contains(strings.ReplaceAll(strings.ReplaceAll(variables, "${AWS::Partition}", "aws"), ", ", ","), value) {
						t.Errorf("%s.%s does not say %s: %s", x.stage, x.name, value, variables)
					}
				}
			}
			if diff := cmp.Diff(want, texts(access, trust.At("Condition", "ArnEquals", "aws:PrincipalArn"))); diff != "" {
				t.Errorf("%s: actions -, trust +:\n%s", environment, diff)
			}
		}
	}
}

// An organization that allows no role without a boundary refuses the first deployment if one lacks it.
func TestRolesOfAccessStacksHaveTheirBoundary(t *testing.T) {
	t.Parallel()
	a := assemble(t, system(t, shop+"accessBoundary: arn:aws:iam::{account}:policy/Organization\n", nil), assembly.YAML)
	roles := 0
	for _, s := range a.Stacks {
		if slices.Contains(s.DeployedBy, assembly.Pipe) {
			continue
		}
		resources := s.Template.Get("Resources")
		for i, id := range resources.Keys {
			if resources.Items[i].Get("Type").Text != "AWS::IAM::Role" {
				continue
			}
			roles++
			want := "arn:aws:iam::" + s.Account + ":policy/Organization"
			if got := resources.Items[i].At("Properties", "PermissionsBoundary"); got == nil || got.Text != want {
				t.Errorf("%s of %s has the boundary %s, want %s", id, s.Name, got.YAML(), want)
			}
		}
	}
	if roles < 10 {
		t.Errorf("access stacks have %d roles, want at least ten", roles)
	}
}
