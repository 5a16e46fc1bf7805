package spec

import (
	"fmt"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"
)

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

// place is an account and region, and what messages call it.
type place struct {
	name    string
	account Account
}

func (v *validator) home() place { return place{"the toolchain", v.spec.Toolchain} }

func inEnvironment(e *Environment) place {
	return place{"environment " + strconv.Quote(shorten(e.Name)), e.Account}
}

// atHome checks that an ARN is the toolchain's.
func (v *validator) atHome(at string, arn []string, hint string) { v.within(at, arn, v.home(), hint) }

// within checks that the parts of an ARN are of a place's partition, region and account. Global things have no region.
func (v *validator) within(at string, arn []string, where place, hint string) {
	a := where.account
	if isRegion(a.Region) && arn[1] != a.Partition() {
		v.add(at, fmt.Sprintf("is in the partition %q, but %s is in %s", shorten(arn[1]), where.name, a.Partition()), "write arn:"+a.Partition())
	}
	if isRegion(a.Region) && arn[3] != a.Region && arn[2] != "iam" {
		v.add(at, fmt.Sprintf("is in the region %q, but %s is in %s", shorten(arn[3]), where.name, a.Region), hint)
	}
	if isAccount(a.Account) && arn[4] != a.Account {
		v.add(at, fmt.Sprintf("is in the account %q, but %s is %s", shorten(arn[4]), where.name, a.Account), hint)
	}
}

func isUUID(id string) bool {
	parts := strings.Split(id, "-")
	if len(parts) != 5 {
		return false
	}
	for i, length := range []int{8, 4, 4, 4, 12} {
		if len(parts[i]) != length || !all(parts[i], isHex) {
			return false
		}
	}
	return true
}

func isHex(r rune) bool { return isDigit(r) || 'a' <= r && r <= 'f' }

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

// checkBranch checks what git calls a branch, less the characters that are patterns to CodePipeline or special to a shell.
func checkBranch(v *validator, at, branch string) {
	const most = 255 // CodePipeline: a pattern of a trigger
	if !v.given(at, branch, "write the name of a branch, such as main") {
		return
	}
	switch {
	case len(branch) > most:
		v.add(at, fmt.Sprintf("has %d characters, CodePipeline allows %d", len(branch), most), "")
	case !only(branch, "._-/+@#="):
		v.add(at, strconv.Quote(shorten(branch))+" has characters other than letters, digits and . _ - / + @ # =", "write the name of one branch")
	case !isBranch(branch):
		v.add(at, strconv.Quote(shorten(branch))+" is no name that git allows for a branch", "see git check-ref-format")
	}
}

func isBranch(branch string) bool {
	for part := range strings.SplitSeq(branch, "/") {
		if part == "" || part[0] == '.' || strings.HasSuffix(part, ".lock") {
			return false
		}
	}
	return branch[0] != '-' && branch != "@" && branch != "HEAD" && !strings.Contains(branch, "..") && !strings.HasSuffix(branch, ".")
}

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

// checkCommandLength keeps buildspecs short; they have a limit.
func checkCommandLength(v *validator, at, command string) {
	const most = 1000
	if n := utf8.RuneCountInString(command); n > most {
		v.add(at, fmt.Sprintf("has %d characters, at most %d are allowed", n, most), "put what is longer into a script")
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
