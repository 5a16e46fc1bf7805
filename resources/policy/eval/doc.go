// Package eval decides offline whether the policies in templates allow a request: an action of a principal on a resource. It works on plain trees and
// plain text.
//
// A Resolver resolves the intrinsics of one stack: parameters, pseudo parameters, attributes of resources. A value that it does not know becomes a hole
// with a name. Parse parses a policy, Evaluate evaluates a request, and the Decision explains itself:
//
//	r := &eval.Resolver{Stack: "shop-dev-access", Account: "222222222222", Region: "eu-west-1", Partition: "aws"}
//	deploy, problems := eval.Parse(eval.Source{Kind: eval.Identity, Stack: r.Stack, Path: "…"}, document, r)
//	d := eval.Evaluate(request, eval.Policies{Identity: []*eval.Policy{deploy}, Resource: bucketPolicy})
//	if d.Verdict != eval.Allowed {
//		return d.Explain(), d.Place()
//	}
//
// An unknown value makes the verdict Unknown, unless it does not matter. A Deny that certainly applies makes the verdict ExplicitDeny, whatever else is
// unknown, and an Allow that may apply is irrelevant if another one certainly applies.
//
// The rules are those that AWS publishes; comments name the pages. Service and resource control policies of an organization, session policies, VPC
// endpoint policies and grants of keys are not evaluated, because they are not in templates. Requests that AWS rejects regardless of policies are in
// a table, and the Decision says so.
package eval
