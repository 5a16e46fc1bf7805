package tree

import (
	"strings"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// appendLine appends a string on one line: plain if every parser reads it as that string, else quoted.
func appendLine(dst []byte, s string) []byte {
	if isPlain(s) {
		return append(dst, s...)
	}
	for _, r := range s {
		if !isVisible(r) {
			return appendDoubleQuoted(dst, s)
		}
	}
	dst = append(dst, '\'')
	for i := range len(s) {
		if s[i] == '\'' {
			dst = append(dst, '\'')
		}
		dst = append(dst, s[i])
	}
	return append(dst, '\'')
}

// isPlain reports whether a string needs no quotes, for parsers of YAML 1.1 and 1.2. It returns true only for strings that are known to be safe.
func isPlain(s string) bool {
	if s == "" || isWord(s) {
		return false
	}
	number := false
	switch c := s[0]; {
	case c|0x20 == 'e' && len(s) > 1 && !isLetter(s[1]):
		number = true // e1 is a number for the npm package yaml
	case isLetter(c), c == '_', c == '/', c == '$', c == '(':
	case isDigit(c), c == '.':
		number = true
	default:
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c > '~':
			return false
		case c == ':' && (i+1 == len(s) || s[i+1] == ' '):
			return false // a key
		case c == ' ' && (i+1 == len(s) || s[i+1] == '#'):
			return false // a trailing space and a comment would be lost
		case number && isForeign(c):
			number = false
		}
	}
	return !number
}

// isWord reports whether a parser may read s as a boolean or a null.
func isWord(s string) bool {
	switch len(s) {
	case 1:
		return strings.EqualFold(s, "y") || strings.EqualFold(s, "n")
	case 2:
		return strings.EqualFold(s, "no") || strings.EqualFold(s, "on")
	case 3:
		return strings.EqualFold(s, "yes") || strings.EqualFold(s, "off")
	case 4:
		return strings.EqualFold(s, "true") || strings.EqualFold(s, "null")
	case 5:
		return strings.EqualFold(s, "false")
	default:
		return false
	}
}

// isForeign reports whether c is in no number and no date of any base and YAML version, such as 0x1f, 0b1, 0o7, 1e3, .inf, .nan, 12:30:45 and
// 2010-09-09T00:00:00Z.
func isForeign(c byte) bool {
	return c == '/' || isLetter(c) && !strings.ContainsRune("abcdefinotxz", rune(c|0x20))
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isVisible reports whether a character is written unescaped. YAML does not allow unescaped control characters, byte order marks and Unicode line
// breaks. Unusual spaces and characters that change the direction of text would mislead a reviewer. The ranges are literal, because package
// unicode differs between versions of Go.
func isVisible(r rune) bool {
	switch {
	case r < ' ', 0x7f <= r && r <= 0xa0, r == 0xad, r == 0x61c, r == 0x180e:
		return false
	case 0x2000 <= r && r <= 0x200f, 0x2028 <= r && r <= 0x202f, 0x205f <= r && r <= 0x206f, r == 0x3000:
		return false
	case 0xd800 <= r && r <= 0xf8ff, r == 0xfeff, 0xfff0 <= r && r <= 0xffff:
		return false
	default:
		return true
	}
}

// isLiteral reports whether a string has several lines and can be written as a literal block.
func isLiteral(s string) bool {
	lines, content := false, false
	for _, r := range s {
		switch {
		case r == '\n':
			lines = true
		case r == ' ', r == '\t':
		case !isVisible(r):
			return false
		default:
			content = true
		}
	}
	// Parsers disagree on texts of blank lines only, and on spaces in the last line.
	body := strings.TrimRight(s, "\n")
	last := body[strings.LastIndexByte(body, '\n')+1:]
	return lines && content && strings.Trim(last, " \t") != ""
}

// appendDoubleQuoted appends a quoted string, with escapes that both YAML and JSON have.
func appendDoubleQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for _, r := range s {
		switch {
		case r == '"', r == '\\':
			dst = append(dst, '\\', byte(r))
		case r == '\n':
			dst = append(dst, `\n`...)
		case r == '\r':
			dst = append(dst, `\r`...)
		case r == '\t':
			dst = append(dst, `\t`...)
		case !isVisible(r):
			dst = appendEscape(dst, r)
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return append(dst, '"')
}

// appendEscape appends an escape such as \u1234, which both YAML and JSON have. No character that isVisible rejects needs a longer one.
func appendEscape(dst []byte, r rune) []byte {
	return append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}
