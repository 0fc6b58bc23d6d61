package keys_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/fonds-archive/fonds/services/catalog"
	"github.com/fonds-archive/fonds/workers/extract"
	"github.com/fonds-archive/fonds/workers/extract/keys"
	"github.com/fonds-archive/fonds/workers/extract/link"
)

func correspondent(t *testing.T, from, to, date string, references ...extract.Reference) *link.Document {
	t.Helper()
	var fields []catalog.Field
	add := func(name string, v any) {
		value, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		fields = append(fields, catalog.Field{Name: name, Value: value})
	}
	add("signatory", extract.Agent{Written: from})
	add("addressee", extract.Agent{Written: to})
	if date != "" {
		add("document_date", extract.Date{ISO: date, Precision: "day"})
	}
	for _, r := range references {
		add("telegram_reference", r)
	}
	return link.Read("", fields)
}

// What a reference asks for has a key of the document that it means, and what that
// answers has one of the document that asks: they find one another whoever came first.
func TestReferencesAndDocumentsFindOneAnother(t *testing.T) {
	yours := func(date string) extract.Reference {
		return extract.Reference{Kind: "telegram", Whose: "your", Relation: "in_reply_to", Date: date}
	}
	for _, c := range []struct {
		name         string
		asks         string
		reference    extract.Reference
		is, from, to string
		want         bool
	}{
		{"the day", "1950-03-02", yours("1950-02-27"), "1950-02-27", "LUNIN", "SOROKIN", true},
		{"in another month", "1950-03-02", yours("1950-03-01"), "1950-02-28", "LUNIN", "SOROKIN", true},
		{"before 1970 and after", "1970-01-02", yours("1969-12-31"), "1970-01-01", "LUNIN", "SOROKIN", true},
		{"too far", "1950-03-02", yours("1950-02-27"), "1950-02-20", "LUNIN", "SOROKIN", false},
		{"no date of its own", "1950-03-02", yours("1950-02-27"), "", "LUNIN", "SOROKIN", true},
		{"nothing said", "1950-03-02", yours(""), "1950-01-15", "LUNIN", "SOROKIN", true},
		{"nothing said, long before", "1950-03-02", yours(""), "1949-12-15", "LUNIN", "SOROKIN", false},
		{"neither has a date", "", yours(""), "", "LUNIN", "SOROKIN", true},
		{"it has no date, the other has", "", yours(""), "1950-02-27", "LUNIN", "SOROKIN", true},
		{"somebody else", "1950-03-02", yours("1950-02-27"), "1950-02-27", "GUROV", "SOROKIN", false},
	} {
		asking := correspondent(t, "SOROKIN", "LUNIN", c.asks, c.reference)
		meant := correspondent(t, c.from, c.to, c.is)
		if got := finds(keys.OfPeople(meant), lookups(keys.Asked(asking, asking.References()[0]))); got != c.want {
			t.Errorf("%s: the reference finds the document: %v", c.name, got)
		}
		certain, vague := keys.Answering(keys.OfPeople(meant))
		if got := finds(keys.OfCorrespondence(asking), lookups(slices.Concat(certain, vague))); got != c.want {
			t.Errorf("%s: the document finds the reference: %v", c.name, got)
		}
	}
}

// lookups ask for keys.
func lookups(keys []catalog.Key) []catalog.Lookup {
	asked := make([]catalog.Lookup, len(keys))
	for i, k := range keys {
		asked[i].Key = k
	}
	return asked
}
