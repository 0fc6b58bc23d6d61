package keys

import (
	"strconv"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/services/text"
	"github.com/fonds-archive/fonds/workers/extract/link"
)

// The kinds of keys by which documents that hang together are found.
const (
	// Band is a part of a text's fingerprint.
	Band = "band"
	// By and To are who wrote and who was to have it; the range are the days by which
	// the document could be named.
	By = "by"
	To = "to"
	// Referring begins the kind of what a document asks for in a reference: a document
	// that has a key without it may be what is meant.
	Referring = "ref/"
)

// OfText returns the keys by which near copies of a text are found.
func OfText(s string) []catalog.Key {
	var keys []catalog.Key
	for _, b := range text.NewFingerprint(s).Bands() {
		keys = append(keys, catalog.Key{Kind: Band, Text: strconv.FormatUint(b, 36)})
	}
	return keys
}

// OfCorrespondence returns the keys by which other documents' references find the
// one that states the fields, and those by which it finds what asks for it.
func OfCorrespondence(fields []catalog.Field) []catalog.Key {
	d := link.Read("", fields)
	first, last, dated := d.Days()
	if !dated {
		first, last = link.NoDay, link.NoDay
	}
	seen := map[catalog.Key]bool{}
	var keys []catalog.Key
	add := func(k catalog.Key) {
		if k.Text != "" && !seen[k] {
			seen[k] = true
			keys = append(keys, k)
		}
	}
	for kind, names := range map[string][]link.Name{By: d.From, To: d.To} {
		for _, n := range names {
			add(catalog.Key{Kind: kind, Text: n.Key(), Low: first, High: last})
		}
	}
	for _, r := range d.References() {
		for _, k := range Asked(d, r) {
			k.Kind = Referring + k.Kind
			add(k)
		}
	}
	return keys
}

// Asked returns the keys of which a document has one that a reference may mean.
func Asked(d *link.Document, r link.Reference) []catalog.Key {
	var keys []catalog.Key
	for _, q := range d.Questions(r) {
		switch {
		case q.Number != "":
			keys = append(keys, catalog.Key{Kind: Telegram, Text: q.Number}, catalog.Key{Kind: Registry, Text: q.Number})
		case q.From:
			keys = append(keys, catalog.Key{Kind: By, Text: q.Key, Low: q.First, High: q.Last})
		default:
			keys = append(keys, catalog.Key{Kind: To, Text: q.Key, Low: q.First, High: q.Last})
		}
	}
	return keys
}

// Numbers picks the keys of own numbers out of those of a document: what has one of
// them too may be the same document.
func Numbers(all []catalog.Key) []catalog.Key {
	var keys []catalog.Key
	for _, k := range all {
		if k.Kind == Telegram || k.Kind == Registry {
			keys = append(keys, k)
		}
	}
	return keys
}

// Answering returns the keys of documents whose references a document with the given
// keys may answer.
func Answering(all []catalog.Key) []catalog.Key {
	var keys []catalog.Key
	for _, k := range all {
		switch k.Kind {
		case Telegram, Registry, By, To:
			k.Kind = Referring + k.Kind
			keys = append(keys, k)
		}
	}
	return keys
}
