// Command generate packs what tables.py wrote into the tables of package catalog; make catalog runs both. Its output depends on its input alone.
package main

import (
	"bytes"
	"cmp"
	"compress/flate"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"
)

const (
	// pageSize is the least text of a page, unless a record of its own is longer: small pages are quick to open, large ones compress better.
	pageSize = 3000
	// dictionarySize is the most that a compressor looks back.
	dictionarySize = 32 << 10
)

func main() {
	log.SetFlags(0)
	for _, name := range []string{"types", "actions"} {
		text, err := os.ReadFile("generate/build/" + name + ".txt")
		if err != nil {
			log.Fatalf("generate: %v; run it as: make catalog", err)
		}
		packed, err := pack(string(text))
		if err != nil {
			log.Fatalf("generate: %s: %v", name, err)
		}
		if err := os.WriteFile(name+".table", packed, 0o644); err != nil {
			log.Fatalf("generate: %v", err)
		}
		log.Printf("%s.table: %d bytes for %d of text", name, len(packed), len(text))
	}
}

// pack makes a table of records, which are sorted and separated by empty lines, under a header.
func pack(text string) ([]byte, error) {
	header, body, _ := strings.Cut(text, "\n\n")
	records := strings.Split(strings.TrimSuffix(body, "\n\n"), "\n\n")
	dictionary := common(records)

	var index, data bytes.Buffer
	var page []string
	size := 0
	flush := func() error {
		if len(page) == 0 {
			return nil
		}
		start := data.Len()
		w, err := flate.NewWriterDict(&data, flate.BestCompression, dictionary)
		if err != nil {
			return err
		}
		text := strings.Join(page, "\n\n")
		if _, err := w.Write([]byte(text)); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		fmt.Fprintf(&index, "%s %d %d\n", strings.ToLower(key(page[0])), data.Len()-start, len(text))
		page, size = nil, 0
		return nil
	}
	last := ""
	for _, record := range records {
		k := strings.ToLower(key(record))
		if k <= last {
			return nil, fmt.Errorf("%q does not sort after %q", k, last)
		}
		last = k
		if size+len(record) > pageSize {
			if err := flush(); err != nil {
				return nil, err
			}
		}
		page, size = append(page, record), size+len(record)
	}
	if err := flush(); err != nil {
		return nil, err
	}

	var out bytes.Buffer
	fmt.Fprintf(&out, "%s\nrecords %d\ndictionary %d\nindex %d\n\n", header, len(records), len(dictionary), index.Len())
	out.Write(dictionary)
	out.Write(index.Bytes())
	out.Write(data.Bytes())
	return out.Bytes(), nil
}

// key of a record: the first word of its first line.
func key(record string) string {
	line, _, _ := strings.Cut(record, "\n")
	word, _, _ := strings.Cut(line, " ")
	return word
}

// common is a dictionary for the compressor: the lines that save most, those that save more at its end, where they are cheaper to name.
func common(records []string) []byte {
	count := map[string]int{}
	for _, record := range records {
		lines := strings.Split(record, "\n")
		slices.Sort(lines)
		for _, line := range slices.Compact(lines) {
			count[line]++
		}
	}
	type saving struct {
		line  string
		bytes int
	}
	savings := make([]saving, 0, len(count))
	for line, n := range count {
		if n > 5 {
			savings = append(savings, saving{line, n * len(line)})
		}
	}
	slices.SortFunc(savings, func(a, b saving) int {
		return cmp.Or(cmp.Compare(b.bytes, a.bytes), cmp.Compare(a.line, b.line))
	})
	size := 0
	for i, s := range savings {
		if size += len(s.line) + 1; size > dictionarySize {
			savings = savings[:i]
			break
		}
	}
	slices.Reverse(savings)
	var b bytes.Buffer
	for _, s := range savings {
		b.WriteString(s.line + "\n")
	}
	return b.Bytes()
}
