package spec

import (
	"reflect"
	"strconv"
	"strings"
)

// report collects what is wrong while a file is read.
type report struct {
	file   string
	errs   Errors
	failed map[string]bool // paths as written whose value could not be read: nothing more is said about them
	fields map[reflect.Type][]structField
	added  map[string]*addition // items of overrides that the application does not have, by their paths as written
	// How much was read, which has limits so that no file takes long: values that aliases stood for, and values of all environments.
	aliased, values int
}

func (r *report) add(line, column int, p Problem) {
	r.errs = append(r.errs, &Error{File: r.file, Line: line, Column: column, Problem: p})
}

// at reports a value that could not be read.
func (r *report) at(n *node, message, hint string) {
	path := n.path()
	r.add(n.line, n.column, Problem{Path: path, Message: message, Hint: hint})
	r.failed[path] = true
}

// check adds the problems that do not just follow from a value that could not be read.
func (r *report) check(s *Spec, problems []Problem) {
	for _, p := range problems {
		if err := s.locate(p); !r.hasFailed(err.Path) && !r.lacks(err) {
			r.errs = append(r.errs, err)
		}
	}
	r.incomplete()
}

func (r *report) hasFailed(path string) bool {
	for ; path != ""; path = parentPath(path) {
		if r.failed[path] {
			return true
		}
	}
	return false
}

// shorten text that is repeated in a message.
func shorten(text string) string {
	const most = 60
	text, _, _ = strings.Cut(text, "\n")
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case !strconv.IsPrint(r):
			return '\uFFFD' // no control character reaches a terminal
		default:
			return r
		}
	}, text)
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}
