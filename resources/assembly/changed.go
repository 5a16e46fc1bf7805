package assembly

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Changed returns a message that lists the stacks an operator must deploy because they differ from those in dir, and the command to run. A
// stack that the pipeline also deploys is listed only if it is new: the pipeline updates it. The message is empty if no stack is listed, or if
// dir is not an output directory. Call Changed before Write replaces the files in dir.
func (a *Assembly) Changed(dir string) string {
	root, m, err := open(dir)
	if err != nil {
		return "" // Write returns this error
	}
	defer root.Close() //nolint:errcheck // it is only a handle

	same := func(name string, data []byte) bool {
		old, err := readFile(root, name)
		return err == nil && bytes.Equal(old, data)
	}
	var added, changed, environments []string
	for i := range a.Stacks {
		s := &a.Stacks[i]
		if !slices.Contains(s.DeployedBy, Operator) {
			continue
		}
		k := slices.IndexFunc(m.Stacks, func(o manifestStack) bool { old := o.stack(); return s.isSame(old) })
		switch {
		case k < 0:
			added = append(added, s.Name)
		case slices.Contains(s.DeployedBy, Pipe):
			continue
		default:
			format := YAML
			if path.Ext(m.Stacks[k].Template) == JSON.extension() {
				format = JSON
			}
			if same(m.Stacks[k].Template, s.templateFile(format).Data) && same(m.Stacks[k].Configuration, s.configuration().JSON()) {
				continue
			}
			changed = append(changed, s.Name)
		}
		if name := s.environment(); !slices.Contains(environments, name) {
			environments = append(environments, name)
		}
	}
	var parts []string
	for _, part := range []struct {
		names     []string
		one, many string
	}{{added, "is new", "are new"}, {changed, "changes", "change"}} {
		switch len(part.names) {
		case 0:
		case 1:
			parts = append(parts, part.names[0]+" "+part.one)
		default:
			parts = append(parts, strings.Join(part.names, ", ")+" "+part.many)
		}
	}
	if parts == nil {
		return ""
	}
	return fmt.Sprintf("%s: only an operator can deploy this. Run this command before the push; if the change only removes something, run it after the pipeline has finished:\n    %s %s\n",
		strings.Join(parts, "; "), shellWord(path.Join(dir, deployName)), strings.Join(environments, " "))
}
