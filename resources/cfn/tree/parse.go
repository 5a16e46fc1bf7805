package tree

import (
	"bytes"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// Limits of what is read, far above any template (CloudFormation takes 1 MB): a hostile file must end in an error, not in
// all of the memory.
const (
	maxNodes = 1_000_000
	maxDepth = 1_000
)

// SyntaxError says why a file could not be read. Its text starts with the position, so it can follow a file name and a colon.
type SyntaxError struct {
	// Line is 1-based.
	Line int
	// Column is 1-based; 0 when it is unknown.
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

// Parse reads JSON when the name ends in .json, else YAML. Every error is a *SyntaxError.
func Parse(name string, src []byte) (*Node, error) {
	if isNamedJSON(name) {
		return ParseJSON(src)
	}
	return ParseYAML(src)
}

func isNamedJSON(name string) bool { return strings.EqualFold(filepath.Ext(name), ".json") }

// checkEncoding refuses what is not UTF-8, since readers either replace it silently or give no position. It returns src
// without a byte order mark.
func checkEncoding(src []byte) ([]byte, error) {
	if !utf8.Valid(src) {
		line, start := 1, 0
		for i := 0; i < len(src); {
			r, size := utf8.DecodeRune(src[i:])
			if r == utf8.RuneError && size == 1 {
				return nil, &SyntaxError{Line: line, Column: i - start + 1, Message: "this is not UTF-8: save the file as UTF-8"}
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

// lineNumber fits a line into a Node.
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
