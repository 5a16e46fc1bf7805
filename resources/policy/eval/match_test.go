package eval_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
	"github.com/cfnpipe/cfnpipe/resources/policy/eval"
)

func TestActionsAndResources(t *testing.T) {
	t.Parallel()
	tests := []struct {
		action, resource string // of the policy
		want             eval.Verdict
	}{
		{"s3:GetObject", "*", eval.Allowed},
		{"S3:getobject", "*", eval.Allowed},
		{"s3:Get*", "*", eval.Allowed},
		{"s3:*Obj?ct", "*", eval.Allowed},
		{"s3:GetObject?", "*", eval.ImplicitDeny},
		{"s3:GetObjectVersion", "*", eval.ImplicitDeny},
		{"s3:Get", "*", eval.ImplicitDeny},
		{"s3-outposts:GetObject", "*", eval.ImplicitDeny},
		{"*", "*", eval.Allowed},
		{"*", object, eval.Allowed},
		{"*", "arn:aws:s3:::data/*", eval.Allowed},
		{"*", "arn:aws:s3:::d?ta/*.txt", eval.Allowed},
		{"*", "arn:aws:s3:::*b*", eval.Allowed},
		{"*", "arn:*:s3:::data/a/b.txt", eval.Allowed},
		{"*", "arn:aws:s3:*", eval.Allowed}, // "can expand to match beyond the colon boundaries"
		{"*", "arn:aws:*", eval.Allowed},
		{"*", "arn:aws:s3:::Data/*", eval.ImplicitDeny},
		{"*", "arn:aws:s3:::data", eval.ImplicitDeny},
		{"*", "arn:aws:s3:::data/*/c.txt", eval.ImplicitDeny},
		{"*", "arn:aws:s3:::data?/*", eval.ImplicitDeny},
		{"*", "arn:aws-us-gov:s3:::data/*", eval.ImplicitDeny},
		{"*", "arn:aws:s3:eu-west-1::data/*", eval.ImplicitDeny},
	}
	for _, tt := range tests {
		p := read1(t, eval.Identity, fmt.Sprintf("{Effect: Allow, Action: '%s', Resource: '%s'}", tt.action, tt.resource))
		if d := eval.Evaluate(get(), eval.Policies{Identity: []*eval.Policy{p}}); d.Verdict != tt.want {
			t.Errorf("%s on %s: %s, want %s", tt.action, tt.resource, d.Verdict, tt.want)
		}
	}
	r := get()
	r.Resource = eval.Text("*")
	for resource, want := range map[string]eval.Verdict{"*": eval.Allowed, object: eval.ImplicitDeny, "arn:aws:s3:::*": eval.ImplicitDeny} {
		p := read1(t, eval.Identity, "{Effect: Allow, Action: '*', Resource: '"+resource+"'}")
		if d := eval.Evaluate(r, eval.Policies{Identity: []*eval.Policy{p}}); d.Verdict != want {
			t.Errorf("an action that knows no resource, on %s: %s, want %s", resource, d.Verdict, want)
		}
	}
}

// A word holds letters and digits only, so that no pattern reaches into it with anything else; another hole may hold what it likes.
func TestWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern    string
		word, hole eval.Verdict
	}{
		{"arn:aws:logs:*:*:log-group:shop-dev-*", eval.Allowed, eval.Allowed},
		{"arn:aws:logs:*:*:*shop-prod-*", eval.ImplicitDeny, eval.Unknown},
		{"arn:aws:logs:*:*:*:log-stream:*", eval.ImplicitDeny, eval.Unknown},
		{"arn:aws:logs:*:*:*-A1b2", eval.Unknown, eval.Unknown},
		{"arn:aws:logs:*:*:*Logs-????", eval.Unknown, eval.Unknown},
		{"arn:aws:logs:*:*:*Logs-A-*", eval.ImplicitDeny, eval.Unknown},
	} {
		p := read1(t, eval.Identity, "{Effect: Allow, Action: '*', Resource: '"+c.pattern+"'}")
		for i, last := range []eval.Value{eval.Word("x"), eval.Hole("x")} {
			r := get()
			r.Resource = eval.Concat(eval.Text("arn:aws:logs:eu-west-1:222222222222:log-group:shop-dev-functions-Logs-"), last)
			want := []eval.Verdict{c.word, c.hole}[i]
			if d := eval.Evaluate(r, eval.Policies{Identity: []*eval.Policy{p}}); d.Verdict != want {
				t.Errorf("%s on %s: %s, want %s", c.pattern, r.Resource, d.Verdict, want)
			}
		}
	}
}

// Whatever the holes hold: what is certain comes true, and what is known is always answered. Against an oracle that tries everything.
func TestMatchingIsRight(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	contents := []string{"", "a", "b", ":", "ab", "a:b", "ba", "*"}
	random := func(letters string, most int) string {
		b := make([]byte, rng.IntN(most+1))
		for i := range b {
			b[i] = letters[rng.IntN(len(letters))]
		}
		return strings.NewReplacer("X", "${X}", "Y", "${Y}").Replace(string(b))
	}
	counts := map[eval.Verdict]int{}
	for range 2_500 {
		// ${X} and ${Y} are parameters that are not known.
		letters := []string{"ab:", "ab:X", "ab:XY"}[rng.IntN(3)]
		pattern, text := random(letters+"*?*", 6), random(letters, 6)
		operator := "StringLike"
		if rng.IntN(2) == 0 {
			operator = "ArnLike"
			pattern, text = "arn:p:s:"+pattern, "arn:p:s:"+text
		}
		known := tree.NewMap().Set("s3:k", compactSub(pattern))
		document := tree.NewMap().Set("Version", tree.Text("2012-10-17")).Set("Statement", tree.NewMap().
			Set("Effect", tree.Text("Allow")).Set("Action", tree.Text("*")).Set("Resource", tree.Text("*")).
			Set("Condition", tree.NewMap().Set(operator, known)))
		decide := func(parameters map[string]eval.Value) (eval.Verdict, []eval.Problem) {
			r := stack()
			r.Parameters = parameters
			p, problems := eval.Parse(eval.Source{}, document, r)
			request := get()
			request.Context["s3:k"] = []eval.Value{r.Resolve(compactSub(text))}
			return eval.Evaluate(request, eval.Policies{Identity: []*eval.Policy{p}}).Verdict, problems
		}
		got, _ := decide(nil)
		counts[got]++
		for _, x := range contents {
			for _, y := range contents[:1+rng.IntN(len(contents))] {
				fill := strings.NewReplacer("${X}", x, "${Y}", y)
				p, s := fill.Replace(pattern), fill.Replace(text)
				full, problems := decide(map[string]eval.Value{"X": eval.Text(x), "Y": eval.Text(y)})
				if len(problems) > 0 {
					continue // no ARN
				}
				if want := oracle(operator, p, s); full != want {
					t.Fatalf("%s %q of %q: %s, want %s", operator, p, s, full, want)
				}
				if got != eval.Unknown && got != full {
					t.Fatalf("%s %q of %q is %s whatever the holes hold, but with %q and %q it is %s", operator, pattern, text, got, x, y, full)
				}
			}
		}
		if !strings.Contains(pattern+text, "$") && got == eval.Unknown && strings.Count(pattern, ":") >= 5 {
			t.Fatalf("%s %q of %q is not known", operator, pattern, text)
		}
	}
	for _, v := range []eval.Verdict{eval.Allowed, eval.ImplicitDeny, eval.Unknown} {
		if counts[v] < 150 {
			t.Errorf("only %d cases are %s: the test tests too little", counts[v], v)
		}
	}
}

func oracle(operator, pattern, text string) eval.Verdict {
	patterns, texts := []string{pattern}, []string{text}
	if operator == "ArnLike" {
		patterns, texts = strings.SplitN(pattern, ":", 6), strings.SplitN(text, ":", 6)
	}
	if len(patterns) != len(texts) {
		return eval.ImplicitDeny
	}
	for i, p := range patterns {
		if !spelledOut(p, texts[i]) {
			return eval.ImplicitDeny
		}
	}
	return eval.Allowed
}

func spelledOut(pattern, text string) bool {
	switch {
	case pattern == "":
		return text == ""
	case pattern[0] == '*':
		return spelledOut(pattern[1:], text) || text != "" && spelledOut(pattern, text[1:])
	default:
		return text != "" && (pattern[0] == '?' || pattern[0] == text[0]) && spelledOut(pattern[1:], text[1:])
	}
}

// Wildcards match as the regular expressions .* and . do, whatever the letters.
func TestWildcardsMatchAsRegularExpressions(t *testing.T) {
	t.Parallel()
	draw := rand.New(rand.NewPCG(7, 7))
	letters := func(from string, n int) string {
		var b strings.Builder
		for range draw.IntN(n) {
			b.WriteRune([]rune(from)[draw.IntN(len([]rune(from)))])
		}
		return b.String()
	}
	matched := 0
	for range 20000 {
		pattern, text := letters("aéb*?", 7), letters("aéb", 6)
		like := regexp.MustCompile("^" + strings.NewReplacer("*", ".*", "?", ".").Replace(pattern) + "$")
		p := read1(t, eval.Identity, "{Effect: Allow, Action: '*', Resource: 'arn:aws:s3:::"+pattern+"'}")
		r := get()
		r.Resource = eval.Text("arn:aws:s3:::" + text)
		want := eval.ImplicitDeny
		if like.MatchString(text) {
			want, matched = eval.Allowed, matched+1
		}
		if d := eval.Evaluate(r, eval.Policies{Identity: []*eval.Policy{p}}); d.Verdict != want {
			t.Fatalf("%s on %s: %s, want %s", pattern, text, d.Verdict, want)
		}
	}
	if matched < 2000 {
		t.Errorf("only %d match", matched)
	}
}

// A statement with a long list says the same as one statement for each of its entries.
func TestLongListsAreAsManyStatements(t *testing.T) {
	t.Parallel()
	draw := rand.New(rand.NewPCG(3, 3))
	entries := []string{
		"arn:aws:s3:::a", "arn:aws:s3:::b", "arn:aws:s3:::c*", "arn:aws:s3:::d?", "arn:aws:s3:::*e", "arn:aws:sqs:::a", "arn:aws:*:::g", "arn:aws:s3:::${X}", "arn:aws:s3:::x${Y}",
		"arn:aws:s3:::${!aws:PrincipalAccount}", "arn:aws:s3:::h", "arn:aws:s3:::i", "arn:aws:s3:::j*", "arn:*",
	}
	values := []eval.Value{
		eval.Text("arn:aws:s3:::a"), eval.Text("arn:aws:s3:::cc"), eval.Text("arn:aws:s3:::dd"), eval.Text("arn:aws:sqs:::g"), eval.Text("arn:aws:s3:::111111111111"), eval.Text("*"),
		eval.Concat(eval.Text("arn:aws:s3:::"), eval.Hole("x")), eval.Concat(eval.Text("arn:aws:s3:::a"), eval.Word("y")), eval.Hole("z"),
	}
	found := map[eval.Verdict]int{}
	for range 3000 {
		var list, statements []string
		draw.Shuffle(len(entries), func(i, k int) { entries[i], entries[k] = entries[k], entries[i] })
		for _, e := range entries[:8+draw.IntN(4)] {
			list = append(list, "!Sub '"+e+"'")
			statements = append(statements, "{Effect: Allow, Action: '*', Resource: !Sub '"+e+"'}")
		}
		r := get()
		r.Resource = values[draw.IntN(len(values))]
		long := read1(t, eval.Identity, "{Effect: Allow, Action: '*', Resource: ["+strings.Join(list, ", ")+"]}")
		many := read1(t, eval.Identity, strings.Join(statements, "\n  - "))
		want := eval.Evaluate(r, eval.Policies{Identity: []*eval.Policy{many}}).Verdict
		found[want]++
		if got := eval.Evaluate(r, eval.Policies{Identity: []*eval.Policy{long}}).Verdict; got != want {
			t.Fatalf("%v on %s: %s, want %s", list, r.Resource, got, want)
		}
	}
	for _, v := range []eval.Verdict{eval.Allowed, eval.ImplicitDeny, eval.Unknown} {
		if found[v] < 100 {
			t.Errorf("only %d are %s", found[v], v)
		}
	}
}
