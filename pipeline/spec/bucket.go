package spec

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// Bucket is an S3 bucket of the application: encrypted, versioned, private.
type Bucket struct {
	// Name is part of the bucket's name: see BucketName.
	Name string `yaml:"name"`
	// ExpireDays after which current objects expire. Zero means never.
	ExpireDays int `yaml:"expireDays,days"`
	// NoncurrentDays after which replaced or deleted versions are removed. Default 30.
	NoncurrentDays int `yaml:"noncurrentDays,days"`
	// Removal is what becomes of the bucket when its stack goes. Default: delete in dev, else retain.
	Removal Removal `yaml:"removal"`
	Only    `yaml:",inline"`
}

// DefaultBucket is what a bucket is where pipeline.yaml says nothing else: without a name, nothing expires, replaced versions
// go after 30 days, and the bucket goes with its stack in dev alone.
func DefaultBucket(t Type) Bucket { return Bucket{NoncurrentDays: 30, Removal: defaultRemoval(t)} }

func (b *Bucket) setDefaults(t Type) { *b = DefaultBucket(t) }

func (*Bucket) shape() string { return "{ name: data }" }

const maxDays = 36_500 // a century; S3 takes more, but that is a slip

func (*Bucket) stack() string { return "storage" }

func (b *Bucket) check(v *validator, path string, e *Environment) {
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

// checkOwnBuckets checks the longest name of the buckets that cfnpipe makes beside an application's.
func checkOwnBuckets(v *validator, path string, e *Environment) {
	if len(e.Application.Functions)+len(e.Application.Buckets) == 0 {
		return // the name of a load balancer leaves less
	}
	name := BucketName(v.spec.Project, e.Name, LogsPart, e.Account) // as long as that of the bucket of code
	if over := len(name) - limits.BucketName; over > 0 && isProject(v.spec.Project) && isAccount(e.Account.Account) && isRegion(e.Region) {
		v.add(path, fmt.Sprintf("the bucket %s has %d characters, S3 allows %d", name, len(name), limits.BucketName),
			fmt.Sprintf("shorten this name or the project by %d", over))
	}
}

// bucketName checks the whole name of a bucket once all its parts are good.
func (v *validator) bucketName(path, scope, part string, a Account) {
	if !isProject(v.spec.Project) || !isScope(scope) || !isAccount(a.Account) || !isRegion(a.Region) {
		return
	}
	name := BucketName(v.spec.Project, scope, part, a)
	if over := len(name) - limits.BucketName; over > 0 {
		at, names := v.named(path)
		v.add(at, fmt.Sprintf("%s has %d characters, S3 allows %d", name, len(name), limits.BucketName), fmt.Sprintf("shorten %s by %d", names, over))
	}
	if prefix := reservedBucketPrefix(name); prefix != "" && reservedBucketPrefix(v.spec.Project+"-") == "" {
		v.add(path, "S3 reserves bucket names that begin with "+prefix, "choose another name")
	}
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
