package spec

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxTemplate is how many bytes a template may have in S3 (CloudFormation quotas).
const maxTemplate = 1_000_000

// readTemplates of the application's own stacks, below the directory of pipeline.yaml, each once.
func (s *Spec) readTemplates(directory string) []*Error {
	read := map[string]template{}
	var root *os.Root
	var errs []*Error
	for i := range s.Environments {
		stacks := s.Environments[i].Application.Stacks
		for k := range stacks {
			name := stacks[k].Template
			if !isPlain(name) || !isBelow(name) || isBlank(name) || len(name) > maxPath {
				continue // said elsewhere
			}
			if root == nil {
				var err error
				if root, err = os.OpenRoot(directory); err != nil {
					return append(errs, &Error{File: s.file, Problem: Problem{Message: "its directory cannot be read: " + reason(err)}, cause: err})
				}
				defer root.Close() //nolint:errcheck // only read from
			}
			t, ok := read[name]
			if !ok {
				t = readTemplate(root, name)
				read[name] = t
			}
			stacks[k].Content = t.content
			if t.problem.Message != "" {
				p := t.problem
				p.Path = join(index(join(join(index("environments", i), "application"), "stacks"), k), "template")
				e := s.locate(p)
				e.cause = t.cause
				errs = append(errs, e)
			}
		}
	}
	return errs
}

// template is a file, or what is wrong with it.
type template struct {
	content []byte
	problem Problem
	cause   error
}

func readTemplate(root *os.Root, name string) template {
	bad := func(cause error, message, hint string) template {
		return template{problem: Problem{Message: message, Hint: hint}, cause: cause}
	}
	cannot := func(err error) template {
		return bad(err, "cannot be read: "+reason(err), "the file, and what it is a link to, must stand below the directory of pipeline.yaml")
	}
	info, err := root.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return bad(err, "there is no such file", "write its path from the directory of pipeline.yaml")
	case err != nil:
		return cannot(err)
	case info.IsDir():
		return bad(nil, "is a directory", "name a file")
	case !info.Mode().IsRegular():
		return bad(nil, "is a pipe or device", "name a regular file")
	}
	f, err := root.Open(name)
	if err != nil {
		return cannot(err)
	}
	defer f.Close() //nolint:errcheck // only read from
	content, err := io.ReadAll(io.LimitReader(f, maxTemplate+1))
	switch {
	case err != nil:
		return cannot(err)
	case len(content) > maxTemplate:
		return bad(nil, fmt.Sprintf("has %d bytes, CloudFormation allows %d", max(info.Size(), maxTemplate+1), maxTemplate),
			"put a part of it into another stack")
	}
	return template{content: content}
}
