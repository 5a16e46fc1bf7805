package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/cfnpipe/cfnpipe/pipeline/spec"
	"github.com/cfnpipe/cfnpipe/stages"
)

// Missing says which files and directories that the system names are not in a checked-out repository: sources of functions, their handlers
// where no build command makes them, contexts of images and their Dockerfiles.
func (y *System) Missing(repository *os.Root) []spec.Problem {
	var problems []spec.Problem
	for _, e := range y.Environments() {
		if e.Index < 0 {
			continue // it is not in pipeline.yaml
		}
		for i, c := range e.Code() {
			at := c.At
			switch {
			case !isDirectory(repository, c.Path):
				problems = append(problems, spec.Problem{
					Path: at, Message: "the repository has no directory " + c.Path, Hint: "correct the path, or add the directory before you push",
				})
			case c.Kind == stages.Image:
				if file := path.Join(c.Path, c.Details.Get("dockerfile").Text); !isFile(repository, file) {
					problems = append(problems, spec.Problem{
						Path: at, Message: "the repository has no file " + file, Hint: "correct context or dockerfile, or add the file before you push",
					})
				}
			case i < len(e.Functions): // functions come first
				f := e.Functions[i]
				if files := handlerFiles(f); len(files) > 0 && !hasOne(repository, f.Source, files) {
					problems = append(problems, spec.Problem{
						Path:    strings.TrimSuffix(at, ".source") + ".handler",
						Message: fmt.Sprintf("the repository has no file %s for the handler %s", path.Join(f.Source, files[0]), f.Handler),
						Hint:    "correct source or handler, or add the file before you push",
					})
				}
			}
		}
	}
	return problems
}

// handlerFiles are the files, below the source of a function, of which one has its handler; none where a build may make it, or the runtime
// finds it in another way.
func handlerFiles(f spec.Function) []string {
	directory, file := path.Split(f.Handler)
	switch family := strings.TrimRight(f.Runtime, "0123456789.x"); {
	case f.Build != "" || len(f.Layers) > 0:
		return nil // either may bring the file
	case family == "python":
		module := strings.ReplaceAll(strings.TrimSuffix(f.Handler, path.Ext(f.Handler)), ".", "/")
		return []string{module + ".py", module + "/__init__.py"}
	case family == "nodejs":
		module, _, _ := strings.Cut(file, ".")
		module = directory + module
		return []string{module + ".js", module + ".mjs", module + ".cjs"}
	case family == "ruby":
		module, _, _ := strings.Cut(file, ".")
		return []string{directory + module + ".rb"}
	case strings.HasPrefix(f.Runtime, "provided"):
		return []string{"bootstrap"}
	}
	return nil
}

func hasOne(root *os.Root, directory string, files []string) bool {
	for _, name := range files {
		if isFile(root, path.Join(directory, name)) {
			return true
		}
	}
	return false
}

// isDirectory says whether a directory is there; one that cannot be looked at may be.
func isDirectory(root *os.Root, name string) bool {
	info, err := root.Stat(path.Clean(name))
	return err == nil && info.IsDir() || err != nil && !errors.Is(err, fs.ErrNotExist)
}

func isFile(root *os.Root, name string) bool {
	info, err := root.Stat(path.Clean(name))
	return err == nil && !info.IsDir() || err != nil && !errors.Is(err, fs.ErrNotExist)
}
