package keys

import (
	"strconv"
	"time"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/text"
	"github.com/fonds-archive/fonds/workers/extract/link"
)

// The kinds of keys by which documents that hang together are found.
const (
	// Band is a part of a text's fingerprint.
	Band = "band"
	// By and To are who wrote and who was to have it: in a month, with the day as the
	// range; without a date; and whenever. An index that is asked for a few days of
	// somebody who wrote for years looks at a month of them.
	By = "by"
	To = "to"
	// Print is the reading of a publication; the range is where its text has the
	// document.
	Print = "print"
	// Referring begins the kind of what a document asks for in a reference: a document
	// that has a key without it may be what is meant. Vague is for references that many
	// documents may be meant by, so that they do not crowd the others out.
	Referring = "ref/"
	Vague     = "vague/"
)

// OfText returns the keys by which near copies of a text are found.
func OfText(s string) []catalog.Key { return OfFingerprint(text.NewFingerprint(s)) }

// OfFingerprint returns the keys by which near copies of a text are found.
func OfFingerprint(f text.Fingerprint) []catalog.Key {
	var keys []catalog.Key
	for _, b := range f.Bands() {
		keys = append(keys, catalog.Key{Kind: Band, Text: strconv.FormatUint(b, 36)})
	}
	return keys
}

// OfCorrespondence returns the keys by which other documents' references find a
// document, and those by which it finds what asks for it.
func OfCorrespondence(d *link.Document) []catalog.Key {
	seen := map[catalog.Key]bool{}
	var keys []catalog.Key
	add := func(all ...catalog.Key) {
		for _, k := range all {
			if k.Text != "" && !seen[k] {
				seen[k] = true
				keys = append(keys, k)
			}
		}
	}
	add(OfPeople(d)...)
	for _, r := range d.References() {
		for _, q := range d.Questions(r) {
			prefix := Referring
			if q.Vague {
				prefix = Vague
			}
			for _, k := range answers(q) {
				k.Kind = prefix + k.Kind
				add(k)
			}
		}
	}
	return keys
}

// OfPeople returns the keys by which a document is found by who wrote it to whom and
// where it is printed.
func OfPeople(d *link.Document) []catalog.Key {
	var keys []catalog.Key
	for _, side := range []struct {
		kind  string
		names []link.Name
	}{{By, d.From}, {To, d.To}} {
		for _, n := range side.names {
			name := n.Key()
			if name == "" {
				continue
			}
			keys = append(keys, catalog.Key{Kind: side.kind, Text: name})
			for _, day := range d.Days() {
				keys = append(keys, catalog.Key{Kind: side.kind, Text: inMonth(name, day), Low: day, High: day})
			}
			if !d.Dated() {
				keys = append(keys, catalog.Key{Kind: side.kind, Text: undated(name)})
			}
		}
	}
	if p := d.Printed(); p.Reading != "" {
		keys = append(keys, catalog.Key{Kind: Print, Text: p.Reading, Low: p.End, High: p.End})
	}
	return keys
}

// Asked returns the keys of which a document has one that a reference may mean.
func Asked(d *link.Document, r link.Reference) []catalog.Key {
	var keys []catalog.Key
	for _, q := range d.Questions(r) {
		keys = append(keys, answers(q)...)
	}
	return keys
}

// answers are the keys of documents that answer a question.
func answers(q link.Question) []catalog.Key {
	kind := By
	if q.To {
		kind = To
	}
	switch {
	case q.Number != "":
		return []catalog.Key{{Kind: Telegram, Text: q.Number}, {Kind: Registry, Text: q.Number}}
	case q.Printed != nil:
		return []catalog.Key{{Kind: Print, Text: q.Printed.Reading, Low: max(0, q.Printed.Start), High: q.Printed.End}}
	case q.Ever:
		return []catalog.Key{{Kind: kind, Text: q.Key}}
	}
	var keys []catalog.Key
	for _, m := range months(q.First, q.Last) {
		keys = append(keys, catalog.Key{Kind: kind, Text: q.Key + "@" + m, Low: q.First, High: q.Last})
	}
	return append(keys, catalog.Key{Kind: kind, Text: undated(q.Key)})
}

func inMonth(name string, day int) string { return name + "@" + month(day) }

func undated(name string) string { return name + "@" }

// month is that of a day since 1 January 1970, such as 1951-06.
func month(day int) string { return time.Unix(int64(day)*86400, 0).UTC().Format("2006-01") }

// months are those between two days; the longest question looks at 62 days.
func months(first, last int) []string {
	var all []string
	for day := first; day <= last; day++ {
		if m := month(day); len(all) == 0 || all[len(all)-1] != m {
			all = append(all, m)
		}
	}
	return all
}

// OfNumbers returns the keys of a document's numbers, the sender's and the receiver's:
// what has one of them too may be the same document.
func OfNumbers(d *link.Document) []catalog.Key {
	var keys []catalog.Key
	for _, n := range d.Numbers() {
		keys = append(keys, catalog.Key{Kind: Telegram, Text: n}, catalog.Key{Kind: Registry, Text: n})
	}
	return keys
}

// Answering returns the keys of documents with references that a document with the
// given keys may answer, and those of documents with vague ones.
func Answering(own []catalog.Key) (certain, vague []catalog.Key) {
	for _, k := range own {
		of := k.Kind
		switch of {
		case By, To:
			k.Kind = Vague + of
			vague = append(vague, k)
		case Telegram, Registry, Print:
		default:
			continue
		}
		k.Kind = Referring + of
		certain = append(certain, k)
	}
	return certain, vague
}
