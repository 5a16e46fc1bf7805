package catalog

import (
	"slices"
	"strings"
	"sync"
)

// catalog contains the tables, and the records that were parsed so far.
type catalog struct {
	types, actions *table

	mu            sync.Mutex
	knownTypes    map[string]*ResourceType
	knownServices map[string]*IAMService
	knownActions  map[string]*IAMAction
	knownPatterns map[string]bool // whether some action matches
	knownKeys     map[string]bool // whether it is a condition key
	corrections   map[string][]correction

	allTypes, allServices func() []string
}

//nolint:gochecknoglobals // caches records of the embedded tables, which never change; without a look-up nothing is read
var opened = sync.OnceValue(func() *catalog {
	c := &catalog{
		types: openTable(typesTable), actions: openTable(actionsTable),
		knownTypes: map[string]*ResourceType{}, knownServices: map[string]*IAMService{}, knownActions: map[string]*IAMAction{},
		knownPatterns: map[string]bool{}, knownKeys: map[string]bool{},
		corrections: map[string][]correction{},
	}
	for _, row := range corrections() {
		c.corrections[row.typ] = append(c.corrections[row.typ], row)
	}
	c.allTypes, c.allServices = sync.OnceValue(c.listTypes), sync.OnceValue(c.listServices)
	return c
})

// Type returns a resource type of CloudFormation by its name, such as AWS::S3::Bucket. For Custom::NAME, it returns
// AWS::CloudFormation::CustomResource, which accepts any property.
func Type(name string) (*ResourceType, bool) {
	if strings.HasPrefix(name, "Custom::") {
		name = CustomResource
	}
	c := opened()
	c.mu.Lock()
	defer c.mu.Unlock()
	t, ok := c.knownTypes[name]
	if !ok {
		t = c.readType(name)
		c.knownTypes[name] = t
	}
	return t, t != nil
}

// Foreign reports whether a type is not a type of AWS, so that its properties are not known: a module, or a third-party type in the registry.
func Foreign(name string) bool {
	return strings.HasSuffix(name, "::MODULE") || !strings.HasPrefix(name, "AWS::") && !strings.HasPrefix(name, "Alexa::") && !strings.HasPrefix(name, "Custom::")
}

// Types returns the names of all resource types, sorted ignoring case. It reads the whole table, so use it only for messages.
func Types() []string { return slices.Clone(opened().allTypes()) }

func (c *catalog) listTypes() []string {
	names := slices.Collect(c.types.keys(""))
	for name, rows := range c.corrections {
		if rows[0].was == noType {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return names
}

// Service returns a service by the prefix of its IAM actions, such as s3, ignoring case as policies do.
func Service(prefix string) (*IAMService, bool) {
	c := opened()
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.service(prefix)
	return s, s != nil
}

// Services returns the prefixes of all services, sorted. It reads the whole table, so use it only for messages.
func Services() []string { return slices.Clone(opened().allServices()) }

func (c *catalog) listServices() []string {
	var list []string
	for key := range c.actions.keys("") {
		if !strings.Contains(key, ":") && key != globalKeys {
			list = append(list, key)
		}
	}
	slices.Sort(list)
	return list
}

// Action returns an IAM action by its name, such as s3:GetObject, ignoring case as policies do.
func Action(name string) (*IAMAction, bool) {
	c := opened()
	c.mu.Lock()
	defer c.mu.Unlock()
	key := strings.ToLower(name)
	a, ok := c.knownActions[key]
	if !ok {
		a = c.readAction(name)
		c.knownActions[key] = a
	}
	return a, a != nil
}

// Actions returns the actions that match a pattern of a policy, sorted: s3:Get*, s3:*, or the name of one action. * and ? are wildcards.
func Actions(pattern string) []string {
	fixed := pattern
	if i := strings.IndexAny(pattern, "*?"); i >= 0 {
		fixed = pattern[:i]
	}
	var list []string
	for key := range opened().actions.keys(fixed) {
		if strings.Contains(key, ":") && overlap(strings.ToLower(pattern), strings.ToLower(key)) {
			list = append(list, key)
		}
	}
	return list
}

// HasAction says whether there is an action that a pattern of a policy stands for.
func HasAction(pattern string) bool {
	if !strings.ContainsAny(pattern, "*?") {
		_, ok := Action(pattern)
		return ok
	}
	c := opened()
	c.mu.Lock()
	defer c.mu.Unlock()
	has, ok := c.knownPatterns[pattern]
	if !ok {
		has = len(Actions(pattern)) > 0
		c.knownPatterns[pattern] = has
	}
	return has
}

// Date of the newest source, such as 2026-09-29.
func Date() string { return opened().types.value("date") }

// Sources returns the sources of the tables: lines such as "cfn-lint 1.51.0", and the date of the newest, such as "date 2026-09-29".
func Sources() []string {
	var list []string
	for _, line := range opened().types.header {
		name, _, _ := strings.Cut(line, " ")
		if !slices.Contains([]string{"records", "dictionary", "index"}, name) {
			list = append(list, line)
		}
	}
	return list
}
