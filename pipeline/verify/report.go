package verify

import (
	"cmp"
	"slices"
	"strings"
)

// Severity of a finding.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // a run would stop there, or a role could do what it must not
	Warning Severity = "warning" // it works, but not for long, or not as it should
)

// Finding is one link of a chain that does not hold.
type Finding struct {
	// Rule that found it, such as artifact-read.
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	// Stack by its name, and the path of the value in its template, which is empty for what the manifest or the configuration says.
	Stack string `json:"stack"`
	Path  string `json:"path"`
	// File in the output directory, and the line in it, from 1; 0 where the template was never written.
	File string `json:"file"`
	Line int    `json:"line"`
	// Message says what is wrong, Hint what to do.
	Message string `json:"message"`
	Hint    string `json:"hint"`
}

// Report is what a proof has found.
type Report struct {
	// Findings, errors first, then in the order of the stacks.
	Findings []Finding
	// Chains of all pipelines, hop by hop.
	Chains []Chain
	// Budgets are the limits that grow with the system.
	Budgets []Budget
	// Coverage is what was judged, and what was not.
	Coverage Coverage

	list []*finding // as they come up
}

// finding that more may come to.
type finding struct {
	Finding
	order   int // of its stack
	refusal *refusal
}

// Chain is what a run of a pipeline goes through.
type Chain struct {
	Pipeline string
	Hops     []*Hop
}

// Hop is one thing in a run that somebody must be able to do.
type Hop struct {
	// Stage and Action of the pipeline; none where it is not for one action only.
	Stage, Action string
	// Order in which the action runs in its stage.
	Order int
	// Who does What.
	Who, What string
	// Findings are what keeps it from working; none where it holds. One finding may be that of several hops.
	Findings []Finding

	found []*finding
}

func (h *Hop) add(f *finding) {
	if h != nil && !slices.Contains(h.found, f) {
		h.found = append(h.found, f)
	}
}

// Errors counts the findings that are errors.
func (r *Report) Errors() int {
	count := 0
	for _, f := range r.Findings {
		if f.Severity == Error {
			count++
		}
	}
	return count
}

// fail adds an error at a path of a stack's template.
func (r *Report) fail(s *stack, path, rule, message, hint string) *finding {
	return r.add(s, Finding{Rule: rule, Severity: Error, Stack: s.Name, Path: path, File: s.file, Line: s.line(path), Message: message, Hint: hint})
}

// warn adds a warning.
func (r *Report) warn(s *stack, path, rule, message, hint string) *finding {
	return r.add(s, Finding{Rule: rule, Severity: Warning, Stack: s.Name, Path: path, File: s.file, Line: s.line(path), Message: message, Hint: hint})
}

// failConfiguration adds an error of what the configuration of a stack says, or does not.
func (r *Report) failConfiguration(s *stack, rule, message, hint string) *finding {
	return r.add(s, Finding{Rule: rule, Severity: Error, Stack: s.Name, File: s.ConfigurationFile(), Message: message, Hint: hint})
}

// failManifest adds an error of what the manifest says of a stack, or does not.
func (r *Report) failManifest(s *stack, rule, message, hint string) *finding {
	return r.add(s, Finding{Rule: rule, Severity: Error, Stack: s.Name, File: "manifest.json", Message: message, Hint: hint})
}

// add a finding, once.
func (r *Report) add(s *stack, f Finding) *finding {
	if i := slices.IndexFunc(r.list, func(o *finding) bool { return o.refusal == nil && o.Finding == f }); i >= 0 {
		return r.list[i]
	}
	r.list = append(r.list, &finding{Finding: f, order: s.index})
	return r.list[len(r.list)-1]
}

// has says whether one of some rules has found something.
func (r *Report) has(rules ...string) bool {
	return slices.ContainsFunc(r.list, func(f *finding) bool { return slices.Contains(rules, f.Rule) })
}

// finish puts the findings into words and in order: errors first, then those of earlier stacks.
func (r *Report) finish() {
	for _, f := range r.list {
		if f.refusal != nil {
			f.Message, f.Hint = f.refusal.message(), f.refusal.hint()
		}
		f.Message, f.Hint = shown(f.Message), shown(f.Hint)
	}
	slices.SortStableFunc(r.list, func(a, b *finding) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.order, b.order), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Path, b.Path))
	})
	for _, f := range r.list {
		r.Findings = append(r.Findings, f.Finding)
	}
	for _, c := range r.Chains {
		for _, h := range c.Hops {
			for _, f := range h.found {
				h.Findings = append(h.Findings, f.Finding)
			}
		}
	}
}

// line of a path in the stack's template, or of the nearest value above it that is there; 0 in a template that was not read from a file.
func (s *stack) line(path string) int {
	n := s.Template
	line := n.Line
	for path != "" {
		step := path
		if i := strings.IndexAny(path[1:], ".["); i >= 0 {
			step = path[:i+1]
		}
		path = strings.TrimPrefix(path[len(step):], ".")
		if step[0] == '[' {
			i := 0
			for _, c := range strings.Trim(step, "[]") {
				i = i*10 + int(c-'0')
			}
			if i < 0 || i >= len(n.Items) {
				break
			}
			n = n.Items[i]
		} else if n = n.Get(step); n == nil {
			break
		}
		line = n.Line
	}
	return int(line)
}
