package spec

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Problem is one thing that is wrong with a Spec.
type Problem struct {
	// Path of the value, such as environments[1].account. What an environment gets of the application stands under
	// environments[1].application, wherever it was written.
	Path string
	// Message says what is wrong.
	Message string
	// Hint says what to do; may be empty.
	Hint string
}

// Error is a Problem with its place in the file. Its Path is the one that was written: what an environment took over from
// the application is application.buckets[0].name again, what its overrides changed overrides.prod.buckets[0].name.
type Error struct {
	// File as given to Load; "" when the Spec was built in Go.
	File string
	// Line and Column count from 1, Column in characters. Both are 0 when the problem has no place in the file.
	Line, Column int
	Problem

	cause error // what the operating system said, for errors.Is
}

// Error is one line: file:line:column: path: message; hint.
func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File)
		if e.Line > 0 {
			fmt.Fprintf(&b, ":%d:%d", e.Line, e.Column)
		}
		b.WriteString(": ")
	}
	if e.Path != "" {
		b.WriteString(e.Path + ": ")
	}
	b.WriteString(e.Message)
	if e.Hint != "" {
		b.WriteString("; " + e.Hint)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.cause }

// Errors is everything that is wrong with a Spec, in the order of the file.
type Errors []*Error

// Error is one line per problem.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.Is and errors.As every single *Error.
func (e Errors) Unwrap() []error {
	errs := make([]error, len(e))
	for i, err := range e {
		errs[i] = err
	}
	return errs
}

// Errors gives problems that any layer found in s their places in the file, as an error of type Errors; nil when there are
// none. A path without a place of its own, such as that of a missing field, gets the place of its nearest parent.
func (s *Spec) Errors(problems []Problem) error {
	errs := make(Errors, 0, len(problems))
	for _, p := range problems {
		errs = append(errs, s.locate(p))
	}
	return errs.orNil()
}

type position struct {
	line, column int
	path         string // as written; differs from the key for environments[1].application
	null         bool
}

// says whether the file has a value at path, be it zero or false. Without a file, nothing is said.
func (s *Spec) says(path string) bool {
	at, ok := s.positions[path]
	return ok && !at.null
}

// locate turns the path of p into a place and into the path that was written.
func (s *Spec) locate(p Problem) *Error {
	for known := p.Path; ; known = parentPath(known) {
		if at, ok := s.positions[known]; ok {
			p.Path = at.path + p.Path[len(known):]
			return &Error{File: s.file, Line: at.line, Column: at.column, Problem: p}
		}
		if known == "" {
			return &Error{File: s.file, Problem: p}
		}
	}
}

// orNil sorts by place, drops what was found twice (in two environments, say), and is nil when nothing is left.
func (e Errors) orNil() error {
	slices.SortStableFunc(e, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Path, b.Path), byNumber(a.Message, b.Message), cmp.Compare(a.Hint, b.Hint))
	})
	e = slices.CompactFunc(e, func(a, b *Error) bool {
		return a.Line == b.Line && a.Column == b.Column && a.Problem == b.Problem
	})
	if len(e) == 0 {
		return nil
	}
	return e
}

// byNumber compares texts, and numbers in them by their size: a.yaml:9:1 comes before a.yaml:10:1.
func byNumber(a, b string) int {
	isDigit := func(c byte) bool { return '0' <= c && c <= '9' }
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	for i > 0 && isDigit(a[i-1]) { // the number in which they differ begins here
		i--
	}
	digits := func(s string) int {
		n := 0
		for i+n < len(s) && isDigit(s[i+n]) {
			n++
		}
		return n
	}
	if m, n := digits(a), digits(b); m > 0 && n > 0 {
		return cmp.Or(cmp.Compare(m, n), cmp.Compare(a, b))
	}
	return cmp.Compare(a, b)
}

// parentPath of environments[1].account is environments[1]; of project, "".
func parentPath(path string) string {
	return path[:max(0, strings.LastIndexAny(path, ".["))]
}

// PathOf the value that a mapping at a path has under a key.
func PathOf(path, key string) string { return join(path, key) }

// join a path and the name of a field or a key in it; a key that would be misread in a path stands in quotes.
func join(path, name string) string {
	step := stepTo(name)
	if path == "" {
		step = strings.TrimPrefix(step, ".")
	}
	return path + step
}

// index of an item in the list at path.
func index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

func stepTo(name string) string {
	if name != "" && only(name, "_-") {
		return "." + name
	}
	return "[" + strconv.Quote(name) + "]"
}
