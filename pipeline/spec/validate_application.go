package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

func checkApplication(v *validator, path string, e *Environment) {
	a, k := &e.Application, knownPartsOf(v, path, e)
	checkRepositories(v, join(path, "repositories"), e)
	v.network(join(path, "network"), e)
	checkBuckets(v, join(path, "buckets"), e)
	checkFunctions(v, join(path, "functions"), e, k.buckets)
	v.api(join(path, "api"), e)
	checkJobs(v, join(path, "jobs"), e, k)
	checkServices(v, join(path, "services"), e, k)
	v.monitoring(join(path, "monitoring"), e)
	checkStacks(v, join(path, "stacks"), e)
	checkLogDays(v, join(path, "logDays"), a.LogDays, e)
}

// wholeName of a thing, of which a name is a part.
type wholeName struct {
	thing, part string
	most        int
	allows      string // who allows no more characters
}

// partName checks the name of a part of the application, and the whole names that are made of it.
func (v *validator) partName(at, name, whose, example string, e *Environment, names ...wholeName) {
	hint := "use lower-case letters, digits and dashes between them, beginning with a letter, such as " + example
	if !v.given(at, name, hint) {
		return
	}
	if !isNamePart(name) || isDigit(rune(name[0])) {
		v.add(at, strconv.Quote(shorten(name))+" cannot be part of "+whose+" name", hint)
		return
	}
	for _, n := range names {
		whole := Name(v.spec.Project, e.Name, n.part)
		if over := len(whole) - n.most; over > 0 && isProject(v.spec.Project) && e.Name != "" {
			v.add(at, fmt.Sprintf("its %s %s has %d characters, %s allows %d", n.thing, shorten(whole), len(whole), n.allows, n.most),
				fmt.Sprintf("shorten this name or the project by %d", over))
			return
		}
	}
}

const maxDays = 36_500 // a century; S3 takes more, but that is a slip

func checkBuckets(v *validator, path string, e *Environment) {
	names := make([]string, len(e.Application.Buckets))
	for i, b := range e.Application.Buckets {
		names[i] = b.Name
		b.check(v, index(path, i), e)
	}
	v.uniqueNames(path, names)
}

func (b Bucket) check(v *validator, path string, e *Environment) {
	const hint = "use lower-case letters, digits and dashes between them, such as data"
	if name := join(path, "name"); v.given(name, b.Name, hint) {
		switch {
		case !isNamePart(b.Name):
			v.add(name, strconv.Quote(shorten(b.Name))+" cannot be part of a bucket's name", hint)
		case b.Name == LogsPart, b.Name == CodePart:
			v.add(name, strconv.Quote(b.Name)+" is the name of a bucket that cfnpipe makes", "choose another")
		default:
			v.bucketName(name, e.Name, b.Name, e.Account)
		}
	}
	v.between(join(path, "expireDays"), b.ExpireDays, 0, maxDays, "days")
	v.between(join(path, "noncurrentDays"), b.NoncurrentDays, 1, maxDays, "days")
	b.Removal.check(v, join(path, "removal"), e)
}

func (r Removal) check(v *validator, path string, e *Environment) {
	// Without its type, an environment has no default for removal, and that is said already.
	if r != "" || slices.Contains(types(), e.Type) {
		oneOfThese(v, path, r, Delete, Retain)
	}
}

const maxBucket = 63 // characters, S3

// checkOwnBuckets checks the longest name of the buckets that cfnpipe makes beside an application's.
func checkOwnBuckets(v *validator, path string, e *Environment) {
	if len(e.Application.Functions)+len(e.Application.Buckets) == 0 {
		return // the name of a load balancer leaves less
	}
	name := BucketName(v.spec.Project, e.Name, LogsPart, e.Account) // as long as that of the bucket of code
	if over := len(name) - maxBucket; over > 0 && isProject(v.spec.Project) && isAccount(e.Account.Account) && isRegion(e.Region) {
		v.add(path, fmt.Sprintf("the bucket %s has %d characters, S3 allows %d", name, len(name), maxBucket),
			fmt.Sprintf("shorten this name or the project by %d", over))
	}
}

// bucketName checks the whole name of a bucket once all its parts are good.
func (v *validator) bucketName(path, scope, part string, a Account) {
	if !isProject(v.spec.Project) || !isScope(scope) || !isAccount(a.Account) || !isRegion(a.Region) {
		return
	}
	name := BucketName(v.spec.Project, scope, part, a)
	if over := len(name) - maxBucket; over > 0 {
		at, names := v.named(path)
		v.add(at, fmt.Sprintf("%s has %d characters, S3 allows %d", name, len(name), maxBucket), fmt.Sprintf("shorten %s by %d", names, over))
	}
	if prefix := reservedBucketPrefix(name); prefix != "" && reservedBucketPrefix(v.spec.Project+"-") == "" {
		v.add(path, "S3 reserves bucket names that begin with "+prefix, "choose another name")
	}
}

// isNamePart matches [a-z0-9]([a-z0-9-]*[a-z0-9])?.
func isNamePart(part string) bool {
	return all(part, func(r rune) bool { return isLower(r) || isDigit(r) || r == '-' }) && strings.Trim(part, "-") == part
}

// reservedBucketPrefix that name begins with. The endings that S3 reserves (-s3alias, --ol-s3, .mrap, --x-s3, --table-s3) cannot
// occur, because every name ends with a region or with -an; nor can xn--, because a project has no double dash.
func reservedBucketPrefix(name string) string {
	for _, p := range []string{"sthree-", "amzn-s3-demo-"} {
		if strings.HasPrefix(name, p) {
			return p
		}
	}
	return ""
}
