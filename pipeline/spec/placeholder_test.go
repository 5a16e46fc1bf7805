package spec_test

import "testing"

// Removal is not a name and its message repeats it, so it shows what became of placeholders.
func TestPlaceholders(t *testing.T) {
	t.Parallel()
	const refused = "; use delete or retain"
	const known = "use {account}, {environment}, {project}, {region}, {type}, or write {{"
	for _, c := range []struct{ text, want string }{
		{"{environment}", `cannot be "dev"` + refused},
		{"{account}", `cannot be "222222222222"` + refused},
		{"{region}", `cannot be "eu-west-1"` + refused},
		{"{project}", `cannot be "shop"` + refused},
		{"a{project}-{type}b", `cannot be "ashop-devb"` + refused},
		{"{{environment}}", `cannot be "{environment}"` + refused},
		{"{{{environment}}}", `cannot be "{dev}"` + refused},
		{"${{AWS::Region}}", `cannot be "${AWS::Region}"` + refused},
		{"${environment}", `cannot be "$dev"` + refused},
		{"}}{{", `cannot be "}{"` + refused},
		{"{envronment}", `unknown placeholder "{envronment}"; did you mean "{environment}"?`},
		{"{Region}", `unknown placeholder "{Region}"; did you mean "{region}"?`},
		{"{}", `unknown placeholder "{}"; ` + known + `}} for literal text`},
		{"{stage}", `unknown placeholder "{stage}"; ` + known + `stage}} for literal text`},
		{"${AWS::Region}", `unknown placeholder "{AWS::Region}"; intrinsics are not read here; write ${{AWS::Region}} for literal text`},
		{"{environment", `holds a "{" that is not closed; write {{ for a brace`},
		{"{a{b}", `holds a "{" that is not closed; write {{ for a brace`},
		{"environment}", `holds a "}" that closes nothing; write }} for a brace`},
	} {
		t.Run(c.text, func(t *testing.T) {
			t.Parallel()
			src := change(t, small, "  - { name: prod, type: prod, account: \"444444444444\", region: us-east-1 }\n", "")
			refuse(t, src+"application: { buckets: [{ name: data, removal: '"+c.text+"' }] }\n", "8:49: application.buckets[0].removal: "+c.want)
		})
	}
}

func TestPlaceholdersAreFilledPerEnvironment(t *testing.T) {
	t.Parallel()
	src := change(t, small, "  - { name: prod", "  - { name: retain, type: prod, account: \"333333333333\" }\n  - { name: delete")
	src = change(t, src, "name: dev", "name: delete1")
	src = change(t, src, "name: delete1", "name: keep")
	refuse(t, src+"application: { buckets: [{ name: data, removal: '{environment}' }] }\n",
		`10:49: application.buckets[0].removal: cannot be "keep"; use delete or retain`)
	src = change(t, src, "  - { name: keep, type: dev, account: \"222222222222\" }\n", "")
	s := parse(t, src+"application: { buckets: [{ name: data, removal: '{environment}' }] }\n")
	for i, want := range []string{"retain", "delete"} {
		if got := s.Environments[i].Application.Buckets[0].Removal; string(got) != want {
			t.Errorf("environment %d: %s", i, got)
		}
	}
	if got := s.Application.Buckets[0].Removal; got != "{environment}" {
		t.Errorf("the application as written has %s", got)
	}
}
