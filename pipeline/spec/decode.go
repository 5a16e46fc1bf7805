package spec

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// maxValues of all environments together; 50 environments with 500 resources of 10 fields have 250,000.
const maxValues = 300_000

// decoder sets Go values from nodes by their yaml tags. It knows no field by name but two: a name is never a place for
// placeholders, and overrides hold patches. A new field of the Spec needs nothing here; the tag's option literal keeps placeholders out,
// commas says that its text lists things, words that its list is a command, arguments that docker gets its values, listed that it is what a
// list sets where another field of the same name takes anything else; a unit is what its number counts.
type decoder struct {
	*report
	positions map[string]position
	// typ of the environment that the values are for; "" outside environments.
	typ Type
	// patch says that absent means unchanged, so defaults stay away, and that lists may be mappings from names to patches.
	patch bool
	// commas separate what is listed in text.
	commas bool
	// words of a command are the items of a list.
	words bool
	// arguments of docker are no text for a shell.
	arguments bool
	// unit that a number counts; may be empty.
	unit string
	// fill in placeholders of text; nil leaves text as it is.
	fill func(text string) (string, []Problem)
}

// defaulter is a type whose values do not begin as zero. A value of the file is decoded over its defaults.
type defaulter interface{ setDefaults(Type) }

// switched is a type that true stands for with all its defaults, where a pointer to it may be nil; false is nil like null.
type switched interface{ isSwitched() }

// lone is a list that one item may stand for, without brackets.
type lone interface{ isLone() }

func isSwitched(t reflect.Type) bool { return t.Implements(reflect.TypeFor[switched]()) }

func (d decoder) root(root *node, s *Spec) {
	d.defaults(reflect.ValueOf(s).Elem())
	d.decode(root, reflect.ValueOf(s).Elem(), "")
}

func (d decoder) decode(n *node, v reflect.Value, path string) {
	if !d.spend(n, 1+len(n.text)/100) { // long text counts as several values
		return
	}
	d.positions[path] = position{n.line, n.column, n.path(), n.kind == nullKind}
	if n.kind == nullKind {
		// A default that is itself a pointer can be dropped; everything else stays at its default.
		if v.Kind() == reflect.Pointer {
			v.SetZero()
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if n.kind == booleanKind && isSwitched(v.Type()) {
			d.toggle(n, v)
			return
		}
		if v.IsNil() {
			v.Set(reflect.New(v.Type().Elem()))
			d.defaults(v.Elem())
		}
		d.decode(n, v.Elem(), path)
	case reflect.Struct:
		d.structure(n, v, path)
	case reflect.Slice:
		d.slice(n, v, path)
	case reflect.Map:
		d.dictionary(n, v, path)
	case reflect.String:
		d.text(n, v)
	case reflect.Bool:
		d.boolean(n, v)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		d.integer(n, v)
	case reflect.Float32, reflect.Float64:
		d.float(n, v)
	default:
		d.at(n, "cannot be set in a file", "")
	}
}

// spend says whether there may be so many values more.
func (d decoder) spend(n *node, values int) bool {
	if d.values > maxValues {
		return false
	}
	if d.values += values; d.values > maxValues {
		d.at(n, fmt.Sprintf("all environments together have more than %d values", maxValues), "")
		return false
	}
	return true
}

// mappingHint shows the mapping that a type needs.
func mappingHint(t reflect.Type) string {
	if shape := shapeOf(t); shape != "" {
		return "write a mapping such as " + shape
	}
	return ""
}

// toggle sets a pointer to a new value with its defaults, or to nil.
func (d decoder) toggle(n *node, v reflect.Value) {
	if v.SetZero(); isTrue(n) {
		v.Set(reflect.New(v.Type().Elem()))
		d.defaults(v.Elem())
	}
}

// defaults of a new value and of the structs in it; those of the outer struct win.
func (d decoder) defaults(v reflect.Value) {
	if d.patch || v.Kind() != reflect.Struct {
		return
	}
	for _, f := range d.fieldsOf(v.Type()) {
		d.defaults(v.FieldByIndex(f.index))
	}
	if t, ok := v.Addr().Interface().(defaulter); ok {
		t.setDefaults(d.typ)
	}
}

func (d decoder) structure(n *node, v reflect.Value, path string) {
	switch {
	case n.kind == mappingKind:
	case path == "":
		d.at(n, "needs a mapping, found "+n.describe(), `begin with "project: …"`)
		return
	case isSwitched(reflect.PointerTo(v.Type())):
		hint := booleanHint(n)
		if hint == "" {
			hint = "write true, or a mapping such as " + shapeOf(v.Type())
		}
		d.at(n, "needs true, false or a mapping, found "+n.describe(), hint)
		return
	case d.isNamed(v.Type()) && n.parent.kind == mappingKind && strings.HasPrefix(n.path(), "overrides."): // its key is its name
		d.at(n, "needs a mapping, found "+n.describe(), "write a mapping of what differs")
		return
	default:
		d.at(n, "needs a mapping, found "+n.describe(), mappingHint(v.Type()))
		return
	}
	known := d.fieldsOf(v.Type())
	for _, f := range n.fields {
		i := slices.IndexFunc(known, func(k structField) bool { return k.name == f.key })
		if j := slices.IndexFunc(known, func(k structField) bool { return k.name == f.key && k.listed }); j >= 0 && f.value.kind == listKind {
			i = j
		}
		if i < 0 {
			if !d.spend(f.value, 1) {
				return
			}
			d.unknown(f, known)
			continue
		}
		inner := d
		inner.commas, inner.words, inner.arguments, inner.unit = known[i].commas, known[i].words, known[i].arguments, known[i].unit
		switch {
		case known[i].literal:
			inner.fill = nil
		case f.key == "name" && d.fill != nil:
			inner.fill = noPlaceholders
		}
		inner.patch = d.patch || path == "" && f.key == "overrides"
		inner.decode(f.value, v.FieldByIndex(known[i].index), join(path, f.key))
	}
}

func (d decoder) unknown(f field, known []structField) {
	names := d.accepted(f.value.parent, known)
	if meant := nearest(f.key, names); meant != "" {
		d.failed[join(f.value.parent.path(), meant)] = true // it is not missing, only misspelt
	}
	d.add(f.line, f.column, Problem{f.value.path(), "unknown field", didYouMeanOrKnown(f.key, names)})
}

func (d decoder) slice(n *node, v reflect.Value, path string) {
	element := v.Type().Elem()
	if d.patch && n.kind == mappingKind && d.isNamed(element) {
		n = namedList(n)
	}
	isLone := v.Type().Implements(reflect.TypeFor[lone]())
	if isLone && n.kind == mappingKind {
		list := *n
		list.kind, list.fields, list.items = listKind, nil, []*node{n}
		n = &list
	}
	switch {
	case isLone && n.kind != listKind:
		d.at(n, "needs a mapping or a list of mappings, found "+n.describe(), mappingHint(element))
		return
	case n.kind == mappingKind:
		d.at(n, "needs a list, found a mapping", `begin each item with "- "`)
		return
	case n.kind != listKind:
		hint := "write it in brackets: [" + shorten(n.text) + "]"
		switch {
		case element.Kind() == reflect.Struct:
			hint = "write a list such as " + shapeOf(v.Type())
		case d.words:
			hint = "write it in brackets: " + inWords(n.text)
		case n.kind == textKind:
			hint = "write it in brackets: [" + strconv.Quote(shorten(n.text)) + "]"
		}
		d.at(n, "needs a list, found "+n.describe(), hint)
		return
	case len(n.items) > maxItems:
		d.at(n, tooMany(len(n.items), "items"), "") // of application and overrides together
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
	for i, item := range n.items {
		d.defaults(v.Index(i))
		d.decode(item, v.Index(i), index(path, i))
	}
}

func (d decoder) dictionary(n *node, v reflect.Value, path string) {
	switch {
	case n.kind != mappingKind:
		d.at(n, "needs a mapping, found "+n.describe(), mappingHint(v.Type()))
		return
	case len(n.fields) > maxItems:
		d.at(n, tooMany(len(n.fields), "fields"), "")
		return
	}
	// Unlike a struct's fields, the keys of a default map are dropped by null.
	result := reflect.MakeMap(v.Type())
	for key, value := range v.Seq2() {
		result.SetMapIndex(key, value)
	}
	for _, f := range n.fields {
		key := reflect.ValueOf(f.key).Convert(v.Type().Key())
		if f.value.kind == nullKind && !d.patch {
			result.SetMapIndex(key, reflect.Value{})
			continue
		}
		value := reflect.New(v.Type().Elem()).Elem()
		d.defaults(value)
		d.decode(f.value, value, join(path, f.key))
		result.SetMapIndex(key, value)
	}
	v.Set(result)
}

func (d decoder) text(n *node, v reflect.Value) {
	switch n.kind {
	case textKind:
	case numberKind, fractionKind, booleanKind, dateKind:
		d.at(n, "needs text, found "+n.describe(), quoteHint(n))
		return
	default:
		d.at(n, "needs text, found "+n.describe(), d.bracketHint(n))
		return
	}
	filled := n.text
	if d.fill != nil {
		var problems []Problem
		filled, problems = d.fill(n.text)
		for _, p := range problems {
			if d.arguments && strings.Contains(n.text, "${") {
				p.Message, p.Hint = unreadVariable(n.text)
			}
			d.at(n, p.Message, p.Hint)
		}
	}
	v.SetString(filled)
}

// bracketHint is for a list in the place of a text.
func (d decoder) bracketHint(n *node) string {
	words := make([]string, len(n.items))
	for i, item := range n.items {
		words[i] = item.text
	}
	switch text := strconv.Quote(shorten(strings.Join(words, ", "))); {
	case len(n.items) == 1 && words[0] != "":
		return "write it without brackets: " + text
	case len(n.items) > 1 && d.commas:
		return "write one text with commas: " + text
	}
	return ""
}

// quoteHint explains the octal trap where it can spring: YAML reads 012345670123 as another number and 012345678901 as 12345678901.
func quoteHint(n *node) string {
	hint := "quote it: " + strconv.Quote(shorten(n.text))
	switch {
	case !all(n.text, isDigit):
	case len(n.text) > 1 && n.text[0] == '0':
		hint += ", because YAML reads a number with a leading zero as octal or drops the zero"
	case len(n.text) == 12:
		hint += ", like every account number, because YAML spoils those with a leading zero"
	}
	return hint
}

func (d decoder) boolean(n *node, v reflect.Value) {
	if n.kind == booleanKind {
		v.SetBool(isTrue(n))
		return
	}
	d.at(n, "needs true or false, found "+n.describe(), booleanHint(n))
}

func isTrue(n *node) bool { return strings.EqualFold(n.text, "true") }

func booleanHint(n *node) string {
	switch strings.ToLower(n.text) {
	case "true", "yes", "on", "y":
		return "write true"
	case "false", "no", "off", "n":
		return "write false"
	}
	return ""
}

func (d decoder) integer(n *node, v reflect.Value) {
	digits := strings.TrimPrefix(n.text, "-")
	plain := all(digits, isDigit) && (digits == "0" || digits[0] != '0')
	switch {
	case n.kind == fractionKind && !all(digits, isDigit):
		d.at(n, "needs a whole number, found "+n.describe(), "")
		return
	case n.kind == textKind && plain:
		d.at(n, "needs a number, found "+n.describe(), "write it without quotes")
		return
	case n.kind != numberKind && n.kind != fractionKind:
		d.at(n, "needs a number, found "+n.describe(), d.unitHint(n))
		return
	case !plain:
		d.at(n, "needs a number in plain decimal digits, found "+shorten(n.text), "write it without leading zeros, prefix or underscores")
		return
	}
	// Numbers that do not fit any integer are "out of range" too, so the text is what counts.
	if v.CanInt() {
		if i, err := strconv.ParseInt(n.text, 10, v.Type().Bits()); err == nil {
			v.SetInt(i)
			return
		}
	} else if u, err := strconv.ParseUint(n.text, 10, v.Type().Bits()); err == nil {
		v.SetUint(u)
		return
	}
	d.at(n, "the number "+shorten(n.text)+" is out of range", "")
}

func (d decoder) float(n *node, v reflect.Value) {
	if f, err := strconv.ParseFloat(n.text, v.Type().Bits()); err == nil && (n.kind == numberKind || n.kind == fractionKind) {
		v.SetFloat(f)
		return
	}
	d.at(n, "needs a number, found "+n.describe(), d.unitHint(n))
}

// unitHint is for a number with a unit behind it: the field's own, or another.
func (d decoder) unitHint(n *node) string {
	number := strings.TrimRightFunc(n.text, func(r rune) bool { return isLetter(r) || r == ' ' })
	unit := strings.TrimSpace(n.text[len(number):])
	switch {
	case d.unit == "" || unit == "" || !all(number, isDigit):
		return ""
	case strings.HasPrefix(strings.ToLower(d.unit), strings.ToLower(unit)):
		return "write " + shorten(number)
	default:
		return "write a number of " + d.unit
	}
}

// structField is a field of a struct that a file can set.
type structField struct {
	name      string
	index     []int
	typ       reflect.Type
	literal   bool // braces in its text are no placeholders
	commas    bool // separate what is listed in its text
	words     bool // of a command are its items
	arguments bool // of docker are its values
	listed    bool // it is what a list sets, and a field before it what anything else does
	unit      string
}

// fieldsOf a struct by their yaml tags, those of inlined structs among them; a field without tag is not part of the file.
func fieldsOf(t reflect.Type) []structField {
	var fields []structField
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case options == "inline":
			for _, in := range fieldsOf(f.Type) {
				in.index = append([]int{i}, in.index...)
				fields = append(fields, in)
			}
		case f.IsExported() && name != "" && name != "-":
			field := structField{name: name, index: []int{i}, typ: f.Type}
			switch options {
			case "literal":
				field.literal = true
			case "commas":
				field.commas = true
			case "words":
				field.words = true
			case "arguments":
				field.arguments = true
			case "listed":
				field.listed = true
			default:
				field.unit = options
			}
			fields = append(fields, field)
		}
	}
	return fields
}

// fieldsOf a struct are looked for once.
func (r *report) fieldsOf(t reflect.Type) []structField {
	fields, ok := r.fields[t]
	if !ok {
		if r.fields == nil {
			r.fields = map[reflect.Type][]structField{}
		}
		fields = fieldsOf(t)
		r.fields[t] = fields
	}
	return fields
}

// isNamed says whether items of a list have a name, by which lists merge.
func (r *report) isNamed(t reflect.Type) bool {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct && slices.ContainsFunc(r.fieldsOf(t), func(f structField) bool {
		return f.name == "name" && f.typ.Kind() == reflect.String
	})
}
