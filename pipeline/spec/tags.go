package spec

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cfnpipe/cfnpipe/resources/limits"
)

const maxTags = limits.Tags - 5 // of a resource; the rest is for cfnpipe's own

func checkTags(v *validator, at string, tags map[string]string) {
	if len(tags) > maxTags {
		v.add(at, fmt.Sprintf("has %d tags, at most %d are allowed", len(tags), maxTags), "AWS allows 50 on a resource, and cfnpipe adds its own")
	}
	seen := map[string]string{} // lower-case key to the first key
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		path, value := join(at, key), tags[key]
		lower := strings.ToLower(key)
		switch first, taken := seen[lower]; {
		case key == "":
			v.add(path, "has an empty key", "write a key")
		case strings.ContainsRune(key, '='), strings.ContainsAny(key[:1], "-[{\""):
			v.add(path, "aws cloudformation deploy cannot pass a key that holds = or begins with - [ { or \"", "choose another key")
		case slices.Contains([]string{"environment", "label", "pipeline", "project"}, lower):
			v.add(path, "cfnpipe sets this tag itself: it says what a stack belongs to", "choose another key")
		case strings.HasPrefix(lower, "aws:"):
			v.add(path, "AWS reserves keys that begin with aws:", "choose another key")
		case !isTag(key):
			v.add(path, "the key has characters other than letters, digits, spaces and _ . : / + - @", "")
		case taken:
			v.add(path, "differs from "+strconv.Quote(first)+" in case alone", "IAM takes them for the same key: keep one")
		}
		seen[lower] = key
		if n := utf8.RuneCountInString(key); n > limits.TagKey {
			v.add(path, fmt.Sprintf("the key has %d characters, AWS allows %d", n, limits.TagKey), fmt.Sprintf("shorten it by %d", n-limits.TagKey))
		}
		switch n := utf8.RuneCountInString(value); {
		case n == 0:
			v.add(path, "has no value", "CloudFormation wants at least one character")
		case n > limits.TagValue:
			v.add(path, fmt.Sprintf("the value has %d characters, AWS allows %d", n, limits.TagValue), fmt.Sprintf("shorten it by %d", n-limits.TagValue))
		case !isTag(value):
			v.add(path, "the value has characters other than letters, digits, spaces and _ . : / = + - @", "")
		}
	}
}

// checkEnvironmentTags checks tags by themselves, and with the project's, which the stacks have too.
func checkEnvironmentTags(v *validator, at string, tags map[string]string) {
	checkTags(v, at, tags)
	all := maps.Clone(v.spec.Tags)
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if _, same := all[key]; same {
			continue
		}
		for other := range all {
			if strings.EqualFold(other, key) {
				v.add(join(at, key), "differs from "+strconv.Quote(other)+" of the project in case alone", "IAM takes them for the same key: write it the same way")
			}
		}
	}
	if n := len(tags) + len(all); len(tags) <= maxTags && len(all) <= maxTags && n > maxTags {
		for key := range tags {
			delete(all, key)
		}
		if n = len(tags) + len(all); n > maxTags {
			v.add(at, fmt.Sprintf("has %d tags with those of the project, at most %d are allowed", n, maxTags), "AWS allows 50 on a resource, and cfnpipe adds its own")
		}
	}
}

func isTag(text string) bool {
	return all(text, func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" _.:/=+-@", r)
	})
}
