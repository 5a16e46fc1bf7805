package catalog

import (
	"compress/flate"
	_ "embed" // the tables
	"io"
	"iter"
	"sort"
	"strconv"
	"strings"
	"sync"
)

//go:embed types.table
var typesTable string

//go:embed actions.table
var actionsTable string

// table is one of the generated files: a header, a dictionary for the decompressor, an index, and compressed pages of sorted records. A page is
// decompressed once, when it is needed.
type table struct {
	header     []string // lines "name value"
	dictionary []byte
	pages      []page

	mu     sync.Mutex
	reader io.ReadCloser
	opened map[int]string
}

type page struct {
	first string // key of the first record, in lower case
	data  string
	size  int // of the text in bytes
}

// openTable parses the header and the index of a table.
func openTable(text string) *table {
	head, rest, _ := strings.Cut(text, "\n\n")
	t := &table{header: strings.Split(head, "\n"), opened: map[int]string{}}
	dictionary, index := t.size("dictionary"), t.size("index")
	t.dictionary = []byte(rest[:dictionary])
	lines := strings.Split(strings.TrimSuffix(rest[dictionary:dictionary+index], "\n"), "\n")
	rest = rest[dictionary+index:]
	t.pages = make([]page, len(lines))
	for i, line := range lines {
		key, numbers, _ := strings.Cut(line, " ")
		length, size, _ := strings.Cut(numbers, " ")
		n, _ := strconv.Atoi(length)
		t.pages[i] = page{first: key, data: rest[:n]}
		t.pages[i].size, _ = strconv.Atoi(size)
		rest = rest[n:]
	}
	return t
}

// size returns a number in the header.
func (t *table) size(name string) int {
	n, _ := strconv.Atoi(t.value(name))
	return n
}

// value returns a text in the header, or "".
func (t *table) value(name string) string {
	for _, line := range t.header {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return value
		}
	}
	return ""
}

// record returns the lines of a record by its key, ignoring case.
func (t *table) record(key string) ([]string, bool) {
	key = strings.ToLower(key)
	i := sort.Search(len(t.pages), func(i int) bool { return t.pages[i].first > key }) - 1
	if i < 0 {
		return nil, false
	}
	for record := range strings.SplitSeq(t.page(i), "\n\n") {
		if strings.EqualFold(keyOf(record), key) {
			return strings.Split(record, "\n"), true
		}
	}
	return nil, false
}

// keys returns the keys that begin with a prefix, ignoring case, in order.
func (t *table) keys(prefix string) iter.Seq[string] {
	prefix = strings.ToLower(prefix)
	return func(yield func(string) bool) {
		start := max(0, sort.Search(len(t.pages), func(i int) bool { return t.pages[i].first > prefix })-1)
		for i := start; i < len(t.pages); i++ {
			if first := t.pages[i].first; first > prefix && !strings.HasPrefix(first, prefix) {
				return
			}
			for record := range strings.SplitSeq(t.page(i), "\n\n") {
				if key := keyOf(record); strings.HasPrefix(strings.ToLower(key), prefix) && !yield(key) {
					return
				}
			}
		}
	}
}

// keyOf returns the key of a record: the first word of its first line.
func keyOf(record string) string {
	line, _, _ := strings.Cut(record, "\n")
	word, _, _ := strings.Cut(line, " ")
	return word
}

// page returns the text of a page, or "" if it cannot be read, which does not happen: the tests read all pages.
func (t *table) page(i int) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if text, ok := t.opened[i]; ok {
		return text
	}
	source := strings.NewReader(t.pages[i].data)
	if resetter, ok := t.reader.(flate.Resetter); !ok {
		t.reader = flate.NewReaderDict(source, t.dictionary)
	} else if err := resetter.Reset(source, t.dictionary); err != nil {
		return ""
	}
	text := make([]byte, t.pages[i].size)
	if _, err := io.ReadFull(t.reader, text); err != nil {
		return ""
	}
	t.opened[i] = string(text)
	return t.opened[i]
}
