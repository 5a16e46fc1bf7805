package eval

import (
	"cmp"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// condition is one operator on one condition key ("IAM JSON policy elements: Condition operators").
type condition struct {
	operator
	name     string // the operator as written
	key      string
	lowerKey string // keys are not case-sensitive
	wants    []want
}

// want is one value of a condition.
type want struct {
	value Value
	maybe bool
	test  func(*query, Value) tri // nil if the value is not valid for the operator
}

// operator is a parsed condition operator.
type operator struct {
	set      string // ForAllValues, ForAnyValue or ""
	base     string // without Not; "" for an unknown operator
	negated  bool
	ifExists bool
}

func parseOperator(name string) (o operator) {
	base := name
	if set, rest, ok := strings.Cut(name, ":"); ok && (set == "ForAllValues" || set == "ForAnyValue") {
		o.set, base = set, rest
	}
	base, o.ifExists = strings.CutSuffix(base, "IfExists")
	switch base {
	case "StringEquals", "StringEqualsIgnoreCase", "StringLike", "BinaryEquals", "Bool", "IpAddress",
		"NumericEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals",
		"DateEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals":
	case "StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "NumericNotEquals", "DateNotEquals", "NotIpAddress":
		base, o.negated = strings.Replace(base, "Not", "", 1), true
	case "ArnEquals", "ArnLike": // "behave identically"
		base = "ArnLike"
	case "ArnNotEquals", "ArnNotLike":
		base, o.negated = "ArnLike", true
	default:
		if name != "Null" { // Null has neither a set prefix nor IfExists
			base = ""
		}
	}
	o.base = base
	return o
}

func (p *parser) conditions(n *tree.Node, path string) (list []*condition) {
	if n.Kind != tree.Map {
		p.fail(path, n, "the condition is not a mapping", "write an operator, a key and its values")
		return []*condition{{name: "Condition"}}
	}
	for i, name := range n.Keys {
		keys, o := n.Items[i], parseOperator(name)
		_, _, function := keys.Intrinsic()
		if isMap := keys != nil && keys.Kind == tree.Map && !function; o.base == "" || !isMap {
			if isMap {
				p.fail(path+"."+name, keys, name+" is not a known condition operator", "correct it: the condition counts as unknown")
			} else {
				p.fail(path+"."+name, keys, "the operator has no keys", "write a key and its values")
			}
			list = append(list, &condition{name: name})
			continue
		}
		for k, key := range keys.Keys {
			c := &condition{operator: o, name: name, key: key, lowerKey: strings.ToLower(key)}
			items, _ := p.r.items(keys.Items[k])
			for _, e := range items {
				w := want{value: e.Value, maybe: e.maybe, test: p.test(o.base, e.Value)}
				if _, known := e.Known(); known && w.test == nil {
					p.fail(path+"."+name+"."+key, keys.Items[k], strconv.Quote(e.String())+" is not a valid value for "+name, "correct it")
				}
				c.wants = append(c.wants, w)
			}
			list = append(list, c)
		}
	}
	return list
}

// test returns the comparison with one value of the policy. It returns nil if the value is not valid for the operator, or if it is not known and the
// operator requires that.
func (p *parser) test(base string, v Value) func(*query, Value) tri {
	text, known := v.Known()
	switch base {
	case "StringEquals":
		return compile(v, p.style).match
	case "StringLike":
		return compile(v, p.style|wild).match
	case "BinaryEquals": // both are base64, in which each value has one representation
		return compile(v, 0).match
	case "StringEqualsIgnoreCase":
		what := compile(v, p.style|lowerCase)
		return func(q *query, got Value) tri { return what.match(q, lower(got)) }
	case "ArnLike":
		what := compile(v, p.style|wild)
		if known && !what.hasVariables && !isARN(text) {
			return nil
		}
		return what.matchARN
	}
	if !known {
		return nil
	}
	order, numeric := strings.CutPrefix(base, "Numeric")
	order, date := strings.CutPrefix(order, "Date")
	switch {
	case numeric:
		return comparing(text, parseNumber, ordered(order, cmp.Compare[float64]))
	case date:
		return comparing(text, parseDate, ordered(order, time.Time.Compare))
	case base == "IpAddress":
		return comparing(text, parseAddresses, func(got, want netip.Prefix) bool { return want.Contains(got.Addr()) })
	default: // Bool, and Null, which is true if the key is absent
		return comparing(text, parseBool, func(got, want bool) bool { return got == want })
	}
}

func ordered[T any](order string, compare func(a, b T) int) func(got, want T) bool {
	return func(got, want T) bool {
		c := compare(got, want)
		switch order {
		case "Equals":
			return c == 0
		case "LessThan":
			return c < 0
		case "LessThanEquals":
			return c <= 0
		case "GreaterThan":
			return c > 0
		default:
			return c >= 0
		}
	}
}

// comparing returns a comparison of two parsed values. It returns nil if text, the value of the policy, cannot be parsed; the result is unknown if
// the value of the request cannot be.
func comparing[T any](text string, parse func(string) (T, bool), compare func(got, want T) bool) func(*query, Value) tri {
	want, ok := parse(text)
	if !ok {
		return nil
	}
	return func(_ *query, t Value) tri {
		text, known := t.Known()
		if got, ok := parse(text); known && ok {
			return truth(compare(got, want))
		}
		return unknown
	}
}

func parseNumber(s string) (float64, bool) {
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil && f-f == 0 // finite
}

func parseDate(s string) (time.Time, bool) {
	if seconds, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.Unix(seconds, 0), true
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly, "2006-01"} { // "Date and Time Formats" of the W3C
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func parseAddresses(s string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p, true
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, a.BitLen()), true
}

func parseBool(s string) (value, ok bool) {
	value = strings.EqualFold(s, "true")
	return value, value || strings.EqualFold(s, "false")
}

// isMet reports whether the condition is true for a request.
func (c *condition) isMet(q *query) tri {
	if c.base == "" {
		return unknown
	}
	values, known := q.context(c.lowerKey)
	switch {
	case !known:
		return unknown
	case c.base == "Null":
		return c.admits(q, Text(strconv.FormatBool(len(values) == 0)))
	case len(values) == 0:
		return c.withoutKey()
	}
	all, some := yes, no
	for _, v := range values {
		t := c.admits(q, v)
		all, some = min(all, t), max(some, t)
	}
	switch {
	case c.set == "ForAllValues":
		return all
	case c.set == "ForAnyValue" || all == some:
		return some
	default:
		return unknown // several values require a set operator; AWS does not document what happens without one
	}
}

// withoutKey reports whether the condition is true for a request without the key.
func (c *condition) withoutKey() tri {
	switch {
	case c.set == "ForAllValues": // "Single-valued vs. multivalued context keys"
		return yes
	case c.set == "ForAnyValue" && c.ifExists:
		return unknown // false because of ForAnyValue, but true because of IfExists
	case c.set == "ForAnyValue":
		return no
	default:
		return truth(c.ifExists || c.negated)
	}
}

// admits compares one value of the request with the values of the condition: with OR, or with NOR if the operator is negated ("Conditions with
// multiple context keys or values").
func (c *condition) admits(q *query, v Value) tri {
	found := no
	for i := range c.wants {
		t := unknown
		if c.wants[i].test != nil {
			t = c.wants[i].test(q, v)
		}
		if c.wants[i].maybe {
			t = min(t, unknown)
		}
		found = max(found, t)
	}
	if c.negated {
		return negate(found)
	}
	return found
}
