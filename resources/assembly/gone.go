package assembly

import (
	"fmt"
	"slices"
	"strings"
)

// Gone says which stacks that the manifest in dir names are not in the assembly, and how an operator deletes them, which no pipeline does. It
// is empty where there is none, or nothing in dir to compare with.
func (a *Assembly) Gone(dir string) string {
	root, m, err := open(dir)
	if err != nil {
		return "" // Write says what is wrong with it
	}
	defer root.Close() //nolint:errcheck // it is only a handle

	old := make([]Stack, len(m.Stacks))
	for i := range m.Stacks {
		old[i] = m.Stacks[i].stack()
	}
	var before, after departure
	for _, s := range slices.Backward(old) {
		if s.isIn(a.Stacks) || !s.isNamed() {
			continue
		}
		if users := a.usersOf(&s, old); len(users) > 0 {
			after.add(&s, users)
		} else {
			before.add(&s, a.accessOf(&s))
		}
	}
	return before.text("see whether it holds data, and delete it, when the pipeline is done", "see whether they hold data, and delete them in this order, when the pipeline is done", ", before you deploy ") +
		after.text("delete it", "delete them in this order", " after you deploy ")
}

// accessOf are the stacks that only an operator deploys and that a stack, which is gone, needs: without it they would allow less.
func (a *Assembly) accessOf(s *Stack) []string {
	var list []string
	for _, name := range s.DependsOn {
		role := Stack{Name: name, Account: s.Account, Region: s.Region}
		if i := slices.IndexFunc(a.Stacks, role.isAt); i >= 0 && !slices.Contains(a.Stacks[i].DeployedBy, Pipe) {
			list = append(list, name)
		}
	}
	return list
}

// usersOf are the stacks that only an operator deploys and that needed a stack, which is gone, when they were deployed.
func (a *Assembly) usersOf(s *Stack, old []Stack) []string {
	var list []string
	for _, o := range old {
		if o.Account == s.Account && o.Region == s.Region && slices.Contains(o.DependsOn, s.Name) && o.isIn(a.Stacks) && !slices.Contains(o.DeployedBy, Pipe) {
			list = append(list, o.Name)
		}
	}
	return list
}

// departure is of stacks that are deleted one after another.
type departure struct {
	names, others []string // others are stacks that are deployed before or after that
	commands      strings.Builder
	account       string
}

func (d *departure) add(s *Stack, others []string) {
	d.names, d.others = append(d.names, s.Name), append(d.others, others...)
	if s.Account != d.account {
		d.account = s.Account
		fmt.Fprintf(&d.commands, "    # account %s\n", s.Account)
	}
	if s.TerminationProtection {
		fmt.Fprintf(&d.commands, "    aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name %s --region %s\n",
			s.Name, s.Region)
	}
	fmt.Fprintf(&d.commands, "    aws cloudformation delete-stack --stack-name %s --region %s\n", s.Name, s.Region)
}

// text says what to do with one or many; when goes before the others.
func (d *departure) text(one, many, when string) string {
	if d.names == nil {
		return ""
	}
	is, do := "is", one
	if len(d.names) > 1 {
		is, do = "are", many
	}
	if d.others != nil {
		slices.Sort(d.others)
		do += when + strings.Join(slices.Compact(d.others), ", ")
	}
	return fmt.Sprintf("%s %s no more. No pipeline deletes a stack: %s:\n%s", strings.Join(d.names, ", "), is, do, d.commands.String())
}

// isAt says whether the two are the same stack.
func (s *Stack) isAt(o Stack) bool {
	return s.Name == o.Name && s.Account == o.Account && s.Region == o.Region
}

func (s *Stack) isIn(stacks []Stack) bool { return slices.ContainsFunc(stacks, s.isAt) }

// isNamed says whether nothing but names stands where a manifest, which anybody may have written, names the stack: people paste them.
func (s *Stack) isNamed() bool {
	c := &checker{assembly: &Assembly{}, stack: s, places: map[[3]string]string{}, files: map[string]string{}}
	c.names()
	return len(c.errs) == 0
}
