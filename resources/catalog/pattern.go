package catalog

import "strings"

// segment stands in a pattern for any text without a slash.
const segment = '\x00'

// wildcards writes the variable parts of a form, ${…} and <…>, as *; or as a segment, where names have no slashes: a bucket is no object, a table no index.
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

// overlap says whether some text matches both patterns; * stands for any text, ? for any character.
func overlap(a, b string) bool {
	// reached[j]: what was read of a, and b[:j], have a text in common
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
				// stands for nothing, or for what the other side has here
				next[j+1] = reached[j+1] && (isMany(a[i]) || b[j] != segment || a[i] != '/') || next[j] && (isMany(b[j]) || a[i] != segment || b[j] != '/')
			} else {
				next[j+1] = reached[j] && (a[i] == b[j] || a[i] == '?' || b[j] == '?')
			}
		}
		reached, next = next, reached
	}
	return reached[len(b)]
}

// isMany says whether a character of a pattern stands for any number of others.
func isMany(c byte) bool { return c == '*' || c == segment }

// overlapARN says whether some ARN matches both patterns. A wildcard stays in its part of an ARN, but one that ends the pattern stands for the rest too.
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
