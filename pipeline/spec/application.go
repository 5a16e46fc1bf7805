package spec

import (
	"fmt"
	"slices"

	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// Application is what every environment gets, unless its overrides say otherwise.
type Application struct {
	Repositories []Repository `yaml:"repositories"`
	// Network that jobs, services and functions with a VPC run in; nil: there is none.
	Network   *Network   `yaml:"network"`
	Buckets   []Bucket   `yaml:"buckets"`
	Queues    []Queue    `yaml:"queues"`
	Functions []Function `yaml:"functions"`
	// API in front of the functions that have routes; nil stands for its defaults.
	API      *API      `yaml:"api"`
	Jobs     []Job     `yaml:"jobs"`
	Services []Service `yaml:"services"`
	// Monitoring of everything that the application has; nil: there is none.
	Monitoring *Monitoring `yaml:"monitoring"`
	// Stacks of the project's own, from template files. Their names are not those of stacks that cfnpipe creates, or will create.
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
// says nothing itself.
func (s *Spec) resolveApplication(number int) {
	e := &s.Environments[number]
	a := &e.Application
	path := join(index("environments", number), "application")
	a.unshare()
	if !s.says(join(path, "logDays")) {
		fallback(&a.LogDays, defaultLogDays(e.Type))
	}
	for _, x := range slots() {
		x.imply(a, e.Type)
		for at, p := range x.each(a, path) {
			if r, ok := p.(resolver); ok {
				r.resolve(s, at, e)
			}
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

// check each part, and the names of each list.
func (a *Application) check(v *validator, path string, e *Environment) {
	for _, s := range slots() {
		for at, p := range s.each(a, path) {
			p.check(v, at, e)
		}
		v.uniqueNames(join(path, s.name), s.names(a))
	}
	checkLogDays(v, join(path, "logDays"), a.LogDays, e)
}

func checkLogDays(v *validator, at string, days int, e *Environment) {
	if slices.Contains(limits.LogRetentions(), days) || days == 0 && !v.spec.says(at) && !slices.Contains(types(), e.Type) {
		return // without its type, an environment has no default, and that is said already
	}
	i, _ := slices.BinarySearch(limits.LogRetentions(), days)
	near := limits.LogRetentions()[max(0, i-1):min(len(limits.LogRetentions()), i+1)]
	v.add(at, fmt.Sprintf("cannot be %d: CloudWatch Logs keeps logs for certain numbers of days", days), "use "+oneOf(words(near)))
}
