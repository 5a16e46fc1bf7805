package assembly

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Changed says which stacks an operator must deploy because they differ from those in dir, with the command that does it. Stacks that the
// pipeline also deploys are among them only where they are new: it updates them itself. It is empty where nothing is to be done, or nothing
// in dir to compare with. It must be asked before dir is written.
func (a *Assembly) Changed(dir string) string {
	root, m, err := open(dir)
	if err != nil {
		return "" // Write says what is wrong with it
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
		k := slices.IndexFunc(m.Stacks, func(o manifestStack) bool { old := o.stack(); return s.isAt(old) })
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
			if same(m.Stacks[k].Template, s.file(format).Data) && same(m.Stacks[k].Configuration, s.configuration().JSON()) {
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
	return fmt.Sprintf("%s: only an operator can deploy that. Do it before the push; where a change only removes something, when the pipeline is done:\n    %s %s\n",
		strings.Join(parts, "; "), word(path.Join(dir, deployName)), strings.Join(environments, " "))
}
