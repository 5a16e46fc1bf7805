package policy_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cfnpipe/cfnpipe/resources/cfn"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy"
)

const path = "Resources.Thing.Properties.PolicyDocument"

// document is any of the three kinds of policies.
type document interface {
	Node(t *cfn.Template, path string) *tree.Node
}

type stack struct{}

func (stack) Name() string              { return "test" }
func (stack) Build(*cfn.Template) error { return nil }
func template() *cfn.Template {
	return cfn.New(cfn.Place{Project: "shop", Scope: "dev", Account: "222222222222", Region: "eu-west-1"}, stack{})
}

// render gives the document, and what is wrong with it, one problem a line; problems of the otherwise empty template left out.
func render(tb testing.TB, d document) (n *tree.Node, problems string) {
	tb.Helper()
	t := template()
	n = d.Node(t, path)
	return n, problemsOf(tb, t)
}

func problemsOf(tb testing.TB, t *cfn.Template) string {
	tb.Helper()
	_, err := t.Render()
	var p *cfn.TemplateError
	if !errors.As(err, &p) {
		tb.Fatalf("got error %v, want *cfn.TemplateError", err)
	}
	var lines []string
	for _, x := range p.List {
		if x.Path != "Resources" { // a template needs a resource, a policy does not
			lines = append(lines, x.String())
		}
	}
	return strings.Join(lines, "\n")
}

func TestDocumentsRenderExactly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		document document
		want     string
	}{
		{
			"what an identity may do",
			policy.Identity{
				policy.Allow("Read", "s3:GetObject").On(cfn.Lit("arn:aws:s3:::shop/*")).If(policy.InAccount(cfn.AccountID())),
				policy.Deny("Never", "iam:*").On(cfn.Lit("*")),
			},
			`Version: '2012-10-17'
Statement:
  - Sid: Read
    Effect: Allow
    Action: s3:GetObject
    Resource: arn:aws:s3:::shop/*
    Condition:
      StringEquals:
        aws:ResourceAccount: !Ref AWS::AccountId
  - Sid: Never
    Effect: Deny
    Action: iam:*
    Resource: '*'
`,
		},
		{
			"who may become a role",
			policy.Trust{
				policy.Allow("Builds", "sts:AssumeRole").By(policy.Service("codebuild.amazonaws.com")).
					If(policy.FromAccount(cfn.AccountID()), policy.FromResource(cfn.Lit("arn:aws:codebuild:eu-west-1:222222222222:project/shop"))),
				policy.Allow("", "sts:AssumeRole").By(policy.Account(cfn.Lit("111111111111"))).If(policy.ByRole(cfn.Lit("arn:aws:iam::111111111111:role/p"))),
			},
			`Version: '2012-10-17'
Statement:
  - Sid: Builds
    Effect: Allow
    Principal:
      Service: codebuild.amazonaws.com
    Action: sts:AssumeRole
    Condition:
      StringEquals:
        aws:SourceAccount: !Ref AWS::AccountId
      ArnLike:
        aws:SourceArn: arn:aws:codebuild:eu-west-1:222222222222:project/shop
  - Effect: Allow
    Principal:
      AWS: !Sub arn:${AWS::Partition}:iam::111111111111:root
    Action: sts:AssumeRole
    Condition:
      ArnEquals:
        aws:PrincipalArn: arn:aws:iam::111111111111:role/p
`,
		},
		{
			"who may do what to a resource",
			policy.Resource{
				policy.Deny("RequireTLS", "s3:*").By(policy.Anyone()).On(cfn.Lit("*")).If(policy.When("Bool", "aws:SecureTransport", cfn.Lit("false"))),
				policy.Allow("Use", "kms:Decrypt").By(policy.Account(cfn.AccountID()), policy.ServiceIn("logs"), policy.Account(cfn.Lit("111111111111"))).
					On(cfn.Lit("*")).If(policy.Through("s3", cfn.Lit("eu-west-1"), cfn.Region()), policy.NotByRole(cfn.Lit("a")), policy.ByRoleLike(cfn.Lit("b*"))),
			},
			`Version: '2012-10-17'
Statement:
  - Sid: RequireTLS
    Effect: Deny
    Principal: '*'
    Action: s3:*
    Resource: '*'
    Condition:
      Bool:
        aws:SecureTransport: 'false'
  - Sid: Use
    Effect: Allow
    Principal:
      AWS:
        - !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:root
        - !Sub arn:${AWS::Partition}:iam::111111111111:root
      Service: !Sub logs.${AWS::Region}.amazonaws.com
    Action: kms:Decrypt
    Resource: '*'
    Condition:
      StringEquals:
        kms:ViaService:
          - s3.eu-west-1.amazonaws.com
          - !Sub s3.${AWS::Region}.amazonaws.com
      ArnNotLike:
        aws:PrincipalArn: a
      ArnLike:
        aws:PrincipalArn: b*
`,
		},
		{
			"everything but",
			policy.Identity{
				policy.AllowAllBut("Limit", "organizations:*", "iam:*").On(cfn.Lit("*")),
				policy.Deny("Outside", "s3:*").OnAllBut(cfn.Lit("arn:aws:s3:::shop"), cfn.Lit("arn:aws:s3:::shop/*")),
				policy.Allow("Pass", "iam:PassRole").On(cfn.Lit("r")).If(policy.PassedTo("a.amazonaws.com", "b.amazonaws.com")),
			},
			`Version: '2012-10-17'
Statement:
  - Sid: Limit
    Effect: Allow
    NotAction:
      - iam:*
      - organizations:*
    Resource: '*'
  - Sid: Outside
    Effect: Deny
    Action: s3:*
    NotResource:
      - arn:aws:s3:::shop
      - arn:aws:s3:::shop/*
  - Sid: Pass
    Effect: Allow
    Action: iam:PassRole
    Resource: r
    Condition:
      StringEquals:
        iam:PassedToService:
          - a.amazonaws.com
          - b.amazonaws.com
`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			n, problems := render(t, c.document)
			if problems != "" {
				t.Errorf("problems:\n%s", problems)
			}
			if diff := cmp.Diff(c.want, string(n.YAML())); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// short writes a document as one line per statement: sid, effect, principal, actions, resources, condition.
func short(n *tree.Node) []string {
	var lines []string
	for _, s := range n.Get("Statement").Items {
		var parts []string
		for i, k := range s.Keys {
			value := strings.Join(strings.Fields(string(s.Items[i].JSON())), "")
			if k == "Sid" || k == "Effect" {
				parts = append(parts, s.Items[i].Text)
			} else {
				parts = append(parts, k+"="+strings.ReplaceAll(value, `"`, ""))
			}
		}
		lines = append(lines, strings.Join(parts, " "))
	}
	return lines
}

func TestStatementsThatSayTheSameMerge(t *testing.T) {
	t.Parallel()
	one, two := cfn.Lit("1"), cfn.Lit("2")
	here := policy.When("StringEquals", "k", cfn.Lit("v"))
	for _, c := range []struct {
		why        string
		statements []policy.Statement
		want       []string
	}{
		{
			"the same resources: the actions of both, sorted, each once",
			[]policy.Statement{policy.Allow("A", "s:B", "s:D").On(one, two), policy.Allow("A", "s:D", "s:C").On(one, two)},
			[]string{"A Allow Action=[s:B,s:C,s:D] Resource=[1,2]"},
		},
		{
			"the same actions in any order: the resources of both, in their order, each once",
			[]policy.Statement{policy.Allow("A", "s:B", "s:C").On(two), policy.Allow("A", "s:C", "s:B").On(one, two)},
			[]string{"A Allow Action=[s:B,s:C] Resource=[2,1]"},
		},
		{
			"a statement merges with the first that fits, and stays where that stands",
			[]policy.Statement{policy.Allow("A", "s:A").On(one), policy.Allow("B", "s:B").On(two), policy.Allow("A", "s:C").On(one)},
			[]string{"A Allow Action=[s:A,s:C] Resource=1", "B Allow Action=s:B Resource=2"},
		},
		{
			"an empty Sid takes the other's",
			[]policy.Statement{policy.Allow("", "s:A").On(one), policy.Allow("A", "s:B").On(one), policy.Allow("", "s:C").On(one)},
			[]string{"A Allow Action=[s:A,s:B,s:C] Resource=1"},
		},
		{
			"the same conditions",
			[]policy.Statement{policy.Deny("A", "s:A").On(one).If(here), policy.Deny("A", "s:B").On(one).If(here)},
			[]string{"A Deny Action=[s:A,s:B] Resource=1 Condition={StringEquals:{k:v}}"},
		},
		{
			"all but the same actions, on the resources of both",
			[]policy.Statement{policy.AllowAllBut("A", "s:A").On(one), policy.AllowAllBut("A", "s:A").On(two)},
			[]string{"A Allow NotAction=s:A Resource=[1,2]"},
		},
		{
			"on all but the same resources: the actions of both",
			[]policy.Statement{policy.Deny("A", "s:A").OnAllBut(one), policy.Deny("A", "s:B").OnAllBut(one)},
			[]string{"A Deny Action=[s:A,s:B] NotResource=1"},
		},
		{
			"a document that says something twice says it once",
			[]policy.Statement{policy.AllowAllBut("A", "s:A").OnAllBut(one), policy.AllowAllBut("A", "s:A").OnAllBut(one)},
			[]string{"A Allow NotAction=s:A NotResource=1"},
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			n, problems := render(t, policy.Identity(c.statements))
			if problems != "" {
				t.Errorf("problems:\n%s", problems)
			}
			if diff := cmp.Diff(c.want, short(n)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestStatementsThatDifferStayApart(t *testing.T) {
	t.Parallel()
	one, two := cfn.Lit("1"), cfn.Lit("2")
	s := policy.Allow("", "s:A").On(one)
	me := policy.Account(cfn.Lit("111111111111"))
	for _, c := range []struct {
		why  string
		a, b policy.Statement
	}{
		{"Sids say what for", policy.Allow("A", "s:A").On(one), policy.Allow("B", "s:A").On(one)},
		{"effects", s, policy.Deny("", "s:A").On(one)},
		{"actions and resources both: together they would allow A on 2", s, policy.Allow("", "s:B").On(two)},
		{"a condition on one of them", s, s.If(policy.When("StringEquals", "k", cfn.Lit("v")))},
		{"other values of a condition", s.If(policy.When("StringEquals", "k", cfn.Lit("v"))), s.If(policy.When("StringEquals", "k", cfn.Lit("w")))},
		{"other operators of a condition", s.If(policy.When("StringEquals", "k", cfn.Lit("v"))), s.If(policy.When("StringLike", "k", cfn.Lit("v")))},
		{"principals", s.By(me), s.By(policy.Service("a.amazonaws.com"))},
		{"some and all principals", policy.Deny("", "s:A").On(one).By(me), policy.Deny("", "s:A").On(one).By(policy.Anyone())},
		{"all but A, all but B: together all but both, which is less", policy.AllowAllBut("", "s:A").On(one), policy.AllowAllBut("", "s:B").On(one)},
		{"on all but 1, on all but 2: together on all but both", policy.Allow("", "s:A").OnAllBut(one), policy.Allow("", "s:A").OnAllBut(two)},
		{"actions and all but those actions", s, policy.AllowAllBut("", "s:A").On(one)},
		{"resources and all but those resources", s, policy.Allow("", "s:A").OnAllBut(one)},
		{"the policy's own resource and another", policy.Allow("", "s:A").By(me), policy.Allow("", "s:A").By(me).On(one)},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			for _, list := range [][]policy.Statement{{c.a, c.b}, {c.b, c.a}} {
				n := policy.Resource(list).Node(template(), path)
				if got := short(n); len(got) != 2 {
					t.Errorf("got %q, want two statements", got)
				}
			}
		})
	}
}

func TestStatementsAreCopies(t *testing.T) {
	t.Parallel()
	base := policy.Allow("A", "s:A").On(cfn.Lit("0"))
	one, two := base.On(cfn.Lit("1")), base.On(cfn.Lit("2"))
	for _, c := range []struct {
		statement policy.Statement
		want      string
	}{
		{base, "A Allow Action=s:A Resource=0"},
		{one, "A Allow Action=s:A Resource=[0,1]"},
		{two, "A Allow Action=s:A Resource=[0,2]"},
	} {
		n, _ := render(t, policy.Identity{c.statement})
		if diff := cmp.Diff([]string{c.want}, short(n)); diff != "" {
			t.Errorf("want -, got +:\n%s", diff)
		}
	}
	actions := []string{"s:B", "s:A"}
	render(t, policy.Identity{policy.Allow("A", actions...).On(cfn.Lit("0"))})
	if diff := cmp.Diff([]string{"s:B", "s:A"}, actions); diff != "" {
		t.Errorf("rendering changed the caller's actions: want -, got +:\n%s", diff)
	}
}

func TestMisuseIsAProblemWithItsPath(t *testing.T) {
	t.Parallel()
	all := cfn.Lit("*")
	me := policy.Account(cfn.AccountID())
	read := policy.Allow("Read", "s3:GetObject")
	twice := policy.When("StringEquals", "k", cfn.Lit("v"))
	statement := path + ".Statement[0]"
	var unset cfn.Value[cfn.RoleARN]
	for _, c := range []struct {
		why      string
		document document
		want     string
	}{
		{"a role's own policy speaks of the role", policy.Identity{read.On(all).By(me)}, statement + ": an identity policy cannot have principals; leave out By"},
		{"IAM wants a resource", policy.Identity{read}, statement + ": the statement has no resource; add On"},
		{"a trust policy is about its role", policy.Trust{policy.Allow("T", "sts:AssumeRole").By(me).On(all)}, statement + ": a trust policy cannot have resources; leave out On"},
		{"a trust policy without a principal trusts nobody", policy.Trust{policy.Allow("T", "sts:AssumeRole")}, statement + ": the statement has no principal; add By"},
		{
			"whoever has an AWS account could become the role",
			policy.Trust{policy.Allow("T", "sts:AssumeRole").By(policy.Anyone())},
			statement + ": the statement allows every principal; name an account, and restrict it to a role with ByRole",
		},
		{"a resource policy says who", policy.Resource{read.On(all)}, statement + ": the statement has no principal; add By"},
		{"a public bucket", policy.Resource{read.On(all).By(policy.Anyone())}, statement + ": the statement allows every principal; name an account, and restrict it to a role with ByRole"},
		{
			"everyone beside somebody is everyone",
			policy.Resource{read.On(all).By(me, policy.Anyone())},
			statement + ": the statement allows every principal; name an account, and restrict it to a role with ByRole",
		},
		{
			"a condition does not change that",
			policy.Resource{read.On(all).By(policy.Anyone()).If(twice)},
			statement + ": the statement allows every principal; name an account, and restrict it to a role with ByRole",
		},
		{
			"the second would replace the first",
			policy.Identity{read.On(all).If(twice, policy.When("StringEquals", "k", cfn.Lit("w")))},
			statement + ".Condition.StringEquals.k: the statement has two conditions with this operator and key; put the values into one condition",
		},
		{"a condition without a value never holds", policy.Identity{read.On(all).If(policy.ByRole())}, statement + ".Condition.ArnEquals.aws:PrincipalArn: the condition has no value"},
		{"IAM takes letters and digits", policy.Identity{policy.Allow("Read it", "s3:GetObject").On(all)}, statement + `.Sid: "Read it" is not a valid Sid; use only letters and digits`},
		{"and no others", policy.Identity{policy.Allow("Löschen", "s3:GetObject").On(all)}, statement + `.Sid: "Löschen" is not a valid Sid; use only letters and digits`},
		{
			"IAM refuses a Sid that stands twice",
			policy.Identity{read.On(cfn.Lit("1")), policy.Allow("Read", "s3:ListBucket").On(cfn.Lit("2"))},
			path + `.Statement[1].Sid: another statement has the Sid "Read" too, and the two cannot be merged; choose another Sid`,
		},
		{"IAM wants an action", policy.Identity{policy.Allow("Read").On(all)}, statement + ": the statement has no action"},
		{"all but nothing is everything", policy.Identity{policy.AllowAllBut("All").On(all)}, statement + ": the statement has no action"},
		{
			"one of them would be lost",
			policy.Identity{read.On(cfn.Lit("1")).OnAllBut(cfn.Lit("2"))},
			statement + ": the statement has both Resource and NotResource; use either On or OnAllBut",
		},
		{"an unset value would be an empty resource", policy.Identity{read.On(unset)}, statement + ".Resource: a value in a list or in a function is unset; set it, or leave it out"},
		{"IAM wants a statement", policy.Trust{}, path + ": the policy has no statement; add one, or leave out the policy"},
		{"in every policy", policy.Identity(nil), path + ": the policy has no statement; add one, or leave out the policy"},
		{
			"the second statement is the one that is wrong",
			policy.Identity{read.On(all), policy.Deny("Never").On(all)},
			path + ".Statement[1]: the statement has no action",
		},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			_, problems := render(t, c.document)
			if diff := cmp.Diff(c.want, problems); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestDenyingEveryoneIsAllowed(t *testing.T) {
	t.Parallel()
	if _, problems := render(t, policy.Resource{policy.Deny("Never", "s3:*").By(policy.Anyone()).On(cfn.Lit("*"))}); problems != "" {
		t.Errorf("problems:\n%s", problems)
	}
}

func TestSplitKeepsEveryStatementInItsOrder(t *testing.T) {
	t.Parallel()
	one := `{"Sid":"S1","Effect":"Allow","Action":"s3:GetObject","Resource":"abcdefghijkl1"}`
	two := len(`{"Version":"2012-10-17","Statement":[` + one + "," + one + `]}`)
	statement := func(i int) policy.Statement {
		return policy.Allow("S"+strconv.Itoa(i), "s3:GetObject").On(cfn.Lit("abcdefghijkl" + strconv.Itoa(i)))
	}
	long := policy.Allow("Long", "s3:GetObject").On(cfn.Lit(strings.Repeat("a", 400)))
	for _, c := range []struct {
		why  string
		most int
		of   policy.Identity
		want string
	}{
		{"one fits all", 1000, policy.Identity{statement(1), statement(2), statement(3)}, "S1 S2 S3"},
		{"two just fit", two, policy.Identity{statement(1), statement(2), statement(3)}, "S1 S2 | S3"},
		{"two are a byte too long", two - 1, policy.Identity{statement(1), statement(2), statement(3)}, "S1 | S2 | S3"},
		{"one that is larger stands alone", two, policy.Identity{statement(1), long, statement(2), statement(3)}, "S1 | Long | S2 S3"},
		{"a larger one first", two, policy.Identity{long, statement(1)}, "Long | S1"},
		{"what says the same is one statement first", two, policy.Identity{
			statement(1), statement(2), statement(3), policy.Allow("S1", "s3:PutObject").On(cfn.Lit("abcdefghijkl1")),
		}, "S1 | S2 S3"},
	} {
		t.Run(c.why, func(t *testing.T) {
			t.Parallel()
			tmpl := template()
			var parts []string
			for _, d := range c.of.Split(tmpl, path, c.most) {
				n := d.Node(tmpl, path)
				if v := n.Get("Version"); v == nil || v.Text != "2012-10-17" {
					t.Errorf("no policy of IAM's current version:\n%s", n.YAML())
				}
				var sids []string
				for _, s := range n.Get("Statement").Items {
					sids = append(sids, s.Get("Sid").Text)
				}
				parts = append(parts, strings.Join(sids, " "))
			}
			if got := strings.Join(parts, " | "); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if problems := problemsOf(t, tmpl); problems != "" {
				t.Error(problems)
			}
		})
	}
}

func TestSplitOfNothingIsRefused(t *testing.T) {
	t.Parallel()
	tmpl := template()
	if list := (policy.Identity{}).Split(tmpl, path, policy.MaxManaged); len(list) > 0 {
		t.Errorf("got %d documents", len(list))
	}
	if got, want := problemsOf(t, tmpl), path+": the policy has no statement; add one, or leave out the policy"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
