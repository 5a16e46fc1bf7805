package conform

import (
	"strconv"
	"strings"
)

// path is where the checker is. It becomes text only where something is wrong, so that checking what is right stays cheap.
type path []step

// step of a path: a key, or where that is empty an index into a list.
type step struct {
	key   string
	index int
}

func (p *path) enter(key string) { *p = append(*p, step{key: key}) }

func (p *path) enterItem(i int) { *p = append(*p, step{index: i}) }

func (p *path) leave() { *p = (*p)[:len(*p)-1] }

// String writes the path as tree.Node.Walk does.
func (p path) String() string {
	var b strings.Builder
	for i, s := range p {
		switch {
		case s.key == "":
			b.WriteString("[" + strconv.Itoa(s.index) + "]")
		case i > 0:
			b.WriteString("." + s.key)
		default:
			b.WriteString(s.key)
		}
	}
	return b.String()
}
