package spec

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// applications gives every environment the application with its overrides merged. It merges nodes, not structs, because in
// a struct a field that is absent cannot be told from one that is zero.
func (d decoder) applications(root *node, s *Spec) {
	overrides := root.get("overrides")
	d.unknownOverrides(overrides, s)
	merged := make([]*node, len(s.Environments))
	for i, e := range s.Environments {
		over := overrides.get(e.Name)
		if over != nil && over.kind == nullKind {
			over = nil // an environment without overrides, not one without application
		}
		merged[i] = merger{d.report}.merge(reflect.TypeFor[Application](), root.get("application"), over)
	}
	d.leaveOut(merged, overrides, s)
	for i, n := range merged {
		if n == nil {
			continue
		}
		e := &s.Environments[i]
		inner := d
		inner.typ = e.Type
		inner.fill = s.placeholders(e)
		inner.decode(n, reflect.ValueOf(&e.Application).Elem(), join(index("environments", i), "application"))
		s.resolveApplication(i)
	}
	s.dropIdleAPIs()
}

func (d decoder) unknownOverrides(overrides *node, s *Spec) {
	if overrides == nil {
		return
	}
	names := s.environmentNames()
	if slices.Contains(names, "") {
		return // one whose name could not be read may be it
	}
	for _, f := range overrides.fields {
		if !slices.Contains(names, f.key) {
			d.add(f.line, f.column, Problem{join("overrides", f.key), "there is no environment " + strconv.Quote(f.key), didYouMeanOrKnown(f.key, names)})
		}
	}
}

// leaveOut takes from the application of each environment what is only for others. What is for none is reported and stays, so that what
// refers to it is not wrong too.
func (d decoder) leaveOut(applications []*node, overrides *node, s *Spec) {
	limits := map[*node]Only{}
	defaults := map[*node]Only{} // of those that say no limits
	isHeld := map[string]bool{}  // by paths as written
	for i, a := range applications {
		eachPart(a, func(item *node, x slot) bool {
			o, ok := limits[item]
			if !ok {
				o = onlyOf(item)
				if !o.isLimit() {
					o = x.limits()
					defaults[item] = o
					if name := s.Environments[i].Name; o.isLimit() && overrides.get(name).get(x.name) != nil {
						o = Only{Environments: []string{name}}
					}
				}
				limits[item] = o
			}
			if o.isLimit() {
				path := item.path()
				isHeld[path] = isHeld[path] || o.Holds(s.Environments[i])
			}
			return true
		})
	}
	for i, a := range applications {
		applications[i] = eachPart(a, func(item *node, _ slot) bool {
			o := limits[item]
			return o.Holds(s.Environments[i]) || !isHeld[item.path()]
		})
	}
	for item, o := range limits {
		if o.isLimit() && !isHeld[item.path()] && s.knows(o) {
			hint := s.environmentsHint()
			if item.get("environments") == nil && item.get("types") == nil {
				hint = fmt.Sprintf("without environments and types it is in those of type %s: name others", oneOf(typeWords(defaults[item].Types)))
			}
			d.at(item, "is in no environment", hint)
		}
	}
}

// eachPart gives an application with the parts that are kept, in its lists or alone, of those that may be for some environments only; the one
// that is given stays as it is.
func eachPart(application *node, keep func(item *node, s slot) bool) *node {
	if application == nil || application.kind != mappingKind {
		return application
	}
	result := *application
	result.fields = slices.Clone(application.fields)
	for _, s := range slots() {
		i := slices.IndexFunc(result.fields, func(f field) bool { return f.key == s.name })
		if i < 0 || !implements[limited](s.typ) {
			continue
		}
		switch value := result.fields[i].value; {
		case s.isList && value.kind == listKind:
			list := *value
			list.items = slices.DeleteFunc(slices.Clone(list.items), func(item *node) bool { return !keep(item, s) })
			result.fields[i].value = &list
		case !s.isList && (value.kind == mappingKind || value.kind == booleanKind && isTrue(value)) && !keep(value, s):
			result.fields = slices.Delete(result.fields, i, i+1)
		}
	}
	return &result
}

// onlyOf a part, before it is decoded: what can be read of its limits.
func onlyOf(item *node) Only {
	var o Only
	for _, n := range itemsOf(item.get("environments")) {
		o.Environments = append(o.Environments, n.text)
	}
	for _, n := range itemsOf(item.get("types")) {
		o.Types = append(o.Types, Type(n.text))
	}
	return o
}

func itemsOf(n *node) []*node {
	if n == nil {
		return nil
	}
	return n.items
}

// merger lays patches over values. It changes neither; the nodes of the result keep their places and paths.
type merger struct{ *report }

// merge over into base, both of which may be nil, for a value of type t.
func (m merger) merge(t reflect.Type, base, over *node) *node {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case over == nil:
		return base
	case t.Kind() == reflect.Struct && over.kind == mappingKind:
		return m.fields(base, over, func(key string) reflect.Type { return m.fieldType(t, key) })
	case t.Kind() == reflect.Map && over.kind == mappingKind:
		return m.fields(base, over, func(string) reflect.Type { return t.Elem() })
	case t.Kind() == reflect.Slice && m.isNamed(t.Elem()) && over.kind == mappingKind:
		return m.patches(t.Elem(), base, over)
	case t.Kind() == reflect.Slice && m.isNamed(t.Elem()) && over.kind == listKind:
		return m.items(t.Elem(), base, over)
	}
	return over
}

// fieldType of a field that is known; any other was reported and its type does not matter.
func (r *report) fieldType(t reflect.Type, key string) reflect.Type {
	for _, f := range r.fieldsOf(t) {
		if f.name == key {
			return f.typ
		}
	}
	return reflect.TypeFor[string]()
}

func (m merger) fields(base, over *node, typeOf func(key string) reflect.Type) *node {
	merged := *over
	merged.fields = nil
	if base != nil && base.kind == mappingKind {
		merged = *base
		merged.fields = slices.Clone(base.fields)
	}
	for _, f := range over.fields {
		i := slices.IndexFunc(merged.fields, func(b field) bool { return b.key == f.key })
		if i < 0 {
			merged.fields = append(merged.fields, field{f.key, f.line, f.column, m.merge(typeOf(f.key), nil, f.value)})
			continue
		}
		merged.fields[i].value = m.merge(typeOf(f.key), merged.fields[i].value, f.value)
	}
	return &merged
}

// items merges a list into a list: an item with the name of another patches it, every other is new.
func (m merger) items(element reflect.Type, base, over *node) *node {
	merged := startList(base, over)
	seen := map[string]bool{}
	for _, item := range over.items {
		name := item.get("name")
		if name == nil || name.kind != textKind {
			merged.items = append(merged.items, item)
			continue
		}
		if seen[name.text] {
			m.at(name, "the name "+strconv.Quote(shorten(name.text))+" is given twice in this list", "write one item")
			continue
		}
		seen[name.text] = true
		m.put(merged, element, patch{over, name.text, name, item})
	}
	return merged
}

// patches merges a mapping from names to items into a list: null drops the item, anything else patches or adds it.
func (m merger) patches(element reflect.Type, base, over *node) *node {
	merged := startList(base, over)
	for _, f := range over.fields {
		if name := f.value.get("name"); name != nil {
			m.at(name, "has its name already, from the key "+strconv.Quote(f.key), "leave it out")
			continue
		}
		if f.value.kind != nullKind {
			item := named(f)
			at := *item
			at.line, at.column = f.line, f.column // of the key
			m.put(merged, element, patch{over, f.key, &at, item})
			continue
		}
		i := indexOf(merged, f.key)
		if i < 0 {
			m.add(f.line, f.column, Problem{f.value.path(), "there is no " + strconv.Quote(f.key) + " to drop", didYouMeanOrKnown(f.key, itemNames(merged))})
			continue
		}
		merged.items = slices.Delete(merged.items, i, i+1)
	}
	return merged
}

// patch is an item of a list of overrides: what it is called, and where that is written.
type patch struct {
	list *node
	name string
	at   *node
	item *node
}

// put a patch into a list, or a new item after the others. One that is called almost like another is a slip, not a new one.
func (m merger) put(merged *node, element reflect.Type, p patch) {
	if i := indexOf(merged, p.name); i >= 0 {
		over := *p.item // without the name, so that it stays where it was given first
		over.fields = slices.DeleteFunc(slices.Clone(p.item.fields), func(f field) bool { return f.key == "name" })
		merged.items[i] = m.merge(element, merged.items[i], &over)
		return
	}
	a := m.addition(merged, p)
	if meant := m.nearest(p.name, a.names); meant != "" {
		hint := didYouMean(p.name, []string{meant})
		if p.list.parent != nil {
			environment := strings.TrimPrefix(p.list.parent.step, ".")
			hint += " A new one goes into the application, with environments: [" + shorten(environment) + "]"
		}
		m.at(p.at, a.message, hint)
		return
	}
	if m.added == nil {
		m.added = map[string]*addition{}
	}
	m.added[p.item.path()] = a
	merged.items = append(merged.items, m.merge(element, nil, p.item))
}

// nearest of the names, as long as there are few problems: those of later ones cost more than they help.
func (r *report) nearest(name string, names []string) string {
	if len(r.errs) >= 500 {
		return ""
	}
	return nearest(name, names)
}

// addition is an item of overrides that the application does not have.
type addition struct {
	at      *node
	message string
	names   []string // of the application's items
	missing []string // fields that it cannot do without
}

func (m merger) addition(merged *node, p patch) *addition {
	path := p.list.path()
	message := strconv.Quote(shorten(p.name)) + " is not among the " + path[strings.LastIndexByte(path, '.')+1:] + " of the application"
	names := slices.DeleteFunc(itemNames(merged), func(name string) bool { // that is not new itself, nor dropped, nor wrong
		i := indexOf(merged, name)
		return !isNamePart(name) || m.added[merged.items[i].path()] != nil || p.list.kind == mappingKind && p.list.drops(name)
	})
	return &addition{at: p.at, message: message, names: names}
}

// drops says whether a mapping has null for a key.
func (n *node) drops(key string) bool {
	x := n.get(key)
	return x != nil && x.kind == nullKind
}

// lacks says whether a problem is that an item of overrides, which the application does not have, is not complete: then it may be meant for
// another, and what all it lacks is told once.
func (r *report) lacks(e *Error) bool {
	a := r.added[parentPath(e.Path)]
	if a == nil || e.Message != required {
		return false
	}
	if field := e.Path[len(parentPath(e.Path))+1:]; !slices.Contains(a.missing, field) {
		a.missing = append(a.missing, field)
	}
	return true
}

// incomplete items of overrides, in the order of the file once they are sorted.
func (r *report) incomplete() {
	for _, path := range slices.Sorted(maps.Keys(r.added)) {
		a := r.added[path]
		if len(a.missing) == 0 {
			continue
		}
		slices.Sort(a.missing)
		hint := "a new one needs " + strings.Join(a.missing, ", ")
		if len(a.names) > 0 {
			hint = knownHere(a.names) + "; " + hint
		}
		r.at(a.at, a.message, hint)
	}
}

// startList copies a base list; without one the result is a list at the place of over.
func startList(base, over *node) *node {
	start := *over
	start.kind, start.fields, start.items = listKind, nil, nil
	if base != nil && base.kind == listKind {
		start = *base
		start.items = slices.Clone(base.items)
	}
	return &start
}

func indexOf(l *node, name string) int {
	return slices.IndexFunc(l.items, func(item *node) bool {
		n := item.get("name")
		return n != nil && n.kind == textKind && n.text == name
	})
}

func itemNames(l *node) []string {
	var names []string
	for _, item := range l.items {
		if n := item.get("name"); n != nil && n.kind == textKind {
			names = append(names, n.text)
		}
	}
	return names
}

// namedList is the list that a mapping from names to patches stands for, without the names that it drops.
func namedList(n *node) *node {
	l := *n
	l.kind, l.fields, l.items = listKind, nil, nil
	for _, f := range n.fields {
		if f.value.kind != nullKind {
			l.items = append(l.items, named(f))
		}
	}
	return &l
}

// named is the value of a field with the field's key as its name.
func named(f field) *node {
	if f.value.kind != mappingKind || f.value.get("name") != nil {
		return f.value
	}
	item := *f.value
	name := &node{kind: textKind, text: f.key, line: f.line, column: f.column, parent: f.value, step: ".name"}
	item.fields = append([]field{{"name", f.line, f.column, name}}, f.value.fields...)
	return &item
}
