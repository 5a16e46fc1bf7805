package spec

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// only says whether text has nothing but ASCII letters, digits and characters of more.
func only(text, more string) bool {
	for _, r := range text {
		if !isLetter(r) && !isDigit(r) && !strings.ContainsRune(more, r) {
			return false
		}
	}
	return true
}

func isLower(r rune) bool  { return 'a' <= r && r <= 'z' }
func isLetter(r rune) bool { return isLower(r) || 'A' <= r && r <= 'Z' }
func isDigit(r rune) bool  { return '0' <= r && r <= '9' }

// all says whether text is not empty and every character passes.
func all(text string, pass func(rune) bool) bool {
	return text != "" && strings.IndexFunc(text, func(r rune) bool { return !pass(r) }) < 0
}

// refused describes the first character of text that no value may hold and says what to do, "" when there is none: control characters
// but new line and tab, the line separators that YAML counts as lines and editors do not, and characters that reorder what is shown.
func refused(text string) (what, hint string) {
	if !utf8.ValidString(text) {
		return "bytes that are not UTF-8", "remove them"
	}
	for _, r := range text {
		switch {
		case r == '\n' || r == '\t':
		case unicode.IsControl(r):
			return fmt.Sprintf("the control character U+%04X", r), "only new lines and tabs are allowed"
		case r == '\u2028' || r == '\u2029':
			return fmt.Sprintf("the line separator U+%04X", r), "remove it"
		case '\u202a' <= r && r <= '\u202e' || '\u2066' <= r && r <= '\u2069':
			return fmt.Sprintf("the character U+%04X, which changes the direction of text", r), "remove it"
		}
	}
	return "", ""
}

// isLine says whether text is printable and has no line breaks; empty text is.
func isLine(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 && utf8.ValidString(text)
}

// isBlank says whether text shows nothing.
func isBlank(text string) bool { return strings.TrimSpace(text) == "" }

// isVariable matches [A-Za-z_][A-Za-z0-9_]*.
func isVariable(name string) bool {
	return name != "" && only(name, "_") && !isDigit(rune(name[0]))
}
