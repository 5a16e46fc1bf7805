package catalog

import (
	"slices"
	"strings"
	"sync"
)

// IAMService is a service in the table of IAM actions.
type IAMService struct {
	// Prefix of its actions, such as s3.
	Prefix string
	// Name of the service, such as Amazon S3.
	Name string
	// Resources that its actions support, by name.
	Resources []IAMResource
	// Keys are the condition keys of all actions and resources of the service.
	Keys []ConditionKey

	actions func() []string
}

// IAMResource is a resource type in the table of IAM actions.
type IAMResource struct {
	Name string
	// ARNs are the forms of its ARN, such as arn:${Partition}:s3:::${BucketName}. Usually there is one.
	ARNs []string
	// Keys are the condition keys of the resource with any action.
	Keys []string
}

// ConditionKey of a service.
type ConditionKey struct {
	// Name, such as s3:prefix. A part in ${…} or <…> matches any text.
	Name string
	// Type of its values, such as String, ARN, Bool or ArrayOfString.
	Type string
}

// AccessLevel is what an action does to a resource.
type AccessLevel string

// The access levels of the Service Authorization Reference.
const (
	LevelList        AccessLevel = "list"
	LevelRead        AccessLevel = "read"
	LevelWrite       AccessLevel = "write"
	LevelTagging     AccessLevel = "tagging"
	LevelPermissions AccessLevel = "permissions"
)

// IAMAction is an action in the table of IAM actions.
type IAMAction struct {
	Service *IAMService
	// Name with its prefix, such as s3:GetObject.
	Name  string
	Level AccessLevel
	// Resources that it supports. If there are none, only "*" allows it.
	Resources []ActionResource
	// Keys are its condition keys with any resource.
	Keys []string
	// Needs are the actions that the caller also requires, such as iam:PassRole. The present source lists none, so nil does not mean that there are none.
	Needs []string
}

// ActionResource is a resource type that an action supports.
type ActionResource struct {
	IAMResource
	// Required is true if a statement that allows the action must include a resource of this type. If no type is required, one of them is enough.
	Required bool
	// ActionKeys are the condition keys that the action has with resources of this type only.
	ActionKeys []string
}

// Actions returns the actions of the service, such as s3:GetObject, sorted ignoring case.
func (s *IAMService) Actions() []string { return slices.Clone(s.actions()) }

// Resource returns a resource type of the service by its name.
func (s *IAMService) Resource(name string) (*IAMResource, bool) {
	i := slices.IndexFunc(s.Resources, func(r IAMResource) bool { return r.Name == name })
	if i < 0 {
		return nil, false
	}
	return &s.Resources[i], true
}

// OnlyOnAll reports whether the action supports no resource type, so that only the resource "*" allows it.
func (a *IAMAction) OnlyOnAll() bool { return len(a.Resources) == 0 }

// Knows reports whether the action supports a resource with the ARN of a policy, which may contain the wildcards * and ?. Write an unknown part, such as
// an account, as *. Every action supports "*".
func (a *IAMAction) Knows(arn string) bool {
	return arn == "*" || slices.ContainsFunc(a.Resources, func(r ActionResource) bool { return r.Matches(arn) })
}

// Matches reports whether the ARN of a policy, which may contain wildcards, can be the ARN of a resource of this type.
func (r IAMResource) Matches(arn string) bool {
	return slices.ContainsFunc(r.ARNs, func(form string) bool { return overlapARN(wildcards(form), arn) })
}

// HasKey reports whether the action has a condition key: its own, one of a resource that it supports, or a global one.
func (a *IAMAction) HasKey(key string) bool {
	return slices.ContainsFunc(a.AllKeys(), func(k string) bool { return ConditionKey{Name: k}.matches(key) }) || isGlobalKey(key)
}

// AllKeys returns the condition keys of the action and of the resources that it supports, sorted. It leaves out the global ones.
func (a *IAMAction) AllKeys() []string {
	list := slices.Clone(a.Keys)
	for _, r := range a.Resources {
		list = append(list, r.ActionKeys...)
		list = append(list, r.Keys...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// service parses the record of a service on the first call: its own line, =name, @resource ARN and keys, .key and type.
func (c *catalog) service(prefix string) *IAMService {
	prefix = strings.ToLower(prefix)
	s, ok := c.knownServices[prefix]
	if ok {
		return s
	}
	if lines, found := c.actions.record(prefix); found && !strings.Contains(lines[0], ":") {
		s = &IAMService{Prefix: lines[0]}
		s.actions = sync.OnceValue(func() []string { return slices.Collect(c.actions.keys(lines[0] + ":")) })
		for _, line := range lines[1:] {
			words := strings.Split(line[1:], "\t")
			switch line[0] {
			case '=':
				s.Name = strings.TrimPrefix(line, "=name ")
			case '@':
				s.Resources = append(s.Resources, IAMResource{Name: words[0], ARNs: strings.Split(words[1], ", "), Keys: words[2:]})
			case '.':
				s.Keys = append(s.Keys, ConditionKey{Name: words[0], Type: words[1]})
			}
		}
	}
	c.knownServices[prefix] = s
	return s
}

// readAction parses the record of an action: its name and level, @resource with its keys, =keys, =needs.
func (c *catalog) readAction(name string) *IAMAction {
	prefix, _, ok := strings.Cut(name, ":")
	if !ok {
		return nil
	}
	lines, ok := c.actions.record(name)
	s := c.service(prefix)
	if !ok || s == nil {
		return nil
	}
	full, level, _ := strings.Cut(lines[0], " ")
	a := &IAMAction{Service: s, Name: full, Level: AccessLevel(level)}
	for _, line := range lines[1:] {
		words := strings.Split(line, "\t")
		switch {
		case line[0] == '@':
			resource, required := strings.CutSuffix(words[0][1:], "!")
			if r, found := s.Resource(resource); found {
				a.Resources = append(a.Resources, ActionResource{IAMResource: *r, Required: required, ActionKeys: words[1:]})
			}
		case words[0] == "=keys":
			a.Keys = words[1:]
		default:
			a.Needs = strings.Fields(strings.TrimPrefix(line, "=needs "))
		}
	}
	return a
}

// globalKeys is the record of the global condition keys.
const globalKeys = "(global)"

// GlobalKeys returns the global condition keys, which requests of every service may have.
func GlobalKeys() []ConditionKey {
	s, ok := Service(globalKeys)
	if !ok {
		return nil
	}
	return s.Keys
}

// isGlobalKey reports whether a condition key is global.
func isGlobalKey(key string) bool {
	return slices.ContainsFunc(GlobalKeys(), func(k ConditionKey) bool { return k.matches(key) })
}

// HasKey says whether requests can have a condition key: those of some action of the service that its prefix names, or those of every service.
func HasKey(key string) bool {
	c := opened()
	c.mu.Lock()
	has, ok := c.knownKeys[key]
	c.mu.Unlock()
	if ok {
		return has
	}
	prefix, _, _ := strings.Cut(key, ":")
	s, found := Service(prefix)
	has = isGlobalKey(key) || found && slices.ContainsFunc(s.Keys, func(k ConditionKey) bool { return k.matches(key) })
	c.mu.Lock()
	defer c.mu.Unlock()
	c.knownKeys[key] = has
	return has
}

// matches says whether a key of a policy is this one. Keys know no case.
func (k ConditionKey) matches(key string) bool {
	return strings.EqualFold(k.Name, key) || overlap(strings.ToLower(wildcards(k.Name)), strings.ToLower(key))
}
