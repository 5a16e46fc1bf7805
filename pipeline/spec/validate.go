package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Validate says everything that is wrong with s, in no particular order; nothing when it can be built. It expects a Spec
// that was resolved. Parse calls it.
func (s *Spec) Validate() []Problem {
	v := &validator{spec: s, names: map[string]string{}, buckets: map[string]bool{}, repositoryNames: map[string]bool{}}
	for _, e := range s.Environments {
		for _, b := range e.Application.Buckets {
			v.buckets[b.Name] = true
		}
		for _, r := range e.Application.Repositories {
			v.repositoryNames[r.Name] = true
		}
	}
	checkProject(v)
	checkToolchain(v)
	checkSource(v)
	checkGenerator(v)
	checkEnvironments(v)
	checkPipelines(v)
	v.between("maxParallelBuilds", s.MaxParallelBuilds, 1, 50, "builds")
	checkSteps(v)
	checkToolchainStack(v)
	checkLimits(v)
	checkTags(v, "tags", v.spec.Tags)
	checkBoundary(v, "permissionsBoundary", v.spec.PermissionsBoundary)
	checkBoundary(v, "accessBoundary", v.spec.AccessBoundary)
	oneOfThese(v, "keys", s.Keys, EnvironmentKeys, StackKeys, AWSKeys)
	if s.positions == nil && len(s.Overrides) > 0 {
		v.add("overrides", "have no effect in a Spec that is built in Go", "set Environment.Application")
	}
	return v.problems
}

type validator struct {
	spec            *Spec
	names           map[string]string // of environments and pipelines, to the path of the first that has it
	buckets         map[string]bool   // names of those that any environment has
	repositoryNames map[string]bool   // names of those that any environment has
	problems        []Problem
	compared        int // pairs of an action and a resource so far
}

func (v *validator) add(path, message, hint string) {
	v.problems = append(v.problems, Problem{path, message, hint})
}

// isPatient says whether there are few enough problems for hints that take time; those of later ones cost more than they help.
func (v *validator) isPatient() bool { return len(v.problems) < 1000 }

// required is what is said of what is not there.
const required = "is required"

// given says whether a required text is there.
func (v *validator) given(path, value, hint string) bool {
	if value == "" {
		v.add(path, required, hint)
	}
	return value != ""
}

func checkProject(v *validator) {
	const hint = "use lower-case letters, digits and single dashes, beginning with a letter, such as shop"
	p := v.spec.Project
	if !v.given("project", p, hint) {
		return
	}
	if !isProject(p) {
		v.add("project", strconv.Quote(shorten(p))+" cannot begin the names of stacks, roles and buckets", hint)
		return
	}
	if prefix := reservedBucketPrefix(p + "-"); prefix != "" {
		v.add("project", "S3 reserves bucket names that begin with "+prefix, "choose another project name")
	}
	for _, prefix := range []string{"aws", "ssm"} {
		if strings.HasPrefix(p, prefix) {
			v.add("project", "SSM reserves parameter names that begin with /"+prefix, "choose another project name")
		}
	}
}

// isProject matches [a-z][a-z0-9]*(-[a-z0-9]+)*.
func isProject(p string) bool {
	last := '-' // as if a dash went before, so that none can come first
	for i, r := range p {
		if i == 0 && !isLower(r) || !isLower(r) && !isDigit(r) && (r != '-' || last == '-') {
			return false
		}
		last = r
	}
	return last != '-'
}

func checkToolchain(v *validator) {
	v.spec.Toolchain.check(v, "toolchain")
}

func checkEnvironments(v *validator) {
	if len(v.spec.Environments) == 0 {
		v.add("environments", "there is none", "write at least one, with name, type and account")
	}
	for i := range v.spec.Environments {
		e := &v.spec.Environments[i]
		path := index("environments", i)
		v.scopeName(path, e.Name)
		e.Account.check(v, path)
		checkPartition(v, join(path, "region"), e.Account)
		oneOfThese(v, join(path, "type"), e.Type, types()...)
		checkLabel(v, join(path, "label"), e.Label)
		if a := v.spec.Steps.Approval; a == nil || e.Approval == nil || *e.Approval != a.Approval {
			e.Approval.check(v, join(path, "approval")) // that of the steps is checked there
		}
		checkApplication(v, join(path, "application"), e)
		checkEnvironmentTags(v, join(path, "tags"), e.Tags)
		checkOwnBuckets(v, join(path, "name"), e)
		checkOwnFunction(v, join(path, "name"), e)
	}
}

// isScope matches [a-z][a-z0-9]*.
func isScope(name string) bool {
	return name != "" && all(name, func(r rune) bool { return isLower(r) || isDigit(r) }) && isLower(rune(name[0]))
}

// scopeName checks the name of an environment or a pipeline.
func (v *validator) scopeName(path, name string) {
	const hint = "use lower-case letters and digits, beginning with a letter, such as dev"
	path = join(path, "name")
	if !v.given(path, name, hint) {
		return
	}
	switch first, taken := v.names[name]; {
	case !isScope(name):
		v.add(path, strconv.Quote(shorten(name))+" cannot stand in the middle of names", hint)
		return
	case name == "toolchain":
		v.add(path, `the name "toolchain" is reserved for what all environments share`, "choose another")
		return
	case taken:
		v.add(path, fmt.Sprintf("the name %q is taken by %s", shorten(name), first), "environments and pipelines share one name space: choose another")
		return
	}
	v.names[name] = path
	// Stacks (128 characters), pipelines (100) and CodeBuild projects (150) have more room than roles, and the other fixed roles
	// of an environment have shorter names. So has every other role of a pipeline, even that of the infrastructure tests: its
	// artifact bucket leaves project and pipeline together fewer than 40 characters.
	role := Name(v.spec.Project, name, ExecutionPart)
	if isProject(v.spec.Project) && len(role) > maxRole {
		at, names := v.named(path)
		v.add(at, fmt.Sprintf("role names such as %s have %d characters, IAM allows %d", shorten(role), len(role), maxRole),
			fmt.Sprintf("shorten %s by %d", names, len(role)-maxRole))
	}
}

// named says where the name at path is blamed, with the project, for a longer one that is too long, and what can be shortened. The default
// pipeline is not in the file.
func (v *validator) named(path string) (at, names string) {
	if v.spec.positions != nil && strings.HasPrefix(path, "pipelines[") {
		if _, written := v.spec.positions[parentPath(path)]; !written {
			return "project", "it"
		}
	}
	return path, "this name or the project"
}

const maxRole = 64 // characters, IAM

func checkPipelines(v *validator) {
	environments := v.spec.environmentNames()
	owner := map[string]string{} // of an environment: the first pipeline that lists it
	for i, p := range v.spec.Pipelines {
		path := index("pipelines", i)
		v.scopeName(path, p.Name)
		checkBranch(v, join(path, "branch"), p.Branch)
		oneOfThese(v, join(path, "mode"), p.Mode, Superseded, Queued)
		p.checkEnvironments(v, join(path, "environments"), environments, owner)
		checkOperators(v, join(path, "operators"), p.Operators)
		p.checkArtifactBuckets(v, join(path, "name"))
	}
	if slices.ContainsFunc(v.spec.Pipelines, func(p Pipeline) bool { return len(p.Environments) == 0 }) {
		return // it may be meant to deploy what is left over
	}
	for i, name := range environments {
		if owner[name] == "" && name != "" && len(v.spec.Pipelines) > 0 {
			v.add(index("environments", i), fmt.Sprintf("no pipeline deploys %q", shorten(name)), "add it to the environments of a pipeline")
		}
	}
}

func (p Pipeline) checkEnvironments(v *validator, path string, known []string, owner map[string]string) {
	if len(p.Environments) == 0 && len(known) > 0 {
		v.add(path, "there is none", "where there are several pipelines, each lists the environments that it deploys")
	}
	for j, name := range p.Environments {
		at := index(path, j)
		switch {
		case slices.Contains(known, name):
		case name == "":
			v.add(at, "is empty", "write the name of an environment")
			continue
		case slices.Contains(known, ""):
			continue // one whose name could not be read may be it
		default:
			v.add(at, "there is no environment "+strconv.Quote(shorten(name)), didYouMeanOrKnown(name, known))
			if meant := nearest(name, known); meant != "" && owner[meant] == "" {
				owner[meant] = path // it is not left over, only misspelt
			}
			continue
		}
		switch owner[name] {
		case "":
			owner[name] = path
		case path:
			v.add(at, fmt.Sprintf("%q is given twice", shorten(name)), "keep one")
		default:
			v.add(at, fmt.Sprintf("%q is deployed by %s already", shorten(name), parentPath(owner[name])), "an environment belongs to one pipeline")
		}
	}
}

// checkArtifactBuckets checks the names of the buckets in every region that a pipeline deploys to, all in the toolchain's account.
func (p Pipeline) checkArtifactBuckets(v *validator, path string) {
	v.bucketName(path, p.Name, ArtifactsPart, v.spec.Toolchain)
	for i := range v.spec.Environments {
		if e := &v.spec.Environments[i]; e.Region != v.spec.Toolchain.Region && slices.Contains(p.Environments, e.Name) {
			v.bucketName(path, p.Name, ArtifactsPart, Account{Account: v.spec.Toolchain.Account, Region: e.Region})
		}
	}
}

// between checks a number of things, such as days.
func (v *validator) between(path string, n, least, most int, things string) {
	if n < least || n > most {
		v.add(path, fmt.Sprintf("cannot be %d", n), fmt.Sprintf("use a number of %s from %d to %d", things, least, most))
	}
}

// unread says whether the value at path is there but could not be read, so that nothing follows from its absence.
func (v *validator) unread(path string) bool {
	written := v.spec.locate(Problem{Path: path}).Path
	for ; written != ""; written = parentPath(written) {
		if v.spec.failed[written] {
			return true
		}
	}
	return false
}

// uniqueNames of a list that makes resources of one kind in one stack.
func (v *validator) uniqueNames(path string, names []string) {
	list := path[strings.LastIndexByte(path, '.')+1:]
	first, firstID := map[string]int{}, map[string]int{}
	for i, name := range names {
		if name == "" {
			continue
		}
		at, id := join(index(path, i), "name"), logicalID(name)
		if j, taken := first[name]; taken {
			v.add(at, fmt.Sprintf("the name %q is taken by %s", shorten(name), index(list, j)), "choose another")
			continue
		}
		first[name] = i
		if !isNamePart(name) {
			continue // said elsewhere
		}
		if j, taken := firstID[id]; taken {
			v.add(at, fmt.Sprintf("the name %q gives the logical id %s, which %s has from %q", shorten(name), shorten(id), index(list, j), shorten(names[j])),
				"logical ids are letters and digits alone: choose another")
			continue
		}
		firstID[id] = i
	}
}

// oneOfThese checks an enumeration.
func oneOfThese[T ~string](v *validator, path string, value T, allowed ...T) {
	if slices.Contains(allowed, value) {
		return
	}
	words := make([]string, len(allowed))
	for i, a := range allowed {
		words[i] = string(a)
	}
	hint := "use " + oneOf(words)
	if !v.given(path, string(value), hint) {
		return
	}
	if meant := didYouMean(string(value), words); meant != "" {
		hint = meant
	}
	v.add(path, "cannot be "+strconv.Quote(shorten(string(value))), hint)
}
