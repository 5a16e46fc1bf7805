package spec

import (
	"path"
	"strconv"
	"strings"
)

// checkDirectory checks a directory of the source repository; it reaches a shell between single quotes, and docker.
func checkDirectory(v *validator, at, dir, example string) {
	if dir != "." {
		checkPathBelow(v, at, dir, "the root of the repository", example)
	}
}

// checkPathBelow checks a path from some directory down.
func checkPathBelow(v *validator, at, p, top, example string) {
	hint := "write a path from " + top + ", such as " + example
	switch {
	case !isPlain(p):
		v.add(at, strconv.Quote(shorten(p))+" has quotes, dollar signs, backslashes or what cannot be printed", hint)
	case !isBelow(p) || isBlank(p) || len(p) > maxPath:
		if clean := path.Clean(p); clean != p && isBelow(clean) && !strings.Contains(p, "://") {
			hint = "write " + clean
		}
		v.add(at, strconv.Quote(shorten(p))+" is not a plain path below "+top, hint)
	}
}

const maxPath = 255 // characters

// isPlain says whether a path means nothing else to a shell.
func isPlain(p string) bool { return isLine(p) && !strings.ContainsAny(p, "'\"`$\\") }

// isBelow admits clean relative paths that stay where they are and do not look like a flag.
func isBelow(p string) bool {
	return path.Clean(p) == p && p != "." && p != ".." && !strings.HasPrefix(p, "../") && p[0] != '/' && p[0] != '-'
}
