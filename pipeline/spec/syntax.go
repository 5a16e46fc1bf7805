package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// parseYAML gives the one document of src; nil when there is none that can be read, which is then reported.
func (r *report) parseYAML(src []byte) *yaml.Node {
	syntax := func(line, column int, message, hint string) *yaml.Node {
		r.add(line, column, Problem{Message: message, Hint: hint})
		return nil
	}
	if line, column, what := refusedIn(src); what != "" {
		return syntax(line, column, "holds "+what, "pipeline.yaml is plain UTF-8 text")
	}
	doc, second, err := documents(src)
	switch {
	case err != nil:
		message, line := yamlMessage(err)
		line = errorLine(src, message, line)
		return syntax(line, indent(src, line), "is not valid YAML: "+message, yamlHint(message))
	case second != nil:
		return syntax(second.Line, second.Column, "begins a second document", `keep one, without "---" after it`)
	case doc == nil || len(doc.Content) == 0 || doc.Content[0].Tag == "!!null":
		return syntax(1, 1, "is empty", howToStart)
	}
	return doc.Content[0]
}

// documents gives the first and, if any, the second document of src.
func documents(src []byte) (first, second *yaml.Node, err error) {
	defer func() {
		// yaml.v3 panics on "internal errors"; whatever the text, it is no reason to crash.
		if v := recover(); v != nil {
			first, second, err = nil, nil, fmt.Errorf("%v", v)
		}
	}()
	d := yaml.NewDecoder(bytes.NewReader(src))
	first, second = new(yaml.Node), new(yaml.Node)
	if err := d.Decode(first); errors.Is(err, io.EOF) {
		return nil, nil, nil
	} else if err != nil {
		return nil, nil, err
	}
	if err := d.Decode(second); errors.Is(err, io.EOF) {
		return first, nil, nil
	} else if err != nil {
		return nil, nil, err
	}
	return first, second, nil
}

// yamlMessage splits "yaml: line 3: did not find expected key" in message and line; no line is 1.
func yamlMessage(err error) (string, int) {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(message, "line "); ok {
		if number, rest, ok := strings.Cut(rest, ": "); ok {
			if line, err := strconv.Atoi(number); err == nil {
				return rest, line
			}
		}
	}
	return message, 1
}

// errorLine is the line where src breaks with message. yaml.v3 names the line before the mapping that cannot be finished,
// or none; the fewest first lines that break in the same way end where the mistake is.
func errorLine(src []byte, message string, line int) int {
	const most = 64 << 10 // bytes: the search reads the text some ten times
	if len(src) > most {
		return min(line, bytes.Count(src, []byte("\n"))+1)
	}
	var ends []int
	for i, c := range src {
		if c == '\n' {
			ends = append(ends, i+1)
		}
	}
	if len(src) > 0 && src[len(src)-1] != '\n' {
		ends = append(ends, len(src))
	}
	good, bad := 0, len(ends) // so many lines are fine, or break in another way; so many break like src
	for good+1 < bad {
		middle := (good + bad) / 2
		if _, _, err := documents(src[:ends[middle-1]]); err != nil && strings.HasSuffix(err.Error(), message) {
			bad = middle
		} else {
			good = middle
		}
	}
	return max(1, bad)
}

// indent is the column of the first character of a line that is not a blank.
func indent(src []byte, line int) int {
	for range line - 1 {
		_, src, _ = bytes.Cut(src, []byte("\n"))
	}
	text, _, _ := bytes.Cut(src, []byte("\n"))
	return len(text) - len(bytes.TrimLeft(text, " \t")) + 1
}

// yamlHint says in plain words what the most frequent messages of yaml.v3 mean.
func yamlHint(message string) string {
	switch {
	case strings.HasPrefix(message, "did not find expected key"), strings.Contains(message, "'-' indicator"):
		return "is it indented like the lines around it?"
	case strings.HasPrefix(message, "mapping values are not allowed"):
		return `check the indentation, and quote text that holds ": "`
	case strings.HasPrefix(message, "found character that cannot start any token"):
		return "indent with spaces, not tabs, and quote text that begins with @, ` or %"
	case strings.HasPrefix(message, "found a tab character"):
		return "indent with spaces, not tabs"
	case strings.HasPrefix(message, "did not find expected ',' or"):
		return "is a comma, a closing bracket or a quote missing, here or above?"
	case strings.HasPrefix(message, "found unexpected end of stream"), strings.HasPrefix(message, "found unexpected document indicator"):
		return "is a closing quote missing?"
	case strings.HasPrefix(message, "did not find expected alphabetic or numeric character"):
		return "quote text that begins with * or &, or holds a ? or * in brackets, such as a schedule"
	case strings.HasPrefix(message, "could not find expected ':'"):
		return `a field is a name, a colon and a space, such as "project: shop"`
	}
	return ""
}

// refusedIn finds the first character of src that the file may not hold, and where it stands.
func refusedIn(src []byte) (line, column int, what string) {
	line, column = 1, 1
	for i := 0; i < len(src); {
		r, size := utf8.DecodeRune(src[i:])
		crlf := r == '\r' && i+1 < len(src) && src[i+1] == '\n'
		if what, _ := refused(string(src[i : i+size])); what != "" && !crlf {
			return line, column, what
		}
		i += size
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
	}
	return 0, 0, ""
}
