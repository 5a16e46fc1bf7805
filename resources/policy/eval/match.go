package eval

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// style says which characters have a special meaning in a pattern.
type style uint8

const (
	wild      style = 1 << iota // * and ?
	variables                   // ${key}, and ${*}, ${?}, ${$} for these characters
	lowerCase                   // the pattern is compared with text in lower case
)

// pattern is text of a policy, prepared for the comparison with text of a request.
type pattern struct {
	value Value // as written
	style style
	// Most patterns are known, and have no wildcard except at the end. For those, exact or prefix is true, and text is the text to compare. For other
	// known patterns without variables, like is true. All text that matches begins with begin.
	exact, prefix, like bool
	text, begin         string
	// All others are compared by symbols, which depend on the request if the pattern has variables.
	spelled      symbols
	hasVariables bool
}

func compile(v Value, st style) *pattern {
	p := &pattern{value: v, style: st}
	text, known := v.Known()
	if st&lowerCase != 0 {
		text = strings.ToLower(text)
	}
	special := -1
	if st&(wild|variables) != 0 {
		special = strings.IndexAny(text, "*?$") // some may be literal: such patterns are compared by symbols
	}
	switch {
	case known && special < 0:
		p.exact, p.text = true, text
	case known && special == len(text)-1 && text[special] == '*' && st&wild != 0:
		p.prefix, p.text = true, text[:special]
	default:
		if p.begin, _ = v.start(); st&lowerCase != 0 {
			p.begin = strings.ToLower(p.begin)
		}
		if i := strings.IndexAny(p.begin, "*?$"); i >= 0 {
			p.begin = p.begin[:i]
		}
		p.like, p.text = known && st&wild != 0 && !strings.Contains(text, "$"), text
		ask := func(string) (Value, bool) {
			p.hasVariables = true
			return Value{}, true
		}
		p.spelled.spell(v, st, ask)
	}
	return p
}

// match compares the whole text: a wildcard in a Resource may match a colon ("IAM JSON policy elements: Resource").
func (p *pattern) match(q *query, v Value) tri {
	switch text, known := v.start(); {
	case p.prefix && (known || strings.HasPrefix(text, p.text)):
		return truth(strings.HasPrefix(text, p.text))
	case p.exact && known:
		return truth(text == p.text)
	case p.like && known:
		return truth(isLike(text, p.text))
	case !strings.HasPrefix(text, p.begin[:min(len(text), len(p.begin))]):
		return no // most that do not match differ early
	}
	s, ok := p.symbols(q)
	if !ok {
		return no
	}
	return compare(s, q.letters(v))
}

// isLikeARN compares the parts of a pattern as isLike does.
func isLikeARN(text, pattern string) bool {
	for range 5 {
		p, pattern2, isLonger := strings.Cut(pattern, ":")
		t, text2, isLongerToo := strings.Cut(text, ":")
		if !isLonger || !isLongerToo || !isLike(t, p) {
			return false
		}
		pattern, text = pattern2, text2
	}
	return isLike(text, pattern)
}

// isLike says whether a text matches a pattern in which only * and ? stand for others.
func isLike(text, pattern string) bool {
	i, j, star, mark := 0, 0, -1, 0
	for j < len(text) {
		switch {
		case i < len(pattern) && pattern[i] == '*':
			star, mark = i, j
			i++
		case i < len(pattern) && pattern[i] == '?':
			i, j = i+1, next(text, j)
		case i < len(pattern) && pattern[i] == text[j]:
			i++
			j++
		case star >= 0:
			mark = next(text, mark)
			i, j = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[i:], "*") == ""
}

// next letter's place in a text.
func next(text string, i int) int {
	i++
	for i < len(text) && !utf8.RuneStart(text[i]) {
		i++
	}
	return i
}

// matchARN compares each of the six parts of an ARN separately ("IAM JSON policy elements: Condition operators", ARN condition operators).
func (p *pattern) matchARN(q *query, v Value) tri {
	switch text, known := v.Known(); {
	case known && p.exact:
		return truth(text == p.text)
	case known && (p.prefix || p.like):
		return truth(isLikeARN(text, p.value.text))
	case !known && p.value.Equal(v) && !p.hasVariables:
		return yes
	}
	s, ok := p.symbols(q)
	if !ok {
		return no
	}
	text := q.letters(v)
	for range 5 {
		i, j := s.colon(), text.colon()
		if slices.ContainsFunc(s.runes[:i], isHole) || slices.ContainsFunc(text.runes[:j], isHole) {
			return min(unknown, compare(s, text)) // the hole may contain colons, so the following parts are not known
		}
		if i == len(s.runes) || j == len(text.runes) || !glob(s.part(0, i), text.part(0, j)) {
			return no
		}
		s, text = s.part(i+1, len(s.runes)), text.part(j+1, len(text.runes))
	}
	return compare(s, text)
}

// symbols returns the symbols of the pattern. ok is false if a variable has no value: such a pattern matches nothing ("IAM policy elements:
// Variables and tags", policy variables with no value).
func (p *pattern) symbols(q *query) (s symbols, ok bool) {
	if !p.exact && !p.prefix && !p.hasVariables {
		return p.spelled, true
	}
	ok = s.spell(p.value, p.style, q.variable)
	return s, ok
}

// symbols are the runes of a text to be matched. A negative one is a wildcard or a hole.
type symbols struct {
	runes []rune
	holes []part
}

const (
	anyText   rune = -1 // *
	anyRune   rune = -2 // ?
	firstHole rune = -3 // the second is -4, and so on
)

func isHole(r rune) bool { return r <= firstHole }

// letters returns the symbols of a text without special characters.
func letters(v Value) (s symbols) {
	s.spell(v, 0, nil)
	return s
}

// letters of a value that is compared with one pattern after the other.
func (q *query) letters(v Value) symbols {
	if v.parts == nil {
		return letters(v)
	}
	if q.spelled == nil || q.spelled.of != &v.parts[0] {
		q.spelled = &spelled{&v.parts[0], letters(v)}
	}
	return q.spelled.symbols
}

// spell appends the symbols of a value. variable returns the values of variables. ok is false if one of them has no value.
func (s *symbols) spell(v Value, st style, variable func(name string) (Value, bool)) (ok bool) {
	for _, piece := range v.pieces() {
		if piece.hole {
			s.runes = append(s.runes, firstHole-rune(len(s.holes)))
			s.holes = append(s.holes, piece)
			continue
		}
		text := piece.text
		if st&lowerCase != 0 {
			text = strings.ToLower(text)
		}
		s.runes = slices.Grow(s.runes, len(text))
		for text != "" {
			name, after, isVariable := cutVariable(text)
			isVariable = isVariable && st&variables != 0
			r, size := utf8.DecodeRuneInString(text)
			switch {
			case isVariable && (name == "*" || name == "?" || name == "$"):
				r, size = rune(name[0]), len(text)-len(after)
			case isVariable:
				v, ok := variable(name)
				if !ok || !s.spell(v, st&lowerCase, nil) {
					return false
				}
				text = after
				continue
			case r == '*' && st&wild != 0:
				r = anyText
			case r == '?' && st&wild != 0:
				r = anyRune
			}
			s.runes, text = append(s.runes, r), text[size:]
		}
	}
	return true
}

// cutVariable cuts ${name} off the start of a text.
func cutVariable(text string) (name, after string, ok bool) {
	rest, ok := strings.CutPrefix(text, "${")
	if !ok {
		return "", "", false
	}
	return strings.Cut(rest, "}")
}

func (s *symbols) part(from, to int) symbols { return symbols{s.runes[from:to], s.holes} }

func (s *symbols) colon() int {
	if i := slices.Index(s.runes, ':'); i >= 0 {
		return i
	}
	return len(s.runes)
}

// compare returns yes if the pattern matches for all contents of the holes, and no if it matches for none.
func compare(p, t symbols) tri {
	switch {
	case glob(p, t):
		return yes
	case !slices.ContainsFunc(p.runes, isHole) && !slices.ContainsFunc(t.runes, isHole), !mayMatch(p, t):
		return no
	default:
		return unknown
	}
}

// glob matches a pattern and a text, with a hole as a character that * matches and ? does not.
func glob(p, t symbols) bool {
	i, j, star, mark := 0, 0, -1, 0
	for j < len(t.runes) {
		switch {
		case i < len(p.runes) && p.runes[i] == anyText:
			star, mark = i, j
			i++
		case i < len(p.runes) && same(p, i, t, j):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p.runes) && p.runes[i] == anyText {
		i++
	}
	return i == len(p.runes)
}

func same(p symbols, i int, t symbols, j int) bool {
	a, b := p.runes[i], t.runes[j]
	if isHole(a) || isHole(b) {
		return isHole(a) && isHole(b) && p.holes[firstHole-a] == t.holes[firstHole-b]
	}
	return a == b || a == anyRune
}

// mayContain reports whether the hole at i may contain a rune, or whatever a wildcard or another hole stands for.
func (s *symbols) mayContain(i int, r rune) bool {
	return !s.holes[firstHole-s.runes[i]].word || r < 0 || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// mayMatch reports whether the pattern matches for some contents of the holes.
func mayMatch(p, t symbols) bool {
	for len(p.runes) > 0 && len(t.runes) > 0 && p.runes[0] >= 0 && t.runes[0] >= 0 {
		if p.runes[0] != t.runes[0] { // most texts that do not match differ early
			return false
		}
		p, t = p.part(1, len(p.runes)), t.part(1, len(t.runes))
	}
	// row[j] is true if the pattern from i on may match the text from j on, for i from the end to the start; next is the row of i+1.
	row, next := make([]bool, len(t.runes)+1), make([]bool, len(t.runes)+1)
	for i := len(p.runes); i >= 0; i-- {
		for j := len(t.runes); j >= 0; j-- {
			inP, inT := i < len(p.runes), j < len(t.runes)
			switch {
			case inP && p.runes[i] == anyText:
				row[j] = next[j] || inT && row[j+1]
			case inP && isHole(p.runes[i]):
				row[j] = next[j] || inT && row[j+1] && p.mayContain(i, t.runes[j])
			case inT && isHole(t.runes[j]):
				row[j] = row[j+1] || inP && next[j] && t.mayContain(j, p.runes[i])
			case inP && inT:
				row[j] = same(p, i, t, j) && next[j+1]
			default:
				row[j] = !inP && !inT
			}
		}
		row, next = next, row
	}
	return next[0]
}
