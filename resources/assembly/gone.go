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

	var names, access []string
	account := ""
	var commands strings.Builder
	for i := range slices.Backward(m.Stacks) {
		s := m.Stacks[i].stack()
		if s.isIn(a.Stacks) || !s.hasSafeNames() {
			continue
		}
		names = append(names, s.Name)
		for _, name := range s.DependsOn {
			role := Stack{Name: name, Account: s.Account, Region: s.Region}
			i := slices.IndexFunc(a.Stacks, role.isSame)
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
	are, them, before := "is", "it contains data, then delete it", ""
	if len(names) > 1 {
		are, them = "are", "they contain data, then delete them in this order"
	}
	if access != nil {
		slices.Sort(access)
		before = " and before you deploy " + strings.Join(access, ", ")
	}
	return fmt.Sprintf("%s %s no longer part of the system, but no pipeline deletes a stack. After the pipeline has finished%s, check whether %s:\n%s",
		strings.Join(names, ", "), are, before, them, commands.String())
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
