package spec

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Application is what every environment gets, unless its overrides say otherwise.
type Application struct {
	Repositories []Repository `yaml:"repositories"`
	// Network that jobs, services and functions with a VPC run in; nil: there is none.
	Network   *Network   `yaml:"network"`
	Buckets   []Bucket   `yaml:"buckets"`
	Functions []Function `yaml:"functions"`
	// API in front of the functions that have routes; nil stands for its defaults.
	API      *API      `yaml:"api"`
	Jobs     []Job     `yaml:"jobs"`
	Services []Service `yaml:"services"`
	// Monitoring of everything that the application has; nil: there is none.
	Monitoring *Monitoring `yaml:"monitoring"`
	// Stacks of the project's own, from template files. What they are called is no name of cfnpipe's own stacks.
	Stacks []Stack `yaml:"stacks"`
	// LogDays is how long logs are kept: a number that CloudWatch Logs knows, such as 30. Default: 365 in dev, 400 in test, 731 in prod.
	LogDays int `yaml:"logDays,days"`
}

func (*Application) shape() string { return "{ buckets: [{ name: data }] }" }

// Removal is what becomes of data when the stack that holds it goes.
type Removal string

// The removal policies.
const (
	Delete Removal = "delete"
	Retain Removal = "retain"
)

// defaultRemoval by the type of the environment; none where there is no type.
func defaultRemoval(t Type) Removal {
	switch t {
	case Dev:
		return Delete
	case Test, Prod:
		return Retain
	default:
		return ""
	}
}

func (r Removal) check(v *validator, path string, e *Environment) {
	// Without its type, an environment has no default for removal, and that is said already.
	if r != "" || slices.Contains(types(), e.Type) {
		oneOfThese(v, path, r, Delete, Retain)
	}
}

// Architecture of the processors that code runs on.
type Architecture string

// The architectures.
const (
	X86 Architecture = "x86_64"
	ARM Architecture = "arm64"
)

func (a Architecture) isKnown() bool { return a == X86 || a == ARM }

// resolveApplication fills in what a part of an environment's application takes from its other parts, or from the environment, where it
// says nothing itself. In Go, environments may share lists and what pointers point to: those stay as they are.
func (s *Spec) resolveApplication(number int) {
	e := &s.Environments[number]
	a := &e.Application
	path := join(index("environments", number), "application")
	a.Functions, a.Jobs, a.Services = slices.Clone(a.Functions), slices.Clone(a.Jobs), slices.Clone(a.Services)
	for i := range a.Functions {
		if f := &a.Functions[i]; f.Handler == "" && familyOf(f.Runtime) == "provided" {
			f.Handler = "bootstrap" // the name of the file that Lambda starts; it does not read the handler itself
		}
	}
	if !s.says(join(path, "logDays")) {
		fallback(&a.LogDays, defaultLogDays(e.Type))
	}
	a.resolveAPI()
	for i := range a.Jobs {
		j := &a.Jobs[i]
		j.Container.resolve(a)
		at := index(join(path, "jobs"), i)
		j.resolve(e.Type, s.says(join(at, "maxVCPUs")))
		if j.Compute == FargateSpot && s.positions != nil && !s.says(join(at, "attempts")) {
			j.Attempts = spotAttempts
		}
	}
	if a.Network != nil {
		a.Network = new(*a.Network)
		a.Network.resolve(e, s.says(join(join(path, "network"), "zones")))
	}
	for i := range a.Services {
		x, count := &a.Services[i], join(index(join(path, "services"), i), "count")
		x.Container.resolve(a) //nolint:staticcheck // beside Count.resolve, whose it is should be seen
		x.Count.resolve(e.Type, x.Count.Min != 0 || s.says(join(count, "min")), x.Count.Max != 0 || s.says(join(count, "max")))
	}
	if a.Monitoring != nil {
		a.Monitoring = new(*a.Monitoring)
		a.Monitoring.Only = a.Monitoring.orDefault()
		if s.positions == nil && s.knows(a.Monitoring.Only) && !a.Monitoring.Holds(*e) {
			a.Monitoring = nil // what is in a file was left out with the other parts
		}
	}
}

// defaultLogDays by the type of the environment: a year is the least that auditors ask for, and stored logs cost little beside taking them in.
func defaultLogDays(t Type) int {
	switch t {
	case Dev:
		return 365
	case Test:
		return 400
	case Prod:
		return 731
	default:
		return 0
	}
}

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

// retentions are the days that CloudWatch Logs can keep logs for (its API, PutRetentionPolicy).
func retentions() []int {
	return []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
}

func checkLogDays(v *validator, at string, days int, e *Environment) {
	if slices.Contains(retentions(), days) || days == 0 && !v.spec.says(at) && !slices.Contains(types(), e.Type) {
		return // without its type, an environment has no default, and that is said already
	}
	i, _ := slices.BinarySearch(retentions(), days)
	near := retentions()[max(0, i-1):min(len(retentions()), i+1)]
	v.add(at, fmt.Sprintf("cannot be %d: CloudWatch Logs keeps logs for certain numbers of days", days), "use "+oneOf(words(near)))
}

// applicationPath is that of the application that a part of it is in.
func applicationPath(path string) string {
	const field = ".application"
	return path[:strings.Index(path, field)+len(field)]
}

// knownParts are the parts of an environment that others of it name.
type knownParts struct {
	buckets      map[string]bool       // nil when it is not certain which there are
	repositories map[string]Repository // nil when it is not certain which there are, here and in the toolchain
}

func knownPartsOf(v *validator, path string, e *Environment) knownParts {
	k := knownParts{buckets: bucketsOf(v, join(path, "buckets"), e), repositories: map[string]Repository{}}
	for _, r := range v.spec.ToolchainStack.Repositories {
		k.repositories[r.Name] = Repository{Name: r.Name}
	}
	for _, r := range e.Application.Repositories {
		k.repositories[r.Name] = r
	}
	if _, unnamed := k.repositories[""]; unnamed || v.unread(join(path, "repositories")) || v.unread("toolchainStack.repositories") {
		k.repositories = nil // the one that is meant may be there
	}
	return k
}

// bucketsOf an environment by name; nil when they are not known.
func bucketsOf(v *validator, path string, e *Environment) map[string]bool {
	buckets := map[string]bool{}
	for _, b := range e.Application.Buckets {
		buckets[b.Name] = true
	}
	if v.unread(path) || buckets[""] {
		return nil // the one that is meant may be there
	}
	return buckets
}

// grants are buckets of the environment by name; nil when they are not known.
func (v *validator) grants(path string, names []string, e *Environment, buckets map[string]bool) {
	seen := map[string]bool{}
	for i, name := range names {
		at := index(path, i)
		switch {
		case name == "":
			v.add(at, "is empty", "write the name of a bucket")
		case seen[name]:
			v.add(at, strconv.Quote(shorten(name))+" is given twice", "keep one")
		case buckets != nil && !buckets[name]:
			if v.buckets[name] {
				v.add(at, fmt.Sprintf("environment %q has no bucket %q", shorten(e.Name), shorten(name)), "leave it out in the overrides, or add the bucket there")
				break
			}
			hint := "add it to the buckets of the application"
			if len(buckets) > 0 && v.isPatient() {
				hint = didYouMeanOrKnown(name, slices.Sorted(maps.Keys(buckets)))
			}
			v.add(at, "there is no bucket "+strconv.Quote(shorten(name)), hint)
		}
		seen[name] = true
	}
}
