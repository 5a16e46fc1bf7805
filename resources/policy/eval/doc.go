// Package eval decides, offline, whether a request is allowed: who does what to which resource, under the policies as they stand in
// templates. It works on plain trees and plain text.
//
// A Resolver brings the text of one stack: parameters, pseudo parameters, attributes of resources. What it does not know stays a hole
// with a name. Parse reads a policy, Evaluate judges a request, and the Decision explains itself:
//
//	r := &eval.Resolver{Stack: "shop-dev-access", Account: "222222222222", Region: "eu-west-1", Partition: "aws"}
//	deploy, problems := eval.Parse(eval.Source{Kind: eval.Identity, Stack: r.Stack, Path: "…"}, document, r)
//	d := eval.Evaluate(request, eval.Policies{Identity: []*eval.Policy{deploy}, Resource: bucketPolicy})
//	if d.Verdict != eval.Allowed {
//		return d.Explain(), d.Place()
//	}
//
// What is not known is never taken for granted: it makes the verdict Unknown, unless it cannot matter. An explicit Deny that certainly
// holds wins whatever else is unknown, and an unknown Allow is not needed where another one certainly holds.
//
// The rules are those that AWS publishes; comments name the pages. Service and resource control policies of an organization, session
// policies, VPC endpoint policies and grants of keys stand in no template, so they are not judged. What AWS refuses whatever policies say is in
// a table of its own, and the Decision says so.
package eval
