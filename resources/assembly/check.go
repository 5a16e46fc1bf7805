package assembly

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// StackError is one thing that keeps a stack from being written or deployed.
type StackError struct {
	Stack, Message string
	// Hint says what to do; may be empty.
	Hint string
}

// Error is the whole sentence.
func (e *StackError) Error() string {
	text := fmt.Sprintf("stack %s: %s", e.Stack, e.Message)
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// check finds what CloudFormation, CodePipeline or deploy.sh would stumble over: all of it, in the order of the stacks.
// What passed is safe to stand in deploy.sh's comments and messages; values are quoted there.
func (a *Assembly) check() error {
	c := &checker{assembly: a, places: map[[3]string]string{}, files: map[string]string{}}
	for i := range a.Stacks {
		c.stack = &a.Stacks[i]
		c.names()
		c.parameters(i)
		c.tags()
		c.dependencies(i)
	}
	return errors.Join(c.errs...)
}

type checker struct {
	assembly *Assembly
	stack    *Stack
	errs     []error
	places   map[[3]string]string // account, region, stack name -> path
	files    map[string]string    // path in lower case -> stack name
}

func (c *checker) fail(hint, format string, args ...any) {
	c.errs = append(c.errs, &StackError{Stack: c.stack.Name, Message: fmt.Sprintf(format, args...), Hint: hint})
}

func (c *checker) names() {
	s := c.stack
	if len(s.Name) > limits.StackName {
		c.fail("choose a shorter project or environment name", "the name has %d characters; CloudFormation takes %d", len(s.Name), limits.StackName)
	}
	if s.Name == "" || !isLetter(s.Name[0]) || !madeOf(s.Name, "-") {
		c.fail("", "%q is no stack name: a letter, then letters, digits and hyphens", s.Name)
	}
	if s.Environment == Toolchain || s.Environment != "" && !madeOf(s.Environment, "-_") {
		c.fail("", "%q cannot be an environment's name", s.Environment)
	}
	if len(s.Account) != 12 || strings.Trim(s.Account, "0123456789") != "" {
		c.fail("", "account %q is not 12 digits", s.Account)
	}
	if s.Region == "" || !madeOf(s.Region, "-") {
		c.fail("", "%q is no region", s.Region)
	}
	for _, name := range s.Capabilities {
		if name == "" || !madeOf(name, "_") {
			c.fail("", "%q is no capability", name)
		}
	}

	if !madeOf(s.UploadBucket, ".-") {
		c.fail("", "%q is no bucket", s.UploadBucket)
	}

	place := [3]string{s.Account, s.Region, s.Name}
	if other, taken := c.places[place]; taken {
		c.fail("give one of them another name", "%s and %s are the same stack in account %s, region %s", other, s.Path, s.Account, s.Region)
	}
	c.places[place] = s.Path

	// A folder's name has no dot, so that no folder can have a file's name; nor has a template's, which could end in .config.
	for segment := range strings.SplitSeq(s.Path, "/") {
		if segment == "" || segment[0] == '-' || !madeOf(segment, "-_") {
			c.fail("", "%q is no path for its template: names of letters, digits, - and _ with / between them", s.Path)
			break
		}
	}
	// In lower case, for file systems that do not tell the two apart.
	path := strings.ToLower(s.Path)
	if other, taken := c.files[path]; taken {
		c.fail("", "its template would be the same file as that of stack %s: %s", other, s.Path)
	}
	if file := path + ".json"; file == manifestName || file == releaseName {
		c.fail("", "its template would be the same file as %s", file)
	}
	c.files[path] = s.Name
}

func (c *checker) parameters(i int) {
	s := c.stack
	given := map[string]bool{}
	give := func(name string) {
		if given[name] {
			c.fail("", "parameter %s is given twice", name)
		}
		given[name] = true
	}
	for _, p := range s.Parameters {
		give(p.Name)
		if len(p.Value) > limits.ParameterValue {
			c.fail("", "the value of parameter %s has %d bytes; CloudFormation takes %d", p.Name, len(p.Value), limits.ParameterValue)
		}
		if !isText(p.Value) {
			c.fail("", "the value of parameter %s is not text in UTF-8 or holds a zero byte", p.Name)
		}
	}
	for _, f := range s.FromOutputs {
		give(f.Parameter)
		if f.Output == "" || !madeOf(f.Output, "") {
			c.fail("", "parameter %s: %q is no name of an output", f.Parameter, f.Output)
		}
		if c.assembly.source(i, f) == nil {
			c.fail("", "parameter %s takes output %s of stack %s, but there is not exactly one stack of that name before it in account %s",
				f.Parameter, f.Output, f.Stack, s.Account)
		}
	}
	for _, name := range s.ReleaseParameters {
		if !s.knows(name) {
			give(name)
		}
	}

	if s.Template == nil {
		c.fail("", "it has no template")
		return
	}
	declared := s.Template.Get("Parameters")
	var names []string
	if declared != nil {
		names = declared.Keys
	}
	for _, name := range names {
		if name == "" || !madeOf(name, "") {
			c.fail("", "%q is no name of a parameter", name)
		}
		if !given[name] {
			c.fail("", "template parameter %s gets no value", name)
		}
	}
	for _, name := range sortedKeys(given) {
		if !slices.Contains(names, name) {
			c.fail("", "parameter %s is given, but its template has none of that name", name)
		}
	}
}

func (c *checker) tags() {
	if n := len(c.stack.Tags); n > limits.Tags {
		c.fail("", "it has %d tags; CloudFormation takes %d", n, limits.Tags)
	}
	for _, key := range sortedKeys(c.stack.Tags) {
		switch value := c.stack.Tags[key]; {
		case key == "" || len([]rune(key)) > limits.TagKey:
			c.fail("", "tag key %q has %d characters; CloudFormation takes 1 to %d", key, len([]rune(key)), limits.TagKey)
		case len([]rune(value)) > limits.TagValue:
			c.fail("", "the value of tag %s has %d characters; CloudFormation takes %d", key, len([]rune(value)), limits.TagValue)
		case strings.Contains(key, "=") || strings.ContainsAny(key[:1], "-[{\""):
			c.fail("choose another key", "`aws cloudformation deploy` cannot set a tag with the key %q", key)
		case !isText(key + value):
			c.fail("", "tag %q is not text in UTF-8 or holds a zero byte", key)
		}
	}
}

func (c *checker) dependencies(i int) {
	named := func(name string) func(Stack) bool { return func(s Stack) bool { return s.Name == name } }
	for _, name := range c.stack.DependsOn {
		switch {
		case slices.ContainsFunc(c.assembly.Stacks[:i], named(name)):
		case slices.ContainsFunc(c.assembly.Stacks[i:], named(name)):
			c.fail("", "it depends on stack %s, which is deployed only after it", name)
		default:
			c.fail("", "it depends on stack %s, which does not exist", name)
		}
	}
}

// isText says whether s can be an argument of a command, and stays the same in JSON.
func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func isLetter(b byte) bool { return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' }

// madeOf says whether s has only ASCII letters, digits and the characters of more.
func madeOf(s, more string) bool {
	for i := range len(s) {
		if b := s[i]; !isLetter(b) && (b < '0' || b > '9') && strings.IndexByte(more, b) < 0 {
			return false
		}
	}
	return true
}
