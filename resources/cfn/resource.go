package cfn

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/cfnpipe/cfnpipe/resources/catalog"
	"github.com/cfnpipe/cfnpipe/resources/cfn/tree"
)

// Properties is a resource of one of goformation's service packages.
type Properties interface{ AWSCloudFormationType() string }

// Resource is a declared resource. Builders wrap it in handles that have the attributes which its type really has.
type Resource struct {
	template   *Template
	id, kind   string
	condition  string
	dependsOn  []string
	deletion   DeletionPolicy
	replace    DeletionPolicy
	metadata   *tree.Node
	properties *tree.Node
	// imported is all of a resource of an imported template, which the rest says nothing of.
	imported *tree.Node
	// unwanted is not rendered.
	unwanted bool
}

// DeletionPolicy is what becomes of a resource that leaves its stack.
type DeletionPolicy string

// The deletion policies of CloudFormation.
const (
	Delete   DeletionPolicy = "Delete"
	Retain   DeletionPolicy = "Retain"
	Snapshot DeletionPolicy = "Snapshot"
	// RetainExceptOnCreate retains, but a failed first create leaves nothing behind that would block the next one.
	RetainExceptOnCreate DeletionPolicy = "RetainExceptOnCreate"
)

// Add declares a resource. The properties are read at once: later changes of the struct do not count.
func (t *Template) Add(id string, properties Properties) *Resource {
	r := &Resource{template: t, id: id}
	if properties != nil {
		r.kind = properties.AWSCloudFormationType()
	}
	if t.byID[id] != nil {
		t.fail(r.path(), "the logical id is used twice", "choose another one")
	}
	r.properties = t.lower(r.path()+".Properties", properties)
	t.byID[id] = r
	t.resources = append(t.resources, r)
	return r
}

func (r *Resource) path() string { return "Resources." + r.id }

// ID is the logical id.
func (r *Resource) ID() string { return r.id }

// When makes the resource only if the declared condition is true.
func (r *Resource) When(c Condition) *Resource {
	name, ok := c.name()
	if !ok {
		r.template.fail(r.path()+".Condition", "the condition is not declared", "use what Template.Condition returned")
		return r
	}
	r.condition = name.text
	return r
}

// After makes the resource only when the others are there, where no reference says so.
func (r *Resource) After(others ...*Resource) *Resource {
	for _, o := range others {
		if o == nil {
			r.template.fail(r.path()+".DependsOn", undeclared().text, "declare it first")
			continue
		}
		if o.template != r.template {
			r.template.fail(r.path()+".DependsOn", fmt.Sprintf("%s belongs to the stack %q", o.id, o.template.Name()), "depend on a resource of the same stack")
			continue
		}
		if !slices.Contains(r.dependsOn, o.id) {
			r.dependsOn = append(r.dependsOn, o.id)
		}
	}
	return r
}

// OnRemoval says what becomes of the resource when it leaves the stack, and when it is replaced.
func (r *Resource) OnRemoval(deletion, replace DeletionPolicy) *Resource {
	if replace == RetainExceptOnCreate {
		r.template.fail(r.path()+".UpdateReplacePolicy", "RetainExceptOnCreate is a DeletionPolicy only", "use Retain")
	}
	r.deletion, r.replace = deletion, replace
	return r
}

// Metadata sets a key of the resource's metadata; value is what Set takes.
func (r *Resource) Metadata(key string, value any) *Resource {
	if r.metadata == nil {
		r.metadata = tree.NewMap()
	}
	r.metadata.Set(key, r.template.anyNode(r.path()+".Metadata."+key, value))
	return r
}

// Object is a map for Set and JSON, in the given order.
type Object []Member

// Member is one entry of an Object.
type Member struct {
	Name  string
	Value any
}

// Set is the escape hatch: it sets a property that goformation lacks, or puts a value where goformation takes only a number.
// The path is below Properties, such as Stages[2].OnFailure; its parent must be there and the property itself not.
// The type must have the property, and Render refuses a value of the wrong kind.
// The value is text, a bool, an int, a Part, Texts, an Object, []any, or a *tree.Node.
func (r *Resource) Set(path string, value any) *Resource {
	full := r.path() + ".Properties." + path
	parent, last, message := descend(r.properties, path)
	if message == "" && parent.Kind != tree.Map {
		message = "the parent is not a map"
	}
	if _, _, ok := parent.Intrinsic(); message == "" && ok {
		message = "the parent is known only to CloudFormation"
	}
	if message == "" && parent.Get(last) != nil {
		message = "the property is set already"
	}
	hint := "Set only adds a property to what the builder made"
	if known, meant := r.knows(path); !known {
		message, hint = cmp.Or(message, r.kind+" has no property "+path), cmp.Or(meant, hint)
	}
	if message != "" {
		r.template.fail(full, message, hint)
		return r
	}
	parent.Set(last, r.template.anyNode(full, value))
	return r
}

// knows says whether the resource type has a property at a path like A.B[0].C, and else what can be meant. Types that the catalog lacks can have any.
func (r *Resource) knows(path string) (known bool, hint string) {
	t, ok := catalog.Type(r.kind)
	if !ok {
		return true, ""
	}
	names, at := t.Names(), ""
	for i, step := range strings.Split(strings.NewReplacer("[", ".", "]", "").Replace(path), ".") {
		if i > 0 {
			at += "."
		}
		at += step
		p, ok := t.Property(at)
		if !ok {
			if nearest := catalog.Nearest(step, names); nearest != "" {
				hint = "did you mean " + strconv.Quote(nearest) + "?"
			}
			return false, hint
		}
		if names = nil; p.Definition != nil {
			names = p.Definition.Names()
		}
	}
	return true, ""
}

// descend finds the parent of the last step of a path like A.B[0].C.
func descend(n *tree.Node, path string) (parent *tree.Node, last, message string) {
	if !regexp.MustCompile(`^\w+(\[\d+\])*(\.\w+(\[\d+\])*)*$`).MatchString(path) {
		return nil, "", "the path is not of the form A.B[0].C"
	}
	steps := strings.Split(strings.ReplaceAll(path, "[", ".["), ".")
	for _, s := range steps[:len(steps)-1] {
		index, isIndex := strings.CutPrefix(s, "[")
		if isIndex {
			index = strings.TrimSuffix(index, "]")
			i, err := strconv.Atoi(index)
			if err != nil || n.Kind != tree.List || i >= len(n.Items) {
				return nil, "", "there is no item " + index
			}
			n = n.Items[i]
			continue
		}
		if n = n.Get(s); n == nil {
			return nil, "", "there is no " + s
		}
	}
	last = steps[len(steps)-1]
	if strings.HasPrefix(last, "[") {
		return nil, "", "the path ends in an item of a list"
	}
	return n, last, ""
}

func (r *Resource) node() *tree.Node {
	if r.imported != nil {
		return r.imported
	}
	n := mapOf("Type", text(r.kind))
	if r.condition != "" {
		n.Set("Condition", text(r.condition))
	}
	if len(r.dependsOn) == 1 {
		n.Set("DependsOn", text(r.dependsOn[0]))
	} else if len(r.dependsOn) > 1 {
		ids := tree.NewList()
		for _, id := range r.dependsOn {
			ids.Items = append(ids.Items, text(id))
		}
		n.Set("DependsOn", ids)
	}
	if r.deletion != "" {
		n.Set("DeletionPolicy", text(string(r.deletion)))
	}
	if r.replace != "" {
		n.Set("UpdateReplacePolicy", text(string(r.replace)))
	}
	if r.metadata != nil {
		n.Set("Metadata", r.metadata)
	}
	if len(r.properties.Keys) > 0 {
		n.Set("Properties", r.properties)
	}
	return n
}

// Hash tells apart what resources hold, in 16 characters. It changes when any of them changes, and only then.
func Hash(resources ...*Resource) string {
	h := sha256.New()
	for _, r := range resources {
		h.Write(r.node().JSON())
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}
