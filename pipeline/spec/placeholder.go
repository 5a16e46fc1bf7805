package spec

import (
	"slices"
	"strconv"
	"strings"
)

// placeholder is a name in braces in text and what stands in its place.
type placeholder struct{ name, value string }

// placeholders fills in text of the application for an environment.
func (s *Spec) placeholders(e *Environment) func(string) (string, []Problem) {
	known := e.placeholders(s.Project)
	return func(text string) (string, []Problem) { return fill(text, known) }
}

// Fill in the placeholders of text for an environment of a project. Validate has seen to it that those of permissions are good.
func (e Environment) Fill(project, text string) (string, error) {
	return fillOnce(text, e.placeholders(project))
}

// Fill in the placeholders of text that every account has, the toolchain too: {account}, {region} and {project}.
func (a Account) Fill(project, text string) (string, error) {
	return fillOnce(text, a.placeholders(project))
}

func fillOnce(text string, known []placeholder) (string, error) {
	filled, problems := fill(text, known)
	if len(problems) > 0 {
		return "", &Error{Problem: problems[0]}
	}
	return filled, nil
}

func (e Environment) placeholders(project string) []placeholder {
	return append(e.Account.placeholders(project), placeholder{"environment", e.Name}, placeholder{"type", string(e.Type)})
}

func (a Account) placeholders(project string) []placeholder {
	return []placeholder{{"account", a.Account}, {"region", a.Region}, {"project", project}}
}

// accountPlaceholders are those that every account has, the toolchain too.
func (s *Spec) accountPlaceholders(a Account) []placeholder {
	return a.placeholders(s.Project)
}

// fill in the placeholders of text; {{ and }} stand for braces. The first problem, which has no path, ends it.
func fill(text string, known []placeholder) (string, []Problem) {
	var out strings.Builder
	for {
		i := strings.IndexAny(text, "{}")
		if i < 0 {
			out.WriteString(text)
			return out.String(), nil
		}
		out.WriteString(text[:i])
		brace, rest := text[i], text[i+1:]
		if rest != "" && rest[0] == brace {
			out.WriteByte(brace)
			text = rest[1:]
			continue
		}
		if brace == '}' {
			return "", []Problem{{Message: `holds a "}" that closes nothing`, Hint: "write }} for a brace"}}
		}
		end := strings.IndexAny(rest, "{}")
		if end < 0 || rest[end] == '{' {
			return "", []Problem{{Message: `holds a "{" that is not closed`, Hint: "write {{ for a brace"}}
		}
		name := rest[:end]
		at := slices.IndexFunc(known, func(p placeholder) bool { return p.name == name })
		if at < 0 {
			dollar := strings.HasSuffix(out.String(), "$")
			return "", []Problem{{
				Message: "unknown placeholder " + strconv.Quote("{"+shorten(name)+"}"),
				Hint:    placeholderHint(name, known, dollar),
			}}
		}
		out.WriteString(known[at].value)
		text = rest[end+1:]
	}
}

func placeholderHint(name string, known []placeholder, dollar bool) string {
	names := make([]string, len(known))
	for i, p := range known {
		names[i] = p.name
	}
	if dollar {
		return "intrinsics are not read here; write ${{" + shorten(name) + "}} for literal text"
	}
	if meant := nearest(name, names); meant != "" {
		return didYouMean("{"+name+"}", []string{"{" + meant + "}"})
	}
	slices.Sort(names)
	return "use {" + strings.Join(names, "}, {") + "}, or write {{" + shorten(name) + "}} for literal text"
}

// noPlaceholders takes the place of fill for names.
func noPlaceholders(text string) (string, []Problem) {
	if strings.ContainsAny(text, "{}") {
		return text, []Problem{{Message: "a name cannot hold placeholders", Hint: "it gets project and environment before it anyway"}}
	}
	return text, nil
}
