package catalog

import (
	"slices"
	"strings"
	"sync"
)

// IAMService is a service as policies know it.
type IAMService struct {
	// Prefix of its actions, such as s3.
	Prefix string
	// Name of the service, such as Amazon S3.
	Name string
	// Resources that its actions know, by name.
	Resources []IAMResource
	// Keys are all condition keys that some action or resource of the service has.
	Keys []ConditionKey

	actions func() []string
}

// IAMResource is a resource type as policies know it.
type IAMResource struct {
	Name string
	// ARNs are its forms, such as arn:${Partition}:s3:::${BucketName}; mostly one.
	ARNs []string
	// Keys are the condition keys of the resource, whatever the action.
	Keys []string
}

// ConditionKey of a service.
type ConditionKey struct {
	// Name, such as s3:prefix. Parts in ${…} or <…> stand for any text.
	Name string
	// Type of its values, such as String, ARN, Bool or ArrayOfString.
	Type string
}

// AccessLevel is what an action does to what it is allowed on.
type AccessLevel string

// The access levels of the Service Authorization Reference.
const (
	LevelList        AccessLevel = "list"
	LevelRead        AccessLevel = "read"
	LevelWrite       AccessLevel = "write"
	LevelTagging     AccessLevel = "tagging"
	LevelPermissions AccessLevel = "permissions"
)

// IAMAction is an action as policies know it.
type IAMAction struct {
	Service *IAMService
	// Name with its prefix, such as s3:GetObject.
	Name  string
	Level AccessLevel
	// Resources that it knows. None: only "*" allows it.
	Resources []ActionResource
	// Keys are its condition keys, whatever the resource.
	Keys []string
	// Needs are the actions that the caller must be allowed too, such as iam:PassRole. The source in use lists none: nil says nothing.
	Needs []string
}

// ActionResource is a resource type that an action knows.
type ActionResource struct {
	IAMResource
	// Required: a statement that allows the action must name a resource of this type. If no type is required, one of them is enough.
	Required bool
	// ActionKeys are the condition keys that the action has with resources of this type only.
	ActionKeys []string
}

// Actions lists the actions of the service, such as s3:GetObject, sorted without regard to case.
func (s *IAMService) Actions() []string { return slices.Clone(s.actions()) }

// Resource finds a resource type of the service by its name.
func (s *IAMService) Resource(name string) (*IAMResource, bool) {
	i := slices.IndexFunc(s.Resources, func(r IAMResource) bool { return r.Name == name })
	if i < 0 {
		return nil, false
	}
	return &s.Resources[i], true
}

// OnlyOnAll says whether the action knows no resource type, so that only the resource "*" allows it.
func (a *IAMAction) OnlyOnAll() bool { return len(a.Resources) == 0 }

// Knows says whether the ARN of a policy, which may contain the wildcards * and ?, can be one of a resource that the action knows. What is not known
// yet, such as an account, is best written as *. Actions that know no resource know only "*", which every action does.
func (a *IAMAction) Knows(arn string) bool {
	return arn == "*" || slices.ContainsFunc(a.Resources, func(r ActionResource) bool { return r.Matches(arn) })
}

// Matches says whether the ARN of a policy, which may contain wildcards, can be one of a resource of this type.
func (r IAMResource) Matches(arn string) bool {
	return slices.ContainsFunc(r.ARNs, func(form string) bool { return overlapARN(wildcards(form), arn) })
}

// HasKey says whether the action has a condition key: its own, one of a resource that it knows, or one that every request has.
func (a *IAMAction) HasKey(key string) bool {
	return slices.ContainsFunc(a.AllKeys(), func(k string) bool { return ConditionKey{Name: k}.matches(key) }) || isGlobalKey(key)
}

// AllKeys lists the condition keys of the action and of the resources that it knows, sorted; without those that every request has.
func (a *IAMAction) AllKeys() []string {
	list := slices.Clone(a.Keys)
	for _, r := range a.Resources {
		list = append(list, r.ActionKeys...)
		list = append(list, r.Keys...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// service reads the record of a service, once: its own line, =name, @resource ARN and keys, .key and type.
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

// readAction reads the record of an action: its name and level, @resource with its keys, =keys, =needs.
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

// globalKeys is the record of the keys of every service.
const globalKeys = "(global)"

// GlobalKeys are the condition keys that the requests of every service may have.
func GlobalKeys() []ConditionKey {
	s, ok := Service(globalKeys)
	if !ok {
		return nil
	}
	return s.Keys
}

// isGlobalKey says whether every request may have a condition key.
func isGlobalKey(key string) bool {
	return slices.ContainsFunc(GlobalKeys(), func(k ConditionKey) bool { return k.matches(key) })
}

// HasKey says whether requests can have a condition key: those of some action of the service that its prefix names, or those of every service.
func HasKey(key string) bool {
	prefix, _, _ := strings.Cut(key, ":")
	s, ok := Service(prefix)
	return isGlobalKey(key) || ok && slices.ContainsFunc(s.Keys, func(k ConditionKey) bool { return k.matches(key) })
}

// matches says whether a key of a policy is this one. Keys know no case.
func (k ConditionKey) matches(key string) bool {
	return strings.EqualFold(k.Name, key) || overlap(strings.ToLower(wildcards(k.Name)), strings.ToLower(key))
}
