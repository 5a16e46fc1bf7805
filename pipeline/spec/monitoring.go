package spec

import (
	"fmt"
	"net/mail"
	"slices"
	"strconv"
	"strings"
)

// Monitoring of an environment: alarms, a dashboard, and who is told.
type Monitoring struct {
	// Email addresses get a message for each alarm once they have confirmed it; one, or several with commas between them.
	Email string `yaml:"email,commas"`
	// LatencySeconds that 99 of 100 requests to an API or load balancer must not exceed. Default 1.
	LatencySeconds float64 `yaml:"latencySeconds,seconds"`
	// Only says in which environments; by default those of type test and prod, and those whose overrides have monitoring.
	Only `yaml:",inline"`
}

// DefaultMonitoring is what monitoring is where pipeline.yaml says nothing else; nobody is told.
func DefaultMonitoring() Monitoring { return Monitoring{LatencySeconds: 1} }

func (m *Monitoring) setDefaults(Type) { *m = DefaultMonitoring() }

func (*Monitoring) isSwitched() {}

func (*Monitoring) shape() string { return "{ email: ops@example.com }" }

func (*Monitoring) stack() string { return "monitoring" }

// limits of monitoring, which has some where it says none.
func (m *Monitoring) limits() Only {
	o := m.Only
	if o.Environments == nil && o.Types == nil {
		o.Types = []Type{Test, Prod}
	}
	return o
}

func (m *Monitoring) resolve(*Spec, string, *Environment) { m.Only = m.limits() }

func (m *Monitoring) check(v *validator, path string, e *Environment) {
	m.checkWatches(v, path, e)
	if m.Email != "" {
		checkEmail(v, join(path, "email"), m.Email)
	}
	const most = 3600 // seconds; no request takes as long
	if m.LatencySeconds <= 0 || m.LatencySeconds > most {
		v.add(join(path, "latencySeconds"), "cannot be "+number(m.LatencySeconds), fmt.Sprintf("use a number of seconds above 0, at most %d", most))
	}
}

// checkWatches checks that there is something to watch: where the environment's own overrides ask for it, else in any environment.
func (m *Monitoring) checkWatches(v *validator, path string, e *Environment) {
	isWatched := func(e Environment) bool {
		return e.Application.Monitoring != nil && e.Application.has(func(p part) bool { _, ok := p.(watched); return ok })
	}
	at, others := path, v.spec.Environments
	for _, own := range []string{join(path, "types"), join(path, "environments"), join(path, "latencySeconds"), join(path, "email"), path} {
		if strings.HasPrefix(v.spec.positions[own].path, "overrides.") {
			at, others = own, nil
		}
	}
	lists := slotsThat[watched]()
	isUnread := func(list string) bool { return v.unread(join(parentPath(path), list)) }
	switch {
	case !v.spec.knows(m.Only): // said elsewhere
	case slices.ContainsFunc(lists, isUnread):
	case isWatched(*e), slices.ContainsFunc(others, isWatched):
	default:
		v.add(at, "means nothing without "+oneOf(lists)+", which it watches", "leave it out")
	}
}

// checkEmail checks one or several addresses with commas between them.
func checkEmail(v *validator, at, list string) {
	const most = 50
	const hint = "write addresses with commas between them, such as ops@example.com, team@example.com"
	addresses := strings.SplitN(list, ",", most+1)
	if len(addresses) > most {
		v.add(at, fmt.Sprintf("has more than %d addresses", most), "write that of a mailing list")
		return
	}
	for i, text := range addresses {
		text = strings.TrimSpace(text)
		switch {
		case text == "":
			v.add(at, "has an empty address", hint)
		case slices.ContainsFunc(addresses[:i], func(a string) bool { return strings.TrimSpace(a) == text }):
			v.add(at, strconv.Quote(shorten(text))+" is given twice", "keep one")
		case !isEmail(text):
			v.add(at, strconv.Quote(shorten(text))+" is no e-mail address", hint)
		}
	}
}

// isEmail matches local@domain, without a name or brackets.
func isEmail(text string) bool {
	const most = 254 // characters, RFC 5321
	a, err := mail.ParseAddress(text)
	_, domain, _ := strings.Cut(text, "@")
	return err == nil && a.Address == text && len(text) <= most && isLine(text) && !strings.ContainsAny(text, " \"") &&
		only(domain, ".-") && strings.Contains(domain, ".")
}
