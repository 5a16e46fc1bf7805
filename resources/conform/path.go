package conform

import "strconv"

// step is one step of a path. Paths become text only where something is wrong, so that checking what is right stays cheap.
type step struct {
	up    *step
	key   string
	index int // into a list, where key is empty
}

// String writes the path as tree.Node.Walk does.
func (s *step) String() string {
	switch {
	case s == nil:
		return ""
	case s.key == "":
		return s.up.String() + "[" + strconv.Itoa(s.index) + "]"
	}
	if up := s.up.String(); up != "" {
		return up + "." + s.key
	}
	return s.key
}
