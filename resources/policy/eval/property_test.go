package eval_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

// world makes requests and policies of few words, so that they often meet. ${X} and ${Y} are parameters.
type world struct{ *rand.Rand }

func (w world) of(list ...string) string { return list[w.IntN(len(list))] }

func (w world) chance(percent int) bool { return w.IntN(100) < percent }

func (w world) enumerate(one func() *tree.Node) *tree.Node {
	if w.chance(60) {
		return one()
	}
	n := tree.NewList()
	for range 1 + w.IntN(3) {
		n.Items = append(n.Items, one())
	}
	return n
}

func (w world) resource() string {
	return w.of("arn:aws:s3:::a", "arn:aws:s3:::b", "arn:aws:s3:::${X}", "arn:aws:s3:::a${Y}", "arn:aws:s3:::${X}/${Y}", "arn:aws:s3:::a/b")
}

func (w world) principal() *tree.Node {
	if w.chance(15) {
		return tree.Text("*")
	}
	if w.chance(15) {
		return tree.NewMap().Set("Service", w.enumerate(func() *tree.Node { return tree.Text(w.of("a.amazonaws.com", "b.amazonaws.com")) }))
	}
	return tree.NewMap().Set("AWS", w.enumerate(func() *tree.Node {
		return compactSub(w.of("*", "111111111111", "arn:aws:iam::111111111111:root", worker, "arn:aws:iam::222222222222:root", "arn:aws:iam::${Y}:root",
			"arn:aws:iam::111111111111:role/${X}", "arn:aws:sts::111111111111:assumed-role/worker/s"))
	}))
}

func (w world) condition() *tree.Node {
	n := tree.NewMap()
	for range 1 + w.IntN(2) {
		operator := w.of("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase", "ArnLike", "ArnNotLike", "Null")
		key := w.of("s3:k", "s3:l", "aws:PrincipalArn")
		value := func() *tree.Node { return compactSub(w.of("a", "b", "a*", "${X}", "a${Y}", "${!s3:l}", "*")) }
		if strings.HasPrefix(operator, "Arn") {
			value = func() *tree.Node {
				return compactSub(w.of(worker, "arn:aws:iam::111111111111:role/*", "arn:aws:*:*:*:${X}"))
			}
		}
		if operator == "Null" {
			value = func() *tree.Node { return tree.Text(w.of("true", "false")) }
		} else {
			operator = w.of("", "", "ForAllValues:", "ForAnyValue:") + operator + w.of("", "", "IfExists")
		}
		n.Set(operator, tree.NewMap().Set(key, w.enumerate(value)))
	}
	return n
}

func (w world) statement(kind eval.Kind) *tree.Node {
	n := tree.NewMap().Set("Effect", tree.Text(w.of("Allow", "Allow", "Allow", "Deny")))
	if kind != eval.Identity && kind != eval.Boundary {
		n.Set(w.of("Principal", "Principal", "Principal", "NotPrincipal"), w.principal())
	}
	n.Set(w.of("Action", "Action", "Action", "NotAction"), w.enumerate(func() *tree.Node { return compactSub(w.of("*", "s3:*", "s3:A", "s3:B", "s3:${X}", "kms:A")) }))
	if kind != eval.Trust {
		n.Set(w.of("Resource", "Resource", "Resource", "NotResource"), w.enumerate(func() *tree.Node {
			if w.chance(25) {
				return tree.Text("*")
			}
			return compactSub(w.resource() + w.of("", "*", "/*"))
		}))
	}
	if w.chance(35) {
		n.Set("Condition", w.condition())
	}
	if w.chance(5) {
		other := w.of("s3:A", "s3:B")
		n.Set("Action", tree.NewList(tree.NewMap().Set("Fn::If", tree.NewList(tree.Text("C"), tree.Text("s3:A"), tree.Text(other)))))
	}
	return n
}

func (w world) document(kind eval.Kind) *tree.Node {
	list := tree.NewList()
	for range 1 + w.IntN(3) {
		list.Items = append(list.Items, w.statement(kind))
	}
	return tree.NewMap().Set("Version", tree.Text("2012-10-17")).Set("Statement", list)
}

// scene is a request and its policies, before anybody says what ${X} and ${Y} hold.
type scene struct {
	identity, boundary, resource *tree.Node
	kind                         eval.Kind
	request                      eval.Request
	arn                          string
	context                      map[string][]string
}

func (w world) scene() scene {
	s := scene{arn: w.resource(), context: map[string][]string{}, identity: w.document(eval.Identity)}
	s.request = eval.Request{
		Principal: eval.Principal{ARN: eval.Text(worker), Account: here}, Action: w.of("s3:A", "s3:B"), Account: w.of(here, here, there),
		OthersAbsent: w.chance(70),
	}
	if w.chance(10) {
		s.request.Principal = eval.Principal{Service: "a.amazonaws.com"}
	}
	s.kind = []eval.Kind{eval.Resource, eval.Resource, eval.Key, eval.Trust}[w.IntN(4)]
	if w.chance(70) {
		s.resource = w.document(s.kind)
	}
	if w.chance(30) {
		s.boundary = w.document(eval.Boundary)
	}
	for _, key := range []string{"s3:k", "s3:l"} {
		if w.chance(70) {
			for range w.IntN(3) {
				s.context[key] = append(s.context[key], w.of("a", "b", "${X}", "a${Y}", "ab"))
			}
		}
	}
	return s
}

// decide says, too, whether the policies are well formed.
func (s scene) decide(parameters map[string]eval.Value, open bool) (d eval.Decision, ok bool) {
	r := stack()
	r.Parameters, ok = parameters, true
	parse := func(kind eval.Kind, n *tree.Node) *eval.Policy {
		if n == nil {
			return nil
		}
		p, problems := eval.Parse(eval.Source{Kind: kind, Stack: "stack", Path: "P"}, n, r)
		ok = ok && len(problems) == 0
		return p
	}
	request := s.request
	request.Resource, request.Context = r.Resolve(compactSub(s.arn)), map[string][]eval.Value{}
	for key, texts := range s.context {
		for _, text := range texts {
			request.Context[key] = append(request.Context[key], r.Resolve(compactSub(text)))
		}
		if open && key == "s3:k" {
			delete(request.Context, key)
		}
	}
	if open {
		request.OthersAbsent = false
	}
	return eval.Evaluate(request, eval.Policies{
		Identity: []*eval.Policy{parse(eval.Identity, s.identity)}, Boundary: parse(eval.Boundary, s.boundary), Resource: parse(s.kind, s.resource),
	}), ok
}

func denied(v eval.Verdict) bool { return v == eval.ImplicitDeny || v == eval.ExplicitDeny }

// What is decided without knowing all is so whatever comes to be known.
func TestKnowingMoreChangesNoAnswer(t *testing.T) {
	t.Parallel()
	w := world{rand.New(rand.NewPCG(3, 4))}
	contents := []string{"a", "b", "", "A", here, "a/b", "app/worker", "*"}
	counts := map[eval.Verdict]int{}
	for range 4_000 {
		s := w.scene()
		x, y := eval.Text(w.of(contents...)), eval.Text(w.of(contents...))
		full, ok := s.decide(map[string]eval.Value{"X": x, "Y": y}, false)
		if !ok {
			continue
		}
		for i, parameters := range []map[string]eval.Value{nil, {"X": x}, {"X": x, "Y": y}, nil} {
			less, _ := s.decide(parameters, i >= 2)
			counts[less.Verdict]++
			if less.Verdict == eval.Allowed && full.Verdict != eval.Allowed || denied(less.Verdict) && !denied(full.Verdict) {
				t.Fatalf("without knowing all: %s: %s\nwith X=%s, Y=%s: %s: %s\nidentity\n%s\nboundary\n%s\nresource\n%s", less.Verdict, less.Explain(), x, y,
					full.Verdict, full.Explain(), s.identity.YAML(), s.boundary.YAML(), s.resource.YAML())
			}
			if less.Explain() == "" {
				t.Fatalf("%s is not explained\nidentity\n%s\nboundary\n%s\nresource\n%s", less.Verdict, s.identity.YAML(), s.boundary.YAML(), s.resource.YAML())
			}
		}
	}
	for _, v := range []eval.Verdict{eval.Allowed, eval.ImplicitDeny, eval.ExplicitDeny, eval.Unknown} {
		if counts[v] < 500 {
			t.Errorf("only %d of the decisions are %s: the test tests too little", counts[v], v)
		}
	}
}

// A Deny more never allows more, and an Allow more never allows less.
func TestMoreStatements(t *testing.T) {
	t.Parallel()
	w := world{rand.New(rand.NewPCG(5, 6))}
	rank := map[eval.Verdict]int{eval.ExplicitDeny: 0, eval.ImplicitDeny: 0, eval.Unknown: 1, eval.Allowed: 2}
	changed := map[bool]int{}
	for range 4_000 {
		s := w.scene()
		before, _ := s.decide(nil, false)
		with := func(which **tree.Node, statement *tree.Node) eval.Verdict {
			old := *which
			defer func() { *which = old }()
			*which = tree.NewMap().Set("Version", tree.Text("2012-10-17")).Set("Statement", tree.NewList(append([]*tree.Node{statement}, old.Get("Statement").Items...)...))
			d, _ := s.decide(nil, false)
			return d.Verdict
		}
		kinds := []eval.Kind{eval.Identity, eval.Boundary, s.kind}
		for i, which := range []**tree.Node{&s.identity, &s.boundary, &s.resource} {
			kind := kinds[i]
			if *which == nil {
				continue
			}
			more := w.statement(kind).Set("Effect", tree.Text("Deny"))
			after := with(which, more)
			changed[false] += max(0, rank[before.Verdict]-rank[after])
			if rank[after] > rank[before.Verdict] {
				t.Fatalf("%s, but with a Deny more %s:\n%s\nidentity\n%s\nboundary\n%s\nresource\n%s", before.Verdict, after, more.YAML(), s.identity.YAML(), s.boundary.YAML(), s.resource.YAML())
			}
			more = w.statement(kind).Set("Effect", tree.Text("Allow"))
			if which == &s.identity && w.chance(30) {
				more = parseYAML(t, "{Effect: Allow, Action: '*', Resource: '*'}")
			}
			after = with(which, more)
			changed[true] += max(0, rank[after]-rank[before.Verdict])
			if rank[after] < rank[before.Verdict] {
				t.Fatalf("%s, but with an Allow more %s:\n%s\nidentity\n%s\nboundary\n%s\nresource\n%s", before.Verdict, after, more.YAML(), s.identity.YAML(), s.boundary.YAML(), s.resource.YAML())
			}
		}
	}
	if changed[true] < 200 || changed[false] < 200 {
		t.Errorf("a statement more changed only %v: the test tests too little", changed)
	}
}

// FuzzParse promises that nothing in a template makes reading, deciding or explaining panic.
func FuzzParse(f *testing.F) {
	w := world{rand.New(rand.NewPCG(7, 8))}
	for range 20 {
		f.Add(w.document(eval.Resource).YAML())
	}
	f.Add([]byte("Statement: [!If [C, {Effect: !Sub '${A', Action: !Split [',', !Ref A]}, !Ref 'AWS::NoValue'], ~, [], !GetAtt A.B]"))
	f.Add([]byte("Statement: {Effect: Deny, Principal: {AWS: !If [a]}, NotAction: !Join [], Resource: !Select [0], Condition: {Bool: {a: [[]]}, Null: ~}}"))
	f.Fuzz(func(t *testing.T, src []byte) {
		n, err := tree.ParseYAML(src)
		if err != nil {
			return
		}
		checkNoPanic(t, n)
	})
}

func checkNoPanic(t *testing.T, n *tree.Node) {
	t.Helper()
	for _, kind := range []eval.Kind{eval.Identity, eval.Boundary, eval.Resource, eval.Repository, eval.Key, eval.Trust} {
		p, problems := eval.Parse(eval.Source{Kind: kind, Path: "P"}, n, stack())
		for _, problem := range problems {
			if problem.Message == "" || problem.Hint == "" || problem.String() == "" {
				t.Errorf("an empty problem: %+v", problem)
			}
		}
		for _, r := range []eval.Request{get(), {Resource: eval.Hole("r"), Principal: eval.Principal{Service: "s"}}} {
			for _, policies := range []eval.Policies{{Identity: []*eval.Policy{p}}, {Resource: p}, {Identity: []*eval.Policy{p}, Boundary: p, Resource: p}} {
				d := eval.Evaluate(r, policies)
				if d.Explain() == "" {
					t.Errorf("%s is not explained", d.Verdict)
				}
				_ = d.Place()
			}
		}
	}
}

// Trees that no reader makes do not panic either.
func TestOddTreesDoNotPanic(t *testing.T) {
	t.Parallel()
	w := world{rand.New(rand.NewPCG(9, 10))}
	words := []string{
		"Statement", "Effect", "Allow", "Principal", "NotPrincipal", "AWS", "Action", "NotAction", "Resource", "Condition", "StringLike", "Null", "Bool",
		"Ref", "Fn::Sub", "Fn::If", "Fn::Join", "Fn::Select", "Fn::Split", "Fn::GetAtt", "*", "${a}", "${!a", "true", "1", "s3:A", "arn:aws:s3:::a", "${aws:x, 'y'}", "AWS::NoValue",
	}
	var odd func(depth int) *tree.Node
	odd = func(depth int) *tree.Node {
		switch k := w.IntN(12); {
		case k == 0:
			return nil
		case k < 5 || depth == 0:
			return &tree.Node{Kind: tree.Kind(w.IntN(7)), Text: w.of(words...)}
		case k < 8:
			n := tree.NewList()
			for range w.IntN(4) {
				n.Items = append(n.Items, odd(depth-1))
			}
			return n
		default:
			n := tree.NewMap()
			for range w.IntN(4) {
				n.Set(w.of(words...), odd(depth-1))
			}
			return n
		}
	}
	checkNoPanic(t, nil)
	for range 800 {
		n := odd(6)
		checkNoPanic(t, n)
		checkNoPanic(t, tree.NewMap().Set("Version", tree.Text("2012-10-17")).Set("Statement", odd(5)))
		stack().Resolve(n)
		stack().List(n)
	}
}
