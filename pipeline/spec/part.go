package spec

import (
	"iter"
	"reflect"
	"slices"
	"strings"
)

// part is what an application is made of: an item of one of its lists, or what one of its pointers points to. The fields of Application are
// walked, so that a new part is a field there and a file with its type, which has these two methods on its pointer, setDefaults and shape
// where they are needed (see defaulter and shaped), and what else it is of the interfaces below.
type part interface {
	// stack is the name of the stack of an environment that cfnpipe makes of the part; "" for what is a stack itself.
	stack() string
	// check says what is wrong with the part of an environment; path is its place.
	check(v *validator, path string, e *Environment)
}

type (
	// resolver is a part that takes something from others, or from the environment, where it says nothing itself.
	resolver interface {
		resolve(s *Spec, path string, e *Environment)
	}
	// limited is a part that may be for some environments only. The limits of its zero value are its default.
	limited interface{ limits() Only }
	// implied is a part that is there, with its defaults, where others need it and nobody wrote it.
	implied interface{ isImplied(a *Application) bool }
	// resident is a part that runs in the network, and needs these endpoints to start where there is no NAT.
	resident interface{ startEndpoints() []string }
	// watched is a part that monitoring watches.
	watched interface{ isWatched() }
)

// slot is a field of Application that has parts: a list of them, or a pointer to one.
type slot struct {
	name   string // in a file
	index  []int
	typ    reflect.Type // of the part
	isList bool
}

// slots of an application, in the order of its fields.
func slots() []slot {
	var list []slot
	for _, f := range fieldsOf(reflect.TypeFor[Application]()) {
		if typ := partType(f.typ); typ != nil {
			list = append(list, slot{f.name, f.index, typ, f.typ.Kind() == reflect.Slice})
		}
	}
	return list
}

// partType is the type of the parts that a field has; nil when it has none.
func partType(field reflect.Type) reflect.Type {
	if k := field.Kind(); k != reflect.Slice && k != reflect.Pointer || !implements[part](field.Elem()) {
		return nil
	}
	return field.Elem()
}

// implements says whether pointers to a type do.
func implements[I any](t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[I]())
}

// slotsThat have parts of a kind, by their names.
func slotsThat[I any]() []string {
	var names []string
	for _, s := range slots() {
		if implements[I](s.typ) {
			names = append(names, s.name)
		}
	}
	return names
}

// of an application, the field itself.
func (s slot) of(a *Application) reflect.Value {
	return reflect.ValueOf(a).Elem().FieldByIndex(s.index)
}

// limits of a part that does not say its own.
func (s slot) limits() Only {
	l, ok := reflect.New(s.typ).Interface().(limited)
	if !ok {
		return Only{}
	}
	return l.limits()
}

// each part of a slot, with its place below path.
func (s slot) each(a *Application, path string) iter.Seq2[string, part] {
	return func(yield func(string, part) bool) {
		at, field := join(path, s.name), s.of(a)
		if !s.isList {
			if p, ok := field.Interface().(part); ok && !field.IsNil() {
				yield(at, p)
			}
			return
		}
		for i := range field.Len() {
			if p, ok := field.Index(i).Addr().Interface().(part); ok && !yield(index(at, i), p) {
				return
			}
		}
	}
}

// names of the parts of a list; nil where they have none.
func (s slot) names(a *Application) []string {
	field := s.of(a)
	if f, ok := s.typ.FieldByName("Name"); !s.isList || !ok || f.Type.Kind() != reflect.String {
		return nil
	}
	names := make([]string, field.Len())
	for i := range names {
		names[i] = field.Index(i).FieldByName("Name").String()
	}
	return names
}

// parts of an application, in the order of its fields, with their places below path.
func (a *Application) parts(path string) iter.Seq2[string, part] {
	return func(yield func(string, part) bool) {
		for _, s := range slots() {
			for at, p := range s.each(a, path) {
				if !yield(at, p) {
					return
				}
			}
		}
	}
}

// has says whether a part of an application passes.
func (a *Application) has(pass func(part) bool) bool {
	for _, p := range a.parts("") {
		if pass(p) {
			return true
		}
	}
	return false
}

// unshare gives an application lists and pointers of its own: in Go, environments may share them.
func (a *Application) unshare() {
	for _, s := range slots() {
		field := s.of(a)
		switch {
		case field.IsNil():
		case s.isList:
			list := reflect.MakeSlice(field.Type(), field.Len(), field.Len())
			reflect.Copy(list, field)
			field.Set(list)
		default:
			own := reflect.New(s.typ)
			own.Elem().Set(field.Elem())
			field.Set(own)
		}
	}
}

// imply a part that nobody wrote, where others need it.
func (s slot) imply(a *Application, t Type) {
	field := s.of(a)
	if s.isList || !field.IsNil() {
		return
	}
	own := reflect.New(s.typ)
	if p, ok := own.Interface().(implied); !ok || !p.isImplied(a) {
		return
	}
	if p, ok := own.Interface().(defaulter); ok {
		p.setDefaults(t)
	}
	field.Set(own)
}

// leaveOut takes from an application that was made in Go what is for other environments only. What has wrong limits stays, for Validate tells
// of them; so do the lists that were given, which other environments may share.
func (a *Application) leaveOut(s *Spec, e *Environment) {
	isHeld := func(p any) bool {
		l, ok := p.(limited)
		return !ok || l.limits().Holds(*e) || !s.knows(l.limits())
	}
	for _, x := range slots() {
		field := x.of(a)
		switch {
		case field.IsNil():
		case x.isList:
			list := reflect.MakeSlice(field.Type(), 0, field.Len())
			for i := range field.Len() {
				if item := field.Index(i); isHeld(item.Addr().Interface()) {
					list = reflect.Append(list, item)
				}
			}
			field.Set(list)
		case !isHeld(field.Interface()):
			field.SetZero()
		}
	}
}

// StackNames are those of the stacks that cfnpipe makes in an environment: the access stack, and those that its parts are in.
func StackNames() []string {
	names := []string{"access"}
	for _, s := range slots() {
		if p, ok := reflect.New(s.typ).Interface().(part); ok && p.stack() != "" {
			names = append(names, p.stack())
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// listOf parts of an environment.
type listOf struct {
	list        string
	environment *Environment
}

// namesOf the parts in a list of an environment's application, such as buckets; nil where it is not certain which there are, because some could
// not be read. Without an environment: those that any has.
func (v *validator) namesOf(list string, e *Environment) map[string]bool {
	key := listOf{list, e}
	known, ok := v.known[key]
	if ok {
		return known
	}
	known = map[string]bool{}
	for i := range v.spec.Environments {
		x := &v.spec.Environments[i]
		if e != nil && x != e {
			continue
		}
		for _, s := range slots() {
			if s.name == list {
				for _, name := range s.names(&x.Application) {
					known[name] = true
				}
			}
		}
		if path := join(join(index("environments", i), "application"), list); x == e && (v.unread(path) || known[""]) {
			known = nil // the one that is meant may be there
		}
	}
	v.known[key] = known
	return known
}

// applicationPath is that of the application that a part of it is in.
func applicationPath(path string) string {
	const field = ".application"
	return path[:strings.Index(path, field)+len(field)]
}
