package assembly

import (
	"fmt"
	"slices"
	"strings"
)

// Gone returns a message that lists the stacks in the manifest of dir that are not in the assembly, and the commands that delete them. No
// pipeline deletes a stack. The message is empty if no stack is listed, or if dir is not an output directory.
func (a *Assembly) Gone(dir string) string {
	root, m, err := open(dir)
	if err != nil {
		return "" // Write returns this error
	}
	defer root.Close() //nolint:errcheck // it is only a handle

	old := make([]Stack, len(m.Stacks))
	for i := range m.Stacks {
		old[i] = m.Stacks[i].stack()
	}
	var before, after departure
	for _, s := range slices.Backward(old) {
		if s.isIn(a.Stacks) || !s.hasSafeNames() {
			continue
		}
		if users := a.usersOf(&s, old); len(users) > 0 {
			after.add(&s, users)
		} else {
			before.add(&s, a.accessOf(&s))
		}
	}
	return before.text("After the pipeline has finished%s, check whether it contains data, then delete it",
		"After the pipeline has finished%s, check whether they contain data, then delete them in this order", " and before you deploy ") +
		after.text("After you deploy %s, delete it", "After you deploy %s, delete them in this order", "")
}

// accessOf returns the stacks that only an operator deploys and that a stack that is gone depends on.
func (a *Assembly) accessOf(s *Stack) []string {
	var list []string
	for _, name := range s.DependsOn {
		role := Stack{Name: name, Account: s.Account, Region: s.Region}
		if i := slices.IndexFunc(a.Stacks, role.isSame); i >= 0 && !slices.Contains(a.Stacks[i].DeployedBy, Pipe) {
			list = append(list, name)
		}
	}
	return list
}

// usersOf returns the stacks that only an operator deploys and that depended on a stack that is gone when they were last deployed.
func (a *Assembly) usersOf(s *Stack, old []Stack) []string {
	var list []string
	for _, o := range old {
		if o.Account == s.Account && o.Region == s.Region && slices.Contains(o.DependsOn, s.Name) && o.isIn(a.Stacks) && !slices.Contains(o.DeployedBy, Pipe) {
			list = append(list, o.Name)
		}
	}
	return list
}

// departure lists stacks to delete, in order.
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

// text says what to do with one stack or with many. The %s in both stands for when and the other stacks.
func (d *departure) text(one, many, when string) string {
	if d.names == nil {
		return ""
	}
	are, do := "is", one
	if len(d.names) > 1 {
		are, do = "are", many
	}
	others := ""
	if d.others != nil {
		slices.Sort(d.others)
		others = when + strings.Join(slices.Compact(d.others), ", ")
	}
	return fmt.Sprintf("%s %s no longer part of the system, but no pipeline deletes a stack. %s:\n%s",
		strings.Join(d.names, ", "), are, fmt.Sprintf(do, others), d.commands.String())
}

// isSame reports whether s and o have the same name, account and region.
func (s *Stack) isSame(o Stack) bool {
	return s.Name == o.Name && s.Account == o.Account && s.Region == o.Region
}

// isIn reports whether one of the stacks is the same as s.
func (s *Stack) isIn(stacks []Stack) bool { return slices.ContainsFunc(stacks, s.isSame) }

// hasSafeNames reports whether the names of the stack are valid. A manifest may have been edited, and operators paste these names into a shell.
func (s *Stack) hasSafeNames() bool {
	c := &checker{assembly: &Assembly{}, stack: s, places: map[[3]string]string{}, files: map[string]string{}}
	c.checkNames()
	return len(c.errs) == 0
}
