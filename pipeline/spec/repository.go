package spec

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// Repository is a repository of images in each environment, and how its images are built.
type Repository struct {
	// Name is the last part of the repository's name: see Name.
	Name string `yaml:"name"`
	// Context is the directory that docker builds, relative to the root of the source repository; "." is the root itself. Empty:
	// nothing is built.
	Context string `yaml:"context"`
	// Dockerfile below the context. Default Dockerfile.
	Dockerfile string `yaml:"dockerfile"`
	// BuildArguments of docker; no secrets, they stay in the image. No shell reads them: $NAME is refused.
	BuildArguments map[string]string `yaml:"buildArguments,arguments"`
	// Architecture of the image. Default x86_64.
	Architecture Architecture `yaml:"architecture"`
	// Refresh is any text: another one builds the image again though no file has changed.
	Refresh string `yaml:"refresh"`
	// Removal is what becomes of the repository when its stack goes. Default: delete in dev, else retain.
	Removal Removal `yaml:"removal"`
	Only    `yaml:",inline"`
}

// DefaultRepository is what a repository is where pipeline.yaml says nothing else: without a name and a context, and the
// repository goes with its stack in dev alone.
func DefaultRepository(t Type) Repository {
	return Repository{Dockerfile: "Dockerfile", Architecture: X86, Removal: defaultRemoval(t)}
}

func (r *Repository) setDefaults(t Type) { *r = DefaultRepository(t) }

func (*Repository) shape() string { return "{ name: web, context: services/web }" }

func (*Repository) stack() string { return "bootstrap" }

func (r *Repository) check(v *validator, path string, e *Environment) {
	checkRepositoryName(v, join(path, "name"), e.Name, r.Name)
	if r.Context != "" {
		checkDirectory(v, join(path, "context"), r.Context, "services/web")
	}
	if file := join(path, "dockerfile"); v.given(file, r.Dockerfile, "write a path from the context, such as Dockerfile") {
		checkPathBelow(v, file, r.Dockerfile, "the context", "Dockerfile")
	}
	arguments := join(path, "buildArguments")
	for _, name := range slices.Sorted(maps.Keys(r.BuildArguments)) {
		at := join(arguments, name)
		if !isVariable(name) {
			v.add(at, strconv.Quote(shorten(name))+" is no name of a build argument", "use letters, digits and _, beginning with no digit, such as VERSION")
		}
		if !isLine(r.BuildArguments[name]) {
			v.add(at, "is not one line of printable text", "put what is longer into a file of the context")
		}
		if shellVariable(r.BuildArguments[name]) != "" {
			message, hint := unreadVariable(r.BuildArguments[name])
			v.add(at, message, hint)
		}
	}
	oneOfThese(v, join(path, "architecture"), r.Architecture, X86, ARM)
	checkRefresh(v, join(path, "refresh"), r.Refresh)
	r.Removal.check(v, join(path, "removal"), e)
}

// checkRepositoryName checks the last part of the name of a repository of images, and the whole.
func checkRepositoryName(v *validator, at, scope, name string) {
	const hint = "use lower-case letters, digits and dashes between them, such as web"
	const most = limits.RepositoryName
	if !v.given(at, name, hint) {
		return
	}
	if !isNamePart(name) {
		v.add(at, strconv.Quote(shorten(name))+" cannot be part of a repository's name", hint)
		return
	}
	whole := Name(v.spec.Project, scope, name)
	if over := len(whole) - most; over > 0 && isProject(v.spec.Project) && scope != "" {
		v.add(at, fmt.Sprintf("%s has %d characters, ECR allows %d", shorten(whole), len(whole), most), fmt.Sprintf("shorten this name or the project by %d", over))
	}
}

// unreadVariable says why a build argument with something for a shell in it is refused.
func unreadVariable(text string) (message, hint string) {
	return "docker would get the letters " + strconv.Quote(shorten(shellVariable(text))) + ", because no shell reads build arguments",
		"write the value itself; a secret would stay in the image: build an image that needs one elsewhere, and push it to a repository without context"
}

// shellVariable is what a shell would replace in a text, from its first dollar sign on: $NAME, ${NAME} or $(command); "" where there is nothing.
func shellVariable(text string) string {
	for i := range text {
		if text[i] != '$' || i+1 == len(text) || !isLetter(rune(text[i+1])) && !strings.ContainsRune("_{(", rune(text[i+1])) {
			continue
		}
		end := strings.IndexFunc(text[i+1:], func(r rune) bool { return !isLetter(r) && !isDigit(r) && r != '_' })
		switch {
		case text[i+1] == '{' || text[i+1] == '(':
			return text[i:]
		case end >= 0:
			return text[i : i+1+end]
		default:
			return text[i:]
		}
	}
	return ""
}

// checkRefresh checks any text; it is hashed and only has to be readable.
func checkRefresh(v *validator, at, text string) {
	if !isLine(text) {
		v.add(at, "is not one line of printable text", `write any other text, such as "2"`)
	}
}

// repositoriesOf an environment, and of the toolchain, by name; nil where it is not certain which there are.
func repositoriesOf(v *validator, path string, e *Environment) map[string]Repository {
	known, ok := v.images[e]
	if ok {
		return known
	}
	known = map[string]Repository{}
	for _, r := range v.spec.ToolchainStack.Repositories {
		known[r.Name] = Repository{Name: r.Name}
	}
	for _, r := range e.Application.Repositories {
		known[r.Name] = r
	}
	if _, unnamed := known[""]; unnamed || v.unread(join(applicationPath(path), "repositories")) || v.unread("toolchainStack.repositories") {
		known = nil // the one that is meant may be there
	}
	v.images[e] = known
	return known
}
