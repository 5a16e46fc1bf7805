package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// Pipeline deploys a branch to environments.
type Pipeline struct {
	// Name matches [a-z][a-z0-9]*; environments and pipelines share one name space.
	Name string `yaml:"name"`
	// Branch is what a push to starts a run. Default main.
	Branch string `yaml:"branch"`
	// Environments by name, in the order of deployment. Default: all. An environment belongs to one pipeline.
	Environments []string `yaml:"environments"`
	// Operators are the ARNs of roles of the toolchain account that may start, stop and approve runs; they get a managed policy. Roles of
	// IAM Identity Center cannot have policies attached: name none, and add the policy to their permission set.
	Operators []string `yaml:"operators"`
	// Mode is superseded (a newer run overtakes a waiting one; the default) or queued.
	Mode Mode `yaml:"mode"`
}

// Mode is how runs of one pipeline meet.
type Mode string

// The modes of a pipeline. PARALLEL is not among them: two runs would deploy one stack at a time.
const (
	Superseded Mode = "superseded"
	Queued     Mode = "queued"
)

// DefaultPipeline is what a pipeline is where pipeline.yaml says nothing else: delivery, of branch main, superseded.
func DefaultPipeline() Pipeline { return Pipeline{Name: "delivery", Branch: "main", Mode: Superseded} }

func (p *Pipeline) setDefaults(Type) { *p = DefaultPipeline() }

func (*Pipeline) shape() string { return "{ name: delivery, branch: main, environments: [dev] }" }

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

// checkOperators checks the roles that a policy is attached to.
func checkOperators(v *validator, path string, operators []string) {
	for i, arn := range operators {
		at := index(path, i)
		if slices.Contains(operators[:i], arn) && arn != "" {
			v.add(at, strconv.Quote(shorten(arn))+" is given twice", "keep one")
			continue
		}
		checkOperator(v, at, arn)
	}
}

func checkOperator(v *validator, at, arn string) {
	const hint = "write the ARN of a role, such as arn:aws:iam::111111111111:role/Release"
	if arn == "" {
		v.add(at, "is empty", hint)
		return
	}
	p := strings.SplitN(arn, ":", 6)
	role, isRole := strings.CutPrefix(p[len(p)-1], "role/")
	switch {
	case strings.ContainsAny(arn, "*?"):
		v.add(at, strconv.Quote(shorten(arn))+" has a star or a question mark", "a policy is attached to it: name one role")
		return
	case len(p) < 6 || p[0] != "arn" || p[2] != "iam" || p[3] != "" || !isRole || !isRoleName(role):
		v.add(at, strconv.Quote(shorten(arn))+" is not the ARN of a role", hint)
		return
	case strings.HasPrefix(role, "aws-reserved/"):
		v.add(at, "is a role of IAM Identity Center, which no policy can be attached to", "leave it out, and add the pipeline's policy of operators to its permission set")
		return
	case strings.HasPrefix(role, "aws-service-role/"):
		v.add(at, "is the role of a service, which no policy can be attached to", hint)
		return
	}
	v.atHome(at, p, "use a role there")
}

// isRoleName matches a path, which may be empty, and a name of at most 64 characters.
func isRoleName(role string) bool {
	parts := strings.Split(role, "/")
	return only(role, "_+=,.@-/") && !slices.Contains(parts, "") && len(parts[len(parts)-1]) <= limits.RoleName && len(role) <= 512
}
