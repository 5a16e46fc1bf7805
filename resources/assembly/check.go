package assembly

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/cfnpipe/cfnpipe/resources/limits"
)

// StackError is one reason why a stack cannot be written or deployed.
type StackError struct {
	Stack, Message string
	// Hint says what to do. Optional.
	Hint string
}

// Error returns the message, followed by the hint if there is one.
func (e *StackError) Error() string {
	text := fmt.Sprintf("stack %s: %s", e.Stack, e.Message)
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// check returns an error for everything that CloudFormation, CodePipeline or deploy.sh would not accept, in the order of the stacks. The names
// in a checked assembly need no quotes in deploy.sh; values do.
func (a *Assembly) check() error {
	c := &checker{assembly: a, places: map[[3]string]string{}, files: map[string]string{}}
	for i := range a.Stacks {
		c.stack = &a.Stacks[i]
		c.checkNames()
		c.checkParameters(i)
		c.checkTags()
		c.checkDependencies(i)
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

func (c *checker) checkNames() {
	s := c.stack
	if len(s.Name) > limits.StackName {
		c.fail("choose a shorter project or environment name", "the name has %d characters; the CloudFormation limit is %d", len(s.Name), limits.StackName)
	}
	if s.Name == "" || !isLetter(s.Name[0]) || !hasOnly(s.Name, "-") {
		c.fail("", "%q is not a valid stack name: use a letter, followed by letters, digits and hyphens", s.Name)
	}
	if s.Environment == Toolchain || s.Environment != "" && !hasOnly(s.Environment, "-_") {
		c.fail("", "%q is not a valid environment name", s.Environment)
	}
	if len(s.Account) != 12 || strings.Trim(s.Account, "0123456789") != "" {
		c.fail("", "account %q is not 12 digits", s.Account)
	}
	if s.Region == "" || !hasOnly(s.Region, "-") {
		c.fail("", "%q is not a valid region", s.Region)
	}
	for _, name := range s.Capabilities {
		if name == "" || !hasOnly(name, "_") {
			c.fail("", "%q is not a valid capability", name)
		}
	}

	if !hasOnly(s.UploadBucket, ".-") {
		c.fail("", "%q is not a valid bucket name", s.UploadBucket)
	}

	place := [3]string{s.Account, s.Region, s.Name}
	if other, taken := c.places[place]; taken {
		c.fail("give one of them another name", "%s and %s are the same stack in account %s, region %s", other, s.Path, s.Account, s.Region)
	}
	c.places[place] = s.Path

	// Without dots, no folder has the name of a file, and no template file ends in .config.json.
	for segment := range strings.SplitSeq(s.Path, "/") {
		if segment == "" || segment[0] == '-' || !hasOnly(segment, "-_") {
			c.fail("", "%q is not a valid path for its template: use names of letters, digits, - and _, separated by /", s.Path)
			break
		}
	}
	// In lower case, for file systems that ignore case.
	path := strings.ToLower(s.Path)
	if other, taken := c.files[path]; taken {
		c.fail("", "its template would be written to the same file as the template of stack %s: %s", other, s.Path)
	}
	if file := path + ".json"; file == manifestName || file == releaseName {
		c.fail("", "its template would be written to the same file as %s", file)
	}
	c.files[path] = s.Name
}

func (c *checker) checkParameters(i int) {
	s := c.stack
	given := map[string]bool{}
	give := func(name string) {
		if given[name] {
			c.fail("", "parameter %s has two values", name)
		}
		given[name] = true
	}
	for _, p := range s.Parameters {
		give(p.Name)
		if len(p.Value) > limits.ParameterValue {
			c.fail("", "the value of parameter %s has %d bytes; the CloudFormation limit is %d", p.Name, len(p.Value), limits.ParameterValue)
		}
		if !isText(p.Value) {
			c.fail("", "the value of parameter %s is not valid UTF-8, or contains a zero byte", p.Name)
		}
	}
	for _, f := range s.FromOutputs {
		give(f.Parameter)
		if f.Output == "" || !hasOnly(f.Output, "") {
			c.fail("", "parameter %s: %q is not a valid output name", f.Parameter, f.Output)
		}
		if c.assembly.outputStack(i, f) == nil {
			c.fail("", "parameter %s reads output %s of stack %s: exactly one stack of that name in account %s must be deployed before this one",
				f.Parameter, f.Output, f.Stack, s.Account)
		}
	}
	for _, name := range s.ReleaseParameters {
		if !s.hasValue(name) {
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
		if name == "" || !hasOnly(name, "") {
			c.fail("", "%q is not a valid parameter name", name)
		}
		if !given[name] {
			c.fail("", "template parameter %s has no value", name)
		}
	}
	for _, name := range sortedKeys(given) {
		if !slices.Contains(names, name) {
			c.fail("", "parameter %s has a value, but its template does not declare it", name)
		}
	}
}

func (c *checker) checkTags() {
	if n := len(c.stack.Tags); n > limits.Tags {
		c.fail("", "it has %d tags; the CloudFormation limit is %d", n, limits.Tags)
	}
	for _, key := range sortedKeys(c.stack.Tags) {
		switch value := c.stack.Tags[key]; {
		case key == "" || len([]rune(key)) > limits.TagKey:
			c.fail("", "tag key %q has %d characters; CloudFormation requires 1 to %d", key, len([]rune(key)), limits.TagKey)
		case len([]rune(value)) > limits.TagValue:
			c.fail("", "the value of tag %s has %d characters; the CloudFormation limit is %d", key, len([]rune(value)), limits.TagValue)
		case strings.Contains(key, "=") || strings.ContainsAny(key[:1], "-[{\""):
			c.fail("choose another key", "`aws cloudformation deploy` cannot set a tag with the key %q", key)
		case !isText(key + value):
			c.fail("", "tag %q is not valid UTF-8, or contains a zero byte", key)
		}
	}
}

func (c *checker) checkDependencies(i int) {
	named := func(name string) func(Stack) bool { return func(s Stack) bool { return s.Name == name } }
	for _, name := range c.stack.DependsOn {
		switch {
		case slices.ContainsFunc(c.assembly.Stacks[:i], named(name)):
		case slices.ContainsFunc(c.assembly.Stacks[i:], named(name)):
			c.fail("", "it depends on stack %s, which is deployed after it", name)
		default:
			c.fail("", "it depends on stack %s, which does not exist", name)
		}
	}
}

// isText reports whether s can be an argument of a command, and can be written to JSON unchanged.
func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

func isLetter(b byte) bool { return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' }

// hasOnly reports whether s consists of ASCII letters, digits and the characters in more.
func hasOnly(s, more string) bool {
	for i := range len(s) {
		if b := s[i]; !isLetter(b) && (b < '0' || b > '9') && strings.IndexByte(more, b) < 0 {
			return false
		}
	}
	return true
}
