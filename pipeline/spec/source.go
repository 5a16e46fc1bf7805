package spec

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Source is the repository that the pipelines read, through AWS CodeConnections.
type Source struct {
	// Connection is the ARN of the connection, made by hand in the toolchain account and region.
	Connection string `yaml:"connection"`
	// Repository as owner/name.
	Repository string `yaml:"repository"`
	// File is the path of pipeline.yaml in the repository. Default pipeline.yaml.
	File string `yaml:"file"`
}

func (s *Source) setDefaults(Type) { s.File = defaultFile }

const defaultFile = "pipeline.yaml"

func (*Source) shape() string {
	return "{ connection: arn:aws:codeconnections:…, repository: acme/shop }"
}

func checkSource(v *validator) {
	s := v.spec.Source
	checkConnection(v, "source.connection", s.Connection)
	checkSourceRepository(v, "source.repository", s.Repository)
	checkFile(v, "source.file", s.File)
}

// checkConnection checks the ARN of a connection, which must be in the account of the pipelines.
func checkConnection(v *validator, at, arn string) {
	const hint = "copy it from Developer Tools, Settings, Connections: arn:aws:codeconnections:<region>:<account>:connection/<id>"
	if !v.given(at, arn, hint) {
		return
	}
	p := strings.SplitN(arn, ":", 6)
	if len(p) < 6 || p[0] != "arn" {
		v.add(at, strconv.Quote(shorten(arn))+" is not an ARN", hint)
		return
	}
	if p[2] != "codeconnections" && p[2] != "codestar-connections" {
		v.add(at, fmt.Sprintf("belongs to the service %q", shorten(p[2])), "use a connection of codeconnections or codestar-connections")
	}
	if isRegion(p[3]) { // connections are there for all regions of their partition (Developer Tools console, global resources)
		p[3] = v.spec.Toolchain.Region
	}
	v.atHome(at, p, "make a connection there")
	if id, ok := strings.CutPrefix(p[5], "connection/"); !ok || !isUUID(id) {
		v.add(at, strconv.Quote(shorten(p[5]))+" is not connection/ and its id", hint)
	}
}

func checkSourceRepository(v *validator, at, repository string) {
	hint := "write owner/name, such as acme/shop"
	if !v.given(at, repository, hint) || isRepository(repository) {
		return
	}
	if bare := bareRepository(repository); isRepository(bare) {
		hint = "write " + bare
	}
	v.add(at, strconv.Quote(shorten(repository))+" is not the owner and name of a repository", hint)
}

// isRepository matches owner/name; groups of GitLab add parts in between.
func isRepository(repository string) bool {
	parts := strings.Split(repository, "/")
	for _, p := range parts {
		if strings.Trim(p, ".") == "" || p[0] == '-' || !only(p, "._-") {
			return false
		}
	}
	return len(parts) >= 2 && len(repository) <= 255 && !strings.HasSuffix(repository, ".git")
}

// bareRepository takes owner/name out of an address to clone from.
func bareRepository(address string) string {
	address = strings.TrimSuffix(address, ".git")
	if _, rest, ok := strings.Cut(address, "://"); ok {
		_, repository, _ := strings.Cut(rest, "/")
		return repository
	}
	if _, repository, ok := strings.Cut(address, ":"); ok {
		return repository
	}
	return address
}

// checkFile checks a path in the repository; it reaches a shell.
func checkFile(v *validator, at, file string) {
	const hint = "write a path from the root of the repository, such as infra/pipeline.yaml"
	if !v.given(at, file, hint) {
		return
	}
	switch {
	case !only(file, "._-/"):
		v.add(at, strconv.Quote(shorten(file))+" has characters other than letters, digits and . _ - /", hint)
	case strings.HasPrefix(file, "/"), path.Clean(file) != file, file == ".", file == "..", strings.HasPrefix(file, "../"), file[0] == '-', len(file) > 255:
		v.add(at, strconv.Quote(shorten(file))+" is not a plain path below the root of the repository", hint)
	}
}

// Generator says which cfnpipe the Build action runs. It is read from the checked-out pipeline.yaml at every run, so that a
// push can upgrade it. At most one of the two is set; neither means the latest version.
type Generator struct {
	// Version of cfnpipe as a Go module version, such as v0.1.0.
	Version string `yaml:"version"`
	// Command to run in place of cfnpipe, such as go run ./cmd/infra; it gets the same arguments.
	Command string `yaml:"command"`
}

func (*Generator) shape() string { return "{ version: v0.1.0 }" }

func checkGenerator(v *validator) {
	g := v.spec.Generator
	if g.Version != "" && g.Command != "" {
		v.add("generator", "has both version and command", "keep one")
	}
	if g.Version != "" && !isVersion(g.Version) {
		hint := "write latest, a version such as v0.1.0, or a commit"
		if isVersion("v" + g.Version) {
			hint = "write v" + g.Version
		}
		v.add("generator.version", strconv.Quote(shorten(g.Version))+" is not a version", hint)
	}
	switch {
	case g.Command == "":
	case isBlank(g.Command) || !isLine(g.Command):
		v.add("generator.command", "is not one line of printable text", "put what is longer into a script")
	default:
		checkCommandLength(v, "generator.command", g.Command)
	}
}

// isVersion admits latest, a commit, and v1.2.3 with what may follow it: nothing that means something to a shell.
func isVersion(version string) bool {
	if version == "latest" {
		return true
	}
	number, ok := strings.CutPrefix(version, "v")
	if !ok {
		return 7 <= len(version) && len(version) <= 40 && all(version, isHex)
	}
	number, build, hasBuild := strings.Cut(number, "+")
	number, pre, hasPre := strings.Cut(number, "-")
	parts := strings.Split(number, ".")
	for _, p := range parts {
		if !all(p, isDigit) || len(p) > 1 && p[0] == '0' {
			return false
		}
	}
	return len(parts) == 3 && len(version) <= 128 && (!hasBuild || isVersionSuffix(build)) && (!hasPre || isVersionSuffix(pre))
}

func isVersionSuffix(suffix string) bool {
	for p := range strings.SplitSeq(suffix, ".") {
		if p == "" || !only(p, "-") {
			return false
		}
	}
	return true
}

// checkCommandLength keeps buildspecs short; they have a limit.
func checkCommandLength(v *validator, at, command string) {
	const most = 1000
	if n := utf8.RuneCountInString(command); n > most {
		v.add(at, fmt.Sprintf("has %d characters, at most %d are allowed", n, most), "put what is longer into a script")
	}
}
