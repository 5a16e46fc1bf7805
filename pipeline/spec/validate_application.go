package spec

import (
	"fmt"
	"strconv"
	"strings"
)

func (v *validator) application(path string, e *Environment) {
	v.buckets(join(path, "buckets"), e)
}

const maxDays = 36_500 // a century; S3 takes more, but that is a slip

func (v *validator) buckets(path string, e *Environment) {
	first := map[string]int{}
	for i, b := range e.Application.Buckets {
		at := index(path, i)
		v.bucket(at, b, e)
		if j, taken := first[b.Name]; taken && b.Name != "" {
			v.add(join(at, "name"), fmt.Sprintf("the name %q is taken by buckets[%d]", shorten(b.Name), j), "choose another")
		} else {
			first[b.Name] = i
		}
	}
}

func (v *validator) bucket(path string, b Bucket, e *Environment) {
	const hint = "use lower-case letters, digits and dashes between them, such as data"
	if name := join(path, "name"); v.given(name, b.Name, hint) {
		switch {
		case !isBucketPart(b.Name):
			v.add(name, strconv.Quote(shorten(b.Name))+" cannot be part of a bucket's name", hint)
		case b.Name == LogsPart, b.Name == CodePart:
			v.add(name, strconv.Quote(b.Name)+" is the name of a bucket that cfnpipe makes", "choose another")
		default:
			v.bucketName(name, e.Name, b.Name, e.Account)
		}
	}
	v.days(join(path, "expireDays"), b.ExpireDays, 0)
	v.days(join(path, "noncurrentDays"), b.NoncurrentDays, 1)
	// Without its type, an environment has no default for removal, and that is said already.
	if b.Removal != "" || e.Type == Dev || e.Type == Test || e.Type == Prod {
		oneOfThese(v, join(path, "removal"), b.Removal, Delete, Retain)
	}
}

func (v *validator) days(path string, days, least int) {
	if days < least || days > maxDays {
		v.add(path, fmt.Sprintf("cannot be %d", days), fmt.Sprintf("use a number of days from %d to %d", least, maxDays))
	}
}

// bucketName checks the whole name of a bucket once all its parts are good.
func (v *validator) bucketName(path, scope, part string, a Account) {
	if !isProject(v.spec.Project) || scope == "" || !isAccount(a.Account) || !isRegion(a.Region) {
		return
	}
	const most = 63 // S3
	name := BucketName(v.spec.Project, scope, part, a)
	if over := len(name) - most; over > 0 {
		v.add(path, fmt.Sprintf("%s has %d characters, S3 allows %d", name, len(name), most), fmt.Sprintf("shorten by %d", over))
	}
	if prefix := reservedBucketPrefix(name); prefix != "" && reservedBucketPrefix(v.spec.Project+"-") == "" {
		v.add(path, "S3 reserves bucket names that begin with "+prefix, "choose another name")
	}
}

// isBucketPart matches [a-z0-9]([a-z0-9-]*[a-z0-9])?.
func isBucketPart(part string) bool {
	return all(part, func(r rune) bool { return isLower(r) || isDigit(r) || r == '-' }) && strings.Trim(part, "-") == part
}

// reservedBucketPrefix that name begins with. The endings that S3 reserves (-s3alias, --ol-s3, .mrap, --x-s3, --table-s3) cannot
// occur, because every name ends with a region; nor can xn--, because a project has no double dash.
func reservedBucketPrefix(name string) string {
	for _, p := range []string{"sthree-", "amzn-s3-demo-"} {
		if strings.HasPrefix(name, p) {
			return p
		}
	}
	return ""
}
