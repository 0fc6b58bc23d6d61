package storetest

import (
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
)

func lookups(t *testing.T, u suite) {
	u.run(t, "ByKey", byKey)
}

// A document is given once however many of its ranges meet the one asked for, and a
// limit counts documents.
func byKey(f *fixture) {
	f.putDocuments("a", "b", "c", "d")
	put := func(id string, keys ...catalog.Key) {
		f.tx(func(tx catalog.Tx) error { return tx.PutKeys(id, keys) })
	}
	key := func(text string, low, high int) catalog.Key {
		return catalog.Key{Kind: "by", Text: text, Low: low, High: high}
	}
	put("a", key("x", -10, -10), key("x", -9, -9), key("x", 5, 5))
	put("b", key("x", -9, 4))
	put("c", key("x", 30, 40), key("y", -9, -9))
	put("d", key("x", -11, -8))
	find := func(text string, low, high int, after string, limit int) []string {
		f.Helper()
		documents := read(f, func(r catalog.Reader) ([]catalog.Document, error) {
			return r.DocumentsByKey(catalog.Lookup{Key: key(text, low, high), After: after, Limit: limit})
		})
		return each(documents, func(d catalog.Document) string { return d.ID })
	}
	equal(f, "three ranges of one", find("x", -10, -9, "", 10), []string{"a", "b", "d"})
	equal(f, "the first two", find("x", -10, -9, "", 2), []string{"a", "b"})
	equal(f, "behind the first", find("x", -10, -9, "a", 1), []string{"b"})
	equal(f, "between ranges", find("x", 6, 29, "", 10), []string{})
	equal(f, "another text", find("y", -20, 20, "", 10), []string{"c"})
	put("b")
	d := document("a")
	d.DeletedAt = minute(1)
	f.tx(func(tx catalog.Tx) error { return tx.PutDocument(d) })
	equal(f, "without keys and deleted", find("x", -10, 9, "", 1), []string{"d"})
}
