package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// maxSize of pipeline.yaml in bytes. The largest sensible file has some ten thousand.
const maxSize = 1 << 20

// howToStart is a hint for who has no file yet.
const howToStart = `see "cfnpipe generate --help" for the smallest one`

// Load reads and checks a pipeline.yaml, and reads the templates that it names. What is wrong comes as Errors, all of the file at once: with
// what the checks of other layers find in a Spec that is wrong. They are not asked about one that is right, which those layers can build.
func Load(file string, checks ...func(*Spec) []Problem) (*Spec, error) {
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fileError(file, err, "there is no such file", "name another, or "+howToStart)
	case err != nil:
		return nil, fileError(file, err, "cannot be read: "+reason(err), "")
	case info.IsDir():
		return nil, fileError(file, nil, "is a directory", "name the file in it, such as "+filepath.Join(file, "pipeline.yaml"))
	case !info.Mode().IsRegular():
		return nil, fileError(file, nil, "is a pipe or device", "name a regular file")
	case info.Size() > maxSize:
		return nil, tooLarge(file, info.Size())
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fileError(file, err, "cannot be read: "+reason(err), "")
	}
	defer f.Close()                                      //nolint:errcheck // only read from
	src, err := io.ReadAll(io.LimitReader(f, maxSize+1)) // the file may have grown
	if err != nil {
		return nil, fileError(file, err, "cannot be read: "+reason(err), "")
	}
	return parse(file, src, func(s *Spec) []*Error { return s.readTemplates(filepath.Dir(file)) }, checks...)
}

// Parse is Load for the text of a file; file only names it in messages. It reads no templates.
func Parse(file string, src []byte) (*Spec, error) {
	return parse(file, src, func(*Spec) []*Error { return nil })
}

func parse(file string, src []byte, readTemplates func(*Spec) []*Error, checks ...func(*Spec) []Problem) (*Spec, error) {
	r := &report{file: file, failed: map[string]bool{}}
	return r.parse(src, readTemplates, checks...)
}

func (r *report) parse(src []byte, readTemplates func(*Spec) []*Error, checks ...func(*Spec) []Problem) (*Spec, error) {
	if len(src) > maxSize {
		return nil, tooLarge(r.file, int64(len(src)))
	}
	doc := r.parseYAML(bytes.TrimPrefix(src, []byte("\ufeff")))
	if doc == nil {
		return nil, r.errs.orNil()
	}
	root := r.expand(doc)
	s := &Spec{file: r.file, positions: map[string]position{}, failed: r.failed}
	d := decoder{report: r, positions: s.positions}
	d.root(root, s)
	if r.failed[""] {
		return nil, r.errs.orNil()
	}
	s.Resolve()
	d.applications(root, s)
	r.check(s, s.Validate())
	for _, e := range readTemplates(s) {
		if !r.hasFailed(e.Path) {
			r.errs = append(r.errs, e)
		}
	}
	if len(r.errs) == 0 {
		return s, nil
	}
	for _, e := range r.errs {
		r.failed[e.Path] = true // nothing more is said of what is wrong already
	}
	for _, check := range checks {
		r.check(s, check(s))
	}
	return nil, r.errs.orNil()
}

func fileError(file string, cause error, message, hint string) error {
	return Errors{{File: file, Problem: Problem{Message: message, Hint: hint}, cause: cause}}
}

func tooLarge(file string, size int64) error {
	return fileError(file, nil, fmt.Sprintf("has %d bytes, at most %d are allowed", size, maxSize), "is it the right file?")
}

// reason without the path, which the message names already.
func reason(err error) string {
	if p := new(fs.PathError); errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
