package verify

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
)

// Text draws the chains: a line for each stage, and hop by hop, with what to change, each action that does not hold; with hops, every action.
// Then what else was found, the limits that are used by half or more, and how much was judged. Files are named below dir, which may be empty.
func (r *Report) Text(w io.Writer, dir string, hops bool) error {
	d := &drawing{dir: dir, hops: hops, numbers: map[Finding]int{}}
	for _, c := range r.Chains {
		d.chain(c)
	}
	d.rest(r.Findings)
	d.budgets(r.Budgets)
	d.line("", r.Coverage.String())
	_, err := io.WriteString(w, d.text.String())
	return err
}

// drawing of a report.
type drawing struct {
	text    strings.Builder
	dir     string
	hops    bool
	numbers map[Finding]int // of the findings that are drawn
}

// marks of what holds, what holds with a warning, and what does not.
const (
	holds    = "ok  "
	doubtful = "??  "
	broken   = "NO  "
)

func markOf(hops []*Hop) string {
	mark := holds
	for _, h := range hops {
		for _, f := range h.Findings {
			if f.Severity == Error {
				return broken
			}
			mark = doubtful
		}
	}
	return mark
}

// groups of hops that follow each other and have something in common.
func groups(hops []*Hop, of func(*Hop) string) [][]*Hop {
	var list [][]*Hop
	for i, h := range hops {
		if i == 0 || of(h) != of(hops[i-1]) {
			list = append(list, nil)
		}
		list[len(list)-1] = append(list[len(list)-1], h)
	}
	return list
}

func (d *drawing) chain(c Chain) {
	d.line("", "pipeline "+c.Pipeline)
	stages := groups(c.Hops, func(h *Hop) string { return h.Stage })
	wide := 0
	for _, s := range stages {
		wide = max(wide, len(s[0].Stage))
	}
	for _, hops := range stages {
		stage, mark := hops[0].Stage, markOf(hops)
		switch {
		case stage == "":
			d.open("  ", hops)
		case mark == holds && !d.hops:
			d.line("  ", fmt.Sprintf("%s%-*s  %s", mark, wide, stage, inOrder(hops)))
		default:
			d.line("  ", mark+stage)
			for _, action := range groups(hops, func(h *Hop) string { return h.Action }) {
				d.line("      ", markOf(action)+action[0].Action)
				d.open("          ", action)
			}
		}
	}
	d.line("", "")
}

// inOrder are the actions of a stage: what runs side by side, then what comes after it.
func inOrder(hops []*Hop) string {
	var steps []string
	for _, step := range groups(hops, func(h *Hop) string { return fmt.Sprint(h.Order) }) {
		var names []string
		for _, h := range step {
			if !slices.Contains(names, h.Action) {
				names = append(names, h.Action)
			}
		}
		steps = append(steps, strings.Join(names, ", "))
	}
	return strings.Join(steps, " → ")
}

// open draws hop by hop what does not hold; with hops, all.
func (d *drawing) open(indent string, hops []*Hop) {
	if markOf(hops) == holds && !d.hops {
		return
	}
	for _, h := range hops {
		seen := ""
		for _, f := range h.Findings {
			if n := d.numbers[f]; n > 0 && !strings.Contains(seen, fmt.Sprintf("(%d)", n)) {
				seen += fmt.Sprintf("  (%d)", n)
			}
		}
		d.line(indent, markOf([]*Hop{h})+h.Who+" "+h.What+seen)
		for _, f := range h.Findings {
			d.finding(indent+"    ", f)
		}
	}
}

// finding with its number: where, what, and what to do. It is drawn once.
func (d *drawing) finding(indent string, f Finding) {
	if d.numbers[f] > 0 {
		return
	}
	n := len(d.numbers) + 1
	d.numbers[f] = n
	number := fmt.Sprintf("(%d) ", n)
	d.wrapped(indent, strings.Repeat(" ", len(number)), number+string(f.Severity)+": "+f.Message+" ["+f.Rule+"]")
	indent += strings.Repeat(" ", len(number))
	place := path.Join(d.dir, f.File)
	if f.Line > 0 {
		place += fmt.Sprintf(":%d", f.Line)
	}
	d.line(indent, strings.TrimSpace(place+"  "+f.Path))
	for hint := range strings.SplitSeq(f.Hint, "\n") {
		if hint != "" {
			d.wrapped(indent, "  ", hint)
		}
	}
}

// rest of the findings: what is wrong beside the runs.
func (d *drawing) rest(findings []Finding) {
	stack := ""
	for _, f := range findings {
		if d.numbers[f] > 0 {
			continue
		}
		if f.Stack != stack {
			stack = f.Stack
			d.line("", "stack "+stack)
		}
		d.finding("  ", f)
	}
	if stack != "" {
		d.line("", "")
	}
}

func (d *drawing) budgets(budgets []Budget) {
	first := true
	for _, x := range budgets {
		const plenty = 25 // environments
		if (x.Fits < 0 || x.Fits >= plenty) && x.Used*2 < x.Limit {
			continue
		}
		if first {
			d.line("", "limits that come nearer")
			first = false
		}
		d.line("  ", x.String())
	}
	if !first {
		d.line("", "")
	}
}

// wrapped text, for terminals: broken between words, with all lines but the first indented further.
func (d *drawing) wrapped(indent, more, text string) {
	const width = 130
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case len(indent)+len(line)+len(word) < width:
			line += " " + word
		default:
			d.line(indent, line)
			line = more + word
		}
	}
	d.line(indent, line)
}

func (d *drawing) line(indent, text string) {
	d.text.WriteString(strings.TrimRight(indent+text, " ") + "\n")
}

// Summary is one line: what was proven, how much is wrong, and what was not judged. That all holds is said of what was judged only.
func (r *Report) Summary() string {
	hops, failed, open := 0, 0, 0
	for _, c := range r.Chains {
		for _, h := range c.Hops {
			hops++
			switch {
			case markOf([]*Hop{h}) == broken:
				failed++
			case slices.ContainsFunc(h.Findings, func(f Finding) bool { return f.Rule == "not-judged" || f.Rule == "action-unknown" }):
				open++
			}
		}
	}
	of := fmt.Sprintf("%s of %s", count(hops, "hop"), count(len(r.Chains), "pipeline"))
	coverage := ", " + r.Coverage.String()
	if len(r.Findings) == 0 {
		return "every chain closes: " + of + coverage
	}
	errors := r.Errors()
	text := count(errors, "error") + ", " + count(len(r.Findings)-errors, "warning") + "; "
	switch {
	case failed > 0:
		return text + fmt.Sprintf("%d of %s do not hold", failed, of) + coverage
	case open > 0:
		return text + fmt.Sprintf("what was judged holds: %d of %s", hops-open, of) + coverage
	case r.Coverage.notJudged() != "":
		return text + "what was judged holds: " + of + coverage
	default:
		return text + "every hop holds: " + of + coverage
	}
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
