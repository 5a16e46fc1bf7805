package verify

import "strings"

// principals: policies name accounts, which they narrow by aws:PrincipalArn. A role that a policy names must be there when the policy is made,
// and when it is made again the policy keeps the id of the old one ("AWS JSON policy elements: Principal").
func (w *world) principals() {
	for _, r := range w.roleList {
		w.namesRoles(r.stack, r.trusting)
	}
	for _, kind := range []string{"AWS::KMS::Key", "AWS::S3::Bucket", "AWS::ECR::Repository", "AWS::SNS::Topic", "AWS::SQS::Queue"} {
		for _, x := range w.ofKind(kind) {
			w.namesRoles(x.stack, x.policyStatements())
		}
	}
}

func (w *world) namesRoles(s *stack, statements []*statement) {
	const hint = "name the account's root, and narrow it by a condition with aws:PrincipalArn"
	for _, st := range statements {
		for _, v := range listIn(s, st.node.At("Principal", "AWS")) {
			arn := v.String()
			r := w.roles[arn]
			switch isOurs := strings.Contains(arn, ":role"+w.accessPath()) || strings.Contains(arn, ":role"+w.applicationPath()); {
			case r == nil && isOurs:
				w.report.fail(s, st.place.Path+".Principal.AWS", "principal", "no stack makes the role "+arn+", so AWS refuses the policy", hint)
			case r == nil, r.stack == s:
			case r.stack.index > s.index:
				w.report.fail(s, st.place.Path+".Principal.AWS", "principal",
					"the role "+arn+" is made by stack "+r.stack.Name+", which is deployed later: AWS refuses a policy with it", hint)
			default:
				w.report.warn(s, st.place.Path+".Principal.AWS", "principal",
					"the policy names the role "+arn+" itself: when that is made again, the policy does not know it any more", hint)
			}
		}
	}
}
