package tree

import (
	"bytes"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Limits of a parsed file, far above any template (the CloudFormation limit is 1 MB), so that a malicious file leads to an error and does not
// use up the memory.
const (
	maxNodes = 1_000_000
	maxDepth = 1_000
)

// SyntaxError says why a file could not be parsed. Its text starts with the position, to be appended to a file name and a colon.
type SyntaxError struct {
	// Line is from 1.
	Line int
	// Column is from 1; 0 if it is unknown.
	Column  int
	Message string
}

// Error returns line:column: message.
func (e *SyntaxError) Error() string {
	if e.Column == 0 {
		return fmt.Sprintf("%d: %s", e.Line, e.Message)
	}
	return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Message)
}

// Parse parses JSON if the name ends in .json, else YAML. Every error is a *SyntaxError.
func Parse(name string, src []byte) (*Node, error) {
	if isNamedJSON(name) {
		return ParseJSON(src)
	}
	return ParseYAML(src)
}

func isNamedJSON(name string) bool { return strings.EqualFold(filepath.Ext(name), ".json") }

// checkEncoding returns src without a byte order mark, or an error with the position of the first byte that is not UTF-8, because parsers replace
// such bytes silently or report no position.
func checkEncoding(src []byte) ([]byte, error) {
	if !utf8.Valid(src) {
		line, start := 1, 0
		for i := 0; i < len(src); {
			r, size := utf8.DecodeRune(src[i:])
			if r == utf8.RuneError && size == 1 {
				return nil, &SyntaxError{Line: line, Column: i - start + 1, Message: "not valid UTF-8: save the file as UTF-8"}
			}
			i += size
			if r == '\n' {
				line, start = line+1, i
			}
		}
	}
	return bytes.TrimPrefix(src, []byte("\ufeff")), nil
}

func duplicateKey(key string, line, column int) error {
	return &SyntaxError{Line: line, Column: column, Message: fmt.Sprintf("the key %q appears twice in one mapping: remove one of them", key)}
}

// lineNumber converts a line to the type that a Node has, or to 0 if it does not fit.
func lineNumber(line int) int32 {
	if line < 0 || line > math.MaxInt32 {
		return 0
	}
	return int32(line)
}

func columnNumber(column int) uint16 {
	if column < 0 || column > math.MaxUint16 {
		return 0
	}
	return uint16(column)
}
