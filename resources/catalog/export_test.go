package catalog

import (
	"fmt"
	"slices"
	"strings"
)

// Records of the tables, opened anew, whose pages must all be readable.
func Records() (types, actions [][]string, err error) {
	read := func(text string) (list [][]string, err error) {
		t := openTable(text)
		for i := range t.pages {
			page := t.page(i)
			if page == "" {
				return nil, fmt.Errorf("page %d, which begins with %s, is empty", i, t.pages[i].first)
			}
			for record := range strings.SplitSeq(page, "\n\n") {
				list = append(list, strings.Split(record, "\n"))
			}
		}
		if len(list) != t.size("records") {
			return nil, fmt.Errorf("%d records, the header says %d", len(list), t.size("records"))
		}
		return list, nil
	}
	if types, err = read(typesTable); err != nil {
		return nil, nil, err
	}
	actions, err = read(actionsTable)
	return types, actions, err
}

// Size of what is embedded.
func Size() int { return len(typesTable) + len(actionsTable) }

// Fresh looks types and actions up in a catalog that has read nothing yet; it returns those that it does not find.
func Fresh(types, actions []string) (unknown []string) {
	c := &catalog{
		types: openTable(typesTable), actions: openTable(actionsTable),
		knownTypes: map[string]*ResourceType{}, knownServices: map[string]*IAMService{}, knownActions: map[string]*IAMAction{},
	}
	for _, name := range types {
		if c.readType(name) == nil {
			unknown = append(unknown, name)
		}
	}
	for _, name := range actions {
		if c.readAction(name) == nil {
			unknown = append(unknown, name)
		}
	}
	return unknown
}

// Contradictions between the corrections and the records of types.
func Contradictions(records [][]string) []string {
	var list []string
	for _, row := range corrections() {
		var lines []string
		if i := slices.IndexFunc(records, func(r []string) bool { return r[0] == row.typ }); i >= 0 {
			lines = records[i]
		}
		if problem := row.contradiction(lines); problem != "" {
			list = append(list, row.typ+": "+problem+" (the row's reason: "+row.why+")")
		}
		if row.why == "" {
			list = append(list, row.typ+": the row has no reason")
		}
	}
	return list
}

// Overlap of two patterns.
func Overlap(a, b string) bool { return overlap(a, b) }

// Families are the rows of all types as they are written.
func Families() [][]Row { return families() }
