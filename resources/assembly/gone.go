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

	var names, access []string
	account := ""
	var commands strings.Builder
	for i := range slices.Backward(m.Stacks) {
		s := m.Stacks[i].stack()
		if s.isIn(a.Stacks) || !s.isNamed() {
			continue
		}
		names = append(names, s.Name)
		for _, name := range s.DependsOn {
			role := Stack{Name: name, Account: s.Account, Region: s.Region}
			i := slices.IndexFunc(a.Stacks, role.isAt)
			if i >= 0 && !slices.Contains(a.Stacks[i].DeployedBy, Pipe) && !slices.Contains(access, name) {
				access = append(access, name)
			}
		}
		if s.Account != account {
			account = s.Account
			fmt.Fprintf(&commands, "    # account %s\n", account)
		}
		if s.TerminationProtection {
			fmt.Fprintf(&commands, "    aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name %s --region %s\n",
				s.Name, s.Region)
		}
		fmt.Fprintf(&commands, "    aws cloudformation delete-stack --stack-name %s --region %s\n", s.Name, s.Region)
	}
	if names == nil {
		return ""
	}
	is, it, before := "is", "it holds data, and delete it", ""
	if len(names) > 1 {
		is, it = "are", "they hold data, and delete them in this order"
	}
	if access != nil {
		slices.Sort(access)
		before = ", before you deploy " + strings.Join(access, ", ")
	}
	return fmt.Sprintf("%s %s no more. No pipeline deletes a stack: see whether %s, when the pipeline is done%s:\n%s",
		strings.Join(names, ", "), is, it, before, commands.String())
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
