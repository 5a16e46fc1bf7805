package catalog

import "strings"

// segment matches any text without a slash in a pattern.
const segment = '\x00'

// wildcards replaces the variable parts of a form, ${…} and <…>, by *, or by segment for names without slashes: the ARN of a bucket does not match
// an object, nor that of a table an index.
func wildcards(form string) string {
	var b strings.Builder
	for form != "" {
		start := strings.IndexAny(form, "$<")
		if start < 0 {
			break
		}
		end := strings.IndexAny(form[start:], "}>")
		if end < 0 {
			break
		}
		b.WriteString(form[:start])
		switch form[start : start+end+1] {
		case "${BucketName}", "${TableName}":
			b.WriteByte(segment)
		default:
			b.WriteByte('*')
		}
		form = form[start+end+1:]
	}
	return b.String() + form
}

// overlap reports whether a text exists that matches both patterns. * matches any text, ? any character.
func overlap(a, b string) bool {
	// reached[j] is true if the characters of a read so far and b[:j] overlap
	reached := make([]bool, len(b)+1)
	reached[0] = true
	for j := range b {
		reached[j+1] = reached[j] && isMany(b[j])
	}
	next := make([]bool, len(b)+1)
	for i := range a {
		next[0] = reached[0] && isMany(a[i])
		for j := range b {
			if isMany(a[i]) || isMany(b[j]) {
				// it matches no character, or the character of the other pattern
				next[j+1] = reached[j+1] && (isMany(a[i]) || b[j] != segment || a[i] != '/') || next[j] && (isMany(b[j]) || a[i] != segment || b[j] != '/')
			} else {
				next[j+1] = reached[j] && (a[i] == b[j] || a[i] == '?' || b[j] == '?')
			}
		}
		reached, next = next, reached
	}
	return reached[len(b)]
}

// isMany reports whether a character of a pattern matches any number of characters.
func isMany(c byte) bool { return c == '*' || c == segment }

// overlapARN reports whether an ARN exists that matches both patterns. A wildcard matches within its part of the ARN, but at the end of the pattern, it
// also matches all following parts.
func overlapARN(a, b string) bool {
	const parts = 6 // arn:partition:service:region:account:resource, which may contain more colons
	left, right := strings.SplitN(a, ":", parts), strings.SplitN(b, ":", parts)
	for i := range min(len(left), len(right)) {
		if !overlap(left[i], right[i]) {
			return false
		}
	}
	switch {
	case len(left) < len(right):
		return strings.HasSuffix(a, "*")
	case len(left) > len(right):
		return strings.HasSuffix(b, "*")
	default:
		return true
	}
}
